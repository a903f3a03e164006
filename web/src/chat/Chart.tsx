import { type ChartHint, ChartHint_Kind } from "@gen/maru/chat/v1/turn_pb.js";
import type { Query } from "@gen/maru/erp/v1/query_pb.js";
import type { Table } from "@gen/maru/erp/v1/value_pb.js";
import { cellText, heading } from "../text/figures.js";
import { message } from "../text/messages.js";

const MAX_BARS = 12;
const WIDTH = 100;
const HEIGHT = 30;

interface Point {
  readonly label: string;
  /** The figure as the table shows it. */
  readonly text: string;
  /** The figure as a length only: a number would round what is read. */
  readonly size: number;
}

interface ChartProps {
  readonly hint: ChartHint;
  readonly table: Table;
  readonly query: Query | undefined;
}

/**
 * The first figure of a result, drawn as the hint says. The table beside it holds the same exactly, so that to a screen
 * reader this is one picture. Nothing is drawn where a figure is missing, or where bars would have to go below zero.
 */
export function Chart({ hint, table, query }: ChartProps) {
  const column = table.columns.find(({ key }) => key === hint.valueColumns[0]);
  const points = pointsOf(hint, table, query);
  if (column === undefined || points === undefined || points.length < 2) return null;
  const name = heading(column);
  if (hint.kind === ChartHint_Kind.LINE) return <Line name={name} points={points} />;
  if (hint.kind === ChartHint_Kind.UNSPECIFIED || points.some(({ size }) => size < 0)) return null;
  return <Bars name={name} points={points.slice(0, MAX_BARS)} count={points.length} />;
}

function pointsOf(hint: ChartHint, table: Table, query: Query | undefined): readonly Point[] | undefined {
  const along = table.columns.findIndex(({ key }) => key === hint.categoryColumn);
  const drawn = table.columns.findIndex(({ key }) => key === hint.valueColumns[0]);
  const [category, figure] = [table.columns[along], table.columns[drawn]];
  if (category === undefined || figure === undefined) return undefined;
  const grain = query?.groupings.find(({ dimension }) => dimension === category.key)?.grain;
  const points: Point[] = [];
  for (const { values } of table.rows) {
    const { kind } = values[drawn] ?? { kind: { case: undefined } };
    if (kind.case !== "decimal" && kind.case !== "integer") return undefined;
    points.push({
      label: cellText(values[along], category, grain),
      text: cellText(values[drawn], figure),
      size: Number(kind.value),
    });
  }
  return points;
}

/** Bars from one zero, longest as wide as there is room. */
function Bars({ name, points, count }: { name: string; points: readonly Point[]; count: number }) {
  const longest = Math.max(...points.map(({ size }) => size)) || 1;
  return (
    <figure className="chart" role="img" aria-label={message("barChart", { name })}>
      <figcaption aria-hidden="true">
        {name}
        {count > points.length && ` · ${message("firstBars", { count: String(points.length) })}`}
      </figcaption>
      <ol aria-hidden="true">
        {points.map(({ label, text, size }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have a fixed order and no key
          <li key={index}>
            <span className="label">{label}</span>
            <svg viewBox={`0 0 ${WIDTH} 1`} preserveAspectRatio="none" aria-hidden="true">
              <rect width={(size / longest) * WIDTH} height="1" />
            </svg>
            <span className="size">{text}</span>
          </li>
        ))}
      </ol>
    </figure>
  );
}

/** A line over time, with zero where it lies in between, and its highest and lowest point in words. */
function Line({ name, points }: { name: string; points: readonly Point[] }) {
  const sizes = points.map(({ size }) => size);
  const [low, high] = [Math.min(0, ...sizes), Math.max(0, ...sizes)];
  const y = (size: number) => HEIGHT - ((size - low) / (high - low || 1)) * HEIGHT;
  const line = points.map(({ size }, at) => `${(at / (points.length - 1)) * WIDTH},${y(size)}`).join(" ");
  const most = points[sizes.indexOf(Math.max(...sizes))];
  const least = points[sizes.indexOf(Math.min(...sizes))];
  return (
    <figure className="chart" role="img" aria-label={message("lineChart", { name })}>
      <figcaption aria-hidden="true">{name}</figcaption>
      <svg
        className="line"
        viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <line x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
        <polyline points={line} />
      </svg>
      <p className="ends" aria-hidden="true">
        <span>{points[0]?.label}</span>
        <span>{points.at(-1)?.label}</span>
      </p>
      <p className="hint" aria-hidden="true">
        {message("highest", { label: most?.label ?? "", text: most?.text ?? "" })} ·{" "}
        {message("lowest", { label: least?.label ?? "", text: least?.text ?? "" })}
      </p>
    </figure>
  );
}
