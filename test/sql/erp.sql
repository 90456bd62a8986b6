-- The ERP comes first: its transactions commit, whatever we are, whatever it
-- does to its table; and nobody gains a right by a tie. passe_relance() commits,
-- so nothing here is in one transaction.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE ROLE creances_essai_proprio;
CREATE ROLE creances_essai_erp;
CREATE ROLE creances_essai_autre;
CREATE SCHEMA essai;
GRANT USAGE ON SCHEMA essai TO creances_essai_proprio, creances_essai_erp;
GRANT CREATE ON SCHEMA essai TO creances_essai_proprio;
SET search_path = essai, pg_catalog;

CREATE FUNCTION ecarts(factures regclass) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT format('%s : %s %s %s', $1, v.cle, v.facture, v.ecart) FROM creances.verifier_suivi($1) v;
EXCEPTION WHEN insufficient_privilege OR undefined_column THEN
	RETURN NEXT format('%s : %s', $1, SQLERRM);
END $$;
CREATE FUNCTION sante() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(string_agg(x, E'\n'), 'sain') FROM (
		SELECT e FROM creances.suivi s, ecarts(s.table_suivie) e
		UNION ALL SELECT format('%s : %s au journal', f.table_suivie, f.en_attente) FROM creances.fraicheur f WHERE f.en_attente > 0
		UNION ALL SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c) t(x)
$$;
-- Balances of a creditor, and the rows in anomaly.
CREATE FUNCTION soldes(p_creancier text) RETURNS text LANGUAGE sql STABLE AS $$
	SELECT concat_ws(' ; ',
		(SELECT string_agg(facture || '=' || solde, ' ' ORDER BY facture) FROM creances.creance WHERE creancier = p_creancier AND retiree_le IS NULL),
		(SELECT 'anomalies ' || string_agg(cle || ' ' || code, ', ' ORDER BY cle) FROM creances.ligne_refusee WHERE suivi IN (to_regclass('essai.f_' || p_creancier), to_regclass('essai2.f_' || p_creancier || '_b'))),
		(SELECT 'au journal ' || count(*) FROM creances.a_revoir WHERE suivi IN (to_regclass('essai.f_' || p_creancier), to_regclass('essai2.f_' || p_creancier || '_b')) HAVING count(*) > 0))
$$;
-- The balances in both modes after a refresh, and the health.
CREATE FUNCTION apres() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM creances.rafraichir();
	RETURN NEXT 'i ' || soldes('i');
	RETURN NEXT 'd ' || soldes('d');
	RETURN NEXT sante();
END $$;

-- f_i in mode immediat, f_d in mode differe
CREATE TABLE f_i (id integer PRIMARY KEY, client text, echeance date, ttc numeric, paye numeric DEFAULT 0, note text);
CREATE TABLE f_d (LIKE f_i INCLUDING ALL);
ALTER TABLE f_i OWNER TO creances_essai_proprio;
ALTER TABLE f_d OWNER TO creances_essai_proprio;
SELECT creances.suivre_factures(t::regclass, jsonb_build_object('creancier', quote_literal(right(t, 1)), 'facture', 'id', 'debiteur', 'client',
			'echeance', 'echeance', 'montant', 'ttc', 'regle', 'paye'), NULL, '2024-01-01', CASE t WHEN 'f_i' THEN 'immediat' ELSE 'differe' END)
  FROM unnest(ARRAY['f_i', 'f_d']) t;

\echo == a role that has rights on its own table, and none on ours
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON f_i, f_d TO creances_essai_erp;
SELECT has_schema_privilege('creances_essai_erp', 'creances', 'USAGE'), has_function_privilege('creances_essai_erp', 'creances._suivi()', 'EXECUTE');
SET ROLE creances_essai_erp;
INSERT INTO f_i SELECT g, 'c', '2024-02-01', 100 FROM generate_series(1, 4) g;
INSERT INTO f_d SELECT g, 'c', '2024-02-01', 100 FROM generate_series(1, 4) g;
UPDATE f_i SET paye = 10 * id;
UPDATE f_d SET paye = 10 * id;
DELETE FROM f_i WHERE id = 4;
DELETE FROM f_d WHERE id = 4;
SELECT count(*) FROM creances.creance;
SELECT current_user;
RESET ROLE;
SELECT soldes('i');
SELECT soldes('d');
SELECT creances.rafraichir();
SELECT soldes('d');
SELECT sante();
BEGIN;
SET LOCAL ROLE creances_essai_erp;
TRUNCATE f_i, f_d;
RESET ROLE;
SELECT apres();
SELECT sum(solde) FROM creances.creance;
ROLLBACK;
-- it wrote with settings of its own
BEGIN;
SET LOCAL ROLE creances_essai_erp;
SET LOCAL search_path = '';
SET LOCAL datestyle = 'German';
SET LOCAL timezone = 'Pacific/Kiritimati';
SET LOCAL row_security = off;
SET LOCAL standard_conforming_strings = off;
SET LOCAL check_function_bodies = off;
SET LOCAL default_transaction_isolation = 'serializable';
SET LOCAL lock_timeout = '1s';
UPDATE essai.f_i SET paye = 15 WHERE id = 1;
UPDATE essai.f_d SET paye = 15 WHERE id = 1;
SHOW search_path;
SHOW datestyle;
SHOW timezone;
SHOW lock_timeout;
COMMIT;
SELECT soldes('i');
SELECT apres();

\echo == its own AFTER ROW trigger changes the paid column, after ours or before
CREATE FUNCTION acompte() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('UPDATE essai.%I SET paye = paye + 1 WHERE id = $1 AND paye < 50', TG_TABLE_NAME) USING NEW.id;
	RETURN NULL;
END $$;
CREATE TRIGGER a_acompte AFTER INSERT OR UPDATE OF ttc ON f_i FOR EACH ROW EXECUTE FUNCTION acompte();
CREATE TRIGGER a_acompte AFTER INSERT OR UPDATE OF ttc ON f_d FOR EACH ROW EXECUTE FUNCTION acompte();
-- deferred to the commit: nothing of the statement knows of it
CREATE CONSTRAINT TRIGGER z_acompte AFTER UPDATE OF ttc ON f_i DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION acompte();
CREATE CONSTRAINT TRIGGER z_acompte AFTER UPDATE OF ttc ON f_d DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION acompte();
SET ROLE creances_essai_erp;
INSERT INTO f_i VALUES (5, 'c', '2024-02-01', 100, 5);
INSERT INTO f_d VALUES (5, 'c', '2024-02-01', 100, 5);
BEGIN;
UPDATE f_i SET ttc = 110 WHERE id IN (1, 5);
UPDATE f_d SET ttc = 110 WHERE id IN (1, 5);
COMMIT;
SELECT id, ttc, paye FROM f_i ORDER BY 1;
RESET ROLE;
SELECT soldes('i');
SELECT apres();
DROP TRIGGER a_acompte ON f_i;
DROP TRIGGER z_acompte ON f_i;
DROP TRIGGER a_acompte ON f_d;
DROP TRIGGER z_acompte ON f_d;

\echo == REPEATABLE READ, SERIALIZABLE, subtransactions, cursors
SET ROLE creances_essai_erp;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT sum(paye) FROM f_i;
UPDATE f_i SET paye = 40 WHERE id = 1;
UPDATE f_d SET paye = 40 WHERE id = 1;
INSERT INTO f_i VALUES (6, 'c', '2024-02-01', 60);
INSERT INTO f_d VALUES (6, 'c', '2024-02-01', 60);
UPDATE f_i SET paye = 41 WHERE id = 1;
UPDATE f_d SET paye = 41 WHERE id = 1;
COMMIT;
RESET ROLE;
SELECT soldes('i');
SET ROLE creances_essai_erp;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT sum(paye) FROM f_i;
UPDATE f_i SET paye = 42 WHERE id = 1;
UPDATE f_d SET paye = 42 WHERE id = 1;
DELETE FROM f_i WHERE id = 6;
DELETE FROM f_d WHERE id = 6;
COMMIT;
RESET ROLE;
-- under SERIALIZABLE both only journal
SELECT soldes('i');
SELECT apres();
-- a subtransaction that fails, and goes on
DO $$
BEGIN
	UPDATE essai.f_i SET paye = 50 WHERE id = 1;
	BEGIN
		UPDATE essai.f_i SET paye = 99 WHERE id = 1;
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN
		UPDATE essai.f_i SET paye = paye + 1 WHERE id = 1;
	END;
END $$;
SELECT soldes('i'), sante();
-- a cursor that is open on the table, a portal that holds it
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM f_i ORDER BY id FOR UPDATE;
MOVE 2 IN c;
UPDATE f_i SET paye = 22 WHERE CURRENT OF c;
COMMIT;
SELECT soldes('i'), sante();

\echo == a mapped column is dropped: all commits, the rows wait in anomalie; it comes back
CREATE FUNCTION alterer(commande text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE replace(commande, 'TABLE_', 'f_i');
	EXECUTE replace(commande, 'TABLE_', 'f_d');
END $$;
-- The ERP goes on after an ALTER TABLE: what it writes is written.
CREATE FUNCTION continuer(nouvelle integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY ARRAY['f_i', 'f_d'] LOOP
		EXECUTE format('INSERT INTO %I (id, client, echeance) VALUES (%s, ''n'', ''2024-02-01'')', t, nouvelle);
		EXECUTE format('UPDATE %I SET client = client || ''x'' WHERE id = 1', t);
		EXECUTE format('DELETE FROM %I WHERE id = 3', t);
	END LOOP;
	RETURN format('%s et %s lignes', (SELECT count(*) FROM f_i), (SELECT count(*) FROM f_d));
END $$;
BEGIN;
SELECT alterer('ALTER TABLE TABLE_ DROP COLUMN paye');
COMMIT;
SELECT continuer(10);
SELECT soldes('i');
SELECT creances.rafraichir();
SELECT soldes('i');
SELECT soldes('d');
SELECT cle, code, motif FROM creances.ligne_refusee WHERE suivi = 'f_i'::regclass ORDER BY 1;
-- nothing is claimed on these keys, and each refresh tries again
SELECT creances.rafraichir();
SELECT soldes('i');
SELECT alterer('ALTER TABLE TABLE_ ADD COLUMN paye numeric DEFAULT 20');
SELECT creances.rafraichir() > 0;
SELECT soldes('i');
SELECT soldes('d');
CALL creances.synchroniser('f_i');
CALL creances.synchroniser('f_d');
SELECT apres();

\echo == renamed
SELECT alterer('ALTER TABLE TABLE_ RENAME COLUMN echeance TO "Échéance"');
SELECT alterer('INSERT INTO TABLE_ VALUES (11, ''n'', ''2024-02-01'', 11)');
SELECT alterer('UPDATE TABLE_ SET ttc = ttc + 1');
SELECT apres();
SELECT alterer('ALTER TABLE TABLE_ RENAME COLUMN "Échéance" TO echeance');
SELECT apres();

\echo == of another type: one that still reads as an amount, then one that does not
SELECT alterer('ALTER TABLE TABLE_ ALTER ttc TYPE text');
SELECT alterer('UPDATE TABLE_ SET ttc = ''130'' WHERE id = 1');
SELECT apres();
SELECT alterer('UPDATE TABLE_ SET ttc = ''cent'' WHERE id = 1; UPDATE TABLE_ SET ttc = ''140'' WHERE id = 2');
SELECT apres();
SELECT cle, code, motif FROM creances.ligne_refusee ORDER BY suivi::text, cle;
SELECT alterer('UPDATE TABLE_ SET ttc = ''150'' WHERE id = 1');
SELECT apres();
SELECT alterer('ALTER TABLE TABLE_ ALTER ttc TYPE integer USING ttc::integer, ALTER paye TYPE double precision');
SELECT alterer('UPDATE TABLE_ SET paye = 60.25 WHERE id = 1');
SELECT apres();
SELECT alterer('ALTER TABLE TABLE_ ALTER ttc TYPE numeric, ALTER paye TYPE numeric, ALTER id TYPE bigint');
SELECT alterer('UPDATE TABLE_ SET paye = 61 WHERE id = 1; INSERT INTO TABLE_ (id, client, echeance, ttc) VALUES (12, ''n'', ''2024-02-01'', 12)');
SELECT apres();

\echo == a column of the key: renamed, then dropped with the key
SELECT alterer('ALTER TABLE TABLE_ RENAME id TO numero');
SELECT alterer('UPDATE TABLE_ SET paye = 62 WHERE numero = 1; DELETE FROM TABLE_ WHERE numero = 12');
SELECT creances.rafraichir() >= 0;
SELECT alterer('ALTER TABLE TABLE_ RENAME numero TO id');
SELECT alterer('UPDATE TABLE_ SET paye = 63 WHERE id = 1');
SELECT apres();
BEGIN;
SELECT alterer('ALTER TABLE TABLE_ DROP COLUMN id');
SELECT alterer('UPDATE TABLE_ SET paye = 64; INSERT INTO TABLE_ (client, ttc) VALUES (''z'', 1); DELETE FROM TABLE_ WHERE ttc = 1; TRUNCATE TABLE_');
SELECT creances.rafraichir();
SELECT DISTINCT code FROM creances.ligne_refusee WHERE suivi IN ('f_i'::regclass, 'f_d'::regclass);
ROLLBACK;
SELECT apres();

\echo == renamed and moved to another schema; another owner
CREATE SCHEMA essai2;
GRANT USAGE ON SCHEMA essai2 TO creances_essai_proprio;
SELECT alterer('ALTER TABLE TABLE_ RENAME TO TABLE__b');
ALTER TABLE f_i_b SET SCHEMA essai2;
ALTER TABLE f_d_b SET SCHEMA essai2;
UPDATE essai2.f_i_b SET paye = 70 WHERE id = 1;
UPDATE essai2.f_d_b SET paye = 70 WHERE id = 1;
SELECT apres();
SELECT table_suivie, mode FROM creances.suivi ORDER BY table_suivie::text;
-- the mapping is read as the owner of today: without a right to its own schema, it cannot be
ALTER TABLE essai2.f_i_b OWNER TO creances_essai_autre;
ALTER TABLE essai2.f_d_b OWNER TO creances_essai_autre;
UPDATE essai2.f_i_b SET paye = 71 WHERE id = 1;
UPDATE essai2.f_d_b SET paye = 71 WHERE id = 1;
SELECT apres();
SELECT suivi, cle, motif FROM creances.ligne_refusee WHERE code = 'lecture' ORDER BY suivi::text, 2;
GRANT USAGE ON SCHEMA essai2 TO creances_essai_autre;
SELECT apres();
ALTER TABLE essai2.f_i_b SET SCHEMA essai;
ALTER TABLE essai2.f_d_b SET SCHEMA essai;
ALTER TABLE f_i_b RENAME TO f_i;
ALTER TABLE f_d_b RENAME TO f_d;
ALTER TABLE f_i OWNER TO creances_essai_proprio;
ALTER TABLE f_d OWNER TO creances_essai_proprio;
UPDATE f_i SET paye = 72 WHERE id = 1;
UPDATE f_d SET paye = 72 WHERE id = 1;
SELECT apres();

\echo == row level security that hides rows from the owner: an error, never a deletion
ALTER TABLE f_i ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE f_d ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY cache ON f_i USING (id <> 1);
CREATE POLICY cache ON f_d USING (id <> 1);
UPDATE f_i SET paye = 73;
UPDATE f_d SET paye = 73;
SELECT apres();
SELECT DISTINCT code, motif FROM creances.ligne_refusee;
ALTER TABLE f_i NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
ALTER TABLE f_d NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
SELECT apres();

\echo == re-tied after the ERP has changed for good
SELECT alterer('ALTER TABLE TABLE_ DROP COLUMN paye, ADD COLUMN du numeric');
SELECT alterer('UPDATE TABLE_ SET du = ttc - 5 WHERE id = 1; UPDATE TABLE_ SET du = ttc WHERE id <> 1');
SELECT creances.rafraichir() >= 0;
SELECT suivi, count(*) FROM creances.ligne_refusee WHERE code = 'lecture' GROUP BY suivi ORDER BY suivi::text;
SELECT creances.cesser_suivi(t::regclass) > 0, creances.suivre_factures(t::regclass, jsonb_build_object('creancier', quote_literal(right(t, 1)), 'facture', 'id', 'debiteur', 'client',
			'echeance', 'echeance', 'montant', 'ttc', 'reste_du', 'du'), NULL, '2024-01-01', CASE t WHEN 'f_i' THEN 'immediat' ELSE 'differe' END)
  FROM unnest(ARRAY['f_i', 'f_d']) t;
SELECT apres();

\echo == the extension goes away
BEGIN;
DROP EXTENSION creances CASCADE;
UPDATE f_i SET du = 1;
INSERT INTO f_d VALUES (50, 'c', '2024-02-01', 1);
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('f_i'::regclass, 'f_d'::regclass);
ROLLBACK;

\echo == never remind somebody who has paid: a payment after the last refresh, in both modes
TRUNCATE f_i, f_d;
SELECT creances.rafraichir() >= 0;
INSERT INTO f_i (id, client, echeance, ttc, du) SELECT 100 + g, 'i' || g, '2026-01-05', 100, 100 FROM generate_series(1, 4) g;
INSERT INTO f_d (id, client, echeance, ttc, du) SELECT 100 + g, 'd' || g, '2026-01-05', 100, 100 FROM generate_series(1, 5) g;
CALL creances.passe_relance(au => '2026-01-12');
SELECT creancier, debiteur, canal, etat, montant FROM creances.a_faire ORDER BY 1, 2;
UPDATE f_i SET du = 0 WHERE id = 101;
UPDATE f_d SET du = 0 WHERE id = 101;
UPDATE f_d SET du = 60 WHERE id = 102;
DELETE FROM f_d WHERE id = 103;
UPDATE f_i SET du = 60 WHERE id = 102;
-- nobody has refreshed: what is paid is not to be seen, and what is journalled waits
SELECT en_attente FROM creances.fraicheur ORDER BY table_suivie::text;
SELECT creancier, debiteur, montant FROM creances.a_faire ORDER BY 1, 2;
-- a payment that a refresh of this very take must see, and one that is not committed
BEGIN;
UPDATE f_d SET du = 0 WHERE id = 104;
SELECT debiteur FROM creances.a_faire WHERE creancier = 'd' ORDER BY 1;
ROLLBACK;
SELECT debiteur FROM creances.a_faire WHERE creancier = 'd' ORDER BY 1;
SELECT creancier, debiteur, montant, factures -> 0 ->> 'facture' FROM creances.prendre_relances(au => '2026-01-12') ORDER BY 1, 2;
SELECT creancier, debiteur, etat, motif FROM creances.relance ORDER BY 1, 2;
-- paid after it was taken: it can only be confirmed, or said to have failed; nothing more is taken or queued for it
UPDATE f_d SET du = 0 WHERE id = 104;
SELECT debiteur, etat FROM creances.a_faire WHERE creancier = 'd' ORDER BY 1;
SELECT count(*) FROM creances.prendre_relances(au => '2026-01-13');
SELECT debiteur, etat FROM creances.a_faire WHERE creancier = 'd' ORDER BY 1;
CALL creances.passe_relance(au => '2026-01-19');
SELECT creancier, debiteur, canal FROM creances.relance WHERE le = '2026-01-19';
-- a row in anomaly, and a table that cannot be read: nothing is claimed
TRUNCATE f_i, f_d;
SELECT creances.rafraichir() >= 0;
INSERT INTO f_i (id, client, echeance, ttc, du) SELECT 200 + g, 'i' || g, '2026-01-05', 100, 100 FROM generate_series(1, 2) g;
INSERT INTO f_d (id, client, echeance, ttc, du) SELECT 200 + g, 'd' || g, '2026-01-05', 100, 100 FROM generate_series(1, 2) g;
CALL creances.passe_relance(au => '2026-02-02');
SELECT debiteur, etat, montant FROM creances.a_faire ORDER BY 1, 2;
UPDATE f_i SET du = 'NaN' WHERE id = 201;
ALTER TABLE f_d RENAME du TO autre;
UPDATE f_d SET autre = 0 WHERE id = 201;
SELECT debiteur, montant FROM creances.a_faire ORDER BY 1, 2;
SELECT debiteur, montant FROM creances.prendre_relances(au => '2026-02-02') ORDER BY 1;
ALTER TABLE f_d RENAME autre TO du;
UPDATE f_i SET du = 100 WHERE id = 201;
SELECT debiteur, montant FROM creances.prendre_relances(au => '2026-02-02') ORDER BY 1;
SELECT sante();

\echo == the owner of a followed table gains no right on our facts
SELECT creances.accorder('creances_essai_proprio', 'administration');
SELECT c.relname, p.droit FROM pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p(droit)
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind IN ('r', 'v')
   AND (has_table_privilege('creances_essai_proprio', c.oid, p.droit)
		OR p.droit NOT IN ('DELETE', 'TRUNCATE', 'TRIGGER') AND has_any_column_privilege('creances_essai_proprio', c.oid, p.droit))
 ORDER BY 1, 2;
CREATE FUNCTION tenter(commande text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE commande;
	RETURN 'ACCEPTE';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SET ROLE creances_essai_proprio;
SELECT tenter(c) FROM unnest(ARRAY[
	'INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant) VALUES (''i'', ''x'', ''202'', 1, ''2026-01-01'', 100)',
	'UPDATE creances.creance SET solde = 0', 'DELETE FROM creances.creance', 'DELETE FROM creances.a_revoir', 'TRUNCATE creances.ligne_refusee',
	'INSERT INTO creances.a_revoir (suivi, cle, instant, transaction) VALUES (''f_i'', ''202'', now(), ''1'')',
	'UPDATE creances.creancier SET creancier = ''x''', 'ALTER TABLE creances.creance ADD x integer', 'CREATE TABLE creances.x ()',
	'CREATE TRIGGER t AFTER INSERT ON creances.creance FOR EACH ROW EXECUTE FUNCTION essai.acompte()',
	'ALTER FUNCTION creances.rafraichir SECURITY DEFINER', 'DROP EXTENSION creances']) c;
RESET ROLE;
REVOKE ALL ON ALL TABLES IN SCHEMA creances FROM creances_essai_proprio;
REVOKE ALL ON ALL ROUTINES IN SCHEMA creances FROM creances_essai_proprio;
REVOKE ALL ON SCHEMA creances FROM creances_essai_proprio;

\echo == nor the rights of another role through its mapping
CREATE TABLE secret (x numeric);
INSERT INTO secret VALUES (4242);
CREATE FUNCTION qui() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_user || '/' || session_user || '/' || current_setting('role') $$;
CREATE FUNCTION chemin() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('search_path') $$;
CREATE FUNCTION ecrit() RETURNS text LANGUAGE plpgsql AS $$ BEGIN UPDATE creances.creance SET solde = 0; RETURN 'ecrit'; END $$;
CREATE FUNCTION devenir() RETURNS text LANGUAGE plpgsql AS $$ BEGIN SET LOCAL ROLE NONE; RETURN current_user; END $$;
CREATE FUNCTION devenir2() RETURNS text LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('session_authorization', 'default', true); RETURN current_user; END $$;
CREATE FUNCTION differer() RETURNS text LANGUAGE plpgsql AS $$ BEGIN CREATE TEMP TABLE piege (x integer); RETURN 'cree'; END $$;
CREATE TABLE m (id integer PRIMARY KEY, client text DEFAULT 'c', echeance date DEFAULT '2026-01-05', ttc numeric DEFAULT 1);
INSERT INTO m VALUES (1);
ALTER TABLE m OWNER TO creances_essai_proprio;
GRANT SELECT, INSERT, UPDATE ON m TO creances_essai_erp;
-- tied with this text as the debtor, by a superuser, for an owner without a right on the extension; then written by the ERP's role
CREATE FUNCTION essayer(expression text, champ text DEFAULT 'debiteur') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		PERFORM creances.suivre_factures('essai.m', jsonb_build_object('creancier', '''m''', 'facture', 'id', 'debiteur', 'client',
			'echeance', 'echeance', 'montant', 'ttc') || jsonb_build_object(champ, expression), charger => false);
	EXCEPTION WHEN OTHERS THEN
		RETURN NEXT format('%s : %s %s', expression, SQLSTATE, SQLERRM);
		RETURN;
	END;
	SET LOCAL ROLE creances_essai_erp;
	UPDATE essai.m SET ttc = ttc + 1;
	RESET ROLE;
	PERFORM creances.rafraichir();
	RETURN QUERY SELECT format('%s : debiteur %s, montant %s', expression, c.debiteur, c.montant) FROM creances.creance c WHERE c.creancier OPERATOR(pg_catalog.=) 'm' AND c.retiree_le IS NULL;
	RETURN QUERY SELECT format('%s : %s %s', expression, a.code, a.motif) FROM creances.ligne_refusee a WHERE a.suivi OPERATOR(pg_catalog.=) 'essai.m'::regclass;
	PERFORM creances.cesser_suivi('essai.m');
END $$;
SELECT essayer(e) FROM unnest(ARRAY['current_user', 'essai.qui()', 'essai.chemin()', 'essai.ecrit()', 'essai.devenir()', 'essai.devenir2()', 'essai.differer()',
	'(SELECT x FROM essai.secret)', '(SELECT min(solde) FROM creances.creance)', '(SELECT rolpassword FROM pg_authid LIMIT 1)', 'pg_read_file(''PG_VERSION'')']) e;
SELECT count(*) FROM creances.creance WHERE creancier = 'm' AND solde <> 0;
SELECT count(*) FROM creances.creance WHERE creancier IN ('i', 'd') AND solde <> 0;

\echo == a function of another schema that bears the name of one of pg_catalog is not picked
CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'DETOURNE'::text $$;
CREATE FUNCTION public.btrim(text) RETURNS text LANGUAGE sql AS $$ SELECT 'DETOURNE'::text $$;
CREATE FUNCTION essai.concat(VARIADIC text[]) RETURNS text LANGUAGE sql AS $$ SELECT 'DETOURNE'::text $$;
CREATE FUNCTION essai.egal(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
CREATE OPERATOR essai.= (LEFTARG = text, RIGHTARG = text, FUNCTION = essai.egal);
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = essai.egal);
CREATE DOMAIN public.numeric AS integer CHECK (VALUE < 0);
SET search_path = public, essai, pg_catalog;
SELECT lower('A');
SELECT essayer('lower(client)');
CREATE TEMP TABLE creance (x integer);
CREATE TEMP TABLE lu (x integer);
CREATE TEMP TABLE classees (x integer);
CREATE TEMP TABLE pas (x integer);
SELECT essayer('lower(client)');
CREATE FUNCTION pg_temp.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'DETOURNE'::text $$;
SELECT essayer('lower(client)');
CALL creances.synchroniser('essai.f_d');
CALL creances.passe_relance(au => '2026-02-03');
SELECT jour, creancier, numero, etat FROM creances.passe ORDER BY 1, 2, 3;
DROP TABLE pg_temp.creance, pg_temp.lu, pg_temp.classees, pg_temp.pas;
SET search_path = essai, pg_catalog;
DROP OPERATOR essai.= (text, text);
DROP OPERATOR public.= (text, text);
DROP FUNCTION public.lower(text), public.btrim(text), essai.concat(text[]);
DROP DOMAIN public.numeric;
SELECT sante();

DROP EXTENSION creances CASCADE;
DROP SCHEMA essai, essai2 CASCADE;
DROP OWNED BY creances_essai_proprio, creances_essai_erp, creances_essai_autre;
DROP ROLE creances_essai_proprio, creances_essai_erp, creances_essai_autre;
