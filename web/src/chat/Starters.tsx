import { message } from "../text/messages.js";

// As a person would type them: questions are Korean in any language of the page.
const QUESTIONS = [
  "지난달 매출 상위 5개 거래처는?",
  "올해 월별 매출 추이",
  "지난달 매출 전년 동월 대비",
  "이번 달 수주를 거래처별로 보여줘",
  "미수금이 많은 거래처 5곳은?",
  "재고가 많은 품목 10개는?",
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
