-- What can be claimed: the statement of a receivable, case by case, each figure
-- worked out by hand; properties on random data; what is refused.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET jit = off; -- for the test's own queries
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
CREATE FUNCTION pg_temp.facture(p_facture text, p_montant numeric, p_echeance date, p_debiteur text DEFAULT 'PRO', p_creancier text DEFAULT 'SA', p_devise text DEFAULT 'EUR',
    p_rang integer DEFAULT 1, p_emission date DEFAULT NULL, p_livraison date DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, livraison, nee_le, echeance, montant, devise, solde, suivi, cle)
    VALUES (p_creancier, p_facture, p_rang, p_debiteur, 'facture', coalesce(p_emission, p_echeance - 30), p_livraison, coalesce(p_emission, p_echeance - 30), p_echeance,
            p_montant, p_devise, p_montant, 'pg_class', concat_ws(':', p_creancier, p_facture, p_rang));
    INSERT INTO creances.a_decider VALUES (p_creancier, p_facture, p_rang) $$;
CREATE FUNCTION pg_temp.payer(p_facture text, p_le date, p_montant numeric, p_nature text DEFAULT 'paiement', p_creancier text DEFAULT 'SA', p_rang integer DEFAULT 1) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature)
    SELECT p_creancier, concat_ws(':', p_facture, p_rang, count(*) + 1), p_facture, p_rang, p_le, p_montant, p_nature
    FROM creances.reglement AS r WHERE r.creancier = p_creancier AND r.facture = p_facture AND r.rang = p_rang;
    UPDATE creances.creance SET solde = solde - p_montant, soldee_le = CASE WHEN solde = p_montant THEN p_le END
    WHERE creancier = p_creancier AND facture = p_facture AND rang = p_rang;
END $$;
INSERT INTO creances.creancier (creancier, nom, type) VALUES ('SA', 'Fonderie SA', 'professionnel'), ('M', 'Mme Martin', 'particulier'), ('CGV', 'Stipule SARL', 'professionnel');
INSERT INTO creances.debiteur (creancier, debiteur, type, zone) VALUES
    ('SA', 'PRO', 'professionnel', 'metropole'), ('SA', 'MAIRIE', 'public', 'metropole'), ('SA', 'MULHOUSE', 'public', 'alsace_moselle'), ('SA', 'MME', 'consommateur', 'metropole'),
    ('M', 'PRO', 'professionnel', 'metropole'), ('CGV', 'PRO', 'professionnel', 'metropole'), ('CGV', 'NEGO', 'professionnel', 'metropole'), ('CGV', 'MAIRIE', 'public', 'metropole'),
    ('SA', 'LIQUIDE', 'professionnel', 'metropole'), ('SA', 'AUTRE', 'professionnel', 'metropole');
\set l 'ligne, nature, du, au, jours, base_calcul, taux, montant, reste_principal AS rp, reste_penalites AS rpen, reste_indemnite AS ri, reste_frais AS rf, en_compte AS ec, texte'
\set r 'facture, rang, devise, au, regime, terme, principal, penalites, indemnite, frais, total, par_jour, penalites_arretees_au, en_compte, penalites_courues, remises, convention'

\echo == part-paid: 10 000, of which 6 000 on day 30 of lateness and 4 000 on day 60
-- a stipulated rate of 12 %, above the floor of 2025-S1 (11.13): 10 000 x 30 + 4 000 x 29 = 416 000 day-euros at day 59, 420 000 at day 60 and ever after;
-- 416 000 x 12 / 36 500 = 136.767, 420 000 x 12 / 36 500 = 138.082
SELECT creances.convenir('CGV', '2020-01-01', '12', source => 'CGV, article 5');
SELECT pg_temp.facture('P1', 10000, '2025-03-01', p_creancier => 'CGV'), pg_temp.payer('P1', '2025-03-31', 6000, p_creancier => 'CGV'), pg_temp.payer('P1', '2025-04-30', 4000, p_creancier => 'CGV') \g /dev/null
SELECT d, creances.penalite_creance('CGV', 'P1', 1, date '2025-03-01' + d) FROM unnest(ARRAY[0, 1, 30, 59, 60, 61, 120, 600]) AS d;
SELECT :l FROM creances.decompte_creance('CGV', 'P1', 1, '2025-06-15');
-- at 36.5 % a day-euro is a thousandth: 416.00, 420.00
SELECT creances.convenir('CGV', '2020-01-01', '36,5', 'NEGO', source => 'contrat du 02/01/2020');
SELECT pg_temp.facture('P0', 10000, '2025-03-01', 'NEGO', 'CGV'), pg_temp.payer('P0', '2025-03-31', 6000, p_creancier => 'CGV'), pg_temp.payer('P0', '2025-04-30', 4000, p_creancier => 'CGV') \g /dev/null
SELECT d, creances.penalite_creance('CGV', 'P0', 1, date '2025-03-01' + d) FROM unnest(ARRAY[59, 60, 61, 600]) AS d;
-- the default rate, over 1 January: 16 x 10 000 x 14.25 + 14 x 10 000 x 13.15 + 30 x 4 000 x 13.15 = 5 699 000 / 36 500 = 156.137 (one day less: 154.696)
SELECT pg_temp.facture('P2', 10000, '2024-12-15'), pg_temp.payer('P2', '2025-01-14', 6000), pg_temp.payer('P2', '2025-02-13', 4000) \g /dev/null
SELECT d, creances.penalite_creance('SA', 'P2', 1, d) FROM unnest('{2025-02-12,2025-02-13,2025-02-14,2026-02-13}'::date[]) AS d;
SELECT :l FROM creances.decompte_creance('SA', 'P2', 1, '2025-03-01');
-- and over 1 July: 15 x 10 000 x 13.15 + 15 x 10 000 x 12.15 + 30 x 4 000 x 12.15 = 5 253 000 / 36 500 = 143.918 (one day less: 142.586)
SELECT pg_temp.facture('P3', 10000, '2025-06-15'), pg_temp.payer('P3', '2025-07-15', 6000), pg_temp.payer('P3', '2025-08-14', 4000) \g /dev/null
SELECT d, creances.penalite_creance('SA', 'P3', 1, d) FROM unnest('{2025-08-13,2025-08-14,2025-08-15,2026-08-14}'::date[]) AS d;
-- interest first (C. civ. 1343-1): on 15 July 104.0 = 15 x 13.15 + 15 x 12.15 on 10 000: 1 972 500 + 1 822 500 = 3 795 000 / 36 500 = 103.97; so 5 896.03 go to principal, 4 103.97 remain;
-- 14 August: 4 103.97 x 30 x 12.15 / 36 500 = 40.98; 3 959.02 to principal, 144.95 remain; then 17 days to 31 August: 144.95 x 17 x 12.15 / 36 500 = 0.82
SELECT :l FROM creances.decompte_creance('SA', 'P3', 1, '2025-08-31', 'interets');
-- the order given whole: as above; then 10 000 - 40 to principal, the 103.97 + 30 days on 4 000 (39.95) and 17 on 40 (0.23) remain; then 40 EUR first
SELECT i, reste_principal, reste_penalites, reste_indemnite, reste_frais, en_compte
FROM unnest(ARRAY['frais,interets,principal,indemnite', 'principal,indemnite,interets,frais', 'indemnite,frais,interets,principal']) AS i,
     LATERAL (SELECT * FROM creances.decompte_creance('SA', 'P3', 1, '2025-08-31', i) ORDER BY ligne DESC LIMIT 1) AS d;

\echo == the floor tests a stipulated rate, and never raises the default one
-- 2024: the default rate is 14.50 then 14.25, the floor 15.21 then 14.76; 36 500 EUR bear one tenth of the rate a day, in tens of EUR
SELECT pg_temp.facture('N1', 36500, '2024-06-20') \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'N1', 1, '2024-07-10') WHERE nature = 'interets';
-- 5 % stipulated: min(15.21, 14.50), then min(14.76, 14.25)
SELECT creances.convenir('CGV', '2020-01-01', '5', 'NEGO', source => 'contrat du 02/01/2020');
SELECT pg_temp.facture('N2', 36500, '2024-06-20', 'NEGO', 'CGV') \g /dev/null
SELECT :l FROM creances.decompte_creance('CGV', 'N2', 1, '2024-07-10') WHERE nature = 'interets';
-- 15 % stipulated: under the floor in 2024-S1 (14.50 then), above it in 2024-S2 (15); exactly at the floor it stays
SELECT pg_temp.facture('N3', 36500, '2024-06-20', 'NEGO', 'CGV'), creances.convenir('CGV', '2024-06-01', '15', 'NEGO', source => 'avenant du 01/06/2024') \g /dev/null
SELECT :l FROM creances.decompte_creance('CGV', 'N3', 1, '2024-07-10') WHERE nature = 'interets';
SELECT creances.convenir('CGV', '2024-06-01', '15,21', 'NEGO', source => 'avenant du 01/06/2024, corrigé');
SELECT :l FROM creances.decompte_creance('CGV', 'N3', 1, '2024-07-10') WHERE nature = 'interets';
-- in 2023-S2 the floor (12.66) is below the default (14.00): the floor; the day before, 2023-S1: 6.18
SELECT creances.convenir('CGV', '2023-01-01', '5', 'NEGO', source => 'contrat');
SELECT pg_temp.facture('N4', 36500, '2023-06-29', 'NEGO', 'CGV') \g /dev/null
SELECT :l FROM creances.decompte_creance('CGV', 'N4', 1, '2023-07-02') WHERE nature = 'interets';
-- a dated change of the stipulated rate: 12 to 30 April, 13.5 from 1 May 2025; the creditor's for others, the debtor's own from its date
SELECT creances.convenir('CGV', '2025-05-01', '13,5', source => 'CGV, édition de mai 2025');
SELECT pg_temp.facture('N5', 36500, '2025-04-20', p_creancier => 'CGV') \g /dev/null
SELECT :l FROM creances.decompte_creance('CGV', 'N5', 1, '2025-05-10') WHERE nature = 'interets';
-- a fixed rate is not cut at a half-year where nothing changes; in base 'actuel' it is cut where the year's length does
SELECT pg_temp.facture('N6', 36500, '2025-06-20', p_creancier => 'CGV') \g /dev/null
SELECT :l FROM creances.decompte_creance('CGV', 'N6', 1, '2025-07-10') WHERE nature = 'interets';
SELECT creances.convenir('CGV', '2019-01-01', '12', 'PRO', base => 'actuel', source => 'contrat de base actuelle'), pg_temp.facture('N7', 10000, '2019-12-22', p_creancier => 'CGV') \g /dev/null
-- 9 days over 365 and 10 over 366 at 12 %: 29.589 + 32.787 = 62.376
SELECT :l FROM creances.decompte_creance('CGV', 'N7', 1, '2020-01-10') WHERE nature = 'interets';

\echo == movements
-- 1 000 due 1 March 2025, 13.15 %: 0.36027 a day
SELECT pg_temp.facture('A' || n, 1000, '2025-03-01') FROM generate_series(1, 12) AS n \g /dev/null
-- A1 overpaid after 10 days: 3.60, and 200 on account; never negative interest
SELECT pg_temp.payer('A1', '2025-03-11', 1200) \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'A1', 1, '2025-12-31');
-- A2 400 paid before the due date: 600 bear interest from 2 March, 10 days: 2.16
SELECT pg_temp.payer('A2', '2025-02-10', 400) \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'A2', 1, '2025-03-11', 'interets');
-- A3 paid on the due date: nothing; A4 the next day: one day, 0.36, and the 40 EUR
SELECT pg_temp.payer('A3', '2025-03-01', 1000), pg_temp.payer('A4', '2025-03-02', 1000) \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'A3', 1, '2025-03-31');
SELECT :l FROM creances.decompte_creance('SA', 'A4', 1, '2025-03-31');
-- A5 paid on the due date, rejected on 20 March: nothing is late on the 19th; from the 20th all of it has been since 2 March: 19 days, 6.85
SELECT pg_temp.payer('A5', '2025-03-01', 1000), pg_temp.payer('A5', '2025-03-20', -1000, 'annulation') \g /dev/null
SELECT d, creances.penalite_creance('SA', 'A5', 1, d), principal, penalites, indemnite, total FROM unnest('{2025-03-19,2025-03-20,2025-03-21}'::date[]) AS d, creances.reste_du('SA', 'A5', 1, d);
SELECT :l FROM creances.decompte_creance('SA', 'A5', 1, '2025-03-20');
-- A6 rejected before the due date: as if nothing had been paid; A7 paid late, rejected, paid again on 31 March: 30 days, 10.81
SELECT pg_temp.payer('A6', '2025-02-20', 1000), pg_temp.payer('A6', '2025-02-25', -1000, 'annulation') \g /dev/null
SELECT pg_temp.payer('A7', '2025-03-11', 1000), pg_temp.payer('A7', '2025-03-20', -1000, 'annulation'), pg_temp.payer('A7', '2025-03-31', 1000) \g /dev/null
SELECT creances.penalite_creance('SA', 'A6', 1, '2025-03-11'), creances.penalite_creance('SA', 'A7', 1, '2025-03-19'), creances.penalite_creance('SA', 'A7', 1, '2025-03-31'),
       creances.penalite_creance('SA', 'A7', 1, '2025-06-30');
-- A8 credit note of 400 on 11 March: 10 days on 1 000, then 600: on 31 March (10 000 + 12 000) x 13.15 / 36 500 = 7.93; it pays no interest, whatever the imputation
SELECT pg_temp.payer('A8', '2025-03-11', 400, 'avoir') \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'A8', 1, '2025-03-31', 'interets');
-- A9 the ERP's row said 1 000 until 10 March, 600 since: prudent, 600 was right from the start (30 days: 6.48); or each amount from its date (7.93)
UPDATE creances.creance SET montant = 600, solde = 600, versions = 1, version_le = '2025-03-11' WHERE facture = 'A9';
INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque, debiteur, nee_le, emission, echeance, montant, devise, retiree, motif)
VALUES ('SA', 'A9', 1, 1, '2025-03-11', 'PRO', '2025-01-30', '2025-01-30', '2025-03-01', 1000, 'EUR', false, 'montant');
SELECT creances.penalite_creance('SA', 'A9', 1, '2025-03-31'), creances.penalite_creance('SA', 'A9', 1, '2025-03-31', correction => 'date'),
       creances.penalite_creance('SA', 'A9', 1, '2025-03-10'), creances.penalite_creance('SA', 'A9', 1, '2025-03-10', correction => 'date');
SELECT :l FROM creances.decompte_creance('SA', 'A9', 1, '2025-03-31');
SELECT :l FROM creances.decompte_creance('SA', 'A9', 1, '2025-03-31', correction => 'date');
-- an amount that was raised counts from its date, in both
UPDATE creances.creance_version SET montant = 400 WHERE facture = 'A9';
SELECT creances.penalite_creance('SA', 'A9', 1, '2025-03-31', correction => c) FROM unnest('{origine,date}'::text[]) AS c;

\echo == waivers and costs: dated, with their author and reason
SELECT creances.consigner('SA', 'PRO', 'remise', '2025-03-11', 'geste commercial, accord de M. Durand', 'A10', poste => 'penalites', montant => 2) IS NOT NULL,
       creances.consigner('SA', 'PRO', 'remise', '2025-03-21', 'premier retard', 'A10', poste => 'indemnite') IS NOT NULL,
       creances.consigner('SA', 'PRO', 'frais', '2025-03-16', 'sommation de payer', 'A10', montant => 85.2, reference => 'note 2025-118') IS NOT NULL,
       creances.consigner('SA', 'PRO', 'remise', '2025-03-21', 'erreur de tarif', 'A10', poste => 'frais', montant => 1000) IS NOT NULL;
-- 30 days: 10.81 accrued, of which 2 waived; 40 EUR and 85.20 of costs waived
SELECT ligne, nature, du, montant, reste_principal, reste_penalites, reste_indemnite, reste_frais, replace(texte, session_user, 'AUTEUR') FROM creances.decompte_creance('SA', 'A10', 1, '2025-03-31');
SELECT :r FROM creances.reste_du('SA', 'A10', 1, '2025-03-31');
-- before its date a waiver is none; what accrues afterwards is due again
SELECT reste_penalites, reste_indemnite FROM creances.decompte_creance('SA', 'A10', 1, '2025-03-10') ORDER BY ligne DESC LIMIT 1;
SELECT creances.consigner('SA', 'PRO', 'remise', '2025-04-30', 'transaction', 'A10', poste => 'penalites') IS NOT NULL;
SELECT d, penalites, penalites_courues, remises FROM unnest('{2025-04-29,2025-04-30,2025-05-01}'::date[]) AS d, creances.reste_du('SA', 'A10', 1, d);
-- withdrawn: it counts until the day before, then never did
SELECT creances.annuler_acte(acte, 'transaction rompue', '2025-05-10') FROM creances.acte WHERE motif = 'transaction';
SELECT d, penalites, penalites_courues, remises FROM unnest('{2025-05-09,2025-05-10}'::date[]) AS d, creances.reste_du('SA', 'A10', 1, d);
-- waived before they were due: nothing on 2 March
SELECT creances.consigner('SA', 'PRO', 'remise', '2025-02-15', 'accord commercial', 'A11', poste => 'indemnite') IS NOT NULL;
SELECT ligne, nature, du, montant, reste_indemnite, replace(texte, session_user, 'AUTEUR') FROM creances.decompte_creance('SA', 'A11', 1, '2025-03-02');

\echo == a due date that is brought forward: not late before he could know
-- due 30 April 2025 until the ERP's row was changed on 20 March to 1 March: late from 20 March, 12 days to the 31st: 1 000 x 12 x 13.15 / 36 500 = 4.32; on the 19th nothing was
SELECT pg_temp.facture('D1', 1000, '2025-03-01'), pg_temp.facture('D2', 1000, '2025-04-30') \g /dev/null
UPDATE creances.creance SET versions = 1, version_le = '2025-03-20' WHERE facture IN ('D1', 'D2');
INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque, debiteur, nee_le, emission, echeance, montant, devise, retiree, motif)
VALUES ('SA', 'D1', 1, 1, '2025-03-20', 'PRO', '2025-01-30', '2025-01-30', '2025-04-30', 1000, 'EUR', false, 'echeance'),
       ('SA', 'D2', 1, 1, '2025-03-20', 'PRO', '2025-01-30', '2025-01-30', '2025-03-01', 1000, 'EUR', false, 'echeance');
-- D2 the other way, a delay that was granted: late from 2 March as it was known on the 19th, not any more from the 20th, then from 1 May
SELECT f, d, penalites, indemnite, terme FROM unnest('{D1,D2}'::text[]) AS f, unnest('{2025-03-19,2025-03-20,2025-03-31,2025-05-01}'::date[]) AS d, creances.reste_du('SA', f, 1, d);

\echo == consumer: nothing before the mise en demeure, then the legal rate; no 40 EUR, no costs, no capitalisation
-- V13: 1 850 EUR, from 1 to 30 June 2026 at 2.62 %: 1 850 x 30 x 2.62 / 36 500 = 3.98
SELECT pg_temp.facture('C1', 1850, '2026-05-01', 'MME'), pg_temp.facture('C2', 1850, '2026-05-31', 'MME') \g /dev/null
SELECT creances.penalite_creance('SA', 'C1', 1, '2026-06-30');
SELECT creances.consigner('SA', 'MME', 'mise_en_demeure', '2026-05-31', 'LRAR présentée le 31/05/2026', reference => '1A 123 456 7890 1') IS NOT NULL;
SELECT :l FROM creances.decompte_creance('SA', 'C1', 1, '2026-06-30');
SELECT :r FROM creances.reste_du('SA', 'C1', 1, '2026-06-30');
-- a demand for all that was due is not one for C2, due that day; one for C2 by its name is
SELECT creances.penalite_creance('SA', 'C2', 1, '2026-06-30');
SELECT creances.consigner('SA', 'MME', 'mise_en_demeure', '2026-05-20', 'LRAR présentée le 20/05/2026', 'C2') IS NOT NULL;
SELECT creances.penalite_creance('SA', 'C2', 1, '2026-06-30');
-- a judgment makes it run by itself, an assignation too: from 11 and from 6 June 2026, 20 and 25 days: 1 850 x 20 x 2.62 / 36 500 = 2.66, x 25 = 3.32
SELECT pg_temp.facture('C3', 1850, '2026-06-01', 'MME'), pg_temp.facture('C4', 1850, '2026-06-01', 'MME'), creances.consigner('SA', 'MME', 'condamnation', '2026-06-10', 'TJ de Lyon', 'C3', taux => 'TIL'),
       creances.consigner('SA', 'MME', 'demande_en_justice', '2026-06-05', 'assignation', 'C4') \g /dev/null
SELECT f, creances.penalite_creance('SA', f, 1, '2026-06-30') FROM unnest('{C3,C4}'::text[]) AS f;

\echo == a private person as creditor: the other column of the legal rate
SELECT pg_temp.facture('M1', 1850, '2026-05-01', p_creancier => 'M'), creances.consigner('M', 'PRO', 'mise_en_demeure', '2026-05-31', 'LRAR') \g /dev/null
-- 1 850 x 30 x 6.67 / 36 500 = 10.14
SELECT :l FROM creances.decompte_creance('M', 'M1', 1, '2026-06-30');

\echo == public buyer: term put off to the next working day, BCE+8 of the half-year in which interest starts, for good
-- due Saturday 28 June 2025, so Monday 30 June: interest from 1 July 2025 at 10.15, also in 2026: 36 500 x 365 days = 3 704.75
SELECT pg_temp.facture('B1', 36500, '2025-06-28', 'MAIRIE'), pg_temp.facture('B1', 36500, '2025-06-28', 'MAIRIE', 'CGV') \g /dev/null
SELECT creances.penalite_creance('SA', 'B1', 1, d) FROM unnest('{2025-06-30,2025-07-01,2026-06-30}'::date[]) AS d;
SELECT :l FROM creances.decompte_creance('SA', 'B1', 1, '2026-07-31');
-- a contract cannot say otherwise (CCP L2192-14)
SELECT creances.penalite_creance('CGV', 'B1', 1, '2026-06-30'), convention FROM creances.reste_du('CGV', 'B1', 1, '2026-06-30');
-- 26 December is a holiday in Mulhouse: Friday 26 December 2025 becomes Monday 29
SELECT pg_temp.facture('B2', 36500, '2025-12-26', 'MAIRIE'), pg_temp.facture('B3', 36500, '2025-12-26', 'MULHOUSE') \g /dev/null
SELECT f, d, creances.penalite_creance('SA', f, 1, d), indemnite FROM unnest('{B2,B3}'::text[]) AS f, unnest('{2025-12-27,2025-12-29,2025-12-30}'::date[]) AS d, creances.reste_du('SA', f, 1, d);
-- contracts of before 16 March 2013 bear other rates
SELECT pg_temp.facture('B4', 1000, '2013-04-15', 'MAIRIE', p_emission => '2013-03-15'), pg_temp.facture('B5', 1000, '2013-04-15', 'MAIRIE', p_emission => '2013-03-16') \g /dev/null
SELECT pg_temp.erreur($$SELECT creances.penalite_creance('SA', 'B4', 1, '2013-06-30')$$), pg_temp.erreur($$SELECT * FROM creances.decompte_creance('SA', 'B4', 1, '2013-06-30')$$);
SELECT :r FROM creances.reste_du('SA', 'B4', 1, '2013-06-30');
-- 76 days at 8.75: 1 000 x 76 x 8.75 / 36 500 = 18.22
SELECT :r FROM creances.reste_du('SA', 'B5', 1, '2013-06-30');

\echo == insolvency: earlier debts stop at the opening judgment (L622-28), later ones run on (L622-17)
SELECT pg_temp.facture('L1', 10000, '2025-03-01', 'LIQUIDE'), pg_temp.facture('L2', 10000, '2025-04-01', 'LIQUIDE', p_emission => '2025-03-02'),
       pg_temp.facture('L3', 10000, '2025-04-01', 'LIQUIDE', p_emission => '2025-03-25'), pg_temp.facture('L4', 10000, '2025-04-01', 'LIQUIDE', p_emission => '2025-03-25', p_livraison => '2025-03-10') \g /dev/null
SELECT creances.consigner('SA', 'LIQUIDE', 'procedure_collective', '2025-03-20', 'redressement judiciaire, TC de Lyon', reference => 'BODACC 2025/61') IS NOT NULL;
-- L1: 19 days, 10 000 x 19 x 13.15 / 36 500 = 68.45, the 40 EUR due before; L2 and L4, delivered or issued before, due after: nothing; L3: 29 days, 104.48, and 40 EUR
SELECT :r FROM creances.reste_du_debiteur('SA', 'LIQUIDE', '2025-04-30');
SELECT :l FROM creances.decompte_creance('SA', 'L1', 1, '2025-12-31');
SELECT :l FROM creances.decompte_creance('SA', 'L2', 1, '2025-12-31');
-- its closing revives nothing
SELECT creances.clore_acte(acte, '2025-06-30') FROM creances.acte WHERE genre = 'procedure_collective';
SELECT creances.penalite_creance('SA', 'L1', 1, '2026-06-30'), creances.penalite_creance('SA', 'L2', 1, '2026-06-30');

\echo == days of grace bear nothing (C. civ. 1343-5); a dispute changes no amount
-- 36 500 due 10 June 2025: 11 to 19 June at 13.15 (118.35), nothing from 20 June to 10 July, 11 to 20 July at 12.15 (121.50)
SELECT pg_temp.facture('G1', 36500, '2025-06-10', 'AUTRE'), pg_temp.facture('G2', 36500, '2025-06-10', 'AUTRE') \g /dev/null
SELECT creances.consigner('SA', 'AUTRE', 'delai_de_grace', '2025-06-20', 'TJ de Lyon, ordonnance du 19/06/2025', 'G1', jusque => '2025-07-10') IS NOT NULL,
       creances.consigner('SA', 'AUTRE', 'litige', '2025-06-20', 'marchandise non conforme', 'G2') IS NOT NULL;
SELECT :l FROM creances.decompte_creance('SA', 'G1', 1, '2025-07-20');
SELECT :l FROM creances.decompte_creance('SA', 'G2', 1, '2025-07-20');
-- the 40 EUR wait for the first day that the judge did not grant; a general decision is one on the debts that were born
SELECT pg_temp.facture('G3', 36500, '2025-06-19', 'AUTRE'), pg_temp.facture('G4', 36500, '2025-06-24', 'AUTRE', p_emission => '2025-06-21'), creances.consigner('SA', 'AUTRE', 'delai_de_grace', '2025-06-20', 'TJ de Lyon', jusque => '2025-06-30') \g /dev/null
SELECT f, d, penalites, indemnite FROM unnest('{G3,G4}'::text[]) AS f, unnest('{2025-06-25,2025-06-30,2025-07-01}'::date[]) AS d, creances.reste_du('SA', f, 1, d);
-- on the 19th the decision of the 20th is not there yet; what the next day adds follows it
SELECT d, creances.penalite_creance('SA', 'G1', 1, d), par_jour FROM unnest('{2025-06-19,2025-06-20,2025-07-10,2025-07-11}'::date[]) AS d, creances.reste_du('SA', 'G1', 1, d);

\echo == judgment: its rate, then five points more two months after it is enforceable (CMF L313-3)
-- V03: 2 000 EUR at 4.29 from 18 September 2015, 9.29 from 18 November, 9.54 in 2016, paid 10 April: 61, 44 and 101 days: 14.34 + 22.40 + 52.80 = 89.54, in one rounding 89.53
SELECT pg_temp.facture('J1', 2000, '2015-09-17', p_creancier => 'M'), creances.consigner('M', 'PRO', 'condamnation', '2015-09-17', 'TGI de Lyon', 'J1', taux => 'TILP'), creances.consigner('M', 'PRO', 'titre_executoire', '2015-09-17', 'signifié', 'J1'),
       pg_temp.payer('J1', '2016-04-10', 2000, p_creancier => 'M') \g /dev/null
SELECT creances.penalite_creance('M', 'J1', 1, '2016-04-10'), creances.penalite_creance('M', 'J1', 1, '2016-04-10', arrondi => 'segment');
SELECT :l FROM creances.decompte_creance('M', 'J1', 1, '2016-04-10');
SELECT :l FROM creances.decompte_creance('M', 'J1', 1, '2016-04-10', arrondi => 'segment') WHERE nature = 'interets';
-- V04 capitalises three months and a half at the end of 2015: not yet a year (C. civ. 1343-2), so the same figure
SELECT creances.consigner('M', 'PRO', 'capitalisation', '2014-12-31', 'demandée', 'J1') IS NOT NULL;
SELECT creances.penalite_creance('M', 'J1', 1, '2016-04-10');
-- a stipulated or default rate ordered by the judge takes no five points
SELECT pg_temp.facture('J2', 36500, '2025-03-01'), creances.consigner('SA', 'PRO', 'condamnation', '2025-03-11', 'TC de Lyon', 'J2', taux => 'BCE+10'),
       creances.consigner('SA', 'PRO', 'titre_executoire', '2025-03-11', 'signifié le 11/03/2025', 'J2') \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'J2', 1, '2025-06-10');
-- a professional, judgment at the legal rate on 11 March 2025, served on the 31st: 10 days at 13.15, then 3.71, from 1 June 8.71, in 2025-S2 7.76
SELECT pg_temp.facture('J3', 36500, '2025-03-01'), creances.consigner('SA', 'PRO', 'condamnation', '2025-03-11', 'TC de Lyon', 'J3', taux => 'TIL'),
       creances.consigner('SA', 'PRO', 'titre_executoire', '2025-03-31', 'signifié le 31/03/2025', 'J3') \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'J3', 1, '2025-07-10');
-- on appeal, from 10 June, the rate of the second judgment
SELECT creances.consigner('SA', 'PRO', 'condamnation', '2025-06-10', 'CA de Lyon', 'J3', taux => '8') IS NOT NULL;
SELECT :l FROM creances.decompte_creance('SA', 'J3', 1, '2025-07-10') WHERE du > '2025-05-01';

\echo == interest on interest, once a full year is due (C. civ. 1343-2)
-- 10 000 due 31 December 2023: 2024 = 10 000 x (182 x 14.50 + 184 x 14.25) / 36 500 = 1 441.37; on 10 000 + 1 441.37 in 2025: x (181 x 13.15 + 184 x 12.15) / 36 500 = 1 446.86
SELECT pg_temp.facture('K1', 10000, '2023-12-31'), pg_temp.facture('K2', 10000, '2024-03-31'), pg_temp.facture('K3', 10000, '2023-12-31') \g /dev/null
SELECT creances.consigner('SA', 'PRO', 'capitalisation', '2023-12-31', 'CGV, article 9', 'K1') IS NOT NULL, creances.consigner('SA', 'PRO', 'capitalisation', '2023-12-31', 'CGV, article 9', 'K2') IS NOT NULL;
SELECT :l FROM creances.decompte_creance('SA', 'K1', 1, '2025-12-31');
SELECT creances.penalite_creance('SA', 'K1', 1, d) - creances.penalite_creance('SA', 'K3', 1, d) FROM unnest('{2024-12-31,2025-01-01,2025-12-31}'::date[]) AS d;
-- nine months are not a year: K2 waits for the second anniversary
SELECT du, au, base_calcul, taux, montant, nature FROM creances.decompte_creance('SA', 'K2', 1, '2026-01-31') WHERE nature IN ('interets', 'capitalisation');
-- paid interest is not capitalised
SELECT pg_temp.payer('K1', '2024-06-30', 2000) \g /dev/null
SELECT du, au, base_calcul, montant, nature, reste_principal, reste_penalites FROM creances.decompte_creance('SA', 'K1', 1, '2025-03-31', 'interets') WHERE nature <> 'indemnite';

\echo == one indemnity an invoice, or one a due date where it was agreed
SELECT pg_temp.facture('E1', 1000, date '2025-03-01' + 31 * (r - 1), p_rang => r) FROM generate_series(1, 4) AS r \g /dev/null
SELECT pg_temp.facture('E1', 1000, date '2025-03-01' + 31 * (r - 1), 'NEGO', 'CGV', p_rang => r, p_emission => '2025-01-30') FROM generate_series(1, 4) AS r \g /dev/null
SELECT creances.convenir('CGV', '2025-01-01', '12', 'NEGO', indemnite => 'echeance', source => 'contrat de maintenance, article 3');
-- the first of four is paid on its day: the second bears the 40 EUR, then the others only where each due date has its own; the fourth (2 June) is not late yet
SELECT pg_temp.payer('E1', '2025-03-01', 1000), pg_temp.payer('E1', '2025-03-01', 1000, p_creancier => 'CGV') \g /dev/null
SELECT creancier, rang, principal, penalites, indemnite, total FROM creances.reste_du_debiteur('SA', 'PRO', '2025-05-31') WHERE facture = 'E1'
UNION ALL SELECT creancier, rang, principal, penalites, indemnite, total FROM creances.reste_du_debiteur('CGV', 'NEGO', '2025-05-31') WHERE facture = 'E1' ORDER BY 1, 2;
-- when the payment of the first is rejected, it was the first to be late
SELECT pg_temp.payer('E1', '2025-05-20', -1000, 'annulation') \g /dev/null
SELECT rang, indemnite FROM creances.reste_du_debiteur('SA', 'PRO', '2025-05-19') WHERE facture = 'E1' UNION ALL SELECT rang, indemnite FROM creances.reste_du_debiteur('SA', 'PRO', '2025-05-31') WHERE facture = 'E1';

\echo == the border of 2013, and an invoice without a penalty
SELECT pg_temp.facture('H1', 1000, '2012-12-30'), pg_temp.facture('H2', 1000, '2012-12-31'), pg_temp.facture('H3', -500, '2025-03-01'), pg_temp.facture('H4', 1000, '2025-03-01') \g /dev/null
SELECT facture, indemnite, penalites FROM unnest('{H1,H2}'::text[]) AS f, creances.reste_du('SA', f, 1, '2013-01-31');
-- a credit note in the ledger owes nothing and is owed
SELECT :r FROM creances.reste_du('SA', 'H3', 1, '2025-06-30');
SELECT :l FROM creances.decompte_creance('SA', 'H3', 1, '2025-06-30');
-- not due yet
SELECT :r FROM creances.reste_du('SA', 'H4', 1, '2025-02-15');

\echo == currencies: no sub-unit, three decimals; the 40 EUR stay in EUR
-- 1 000 000 JPY over 30 days at 13.15: 10 808.2; 10 000 TND: 108.082
SELECT pg_temp.facture('Y1', 1000000, '2025-03-01', p_devise => 'JPY'), pg_temp.facture('T1', 10000, '2025-03-01', p_devise => 'TND') \g /dev/null
SELECT :l FROM creances.decompte_creance('SA', 'Y1', 1, '2025-03-31');
SELECT :l FROM creances.decompte_creance('SA', 'T1', 1, '2025-03-31');
SELECT :r FROM unnest('{Y1,T1}'::text[]) AS f, creances.reste_du('SA', f, 1, '2025-03-31');

\echo == what can be claimed: the list of a debtor keeps invoices paid late
SELECT facture, principal, penalites, indemnite, frais, total, par_jour, en_compte FROM creances.reste_du_debiteur('SA', 'PRO', '2025-03-31') WHERE facture LIKE 'A%' ORDER BY length(facture), facture;
SELECT :r FROM creances.reste_du('SA', 'A12', 1, '2025-03-31');
SELECT :r FROM creances.reste_du('SA', 'P3', 1, '2025-08-31', 'interets', 'segment', 'date');

\echo == a rate that is not known yet: the amount is refused, the view stops and says where
SELECT pg_temp.erreur($$SELECT creances.penalite_creance('SA', 'A12', 1, '2027-01-15')$$);
SELECT pg_temp.erreur($$SELECT * FROM creances.decompte_creance('SA', 'A12', 1, '2027-01-15')$$);
SELECT :r FROM creances.reste_du('SA', 'A12', 1, '2027-01-15');
SELECT r.penalites_courues = creances.penalite_creance('SA', 'A12', 1, '2026-12-31') FROM creances.reste_du('SA', 'A12', 1, '2027-01-15') AS r;
-- nothing asks for the rate of a day that bears nothing
SELECT creances.penalite_creance('SA', 'A1', 1, '2030-01-01'), creances.penalite_creance('CGV', 'P1', 1, '2030-01-01');
-- the floor of 2027 is not known: the stipulated rate, and it says so
SELECT pg_temp.facture('U1', 36500, '2026-12-26', p_creancier => 'CGV') \g /dev/null
SELECT :l FROM creances.decompte_creance('CGV', 'U1', 1, '2027-01-10') WHERE nature = 'interets';

\echo == without a table: each argument of indemnite_forfaitaire()
SELECT creances.indemnite_forfaitaire('2025-03-01', '2025-03-01'), creances.indemnite_forfaitaire('2025-03-01', '2025-03-02'), creances.indemnite_forfaitaire('2012-12-30', '2025-03-02'),
       creances.indemnite_forfaitaire('2012-12-31', '2025-03-02'), creances.indemnite_forfaitaire('2025-03-01', '2025-03-31', 'consommateur'),
       creances.indemnite_forfaitaire('2025-03-01', '2025-03-31', soldee_le => '2025-03-01'), creances.indemnite_forfaitaire('2025-03-01', '2025-03-31', soldee_le => '2025-03-02'),
       creances.indemnite_forfaitaire('2025-03-01', '2025-03-31', jugement => '2025-03-01'), creances.indemnite_forfaitaire('2025-03-01', '2025-03-31', jugement => '2025-03-02'),
       -- Saturday 1 March is put off to Monday 3
       creances.indemnite_forfaitaire('2025-03-01', '2025-03-03', 'public'), creances.indemnite_forfaitaire('2025-03-01', '2025-03-04', 'public'),
       creances.indemnite_forfaitaire('2025-12-26', '2025-12-29', 'public', zone => 'alsace_moselle');
\echo == interets_moratoires_publics(): E06, a term on 24 March bears the rate of 1 January, on 24 July that of 1 July
-- received 22 February 2025 + 30 days: 24 March; 24 June + 30: 24 July; 31 May + 30 = Monday 30 June: interest from 1 July, second half-year; 29 May + 30: Saturday 28 June, so the 30th
SELECT r, i.* FROM unnest('{2025-02-22,2025-06-24,2025-05-31,2025-05-29}'::date[]) AS r, creances.interets_moratoires_publics(36500, r, '2025-08-31') AS i;
-- 50 and 60 days; nothing is late; a long delay keeps its rate
SELECT i.* FROM unnest('{50,60}'::integer[]) AS n, creances.interets_moratoires_publics(36500, '2025-02-22', '2025-08-31', n) AS i;
SELECT i.* FROM creances.interets_moratoires_publics(36500, '2025-02-22', '2025-03-24') AS i;
SELECT i.* FROM creances.interets_moratoires_publics(36500, '2023-11-30', '2025-12-31') AS i;
\echo == penalite_retard() line by line: exact lines 0.338, 76.525, 87.129, 89.263, 88.687, 40.030 are 381.972 together
SELECT creances.penalite_retard(1234.56, '2022-12-30', '2025-03-31'), creances.penalite_retard(1234.56, '2022-12-30', '2025-03-31', arrondi => 'segment');
SELECT a, sum(interets), string_agg(interets::text, ' + ' ORDER BY du) FROM unnest('{total,segment}'::text[]) AS a, creances.decompte_penalite(1234.56, '2022-12-30', '2025-03-31', 'BCE+10', '365', 2, a) GROUP BY a ORDER BY a DESC;

\echo == every receivable above, every convention: the lines add up, each rest follows the one before, reste_du() says the same
CREATE TEMP TABLE toutes AS
SELECT c.creancier, c.facture, c.rang, c.devise, a.au, i.imputation, r.arrondi
FROM creances.creance AS c, unnest('{2025-02-15,2025-03-31,2025-12-31,2026-10-15}'::date[]) AS a (au),
     unnest(ARRAY['principal', 'interets', 'frais,interets,principal,indemnite', 'principal,frais,indemnite,interets']) AS i (imputation), unnest('{total,segment}'::text[]) AS r (arrondi)
WHERE c.facture <> 'B4';
CREATE TEMP TABLE lignes AS
SELECT row_number() OVER () AS k, t.*, d.ligne, d.nature, d.du, d.au AS fin, d.jours, d.base_calcul, d.taux, d.montant, d.reste_principal, d.reste_penalites, d.reste_indemnite, d.reste_frais, d.en_compte, d.texte,
       d.reste_principal + d.reste_penalites + d.reste_indemnite + d.reste_frais - d.en_compte AS tout
FROM toutes AS t, creances.decompte_creance(t.creancier, t.facture, t.rang, t.au, t.imputation, t.arrondi) AS d;
SELECT count(*) > 2000 AS enough,
       count(*) FILTER (WHERE tout - coalesce(avant, 0) <> montant) AS does_not_follow,
       count(*) FILTER (WHERE nature = 'interets' AND jours <> fin - du + 1) AS days,
       count(*) FILTER (WHERE nature = 'interets' AND abs(montant - base_calcul * taux * jours / 36500) > 1.01 / 10 ^ scale(montant) + CASE WHEN texte LIKE '%366%' THEN 0.003 * montant ELSE 0 END) AS interest,
       count(*) FILTER (WHERE fin > au OR du > fin) AS dates
FROM (SELECT *, lag(tout) OVER (PARTITION BY creancier, facture, rang, au, imputation, arrondi ORDER BY ligne) AS avant FROM lignes) AS x;
SELECT count(*) > 1000 AS enough,
       count(*) FILTER (WHERE s.somme <> s.tout) AS sums,
       count(*) FILTER (WHERE s.interets <> creances.penalite_creance(t.creancier, t.facture, t.rang, t.au, t.imputation, t.arrondi)) AS penalties,
       count(*) FILTER (WHERE (r.principal, r.penalites, r.frais, r.en_compte, r.penalites_courues, r.remises) IS DISTINCT FROM (s.p, s.pen, s.f, s.c, s.interets, s.remises)) AS rests,
       count(*) FILTER (WHERE t.devise = 'EUR' AND r.indemnite <> s.i OR t.devise <> 'EUR' AND s.i <> 0) AS indemnities,
       count(*) FILTER (WHERE r.total <> CASE WHEN r.au >= r.terme THEN r.principal ELSE 0 END + r.penalites + r.frais + CASE t.devise WHEN 'EUR' THEN r.indemnite ELSE 0 END) AS totals,
       count(*) FILTER (WHERE r.penalites_arretees_au > t.au) AS dates
FROM toutes AS t
JOIN (SELECT creancier, facture, rang, au, imputation, arrondi, sum(montant) AS somme, coalesce(sum(montant) FILTER (WHERE nature = 'interets'), 0) AS interets,
             - coalesce(sum(montant) FILTER (WHERE nature = 'remise'), 0) AS remises,
             (array_agg(tout ORDER BY ligne DESC))[1] AS tout, (array_agg(reste_principal ORDER BY ligne DESC))[1] AS p, (array_agg(reste_penalites ORDER BY ligne DESC))[1] AS pen,
             (array_agg(reste_indemnite ORDER BY ligne DESC))[1] AS i, (array_agg(reste_frais ORDER BY ligne DESC))[1] AS f, (array_agg(en_compte ORDER BY ligne DESC))[1] AS c
      FROM lignes GROUP BY 1, 2, 3, 4, 5, 6) AS s USING (creancier, facture, rang, au, imputation, arrondi),
LATERAL creances.reste_du(t.creancier, t.facture, t.rang, t.au, t.imputation, t.arrondi) AS r;

\echo == properties of random ledgers
\echo seed 0.4
SELECT setseed(0.4) \g /dev/null
INSERT INTO creances.creancier (creancier) VALUES ('R'), ('S'), ('T');
INSERT INTO creances.debiteur (creancier, debiteur, type, zone) SELECT k, t, t, 'metropole' FROM unnest('{R,S,T}'::text[]) AS k, unnest('{professionnel,public,consommateur,stipule}'::text[]) AS t WHERE t <> 'stipule';
INSERT INTO creances.debiteur (creancier, debiteur) SELECT k, 'stipule' FROM unnest('{R,S,T}'::text[]) AS k;
INSERT INTO creances.convention (creancier, debiteur, depuis, taux, base, source) SELECT k, 'stipule', d, t::creances.taux_retard, 'actuel', 'essai' FROM unnest('{R,S,T}'::text[]) AS k, (VALUES (date '2010-01-01', '16'), ('2020-01-01', '17')) AS v (d, t);
CREATE TEMP TABLE hasard AS
SELECT 'X' || n AS facture, (ARRAY['professionnel', 'public', 'consommateur', 'stipule'])[1 + n % 4] AS debiteur, date '2014-01-01' + (random() * 4200)::integer AS echeance,
       round((10 ^ (random() * 7))::numeric, 2) AS montant FROM generate_series(1, 200) AS n;
SELECT pg_temp.facture(facture, montant, echeance, debiteur, k) FROM hasard, unnest('{R,S,T}'::text[]) AS k \g /dev/null
INSERT INTO creances.acte (creancier, acte, genre, debiteur, facture, le, motif)
SELECT k, gen_random_uuid(), 'mise_en_demeure', debiteur, facture, echeance + 10, 'LRAR' FROM hasard, unnest('{R,S,T}'::text[]) AS k WHERE debiteur = 'consommateur';
CREATE TEMP TABLE paye AS
SELECT h.facture, h.echeance, n, h.echeance - 10 + (random() * 250)::integer AS le, greatest(round(h.montant * (random() * 0.45)::numeric, 2), 0.02) AS montant,
       CASE WHEN random() < 0.2 THEN 'avoir' ELSE 'paiement' END AS nature
FROM hasard AS h, generate_series(1, 4) AS n WHERE n <= ascii(right(h.facture, 1)) % 5;
-- R: as it is; S: each split in two on its day, the second half recorded first; T: one of them a day later
SELECT pg_temp.payer(facture, le, montant, nature, 'R') FROM (SELECT * FROM paye ORDER BY facture, n) AS p \g /dev/null
SELECT pg_temp.payer(facture, le, m, nature, 'S') FROM (SELECT p.*, m FROM paye AS p, unnest(ARRAY[montant - round(montant / 3, 2), round(montant / 3, 2)]) AS m WHERE m > 0 ORDER BY facture, n) AS p \g /dev/null
SELECT pg_temp.payer(facture, le + CASE WHEN n = 1 THEN 1 ELSE 0 END, montant, nature, 'T') FROM (SELECT * FROM paye ORDER BY facture, n) AS p \g /dev/null
ANALYZE creances.creance;
ANALYZE creances.reglement;
ANALYZE creances.acte;
ANALYZE creances.convention;
ANALYZE hasard;
CREATE TEMP TABLE suite AS
SELECT h.*, j.au, i.imputation, creances.penalite_creance('R', h.facture, 1, j.au, i.imputation) AS penalites
FROM hasard AS h, LATERAL (SELECT least(h.echeance + n * 34 - 5, date '2026-12-30') AS au FROM generate_series(0, 9) AS n) AS j, unnest('{principal,interets}'::text[]) AS i (imputation);
-- penalties never decrease with time
SELECT count(*) > 3000 AS enough, count(*) FILTER (WHERE penalites < avant) AS decreases, count(DISTINCT facture) FILTER (WHERE penalites > 0) > 150 AS most_bear_some
FROM (SELECT *, lag(penalites) OVER (PARTITION BY facture, imputation ORDER BY au) AS avant FROM suite) AS x;
-- splitting a payment in two on the same day changes nothing, whatever the imputation and the rounding
SELECT count(*) > 1000 AS enough, count(*) FILTER (WHERE (a.reste_principal, a.reste_penalites, a.reste_indemnite, a.en_compte) IS DISTINCT FROM (b.reste_principal, b.reste_penalites, b.reste_indemnite, b.en_compte)) AS changes
FROM hasard AS h, unnest(ARRAY['principal', 'interets', 'indemnite,interets,principal,frais']) AS i, unnest('{total,segment}'::text[]) AS r,
     LATERAL (SELECT * FROM creances.decompte_creance('R', h.facture, 1, least(h.echeance + 300, date '2026-12-31'), i, r) ORDER BY ligne DESC LIMIT 1) AS a,
     LATERAL (SELECT * FROM creances.decompte_creance('S', h.facture, 1, least(h.echeance + 300, date '2026-12-31'), i, r) ORDER BY ligne DESC LIMIT 1) AS b;
-- paying a day later never costs less, and sometimes more
SELECT count(*) > 1000 AS enough, count(*) FILTER (WHERE t < penalites) AS costs_less, count(*) FILTER (WHERE t > penalites) > 200 AS costs_more
FROM (SELECT s.*, creances.penalite_creance('T', s.facture, 1, s.au) AS t FROM suite AS s WHERE imputation = 'principal') AS x;
-- without a payment it is penalite_retard(), also line by line
SELECT count(*) > 50 AS enough, count(*) FILTER (WHERE creances.penalite_creance('R', h.facture, 1, a.au, arrondi => r) <> creances.penalite_retard(h.montant, e.depart, a.au, e.regle::creances.taux_retard, e.base, 2, r)) AS differs,
       count(*) FILTER (WHERE (SELECT string_agg(concat_ws(' ', du, au, taux, montant), ';' ORDER BY du) FROM creances.decompte_creance('R', h.facture, 1, a.au, arrondi => r) WHERE nature = 'interets')
                              IS DISTINCT FROM (SELECT string_agg(concat_ws(' ', du, au, taux, interets), ';' ORDER BY du) FROM creances.decompte_penalite(h.montant, e.depart, a.au, e.regle::creances.taux_retard, e.base, 2, r))) AS lines_differ
FROM hasard AS h, unnest('{total,segment}'::text[]) AS r, LATERAL (SELECT least(h.echeance + 500, date '2026-12-31') AS au) AS a,
     LATERAL (SELECT CASE h.debiteur WHEN 'consommateur' THEN h.echeance + 10 WHEN 'public' THEN creances.jour_ouvre_suivant(h.echeance) ELSE h.echeance END AS depart,
                     CASE h.debiteur WHEN 'consommateur' THEN 'TIL' WHEN 'public' THEN 'BCE+8 fixe' WHEN 'stipule' THEN '16' ELSE 'BCE+10' END AS regle,
                     CASE h.debiteur WHEN 'stipule' THEN 'actuel' ELSE '365' END AS base) AS e
WHERE NOT EXISTS (SELECT FROM paye AS p WHERE p.facture = h.facture) AND NOT (h.debiteur = 'stipule' AND h.echeance > '2018-08-01');
-- par_jour is what the next day adds
SELECT count(*) > 1000 AS enough, count(*) FILTER (WHERE abs(creances.penalite_creance('R', s.facture, 1, s.au + 1) - s.penalites - r.par_jour) > 0.01) AS wrong, count(*) FILTER (WHERE r.par_jour > 0) > 300 AS some
FROM suite AS s, creances.reste_du('R', s.facture, 1, s.au) AS r WHERE s.imputation = 'principal';
-- a debtor's list is what each of its invoices owes
SELECT d, count(*) > 10 AS enough, count(*) FILTER (WHERE to_jsonb(l) IS DISTINCT FROM to_jsonb(r)) AS differs
FROM unnest('{professionnel,public,consommateur,stipule}'::text[]) AS d, creances.reste_du_debiteur('R', d, '2022-06-30') AS l, creances.reste_du('R', l.facture, 1, '2022-06-30') AS r GROUP BY d ORDER BY d COLLATE "C";
SELECT count(*) FILTER (WHERE l.facture IS NULL) AS left_out
FROM creances.creance AS c JOIN creances.reste_du('R', c.facture, c.rang, '2022-06-30') AS r ON r.total > 0
LEFT JOIN creances.reste_du_debiteur('R', 'professionnel', '2022-06-30') AS l ON l.facture = c.facture
WHERE c.creancier = 'R' AND c.debiteur = 'professionnel' AND c.nee_le <= '2022-06-30';

\echo == refused: the functions
SELECT q, pg_temp.erreur('SELECT * FROM creances.' || q) FROM unnest(ARRAY[
    $$penalite_creance(NULL, 'A12', 1)$$, $$penalite_creance('SA', NULL, 1)$$, $$penalite_creance('SA', 'A12', NULL)$$, $$penalite_creance('SA', 'A12', 1, NULL)$$,
    $$penalite_creance('SA', 'A12', 1, 'infinity')$$, $$penalite_creance('SA', 'A12', 1, '-infinity')$$,
    $$penalite_creance('SA', 'A12', 1, '2025-03-31', NULL)$$, $$penalite_creance('SA', 'A12', 1, '2025-03-31', arrondi => NULL)$$, $$penalite_creance('SA', 'A12', 1, '2025-03-31', correction => NULL)$$,
    $$penalite_creance('SA', 'INCONNUE', 1, '2025-03-31')$$, $$penalite_creance('SA', 'A12', 2, '2025-03-31')$$, $$penalite_creance('X', 'A12', 1, '2025-03-31')$$,
    $$penalite_creance('SA', 'A12', 1, '2025-03-31', 'capital')$$, $$penalite_creance('SA', 'A12', 1, '2025-03-31', 'interets,principal')$$,
    $$penalite_creance('SA', 'A12', 1, '2025-03-31', 'interets,principal,frais,frais')$$, $$penalite_creance('SA', 'A12', 1, '2025-03-31', '')$$,
    $$penalite_creance('SA', 'A12', 1, '2025-03-31', arrondi => 'ligne')$$, $$penalite_creance('SA', 'A12', 1, '2025-03-31', correction => 'jamais')$$,
    $$decompte_creance('SA', 'INCONNUE', 1, '2025-03-31')$$, $$decompte_creance('SA', 'A12', 1, NULL)$$, $$decompte_creance('SA', 'A12', 1, 'infinity')$$,
    $$decompte_creance('SA', 'A12', 1, '2025-03-31', 'capital')$$, $$decompte_creance('SA', 'A12', 1, '2025-03-31', arrondi => 'ligne')$$, $$decompte_creance('SA', 'A12', 1, '2025-03-31', correction => 'jamais')$$,
    $$decompte_creance('SA', 'A12', 1, '2025-03-31', NULL)$$,
    $$reste_du('SA', 'INCONNUE', 1, '2025-03-31')$$, $$reste_du('SA', 'A12', 1, NULL)$$, $$reste_du('SA', 'A12', 1, 'infinity')$$, $$reste_du('SA', 'A12', 1, '2025-03-31', 'capital')$$,
    $$reste_du('SA', 'A12', 1, '2025-03-31', arrondi => 'ligne')$$, $$reste_du('SA', 'A12', 1, '2025-03-31', correction => 'jamais')$$, $$reste_du(NULL, NULL, NULL)$$,
    $$reste_du_debiteur('SA', 'INCONNU', '2025-03-31')$$, $$reste_du_debiteur('SA', NULL, '2025-03-31')$$, $$reste_du_debiteur('SA', 'PRO', NULL)$$, $$reste_du_debiteur('SA', 'PRO', '-infinity')$$,
    $$reste_du_debiteur('SA', 'PRO', '2025-03-31', 'capital')$$, $$reste_du_debiteur('SA', 'PRO', '2025-03-31', correction => 'jamais')$$,
    $$indemnite_forfaitaire('2025-03-01', 'infinity')$$, $$indemnite_forfaitaire('infinity', '2025-03-01')$$, $$indemnite_forfaitaire('2025-03-01', '2025-03-31', 'association')$$,
    $$indemnite_forfaitaire('2025-03-01', '2025-03-31', 'public', zone => 'lune')$$, $$indemnite_forfaitaire(NULL, '2025-03-31')$$, $$indemnite_forfaitaire('2025-03-01', '2025-03-31', NULL)$$,
    $$interets_moratoires_publics(1000, '2013-01-01', '2013-06-30')$$, $$interets_moratoires_publics(1000, 'infinity', '2025-06-30')$$, $$interets_moratoires_publics(1000, '2025-01-01', 'infinity')$$,
    $$interets_moratoires_publics(1000, '2025-01-01', '2025-06-30', -1)$$, $$interets_moratoires_publics(1000, '2025-01-01', '2025-06-30', 61)$$, $$interets_moratoires_publics('NaN', '2025-01-01', '2025-06-30')$$,
    $$interets_moratoires_publics(NULL, '2025-01-01', '2025-06-30')$$, $$interets_moratoires_publics(1000, '2025-01-01', '2025-06-30', zone => 'lune')$$, $$interets_moratoires_publics(1000, '2026-12-15', '2027-06-30')$$,
    $$penalite_retard(1000, '2026-01-01', '2026-02-01', arrondi => 'ligne')$$, $$decompte_penalite(1000, '2026-01-01', '2026-02-01', 'BCE+10', '365', 2, '')$$]) AS q;

\echo == refused: convenir, consigner, clore_acte, annuler_acte
SELECT q, pg_temp.erreur('SELECT creances.' || q) FROM unnest(ARRAY[
    $$convenir('SA', '2025-01-01', '12')$$, $$convenir('SA', '2025-01-01', '12', source => ' ')$$, $$convenir('SA', NULL, '12', source => 'x')$$, $$convenir('SA', 'infinity', '12', source => 'x')$$,
    $$convenir('SA', '2025-01-01', NULL, source => 'x')$$, $$convenir('SA', '2025-01-01', '-1', source => 'x')$$, $$convenir('X', '2025-01-01', '12', source => 'x')$$, $$convenir(NULL, '2025-01-01', '12', source => 'x')$$,
    $$convenir('SA', '2025-01-01', '12', 'X', source => 'x')$$, $$convenir('SA', '2025-01-01', '12', base => '366', source => 'x')$$, $$convenir('SA', '2025-01-01', '12', base => NULL, source => 'x')$$,
    $$convenir('SA', '2025-01-01', '12', delai => '60 jours fin de mois', source => 'x')$$, $$convenir('SA', '2025-01-01', '12', prescription => 'jamais', source => 'x')$$,
    $$convenir('SA', '2025-01-01', '12', indemnite => 'jour', source => 'x')$$,
    $$consigner('SA', 'PRO', 'pardon', '2025-03-01', 'x')$$, $$consigner('SA', 'PRO', NULL, '2025-03-01', 'x')$$, $$consigner('SA', 'PRO', 'litige', NULL, 'x')$$, $$consigner('SA', 'PRO', 'litige', 'infinity', 'x')$$,
    $$consigner('SA', 'PRO', 'litige', '2025-03-01', NULL)$$, $$consigner('SA', 'PRO', 'litige', '2025-03-01', '  ')$$, $$consigner('SA', 'X', 'litige', '2025-03-01', 'x')$$, $$consigner('X', 'PRO', 'litige', '2025-03-01', 'x')$$,
    $$consigner(NULL, NULL, 'litige', '2025-03-01', 'x')$$, $$consigner('SA', 'PRO', 'litige', '2025-03-01', 'x', 'INCONNUE')$$, $$consigner('SA', 'PRO', 'litige', '2025-03-01', 'x', 'A12', 2)$$,
    $$consigner('SA', 'PRO', 'litige', '2025-03-01', 'x', rang => 1)$$, $$consigner('SA', 'AUTRE', 'litige', '2025-03-01', 'x', 'A12')$$, $$consigner('SA', 'PRO', 'litige', '2025-03-01', 'x', jusque => '2025-02-01')$$,
    $$consigner('SA', 'PRO', 'delai_de_grace', '2025-03-01', 'x')$$, $$consigner('SA', 'PRO', 'delai_de_grace', '2025-03-01', 'x', jusque => '2027-03-02')$$, $$consigner('SA', 'PRO', 'delai_de_grace', '2025-03-01', 'x', jusque => 'infinity')$$,
    $$consigner('SA', 'PRO', 'mise_en_demeure', '2025-03-01', 'x', jusque => '2025-04-01')$$,
    $$consigner('SA', 'PRO', 'remise', '2025-03-01', 'x', 'A12')$$, $$consigner('SA', 'PRO', 'remise', '2025-03-01', 'x', 'A12', poste => 'principal')$$, $$consigner('SA', 'PRO', 'litige', '2025-03-01', 'x', poste => 'frais')$$,
    $$consigner('SA', 'PRO', 'remise', '2025-03-01', 'x', poste => 'penalites', montant => 10)$$, $$consigner('SA', 'PRO', 'remise', '2025-03-01', 'x', 'E1', poste => 'penalites', montant => 10)$$,
    $$consigner('SA', 'PRO', 'remise', '2025-03-01', 'x', 'A12', poste => 'penalites', montant => -1)$$, $$consigner('SA', 'PRO', 'remise', '2025-03-01', 'x', 'A12', poste => 'penalites', montant => 0)$$,
    $$consigner('SA', 'PRO', 'frais', '2025-03-01', 'x', 'A12')$$, $$consigner('SA', 'PRO', 'frais', '2025-03-01', 'x', 'A12', montant => 'NaN')$$, $$consigner('SA', 'PRO', 'frais', '2025-03-01', 'x', 'A12', montant => 1e20)$$,
    $$consigner('SA', 'PRO', 'frais', '2025-03-01', 'x', 'A12', montant => 0.0000001)$$, $$consigner('SA', 'PRO', 'frais', '2025-03-01', 'x', montant => 10)$$, $$consigner('SA', 'PRO', 'mediation', '2025-03-01', 'x', 'A12', montant => 10)$$,
    $$consigner('SA', 'PRO', 'condamnation', '2025-03-01', 'x', 'A12')$$, $$consigner('SA', 'PRO', 'litige', '2025-03-01', 'x', 'A12', taux => 'TIL')$$,
    $$consigner('SA', 'MME', 'capitalisation', '2025-03-01', 'x')$$, $$consigner('SA', 'MME', 'frais', '2026-06-30', 'x', 'C1', montant => 10)$$, $$consigner('M', 'PRO', 'frais', '2026-06-30', 'x', 'M1', montant => 10)$$]) AS q;
-- twice the same act; with its own reference it is another one
SELECT pg_temp.erreur($$SELECT creances.consigner('SA', 'AUTRE', 'litige', '2025-06-20', 'autre motif', 'G2')$$) LIKE '23505 | cet acte (litige du 2025-06-20) est déjà consigné | Acte %. | Si c''en est un autre%',
       creances.consigner('SA', 'AUTRE', 'litige', '2025-06-20', 'autre motif', 'G2', reference => 'second') IS NOT NULL;
-- with a title, costs may be claimed from a consumer
SELECT creances.consigner('SA', 'MME', 'titre_executoire', '2026-06-15', 'injonction de payer signifiée', 'C1') IS NOT NULL, creances.consigner('SA', 'MME', 'frais', '2026-06-30', 'signification', 'C1', montant => 73.94) IS NOT NULL;
SELECT principal, penalites, frais, total FROM creances.reste_du('SA', 'C1', 1, '2026-06-30');
-- without it any more, not
SAVEPOINT titre;
SELECT creances.annuler_acte(acte, 'injonction non avenue', '2026-07-15') FROM creances.acte WHERE genre = 'titre_executoire' AND facture = 'C1';
SELECT d, frais FROM unnest('{2026-07-14,2026-07-15}'::date[]) AS d, creances.reste_du('SA', 'C1', 1, d);
ROLLBACK TO titre;
CREATE TEMP TABLE a AS SELECT acte, motif, genre FROM creances.acte;
SELECT t.q, replace(pg_temp.erreur(format(t.q, a.acte)), a.acte::text, 'ACTE') FROM a, unnest(ARRAY[
    $$SELECT creances.annuler_acte('%s', NULL)$$, $$SELECT creances.annuler_acte('%s', ' ')$$, $$SELECT creances.annuler_acte('%s', 'x', NULL)$$, $$SELECT creances.annuler_acte('%s', 'x', '2025-06-19')$$,
    $$SELECT creances.annuler_acte('%s', 'x', 'infinity')$$, $$SELECT creances.clore_acte('%s', NULL)$$, $$SELECT creances.clore_acte('%s', '2025-06-19')$$, $$SELECT creances.clore_acte('%s', 'infinity')$$,
    $$SELECT creances.clore_acte('%s', '2025-07-31')$$, $$SELECT creances.annuler_acte('%s', 'transaction', '2025-08-01')$$, $$SELECT creances.annuler_acte('%s', 'transaction', '2025-08-01')$$,
    $$SELECT creances.clore_acte('%s', '2025-09-30')$$]) WITH ORDINALITY AS t (q, n) WHERE a.motif = 'marchandise non conforme' ORDER BY n;
SELECT pg_temp.erreur($$SELECT creances.annuler_acte(NULL, 'x')$$), pg_temp.erreur($$SELECT creances.annuler_acte('00000000-0000-0000-0000-000000000000', 'x')$$), pg_temp.erreur($$SELECT creances.clore_acte('00000000-0000-0000-0000-000000000000', '2025-01-01')$$);
SELECT replace(pg_temp.erreur(format($$SELECT creances.clore_acte('%s', '2027-06-21')$$, acte)), acte::text, 'ACTE'), replace(pg_temp.erreur(format($$SELECT creances.clore_acte('%s', '2027-06-20')$$, acte)), acte::text, 'ACTE') FROM a WHERE genre = 'delai_de_grace';
SELECT replace(pg_temp.erreur(format($$SELECT creances.clore_acte('%s', '2027-06-21')$$, acte)), acte::text, 'ACTE') FROM a WHERE genre = 'remise' LIMIT 1;
-- what was done is in the history
SELECT genre COLLATE "C", (details ->> 'genre') COLLATE "C", count(*) FROM creances.evenement WHERE creancier = 'SA' GROUP BY 1, 2 ORDER BY 1, 2;

\echo == who may
CREATE ROLE creances_essai_lecture;
CREATE ROLE creances_essai_gestion;
SELECT creances.accorder('creances_essai_lecture', 'lecture'), creances.accorder('creances_essai_gestion', 'gestion') \g /dev/null
CREATE FUNCTION pg_temp.essai(qui name, requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r text;
    m text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', qui);
    EXECUTE requete INTO r;
    RESET ROLE;
    RETURN coalesce(r, 'done');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT;
    RETURN SQLSTATE || ' ' || m;
END $$;
SELECT pg_temp.essai('creances_essai_lecture', q) FROM unnest(ARRAY[
    $$SELECT total FROM creances.reste_du('SA', 'A12', 1, '2025-03-31')$$, $$SELECT creances.penalite_creance('SA', 'A12', 1, '2025-03-31')$$, $$SELECT count(*) FROM creances.decompte_creance('SA', 'A12', 1, '2025-03-31')$$,
    $$SELECT count(*) > 0 FROM creances.reste_du_debiteur('SA', 'PRO', '2025-03-31')$$,
    $$SELECT creances.consigner('SA', 'PRO', 'litige', '2025-03-15', 'x', 'A12')$$, $$SELECT creances.convenir('SA', '2025-01-01', '12', source => 'x')$$,
    $$SELECT creances.annuler_acte('00000000-0000-0000-0000-000000000000', 'x')$$, $$SELECT creances.clore_acte('00000000-0000-0000-0000-000000000000', '2025-01-01')$$,
    $$INSERT INTO creances.acte (creancier, acte, genre, debiteur, le, motif) VALUES ('SA', gen_random_uuid(), 'litige', 'PRO', '2025-03-15', 'x')$$, $$UPDATE creances.convention SET taux = '0'$$]) AS q;
SELECT pg_temp.essai('creances_essai_gestion', q) FROM unnest(ARRAY[
    $$SELECT creances.consigner('SA', 'PRO', 'remise', '2025-03-15', 'geste', 'A12', poste => 'indemnite') IS NOT NULL$$, $$SELECT creances.convenir('SA', '2030-01-01', '12', source => 'CGV 2030') IS NOT NULL$$,
    $$SELECT total FROM creances.reste_du('SA', 'A12', 1, '2025-03-31')$$,
    $$INSERT INTO creances.acte (creancier, acte, genre, debiteur, le, motif) VALUES ('SA', gen_random_uuid(), 'litige', 'PRO', '2025-03-15', 'x')$$, $$UPDATE creances.acte SET motif = 'x'$$,
    $$DELETE FROM creances.acte$$, $$UPDATE creances.convention SET taux = '0'$$]) AS q;
-- the author is who asked, not the owner
SELECT auteur = session_user FROM creances.acte WHERE facture = 'A12';
SELECT total FROM creances.reste_du('SA', 'A12', 1, '2025-03-31');
SELECT count(*) FROM creances.coherence();
ROLLBACK;
