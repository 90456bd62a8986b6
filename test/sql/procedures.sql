-- Insolvencies: notices matched by SIREN, what a judgment stops, what there is
-- to declare and until when. The pass commits, so nothing here is in one transaction.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;
CREATE TABLE f (id text PRIMARY KEY, societe text DEFAULT 'S', client text, emis date, livre date, du date, ttc numeric, paye numeric DEFAULT 0, paye_le date, devise text DEFAULT 'EUR');
INSERT INTO f (id, client, emis, du, ttc) VALUES
	('A1', 'ALPHA', '2025-01-02', '2025-01-31', 1000), ('A2', 'ALPHA', '2025-02-10', '2025-03-12', 500),
	('B1', 'BETA', '2025-01-02', '2025-01-31', 800), ('D1', 'DELTA', '2025-01-02', '2025-01-31', 700),
	('E1', 'EPSILON', '2025-01-02', '2025-01-31', 600), ('G1', 'GAMMA', '2025-01-02', '2025-01-31', 400), ('Z1', 'ZETA', '2025-01-02', '2025-01-31', 300);
INSERT INTO f (id, client, emis, du, ttc) VALUES ('AV', 'ALPHA', '2025-02-12', '2025-02-12', -50);
INSERT INTO f (id, client, emis, du, ttc, devise) VALUES ('B2', 'BETA', '2025-01-02', '2025-02-03', 90, 'USD');
INSERT INTO f (id, societe, client, emis, du, ttc) VALUES ('T1', 'T', 'AUTRE-ALPHA', '2025-01-02', '2025-01-31', 100);
SELECT creances.suivre_factures('f', '{"facture": "id", "creancier": "societe", "debiteur": "client", "emission": "emis", "livraison": "livre", "echeance": "du", "montant": "ttc", "regle": "paye", "regle_le": "paye_le", "devise": "devise"}', depuis => '2025-01-01');
UPDATE creances.debiteur SET nom = initcap(debiteur), siren = CASE debiteur WHEN 'ALPHA' THEN '732 829 320' WHEN 'AUTRE-ALPHA' THEN '73282932000074' WHEN 'BETA' THEN 'FR 40 303 265 045'
	WHEN 'GAMMA' THEN '732829321' WHEN 'DELTA' THEN '552100554' WHEN 'EPSILON' THEN 'BE 0403.019.261' WHEN 'ZETA' THEN 'en cours' END;
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
CREATE FUNCTION dit(au date, VARIADIC f text[]) RETURNS SETOF text LANGUAGE sql AS
$$ SELECT concat_ws('|', d.facture, trim_scale(d.reste), d.raison) FROM creances.decision(au) d WHERE d.facture = ANY (f) ORDER BY d.facture $$;

\echo == numbers as people write them
SELECT n, creances._siren(n), creances._defaut_siren(n) FROM unnest(ARRAY['732829320', ' 732 829 320 ', '732.829.320', '732' || chr(160) || '829' || chr(8239) || '320', 'SIREN : 732 829 320', '732 829 320 RCS Paris', 'R.C.S. Orléans 732 829 320',
	'732 829 320 00074', 'FR 44 732829320', 'fr44732829320', 'N° TVA FR44732829320', 'FRXX732829320',
	'732829321', '73282932000075', 'FR 45 732829320', '73282932', '7328293200', 'en cours', '', 'BE 0403.019.261', 'DE123456789',
	-- La Poste: its SIREN, its seat, an office whose digits sum to 45, one whose digits do not sum to a multiple of five
	'356000000', '35600000000048', '35600000049837', '35600000049838']) n;
SELECT creances._siren(NULL), creances._defaut_siren(NULL);
\echo == debtors that a notice would not find
SELECT creancier, debiteur, nom, siren, defaut FROM creances.siren_a_corriger ORDER BY 1, 2;

\echo == what opens, in the words of the notices
SELECT n, creances._nature_procedure(n) FROM unnest(ARRAY['sauvegarde', 'Redressement judiciaire', 'LIQUIDATION JUDICIAIRE SIMPLIFIÉE', 'Jugement d''ouverture de sauvegarde accélérée',
	'Jugement d' || chr(8217) || 'ouverture d' || chr(8217) || 'une procédure de redressement judiciaire', 'jugement de liquidation judiciaire', 'Rétablissement professionnel',
	'Jugement de conversion en liquidation judiciaire', 'Jugement arrêtant le plan de redressement', 'Jugement de clôture pour insuffisance d''actif', 'autre', '', NULL]) n;
\echo == refused
SELECT erreur(q) FROM unnest(ARRAY[$$SELECT * FROM creances.rapprocher_procedures(NULL)$$, $$SELECT * FROM creances.rapprocher_procedures('[]', NULL)$$,
	$$SELECT * FROM creances.rapprocher_procedures('{"siren": "732829320"}')$$]) q;
SELECT count(*) FROM creances.rapprocher_procedures('[]', true);
\echo == a list: who it is about, what is owed; nothing is written
\set annonces '[{"siren": "732829320", "jugement": "2025-03-03", "publication": "2025-03-10", "nature": "redressement", "reference": "BODACC A 48"}, {"siren": "FR40303265045", "jugement": "2025-03-04", "nature": "Jugement d''ouverture d''une procédure de liquidation judiciaire simplifiée"}, {"siren": "552 100 554", "jugement": "2025-03-05", "nature": "sauvegarde accélérée"}, {"siren": "443061841", "jugement": "2025-03-05", "nature": "liquidation"}, {"siren": "732829321", "jugement": "2025-03-05", "nature": "liquidation"}, {"siren": "73282932", "jugement": "2025-03-05", "nature": "liquidation"}, {"jugement": "2025-03-05"}, "texte", {"siren": "443061841", "jugement": "05/03/2025", "nature": "liquidation"}, {"siren": "443061841", "jugement": "2025-02-30", "nature": "liquidation"}, {"siren": "443061841", "jugement": "2999-01-01", "nature": "liquidation"}, {"siren": "443061841", "jugement": "2025-03-05", "publication": "2025-03-04", "nature": "liquidation"}, {"siren": "443061841", "jugement": "2025-03-05", "publication": "bientôt", "nature": "liquidation"}, {"siren": "443061841", "jugement": "2025-03-05", "nature": "clôture pour insuffisance d''actif"}, {"siren": "443061841", "jugement": "2025-03-05"}, {"siren": "732829320", "jugement": "2025-03-20", "nature": "liquidation judiciaire"}]'
SELECT creancier, debiteur, nom, siren, jugement, publication, nature, encours, devise, deja_ouverte, acte IS NOT NULL AS acte, constat FROM creances.rapprocher_procedures(:'annonces');
SELECT count(*) FROM creances.acte;
\echo == opened, once
SELECT creancier, debiteur, jugement, encours, devise, deja_ouverte, acte IS NOT NULL AS acte, constat FROM creances.rapprocher_procedures(:'annonces', true) WHERE debiteur IS NOT NULL;
SELECT creancier, debiteur, jugement, devise, deja_ouverte, acte IS NOT NULL AS acte, constat FROM creances.rapprocher_procedures(:'annonces', true) WHERE debiteur IS NOT NULL;
SELECT creancier, debiteur, le, publie_le, details, reference, motif FROM creances.acte ORDER BY creancier, debiteur;
\echo == published later; otherwise published
SELECT debiteur, deja_ouverte, constat FROM creances.rapprocher_procedures('[{"siren": "303265045", "jugement": "2025-03-04", "publication": "2025-03-11", "nature": "liquidation"}]');
SELECT debiteur, deja_ouverte, constat FROM creances.rapprocher_procedures('[{"siren": "303265045", "jugement": "2025-03-04", "publication": "2025-03-11", "nature": "liquidation"}]', true);
SELECT debiteur, deja_ouverte, constat FROM creances.rapprocher_procedures('[{"siren": "303265045", "jugement": "2025-03-04", "publication": "2025-03-18", "nature": "liquidation"}]', true);
SELECT publie_le FROM creances.acte WHERE debiteur = 'BETA';
\echo == annulled by somebody: never opened again by a list; closed: another one may be
SELECT creances.annuler_acte(acte, 'homonyme', '2025-03-12') FROM creances.acte WHERE debiteur = 'DELTA';
SELECT debiteur, deja_ouverte, acte IS NOT NULL AS acte, constat FROM creances.rapprocher_procedures('[{"siren": "552100554", "jugement": "2025-03-05", "nature": "sauvegarde"}]', true);
SELECT creances.clore_acte(acte, '2025-05-30') FROM creances.acte WHERE creancier = 'T';
SELECT creancier, debiteur, deja_ouverte, acte IS NOT NULL AS acte, constat FROM creances.rapprocher_procedures('[{"siren": "732829320", "jugement": "2025-05-30", "nature": "liquidation"}]', true) WHERE creancier = 'T';
SELECT creancier, debiteur, deja_ouverte, acte IS NOT NULL AS acte, constat FROM creances.rapprocher_procedures('[{"siren": "732829320", "jugement": "2025-06-02", "nature": "liquidation"}]', true) WHERE creancier = 'T';
SELECT genre, debiteur, count(*) FROM creances.evenement WHERE creancier = 'S' AND debiteur IN ('ALPHA', 'BETA') GROUP BY 1, 2 ORDER BY 2, 1;

\echo == what there is to declare, as of the judgment
-- 31 days at 13,15 % of 1000: 11,17; the second invoice was not due
SELECT round(1000 * 31 * 13.15 / 36500, 2);
\set colonnes 'creancier, debiteur, nature, jugement, publication, devise, montant_anterieur, penalites, indemnites, frais, a_declarer, credits'
SELECT :colonnes FROM creances.procedure_collective ORDER BY creancier, debiteur, jugement, devise;
SELECT penalites, indemnite FROM creances.reste_du('S', 'A1', 1, '2025-03-03');
-- 100 of 800 paid before the judgment, on 1 March: 29 days of 800, 3 of 700
UPDATE f SET paye = 100, paye_le = '2025-03-01' WHERE id = 'B1';
SELECT round((800 * 29 + 700 * 3) * 13.15 / 36500, 2);
SELECT montant_anterieur, penalites FROM creances.procedure_collective WHERE debiteur = 'BETA' AND devise = 'EUR';
-- paid after it: declared all the same; delivered before and invoiced after: declared; born that day or after: not
UPDATE f SET paye = 200, paye_le = '2025-03-04' WHERE id = 'A1';
INSERT INTO f (id, client, emis, livre, du, ttc) VALUES ('A3', 'ALPHA', '2025-03-17', '2025-02-25', '2025-03-20', 60), ('A4', 'ALPHA', '2025-03-03', '2025-03-03', '2025-03-20', 70), ('A5', 'ALPHA', '2025-03-10', NULL, '2025-03-20', 80);
SELECT :colonnes FROM creances.procedure_collective WHERE debiteur = 'ALPHA';
SELECT creances.consigner('S', 'ALPHA', 'frais', '2025-02-20', 'huissier', 'A1', montant => 30) IS NOT NULL;
SELECT a_declarer, frais FROM creances.procedure_collective WHERE debiteur = 'ALPHA';
\echo == until when: two months of the publication, on a working day; of the judgment while it is not known
CREATE FUNCTION delai(jugement date, publication date, zone text, zone_creancier text DEFAULT NULL, fuseau text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE r text;
BEGIN
	UPDATE creances.debiteur SET zone = delai.zone WHERE debiteur = 'EPSILON';
	UPDATE creances.creancier SET fuseau = coalesce(delai.fuseau, 'Europe/Paris'), details = jsonb_strip_nulls(jsonb_build_object('zone', zone_creancier)) WHERE creancier = 'S';
	PERFORM creances.ouvrir_procedure_collective('S', 'EPSILON', jugement, publication);
	SELECT concat_ws('|', to_char(declarer_avant, 'YYYY-MM-DD Dy'), eloignement, to_char(releve_avant, 'YYYY-MM-DD Dy'), prudent, calcul) INTO r FROM creances.procedure_collective WHERE debiteur = 'EPSILON';
	RAISE EXCEPTION USING MESSAGE = r;
EXCEPTION WHEN raise_exception THEN
	RETURN r;
END $$;
-- a Saturday, moved to Monday; a plain day; the end of a month that is shorter; the Ascension Day of 2025; Christmas
SELECT delai('2025-03-03', '2025-03-10', 'metropole');
SELECT delai('2025-03-03', '2025-03-12', 'metropole');
SELECT delai('2024-12-20', '2024-12-31', 'metropole');
SELECT delai('2025-03-03', '2025-03-29', 'metropole');
SELECT delai('2025-06-02', '2025-06-25', 'metropole');
SELECT delai('2025-03-03', NULL, 'metropole');
-- local holidays put off nothing against the creditor: 26 December in Alsace
SELECT delai('2025-10-13', '2025-10-26', 'alsace_moselle');
-- either side of the sea
SELECT delai('2025-03-03', '2025-03-10', 'reunion');
SELECT delai('2025-03-03', '2025-03-10', 'metropole', 'martinique');
SELECT delai('2025-03-03', '2025-03-10', 'metropole', NULL, 'Indian/Reunion');
SELECT delai('2025-03-03', '2025-03-10', 'reunion', NULL, 'Indian/Reunion');
SELECT delai('2025-03-03', '2025-03-10', 'guyane', 'martinique');
SELECT delai('2025-03-03', '2025-03-10', 'alsace_moselle', 'metropole');
SELECT bool_and(reste_jours = declarer_avant - creances.aujourdhui()) FROM creances.procedure_collective WHERE a_declarer > 0;
\echo == declared: of one invoice, of the whole
SELECT creances.consigner('S', 'BETA', 'declaration_creance', '2025-04-01', 'LRAR au mandataire', 'B1') IS NOT NULL;
SELECT devise, declaree_le, reste_jours IS NULL AS fait FROM creances.procedure_collective WHERE debiteur = 'BETA' ORDER BY devise;
SELECT creances.consigner('S', 'ALPHA', 'declaration_creance', '2025-04-01', 'LRAR au mandataire', 'A1') IS NOT NULL;
SELECT declaree_le, reste_jours IS NULL AS fait FROM creances.procedure_collective WHERE debiteur = 'ALPHA';
SELECT creances.consigner('S', 'BETA', 'declaration_creance', '2025-04-02', 'portail') IS NOT NULL;
SELECT devise, declaree_le, reste_jours IS NULL AS fait FROM creances.procedure_collective WHERE debiteur = 'BETA' ORDER BY devise;
\echo == nothing owed: a row that says so, and nothing to do
UPDATE f SET paye = ttc WHERE id = 'Z1';
SELECT creances.ouvrir_procedure_collective('S', 'ZETA', creances.aujourdhui(), nature => 'retablissement') IS NOT NULL;
SELECT nature, devise, montant_anterieur, a_declarer, reste_jours, split_part(calcul, ' ; ', 2) FROM creances.procedure_collective WHERE debiteur = 'ZETA';
\echo == a rate that is not known stops no view
BEGIN;
SELECT creances.consigner('S', 'GAMMA', 'procedure_collective', '2999-01-02', 'jugement à venir') IS NOT NULL;
SELECT montant_anterieur, penalites > 0, declarer_avant FROM creances.procedure_collective WHERE debiteur = 'GAMMA';
ROLLBACK;

\echo == end to end: before the judgment all is chased
UPDATE creances.debiteur SET siren = NULL WHERE debiteur <> 'EPSILON';
INSERT INTO f (id, client, emis, du, ttc) VALUES ('E2', 'EPSILON', '2025-05-05', '2025-06-04', 250), ('E3', 'EPSILON', '2025-05-05', '2025-08-04', 40);
CALL creances.passe_relance('2025-06-05', creancier => 'S');
SELECT dit('2025-06-05', 'E1', 'E2', 'E3');
SELECT factures, montant FROM creances.a_faire WHERE debiteur = 'EPSILON';
-- the judgment comes while the message waits: it leaves the queue at once, and cannot be taken
SELECT creances.ouvrir_procedure_collective('S', 'EPSILON', '2025-06-05', '2025-06-12', 'liquidation', reference => 'TC Paris 2025-1') AS acte \gset
SELECT count(*) FROM creances.a_faire WHERE debiteur = 'EPSILON';
SELECT count(*) FROM creances.prendre_relances('courriel', 100, '2025-06-05') WHERE debiteur = 'EPSILON';
SELECT dit('2025-06-05', 'E1', 'E2', 'E3');
SELECT facture, suspension FROM creances.encours WHERE debiteur = 'EPSILON' ORDER BY facture;
CALL creances.passe_relance('2025-06-06', creancier => 'S');
SELECT etat, motif FROM creances.relance WHERE debiteur = 'EPSILON';
-- penalties stop that day, for ever; nothing at all for what was not due, no 40 EUR
SELECT creances.penalite_creance('S', 'E1', 1, '2025-06-05') AS au_jugement, creances.penalite_creance('S', 'E1', 1, '2025-06-05') = creances.penalite_creance('S', 'E1', 1, '2025-12-31') AS arretees,
	   creances.penalite_creance('S', 'E3', 1, '2025-12-31') AS non_echue;
SELECT facture, penalites, indemnite FROM creances.reste_du_debiteur('S', 'EPSILON', '2025-12-31') ORDER BY facture;
-- what is born later is paid at its due date: chased, with penalties
INSERT INTO f (id, client, emis, du, ttc) VALUES ('E9', 'EPSILON', '2025-06-16', '2025-07-15', 500);
CALL creances.passe_relance('2025-07-16', creancier => 'S');
SELECT dit('2025-07-16', 'E1', 'E2', 'E3', 'E9');
SELECT factures, montant FROM creances.a_faire WHERE debiteur = 'EPSILON';
SELECT creances.penalite_creance('S', 'E9', 1, '2025-07-25') = creances.penalite_retard(500, '2025-07-15', '2025-07-25');
-- its closing revives nothing
SELECT creances.clore_acte(:'acte', '2025-07-16');
SELECT dit('2025-07-17', 'E1', 'E2', 'E3');
SELECT montant_anterieur, penalites, indemnites, a_declarer, declarer_avant, releve_avant, close_le FROM creances.procedure_collective WHERE debiteur = 'EPSILON';
-- annulled: all is chased again, where it was
SELECT creances.annuler_acte(:'acte', 'jugement infirmé en appel', '2025-07-18');
SELECT dit('2025-07-18', 'E1', 'E2', 'E3', 'E9');
SELECT count(*) FROM creances.procedure_collective WHERE debiteur = 'EPSILON';
SELECT * FROM creances.coherence();
DROP SCHEMA essai CASCADE;
DROP EXTENSION creances;
