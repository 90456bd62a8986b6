-- IBM's sample of receivables, 2,466 invoices each paid once, in three
-- databases: followed before the load, invoice by invoice and payment by
-- payment in date order, in mode immediat and in mode differe; and followed
-- after a single load. The same open items, balances, buckets and lateness in
-- all, equal to plain SQL on the file.
\set QUIET on
SET client_min_messages = warning;
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
SELECT current_database() AS ici \gset
CREATE DATABASE creances_essai_immediat;
\c creances_essai_immediat
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;
CREATE TABLE fichier ("countryCode" text, "customerID" text, "PaperlessDate" text, "invoiceNumber" text PRIMARY KEY, "InvoiceDate" text, "DueDate" text,
	"InvoiceAmount" numeric, "Disputed" text, "SettledDate" text, "PaperlessBill" text, "DaysToSettle" integer, "DaysLate" integer);
\copy fichier FROM PROGRAM 'cat "$CREANCES_DONNEES/ibm_creances.csv"' (FORMAT csv, HEADER true)
-- dates are month/day/year, whatever DateStyle says
CREATE TABLE f AS SELECT "invoiceNumber" AS numero, "customerID" AS client, to_date("InvoiceDate", 'MM/DD/YYYY') AS emise,
	to_date("DueDate", 'MM/DD/YYYY') AS echeance, "InvoiceAmount" AS montant, to_date("SettledDate", 'MM/DD/YYYY') AS reglee,
	"DaysToSettle" AS delai, "DaysLate" AS retard FROM essai.fichier;
SELECT count(*), sum(montant), min(emise), max(emise), max(reglee), count(*) FILTER (WHERE reglee - emise <> delai OR greatest(reglee - echeance, 0) <> retard) FROM f;
SELECT d, count(*), sum(montant) FROM f, (VALUES (date '2012-12-31'), ('2013-06-30')) v(d) WHERE emise <= d AND reglee > d GROUP BY d ORDER BY d;

CREATE TABLE factures (numero text PRIMARY KEY, client text, emise date, echeance date, montant numeric, paye numeric DEFAULT 0, paye_le date);
CREATE PROCEDURE suivre(mode text, depuis date) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM creances.suivre_factures('essai.factures', '{"facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance",
		"montant": "montant", "regle": "paye", "regle_le": "paye_le"}', NULL, depuis, mode);
END $$;
-- one INSERT an invoice, one UPDATE a settlement, each its own transaction, in date order, mixed as they came
CREATE PROCEDURE charger() LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT f.*, e.paiement FROM essai.f, LATERAL (VALUES (f.emise, false), (f.reglee, true)) e(le, paiement) ORDER BY e.le, e.paiement, f.numero LOOP
		IF r.paiement THEN
			UPDATE essai.factures SET paye = r.montant, paye_le = r.reglee WHERE numero = r.numero;
		ELSE
			INSERT INTO essai.factures (numero, client, emise, echeance, montant) VALUES (r.numero, r.client, r.emise, r.echeance, r.montant);
		END IF;
		COMMIT;
	END LOOP;
END $$;

-- The open items of a day, from the facts and from the file.
CREATE EXTENSION creances;
CREATE FUNCTION ouvertes(au date) RETURNS TABLE (numero text, client text, echeance date, retard integer, solde numeric) LANGUAGE sql STABLE AS $$
	SELECT facture, debiteur, echeance, au - echeance, solde FROM creances._etat_au(au) WHERE creancier = 'principal' AND devise = 'EUR' AND rang = 1
$$;
CREATE FUNCTION ouvertes_fichier(au date) RETURNS TABLE (numero text, client text, echeance date, retard integer, solde numeric) LANGUAGE sql STABLE AS $$
	SELECT f.numero, f.client, f.echeance, au - f.echeance, f.montant FROM essai.f WHERE f.emise <= au AND f.reglee > au
$$;
-- Its buckets, debtor by debtor. 1: not due; 2: 1 to 30 days late; 3: 31 to 60...
CREATE FUNCTION tranches(au date) RETURNS TABLE (debiteur text, tranche integer, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT debiteur, tranche, montant FROM creances.balance_agee(au) WHERE montant <> 0
$$;
CREATE FUNCTION tranches_fichier(au date) RETURNS TABLE (debiteur text, tranche integer, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT client, CASE WHEN retard <= 0 THEN 1 WHEN retard <= 30 THEN 2 WHEN retard <= 60 THEN 3 WHEN retard <= 90 THEN 4 WHEN retard <= 120 THEN 5 ELSE 6 END, sum(solde)
	  FROM essai.ouvertes_fichier(au) GROUP BY 1, 2
$$;
CREATE FUNCTION bilan() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	d date;
BEGIN
	ANALYZE;
	RETURN QUERY SELECT format('%s factures, montants %s, reste %s, %s ouvertes', count(*), sum(montant), sum(solde), count(*) FILTER (WHERE soldee_le IS NULL)) FROM creances.creance;
	RETURN QUERY SELECT format('%s reglements, %s, %s de reprise ; a leur date et de leur montant : %s ; en retard : %s, du retard du fichier : %s', count(*), sum(r.montant),
			count(*) FILTER (WHERE r.reprise), count(f.numero), count(*) FILTER (WHERE r.le > c.echeance), count(*) FILTER (WHERE greatest(r.le - c.echeance, 0) = x.retard))
		FROM creances.reglement r JOIN creances.creance c USING (creancier, facture, rang) JOIN essai.f x ON x.numero = r.facture
		LEFT JOIN essai.f ON f.numero = r.facture AND f.reglee = r.le AND f.montant = r.montant;
	RETURN QUERY SELECT format('soldees a la date du reglement : %s', count(*)) FROM creances.creance c JOIN essai.f ON f.numero = c.facture AND f.reglee = c.soldee_le;
	FOREACH d IN ARRAY ARRAY['2012-12-31', '2013-06-30']::date[] LOOP
		RETURN QUERY SELECT format('%s : %s ouvertes, %s en retard, %s', d, count(*), count(*) FILTER (WHERE retard > 0), sum(solde)) FROM essai.ouvertes(d);
		RETURN QUERY SELECT format('%s : %s debiteurs ; %s', d, count(DISTINCT debiteur), (SELECT string_agg(t || '=' || m, ' ' ORDER BY t) FROM (SELECT tranche, sum(montant) FROM essai.tranches(d) GROUP BY 1) s(t, m)))
			FROM essai.tranches(d);
		RETURN QUERY SELECT format('%s : en trop %s', d, o) FROM (SELECT * FROM essai.ouvertes(d) EXCEPT ALL SELECT * FROM essai.ouvertes_fichier(d)) o;
		RETURN QUERY SELECT format('%s : manque %s', d, o) FROM (SELECT * FROM essai.ouvertes_fichier(d) EXCEPT ALL SELECT * FROM essai.ouvertes(d)) o;
		RETURN QUERY SELECT format('%s : tranche en trop %s', d, o) FROM (SELECT * FROM essai.tranches(d) EXCEPT ALL SELECT * FROM essai.tranches_fichier(d)) o;
		RETURN QUERY SELECT format('%s : tranche qui manque %s', d, o) FROM (SELECT * FROM essai.tranches_fichier(d) EXCEPT ALL SELECT * FROM essai.tranches(d)) o;
	END LOOP;
	-- and each end of month, from the first invoice to the last settlement
	RETURN QUERY SELECT format('%s fins de mois, %s fausses, jusqu''a %s ouvertes', count(*), count(*) FILTER (WHERE x.n > 0), max(x.ouvertes))
		FROM generate_series(timestamp '2012-01-01', '2014-01-01', '1 month') g, LATERAL (SELECT (g + interval '1 month - 1 day')::date) v(fin), LATERAL (
			SELECT count(f.numero) AS ouvertes, count(*) FILTER (WHERE o IS DISTINCT FROM f) AS n
			  FROM essai.ouvertes(fin) o FULL JOIN essai.ouvertes_fichier(fin) f USING (numero)) x;
	RETURN QUERY SELECT format('%s %s %s', v.cle, v.facture, v.ecart) FROM creances.verifier_suivi('essai.factures') v;
	RETURN QUERY SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c;
	RETURN QUERY SELECT format('%s en anomalie, %s au journal, %s en cours', (SELECT count(*) FROM creances.ligne_refusee), (SELECT count(*) FROM creances.a_revoir), (SELECT count(*) FROM creances.encours));
END $$;
-- All that the three databases must agree on.
CREATE FUNCTION empreinte() RETURNS text LANGUAGE sql AS $$
	SELECT md5(string_agg(x, E'\n' ORDER BY x COLLATE "C")) FROM (
		SELECT concat_ws('|', d, o.*) FROM unnest(ARRAY['2012-12-31', '2013-06-30']::date[]) d, essai.ouvertes(d) o
		UNION ALL SELECT concat_ws('|', d, b.*) FROM unnest(ARRAY['2012-12-31', '2013-06-30']::date[]) d, creances.balance_agee(d) b
		UNION ALL SELECT concat_ws('|', facture, debiteur, montant, devise, solde, soldee_le) FROM creances.creance
		UNION ALL SELECT concat_ws('|', facture, le, montant, nature) FROM creances.reglement) t(x)
$$;
\c :ici
CREATE DATABASE creances_essai_differe TEMPLATE creances_essai_immediat;
CREATE DATABASE creances_essai_apres TEMPLATE creances_essai_immediat;

\echo == followed before the load, mode immediat
\c creances_essai_immediat
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET synchronous_commit = off;
CALL essai.suivre('immediat', '2012-01-01');
CALL essai.charger();
SELECT * FROM essai.bilan();
SELECT essai.empreinte() AS immediat \gset

\echo == followed before the load, mode differe
\c creances_essai_differe
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET synchronous_commit = off;
CALL essai.suivre('differe', '2012-01-01');
CALL essai.charger();
SELECT en_attente FROM creances.fraicheur;
SELECT count(*) FROM creances.creance;
SELECT creances.rafraichir();
SELECT * FROM essai.bilan();
SELECT essai.empreinte() AS differe \gset

\echo == followed after a single load
\c creances_essai_apres
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET search_path = essai, pg_catalog;
\copy (SELECT numero, client, emise, echeance, montant, montant, reglee FROM essai.f) TO PROGRAM 'cat > "${TMPDIR:-/tmp}/creances_essai_ibm.csv"' (FORMAT csv)
\copy factures FROM PROGRAM 'cat "${TMPDIR:-/tmp}/creances_essai_ibm.csv" && rm "${TMPDIR:-/tmp}/creances_essai_ibm.csv"' (FORMAT csv)
CALL essai.suivre('immediat', NULL);
SELECT * FROM essai.bilan();
SELECT essai.empreinte() AS apres \gset

\echo == the three agree
SELECT :'immediat' = :'differe', :'immediat' = :'apres', :'immediat' ~ '^[0-9a-f]{32}$';
\c :ici
DROP DATABASE creances_essai_immediat;
DROP DATABASE creances_essai_differe;
DROP DATABASE creances_essai_apres;
