SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_invoice.customer_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0;
SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, receivable_entry.customer_id AS member_0, sum(receivable_entry.amount) AS figure_0
FROM receivable_entry
WHERE +receivable_entry.company_id = '마루산업' AND receivable_entry.posting_date <= '2026-11-20' AND receivable_entry.is_delinked = 0 AND receivable_entry.customer_id IS NOT NULL AND receivable_entry.customer_id IN ('CUST-00052', 'CUST-00054', 'CUST-00067', 'CUST-00073') GROUP BY member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0
