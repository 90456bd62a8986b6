-- Following a table: what its rows live through, in both modes, and what the
-- facts say of it. synchroniser() commits, so nothing here is in one transaction.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;

-- What is known of the invoices of a creditor: amounts, then [movements], then
-- {reasons of its versions}. Today's date is printed as "jour".
CREATE FUNCTION faits(p_creancier text) RETURNS TABLE (facture text, fait text, vive boolean) LANGUAGE sql STABLE AS $$
	SELECT c.facture || CASE WHEN c.rang <> 1 THEN '/' || c.rang ELSE '' END,
		   concat_ws(' ', c.debiteur, 'ech', c.echeance, c.montant, c.devise, c.nature, 'solde', c.solde,
			 CASE WHEN c.soldee_le IS NOT NULL THEN 'soldee' END, c.retiree_motif,
			 '[' || (SELECT string_agg(concat_ws(' ', r.montant, r.nature, CASE WHEN r.le = creances.aujourdhui() THEN 'jour' ELSE r.le::text END,
												 CASE WHEN r.reprise THEN 'reprise' END),
									   ', ' ORDER BY (regexp_match(r.reglement, '[0-9]+$'))[1]::integer)
					   FROM creances.reglement r WHERE (r.creancier, r.facture, r.rang) = (c.creancier, c.facture, c.rang)) || ']',
			 '{' || (SELECT string_agg(v.motif, ' ; ' ORDER BY v.version)
					   FROM creances.creance_version v WHERE (v.creancier, v.facture, v.rang) = (c.creancier, c.facture, c.rang)) || '}'),
		   c.retiree_le IS NULL
	  FROM creances.creance c WHERE c.creancier = p_creancier
$$;

-- "sain", or what is wrong: facts that differ from a followed table, journal
-- rows that are left, invariants that do not hold.
CREATE FUNCTION sante() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(string_agg(x, E'\n'), 'sain') FROM (
		SELECT format('%s : %s %s %s', s.table_suivie, v.cle, v.facture, v.ecart)
		  FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v
		UNION ALL SELECT format('%s : %s au journal', f.table_suivie, f.en_attente) FROM creances.fraicheur f WHERE f.en_attente > 0
		UNION ALL SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c) t(x)
$$;

\echo == columns found by name and type; quoted, accented and dropped ones
CREATE DOMAIN euros AS numeric CHECK (VALUE < 1e9);
CREATE TABLE "Pièces 2024" (id bigint PRIMARY KEY, a_oter date, "Numéro" text, "Client" text, "Date facture" date,
	"Date d'échéance" date, "Montant TTC" euros, "Déjà réglé" numeric(12, 2), "Date règlement" date, devise char(3));
ALTER TABLE "Pièces 2024" DROP COLUMN a_oter;
INSERT INTO "Pièces 2024" VALUES
	(1, 'F1', 'dupont', '2024-01-05', '2024-02-04', 120.00, NULL, NULL, 'EUR'),
	(2, 'F2', 'durand', '2024-01-06', '2024-02-05', 80.50, 30, '2024-01-20', 'EUR'),
	(3, 'F3', 'dupont', '2024-01-07', '2024-02-06', 60, 60, '2024-02-01', 'USD');
SET client_min_messages = notice;
SELECT creances.suivre_factures('"Pièces 2024"', depuis => '2024-01-01');
SET client_min_messages = warning;
SELECT table_suivie, mode, cle, depuis, reprise, actif, filtre IS NULL FROM creances.suivi;
SELECT facture, fait FROM faits('principal') ORDER BY 1;
UPDATE "Pièces 2024" SET "Déjà réglé" = 80.50, "Date règlement" = '2024-03-01' WHERE id = 2;
SELECT facture, fait FROM faits('principal') WHERE facture = 'F2';
SELECT sante();
-- dropped while it is followed: its facts are still there, and can be retired
DROP TABLE "Pièces 2024";
SELECT code, objet ~ '^[0-9]+$', message FROM creances.alerte WHERE code = 'suivi';
SELECT creances.cesser_suivi(s) FROM (SELECT DISTINCT suivi AS s FROM creances.creance) c;
SELECT facture, fait FROM faits('principal') ORDER BY 1;
SELECT sante(), count(*) FROM creances.alerte WHERE code = 'suivi';

\echo == English names, no paid column; the primary key serves as number
CREATE TABLE bills (id integer PRIMARY KEY, customer_id integer, due_date timestamp, amount integer);
INSERT INTO bills VALUES (7, 12, '2024-05-31 23:59', 10), (8, 12, '2024-06-30', 20);
SET client_min_messages = notice;
SELECT creances.suivre_factures('bills', depuis => '2024-01-01', mode => 'differe');
SET client_min_messages = warning;
DELETE FROM bills WHERE id = 8;
INSERT INTO bills VALUES (9, 13, '2024-07-01', 30);
SELECT creances.rafraichir();
SELECT facture, fait FROM faits('principal') WHERE facture < 'A' ORDER BY 1;
SELECT sante();
SELECT creances.cesser_suivi('bills');

\echo == the life of rows, in both modes at once
CREATE TABLE imm (id bigint PRIMARY KEY, numero text, client text, emise date, echeance date, ttc numeric, paye numeric,
	paye_le date, monnaie text DEFAULT 'EUR', statut text DEFAULT 'validee', note text);
CREATE TABLE dif (LIKE imm INCLUDING ALL);
SELECT creances.suivre_factures(t::regclass, jsonb_build_object('creancier', quote_literal(t), 'facture', 'numero',
			'debiteur', $$'C-' || upper(client)$$, 'emission', 'emise', 'echeance', 'echeance', 'montant', 'ttc',
			'regle', 'paye', 'regle_le', 'paye_le', 'devise', 'monnaie'),
		$$statut <> 'brouillon' -- and not a NULL one$$, '2024-01-01', CASE t WHEN 'imm' THEN 'immediat' ELSE 'differe' END)
  FROM unnest(ARRAY['imm', 'dif']) t;

-- The same command on both tables (TABLE_ stands for its name); the facts that
-- it has changed, as they are now, on "imm"; what differs on "dif" (but for the
-- states between two refreshes); the health.
CREATE FUNCTION vie(commande text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	avant text[];
	avant_dif text[];
	nb bigint;
BEGIN
	avant := ARRAY(SELECT facture || ': ' || fait FROM faits('imm'));
	avant_dif := ARRAY(SELECT f::text FROM faits('dif') f);
	EXECUTE replace(commande, 'TABLE_', 'imm');
	-- nothing of mode immediat waits, but a row whose number has just been freed; mode differe does nothing yet
	SELECT en_attente INTO nb FROM creances.fraicheur WHERE table_suivie = 'imm'::regclass;
	IF nb <> 0 THEN
		RETURN NEXT format('imm : %s au journal', nb);
	END IF;
	EXECUTE replace(commande, 'TABLE_', 'dif');
	IF avant_dif <> ARRAY(SELECT f::text FROM faits('dif') f) THEN
		RETURN NEXT 'dif : rafraichie trop tot';
	END IF;
	-- twice: a number that the first one frees may be waited for by another row
	PERFORM creances.rafraichir();
	PERFORM creances.rafraichir();
	RETURN QUERY SELECT facture || ': ' || fait AS x FROM faits('imm') EXCEPT SELECT unnest(avant) ORDER BY x;
	RETURN QUERY SELECT format('anomalie %s %s : %s', a.cle, a.code, a.motif) FROM creances.ligne_refusee a WHERE a.suivi = 'imm'::regclass ORDER BY a.cle;
	RETURN QUERY SELECT 'differe : ' || x FROM (
		SELECT facture || ': ' || regexp_replace(fait, ' \{.*', '') FROM faits('dif') WHERE vive
		EXCEPT SELECT facture || ': ' || regexp_replace(fait, ' \{.*', '') FROM faits('imm') WHERE vive
		UNION ALL (
			SELECT concat_ws(' ', cle, code, replace(motif, 'dif', 'imm')) FROM creances.ligne_refusee WHERE suivi = 'dif'::regclass
			EXCEPT SELECT concat_ws(' ', cle, code, motif) FROM creances.ligne_refusee WHERE suivi = 'imm'::regclass)) t(x) ORDER BY x;
	IF (SELECT count(*) FROM faits('imm') WHERE vive) <> (SELECT count(*) FROM faits('dif') WHERE vive)
	   OR (SELECT count(*) FROM creances.ligne_refusee WHERE suivi = 'imm'::regclass) <> (SELECT count(*) FROM creances.ligne_refusee WHERE suivi = 'dif'::regclass) THEN
		RETURN NEXT 'differe : autre nombre';
	END IF;
	RETURN NEXT sante();
END $$;

SELECT vie($$INSERT INTO TABLE_ VALUES (1, 'A', 'un', '2024-01-10', '2024-02-09', 100)$$);
SELECT vie($$INSERT INTO TABLE_ VALUES (2, 'B', 'un', '2024-01-11', '2024-02-10', 200, 0, NULL), (3, 'C', 'deux', '2024-01-12', '2024-02-11', 300, 50, '2024-01-12'), (4, 'D', 'deux', '2024-01-13', '2024-02-12', 400, NULL, NULL)$$);
\echo -- a part, the rest, too much, back to nothing (a cheque that bounced), paid in another way
SELECT vie($$UPDATE TABLE_ SET paye = 30, paye_le = '2024-02-01' WHERE id = 1$$);
SELECT vie($$UPDATE TABLE_ SET paye = 100, paye_le = '2024-02-20' WHERE id = 1$$);
SELECT vie($$UPDATE TABLE_ SET paye = 130, paye_le = '2024-03-01' WHERE id = 1$$);
SELECT vie($$UPDATE TABLE_ SET paye = NULL, paye_le = NULL WHERE id = 1$$);
SELECT vie($$UPDATE TABLE_ SET paye = 100 WHERE id = 1$$);
\echo -- amount, due date, debtor, currency, date of issue, nature
SELECT vie($$UPDATE TABLE_ SET ttc = 90 WHERE id = 1$$);
SELECT vie($$UPDATE TABLE_ SET echeance = '2024-03-15', emise = '2024-01-15' WHERE id = 2$$);
SELECT vie($$UPDATE TABLE_ SET client = 'trois', monnaie = 'USD' WHERE id = 2$$);
SELECT vie($$UPDATE TABLE_ SET ttc = -400, paye = -150, paye_le = '2024-02-02' WHERE id = 4$$);
\echo -- another key, the same number; another number, the same key; both
SELECT vie($$UPDATE TABLE_ SET id = 11 WHERE id = 1$$);
SELECT vie($$UPDATE TABLE_ SET numero = 'B2' WHERE id = 2$$);
SELECT vie($$UPDATE TABLE_ SET id = 33, numero = 'C3', paye = 60, paye_le = '2024-02-03' WHERE id = 3$$);
SELECT vie($$UPDATE TABLE_ SET numero = 'C', id = 3 WHERE id = 33$$);
\echo -- two numbers change hands, in one statement and in three
SELECT vie($$UPDATE TABLE_ SET numero = CASE id WHEN 2 THEN 'C' ELSE 'B2' END WHERE id IN (2, 3)$$);
SELECT vie($$UPDATE TABLE_ SET numero = '?' WHERE id = 2; UPDATE TABLE_ SET numero = 'C' WHERE id = 3; UPDATE TABLE_ SET numero = 'B2' WHERE id = 2$$);
\echo -- two keys change hands
SELECT vie($$UPDATE TABLE_ SET id = 99 WHERE id = 2; UPDATE TABLE_ SET id = 2 WHERE id = 3; UPDATE TABLE_ SET id = 3 WHERE id = 99$$);
\echo -- out of the filter, and back
SELECT vie($$UPDATE TABLE_ SET statut = 'brouillon' WHERE id = 2$$);
SELECT vie($$UPDATE TABLE_ SET statut = NULL, ttc = 310 WHERE id = 2$$);
SELECT vie($$UPDATE TABLE_ SET statut = 'validee' WHERE id = 2$$);
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc, statut) VALUES (5, 'E', 'cinq', '2024-02-05', 50, 'brouillon')$$);
SELECT vie($$UPDATE TABLE_ SET statut = 'validee' WHERE id = 5$$);
\echo -- deleted, and written again
SELECT vie($$DELETE FROM TABLE_ WHERE id = 5$$);
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc, paye) VALUES (55, 'E', 'cinq', '2024-02-05', 50, 20)$$);
SELECT vie($$DELETE FROM TABLE_ WHERE id = 55; INSERT INTO TABLE_ (id, numero, client, echeance, ttc, paye) VALUES (56, 'E', 'cinq', '2024-02-05', 50, 20)$$);
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc) VALUES (77, 'Z', 'z', '2024-02-05', 50); DELETE FROM TABLE_ WHERE id = 77$$);
\echo -- ON CONFLICT, MERGE, a CTE that writes
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc) VALUES (56, 'E', 'cinq', '2024-02-05', 55), (57, 'G', 'cinq', '2024-02-05', 57) ON CONFLICT (id) DO UPDATE SET ttc = excluded.ttc$$);
SELECT vie($$MERGE INTO TABLE_ c USING (VALUES (56, 1), (57, 2), (58, 3)) v (id, x) ON c.id = v.id
	WHEN MATCHED AND x = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET paye = 7, paye_le = '2024-05-01'
	WHEN NOT MATCHED THEN INSERT (id, numero, client, echeance, ttc) VALUES (58, 'H', 'huit', '2024-05-05', 58)$$);
SELECT vie($$WITH d AS (DELETE FROM TABLE_ WHERE id = 58 RETURNING *) INSERT INTO TABLE_ SELECT id + 1, numero || '2', client, emise, echeance, ttc FROM d$$);
\echo -- two rows with one number: the second is refused, until one of them goes or changes
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc) VALUES (60, 'J', 'six', '2024-06-01', 60), (61, 'J', 'six', '2024-06-02', 61)$$);
SELECT vie($$UPDATE TABLE_ SET ttc = 62 WHERE id = 61$$);
SELECT vie($$UPDATE TABLE_ SET numero = 'K' WHERE id = 61$$);
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc) VALUES (62, 'J', 'six', '2024-06-03', 63)$$);
SELECT vie($$DELETE FROM TABLE_ WHERE id = 60$$);
SELECT vie($$UPDATE TABLE_ SET numero = 'J' WHERE id = 61$$);
SELECT vie($$UPDATE TABLE_ SET numero = 'M' WHERE id = 62$$);
SELECT vie($$UPDATE TABLE_ SET numero = 'M' WHERE id = 61$$);
SELECT vie($$UPDATE TABLE_ SET statut = 'brouillon' WHERE id = 62$$);
SELECT vie($$DELETE FROM TABLE_ WHERE id IN (61, 62)$$);
\echo -- a column that the mapping does not read, and one that is written again
SELECT vie($$UPDATE TABLE_ SET note = 'relu'; UPDATE TABLE_ SET ttc = ttc$$);
BEGIN;
UPDATE dif SET note = 'x', paye = paye, client = client || '';
SELECT count(*) FROM creances.a_revoir;
COMMIT;

\echo == values that cannot be followed, and mended
CREATE FUNCTION abimer(colonne text, valeur text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN NEXT format('-- %s = %s', colonne, valeur);
	RETURN QUERY SELECT 'abimee : ' || v FROM vie(format('UPDATE TABLE_ SET %I = %s WHERE id = 11', colonne, valeur)) v;
	RETURN QUERY SELECT 'reparee : ' || v FROM vie('UPDATE TABLE_ SET (numero, client, emise, echeance, ttc, paye, paye_le, monnaie) =
		(''A'', ''un'', DATE ''2024-01-10'', DATE ''2024-02-09'', 90, 100, NULL::date, ''EUR'') WHERE id = 11') v;
END $$;
SELECT abimer(c, v) FROM (VALUES ('ttc', 'NULL'), ('ttc', '''NaN'''), ('ttc', '''Infinity'''), ('ttc', '''-Infinity'''), ('ttc', '1e15'), ('ttc', '1.0000001'),
	('paye', '''NaN'''), ('paye', '''Infinity'''), ('paye', '-1e15'), ('paye', '0.0000001'),
	('echeance', 'NULL'), ('echeance', '''infinity'''), ('emise', '''-infinity'''), ('paye_le', '''infinity'''),
	('echeance', '''20240-02-09'''), ('emise', '''0024-01-10'''), ('paye_le', '''3000-01-01'''),
	('client', 'NULL'), ('numero', 'NULL'), ('numero', ''''''), ('numero', '''  '''),
	('monnaie', 'NULL'), ('monnaie', '''euro'''), ('monnaie', '''€''')) v(c, v);
\echo -- born bad, mended, deleted while bad
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc) VALUES (70, 'N', 'sept', NULL, 70), (71, 'O', 'sept', '2024-07-01', 'NaN'), (72, 'P', 'sept', '2024-07-02', 72)$$);
SELECT vie($$UPDATE TABLE_ SET echeance = '2024-07-03', paye = 7, paye_le = '2024-07-01' WHERE id = 70$$);
SELECT vie($$DELETE FROM TABLE_ WHERE id = 71$$);
SELECT vie($$UPDATE TABLE_ SET echeance = NULL WHERE id = 70$$);
SELECT vie($$DELETE FROM TABLE_ WHERE id >= 70$$);
\echo -- emptied; emptied and filled again; rolled back
SELECT vie($$TRUNCATE TABLE_$$);
SELECT vie($$INSERT INTO TABLE_ (id, numero, client, echeance, ttc) VALUES (1, 'A', 'un', '2024-02-09', 100), (2, 'B', 'un', '2024-02-09', 200)$$);
SELECT vie($$TRUNCATE TABLE_; INSERT INTO TABLE_ (id, numero, client, echeance, ttc, paye) VALUES (3, 'A', 'un', '2024-02-09', 100, 10)$$);
BEGIN;
SAVEPOINT s;
UPDATE imm SET paye = 99;
UPDATE dif SET paye = 99;
INSERT INTO imm (id, numero, client, echeance, ttc) VALUES (4, 'Q', 'un', '2024-02-09', 1);
SELECT facture, solde FROM creances.creance WHERE creancier = 'imm' AND solde <> 0 ORDER BY 1;
ROLLBACK TO s;
SELECT facture, solde FROM creances.creance WHERE creancier = 'imm' AND solde <> 0 ORDER BY 1;
COMMIT;
SELECT creances.rafraichir(), sante();

\echo == mode differe: each payment is a movement of its own, with its date
DELETE FROM dif;
SELECT creances.rafraichir();
INSERT INTO dif VALUES (1, 'S1', 'un', '2024-01-10', '2024-02-09', 100), (2, 'S2', 'un', '2024-01-10', '2024-02-09', 100), (3, 'S3', 'un', '2024-01-10', '2024-02-09', 60);
UPDATE dif SET paye = 10, paye_le = '2024-02-01' WHERE id = 1;
UPDATE dif SET paye = 35, paye_le = '2024-02-05' WHERE id = 1;
UPDATE dif SET note = 'rien' WHERE id = 1;
UPDATE dif SET paye = 100, paye_le = '2024-02-07' WHERE id = 1;
UPDATE dif SET paye = 100, paye_le = '2024-02-02' WHERE id = 2;
UPDATE dif SET paye = NULL WHERE id = 2;
UPDATE dif SET paye = 40, paye_le = '2024-02-06' WHERE id = 2;
UPDATE dif SET ttc = 80, paye = 20, paye_le = '2024-02-03' WHERE id = 3;
UPDATE dif SET paye = 20 WHERE id = 3;
SELECT cle, regle, regle_le FROM creances.a_revoir ORDER BY cle, instant, ctid;
SELECT en_attente, plus_ancienne <= clock_timestamp() FROM creances.fraicheur WHERE table_suivie = 'dif'::regclass;
SELECT creances.rafraichir();
SELECT facture, fait FROM faits('dif') WHERE vive ORDER BY 1;
SELECT au, sum(montant) FROM unnest(ARRAY['2024-01-31', '2024-02-01', '2024-02-02', '2024-02-03', '2024-02-05', '2024-02-06', '2024-02-07']::date[]) au,
	LATERAL creances.balance_agee(au) b WHERE b.creancier = 'dif' GROUP BY au ORDER BY au;
-- a key that is used again between two refreshes: no payment of the one is told of the other
DELETE FROM dif WHERE id = 1;
INSERT INTO dif VALUES (1, 'S4', 'un', '2024-01-10', '2024-02-09', 70);
UPDATE dif SET paye = 5, paye_le = '2024-02-08' WHERE id = 3;
UPDATE dif SET id = 9 WHERE id = 3;
UPDATE dif SET id = 3 WHERE id = 2;
SELECT creances.rafraichir() > 0;
SELECT facture, fait FROM faits('dif') WHERE facture ~ '^S' ORDER BY 1;
SELECT sante();
-- in small batches
UPDATE dif SET paye = ttc, paye_le = '2024-02-09';
SELECT en_attente FROM creances.fraicheur WHERE table_suivie = 'dif'::regclass;
SELECT creances.rafraichir(1);
SELECT en_attente FROM creances.fraicheur WHERE table_suivie = 'dif'::regclass;
SELECT creances.rafraichir(2);
SELECT en_attente, sum(solde) FROM creances.fraicheur, creances.creance WHERE table_suivie = 'dif'::regclass AND suivi = table_suivie GROUP BY 1;
DROP TABLE imm, dif;
SELECT sum(creances.cesser_suivi(s)) > 0 FROM (SELECT DISTINCT suivi AS s FROM creances.creance WHERE creancier IN ('imm', 'dif')) c;
SELECT sante();

\echo == what was there before: opening movements, dated as well as can be
CREATE TABLE ouverture (id integer PRIMARY KEY, client text, emise date, echeance date, ttc numeric, paye numeric, paye_le date);
INSERT INTO ouverture VALUES (1, 'a', '2024-01-02', '2024-02-01', 100, 40, '2024-01-20'), (2, 'a', '2024-01-02', '2024-02-01', 100, 40, NULL),
	(3, 'a', '2024-01-02', '2024-02-01', 100, 100, '2024-07-01'), (4, 'a', '2024-06-20', '2024-07-20', 100, 10, NULL), (5, 'a', NULL, '2024-02-01', 100, NULL, NULL);
SELECT creances.suivre_factures('ouverture', '{"creancier": "''ouv''", "facture": "id", "debiteur": "client", "emission": "emise", "echeance": "echeance",
	"montant": "ttc", "regle": "paye", "regle_le": "paye_le"}', depuis => '2024-06-01', reprise => 'directe');
SELECT c.facture, f.fait, c.reprise_le, c.reprise, c.nee_le FROM creances.creance c JOIN faits('ouv') f USING (facture) WHERE c.creancier = 'ouv' ORDER BY 1;
SELECT au, sum(montant) FROM unnest(ARRAY['2024-01-01', '2024-01-02', '2024-01-20', '2024-05-31', '2024-06-01', '2024-06-20', '2024-07-01']::date[]) au,
	LATERAL creances.balance_agee(au) b WHERE b.creancier = 'ouv' GROUP BY au ORDER BY au;
SELECT sante();

\echo == followed no more, then again: another mapping and mode, the history stays
SELECT creances.cesser_suivi('ouverture');
SELECT count(*) FROM creances.suivi;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'ouverture'::regclass;
SELECT facture, fait FROM faits('ouv') ORDER BY 1;
UPDATE ouverture SET paye = 60, paye_le = '2024-06-25' WHERE id = 2;
SELECT creances.suivre_factures('ouverture', '{"creancier": "''ouv''", "facture": "id", "debiteur": "client", "emission": "emise", "echeance": "echeance",
	"montant": "ttc", "reste_du": "ttc - coalesce(paye, 0)", "regle_le": "paye_le"}', 'id <> 5', '2024-06-01', 'differe');
UPDATE ouverture SET paye = 70, paye_le = '2024-06-26' WHERE id = 2;
SELECT creances.rafraichir();
SELECT facture, fait FROM faits('ouv') ORDER BY 1;
SELECT sante();
SELECT creances.cesser_suivi('ouverture');
-- the same numbers from another table: refused, nothing overwritten, until the first is let go
CREATE TABLE bis (LIKE ouverture INCLUDING ALL);
INSERT INTO bis VALUES (1, 'b', '2024-01-02', '2024-02-01', 999, 0, NULL), (6, 'b', '2024-01-02', '2024-02-01', 6, 0, NULL);
SELECT creances.suivre_factures('ouverture', '{"creancier": "''ouv''", "facture": "id", "debiteur": "client", "echeance": "echeance", "montant": "ttc"}');
SELECT creances.suivre_factures('bis', '{"creancier": "''ouv''", "facture": "id", "debiteur": "client", "echeance": "echeance", "montant": "ttc"}');
SELECT cle, code FROM creances.ligne_refusee ORDER BY 1;
SELECT debiteur, montant, suivi FROM creances.creance WHERE creancier = 'ouv' AND facture = '1';
UPDATE bis SET ttc = 1000;
DELETE FROM ouverture WHERE id = 1;
SELECT debiteur, montant, suivi FROM creances.creance WHERE creancier = 'ouv' AND facture = '1';
CALL creances.synchroniser('bis');
SELECT debiteur, montant, solde, suivi FROM creances.creance WHERE creancier = 'ouv' AND facture = '1';
SELECT sante(), count(*) FROM creances.ligne_refusee;
SELECT creances.cesser_suivi('ouverture'), creances.cesser_suivi('bis');
DROP TABLE ouverture, bis;

\echo == rows that cannot even be read: at the load, then alone, then mended
CREATE TABLE illisible (id integer PRIMARY KEY, client text, echeance date, ttc text);
INSERT INTO illisible VALUES (1, 'a', '2024-02-01', '100'), (2, 'a', '2024-02-01', 'cent'), (3, 'a', '2024-02-01', '300');
SELECT creances.suivre_factures('illisible', '{"creancier": "''ill''", "facture": "id", "debiteur": "client", "echeance": "echeance", "montant": "ttc::numeric"}', depuis => '2024-01-01');
SELECT facture, fait FROM faits('ill') ORDER BY 1;
SELECT cle, code, motif FROM creances.ligne_refusee;
SELECT sante();
DELETE FROM illisible WHERE id <> 2;
SELECT sante();
CALL creances.synchroniser('illisible');
SELECT cle, code FROM creances.ligne_refusee;
UPDATE illisible SET ttc = '200';
SELECT facture, fait FROM faits('ill') WHERE vive;
TRUNCATE illisible;
INSERT INTO illisible VALUES (4, 'a', '2024-02-01', '400'), (5, 'a', '2024-02-01', 'cinq cents');
SELECT creances.rafraichir() >= 0;
SELECT facture, fait FROM faits('ill') WHERE vive;
SELECT cle, code FROM creances.ligne_refusee;
SELECT sante();
SELECT creances.cesser_suivi('illisible');
DROP TABLE illisible;

\echo == keys of every kind: the text of a key reads back under any setting
CREATE DOMAIN reference AS varchar(20) CHECK (VALUE <> '');
CREATE TYPE genre AS ENUM ('vente', 'l''avoir, "divers" {x}');
CREATE FUNCTION essayer_cles(nom text, valeurs text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	m text;
	colonnes text;
	avant text;
BEGIN
	FOREACH m IN ARRAY ARRAY['immediat', 'differe'] LOOP
		SET LOCAL datestyle = 'ISO, DMY';
		SET LOCAL timezone = 'UTC';
		SET LOCAL extra_float_digits = 1;
		SET LOCAL bytea_output = 'escape';
		EXECUTE format('CREATE TABLE cles (%s, num serial, c text DEFAULT ''c'', ech date DEFAULT ''2024-02-01'', m numeric DEFAULT 10, p numeric)', nom);
		colonnes := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.n) FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
					   JOIN pg_attribute a ON a.attnum = k.attnum WHERE a.attrelid = 'cles'::regclass AND i.indrelid = a.attrelid AND i.indisprimary);
		PERFORM creances.suivre_factures('cles', jsonb_build_object('creancier', quote_literal('cles'), 'facture', 'num', 'debiteur', 'c', 'echeance', 'ech', 'montant', 'm', 'regle', 'p'), mode => m);
		FOR i IN 1 .. cardinality(valeurs) LOOP
			EXECUTE format('INSERT INTO cles (%s) VALUES (%s)', colonnes, valeurs[i]);
		END LOOP;
		IF m = 'differe' THEN
			PERFORM creances.rafraichir();
		END IF;
		avant := sante();
		-- written by another client, with other settings
		SET LOCAL datestyle = 'SQL, MDY';
		SET LOCAL timezone = 'Asia/Tokyo';
		SET LOCAL extra_float_digits = -5;
		SET LOCAL bytea_output = 'hex';
		SET LOCAL intervalstyle = 'sql_standard';
		UPDATE cles SET p = num;
		DELETE FROM cles WHERE num = 1;
		IF m = 'differe' THEN
			PERFORM creances.rafraichir();
		END IF;
		RETURN NEXT format('%s : %s, %s ; %s en %s cles, solde %s, %s en anomalie', m, avant, sante(),
			(SELECT count(*) FROM creances.creance WHERE creancier = 'cles' AND retiree_le IS NULL),
			(SELECT count(DISTINCT cle) FROM creances.creance WHERE creancier = 'cles' AND retiree_le IS NULL),
			(SELECT coalesce(sum(solde), 0) FROM creances.creance WHERE creancier = 'cles') - (SELECT coalesce(sum(x.m - x.p), 0) FROM cles x),
			(SELECT count(*) FROM creances.ligne_refusee));
		PERFORM creances.cesser_suivi('cles');
		DROP TABLE cles;
	END LOOP;
END $$;
\echo -- uuid
SELECT essayer_cles('u uuid PRIMARY KEY', ARRAY['''a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11''', '''A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a12''']);
\echo -- text: everything that an array literal would have to quote
SELECT essayer_cles('t text PRIMARY KEY', ARRAY['''a''', '''''', '''NULL''', '''{x,y}''', '''"''', '''\''', '''l''''avoir''', ''' a ''', '''é''', 'E''\n''']);
\echo -- several columns, in the order of the key
SELECT essayer_cles('b text, a bigint, PRIMARY KEY (a, b)', ARRAY['1, ''a''', '1, ''''', '2, ''NULL''', '2, ''{x,y}''', '3, ''"''', '3, ''\''', '4, '' , ''']);
\echo -- char(n), a domain, an enum, numeric with its zeroes, boolean with smallint
SELECT essayer_cles('t char(5) PRIMARY KEY', ARRAY['''a''', '''b  ''']);
SELECT essayer_cles('t reference PRIMARY KEY', ARRAY['''a''', '''b  ''']);
SELECT essayer_cles('t genre PRIMARY KEY', ARRAY['''vente''', '''l''''avoir, "divers" {x}''']);
SELECT essayer_cles('t numeric PRIMARY KEY', ARRAY['1.50', '-2']);
SELECT essayer_cles('t boolean, s smallint, PRIMARY KEY (t, s)', ARRAY['true, 1', 'false, 1']);
\echo -- dates, instants, intervals, floats
SELECT essayer_cles('t date PRIMARY KEY', ARRAY['DATE ''2024-03-02''', '''infinity''']);
SELECT essayer_cles('t timestamptz PRIMARY KEY', ARRAY['TIMESTAMPTZ ''2024-03-02 12:00:00.123456+01''', 'TIMESTAMPTZ ''2024-10-27 02:30+02''', 'TIMESTAMPTZ ''2024-10-27 02:30+01''']);
SELECT essayer_cles('t timestamp, i interval, PRIMARY KEY (t, i)', ARRAY['TIMESTAMP ''2024-03-02 12:00'', ''1 mon -3 days''', 'TIMESTAMP ''2024-03-02 12:00'', ''1 day''']);
SELECT essayer_cles('t double precision PRIMARY KEY', ARRAY['0.1', '0.1::float8 + 0.2', '1e300/3']);
SELECT essayer_cles('t bytea PRIMARY KEY', ARRAY['''\x0001''', '''\xff5c''']);

\echo == several instalments of one invoice
CREATE TABLE echeances (facture text, rang integer, client text, echeance date, montant numeric, regle numeric DEFAULT 0, PRIMARY KEY (facture, rang));
SELECT creances.suivre_factures('echeances', depuis => '2024-01-01');
INSERT INTO echeances SELECT 'R1', r, 'un', date '2024-01-31' + 30 * r, 100 FROM generate_series(1, 3) r;
UPDATE echeances SET regle = 100 WHERE rang = 2;
SELECT facture, fait FROM faits('principal') WHERE facture ~ '^R1' ORDER BY 1;
SELECT sante();
SELECT creances.cesser_suivi('echeances');
DROP TABLE echeances;

\echo == a partitioned table
CREATE TABLE pf (id bigint, an integer, client text, echeance date, ttc numeric, paye numeric DEFAULT 0, PRIMARY KEY (id, an, client)) PARTITION BY RANGE (an);
CREATE TABLE pf_2023 PARTITION OF pf FOR VALUES FROM (2023) TO (2024);
CREATE TABLE pf_2024 PARTITION OF pf FOR VALUES FROM (2024) TO (2025) PARTITION BY LIST (client);
CREATE TABLE pf_2024_a PARTITION OF pf_2024 FOR VALUES IN ('a');
CREATE TABLE pf_2024_x PARTITION OF pf_2024 DEFAULT;
SELECT creances.suivre_factures('pf', '{"creancier": "''pf''", "facture": "id", "debiteur": "client", "echeance": "echeance", "montant": "ttc", "regle": "paye"}', depuis => '2024-01-01');
CREATE FUNCTION pf_juste() RETURNS text LANGUAGE sql AS $$
	SELECT format('%s lignes, ecart %s, %s', (SELECT count(*) FROM pf), (SELECT coalesce(sum(ttc - paye), 0) FROM pf) - (SELECT coalesce(sum(solde), 0) FROM creances.creance WHERE creancier = 'pf'), sante())
$$;
INSERT INTO pf VALUES (1, 2023, 'a', '2024-01-31', 10), (2, 2024, 'a', '2024-01-31', 20), (3, 2024, 'b', '2024-01-31', 30);
SELECT pf_juste();
\echo -- straight into the partitions
INSERT INTO pf_2023 VALUES (4, 2023, 'a', '2024-01-31', 40);
INSERT INTO pf_2024 VALUES (5, 2024, 'a', '2024-01-31', 50);
INSERT INTO pf_2024_x VALUES (6, 2024, 'c', '2024-01-31', 60);
SELECT pf_juste();
UPDATE pf_2024_a SET paye = 7;
UPDATE pf_2024 SET paye = paye + 1;
DELETE FROM pf_2023 WHERE id = 1;
SELECT pf_juste();
\echo -- from one partition to another
UPDATE pf SET an = 2024 WHERE id = 4;
UPDATE pf_2024 SET client = 'a' WHERE id = 6;
SELECT pf_juste();
SELECT cle, debiteur FROM creances.creance WHERE creancier = 'pf' AND retiree_le IS NULL ORDER BY 1;
TRUNCATE pf_2024_x;
SELECT pf_juste();
\echo -- attached, detached, made later: nothing fires; synchroniser() repairs
CREATE TABLE pf_2025 PARTITION OF pf FOR VALUES FROM (2025) TO (2026);
INSERT INTO pf_2025 VALUES (7, 2025, 'z', '2025-01-31', 70);
CREATE TABLE pf_2022 (LIKE pf INCLUDING ALL);
INSERT INTO pf_2022 VALUES (8, 2022, 'z', '2022-01-31', 80);
ALTER TABLE pf ATTACH PARTITION pf_2022 FOR VALUES FROM (2022) TO (2023);
ALTER TABLE pf DETACH PARTITION pf_2024;
SELECT * FROM creances.verifier_suivi('pf');
CALL creances.synchroniser('pf');
SELECT pf_juste();
INSERT INTO pf VALUES (9, 2025, 'z', '2025-01-31', 90);
SELECT pf_juste();
-- the detached partition keeps its triggers: it is followed by itself from now on
INSERT INTO pf_2024_a VALUES (10, 2024, 'a', '2024-01-31', 1);
SELECT table_suivie, mode, cle FROM creances.suivi ORDER BY table_suivie::text;
CALL creances.synchroniser('pf_2024');
SELECT sum(ttc - paye) - (SELECT sum(solde) FROM creances.creance WHERE creancier = 'pf' AND suivi = 'pf_2024'::regclass) FROM pf_2024;
SELECT pf_juste();
SELECT creances.cesser_suivi('pf'), creances.cesser_suivi('pf_2024');
INSERT INTO pf_2024_a VALUES (11, 2024, 'a', '2024-01-31', 1);
SELECT count(*) FROM pg_trigger WHERE tgfoid = 'creances._suivi()'::regprocedure;
DROP TABLE pf, pf_2024;
SELECT sante();

\echo == row triggers of the ERP that suppress or change rows; a cascade
CREATE TABLE clients (client text PRIMARY KEY);
CREATE TABLE piece (id integer PRIMARY KEY, client text REFERENCES clients ON DELETE CASCADE ON UPDATE CASCADE, echeance date, ttc numeric, paye numeric DEFAULT 0);
INSERT INTO clients VALUES ('a'), ('b');
SELECT creances.suivre_factures('piece', '{"creancier": "''casc''", "facture": "id", "debiteur": "client", "echeance": "echeance", "montant": "ttc", "regle": "paye"}', depuis => '2024-01-01');
CREATE FUNCTION un_sur_deux() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.id % 2 = 0 THEN
		RETURN NULL;
	END IF;
	NEW.ttc := NEW.ttc + 0.5;
	RETURN NEW;
END $$;
CREATE TRIGGER un_sur_deux BEFORE INSERT OR UPDATE ON piece FOR EACH ROW EXECUTE FUNCTION un_sur_deux();
INSERT INTO piece SELECT g, CASE WHEN g < 4 THEN 'a' ELSE 'b' END, '2024-02-01', 100 FROM generate_series(1, 9) g;
UPDATE piece SET paye = id;
SELECT facture, fait FROM faits('casc') ORDER BY 1;
DROP TRIGGER un_sur_deux ON piece;
UPDATE clients SET client = 'aa' WHERE client = 'a';
DELETE FROM clients WHERE client = 'b';
SELECT facture, fait FROM faits('casc') ORDER BY 1;
SELECT sante();

\echo == what the triggers cannot see, and synchroniser()
INSERT INTO piece SELECT g, 'aa', '2024-02-01', 100 FROM generate_series(20, 40) g;
SET session_replication_role = replica;
UPDATE piece SET paye = 10 WHERE id = 20;
UPDATE piece SET id = 121 WHERE id = 21;
DELETE FROM piece WHERE id = 22;
INSERT INTO piece VALUES (200, 'aa', '2024-02-01', 200), (201, 'aa', NULL, 201);
RESET session_replication_role;
SELECT * FROM creances.verifier_suivi('piece');
CALL creances.synchroniser('piece', 2);
SELECT count(*) FROM creances.verifier_suivi('piece');
SELECT cle, code FROM creances.ligne_refusee;
ALTER TABLE piece DISABLE TRIGGER USER;
DELETE FROM piece WHERE id = 201;
UPDATE piece SET paye = ttc;
SELECT actif FROM creances.suivi;
SELECT code, message FROM creances.alerte WHERE code = 'suivi';
CALL creances.synchroniser('piece');
ALTER TABLE piece ENABLE TRIGGER USER;
SELECT sante(), sum(solde) FROM creances.creance WHERE creancier = 'casc';
SELECT creances.cesser_suivi('piece');

\echo == charger => false, then synchroniser()
TRUNCATE piece;
INSERT INTO piece SELECT g, 'aa', '2024-02-01', 100, g FROM generate_series(1, 1200) g;
SELECT creances.suivre_factures('piece', '{"creancier": "''lots''", "facture": "id", "debiteur": "client", "echeance": "echeance", "montant": "ttc", "regle": "paye"}', charger => false);
SELECT count(*) FROM creances.creance WHERE creancier = 'lots';
UPDATE piece SET paye = 100 WHERE id = 1200;
SELECT facture, solde FROM creances.creance WHERE creancier = 'lots';
CALL creances.synchroniser('piece', 300);
SELECT count(*), sum(solde) = (SELECT sum(ttc - paye) FROM piece), count(DISTINCT xmin::text) >= 4 FROM creances.creance WHERE creancier = 'lots';
CALL creances.synchroniser('piece');
SELECT sante();
\echo -- a mass UPDATE, and a mass DELETE
UPDATE piece SET paye = ttc;
DELETE FROM piece WHERE id <= 1100;
SELECT count(*), sum(solde), count(retiree_le) FROM creances.creance WHERE creancier = 'lots';
SELECT sante();
SELECT creances.cesser_suivi('piece');

\echo == a random life, in both modes, against plain SQL
CREATE TABLE hasard_i (id integer PRIMARY KEY, num text, client text, ech date, ttc numeric, paye numeric, paye_le date, vu boolean DEFAULT true);
CREATE TABLE hasard_d (LIKE hasard_i INCLUDING ALL);
SELECT creances.suivre_factures(t::regclass, jsonb_build_object('creancier', quote_literal(t), 'facture', 'num', 'debiteur', 'client',
			'echeance', 'ech', 'montant', 'ttc', 'regle', 'paye', 'regle_le', 'paye_le'), 'vu', '2024-01-01', m)
  FROM (VALUES ('hasard_i', 'immediat'), ('hasard_d', 'differe')) v(t, m);

-- The rows that are to be followed: of two with one number, either.
CREATE FUNCTION attendu(t text) RETURNS TABLE (num text, nb bigint, reste numeric) LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format('SELECT num, count(*), CASE WHEN count(*) = 1 THEN min(ttc - coalesce(paye, 0)) END FROM %I
		WHERE vu AND num IS NOT NULL AND ttc <> ''NaN'' AND ech IS NOT NULL GROUP BY num', t);
END $$;
CREATE FUNCTION ecarts(t text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	-- the balance of each number that one good row holds; no balance for a number that no row bears
	RETURN QUERY SELECT format('%s %s : %s au lieu de %s', t, coalesce(a.num, c.facture), c.solde, a.reste)
		FROM attendu(t) a FULL JOIN (SELECT facture, solde, cle FROM creances.creance WHERE creancier = t AND retiree_le IS NULL) c ON c.facture = a.num
		WHERE CASE WHEN a.num IS NULL THEN NOT EXISTS (SELECT FROM creances.ligne_refusee x WHERE x.suivi = t::regclass AND x.cle = c.cle)
				   WHEN c.facture IS NULL THEN true
				   WHEN a.nb = 1 THEN a.reste <> c.solde AND NOT EXISTS (SELECT FROM creances.ligne_refusee x WHERE x.suivi = t::regclass AND x.cle = c.cle) END;
	-- the movements of each followed row sum to its paid column
	RETURN QUERY EXECUTE format('SELECT format(''%%s : mouvements %%s, paye %%s'', h.id, sum(r.montant), h.paye)
		FROM %I h JOIN creances.creance c ON c.suivi = %L::regclass AND c.cle = h.id::text AND c.retiree_le IS NULL
		LEFT JOIN creances.reglement r USING (creancier, facture, rang)
		WHERE NOT EXISTS (SELECT FROM creances.ligne_refusee x WHERE x.suivi = c.suivi AND x.cle = c.cle)
		GROUP BY h.id, h.paye HAVING coalesce(sum(r.montant), 0) <> coalesce(h.paye, 0)', t, t);
END $$;

CREATE FUNCTION hasard(tours integer) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	op text;
	x integer;
	y integer;
	n integer := 0;
	vus integer := 0;
	faux text[] := '{}';
BEGIN
	FOR tour IN 1 .. tours LOOP
		FOR i IN 1 .. 1 + floor(random() * 6) LOOP
			x := 1 + floor(random() * 25);
			y := 1 + floor(random() * 25);
			op := CASE floor(random() * 18)
				WHEN 0 THEN format('INSERT INTO TABLE_ VALUES (%s, %L, %L, %L, %s) ON CONFLICT DO NOTHING', x, 'N' || y, 'c' || x % 4, date '2024-01-01' + y, y * 10 + x / 4.0)
				WHEN 1 THEN format('INSERT INTO TABLE_ SELECT g, ''N'' || g, ''c'', ''2024-03-01'', g, g / 2 FROM generate_series(%s, %s) g ON CONFLICT (id) DO UPDATE SET ttc = TABLE_.ttc + 1', x, x + 3)
				WHEN 2 THEN format('DELETE FROM TABLE_ WHERE id = %s', x)
				WHEN 3 THEN format('DELETE FROM TABLE_ WHERE id %% 9 = %s', x % 9)
				WHEN 4 THEN format('UPDATE TABLE_ SET num = %L WHERE id = %s', 'N' || y, x)
				WHEN 5 THEN format('UPDATE TABLE_ SET num = CASE id WHEN %s THEN (SELECT num FROM TABLE_ WHERE id = %s) ELSE (SELECT num FROM TABLE_ WHERE id = %1$s) END WHERE id IN (%1$s, %2$s)', x, y)
				WHEN 6 THEN format('UPDATE TABLE_ SET id = id + 1000 WHERE id = %s', x)
				WHEN 7 THEN format('UPDATE TABLE_ SET id = -id WHERE id IN (%s, %s); UPDATE TABLE_ SET id = CASE id WHEN -%1$s THEN %2$s ELSE %1$s END WHERE id < 0', x, CASE WHEN x = y THEN x % 25 + 1 ELSE y END)
				WHEN 8 THEN format('UPDATE TABLE_ SET vu = NOT vu WHERE id IN (%s, %s)', x, y)
				WHEN 9 THEN format('UPDATE TABLE_ SET ttc = %s WHERE id = %s', CASE WHEN y % 3 = 0 THEN '''NaN''' ELSE (y * 7)::text END, x)
				WHEN 10 THEN format('UPDATE TABLE_ SET ech = %L WHERE id = %s', CASE WHEN y % 3 = 0 THEN NULL ELSE date '2024-01-01' + y END, x)
				WHEN 11 THEN format('UPDATE TABLE_ SET paye = NULL WHERE id = %s', x)
				WHEN 12 THEN CASE WHEN y = 1 THEN 'TRUNCATE TABLE_' ELSE format('UPDATE TABLE_ SET client = %L WHERE id = %s', 'c' || y, x) END
				WHEN 13 THEN format('UPDATE TABLE_ SET id = id - 1000 WHERE id = %s AND NOT EXISTS (SELECT FROM TABLE_ WHERE id = %s)', x + 1000, x)
				ELSE format('UPDATE TABLE_ SET paye = coalesce(paye, 0) + %s, paye_le = %L WHERE id BETWEEN %s AND %s', y - 5, date '2024-02-01' + y, x, x + y % 3)
				END;
			BEGIN
				EXECUTE replace(op, 'TABLE_', 'hasard_i');
				n := n + 1;
			EXCEPTION WHEN unique_violation THEN
				CONTINUE;
			END;
			EXECUTE replace(op, 'TABLE_', 'hasard_d');
		END LOOP;
		IF EXISTS ((TABLE hasard_i EXCEPT TABLE hasard_d) UNION ALL (TABLE hasard_d EXCEPT TABLE hasard_i)) THEN
			RETURN NEXT 'le test a diverge';
			RETURN;
		END IF;
		-- mode immediat: right at once, but for a row whose number has just been freed
		IF NOT EXISTS (SELECT FROM creances.a_revoir WHERE suivi = 'hasard_i'::regclass) THEN
			vus := vus + 1;
			faux := faux || ARRAY(SELECT e FROM ecarts('hasard_i') e) || ARRAY(SELECT format('imm %s : %s', tour, v) FROM creances.verifier_suivi('hasard_i') v);
		END IF;
		PERFORM creances.rafraichir();
		PERFORM creances.rafraichir();
		faux := faux || ARRAY(SELECT e FROM ecarts('hasard_i') e) || ARRAY(SELECT e FROM ecarts('hasard_d') e);
		IF sante() <> 'sain' THEN
			faux := faux || sante();
		END IF;
		IF cardinality(faux) > 0 THEN
			RETURN NEXT format('tour %s, derniere operation : %s', tour, op);
			RETURN QUERY SELECT * FROM unnest(faux) LIMIT 10;
			RETURN;
		END IF;
	END LOOP;
	RETURN NEXT CASE WHEN n > tours AND vus > tours / 2 THEN 'juste' ELSE format('%s operations, %s tours vus', n, vus) END;
END $$;
\getenv long CREANCES_LONG
\if :{?long}
\else
\set long ''
\endif
SELECT setseed(0.42);
\echo seed 0.42
SELECT hasard(CASE WHEN :'long' = '' THEN 120 ELSE 2000 END);
-- some of all of it was lived through
SELECT count(*) > 0, count(*) FILTER (WHERE retiree_motif = 'renumerotee') > 0, count(*) FILTER (WHERE retiree_motif = 'hors du filtre') > 0,
	   count(*) FILTER (WHERE retiree_motif = 'supprimee') > 0, count(*) FILTER (WHERE solde <> 0) > 0, count(*) FILTER (WHERE versions > 5) > 0
  FROM creances.creance WHERE creancier ~ 'hasard' GROUP BY creancier;
SELECT count(*) > 100 FROM creances.reglement WHERE creancier ~ 'hasard' GROUP BY creancier;

DROP EXTENSION creances CASCADE;
DROP SCHEMA essai CASCADE;
