-- Prescription: the last safe day, what moves it, and what does not.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
\set n 400
\getenv long CREANCES_LONG
\if :{?long}
SELECT CASE WHEN :'long' IN ('', '0') THEN 400 ELSE 3000 END AS n \gset
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

\echo == natures
SELECT nature, mois, depart_annee, source FROM creances.nature_prescription ORDER BY nature COLLATE "C";
\echo == the last safe day
-- 1re civ. 12 December 2018: five years running from 19 June 2008 end on 18 June 2013
SELECT creances.prescription('2008-06-19', 'civil');
-- a Saturday, a Sunday, a holiday: never moved (2e civ. 7 April 2016 n° 15-12.960)
SELECT creances.prescription('2016-05-09', 'commerce'), to_char(creances.prescription('2016-05-09', 'commerce'), 'ID'),
       creances.prescription('2019-05-13', 'commerce'), to_char(creances.prescription('2019-05-13', 'commerce'), 'ID'),
       creances.prescription('2020-05-02', 'commerce'), creances.est_ferie(creances.prescription('2020-05-02', 'commerce'));
-- each nature from Monday 2 March 2026
SELECT nature, creances.prescription('2026-03-02', nature) FROM creances.nature_prescription ORDER BY nature COLLATE "C";
-- no anniversary: from 28 February; and its own when there is one
SELECT creances.prescription('2024-02-29', 'commerce'), creances.prescription('2024-02-29', 'consommateur'), creances.prescription('2024-02-29', 'dette_publique'),
       creances.prescription('2020-02-29', 'titre_public'), creances.prescription('2026-01-31', 'recours_transport'), creances.prescription('2026-03-01', 'recours_transport');
-- the debts of the State: four years from 1 January, whatever the day
SELECT creances.prescription('2021-01-01', 'dette_publique'), creances.prescription('2021-12-31', 'dette_publique'), creances.prescription('2022-01-01', 'dette_publique');

\echo == rows of the user
INSERT INTO creances.delai_prescription (nature, mois, intitule, source) VALUES ('contrat', 12, 'Clause de nos contrats', 'CGV 2026, art. 12'), ('transport', 6, 'Contrat type', 'contrat');
SELECT nature, mois, origine FROM creances.nature_prescription WHERE nature IN ('contrat', 'transport', 'commerce') ORDER BY nature COLLATE "C";
SELECT creances.prescription('2026-01-01', 'contrat'), creances.prescription('2026-01-01', 'transport');
UPDATE creances.delai_prescription SET actif = false WHERE origine = 'utilisateur' AND nature = 'transport';
SELECT count(*) FROM creances.nature_prescription WHERE nature = 'transport';
DELETE FROM creances.delai_prescription WHERE origine = 'utilisateur' AND nature = 'transport';
SELECT creances.prescription('2026-01-01', 'transport');

\echo == refused
SELECT pg_temp.erreur(r) FROM unnest(ARRAY[
    $$SELECT creances.prescription('2026-01-01', 'commercial')$$,
    $$SELECT creances.prescription('2026-01-01', '')$$,
    $$SELECT creances.prescription('infinity', 'commerce')$$,
    $$SELECT creances.prescription('-infinity', 'commerce')$$,
    $$SELECT creances.prescription('5874897-12-31', 'commerce')$$,
    $$SELECT creances.prescription('0001-12-31 BC', 'dette_publique')$$,
    $$INSERT INTO creances.delai_prescription (origine, nature, mois, intitule, source) VALUES ('creances', 'x', 1, 'x', 'x')$$,
    $$UPDATE creances.delai_prescription SET mois = 120 WHERE nature = 'commerce'$$,
    $$DELETE FROM creances.delai_prescription WHERE nature = 'titre'$$,
    $$INSERT INTO creances.delai_prescription (nature, mois, intitule, source) VALUES ('x', 0, 'x', 'x')$$,
    $$INSERT INTO creances.delai_prescription (nature, mois, intitule, source) VALUES ('x', 1, 'x', '')$$]) AS r;
SELECT creances.prescription('9999-12-31', 'titre'), creances.prescription('0001-01-01', 'dette_publique'), creances.prescription(NULL, 'commerce') IS NULL, creances.prescription('2026-01-01', NULL) IS NULL;

CREATE TABLE f (id int PRIMARY KEY, facture text, rang int DEFAULT 1, client text, emission date, livraison date, echeance date, montant numeric DEFAULT 1000,
                paye numeric DEFAULT 0, paye_le date, societe text DEFAULT 'a');
SELECT creances.suivre_factures('f', '{"facture": "facture", "rang": "rang", "debiteur": "client", "emission": "emission", "livraison": "livraison",
    "echeance": "echeance", "montant": "montant", "regle": "paye", "regle_le": "paye_le", "creancier": "societe"}', depuis => '2010-01-01') \g /dev/null
-- "depart nature last [due date] {possible} state", and the acts
CREATE FUNCTION pg_temp.p(facture text, au date, rang int DEFAULT 1, societe text DEFAULT 'a') RETURNS text LANGUAGE sql AS $$
SELECT format('%s %s %s [%s] {%s} %s | %s', p.depart, p.nature, coalesce(p.dernier_jour::text, '-'), coalesce(p.dernier_jour_echeance::text, '-'), coalesce(p.dernier_jour_possible::text, '-'), p.etat, p.texte)
FROM creances.prescription_creance(societe, facture, rang, au) AS p $$;

\echo == start and nature: the delivery or the due date, the first; by kind of debtor, else what was agreed
INSERT INTO f (id, facture, client, emission, livraison, echeance) VALUES
    (1, 'P1', 'pro', '2020-03-10', '2020-03-02', '2020-05-09'),
    (2, 'P2', 'pro', '2020-03-10', NULL, '2020-05-09'),
    (3, 'P3', 'pro', NULL, NULL, '2020-05-09'),
    (4, 'P4', 'pro', '2020-03-10', '2020-06-01', '2020-05-09'),
    (5, 'C1', 'dupont', '2020-03-10', NULL, '2020-04-09'),
    (6, 'S1', 'mairie', '2020-03-10', NULL, '2020-04-09'),
    (7, 'T1', 'chargeur', '2020-03-10', NULL, '2020-04-09'),
    (8, 'T2', 'chargeur', '2021-03-10', NULL, '2021-04-09'),
    (9, 'A1', 'assure', '2020-03-10', NULL, '2020-04-09'),
    (10, 'V1', 'voisin', '2020-03-10', NULL, '2020-04-09');
UPDATE f SET societe = 'moi' WHERE id = 10;
UPDATE creances.debiteur SET type = 'consommateur' WHERE debiteur IN ('dupont', 'voisin');
UPDATE creances.debiteur SET type = 'public' WHERE debiteur = 'mairie';
UPDATE creances.creancier SET type = 'particulier' WHERE creancier = 'moi';
SELECT creances.convenir('a', '2020-01-01', debiteur => 'chargeur', prescription => 'transport', source => 'lettre de voiture') \g /dev/null
SELECT creances.convenir('a', '2021-01-01', debiteur => 'chargeur', source => 'avenant') \g /dev/null
SELECT creances.convenir('a', '2020-01-01', debiteur => 'assure', prescription => 'assurance', source => 'police') \g /dev/null
SELECT facture, pg_temp.p(facture, '2020-07-01', 1, societe) FROM f ORDER BY id;
-- the creditor's own terms, later: a debtor who has his keeps them
SELECT creances.convenir('a', '2020-02-01', prescription => 'civil', source => 'CGV') \g /dev/null
SELECT f.facture, p.nature FROM f, creances.prescription_creance(f.societe, f.facture, 1, '2020-07-01') AS p WHERE f.facture IN ('P1', 'P3', 'T1', 'T2', 'A1', 'V1') ORDER BY id;
DELETE FROM creances.convention WHERE debiteur = '';

\echo == state: the last day is still safe, the next is too late
SELECT p.etat, p.dernier_jour FROM unnest(ARRAY['2025-03-01', '2025-03-02']::date[]) AS au, creances.prescription_creance('a', 'P1', 1, au) AS p;

\echo == a formal notice changes nothing, but for an insurance premium; against the State it may
SELECT creances.consigner('a', d, 'mise_en_demeure', '2021-06-01', 'LRAR') FROM unnest(ARRAY['pro', 'dupont', 'mairie', 'chargeur', 'assure']) AS d \g /dev/null
SELECT facture, pg_temp.p(facture, '2021-07-01') FROM f WHERE facture IN ('P1', 'C1', 'S1', 'T1', 'A1') ORDER BY id;
-- T1 was barred by then: no act brings it back
SELECT p.etat FROM creances.prescription_creance('a', 'T1', 1, '2021-07-01') AS p;

\echo == interruptions
INSERT INTO f (id, facture, client, emission, echeance) VALUES
    (20, 'R1', 'r', '2020-01-15', '2020-02-14'), (21, 'R2', 'r', '2020-01-15', '2020-02-14'), (22, 'R3', 'r', '2020-01-15', '2020-02-14'),
    (23, 'R4', 'r', '2020-01-15', '2020-02-14'), (24, 'R5', 'r', '2020-01-15', '2020-02-14'), (25, 'R6', 'r', '2020-01-15', '2020-02-14'),
    (26, 'R7', 'r', '2020-01-15', '2020-02-14'), (27, 'R8', 'r', '2020-01-15', '2020-02-14'), (28, 'R9', 'r', '2020-01-15', '2020-02-14');
-- written and certain, in time; not certain: shown apart; on the last day; the day after: nothing
SELECT creances.consigner('a', 'r', 'reconnaissance', '2022-05-10', 'lettre', facture => 'R1', certain => true) \g /dev/null
SELECT creances.consigner('a', 'r', 'reconnaissance', '2022-05-10', 'au téléphone', facture => 'R2') \g /dev/null
SELECT creances.consigner('a', 'r', 'reconnaissance', '2025-01-14', 'lettre', facture => 'R3', certain => true) \g /dev/null
SELECT creances.consigner('a', 'r', 'reconnaissance', '2025-01-15', 'lettre', facture => 'R4', certain => true) \g /dev/null
SELECT creances.consigner('a', 'r', 'execution_forcee', '2023-03-01', 'saisie-attribution', facture => 'R5') \g /dev/null
SELECT creances.consigner('a', 'r', 'injonction_signifiee', '2023-03-01', 'signification', facture => 'R6') \g /dev/null
UPDATE f SET paye = 100, paye_le = '2024-02-29' WHERE facture = 'R7';
SELECT facture, pg_temp.p(facture, '2025-02-01') FROM f WHERE facture BETWEEN 'R1' AND 'R7' ORDER BY id;
-- one day before it, an act is not known yet; cancelled, it counts no more from then on
SELECT creances.annuler_acte(a.acte, 'faux', '2024-06-01') FROM creances.acte AS a WHERE a.facture = 'R5' \g /dev/null
SELECT au, pg_temp.p('R5', au) FROM unnest(ARRAY['2023-02-28', '2023-03-01', '2024-05-31', '2024-06-01']::date[]) AS au;
-- before the debt was born: nothing, though it names it
INSERT INTO f (id, facture, client, emission, echeance) VALUES (29, 'R0', 'r', '2020-01-15', '2020-02-14');
SELECT creances.consigner('a', 'r', 'reconnaissance', '2020-01-14', 'bon de commande', facture => 'R0', certain => true) \g /dev/null
SELECT pg_temp.p('R0', '2020-07-01');
-- proceedings: until they end, then a new period
SELECT creances.consigner('a', 'r', 'demande_en_justice', '2024-11-04', 'assignation', facture => 'R8') AS r8 \gset
SELECT pg_temp.p('R8', '2025-06-01');
SELECT creances.clore_acte(:'r8', '2025-09-30') \g /dev/null
SELECT au, pg_temp.p('R8', au) FROM unnest(ARRAY['2025-09-29', '2025-09-30', '2030-09-30']::date[]) AS au;
-- begun too late
SELECT creances.consigner('a', 'r', 'demande_en_justice', '2025-01-15', 'assignation', facture => 'R9') \g /dev/null
SELECT pg_temp.p('R9', '2025-06-01');

\echo == a declared debt, and the debts born after the judgment
INSERT INTO f (id, facture, client, emission, echeance) VALUES (30, 'D1', 'd', '2022-01-10', '2022-02-09'), (31, 'D2', 'd', '2023-06-01', '2023-07-01');
SELECT creances.consigner('a', 'd', 'declaration_creance', '2022-12-01', 'déclaration au mandataire') AS d \gset
SELECT facture, pg_temp.p(facture, '2024-01-01') FROM f WHERE client = 'd' ORDER BY id;
SELECT creances.clore_acte(:'d', '2025-02-03') \g /dev/null
SELECT facture, pg_temp.p(facture, '2026-01-01') FROM f WHERE client = 'd' ORDER BY id;

\echo == a title: ten years from the day it is enforceable, even when it was too late to sue; interrupted by execution
INSERT INTO f (id, facture, client, emission, echeance) VALUES (40, 'J1', 'j', '2020-01-15', '2020-02-14'), (41, 'J2', 'j', '2018-01-15', '2018-02-14'), (42, 'J3', 'k', '2020-01-15', '2020-02-14');
SELECT creances.consigner('a', 'j', 'titre_executoire', '2024-03-05', 'jugement signifié') \g /dev/null
SELECT creances.consigner('a', 'j', 'mise_en_demeure', '2024-06-05', 'LRAR', facture => 'J1') \g /dev/null
SELECT creances.consigner('a', 'j', 'execution_forcee', '2030-07-01', 'saisie', facture => 'J1') \g /dev/null
SELECT au, facture, pg_temp.p(facture, au) FROM f, unnest(ARRAY['2024-12-01', '2031-01-01']::date[]) AS au WHERE client = 'j' ORDER BY au, id;
-- provisionally enforceable during the appeal: the proceedings still hold
SELECT creances.consigner('a', 'k', 'demande_en_justice', '2021-01-04', 'assignation', jusque => '2024-01-10') \g /dev/null
SELECT creances.consigner('a', 'k', 'titre_executoire', '2022-05-02', 'exécution provisoire') \g /dev/null
SELECT au, pg_temp.p('J3', au) FROM unnest(ARRAY['2023-01-01', '2024-06-01']::date[]) AS au;

\echo == suspensions: the days are given back, six months at least after a mediation
INSERT INTO f (id, facture, client, emission, echeance) VALUES (50, 'M1', 'm1', '2020-01-15', '2020-02-14'), (51, 'M2', 'm2', '2020-01-15', '2020-02-14'),
    (52, 'M3', 'm3', '2020-01-15', '2020-02-14'), (53, 'M4', 'm4', '2020-01-15', '2020-02-14'), (54, 'M5', 'm5', '2020-01-15', '2020-02-14'), (55, 'M6', 'mairie', '2020-01-15', '2020-02-14');
-- 100 days: 2025-01-14 + 100
SELECT creances.consigner('a', 'm1', 'mediation', '2022-01-01', 'accord', jusque => '2022-04-11') \g /dev/null
-- near the end: six months from the end of the mediation
SELECT creances.consigner('a', 'm2', 'mediation', '2025-01-10', 'accord', jusque => '2025-02-10') \g /dev/null
-- still going on: the day moves back as long as it lasts
SELECT creances.consigner('a', 'm3', 'impossibilite', '2022-01-01', 'force majeure') \g /dev/null
-- two that overlap: from 1 January to 1 May, once
SELECT creances.consigner('a', 'm4', 'mediation', '2022-01-01', 'accord', jusque => '2022-03-01') \g /dev/null
SELECT creances.consigner('a', 'm4', 'impossibilite', '2022-02-01', 'force majeure', jusque => '2022-05-01') \g /dev/null
-- acknowledged in the middle: a new period, from which the rest of the days is taken out
SELECT creances.consigner('a', 'm5', 'mediation', '2022-01-01', 'accord', jusque => '2022-04-11') \g /dev/null
SELECT creances.consigner('a', 'm5', 'reconnaissance', '2022-04-01', 'lettre', certain => true) \g /dev/null
-- against the State six months at most: from 31 December 2024, 181 days
SELECT creances.consigner('a', 'mairie', 'mediation', '2022-01-01', 'accord', facture => 'M6', jusque => '2023-04-11') \g /dev/null
SELECT facture, pg_temp.p(facture, '2025-03-01') FROM f WHERE facture BETWEEN 'M1' AND 'M6' ORDER BY id;
SELECT au, pg_temp.p('M3', au) FROM unnest(ARRAY['2021-12-31', '2022-01-01', '2022-01-02', '2025-03-02']::date[]) AS au;

\echo == twenty years from its birth, except by a claim in court or an enforcement
INSERT INTO f (id, facture, client, emission, echeance) VALUES (60, 'B1', 'b', '2001-06-01', '2001-07-01'), (61, 'B2', 'b', '2001-06-01', '2001-07-01'), (62, 'B3', 'b3', '2001-06-01', '2001-07-01');
SELECT creances.consigner('a', 'b', 'reconnaissance', d, 'lettre', certain => true) FROM unnest(ARRAY['2006-01-02', '2010-12-01', '2015-11-30', '2020-11-01', '2021-05-20']::date[]) AS d \g /dev/null
SELECT creances.consigner('a', 'b', 'execution_forcee', '2021-05-31', 'saisie', facture => 'B2') \g /dev/null
SELECT facture, pg_temp.p(facture, '2021-06-01') FROM f WHERE client = 'b' ORDER BY id;
-- a mediation does not lead beyond them either, were it to leave less than six months
SELECT creances.consigner('a', 'b3', 'reconnaissance', d, 'lettre', certain => true) FROM unnest(ARRAY['2006-01-02', '2010-12-01', '2015-11-30']::date[]) AS d \g /dev/null
SELECT creances.consigner('a', 'b3', 'mediation', '2020-11-02', 'accord') AS m \gset
SELECT creances.clore_acte(:'m', '2020-12-20') \g /dev/null
SELECT pg_temp.p('B3', '2021-01-04');

\echo == acts of another invoice, of another due date, of another debtor: nothing
INSERT INTO f (id, facture, rang, client, emission, echeance) VALUES (70, 'X', 1, 'x', '2020-01-15', '2020-02-14'), (71, 'X', 2, 'x', '2020-01-15', '2020-03-14'), (72, 'Y', 1, 'x', '2020-01-15', '2020-02-14'), (73, 'Z', 1, 'z', '2020-01-15', '2020-02-14');
SELECT creances.consigner('a', 'x', 'execution_forcee', '2022-02-02', 'saisie', facture => 'X', rang => 2) \g /dev/null
SELECT facture, rang, pg_temp.p(facture, '2022-03-01', rang) FROM f WHERE client IN ('x', 'z') ORDER BY id;

\echo == refused
SELECT pg_temp.erreur(r) FROM unnest(ARRAY[
    $$SELECT creances.prescription_creance('a', 'nulle part', 1)$$,
    $$SELECT creances.prescription_creance('a', 'P1', 2, '2025-01-01')$$,
    $$SELECT creances.prescription_creance('b', 'P1', 1, '2025-01-01')$$,
    $$SELECT creances.prescription_creance(NULL, 'P1', 1)$$,
    $$SELECT creances.prescription_creance('a', NULL, 1)$$,
    $$SELECT creances.prescription_creance('a', 'P1', NULL)$$,
    $$SELECT creances.prescription_creance('a', 'P1', 1, NULL)$$,
    $$SELECT creances.prescription_creance('a', 'P1', 1, 'infinity')$$,
    $$SELECT creances.prescription_proche(NULL)$$,
    $$SELECT creances.prescription_proche(-1)$$,
    $$SELECT creances.prescription_proche(90, NULL)$$,
    $$SELECT creances.prescription_proche(90, '-infinity')$$,
    $$SELECT creances.convenir('a', '2026-01-01', prescription => 'commercial', source => 'CGV')$$]) AS r;
SELECT p.etat, p.dernier_jour FROM unnest(ARRAY['4713-01-01 BC', '9999-12-31']::date[]) AS au, creances.prescription_creance('a', 'P1', 1, au) AS p;
SELECT count(*) FROM creances.prescription_proche(2147483647, '4713-01-01 BC');
-- a nature that is hidden after it was agreed: an error for one, a line for all
INSERT INTO creances.delai_prescription (nature, mois, intitule, source, actif) VALUES ('assurance', 24, 'x', 'x', false);
SELECT pg_temp.erreur($$SELECT creances.prescription_creance('a', 'A1', 1, '2021-01-01')$$);
SELECT facture, etat, texte, dernier_jour IS NULL, restant IS NULL FROM creances.prescription_proche(0, '2020-06-01');
DELETE FROM creances.delai_prescription WHERE nature = 'assurance' AND origine = 'utilisateur';

\echo == what is near
SELECT facture, rang, nature, dernier_jour, etat, debiteur, solde, devise, restant FROM creances.prescription_proche(30, '2025-03-01');
-- within that many days, the last one included
SELECT j, string_agg(p.facture, ' ' ORDER BY p.facture COLLATE "C") FROM unnest(ARRAY[0, 7, 8]) AS j, creances.prescription_proche(j, '2025-03-01') AS p WHERE p.restant >= 0 GROUP BY j ORDER BY j;
UPDATE f SET paye = montant, paye_le = '2025-01-01' WHERE facture = 'P2';
SELECT count(*) FROM creances.prescription_proche(30, '2025-03-01') WHERE facture = 'P2';
-- the defaults: ninety days from today
SELECT count(*) > 0, bool_and(restant <= 90) FROM creances.prescription_proche();

\echo == against a walk over the days, act by act
INSERT INTO creances.delai_prescription (nature, mois, depart_annee, intitule, source) VALUES ('longue', 232, false, 'Près du butoir', 'essai'), ('breve', 5, false, 'Brève', 'essai');
CREATE TABLE g (id int PRIMARY KEY, facture text, client text, emission date, livraison date, echeance date, montant numeric);
SELECT creances.suivre_factures('g', '{"facture": "facture", "debiteur": "client", "emission": "emission", "livraison": "livraison",
    "echeance": "echeance", "montant": "montant"}', depuis => '2010-01-01') \g /dev/null
\echo seed 0.19
SELECT setseed(0.19) \g /dev/null
INSERT INTO g
SELECT i, 'G' || i, 'g' || i, CASE WHEN i % 17 <> 0 THEN e END, CASE WHEN i % 3 = 0 THEN e - 20 + (random() * 40)::integer END, e + (random() * 90)::integer, 1000
FROM (SELECT i, CASE WHEN i % 7 = 0 THEN date '2016-02-29' ELSE date '2015-06-01' + (random() * 700)::integer END AS e FROM generate_series(1, :n) AS i) AS d;
UPDATE creances.debiteur SET type = (ARRAY['professionnel', 'public', 'consommateur'])[1 + (right(debiteur, -1)::integer / 2) % 3] WHERE debiteur IN (SELECT client FROM g);
INSERT INTO creances.convention (creancier, debiteur, depuis, prescription, source)
SELECT 'principal', client, '2000-01-01', (ARRAY['commerce', 'longue', 'breve', 'transport', 'assurance', 'recours_transport'])[1 + (id / 2) % 6], 'essai' FROM g WHERE id % 2 = 0;
CREATE TEMP TABLE actes AS
SELECT gen_random_uuid() AS acte, g.id, q.genre, CASE WHEN random() < 0.6 THEN g.facture ELSE '' END AS facture, q.le, random() < 0.8 AS certain,
       CASE WHEN q.genre IN ('demande_en_justice', 'declaration_creance', 'mediation', 'impossibilite') AND random() < 0.8
            THEN q.le + (random() * random() * 700)::integer END AS jusque,
       CASE WHEN random() < 0.1 THEN q.le + (random() * 600)::integer END AS annule_le, random() AS hasard
FROM g, generate_series(1, 6) AS k,
     LATERAL (SELECT coalesce(g.emission, g.echeance) - 60 + (random() * CASE WHEN g.id % 4 < 2 THEN 900 ELSE 2500 END)::integer + 0 * k AS le,
                     (ARRAY['reconnaissance', 'reconnaissance', 'execution_forcee', 'injonction_signifiee', 'demande_en_justice', 'declaration_creance', 'mediation', 'mediation',
                            'impossibilite', 'impossibilite', 'titre_executoire', 'mise_en_demeure', 'litige', 'paiement', 'paiement'])[1 + (random() * 14.999 - 0.4999)::integer] AS genre) AS q
WHERE k <= g.id % 7;
INSERT INTO creances.acte (creancier, acte, genre, debiteur, facture, rang, le, jusque, motif, certain, annule_le)
SELECT 'principal', acte, genre, 'g' || id, facture, CASE WHEN facture = '' OR hasard < 0.6 THEN 0 WHEN hasard < 0.9 THEN 1 ELSE 2 END, le, jusque, 'essai', certain, annule_le
FROM actes WHERE genre <> 'paiement';
INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature)
SELECT 'principal', acte, 'G' || id, 1, le, CASE WHEN hasard < 0.9 THEN 10 ELSE -10 END, CASE WHEN hasard < 0.2 THEN 'avoir' ELSE 'paiement' END FROM actes WHERE genre = 'paiement';
ANALYZE creances.acte;

-- months one by one, then the eve
CREATE FUNCTION pg_temp.fin(d date, mois integer, annee boolean) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
    y integer := extract(year FROM d); m integer := extract(month FROM d); q integer := extract(day FROM d);
BEGIN
    IF annee THEN y := y + 1; m := 1; q := 1; END IF;
    FOR i IN 1 .. mois LOOP
        m := m + 1;
        IF m = 13 THEN m := 1; y := y + 1; END IF;
    END LOOP;
    RETURN make_date(y, m, least(q, CASE WHEN m IN (4, 6, 9, 11) THEN 30 WHEN m <> 2 THEN 31 WHEN y % 4 = 0 AND y % 100 <> 0 OR y % 400 = 0 THEN 29 ELSE 28 END)) - 1;
END $$;

CREATE FUNCTION pg_temp.oracle(i integer, p_au date, usuel boolean, possible boolean, OUT jour date, OUT etat text) LANGUAGE plpgsql AS $$
DECLARE
    c creances.creance; t text; na text; mo integer; an boolean; naissance date; depart date; butoir date;
    ids text[] := '{}'; genres text[] := '{}'; debuts date[] := '{}'; fins date[] := '{}'; vivants boolean[] := '{}';
    ouvertes text[] := '{}'; titre boolean := false; premier date; d date; r record; pousse boolean;
BEGIN
    SELECT x.* INTO c FROM creances.creance x WHERE x.creancier = 'principal' AND x.facture = 'G' || i;
    SELECT x.type INTO t FROM creances.debiteur x WHERE x.creancier = 'principal' AND x.debiteur = c.debiteur;
    SELECT x.prescription INTO na FROM creances.convention x WHERE x.creancier = 'principal' AND x.debiteur = c.debiteur;
    na := coalesce(na, CASE t WHEN 'public' THEN 'dette_publique' WHEN 'consommateur' THEN 'consommateur' ELSE 'commerce' END);
    SELECT x.mois, x.depart_annee INTO mo, an FROM creances.delai_prescription x WHERE x.nature = na;
    naissance := CASE WHEN c.livraison < c.echeance THEN c.livraison WHEN c.livraison IS NULL AND c.emission < c.echeance THEN c.emission ELSE c.echeance END;
    depart := CASE WHEN usuel THEN c.echeance ELSE naissance END;
    butoir := pg_temp.fin(naissance, 240, false);
    FOR r IN SELECT a.acte::text AS id, a.genre, a.le, a.jusque, a.certain, a.facture, a.rang, a.annule_le FROM creances.acte a WHERE a.debiteur = c.debiteur
             UNION ALL SELECT x.reglement, 'paiement', x.le, NULL, false, x.facture, x.rang, NULL FROM creances.reglement x
                        WHERE x.facture = c.facture AND x.nature = 'paiement' AND x.montant > 0 LOOP
        CONTINUE WHEN r.genre = 'litige' OR r.le > p_au OR r.annule_le <= p_au OR r.rang > 1;
        CONTINUE WHEN r.facture = '' AND r.le < naissance AND r.genre <> 'impossibilite';
        CONTINUE WHEN NOT possible AND NOT r.certain;
        CONTINUE WHEN r.genre = 'mise_en_demeure' AND NOT (na = 'assurance' OR na = 'dette_publique' AND possible);
        ids := ids || r.id; genres := genres || r.genre; debuts := debuts || r.le; vivants := vivants || false;
        fins := fins || CASE WHEN r.jusque <= p_au THEN r.jusque END;
    END LOOP;

    premier := least(naissance, (SELECT min(x) FROM unnest(debuts) AS x));
    FOR n IN 0 .. greatest(p_au, depart) - premier LOOP
        d := premier + n;
        IF d IN (depart, p_au) OR d = ANY (debuts) OR d = ANY (fins) THEN
            -- a mediation that ends today leaves six months
            FOR k IN 1 .. cardinality(ids) LOOP
                IF vivants[k] AND genres[k] = 'mediation' AND d = coalesce(fins[k], p_au) AND jour IS NOT NULL THEN
                    jour := greatest(jour, least(butoir, pg_temp.fin(d, 6, false)));
                END IF;
            END LOOP;
            IF d = depart AND NOT titre THEN jour := pg_temp.fin(d, mo, an); END IF;
            -- what begins today while the debt is not barred
            FOR k IN 1 .. cardinality(ids) LOOP
                IF debuts[k] = d AND genres[k] IN ('mediation', 'impossibilite') AND (jour IS NULL OR cardinality(ouvertes) > 0 OR d <= jour) THEN
                    vivants[k] := true;
                    IF genres[k] = 'mediation' AND na = 'dette_publique' AND NOT titre THEN
                        -- six months at most
                        IF pg_temp.fin(d, 6, false) + 1 <= p_au THEN fins[k] := least(fins[k], pg_temp.fin(d, 6, false) + 1); END IF;
                    END IF;
                    -- and ends at once
                    IF genres[k] = 'mediation' AND coalesce(fins[k], p_au) = d AND jour IS NOT NULL THEN
                        jour := greatest(jour, least(butoir, pg_temp.fin(d, 6, false)));
                    END IF;
                END IF;
            END LOOP;
            FOR k IN 1 .. cardinality(ids) LOOP
                IF debuts[k] = d AND genres[k] = 'titre_executoire' THEN
                    titre := true; mo := 120; an := false;
                    jour := greatest(jour, pg_temp.fin(d, mo, an));
                END IF;
            END LOOP;
            FOR k IN 1 .. cardinality(ids) LOOP
                IF debuts[k] = d AND (cardinality(ouvertes) > 0 OR d <= jour) AND jour IS NOT NULL THEN
                    IF genres[k] IN ('execution_forcee', 'injonction_signifiee') THEN
                        jour := greatest(jour, pg_temp.fin(d, mo, an));
                    ELSIF genres[k] IN ('reconnaissance', 'paiement') OR genres[k] = 'mise_en_demeure' AND NOT titre THEN
                        jour := greatest(jour, least(butoir, pg_temp.fin(d, mo, an)));
                    END IF;
                END IF;
            END LOOP;
            FOR k IN 1 .. cardinality(ids) LOOP
                IF debuts[k] = d AND genres[k] IN ('demande_en_justice', 'declaration_creance') AND (jour IS NULL OR cardinality(ouvertes) > 0 OR d <= jour) THEN
                    ouvertes := ouvertes || ids[k];
                END IF;
            END LOOP;
            FOR k IN 1 .. cardinality(ids) LOOP
                IF fins[k] = d AND ids[k] = ANY (ouvertes) THEN
                    ouvertes := array_remove(ouvertes, ids[k]);
                    IF cardinality(ouvertes) = 0 AND jour IS NOT NULL THEN jour := greatest(jour, pg_temp.fin(d, mo, an)); END IF;
                END IF;
            END LOOP;
        END IF;
        -- a suspended day is a day given back
        IF jour IS NOT NULL AND jour < butoir AND d < p_au THEN
            pousse := false;
            FOR k IN 1 .. cardinality(ids) LOOP
                pousse := pousse OR vivants[k] AND debuts[k] <= d AND d < coalesce(fins[k], p_au);
            END LOOP;
            IF pousse THEN jour := jour + 1; END IF;
        END IF;
    END LOOP;
    etat := CASE WHEN cardinality(ouvertes) > 0 THEN 'instance en cours' WHEN p_au > jour THEN 'acquise' ELSE 'court' END;
    FOR k IN 1 .. cardinality(ids) LOOP
        IF etat = 'court' AND vivants[k] AND fins[k] IS NULL THEN etat := 'suspendue'; END IF;
    END LOOP;
    IF etat = 'instance en cours' THEN jour := NULL; END IF;
END $$;
CREATE TEMP TABLE resultats AS
SELECT g.id, a.au, p.nature, p.dernier_jour, p.dernier_jour_echeance, p.dernier_jour_possible, p.etat, p.texte,
       o.jour AS jour_attendu, o.etat AS etat_attendu, CASE WHEN u.jour IS NOT NULL THEN greatest(u.jour, o.jour) END AS echeance_attendue,
       CASE WHEN q.jour IS NOT NULL THEN greatest(q.jour, o.jour) END AS possible_attendu
FROM g
CROSS JOIN LATERAL (SELECT coalesce(g.emission, g.echeance) + (random() * 2600)::integer AS au) AS a
CROSS JOIN LATERAL creances.prescription_creance('principal', g.facture, 1, a.au) AS p
CROSS JOIN LATERAL pg_temp.oracle(g.id, a.au, false, false) AS o
CROSS JOIN LATERAL pg_temp.oracle(g.id, a.au, true, false) AS u
CROSS JOIN LATERAL pg_temp.oracle(g.id, a.au, false, true) AS q;
SELECT count(*) = :n AS all_cases,
       count(*) FILTER (WHERE dernier_jour IS DISTINCT FROM jour_attendu OR etat <> etat_attendu) AS wrong,
       count(*) FILTER (WHERE dernier_jour_echeance IS DISTINCT FROM echeance_attendue) AS wrong_due_date,
       count(*) FILTER (WHERE dernier_jour_possible IS DISTINCT FROM possible_attendu) AS wrong_possible,
       count(*) FILTER (WHERE dernier_jour_possible < dernier_jour OR dernier_jour_echeance < dernier_jour) AS earlier
FROM resultats;
SELECT r.*, (SELECT string_agg(concat_ws(' ', a.genre, a.facture, a.rang, a.le, a.jusque, a.certain, a.annule_le), ', ' ORDER BY a.le) FROM creances.acte a WHERE a.debiteur = 'g' || r.id)
FROM resultats AS r WHERE dernier_jour IS DISTINCT FROM jour_attendu OR etat <> etat_attendu OR dernier_jour_echeance IS DISTINCT FROM echeance_attendue
    OR dernier_jour_possible IS DISTINCT FROM possible_attendu LIMIT 3;
-- every state and every act has been met
SELECT etat, count(*) > 0 FROM resultats GROUP BY etat ORDER BY etat COLLATE "C";
SELECT x, count(*) > 0 FROM resultats, unnest(ARRAY['C. civ. 2234', 'C. civ. 2238', 'C. civ. 2240', 'C. civ. 2241', 'C. civ. 2244', 'C. com. L622-25-1', 'CPCE L111-4', 'C. ass. L114-2',
    'loi 68-1250 art. 2)', 'loi 68-1250 art. 2-1', 'possible : ', 'paiement du', 'sans effet', 'vingt ans au plus']) AS x WHERE position(x IN texte) > 0 GROUP BY x ORDER BY x COLLATE "C";

\echo == what is near is what the single invoices say, and acts only put it off
SELECT j, au, count(p.facture) > 20 AS some,
       count(*) FILTER (WHERE (p.facture IS NULL) <> (r.facture IS NULL)) AS wrong,
       count(*) FILTER (WHERE p.restant <> p.dernier_jour - au OR (p.etat = 'acquise') <> (p.restant < 0)) AS wrong_days
FROM (VALUES (0, date '2018-03-01'), (90, date '2017-05-15'), (1000, date '2016-11-02')) AS v (j, au)
CROSS JOIN LATERAL (
    SELECT p.facture, p.dernier_jour, p.etat, p.restant, c.facture AS f2 FROM creances.prescription_proche(j, au) AS p FULL JOIN (
        SELECT k.facture FROM creances.creance AS k CROSS JOIN LATERAL creances.prescription_creance(k.creancier, k.facture, k.rang, au) AS x
        WHERE k.solde > 0 AND k.creancier = 'principal' AND x.dernier_jour <= au + j) AS c USING (facture)
    WHERE p.creancier = 'principal' OR p.creancier IS NULL) AS p
CROSS JOIN LATERAL (SELECT p.f2 AS facture) AS r
GROUP BY j, au ORDER BY j;

\echo == an order for payment served too late has never been (CPC 1411): three months from 1 September 2026, six before
CREATE TABLE inj (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric);
INSERT INTO inj SELECT 'I' || n, 'inj' || n, '2026-01-10', '2026-02-10', 1000 FROM generate_series(1, 5) n;
SELECT creances.suivre_factures('inj', '{"creancier": "''injonctions''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant"}');
SELECT count(creances.consigner('injonctions', 'inj' || n, 'ordonnance_injonction', o::date, 'tribunal', 'I' || n)), count(creances.consigner('injonctions', 'inj' || n, 'injonction_signifiee', s::date, 'commissaire de justice', 'I' || n))
  FROM (VALUES (1, '2026-09-02', '2026-12-02'), (2, '2026-09-02', '2026-12-03'), (3, '2026-08-31', '2027-03-01'), (4, '2026-08-31', '2027-03-02')) v(n, o, s);
-- served, and no order recorded: it counts, as before
SELECT count(creances.consigner('injonctions', 'inj5', 'injonction_signifiee', '2027-03-02', 'commissaire de justice', 'I5'));
SELECT facture, dernier_jour, texte ~ 'injonction_signifiee' AS comptee FROM generate_series(1, 5) n, creances.prescription_creance('injonctions', 'I' || n, 1, '2027-04-01');
-- the order annulled, the service stands alone
SELECT count(*) FROM (SELECT creances.annuler_acte(a.acte, 'saisi par erreur', '2026-12-10') FROM creances.acte a WHERE a.creancier = 'injonctions' AND a.debiteur = 'inj2' AND a.genre = 'ordonnance_injonction') x;
SELECT dernier_jour FROM creances.prescription_creance('injonctions', 'I2', 1, '2027-04-01');
ROLLBACK;
