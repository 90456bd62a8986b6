-- Cash to come: hand-computed books, one creditor each; random books against a
-- slow oracle (each item, each day, each euro of a promise); what always holds;
-- the nightly table against the facts; nothing that is dated later counts.
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET jit = off;
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET LOCAL search_path = essai, pg_catalog;
CREATE FUNCTION refus(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, m, nullif(h, ''));
END $$;
CREATE TABLE c (societe text, numero text, nom text, segment text, PRIMARY KEY (societe, numero));
CREATE TABLE f (numero text PRIMARY KEY, societe text, client text, emis date, du date, ttc numeric, devise text DEFAULT 'EUR');
CREATE TABLE r (id serial PRIMARY KEY, societe text, numero text, le date, montant numeric, genre text DEFAULT 'virement');
SELECT creances.suivre_clients('c', '{"creancier": "societe", "debiteur": "numero", "nom": "nom", "segment": "segment"}') \g /dev/null
SELECT creances.suivre_factures('f', '{"creancier": "societe", "facture": "numero", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "devise": "devise"}', depuis => '2020-01-01') \g /dev/null
SELECT creances.suivre_reglements('r', '{"creancier": "societe", "reglement": "id", "facture": "numero", "date": "le", "montant": "montant", "nature": "genre"}', factures => 'f') \g /dev/null
-- weeks with something in them, and what stays
CREATE FUNCTION dit(au date, societe text, par text DEFAULT 'creancier') RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT l FROM (
		SELECT p.segment, p.debiteur, p.devise, p.semaine,
			   concat_ws(' | ', p.segment, p.debiteur, p.devise, p.semaine, trim_scale(p.prevu), 'bas ' || trim_scale(p.bas) || ' haut ' || trim_scale(p.haut),
						 CASE WHEN p.engage <> 0 THEN 'engage ' || trim_scale(p.engage) END, CASE WHEN p.naif <> 0 THEN 'naif ' || trim_scale(p.naif) END) AS l
		  FROM creances.prevision_encaissements(13, au, par) p WHERE p.creancier = societe AND (p.prevu <> 0 OR p.naif <> 0)
		UNION ALL
		SELECT p.segment, p.debiteur, p.devise, 'infinity', concat_ws(' | ', p.segment, p.debiteur, p.devise, 'cumul ' || trim_scale(p.cumul), 'reste ' || trim_scale(p.reste),
			   'hors modele ' || trim_scale(p.hors_modele), 'retenu ' || trim_scale(p.retenu))
		  FROM creances.prevision_encaissements(13, au, par) p WHERE p.creancier = societe AND p.semaine = (date_trunc('week', au + 1) + interval '12 weeks')::date) q
	 ORDER BY segment NULLS FIRST, debiteur NULLS FIRST, devise, semaine
$$;
SAVEPOINT lies;

\echo == one debtor who always pays on day +10; a new one of his segment; one of another segment; USD apart
INSERT INTO c VALUES ('A', 'DIX', 'Dix', 'pme'), ('A', 'NEUF', 'Neuf', 'pme'), ('A', 'AUTRE', 'Autre', 'public');
INSERT INTO f SELECT 'A' || i, 'A', 'DIX', date '2024-01-01' + 7 * i - 30, date '2024-01-01' + 7 * i, 100 * i FROM generate_series(1, 20) i;
INSERT INTO r (societe, numero, le, montant) SELECT 'A', numero, du + 10, ttc FROM f WHERE societe = 'A';
-- due on Friday 5 July: paid on Monday 15; 5 days late on Tuesday 2 July: on Sunday 7; 10 days late, and more: older than all that was ever seen
INSERT INTO f VALUES ('X1', 'A', 'DIX', '2024-06-05', '2024-07-05', 1000, 'EUR'), ('X2', 'A', 'DIX', '2024-05-28', '2024-06-27', 200, 'EUR'), ('X3', 'A', 'DIX', '2024-05-24', '2024-06-22', 40, 'EUR'),
	('X4', 'A', 'DIX', '2024-01-24', '2024-02-22', 7, 'EUR'), ('X5', 'A', 'NEUF', '2024-06-05', '2024-07-05', 1000, 'EUR'), ('X6', 'A', 'AUTRE', '2024-06-05', '2024-07-05', 1000, 'EUR'), ('X7', 'A', 'DIX', '2024-06-05', '2024-07-05', 500, 'USD'),
	('X8', 'A', 'DIX', '2024-06-05', '2024-12-31', 90, 'EUR'), ('X9', 'A', 'DIX', '2024-07-03', '2024-08-02', 90, 'EUR');
SELECT niveau, code, paiements, poids, jours, parts FROM creances._delais('{A}', '2024-07-02') ORDER BY niveau, code;
-- S after day 10: creditor 1/21; segment (0 + 5/21)/25 = 1/105; DIX (0 + 5/105)/25 = 1/525
SELECT round(1000 * (1 - 1 / 525.0), 2) AS dix, round(200 * (1 - 1 / 525.0), 2) AS dix_200, round(1000 * (1 - 1 / 105.0), 2) AS neuf, round(1000 * (1 - 1 / 21.0), 2) AS autre,
	   round(500 * (1 - 1 / 525.0), 2) AS usd, round(1.2815515655446 * sqrt(1000.0 ^ 2 * 20 / 21 / 21), 2) AS ecart_autre;
SELECT dit('2024-07-02', 'A', 'debiteur');
SELECT dit('2024-07-02', 'A', 'segment');
SELECT dit('2024-07-02', 'A');

\echo == part payments count for their part, rejected ones not at all, old ones no more; no history at all
INSERT INTO c VALUES ('B', 'P', 'P', 'pme');
INSERT INTO f VALUES ('B1', 'B', 'P', '2024-01-01', '2024-02-01', 100), ('B2', 'B', 'P', '2024-01-01', '2024-02-01', 100), ('B3', 'B', 'P', '2022-05-01', '2022-06-01', 100), ('B4', 'B', 'P', '2022-05-01', '2022-07-02', 100),
	('B5', 'B', 'P', '2024-06-05', '2024-07-05', 60);
-- (B3 was paid 24 months before to the day: out; B4 the day after: in)
INSERT INTO r (societe, numero, le, montant) VALUES ('B', 'B1', '2024-02-04', 25), ('B', 'B1', '2024-02-11', 75), ('B', 'B2', '2024-02-06', 100), ('B', 'B2', '2024-02-09', -100), ('B', 'B2', '2024-03-02', 100),
	('B', 'B3', '2022-07-02', 100), ('B', 'B4', '2022-07-03', 100);
SELECT niveau, code, paiements, poids, jours, parts FROM creances._delais('{B}', '2024-07-02') WHERE niveau = 'debiteur';
-- four weeks earlier; B4 was not paid yet on the first day, and B2's payment stood on the eve of its rejection
SELECT jours FROM creances._delais('{B}', '2022-07-02') WHERE niveau = 'debiteur';
SELECT jours, paiements, poids FROM creances._delais('{B}', '2024-02-08') WHERE niveau = 'debiteur';
INSERT INTO c VALUES ('N', 'N', 'N', NULL);
INSERT INTO f VALUES ('N1', 'N', 'N', '2024-06-05', '2024-07-05', 60);
SELECT dit('2024-07-02', 'N');

\echo == a promise and a plan at their dates; what was missed and what is not promised follow the law (here: no history)
INSERT INTO c VALUES ('P', 'U', 'U', 'pme'), ('P', 'V', 'V', 'pme'), ('P', 'W', 'W', NULL);
INSERT INTO f VALUES ('P1', 'P', 'U', '2024-05-02', '2024-06-01', 1000), ('P2', 'P', 'V', '2024-04-02', '2024-05-01', 300), ('P3', 'P', 'V', '2024-05-02', '2024-06-01', 600), ('P4', 'P', 'W', '2024-05-02', '2024-06-01', 1000);
SELECT creances.promettre('P', 'U', '2024-07-20', 400, facture => 'P1', le => '2024-07-01') AS promesse \gset
SELECT creances.accorder_plan('P', 'V', '{2024-07-10,2024-08-10}', '{450,450}', le => '2024-07-01') \g /dev/null
SELECT dit('2024-06-30', 'P');
SELECT dit('2024-07-02', 'P', 'debiteur');
-- 120 came for the plan on the 5th: 330 on the 10th, and the old item is 180; it is the first payment, on day 65
INSERT INTO r (societe, numero, le, montant) VALUES ('P', 'P2', '2024-07-05', 120);
SELECT d FROM dit('2024-07-08', 'P', 'debiteur') d WHERE d LIKE 'pme%';
-- of the 600 that are not promised: creditor 1/1.4, segment (5/1.4)/5.4, U the same
SELECT round(600 * (1 - 5 / 1.4 / 5.4), 2);
-- its tolerance is three days: on the 13th, at once; on the 14th missed, and so is the promise on the 24th
SELECT au, d FROM unnest('{2024-07-13,2024-07-14,2024-07-23,2024-07-24}'::date[]) au, LATERAL (SELECT d FROM dit(au, 'P') d) d;
-- a promise that was closed, an item of a plan that is promised too: the plan; two promises: the last
SELECT creances.clore_acte(:'promesse', '2024-07-09');
SELECT creances.promettre('P', 'V', '2024-09-01', 900 - 120, le => '2024-07-12') \g /dev/null
SELECT creances.promettre('P', 'W', '2024-08-01', 1000, facture => 'P4', le => '2024-07-12') \g /dev/null
SELECT creances.promettre('P', 'W', '2024-09-10', 250, facture => 'P4', le => '2024-07-13') \g /dev/null
SELECT dit('2024-07-13', 'P', 'debiteur');

\echo == held: dispute, part of one, insolvency, grace, rejection, suspension, announced payment, credit note awaited
INSERT INTO c SELECT 'H', 'H' || i, 'H', NULL FROM generate_series(1, 9) i;
INSERT INTO f SELECT 'H' || i, 'H', 'H' || i, '2024-06-05', '2024-07-05', 10 ^ i FROM generate_series(1, 8) i;
INSERT INTO f VALUES ('H91', 'H', 'H9', '2024-06-05', '2024-07-05', 500), ('H92', 'H', 'H9', '2024-06-20', '2024-07-20', 700);
SELECT creances.ouvrir_litige('H', 'H1', 'contestee', le => '2024-06-10') AS litige \gset
SELECT creances.ouvrir_litige('H', 'H2', 'en partie', montant => 30, le => '2024-06-10') AS partiel \gset
SELECT creances.accorder_delai_grace('H', 'H3', '2024-06-10', '2024-08-31', 'juge') \g /dev/null
SELECT creances.consigner('H', 'H4', 'rejet', '2024-06-10', 'statut 213', facture => 'H4') \g /dev/null
SELECT creances.suspendre('H', 'H5', 'on se parle', '2024-07-15', le => '2024-06-10') \g /dev/null
SELECT creances.consigner('H', 'H6', 'encaissement', '2024-06-10', 'statut 212', facture => 'H6', montant => 400000) \g /dev/null
SELECT creances.ouvrir_litige('H', 'H7', 'fonde', montant => 7000, le => '2024-06-10') AS fonde \gset
SELECT creances.clore_litige(:'fonde', 'partiel', le => '2024-06-20', admis => 2000) \g /dev/null
SELECT creances.ouvrir_procedure_collective('H', 'H9', '2024-06-15') \g /dev/null
SELECT debiteur, trim_scale(retenu) AS retenu, trim_scale(reste + cumul) AS ouvert FROM creances.prevision_encaissements(1, '2024-07-02', 'debiteur') WHERE creancier = 'H' ORDER BY debiteur;
-- before any of it, and when the dispute is settled and the suspension over
SELECT trim_scale(retenu) AS retenu, trim_scale(reste + cumul) AS ouvert FROM creances.prevision_encaissements(1, '2024-06-09') WHERE creancier = 'H';
SELECT creances.clore_litige(:'litige', 'non_fonde', le => '2024-07-12');
SELECT debiteur, trim_scale(retenu) AS retenu, trim_scale(reste + cumul) AS ouvert FROM creances.prevision_encaissements(1, '2024-07-16', 'debiteur') WHERE creancier = 'H' AND debiteur IN ('H1', 'H5') ORDER BY debiteur;

\echo == credits from the oldest on, of what is not held, in their currency
INSERT INTO c VALUES ('K', 'K', 'K', NULL), ('K', 'L', 'L', NULL);
INSERT INTO f VALUES ('K1', 'K', 'K', '2024-05-02', '2024-06-01', 100, 'EUR'), ('K2', 'K', 'K', '2024-06-02', '2024-07-10', 100, 'EUR'), ('K3', 'K', 'K', '2024-06-02', '2024-07-20', 100, 'EUR'), ('K4', 'K', 'K', '2024-06-20', '2024-06-20', -150, 'EUR'),
	('K5', 'K', 'K', '2024-06-02', '2024-07-20', 60, 'USD'), ('K6', 'K', 'K', '2024-04-01', '2024-05-01', 1000, 'EUR'), ('L1', 'K', 'L', '2024-06-02', '2024-07-10', 10, 'EUR'), ('L2', 'K', 'L', '2024-06-02', '2024-07-10', -40, 'EUR');
SELECT creances.ouvrir_litige('K', 'K6', 'contestee', le => '2024-06-10') \g /dev/null
SELECT dit('2024-07-02', 'K', 'debiteur');

\echo == the error of a past forecast: what came of what was open, against what was told
SELECT creancier, semaine, fin, trim_scale(realise), trim_scale(prevu), trim_scale(naif), trim_scale(erreur), trim_scale(erreur_naive)
  FROM creances.erreur_prevision('2024-05-01', '2024-06-02') WHERE creancier = 'A';
-- by hand: open on 1 May are those due from 21 April on (A16: paid on 2 May) to 20 May and issued by then (A20)
SELECT date_trunc('week', r.le)::date AS semaine, sum(r.montant) FROM f JOIN r USING (societe, numero) WHERE societe = 'A' AND emis <= '2024-05-01' AND r.le > '2024-05-01' AND r.le <= '2024-06-02' GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM creances.erreur_prevision('2024-05-01', '2024-05-04');
SELECT count(*) FROM creances.erreur_prevision('2024-05-01', '2024-05-05') WHERE creancier = 'A';

\echo == errors
SELECT q, refus('SELECT * FROM creances.' || q) FROM unnest(ARRAY[
	$$prevision_encaissements(NULL)$$, $$prevision_encaissements(0)$$, $$prevision_encaissements(105)$$, $$prevision_encaissements(13, NULL)$$, $$prevision_encaissements(13, 'infinity')$$,
	$$prevision_encaissements(13, '2024-07-02', NULL)$$, $$prevision_encaissements(13, '2024-07-02', 'client')$$, $$prevision_encaissements(104, '2024-07-02')$$,
	$$erreur_prevision(NULL)$$, $$erreur_prevision('-infinity')$$, $$erreur_prevision('2024-07-02', NULL)$$, $$erreur_prevision('2024-07-02', '2024-07-01')$$, $$erreur_prevision('2024-07-02', '2024-07-02')$$,
	$$erreur_prevision('2024-07-01', '2024-07-02', 0)$$, $$erreur_prevision('2024-07-01', '2024-07-02', 13, 'x')$$,
	$$_relever_delais('Z', '2024-07-02')$$, $$_relever_delais('A', NULL)$$]) q;
SELECT count(*) FROM creances.coherence();

\echo == the oracle: each invoice, each day, each euro that was promised, from the tables of this test
ROLLBACK TO lies;
CREATE TABLE tenue (facture text, du date, jusque date, part numeric);		-- held by hand, whole (NULL) or in part
CREATE TABLE jugement (societe text, client text, le date);
CREATE TABLE observe (societe text, segment text, client text, delai integer, poids double precision);
CREATE TABLE survie (societe text, client text, x integer, s double precision, PRIMARY KEY (societe, client, x));
CREATE TABLE poste (societe text, client text, devise text, facture text, du date, ouvert numeric, libre numeric, net numeric, promis numeric, plus_ancien boolean);
CREATE TABLE chance (societe text, client text, devise text, facture text, lundi date, reste numeric, part double precision);
CREATE TABLE promis (societe text, client text, devise text, le date, montant numeric);

-- The days on which the invoices were paid in 24 months: a stack of payments,
-- the last one being the first to be rejected.
CREATE PROCEDURE observer(au date) LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	i record;
	m record;
	jours date[];
	sommes numeric[];
	rendu numeric;
	n integer;
BEGIN
	DELETE FROM observe;
	FOR i IN SELECT f.*, coalesce(c.segment, '') AS segment FROM f JOIN c ON c.societe = f.societe AND c.numero = f.client WHERE f.ttc > 0 LOOP
		jours := '{}'; sommes := '{}';
		FOR m IN SELECT x.le, sum(x.montant) AS montant FROM r x WHERE x.numero = i.numero AND x.le <= au AND x.le > au - interval '24 months' GROUP BY x.le ORDER BY x.le LOOP
			IF m.montant >= 0 THEN
				jours := jours || m.le; sommes := sommes || m.montant;
				CONTINUE;
			END IF;
			rendu := -m.montant;
			n := cardinality(jours);
			WHILE n > 0 AND rendu > 0 LOOP
				IF sommes[n] > rendu THEN
					sommes[n] := sommes[n] - rendu; rendu := 0;
				ELSE
					rendu := rendu - sommes[n]; sommes[n] := 0;
				END IF;
				n := n - 1;
			END LOOP;
		END LOOP;
		INSERT INTO observe SELECT i.societe, i.segment, i.client, p.le - i.du, least(1, p.somme / i.ttc) FROM unnest(jours, sommes) p(le, somme) WHERE p.somme > 0;
	END LOOP;
	DELETE FROM survie;
	-- S(x), by its three formulas: what is paid more than x days after the due date
	WITH o AS (SELECT * FROM observe CROSS JOIN generate_series(-100, 1100) x),
	toutes AS (SELECT societe, x, (coalesce(sum(poids) FILTER (WHERE delai > x), 0) + 1) / (sum(poids) + 1) AS s FROM o GROUP BY 1, 2),
	segments AS (SELECT societe, segment, x, coalesce(sum(poids) FILTER (WHERE delai > x), 0) AS apres, sum(poids) AS n FROM o GROUP BY 1, 2, 3),
	clients AS (SELECT societe, client, x, coalesce(sum(poids) FILTER (WHERE delai > x), 0) AS apres, sum(poids) AS n FROM o GROUP BY 1, 2, 3)
	INSERT INTO survie
	SELECT c.societe, c.numero, x.x, (coalesce(d.apres, 0) + 5 * ((coalesce(s.apres, 0) + 5 * coalesce(t.s, 1)) / (coalesce(s.n, 0) + 5))) / (coalesce(d.n, 0) + 5)
	  FROM c CROSS JOIN generate_series(-100, 1100) x(x)
	  LEFT JOIN toutes t ON t.societe = c.societe AND t.x = x.x
	  LEFT JOIN segments s ON s.societe = c.societe AND s.segment = coalesce(c.segment, '') AND s.x = x.x
	  LEFT JOIN clients d ON d.societe = c.societe AND d.client = c.numero AND d.x = x.x;
END $$;

CREATE PROCEDURE prevoir(au date) LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	p record;
	e record;
	t record;
	credit numeric;
	credits jsonb := '{}';
	recu numeric;
	total numeric;
	du numeric;
	part numeric;
BEGIN
	CALL observer(au);
	DELETE FROM poste;
	INSERT INTO poste
	SELECT f.societe, f.client, f.devise, f.numero, f.du, v.ouvert, v.ouvert, 0, 0,
		   NOT EXISTS (SELECT FROM observe o WHERE o.societe = f.societe AND o.delai > au - f.du)
	  FROM f CROSS JOIN LATERAL (SELECT f.ttc - coalesce(sum(r.montant), 0) AS ouvert FROM r WHERE r.numero = f.numero AND r.le <= au) v
	 WHERE f.emis <= au AND v.ouvert <> 0;
	SELECT coalesce(jsonb_object_agg(k, s), '{}') INTO credits
	  FROM (SELECT concat_ws('/', societe, client, devise) AS k, -sum(ouvert) AS s FROM poste WHERE ouvert < 0 GROUP BY 1) q;
	DELETE FROM poste WHERE ouvert < 0;
	-- held
	UPDATE poste x SET libre = greatest(0, x.ouvert - coalesce(h.part, x.ouvert)) FROM tenue h
	 WHERE h.facture = x.facture AND h.du <= au AND (h.jusque IS NULL OR h.jusque >= au);
	UPDATE poste x SET libre = 0 FROM jugement j, f WHERE j.societe = x.societe AND j.client = x.client AND j.le <= au AND f.numero = x.facture AND f.emis < j.le;
	-- credits, one item after the other
	FOR p IN SELECT DISTINCT societe, client, devise FROM poste LOOP
		credit := coalesce((credits ->> concat_ws('/', p.societe, p.client, p.devise))::numeric, 0);
		FOR e IN SELECT * FROM poste x WHERE (x.societe, x.client, x.devise) = (p.societe, p.client, p.devise) ORDER BY x.du, x.facture LOOP
			part := least(credit, e.libre);
			credit := credit - part;
			UPDATE poste SET net = e.libre - part WHERE facture = e.facture;
		END LOOP;
	END LOOP;
	-- promised: the plans, then the latest; what is received pays the first instalments, what is to come the oldest items
	DELETE FROM promis;
	CREATE TEMP TABLE deja (facture text) ON COMMIT DROP;
	FOR e IN SELECT g.*, a.le, a.debiteur FROM creances.engagement g JOIN creances.acte a USING (creancier, acte)
			  WHERE a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au) AND (a.jusque IS NULL OR a.jusque >= au)
			  ORDER BY g.genre = 'plan' DESC, a.le DESC, a.acte LOOP
		SELECT sum(x.solde) - coalesce(sum(k.ouvert), 0) + greatest(0, coalesce((credits ->> concat_ws('/', e.creancier, e.debiteur, e.devise))::numeric, 0) - e.credits) INTO recu
		  FROM creances.engagement_creance x LEFT JOIN poste k ON k.facture = x.facture WHERE x.acte = e.acte;
		SELECT sum(x.montant), coalesce(sum(x.montant) FILTER (WHERE x.echeance + e.tolerance < au), 0) INTO total, du FROM creances.engagement_echeance x WHERE x.acte = e.acte;
		CONTINUE WHEN recu >= total OR NOT EXISTS (SELECT FROM creances.engagement_creance x JOIN poste k ON k.facture = x.facture WHERE x.acte = e.acte);
		CONTINUE WHEN CASE e.genre WHEN 'promesse' THEN du > 0 ELSE e.decheance = 'immediate' AND recu < du END;
		FOR t IN SELECT x.* FROM creances.engagement_echeance x WHERE x.acte = e.acte ORDER BY x.numero LOOP
			part := least(recu, t.montant);
			recu := recu - part;
			t.montant := t.montant - part;
			FOR p IN SELECT k.* FROM creances.engagement_creance x JOIN poste k ON k.facture = x.facture
					  WHERE x.acte = e.acte AND k.net > k.promis AND k.facture NOT IN (SELECT d.facture FROM deja d) ORDER BY k.du, k.facture LOOP
				part := least(t.montant, p.net - p.promis);
				t.montant := t.montant - part;
				UPDATE poste SET promis = promis + part WHERE facture = p.facture;
				-- missed: the item waits for it, as anybody does
				INSERT INTO promis SELECT p.societe, p.client, p.devise, CASE WHEN t.echeance + e.tolerance >= au THEN greatest(t.echeance, au + 1) END, part WHERE part > 0;
				IF t.echeance + e.tolerance < au THEN
					INSERT INTO promis SELECT p.societe, p.facture, NULL, NULL, part WHERE part > 0;
				END IF;
			END LOOP;
		END LOOP;
		INSERT INTO deja SELECT x.facture FROM creances.engagement_creance x WHERE x.acte = e.acte;
	END LOOP;
	DROP TABLE deja;
	-- (a missed part is not promised any more)
	UPDATE poste x SET promis = x.promis - m.somme FROM (SELECT q.client AS facture, sum(q.montant) AS somme FROM promis q WHERE q.devise IS NULL GROUP BY 1) m WHERE m.facture = x.facture;
	DELETE FROM promis WHERE le IS NULL;
	ANALYZE survie;
	ANALYZE poste;
END $$;

-- Of each debtor and currency, week by week: the chances of its days, added.
CREATE FUNCTION attendu(au date, semaines integer)
RETURNS TABLE (societe text, client text, devise text, lundi date, prevu double precision, ecart double precision, engage numeric, naif numeric, ouvert numeric, hors numeric, retenu numeric)
LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
#variable_conflict use_column
BEGIN
	DELETE FROM chance;
	INSERT INTO chance
	SELECT x.societe, x.client, x.devise, x.facture, date_trunc('week', j)::date, x.net - x.promis,
		   sum(CASE WHEN x.plus_ancien THEN 0 ELSE (veille.s - soir.s) / debut.s END)
	  FROM poste x CROSS JOIN generate_series(timestamp '2000-01-01' + (au - date '2000-01-01' + 1) * interval '1 day', date_trunc('week', au + 1) + (7 * semaines - 1) * interval '1 day', '1 day') j
	  JOIN survie debut ON debut.societe = x.societe AND debut.client = x.client AND debut.x = au - x.du
	  JOIN survie veille ON veille.societe = x.societe AND veille.client = x.client AND veille.x = j::date - 1 - x.du
	  JOIN survie soir ON soir.societe = x.societe AND soir.client = x.client AND soir.x = j::date - x.du
	 GROUP BY x.societe, x.client, x.devise, x.facture, date_trunc('week', j), x.net, x.promis;
	RETURN QUERY
	SELECT k.societe, k.client, k.devise, j.lundi, coalesce(p.somme, 0) + e.somme, 1.2815515655446 * sqrt(coalesce(p.variance, 0)), e.somme, n.somme, k.ouvert, k.hors, k.retenu
	  FROM (SELECT x.societe, x.client, x.devise, sum(x.net) AS ouvert, coalesce(sum(x.net - x.promis) FILTER (WHERE x.plus_ancien), 0) AS hors, sum(x.ouvert - x.libre) AS retenu
			  FROM poste x GROUP BY 1, 2, 3) k
	 CROSS JOIN (SELECT date_trunc('week', au + 1)::date + 7 * i AS lundi FROM generate_series(0, semaines - 1) i) j
	  LEFT JOIN (SELECT h.societe, h.client, h.devise, h.lundi, sum(h.reste * h.part) AS somme, sum(h.reste * h.reste * h.part * (1 - h.part)) AS variance FROM chance h GROUP BY 1, 2, 3, 4) p
			 ON (p.societe, p.client, p.devise, p.lundi) = (k.societe, k.client, k.devise, j.lundi)
	 CROSS JOIN LATERAL (SELECT coalesce(sum(p.montant), 0) AS somme FROM promis p
						  WHERE (p.societe, p.client, p.devise) = (k.societe, k.client, k.devise) AND p.le > au AND date_trunc('week', p.le) = j.lundi) e
	 CROSS JOIN LATERAL (SELECT coalesce(sum(x.net), 0) AS somme FROM poste x
						  WHERE (x.societe, x.client, x.devise) = (k.societe, k.client, k.devise) AND date_trunc('week', greatest(x.du, au + 1)) = j.lundi) n;
END $$;

-- Differences with prevision_encaissements(), which rounds each due date of each
-- debtor to the cent.
CREATE FUNCTION ecarts(au date) RETURNS TABLE (lignes bigint, avec_promesse bigint, retenues bigint, hors_modele bigint, fausses bigint) LANGUAGE sql AS $$
	SELECT count(*), count(*) FILTER (WHERE a.engage > 0), count(*) FILTER (WHERE a.retenu > 0), count(*) FILTER (WHERE a.hors > 0),
		   count(*) FILTER (WHERE (abs(p.prevu - a.prevu) < 0.001 + 0.01 * (SELECT count(DISTINCT x.du) FROM essai.poste x WHERE (x.societe, x.client, x.devise) = (a.societe, a.client, a.devise)) AND p.engage = a.engage AND p.naif = a.naif AND p.cumul + p.reste = a.ouvert
								   AND abs(p.hors_modele - a.hors) < 0.001 AND p.retenu = a.retenu AND p.fin = p.semaine + 6
								   AND abs(p.bas - greatest(p.engage, p.prevu - a.ecart)) < 0.0101 AND abs(p.haut - least(a.ouvert, p.prevu + a.ecart)) < 0.0101) IS NOT TRUE)
	  FROM creances.prevision_encaissements(13, au, 'debiteur') p
	  FULL JOIN essai.attendu(au, 13) a ON a.societe = p.creancier AND a.client = p.debiteur AND a.devise = p.devise AND a.lundi = p.semaine
$$;

CREATE PROCEDURE livre(graine double precision) LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	x record;
	id uuid;
	au CONSTANT date := '2024-07-02';
BEGIN
	PERFORM setseed(graine);
	INSERT INTO c SELECT s, s || n, 'N', (ARRAY['pme', 'public', NULL])[1 + (n / 2) % 3] FROM unnest('{S,T}'::text[]) s, generate_series(1, 6) n;
	-- three years of invoices; each debtor has his ways, and some never pay
	INSERT INTO f SELECT 'F' || lpad(n::text, 4, '0'), s, s || (1 + (random() * 5)::integer), e, e + (ARRAY[10, 30, 45])[1 + (random() * 2)::integer],
						 round((random() * 900 + 10)::numeric, 2) * CASE WHEN random() < 0.03 THEN -1 ELSE 1 END, CASE WHEN random() < 0.15 THEN 'USD' ELSE 'EUR' END
	  FROM (SELECT n, CASE WHEN random() < 0.6 THEN 'S' ELSE 'T' END AS s, au - (random() * CASE WHEN random() < 0.4 THEN 60 ELSE 1000 END)::integer AS e FROM generate_series(1, 260) n) q;
	INSERT INTO r (societe, numero, le, montant)
	SELECT q.societe, q.numero, q.le, m.montant
	  FROM (SELECT f.*, random() AS cas, du + (random() * 10 * substr(client, 2)::integer - 12)::integer AS le FROM f WHERE ttc > 0 AND random() < 0.97) q
	 CROSS JOIN LATERAL (SELECT CASE WHEN q.cas < 0.75 THEN ttc WHEN q.cas < 0.97 THEN round(ttc * 0.4, 2) ELSE ttc + 20 END AS montant) m
	 WHERE q.le BETWEEN q.emis AND au;
	-- the rest of some, and some that bounce
	INSERT INTO r (societe, numero, le, montant)
	SELECT q.societe, q.numero, q.suite, q.autre
	  FROM (SELECT p.*, p.le + 1 + (random() * 20)::integer AS suite, CASE WHEN random() < 0.6 THEN 30 ELSE -p.montant END AS autre
			  FROM (SELECT * FROM r ORDER BY id OFFSET 0) p WHERE p.montant > 60 AND random() < 0.15) q
	 WHERE q.suite <= au;
	-- (drawn in a written order: the same book whatever the plan)
	FOR x IN SELECT q.*, floor(random() * 8)::integer AS cas, au - 70 + (random() * 69)::integer AS le
			   FROM (SELECT f.numero, f.societe, f.client, f.ttc, k.solde FROM f JOIN creances.creance k ON k.facture = f.numero
					  WHERE k.solde > 20 ORDER BY f.numero OFFSET 0) q WHERE random() < 0.4 LOOP
		x.le := greatest(x.le, (SELECT f.emis FROM f WHERE f.numero = x.numero));
		CASE x.cas WHEN 0, 1 THEN
			id := creances.ouvrir_litige(x.societe, x.numero, 'contestee', le => x.le);
			IF x.cas = 1 THEN
				PERFORM creances.clore_litige(id, 'non_fonde', le => x.le + 12);
			END IF;
			INSERT INTO tenue VALUES (x.numero, x.le, CASE x.cas WHEN 1 THEN x.le + 12 END, NULL);
		WHEN 2 THEN
			PERFORM creances.ouvrir_litige(x.societe, x.numero, 'en partie', montant => round(x.ttc / 3, 2), le => x.le);
			INSERT INTO tenue VALUES (x.numero, x.le, NULL, round(x.ttc / 3, 2));
		WHEN 3 THEN
			PERFORM creances.suspendre(x.societe, x.client, 'attente', x.le + 60, facture => x.numero, le => x.le);
			INSERT INTO tenue VALUES (x.numero, x.le, x.le + 60, NULL);
		WHEN 4 THEN
			PERFORM creances.consigner(x.societe, x.client, 'rejet', x.le, 'statut 213', facture => x.numero);
			INSERT INTO tenue VALUES (x.numero, x.le, NULL, NULL);
		ELSE
			PERFORM creances.promettre(x.societe, x.client, au + (random() * 40)::integer, CASE WHEN random() < 0.5 THEN round(x.solde / 2, 2) END,
									   facture => x.numero, le => au - (random() * 9)::integer);
		END CASE;
	END LOOP;
	INSERT INTO jugement VALUES ('S', 'S2', au - 30);
	PERFORM creances.ouvrir_procedure_collective('S', 'S2', au - 30);
	-- a plan for each of three debtors, on what they owe in EUR
	FOR x IN SELECT k.creancier, k.debiteur, sum(k.solde) AS solde, row_number() OVER (ORDER BY k.debiteur) AS n FROM creances.creance k
			  WHERE k.solde > 0 AND k.devise = 'EUR' AND k.debiteur IN ('S3', 'T1', 'T5') AND k.echeance <= au - 4 GROUP BY 1, 2 LOOP
		PERFORM creances.accorder_plan(x.creancier, x.debiteur, ARRAY[au + 2, au + 20, au + 120], ARRAY[round(x.solde / 4, 2), round(x.solde / 4, 2), x.solde - 2 * round(x.solde / 4, 2)],
									   devise => 'EUR', le => au - 4, decheance => (ARRAY['aucune', 'immediate', 'preavis'])[x.n]);
	END LOOP;
END $$;
-- and what comes later, for some
CREATE PROCEDURE suite() LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
BEGIN
	INSERT INTO r (societe, numero, le, montant)
	SELECT q.societe, q.numero, date '2024-07-03' + (random() * 20)::integer, round(least(q.solde, q.ttc * random()::numeric) + 0.01, 2)
	  FROM (SELECT f.societe, f.numero, f.ttc, k.solde FROM f JOIN creances.creance k ON k.facture = f.numero WHERE k.solde > 0 ORDER BY f.numero OFFSET 0) q
	 WHERE random() < 0.5;
	INSERT INTO f SELECT 'Z' || n, s, s || n, '2024-07-05', date '2024-08-01' + n, 100 * n * (CASE n WHEN 5 THEN -1 ELSE 1 END) FROM unnest('{S,T}'::text[]) WITH ORDINALITY u(s, o), generate_series(1, 5) n WHERE o = 1;
END $$;

SET LOCAL client_min_messages = error;
CREATE FUNCTION tout(graine double precision) RETURNS SETOF text LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	avant text;
	apres text;
BEGIN
	CALL livre(graine);
	CALL prevoir('2024-05-02');
	RETURN QUERY SELECT format('seed %s, 2 May: %s', graine, e) FROM ecarts('2024-05-02') e;
	CALL prevoir('2024-07-02');
	RETURN QUERY SELECT format('seed %s, 2 July: %s', graine, e) FROM ecarts('2024-07-02') e;
	SELECT string_agg(p::text, E'\n' ORDER BY p.debiteur, p.devise, p.semaine) INTO avant FROM creances.prevision_encaissements(13, '2024-07-02', 'debiteur') p;
	CALL suite();
	SELECT string_agg(p::text, E'\n' ORDER BY p.debiteur, p.devise, p.semaine) INTO apres FROM creances.prevision_encaissements(13, '2024-07-02', 'debiteur') p;
	IF avant IS DISTINCT FROM apres OR avant IS NULL THEN
		RETURN NEXT 'what came later changed the forecast of the day';
	END IF;
	CALL prevoir('2024-07-14');
	RETURN QUERY SELECT format('seed %s, what came later, 14 July: %s', graine, e) FROM ecarts('2024-07-14') e;
	RETURN QUERY SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c;
END $$;
-- one book after the other, each undone
CREATE FUNCTION tous(graines numeric[]) RETURNS SETOF text LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	g numeric;
	dits text[] := '{}';
BEGIN
	FOREACH g IN ARRAY graines LOOP
		BEGIN
			dits := dits || ARRAY(SELECT t FROM tout(g) t);
			RAISE EXCEPTION USING ERRCODE = 'UNDO0';
		EXCEPTION WHEN SQLSTATE 'UNDO0' THEN NULL;
		END;
	END LOOP;
	RETURN QUERY SELECT u FROM unnest(dits) u;
END $$;
-- rows (debtor, currency, week), with a promise, with something held, with something older than all that was paid, and wrong
SELECT tous('{0.11,0.22}');
\getenv long CREANCES_LONG
\if :{?long}
\else
\set long ''
\endif
-- (long: fifteen more, of which only what is wrong is printed)
SELECT t FROM tous(CASE WHEN :'long' IN ('', '0') THEN '{}' ELSE ARRAY(SELECT n / 100.0 FROM generate_series(30, 44) n) END) t WHERE t !~ ',0\)$';

\echo == what holds whatever the book (seed 0.44)
CALL livre(0.44);
-- what is open, not held, credits deducted, is expected in a week, or stays
SELECT count(*), count(*) FILTER (WHERE p.cumul + p.reste <> greatest(0, b.du - p.retenu + b.credits)), count(*) FILTER (WHERE b.credits < 0)
  FROM creances.prevision_encaissements(13, '2024-07-02', 'debiteur') p
  LEFT JOIN (SELECT creancier, debiteur, devise, sum(creances) AS du, sum(credits + en_compte) AS credits FROM creances.balance_agee('2024-07-02') GROUP BY 1, 2, 3) b USING (creancier, debiteur, devise);
SELECT par, count(*), count(*) FILTER (WHERE cumul <> somme OR reste < hors_modele OR prevu < engage OR bas > prevu OR haut < prevu OR bas < engage OR engage < 0 OR naif < 0 OR fin <> semaine + 6)
  FROM (SELECT par, p.*, sum(p.prevu) OVER (PARTITION BY par, p.creancier, p.segment, p.debiteur, p.devise ORDER BY p.semaine) AS somme
		  FROM unnest('{creancier,segment,debiteur}'::text[]) par, creances.prevision_encaissements(13, '2024-07-02', par) p) q GROUP BY par ORDER BY par;
-- debtors add up to their segment, segments to the creditor
SELECT count(*), count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM (
	SELECT creancier, devise, semaine, ROW(prevu, engage, naif, cumul, reste, hors_modele, retenu) AS a FROM creances.prevision_encaissements(13, '2024-07-02')) x
  FULL JOIN (SELECT creancier, devise, semaine, ROW(sum(prevu), sum(engage), sum(naif), sum(cumul), sum(reste), sum(hors_modele), sum(retenu)) AS b
			   FROM creances.prevision_encaissements(13, '2024-07-02', 'segment') GROUP BY 1, 2, 3) y USING (creancier, devise, semaine);
SELECT count(*), count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM (
	SELECT creancier, segment, devise, semaine, ROW(prevu, engage, naif, cumul, reste, hors_modele, retenu) AS a FROM creances.prevision_encaissements(13, '2024-07-02', 'segment')) x
  FULL JOIN (SELECT creancier, segment, devise, semaine, ROW(sum(prevu), sum(engage), sum(naif), sum(cumul), sum(reste), sum(hors_modele), sum(retenu)) AS b
			   FROM creances.prevision_encaissements(13, '2024-07-02', 'debiteur') GROUP BY 1, 2, 3, 4) y USING (creancier, segment, devise, semaine);
SELECT count(*), count(*) FILTER (WHERE a IS DISTINCT FROM b) FROM (
	SELECT creancier, devise, semaine, ROW(realise, prevu, naif) AS a FROM creances.erreur_prevision('2024-05-20', '2024-07-02')) x
  FULL JOIN (SELECT creancier, devise, semaine, ROW(sum(realise), sum(prevu), sum(naif)) AS b
			   FROM creances.erreur_prevision('2024-05-20', '2024-07-02', 13, 'debiteur') GROUP BY 1, 2, 3) y USING (creancier, devise, semaine);
-- what was received, from the test's own payments
SELECT count(*), count(*) FILTER (WHERE e.realise <> coalesce(m.somme, 0)), count(*) FILTER (WHERE e.realise > 0)
  FROM creances.erreur_prevision('2024-05-20', '2024-07-02', 13, 'debiteur') e
  LEFT JOIN (SELECT f.societe, f.client, f.devise, date_trunc('week', r.le)::date AS lundi, sum(r.montant) AS somme
			   FROM f JOIN r USING (numero) WHERE f.emis <= '2024-05-20' AND r.le > '2024-05-20' AND f.ttc > coalesce((SELECT sum(x.montant) FROM r x WHERE x.numero = f.numero AND x.le <= '2024-05-20'), 0) GROUP BY 1, 2, 3, 4) m
		 ON m.societe = e.creancier AND m.client = e.debiteur AND m.devise = e.devise AND m.lundi = e.semaine;

\echo == the nightly table: what the facts say, no more, no less
CREATE TABLE avant AS SELECT * FROM creances.prevision_encaissements(13, '2024-07-02', 'debiteur');
SELECT creances._relever_delais(s, '2024-07-02') FROM unnest('{S,T}'::text[]) s \g /dev/null
SELECT creancier, niveau, count(*) FROM creances.delai_debiteur GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) FROM (TABLE avant EXCEPT ALL SELECT * FROM creances.prevision_encaissements(13, '2024-07-02', 'debiteur')) q;
-- again: nothing is written; an older night: nothing changes
CREATE TABLE lignes AS SELECT t.ctid AS ou, t.* FROM creances.delai_debiteur t;
SELECT creances._relever_delais(s, j) FROM unnest('{S,T}'::text[]) s, unnest('{2024-07-02,2024-06-01}'::date[]) j \g /dev/null
SELECT count(*) FROM (TABLE lignes EXCEPT ALL SELECT t.ctid, t.* FROM creances.delai_debiteur t) q;
-- deciles, against the payments themselves
CALL observer('2024-07-02');
SELECT count(*), count(*) FILTER (WHERE (d.decile_1, d.mediane, d.decile_9) IS DISTINCT FROM (z.q[1], z.q[2], z.q[3]) OR abs(d.poids - z.n) > 0.001)
  FROM creances.delai_debiteur d
 CROSS JOIN LATERAL (SELECT max(x.total) AS n, ARRAY[min(x.delai) FILTER (WHERE x.part > 0.1 - 1e-7), min(x.delai) FILTER (WHERE x.part > 0.5 - 1e-7), min(x.delai) FILTER (WHERE x.part > 0.9 - 1e-7)] AS q
					   FROM (SELECT o.delai, sum(o.poids) OVER () AS total, sum(o.poids) OVER (ORDER BY o.delai) / sum(o.poids) OVER () AS part FROM observe o
							  WHERE o.societe = d.creancier AND CASE d.niveau WHEN 'debiteur' THEN o.client = d.code WHEN 'segment' THEN o.segment = d.code ELSE true END) x) z;
-- it is read for seven days, and not before its night (a false law shows it)
UPDATE creances.delai_debiteur SET jours = '{5000}', parts = '{0,1}';
SELECT j, (SELECT bool_or(p.prevu > p.engage) FROM creances.prevision_encaissements(6, j) p) AS from_the_facts
  FROM unnest('{2024-07-01,2024-07-02,2024-07-09,2024-07-10}'::date[]) j;
-- a creditor who has no payment in 24 months: one row that says so
SELECT creances._relever_delais('S', '2030-01-01') \g /dev/null
SELECT creancier, niveau, code, jour, paiements, poids, mediane, jours, parts FROM creances.delai_debiteur WHERE creancier = 'S';
SELECT count(*), count(*) FILTER (WHERE reste = hors_modele) FROM creances.prevision_encaissements(2, '2030-01-03') WHERE creancier = 'S';
SELECT count(*) FROM creances.coherence();
ROLLBACK;
