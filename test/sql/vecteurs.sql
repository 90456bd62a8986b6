-- Published worked examples and the official rates, from the folder of public
-- test data; skipped where there is none.
--
-- One line a vector: its verdict in the file; what the extension makes of it;
-- its columns computed again (segments rounded once, and line by line when that
-- makes a difference; a due date by its words alone); the figures of its case
-- done again through real dates, real rates and dated facts; why it is refused.
--   reproduit     the published figures are ours
--   corrige       they are wrong, ours are those that the file gives instead
--   refuse        the case itself is against the law, as the last column says
--   NON VERIFIE   nobody has computed it: the test is to be completed
--   ECART         we compute something else than the file
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

-- The numbers of a French or English sentence: 1 504,11 and 1504.11 are one.
CREATE FUNCTION pg_temp.nombres(phrase text) RETURNS numeric[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg(m[1]::numeric), '{}')
    FROM regexp_matches(replace(regexp_replace(phrase, '(\d)[ \u00A0\u202F](?=\d{3}(\D|$))', '\1', 'g'), ',', '.'), '\d+(?:\.\d+)?', 'g') AS m $$;
-- Are all these figures, numbers or words, in the sentence?
CREATE FUNCTION pg_temp.y_sont(chiffres text[], phrase text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT cardinality(chiffres) > 0
       AND NOT EXISTS (SELECT FROM unnest(chiffres) AS c
                       WHERE NOT coalesce(CASE WHEN c ~ '^\d+(\.\d+)?$' THEN c::numeric = ANY (pg_temp.nombres(phrase))
                                               ELSE position(c IN phrase) > 0 END, false)) $$;
CREATE FUNCTION pg_temp.en_lettres(jour date) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE extract(day FROM jour) WHEN 1 THEN '1er' ELSE extract(day FROM jour)::text END || ' '
           || ('{janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre}'::text[])[extract(month FROM jour)::integer] $$;

-- A creditor for each vector, his debtor D and as many invoices F1, F2...
CREATE FUNCTION pg_temp.dossier(creancier text, montant numeric, echeance date, taux text DEFAULT NULL, debiteur text DEFAULT 'professionnel',
                                creancier_type text DEFAULT 'professionnel', factures integer DEFAULT 1) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO creances.creancier (creancier, type) VALUES ($1, $6);
    INSERT INTO creances.debiteur (creancier, debiteur, type) VALUES ($1, 'D', $5);
    INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, nee_le, echeance, montant, devise, solde, suivi, cle)
    SELECT $1, 'F' || n, 1, 'D', 'facture', $3 - 30, $3 - 30, $3, $2, 'EUR', $2, 'pg_class', n FROM generate_series(1, $7) AS n;
    IF $4 IS NOT NULL THEN
        PERFORM creances.convenir($1, '2000-01-01', $4::creances.taux_retard, source => 'CGV');
    END IF;
END $$;
CREATE FUNCTION pg_temp.payer(creancier text, le date, montant numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant)
    SELECT $1, 'F1:1:' || count(*) + 1, 'F1', 1, $2, $3 FROM creances.reglement AS r WHERE r.creancier = $1 $$;

-- The segments of a vector as invoices: payments where the principal falls,
-- dated clauses where the rate changes, another invoice where neither would
-- separate two segments.  The days begin in 2013, when the legal rate was 0.04
-- and no stipulated rate was below the floor (beyond two years, in 2010).
CREATE FUNCTION pg_temp.registre(vecteur text, segments text, OUT par_segment text, OUT somme numeric, OUT total numeric, OUT direct text, OUT direct_total numeric)
LANGUAGE plpgsql AS $$
DECLARE
    nom CONSTANT text := 'S ' || vecteur;
    s record;
    depart date;
    jour date;
    n integer := 0;
BEGIN
    INSERT INTO creances.creancier (creancier) VALUES (nom);
    SELECT CASE WHEN bool_or(t.p[4] = '366') THEN date '2011-12-31' WHEN sum(t.p[3]::integer) <= 730 THEN '2012-12-31' ELSE '2009-12-31' END INTO depart
    FROM (SELECT regexp_split_to_array(x, '@') AS p FROM regexp_split_to_table(segments, '\|') AS x) AS t;
    FOR s IN SELECT q.*, q.montant - lag(q.montant) OVER w AS ecart, q.taux <> lag(q.taux) OVER w AS autre_taux, q.base <> lag(q.base) OVER w AS autre_base
             FROM (SELECT t.n, p[1]::numeric AS montant, p[2]::numeric AS taux, p[3]::integer AS jours, CASE p[4] WHEN '366' THEN 'actuel' ELSE p[4] END AS base
                   FROM regexp_split_to_table(segments, '\|') WITH ORDINALITY AS t (x, n), regexp_split_to_array(t.x, '@') AS p) AS q
             WINDOW w AS (ORDER BY q.n) ORDER BY q.n LOOP
        IF s.n = 1 OR s.ecart > 0 OR s.autre_base OR s.ecart = 0 AND NOT s.autre_taux THEN
            n := n + 1;
            jour := depart;
            INSERT INTO creances.debiteur (creancier, debiteur) VALUES (nom, 'D' || n);
            INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, nee_le, echeance, montant, devise, solde, suivi, cle)
            VALUES (nom, 'F' || n, 1, 'D' || n, 'facture', depart - 30, depart - 30, depart, s.montant, 'EUR', s.montant, 'pg_class', n);
            PERFORM creances.convenir(nom, '2000-01-01', s.taux::text::creances.taux_retard, 'D' || n, s.base, source => vecteur);
        ELSE
            IF s.ecart < 0 THEN
                INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant) VALUES (nom, n || ' ' || jour, 'F' || n, 1, jour, -s.ecart);
            END IF;
            IF s.autre_taux THEN
                PERFORM creances.convenir(nom, jour + 1, s.taux::text::creances.taux_retard, 'D' || n, s.base, source => vecteur);
            END IF;
        END IF;
        direct := concat_ws('+', direct, creances.penalite_retard(s.montant, jour, jour + s.jours, s.taux::text::creances.taux_retard, s.base));
        direct_total := coalesce(direct_total, 0) + creances.penalite_retard(s.montant, jour, jour + s.jours, s.taux::text::creances.taux_retard, s.base, 6);
        jour := jour + s.jours;
        UPDATE creances.creance SET details = jsonb_build_object('au', jour) WHERE creancier = nom AND facture = 'F' || n;
    END LOOP;
    direct_total := round(direct_total, 2);
    SELECT sum(creances.penalite_creance(c.creancier, c.facture, 1, (c.details->>'au')::date)),
           sum(creances.penalite_creance(c.creancier, c.facture, 1, (c.details->>'au')::date, arrondi => 'segment'))
      INTO total, somme
    FROM creances.creance AS c WHERE c.creancier = nom;
    SELECT coalesce(string_agg(d.montant::text, '+' ORDER BY c.facture, d.ligne), total::text) INTO par_segment
    FROM creances.creance AS c, creances.decompte_creance(c.creancier, c.facture, 1, (c.details->>'au')::date, arrondi => 'segment') AS d
    WHERE c.creancier = nom AND d.nature = 'interets';
END $$;

-- What the words of a rate ask for: which rules, of which half-years.
CREATE FUNCTION pg_temp.taux_des_mots(entrees text, regime text) RETURNS text[] LANGUAGE sql STABLE AS $$
    WITH mots AS (
        SELECT m[1] AS mot, n
        FROM regexp_matches(entrees, '(plancher|supplétif|(?:BCE|TIL) ?\+ ?\d+|particuliers|professionnels|autres|TIL)', 'g') WITH ORDINALITY AS t (m, n)
        WHERE m[1] <> 'TIL' OR entrees !~ 'particuliers|professionnels|autres'
    ), regles AS (
        SELECT CASE WHEN mot = 'plancher' THEN '3xTIL'
                    WHEN mot = 'supplétif' THEN 'BCE+10'
                    WHEN mot LIKE '%+%' THEN replace(mot, ' ', '')
                    ELSE CASE mot WHEN 'particuliers' THEN 'TILP' ELSE 'TIL' END || CASE WHEN entrees LIKE '%majoré%' THEN '+5' ELSE '' END END AS regle, n
        FROM mots
        UNION ALL
        SELECT CASE regime WHEN 'b2g' THEN 'BCE+8 fixe' ELSE 'BCE+10' END, 0 WHERE NOT EXISTS (SELECT FROM mots)
    ), semestres AS (
        SELECT make_date(coalesce(m[2], m[3])::integer, 6 * coalesce(m[1], m[4])::integer - 5, 1) AS jour
        FROM regexp_matches(entrees, 'S([12]) (\d{4})|(\d{4})[- ]S([12])', 'g') AS m
        UNION ALL
        SELECT make_date(m[1]::integer, mois, 1) FROM regexp_matches(entrees, '\m((?:19|20)\d\d)\M', 'g') AS m, unnest('{1,7}'::integer[]) AS mois
        WHERE entrees !~ 'S[12] \d{4}|\d{4}[- ]S[12]'
    )
    SELECT array_agg(t.taux::text ORDER BY t.n, t.jour)
    FROM (SELECT creances.taux_applicable(r.regle::creances.taux_retard, s.jour) AS taux, r.n, min(s.jour) AS jour FROM regles AS r, semestres AS s GROUP BY 1, 2) AS t $$;

-- What the words of a due date ask for, in a common year: the day and the month
-- of the end of the term; for a décade, what the 30 days count from; for a
-- public buyer's delay, the first day of interest and that of its half-year.
CREATE FUNCTION pg_temp.echeance_des_mots(entrees text, regime text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    delai CONSTANT text := CASE
        WHEN entrees ~ 'périodique|récapitulative' THEN 'recapitulative'
        WHEN entrees ~ 'décade' THEN 'perissables'
        WHEN entrees ~ 'bétail|viande' THEN 'viande'
        WHEN entrees ~ 'spiritueux|alcool' THEN 'spiritueux'
        WHEN entrees ~ 'transport' THEN 'transport'
        WHEN entrees ~ '45 jours,? (puis |et )?fin d[eu] mois|fin d[eu] mois après 45 jours' THEN '45 jours puis fin de mois'
        WHEN entrees ~ 'fin d[eu] mois' AND entrees ~ '45' THEN 'fin de mois puis 45 jours'
        WHEN regime = 'b2g' AND entrees ~ '[56]0 jours' THEN 'public ' || substring(entrees FROM '([56]0) jours')
        WHEN regime = 'b2g' THEN 'public'
        WHEN entrees ~ '60 jours' THEN '60 jours'
        ELSE '30 jours' END;
    mois CONSTANT text[] := '{janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre}';
    m CONSTANT text[] := coalesce(regexp_match(entrees, '(\d\d?)/(\d\d)'), regexp_match(entrees, '(\d\d?)(?:er)? (' || array_to_string(mois, '|') || ')'),
                                  regexp_match(entrees, 'le (\d\d?)() du mois'));
    jour date := make_date(2026, CASE WHEN m[2] ~ '\d' THEN m[2]::integer ELSE coalesce(array_position(mois, m[2]), 1) END, m[1]::integer);
    terme date;
    i record;
BEGIN
    IF entrees ~ 'délai expirant' THEN
        WHILE NOT creances.est_ouvre(jour) LOOP		-- a year in which it is not moved
            jour := (jour - interval '1 year')::date;
        END LOOP;
        SELECT * INTO i FROM creances.interets_moratoires_publics(1000, jour - 30, jour + 1);
        RETURN ARRAY[pg_temp.en_lettres(i.du), pg_temp.en_lettres((SELECT t.debut FROM creances.taux AS t WHERE i.du BETWEEN t.debut AND t.fin AND i.taux = t.taux_public))];
    END IF;
    terme := creances.echeance_legale(jour, delai);
    IF delai = 'perissables' THEN
        RETURN ARRAY['30', extract(day FROM terme - 30)::text];
    END IF;
    RETURN regexp_split_to_array(pg_temp.en_lettres(terme), ' ');
END $$;

-- How to do each case again from its words: the facts, the figures to be found
-- in the file, the reason when it has one.  $1 is the vector.  For what is
-- refused the figures are worked out by hand.  An id that the file does not
-- have is not printed.
CREATE TEMP TABLE mots (id text PRIMARY KEY, issue text, faits text, chiffres text, a_la_main text[], raison text);
INSERT INTO mots (id, issue, faits, chiffres, a_la_main, raison) VALUES
    -- Judgments.  A creditor who is a private person has his own column.
    ('V01', 'reproduit',
     $$SELECT pg_temp.dossier($1, 2000, '2016-09-01', NULL, 'professionnel', 'particulier'),
              creances.consigner($1, 'D', 'condamnation', '2016-09-01', 'jugement', 'F1', taux => 'TILP')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2016-09-30'), creances.penalite_retard(2000, '2016-09-01', '2016-09-30', 'TILP')]$$, NULL, NULL),
    ('V03', 'corrige',
     $$SELECT pg_temp.dossier($1, 2000, '2015-09-17', NULL, 'professionnel', 'particulier'),
              creances.consigner($1, 'D', 'condamnation', '2015-09-17', 'jugement', 'F1', taux => 'TILP'),
              creances.consigner($1, 'D', 'titre_executoire', '2015-09-17', 'signification', 'F1')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2016-04-10'), creances.penalite_creance($1, 'F1', 1, '2016-04-10', arrondi => 'segment')]
              || array_agg(d.jours::numeric ORDER BY d.ligne)
       FROM creances.decompte_creance($1, 'F1', 1, '2016-04-10') AS d WHERE d.nature = 'interets'$$, NULL, NULL),
    -- 2 000 x (4.29 x 61 + 9.29 x 44 + 9.54 x 101) / 36 500, and the last term alone
    ('V04', 'refuse',
     $$SELECT pg_temp.dossier($1, 2000, '2015-09-17', NULL, 'professionnel', 'particulier'),
              creances.consigner($1, 'D', 'condamnation', '2015-09-17', 'jugement', 'F1', taux => 'TILP'),
              creances.consigner($1, 'D', 'titre_executoire', '2015-09-17', 'signification', 'F1'),
              creances.consigner($1, 'D', 'capitalisation', '2014-12-31', 'au 31 décembre', 'F1')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2016-04-10', arrondi => 'segment'), (array_agg(d.montant ORDER BY d.ligne DESC))[1]]
       FROM creances.decompte_creance($1, 'F1', 1, '2016-04-10', arrondi => 'segment') AS d WHERE d.nature = 'interets'$$, '{89.54,52.80}',
     $$SELECT d.texte FROM creances.decompte_creance($1, 'F1', 1, '2016-04-10') AS d WHERE d.nature = 'capitalisation' AND d.du = '2015-12-31' AND d.montant = 0$$),

    -- Between professionals.
    ('V06', 'reproduit', $$SELECT pg_temp.dossier($1, 600, '2026-07-01')$$,
     $$SELECT ARRAY[r.penalites, r.total] FROM creances.reste_du($1, 'F1', 1, '2026-07-31') AS r$$, NULL, NULL),
    ('V07', 'reproduit', $$SELECT pg_temp.dossier($1, 5000, '2021-03-31')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2021-04-30')]$$, NULL, NULL),
    -- one day of lateness, and none on the due date, neither interest nor 40 EUR
    ('V09', 'reproduit', $$SELECT pg_temp.dossier($1, 1850, '2026-05-15')$$,
     $$SELECT ARRAY[l.penalites] FROM creances.reste_du($1, 'F1', 1, '2026-05-16') AS l, creances.reste_du($1, 'F1', 1, '2026-05-15') AS e
       WHERE l.indemnite = 40 AND e.penalites = 0 AND e.indemnite = 0$$, NULL, NULL),
    ('V10', 'reproduit', $$SELECT pg_temp.dossier($1, 1850, '2026-05-15', '15 %')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2026-06-29')]$$, NULL, NULL),
    ('V11', 'reproduit', $$SELECT pg_temp.dossier($1, 1850, '2026-05-15', '5 %')$$,
     $$SELECT ARRAY[d.montant] FROM creances.decompte_creance($1, 'F1', 1, '2026-06-29') AS d
       WHERE d.nature = 'interets' AND d.taux = creances.taux_applicable('3xTIL', '2026-05-15')$$, NULL,
     $$SELECT d.texte FROM creances.decompte_creance($1, 'F1', 1, '2026-06-29') AS d WHERE d.nature = 'interets' AND d.texte LIKE '%inférieur au plancher%'$$),
    -- whatever was agreed with a public buyer
    ('V12', 'reproduit', $$SELECT pg_temp.dossier($1, 1850, '2026-05-15', '15 %', 'public')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2026-06-29'), i.interets]
       FROM creances.interets_moratoires_publics(1850, date '2026-05-15' - 30, '2026-06-29') AS i$$, NULL, NULL),
    -- a consumer: nothing before the mise en demeure, never the 40 EUR
    ('V13', 'reproduit',
     $$SELECT pg_temp.dossier($1, 1850, '2026-04-30', NULL, 'consommateur'),
              creances.consigner($1, 'D', 'mise_en_demeure', '2026-05-31', 'LRAR reçue', 'F1')$$,
     $$SELECT ARRAY[r.penalites] FROM creances.reste_du($1, 'F1', 1, '2026-06-30') AS r, creances.reste_du($1, 'F1', 1, '2026-05-31') AS a
       WHERE r.indemnite = 0 AND a.penalites = 0$$, NULL, NULL),
    ('V15', 'reproduit', $$SELECT pg_temp.dossier($1, 1200, '2026-03-31')$$,
     $$SELECT ARRAY[r.penalites, r.total] FROM creances.reste_du($1, 'F1', 1, '2026-04-30') AS r$$, NULL, NULL),
    ('V16', 'reproduit', $$SELECT pg_temp.dossier($1, 10000, '2025-12-31', '12,40 %')$$,
     $$SELECT ARRAY[r.penalites, r.penalites + r.indemnite] FROM creances.reste_du($1, 'F1', 1, '2026-12-31') AS r$$, NULL, NULL),
    -- at the rate stipulated, then at the two rates that the law gives by default
    ('V18', 'corrige', $$SELECT pg_temp.dossier($1, 1000, '2026-04-24')$$,
     $$SELECT ARRAY[creances.penalite_retard(1000, '2026-04-24', '2026-08-02', '12,15'), creances.penalite_creance($1, 'F1', 1, '2026-08-02')]$$, NULL, NULL),
    -- the rate stipulated is the floor itself
    ('V19', 'reproduit', $$SELECT pg_temp.dossier($1, 3000, '2024-08-31', '14,76 %')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2024-09-30')]$$, NULL, NULL),
    ('V21', 'corrige', $$SELECT pg_temp.dossier($1, 1000, '2025-03-31')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2025-04-30')]$$, NULL, NULL),
    ('V22', 'corrige', $$SELECT pg_temp.dossier($1, 1000, '2023-09-14')$$,
     $$SELECT ARRAY[r.penalites, creances.indemnite_forfaitaire('2023-09-14', '2023-09-24'), r.penalites + r.indemnite] FROM creances.reste_du($1, 'F1', 1, '2023-09-24') AS r$$,
     NULL, NULL),
    -- 1 000 x 1.95 x 45 / 36 500
    ('V24', 'refuse', $$SELECT pg_temp.dossier($1, 1000, '2010-03-31', '1,5 x TIL')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2010-05-15'),
                    least(creances.taux_applicable('3xTIL', '2010-04-01'), creances.taux_applicable('BCE+10', '2010-04-01'))]$$, '{2.40,1.95}',
     $$SELECT d.texte FROM creances.decompte_creance($1, 'F1', 1, '2010-05-15') AS d WHERE d.nature = 'interets' AND d.texte LIKE '%inférieur au plancher%'$$),

    -- Across half-years.  Penalties stay due once the principal is paid.
    ('V25', 'reproduit', $$SELECT pg_temp.dossier($1, 10000, '2026-06-20'), pg_temp.payer($1, '2026-07-10', 10000)$$,
     $$SELECT (SELECT array_agg(d.montant ORDER BY d.ligne) FROM creances.decompte_creance($1, 'F1', 1, '2026-12-31') AS d WHERE d.nature = 'interets')
              || ARRAY[creances.penalite_creance($1, 'F1', 1, '2026-07-10'), creances.penalite_retard(10000, '2026-06-20', '2026-07-10'),
                       creances.penalite_retard(10000, '2026-06-20', '2026-07-10', arrondi => 'segment'), r.penalites, r.total]
       FROM creances.reste_du($1, 'F1', 1, '2026-12-31') AS r WHERE r.principal = 0$$, NULL, NULL),
    ('V27', 'corrige', NULL,
     $$SELECT ARRAY[creances.penalite_retard(10000, '2024-01-01', '2025-11-01', 'TIL'),
                    creances.penalite_retard(10000, '2024-01-01', '2025-11-01', 'TIL', arrondi => 'segment')]$$, NULL, NULL),
    -- a deposit paid before the due date
    ('V28', 'corrige', $$SELECT pg_temp.dossier($1, 10000, '2026-07-01'), pg_temp.payer($1, '2026-06-15', 4000)$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, date '2026-07-01' + 64)]$$, NULL, NULL),
    -- The published cases at 10 % are of 2025, when a clause of 10 % is below the
    -- floor: here the same days of 2021, when 10 % is the rate by default.
    ('V29', 'reproduit', $$SELECT pg_temp.dossier($1, 10000, '2021-01-01'), pg_temp.payer($1, '2021-07-01', 4000)$$,
     $$SELECT ARRAY[r.total] FROM creances.reste_du($1, 'F1', 1, '2022-01-01', 'interets') AS r$$, NULL, NULL),
    ('V30', 'reproduit', $$SELECT pg_temp.dossier($1, 10000, '2021-01-01'), pg_temp.payer($1, '2021-07-01', 4000)$$,
     $$SELECT ARRAY[r.principal, r.penalites, r.total] FROM creances.reste_du($1, 'F1', 1, '2022-01-01') AS r$$, NULL, NULL),
    ('V31', 'reproduit', $$SELECT pg_temp.dossier($1, 10000, '2021-01-01'), pg_temp.payer($1, '2021-03-01', 10000)$$,
     $$SELECT ARRAY[r.principal, r.penalites, r.total] FROM creances.reste_du($1, 'F1', 1, '2022-01-01', 'interets') AS r$$, NULL, NULL),
    ('V33', 'reproduit', $$SELECT pg_temp.dossier($1, 10000, '2021-01-01', '10 %'), creances.convenir($1, '2021-07-02', '20 %', source => 'avenant')$$,
     $$SELECT ARRAY[creances.penalite_creance($1, 'F1', 1, '2022-01-01')]$$, NULL, NULL),
    ('V34', 'reproduit', NULL, $$SELECT ARRAY[creances.penalite_retard(10000, '2024-01-01', '2025-01-01', '10')]$$, NULL, NULL),
    ('V35', 'reproduit', NULL, $$SELECT ARRAY[creances.penalite_retard(10000, '2023-12-31', '2024-12-31', '10', 'actuel')]$$, NULL, NULL),
    ('V36', 'reproduit', $$SELECT pg_temp.dossier($1, 10000, '2021-01-01', factures => 2)$$,
     $$SELECT ARRAY[sum(r.principal), sum(r.penalites), sum(r.indemnite), sum(r.total)] FROM creances.reste_du_debiteur($1, 'D', '2022-01-01') AS r$$, NULL, NULL),
    -- a year at 15 % on 20 000 is 3 000
    ('V37', 'reproduit', $$SELECT pg_temp.dossier($1, 20000, '2021-01-01', '15 %'), pg_temp.payer($1, '2022-01-01', 18000)$$,
     $$SELECT ARRAY[r.principal, 20000 - r.principal] FROM creances.reste_du($1, 'F1', 1, '2022-01-01', 'interets') AS r WHERE r.penalites = 0 AND r.penalites_courues = 3000$$,
     NULL, NULL),

    -- Due dates.
    ('E01', 'reproduit', NULL,
     $$SELECT ARRAY[pg_temp.en_lettres(creances.echeance_legale('2026-01-02', 'fin de mois puis 45 jours'))]
       WHERE creances.echeance_legale('2028-01-02', 'fin de mois puis 45 jours') = '2028-03-16'$$, NULL, NULL),
    ('E02', 'reproduit', NULL,
     $$SELECT ARRAY[split_part(pg_temp.en_lettres(creances.echeance_legale('2026-01-02', '45 jours puis fin de mois')), ' ', 1),
                    pg_temp.en_lettres(creances.echeance_legale('2028-01-02', '45 jours puis fin de mois'))]$$, NULL, NULL),
    ('E03', 'reproduit', NULL,
     $$SELECT ARRAY[pg_temp.en_lettres(creances.echeance_legale('2026-02-15', '45 jours puis fin de mois'))]
       WHERE creances.echeance_legale('2028-02-15', '45 jours puis fin de mois') = '2028-03-31'$$, NULL, NULL),
    ('E05', 'reproduit', NULL,
     $$SELECT ARRAY['30 jours comptés du ' || extract(day FROM e - 30)] FROM creances.echeance_legale(NULL, 'perissables', '2026-01-05') AS e
       WHERE (e - 30) - date '2026-01-05' < 10$$, NULL, NULL),
    -- a delay that ends on a working day of each half-year
    ('E06', 'reproduit', NULL,
     $$SELECT ARRAY['dès le ' || pg_temp.en_lettres(i.du), 'au taux du ' || pg_temp.en_lettres(t.debut)]
       FROM creances.interets_moratoires_publics(1000, date '2026-03-24' - 30, '2026-12-31') AS i
       JOIN creances.taux AS t ON i.du BETWEEN t.debut AND t.fin AND i.taux = t.taux_public,
            creances.interets_moratoires_publics(1000, date '2026-07-24' - 30, '2026-12-31') AS j
       WHERE j.du = '2026-07-25' AND j.taux <> i.taux AND j.taux = (SELECT s2.taux_public FROM creances.taux AS s2 WHERE s2.debut = '2026-07-01')$$, NULL, NULL);

CREATE FUNCTION pg_temp.dire(requete text, vecteur text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r text;
BEGIN
    EXECUTE replace(requete, '$1', quote_literal(vecteur)) INTO r;
    RETURN r;
END $$;

CREATE FUNCTION pg_temp.verifier(x v, OUT issue text, OUT arithmetique text, OUT chiffres text[], OUT raison text) LANGUAGE plpgsql AS $$
DECLARE
    m mots;
    r record;
    juste boolean;
    sans_faute CONSTANT text := concat_ws(' ; ', x.correct, x.note);
BEGIN
    -- its columns: the segments, in each of the two roundings, by two ways
    IF x.segments IS NOT NULL THEN
        r := pg_temp.registre(x.id, x.segments);
        juste := coalesce(r.par_segment = x.par_segment AND r.direct = x.par_segment AND r.somme = x.somme::numeric
                          AND r.total = x.total::numeric AND r.direct_total = x.total::numeric, false);
        arithmetique := concat_ws(' / ', r.total, CASE WHEN r.somme <> r.total THEN r.par_segment || '=' || r.somme END)
                        || CASE WHEN juste THEN '' ELSE ' FAUX' END;
    ELSIF x.categorie = 'echeance' THEN
        chiffres := pg_temp.echeance_des_mots(x.entrees, x.regime);
        juste := pg_temp.y_sont(chiffres, CASE WHEN x.verdict LIKE 'exact%' THEN x.publie ELSE sans_faute END);
        arithmetique := array_to_string(chiffres, ' ') || CASE WHEN juste THEN '' ELSE ' FAUX' END;
    ELSIF x.categorie = 'taux' THEN
        chiffres := pg_temp.taux_des_mots(x.entrees, x.regime);
    END IF;

    -- its words
    SELECT * INTO m FROM mots WHERE mots.id = x.id;
    IF FOUND THEN
        PERFORM pg_temp.dire(m.faits, x.id) WHERE m.faits IS NOT NULL;
        -- (an amount of a view has three decimals)
        chiffres := regexp_replace(pg_temp.dire(m.chiffres, x.id), '(\d\.\d\d)0\M', '\1', 'g');
        IF m.raison IS NOT NULL THEN
            raison := pg_temp.dire(m.raison, x.id);
        END IF;
        issue := CASE WHEN juste IS NOT FALSE AND (m.raison IS NULL OR raison IS NOT NULL)
                           AND CASE m.issue
                                   WHEN 'reproduit' THEN x.verdict LIKE 'exact%' AND pg_temp.y_sont(chiffres, x.publie)
                                   WHEN 'corrige' THEN pg_temp.y_sont(chiffres, sans_faute) AND NOT pg_temp.y_sont(chiffres[1:1], x.publie)
                                   ELSE x.verdict <> 'exact' AND chiffres = m.a_la_main AND NOT pg_temp.y_sont(chiffres[1:1], x.publie) END
                      THEN m.issue ELSE 'ECART' END;
        RETURN;
    END IF;
    -- without them; a figure that is exact arithmetic on a wrong rate would need them
    IF x.segments IS NOT NULL AND juste THEN
        chiffres := ARRAY[(CASE WHEN pg_temp.y_sont(ARRAY[r.somme::text], CASE WHEN x.verdict LIKE 'exact%' THEN x.publie ELSE sans_faute END)
                                THEN r.somme ELSE r.total END)::text];
    END IF;
    issue := CASE WHEN juste IS FALSE THEN 'ECART'
                  WHEN x.verdict LIKE 'exact%' AND x.verdict !~ 'faux|douteux' AND pg_temp.y_sont(chiffres, x.publie) THEN 'reproduit'
                  WHEN x.verdict NOT LIKE 'exact%' AND pg_temp.y_sont(chiffres, sans_faute) AND NOT pg_temp.y_sont(chiffres, x.publie) THEN 'corrige'
                  ELSE 'NON VERIFIE' END;
EXCEPTION WHEN OTHERS THEN
    issue := 'ECART';
    raison := SQLERRM;
END $$;
CREATE TEMP TABLE lignes AS
SELECT v.id, v.verdict, l.issue, l.arithmetique, array_to_string(l.chiffres, ' ') AS chiffres, l.raison FROM v, LATERAL pg_temp.verifier(v) AS l;

\echo == one line a vector
SELECT id, verdict, issue, arithmetique, chiffres, raison FROM lignes ORDER BY translate(left(id, 1), 'VET', '123'), id;

\echo == how many, of which nobody has computed (none, and no other figure than the file)
SELECT issue, count(*) FROM lignes GROUP BY issue ORDER BY issue COLLATE "C";
SELECT (SELECT count(*) FROM v) = count(*) AS all_of_them, count(*) FILTER (WHERE issue = 'NON VERIFIE') AS non_verifie, count(*) FILTER (WHERE issue = 'ECART') AS ecart,
       count(*) FILTER (WHERE verdict = 'exact' AND issue <> 'reproduit') AS exact_but_not_reproduced
FROM lignes;

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
