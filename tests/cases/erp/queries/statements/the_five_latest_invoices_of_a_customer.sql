SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.number AS label_0, named_0_customer.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, sales_invoice.posting_date AS period, NULL AS due, NULL AS unit_code, sales_invoice.id AS member_0, sum(sales_invoice.base_grand_total) AS figure_0
FROM sales_invoice
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-11-20' AND sales_invoice.state = 'submitted' AND sales_invoice.customer_id IS NOT NULL AND sales_invoice.customer_id = 'CUST-00001' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY period, member_0) AS figures LEFT OUTER JOIN sales_invoice AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN customer AS named_0_customer ON named_0_customer.id = named_0.customer_id
 LIMIT 200001 OFFSET 0
