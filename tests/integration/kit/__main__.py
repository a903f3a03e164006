"""The service of these tests as a process: `python -m tests.integration.kit`."""

from services.kit.server import run
from services.kit.settings import load
from tests.integration.kit.catalog_service import Catalog, Settings

if __name__ == "__main__":
    run(load(Settings), Catalog().app)
