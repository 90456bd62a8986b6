-- Late-payment interest against a day-by-day oracle, its statement, its
-- aggregate over movements.
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

\echo == worked by hand
-- 10 000 x (10 x 12.15 + 10 x 12.40) / 36 500 = 67.26
SELECT creances.penalite_retard(10000, '2026-06-20', '2026-07-10'),
       creances.penalite_retard(10000, '2026-06-20', '2026-07-10', 'BCE+10', '365', 6),
       creances.penalite_retard(10000, '2026-06-20', '2026-07-10', decimales => 0),
       creances.penalite_retard('10000', '2026-06-20', '2026-07-10', 'BCE + 10', '365', '2');
-- a public buyer: due 30 June, interest from 1 July, rate of the second half-year
SELECT creances.penalite_retard(36500, '2026-06-30', '2026-07-01', 'BCE+8 fixe'), creances.penalite_retard(36500, '2026-06-29', '2026-07-01', 'BCE+8 fixe'),
       creances.penalite_retard(36500, '2025-12-31', '2026-12-31', 'BCE+8 fixe'), creances.penalite_retard(36500, '2025-12-31', '2026-12-31', 'BCE+8');
-- a leap year under the three bases: 10 000 at 10 %, 366 days
SELECT creances.penalite_retard(10000, '2023-12-31', '2024-12-31', '10', b), b FROM unnest(ARRAY['365', 'actuel', '360']) AS b;
-- halves away from zero: 365 a day at n % is exactly n / 100
SELECT creances.penalite_retard(365, '2026-01-01', '2026-01-02', '0,5'), creances.penalite_retard(365, '2026-01-01', '2026-01-02', '1,5'),
       creances.penalite_retard(365, '2026-01-01', '2026-01-02', '0,4999'), creances.penalite_retard(365, '2026-01-01', '2026-01-02', '2,5', decimales => 2),
       creances.penalite_retard(365, '2026-01-01', '2026-01-02', '50', decimales => 0), creances.penalite_retard(365, '2026-01-01', '2026-01-02', '49,9999', decimales => 0);
-- never the daily amount rounded first: 10.81, not 30 x 0.36 = 10.80
SELECT creances.penalite_retard(1000, '2025-01-01', '2025-01-31', '13,15'), 30 * round(creances.interet_journalier(1000, '2025-01-01', '2025-01-31', '13,15'), 2);

\echo == nothing is due, and no rate is looked up
SELECT creances.penalite_retard(1000, '2050-01-01', '2050-01-01'), creances.penalite_retard(1000, '2050-01-02', '2050-01-01'),
       creances.penalite_retard(0, '2050-01-01', '2051-01-01'), creances.penalite_retard(-1000, '2050-01-01', '2051-01-01', decimales => 3),
       creances.penalite_retard(1000, '2050-01-01', '2050-01-01', decimales => 0), creances.penalite_retard(1000, '5874897-12-31', '4713-01-01 BC');
SELECT count(*) FROM (VALUES (1000, date '2050-01-01', date '2050-01-01'), (0, '2050-01-01', '2051-01-01'), (-5, '2020-01-01', '2021-01-01')) AS v (m, e, a),
    creances.decompte_penalite(m, e, a);
SELECT num_nulls(creances.penalite_retard(NULL, '2026-01-01', '2026-02-01'), creances.penalite_retard(1, NULL, '2026-02-01'),
                 creances.penalite_retard(1, '2026-01-01', NULL), creances.penalite_retard(1, '2026-01-01', '2026-02-01', NULL),
                 creances.penalite_retard(1, '2026-01-01', '2026-02-01', '1', NULL), creances.penalite_retard(1, '2026-01-01', '2026-02-01', '1', '365', NULL));

\echo == random cases, day by day
\echo seed 0.2026
SELECT setseed(0.2026) \g /dev/null
CREATE TEMP TABLE regles (n, texte, fois, indice, plus, fixe) AS VALUES
    (0, 'BCE+10', 1, 'bce', 10, false), (1, 'BCE+8 fixe', 1, 'bce', 8, true), (2, '3xTIL', 3, 'til', 0, false), (3, 'TIL', 1, 'til', 0, false),
    (4, 'TILP', 1, 'tilp', 0, false), (5, 'TIL+5', 1, 'til', 5, false), (6, '12,5 %', 0, 'bce', 12.5, false), (7, '1,5 % par mois', 0, 'bce', 18, false),
    (8, '1,2345xTIL+0,0001', 1.2345, 'til', 0.0001, false), (9, '2xBCE+3 fixe', 2, 'bce', 3, true), (10, '0', 0, 'bce', 0, false),
    (11, 'TILP+1,5 fixe', 1, 'tilp', 1.5, true), (12, 'BCE', 1, 'bce', 0, false);
CREATE TEMP TABLE jours AS
SELECT j::date AS jour, t.bce, t.til_professionnels AS til, t.til_particuliers AS tilp,
       extract(doy FROM make_date(extract(year FROM j)::integer, 12, 31))::integer AS annee
FROM generate_series(date '2000-01-01', '2026-12-31', '1 day') AS j
JOIN creances.taux_semestre AS t
  ON t.debut = make_date(extract(year FROM j)::integer, CASE WHEN extract(month FROM j) <= 6 THEN 1 ELSE 7 END, 1);
CREATE UNIQUE INDEX ON jours (jour);
CREATE TEMP TABLE cas AS
SELECT i, round((random() * 10 ^ (random() * 7))::numeric, 2) AS montant, e AS echeance,
       least(date '2026-12-31', e + CASE WHEN i % 25 = 0 THEN (random() * 9800)::integer ELSE (random() * random() * 1100)::integer END) AS au,
       (random() * 12.999 - 0.4999)::integer AS regle,
       (ARRAY['365', 'actuel', '360'])[1 + (random() * 2.999 - 0.4999)::integer] AS base,
       CASE WHEN i % 3 = 0 THEN (random() * 6)::integer ELSE 2 END AS decimales
FROM (SELECT i, date '2000-01-01' + (random() * 9850)::integer AS e FROM generate_series(1, :n) AS i) AS d;
-- the edges: month, half-year and year ends, 29 February, one day
INSERT INTO cas
SELECT 0, 12345.67, e, least(e + d, date '2026-12-31'), r, b, 2
FROM unnest(ARRAY['2023-12-31', '2024-02-28', '2024-02-29', '2024-06-29', '2024-06-30', '2024-07-01', '2024-12-30', '2024-12-31', '2025-06-30',
                  '2026-12-30']::date[]) AS e, unnest(ARRAY[1, 2, 29, 181, 184, 365, 366, 367, 731]) AS d,
     generate_series(0, 12) AS r, unnest(ARRAY['365', 'actuel', '360']) AS b;
-- the largest amount, over the whole period: the product needs more than 128 bits
INSERT INTO cas
SELECT 0, 999999999999999999.999999, '2000-01-01', '2026-12-31', r, b, d
FROM generate_series(0, 12) AS r, unnest(ARRAY['365', 'actuel', '360']) AS b, unnest(ARRAY[0, 2]) AS d WHERE r <> 8;
ANALYZE jours;
ANALYZE cas;
CREATE TEMP TABLE resultats AS
SELECT c.*, r.texte,
       creances.penalite_retard(c.montant, c.echeance, c.au, r.texte::creances.taux_retard, c.base, c.decimales) AS obtenu,
       -- 30 more decimals than the division would give by itself: one rounding only
       round(coalesce(o.somme, 0.000000000000000000000000000000) * c.montant
             / (100 * CASE c.base WHEN '365' THEN 365 WHEN '360' THEN 360 ELSE 365 * 366 END), c.decimales) AS attendu
FROM cas AS c
JOIN regles AS r ON r.n = c.regle
LEFT JOIN jours AS p ON p.jour = c.echeance + 1,
LATERAL (SELECT sum((r.plus + r.fois * CASE WHEN r.fixe THEN CASE r.indice WHEN 'bce' THEN p.bce WHEN 'til' THEN p.til ELSE p.tilp END
                                            ELSE CASE r.indice WHEN 'bce' THEN j.bce WHEN 'til' THEN j.til ELSE j.tilp END END)
                    * CASE WHEN c.base <> 'actuel' THEN 1 WHEN j.annee = 365 THEN 366 ELSE 365 END
                    + 0.000000000000000000000000000000) AS somme
         FROM jours AS j WHERE j.jour > c.echeance AND j.jour <= c.au) AS o;
SELECT count(*) = :n + 3582 AS all_cases, count(*) FILTER (WHERE obtenu IS DISTINCT FROM attendu OR scale(obtenu) <> decimales) AS wrong,
       count(DISTINCT regle) AS rules, bool_or(obtenu > 0) AS some_due
FROM resultats;
SELECT i, montant, echeance, au, texte, base, decimales, obtenu, attendu FROM resultats WHERE obtenu IS DISTINCT FROM attendu LIMIT 5;

\echo == the lines of the statement add up, follow each other, and bear the rate of each of their days
CREATE TEMP TABLE lignes AS
SELECT r.i, r.echeance, r.au AS fin, r.montant, r.obtenu, r.decimales, g.fixe, r.texte AS regle, r.base, d.*, row_number() OVER w AS n, lag(d.au, 1, r.echeance) OVER w AS avant
FROM (SELECT row_number() OVER () AS k, * FROM resultats) AS r
JOIN regles AS g ON g.n = r.regle
CROSS JOIN LATERAL creances.decompte_penalite(r.montant, r.echeance, r.au, r.texte::creances.taux_retard, r.base, r.decimales) AS d
WINDOW w AS (PARTITION BY r.k ORDER BY d.du);
SELECT count(*) FROM lignes
WHERE du <> avant + 1 OR jours <> au - du + 1 OR principal <> montant OR scale(interets) <> decimales
   OR taux <> creances.taux_applicable(regle::creances.taux_retard, CASE WHEN fixe THEN echeance + 1 ELSE du END)
   OR taux <> creances.taux_applicable(regle::creances.taux_retard, CASE WHEN fixe THEN echeance + 1 ELSE au END)
   OR abs(interets - principal * taux * jours / CASE WHEN base = '360' THEN 36000 WHEN texte LIKE '%366' THEN 36600 ELSE 36500 END) > 1.0 / 10 ^ decimales;
SELECT count(*) FROM (SELECT k, r.obtenu, sum(d.interets) AS somme, sum(d.jours) AS jours, r.au - r.echeance AS retard, r.montant
                      FROM (SELECT row_number() OVER () AS k, * FROM resultats) AS r
                      LEFT JOIN LATERAL creances.decompte_penalite(r.montant, r.echeance, r.au, r.texte::creances.taux_retard, r.base, r.decimales) AS d ON true
                      GROUP BY k, r.obtenu, r.au, r.echeance, r.montant) AS s
WHERE coalesce(somme, 0) <> obtenu OR coalesce(jours, 0) <> CASE WHEN montant > 0 THEN retard ELSE 0 END;

\echo == what it says
SELECT du, au, jours, taux, principal, interets, texte
FROM unnest(ARRAY['BCE+10', 'BCE+8 fixe', '3xTIL', 'TIL', 'TIL+5', 'TILP', 'BCE+3', '1,5 x TIL + 1', '12', '1,5 % par mois']) WITH ORDINALITY AS r (r, n),
     creances.decompte_penalite(10000.00, '2026-06-20', '2026-07-10', r.r::creances.taux_retard) ORDER BY n, du;
SELECT du, au, jours, taux, interets, texte FROM creances.decompte_penalite(1000, '2019-06-30', '2025-01-31', '12', 'actuel');
SELECT du, au, jours, taux, interets, texte FROM creances.decompte_penalite(1000, '2019-12-15', '2020-01-15', 'BCE+8 fixe', 'actuel');
SELECT du, au, jours, taux, interets, texte FROM creances.decompte_penalite(1000, '2019-12-15', '2020-01-15', 'BCE+10', '360', 0);
SELECT count(*), sum(jours), sum(interets) = creances.penalite_retard(1, '0001-01-01', '9999-12-31', '1', 'actuel') FROM creances.decompte_penalite(1, '0001-01-01', '9999-12-31', '1', 'actuel');

\echo == what the next day adds
SELECT creances.interet_journalier(1000, '2025-02-01', '2025-03-01'), creances.interet_journalier(1000, '2026-06-01', '2026-06-30'),
       creances.interet_journalier(1000, '2026-06-01', '2026-06-01'), creances.interet_journalier(1000, '2026-06-01', '2026-05-31'),
       creances.interet_journalier(-1, '2026-06-01', '2026-06-30'), creances.interet_journalier(1000, '2024-01-01', '2024-12-30', '10', 'actuel'),
       creances.interet_journalier(1000, '2024-01-01', '2024-12-31', '10', 'actuel'), creances.interet_journalier(1000, '2024-06-30', '2024-12-31', 'BCE+8 fixe');
SELECT count(*) FROM resultats AS r
WHERE r.au < '2026-12-31' AND r.au > r.echeance AND r.montant > 0
  AND abs(creances.penalite_retard(r.montant, r.echeance, r.au + 1, r.texte::creances.taux_retard, r.base, 6)
          - creances.penalite_retard(r.montant, r.echeance, r.au, r.texte::creances.taux_retard, r.base, 6)
          - creances.interet_journalier(r.montant, r.echeance, r.au, r.texte::creances.taux_retard, r.base)) > 0.000001;

\echo == bounds
SELECT creances.penalite_retard(999999999999999999.999999, '2025-12-31', '2026-12-31', '12'),
       creances.penalite_retard(999999999999999999.999999, '1999-12-31', '2025-12-31', 'BCE+10', 'actuel'),
       creances.penalite_retard(-999999999999999999.999999, '2025-12-31', '2026-12-31', '12'),
       creances.penalite_retard(0.000001, '2025-12-31', '2026-12-31', '100', '365', 6),
       creances.penalite_retard(1, '4713-01-01 BC', '5874897-12-31', '1000', 'actuel');
SELECT count(*) FILTER (WHERE creances.penalite_retard(1000, '4713-01-01 BC', d, '10', '365') <> round(1000 * 0.1 * (d - date '4713-01-01 BC') / 365, 2))
FROM unnest(ARRAY['4712-12-31 BC', '0001-12-31 BC', '0001-01-01', '2000-02-29', '5874897-12-31']::date[]) AS d;
-- leap years of base 'actuel' across the year 0, and far away
SELECT count(*) FILTER (WHERE creances.penalite_retard(1000, d, d + 3000, '10', 'actuel')
                              <> round((SELECT sum(1000 * 0.1 / (date (CASE WHEN extract(year FROM d + n) < 0 THEN lpad((- extract(year FROM d + n))::text, 4, '0') || '-12-31 BC'
                                                                          ELSE lpad(extract(year FROM d + n)::text, 4, '0') || '-12-31' END)
                                                                    - date (CASE WHEN extract(year FROM d + n) < 0 THEN lpad((- extract(year FROM d + n))::text, 4, '0') || '-01-01 BC'
                                                                          ELSE lpad(extract(year FROM d + n)::text, 4, '0') || '-01-01' END) + 1)::numeric)
                                        FROM generate_series(1, 3000) AS n), 2)) AS wrong
FROM unnest(ARRAY['4713-06-01 BC', '0105-03-01 BC', '0005-01-01 BC', '0001-12-31 BC', '0003-12-31', '1895-05-05', '1999-12-31', '9000-01-01']::date[]) AS d;

\echo == refused
SELECT pg_temp.erreur('SELECT creances.' || r) FROM unnest(ARRAY[
    $$penalite_retard(1000, '2026-01-01', '2026-02-01', 'BCE+10', '366')$$,
    $$penalite_retard(1000, '2026-01-01', '2026-02-01', 'BCE+10', 'Actuel')$$,
    $$penalite_retard(1000, '2026-01-01', '2026-02-01', 'BCE+10', '365', 7)$$,
    $$penalite_retard(1000, '2026-01-01', '2026-02-01', 'BCE+10', '365', -1)$$,
    $$penalite_retard(0, '2026-02-01', '2026-01-01', 'BCE+10', '12')$$,
    $$penalite_retard('NaN', '2026-01-01', '2026-02-01')$$,
    $$penalite_retard('Infinity', '2026-01-01', '2026-02-01')$$,
    $$penalite_retard('-Infinity', '2026-01-01', '2026-02-01')$$,
    $$penalite_retard(1.0000001, '2026-01-01', '2026-02-01')$$,
    $$penalite_retard(1000000000000000000, '2026-01-01', '2026-02-01')$$,
    $$penalite_retard(1e30, '2026-01-01', '2026-02-01')$$,
    $$penalite_retard(1000, 'infinity', '2026-02-01')$$,
    $$penalite_retard(1000, '2026-01-01', 'infinity')$$,
    $$penalite_retard(1000, '-infinity', '2026-02-01')$$,
    $$penalite_retard(999999999999999999.999999, '4713-01-01 BC', '5874897-12-31', '999,9999', 'actuel', 6)$$,
    $$penalite_retard(1000, '2026-12-01', '2027-01-01')$$,
    $$penalite_retard(1000, '2026-12-31', '2027-01-01', 'BCE+8 fixe')$$,
    $$penalite_retard(1000, '2026-12-30', '2030-01-01', 'BCE+8 fixe')$$,
    $$decompte_penalite(1000, '2026-12-01', '2027-01-01')$$,
    $$decompte_penalite(1000, '2026-01-01', 'infinity')$$,
    $$interet_journalier(1000, '2026-12-01', '2026-12-31')$$,
    $$interet_journalier(1000, '2026-12-01', '2026-12-30')$$]) AS r;

\echo == movements of one invoice, worked by hand
CREATE TEMP TABLE m (facture integer, montant numeric, le date);
INSERT INTO m VALUES
    (1, 10000, '2024-12-02'), (1, -4000, '2025-07-01'),
    (2, 10000, '2024-12-02'), (2, -10000, '2024-12-31'),                -- paid before it is due
    (3, 10000, '2024-12-02'), (3, -10000, '2025-01-01'),                -- paid on the day
    (4, 10000, '2024-12-02'), (4, -12000, '2025-02-01'), (4, 2000, '2025-12-01'),   -- too much, then paid back
    (5, 10000, '2024-12-02'), (5, -10000, '2025-02-01'), (5, 10000, '2025-03-01'),  -- cheque bounced
    (6, 10000, '2024-12-02'), (6, -10000, '2026-01-02'),                -- paid after the date looked at
    (7, -500, '2024-12-02'),                                            -- a credit note
    (8, 10000, '2024-12-02'), (8, NULL, '2025-02-01'),
    (9, NULL, '2025-02-01'),
    (10, 10000, '2026-06-01');                                          -- invoiced after the date looked at
SELECT facture, creances.penalite_mouvements(montant, le, '2025-01-01', '2026-01-01', '10'), creances.penalite_mouvements(montant, le, '2025-01-01', '2026-01-01', '10', 'actuel'),
       creances.penalite_mouvements(montant, le, '2025-01-01', '2026-01-01', '10', '365', 4)
FROM m GROUP BY facture ORDER BY facture;
SELECT creances.penalite_mouvements(montant, le, '2025-01-01', '2026-01-01', '10') IS NULL FROM m WHERE false;
-- a rate that is not needed is not asked for
SELECT creances.penalite_mouvements(v.m, v.d, '2026-12-01', '2030-01-01', 'BCE+10') FROM (VALUES (1000, date '2026-11-01'), (-1000, '2026-12-31')) AS v (m, d);
SELECT pg_temp.erreur($$SELECT creances.penalite_mouvements(v.m, v.d, '2026-12-01', '2030-01-01', 'BCE+10') FROM (VALUES (1000, date '2026-11-01'), (-1000, '2027-01-01')) AS v (m, d)$$);
-- a 'fixe' rate is the invoice's, not the payment's
SELECT creances.penalite_mouvements(v.m, v.d, '2025-06-29', '2026-06-29', 'BCE+8 fixe'), creances.penalite_retard(36500, '2025-06-29', '2026-06-29', 'BCE+8 fixe') / 2
FROM (VALUES (36500, date '2025-06-01'), (-18250, '2025-06-29')) AS v (m, d);

\echo == random movements, day by day
CREATE TEMP TABLE factures AS
SELECT f, e AS echeance, least(e + (random() * 900)::integer, date '2026-12-31') AS au, (random() * 12.999 - 0.4999)::integer AS regle,
       (ARRAY['365', 'actuel', '360'])[1 + (random() * 2.999 - 0.4999)::integer] AS base, (random() * 6)::integer AS decimales
FROM (SELECT f, date '2000-01-01' + (random() * 9850)::integer AS e FROM generate_series(1, :n / 5) AS f) AS d;
CREATE TEMP TABLE mouvements AS
SELECT f.f, round((random() * 100000)::numeric, 2) AS montant, f.echeance - (random() * 60)::integer AS le FROM factures AS f
UNION ALL
SELECT f.f, round(((random() - 0.75) * 80000)::numeric, 2), f.echeance - 40 + (random() * 900)::integer
FROM factures AS f, generate_series(1, 12) AS k WHERE k <= f.f % 13;
CREATE INDEX ON mouvements (f);
ANALYZE mouvements;
ANALYZE factures;
CREATE TEMP TABLE agregat AS
SELECT f.f, creances.penalite_mouvements(m.montant, m.le, f.echeance, f.au, r.texte::creances.taux_retard, f.base, f.decimales) AS obtenu,
       creances.penalite_mouvements(m.montant, m.le, f.echeance, f.au, r.texte::creances.taux_retard, f.base, f.decimales ORDER BY m.le DESC, m.montant) AS autre_ordre
FROM factures AS f JOIN regles AS r ON r.n = f.regle JOIN mouvements AS m USING (f) GROUP BY f.f;
CREATE INDEX ON factures (f);
ANALYZE agregat;
SELECT count(*) = :n / 5 AS all_cases, count(*) FILTER (WHERE obtenu IS DISTINCT FROM attendu) AS wrong, count(*) FILTER (WHERE obtenu <> autre_ordre) AS order_matters,
       bool_or(obtenu > 0) AS some_due
FROM agregat JOIN LATERAL (
    SELECT round(coalesce(sum(greatest(0, (SELECT sum(m.montant) FROM mouvements AS m WHERE m.f = f.f AND m.le < j.jour))
                              * (r.plus + r.fois * CASE WHEN r.fixe THEN CASE r.indice WHEN 'bce' THEN p.bce WHEN 'til' THEN p.til ELSE p.tilp END
                                                        ELSE CASE r.indice WHEN 'bce' THEN j.bce WHEN 'til' THEN j.til ELSE j.tilp END END)
                              * CASE WHEN f.base <> 'actuel' THEN 1 WHEN j.annee = 365 THEN 366 ELSE 365 END
                              + 0.000000000000000000000000000000), 0)
                 / (100 * CASE f.base WHEN '365' THEN 365 WHEN '360' THEN 360 ELSE 365 * 366 END), f.decimales) AS attendu
    FROM factures AS f JOIN regles AS r ON r.n = f.regle LEFT JOIN jours AS p ON p.jour = f.echeance + 1
         LEFT JOIN jours AS j ON j.jour > f.echeance AND j.jour <= f.au
    WHERE f.f = agregat.f GROUP BY f.decimales, f.base) AS o ON true;

\echo == in parallel, and with the states of a tuple
CREATE TABLE mouvements_p AS
SELECT m.f, m.montant, m.le, f.echeance, f.au, r.texte::creances.taux_retard AS taux, f.base, f.decimales
FROM mouvements AS m JOIN factures AS f USING (f) JOIN regles AS r ON r.n = f.regle;
ANALYZE mouvements_p;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SELECT pg_temp.parallele('SELECT f, creances.penalite_mouvements(montant, le, echeance, au, taux, base, decimales) FROM mouvements_p GROUP BY f');
SELECT count(*) FILTER (WHERE p.x IS DISTINCT FROM a.obtenu) AS wrong, count(*) = :n / 5 AS all_cases
FROM (SELECT f, creances.penalite_mouvements(montant, le, echeance, au, taux, base, decimales) AS x FROM mouvements_p GROUP BY f) AS p FULL JOIN agregat AS a USING (f);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

\echo == refused by the aggregate
SELECT pg_temp.erreur('SELECT creances.penalite_mouvements' || r) FROM unnest(ARRAY[
    $$(montant, le, le, '2026-01-01', '10') FROM m WHERE facture = 1$$,
    $$(montant, le, '2025-01-01', le, '10') FROM m WHERE facture = 1$$,
    $$(montant, le, '2025-01-01', '2026-01-01', montant::text::creances.taux_retard) FROM (VALUES (1, date '2025-01-01'), (2, '2025-01-01')) AS v (montant, le)$$,
    $$(montant, le, '2025-01-01', '2026-01-01', '10', CASE WHEN montant > 0 THEN '365' ELSE '360' END) FROM m WHERE facture = 1$$,
    $$(montant, le, '2025-01-01', '2026-01-01', '10', '365', CASE WHEN montant > 0 THEN 2 ELSE 3 END) FROM m WHERE facture = 1$$,
    $$(montant, NULL, '2025-01-01', '2026-01-01', '10') FROM m WHERE facture = 1$$,
    $$(montant, le, NULL, '2026-01-01', '10') FROM m WHERE facture = 1$$,
    $$(montant, le, '2025-01-01', '2026-01-01', '10', NULL) FROM m WHERE facture = 1$$,
    $$(montant, 'infinity', '2025-01-01', '2026-01-01', '10') FROM m WHERE facture = 1$$,
    $$(montant, le, '2025-01-01', '-infinity', '10') FROM m WHERE facture = 1$$,
    $$(montant + 0.0000001, le, '2025-01-01', '2026-01-01', '10') FROM m WHERE facture = 1$$,
    $$(montant, le, '2025-01-01', '2026-01-01', '10', '366') FROM m WHERE facture = 1$$]) AS r;
SELECT pg_temp.erreur($$SELECT creances._penalite_mouvements_combine('\x00', '\x00')$$);
CREATE AGGREGATE pg_temp.faux (bytea) (SFUNC = creances._penalite_mouvements_combine, STYPE = bytea, FINALFUNC = creances._penalite_mouvements_final, INITCOND = '\x');
SELECT pg_temp.erreur(format('SELECT pg_temp.faux(%L::bytea)', b)) FROM unnest(ARRAY['\x00', '\x' || repeat('00', 200), '\x' || repeat('ff', 200)]) AS b;

\echo == an invoice joined to its payments, worked by hand
-- at 36.5 % a day costs a thousandth: 416 000 day-euros, then 420 000 for ever
SELECT creances.penalite_facture(10000, '2026-03-31', date '2026-03-31' + j, '36,5', p.paiement, p.le)
FROM unnest(ARRAY[0, 30, 59, 60, 61, 200]) AS j, (VALUES (6000, date '2026-03-31' + 30), (4000, '2026-03-31'::date + 60)) AS p (paiement, le) GROUP BY j ORDER BY j;
CREATE TEMP TABLE f (facture integer, montant numeric);
INSERT INTO f VALUES (1, 10000), (2, 10000), (3, 10000), (4, 10000), (5, 10000), (6, 10000), (7, -500), (8, 10000), (9, 0), (10, 1e17);
SELECT f.facture, creances.penalite_facture(f.montant, '2025-01-01', '2026-01-01', '10', -m.montant, m.le) AS penalite, count(m.le) AS paiements,
       creances.penalite_facture(f.montant, '2025-01-01', '2026-01-01', '10', -m.montant, m.le)
       = creances.penalite_retard(f.montant, '2025-01-01', '2026-01-01', '10') AS as_unpaid
FROM f LEFT JOIN m ON m.facture = f.facture AND m.le <> '2024-12-02' AND m.facture <= 8 GROUP BY f.facture, f.montant ORDER BY f.facture;
SELECT creances.penalite_facture(1000, '2025-01-01', '2026-01-01', '10', NULL, le), creances.penalite_facture(1000, '2025-01-01', '2026-01-01', '10', NULL, NULL) FROM m WHERE facture = 1;
SELECT creances.penalite_facture(1000, '2025-01-01', '2026-01-01', '10', 1, le) IS NULL FROM m WHERE false;
-- a rate that is not needed is not asked for
SELECT creances.penalite_facture(1000, '2026-12-01', '2030-01-01', 'BCE+10', 1000, '2026-12-31');
SELECT pg_temp.erreur($$SELECT creances.penalite_facture(1000, '2026-12-01', '2030-01-01', 'BCE+10', 1000, '2027-01-01')$$);

\echo == the same as its movements, in any order, in parallel too
CREATE TABLE factures_p AS
SELECT f.f, round((random() * 100000)::numeric, 2) AS montant, f.echeance, f.au, r.texte::creances.taux_retard AS taux FROM factures AS f JOIN regles AS r ON r.n = f.regle;
CREATE TABLE paiements_p AS SELECT m.f, -m.montant AS paiement, m.le FROM mouvements AS m WHERE m.f % 7 <> 0;
CREATE TABLE jointes_p AS SELECT f.*, p.paiement, p.le FROM factures_p AS f LEFT JOIN paiements_p AS p USING (f) ORDER BY random();
ANALYZE factures_p;
ANALYZE paiements_p;
ANALYZE jointes_p;
CREATE TEMP TABLE par_mouvements AS
SELECT f, creances.penalite_mouvements(u.montant, u.le, f.echeance, f.au, f.taux) AS attendu, count(*) AS mouvements
FROM factures_p AS f JOIN (SELECT f, montant, date '1999-12-31' AS le FROM factures_p UNION ALL SELECT f, -paiement, le FROM paiements_p) AS u USING (f) GROUP BY f;
SELECT count(*) = :n / 5 AS all_cases, count(*) FILTER (WHERE x IS DISTINCT FROM attendu) AS wrong, count(*) FILTER (WHERE y IS DISTINCT FROM x) AS order_matters,
       count(*) FILTER (WHERE mouvements = 1 AND x > 0) > 0 AS some_unpaid, count(*) FILTER (WHERE mouvements > 4 AND x > 0) > 0 AS some_beyond_the_first_room
FROM (SELECT f.f, creances.penalite_facture(f.montant, f.echeance, f.au, f.taux, p.paiement, p.le) AS x,
             creances.penalite_facture(f.montant, f.echeance, f.au, f.taux, p.paiement, p.le ORDER BY p.le DESC, p.paiement) AS y
      FROM factures_p AS f LEFT JOIN paiements_p AS p USING (f) GROUP BY f.f) AS a JOIN par_mouvements USING (f);
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0.01;
SET LOCAL min_parallel_table_scan_size = 0;
SELECT pg_temp.parallele('SELECT f, creances.penalite_facture(montant, echeance, au, taux, paiement, le) FROM jointes_p GROUP BY f');
SELECT count(*) FILTER (WHERE x IS DISTINCT FROM attendu) AS wrong, count(*) = :n / 5 AS all_cases
FROM (SELECT f, creances.penalite_facture(montant, echeance, au, taux, paiement, le) AS x FROM jointes_p GROUP BY f) AS a FULL JOIN par_mouvements USING (f);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

\echo == refused by it
SELECT pg_temp.erreur('SELECT creances.penalite_facture' || r) FROM unnest(ARRAY[
    $$(montant, '2025-01-01', '2026-01-01', '10', 1, le) FROM m WHERE facture = 1$$,
    $$(1000, le, '2026-01-01', '10', 1, le) FROM m WHERE facture = 1$$,
    $$(1000, '2025-01-01', le, '10', 1, le) FROM m WHERE facture = 1$$,
    $$(1000, '2025-01-01', '2026-01-01', montant::text::creances.taux_retard, 1, le) FROM (VALUES (1, date '2025-01-01'), (2, '2025-01-01')) AS v (montant, le)$$,
    $$(NULL, '2025-01-01', '2026-01-01', '10', 1, '2025-02-01')$$,
    $$(1000, NULL, '2026-01-01', '10', 1, '2025-02-01')$$,
    $$(1000, '2025-01-01', NULL, '10', 1, '2025-02-01')$$,
    $$(1000, '2025-01-01', '2026-01-01', NULL, 1, '2025-02-01')$$,
    $$(1000, '2025-01-01', '2026-01-01', '10', 1, NULL)$$,
    $$(1000, '2025-01-01', '2026-01-01', '10', 1, 'infinity')$$,
    $$(1000, 'infinity', '2026-01-01', '10', 1, '2025-02-01')$$,
    $$(1000, '2025-01-01', '-infinity', '10', 1, '2025-02-01')$$,
    $$(1000.0000001, '2025-01-01', '2026-01-01', '10', 1, '2025-02-01')$$,
    $$(1000, '2025-01-01', '2026-01-01', '10', 'NaN', '2025-02-01')$$]) AS r;
SELECT pg_temp.erreur($$SELECT creances._penalite_facture_trans(NULL, 1, '2025-01-01', '2026-01-01', '10', NULL, NULL)$$);
ROLLBACK;
