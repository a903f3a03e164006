"""The demo company once more, as a Korean packaged ERP keeps it."""

from pathlib import Path

import pytest

from services.erp.demo_company.korean_package import translate
from services.erp.load import main
from tests.integration.erp.second_erp.meaning import Model


@pytest.fixture(scope="session")
def package_file(erp_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "package.sqlite"
    translate(erp_file, path)
    return path


@pytest.fixture(scope="session")
def package_model_file(package_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package-model") / "model.sqlite"
    arguments = [
        "--erp",
        "korean_package",
        "--from",
        f"sqlite:///{package_file}",
        "--to",
        f"sqlite:///{path}",
    ]
    assert main(arguments) == 0
    return path


@pytest.fixture(scope="session")
def first(model_file: Path) -> Model:
    return Model(model_file)


@pytest.fixture(scope="session")
def second(package_model_file: Path) -> Model:
    return Model(package_model_file)
