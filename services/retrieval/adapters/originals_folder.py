"""`store.Originals` in a folder: one file each, named by its digest."""

import asyncio
import errno
import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar
from uuid import uuid4

import structlog

from services.kit.errors import StorageFull
from services.retrieval.adapters.documents_database import DocumentsUnavailable

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_UNFINISHED: Final = ".part"

T = TypeVar("T")

log = structlog.get_logger(__name__)


class OriginalsFolder:
    """See `store.Originals`. Every method may also raise DocumentsUnavailable."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def put(self, digest: str, content: bytes) -> None:
        await _apart(lambda: self._put(digest, content))

    def path(self, digest: str) -> Path:
        return self._folder / digest

    async def remove(self, digest: str) -> None:
        await _apart(lambda: self.path(digest).unlink(missing_ok=True))

    async def older_than(self, time: datetime) -> Sequence[str]:
        return await _apart(lambda: self._older_than(time.timestamp()))

    def _put(self, digest: str, content: bytes) -> None:
        final = self.path(digest)
        if final.exists() and final.stat().st_size == len(content):
            os.utime(final)  # it is as good as new
            return
        draft = self._folder / f"{digest}.{uuid4().hex}{_UNFINISHED}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, final)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # the name too outlives a power cut
        finally:
            os.close(folder)

    def _older_than(self, time: float) -> Sequence[str]:
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if not entry.is_file(follow_symlinks=False) or entry.stat().st_mtime >= time:
                    continue
                if entry.name.endswith(_UNFINISHED):
                    os.unlink(entry)
                elif _DIGEST.fullmatch(entry.name):
                    found.append(entry.name)
        return found


async def _apart(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        log.error("originals_failed", code=errno.errorcode.get(error.errno or 0))
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(service="retrieval") from None
        raise DocumentsUnavailable from None
