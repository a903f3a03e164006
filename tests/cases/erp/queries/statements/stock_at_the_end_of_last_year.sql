WITH RECURSIVE below_item_group_0(id) AS
(SELECT node.id AS id
FROM item_group AS node
WHERE node.id IN ('볼베어링') UNION SELECT node.id AS id
FROM item_group AS node JOIN below_item_group_0 ON node.parent_id = below_item_group_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0.code AS detail_0, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, item.stock_unit AS unit_code, stock_move.item_id AS member_0, sum(stock_move.quantity) AS figure_0, sum(stock_move.value_change) AS figure_1
FROM stock_move LEFT OUTER JOIN item AS item ON item.id = stock_move.item_id
WHERE stock_move.warehouse_id IN (SELECT warehouse_1.id
FROM warehouse AS warehouse_1
WHERE warehouse_1.company_id = '마루산업') AND stock_move.posting_date <= '2025-12-31' AND stock_move.is_cancelled = 0 AND stock_move.item_id IS NOT NULL AND stock_move.item_id IN (SELECT item_1.id
FROM item AS item_1
WHERE item_1.item_group_id IN (SELECT below_item_group_0.id
FROM below_item_group_0)) GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN item AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
