-- The engine: its clock, the grouping of messages, the pass.  Procedures that
-- commit cannot run in a transaction block: each part makes the extension anew,
-- because passes only go forward in time.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET timezone = 'America/New_York';
\pset format unaligned
\pset tuples_only on
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
CREATE TABLE fm (
    numero   text PRIMARY KEY,
    client   text,
    echeance date,
    montant  numeric,
    devise   text DEFAULT 'EUR',
    paye     numeric NOT NULL DEFAULT 0,
    paye_le  date
);
\set carte '{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "montant", "devise": "devise", "regle": "paye", "regle_le": "paye_le"}'
\set neuf 'DROP EXTENSION IF EXISTS creances CASCADE; TRUNCATE fm; CREATE EXTENSION creances; '
\set suivre 'SELECT creances.suivre_factures(''fm'', :''carte'', depuis => '

-- what stands in the queue or went through it
CREATE FUNCTION pg_temp.file(nuit date DEFAULT NULL) RETURNS TABLE (le date, debiteur text, devise text, canal text, stade text, etat text, factures text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    SELECT r.le, r.debiteur, r.devise, r.canal, r.stade::text, r.etat,
           string_agg(l.facture || ':' || l.etape || CASE WHEN l.etat <> r.etat THEN ' ' || l.etat ELSE '' END, ' ' ORDER BY l.facture)
      FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance)
     WHERE l.reclamee AND (nuit IS NULL OR r.le = nuit)
     GROUP BY r.le, r.debiteur, r.devise, r.canal, r.stade, r.etat
     ORDER BY r.le, r.debiteur, r.devise, r.canal;
END $$;
-- send all that can be sent on that day
CREATE FUNCTION pg_temp.envoyer(jour date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    nb bigint := 0;
    i uuid;
BEGIN
    FOR i IN SELECT p.id FROM creances.prendre_relances(NULL, 100000, jour) p LOOP
        PERFORM creances.confirmer_envoi(i, NULL, jour);
        nb := nb + 1;
    END LOOP;
    RETURN nb;
END $$;
CREATE FUNCTION pg_temp.valider(jour date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    nb bigint;
BEGIN
    SELECT count(creances.valider_relance(r.relance, jour)) INTO nb FROM creances.relance r WHERE r.etat = 'a_valider';
    RETURN nb;
END $$;
-- everything that a pass may write, but its own line in passe
CREATE FUNCTION pg_temp.empreinte() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT md5(string_agg(x, ';' ORDER BY x)) FROM (
        SELECT 'r' || r::text AS x FROM creances.relance r
        UNION ALL SELECT 'l' || l::text FROM creances.relance_creance l
        UNION ALL SELECT 'a' || a::text FROM creances.avancement a
        UNION ALL SELECT 'e' || e::text FROM creances.evenement e) t);
END $$;
-- what simuler_passe foretells, kept, and held against what the pass of that night wrote
CREATE TEMP TABLE prevu (id uuid, debiteur text, devise text, canal text, stade text, etat text, facture text, rang integer, etape integer);
CREATE FUNCTION pg_temp.prevoir(nuit date) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE prevu;
    INSERT INTO prevu SELECT p.id, p.debiteur, p.devise, p.canal, p.stade, p.etat, p.facture, p.rang, p.etape FROM creances.simuler_passe(nuit) p;
    RETURN (SELECT count(*) FROM prevu);
END $$;
CREATE FUNCTION pg_temp.ecrites(nuit date) RETURNS SETOF prevu LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT r.relance, r.debiteur, r.devise, r.canal, r.stade::text, r.etat, l.facture, l.rang, l.etape
      FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance) WHERE r.le = nuit;
END $$;
CREATE FUNCTION pg_temp.ecarts(nuit date) RETURNS TABLE (quoi text, facture text, etape integer, canal text, etat text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT 'foretold, not written', x.facture, x.etape, x.canal, x.etat
                   FROM (SELECT * FROM prevu EXCEPT SELECT * FROM pg_temp.ecrites(nuit)) x
           UNION ALL SELECT 'written, not foretold', x.facture, x.etape, x.canal, x.etat
                   FROM (SELECT * FROM pg_temp.ecrites(nuit) EXCEPT SELECT * FROM prevu) x;
END $$;
CREATE FUNCTION pg_temp.avance(motif text DEFAULT '%') RETURNS TABLE (facture text, etape integer, stade text, etape_le date, prochaine date)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT a.facture, a.etape, a.stade::text, a.etape_le, a.prochaine_relance FROM creances.avancement a
                  WHERE a.facture LIKE motif ORDER BY a.facture;
END $$;
CREATE FUNCTION pg_temp.raisons(au date, motif text DEFAULT '%') RETURNS TABLE (facture text, faite integer, etape integer, due_le date, reste numeric, raison text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT d.facture, d.etape_faite, d.etape, d.due_le, d.reste, d.raison FROM creances.decision(au) d
                  WHERE d.facture LIKE motif ORDER BY d.facture;
END $$;

\echo == one invoice through the five steps of the standard scenario
:neuf
INSERT INTO fm VALUES ('S1', 'A', '2024-03-15', 1000);
:suivre '2024-03-01');
-- every night, week-ends and holidays too; the sender and the validator are at work each day
DO $$
DECLARE
    jour date;
BEGIN
    FOR jour IN SELECT generate_series(timestamp '2024-03-10', '2024-05-20', '1 day')::date LOOP
        CALL creances.passe_relance(jour);
        PERFORM pg_temp.valider(jour);
        PERFORM pg_temp.envoyer(jour);
        COMMIT;
    END LOOP;
END $$;
SELECT * FROM pg_temp.file();
SELECT * FROM pg_temp.avance();
SELECT mise_en_demeure_le FROM creances.avancement;
SELECT * FROM pg_temp.raisons('2024-05-20');
SELECT count(*), sum(relances), sum(creances), count(*) FILTER (WHERE etat = 'terminee') FROM creances.passe;
SELECT genre, count(*) FROM creances.evenement GROUP BY genre ORDER BY genre;
SELECT * FROM creances.coherence();

\echo == holidays and week-ends of the zone of the debtor
:neuf
INSERT INTO fm VALUES ('H1', 'METRO', '2024-03-28', 10), ('H2', 'ALSACE', '2024-03-28', 10),
                      ('H3', 'MAI', '2024-04-30', 10), ('H4', 'REUNION', '2024-12-19', 10), ('H5', 'NOEL', '2024-12-24', 10);
:suivre '2024-03-01');
UPDATE creances.debiteur SET zone = 'alsace_moselle_temple' WHERE debiteur = 'ALSACE';
UPDATE creances.debiteur SET zone = 'reunion' WHERE debiteur = 'REUNION';
SELECT facture, due_le, raison FROM creances.decision('2024-03-27') ORDER BY facture;
CALL creances.passe_relance('2024-03-29');
CALL creances.passe_relance('2024-03-30');
CALL creances.passe_relance('2024-03-31');
CALL creances.passe_relance('2024-04-01');
SELECT * FROM pg_temp.file();
\echo -- a due item is not queued on a day that is not worked
SELECT facture, due_le, raison FROM creances.decision('2024-04-01') WHERE facture = 'H2';
SELECT facture, decision, raison FROM creances.decision('2024-04-06') WHERE facture = 'H2';
CALL creances.passe_relance('2024-04-06');
CALL creances.passe_relance('2024-04-07');
SELECT count(*) FROM creances.relance WHERE debiteur = 'ALSACE';
CALL creances.passe_relance('2024-04-08');
SELECT * FROM pg_temp.file('2024-04-08');
SELECT * FROM creances.coherence();

\echo == grouping: the formal notice alone and first, the telephone apart, the highest stage, spacing
:neuf
INSERT INTO fm VALUES
    ('G1', 'G', '2024-04-30', 100, 'EUR'), -- step 4 due on Saturday 1 June
    ('G2', 'G', '2024-06-01', 100, 'EUR'), -- step 1 due on Sunday 2 June
    ('G3', 'G', '2024-05-17', 100, 'EUR'), -- step 3 due on Saturday 1 June
    ('G4', 'G', '2024-05-25', 100, 'EUR'), -- step 2, the telephone, due on Sunday 2 June
    ('G5', 'G', '2024-06-05', 100, 'EUR'), -- step 1 due on 6 June
    ('G6', 'G', '2024-06-01', 100, 'USD'),
    ('G7', 'G', '2024-05-25', 100, 'EUR'), -- as G4
    ('G8', 'G', '2024-05-12', 100, 'EUR'), -- step 4 due on 11 June
    ('G9', 'G', '2024-06-10', 100, 'EUR'); -- step 1 due on 11 June
:suivre '2024-04-01');
SELECT string_agg(creances.passer_etape('principal', f, 1, 'reprise de l''ancien logiciel', l::date)::text, ' ' ORDER BY n)
  FROM unnest(ARRAY['G1', 'G1', 'G1', 'G3', 'G3', 'G4', 'G7', 'G8', 'G8', 'G8'],
              ARRAY['2024-05-02', '2024-05-10', '2024-05-17', '2024-05-20', '2024-05-24', '2024-05-27', '2024-05-27', '2024-05-14', '2024-05-20', '2024-05-27']) WITH ORDINALITY x (f, l, n);
CALL creances.passe_relance('2024-05-31');
SELECT count(*) FROM creances.relance;
SELECT facture, decision, raison FROM creances.decision('2024-06-03') ORDER BY facture;
CALL creances.passe_relance('2024-06-03');
SELECT * FROM pg_temp.file('2024-06-03');
SELECT debiteur, devise, classe, validation FROM creances.relance ORDER BY devise, classe;
CALL creances.passe_relance('2024-06-04');
SELECT * FROM pg_temp.file('2024-06-04');
SELECT canal_prevu, devise, montant, (SELECT string_agg((f ->> 'facture') || CASE WHEN (f ->> 'reclamee')::boolean THEN '' ELSE ' (citee)' END, ', ') FROM jsonb_array_elements(factures) f)
  FROM creances.prendre_relances(NULL, 10, '2024-06-04') ORDER BY devise, canal_prevu;
SELECT count(creances.confirmer_envoi(relance, NULL, '2024-06-04')) FROM creances.relance WHERE etat = 'prise';
\echo -- one message a day: the formal notice, validated the same day, waits for the next one; contact_min does not hold it
SELECT pg_temp.valider('2024-06-04');
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2024-06-04');
SELECT canal_prevu, stade, montant FROM creances.prendre_relances(NULL, 10, '2024-06-05');
SELECT creances.confirmer_envoi(relance, '{"numero": "1A"}', '2024-06-05') FROM creances.relance WHERE etat = 'prise';
\echo -- a softer step waits for contact_min days since the last message
SELECT facture, decision, raison FROM creances.decision('2024-06-06') ORDER BY facture;
CALL creances.passe_relance('2024-06-06');
CALL creances.passe_relance('2024-06-07');
CALL creances.passe_relance('2024-06-08');
SELECT count(*) FROM creances.relance WHERE le > '2024-06-04';
CALL creances.passe_relance('2024-06-10');
SELECT * FROM pg_temp.file('2024-06-10');
\echo -- it does not hold a formal notice
SELECT pg_temp.envoyer('2024-06-10');
SELECT facture, decision, raison FROM creances.decision('2024-06-11') WHERE facture IN ('G8', 'G9') ORDER BY facture;
CALL creances.passe_relance('2024-06-11');
SELECT * FROM pg_temp.file('2024-06-11');
SELECT * FROM pg_temp.avance();
SELECT * FROM creances.coherence();

\echo == while a message waits for its sender, no other is added; a formal notice not validated holds no softer message
:neuf
INSERT INTO fm VALUES ('W1', 'W', '2024-06-02', 100), ('W2', 'W', '2024-06-03', 100);
:suivre '2024-04-01');
CALL creances.passe_relance('2024-06-03');
SELECT facture, decision, raison FROM creances.decision('2024-06-04') ORDER BY facture;
CALL creances.passe_relance('2024-06-04');
SELECT pg_temp.envoyer('2024-06-05');
SELECT * FROM pg_temp.raisons('2024-06-06');
CALL creances.passe_relance('2024-06-10');
SELECT * FROM pg_temp.file();
SELECT * FROM creances.coherence();

\echo == credits are set against the oldest overdue items of the same debtor and currency
:neuf
INSERT INTO fm VALUES
    ('C1', 'C', '2024-05-02', 100), ('C2', 'C', '2024-05-06', 200), ('C3', 'C', '2024-06-30', 500), ('C4', 'C', '2024-05-03', -150),
    ('C6', 'D', '2024-05-02', 70), ('C7', 'E', '2024-05-02', 70);
INSERT INTO fm VALUES ('C5', 'C', '2024-05-02', 80, 'USD', 0, NULL), ('C8', 'E', '2024-05-03', 30, 'EUR', 130, '2024-05-02');
:suivre '2024-04-01');
SELECT debiteur, devise, facture, solde, reste, raison FROM creances.decision('2024-05-07') ORDER BY facture;
CALL creances.passe_relance('2024-05-07');
SELECT * FROM pg_temp.file();
SELECT debiteur, devise, montant FROM creances.prendre_relances(NULL, 10, '2024-05-07') ORDER BY 1, 2;
\echo -- the credit note is paid back: what it covered is due again
UPDATE fm SET paye = -150, paye_le = '2024-05-13' WHERE numero = 'C4';
SELECT facture, reste, decision, raison FROM creances.decision('2024-05-13') WHERE debiteur = 'C' AND devise = 'EUR' ORDER BY facture;
SELECT * FROM creances.coherence();

\echo == what a credit took out of a queued message comes back when the credit goes away
:neuf
INSERT INTO fm VALUES ('R1', 'R', '2024-06-03', 100);
:suivre '2024-04-01');
CALL creances.passe_relance('2024-06-04');
INSERT INTO fm VALUES ('R2', 'R', '2024-06-04', -100);
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2024-06-04');
SELECT * FROM pg_temp.file();
CALL creances.passe_relance('2024-06-05');
UPDATE fm SET paye = -100, paye_le = '2024-06-06' WHERE numero = 'R2';
SELECT pg_temp.prevoir('2024-06-06');
CALL creances.passe_relance('2024-06-06');
SELECT * FROM pg_temp.ecarts('2024-06-06');
SELECT * FROM pg_temp.file('2024-06-06');
SELECT * FROM creances.coherence();

\echo == a queued item that changes hands is claimed from its new debtor
:neuf
INSERT INTO fm VALUES ('N1', 'ANCIEN', '2024-06-03', 100);
:suivre '2024-04-01');
CALL creances.passe_relance('2024-06-04');
UPDATE fm SET client = 'NOUVEAU' WHERE numero = 'N1';
SELECT pg_temp.prevoir('2024-06-05');
CALL creances.passe_relance('2024-06-05');
SELECT * FROM pg_temp.ecarts('2024-06-05');
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2024-06-05') WHERE debiteur = 'ANCIEN';
CALL creances.passe_relance('2024-06-06');
SELECT * FROM pg_temp.file();
SELECT * FROM creances.coherence();

\echo == a scenario of the user: preventive step, least amount, step done without confirmation
:neuf
INSERT INTO creances.scenario (scenario, intitule, contact_min, montant_min) VALUES ('standard', 'Le mien', 0, 10);
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, validation, sans_confirmation) VALUES
    ('standard', 10, -5, 'courriel', 'preventive', 'Bientôt', false, false),
    ('standard', 20, 3, 'sms', 'relance_1', 'Rappel', false, false),
    ('standard', 30, 10, 'interne', 'relance_2', 'Note au dossier', false, true),
    ('standard', 40, 20, 'lettre', 'relance_3', 'Lettre', false, false);
SELECT origine, scenario, intitule FROM creances.scenario_actif ORDER BY scenario COLLATE "C";
SELECT etape, delai, canal, classe FROM creances.etape_active WHERE scenario = 'standard' ORDER BY etape;
SELECT pg_temp.erreur($$UPDATE creances.scenario SET intitule = 'x' WHERE origine = 'creances'$$);
SELECT pg_temp.erreur($$DELETE FROM creances.etape WHERE origine = 'creances'$$);
SELECT pg_temp.erreur($$INSERT INTO creances.etape VALUES ('creances', 'standard', 6, 60, 'interne', 'irrecouvrable', 'x')$$);
INSERT INTO fm VALUES ('P1', 'P', '2024-06-14', 100), ('P2', 'P2', '2024-06-14', 9.99), ('P3', 'P3', '2024-06-14', 10), ('P4', 'P4', '2024-06-03', 50);
:suivre '2024-06-01');
-- P1's reminder before the due date is sent, P3's stays in the queue until it makes no sense any more
DO $$
DECLARE
    jour date;
BEGIN
    FOR jour IN SELECT generate_series(timestamp '2024-06-05', '2024-07-12', '1 day')::date LOOP
        CALL creances.passe_relance(jour);
        PERFORM creances.confirmer_envoi(p.id, NULL, jour) FROM creances.prendre_relances(NULL, 100, jour) p
          WHERE NOT (p.debiteur = 'P3' AND p.stade = 'preventive');
        PERFORM creances.remettre(r.relance, jour) FROM creances.relance r WHERE r.etat = 'prise';
        COMMIT;
    END LOOP;
END $$;
SELECT * FROM pg_temp.file();
SELECT * FROM pg_temp.raisons('2024-07-15');
SELECT facture, etape, stade, etape_le FROM pg_temp.avance();
SELECT * FROM creances.coherence();

\echo == a step to validate is never sent without it, whatever goes with it
:neuf
INSERT INTO creances.scenario (scenario, intitule) VALUES ('standard', 'Appels');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, validation, sans_confirmation) VALUES
    ('standard', 1, 1, 'telephone', 'relance_1', 'Appel', false, false),
    ('standard', 2, 5, 'telephone', 'relance_2', 'Appel du chef', true, false),
    ('standard', 3, 20, 'interne', 'relance_3', 'Note', false, true),
    ('standard', 4, 25, 'interne', 'contentieux', 'Dossier', false, false);
INSERT INTO fm VALUES ('V1', 'V', '2024-06-03', 100), ('V2', 'V', '2024-05-29', 100), ('V3', 'V', '2024-05-15', 100), ('V4', 'V', '2024-05-10', 100);
:suivre '2024-05-01');
SELECT count(creances.passer_etape('principal', f, 1, 'x', l::date))
  FROM unnest(ARRAY['V2', 'V3', 'V3', 'V4', 'V4', 'V4'], ARRAY['2024-05-30', '2024-05-16', '2024-05-20', '2024-05-13', '2024-05-15', '2024-05-30']) x (f, l);
SELECT pg_temp.prevoir('2024-06-04');
CALL creances.passe_relance('2024-06-04');
SELECT * FROM pg_temp.file();
SELECT count(*) AS violations FROM creances.relance WHERE validation AND etat <> 'a_valider';
SELECT * FROM pg_temp.ecarts('2024-06-04');
SELECT * FROM creances.coherence();

\echo == missed nights: one step each, and the next ones at their distance
:neuf
INSERT INTO fm SELECT 'M' || i, 'M' || i, date '2024-05-01' + 3 * i, 100 FROM generate_series(1, 12) i;
:suivre '2024-05-01');
CALL creances.passe_relance('2024-05-02');
CALL creances.passe_relance('2024-06-17');
SELECT count(*), min(le), max(le), string_agg(DISTINCT stade::text, ',') FROM creances.relance;
SELECT pg_temp.envoyer('2024-06-17');
CALL creances.passe_relance('2024-06-18');
SELECT count(*) FROM creances.relance WHERE le > '2024-06-17';
SELECT DISTINCT etape, due_le FROM pg_temp.raisons('2024-06-18');
CALL creances.passe_relance('2024-06-24');
SELECT count(*), min(le), max(le) FROM creances.relance WHERE stade = 'relance_2';
SELECT * FROM creances.coherence();

\echo == old invoices on the day a table is followed: progressive, or the stage of their age
:neuf
INSERT INTO fm VALUES ('O1', 'O1', '2023-01-31', 100), ('O2', 'O2', '2024-02-26', 100), ('O3', 'O3', '2024-02-20', 100),
                      ('O4', 'O4', '2024-02-10', 100), ('O5', 'O5', '2024-02-29', 100), ('O6', 'O6', '2024-03-10', 100);
:suivre '2024-03-01');
SELECT * FROM pg_temp.raisons('2024-03-01');
CALL creances.passe_relance('2024-03-01');
SELECT * FROM pg_temp.file();
SELECT * FROM creances.coherence();
:neuf
INSERT INTO fm VALUES ('O1', 'O1', '2023-01-31', 100), ('O2', 'O2', '2024-02-26', 100), ('O3', 'O3', '2024-02-20', 100),
                      ('O4', 'O4', '2024-02-10', 100), ('O5', 'O5', '2024-02-29', 100), ('O6', 'O6', '2024-03-10', 100);
:suivre '2024-03-01', reprise => 'directe');
SELECT * FROM pg_temp.raisons('2024-03-01');
CALL creances.passe_relance('2024-03-01');

SELECT * FROM pg_temp.file();
SELECT * FROM pg_temp.avance();
-- an invoice born later starts at the first step
INSERT INTO fm VALUES ('O7', 'O7', '2024-03-01', 100);
SELECT * FROM pg_temp.raisons('2024-03-18', 'O7');
CALL creances.passe_relance('2024-03-18');
SELECT * FROM pg_temp.file('2024-03-18');
SELECT * FROM creances.coherence();

\echo == a second pass of the same night writes nothing, and the pass writes what simuler_passe foretold
:neuf
INSERT INTO fm SELECT 'T' || i, 'T' || i % 7, date '2024-05-01' + i, 10 * i, CASE WHEN i % 5 = 0 THEN 'USD' ELSE 'EUR' END FROM generate_series(1, 40) i;
:suivre '2024-05-01');
CREATE TEMP TABLE comparee (jour date, prevues bigint, ecrites bigint, ecarts bigint, rejouee text);
DO $$
DECLARE
    nuit date;
    avant text;
BEGIN
    FOR nuit IN SELECT generate_series(timestamp '2024-05-20', '2024-07-05', '1 day')::date LOOP
        PERFORM pg_temp.prevoir(nuit);
        CALL creances.passe_relance(nuit, 2);
        INSERT INTO comparee SELECT nuit, (SELECT count(*) FROM prevu), (SELECT count(*) FROM pg_temp.ecrites(nuit)), (SELECT count(*) FROM pg_temp.ecarts(nuit));
        avant := pg_temp.empreinte();
        CALL creances.passe_relance(nuit, 1000);
        UPDATE comparee c SET rejouee = CASE WHEN avant = pg_temp.empreinte() THEN 'rien' ELSE 'ECRIT' END WHERE c.jour = nuit;
        IF extract(day FROM nuit)::int % 3 <> 0 THEN
            PERFORM pg_temp.valider(nuit);
            PERFORM pg_temp.envoyer(nuit);
        END IF;
        COMMIT;
    END LOOP;
END $$;
SELECT count(*) AS nuits, sum(prevues) AS prevues, sum(ecrites) AS ecrites, sum(ecarts) AS ecarts, string_agg(DISTINCT rejouee, ',') AS rejouees FROM comparee;
SELECT count(*) AS violations FROM (SELECT FROM creances.relance GROUP BY debiteur, devise, classe, le HAVING count(*) > 1) x;
SELECT count(*) AS violations FROM creances.relance WHERE extract(isodow FROM le) > 5;
SELECT * FROM creances.coherence();

\echo == a debtor in error is written down and does not stop the others
:neuf
INSERT INTO fm SELECT 'Z' || i, 'Z' || i, '2024-06-03', 100 FROM generate_series(1, 5) i;
:suivre '2024-05-01');
-- (a zone that does not exist is refused from the start)
SELECT pg_temp.erreur($$UPDATE creances.debiteur SET zone = 'atlantide' WHERE debiteur = 'Z3'$$);
CREATE FUNCTION public.fm_panne() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'panne' USING ERRCODE = 'ZZ001'; END $$;
CREATE TRIGGER panne BEFORE INSERT ON creances.relance FOR EACH ROW WHEN (NEW.debiteur = 'Z3') EXECUTE FUNCTION public.fm_panne();
CALL creances.passe_relance('2024-06-04');
SELECT debiteurs, relances, creances, erreurs, erreur, etat FROM creances.passe;
SELECT le, debiteur, details - 'message' FROM creances.evenement WHERE genre = 'erreur';
SELECT * FROM pg_temp.file();
SELECT code, objet, message FROM creances.alerte WHERE code = 'passe' AND objet = '2024-06-04';
DROP TRIGGER panne ON creances.relance;
DROP FUNCTION public.fm_panne();
CALL creances.passe_relance('2024-06-04');
SELECT * FROM pg_temp.file() WHERE debiteur = 'Z3';
SELECT numero, debiteurs, relances, erreurs FROM creances.passe ORDER BY numero;
SELECT * FROM creances.coherence();

\echo == the arguments of the pass
SELECT pg_temp.erreur($$CALL creances.passe_relance('infinity')$$);
SELECT pg_temp.erreur($$CALL creances.passe_relance('-infinity')$$);
SELECT regexp_replace(pg_temp.erreur(format('CALL creances.passe_relance(%L)', creances.aujourdhui() + 3)), '\d{4}-\d\d-\d\d', 'JOUR');
SELECT pg_temp.erreur($$CALL creances.passe_relance('2024-06-05', NULL)$$);
SELECT pg_temp.erreur($$CALL creances.passe_relance('2024-06-05', 0)$$);
SELECT pg_temp.erreur($$CALL creances.passe_relance('2024-06-05', -1)$$);
-- this one is not refused before its first commit, which a function cannot do
\set VERBOSITY sqlstate
CALL creances.passe_relance('2024-06-03');
BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL creances.passe_relance('2024-06-05');
ROLLBACK;
BEGIN;
CALL creances.passe_relance('2024-06-05');
ROLLBACK;
\set VERBOSITY default
SELECT count(*) FROM creances.passe WHERE jour > '2024-06-04';
SELECT pg_temp.erreur(format('SELECT * FROM creances.%s(%L::date)', f, d)) FROM unnest(ARRAY['decision', 'simuler_passe']) f, unnest(ARRAY[NULL, 'infinity', '-infinity']) d ORDER BY f, d;

\echo == an unfinished pass is taken up by the next one
UPDATE creances.passe SET etat = 'en cours', fin = NULL WHERE numero = 2;
CALL creances.passe_relance('2024-06-05');
SELECT jour, numero, etat, fin IS NOT NULL FROM creances.passe ORDER BY jour, numero;
-- without a date: today's, of the creditor's zone
CALL creances.passe_relance();
SELECT jour = creances.aujourdhui() OR jour = creances.aujourdhui() - 1, numero, etat FROM creances.passe ORDER BY jour DESC LIMIT 1;
SELECT * FROM creances.coherence();

\echo == the scenario changes while invoices are on their way
:neuf
INSERT INTO fm VALUES ('X1', 'X1', '2024-06-03', 100), ('X2', 'X2', '2024-06-20', 100), ('X3', 'X3', '2024-06-03', 100);
:suivre '2024-05-01');
CALL creances.passe_relance('2024-06-04');
SELECT count(creances.confirmer_envoi(id, NULL, '2024-06-04')) FROM creances.prendre_relances(NULL, 1, '2024-06-04');
CALL creances.passe_relance('2024-06-05');
SELECT facture, etape, prochaine FROM pg_temp.avance();
INSERT INTO creances.scenario (scenario, intitule) VALUES ('standard', 'Plus vif');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES
    ('standard', 1, -10, 'courriel', 'preventive', 'Avant'), ('standard', 2, 2, 'courriel', 'relance_1', 'Un'), ('standard', 3, 3, 'lettre', 'relance_2', 'Deux');
SELECT * FROM pg_temp.raisons('2024-06-10');
CALL creances.passe_relance('2024-06-10');
SELECT * FROM pg_temp.file('2024-06-10');
-- hidden: nothing is reminded, and somebody is told
UPDATE creances.scenario SET actif = false WHERE origine = 'utilisateur';
CALL creances.passe_relance('2024-06-17');
SELECT * FROM pg_temp.file('2024-06-17');
SELECT code, objet, message FROM creances.alerte WHERE code = 'scenario';
-- a scenario of one creditor
DELETE FROM creances.etape WHERE origine = 'utilisateur';
DELETE FROM creances.scenario WHERE origine = 'utilisateur';
INSERT INTO creances.scenario (scenario, intitule) VALUES ('doux', 'Doux');
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES ('doux', 1, 4, 'courriel', 'relance_1', 'Un');
UPDATE creances.creancier SET scenario = 'doux';
SELECT * FROM pg_temp.raisons('2024-06-24');
SELECT pg_temp.prevoir('2024-06-24');
CALL creances.passe_relance('2024-06-24');
SELECT * FROM pg_temp.ecarts('2024-06-24');
SELECT * FROM pg_temp.file('2024-06-24');
UPDATE creances.creancier SET scenario = 'inconnu';
SELECT code, objet, message FROM creances.alerte WHERE code = 'scenario';
SELECT * FROM creances.coherence();

\echo == two creditors, the same numbers: nothing is mixed
DROP EXTENSION creances CASCADE;
CREATE EXTENSION creances;
TRUNCATE fm;
INSERT INTO fm VALUES ('Y1', 'Y', '2024-06-03', 100), ('Y2', 'Y', '2024-06-03', 200), ('Y3', 'Y', '2024-06-03', -150);
SELECT creances.suivre_factures('fm', :'carte'::jsonb || '{"creancier": "CASE numero WHEN ''Y1'' THEN ''UN'' ELSE ''DEUX'' END"}', depuis => '2024-05-01');
CALL creances.passe_relance('2024-06-04');
SELECT creancier, debiteur, montant FROM creances.prendre_relances(NULL, 10, '2024-06-04') ORDER BY 1;
SELECT * FROM creances.coherence();

\echo == the clock against an independent one: random invoices, zones and sending delays
:neuf
\set long ''
\getenv long CREANCES_LONG
SELECT CASE WHEN :'long' = '' THEN 150 ELSE 1500 END AS nb \gset
\set graine 0.20240601
\echo seed :graine
SELECT setseed(:graine) \gset
INSERT INTO fm SELECT 'K' || i, 'K' || i, date '2024-02-01' + (random() * 90)::int, round((random() * 1000)::numeric, 2) + 1 FROM generate_series(1, :nb) i;
:suivre '2024-03-01') = :nb;
UPDATE creances.debiteur SET zone = 'alsace_moselle_temple' WHERE random() < 0.3;
-- the holidays of the period, by hand
CREATE TEMP TABLE feries (zone text, jour date);
INSERT INTO feries SELECT z, j::date FROM unnest(ARRAY['metropole', 'alsace_moselle_temple']) z,
    unnest(ARRAY['2024-04-01', '2024-05-01', '2024-05-08', '2024-05-09', '2024-05-20', '2024-07-14', '2024-08-15']) j;
INSERT INTO feries VALUES ('alsace_moselle_temple', '2024-03-29');
CREATE FUNCTION pg_temp.ouvre(jour date, z text) RETURNS date LANGUAGE plpgsql AS $$
BEGIN
    WHILE extract(dow FROM jour) IN (0, 6) OR EXISTS (SELECT FROM feries f WHERE f.zone = z AND f.jour = ouvre.jour) LOOP
        jour := jour + 1;
    END LOOP;
    RETURN jour;
END $$;
DO $$
DECLARE
    jour date;
    i uuid;
BEGIN
    FOR jour IN SELECT generate_series(timestamp '2024-03-01', '2024-06-15', '1 day')::date LOOP
        CALL creances.passe_relance(jour);
        -- some of the actions are validated, taken, confirmed each day
        FOR i IN SELECT r.relance FROM creances.relance r WHERE r.etat = 'a_valider' AND random() < 0.5 ORDER BY r.creancier, r.debiteur LOOP
            PERFORM creances.valider_relance(i, jour);
        END LOOP;
        PERFORM creances.prendre_relances(NULL, 1 + (random() * 40)::int, jour);
        FOR i IN SELECT r.relance FROM creances.relance r WHERE r.etat = 'prise' AND random() < 0.5 ORDER BY r.creancier, r.debiteur LOOP
            PERFORM creances.confirmer_envoi(i, NULL, jour);
        END LOOP;
        COMMIT;
    END LOOP;
END $$;
CREATE TEMP TABLE histoire AS
SELECT f.numero, f.echeance, d.zone, l.etape, r.le, r.envoyee_le, e.delai
  FROM fm f JOIN creances.debiteur d ON d.debiteur = f.client
  JOIN creances.relance_creance l ON l.facture = f.numero
  JOIN creances.relance r ON r.relance = l.relance
  JOIN (VALUES (1, 1), (2, 7), (3, 15), (4, 30), (5, 45)) e (etape, delai) ON e.etape = l.etape;
SELECT count(*) > 3 * :nb AS assez, count(DISTINCT etape), count(*) FILTER (WHERE envoyee_le > le + 2) > :nb / 3 AS retards FROM histoire;
-- each step on its night, and each that was to be queued is there
SELECT h.* FROM (
    SELECT p.numero, p.etape + 1 AS etape, pg_temp.ouvre(greatest(date '2024-03-01', p.echeance + e.delai, p.envoyee_le + e.delai - p.delai), p.zone) AS attendu, s.le
      FROM (SELECT f.numero, f.echeance, d.zone, 0 AS etape, NULL::date AS envoyee_le, 0 AS delai FROM fm f JOIN creances.debiteur d ON d.debiteur = f.client
            UNION ALL SELECT numero, echeance, zone, etape, envoyee_le, delai FROM histoire WHERE envoyee_le IS NOT NULL) p
      JOIN (VALUES (1, 1), (2, 7), (3, 15), (4, 30), (5, 45)) e (etape, delai) ON e.etape = p.etape + 1
      LEFT JOIN histoire s ON s.numero = p.numero AND s.etape = p.etape + 1) h
 WHERE CASE WHEN h.attendu <= '2024-06-15' THEN h.le IS DISTINCT FROM h.attendu ELSE h.le IS NOT NULL END LIMIT 10;
SELECT count(*) AS skipped FROM histoire s WHERE s.etape > 1 AND NOT EXISTS (SELECT FROM histoire p WHERE p.numero = s.numero AND p.etape = s.etape - 1 AND p.envoyee_le < s.le);
SELECT * FROM creances.coherence();

DROP EXTENSION creances CASCADE;
DROP TABLE fm;
