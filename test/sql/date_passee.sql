-- As of a day: the aged balances, encours_au() and stade_au(), against slow SQL
-- on the test's own table and on the log of its changes, for every day of a
-- fortnight lived by hand; then the stage and its reason through the nights of
-- the engine.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET timezone = 'America/New_York';
SET jit = off;
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.erreur(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; d text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, m, nullif(d, ''), nullif(h, ''));
END $$;

BEGIN;
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET LOCAL search_path = essai, pg_catalog;

\echo == a fortnight in one transaction: the zone of the creditor moves on by a day each evening
-- (a zone is at most 167 hours from UTC, and now() stands still)
CREATE FUNCTION zone(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'JJJ' || 150 - 24 * n $$;
CREATE FUNCTION jour(n integer) RETURNS date LANGUAGE sql STABLE AS $$ SELECT (now() AT TIME ZONE essai.zone(0))::date + n $$;
INSERT INTO creances.creancier (creancier, fuseau) VALUES ('principal', zone(0));
CREATE TABLE f (id serial PRIMARY KEY, numero text UNIQUE, client text, emission date, echeance date, montant numeric, devise text DEFAULT 'EUR',
	nature text, paye numeric NOT NULL DEFAULT 0, paye_le date);
SELECT creances.suivre_factures('f', '{"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant",
	"devise": "devise", "nature": "nature", "regle": "paye", "regle_le": "paye_le"}', depuis => '2000-01-01');

-- The log: each state of each number with its day, and what each change of the
-- paid amount means: money on the day that the ERP gives, a reversal on the day
-- it is seen.
CREATE TABLE etat (n serial, jour date, facture text, debiteur text, emission date, naissance date, echeance date, montant numeric, devise text, nature text, supprimee boolean);
CREATE TABLE mouvement (facture text, le date, montant numeric);
CREATE FUNCTION noter() RETURNS trigger LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	j CONSTANT date := (SELECT (now() AT TIME ZONE c.fuseau)::date FROM creances.creancier c);
	deja numeric;
BEGIN
	IF TG_OP = 'DELETE' THEN
		INSERT INTO etat (jour, facture, debiteur, emission, naissance, echeance, montant, devise, nature, supprimee)
		VALUES (j, OLD.numero, OLD.client, OLD.emission, NULL, OLD.echeance, OLD.montant, OLD.devise, OLD.nature, true);
		RETURN NULL;
	END IF;
	-- under a new number from this day on, unless it was known
	IF TG_OP = 'UPDATE' AND OLD.numero <> NEW.numero THEN
		INSERT INTO etat (jour, facture, debiteur, emission, naissance, echeance, montant, devise, nature, supprimee)
		SELECT v.jour, v.numero, OLD.client, OLD.emission, NULL, OLD.echeance, OLD.montant, OLD.devise, OLD.nature, true
		  FROM (VALUES (j, OLD.numero), ('-infinity', NEW.numero)) v(jour, numero)
		 WHERE v.jour = j OR NOT EXISTS (SELECT FROM etat e WHERE e.facture = NEW.numero);
	END IF;
	SELECT coalesce(sum(m.montant), 0) INTO deja FROM mouvement m WHERE m.facture = NEW.numero;
	IF NEW.paye <> deja THEN
		INSERT INTO mouvement VALUES (NEW.numero, CASE WHEN (NEW.paye < deja) = (NEW.montant >= 0) THEN j ELSE coalesce(NEW.paye_le, j) END, NEW.paye - deja);
	END IF;
	INSERT INTO etat (jour, facture, debiteur, emission, naissance, echeance, montant, devise, nature, supprimee)
	VALUES (j, NEW.numero, NEW.client, NEW.emission,
			coalesce(NEW.emission, (SELECT e.naissance FROM etat e WHERE e.facture = NEW.numero AND e.naissance IS NOT NULL ORDER BY e.n DESC LIMIT 1), least(NEW.echeance, j)),
			NEW.echeance, NEW.montant, NEW.devise, coalesce(NEW.nature, CASE WHEN NEW.montant < 0 THEN 'avoir' ELSE 'facture' END), false);
	RETURN NULL;
END $$;
CREATE TRIGGER noter AFTER INSERT OR UPDATE OR DELETE ON f FOR EACH ROW EXECUTE FUNCTION noter();

-- What a day should show: the last state known by then (an invoice that came in
-- later than its date counts from its date, as it came in), less the movements
-- dated by then; what is paid before the invoice's date is money on account.
CREATE FUNCTION oracle(d date) RETURNS TABLE (facture text, debiteur text, emission date, naissance date, echeance date, devise text, montant numeric, regle numeric, genre text)
LANGUAGE sql STABLE AS $$
	SELECT x.facture, x.debiteur, x.emission, x.naissance, x.echeance, x.devise, x.montant, x.regle,
		   CASE WHEN x.naissance > d OR x.nature = 'acompte' AND (x.montant < x.regle OR x.facture ~ '^compte:') THEN 'en_compte'
				WHEN x.montant < x.regle THEN 'credit' ELSE 'du' END
	  FROM (SELECT e.facture, e.debiteur, e.emission, e.naissance, e.echeance, e.devise,
				   -- as it is now: it has no history
				   (SELECT s.nature FROM essai.etat s WHERE s.facture = e.facture AND NOT s.supprimee ORDER BY s.n DESC LIMIT 1) AS nature,
				   CASE WHEN e.naissance <= d THEN e.montant ELSE 0 END AS montant,
				   coalesce((SELECT sum(m.montant) FROM essai.mouvement m WHERE m.facture = e.facture AND m.le <= d), 0) AS regle
			  FROM (SELECT DISTINCT facture FROM essai.etat) n
			 CROSS JOIN LATERAL (SELECT s.* FROM essai.etat s WHERE s.facture = n.facture
								  ORDER BY s.jour <= d DESC, CASE WHEN s.jour <= d THEN -s.n ELSE s.n END LIMIT 1) e
			 WHERE NOT e.supprimee) x
	 WHERE x.montant <> x.regle
$$;
CREATE FUNCTION tranche(age integer, bornes integer[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT count(*)::integer FROM unnest(bornes) b WHERE age > b $$;

\echo seed 0.62
SELECT setseed(0.62) \g /dev/null
CREATE FUNCTION vivre(j integer, actes integer) RETURNS void LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	r f;
	d CONSTANT date := jour(j);
	m numeric;
BEGIN
	UPDATE creances.creancier SET fuseau = zone(j);
	FOR i IN 1 .. actes LOOP
		SELECT * INTO r FROM f ORDER BY random() LIMIT 1;
		CASE (random() * 15)::integer
		WHEN 0, 1, 2, 3 THEN
			m := round((random() * 900 + 100)::numeric, 2) * CASE WHEN random() < 0.2 THEN -1 ELSE 1 END;
			INSERT INTO f (numero, client, emission, echeance, montant, nature, devise)
			VALUES (CASE WHEN random() < 0.1 THEN 'compte:' ELSE 'F' END || j * 100 + i, 'C' || (random() * 3)::integer,
					CASE WHEN random() < 0.9 THEN d + (random() * 14 - 9)::integer END, d + (random() * 20 - 10)::integer, m,
					CASE WHEN random() < 0.15 THEN 'acompte' END, CASE WHEN random() < 0.9 THEN 'EUR' ELSE 'USD' END);
		WHEN 4, 5, 6 THEN	-- paid in part, dated or not, in the past or the future
			UPDATE f SET paye = paye + round(montant * random()::numeric, 2), paye_le = CASE WHEN random() < 0.7 THEN d + (random() * 14 - 9)::integer END WHERE id = r.id;
		WHEN 7 THEN UPDATE f SET paye = montant, paye_le = d - 1 WHERE id = r.id;
		WHEN 8 THEN UPDATE f SET paye = round(montant * 1.5, 2), paye_le = NULL WHERE id = r.id;
		WHEN 9 THEN UPDATE f SET paye = 0 WHERE id = r.id;
		WHEN 10 THEN UPDATE f SET montant = round(montant * (0.5 + random()::numeric), 2) WHERE id = r.id;
		WHEN 11 THEN UPDATE f SET echeance = echeance + (random() * 20 - 10)::integer, emission = emission + (random() * 4 - 2)::integer WHERE id = r.id;
		WHEN 12 THEN UPDATE f SET client = 'C' || (random() * 3)::integer, devise = CASE WHEN random() < 0.5 THEN 'USD' ELSE devise END WHERE id = r.id;
		WHEN 13 THEN DELETE FROM f WHERE id = r.id;
		WHEN 14 THEN UPDATE f SET numero = 'N' || j * 100 + i WHERE id = r.id;
		ELSE	-- one that was deleted comes back
			INSERT INTO f (numero, client, emission, echeance, montant, devise)
			SELECT e.facture, e.debiteur, e.emission, e.echeance, e.montant, e.devise FROM etat e
			 WHERE e.supprimee AND NOT EXISTS (SELECT FROM f WHERE f.numero = e.facture) ORDER BY e.n LIMIT 1;
		END CASE;
	END LOOP;
END $$;
SELECT vivre(j, 40) FROM generate_series(0, 12) j \g /dev/null
-- a history worth the name
SELECT count(*) > 100 AS invoices, count(*) FILTER (WHERE solde = 0 AND retiree_le IS NULL) > 2 AS settled, count(*) FILTER (WHERE retiree_le IS NOT NULL) > 5 AS deleted,
	   count(*) FILTER (WHERE solde < 0 AND montant > 0) > 5 AS overpaid, count(*) FILTER (WHERE solde > 0 AND montant < 0) > 0 AS refunded_too_much FROM creances.creance;
SELECT v.motif, count(*) > 0 FROM creances.creance_version x, unnest(string_to_array(x.motif, ', ')) v(motif) GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM creances.ligne_refusee;
SELECT * FROM creances.verifier_suivi('f');
SELECT * FROM creances.coherence();

\echo == every day from three weeks before it to three weeks after, and far away
CREATE TABLE jours AS SELECT jour(n) AS d FROM generate_series(-21, 34) n UNION SELECT unnest('{1900-01-01,9999-12-31}'::date[]);
CREATE TABLE attendu AS SELECT j.d, o.*, o.montant - o.regle AS solde FROM jours j, oracle(j.d) o;
-- (so much to compare)
SELECT count(DISTINCT d) > 40 AS days, count(*) > 2000 AS items, bool_or(genre = 'en_compte' AND montant = 0) AS paid_before_issue, bool_or(genre = 'credit') AS credits FROM attendu;
\echo items of encours_au()
CREATE TABLE obtenu AS SELECT j.d, e.* FROM jours j, creances.encours_au(j.d) e;
SELECT count(*) FILTER (WHERE a.facture IS NULL OR o.facture IS NULL) AS missing,
	   count(*) FILTER (WHERE (o.debiteur, o.emission, o.echeance, o.devise, o.montant, o.regle, o.solde, o.retard, o.solde < 0)
						   IS DISTINCT FROM (a.debiteur, a.emission, a.echeance, a.devise, a.montant, a.regle, a.solde, a.d - a.echeance, a.solde < 0)) AS wrong,
	   count(*) FILTER (WHERE (o.libelle_stade, o.stade) IS DISTINCT FROM (CASE a.genre WHEN 'en_compte' THEN 'En compte' WHEN 'credit' THEN 'Crédit' ELSE o.libelle_stade END, CASE WHEN a.genre <> 'du' THEN 'soldee' WHEN a.d > a.echeance THEN 'echue' ELSE 'non_echue' END)) AS wrong_kind
  FROM attendu a FULL JOIN obtenu o USING (d, facture);
\echo buckets by due date, then by invoice date: montant, creances, credits, en_compte
CREATE TABLE bornes (b integer[]);
INSERT INTO bornes VALUES ('{30,60,90,120}'), ('{1,3,7}'), ('{5}');
SELECT count(*) > 0 AS some, count(*) FILTER (WHERE (coalesce(o.montant, 0), coalesce(o.creances, 0), coalesce(o.credits, 0), coalesce(o.en_compte, 0))
					<> (coalesce(a.montant, 0), coalesce(a.creances, 0), coalesce(a.credits, 0), coalesce(a.en_compte, 0))) AS wrong
  FROM (SELECT j.d, x.b, y.debiteur, y.devise, y.tranche, y.montant, y.creances, y.credits, y.en_compte FROM jours j, bornes x, creances.balance_agee(j.d, x.b) y) o
  FULL JOIN (SELECT d, x.b, debiteur, devise, CASE WHEN d <= echeance THEN 1 ELSE 2 + tranche(d - echeance, x.b) END AS tranche, sum(solde) AS montant,
					sum(solde) FILTER (WHERE genre = 'du') AS creances, sum(solde) FILTER (WHERE genre = 'credit') AS credits, sum(solde) FILTER (WHERE genre = 'en_compte') AS en_compte
			   FROM attendu, bornes x GROUP BY 1, 2, 3, 4, 5) a USING (d, b, debiteur, devise, tranche);
SELECT count(*) > 0 AS some, count(*) FILTER (WHERE (coalesce(o.montant, 0), coalesce(o.creances, 0), coalesce(o.credits, 0), coalesce(o.en_compte, 0))
					<> (coalesce(a.montant, 0), coalesce(a.creances, 0), coalesce(a.credits, 0), coalesce(a.en_compte, 0))) AS wrong
  FROM (SELECT j.d, x.b, y.debiteur, y.devise, y.tranche, y.montant, y.creances, y.credits, y.en_compte FROM jours j, bornes x, creances.balance_agee_emission(j.d, x.b) y) o
  FULL JOIN (SELECT d, x.b, debiteur, devise, 1 + tranche(d - naissance, x.b) AS tranche, sum(solde) AS montant,
					sum(solde) FILTER (WHERE genre = 'du') AS creances, sum(solde) FILTER (WHERE genre = 'credit') AS credits, sum(solde) FILTER (WHERE genre = 'en_compte') AS en_compte
			   FROM attendu, bornes x GROUP BY 1, 2, 3, 4, 5) a USING (d, b, debiteur, devise, tranche);
\echo the ledger: invoices less movements dated by then, two sums that know nothing of each other
SELECT count(*) AS days, count(*) FILTER (WHERE b.s IS DISTINCT FROM l.s) AS wrong, count(DISTINCT l.s) > 20 AS it_moves
  FROM jours j
 CROSS JOIN LATERAL (SELECT coalesce(sum(montant), 0) AS s FROM creances.balance_agee(j.d)) b
 CROSS JOIN LATERAL (
	WITH vives AS (SELECT DISTINCT ON (e.facture) e.* FROM etat e ORDER BY e.facture, e.jour <= j.d DESC, CASE WHEN e.jour <= j.d THEN -e.n ELSE e.n END)
	SELECT coalesce((SELECT sum(montant) FROM vives WHERE NOT supprimee AND naissance <= j.d), 0)
		   - coalesce((SELECT sum(montant) FROM mouvement WHERE le <= j.d AND facture IN (SELECT facture FROM vives WHERE NOT supprimee)), 0) AS s) l;
\echo stade_au() tells the same of each receivable, the day before and after each change
SELECT count(*) > 1000 AS some, count(*) FILTER (WHERE s.solde IS DISTINCT FROM coalesce(a.solde, 0)) AS wrong, count(*) FILTER (WHERE s.raison = '' OR s.libelle_stade IS NULL) AS silent,
	   count(*) FILTER (WHERE a.solde > 0 AND s.stade IS DISTINCT FROM CASE WHEN j.d > a.echeance THEN 'echue' ELSE 'non_echue' END AND a.genre = 'du') AS wrong_stage
  FROM jours j CROSS JOIN creances.creance c
 CROSS JOIN LATERAL creances.stade_au(c.creancier, c.facture, c.rang, j.d) s
  LEFT JOIN attendu a ON a.d = j.d AND a.facture = c.facture
 WHERE j.d BETWEEN jour(-1) AND jour(13);


\echo == what is refused
SELECT pg_temp.erreur(q) FROM unnest(ARRAY[
	$$SELECT * FROM creances.balance_agee(NULL)$$, $$SELECT * FROM creances.balance_agee('infinity')$$, $$SELECT * FROM creances.balance_agee('10000-01-01')$$,
	$$SELECT * FROM creances.balance_agee_emission(NULL)$$, $$SELECT * FROM creances.balance_agee_emission('-infinity')$$,
	$$SELECT * FROM creances.balance_agee_emission('2999-12-31', NULL)$$, $$SELECT * FROM creances.balance_agee_emission('2999-12-31', '{30,20}')$$,
	$$SELECT * FROM creances.encours_au(NULL)$$, $$SELECT count(*) FROM creances.encours_au('infinity')$$, $$SELECT * FROM creances.encours_au('20000-01-01')$$,
	$$SELECT * FROM creances.stade_au('principal', 'rien', 1, '2024-01-01')$$, $$SELECT raison FROM creances.stade_au('principal', NULL, 1)$$, $$SELECT * FROM creances.stade_au(NULL, NULL, NULL)$$,
	format($$SELECT * FROM creances.stade_au('principal', %L, 1, NULL)$$, (SELECT min(facture) FROM creances.creance)),
	format($$SELECT stade FROM creances.stade_au('principal', %L, 1, 'infinity')$$, (SELECT min(facture) FROM creances.creance))]) q;

\echo == a claim that was withdrawn, corrected or paid before its date says so
CREATE TABLE g (id integer PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, nature text, paye numeric, paye_le date, annulee boolean DEFAULT false);
SELECT creances.suivre_factures('g', '{"creancier": "''sort''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant",
	"nature": "nature", "regle": "paye", "regle_le": "paye_le"}', 'NOT annulee', '2000-01-01');
INSERT INTO g VALUES (1, 'supprimee', 'S', '2024-01-10', '2024-02-10', 100, NULL, 0, NULL), (2, 'annulee', 'S', '2024-01-10', '2024-02-10', 100, NULL, 0, NULL),
	(3, 'corrigee', 'S', '2024-01-10', '2024-02-10', 100, NULL, 60, '2024-02-01'), (4, 'avance', 'S', '2024-01-10', '2024-02-10', 100, NULL, 100, '2024-01-02'),
	(5, 'nulle', 'S', '2024-01-10', '2024-02-10', 0, NULL, 0, NULL), (6, 'avoir', 'S', '2024-01-10', NULL, -100, NULL, -100, '2024-03-01'),
	(7, 'trop', 'S', '2024-01-10', '2024-02-10', 100, NULL, 150, '2024-03-01'), (8, 'compte:R8', 'S', '2024-01-10', '2024-01-10', -100, 'acompte', 0, NULL),
	(9, 'compte:R9', 'S', '2024-01-20', '2024-01-20', 30, 'acompte', 0, NULL), (10, 'deposit', 'S', '2024-01-20', '2024-02-20', 70, 'acompte', 20, '2024-01-25'),
	(11, 'changee', 'S', '2024-01-10', '2024-02-10', 100, NULL, 0, NULL);
DELETE FROM g WHERE id = 1;
UPDATE g SET annulee = true WHERE id = 2;
UPDATE g SET montant = 60 WHERE id = 3;
UPDATE g SET client = 'T', echeance = '2024-03-10' WHERE id = 11;
CREATE FUNCTION dire(f text, d date) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT concat_ws(' | ', debiteur, montant, solde, coalesce(stade, '-'), libelle_stade, coalesce(CASE WHEN depuis = creances.aujourdhui() THEN 'jour' ELSE depuis::text END, '-'),
					 replace(raison, creances.aujourdhui()::text, 'jour'))
	  FROM creances.stade_au('sort', f, 1, d)
$$;
SELECT numero, format('%s %s', CASE WHEN d = creances.aujourdhui() THEN 'jour' ELSE d::text END, dire(numero, d))
  FROM (SELECT 'supprimee' UNION ALL SELECT numero FROM g) n(numero), unnest(ARRAY['2024-01-05', '2024-01-31', '2024-03-05', creances.aujourdhui()::text]::date[]) d ORDER BY numero COLLATE "C", d;
SELECT * FROM creances.balance_agee('2024-01-31') WHERE creancier = 'sort' ORDER BY debiteur, tranche;
SELECT * FROM creances.balance_agee_emission('2024-01-31') WHERE creancier = 'sort' ORDER BY debiteur, tranche;
SELECT * FROM creances.balance_agee('2024-01-05') WHERE creancier = 'sort' AND montant <> 0;
SELECT debiteur, tranche, libelle, montant, creances, credits, en_compte FROM creances.balance_agee('2024-03-31', '{15}') WHERE creancier = 'sort' ORDER BY debiteur, tranche;
-- today's view is the same, but for what is dated in the future
SELECT debiteur, total, non_echu, de_1_a_30, de_31_a_60, de_61_a_90, de_91_a_120, plus_de_120, credits, en_compte FROM creances.balance_agee_debiteur WHERE creancier = 'sort' ORDER BY 1;
SELECT debiteur, sum(montant), sum(creances), sum(credits), sum(en_compte) FROM creances.balance_agee() WHERE creancier = 'sort' GROUP BY 1 ORDER BY 1;
SELECT nom, facture, nature, montant, solde, stade, libelle_stade, total_exigible >= solde FROM creances.encours WHERE creancier = 'sort' ORDER BY facture COLLATE "C";

\echo == a number that changes today moves nothing of the past
INSERT INTO g VALUES (12, 'numero 1', 'U', '2024-01-10', '2024-02-10', 100, NULL, 40, '2024-02-01');
CREATE TABLE g_avant AS SELECT d, b.* FROM unnest(ARRAY['2024-01-05', '2024-01-31', '2024-03-05', '2024-12-31']::date[]) d, creances.balance_agee(d) b WHERE b.debiteur = 'U';
UPDATE g SET numero = 'numero 2' WHERE id = 12;
SELECT count(*), count(*) FILTER (WHERE a.montant IS DISTINCT FROM b.montant) AS moved
  FROM g_avant a FULL JOIN (SELECT d, b.* FROM unnest(ARRAY['2024-01-05', '2024-01-31', '2024-03-05', '2024-12-31']::date[]) d, creances.balance_agee(d) b WHERE b.debiteur = 'U') b USING (d, creancier, debiteur, devise, tranche);
SELECT numero, format('%s %s', CASE WHEN d = creances.aujourdhui() THEN 'jour' ELSE d::text END, dire(numero, d))
  FROM unnest(ARRAY['numero 1', 'numero 2']) numero, unnest(ARRAY['2024-01-31', '2024-03-05', creances.aujourdhui()::text]::date[]) d ORDER BY numero COLLATE "C", d;

\echo == money on account, from a table of payments: its own column, and the past stays when it is allocated
CREATE TABLE k (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric);
CREATE TABLE kp (id integer PRIMARY KEY, facture text, client text, le date, montant numeric);
SELECT creances.suivre_factures('k', '{"creancier": "''compte''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant"}', depuis => '2024-01-01');
SELECT creances.suivre_reglements('kp', '{"creancier": "''compte''", "reglement": "id", "facture": "facture", "debiteur": "client", "date": "le", "montant": "montant"}', factures => 'k');
INSERT INTO k VALUES ('K1', 'P', '2024-03-20', '2024-04-19', 150), ('K2', 'P', '2024-02-01', '2024-03-02', 40);
-- on account; for an invoice that is not issued yet; too much; part of what was on account given back
INSERT INTO kp VALUES (1, NULL, 'P', '2024-03-10', 100), (2, 'K1', 'P', '2024-03-15', 50), (3, 'K2', 'P', '2024-03-25', 60), (4, NULL, 'P', '2024-03-28', -30);
CREATE FUNCTION k_au(d date) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT x FROM (SELECT concat_ws('|', d, b.tranche, b.montant, b.creances, b.credits, b.en_compte) FROM creances.balance_agee(d) b WHERE b.creancier = 'compte' AND (b.montant, b.creances) <> (0, 0)
	UNION ALL SELECT concat_ws('|', d, e.facture, e.nature, e.montant, e.regle, e.solde, e.stade, e.libelle_stade) FROM creances.encours_au(d) e WHERE e.creancier = 'compte') y(x) ORDER BY x COLLATE "C"
$$;
CREATE TABLE k_jours AS SELECT d::date FROM generate_series(timestamp '2024-01-31', '2024-05-31', '1 day') d UNION SELECT creances.aujourdhui() - n FROM generate_series(1, 20) n;
CREATE TABLE k_avant AS SELECT d, x FROM k_jours, k_au(d) x;
SELECT k_au(d) FROM unnest(ARRAY['2024-03-09', '2024-03-10', '2024-03-15', '2024-03-20', '2024-03-25', '2024-03-28']::date[]) d;
-- allocated today: nothing of the past moves
UPDATE kp SET facture = 'K1' WHERE id = 1;
DELETE FROM kp WHERE id = 3;
SELECT creances.rafraichir() \g /dev/null
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE a.x IS NULL OR b.x IS NULL) AS moved
  FROM k_avant a FULL JOIN (SELECT d, x FROM k_jours, k_au(d) x) b ON a.d = b.d AND a.x = b.x;
SELECT replace(k_au(creances.aujourdhui()), creances.aujourdhui()::text, 'jour');
SELECT * FROM creances.verifier_suivi('kp');
SELECT * FROM creances.coherence();

\echo == the plans: look-ups from what is open, whatever is settled; penalties only for who asks
CREATE TABLE h (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric, paye numeric, paye_le date);
INSERT INTO h SELECT 'H' || i, 'C' || i % 50, date '2020-01-01' + i % 300, date '2020-02-01' + i % 300, 10, CASE WHEN i > 5000 THEN 0 ELSE 10 END, date '2020-03-01' + i % 300 FROM generate_series(1, 5020) i;
SELECT creances.suivre_factures('h', '{"creancier": "''plan''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "regle": "paye", "regle_le": "paye_le"}');
ANALYZE creances.creance; ANALYZE creances.reglement;
CREATE FUNCTION plan(requete text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	p text;
BEGIN
	FOR p IN EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off) ' || requete LOOP
		RETURN NEXT p;
	END LOOP;
END $$;
-- no table of facts is read whole, and rows are read for what is open only; so too when the date is a parameter
-- (the aged balances sum up _etat_au())
SET LOCAL plan_cache_mode = force_generic_plan;
PREPARE liste (date) AS SELECT facture, retard, solde FROM creances.encours_au($1);
PREPARE stades (date) AS SELECT facture, stade FROM creances.encours_au($1);
SELECT q, count(*) FILTER (WHERE p ~ 'Seq Scan on (creance|reglement)') AS whole, bool_or(p ~ 'Bitmap Index Scan on creance_ouverte') AS open_ones, max((regexp_match(p, 'rows=(\d+)'))[1]::integer) < 1000 AS few,
	   bool_or(p ~ 'convention') AS penalties, bool_or(p ~ 'on relance_creance') AS stages, bool_or(p ~ 'on acte') AS holds
  FROM unnest(ARRAY[$$SELECT debiteur, sum(solde) FROM creances._etat_au('2026-01-31') GROUP BY 1$$,
		$$SELECT facture, retard, solde FROM creances.encours_au('2026-01-31')$$, $$SELECT facture, stade FROM creances.encours_au('2026-01-31')$$,
		$$SELECT facture, suspension FROM creances.encours_au('2026-01-31')$$, $$SELECT sum(total_exigible) FROM creances.encours_au('2026-01-31')$$,
		$$EXECUTE liste ('2026-01-31')$$, $$EXECUTE stades ('2026-01-31')$$]) q, plan(q) p
 GROUP BY q ORDER BY q COLLATE "C";
DEALLOCATE liste;
DEALLOCATE stades;
ROLLBACK;

\echo == the nights of the engine, and what stade_au() tells of each afterwards
CREATE EXTENSION creances;
CREATE TABLE fp (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric, nature text, paye numeric NOT NULL DEFAULT 0, paye_le date);
CREATE TABLE fd (LIKE fp INCLUDING ALL);
\set carte '"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "nature": "nature", "regle": "paye", "regle_le": "paye_le"}'
SELECT creances.suivre_factures('fp', ('{' || :'carte')::jsonb, depuis => '2024-03-01');
INSERT INTO fd VALUES ('vieille', 'V', '2023-12-01', '2023-12-31', 400), ('jeune', 'V', '2024-02-01', '2024-02-28', 50);
SELECT creances.suivre_factures('fd', ('{"creancier": "''direct''", ' || :'carte')::jsonb, depuis => '2024-03-01', reprise => 'directe');
INSERT INTO fd VALUES ('neuve', 'V', '2024-03-02', '2024-03-29', 60);
INSERT INTO fp VALUES ('suite', 'A', '2024-03-01', '2024-03-15', 1000), ('payee', 'B', '2024-03-01', '2024-03-15', 500), ('litige', 'C', '2024-03-01', '2024-03-15', 300),
	('main', 'D', '2024-03-01', '2024-03-15', 200), ('echec', 'E', '2024-03-01', '2024-03-15', 100), ('impayee', 'F', '2024-03-01', '2024-03-15', 90),
	('avance', 'G', '2024-04-02', '2024-05-02', 80), ('couverte', 'H', '2024-03-01', '2024-03-15', 70), ('credit', 'H', '2024-03-01', '2024-03-01', -70);
CREATE TABLE nuit (d date, creancier text, facture text, stade text, le date, suspension text);
CREATE FUNCTION pg_temp.journee(jour date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	p record;
BEGIN
	-- people: one of them answers late
	IF jour >= '2024-04-20' THEN
		PERFORM creances.valider_relance(r.relance, jour) FROM creances.relance r WHERE r.etat = 'a_valider';
	END IF;
	FOR p IN SELECT * FROM creances.prendre_relances(NULL, 1000, jour) LOOP
		IF p.debiteur = 'E' AND jour < '2024-03-20' THEN
			PERFORM creances.echec_envoi(p.id, 'adresse refusée', jour);
		ELSIF p.debiteur = 'A' AND p.canal_prevu = 'lettre' THEN
			NULL;	-- nobody says that it went
		ELSE
			PERFORM creances.confirmer_envoi(p.id, NULL, jour);
		END IF;
	END LOOP;
	IF jour = '2024-04-03' THEN
		PERFORM creances.confirmer_envoi(r.relance, NULL, jour) FROM creances.relance r WHERE r.debiteur = 'A' AND r.etat = 'prise';
	END IF;
	CASE jour
	WHEN '2024-03-20' THEN PERFORM creances.remettre(r.relance, jour) FROM creances.relance r WHERE r.debiteur = 'E' AND r.etat = 'echec';
	WHEN '2024-03-21' THEN
		PERFORM creances.passer_etape('principal', 'main', 1, 'vu avec le client', jour);
		UPDATE fp SET paye = 200, paye_le = jour WHERE numero = 'payee';
	WHEN '2024-03-25' THEN
		PERFORM creances.consigner('principal', 'C', 'litige', jour, 'quantité contestée', 'litige');
		UPDATE fp SET paye = 80, paye_le = jour WHERE numero = 'avance';
	WHEN '2024-04-02' THEN UPDATE fp SET paye = 500, paye_le = jour WHERE numero = 'payee';
	WHEN '2024-04-05' THEN UPDATE fp SET paye = 90, paye_le = jour WHERE numero = 'impayee';
	WHEN '2024-04-10' THEN PERFORM creances.clore_acte(a.acte, jour) FROM creances.acte a;
	ELSE NULL;
	END CASE;
	INSERT INTO nuit SELECT jour, c.creancier, c.facture, a.stade, a.etape_le, s.motif FROM creances.creance c JOIN creances.avancement a USING (creancier, facture, rang)
		LEFT JOIN LATERAL creances._suspension(c.creancier, c.debiteur, c.facture, c.rang, c.emission, c.montant, c.solde, jour) s ON true WHERE c.solde > 0 AND c.emission <= jour;
END $$;
DO $$
DECLARE
	jour date;
BEGIN
	FOR jour IN SELECT generate_series(timestamp '2024-03-01', '2024-05-20', '1 day')::date LOOP
		CALL creances.passe_relance(jour);
		PERFORM pg_temp.journee(jour);
		COMMIT;
	END LOOP;
END $$;
SELECT * FROM creances.coherence();
-- each night's stage, kept that night, is the one that is told afterwards
SELECT count(*) > 500 AS some, count(DISTINCT n.stade) AS stages, count(*) FILTER (WHERE (e.stade::text, e.le) IS DISTINCT FROM (n.stade, n.le)) AS wrong
  FROM nuit n LEFT JOIN LATERAL creances._etape_au(n.creancier, n.facture, 1, n.d) e ON true;
-- and so does the list of that day (but for a due date that has passed)
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE e.facture IS NULL OR (e.stade_depuis, e.suspension) IS DISTINCT FROM (n.le, n.suspension)
					OR e.stade IS DISTINCT FROM coalesce(n.stade, CASE WHEN n.d > e.echeance THEN 'echue' ELSE 'non_echue' END)) AS wrong
  FROM (SELECT DISTINCT d FROM nuit) j CROSS JOIN LATERAL (SELECT * FROM creances.encours_au(j.d) e WHERE e.solde > 0) e
  FULL JOIN nuit n ON n.d = j.d AND n.creancier = e.creancier AND n.facture = e.facture;
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE (s.stade, s.libelle_stade, s.solde, s.debiteur, s.suspension) IS DISTINCT FROM (e.stade, e.libelle_stade, e.solde, e.debiteur, e.suspension)) AS wrong
  FROM (SELECT DISTINCT d FROM nuit) j CROSS JOIN LATERAL creances.encours_au(j.d) e CROSS JOIN LATERAL creances.stade_au(e.creancier, e.facture, e.rang, j.d) s;
\echo the days on which the answer changes
SELECT facture, d, debiteur, solde, stade, depuis, coalesce(suspension, '-'), replace(raison, session_user, 'AUTEUR')
  FROM (SELECT s.*, j.d, lag(s.raison) OVER (PARTITION BY s.facture ORDER BY j.d) AS avant
		  FROM (SELECT generate_series(timestamp '2024-02-28', '2024-05-22', '1 day')::date AS d) j, creances.creance c, LATERAL creances.stade_au(c.creancier, c.facture, c.rang, j.d) s) x
 WHERE raison IS DISTINCT FROM avant ORDER BY facture COLLATE "C", d;

\echo == today they are the views of today
SELECT count(*) > 5 AS some, count(*) FILTER (WHERE to_jsonb(e) - '{prochaine_relance,suspendue_jusque,retenu}'::text[] - CASE WHEN e.solde < 0 THEN 'stade_depuis' ELSE '' END
													IS DISTINCT FROM to_jsonb(a) - 'regle' - CASE WHEN a.solde < 0 THEN 'stade_depuis' ELSE '' END) AS wrong
  FROM creances.encours e FULL JOIN creances.encours_au() a USING (creancier, facture, rang);
SELECT count(*) > 3 AS some, count(*) FILTER (WHERE (v.total, v.non_echu, v.de_1_a_30, v.de_31_a_60, v.de_61_a_90, v.de_91_a_120, v.plus_de_120, v.credits, v.en_compte)
													IS DISTINCT FROM (b.total, b.t1, b.t2, b.t3, b.t4, b.t5, b.t6, b.credits, b.en_compte)) AS wrong
  FROM creances.balance_agee_debiteur v
  FULL JOIN (SELECT creancier, debiteur, devise, sum(montant) AS total, sum(creances) FILTER (WHERE tranche = 1) AS t1, sum(creances) FILTER (WHERE tranche = 2) AS t2,
					sum(creances) FILTER (WHERE tranche = 3) AS t3, sum(creances) FILTER (WHERE tranche = 4) AS t4, sum(creances) FILTER (WHERE tranche = 5) AS t5,
					sum(creances) FILTER (WHERE tranche = 6) AS t6, sum(credits) AS credits, sum(en_compte) AS en_compte
			   FROM creances.balance_agee() GROUP BY 1, 2, 3) b USING (creancier, debiteur, devise);
DROP EXTENSION creances CASCADE;
DROP TABLE fp, fd, nuit;
