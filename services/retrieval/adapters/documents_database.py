"""The documents' database, and what to say when it can't be used."""

from datetime import timedelta
from typing import Final

from services.kit.database import Kept
from services.kit.errors import DependencyUnavailable
from services.retrieval.migrations import upgrade


class DocumentsUnavailable(DependencyUnavailable):
    """The database of the documents can't be read or written at the moment."""

    ko = "문서 데이터베이스를 쓸 수 없습니다. 잠시 뒤에 다시 시도하고, 계속되면 관리자에게 알려 주세요."
    en = "The documents' database can't be used. Try again in a moment; if it goes on, tell an administrator."

    def __init__(self) -> None:
        super().__init__(dependency="documents", retry_after=timedelta(seconds=1))


DOCUMENTS: Final = Kept(
    service="retrieval",
    name="documents",
    ko="문서 데이터베이스",
    en="The documents' database",
    empty_ko="문서 없이",
    empty_en="without documents",
    unavailable=DocumentsUnavailable,
    upgrade=upgrade,
)
