SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.name AS label_0, named_0_territory.name AS detail_0, figures.figure_0
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, receivable_entry.customer_id AS member_0, sum(receivable_entry.amount) AS figure_0
FROM receivable_entry
WHERE +receivable_entry.company_id = '마루산업' AND receivable_entry.posting_date <= '2026-11-20' AND receivable_entry.is_delinked = 0 GROUP BY member_0) AS figures LEFT OUTER JOIN customer AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN territory AS named_0_territory ON named_0_territory.id = named_0.territory_id
 LIMIT 200001 OFFSET 0
