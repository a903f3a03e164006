import pytest

from services.admin.settings import Settings
from services.kit.settings import load


def test_parts_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARU_PARTS", "erp=grpc://127.0.0.1:18087, envoy=http://127.0.0.1:18081/ready?a=b,")
    assert list(load(Settings).parts.items()) == [
        ("erp", "grpc://127.0.0.1:18087"),
        ("envoy", "http://127.0.0.1:18081/ready?a=b"),
    ]


def test_no_parts_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARU_PARTS", raising=False)
    assert load(Settings).parts == {}


@pytest.mark.parametrize(
    "value",
    ["erp", "erp=127.0.0.1:18087", "=grpc://127.0.0.1:1", "erp=ftp://x:1", "a=http://h/,a=http://h/"],
)
def test_a_wrong_list_is_refused_by_name_and_never_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MARU_PARTS", value)
    with pytest.raises(SystemExit, match="MARU_PARTS"):
        load(Settings)
