import type { Client } from "@connectrpc/connect";
import type { RetrievalService } from "@gen/maru/retrieval/v1/retrieval_service_pb.js";
import { createContext } from "react";

export type Retrieval = Client<typeof RetrievalService>;

/** Where passages are read, for the citations of the page; without it they are named and don't open. */
export const Passages = createContext<
  { readonly retrieval: Pick<Retrieval, "getPassage">; readonly onSignIn: () => void } | undefined
>(undefined);
