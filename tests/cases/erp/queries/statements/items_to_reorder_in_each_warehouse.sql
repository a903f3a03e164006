SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0.code AS detail_0, figures.member_1, named_1.name AS label_1, named_1_company.name AS detail_1, figures.figure_0, figures.figure_1, figures.figure_2, figures.figure_3
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, reorder_rule.item_id AS member_0, reorder_rule.warehouse_id AS member_1, count(DISTINCT reorder_rule.item_id) AS figure_0, NULL AS figure_1, NULL AS figure_2, NULL AS figure_3
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
WHERE item_1.is_disabled = 0) AND reorder_rule.reorder_gap >= 0 GROUP BY member_0, member_1 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, item.stock_unit AS unit_code, reorder_rule.item_id AS member_0, reorder_rule.warehouse_id AS member_1, NULL AS figure_0, sum(CASE WHEN (reorder_rule.reorder_gap >= 0) THEN reorder_rule.projected_quantity END) AS figure_1, sum(CASE WHEN (reorder_rule.reorder_gap >= 0) THEN reorder_rule.reorder_level END) AS figure_2, sum(CASE WHEN (reorder_rule.reorder_gap >= 0) THEN reorder_rule.reorder_quantity END) AS figure_3
FROM (SELECT reorder_level.id AS id, reorder_level.item_id AS item_id, reorder_level.warehouse_id AS warehouse_id, reorder_level.reorder_level AS reorder_level, reorder_level.reorder_quantity AS reorder_quantity, coalesce(added.projected_quantity, 0) AS projected_quantity, coalesce(reorder_level.reorder_level, 0) - coalesce(added.projected_quantity, 0) AS reorder_gap
FROM reorder_level LEFT OUTER JOIN (SELECT stock_balance.item_id AS item_id, stock_balance.warehouse_id AS warehouse_id, sum(stock_balance.projected_quantity) AS projected_quantity
FROM stock_balance
WHERE stock_balance.warehouse_id IN (SELECT warehouse_3.id
FROM warehouse AS warehouse_3
WHERE warehouse_3.company_id = '마루산업') GROUP BY stock_balance.item_id, stock_balance.warehouse_id) AS added ON added.item_id = reorder_level.item_id AND added.warehouse_id = reorder_level.warehouse_id) AS reorder_rule LEFT OUTER JOIN item AS item ON item.id = reorder_rule.item_id
WHERE reorder_rule.warehouse_id IN (SELECT warehouse_4.id
FROM warehouse AS warehouse_4
WHERE warehouse_4.company_id = '마루산업') AND reorder_rule.item_id IN (SELECT item_2.id
FROM item AS item_2
WHERE item_2.is_disabled = 0) GROUP BY unit_code, member_0, member_1) AS figures LEFT OUTER JOIN item AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN warehouse AS named_1 ON named_1.id = figures.member_1 LEFT OUTER JOIN company AS named_1_company ON named_1_company.id = named_1.company_id
 LIMIT 200001 OFFSET 0
