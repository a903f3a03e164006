import { Code, ConnectError } from "@connectrpc/connect";
import {
  ErrorInfoSchema,
  LocalizedMessageSchema,
  RequestInfoSchema,
} from "@gen/google/rpc/error_details_pb.js";
import { language, type MessageKey, message } from "../text/messages.js";

/** What a failed call means to the person in front of the page. */
export interface Failure {
  /** What happened and what to do about it. */
  readonly text: string;
  /** The service's reason and the call's number, for an administrator. */
  readonly reference: string;
  /** What mends it. */
  readonly remedy: "retry" | "signIn";
  /** Whether only the line broke: the answer itself may be whole. */
  readonly lineBroken: boolean;
}

const wordsByCode: Partial<Record<Code, MessageKey>> = {
  [Code.Unauthenticated]: "sessionEnded",
  [Code.DeadlineExceeded]: "tooSlow",
  [Code.Unavailable]: "unreachable",
};

/** Describes a failed call. The service's own words come first: they know the reason. */
export function describeFailure(error: unknown): Failure {
  const failure = ConnectError.from(error);
  const info = failure.findDetails(ErrorInfoSchema)[0];
  const words = failure.findDetails(LocalizedMessageSchema);
  const request = failure.findDetails(RequestInfoSchema)[0];
  const lineBroken = isLineBroken(error);
  const fallback = lineBroken
    ? message(navigator.onLine ? "unreachable" : "offline")
    : message(wordsByCode[failure.code] ?? "unknownFailure");
  return {
    text: (words.find((one) => one.locale === language()) ?? words[0])?.message || fallback,
    reference: [info?.reason ?? Code[failure.code], request?.requestId].filter(Boolean).join(" · "),
    remedy: failure.code === Code.Unauthenticated ? "signIn" : "retry",
    lineBroken,
  };
}

/** Whether the line to the chat service broke, or the service is just restarting: the call can be taken up again. */
export function isLineBroken(error: unknown): boolean {
  const failure = ConnectError.from(error);
  const info = failure.findDetails(ErrorInfoSchema)[0];
  // fetch's own errors reach Connect as unknown ones; a service always says its reason.
  if (info === undefined) return failure.code === Code.Unknown || failure.code === Code.Unavailable;
  return info.reason === "SHUTTING_DOWN" || info.metadata.dependency === "chat";
}
