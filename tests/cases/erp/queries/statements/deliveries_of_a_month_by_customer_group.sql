WITH RECURSIVE below_item_group_0(id) AS
(SELECT node.id AS id
FROM item_group AS node
WHERE node.id IN ('볼베어링') UNION SELECT node.id AS id
FROM item_group AS node JOIN below_item_group_0 ON node.parent_id = below_item_group_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, delivery_customer.customer_group_id AS member_0, count(DISTINCT delivery_line.delivery_id) AS figure_0, NULL AS figure_1
FROM delivery_line LEFT OUTER JOIN delivery AS delivery ON delivery.id = delivery_line.delivery_id LEFT OUTER JOIN customer AS delivery_customer ON delivery_customer.id = delivery.customer_id
WHERE delivery.company_id = '마루산업' AND delivery.posting_date >= '2026-10-01' AND delivery.posting_date <= '2026-10-31' AND delivery.state = 'submitted' AND delivery_line.item_id IS NOT NULL AND delivery_line.item_id IN (SELECT item_1.id
FROM item AS item_1
WHERE item_1.item_group_id IN (SELECT below_item_group_0.id
FROM below_item_group_0)) AND delivery.is_return = 0 GROUP BY member_0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, delivery_line.stock_unit AS unit_code, delivery_customer.customer_group_id AS member_0, NULL AS figure_0, sum(delivery_line.stock_quantity) AS figure_1
FROM delivery_line LEFT OUTER JOIN delivery AS delivery ON delivery.id = delivery_line.delivery_id LEFT OUTER JOIN customer AS delivery_customer ON delivery_customer.id = delivery.customer_id
WHERE delivery.company_id = '마루산업' AND delivery.posting_date >= '2026-10-01' AND delivery.posting_date <= '2026-10-31' AND delivery.state = 'submitted' AND delivery_line.item_id IS NOT NULL AND delivery_line.item_id IN (SELECT item_2.id
FROM item AS item_2
WHERE item_2.item_group_id IN (SELECT below_item_group_0.id
FROM below_item_group_0)) AND delivery.is_return = 0 GROUP BY unit_code, member_0) AS figures LEFT OUTER JOIN customer_group AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
