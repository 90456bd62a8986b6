-- The aged balance of every day, held against slow SQL on the ERP's own tables:
-- of IBM's file, and of three years lived day by day through the tie, with part
-- payments and with invoices and payments that are corrected, deleted, brought
-- back. The oracle reads the raw tables and a change log that the test's own row
-- triggers keep; nothing of the extension's is in it.
--
-- How days go by. What is seen is dated today, and today is the creditor's: each
-- evening his time zone moves on by 24 hours, thirteen days in a row (a zone is
-- at most 167 hours from UTC); then all that is there, the ERP's rows and the
-- facts, is put thirteen days earlier by its owners, triggers off, and the next
-- thirteen days begin. So every date of every fact is one that the tie itself
-- has given or the ERP's row bore, none is made up by the test.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET jit = off;
SET synchronous_commit = off;
\pset format unaligned
\pset tuples_only on
\set long ''
\getenv long CREANCES_LONG
\set donnees ''
\getenv donnees CREANCES_DONNEES
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;

\echo == each lateness in exactly one bucket
CREATE TABLE f (numero text PRIMARY KEY, client text, emise date, echeance date, montant numeric, paye numeric DEFAULT 0);
SELECT creances.suivre_factures('f', '{"facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance", "montant": "montant", "regle": "paye"}', depuis => '2020-01-01');
-- due 45, 30, 29, 1 days from now; due today; 1, 30, 31... days late
\set jours '-45, -30, -29, -1, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121'
INSERT INTO f SELECT 'F' || g, to_char(g, 'SG000'), date '2024-03-01' - 200, date '2024-03-01' - g, 1000 + g FROM unnest(ARRAY[:jours]) g;
SELECT b.debiteur AS retard, count(*) FILTER (WHERE b.montant <> 0) AS tranches, string_agg(b.tranche || ' ' || b.libelle, ' ; ') FILTER (WHERE b.montant <> 0) AS laquelle, sum(b.montant)
  FROM creances.balance_agee('2024-03-01') b GROUP BY 1 ORDER BY b.debiteur::integer;
\echo -- the same invoice as the days go by, and one bucket each day for four years
SELECT string_agg(format('%s=%s', d - date '2024-03-01', t), ' ' ORDER BY d)
  FROM unnest(ARRAY[:jours]) g, LATERAL (SELECT date '2024-03-01' + g) x(d),
	   LATERAL (SELECT string_agg(b.tranche::text, '+') FROM creances.balance_agee(d) b WHERE b.debiteur = '+000' AND b.montant <> 0) y(t);
SELECT count(*), count(*) FILTER (WHERE x.nb = 14 AND x.en_une = 14 AND x.montant = (SELECT sum(montant) FROM f))
  FROM generate_series(timestamp '2024-03-01', '2028-02-29', '1 day') g,
	   LATERAL (SELECT count(*) AS nb, count(*) FILTER (WHERE n = 1) AS en_une, sum(m) AS montant
				  FROM (SELECT count(*) FILTER (WHERE b.montant <> 0) AS n, sum(b.montant) AS m FROM creances.balance_agee(g::date) b GROUP BY b.debiteur) y) x;
SELECT creances.cesser_suivi('f');
DROP EXTENSION creances CASCADE;
DROP TABLE f;

-- ---------------------------------------------------------------- what compares

-- One row a day and question: what was compared, what differs.
CREATE TABLE resultat (partie text, jour date, quoi text, nb bigint, faux bigint);
-- An oracle gives the open items of a day: (creancier, facture, debiteur, emission, naissance, echeance, devise, montant, regle).
CREATE PROCEDURE comparer(partie text, oracle text, livre text, du date, au date) LANGUAGE plpgsql AS $$
DECLARE
	d date;
BEGIN
	FOR d IN SELECT g::date FROM generate_series(du::timestamp, au::timestamp, '1 day') g LOOP
		EXECUTE format($q$
			WITH o AS MATERIALIZED (SELECT o.*, o.montant - o.regle AS solde FROM %s($1) o),
				 b AS MATERIALIZED (SELECT * FROM creances.balance_agee($1)),
				 e AS MATERIALIZED (SELECT * FROM creances._etat_au($1)),
				 bo AS (SELECT creancier, debiteur, devise,
							   CASE WHEN $1 - echeance <= 0 THEN 1 WHEN $1 - echeance <= 30 THEN 2 WHEN $1 - echeance <= 60 THEN 3
									WHEN $1 - echeance <= 90 THEN 4 WHEN $1 - echeance <= 120 THEN 5 ELSE 6 END AS tranche, sum(solde) AS solde
						  FROM o GROUP BY 1, 2, 3, 4)
			INSERT INTO essai.resultat
			SELECT $2, $1, 'tranches', count(*), count(*) FILTER (WHERE coalesce(x.montant, 0) <> coalesce(y.solde, 0))
			  FROM b x FULL JOIN bo y USING (creancier, debiteur, devise, tranche)
			UNION ALL
			SELECT $2, $1, 'articles', count(*), count(*) FILTER (WHERE x.facture IS NULL OR y.facture IS NULL
					OR (x.debiteur, x.emission, x.echeance, x.devise, x.montant, x.solde) IS DISTINCT FROM (y.debiteur, y.emission, y.echeance, y.devise, y.montant, y.solde))
			  FROM e x FULL JOIN o y USING (creancier, facture)
			UNION ALL
			SELECT $2, $1, 'grand livre', count(*), count(*) FILTER (WHERE coalesce(x.montant, 0) <> coalesce(y.montant, 0))
			  FROM (SELECT creancier, devise, sum(montant) AS montant FROM b GROUP BY 1, 2) x FULL JOIN %s($1) y USING (creancier, devise)
			$q$, oracle, livre) USING d, partie;
		IF (d - du) % 50 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;
CREATE FUNCTION bilan(partie text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s : %s jours, %s faux%s', quoi, count(*), count(*) FILTER (WHERE faux > 0),
			CASE WHEN sum(nb) < count(*) / 2 THEN ' ; RIEN A COMPARER' END || coalesce(' ; le premier le ' || min(jour) FILTER (WHERE faux > 0), ''))
	  FROM resultat r WHERE r.partie = bilan.partie GROUP BY quoi ORDER BY quoi COLLATE "C"
$$;

-- ------------------------------------------------------------------ IBM's file
SELECT :'donnees' = '' AS vide \gset
\if :vide
\echo skipped: no folder of public test data (CREANCES_DONNEES), the IBM file is not compared
\else
\echo == the IBM file, every day
CREATE TABLE fichier ("countryCode" text, "customerID" text, "PaperlessDate" text, "invoiceNumber" text PRIMARY KEY, "InvoiceDate" text, "DueDate" text,
	"InvoiceAmount" numeric, "Disputed" text, "SettledDate" text, "PaperlessBill" text, "DaysToSettle" integer, "DaysLate" integer);
\copy fichier FROM PROGRAM 'cat "$CREANCES_DONNEES/ibm_creances.csv"' (FORMAT csv, HEADER true)
CREATE TABLE ibm AS SELECT "invoiceNumber" AS numero, "customerID" AS client, to_date("InvoiceDate", 'MM/DD/YYYY') AS emise,
	to_date("DueDate", 'MM/DD/YYYY') AS echeance, "InvoiceAmount" AS montant, "InvoiceAmount" AS paye, to_date("SettledDate", 'MM/DD/YYYY') AS reglee FROM fichier;
ALTER TABLE ibm ADD PRIMARY KEY (numero);
CREATE EXTENSION creances;
SELECT creances.suivre_factures('ibm', '{"facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance",
	"montant": "montant", "regle": "paye", "regle_le": "reglee"}');
ANALYZE;
-- each invoice is settled at once: owed from its date to the eve of its settlement
CREATE FUNCTION oracle_ibm(d date) RETURNS TABLE (creancier text, facture text, debiteur text, emission date, naissance date, echeance date, devise text, montant numeric, regle numeric)
LANGUAGE sql STABLE AS $$
	SELECT 'principal', numero, client, emise, emise, echeance, 'EUR', montant, 0::numeric FROM essai.ibm WHERE emise <= d AND NOT reglee <= d
$$;
-- invoices less settlements, two sums that know nothing of each other
CREATE FUNCTION livre_ibm(d date) RETURNS TABLE (creancier text, devise text, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT 'principal', 'EUR', (SELECT coalesce(sum(montant), 0) FROM essai.ibm WHERE emise <= d) - (SELECT coalesce(sum(paye), 0) FROM essai.ibm WHERE reglee <= d)
$$;
SELECT min(emise) AS du, max(reglee) AS au FROM ibm \gset
CALL comparer('ibm', 'essai.oracle_ibm', 'essai.livre_ibm', :'du', :'au');
SELECT :'du', :'au', * FROM bilan('ibm');
DROP EXTENSION creances CASCADE;
\endif

-- ---------------------------------------------------------------- three years

\echo == three years, lived day by day
-- a number from 0 to n - 1 that depends on the text only
CREATE FUNCTION de(quoi text, n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5(quoi), 1, 7))::bit(28)::integer % n $$;
SELECT CASE WHEN :'long' = '' THEN 2000 ELSE 20000 END AS par_an \gset
\set jours 1096

-- Day 0 of the history, as a date of now: it moves.
CREATE TABLE horloge (base date);
INSERT INTO horloge VALUES ('2000-01-01');
CREATE FUNCTION base() RETURNS date LANGUAGE sql STABLE AS $$ SELECT base FROM essai.horloge $$;

-- The ERP's tables, one a way to tell what is paid. A: a paid amount and the
-- date of the last payment, mode immediat. S: the same, mode differe. D: what
-- remains due, without a date, mode differe.
CREATE TABLE fa (id bigint PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, devise text, paye numeric DEFAULT 0, paye_le date);
CREATE TABLE fs (LIKE fa INCLUDING ALL);
CREATE TABLE fd (id bigint PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, devise text, reste numeric);

-- The change log: each row as it was written, on which day; days are counted
-- from day 0. origine: INSERT, UPDATE, DELETE, or the two halves of a renumbering.
CREATE TABLE journal (ordre bigint GENERATED ALWAYS AS IDENTITY, jour integer, societe text, numero text, origine text, present boolean,
	client text, emission integer, echeance integer, montant numeric, devise text, paye numeric, paye_le integer);
CREATE FUNCTION tenir_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	le CONSTANT integer := current_setting('essai.jour');
	base CONSTANT date := current_setting('essai.base');
	n jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
	ancien text := CASE WHEN TG_OP = 'UPDATE' AND OLD.numero <> NEW.numero THEN OLD.numero END;
	m CONSTANT numeric := n ->> 'montant';
BEGIN
	IF ancien IS NOT NULL THEN
		INSERT INTO essai.journal (jour, societe, numero, origine, present) VALUES (le, TG_ARGV[0], ancien, 'quitte', false);
	END IF;
	INSERT INTO essai.journal (jour, societe, numero, origine, present, client, emission, echeance, montant, devise, paye, paye_le)
	VALUES (le, TG_ARGV[0], n ->> 'numero', CASE WHEN ancien IS NULL THEN TG_OP ELSE 'prend' END, TG_OP <> 'DELETE',
			n ->> 'client', (n ->> 'emission')::date - base, (n ->> 'echeance')::date - base, m, n ->> 'devise',
			coalesce((n ->> 'paye')::numeric, m - (n ->> 'reste')::numeric), (n ->> 'paye_le')::date - base);
	RETURN NULL;
END $$;
CREATE TRIGGER a_journal AFTER INSERT OR UPDATE OR DELETE ON fa FOR EACH ROW EXECUTE FUNCTION tenir_journal('A');
CREATE TRIGGER a_journal AFTER INSERT OR UPDATE OR DELETE ON fs FOR EACH ROW EXECUTE FUNCTION tenir_journal('S');
CREATE TRIGGER a_journal AFTER INSERT OR UPDATE OR DELETE ON fd FOR EACH ROW EXECUTE FUNCTION tenir_journal('D');

-- What will happen: a date is a day of the history. saisie: the day that the
-- invoice is entered, which is not always its date.
CREATE TABLE piece AS
SELECT i AS id, s.societe, s.societe || i AS numero, 'C' || de('c' || i, 97) AS client, s.saisie,
	   CASE WHEN de('n' || i, 40) = 0 THEN NULL
			WHEN s.societe <> 'D' AND de('r' || i, 10) = 0 THEN greatest(0, s.saisie - 1 - de('r1' || i, 5)) -- entered late
			WHEN de('r' || i, 40) = 1 THEN s.saisie + 1 + de('r1' || i, 9) ELSE s.saisie END AS emission, -- dated ahead
	   s.saisie + (ARRAY[0, 1, 10, 15, 29, 30, 30, 30, 45, 60, 90])[1 + de('d' || i, 11)] AS echeance,
	   (CASE WHEN de('v' || i, 30) = 0 THEN -1 ELSE 1 END) * round((1 + de('m' || i, 999999)) / 100.0, 2) AS montant,
	   CASE WHEN de('u' || i, 9) = 0 THEN 'USD' ELSE 'EUR' END AS devise
  FROM generate_series(1, 3 * :par_an) i, LATERAL (SELECT (ARRAY['A', 'S', 'D'])[1 + i % 3] AS societe, de('e' || i, :jours) AS saisie) s;
CREATE TABLE plan (jour integer, ordre integer, societe text, quoi text, id integer, valeur numeric, le integer);
-- part payments: one, two to four, too much, two on one day, a cheque that bounces, never
INSERT INTO plan
SELECT p.jour, x.n, p.societe, 'paiement', p.id, x.part, p.jour - CASE WHEN de('b' || p.id || x.n, 5) = 0 THEN 1 + de('b1' || p.id || x.n, 6) ELSE 0 END
  FROM (SELECT p.*, de('p' || p.id, 100) AS sort, n, CASE WHEN de('p' || p.id, 100) BETWEEN 85 AND 89 THEN 1 ELSE n END AS fois,
			   greatest(p.saisie, p.echeance - 25 + de('q' || p.id, 80)) AS debut FROM piece p, generate_series(1, 4) n) p0
 CROSS JOIN LATERAL (SELECT p0.*, p0.debut + CASE WHEN p0.fois = 1 THEN 0 ELSE de('q' || p0.id || p0.fois, 40) + p0.fois END AS jour) p
 CROSS JOIN LATERAL (SELECT p.n, CASE
		WHEN p.sort < 50 THEN CASE p.n WHEN 1 THEN p.montant END
		WHEN p.sort < 80 THEN CASE WHEN p.n < 2 + p.id % 3 THEN round(p.montant / (2 + p.id % 3), 2)
								   WHEN p.n = 2 + p.id % 3 THEN p.montant - (1 + p.id % 3) * round(p.montant / (2 + p.id % 3), 2) END
		WHEN p.sort < 85 THEN CASE p.n WHEN 1 THEN p.montant WHEN 2 THEN sign(p.montant) * 12.34 END
		WHEN p.sort < 90 THEN CASE p.n WHEN 1 THEN round(p.montant / 3, 2) WHEN 2 THEN round(p.montant / 5, 2) END
		WHEN p.sort < 95 THEN CASE p.n WHEN 1 THEN p.montant WHEN 2 THEN -p.montant WHEN 3 THEN round(p.montant / 2, 2) END
		END AS part) x
 WHERE x.part <> 0 AND p.jour < :jours;
-- and what is changed after the fact
INSERT INTO plan
SELECT x.jour, CASE x.quoi WHEN 'retour' THEN 11 ELSE 10 END, p.societe, x.quoi, p.id, x.valeur, NULL
  FROM piece p
 CROSS JOIN LATERAL (SELECT p.saisie + 1 + de('k' || p.id, 150) AS jour, de('k1' || p.id, 60) AS sort) k
 CROSS JOIN LATERAL (VALUES
		('montant', 0, 4, k.jour, round(p.montant * 0.9, 2)), ('montant', 2, 3, k.jour + 40, round(p.montant * 1.1, 2)),
		('echeance', 3, 6, k.jour, 17), ('echeance', 6, 7, k.jour, -8), ('echeance', 3, 4, k.jour, 5),
		('client', 6, 9, k.jour, 1), ('emission', 9, 11, k.jour, 5 - p.id % 11), ('devise', 11, 12, k.jour, NULL),
		('supprime', 12, 17, k.jour, NULL), ('retour', 13, 16, k.jour + 1 + de('k2' || p.id, 60), NULL), ('supprime', 15, 16, k.jour + 90, NULL),
		('numero', 17, 19, k.jour, NULL)) x(quoi, de, a, jour, valeur)
 WHERE k.sort >= x.de AND k.sort < x.a AND x.jour < :jours;
-- a row that is paid and gone the same day shows its payment to mode immediat only
DELETE FROM plan p WHERE quoi = 'paiement' AND EXISTS (SELECT FROM plan x WHERE x.id = p.id AND x.jour = p.jour AND x.quoi IN ('supprime', 'numero'));
CREATE INDEX ON plan (jour);
CREATE INDEX ON piece (saisie);
CREATE INDEX ON piece (id);
ANALYZE piece, plan;

-- what the evenings saw
CREATE TABLE photo (jour integer, creancier text, devise text, montant numeric, PRIMARY KEY (jour, creancier, devise));

CREATE EXTENSION creances;
INSERT INTO creances.creancier (creancier) VALUES ('A'), ('S'), ('D');
SELECT creances.suivre_factures(v.t, ('{"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "devise": "devise"}'::jsonb
		|| jsonb_build_object('creancier', quote_literal(v.s)) || v.c::jsonb), NULL, '1990-01-01', v.m)
  FROM (VALUES ('fa'::regclass, 'A', 'immediat', '{"regle": "paye", "regle_le": "paye_le"}'), ('fs', 'S', 'differe', '{"regle": "paye", "regle_le": "paye_le"}'),
			   ('fd', 'D', 'differe', '{"reste_du": "reste"}')) v(t, s, m, c);

-- Put all that is there n days later (earlier if negative), as its owners.
CREATE PROCEDURE deplacer(n integer) LANGUAGE plpgsql AS $$
DECLARE
	c record;
BEGIN
	SET LOCAL session_replication_role = replica;
	FOR c IN SELECT a.attrelid::regclass AS t, string_agg(format('%I = %1$I + $1', a.attname), ', ') AS colonnes
			   FROM pg_attribute a
			  WHERE a.atttypid = 'date'::regtype AND a.attnum > 0 AND NOT a.attisdropped
				AND (a.attrelid IN (SELECT table_suivie FROM creances.suivi)
					 OR a.attrelid IN ('creances.creance'::regclass, 'creances.creance_version'::regclass, 'creances.reglement'::regclass))
			  GROUP BY 1 LOOP
		EXECUTE format('UPDATE %s SET %s', c.t, c.colonnes) USING n;
	END LOOP;
	UPDATE essai.horloge SET base = base + n;
	SET LOCAL session_replication_role = DEFAULT;
END $$;

-- The writes of a day, as an ERP would make them: by statement, in the plan's order.
CREATE PROCEDURE journee(t integer, base date) LANGUAGE plpgsql AS $$
DECLARE
	e record;
	tab text;
	avec CONSTANT text := 'FROM essai.plan p JOIN essai.piece q USING (id) WHERE p.jour = $1 AND p.societe = $3 AND p.quoi = $4 AND p.ordre = $5 AND f.id = p.id';
BEGIN
	FOR e IN SELECT DISTINCT societe, 0 AS ordre, 'facture' AS quoi FROM essai.piece WHERE saisie = t
			 UNION ALL SELECT DISTINCT societe, ordre, quoi FROM essai.plan WHERE jour = t ORDER BY 1, 2, 3 LOOP
		tab := 'essai.f' || lower(e.societe);
		EXECUTE CASE e.quoi
			WHEN 'facture' THEN format('INSERT INTO %s SELECT id, numero, client, $2 + emission, $2 + echeance, montant, devise, %s FROM essai.piece WHERE saisie = $1 AND societe = $3',
									   tab, CASE e.societe WHEN 'D' THEN 'montant' ELSE '0, NULL' END)
			WHEN 'retour' THEN format('INSERT INTO %s SELECT q.id + CASE WHEN q.id %% 2 = 0 THEN 0 ELSE 10000000 END, q.numero, q.client, $2 + q.emission, $2 + q.echeance, q.montant, q.devise, %s %s',
									  tab, CASE e.societe WHEN 'D' THEN 'q.montant' ELSE '0, NULL::date' END, replace(avec, ' AND f.id = p.id', ''))
			WHEN 'supprime' THEN format('DELETE FROM %s f USING %s', tab, substr(avec, 5))
			ELSE format('UPDATE %s f SET %s %s', tab,
				CASE e.quoi WHEN 'paiement' THEN CASE e.societe WHEN 'D' THEN 'reste = f.reste - p.valeur' ELSE 'paye = f.paye + p.valeur, paye_le = $2 + p.le' END
							WHEN 'montant' THEN 'montant = p.valeur' || CASE e.societe WHEN 'D' THEN ', reste = f.reste + p.valeur - f.montant' ELSE '' END
							WHEN 'echeance' THEN 'echeance = f.echeance + p.valeur::integer'
							WHEN 'client' THEN 'client = f.client || ''b'''
							WHEN 'emission' THEN 'emission = f.emission + p.valeur::integer'
							WHEN 'devise' THEN 'devise = CASE f.devise WHEN ''EUR'' THEN ''USD'' ELSE ''EUR'' END'
							WHEN 'numero' THEN 'numero = f.numero || ''b''' END, avec) END
		USING t, base, e.societe, e.quoi, e.ordre;
	END LOOP;
END $$;

-- Thirteen days.
CREATE PROCEDURE vivre(du integer, au integer) LANGUAGE plpgsql AS $$
DECLARE
	base date;
	utc date := (now() AT TIME ZONE 'UTC')::date;
BEGIN
	CALL essai.deplacer(utc - 6 - du - essai.base());
	base := essai.base();
	FOR t IN du .. au LOOP
		COMMIT;
		-- "Jour-24" is a zone 24 hours ahead of UTC
		utc := (now() AT TIME ZONE 'UTC')::date;
		UPDATE creances.creancier SET fuseau = 'Jour' || -24 * (base + t - utc);
		PERFORM set_config('essai.jour', t::text, true), set_config('essai.base', base::text, true);
		CALL essai.journee(t, base);
		PERFORM creances.rafraichir();
		INSERT INTO essai.photo SELECT t, b.creancier, b.devise, sum(b.montant) FROM creances.balance_agee(base + t) b GROUP BY 2, 3;
	END LOOP;
END $$;
SELECT format('CALL essai.vivre(%s, %s)', t, least(t + 13, :jours) - 1), 'VACUUM ' || string_agg(v.nom, ', ') FROM generate_series(0, :jours - 1, 13) t(t),
	   (VALUES ('creances.creance'), ('creances.creance_version'), ('creances.reglement'), ('creances.a_revoir'), ('essai.fa'), ('essai.fs'), ('essai.fd')) v(nom)
 GROUP BY t ORDER BY t \gexec

\echo == corrected today: no past day moves
CREATE PROCEDURE corriger() LANGUAGE plpgsql AS $$
DECLARE
	tab text;
	jours CONSTANT integer := (SELECT max(jour) + 1 FROM essai.photo);
BEGIN
	-- the day after the last one is today
	UPDATE creances.creancier SET fuseau = 'Europe/Paris';
	CALL essai.deplacer((now() AT TIME ZONE 'Europe/Paris')::date - jours - essai.base());
	PERFORM set_config('essai.jour', jours::text, true), set_config('essai.base', essai.base()::text, true);
	FOREACH tab IN ARRAY ARRAY['fa', 'fs', 'fd'] LOOP
		EXECUTE format('UPDATE essai.%I SET montant = montant + 100 WHERE id %% 9 = 0', tab);
		EXECUTE format('UPDATE essai.%I SET echeance = echeance + 45 WHERE id %% 9 IN (1, 2)', tab);
		EXECUTE format('UPDATE essai.%I SET client = ''autre'' WHERE id %% 9 IN (2, 3)', tab);
		EXECUTE format('UPDATE essai.%I SET emission = emission - 400 WHERE id %% 9 = 4', tab);
		EXECUTE format('UPDATE essai.%I SET numero = numero || ''x'' WHERE id %% 9 = 5', tab);
		EXECUTE format('DELETE FROM essai.%I WHERE id %% 9 IN (6, 7)', tab);
	END LOOP;
	PERFORM creances.rafraichir();
	INSERT INTO essai.journal (jour, societe, numero, origine, present) SELECT jours, 'D', numero, 'TRUNCATE', false FROM essai.fd;
	TRUNCATE essai.fd;
	PERFORM creances.rafraichir();
END $$;
CALL corriger();

-- What the change log says. An invoice has been what it was first entered as
-- from its date on; each later state holds from the day it was written.
CREATE TABLE etat AS
SELECT j.societe, j.numero, j.n, CASE WHEN j.n = 1 AND j.origine = 'INSERT' THEN -1000000 ELSE j.jour END AS de, j.present, j.client, j.emission,
	   coalesce(j.emission, first_value(least(j.echeance, j.jour)) OVER (PARTITION BY j.societe, j.numero ORDER BY j.n)) AS naissance, j.echeance, j.montant, j.devise
  FROM (SELECT j.*, row_number() OVER w AS n, lag((present, client, emission, echeance, montant, devise)) OVER w IS DISTINCT FROM (present, client, emission, echeance, montant, devise) AS change
		  FROM journal j WINDOW w AS (PARTITION BY societe, numero ORDER BY ordre)) j
 WHERE j.change;
-- Each change of the paid amount is a movement: a payment of the date that the
-- row gives, else of the day that it was written; what undoes one, of that day.
CREATE TABLE mouvement AS
SELECT societe, numero, CASE WHEN (delta < 0) = (montant < 0) THEN coalesce(paye_le, jour) ELSE jour END AS le, delta
  FROM (SELECT j.*, paye - lag(paye, 1, 0::numeric) OVER (PARTITION BY societe, numero ORDER BY ordre) AS delta FROM journal j WHERE present) j
 WHERE delta <> 0;
ANALYZE;
CREATE FUNCTION oracle_vie(d date) RETURNS TABLE (creancier text, facture text, debiteur text, emission date, naissance date, echeance date, devise text, montant numeric, regle numeric)
LANGUAGE sql STABLE AS $$
	SELECT e.societe, e.numero, e.client, d - (j - e.emission), d - (j - e.naissance), d - (j - e.echeance), e.devise, e.montant, coalesce(m.paye, 0)
	  FROM (SELECT d - essai.base() AS j OFFSET 0) q
	 CROSS JOIN LATERAL (SELECT DISTINCT ON (x.societe, x.numero) x.* FROM essai.etat x WHERE x.de <= j ORDER BY x.societe, x.numero, x.n DESC) e
	  LEFT JOIN LATERAL (SELECT x.societe, x.numero, sum(x.delta) AS paye FROM essai.mouvement x WHERE x.le <= j GROUP BY 1, 2) m USING (societe, numero)
	 WHERE e.present AND e.naissance <= j AND e.montant <> coalesce(m.paye, 0)
$$;
-- The same as a ledger: each state of an invoice is posted the day it begins and
-- taken back the day it ends, and so is what had been paid on it.
CREATE TABLE ecriture AS
WITH p AS (SELECT e.*, greatest(e.de, e.naissance) AS debut FROM (SELECT e.*, lead(de) OVER (PARTITION BY societe, numero ORDER BY n) AS fin FROM etat e) e
			WHERE e.present AND (e.fin IS NULL OR greatest(e.de, e.naissance) < e.fin))
SELECT p.societe, p.devise, x.jour, x.montant, x.quoi
  FROM p CROSS JOIN LATERAL (SELECT p.debut, p.montant, 'facture' UNION ALL SELECT p.fin, -p.montant, 'facture' UNION ALL
		SELECT v.jour, v.montant, 'mouvement' FROM mouvement m CROSS JOIN LATERAL (VALUES (greatest(m.le, p.debut), -m.delta), (p.fin, m.delta)) v(jour, montant)
		 WHERE m.societe = p.societe AND m.numero = p.numero AND (p.fin IS NULL OR greatest(m.le, p.debut) < p.fin)) x(jour, montant, quoi)
 WHERE x.jour IS NOT NULL;
CREATE FUNCTION livre_vie(d date) RETURNS TABLE (creancier text, devise text, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT societe, devise, sum(montant) FROM essai.ecriture WHERE jour <= d - essai.base() GROUP BY 1, 2
$$;
CALL comparer('vie', 'essai.oracle_vie', 'essai.livre_vie', base() - 20, base() + :jours + 100);
SELECT * FROM bilan('vie');
