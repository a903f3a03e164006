"""Every mistake of tests/cases/erp/catalog/mistakes.yaml is told with its file and line."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.erp.core.catalog_loader import load_catalog
from services.erp.core.policy_loader import load_policy
from services.erp.core.yaml_section import CatalogError

ROOT = Path(__file__).parents[4]
SHIPPED = ROOT / "services" / "erp"
CASES = yaml.safe_load((ROOT / "tests" / "cases" / "erp" / "catalog" / "mistakes.yaml").read_text("utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalog, with the policy in `policies`."""
    shutil.copytree(SHIPPED / "catalog", tmp_path / "catalog")
    shutil.copytree(SHIPPED / "policies", tmp_path / "catalog" / "policies")
    return tmp_path / "catalog"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['file']}: {case['says']}")
def test_a_mistake_is_told_with_its_place(case: dict[str, Any], folder: Path):
    file = folder / case["file"]
    text = file.read_text("utf-8")
    assert case["replace"] in text, "the case no longer fits the catalog"
    changed = text.replace(case["replace"], case["with"], 1)
    file.write_text(changed, "utf-8")
    with pytest.raises(CatalogError) as raised:
        load_policy(folder / "policies" / "demo.yaml", load_catalog(folder))
    message = str(raised.value)
    assert case["says"] in message
    assert message.startswith(f"{file}:")
    if case["at"]:
        lines = [n for n, line in enumerate(changed.splitlines(), 1) if case["at"] in line]
        assert any(message.startswith(f"{file}:{line}:") for line in lines), message


def test_an_empty_folder_and_a_missing_policy_are_told(tmp_path: Path):
    with pytest.raises(CatalogError, match="no catalog files"):
        load_catalog(tmp_path)
    with pytest.raises(CatalogError, match=r"nowhere\.yaml"):
        load_policy(tmp_path / "nowhere.yaml", load_catalog(SHIPPED / "catalog"))
