"""Domain errors of the retrieval service."""

from services.kit.errors import Code, FieldInvalid, FieldViolation, MaruError, NotAvailableYet


class DocumentsNotAvailableYet(NotAvailableYet):
    ko = (
        "이 버전에는 사내 문서를 가져오고 검색하는 기능이 없습니다. "
        "매출, 재고 같은 ERP 데이터는 바로 물어볼 수 있습니다."
    )
    en = (
        "This version can't import or search the company's documents. "
        "ERP data such as sales or stock can be asked about."
    )


class DocumentNotFound(MaruError):
    """Not there, or none that the caller may read: both look the same. Its versions and passages too."""

    code = Code.NOT_FOUND
    reason = "DOCUMENT_NOT_FOUND"
    ko = "문서를 찾을 수 없습니다."
    en = "The document was not found."


class RequestIdReused(MaruError):
    """`request_id` was used for a request with another body."""

    code = Code.ALREADY_EXISTS
    reason = "REQUEST_ID_REUSED"
    ko = "같은 요청 번호로 다른 내용이 이미 처리되었습니다. 새 요청 번호로 다시 보내 주세요."
    en = "This request id was used for another request. Send it with a new request id."


class EtagMismatch(MaruError):
    """`resource`: document or folder."""

    code = Code.ABORTED
    reason = "ETAG_MISMATCH"
    ko = "그 사이 다른 곳에서 바뀌었습니다. 새로 불러온 뒤 다시 시도해 주세요."
    en = "It was changed elsewhere in the meantime. Reload it and try again."


class DocumentTooLarge(MaruError):
    code = Code.INVALID_ARGUMENT
    reason = "DOCUMENT_TOO_LARGE"
    ko = "파일이 너무 큽니다({size_bytes}바이트). {maximum_bytes}바이트 이하의 파일로 나누어 가져와 주세요."
    en = "The file is too large ({size_bytes} bytes). Split it into files of at most {maximum_bytes} bytes."


class PathInvalid(FieldInvalid):
    """A path that names no place for a document, or for a folder."""

    ko = "문서의 경로가 잘못되었습니다. '규정/인사/여비규정.hwp'처럼 쓰고, 빈 부분이나 '.', '..'은 넣지 마세요."
    en = "This is no path of a document. Write it as in 규정/인사/여비규정.hwp, without empty, `.` or `..` parts."

    def __init__(self, field: str, description: str) -> None:
        super().__init__([FieldViolation(field, description)])
