"""`maru ask --batch`: many conversations over one connection, one JSON line a turn, in the file's order."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.launcher.chat_client import ChatClient
from services.launcher.credentials import Credentials
from services.launcher.errors import LauncherError
from services.launcher.turn_record import failed_turn_record, turn_record


@dataclass(frozen=True)
class BatchLine:
    """One conversation to hold."""

    id: str
    user: str
    turns: tuple[str, ...]


def json_lines(file: Path, form: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file of JSON lines, with the lines' numbers; blank lines are passed over.

    Raises:
        LauncherError: the file can't be read, or a line isn't an object; names the line and says what it should be
            (`form`).
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LauncherError(
            f"{file}을(를) UTF-8로 읽을 수 없습니다.", f"{file} can't be read as UTF-8."
        ) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                fields = json.loads(line)
            except ValueError:
                fields = None
            if not isinstance(fields, dict):
                raise _malformed(file, number, form)
            yield number, fields


def read_batch(file: Path) -> Iterator[BatchLine]:
    """The lines of the file.

    Raises:
        LauncherError: the file can't be read, or a line isn't `{id, user, turns: […]}`; names the line.
    """
    form = '{"id": …, "user": …, "turns": ["질문", …]}'
    for number, fields in json_lines(file, form):
        try:
            yield BatchLine(str(fields["id"]), str(fields["user"]), tuple(map(str, fields["turns"])))
        except (KeyError, TypeError) as error:
            raise _malformed(file, number, form) from error


def _malformed(file: Path, number: int, form: str) -> LauncherError:
    return LauncherError(
        f"{file}:{number}: {form} 형식의 JSON이 아닙니다.", f"{file}:{number}: not a JSON object like {form}."
    )


async def run(file: Path, edge_url: str, credentials: Credentials) -> None:
    """Holds every conversation of the file and prints a record a turn; progress goes to standard error.

    A failed turn is recorded as such and ends its conversation; the others go on.
    """
    conversations = list(read_batch(file))
    users = {line.user for line in conversations}
    for user in sorted(users):
        credentials.of_user(user)
    async with ChatClient(edge_url, lambda: "") as connection:
        for done, line in enumerate(conversations, start=1):
            client = connection.speaking_for(lambda user=line.user: credentials.of_user(user))  # type: ignore[misc]
            await _converse(client, line)
            if done % 20 == 0 or done == len(conversations):
                print(f"{done}/{len(conversations)}", file=sys.stderr, flush=True)


async def _converse(client: ChatClient, line: BatchLine) -> None:
    number = 0
    try:
        name = await client.create_conversation()
        for number, question in enumerate(line.turns, start=1):
            async for event in client.ask(name, question):
                if event.HasField("completed"):
                    record = turn_record(line.id, number, event.completed.turn)
                    print(json.dumps(record, ensure_ascii=False), flush=True)
    except LauncherError as error:
        print(
            json.dumps(failed_turn_record(line.id, max(number, 1), error.korean), ensure_ascii=False),
            flush=True,
        )
