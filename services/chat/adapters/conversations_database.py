"""The conversations' database, and what to say when it or the audit's anchor can't be used."""

import errno
from datetime import timedelta
from typing import Final

import structlog

from services.chat.migrations import upgrade
from services.kit.database import Kept
from services.kit.errors import DependencyUnavailable, StorageFull

log = structlog.get_logger(__name__)


class ConversationsUnavailable(DependencyUnavailable):
    """The database of the conversations can't be read or written at the moment."""

    ko = "대화 기록을 읽거나 저장할 수 없습니다. 잠시 뒤에 다시 시도하고, 계속되면 관리자에게 알려 주세요."
    en = "Conversations can't be read or saved. Try again in a moment; if it goes on, tell an administrator."

    def __init__(self) -> None:
        super().__init__(dependency="conversations", retry_after=timedelta(seconds=1))


CONVERSATIONS: Final = Kept(
    service="chat",
    name="conversations",
    ko="대화 데이터베이스",
    en="The conversations' database",
    empty_ko="빈 기록으로",
    empty_en="without conversations",
    unavailable=ConversationsUnavailable,
    upgrade=upgrade,
)


def anchor_failure(error: OSError) -> Exception:
    """What it means to the asker that the audit's anchor could not be written or read."""
    log.error("audit_anchor_failed", code=errno.errorcode.get(error.errno or 0))
    return (
        StorageFull(service="chat")
        if error.errno in (errno.ENOSPC, errno.EDQUOT)
        else ConversationsUnavailable()
    )
