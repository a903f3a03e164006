SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(receivable_entry.amount) AS figure_0
FROM receivable_entry
WHERE receivable_entry.company_id = '마루산업' AND receivable_entry.posting_date <= '2026-10-31' AND receivable_entry.is_delinked = 0 UNION ALL SELECT 'compared' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(receivable_entry.amount) AS figure_0
FROM receivable_entry
WHERE receivable_entry.company_id = '마루산업' AND receivable_entry.posting_date <= '2026-09-30' AND receivable_entry.is_delinked = 0) AS figures
 LIMIT 200001 OFFSET 0
