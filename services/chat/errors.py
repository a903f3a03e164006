"""Errors of the chat service: those of the model, which only the composer sees, and those that a caller is told."""

from services.kit.errors import Code, MaruError


class LanguageModelUnavailable(Exception):
    """The model is away, overloaded, or went away in mid-text.

    Another try may work; the narrator always does.
    """


class LanguageModelRejected(Exception):
    """The model refused the request as it stands (bad grammar, prompt too long): trying again won't help."""


class RecordNotFound(Exception):
    """No such document, or none that the asker may see."""


class PassageNotFound(Exception):
    """No such passage, or none that the asker may read."""


class ConversationNotFound(MaruError):
    """Nobody's, or somebody else's: both look the same."""

    code = Code.NOT_FOUND
    reason = "CONVERSATION_NOT_FOUND"
    ko = "대화를 찾을 수 없습니다."
    en = "The conversation was not found."


class TurnNotFound(MaruError):
    code = Code.NOT_FOUND
    reason = "TURN_NOT_FOUND"
    ko = "질문을 찾을 수 없습니다."
    en = "The turn was not found."


class RequestIdReused(MaruError):
    """`request_id` was used for a request with another body."""

    code = Code.ALREADY_EXISTS
    reason = "REQUEST_ID_REUSED"
    ko = "같은 요청 번호로 다른 내용이 이미 처리되었습니다. 새 요청 번호로 다시 보내 주세요."
    en = "This request id was used for another request. Send it with a new request id."


class EtagMismatch(MaruError):
    code = Code.ABORTED
    reason = "ETAG_MISMATCH"
    ko = "그 사이 다른 곳에서 바뀌었습니다. 새로 불러온 뒤 다시 시도해 주세요."
    en = "It was changed elsewhere in the meantime. Reload it and try again."

    def __init__(self) -> None:
        super().__init__(resource="conversation")


class UpdateMaskInvalid(MaruError):
    """`path` can't be updated."""

    code = Code.INVALID_ARGUMENT
    reason = "UPDATE_MASK_INVALID"
    ko = "바꿀 수 없는 항목입니다: {path}."
    en = "This field can't be changed: {path}."


class QuestionTooLong(MaruError):
    code = Code.INVALID_ARGUMENT
    reason = "QUESTION_TOO_LONG"
    ko = "질문이 너무 깁니다({length}자). {maximum}자 이하로 줄여 주세요."
    en = "The question is too long ({length} characters). Shorten it to {maximum} or fewer."


class QuestionUnreadable(MaruError):
    code = Code.INVALID_ARGUMENT
    reason = "QUESTION_UNREADABLE"
    ko = "질문에 글자가 없거나 보이지 않는 제어 문자가 있습니다. 고친 뒤 다시 보내 주세요."
    en = "The question holds no letters, or invisible control characters. Correct it and send it again."


class TurnRunning(MaruError):
    """Another turn (`turn`, its resource name) of the conversation is being answered."""

    code = Code.FAILED_PRECONDITION
    reason = "TURN_RUNNING"
    ko = "앞 질문에 답하는 중입니다. 답이 끝나거나 멈춘 뒤에 물어봐 주세요."
    en = "The previous question is still being answered. Ask again when it has finished or been stopped."


class TurnInterrupted(MaruError):
    """The service ended while it answered `turn`."""

    code = Code.ABORTED
    reason = "TURN_INTERRUPTED"
    ko = "답변이 중간에 끊겼습니다. 다시 질문해 주세요."
    en = "The answer was cut off. Ask again."


class SequenceOutOfRange(MaruError):
    """`after_sequence` is beyond the turn's `last_sequence`."""

    code = Code.OUT_OF_RANGE
    reason = "SEQUENCE_OUT_OF_RANGE"
    ko = "답변을 이어서 받을 수 없습니다. 처음부터 다시 받아 주세요."
    en = "The answer can't be continued from there. Read it again from the start."
