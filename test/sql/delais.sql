-- Payment terms, procedural delays, and the invoices whose term is too long.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
\set n 5000
\getenv long CREANCES_LONG
\if :{?long}
SELECT CASE WHEN :'long' IN ('', '0') THEN 5000 ELSE 200000 END AS n \gset
\endif
BEGIN;
CREATE EXTENSION creances;
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

\echo == the regimes and their texts
SELECT * FROM creances.delais_legaux();

\echo == every regime by hand: invoice of Tuesday 3 March 2026, delivered on Friday 27 February 2026
-- 27 February is in the third décade, which ends on 28 February; a public term counts from the later of the two
SELECT d.delai, creances.echeance_legale('2026-03-03', d.delai, '2026-02-27') AS obtenu, v.attendu,
       creances.echeance_legale('2026-03-03', d.delai, '2026-02-27') = v.attendu AS juste
FROM creances.delais_legaux() AS d
LEFT JOIN (VALUES ('30 jours', date '2026-03-29'), ('60 jours', '2026-05-02'), ('45 jours puis fin de mois', '2026-04-30'),
                  ('fin de mois puis 45 jours', '2026-05-15'), ('recapitulative', '2026-04-17'), ('verification', '2026-03-29'),
                  ('perissables', '2026-03-30'), ('perissables livraison', '2026-03-29'), ('viande', '2026-03-19'),
                  ('spiritueux', '2026-03-30'), ('vin', '2026-05-02'), ('transport', '2026-04-02'),
                  ('public', '2026-04-02'), ('public 50', '2026-04-22'), ('public 60', '2026-05-04')) AS v (delai, attendu) USING (delai);
-- 60 days from 3 March 2026 end on Saturday 2 May: a merchant's term stays there, a public buyer's goes to Monday 4

\echo == forty-five days end of month, both ways (E01, E02, E03), in common and in leap years
SELECT to_char(f, 'YYYY-MM-DD'), creances.echeance_legale(f, 'fin de mois puis 45 jours') AS fin_puis_45, creances.echeance_legale(f, '45 jours puis fin de mois') AS "45_puis_fin"
FROM unnest(ARRAY['2025-01-02', '2024-01-02', '2025-02-15', '2024-02-15', '2023-02-14', '2024-02-14', '2025-12-17', '2025-11-16', '2026-01-31', '1900-01-02', '2000-01-02']::date[]) AS f;

\echo == end of décade (E05): the 5th counts from the 10th; the third décade ends with the month
SELECT to_char(l, 'YYYY-MM-DD'), creances.echeance_legale(NULL, 'perissables', l), creances.echeance_legale(NULL, 'perissables', l) - 30 AS fin_de_decade
FROM unnest(ARRAY['2026-03-05', '2026-03-01', '2026-03-10', '2026-03-11', '2026-03-20', '2026-03-21', '2026-03-31', '2026-04-30', '2024-02-21', '2025-02-21', '2024-02-29']::date[]) AS l;

\echo == end of the month of delivery, for spirits
SELECT to_char(l, 'YYYY-MM-DD'), creances.echeance_legale('2026-06-15', 'spiritueux', l) FROM unnest(ARRAY['2026-03-01', '2026-03-31', '2024-02-01', '2025-02-28', '2025-12-31']::date[]) AS l;

\echo == no commercial term is ever moved, on whatever day it ends
SELECT d.delai, count(*) FILTER (WHERE NOT creances.est_ouvre(creances.echeance_legale(j::date, d.delai))) > 300 AS jours_chomes_gardes
FROM creances.delais_legaux() AS d, generate_series(date '2024-01-01', '2027-12-31', '1 day') AS j
WHERE d.depart <> 'demande' GROUP BY d.delai ORDER BY d.delai COLLATE "C";

\echo == the term of a public buyer ends on a working day of the zone
-- Good Friday 3 April 2026 is worked on the mainland, not in a commune with a temple; then Saturday, Easter, Easter Monday
SELECT z, creances.echeance_legale('2026-03-03', 'public', zone => z), creances.echeance_legale('2026-03-04', 'public', zone => z), creances.echeance_legale('2026-03-05', 'public', zone => z)
FROM unnest(ARRAY['metropole', 'alsace_moselle_temple']) AS z;
-- 50 days to 24 December 2025; to Christmas, Thursday, then 26 December is a holiday in Alsace-Moselle
SELECT z, creances.echeance_legale('2025-11-04', 'public 50', zone => z), creances.echeance_legale('2025-11-05', 'public 50', zone => z)
FROM unnest(ARRAY['metropole', 'alsace_moselle']) AS z;
-- 60 days to 20 December 2024, a Friday: the abolition of slavery in Réunion
SELECT z, creances.echeance_legale('2024-10-21', 'public 60', zone => z) FROM unnest(ARRAY['metropole', 'reunion']) AS z;
-- the request, or the execution when it is later
SELECT creances.echeance_legale('2026-03-02', 'public', '2026-03-10'), creances.echeance_legale('2026-03-10', 'public', '2026-03-02'), creances.echeance_legale('2026-03-10', 'public');

\echo == one date for the other, and none
SELECT d.delai, creances.echeance_legale('2026-03-10', d.delai, '2026-03-10') = creances.echeance_legale('2026-03-10', d.delai) AS livraison_absente,
       creances.echeance_legale('2026-03-10', d.delai, '2026-03-10') = creances.echeance_legale(NULL, d.delai, '2026-03-10') AS emission_absente,
       creances.echeance_legale(NULL, d.delai) IS NULL AS aucune,
       creances.echeance_legale('2026-03-10', d.delai, '2026-01-05') <> creances.echeance_legale('2026-03-10', d.delai) AS suit_la_livraison
FROM creances.delais_legaux() AS d WHERE d.delai IN ('30 jours', '60 jours', 'perissables', 'public');
SELECT creances.echeance_legale('2026-03-10', NULL) IS NULL, creances.echeance_legale('2026-03-10', 'public', zone => NULL) IS NULL;

\echo == against a slow reading of the texts
\echo seed 0.57
SELECT setseed(0.57) \g /dev/null
CREATE TEMP TABLE cas AS
SELECT i, date '1999-12-01' + (random() * 12000)::integer AS emission, date '1999-12-01' + (random() * 12000)::integer AS livraison,
       (SELECT array_agg(delai ORDER BY delai) FROM creances.delais_legaux()) [1 + i % 15] AS delai,
       (ARRAY['metropole', 'alsace_moselle_temple', 'reunion', 'guyane', 'martinique'])[1 + (random() * 4.999 - 0.4999)::integer] AS zone
FROM generate_series(1, :n) AS i;
-- the last day of a month is the day before a first; décades by their days
CREATE FUNCTION pg_temp.fin_mois(d date) RETURNS date LANGUAGE sql AS $$
SELECT j::date FROM generate_series(d, d + 31, '1 day') AS j WHERE extract(day FROM j + interval '1 day') = 1 ORDER BY j LIMIT 1 $$;
CREATE FUNCTION pg_temp.fin_decade(d date) RETURNS date LANGUAGE sql AS $$
SELECT j::date FROM generate_series(d, d + 31, '1 day') AS j WHERE extract(day FROM j) IN (10, 20) OR extract(day FROM j + interval '1 day') = 1 ORDER BY j LIMIT 1 $$;
CREATE FUNCTION pg_temp.ouvre(d date, z text) RETURNS date LANGUAGE sql AS $$
SELECT j::date FROM generate_series(d, d + 10, '1 day') AS j
WHERE to_char(j, 'ID') NOT IN ('6', '7') AND j::date NOT IN (SELECT f.jour FROM generate_series(extract(year FROM d)::integer, extract(year FROM d)::integer + 1) AS a, creances.jours_feries(a, z) AS f)
ORDER BY j LIMIT 1 $$;
SELECT count(*) AS cases, count(DISTINCT delai) AS regimes, count(*) FILTER (WHERE obtenu IS DISTINCT FROM attendu) AS wrong
FROM (SELECT cas.*, creances.echeance_legale(emission, delai, livraison, zone) AS obtenu,
             CASE delai
                 WHEN '30 jours' THEN livraison + 30
                 WHEN '60 jours' THEN emission + 60
                 WHEN '45 jours puis fin de mois' THEN pg_temp.fin_mois(emission + 45)
                 WHEN 'fin de mois puis 45 jours' THEN pg_temp.fin_mois(emission) + 45
                 WHEN 'recapitulative' THEN emission + 45
                 WHEN 'verification' THEN livraison + 30
                 WHEN 'perissables' THEN pg_temp.fin_decade(livraison) + 30
                 WHEN 'perissables livraison' THEN livraison + 30
                 WHEN 'viande' THEN livraison + 20
                 WHEN 'spiritueux' THEN pg_temp.fin_mois(livraison) + 30
                 WHEN 'vin' THEN emission + 60
                 WHEN 'transport' THEN emission + 30
                 WHEN 'public' THEN pg_temp.ouvre(greatest(emission, livraison) + 30, zone)
                 WHEN 'public 50' THEN pg_temp.ouvre(greatest(emission, livraison) + 50, zone)
                 WHEN 'public 60' THEN pg_temp.ouvre(greatest(emission, livraison) + 60, zone) END AS attendu
      FROM cas) AS t;

\echo == procedural delays: the day of the act does not count, months end on the same day of the month or on the last
SELECT creances.delai_procedure('2026-03-02', jours => 15) AS quinze_jours,             -- 17 March, Tuesday
       creances.delai_procedure('2026-03-03', 1) AS un_mois,                            -- 3 April, Friday
       creances.delai_procedure('2026-03-04', 1) AS un_mois_samedi,                     -- Saturday 4 April, then Easter: Tuesday 7
       creances.delai_procedure('2025-01-31', 1) AS du_31_janvier,                      -- 28 February, Friday
       creances.delai_procedure('2024-01-31', 1) AS du_31_janvier_bissextile,           -- 29 February, Thursday
       creances.delai_procedure('2024-02-29', 12) AS du_29_fevrier,                     -- 28 February 2025, Friday
       creances.delai_procedure('2024-02-29', 48) AS quatre_ans,                        -- 29 February 2028, Tuesday
       creances.delai_procedure('2025-11-30', 3) AS fin_fevrier,                        -- Saturday 28 February 2026: Monday 2 March
       creances.delai_procedure('2026-04-01') AS nul;
-- 3e civ. 21 January 2021 n° 19-24.799: a delay that ends on a Sunday before Whit Monday ends on the Tuesday
SELECT creances.delai_procedure('2020-04-30', 1), creances.delai_procedure('2026-04-24', 1), creances.delai_procedure('2026-05-09', jours => 15), to_char(date '2026-05-24', 'ID');
-- months first, then days: 31 January + 1 month and 1 day is 1 March, and not 28 February + ...
SELECT creances.delai_procedure('2023-01-31', 1, 1), creances.delai_procedure('2024-01-31', 1, 1), creances.delai_procedure('2023-01-30', 1, 3);
-- distance: one month overseas, two abroad; they lengthen the delay, so that 31 January + 1 + 1 is 31 March
SELECT creances.delai_procedure('2025-01-31', 1, eloignement => 1), creances.delai_procedure('2025-01-31', 1, eloignement => 2),
       creances.delai_procedure('2025-01-20', jours => 15, eloignement => 1), creances.delai_procedure('2025-12-31', 1, eloignement => 1);
-- the local days: 22 May in Martinique, Friday in 2026, before Whitsun; 20 December in Réunion
SELECT creances.delai_procedure('2026-04-22', 1), creances.delai_procedure('2026-04-22', 1, zone => 'martinique'), creances.delai_procedure('2024-11-20', 1, 0, 'reunion');

\echo == against a slow reading: month by month, then day by day
CREATE FUNCTION pg_temp.procedure_lente(d date, m integer, j integer, z text, e integer) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
    a integer := extract(year FROM d); mo integer := extract(month FROM d); q integer := extract(day FROM d); x date;
BEGIN
    FOR i IN 1 .. m + e LOOP
        mo := mo + 1;
        IF mo = 13 THEN mo := 1; a := a + 1; END IF;
    END LOOP;
    -- the same day of the month, or the last one that exists
    LOOP
        BEGIN
            x := make_date(a, mo, q);
            EXIT;
        EXCEPTION WHEN datetime_field_overflow THEN q := q - 1;
        END;
    END LOOP;
    FOR i IN 1 .. j LOOP x := x + 1; END LOOP;
    RETURN pg_temp.ouvre(x, z);
END $$;
SELECT count(*) AS cases, count(*) FILTER (WHERE creances.delai_procedure(d, m, j, z, e) IS DISTINCT FROM pg_temp.procedure_lente(d, m, j, z, e)) AS wrong,
       count(*) FILTER (WHERE creances.delai_procedure(d, m, j, z, e) <> d + m * 30 + j + e * 30) > 100 AS varied
FROM (SELECT CASE WHEN i % 5 = 0 THEN (date '2000-01-01' + interval '1 month' * (random() * 400)::integer)::date - 1 ELSE date '2000-01-01' + (random() * 12000)::integer END AS d,
             (random() * 40)::integer * (i % 3) / 2 AS m, (random() * 100)::integer * (i % 2) AS j, (random() * 2)::integer AS e,
             (ARRAY['metropole', 'alsace_moselle', 'mayotte'])[1 + i % 3] AS z
      FROM generate_series(1, :n / 5) AS i) AS c;

\echo == refused
SELECT pg_temp.erreur('SELECT creances.' || r) FROM unnest(ARRAY[
    $$echeance_legale('2026-01-01', '60 jours fin de mois')$$,
    $$echeance_legale('2026-01-01', '45 jours fin de mois')$$,
    $$echeance_legale('2026-01-01', '')$$,
    $$echeance_legale('2026-01-01', 'Public')$$,
    $$echeance_legale('2026-01-01', 'public ')$$,
    $$echeance_legale(NULL, 'décade')$$,
    $$echeance_legale('infinity', '60 jours')$$,
    $$echeance_legale('2026-01-01', '60 jours', '-infinity')$$,
    $$echeance_legale('5874897-12-31', '60 jours')$$,
    $$echeance_legale('5874897-12-31', '45 jours puis fin de mois')$$,
    $$echeance_legale('5874897-12-01', 'fin de mois puis 45 jours')$$,
    $$echeance_legale('5874897-12-21', 'perissables')$$,
    $$echeance_legale('9999-12-15', 'public')$$,
    $$echeance_legale('1582-10-01', 'public')$$,
    $$echeance_legale('2026-01-01', 'public', zone => 'corse')$$,
    $$delai_procedure('infinity', 1)$$,
    $$delai_procedure('2026-01-01', -1)$$,
    $$delai_procedure('2026-01-01', 0, -1)$$,
    $$delai_procedure('2026-01-01', eloignement => -1)$$,
    $$delai_procedure('2026-01-01', 1, 1, 'corse')$$,
    $$delai_procedure('2026-01-01', 2147483647, 0, 'metropole', 2147483647)$$,
    $$delai_procedure('2026-01-01', 0, 2147483647)$$,
    $$delai_procedure('5874897-12-31', 1)$$,
    $$delai_procedure('9999-12-31', 0, 1)$$,
    $$delai_procedure('4713-01-01 BC', 1, 1)$$,
    $$delai_procedure('1582-01-31', 1)$$]) AS r;
\echo == far away, and before our era
SELECT creances.echeance_legale('4713-01-01 BC', '60 jours'), creances.echeance_legale('0001-12-31 BC', 'fin de mois puis 45 jours'), creances.echeance_legale('0001-01-02 BC', 'fin de mois puis 45 jours'),
       creances.echeance_legale('0005-02-15 BC', '45 jours puis fin de mois'), creances.echeance_legale('0004-02-15 BC', '45 jours puis fin de mois'),
       creances.echeance_legale('5874897-10-01', 'spiritueux'), creances.echeance_legale('9999-11-15', 'public'), creances.delai_procedure('1582-12-15', 1), creances.delai_procedure('9999-11-30', 1);
SELECT num_nulls(creances.delai_procedure(NULL, 1), creances.delai_procedure('2026-01-01', NULL), creances.delai_procedure('2026-01-01', 1, NULL),
                 creances.delai_procedure('2026-01-01', 1, 1, NULL), creances.delai_procedure('2026-01-01', 1, 1, 'metropole', NULL));

\echo == invoices whose term is too long
CREATE TABLE f (id int PRIMARY KEY, facture text, rang int DEFAULT 1, client text, emission date, livraison date, echeance date, montant numeric DEFAULT 100,
                paye numeric DEFAULT 0, nature text, societe text DEFAULT 'a');
SELECT creances.suivre_factures('f', '{"facture": "facture", "rang": "rang", "debiteur": "client", "emission": "emission", "livraison": "livraison",
    "echeance": "echeance", "montant": "montant", "regle": "paye", "nature": "nature", "creancier": "societe"}', depuis => '2024-01-01') \g /dev/null
INSERT INTO f (id, facture, rang, client, emission, livraison, echeance) VALUES
    (1, '60 jours', 1, 'pro', '2026-01-01', NULL, '2026-03-02'),                -- the 60th day
    (2, '61 jours', 1, 'pro', '2026-01-01', NULL, '2026-03-03'),
    (3, 'deux rangs', 1, 'pro', '2026-01-01', NULL, '2026-01-31'),
    (4, 'deux rangs', 2, 'pro', '2026-01-01', NULL, '2026-04-30'),
    (5, 'payee', 1, 'pro', '2026-01-01', NULL, '2026-06-30'),
    (6, 'avoir', 1, 'pro', '2026-01-01', NULL, '2026-06-30'),
    (7, 'retiree', 1, 'pro', '2026-01-01', NULL, '2026-06-30'),
    (8, 'sans date', 1, 'pro', NULL, NULL, '2026-06-30'),
    (9, 'livree', 1, 'pro', NULL, '2026-01-01', '2026-06-30'),                  -- counted from the delivery
    (10, 'public', 1, 'mairie', '2026-03-05', '2026-02-10', '2026-04-07'),      -- 4 April rolls over Easter to Tuesday 7
    (11, 'public+1', 1, 'mairie', '2026-03-05', '2026-02-10', '2026-04-08'),
    (12, 'hopital', 1, 'hopital', '2026-03-05', NULL, '2026-04-24'),            -- the 50th day
    (13, 'hopital+1', 1, 'hopital', '2026-03-05', NULL, '2026-04-25'),
    (14, 'client', 1, 'dupont', '2026-01-01', NULL, '2026-12-31'),              -- a consumer
    (15, 'viande', 1, 'boucher', '2026-03-20', '2026-03-10', '2026-03-31'),     -- 20 days after delivery: the 30th
    (16, 'avant', 1, 'boucher', '2026-02-20', '2026-02-10', '2026-03-31'),      -- before its own terms
    (17, '45 fdm', 1, 'boucher', '2026-07-05', '2026-07-01', '2026-08-31'),
    (18, '45 fdm+', 1, 'boucher', '2026-07-05', '2026-07-01', '2026-09-15'),
    (19, 'particulier', 1, 'pro', '2026-01-01', NULL, '2026-12-31'),
    (20, 'conditions', 1, 'autre', '2026-08-01', NULL, '2026-09-16');           -- the creditor's terms are 45 days by then
UPDATE f SET paye = 100 WHERE id = 5;
UPDATE f SET montant = -100 WHERE id = 6;
UPDATE f SET societe = 'p' WHERE id = 19;
UPDATE creances.debiteur SET type = 'public' WHERE debiteur IN ('mairie', 'hopital');
UPDATE creances.debiteur SET type = 'consommateur' WHERE debiteur = 'dupont';
UPDATE creances.creancier SET type = 'particulier' WHERE creancier = 'p';
DELETE FROM f WHERE id = 7;
SELECT creances.convenir('a', '2026-03-01', debiteur => 'boucher', delai => 'viande', source => 'contrat') \g /dev/null
SELECT creances.convenir('a', '2026-07-01', debiteur => 'boucher', delai => '45 jours puis fin de mois', source => 'avenant') \g /dev/null
SELECT creances.convenir('a', '2025-01-01', debiteur => 'hopital', delai => 'public 50', source => 'marche') \g /dev/null
SELECT creances.convenir('a', '2026-07-15', delai => 'recapitulative', source => 'CGV') \g /dev/null
SELECT * FROM creances.delai_excessif ORDER BY facture COLLATE "C", rang;
-- agreed later for all of its debtors: a public buyer keeps its own term
SELECT creances.convenir('a', '2020-01-01', delai => 'vin', source => 'CGV') \g /dev/null
SELECT facture, delai, echeance_maximale FROM creances.delai_excessif WHERE facture IN ('public+1', '61 jours', 'conditions') ORDER BY facture COLLATE "C";
\echo == an unknown term cannot be agreed, whoever writes it
SELECT pg_temp.erreur($$SELECT creances.convenir('a', '2026-01-01', delai => '90 jours', source => 'CGV')$$);
SELECT pg_temp.erreur($$INSERT INTO creances.convention (creancier, depuis, delai, source) VALUES ('a', '2026-01-01', '90 jours', 'CGV')$$);
ROLLBACK;
