WITH RECURSIVE below_account_0(id) AS
(SELECT node.id AS id
FROM account AS node
WHERE node.id IN ('8000 - 판매관리비 - M') UNION SELECT node.id AS id
FROM account AS node JOIN below_account_0 ON node.parent_id = below_account_0.id)
 SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_company.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, gl_entry.account_id AS member_0, sum(coalesce(gl_entry.debit, 0) * 1 + coalesce(gl_entry.credit, 0) * -1) AS figure_0
FROM gl_entry
WHERE gl_entry.company_id = '마루산업' AND gl_entry.posting_date >= '2026-01-01' AND gl_entry.posting_date <= '2026-10-31' AND gl_entry.is_cancelled = 0 AND (gl_entry.voucher_type IS NULL OR (gl_entry.voucher_type NOT IN ('period_closing'))) AND gl_entry.account_id IS NOT NULL AND gl_entry.account_id IN (SELECT below_account_0.id
FROM below_account_0) AND gl_entry.account_id IN (SELECT account_1.id
FROM account AS account_1
WHERE account_1.root_type = 'expense') GROUP BY member_0) AS figures LEFT OUTER JOIN account AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN company AS named_0_company ON named_0_company.id = named_0.company_id
 LIMIT 200001 OFFSET 0
