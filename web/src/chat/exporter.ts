import type { CallOptions, Client } from "@connectrpc/connect";
import { type ErpService, ExportResultRequest_Format } from "@gen/maru/erp/v1/erp_service_pb.js";
import type { Query } from "@gen/maru/erp/v1/query_pb.js";
import { createContext } from "react";

export type Erp = Client<typeof ErpService>;
export type FileFormat = "csv" | "xlsx";

const EXPORT_MS = 110_000;
const formats = {
  csv: { format: ExportResultRequest_Format.CSV, type: "text/csv;charset=utf-8" },
  xlsx: {
    format: ExportResultRequest_Format.XLSX,
    type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  },
} as const;

/** A whole file, with the name that the service suggests. */
export interface ExportedFile {
  readonly name: string;
  readonly content: Blob;
}

/** Fetches the full result of a query as a file. The same request id gives the same file, recorded once. */
export async function exportResult(
  erp: Erp,
  query: Query,
  fileFormat: FileFormat,
  requestId: string,
  signal: AbortSignal,
): Promise<ExportedFile> {
  const { format, type } = formats[fileFormat];
  const call: CallOptions = { signal, timeoutMs: EXPORT_MS };
  const parts: BlobPart[] = [];
  let name = "";
  for await (const part of erp.exportResult({ query, format, requestId }, call)) {
    name ||= part.fileName;
    if (part.data.length > 0) parts.push(part.data as Uint8Array<ArrayBuffer>);
  }
  return { name: name || `maru.${fileFormat}`, content: new Blob(parts, { type }) };
}

/** Hands a file to the browser, which saves it where it saves downloads. */
export function save({ name, content }: ExportedFile): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // some browsers read it only after the click
}

/** What exporting needs, for the answers of the page; without it they offer no files. */
export const Exporting = createContext<{ readonly erp: Erp; readonly onSignIn: () => void } | undefined>(
  undefined,
);
