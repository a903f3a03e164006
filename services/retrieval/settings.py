"""What the retrieval service reads from the environment."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from services.kit.settings import Address, ServiceSettings

LARGEST_DOCUMENT = 32 * 2**20
"""The contract's own limit."""


class Settings(ServiceSettings):
    """See the base class. URLs: grpc://HOST:PORT of the mesh listener; the database by its scheme."""

    name: ClassVar[str] = "retrieval"
    embedded_schemes: ClassVar = {"database_url": frozenset({"sqlite+aiosqlite"})}

    grpc_address: Address = "127.0.0.1:18091"
    metrics_address: Address = "127.0.0.1:18092"

    database_url: str = ""
    """Empty: data/documents.sqlite in the home folder."""
    documents_dir: Path | None = None
    """Of the imported files; None: data/documents in the home folder. Shared by all processes on one database."""
    max_document_bytes: int = Field(default=LARGEST_DOCUMENT, ge=1, le=LARGEST_DOCUMENT)
    files_at_once: int = Field(default=2, ge=1, le=64)
    """How many are read beside each other."""

    chat_url: str = "grpc://127.0.0.1:18080"
    """Where changes of documents are recorded."""
    triton_url: str = "grpc://127.0.0.1:18080"
    embedder_model: str = "embedder"
    embedder_version: int = Field(default=1, ge=1)
    embedder_dimensions: int = Field(default=384, ge=1, le=8192)
    embedder_seconds: float = Field(default=1.0, gt=0, le=10)
    """How long a question's vector is waited for."""

    requests_kept_days: int = Field(default=30, ge=1)
    """How long a request id is known, by which a repeated request changes nothing twice."""

    @property
    def documents_url(self) -> str:
        """Where documents are kept."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'data' / 'documents.sqlite'}"

    @property
    def originals_dir(self) -> Path:
        """Where the imported files are kept."""
        return self.documents_dir or self.home / "data" / "documents"
