-- The payer's profile: every threshold of a note by hand, what is left out of a
-- delay, D then six clean months; all of it against a slow oracle on a random
-- book at past dates, with items changed later; the nightly table and the
-- history of notes; credit limits, the order check, weak signals.
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET timezone = 'America/New_York';
SET jit = off;
\pset format unaligned
\pset tuples_only on
\pset null '-'
BEGIN;
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET LOCAL search_path = essai, pg_catalog;
CREATE FUNCTION refus(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; d text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, m, nullif(d, ''), nullif(h, ''));
END $$;
CREATE TABLE f (id serial PRIMARY KEY, numero text UNIQUE, societe text DEFAULT 'S', client text, emis date, du date, ttc numeric, devise text DEFAULT 'EUR', genre text);
CREATE TABLE r (id serial PRIMARY KEY, numero text, societe text DEFAULT 'S', client text, le date, montant numeric, genre text DEFAULT 'virement', devise text DEFAULT 'EUR');
SELECT creances.suivre_factures('f', '{"facture": "numero", "creancier": "societe", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc",
	"devise": "devise", "nature": "genre"}', depuis => '2020-01-01') \g /dev/null
SELECT creances.suivre_reglements('r', '{"reglement": "id", "facture": "numero", "creancier": "societe", "debiteur": "client", "date": "le", "montant": "montant",
	"nature": "genre", "devise": "devise"}', factures => 'f') \g /dev/null
-- an invoice, and its payment if any
CREATE FUNCTION vend(p_client text, p_du date, p_ttc numeric, p_le date DEFAULT NULL, p_devise text DEFAULT 'EUR', p_numero text DEFAULT NULL) RETURNS text LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	n CONSTANT text := coalesce(p_numero, p_client || '-' || (SELECT count(*) + 1 FROM f WHERE client = p_client));
BEGIN
	INSERT INTO f (numero, client, emis, du, ttc, devise) VALUES (n, p_client, p_du - 30, p_du, p_ttc, p_devise);
	IF p_le IS NOT NULL THEN
		INSERT INTO r (numero, le, montant, devise) VALUES (n, p_le, p_ttc, p_devise);
	END IF;
	RETURN n;
END $$;
CREATE FUNCTION dit(modele text, au date) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' | ', p.debiteur, p.devise, coalesce(p.note, '-'), p.raison)
	  FROM creances.profil_payeur(au) p WHERE p.debiteur ~ modele ORDER BY p.debiteur COLLATE "C", p.devise COLLATE "C"
$$;

\echo == the thresholds that we ship, and that are read only
SELECT * FROM creances.seuil_note_actif;
SELECT signal, seuil, fenetre, gravite FROM creances._seuil_signal;
SELECT retard_max, echu_min, note_refusee, stade_refuse, procedure_refusee, limite_defaut, tolerance_limite FROM creances.politique_credit;
SELECT q, refus(q) FROM unnest(ARRAY[$$UPDATE creances.seuil_note SET rejets = 9 WHERE note = 'A'$$, $$DELETE FROM creances.seuil_signal$$,
	$$INSERT INTO creances.politique_credit (origine, creancier) VALUES ('creances', 'S')$$]) q;
SELECT refus($$SELECT * FROM creances.profil_payeur(NULL)$$), refus($$SELECT * FROM creances.profil_payeur('infinity')$$);

\echo == mean delay and share late: one payment late of so many days, two on time
CREATE TABLE cas (client text, tard numeric, jours integer, reste numeric);
INSERT INTO cas VALUES ('E01', 20, 25, 80), ('E02', 20, 26, 80), ('E03', 25, 1, 75), ('E04', 25.01, 1, 74.99), ('E05', 20, 75, 80), ('E06', 20, 76, 80),
	('E07', 75, 1, 25), ('E08', 75.01, 1, 24.99), ('E09', 30, 100, 70), ('E10', 30, 101, 70), ('E11', 99, 30, 1), ('E12', 100, 3, 0.02);
SELECT vend(client, date '2024-12-15' - jours, tard, '2024-12-15'), vend(client, '2024-10-15', reste - 0.01, '2024-10-15'), vend(client, '2024-11-15', 0.01, '2024-11-01') FROM cas \g /dev/null
SELECT p.debiteur, p.paiements, p.regle, p.retard_fenetre, p.part_fenetre, p.fenetre, p.note, p.raison
  FROM creances.profil_payeur('2024-12-31') p WHERE p.debiteur LIKE 'E%' ORDER BY p.debiteur COLLATE "C";

\echo == what is still owed: 15, 16, 30, 31, 60, 61 days
SELECT vend('I' || j, '2024-12-10', 10000, '2024-12-10'), vend('I' || j, '2024-11-10', 10000, '2024-11-10'), vend('I' || j, '2024-10-10', 10000, '2024-10-09'),
	   vend('I' || j, date '2024-12-31' - j, 2) FROM unnest(ARRAY[15, 16, 30, 31, 60, 61]) j \g /dev/null
SELECT p.retard_max, p.echu, p.echu_net, p.retard_fenetre, p.note, p.raison FROM creances.profil_payeur('2024-12-31') p WHERE p.debiteur LIKE 'I%' ORDER BY p.retard_max;

\echo == promises broken, plans fallen, payments rejected: 0 to 4 of each, and what keeps a word
SELECT vend(g || n, '2024-12-10', 100, '2024-12-10'), vend(g || n, '2024-11-10', 100, '2024-11-10'), vend(g || n, '2024-10-10', 100, '2024-10-10')
  FROM unnest(ARRAY['P', 'L', 'R']) g, generate_series(0, 4) n \g /dev/null
INSERT INTO f (numero, client, emis, du, ttc) SELECT g || n || '-x', g || n, '2024-08-15', '2025-02-15', 1000 FROM unnest(ARRAY['P', 'L', 'R']) g, generate_series(0, 4) n;
SELECT creances.promettre('S', 'P' || n, '2024-09-10', 10 * k, 'P' || n || '-x', reference => k::text, le => '2024-09-01') FROM generate_series(1, 4) n, generate_series(1, n) k \g /dev/null
SELECT creances.accorder_plan('S', 'L' || n, '{2024-09-10,2024-12-10}', '{500,500}', ARRAY['L' || n || '-x'], decheance => 'immediate', le => '2024-09-01', reference => k::text)
  FROM generate_series(1, 4) n, generate_series(1, n) k \g /dev/null
-- bounced twice the same day: one rejection; paid again in time
INSERT INTO r (numero, le, montant) SELECT 'R' || n || '-x', date '2024-09-01' + 10 * k + j, CASE j WHEN 2 THEN -1000 ELSE 1000 END FROM generate_series(1, 4) n, generate_series(1, n) k, generate_series(0, 2, 2) j;
SELECT vend('R1', '2024-12-20', 300, '2024-09-11', 'EUR', 'R1-y') \g /dev/null
INSERT INTO r (numero, le, montant) VALUES ('R1-y', '2024-09-13', -300), ('R1-y', '2024-09-20', 300);
SELECT p.debiteur, p.promesses_rompues, p.plans_dechus, p.rejets, p.paiements, p.note, p.raison
  FROM creances.profil_payeur('2024-12-31') p WHERE p.debiteur ~ '^[PLR]' ORDER BY p.debiteur COLLATE "C";
-- before the term and its tolerance nothing is broken; the day after, it is; twelve months later it is forgotten
SELECT d, (SELECT p.promesses_rompues FROM creances.profil_payeur(d) p WHERE p.debiteur = 'P1') FROM unnest('{2024-09-13,2024-09-14,2025-09-13,2025-09-14}'::date[]) d;

-- a payment that comes after the term changes nothing of the past, and two screens say the same
INSERT INTO r (numero, le, montant) VALUES ('P1-x', '2024-11-20', 1000);
SELECT d, (SELECT p.promesses_rompues FROM creances.profil_payeur(d) p WHERE p.debiteur = 'P1') FROM unnest('{2024-09-13,2024-09-14,2024-12-31}'::date[]) d;
SELECT p.debiteur, p.promesses_rompues, t.rompues FROM creances.profil_payeur('2024-12-31') p
  JOIN creances.promesses_tenues('2024-01-01', '2024-12-30', 'debiteur') t USING (creancier, debiteur, devise) ORDER BY p.debiteur COLLATE "C";

\echo == a rest of a cent is no delay, more than one is
SELECT vend('C' || c, d, 1000, d) FROM unnest(ARRAY['0', '1', '2']) c, unnest('{2024-10-10,2024-11-10,2024-12-10}'::date[]) d \g /dev/null
INSERT INTO f (numero, client, emis, du, ttc) SELECT 'C' || c || '-x', 'C' || c, '2024-07-01', '2024-08-01', 1000 FROM unnest(ARRAY['0', '1', '2']) c;
INSERT INTO r (numero, le, montant) VALUES ('C0-x', '2024-08-01', 999.99), ('C1-x', '2024-08-01', 999), ('C2-x', '2024-08-01', 998.99);
SELECT p.debiteur, p.echu, p.echu_net, p.retard_max, p.note, c.autorisee, c.echu, c.retard_max, c.raison FROM creances.profil_payeur('2024-12-31') p, creances.commande_autorisee('S', p.debiteur, 1, au => '2024-12-31') c WHERE p.debiteur ~ '^C[0-2]$' ORDER BY 1;
-- nor makes what is a day late any older
SELECT vend('C0', '2024-12-30', 500) \g /dev/null
SELECT p.echu_net, p.retard_max, p.note, c.echu, c.retard_max, c.raison FROM creances.profil_payeur('2024-12-31') p, creances.commande_autorisee('S', p.debiteur, 1, au => '2024-12-31') c WHERE p.debiteur = 'C0';

\echo == what is not a delay: disputes, credits, money on account, announced or rejected by the platform
SELECT vend(c, '2024-12-10', 100, '2024-12-10'), vend(c, '2024-11-10', 100, '2024-11-10'), vend(c, '2024-10-10', 100, '2024-10-10'), vend(c, '2024-08-01', 1000, NULL, 'EUR', c || '-x')
  FROM unnest(ARRAY['X1 litige', 'X2 partiel', 'X3 clos', 'X4 avoir', 'X5 credit', 'X6 compte', 'X7 annonce', 'X8 rejet', 'X9 nu']) c \g /dev/null
SELECT count(creances.ouvrir_litige('S', 'X1 litige-x', 'non conforme', le => '2024-08-10'));
SELECT count(creances.ouvrir_litige('S', 'X2 partiel-x', 'prix', montant => 600, le => '2024-08-10'));
SELECT count(creances.clore_litige(creances.ouvrir_litige('S', 'X3 clos-x', 'prix', le => '2024-08-10'), 'non_fonde', '2024-09-10'));
SELECT count(creances.clore_litige(creances.ouvrir_litige('S', 'X4 avoir-x', 'prix', le => '2024-08-10'), 'fonde', '2024-09-10'));
-- 400 of credit, of which 50 were given back; 300 on account
INSERT INTO f (numero, client, emis, du, ttc, genre) VALUES ('X5a', 'X5 credit', '2024-09-01', '2024-09-01', -450, 'avoir');
INSERT INTO r (numero, le, montant) VALUES ('X5a', '2024-09-15', -50);
INSERT INTO r (client, le, montant) VALUES ('X6 compte', '2024-09-15', 300);
SELECT count(creances.consigner('S', 'X7 annonce', 'encaissement', '2024-09-15', 'statut 212', facture => 'X7 annonce-x', montant => 250)),
	   count(creances.consigner('S', 'X8 rejet', 'rejet', '2024-08-05', 'statut 213', facture => 'X8 rejet-x'));
SELECT p.debiteur, p.encours, p.echu, p.echu_net, p.retard_max, p.retard_fenetre, p.note FROM creances.profil_payeur('2024-12-31') p WHERE p.debiteur LIKE 'X%' ORDER BY p.debiteur COLLATE "C";
-- the day before each fact was told
SELECT p.debiteur, p.echu, p.echu_net FROM creances.profil_payeur('2024-08-04') p WHERE p.debiteur ~ '^X[18]' ORDER BY p.debiteur COLLATE "C";
-- covered: the oldest first
SELECT vend('X5 credit', '2024-12-01', 100) \g /dev/null
INSERT INTO f (numero, client, emis, du, ttc, genre) VALUES ('X5b', 'X5 credit', '2024-12-20', '2024-12-20', -650, 'avoir');
SELECT p.encours, p.echu, p.echu_net, p.retard_max FROM creances.profil_payeur('2024-12-31') p WHERE p.debiteur = 'X5 credit';

\echo == two currencies, two creditors, an insolvency, no history, a new client, write-offs and credit notes
SELECT vend('M1', date '2024-10-10' + 20 * k, 100, date '2024-10-10' + 20 * k), vend('M1', date '2024-10-10' + 20 * k, 100, date '2024-10-10' + 20 * k + 40, 'USD') FROM generate_series(0, 2) k \g /dev/null
INSERT INTO f (numero, societe, client, emis, du, ttc) SELECT 'T' || k, 'T', 'M1', '2024-09-01', '2024-10-01', 100 FROM generate_series(1, 3) k;
INSERT INTO r (numero, societe, le, montant) SELECT 'T' || k, 'T', '2024-10-21', 100 FROM generate_series(1, 3) k;
SELECT vend('M2', '2024-11-10', 100, '2024-11-10') \g /dev/null
SELECT count(creances.ouvrir_procedure_collective('S', 'M2', '2024-11-20'));
SELECT vend('M3', '2025-01-10', 100), vend('M4', '2024-12-30', 100) \g /dev/null
-- paid by credit notes, corrections and write-offs only: nobody has paid
SELECT vend('M5', '2024-10-10', 100, NULL, 'EUR', 'M5-' || k) FROM generate_series(1, 3) k \g /dev/null
INSERT INTO r (numero, le, montant, genre) VALUES ('M5-1', '2024-12-10', 100, 'avoir'), ('M5-2', '2024-12-10', 100, 'perte'), ('M5-3', '2024-12-10', 100, 'escompte');
-- paid in advance by a deposit
SELECT vend('M6', '2024-12-10', 100, NULL, 'EUR', 'M6-1') \g /dev/null
INSERT INTO r (numero, le, montant, genre) VALUES ('M6-1', '2024-11-10', 100, 'acompte');
SELECT p.creancier, p.debiteur, p.devise, p.paiements, p.regle, p.retard_moyen, p.note, p.raison FROM creances.profil_payeur('2024-12-31') p WHERE p.debiteur LIKE 'M%' ORDER BY p.creancier, p.debiteur, p.devise;
SELECT d, dit('^M2$', d) FROM unnest('{2024-11-19,2024-11-20}'::date[]) d;
-- closed, then annulled
SELECT count(creances.clore_acte(a.acte, '2024-12-15')) FROM creances.acte a WHERE a.genre = 'procedure_collective';
SELECT d, dit('^M2$', d) FROM unnest('{2024-12-15,2024-12-16}'::date[]) d;
-- not a liquidation; and what was lost is remembered three years
SELECT vend('M7', '2024-11-10', 100, '2024-11-10'), vend('M8', '2024-11-10', 100, '2024-11-10'), vend('M8', '2021-11-10', 5000, NULL, 'EUR', 'M8-x'), vend('M8', '2021-11-10', 5000, NULL, 'EUR', 'M8-y') \g /dev/null
SELECT count(creances.clore_acte(creances.ouvrir_procedure_collective('S', 'M7', '2024-11-20', nature => 'liquidation'), '2024-12-15'));
INSERT INTO r (numero, le, montant, genre) VALUES ('M8-x', '2021-12-31', 5000, 'perte'), ('M8-y', '2022-01-01', 4999, 'perte'), ('M8-y', '2022-01-01', 1, 'avoir');
SELECT d, dit('^M[78]$', d) FROM unnest('{2024-12-31,2025-01-01}'::date[]) d;

\echo == the window: six months with three payments, twelve with less; a year and a day is forgotten
SELECT vend('W', d - 40, 100, d) FROM unnest('{2024-02-10,2024-03-10}'::date[]) d \g /dev/null
SELECT vend('W', d, 100, d) FROM unnest('{2024-07-10,2024-08-10,2024-09-10}'::date[]) d \g /dev/null
SELECT d, p.paiements, p.retard_moyen, p.fenetre, p.retard_fenetre, p.note, p.retard_recent, p.retard_ancien, p.tendance
  FROM unnest('{2024-03-10,2024-09-09,2024-09-10,2025-01-09,2025-01-10,2025-02-09,2025-02-10,2025-09-09,2025-09-10}'::date[]) d LEFT JOIN creances.profil_payeur(d) p ON p.debiteur = 'W';

\echo == D, then six clean months: A again, the day when the last bad payment leaves the window
SELECT vend('Z', d - 70, 500, d) FROM unnest('{2024-01-15,2024-02-15,2024-03-15}'::date[]) d \g /dev/null
SELECT vend('Z', d, 500, d - 1) FROM unnest('{2024-04-15,2024-05-15,2024-06-15,2024-07-15,2024-08-15,2024-09-15}'::date[]) d \g /dev/null
SELECT d::date, p.retard_fenetre, p.note, p.raison FROM unnest('{2024-03-15,2024-04-30,2024-07-20,2024-08-14,2024-08-15,2024-09-14,2024-09-15}'::date[]) d
  LEFT JOIN creances.profil_payeur(d) p ON p.debiteur = 'Z';

\echo == other thresholds
INSERT INTO creances.seuil_note (note, paiements, retard_moyen) VALUES ('A', 5, 0);
SELECT * FROM creances.seuil_note_actif WHERE note = 'A';
SELECT dit('E0[12]', '2024-12-31');
SELECT dit('^W$', '2024-12-31'), dit('^M6$', '2024-12-31');
DELETE FROM creances.seuil_note WHERE origine = 'utilisateur';

\echo == the nightly table: what the function says, each night; the history of notes
CREATE FUNCTION ecarts(au date) RETURNS TABLE (manquent bigint, de_trop bigint) LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM (SELECT p.* FROM creances.profil_payeur(au) p EXCEPT SELECT * FROM creances.profil_payeur) x),
		   (SELECT count(*) FROM (SELECT * FROM creances.profil_payeur EXCEPT SELECT p.* FROM creances.profil_payeur(au) p) x)
$$;
SELECT creances._relever_profils(NULL, '2024-12-31'), creances._relever_profils('S', NULL), creances._relever_profils('nobody', '2024-12-31');
SELECT count(*) FROM creances.profil_payeur;
SELECT d::date, ecarts(d::date) FROM (SELECT d, creances._relever_profils('S', d::date), creances._relever_profils('T', d::date)
  FROM unnest('{2024-03-15,2024-04-30,2024-08-14,2024-09-14,2024-09-15,2024-11-19,2024-11-20,2024-12-15,2024-12-16,2024-12-31}'::date[]) d OFFSET 0) x;
SELECT depuis, note FROM creances.note_payeur WHERE debiteur = 'Z' ORDER BY 1;
SELECT depuis, note FROM creances.note_payeur WHERE debiteur = 'M2' ORDER BY 1;
SELECT note, note_depuis, note_precedente FROM creances.profil_payeur WHERE debiteur IN ('Z', 'M2') ORDER BY debiteur;
-- the same night again: nothing moves
CREATE TEMP TABLE avant AS SELECT * FROM creances.profil_payeur;
CREATE TEMP TABLE notes AS TABLE creances.note_payeur;
SELECT creances._relever_profils('S', '2024-12-31'), creances._relever_profils('T', '2024-12-31') \g /dev/null
SELECT count(*) > 50, (SELECT count(*) FROM (TABLE avant EXCEPT SELECT * FROM creances.profil_payeur) x), (SELECT count(*) FROM (TABLE notes EXCEPT TABLE creances.note_payeur) x),
	   (SELECT count(*) FROM (TABLE creances.note_payeur EXCEPT TABLE notes) x) FROM avant;
-- an older night fills the history, and leaves the table
SELECT creances._relever_profils('S', '2024-08-20') \g /dev/null
SELECT depuis, note FROM creances.note_payeur WHERE debiteur = 'Z' ORDER BY 1;
SELECT count(*) FROM (TABLE avant EXCEPT SELECT * FROM creances.profil_payeur) x;
-- facts of the past that come later, other thresholds: the same night is written anew, and back
SELECT vend('I15', '2024-06-01', 10) \g /dev/null
INSERT INTO creances.seuil_note (note, paiements) VALUES ('A', 5);
SELECT creances._relever_profils('S', '2024-12-31') \g /dev/null
SELECT debiteur, depuis, note FROM creances.note_payeur WHERE debiteur IN ('I15', 'E01') ORDER BY 1, 2;
SELECT debiteur, note, note_depuis, note_precedente FROM creances.profil_payeur WHERE debiteur IN ('I15', 'E01') ORDER BY 1;
DELETE FROM creances.seuil_note WHERE origine = 'utilisateur';
SELECT creances._relever_profils('S', '2024-12-31') \g /dev/null
SELECT debiteur, depuis, note FROM creances.note_payeur WHERE debiteur IN ('I15', 'E01') ORDER BY 1, 2;
SELECT ecarts('2024-12-31');
-- who has had nothing for a year leaves the table, not the history
SELECT creances._relever_profils('T', '2025-12-31') \g /dev/null
SELECT count(*) FROM creances.profil WHERE creancier = 'T';
SELECT count(*) FROM creances.note_payeur WHERE creancier = 'T';
SELECT count(*) FROM (SELECT note, lag(note) OVER (PARTITION BY creancier, debiteur, devise ORDER BY depuis) AS avant FROM creances.note_payeur) x WHERE note = avant;

\echo == credit limits: dated, the last one that holds; errors
SELECT q, refus('SELECT creances.fixer_limite(' || q || ')') FROM unnest(ARRAY[
	$$NULL, 'Z', 100, '2024-01-01', 'x'$$, $$'S', NULL, 100, '2024-01-01', 'x'$$, $$'S', 'nobody', 100, '2024-01-01', 'x'$$, $$'nobody', 'Z', 100, '2024-01-01', 'x'$$,
	$$'S', 'Z', -1, '2024-01-01', 'x'$$, $$'S', 'Z', 'NaN', '2024-01-01', 'x'$$, $$'S', 'Z', 'Infinity', '2024-01-01', 'x'$$,
	$$'S', 'Z', 1e15, '2024-01-01', 'x'$$, $$'S', 'Z', 10.005, '2024-01-01', 'x'$$, $$'S', 'Z', 10.5, '2024-01-01', 'x', 'JPY'$$,
	$$'S', 'Z', 100, NULL, 'x'$$, $$'S', 'Z', 100, 'infinity', 'x'$$, $$'S', 'Z', 100, '1066-10-14', 'x'$$, $$'S', 'Z', 100, '2024-01-01', ' '$$, $$'S', 'Z', 100, '2024-01-01', NULL$$,
	$$'S', 'Z', 100, '2024-01-01', 'x', 'euro'$$, $$'S', 'Z', 100, '2024-01-01', 'x', NULL$$, $$'S', 'Z', 100, '2024-02-01', 'x', jusque => '2024-01-31'$$,
	$$'S', 'Z', 100, '2024-02-01', 'x', jusque => 'infinity'$$]) q;
SELECT count(*) FROM creances.limite_credit;
SELECT creances.fixer_limite('S', 'Z', 1000, '2024-01-01', 'comité de crédit'), creances.fixer_limite('S', 'Z', 5000, '2024-06-01', 'assureur', jusque => '2024-06-30'),
	   creances.fixer_limite('S', 'Z', 300, '2024-06-15', 'comité', 'USD'), creances.fixer_limite('S', 'Z', 0, '2024-09-01', 'assureur : retrait') \g /dev/null
-- said again: the first is kept in the history
SELECT creances.fixer_limite('S', 'Z', 1500, '2024-01-01', ' comité du 8 ') \g /dev/null
SELECT devise, depuis, jusque, montant, source FROM creances.limite_credit ORDER BY devise, depuis;
SELECT le, details FROM creances.evenement WHERE genre = 'limite' ORDER BY instant;
SELECT d, c.limite FROM unnest('{2023-12-31,2024-01-01,2024-05-31,2024-06-01,2024-06-30,2024-07-01,2024-08-31,2024-09-01}'::date[]) d, creances.commande_autorisee('S', 'Z', 0, au => d) c;
-- what is taken of it, today
SELECT vend('V', '2024-12-10', 800, NULL, 'EUR', 'V-1'), vend('V', '2024-12-10', 90, NULL, 'USD', 'V-2') \g /dev/null
INSERT INTO r (client, le, montant) VALUES ('V', '2024-12-20', 50);
SELECT creances.fixer_limite('S', 'V', 700, '2024-01-01', 'x'), creances.fixer_limite('S', 'V', 100, '2024-01-01', 'x', 'USD'), creances.fixer_limite('S', 'V', 9, '2024-01-02', 'x', 'USD', '2024-02-01'),
	   creances.fixer_limite('S', 'V', 100, '2024-01-01', 'x', 'GBP'), creances.fixer_limite('S', 'V', 1, '2999-01-01', 'x', 'GBP') \g /dev/null
SELECT devise, limite, depuis, exposition, disponible, depassement FROM creances.limite WHERE debiteur = 'V' ORDER BY devise;

\echo == a limit that has ended, one that was lifted, one of another currency
SELECT vend('H', '2024-12-30', 90) \g /dev/null
CREATE FUNCTION peut(client text, montant numeric, au date, devise text DEFAULT 'EUR') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' | ', c.autorisee, c.limite, c.disponible, c.raison) FROM creances.commande_autorisee('S', client, montant, devise, au) c
$$;
SELECT creances.fixer_limite('S', 'H', 100, '2024-01-01', 'assureur', jusque => '2024-12-30') \g /dev/null
SELECT d, peut('H', 10, d) FROM unnest('{2023-12-31,2024-12-30,2024-12-31}'::date[]) d;
SELECT peut('H', 10, '2024-12-31', 'USD');
INSERT INTO creances.politique_credit (creancier, limite_defaut) VALUES ('S', 500);
SELECT peut('H', 410, '2024-12-31'), peut('H', 411, '2024-12-31'), peut('nobody', 500, '2024-12-31'), peut('nobody', 500.01, '2024-12-31'), peut('nobody', 1e6, '2024-12-31', 'USD');
DELETE FROM creances.politique_credit WHERE origine = 'utilisateur';
SELECT creances.fixer_limite('S', 'H', NULL, '2024-12-31', 'comité : plus de limite') \g /dev/null
SELECT peut('H', 1e6, '2024-12-31');
SELECT count(*) FROM creances.limite WHERE debiteur = 'H';
SELECT creances.fixer_limite('S', 'H', 89.99, '2024-12-31', 'x') \g /dev/null
SELECT peut('H', 1, '2024-12-31', 'USD'), peut('H', 1, '2024-12-31');
-- more decimals than there are
SELECT creances.fixer_limite('S', 'H', 100, '2024-12-31', 'x') \g /dev/null
SELECT peut('H', 10.0000000002, '2024-12-31'), peut('H', 10.006, '2024-12-31');
-- an insolvency told on an invoice is his all the same; a liquidation that was closed too
SELECT vend('HP', '2024-12-30', 90, NULL, 'EUR', 'HP-x') \g /dev/null
SELECT count(creances.consigner('S', 'HP', 'procedure_collective', '2024-12-30', 'jugement', 'HP-x'));
SELECT peut('HP', 1, '2024-12-31'), peut('M7', 1, '2024-12-31'), peut('M2', 1, '2024-12-31');
-- a plan that has fallen, what was handed over
INSERT INTO f (numero, client, emis, du, ttc) SELECT 'HF' || n, 'HF' || n, creances.aujourdhui() - 40, creances.aujourdhui() - 12, 900 FROM generate_series(1, 3) n;
SELECT count(creances.accorder_plan('S', 'HF' || n, ARRAY[creances.aujourdhui() - 9, creances.aujourdhui() + 30], '{450,450}', decheance => CASE n WHEN 1 THEN 'immediate' ELSE 'aucune' END, le => creances.aujourdhui() - 10)) FROM generate_series(1, 2) n;
SELECT count(creances.confier('S', 'HF3', 'Cab', 'avocat'));
SELECT n, c.autorisee, regexp_replace(c.raison, '[0-9]{4}-[0-9]{2}-[0-9]{2}', 'J', 'g') FROM generate_series(1, 3) n, creances.commande_autorisee('S', 'HF' || n, 1) c;

\echo == may this order be taken: errors, a client that nobody knows, no night yet, no limit
SELECT q, refus('SELECT * FROM creances.commande_autorisee(' || q || ')') FROM unnest(ARRAY[$$NULL, 'Z', 1$$, $$'S', NULL, 1$$, $$'S', 'Z', NULL$$, $$'S', 'Z', 1, NULL$$, $$'nobody', 'Z', 1$$,
	$$'S', 'Z', -0.01$$, $$'S', 'Z', 'NaN'$$, $$'S', 'Z', 'Infinity'$$, $$'S', 'Z', 1e15$$, $$'S', 'Z', 1, 'eur'$$, $$'S', 'Z', 1, 'EUR', 'infinity'$$]) q;
SELECT * FROM creances.commande_autorisee('S', 'nobody', 1e6);
TRUNCATE creances.profil;
SELECT * FROM creances.commande_autorisee('S', 'W', 1e6, au => '2024-12-31');
SELECT * FROM creances.commande_autorisee('S', 'W', 1e6);
DELETE FROM creances.note_payeur WHERE debiteur = 'W';
SELECT * FROM creances.commande_autorisee('S', 'W', 1e6, au => '2024-12-31');
\echo == refused, for one reason: each edge
CREATE FUNCTION commande(client text, montant numeric, au date DEFAULT '2024-12-31', devise text DEFAULT 'EUR') RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' | ', client, c.autorisee, c.limite, c.exposition, c.disponible, coalesce(c.note, '-'), c.echu, c.retard_max, c.raison) FROM creances.commande_autorisee('S', client, montant, devise, au) c
$$;
-- the delay, whatever its currency; a rest of one is none
SELECT vend('D' || j, date '2024-12-31' - j, 1.01, NULL, CASE j WHEN 31 THEN 'USD' ELSE 'EUR' END) FROM unnest(ARRAY[30, 31]) j \g /dev/null
SELECT vend('D32', '2024-06-01', 1) \g /dev/null
SELECT commande('D30', 100), commande('D31', 100), commande('D32', 100);
-- disputed, or covered by his credits: not late
SELECT commande('X1 litige', 100), commande('X2 partiel', 100), commande('X4 avoir', 1), commande('X5 credit', 1);
-- the limit: what he owes and the order, to the cent
SELECT vend('G', '2025-01-15', 400), creances.fixer_limite('S', 'G', 1000, '2024-01-01', 'x') \g /dev/null
SELECT commande('G', 600), commande('G', 600.01), commande('G', 600.01, devise => 'USD'), commande('G', 0);
SELECT creances.fixer_limite('S', 'G', 300, '2024-12-31', 'x') \g /dev/null
SELECT commande('G', 0);
-- the note, the stage, the insolvency; all that blocks, the gravest first
SELECT vend('K', '2024-10-01', 500, NULL, 'EUR', 'K-1'), creances.fixer_limite('S', 'K', 100, '2024-01-01', 'x') \g /dev/null
SELECT creances._relever_profils('S', '2024-12-31') \g /dev/null
SELECT commande('E10', 100), commande('E09', 100), commande('K', 100);
-- what was lost, by the profile of the night; here an old one
SELECT regexp_replace(c.raison, '.*(;|: )(?= note du)', '') FROM creances.commande_autorisee('S', 'M5', 1) c;
UPDATE creances.profil SET derniere_perte = creances.aujourdhui('S') - 1, note = 'A' WHERE debiteur = 'M5';
SELECT regexp_replace(c.raison, '[0-9]{4}-[0-9]{2}-[0-9]{2}', 'J', 'g') FROM creances.commande_autorisee('S', 'M5', 1) c;
SELECT creances._relever_profils('S', '2024-12-31') \g /dev/null
INSERT INTO creances.avancement (creancier, facture, rang, scenario, etape, stade, etape_le) VALUES ('S', 'K-1', 1, 'standard', 5, 'contentieux', '2024-11-20');
SELECT count(creances.ouvrir_procedure_collective('S', 'K', '2024-12-01'));
-- (the stage is of today, so are the delays)
SELECT c.autorisee, c.note, regexp_replace(c.raison, '[0-9]+ jours', 'N jours') FROM creances.commande_autorisee('S', 'K', 100) c;
SELECT commande('K', 100), commande('K', 100, '2024-11-30');
DELETE FROM creances.avancement WHERE facture = 'K-1';

\echo == the order screen needs the profile lecture and nothing else
CREATE ROLE regress_profil_lecteur;
SELECT creances.accorder('regress_profil_lecteur', 'lecture') \g /dev/null
SET LOCAL ROLE regress_profil_lecteur;
SELECT c.autorisee, regexp_replace(c.raison, '[0-9]+ jours', 'N jours') FROM creances.commande_autorisee('S', 'G', 100) c;
SELECT count(*) > 20 FROM creances.profil_payeur;
SELECT count(*) > 20 FROM creances.profil_payeur('2024-12-31');
SELECT count(*) FROM creances.limite WHERE depassement > 0;
SELECT count(*) > 0 FROM creances.signal_faible;
RESET ROLE;
SELECT p.proname FROM pg_proc p WHERE p.proname IN ('fixer_limite', '_relever_profils') AND has_function_privilege('regress_profil_lecteur', p.oid, 'EXECUTE');

\echo == policies: of the creditor and segment, of the creditor, of the segment, of all; ours last
UPDATE creances.debiteur SET segment = 'or' WHERE debiteur IN ('E10', 'W');
SELECT creances._relever_profils('S', '2024-12-31') \g /dev/null
INSERT INTO creances.politique_credit (creancier, segment, retard_max, note_refusee, limite_defaut, tolerance_limite) VALUES ('', 'or', NULL, NULL, 50, 0);
SELECT commande('E10', 50), commande('E10', 50.01), commande('E10', 51, devise => 'USD'), commande('E09', 100);
INSERT INTO creances.politique_credit (creancier, segment, retard_max, note_refusee, limite_defaut, tolerance_limite) VALUES ('S', '', 0, 'C', 50, 10);
SELECT commande('E10', 55), commande('E09', 55.01), commande('D30', 1), commande('W', 55), commande('W', 55.01);
INSERT INTO creances.politique_credit (creancier, segment, procedure_refusee, note_refusee, retard_max, stade_refuse, perte_mois) VALUES ('S', 'or', false, NULL, NULL, NULL, NULL), ('', '', false, NULL, NULL, NULL, NULL);
SELECT commande('E10', 1e6), commande('E09', 1);
DELETE FROM creances.politique_credit WHERE creancier = 'S' AND segment = '';
SELECT commande('K', 1), commande('E09', 1e6);
-- a rule that is left out is ours
INSERT INTO creances.politique_credit (creancier, limite_defaut) VALUES ('S', 5000);
SELECT retard_max, echu_min, note_refusee, stade_refuse, procedure_refusee, perte_mois FROM creances.politique_credit WHERE creancier = 'S' AND segment = '';
SELECT commande('E09', 5000), commande('E09', 5001);
DELETE FROM creances.politique_credit WHERE origine = 'utilisateur';

\echo == weak signals
SELECT vend('S1', date '2024-10-10' + 25 * k, 100, date '2024-10-10' + 25 * k) FROM generate_series(0, 2) k \g /dev/null
SELECT vend('S1', '2024-12-26', 100), vend('S3', '2024-11-20', 250, NULL, 'EUR', 'S3-x') \g /dev/null
SELECT vend('S4', d, 100, d + CASE WHEN d < '2024-09-01' THEN 3 ELSE 8 END) FROM unnest('{2024-03-01,2024-04-01,2024-10-10,2024-11-10}'::date[]) d \g /dev/null
SELECT vend('S5', d, 100, d + CASE WHEN d < '2024-09-01' THEN 3 ELSE 7 END) FROM unnest('{2024-03-01,2024-04-01,2024-10-10,2024-11-10}'::date[]) d \g /dev/null
INSERT INTO f (numero, client, emis, du, ttc) VALUES ('S2-x', 'S2', '2024-10-01', '2025-03-01', 1000);
-- postponed: closed before its term; broken; closed after being asked is one too; one is not two
SELECT count(creances.clore_acte(creances.promettre('S', 'S2', '2024-11-10', 100, 'S2-x', le => '2024-11-01'), '2024-11-05')),
	   count(creances.promettre('S', 'S2', '2024-12-01', 100, 'S2-x', le => '2024-11-05')), count(creances.promettre('S', 'P0', '2024-12-01', 100, 'P0-x', le => '2024-11-05'));
-- reminded four times; money, on account too, or a word begins anew; who owes nothing late is not counted
INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat, envoyee_le)
SELECT 'S', md5(c || d)::uuid, c, 'EUR', 'message', d, 'standard', 'courriel', 'relance_1', false, 'envoyee', d
  FROM unnest(ARRAY['S3', 'V', 'S5', 'X9 nu']) c, unnest('{2024-11-02,2024-12-02,2024-12-12,2024-12-22}'::date[]) d WHERE c <> 'V' OR d < '2024-12-22';
SELECT creances.promettre('S', 'X9 nu', '2024-12-20', 100, 'X9 nu-x', le => '2024-12-05') \g /dev/null
SELECT creances._relever_profils('S', '2024-12-31') \g /dev/null
SELECT debiteur, devise, signal, gravite, depuis, mesure, message FROM creances.signal_faible
 WHERE debiteur ~ '^(S[0-9]|V|P[0-2]|X9 nu|R1|G|Z)$' AND signal <> 'rejet' ORDER BY debiteur COLLATE "C", devise, signal COLLATE "C";
SELECT refus($$INSERT INTO creances.seuil_signal (signal, intitule, seuil) VALUES ('autre', 'x', 1)$$);
-- a rejection is news for ninety days
SELECT debiteur, signal FROM creances.signal_faible WHERE signal = 'rejet';
SELECT vend('Q', (now() AT TIME ZONE 'Europe/Paris')::date, 10, (now() AT TIME ZONE 'Europe/Paris')::date - 30, 'EUR', 'Q-1') \g /dev/null
INSERT INTO r (numero, le, montant) VALUES ('Q-1', (now() AT TIME ZONE 'Europe/Paris')::date - 20, -10);
SELECT creances._relever_profils('S', creances.aujourdhui()) \g /dev/null
SELECT debiteur, gravite, mesure FROM creances.signal_faible WHERE signal = 'rejet';
-- deleted and typed again on another invoice, or on account; typed twice; deleted for good
SELECT vend(c, creances.aujourdhui() + 10, 10, creances.aujourdhui() - 30, 'EUR', c || '-1'), vend(c, creances.aujourdhui() + 10, 10, NULL, 'EUR', c || '-2') FROM unnest(ARRAY['Q1', 'Q2', 'Q3', 'Q4']) c \g /dev/null
INSERT INTO r (numero, le, montant) VALUES ('Q3-1', creances.aujourdhui() - 30, 10);
DELETE FROM r WHERE id IN (SELECT max(id) FROM r WHERE numero IN ('Q1-1', 'Q2-1', 'Q3-1', 'Q4-1') GROUP BY numero);
INSERT INTO r (numero, client, le, montant) VALUES ('Q1-2', NULL, creances.aujourdhui() - 30, 10), (NULL, 'Q2', creances.aujourdhui() - 30, 10);
SELECT p.debiteur, p.rejets FROM creances.profil_payeur(creances.aujourdhui()) p WHERE p.debiteur ~ '^Q[1-4]$' ORDER BY 1;
-- a due date moved later once it had passed, not before, nor of what was paid
SELECT vend('T1', creances.aujourdhui() - 20, 10, NULL, 'EUR', 'T1-1'), vend('T1', creances.aujourdhui() + 5, 10, NULL, 'EUR', 'T1-2'), vend('T1', creances.aujourdhui() - 20, 10, creances.aujourdhui() - 25, 'EUR', 'T1-3') \g /dev/null
UPDATE f SET du = du + 60 WHERE client = 'T1';
SELECT debiteur, gravite, mesure, depuis = creances.aujourdhui(), regexp_replace(message, '[0-9]{4}-[0-9]{2}-[0-9]{2}', 'J', 'g') FROM creances.signal_faible WHERE signal = 'echeance_repoussee' AND debiteur = 'T1';
-- the user's: another threshold, or none
INSERT INTO creances.seuil_signal (signal, intitule, seuil, actif) VALUES ('rejet', 'Rejets', 2, true), ('limite', 'Limites', 0, false);
SELECT signal FROM creances.signal_faible WHERE signal IN ('rejet', 'limite');
DELETE FROM creances.seuil_signal WHERE origine = 'utilisateur';

\echo == a random book, against slow SQL on the tables of the test and the log of their changes
-- (a zone is at most 167 hours from UTC, and now() stands still: the creditor lives a week in one transaction)
CREATE FUNCTION zone(n integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'JJJ' || 150 - 24 * n $$;
CREATE FUNCTION jour(n integer) RETURNS date LANGUAGE sql STABLE AS $$ SELECT (now() AT TIME ZONE essai.zone(0))::date + n $$;
INSERT INTO creances.creancier (creancier, fuseau) VALUES ('O', zone(0));
CREATE TABLE etat (n serial, jour date, numero text, client text, emis date, du date, ttc numeric, devise text, supprimee boolean);
-- repris: the day when this payment was taken back
CREATE TABLE argent (cle serial, numero text, client text, devise text, le date, montant numeric, genre text, repris date);
CREATE TABLE litiges (numero text, le date, jusque date, montant numeric);
CREATE INDEX ON etat (numero, jour);
CREATE INDEX ON argent (numero);
CREATE FUNCTION noter() RETURNS trigger LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	x f := coalesce(NEW, OLD);
BEGIN
	INSERT INTO etat (jour, numero, client, emis, du, ttc, devise, supprimee)
	SELECT (now() AT TIME ZONE c.fuseau)::date, x.numero, x.client, x.emis, x.du, x.ttc, x.devise, TG_OP = 'DELETE' FROM creances.creancier c WHERE c.creancier = 'O';
	RETURN NULL;
END $$;
CREATE TRIGGER noter AFTER INSERT OR UPDATE OR DELETE ON f FOR EACH ROW EXECUTE FUNCTION noter();

CREATE FUNCTION oracle(au date) RETURNS TABLE (debiteur text, devise text, encours numeric, echu numeric, net numeric, retard_max integer, nb integer, regle numeric,
	moyen numeric, recent numeric, ancien numeric, tendance text, part numeric, rejets integer, fenetre integer, moyen_f numeric, part_f numeric, note text)
LANGUAGE plpgsql STABLE SET search_path = essai, pg_catalog AS $$
#variable_conflict use_column
DECLARE
	k record; e record; p record;
	solde numeric; conteste numeric; credit numeric; paye_f numeric; tard_f numeric; jours_f numeric;
	reste numeric; jours_reste numeric; tard numeric; jours numeric; nb_6 integer; m3 numeric; j3 numeric; n3 integer; rejets_f integer;
	credits integer; les date[]; mts numeric[]; rets integer[]; apres date; nb_f integer; pertes numeric; dus numeric[]; retards integer[]; rejetes date[];
BEGIN
	FOR k IN SELECT DISTINCT x.client, x.devise FROM (SELECT client, devise FROM etat UNION SELECT client, devise FROM argent) x WHERE x.client IS NOT NULL LOOP
		debiteur := k.client; devise := k.devise;
		credits := 0; encours := 0; echu := 0; net := 0; retard_max := NULL; nb := 0; regle := 0; credit := 0; tard := 0; jours := 0; jours_reste := 0; nb_6 := 0; m3 := 0; j3 := 0; n3 := 0;
		dus := '{}'; retards := '{}'; rejets := 0;
rejetes := '{}'; les := '{}'; mts := '{}'; rets := '{}'; pertes := 0;
		FOR e IN
			SELECT s.* FROM (SELECT DISTINCT numero FROM etat) u
			 CROSS JOIN LATERAL (SELECT * FROM etat y WHERE y.numero = u.numero ORDER BY y.jour <= au DESC, CASE WHEN y.jour <= au THEN -y.n ELSE y.n END LIMIT 1) s
			 WHERE s.client = k.client AND s.devise = k.devise AND NOT s.supprimee ORDER BY s.du, s.numero COLLATE "C"
		LOOP
			solde := CASE WHEN e.emis <= au THEN e.ttc ELSE 0 END;
			FOR p IN SELECT * FROM argent a WHERE a.numero = e.numero AND a.le <= au LOOP
				IF p.repris <= au THEN
					IF p.genre = 'virement' AND e.ttc > 0 AND p.repris > au - interval '12 months'
					   AND (SELECT sum(CASE WHEN a.le = p.repris THEN a.montant ELSE 0 END - CASE WHEN a.repris = p.repris THEN a.montant ELSE 0 END) FROM argent a
							 WHERE a.numero = e.numero AND a.genre = 'virement' AND a.le <= p.repris) < 0
					   AND (SELECT coalesce(sum(a.montant), 0) FROM argent a WHERE a.numero = e.numero AND a.le <= p.repris AND (a.repris IS NULL OR a.repris > p.repris)) < e.ttc THEN
						rejetes := rejetes || p.repris;
					END IF;
					CONTINUE;
				END IF;
				solde := solde - p.montant;
				IF p.genre = 'perte' AND e.ttc > 0 AND p.le > au - interval '36 months' THEN
					pertes := pertes + p.montant;
				END IF;
				IF p.genre = 'virement' AND e.ttc > 0 AND p.le > au - interval '12 months' THEN
					les := les || p.le; mts := mts || p.montant; rets := rets || greatest(0, p.le - e.du);
					nb := nb + 1; regle := regle + p.montant; jours := jours + p.montant * greatest(0, p.le - e.du);
					IF p.le > e.du THEN tard := tard + p.montant; END IF;
					IF p.le > au - interval '6 months' THEN
						nb_6 := nb_6 + 1;
					END IF;
					IF p.le > au - interval '3 months' THEN
						n3 := n3 + 1; m3 := m3 + p.montant; j3 := j3 + p.montant * greatest(0, p.le - e.du);
					END IF;
				END IF;
			END LOOP;
			encours := encours + solde;
			IF solde < 0 THEN
				credit := credit - solde; credits := 1;
			ELSIF e.emis <= au AND solde > 0 AND e.du < au THEN
				echu := echu + solde;
				conteste := coalesce((SELECT sum(coalesce(l.montant, solde)) FROM litiges l WHERE l.numero = e.numero AND l.le <= au AND coalesce(l.jusque >= au, true)), 0);
				dus := dus || greatest(0, solde - conteste); retards := retards || au - e.du;
			END IF;
		END LOOP;
		FOR p IN SELECT * FROM argent a WHERE a.numero IS NULL AND a.client = k.client AND a.devise = k.devise AND a.le <= au LOOP
			encours := encours - p.montant; credit := credit + p.montant; credits := 1;
		END LOOP;
		-- his credits pay the oldest
		FOR i IN 1 .. cardinality(dus) LOOP
			reste := greatest(0, dus[i] - credit);
			credit := greatest(0, credit - dus[i]);
			IF reste > 0 THEN
				net := net + reste; jours_reste := jours_reste + reste * retards[i];
				IF net > 1 THEN
					retard_max := greatest(retard_max, retards[i]);
				END IF;
			END IF;
		END LOOP;
		IF net <= 1 THEN
			net := 0; jours_reste := 0; retard_max := NULL;
		END IF;
		apres := CASE WHEN nb_6 >= 3 THEN (au - interval '6 months')::date WHEN nb >= 3 THEN (SELECT u.le - 1 FROM unnest(les) u(le) ORDER BY u.le DESC OFFSET 2 LIMIT 1)
					  ELSE (au - interval '12 months')::date END;
		SELECT count(DISTINCT j.le), count(DISTINCT j.le) FILTER (WHERE j.le > apres) INTO rejets, rejets_f FROM unnest(rejetes) j(le);
		-- (who owes nothing, has nothing and did nothing is not there)
		CONTINUE WHEN nb = 0 AND encours = 0 AND echu = 0 AND rejets = 0 AND credits = 0 AND pertes <= 1;
		fenetre := CASE WHEN nb_6 >= 3 THEN 6 ELSE 12 END;
		moyen := CASE WHEN regle + net > 0 THEN round((jours + jours_reste) / (regle + net), 2) END;
		part := CASE WHEN nb > 0 THEN round((tard + net) * 100 / (regle + net), 2) END;
		recent := CASE WHEN n3 > 0 THEN round(j3 / m3, 2) END;
		ancien := CASE WHEN nb > n3 THEN round((jours - j3) / (regle - m3), 2) END;
		tendance := CASE WHEN n3 >= 2 AND nb - n3 >= 2 THEN CASE WHEN recent >= ancien + 5 THEN 'hausse' WHEN recent <= ancien - 5 THEN 'baisse' ELSE 'stable' END END;
		SELECT coalesce(sum(u.m), 0), coalesce(sum(u.m * u.r), 0), coalesce(sum(u.m) FILTER (WHERE u.r > 0), 0), count(*) INTO paye_f, jours_f, tard_f, nb_f
		  FROM unnest(les, mts, rets) u(le, m, r) WHERE u.le > apres;
		moyen_f := CASE WHEN paye_f + net > 0 THEN round((jours_f + jours_reste) / (paye_f + net), 2) END;
		part_f := CASE WHEN nb > 0 THEN round((tard_f + net) * 100 / (paye_f + net), 2) END;
		note := CASE
			WHEN nb = 0 AND net = 0 AND rejets = 0 AND pertes <= 1 THEN NULL
			WHEN pertes > 1 THEN 'D'
			WHEN nb_f >= 1 AND coalesce(moyen_f, 0) <= 5 AND coalesce(part_f, 0) <= 25 AND coalesce(retard_max, 0) <= 15 AND rejets_f = 0 THEN 'A'
			WHEN coalesce(moyen_f, 0) <= 15 AND coalesce(part_f, 0) <= 75 AND coalesce(retard_max, 0) <= 30 AND rejets_f <= 1 THEN 'B'
			WHEN coalesce(moyen_f, 0) <= 30 AND coalesce(retard_max, 0) <= 60 AND rejets_f <= 2 THEN 'C'
			ELSE 'D' END;
		RETURN NEXT;
	END LOOP;
END $$;
\if :{?graine}
\else
\set graine 0.66
\endif
\echo seed :graine
\getenv long CREANCES_LONG
\if :{?long}
\else
\set long ''
\endif
SELECT set_config('essai.clients', CASE WHEN :'long' = '' THEN '11' ELSE '80' END, true) \g /dev/null
SELECT setseed(:graine) \g /dev/null
CREATE FUNCTION vivre(j integer, actes integer) RETURNS void LANGUAGE plpgsql SET search_path = essai, pg_catalog AS $$
DECLARE
	x f; a argent; d date; m numeric; n text; retard integer;
BEGIN
	UPDATE creances.creancier SET fuseau = zone(j) WHERE creancier = 'O';
	FOR i IN 1 .. actes LOOP
		SELECT * INTO x FROM f WHERE f.societe = 'O' ORDER BY CASE WHEN client IN ('O0', 'O1') THEN 1 ELSE 0 END + random() LIMIT 1;
		CASE WHEN x IS NULL OR random() < 0.5 AND j = 0 THEN
			-- an invoice of the last twenty months, and how it was paid
			n := 'O' || j * 1000 + i;
			INSERT INTO f (numero, societe, client, emis, du, ttc, devise, genre)
			SELECT n, 'O', 'O' || (random() * current_setting('essai.clients')::integer)::integer, jour(0) - 30 - q, jour(0) - q, round((random() * 900 + 100)::numeric, 2), CASE WHEN random() < 0.8 THEN 'EUR' ELSE 'USD' END, NULL
			  FROM (SELECT (random() * 600 - 30)::integer AS q) y RETURNING * INTO x;
			retard := (random() * random() * 60 - 5 + CASE WHEN x.client > 'O6' THEN 20 * random() ELSE 0 END)::integer;
			IF x.client IN ('O0', 'O1') THEN
				INSERT INTO argent (numero, client, devise, le, montant, genre) VALUES (n, x.client, x.devise, x.du - (random() * 5)::integer, x.ttc, 'virement');
			ELSIF random() < 0.85 THEN
				INSERT INTO argent (numero, client, devise, le, montant, genre) VALUES (n, x.client, x.devise, x.du + retard, CASE WHEN random() < 0.8 THEN x.ttc ELSE round(x.ttc * 0.6, 2) END, 'virement');
			END IF;
		WHEN j > 0 THEN	-- what the ERP changes later
			CASE (random() * 3)::integer
			WHEN 0 THEN UPDATE f SET du = du + (random() * 40 - 20)::integer WHERE id = x.id;
			WHEN 1 THEN UPDATE f SET ttc = round(ttc * 1.1, 2) WHERE id = x.id;
			WHEN 2 THEN UPDATE f SET client = 'O' || (random() * current_setting('essai.clients')::integer)::integer WHERE id = x.id;
			ELSE DELETE FROM f WHERE id = x.id AND NOT EXISTS (SELECT FROM litiges l WHERE l.numero = x.numero); END CASE;
		WHEN random() < 0.15 THEN	-- a part, at some date
			INSERT INTO argent (numero, client, devise, le, montant, genre)
			VALUES (x.numero, x.client, x.devise, x.du + (random() * 50 - 10)::integer, round(x.ttc * (0.05 + 0.1 * random())::numeric, 2),
					CASE WHEN random() < 0.7 THEN 'virement' WHEN random() < 0.8 THEN 'avoir' ELSE 'perte' END);
		WHEN random() < 0.2 THEN	-- money on account, a credit note
			IF random() < 0.5 THEN
				INSERT INTO argent (client, devise, le, montant, genre) VALUES (x.client, x.devise, x.du + (random() * 200)::integer, round((random() * 300 + 10)::numeric, 2), 'virement');
			ELSE
				INSERT INTO f (numero, societe, client, emis, du, ttc, devise) VALUES ('OA' || j * 1000 + i, 'O', x.client, x.emis, x.du, -round((random() * 300 + 10)::numeric, 2), x.devise);
			END IF;
		WHEN random() < 0.25 THEN
			IF x.ttc > 0 AND x.du < jour(0) AND NOT EXISTS (SELECT FROM litiges l WHERE l.numero = x.numero) THEN
				m := CASE WHEN random() < 0.5 THEN round(x.ttc * 0.5, 2) END;
				d := x.du + (random() * 40)::integer;
				INSERT INTO litiges VALUES (x.numero, d, CASE WHEN random() < 0.5 THEN d + (random() * 100)::integer END, m);
			END IF;
		WHEN random() < 0.4 THEN	-- bounced: a counter-entry
			SELECT * INTO a FROM argent y WHERE y.genre = 'virement' AND y.numero IS NOT NULL AND y.repris IS NULL AND y.le < jour(0) - 20
			   AND NOT EXISTS (SELECT FROM argent z WHERE z.numero = y.numero AND z.cle <> y.cle AND (z.repris IS NOT NULL OR z.montant = y.montant)) ORDER BY random() LIMIT 1;
			UPDATE argent SET repris = a.le + 1 + (random() * 15)::integer WHERE cle = a.cle;
		ELSE NULL;
		END CASE;
	END LOOP;
END $$;
SELECT vivre(0, CASE WHEN :'long' = '' THEN 900 ELSE 6000 END) \g /dev/null
-- (one client pays in the future too)
DELETE FROM argent WHERE le > jour(0) AND client <> 'O3';
-- the ERP writes its payments, and the counter-entries of those that bounced
INSERT INTO r (numero, societe, client, le, montant, genre, devise)
SELECT numero, 'O', client, le, montant, genre, devise FROM argent UNION ALL SELECT numero, 'O', client, repris, -montant, genre, devise FROM argent WHERE repris IS NOT NULL;
DO $$
DECLARE
	l record;
	a uuid;
BEGIN
	FOR l IN SELECT * FROM essai.litiges WHERE le <= essai.jour(0) LOOP
		a := creances.ouvrir_litige('O', l.numero, 'essai', montant => l.montant, le => l.le);
		IF l.jusque IS NOT NULL THEN
			PERFORM creances.clore_litige(a, 'non_fonde', l.jusque);
		END IF;
	END LOOP;
END $$;
DELETE FROM litiges WHERE le > jour(0);
SELECT vivre(j, 20) FROM generate_series(1, 6) j \g /dev/null
CREATE TABLE jours AS SELECT jour(-n * 37) AS d FROM generate_series(1, 14, 2) n UNION SELECT jour(n) FROM generate_series(0, 6, 2) n UNION SELECT jour(40) UNION SELECT jour(400);
CREATE TABLE attendu AS SELECT j.d, o.* FROM jours j, oracle(j.d) o;
CREATE TABLE obtenu AS SELECT j.d, p.* FROM jours j, creances.profil_payeur(j.d) p WHERE p.creancier = 'O';
-- (so much to compare)
SELECT count(*) > 200 AS profiles, count(DISTINCT note) = 4 AS every_note, count(DISTINCT tendance) = 3 AS every_trend, count(DISTINCT fenetre) = 2 AS both_windows,
	   sum(rejets) > 20 AS rejected, bool_or(net < echu AND net > 0) AS left_out, bool_or(note IS NULL) AS unknown, count(DISTINCT devise) AS currencies FROM attendu;
SELECT count(*) > 20 AS versions, count(*) FILTER (WHERE retiree_le IS NOT NULL) > 3 AS deleted FROM creances.creance WHERE creancier = 'O' AND versions > 0;
SELECT count(*) FROM creances.ligne_refusee;
SELECT count(*) FILTER (WHERE a.debiteur IS NULL) AS too_many, count(*) FILTER (WHERE o.debiteur IS NULL) AS missing,
	   count(*) FILTER (WHERE (a.encours, a.echu, a.net, a.retard_max) IS DISTINCT FROM (o.encours, o.echu, o.echu_net, o.retard_max)) AS owed,
	   count(*) FILTER (WHERE (a.nb, a.regle, a.moyen, a.part) IS DISTINCT FROM (o.paiements, o.regle, o.retard_moyen, o.part_en_retard)) AS delay,
	   count(*) FILTER (WHERE (a.recent, a.ancien, a.tendance) IS DISTINCT FROM (o.retard_recent, o.retard_ancien, o.tendance)) AS trend,
	   count(*) FILTER (WHERE a.rejets IS DISTINCT FROM o.rejets) AS rejected,
	   count(*) FILTER (WHERE (a.fenetre, a.moyen_f, a.part_f, a.note) IS DISTINCT FROM (o.fenetre, o.retard_fenetre, o.part_fenetre, o.note)) AS note
  FROM attendu a FULL JOIN obtenu o USING (d, debiteur, devise);
-- the same balances and delays as the others tell
SELECT count(*) > 200, count(*) FILTER (WHERE o.encours <> b.montant) FROM obtenu o
  JOIN (SELECT j.d, b.debiteur, b.devise, sum(b.montant) AS montant FROM jours j, creances.balance_agee(j.d) b WHERE b.creancier = 'O' GROUP BY 1, 2, 3) b USING (d, debiteur, devise);
-- (without what was taken back in the period of a payment of before)
SELECT count(*) > 100, count(*) FILTER (WHERE o.regle <> m.regle) FROM obtenu o
  JOIN (SELECT j.d, m.* FROM jours j, creances.retard_moyen_pondere((j.d - interval '12 months')::date + 1, j.d, 'debiteur') m WHERE m.creancier = 'O') m USING (d, debiteur, devise)
 WHERE NOT EXISTS (SELECT FROM argent a JOIN etat e USING (numero) WHERE e.client = o.debiteur AND a.le <= o.d - interval '12 months' AND a.repris > o.d - interval '12 months');

\echo == the order check on the same book: today by the debtor alone, another day from the facts of it; both as the profile says
SELECT count(*) > 50, count(*) FILTER (WHERE (c.exposition, c.echu) IS DISTINCT FROM (p.encours, p.echu_net)) AS owed,
	   count(*) FILTER (WHERE c.retard_max IS DISTINCT FROM (SELECT max(x.retard_max) FROM obtenu x WHERE x.debiteur = p.debiteur AND x.d = p.d)) AS delay
  FROM obtenu p, creances.commande_autorisee('O', p.debiteur, 1, p.devise, p.d) c WHERE p.d IN (jour(2), jour(-37), jour(-111), jour(40));
-- (today counts all that is known, dated of the future too)
SELECT count(*) > 10, count(*) FILTER (WHERE c.exposition <> p.solde) FROM (SELECT x.debiteur, x.devise, sum(x.solde) AS solde FROM creances.creance x WHERE x.creancier = 'O' AND x.solde <> 0 GROUP BY 1, 2) p,
	   creances.commande_autorisee('O', p.debiteur, 1, p.devise) c;
SELECT creances._relever_profils('O', jour(6)) \g /dev/null
SELECT count(*) > 10, count(*) FILTER (WHERE (c.exposition, c.echu) IS DISTINCT FROM (p.encours, p.echu_net)) AS owed,
	   count(*) FILTER (WHERE c.retard_max IS DISTINCT FROM (SELECT max(x.retard_max) FROM creances.profil_payeur x WHERE x.creancier = 'O' AND x.debiteur = p.debiteur)) AS delay,
	   count(*) FILTER (WHERE c.note IS DISTINCT FROM (SELECT max(x.note) FROM creances.profil_payeur x WHERE x.creancier = 'O' AND x.debiteur = p.debiteur)) AS note
  FROM creances.profil_payeur p, creances.commande_autorisee('O', p.debiteur, 1, p.devise) c WHERE p.creancier = 'O'
   AND NOT EXISTS (SELECT FROM creances.creance x JOIN creances.reglement y USING (creancier, facture, rang) WHERE x.creancier = 'O' AND x.debiteur = p.debiteur AND y.le > jour(6))
   AND NOT EXISTS (SELECT FROM creances.creance x WHERE x.creancier = 'O' AND x.debiteur = p.debiteur AND x.nee_le > jour(6));

\echo == nothing that the facts do not say
SELECT * FROM creances.coherence();
ROLLBACK;
