import { create } from "@bufbuild/protobuf";
import {
  type Client,
  Code,
  ConnectError,
  createClient,
  createRouterTransport,
  type ServiceImpl,
} from "@connectrpc/connect";
import { ErpService, ExportResultRequest_Format } from "@gen/maru/erp/v1/erp_service_pb.js";
import { QuerySchema } from "@gen/maru/erp/v1/query_pb.js";
import { cleanup, configure, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Download } from "../src/chat/Download.js";
import { Exporting } from "../src/chat/exporter.js";
import { failure, forever } from "./fakeChat.js";

configure({ asyncUtilTimeout: 20_000 });

type ExportResult = ServiceImpl<typeof ErpService>["exportResult"];

const query = create(QuerySchema, { metrics: ["revenue"] });
const saved: { name: string; content: Blob }[] = [];

function fakeErp(exportResult: ExportResult): Client<typeof ErpService> {
  const transport = createRouterTransport((router) => router.service(ErpService, { exportResult }));
  return createClient(ErpService, transport);
}

function open(exportResult: ExportResult) {
  const onSignIn = vi.fn();
  const page = render(
    <Exporting value={{ erp: fakeErp(exportResult), onSignIn }}>
      <Download query={query} />
    </Exporting>,
  );
  return { onSignIn, page, user: userEvent.setup() };
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

beforeEach(() => {
  saved.length = 0;
  let content = new Blob();
  URL.createObjectURL = (blob) => {
    content = blob as Blob;
    return "blob:x";
  };
  URL.revokeObjectURL = vi.fn();
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, content });
  });
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("a click saves the whole file under the service's name", async () => {
  const seen = vi.fn();
  const { user } = open(async function* (request) {
    seen(request.format, request.query?.metrics, request.requestId.length > 0);
    yield { fileName: "매출_20261120-0900.csv", totalRowCount: 2n };
    yield { data: new TextEncoder().encode("거래처,") };
    yield { data: new TextEncoder().encode("매출") };
  });
  await user.click(button("Save as CSV"));
  await vi.waitFor(() => expect(saved).toHaveLength(1));
  expect(saved[0]?.name).toBe("매출_20261120-0900.csv");
  expect(saved[0]?.content.size).toBe(new TextEncoder().encode("거래처,매출").length);
  expect(seen).toHaveBeenCalledWith(ExportResultRequest_Format.CSV, ["revenue"], true);
  expect(button("Save as Excel").disabled).toBe(false);
});

test("a refusal is shown in its own words, and tried again under the same id", async () => {
  const ids: string[] = [];
  let calls = 0;
  // biome-ignore lint/correctness/useYield: it fails before the first part
  const { user } = open(async function* ({ requestId, format }) {
    ids.push(requestId);
    expect(format).toBe(ExportResultRequest_Format.XLSX);
    calls += 1;
    if (calls === 1) throw failure(Code.ResourceExhausted, "EXPORT_TOO_LARGE", "내보낼 행이 너무 많습니다.");
    throw new ConnectError("away", Code.Unavailable);
  });
  await user.click(button("Save as Excel"));
  await screen.findByText("내보낼 행이 너무 많습니다.");
  expect(screen.getByText("The file could not be saved")).toBeTruthy();
  await user.click(button("Try again"));
  await screen.findByText("Maru can't be reached. Check the network and try again.");
  expect(new Set(ids).size).toBe(1);
  expect(saved).toEqual([]);
});

test("while the file is made, no second one is asked for; leaving the page stops it", async () => {
  const stopped = vi.fn();
  const { page, user } = open(async function* (_, { signal }) {
    yield { fileName: "a.csv", totalRowCount: 1n };
    await forever(signal).catch((error: unknown) => {
      stopped();
      throw error;
    });
  });
  await user.click(button("Save as CSV"));
  await screen.findByText("Making the file…");
  expect(button("Save as CSV").disabled).toBe(true);
  expect(button("Save as Excel").disabled).toBe(true);
  page.unmount();
  await vi.waitFor(() => expect(stopped).toHaveBeenCalledTimes(1));
  expect(saved).toEqual([]);
});
