"""Domain errors of the retrieval service."""

from services.kit.errors import NotAvailableYet


class DocumentsNotAvailableYet(NotAvailableYet):
    ko = (
        "이 버전에는 사내 문서를 가져오고 검색하는 기능이 없습니다. "
        "매출, 재고 같은 ERP 데이터는 바로 물어볼 수 있습니다."
    )
    en = (
        "This version can't import or search the company's documents. "
        "ERP data such as sales or stock can be asked about."
    )
