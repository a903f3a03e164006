"""Who and what the documents speak of: companies, parties, items, places."""

from typing import Final

from sqlalchemy import Index, Table

from services.erp.local_model.columns import (
    amount,
    any_ref,
    code,
    date,
    flag,
    key,
    long_text,
    metadata,
    price,
    quantity,
    ref,
    text,
)

company: Final = Table(
    "company",
    metadata,
    key(),
    text("name", required=True),
    text("abbreviation", 40),
    text("currency", 8),
    text("country", 80),
    ref("parent_id", "company"),
    comment="Legal entities. Figures are in a company's base currency and belong to one company at a time.",
)

fiscal_year: Final = Table(
    "fiscal_year",
    metadata,
    key(),
    text("name", required=True),
    date("start_date", required=True),
    date("end_date", required=True),
    flag("is_disabled"),
    comment="Accounting years; none = the calendar year.",
)

territory: Final = Table(
    "territory",
    metadata,
    key(),
    text("name", required=True),
    ref("parent_id", "territory"),
    flag("is_group"),
    Index(None, "parent_id"),
    comment="Sales territories, a tree by parent_id.",
)

customer_group: Final = Table(
    "customer_group",
    metadata,
    key(),
    text("name", required=True),
    ref("parent_id", "customer_group"),
    flag("is_group"),
    Index(None, "parent_id"),
    comment="Customer groups, a tree by parent_id.",
)

supplier_group: Final = Table(
    "supplier_group",
    metadata,
    key(),
    text("name", required=True),
    ref("parent_id", "supplier_group"),
    flag("is_group"),
    Index(None, "parent_id"),
    comment="Supplier groups, a tree by parent_id.",
)

item_group: Final = Table(
    "item_group",
    metadata,
    key(),
    text("name", required=True),
    ref("parent_id", "item_group"),
    flag("is_group"),
    Index(None, "parent_id"),
    comment="Item groups, a tree by parent_id.",
)

customer: Final = Table(
    "customer",
    metadata,
    key(),
    text("code"),
    text("name", required=True),
    ref("customer_group_id", "customer_group"),
    ref("territory_id", "territory"),
    text("tax_number", 40),
    text("currency", 8),
    flag("is_internal"),
    flag("is_disabled"),
    Index(None, "territory_id"),
    Index(None, "customer_group_id"),
    comment="Customers (거래처, 매출처). Territory and group are these, never a document's copy.",
)

supplier: Final = Table(
    "supplier",
    metadata,
    key(),
    text("code"),
    text("name", required=True),
    ref("supplier_group_id", "supplier_group"),
    text("country", 80),
    text("tax_number", 40),
    text("currency", 8),
    flag("is_internal"),
    flag("is_on_hold"),
    flag("is_disabled"),
    Index(None, "supplier_group_id"),
    comment="Suppliers (공급업체, 매입처).",
)

item: Final = Table(
    "item",
    metadata,
    key(),
    text("code"),
    text("name", required=True),
    ref("item_group_id", "item_group"),
    text("brand"),
    text("stock_unit", 40),
    long_text("specification"),
    ref("variant_of_id", "item"),
    quantity("safety_stock"),
    quantity("lead_time_days"),
    price("valuation_rate"),
    flag("is_stock_item"),
    flag("is_disabled"),
    Index(None, "item_group_id"),
    Index(None, "brand"),
    comment="Items (품목): goods, materials, services. Group and brand are these, never a document's copy.",
)

alias: Final = Table(
    "alias",
    metadata,
    key(),
    code("entity", "customer", "supplier", "item", "warehouse", "employee", required=True),
    any_ref("entity_id", required=True),
    text("alias", 500, required=True),
    Index(None, "entity", "entity_id"),
    comment="Other names and codes of an entity; a row may hold several, separated by comma, semicolon, bar.",
)

warehouse: Final = Table(
    "warehouse",
    metadata,
    key(),
    text("name", required=True),
    ref("company_id", "company"),
    ref("parent_id", "warehouse"),
    flag("is_group"),
    flag("is_disabled"),
    Index(None, "parent_id"),
    comment="Warehouses, a tree by parent_id. A stock row's company is its warehouse's company.",
)

item_price: Final = Table(
    "price",
    metadata,
    key(),
    ref("item_id", "item", required=True),
    text("price_list"),
    text("unit", 40),
    price("rate"),
    text("currency", 8),
    flag("is_selling"),
    flag("is_buying"),
    ref("customer_id", "customer"),
    ref("supplier_id", "supplier"),
    date("valid_from"),
    date("valid_to"),
    Index(None, "item_id"),
    comment="Price list entries; an empty valid_to is open-ended.",
)

project: Final = Table(
    "project",
    metadata,
    key(),
    text("name", required=True),
    ref("company_id", "company"),
    ref("customer_id", "customer"),
    code("status", "open", "completed", "cancelled", "on_hold"),
    date("start_date"),
    date("end_date"),
    amount("estimated_cost"),
    comment="Projects.",
)

cost_center: Final = Table(
    "cost_center",
    metadata,
    key(),
    text("name", required=True),
    ref("company_id", "company"),
    ref("parent_id", "cost_center"),
    flag("is_group"),
    flag("is_disabled"),
    Index(None, "parent_id"),
    comment="Cost centres, a tree by parent_id.",
)
