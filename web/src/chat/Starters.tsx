import { message } from "../text/messages.js";

// As a person would type them: questions are Korean in any language of the page.
const QUESTIONS = [
  "지난달 매출은?",
  "지난달 매출 상위 5개 거래처는?",
  "이번 달 수주를 거래처별로 보여줘",
  "올해 월별 매출 추이",
  "미수금이 많은 거래처 5곳은?",
  "지난달 매출을 전년 동월과 비교해줘",
];

/** An empty conversation: what could be asked. */
export const Starters = ({ onAsk }: { readonly onAsk: (question: string) => void }) => (
  <section className="starters" aria-labelledby="starters">
    <p className="tagline">{message("tagline")}</p>
    <h2 id="starters">{message("starters")}</h2>
    <ul lang="ko">
      {QUESTIONS.map((question) => (
        <li key={question}>
          <button type="button" onClick={() => onAsk(question)}>
            {question}
          </button>
        </li>
      ))}
    </ul>
  </section>
);
