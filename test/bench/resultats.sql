-- What a section has measured: medians, the median of the ratios of each turn,
-- how far these were from each other, the ratio of the processor's times where
-- they are known, and the verdict.  :section
CREATE OR REPLACE VIEW public.resultat AS
WITH v AS (
	SELECT numero, tour, valeur, NULL::numeric AS processeur FROM public.temps
	UNION ALL
	SELECT c.numero, r.tour, r.valeur, r.processeur FROM public.releve r JOIN public.course c USING (code)
), t AS (
	SELECT c.numero, v.valeur,
		   CASE WHEN (c.unite = 'tps') = (c.rapport = 'throughput') THEN v.valeur / w.valeur ELSE w.valeur / v.valeur END AS rapport,
		   v.processeur / w.processeur AS processeur
	  FROM public.course c
	  JOIN v USING (numero)
	  LEFT JOIN public.course r ON r.course = c.course AND r.concurrent = c.reference
	  LEFT JOIN v w ON w.numero = r.numero AND w.tour = v.tour
), m AS (
	SELECT numero, percentile_cont(0.5) WITHIN GROUP (ORDER BY valeur)::numeric AS mediane,
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY rapport)::numeric AS rapport, min(rapport) AS mini, max(rapport) AS maxi,
		   percentile_cont(0.5) WITHIN GROUP (ORDER BY processeur)::numeric AS processeur
	  FROM t GROUP BY numero
)
SELECT c.numero, c.section, c.code, c.course, c.concurrent, c.unite, m.mediane, round(m.rapport, 2) AS rapport,
	   CASE WHEN c.reference <> c.concurrent THEN format('%s..%s', round(m.mini, 2), round(m.maxi, 2)) END AS ecart, round(m.processeur, 2) AS processeur,
	   CASE WHEN c.reference <> c.concurrent THEN c.rapport || ' / ' || c.reference END AS de,
	   CASE WHEN c.sens IS NOT NULL THEN concat_ws(' ', c.sens, c.but, CASE c.rapport WHEN 'value' THEN c.unite END) END AS but,
	   -- as it is printed
	   CASE WHEN CASE c.sens WHEN 'at most' THEN x.vu <= c.but WHEN 'below' THEN x.vu < c.but WHEN 'at least' THEN x.vu >= c.but END THEN 'ok'
			WHEN c.sens IS NOT NULL THEN 'missed' END AS verdict
  FROM m JOIN public.course c USING (numero)
 CROSS JOIN LATERAL (SELECT CASE c.rapport WHEN 'value' THEN m.mediane ELSE round(m.rapport, 2) END AS vu) x;

\pset footer off
SELECT course AS race, concurrent AS contender, round(mediane, CASE WHEN mediane < 100 AND unite <> 'tps' THEN 1 ELSE 0 END) AS median, unite AS unit,
	   rapport AS ratio, ecart AS spread, processeur AS cpu_ratio, de AS ratio_of, but AS goal, verdict
  FROM public.resultat WHERE section = :'section' ORDER BY numero;
