SELECT first.slot, first.period, first.due, first.unit_code, first.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, first.figure_0
FROM (SELECT ranked.slot AS slot, ranked.period AS period, ranked.due AS due, ranked.unit_code AS unit_code, ranked.member_0 AS member_0, ranked.figure_0 AS figure_0, ranked.place AS place
FROM (SELECT figures.slot AS slot, figures.period AS period, figures.due AS due, figures.unit_code AS unit_code, figures.member_0 AS member_0, figures.figure_0 AS figure_0, rank() OVER (ORDER BY figures.figure_0 DESC) AS place
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_invoice.customer_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures
WHERE figures.figure_0 IS NOT NULL) AS ranked
WHERE ranked.place <= 3) AS first LEFT OUTER JOIN customer AS named_0 ON named_0.id = first.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0;
SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, substr(sales_invoice.posting_date, 1, 7) || '-01' AS period, NULL AS due, NULL AS unit_code, sales_invoice.customer_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-08-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice.customer_id IS NOT NULL AND sales_invoice.customer_id IN ('CUST-00054', 'CUST-00067', 'CUST-00073') AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY period, member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0
