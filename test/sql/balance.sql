-- The aggregate balance_agee() against sum() FILTER, and how amounts are read.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
\set n 5000
\getenv long CREANCES_LONG
\if :{?long}
SELECT CASE WHEN :'long' IN ('', '0') THEN 5000 ELSE 100000 END AS n \gset
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
-- Is the aggregate planned in parallel workers, and combined?
CREATE FUNCTION pg_temp.parallele(requete text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || requete INTO plan;
    RETURN plan::text LIKE '%"Partial Mode": "Partial"%' AND plan::text LIKE '%"Partial Mode": "Finalize"%' AND plan::text LIKE '%"Workers Planned": 2%';
END $$;

\echo == buckets, worked by hand: one amount on each side of each bound
CREATE TEMP TABLE c AS
SELECT 1.5 * 10 ^ i::numeric AS montant, date '2026-01-01' - retard AS echeance, retard
FROM unnest(ARRAY[-1, 0, 1, 30, 31, 60, 61, 90, 91, 120, 121, 9000]) WITH ORDINALITY AS r (retard, i);
SELECT creances.balance_agee(montant, echeance, '2026-01-01') FROM c;
SELECT creances.balance_agee(montant, echeance, '2026-01-01', '{1}') FROM c;
SELECT creances.balance_agee(montant, echeance, '2026-01-01', '{30,9000}') FROM c;
SELECT creances.balance_agee(montant, echeance, '2026-01-01') = creances.balance_agee(montant, echeance, '2026-01-01', '{30,60,90,120}') FROM c;
SELECT creances.balance_agee(montant, echeance, '2026-01-01', ARRAY(SELECT generate_series(1, 64)))
     = (SELECT array_agg((SELECT coalesce(sum(montant), 0) FROM c WHERE retard = t OR t = 0 AND retard <= 0 OR t = 65 AND retard > 64) ORDER BY t)
        FROM generate_series(0, 65) AS t) FROM c;

\echo == decimals shown, NULLs, no row
SELECT creances.balance_agee(m, '2025-12-31', '2026-01-01') FROM (VALUES (1), (2.50), (-3.125)) AS v (m);
SELECT creances.balance_agee(m, '2025-12-31', '2026-01-01') FROM (VALUES (1.1000000000), (2)) AS v (m);
SELECT creances.balance_agee(m, '2025-12-31', '2026-01-01') FROM (VALUES (1), (2)) AS v (m);
SELECT creances.balance_agee(m, e, '2026-01-01') FROM (VALUES (1, date '2026-01-01'), (NULL, NULL), (2, '2025-01-01')) AS v (m, e);
SELECT creances.balance_agee(m, e, NULL, NULL) IS NULL FROM (VALUES (NULL::numeric, date '2026-01-01')) AS v (m, e);
SELECT creances.balance_agee(montant, echeance, '2026-01-01') IS NULL FROM c WHERE false;
SELECT creances.balance_agee(montant, echeance, '2026-01-01') FILTER (WHERE retard > 90) FROM c;
SELECT creances.balance_agee(m, e, '2026-01-01') FROM (VALUES (1, date '4713-01-01 BC'), (2, '5874897-12-31')) AS v (m, e);
SELECT creances.balance_agee(m, e, a) FROM (VALUES (1, date '4713-01-01 BC', date '5874897-12-31'), (2, '5874897-12-31', '4713-01-01 BC')) AS v (m, e, a);
SELECT creances.balance_agee(999999999999999999.999999, '2025-12-31', '2026-01-01') FROM generate_series(1, 1000);
SELECT creances.balance_agee(-999999999999999999.99, '2025-12-31', '2026-01-01') FROM generate_series(1, 1000);

\echo == random rows
\echo seed 0.15
SELECT setseed(0.15) \g /dev/null
CREATE TABLE f AS
SELECT i, i % 97 AS client, CASE WHEN i % 50 = 0 THEN NULL ELSE round(((random() - 0.2) * 10 ^ (random() * 9))::numeric, (i % 4)) END AS montant,
       CASE WHEN i % 50 = 0 AND i % 100 = 0 THEN NULL ELSE date '2026-01-01' - (random() * 400 - 150)::integer END AS echeance,
       date '2026-01-01' + (random() * 20)::integer AS au,
       ARRAY[1 + i % 5, 20 + i % 5, 200] AS bornes
FROM generate_series(1, :n * 4) AS i;
ANALYZE f;
CREATE TEMP TABLE attendu AS
SELECT client,
       ARRAY[coalesce(sum(montant) FILTER (WHERE au - echeance <= 0), 0), coalesce(sum(montant) FILTER (WHERE au - echeance BETWEEN 1 AND 30), 0),
             coalesce(sum(montant) FILTER (WHERE au - echeance BETWEEN 31 AND 60), 0), coalesce(sum(montant) FILTER (WHERE au - echeance BETWEEN 61 AND 90), 0),
             coalesce(sum(montant) FILTER (WHERE au - echeance BETWEEN 91 AND 120), 0), coalesce(sum(montant) FILTER (WHERE au - echeance > 120), 0)] AS tranches,
       sum(montant) AS total
FROM f GROUP BY client;
SELECT count(*) AS groups, count(*) FILTER (WHERE b IS DISTINCT FROM tranches) AS wrong,
       count(*) FILTER (WHERE (SELECT sum(x) FROM unnest(b) AS x) <> total) AS not_adding_up, (SELECT min(montant) < 0 FROM f) AS some_credit
FROM (SELECT client, creances.balance_agee(montant, echeance, au) AS b FROM f GROUP BY client) AS o FULL JOIN attendu USING (client);
SELECT count(*) AS groups, count(*) FILTER (WHERE b <> t) AS wrong
FROM (SELECT creances.balance_agee(montant, echeance, au, bornes) AS b,
             ARRAY[coalesce(sum(montant) FILTER (WHERE au - echeance <= 0), 0), coalesce(sum(montant) FILTER (WHERE au - echeance BETWEEN 1 AND bornes[1]), 0),
                   coalesce(sum(montant) FILTER (WHERE au - echeance > bornes[1] AND au - echeance <= bornes[2]), 0),
                   coalesce(sum(montant) FILTER (WHERE au - echeance > bornes[2] AND au - echeance <= bornes[3]), 0), coalesce(sum(montant) FILTER (WHERE au - echeance > bornes[3]), 0)] AS t
      FROM f GROUP BY client, bornes) AS o;
\echo == as a window aggregate the state is not spoilt from one row to the next
SELECT count(*) FILTER (WHERE w <> (SELECT creances.balance_agee(montant, echeance, au) FROM f AS g WHERE g.client = 3 AND g.i <= o.i)) AS wrong, count(*) > 10 AS rows
FROM (SELECT i, creances.balance_agee(montant, echeance, au) OVER (ORDER BY i) AS w FROM f WHERE client = 3 AND i <= 5000) AS o;

\echo == in parallel: short-headered states come through the combine function
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT pg_temp.parallele('SELECT creances.balance_agee(montant, echeance, au) FROM f'),
       pg_temp.parallele('SELECT client, creances.balance_agee(montant, echeance, au) FROM f GROUP BY client');
SELECT creances.balance_agee(montant, echeance, au) = (SELECT ARRAY(SELECT sum(x) FROM attendu, unnest(tranches) WITH ORDINALITY AS u (x, n) GROUP BY n ORDER BY n)) FROM f;
SELECT count(*) AS groups, count(*) FILTER (WHERE b IS DISTINCT FROM tranches) AS wrong
FROM (SELECT client, creances.balance_agee(montant, echeance, au) AS b FROM f GROUP BY client) AS o FULL JOIN attendu USING (client);
SELECT creances.balance_agee(montant, echeance, au, '{10}') = ARRAY[sum(montant) FILTER (WHERE au <= echeance), sum(montant) FILTER (WHERE au - echeance BETWEEN 1 AND 10), sum(montant) FILTER (WHERE au - echeance > 10)] FROM f;
SELECT pg_temp.erreur('SELECT creances.balance_agee(montant, echeance, au, bornes) FROM f');
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

\echo == the combine function by itself, on states read from a table, short or long headers, and NULLs
CREATE AGGREGATE pg_temp.etat (numeric, date, date, integer[]) (SFUNC = creances._balance_agee_trans, STYPE = bytea);
CREATE AGGREGATE pg_temp.reunion (bytea) (SFUNC = creances._balance_agee_combine, STYPE = bytea, FINALFUNC = creances._balance_agee_final);
CREATE TEMP TABLE etats (t text, x boolean, e bytea);
ALTER TABLE etats ALTER t SET STORAGE PLAIN;
INSERT INTO etats SELECT repeat('x', client % 8), true, pg_temp.etat(montant, echeance, au, '{30,60,90}') FROM f GROUP BY client;
INSERT INTO etats VALUES ('', true, NULL);
SELECT max(pg_column_size(e)) < 126 AS short FROM etats;
SELECT pg_temp.reunion(e) = (SELECT creances.balance_agee(montant, echeance, au, '{30,60,90}') FROM f) FROM etats;
SELECT pg_temp.reunion(e) = (SELECT creances.balance_agee(montant, echeance, au, '{30,60,90}') FROM f) FROM (SELECT e FROM etats ORDER BY e DESC NULLS LAST) AS o;
SELECT pg_temp.reunion(e) IS NULL FROM etats WHERE e IS NULL;
TRUNCATE etats;
INSERT INTO etats SELECT repeat('x', client % 8), true, pg_temp.etat(montant, echeance, au, ARRAY(SELECT generate_series(1, 64))) FROM f GROUP BY client;
SELECT min(pg_column_size(e)) > 126 AS long FROM etats;
SELECT pg_temp.reunion(e) = (SELECT creances.balance_agee(montant, echeance, au, ARRAY(SELECT generate_series(1, 64))) FROM f) FROM etats;
-- strict, the executor takes the first input as the first state, as it is in the tuple
DO $$
BEGIN
    EXECUTE (SELECT format('CREATE FUNCTION pg_temp.combine_strict(bytea, bytea) RETURNS bytea LANGUAGE c STRICT AS %L, %L', probin, prosrc)
             FROM pg_proc WHERE oid = 'creances._balance_agee_combine'::regproc);
END $$;
CREATE AGGREGATE pg_temp.reunion_stricte (bytea) (SFUNC = pg_temp.combine_strict, STYPE = bytea, FINALFUNC = creances._balance_agee_final);
SELECT pg_temp.reunion_stricte(e) = (SELECT creances.balance_agee(montant, echeance, au, ARRAY(SELECT generate_series(1, 64))) FROM f) FROM etats;
TRUNCATE etats;
INSERT INTO etats SELECT repeat('x', client % 8), true, pg_temp.etat(montant, echeance, au, '{30}') FROM f GROUP BY client;
SELECT max(pg_column_size(e)) < 126 AS short, pg_temp.reunion_stricte(e) = (SELECT creances.balance_agee(montant, echeance, au, '{30}') FROM f) AS same FROM etats;
CREATE AGGREGATE pg_temp.seul (bytea) (SFUNC = creances._balance_agee_combine, STYPE = bytea, FINALFUNC = creances._balance_agee_final, INITCOND = '\x00');
SELECT pg_temp.erreur($$SELECT pg_temp.seul(e) FROM etats$$);
SELECT pg_temp.erreur(format('SELECT pg_temp.reunion(b) FROM unnest(ARRAY[%L, %L]::bytea[]) AS b', b, b)) FROM unnest(ARRAY['\x', '\x' || repeat('00', 100), '\x' || repeat('ff', 100)]) AS b;

\echo == refused
SELECT pg_temp.erreur('SELECT creances.balance_agee' || r) FROM unnest(ARRAY[
    $$(montant, NULL, '2026-01-01') FROM c$$,
    $$(montant, echeance, NULL) FROM c$$,
    $$(montant, echeance, '2026-01-01', NULL) FROM c$$,
    $$(montant, echeance, '2026-01-01', '{}') FROM c$$,
    $$(montant, echeance, '2026-01-01', '{0,30}') FROM c$$,
    $$(montant, echeance, '2026-01-01', '{-30}') FROM c$$,
    $$(montant, echeance, '2026-01-01', '{30,30}') FROM c$$,
    $$(montant, echeance, '2026-01-01', '{60,30}') FROM c$$,
    $$(montant, echeance, '2026-01-01', '{30,NULL}') FROM c$$,
    $$(montant, echeance, '2026-01-01', '{{30,60},{90,120}}') FROM c$$,
    $$(montant, echeance, '2026-01-01', ARRAY(SELECT generate_series(1, 65))) FROM c$$,
    $$(montant, echeance, '2026-01-01', CASE WHEN retard < 50 THEN '{30}'::integer[] ELSE '{60}' END) FROM c$$,
    $$(montant, echeance, '2026-01-01', CASE WHEN retard < 50 THEN '{30}'::integer[] ELSE '{30,60}' END) FROM c$$,
    $$(montant, echeance, '2026-01-01', CASE WHEN retard < 50 THEN '{30,60}'::integer[] ELSE '{30,NULL}' END) FROM c$$,
    $$(montant, 'infinity', '2026-01-01') FROM c$$,
    $$(montant, echeance, '-infinity') FROM c$$,
    $$(montant + 0.0000001, echeance, '2026-01-01') FROM c$$,
    $$('NaN', echeance, '2026-01-01') FROM c$$,
    $$('-Infinity', echeance, '2026-01-01') FROM c$$,
    $$(1e18, echeance, '2026-01-01') FROM c$$]) AS r;
SELECT pg_temp.erreur($$SELECT creances._balance_agee_trans(NULL, 1, '2026-01-01', '2026-01-01')$$);

\echo == both readings of an amount agree
\echo seed 0.6
SELECT setseed(0.6) \g /dev/null
CREATE TEMP TABLE montants (m numeric);
ALTER TABLE montants ALTER m SET STORAGE EXTERNAL;
-- random digits and weights, trailing zeros and long scales, both signs
INSERT INTO montants
SELECT (CASE WHEN random() < 0.5 THEN '-' ELSE '' END
        || CASE WHEN e = 0 THEN '0' ELSE left(chiffres, e) END
        || CASE WHEN d = 0 THEN '' ELSE '.' || CASE WHEN z THEN repeat('0', d) ELSE right(chiffres, d) END || repeat('0', q) END)::numeric
FROM (SELECT i, (random() * 22 - 0.5)::integer AS e, (random() * 8.4 - 0.4)::integer AS d, random() < 0.2 AS z,
             CASE WHEN random() < 0.1 THEN (random() * 70)::integer ELSE 0 END AS q,
             CASE WHEN random() < 0.2 THEN '9999' ELSE '' END || (1e15 * random())::bigint || CASE WHEN random() < 0.2 THEN '00000000' ELSE '' END || (1e15 * random())::bigint AS chiffres
      FROM generate_series(1, :n * 2) AS i) AS s;
-- powers of ten around every limit, one unit on both sides
INSERT INTO montants
SELECT s * (10::numeric ^ p + u * 10::numeric ^ q)
FROM generate_series(-9, 25) AS p, generate_series(-9, 3) AS q, unnest(ARRAY[-1, 0, 1]) AS u, unnest(ARRAY[-1, 1]) AS s;
INSERT INTO montants VALUES ('NaN'), ('Infinity'), ('-Infinity'), (0), (0.00), (0.000000000000), (-0.0), (1e131000), (1e-16000), (('1' || repeat('0', 3000))::numeric), (('0.' || repeat('0', 3000) || '1')::numeric),
    (('1.' || repeat('0', 9000))::numeric), (repeat('12345678', 1000)::numeric), (('0.' || repeat('12345678', 1000))::numeric), (0.0001), (0.00010000), (0.000001), (0.0000010), (0.00000100001), (9999), (99990000), (1e17), (1e18 - 1), (1e18 - 0.000001), (1e18), (-1e18), (999999999999.999999), (1000000000000);
SELECT count(*) > :n * 2 AS all_cases, count(*) FILTER (WHERE NOT creances._montant_deux_voies(m)) AS wrong FROM montants;
SELECT count(*) FILTER (WHERE pg_column_size(m) > 2500) > 0 AS some_toasted, count(DISTINCT scale(m)) > 10 AS many_scales FROM montants;
-- and what is accepted is the same number
SELECT count(*) > 1000 AS all_cases, count(*) FILTER (WHERE obtenu <> m OR scale(obtenu) <> least(scale(m), 6)) AS wrong
FROM (SELECT m, (creances.balance_agee(m, '2026-01-01', '2026-01-01'))[1] AS obtenu
      FROM (SELECT m, row_number() OVER () AS k FROM montants WHERE m = m + 0 AND m <> 'NaN' AND abs(m) < 1e18 AND m = round(m, 6) OFFSET 0) AS v GROUP BY k, m) AS o;
ROLLBACK;
