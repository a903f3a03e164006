SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, count(DISTINCT reorder_rule.item_id) AS figure_0
FROM (SELECT reorder_level.id AS id, reorder_level.item_id AS item_id, reorder_level.warehouse_id AS warehouse_id, reorder_level.reorder_level AS reorder_level, reorder_level.reorder_quantity AS reorder_quantity, coalesce(added.projected_quantity, 0) AS projected_quantity, coalesce(reorder_level.reorder_level, 0) - coalesce(added.projected_quantity, 0) AS reorder_gap
FROM reorder_level LEFT OUTER JOIN (SELECT stock_balance.item_id AS item_id, stock_balance.warehouse_id AS warehouse_id, sum(stock_balance.projected_quantity) AS projected_quantity
FROM stock_balance
WHERE stock_balance.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') GROUP BY stock_balance.item_id, stock_balance.warehouse_id) AS added ON added.item_id = reorder_level.item_id AND added.warehouse_id = reorder_level.warehouse_id) AS reorder_rule
WHERE reorder_rule.warehouse_id IN (SELECT warehouse_2.id
FROM warehouse AS warehouse_2
WHERE warehouse_2.company_id = '마루산업') AND reorder_rule.item_id IN (SELECT item_1.id
FROM item AS item_1
WHERE item_1.is_disabled = 0) AND reorder_rule.reorder_gap >= 0) AS figures
 LIMIT 200001 OFFSET 0
