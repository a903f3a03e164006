"""Domain errors of the retrieval service."""

from services.kit.errors import NotAvailableYet


class DocumentsNotAvailableYet(NotAvailableYet):
    ko = (
        "사내 문서를 가져오고, 열람 권한을 정하고, 검색하는 기능은 다음 버전에서 제공됩니다. "
        "지금은 매출, 재고 같은 ERP 질문을 해 주세요."
    )
    en = (
        "Importing the company's documents, setting who may read them and searching them "
        "come with a later version. "
        "For now, ask about ERP data such as sales or stock."
    )
