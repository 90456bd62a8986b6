-- Retention of old passes, and what is known of them where pg_cron is not.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
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
CREATE FUNCTION pg_temp.restes() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT format('%s %s %s %s %s', creancier, jour, numero, etat, CASE WHEN sceau IS NOT NULL THEN 'scellee' END) FROM creances.passe ORDER BY creancier, jour, numero $$;

CREATE TABLE public.factures (societe text, numero text PRIMARY KEY, client text, date_echeance date, montant_ttc numeric(12,2), montant_paye numeric(12,2) NOT NULL DEFAULT 0);
INSERT INTO public.factures
SELECT CASE i % 2 WHEN 0 THEN 'nord' ELSE 'sud' END, 'F' || i, 'C' || i % 5, date '2024-06-01' + i % 30, 100 + i FROM generate_series(1, 60) i;
SELECT creances.suivre_factures('public.factures', jsonb_build_object('creancier', 'societe', 'facture', 'numero', 'debiteur', 'client',
	'echeance', 'date_echeance', 'montant', 'montant_ttc', 'regle', 'montant_paye'), depuis => '2024-05-01');
-- as CALL passe_relance() does, which commits: a run of each creditor and night
CREATE FUNCTION pg_temp.passe(societe text, nuit date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	num integer := creances._ouvrir_passe(societe, nuit);
BEGIN
	PERFORM creances._passe_lot(societe, nuit, num, 1000, NULL);
	PERFORM creances._fermer_passe(societe, nuit, num, creances._sceller(societe));
END $$;
SELECT pg_temp.passe(c, n::date) FROM generate_series(date '2024-06-03', date '2024-06-07', interval '1 day') n, unnest(ARRAY['nord', 'sud']) c \g /dev/null
SELECT count(*) > 0 AS queued FROM creances.relance;
SELECT pg_temp.restes();

\echo == what is refused
SELECT pg_temp.erreur(format('SELECT creances.purger_passes(%L)', d)) FROM unnest(ARRAY[NULL, 'infinity', '-infinity']) d;
SELECT regexp_replace(pg_temp.erreur('SELECT creances.purger_passes(creances.aujourdhui() + 1)'), '\d{4}-\d\d-\d\d', 'DEMAIN');

\echo == before a date, and the record is whole
SELECT creances.purger_passes('2024-06-03');
SELECT creances.purger_passes('2024-06-05');
SELECT pg_temp.restes();
SELECT * FROM creances.verifier_journal();
SELECT creances.purger_passes('2024-06-05');

\echo == the last pass of each creditor stays, the last one ended, the last one sealed; and one that is at work
UPDATE creances.passe SET etat = 'interrompue', sceau = NULL WHERE creancier = 'sud' AND jour >= '2024-06-06';
UPDATE creances.passe SET etat = 'interrompue' WHERE creancier = 'sud' AND jour = '2024-06-05';
INSERT INTO creances.passe (creancier, jour, numero, etat, scenarios) VALUES
	('sud', '2024-06-03', 1, 'terminee', ''), ('sud', '2024-06-02', 1, 'terminee', ''), ('nord', '2024-06-02', 1, 'en cours', ''), ('nord', '2024-06-01', 1, 'terminee', '');
SELECT pg_temp.restes();
SELECT creances.purger_passes(creances.aujourdhui());
SELECT pg_temp.restes();
SELECT * FROM creances.verifier_journal();

\echo == a pass whose seal the record has not any more is the proof of it
INSERT INTO creances.passe (creancier, jour, numero, etat, scenarios, sceau) VALUES ('nord', '2024-05-31', 1, 'terminee', '', repeat('ab', 32)), ('nord', '2024-05-30', 1, 'terminee', '', NULL);
SELECT creances.purger_passes('2024-06-01');
SELECT creancier, constat, detail FROM creances.verifier_journal();
DELETE FROM creances.passe WHERE jour = '2024-05-31';

\echo == the engine goes on: nothing is looked at again for a purge, an older night is still refused
SELECT pg_temp.passe('nord', '2024-06-07');
SELECT debiteurs, relances FROM creances.passe WHERE creancier = 'nord' AND jour = '2024-06-07' AND numero = 2;
SELECT pg_temp.erreur($$SELECT creances._ouvrir_passe('nord', '2024-06-06')$$);
SELECT creancier, derniere_passe, etat_passe, derniere_terminee FROM creances.etat_planification() WHERE creancier IS NOT NULL ORDER BY creancier;
SELECT * FROM creances.coherence();

\echo == only who created the extension, administers it, or runs the passes
CREATE ROLE regress_nuit;
SELECT p AS profil, has_function_privilege('regress_nuit', 'creances.purger_passes(date)', 'EXECUTE') AS droit
  FROM unnest(ARRAY['lecture', 'gestion', 'moteur', 'administration']) p, LATERAL (SELECT creances.accorder('regress_nuit', p) OFFSET 0) x;
ROLLBACK;
