"""ERPNext's tables, as far as the demo company fills them, with ERPNext's column names and types.

After a column's name: # decimal(21,9), ! int(1), @ date, @@ datetime(6), ~ text; nothing: varchar(140).
"""

from typing import Final

_STANDARD: Final = "creation@@ modified@@ modified_by owner docstatus! idx!"
_CHILD: Final = "parent parentfield parenttype"
_PARTY_DOCUMENT: Final = (
    "company currency conversion_rate# total_qty# base_total# base_net_total# total# net_total# "
    "base_total_taxes_and_charges# total_taxes_and_charges# base_discount_amount# discount_amount# "
    "base_grand_total# grand_total# base_rounded_total# rounded_total# "
    "status project cost_center amended_from"
)
_LINE: Final = (
    "item_code item_name description~ item_group brand qty# uom conversion_factor# stock_qty# stock_uom "
    "rate# amount# base_rate# base_amount# net_rate# net_amount# base_net_rate# base_net_amount# "
    "warehouse project cost_center"
)

PARENTS: Final = {
    "tabCompany": "company_name abbr default_currency country parent_company tax_id",
    "tabFiscal Year": "year year_start_date@ year_end_date@ disabled!",
    "tabTerritory": "territory_name parent_territory is_group! lft! rgt!",
    "tabCustomer Group": "customer_group_name parent_customer_group is_group! lft! rgt!",
    "tabSupplier Group": "supplier_group_name parent_supplier_group is_group! lft! rgt!",
    "tabItem Group": "item_group_name parent_item_group is_group! lft! rgt!",
    "tabBrand": "brand",
    "tabCustomer": "customer_name customer_type customer_group territory tax_id default_currency "
    "is_internal_customer! represents_company payment_terms disabled! custom_alias",
    "tabSupplier": "supplier_name supplier_type supplier_group country tax_id default_currency "
    "is_internal_supplier! represents_company on_hold! disabled! custom_alias",
    "tabItem": "item_code item_name item_group brand stock_uom description~ is_stock_item! "
    "is_sales_item! is_purchase_item! disabled! variant_of has_variants! safety_stock# lead_time_days! "
    "valuation_rate# standard_rate# default_bom custom_alias",
    "tabItem Price": "item_code item_name uom price_list customer supplier currency price_list_rate# "
    "buying! selling! valid_from@ valid_upto@",
    "tabWarehouse": "warehouse_name company parent_warehouse account is_group! disabled! lft! rgt!",
    "tabBin": "item_code warehouse stock_uom actual_qty# reserved_qty# ordered_qty# planned_qty# "
    "indented_qty# reserved_qty_for_production# projected_qty# stock_value# valuation_rate#",
    "tabStock Ledger Entry": "item_code warehouse posting_date@ posting_time posting_datetime@@ "
    "voucher_type voucher_no voucher_detail_no actual_qty# qty_after_transaction# incoming_rate# "
    "valuation_rate# stock_value# stock_value_difference# stock_uom company fiscal_year is_cancelled!",
    "tabSales Order": "customer customer_name transaction_date@ delivery_date@ po_no "
    f"{_PARTY_DOCUMENT} per_delivered# per_billed# delivery_status billing_status territory "
    "customer_group is_internal_customer!",
    "tabDelivery Note": "customer customer_name posting_date@ posting_time is_return! return_against "
    f"{_PARTY_DOCUMENT} per_billed# territory customer_group is_internal_customer!",
    "tabSales Invoice": "customer customer_name posting_date@ posting_time due_date@ is_return! "
    "return_against is_opening is_consolidated! is_pos! update_stock! debit_to party_account_currency "
    f"outstanding_amount# {_PARTY_DOCUMENT} territory customer_group is_internal_customer! remarks~",
    "tabPurchase Order": f"supplier supplier_name transaction_date@ schedule_date@ {_PARTY_DOCUMENT} "
    "per_received# per_billed# is_internal_supplier!",
    "tabPurchase Receipt": "supplier supplier_name posting_date@ posting_time is_return! "
    f"return_against supplier_delivery_note {_PARTY_DOCUMENT} per_billed# is_internal_supplier!",
    "tabPurchase Invoice": "supplier supplier_name posting_date@ posting_time due_date@ is_return! "
    "return_against is_opening update_stock! bill_no bill_date@ credit_to party_account_currency "
    f"outstanding_amount# {_PARTY_DOCUMENT} is_internal_supplier! remarks~",
    "tabPayment Entry": "payment_type party_type party party_name posting_date@ company "
    "mode_of_payment paid_from paid_to paid_from_account_currency paid_to_account_currency paid_amount# "
    "base_paid_amount# received_amount# base_received_amount# source_exchange_rate# "
    "target_exchange_rate# total_allocated_amount# unallocated_amount# reference_no reference_date@ "
    "status remarks~ cost_center project amended_from",
    "tabPayment Ledger Entry": "posting_date@ company account_type account party_type party due_date@ "
    "cost_center voucher_type voucher_no against_voucher_type against_voucher_no amount# "
    "account_currency amount_in_account_currency# delinked! remarks~",
    "tabGL Entry": "posting_date@ account party_type party cost_center project debit# credit# "
    "account_currency debit_in_account_currency# credit_in_account_currency# voucher_type voucher_no "
    "against_voucher_type against_voucher remarks~ is_opening fiscal_year company is_cancelled!",
    "tabAccount": "account_name account_number company parent_account root_type report_type "
    "account_type account_currency is_group! disabled! lft! rgt!",
    "tabCost Center": "cost_center_name company parent_cost_center is_group! disabled! lft! rgt!",
    "tabProject": "project_name status company customer expected_start_date@ expected_end_date@ "
    "estimated_costing#",
    "tabDepartment": "department_name parent_department company is_group! disabled! lft! rgt!",
    "tabEmployee": "employee employee_name company department designation status reports_to user_id "
    "date_of_joining@ relieving_date@ gender",
    "tabLeave Ledger Entry": "employee employee_name leave_type transaction_type transaction_name "
    "leaves# from_date@ to_date@ is_carry_forward! is_expired! is_lwp! company",
    "tabBOM": "item item_name company quantity# uom is_active! is_default! currency total_cost# "
    "base_total_cost# raw_material_cost# operating_cost# amended_from",
    "tabWork Order": "production_item item_name bom_no company qty# produced_qty# stock_uom status "
    "sales_order project wip_warehouse fg_warehouse planned_start_date@@ planned_end_date@@ "
    "actual_start_date@@ actual_end_date@@ expected_delivery_date@ amended_from",
}

CHILDREN: Final = {
    "tabItem Reorder": "warehouse warehouse_group warehouse_reorder_level# warehouse_reorder_qty# "
    "material_request_type",
    "tabItem Barcode": "barcode barcode_type",
    "tabItem Customer Detail": "customer_name customer_group ref_code",
    "tabItem Supplier": "supplier supplier_part_no",
    "tabSales Order Item": f"{_LINE} delivery_date@ delivered_qty# returned_qty# billed_amt# "
    "delivered_by_supplier! supplier",
    "tabDelivery Note Item": f"{_LINE} against_sales_order so_detail against_sales_invoice si_detail "
    "billed_amt# returned_qty# incoming_rate#",
    "tabSales Invoice Item": f"{_LINE} income_account expense_account sales_order so_detail "
    "delivery_note dn_detail delivered_qty# incoming_rate#",
    "tabPurchase Order Item": f"{_LINE} schedule_date@ received_qty# returned_qty# billed_amt# "
    "delivered_by_supplier! sales_order",
    "tabPurchase Receipt Item": f"{_LINE} received_qty# rejected_qty# purchase_order "
    "purchase_order_item billed_amt#",
    "tabPurchase Invoice Item": f"{_LINE} expense_account purchase_order po_detail purchase_receipt "
    "pr_detail",
    "tabPayment Entry Reference": "reference_doctype reference_name due_date@ total_amount# "
    "outstanding_amount# allocated_amount# exchange_rate#",
    "tabBOM Item": "item_code item_name qty# uom stock_qty# stock_uom conversion_factor# rate# "
    "amount# base_rate# base_amount#",
    "tabWork Order Item": "item_code item_name source_warehouse required_qty# transferred_qty# consumed_qty#",
}

_TYPES: Final = {"#": "decimal(21,9)", "!": "int(1)", "@": "date", "@@": "datetime(6)", "~": "text"}


def tables() -> dict[str, dict[str, str]]:
    """Table -> column -> SQL type, `name` (the primary key) first."""
    found = {}
    for table, columns in {**PARENTS, **CHILDREN}.items():
        child = _CHILD if table in CHILDREN else ""
        found[table] = dict(_column(text) for text in f"name {_STANDARD} {child} {columns}".split())
    return found


def _column(text: str) -> tuple[str, str]:
    name = text.rstrip("#!@~")
    return name, _TYPES.get(text[len(name) :], "varchar(140)")
