-- What somebody could try, or an ERP could do by accident, against the tie.
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
BEGIN;
CREATE EXTENSION creances;
CREATE FUNCTION pg_temp.refus(texte text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m text; h text;
BEGIN
	EXECUTE texte;
	RETURN 'fait';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT;
	RETURN format('%s %s | %s', SQLSTATE, m, h);
END $$;

\echo == a mapping that sets search_path gives its author nothing and leaks nothing
CREATE ROLE creances_pirate;
CREATE SCHEMA pirate AUTHORIZATION creances_pirate;
SELECT creances.accorder('creances_pirate', 'administration');
SET ROLE creances_pirate;
CREATE TABLE pirate.f (id int PRIMARY KEY, client text, ech date, ttc numeric, paye numeric);
CREATE FUNCTION pirate.now() RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN EXECUTE 'ALTER ROLE creances_pirate SUPERUSER'; END IF;
	RETURN pg_catalog.now();
END $$;
SELECT creances.suivre_factures('pirate.f', $${"facture": "id", "debiteur": "client || left(set_config('search_path', 'pirate, pg_catalog', false), 0)",
	"echeance": "ech", "montant": "ttc", "regle": "paye"}$$);
INSERT INTO pirate.f VALUES (1, 'A', '2026-01-01', 100, 0);
RESET ROLE;
UPDATE pirate.f SET paye = 10;
SELECT rolsuper, current_setting('search_path') FROM pg_roles WHERE rolname = 'creances_pirate';
SELECT facture, solde FROM creances.creance;

\echo == no profile lets anybody make the trigger himself on a table that he does not own
CREATE TABLE patron (id int PRIMARY KEY, client text, ech date, ttc numeric);
GRANT TRIGGER ON patron TO creances_pirate;
SET ROLE creances_pirate;
SELECT pg_temp.refus($$CREATE TRIGGER t AFTER INSERT ON patron REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION creances._suivi('immediat', '{}', '', '', '1', 'id')$$);
SELECT pg_temp.refus($$SELECT creances._poser('patron', ARRAY['immediat', '{}', '', '', '1', 'id'], false)$$);
SELECT pg_temp.refus($$SELECT creances.suivre_factures('patron')$$);
RESET ROLE;

\echo == a trigger made by hand without its transition tables is refused, and the server stands
CREATE TRIGGER t_i AFTER INSERT ON patron FOR EACH STATEMENT EXECUTE FUNCTION creances._suivi('immediat', '{}', '', '', '1', 'id');
SELECT pg_temp.refus($$INSERT INTO patron VALUES (1, 'A', '2026-01-01', 1)$$);
DROP TRIGGER t_i ON patron;

\echo == a mapping whose function writes to the followed table
CREATE TABLE boucle (id int PRIMARY KEY, client text, ech date, ttc numeric, paye numeric DEFAULT 0, vu int DEFAULT 0);
CREATE FUNCTION ecrit(i int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	UPDATE public.boucle SET paye = paye + 1 WHERE id = i AND paye < 3;
	RETURN 'C';
END $$;
SELECT creances.suivre_factures('boucle', '{"facture": "''B'' || id", "debiteur": "public.ecrit(id)", "echeance": "ech", "montant": "ttc", "regle": "paye"}');
INSERT INTO boucle VALUES (1, 'A', '2026-01-01', 100);
SELECT creances.rafraichir() IS NOT NULL;
-- its row stays in the journal, where fraicheur and alerte show it: nothing is claimed, nothing is lost
SELECT count(*) FROM creances.creance WHERE facture = 'B1';
SELECT en_attente, (SELECT paye FROM boucle) FROM creances.fraicheur WHERE table_suivie = 'boucle'::regclass;
SELECT creances.cesser_suivi('boucle');

\echo == mode differe: steps that no row would be allowed to show are not movements
CREATE TABLE d (id int PRIMARY KEY, client text, ech date, ttc numeric, paye numeric DEFAULT 0, le date);
SELECT creances.suivre_factures('d', '{"facture": "''D'' || id", "debiteur": "client", "echeance": "ech", "montant": "ttc", "regle": "paye", "regle_le": "le"}', mode => 'differe');
INSERT INTO d VALUES (1, 'A', '2026-01-01', 100), (2, 'A', '2026-01-01', 100);
UPDATE d SET paye = 100.0 / 3 WHERE id = 1;
UPDATE d SET paye = round(paye, 2), le = '2026-02-01' WHERE id = 1;
UPDATE d SET paye = 50, le = 'infinity' WHERE id = 2;
UPDATE d SET paye = 50, le = '2026-02-01' WHERE id = 2;
SELECT creances.rafraichir();
SELECT facture, montant, le = '2026-02-01' OR le = creances.aujourdhui() FROM creances.reglement WHERE facture LIKE 'D%' ORDER BY 1;

\echo == a refresh in between, then the older steps of the journal: each payment once
UPDATE d SET paye = 60 WHERE id = 2;
SELECT creances._relire('d') > 0;
SELECT creances.rafraichir();
SELECT montant, nature FROM creances.reglement WHERE facture = 'D2' ORDER BY connu_le, reglement;

\echo == a longer key: nothing is lost
CREATE TABLE k (id varchar(5) PRIMARY KEY, client text, ech date, ttc numeric, paye numeric DEFAULT 0);
SELECT creances.suivre_factures('k', '{"facture": "id", "debiteur": "client", "echeance": "ech", "montant": "ttc", "regle": "paye"}');
INSERT INTO k VALUES ('K1', 'A', '2026-01-01', 100);
ALTER TABLE k ALTER id TYPE varchar(20);
INSERT INTO k VALUES ('K1234567', 'A', '2026-01-01', 100), ('K1234568', 'A', '2026-01-01', 100);
SELECT count(*) FROM creances.creance WHERE suivi = 'k'::regclass AND solde = 100;

\echo == a partition made after the tie: alerte says so, and its rows are found
CREATE TABLE p (id int, an int, client text, ech date, ttc numeric, paye numeric DEFAULT 0, PRIMARY KEY (id, an)) PARTITION BY LIST (an);
CREATE TABLE p25 PARTITION OF p FOR VALUES IN (2025);
SELECT creances.suivre_factures('p', '{"facture": "''P'' || id", "debiteur": "client", "echeance": "ech", "montant": "ttc", "regle": "paye"}');
CREATE TABLE p26 PARTITION OF p FOR VALUES IN (2026);
INSERT INTO p26 VALUES (1, 2026, 'A', '2026-01-01', 100);
SELECT objet, message FROM creances.alerte WHERE code = 'suivi';
SELECT cle, ecart FROM creances.verifier_suivi('p');
ROLLBACK;

\echo == synchroniser() ties the new partition; the pass compares before it writes
CREATE EXTENSION creances;
CREATE TABLE p (id int, an int, client text, ech date, ttc numeric, paye numeric DEFAULT 0, PRIMARY KEY (id, an)) PARTITION BY LIST (an);
CREATE TABLE p25 PARTITION OF p FOR VALUES IN (2025);
SELECT creances.suivre_factures('p', '{"facture": "''P'' || id", "debiteur": "client", "echeance": "ech", "montant": "ttc", "regle": "paye"}', depuis => '2026-01-01');
CREATE TABLE p26 PARTITION OF p FOR VALUES IN (2026);
INSERT INTO p26 VALUES (1, 2026, 'A', '2026-01-01', 100), (2, 2026, 'B', '2026-01-01', 100);
CALL creances.passe_relance('2026-01-05');
SELECT debiteur FROM creances.relance ORDER BY 1;
UPDATE p26 SET paye = 100 WHERE id = 1;
CALL creances.synchroniser('p');
SELECT count(*) FROM creances._partitions_nues;
UPDATE p26 SET paye = 40 WHERE id = 2;
SELECT facture, solde FROM creances.creance ORDER BY 1;
SELECT * FROM creances.verifier_suivi('p');

\echo == put off by the ERP after the queueing: the reminder of a debt that is not due does not go out
UPDATE p26 SET ech = '2026-12-31' WHERE id = 2;
SELECT count(*) FROM creances.a_faire;
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2026-01-06');
SELECT etat FROM creances.relance ORDER BY debiteur;
SELECT * FROM creances.coherence();

\echo == paid, the invoice that gave the message its stage: the other one is not reminded more harshly than it is due
CREATE TABLE h (id int PRIMARY KEY, client text, ech date, ttc numeric, paye numeric DEFAULT 0);
SELECT creances.suivre_factures('h', '{"facture": "''H'' || id", "debiteur": "client", "echeance": "ech", "montant": "ttc", "regle": "paye"}', depuis => '2026-01-01');
INSERT INTO h VALUES (1, 'H', '2026-01-12', 100), (2, 'H', '2026-01-27', 200);
SELECT creances.passer_etape('principal', 'H1', 1, 'reprise du dossier', '2026-01-20') FROM generate_series(1, 2);
CALL creances.passe_relance('2026-01-28');
SELECT canal, stade, factures, montant FROM creances.a_faire WHERE debiteur = 'H';
UPDATE h SET paye = 100 WHERE id = 1;
SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2026-01-28');
SELECT etat, motif FROM creances.relance WHERE debiteur = 'H';
CALL creances.passe_relance('2026-01-29');
SELECT canal_prevu, stade, montant FROM creances.prendre_relances(NULL, 10, '2026-01-29');
SELECT * FROM creances.coherence();
DROP EXTENSION creances CASCADE;
DROP TABLE h;
DROP TABLE p;
