import { create } from "@bufbuild/protobuf";
import { ChartHint_Kind, ChartHintSchema } from "@gen/maru/chat/v1/turn_pb.js";
import { Column_Role, TableSchema, Unit_Kind } from "@gen/maru/erp/v1/value_pb.js";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Chart } from "../src/chat/Chart.js";

afterEach(cleanup);

function draw(kind: ChartHint_Kind, figures: readonly (string | undefined)[]) {
  const table = create(TableSchema, {
    columns: [
      { key: "customer", displayName: "거래처", role: Column_Role.DIMENSION },
      {
        key: "revenue",
        displayName: "매출",
        role: Column_Role.METRIC,
        unit: { kind: Unit_Kind.CURRENCY, code: "KRW" },
      },
    ],
    rows: figures.map((figure, at) => ({
      values: [
        { kind: { case: "text" as const, value: `거래처 ${at}` } },
        figure === undefined ? {} : { kind: { case: "decimal" as const, value: figure } },
      ],
    })),
  });
  const hint = create(ChartHintSchema, { kind, categoryColumn: "customer", valueColumns: ["revenue"] });
  return render(<Chart hint={hint} table={table} query={undefined} />).container;
}

test("bars are as long as their figures, beside the figures as the table shows them", () => {
  const chart = draw(ChartHint_Kind.BAR, ["9007199254740993", "4503599627370496.5", "0"]);
  const widths = [...chart.querySelectorAll("rect")].map((bar) => Number(bar.getAttribute("width")));
  expect(widths[0]).toBe(100);
  expect(widths[1]).toBeCloseTo(50);
  expect(widths[2]).toBe(0);
  expect(chart.textContent).toContain("9,007,199,254,740,993");
  expect(screen.getByRole("img").getAttribute("aria-label")).toContain("매출 (원)");
});

test("of many rows the first are drawn, and it says so", () => {
  const chart = draw(
    ChartHint_Kind.BAR,
    Array.from({ length: 30 }, (_, at) => String(30 - at)),
  );
  expect(chart.querySelectorAll("rect")).toHaveLength(12);
  expect(chart.textContent).toMatch(/12/);
});

test("a line goes from edge to edge and knows zero", () => {
  const chart = draw(ChartHint_Kind.LINE, ["10", "-10", "0"]);
  expect(chart.querySelector("polyline")?.getAttribute("points")).toBe("0,0 50,30 100,15");
  expect(chart.querySelector("line")?.getAttribute("y1")).toBe("15");
  expect(chart.textContent).toContain("거래처 1 -10");
});

test.each([
  ["a missing figure", ChartHint_Kind.BAR, ["1", undefined]],
  ["bars below zero", ChartHint_Kind.BAR, ["1", "-1"]],
  ["one row", ChartHint_Kind.LINE, ["1"]],
  ["no kind", ChartHint_Kind.UNSPECIFIED, ["1", "2"]],
])("nothing is drawn of %s", (_, kind, figures) => {
  expect(draw(kind, figures).innerHTML).toBe("");
});
