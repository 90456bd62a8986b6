-- The type taux_retard, and the table of rates as the statement sees it.
\set QUIET on
\set ON_ERROR_STOP off
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;

-- What a statement fails with: state, message, hint.
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

\echo == text forms
SELECT format('%-20s -> %s', '[' || t || ']', t::creances.taux_retard)
FROM unnest(ARRAY['BCE+10', 'bce+10', 'BCE + 10', ' BCE + 10 points ', 'BCE', 'BCE+8 fixe', 'BCE + 8 % FIXE', 'bce fixe',
                  '3xTIL', '3 x TIL', '3 X til', '3 × TIL', '3*TIL', '1xTIL', 'TIL', 'TIL+5', 'TIL + 0', 'TILP', 'tilp+5',
                  '1.5 x TIL + 2', '1,5xTIL+2,25 fixe', '0,0001xBCE', '1000xTIL+1000',
                  '12', '12 %', '12%', '12,5 %', '12.50 %', '12 % par an', '1,5 % par mois', '1.5 par mois', '0', '0,0001', '1000 %',
                  '012,10', E'12\u00a0%', E'12,5\u202f%', '12.500000 %', '83,3333 % par mois']) AS t;

\echo == refused forms
SELECT t || ' -> ' || pg_temp.erreur(format('SELECT %L::creances.taux_retard', t))
FROM unnest(ARRAY['', ' ', 'abc', 'BCE+', '+5', 'x TIL', '3x', '3x12', '3TIL', 'TILX', 'TIL fixes', 'BCE 10', 'BCE+10+2', '12 fixe',
                  '12 % par jour', '12 points', '1e3', ',5', '5,', '1.2.3', 'Infinity', 'NaN', '12 %%', 'EURIBOR+3', 'TIL P',
                  '-1', '-1 %', 'BCE-1', 'TIL+-1', '-3xTIL', '0xTIL', '0,0000 x TIL',
                  '12,34567', 'BCE+1,00001', '1,00001xTIL',
                  '1000,0001', '99999999999999999999', '1001xTIL', 'TIL+1001', '90 % par mois']) AS t;

\echo == out(in(x)) is stable, and the binary form comes back
CREATE TEMP TABLE formes AS
SELECT f.t::creances.taux_retard AS r
FROM (SELECT i, concat(fois, indice, plus, fixe) AS t
      FROM (VALUES (''), ('2x'), ('3 x '), ('0,5x'), ('12,3456x'), ('1000x')) AS a (fois),
           (VALUES ('BCE'), ('TIL'), ('TILP')) AS b (indice),
           (VALUES (''), ('+1'), ('+0,0001'), ('+10'), ('+12,5'), ('+1000')) AS c (plus),
           (VALUES (''), (' fixe')) AS d (fixe), generate_series(1, 1) AS i
      UNION ALL
      SELECT n, (n * 7919 % 10000001)::numeric / 10000 || ' %' FROM generate_series(0, 2000) AS n) AS f;
SELECT count(*) > 2000, count(*) FILTER (WHERE r::text::creances.taux_retard OPERATOR(creances.<>) r OR r::text::creances.taux_retard::text <> r::text)
FROM formes;
SELECT encode(creances._taux_retard_send('1.5xTIL+2 fixe'), 'hex'), encode(creances._taux_retard_send('12 %'), 'hex');
SELECT count(*) - count(DISTINCT r::text), count(*) - (SELECT count(*) FROM (SELECT r FROM formes GROUP BY r) AS g) FROM formes;

\echo == equality and hash
SELECT 'BCE + 10,0'::creances.taux_retard OPERATOR(creances.=) 'bce+10', 'BCE+10'::creances.taux_retard OPERATOR(creances.<>) 'BCE+10 fixe',
       '1,5 % par mois'::creances.taux_retard OPERATOR(creances.=) '18', 'TIL'::creances.taux_retard OPERATOR(creances.=) 'TILP';
CREATE TEMP TABLE regles (r creances.taux_retard) PARTITION BY HASH (r);
CREATE TEMP TABLE regles_0 PARTITION OF regles FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE regles_1 PARTITION OF regles FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO regles SELECT r FROM formes;
SELECT (SELECT count(*) FROM regles) = (SELECT count(*) FROM formes),
       EXISTS (SELECT FROM regles_0) AND EXISTS (SELECT FROM regles_1);
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_nestloop = off;
SELECT count(*) = (SELECT count(*) FROM formes) FROM formes AS a JOIN formes AS b ON a.r OPERATOR(creances.=) b.r;
RESET enable_mergejoin;
RESET enable_nestloop;

\echo == the rates shipped
SELECT count(*), min(debut), max(debut), bool_and(origine = 'creances') FROM creances.taux_semestre;
SELECT semestre, debut, fin, bce, til_professionnels, til_particuliers, taux_suppletif, plancher, taux_public, origine
FROM creances.taux WHERE debut BETWEEN '2022-07-01' AND '2026-12-31' ORDER BY debut;
SELECT count(*) FROM generate_series(0, 55) AS n
WHERE NOT EXISTS (SELECT FROM creances.taux_semestre WHERE debut = (date '1999-01-01' + n * interval '6 months')::date);

\echo == the kernel and the view agree on every day
SELECT count(*) AS days, count(*) FILTER (WHERE creances.taux_applicable('BCE+10', j) <> taux_suppletif
                                    OR creances.taux_applicable('3xTIL', j) <> plancher
                                    OR creances.taux_applicable('BCE+8 fixe', j) <> taux_public
                                    OR creances.taux_applicable('TIL', j) <> til_professionnels
                                    OR creances.taux_applicable('TILP', j) <> til_particuliers) AS wrong
FROM creances.taux AS t, LATERAL (SELECT t.debut + n AS j FROM generate_series(0, t.fin - t.debut) AS n) AS jours;
SELECT creances.taux_applicable('BCE+10', '2026-06-30'), creances.taux_applicable('BCE+10', '2026-07-01'),
       creances.taux_applicable('1,2345 x TIL + 0,0001', '2026-07-01'), creances.taux_applicable('12', '0044-03-15 BC'),
       creances.taux_applicable('12,3456', '5874897-12-31');

\echo == unknown rates
SELECT pg_temp.erreur(format('SELECT creances.taux_applicable(%L, %L)', t, j))
FROM (VALUES ('BCE+10', '2027-01-01'), ('3xTIL', '2027-07-14'), ('TILP', '2030-12-31'), ('BCE+8 fixe', '1998-12-31'),
             ('BCE', '1975-06-30'), ('BCE', '2200-01-01'), ('BCE', '0001-01-01 BC'), ('BCE', '5874897-12-31'),
             ('BCE', 'infinity'), ('12', '-infinity')) AS v (t, j);

\echo == how far it is known
SELECT creances.taux_connu_jusque('BCE+10'), creances.taux_connu_jusque('TILP'), creances.taux_connu_jusque('BCE+8 fixe'), creances.taux_connu_jusque('12 %');
SELECT creances.taux_connu_jusque('BCE+10', '2026-06-15'), creances.taux_connu_jusque('BCE+10', '2026-12-31'), creances.taux_connu_jusque('BCE+10', '1998-12-30'),
       creances.taux_connu_jusque('BCE+8 fixe', '2026-12-30'), creances.taux_connu_jusque('BCE+8 fixe', '2026-12-31'), creances.taux_connu_jusque('12 %', '2026-12-31');

\echo == ajouter_taux
SELECT pg_temp.erreur(r) FROM unnest(ARRAY[
    $$SELECT creances.ajouter_taux('2027-02-01', bce => 2.65, source => 'essai')$$,
    $$SELECT creances.ajouter_taux('2027-12-31', bce => 2.65, source => 'essai')$$,
    $$SELECT creances.ajouter_taux(NULL, bce => 2.65, source => 'essai')$$,
    $$SELECT creances.ajouter_taux('infinity', bce => 2.65, source => 'essai')$$,
    $$SELECT creances.ajouter_taux('1970-01-01', bce => 2.65, source => 'essai')$$,
    $$SELECT creances.ajouter_taux('2200-01-01', bce => 2.65, source => 'essai')$$,
    $$SELECT creances.ajouter_taux('2027-01-01', bce => 2.65)$$,
    $$SELECT creances.ajouter_taux('2027-01-01', bce => 2.65, source => '  ')$$,
    $$SELECT creances.ajouter_taux('2027-01-01', source => 'essai')$$,
    $$SELECT creances.ajouter_taux('2027-01-01', bce => -0.1, source => 'essai')$$,
    $$SELECT creances.ajouter_taux('2027-01-01', bce => 'NaN', source => 'essai')$$,
    $$SELECT creances.ajouter_taux('2027-01-01', bce => 2.65001, source => 'essai')$$,
    $$INSERT INTO creances.taux_semestre VALUES ('utilisateur', '2027-02-01', 1, 1, 1, true, 'essai')$$,
    $$INSERT INTO creances.taux_semestre VALUES ('autre', '2027-01-01', 1, 1, 1, true, 'essai')$$,
    $$INSERT INTO creances.taux_semestre VALUES ('utilisateur', '2027-01-01', 'NaN', 1, 1, true, 'essai')$$,
    $$INSERT INTO creances.taux_semestre VALUES ('utilisateur', '2027-01-01', 1.00001, 1, 1, true, 'essai')$$]) AS r;
SAVEPOINT avant;
SELECT creances.ajouter_taux('2027-01-01', bce => 2.65, source => 'BCE');
SELECT creances.taux_applicable('BCE+10', '2027-01-01');
SELECT pg_temp.erreur($$SELECT creances.taux_applicable('TIL', '2027-01-01')$$);
-- a second call completes the row, and corrects it
SELECT creances.ajouter_taux('2027-01-01', til_professionnels => 2.9, source => 'arrêté');
SELECT creances.ajouter_taux('2027-01-01', bce => 2.7, source => 'BCE, corrigé');
SELECT semestre, bce, til_professionnels, til_particuliers, origine, source FROM creances.taux WHERE debut = '2027-01-01';
SELECT creances.taux_applicable('BCE+10', '2027-01-01'), creances.taux_applicable('TIL', '2027-01-01');
-- the user's value wins over the shipped one, column by column
SELECT creances.ajouter_taux('2026-01-01', bce => 9, source => 'essai');
SELECT creances.taux_applicable('BCE', '2026-01-01'), creances.taux_applicable('TIL', '2026-01-01'),
       (SELECT (bce, til_professionnels, origine) FROM creances.taux WHERE debut = '2026-01-01');
UPDATE creances.taux_semestre SET actif = false WHERE origine = 'utilisateur' AND debut = '2026-01-01';
SELECT pg_temp.erreur($$SELECT creances.taux_applicable('BCE', '2026-01-01')$$), (SELECT count(*) FROM creances.taux WHERE debut = '2026-01-01');
DELETE FROM creances.taux_semestre WHERE origine = 'utilisateur' AND debut = '2026-01-01';
SELECT creances.taux_applicable('BCE', '2026-01-01');
-- a hole, and half-years far away
SELECT creances.ajouter_taux('2030-01-01', bce => 1, source => 'essai');
SELECT creances.ajouter_taux('1998-07-01', bce => 3, source => 'essai');
SELECT creances.taux_applicable('BCE', '2030-06-30'), creances.taux_applicable('BCE', '1998-07-01'), creances.taux_connu_jusque('BCE'),
       creances.taux_connu_jusque('BCE', '1998-06-30'), creances.taux_connu_jusque('BCE', '2029-12-31');
SELECT pg_temp.erreur(format('SELECT creances.penalite_retard(1, %L, %L)', e, a))
FROM (VALUES ('2027-06-29', '2027-06-30'), ('2027-06-29', '2027-07-01'), ('2027-06-30', '2029-01-01'), ('1999-01-01', '2030-01-01'), ('2029-12-31', '2030-06-30'),
             ('2030-06-30', '2030-07-01'), ('1998-06-29', '1998-07-01'), ('2040-01-01', '2041-01-01')) AS v (e, a);
SELECT count(*) FILTER (WHERE creances.taux_applicable('BCE', debut) <> bce OR creances.taux_applicable('BCE', fin) <> bce) FROM creances.taux;
ROLLBACK TO avant;
SELECT pg_temp.erreur($$SELECT creances.taux_applicable('BCE', '2027-01-01')$$);

\echo == an unknown rate is seen as soon as it is added, and a rolled back one never
DO $$
BEGIN
    FOR i IN 1..3 LOOP
        PERFORM creances.ajouter_taux('2027-01-01', bce => i, source => 'essai');
        IF creances.taux_applicable('BCE', '2027-01-01') <> i THEN
            RAISE EXCEPTION 'loop % sees %', i, creances.taux_applicable('BCE', '2027-01-01');
        END IF;
    END LOOP;
    DELETE FROM creances.taux_semestre WHERE origine = 'utilisateur';
    BEGIN
        PERFORM creances.taux_applicable('BCE', '2027-01-01');
        RAISE EXCEPTION 'deleted rate still seen';
    EXCEPTION WHEN SQLSTATE 'RC001' THEN
        NULL;
    END;
END $$;
CREATE FUNCTION pg_temp.lire() RETURNS numeric LANGUAGE plpgsql STABLE AS
$$ BEGIN RETURN creances.taux_applicable('BCE', '2027-01-01'); END $$;
CREATE FUNCTION pg_temp.lire_volatile() RETURNS numeric LANGUAGE plpgsql VOLATILE AS
$$ BEGIN RETURN creances.taux_applicable('BCE', '2027-01-01'); END $$;
CREATE FUNCTION pg_temp.ecrire_et_lire(t numeric) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM creances.ajouter_taux('2027-01-01', bce => t, source => 'essai');
    RETURN pg_temp.lire() || ' ' || pg_temp.lire_volatile();
END $$;
SELECT pg_temp.ecrire_et_lire(n) FROM generate_series(4, 6) AS n;
-- a STABLE function keeps to the snapshot of the calling statement, a VOLATILE one does not
SELECT pg_temp.lire(), pg_temp.lire_volatile(), pg_temp.ecrire_et_lire(7), pg_temp.lire(), pg_temp.lire_volatile();
-- exception block: the rate of the failed block is not seen after it
CREATE FUNCTION pg_temp.bloc() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    dedans numeric;
BEGIN
    BEGIN
        PERFORM creances.ajouter_taux('2027-01-01', bce => 50, source => 'essai');
        dedans := creances.taux_applicable('BCE', '2027-01-01');
        PERFORM 1 / 0;
    EXCEPTION WHEN division_by_zero THEN
        NULL;
    END;
    RETURN dedans || ' then ' || creances.taux_applicable('BCE', '2027-01-01');
END $$;
SELECT pg_temp.bloc();
-- read only inside the failed block, at the same command
SAVEPOINT s1;
SELECT creances.ajouter_taux('2027-01-01', bce => 60, source => 'essai');
SAVEPOINT s2;
SELECT creances.taux_applicable('BCE', '2027-01-01');
RELEASE s2;
SELECT creances.taux_applicable('BCE', '2027-01-01');
ROLLBACK TO s1;
SELECT creances.taux_applicable('BCE', '2027-01-01');
-- a cursor keeps its own snapshot
DECLARE c CURSOR FOR SELECT creances.taux_applicable('BCE', '2027-01-01') FROM generate_series(1, 2);
FETCH c;
SELECT creances.ajouter_taux('2027-01-01', bce => 8, source => 'essai');
SELECT creances.taux_applicable('BCE', '2027-01-01');
FETCH c;
CLOSE c;
-- a prepared statement is not frozen
PREPARE p AS SELECT creances.taux_applicable('BCE', '2027-01-01');
EXECUTE p;
SELECT creances.ajouter_taux('2027-01-01', bce => 9, source => 'essai');
EXECUTE p;

\echo == parallel workers see what the statement sees
CREATE TABLE lignes AS SELECT n FROM generate_series(1, 20000) AS n;
ANALYZE lignes;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
CREATE FUNCTION pg_temp.parallele(requete text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || requete INTO plan;
    RETURN plan::text LIKE '%"Workers Planned": 2%';
END $$;
SELECT pg_temp.parallele($$SELECT sum(creances.taux_applicable('BCE', date '2027-01-01' + n % 181)) FROM lignes$$);
SELECT sum(creances.taux_applicable('BCE', date '2027-01-01' + n % 181)) FROM lignes;
SELECT creances.ajouter_taux('2027-01-01', bce => 10, source => 'essai');
SELECT sum(creances.taux_applicable('BCE', date '2027-01-01' + n % 181)) FROM lignes;
SELECT pg_temp.erreur($$SELECT sum(creances.taux_applicable('BCE', date '2027-01-01' + n % 182)) FROM lignes$$);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

\echo == no right needed on the table
CREATE ROLE regress_creances_lecteur;
REVOKE ALL ON creances.taux_semestre FROM PUBLIC;
GRANT USAGE ON SCHEMA creances TO regress_creances_lecteur;
GRANT EXECUTE ON FUNCTION creances.taux_applicable(creances.taux_retard, date) TO regress_creances_lecteur;
SET LOCAL ROLE regress_creances_lecteur;
SELECT creances.taux_applicable('BCE', '2026-01-01');
SELECT has_table_privilege('creances.taux_semestre', 'SELECT');
RESET ROLE;

\echo == the GUC is for presentation
SHOW creances.langue;
SET LOCAL creances.langue = 'de';
SHOW creances.langue;
SELECT pg_temp.erreur('SET LOCAL creances.langue = ''xx''');
SELECT pg_temp.erreur('SET LOCAL creances.inconnu = ''1''');
ROLLBACK;

-- After the end of the transaction nothing of it is left in the cache.
BEGIN;
CREATE EXTENSION creances;
SELECT creances.ajouter_taux('2027-01-01', bce => 5, source => 'essai');
SELECT creances.taux_applicable('BCE', '2027-01-01');
ROLLBACK;
BEGIN;
CREATE EXTENSION creances;
SELECT creances.taux_applicable('BCE', '2027-01-01');
ROLLBACK;

-- Under REPEATABLE READ the snapshot is the same before and after a rollback to
-- a savepoint, down to its command counter.
BEGIN ISOLATION LEVEL REPEATABLE READ;
CREATE EXTENSION creances;
SAVEPOINT s1;
SELECT creances.ajouter_taux('2026-01-01', bce => 60, source => 'essai');
SELECT creances.taux_applicable('BCE', '2026-01-01');
ROLLBACK TO s1;
SELECT creances.taux_applicable('BCE', '2026-01-01');
ROLLBACK;
