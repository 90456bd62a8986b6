-- Planning the pass with pg_cron: where it is not, where it is, twice.
\set QUIET on
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
SELECT count(*) = 0 AS absent FROM pg_catalog.pg_available_extensions WHERE name = 'pg_cron' \gset
\if :absent
\echo skipped: pg_cron is not installed on this server
\quit
\endif
SELECT coalesce(current_setting('cron.database_name', true), '') <> current_database() AS ailleurs \gset
\if :ailleurs
\echo skipped: pg_cron does not work in this database
\quit
\endif
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
-- committed jobs would run: everything stays in this transaction
BEGIN;
CREATE EXTENSION creances;
\echo == pg_cron is on the server, its extension is not in the database
SELECT pg_temp.erreur($$SELECT creances.planifier()$$);
SELECT pg_temp.erreur($$SELECT creances.deplanifier()$$);
SELECT travail, horaire, actif, dernier_message, derniere_passe FROM creances.etat_planification();

\echo == planned
CREATE EXTENSION pg_cron;
SELECT creances.planifier() > 0;
SELECT jobname, schedule, command, database = current_database(), username = current_user, active FROM cron.job ORDER BY jobname;
SELECT travail, horaire, actif, dernier_debut, dernier_etat, derniere_passe FROM creances.etat_planification();

\echo == planned again: replaces, the job is the same
SELECT jobid AS avant FROM cron.job WHERE jobname = 'creances_passe' \gset
SELECT creances.planifier('30 5 * * *') = :avant;
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname;
SELECT creances.planifier('0 6 * * 1-5', '* * * * *') = :avant;
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname;
SELECT travail, horaire, actif FROM creances.etat_planification() ORDER BY travail;

SELECT creances.planifier('0 6 * * 1-5', '* * * * *', scellement => '0 22 * * *') = :avant;
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname;

\echo == without the snapshot, then at another time
SELECT creances.planifier('0 6 * * 1-5', releve => NULL) = :avant;
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname;
SELECT creances.planifier('0 6 * * 1-5', releve => '0 3 * * *') = :avant;
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname;
SELECT creances.planifier('0 6 * * 1-5', '* * * * *', scellement => '0 22 * * *') = :avant;

\echo == schedules that are none
SELECT regexp_replace(pg_temp.erreur(format('SELECT creances.planifier(%L)', h)), ' \| [^|]*invalid schedule[^|]*', ' | (pg_cron)')
  FROM unnest(ARRAY['tous les jours', '61 6 * * *', '0 6 * *', '', '   ', NULL]) h;
SELECT regexp_replace(pg_temp.erreur(format('SELECT creances.planifier(rafraichissement => %L, scellement => %L, releve => %L)', r, s, x)), ' \| [^|]*invalid schedule[^|]*', ' | (pg_cron)')
  FROM (VALUES ('jamais', NULL, NULL), (NULL, 'jamais', NULL), ('', NULL, NULL), (NULL, ' ', NULL), (NULL, NULL, 'jamais'), (NULL, NULL, '')) v(r, s, x);
-- and nothing has changed
SELECT jobname, schedule FROM cron.job ORDER BY jobname;

\echo == one creditor: a job of his own, beside the others, which stay as they are
SELECT pg_temp.erreur($$SELECT creances.planifier(creancier => 'nord')$$);
INSERT INTO creances.creancier (creancier) VALUES ('nord'), ('l''est'), ('sud_' || repeat('é', 30));
SELECT creances.planifier('0 5 * * *', creancier => 'nord') <> :avant;
SELECT creances.planifier('0 7 * * *', creancier => c.creancier) = creances.planifier('30 7 * * *', creancier => c.creancier)
  FROM creances.creancier c ORDER BY c.creancier;
SELECT creances.planifier('0 5 * * *', '*/5 * * * *', 'nord') <> :avant;
-- (a name beyond 63 bytes is its fingerprint: pg_cron would cut it)
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname COLLATE "C";
SELECT creancier, travail, horaire, actif, dernier_message, derniere_passe FROM creances.etat_planification() ORDER BY creancier COLLATE "C", travail COLLATE "C";
-- each command is one that runs
DO $$
DECLARE
	c text;
BEGIN
	FOR c IN SELECT command FROM cron.job WHERE command LIKE 'SELECT %' LOOP
		EXECUTE c;
	END LOOP;
	FOR c IN SELECT command FROM cron.job WHERE command LIKE 'CALL %' LOOP
		BEGIN
			EXECUTE c;
			RAISE 'a procedure that commits cannot run here';
		EXCEPTION WHEN invalid_transaction_termination OR active_sql_transaction THEN
			NULL;
		END;
	END LOOP;
END $$;
SELECT creances.deplanifier('nord'), creances.deplanifier('nord'), creances.deplanifier('personne');
SELECT jobname FROM cron.job ORDER BY jobname COLLATE "C";

\echo == what was run, and by which job
INSERT INTO cron.job_run_details (jobid, runid, database, username, command, status, return_message, start_time)
SELECT j.jobid, -x.n, current_database(), current_user, j.command, x.etat, x.message, timestamptz '2024-06-05 04:00+00' + x.n * interval '1 day'
  FROM cron.job j, (VALUES (2, 'failed', 'ERROR: ...'), (1, 'succeeded', 'CALL')) x(n, etat, message) WHERE j.jobname = 'creances_passe/l''est';
INSERT INTO creances.passe (creancier, jour, numero, etat, scenarios)
VALUES ('l''est', '2024-06-04', 1, 'terminee', ''), ('l''est', '2024-06-05', 1, 'interrompue', ''), ('nord', '2024-06-06', 1, 'terminee', '');
SELECT creancier, travail, dernier_debut = '2024-06-06 04:00+00' AS debut, dernier_etat, dernier_message, derniere_passe, etat_passe, derniere_terminee
  FROM creances.etat_planification() WHERE creancier IN ('nord', 'l''est') ORDER BY creancier, travail;

\echo == a role without rights on pg_cron, then with them
CREATE ROLE regress_nuit;
SELECT creances.accorder('regress_nuit', 'moteur');
SET LOCAL ROLE regress_nuit;
SELECT replace(pg_temp.erreur($$SELECT creances.planifier()$$), '"', '');
SELECT DISTINCT travail, actif, dernier_message FROM creances.etat_planification();
RESET ROLE;
GRANT USAGE ON SCHEMA cron TO regress_nuit;
SET LOCAL ROLE regress_nuit;
SELECT creances.planifier('0 4 * * *') <> :avant;
SELECT jobname, schedule, username FROM cron.job;
SELECT DISTINCT travail, horaire, actif FROM creances.etat_planification();
SELECT creances.deplanifier();
RESET ROLE;
SELECT count(*) FROM cron.job WHERE jobname = 'creances_passe';

\echo == taken away
SELECT creances.deplanifier();
SELECT count(*) FROM cron.job;
SELECT creances.deplanifier();
SELECT travail, horaire, actif, dernier_message FROM creances.etat_planification();
-- the job of somebody else stays
SELECT cron.schedule('menage', '0 0 * * *', 'SELECT 1') > 0;
SELECT creances.planifier() > 0;
SELECT cron.schedule('creances_passe_ecran', '0 0 * * *', 'SELECT 1') > 0;
SELECT creances.deplanifier();
SELECT jobname FROM cron.job ORDER BY jobname;

\echo == the notice says in which zone pg_cron reads the schedule
SET client_min_messages = notice;
SELECT creances.planifier('0 7 * * 1-5') > 0;
SET client_min_messages = warning;
ROLLBACK;

\echo == another database: the line to run where pg_cron is
DROP DATABASE IF EXISTS creances_ailleurs;
CREATE DATABASE creances_ailleurs TEMPLATE template0;
SELECT current_database() AS ici \gset
\connect creances_ailleurs
SET client_min_messages = warning;
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
CREATE EXTENSION creances;
INSERT INTO creances.creancier (creancier) VALUES ('nord'), ('l''est');
INSERT INTO creances.passe (creancier, jour, numero, etat, scenarios) VALUES ('nord', '2024-06-04', 1, 'terminee', '');
SELECT replace(pg_temp.erreur($$SELECT creances.planifier('0 6 * * 1-5')$$), :'ici', 'BASE');
SELECT replace(pg_temp.erreur($$SELECT creances.planifier('0 6 * * 1-5', '*/10 * * * *', 'l''est', '0 22 * * *')$$), :'ici', 'BASE');
SELECT replace(pg_temp.erreur($$SELECT creances.deplanifier()$$), :'ici', 'BASE');
SELECT replace(pg_temp.erreur($$SELECT creances.deplanifier('l''est')$$), :'ici', 'BASE');
-- what can be known from here: the passes
SELECT creancier, travail, actif, replace(dernier_message, :'ici', 'BASE'), derniere_passe, etat_passe FROM creances.etat_planification() ORDER BY creancier;
\echo == the same, of a role that may not know where pg_cron is
CREATE ROLE regress_nuit;
SELECT creances.accorder('regress_nuit', 'moteur');
SET ROLE regress_nuit;
SELECT pg_temp.erreur($$SELECT creances.planifier('0 6 * * 1-5', creancier => 'l''est')$$);
SELECT creancier, travail, actif, dernier_message, derniere_passe, etat_passe FROM creances.etat_planification() ORDER BY creancier;
RESET ROLE;
-- those lines are accepted there
SELECT split_part(pg_temp.erreur($$SELECT creances.planifier('0 6 1 1 *', '0 5 1 1 *', 'l''est', '0 4 1 1 *')$$), 'exécutez : ', 2) AS lignes,
	   split_part(pg_temp.erreur($$SELECT creances.planifier('0 7 1 1 *')$$), 'exécutez : ', 2) AS toutes,
	   split_part(pg_temp.erreur($$SELECT creances.deplanifier('l''est')$$), 'exécutez : ', 2) AS enlever_un,
	   split_part(pg_temp.erreur($$SELECT creances.deplanifier()$$), 'exécutez : ', 2) AS enlever_tout \gset
DROP OWNED BY regress_nuit;
DROP ROLE regress_nuit;
\connect :ici
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION pg_cron;
SELECT cron.schedule('menage', '0 0 * * *', 'SELECT 1') > 0;
\o /dev/null
:lignes
:lignes
:toutes
\o
SELECT jobname, schedule, command, replace(database, :'ici', 'BASE') FROM cron.job ORDER BY jobname COLLATE "C";
\o /dev/null
:enlever_un
\o
SELECT jobname FROM cron.job ORDER BY jobname COLLATE "C";
\o /dev/null
:enlever_tout
\o
SELECT jobname FROM cron.job ORDER BY jobname COLLATE "C";
ROLLBACK;
DROP DATABASE creances_ailleurs;
