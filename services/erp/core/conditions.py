"""Conditions on a fact's rows as SQL that is true or false, never unknown, so that NOT means what people
mean.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    and_,
    case,
    false,
    literal,
    not_,
    or_,
    select,
)

from services.erp.core.catalog import Condition, Dimension, Fact, Test
from services.erp.core.joins import Joins
from services.erp.core.query import AllOf, AnyOf, Filter, Member, Not

_DEPTH: Final = 32


class Trees:
    """What lies below nodes, and above them at a level, as recursive queries; each once a statement."""

    def __init__(self) -> None:
        self._below: dict[tuple[str, tuple[str, ...]], CTE] = {}
        self._above: dict[tuple[str, int], CTE] = {}

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

    def above(self, dimension: Dimension, level: int) -> CTE:
        """`id` of every node, and `node`: its ancestor at the level, or itself where it stands higher."""
        key = (dimension.key, level)
        if key not in self._above:
            tree, parent = dimension.rows.alias("node"), dimension.rows.alias("parent")
            nodes = (
                select(tree.c.id, tree.c.id.label("node"), literal(1).label("level"))
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


def defined(condition: Condition, joins: Joins, as_of: date) -> ColumnElement[bool]:
    """A condition of the catalog."""
    column = joins.first(condition.expression)
    match condition.test:
        case Test.IN:
            return is_one_of(column, condition.values)
        case Test.NOT_IN:
            return or_(column.is_(None), column.not_in(condition.values))
        case Test.ABOVE:
            return column > literal(Decimal(condition.values[0]), column.type)
        case Test.BEFORE_AS_OF:
            return column < as_of


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
            column = joins.first(fact.expression(key))
            found: ColumnElement[bool] = false()
            if members:
                among: ColumnElement[bool]
                if dimensions[key].is_tree:
                    among = column.in_(select(trees.below(dimensions[key], members).c.id))
                else:
                    among = is_one_of(column, members)
                found = and_(column.is_not(None), among)
            return or_(found, column.is_(None)) if include_missing else found
