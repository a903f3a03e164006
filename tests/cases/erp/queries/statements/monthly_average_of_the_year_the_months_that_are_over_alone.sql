SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(sales_invoice_line.base_net_amount) AS figure_0, NULL AS figure_1
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, sum(1) AS figure_1
FROM sales_order
WHERE sales_order.company_id = '마루산업' AND sales_order.order_date >= '2026-01-01' AND sales_order.order_date <= '2026-10-31' AND sales_order.state = 'submitted') AS figures
 LIMIT 200001 OFFSET 0
