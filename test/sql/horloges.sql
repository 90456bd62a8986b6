-- Clocks: what must be done by when. Each one is worked out by hand, on edges, and
-- by slow oracles on random facts; at past dates too. The pass commits, so nothing
-- here is in one transaction.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;
CREATE TABLE f (id text PRIMARY KEY, societe text DEFAULT 'S', client text, emis date, livre date, du date, ttc numeric, paye numeric DEFAULT 0, paye_le date, devise text DEFAULT 'EUR');
SELECT creances.suivre_factures('f', '{"facture": "id", "creancier": "societe", "debiteur": "client", "emission": "emis", "livraison": "livre", "echeance": "du", "montant": "ttc", "regle": "paye", "regle_le": "paye_le", "devise": "devise"}', depuis => '2020-01-01');
CREATE FUNCTION erreur(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, m, nullif(h, ''));
END $$;
-- what the clocks say, on a day
CREATE FUNCTION dit(au date, clients text[], jours integer DEFAULT 90) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws('|', e.debiteur, coalesce(e.facture || '/' || e.rang, '*'), e.horloge, e.depart, to_char(e.echeance, 'YYYY-MM-DD Dy'), e.reste_jours, e.gravite, e.montant, e.devise)
	  FROM creances.echeances_legales(jours, au) e WHERE e.debiteur = ANY (clients) $$;

\echo == lengths are rows: ours read only, those of the user win on the same date
SELECT horloge, depuis, mois, jours, source FROM creances.delai_horloge WHERE origine = 'creances' ORDER BY 1, 2;
SELECT erreur($$UPDATE creances.delai_horloge SET mois = 4 WHERE horloge = 'injonction_signification'$$);
SELECT erreur($$INSERT INTO creances.delai_horloge (horloge, depuis, mois, source) VALUES ('prescription', '2020-01-01', 1, 'x')$$);
BEGIN;
INSERT INTO creances.delai_horloge (horloge, depuis, jours, source) VALUES ('mise_en_demeure', '2026-01-01', 15, 'usage de la maison');
SELECT d, (creances._delai_horloge('mise_en_demeure', d)).* FROM unnest('{2025-12-31,2026-01-01}'::date[]) d;
INSERT INTO creances.delai_horloge (horloge, depuis, jours, source, actif) VALUES ('mise_en_demeure', '1900-01-01', 99, 'masque', false);
SELECT count(*) FROM creances._delai_horloge('mise_en_demeure', '2025-12-31');
SELECT d, (creances._delai_horloge('injonction_signification', d)).mois FROM unnest('{2026-08-31,2026-09-01}'::date[]) d;
ROLLBACK;

\echo == prescription: hand-made dates, the eve of the anniversary
INSERT INTO f (id, client, emis, livre, du, ttc) VALUES
	('P1', 'PRO', '2021-12-02', NULL, '2022-01-31', 1000), ('P2', 'PRO', '2021-12-20', '2021-11-28', '2022-01-31', 200),
	('P3', 'PUBLIC', '2022-05-10', NULL, '2022-06-09', 300), ('P4', 'CONSO', '2024-11-15', NULL, '2024-12-15', 40), ('P5', 'PRO', '2026-01-05', NULL, '2026-03-06', 50);
UPDATE creances.debiteur SET nom = initcap(debiteur), type = CASE debiteur WHEN 'PUBLIC' THEN 'public' WHEN 'CONSO' THEN 'consommateur' ELSE 'professionnel' END;
-- 2 December 2021 + 5 years; the delivery of 28 November comes before; from 1 January 2023 + 4 years; 15 November 2024 + 2 years
SELECT dit('2026-10-03', '{PRO,PUBLIC,CONSO}');
-- ninety days, no more: 2 September is the 90th before 1 December
SELECT dit('2026-09-02', '{PRO}'), dit('2026-09-01', '{PRO}');
SELECT source, message FROM creances.echeances_legales(90, '2026-10-03') WHERE facture = 'P1';
SELECT gravite, message FROM creances.echeances_legales(0, '2026-12-02') WHERE facture = 'P1';
SELECT dit('2026-12-01', '{PRO}', 0);
\echo == an act counts from its date on, and no longer once it is annulled
SELECT creances.consigner('S', 'PRO', 'reconnaissance', '2026-10-10', 'courriel', 'P1', certain => true) AS acte \gset
SELECT dit('2026-10-09', '{PRO}'); SELECT dit('2026-10-10', '{PRO}');
SELECT creances.annuler_acte(:'acte', 'erreur', '2026-10-20');
SELECT dit('2026-10-19', '{PRO}'); SELECT dit('2026-10-20', '{PRO}');
SELECT creances.consigner('S', 'PRO', 'reconnaissance', '2026-10-25', 'au téléphone', 'P1') IS NOT NULL;
SELECT substring(message FROM '\(peut.*') FROM creances.echeances_legales(90, '2026-11-01') WHERE facture = 'P1';
-- a claim in court stops the clock while it lasts
SELECT creances.consigner('S', 'PUBLIC', 'demande_en_justice', '2026-11-02', 'requête') AS acte \gset
SELECT dit('2026-11-01', '{PUBLIC}'); SELECT dit('2026-11-02', '{PUBLIC}', 5000);
\echo == paid since: gone today, still there on the day
UPDATE f SET paye = 1000, paye_le = '2026-11-10' WHERE id = 'P1';
SELECT dit('2026-11-09', '{PRO}'); SELECT dit('2026-11-10', '{PRO}');
\echo == a nature that nobody knows any more is told
INSERT INTO creances.delai_prescription (nature, mois, intitule, source) VALUES ('maison', 12, 'Clause', 'CGV');
SELECT creances.convenir('S', '2020-01-01', debiteur => 'CONSO', prescription => 'maison', source => 'CGV');
SELECT dit('2026-10-03', '{CONSO}', 0);
DELETE FROM creances.delai_prescription WHERE nature = 'maison';
SELECT dit('2026-10-03', '{CONSO}', 0);
SELECT message FROM creances.echeances_legales(0, '2026-10-03') WHERE debiteur = 'CONSO';
SELECT creances.convenir('S', '2020-01-01', debiteur => 'CONSO', source => 'CGV');

\echo == the insurer: so many days after the due date, then so many to hand over
INSERT INTO f (id, client, emis, livre, du, ttc, devise) VALUES
	('I1', 'ASSURE', '2026-02-10', NULL, '2026-03-12', 500, 'EUR'), ('I2', 'ASSURE', '2026-03-01', NULL, '2026-04-30', 60, 'USD'),
	('I3', 'ASSURE', '2025-12-31', NULL, '2026-03-01', 70, 'EUR'), ('I4', 'REFUSE', '2026-02-10', NULL, '2026-03-12', 80, 'EUR'),
	('I5', 'PROPRE', '2026-02-10', NULL, '2026-03-12', 90, 'EUR'), ('I6', 'PROPRE', '2026-01-15', '2026-02-05', '2026-03-02', 91, 'EUR'), ('I7', 'ASSURE', '2026-05-10', NULL, '2026-05-20', 92, 'EUR');
SELECT erreur(q) FROM unnest(ARRAY[
	$$SELECT creances.consigner('S', 'ASSURE', 'declaration_assureur', '2026-04-01', 'x')$$,
	$$SELECT creances.assurer('S', 'P', NULL, 'A', 60, source => 'x')$$, $$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60)$$,
	$$SELECT creances.assurer('S', ' ', '2026-01-01', 'A', 60, source => 'x')$$, $$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', NULL, source => 'x')$$,
	$$SELECT creances.assurer('Z', 'P', '2026-01-01', 'A', 60, source => 'x')$$, $$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60, debiteur => 'INCONNU', source => 'x')$$,
	$$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', -1, source => 'x')$$, $$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60, 3651, source => 'x')$$,
	$$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60, depart_remise => 'facture', source => 'x')$$,
	$$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60, garantie => -1, source => 'x')$$, $$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60, garantie => 'NaN', source => 'x')$$,
	$$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60, devise => 'euro', source => 'x')$$,
	$$SELECT creances.assurer('S', 'P', '2026-01-01', 'A', 60, jusque => '2025-12-31', source => 'x')$$, $$SELECT creances.assurer('S', 'P', 'infinity', 'A', 60, source => 'x')$$]) q;
SELECT creances.assurer('S', 'POL-1', '2026-01-01', 'Assureur', 60, 30, source => 'conditions particulières');
SELECT creances.assurer('S', 'POL-1', '2026-01-01', 'Assureur', 60, 30, debiteur => 'REFUSE', garantie => 0, source => 'refus du 3 janvier');
SELECT creances.assurer('S', 'POL-1', '2026-02-01', 'Assureur', 45, 20, debiteur => 'PROPRE', garantie => 25000.50, jusque => '2026-02-09', depart_remise => 'echeance', source => 'agrément');
-- 12 March + 60 = 11 May; 30 April + 60 = 29 June; I3 was born before the policy; I5, after its own row, is the portfolio's; I6 was delivered within it: 2 March + 45, + 20
SELECT dit('2026-05-01', '{ASSURE,REFUSE,PROPRE}');
SELECT source, message FROM creances.echeances_legales(90, '2026-05-01') WHERE facture IN ('I5', 'I6') ORDER BY facture, horloge;
-- not on the due date, from the day after
SELECT dit('2026-03-12', '{ASSURE}'); SELECT dit('2026-03-13', '{ASSURE}', 60);
\echo == declared: the hand-over runs; handed over: nothing
SELECT creances.consigner('S', 'ASSURE', 'declaration_assureur', '2026-05-04', 'formulaire') AS acte \gset
SELECT dit('2026-05-03', '{ASSURE}'); SELECT dit('2026-05-21', '{ASSURE}');
SELECT creances.consigner('S', 'ASSURE', 'remise_assureur', '2026-05-25', 'dossier', 'I1') IS NOT NULL;
SELECT dit('2026-05-24', '{ASSURE}', 30); SELECT dit('2026-05-25', '{ASSURE}', 30);
SELECT creances.annuler_acte(:'acte', 'erreur', '2026-06-02');
SELECT dit('2026-06-01', '{ASSURE}', 30); SELECT dit('2026-06-02', '{ASSURE}', 30);
UPDATE f SET paye = 60, paye_le = '2026-06-10' WHERE id = 'I2';
SELECT dit('2026-06-09', '{ASSURE}', 30); SELECT dit('2026-06-10', '{ASSURE}', 30);
SELECT creances.assurer('S', 'POL-1', '2026-01-01', 'Assureur', 10, source => 'avenant');
SELECT dit('2026-06-10', '{ASSURE}', 30);
-- declared too late: it is told
SELECT creances.assurer('S', 'POL-1', '2026-01-01', 'Assureur', 10, 15, garantie => 5000, source => 'avenant');
SELECT creances.consigner('S', 'ASSURE', 'declaration_assureur', '2026-06-11', 'formulaire', 'I7') IS NOT NULL;
SELECT dit('2026-06-12', '{ASSURE}', 30);
SELECT message FROM creances.echeances_legales(30, '2026-06-12') WHERE facture = 'I7';
SELECT le, details - 'connu_le' - 'auteur' FROM creances.evenement WHERE genre = 'assurance' AND debiteur IS NULL ORDER BY instant;

\echo == of the due date that was told first: one that is granted later does not bind the insurer
INSERT INTO f (id, client, emis, du, ttc) VALUES ('O1', 'REPORT', '2026-01-10', '2026-02-10', 10), ('O2', 'REPORT', '2026-03-20', '2026-05-20', 20);
SELECT creances.assurer('S', 'POL-3', '2026-01-01', 'Assureur', 60, 30, debiteur => 'REPORT', source => 'x');
-- the ERP changed it on 20 February, to 10 June
SELECT dit('2026-03-01', '{REPORT}', 400);
UPDATE f SET du = '2026-06-10' WHERE id = 'O1';
UPDATE creances.creance_version SET jusque = '2026-02-20' WHERE facture = 'O1';
UPDATE creances.creance SET version_le = '2026-02-20' WHERE facture = 'O1';
SELECT dit('2026-02-19', '{REPORT}', 400); SELECT dit('2026-03-01', '{REPORT}', 400);
SELECT source FROM creances.echeances_legales(400, '2026-03-01') WHERE facture = 'O1';
\echo == an act that names no invoice is about what was overdue on its day
SELECT creances.consigner('S', 'REPORT', 'declaration_assureur', '2026-04-07', 'formulaire') IS NOT NULL;
-- O2, due on 20 May: 19 July, and no hand-over
SELECT dit('2026-06-01', '{REPORT}', 400);
SELECT creances.consigner('S', 'REPORT', 'remise_assureur', '2026-05-20', 'dossier') IS NOT NULL;
SELECT dit('2026-06-01', '{REPORT}', 400);
SELECT creances.consigner('S', 'REPORT', 'declaration_assureur', '2026-06-02', 'formulaire') IS NOT NULL;
SELECT dit('2026-06-02', '{REPORT}', 400);
\echo == gravity: what loses a right
INSERT INTO f (id, client, emis, du, ttc) VALUES ('G1', 'GRAVE', '2026-01-05', '2026-01-05', 10);
SELECT creances.assurer('S', 'POL-2', '2026-01-01', 'Assureur', 60, debiteur => 'GRAVE', source => 'x');
-- 5 January + 60 = 6 March
SELECT d, dit(d, '{GRAVE}') FROM unnest('{2026-02-03,2026-02-04,2026-02-23,2026-02-24,2026-03-06,2026-03-07,2026-04-05,2026-04-06}'::date[]) d;

\echo == formal notice: the date that the message gave; eight days of usage when it was told by hand
INSERT INTO creances.scenario (scenario, intitule) VALUES ('med', 'essai');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, delai_accorde) VALUES ('med', 1, 1, 'lrar', 'mise_en_demeure', 'x', 8);
INSERT INTO f (id, client, emis, du, ttc) VALUES ('M1', 'MED', '2026-01-05', '2026-02-05', 100), ('M2', 'MED', '2026-01-05', '2026-02-06', 20), ('M3', 'MED', '2026-01-05', '2026-09-06', 3), ('N1', 'MAIN', '2026-01-05', '2026-02-05', 200), ('N2', 'MAIN', '2026-01-06', '2026-02-05', 7);
INSERT INTO f (id, client, emis, du, ttc, devise) VALUES ('N3', 'MAIN', '2026-01-05', '2026-02-05', 30, 'USD');
DELETE FROM creances.police_assurance;
SELECT creances.affecter_scenario('S', 'med', debiteur => 'MED');
CALL creances.passe_relance('2026-02-09', creancier => 'S');
SELECT count(*) FROM creances.prendre_relances('lrar', 10, '2026-02-09');
SELECT debiteur, date_limite FROM creances.relance WHERE etat = 'prise';
SELECT creances.confirmer_envoi(relance, NULL, '2026-02-10') FROM creances.relance WHERE debiteur = 'MED' AND etat = 'prise';
SELECT dit('2026-02-09', '{MED}'); SELECT dit('2026-02-10', '{MED}'); SELECT dit('2026-02-17', '{MED}'); SELECT dit('2026-02-18', '{MED}');
SELECT DISTINCT e.acte = r.relance, e.source, e.message FROM creances.echeances_legales(90, '2026-02-18') e JOIN creances.relance r ON r.debiteur = 'MED' WHERE e.debiteur = 'MED';
-- a notice told by hand about the same items is the same notice
SELECT creances.consigner('S', 'MED', 'mise_en_demeure', '2026-02-12', 'accusé de réception') IS NOT NULL;
SELECT dit('2026-02-18', '{MED}');
-- followed: held, claimed in court, a later stage, paid
SELECT creances.suspendre('S', 'MED', 'attente', '2026-02-25', 'M1', le => '2026-02-20') IS NOT NULL;
SELECT dit('2026-02-19', '{MED}'); SELECT dit('2026-02-20', '{MED}'); SELECT dit('2026-02-26', '{MED}');
SELECT creances.changer_stade('S', 'M1', 1, 'contentieux', 'avocat', '2026-03-02');
SELECT creances.consigner('S', 'MED', 'demande_en_justice', '2026-03-03', 'assignation', 'M2') IS NOT NULL;
SELECT dit('2026-03-01', '{MED}'); SELECT dit('2026-03-02', '{MED}'); SELECT dit('2026-03-03', '{MED}');
-- by hand: 2 March + 8; what was born later is not in it; one row a currency
SELECT creances.consigner('S', 'MAIN', 'mise_en_demeure', '2026-03-02', 'lettre du cabinet') AS acte \gset
INSERT INTO f (id, client, emis, du, ttc) VALUES ('N4', 'MAIN', '2026-03-03', '2026-03-04', 1000);
SELECT dit('2026-03-05', '{MAIN}'); SELECT dit('2026-03-11', '{MAIN}');
SELECT DISTINCT source, acte = :'acte' FROM creances.echeances_legales(90, '2026-03-05') WHERE debiteur = 'MAIN';
UPDATE f SET paye = 150, paye_le = '2026-03-08' WHERE id = 'N1';
SELECT dit('2026-03-07', '{MAIN}'); SELECT dit('2026-03-08', '{MAIN}');
BEGIN;
INSERT INTO creances.delai_horloge (horloge, depuis, jours, source) VALUES ('mise_en_demeure', '2026-01-01', 15, 'usage de la maison');
SELECT dit('2026-03-05', '{MAIN}');
ROLLBACK;
SELECT creances.annuler_acte(:'acte', 'erreur', '2026-03-09');
SELECT dit('2026-03-08', '{MAIN}'); SELECT dit('2026-03-09', '{MAIN}');

\echo == insolvency: two months of the publication, of the judgment while it is not known; then six to be relieved
INSERT INTO f (id, client, emis, du, ttc) VALUES ('C1', 'FAILLI', '2025-01-02', '2025-06-30', 1000);
INSERT INTO f (id, client, emis, du, ttc, devise) VALUES ('C2', 'FAILLI', '2025-01-02', '2025-06-30', 90, 'USD');
SELECT creances.ouvrir_procedure_collective('S', 'FAILLI', '2025-03-03', '2025-03-12', 'liquidation') AS acte \gset
-- not before the judgment; 3 May is a Saturday: 5 May; published: 12 May
SELECT dit('2025-03-02', '{FAILLI}'); SELECT dit('2025-03-03', '{FAILLI}'); SELECT dit('2025-03-12', '{FAILLI}'); SELECT dit('2025-05-12', '{FAILLI}');
SELECT horloge, source, message FROM creances.echeances_legales(90, '2025-03-10') WHERE debiteur = 'FAILLI' AND devise = 'EUR';
SELECT horloge, source, message FROM creances.echeances_legales(900, '2025-05-13') WHERE debiteur = 'FAILLI' AND devise = 'EUR';
-- the same as the view of proceedings says
SELECT p.devise, p.a_declarer = e.montant AS montant, p.declarer_avant = e.echeance AS jour FROM creances.procedure_collective p
  JOIN creances.echeances_legales(90, '2025-04-01') e ON e.acte = p.acte AND e.devise = p.devise AND e.horloge = 'declaration_creance' ORDER BY 1;
-- declared in time
BEGIN;
SELECT creances.consigner('S', 'FAILLI', 'declaration_creance', '2025-05-12', 'portail') IS NOT NULL;
SELECT dit('2025-05-11', '{FAILLI}'); SELECT dit('2025-05-12', '{FAILLI}', 900); SELECT dit('2025-05-13', '{FAILLI}', 900);
ROLLBACK;
-- declared too late: 12 September to be relieved of it; asked for
SELECT creances.consigner('S', 'FAILLI', 'declaration_creance', '2025-05-13', 'portail') IS NOT NULL;
SELECT dit('2025-06-20', '{FAILLI}'); SELECT dit('2025-09-13', '{FAILLI}');
SELECT DISTINCT split_part(message, ' : ', 1) FROM creances.echeances_legales(90, '2025-06-20') WHERE debiteur = 'FAILLI' AND horloge = 'releve_forclusion';
SELECT creances.consigner('S', 'FAILLI', 'demande_en_justice', '2025-06-24', 'relevé de forclusion') IS NOT NULL;
SELECT dit('2025-06-23', '{FAILLI}'); SELECT dit('2025-06-24', '{FAILLI}');

\echo == injonction de payer, until when to serve it: by the date of the order
INSERT INTO f (id, client, emis, du, ttc) VALUES ('J1', 'INJ', '2023-01-02', '2023-02-01', 1000), ('J2', 'INJ', '2023-01-03', '2023-02-01', 10);
CREATE FUNCTION injonction(ordonnance date, signification date, au date, zone text DEFAULT 'metropole', details jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	UPDATE creances.debiteur d SET zone = injonction.zone WHERE debiteur = 'INJ';
	PERFORM creances.consigner('S', 'INJ', 'ordonnance_injonction', ordonnance, 'TC', 'J1');
	IF signification IS NOT NULL THEN
		PERFORM creances.consigner('S', 'INJ', 'injonction_signifiee', signification, 'étude', 'J1', details => injonction.details);
	END IF;
	SELECT string_agg(concat_ws(' ', substr(e.horloge, 12), to_char(e.echeance, 'YYYY-MM-DD Dy'), e.gravite), ', ' ORDER BY e.horloge DESC) INTO r
	  FROM creances.echeances_legales(36500, au) e WHERE e.debiteur = 'INJ' AND e.horloge LIKE 'injonction%';
	RAISE EXCEPTION USING MESSAGE = coalesce(r, 'nothing');
EXCEPTION WHEN raise_exception THEN
	RETURN r;
END $$;
-- six months before September 2026: the 31st of a month that has none, a Sunday; a Saturday; leap days; the Ascension Day of 2026
SELECT o, injonction(o, NULL, o) FROM unnest('{2026-08-31,2025-08-29,2024-02-29,2023-08-31,2026-02-11,2025-11-14}'::date[]) o;
-- three from then on: a plain day; the 30th of a short month; of a leap one; New Year's Day, then a week-end
SELECT o, injonction(o, NULL, o) FROM unnest('{2026-09-01,2026-11-30,2027-11-30,2026-10-01}'::date[]) o;
\echo == the day itself, and the next
SELECT au, injonction('2026-09-01', NULL, au) FROM unnest('{2026-08-31,2026-09-01,2026-11-20,2026-11-21,2026-12-01,2026-12-02}'::date[]) au;
SELECT s, injonction('2026-09-01', s, '2026-12-03') FROM unnest('{2026-12-01,2026-12-02}'::date[]) s;
\echo == served: a month to oppose; from September 2026, two without notice of it
-- the same service, under either regime: enforceable the day after
SELECT injonction('2026-08-31', '2026-09-30', '2026-10-01'), injonction('2026-09-01', '2026-09-30', '2026-10-01');
-- the 29th where February has none, a Sunday; Easter Monday of 2027
SELECT injonction('2026-12-15', '2027-01-29', '2027-01-29');
-- All Saints, a Sunday
SELECT injonction('2026-09-02', '2026-10-01', '2026-10-02'), injonction('2026-08-31', '2026-10-01', '2026-10-02');
SELECT au, injonction('2026-08-31', '2026-09-30', au) FROM unnest('{2026-09-29,2026-09-30,2026-10-30,2026-10-31}'::date[]) au;
\echo == either side of the sea: overseas a month more, abroad two; a local holiday, 20 December in Reunion
SELECT injonction('2026-09-01', '2026-09-30', '2026-10-01', 'reunion'), injonction('2026-09-01', '2026-09-30', '2026-10-01', 'reunion', '{"eloignement": 0}');
SELECT injonction('2026-09-01', '2026-09-30', '2026-10-01', 'metropole', '{"eloignement": "2"}'), injonction('2026-08-31', '2026-09-30', '2026-10-01', 'metropole', '{"eloignement": 1}');
SELECT injonction('2027-10-01', '2027-10-20', '2027-10-21', 'reunion'), injonction('2027-10-01', '2027-10-20', '2027-10-21', 'metropole', '{"eloignement": 1}');
\echo == what each says: the text, what to do, what is lost
SELECT creances.consigner('S', 'INJ', 'ordonnance_injonction', '2026-09-01', 'TC Paris', 'J1', reference => '2026IP01') AS o \gset
SELECT horloge, libelle, depart, echeance, reste_jours, montant, source, message, acte = :'o' FROM creances.echeances_legales(90, '2026-09-10') WHERE debiteur = 'INJ' AND horloge <> 'prescription';
SELECT creances.consigner('S', 'INJ', 'injonction_signifiee', '2026-09-30', 'étude', 'J1', details => '{"personne": "false"}') AS s \gset
SELECT horloge, libelle, depart, echeance, reste_jours, montant, source, message, acte = :'s' FROM creances.echeances_legales(90, '2026-10-10') WHERE debiteur = 'INJ' AND horloge <> 'prescription';
SELECT gravite, message FROM creances.echeances_legales(90, '2026-12-01') WHERE debiteur = 'INJ' AND horloge = 'injonction_executoire';
SELECT message FROM creances.echeances_legales(90, '2026-12-02') WHERE debiteur = 'INJ' AND horloge = 'injonction_signification';
\echo == an opposition stops all of it, from its day on; refused where nothing was ordered
SELECT erreur($$SELECT creances.consigner('S', 'GRAVE', 'opposition', '2026-10-15', 'x')$$), erreur($$SELECT creances.consigner('S', 'INJ', 'opposition', '2026-08-15', 'x')$$), erreur($$SELECT creances.consigner('S', 'INJ', 'opposition', '2026-10-15', 'x', 'J2')$$);
SELECT erreur($$SELECT creances.consigner('S', 'INJ', 'injonction_signifiee', '2026-10-15', 'x', details => '{"eloignement": 3}')$$);
SELECT creances.consigner('S', 'INJ', 'opposition', '2026-10-20', 'greffe', 'J1') AS p \gset
CREATE FUNCTION inj(au date) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(string_agg(concat_ws(' ', coalesce(e.facture, '*'), substr(e.horloge, 12), e.echeance, e.montant), ', ' ORDER BY e.facture, e.horloge DESC, e.echeance), 'nothing')
  FROM creances.echeances_legales(36500, au) e WHERE e.debiteur = 'INJ' AND e.horloge LIKE 'injonction%' $$;
SELECT au, inj(au) FROM unnest('{2026-10-19,2026-10-20,2026-12-10}'::date[]) au;
SELECT creances.annuler_acte(:'p', 'homonyme', '2026-11-02');
SELECT au, inj(au) FROM unnest('{2026-11-01,2026-11-02}'::date[]) au;
\echo == so do a title, and an insolvency; what is paid is no longer claimed
BEGIN;
SELECT creances.consigner('S', 'INJ', 'titre_executoire', '2026-12-05', 'ordonnance exécutoire', 'J1') IS NOT NULL;
SELECT inj('2026-12-04'), inj('2026-12-05');
ROLLBACK;
BEGIN;
SELECT creances.consigner('S', 'INJ', 'procedure_collective', '2026-11-20', 'jugement') IS NOT NULL;
SELECT inj('2026-11-19'), inj('2026-11-20');
ROLLBACK;
UPDATE f SET paye = 400, paye_le = '2026-11-15' WHERE id = 'J1';
SELECT inj('2026-11-14'), inj('2026-11-15');
UPDATE f SET paye = 1000, paye_le = '2026-11-16' WHERE id = 'J1';
SELECT inj('2026-11-15'), inj('2026-11-16');
\echo == two orders: each with what follows it, by its invoice, by its reference, by its identifier; a newer one replaces
INSERT INTO f (id, client, emis, du, ttc) VALUES ('J3', 'INJ', '2024-01-02', '2024-02-01', 3000), ('J4', 'INJ', '2024-01-02', '2024-02-01', 4000);
SELECT creances.consigner('S', 'INJ', 'ordonnance_injonction', '2027-01-04', 'TC', 'J3', reference => 'A') AS oa, creances.consigner('S', 'INJ', 'ordonnance_injonction', '2027-01-05', 'TC', 'J4', reference => 'B') AS ob \gset
BEGIN;
SELECT creances.consigner('S', 'INJ', 'injonction_signifiee', '2027-01-20', 'étude', 'J3') IS NOT NULL;
SELECT inj('2027-01-21');
ROLLBACK;
BEGIN;
SELECT creances.consigner('S', 'INJ', 'injonction_signifiee', '2027-01-20', 'étude', reference => 'A') IS NOT NULL;
SELECT inj('2027-01-21');
ROLLBACK;
BEGIN;
SELECT creances.consigner('S', 'INJ', 'injonction_signifiee', '2027-01-20', 'étude', details => jsonb_build_object('ordonnance', :'oa')) IS NOT NULL;
SELECT inj('2027-01-21');
ROLLBACK;
BEGIN;
SELECT creances.consigner('S', 'INJ', 'ordonnance_injonction', '2027-04-20', 'nouvelle', 'J3') IS NOT NULL;
SELECT inj('2027-04-19'), inj('2027-04-20');
ROLLBACK;
-- of all that he owed on that day: one row
SELECT creances.consigner('S', 'INJ', 'ordonnance_injonction', '2026-12-15', 'TC') IS NOT NULL;
INSERT INTO f (id, client, emis, du, ttc) VALUES ('J5', 'INJ', '2026-12-16', '2026-12-17', 5000);
SELECT inj('2026-12-20');

\echo == injonctions at random, against a count by hand of the calendar
SELECT 'seed 0.6826' || setseed(0.6826)::text;
INSERT INTO f (id, client, emis, du, ttc) SELECT 'R' || lpad(n::text, 3, '0'), 'HASARD' || n % 11, '2025-01-01', '2025-01-02', 100 FROM generate_series(1, 220) n;
CREATE TABLE cas AS
SELECT 'R' || lpad(n::text, 3, '0') AS facture, 'HASARD' || n % 11 AS debiteur,
	   date '2026-03-01' + (random() * 500)::integer AS ordonnance, (random() * 120)::integer AS apres, (random() * 8)::integer AS cas FROM generate_series(1, 220) n;
UPDATE creances.debiteur d SET zone = (ARRAY['metropole', 'alsace_moselle', 'alsace_moselle_temple', 'guadeloupe', 'martinique', 'guyane', 'reunion', 'mayotte', 'saint_martin', 'saint_barthelemy', 'saint_pierre_et_miquelon'])[1 + substr(d.debiteur, 7)::integer]
 WHERE debiteur LIKE 'HASARD%';
SELECT count(creances.consigner('S', debiteur, 'ordonnance_injonction', ordonnance, 'x', facture)) FROM cas;
SELECT count(creances.consigner('S', debiteur, 'injonction_signifiee', ordonnance + apres, 'x', facture)) FROM cas WHERE cas < 7;
SELECT count(creances.consigner('S', debiteur, 'opposition', ordonnance + apres + 9, 'x', facture)) FROM cas WHERE cas = 0;
ANALYZE creances.acte, creances.creance, creances.creance_version, creances.reglement, creances.debiteur, creances.convention, creances.engagement_creance;
-- month after month, then day after day
CREATE FUNCTION fin(depart date, mois integer, zone text) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
	a integer := extract(year FROM depart); m integer := extract(month FROM depart); j date; dernier date;
BEGIN
	FOR i IN 1 .. mois LOOP
		m := m + 1;
		IF m = 13 THEN m := 1; a := a + 1; END IF;
	END LOOP;
	dernier := make_date(CASE m WHEN 12 THEN a + 1 ELSE a END, m % 12 + 1, 1) - 1;
	j := least(dernier, make_date(a, m, 1) + extract(day FROM depart)::integer - 1);
	WHILE extract(isodow FROM j) > 5 OR creances.est_ferie(j, zone) LOOP j := j + 1; END LOOP;
	RETURN j;
END $$;
CREATE TABLE attendu AS
SELECT c.facture, x.horloge, x.echeance FROM cas c JOIN creances.debiteur d ON d.debiteur = c.debiteur
 CROSS JOIN LATERAL (SELECT CASE WHEN c.ordonnance < '2026-09-01' THEN 6 ELSE 3 END AS mois, CASE WHEN d.zone LIKE '%e' AND d.zone IN ('metropole') OR d.zone LIKE 'alsace%' THEN 0 ELSE 1 END AS loin) r
 CROSS JOIN LATERAL (SELECT fin(c.ordonnance, r.mois, 'metropole') AS limite, CASE WHEN c.cas < 7 THEN c.ordonnance + c.apres END AS s) l
 CROSS JOIN LATERAL (SELECT fin(l.s, 1 + r.loin, d.zone) AS opposition, CASE WHEN r.mois = 3 THEN fin(l.s, 2, d.zone) END AS deux) o
 CROSS JOIN LATERAL (
	SELECT 'injonction_signification' AS horloge, l.limite AS echeance WHERE c.cas > 0 AND (l.s IS NULL OR l.s > l.limite)
	UNION ALL SELECT 'injonction_opposition', o.opposition WHERE c.cas > 0 AND l.s <= l.limite
	UNION ALL SELECT 'injonction_executoire', CASE WHEN o.deux > o.opposition THEN o.deux ELSE o.opposition END + 1 WHERE c.cas > 0 AND l.s <= l.limite) x;
SET jit = off;
-- (the clock of these alone: the others would be worked out each time; a month to oppose is 28 days at least)
CREATE TABLE obtenu AS
SELECT DISTINCT e.facture, e.horloge, e.echeance FROM (SELECT j::date AS au FROM generate_series('2026-03-01', '2028-03-01', interval '27 days') j) j
 CROSS JOIN LATERAL creances._horloge_injonction(j.au) e WHERE e.debiteur LIKE 'HASARD%' AND e.horloge <> 'injonction_signification'
UNION SELECT e.facture, e.horloge, e.echeance FROM creances._horloge_injonction('2029-01-01') e WHERE e.debiteur LIKE 'HASARD%';
SELECT horloge, count(*) FROM attendu GROUP BY 1 ORDER BY 1;
-- (an opposition that comes later leaves its order seen before it)
(TABLE attendu EXCEPT TABLE obtenu) ORDER BY 1, 2 LIMIT 5;
(SELECT * FROM obtenu WHERE facture NOT IN (SELECT facture FROM cas WHERE cas = 0) EXCEPT TABLE attendu) ORDER BY 1, 2 LIMIT 5;

\echo == prescription at random, against the function of one receivable, on past days
INSERT INTO f (id, client, emis, livre, du, ttc, paye, paye_le)
SELECT 'X' || n, (ARRAY['PRO', 'PUBLIC', 'CONSO'])[1 + n % 3], e, CASE WHEN random() < 0.3 THEN e - (random() * 60)::integer END, e + (random() * 90)::integer, 100,
	   CASE WHEN random() < 0.4 THEN 100 ELSE 0 END, least(e + 400 + (random() * 1500)::integer, '2026-06-30')
  FROM (SELECT n, date '2019-06-01' + (random() * 2500)::integer AS e FROM generate_series(1, 300) n OFFSET 0) x;
SELECT count(creances.consigner('S', client, (ARRAY['reconnaissance', 'demande_en_justice', 'execution_forcee', 'titre_executoire'])[1 + (random() * 3)::integer], emis + 200 + (random() * 900)::integer, 'x', id, certain => true))
  FROM f WHERE id LIKE 'X%' AND random() < 0.3;
-- (a shorter nature, agreed with some of them)
SELECT creances.convenir('S', '2023-01-01', debiteur => 'PUBLIC', prescription => 'transport', source => 'CGV');
ANALYZE creances.acte, creances.creance, creances.reglement;
CREATE FUNCTION lent(au date, jours integer) RETURNS TABLE (facture text, echeance date) LANGUAGE sql AS $$
	SELECT e.facture, p.dernier_jour FROM creances._etat_au(au) e CROSS JOIN LATERAL creances.prescription_creance(e.creancier, e.facture, e.rang, au) p
	 WHERE e.solde > 0 AND NOT e.en_compte AND p.dernier_jour <= au + jours $$;
CREATE TABLE rapide AS SELECT v.au, v.jours, h.facture, h.echeance
  FROM (VALUES (date '2022-11-01', 90), ('2024-07-15', 400), ('2025-12-31', 0), ('2026-11-01', 90), ('2026-11-01', 3000)) v(au, jours)
 CROSS JOIN LATERAL creances.echeances_legales(v.jours, v.au) h WHERE h.horloge = 'prescription';
CREATE TABLE lente AS SELECT v.au, v.jours, h.facture, h.echeance FROM (SELECT DISTINCT au, jours FROM rapide) v CROSS JOIN LATERAL lent(v.au, v.jours) h;
SELECT au, jours, count(*) FROM lente GROUP BY 1, 2 ORDER BY 1, 2;
(TABLE lente EXCEPT ALL TABLE rapide) LIMIT 5;
(TABLE rapide EXCEPT ALL TABLE lente) LIMIT 5;
-- what was owed on those days, too
UPDATE f SET ttc = 130 WHERE id LIKE 'X1%';
UPDATE f SET client = 'PRO' WHERE id LIKE 'X2%';
DELETE FROM f WHERE id LIKE 'X3%';
CREATE TABLE dues AS SELECT j::date AS au, d.* FROM generate_series('2020-01-15', '2027-01-15', interval '200 days') j CROSS JOIN LATERAL (SELECT x.creancier, x.facture, x.rang, x.debiteur, x.echeance, x.naissance, x.depart, x.devise, x.solde FROM creances._dues_au(j::date) x) d;
CREATE TABLE etats AS SELECT j::date AS au, e.creancier, e.facture, e.rang, e.debiteur, e.echeance, coalesce(e.livraison, e.emission, e.nee_le), least(coalesce(e.livraison, e.emission), e.echeance), e.devise, e.solde
  FROM generate_series('2020-01-15', '2027-01-15', interval '200 days') j CROSS JOIN LATERAL creances._etat_au(j::date) e WHERE e.solde > 0 AND NOT e.en_compte;
SELECT (SELECT count(DISTINCT au) FROM dues), (SELECT count(*) > 1000 FROM dues), (SELECT count(*) > 0 FROM creances.creance_version), (SELECT count(*) FROM (TABLE dues EXCEPT ALL TABLE etats) x), (SELECT count(*) FROM (TABLE etats EXCEPT ALL TABLE dues) x);
-- today, what prescription_proche() tells
(SELECT facture, rang, dernier_jour, restant, solde FROM creances.prescription_proche(500) EXCEPT ALL
 SELECT facture, rang, echeance, reste_jours, montant FROM creances.echeances_legales(500) WHERE horloge = 'prescription') LIMIT 5;
(SELECT facture, rang, echeance, reste_jours, montant FROM creances.echeances_legales(500) WHERE horloge = 'prescription' EXCEPT ALL
 SELECT facture, rang, dernier_jour, restant, solde FROM creances.prescription_proche(500)) LIMIT 5;

\echo == the view is of today; every row says where it comes from and what to do
SELECT (SELECT count(*) FROM creances.echeances_legales) = (SELECT count(*) FROM creances.echeances_legales()), count(*) > 0 FROM creances.echeances_legales;
SELECT count(*) FROM creances.echeances_legales(36500, '2026-11-01') e
 WHERE e.libelle IS NULL OR e.source IS NULL OR e.message IS NULL OR e.creancier IS NULL OR e.devise IS NULL OR NOT e.montant > 0 OR e.gravite NOT IN ('erreur', 'avertissement', 'information')
	OR e.reste_jours IS DISTINCT FROM e.echeance - date '2026-11-01' OR e.facture IS NULL AND e.rang IS NOT NULL;
SELECT erreur(q) FROM unnest(ARRAY['SELECT * FROM creances.echeances_legales(NULL)', 'SELECT * FROM creances.echeances_legales(-1)', 'SELECT * FROM creances.echeances_legales(90, NULL)',
	$$SELECT * FROM creances.echeances_legales(90, 'infinity')$$, $$SELECT count(*) FROM creances.echeances_legales(2147483647, '9999-12-31')$$]) q;
SELECT * FROM creances.coherence();
DROP SCHEMA essai CASCADE;
DROP EXTENSION creances CASCADE;
