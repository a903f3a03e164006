WITH RECURSIVE below_territory_0(id) AS
(SELECT node.id AS id
FROM territory AS node
WHERE node.id IN ('수도권') UNION SELECT node.id AS id
FROM territory AS node JOIN below_territory_0 ON node.parent_id = below_territory_0.id)
 SELECT first.slot, first.period, first.due, first.unit_code, first.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, first.figure_0
FROM (SELECT ranked.slot AS slot, ranked.period AS period, ranked.due AS due, ranked.unit_code AS unit_code, ranked.member_0 AS member_0, ranked.figure_0 AS figure_0, ranked.place AS place
FROM (SELECT figures.slot AS slot, figures.period AS period, figures.due AS due, figures.unit_code AS unit_code, figures.member_0 AS member_0, figures.figure_0 AS figure_0, rank() OVER (ORDER BY figures.figure_0 DESC) AS place
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_order.customer_id AS member_0, sum(sales_order_line.base_net_amount) AS figure_0
FROM sales_order_line LEFT OUTER JOIN sales_order AS sales_order ON sales_order.id = sales_order_line.sales_order_id
WHERE sales_order.company_id = '마루산업' AND sales_order.order_date >= '2026-09-01' AND sales_order.order_date <= '2026-10-31' AND sales_order.state = 'submitted' AND sales_order.customer_id IS NOT NULL AND sales_order.customer_id IN (SELECT customer_1.id
FROM customer AS customer_1
WHERE customer_1.territory_id IN (SELECT below_territory_0.id
FROM below_territory_0)) GROUP BY member_0) AS figures
WHERE figures.figure_0 IS NOT NULL) AS ranked
WHERE ranked.place <= 2) AS first LEFT OUTER JOIN customer AS named_0 ON named_0.id = first.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0;
WITH RECURSIVE below_territory_0(id) AS
(SELECT node.id AS id
FROM territory AS node
WHERE node.id IN ('수도권') UNION SELECT node.id AS id
FROM territory AS node JOIN below_territory_0 ON node.parent_id = below_territory_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_invoice.customer_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-09-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice.customer_id IS NOT NULL AND sales_invoice.customer_id IN ('CUST-00023', 'CUST-00073') AND sales_invoice.customer_id IS NOT NULL AND sales_invoice.customer_id IN (SELECT customer_1.id
FROM customer AS customer_1
WHERE customer_1.territory_id IN (SELECT below_territory_0.id
FROM below_territory_0)) AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0
