-- The indicators: published examples, through the pure kernels and through real
-- books; a month counted by hand; a history loaded with its dates; then each one
-- against slow SQL written from its formula, item by item, on random books with
-- two creditors, two currencies, versions, withdrawals, reversals, and on a
-- fortnight lived through the ERP's own tables.
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

\echo == kernels: the published examples
SELECT creances.dso_balance(30000, 60000, 90), creances.dso_balance(5700, 7600, 91);
SELECT creances.dso_epuisement(2500, '{1200,800,700}', '{30,31,30}') AS d, round(30 + 31 + 500 / 700.0 * 30, 2);
SELECT round(creances.cei_formule(6200, 10890, 6340, 3590, 3), 1), round((6200 + 10890 / 3.0 - 6340) / (6200 + 10890 / 3.0 - 3590) * 100, 2);
\echo nothing to divide by, customers in credit, an exact month, a month of credit notes, not enough history
SELECT creances.dso_balance(100, 0, 30), creances.dso_balance(100, -5, 30), creances.dso_balance(-100, 50, 30), creances.dso_balance(0, 50, 30), creances.dso_balance(NULL, 50, 30);
SELECT creances.dso_epuisement(2000, '{1200,800,700}', '{30,31,30}'), creances.dso_epuisement(0, '{1200}', '{30}'), creances.dso_epuisement(-5, '{1200}', '{30}'),
	   creances.dso_epuisement(1500, '{1000,-100,1200}', '{30,31,30}'), creances.dso_epuisement(100, '{0,0,200}', '{30,31,30}'),
	   creances.dso_epuisement(2701, '{1200,800,700}', '{30,31,30}'), creances.dso_epuisement(1, '{}', '{}'), creances.dso_epuisement(2500, '[0:2]={1200,800,700}', '[5:7]={30,31,30}');
SELECT creances.cei_formule(100, 0, 50, 100, 1), creances.cei_formule(100, 50, 0, 0, 1), creances.cei_formule(100, 50, 0, 0, 0);
SELECT pg_temp.erreur(q) FROM unnest(ARRAY[$$SELECT creances.dso_epuisement(1, '{1,2}', '{30}')$$, $$SELECT creances.dso_epuisement(1, '{1,NULL}', '{30,31}')$$,
	$$SELECT creances.dso_epuisement(1, '{1}', '{-1}')$$, $$SELECT creances.dso_epuisement('NaN', '{1}', '{30}')$$, $$SELECT creances.dso_epuisement(1, '{Infinity}', '{30}')$$,
	$$SELECT creances.dso_balance('NaN', 1, 1)$$, $$SELECT creances.dso_balance(1, 'Infinity', 1)$$, $$SELECT creances.dso_balance(1, 1, -5)$$,
	$$SELECT creances.cei_formule(1, 1, '-Infinity', 1, 1)$$]) q;

\echo == no books at all, then what is refused
CREATE TABLE fonctions (f text, debut text, fin text);
INSERT INTO fonctions VALUES ('dso', '', ', ''balance'''), ('dso', '', ', ''epuisement'''), ('dso', '', ', ''glissant'''), ('bpdso', '', ''), ('add', '', ''), ('cei', '', ''),
	('taux_recouvrement', '', ''), ('retard_moyen_pondere', '', ''), ('taux_roulement', '', ', ''{30,60}'''), ('promesses_tenues', '', ''), ('causes_litige', '', ''),
	('cout_recouvrement', '', ''), ('recouvre_par_stade', '', ''), ('encaissements', '', '');
CREATE FUNCTION appel(f text, fin text, du date, au date, par text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT format('creances.%I(%L, %L%s, %L)', f, du, au, fin, par) $$;
CREATE FUNCTION lignes(requete text) RETURNS SETOF text LANGUAGE plpgsql AS $$ BEGIN RETURN QUERY EXECUTE format('SELECT x::text FROM %s x', requete); END $$;
SELECT count(*) AS calls, count(l) AS lines FROM fonctions f CROSS JOIN unnest('{creancier,segment,debiteur}'::text[]) par
  LEFT JOIN LATERAL lignes(appel(f.f, f.fin, '2024-01-01', '2024-03-31', par)) l ON true;
SELECT count(*) FROM creances.part_echue();
SELECT q, pg_temp.erreur('SELECT count(*) FROM ' || q) FROM fonctions f CROSS JOIN LATERAL appel(f.f, f.fin, '2024-01-02', '2024-01-01', 'creancier') q;
SELECT count(*) FILTER (WHERE pg_temp.erreur('SELECT count(*) FROM ' || appel(f.f, f.fin, NULL, '2024-01-01', 'creancier')) LIKE '22004 %') AS null_du,
	   count(*) FILTER (WHERE pg_temp.erreur('SELECT count(*) FROM ' || appel(f.f, f.fin, '2024-01-01', NULL, 'creancier')) LIKE '22004 %') AS null_au,
	   count(*) FILTER (WHERE pg_temp.erreur('SELECT count(*) FROM ' || appel(f.f, f.fin, '-infinity', '2024-01-01', 'creancier')) LIKE '22008 %') AS infinite_du,
	   count(*) FILTER (WHERE pg_temp.erreur('SELECT count(*) FROM ' || appel(f.f, f.fin, '2024-01-01', 'infinity', 'creancier')) LIKE '22008 %') AS infinite_au,
	   count(*) FILTER (WHERE pg_temp.erreur('SELECT count(*) FROM ' || appel(f.f, f.fin, '2024-01-01', '2024-01-01', 'client')) LIKE '22023 %') AS par,
	   count(*) FILTER (WHERE pg_temp.erreur('SELECT count(*) FROM ' || appel(f.f, f.fin, '2024-01-01', '2024-01-01', NULL)) LIKE '22023 %') AS null_par, count(*) AS of
  FROM fonctions f;
SELECT pg_temp.erreur(q) FROM unnest(ARRAY[$$SELECT * FROM creances.dso(NULL, '2024-01-01')$$, $$SELECT * FROM creances.dso('-infinity', 'infinity')$$, $$SELECT * FROM creances.cei('2024-01-01', 'infinity')$$,
	$$SELECT * FROM creances.bpdso('2024-01-01', '2024-01-31', 'client')$$, $$SELECT * FROM creances.dso('2024-01-01', '2024-01-31', 'moyenne')$$,
	$$SELECT * FROM creances.dso('2024-01-01', '2024-01-31', NULL)$$, $$SELECT * FROM creances.dso('2000-01-01', '2024-01-31', 'glissant')$$,
	$$SELECT * FROM creances.part_echue(NULL)$$, $$SELECT * FROM creances.part_echue('infinity')$$, $$SELECT * FROM creances.part_echue('2024-01-01', 'tout')$$,
	$$SELECT * FROM creances.taux_roulement('2024-01-01', '2024-01-31', NULL)$$, $$SELECT * FROM creances.taux_roulement('2024-01-01', '2024-01-31', '{30,20}')$$,
	$$SELECT * FROM creances.taux_roulement('2024-01-01', '2024-01-31', '[0:1]={30,60}')$$, $$SELECT * FROM creances.taux_roulement('2024-01-01', '2024-01-31', '{}')$$]) q;

\echo == the published examples in real books
CREATE TABLE v (numero text PRIMARY KEY, societe text, client text, emission date, echeance date, montant numeric, devise text DEFAULT 'EUR', nature text);
CREATE TABLE vp (id serial PRIMARY KEY, societe text, facture text, client text, le date, montant numeric, genre text DEFAULT 'virement');
SELECT creances.suivre_factures('v', '{"creancier": "societe", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant",
	"devise": "devise", "nature": "nature"}', depuis => '2020-01-01');
SELECT creances.suivre_reglements('vp', '{"creancier": "societe", "reglement": "id", "facture": "facture", "debiteur": "client", "date": "le", "montant": "montant", "nature": "genre"}', factures => 'v');
-- 60,000 sold in ninety days, first and last day included; 30,000 owed
INSERT INTO v VALUES ('P1-0', 'P1', 'A', '2023-12-31', '2024-01-30', 9999), ('P1-1', 'P1', 'A', '2024-01-01', '2024-01-31', 20000), ('P1-2', 'P1', 'A', '2024-02-10', '2024-03-11', 25000),
	('P1-3', 'P1', 'B', '2024-03-30', '2024-04-29', 15000), ('P1-4', 'P1', 'B', '2024-03-31', '2024-04-30', 777);
INSERT INTO vp (societe, facture, le, montant) VALUES ('P1', 'P1-0', '2023-12-31', 9999), ('P1', 'P1-1', '2024-02-01', 20000), ('P1', 'P1-2', '2024-03-30', 10000), ('P1', 'P1-3', '2024-03-31', 15000);
SELECT * FROM creances.dso('2024-01-01', '2024-03-30') WHERE creancier = 'P1';
-- 7,600 sold, of which a credit note of 400, in ninety-one days of a leap year; 5,700 owed
INSERT INTO v VALUES ('P2-1', 'P2', 'A', '2024-01-15', '2024-02-14', 8000), ('P2-2', 'P2', 'A', '2024-03-01', '2024-03-01', -400);
INSERT INTO vp (societe, facture, le, montant) VALUES ('P2', 'P2-1', '2024-02-29', 1900);
SELECT * FROM creances.dso('2024-01-01', '2024-03-31') WHERE creancier = 'P2';
-- count-back: 2,500 owed on 1 December
INSERT INTO v VALUES ('P3-0', 'P3', 'A', '2025-08-20', '2025-09-19', 5000), ('P3-1', 'P3', 'A', '2025-09-10', '2025-10-10', 300), ('P3-2', 'P3', 'B', '2025-09-20', '2025-10-20', 400),
	('P3-3', 'P3', 'A', '2025-10-31', '2025-11-30', 800), ('P3-4', 'P3', 'B', '2025-11-01', '2025-12-01', 900), ('P3-5', 'P3', 'B', '2025-11-30', '2025-12-30', 300);
INSERT INTO vp (societe, facture, le, montant) VALUES ('P3', 'P3-0', '2025-09-19', 5000), ('P3', 'P3-1', '2025-10-10', 200);
SELECT x.*, round(dso, 1) FROM creances.dso('2025-01-01', '2025-11-30', 'epuisement') x WHERE creancier = 'P3';
-- on the morning of 1 December nothing is sold yet: the same balance, a day more
SELECT x.encours, x.dso FROM creances.dso('2025-01-01', '2025-12-01', 'epuisement') x WHERE creancier = 'P3';
-- no further than the first day: half of September (400 sold from the 16th on), then not at all
SELECT x.ventes, x.dso, x.complet FROM creances.dso('2025-09-16', '2025-11-30', 'epuisement') x WHERE creancier = 'P3';
SELECT x.ventes, x.dso, x.complet FROM creances.dso('2025-09-01', '2025-11-30', 'epuisement') x WHERE creancier = 'P3';
-- CEI of a quarter; then 2,750 are written off, which collects nothing
INSERT INTO v VALUES ('P4-0', 'P4', 'A', '2023-12-15', '2024-01-15', 6200), ('P4-1', 'P4', 'A', '2024-01-10', '2024-01-31', 4000), ('P4-2', 'P4', 'B', '2024-02-10', '2024-03-01', 3300),
	('P4-3', 'P4', 'B', '2024-03-15', '2024-03-31', 3590);
INSERT INTO vp (societe, facture, le, montant) VALUES ('P4', 'P4-0', '2024-01-20', 6200), ('P4', 'P4-1', '2024-02-05', 4000), ('P4', 'P4-2', '2024-03-31', 550), ('P4', 'P4-3', '2024-04-02', 3590);
SELECT x.*, round(cei, 1) FROM creances.cei('2024-01-01', '2024-03-31') x WHERE creancier = 'P4';
SAVEPOINT perte;
INSERT INTO vp (societe, facture, le, montant, genre) VALUES ('P4', 'P4-2', '2024-03-20', 2750, 'passage en perte');
SELECT x.* FROM creances.cei('2024-01-01', '2024-03-31') x WHERE creancier = 'P4';
ROLLBACK TO perte;
SELECT creances.coherence();

\echo == a month by hand
INSERT INTO v VALUES ('M1', 'M', 'A', '2024-01-15', '2024-02-14', 1000), ('M2', 'M', 'A', '2024-02-01', '2024-03-02', 600), ('M3', 'M', 'B', '2024-02-10', '2024-03-11', 500),
	('M4', 'M', 'B', '2024-03-05', '2024-04-04', 800), ('M5', 'M', 'A', '2024-03-10', '2024-03-25', 300), ('M6', 'M', 'B', '2024-03-20', '2024-03-20', -100);
UPDATE creances.debiteur SET segment = CASE debiteur WHEN 'A' THEN 'Grands comptes' END WHERE creancier = 'M';
-- promises: kept within its tolerance; not kept; kept, and the payment bounces later; for another month; annulled; put off
SELECT creances.promettre('M', 'A', '2024-03-04', 400, 'M1', le => '2024-02-20') \g /dev/null
SELECT creances.promettre('M', 'B', '2024-03-12', 400, 'M3', le => '2024-03-01') \g /dev/null
SELECT creances.promettre('M', 'A', '2024-03-22', 300, 'M5', le => '2024-03-11') \g /dev/null
SELECT creances.promettre('M', 'A', '2024-03-30', 600, 'M1', le => '2024-03-15') \g /dev/null
SELECT creances.annuler_acte(creances.promettre('M', 'B', '2024-03-20', 800, 'M4', le => '2024-03-06'), 'un autre client', '2024-03-10') \g /dev/null
SELECT creances.clore_acte(creances.promettre('M', 'B', '2024-03-15', 100, 'M4', le => '2024-03-07'), '2024-03-12') \g /dev/null
-- 400 twenty days late; 200 a day early and 400 ten days late; 150 on the day, a linked credit note, a write-off; 300 five days early, bounced; on account
INSERT INTO vp (societe, facture, client, le, montant, genre) VALUES ('M', 'M1', NULL, '2024-03-05', 400, 'virement'), ('M', 'M2', NULL, '2024-03-01', 200, 'virement'), ('M', 'M2', NULL, '2024-03-12', 400, 'chèque'),
	('M', 'M3', NULL, '2024-03-11', 150, 'virement'), ('M', 'M3', NULL, '2024-03-15', 50, 'avoir'), ('M', 'M3', NULL, '2024-03-20', 100, 'perte'),
	('M', 'M5', NULL, '2024-03-20', 300, 'prélèvement'), ('M', 'M5', NULL, '2024-03-28', -300, 'rejet'), ('M', NULL, 'B', '2024-03-22', 70, 'virement');
-- disputes: admitted after ten days; open; taken back later
SELECT creances.clore_litige(creances.ouvrir_litige('M', 'M3', 'tarif', montant => 120, cause => 'prix', le => '2024-03-12'), 'fonde', '2024-03-22') \g /dev/null
SELECT creances.ouvrir_litige('M', 'M4', 'pièces rayées', cause => 'qualite', le => '2024-03-15') \g /dev/null
SELECT creances.clore_litige(creances.ouvrir_litige('M', 'M1', 'pièces tordues', cause => 'qualite', le => '2024-03-20'), 'retire', '2024-04-05') \g /dev/null
-- costs, and the reminder before the payment of the 5th
SELECT creances.consigner('M', 'A', 'frais', '2024-03-15', 'huissier', facture => 'M1', montant => 40) \g /dev/null
INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat, envoyee_le, envoyee_instant, cout)
SELECT 'M', md5('M' || n)::uuid, d, 'EUR', 'message', le, 'standard', 'courriel', 'relance_1', false, etat, le, now(), cout
  FROM (VALUES (1, 'A', date '2024-03-02', 'envoyee', 3.5), (2, 'B', '2024-03-31', 'envoyee', 1.2), (3, 'B', '2024-04-01', 'envoyee', 9), (4, 'B', '2024-03-20', 'annulee', 9)) x(n, d, le, etat, cout);
INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, etat) VALUES ('M', md5('M1')::uuid, 'M1', 1, true, 1, 'relance_1', 'envoyee');
INSERT INTO vp (societe, facture, le, montant) VALUES ('M', 'M1', '2024-04-20', 60);
INSERT INTO creances.mandat (creancier, mandat, genre, tiers, debiteur, depuis, cout, commission, motif) VALUES ('M', md5('M')::uuid, 'avocat', 'Me Durand', 'A', '2024-04-02', 25, 10, 'impayé');
INSERT INTO creances.mandat_creance VALUES ('M', md5('M')::uuid, 'M1', 1, 'EUR', 600);
-- owed on 29 February: 1000 + 600 + 500; on 31 March: 600 + 200 + 800 + 300 - 100 - 70
CREATE TABLE main (f text, attendu text[]);
INSERT INTO main VALUES
	-- sales 800 + 300 - 100 - 50; 1730 / 950 x 31; 800 / 950 x 31
	('dso(''2024-03-01'', ''2024-03-31'')', '{"1730.000 950.000 31 56.45 true"}'),
	('bpdso(''2024-03-01'', ''2024-03-31'')', '{"800.000 950.000 31 26.11"}'),
	('add(''2024-03-01'', ''2024-03-31'')', '{"56.45 26.11 30.34"}'),
	-- 2100 and 1730 at the ends of two months; sales of 61 days: 600 + 500 + 950
	('dso(''2024-01-31'', ''2024-03-31'', ''glissant'')', '{"1915.000 2050.000 61 56.98 true"}'),
	-- 950 in March, 1100 in February: 31 + 780 / 1100 x 29
	('dso(''2024-01-01'', ''2024-03-31'', ''epuisement'')', '{"1730.000 3050.000 91 51.56 true"}'),
	-- (2100 + 950 - 1830) / (2100 + 950 - 800)
	('cei(''2024-03-01'', ''2024-03-31'')', '{"2100.000 950.000 1 1730.000 800.000 100.000 54.22"}'),
	-- due in March: 600 + 500 + 300; 750 / 1350; 200 + 150 on time
	('taux_recouvrement(''2024-03-01'', ''2024-03-31'')', '{"1400.000 50.000 750.000 350.000 100.000 500.000 55.56 25.93 0.000"}'),
	-- (400 x 20 + 400 x 10) / 1150; (8000 - 200 + 4000) / 1150; (400 x 50 + 200 x 29 + 400 x 40 + 150 x 30) / 1150; 800 / 1150
	('retard_moyen_pondere(''2024-03-01'', ''2024-03-31'')', '{"1150.000 10.43 10.26 40.26 69.57"}'),
	-- overdue: 600 (46 days) + 200 + 300
	('part_echue(''2024-03-31'')', '{"1900.000 1100.000 0.000 57.89 0.00"}'),
	('part_echue(''2024-05-15'')', '{"1840.000 1840.000 540.000 100.00 29.35"}'),
	('taux_roulement(''2024-02-29'', ''2024-03-31'')', '{"1 non echu 1 a 30 jours 2 200.000 18.18","1 non echu avoir 8 50.000 4.55","1 non echu perte 9 100.000 9.09","1 non echu regle 7 750.000 68.18","2 1 a 30 jours 31 a 60 jours 3 600.000 60.00","2 1 a 30 jours regle 7 400.000 40.00"}'),
	-- 400 + 200 + 300 of 400 + 400 + 300
	('promesses_tenues(''2024-03-01'', ''2024-03-31'')', '{"3 2 1 1100.000 900.000 66.67 81.82"}'),
	('causes_litige(''2024-03-01'', ''2024-03-31'')', '{"prix 1 120.000 0 1 0 10.00","qualite 2 1400.000 2 0 0"}'),
	('causes_litige(''2024-03-01'', ''2024-04-30'')', '{"prix 1 120.000 0 1 0 10.00","qualite 2 1400.000 1 0 1 16.00"}'),
	-- (4.70 + 40) / 800; then with a mandate begun in April: 25 + 10 % of 60
	('cout_recouvrement(''2024-03-01'', ''2024-03-31'')', '{"2 4.700 40.000 0.000 800.000 5.59"}'),
	('cout_recouvrement(''2024-04-01'', ''2024-04-30'')', '{"1 9.000 0.000 31.000 60.000 66.67"}'),
	('recouvre_par_stade(''2024-03-01'', ''2024-03-31'')', '{"echue Échue 1 400.000","non_echue Non échue 3 350.000","relance_1 Première relance 1 400.000"}'),
	-- 1730 - 2100 = 950 - 1450 + 300 - 70 - 100
	('encaissements(''2024-03-01'', ''2024-03-31'')', '{"950.000 1450.000 300.000 150.000 70.000 100.000 0.000 0.000 0.000"}');
CREATE FUNCTION obtenu(f text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	r text[];
BEGIN
	EXECUTE format('SELECT array_agg(l ORDER BY l COLLATE "C") FROM (SELECT (SELECT string_agg(j.value #>> ''{}'', '' '' ORDER BY j.ordinality)
		FROM json_each(row_to_json(x)) WITH ORDINALITY j WHERE j.key NOT IN (''creancier'', ''segment'', ''debiteur'', ''devise'')) AS l FROM creances.%s x WHERE creancier = ''M'') y', f) INTO r;
	RETURN r;
END $$;
SELECT f, CASE WHEN obtenu(f) = attendu THEN 'as counted' ELSE format('%s instead of %s', obtenu(f), attendu) END FROM main;
-- (a promise of one's own: what is put off or annulled is neither kept nor broken)
SELECT count(*) FROM creances.acte WHERE creancier = 'M' AND genre = 'promesse';
SELECT creances.coherence();
\echo == segments as they are now, debtors
SELECT segment, debiteur, encours, ventes, dso FROM creances.dso('2024-03-01', '2024-03-31', par => 'segment') WHERE creancier = 'M' ORDER BY 1, 2;
SELECT segment, debiteur, regle, retard_moyen FROM creances.retard_moyen_pondere('2024-03-01', '2024-03-31', 'debiteur') WHERE creancier = 'M' ORDER BY 1, 2;
\echo == a day, a leap day, two thousand years
SELECT jours, ventes, dso FROM creances.dso('2024-03-10', '2024-03-10') WHERE creancier = 'M';
SELECT jours, encours, ventes, dso FROM creances.dso('2024-02-29', '2024-02-29') WHERE creancier = 'M';
SELECT mois, cei FROM creances.cei('2024-02-29', '2024-02-29') WHERE creancier = 'M';
SELECT jours, encours, ventes FROM creances.dso('0001-01-01', '9999-12-31') WHERE creancier = 'M';
SELECT jours, encours, dso FROM creances.dso('0001-01-01', '9999-12-31', 'epuisement') WHERE creancier = 'M';
SELECT mois FROM creances.cei('0001-01-01', '9999-12-31') WHERE creancier = 'M';
SELECT du, au, (SELECT mois FROM creances.cei(du::date, au::date) WHERE creancier = 'M') AS months
  FROM (VALUES ('2024-01-15', '2024-04-14'), ('2024-01-15', '2024-04-13'), ('2023-12-31', '2024-02-29'), ('2024-01-31', '2024-02-29'), ('2023-03-01', '2024-02-29'), ('2024-01-01', '2024-01-31')) x(du, au);
SELECT count(*) FROM fonctions f CROSS JOIN unnest('{creancier,segment,debiteur}'::text[]) par
 CROSS JOIN LATERAL lignes(appel(f.f, f.fin, '0001-01-01', '9999-12-31', par)) WHERE f.fin !~ 'glissant';

\echo == a history that was over when the table was tied: its dates count, one that nobody knows does not
CREATE TABLE h (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric, paye numeric, paye_le date);
INSERT INTO h VALUES ('H1', 'A', '2023-01-10', '2023-02-09', 1000, 1000, '2023-02-19'), ('H2', 'A', '2023-01-10', '2023-02-09', 500, 500, '2023-02-09'),
	('H3', 'A', '2023-01-10', '2023-02-09', 300, 300, NULL), ('H4', 'A', '2023-02-10', '2023-03-12', 200, 150, '2023-02-28');
SELECT creances.suivre_factures('h', '{"creancier": "''H''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "regle": "paye", "regle_le": "paye_le"}');
-- (1000 x 10 + 500 x 0 + 150 x 0) / 1650, without the 300 of H3
SELECT regle, retard_moyen, ecart_moyen, delai_moyen, part_en_retard FROM creances.retard_moyen_pondere('2023-02-01', '2023-03-31') WHERE creancier = 'H';
SELECT regle FROM creances.retard_moyen_pondere('2023-02-01', '9999-12-31') WHERE creancier = 'H';
SELECT ventes, paiements, sans_date FROM creances.encaissements('2023-01-01', '2023-12-31') WHERE creancier = 'H';
SELECT paiements, sans_date FROM creances.encaissements(creances.aujourdhui('H'), creances.aujourdhui('H')) WHERE creancier = 'H';
SELECT echu, regle, regle_a_temps, regle_sans_date, reste, taux, taux_a_temps FROM creances.taux_recouvrement('2023-02-01', creances.aujourdhui('H')) WHERE creancier = 'H';
-- paid while it is followed, then bounced: the paid column goes back, and the days with it
UPDATE h SET paye = 200, paye_le = creances.aujourdhui('H') WHERE numero = 'H4';
SELECT regle FROM creances.retard_moyen_pondere(creances.aujourdhui('H'), creances.aujourdhui('H')) WHERE creancier = 'H';
UPDATE h SET paye = 150 WHERE numero = 'H4';
SELECT sum(regle) FROM creances.retard_moyen_pondere(creances.aujourdhui('H'), creances.aujourdhui('H')) WHERE creancier = 'H';
SELECT regle, retard_moyen FROM creances.retard_moyen_pondere('2023-02-01', '9999-12-31') WHERE creancier = 'H';
SELECT creances.coherence();

\echo == out of the filter: what was paid by then was sold and paid, what was not never was
CREATE TABLE o (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric, ouverte boolean DEFAULT true);
CREATE TABLE op (id serial PRIMARY KEY, facture text, le date, montant numeric);
SELECT creances.suivre_factures('o', '{"creancier": "''O''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant"}', filtre => 'ouverte', depuis => '2020-01-01');
SELECT creances.suivre_reglements('op', '{"creancier": "''O''", "reglement": "id", "facture": "facture", "date": "le", "montant": "montant"}', factures => 'o');
INSERT INTO o VALUES ('O1', 'A', '2024-01-10', '2024-02-09', 100), ('O2', 'A', '2024-01-10', '2024-02-09', 40), ('O3', 'A', '2024-01-10', '2024-02-09', 7);
INSERT INTO op (facture, le, montant) VALUES ('O1', '2024-02-19', 100);
UPDATE o SET ouverte = false WHERE numero <> 'O3';
SELECT facture, solde, retiree_motif FROM creances.creance WHERE creancier = 'O' ORDER BY 1;
SELECT ventes, paiements FROM creances.encaissements('2024-01-01', '9999-12-31') WHERE creancier = 'O';
SELECT regle, retard_moyen FROM creances.retard_moyen_pondere('2024-01-01', '9999-12-31') WHERE creancier = 'O';
SELECT echu, regle, reste, taux FROM creances.taux_recouvrement('2024-01-01', '9999-12-31') WHERE creancier = 'O';
-- yesterday all three were there
SELECT ventes FROM creances.encaissements('2024-01-01', creances.aujourdhui('O') - 1) WHERE creancier = 'O';

\echo == an oracle: the formulas, item by item
-- An item on a day: today's, every later change undone, the last one first.
-- histoire: it was sold and paid, though it may have left once it was settled.
CREATE FUNCTION item(p_creancier text, p_facture text, p_rang integer, d date,
	OUT debiteur text, OUT segment text, OUT devise text, OUT nee date, OUT ech date, OUT mt numeric, OUT nature text, OUT la boolean, OUT histoire boolean,
	OUT som numeric, OUT solde numeric, OUT compte boolean) LANGUAGE plpgsql STABLE SET search_path = essai, pg_catalog AS $$
DECLARE
	c creances.creance;
	v creances.creance_version;
BEGIN
	SELECT * INTO c FROM creances.creance x WHERE x.creancier = p_creancier AND x.facture = p_facture AND x.rang = p_rang;
	debiteur := c.debiteur; devise := c.devise; nee := c.nee_le; ech := c.echeance; mt := c.montant; nature := c.nature; la := c.retiree_le IS NULL;
	histoire := la OR c.retiree_motif IN ('hors du filtre', 'suivi cesse')
				AND mt = (SELECT sum(r.montant) FROM creances.reglement r WHERE r.creancier = p_creancier AND r.facture = p_facture AND r.rang = p_rang);
	histoire := coalesce(histoire, false);
	FOR v IN SELECT * FROM creances.creance_version x WHERE x.creancier = p_creancier AND x.facture = p_facture AND x.rang = p_rang ORDER BY x.version DESC LOOP
		IF v.jusque > d THEN
			debiteur := v.debiteur; devise := v.devise; nee := v.nee_le; ech := v.echeance; mt := v.montant; la := NOT v.retiree; histoire := la;
		END IF;
	END LOOP;
	segment := (SELECT coalesce(x.segment, '') FROM creances.debiteur x WHERE x.creancier = p_creancier AND x.debiteur = item.debiteur);
	som := coalesce((SELECT sum(r.montant) FROM creances.reglement r WHERE r.creancier = p_creancier AND r.facture = p_facture AND r.rang = p_rang AND r.le <= d), 0);
	solde := CASE WHEN nee <= d THEN mt ELSE 0 END - som;
	compte := nee > d OR nature = 'acompte' AND (solde < 0 OR p_facture ~ '^compte:');
END $$;
CREATE TABLE etats (d date, creancier text, facture text, rang integer, debiteur text, segment text, devise text, nee date, ech date, mt numeric, nature text, la boolean,
	histoire boolean, som numeric, solde numeric, compte boolean);
CREATE INDEX ON etats (d);
CREATE FUNCTION etat(jour date) RETURNS SETOF etats LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM essai.etats e WHERE e.d = jour) THEN
		INSERT INTO essai.etats SELECT jour, c.creancier, c.facture, c.rang, i.* FROM creances.creance c CROSS JOIN LATERAL essai.item(c.creancier, c.facture, c.rang, jour) i;
	END IF;
	RETURN QUERY SELECT * FROM essai.etats e WHERE e.d = jour;
END $$;
-- The day of each movement, and what a reversal takes back.
CREATE TABLE mvts (creancier text, facture text, rang integer, le date, valeur date, nature text, montant numeric, inconnue boolean);
CREATE FUNCTION dater() RETURNS bigint LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	r creances.reglement; p creances.reglement; o creances.reglement;
BEGIN
	TRUNCATE mvts; TRUNCATE etats;
	FOR r IN SELECT * FROM creances.reglement LOOP
		o := r;
		IF r.nature = 'annulation' AND (r.dit_le IS NULL OR (SELECT count(*) FROM creances.reglement g WHERE g.suivi = r.suivi AND g.cle = r.cle AND g.montant > 0) = 0) THEN
			FOR p IN SELECT * FROM creances.reglement x WHERE x.creancier = r.creancier AND x.facture = r.facture AND x.rang = r.rang ORDER BY x.le, x.connu_le, x.reglement LOOP
				IF p.nature IN ('paiement', 'acompte') AND p.montant > 0 AND p.le <= r.le AND (p.montant = -r.montant OR o.reglement = r.reglement OR o.montant <> -r.montant) THEN
					o := p;
				END IF;
			END LOOP;
		END IF;
		INSERT INTO mvts SELECT r.creancier, r.facture, r.rang, r.le, least(o.le, o.dit_le), r.nature, r.montant,
			o.reprise AND o.dit_le IS NULL AND o.le IS NOT DISTINCT FROM (SELECT c.reprise_le FROM creances.creance c WHERE c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang);
	END LOOP;
	RETURN (SELECT count(*) FROM mvts);
END $$;
-- What each item brings to each sum, at its debtor.
CREATE TABLE lignes_p (du date, au date, creancier text, segment text, debiteur text, devise text, quoi text, x numeric, le date, n text);
CREATE INDEX ON lignes_p (du, au, quoi, creancier, devise);
CREATE FUNCTION preparer(p_du date, p_au date) RETURNS void LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
BEGIN
	PERFORM etat(p_du); PERFORM etat(p_au); PERFORM etat(p_du - 1);
	INSERT INTO lignes_p
	-- balances
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise, q.quoi, q.x, NULL::date, NULL::text
	  FROM etats e, LATERAL (VALUES ('encours', e.solde), ('creances', CASE WHEN e.solde > 0 AND NOT e.compte THEN e.solde END),
		('non_echu', CASE WHEN e.solde > 0 AND NOT e.compte AND p_au <= e.ech THEN e.solde END),
		('echu', CASE WHEN e.solde > 0 AND NOT e.compte AND p_au > e.ech THEN e.solde END),
		('p90', CASE WHEN e.solde > 0 AND NOT e.compte AND p_au > e.ech + 90 THEN e.solde END)) q(quoi, x)
	 WHERE e.d = p_au AND e.la AND e.solde <> 0 AND q.x IS NOT NULL
	UNION ALL
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise, 'debut', e.solde, NULL, NULL FROM etats e WHERE e.d = p_du - 1 AND e.la AND e.solde <> 0
	-- what came in
	UNION ALL
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise,
		   CASE WHEN e.nature <> 'acompte' THEN CASE WHEN e.mt < 0 THEN 'avoir' ELSE 'facture' END WHEN e.mt < 0 OR e.facture ~ '^compte:' THEN 'compte' ELSE 'facture_acompte' END, e.mt, e.nee, NULL
	  FROM etats e WHERE e.d = p_au AND e.histoire AND e.nee BETWEEN p_du AND p_au
	-- what moved: of a receivable, of a credit, of money on account
	UNION ALL
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise,
		   CASE WHEN e.nature = 'acompte' AND (e.mt < 0 OR e.facture ~ '^compte:') THEN 'm_compte' WHEN m.inconnue THEN 'm_inconnu' WHEN e.nature = 'acompte' AND m.nature = 'avoir' THEN 'm_correction'
				WHEN m.nature = 'annulation' AND e.mt < 0 THEN 'm_paiement' ELSE 'm_' || m.nature END, m.montant, m.le, NULL
	  FROM mvts m JOIN etats e ON e.d = p_au AND (e.creancier, e.facture, e.rang) = (m.creancier, m.facture, m.rang) AND e.histoire
	 WHERE m.le BETWEEN p_du AND p_au
	-- write-offs, whatever they are of
	UNION ALL
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise, 'perte', m.montant, NULL, NULL
	  FROM mvts m JOIN etats e ON e.d = p_au AND (e.creancier, e.facture, e.rang) = (m.creancier, m.facture, m.rang) AND e.histoire
	 WHERE m.le BETWEEN p_du AND p_au AND m.nature = 'perte'
	-- credit notes linked to an invoice
	UNION ALL
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise, 'avoir_lie', m.montant, m.le, NULL
	  FROM mvts m JOIN etats e ON e.d = p_au AND (e.creancier, e.facture, e.rang) = (m.creancier, m.facture, m.rang) AND e.histoire AND e.nature <> 'acompte'
	 WHERE m.le BETWEEN p_du AND p_au AND m.nature = 'avoir'
	-- payments of receivables, whose day is known: amount, and amount x days
	UNION ALL
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise, q.quoi, q.x, NULL, q.n
	  FROM mvts m JOIN etats e ON e.d = p_au AND (e.creancier, e.facture, e.rang) = (m.creancier, m.facture, m.rang) AND e.histoire,
		   LATERAL (VALUES ('r', m.montant, NULL), ('r_retard', CASE WHEN m.valeur > e.ech THEN m.montant * (m.valeur - e.ech) ELSE 0 END, NULL), ('r_ecart', m.montant * (m.valeur - e.ech), NULL),
			('r_delai', m.montant * (m.valeur - e.nee), NULL), ('r_tard', CASE WHEN m.valeur > e.ech THEN m.montant END, NULL),
			('r_stade', m.montant, CASE WHEN m.valeur <= e.ech THEN 'non_echue' ELSE coalesce((SELECT l.stade::text FROM creances.relance_creance l JOIN creances.relance k USING (creancier, relance)
				WHERE (l.creancier, l.facture, l.rang) = (m.creancier, m.facture, m.rang) AND l.etat = 'envoyee' AND k.envoyee_le < m.valeur ORDER BY k.envoyee_le DESC, k.envoyee_instant DESC LIMIT 1), 'echue') END)) q(quoi, x, n)
	 WHERE m.le BETWEEN p_du AND p_au AND e.mt > 0 AND NOT (e.nature = 'acompte' AND e.facture ~ '^compte:') AND NOT m.inconnue AND m.nature IN ('paiement', 'acompte', 'annulation') AND q.x IS NOT NULL
	-- what fell due: paid up to its amount at most
	UNION ALL
	SELECT p_du, p_au, e.creancier, e.segment, e.debiteur, e.devise, q.quoi, q.x, NULL, NULL
	  FROM etats e
	 CROSS JOIN LATERAL (SELECT coalesce(sum(m.montant) FILTER (WHERE m.nature IN ('avoir', 'correction')), 0) AS a, coalesce(sum(m.montant) FILTER (WHERE m.nature = 'perte'), 0) AS p,
		coalesce(sum(m.montant) FILTER (WHERE m.nature IN ('paiement', 'acompte', 'annulation')), 0) AS r,
		coalesce(sum(m.montant) FILTER (WHERE m.nature IN ('paiement', 'acompte', 'annulation') AND m.valeur <= e.ech AND NOT m.inconnue), 0) AS t,
		coalesce(sum(m.montant) FILTER (WHERE m.nature IN ('paiement', 'acompte', 'annulation') AND m.inconnue), 0) AS i
		FROM mvts m WHERE (m.creancier, m.facture, m.rang) = (e.creancier, e.facture, e.rang) AND m.le <= p_au) m
	 CROSS JOIN LATERAL (SELECT CASE WHEN e.mt > m.a + m.p + m.r THEN e.mt - m.a - m.p - m.r ELSE 0 END AS reste, CASE WHEN m.r <= 0 THEN m.r ELSE greatest(0, least(m.r, e.mt - m.a - m.p)) END AS regle) b
	 CROSS JOIN LATERAL (VALUES ('e', e.mt), ('e_avoirs', e.mt - m.p - b.regle - b.reste), ('e_regle', b.regle), ('e_perte', m.p), ('e_reste', b.reste),
		('e_temps', least(m.t, b.regle)), ('e_inconnu', least(m.i, b.regle))) q(quoi, x)
	 WHERE e.d = p_au AND e.histoire AND e.ech BETWEEN p_du AND p_au AND e.nee <= p_au AND e.mt > 0 AND NOT (e.nature = 'acompte' AND e.facture ~ '^compte:')
	-- costs
	UNION ALL
	SELECT p_du, p_au, r.creancier, coalesce(d.segment, ''), r.debiteur, r.devise, 'action', coalesce(r.cout, 0), NULL, NULL
	  FROM creances.relance r JOIN creances.debiteur d USING (creancier, debiteur) WHERE r.etat = 'envoyee' AND r.envoyee_le BETWEEN p_du AND p_au
	UNION ALL
	SELECT p_du, p_au, m.creancier, coalesce(d.segment, ''), m.debiteur, 'EUR', 'mandat', k.x, NULL, NULL
	  FROM creances.mandat m JOIN creances.debiteur d USING (creancier, debiteur)
	-- of each item at most what was handed over; a reversal goes with the payment that it takes back; over on its first day: nothing
	 CROSS JOIN LATERAL (SELECT CASE WHEN m.depuis BETWEEN p_du AND p_au THEN m.cout ELSE 0 END + round(m.commission / 100 * coalesce((
		SELECT sum(least(z.a, k.solde) - least(z.b, k.solde))
		  FROM creances.mandat_creance k
		 CROSS JOIN LATERAL (SELECT coalesce(sum(r.montant) FILTER (WHERE r.le <= p_au), 0) AS a, coalesce(sum(r.montant) FILTER (WHERE r.le < p_du), 0) AS b
			  FROM creances.reglement r
			 CROSS JOIN LATERAL (SELECT CASE WHEN r.montant > 0 THEN r.le
					ELSE coalesce((SELECT max(p.le) FROM creances.reglement p WHERE (p.creancier, p.facture, p.rang) = (r.creancier, r.facture, r.rang) AND p.nature = 'paiement' AND NOT p.reprise AND p.le <= r.le AND p.montant = -r.montant),
								  (SELECT max(p.le) FROM creances.reglement p WHERE (p.creancier, p.facture, p.rang) = (r.creancier, r.facture, r.rang) AND p.nature = 'paiement' AND NOT p.reprise AND p.le <= r.le AND p.montant > 0), r.le) END AS jour) j
			 WHERE (r.creancier, r.facture, r.rang) = (k.creancier, k.facture, k.rang) AND r.nature IN ('paiement', 'annulation') AND NOT r.reprise
			   AND j.jour >= m.depuis AND coalesce(j.jour <= least(m.jusque, m.fin - 1), true)) z
		 WHERE k.mandat = m.mandat AND k.devise = 'EUR'), 0), 2) AS x
		 WHERE m.fin IS DISTINCT FROM m.depuis AND m.depuis <= p_au) k
	 WHERE k.x <> 0
	UNION ALL
	SELECT p_du, p_au, a.creancier, coalesce(d.segment, ''), a.debiteur, (item(a.creancier, a.facture, a.rang, p_au)).devise, 'frais', a.montant, NULL, NULL
	  FROM creances.acte a JOIN creances.debiteur d USING (creancier, debiteur) WHERE a.genre = 'frais' AND a.le BETWEEN p_du AND p_au AND (a.annule_le > p_au) IS NOT FALSE;
END $$;
CREATE FUNCTION maille(par text, segment text, debiteur text, OUT s text, OUT d text) LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN par = 'creancier' THEN NULL ELSE segment END, CASE WHEN par = 'debiteur' THEN debiteur END $$;
-- the sum of a kind of line for each group that has a line of these kinds
CREATE FUNCTION somme(p_du date, p_au date, par text, c text, s text, d text, v text, quoi text, depuis date DEFAULT '-infinity', jusque date DEFAULT 'infinity', p_n text DEFAULT NULL) RETURNS numeric LANGUAGE sql STABLE AS $$
	SELECT coalesce(sum(l.x), 0) FROM essai.lignes_p l WHERE l.du = p_du AND l.au = p_au AND l.creancier = c AND l.devise = v AND (par = 'creancier' OR l.segment = s) AND (par <> 'debiteur' OR l.debiteur = d)
	   AND l.quoi = somme.quoi AND (l.le IS NULL OR l.le BETWEEN depuis AND jusque) AND (p_n IS NULL OR l.n = p_n) $$;
CREATE FUNCTION ventes(p_du date, p_au date, par text, c text, s text, d text, v text, depuis date DEFAULT '-infinity', jusque date DEFAULT 'infinity') RETURNS numeric LANGUAGE sql STABLE AS $$
	SELECT essai.somme(p_du, p_au, par, c, s, d, v, 'facture', depuis, jusque) + essai.somme(p_du, p_au, par, c, s, d, v, 'avoir', depuis, jusque) - essai.somme(p_du, p_au, par, c, s, d, v, 'avoir_lie', depuis, jusque) $$;
CREATE FUNCTION rapport(n numeric, d numeric, f numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN d > 0 THEN round(n / d * f, 2) END $$;

CREATE FUNCTION attendu(f text, methode text, p_du date, p_au date, par text) RETURNS SETOF text LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	g record; x record; j CONSTANT integer := p_au - p_du + 1;
	quois text[] := CASE WHEN f IN ('dso', 'bpdso', 'add') THEN '{encours,facture,avoir,avoir_lie}' WHEN f = 'cei' THEN '{debut,encours,facture,avoir,avoir_lie,perte}' WHEN f = 'part_echue' THEN '{creances}'
		WHEN f = 'taux_recouvrement' THEN '{e}' WHEN f IN ('retard_moyen_pondere', 'recouvre_par_stade') THEN '{r}' WHEN f = 'cout_recouvrement' THEN '{action,frais,mandat,r_tard}'
		ELSE '{facture,avoir,compte,facture_acompte,m_compte,m_inconnu,m_correction,m_paiement,m_annulation,m_avoir,m_perte,m_acompte}' END;
	m integer; fins date[]; moyenne numeric; mois date; vs numeric[]; js integer[]; e numeric; r numeric;
BEGIN
	IF f = 'dso' AND methode = 'glissant' THEN
		fins := ARRAY(SELECT d::date FROM generate_series(p_du + 1, p_au, interval '1 day') d WHERE extract(day FROM d + interval '1 day') = 1 UNION SELECT p_au);
	END IF;
	-- (a mean of nothing but zeros is no line)
	FOR g IN SELECT z.c, z.s, z.d, z.v, bool_or(z.l) AS l FROM (
		SELECT l.creancier AS c, y.s, y.d, l.devise AS v, l.quoi <> 'encours' AS l FROM lignes_p l, maille(par, l.segment, l.debiteur) y WHERE l.du = p_du AND l.au = p_au AND l.quoi = ANY (quois)
		UNION ALL SELECT t.creancier, y.s, y.d, t.devise, false FROM etats t, maille(par, t.segment, t.debiteur) y WHERE t.d = ANY (fins) AND t.la AND t.solde <> 0) z GROUP BY 1, 2, 3, 4
	LOOP
		e := somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'encours');
		CASE f
		WHEN 'dso' THEN
			CASE methode
			WHEN 'balance' THEN r := rapport(e, ventes(p_du, p_au, par, g.c, g.s, g.d, g.v), j);
			WHEN 'glissant' THEN
				SELECT sum(coalesce((SELECT sum(t.solde) FROM etats t WHERE t.d = k AND t.creancier = g.c AND t.devise = g.v AND (par = 'creancier' OR t.segment = g.s) AND (par <> 'debiteur' OR t.debiteur = g.d) AND t.la), 0))
					   / cardinality(fins) INTO e FROM unnest(fins) k;
				r := rapport(e, ventes(p_du, p_au, par, g.c, g.s, g.d, g.v), j);
				CONTINUE WHEN e = 0 AND NOT g.l;
			ELSE
				vs := '{}'; js := '{}'; mois := date_trunc('month', p_au::timestamp)::date;
				WHILE mois + 31 > p_du AND cardinality(vs) < 60 LOOP
					EXIT WHEN (mois + interval '1 month')::date <= p_du;
					vs := vs || ventes(p_du, p_au, par, g.c, g.s, g.d, g.v, mois, (mois + interval '1 month')::date - 1);
					js := js || least(p_au, (mois + interval '1 month')::date - 1) - greatest(p_du, mois) + 1;
					mois := (mois - interval '1 month')::date;
				END LOOP;
				r := creances.dso_epuisement(e, vs, js);
			END CASE;
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, e::numeric(20,3), ventes(p_du, p_au, par, g.c, g.s, g.d, g.v)::numeric(20,3), j, r, r IS NOT NULL)::text;
		WHEN 'bpdso' THEN
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'non_echu')::numeric(20,3), ventes(p_du, p_au, par, g.c, g.s, g.d, g.v)::numeric(20,3), j,
				rapport(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'non_echu'), ventes(p_du, p_au, par, g.c, g.s, g.d, g.v), j))::text;
		WHEN 'add' THEN
			r := rapport(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'non_echu'), ventes(p_du, p_au, par, g.c, g.s, g.d, g.v), j);
			e := rapport(e, ventes(p_du, p_au, par, g.c, g.s, g.d, g.v), j);
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, e, r, e - r)::text;
		WHEN 'cei' THEN
			m := 1;
			WHILE p_du + (m + 1) * interval '1 month' <= p_au + 1 LOOP m := m + 1; END LOOP;
			SELECT somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'debut') AS debut, ventes(p_du, p_au, par, g.c, g.s, g.d, g.v) AS ventes, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'non_echu') AS ne,
				   somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'perte') AS perte INTO x;
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, x.debut::numeric(20,3), x.ventes::numeric(20,3), m, e::numeric(20,3), x.ne::numeric(20,3), x.perte::numeric(20,3),
				rapport(x.debut + x.ventes / m - e - x.perte, x.debut + x.ventes / m - x.ne, 100))::text;
		WHEN 'part_echue' THEN
			SELECT somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'creances') AS c, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'echu') AS e, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'p90') AS p INTO x;
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, x.c::numeric(20,3), x.e::numeric(20,3), x.p::numeric(20,3), rapport(x.e, x.c, 100), rapport(x.p, x.c, 100))::text;
		WHEN 'taux_recouvrement' THEN
			SELECT somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'e') AS e, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'e_avoirs') AS a, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'e_regle') AS r,
				   somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'e_temps') AS t, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'e_perte') AS p, somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'e_reste') AS s,
				   somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'e_inconnu') AS i INTO x;
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, x.e::numeric(20,3), x.a::numeric(20,3), x.r::numeric(20,3), x.t::numeric(20,3), x.p::numeric(20,3), x.s::numeric(20,3),
				rapport(x.r, x.e - x.a, 100), rapport(x.t, x.e - x.a - x.i, 100), x.i::numeric(20,3))::text;
		WHEN 'retard_moyen_pondere' THEN
			r := somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'r');
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, r::numeric(20,3), rapport(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'r_retard'), r, 1), rapport(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'r_ecart'), r, 1),
				rapport(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'r_delai'), r, 1), rapport(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'r_tard'), r, 100))::text;
		WHEN 'recouvre_par_stade' THEN
			RETURN QUERY SELECT ROW(g.c, g.s, g.d, g.v, t.n, creances.libelle_stade(t.n::creances.stade_relance), t.nb, t.x::numeric(20,3))::text
			  FROM (SELECT l.n, count(*) FILTER (WHERE l.x > 0)::integer AS nb, sum(l.x) AS x FROM lignes_p l WHERE l.du = p_du AND l.au = p_au AND l.quoi = 'r_stade' AND l.creancier = g.c AND l.devise = g.v
					  AND (par = 'creancier' OR l.segment = g.s) AND (par <> 'debiteur' OR l.debiteur = g.d) GROUP BY l.n) t;
		WHEN 'cout_recouvrement' THEN
			SELECT count(*) FILTER (WHERE l.quoi = 'action') AS n, coalesce(sum(l.x) FILTER (WHERE l.quoi = 'action'), 0) AS c, coalesce(sum(l.x) FILTER (WHERE l.quoi = 'frais'), 0) AS f,
				   coalesce(sum(l.x) FILTER (WHERE l.quoi = 'mandat'), 0) AS m, coalesce(sum(l.x) FILTER (WHERE l.quoi = 'r_tard'), 0) AS e INTO x
			  FROM lignes_p l WHERE l.du = p_du AND l.au = p_au AND l.creancier = g.c AND l.devise = g.v AND (par = 'creancier' OR l.segment = g.s) AND (par <> 'debiteur' OR l.debiteur = g.d);
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, x.n, x.c::numeric(20,3), x.f::numeric(20,3), x.m::numeric(20,3), x.e::numeric(20,3), CASE WHEN g.v = 'EUR' THEN rapport(x.c + x.f + x.m, x.e, 100) END)::text;
		WHEN 'encaissements' THEN
			RETURN NEXT ROW(g.c, g.s, g.d, g.v, ventes(p_du, p_au, par, g.c, g.s, g.d, g.v)::numeric(20,3), somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_paiement')::numeric(20,3),
				(0 - somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_annulation'))::numeric(20,3),
				(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_avoir') - somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'avoir'))::numeric(20,3),
				(somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_acompte') + somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_compte') - somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'compte'))::numeric(20,3),
				somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_perte')::numeric(20,3), somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_correction')::numeric(20,3),
				somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'm_inconnu')::numeric(20,3), somme(p_du, p_au, par, g.c, g.s, g.d, g.v, 'facture_acompte')::numeric(20,3))::text;
		END CASE;
	END LOOP;
END $$;
-- Where each debt of a first evening is on a second one.
CREATE FUNCTION attendu_roulement(bornes integer[], p_du date, p_au date, par text) RETURNS SETOF text LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	e etats; z etats; m record; reste numeric; paye numeric; av numeric; pe numeric; n CONSTANT integer := cardinality(bornes);
	tr integer; vers integer;
BEGIN
	PERFORM etat(p_du); PERFORM etat(p_au);
	CREATE TEMP TABLE sorties (c text, s text, d text, v text, tranche integer, ordre integer, x numeric) ON COMMIT DROP;
	FOR e IN SELECT * FROM etats t WHERE t.d = p_du AND t.la AND t.solde > 0 AND NOT t.compte LOOP
		SELECT * INTO z FROM etats t WHERE t.d = p_au AND (t.creancier, t.facture, t.rang) = (e.creancier, e.facture, e.rang);
		reste := CASE WHEN z.la AND z.nee <= p_au AND z.devise = e.devise THEN least(e.solde, greatest(0, z.solde)) ELSE 0 END;
		SELECT coalesce(sum(x.montant) FILTER (WHERE x.nature IN ('paiement', 'annulation', 'acompte')), 0) AS r, coalesce(sum(x.montant) FILTER (WHERE x.nature = 'avoir'), 0) AS a,
			   coalesce(sum(x.montant) FILTER (WHERE x.nature = 'perte'), 0) AS p INTO m
		  FROM mvts x WHERE (x.creancier, x.facture, x.rang) = (e.creancier, e.facture, e.rang) AND x.le > p_du AND x.le <= p_au;
		paye := greatest(0, least(m.r, e.solde - reste));
		av := greatest(0, least(m.a, e.solde - reste - paye));
		pe := greatest(0, least(m.p, e.solde - reste - paye - av));
		tr := CASE WHEN p_du <= e.ech THEN 1 ELSE 2 + (SELECT count(*) FROM unnest(bornes) b WHERE p_du - e.ech > b) END;
		vers := CASE WHEN p_au <= z.ech THEN 1 ELSE 2 + (SELECT count(*) FROM unnest(bornes) b WHERE p_au - z.ech > b) END;
		INSERT INTO sorties SELECT e.creancier, y.s, y.d, e.devise, tr, o.n, o.x FROM maille(par, e.segment, e.debiteur) y,
			(VALUES (vers, reste), (n + 3, paye), (n + 4, av), (n + 5, pe), (n + 6, e.solde - reste - paye - av - pe)) o(n, x) WHERE o.x <> 0;
	END LOOP;
	RETURN QUERY SELECT ROW(t.c, t.s, t.d, t.v, t.tranche, lib(t.tranche, bornes), CASE t.ordre - n WHEN 3 THEN 'regle' WHEN 4 THEN 'avoir' WHEN 5 THEN 'perte' WHEN 6 THEN 'autre' ELSE lib(t.ordre, bornes) END, t.ordre,
			t.x::numeric(20,3), rapport(t.x, (SELECT sum(u.x) FROM sorties u WHERE (u.c, u.v, u.tranche) = (t.c, t.v, t.tranche) AND (u.s, u.d) IS NOT DISTINCT FROM (t.s, t.d)), 100))::text
	  FROM (SELECT k.c, k.s, k.d, k.v, k.tranche, k.ordre, sum(k.x) AS x FROM sorties k GROUP BY 1, 2, 3, 4, 5, 6) t;
	DROP TABLE sorties;
END $$;
-- (the words of balance_agee)
CREATE FUNCTION lib(t integer, bornes integer[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN t = 1 THEN 'non echu' WHEN t = cardinality(bornes) + 2 THEN format('plus de %s jours', bornes[t - 2]) ELSE format('%s a %s jours', 1 + coalesce(bornes[t - 2], 0), bornes[t - 1]) END $$;

-- Promises, one by one, on the evening of their day; of the items that were ever their debtor's.
CREATE TABLE tenues (acte uuid, terme date, c text, segment text, debiteur text, v text, montant numeric, recu numeric, tenue boolean);
CREATE FUNCTION juger() RETURNS void LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	p record; x record; i record; initial numeric; reste numeric; credits numeric; recu numeric;
BEGIN
	TRUNCATE tenues;
	FOR p IN SELECT a.*, g.devise, g.credits AS deja, (SELECT max(e.echeance) FROM creances.engagement_echeance e WHERE e.acte = a.acte) + g.tolerance AS terme,
					(SELECT sum(e.montant) FROM creances.engagement_echeance e WHERE e.acte = a.acte) AS promis, (SELECT coalesce(d.segment, '') FROM creances.debiteur d WHERE d.creancier = a.creancier AND d.debiteur = a.debiteur) AS segment
			   FROM creances.acte a JOIN creances.engagement g USING (creancier, acte) WHERE a.genre = 'promesse' LOOP
		initial := 0; reste := 0; credits := 0;
		FOR x IN SELECT * FROM creances.engagement_creance v WHERE v.acte = p.acte LOOP
			i := item(x.creancier, x.facture, x.rang, p.terme);
			initial := initial + x.solde;
			IF i.la AND i.solde > 0 THEN reste := reste + i.solde; END IF;
		END LOOP;
		FOR x IN SELECT c.* FROM creances.creance c WHERE c.creancier = p.creancier
					AND (c.debiteur = p.debiteur OR EXISTS (SELECT FROM creances.creance_version v WHERE v.creancier = c.creancier AND v.facture = c.facture AND v.rang = c.rang AND v.debiteur = p.debiteur)) LOOP
			i := item(x.creancier, x.facture, x.rang, p.terme);
			IF i.la AND i.debiteur = p.debiteur AND i.devise = p.devise AND (i.solde < 0 OR i.compte) THEN credits := credits - i.solde; END IF;
		END LOOP;
		recu := initial - reste + greatest(0, greatest(0, credits) - p.deja);
		INSERT INTO tenues VALUES (p.acte, p.terme, p.creancier, p.segment, p.debiteur, p.devise, p.promis, greatest(0, least(recu, p.promis)), reste = 0 OR recu >= p.promis);
	END LOOP;
END $$;
CREATE FUNCTION attendu_promesses(p_du date, p_au date, par text) RETURNS SETOF text LANGUAGE sql STABLE SET search_path = essai, pg_catalog AS $$
	SELECT ROW(t.c, y.s, y.d, t.v, count(*), count(*) FILTER (WHERE t.tenue), count(*) FILTER (WHERE NOT t.tenue), sum(t.montant)::numeric(20,3), sum(t.recu)::numeric(20,3),
			rapport(count(*) FILTER (WHERE t.tenue), count(*), 100), rapport(sum(t.recu), sum(t.montant), 100))::text
	  FROM tenues t JOIN creances.acte a USING (acte) CROSS JOIN LATERAL maille(par, t.segment, t.debiteur) y
	 WHERE t.terme BETWEEN p_du AND p_au AND (a.annule_le > p_au) IS NOT FALSE AND (a.jusque >= t.terme) IS NOT FALSE
	 GROUP BY t.c, y.s, y.d, t.v $$;
-- Disputes, one by one.
CREATE FUNCTION attendu_litiges(p_du date, p_au date, par text) RETURNS SETOF text LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	a record; x record; i record; e record; m numeric; v text; clos date; iss text; fait boolean;
BEGIN
	CREATE TEMP TABLE dits (c text, s text, d text, v text, cause text, m numeric, clos date, iss text, le date) ON COMMIT DROP;
	FOR a IN SELECT t.*, coalesce(d.segment, '') AS segment FROM creances.acte t JOIN creances.debiteur d USING (creancier, debiteur) WHERE t.genre = 'litige' LOOP
		CONTINUE WHEN a.le < p_du OR a.le > p_au OR a.annule_le <= p_au;
		m := 0; clos := NULL; iss := NULL;
		FOR x IN SELECT * FROM creances.creance c WHERE c.creancier = a.creancier AND c.facture = a.facture AND (a.rang = 0 OR a.rang = c.rang) LOOP
			i := item(x.creancier, x.facture, x.rang, a.le);
			v := CASE WHEN i.la THEN i.devise ELSE x.devise END;
			IF i.la AND i.solde > 0 AND NOT i.compte THEN m := m + i.solde; END IF;
		END LOOP;
		FOR e IN SELECT * FROM creances.evenement y WHERE y.genre = 'acte_clos' AND y.details ->> 'acte' = a.acte::text AND y.le <= p_au ORDER BY y.instant LOOP
			clos := least(clos, e.le); iss := e.details ->> 'issue';
		END LOOP;
		IF clos IS NULL AND a.jusque <= p_au THEN clos := a.jusque; iss := a.issue; END IF;
		INSERT INTO dits SELECT a.creancier, y.s, y.d, v, a.cause, coalesce(a.montant, m), clos, iss, a.le FROM maille(par, a.segment, a.debiteur) y;
	END LOOP;
	RETURN QUERY SELECT ROW(t.c, t.s, t.d, t.v, t.cause, count(*), sum(t.m)::numeric(20,3), count(*) FILTER (WHERE t.clos IS NULL), count(*) FILTER (WHERE t.iss IN ('fonde', 'partiel', 'regularise')),
			count(*) FILTER (WHERE t.iss IN ('non_fonde', 'retire')), rapport(sum(t.clos - t.le), count(t.clos), 1))::text
	  FROM dits t GROUP BY t.c, t.s, t.d, t.v, t.cause;
	DROP TABLE dits;
END $$;

-- Every indicator of every period, at the three grains, against it.
CREATE TABLE periodes (du date, au date);
CREATE TABLE obtenus (f text, du date, au date, par text, ligne text, j json);
CREATE FUNCTION comparer(OUT lines bigint, OUT wrong bigint, OUT silent text, OUT sums bigint, OUT wrong_sums bigint) LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	f record; p record; q text; o text[]; a text[]; n bigint; m bigint;
	vus text[] := '{}';
BEGIN
	lines := 0; wrong := 0; sums := 0; wrong_sums := 0;
	TRUNCATE lignes_p; TRUNCATE obtenus;
	PERFORM dater(); PERFORM juger();
	FOR p IN SELECT * FROM periodes LOOP PERFORM preparer(p.du, p.au); PERFORM etat(d::date) FROM generate_series(p.du + 1, p.au, interval '1 day') d WHERE extract(day FROM d + interval '1 day') = 1; END LOOP;
	ANALYZE lignes_p; ANALYZE etats;
	FOR f IN SELECT x.f, x.fin, t.par FROM (SELECT y.f, y.fin FROM fonctions y UNION ALL SELECT 'part_echue', '') x CROSS JOIN unnest('{creancier,segment,debiteur}'::text[]) t(par) LOOP
		FOR p IN SELECT * FROM periodes LOOP
			q := CASE f.f WHEN 'part_echue' THEN format('creances.part_echue(%L, %L)', p.au, f.par) ELSE appel(f.f, f.fin, p.du, p.au, f.par) END;
			EXECUTE format('INSERT INTO obtenus SELECT %L, %L, %L, %L, x::text, row_to_json(x) FROM %s x', f.f || f.fin, p.du, p.au, f.par, q);
			o := ARRAY(SELECT x.ligne FROM obtenus x WHERE x.f = f.f || f.fin AND x.du = p.du AND x.au = p.au AND x.par = f.par ORDER BY 1);
			a := CASE f.f WHEN 'taux_roulement' THEN ARRAY(SELECT attendu_roulement('{30,60}', p.du, p.au, f.par) ORDER BY 1)
						  WHEN 'promesses_tenues' THEN ARRAY(SELECT attendu_promesses(p.du, p.au, f.par) ORDER BY 1) WHEN 'causes_litige' THEN ARRAY(SELECT attendu_litiges(p.du, p.au, f.par) ORDER BY 1)
						  ELSE ARRAY(SELECT attendu(f.f, split_part(f.fin, '''', 2), p.du, p.au, f.par) ORDER BY 1) END;
			lines := lines + cardinality(o);
			IF cardinality(o) > 0 AND f.f || f.fin <> ALL (vus) THEN vus := vus || (f.f || f.fin); END IF;
			IF o IS DISTINCT FROM a THEN
				wrong := wrong + 1;
				IF wrong <= 3 THEN RAISE WARNING '%', format(E'%s\n  got %s\n  not %s', q, ARRAY(SELECT unnest(o) EXCEPT SELECT unnest(a)), ARRAY(SELECT unnest(a) EXCEPT SELECT unnest(o))); END IF;
			END IF;
		END LOOP;
	END LOOP;
	-- money, by creditor and currency: the whole, and the sum of its parts (a mean is rounded)
	SELECT count(*), count(*) FILTER (WHERE t.x <> s.x) INTO sums, wrong_sums
	  FROM (SELECT x.f, x.du, x.au, x.par, x.j ->> 'creancier' AS c, x.j ->> 'devise' AS v, k.key, sum(k.value::text::numeric) AS x
			  FROM obtenus x, json_each(x.j) k WHERE k.value::text ~ '^-?[0-9]+[.][0-9]{3}$' AND x.f !~ 'glissant' GROUP BY 1, 2, 3, 4, 5, 6, 7) t
	  JOIN (SELECT x.f, x.du, x.au, x.par, x.j ->> 'creancier' AS c, x.j ->> 'devise' AS v, k.key, sum(k.value::text::numeric) AS x
			  FROM obtenus x, json_each(x.j) k WHERE k.value::text ~ '^-?[0-9]+[.][0-9]{3}$' AND x.f !~ 'glissant' GROUP BY 1, 2, 3, 4, 5, 6, 7) s
		ON s.f = t.f AND s.du = t.du AND s.au = t.au AND s.par <> 'creancier' AND s.c = t.c AND s.v = t.v AND s.key = t.key
	 WHERE t.par = 'creancier';
	silent := (SELECT string_agg(x.f || x.fin, ' ') FROM fonctions x WHERE x.f || x.fin <> ALL (vus));
END $$;

\echo == a fortnight lived through the tables of an ERP, in one transaction: the zone of the creditor moves on by a day each evening
\echo seed 0.65
SELECT setseed(0.65) \g /dev/null
CREATE FUNCTION zone(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'JJJ' || 150 - 24 * n $$;
CREATE FUNCTION jour(n integer) RETURNS date LANGUAGE sql STABLE AS $$ SELECT (now() AT TIME ZONE essai.zone(0))::date + n $$;
INSERT INTO creances.creancier (creancier, fuseau) VALUES ('L', zone(0));
INSERT INTO creances.debiteur (creancier, debiteur, segment) SELECT 'L', 'C' || n, (ARRAY['PME', 'Public'])[n] FROM generate_series(0, 3) n;
CREATE TABLE l (id serial PRIMARY KEY, numero text UNIQUE, client text, emission date, echeance date, montant numeric, devise text, paye numeric DEFAULT 0, paye_le date, ouverte boolean DEFAULT true);
CREATE TABLE lp (id serial PRIMARY KEY, facture text, client text, le date, montant numeric, genre text);
SELECT creances.suivre_factures('l', '{"creancier": "''L''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "devise": "devise",
	"regle": "paye", "regle_le": "paye_le"}', filtre => 'ouverte', depuis => '2000-01-01');
-- (the same, paid through a table of payments)
CREATE TABLE k (LIKE l INCLUDING ALL);
SELECT creances.suivre_factures('k', '{"creancier": "''L''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "devise": "devise"}', filtre => 'ouverte', depuis => '2000-01-01');
SELECT creances.suivre_reglements('lp', '{"creancier": "''L''", "reglement": "id", "facture": "facture", "debiteur": "client", "date": "le", "montant": "montant", "nature": "genre"}', factures => 'k');
CREATE FUNCTION vivre(j integer, actes integer) RETURNS void LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	r l; q k; p lp; d CONSTANT date := jour(j); une integer; t text;
BEGIN
	UPDATE creances.creancier SET fuseau = zone(j) WHERE creancier = 'L';
	FOR i IN 1 .. actes LOOP
		SELECT * INTO r FROM l WHERE ouverte ORDER BY random() LIMIT 1;
		SELECT * INTO q FROM k WHERE ouverte ORDER BY random() LIMIT 1;
		SELECT * INTO p FROM lp ORDER BY random() LIMIT 1;
		t := CASE WHEN random() < 0.5 THEN 'l' ELSE 'k' END;
		une := CASE t WHEN 'l' THEN r.id ELSE q.id END;
		CASE floor(random() * 18)::integer
		WHEN 0, 1, 2, 3 THEN
			EXECUTE format('INSERT INTO %s (numero, client, emission, echeance, montant, devise) VALUES ($1, $2, $3, $4, $5, $6)', t) USING upper(t) || j * 100 + i, 'C' || floor(random() * 4)::integer, d - floor(random() * 9)::integer,
				d + floor(random() * 20 - 10)::integer, round((random() * 900 + 100)::numeric, 2) * CASE WHEN random() < 0.15 THEN -1 ELSE 1 END, CASE WHEN random() < 0.85 THEN 'EUR' ELSE 'USD' END;
		WHEN 4, 5, 6 THEN	-- through the table of payments: money, a credit note, a write-off, a discount; of an invoice, or on account
			INSERT INTO lp (facture, client, le, montant, genre) VALUES (CASE WHEN random() < 0.9 THEN q.numero END, coalesce(q.client, 'C1'), d - floor(random() * 6)::integer, round(abs(coalesce(q.montant, 50)) * random()::numeric, 2) + 1,
				(ARRAY['virement', 'virement', 'chèque', 'avoir', 'perte', 'escompte', 'acompte'])[1 + floor(random() * 7)::integer]);
		WHEN 7 THEN UPDATE l SET paye = montant, paye_le = d - floor(random() * 5)::integer WHERE id = r.id;
		WHEN 8 THEN UPDATE l SET paye = round(montant / 3, 2), paye_le = CASE WHEN random() < 0.5 THEN d - 2 END WHERE id = r.id;
		WHEN 9 THEN UPDATE l SET paye = 0 WHERE id = r.id;
		WHEN 10 THEN EXECUTE format('UPDATE %s SET montant = round(montant * (0.5 + random()::numeric), 2) WHERE id = $1', t) USING une;
		WHEN 11 THEN EXECUTE format('UPDATE %s SET echeance = echeance + floor(random() * 20 - 10)::integer, emission = emission + floor(random() * 4 - 2)::integer WHERE id = $1', t) USING une;
		WHEN 12 THEN EXECUTE format('UPDATE %s SET client = ''C'' || floor(random() * 4)::integer WHERE id = $1', t) USING une;
		WHEN 13 THEN EXECUTE format(CASE WHEN random() < 0.5 THEN 'DELETE FROM %s WHERE id = $1' ELSE 'UPDATE %s SET ouverte = false WHERE id = $1' END, t) USING une;
		WHEN 14 THEN DELETE FROM lp WHERE id = p.id;
		WHEN 15 THEN UPDATE lp SET le = le - 3 WHERE id = p.id;
		WHEN 16 THEN UPDATE lp SET montant = round(montant / 2, 2) + 1 WHERE id = p.id;
		ELSE INSERT INTO lp (facture, client, le, montant, genre) SELECT p.facture, p.client, d, -p.montant, 'rejet' WHERE p.facture IS NOT NULL;
		END CASE;
	END LOOP;
	-- settled ones leave the filter
	UPDATE l SET ouverte = false WHERE random() < 0.3 AND EXISTS (SELECT FROM creances.creance c WHERE c.creancier = 'L' AND c.facture = l.numero AND c.solde = 0);
	UPDATE k SET ouverte = false WHERE random() < 0.3 AND EXISTS (SELECT FROM creances.creance c WHERE c.creancier = 'L' AND c.facture = k.numero AND c.solde = 0);
END $$;
SELECT vivre(j, 26) FROM generate_series(0, 12) j \g /dev/null
SELECT count(*) > 50 AS invoices, count(*) FILTER (WHERE versions > 0) > 20 AS changed, count(*) FILTER (WHERE retiree_motif = 'hors du filtre') > 3 AS out, count(*) FILTER (WHERE retiree_motif = 'supprimee') > 1 AS deleted,
	   (SELECT count(DISTINCT nature) FROM creances.reglement WHERE creancier = 'L') AS kinds, (SELECT count(*) > 5 FROM creances.reglement WHERE creancier = 'L' AND nature = 'annulation') AS reversals FROM creances.creance WHERE creancier = 'L';
SELECT * FROM creances.coherence();
INSERT INTO periodes VALUES (jour(-30), jour(12)), (jour(3), jour(8)), (jour(5), jour(5)), (jour(-60), jour(40));
SELECT lines > 300 AS some, wrong, wrong_sums FROM comparer();
TRUNCATE periodes;

\echo == random books: facts of two creditors, two currencies, three segments and none
\echo seed 0.64
SELECT setseed(0.64) \g /dev/null
CREATE TABLE rp (id text PRIMARY KEY);
INSERT INTO creances.creancier (creancier) VALUES ('R1'), ('R2');
INSERT INTO creances.debiteur (creancier, debiteur, segment) SELECT 'R' || c, 'D' || d, (ARRAY['Grands comptes', 'PME', 'Public'])[d % 4] FROM generate_series(1, 2) c, generate_series(1, 7) d;
CREATE FUNCTION au_hasard(de date, jours integer) RETURNS date LANGUAGE sql VOLATILE AS $$ SELECT de + floor(random() * jours)::integer $$;
CREATE FUNCTION tirer(societe text, nb integer) RETURNS void LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	c creances.creance; v creances.creance_version; r creances.reglement; nul creances.reglement; reste numeric; le date; sens integer; n integer; k integer;
BEGIN
	FOR i IN 1 .. nb LOOP
		c.creancier := societe; c.facture := 'F' || i; c.rang := 1; c.debiteur := 'D' || 1 + floor(random() * 7)::integer; c.nature := 'facture';
		c.nee_le := au_hasard('2023-01-01', 540); c.emission := c.nee_le; c.echeance := c.nee_le + 15 * floor(random() * 5)::integer; c.montant := round((50 + random() * 950)::numeric, 2);
		c.devise := CASE WHEN random() < 0.8 THEN 'EUR' ELSE 'USD' END; c.versions := 0; c.version_le := NULL; c.retiree_le := NULL; c.retiree_motif := NULL; c.reprise_le := NULL; c.reprise := NULL;
		c.suivi := 'essai.rp'::regclass; c.cle := societe || i; c.details := '{}';
		CASE floor(random() * 14)::integer
			WHEN 0 THEN c.nature := 'avoir'; c.montant := -c.montant;
			WHEN 1 THEN c.nature := 'acompte'; IF random() < 0.6 THEN c.montant := -c.montant; c.facture := 'compte:' || i; END IF;
			ELSE END CASE;
		sens := sign(c.montant);
		IF c.nee_le < '2023-04-01' THEN c.reprise_le := '2023-04-01'; c.reprise := 'progressive'; END IF;
		-- what has moved it
		reste := c.montant; n := floor(random() * 5)::integer; le := NULL;
		FOR k IN 1 .. n + 1 LOOP
			r := nul; r.creancier := societe; r.facture := c.facture; r.rang := 1; r.reglement := c.facture || ':1:' || k; r.reprise := false; r.details := '{}';
			r.connu_le := timestamptz '2025-01-01' + (i * 10 + k) * interval '1 second';
			r.le := au_hasard(c.nee_le - 10, 160); r.nature := (ARRAY['paiement', 'paiement', 'paiement', 'avoir', 'perte', 'correction', 'acompte'])[1 + floor(random() * 7)::integer];
			r.montant := sens * greatest(0.01, round(abs(c.montant) * random()::numeric, 2));
			IF k = 1 AND c.reprise_le IS NOT NULL AND random() < 0.6 THEN
				r.reprise := true; r.nature := 'paiement'; IF random() < 0.5 THEN r.le := c.reprise_le; END IF;
			ELSIF random() < 0.4 THEN	-- from a table of payments, its date mended later
				r.suivi := 'essai.rp'::regclass; r.cle := c.facture || societe || k; r.dit_le := r.le - CASE WHEN random() < 0.2 THEN 3 ELSE 0 END;
			END IF;
			IF k = n + 1 THEN	-- settled, more or less often
				EXIT WHEN random() < 0.4 OR reste = 0;
				r.montant := reste; r.nature := CASE WHEN sign(reste) = sens THEN 'paiement' ELSE 'annulation' END;
			END IF;
			INSERT INTO creances.reglement SELECT r.*; reste := reste - r.montant; le := greatest(le, r.le);
			IF r.nature = 'paiement' AND random() < 0.25 AND k <= n THEN	-- bounces: its row undone, a row against it, or the paid column
				r.reglement := r.reglement || 'b'; r.nature := 'annulation'; r.le := r.le + floor(random() * 20)::integer; r.connu_le := r.connu_le + interval '1 millisecond'; r.reprise := false;
				IF r.suivi IS NULL AND random() < 0.5 OR r.suivi IS NOT NULL AND random() < 0.3 THEN r.suivi := 'essai.rp'::regclass; r.cle := c.facture || societe || k || 'b'; r.dit_le := r.le; END IF;
				r.montant := -CASE WHEN random() < 0.7 THEN r.montant ELSE round(r.montant / 2, 2) END;
				IF r.montant <> 0 THEN INSERT INTO creances.reglement SELECT r.*; reste := reste - r.montant; le := greatest(le, r.le); END IF;
			END IF;
		END LOOP;
		-- what it was before
		n := CASE WHEN random() < 0.35 THEN 1 + floor(random() * 3)::integer ELSE 0 END;
		FOR k IN 1 .. n LOOP
			v.creancier := societe; v.facture := c.facture; v.rang := 1; v.version := k; v.jusque := greatest(c.version_le, au_hasard(c.nee_le, 250)); v.debiteur := CASE WHEN random() < 0.6 THEN c.debiteur ELSE 'D' || 1 + floor(random() * 7)::integer END;
			v.nee_le := c.nee_le + CASE WHEN random() < 0.7 THEN 0 ELSE floor(random() * 40 - 20)::integer END; v.emission := v.nee_le; v.echeance := c.echeance + CASE WHEN random() < 0.5 THEN 0 ELSE floor(random() * 60 - 30)::integer END;
			v.montant := CASE WHEN random() < 0.6 THEN c.montant ELSE sens * round((50 + random() * 950)::numeric, 2) END; v.devise := CASE WHEN random() < 0.9 THEN c.devise ELSE 'USD' END;
			v.retiree := k > 1 AND random() < 0.15; v.motif := CASE WHEN v.retiree THEN 'retour' ELSE 'montant' END; v.connu_le := clock_timestamp();
			INSERT INTO creances.creance_version SELECT v.*;
			c.versions := k; c.version_le := v.jusque;
		END LOOP;
		c.solde := reste;
		IF n > 0 AND NOT v.retiree AND random() < 0.25 THEN
			c.retiree_le := c.version_le; c.retiree_motif := (ARRAY['supprimee', 'hors du filtre', 'imputee'])[1 + floor(random() * 3)::integer]; c.solde := 0;
			IF reste = 0 THEN c.retiree_motif := 'hors du filtre'; END IF;
		END IF;
		c.soldee_le := CASE WHEN c.solde = 0 THEN greatest(c.nee_le, c.version_le, le) END;
		INSERT INTO creances.creance SELECT c.*;
		IF c.solde <> 0 THEN INSERT INTO creances.a_decider VALUES (societe, c.facture, 1); END IF;
	END LOOP;
END $$;
-- ... and what people noted: promises, disputes, costs, reminders
CREATE FUNCTION noter(societe text, nb integer) RETURNS void LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	a creances.acte; nul creances.acte; c creances.creance; d date;
BEGIN
	FOR i IN 1 .. nb LOOP
		SELECT * INTO c FROM creances.creance x WHERE x.creancier = societe AND x.montant > 0 ORDER BY random() LIMIT 1;
		a := nul; a.creancier := societe; a.acte := md5(societe || i)::uuid; a.debiteur := c.debiteur; a.facture := c.facture; a.rang := 1; a.motif := 'essai'; a.reference := i; a.certain := true; a.details := '{}'; a.auteur := 'x';
		a.connu_le := now(); a.le := au_hasard(c.nee_le, 60); a.genre := (ARRAY['promesse', 'litige', 'frais'])[1 + i % 3];
		a.annule_le := CASE WHEN random() < 0.15 THEN au_hasard(a.le, 90) END;
		CASE a.genre
		WHEN 'promesse' THEN
			a.jusque := CASE WHEN random() < 0.15 THEN a.le + 5 END;
			IF random() < 0.5 THEN a.facture := ''; a.rang := 0; END IF;
			INSERT INTO creances.engagement (creancier, acte, genre, devise, tolerance, credits) VALUES (societe, a.acte, 'promesse', c.devise, i % 4, CASE WHEN random() < 0.5 THEN 0 ELSE round((random() * 300)::numeric, 2) END);
			INSERT INTO creances.engagement_echeance VALUES (societe, a.acte, 1, a.le + floor(random() * 30)::integer, round(c.montant * (0.3 + random() * 0.7)::numeric, 2));
			INSERT INTO creances.engagement_creance SELECT societe, a.acte, x.facture, 1, x.montant FROM creances.creance x
			 WHERE x.creancier = societe AND (x.facture = c.facture OR a.facture = '' AND x.debiteur = c.debiteur AND x.devise = c.devise AND x.montant > 0 AND x.facture < 'F2');
		WHEN 'litige' THEN
			a.cause := (ARRAY['prix', 'qualite', 'livraison'])[1 + floor(random() * 3)::integer]; a.montant := CASE WHEN random() < 0.5 THEN round(c.montant / 3, 2) + 0.01 END; a.rang := i % 2;
			IF random() < 0.7 THEN
				a.jusque := au_hasard(a.le, 60); a.issue := (ARRAY['fonde', 'partiel', 'non_fonde', 'retire'])[1 + floor(random() * 4)::integer];
				INSERT INTO creances.evenement (creancier, genre, le, instant, debiteur, facture, details) VALUES (societe, 'acte_clos', a.jusque, timestamptz '2025-01-01' + i * interval '1 hour', a.debiteur, a.facture, jsonb_build_object('acte', a.acte, 'issue', a.issue));
				IF a.issue = 'fonde' AND random() < 0.6 THEN	-- its credit note comes
					a.jusque := a.jusque + 20; a.issue := 'regularise';
					INSERT INTO creances.evenement (creancier, genre, le, instant, debiteur, facture, details) VALUES (societe, 'acte_clos', a.jusque, timestamptz '2025-02-01' + i * interval '1 hour', a.debiteur, a.facture, jsonb_build_object('acte', a.acte, 'issue', a.issue));
				END IF;
			END IF;
		ELSE a.montant := round((5 + random() * 100)::numeric, 2);
		END CASE;
		INSERT INTO creances.acte SELECT a.*;
	END LOOP;
	FOR i IN 1 .. nb / 10 LOOP
		SELECT * INTO c FROM creances.creance x WHERE x.creancier = societe AND x.montant > 0 ORDER BY random() LIMIT 1;
		d := au_hasard(c.nee_le, 40);
		INSERT INTO creances.mandat (creancier, mandat, genre, tiers, debiteur, depuis, jusque, cout, commission, motif, fin, fin_motif)
		VALUES (societe, md5(societe || 'm' || i)::uuid, 'avocat', 'x', c.debiteur, d, CASE WHEN i % 3 = 0 THEN d + 30 END, (i % 2) * 50, (i % 4) * 2.5, 'essai', CASE WHEN i % 3 = 1 THEN d + 40 END, CASE WHEN i % 3 = 1 THEN 'fini' END);
		INSERT INTO creances.mandat_creance SELECT societe, md5(societe || 'm' || i)::uuid, x.facture, 1, x.devise, x.montant FROM creances.creance x WHERE x.creancier = societe AND x.debiteur = c.debiteur AND x.montant > 0 AND x.facture < 'F5'
			   AND NOT EXISTS (SELECT FROM creances.mandat_creance k WHERE k.creancier = x.creancier AND k.facture = x.facture);
	END LOOP;
	DELETE FROM creances.mandat m WHERE NOT EXISTS (SELECT FROM creances.mandat_creance k WHERE k.creancier = m.creancier AND k.mandat = m.mandat);
	FOR i IN 1 .. 3 * nb LOOP
		SELECT * INTO c FROM creances.creance x WHERE x.creancier = societe AND x.montant > 0 ORDER BY random() LIMIT 1;
		d := au_hasard(c.nee_le, 120);
		INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, groupe, le, scenario, canal, stade, validation, etat, envoyee_le, envoyee_instant, cout)
		VALUES (societe, md5(societe || 'r' || i)::uuid, c.debiteur, c.devise, 'message', i, d, 'standard', 'courriel', 'relance_1', false, CASE WHEN i % 5 = 0 THEN 'annulee' ELSE 'envoyee' END,
				CASE WHEN i % 5 > 0 THEN d END, now() + i * interval '1 second', CASE WHEN random() < 0.8 THEN round((random() * 9)::numeric, 2) END);
		INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, etat)
		VALUES (societe, md5(societe || 'r' || i)::uuid, c.facture, 1, true, 1, (ARRAY['relance_1', 'relance_2', 'mise_en_demeure', 'contentieux'])[1 + floor(random() * 4)::integer]::creances.stade_relance, CASE WHEN i % 5 = 0 THEN 'annulee' ELSE 'envoyee' END);
	END LOOP;
END $$;
SELECT tirer('R1', 200), tirer('R2', 120), noter('R1', 90), noter('R2', 45) \g /dev/null
-- books worth the name
SELECT count(*) FILTER (WHERE versions > 0) > 50 AS changed, count(*) FILTER (WHERE retiree_le IS NOT NULL) > 10 AS withdrawn, count(*) FILTER (WHERE solde = 0 AND retiree_le IS NULL) > 80 AS settled,
	   count(*) FILTER (WHERE solde < 0 AND montant > 0) > 10 AS overpaid, count(*) FILTER (WHERE montant < 0) > 20 AS credits FROM creances.creance WHERE creancier ~ '^R';
SELECT count(*) FILTER (WHERE nature = 'annulation' AND suivi IS NULL) > 5 AS by_column, count(*) FILTER (WHERE nature = 'annulation' AND cle ~ 'b$') > 5 AS by_another_row, count(*) FILTER (WHERE nature = 'annulation' AND cle !~ 'b$') > 5 AS by_its_row,
	   count(*) FILTER (WHERE reprise) > 20 AS opening, count(DISTINCT nature) AS natures FROM creances.reglement WHERE creancier ~ '^R';
SELECT * FROM creances.coherence();
INSERT INTO periodes VALUES ('2023-01-01', '2023-12-31'), ('2023-06-15', '2023-09-03'), ('2024-02-29', '2024-02-29'), ('2023-10-01', '2024-03-31'), ('2024-01-31', '2024-02-29'), ('2023-01-01', '2024-12-31');
\getenv long CREANCES_LONG
\if :{?long}
INSERT INTO periodes SELECT x.du, x.du + floor(random() * 300)::integer FROM (SELECT au_hasard('2022-12-01', 700) AS du, n FROM generate_series(1, 30) n) x WHERE :'long' <> '';
\endif
SELECT lines > 5000 AS some, wrong, silent, sums > 3000 AS sums, wrong_sums FROM comparer();

\echo == what moves a balance, and nothing else: with nothing corrected or withdrawn, debtor by debtor
DELETE FROM creances.creance_version WHERE creancier ~ '^R';
UPDATE creances.creance c SET versions = 0, version_le = NULL, retiree_le = NULL, retiree_motif = NULL, solde = c.montant - m.somme, soldee_le = CASE WHEN c.montant = m.somme THEN greatest(c.nee_le, m.le) END
  FROM (SELECT k.creancier, k.facture, k.rang, coalesce(sum(r.montant), 0) AS somme, max(r.le) AS le FROM creances.creance k LEFT JOIN creances.reglement r USING (creancier, facture, rang) GROUP BY 1, 2, 3) m
 WHERE (c.creancier, c.facture, c.rang) = (m.creancier, m.facture, m.rang) AND c.creancier ~ '^R';
INSERT INTO creances.a_decider SELECT creancier, facture, rang FROM creances.creance WHERE creancier ~ '^R' AND solde > 0;
SELECT * FROM creances.coherence();
SELECT count(*) > 500 AS some, count(*) FILTER (WHERE fin - debut <> x.ventes + x.acomptes_factures - x.paiements + x.rejets - x.acomptes - x.pertes - x.corrections - x.sans_date) AS wrong,
	   bool_or(x.rejets <> 0) AND bool_or(x.acomptes <> 0) AND bool_or(x.pertes <> 0) AND bool_or(x.corrections <> 0) AND bool_or(x.sans_date <> 0) AND bool_or(x.acomptes_factures <> 0) AS all_of_them
  FROM (SELECT au_hasard('2022-12-01', 400) AS du, n FROM generate_series(1, 40) n) p
 CROSS JOIN LATERAL (SELECT p.du + n * 5 AS au) q
 CROSS JOIN LATERAL creances.encaissements(p.du, q.au, 'debiteur') x
 CROSS JOIN LATERAL (SELECT coalesce(sum(e.encours), 0) AS debut FROM creances._encours(p.du - 1) e WHERE (e.creancier, e.debiteur, e.devise) = (x.creancier, x.debiteur, x.devise)) a
 CROSS JOIN LATERAL (SELECT coalesce(sum(e.encours), 0) AS fin FROM creances._encours(q.au) e WHERE (e.creancier, e.debiteur, e.devise) = (x.creancier, x.debiteur, x.devise)) z
 WHERE x.creancier ~ '^R';
ROLLBACK;
