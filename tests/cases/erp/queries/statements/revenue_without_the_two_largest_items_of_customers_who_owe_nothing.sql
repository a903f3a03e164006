SELECT first.slot, first.period, first.due, first.unit_code, first.member_0, named_0.name AS label_0, named_0.code AS detail_0, first.figure_0
FROM (SELECT ranked.slot AS slot, ranked.period AS period, ranked.due AS due, ranked.unit_code AS unit_code, ranked.member_0 AS member_0, ranked.figure_0 AS figure_0, ranked.place AS place
FROM (SELECT figures.slot AS slot, figures.period AS period, figures.due AS due, figures.unit_code AS unit_code, figures.member_0 AS member_0, figures.figure_0 AS figure_0, rank() OVER (ORDER BY figures.figure_0 DESC) AS place
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sales_invoice_line.item_id AS member_0, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0 GROUP BY member_0) AS figures
WHERE figures.figure_0 IS NOT NULL) AS ranked
WHERE ranked.place <= 2) AS first LEFT OUTER JOIN item AS named_0 ON named_0.id = first.member_0
 LIMIT 200001 OFFSET 0;
SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, receivable_entry.customer_id AS member_0, sum(receivable_entry.amount) AS figure_0
FROM receivable_entry
WHERE +receivable_entry.company_id = '마루산업' AND receivable_entry.posting_date <= '2026-11-20' AND receivable_entry.is_delinked = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0;
SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(sales_invoice_line.base_net_amount) AS figure_0
FROM sales_invoice_line LEFT OUTER JOIN sales_invoice AS sales_invoice ON sales_invoice.id = sales_invoice_line.sales_invoice_id
WHERE sales_invoice.company_id = '마루산업' AND sales_invoice.posting_date >= '2026-01-01' AND sales_invoice.posting_date <= '2026-10-31' AND sales_invoice.state = 'submitted' AND NOT (sales_invoice_line.item_id IS NOT NULL AND sales_invoice_line.item_id IN ('GR-63', 'OIL-VG46')) AND sales_invoice.customer_id IS NOT NULL AND sales_invoice.customer_id IN ('CUST-00003', 'CUST-00006', 'CUST-00007', 'CUST-00010', 'CUST-00011', 'CUST-00014', 'CUST-00018', 'CUST-00019', 'CUST-00021', 'CUST-00022', 'CUST-00024', 'CUST-00025', 'CUST-00026', 'CUST-00028', 'CUST-00031', 'CUST-00033', 'CUST-00034', 'CUST-00036', 'CUST-00041', 'CUST-00042', 'CUST-00044', 'CUST-00045', 'CUST-00050', 'CUST-00051', 'CUST-00053', 'CUST-00055', 'CUST-00060', 'CUST-00061', 'CUST-00062', 'CUST-00063', 'CUST-00064', 'CUST-00066', 'CUST-00068', 'CUST-00070', 'CUST-00072', 'CUST-00074', 'CUST-00075', 'CUST-00077', 'CUST-00079', 'CUST-00080', 'CUST-00083', 'CUST-00085', 'CUST-00086', 'CUST-00089') AND sales_invoice.is_return = 0 AND sales_invoice.is_opening = 0) AS figures
 LIMIT 200001 OFFSET 0
