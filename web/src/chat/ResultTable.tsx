import type { Grouping_Grain, Query } from "@gen/maru/erp/v1/query_pb.js";
import { type Column, Column_Role, type Table, type Value } from "@gen/maru/erp/v1/value_pb.js";
import { type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { cellText, grouped, heading, hiddenDigits, isFigure } from "../text/figures.js";
import { message } from "../text/messages.js";

const FIRST_ROWS = 20;
const MORE_ROWS = 100;
/** From so many columns on, a single row is set as a list of fields: a record, a comparison. */
const FIELD_LIST_COLUMNS = 4;

interface ResultTableProps {
  readonly table: Table;
  /** The query that was run; says by which steps dates are grouped. */
  readonly query: Query | undefined;
}

/** A result, exactly as the service sent it. */
export function ResultTable({ table, query }: ResultTableProps) {
  const { columns, rows, totalRowCount, truncated } = table;
  const [shown, setShown] = useState(FIRST_ROWS);
  if (columns.length === 0 || rows.length === 0) return null;
  const [single] = rows;
  if (rows.length === 1 && single !== undefined && columns.length >= FIELD_LIST_COLUMNS) {
    return <FieldList columns={columns} values={single.values} />;
  }
  const left = rows.length - shown;
  return (
    <figure className="result">
      <Scroller>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={isFigure(column) ? "figure" : undefined}>
                  {heading(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have a fixed order and no key
              <tr key={index}>
                {columns.map((column, at) => (
                  <Cell
                    key={column.key}
                    column={column}
                    value={row.values[at]}
                    grain={query?.groupings.find(({ dimension }) => dimension === column.key)?.grain}
                    isRowHeading={at === 0}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      {left > 0 && (
        <button type="button" className="more" onClick={() => setShown(shown + MORE_ROWS)}>
          {message("moreRows", { count: grouped(String(left)) })}
        </button>
      )}
      {truncated && (
        <figcaption>
          {message("cutRows", {
            total: grouped(totalRowCount.toString()),
            count: grouped(String(rows.length)),
          })}
        </figcaption>
      )}
    </figure>
  );
}

/** Scrolls sideways, and lets what it cuts off fade: half a figure must never look like a whole one. */
function Scroller({ children }: { readonly children: ReactNode }) {
  const scroller = useRef<HTMLElement>(null);

  function showEdges(): void {
    const { current: element } = scroller;
    if (element === null) return;
    const hiddenAfter = element.scrollWidth - element.clientWidth - element.scrollLeft;
    element.parentElement?.classList.toggle("cut-before", element.scrollLeft > 0);
    element.parentElement?.classList.toggle("cut-after", hiddenAfter > 1); // a fraction of a pixel is none
  }

  useLayoutEffect(() => {
    showEdges();
    window.addEventListener("resize", showEdges);
    return () => window.removeEventListener("resize", showEdges);
  });

  return (
    <div className="frame">
      <section
        ref={scroller}
        className="scroller"
        aria-label={message("result")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={showEdges}
      >
        {children}
      </section>
    </div>
  );
}

interface CellProps {
  readonly column: Column;
  readonly value: Value | undefined;
  readonly grain: Grouping_Grain | undefined;
  readonly isRowHeading: boolean;
}

function Cell({ column, value, grain, isRowHeading }: CellProps) {
  const text = cellText(value, column, grain);
  if (isRowHeading && column.role === Column_Role.DIMENSION) return <th scope="row">{text}</th>;
  const isMissing = value?.kind.case === undefined;
  const classes = [isFigure(column) && "figure", isMissing && "missing"].filter(Boolean).join(" ");
  return (
    <td className={classes || undefined} title={hiddenDigits(value, column)}>
      {text}
    </td>
  );
}

const FieldList = ({ columns, values }: { readonly columns: Column[]; readonly values: Value[] }) => (
  <dl className="fields" aria-label={message("result")}>
    {columns.map((column, at) => (
      <div key={column.key}>
        <dt>{heading(column)}</dt>
        <dd
          className={values[at]?.kind.case === undefined ? "missing" : undefined}
          title={hiddenDigits(values[at], column)}
        >
          {cellText(values[at], column)}
        </dd>
      </div>
    ))}
  </dl>
);
