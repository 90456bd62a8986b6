-- IBM's sample of receivables, 2,466 invoices each paid once: followed before
-- the load, invoice by invoice and payment by payment in date order, and
-- followed after a single COPY. The same open items, balances, buckets and
-- lateness in both, equal to plain SQL on the file.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
\getenv donnees CREANCES_DONNEES
\if :{?donnees}
\else
\set donnees ''
\endif
SELECT :'donnees' = '' AS vide \gset
\if :vide
\echo skipped: no folder of public test data (CREANCES_DONNEES)
\quit
\endif
SELECT current_database() AS base \gset
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;
CREATE TABLE fichier ("countryCode" text, "customerID" text, "PaperlessDate" text, "invoiceNumber" text PRIMARY KEY, "InvoiceDate" text, "DueDate" text,
	"InvoiceAmount" numeric, "Disputed" text, "SettledDate" text, "PaperlessBill" text, "DaysToSettle" integer, "DaysLate" integer);
\copy fichier FROM PROGRAM 'cat "$CREANCES_DONNEES/ibm_creances.csv"' (FORMAT csv, HEADER true)
-- dates are month/day/year, whatever DateStyle says
CREATE VIEW f AS SELECT "invoiceNumber" AS numero, "customerID" AS client, to_date("InvoiceDate", 'MM/DD/YYYY') AS emise,
	to_date("DueDate", 'MM/DD/YYYY') AS echeance, "InvoiceAmount" AS montant, to_date("SettledDate", 'MM/DD/YYYY') AS reglee,
	"DaysLate" AS retard FROM fichier;
SELECT count(*), sum(montant), min(emise), max(emise), max(reglee), count(*) FILTER (WHERE reglee - echeance <> CASE WHEN retard > 0 THEN retard ELSE least(reglee - echeance, 0) END) FROM f;
SELECT d, count(*), sum(montant) FROM f, (VALUES (date '2012-12-31'), ('2013-06-30')) v(d) WHERE emise <= d AND reglee > d GROUP BY d ORDER BY d;

CREATE EXTENSION creances;

\echo == A, mode immediat and B, mode differe: followed before the load
CREATE TABLE a (numero text PRIMARY KEY, client text, emise date, echeance date, montant numeric, paye numeric DEFAULT 0, paye_le date);
CREATE TABLE b (LIKE a INCLUDING ALL);
CREATE TABLE c (LIKE a INCLUDING ALL);
SELECT creances.suivre_factures(t::regclass, jsonb_build_object('creancier', quote_literal(t), 'facture', 'numero', 'debiteur', 'client', 'emission', 'emise',
			'echeance', 'echeance', 'montant', 'montant', 'regle', 'paye', 'regle_le', 'paye_le'), NULL, '2012-01-01', CASE t WHEN 'a' THEN 'immediat' ELSE 'differe' END)
  FROM unnest(ARRAY['a', 'b']) t;
-- one INSERT an invoice and one UPDATE a settlement, in date order, mixed as they came
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT f.*, e.le, e.paiement FROM essai.f, LATERAL (VALUES (f.emise, false), (f.reglee, true)) e(le, paiement) ORDER BY e.le, e.paiement, f.numero LOOP
		IF r.paiement THEN
			UPDATE essai.a SET paye = r.montant, paye_le = r.reglee WHERE numero = r.numero;
			UPDATE essai.b SET paye = r.montant, paye_le = r.reglee WHERE numero = r.numero;
		ELSE
			INSERT INTO essai.a (numero, client, emise, echeance, montant) VALUES (r.numero, r.client, r.emise, r.echeance, r.montant);
			INSERT INTO essai.b (numero, client, emise, echeance, montant) VALUES (r.numero, r.client, r.emise, r.echeance, r.montant);
		END IF;
	END LOOP;
END $$;
SELECT factures, mode, en_attente FROM creances.fraicheur ORDER BY 2 DESC;
SELECT creances.rafraichir();

\echo == C: followed after a single load
INSERT INTO c SELECT numero, client, emise, echeance, montant, montant, reglee FROM f;
SELECT creances.suivre_factures('c', jsonb_build_object('creancier', '''c''', 'facture', 'numero', 'debiteur', 'client', 'emission', 'emise',
			'echeance', 'echeance', 'montant', 'montant', 'regle', 'paye', 'regle_le', 'paye_le'));

\echo == every amount, in each of them
SELECT creancier, count(*), sum(montant), sum(solde), count(*) FILTER (WHERE soldee_le IS NULL) FROM creances.creance GROUP BY 1 ORDER BY 1;
SELECT creancier, count(*), sum(montant), count(*) FILTER (WHERE reprise) FROM creances.reglement GROUP BY 1 ORDER BY 1;
SELECT creancier, count(*) FROM creances.reglement r JOIN f ON f.numero = r.facture AND f.reglee = r.le AND f.montant = r.montant GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM creances.encours;

\echo == the open items of a day: those of the file, with their balance and lateness
CREATE FUNCTION ouvertes(au date, p_creancier text) RETURNS TABLE (numero text, client text, echeance date, retard integer, solde numeric) LANGUAGE sql STABLE AS $$
	SELECT facture, debiteur, echeance, au - echeance, solde FROM creances._etat_au(au) WHERE creancier = p_creancier
$$;
CREATE FUNCTION ouvertes_fichier(au date) RETURNS TABLE (numero text, client text, echeance date, retard integer, solde numeric) LANGUAGE sql STABLE AS $$
	SELECT f.numero, f.client, f.echeance, au - f.echeance, f.montant FROM f WHERE f.emise <= au AND f.reglee > au
$$;
SELECT d, k, (SELECT count(*) FROM ouvertes(d, k)) AS ouvertes, (SELECT sum(solde) FROM ouvertes(d, k)) AS total,
	   (SELECT count(*) FROM ouvertes(d, k) WHERE retard > 0) AS en_retard,
	   (SELECT count(*) FROM (SELECT * FROM ouvertes(d, k) EXCEPT ALL SELECT * FROM ouvertes_fichier(d)) x)
	   + (SELECT count(*) FROM (SELECT * FROM ouvertes_fichier(d) EXCEPT ALL SELECT * FROM ouvertes(d, k)) x) AS differences
  FROM (VALUES (date '2012-12-31'), ('2013-06-30')) v(d), unnest(ARRAY['a', 'b', 'c']) k ORDER BY d, k;

\echo == the buckets of a day, debtor by debtor
-- bucket 1: not due; 2: 1 to 30 days late; 3: 31 to 60; ...
CREATE FUNCTION tranches_fichier(au date) RETURNS TABLE (debiteur text, tranche integer, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT client, CASE WHEN retard <= 0 THEN 1 WHEN retard <= 30 THEN 2 WHEN retard <= 60 THEN 3 WHEN retard <= 90 THEN 4 WHEN retard <= 120 THEN 5 ELSE 6 END, sum(solde)
	  FROM ouvertes_fichier(au) GROUP BY 1, 2
$$;
SELECT d, creancier, count(DISTINCT debiteur), sum(montant) FILTER (WHERE tranche = 1) AS non_echu, sum(montant) FILTER (WHERE tranche = 2) AS de_1_a_30,
	   sum(montant) FILTER (WHERE tranche = 3) AS de_31_a_60, sum(montant) FILTER (WHERE tranche > 3) AS plus, sum(montant) AS total
  FROM (VALUES (date '2012-12-31'), ('2013-06-30')) v(d), LATERAL creances.balance_agee(d) GROUP BY d, creancier ORDER BY d, creancier;
SELECT d, k, count(*) FROM (VALUES (date '2012-12-31'), ('2013-06-30')) v(d), unnest(ARRAY['a', 'b', 'c']) k, LATERAL (
		(SELECT debiteur, tranche, montant FROM creances.balance_agee(d) WHERE creancier = k AND montant <> 0 EXCEPT ALL SELECT * FROM tranches_fichier(d))
		UNION ALL
		(SELECT * FROM tranches_fichier(d) EXCEPT ALL SELECT debiteur, tranche, montant FROM creances.balance_agee(d) WHERE creancier = k AND montant <> 0)) x
 GROUP BY d, k ORDER BY d, k;

\echo == each month's end, from the first invoice to the last settlement
SELECT count(*) AS mois, count(*) FILTER (WHERE x.differences > 0) AS faux, max(x.ouvertes) AS plus_d_ouvertes, sum(x.retards) AS retards
  FROM generate_series(timestamp '2012-01-31', '2014-01-31', '1 month') g, LATERAL (SELECT (date_trunc('month', g) + interval '1 month - 1 day')::date) v(d), LATERAL (
	SELECT (SELECT count(*) FROM ouvertes_fichier(d)) AS ouvertes, (SELECT count(*) FROM ouvertes_fichier(d) WHERE retard > 0) AS retards,
		   (SELECT count(*) FROM unnest(ARRAY['a', 'b', 'c']) k, LATERAL (
				(SELECT * FROM ouvertes(d, k) EXCEPT ALL SELECT * FROM ouvertes_fichier(d)) UNION ALL (SELECT * FROM ouvertes_fichier(d) EXCEPT ALL SELECT * FROM ouvertes(d, k))) y) AS differences) x;
-- lateness at the settlement: what the file says of it
SELECT r.creancier, count(*) FILTER (WHERE r.le > c.echeance), count(*) FILTER (WHERE greatest(r.le - c.echeance, 0) = f.retard) FROM creances.reglement r JOIN creances.creance c USING (creancier, facture, rang) JOIN f ON f.numero = facture GROUP BY 1 ORDER BY 1;

\echo == nothing wrong
SELECT t, v.* FROM unnest(ARRAY['a', 'b', 'c']) t, creances.verifier_suivi(t::regclass) v;
SELECT * FROM creances.coherence();
SELECT count(*) FROM creances.anomalie;
DROP EXTENSION creances CASCADE;

\echo == two databases, the same figures: a dump of the state of each, compared
-- (the same load in a database of its own, without any other creditor)
CREATE TABLE resultat (base text, au date, debiteur text, tranche integer, montant numeric);
