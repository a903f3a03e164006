"""Why a load failed, and what to do about it."""

from sqlalchemy.exc import DBAPIError


class LoadError(Exception):
    """The load stopped; the old local model is as it was. Never holds a password."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.ko = ko
        self.en = en


def driver_message(error: Exception) -> str:
    """The driver's own words, without the statement and the parameters (they hold the company's data)."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if (
        cause is not None and cause.args and isinstance(cause.args[0], dict)
    ):  # PostgreSQL's fields: M is the message
        return str(cause.args[0].get("M", ""))[:300]
    return str(cause)[:300]


def writing_failed(error: Exception) -> LoadError:
    """What a failed write to the model's disk means."""
    message = driver_message(error)
    if "locked" in message:
        return LoadError(
            "로컬 모델이 다른 프로그램의 쓰기로 잠겨 있습니다. 그 작업이 끝난 뒤 다시 적재하세요.",
            "Another program is writing to the local model. Load again when it has finished.",
        )
    if "full" in message or "disk I/O" in message or isinstance(error, OSError):
        return LoadError(
            f"로컬 모델을 디스크에 쓰지 못했습니다({message}). 디스크 공간을 늘린 뒤 다시 적재하세요. "
            "이전 모델은 그대로입니다.",
            f"The local model could not be written to disk ({message}). Free some disk space and load again. "
            "The old model is untouched.",
        )
    return LoadError(
        f"로컬 모델에 쓰지 못했습니다: {message}", f"The local model could not be written: {message}"
    )
