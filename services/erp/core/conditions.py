"""Conditions on a fact's rows as SQL that is true or false, never unknown, so that NOT means what people
mean.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Table,
    and_,
    bindparam,
    case,
    false,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from services.erp.core.catalog import Condition, Dimension, Expression, Fact, Path, Test
from services.erp.core.joins import Joins
from services.erp.core.query import AllOf, AnyOf, Filter, Member, Not

_DEPTH: Final = 32


class Trees:
    """What lies below nodes, and above them at a level, as recursive queries; each once a statement."""

    def __init__(self) -> None:
        self._below: dict[tuple[str, tuple[str, ...]], CTE] = {}
        self._above: dict[tuple[str, int], CTE] = {}
        self._under: dict[tuple[str, tuple[str, ...]], CTE] = {}

    def below(self, dimension: Dimension, members: tuple[str, ...]) -> CTE:
        """`id` of the members and of everything below them."""
        key = (dimension.key, members)
        if key not in self._below:
            tree = dimension.rows.alias("node")
            nodes = (
                select(tree.c.id)
                .where(tree.c.id.in_(members))
                .cte(f"below_{dimension.key}_{len(self._below)}", recursive=True)
            )
            self._below[key] = nodes.union(select(tree.c.id).join(nodes, tree.c.parent_id == nodes.c.id))
        return self._below[key]

    def under(self, dimension: Dimension, members: tuple[str, ...]) -> CTE:
        """`id` of every node that is one of the members or lies below one, and `node`: each such member."""
        key = (dimension.key, members)
        if key not in self._under:
            tree = dimension.rows.alias("node")
            nodes = (
                select(tree.c.id, tree.c.id.label("node"))
                .where(tree.c.id.in_(members))
                .cte(f"under_{dimension.key}", recursive=True)
            )
            self._under[key] = nodes.union(
                select(tree.c.id, nodes.c.node).join(nodes, tree.c.parent_id == nodes.c.id)
            )
        return self._under[key]

    def above(self, dimension: Dimension, level: int) -> CTE:
        """`id` of every node, and `node`: its ancestor at the level, or itself where it stands higher.

        A lone root stands for all there is and is no level: what lies below it is the first.
        """
        key = (dimension.key, level)
        if key not in self._above:
            tree, parent = dimension.rows.alias("node"), dimension.rows.alias("parent")
            nodes = (
                select(
                    tree.c.id,
                    tree.c.id.label("node"),
                    case((_is_lone(tree, dimension.rows), 0), else_=1).label("level"),
                )
                .select_from(tree.outerjoin(parent, parent.c.id == tree.c.parent_id))
                .where(parent.c.id.is_(None))
                .cte(f"above_{dimension.key}_{level}", recursive=True)
            )
            self._above[key] = nodes.union(
                select(
                    tree.c.id, case((nodes.c.level < level, tree.c.id), else_=nodes.c.node), nodes.c.level + 1
                )
                .join(nodes, tree.c.parent_id == nodes.c.id)
                .where(nodes.c.level < _DEPTH)
            )
        return self._above[key]


def _is_lone(root: FromClause, nodes: Table) -> ColumnElement[bool]:
    """No other node of the tree, or of the company's part of it, has nothing above it."""
    other, parent = nodes.alias("other"), nodes.alias("other_parent")
    same = other.c.company_id == root.c.company_id if "company_id" in other.c else true()
    others = other.outerjoin(parent, parent.c.id == other.c.parent_id)
    return (
        ~select(other.c.id)
        .select_from(others)
        .where(parent.c.id.is_(None), other.c.id != root.c.id, same)
        .exists()
    )


Predicate = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""A condition on a column that an empty one doesn't meet."""


def _asked(
    expression: Expression, joins: Joins, predicate: Predicate
) -> tuple[ColumnElement[Any], Predicate]:
    """The column to ask and what to ask of it, so that the expression's own column meets the predicate.

    Masters (an item, a customer, a warehouse) at the end of a path are asked for as a set, not joined: the
    database then reads the fact once along its index, instead of once for each master.
    """
    if len(expression) > 1:
        return joins.first(expression), predicate
    path = expression[0]
    steps = list(path.steps)
    if path.when is not None:
        return joins.column(path), predicate
    column, wanted = path.column, predicate
    while steps and "state" not in steps[-1][1].c:  # a document has a state, a master hasn't
        holding, master = steps.pop()
        column, wanted = holding, _among(master, column, wanted)
    return joins.column(Path(tuple(steps), column, None)), wanted


def _among(master: Table, column: str, predicate: Predicate) -> Predicate:
    rows = master.alias()
    keys = select(rows.c.id).where(predicate(rows.c[column]))
    return lambda holding: holding.in_(keys)


def meets(expression: Expression, joins: Joins, predicate: Predicate) -> ColumnElement[bool]:
    """Rows that lead to something that meets the predicate; unknown where a step is empty."""
    column, wanted = _asked(expression, joins, predicate)
    return wanted(column)


def _known(expression: Expression, joins: Joins, predicate: Predicate) -> ColumnElement[bool]:
    """As `meets`, and false where a step is empty."""
    column, wanted = _asked(expression, joins, predicate)
    return and_(column.is_not(None), wanted(column))


def defined(condition: Condition, joins: Joins, as_of: date) -> ColumnElement[bool]:
    """A condition of the catalog."""
    match condition.test:
        case Test.IN:
            return meets(condition.expression, joins, lambda column: is_one_of(column, condition.values))
        case Test.NOT_IN:
            column = joins.first(condition.expression)
            return or_(column.is_(None), column.not_in(condition.values))
        case Test.ABOVE:
            return meets(condition.expression, joins, lambda column: column > _number(condition, column))
        case Test.AT_LEAST:
            return meets(condition.expression, joins, lambda column: column >= _number(condition, column))
        case Test.BEFORE_AS_OF:
            return meets(condition.expression, joins, lambda column: column < as_of)


def _number(condition: Condition, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Written into the statement, not bound: only then a partial index over the same condition is used."""
    return bindparam(None, Decimal(condition.values[0]), column.type, literal_execute=True)


class Unindexed(FunctionElement[Any]):
    """A column by which no index is looked up, so that another one is read in its own order."""

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(Unindexed, "sqlite")
def _sqlite(element: Unindexed, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"+{compiler.process(element.clauses, **kwargs)}"


@compiles(Unindexed, "mysql", "mariadb")
def _mysql(element: Unindexed, compiler: SQLCompiler, **kwargs: Any) -> str:
    return compiler.process(element.clauses, **kwargs)


def is_one_of(column: ColumnElement[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    return column == values[0] if len(values) == 1 else column.in_(values)


def filtered(
    node: Filter, fact: Fact, joins: Joins, dimensions: Mapping[str, Dimension], trees: Trees
) -> ColumnElement[bool]:
    """A filter of the question or of the policy."""
    match node:
        case AllOf(filters):
            return and_(*(filtered(one, fact, joins, dimensions, trees) for one in filters))
        case AnyOf(filters):
            return or_(*(filtered(one, fact, joins, dimensions, trees) for one in filters))
        case Not(inner):
            return not_(filtered(inner, fact, joins, dimensions, trees))
        case Member(key, members, include_missing):
            expression = fact.expression(key)
            found: ColumnElement[bool] = false()
            if members:
                found = _known(expression, joins, _one_of(dimensions[key], members, trees))
            if include_missing:
                found = or_(found, not_(_known(expression, joins, lambda column: column.is_not(None))))
            return found


def _one_of(dimension: Dimension, members: tuple[str, ...], trees: Trees) -> Predicate:
    """The member is one of these, or lies below one."""
    if not dimension.is_tree:
        return lambda column: is_one_of(column, members)
    below = trees.below(dimension, members)
    return lambda column: column.in_(select(below.c.id))
