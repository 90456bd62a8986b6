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
SELECT jobid AS avant FROM cron.job \gset
SELECT creances.planifier('30 5 * * *') = :avant;
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname;
SELECT creances.planifier('0 6 * * 1-5', '* * * * *') = :avant;
SELECT jobname, schedule, command FROM cron.job ORDER BY jobname;
SELECT travail, horaire, actif FROM creances.etat_planification() ORDER BY travail;

\echo == schedules that are none
SELECT regexp_replace(pg_temp.erreur(format('SELECT creances.planifier(%L)', h)), ' \| [^|]*invalid schedule[^|]*', ' | (pg_cron)')
  FROM unnest(ARRAY['tous les jours', '61 6 * * *', '0 6 * *', '', '   ', NULL]) h;
SELECT left(pg_temp.erreur($$SELECT creances.planifier('0 6 * * *', 'jamais')$$), 60);
-- and nothing has changed
SELECT jobname, schedule FROM cron.job ORDER BY jobname;

\echo == taken away
SELECT creances.deplanifier();
SELECT count(*) FROM cron.job;
SELECT creances.deplanifier();
SELECT travail, horaire, actif, dernier_message FROM creances.etat_planification();
-- the job of somebody else stays
SELECT cron.schedule('menage', '0 0 * * *', 'SELECT 1') > 0;
SELECT creances.planifier() > 0;
SELECT creances.deplanifier();
SELECT jobname FROM cron.job;

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
SELECT replace(pg_temp.erreur($$SELECT creances.planifier('0 6 * * 1-5')$$), :'ici', 'BASE');
SELECT replace(pg_temp.erreur($$SELECT creances.deplanifier()$$), :'ici', 'BASE');
SELECT travail, actif, dernier_message FROM creances.etat_planification();
-- that line is accepted there
SELECT h AS ligne FROM regexp_replace(pg_temp.erreur($$SELECT creances.planifier('0 6 1 1 *')$$), '^.*exécutez : ', '') h \gset
\connect :ici
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION pg_cron;
:ligne
SELECT jobname, schedule, command, database FROM cron.job;
ROLLBACK;
DROP DATABASE creances_ailleurs;
