-- What a section has measured: medians, the median of the ratios of each turn,
-- and the verdict.  :section
CREATE OR REPLACE VIEW public.resultat AS
WITH v AS (
	SELECT numero, tour, valeur FROM public.temps
	UNION ALL
	SELECT c.numero, r.tour, r.valeur FROM public.releve r JOIN public.course c USING (code)
), t AS (
	SELECT c.numero, percentile_cont(0.5) WITHIN GROUP (ORDER BY v.valeur) AS mediane,
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN (c.unite = 'tps') = (c.rapport = 'throughput') THEN v.valeur / w.valeur
															ELSE w.valeur / v.valeur END) AS rapport
	  FROM public.course c
	  JOIN v USING (numero)
	  LEFT JOIN public.course r ON r.course = c.course AND r.concurrent = c.reference
	  LEFT JOIN v w ON w.numero = r.numero AND w.tour = v.tour
	 GROUP BY c.numero
)
SELECT c.numero, c.section, c.code, c.course, c.concurrent, c.unite, t.mediane, t.rapport,
	   CASE WHEN t.rapport IS NOT NULL AND c.reference <> c.concurrent THEN c.rapport || ' / ' || c.reference END AS de,
	   CASE WHEN c.sens IS NOT NULL THEN concat_ws(' ', c.sens, c.but, CASE c.rapport WHEN 'value' THEN c.unite END) END AS but,
	   -- two decimals are what is printed, and no measure is better
	   CASE WHEN CASE c.sens WHEN 'at most' THEN m <= c.but WHEN 'below' THEN m < c.but WHEN 'at least' THEN m >= c.but END THEN 'ok'
			WHEN c.sens IS NOT NULL THEN 'missed' END AS verdict
  FROM t JOIN public.course c USING (numero)
 CROSS JOIN LATERAL (SELECT round(CASE c.rapport WHEN 'value' THEN t.mediane ELSE t.rapport END::numeric, 2)) AS x (m);

\pset footer off
\pset null ''
SELECT course AS race, concurrent AS contender, round(mediane::numeric, CASE WHEN mediane < 100 AND unite <> 'tps' THEN 1 ELSE 0 END) AS median, unite AS unit,
	   round(rapport::numeric, 2) AS ratio, de AS ratio_of, but AS goal, verdict
  FROM public.resultat WHERE section = :'section' ORDER BY numero;
