"""Finance: party ledgers, payments, accounts, general ledger. Amounts are in the company's base currency."""

from typing import Any, Final

from sqlalchemy import Column, Index, Table

from services.erp.local_model.columns import (
    amount,
    any_ref,
    code,
    date,
    flag,
    key,
    long_text,
    metadata,
    rate,
    ref,
    text,
)
from services.erp.local_model.documents import header
from services.erp.local_model.stock import VOUCHER_TYPES

PARTY_TYPES: Final = ("customer", "supplier", "employee", "shareholder", "other")


def _party() -> list[Column[Any]]:
    """Whose money it is; customer_id, supplier_id, employee_id: party_id again where it is one, to join."""
    return [
        code("party_type", *PARTY_TYPES),
        any_ref("party_id"),
        ref("customer_id", "customer"),
        ref("supplier_id", "supplier"),
        ref("employee_id", "employee"),
    ]


def _party_ledger(name: str, party: str, comment: str) -> Table:
    return Table(
        name,
        metadata,
        key(),
        ref("company_id", "company"),
        ref("account_id", "account"),
        *_party(),
        date("posting_date", required=True),
        date("due_date"),
        amount("amount", required=True),
        text("currency", 8),
        amount("currency_amount"),
        code("voucher_type", *VOUCHER_TYPES),
        any_ref("voucher_id"),
        code("against_voucher_type", *VOUCHER_TYPES),
        any_ref("against_voucher_id"),
        flag("is_delinked"),
        Index(f"ix_{name}_by_date", "company_id", "posting_date", "is_delinked", party, "amount"),
        Index(f"ix_{name}_by_party", party, "company_id", "is_delinked", "posting_date", "amount"),
        # A voucher's balance and due date are read off this index alone, vouchers one after another.
        Index(
            f"ix_{name}_by_against",
            *("company_id", "against_voucher_id", "against_voucher_type", party, "is_delinked"),
            *("posting_date", "voucher_id", "amount", "due_date"),
            mysql_length={"against_voucher_id": 64, "voucher_id": 64},  # of 3072 bytes for a whole index
        ),
        comment=comment,
    )


receivable_entry: Final = _party_ledger(
    "receivable_entry",
    "customer_id",
    "Receivables (미수금): the balance is the sum of amount without delinked rows; a voucher's balance is "
    "the sum by against_voucher_id, due on the due_date of the row where voucher = against_voucher. "
    "currency_amount is in `currency`, the party account's.",
)

payable_entry: Final = _party_ledger(
    "payable_entry",
    "supplier_id",
    "Payables (미지급금), as receivable_entry: what is owed is positive.",
)

payment: Final = Table(
    "payment",
    metadata,
    *header("payment"),
    code("direction", "receive", "pay", "internal_transfer", required=True),
    *_party(),
    text("party_name"),
    date("posting_date", required=True),
    text("method", 80),
    amount("base_received_amount"),
    amount("base_paid_amount"),
    text("received_currency", 8),
    amount("received_amount"),
    text("paid_currency", 8),
    amount("paid_amount"),
    amount("unallocated_amount"),
    text("reference_number"),
    date("reference_date"),
    long_text("remarks"),
    Index(
        None,
        *("company_id", "posting_date", "state", "direction", "customer_id", "supplier_id"),
        *("base_received_amount", "base_paid_amount"),
    ),
    Index(None, "party_id"),
    Index(None, "number"),
    comment="Payments received and made (수금, 지급). unallocated_amount is in the party account's currency.",
)

payment_allocation: Final = Table(
    "payment_allocation",
    metadata,
    key(),
    ref("payment_id", "payment", required=True),
    code("voucher_type", *VOUCHER_TYPES),
    any_ref("voucher_id"),
    amount("allocated_amount"),
    rate("conversion_rate"),
    date("due_date"),
    Index(None, "payment_id"),
    Index(None, "voucher_id"),
    comment="What a payment was for: the documents and the part of each, in the party account's currency.",
)

account: Final = Table(
    "account",
    metadata,
    key(),
    text("name", required=True),
    text("number", 40),
    ref("company_id", "company"),
    ref("parent_id", "account"),
    code("root_type", "asset", "liability", "equity", "income", "expense"),
    text("account_type", 80),
    text("currency", 8),
    flag("is_group"),
    flag("is_disabled"),
    Index(None, "parent_id"),
    comment="Chart of accounts of every company, a tree by parent_id.",
)

gl_entry: Final = Table(
    "gl_entry",
    metadata,
    key(),
    ref("company_id", "company"),
    ref("account_id", "account", required=True),
    date("posting_date", required=True),
    amount("debit", required=True),
    amount("credit", required=True),
    code("voucher_type", *VOUCHER_TYPES, required=True),
    any_ref("voucher_id"),
    ref("cost_center_id", "cost_center"),
    ref("project_id", "project"),
    code("party_type", *PARTY_TYPES),
    any_ref("party_id"),
    long_text("remarks"),
    flag("is_opening"),
    flag("is_cancelled"),
    Index(
        "ix_gl_entry_by_date",
        *("company_id", "posting_date", "is_cancelled", "voucher_type", "account_id", "debit", "credit"),
    ),
    Index(
        "ix_gl_entry_by_account",
        *("account_id", "posting_date", "is_cancelled", "voucher_type", "debit", "credit"),
    ),
    Index(None, "voucher_id"),
    comment="General ledger. Profit and loss leaves out voucher_type period_closing and cancelled rows.",
)
