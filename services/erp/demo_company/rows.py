"""Columns that the rows of all documents share."""

from typing import Any, Final

from services.erp.demo_company.books import Voucher
from services.erp.demo_company.world import Customer, Priced, Supplier
from services.erp.demo_company.writer import stamp

DRAFT: Final = 0
SUBMITTED: Final = 1
CANCELLED: Final = 2
"""A document's docstatus."""


def undated(voucher: Voucher, priced: Priced, docstatus: int) -> dict[str, Any]:
    """A document's own row, up to its dates, the party and what its kind adds."""
    return {
        **stamp(voucher.day, voucher.owner, 30),
        **priced.header,
        "name": voucher.name,
        "docstatus": docstatus,
    }


def header(voucher: Voucher, priced: Priced, docstatus: int) -> dict[str, Any]:
    """The row of a document that is dated by posting_date."""
    return {
        **undated(voucher, priced, docstatus),
        "posting_date": str(voucher.day),
        "posting_time": "09:00:30",
        "is_return": 0,
    }


def of_customer(customer: Customer) -> dict[str, Any]:
    return {
        "customer": customer.name,
        "customer_name": customer.label,
        "territory": customer.territory,
        "customer_group": customer.group,
        "is_internal_customer": int(customer.internal),
    }


def of_supplier(supplier: Supplier) -> dict[str, Any]:
    return {
        "supplier": supplier.name,
        "supplier_name": supplier.label,
        "is_internal_supplier": int(supplier.internal),
    }


def child(voucher: Voucher, name: str, index: int, docstatus: int) -> dict[str, Any]:
    """A line's standard columns beneath its document."""
    return {
        **stamp(voucher.day, voucher.owner, 30),
        "name": name,
        "idx": index,
        "docstatus": docstatus,
        "parent": voucher.name,
        "parentfield": "items",
        "parenttype": voucher.kind,
    }
