"""Trees (item_group, warehouse, territory, account, …) know only their parent: what any ERP has, row by row.

What lies below a node is computed when asked, by a recursive query over a small table; a cycle in the
source's parents ends at DEPTH instead of running on.
"""

from typing import Final

from sqlalchemy import CTE, Table, literal, select

DEPTH: Final = 32


def closure(tree: Table) -> CTE:
    """Every (ancestor_id, id, depth) of a tree; each node is its own ancestor at depth 0.

    Filter "this node or below": `column.in_(select(c.c.id).where(c.c.ancestor_id.in_(ids)))`.
    Group by the nodes of one level: join on id, with ancestor_id among the nodes of that level.
    """
    top = select(tree.c.id.label("ancestor_id"), tree.c.id.label("id"), literal(0).label("depth"))
    above = top.cte(f"{tree.name}_closure", recursive=True)
    below = (
        select(above.c.ancestor_id, tree.c.id, above.c.depth + 1)
        .join(tree, tree.c.parent_id == above.c.id)
        .where(above.c.depth < DEPTH)
    )
    return above.union(below)
