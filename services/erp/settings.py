"""What the erp service reads from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from services.kit.settings import Address, ServiceSettings

_HERE = Path(__file__).parent


class Settings(ServiceSettings):
    name: ClassVar[str] = "erp"

    grpc_address: Address = "127.0.0.1:18087"
    metrics_address: Address = "127.0.0.1:18088"

    database_url: str = "sqlite+aiosqlite:///.maru/data/model.sqlite"
    """The local model."""
    catalog_dir: Path = _HERE / "catalog"
    policy_file: Path = _HERE / "policies" / "demo.yaml"

    statement_timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    """A question's statements together; then they are stopped."""
    max_result_rows: int = Field(default=5_000, ge=1, le=10_000)
    """Rows of a table; what is beyond is left out, and said so."""
    max_groups: int = Field(default=200_000, ge=1)
    """Groups that a question may have before they are cut; more are refused."""
    max_export_rows: int = Field(default=200_000, ge=1, le=1_000_000)
    """Rows of an exported file; more are refused."""
    max_exports: int = Field(default=2, ge=1)
    """Files written at once; each holds its rows in memory."""
    chat_url: str = "grpc://127.0.0.1:18080"
    """Where reads by people and exports are recorded: the mesh listener, as grpc://HOST:PORT."""
    max_rows_read: int = Field(default=50_000_000, ge=1)
    """Rows of the local model that a question may read; more are refused before anything is read."""
    refuse_stale_after: timedelta = Field(default=timedelta(days=90), gt=timedelta(0))
    """Data older than this answers no question (ISO 8601, as in P7D, or seconds)."""
