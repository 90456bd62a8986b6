-- What script/bench computes on: open items as an ERP has them, due from two
-- months ahead to some hundred days ago, and two years for the long tail.
-- :lignes rows.

\set QUIET on
SELECT setseed(0.42) \g /dev/null
CREATE TABLE public.lignes AS
SELECT round((10 + 9990 * random() * random())::numeric, 2)::numeric(12,2) AS montant,
	   date '2026-06-30' + 60 - (760 * random() * random())::integer AS echeance
  FROM generate_series(1, :lignes);
VACUUM (FREEZE, ANALYZE) public.lignes;

-- The same rule as penalite_retard(), as one would write it in plpgsql.
CREATE FUNCTION public.penalite_plpgsql(montant numeric, echeance date, au date) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
	s record;
	total numeric := 0;
BEGIN
	FOR s IN SELECT debut, fin, taux FROM public.semestres WHERE debut <= au AND fin > echeance LOOP
		total := total + montant * s.taux * (least(s.fin, au) - greatest(s.debut - 1, echeance)) / 36500;
	END LOOP;
	RETURN round(total, 2);
END $$;

INSERT INTO public.course (section, course, concurrent, requete, reference, sens, but)
SELECT 'calculs', v.course || p.suffixe, v.concurrent, v.requete, 'sum(montant)',
	   CASE WHEN v.concurrent = 'balance_agee()' AND p.suffixe = '' THEN 'at most' END,
	   CASE WHEN v.concurrent = 'balance_agee()' AND p.suffixe = '' THEN 1.25 END
  FROM (VALUES (1, 'balance', 'sum(montant)', 'SELECT sum(montant) FROM public.lignes'),
			   (2, 'balance', 'balance_agee()', $$SELECT creances.balance_agee(montant, echeance, '2026-06-30') FROM public.lignes$$),
			   (3, 'balance', 'six sum() FILTER', $$
SELECT sum(montant) FILTER (WHERE date '2026-06-30' - echeance <= 0),
	   sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 1 AND 30),
	   sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 31 AND 60),
	   sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 61 AND 90),
	   sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 91 AND 120),
	   sum(montant) FILTER (WHERE date '2026-06-30' - echeance > 120)
  FROM public.lignes$$)) AS v (rang, course, concurrent, requete),
	   (VALUES (''), (', parallel')) AS p (suffixe)
 ORDER BY p.suffixe, v.rang;
INSERT INTO public.course (section, course, concurrent, requete, reference, sens, but)
SELECT 'calculs', 'penalty', v.concurrent, format('SELECT count(%s) FROM public.lignes WHERE echeance < ''2026-06-30''', v.expression),
	   'one-rate numeric formula', v.sens, v.but
  FROM (VALUES ('one-rate numeric formula', $$round(montant * 12.15 * (date '2026-06-30' - echeance) / 36500, 2)$$, NULL, NULL),
			   ('penalite_retard()', $$creances.penalite_retard(montant, echeance, '2026-06-30')$$, 'below', 1),
			   ('same rule in plpgsql', $$public.penalite_plpgsql(montant, echeance, '2026-06-30')$$, NULL, NULL)) AS v (concurrent, expression, sens, but);

-- A race between different results would prove nothing.
DO $$
BEGIN
	IF EXISTS (SELECT FROM public.lignes TABLESAMPLE SYSTEM (5)
				WHERE creances.penalite_retard(montant, echeance, '2026-06-30') <> public.penalite_plpgsql(montant, echeance, '2026-06-30')) THEN
		RAISE EXCEPTION 'penalite_retard() and the plpgsql form do not agree';
	END IF;
	IF (SELECT creances.balance_agee(montant, echeance, '2026-06-30') <>
			   ARRAY[sum(montant) FILTER (WHERE date '2026-06-30' - echeance <= 0),
					 sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 1 AND 30),
					 sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 31 AND 60),
					 sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 61 AND 90),
					 sum(montant) FILTER (WHERE date '2026-06-30' - echeance BETWEEN 91 AND 120),
					 sum(montant) FILTER (WHERE date '2026-06-30' - echeance > 120)] FROM public.lignes) THEN
		RAISE EXCEPTION 'balance_agee() and the six sums do not agree';
	END IF;
END $$;
