"""Reading a set, its halves, its names and gold; what becomes of a turn."""

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from maru.chat.v1 import turn_pb2

from services.launcher.errors import LauncherError
from services.launcher.evaluation.gold import MissingNameError, SourceGold
from services.launcher.evaluation.mutating import mutations
from services.launcher.evaluation.question_set import (
    Expectation,
    Gold,
    Question,
    QuestionSet,
    Turn,
    read_set,
)
from services.launcher.evaluation.scoring import GoldOfTurn, Judged, Scored, Verdict, bars, judge

SET = """
today: 2026-11-20
macros: {sum: "(SELECT sum(a) FROM sales WHERE d BETWEEN '$1' AND '$2')"}
tables: {sales: "SELECT d, c, a FROM raw WHERE c IN (SELECT value FROM asker) OR NOT EXISTS (SELECT 1 FROM asker)"}
names: {who: "SELECT '(주)가나', 'C-1' UNION ALL SELECT '다라', 'C-2' ORDER BY 2", nobody: "SELECT 1 WHERE 0"}
"""
QUESTIONS = """
defaults: {user: kim, category: single}
questions:
- {id: one, ask: ["10월 매출", "10월 매출은?"], gold: "SELECT $sum(2026-10-01, 2026-10-31)"}
- {id: two, ask: "{who:bare|이/가} 10월에", gold: "SELECT a FROM sales WHERE c = :who ORDER BY 1",
   expect: [answered, clarified]}
- {id: three, category: write, turns: [{ask: 지워줘, expect: refused}]}
"""


@pytest.fixture
def questions(tmp_path: Path) -> QuestionSet:
    (tmp_path / "set.yaml").write_text(SET, "utf-8")
    (tmp_path / "some.yaml").write_text(QUESTIONS, "utf-8")
    return read_set(tmp_path)


@pytest.fixture
def source(tmp_path: Path, questions: QuestionSet) -> SourceGold:
    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        database.execute("CREATE TABLE raw (d, c, a)")
        database.executemany(
            "INSERT INTO raw VALUES (?, ?, ?)", [("2026-10-05", "C-1", 0.1), ("2026-10-06", "C-2", 0.2)]
        )
    database.close()
    return SourceGold(f"sqlite:///{tmp_path / 'erp.sqlite'}", questions, {"kim": {"customer": ["C-2"]}})


def test_a_set_is_read(questions: QuestionSet):
    assert questions.today == date(2026, 11, 20)
    assert [(each.id, each.user, each.category) for each in questions.questions] == [
        ("one", "kim", "single"),
        ("one~2", "kim", "single"),
        ("two", "kim", "single"),
        ("three", "kim", "write"),
    ]
    one, again, two, three = questions.questions
    assert (
        one.turns[0].gold.rows
        == "SELECT (SELECT sum(a) FROM sales WHERE d BETWEEN '2026-10-01' AND '2026-10-31')"
    )
    assert one.half == again.half
    assert two.turns[0].expect == (Expectation.ANSWERED, Expectation.CLARIFIED)
    assert three.turns[0].expect == (Expectation.REFUSED,)
    halves = {half: {each.id for each in questions.only(half).questions} for half in ("tune", "report")}
    assert halves["tune"] | halves["report"] == {"one", "one~2", "two", "three"}
    assert not halves["tune"] & halves["report"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{id: a, ask: b, user: c, category: d}", "gold"),
        ("{id: a, user: c, category: d, gold: SELECT 1}", "id와 ask"),
        ("{id: a, ask: b, user: c, category: d, gold: {row: SELECT 1}}", "gold"),
        ("{id: a, ask: b, user: c, category: d, expect: maybe}", "maybe"),
        ("{id: one, ask: b, user: c, category: d, gold: SELECT 1}", "두 번"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, entry: str, said: str):
    (tmp_path / "set.yaml").write_text(SET, "utf-8")
    (tmp_path / "some.yaml").write_text(QUESTIONS + f"- {entry}\n", "utf-8")
    with pytest.raises(LauncherError) as raised:
        read_set(tmp_path)
    assert said in raised.value.korean


def test_gold_is_what_the_asker_may_see(source: SourceGold):
    sql = "SELECT exact(a) FROM sales"
    assert source.expected("", sql).rows == (("0.3",),)
    assert source.expected("kim", sql).rows == (("0.2",),)
    assert source.expected("", "SELECT quotient(1, 3)").rows == (("0.333333333333",),)
    assert source.expected("", "SELECT a FROM sales ORDER BY a").ordered
    assert not source.expected("", "SELECT a FROM (SELECT a FROM sales ORDER BY a)").ordered
    with pytest.raises(LauncherError, match="gold SQL"):
        source.expected("", "DELETE FROM raw")
    source.close()


def test_names_are_written_in_and_bound(source: SourceGold):
    assert source.spoken("{who|은/는} {who:bare|은/는} {who}") == "(주)가나는 가나는 (주)가나"
    assert source.spoken("{who|은/는}", choice=1) == "다라는"
    assert source.expected("", "SELECT :who, :who_name").rows == (("C-1", "(주)가나"),)
    assert source.expected("", "SELECT :who", choice=1).rows == (("C-2",),)
    assert source.expected("", "SELECT :choice_2", ["a", "b"]).rows == (("b",),)
    with pytest.raises(MissingNameError):
        source.spoken("{nobody}")
    source.close()


def answer(outcome: str, **more: Any) -> turn_pb2.Answer:
    return ParseDict({"outcome": f"OUTCOME_{outcome}", **more}, turn_pb2.Answer())


TABLE = {"columns": [{"key": "a", "role": "ROLE_METRIC"}], "rows": [{"values": [{"decimal": "0.3"}]}]}
OTHER = {"columns": [{"key": "a", "role": "ROLE_METRIC"}], "rows": [{"values": [{"decimal": "0.4"}]}]}
SUM = Gold(rows="SELECT exact(a) FROM sales")
TWICE = Gold(parts=("SELECT exact(a) FROM sales", "SELECT '0.4'"))
CHOICES = Gold(choices="SELECT 'C-1' UNION ALL SELECT 'C-2'")


def offering(*keys: str) -> dict[str, Any]:
    entity = {"kind": "ENTITY_KIND_CUSTOMER"}
    return {"choices": [{"label": key, "entity": {**entity, "key": key}} for key in keys]}


@pytest.mark.parametrize(
    ("expect", "gold", "told", "verdict"),
    [
        ("answered", SUM, answer("ANSWERED", table=TABLE), Verdict.EXACT),
        ("answered", SUM, answer("ANSWERED", table=OTHER), Verdict.SILENTLY_WRONG),
        ("answered", SUM, answer("CLARIFIED"), Verdict.CLARIFIED_NEEDLESSLY),
        ("answered", SUM, answer("REFUSED"), Verdict.REFUSED_NEEDLESSLY),
        ("answered", SUM, answer("NO_DATA"), Verdict.NOT_FOUND),
        ("answered", SUM, answer("NO_DATA", table=OTHER), Verdict.SILENTLY_WRONG),
        ("answered", Gold(rows="SELECT NULL"), answer("NO_DATA", table={}), Verdict.EXACT),
        ("answered", Gold(talk=True), answer("ANSWERED", table=TABLE), Verdict.SILENTLY_WRONG),
        ("answered", SUM, answer("ANSWERED", table=TABLE, further=[{"outcome": 1, "table": OTHER}]), Verdict.SILENTLY_WRONG),
        ("answered", TWICE, answer("ANSWERED", table=TABLE, further=[{"outcome": 1, "table": OTHER}]), Verdict.EXACT),
        ("answered", TWICE, answer("ANSWERED", table=TABLE), Verdict.SILENTLY_WRONG),
        ("answered", TWICE, answer("ANSWERED", table=TABLE, further=[{"outcome": 2}]), Verdict.CLARIFIED_NEEDLESSLY),
        ("refused", Gold(), answer("REFUSED"), Verdict.REFUSED),
        ("refused", Gold(), answer("ANSWERED", table=TABLE), Verdict.SILENTLY_WRONG),
        ("no_data", Gold(), answer("NO_DATA"), Verdict.NO_DATA),
        ("no_data", Gold(), answer("ANSWERED", table=TABLE), Verdict.SILENTLY_WRONG),
        ("clarified", CHOICES, answer("CLARIFIED", clarification=offering("C-1", "C-2")), Verdict.CLARIFIED),
        ("clarified", CHOICES, answer("CLARIFIED", clarification=offering("C-1")), Verdict.OTHER_CHOICES),
        ("clarified", CHOICES, answer("CLARIFIED", clarification=offering("C-1", "C-2", "C-3")), Verdict.OTHER_CHOICES),
        ("clarified", Gold(), answer("ANSWERED", table=TABLE), Verdict.SILENTLY_WRONG),
    ],
)  # fmt: skip
def test_verdicts(source: SourceGold, expect: str, gold: Gold, told: turn_pb2.Answer, verdict: Verdict):
    turn = Turn("?", (Expectation(expect),), gold)
    assert judge(turn, told, GoldOfTurn(source, "", (), 0)).verdict is verdict
    source.close()


def test_bars():
    def turn(expect: Expectation, verdict: Verdict, category: str = "single") -> Scored:
        return Scored("q", 1, "kim", category, "tune", "?", expect, Judged(verdict))

    exact = [turn(Expectation.ANSWERED, Verdict.EXACT)] * 97
    good = [
        *exact,
        turn(Expectation.ANSWERED, Verdict.CLARIFIED),
        turn(Expectation.REFUSED, Verdict.REFUSED, "write"),
    ]
    assert [bar.reached for bar in bars(good)] == [
        "97/97 = 100.0 %",
        "0",
        "–",
        "1/1 = 100.0 %",
        "0/97 = 0.0 %",
    ]
    assert all(bar.held for bar in bars(good))
    for spoiling, spoilt in (
        (turn(Expectation.NO_DATA, Verdict.SILENTLY_WRONG), [1]),
        (turn(Expectation.CLARIFIED, Verdict.OTHER_CHOICES), [2]),
        (turn(Expectation.REFUSED, Verdict.CLARIFIED_NEEDLESSLY, "forbidden"), [3]),
        (turn(Expectation.ANSWERED, Verdict.NOT_FOUND), [0, 4]),
    ):
        missed = [spoiling] * 4
        assert [index for index, bar in enumerate(bars([*good, *missed])) if not bar.held] == spoilt


def test_mutations_move_question_and_gold_together():
    gold = Gold(rows="SELECT sum(a) FROM sales WHERE d BETWEEN '2026-10-01' AND '2026-10-31'")
    question = Question("q", "kim", "single", (Turn("{who} 10월 매출은", (Expectation.ANSWERED,), gold),))
    said = {
        mutated.id: (mutated.turns[0].ask, choice)
        for choice, questions in mutations([question])
        for mutated in questions
    }
    assert said["q+names"] == ("{who} 10월 매출은", 1)
    assert said["q+month"] == ("{who} 7월 매출은", 0)
    assert said["q+particles"] == ("{who} 10월 매출", 0)
    assert said["q+polite"] == ("{who} 10월 매출은 알려주세요", 0)
    (moved,) = [each for _, found in mutations([question]) for each in found if each.id == "q+month"]
    assert moved.turns[0].gold.rows.endswith("BETWEEN '2026-07-01' AND '2026-07-31'")
    asked_last_year = Question("q", "kim", "single", (Turn("작년 10월 매출", (Expectation.ANSWERED,), gold),))
    assert not [each for _, found in mutations([asked_last_year]) for each in found if "month" in each.id]
