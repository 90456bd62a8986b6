-- Bad input of the tie: each with its SQLSTATE, message, detail and hint, and
-- nothing half-installed.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;

-- The error of a statement.
CREATE FUNCTION refus(commande text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	etat text;
	message text;
	precision text;
	conseil text;
BEGIN
	BEGIN
		EXECUTE commande;
		RAISE EXCEPTION 'acceptee !';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS etat = RETURNED_SQLSTATE, message = MESSAGE_TEXT, precision = PG_EXCEPTION_DETAIL, conseil = PG_EXCEPTION_HINT;
	END;
	RETURN NEXT format('%s %s', etat, message);
	IF precision <> '' THEN
		RETURN NEXT '  detail : ' || precision;
	END IF;
	IF conseil <> '' THEN
		RETURN NEXT '  conseil : ' || conseil;
	END IF;
	IF etat !~ '^(42P01|42501|58030)$' AND (message ~ '\.$' OR conseil !~ '\.$' OR precision !~ '(\.|^)$') THEN
		RETURN NEXT '  STYLE : un point de trop ou de moins';
	END IF;
END $$;

CREATE TABLE f (id integer PRIMARY KEY, numero text, client text, emise date, echeance date, ttc numeric, paye numeric, devise text);
INSERT INTO f VALUES (1, 'A', 'c', '2024-01-01', '2024-01-31', 100, 0, 'EUR');

\echo == the arguments
SELECT refus($$SELECT creances.suivre_factures(NULL)$$);
SELECT refus($$SELECT creances.suivre_factures('f', mode => NULL)$$);
SELECT refus($$SELECT creances.suivre_factures('f', charger => NULL)$$);
SELECT refus($$SELECT creances.suivre_factures('f', reprise => NULL)$$);
SELECT refus($$SELECT creances.suivre_factures('f', mode => 'Immediat')$$);
SELECT refus($$SELECT creances.suivre_factures('f', reprise => 'douce')$$);
SELECT refus($$SELECT creances.suivre_factures('f', depuis => 'infinity')$$);
SELECT refus($$SELECT creances.suivre_factures('f', depuis => '-infinity')$$);
SELECT refus($$SELECT creances.suivre_factures('f', depuis => '9999-12-31')$$);

\echo == what is not a table that can be followed
CREATE VIEW vue AS SELECT * FROM f;
CREATE MATERIALIZED VIEW materialisee AS SELECT * FROM f;
CREATE SEQUENCE suite;
CREATE TEMP TABLE temporaire (LIKE f INCLUDING ALL);
CREATE TABLE parts (LIKE f INCLUDING DEFAULTS, PRIMARY KEY (id)) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1);
CREATE TYPE compose AS (id integer, echeance date);
SELECT t, refus(format('SELECT creances.suivre_factures(%L)', t)) FROM unnest(ARRAY['vue', 'materialisee', 'suite', 'f_pkey', 'compose', 'part_1', 'temporaire',
	'pg_class', 'creances.creance', 'creances.suivi', 'information_schema.sql_features']) t;
SELECT refus($$SELECT creances.suivre_factures('absente')$$);
SELECT refus($$SELECT creances.suivre_factures(0)$$);
SELECT refus($$SELECT creances.suivre_factures(4000000000::oid)$$);

\echo == no primary key, no column for a field
CREATE TABLE sans_cle (LIKE f INCLUDING DEFAULTS);
ALTER TABLE sans_cle ADD UNIQUE (id);
SELECT refus($$SELECT creances.suivre_factures('sans_cle')$$);
CREATE TABLE sans_echeance (id integer PRIMARY KEY, client text, montant numeric);
SELECT refus($$SELECT creances.suivre_factures('sans_echeance')$$);
CREATE TABLE rien (id integer PRIMARY KEY);
SELECT refus($$SELECT creances.suivre_factures('rien')$$);
CREATE TABLE mauvais_types (id integer PRIMARY KEY, client text, echeance text, montant text);
SELECT refus($$SELECT creances.suivre_factures('mauvais_types')$$);
CREATE TABLE deux_cles (a integer, b integer, client text, echeance date, montant numeric, PRIMARY KEY (a, b));
SELECT refus($$SELECT creances.suivre_factures('deux_cles')$$);

\echo == several columns for a field: the candidates
CREATE TABLE ambigue (id integer PRIMARY KEY, numero text, client text, code_client text, due_date date, "Échéance" date, echeance date, montant numeric, total numeric, total_ttc numeric);
SELECT refus($$SELECT creances.suivre_factures('ambigue')$$);
-- the user's own names take part; the shipped ones cannot be changed
INSERT INTO creances.synonyme (champ, nom, priorite) VALUES ('debiteur', 'client', 0), ('echeance', 'duedate', 0);
SELECT creances.suivre_factures('ambigue');
SELECT correspondance FROM creances.suivi;
SELECT creances.cesser_suivi('ambigue');
SELECT refus($$DELETE FROM creances.synonyme WHERE origine = 'creances'$$);
DELETE FROM creances.synonyme WHERE origine = 'utilisateur';

\echo == the mapping
SELECT m, refus(format('SELECT creances.suivre_factures(''f'', %L)', m)) FROM unnest(ARRAY[
	'[]', '"f"', 'null', '{}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance"}',
	'{"facture": "numero", "debiteur": "client", "echeance": null, "montant": "ttc"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "ttc", "client": "client", "Echeance": "echeance"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "ttc", "regle": "paye", "reste_du": "ttc - paye"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeanse", "montant": "ttc"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "\"Echeance\"", "montant": "ttc"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "", "montant": "ttc"}',
	'{"facture": "numero", "debiteur": "client", "echeance": {"a": 1}, "montant": "ttc"}',
	'{"facture": "numero", "debiteur": "client", "echeance": 12, "montant": "ttc"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "id", "montant": "ttc"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "echeance"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "sum(ttc)"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "row_number() OVER ()"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "generate_series(1, 2)"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "1) FROM f; DROP TABLE f; SELECT (1"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "ttc, paye"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "absente(ttc)"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "$1"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "(SELECT x FROM essai.nulle_part)"}',
	'{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "''douze''::numeric"}',
	'{"facture": "t", "debiteur": "client", "echeance": "autre.echeance", "montant": "ttc"}']) m;
-- (a comment at its end is no second command)
BEGIN;
SELECT creances.suivre_factures('f', '{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "ttc -- net"}', 'ttc > 0 -- ) OR (');
SELECT correspondance ->> 'montant', filtre FROM creances.suivi;
ROLLBACK;
\echo == the filter
SELECT x, refus(format('SELECT creances.suivre_factures(''f'', filtre => %L)', x)) FROM unnest(ARRAY['statut = 1', 'ttc', '', 'ttc > 0) OR (SELECT true', 'true; DELETE FROM f', 'max(ttc) > 0']) x;

\echo == not the owner
CREATE ROLE creances_essai_a;
CREATE ROLE creances_essai_b;
GRANT USAGE ON SCHEMA essai TO creances_essai_a, creances_essai_b;
GRANT ALL ON f TO creances_essai_b;
ALTER TABLE f OWNER TO creances_essai_a;
SELECT creances.accorder('creances_essai_b', 'administration');
SET ROLE creances_essai_b;
SELECT essai.refus($$SELECT creances.suivre_factures('essai.f')$$);
RESET ROLE;
SELECT creances.suivre_factures('f', depuis => '2024-01-01');
SET ROLE creances_essai_b;
SELECT essai.refus($$SELECT creances.cesser_suivi('essai.f')$$);
SELECT essai.refus($$SELECT creances._cesser('essai.f'::regclass)$$);
RESET ROLE;
-- without any right on the extension
SET ROLE creances_essai_a;
SELECT essai.refus($$SELECT creances.suivre_factures('essai.f')$$);
SELECT essai.refus($$SELECT creances.rafraichir()$$);
RESET ROLE;
REVOKE ALL ON ALL TABLES IN SCHEMA creances FROM creances_essai_b;
REVOKE ALL ON ALL ROUTINES IN SCHEMA creances FROM creances_essai_b;

\echo == already followed, and then not any more
SELECT refus($$SELECT creances.suivre_factures('f')$$);
SELECT refus($$SELECT creances.suivre_factures('f', mode => 'differe', charger => false)$$);
SELECT mode, depuis, count(*) FROM creances.suivi, creances.creance WHERE solde <> 0 GROUP BY 1, 2;
SELECT creances.cesser_suivi('f');
SELECT refus($$SELECT creances.cesser_suivi('f')$$);
SELECT refus($$SELECT creances.cesser_suivi(NULL)$$);
SELECT refus($$SELECT * FROM creances.verifier_suivi('f')$$);
SELECT count(*) FROM creances.verifier_suivi(NULL);
SELECT refus($$SELECT creances._relire('f')$$);
-- CALL runs in no transaction of ours: its errors come straight
\set VERBOSITY terse
\set ECHO all
CALL creances.synchroniser('f');
\echo :LAST_ERROR_SQLSTATE
CALL creances.synchroniser(NULL);
\echo :LAST_ERROR_SQLSTATE
CALL creances.synchroniser('f', 0);
\echo :LAST_ERROR_SQLSTATE
CALL creances.synchroniser('f', -1);
\echo :LAST_ERROR_SQLSTATE
CALL creances.synchroniser('f', NULL);
\echo :LAST_ERROR_SQLSTATE
\set VERBOSITY default
SELECT refus($$SELECT creances.rafraichir(0)$$);
SELECT refus($$SELECT creances.rafraichir(-5)$$);
SELECT refus($$SELECT creances._suivi()$$);
CREATE TABLE sans_arguments (id integer PRIMARY KEY);
CREATE TRIGGER a_la_main AFTER INSERT ON sans_arguments FOR EACH STATEMENT EXECUTE FUNCTION creances._suivi();
SELECT refus($$INSERT INTO sans_arguments VALUES (1)$$);
DROP TABLE sans_arguments;
CREATE TABLE par_ligne (id integer PRIMARY KEY);
CREATE TRIGGER par_ligne BEFORE INSERT ON par_ligne FOR EACH ROW EXECUTE FUNCTION creances._suivi('immediat', '{}', '', '', '1', 'id');
SELECT refus($$INSERT INTO par_ligne VALUES (1)$$);
DROP TABLE par_ligne;

\echo == a load that fails leaves nothing
CREATE FUNCTION echoue(x numeric) RETURNS numeric LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'panne' USING ERRCODE = '58030'; END $$;
SELECT refus($$SELECT creances.suivre_factures('f', '{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "essai.echoue(ttc)"}')$$);

\echo == nothing half-installed by any of these
SELECT count(*) FROM creances.suivi;
SELECT count(*) FROM pg_trigger WHERE tgfoid = 'creances._suivi()'::regprocedure;
SELECT count(*) FROM creances.a_revoir;
SELECT count(*) FROM creances.ligne_refusee;
SELECT count(*) FILTER (WHERE retiree_le IS NULL), count(*) FROM creances.creance;
SELECT count(*) FROM f;
SELECT * FROM creances.coherence();
-- and the table can be followed after all that
SELECT creances.suivre_factures('f', depuis => '2024-01-01');
SELECT * FROM creances.verifier_suivi('f');

DROP EXTENSION creances CASCADE;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'f'::regclass;
DROP SCHEMA essai CASCADE;
DROP OWNED BY creances_essai_a, creances_essai_b;
DROP ROLE creances_essai_a, creances_essai_b;
