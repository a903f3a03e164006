SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_invoice.customer_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0
