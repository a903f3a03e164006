"""Who may see what, by hand: the table of domains, the claims' row filters, what may be known of."""

from dataclasses import dataclass

from tests.unit.erp.queries.naive_facts import Thing, by_id
from tests.unit.erp.queries.small_company import TREES, Data, Row

_SALES = {
    *("revenue", "sales_returns", "net_revenue", "revenue_with_vat", "sales_quantity", "invoice_count"),
    *("sales_return_count", "average_order_value", "orders_received", "sales_order_count"),
    *("open_sales_quantity", "open_sales_order_count", "late_sales_quantity", "late_sales_order_count"),
    *("delivery_count", "delivered_quantity", "receivables", "overdue_receivables", "payments_received"),
}
_PURCHASING = {
    *("purchase_orders", "purchase_order_count", "open_purchase_quantity", "open_purchase_order_count"),
    *("late_purchase_quantity", "receipt_count", "received_quantity", "purchases", "purchase_invoice_count"),
}
_STOCK = {"stock_quantity", "projected_quantity", "below_safety_stock", "reorder_items"}
_FINANCE = {
    *("income", "expense", "profit", "receivables", "overdue_receivables", "payables", "payments_received"),
    *("payments_made", "cost_of_goods_sold", "gross_profit", "gross_margin", "stock_value"),
    *("inventory_turnover",),
}
METRICS = {
    "employee": {"leave_balance"},
    "sales": _SALES,
    "purchasing": _PURCHASING,
    "stock": _STOCK,
    "finance": _FINANCE,
    "people": {"leave_balance"},
    "executive": _SALES | _PURCHASING | _STOCK | _FINANCE | {"leave_balance"},
}
_SALES_DOCUMENTS = {"sales_order", "delivery", "sales_invoice"}
_PURCHASE_DOCUMENTS = {"purchase_order", "purchase_receipt", "purchase_invoice"}
DOCUMENTS = {
    "sales": _SALES_DOCUMENTS,
    "purchasing": _PURCHASE_DOCUMENTS,
    "finance": {"sales_invoice", "purchase_invoice", "payment"},
    "executive": _SALES_DOCUMENTS | _PURCHASE_DOCUMENTS | {"payment"},
}
ALL_DOCUMENTS = DOCUMENTS["executive"]


@dataclass
class Claims:
    """The asker's roles and claims."""

    company: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    warehouse: tuple[str, ...] = ()
    employee: str | None = None
    roles: tuple[str, ...] = ("executive",)

    def may_ask(self, metric: str) -> bool:
        return any(metric in METRICS.get(role, ()) for role in self.roles)

    def may_know(self, dimension: str) -> bool:
        """Of the kind of thing at all."""
        if dimension in ALL_DOCUMENTS:
            return any(dimension in DOCUMENTS.get(role, ()) for role in self.roles)
        return dimension != "account" or bool({"finance", "executive"} & set(self.roles))

    @property
    def only_own_leave(self) -> bool:
        return not {"people", "executive"} & set(self.roles)


STOCK_ROWS = {
    "stock_quantity",
    "stock_value",
    "projected_quantity",
    "cost_of_goods_sold",
    "reorder_items",
} | {
    *("turnover.cost", "turnover.open", "turnover.close"),
}
OF_CUSTOMERS = {
    *(_SALES - {"net_revenue", "average_order_value"}),
    *("cost_of_goods_sold", "turnover.cost"),
}


def narrowed_by(leaf: str, claims: Claims) -> frozenset[str]:
    """The dimensions by which the asker's part of the rows is cut out."""
    leaf = leaf if leaf.startswith("turnover") else leaf.partition(".")[0]
    found = {
        "territory": claims.territory and leaf in OF_CUSTOMERS,
        "warehouse": claims.warehouse and leaf in STOCK_ROWS,
        "employee": claims.only_own_leave and leaf == "leave_balance",
    }
    return frozenset(dimension for dimension, narrowed in found.items() if narrowed)


def below(dimension: str, key: str | None, members: tuple[str, ...]) -> bool:
    while key is not None:
        if key in members:
            return True
        key = TREES.get(dimension, {}).get(key)
    return False


def allowed(thing: Thing, leaf: str, claims: Claims) -> bool:
    """The asker may see this row."""
    if claims.company and thing.company not in claims.company:
        return False
    places = {
        "territory": claims.territory,
        "warehouse": claims.warehouse,
        "employee": (claims.employee,) if claims.employee else (),
    }
    return all(
        below(dimension, thing.members.get(dimension), places[dimension])
        for dimension in narrowed_by(leaf, claims)
    )


def visible(data: Data, dimension: str, key: str, claims: Claims) -> bool:
    """The asker may know this member."""
    if dimension == "employee" and claims.only_own_leave:
        return key == claims.employee
    row: Row = by_id(data, dimension).get(key, {}) if dimension in data else {}
    customers = by_id(data, "customer")
    placed = ["territory", "customer", "sales_order", "delivery", "sales_invoice"]
    if dimension == "territory":
        territory: str | None = key
    elif dimension == "customer":
        territory = row.get("territory_id")
    else:
        territory = (customers.get(row.get("customer_id")) or {}).get("territory_id")
    if dimension == "payment":
        placed.append("payment")
    if claims.territory and dimension in placed and not below("territory", territory, claims.territory):
        return False
    if claims.warehouse and dimension == "warehouse" and not below("warehouse", key, claims.warehouse):
        return False
    company = row.get("company_id")
    return not claims.company or company is None or company in claims.company
