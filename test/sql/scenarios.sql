-- Scenarios: which one an invoice follows, what a suite may be, changes in
-- flight, repeats, tolerances, days granted, grouping, costs, stages changed by
-- hand, a payment that bounces, and what listeners are told.
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE FUNCTION pg_temp.refus(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; d text; h text;
BEGIN
	EXECUTE requete;
	-- (what is checked when the transaction ends is checked now)
	SET CONSTRAINTS ALL IMMEDIATE;
	SET CONSTRAINTS ALL DEFERRED;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN regexp_replace(concat_ws(' | ', SQLSTATE, m, CASE WHEN d !~ '^Failing row' THEN nullif(d, '') END, nullif(h, '')), '[0-9a-f]{8}-[0-9a-f-]{27}', 'ID', 'g');
END $$;
CREATE TABLE f (id integer PRIMARY KEY, numero text, rang integer DEFAULT 1, client text, du date, ttc numeric, devise text DEFAULT 'EUR', paye numeric DEFAULT 0, paye_le date);
SELECT creances.suivre_factures('f', '{"facture": "numero", "rang": "rang", "debiteur": "client", "echeance": "du", "montant": "ttc", "devise": "devise", "regle": "paye", "regle_le": "paye_le"}', depuis => '2024-01-01');
CREATE FUNCTION pg_temp.dit(au date, modele text DEFAULT '%') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT concat_ws(' | ', d.facture || CASE WHEN d.rang <> 1 THEN ':' || d.rang ELSE '' END, trim_scale(d.reste), d.scenario, d.faite, coalesce(d.etape, 0), d.stade_vise, d.raison)
		  FROM creances._decision(au) d WHERE d.solde > 0 AND d.facture LIKE modele ORDER BY d.facture COLLATE "C", d.rang;
END $$;
CREATE PROCEDURE public.nuit(jour date, confirmer boolean DEFAULT true) LANGUAGE plpgsql AS $$
DECLARE
	i uuid;
BEGIN
	CALL creances.passe_relance(jour);
	PERFORM creances.valider_relance(x.relance, jour) FROM creances.relance x WHERE x.etat = 'a_valider';
	FOR i IN SELECT p.id FROM creances.prendre_relances(NULL, 1000, jour) p WHERE confirmer LOOP
		PERFORM creances.confirmer_envoi(i, NULL, jour);
	END LOOP;
END $$;
-- each step of each receivable, in the order in which it was sent
CREATE FUNCTION pg_temp.vie(modele text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT l.facture || CASE WHEN l.rang <> 1 THEN ':' || l.rang ELSE '' END || ' : '
						|| string_agg(concat_ws(' ', to_char(k.le, 'DD/MM'), l.scenario || '/' || l.etape, l.stade, CASE WHEN l.occurrence > 1 THEN 'n° ' || l.occurrence END), ', ' ORDER BY k.le, l.etape)
		  FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance)
		 WHERE l.etat = 'envoyee' AND l.reclamee AND l.facture LIKE modele GROUP BY l.facture, l.rang ORDER BY l.facture COLLATE "C", l.rang;
END $$;

\echo == the five suites that come with the extension
SELECT s.scenario, s.contact_min, s.montant_min, s.tolerance_jours, s.tolerance_montant, s.groupement,
	   string_agg(concat_ws(' ', e.etape || ':', to_char(e.delai, 'FMSG999'), e.canal, e.stade, CASE WHEN e.validation THEN 'valider' END, '+' || e.delai_accorde, trim_scale(e.cout) || ' EUR'), ', ' ORDER BY e.etape)
  FROM creances.scenario_actif s JOIN creances.etape_active e USING (scenario) GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY s.scenario COLLATE "C";

\echo == what a suite may be
INSERT INTO creances.scenario (scenario, intitule) VALUES ('essai', 'Essai');
SELECT q, pg_temp.refus(q) FROM unnest(ARRAY[
	$$UPDATE creances.scenario SET contact_min = 5 WHERE scenario = 'standard'$$, $$DELETE FROM creances.scenario WHERE scenario = 'tpe'$$,
	$$UPDATE creances.etape SET delai = 5 WHERE scenario = 'public' AND etape = 1$$, $$DELETE FROM creances.etape WHERE scenario = 'public'$$,
	$$INSERT INTO creances.scenario (origine, scenario, intitule) VALUES ('creances', 'x', 'x')$$,
	$$INSERT INTO creances.scenario (scenario, intitule) VALUES ('', 'x')$$, $$INSERT INTO creances.scenario (scenario, intitule) VALUES ('essai', 'x')$$, $$INSERT INTO creances.scenario (scenario, intitule, groupement) VALUES ('x', 'x', 'mois')$$,
	$$INSERT INTO creances.scenario (scenario, intitule, contact_min) VALUES ('x', 'x', -1)$$, $$INSERT INTO creances.scenario (scenario, intitule, montant_min) VALUES ('x', 'x', -1)$$,
	$$INSERT INTO creances.scenario (scenario, intitule, montant_min) VALUES ('x', 'x', 'NaN')$$, $$INSERT INTO creances.scenario (scenario, intitule, tolerance_montant) VALUES ('x', 'x', 'Infinity')$$,
	$$INSERT INTO creances.scenario (scenario, intitule, tolerance_jours) VALUES ('x', 'x', 366)$$]) q;
SELECT q, pg_temp.refus('INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule' || q) FROM unnest(ARRAY[
	$$) VALUES ('essai', 0, 1, 'courriel', 'relance_1', 'x')$$, $$) VALUES ('essai', 1, 1, 'pigeon', 'relance_1', 'x')$$, $$) VALUES ('essai', 1, 1, 'courriel', 'soldee', 'x')$$, $$) VALUES ('essai', 1, 1, 'courriel', 'echue', 'x')$$,
	$$) VALUES ('essai', 1, -366, 'courriel', 'relance_1', 'x')$$, $$, sans_confirmation) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', true)$$, $$, sans_confirmation) VALUES ('essai', 1, 1, 'interne', 'mise_en_demeure', 'x', true)$$,
	$$, repeter_jours) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', 7)$$, $$, repetitions) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', 3)$$, $$, repeter_jours, repetitions) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', 0, 1)$$,
	$$, repeter_jours, repetitions) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', 7, 0)$$, $$, delai_accorde) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', -1)$$, $$, cout) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', -0.01)$$,
	$$, cout) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', 'NaN')$$,
	-- neither in stage nor in delay does a suite go down, and only its last step is done again
	$$) VALUES ('essai', 1, 1, 'courriel', 'relance_2', 'x'), ('essai', 2, 5, 'courriel', 'relance_1', 'x')$$, $$) VALUES ('essai', 1, 5, 'courriel', 'relance_1', 'x'), ('essai', 2, 4, 'courriel', 'relance_2', 'x')$$,
	$$, repeter_jours, repetitions) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x', 7, 2), ('essai', 2, 4, 'courriel', 'relance_2', 'x', NULL, NULL)$$,
	$$) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'x'), ('essai', 2, 1, 'courriel', 'relance_1', 'x')$$]) q;
DELETE FROM creances.etape WHERE scenario = 'essai';
-- a whole suite is changed in one transaction, whatever the order
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES ('essai', 1, 1, 'courriel', 'relance_1', 'un'), ('essai', 2, 8, 'courriel', 'relance_2', 'deux');
BEGIN;
UPDATE creances.etape SET delai = 20, stade = 'relance_3' WHERE scenario = 'essai' AND etape = 1;
UPDATE creances.etape SET delai = 30, stade = 'mise_en_demeure', canal = 'lrar' WHERE scenario = 'essai' AND etape = 2;
COMMIT;
BEGIN;
UPDATE creances.etape SET delai = 40 WHERE scenario = 'essai' AND etape = 1;
COMMIT;
-- nobody stands on it: its numbers may change too
UPDATE creances.etape SET etape = etape * 10 WHERE scenario = 'essai';
SELECT etape, delai, stade FROM creances.etape WHERE scenario = 'essai' ORDER BY etape;
DELETE FROM creances.etape WHERE scenario = 'essai';
DELETE FROM creances.scenario WHERE scenario = 'essai';

\echo == which one: of the invoice, of the debtor, of his segment, of the creditor
INSERT INTO f VALUES (1, 'A1', 1, 'A', '2024-06-03', 100), (2, 'A2', 1, 'A', '2024-06-03', 200), (3, 'B1', 1, 'B', '2024-06-03', 300), (4, 'C1', 1, 'C', '2024-06-03', 400);
UPDATE creances.debiteur SET segment = 'or' WHERE debiteur IN ('A', 'B');
SELECT q, pg_temp.refus('SELECT creances.affecter_scenario(' || q || ')') FROM unnest(ARRAY[
	$$'principal', 'tpe'$$, $$'principal', 'tpe', 'A1', 'A'$$, $$'principal', 'tpe', ''$$, $$'principal', 'tpe', segment => ''$$, $$'autre', 'tpe', 'A1'$$, $$NULL, 'tpe', 'A1'$$,
	$$'principal', 'inconnu', 'A1'$$, $$'principal', '', 'A1'$$, $$'principal', 'tpe', 'Z9'$$, $$'principal', 'tpe', debiteur => 'Z'$$]) q;
SELECT creances.affecter_scenario('principal', 'grand_compte', segment => 'or');
SELECT * FROM pg_temp.dit('2024-06-04');
SELECT creances.affecter_scenario('principal', 'tpe', debiteur => 'A');
SELECT creances.affecter_scenario('principal', 'consommateur', 'A2');
SELECT * FROM pg_temp.dit('2024-06-04');
-- given twice: one line in the history; taken back
SELECT creances.affecter_scenario('principal', 'consommateur', 'A2'), creances.affecter_scenario('principal', NULL, debiteur => 'A'), creances.affecter_scenario('principal', NULL, debiteur => 'B');
SELECT facture, debiteur, segment, scenario FROM creances.affectation ORDER BY 1, 2, 3;
SELECT debiteur, facture, details FROM creances.evenement WHERE genre = 'affectation' ORDER BY instant;
SELECT * FROM pg_temp.dit('2024-06-04');
-- the segment changes, or the suite that was given goes away
UPDATE creances.debiteur SET segment = NULL WHERE debiteur = 'A';
INSERT INTO creances.scenario (scenario, intitule, actif) VALUES ('consommateur', 'le mien', false);
SELECT * FROM pg_temp.dit('2024-06-04', 'A%');
DELETE FROM creances.scenario WHERE scenario = 'consommateur' AND origine = 'utilisateur';
DELETE FROM creances.affectation;
UPDATE creances.debiteur SET segment = NULL;
TRUNCATE f;

\echo == changes in flight: nothing is skipped, nothing done twice
INSERT INTO creances.scenario (scenario, intitule) VALUES ('long', 'Long'), ('autre', 'Autre');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES
	('long', 10, 1, 'courriel', 'relance_1', 'un'), ('long', 20, 5, 'courriel', 'relance_1', 'un encore'), ('long', 30, 10, 'courriel', 'relance_2', 'deux'), ('long', 40, 20, 'courriel', 'relance_3', 'trois'), ('long', 50, 30, 'lrar', 'mise_en_demeure', 'lrar'),
	('autre', 1, 2, 'courriel', 'relance_1', 'un'), ('autre', 2, 12, 'courriel', 'relance_2', 'deux'), ('autre', 3, 25, 'lrar', 'mise_en_demeure', 'lrar');
INSERT INTO f SELECT 10 + n, 'D' || n, 1, 'D' || n, '2024-06-03', 1000 FROM generate_series(1, 5) n;
SELECT creances.affecter_scenario('principal', 'long', debiteur => 'D' || n) FROM generate_series(1, 5) n;
CALL public.nuit('2024-06-04');
CALL public.nuit('2024-06-10');
SELECT * FROM pg_temp.dit('2024-06-10', 'D%');
-- D1 is given another suite, and back; D3 another; D4 another one later; D2 and D5 none
SELECT creances.affecter_scenario('principal', 'autre', debiteur => 'D1'), creances.affecter_scenario('principal', 'autre', debiteur => 'D3');
SELECT * FROM pg_temp.dit('2024-06-10', 'D%');
CALL public.nuit('2024-06-17');
SELECT creances.affecter_scenario('principal', 'long', debiteur => 'D1'), creances.affecter_scenario('principal', 'autre', debiteur => 'D4');
-- where somebody stands, a step keeps its number: the clock goes by it
SELECT pg_temp.refus($$UPDATE creances.etape SET etape = etape + 500 WHERE scenario = 'long'$$), pg_temp.refus($$UPDATE creances.etape SET etape = 4 WHERE scenario = 'autre' AND etape = 3$$);
-- a step that was done is taken away, and one that nobody has reached; then one is put in between, one at the end
DELETE FROM creances.etape WHERE scenario = 'long' AND etape IN (10, 30);
SELECT * FROM pg_temp.dit('2024-06-17', 'D%');
CALL public.nuit('2024-06-24');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES ('long', 45, 25, 'courriel', 'relance_3', 'trois encore'), ('long', 60, 40, 'interne', 'contentieux', 'avocat');
SELECT * FROM pg_temp.dit('2024-06-24', 'D%');
CALL public.nuit('2024-07-01');
DELETE FROM creances.etape WHERE scenario = 'long' AND etape = 50;
SELECT * FROM pg_temp.dit('2024-07-05', 'D%');
CALL public.nuit('2024-07-05');
CALL public.nuit('2024-07-15');
CALL public.nuit('2024-07-29');
CALL public.nuit('2024-08-12');
SELECT * FROM pg_temp.vie('D%');
-- whatever was changed: stages rise, no step twice
SELECT count(*) AS down FROM (SELECT l.stade, lag(l.stade) OVER (PARTITION BY l.facture ORDER BY k.le) AS avant FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE l.etat = 'envoyee' AND l.facture LIKE 'D%') x WHERE stade < avant;
SELECT l.facture, l.scenario, l.etape FROM creances.relance_creance l WHERE l.etat = 'envoyee' AND l.facture LIKE 'D%' GROUP BY 1, 2, 3 HAVING count(*) > 1;
-- one that waits in the queue when its suite changes goes as it was queued
INSERT INTO f VALUES (19, 'E1', 1, 'E', '2024-08-12', 1000);
CALL creances.passe_relance('2024-08-13');
SELECT creances.affecter_scenario('principal', 'autre', debiteur => 'E');
CALL public.nuit('2024-08-14');
CALL public.nuit('2024-08-26');
SELECT * FROM pg_temp.vie('E%');
TRUNCATE f;

\echo == the last step, done again, so many times
INSERT INTO creances.scenario (scenario, intitule) VALUES ('repete', 'Répété');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, repeter_jours, repetitions) VALUES ('repete', 1, 1, 'courriel', 'relance_1', 'un', NULL, NULL), ('repete', 2, 8, 'courriel', 'relance_2', 'deux', 7, 2);
INSERT INTO f VALUES (20, 'F1', 1, 'F', '2024-08-26', 1000), (21, 'G1', 1, 'G', '2024-08-26', 1000);
SELECT creances.affecter_scenario('principal', 'repete', debiteur => d) FROM unnest('{F,G}'::text[]) d;
CALL public.nuit('2024-08-27');
CALL public.nuit('2024-09-03');
SELECT * FROM pg_temp.dit('2024-09-09', 'F%');
CALL public.nuit('2024-09-09');
CALL public.nuit('2024-09-10');
-- changed in the middle of repeats: the standard suite goes on above relance_2
SELECT creances.affecter_scenario('principal', 'standard', debiteur => 'G');
CALL public.nuit('2024-09-17');
CALL public.nuit('2024-09-24');
CALL public.nuit('2024-10-01');
SELECT * FROM pg_temp.vie('F%') UNION ALL SELECT * FROM pg_temp.vie('G%');
SELECT * FROM pg_temp.dit('2024-10-02', 'F%');
-- one time more
UPDATE creances.etape SET repetitions = 3 WHERE scenario = 'repete' AND etape = 2;
SELECT * FROM pg_temp.dit('2024-10-02', 'F%');
TRUNCATE f;

\echo == minimum, tolerance of days and of amounts, days granted, validation
INSERT INTO creances.scenario (scenario, intitule, montant_min, tolerance_jours, tolerance_montant) VALUES ('doux', 'Doux', 20, 5, 30);
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, delai_accorde) VALUES ('doux', 1, -3, 'courriel', 'preventive', 'avant', NULL), ('doux', 2, 1, 'courriel', 'relance_1', 'un', 15), ('doux', 3, 7, 'courriel', 'relance_2', 'deux', NULL);
INSERT INTO f VALUES (30, 'H1', 1, 'H', '2024-10-07', 19.99), (31, 'H2', 1, 'H', '2024-10-07', 20), (34, 'H5', 1, 'H', '2024-10-07', 30);
INSERT INTO f VALUES (32, 'H3', 1, 'H', '2024-10-07', 1000, 'EUR', 970, '2024-10-07'), (33, 'H4', 1, 'H', '2024-10-07', 1000, 'EUR', 969.99, '2024-10-07');
SELECT creances.affecter_scenario('principal', 'doux', debiteur => 'H');
-- before the due date the tolerance of days does not count
SELECT * FROM pg_temp.dit('2024-10-04', 'H%');
SELECT * FROM pg_temp.dit('2024-10-12', 'H%');
SELECT * FROM pg_temp.dit('2024-10-14', 'H%');
CALL public.nuit('2024-10-14');
SELECT date_limite FROM creances.relance WHERE debiteur = 'H';
-- 15 days granted: nothing until the day after the last of them
SELECT a.facture, a.etape, a.accorde_au FROM creances.avancement a WHERE a.facture LIKE 'H%' AND a.etape > 0 ORDER BY 1;
SELECT j, x FROM unnest('{2024-10-29,2024-10-30}'::date[]) j, pg_temp.dit(j, 'H2') x ORDER BY j;
-- granted by hand: nothing is
SELECT creances.passer_etape('principal', 'H2', 1, 'vu', '2024-10-15');
SELECT * FROM pg_temp.dit('2024-10-15', 'H2');
TRUNCATE f;

\echo == one message an invoice, or one a debtor
INSERT INTO creances.scenario (scenario, intitule, groupement, contact_min) VALUES ('par_facture', 'Par facture', 'facture', 10);
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, validation) VALUES ('par_facture', 1, 1, 'courriel', 'relance_1', 'un', false), ('par_facture', 2, 2, 'courriel', 'relance_2', 'deux', true);
INSERT INTO f VALUES (40, 'I1', 1, 'I', '2024-11-04', 100), (41, 'I2', 1, 'I', '2024-11-04', 200), (42, 'I2', 2, 'I', '2024-11-04', 300), (43, 'I3', 1, 'I', '2024-11-04', 400), (44, 'I4', 1, 'I', '2024-11-04', 500);
SELECT creances.affecter_scenario('principal', 'par_facture', debiteur => 'I'), creances.affecter_scenario('principal', 'standard', 'I3'), creances.affecter_scenario('principal', 'standard', 'I4');
CALL creances.passe_relance('2024-11-05');
SELECT k.groupe, k.scenario, k.canal, string_agg(l.facture || ':' || l.rang, ' ' ORDER BY l.facture) FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE k.debiteur = 'I' AND l.reclamee GROUP BY 1, 2, 3 ORDER BY k.groupe COLLATE "C";
SELECT p.montant, (SELECT string_agg((x ->> 'facture') || ':' || (x ->> 'rang') || CASE WHEN (x ->> 'reclamee')::boolean THEN '' ELSE ' citee' END, ' ' ORDER BY x ->> 'facture', x ->> 'rang') FROM jsonb_array_elements(p.factures) x)
  FROM creances.prendre_relances('courriel', 10, '2024-11-05') p ORDER BY p.montant;
SELECT count(creances.confirmer_envoi(relance, NULL, '2024-11-05')) FROM creances.relance WHERE etat = 'prise';
-- no spacing between those; the second step is validated, one by one
CALL creances.passe_relance('2024-11-06');
SELECT k.groupe, k.etat, k.stade FROM creances.relance k WHERE k.debiteur = 'I' AND k.le = '2024-11-06' ORDER BY k.groupe COLLATE "C";
SELECT * FROM pg_temp.dit('2024-11-06', 'I%');
-- grouped otherwise when the first ones still wait: they are not claimed twice
SELECT creances.affecter_scenario('principal', 'standard', debiteur => 'I');
CALL creances.passe_relance('2024-11-12');
SELECT k.groupe, k.etat, k.stade, string_agg(l.facture || ':' || l.rang, ' ' ORDER BY l.facture) FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE k.debiteur = 'I' AND k.le > '2024-11-05' AND l.reclamee GROUP BY 1, 2, 3 ORDER BY k.groupe COLLATE "C", 2, 3;
SELECT * FROM creances.coherence();
TRUNCATE f;

\echo == an amicable message does not list what has had its formal notice
INSERT INTO f VALUES (46, 'R1', 1, 'R', '2024-09-02', 100), (47, 'R2', 1, 'R', '2024-11-11', 200), (48, 'R3', 1, 'R', '2024-10-14', 300);
SELECT creances.changer_stade('principal', 'R1', 1, 'mise_en_demeure', 'signifiée', '2024-11-12'), creances.changer_stade('principal', 'R3', 1, 'relance_3', 'vu', '2024-11-12');
CALL creances.passe_relance('2024-11-12');
SELECT p.stade, (SELECT string_agg((x ->> 'facture') || CASE WHEN (x ->> 'reclamee')::boolean THEN '' ELSE ' citee' END, ' ' ORDER BY x ->> 'facture') FROM jsonb_array_elements(p.factures) x)
  FROM creances.prendre_relances('courriel', 10, '2024-11-12') p WHERE p.debiteur = 'R';
SELECT creances.echec_envoi(relance, 'essai', '2024-11-12') FROM creances.relance WHERE etat = 'prise';
TRUNCATE f;

\echo == what an action costs
INSERT INTO f VALUES (50, 'J1', 1, 'J', '2024-11-11', 100), (51, 'K1', 1, 'K', '2024-11-11', 100), (52, 'L1', 1, 'L', '2024-11-11', 100);
CALL creances.passe_relance('2024-11-12');
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2024-11-12');
SELECT q, pg_temp.refus(format('SELECT creances.confirmer_envoi(%L, NULL, %L, %s)', k.relance, '2024-11-12', q)) FROM creances.relance k, unnest('{-0.01,''NaN'',''Infinity'',1e9}'::text[]) q WHERE k.debiteur = 'J' AND k.etat = 'prise';
SELECT creances.confirmer_envoi(k.relance, NULL, '2024-11-12', CASE k.debiteur WHEN 'K' THEN 1.234 WHEN 'L' THEN 0 END) FROM creances.relance k WHERE k.etat = 'prise';
SELECT k.debiteur, k.cout, e.details FROM creances.relance k JOIN creances.evenement e USING (creancier, relance) WHERE k.debiteur IN ('J', 'K', 'L') AND e.genre = 'envoi' ORDER BY 1;

\echo == a stage changed by hand, forward and back
SELECT q, pg_temp.refus('SELECT creances.changer_stade(' || q || ')') FROM unnest(ARRAY[
	$$'principal', 'J1', 1, NULL, 'x'$$, $$'principal', 'J1', 1, 'soldee', 'x'$$, $$'principal', 'J1', 1, 'non_echue', 'x'$$, $$'principal', 'J1', 1, 'relance_9', 'x'$$, $$'principal', 'J1', 1, 'relance_2', NULL$$, $$'principal', 'J1', 1, 'relance_2', ' '$$,
	$$'principal', 'Z9', 1, 'relance_2', 'x'$$, $$NULL, 'J1', 1, 'relance_2', 'x'$$, $$'principal', 'J1', 2, 'relance_2', 'x'$$, $$'principal', 'J1', 1, 'relance_2', 'x', NULL$$, $$'principal', 'J1', 1, 'relance_2', 'x', 'infinity'$$,
	-- before the step that was done
	$$'principal', 'J1', 1, 'relance_2', 'x', '2024-11-11'$$]) q;
SELECT left(pg_temp.refus(format($$SELECT creances.changer_stade('principal', 'J1', 1, 'relance_2', 'x', %L)$$, creances.aujourdhui() + 3)), 60);
SELECT creances.changer_stade('principal', 'J1', 1, 'mise_en_demeure', 'remise en main propre', '2024-11-13');
SELECT * FROM pg_temp.dit('2024-11-13', 'J%');
-- a formal notice that nobody sent starts nothing
SELECT etape, stade, etape_le, mise_en_demeure_le FROM creances.avancement WHERE facture = 'J1';
SELECT creances.changer_stade('principal', 'J1', 1, 'irrecouvrable', 'liquidation sans actif', '2024-11-14');
SELECT * FROM pg_temp.dit('2024-11-14', 'J%');
SELECT creances.changer_stade('principal', 'J1', 1, 'echue', 'erreur de personne', '2024-11-14');
SELECT * FROM pg_temp.dit('2024-11-15', 'J%');
-- what was in the queue leaves it; what is taken must be told first
CALL creances.passe_relance('2024-11-18');
SELECT l.facture, l.etat FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE k.le = '2024-11-18' ORDER BY 1;
SELECT creances.changer_stade('principal', 'J1', 1, 'relance_2', 'vu', '2024-11-18');
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2024-11-18');
SELECT pg_temp.refus($$SELECT creances.changer_stade('principal', 'K1', 1, 'relance_3', 'x', '2024-11-18')$$);
SELECT l.facture, l.etat, k.motif FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE k.le = '2024-11-18' ORDER BY 1;
UPDATE f SET paye = 100, paye_le = '2024-11-18' WHERE id = 50;
SELECT pg_temp.refus($$SELECT creances.changer_stade('principal', 'J1', 1, 'relance_2', 'x', '2024-11-19')$$);
SELECT le, details FROM creances.evenement WHERE genre = 'stade_change' ORDER BY instant;
SELECT stade, depuis, raison FROM creances.stade_au('principal', 'J1', 1, '2024-11-14');
TRUNCATE f;

\echo == a payment that bounces: the same step again, a new occurrence
INSERT INTO f VALUES (60, 'M1', 1, 'M', '2024-12-02', 100), (61, 'N1', 1, 'N', '2024-12-02', 100);
CALL creances.passe_relance('2024-12-03');
UPDATE f SET paye = 100, paye_le = '2024-12-03' WHERE id IN (60, 61);
CALL creances.passe_relance('2024-12-04');
UPDATE f SET paye = 0, paye_le = NULL WHERE id = 60;
CALL public.nuit('2024-12-05');
-- the other bounces a day later
UPDATE f SET paye = 0, paye_le = NULL WHERE id = 61;
CALL public.nuit('2024-12-06');
SELECT l.facture, k.le, l.etape, l.occurrence, l.etat FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE l.facture ~ '^[MN]' ORDER BY 1, 2;
-- once the message has gone, what bounces goes on from there
UPDATE f SET paye = 100, paye_le = '2024-12-09' WHERE id = 60;
CALL public.nuit('2024-12-10');
UPDATE f SET paye = 0, paye_le = NULL WHERE id = 60;
SELECT * FROM pg_temp.dit('2024-12-11', 'M%');
SELECT * FROM creances.coherence();

\echo == what a listener is told, once it is committed
-- (a notification names the server process)
LISTEN creances;
INSERT INTO f VALUES (70, 'P1', 1, 'P', '2024-12-30', 100), (71, 'Q1', 1, 'Q', '2024-12-16', 100);
SELECT count(creances.passer_etape('principal', 'Q1', 1, 'vu', d)) FROM unnest('{2024-12-17,2024-12-23,2024-12-31}'::date[]) d;
\o | sed 's/PID [0-9]*/PID/'
CALL creances.passe_relance('2025-01-02');
\o
\o | sed 's/PID [0-9]*/PID/'
BEGIN;
SELECT 'taken' FROM creances.prendre_relances(NULL, 10, '2025-01-02');
ROLLBACK;
SELECT 'taken' FROM creances.prendre_relances(NULL, 10, '2025-01-02');
\o
\o | sed 's/PID [0-9]*/PID/'
CALL creances.passe_relance('2025-01-20');
SELECT creances.valider_relance(relance, '2025-01-20') FROM creances.relance WHERE etat = 'a_valider';
\o
UNLISTEN *;

SELECT count(*) FROM creances.verifier_journal();
DROP EXTENSION creances CASCADE;
DROP PROCEDURE public.nuit(date, boolean);
DROP TABLE f;
