"""What the chat service reads from the environment."""

from typing import ClassVar

from pydantic import Field

from services.kit.settings import Address, ServiceSettings


class Settings(ServiceSettings):
    """See the base class. URLs: grpc://HOST:PORT of the mesh listener; the database by its scheme."""

    name: ClassVar[str] = "chat"
    embedded_schemes: ClassVar = {"database_url": frozenset({"sqlite+aiosqlite"})}

    grpc_address: Address = "127.0.0.1:18089"
    metrics_address: Address = "127.0.0.1:18090"

    database_url: str = ""
    """Empty: data/chat.sqlite in the home folder."""
    erp_url: str = "grpc://127.0.0.1:18080"
    retrieval_url: str = "grpc://127.0.0.1:18080"
    triton_url: str = "grpc://127.0.0.1:18080"
    llm_model: str = "llm"
    intent_model: str = "intent"
    intent_seconds: float = Field(default=0.15, gt=0, le=1)
    """How long an answer waits for the intent model at most."""

    requests_kept_days: int = Field(default=30, ge=1)
    """How long a request id is known, by which a repeated request changes nothing twice."""
    turn_seconds: float = Field(default=60.0, gt=0, le=300)
    max_running_turns: int = Field(default=200, ge=1)
    model_slots: int = Field(default=8, ge=1)
    model_queue: int = Field(default=32, ge=0)
    model_wait_seconds: float = Field(default=3.0, gt=0)
    model_first_text_seconds: float = Field(default=10.0, gt=0)
    model_text_seconds: float = Field(default=30.0, gt=0)
    stale_after_hours: float = Field(default=24.0, gt=0)

    @property
    def conversations_url(self) -> str:
        """Where conversations are kept."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'data' / 'chat.sqlite'}"
