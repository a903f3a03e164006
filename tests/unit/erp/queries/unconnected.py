"""What the catalog says beforehand of what an ERP leaves out, against what asking for it comes to."""

from dataclasses import replace

from services.erp.core.catalog import TimeBehavior
from services.erp.core.query import DateRange, Grain, Grouping, Query
from services.erp.core.use_cases import Erp
from services.kit.errors import MaruError
from services.kit.identity import Identity


async def disagreements(erp: Erp, who: Identity, days: DateRange) -> tuple[int, list[str]]:
    """How many metrics and dimensions of metrics are said to be unconnected, and where a plain question says otherwise."""

    async def refused(query: Query) -> bool:
        try:
            await erp.run_query(who, query, validate_only=True)
        except MaruError as error:
            return error.metadata.get("cause") == "not_connected"
        return False

    said, wrong = 0, []
    for told in (await erp.describe(who)).metrics:
        metric = told.metric
        if not told.permitted:
            continue
        asked = Query((metric.key,), range=days if metric.time is TimeBehavior.FLOW else None)
        said += bool(told.unconnected) + len(told.unconnected_dimensions)
        if await refused(asked) != bool(told.unconnected):
            wrong.append(metric.key)
        for key in () if told.unconnected else told.dimensions:
            grain = Grain.MONTH if key in ("date", "due_date") else None
            by_it = replace(asked, groupings=(Grouping(key, grain),))
            if key == "date":
                by_it = replace(by_it, range=days)
            if await refused(by_it) != (key in told.unconnected_dimensions):
                wrong.append(f"{metric.key} by {key}")
    return said, wrong
