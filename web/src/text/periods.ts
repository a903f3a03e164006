import { Grouping_Grain } from "@gen/maru/erp/v1/query_pb.js";

/** How a step of a date grouping is called, by its first day: 2026년 1월, 2026년 3분기. */
export function periodText(firstDay: string, grain: Grouping_Grain | undefined): string {
  const [year = "", month = ""] = firstDay.split("-");
  switch (grain) {
    case Grouping_Grain.WEEK:
      return `${firstDay}~${lastDay(firstDay, { days: 7 })}`;
    case Grouping_Grain.MONTH:
      return `${year}년 ${Number(month)}월`;
    case Grouping_Grain.QUARTER:
      return `${year}년 ${Math.ceil(Number(month) / 3)}분기`;
    case Grouping_Grain.HALF:
      return `${year}년 ${month === "01" ? "상" : "하"}반기`;
    case Grouping_Grain.YEAR:
      return `${year}년`;
    case Grouping_Grain.FISCAL_YEAR:
      return firstDay.endsWith("-01-01") ? `${year}년` : `${firstDay}~${lastDay(firstDay, { years: 1 })}`;
    default:
      return firstDay;
  }
}

/** The last day of a span that begins on a day. */
function lastDay(firstDay: string, { days = 0, years = 0 }: { days?: number; years?: number }): string {
  const day = new Date(`${firstDay}T00:00:00Z`);
  day.setUTCFullYear(day.getUTCFullYear() + years);
  day.setUTCDate(day.getUTCDate() + days - 1);
  return day.toISOString().slice(0, 10);
}
