-- Customers from a table of their own: before or after their invoices, of one
-- company or of all, changed, deleted; what the mapping does not give stays the
-- user's.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;

CREATE FUNCTION sante() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(string_agg(x, E'\n'), 'sain') FROM (
		SELECT format('%s : %s %s %s', s.table_suivie, v.cle, v.facture, v.ecart)
		  FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v
		UNION ALL SELECT format('%s : %s au journal', f.table_suivie, f.en_attente) FROM creances.fraicheur f WHERE f.en_attente > 0
		UNION ALL SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c) t(x)
$$;
CREATE FUNCTION fiches() RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws('|', d.creancier, d.debiteur, coalesce(d.nom, '-'), d.type, d.langue, d.zone, coalesce(d.courriel, '-'), coalesce(d.telephone, '-'), coalesce(d.siren, '-'))
	  FROM creances.debiteur d ORDER BY 1
$$;

CREATE TABLE factures (id integer PRIMARY KEY, societe text, client text, echeance date, ttc numeric);
CREATE TABLE clients (code text PRIMARY KEY, "Raison sociale" text, genre text, lang text, mel text, siret text);
SELECT creances.suivre_factures('factures', '{"facture": "id", "creancier": "societe", "debiteur": "client", "echeance": "echeance", "montant": "ttc"}');
INSERT INTO factures VALUES (1, 'S1', 'C1', '2024-01-31', 10), (2, 'S2', 'C1', '2024-01-31', 10), (3, 'S1', 'C2', '2024-01-31', 10);
SELECT fiches();

\echo == after its invoices: all the companies that know it
SET client_min_messages = notice;
SELECT creances.suivre_clients('clients', '{"debiteur": "code", "nom": "Raison sociale", "type": "genre", "langue": "lang", "courriel": "mel", "siren": "siret"}');
SET client_min_messages = warning;
INSERT INTO clients VALUES ('C1', ' Dupont ', 'Personne morale', 'fr_FR', 'compta@dupont.example', '732 829 320 00074'),
						   ('C3', 'Mairie', 'collectivité publique', 'FR', NULL, 'FR44732829320');
SELECT fiches();
\echo == before its invoices
INSERT INTO factures VALUES (4, 'S2', 'C3', '2024-01-31', 10);
SELECT fiches();
\echo == changed: what the ERP clears is cleared; what it does not know stays; a change of regime is an event
UPDATE creances.debiteur SET telephone = '01 02 03 04 05' WHERE debiteur = 'C1';
UPDATE clients SET mel = NULL, genre = 'particulier', lang = 'de' WHERE code = 'C1';
SELECT fiches();
SELECT creancier, debiteur, details ->> 'avant', details ->> 'apres' FROM creances.evenement WHERE genre = 'regime' ORDER BY 1, 2;
\echo == a type or a language that is not one: the line is refused, the last known one holds, until it is mended
UPDATE clients SET genre = 'martien' WHERE code = 'C1';
UPDATE clients SET lang = 'français' WHERE code = 'C3';
SELECT cle, code, motif FROM creances.ligne_refusee ORDER BY cle;
SELECT fiches();
SELECT sante();
UPDATE clients SET genre = NULL WHERE code = 'C1';
UPDATE clients SET lang = NULL WHERE code = 'C3';
SELECT count(*) FROM creances.ligne_refusee;
SELECT fiches();
\echo == recoded, deleted, truncated: the debtor of an invoice stays
UPDATE clients SET code = 'C9' WHERE code = 'C1';
DELETE FROM clients WHERE code = 'C3';
SELECT fiches();
TRUNCATE clients;
SELECT fiches();
SELECT count(*) FROM creances.client;
SELECT sante();
\echo == found by its names; one company each; journalled only
CREATE TABLE tiers (id integer PRIMARY KEY, societe text, code text, nom text, email text, zone text);
SELECT creances.cesser_suivi('clients');
SELECT creances.suivre_clients('tiers', '{"debiteur": "code", "creancier": "societe", "nom": "nom", "courriel": "email", "zone": "zone"}', mode => 'differe');
INSERT INTO tiers VALUES (1, 'S1', 'C1', 'Dupont pour S1', 's1@dupont.example', 'alsace_moselle'), (2, 'S2', 'C1', 'Dupont pour S2', NULL, NULL), (3, 'S1', 'C7', 'Nouveau', NULL, NULL), (4, 'S3', 'C1', 'Société inconnue', NULL, NULL), (5, 'S1', 'C8', 'Lune', NULL, 'lune');
SELECT fiches();
SELECT creances.rafraichir() > 0;
SELECT fiches();
SELECT cle, code, motif FROM creances.ligne_refusee ORDER BY cle;
INSERT INTO factures VALUES (5, 'S3', 'C1', '2024-01-31', 10);
SELECT fiches();
\echo == the list of zones is that of est_ferie()
SELECT count(*) > 1, bool_and(creances.est_ferie('2026-05-01', z)) FROM unnest(creances._zones()) z;
\echo == loaded where no trigger fires, then repaired
SET session_replication_role = replica;
UPDATE tiers SET nom = 'Durand' WHERE id = 1;
DELETE FROM tiers WHERE id = 2;
RESET session_replication_role;
SELECT sante();
CALL creances.synchroniser('tiers');
SELECT sante();
SELECT fiches();

DROP EXTENSION creances CASCADE;
DROP SCHEMA essai CASCADE;
