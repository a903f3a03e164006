"""Every sentence that can be said of a result holds nothing but the result: checked on made-up and random results."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chat.composing.facts import facts_of
from services.chat.composing.guard import foreign_parts
from services.chat.composing.replies import reply
from services.chat.composing.shapes import Framing, shape_result
from services.chat.composing.wording import Register
from services.chat.result import Column, ResultContext, Table
from services.chat.semantic import (
    Comparison,
    ComparisonKind,
    DateRange,
    EntityKind,
    EntityReference,
    Grain,
    Grouping,
    MemberCondition,
    Modifier,
    Ordering,
    Query,
    Role,
    Unit,
    UnitKind,
)
from tests.fakes.company import context_of, entities
from tests.unit.chat.composing.results import CATALOG, HOSTILE, INJECTED, language_of

# --- random results -----------------------------------------------------------------------------


names = st.one_of(
    st.sampled_from([e.display_name for e in entities()]),
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=60),
)
amounts = st.decimals(-(10**12), 10**12, places=4, allow_nan=False)


def _of_rows(
    draw: st.DrawFn, kind: str, grouped: str, metrics: list[str]
) -> tuple[Query, Table, ResultContext, Framing]:
    """How many rows there are, or the things that have none."""
    dimension = Column(grouped, CATALOG.dimensions[grouped].display_name, Role.DIMENSION)
    query = Query(
        tuple(metrics),
        (Grouping(grouped),),
        DateRange(date(2026, 10, 1), date(2026, 10, 31)),
        without_rows=kind == "absent" or draw(st.booleans()),
        count_rows=kind == "count",
    )
    if kind == "count":
        column = Column(
            "count", f"{dimension.display_name} 수", Role.METRIC, metrics[0], Unit(UnitKind.COUNT)
        )
        table = Table((column,), ((draw(st.integers(0, 10**6)),),), 1)
    else:
        members = [
            EntityReference(EntityKind.CUSTOMER, f"K{n}", draw(names)) for n in range(draw(st.integers(0, 9)))
        ]
        table = Table((dimension,), tuple((member,) for member in members), len(members))
    return query, table, context_of((), partial=draw(st.booleans())), Framing("2026년 10월")


@st.composite
def results(draw: st.DrawFn) -> tuple[Query, Table, ResultContext, Framing]:
    metrics = draw(
        st.lists(
            st.sampled_from(["revenue", "orders_received", "stock_quantity"]),
            min_size=1,
            max_size=2,
            unique=True,
        )
    )
    grouped = draw(st.sampled_from(["", "customer", "item", "date"]))
    kind = (
        draw(st.sampled_from(["rows", "rows", "rows", "count", "absent"]))
        if grouped in ("customer", "item")
        else "rows"
    )
    if kind != "rows":
        return _of_rows(draw, kind, grouped, metrics[:1])
    compared = not grouped and draw(st.booleans())
    top = draw(st.sampled_from([0, 1, 5])) if grouped and grouped != "date" else 0
    descending = draw(st.booleans())
    share = bool(top) and draw(st.booleans())
    columns: list[Column] = []
    if grouped:
        columns.append(Column(grouped, CATALOG.dimensions[grouped].display_name, Role.DIMENSION))
    for key in metrics:
        unit = (
            Unit(UnitKind.QUANTITY, draw(st.sampled_from(["EA", "KG", "Box"])))
            if "quantity" in key
            else Unit(UnitKind.CURRENCY, "KRW")
        )
        columns.append(Column(key, CATALOG.metrics[key].display_name, Role.METRIC, key, unit))
        if compared:
            columns.append(Column(f"{key}.comparison", "비교", Role.COMPARISON, key, unit))
            columns.append(Column(f"{key}.change", "증감", Role.CHANGE, key, unit))
            columns.append(Column(f"{key}.rate", "증감률", Role.CHANGE_RATE, key, Unit(UnitKind.PERCENT), 1))
        if share:
            columns.append(Column(f"{key}.share", "비중", Role.SHARE, key, Unit(UnitKind.PERCENT), 1))
    rows = []
    for index in range(draw(st.integers(0, 12)) if grouped else 1):
        row: list[object] = []
        now = then = Decimal(0)
        for column in columns:
            if column.role is Role.DIMENSION:
                member = EntityReference(EntityKind.CUSTOMER, f"K{index}", draw(names))
                row.append(
                    date(2026, 1 + index % 12, 1)
                    if grouped == "date"
                    else draw(st.sampled_from([member, None]))
                )
            elif column.role is Role.METRIC:
                now = draw(amounts)
                row.append(now)
            elif column.role is Role.COMPARISON:
                then = draw(st.one_of(amounts, st.just(Decimal(0))))
                row.append(then)
            elif column.role is Role.CHANGE:
                row.append(now - then)
            elif column.role is Role.CHANGE_RATE:
                row.append(
                    ((now - then) / abs(then) * 100).quantize(Decimal("0.1")) if abs(then) > 1 else None
                )
            else:
                row.append(draw(st.decimals(0, 100, places=1)))
        rows.append(tuple(row))
    member = EntityReference(EntityKind.CUSTOMER, "C", draw(names))
    members = (MemberCondition("customer", (member,), draw(st.booleans())),) if draw(st.booleans()) else ()
    query = Query(
        metrics=tuple(metrics),
        groupings=(Grouping(grouped, Grain.MONTH if grouped == "date" else None),) if grouped else (),
        range=DateRange(date(2026, 10, 1), date(2026, 10, 31)),
        members=members,
        orderings=(Ordering(metrics[0], descending),) if top else (),
        top=top,
        comparison=Comparison(ComparisonKind.PREVIOUS_PERIOD, DateRange(date(2026, 9, 1), date(2026, 9, 30)))
        if compared
        else None,
        modifiers=(Modifier.SHARE,) if share else (),
    )
    stale = datetime(2026, 10, 2, 9, 5, tzinfo=UTC) if draw(st.booleans()) else None
    framing = Framing(
        "2026년 10월",
        "2026년 9월" if compared else "",
        draw(st.booleans()) and compared,
        stale,
        scale=draw(st.sampled_from([0, 0, 1000, 1_000_000, 100_000_000])),
        premise=draw(st.sampled_from([-1, 0, 1])),
    )
    return (
        query,
        Table(tuple(columns), tuple(rows), len(rows)),
        context_of((), partial=draw(st.booleans())),
        framing,
    )


@given(results(), st.sampled_from(list(Register)), st.randoms(use_true_random=False))
@pytest.mark.timeout(240)  # many examples
@settings(max_examples=2000, deadline=None)
def test_every_sentence_of_a_random_result_holds_only_the_result(
    result: tuple[Query, Table, ResultContext, Framing], register: Register, source: random.Random
) -> None:
    query, table, context, framing = result
    shaped = shape_result(query, table, context, framing, CATALOG)
    if shaped.shape == "nothing":
        assert not any(
            row[i] is not None
            for row in table.rows
            for i, c in enumerate(table.columns)
            if c.role is Role.METRIC
        )
        assert reply("nothing", register, shaped.content)
        return
    language = language_of(shaped, register)
    rendered = {fact.rendered for fact in facts_of(table, query, "합계", framing.scale)}
    said = [language.first, *(language.sample(source) for _ in range(2))]
    for sentence in said:
        assert language.accepts(sentence)
        assert foreign_parts(sentence, language.atoms) == ()
        cut = source.randrange(len(sentence) + 1)
        assert language.accepts(sentence[:cut] + language.complete(sentence[:cut]))
    figures = [atom for key, atom in shaped.content.atoms.items() if key.endswith("value")]
    figures += [row["value"] for row in shaped.content.rows if "value" in row]
    assert {part for figure in figures for part in figure.split(", ")} <= rendered


@given(results())
@settings(max_examples=100, deadline=None)
def test_facts_are_cells(result: tuple[Query, Table, ResultContext, Framing]) -> None:
    query, table, _, _ = result
    place = {column.key: index for index, column in enumerate(table.columns)}
    for fact in facts_of(table, query, "합계"):
        assert Decimal(fact.value) == table.rows[fact.row_index][place[fact.column_key]]
        assert fact.label


def test_an_injected_name_changes_nothing_but_the_name() -> None:
    def told(name: str) -> str:
        member = EntityReference(EntityKind.CUSTOMER, "C", name)
        query = Query(("revenue",), (Grouping("customer"),), DateRange(date(2026, 10, 1), date(2026, 10, 31)))
        columns = (
            Column("customer", "거래처", Role.DIMENSION),
            Column("revenue", "매출", Role.METRIC, "revenue", Unit(UnitKind.CURRENCY, "KRW")),
        )
        table = Table(columns, ((member, Decimal(1200)),), 1)
        return language_of(shape_result(query, table, context_of(()), Framing("2026년 10월"), CATALOG)).first

    assert told(INJECTED) == told("가나").replace("가나", INJECTED)
