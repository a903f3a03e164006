import {
  type Client,
  Code,
  ConnectError,
  createClient,
  type Interceptor,
  type Transport,
} from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { ChatService } from "@gen/maru/chat/v1/chat_service_pb.js";
import { ErpService } from "@gen/maru/erp/v1/erp_service_pb.js";
import { RetrievalService } from "@gen/maru/retrieval/v1/retrieval_service_pb.js";
import { language, message } from "../text/messages.js";
import type { Erp } from "./exporter.js";
import type { Retrieval } from "./passages.js";

export type Chat = Client<typeof ChatService>;

/** The services at this page's own origin, called with the asker's token. */
export function createClients(accessToken: () => Promise<string | null>): {
  readonly chat: Chat;
  readonly erp: Erp;
  readonly retrieval: Retrieval;
} {
  const transport = createTransport(accessToken);
  return {
    chat: createClient(ChatService, transport),
    erp: createClient(ErpService, transport),
    retrieval: createClient(RetrievalService, transport),
  };
}

function createTransport(accessToken: () => Promise<string | null>): Transport {
  const bearer: Interceptor = (next) => async (request) => {
    const token = await accessToken();
    if (token === null) throw new ConnectError(message("sessionEnded"), Code.Unauthenticated);
    request.header.set("authorization", `Bearer ${token}`);
    request.header.set("accept-language", language());
    return next(request);
  };
  return createGrpcWebTransport({ baseUrl: window.location.origin, interceptors: [bearer] });
}
