import { message } from "../text/messages.js";

// Until the service has said what this person may ask. Questions are Korean in any language of the page.
const QUESTIONS = [
  "지난달 매출 상위 5개 거래처는?",
  "올해 월별 매출 추이",
  "지난달 매출 전년 동월 대비",
  "이번 달 수주를 거래처별로 보여줘",
  "미수금이 많은 거래처 5곳은?",
  "재고가 많은 품목 10개는?",
];

interface StartersProps {
  /** What the service suggests to this person; empty until it has. */
  readonly questions: readonly string[];
  readonly onAsk: (question: string) => void;
}

/** An empty conversation: what could be asked. */
export const Starters = ({ questions, onAsk }: StartersProps) => (
  <section className="starters" aria-labelledby="starters">
    <p className="tagline">{message("tagline")}</p>
    <h2 id="starters">{message("starters")}</h2>
    <ul lang="ko">
      {(questions.length > 0 ? questions : QUESTIONS).map((question) => (
        <li key={question}>
          <button type="button" onClick={() => onAsk(question)}>
            {question}
          </button>
        </li>
      ))}
    </ul>
  </section>
);
