"""`maru docs`: takes documents in, lists them, deletes them, and says who may read them."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from google.protobuf.json_format import MessageToDict
from maru.retrieval.v1.access_pb2 import AccessList, Principals
from maru.retrieval.v1.document_pb2 import Document, DocumentVersion
from rich.markup import escape
from rich.table import Table

from services.launcher.documents import importing
from services.launcher.documents.access_file import NOTHING, AccessFile, in_words, read_access_file
from services.launcher.documents.client import DocumentClient
from services.launcher.documents.files import Scan, scan
from services.launcher.documents.planning import Digests, latest, plan, refuse_to_empty
from services.launcher.errors import LauncherError
from services.launcher.session import AsUser, credentials_for, err, out, read_settings, running_mesh
from services.launcher.state_folder import StateFolder
from services.launcher.users_file import first_with, read_users

_PATIENCE_S = 60.0
"""An import goes on when the service comes back."""

WATCH_S = 1.0
"""Between looks at the files; one that still changes is waited for."""

app = typer.Typer(
    no_args_is_help=True,
    help="사내 문서를 가져오고 관리합니다. 처음이면: maru docs import 폴더 --access 권한.yaml / "
    "Takes in and keeps the company's documents. To begin: maru docs import FOLDER --access ACCESS.yaml",
)

_STATES = {
    DocumentVersion.STATE_QUEUED: "대기 queued",
    DocumentVersion.STATE_INDEXING: "읽는 중 reading",
    DocumentVersion.STATE_CURRENT: "사용 중 current",
    DocumentVersion.STATE_SUPERSEDED: "이전 판 superseded",
    DocumentVersion.STATE_QUARANTINED: "격리 quarantined",
}
_KINDS = {"role": "roles", "department": "departments", "user": "usernames"}

T = TypeVar("T")
JsonOutput = Annotated[bool, typer.Option("--json", help="JSON으로 / as JSON")]
PathOf = Annotated[str, typer.Argument(help="문서 경로 / path of the document, 규정/여비규정.hwp")]
Who = Annotated[
    list[str] | None,
    typer.Option(
        help="everyone, role:이름, department:이름, user:이름 (여러 번 가능) / may be given several times"
    ),
]


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="파일이나 폴더 / files or folders")],
    access: Annotated[
        Path | None,
        typer.Option(
            help="누가 읽을 수 있는지 적은 YAML (docs/documents.md) / who may read what, as YAML; without it, lists stay as "
            "they are, and a new document is read by whom its folders allow"
        ),
    ] = None,
    into: Annotated[str, typer.Option(help="이 문서 폴더 아래로 / below this folder of the documents")] = "",
    prune: Annotated[
        bool,
        typer.Option("--prune", help="파일이 없어진 문서를 지움 / delete documents whose files are gone"),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="묻지 않고 / without asking")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="할 일만 보여 주기 / only show what would be done")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Ctrl-C까지 지켜보며 계속 / go on with changes until Ctrl-C")
    ] = False,
    user: AsUser = None,
    json_output: JsonOutput = False,
) -> None:
    """문서를 가져옵니다: 폴더는 통째로, 바뀐 파일만. / Takes documents in: whole folders, and of them what changed.

    문서의 경로는 준 폴더에서 본 파일의 경로입니다.
    사내문서/규정/여비.hwp: `maru docs import 사내문서` → 규정/여비.hwp
    같은 경로의 새 내용은 새 판이 되고, 앞 판은 인용에 남습니다.
    읽을 수 없는 파일은 이유를 알려 주고 나머지는 계속합니다 (종료 코드 1).

    A document's path is the file's, from the folder that was given.
    New content at a path is its next version; citations keep the old one.
    Files that can't be read are told with the reason, the rest go on;
    the exit code is then 1.
    """
    lists = read_access_file(access) if access else NOTHING
    into = into.strip("/")
    if watch and prune and not yes:
        raise typer.BadParameter("--watch --prune에는 --yes가 필요합니다. / needs --yes.")

    async def run(client: DocumentClient) -> int:
        digests: Digests = {}
        if not watch:
            found = await asyncio.to_thread(scan, paths, into)
            return await _import(client, found, lists, into, prune, yes, dry_run, json_output, digests)
        err.print("지켜봅니다. 멈추려면 Ctrl-C. / Watching; Ctrl-C ends it.", highlight=False)
        done = before = failed = None
        told = importing.Told()
        while True:
            try:
                found = await asyncio.to_thread(scan, paths, into)
                now = ({path: file.stamp for path, file in found.files.items()}, list(found.problems))
                if now != done and before in (None, now):
                    await _import(client, found, lists, into, prune, yes, dry_run, json_output, digests, told)
                    done = now
                before, failed = now, None
            except LauncherError as error:  # the service may be back in a moment, the file too
                if failed != (failed := error.english):
                    err.print(
                        f"✗ {error.korean} / {error.english}", markup=False, highlight=False, soft_wrap=True
                    )
            await asyncio.sleep(WATCH_S)

    sys.exit(_call(user, run, _PATIENCE_S))


async def _import(
    client: DocumentClient,
    found: Scan,
    lists: AccessFile,
    into: str,
    prune: bool,
    yes: bool,
    dry_run: bool,
    json_output: bool,
    digests: Digests,
    told: importing.Told | None = None,
) -> int:
    made = await plan(client, found, lists, into, digests)
    if dry_run:
        importing.say_plan(made, out)
        return 0
    if prune:
        refuse_to_empty(found, made)
    if prune and made.removed and not yes:
        importing.say_plan(made, err)
        question = (
            f"파일이 없는 문서 {len(made.removed):,}개를 지울까요? / Delete {len(made.removed):,} documents?"
        )
        typer.confirm(question, abort=True, err=True)
    outcome = await importing.carry_out(client, made, into, prune, err)
    if told:
        outcome = told.new(outcome)
    if json_output:
        print(json.dumps(importing.record(made, outcome), ensure_ascii=False), flush=True)
    else:
        importing.say_outcome(made, outcome, prune, out)
    return 1 if outcome.failed else 0


@app.command("list")
def list_documents(
    folder: Annotated[str, typer.Argument(help="이 폴더 아래만 / only below this folder")] = "",
    state: Annotated[
        str, typer.Option(help="이 상태만 / only in this state: queued, indexing, current, quarantined")
    ] = "",
    user: AsUser = None,
    json_output: JsonOutput = False,
) -> None:
    """문서를 경로 순서로 보여 줍니다. / Lists documents by path."""
    states = [] if not state else [_state(state)]

    async def listed(client: DocumentClient) -> list[Document]:
        return [document async for document in client.documents(folder.strip("/"), states)]

    documents = _call(user, listed)
    if json_output:
        for document in documents:
            print(json.dumps(_record(document), ensure_ascii=False))
        return
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("경로\npath", "제목\ntitle"):
        grid.add_column(heading, overflow="fold")
    for heading in ("상태\nstate", "쪽\npages", "가져온 날\nimported"):
        grid.add_column(heading, no_wrap=True)
    for document in documents:
        version = latest(document)
        day = version.import_time.ToDatetime().date().isoformat()
        grid.add_row(
            escape(document.path), escape(document.title), _STATES.get(version.state, ""),
            str(version.page_count or "–"), day,
        )  # fmt: skip
    out.print(grid)
    out.print(f"{len(documents):,}개 / documents", highlight=False)


@app.command()
def show(path: PathOf, user: AsUser = None) -> None:
    """문서 하나와 그 판을 모두 보여 줍니다 (JSON). / Shows a document with its versions, as JSON."""

    async def found(client: DocumentClient) -> dict[str, Any]:
        document = await client.at(path)
        versions = await client.versions(document.name)
        return _record(document) | {"versions": [_record(version) for version in versions]}

    print(json.dumps(_call(user, found), ensure_ascii=False, indent=2))


@app.command()
def retry(
    paths: Annotated[list[str] | None, typer.Argument(help="문서 경로 / paths of documents")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="격리된 모든 문서 / all quarantined ones")
    ] = False,
    user: AsUser = None,
) -> None:
    """격리된 문서를 다시 읽습니다. / Reads quarantined documents again, from the files that are kept.

    하나라도 다시 격리되면 종료 코드는 1입니다. / The exit code is 1 where one is quarantined again.
    """
    if everything == bool(paths):
        raise typer.BadParameter("문서 경로나 --all 중 하나를 쓰세요. / Give paths or --all.")

    async def again(client: DocumentClient) -> int:
        if everything:
            held = [one async for one in client.documents("", [DocumentVersion.STATE_QUARANTINED])]
        else:
            held = [await client.at(path) for path in paths or ()]
        waiting = [one for one in held if latest(one).state == DocumentVersion.STATE_QUARANTINED]
        for one in held:
            if one not in waiting and not everything:
                out.print(
                    f"· {one.path}: 격리되지 않았습니다. / It isn't quarantined.",
                    markup=False, highlight=False, soft_wrap=True,
                )  # fmt: skip
        read = await importing.retry(client, waiting, err)
        failed = [one for one in read if latest(one).state == DocumentVersion.STATE_QUARANTINED]
        out.print(
            f"✓ 읽음 read {len(read) - len(failed):,} · 다시 격리 quarantined again {len(failed):,}",
            highlight=False,
        )
        importing.say_read(read, out)
        return 1 if failed else 0

    sys.exit(_call(user, again, _PATIENCE_S))


@app.command()
def delete(
    paths: Annotated[list[str], typer.Argument(help="문서 경로 / paths of documents")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="묻지 않고 / without asking")] = False,
    user: AsUser = None,
) -> None:
    """문서를 모든 판과 함께 지웁니다. / Deletes documents with all their versions. Citations of them no longer open."""
    if not yes:
        typer.confirm(f"문서 {len(paths):,}개를 지울까요? / Delete {len(paths):,} documents?", abort=True)

    async def gone(client: DocumentClient) -> None:
        for document in [await client.at(path) for path in paths]:
            await client.delete(document.name)
            out.print(f"✓ {document.path}", markup=False, highlight=False)

    _call(user, gone)


@app.command("access")
def access_(
    path: Annotated[
        str,
        typer.Argument(
            help="문서 경로, 폴더는 '/'로 끝남, 맨 위는 / · a document; a folder ends with /, the top is /"
        ),
    ],
    allow: Who = None,
    deny: Who = None,
    stop_inheritance: Annotated[
        bool,
        typer.Option("--stop-inheritance", help="상위 폴더의 허용을 무시 / folders above don't allow here"),
    ] = False,
    clear: Annotated[bool, typer.Option("--clear", help="목록을 비움 / empty the list")] = False,
    user: AsUser = None,
) -> None:
    """누가 읽을 수 있는지 보여 주거나, 옵션을 주면 바꿉니다. / Shows who may read; with options, replaces the list.

    금지가 항상 이깁니다. / deny wins wherever it stands.

    예 / e.g.: maru docs access 인사/ --allow department:인사팀 --allow user:kim.sales
    """
    change = bool(allow or deny or stop_inheritance or clear)
    wanted = AccessList(allow=_who(allow), deny=_who(deny), stop_inheritance=stop_inheritance)

    async def changed(client: DocumentClient) -> list[tuple[str, AccessList]]:
        folders = await client.folders()
        if path.endswith("/"):
            place = path.strip("/")
            if change:
                etag = folders[place].etag if place in folders else ""
                folders[place] = await client.set_folder_access(place, wanted, etag)
            own = []
        else:
            document = await client.at(path)
            if change:
                document = await client.set_access(document, wanted)
            own = [(path, document.access)]
            place = path.rpartition("/")[0]
        above = [place, *(place.rsplit("/", n)[0] for n in range(1, place.count("/") + 1))]
        places = [*(one for one in above if one), ""]
        return own + [(f"{one}/", folders[one].access if one in folders else AccessList()) for one in places]

    for place, lists in _call(user, changed):
        out.print(f"{place}  {in_words(lists)}", markup=False, highlight=False, soft_wrap=True)


def _who(given: list[str] | None) -> Principals:
    found = Principals()
    for one in given or ():
        kind, _, name = one.partition(":")
        if one == "everyone":
            found.everyone = True
        elif kind in _KINDS and name:
            getattr(found, _KINDS[kind]).append(name)
        else:
            raise typer.BadParameter(f"{one}: everyone, role:…, department:…, user:…")
    return found


def _state(name: str) -> DocumentVersion.State.ValueType:
    try:
        return DocumentVersion.State.Value(f"STATE_{name.upper()}")
    except ValueError:
        raise typer.BadParameter(f"{name}: queued, indexing, current, quarantined") from None


def _call(user: str | None, work: Callable[[DocumentClient], Awaitable[T]], patience_s: float = 3.0) -> T:
    """Done as an administrator: `user`, or the first admin of the users file. Raises LauncherError."""
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)
    credentials = credentials_for(folder, mesh)
    admin = user or first_with("admin", read_users(Path(mesh.users_file)))

    async def run() -> T:
        async with DocumentClient(mesh.edge_url, lambda: credentials.of_user(admin), patience_s) as client:
            return await work(client)

    return asyncio.run(run())


def _record(message: Any) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)
