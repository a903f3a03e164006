"""Names by their sound: tests/cases/erp/names/sounds.yaml."""

from pathlib import Path

import pytest
import yaml

from services.erp.core.sounds import SoundIndex

CASES = yaml.safe_load(
    (Path(__file__).parents[3] / "cases" / "erp" / "names" / "sounds.yaml").read_text("utf-8")
)
INDEX = SoundIndex((name, at) for at, name in enumerate(CASES["names"]))


@pytest.mark.parametrize("case", CASES["sounds"], ids=lambda case: case["heard"])
def test_sounds_like(case: dict[str, str]):
    assert [CASES["names"][each.at] for each in INDEX.like(case["heard"])] == [case["name"]] * bool(
        case["name"]
    )


def test_a_long_name_is_sure_and_a_short_one_may_be_chance():
    (long,) = INDEX.like("퍼시픽 베어링")
    (short,) = INDEX.like("서울")
    assert (long.whole, long.sure) == (False, True)
    assert (short.whole, short.sure) == (True, False)
