SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.member_0, named_0.number AS label_0, named_0.party_name AS detail_0, figures.member_1, named_1.name AS label_1, named_1_territory.name AS detail_1, figures.figure_0
FROM (SELECT 'asked' AS slot, payment.posting_date AS period, NULL AS due, NULL AS unit_code, payment.id AS member_0, payment.customer_id AS member_1, sum(payment.base_received_amount) AS figure_0
FROM payment
WHERE payment.company_id = '마루산업' AND payment.posting_date >= '2026-10-01' AND payment.posting_date <= '2026-10-15' AND payment.state = 'submitted' AND payment.direction = 'receive' GROUP BY period, member_0, member_1) AS figures LEFT OUTER JOIN payment AS named_0 ON named_0.id = figures.member_0 LEFT OUTER JOIN customer AS named_1 ON named_1.id = figures.member_1 LEFT OUTER JOIN territory AS named_1_territory ON named_1_territory.id = named_1.territory_id
 LIMIT 200001 OFFSET 0
