SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, NULL AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, customer.territory_id AS member_0, sum(receivable_voucher.balance) AS figure_0
FROM (SELECT receivable_entry.company_id AS company_id, receivable_entry.customer_id AS customer_id, receivable_entry.against_voucher_type AS against_voucher_type, receivable_entry.against_voucher_id AS against_voucher_id, sum(receivable_entry.amount) AS balance, min(CASE WHEN (receivable_entry.voucher_id = receivable_entry.against_voucher_id) THEN receivable_entry.due_date END) AS due_date
FROM receivable_entry
WHERE receivable_entry.is_delinked = 0 AND receivable_entry.posting_date <= '2026-09-30' AND receivable_entry.company_id = '마루산업' GROUP BY receivable_entry.company_id, receivable_entry.customer_id, receivable_entry.against_voucher_type, receivable_entry.against_voucher_id) AS receivable_voucher LEFT OUTER JOIN customer AS customer ON customer.id = receivable_voucher.customer_id
WHERE receivable_voucher.company_id = '마루산업' AND receivable_voucher.balance > 0 AND receivable_voucher.due_date < '2026-09-30' GROUP BY member_0) AS figures LEFT OUTER JOIN territory AS named_0 ON named_0.id = figures.member_0
 LIMIT 200001 OFFSET 0
