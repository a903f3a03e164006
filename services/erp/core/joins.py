"""A fact's rows, joined many-to-one to what its paths lead to."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, func

from services.erp.core.catalog import Expression, Path


class Joins:
    """FROM: a base and the tables that paths have led to so far, each joined once.

    `within`: a FROM that the base already stands in. `prefix`: before the names of the joined tables.
    """

    def __init__(self, base: FromClause, *, within: FromClause | None = None, prefix: str = "") -> None:
        self.base = base
        self.clause: FromClause = base if within is None else within
        self.tables: set[str] = set()
        """Names of the tables joined so far."""
        self._prefix = prefix
        self._reached: dict[tuple[str, ...], FromClause] = {(): base}

    def column(self, path: Path) -> ColumnElement[Any]:
        """The path's column; what it needs is joined. Empty when a step leads nowhere."""
        at: tuple[str, ...] = ()
        for name, target in path.steps:
            step = (*at, name)
            if step not in self._reached:
                table = target.alias(self._prefix + "_".join(part.removesuffix("_id") for part in step))
                self.outer(table, table.c.id == self._reached[at].c[name])
                self._reached[step] = table
                self.tables.add(target.name)
            at = step
        columns = self._reached[at].c
        if path.when is None:
            return columns[path.column]
        kind, value = path.when
        return case((columns[kind] == value, columns[path.column]))

    def first(self, expression: Expression) -> ColumnElement[Any]:
        """The first path's column that isn't empty."""
        columns = [self.column(path) for path in expression]
        return columns[0] if len(columns) == 1 else func.coalesce(*columns)

    def outer(self, table: FromClause, on: ColumnElement[bool]) -> None:
        """Join one more table. Outer, so that grouping by something never loses a row; where a condition
        needs the row, the database makes it an inner join by itself.
        """
        self.clause = self.clause.outerjoin(table, on)
