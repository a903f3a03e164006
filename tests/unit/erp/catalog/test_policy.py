"""What roles open and hide, and that hidden figures stay uncomputable."""

import pytest

from services.erp.core.policy import Role, opened, revealed, revealing
from services.erp.core.result import EntityKind
from tests.unit.erp.queries.asking import asker, catalog, policy

# The domains of the metrics, by hand.
SALES = {
    *("revenue", "sales_returns", "net_revenue", "revenue_with_vat", "sales_quantity", "average_order_value"),
    *("orders_received", "open_sales_quantity", "late_sales_quantity", "late_sales_order_count"),
    *("receivables", "overdue_receivables", "payments_received"),
}
# What the documents below them show is theirs too.
PURCHASING = {"purchase_orders", "open_purchase_quantity", "late_purchase_quantity", "purchases"}
FINANCE = {
    *("profit", "receivables", "overdue_receivables", "payables", "payments_received", "payments_made"),
    *("cost_of_goods_sold", "gross_profit", "gross_margin", "stock_value"),
}


def test_a_role_opens_its_domain_and_no_other():
    grant = policy().grant(catalog(), asker("employee", "sales"))
    assert grant.metrics >= SALES
    assert not grant.metrics & (PURCHASING | (FINANCE - SALES) | {"stock_quantity", "stock_value"})
    assert grant.records == {EntityKind.SALES_ORDER, EntityKind.DELIVERY, EntityKind.SALES_INVOICE}
    assert policy().grant(catalog(), asker("employee", "finance")).metrics >= FINANCE
    assert "revenue" not in policy().grant(catalog(), asker("employee", "finance")).metrics
    assert "stock_value" not in policy().grant(catalog(), asker("employee", "stock")).metrics


def test_an_employee_may_ask_for_leave_alone_which_is_ones_own():
    grant = policy().grant(catalog(), asker("employee", employee="E1"))
    assert grant.metrics == {"leave_balance"}
    assert [member.members for member in grant.on(catalog().facts["leave_entry"])] == [("E1",)]
    assert not policy().grant(catalog(), asker("people", employee="E1")).on(catalog().facts["leave_entry"])


@pytest.mark.parametrize("roles", [("admin",), ("auditor",), ("nobody-knows-this",), ("EXECUTIVE",)])
def test_other_roles_open_nothing(roles: tuple[str, ...]):
    grant = policy().grant(catalog(), asker(*roles))
    assert not grant.metrics
    assert not grant.records
    assert EntityKind.ACCOUNT in grant.closed_entities


def test_roles_add_up():
    both = policy().grant(catalog(), asker("sales", "finance")).metrics
    assert {"revenue", "cost_of_goods_sold", "gross_margin"} <= both, "finance opens what sales alone hides"


def test_what_is_computed_from_a_hidden_figure_is_hidden_too():
    role = Role(frozenset({"sales", "finance"}), frozenset({"cost_of_goods_sold"}), frozenset())
    assert not opened(catalog(), role) & {"cost_of_goods_sold", "gross_profit", "gross_margin"}


def test_a_hidden_figure_is_revealed_by_parts_and_by_a_ratio():
    visible = {"net_revenue", "cost_of_goods_sold"}
    assert revealed(catalog(), {"gross_profit"}, visible) == ("gross_profit",)
    assert revealed(catalog(), {"gross_margin"}, visible) == ("gross_margin",)
    assert revealed(catalog(), {"cost_of_goods_sold"}, {"net_revenue", "gross_profit"}) == (
        "cost_of_goods_sold",
    )
    assert revealed(catalog(), {"cost_of_goods_sold"}, {"gross_margin", "net_revenue"}) == (
        "cost_of_goods_sold",
    )
    assert revealed(catalog(), {"sales_returns"}, {"revenue", "net_revenue"}) == ("sales_returns",)
    assert revealed(catalog(), {"gross_profit"}, {"net_revenue", "gross_margin"}) == ("gross_profit",)
    assert revealed(catalog(), {"gross_profit"}, {"revenue", "cost_of_goods_sold"}) == ()
    assert revealed(catalog(), {"gross_profit"}, {"gross_margin"}) == ()


@pytest.mark.parametrize("hidden", sorted(catalog().metrics))
def test_whatever_several_roles_leave_open_reveals_nothing(hidden: str):
    visible = frozenset(catalog().metrics) - {hidden}
    left = visible - revealing(catalog(), frozenset({hidden}), visible)
    assert revealed(catalog(), {hidden}, left) == ()


def test_an_own_rule_without_a_claim_is_nobodys_rows():
    from services.erp.core.policy import Policy, RowRule

    rule = RowRule("employee", "employee", frozenset({"payment"}), unless="people")
    own = Policy(policy().domains, policy().roles, (rule,), "")
    fact = catalog().facts["payment"]
    assert own.grant(catalog(), asker("finance")).on(fact)[0].members == ()
    assert own.grant(catalog(), asker("finance", employee="E1")).on(fact)[0].members == ("E1",)
    assert own.grant(catalog(), asker("people", "finance", employee="E1")).on(fact) == ()


def test_fields_are_hidden_unless_a_role_that_opens_the_document_shows_them():
    hidden = {"bom.base_total_cost", "bom_line.rate", "bom_line.amount"}
    assert policy().grant(catalog(), asker("production")).hidden_fields == hidden
    assert policy().grant(catalog(), asker("production", "sales")).hidden_fields == hidden
    assert policy().grant(catalog(), asker("production", "executive")).hidden_fields == frozenset()
