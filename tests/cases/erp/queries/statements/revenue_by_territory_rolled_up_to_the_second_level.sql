WITH RECURSIVE above_territory_2(id, node, level) AS
(SELECT node.id AS id, node.id AS node, CASE WHEN (NOT (EXISTS (SELECT other.id
FROM territory AS other LEFT OUTER JOIN territory AS other_parent ON other_parent.id = other.parent_id
WHERE other_parent.id IS NULL AND other.id != node.id))) THEN 0 ELSE 1 END AS level
FROM territory AS node LEFT OUTER JOIN territory AS parent ON parent.id = node.parent_id
WHERE parent.id IS NULL UNION SELECT node.id AS id, CASE WHEN (above_territory_2.level < 2) THEN node.id ELSE above_territory_2.node END AS anon_1, above_territory_2.level + 1 AS anon_2
FROM territory AS node JOIN above_territory_2 ON node.parent_id = above_territory_2.id
WHERE above_territory_2.level < 32)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, coalesce(above_territory_2.node, sales_invoice_customer.territory_id) AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id LEFT OUTER JOIN customer AS sales_invoice_customer ON sales_invoice_customer.id = sales_invoice.customer_id LEFT OUTER JOIN above_territory_2 ON above_territory_2.id = sales_invoice_customer.territory_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2025-01-01' AND sales_invoice.posting_date <= '2025-12-31' AND sales_invoice.state = 'submitted' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN territory AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
