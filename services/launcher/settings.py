"""Settings of the `maru` command; the only place of the launcher that reads the environment."""

import datetime as dt
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO_USERS = REPOSITORY / "services" / "identity" / "demo_users.yaml"


class LauncherSettings(BaseSettings):
    """Where the embedded mesh keeps its state and listens. Each field is `MARU_<NAME>` in the environment."""

    model_config = SettingsConfigDict(env_prefix="MARU_", frozen=True, extra="ignore")

    home: Path = REPOSITORY / ".maru"
    """State folder: databases, keys, logs, models. Removed by `maru reset`."""
    port: int = Field(default=8080, ge=1024, le=65535)
    """Port of the edge: web page, gRPC-Web, gRPC, sign-in."""
    port_base: int = Field(default=18080, ge=1024, le=65500)
    """First of the consecutive loopback ports of the parts."""
    today: dt.date | None = None
    """Fixes what "today" is, for demos and evaluation."""
    timezone: str = "Asia/Seoul"
    log_level: str = "INFO"
    users_file: Path = DEMO_USERS
    """Users of the embedded issuer."""
    demo_documents: bool = True
    """Whether the demo company's documents are taken in at the first start."""
    demo_lines: int = Field(default=5000, ge=100, le=20_000_000)
    """Sales invoice lines of the demo company."""

    @property
    def edge_url(self) -> str:
        """Address of the web page, of the issuer and of every client."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        """OpenID issuer; same origin as the web page."""
        return f"{self.edge_url}/realms/maru"
