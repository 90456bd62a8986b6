-- Part-paid invoices as an ERP has them: a table of invoices, a table of
-- payments with a foreign key and its index, both in order of dates.  The
-- invoices are those of five years, beyond which a debt is time-barred (C. com.
-- L110-4); each has 1.5 payments on average, of a fifth to four fifths of it,
-- from a month before its due date to six months after.  :lignes / 2 invoices.

\set QUIET on
SELECT setseed(0.42) \g /dev/null
SELECT (:lignes + 1) / 2 AS factures \gset
CREATE TABLE public.factures AS
SELECT i AS id, round((10 + 9990 * random() * random())::numeric, 2)::numeric(12,2) AS montant,
	   date '2021-06-30' + (i::bigint * 1826 / :factures)::integer - 60 AS emission,
	   date '2021-06-30' + (i::bigint * 1826 / :factures)::integer - 30 AS echeance
  FROM generate_series(1, :factures) i;
ALTER TABLE public.factures ADD PRIMARY KEY (id);
CREATE TABLE public.paiements AS
SELECT row_number() OVER (ORDER BY p.le) AS id, p.facture, p.montant, p.le
  FROM (SELECT f.id AS facture, round(f.montant * (0.2 + 0.6 * random())::numeric, 2)::numeric(12,2) AS montant,
			   f.echeance - 30 + (210 * random() * random())::integer AS le
		  FROM (SELECT 1 + floor(random() * :factures)::integer AS id FROM generate_series(1, :factures * 3 / 2)) AS n
		  JOIN public.factures f USING (id)) p
 ORDER BY p.le;
ALTER TABLE public.paiements ADD PRIMARY KEY (id), ADD FOREIGN KEY (facture) REFERENCES public.factures;
CREATE INDEX ON public.paiements (facture);
-- 25 runs of invoices that follow each other
CREATE TABLE public.echantillon AS SELECT id FROM public.factures WHERE id::bigint * 1000 / :factures % 40 = 0 ORDER BY id;
VACUUM (FREEZE, ANALYZE) public.factures;
VACUUM (FREEZE, ANALYZE) public.paiements;
VACUUM (FREEZE, ANALYZE) public.echantillon;

-- The penalty of an invoice in plpgsql: its payments read once, in order, and
-- the half-years of each period between two of them.
CREATE FUNCTION public.penalite_par_paiement(f integer, au date) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
	p record;
	s record;
	reste numeric;
	depart date;
	total numeric := 0;
BEGIN
	SELECT montant, echeance INTO reste, depart FROM public.factures WHERE id = f;
	FOR p IN SELECT le, montant FROM public.paiements WHERE facture = f AND le < au UNION ALL SELECT au, 0 ORDER BY le LOOP
		IF p.le > depart THEN
			FOR s IN SELECT debut, fin, taux FROM public.semestres WHERE debut <= p.le AND fin > depart LOOP
				total := total + reste * s.taux * (least(s.fin, p.le) - greatest(s.debut - 1, depart)) / 36500;
			END LOOP;
			depart := p.le;
		END IF;
		reste := reste - p.montant;
		EXIT WHEN reste <= 0;
	END LOOP;
	RETURN round(total, 2);
END $$;

-- The other way round: the half-years, and the payments of each.
CREATE FUNCTION public.penalite_par_semestre(f integer, au date) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT AS $$
DECLARE
	facture record;
	s record;
	p record;
	reste numeric;
	depart date;
	total numeric := 0;
BEGIN
	SELECT montant, echeance INTO facture FROM public.factures WHERE id = f;
	FOR s IN SELECT debut, fin, taux FROM public.semestres WHERE debut <= au AND fin > facture.echeance ORDER BY debut LOOP
		depart := greatest(s.debut - 1, facture.echeance);
		SELECT facture.montant - coalesce(sum(montant), 0) INTO reste FROM public.paiements WHERE paiements.facture = f AND le <= depart;
		EXIT WHEN reste <= 0;
		FOR p IN SELECT le, montant FROM public.paiements WHERE paiements.facture = f AND le > depart AND le < least(s.fin, au) ORDER BY le LOOP
			total := total + reste * s.taux * (p.le - depart) / 36500;
			reste := greatest(reste - p.montant, 0);
			depart := p.le;
		END LOOP;
		total := total + reste * s.taux * (least(s.fin, au) - depart) / 36500;
	END LOOP;
	RETURN round(total, 2);
END $$;

INSERT INTO public.course (section, course, concurrent, requete, reference)
VALUES ('mouvements', 'part-paid', 'penalite_facture(), LEFT JOIN', $$
SELECT count(penalite)
  FROM (SELECT creances.penalite_facture(f.montant, f.echeance, '2026-06-30', 'BCE+10', p.montant, p.le) AS penalite
		  FROM public.factures f LEFT JOIN public.paiements p ON p.facture = f.id GROUP BY f.id) x$$, 'penalite_facture(), LEFT JOIN'),
	   ('mouvements', 'part-paid', 'penalite_mouvements(), UNION ALL', $$
SELECT count(penalite)
  FROM (SELECT creances.penalite_mouvements(m.montant, m.le, m.echeance, '2026-06-30', 'BCE+10') AS penalite
		  FROM (SELECT id, montant, emission AS le, echeance FROM public.factures
				UNION ALL SELECT f.id, -p.montant, p.le, f.echeance FROM public.paiements p JOIN public.factures f ON f.id = p.facture) m
		 GROUP BY m.id) x$$, 'penalite_facture(), LEFT JOIN');
INSERT INTO public.course (section, course, concurrent, requete, reference, facteur, sens, but)
SELECT 'mouvements', 'part-paid', v.concurrent || ', 1 in 40', format('SELECT count(public.%I(id, ''2026-06-30'')) FROM public.echantillon', v.fonction),
	   'penalite_facture(), LEFT JOIN', :factures::numeric / (SELECT count(*) FROM public.echantillon), v.sens, v.but
  FROM (VALUES ('plpgsql, payments x half-years', 'penalite_par_paiement', NULL, NULL),
			   ('plpgsql, half-years x payments', 'penalite_par_semestre', 'at least', 40)) AS v (concurrent, fonction, sens, but);

-- A race between different results would prove nothing.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM public.echantillon) OR EXISTS (
		SELECT FROM (SELECT f.id, creances.penalite_facture(f.montant, f.echeance, '2026-06-30', 'BCE+10', p.montant, p.le) AS jointe
					   FROM public.echantillon e JOIN public.factures f USING (id) LEFT JOIN public.paiements p ON p.facture = f.id GROUP BY f.id) x
		  JOIN (SELECT m.id, creances.penalite_mouvements(m.montant, m.le, m.echeance, '2026-06-30', 'BCE+10') AS mouvements
				  FROM (SELECT id, montant, emission AS le, echeance FROM public.factures JOIN public.echantillon USING (id)
						UNION ALL SELECT f.id, -p.montant, p.le, f.echeance
						  FROM public.echantillon e JOIN public.factures f USING (id) JOIN public.paiements p ON p.facture = f.id) m
				 GROUP BY m.id) y USING (id)
		 WHERE jointe <> mouvements OR jointe <> public.penalite_par_paiement(id, '2026-06-30')
			OR jointe <> public.penalite_par_semestre(id, '2026-06-30')) THEN
		RAISE EXCEPTION 'penalite_facture(), penalite_mouvements() and the plpgsql forms do not agree';
	END IF;
END $$;
