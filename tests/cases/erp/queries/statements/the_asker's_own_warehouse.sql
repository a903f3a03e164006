WITH RECURSIVE below_warehouse_0(id) AS
(SELECT node.id AS id
FROM warehouse AS node
WHERE node.id IN ('부산물류센터 - M') UNION SELECT node.id AS id
FROM warehouse AS node JOIN below_warehouse_0 ON node.parent_id = below_warehouse_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, item.stock_unit AS unit_code, item.item_group_id AS member_0, sum(stock_balance.actual_quantity) AS figure_0
FROM stock_balance LEFT OUTER JOIN item AS item ON item.id = stock_balance.item_id
WHERE stock_balance.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_balance.warehouse_id IS NOT NULL AND stock_balance.warehouse_id IN (SELECT below_warehouse_0.id
FROM below_warehouse_0) AND stock_balance.warehouse_id IS NOT NULL AND stock_balance.warehouse_id IN (SELECT below_warehouse_0.id
FROM below_warehouse_0) GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN item_group AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
