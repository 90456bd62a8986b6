-- Penalties and statement of a receivable against an oracle: slow, obvious SQL,
-- written from the text of the law, one step a day, on the raw tables.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET jit = off; -- for the test's own queries
\pset format unaligned
\pset tuples_only on
\set n 3000
\getenv long CREANCES_LONG
\if :{?long}
SELECT CASE WHEN :'long' IN ('', '0') THEN 3000 ELSE 200000 END AS n \gset
\endif
BEGIN;
CREATE EXTENSION creances;

-- The rules of rates, read here and not by the type: fois x indice + plus.
CREATE TEMP TABLE regles (texte text PRIMARY KEY, fois numeric, indice text, plus numeric, fixe boolean, poids integer, juge boolean);
INSERT INTO regles VALUES
    ('BCE+10', 1, 'bce', 10, false, 3, true), ('BCE+12', 1, 'bce', 12, false, 2, false), ('BCE+8', 1, 'bce', 8, false, 2, false),
    ('3xTIL', 3, 'til', 0, false, 2, false), ('TIL', 1, 'til', 0, false, 1, true), ('TILP', 1, 'tilp', 0, false, 0, true),
    ('TIL+10', 1, 'til', 10, false, 2, false), ('2xTIL+1', 2, 'til', 1, false, 1, false), ('BCE+10 fixe', 1, 'bce', 10, true, 1, false),
    ('BCE+11.5 fixe', 1, 'bce', 11.5, true, 1, false), ('12', 0, 'bce', 12, false, 3, false), ('15', 0, 'bce', 15, false, 2, true),
    ('13.4567', 0, 'bce', 13.4567, false, 1, false), ('4', 0, 'bce', 4, false, 2, true), ('5', 0, 'bce', 5, false, 0, false), ('0.5', 0, 'bce', 0.5, false, 1, false),
    ('0', 0, 'bce', 0, false, 1, false), ('18', 0, 'bce', 18, false, 2, false), ('TIL+3', 1, 'til', 3, false, 0, true);
CREATE TEMP TABLE jours AS
SELECT j::date AS jour, to_char(j, 'YYYY') || CASE WHEN extract(month FROM j) <= 6 THEN 'S1' ELSE 'S2' END AS semestre,
       extract(doy FROM make_date(extract(year FROM j)::integer, 12, 31))::integer AS annee,
       t.bce, t.til_professionnels AS til, t.til_particuliers AS tilp
FROM generate_series(date '2011-06-01', '2026-12-31', '1 day') AS j
JOIN creances.taux_semestre AS t
  ON t.debut = make_date(extract(year FROM j)::integer, CASE WHEN extract(month FROM j) <= 6 THEN 1 ELSE 7 END, 1);
CREATE UNIQUE INDEX ON jours (jour);
ANALYZE jours;
ANALYZE regles;
-- each rule is known to the type under the name it has here
SELECT count(*) FROM regles WHERE replace(texte, ',', '.')::creances.taux_retard IS NULL;
UPDATE regles SET texte = texte::creances.taux_retard::text;

-- ---------------------------------------------------------------- the oracle
--
-- C. com. L441-10 II and D441-5 (professionals, floor, 40 EUR), CCP R2192-31 and
-- R2192-10 (public buyers), C. civ. 1344-1 and 1231-7, CMF L313-2 (consumers),
-- CMF L313-3 (five points), C. civ. 1343-1 (interest first), 1343-2 (interest on
-- interest), 1343-5 (days of grace), 1348-1 (set-off), C. com. L622-28 and L622-17
-- (insolvency), CPCE L111-8 (costs).
--
-- A day is: its interest, the 40 EUR, costs, credit notes and changes of the
-- amount, waivers, payments and set-off, capitalisation.

-- The amount of a receivable in the evening of a day: the oldest of the states
-- that were changed later, else today's.
CREATE FUNCTION pg_temp.montant_le(c creances.creance, soir date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT v.montant FROM creances.creance_version AS v
                     WHERE v.creancier = c.creancier AND v.facture = c.facture AND v.rang = c.rang AND v.jusque > soir
                     ORDER BY v.version LIMIT 1), c.montant) $$;

-- The row as it stood on a day; its amount is looked up apart.
CREATE FUNCTION pg_temp.etat(p_creancier text, p_facture text, p_rang integer, au date) RETURNS creances.creance LANGUAGE plpgsql STABLE AS $$
DECLARE
    c creances.creance;
    v creances.creance_version;
BEGIN
    SELECT y.* INTO STRICT c FROM creances.creance AS y WHERE y.creancier = p_creancier AND y.facture = p_facture AND y.rang = p_rang;
    SELECT y.* INTO v FROM creances.creance_version AS y
    WHERE y.creancier = p_creancier AND y.facture = p_facture AND y.rang = p_rang AND y.jusque > au ORDER BY y.version LIMIT 1;
    IF FOUND THEN
        c.echeance := v.echeance;
        c.emission := v.emission;
        c.nee_le := v.nee_le;
    END IF;
    RETURN c;
END $$;

-- What interest is asked on: with 'origine' a smaller amount known later was the right one from the start.
CREATE FUNCTION pg_temp.montant_retenu(c creances.creance, soir date, au date, correction text) RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    m numeric := pg_temp.montant_le(c, soir);
    v record;
BEGIN
    IF correction = 'origine' THEN
        FOR v IN SELECT x.jusque FROM creances.creance_version AS x
                 WHERE x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > soir AND x.jusque <= au LOOP
            m := least(m, pg_temp.montant_le(c, v.jusque));
        END LOOP;
    END IF;
    RETURN m;
END $$;

-- Payments that were not taken back: after each record, the lowest level that
-- follows it. What a rejection removes was never paid.
CREATE FUNCTION pg_temp.paiements(c creances.creance, au date) RETURNS TABLE (le date, montant numeric) LANGUAGE sql STABLE AS $$
    SELECT le, bon - lag(bon, 1, 0::numeric) OVER (ORDER BY n)
    FROM (SELECT n, le, min(niveau) OVER (ORDER BY n ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS bon
          FROM (SELECT row_number() OVER w AS n, r.le, sum(r.montant) OVER w AS niveau
                FROM creances.reglement AS r
                WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= au
                  AND r.nature IN ('paiement', 'annulation')
                WINDOW w AS (ORDER BY r.connu_le, r.reglement ROWS UNBOUNDED PRECEDING)) AS x) AS y $$;

CREATE FUNCTION pg_temp.avoirs(c creances.creance, du date, au date) RETURNS numeric LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(r.montant), 0) FROM creances.reglement AS r
    WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le BETWEEN du AND au
      AND r.nature NOT IN ('paiement', 'annulation') $$;

-- The day the debt was born.
CREATE FUNCTION pg_temp.naissance(c creances.creance) RETURNS date LANGUAGE sql STABLE AS $$ SELECT coalesce(c.livraison, c.emission, c.nee_le) $$;

-- The acts that concern a receivable and count on a day. What a demand, a judge
-- or a contract said of all debts, it said of those that were born.
CREATE FUNCTION pg_temp.actes(c creances.creance, au date) RETURNS SETOF creances.acte LANGUAGE sql STABLE AS $$
    SELECT a.* FROM creances.acte AS a
    WHERE a.creancier = c.creancier AND a.debiteur = c.debiteur AND a.facture IN ('', c.facture) AND a.rang IN (0, c.rang)
      AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au)
      AND (a.facture <> '' OR pg_temp.naissance(c) <= a.le
           OR a.genre NOT IN ('mise_en_demeure', 'condamnation', 'titre_executoire', 'capitalisation', 'delai_de_grace', 'demande_en_justice')) $$;

-- The term: a due date that was brought forward is not one before the debtor could
-- know; a public buyer's is put off to the next working day.
CREATE FUNCTION pg_temp.terme(c creances.creance, au date) RETURNS date LANGUAGE plpgsql STABLE AS $$
DECLARE
    d creances.debiteur;
    v creances.creance_version;
    avant date := '1900-01-01';
    t date := c.echeance;
BEGIN
    FOR v IN SELECT x.* FROM creances.creance_version AS x
             WHERE x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque <= au ORDER BY x.version LOOP
        -- a state that was replaced on its own day never held
        IF v.jusque > avant THEN
            t := greatest(t, least(v.echeance, v.jusque - 1));
        END IF;
        avant := v.jusque;
    END LOOP;
    SELECT x.* INTO d FROM creances.debiteur AS x WHERE x.creancier = c.creancier AND x.debiteur = c.debiteur;
    IF d.type = 'public' AND (SELECT k.type = 'professionnel' FROM creances.creancier AS k WHERE k.creancier = c.creancier) THEN
        WHILE extract(isodow FROM t) >= 6 OR creances.est_ferie(t, d.zone) LOOP
            t := t + 1;
        END LOOP;
    END IF;
    RETURN t;
END $$;

-- The first late day, one that the judge did not grant.
CREATE FUNCTION pg_temp.premier_retard(c creances.creance, au date) RETURNS date LANGUAGE plpgsql STABLE AS $$
DECLARE
    jour date := pg_temp.terme(c, au) + 1;
BEGIN
    WHILE EXISTS (SELECT FROM pg_temp.actes(c, au) AS a WHERE a.genre = 'delai_de_grace' AND jour BETWEEN a.le AND a.jusque) LOOP
        jour := jour + 1;
    END LOOP;
    RETURN jour;
END $$;

-- Is anything owed that morning?
CREATE FUNCTION pg_temp.en_retard(c creances.creance, jour date, au date, correction text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT jour <= au AND pg_temp.montant_retenu(c, jour - 1, au, correction)
                          > pg_temp.avoirs(c, '1900-01-01', jour - 1) + (SELECT coalesce(sum(p.montant), 0) FROM pg_temp.paiements(c, au) AS p WHERE p.le < jour) $$;

CREATE FUNCTION pg_temp.oracle(p_creancier text, p_facture text, p_rang integer, p_au date, p_imputation text, p_arrondi text, p_correction text,
    OUT penalites numeric, OUT reste_principal numeric, OUT reste_penalites numeric, OUT reste_indemnite numeric, OUT reste_frais numeric, OUT en_compte numeric)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_variable
DECLARE
    c creances.creance;
    a creances.acte;
    j record;
    regime text;
    nd integer;
    base text := '365';
    une_par text := 'facture';
    ordre text[];
    facturee date;
    debut date;
    depart date;                  -- interest runs from the next day
    terme date;
    demande date;                 -- what makes a consumer's interest run
    jugement date;
    titre date;
    cap date;
    anniversaires date[];
    graces boolean;
    juges boolean;
    contrats boolean;
    premier jours;
    r regles;
    taux numeric;
    plancher numeric;
    indexe boolean;
    retard date;
    forfait boolean;
    mouvement boolean;
    evenements date[];
    paye_le date[];
    paye numeric[];
    m numeric;
    m2 numeric;
    x numeric;
    reste numeric;
    poste text;
    principal numeric;
    compte numeric := 0;
    frais numeric := 0;
    indemnite numeric := 0;
    courus numeric := 0;          -- interest of the lines that are closed, rounded
    ligne numeric := 0;           -- of the open one: sum of principal x rate x weight of the day
    diviseur numeric;
    eteints numeric := 0;         -- interest paid or waived
    capitalise numeric := 0;
    depuis date;                  -- unpaid interest covers the time since then
    dernier date;                 -- last day that bore interest
    portes integer := 0;          -- days that bore interest since then
    cle text;
    cle_avant text;
BEGIN
    c := pg_temp.etat(p_creancier, p_facture, p_rang, p_au);
    nd := CASE c.devise WHEN 'JPY' THEN 0 WHEN 'TND' THEN 3 ELSE 2 END;
    facturee := coalesce(c.emission, c.nee_le);
    SELECT CASE WHEN k.type = 'particulier' THEN 'particulier' ELSE d.type END INTO regime
    FROM creances.creancier AS k, creances.debiteur AS d WHERE k.creancier = p_creancier AND d.creancier = p_creancier AND d.debiteur = c.debiteur;
    ordre := CASE p_imputation WHEN 'principal' THEN NULL WHEN 'interets' THEN '{interets,principal,frais,indemnite}' ELSE string_to_array(p_imputation, ',') END;

    -- what was agreed when the invoice was issued; a public buyer's contract cannot depart from the code
    -- (CCP L2192-14), and the legal rate is counted on 365 days
    IF regime = 'professionnel' THEN
        SELECT v.base, v.indemnite INTO base, une_par FROM creances.convention AS v
        WHERE v.creancier = p_creancier AND v.debiteur IN (c.debiteur, '') AND v.depuis <= facturee
        ORDER BY v.debiteur DESC, v.depuis DESC LIMIT 1;
        base := coalesce(base, '365');
        une_par := coalesce(une_par, 'facture');
    END IF;
    diviseur := 100 * CASE base WHEN '365' THEN 365 WHEN '360' THEN 360 ELSE 365 * 366 END;

    -- from when, until when
    terme := pg_temp.terme(c, p_au);
    depart := terme;
    IF regime IN ('consommateur', 'particulier') THEN
        -- a demand for all that is due is not one for what was not due yet
        SELECT min(y.le) INTO demande FROM pg_temp.actes(c, p_au) AS y
        WHERE y.genre IN ('condamnation', 'demande_en_justice') OR y.genre = 'mise_en_demeure' AND (y.facture <> '' OR y.le > terme);
        depart := CASE WHEN demande IS NULL THEN 'infinity' ELSE greatest(terme, demande) END;
    END IF;
    SELECT min(y.le) INTO jugement FROM pg_temp.actes(c, p_au) AS y
    WHERE y.genre = 'procedure_collective' AND pg_temp.naissance(c) < y.le;
    SELECT min(y.le) INTO titre FROM pg_temp.actes(c, p_au) AS y WHERE y.genre = 'titre_executoire';
    SELECT min(y.le) INTO cap FROM pg_temp.actes(c, p_au) AS y WHERE y.genre = 'capitalisation' AND regime <> 'consommateur';
    graces := EXISTS (SELECT FROM pg_temp.actes(c, p_au) AS y WHERE y.genre = 'delai_de_grace');
    juges := EXISTS (SELECT FROM pg_temp.actes(c, p_au) AS y WHERE y.genre = 'condamnation');
    contrats := regime = 'professionnel' AND EXISTS (SELECT FROM creances.convention AS v WHERE v.creancier = p_creancier);
    SELECT y.* INTO premier FROM jours AS y WHERE y.jour = depart + 1;
    depuis := depart;

    -- the 40 EUR: first of the due dates of the invoice to be late, or each of them; a
    -- statement in another currency does not bear them
    retard := pg_temp.premier_retard(c, p_au);
    forfait := c.devise = 'EUR' AND regime IN ('professionnel', 'public') AND terme + 1 >= '2013-01-01'
        AND NOT coalesce(terme >= jugement, false)
        AND (une_par = 'echeance' OR NOT EXISTS (
            SELECT FROM creances.creance AS z, pg_temp.etat(z.creancier, z.facture, z.rang, p_au) AS y, pg_temp.premier_retard(y, p_au) AS autre
            WHERE z.creancier = c.creancier AND z.facture = c.facture AND z.rang <> c.rang
              AND (autre, y.rang) < (retard, c.rang) AND pg_temp.en_retard(y, autre, p_au, p_correction)));

    SELECT array_agg(y.le), array_agg(y.montant) INTO paye_le, paye FROM pg_temp.paiements(c, p_au) AS y WHERE y.montant > 0;
    IF p_au < c.nee_le THEN
        penalites := 0;
        RETURN;
    END IF;
    anniversaires := ARRAY(SELECT (cap + n * interval '1 year')::date FROM generate_series(1, 20) AS n WHERE cap IS NOT NULL);
    evenements := ARRAY(SELECT y.le FROM pg_temp.actes(c, p_au) AS y WHERE y.genre IN ('frais', 'remise')
                        UNION SELECT y.jusque FROM creances.creance_version AS y WHERE y.creancier = c.creancier AND y.facture = c.facture AND y.rang = c.rang
                        UNION SELECT y.le FROM creances.reglement AS y WHERE y.creancier = c.creancier AND y.facture = c.facture AND y.rang = c.rang
                        UNION SELECT unnest(anniversaires));
    -- from the first fact on: the days before the due date bear nothing
    debut := least(c.echeance, p_au, (SELECT min(y) FROM unnest(evenements) AS y));
    m := pg_temp.montant_retenu(c, debut - 1, p_au, p_correction);
    principal := m;

    FOR j IN
        SELECT y.*,
               graces AND EXISTS (SELECT FROM pg_temp.actes(c, p_au) AS z WHERE z.genre = 'delai_de_grace' AND y.jour BETWEEN z.le AND z.jusque) AS grace,
               CASE WHEN juges THEN (SELECT z.taux::text FROM pg_temp.actes(c, p_au) AS z WHERE z.genre = 'condamnation' AND z.le < y.jour
                                     ORDER BY z.le DESC LIMIT 1) END AS juge,
               CASE WHEN juges THEN (SELECT max(z.le) FROM pg_temp.actes(c, p_au) AS z WHERE z.genre = 'condamnation' AND z.le < y.jour) END AS juge_le,
               CASE WHEN contrats THEN (SELECT z.taux::text FROM creances.convention AS z
                                        WHERE z.creancier = p_creancier AND z.debiteur IN (c.debiteur, '') AND z.depuis <= y.jour
                                        ORDER BY z.debiteur DESC, z.depuis DESC LIMIT 1) END AS contrat
        FROM jours AS y WHERE y.jour BETWEEN debut AND p_au ORDER BY y.jour
    LOOP
        -- 1. the day's interest, on what was owed the evening before
        IF j.jour > depart AND NOT coalesce(j.jour > jugement, false) AND NOT j.grace AND principal + capitalise > 0 THEN
            SELECT y.* INTO STRICT r FROM regles AS y
            WHERE y.texte = coalesce(j.juge, CASE regime WHEN 'consommateur' THEN 'TIL' WHEN 'particulier' THEN 'TILP' WHEN 'public' THEN 'BCE+8' ELSE coalesce(j.contrat, 'BCE+10') END);
            r.fixe := r.fixe OR j.juge IS NULL AND regime = 'public';
            taux := r.plus + r.fois * CASE r.indice WHEN 'bce' THEN CASE WHEN r.fixe THEN premier.bce ELSE j.bce END
                                                    WHEN 'til' THEN CASE WHEN r.fixe THEN premier.til ELSE j.til END
                                                    ELSE CASE WHEN r.fixe THEN premier.tilp ELSE j.tilp END END;
            indexe := r.fois <> 0 AND NOT r.fixe;
            IF j.juge IS NOT NULL AND r.texte IN ('TIL', 'TILP') AND j.jour > (titre + interval '2 months')::date THEN
                taux := taux + 5;
            ELSIF j.juge IS NULL AND regime = 'professionnel' AND r.texte <> 'BCE+10' THEN
                plancher := 3 * j.til;
                IF taux < plancher THEN
                    taux := least(plancher, j.bce + 10);
                    indexe := true;
                END IF;
            END IF;
            -- a new line where something changes
            IF p_arrondi = 'segment' THEN
                cle := concat_ws('|', trim_scale(principal + capitalise), trim_scale(taux), r.texte, j.juge_le, CASE WHEN indexe THEN j.semestre END,
                                 CASE WHEN base = 'actuel' THEN j.annee END);
                IF cle <> cle_avant OR j.jour <> dernier + 1 THEN
                    courus := courus + round(ligne / diviseur, nd);
                    ligne := 0;
                END IF;
                cle_avant := cle;
            END IF;
            dernier := j.jour;
            portes := portes + 1;
            -- 30 more decimals than the division would give by itself: one rounding only
            ligne := ligne + (principal + capitalise) * taux * CASE WHEN base <> 'actuel' THEN 1 WHEN j.annee = 365 THEN 366 ELSE 365 END
                + 0.000000000000000000000000000000;
        END IF;

        -- 2. the first late day
        IF forfait AND j.jour = retard AND principal > 0 THEN
            -- less what was waived beforehand
            SELECT greatest(0, 40 - coalesce(sum(coalesce(y.montant, 40)), 0)) INTO indemnite
            FROM pg_temp.actes(c, p_au) AS y WHERE y.genre = 'remise' AND y.poste = 'indemnite' AND y.le < retard;
        END IF;

        IF j.jour = ANY (evenements) THEN
            -- 3. costs
            FOR a IN SELECT y.* FROM pg_temp.actes(c, p_au) AS y WHERE y.genre = 'frais' AND y.le = j.jour
                       AND (regime IN ('professionnel', 'public') OR titre IS NOT NULL) LOOP
                frais := frais + a.montant;
            END LOOP;
            -- 4. credit notes and changes of the amount: principal only
            m2 := pg_temp.montant_retenu(c, j.jour, p_au, p_correction);
            x := m2 - m - pg_temp.avoirs(c, j.jour, j.jour);
            m := m2;
            mouvement := x <> 0 OR j.jour = ANY (paye_le);
            principal := principal + x - CASE WHEN ordre IS NULL THEN compte ELSE 0 END;
            compte := greatest(0, - principal) + CASE WHEN ordre IS NULL THEN 0 ELSE compte END;
            principal := greatest(0, principal);
            -- 5. waivers: never more than what is due
            FOR a IN SELECT y.* FROM pg_temp.actes(c, p_au) AS y WHERE y.genre = 'remise' AND y.le = j.jour LOOP
                CASE a.poste
                    WHEN 'indemnite' THEN indemnite := indemnite - least(indemnite, coalesce(a.montant, indemnite));
                    WHEN 'frais' THEN frais := frais - least(frais, coalesce(a.montant, frais));
                    ELSE
                        IF p_arrondi = 'segment' THEN
                            -- what was due is a line of its own
                            courus := courus + round(ligne / diviseur, nd);
                            ligne := 0;
                        END IF;
                        x := courus + round(ligne / diviseur, nd) - eteints;
                        eteints := eteints + least(x, coalesce(a.montant, x));
                        IF x > 0 AND coalesce(a.montant, x) >= x THEN
                            depuis := j.jour;
                            portes := 0;
                        END IF;
                END CASE;
            END LOOP;
            -- 6. payments
            SELECT coalesce(sum(y.montant), 0) INTO reste FROM unnest(paye_le, paye) AS y (le, montant) WHERE y.le = j.jour;
            IF ordre IS NULL THEN
                principal := principal - compte - reste;
                compte := greatest(0, - principal);
                principal := greatest(0, principal);
            ELSIF reste + compte > 0 THEN
                -- with what is on account: connected debts are set off (C. civ. 1348-1). What is paid of
                -- interest is an amount in cents, and so is what remains
                IF reste > 0 THEN
                    courus := courus + round(ligne / diviseur, nd);
                    ligne := 0;
                END IF;
                reste := reste + compte;
                FOREACH poste IN ARRAY ordre LOOP
                    IF poste = 'interets' AND reste > 0 AND courus + round(ligne / diviseur, nd) > eteints THEN
                        courus := courus + round(ligne / diviseur, nd);
                        ligne := 0;
                    END IF;
                    x := least(reste, CASE poste WHEN 'interets' THEN courus + round(ligne / diviseur, nd) - eteints WHEN 'principal' THEN principal WHEN 'frais' THEN frais ELSE indemnite END);
                    reste := reste - x;
                    CASE poste
                        WHEN 'interets' THEN
                            IF x > 0 AND x = courus + round(ligne / diviseur, nd) - eteints THEN
                                depuis := j.jour;
                                portes := 0;
                            END IF;
                            eteints := eteints + x;
                        WHEN 'principal' THEN principal := principal - x;
                        WHEN 'frais' THEN frais := frais - x;
                        ELSE indemnite := indemnite - x;
                    END CASE;
                END LOOP;
                compte := reste;
            END IF;
            -- a movement closes a line, and so does an anniversary on which a year may be due
            IF p_arrondi = 'segment' AND (mouvement OR j.jour = ANY (anniversaires) AND j.jour >= (depuis + interval '1 year')::date) THEN
                courus := courus + round(ligne / diviseur, nd);
                ligne := 0;
            END IF;
            x := courus + round(ligne / diviseur, nd) - eteints;
            capitalise := least(capitalise, x);
            -- 7. interest due for a whole year bears interest, from the next day
            IF j.jour = ANY (anniversaires) AND NOT coalesce(j.jour > jugement, false)
               AND portes >= (depuis + interval '1 year')::date - depuis AND x > capitalise THEN
                -- an amount in cents from now on
                courus := courus + round(ligne / diviseur, nd);
                ligne := 0;
                capitalise := x;
                depuis := j.jour;
                portes := 0;
            END IF;
        END IF;
    END LOOP;

    penalites := courus + round(ligne / diviseur, nd);
    reste_principal := principal;
    reste_penalites := penalites - eteints;
    reste_indemnite := indemnite;
    reste_frais := frais;
    en_compte := compte;
END $$;

-- ------------------------------------------------------------- random ledgers
--
-- Which of several due dates bears the 40 EUR of an invoice is compared on those
-- whose amounts and dates did not change and without days of grace.

CREATE FUNCTION pg_temp.de(n integer) RETURNS integer LANGUAGE sql VOLATILE AS $$ SELECT floor(random() * n)::integer $$;
CREATE FUNCTION pg_temp.une(textes anyarray) RETURNS anyelement LANGUAGE sql VOLATILE AS $$ SELECT textes[1 + floor(random() * cardinality(textes))::integer] $$;
CREATE TEMP TABLE tirage AS SELECT texte, generate_series(1, poids) AS n FROM regles WHERE poids > 0;
CREATE TEMP TABLE cas (i integer PRIMARY KEY, creancier text, rang integer, au date, imputation text, arrondi text, correction text, genres text[]);

CREATE FUNCTION pg_temp.acte(p_creancier text, p_genre text, p_le date, p_jusque date DEFAULT NULL, p_facture text DEFAULT 'F', p_rang integer DEFAULT 0,
    p_montant numeric DEFAULT NULL, p_poste text DEFAULT NULL, p_taux text DEFAULT NULL, p_debiteur text DEFAULT 'D') RETURNS void LANGUAGE sql AS $$
    INSERT INTO creances.acte (creancier, acte, genre, debiteur, facture, rang, le, jusque, montant, poste, taux, motif, annule_le, annule_par, annule_motif)
    SELECT p_creancier, gen_random_uuid(), p_genre, p_debiteur, p_facture, p_rang, p_le, p_jusque, p_montant, p_poste, p_taux::creances.taux_retard, 'essai',
           le, CASE WHEN le IS NOT NULL THEN 'x' END, CASE WHEN le IS NOT NULL THEN 'x' END
    FROM (SELECT CASE WHEN random() < 0.06 THEN p_le + pg_temp.de(200) END AS le) AS x $$;

-- Movements of one receivable, in the order of their records: the level paid
-- is never negative, their dates are in any order.
CREATE FUNCTION pg_temp.mouvements(p_creancier text, p_rang integer, p_echeance date, p_montant numeric, nd integer, nombre integer, duree integer, seul boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    niveau numeric := 0;
    dernier numeric;
    avant date;
    plus_tard date := '1900-01-01';
    jour date;
    m numeric;
    genre text;
    ensemble boolean := random() < 0.2;
BEGIN
    FOR k IN 1 .. nombre LOOP
        jour := p_echeance - 20 + pg_temp.de(duree + 40);
        IF random() < 0.1 THEN
            jour := p_echeance + pg_temp.de(3) - 1;
        ELSIF random() < 0.25 THEN
            jour := coalesce(avant, jour);
        END IF;
        genre := 'paiement';
        IF niveau > 0 AND random() < 0.25 THEN
            genre := 'annulation';
            jour := greatest(plus_tard, jour);
            m := - CASE WHEN random() < 0.7 THEN least(dernier, niveau) ELSE round(niveau * random()::numeric, nd) END;
        ELSIF random() < 0.18 THEN
            genre := pg_temp.une('{avoir,avoir,perte,correction}'::text[]);
            m := round(p_montant * (random() * 0.7 - CASE WHEN seul THEN 0.05 ELSE 0 END)::numeric, nd);
        ELSE
            m := round(p_montant * CASE pg_temp.de(12) WHEN 0 THEN 1 WHEN 1 THEN 1.3 WHEN 2 THEN 0.5 WHEN 3 THEN 0.5 ELSE (random() * 0.4)::numeric END, nd);
            dernier := m;
        END IF;
        CONTINUE WHEN m = 0;
        IF genre <> 'avoir' AND genre NOT IN ('perte', 'correction') THEN
            niveau := niveau + m;
            plus_tard := greatest(plus_tard, jour);
        END IF;
        avant := jour;
        INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature, connu_le)
        VALUES (p_creancier, 'F:' || p_rang || ':' || k, 'F', p_rang, jour, m, genre, timestamptz '2010-01-01' + CASE WHEN ensemble THEN 0 ELSE k END * interval '1 hour');
    END LOOP;
END $$;

CREATE FUNCTION pg_temp.engendrer(i integer) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    k text := 'K' || i;
    type_creancier text := CASE WHEN random() < 0.05 THEN 'particulier' ELSE 'professionnel' END;
    type_debiteur text := CASE WHEN random() < 0.62 THEN 'professionnel' WHEN random() < 0.4 THEN 'public' ELSE 'consommateur' END;
    civil boolean;
    devise text := pg_temp.une('{EUR,EUR,EUR,EUR,EUR,EUR,EUR,EUR,JPY,TND}'::text[]);
    nd integer := CASE devise WHEN 'JPY' THEN 0 WHEN 'TND' THEN 3 ELSE 2 END;
    e date;
    emission date;
    livraison date;
    duree integer;
    au date;
    rangs integer := CASE WHEN random() < 0.88 THEN 1 ELSE 2 + pg_temp.de(2) END;
    rang integer;
    m numeric;
    m0 numeric;
    d date;
    d2 date;
    genres text[] := '{}';
BEGIN
    civil := type_debiteur = 'consommateur' OR type_creancier = 'particulier';
    e := date '2012-02-01' + pg_temp.de(5230);
    IF random() < 0.2 THEN
        e := pg_temp.une('{2012-12-30,2012-12-31,2013-01-01,2016-02-29,2019-06-30,2020-02-28,2020-02-29,2023-06-30,2023-12-31,2024-02-29,2024-06-30,2024-12-31,2025-06-29}'::date[]);
    END IF;
    IF type_debiteur = 'public' THEN
        e := greatest(e, date '2013-06-30');
    END IF;
    IF rangs > 1 THEN
        e := greatest(e, date '2013-03-01');
    END IF;
    duree := CASE pg_temp.de(10) WHEN 0 THEN pg_temp.de(4) WHEN 1 THEN pg_temp.de(900) WHEN 2 THEN 360 + pg_temp.de(900) ELSE 1 + pg_temp.de(200) END;
    au := least(e + duree, date '2026-12-31');
    IF random() < 0.02 THEN
        au := e - pg_temp.de(10);
    END IF;
    emission := e - pg_temp.de(75);
    livraison := CASE WHEN random() < 0.4 THEN emission - 10 + pg_temp.de(20) END;

    INSERT INTO creances.creancier (creancier, type) VALUES (k, type_creancier);
    INSERT INTO creances.debiteur (creancier, debiteur, type, zone)
    VALUES (k, 'D', type_debiteur, CASE WHEN random() < 0.7 THEN 'metropole' ELSE pg_temp.une('{alsace_moselle,alsace_moselle_temple,guadeloupe,reunion,mayotte}'::text[]) END);
    rang := 1 + pg_temp.de(rangs);
    FOR n IN 1 .. rangs LOOP
        m := round(greatest((10 ^ (random() * 9 - 2))::numeric, 10.0 ^ -nd), nd);
        m0 := m;
        -- the other due dates are before, after, on the same day
        d := CASE WHEN n = rang THEN e ELSE e + (n - rang) * pg_temp.une('{0,30,30,1}'::integer[]) END;
        IF rangs = 1 AND random() < 0.13 THEN
            IF n = rang THEN
                genres := genres || 'amount changed'::text;
            END IF;
            FOR v IN 1 .. 1 + pg_temp.de(3) LOOP
                INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque, debiteur, nee_le, emission, echeance, montant, devise, retiree, motif)
                SELECT k, 'F', n, v, greatest(x.le, emission + 1, coalesce((SELECT max(y.jusque) FROM creances.creance_version AS y WHERE y.creancier = k AND y.rang = n), '1900-01-01')),
                       'D', emission, emission, greatest(emission, d + CASE WHEN random() < 0.3 THEN pg_temp.de(60) - 30 ELSE 0 END), m, devise, false, 'montant'
                FROM (SELECT d - 15 + pg_temp.de(duree + 30) AS le) AS x;
                m := round(greatest(m0 * (random() * 1.5)::numeric, 10.0 ^ -nd), nd);
            END LOOP;
        END IF;
        PERFORM pg_temp.mouvements(k, n, d, m0, nd, pg_temp.de(7), duree, rangs = 1);
        INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, livraison, nee_le, echeance, montant, devise, solde, versions, version_le, suivi, cle)
        SELECT k, 'F', n, 'D', 'facture', CASE WHEN i % 3 > 0 THEN emission END, livraison, emission, d, m, devise,
               m - coalesce((SELECT sum(r.montant) FROM creances.reglement AS r WHERE r.creancier = k AND r.rang = n), 0),
               count(*), max(v.jusque), 'pg_class', k || n
        FROM creances.creance_version AS v WHERE v.creancier = k AND v.rang = n;
    END LOOP;
    UPDATE creances.creance SET soldee_le = au WHERE creancier = k AND solde = 0;

    -- what was agreed, by the creditor and with this debtor; and with another one
    IF random() < 0.55 THEN
        INSERT INTO creances.convention (creancier, debiteur, depuis, taux, base, indemnite, source)
        SELECT DISTINCT ON (debiteur, depuis) k, debiteur, depuis, (SELECT t.texte FROM tirage AS t WHERE x.n > 0 ORDER BY random() LIMIT 1)::creances.taux_retard,
               pg_temp.une('{365,365,actuel,360}'::text[]), pg_temp.une('{facture,facture,facture,echeance}'::text[]), 'essai'
        FROM (SELECT n, pg_temp.une('{"","",D,D,AUTRE}'::text[]) AS debiteur,
                     CASE WHEN random() < 0.5 THEN emission - pg_temp.de(500) ELSE e - 5 + pg_temp.de(duree + 10) END AS depuis
              FROM generate_series(1, 1 + pg_temp.de(4)) AS n) AS x;
        genres := genres || 'convention'::text;
    END IF;

    -- acts; those of another invoice, due date or debtor change nothing
    IF civil AND random() < 0.85 OR random() < 0.05 THEN
        d := e - 10 + pg_temp.de(80);
        PERFORM pg_temp.acte(k, 'mise_en_demeure', d, p_facture => pg_temp.une('{F,F,""}'::text[]));
        IF random() < 0.2 THEN
            PERFORM pg_temp.acte(k, 'mise_en_demeure', d + pg_temp.de(60), p_rang => rang);
        END IF;
        genres := genres || 'mise_en_demeure'::text;
    END IF;
    IF random() < 0.15 THEN
        PERFORM pg_temp.acte(k, pg_temp.une('{mise_en_demeure,procedure_collective,delai_de_grace,condamnation,remise,frais}'::text[]), e - 5, e + 30, 'AUTRE', 0, 10, 'indemnite', 'TIL');
        PERFORM pg_temp.acte(k, 'procedure_collective', e + 3, p_facture => '', p_debiteur => 'D2');
        PERFORM pg_temp.acte(k, 'delai_de_grace', e - 3, e + 300, p_rang => 9);
        PERFORM pg_temp.acte(k, pg_temp.une('{litige,reconnaissance,demande_en_justice,mediation,injonction_signifiee}'::text[]), e + pg_temp.de(30), NULL, '');
        PERFORM pg_temp.acte(k, pg_temp.une('{condamnation,titre_executoire,capitalisation,delai_de_grace}'::text[]), emission - 10 - pg_temp.de(30), e + 40, '', p_taux => '4');
        genres := genres || 'other acts'::text;
    END IF;
    IF type_debiteur = 'professionnel' AND random() < 0.15 OR type_debiteur = 'consommateur' AND random() < 0.05 THEN
        d := CASE pg_temp.de(6) WHEN 0 THEN e WHEN 1 THEN e + 1 WHEN 2 THEN coalesce(livraison, emission) WHEN 3 THEN coalesce(livraison, emission) + 1 ELSE e - 60 + pg_temp.de(duree + 60) END;
        PERFORM pg_temp.acte(k, 'procedure_collective', d, CASE WHEN random() < 0.3 THEN d + pg_temp.de(100) END, '');
        genres := genres || 'procedure_collective'::text;
    END IF;
    IF rangs = 1 AND random() < 0.13 THEN
        d := e - 20 + pg_temp.de(duree + 20);
        PERFORM pg_temp.acte(k, 'delai_de_grace', d, d + pg_temp.de(250), pg_temp.une('{F,""}'::text[]));
        IF random() < 0.3 THEN
            d := d + pg_temp.de(200);
            PERFORM pg_temp.acte(k, 'delai_de_grace', d, d + pg_temp.de(100), p_rang => rang);
        END IF;
        genres := genres || 'delai_de_grace'::text;
    END IF;
    IF civil AND random() < 0.1 THEN
        PERFORM pg_temp.acte(k, 'demande_en_justice', e - 30 + pg_temp.de(120), p_facture => pg_temp.une('{F,""}'::text[]));
        genres := genres || 'demande_en_justice'::text;
    END IF;
    IF random() < 0.14 THEN
        d := e + 1 + pg_temp.de(greatest(duree, 1));
        PERFORM pg_temp.acte(k, 'condamnation', d, p_facture => pg_temp.une('{F,F,""}'::text[]), p_taux => CASE WHEN random() < 0.6 THEN CASE type_creancier WHEN 'particulier' THEN 'TILP' ELSE 'TIL' END
                                                                  ELSE (SELECT texte FROM regles WHERE juge ORDER BY random() LIMIT 1) END);
        genres := genres || 'condamnation'::text;
        IF random() < 0.75 THEN
            d2 := d + pg_temp.de(40);
            PERFORM pg_temp.acte(k, 'titre_executoire', d2, p_facture => pg_temp.une('{F,F,""}'::text[]));
            genres := genres || 'titre_executoire'::text;
        END IF;
        IF random() < 0.1 THEN
            PERFORM pg_temp.acte(k, 'condamnation', d + 1 + pg_temp.de(90), p_taux => 'TIL');
        END IF;
    END IF;
    IF NOT civil AND random() < (CASE WHEN duree > 360 THEN 0.4 ELSE 0.03 END) THEN
        PERFORM pg_temp.acte(k, 'capitalisation', e - 200 + pg_temp.de(duree), p_facture => pg_temp.une('{F,F,""}'::text[]));
        genres := genres || 'capitalisation'::text;
    END IF;
    IF random() < 0.2 THEN
        FOR n IN 1 .. 1 + pg_temp.de(2) LOOP
            PERFORM pg_temp.acte(k, 'frais', e - 10 + pg_temp.de(duree + 10), p_rang => rang, p_montant => greatest(round((random() * 300)::numeric, nd), 1));
        END LOOP;
        genres := genres || 'frais'::text;
    END IF;
    IF random() < 0.2 THEN
        FOR n IN 1 .. 1 + pg_temp.de(2) LOOP
            PERFORM pg_temp.acte(k, 'remise', e - 10 + pg_temp.de(duree + 10), p_rang => rang, p_poste => pg_temp.une('{penalites,penalites,indemnite,frais}'::text[]),
                                 p_montant => CASE WHEN random() < 0.5 THEN greatest(round((10 ^ (random() * 3))::numeric, nd), 1) END);
        END LOOP;
        genres := genres || 'remise'::text;
    END IF;

    INSERT INTO cas
    SELECT i, k, rang, au,
           CASE pg_temp.de(5) WHEN 0 THEN 'principal' WHEN 1 THEN 'principal' WHEN 2 THEN 'interets'
                ELSE (SELECT string_agg(p, ',' ORDER BY random()) FROM unnest('{interets,principal,frais,indemnite}'::text[]) AS p) END,
           CASE WHEN random() < 0.6 THEN 'total' ELSE 'segment' END, CASE WHEN random() < 0.5 THEN 'origine' ELSE 'date' END,
           genres || type_debiteur || devise || ('creditor ' || type_creancier);
END $$;

-- Both, side by side; what a category is; the facts of a case that disagrees.
CREATE TEMP TABLE mesure (i integer, categories text[], penalite boolean, decompte boolean, lignes boolean);
CREATE TEMP TABLE compte (categorie text, cas bigint, penalite bigint, decompte bigint, lignes bigint);
CREATE TEMP TABLE desaccords (n serial, texte text);
CREATE FUNCTION pg_temp.decrire(k cas) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(E'\n  ', '', 'case ' || row_to_json(k),
        (SELECT string_agg('creance ' || (to_jsonb(c) - '{details,suivi,cle,reprise,reprise_le,retiree_le,retiree_motif,solde,soldee_le,creancier,facture,debiteur}'::text[])::text, E'\n  ' ORDER BY rang) FROM creances.creance AS c WHERE c.creancier = k.creancier),
        (SELECT string_agg(concat_ws(' ', 'version', rang, jusque, montant, echeance), E'\n  ' ORDER BY rang, version) FROM creances.creance_version AS v WHERE v.creancier = k.creancier),
        (SELECT string_agg(concat_ws(' ', 'reglement', reglement, le, nature, montant, connu_le::time), E'\n  ' ORDER BY rang, connu_le, reglement) FROM creances.reglement AS r WHERE r.creancier = k.creancier),
        (SELECT string_agg(concat_ws(' ', 'convention', debiteur, depuis, taux, base, indemnite), E'\n  ' ORDER BY debiteur, depuis) FROM creances.convention AS v WHERE v.creancier = k.creancier),
        (SELECT string_agg(concat_ws(' ', 'acte', genre, debiteur, facture, rang, le, jusque, montant, poste, taux, 'annule ' || annule_le), E'\n  ' ORDER BY le) FROM creances.acte AS a WHERE a.creancier = k.creancier),
        (SELECT 'zone ' || zone FROM creances.debiteur AS d WHERE d.creancier = k.creancier AND d.debiteur = 'D')) $$;
-- What is obtained, in one query; case by case when it fails.
CREATE TEMP TABLE attendu (i integer, penalites numeric, reste_principal numeric, reste_penalites numeric, reste_indemnite numeric, reste_frais numeric, en_compte numeric);
CREATE TEMP TABLE obtenu (i integer, penalites numeric, erreur text);
CREATE TEMP TABLE lignes (i integer, ligne integer, nature text, du date, au date, jours integer, base_calcul numeric, taux numeric, montant numeric,
    reste_principal numeric, reste_penalites numeric, reste_indemnite numeric, reste_frais numeric, en_compte numeric, texte text);
CREATE FUNCTION pg_temp.obtenir(un integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO obtenu SELECT k.i, creances.penalite_creance(k.creancier, 'F', k.rang, k.au, k.imputation, k.arrondi, k.correction) FROM cas AS k WHERE un IS NULL OR k.i = un;
    INSERT INTO lignes SELECT k.i, d.* FROM cas AS k, creances.decompte_creance(k.creancier, 'F', k.rang, k.au, k.imputation, k.arrondi, k.correction) AS d WHERE un IS NULL OR k.i = un $$;

-- The statement is consistent by itself: each line moves what remains by its
-- amount and by nothing else, follows the others, bears the interest of its
-- days at its rate; the whole adds up.
CREATE VIEW pg_temp.incoherence AS
SELECT i, concat_ws('; ',
        CASE WHEN bool_or(ligne <> n) THEN 'line numbers' END,
        CASE WHEN bool_or(tout - coalesce(tout_avant, 0) <> montant) THEN 'running rest' END,
        CASE WHEN bool_or(nature = 'interets' AND (reste_penalites - penalites_avant <> montant OR principal_avant <> reste_principal
                                                   OR jours <> au - du + 1 OR du > au OR montant <> round(montant, nd))) THEN 'interest line' END,
        CASE WHEN bool_or(nature = 'interets' AND abs(montant - base_calcul * taux * jours / CASE WHEN texte LIKE '%base 360%' THEN 36000 WHEN texte LIKE '%366%' THEN 36600 ELSE 36500 END) > 1.01 / 10 ^ nd) THEN 'interest of a line' END,
        CASE WHEN bool_or(nature IN ('capitalisation', 'suspension', 'arret', 'note') AND montant <> 0) THEN 'amount of a note' END,
        CASE WHEN bool_or(least(reste_principal, reste_penalites, reste_indemnite, reste_frais, en_compte) < 0) THEN 'negative rest' END,
        CASE WHEN bool_or(nature NOT IN ('principal', 'interets', 'indemnite', 'frais', 'avoir', 'remise', 'paiement', 'capitalisation', 'suspension', 'arret', 'note')) THEN 'nature' END,
        CASE WHEN bool_or(coalesce(texte, '') = '') THEN 'no text' END,
        CASE WHEN coalesce(sum(montant) FILTER (WHERE nature = 'interets'), 0) <> (SELECT o.penalites FROM obtenu AS o WHERE o.i = x.i) THEN 'sum of interest' END,
        CASE WHEN bool_or(nature = 'interets' AND jours_avant >= du) THEN 'overlapping days' END) AS texte
FROM (SELECT l.*, CASE WHEN 'JPY' = ANY (k.genres) THEN 0 WHEN 'TND' = ANY (k.genres) THEN 3 ELSE 2 END AS nd, row_number() OVER w AS n,
             reste_principal + reste_penalites + reste_indemnite + reste_frais - en_compte AS tout,
             lag(reste_principal + reste_penalites + reste_indemnite + reste_frais - en_compte) OVER w AS tout_avant,
             lag(reste_penalites) OVER w AS penalites_avant, lag(reste_principal) OVER w AS principal_avant,
             max(l.au) FILTER (WHERE nature = 'interets') OVER (PARTITION BY l.i ORDER BY l.ligne ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS jours_avant
      FROM lignes AS l JOIN cas AS k USING (i)
      WINDOW w AS (PARTITION BY l.i ORDER BY l.ligne)) AS x
GROUP BY i;

CREATE FUNCTION pg_temp.comparer() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    k cas;
BEGIN
    INSERT INTO attendu SELECT c.i, o.* FROM cas AS c, pg_temp.oracle(c.creancier, 'F', c.rang, c.au, c.imputation, c.arrondi, c.correction) AS o;
    BEGIN
        PERFORM pg_temp.obtenir(NULL);
    EXCEPTION WHEN OTHERS THEN
        FOR k IN SELECT * FROM cas LOOP
            BEGIN
                PERFORM pg_temp.obtenir(k.i);
            EXCEPTION WHEN OTHERS THEN
                INSERT INTO obtenu VALUES (k.i, NULL, SQLSTATE || ' ' || SQLERRM);
            END;
        END LOOP;
    END;
    INSERT INTO mesure
    SELECT c.i, c.genres || ('imputation ' || CASE WHEN c.imputation LIKE '%,%' THEN 'in a given order' ELSE c.imputation END) || ('arrondi ' || c.arrondi)
                || ('correction ' || c.correction) || 'all'::text || CASE WHEN a.penalites > 0 THEN 'penalties' ELSE 'no penalty' END || CASE WHEN a.en_compte > 0 THEN 'overpaid' ELSE 'not overpaid' END,
           o.penalites IS DISTINCT FROM a.penalites,
           (d.reste_principal, d.reste_penalites, d.reste_indemnite, d.reste_frais, d.en_compte)
           IS DISTINCT FROM (a.reste_principal, a.reste_penalites, a.reste_indemnite, a.reste_frais, a.en_compte),
           coalesce(t.texte, '') <> ''
    FROM cas AS c JOIN attendu AS a USING (i) LEFT JOIN obtenu AS o USING (i) LEFT JOIN pg_temp.incoherence AS t USING (i)
    LEFT JOIN (SELECT DISTINCT ON (i) * FROM lignes ORDER BY i, ligne DESC) AS d USING (i);
    INSERT INTO desaccords (texte)
    SELECT concat_ws(E'\n  ', pg_temp.decrire(c), 'oracle ' || row_to_json(a), 'obtained ' || row_to_json(o),
                     (SELECT string_agg(concat_ws(' ', l.ligne, l.nature, l.du, l.au, l.base_calcul, l.taux, l.montant, '=', l.reste_principal, l.reste_penalites, l.reste_indemnite, l.reste_frais, l.en_compte, l.texte), E'\n  ' ORDER BY l.ligne) FROM lignes AS l WHERE l.i = c.i), t.texte)
    FROM cas AS c JOIN mesure AS m USING (i) JOIN attendu AS a USING (i) LEFT JOIN obtenu AS o USING (i) LEFT JOIN pg_temp.incoherence AS t USING (i)
    WHERE m.penalite OR m.decompte OR m.lignes ORDER BY c.i LIMIT 5 - (SELECT least(5, count(*)) FROM desaccords);
    INSERT INTO compte
    SELECT g, count(*), count(*) FILTER (WHERE penalite), count(*) FILTER (WHERE decompte), count(*) FILTER (WHERE lignes)
    FROM (SELECT DISTINCT i, g, penalite, decompte, lignes FROM mesure, unnest(categories) AS g) AS x GROUP BY g;
    TRUNCATE attendu, obtenu, lignes, mesure;
END $$;

-- By slices: the facts of a slice are forgotten with it.
CREATE PROCEDURE pg_temp.jouer(n integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR tranche IN 0 .. (n - 1) / 1000 LOOP
        TRUNCATE creances.creancier, creances.debiteur, creances.creance, creances.creance_version, creances.reglement, creances.convention, creances.acte, cas;
        FOR i IN 1000 * tranche + 1 .. least(n, 1000 * tranche + 1000) LOOP
            PERFORM pg_temp.engendrer(i);
        END LOOP;
        ANALYZE creances.creance;
        ANALYZE creances.creance_version;
        ANALYZE creances.reglement;
        ANALYZE creances.convention;
        ANALYZE creances.acte;
        PERFORM pg_temp.comparer();
    END LOOP;
END $$;

-- The borders: term ends, half-year ends, 29 February, 1 January 2013.
CREATE FUNCTION pg_temp.borner() RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    e date;
    situation text;
    type text;
    i integer := 1000000;
    k text;
    au date;
BEGIN
    FOR e, situation, type IN
        SELECT x.e, s.s, t.t
        FROM unnest('{2012-12-30,2012-12-31,2013-01-01,2019-12-31,2020-02-28,2020-02-29,2023-06-29,2023-06-30,2023-07-01,2023-12-30,2023-12-31,2024-02-29,2024-06-30,2025-02-28,2025-12-31}'::date[]) AS x (e),
             unnest('{one day late,on the due date,paid on the due date,paid the next day,crosses a half-year,a year,judgment on the due date,judgment the day after,judgment the eve,born on the judgment,grace over a half-year,two halves on one day,rejected,overpaid,credit note,two years capitalised}'::text[]) AS s (s),
             unnest('{professionnel,public,consommateur}'::text[]) AS t (t)
        WHERE t.t <> 'public' OR x.e >= '2013-06-01' AND s.s NOT LIKE '%judgment%' LOOP
        -- two of the four conventions, in turn
        FOR n IN i / 4 % 2 .. 3 BY 2 LOOP
            i := i + 1;
            k := 'K' || i;
            au := least(date '2026-12-31', e + CASE situation WHEN 'one day late' THEN 1 WHEN 'on the due date' THEN 0 WHEN 'a year' THEN 366 WHEN 'two years capitalised' THEN 800
                                                              WHEN 'crosses a half-year' THEN 200 WHEN 'grace over a half-year' THEN 250 ELSE 100 END);
            INSERT INTO creances.creancier (creancier) VALUES (k);
            INSERT INTO creances.debiteur (creancier, debiteur, type) VALUES (k, 'D', type);
            INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, livraison, nee_le, echeance, montant, devise, solde, suivi, cle)
            VALUES (k, 'F', 1, 'D', 'facture', e - 60, CASE WHEN situation = 'born on the judgment' THEN e + 10 END, e - 60, e, 12345.67, 'EUR', 12345.67, 'pg_class', k);
            IF n > 0 THEN
                INSERT INTO creances.convention (creancier, depuis, taux, base, source)
                VALUES (k, e - 90, (ARRAY['12', '5', 'BCE+12'])[n]::creances.taux_retard, (ARRAY['actuel', '365', '360'])[n], 'essai');
            END IF;
            IF type = 'consommateur' THEN
                INSERT INTO creances.acte (creancier, acte, genre, debiteur, facture, le, motif) VALUES (k, gen_random_uuid(), 'mise_en_demeure', 'D', CASE i % 3 WHEN 0 THEN '' ELSE 'F' END, e, 'essai');
            END IF;
            INSERT INTO creances.acte (creancier, acte, genre, debiteur, le, jusque, motif)
            SELECT k, gen_random_uuid(), g, 'D', e + d, CASE g WHEN 'delai_de_grace' THEN e + 190 END, 'essai'
            FROM (VALUES ('judgment on the due date', 'procedure_collective', 0), ('judgment the day after', 'procedure_collective', 1), ('judgment the eve', 'procedure_collective', -1),
                         ('born on the judgment', 'procedure_collective', 10), ('grace over a half-year', 'delai_de_grace', 5), ('two years capitalised', 'capitalisation', 0)) AS v (s, g, d)
            WHERE v.s = situation AND NOT (type = 'consommateur' AND g = 'capitalisation');
            INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature)
            SELECT k, 'F:1:' || row_number() OVER (), 'F', 1, e + d, m, nat
            FROM (VALUES ('paid on the due date', 0, 12345.67, 'paiement'), ('paid the next day', 1, 12345.67, 'paiement'), ('two halves on one day', 10, 6172.83, 'paiement'),
                         ('two halves on one day', 10, 6172.84, 'paiement'), ('rejected', 0, 12345.67, 'paiement'), ('rejected', 20, -12345.67, 'annulation'),
                         ('overpaid', 10, 15000, 'paiement'), ('credit note', 10, 5000, 'avoir'), ('credit note', 20, 7500, 'paiement')) AS v (s, d, m, nat)
            WHERE v.s = situation;
            INSERT INTO cas VALUES (i, k, 1, au, CASE i % 2 WHEN 0 THEN 'principal' ELSE 'interets' END, CASE i / 2 % 2 WHEN 0 THEN 'total' ELSE 'segment' END, 'origine',
                                    ARRAY[situation, type, 'EUR', 'creditor professionnel']);
        END LOOP;
    END LOOP;
    PERFORM pg_temp.comparer();
END $$;

\echo == borders
SELECT pg_temp.borner() \g /dev/null
SELECT categorie, sum(cas) > 20 AS enough, sum(penalite) AS wrong_penalty, sum(decompte) AS wrong_statement, sum(lignes) AS incoherent FROM compte GROUP BY categorie ORDER BY categorie COLLATE "C";
SELECT texte FROM desaccords ORDER BY n;
TRUNCATE compte, desaccords;

\echo == random ledgers
\echo seed 0.1231
SELECT setseed(0.1231) \g /dev/null
CALL pg_temp.jouer(:n);
SELECT categorie, sum(cas) > :n / 500 AS enough, sum(penalite) AS wrong_penalty, sum(decompte) AS wrong_statement, sum(lignes) AS incoherent FROM compte GROUP BY categorie ORDER BY categorie COLLATE "C";
SELECT sum(cas) FILTER (WHERE categorie = 'all') = :n AS all_cases FROM compte;
SELECT texte FROM desaccords ORDER BY n;
ROLLBACK;
