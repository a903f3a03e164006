"""Domain errors of the admin service."""

from services.kit.errors import Code, MaruError, NotAvailableYet


class PartUnreachable(Exception):
    """A part gave no answer: nothing listens there, or what does is no such part."""


class AuditEntryNotFound(MaruError):
    code = Code.NOT_FOUND
    reason = "AUDIT_ENTRY_NOT_FOUND"
    ko = "감사 기록을 찾을 수 없습니다. 번호를 확인해 주세요."
    en = "The audit entry was not found. Check its number."


class SyncNotAvailableYet(NotAvailableYet):
    ko = (
        "이 버전에는 실시간 동기화가 없습니다. ERP 데이터는 maru load로 불러오고, "
        "언제 기준인지는 답변에서 확인해 주세요."
    )
    en = (
        "This version does not synchronise by itself. Load the ERP's data with `maru load`; "
        "each answer says from when it is."
    )


class ModelsNotAvailableYet(NotAvailableYet):
    ko = (
        "이 버전에서는 모델 버전을 바꾸거나 되돌릴 수 없습니다. 쓰이는 모델은 설치된 하나이며, "
        "응답하는지는 maru status로 볼 수 있습니다."
    )
    en = (
        "This version can't change or roll back model versions. It uses the one model installed; "
        "`maru status` tells whether it answers."
    )


class LimitsNotAvailableYet(NotAvailableYet):
    ko = (
        "이 버전에는 사용자별 한도가 없습니다. 모두에게 같은 한도가 적용되며, "
        "값은 envoy/envoy.yaml에서 바꿀 수 있습니다."
    )
    en = (
        "This version has no limits of single users. Everybody has the same ones, "
        "which are set in envoy/envoy.yaml."
    )
