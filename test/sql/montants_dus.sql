-- What a receivable owes besides its principal on a day, by kind of debtor,
-- against the kernels and figures computed by hand from the law's text.
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
BEGIN;
CREATE EXTENSION creances;
CREATE TABLE f (id int PRIMARY KEY, facture text, rang int DEFAULT 1, client text, emission date, echeance date,
				montant numeric, paye numeric DEFAULT 0, paye_le date, devise text DEFAULT 'EUR', nature text);
SELECT creances.suivre_factures('f', '{"facture": "facture", "rang": "rang", "debiteur": "client", "emission": "emission",
	"echeance": "echeance", "montant": "montant", "regle": "paye", "regle_le": "paye_le", "devise": "devise", "nature": "nature"}',
	depuis => '2024-01-01');
CREATE FUNCTION pg_temp.du(p_facture text, au date, p_rang int DEFAULT 1, couvert numeric DEFAULT 0) RETURNS text LANGUAGE sql AS
$$ SELECT format('%s au taux %s, indemnite %s', penalites, taux, indemnite) FROM creances._accessoires('principal', p_facture, p_rang, au, couvert) $$;

\echo == part payments: 10,000 EUR at the default rate, 6,000 paid on day 30, 4,000 on day 60 (416,000 then 420,000 day-euros)
INSERT INTO f VALUES (1, 'P1', 1, 'A', '2025-08-01', '2025-09-01', 10000);
UPDATE f SET paye = 6000, paye_le = '2025-10-01' WHERE id = 1;
SELECT pg_temp.du('P1', '2025-10-30'), round(416000 * 12.15 / 36500, 2);
UPDATE f SET paye = 10000, paye_le = '2025-10-31' WHERE id = 1;
SELECT pg_temp.du('P1', '2025-10-31'), pg_temp.du('P1', '2026-10-31'), round(420000 * 12.15 / 36500, 2);

\echo == crossing 1 July 2026: 10 days at 12.15, 10 at 12.40
INSERT INTO f VALUES (2, 'S1', 1, 'A', '2026-05-20', '2026-06-20', 10000);
SELECT pg_temp.du('S1', '2026-07-10');

\echo == a payment rejected afterwards never stopped the delay
INSERT INTO f VALUES (3, 'R1', 1, 'A', '2025-08-01', '2025-09-01', 10000);
UPDATE f SET paye = 10000, paye_le = '2025-09-02' WHERE id = 3;
UPDATE f SET paye = 0, paye_le = NULL WHERE id = 3;
SELECT nature, montant FROM creances.reglement WHERE facture = 'R1' ORDER BY connu_le, reglement;
SELECT pg_temp.du('R1', creances.aujourdhui()) = format('%s au taux BCE+10, indemnite 40.00', creances.penalite_retard(10000, '2025-09-01', creances.aujourdhui()));
-- two payments, the second rejected in part: what is left paid is 2,500 from the first day
INSERT INTO f VALUES (4, 'R2', 1, 'A', '2025-08-01', '2025-09-01', 10000);
UPDATE f SET paye = 3000, paye_le = '2025-09-11' WHERE id = 4;
UPDATE f SET paye = 7000, paye_le = '2025-09-21' WHERE id = 4;
UPDATE f SET paye = 2500 WHERE id = 4;
SELECT pg_temp.du('R2', creances.aujourdhui()) = format('%s au taux BCE+10, indemnite 40.00',
	creances.penalite_retard(10000, '2025-09-01', '2025-09-11') + creances.penalite_retard(7500, '2025-09-11', creances.aujourdhui()));

\echo == overpaid and late: never negative interest, and the 40 EUR stay due
INSERT INTO f VALUES (5, 'O1', 1, 'A', '2025-08-01', '2025-09-01', 1000);
UPDATE f SET paye = 1500, paye_le = '2025-09-11' WHERE id = 5;
SELECT pg_temp.du('O1', '2026-01-01'), creances.penalite_retard(1000, '2025-09-01', '2025-09-11');

\echo == 40 EUR: from the first late day, once an invoice, never on the due date, never below a cent
INSERT INTO f VALUES (10, 'I1', 1, 'B', '2025-08-01', '2025-09-01', 500), (11, 'I1', 2, 'B', '2025-08-01', '2025-10-01', 500),
					 (12, 'I2', 1, 'B', '2012-11-01', '2012-12-30', 500), (13, 'I3', 1, 'B', '2025-08-01', '2025-09-01', 0.004);
SELECT pg_temp.du('I1', '2025-09-01'), pg_temp.du('I1', '2025-09-02');
SELECT pg_temp.du('I1', '2025-10-02', 1), pg_temp.du('I1', '2025-10-02', 2);
UPDATE f SET paye = 500, paye_le = '2025-09-01' WHERE id = 10;
SELECT pg_temp.du('I1', '2025-10-02', 2) AS la_premiere_echeance_a_ete_payee_a_temps;
SELECT indemnite FROM creances._accessoires('principal', 'I2', 1, '2013-06-01') UNION ALL SELECT indemnite FROM creances._accessoires('principal', 'I3', 1, '2025-12-01');

\echo == what the credits of the debtor cover bears no interest
SELECT pg_temp.du('I1', '2025-12-01', 2, 400), creances.penalite_retard(100, '2025-10-01', '2025-12-01');

\echo == public buyer: ECB + 8 fixed; a term that ends on a Saturday ends on the next working day (F32073, CCP R2192-10)
INSERT INTO f VALUES (20, 'G1', 1, 'mairie', '2024-05-30', '2024-06-29', 10000);
UPDATE creances.debiteur SET type = 'public' WHERE debiteur = 'mairie';
SELECT pg_temp.du('G1', '2024-12-31'), creances.penalite_retard(10000, '2024-07-01', '2024-12-31', 'BCE+8 fixe');
SELECT pg_temp.du('G1', '2024-07-01'), pg_temp.du('G1', '2024-07-02');

\echo == consumer: nothing before the formal notice is received, then the legal rate, column of the professionals; never 40 EUR
INSERT INTO f VALUES (30, 'C1', 1, 'dupont', '2026-03-01', '2026-04-01', 1850);
UPDATE creances.debiteur SET type = 'consommateur' WHERE debiteur = 'dupont';
SELECT pg_temp.du('C1', '2026-06-30');
SELECT creances.passer_etape('principal', 'C1', 1, 'vu au comptoir', '2026-05-31') FROM generate_series(1, 4);
SELECT stade, mise_en_demeure_le FROM creances.avancement WHERE facture = 'C1';
SELECT pg_temp.du('C1', '2026-06-30') AS passee_a_la_main;
UPDATE creances.avancement SET mise_en_demeure_le = '2026-05-31' WHERE facture = 'C1';
SELECT pg_temp.du('C1', '2026-06-30') AS envoyee;
SELECT code, message FROM creances.alerte WHERE code = 'mise_en_demeure';
SELECT creances.consigner('principal', 'dupont', 'mise_en_demeure', '2026-05-31', 'avis de réception', 'C1') IS NOT NULL;
SELECT pg_temp.du('C1', '2026-06-30') AS recue, round(1850 * 2.62 * 30 / 36500, 2) AS v13;
SELECT count(*) FROM creances.alerte WHERE code = 'mise_en_demeure';

\echo == other currencies: their own unit, and 40 EUR apart
INSERT INTO f VALUES (40, 'Y1', 1, 'K', '2025-08-01', '2025-09-01', 1000000, 0, NULL, 'JPY'), (41, 'T1', 1, 'K', '2025-08-01', '2025-09-01', 1000, 0, NULL, 'TND');
SELECT pg_temp.du('Y1', '2025-09-11'), pg_temp.du('T1', '2025-09-11');
SELECT devise, (total_exigible = solde + penalites) AS sans_les_40_eur FROM creances.encours WHERE facture IN ('Y1', 'T1') ORDER BY devise COLLATE "C";

\echo == a rate that is not known: computed up to the last known day, and said
INSERT INTO f VALUES (50, 'X1', 1, 'A', '2026-10-01', '2026-11-01', 1000);
SELECT arrete, penalites = creances.penalite_retard(1000, '2026-11-01', '2026-12-31') FROM creances._accessoires('principal', 'X1', 1, '2027-03-01');

\echo == a credit note is no debt; a positive one is refused; dates that mean none are refused, but an empty settlement date is none
INSERT INTO f VALUES (60, 'V1', 1, 'V', '2026-01-01', NULL, -100, 0, NULL, 'EUR', 'Avoir'), (61, 'V2', 1, 'V', '2026-01-01', '2026-02-01', 100, 0, NULL, 'EUR', 'AVOIR client'),
					 (62, 'V3', 1, 'V', '2026-01-01', '9999-12-31', 100, 0, NULL, 'EUR', NULL), (63, 'V4', 1, 'V', '2026-01-01', '2026-02-01', 100, 0, '1753-01-01', 'EUR', NULL);
SELECT cle, code, motif FROM creances.ligne_refusee ORDER BY cle COLLATE "C";
SELECT facture, nature, echeance, solde FROM creances.creance WHERE debiteur = 'V' ORDER BY facture COLLATE "C";
SELECT pg_temp.du('V1', '2026-10-01');
SELECT * FROM creances.coherence();
ROLLBACK;
