WITH RECURSIVE below_territory_0(id) AS
(SELECT node.id AS id
FROM territory AS node
WHERE node.id IN ('수도권') UNION SELECT node.id AS id
FROM territory AS node JOIN below_territory_0 ON node.parent_id = below_territory_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.number AS label_0, named_0_customer.name AS detail_0, figures.member_1, named_1.name AS label_1, named_1_territory.name AS detail_1, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, sales_order_line.stock_unit AS unit_code, sales_order_line.sales_order_id AS member_0, sales_order.customer_id AS member_1, sum(sales_order_line.open_quantity) AS figure_0
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.state = 'submitted' AND (sales_order.status IS NULL OR (sales_order.status NOT IN ('on_hold', 'closed'))) AND sales_order_line.open_quantity > 0 AND sales_order.customer_id IS NOT NULL AND sales_order.customer_id IN (SELECT customer_1.id
FROM customer AS customer_1
WHERE customer_1.territory_id IN (SELECT below_territory_0.id
FROM below_territory_0)) GROUP BY unit_code, member_0, member_1) AS figures LEFT OUTER JOIN sales_order AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN customer AS named_0_customer ON named_0_customer.id = named_0.customer_id LEFT OUTER JOIN customer AS named_1 ON named_1.id = figures.member_1 LEFT OUTER JOIN territory AS named_1_territory ON named_1_territory.id = named_1.territory_id
 LIMIT 200001 OFFSET 0
