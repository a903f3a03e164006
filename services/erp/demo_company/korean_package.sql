-- The demo company as a Korean packaged ERP keeps it, made from its ERPNext-shaped database (attached as erp).
--
-- Ways of such products: a company code on every row and keys of several columns; char(8) dates, 00000000 for none;
-- two-digit codes and a table of codes; one table for customers and suppliers; deleted rows that stay, marked YN_DEL;
-- supply, VAT and total apart; returns with positive figures under a type of their own; quantities as text in
-- purchasing and stock; trees by code prefix or by a column. Invented for this demo: no product's own tables.

-- ---- codes: what ERPNext's names become

CREATE TEMP TABLE corp AS
SELECT name, printf('%d000', row_number() OVER (ORDER BY name = '마루유통', name)) AS code FROM erp.tabCompany;

CREATE TEMP TABLE unit AS
SELECT name, printf('%02d', row_number() OVER (ORDER BY name)) AS code FROM (
  SELECT stock_uom AS name FROM erp.tabItem
  UNION SELECT uom FROM erp."tabSales Order Item" UNION SELECT uom FROM erp."tabSales Invoice Item"
  UNION SELECT stock_uom FROM erp."tabSales Invoice Item" UNION SELECT uom FROM erp."tabPurchase Order Item"
  UNION SELECT uom FROM erp."tabPurchase Invoice Item" UNION SELECT uom FROM erp."tabItem Price");

CREATE TEMP TABLE node AS
SELECT 'AR' AS grp, name, parent_territory AS up, is_group,
  row_number() OVER (PARTITION BY parent_territory ORDER BY lft) AS n FROM erp.tabTerritory
UNION ALL SELECT 'CG', name, parent_customer_group, is_group,
  row_number() OVER (PARTITION BY parent_customer_group ORDER BY lft) FROM erp."tabCustomer Group"
UNION ALL SELECT 'SG', name, parent_supplier_group, is_group,
  row_number() OVER (PARTITION BY parent_supplier_group ORDER BY lft) FROM erp."tabSupplier Group"
UNION ALL SELECT 'IG', name, parent_item_group, is_group,
  row_number() OVER (PARTITION BY parent_item_group ORDER BY lft) FROM erp."tabItem Group";

-- A node's code begins with its parent's: 1, 101, 10102.
CREATE TEMP TABLE tree AS
WITH RECURSIVE walk(grp, name, code, is_group) AS (
  SELECT grp, name, '1', is_group FROM node WHERE up IS NULL
  UNION ALL
  SELECT n.grp, n.name, w.code || printf('%02d', n.n), n.is_group
  FROM walk w JOIN node n ON n.grp = w.grp AND n.up = w.name)
SELECT grp, name, code, is_group FROM walk;

-- A customer and a supplier of one name, currency and alias are one partner, who is both.
CREATE TEMP TABLE partner AS
SELECT c.name AS customer, s.name AS supplier,
  printf('%05d', 10000 + row_number() OVER (ORDER BY c.name)) AS code
FROM erp.tabCustomer c LEFT JOIN erp.tabSupplier s ON s.supplier_name = c.customer_name
  AND s.default_currency = c.default_currency AND s.custom_alias IS c.custom_alias;
INSERT INTO partner
SELECT NULL, name, printf('%05d', 50000 + row_number() OVER (ORDER BY name)) FROM erp.tabSupplier
WHERE name NOT IN (SELECT supplier FROM partner WHERE supplier IS NOT NULL);
CREATE INDEX temp.partner_customer ON partner (customer);
CREATE INDEX temp.partner_supplier ON partner (supplier);

CREATE TEMP TABLE warehouse AS
SELECT w.name, c.code AS corp, w.parent_warehouse AS up,
  printf('W%02d', row_number() OVER (PARTITION BY w.company ORDER BY lft)) AS code
FROM erp.tabWarehouse w JOIN corp c ON c.name = w.company;

CREATE TEMP TABLE center AS
SELECT x.name, c.code AS corp, printf('C%02d', row_number() OVER (PARTITION BY x.company ORDER BY x.name)) AS code
FROM erp."tabCost Center" x JOIN corp c ON c.name = x.company;

CREATE TEMP TABLE department AS
SELECT d.name, c.code AS corp, printf('D%03d', row_number() OVER (PARTITION BY d.company ORDER BY d.lft)) AS code
FROM erp.tabDepartment d JOIN corp c ON c.name = d.company;

CREATE TEMP TABLE document (type TEXT, code TEXT);
INSERT INTO document VALUES
  ('Sales Order', '11'), ('Delivery Note', '12'), ('Sales Invoice', '13'), ('Purchase Order', '21'),
  ('Purchase Receipt', '22'), ('Purchase Invoice', '23'), ('Payment Entry', '31'), ('Journal Entry', '32'),
  ('Period Closing Voucher', '39'), ('Stock Entry', '41'), ('Stock Reconciliation', '42'), ('Work Order', '51');

-- ---- masters

CREATE TABLE CD_CORP (CD_CORP char(4) PRIMARY KEY, NM_CORP varchar(60), NM_SHORT varchar(20), CD_EXCH char(3), NM_NATION varchar(60));
INSERT INTO CD_CORP
SELECT c.code, x.company_name, x.abbr, x.default_currency, x.country FROM erp.tabCompany x JOIN corp c USING (name);

CREATE TABLE CD_FISCAL (CD_CORP char(4), NO_YEAR char(4), DT_FROM char(8), DT_TO char(8), PRIMARY KEY (CD_CORP, NO_YEAR));
INSERT INTO CD_FISCAL
SELECT c.code, y.name, replace(y.year_start_date, '-', ''), replace(y.year_end_date, '-', '')
FROM erp."tabFiscal Year" y, corp c;

CREATE TABLE CD_CODE (CD_CORP char(4), CD_GRP char(2), CD_CODE varchar(20), NM_CODE varchar(60), DC_REF1 varchar(20),
  YN_USE char(1), PRIMARY KEY (CD_CORP, CD_GRP, CD_CODE));
INSERT INTO CD_CODE SELECT '0000', 'UN', code, name, NULL, 'Y' FROM unit;
INSERT INTO CD_CODE SELECT '0000', grp, code, name, CASE is_group WHEN 1 THEN 'G' END, 'Y' FROM tree WHERE grp <> 'IG';
INSERT INTO CD_CODE SELECT '0000', 'LV', printf('%02d', row_number() OVER (ORDER BY leave_type)), leave_type, NULL, 'Y'
FROM (SELECT DISTINCT leave_type FROM erp."tabLeave Ledger Entry");
INSERT INTO CD_CODE SELECT '0000', 'RK', printf('%02d', row_number() OVER (ORDER BY designation)), designation, NULL, 'Y'
FROM (SELECT DISTINCT designation FROM erp.tabEmployee);
INSERT INTO CD_CODE SELECT '0000', 'PM', printf('%02d', row_number() OVER (ORDER BY mode_of_payment)), mode_of_payment, NULL, 'Y'
FROM (SELECT DISTINCT mode_of_payment FROM erp."tabPayment Entry");
INSERT INTO CD_CODE VALUES ('0000', 'UN', '99', '폐기 단위', NULL, 'N');

CREATE TABLE CD_ITEMGRP (CD_ITEMGRP varchar(9) PRIMARY KEY, NM_ITEMGRP varchar(60), YN_GROUP char(1));
INSERT INTO CD_ITEMGRP SELECT code, name, CASE is_group WHEN 1 THEN 'Y' ELSE 'N' END FROM tree WHERE grp = 'IG';

CREATE TABLE CD_PARTNER (CD_CORP char(4), CD_PARTNER char(5), NM_PARTNER varchar(100), NM_ALIAS varchar(100),
  YN_CUST char(1), YN_SUPP char(1), CD_CUSTGRP varchar(9), CD_SUPPGRP varchar(9), CD_AREA varchar(9), NM_NATION varchar(60),
  NO_TAX varchar(20), CD_EXCH char(3), YN_GRPCO char(1), ST_SALE char(1), ST_BUY char(1), YN_DEL char(1) NOT NULL,
  PRIMARY KEY (CD_CORP, CD_PARTNER));
INSERT INTO CD_PARTNER
SELECT '0000', p.code, coalesce(c.customer_name, s.supplier_name), coalesce(c.custom_alias, s.custom_alias),
  CASE WHEN c.name IS NULL THEN 'N' ELSE 'Y' END, CASE WHEN s.name IS NULL THEN 'N' ELSE 'Y' END,
  cg.code, sg.code, ar.code, s.country, coalesce(c.tax_id, s.tax_id), coalesce(c.default_currency, s.default_currency),
  CASE WHEN c.is_internal_customer = 1 OR s.is_internal_supplier = 1 THEN 'Y' ELSE 'N' END,
  CASE c.disabled WHEN 1 THEN '9' ELSE '1' END, CASE WHEN s.disabled = 1 THEN '9' WHEN s.on_hold = 1 THEN '5' ELSE '1' END, 'N'
FROM partner p LEFT JOIN erp.tabCustomer c ON c.name = p.customer LEFT JOIN erp.tabSupplier s ON s.name = p.supplier
LEFT JOIN tree cg ON cg.grp = 'CG' AND cg.name = c.customer_group
LEFT JOIN tree sg ON sg.grp = 'SG' AND sg.name = s.supplier_group
LEFT JOIN tree ar ON ar.grp = 'AR' AND ar.name = c.territory;

CREATE TABLE CD_ITEM (CD_CORP char(4), CD_ITEM varchar(40), NM_ITEM varchar(100), NM_ALIAS varchar(100), CD_ITEMGRP varchar(9),
  NM_BRAND varchar(40), UN_STK char(2), DC_SPEC varchar(200), YN_STOCK char(1), YN_USE char(1), QT_SAFE decimal(17,4),
  DY_LEAD decimal(5,0), UM_COST decimal(19,6), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, CD_ITEM));
INSERT INTO CD_ITEM
SELECT '0000', i.name, i.item_name, i.custom_alias, g.code, i.brand, u.code, i.item_name,
  CASE i.is_stock_item WHEN 1 THEN 'Y' ELSE 'N' END, CASE i.disabled WHEN 1 THEN 'N' ELSE 'Y' END, i.safety_stock,
  i.lead_time_days, i.valuation_rate, 'N'
FROM erp.tabItem i LEFT JOIN tree g ON g.grp = 'IG' AND g.name = i.item_group LEFT JOIN unit u ON u.name = i.stock_uom;

CREATE TABLE CD_ITEM_BAR (CD_ITEM varchar(40), NO_BAR varchar(20), PRIMARY KEY (CD_ITEM, NO_BAR));
INSERT INTO CD_ITEM_BAR SELECT parent, barcode FROM erp."tabItem Barcode" WHERE barcode IS NOT NULL;

CREATE TABLE CD_ITEM_PTN (CD_ITEM varchar(40), TP_PTN char(1), CD_PARTNER char(5), CD_ITEM_PTN varchar(40),
  PRIMARY KEY (CD_ITEM, TP_PTN, CD_PARTNER));
INSERT INTO CD_ITEM_PTN
SELECT x.parent, '1', p.code, x.ref_code FROM erp."tabItem Customer Detail" x JOIN partner p ON p.customer = x.customer_name;
INSERT INTO CD_ITEM_PTN
SELECT x.parent, '2', p.code, x.supplier_part_no FROM erp."tabItem Supplier" x JOIN partner p ON p.supplier = x.supplier;

CREATE TABLE CD_PRICE (CD_ITEM varchar(40), TP_PRICE char(1), DT_FROM char(8), DT_TO char(8), UN_PRICE char(2), CD_EXCH char(3),
  UM_PRICE decimal(19,4), PRIMARY KEY (CD_ITEM, TP_PRICE, DT_FROM));
INSERT INTO CD_PRICE
SELECT x.item_code, CASE x.selling WHEN 1 THEN '1' ELSE '2' END, replace(x.valid_from, '-', ''), '99991231', u.code,
  x.currency, x.price_list_rate
FROM erp."tabItem Price" x LEFT JOIN unit u ON u.name = x.uom;

CREATE TABLE CD_WH (CD_CORP char(4), CD_WH char(3), NM_WH varchar(40), CD_WH_UP char(3), YN_GROUP char(1), YN_USE char(1),
  PRIMARY KEY (CD_CORP, CD_WH));
INSERT INTO CD_WH
SELECT w.corp, w.code, x.warehouse_name, up.code, CASE x.is_group WHEN 1 THEN 'Y' ELSE 'N' END,
  CASE x.disabled WHEN 1 THEN 'N' ELSE 'Y' END
FROM warehouse w JOIN erp.tabWarehouse x USING (name) LEFT JOIN warehouse up ON up.name = w.up;

CREATE TABLE CD_PJT (CD_CORP char(4), CD_PJT char(5), NM_PJT varchar(60), ST_PJT char(1), DT_FROM char(8), DT_TO char(8),
  AM_PLAN decimal(19,4), PRIMARY KEY (CD_PJT));
INSERT INTO CD_PJT
SELECT c.code, 'P' || substr(p.name, -4), p.project_name, CASE p.status WHEN 'Open' THEN '1' ELSE '3' END,
  coalesce(replace(p.expected_start_date, '-', ''), '00000000'), coalesce(replace(p.expected_end_date, '-', ''), '00000000'),
  p.estimated_costing
FROM erp.tabProject p JOIN corp c ON c.name = p.company;

CREATE TABLE FI_CC (CD_CORP char(4), CD_CC char(3), NM_CC varchar(40), CD_CC_UP char(3), YN_GROUP char(1),
  PRIMARY KEY (CD_CORP, CD_CC));
INSERT INTO FI_CC
SELECT c.corp, c.code, x.cost_center_name, up.code, CASE x.is_group WHEN 1 THEN 'Y' ELSE 'N' END
FROM center c JOIN erp."tabCost Center" x USING (name) LEFT JOIN center up ON up.name = x.parent_cost_center;

CREATE TABLE FI_ACCT (CD_CORP char(4), CD_ACCT varchar(8), NM_ACCT varchar(40), CD_ACCT_UP varchar(8), TP_ACCT char(1),
  FG_ACCT varchar(40), CD_EXCH char(3), YN_GROUP char(1), YN_USE char(1), PRIMARY KEY (CD_CORP, CD_ACCT));
INSERT INTO FI_ACCT
SELECT c.code, a.account_number, a.account_name, up.account_number,
  CASE a.root_type WHEN 'Asset' THEN '1' WHEN 'Liability' THEN '2' WHEN 'Equity' THEN '3' WHEN 'Income' THEN '4' ELSE '5' END,
  a.account_type, a.account_currency, CASE a.is_group WHEN 1 THEN 'Y' ELSE 'N' END, CASE a.disabled WHEN 1 THEN 'N' ELSE 'Y' END
FROM erp.tabAccount a JOIN corp c ON c.name = a.company LEFT JOIN erp.tabAccount up ON up.name = a.parent_account;

CREATE TABLE CD_DEPT (CD_CORP char(4), CD_DEPT char(4), NM_DEPT varchar(40), CD_DEPT_UP char(4), YN_GROUP char(1),
  PRIMARY KEY (CD_CORP, CD_DEPT));
INSERT INTO CD_DEPT
SELECT d.corp, d.code, x.department_name, up.code, CASE x.is_group WHEN 1 THEN 'Y' ELSE 'N' END
FROM department d JOIN erp.tabDepartment x USING (name) LEFT JOIN department up ON up.name = x.parent_department;

CREATE TABLE CD_EMP (CD_CORP char(4), NO_EMP char(5), NM_EMP varchar(40), CD_DEPT char(4), CD_RANK char(2), ST_EMP char(1),
  ID_USER varchar(60), NO_EMP_UP char(5), DT_IN char(8), DT_OUT char(8), PRIMARY KEY (CD_CORP, NO_EMP));
INSERT INTO CD_EMP
SELECT d.corp, substr(e.name, -5), e.employee_name, d.code, r.CD_CODE,
  CASE e.status WHEN 'Active' THEN '1' WHEN 'Left' THEN '9' ELSE '5' END, e.user_id, substr(e.reports_to, -5),
  replace(e.date_of_joining, '-', ''), coalesce(replace(e.relieving_date, '-', ''), '00000000')
FROM erp.tabEmployee e JOIN department d ON d.name = e.department
LEFT JOIN CD_CODE r ON r.CD_GRP = 'RK' AND r.NM_CODE = e.designation;

CREATE TABLE HR_LEAVE_YR (CD_CORP char(4), NO_EMP char(5), NO_GRANT varchar(30), SQ_GRANT int, CD_LEAVE char(2), TP_GRANT char(1),
  DY_LEAVE varchar(8), DT_FROM char(8), DT_TO char(8), PRIMARY KEY (CD_CORP, NO_EMP, NO_GRANT, SQ_GRANT));
INSERT INTO HR_LEAVE_YR -- TP_GRANT 1 given, 3 expired; both as positive days
SELECT c.code, substr(x.employee, -5), x.transaction_name,
  row_number() OVER (PARTITION BY x.employee, x.transaction_name ORDER BY x.is_expired, x.name), l.CD_CODE,
  CASE x.is_expired WHEN 1 THEN '3' ELSE '1' END, printf('%.1f', abs(x.leaves)),
  replace(x.from_date, '-', ''), replace(x.to_date, '-', '')
FROM erp."tabLeave Ledger Entry" x JOIN corp c ON c.name = x.company
JOIN CD_CODE l ON l.CD_GRP = 'LV' AND l.NM_CODE = x.leave_type WHERE x.transaction_type = 'Leave Allocation';

CREATE TABLE HR_LEAVE (CD_CORP char(4), NO_LEAVE varchar(30), NO_EMP char(5), CD_LEAVE char(2), YN_PAY char(1), DY_LEAVE varchar(8),
  DT_FROM char(8), DT_TO char(8), ST_DOC char(2), PRIMARY KEY (CD_CORP, NO_LEAVE));
INSERT INTO HR_LEAVE
SELECT c.code, x.transaction_name, substr(x.employee, -5), l.CD_CODE, CASE x.is_lwp WHEN 1 THEN 'N' ELSE 'Y' END,
  printf('%.1f', -x.leaves), replace(x.from_date, '-', ''), replace(x.to_date, '-', ''), '20'
FROM erp."tabLeave Ledger Entry" x JOIN corp c ON c.name = x.company
JOIN CD_CODE l ON l.CD_GRP = 'LV' AND l.NM_CODE = x.leave_type WHERE x.transaction_type = 'Leave Application';

-- ---- sales

CREATE TABLE SA_SO_H (CD_CORP char(4), NO_SO varchar(30), DT_SO char(8), CD_PARTNER char(5), ST_DOC char(2), NO_SO_ORG varchar(30),
  CD_PJT char(5), CD_CC char(3), CD_EXCH char(3), RT_EXCH decimal(11,4), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4), AM_TOT_FC decimal(19,4),
  DT_REQ char(8), NO_PO_CUST varchar(40), ST_DV char(1), ST_IV char(1), YN_CLOSE char(1), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_SO));
INSERT INTO SA_SO_H
SELECT c.code, h.name, replace(h.transaction_date, '-', ''), p.code,
  CASE WHEN h.docstatus = 0 THEN '10' WHEN h.docstatus = 2 THEN '90' WHEN h.status = 'On Hold' THEN '30' ELSE '20' END, h.amended_from,
  'P' || substr(h.project, -4), cc.code, h.currency, h.conversion_rate, h.base_net_total, h.base_total_taxes_and_charges, h.base_grand_total, h.net_total, h.grand_total,
  coalesce(replace(h.delivery_date, '-', ''), '00000000'), h.po_no,
  CASE WHEN h.status IN ('To Bill', 'Completed') THEN '2' ELSE '0' END,
  CASE WHEN h.status IN ('To Deliver', 'Completed') THEN '2' ELSE '0' END, CASE h.status WHEN 'Closed' THEN 'Y' ELSE 'N' END, h.owner, 'N'
FROM erp."tabSales Order" h JOIN corp c ON c.name = h.company JOIN partner p ON p.customer = h.customer
LEFT JOIN center cc ON cc.name = h.cost_center;

CREATE TABLE SA_SO_D (CD_CORP char(4), NO_SO varchar(30), SQ_SO int, CD_ITEM varchar(40), NM_ITEM varchar(100), DC_RMK varchar(200),
  QT_SO decimal(17,4), UN_LINE char(2), RT_CONV decimal(17,6), UN_STK char(2), CD_WH char(3), CD_PJT char(5), CD_CC char(3),
  UM_FC decimal(19,6), UM decimal(19,6), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4),
  DT_DUE char(8), QT_DV decimal(17,4), YN_DIRECT char(1), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_SO, SQ_SO));
INSERT INTO SA_SO_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, l.description, l.qty, u.code, l.conversion_factor, us.code,
  w.code, 'P' || substr(l.project, -4), cc.code, l.rate, l.base_rate, l.base_net_amount,
  CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(l.base_net_amount * 0.1) ELSE 0 END,
  l.base_net_amount + CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(l.base_net_amount * 0.1) ELSE 0 END,
  l.net_amount, coalesce(replace(l.delivery_date, '-', ''), '00000000'), l.delivered_qty, CASE l.delivered_by_supplier WHEN 1 THEN 'Y' ELSE 'N' END, 'N'
FROM erp."tabSales Order Item" l JOIN erp."tabSales Order" h ON h.name = l.parent JOIN corp c ON c.name = h.company
LEFT JOIN unit u ON u.name = l.uom LEFT JOIN unit us ON us.name = l.stock_uom LEFT JOIN warehouse w ON w.name = l.warehouse
LEFT JOIN center cc ON cc.name = l.cost_center;

CREATE TABLE SA_DV_H (CD_CORP char(4), NO_DV varchar(30), DT_DV char(8), CD_PARTNER char(5), ST_DOC char(2), NO_DV_ORG varchar(30),
  CD_PJT char(5), CD_CC char(3), CD_EXCH char(3), RT_EXCH decimal(11,4), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4), AM_TOT_FC decimal(19,4),
  TP_DV char(1), ST_IV char(1), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_DV));
INSERT INTO SA_DV_H
SELECT c.code, h.name, replace(h.posting_date, '-', ''), p.code,
  CASE WHEN h.docstatus = 0 THEN '10' WHEN h.docstatus = 2 THEN '90' WHEN h.status = 'On Hold' THEN '30' ELSE '20' END, CASE WHEN h.is_return = 1 THEN h.return_against ELSE h.amended_from END,
  'P' || substr(h.project, -4), cc.code, h.currency, h.conversion_rate, abs(h.base_net_total), abs(h.base_total_taxes_and_charges), abs(h.base_grand_total), abs(h.net_total), abs(h.grand_total),
  CASE h.is_return WHEN 1 THEN '2' ELSE '1' END, CASE h.status WHEN 'Completed' THEN '2' ELSE '0' END, h.owner, 'N'
FROM erp."tabDelivery Note" h JOIN corp c ON c.name = h.company JOIN partner p ON p.customer = h.customer
LEFT JOIN center cc ON cc.name = h.cost_center;

CREATE TABLE SA_DV_D (CD_CORP char(4), NO_DV varchar(30), SQ_DV int, CD_ITEM varchar(40), NM_ITEM varchar(100), DC_RMK varchar(200),
  QT_DV decimal(17,4), UN_LINE char(2), RT_CONV decimal(17,6), UN_STK char(2), CD_WH char(3), CD_PJT char(5), CD_CC char(3),
  UM_FC decimal(19,6), UM decimal(19,6), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4),
  NO_SO varchar(30), SQ_SO int, YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_DV, SQ_DV));
INSERT INTO SA_DV_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, l.description, abs(l.qty), u.code, l.conversion_factor, us.code,
  w.code, 'P' || substr(l.project, -4), cc.code, l.rate, l.base_rate, abs(l.base_net_amount),
  CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.base_net_amount) + CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.net_amount), l.against_sales_order, so.idx, 'N'
FROM erp."tabDelivery Note Item" l JOIN erp."tabDelivery Note" h ON h.name = l.parent JOIN corp c ON c.name = h.company
LEFT JOIN unit u ON u.name = l.uom LEFT JOIN unit us ON us.name = l.stock_uom LEFT JOIN warehouse w ON w.name = l.warehouse
LEFT JOIN center cc ON cc.name = l.cost_center
LEFT JOIN erp."tabSales Order Item" so ON so.name = l.so_detail;

CREATE TABLE SA_IV_H (CD_CORP char(4), NO_IV varchar(30), DT_IV char(8), CD_PARTNER char(5), ST_DOC char(2), NO_IV_ORG varchar(30),
  CD_PJT char(5), CD_CC char(3), CD_EXCH char(3), RT_EXCH decimal(11,4), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4), AM_TOT_FC decimal(19,4),
  TP_IV char(1), DT_DUE char(8), ST_RCP char(1), YN_STOCK char(1), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_IV));
INSERT INTO SA_IV_H
SELECT c.code, h.name, replace(h.posting_date, '-', ''), p.code,
  CASE WHEN h.docstatus = 0 THEN '10' WHEN h.docstatus = 2 THEN '90' WHEN h.status = 'On Hold' THEN '30' ELSE '20' END, CASE WHEN h.is_return = 1 THEN h.return_against ELSE h.amended_from END,
  'P' || substr(h.project, -4), cc.code, h.currency, h.conversion_rate, abs(h.base_net_total), abs(h.base_total_taxes_and_charges), abs(h.base_grand_total), abs(h.net_total), abs(h.grand_total),
  CASE WHEN h.is_return = 1 THEN '2' WHEN h.is_opening = 'Yes' THEN '9' ELSE '1' END,
  coalesce(replace(h.due_date, '-', ''), '00000000'),
  CASE h.status WHEN 'Paid' THEN '2' WHEN 'Partly Paid' THEN '1' WHEN 'Overdue' THEN '3' ELSE '0' END,
  CASE h.update_stock WHEN 1 THEN 'Y' ELSE 'N' END, h.owner, 'N'
FROM erp."tabSales Invoice" h JOIN corp c ON c.name = h.company JOIN partner p ON p.customer = h.customer
LEFT JOIN center cc ON cc.name = h.cost_center;

CREATE TABLE SA_IV_D (CD_CORP char(4), NO_IV varchar(30), SQ_IV int, CD_ITEM varchar(40), NM_ITEM varchar(100), DC_RMK varchar(200),
  QT_IV decimal(17,4), UN_LINE char(2), RT_CONV decimal(17,6), UN_STK char(2), CD_WH char(3), CD_PJT char(5), CD_CC char(3),
  UM_FC decimal(19,6), UM decimal(19,6), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4),
  NO_SO varchar(30), SQ_SO int, NO_DV varchar(30), SQ_DV int, YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_IV, SQ_IV));
INSERT INTO SA_IV_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, l.description, abs(l.qty), u.code, l.conversion_factor, us.code,
  w.code, 'P' || substr(l.project, -4), cc.code, l.rate, l.base_rate, abs(l.base_net_amount),
  CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.base_net_amount) + CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.net_amount), l.sales_order, so.idx, l.delivery_note, dn.idx, 'N'
FROM erp."tabSales Invoice Item" l JOIN erp."tabSales Invoice" h ON h.name = l.parent JOIN corp c ON c.name = h.company
LEFT JOIN unit u ON u.name = l.uom LEFT JOIN unit us ON us.name = l.stock_uom LEFT JOIN warehouse w ON w.name = l.warehouse
LEFT JOIN center cc ON cc.name = l.cost_center
LEFT JOIN erp."tabSales Order Item" so ON so.name = l.so_detail
LEFT JOIN erp."tabDelivery Note Item" dn ON dn.name = l.dn_detail;

-- ---- purchasing: quantities as text

CREATE TABLE PU_PO_H (CD_CORP char(4), NO_PO varchar(30), DT_PO char(8), CD_PARTNER char(5), ST_DOC char(2), NO_PO_ORG varchar(30),
  CD_PJT char(5), CD_CC char(3), CD_EXCH char(3), RT_EXCH decimal(11,4), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4), AM_TOT_FC decimal(19,4),
  DT_REQ char(8), ST_RC char(1), ST_IV char(1), YN_CLOSE char(1), YN_DIRECT char(1), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_PO));
INSERT INTO PU_PO_H
SELECT c.code, h.name, replace(h.transaction_date, '-', ''), p.code,
  CASE WHEN h.docstatus = 0 THEN '10' WHEN h.docstatus = 2 THEN '90' WHEN h.status = 'On Hold' THEN '30' ELSE '20' END, h.amended_from,
  'P' || substr(h.project, -4), cc.code, h.currency, h.conversion_rate, h.base_net_total, h.base_total_taxes_and_charges, h.base_grand_total, h.net_total, h.grand_total,
  coalesce(replace(h.schedule_date, '-', ''), '00000000'),
  CASE WHEN h.status IN ('To Bill', 'Completed', 'Delivered') THEN '2' ELSE '0' END,
  CASE WHEN h.status IN ('To Receive', 'Completed') THEN '2' ELSE '0' END, CASE h.status WHEN 'Closed' THEN 'Y' ELSE 'N' END,
  CASE h.status WHEN 'Delivered' THEN 'Y' ELSE 'N' END, h.owner, 'N'
FROM erp."tabPurchase Order" h JOIN corp c ON c.name = h.company JOIN partner p ON p.supplier = h.supplier
LEFT JOIN center cc ON cc.name = h.cost_center;

CREATE TABLE PU_PO_D (CD_CORP char(4), NO_PO varchar(30), SQ_PO int, CD_ITEM varchar(40), NM_ITEM varchar(100), DC_RMK varchar(200),
  QT_PO varchar(20), UN_LINE char(2), RT_CONV decimal(17,6), UN_STK char(2), CD_WH char(3), CD_PJT char(5), CD_CC char(3),
  UM_FC decimal(19,6), UM decimal(19,6), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4),
  DT_DUE char(8), QT_RC varchar(20), YN_DIRECT char(1), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_PO, SQ_PO));
INSERT INTO PU_PO_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, l.description, printf('%.6f', l.qty), u.code, l.conversion_factor, us.code,
  w.code, 'P' || substr(l.project, -4), cc.code, l.rate, l.base_rate, l.base_net_amount,
  CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(l.base_net_amount * 0.1) ELSE 0 END,
  l.base_net_amount + CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(l.base_net_amount * 0.1) ELSE 0 END,
  l.net_amount, coalesce(replace(l.schedule_date, '-', ''), '00000000'), printf('%.6f', l.received_qty), CASE l.delivered_by_supplier WHEN 1 THEN 'Y' ELSE 'N' END, 'N'
FROM erp."tabPurchase Order Item" l JOIN erp."tabPurchase Order" h ON h.name = l.parent JOIN corp c ON c.name = h.company
LEFT JOIN unit u ON u.name = l.uom LEFT JOIN unit us ON us.name = l.stock_uom LEFT JOIN warehouse w ON w.name = l.warehouse
LEFT JOIN center cc ON cc.name = l.cost_center;

CREATE TABLE PU_RC_H (CD_CORP char(4), NO_RC varchar(30), DT_RC char(8), CD_PARTNER char(5), ST_DOC char(2), NO_RC_ORG varchar(30),
  CD_PJT char(5), CD_CC char(3), CD_EXCH char(3), RT_EXCH decimal(11,4), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4), AM_TOT_FC decimal(19,4),
  TP_RC char(1), ST_IV char(1), NO_DV_SUPP varchar(40), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_RC));
INSERT INTO PU_RC_H
SELECT c.code, h.name, replace(h.posting_date, '-', ''), p.code,
  CASE WHEN h.docstatus = 0 THEN '10' WHEN h.docstatus = 2 THEN '90' WHEN h.status = 'On Hold' THEN '30' ELSE '20' END, CASE WHEN h.is_return = 1 THEN h.return_against ELSE h.amended_from END,
  'P' || substr(h.project, -4), cc.code, h.currency, h.conversion_rate, abs(h.base_net_total), abs(h.base_total_taxes_and_charges), abs(h.base_grand_total), abs(h.net_total), abs(h.grand_total),
  CASE h.is_return WHEN 1 THEN '2' ELSE '1' END, CASE h.status WHEN 'Completed' THEN '2' ELSE '0' END, h.supplier_delivery_note, h.owner, 'N'
FROM erp."tabPurchase Receipt" h JOIN corp c ON c.name = h.company JOIN partner p ON p.supplier = h.supplier
LEFT JOIN center cc ON cc.name = h.cost_center;

CREATE TABLE PU_RC_D (CD_CORP char(4), NO_RC varchar(30), SQ_RC int, CD_ITEM varchar(40), NM_ITEM varchar(100), DC_RMK varchar(200),
  QT_RC varchar(20), UN_LINE char(2), RT_CONV decimal(17,6), UN_STK char(2), CD_WH char(3), CD_PJT char(5), CD_CC char(3),
  UM_FC decimal(19,6), UM decimal(19,6), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4),
  QT_BAD varchar(20), NO_PO varchar(30), SQ_PO int, YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_RC, SQ_RC));
INSERT INTO PU_RC_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, l.description, printf('%.6f', abs(l.qty)), u.code, l.conversion_factor, us.code,
  w.code, 'P' || substr(l.project, -4), cc.code, l.rate, l.base_rate, abs(l.base_net_amount),
  CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.base_net_amount) + CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.net_amount), printf('%.6f', l.rejected_qty), l.purchase_order, po.idx, 'N'
FROM erp."tabPurchase Receipt Item" l JOIN erp."tabPurchase Receipt" h ON h.name = l.parent JOIN corp c ON c.name = h.company
LEFT JOIN unit u ON u.name = l.uom LEFT JOIN unit us ON us.name = l.stock_uom LEFT JOIN warehouse w ON w.name = l.warehouse
LEFT JOIN center cc ON cc.name = l.cost_center
LEFT JOIN erp."tabPurchase Order Item" po ON po.name = l.purchase_order_item;

CREATE TABLE PU_IV_H (CD_CORP char(4), NO_IV varchar(30), DT_IV char(8), CD_PARTNER char(5), ST_DOC char(2), NO_IV_ORG varchar(30),
  CD_PJT char(5), CD_CC char(3), CD_EXCH char(3), RT_EXCH decimal(11,4), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4), AM_TOT_FC decimal(19,4),
  TP_IV char(1), DT_DUE char(8), ST_PAY char(1), YN_STOCK char(1), NO_BILL varchar(40), DT_BILL char(8), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_IV));
INSERT INTO PU_IV_H
SELECT c.code, h.name, replace(h.posting_date, '-', ''), p.code,
  CASE WHEN h.docstatus = 0 THEN '10' WHEN h.docstatus = 2 THEN '90' WHEN h.status = 'On Hold' THEN '30' ELSE '20' END, CASE WHEN h.is_return = 1 THEN h.return_against ELSE h.amended_from END,
  'P' || substr(h.project, -4), cc.code, h.currency, h.conversion_rate, abs(h.base_net_total), abs(h.base_total_taxes_and_charges), abs(h.base_grand_total), abs(h.net_total), abs(h.grand_total),
  CASE WHEN h.is_return = 1 THEN '2' WHEN h.is_opening = 'Yes' THEN '9' ELSE '1' END,
  coalesce(replace(h.due_date, '-', ''), '00000000'),
  CASE h.status WHEN 'Paid' THEN '2' WHEN 'Partly Paid' THEN '1' WHEN 'Overdue' THEN '3' ELSE '0' END,
  CASE h.update_stock WHEN 1 THEN 'Y' ELSE 'N' END, h.bill_no, coalesce(replace(h.bill_date, '-', ''), '00000000'), h.owner, 'N'
FROM erp."tabPurchase Invoice" h JOIN corp c ON c.name = h.company JOIN partner p ON p.supplier = h.supplier
LEFT JOIN center cc ON cc.name = h.cost_center;

CREATE TABLE PU_IV_D (CD_CORP char(4), NO_IV varchar(30), SQ_IV int, CD_ITEM varchar(40), NM_ITEM varchar(100), DC_RMK varchar(200),
  QT_IV varchar(20), UN_LINE char(2), RT_CONV decimal(17,6), UN_STK char(2), CD_WH char(3), CD_PJT char(5), CD_CC char(3),
  UM_FC decimal(19,6), UM decimal(19,6), AM_SUP decimal(19,4), AM_VAT decimal(19,4), AM_TOT decimal(19,4), AM_SUP_FC decimal(19,4),
  NO_PO varchar(30), SQ_PO int, NO_RC varchar(30), SQ_RC int, YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_IV, SQ_IV));
INSERT INTO PU_IV_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, l.description, printf('%.6f', abs(l.qty)), u.code, l.conversion_factor, us.code,
  w.code, 'P' || substr(l.project, -4), cc.code, l.rate, l.base_rate, abs(l.base_net_amount),
  CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.base_net_amount) + CASE WHEN h.base_total_taxes_and_charges <> 0 THEN round(abs(l.base_net_amount) * 0.1) ELSE 0 END,
  abs(l.net_amount), l.purchase_order, po.idx, l.purchase_receipt, rc.idx, 'N'
FROM erp."tabPurchase Invoice Item" l JOIN erp."tabPurchase Invoice" h ON h.name = l.parent JOIN corp c ON c.name = h.company
LEFT JOIN unit u ON u.name = l.uom LEFT JOIN unit us ON us.name = l.stock_uom LEFT JOIN warehouse w ON w.name = l.warehouse
LEFT JOIN center cc ON cc.name = l.cost_center
LEFT JOIN erp."tabPurchase Order Item" po ON po.name = l.po_detail
LEFT JOIN erp."tabPurchase Receipt Item" rc ON rc.name = l.pr_detail;

-- ---- money

CREATE TABLE FI_PAY_H (CD_CORP char(4), NO_PAY varchar(30), DT_PAY char(8), TP_PAY char(1), ST_DOC char(2), NO_PAY_ORG varchar(30),
  FG_PARTY char(1), CD_PARTNER char(5), NO_EMP char(5), CD_METHOD char(2), AM_WON decimal(19,4), CD_EXCH char(3), AM_FC decimal(19,4),
  AM_PRE_FC decimal(19,4), NO_REF varchar(40), DT_REF char(8), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL,
  PRIMARY KEY (CD_CORP, NO_PAY));
INSERT INTO FI_PAY_H -- TP_PAY 1 received, 2 paid, 3 between own accounts; AM_FC in the partner's currency
SELECT c.code, x.name, replace(x.posting_date, '-', ''),
  CASE x.payment_type WHEN 'Receive' THEN '1' WHEN 'Pay' THEN '2' ELSE '3' END,
  CASE x.docstatus WHEN 0 THEN '10' WHEN 1 THEN '20' ELSE '90' END, x.amended_from,
  CASE x.party_type WHEN 'Customer' THEN '1' WHEN 'Supplier' THEN '2' WHEN 'Employee' THEN '3' END,
  coalesce(pc.code, ps.code), CASE x.party_type WHEN 'Employee' THEN substr(x.party, -5) END, m.CD_CODE, x.base_paid_amount,
  CASE x.payment_type WHEN 'Receive' THEN x.paid_from_account_currency ELSE x.paid_to_account_currency END,
  CASE x.payment_type WHEN 'Receive' THEN x.paid_amount ELSE x.received_amount END, x.unallocated_amount,
  x.reference_no, coalesce(replace(x.reference_date, '-', ''), '00000000'), x.owner, 'N'
FROM erp."tabPayment Entry" x JOIN corp c ON c.name = x.company
LEFT JOIN CD_CODE m ON m.CD_GRP = 'PM' AND m.NM_CODE = x.mode_of_payment
LEFT JOIN partner pc ON x.party_type = 'Customer' AND pc.customer = x.party
LEFT JOIN partner ps ON x.party_type = 'Supplier' AND ps.supplier = x.party;

CREATE TABLE FI_PAY_D (CD_CORP char(4), NO_PAY varchar(30), SQ_PAY int, TP_DOC char(2), NO_DOC varchar(30), AM_FC decimal(19,4),
  RT_EXCH decimal(11,4), DT_DUE char(8), PRIMARY KEY (CD_CORP, NO_PAY, SQ_PAY));
INSERT INTO FI_PAY_D
SELECT c.code, x.parent, x.idx, d.code, x.reference_name, x.allocated_amount, x.exchange_rate,
  coalesce(replace(x.due_date, '-', ''), '00000000')
FROM erp."tabPayment Entry Reference" x JOIN erp."tabPayment Entry" h ON h.name = x.parent JOIN corp c ON c.name = h.company
LEFT JOIN document d ON d.type = x.reference_doctype;

CREATE TABLE FI_AR (CD_CORP char(4), SQ_AR int, DT_SLIP char(8), DT_DUE char(8), CD_ACCT varchar(8), FG_PARTY char(1),
  CD_PARTNER char(5), NO_EMP char(5), FG_INOUT char(1), AM_WON decimal(19,4), CD_EXCH char(3), AM_FC decimal(19,4), TP_DOC char(2),
  NO_DOC varchar(30), TP_DOC_ORG char(2), NO_DOC_ORG varchar(30), YN_CANCEL char(1), YN_DEL char(1) NOT NULL,
  PRIMARY KEY (CD_CORP, SQ_AR));
INSERT INTO FI_AR -- FG_INOUT 1 makes the balance larger, 2 smaller
SELECT c.code, row_number() OVER (PARTITION BY x.company ORDER BY x.name), replace(x.posting_date, '-', ''),
  coalesce(replace(x.due_date, '-', ''), '00000000'), a.account_number,
  CASE x.party_type WHEN 'Customer' THEN '1' WHEN 'Supplier' THEN '2' WHEN 'Employee' THEN '3' END,
  coalesce(pc.code, ps.code), CASE x.party_type WHEN 'Employee' THEN substr(x.party, -5) END, CASE WHEN x.amount >= 0 THEN '1' ELSE '2' END, abs(x.amount), x.account_currency,
  CASE WHEN x.amount >= 0 THEN x.amount_in_account_currency ELSE -x.amount_in_account_currency END,
  d.code, x.voucher_no, o.code, x.against_voucher_no, CASE x.delinked WHEN 1 THEN 'Y' ELSE 'N' END, 'N'
FROM erp."tabPayment Ledger Entry" x JOIN corp c ON c.name = x.company JOIN erp.tabAccount a ON a.name = x.account
LEFT JOIN document d ON d.type = x.voucher_type LEFT JOIN document o ON o.type = x.against_voucher_type
LEFT JOIN partner pc ON x.party_type = 'Customer' AND pc.customer = x.party
LEFT JOIN partner ps ON x.party_type = 'Supplier' AND ps.supplier = x.party
WHERE x.account_type = 'Receivable';

CREATE TABLE FI_AP (CD_CORP char(4), SQ_AP int, DT_SLIP char(8), DT_DUE char(8), CD_ACCT varchar(8), FG_PARTY char(1),
  CD_PARTNER char(5), NO_EMP char(5), FG_INOUT char(1), AM_WON decimal(19,4), CD_EXCH char(3), AM_FC decimal(19,4), TP_DOC char(2),
  NO_DOC varchar(30), TP_DOC_ORG char(2), NO_DOC_ORG varchar(30), YN_CANCEL char(1), YN_DEL char(1) NOT NULL,
  PRIMARY KEY (CD_CORP, SQ_AP));
INSERT INTO FI_AP -- FG_INOUT 1 makes the balance larger, 2 smaller
SELECT c.code, row_number() OVER (PARTITION BY x.company ORDER BY x.name), replace(x.posting_date, '-', ''),
  coalesce(replace(x.due_date, '-', ''), '00000000'), a.account_number,
  CASE x.party_type WHEN 'Customer' THEN '1' WHEN 'Supplier' THEN '2' WHEN 'Employee' THEN '3' END,
  coalesce(pc.code, ps.code), CASE x.party_type WHEN 'Employee' THEN substr(x.party, -5) END, CASE WHEN x.amount >= 0 THEN '1' ELSE '2' END, abs(x.amount), x.account_currency,
  CASE WHEN x.amount >= 0 THEN x.amount_in_account_currency ELSE -x.amount_in_account_currency END,
  d.code, x.voucher_no, o.code, x.against_voucher_no, CASE x.delinked WHEN 1 THEN 'Y' ELSE 'N' END, 'N'
FROM erp."tabPayment Ledger Entry" x JOIN corp c ON c.name = x.company JOIN erp.tabAccount a ON a.name = x.account
LEFT JOIN document d ON d.type = x.voucher_type LEFT JOIN document o ON o.type = x.against_voucher_type
LEFT JOIN partner pc ON x.party_type = 'Customer' AND pc.customer = x.party
LEFT JOIN partner ps ON x.party_type = 'Supplier' AND ps.supplier = x.party
WHERE x.account_type = 'Payable';

CREATE TABLE FI_SLIP_H (CD_CORP char(4), NO_SLIP int, DT_SLIP char(8), TP_DOC char(2), NO_DOC varchar(30), YN_OPEN char(1),
  YN_CANCEL char(1), PRIMARY KEY (CD_CORP, NO_SLIP));
INSERT INTO FI_SLIP_H
SELECT c.code, row_number() OVER (PARTITION BY x.company ORDER BY x.posting_date, x.voucher_type, x.voucher_no),
  replace(x.posting_date, '-', ''), d.code, x.voucher_no, CASE x.is_opening WHEN 'Yes' THEN 'Y' ELSE 'N' END,
  CASE x.is_cancelled WHEN 1 THEN 'Y' ELSE 'N' END
FROM (SELECT DISTINCT company, posting_date, voucher_type, voucher_no, is_opening, is_cancelled FROM erp."tabGL Entry") x
JOIN corp c ON c.name = x.company LEFT JOIN document d ON d.type = x.voucher_type;
CREATE UNIQUE INDEX FI_SLIP_H_DOC ON FI_SLIP_H (CD_CORP, TP_DOC, NO_DOC);

CREATE TABLE FI_SLIP_D (CD_CORP char(4), NO_SLIP int, SQ_SLIP int, CD_ACCT varchar(8), FG_DRCR char(1), AM_SLIP decimal(19,4),
  CD_CC char(3), CD_PJT char(5), FG_PARTY char(1), CD_PARTNER char(5), NO_EMP char(5), PRIMARY KEY (CD_CORP, NO_SLIP, SQ_SLIP));
INSERT INTO FI_SLIP_D -- FG_DRCR 1 debit, 2 credit
SELECT c.code, s.NO_SLIP, row_number() OVER (PARTITION BY c.code, s.NO_SLIP ORDER BY x.name), a.account_number,
  CASE WHEN x.debit <> 0 THEN '1' ELSE '2' END, x.debit + x.credit, cc.code, 'P' || substr(x.project, -4),
  CASE x.party_type WHEN 'Customer' THEN '1' WHEN 'Supplier' THEN '2' WHEN 'Employee' THEN '3' END,
  coalesce(pc.code, ps.code), CASE x.party_type WHEN 'Employee' THEN substr(x.party, -5) END
FROM erp."tabGL Entry" x JOIN corp c ON c.name = x.company JOIN erp.tabAccount a ON a.name = x.account
JOIN document d ON d.type = x.voucher_type
JOIN FI_SLIP_H s ON s.CD_CORP = c.code AND s.TP_DOC = d.code AND s.NO_DOC = x.voucher_no
LEFT JOIN center cc ON cc.name = x.cost_center
LEFT JOIN partner pc ON x.party_type = 'Customer' AND pc.customer = x.party
LEFT JOIN partner ps ON x.party_type = 'Supplier' AND ps.supplier = x.party;

-- ---- stock and production

CREATE TABLE IN_STOCK (CD_CORP char(4), CD_WH char(3), CD_ITEM varchar(40), QT_ONHAND varchar(20), QT_RSV decimal(17,4),
  QT_PO decimal(17,4), QT_WO decimal(17,4), QT_MAT decimal(17,4), AM_STOCK decimal(19,4), UM_AVG decimal(19,9),
  PRIMARY KEY (CD_CORP, CD_WH, CD_ITEM));
INSERT INTO IN_STOCK
SELECT w.corp, w.code, b.item_code, printf('%.6f', b.actual_qty), b.reserved_qty, b.ordered_qty, b.planned_qty,
  b.reserved_qty_for_production, b.stock_value, b.valuation_rate
FROM erp.tabBin b JOIN warehouse w ON w.name = b.warehouse;

CREATE TABLE IN_MOVE (CD_CORP char(4), SQ_MOVE int, DT_MOVE char(8), TM_MOVE char(6), CD_WH char(3), CD_ITEM varchar(40),
  FG_INOUT char(1), QT_MOVE varchar(20), AM_MOVE decimal(19,4), QT_AFTER varchar(20), UM_AVG decimal(19,9), TP_DOC char(2),
  NO_DOC varchar(30), YN_CANCEL char(1), PRIMARY KEY (CD_CORP, SQ_MOVE));
INSERT INTO IN_MOVE -- FG_INOUT 1 into the warehouse, 2 out of it
SELECT w.corp, row_number() OVER (PARTITION BY w.corp ORDER BY x.posting_datetime, x.name),
  replace(x.posting_date, '-', ''), replace(x.posting_time, ':', ''), w.code, x.item_code,
  CASE WHEN x.actual_qty >= 0 THEN '1' ELSE '2' END, printf('%.6f', abs(x.actual_qty)),
  CASE WHEN x.actual_qty >= 0 THEN x.stock_value_difference ELSE -x.stock_value_difference END,
  printf('%.6f', x.qty_after_transaction), x.valuation_rate, d.code, x.voucher_no, CASE x.is_cancelled WHEN 1 THEN 'Y' ELSE 'N' END
FROM erp."tabStock Ledger Entry" x JOIN warehouse w ON w.name = x.warehouse LEFT JOIN document d ON d.type = x.voucher_type;

CREATE TABLE IN_REORDER (CD_CORP char(4), CD_WH char(3), CD_ITEM varchar(40), QT_POINT decimal(17,4), QT_LOT decimal(17,4),
  PRIMARY KEY (CD_CORP, CD_WH, CD_ITEM));
INSERT INTO IN_REORDER
SELECT w.corp, w.code, r.parent, r.warehouse_reorder_level, r.warehouse_reorder_qty
FROM erp."tabItem Reorder" r JOIN warehouse w ON w.name = r.warehouse;

CREATE TABLE PR_BOM_H (CD_CORP char(4), NO_BOM varchar(40), CD_ITEM varchar(40), QT_BASE decimal(17,4), UN_BOM char(2), CD_EXCH char(3),
  AM_COST decimal(19,4), YN_MAIN char(1), YN_USE char(1), ID_INSERT varchar(60), PRIMARY KEY (CD_CORP, NO_BOM));
INSERT INTO PR_BOM_H
SELECT c.code, b.name, b.item, b.quantity, u.code, b.currency, b.base_total_cost, CASE b.is_default WHEN 1 THEN 'Y' ELSE 'N' END,
  CASE b.is_active WHEN 1 THEN 'Y' ELSE 'N' END, b.owner
FROM erp.tabBOM b JOIN corp c ON c.name = b.company LEFT JOIN unit u ON u.name = b.uom;

CREATE TABLE PR_BOM_D (CD_CORP char(4), NO_BOM varchar(40), SQ_BOM int, CD_ITEM varchar(40), NM_ITEM varchar(100), QT_NEED decimal(17,4),
  UN_BOM char(2), UM decimal(19,4), AM decimal(19,4), PRIMARY KEY (CD_CORP, NO_BOM, SQ_BOM));
INSERT INTO PR_BOM_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, l.qty, u.code, l.rate, l.amount
FROM erp."tabBOM Item" l JOIN erp.tabBOM b ON b.name = l.parent JOIN corp c ON c.name = b.company LEFT JOIN unit u ON u.name = l.uom;

CREATE TABLE PR_WO (CD_CORP char(4), NO_WO varchar(30), ST_WO char(2), NO_BOM varchar(40), CD_ITEM varchar(40), NM_ITEM varchar(100),
  QT_WO decimal(17,4), QT_GOOD decimal(17,4), UN_STK char(2), DT_PLAN_FR char(8), DT_PLAN_TO char(8), DT_FR char(8), DT_TO char(8),
  CD_WH char(3), ID_INSERT varchar(60), YN_DEL char(1) NOT NULL, PRIMARY KEY (CD_CORP, NO_WO));
INSERT INTO PR_WO
SELECT c.code, x.name, CASE x.status WHEN 'Draft' THEN '10' WHEN 'Not Started' THEN '20' WHEN 'In Process' THEN '30'
  WHEN 'Completed' THEN '40' WHEN 'Stopped' THEN '50' WHEN 'Closed' THEN '60' ELSE '90' END,
  x.bom_no, x.production_item, x.item_name, x.qty, x.produced_qty, u.code,
  coalesce(replace(substr(x.planned_start_date, 1, 10), '-', ''), '00000000'),
  coalesce(replace(substr(x.planned_end_date, 1, 10), '-', ''), '00000000'),
  coalesce(replace(substr(x.actual_start_date, 1, 10), '-', ''), '00000000'),
  coalesce(replace(substr(x.actual_end_date, 1, 10), '-', ''), '00000000'), w.code, x.owner, 'N'
FROM erp."tabWork Order" x JOIN corp c ON c.name = x.company LEFT JOIN unit u ON u.name = x.stock_uom
LEFT JOIN warehouse w ON w.name = x.fg_warehouse;

CREATE TABLE PR_WO_D (CD_CORP char(4), NO_WO varchar(30), SQ_WO int, CD_ITEM varchar(40), NM_ITEM varchar(100), CD_WH char(3),
  QT_NEED decimal(17,4), QT_MOVED decimal(17,4), QT_USED decimal(17,4), PRIMARY KEY (CD_CORP, NO_WO, SQ_WO));
INSERT INTO PR_WO_D
SELECT c.code, l.parent, l.idx, l.item_code, l.item_name, w.code, l.required_qty, l.transferred_qty, l.consumed_qty
FROM erp."tabWork Order Item" l JOIN erp."tabWork Order" x ON x.name = l.parent JOIN corp c ON c.name = x.company
LEFT JOIN warehouse w ON w.name = l.source_warehouse;

-- ---- rows that somebody deleted: they stay, and must not count

INSERT INTO CD_PARTNER SELECT CD_CORP, CD_PARTNER + 30000, NM_PARTNER || ' (삭제)', NULL, YN_CUST, YN_SUPP, CD_CUSTGRP, CD_SUPPGRP,
  CD_AREA, NM_NATION, NO_TAX, CD_EXCH, YN_GRPCO, ST_SALE, ST_BUY, 'Y' FROM CD_PARTNER WHERE CD_PARTNER LIKE '%7';
INSERT INTO CD_ITEM SELECT CD_CORP, 'DEL-' || CD_ITEM, NM_ITEM, NULL, CD_ITEMGRP, NM_BRAND, UN_STK, DC_SPEC, YN_STOCK, YN_USE, QT_SAFE,
  DY_LEAD, UM_COST, 'Y' FROM CD_ITEM WHERE CD_ITEM LIKE 'BRG-620%';

CREATE TEMP TABLE ghost AS SELECT * FROM SA_SO_H WHERE NO_SO LIKE '%00037';
UPDATE ghost SET NO_SO = 'X' || NO_SO, YN_DEL = 'Y';
INSERT INTO SA_SO_H SELECT * FROM ghost;
CREATE TEMP TABLE ghost_line AS SELECT * FROM SA_SO_D WHERE NO_SO LIKE '%00037';
UPDATE ghost_line SET NO_SO = 'X' || NO_SO, YN_DEL = 'Y';
INSERT INTO SA_SO_D SELECT * FROM ghost_line;
DROP TABLE ghost;
DROP TABLE ghost_line;

CREATE TEMP TABLE ghost AS SELECT * FROM SA_IV_H WHERE NO_IV LIKE '%00037';
UPDATE ghost SET NO_IV = 'X' || NO_IV, YN_DEL = 'Y';
INSERT INTO SA_IV_H SELECT * FROM ghost;
CREATE TEMP TABLE ghost_line AS SELECT * FROM SA_IV_D WHERE NO_IV LIKE '%00037';
UPDATE ghost_line SET NO_IV = 'X' || NO_IV, YN_DEL = 'Y';
INSERT INTO SA_IV_D SELECT * FROM ghost_line;
DROP TABLE ghost;
DROP TABLE ghost_line;

CREATE TEMP TABLE ghost AS SELECT * FROM SA_DV_H WHERE NO_DV LIKE '%00037';
UPDATE ghost SET NO_DV = 'X' || NO_DV, YN_DEL = 'Y';
INSERT INTO SA_DV_H SELECT * FROM ghost;
CREATE TEMP TABLE ghost_line AS SELECT * FROM SA_DV_D WHERE NO_DV LIKE '%00037';
UPDATE ghost_line SET NO_DV = 'X' || NO_DV, YN_DEL = 'Y';
INSERT INTO SA_DV_D SELECT * FROM ghost_line;
DROP TABLE ghost;
DROP TABLE ghost_line;

CREATE TEMP TABLE ghost AS SELECT * FROM PU_PO_H WHERE NO_PO LIKE '%00037';
UPDATE ghost SET NO_PO = 'X' || NO_PO, YN_DEL = 'Y';
INSERT INTO PU_PO_H SELECT * FROM ghost;
CREATE TEMP TABLE ghost_line AS SELECT * FROM PU_PO_D WHERE NO_PO LIKE '%00037';
UPDATE ghost_line SET NO_PO = 'X' || NO_PO, YN_DEL = 'Y';
INSERT INTO PU_PO_D SELECT * FROM ghost_line;
DROP TABLE ghost;
DROP TABLE ghost_line;

CREATE TEMP TABLE ghost AS SELECT * FROM PU_IV_H WHERE NO_IV LIKE '%00037';
UPDATE ghost SET NO_IV = 'X' || NO_IV, YN_DEL = 'Y';
INSERT INTO PU_IV_H SELECT * FROM ghost;
CREATE TEMP TABLE ghost_line AS SELECT * FROM PU_IV_D WHERE NO_IV LIKE '%00037';
UPDATE ghost_line SET NO_IV = 'X' || NO_IV, YN_DEL = 'Y';
INSERT INTO PU_IV_D SELECT * FROM ghost_line;
DROP TABLE ghost;
DROP TABLE ghost_line;

INSERT INTO FI_AR SELECT CD_CORP, SQ_AR + 10000000, DT_SLIP, DT_DUE, CD_ACCT, FG_PARTY, CD_PARTNER, NO_EMP, FG_INOUT, AM_WON, CD_EXCH,
  AM_FC, TP_DOC, NO_DOC, TP_DOC_ORG, NO_DOC_ORG, YN_CANCEL, 'Y' FROM FI_AR WHERE SQ_AR % 41 = 0;
