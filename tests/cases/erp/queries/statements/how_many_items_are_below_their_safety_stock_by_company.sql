SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, item_stock.company_id AS member_0, count(DISTINCT item_stock.id) AS figure_0
FROM (SELECT item.id AS id, item.code AS code, item.name AS name, item.item_group_id AS item_group_id, item.brand AS brand, item.stock_unit AS stock_unit, item.specification AS specification, item.variant_of_id AS variant_of_id, item.safety_stock AS safety_stock, item.lead_time_days AS lead_time_days, item.valuation_rate AS valuation_rate, item.is_stock_item AS is_stock_item, item.is_disabled AS is_disabled, coalesce(added.actual_quantity, 0) AS actual_quantity, coalesce(item.safety_stock, 0) - coalesce(added.actual_quantity, 0) AS shortage, each_company.id AS company_id
FROM item JOIN company AS each_company ON each_company.id IN ('마루산업', '마루유통') LEFT OUTER JOIN (SELECT stock_balance.item_id AS item_id, warehouse.company_id AS company_id, sum(stock_balance.actual_quantity) AS actual_quantity
FROM stock_balance LEFT OUTER JOIN warehouse AS warehouse ON warehouse.id = stock_balance.warehouse_id
WHERE stock_balance.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id IN ('마루산업', '마루유통')) GROUP BY stock_balance.item_id, warehouse.company_id) AS added ON added.item_id = item.id AND added.company_id = each_company.id) AS item_stock
WHERE item_stock.company_id IN ('마루산업', '마루유통') AND item_stock.is_stock_item = 1 AND item_stock.is_disabled = 0 AND item_stock.safety_stock > 0 AND item_stock.shortage > 0 GROUP BY member_0) AS figures LEFT OUTER JOIN company AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
