WITH RECURSIVE below_territory_0(id) AS
(SELECT node.id AS id
FROM territory AS node
WHERE node.id IN ('영남권') UNION SELECT node.id AS id
FROM territory AS node JOIN below_territory_0 ON node.parent_id = below_territory_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2025-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND (sales_invoice_line.item_id IS NOT NULL AND sales_invoice_line.item_id = 'BRG-6204' OR sales_invoice.customer_id IS NOT NULL AND sales_invoice.customer_id IN (SELECT customer_1.id
FROM customer AS customer_1
WHERE customer_1.territory_id IN (SELECT below_territory_0.id
FROM below_territory_0))) AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0) AS figures
 LIMIT 200001 OFFSET 0
