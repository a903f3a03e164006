"""The local model: the ERP's rows under plain names. Metrics, policies and records know these tables alone.

Filled row by row by a mapping file per ERP (docs/mapping.md). `id` is the key of every table; `column.info`
says what a column refers to (`references`: a table, many-to-one) and which words a code may be (`values`).
Kinds of columns: columns.py. Trees: trees.py.
"""

from services.erp.local_model import bookkeeping, finance, masters, people, purchasing, sales, stock
from services.erp.local_model.bookkeeping import load_watermark, rejected_row
from services.erp.local_model.columns import metadata
from services.erp.local_model.trees import closure

BUSINESS_TABLES = tuple(
    table for table in metadata.sorted_tables if table not in (load_watermark, rejected_row)
)
"""The tables that a mapping may fill."""

__all__ = [
    "BUSINESS_TABLES",
    "bookkeeping",
    "closure",
    "finance",
    "load_watermark",
    "masters",
    "metadata",
    "people",
    "purchasing",
    "rejected_row",
    "sales",
    "stock",
]
