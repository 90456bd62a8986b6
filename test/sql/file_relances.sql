-- The queue: taking, confirming, failing, validating, passing by hand, and what
-- a payment does to it.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
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
    -- identifiers and today's date are not the test's matter
    RETURN regexp_replace(concat_ws(' | ', SQLSTATE, m, nullif(d, ''), nullif(h, '')), '[0-9a-f]{8}-[0-9a-f-]{27}', 'ID');
END $$;
CREATE TABLE ff (
    numero   text PRIMARY KEY,
    client   text,
    echeance date,
    montant  numeric,
    paye     numeric NOT NULL DEFAULT 0,
    paye_le  date
);
\set carte '{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "montant", "regle": "paye", "regle_le": "paye_le"}'
CREATE EXTENSION creances;
-- the action that claims this invoice, the latest first
CREATE FUNCTION pg_temp.id(f text, rang_action integer DEFAULT 1) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT r.relance FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance)
             WHERE l.facture = f AND l.reclamee ORDER BY r.le DESC OFFSET rang_action - 1 LIMIT 1);
END $$;
CREATE FUNCTION pg_temp.etat(modele text DEFAULT '%') RETURNS TABLE (le date, facture text, etape integer, reclamee boolean, etat text, ligne text, motif_relance text)
LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT r.le, l.facture, l.etape, l.reclamee, r.etat, l.etat, r.motif
      FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance) WHERE l.facture LIKE modele
     ORDER BY r.le, l.facture;
END $$;
CREATE FUNCTION pg_temp.factures(f jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', x ->> 'facture', CASE WHEN (x ->> 'reclamee')::boolean THEN 'R' ELSE 'c' END, x ->> 'solde', x ->> 'montant', x ->> 'penalites', x ->> 'indemnite'), ' ; ' ORDER BY n)
      FROM jsonb_array_elements(f) WITH ORDINALITY j (x, n) $$;
INSERT INTO ff VALUES
    ('A1', 'A', '2024-06-03', 100), ('A2', 'A', '2024-06-03', 200), ('A3', 'A', '2024-06-04', 50),
    ('B1', 'B', '2024-06-03', 300), ('C1', 'C', '2024-06-03', 1000), ('D1', 'D', '2024-06-03', 10),
    ('E1', 'E', '2024-06-03', 70), ('F1', 'F', '2024-06-03', 80), ('G1', 'G', '2024-06-03', 90), ('H1', 'H', '2024-06-03', 60);
SELECT creances.suivre_factures('ff', :'carte', depuis => '2024-05-01');
CALL creances.passe_relance('2024-06-04');

\echo == arguments of the taking
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances('pigeon')$$);
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances(NULL, 0)$$);
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances(NULL, -1)$$);
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances(NULL, NULL)$$);
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances(NULL, 1, NULL)$$);
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances(NULL, 1, 'infinity')$$);
SELECT left(pg_temp.erreur(format('SELECT * FROM creances.prendre_relances(NULL, 1, %L)', creances.aujourdhui() + 3)), 44);
-- nothing was queued before that night
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2024-06-03');
-- nothing for this channel
SELECT count(*) FROM creances.prendre_relances('lettre', 10, '2024-06-05');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances()$$);
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT pg_temp.erreur($$SELECT * FROM creances.prendre_relances()$$);
ROLLBACK;
SELECT DISTINCT etat FROM creances.relance ORDER BY etat;

\echo == a payment between the queueing and the taking: in part, in full
SELECT debiteur, etat, factures, montant FROM creances.a_faire ORDER BY debiteur;
UPDATE ff SET paye = 300, paye_le = '2024-06-05' WHERE numero = 'B1';
UPDATE ff SET paye = 400, paye_le = '2024-06-05' WHERE numero = 'C1';
UPDATE ff SET paye = 100, paye_le = '2024-06-05' WHERE numero = 'A1';
SELECT debiteur, etat, factures, montant FROM creances.a_faire WHERE debiteur IN ('A', 'B', 'C') ORDER BY debiteur;
-- taken two by two: each once
SELECT debiteur, canal_prevu, stade, devise, montant, penalites, indemnites, pg_temp.factures(factures) FROM creances.prendre_relances('courriel', 2, '2024-06-05');
SELECT debiteur FROM creances.prendre_relances('courriel', 2, '2024-06-05');
SELECT debiteur FROM creances.prendre_relances(NULL, 100, '2024-06-05');
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2024-06-05');
SELECT * FROM pg_temp.etat();

\echo == amounts are frozen: what is paid after the taking does not change them
-- two days late, the day of the payment too, on the whole: 1000 x 14.5 % x 2 / 365; 40 EUR once
SELECT montant, penalites = creances.penalite_retard(1000, '2024-06-03', '2024-06-05') AS au_centime, penalites, indemnites
  FROM creances.relance WHERE debiteur = 'C';
UPDATE ff SET paye = 1000, paye_le = '2024-06-06' WHERE numero = 'C1';
SELECT montant, etat FROM creances.relance WHERE debiteur = 'C';
SELECT solde, montant, etat FROM creances.relance_creance WHERE facture = 'C1';
-- nothing to send, but somebody must say what became of it
SELECT etat, factures, montant FROM creances.a_faire WHERE debiteur = 'C';
-- it had left: it may be confirmed; nothing more comes, since nothing is owed
SELECT creances.confirmer_envoi(pg_temp.id('C1'), '{"message": "id-1"}', '2024-06-06');
SELECT etat, envoyee_le, preuve, prise_le FROM creances.relance WHERE debiteur = 'C';
SELECT etape, stade, etape_le FROM creances.avancement WHERE facture = 'C1';

\echo == confirming
SELECT pg_temp.erreur($$SELECT creances.confirmer_envoi('00000000-0000-0000-0000-000000000000')$$);
SELECT pg_temp.erreur($$SELECT creances.confirmer_envoi(NULL)$$);
SELECT pg_temp.erreur(format('SELECT creances.confirmer_envoi(%L, NULL, %L)', pg_temp.id('A2'), '2024-06-04'));
SELECT pg_temp.erreur(format('SELECT creances.confirmer_envoi(%L, NULL, NULL)', pg_temp.id('A2')));
SELECT pg_temp.erreur(format('SELECT creances.confirmer_envoi(%L, NULL, %L)', pg_temp.id('A2'), 'infinity'));
SELECT left(pg_temp.erreur(format('SELECT creances.confirmer_envoi(%L, NULL, %L)', pg_temp.id('A2'), creances.aujourdhui() + 3)), 45);
SELECT pg_temp.erreur(format('SELECT creances.confirmer_envoi(%L, NULL, %L)', pg_temp.id('C1'), '2024-06-06'));
SELECT pg_temp.erreur(format('SELECT creances.confirmer_envoi(%L, NULL, %L)', pg_temp.id('B1'), '2024-06-06'));
SELECT creances.confirmer_envoi(pg_temp.id('A2'), NULL, '2024-06-06');
SELECT facture, etape, etape_le, prochaine_relance FROM creances.avancement WHERE facture LIKE 'A%' ORDER BY facture;

\echo == an unknown outcome is never sent again by itself
CALL creances.passe_relance('2024-06-10');
CALL creances.passe_relance('2024-06-11');
SELECT facture, raison FROM creances.decision('2024-06-12') WHERE debiteur IN ('D', 'E', 'F') ORDER BY facture;
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2024-06-12') WHERE debiteur IN ('D', 'E', 'F', 'G', 'H');
SELECT debiteur, etat, travail FROM creances.a_faire WHERE debiteur IN ('D', 'E') ORDER BY debiteur;

\echo == failures
SELECT pg_temp.erreur(format('SELECT creances.echec_envoi(%L, NULL, %L)', pg_temp.id('D1'), '2024-06-12'));
SELECT pg_temp.erreur(format('SELECT creances.echec_envoi(%L, %L, %L)', pg_temp.id('D1'), '  ', '2024-06-12'));
SELECT pg_temp.erreur(format('SELECT creances.echec_envoi(%L, %L, NULL)', pg_temp.id('D1'), 'x'));
SELECT pg_temp.erreur(format('SELECT creances.echec_envoi(%L, %L, %L)', pg_temp.id('D1'), 'x', 'infinity'));
SELECT pg_temp.erreur(format('SELECT creances.echec_envoi(%L, %L, %L)', pg_temp.id('D1'), 'x', '2024-06-04'));
SELECT left(pg_temp.erreur(format('SELECT creances.echec_envoi(%L, %L, %L)', pg_temp.id('D1'), 'x', creances.aujourdhui() + 3)), 45);
SELECT pg_temp.erreur($$SELECT creances.echec_envoi('00000000-0000-0000-0000-000000000000', 'x')$$);
SELECT pg_temp.erreur(format('SELECT creances.echec_envoi(%L, %L, %L)', pg_temp.id('C1'), 'x', '2024-06-12'));
SELECT creances.echec_envoi(pg_temp.id(f), 'boîte pleine', '2024-06-12') FROM unnest(ARRAY['D1', 'E1', 'F1']) f;
SELECT debiteur, etat, travail, motif FROM creances.a_faire WHERE etat = 'echec' ORDER BY debiteur;
-- it blocks until somebody decides
CALL creances.passe_relance('2024-06-13');
SELECT facture, decision, raison FROM creances.decision('2024-06-14') WHERE debiteur IN ('D', 'E', 'F') ORDER BY facture;
SELECT * FROM pg_temp.etat('D1');
\echo -- put back
SELECT pg_temp.erreur($$SELECT creances.remettre('00000000-0000-0000-0000-000000000000')$$);
SELECT pg_temp.erreur(format('SELECT creances.remettre(%L, NULL)', pg_temp.id('D1')));
SELECT pg_temp.erreur(format('SELECT creances.remettre(%L, %L)', pg_temp.id('D1'), '-infinity'));
SELECT pg_temp.erreur(format('SELECT creances.remettre(%L, %L)', pg_temp.id('D1'), '2024-06-04'));
SELECT pg_temp.erreur(format('SELECT creances.remettre(%L, %L)', pg_temp.id('C1'), '2024-06-13'));
SELECT creances.remettre(pg_temp.id('D1'), '2024-06-13');
SELECT etat, prise_le, prise_par, montant, motif FROM creances.relance WHERE debiteur = 'D';
SELECT pg_temp.erreur(format('SELECT creances.remettre(%L, %L)', pg_temp.id('D1'), '2024-06-13'));
SELECT debiteur, montant FROM creances.prendre_relances(NULL, 100, '2024-06-13') WHERE debiteur = 'D';
-- one that is known not to have left may be put back without a failure
SELECT creances.remettre(pg_temp.id('D1'), '2024-06-13');
SELECT debiteur, montant FROM creances.prendre_relances(NULL, 100, '2024-06-14') WHERE debiteur = 'D';
SELECT creances.confirmer_envoi(pg_temp.id('D1'), NULL, '2024-06-14');
\echo -- passed over
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'E1', 1, NULL, '2024-06-13')$$);
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'E1', 1, ' ', '2024-06-13')$$);
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'E1', 1, 'x', NULL)$$);
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'E1', 1, 'x', 'infinity')$$);
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'E1', 2, 'x', '2024-06-13')$$);
SELECT pg_temp.erreur($$SELECT creances.passer_etape(NULL, NULL, NULL, 'x', '2024-06-13')$$);
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'B1', 1, 'x', '2024-06-13')$$);
SELECT left(pg_temp.erreur(format('SELECT creances.passer_etape(%L, %L, 1, %L, %L)', 'principal', 'E1', 'x', creances.aujourdhui() + 3)), 45);
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'G1', 1, 'x', '2024-06-13')$$);
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'D1', 1, 'x', '2024-06-13')$$);
SELECT creances.passer_etape('principal', 'E1', 1, 'vu au téléphone', '2024-06-13');
SELECT * FROM pg_temp.etat('E1');
SELECT etape, stade, etape_le FROM creances.avancement WHERE facture = 'E1';
SELECT genre, le, facture, rang, details FROM creances.evenement WHERE facture = 'E1';
SELECT pg_temp.erreur(format('SELECT creances.remettre(%L, %L)', pg_temp.id('E1'), '2024-06-13'));
-- a queued call passed by hand leaves the queue; the formal notice passed by hand is not dated: it was not sent
CALL creances.passe_relance('2024-06-20');
SELECT * FROM pg_temp.etat('E1');
SELECT creances.passer_etape('principal', 'E1', 1, 'vu', '2024-06-20'), creances.passer_etape('principal', 'E1', 1, 'lettre remise en main propre', '2024-06-21'),
       creances.passer_etape('principal', 'E1', 1, 'signifiée', '2024-07-08');
SELECT etape, stade, mise_en_demeure_le FROM creances.avancement WHERE facture = 'E1';
SELECT creances.passer_etape('principal', 'E1', 1, 'transmis', '2024-08-01');
SELECT pg_temp.erreur($$SELECT creances.passer_etape('principal', 'E1', 1, 'x', '2024-08-02')$$);
SELECT * FROM creances.coherence();

\echo == a payment, then a cheque that bounces: the same step again, a new action
UPDATE ff SET paye = 90, paye_le = '2024-06-20' WHERE numero = 'G1';
SELECT creances.echec_envoi(pg_temp.id('G1'), 'revenu', '2024-06-20');
SELECT count(*) FROM creances.a_faire WHERE debiteur = 'G';
UPDATE ff SET paye = 300, paye_le = '2024-06-20' WHERE numero = 'H1';
SELECT creances.echec_envoi(pg_temp.id('H1'), 'revenu', '2024-06-20');
INSERT INTO ff VALUES ('I1', 'I', '2024-06-20', 40);
CALL creances.passe_relance('2024-06-21');
SELECT * FROM pg_temp.etat('I1');
UPDATE ff SET paye = 40, paye_le = '2024-06-21' WHERE numero = 'I1';
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2024-06-21') WHERE debiteur = 'I';
CALL creances.passe_relance('2024-06-24');
UPDATE ff SET paye = 0, paye_le = '2024-06-25' WHERE numero = 'I1';
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2024-06-25') WHERE debiteur = 'I';
CALL creances.passe_relance('2024-06-25');
SELECT * FROM pg_temp.etat('I1');
SELECT count(DISTINCT relance) FROM creances.relance WHERE debiteur = 'I';
SELECT montant FROM creances.prendre_relances(NULL, 100, '2024-06-25') WHERE debiteur = 'I';
SELECT creances.confirmer_envoi(pg_temp.id('I1'), NULL, '2024-06-25');
-- paid before any pass has stamped the action, then unpaid again: the same action lives on
INSERT INTO ff VALUES ('J1', 'J', '2024-06-24', 40);
CALL creances.passe_relance('2024-06-25');
UPDATE ff SET paye = 40, paye_le = '2024-06-25' WHERE numero = 'J1';
SELECT count(*) FROM creances.a_faire WHERE debiteur = 'J';
UPDATE ff SET paye = 0, paye_le = '2024-06-26' WHERE numero = 'J1';
SELECT etat, montant FROM creances.a_faire WHERE debiteur = 'J';
SELECT debiteur, montant FROM creances.prendre_relances(NULL, 100, '2024-06-26') WHERE debiteur = 'J';
SELECT creances.confirmer_envoi(pg_temp.id('J1'), NULL, '2024-06-26');

\echo == validation
INSERT INTO ff VALUES ('K1', 'K', '2024-06-10', 1000), ('K2', 'K', '2024-06-20', 500), ('K3', 'K', '2024-07-20', 100), ('K4', 'K', '2024-06-11', 30);
SELECT creances.passer_etape('principal', 'K1', 1, 'x', d::date) FROM unnest(ARRAY['2024-06-11', '2024-06-17', '2024-06-25']) d;
SELECT count(creances.passer_etape('principal', 'K4', 1, 'x', '2024-07-09'));
CALL creances.passe_relance('2024-07-10');
SELECT le, facture, etape, etat FROM pg_temp.etat('K%');
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2024-07-10') WHERE debiteur = 'K';
SELECT travail FROM creances.a_faire WHERE debiteur = 'K';
SELECT pg_temp.erreur($$SELECT creances.valider_relance('00000000-0000-0000-0000-000000000000')$$);
SELECT pg_temp.erreur(format('SELECT creances.valider_relance(%L, NULL)', pg_temp.id('K1')));
SELECT pg_temp.erreur(format('SELECT creances.valider_relance(%L, %L)', pg_temp.id('K1'), 'infinity'));
SELECT pg_temp.erreur(format('SELECT creances.valider_relance(%L, %L)', pg_temp.id('K1'), '2024-07-09'));
SELECT left(pg_temp.erreur(format('SELECT creances.valider_relance(%L, %L)', pg_temp.id('K1'), creances.aujourdhui() + 3)), 49);
SELECT pg_temp.erreur(format('SELECT creances.valider_relance(%L, %L)', pg_temp.id('C1'), '2024-07-10'));
SELECT creances.valider_relance(pg_temp.id('K1'), '2024-07-10');
-- refused by who validates, put back: to be validated again
BEGIN;
UPDATE creances.relance SET etat = 'a_valider', validee_le = NULL, validee_par = NULL WHERE debiteur = 'K';
UPDATE creances.relance_creance SET etat = 'a_valider' WHERE facture = 'K1' AND reclamee AND etat = 'a_envoyer';
SELECT creances.echec_envoi(pg_temp.id('K1'), 'le client a appelé', '2024-07-10');
SELECT travail, motif FROM creances.a_faire WHERE debiteur = 'K';
SELECT facture, raison FROM creances.decision('2024-07-11') WHERE facture = 'K1';
SELECT creances.remettre(pg_temp.id('K1'), '2024-07-11');
SELECT etat, validee_le FROM creances.relance WHERE debiteur = 'K';
ROLLBACK;
SELECT validee_le, validee_par = session_user FROM creances.relance WHERE debiteur = 'K';
SELECT pg_temp.erreur(format('SELECT creances.valider_relance(%L, %L)', pg_temp.id('K1'), '2024-07-10'));
\echo -- the other overdue items are listed, those not due are not
SELECT canal_prevu, stade, montant, indemnites, (SELECT string_agg((x ->> 'facture') || CASE WHEN (x ->> 'reclamee')::boolean THEN '' ELSE ' citee' END, ', ' ORDER BY n) FROM jsonb_array_elements(factures) WITH ORDINALITY j (x, n))
  FROM creances.prendre_relances('lrar', 100, '2024-07-10') WHERE debiteur = 'K';
\echo -- an action that failed and cites others, then passed by hand
SELECT creances.echec_envoi(pg_temp.id('K1'), 'non réclamée', '2024-07-10');
SELECT creances.passer_etape('principal', 'K1', 1, 'signifiée par commissaire de justice', '2024-07-10');
SELECT * FROM pg_temp.etat('K%') WHERE reclamee;
SELECT mise_en_demeure_le FROM creances.avancement WHERE facture = 'K1';
SELECT * FROM creances.coherence();

\echo == an action put back after one of its claims was passed by hand
INSERT INTO ff VALUES ('L1', 'L', '2024-07-10', 15), ('L2', 'L', '2024-07-10', 25);
CALL creances.passe_relance('2024-07-11');
SELECT montant FROM creances.prendre_relances(NULL, 100, '2024-07-11') WHERE debiteur = 'L';
SELECT creances.echec_envoi(pg_temp.id('L1'), 'x', '2024-07-11');
SELECT creances.passer_etape('principal', 'L1', 1, 'x', '2024-07-11');
SELECT * FROM pg_temp.etat('L%');
SELECT creances.remettre(pg_temp.id('L2'), '2024-07-12');
SELECT montant, pg_temp.factures(factures) LIKE 'L2 R 25 25 %' FROM creances.prendre_relances(NULL, 100, '2024-07-12') WHERE debiteur = 'L';
SELECT * FROM creances.coherence();

\echo == one message a debtor, currency and day at the taking, whenever it was queued
INSERT INTO ff VALUES ('M1', 'M', '2024-06-12', 1000), ('M2', 'M', '2024-07-11', 500);
SELECT creances.passer_etape('principal', 'M1', 1, 'x', d::date) FROM unnest(ARRAY['2024-06-13', '2024-06-19', '2024-06-27']) d;
CALL creances.passe_relance('2024-07-12');
CALL creances.passe_relance('2024-07-15');
SELECT le, facture, etape, etat FROM pg_temp.etat('M%');
SELECT creances.valider_relance(pg_temp.id('M1'), '2024-07-15');
SELECT canal_prevu, montant FROM creances.prendre_relances(NULL, 100, '2024-07-15') WHERE debiteur = 'M';
SELECT canal_prevu FROM creances.prendre_relances(NULL, 100, '2024-07-15') WHERE debiteur = 'M';
-- and the softer one keeps its distance (contact_min of the scenario, 3 days)
SELECT canal_prevu FROM creances.prendre_relances(NULL, 100, '2024-07-17') WHERE debiteur = 'M';
SELECT canal_prevu, montant FROM creances.prendre_relances(NULL, 100, '2024-07-18') WHERE debiteur = 'M';

\echo == an invoice whose row is in error, or gone, is not claimed
INSERT INTO ff VALUES ('N1', 'N', '2024-07-15', 45), ('N2', 'N2', '2024-07-15', 46);
CALL creances.passe_relance('2024-07-16');
UPDATE ff SET montant = 'NaN' WHERE numero = 'N1';
DELETE FROM ff WHERE numero = 'N2';
SELECT facture, raison FROM creances.decision('2024-07-16') WHERE debiteur LIKE 'N%';
SELECT count(*) FROM creances.a_faire WHERE debiteur LIKE 'N%';
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2024-07-16') WHERE debiteur LIKE 'N%';
UPDATE ff SET montant = 45 WHERE numero = 'N1';
SELECT debiteur, montant FROM creances.prendre_relances(NULL, 100, '2024-07-16') WHERE debiteur LIKE 'N%';
SELECT * FROM creances.coherence();

\echo == a step passed by hand after a failure, when the invoice has changed customer: the message of the former one dies
INSERT INTO ff VALUES ('O1', 'O', '2024-07-16', 47);
CALL creances.passe_relance('2024-07-17');
SELECT montant FROM creances.prendre_relances(NULL, 100, '2024-07-17') WHERE debiteur = 'O';
SELECT creances.echec_envoi(pg_temp.id('O1'), 'adresse inconnue', '2024-07-17');
UPDATE ff SET client = 'O2' WHERE numero = 'O1';
SELECT creances.passer_etape('principal', 'O1', 1, 'vu avec le client', '2024-07-18');
SELECT * FROM pg_temp.etat('O1');
SELECT genre, debiteur, details ->> 'motif' FROM creances.evenement WHERE relance = pg_temp.id('O1') ORDER BY instant;
SELECT * FROM creances.coherence();

\echo == mode differe: a payment not yet refreshed already stops its reminder
SELECT creances.cesser_suivi('ff') > 0;
CREATE TABLE fd (LIKE ff INCLUDING ALL);
INSERT INTO fd VALUES ('Q1', 'Q', '2024-07-16', 100), ('Q2', 'Q', '2024-07-16', 200), ('R1', 'R', '2024-07-16', 300);
SELECT creances.suivre_factures('fd', :'carte', depuis => '2024-05-01', mode => 'differe');
CALL creances.passe_relance('2024-07-17');
SELECT debiteur, factures, montant FROM creances.a_faire WHERE debiteur IN ('Q', 'R') ORDER BY debiteur;
UPDATE fd SET paye = 100, paye_le = '2024-07-17' WHERE numero = 'Q1';
UPDATE fd SET paye = 300, paye_le = '2024-07-17' WHERE numero = 'R1';
SELECT en_attente FROM creances.fraicheur WHERE table_suivie = 'fd'::regclass;
SELECT debiteur, factures, montant FROM creances.a_faire WHERE debiteur IN ('Q', 'R') ORDER BY debiteur;
-- all of a debtor's items wait for what the journal holds of him
SELECT facture, decision, raison FROM creances.decision('2024-07-18') ORDER BY facture;
SELECT debiteur, montant, pg_temp.factures(factures) LIKE 'Q2 R 200 200 %' FROM creances.prendre_relances(NULL, 100, '2024-07-17');
SELECT * FROM pg_temp.etat('Q%') UNION ALL SELECT * FROM pg_temp.etat('R1');
SELECT * FROM creances.coherence();

DROP EXTENSION creances CASCADE;
DROP TABLE ff, fd;
