-- Data quality: what anomalie says of rows that were refused and of what is
-- followed and looks wrong, and how alerte points at it.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET jit = off;
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET LOCAL search_path = essai, pg_catalog;
-- the findings, without the day of today
CREATE FUNCTION constats(p_creancier text DEFAULT 'principal') RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT concat_ws(' | ', a.code, a.gravite, coalesce(a.suivi::text, '-'), coalesce(a.cle, '-'), coalesce(a.facture, '-'), coalesce(a.rang::text, '-'), coalesce(a.debiteur, '-'),
					 CASE WHEN a.depuis IS NULL THEN 'now' ELSE 'dated' END, replace(a.motif, creances.aujourdhui()::text, 'jour'))
	  FROM creances.anomalie a WHERE coalesce(a.creancier, p_creancier) = p_creancier ORDER BY a.code COLLATE "C", a.facture COLLATE "C", a.rang, a.debiteur COLLATE "C", a.cle COLLATE "C", a.motif COLLATE "C"
$$;

CREATE TABLE f (id integer PRIMARY KEY, numero text, rang integer DEFAULT 1, client text, emission date, echeance date, montant numeric, devise text DEFAULT 'EUR',
	nature text, paye numeric NOT NULL DEFAULT 0, paye_le date, statut text DEFAULT 'ouverte');
SELECT creances.suivre_factures('f', '{"facture": "numero", "rang": "rang", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant",
	"devise": "devise", "nature": "nature", "regle": "paye", "regle_le": "paye_le"}', 'statut = ''ouverte''', depuis => '2024-01-01');

\echo == nothing wrong, nothing said
INSERT INTO f (id, numero, client, emission, echeance, montant) VALUES (1, 'saine', 'OK', '2024-01-10', '2024-02-10', 100);
UPDATE creances.debiteur SET courriel = 'ok@exemple.fr', telephone = '0102030405', adresse = '1 rue du Port';
SELECT * FROM constats();
SELECT * FROM creances.alerte WHERE code IN ('anomalie', 'qualite');

\echo == rows that are refused: what was known of them is still named
INSERT INTO f (id, numero, client, emission, echeance, montant) VALUES (2, 'sans date', 'OK', '2024-01-10', NULL, 50), (3, 'abimee', 'OK', '2024-01-10', '2024-02-10', 55);
UPDATE f SET montant = NULL WHERE id = 3;
SELECT * FROM constats();
SELECT gravite, code, objet, message FROM creances.alerte WHERE code = 'anomalie' ORDER BY message COLLATE "C";
UPDATE f SET montant = 55, echeance = '2024-02-10' WHERE id IN (2, 3);
UPDATE f SET montant = 50 WHERE id = 2;
SELECT * FROM constats();

\echo == due before it was issued; on the day of its issue, or a credit, is in order
INSERT INTO f (id, numero, client, emission, echeance, montant, nature) VALUES (10, 'antidatee', 'OK', '2024-03-02', '2024-03-01', 10, NULL), (11, 'comptant', 'OK', '2024-03-02', '2024-03-02', 11, NULL),
	(12, 'avoir', 'OK', '2024-03-02', '2024-03-01', -12, NULL), (13, 'antidatee et payee', 'OK', '2024-03-02', '2024-03-01', 13, NULL);
UPDATE f SET paye = montant WHERE id = 13;
SELECT * FROM constats();
DELETE FROM f WHERE id BETWEEN 10 AND 13;

\echo == more paid than invoiced, more refunded than credited
INSERT INTO f (id, numero, client, emission, echeance, montant, nature, paye) VALUES (20, 'trop', 'OK', '2024-03-01', '2024-03-31', 20, NULL, 30.5), (21, 'rembourse', 'OK', '2024-03-01', '2024-03-31', -21, NULL, -40),
	(22, 'juste', 'OK', '2024-03-01', '2024-03-31', 22, NULL, 22), (23, 'compte:R1', 'OK', '2024-03-01', '2024-03-01', -23, 'acompte', 0), (24, 'avoir', 'OK', '2024-03-01', '2024-03-01', -24, NULL, -4);
SELECT * FROM constats();
DELETE FROM f WHERE id BETWEEN 20 AND 24;

\echo == probable duplicates: client, currency, issue, amount and rank, another number, both open
INSERT INTO f (id, numero, rang, client, emission, echeance, montant, devise) VALUES
	(30, 'A1', 1, 'OK', '2024-03-01', '2024-03-31', 30, 'EUR'), (31, 'A2', 1, 'OK', '2024-03-01', '2024-04-30', 30, 'EUR'), (32, 'A3', 1, 'OK', '2024-03-01', '2024-04-30', 30, 'EUR'),
	(33, 'B1', 1, 'OK', '2024-03-01', '2024-03-31', 30, 'USD'), (34, 'C1', 1, 'OK', '2024-03-02', '2024-03-31', 30, 'EUR'), (35, 'D1', 1, 'KO', '2024-03-01', '2024-03-31', 30, 'EUR'),
	-- an invoice's own instalments are none of each other
	(36, 'E1', 1, 'OK', '2024-03-05', '2024-03-31', 15, 'EUR'), (37, 'E1', 2, 'OK', '2024-03-05', '2024-04-30', 15, 'EUR'),
	(38, 'payee', 1, 'OK', '2024-03-01', '2024-03-31', 30, 'EUR');
UPDATE creances.debiteur SET courriel = 'ko@exemple.fr', telephone = '0102030406', adresse = '2 rue du Port' WHERE debiteur = 'KO';
UPDATE f SET paye = 30 WHERE id = 38;
SELECT * FROM constats();
-- no issue date: nothing can be said
UPDATE f SET emission = NULL WHERE id IN (31, 32);
SELECT * FROM constats();
DELETE FROM f WHERE id BETWEEN 30 AND 38;

\echo == paid but shown unpaid: money on account, or a credit, of just that amount
INSERT INTO f (id, numero, client, emission, echeance, montant, nature) VALUES (40, 'F40', 'OK', '2024-03-01', '2024-03-31', 40, NULL), (41, 'compte:R41', 'OK', '2024-04-02', '2024-04-02', -40, 'acompte'),
	(42, 'F42', 'OK', '2024-03-01', '2024-03-31', 42, NULL), (43, 'A43', 'OK', '2024-04-02', '2024-04-02', -42, NULL),
	(44, 'F44', 'KO', '2024-03-01', '2024-03-31', 40, NULL), (45, 'F45', 'OK', '2024-03-01', '2024-03-31', 40.01, NULL);
SELECT * FROM constats();
-- (so much of what is left, too)
UPDATE f SET paye = 0.01 WHERE id = 45;
SELECT * FROM constats();
DELETE FROM f WHERE id BETWEEN 40 AND 45;

\echo == unpaid but shown paid: it has left the filter and still owed
INSERT INTO f (id, numero, client, emission, echeance, montant, paye) VALUES (50, 'soldee a tort', 'OK', '2024-03-01', '2024-03-31', 50, 20), (51, 'soldee', 'OK', '2024-03-01', '2024-03-31', 51, 51),
	(52, 'supprimee', 'OK', '2024-03-01', '2024-03-31', 52, 0), (53, 'avoir', 'OK', '2024-03-01', '2024-03-31', -53, 0);
UPDATE f SET statut = 'payee' WHERE id IN (50, 51, 53);
DELETE FROM f WHERE id = 52;
SELECT * FROM constats();
UPDATE f SET statut = 'ouverte' WHERE id = 50;
SELECT * FROM constats();
UPDATE f SET paye = 50 WHERE id = 50;

\echo == nobody to send the next step to: a line for each client and contact
INSERT INTO f (id, numero, client, emission, echeance, montant) VALUES (60, 'G60', 'MUET', '2024-03-01', '2024-03-31', 60), (61, 'G61', 'MUET', '2024-03-01', '2024-03-31', 61),
	(62, 'G62', 'MUET', '2024-03-01', '2024-03-31', 62), (63, 'G63', 'MUET', '2024-03-01', '2024-03-31', 63), (64, 'G64', 'MUET', '2024-03-01', '2024-03-31', 64), (65, 'G65', 'SOLDE', '2024-03-01', '2024-03-31', 65);
UPDATE f SET paye = 65 WHERE id = 65;
SELECT * FROM constats();
UPDATE creances.debiteur SET courriel = ' ' WHERE debiteur = 'MUET';
-- as the engine goes on, step after step, without anything sent
SELECT creances._prendre_en_compte('principal', '2024-05-02') \g /dev/null
SELECT count(creances.passer_etape('principal', 'G' || n, 1, 'essai', '2024-05-02')) FROM generate_series(61, 64) n;
SELECT count(creances.passer_etape('principal', 'G' || n, 1, 'essai', '2024-05-10')) FROM generate_series(62, 64) n;
SELECT count(creances.passer_etape('principal', 'G' || n, 1, 'essai', '2024-05-20')) FROM generate_series(63, 64) n;
SELECT count(creances.passer_etape('principal', 'G' || n, 1, 'essai', '2024-06-20')) FROM generate_series(64, 64) n;
SELECT * FROM constats();
-- it is the next step of decision()
SELECT d.facture, d.etape, d.canal FROM creances.decision(creances.aujourdhui()) d WHERE d.debiteur = 'MUET' ORDER BY 1;
-- another scenario: the first step of a higher stage
INSERT INTO creances.scenario (scenario, intitule) VALUES ('sms', 'Par SMS');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES ('sms', 1, -5, 'courriel', 'preventive', 'Avant'), ('sms', 2, 1, 'sms', 'relance_1', 'SMS'), ('sms', 3, 10, 'lrar', 'mise_en_demeure', 'LRAR');
UPDATE creances.creancier SET scenario = 'sms';
SELECT * FROM constats();
SELECT d.facture, d.etape, d.canal FROM creances.decision(creances.aujourdhui()) d WHERE d.debiteur = 'MUET' ORDER BY 1;
-- a preventive step is the next one only until the due date
INSERT INTO f (id, numero, client, emission, echeance, montant) VALUES (66, 'G66', 'MUET', '2024-03-01', creances.aujourdhui(), 66);
SELECT * FROM constats() c WHERE c LIKE '%Avant%';
UPDATE f SET echeance = creances.aujourdhui() - 1 WHERE id = 66;
SELECT * FROM constats() c WHERE c LIKE '%Avant%' OR c LIKE '%SMS%';
UPDATE creances.debiteur SET telephone = '06', courriel = 'm@exemple.fr', adresse = '3 rue du Port' WHERE debiteur IN ('MUET', 'SOLDE');
SELECT * FROM constats();
DELETE FROM f WHERE id BETWEEN 60 AND 66;

\echo == settled by a write-off; a payment whose invoice is not followed, or not yet
CREATE TABLE f2 (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric);
CREATE TABLE r (id integer PRIMARY KEY, facture text, client text, le date, montant numeric, genre text);
SELECT creances.suivre_factures('f2', '{"creancier": "''autre''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant"}', depuis => '2024-01-01');
SELECT creances.suivre_reglements('r', '{"creancier": "''autre''", "reglement": "id", "facture": "facture", "debiteur": "client", "date": "le", "montant": "montant", "nature": "genre"}', factures => 'f2');
INSERT INTO f2 VALUES ('perdue', 'OK', '2024-03-01', '2024-03-31', 70), ('perdue en partie', 'OK', '2024-03-01', '2024-03-31', 71), ('annulee', 'OK', '2024-03-01', '2024-03-31', 72),
	('a lettrer', 'OK', '2024-03-01', '2024-03-31', 73);
UPDATE creances.debiteur SET courriel = 'ok@exemple.fr' WHERE creancier = 'autre';
INSERT INTO r VALUES (1, 'perdue', 'OK', '2024-06-01', 60, 'perte'), (2, 'perdue', 'OK', '2024-05-01', 10, 'virement'), (3, 'perdue en partie', 'OK', '2024-06-01', 1, 'perte'),
	(4, 'ailleurs', 'OK', '2024-06-02', 5, 'virement'), (5, 'ailleurs', 'OK', '2024-06-03', 6, 'virement'), (6, NULL, 'OK', '2024-06-04', 73, 'virement'), (7, 'annulee', 'OK', '2024-06-04', 7, 'virement');
UPDATE r SET facture = 'annulee' WHERE id = 5;
SELECT creances.rafraichir() \g /dev/null
SELECT * FROM constats('autre');
-- the invoice comes, the payment on account is allocated, an invoice goes
INSERT INTO f2 VALUES ('ailleurs', 'OK', '2024-03-01', '2024-03-31', 5);
UPDATE r SET facture = 'a lettrer' WHERE id = 6;
DELETE FROM f2 WHERE numero = 'annulee';
SELECT creances.rafraichir() \g /dev/null
SELECT * FROM constats('autre');
DELETE FROM r WHERE id IN (5, 7);
SELECT creances.rafraichir() \g /dev/null
SELECT * FROM constats('autre');
INSERT INTO r VALUES (8, 'inconnue', 'OK', '2024-06-04', 8, 'virement');

\echo == alerte: a line for each kind, what is refused first, no line for what is only told
INSERT INTO f (id, numero, client, emission, echeance, montant) SELECT 80 + i, 'Z' || i, 'OK', '2024-03-01', '2024-02-01', 80 FROM generate_series(1, 3) i;
INSERT INTO f (id, numero, client, emission, echeance, montant) VALUES (84, 'Z4', 'OK', '2024-03-01', '2024-02-01', NULL);
SELECT ordre, gravite, code, objet, message FROM creances.alerte WHERE code IN ('anomalie', 'qualite') ORDER BY ordre, gravite DESC, objet COLLATE "C";
SELECT code, gravite, count(*) FROM creances.anomalie GROUP BY 1, 2 ORDER BY code COLLATE "C", 2;

\echo == no pair of rows is compared: ten times the rows, about ten times the work
CREATE TABLE g (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric);
SELECT creances.suivre_factures('g', '{"creancier": "''grand''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant"}', charger => false);
-- the worst: one client, one amount, one date, and a credit of that amount
INSERT INTO g SELECT 'N' || i, 'X', '2024-03-01', '2024-03-31', CASE WHEN i % 2 = 0 THEN 10 ELSE -10 END FROM generate_series(1, 4000) i;
CREATE FUNCTION lues(requete text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	p json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, FORMAT JSON) ' || requete INTO p;
	RETURN (SELECT sum((m[1])::numeric * (m[2])::numeric) FROM regexp_matches(p::text, '"Actual Rows": (\d+),\s*"Actual Loops": (\d+)', 'g') m);
END $$;
SELECT lues('SELECT * FROM creances.anomalie') < 40 * 4000;
SELECT code, count(*) FROM creances.anomalie WHERE creancier = 'grand' GROUP BY 1 ORDER BY code COLLATE "C";
ROLLBACK;
