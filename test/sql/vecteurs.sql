-- Published worked examples, and the official rates, from the folder of public
-- test data; skipped where there is none.
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
BEGIN;
CREATE EXTENSION creances;
CREATE TEMP TABLE v (id text, categorie text, regime text, entrees text, segments text, par_segment text, somme text, total text, publie text, correct text, verdict text, note text, source text);
\copy v FROM PROGRAM 'cat "$CREANCES_DONNEES/vecteurs_penalites.csv"' (FORMAT csv, HEADER true)

\echo == interest of the vectors whose published figure is exact: each segment, then the whole in one rounding
SELECT v.id, s.segments, s.par_segment = v.par_segment AS segments_exact, round(s.total, 2) = v.total::numeric AS total_exact, round(s.total, 2) AS total,
       position(translate(round(s.total, 2)::text, ' ', '') IN translate(replace(v.publie, ',', '.'), ' ', '')) > 0 AS as_published
FROM v, LATERAL (
    SELECT count(*) AS segments,
           string_agg(creances.penalite_retard(p[1]::numeric, '2025-01-01', date '2025-01-01' + p[3]::integer, p[2]::creances.taux_retard, p[4])::text, '+' ORDER BY n) AS par_segment,
           sum(creances.penalite_retard(p[1]::numeric, '2025-01-01', date '2025-01-01' + p[3]::integer, p[2]::creances.taux_retard, p[4], 6)) AS total
    FROM regexp_split_to_table(v.segments, '\|') WITH ORDINALITY AS t (x, n), regexp_split_to_array(x, '@') AS p) AS s
WHERE v.categorie IN ('interets', 'interets_semestres') AND v.verdict = 'exact'
ORDER BY v.id;

\echo == the others: the arithmetic of the segments that they name, right or wrong in law
SELECT v.id, v.verdict, round(s.total, 2) = v.total::numeric AS total_exact, round(s.total, 2) AS total
FROM v, LATERAL (
    SELECT sum(creances.penalite_retard(p[1]::numeric, '2025-01-01', date '2025-01-01' + p[3]::integer, p[2]::creances.taux_retard, p[4], 6)) AS total
    FROM regexp_split_to_table(v.segments, '\|') AS x, regexp_split_to_array(x, '@') AS p) AS s
WHERE v.categorie IN ('interets', 'interets_semestres') AND v.verdict <> 'exact'
ORDER BY v.id;

\echo == real dates
-- V25: 10 000 due 20 June 2026, paid 10 July: across the half-year
SELECT creances.penalite_retard(10000, '2026-06-20', '2026-07-10', 'BCE+10') = (SELECT total::numeric FROM v WHERE id = 'V25'),
       (SELECT string_agg(interets::text, '+' ORDER BY du) FROM creances.decompte_penalite(10000, '2026-06-20', '2026-07-10', 'BCE+10')) = (SELECT par_segment FROM v WHERE id = 'V25');
-- V13: a consumer, from the mise en demeure of 31 May 2026 to 30 June
SELECT creances.penalite_retard(1850, '2026-05-31', '2026-06-30', 'TIL') = (SELECT total::numeric FROM v WHERE id = 'V13');
-- V27: legal rate over four half-years, 2 January 2024 to 1 November 2025
SELECT creances.penalite_retard(10000, '2024-01-01', '2025-11-01', 'TIL', 'actuel') IS NOT NULL,
       (SELECT string_agg(taux || '@' || jours, '|' ORDER BY du) FROM creances.decompte_penalite(10000, '2024-01-01', '2025-11-01', 'TIL')),
       creances.penalite_retard(10000, '2024-01-01', '2025-11-01', 'TIL') = (SELECT total::numeric FROM v WHERE id = 'V27');
-- V30: payments on principal first, the aggregate over movements
SELECT creances.penalite_mouvements(m, d, '2025-01-01', '2026-01-01', '10') = (SELECT total::numeric FROM v WHERE id = 'V30')
FROM (VALUES (10000, date '2024-12-01'), (-4000, '2025-07-01')) AS x (m, d);

\echo == the rates shipped are those of the official files
CREATE TEMP TABLE bce (debut date, taux numeric, source text);
\copy bce FROM PROGRAM 'cat "$CREANCES_DONNEES/taux_bce.csv"' (FORMAT csv, HEADER true)
CREATE TEMP TABLE til (debut date, fin date, pro numeric, part numeric, source text);
\copy til FROM PROGRAM 'cat "$CREANCES_DONNEES/taux_interet_legal.csv"' (FORMAT csv, HEADER true)
SELECT count(*) AS half_years,
       count(*) FILTER (WHERE t.bce IS DISTINCT FROM (SELECT b.taux FROM bce AS b WHERE b.debut <= t.debut ORDER BY b.debut DESC LIMIT 1)) AS wrong_bce,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM til AS l WHERE t.debut BETWEEN l.debut AND l.fin AND l.pro = t.til_professionnels AND l.part = t.til_particuliers)) AS wrong_til,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM til AS l WHERE (t.debut + interval '6 months')::date - 1 BETWEEN l.debut AND l.fin
                                                                     AND l.pro = t.til_professionnels AND l.part = t.til_particuliers)) AS changed_within
FROM creances.taux_semestre AS t WHERE t.origine = 'creances';
SELECT max(fin) = (SELECT max(fin) FROM til) AS nothing_beyond FROM creances.taux;
ROLLBACK;
