"""Ledgers, payments, accounts."""

import sqlalchemy as sa
from alembic import op

from services.erp.exact_decimal import ExactDecimal

revision = "0005"
down_revision = "0004"

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("root_type", sa.String(length=40), nullable=True),
        sa.Column("account_type", sa.String(length=80), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
    )
    op.create_index("ix_account_parent_id", "account", ["parent_id"], unique=False)
    op.create_table(
        "gl_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("debit", ExactDecimal(4), nullable=False),
        sa.Column("credit", ExactDecimal(4), nullable=False),
        sa.Column("voucher_type", sa.String(length=40), nullable=False),
        sa.Column("voucher_id", KEY, nullable=True),
        sa.Column("cost_center_id", KEY, nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("party_type", sa.String(length=40), nullable=True),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.Column("is_opening", sa.Boolean(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gl_entry"),
    )
    op.create_index(
        "ix_gl_entry_by_account",
        "gl_entry",
        ["account_id", "posting_date", "is_cancelled", "voucher_type", "debit", "credit"],
        unique=False,
    )
    op.create_index(
        "ix_gl_entry_by_date",
        "gl_entry",
        ["company_id", "posting_date", "is_cancelled", "voucher_type", "account_id", "debit", "credit"],
        unique=False,
    )
    op.create_index("ix_gl_entry_voucher_id", "gl_entry", ["voucher_id"], unique=False)
    op.create_table(
        "payable_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("party_type", sa.String(length=40), nullable=True),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("supplier_id", KEY, nullable=True),
        sa.Column("employee_id", KEY, nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("amount", ExactDecimal(4), nullable=False),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("currency_amount", ExactDecimal(4), nullable=True),
        sa.Column("voucher_type", sa.String(length=40), nullable=True),
        sa.Column("voucher_id", KEY, nullable=True),
        sa.Column("against_voucher_type", sa.String(length=40), nullable=True),
        sa.Column("against_voucher_id", KEY, nullable=True),
        sa.Column("is_delinked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_payable_entry"),
    )
    op.create_index(
        "ix_payable_entry_by_against",
        "payable_entry",
        [
            "company_id",
            "against_voucher_id",
            "against_voucher_type",
            "supplier_id",
            "is_delinked",
            "posting_date",
            "voucher_id",
            "amount",
            "due_date",
        ],
        unique=False,
        mysql_length={"against_voucher_id": 64, "voucher_id": 64},
    )
    op.create_index(
        "ix_payable_entry_by_date",
        "payable_entry",
        ["company_id", "posting_date", "is_delinked", "supplier_id", "amount"],
        unique=False,
    )
    op.create_index(
        "ix_payable_entry_by_party",
        "payable_entry",
        ["supplier_id", "company_id", "is_delinked", "posting_date", "amount"],
        unique=False,
    )
    op.create_table(
        "payment",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("direction", sa.String(length=40), nullable=False),
        sa.Column("party_type", sa.String(length=40), nullable=True),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("supplier_id", KEY, nullable=True),
        sa.Column("employee_id", KEY, nullable=True),
        sa.Column("party_name", sa.String(length=190), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=True),
        sa.Column("base_received_amount", ExactDecimal(4), nullable=True),
        sa.Column("base_paid_amount", ExactDecimal(4), nullable=True),
        sa.Column("received_currency", sa.String(length=8), nullable=True),
        sa.Column("received_amount", ExactDecimal(4), nullable=True),
        sa.Column("paid_currency", sa.String(length=8), nullable=True),
        sa.Column("paid_amount", ExactDecimal(4), nullable=True),
        sa.Column("unallocated_amount", ExactDecimal(4), nullable=True),
        sa.Column("reference_number", sa.String(length=190), nullable=True),
        sa.Column("reference_date", sa.Date(), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
    )
    op.create_index(
        "ix_payment_company_id",
        "payment",
        [
            "company_id",
            "posting_date",
            "state",
            "direction",
            "customer_id",
            "supplier_id",
            "base_received_amount",
            "base_paid_amount",
        ],
        unique=False,
    )
    op.create_index("ix_payment_number", "payment", ["number"], unique=False)
    op.create_index("ix_payment_party_id", "payment", ["party_id"], unique=False)
    op.create_table(
        "payment_allocation",
        sa.Column("id", KEY, nullable=False),
        sa.Column("payment_id", KEY, nullable=False),
        sa.Column("voucher_type", sa.String(length=40), nullable=True),
        sa.Column("voucher_id", KEY, nullable=True),
        sa.Column("allocated_amount", ExactDecimal(4), nullable=True),
        sa.Column("conversion_rate", ExactDecimal(9), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payment_allocation"),
    )
    op.create_index("ix_payment_allocation_payment_id", "payment_allocation", ["payment_id"], unique=False)
    op.create_index("ix_payment_allocation_voucher_id", "payment_allocation", ["voucher_id"], unique=False)
    op.create_table(
        "receivable_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("party_type", sa.String(length=40), nullable=True),
        sa.Column("party_id", KEY, nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("supplier_id", KEY, nullable=True),
        sa.Column("employee_id", KEY, nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("amount", ExactDecimal(4), nullable=False),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("currency_amount", ExactDecimal(4), nullable=True),
        sa.Column("voucher_type", sa.String(length=40), nullable=True),
        sa.Column("voucher_id", KEY, nullable=True),
        sa.Column("against_voucher_type", sa.String(length=40), nullable=True),
        sa.Column("against_voucher_id", KEY, nullable=True),
        sa.Column("is_delinked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_receivable_entry"),
    )
    op.create_index(
        "ix_receivable_entry_by_against",
        "receivable_entry",
        [
            "company_id",
            "against_voucher_id",
            "against_voucher_type",
            "customer_id",
            "is_delinked",
            "posting_date",
            "voucher_id",
            "amount",
            "due_date",
        ],
        unique=False,
        mysql_length={"against_voucher_id": 64, "voucher_id": 64},
    )
    op.create_index(
        "ix_receivable_entry_by_date",
        "receivable_entry",
        ["company_id", "posting_date", "is_delinked", "customer_id", "amount"],
        unique=False,
    )
    op.create_index(
        "ix_receivable_entry_by_party",
        "receivable_entry",
        ["customer_id", "company_id", "is_delinked", "posting_date", "amount"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("receivable_entry")
    op.drop_table("payment_allocation")
    op.drop_table("payment")
    op.drop_table("payable_entry")
    op.drop_table("gl_entry")
    op.drop_table("account")
