-- Payments from a table of their own: by the invoice's number or by its key,
-- spread over due dates, on account, allocated later, corrected, reversed,
-- deleted; write-offs told from money; linked credit notes; a payment that comes
-- before its invoice. Past balances do not move. Every step in both modes.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;

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
END $$;

-- "sain", or what is wrong.
CREATE FUNCTION sante() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(string_agg(x, E'\n'), 'sain') FROM (
		SELECT format('%s : %s %s %s', s.table_suivie, v.cle, v.facture, v.ecart)
		  FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v
		UNION ALL SELECT format('%s : %s au journal', f.table_suivie, f.en_attente) FROM creances.fraicheur f WHERE f.en_attente > 0
		UNION ALL SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c) t(x)
$$;

-- The receivables of a creditor, with their movements; today's date is "jour".
CREATE FUNCTION etat(p_creancier text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', c.facture || CASE WHEN c.rang <> 1 THEN '/' || c.rang ELSE '' END, c.nature, c.montant, 'solde', c.solde,
			 CASE c.soldee_le WHEN creances.aujourdhui() THEN 'soldee le jour' ELSE 'soldee le ' || c.soldee_le END, c.retiree_motif,
			 '[' || (SELECT string_agg(concat_ws(' ', r.montant, r.nature, CASE r.le WHEN creances.aujourdhui() THEN 'jour' ELSE r.le::text END),
									   ', ' ORDER BY r.suivi IS NOT NULL, r.cle, r.connu_le)
					   FROM creances.reglement r WHERE (r.creancier, r.facture, r.rang) = (c.creancier, c.facture, c.rang)) || ']')
	  FROM creances.creance c WHERE c.creancier = p_creancier ORDER BY c.facture COLLATE "C", c.rang
$$;
-- Balance on a few days: before, during, after, today.
CREATE FUNCTION passe(p_creancier text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(coalesce((SELECT sum(b.montant) FROM creances.balance_agee(j) b WHERE b.creancier = p_creancier)::text, '0'), ' ' ORDER BY j)
	  FROM unnest(ARRAY['2024-01-15', '2024-02-12', '2024-03-15', '2024-12-31']::date[] || creances.aujourdhui()) j
$$;

-- Both modes live the same life, side by side: the same command for each.
-- (the second table's money on account bears its name)
CREATE FUNCTION vie(commande text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	un text[];
	autre text[];
BEGIN
	EXECUTE replace(commande, 'M_', 'i_');
	EXECUTE replace(commande, 'M_', 'd_');
	PERFORM creances.rafraichir();
	un := ARRAY(SELECT etat('i')) || passe('i');
	autre := ARRAY(SELECT replace(x, 'compte:d_paiements:', 'compte:') FROM etat('d') x) || passe('d');
	RETURN QUERY SELECT unnest(un);
	IF un <> autre THEN
		RETURN NEXT 'EN DIFFERE :';
		RETURN QUERY SELECT unnest(autre);
	END IF;
	RETURN NEXT sante();
END $$;

CREATE FUNCTION preparer(m text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format($q$
		CREATE TABLE %1$s_factures (id integer PRIMARY KEY, numero text UNIQUE, client text, emission date, echeance date, ttc numeric, devise text DEFAULT 'EUR');
		CREATE TABLE %1$s_paiements (id integer PRIMARY KEY, ref text, facture integer REFERENCES %1$s_factures ON UPDATE CASCADE, client text, le date, montant numeric, mode text, devise text)
	$q$, m);
END $$;
SELECT preparer('i'), preparer('d');

\echo == tied: what is found, what is assumed
SET client_min_messages = notice;
SELECT creances.suivre_factures('i_factures', '{"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "ttc", "devise": "devise", "creancier": "''i''"}', depuis => '2024-01-01');
SELECT creances.suivre_reglements('i_paiements', '{"reglement": "ref", "cle_facture": "facture", "debiteur": "client", "date": "le", "montant": "montant", "nature": "mode", "devise": "devise", "creancier": "''i''"}');
SET client_min_messages = warning;
SELECT creances.suivre_factures('d_factures', '{"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "ttc", "devise": "devise", "creancier": "''d''"}', depuis => '2024-01-01', mode => 'differe');
SELECT creances.suivre_reglements('d_paiements', '{"reglement": "ref", "cle_facture": "facture", "debiteur": "client", "date": "le", "montant": "montant", "nature": "mode", "devise": "devise", "creancier": "''d''"}', mode => 'differe');
SELECT table_suivie, genre, mode FROM creances.suivi ORDER BY table_suivie::text;

\echo == part paid, paid, over paid, on account
SELECT vie($$INSERT INTO M_factures VALUES (1, 'A', 'un', '2024-01-01', '2024-01-31', 100), (2, 'B', 'un', '2024-01-10', '2024-02-09', 200), (3, 'C', 'deux', '2024-02-01', '2024-03-02', 50)$$);
SELECT vie($$INSERT INTO M_paiements VALUES (1, 'P1', 1, 'un', '2024-02-10', 40, NULL), (2, 'P2', 2, 'un', '2024-02-11', 200, 'virement')$$);
SELECT vie($$INSERT INTO M_paiements VALUES (3, 'P3', 1, 'un', '2024-03-01', 70), (4, 'P4', NULL, 'deux', '2024-03-05', 30)$$);
\echo == allocated to an invoice, to another, to none again
SELECT vie($$UPDATE M_paiements SET facture = 3 WHERE id = 4$$);
SELECT vie($$UPDATE M_paiements SET facture = 2 WHERE id = 4$$);
SELECT vie($$UPDATE M_paiements SET facture = NULL WHERE id = 4$$);
\echo == its amount, then its date, are corrected
SELECT vie($$UPDATE M_paiements SET montant = 60 WHERE id = 3$$);
SELECT vie($$UPDATE M_paiements SET le = '2024-03-20' WHERE id = 2$$);
SELECT vie($$UPDATE M_paiements SET montant = 190, le = '2024-02-11' WHERE id = 2$$);
\echo == a write-off is not money: only what is said to be one; then said to be a payment
SELECT vie($$INSERT INTO M_paiements VALUES (5, 'P5', 2, 'un', '2024-03-06', 10, 'Passage en perte')$$);
SELECT vie($$UPDATE M_paiements SET mode = 'chèque' WHERE id = 5$$);
\echo == bounced: a negative row; then the payment itself is deleted, with another
SELECT vie($$INSERT INTO M_paiements VALUES (6, 'P6', 2, 'un', '2024-03-10', -10, 'rejet')$$);
SELECT vie($$DELETE FROM M_paiements WHERE id IN (1, 6)$$);
\echo == the invoice is renumbered, then its key changes: its payments follow it
SELECT vie($$UPDATE M_factures SET numero = 'B2' WHERE id = 2$$);
SELECT vie($$UPDATE M_factures SET id = 20 WHERE id = 2$$);
\echo == another currency; a date that cannot be; an amount that cannot be: nothing moves, and they are mended
SELECT vie($$UPDATE M_paiements SET devise = 'USD' WHERE id = 3$$);
SELECT vie($$UPDATE M_paiements SET le = 'infinity' WHERE id = 2$$);
SELECT vie($$UPDATE M_paiements SET montant = 'NaN' WHERE id = 4$$);
SELECT suivi, cle, code, motif FROM creances.ligne_refusee ORDER BY suivi::text, cle;
SELECT vie($$UPDATE M_paiements SET devise = NULL WHERE id = 3; UPDATE M_paiements SET le = '2024-02-11' WHERE id = 2; UPDATE M_paiements SET montant = 30 WHERE id = 4$$);
SELECT count(*) FROM creances.ligne_refusee;
\echo == zero; nobody's
SELECT vie($$INSERT INTO M_paiements VALUES (7, 'P7', 1, 'un', '2024-03-10', 0), (8, 'P8', NULL, NULL, '2024-03-10', 5)$$);
SELECT suivi, cle, code, motif FROM creances.ligne_refusee ORDER BY suivi::text, cle;
\echo == loaded where no trigger fires, then repaired
SET session_replication_role = replica;
UPDATE i_paiements SET montant = montant + 1 WHERE id = 3;
DELETE FROM i_paiements WHERE id = 5;
INSERT INTO i_paiements VALUES (9, 'P9', 1, 'un', '2024-03-11', 3);
UPDATE d_paiements SET montant = montant + 1 WHERE id = 3;
DELETE FROM d_paiements WHERE id = 5;
INSERT INTO d_paiements VALUES (9, 'P9', 1, 'un', '2024-03-11', 3);
RESET session_replication_role;
SELECT sante();
CALL creances.synchroniser('i_paiements');
CALL creances.synchroniser('d_paiements');
SELECT vie('SELECT 1');
\echo == TRUNCATE
SELECT vie('TRUNCATE M_paiements');
SELECT vie($$INSERT INTO M_paiements VALUES (3, 'P3', 1, 'un', '2024-03-01', 60), (4, 'P4', NULL, 'deux', '2024-03-05', 30)$$);

\echo == by number, before its invoice; several due dates, oldest first; rank given
CREATE TABLE echeances (numero text, rang integer, client text, quand date, du numeric, PRIMARY KEY (numero, rang));
CREATE TABLE encaissements (id uuid PRIMARY KEY, numero text, rang integer, le date, montant numeric);
SELECT creances.suivre_factures('echeances', '{"facture": "numero", "rang": "rang", "debiteur": "client", "echeance": "quand", "montant": "du", "creancier": "''e''"}');
SELECT creances.suivre_reglements('encaissements', '{"facture": "numero", "rang": "rang", "date": "le", "montant": "montant", "creancier": "''e''"}', factures => 'echeances');
CREATE FUNCTION e(n integer) RETURNS uuid LANGUAGE sql RETURN format('00000000-0000-0000-0000-%s', lpad(n::text, 12, '0'))::uuid;
INSERT INTO encaissements VALUES (e(1), 'E0', NULL, '2024-01-03', 5);
SELECT cle, code, motif, attend FROM creances.ligne_refusee WHERE suivi = 'encaissements'::regclass;
INSERT INTO echeances VALUES ('E0', 1, 'c', '2024-01-31', 12), ('E1', 1, 'c', '2024-01-31', 100), ('E1', 2, 'c', '2024-02-29', 100), ('E1', 3, 'c', '2024-03-31', 100);
SELECT creances.rafraichir() > 0;
SELECT etat('e');
INSERT INTO encaissements VALUES (e(2), 'E1', NULL, '2024-01-10', 150), (e(3), 'E1', NULL, '2024-01-11', 80), (e(4), 'E1', 3, '2024-01-12', 5);
SELECT etat('e');
UPDATE encaissements SET montant = 60 WHERE id = e(2);
SELECT etat('e');
UPDATE encaissements SET montant = 400 WHERE id = e(3);
SELECT etat('e');
UPDATE encaissements SET le = le + 1 WHERE id = e(3);
SELECT etat('e');
DELETE FROM encaissements WHERE id IN (e(2), e(3));
SELECT etat('e');
SELECT sante();

\echo == a payment and its allocations: two tables, each read again when the other changes
CREATE TABLE reglements (id integer PRIMARY KEY, client text, le date, montant numeric, annule boolean NOT NULL DEFAULT false);
CREATE TABLE imputations (id integer PRIMARY KEY, reglement integer REFERENCES reglements, facture text, montant numeric);
CREATE TABLE pieces (numero text PRIMARY KEY, client text, echeance date, ttc numeric);
SELECT creances.suivre_factures('pieces', '{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "ttc", "creancier": "''r''"}');
SELECT creances.suivre_reglements('imputations', '{"cle_facture": "facture", "cle_paiement": "reglement", "montant": "montant", "creancier": "''r''",
	"date": "(SELECT r.le FROM essai.reglements r WHERE r.id = t.reglement)"}', '(SELECT NOT r.annule FROM essai.reglements r WHERE r.id = t.reglement)', 'pieces');
SELECT creances.suivre_reglements('reglements', '{"debiteur": "client", "date": "le", "creancier": "''r''",
	"montant": "montant - coalesce((SELECT sum(i.montant) FROM essai.imputations i WHERE i.reglement = t.id), 0)"}', 'NOT annule', 'pieces');
INSERT INTO pieces VALUES ('X', 'c', '2024-01-31', 100), ('Y', 'c', '2024-02-29', 100);
INSERT INTO reglements VALUES (1, 'c', '2024-03-01', 150);
SELECT etat('r');
INSERT INTO imputations VALUES (1, 1, 'X', 100), (2, 1, 'Y', 20);
SELECT creances.rafraichir() >= 0;
SELECT etat('r');
UPDATE reglements SET le = '2024-03-02' WHERE id = 1;
SELECT creances.rafraichir() >= 0;
SELECT etat('r');
DELETE FROM imputations WHERE id = 2;
SELECT creances.rafraichir() >= 0;
SELECT etat('r');
UPDATE reglements SET annule = true WHERE id = 1;
SELECT creances.rafraichir() >= 0;
SELECT etat('r');
SELECT sante();

\echo == a credit note linked to its invoice is a movement of it; one that is not stands by itself
CREATE TABLE ventes (id integer PRIMARY KEY, genre text, origine integer, client text, emise date, echeance date, ttc numeric, paye numeric DEFAULT 0);
SELECT creances.suivre_factures('ventes', '{"facture": "id", "cle_avoir_de": "origine", "nature": "genre", "debiteur": "client", "emission": "emise", "echeance": "echeance", "montant": "ttc", "regle": "paye", "creancier": "''v''"}');
INSERT INTO ventes VALUES (1, 'facture', NULL, 'c', '2024-01-01', '2024-01-31', 100), (2, 'avoir', 1, 'c', '2024-02-01', NULL, -30), (3, 'avoir', NULL, 'c', '2024-02-01', NULL, -5), (4, 'avoir', 9, 'c', '2024-02-01', NULL, -7);
SELECT etat('v');
SELECT cle, code, motif FROM creances.ligne_refusee WHERE suivi = 'ventes'::regclass;
INSERT INTO ventes VALUES (9, 'facture', NULL, 'c', '2024-01-01', '2024-01-31', 70);
SELECT creances.rafraichir() >= 0;
SELECT etat('v');
UPDATE ventes SET origine = NULL WHERE id = 2;
UPDATE ventes SET origine = 1 WHERE id = 3;
SELECT creances.rafraichir() >= 0;
SELECT etat('v');
SELECT sante();

\echo == first a paid column, then a table of payments: refused together, taken back at its dates
CREATE TABLE avant (id integer PRIMARY KEY, client text, emission date, echeance date, ttc numeric, paye numeric, paye_le date);
CREATE TABLE avant_p (id integer PRIMARY KEY, facture integer REFERENCES avant, le date, montant numeric);
INSERT INTO avant VALUES (1, 'c', '2024-01-01', '2024-01-31', 100, 40, '2024-02-10');
INSERT INTO avant_p VALUES (1, 1, '2024-02-05', 10), (2, 1, '2024-02-10', 30);
SELECT creances.suivre_factures('avant', '{"facture": "id", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "ttc", "regle": "paye", "regle_le": "paye_le", "creancier": "''a''"}');
SELECT refus($$SELECT creances.suivre_reglements('avant_p', '{"cle_facture": "facture", "date": "le", "montant": "montant", "creancier": "''a''"}')$$);
SELECT creances.cesser_suivi('avant');
SELECT creances.suivre_factures('avant', '{"facture": "id", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "ttc", "creancier": "''a''"}');
SELECT creances.suivre_reglements('avant_p', '{"cle_facture": "facture", "date": "le", "montant": "montant", "creancier": "''a''"}');
SELECT etat('a');
SELECT j::date, (SELECT sum(montant) FROM creances.balance_agee(j::date) WHERE creancier = 'a') FROM unnest(ARRAY['2024-01-31', '2024-02-06', '2024-02-11']) j;
SELECT refus($$SELECT creances.cesser_suivi('avant'), creances.suivre_factures('avant', '{"facture": "id", "debiteur": "client", "echeance": "echeance", "montant": "ttc", "regle": "paye"}')$$);
SELECT sante();

\echo == tied no more: what was paid stays paid; tied again: nothing is counted twice
SELECT creances.cesser_suivi('avant_p');
SELECT etat('a');
SELECT creances.suivre_reglements('avant_p', '{"cle_facture": "facture", "date": "le", "montant": "montant", "creancier": "''a''"}');
SELECT etat('a');
SELECT sante();

\echo == refused
SELECT refus($$SELECT creances.suivre_reglements(NULL)$$);
SELECT refus($$SELECT creances.suivre_reglements('avant_p')$$);
CREATE TABLE r (id integer PRIMARY KEY, facture text, le date, montant numeric);
SELECT refus($$SELECT creances.suivre_reglements('r', '{"date": "le", "montant": "montant"}')$$);
SELECT refus($$SELECT creances.suivre_reglements('r', '{"facture": "facture", "date": "le", "montant": "montant", "echeance": "le"}')$$);
SELECT refus($$SELECT creances.suivre_reglements('r', '{"facture": "facture", "date": "montant", "montant": "montant"}')$$);
SELECT refus($$SELECT creances.suivre_reglements('r', '{"facture": "facture", "date": "le", "montant": "montant"}', factures => 'r')$$);
SELECT refus($$SELECT creances.suivre_reglements('r', '{"facture": "facture", "date": "le", "montant": "montant"}', mode => 'demain')$$);
SELECT refus($$SELECT creances.suivre_reglements('r', '{"facture": "facture", "date": "le", "montant": "montant"}', declencheur => 'colonne')$$);

DROP EXTENSION creances CASCADE;
DROP SCHEMA essai CASCADE;
