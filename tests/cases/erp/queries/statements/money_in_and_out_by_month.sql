SELECT figures.slot, figures.period, figures.due, figures.unit_code, figures.figure_0, figures.figure_1, figures.figure_2, figures.figure_3
FROM (SELECT 'asked' AS slot, payment.posting_date AS period, NULL AS due, NULL AS unit_code, sum(payment.base_received_amount) AS figure_0, sum(1) AS figure_1, NULL AS figure_2, NULL AS figure_3
FROM payment
WHERE payment.company_id = '마루산업' AND payment.posting_date >= '2026-08-01' AND payment.posting_date <= '2026-10-31' AND payment.state = 'submitted' AND payment.direction = 'receive' GROUP BY period UNION ALL SELECT 'asked' AS slot, payment.posting_date AS period, NULL AS due, NULL AS unit_code, NULL AS figure_0, NULL AS figure_1, sum(payment.base_paid_amount) AS figure_2, sum(1) AS figure_3
FROM payment
WHERE payment.company_id = '마루산업' AND payment.posting_date >= '2026-08-01' AND payment.posting_date <= '2026-10-31' AND payment.state = 'submitted' AND payment.direction = 'pay' GROUP BY period) AS figures
 LIMIT 200001 OFFSET 0
