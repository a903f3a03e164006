"""Random queries that the shipped catalog can answer over a small company."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from services.erp.core.query import (
    AllOf,
    AnyOf,
    Comparison,
    ComparisonKind,
    DateRange,
    Filter,
    Grain,
    Grouping,
    Member,
    MetricCondition,
    Modifier,
    Not,
    Operator,
    Ordering,
    Query,
    Selection,
)
from services.erp.core.result import Role
from tests.unit.erp.queries.naive_figures import BALANCES, HAS_PAST, RATES
from tests.unit.erp.queries.naive_policy import Claims
from tests.unit.erp.queries.small_company import FIRST_DAY, TODAY, TREES

_CUSTOMER = frozenset(["customer", "customer_group", "territory"])
_SUPPLIER = frozenset(["supplier", "supplier_group"])
_ITEM = frozenset(["item", "item_group", "brand", "warehouse"])
_DOCUMENT = frozenset(["status", "currency"])
_DUE = frozenset(["due_date"])

_PEOPLE = frozenset(["employee", "department"])
_DOCUMENTS = {
    **dict.fromkeys(
        [
            *("revenue", "sales_returns", "net_revenue", "sales_quantity", "invoice_count"),
            *("average_order_value", "revenue_with_vat", "receivables", "overdue_receivables"),
        ],
        "sales_invoice",
    ),
    **dict.fromkeys(
        [
            *("orders_received", "sales_order_count", "open_sales_quantity", "open_sales_order_count"),
            *("late_sales_quantity", "late_sales_order_count"),
        ],
        "sales_order",
    ),
    **dict.fromkeys(["delivery_count", "delivered_quantity"], "delivery"),
    **dict.fromkeys(
        [
            *("purchase_orders", "purchase_order_count", "open_purchase_quantity"),
            *("open_purchase_order_count", "late_purchase_quantity"),
        ],
        "purchase_order",
    ),
    **dict.fromkeys(["receipt_count", "received_quantity"], "purchase_receipt"),
    **dict.fromkeys(["purchases", "purchase_invoice_count", "payables"], "purchase_invoice"),
    **dict.fromkeys(["payments_received", "payments_made"], "payment"),
}
DIMENSIONS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        [
            *(
                "revenue",
                "sales_returns",
                "net_revenue",
                "sales_quantity",
                "invoice_count",
                "average_order_value",
            ),
            *("orders_received", "sales_order_count", "open_sales_quantity", "open_sales_order_count"),
            *("late_sales_quantity", "late_sales_order_count"),
        ],
        _CUSTOMER | _ITEM | _DOCUMENT | _DUE,
    ),
    **dict.fromkeys(["delivery_count", "delivered_quantity"], _CUSTOMER | _ITEM | _DOCUMENT),
    "revenue_with_vat": _CUSTOMER | _DOCUMENT | _DUE,
    **dict.fromkeys(["cost_of_goods_sold", "gross_profit", "gross_margin"], _CUSTOMER | _ITEM),
    **dict.fromkeys(
        [
            *(
                "purchase_orders",
                "purchase_order_count",
                "open_purchase_quantity",
                "open_purchase_order_count",
            ),
            *("late_purchase_quantity", "purchases", "purchase_invoice_count"),
        ],
        _SUPPLIER | _ITEM | _DOCUMENT | _DUE,
    ),
    **dict.fromkeys(["receipt_count", "received_quantity"], _SUPPLIER | _ITEM | _DOCUMENT),
    **dict.fromkeys(["stock_quantity", "stock_value", "projected_quantity"], _ITEM),
    **dict.fromkeys(["receivables", "overdue_receivables"], _CUSTOMER | _DUE),
    "payables": _SUPPLIER | _DUE,
    **dict.fromkeys(["payments_received", "payments_made"], _CUSTOMER | _SUPPLIER),
    **dict.fromkeys(["income", "expense", "profit"], frozenset(["account"])),
    **dict.fromkeys(["inventory_turnover", "reorder_items"], _ITEM),
    "below_safety_stock": _ITEM - {"warehouse"},
    "leave_balance": _PEOPLE,
}
for _metric, _document in _DOCUMENTS.items():
    DIMENSIONS[_metric] |= {_document}
MEMBERS = {
    "customer": [f"C{n}" for n in range(6)],
    "supplier": [f"S{n}" for n in range(4)],
    "item": [f"I{n}" for n in range(5)],
    "brand": ["갑", "을"],
    "status": ["on_hold", "closed", "completed", "paid"],
    "currency": ["KRW"],
    **{tree: list(nodes) for tree, nodes in TREES.items()},
    "employee": [f"E{n}" for n in range(5)],
    **{
        document: [f"{document}-{n:05}" for n in range(8)]
        for document in set(_DOCUMENTS.values()) - {"payment"}
    },
    "payment": [f"PAY-{n}" for n in range(8)],
}
_SELECTED = ("revenue", "orders_received", "purchases", "receivables", "payables", "stock_value")
_NAMED = (
    "employee",
    "department",
    "customer",
    "customer_group",
    "territory",
    "supplier",
    "supplier_group",
    "item",
    "item_group",
    "warehouse",
)
days = st.integers(0, (TODAY - FIRST_DAY).days + 5).map(lambda n: FIRST_DAY + timedelta(days=n))


@st.composite
def ranges(draw: st.DrawFn, latest: int = 0) -> DateRange:
    start, end = sorted((draw(days), draw(days)))
    return DateRange(min(start, TODAY - timedelta(days=latest)), end)


@st.composite
def filters(draw: st.DrawFn, dimensions: list[str], depth: int = 2) -> Filter:
    kind = draw(st.sampled_from(["member"] * 3 + (["all", "any", "not"] if depth else [])))
    if kind == "member":
        dimension = draw(st.sampled_from(dimensions))
        members = draw(st.lists(st.sampled_from(MEMBERS[dimension]), max_size=3, unique=True))
        return Member(dimension, tuple(members), draw(st.booleans()))
    if kind == "not":
        return Not(draw(filters(dimensions, depth - 1)))
    parts = tuple(draw(st.lists(filters(dimensions, depth - 1), min_size=1, max_size=3)))
    return AllOf(parts) if kind == "all" else AnyOf(parts)


@st.composite
def _selections(draw: st.DrawFn, dimension: str) -> Selection:
    """매출 상위 2개 거래처, 3개 넘게 산 거래처."""
    metric = draw(st.sampled_from(sorted(m for m in _SELECTED if dimension in DIMENSIONS[m])))
    limits = [MetricCondition(metric, Operator.GREATER, Decimal(3))] if draw(st.booleans()) else []
    top = draw(st.sampled_from([0, 1, 2, 3]))
    query = Query(
        (metric,),
        (Grouping(dimension),),
        range=None if metric in BALANCES else draw(ranges()),
        filter=draw(
            st.none() | filters(sorted(DIMENSIONS[metric] & (_CUSTOMER | _SUPPLIER | _ITEM) - {"warehouse"}))
        ),
        metric_conditions=tuple(limits),
        orderings=(Ordering(metric, draw(st.booleans())),),
        top=top,
        rank_from=draw(st.sampled_from([0, *range(1, top + 1)])),
        without_rows=not limits and not top and draw(st.booleans()),
    )
    query = replace(query, orderings=()) if query.without_rows else query
    return Selection(query, excluded=draw(st.booleans()))


@st.composite
def trees(draw: st.DrawFn, dimension: str) -> Grouping:
    """By the leaves, a level, or some nodes."""
    level = draw(st.integers(0, 3))
    some = st.lists(st.sampled_from(sorted(TREES[dimension])), max_size=3, unique=True)
    return Grouping(dimension, level=level, nodes=() if level else tuple(draw(some)))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    first = draw(st.sampled_from(sorted(DIMENSIONS)))
    metrics = [first]
    common = DIMENSIONS[first]
    for other in draw(st.lists(st.sampled_from(sorted(DIMENSIONS)), max_size=2, unique=True)):
        if other != first and DIMENSIONS[other] & common - _DUE:
            metrics.append(other)
            common = common & DIMENSIONS[other]
    flows = [metric for metric in metrics if metric not in BALANCES]
    past = all(metric in HAS_PAST for metric in metrics if metric in BALANCES)
    groupings = [
        draw(trees(dimension))
        if dimension in TREES
        else Grouping(
            dimension,
            draw(st.sampled_from([Grain.WEEK, Grain.MONTH, Grain.QUARTER]))
            if dimension == "due_date"
            else None,
        )
        for dimension in draw(st.lists(st.sampled_from(sorted(common)), max_size=2, unique=True))
    ]
    named = sorted(common & set(_NAMED))
    listed = draw(st.sampled_from([None, None, None, *named]))
    groupings = [Grouping(listed)] if listed else groupings
    if past and draw(st.booleans()):
        groupings.insert(
            draw(st.integers(0, len(groupings))), Grouping("date", draw(st.sampled_from(list(Grain))))
        )
    dated = any(grouping.dimension == "date" for grouping in groupings)
    span = as_of = None
    if flows or dated:
        span = draw(ranges(latest=0))
        if not past:
            span = DateRange(span.start, max(span.end, TODAY))
    elif past and draw(st.booleans()):
        as_of = draw(days.filter(lambda day: day <= TODAY))
    comparison = None
    if past and draw(st.booleans()):
        kind = draw(st.sampled_from(list(ComparisonKind)))
        if span:
            comparison = Comparison(kind, range=draw(ranges()))
        else:
            comparison = Comparison(kind, as_of=draw(days.filter(lambda day: day <= TODAY)))
    filterable = sorted(common - _DUE)
    wanted = draw(st.none() | filters(filterable)) if filterable else None
    if listed:
        members = draw(st.lists(st.sampled_from(MEMBERS[listed]), min_size=1, max_size=3, unique=True))
        wanted = AllOf((Member(listed, tuple(members)), *([wanted] if wanted else [])))
    keys = [*metrics, *(grouping.dimension for grouping in groupings)]
    modifiers = set(draw(st.lists(st.sampled_from([Modifier.SHARE, Modifier.RANK]), unique=True)))
    if dated and flows and draw(st.booleans()):
        modifiers.add(Modifier.CUMULATIVE)
    roles = [Role.METRIC, Role.METRIC]
    if comparison:
        roles += [Role.COMPARISON, Role.CHANGE, Role.CHANGE_RATE]
    if Modifier.SHARE in modifiers:
        roles.append(Role.SHARE)

    def role_of(key: str) -> Role:
        role = draw(st.sampled_from(roles)) if key in metrics else Role.METRIC
        unfit = (key in RATES and role is Role.SHARE) or (key == "gross_margin" and role is Role.CHANGE_RATE)
        return Role.METRIC if unfit else role

    orderings = [
        Ordering(key, draw(st.booleans()), role_of(key))
        for key in draw(st.lists(st.sampled_from(keys), max_size=2, unique=True))
    ]
    metric_conditions = [
        MetricCondition(
            metric,
            draw(st.sampled_from(list(Operator))),
            draw(st.sampled_from([Decimal(0), Decimal(100), Decimal("250.5"), Decimal(3)])),
            role_of(metric),
        )
        for metric in draw(st.lists(st.sampled_from(metrics), max_size=1))
    ]
    every = draw(st.booleans())
    shape = draw(st.sampled_from(["table"] * 4 + ["within", "average", "absent", "absent", "count"]))
    if shape == "absent" and named:
        top = draw(st.sampled_from([0, 1, 2]))
        return Query(
            tuple(metrics),
            (Grouping(draw(st.sampled_from(named))),),
            range=span,
            as_of=as_of,
            due_range=draw(st.none() | ranges()) if "due_date" in common else None,
            filter=wanted,
            top=top,
            all_companies=every,
            without_rows=True,
            count_rows=not top and draw(st.booleans()),
        )
    average = None
    if shape == "average" and not set(metrics) & (BALANCES | set(RATES)):
        average = draw(st.sampled_from([Grain.DAY, Grain.WEEK, Grain.MONTH]))
        modifiers -= {Modifier.SHARE, Modifier.CUMULATIVE}
    count = shape == "count" and bool(groupings)
    if count:
        modifiers.clear()
    if Modifier.SHARE not in modifiers:
        orderings = [o for o in orderings if o.role is not Role.SHARE]
        metric_conditions = [c for c in metric_conditions if c.role is not Role.SHARE]
    top = draw(st.sampled_from([0, 0, 1, 2, 3])) if groupings and not count else 0
    selectable = sorted(common & {"customer", "supplier", "item"})
    chosen = draw(st.sampled_from([None, None, *selectable]))
    selections = (draw(_selections(chosen)),) if chosen else ()
    return Query(
        tuple(metrics),
        tuple(groupings),
        range=span,
        as_of=as_of,
        due_range=draw(st.none() | ranges()) if "due_date" in common else None,
        filter=wanted,
        metric_conditions=tuple(metric_conditions),
        orderings=tuple(orderings),
        top=top,
        rank_from=draw(st.sampled_from([0, 0, *range(1, top + 1)])),
        selections=selections,
        show_named=draw(st.booleans()),
        comparison=comparison,
        modifiers=frozenset(modifiers),
        average_over=average,
        top_within=len(groupings) - 1 if shape == "within" and top else 0,
        count_rows=count,
        all_companies=every,
        companies=() if every else draw(st.sampled_from([(), (), ("A",)])),
    )


_USERS = [
    ("executive",),
    ("executive",),
    ("sales",),
    ("purchasing", "stock"),
    ("sales", "finance"),
    ("sales", "purchasing", "stock", "finance", "people"),
    (),
]
claims = st.builds(
    Claims,
    roles=st.sampled_from(_USERS).map(lambda roles: ("employee", *roles)),
    employee=st.sampled_from([None, "E0", "E1", "E2"]),
    company=st.sampled_from([("A",), ("A", "B"), ("B", "A")]),
    territory=st.sampled_from([(), (), ("SEOUL",), ("GANGNAM", "JP"), ("KR",)]),
    warehouse=st.sampled_from([(), (), ("W1",), ("W2", "W1A"), ("W",)]),
)
