WITH RECURSIVE under_territory(id, node) AS
(SELECT node.id AS id, node.id AS node
FROM territory AS node
WHERE node.id IN ('수도권', '영남권', '서울') UNION SELECT node.id AS id, under_territory.node AS node
FROM territory AS node JOIN under_territory ON node.parent_id = under_territory.id),
below_territory_0(id) AS
(SELECT node.id AS id
FROM territory AS node
WHERE node.id IN ('수도권', '영남권', '서울') UNION SELECT node.id AS id
FROM territory AS node JOIN below_territory_0 ON node.parent_id = below_territory_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, coalesce(under_territory.node, sales_invoice_customer.territory_id) AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id LEFT OUTER JOIN customer AS sales_invoice_customer ON sales_invoice_customer.id = sales_invoice.customer_id LEFT OUTER JOIN under_territory ON under_territory.id = sales_invoice_customer.territory_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2025-01-01' AND sales_invoice.posting_date <= '2025-12-31' AND sales_invoice.state = 'submitted' AND sales_invoice.customer_id IS NOT NULL AND sales_invoice.customer_id IN (SELECT customer_1.id
FROM customer AS customer_1
WHERE customer_1.territory_id IN (SELECT below_territory_0.id
FROM below_territory_0)) AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN territory AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
