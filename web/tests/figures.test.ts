import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Grouping_Grain } from "@gen/maru/erp/v1/query_pb.js";
import { Column_Role, ColumnSchema, Unit_Kind, ValueSchema } from "@gen/maru/erp/v1/value_pb.js";
import { describe, expect, test } from "vitest";
import { cellText, heading, hiddenDigits, isFigure } from "../src/text/figures.js";
import cases from "./cases/figures.json";

const column = (more: MessageInitShape<typeof ColumnSchema>) =>
  create(ColumnSchema, { key: "c", displayName: "매출", ...more });
const amount = (decimalPlaces: number) =>
  column({ role: Column_Role.METRIC, unit: { kind: Unit_Kind.CURRENCY, code: "KRW" }, decimalPlaces });
const value = (kind: MessageInitShape<typeof ValueSchema>["kind"]) =>
  create(ValueSchema, kind === undefined ? {} : { kind });

test.each(cases)("decimal: $name", ({ decimal, places, text, exact }) => {
  const cell = value({ case: "decimal", value: decimal });
  expect(cellText(cell, amount(places))).toBe(text);
  if (exact !== undefined) expect(hiddenDigits(cell, amount(places))).toBe(exact);
});

test("only hidden digits are worth a tooltip", () => {
  expect(hiddenDigits(value({ case: "decimal", value: "1250.000000" }), amount(0))).toBeUndefined();
  expect(hiddenDigits(value({ case: "text", value: "1.5" }), amount(0))).toBeUndefined();
});

describe("other cells", () => {
  const dimension = column({ role: Column_Role.DIMENSION });
  const reference = { kind: 2, key: "CUST-0007" } as const;
  test.each([
    [
      "a count beyond a double",
      value({ case: "integer", value: 9007199254740993n }),
      "9,007,199,254,740,993",
    ],
    ["an entity", value({ case: "entity", value: { ...reference, displayName: "한빛상사" } }), "한빛상사"],
    ["an entity without a name", value({ case: "entity", value: reference }), "CUST-0007"],
    ["markup is text", value({ case: "text", value: "<img src=x>" }), "<img src=x>"],
    ["a date", value({ case: "date", value: "2026-10-31" }), "2026-10-31"],
    ["a yes", value({ case: "boolean", value: true }), "yes"],
    ["a missing member", value(undefined), "not set"],
    ["a cell that isn't there", undefined, "not set"],
  ])("%s", (_, cell, text) => {
    expect(cellText(cell, dimension)).toBe(text);
  });

  test("a missing figure is not zero", () => {
    expect(cellText(value(undefined), amount(0))).toBe("no value");
  });
});

test("a quantity is never rounded", () => {
  const quantity = column({ unit: { kind: Unit_Kind.QUANTITY, code: "KG" }, decimalPlaces: 1 });
  expect(cellText(value({ case: "decimal", value: "1250.125000" }), quantity)).toBe("1,250.125");
  expect(cellText(value({ case: "decimal", value: "1250" }), quantity)).toBe("1,250.0");
  expect(hiddenDigits(value({ case: "decimal", value: "1250.125000" }), quantity)).toBeUndefined();
});

test.each([
  ["2026-10-31", undefined, "2026-10-31"],
  ["2026-10-31", Grouping_Grain.DAY, "2026-10-31"],
  ["2026-12-28", Grouping_Grain.WEEK, "2026-12-28~2027-01-03"],
  ["2026-01-01", Grouping_Grain.MONTH, "2026년 1월"],
  ["2026-10-01", Grouping_Grain.QUARTER, "2026년 4분기"],
  ["2026-01-01", Grouping_Grain.HALF, "2026년 상반기"],
  ["2026-07-01", Grouping_Grain.HALF, "2026년 하반기"],
  ["2026-01-01", Grouping_Grain.YEAR, "2026년"],
  ["2026-01-01", Grouping_Grain.FISCAL_YEAR, "2026년"],
  ["2027-04-01", Grouping_Grain.FISCAL_YEAR, "2027-04-01~2028-03-31"],
])("the step that begins on %s by grain %s", (date, grain, text) => {
  const cell = value({ case: "date", value: date });
  expect(cellText(cell, column({ role: Column_Role.DIMENSION }), grain)).toBe(text);
});

test.each([
  [Unit_Kind.CURRENCY, "KRW", "매출 (원)"],
  [Unit_Kind.CURRENCY, "USD", "매출 (USD)"],
  [Unit_Kind.QUANTITY, "EA", "매출 (EA)"],
  [Unit_Kind.PERCENT, "", "매출 (%)"],
  [Unit_Kind.PERCENTAGE_POINTS, "", "매출 (%p)"],
  [Unit_Kind.COUNT, "", "매출 (건)"],
  [Unit_Kind.UNSPECIFIED, "", "매출"],
])("heading with unit %s %s", (kind, code, text) => {
  expect(heading(column({ unit: { kind, code } }))).toBe(text);
});

test("which columns are figures", () => {
  expect(isFigure(amount(0))).toBe(true);
  expect(isFigure(column({ role: Column_Role.RANK }))).toBe(true);
  expect(isFigure(column({ role: Column_Role.FIELD }))).toBe(false);
});
