-- Odoo 17, as PostgreSQL's tables come out: booleans t/f, translated names as JSON, moments in UTC.
CREATE TABLE res_currency (id INTEGER, name TEXT);
INSERT INTO res_currency VALUES (32, 'KRW');
CREATE TABLE res_company (id INTEGER, name TEXT, currency_id INTEGER, parent_id INTEGER);
INSERT INTO res_company VALUES (1, '마루산업', 32, NULL);
CREATE TABLE res_country_state (id INTEGER, name TEXT);
INSERT INTO res_country_state VALUES (1, '서울'), (2, '부산');
CREATE TABLE res_partner (id INTEGER, name TEXT, ref TEXT, vat TEXT, state_id INTEGER, customer_rank INTEGER, supplier_rank INTEGER,
  active TEXT, parent_id INTEGER);
INSERT INTO res_partner VALUES (10, '대한상사', 'C10', '123-45-67890', 1, 3, 0, 't', NULL), (11, '한국정밀', NULL, NULL, 2, 1, 0, 't', NULL),
  (12, '동아베어링', NULL, NULL, NULL, 0, 2, 't', NULL), (13, '김민준', NULL, NULL, NULL, 0, 0, 't', NULL), (14, '구매 담당', NULL, NULL, NULL, 0, 0, 't', 10);
CREATE TABLE res_users (id INTEGER, login TEXT, partner_id INTEGER);
INSERT INTO res_users VALUES (2, 'kim@maru.example', 13);
CREATE TABLE uom_uom (id INTEGER, name TEXT, factor NUMERIC);
INSERT INTO uom_uom VALUES (1, '{"en_US": "Units", "ko_KR": "개"}', 1);
CREATE TABLE product_category (id INTEGER, name TEXT, parent_id INTEGER);
INSERT INTO product_category VALUES (1, 'All', NULL), (2, '베어링', 1), (3, '씰', 1);
CREATE TABLE product_template (id INTEGER, name TEXT, default_code TEXT, categ_id INTEGER, uom_id INTEGER, detailed_type TEXT, active TEXT);
INSERT INTO product_template VALUES (20, '{"en_US": "Ball bearing", "ko_KR": "볼베어링"}', 'P1', 2, 1, 'product', 't'),
  (21, '{"en_US": "Oil seal", "ko_KR": "오일씰"}', 'P2', 3, 1, 'product', 't');
CREATE TABLE product_product (id INTEGER, product_tmpl_id INTEGER, default_code TEXT, barcode TEXT, active TEXT);
INSERT INTO product_product VALUES (30, 20, 'P1', '8801', 't'), (31, 21, 'P2', NULL, 't');
CREATE TABLE stock_warehouse (id INTEGER, name TEXT, code TEXT, company_id INTEGER, lot_stock_id INTEGER);
INSERT INTO stock_warehouse VALUES (1, '본사창고', 'WH', 1, 8);
CREATE TABLE stock_location (id INTEGER, name TEXT, complete_name TEXT, usage TEXT, location_id INTEGER, company_id INTEGER);
INSERT INTO stock_location VALUES (4, 'Vendors', 'Partners/Vendors', 'supplier', NULL, NULL), (5, 'Customers', 'Partners/Customers', 'customer', NULL, NULL),
  (7, 'WH', 'WH', 'view', NULL, 1), (8, 'Stock', 'WH/Stock', 'internal', 7, 1), (9, 'Inventory adjustment', 'Virtual/Inventory adjustment', 'inventory', NULL, 1),
  (6, 'Production', 'Virtual/Production', 'production', NULL, 1);
CREATE TABLE sale_order (id INTEGER, name TEXT, state TEXT, date_order TEXT, commitment_date TEXT, partner_id INTEGER, company_id INTEGER,
  user_id INTEGER, currency_id INTEGER, currency_rate NUMERIC, amount_untaxed NUMERIC, amount_tax NUMERIC, amount_total NUMERIC,
  invoice_status TEXT, client_order_ref TEXT);
INSERT INTO sale_order VALUES (1, 'S00001', 'sale', '2026-10-04 15:30:00', '2026-10-20 00:00:00', 10, 1, 2, 32, 1, 10000, 1000, 11000, 'to invoice', 'PO-7'),
  (2, 'S00002', 'draft', '2026-10-06 01:00:00', NULL, 11, 1, 2, 32, 1, 999, 99, 1098, 'no', NULL),
  (3, 'S00003', 'cancel', '2026-10-06 01:00:00', NULL, 11, 1, 2, 32, 1, 999, 99, 1098, 'no', NULL);
CREATE TABLE sale_order_line (id INTEGER, order_id INTEGER, sequence INTEGER, product_id INTEGER, name TEXT, product_uom INTEGER, product_uom_qty NUMERIC,
  qty_delivered NUMERIC, price_unit NUMERIC, price_subtotal NUMERIC, display_type TEXT);
INSERT INTO sale_order_line VALUES (1, 1, 10, 30, '[P1] 볼베어링', 1, 10, 4, 1000, 10000, NULL), (2, 1, 11, NULL, '비고', NULL, 0, 0, 0, 0, 'line_note'),
  (3, 2, 10, 31, '오일씰', 1, 1, 0, 999, 999, NULL), (4, 3, 10, 31, '오일씰', 1, 1, 0, 999, 999, NULL);
CREATE TABLE purchase_order (id INTEGER, name TEXT, state TEXT, date_order TEXT, date_planned TEXT, partner_id INTEGER, company_id INTEGER, user_id INTEGER,
  currency_id INTEGER, amount_untaxed NUMERIC, amount_tax NUMERIC, amount_total NUMERIC);
INSERT INTO purchase_order VALUES (1, 'P00001', 'purchase', '2026-10-01 02:00:00', '2026-10-12 00:00:00', 12, 1, 2, 32, 12000, 1200, 13200),
  (2, 'P00002', 'draft', '2026-10-01 02:00:00', NULL, 12, 1, 2, 32, 999, 99, 1098);
CREATE TABLE purchase_order_line (id INTEGER, order_id INTEGER, sequence INTEGER, product_id INTEGER, name TEXT, product_uom INTEGER, product_qty NUMERIC,
  qty_received NUMERIC, price_unit NUMERIC, price_subtotal NUMERIC, date_planned TEXT, display_type TEXT);
INSERT INTO purchase_order_line VALUES (1, 1, 10, 30, '볼베어링', 1, 20, 15, 600, 12000, '2026-10-12 00:00:00', NULL), (2, 2, 10, 30, '볼베어링', 1, 1, 0, 999, 999, NULL, NULL);
CREATE TABLE stock_picking (id INTEGER, name TEXT, state TEXT, partner_id INTEGER, company_id INTEGER, location_id INTEGER, location_dest_id INTEGER,
  date_done TEXT, scheduled_date TEXT, user_id INTEGER);
INSERT INTO stock_picking VALUES (1, 'WH/IN/00001', 'done', 12, 1, 4, 8, '2026-10-07 05:00:00', '2026-10-07 00:00:00', 2),
  (2, 'WH/OUT/00001', 'done', 10, 1, 8, 5, '2026-10-10 05:00:00', '2026-10-10 00:00:00', 2), (3, 'WH/OUT/00002', 'done', 11, 1, 8, 5, '2026-10-14 20:00:00', '2026-10-15 00:00:00', 2),
  (4, 'WH/IN/00002', 'done', 10, 1, 5, 8, '2026-10-20 05:00:00', '2026-10-20 00:00:00', 2), (5, 'WH/OUT/00003', 'assigned', 10, 1, 8, 5, NULL, '2026-10-20 00:00:00', 2),
  (6, 'WH/IN/00003', 'assigned', 12, 1, 4, 8, NULL, '2026-11-30 00:00:00', 2);
CREATE TABLE stock_move (id INTEGER, product_id INTEGER, product_uom INTEGER, product_uom_qty NUMERIC, quantity NUMERIC, state TEXT, date TEXT, location_id INTEGER,
  location_dest_id INTEGER, picking_id INTEGER, sale_line_id INTEGER, purchase_line_id INTEGER, production_id INTEGER, origin_returned_move_id INTEGER, company_id INTEGER);
INSERT INTO stock_move VALUES (1, 31, 1, 10, 10, 'done', '2026-09-30 01:00:00', 9, 8, NULL, NULL, NULL, NULL, NULL, 1),
  (2, 30, 1, 15, 15, 'done', '2026-10-07 05:00:00', 4, 8, 1, NULL, 1, NULL, NULL, 1), (3, 30, 1, 4, 4, 'done', '2026-10-10 05:00:00', 8, 5, 2, 1, NULL, NULL, NULL, 1),
  (4, 31, 1, 3, 3, 'done', '2026-10-14 20:00:00', 8, 5, 3, NULL, NULL, NULL, NULL, 1), (5, 30, 1, 1, 1, 'done', '2026-10-20 05:00:00', 5, 8, 4, 1, NULL, NULL, 3, 1),
  (6, 30, 1, 6, 0, 'assigned', '2026-10-20 00:00:00', 8, 5, 5, 1, NULL, NULL, NULL, 1), (7, 30, 1, 5, 0, 'assigned', '2026-11-30 00:00:00', 4, 8, 6, NULL, 1, NULL, NULL, 1),
  (8, 30, 1, 2, 0, 'cancel', '2026-10-21 00:00:00', 8, 5, NULL, NULL, NULL, NULL, NULL, 1);
CREATE TABLE stock_valuation_layer (id INTEGER, stock_move_id INTEGER, product_id INTEGER, quantity NUMERIC, value NUMERIC, company_id INTEGER);
INSERT INTO stock_valuation_layer VALUES (1, 1, 31, 10, 12000, 1), (2, 2, 30, 15, 9000, 1), (3, 3, 30, -4, -2400, 1), (4, 4, 31, -3, -3600, 1), (5, 5, 30, 1, 600, 1);
CREATE TABLE stock_quant (id INTEGER, product_id INTEGER, location_id INTEGER, lot_id INTEGER, quantity NUMERIC, reserved_quantity NUMERIC, company_id INTEGER);
INSERT INTO stock_quant VALUES (1, 30, 8, 1, 5, 5, 1), (2, 30, 8, 2, 7, 1, 1), (3, 31, 8, NULL, 7, 0, 1), (4, 30, 5, NULL, 3, 0, NULL), (5, 30, 4, NULL, -15, 0, NULL);
CREATE TABLE account_account (id INTEGER, code TEXT, name TEXT, account_type TEXT, company_id INTEGER);
INSERT INTO account_account VALUES (1, '108', '{"en_US": "Receivable", "ko_KR": "외상매출금"}', 'asset_receivable', 1), (2, '251', '{"ko_KR": "외상매입금"}', 'liability_payable', 1),
  (3, '401', '{"ko_KR": "상품매출"}', 'income', 1), (4, '451', '{"ko_KR": "상품매출원가"}', 'expense_direct_cost', 1), (5, '146', '{"ko_KR": "상품"}', 'asset_current', 1),
  (6, '255', '{"ko_KR": "부가세예수금"}', 'liability_current', 1), (7, '135', '{"ko_KR": "부가세대급금"}', 'asset_current', 1), (8, '103', '{"ko_KR": "보통예금"}', 'asset_cash', 1);
CREATE TABLE account_move (id INTEGER, name TEXT, move_type TEXT, state TEXT, date TEXT, invoice_date TEXT, invoice_date_due TEXT, partner_id INTEGER, commercial_partner_id INTEGER,
  company_id INTEGER, currency_id INTEGER, amount_untaxed NUMERIC, amount_total NUMERIC, amount_untaxed_signed NUMERIC, amount_tax_signed NUMERIC,
  amount_total_signed NUMERIC, payment_state TEXT, reversed_entry_id INTEGER, ref TEXT, invoice_user_id INTEGER);
INSERT INTO account_move VALUES
  (1, 'INV/2026/00001', 'out_invoice', 'posted', '2026-10-12', '2026-10-12', '2026-11-11', 14, 10, 1, 32, 4000, 4400, 4000, 400, 4400, 'partial', NULL, NULL, 2),
  (2, 'INV/2026/00002', 'out_invoice', 'posted', '2026-10-15', '2026-10-15', '2026-12-15', 11, 11, 1, 32, 6000, 6600, 6000, 600, 6600, 'not_paid', NULL, NULL, 2),
  (3, 'RINV/2026/00001', 'out_refund', 'posted', '2026-10-20', '2026-10-20', '2026-10-20', 10, 10, 1, 32, 1000, 1100, -1000, -100, -1100, 'not_paid', 1, NULL, 2),
  (4, '/', 'out_invoice', 'draft', '2026-10-21', NULL, NULL, 10, 10, 1, 32, 999, 1099, 999, 100, 1099, 'not_paid', NULL, NULL, 2),
  (5, 'INV/2026/00003', 'out_invoice', 'cancel', '2026-10-22', '2026-10-22', '2026-10-22', 10, 10, 1, 32, 999, 1099, 999, 100, 1099, 'not_paid', NULL, NULL, 2),
  (6, 'BILL/2026/00001', 'in_invoice', 'posted', '2026-10-08', '2026-10-08', '2026-11-07', 12, 12, 1, 32, 9000, 9900, -9000, -900, -9900, 'not_paid', NULL, 'V-1', 2),
  (7, 'PBNK1/2026/00001', 'entry', 'posted', '2026-10-25', NULL, NULL, 10, 10, 1, 32, 0, 2000, 0, 0, 2000, 'not_paid', NULL, NULL, NULL),
  (8, 'STJ/2026/00001', 'entry', 'posted', '2026-10-10', NULL, NULL, NULL, NULL, 1, 32, 0, 2400, 0, 0, 2400, NULL, NULL, NULL, NULL),
  (9, 'STJ/2026/00002', 'entry', 'posted', '2026-10-15', NULL, NULL, NULL, NULL, 1, 32, 0, 3600, 0, 0, 3600, NULL, NULL, NULL, NULL),
  (10, 'STJ/2026/00003', 'entry', 'posted', '2026-10-20', NULL, NULL, NULL, NULL, 1, 32, 0, 600, 0, 0, 600, NULL, NULL, NULL, NULL);
CREATE TABLE account_move_line (id INTEGER, move_id INTEGER, account_id INTEGER, partner_id INTEGER, product_id INTEGER, product_uom_id INTEGER, quantity NUMERIC, price_unit NUMERIC,
  price_subtotal NUMERIC, debit NUMERIC, credit NUMERIC, balance NUMERIC, amount_currency NUMERIC, currency_id INTEGER, display_type TEXT, date TEXT, date_maturity TEXT,
  parent_state TEXT, company_id INTEGER, name TEXT, sequence INTEGER);
INSERT INTO account_move_line VALUES
  (1, 1, 3, 10, 30, 1, 4, 1000, 4000, 0, 4000, -4000, -4000, 32, 'product', '2026-10-12', NULL, 'posted', 1, '볼베어링', 10), (2, 1, 6, 10, NULL, NULL, NULL, NULL, 0, 0, 400, -400, -400, 32, 'tax', '2026-10-12', NULL, 'posted', 1, '부가세', 20),
  (3, 1, 1, 10, NULL, NULL, NULL, NULL, 0, 4400, 0, 4400, 4400, 32, 'payment_term', '2026-10-12', '2026-11-11', 'posted', 1, NULL, 30),
  (4, 2, 3, 11, 31, 1, 3, 2000, 6000, 0, 6000, -6000, -6000, 32, 'product', '2026-10-15', NULL, 'posted', 1, '오일씰', 10), (5, 2, 6, 11, NULL, NULL, NULL, NULL, 0, 0, 600, -600, -600, 32, 'tax', '2026-10-15', NULL, 'posted', 1, '부가세', 20),
  (6, 2, 1, 11, NULL, NULL, NULL, NULL, 0, 6600, 0, 6600, 6600, 32, 'payment_term', '2026-10-15', '2026-12-15', 'posted', 1, NULL, 30),
  (7, 3, 3, 10, 30, 1, 1, 1000, 1000, 1000, 0, 1000, 1000, 32, 'product', '2026-10-20', NULL, 'posted', 1, '볼베어링', 10), (8, 3, 6, 10, NULL, NULL, NULL, NULL, 0, 100, 0, 100, 100, 32, 'tax', '2026-10-20', NULL, 'posted', 1, '부가세', 20),
  (9, 3, 1, 10, NULL, NULL, NULL, NULL, 0, 0, 1100, -1100, -1100, 32, 'payment_term', '2026-10-20', '2026-10-20', 'posted', 1, NULL, 30),
  (10, 4, 3, 10, 30, 1, 1, 999, 999, 0, 999, -999, -999, 32, 'product', '2026-10-21', NULL, 'draft', 1, '볼베어링', 10), (11, 4, 1, 10, NULL, NULL, NULL, NULL, 0, 999, 0, 999, 999, 32, 'payment_term', '2026-10-21', '2026-10-21', 'draft', 1, NULL, 30),
  (12, 5, 3, 10, 30, 1, 1, 999, 999, 0, 999, -999, -999, 32, 'product', '2026-10-22', NULL, 'cancel', 1, '볼베어링', 10),
  (13, 6, 5, 12, 30, 1, 15, 600, 9000, 9000, 0, 9000, 9000, 32, 'product', '2026-10-08', NULL, 'posted', 1, '볼베어링', 10), (14, 6, 7, 12, NULL, NULL, NULL, NULL, 0, 900, 0, 900, 900, 32, 'tax', '2026-10-08', NULL, 'posted', 1, '부가세', 20),
  (15, 6, 2, 12, NULL, NULL, NULL, NULL, 0, 0, 9900, -9900, -9900, 32, 'payment_term', '2026-10-08', '2026-11-07', 'posted', 1, NULL, 30),
  (16, 7, 8, 10, NULL, NULL, NULL, NULL, 0, 2000, 0, 2000, 2000, 32, NULL, '2026-10-25', NULL, 'posted', 1, '입금', 10), (17, 7, 1, 10, NULL, NULL, NULL, NULL, 0, 0, 2000, -2000, -2000, 32, NULL, '2026-10-25', '2026-10-25', 'posted', 1, '입금', 20),
  (18, 8, 4, NULL, NULL, NULL, NULL, NULL, 0, 2400, 0, 2400, 2400, 32, NULL, '2026-10-10', NULL, 'posted', 1, '출고', 10), (19, 8, 5, NULL, NULL, NULL, NULL, NULL, 0, 0, 2400, -2400, -2400, 32, NULL, '2026-10-10', NULL, 'posted', 1, '출고', 20),
  (20, 9, 4, NULL, NULL, NULL, NULL, NULL, 0, 3600, 0, 3600, 3600, 32, NULL, '2026-10-15', NULL, 'posted', 1, '출고', 10), (21, 9, 5, NULL, NULL, NULL, NULL, NULL, 0, 0, 3600, -3600, -3600, 32, NULL, '2026-10-15', NULL, 'posted', 1, '출고', 20),
  (22, 10, 4, NULL, NULL, NULL, NULL, NULL, 0, 0, 600, -600, -600, 32, NULL, '2026-10-20', NULL, 'posted', 1, '반품', 10), (23, 10, 5, NULL, NULL, NULL, NULL, NULL, 0, 600, 0, 600, 600, 32, NULL, '2026-10-20', NULL, 'posted', 1, '반품', 20);
CREATE TABLE account_partial_reconcile (id INTEGER, debit_move_id INTEGER, credit_move_id INTEGER, amount NUMERIC, max_date TEXT, company_id INTEGER);
INSERT INTO account_partial_reconcile VALUES (1, 3, 17, 2000, '2026-10-25', 1);
CREATE TABLE account_payment (id INTEGER, move_id INTEGER, payment_type TEXT, partner_type TEXT, partner_id INTEGER, amount NUMERIC, currency_id INTEGER);
INSERT INTO account_payment VALUES (1, 7, 'inbound', 'customer', 10, 2000, 32);
CREATE TABLE mrp_production (id INTEGER, name TEXT, state TEXT, product_id INTEGER, product_qty NUMERIC, product_uom_id INTEGER, date_start TEXT, date_finished TEXT, company_id INTEGER, user_id INTEGER);
INSERT INTO mrp_production VALUES (1, 'WH/MO/00001', 'progress', 30, 10, 1, '2026-10-02 01:00:00', '2026-11-30 01:00:00', 1, 2), (2, 'WH/MO/00002', 'cancel', 30, 99, 1, '2026-10-02 01:00:00', NULL, 1, 2);
CREATE TABLE mrp_workcenter_productivity_done (production_id INTEGER, qty NUMERIC);
INSERT INTO mrp_workcenter_productivity_done VALUES (1, 3), (1, 1);
CREATE TABLE hr_department (id INTEGER, name TEXT, parent_id INTEGER, company_id INTEGER);
INSERT INTO hr_department VALUES (1, '{"en_US": "Sales", "ko_KR": "영업팀"}', NULL, 1);
CREATE TABLE hr_employee (id INTEGER, name TEXT, department_id INTEGER, job_title TEXT, active TEXT, user_id INTEGER, parent_id INTEGER, company_id INTEGER);
INSERT INTO hr_employee VALUES (1, '김민준', 1, '팀장', 't', 2, NULL, 1);
CREATE TABLE hr_leave_type (id INTEGER, name TEXT);
INSERT INTO hr_leave_type VALUES (1, '{"en_US": "Annual leave", "ko_KR": "연차휴가"}');
CREATE TABLE hr_leave_allocation (id INTEGER, employee_id INTEGER, holiday_status_id INTEGER, number_of_days NUMERIC, state TEXT, date_from TEXT, date_to TEXT);
INSERT INTO hr_leave_allocation VALUES (1, 1, 1, 15, 'validate', '2026-01-01', '2026-12-31'), (2, 1, 1, 9, 'refuse', '2026-01-01', '2026-12-31');
CREATE TABLE hr_leave (id INTEGER, employee_id INTEGER, holiday_status_id INTEGER, number_of_days NUMERIC, state TEXT, request_date_from TEXT, request_date_to TEXT);
INSERT INTO hr_leave VALUES (1, 1, 1, 2, 'validate', '2026-08-03', '2026-08-04'), (2, 1, 1, 1, 'refuse', '2026-09-03', '2026-09-03');
