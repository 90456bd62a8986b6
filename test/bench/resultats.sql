-- Medians, and ratios to the first contender of each race.
\pset footer off
WITH m AS (
	SELECT c.course, c.numero, c.concurrent, percentile_cont(0.5) WITHIN GROUP (ORDER BY t.ms) AS ms
	  FROM public.course c JOIN public.temps t USING (numero) GROUP BY 1, 2, 3
)
SELECT course AS race, concurrent AS contender, round(ms::numeric) AS median_ms,
	   round((ms / first_value(ms) OVER (PARTITION BY course ORDER BY numero))::numeric, 2) AS ratio,
	   CASE WHEN course = 'balance' AND concurrent = 'balance_agee()' THEN 'at most 1.25'
			WHEN concurrent = 'penalite_retard()' THEN 'below 1.00'
			WHEN concurrent LIKE 'plpgsql, half-years x payments%' THEN 'at least 40' ELSE '' END AS goal
  FROM m ORDER BY numero;
