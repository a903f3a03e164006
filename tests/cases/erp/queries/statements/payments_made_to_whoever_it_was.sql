SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0, figures.figure_1
FROM (SELECT 'asked' AS slot, '' AS period, NULL AS due, NULL AS unit_code, sum(payment.base_paid_amount) AS figure_0, sum(1) AS figure_1
FROM payment
WHERE payment.company_id = '마루산업' AND payment.posting_date >= '2026-01-01' AND payment.posting_date <= '2026-10-31' AND payment.state = 'submitted' AND payment.direction = 'pay') AS figures
 LIMIT 200001 OFFSET 0
