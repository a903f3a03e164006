"""People."""

import sqlalchemy as sa
from alembic import op

from services.erp.exact_decimal import ExactDecimal

revision = "0006"
down_revision = "0005"

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "department",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_department"),
    )
    op.create_index("ix_department_parent_id", "department", ["parent_id"], unique=False)
    op.create_table(
        "employee",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("department_id", KEY, nullable=True),
        sa.Column("designation", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("user_name", sa.String(length=190), nullable=True),
        sa.Column("manager_id", KEY, nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_employee"),
    )
    op.create_index("ix_employee_department_id", "employee", ["department_id"], unique=False)
    op.create_index("ix_employee_user_name", "employee", ["user_name"], unique=False)
    op.create_table(
        "leave_entry",
        sa.Column("id", KEY, nullable=False),
        sa.Column("employee_id", KEY, nullable=False),
        sa.Column("leave_type", sa.String(length=190), nullable=False),
        sa.Column("days", ExactDecimal(6), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("transaction_type", sa.String(length=40), nullable=True),
        sa.Column("transaction_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("is_carried_forward", sa.Boolean(), nullable=False),
        sa.Column("is_expired", sa.Boolean(), nullable=False),
        sa.Column("is_without_pay", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_leave_entry"),
    )
    op.create_index(
        "ix_leave_entry_employee_id", "leave_entry", ["employee_id", "leave_type", "from_date"], unique=False
    )


def downgrade() -> None:
    op.drop_table("leave_entry")
    op.drop_table("employee")
    op.drop_table("department")
