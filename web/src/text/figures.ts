import type { Grouping_Grain } from "@gen/maru/erp/v1/query_pb.js";
import { type Column, Column_Role, type Unit, Unit_Kind, type Value } from "@gen/maru/erp/v1/value_pb.js";
import { message } from "./messages.js";
import { periodText } from "./periods.js";

// Figures are decimals as text from the database to the screen. A JavaScript number would round them.

/** A decimal with thousands separated; what is no plain decimal is left as it is. */
export function grouped(decimal: string): string {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(\.\d+)?$/.exec(decimal) ?? [];
  return whole === "" ? decimal : sign + whole.replace(/\B(?=(\d{3})+$)/g, ",") + fraction;
}

/** A decimal with exactly so many digits after the point, rounded half away from zero as the services do. */
export function rounded(decimal: string, places: number): string {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(decimal) ?? [];
  if (whole === "") return decimal;
  const kept = whole + fraction.slice(0, places).padEnd(places, "0");
  const scaled = BigInt(kept) + ((fraction[places] ?? "0") >= "5" ? 1n : 0n);
  const digits = scaled.toString().padStart(places + 1, "0");
  const point = digits.length - places;
  return (scaled === 0n ? "" : sign) + digits.slice(0, point) + (places > 0 ? `.${digits.slice(point)}` : "");
}

/** Whether a column holds figures, which are set flush right. */
export const isFigure = (column: Column): boolean =>
  column.unit !== undefined || column.role === Column_Role.RANK;

/** A cell as people read it; `grain` is a date grouping's step. A missing cell is said to be missing. */
export function cellText(value: Value | undefined, column: Column, grain?: Grouping_Grain): string {
  const { kind } = value ?? { kind: { case: undefined } };
  switch (kind.case) {
    case "decimal":
      return grouped(rounded(kind.value, shownPlaces(kind.value, column)));
    case "integer":
      return grouped(kind.value.toString());
    case "entity":
      return kind.value.displayName || kind.value.key;
    case "date":
      return periodText(kind.value, grain);
    case "boolean":
      return message(kind.value ? "yes" : "no");
    case undefined:
      return message(isFigure(column) ? "noFigure" : "missing");
    default:
      return kind.value;
  }
}

/** The exact figure behind a cell, where the cell shows fewer digits. */
export function hiddenDigits(value: Value | undefined, column: Column): string | undefined {
  if (value?.kind.case !== "decimal") return undefined;
  const exact = value.kind.value;
  const digits = significantPlaces(exact);
  return digits > shownPlaces(exact, column) ? grouped(rounded(exact, digits)) : undefined;
}

/** Digits after the point to show: the column's; but a quantity is never rounded. */
const shownPlaces = (decimal: string, { unit, decimalPlaces }: Column): number =>
  unit?.kind === Unit_Kind.QUANTITY ? Math.max(decimalPlaces, significantPlaces(decimal)) : decimalPlaces;

const significantPlaces = (decimal: string): number =>
  (decimal.split(".")[1] ?? "").replace(/0+$/, "").length;

/** A column's heading with its unit: 매출 (원). */
export function heading(column: Column): string {
  const unit = unitText(column.unit);
  return unit === "" ? column.displayName : `${column.displayName} (${unit})`;
}

function unitText(unit: Unit | undefined): string {
  switch (unit?.kind) {
    case Unit_Kind.CURRENCY:
      return unit.code === "KRW" ? "원" : unit.code;
    case Unit_Kind.QUANTITY:
      return unit.code;
    case Unit_Kind.PERCENT:
      return "%";
    case Unit_Kind.PERCENTAGE_POINTS:
      return "%p";
    case Unit_Kind.COUNT:
      return "건";
    case Unit_Kind.DAYS:
      return "일";
    case Unit_Kind.RATIO:
      return "회";
    default:
      return "";
  }
}
