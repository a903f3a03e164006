"""The demo company's documents, taken in once: what an administrator deletes of them stays deleted."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from services.launcher.documents.access_file import read_access_file
from services.launcher.documents.client import DocumentClient
from services.launcher.documents.files import scan
from services.launcher.documents.importing import carry_out, say_outcome
from services.launcher.documents.planning import plan
from services.launcher.settings import REPOSITORY

_DEMO: Final = REPOSITORY / "services" / "retrieval" / "demo_company"
_PATIENCE_S: Final = 30.0


async def import_demo_documents(
    edge_url: str, token: Callable[[], str], done: Path, console: Console
) -> None:
    """Imports them, says so, and notes it in the file `done`; nothing where that is there.

    Raises:
        LauncherError: the service is away or refuses.
    """
    if await asyncio.to_thread(done.exists):
        return
    console.print("· 데모 회사의 문서를 가져옵니다 / taking in the demo company's documents", highlight=False)
    async with DocumentClient(edge_url, token, _PATIENCE_S) as client:
        found = await asyncio.to_thread(scan, [_DEMO / "files"], "")
        made = await plan(client, found, read_access_file(_DEMO / "access.yaml"), "", {})
        outcome = await carry_out(client, made, "", False, console)
    say_outcome(made, outcome, False, console)
    if not outcome.failed:
        await asyncio.to_thread(done.touch)
