"""People: departments, employees, leave."""

from typing import Final

from sqlalchemy import Index, Table

from services.erp.local_model.columns import any_ref, code, date, flag, key, metadata, quantity, ref, text

department: Final = Table(
    "department",
    metadata,
    key(),
    text("name", required=True),
    ref("company_id", "company"),
    ref("parent_id", "department"),
    flag("is_group"),
    flag("is_disabled"),
    Index(None, "parent_id"),
    comment="Departments and teams, a tree by parent_id.",
)

employee: Final = Table(
    "employee",
    metadata,
    key(),
    text("name", required=True),
    ref("company_id", "company"),
    ref("department_id", "department"),
    text("designation", 80),
    code("status", "active", "inactive", "suspended", "left", required=True),
    text("user_name"),
    ref("manager_id", "employee"),
    date("joined_on"),
    date("left_on"),
    Index(None, "department_id"),
    Index(None, "user_name"),
    comment="Employees (담당자). user_name is the ERP account that documents name in created_by.",
)

leave_entry: Final = Table(
    "leave_entry",
    metadata,
    key(),
    ref("employee_id", "employee", required=True),
    text("leave_type", required=True),
    quantity("days", required=True),
    date("from_date", required=True),
    date("to_date"),
    code("transaction_type", "allocation", "application", "encashment", "other"),
    any_ref("transaction_id"),
    code("state", "draft", "submitted", "cancelled", required=True),
    flag("is_carried_forward"),
    flag("is_expired"),
    flag("is_without_pay"),
    Index(None, "employee_id", "leave_type", "from_date"),
    comment="Leave ledger: days allocated (+) and taken, booked or expired (-).",
)
