"""`maru evaluate questions`: asks a set of questions of the running mesh, over Envoy, as each question's user."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from maru.chat.v1 import turn_pb2
from rich.console import Console

from services.launcher.chat_client import ChatClient
from services.launcher.credentials import Credentials
from services.launcher.errors import LauncherError
from services.launcher.evaluation import report
from services.launcher.evaluation.asking import Say, ask_all, ask_mutated
from services.launcher.evaluation.gold import SourceGold
from services.launcher.evaluation.question_set import QuestionSet
from services.launcher.evaluation.scoring import bars
from services.launcher.users_file import read_users


class MeshCompany:
    """See `asking.Company`: the chat service behind the edge."""

    def __init__(self, connection: ChatClient, credentials: Credentials) -> None:
        self._connection = connection
        self._credentials = credentials

    async def converse(self, user: str) -> Say:
        client = self._connection.speaking_for(lambda: self._credentials.of_user(user))
        conversation = await client.create_conversation()

        async def say(text: str) -> turn_pb2.Answer:
            answer: turn_pb2.Answer | None = None
            async for event in client.ask(conversation, text):
                if event.HasField("completed"):
                    answer = event.completed.turn.answer
            if answer is None:
                raise LauncherError("답이 끝나지 않았습니다.", "The stream ended without an answer.")
            return answer

        return say


def claims_of(users_file: Path) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """What each user of the embedded issuer may see; the roles are one of the claims."""
    return {user.username: {**user.claims, "role": user.roles} for user in read_users(users_file)}


async def run(
    questions: QuestionSet,
    source: str,
    users_file: Path,
    edge_url: str,
    credentials: Credentials,
    out: Console,
    report_file: Path | None,
    *,
    mutate: bool,
) -> bool:
    """Asks, prints and writes the report; whether all bars are held. Progress goes to standard error.

    `mutate`: reports on the mutations of the questions that are answered rightly, instead of on the questions.

    Raises:
        LauncherError: the source can't be read, or a gold query is wrong.
    """
    gold = SourceGold(source, questions, claims_of(users_file))
    try:
        async with ChatClient(edge_url, lambda: "") as connection:
            company = MeshCompany(connection, credentials)
            scored, skipped = await ask_all(company, questions.questions, gold, say=_progress)
            if mutate:
                scored, skipped = await ask_mutated(company, questions.questions, scored, gold, say=_progress)
    finally:
        gold.close()
    report.show(scored, skipped, out)
    if report_file is not None:
        report.write(scored, skipped, report_file)
    return all(bar.held for bar in bars(scored))


def _progress(done: int, of: int) -> None:
    if done % 20 == 0 or done == of:
        print(f"{done}/{of}", file=sys.stderr, flush=True)
