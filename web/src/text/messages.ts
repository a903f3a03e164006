// All words of the page: Korean, then English. `{…}` is filled in.
const words = {
  appName: ["마루", "Maru"],
  tagline: ["회사 데이터에 대해 물어보세요", "Ask about your company's data"],
  signInHint: [
    "회사 계정으로 로그인하면 매출, 수주, 재고 같은 ERP 데이터를 한국어로 물어볼 수 있습니다.",
    "Sign in with your company account and ask about sales, orders or stock of the ERP, in Korean.",
  ],
  signIn: ["로그인", "Sign in"],
  signOut: ["로그아웃", "Sign out"],
  signedOut: ["로그아웃했습니다.", "You are signed out."],
  opening: ["마루를 여는 중…", "Opening Maru…"],
  signInFailed: ["로그인하지 못했습니다. 다시 로그인하세요.", "You could not be signed in. Sign in again."],
  signInUnreachable: [
    "로그인 서버에 연결할 수 없습니다. 네트워크를 확인하고 다시 시도하세요.",
    "The sign-in server can't be reached. Check the network and try again.",
  ],
  insecure: [
    "이 주소로는 로그인할 수 없습니다. https 주소나 localhost로 여세요.",
    "You can't sign in at this address. Open Maru over https or on localhost.",
  ],
  newConversation: ["새 대화", "New conversation"],
  conversation: ["대화", "Conversation"],
  loading: ["대화를 불러오는 중…", "Loading the conversation…"],
  question: ["질문", "Question"],
  placeholder: ["예: 지난달 매출은?", "For example: 지난달 매출은?"],
  send: ["보내기", "Send"],
  stop: ["중지", "Stop"],
  keys: ["Enter 보내기 · Shift+Enter 줄바꿈 · Esc 중지", "Enter sends · Shift+Enter new line · Esc stops"],
  tooLong: [
    "질문은 2,000자까지 쓸 수 있습니다. 지금 {count}자입니다.",
    "A question may have up to 2,000 characters. This one has {count}.",
  ],
  starters: ["이렇게 물어볼 수 있습니다", "You can ask"],
  started: ["답변을 준비하고 있습니다.", "Preparing the answer."],
  finished: ["답변이 끝났습니다.", "The answer is complete."],
  askedBack: ["되물었습니다. 하나를 고르세요.", "Maru asks back. Choose one."],
  stopped: ["중지했습니다.", "Stopped."],
  steps: ["진행 단계", "Steps"],
  reconnecting: ["연결이 끊겨 다시 연결하는 중…", "The line broke. Connecting again…"],
  result: ["결과", "Result"],
  rate: ["이 답이 맞나요?", "Is this right?"],
  good: ["맞아요", "Right"],
  bad: ["아니에요", "Wrong"],
  notRated: ["평가를 저장하지 못했습니다.", "The rating was not kept."],
  barChart: ["{name} 막대그래프: 위 표와 같은 값입니다.", "Bars of {name}: the same as the table above."],
  lineChart: ["{name} 꺾은선그래프: 위 표와 같은 값입니다.", "Line of {name}: the same as the table above."],
  firstBars: ["위에서 {count}개", "the first {count}"],
  highest: ["최고 {label} {text}", "Highest {label} {text}"],
  lowest: ["최저 {label} {text}", "Lowest {label} {text}"],
  moreRows: ["… {count}행 더 보기", "… {count} more rows"],
  cutRows: [
    "전체 {total}행 중 {count}행만 가져왔습니다. 기간이나 조건을 좁혀 보세요.",
    "Only {count} of {total} rows were fetched. Narrow the period or the filters.",
  ],
  saveXlsx: ["엑셀로 저장", "Save as Excel"],
  saveCsv: ["CSV로 저장", "Save as CSV"],
  exporting: ["파일을 만드는 중…", "Making the file…"],
  exportFailed: ["파일로 저장하지 못했습니다", "The file could not be saved"],
  missing: ["미지정", "not set"],
  noFigure: ["값 없음", "no value"],
  yes: ["예", "yes"],
  no: ["아니요", "no"],
  filters: ["조건", "Filters"],
  partialView: [
    "볼 수 있는 범위의 데이터만 담겨 있습니다.",
    "It holds only the part of the data that you may see.",
  ],
  definitions: ["정의", "Definitions"],
  dataAsOf: ["데이터 기준", "Data as of"],
  wording: ["문장 작성", "Wording"],
  composerModel: ["언어 모델", "by the language model"],
  composerNarrator: ["정해진 문형", "by fixed sentences"],
  composerBoth: ["언어 모델, 끝은 정해진 문형", "by the language model, ended by fixed sentences"],
  citations: ["근거 문서", "Documents quoted"],
  page: ["{page}쪽", "p. {page}"],
  effectiveFrom: ["{date} 시행", "in force from {date}"],
  passageOpening: ["문서를 여는 중…", "Opening the document…"],
  passageGone: ["더는 볼 수 없는 문서입니다.", "This document can no longer be seen."],
  passageNotOpened: ["문서를 열지 못했습니다", "The document could not be opened"],
  superseded: [
    "새 판이 나온 문서입니다. 인용한 판의 글을 보여 드립니다.",
    "The document has a newer version. This is the one that was quoted.",
  ],
  choose: ["하나를 고르세요", "Choose one"],
  unusedWords: ["이해하지 못한 말: {words}", "Words not understood: {words}"],
  alternatives: ["다르게 보기", "Other readings"],
  suggestions: ["이어서 물어보기", "Ask next"],
  offline: [
    "네트워크에 연결되어 있지 않습니다. 연결되면 다시 보낼 수 있습니다.",
    "You are offline. You can ask again when you are connected.",
  ],
  unreachable: [
    "마루에 연결할 수 없습니다. 네트워크를 확인하고 다시 시도하세요.",
    "Maru can't be reached. Check the network and try again.",
  ],
  tooSlow: [
    "정해진 시간 안에 끝내지 못했습니다. 다시 시도하거나 기간을 좁혀 물어보세요.",
    "It was not finished in time. Try again, or ask for a shorter period.",
  ],
  unknownFailure: [
    "요청을 처리하지 못했습니다. 다시 시도하고, 계속되면 관리자에게 아래 내용을 알려 주세요.",
    "The request failed. Try again; if it goes on, give an administrator the line below.",
  ],
  failedBefore: [
    "이 질문에는 답하지 못했습니다. 다시 시도하세요.",
    "This question could not be answered. Try again.",
  ],
  sessionEnded: ["로그인이 만료되었습니다. 다시 로그인하세요.", "Your sign-in has ended. Sign in again."],
  failed: ["답변하지 못했습니다", "The question could not be answered"],
  notLoaded: ["대화를 불러오지 못했습니다", "The conversation could not be loaded"],
  retry: ["다시 시도", "Try again"],
} as const satisfies Record<string, readonly [korean: string, english: string]>;

export type MessageKey = keyof typeof words;

/** The page's language: Korean, unless the browser asks for another. */
export const language = (): "ko" | "en" =>
  !navigator.language || navigator.language.startsWith("ko") ? "ko" : "en";

/** The words for a place, in the page's language. */
export function message(key: MessageKey, values: Readonly<Record<string, string>> = {}): string {
  const template: string = words[key][language() === "ko" ? 0 : 1];
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
