import { type Client, Code, ConnectError, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ChatService } from "@gen/maru/chat/v1/chat_service_pb.js";
import { language, message } from "../text/messages.js";

export type Chat = Client<typeof ChatService>;

/** The chat service at this page's own origin, called with the asker's token. */
export function createChat(accessToken: () => Promise<string | null>): Chat {
  const bearer: Interceptor = (next) => async (request) => {
    const token = await accessToken();
    if (token === null) throw new ConnectError(message("sessionEnded"), Code.Unauthenticated);
    request.header.set("authorization", `Bearer ${token}`);
    request.header.set("accept-language", language());
    return next(request);
  };
  return createClient(
    ChatService,
    createGrpcWebTransport({ baseUrl: window.location.origin, interceptors: [bearer] }),
  );
}
