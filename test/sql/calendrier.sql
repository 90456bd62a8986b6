-- Public holidays by zone, and working days.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
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

\echo == 2024 to 2030 against a list written by hand
CREATE TEMP TABLE main (jour date);
INSERT INTO main
SELECT make_date(a, m, j) FROM generate_series(2024, 2030) AS a,
    (VALUES (1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)) AS f (m, j)
UNION
SELECT jour::date FROM unnest(ARRAY[
    '2024-04-01', '2024-05-09', '2024-05-20',
    '2025-04-21', '2025-05-29', '2025-06-09',
    '2026-04-06', '2026-05-14', '2026-05-25',
    '2027-03-29', '2027-05-06', '2027-05-17',
    '2028-04-17', '2028-05-25', '2028-06-05',
    '2029-04-02', '2029-05-10', '2029-05-21',
    '2030-04-22', '2030-05-30', '2030-06-10']) AS jour;
SELECT count(*) FROM main;
SELECT 'missing', jour FROM (SELECT jour FROM main EXCEPT SELECT jour FROM generate_series(2024, 2030) AS a, creances.jours_feries(a)) AS e
UNION ALL
SELECT 'extra', jour FROM (SELECT jour FROM generate_series(2024, 2030) AS a, creances.jours_feries(a) EXCEPT SELECT jour FROM main) AS e;
SELECT count(*) FROM generate_series(date '2024-01-01', '2030-12-31', '1 day') AS j
WHERE creances.est_ferie(j::date) <> EXISTS (SELECT FROM main WHERE jour = j::date);

\echo == a year, with its names
SELECT jour, nom FROM creances.jours_feries(2026);
\echo == what each zone adds
SELECT z, j.jour, j.nom
FROM unnest(ARRAY['alsace_moselle', 'alsace_moselle_temple', 'guadeloupe', 'martinique', 'guyane', 'reunion', 'mayotte',
                  'saint_martin', 'saint_barthelemy', 'saint_pierre_et_miquelon']) WITH ORDINALITY AS u (z, n)
LEFT JOIN LATERAL (SELECT * FROM creances.jours_feries(2026, z)
                   EXCEPT SELECT * FROM creances.jours_feries(2026)) AS j ON true
ORDER BY n, j.jour;
\echo == two on one day, and the others in order
SELECT jour, nom FROM creances.jours_feries(2008) WHERE nom LIKE '%,%';
SELECT count(*) FROM generate_series(1583, 9999) AS a WHERE (SELECT count(*) FROM creances.jours_feries(a)) NOT IN (10, 11);
SELECT count(*) FROM (SELECT jour, lag(jour) OVER (PARTITION BY a ORDER BY n) AS avant
                      FROM generate_series(1900, 2100) AS a, creances.jours_feries(a, 'alsace_moselle_temple') WITH ORDINALITY AS f (jour, nom, n)) AS s
WHERE avant >= jour;

\echo == Easter by another algorithm (Gauss, with its two exceptions), 1583 to 4099
WITH a AS (SELECT y, y % 19 AS a, y % 4 AS b, y % 7 AS c, y / 100 AS k FROM generate_series(1583, 4099) AS y),
     m AS (SELECT *, (15 - (13 + 8 * k) / 25 + k - k / 4) % 30 AS m, (4 + k - k / 4) % 7 AS n FROM a),
     d AS (SELECT *, (19 * a + m) % 30 AS d FROM m),
     e AS (SELECT *, (2 * b + 4 * c + 6 * d + n) % 7 AS e FROM d),
     p AS (SELECT y, make_date(y, 3, 22) + d + e
                     - CASE WHEN d = 29 AND e = 6 OR d = 28 AND e = 6 AND (11 * m + 11) % 30 < 19 THEN 7 ELSE 0 END AS paques FROM e)
SELECT count(*) AS years,
       count(*) FILTER (WHERE NOT creances.est_ferie(paques + 1) OR NOT creances.est_ferie(paques + 39) OR NOT creances.est_ferie(paques + 50)
                        OR extract(dow FROM paques) <> 0) AS wrong,
       count(*) FILTER (WHERE (SELECT f.jour FROM creances.jours_feries(y) AS f WHERE f.nom LIKE 'Lundi de P_ques%') <> paques + 1) AS wrong_monday,
       count(*) FILTER (WHERE NOT creances.est_ferie(paques - 2, 'alsace_moselle_temple')
                        OR creances.est_ferie(paques - 2, 'alsace_moselle')
                           AND extract(month FROM paques - 2) * 100 + extract(day FROM paques - 2) NOT IN (501, 508)) AS wrong_friday
FROM p;

\echo == working days, against a plain walk
CREATE TEMP TABLE ouvres AS
SELECT j::date AS jour, row_number() OVER (ORDER BY j) AS n
FROM generate_series(date '2023-01-01', '2032-12-31', '1 day') AS j
WHERE extract(isodow FROM j) < 6 AND NOT creances.est_ferie(j::date, 'reunion');
CREATE INDEX ON ouvres (jour);
CREATE INDEX ON ouvres (n);
SELECT count(*) FROM generate_series(date '2024-01-01', '2029-12-31', '1 day') AS j
WHERE creances.est_ouvre(j::date, 'reunion') <> EXISTS (SELECT FROM ouvres WHERE jour = j::date)
   OR creances.jour_ouvre_suivant(j::date, 'reunion') <> (SELECT min(jour) FROM ouvres WHERE jour >= j::date);
\echo seed 0.31
SELECT setseed(0.31) \g /dev/null
SELECT count(*) AS cases, count(*) FILTER (WHERE obtenu IS DISTINCT FROM attendu) AS wrong
FROM (SELECT creances.ajouter_jours_ouvres(j, n, 'reunion') AS obtenu,
             CASE WHEN n = 0 THEN j
                  WHEN n > 0 THEN (SELECT o.jour FROM ouvres AS o WHERE o.n = c.n - 1 + (SELECT min(p.n) FROM ouvres AS p WHERE p.jour > j))
                  ELSE (SELECT o.jour FROM ouvres AS o WHERE o.n = c.n + 1 + (SELECT max(p.n) FROM ouvres AS p WHERE p.jour < j)) END AS attendu
      FROM (SELECT date '2025-01-01' + (random() * 1500)::integer AS j, (random() * 400 - 200)::integer AS n
            FROM generate_series(1, 2000)) AS c) AS t;
SELECT creances.ajouter_jours_ouvres('2026-04-30', 1), creances.ajouter_jours_ouvres('2026-05-01', 0), creances.ajouter_jours_ouvres('2026-05-04', -1),
       creances.ajouter_jours_ouvres('2026-01-01', 1000000), creances.jour_ouvre_suivant('2026-05-01'), creances.jour_ouvre_suivant('2026-05-04');

\echo == refused
SELECT pg_temp.erreur(r) FROM unnest(ARRAY[
    $$SELECT creances.est_ferie('2026-01-01', 'corse')$$,
    $$SELECT creances.est_ouvre('2026-01-01', 'METROPOLE')$$,
    $$SELECT * FROM creances.jours_feries(2026, '')$$,
    $$SELECT creances.est_ferie('infinity')$$,
    $$SELECT creances.ajouter_jours_ouvres('-infinity', 1)$$,
    $$SELECT creances.jour_ouvre_suivant('9999-12-31')$$,
    $$SELECT creances.jour_ouvre_suivant('9999-12-31', 'reunion')$$,
    $$SELECT creances.jour_ouvre_suivant('10000-01-01')$$,
    $$SELECT creances.est_ferie('1582-12-31')$$,
    $$SELECT creances.est_ferie('0001-06-01 BC')$$,
    $$SELECT creances.est_ferie('5874897-12-31')$$,
    $$SELECT * FROM creances.jours_feries(1582)$$,
    $$SELECT * FROM creances.jours_feries(0)$$,
    $$SELECT * FROM creances.jours_feries(10000)$$,
    $$SELECT creances.ajouter_jours_ouvres('2026-01-01', 1000001)$$,
    $$SELECT creances.ajouter_jours_ouvres('2026-01-01', -2147483648)$$,
    $$SELECT creances.ajouter_jours_ouvres('2026-01-01', -1000000)$$,
    $$SELECT creances.ajouter_jours_ouvres('12026-01-01', 0)$$]) AS r;
SELECT creances.est_ferie(NULL) IS NULL, creances.est_ouvre('2026-01-01', NULL) IS NULL, creances.est_ferie('1583-01-01'), creances.est_ferie('9999-12-25');
ROLLBACK;
