SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-11-01' AND sales_invoice.posting_date <= '2026-11-30' AND sales_invoice.state = 'submitted' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0) AS figures
 LIMIT 200001 OFFSET 0
