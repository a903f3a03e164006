"""The conversations' SQLite file: private, whole after every failure, refused with a remedy if it can't be used."""

import asyncio
import os
import signal
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import event, text

from services.chat.adapters.conversations_database import ConversationsUnavailable
from services.chat.adapters.conversations_sql import SqlConversations, sql_conversations
from services.chat.conversation import Rating, Thumb
from services.chat.ports import Page
from services.kit import database
from services.kit.errors import StorageFull
from services.kit.metrics import Metrics
from tests.contract.conversations.samples import NOON, completed, events_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "chat.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqlConversations]:
    async with sql_conversations(f"sqlite+aiosqlite:///{path}", Metrics()) as store:
        yield store


async def test_only_the_service_reads_the_file(path: Path, store: SqlConversations) -> None:
    await store.create("kim", "", "c", "d", NOON)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["chat.sqlite", "chat.sqlite-shm", "chat.sqlite-wal"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


async def test_every_connection_is_durable_and_checks_references(store: SqlConversations) -> None:
    for engine in (store._engines.reader, store._engines.writer):
        async with engine.connect() as connection:
            settings = {
                name: await connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
        assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


async def test_the_probe_answers_and_fails_with_the_file(path: Path, store: SqlConversations) -> None:
    await store.probe()
    await _damage(path, store)
    with pytest.raises(ConversationsUnavailable):
        await store.probe()


async def test_statements_are_measured_by_kind(path: Path) -> None:
    metrics = Metrics()
    async with sql_conversations(f"sqlite+aiosqlite:///{path}", metrics) as store:
        await store.create("kim", "비밀", "c", "d", NOON)
        await store.list("kim", Page(10))
    kinds = {
        sample.labels["db_operation_name"]
        for metric in metrics.registry.collect()
        if metric.name == "db_client_operation_duration_seconds"
        for sample in metric.samples
    }
    assert {"SELECT", "INSERT", "UPDATE", "CREATE"} <= kinds


# --- starting ---------------------------------------------------------------------------------


async def _start(url: str) -> str:
    with pytest.raises(SystemExit) as raised:
        async with sql_conversations(url, Metrics()):
            pass
    return str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "chat.sqlite",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite:///chat.sqlite",
        "postgresql+asyncpg://maru:hunter2@db/chat",
        "mysql://maru:hunter2@db/chat",
    ],
)
async def test_another_url_is_refused_with_the_form_to_write(url: str) -> None:
    message = await _start(url)
    assert "MARU_DATABASE_URL" in message
    assert "sqlite+aiosqlite:///" in message
    assert "hunter2" not in message


async def test_a_server_that_is_away_is_named_without_its_password() -> None:
    message = await _start("mysql+aiomysql://maru:hunter2@127.0.0.1:1/chat")
    assert "127.0.0.1/chat" in message
    assert "서버가 켜져 있는지" in message
    assert "hunter2" not in message


def _garbage(path: Path) -> None:
    path.write_bytes(b"not a database at all, and longer than a header " * 100)


def _foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('0999')")


def _folder(path: Path) -> None:
    path.mkdir()


async def _truncated(path: Path) -> None:
    async with sql_conversations(f"sqlite+aiosqlite:///{path}", Metrics()) as store:
        await store.create("kim", "", "c", "d", NOON)
    os.truncate(path, 5000)


def _content(path: Path) -> object:
    """The statements that would make it again; its bytes if it is no database."""
    if path.is_dir():
        return list(path.iterdir())
    try:
        with closing(sqlite3.connect(path)) as connection:
            return list(connection.iterdump())
    except sqlite3.DatabaseError:
        return path.read_bytes()


@pytest.mark.parametrize(
    ("spoil", "remedy"),
    [
        (_garbage, "손상된 파일입니다"),
        (_truncated, "손상된 파일입니다"),
        (_foreign, "이 버전의 것이 아닙니다"),
        (_folder, "권한을 확인"),
    ],
)
async def test_a_file_that_cannot_be_used_is_left_alone_and_the_remedy_said(
    path: Path, spoil: Callable[[Path], Awaitable[None] | None], remedy: str
) -> None:
    path.parent.mkdir()
    if (spoiling := spoil(path)) is not None:
        await spoiling
    before = _content(path)
    message = await _start(f"sqlite+aiosqlite:///{path}")
    assert remedy in message
    assert str(path) in message
    assert _content(path) == before


async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert "권한을 확인" in await _start(f"sqlite+aiosqlite:///{tmp_path}/data/chat.sqlite")


async def test_a_locked_file_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 10)
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        assert "다른 프로그램이 쓰고 있습니다" in await _start(f"sqlite+aiosqlite:///{path}")


async def test_a_disk_that_takes_nothing_more_is_said(path: Path) -> None:
    """In a process of its own, whose files may not grow beyond 8 KiB."""
    program = (
        "import asyncio, resource, sys\n"
        "from services.chat.adapters.conversations_sql import sql_conversations\n"
        "from services.kit.metrics import Metrics\n"
        "async def main():\n"
        "    async with sql_conversations(sys.argv[1], Metrics()): pass\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, f"sqlite+aiosqlite:///{path}", stderr=asyncio.subprocess.PIPE
    )
    _, stderr = await process.communicate()
    assert process.returncode == 1
    assert "디스크 공간을 늘린 뒤" in stderr.decode()
    assert "Traceback" not in stderr.decode()


# --- serving ----------------------------------------------------------------------------------


async def _state(store: SqlConversations) -> list[Any]:
    """All that the store holds of kim."""
    conversations, _ = await store.list("kim", Page(100))
    turns = [await store.list_turns("kim", c.id, Page(100)) for c in conversations]
    events = [
        await store.events("kim", c.id, t.id)
        for c, (ts, _) in zip(conversations, turns, strict=True)
        for t in ts
    ]
    async with store._engines.reader.connect() as connection:
        requests = (await connection.execute(text("SELECT * FROM request ORDER BY request_id"))).all()
    return [conversations, turns, events, requests]


async def _filled(store: SqlConversations) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
    """A store with something in it, and one of each change that could be made next."""
    ended_in = await store.create("kim", "", "c1", "d", NOON)
    ended, _ = await store.begin_turn("kim", ended_in.id, "하나", "t1", "d", NOON)
    await store.end_turn(completed(ended), events_of(completed(ended)))
    running_in = await store.create("kim", "", "c2", "d", NOON)
    running, _ = await store.begin_turn("kim", running_in.id, "둘", "t2", "d", NOON)
    return [
        ("create", lambda: store.create("kim", "비밀", "n1", "d", NOON)),
        ("rename", lambda: store.rename("kim", ended_in.id, "비밀", "", "n2", "d", NOON)),
        ("begin", lambda: store.begin_turn("kim", ended_in.id, "비밀", "n3", "d", NOON)),
        ("end", lambda: store.end_turn(completed(running), events_of(completed(running)))),
        ("rate", lambda: store.rate_turn("kim", ended_in.id, ended.id, Rating(Thumb.UP))),
        ("fail", lambda: store.fail_left("TURN_INTERRUPTED", NOON)),
        ("delete", lambda: store.delete("kim", ended_in.id, "", "n4", "d")),
    ]


@contextmanager
def _failing_at(store: SqlConversations, number: int) -> Iterator[list[str]]:
    """The disk fails at the writer's statement of this number, counted from 0."""
    statements: list[str] = []

    def fail(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)
        if len(statements) == number + 1:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_IOERR, "SQLITE_IOERR"  # type: ignore[misc]
            raise error

    engine = store._engines.writer.sync_engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", fail)


async def test_a_change_that_fails_at_any_statement_leaves_nothing_of_itself(store: SqlConversations) -> None:
    for name, change in await _filled(store):
        before = await _state(store)
        number = 0
        while True:
            with _failing_at(store, number) as statements:
                try:
                    await change()
                    break
                except ConversationsUnavailable:
                    number += 1
            assert await _state(store) == before, (name, statements)
        assert number >= 3, name  # BEGIN, what it reads, what it writes
        assert await _state(store) != before, name


async def test_of_a_deleted_conversation_no_word_is_left_but_in_the_audit(
    path: Path, store: SqlConversations
) -> None:
    created = await store.create("kim", "비밀", "c", "d", NOON)
    turn, _ = await store.begin_turn("kim", created.id, "비밀", "t", "d", NOON)
    await store.end_turn(completed(turn, memory="비밀"), events_of(completed(turn)))
    await store.rename("kim", created.id, "비밀 2", "", "r", "d", NOON)
    await store.delete("kim", created.id, "", "x", "d")
    with closing(sqlite3.connect(path)) as connection:
        rows = [line for line in connection.iterdump() if line.startswith("INSERT")]
    tables = [row.split('"')[1] for row in rows]
    assert sorted(tables) == ["alembic_version", "audit_entry", "audit_lock", *["request"] * 4]
    assert "비밀" not in "".join(
        row for row, table in zip(rows, tables, strict=True) if table != "audit_entry"
    )


async def test_a_full_disk_is_said_and_leaves_nothing_half_written(store: SqlConversations) -> None:
    changes = [change for name, change in await _filled(store) if name in ("create", "begin", "end")]
    large = await store.create("kim", "", "large", "d", NOON)
    turn, _ = await store.begin_turn("kim", large.id, "큰 것", "t-large", "d", NOON)
    changes.append(lambda: store.end_turn(completed(turn, memory="기억" * 10**6), []))
    before = await _state(store)
    async with store._engines.writer.connect() as connection:
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StorageFull) as raised:
        await changes[-1]()
    assert raised.value.metadata == {"service": "chat"}
    assert await _state(store) == before
    async with store._engines.writer.connect() as connection:
        await connection.execute(text("PRAGMA max_page_count = 1000000"))
    for change in changes:
        await change()


async def _damage(path: Path, store: SqlConversations) -> None:
    """Overwrite all but the first page, when nothing is left of the others in the log or in a cache."""
    await store._engines.reader.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    _overwrite(path)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))


async def test_a_damaged_file_is_said_and_logged_without_what_people_wrote(
    path: Path, store: SqlConversations
) -> None:
    await _filled(store)
    await _damage(path, store)
    with structlog.testing.capture_logs() as logs, pytest.raises(ConversationsUnavailable) as raised:
        await store.list("kim", Page(10))
    assert raised.value.reason == "DEPENDENCY_UNAVAILABLE"
    assert raised.value.metadata == {"dependency": "conversations"}
    assert "관리자에게" in raised.value.message_ko
    assert [entry["code"] for entry in logs] == ["SQLITE_CORRUPT"]
    assert raised.value.__cause__ is None


async def test_errors_hide_what_people_wrote(store: SqlConversations) -> None:
    async with store._engines.writer.connect() as connection:
        await connection.execute(text("DROP TABLE turn"))
        await connection.commit()
    created = await store.create("kim", "", "c", "d", NOON)
    with structlog.testing.capture_logs() as logs, pytest.raises(ConversationsUnavailable) as raised:
        await store.begin_turn("kim", created.id, "비밀 질문", "t", "d", NOON)
    assert "비밀" not in f"{raised.value!r} {logs}"
    with pytest.raises(Exception, match="parameters hidden") as unforeseen:
        async with store._engines.writer.connect() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:v)"), {"v": "비밀"})
    assert "비밀" not in str(unforeseen.value)


async def test_a_lock_that_another_program_holds_for_a_while_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_TIMEOUT_MS", 0)
    async with sql_conversations(f"sqlite+aiosqlite:///{path}", Metrics()) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(ConversationsUnavailable):
                await store.create("kim", "", "c1", "d", NOON)
            tries: list[str] = []

            def release(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
                tries.append(statement)
                if len(tries) == 2:
                    other.execute("COMMIT")

            event.listen(store._engines.writer.sync_engine, "before_cursor_execute", release)
            created = await store.create("kim", "", "c2", "d", NOON)
        assert tries.count("BEGIN IMMEDIATE") == 2
        assert await store.list("kim", Page(10)) == ([created], "")


# --- kill -9 ----------------------------------------------------------------------------------

_WRITER = """
import asyncio, sys
from services.chat.adapters.conversations_sql import sql_conversations
from services.kit.metrics import Metrics
from tests.contract.conversations.samples import NOON, completed, events_of

async def main():
    async with sql_conversations(sys.argv[1], Metrics()) as store:
        for n in range(10**6):
            created = await store.create("kim", "", f"c{n}", "d", NOON)
            turn, _ = await store.begin_turn("kim", created.id, "q", f"t{n}", "d", NOON)
            print("begun", n, created.id, turn.id, flush=True)
            ended = completed(turn)
            await store.end_turn(ended, events_of(ended))
            print("ended", n, created.id, turn.id, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("lines", [1, 4, 13])
async def test_what_was_confirmed_outlives_kill_9_and_what_was_not_is_whole(path: Path, lines: int) -> None:
    url = f"sqlite+aiosqlite:///{path}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, url, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    assert process.stdout
    said = [(await process.stdout.readline()).decode().split() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    said += [line.decode().split() for line in (await process.stdout.read()).splitlines()]
    await process.wait()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    async with sql_conversations(url, Metrics()) as store:
        for what, n, conversation_id, turn_id in said:
            turn = await store.get_turn("kim", conversation_id, turn_id)
            assert what == "begun" or turn.answer
            assert await store.begin_turn("kim", conversation_id, "q", f"t{n}", "d", NOON) == (turn, False)
        conversations, _ = await store.list("kim", Page(10_000))
        for conversation in conversations:
            turns, _ = await store.list_turns("kim", conversation.id, Page(10))
            assert conversation.turn_count == len(turns)
            for turn in turns:
                kept = await store.events("kim", conversation.id, turn.id)
                assert list(kept) == (events_of(turn) if turn.answer else [])
        assert await store.fail_left("TURN_INTERRUPTED", NOON) <= 1
