"""`maru search`: what is found in documents, without an answer made of it."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.launcher.batch import json_lines
from services.launcher.credentials import Credentials
from services.launcher.document_search import DocumentHits, SearchClient
from services.launcher.errors import LauncherError
from services.launcher.session import AsUser, credentials_for, out, read_settings, running_mesh
from services.launcher.state_folder import StateFolder

_SHOWN_CHARACTERS = 200


def search(
    question: Annotated[str | None, typer.Argument(help="찾을 말 / what to look for")] = None,
    user: AsUser = None,
    hits: Annotated[int, typer.Option(min=1, max=50, help="문서 수 / documents at most")] = 8,
    json_output: Annotated[bool, typer.Option("--json", help="JSON으로 / as JSON")] = False,
    batch_file: Annotated[
        Path | None,
        typer.Option("--batch", help="{id, user, query} 줄의 파일 / a file of {id, user, query} lines"),
    ] = None,
) -> None:
    """문서에서 찾기만 합니다 (문서마다 가장 맞는 부분). / Searches in documents alone: the best passage of each."""
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)
    credentials = credentials_for(folder, mesh)
    if batch_file is not None:
        asyncio.run(_batch(batch_file, hits, mesh.edge_url, credentials))
        return
    if not question:
        raise typer.BadParameter("찾을 말을 적으세요. / Say what to look for.")
    token = credentials.of_user(user) if user else credentials.of_session()
    found = asyncio.run(_once(mesh.edge_url, question, token))
    if json_output:
        print(json.dumps(_record(found, hits), ensure_ascii=False))
    else:
        _show(found, hits, out)


async def _once(edge_url: str, question: str, token: str) -> DocumentHits:
    async with SearchClient(edge_url) as client:
        return await client.search(question, token)


async def _batch(file: Path, hits: int, edge_url: str, credentials: Credentials) -> None:
    """A JSON line for each of the file's, in its order; progress goes to standard error."""
    lines = [
        (str(fields["id"]), str(fields["user"]), str(fields["query"]))
        for number, fields in json_lines(file, '{"id": …, "user": …, "query": …}')
        if _has_all(file, number, fields)
    ]
    async with SearchClient(edge_url) as client:
        for done, (id_, user, query) in enumerate(lines, start=1):
            found = await client.search(query, credentials.of_user(user))
            print(json.dumps({"id": id_} | _record(found, hits), ensure_ascii=False), flush=True)
            if done % 50 == 0 or done == len(lines):
                print(f"{done}/{len(lines)}", file=sys.stderr, flush=True)


def _has_all(file: Path, number: int, fields: dict[str, object]) -> bool:
    if not {"id", "user", "query"} <= fields.keys():
        raise LauncherError(
            f"{file}:{number}: id, user, query가 있어야 합니다.",
            f"{file}:{number}: id, user and query are needed.",
        )
    return True


def _record(found: DocumentHits, hits: int) -> dict[str, object]:
    return {"hits": [hit.record() for hit in found.hits[:hits]], "answerable": found.answerable}


def _show(found: DocumentHits, hits: int, console: Console) -> None:
    if not found.hits:
        console.print("볼 수 있는 문서가 없습니다. / There is no document that you may read.")
        return
    if not found.answerable:
        console.print("[yellow]답이 될 만한 것은 없습니다. / Nothing that answers it.[/yellow]")
    for number, hit in enumerate(found.hits[:hits], start=1):
        page = f" · {hit.page}쪽" if hit.page else ""
        console.print(
            f"{number}. {hit.document}{page}  {hit.score:.2f}", style="bold", markup=False, highlight=False
        )
        if hit.heading:
            console.print(f"   {hit.heading}", style="dim", markup=False, highlight=False)
        text = " ".join(hit.text.split())
        shown = text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
        console.print(f"   {shown}", markup=False, highlight=False)
