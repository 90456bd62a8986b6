-- The aged balance of every day, held against slow SQL on the ERP's own tables:
-- of IBM's file, and of three years lived day by day through the tie, with part
-- payments, and with invoices and payments that are corrected, deleted, brought
-- back. The oracle reads the raw tables and a change log that the test's own row
-- triggers keep; nothing of the extension's is in it.
--
-- How days go by. What is seen is dated today, and today is the creditor's: each
-- evening his time zone moves on by 24 hours, thirteen days in a row (a zone is
-- at most 167 hours from UTC); then all that is there, the ERP's rows and the
-- facts, is put thirteen days earlier by its owners, triggers off, and the next
-- thirteen days begin. So each date of a fact is one that the tie gave it or
-- that the ERP's row bore; the test makes up none.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET jit = off;
SET synchronous_commit = off;
SET plan_cache_mode = force_generic_plan; -- the comparison of a day is planned once
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
CREATE TABLE f (numero text PRIMARY KEY, client text, emise date, echeance date, montant numeric);
SELECT creances.suivre_factures('f', '{"facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance", "montant": "montant"}', depuis => '2020-01-01');
-- due 45, 30, 29, 1 days from now; due today; 1, 30, 31... days late
\set jours '-45, -30, -29, -1, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121'
INSERT INTO f SELECT 'F' || g, to_char(g, 'SG000'), date '2023-08-14', date '2024-03-01' - g, 1000 + g FROM unnest(ARRAY[:jours]) g;
SELECT b.debiteur AS retard, count(*) FILTER (WHERE b.montant <> 0) AS tranches, string_agg(b.tranche || ' ' || b.libelle, ' ; ') FILTER (WHERE b.montant <> 0) AS laquelle, sum(b.montant)
  FROM creances.balance_agee('2024-03-01') b GROUP BY 1 ORDER BY b.debiteur::integer;
\echo -- one invoice as the days go by; one bucket each day for four years
SELECT string_agg(format('%s=%s', d - date '2024-03-01', t), ' ' ORDER BY d)
  FROM unnest(ARRAY[:jours]) g, LATERAL (SELECT date '2024-03-01' + g) x(d),
	   LATERAL (SELECT string_agg(b.tranche::text, '+') FROM creances.balance_agee(d) b WHERE b.debiteur = '+000' AND b.montant <> 0) y(t);
SELECT count(*), count(*) FILTER (WHERE x.nb = 14 AND x.en_une = 14 AND x.montant = (SELECT sum(montant) FROM f))
  FROM generate_series(timestamp '2024-03-01', '2028-02-29', '1 day') g,
	   LATERAL (SELECT count(*) AS nb, count(*) FILTER (WHERE n = 1) AS en_une, sum(m) AS montant
				  FROM (SELECT count(*) FILTER (WHERE b.montant <> 0) AS n, sum(b.montant) AS m FROM creances.balance_agee(g::date) b GROUP BY b.debiteur) y) x;
\echo -- the same by the age of the invoice, whose first bucket is from 0 days on
INSERT INTO f SELECT 'E' || g, 'e' || to_char(g, 'SG000'), date '2024-03-01' - g, date '2024-03-01', 1000 + g FROM unnest(ARRAY[:jours]) g;
SELECT substr(b.debiteur, 2) AS age, count(*) FILTER (WHERE b.montant <> 0) AS tranches, string_agg(b.tranche || ' ' || b.libelle, ' ; ') FILTER (WHERE b.montant <> 0) AS laquelle, sum(b.montant)
  FROM creances.balance_agee_emission('2024-03-01') b WHERE b.debiteur ~ '^e' GROUP BY b.debiteur ORDER BY substr(b.debiteur, 2)::integer;
SELECT count(*), count(*) FILTER (WHERE x.nb = 28 AND x.en_une = 28 AND x.montant = (SELECT sum(montant) FROM f))
  FROM generate_series(timestamp '2024-04-15', '2028-02-29', '1 day') g,
	   LATERAL (SELECT count(*) AS nb, count(*) FILTER (WHERE n = 1) AS en_une, sum(m) AS montant
				  FROM (SELECT count(*) FILTER (WHERE b.montant <> 0) AS n, sum(b.montant) AS m FROM creances.balance_agee_emission(g::date) b GROUP BY b.debiteur) y) x;
DROP EXTENSION creances CASCADE;
DROP TABLE f;

-- ---------------------------------------------------------------- what compares

-- One row a day and question: what was compared, what differs.
CREATE TABLE resultat (partie text, jour date, quoi text, nb bigint, faux bigint);
-- The open items of a day as the oracle has them, and the balance as a ledger has it: each part below has its own.
CREATE FUNCTION oracle(d date) RETURNS TABLE (creancier text, facture text, debiteur text, emission date, naissance date, echeance date, devise text, montant numeric, regle numeric, en_compte boolean)
LANGUAGE sql STABLE AS $$ SELECT '', '', '', d, d, d, '', 0.0, 0.0, false $$;
CREATE FUNCTION livre(d date) RETURNS TABLE (creancier text, devise text, montant numeric) LANGUAGE sql STABLE AS $$ SELECT '', '', 0.0 $$;
CREATE PROCEDURE comparer(partie text, du date, au date) LANGUAGE plpgsql AS $$
BEGIN
	FOR d IN 0 .. au - du LOOP
		WITH o AS MATERIALIZED (
			SELECT o.*, o.montant - o.regle AS solde, du + d - o.echeance AS retard,
				   CASE WHEN du + d - o.echeance <= 0 THEN 1 WHEN du + d - o.echeance <= 30 THEN 2 WHEN du + d - o.echeance <= 60 THEN 3
						WHEN du + d - o.echeance <= 90 THEN 4 WHEN du + d - o.echeance <= 120 THEN 5 ELSE 6 END AS par_echeance,
				   CASE WHEN du + d - o.naissance <= 30 THEN 1 WHEN du + d - o.naissance <= 60 THEN 2 WHEN du + d - o.naissance <= 90 THEN 3
						WHEN du + d - o.naissance <= 120 THEN 4 ELSE 5 END AS par_emission
			  FROM essai.oracle(du + d) o),
		b AS MATERIALIZED (SELECT * FROM creances.balance_agee(du + d)),
		be AS MATERIALIZED (SELECT * FROM creances.balance_agee_emission(du + d)),
		s AS (SELECT GROUPING(o.par_echeance) AS g, o.creancier, o.debiteur, o.devise, coalesce(o.par_echeance, o.par_emission) AS tranche, sum(o.solde) AS solde,
					 coalesce(sum(o.solde) FILTER (WHERE o.solde < 0 AND NOT o.en_compte), 0) AS credits, coalesce(sum(o.solde) FILTER (WHERE o.en_compte), 0) AS en_compte
				FROM o GROUP BY GROUPING SETS ((o.creancier, o.debiteur, o.devise, o.par_echeance), (o.creancier, o.debiteur, o.devise, o.par_emission)))
		INSERT INTO essai.resultat
		SELECT comparer.partie, du + d, v.quoi, v.nb, v.faux FROM (
			SELECT 'tranches par échéance', count(*),
				   count(*) FILTER (WHERE (coalesce(x.montant, 0), coalesce(x.creances, 0), coalesce(x.credits, 0), coalesce(x.en_compte, 0))
										  <> (coalesce(y.solde, 0), coalesce(y.solde - y.credits - y.en_compte, 0), coalesce(y.credits, 0), coalesce(y.en_compte, 0)))
			  FROM b x FULL JOIN (SELECT * FROM s WHERE g = 0) y USING (creancier, debiteur, devise, tranche)
			UNION ALL
			SELECT 'tranches par émission', count(*),
				   count(*) FILTER (WHERE (coalesce(x.montant, 0), coalesce(x.creances, 0), coalesce(x.credits, 0), coalesce(x.en_compte, 0))
										  <> (coalesce(y.solde, 0), coalesce(y.solde - y.credits - y.en_compte, 0), coalesce(y.credits, 0), coalesce(y.en_compte, 0)))
			  FROM be x FULL JOIN (SELECT * FROM s WHERE g = 1) y USING (creancier, debiteur, devise, tranche)
			UNION ALL
			SELECT 'créances une à une', count(*), count(*) FILTER (WHERE x.facture IS NULL OR y.facture IS NULL OR x.rang <> 1
					OR (x.debiteur, x.emission, x.echeance, x.retard, x.devise, x.montant, x.regle, x.solde)
					   IS DISTINCT FROM (y.debiteur, y.emission, y.echeance, y.retard, y.devise, y.montant, y.regle, y.solde))
			  -- (what is on account is known by its row's key)
			  FROM (SELECT e.*, CASE WHEN e.facture ~ '^compte:' THEN 'compte:' || e.cle ELSE e.facture END AS piece FROM creances.encours_au(du + d) e) x
			  FULL JOIN (SELECT o.*, o.facture AS piece FROM o) y USING (creancier, piece)
			UNION ALL
			SELECT 'grand livre', count(*), count(*) FILTER (WHERE coalesce(x.montant, 0) <> coalesce(z.montant, 0) OR coalesce(y.montant, 0) <> coalesce(z.montant, 0))
			  FROM (SELECT creancier, devise, sum(montant) AS montant FROM b GROUP BY 1, 2) x
			  FULL JOIN (SELECT creancier, devise, sum(montant) AS montant FROM be GROUP BY 1, 2) y USING (creancier, devise)
			  FULL JOIN essai.livre(du + d) z USING (creancier, devise)) v(quoi, nb, faux);
		IF d % 50 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;
CREATE FUNCTION bilan(partie text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s : %s jours, %s faux%s', quoi, count(*), count(*) FILTER (WHERE faux > 0),
			CASE WHEN sum(nb) < count(*) / 2 THEN ' ; RIEN A COMPARER' END)
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
CREATE OR REPLACE FUNCTION oracle(d date) RETURNS TABLE (creancier text, facture text, debiteur text, emission date, naissance date, echeance date, devise text, montant numeric, regle numeric, en_compte boolean)
LANGUAGE sql STABLE AS $$
	SELECT 'principal', numero, client, emise, emise, echeance, 'EUR', montant, 0::numeric, false FROM essai.ibm WHERE emise <= d AND NOT reglee <= d
$$;
-- invoices less settlements, two sums that know nothing of each other
CREATE OR REPLACE FUNCTION livre(d date) RETURNS TABLE (creancier text, devise text, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT 'principal', 'EUR', (SELECT coalesce(sum(montant), 0) FROM essai.ibm WHERE emise <= d) - (SELECT coalesce(sum(paye), 0) FROM essai.ibm WHERE reglee <= d)
$$;
SELECT min(emise) AS du, max(reglee) AS au FROM ibm \gset
CALL comparer('ibm', :'du', :'au');
SELECT :'du', :'au', * FROM bilan('ibm');
DROP EXTENSION creances CASCADE;
\endif

-- ---------------------------------------------------------------- three years

\echo == three years, lived day by day
-- a number from 0 to n - 1 that depends on the text only
CREATE FUNCTION de(quoi text, n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT ('x' || substr(md5(quoi), 1, 7))::bit(28)::integer % n $$;
SELECT CASE WHEN :'long' = '' THEN 200 ELSE 20000 END AS par_an \gset
\set jours 1096

-- Day 0 of the history, as a date of now: it moves.
CREATE TABLE horloge (base date);
INSERT INTO horloge VALUES ('2000-01-01');
CREATE FUNCTION base() RETURNS date LANGUAGE sql STABLE AS $$ SELECT base FROM essai.horloge $$;

-- The ERP's tables, one a way to tell what is paid. A: a paid amount and the
-- date of the last payment, mode immediat. S: the same, mode differe. D: what
-- remains due, without a date, mode differe. P: a table of payments that name
-- the invoice, mode immediat. Q: a table of payments that bear its key, mode
-- differe.
CREATE TABLE fa (id bigint PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, devise text, paye numeric DEFAULT 0, paye_le date);
CREATE TABLE fs (LIKE fa INCLUDING ALL);
CREATE TABLE fd (id bigint PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, devise text, reste numeric);
CREATE TABLE fp (id bigint PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, devise text);
CREATE TABLE fq (LIKE fp INCLUDING ALL);
CREATE TABLE pp (id bigint PRIMARY KEY, piece text, client text, le date, montant numeric, devise text);
CREATE TABLE pq (id bigint PRIMARY KEY, piece bigint, client text, le date, montant numeric, devise text);
CREATE INDEX ON pp (piece);
CREATE INDEX ON pq (piece);

-- The change log: each row as it was written, on which day; days are counted
-- from day 0. origine: INSERT, UPDATE, DELETE, or the two halves of a renumbering.
CREATE TABLE journal (ordre bigint GENERATED ALWAYS AS IDENTITY, jour integer, societe text, numero text, origine text, present boolean,
	client text, emission integer, echeance integer, montant numeric, devise text, paye numeric, paye_le integer);
-- The same of the payments. numero: of the invoice, if it is known by then;
-- compte: of none; arrivee: nothing was written but the invoice.
CREATE TABLE journal_paiement (ordre bigint GENERATED ALWAYS AS IDENTITY, jour integer, societe text, paiement bigint, present boolean,
	numero text, compte boolean, client text, le integer, montant numeric, devise text, arrivee boolean DEFAULT false);
-- how payments name an invoice that has been entered, and its number
CREATE TABLE nom (societe text, nom text, numero text, PRIMARY KEY (societe, nom));
CREATE FUNCTION tenir_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	jour CONSTANT integer := current_setting('essai.jour');
	base CONSTANT date := current_setting('essai.base');
	n jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
	ancien text := CASE WHEN TG_OP = 'UPDATE' AND OLD.numero <> NEW.numero THEN OLD.numero END;
	m CONSTANT numeric := n ->> 'montant';
BEGIN
	IF ancien IS NOT NULL THEN
		INSERT INTO essai.journal (jour, societe, numero, origine, present) VALUES (jour, TG_ARGV[0], ancien, 'quitte', false);
	END IF;
	INSERT INTO essai.journal (jour, societe, numero, origine, present, client, emission, echeance, montant, devise, paye, paye_le)
	VALUES (jour, TG_ARGV[0], n ->> 'numero', CASE WHEN ancien IS NULL THEN TG_OP ELSE 'prend' END, TG_OP <> 'DELETE',
			n ->> 'client', (n ->> 'emission')::date - base, (n ->> 'echeance')::date - base, m, n ->> 'devise',
			coalesce((n ->> 'paye')::numeric, m - (n ->> 'reste')::numeric), (n ->> 'paye_le')::date - base);
	-- what pays a key pays the number that it bears; a payment may have come first
	IF TG_ARGV[0] IN ('P', 'Q') AND (TG_OP = 'INSERT' OR ancien IS NOT NULL) THEN
		INSERT INTO essai.nom VALUES (TG_ARGV[0], n ->> CASE TG_ARGV[0] WHEN 'P' THEN 'numero' ELSE 'id' END, NEW.numero)
		ON CONFLICT (societe, nom) DO UPDATE SET numero = excluded.numero;
		INSERT INTO essai.journal_paiement (jour, societe, paiement, present, numero, compte, client, le, montant, devise, arrivee)
		SELECT jour, 'P', p.id, true, NEW.numero, false, p.client, p.le - base, p.montant, p.devise, true FROM essai.pp p WHERE TG_ARGV[0] = 'P' AND p.piece = NEW.numero
		UNION ALL
		SELECT jour, 'Q', q.id, true, NEW.numero, false, q.client, q.le - base, q.montant, q.devise, true FROM essai.pq q WHERE TG_ARGV[0] = 'Q' AND q.piece = NEW.id;
	END IF;
	RETURN NULL;
END $$;
CREATE FUNCTION tenir_journal_paiement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	r record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
	INSERT INTO essai.journal_paiement (jour, societe, paiement, present, numero, compte, client, le, montant, devise)
	VALUES (current_setting('essai.jour')::integer, TG_ARGV[0], r.id, TG_OP <> 'DELETE',
			(SELECT x.numero FROM essai.nom x WHERE x.societe = TG_ARGV[0] AND x.nom = r.piece::text), r.piece IS NULL, r.client, r.le - current_setting('essai.base')::date, r.montant, r.devise);
	RETURN NULL;
END $$;
\set echo :ECHO
\set ECHO none
SELECT format('CREATE TRIGGER a_journal AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION %s(%L)', genre || lower(s), fonction, s)
  FROM (VALUES ('f', 'tenir_journal', ARRAY['A', 'S', 'D', 'P', 'Q']), ('p', 'tenir_journal_paiement', ARRAY['P', 'Q'])) v(genre, fonction, societes), unnest(societes) s \gexec
\set ECHO :echo

-- What will happen; a date is a day of the history. saisie: the day that the
-- invoice is entered, which is not always its date.
CREATE TABLE piece AS
SELECT i AS id, s.societe, s.societe || i AS numero, 'C' || de('c' || i, 97) AS client, s.saisie,
	   CASE WHEN de('n' || i, 40) = 0 THEN NULL
			WHEN s.societe <> 'D' AND de('r' || i, 10) = 0 THEN greatest(0, s.saisie - 1 - de('r1' || i, 5)) -- entered late
			WHEN de('r' || i, 40) = 1 THEN s.saisie + 1 + de('r1' || i, 9) ELSE s.saisie END AS emission, -- dated ahead
	   s.saisie + (ARRAY[0, 1, 10, 15, 29, 30, 30, 30, 45, 60, 90])[1 + de('d' || i, 11)] AS echeance,
	   (CASE WHEN de('v' || i, 30) = 0 THEN -1 ELSE 1 END) * round((1 + de('m' || i, 999999)) / 100.0, 2) AS montant,
	   CASE WHEN de('u' || i, 9) = 0 THEN 'USD' ELSE 'EUR' END AS devise
  FROM generate_series(1, 3 * :par_an) i, LATERAL (SELECT (ARRAY['A', 'S', 'D', 'P', 'Q'])[1 + i % 5] AS societe, de('e' || i, :jours) AS saisie) s;
-- id: the invoice; le: the payment's date
CREATE TABLE plan (jour integer, ordre integer, societe text, quoi text, id integer, valeur numeric, le integer, paiement bigint GENERATED ALWAYS AS IDENTITY);
-- payments: one, two to four parts, too much, two on one day, a cheque that bounces, none; some before their invoice
INSERT INTO plan (jour, ordre, societe, quoi, id, valeur, le)
SELECT y.jour, x.n, x.societe, 'paiement', x.id, x.part, y.jour - CASE WHEN de('b' || x.id || x.n, 5) = 0 THEN 1 + de('b1' || x.id || x.n, 6) ELSE 0 END
  FROM (SELECT p.*, n, k.sort,
			   CASE WHEN p.societe IN ('P', 'Q') AND de('w' || p.id, 12) = 0 THEN greatest(0, p.saisie - 1 - de('w1' || p.id, 5))
					ELSE greatest(p.saisie, p.echeance - 25 + de('q' || p.id, 80)) END AS debut,
			   CASE WHEN k.sort < 50 THEN CASE n WHEN 1 THEN p.montant END
					WHEN k.sort < 80 THEN CASE WHEN n < k.parts THEN round(p.montant / k.parts, 2) WHEN n = k.parts THEN p.montant - (k.parts - 1) * round(p.montant / k.parts, 2) END
					WHEN k.sort < 85 THEN CASE n WHEN 1 THEN p.montant WHEN 2 THEN sign(p.montant) * 12.34 END
					WHEN k.sort < 90 THEN CASE n WHEN 1 THEN round(p.montant / 3, 2) WHEN 2 THEN round(p.montant / 5, 2) END
					WHEN k.sort < 95 THEN CASE n WHEN 1 THEN p.montant WHEN 2 THEN -p.montant WHEN 3 THEN round(p.montant / 2, 2) END END AS part
		  FROM piece p CROSS JOIN LATERAL (SELECT de('p' || p.id, 100) AS sort, 2 + p.id % 3 AS parts) k CROSS JOIN generate_series(1, 4) n) x
 CROSS JOIN LATERAL (SELECT x.debut + CASE WHEN x.n = 1 OR x.sort BETWEEN 85 AND 89 THEN 0 ELSE de('q' || x.id || x.n, 40) + x.n END AS jour) y
 WHERE x.part <> 0 AND y.jour < :jours
 ORDER BY x.id, x.n;
-- invoices corrected, renumbered, gone and back. valeur: the new amount, or the days more
INSERT INTO plan (jour, ordre, societe, quoi, id, valeur)
SELECT x.jour, x.ordre, p.societe, x.quoi, p.id, x.valeur
  FROM piece p
 CROSS JOIN LATERAL (SELECT p.saisie + 1 + de('k' || p.id, 150) AS jour, de('k1' || p.id, 60) AS sort) k
 CROSS JOIN LATERAL (VALUES
		(10, 'montant', 0, 3, k.jour, round(p.montant * 0.9, 2)), (10, 'montant', 2, 3, k.jour + 40, round(p.montant * 1.1, 2)),
		(10, 'echeance', 3, 5, k.jour, 17), (10, 'echeance', 6, 7, k.jour, -8), (11, 'echeance', 3, 4, k.jour, 5),
		(10, 'client', 6, 9, k.jour, NULL), (10, 'emission', 9, 11, k.jour, 5 - p.id % 11), (10, 'devise', 11, 12, k.jour, NULL),
		(10, 'supprime', 12, 17, k.jour, NULL), (11, 'retour', 13, 16, k.jour + 1 + de('k2' || p.id, 60), NULL), (10, 'supprime', 15, 16, k.jour + 90, NULL),
		(10, 'numero', 17, 19, k.jour, NULL)) x(ordre, quoi, de, a, jour, valeur)
 WHERE k.sort >= x.de AND k.sort < x.a AND x.jour < :jours AND NOT (x.quoi = 'devise' AND p.societe IN ('P', 'Q'))
 ORDER BY p.id, x.jour;
-- a row that is paid and gone the same day shows its payment to mode immediat only
DELETE FROM plan p WHERE quoi = 'paiement' AND EXISTS (SELECT FROM plan x WHERE x.id = p.id AND x.jour = p.jour AND x.quoi IN ('supprime', 'numero'));
-- rows of payments: on account first, or later; of another invoice, amount or date; gone. valeur: the new amount, or the days more
CREATE TABLE plan_paiement AS
SELECT x.jour, x.ordre, p.societe, x.quoi, p.paiement, x.valeur
  FROM plan p CROSS JOIN LATERAL (SELECT de('z' || p.id || p.ordre, 60) AS sort, p.jour + 1 + de('z1' || p.id || p.ordre, 60) AS jour) k
 CROSS JOIN LATERAL (VALUES (20, 'compte', 0, 4, p.jour, NULL), (21, 'piece', 0, 3, k.jour, NULL), (22, 'montant', 2, 5, k.jour + 20, round(p.valeur * 0.8, 2)),
		(23, 'date', 5, 8, k.jour, -2), (24, 'supprime', 8, 10, k.jour, NULL), (25, 'compte', 10, 13, k.jour, NULL), (26, 'piece', 11, 13, k.jour + 15, NULL),
		(27, 'autre', 13, 16, k.jour, NULL), (28, 'supprime', 15, 16, k.jour + 9, NULL), (29, 'montant', 16, 18, k.jour, round(p.valeur * 1.1, 2)),
		(30, 'date', 14, 15, k.jour + 9, -3), (31, 'date', 17, 18, k.jour + 9, 1)) x(ordre, quoi, de, a, jour, valeur)
 WHERE p.quoi = 'paiement' AND p.societe IN ('P', 'Q') AND k.sort >= x.de AND k.sort < x.a AND x.jour < :jours;
CREATE INDEX ON plan_paiement (jour);
CREATE INDEX ON plan (paiement);
CREATE INDEX ON plan (jour);
CREATE INDEX ON piece (saisie);
CREATE INDEX ON piece (id);
ANALYZE piece, plan, plan_paiement;

-- what the evenings saw of D
CREATE TABLE photo (jour integer, devise text, montant numeric, PRIMARY KEY (jour, devise));

CREATE EXTENSION creances;
INSERT INTO creances.creancier (creancier) VALUES ('A'), ('S'), ('D'), ('P'), ('Q');
SELECT creances.suivre_factures(v.t, ('{"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "devise": "devise"}'::jsonb
		|| jsonb_build_object('creancier', quote_literal(v.s)) || v.c::jsonb), NULL, '1990-01-01', v.m)
  FROM (VALUES ('fa'::regclass, 'A', 'immediat', '{"regle": "paye", "regle_le": "paye_le"}'), ('fs', 'S', 'differe', '{"regle": "paye", "regle_le": "paye_le"}'),
			   ('fd', 'D', 'differe', '{"reste_du": "reste"}'), ('fp', 'P', 'immediat', '{}'), ('fq', 'Q', 'differe', '{}')) v(t, s, m, c);
SELECT creances.suivre_reglements('pp', '{"reglement": "id", "facture": "piece", "date": "le", "montant": "montant", "devise": "devise", "debiteur": "client", "creancier": "''P''"}', factures => 'fp');
SELECT creances.suivre_reglements('pq', '{"reglement": "id", "cle_facture": "piece", "date": "le", "montant": "montant", "devise": "devise", "debiteur": "client", "creancier": "''Q''"}', factures => 'fq', mode => 'differe');

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
	f text;
	p text;
	-- $1 the day, $2 day 0, $3 the company, $4 what, $5 in which order
	des CONSTANT text := 'essai.plan p JOIN essai.piece q USING (id) WHERE p.jour = $1 AND $2 IS NOT NULL AND p.societe = $3 AND p.quoi = $4 AND p.ordre = $5';
	lignes CONSTANT text := 'essai.plan_paiement x JOIN essai.plan p USING (paiement) JOIN essai.piece q USING (id) '
		'WHERE x.jour = $1 AND $2 IS NOT NULL AND x.societe = $3 AND x.quoi = $4 AND x.ordre = $5 AND r.id = x.paiement';
	-- how a payment names its invoice
	ref text;
BEGIN
	FOR e IN SELECT DISTINCT x.societe, 0 AS ordre, 'facture' AS quoi FROM essai.piece x WHERE x.saisie = t
			 UNION ALL SELECT DISTINCT x.societe, x.ordre, x.quoi FROM essai.plan x WHERE x.jour = t
			 UNION ALL SELECT DISTINCT x.societe, x.ordre, x.quoi FROM essai.plan_paiement x WHERE x.jour = t ORDER BY 1, 2, 3 LOOP
		f := 'essai.f' || lower(e.societe);
		p := 'essai.p' || lower(e.societe);
		ref := CASE e.societe WHEN 'P' THEN 'coalesce((SELECT f.numero FROM essai.fp f WHERE f.id = q.id), q.numero)' ELSE 'q.id' END;
		EXECUTE CASE
			WHEN e.ordre >= 20 AND e.quoi = 'supprime' THEN format('DELETE FROM %s r USING %s', p, lignes)
			WHEN e.ordre >= 20 THEN format('UPDATE %s r SET %s FROM %s', p, CASE e.quoi
				WHEN 'compte' THEN 'piece = NULL'
				WHEN 'piece' THEN 'piece = ' || ref
				WHEN 'autre' THEN format('piece = coalesce((SELECT f.%s FROM %s f WHERE f.devise = r.devise AND f.id <> q.id ORDER BY f.id LIMIT 1 OFFSET 5), r.piece)',
										 CASE e.societe WHEN 'P' THEN 'numero' ELSE 'id' END, f)
				WHEN 'montant' THEN 'montant = x.valeur'
				WHEN 'date' THEN 'le = r.le + x.valeur::integer' END, lignes)
			WHEN e.quoi = 'facture' THEN format('INSERT INTO %s SELECT id, numero, client, $2 + emission, $2 + echeance, montant, devise%s FROM essai.piece WHERE saisie = $1 AND societe = $3',
				f, CASE WHEN e.societe = 'D' THEN ', montant' WHEN e.societe IN ('A', 'S') THEN ', 0, NULL' ELSE '' END)
			WHEN e.quoi = 'retour' THEN format('INSERT INTO %s SELECT q.id + CASE WHEN q.id %% 2 = 0 OR q.societe = ''Q'' THEN 0 ELSE 10000000 END, q.numero, q.client, $2 + q.emission, $2 + q.echeance, q.montant, q.devise%s FROM %s',
				f, CASE WHEN e.societe = 'D' THEN ', q.montant' WHEN e.societe IN ('A', 'S') THEN ', 0, NULL::date' ELSE '' END, des)
			WHEN e.quoi = 'supprime' THEN format('DELETE FROM %s f USING %s AND f.id = p.id', f, des)
			WHEN e.quoi = 'paiement' AND e.societe IN ('P', 'Q') THEN format('INSERT INTO %s SELECT p.paiement, %s, q.client, $2 + p.le, p.valeur, q.devise FROM %s', p, ref, des)
			ELSE format('UPDATE %s f SET %s FROM %s AND f.id = p.id', f, CASE e.quoi
				WHEN 'paiement' THEN CASE e.societe WHEN 'D' THEN 'reste = f.reste - p.valeur' ELSE 'paye = f.paye + p.valeur, paye_le = $2 + p.le' END
				WHEN 'montant' THEN 'montant = p.valeur' || CASE e.societe WHEN 'D' THEN ', reste = f.reste + p.valeur - f.montant' ELSE '' END
				WHEN 'echeance' THEN 'echeance = f.echeance + p.valeur::integer'
				WHEN 'client' THEN $q$client = f.client || 'b'$q$
				WHEN 'emission' THEN 'emission = f.emission + p.valeur::integer'
				WHEN 'devise' THEN $q$devise = CASE f.devise WHEN 'EUR' THEN 'USD' ELSE 'EUR' END$q$
				WHEN 'numero' THEN $q$numero = f.numero || 'b'$q$ END, des) END
		USING t, base, e.societe, e.quoi, e.ordre;
		-- where payments name the number, the ERP renames it there too
		IF e.quoi = 'numero' AND e.societe = 'P' THEN
			UPDATE essai.pp SET piece = piece || 'b' WHERE piece IN (SELECT q.numero FROM essai.plan p JOIN essai.piece q USING (id) WHERE p.jour = t AND p.societe = 'P' AND p.quoi = 'numero');
		END IF;
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
		INSERT INTO essai.photo SELECT t, b.devise, sum(b.montant) FROM creances.balance_agee(base + t) b WHERE b.creancier = 'D' GROUP BY 2;
	END LOOP;
END $$;
\set ECHO none
SELECT format('CALL essai.vivre(%s, %s)', t, least(t + 13, :jours) - 1), CASE WHEN t / 13 % 4 = 3 THEN 'VACUUM ' || string_agg(v.nom, ', ') END
  FROM generate_series(0, :jours - 1, 13) t(t),
	   (VALUES ('creances.creance'), ('creances.creance_version'), ('creances.reglement'), ('creances.a_revoir'), ('essai.fa'), ('essai.fs'), ('essai.fd'),
			   ('essai.fp'), ('essai.fq'), ('essai.pp'), ('essai.pq')) v(nom)
 GROUP BY t ORDER BY t \gexec
\set ECHO :echo
SELECT v.cle, v.facture, v.ecart FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v;

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
	FOREACH tab IN ARRAY ARRAY['fa', 'fs', 'fd', 'fp', 'fq'] LOOP
		EXECUTE format('UPDATE essai.%I SET montant = montant + 100 WHERE (id / 5) %% 30 = 0', tab);
		EXECUTE format('UPDATE essai.%I SET echeance = echeance + 45 WHERE (id / 5) %% 30 IN (1, 2)', tab);
		EXECUTE format('UPDATE essai.%I SET client = ''autre'' WHERE (id / 5) %% 30 IN (2, 3)', tab);
		EXECUTE format('UPDATE essai.%I SET emission = emission - 400 WHERE (id / 5) %% 30 = 4', tab);
		EXECUTE format('UPDATE essai.%I SET numero = numero || ''x'' WHERE (id / 5) %% 30 = 5', tab);
		EXECUTE format('DELETE FROM essai.%I WHERE (id / 5) %% 30 IN (6, 7)', tab);
	END LOOP;
	FOREACH tab IN ARRAY ARRAY['pp', 'pq'] LOOP
		EXECUTE format('UPDATE essai.%I SET montant = montant + 50 WHERE (id / 5) %% 30 = 0', tab);
		EXECUTE format('UPDATE essai.%I SET piece = NULL WHERE (id / 5) %% 30 = 1', tab);
		EXECUTE format('UPDATE essai.%I r SET piece = (SELECT min(x.piece) FROM essai.%1$I x WHERE x.devise = r.devise) WHERE (id / 5) %% 30 = 2', tab);
		EXECUTE format('DELETE FROM essai.%I WHERE (id / 5) %% 30 = 3', tab);
	END LOOP;
	PERFORM creances.rafraichir();
END $$;
CALL corriger();

-- What the change log says. An invoice has been what it was first entered as
-- from its date on; each later state holds from the day it was written.
CREATE TABLE etat AS
SELECT societe, numero, n, CASE WHEN n = 1 AND origine = 'INSERT' THEN date '-infinity' ELSE base() + jour END AS de, present, client, base() + emission AS emission,
	   base() + coalesce(emission, first_value(least(echeance, jour)) OVER (PARTITION BY societe, numero ORDER BY n)) AS naissance, base() + echeance AS echeance, montant, devise, false AS compte
  FROM (SELECT j.*, row_number() OVER w AS n, lag((present, client, emission, echeance, montant, devise)) OVER w IS DISTINCT FROM (present, client, emission, echeance, montant, devise) AS change
		  FROM journal j WINDOW w AS (PARTITION BY societe, numero ORDER BY ordre)) j
 WHERE change;
-- Each change of the paid amount is a movement: a payment of the date that the
-- row gives, else of the day that it was written; what undoes one, of that day.
CREATE TABLE mouvement AS
SELECT societe, numero, base() + CASE WHEN (delta < 0) = (montant < 0) THEN coalesce(paye_le, jour) ELSE jour END AS le, delta
  FROM (SELECT j.*, paye - lag(paye, 1, 0::numeric) OVER (PARTITION BY societe, numero ORDER BY ordre) AS delta FROM journal j WHERE present AND paye IS NOT NULL) j
 WHERE delta <> 0;
-- A row of a table of payments, with what it was before. In Q, and when it only
-- waited for its invoice, what it was in the evening. pour: the invoice that it
-- pays. neuve: nothing was known of it.
CREATE INDEX ON journal_paiement (paiement);
CREATE TABLE paiement AS
SELECT j.*, lag(pour) OVER w AS avant, lag(montant) OVER w AS montant_avant, lag(le) OVER w AS le_avant, coalesce(lag(en_compte) OVER w, false) AS en_compte_avant,
	   row_number() OVER w = 1 AS neuve, first_value(pour) OVER w AS pour_premier, first_value(montant) OVER w AS montant_premier
  FROM (SELECT j.*, CASE WHEN present AND NOT compte THEN numero END AS pour, present AND compte AS en_compte FROM journal_paiement j
		 WHERE (NOT present OR compte OR numero IS NOT NULL)
		   AND NOT ((societe = 'Q' OR arrivee) AND EXISTS (SELECT FROM journal_paiement x WHERE x.paiement = j.paiement AND x.jour = j.jour AND x.ordre > j.ordre))) j
WINDOW w AS (PARTITION BY societe, paiement ORDER BY ordre);
INSERT INTO mouvement
-- at its own date; then, of another invoice or gone, the day that it is seen; and so is another amount
SELECT societe, pour, base() + CASE WHEN neuve THEN le ELSE jour END, montant FROM paiement WHERE pour IS NOT NULL AND avant IS DISTINCT FROM pour
UNION ALL SELECT societe, avant, base() + jour, -montant_avant FROM paiement WHERE avant IS NOT NULL AND avant IS DISTINCT FROM pour
UNION ALL SELECT societe, pour, base() + jour, montant - montant_avant FROM paiement WHERE avant = pour AND montant <> montant_avant
-- another date: the money came that day and not the other
UNION ALL SELECT p.societe, p.pour_premier, base() + v.le, v.montant FROM paiement p, LATERAL (VALUES (p.le_avant, -p.montant_premier), (p.le, p.montant_premier)) v(le, montant)
		   WHERE p.pour IS NOT NULL AND p.le <> p.le_avant AND p.pour_premier IS NOT NULL;
-- on account: a credit of its own, from its date if it came so, else from the day that it is seen
INSERT INTO etat
SELECT societe, 'compte:' || paiement, row_number() OVER (PARTITION BY societe, paiement ORDER BY ordre), CASE WHEN neuve THEN date '-infinity' ELSE base() + jour END,
	   en_compte, client, base() + le, base() + le, base() + le, -montant, devise, true
  FROM paiement WHERE en_compte OR en_compte_avant;
CREATE INDEX ON mouvement (societe, numero);
ANALYZE;
CREATE OR REPLACE FUNCTION oracle(d date) RETURNS TABLE (creancier text, facture text, debiteur text, emission date, naissance date, echeance date, devise text, montant numeric, regle numeric, en_compte boolean)
LANGUAGE sql STABLE AS $$
	SELECT societe, numero, e.client, e.emission, e.naissance, e.echeance, e.devise, x.montant, coalesce(m.paye, 0), e.compte OR e.naissance > d
	  FROM (SELECT DISTINCT ON (x.societe, x.numero) x.* FROM essai.etat x WHERE x.de <= d ORDER BY x.societe, x.numero, x.n DESC) e
	  LEFT JOIN (SELECT x.societe, x.numero, sum(x.delta) AS paye FROM essai.mouvement x WHERE x.le <= d GROUP BY 1, 2) m USING (societe, numero)
	 -- what is paid before the invoice is dated is money on account
	 CROSS JOIN LATERAL (SELECT CASE WHEN e.naissance <= d THEN e.montant ELSE 0 END) x(montant)
	 WHERE e.present AND x.montant <> coalesce(m.paye, 0)
$$;
-- The same as a ledger: each state of an invoice is posted the day it begins and
-- taken back the day it ends, and so is what has been paid on it.
CREATE TABLE ecriture AS
WITH p AS (SELECT e.*, lead(de) OVER (PARTITION BY societe, numero ORDER BY n) AS fin FROM etat e)
SELECT p.societe, p.devise, x.jour, x.montant
  FROM p CROSS JOIN LATERAL (SELECT p.naissance, p.montant UNION ALL SELECT m.le, -m.delta FROM mouvement m WHERE m.societe = p.societe AND m.numero = p.numero) f(le, montant)
 CROSS JOIN LATERAL (VALUES (greatest(f.le, p.de), f.montant), (p.fin, -f.montant)) x(jour, montant)
 WHERE p.present AND (p.fin IS NULL OR greatest(f.le, p.de) < p.fin) AND x.jour IS NOT NULL;
CREATE OR REPLACE FUNCTION livre(d date) RETURNS TABLE (creancier text, devise text, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT societe, devise, sum(montant) FROM essai.ecriture WHERE jour <= d GROUP BY 1, 2
$$;
CALL comparer('vie', base() - 3, base() + :jours + 10);
SELECT * FROM bilan('vie');
-- D dates nothing late: what was seen each evening is what is seen years after
SELECT count(*) > 0, count(*) FILTER (WHERE x.vu <> x.su) AS faux
  FROM (SELECT p.jour, p.devise, p.montant AS vu, coalesce(sum(e.montant), 0) AS su
		  FROM (SELECT p.*, base() + jour AS le FROM photo p OFFSET 0) p
		  LEFT JOIN (SELECT e.devise, e.jour, sum(montant) AS montant FROM ecriture e WHERE societe = 'D' GROUP BY 1, 2) e ON e.devise = p.devise AND e.jour <= p.le
		 GROUP BY 1, 2, 3) x;
\echo -- a TRUNCATE neither
BEGIN;
CREATE TABLE avant AS SELECT m, b.* FROM generate_series(0, :jours + 60, 30) m, creances.balance_agee(base() + m) b;
TRUNCATE fd, pp;
SELECT creances.rafraichir() AS rien \gset
SELECT creancier, count(DISTINCT m), min(m), max(m)
  FROM (SELECT * FROM avant EXCEPT SELECT m, b.* FROM generate_series(0, :jours + 60, 30) m, creances.balance_agee(base() + m) b) x GROUP BY 1 ORDER BY 1;
ROLLBACK;
\echo -- and all is well
SELECT s.table_suivie, s.mode, count(v.cle) FROM creances.suivi s LEFT JOIN LATERAL creances.verifier_suivi(s.table_suivie) v ON true GROUP BY 1, 2 ORDER BY s.table_suivie::text;
SELECT * FROM creances.coherence();
SELECT suivi, code, count(*) FROM creances.ligne_refusee GROUP BY 1, 2 ORDER BY suivi::text, code;
\echo -- it was a lively history
SELECT motif, count(*) >= 5 FROM (SELECT motif FROM creances.creance_version UNION ALL SELECT retiree_motif FROM creances.creance WHERE retiree_le IS NOT NULL) x
 WHERE motif !~ ',' GROUP BY motif ORDER BY motif COLLATE "C";
SELECT creancier, nature, count(*) >= 10 FROM creances.reglement GROUP BY 1, 2 ORDER BY 1, nature COLLATE "C";
SELECT count(*) FILTER (WHERE montant < 0) >= 30 AS avoirs, count(*) FILTER (WHERE solde < 0 AND montant > 0) >= 10 AS trop_percus, count(*) FILTER (WHERE emission IS NULL) >= 10 AS sans_date,
	   count(*) FILTER (WHERE devise = 'USD') >= 50 AS en_dollars, count(DISTINCT debiteur) >= 90 AS clients
  FROM creances.creance;

DROP EXTENSION creances CASCADE;
DROP SCHEMA essai CASCADE;
