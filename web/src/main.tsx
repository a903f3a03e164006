import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.js";
import { issuerManager, Session } from "./auth/session.js";
import { createClients } from "./chat/client.js";
import { Conversation } from "./chat/conversation.js";
import { Rating } from "./chat/Rate.js";
import { Splash } from "./page/Splash.js";
import { language, message } from "./text/messages.js";
import "./styles/base.css";
import "./styles/page.css";
import "./styles/answer.css";

document.documentElement.lang = language();
document.title = message("appName");
const root = createRoot(document.getElementById("root") as HTMLElement);

if (window.isSecureContext) {
  root.render(<Splash text={message("opening")} />);
  const session = new Session(issuerManager(window.location.origin));
  const { chat, erp, retrieval } = createClients(() => session.accessToken());
  const conversation = new Conversation(chat, () => session.renew());
  const entry = await session.open();
  root.render(
    <StrictMode>
      <Rating value={chat}>
        <App session={session} conversation={conversation} erp={erp} retrieval={retrieval} entry={entry} />
      </Rating>
    </StrictMode>,
  );
} else {
  root.render(<Splash text={message("insecure")} />); // neither sign-in nor request ids exist there
}
