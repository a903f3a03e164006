SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, receivable_entry.customer_id AS member_0, sum(receivable_entry.amount) AS figure_0, NULL AS figure_1
FROM receivable_entry
WHERE +receivable_entry.company_id = '마루산업' AND receivable_entry.posting_date <= '2026-11-20' AND receivable_entry.is_delinked = 0 GROUP BY member_0 UNION ALL SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, receivable_voucher.customer_id AS member_0, NULL AS figure_0, sum(receivable_voucher.balance) AS figure_1
FROM (SELECT receivable_entry.company_id AS company_id, receivable_entry.customer_id AS customer_id, receivable_entry.against_voucher_type AS against_voucher_type, receivable_entry.against_voucher_id AS against_voucher_id, sum(receivable_entry.amount) AS balance, min(CASE WHEN (receivable_entry.voucher_id = receivable_entry.against_voucher_id) THEN receivable_entry.due_date END) AS due_date
FROM receivable_entry
WHERE receivable_entry.is_delinked = 0 AND receivable_entry.posting_date <= '2026-11-20' AND receivable_entry.company_id = '마루산업' GROUP BY receivable_entry.company_id, receivable_entry.customer_id, receivable_entry.against_voucher_type, receivable_entry.against_voucher_id) AS receivable_voucher
WHERE +receivable_voucher.company_id = '마루산업' AND receivable_voucher.balance > 0 AND receivable_voucher.due_date < '2026-11-20' GROUP BY member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0
