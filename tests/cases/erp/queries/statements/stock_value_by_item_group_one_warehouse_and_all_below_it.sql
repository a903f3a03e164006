WITH RECURSIVE above_item_group_1(id, node, level) AS
(SELECT node.id AS id, node.id AS node, CASE WHEN (NOT (EXISTS (SELECT other.id
FROM item_group AS other LEFT OUTER JOIN item_group AS other_parent ON other_parent.id = other.parent_id
WHERE other_parent.id IS NULL AND other.id != node.id))) THEN 0 ELSE 1 END AS level
FROM item_group AS node LEFT OUTER JOIN item_group AS parent ON parent.id = node.parent_id
WHERE parent.id IS NULL UNION SELECT node.id AS id, CASE WHEN (above_item_group_1.level < 1) THEN node.id ELSE above_item_group_1.node END AS anon_1, above_item_group_1.level + 1 AS anon_2
FROM item_group AS node JOIN above_item_group_1 ON node.parent_id = above_item_group_1.id
WHERE above_item_group_1.level < 32),
below_warehouse_0(id) AS
(SELECT node.id AS id
FROM warehouse AS node
WHERE node.id IN ('본사물류센터 - M') UNION SELECT node.id AS id
FROM warehouse AS node JOIN below_warehouse_0 ON node.parent_id = below_warehouse_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, coalesce(above_item_group_1.node, item.item_group_id) AS member_0, sum(stock_balance.stock_value) AS figure_0
FROM stock_balance LEFT OUTER JOIN item AS item ON item.id = stock_balance.item_id LEFT OUTER JOIN above_item_group_1 ON above_item_group_1.id = item.item_group_id
WHERE stock_balance.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_balance.warehouse_id IS NOT NULL AND stock_balance.warehouse_id IN (SELECT below_warehouse_0.id
FROM below_warehouse_0) GROUP BY member_0) AS figures LEFT OUTER JOIN item_group AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
