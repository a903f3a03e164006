"""Domain errors of the admin service."""

from services.kit.errors import NotAvailableYet


class PartUnreachable(Exception):
    """A part gave no answer: nothing listens there, or what does is no such part."""


class SyncNotAvailableYet(NotAvailableYet):
    ko = (
        "동기화 상태를 보고 멈추거나 다시 시작하는 기능은 다음 버전에서 제공됩니다. "
        "지금은 maru load로 ERP 데이터를 불러올 수 있습니다."
    )
    en = (
        "Watching, pausing and resuming the synchronisation come with a later version. "
        "For now, load the ERP's data with `maru load`."
    )


class AuditNotAvailableYet(NotAvailableYet):
    ko = "감사 기록을 보고 검증하는 기능은 다음 버전에서 제공됩니다."
    en = "Reading and verifying the audit comes with a later version."


class ModelsNotAvailableYet(NotAvailableYet):
    ko = (
        "모델 버전을 보고 승격하거나 되돌리는 기능은 다음 버전에서 제공됩니다. "
        "모델이 응답하는지는 maru status로 볼 수 있습니다."
    )
    en = (
        "Listing, promoting and rolling back model versions come with a later version. "
        "`maru status` tells whether the models answer."
    )


class LimitsNotAvailableYet(NotAvailableYet):
    ko = (
        "사용자별 한도를 보고 바꾸는 기능은 다음 버전에서 제공됩니다. 지금은 모두에게 같은 한도가 적용됩니다."
    )
    en = (
        "Seeing and changing users' limits comes with a later version. "
        "For now, everybody has the same limits."
    )
