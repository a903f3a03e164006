import json
import stat
from pathlib import Path

import pytest

from services.kit.errors import WorkloadInvalid
from services.kit.workload import WorkloadSigner, WorkloadVerifier, write_keys


def signer(folder: Path, name: str) -> WorkloadSigner:
    return WorkloadSigner.from_file(name, folder / "workload" / f"{name}.pem")


def test_private_keys_are_the_owners_alone(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat", "erp"])
    assert stat.S_IMODE((tmp_path / "workload").stat().st_mode) == 0o700
    for name in ("chat", "erp"):
        assert stat.S_IMODE((tmp_path / "workload" / f"{name}.pem").stat().st_mode) == 0o600


def test_the_published_file_holds_no_private_part(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat"])
    (key,) = json.loads((tmp_path / "workload.jwks.json").read_text())["keys"]
    assert set(key) == {"kty", "crv", "x", "kid", "use", "alg", "service"}


def test_keys_stay_when_written_again(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat"])
    before = (tmp_path / "workload.jwks.json").read_text()
    write_keys(tmp_path, ["chat"])
    assert (tmp_path / "workload.jwks.json").read_text() == before


def test_a_damaged_key_is_replaced(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat", "erp"])
    (tmp_path / "workload" / "chat.pem").write_bytes(b"\0garbage")
    write_keys(tmp_path, ["chat", "erp"])
    verifier = WorkloadVerifier(tmp_path / "workload.jwks.json", "erp")
    assert verifier.verify(signer(tmp_path, "chat").assertion("erp")) == "chat"


def test_a_new_service_is_known_without_a_restart(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat"])
    verifier = WorkloadVerifier(tmp_path / "workload.jwks.json", "erp")
    assert verifier.verify(signer(tmp_path, "chat").assertion("erp")) == "chat"
    write_keys(tmp_path, ["chat", "sync"])
    assert verifier.verify(signer(tmp_path, "sync").assertion("erp")) == "sync"


def test_known_keys_survive_a_broken_file(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat"])
    verifier = WorkloadVerifier(tmp_path / "workload.jwks.json", "erp")
    verifier.verify(signer(tmp_path, "chat").assertion("erp"))
    (tmp_path / "workload.jwks.json").write_text("{")
    assert verifier.verify(signer(tmp_path, "chat").assertion("erp")) == "chat"


def test_without_the_file_nobody_is_known(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat"])
    verifier = WorkloadVerifier(tmp_path / "missing.json", "erp")
    with pytest.raises(WorkloadInvalid):
        verifier.verify(signer(tmp_path, "chat").assertion("erp"))


def test_an_assertion_is_made_once_for_many_calls(tmp_path: Path) -> None:
    write_keys(tmp_path, ["chat"])
    chat = signer(tmp_path, "chat")
    assert chat.assertion("erp") is chat.assertion("erp")
    assert chat.assertion("erp") != chat.assertion("triton")


def test_a_missing_key_names_the_setting_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"MARU_WORKLOAD_KEY_FILE.*maru up"):
        WorkloadSigner.from_file("erp", tmp_path / "erp.pem")
