"""The audit chain's head, signed, in a file beside the database: what a cut-off end is found by."""

import os
from pathlib import Path

from services.chat.audit_chain import Anchor, Head
from services.kit.workload import WorkloadSigner


class AnchorFile:
    """The file at `path`, signed with this service's own key. Its folder is made where missing."""

    def __init__(self, path: Path, signer: WorkloadSigner) -> None:
        self._path = path
        self._signer = signer

    def read(self) -> Anchor | None:
        """The anchor; None where there is none, or none that this service signed.

        Raises:
            OSError: it can't be read.
        """
        try:
            claims = self._signer.unseal(self._path.read_text("ascii"))
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        if claims is None:
            return None
        pending = claims.get("pending")
        return Anchor(Head(*claims["head"]), Head(*pending) if pending else None)

    def write(self, anchor: Anchor, *, durable: bool) -> None:
        """Replace it whole; with `durable`, so that it outlives a power cut.

        Raises:
            OSError: it can't be written.
        """
        pending = anchor.pending
        sealed = self._signer.seal(
            {
                "head": [anchor.head.sequence, anchor.head.hash],
                "pending": [pending.sequence, pending.hash] if pending else None,
            }
        )
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(sealed)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(self._path)
        if durable:
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
