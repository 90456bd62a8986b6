-- The forecast of the last quarter of IBM's sample (2,466 invoices of 100
-- customers, each paid once), from what was known on 30 September 2013 only,
-- beside the naive one (all is paid on its due date, what is overdue in the
-- first week); then a forecast each week, four weeks ahead. The laws, the
-- probabilities and the errors are computed a second time by plain SQL on the
-- file.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
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
SET jit = off;
BEGIN;
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET LOCAL search_path = essai, pg_catalog;
CREATE TABLE fichier ("countryCode" text, "customerID" text, "PaperlessDate" text, "invoiceNumber" text PRIMARY KEY, "InvoiceDate" text, "DueDate" text,
	"InvoiceAmount" numeric, "Disputed" text, "SettledDate" text, "PaperlessBill" text, "DaysToSettle" integer, "DaysLate" integer);
\copy fichier FROM PROGRAM 'cat "$CREANCES_DONNEES/ibm_creances.csv"' (FORMAT csv, HEADER true)
CREATE TABLE factures AS SELECT "invoiceNumber" AS numero, "customerID" AS client, "countryCode" AS pays, to_date("InvoiceDate", 'MM/DD/YYYY') AS emise,
	to_date("DueDate", 'MM/DD/YYYY') AS echeance, "InvoiceAmount" AS montant, "InvoiceAmount" AS paye, to_date("SettledDate", 'MM/DD/YYYY') AS paye_le FROM fichier;
ALTER TABLE factures ADD PRIMARY KEY (numero);
CREATE TABLE clients AS SELECT DISTINCT ON (client) client AS numero, client AS nom, pays FROM factures ORDER BY client, numero;
ALTER TABLE clients ADD PRIMARY KEY (numero);
SELECT creances.suivre_factures('factures', '{"facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance",
	"montant": "montant", "regle": "paye", "regle_le": "paye_le"}');
SELECT creances.suivre_clients('clients', '{"debiteur": "numero", "nom": "nom", "segment": "pays"}');
ANALYZE;
\echo == what is known on 30 September 2013
SELECT count(*), sum(solde), count(*) FILTER (WHERE echeance <= '2013-09-30') AS overdue FROM creances._etat_au('2013-09-30');
SELECT count(*), sum(montant) FROM factures WHERE emise <= '2013-09-30' AND paye_le > '2013-09-30';
SELECT niveau, count(*), sum(paiements), round(sum(poids)::numeric, 2) FROM creances._delais('{principal}', '2013-09-30') GROUP BY niveau ORDER BY niveau;

-- By plain SQL on the file, count by count: S(x) of the creditor, of the
-- country, of the customer; what is a days late is paid in ]b ; c] with
-- probability (S(b) - S(c)) / S(a).
CREATE FUNCTION survie(au date, c text, p text, x integer) RETURNS double precision LANGUAGE sql STABLE SET search_path = essai, pg_catalog AS $$
	SELECT (apres_client + 5 * ((apres_pays + 5 * ((apres + 1.0) / (n + 1))) / (n_pays + 5))) / (n_client + 5)
	  FROM (SELECT count(*) AS n, count(*) FILTER (WHERE paye_le - echeance > x) AS apres,
				   count(*) FILTER (WHERE k.pays = p) AS n_pays, count(*) FILTER (WHERE k.pays = p AND paye_le - echeance > x) AS apres_pays,
				   count(*) FILTER (WHERE client = c) AS n_client, count(*) FILTER (WHERE client = c AND paye_le - echeance > x) AS apres_client
			  FROM factures JOIN clients k ON k.numero = client WHERE paye_le <= au AND paye_le > au - interval '24 months') q
$$;
CREATE FUNCTION attendu(au date, semaines integer) RETURNS TABLE (semaine date, prevu numeric, naif numeric, realise numeric) LANGUAGE sql STABLE SET search_path = essai, pg_catalog AS $$
	SELECT v.fin - 6, sum(f.montant * (survie(au, f.client, c.pays, v.debut - f.echeance) - survie(au, f.client, c.pays, v.fin - f.echeance))
							/ survie(au, f.client, c.pays, au - f.echeance))::numeric,
		   sum(f.montant) FILTER (WHERE greatest(f.echeance, au + 1) BETWEEN v.fin - 6 AND v.fin), sum(f.montant) FILTER (WHERE f.paye_le BETWEEN v.fin - 6 AND v.fin)
	  FROM factures f JOIN clients c ON c.numero = f.client
	 CROSS JOIN LATERAL (SELECT greatest(au, lundi - 1) AS debut, lundi + 6 AS fin
						   FROM (SELECT date_trunc('week', au + 1)::date + 7 * i AS lundi FROM generate_series(0, semaines - 1) i) q) v
	 WHERE f.emise <= au AND f.paye_le > au
	 GROUP BY v.fin
$$;

\echo == the last quarter, week by week: received, forecast (80 %), naive, error, naive error
CREATE TABLE trimestre AS SELECT * FROM creances.erreur_prevision('2013-09-30', '2013-12-31');
SELECT semaine, fin, trim_scale(realise), trim_scale(prevu), trim_scale(bas), trim_scale(haut), trim_scale(naif), trim_scale(erreur), trim_scale(erreur_naive) FROM trimestre ORDER BY semaine;
SELECT 'total', trim_scale(sum(realise)), trim_scale(sum(prevu)), trim_scale(sum(naif)), trim_scale(sum(erreur)) AS erreur, trim_scale(sum(erreur_naive)) AS erreur_naive,
	   round(100 * sum(erreur) / sum(erreur_naive), 1) || ' %' FROM trimestre;
\echo smaller than the naive one
SELECT sum(erreur) < sum(erreur_naive) FROM trimestre;
-- the same by plain SQL: weeks, and those that differ (each due date of each debtor is rounded to the cent)
SELECT count(*), count(*) FILTER (WHERE (abs(t.prevu - a.prevu) < 0.15 AND t.naif = coalesce(a.naif, 0) AND t.realise = coalesce(a.realise, 0)) IS NOT TRUE)
  FROM trimestre t FULL JOIN attendu('2013-09-30', 13) a USING (semaine);
-- the same book as it stood that day, without what came later: the same forecast
CREATE TABLE connues AS SELECT numero, client, emise, echeance, montant, CASE WHEN paye_le <= '2013-09-30' THEN paye ELSE 0 END AS paye,
	CASE WHEN paye_le <= '2013-09-30' THEN paye_le END AS paye_le FROM factures WHERE emise <= '2013-09-30';
ALTER TABLE connues ADD PRIMARY KEY (numero);
SELECT creances.suivre_factures('connues', '{"creancier": "''connu''", "facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance",
	"montant": "montant", "regle": "paye", "regle_le": "paye_le"}');
SELECT count(*), count(*) FILTER (WHERE ROW(p.segment, p.prevu, p.bas, p.haut, p.naif, p.reste) IS DISTINCT FROM ROW(q.segment, q.prevu, q.bas, q.haut, q.naif, q.reste))
  FROM (SELECT * FROM creances.prevision_encaissements(13, '2013-09-30', 'debiteur') WHERE creancier = 'principal') p
  FULL JOIN (SELECT * FROM creances.prevision_encaissements(13, '2013-09-30', 'debiteur') WHERE creancier = 'connu') q USING (debiteur, devise, semaine);

\echo == a forecast each Sunday of the quarter, four weeks ahead: error, naive error, weeks in the interval
CREATE TABLE glissant AS SELECT d::date AS du, e.* FROM generate_series(timestamp '2013-09-29', '2013-12-01', '7 days') d, creances.erreur_prevision(d::date, '2013-12-31', 4) e WHERE e.creancier = 'principal';
SELECT du, count(*), trim_scale(sum(erreur)), trim_scale(sum(erreur_naive)), count(*) FILTER (WHERE realise BETWEEN bas AND haut) FROM glissant GROUP BY du ORDER BY du;
SELECT 'total', count(*), trim_scale(sum(erreur)), trim_scale(sum(erreur_naive)), round(100 * sum(erreur) / sum(erreur_naive), 1) || ' %', count(*) FILTER (WHERE realise BETWEEN bas AND haut) FROM glissant;
\echo smaller than the naive one
SELECT sum(erreur) < sum(erreur_naive) FROM glissant;
SELECT count(*), count(*) FILTER (WHERE (abs(t.prevu - a.prevu) < 0.15 AND t.naif = coalesce(a.naif, 0) AND t.realise = coalesce(a.realise, 0)) IS NOT TRUE)
  FROM (SELECT * FROM glissant WHERE du IN ('2013-10-27', '2013-11-24')) t
  FULL JOIN (SELECT v.du, a.* FROM unnest('{2013-10-27,2013-11-24}'::date[]) v(du), attendu(v.du, 4) a) a USING (du, semaine);
ROLLBACK;
