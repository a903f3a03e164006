"""What the erp service answers when it can't answer."""

from services.kit.errors import Code, MaruError


class UnknownMetric(MaruError):
    code = Code.INVALID_ARGUMENT
    reason = "UNKNOWN_METRIC"
    ko = "'{metric}'(이)라는 지표는 없습니다. 쓸 수 있는 지표는 카탈로그에서 볼 수 있습니다."
    en = 'There is no metric "{metric}". The catalog lists those there are.'


class UnknownDimension(MaruError):
    """Words: why_ko, why_en."""

    code = Code.INVALID_ARGUMENT
    reason = "UNKNOWN_DIMENSION"
    ko = "{why_ko}"
    en = "{why_en}"


class MetricForbidden(MaruError):
    """Words: name."""

    code = Code.PERMISSION_DENIED
    reason = "METRIC_FORBIDDEN"
    ko = "{name}을(를) 볼 권한이 없습니다. 필요하면 관리자에게 요청해 주세요."
    en = 'You may not see "{metric}". Ask an administrator if you need it.'


class QueryRefused(MaruError):
    """The query would give a wrong figure or has no meaning. Metadata: metric, dimension, cause; words:
    why_ko, why_en.
    """

    code = Code.INVALID_ARGUMENT
    reason = "QUERY_REFUSED"
    ko = "{why_ko}"
    en = "{why_en}"


def sum_too_large() -> QueryRefused:
    """A sum beyond 64 bits: better none than one that isn't exact."""
    return QueryRefused(
        metric="",
        dimension="",
        cause="unsupported",
        words={
            "why_ko": "합계가 너무 커서 정확히 계산할 수 없습니다. 기간이나 조건을 좁혀 주세요.",
            "why_en": "The sum is too large to be exact. Narrow the period or the filters.",
        },
    )


class MemberNotFound(MaruError):
    """A member that does not exist, or that the asker may not see. Words: name, the dimension's."""

    code = Code.NOT_FOUND
    reason = "MEMBER_NOT_FOUND"
    ko = "조건에 적은 {name}을(를) 찾을 수 없습니다. 이름을 확인해 주세요."
    en = "The {dimension} named in the conditions was not found. Check its name."


class RecordNotFound(MaruError):
    code = Code.NOT_FOUND
    reason = "RECORD_NOT_FOUND"
    ko = "전표를 찾을 수 없습니다. 번호를 확인해 주세요."
    en = "The document was not found. Check its number."


class RowLimitExceeded(MaruError):
    code = Code.RESOURCE_EXHAUSTED
    reason = "ROW_LIMIT_EXCEEDED"
    ko = "결과가 {maximum}행을 넘습니다. 기간이나 조건을 좁혀 주세요."
    en = "The result has more than {maximum} rows. Narrow the period or the filters."

    @classmethod
    def of(cls, maximum: int) -> "RowLimitExceeded":
        return cls(maximum=str(maximum), words={"maximum": f"{maximum:,}"})


class CostLimitExceeded(MaruError):
    code = Code.RESOURCE_EXHAUSTED
    reason = "COST_LIMIT_EXCEEDED"
    ko = "한 번에 조회하기에는 범위가 너무 넓습니다. 기간이나 조건을 좁혀 주세요."
    en = "This reads too much at once. Narrow the period or the filters."


class DataTooStale(MaruError):
    """Words: when, the data's time as people read it."""

    code = Code.FAILED_PRECONDITION
    reason = "DATA_TOO_STALE"
    ko = "데이터가 {when} 기준이라 답하기에는 오래되었습니다. 관리자에게 데이터 적재 상태를 확인해 달라고 하세요."
    en = "The data is as of {when}, too old to answer from. Ask an administrator to look after its loading."


class ExportTooLarge(MaruError):
    """Metadata: rows, maximum; words: the same with separators."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "EXPORT_TOO_LARGE"
    ko = "내보낼 행이 {rows}개로 최대 {maximum}개를 넘습니다. 기간이나 조건을 좁히거나 나누어 내보내 주세요."
    en = "The export has {rows} rows, more than the {maximum} allowed. Narrow the filters, or export it in parts."


class StatementTimeout(MaruError):
    code = Code.RESOURCE_EXHAUSTED
    reason = "STATEMENT_TIMEOUT"
    ko = "조회가 {limit_ms}밀리초 안에 끝나지 않아 멈췄습니다. 기간이나 조건을 좁혀 주세요."
    en = "The query did not finish in {limit_ms} ms and was stopped. Narrow the period or the filters."


class LocalModelUnavailable(MaruError):
    """`cause` is for the log."""

    code = Code.UNAVAILABLE
    reason = "LOCAL_MODEL_UNAVAILABLE"
    ko = "ERP 데이터를 읽을 수 없습니다. 관리자에게 알려 주세요. (maru load로 다시 불러올 수 있습니다.)"
    en = "The ERP data can't be read. Tell an administrator, who can load it again with `maru load`."

    def __init__(self, cause: str) -> None:
        super().__init__()
        self.cause = cause


class LocalModelEmpty(MaruError):
    code = Code.FAILED_PRECONDITION
    reason = "LOCAL_MODEL_EMPTY"
    ko = "아직 ERP 데이터를 불러오지 않았습니다. 관리자가 maru load를 실행하면 쓸 수 있습니다."
    en = "No ERP data has been loaded yet. An administrator loads it with `maru load`."
