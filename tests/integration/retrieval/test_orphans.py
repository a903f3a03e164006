"""Files without a row, as a crash between the two leaves them."""

import os
import time
from hashlib import sha256
from pathlib import Path

from tests.integration.retrieval.conftest import running, until

AN_HOUR_AGO = time.time() - 3700


def left(folder: Path, name: str, modified: float) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x")
    os.utime(folder / name, (modified, modified))
    return name


async def test_what_a_crash_left_is_removed_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "documents"
    async with running(tmp_path) as service:
        document = await service.read("a.md", "# 하나".encode())
        kept = document.current_version.content_digest
    os.utime(folder / kept, (AN_HOUR_AGO, AN_HOUR_AGO))
    orphan, young = (sha256(word).hexdigest() for word in (b"orphan", b"young"))
    left(folder, orphan, AN_HOUR_AGO)
    left(folder, f"{orphan}.1.part", AN_HOUR_AGO)
    left(folder, young, time.time())  # its row may be on its way
    other = left(folder, "README", AN_HOUR_AGO)  # not ours
    async with running(tmp_path) as service:

        async def gone() -> bool:
            return orphan not in service.files

        await until(gone)
        assert service.files == {kept, young, other}
        assert (await service.get(document.name)).current_version.content_digest == kept
