-- Promises and plans, held against the money that comes: arguments, kept by
-- what is lettered or by what is on account, broken, paid late; arrears shared,
-- each way to fall; reminders resume where they were.
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE FUNCTION pg_temp.refus(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; d text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN regexp_replace(concat_ws(' | ', SQLSTATE, m, nullif(d, ''), nullif(h, '')), '[0-9a-f]{8}-[0-9a-f-]{27}', 'ID', 'g');
END $$;
CREATE TABLE f (id integer PRIMARY KEY, numero text, rang integer DEFAULT 1, client text, emis date, du date, ttc numeric, devise text DEFAULT 'EUR');
CREATE TABLE r (id integer PRIMARY KEY, numero text, rang integer DEFAULT 1, client text, le date, montant numeric, genre text DEFAULT 'virement', devise text DEFAULT 'EUR');
SELECT creances.suivre_factures('f', '{"facture": "numero", "rang": "rang", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "devise": "devise"}', depuis => '2024-01-01');
SELECT creances.suivre_reglements('r', '{"reglement": "id", "facture": "numero", "rang": "rang", "debiteur": "client", "date": "le", "montant": "montant", "nature": "genre", "devise": "devise"}', factures => 'f');
CREATE FUNCTION pg_temp.dit(au date, modele text DEFAULT '%') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT concat_ws(' | ', d.facture || CASE WHEN d.rang <> 1 THEN ':' || d.rang ELSE '' END, trim_scale(d.reste), d.etape_faite, d.etape, d.raison)
		  FROM creances.decision(au) d WHERE d.solde > 0 AND d.facture LIKE modele ORDER BY d.facture COLLATE "C", d.rang;
END $$;
-- where an engagement is
CREATE FUNCTION pg_temp.ou(id uuid, au date) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT concat_ws(' ', 'recu', trim_scale(e.recu), 'sur', trim_scale(e.total), 'echu', trim_scale(e.du), 'arriere', trim_scale(e.arriere),
							 CASE WHEN e.tenu THEN 'tenu' END, CASE WHEN e.rompu THEN 'rompu' END, 'impayee ' || e.impayee, 'prochaine ' || e.prochaine)
			  FROM creances._engagement('principal', id, au) e);
END $$;
CREATE PROCEDURE public.nuit(jour date) LANGUAGE plpgsql AS $$
DECLARE
	i uuid;
BEGIN
	CALL creances.passe_relance(jour);
	PERFORM creances.valider_relance(x.relance, jour) FROM creances.relance x WHERE x.etat = 'a_valider';
	FOR i IN SELECT p.id FROM creances.prendre_relances(NULL, 1000, jour) p LOOP
		PERFORM creances.confirmer_envoi(i, NULL, jour);
	END LOOP;
END $$;
CREATE FUNCTION pg_temp.envoye(modele text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT concat_ws(' | ', k.envoyee_le, k.stade, string_agg(l.facture || ' ' || trim_scale(l.montant), ', ' ORDER BY l.facture COLLATE "C"))
		  FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance)
		 WHERE k.etat = 'envoyee' AND l.reclamee AND l.etat = 'envoyee' AND l.facture LIKE modele
		 GROUP BY k.relance, k.envoyee_le, k.stade, k.debiteur ORDER BY k.envoyee_le, k.stade, k.debiteur COLLATE "C";
END $$;

\echo == arguments
INSERT INTO f VALUES (1, 'A1', 1, 'A', '2024-05-06', '2024-06-03', 1000), (2, 'A2', 1, 'A', '2024-05-06', '2024-06-03', 600), (3, 'A2', 2, 'A', '2024-05-06', '2024-07-03', 400);
INSERT INTO f VALUES (4, 'AD', 1, 'A', '2024-05-06', '2024-06-03', 90, 'USD'), (5, 'J1', 1, 'J', '2024-05-06', '2024-06-03', 9000, 'JPY'), (6, 'AV', 1, 'V', '2024-05-06', '2024-06-03', -10, 'EUR');
SELECT q, pg_temp.refus('SELECT creances.' || q) FROM unnest(ARRAY[
	$$promettre(NULL, 'A', '2024-06-10', le => '2024-06-05')$$, $$promettre('principal', NULL, '2024-06-10', le => '2024-06-05')$$, $$promettre('principal', 'Z', '2024-06-10', le => '2024-06-05')$$,
	$$promettre('principal', 'A', NULL, le => '2024-06-05')$$, $$promettre('principal', 'A', 'infinity', le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-04', le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2034-06-06', le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', le => NULL)$$, $$promettre('principal', 'A', '2024-06-10', le => 'infinity')$$,
	$$promettre('principal', 'A', '2024-06-10', le => '1066-10-14')$$, $$promettre('principal', 'A', '2024-06-10', motif => ' ', le => '2024-06-05')$$,
	-- in two currencies; no such invoice; nothing owed
	$$promettre('principal', 'A', '2024-06-10', le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', facture => 'Z9', le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2024-06-10', facture => 'A2', rang => 3, le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', rang => 1, le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2024-06-02', devise => 'EUR', le => '2024-06-01')$$, $$promettre('principal', 'A', '2024-06-10', devise => 'GBP', le => '2024-06-05')$$,
	$$promettre('principal', 'V', '2024-06-10', le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', facture => 'J1', le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2024-06-10', 0, 'A1', le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', -5, 'A1', le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2024-06-10', 'NaN', 'A1', le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', 'Infinity', 'A1', le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2024-06-10', 1000.01, 'A1', le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', 10.001, 'A1', le => '2024-06-05')$$,
	$$promettre('principal', 'J', '2024-06-10', 10.5, le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2024-06-10', facture => 'A1', tolerance => -1, le => '2024-06-05')$$, $$promettre('principal', 'A', '2024-06-10', facture => 'A1', tolerance => 61, le => '2024-06-05')$$,
	$$promettre('principal', 'A', '2024-06-10', facture => 'A1', tolerance => NULL, le => '2024-06-05')$$]) q;
SELECT q, pg_temp.refus(format('SELECT creances.accorder_plan(''principal'', %s)', q)) FROM unnest(ARRAY[
	$$'A', NULL, NULL$$, $$'A', '{}', '{}'$$, $$'A', '{2024-06-30}', '{500,500}'$$, $$'A', '{2024-06-30}', NULL$$, $$'A', '{{2024-06-30},{2024-07-31}}', '{500,500}'$$,
	$$'A', array_fill('2024-06-30'::date, ARRAY[121]), array_fill(1::numeric, ARRAY[121])$$,
	$$'A', '{2024-06-30,NULL}', '{500,500}', '{A1}', le => '2024-06-05'$$, $$'A', '{2024-07-31,2024-06-30}', '{500,500}', '{A1}', le => '2024-06-05'$$, $$'A', '{2024-06-04}', '{1000}', '{A1}', le => '2024-06-05'$$,
	$$'A', '{infinity}', '{1000}', '{A1}', le => '2024-06-05'$$, $$'A', '{2034-06-30}', '{1000}', '{A1}', le => '2024-06-05'$$,
	$$'A', '{2024-06-30,2024-07-31}', '{500,499.99}', '{A1}', le => '2024-06-05'$$, $$'A', '{2024-06-30,2024-07-31}', '{500,500.01}', '{A1}', le => '2024-06-05'$$,
	$$'A', '{2024-06-30,2024-07-31}', '{1000,0}', '{A1}', le => '2024-06-05'$$, $$'A', '{2024-06-30,2024-07-31}', '{1500,-500}', '{A1}', le => '2024-06-05'$$, $$'A', '{2024-06-30,2024-07-31}', '{NaN,500}', '{A1}', le => '2024-06-05'$$,
	$$'A', '{2024-06-30,2024-07-31}', '{NULL,500}', '{A1}', le => '2024-06-05'$$, $$'A', '{2024-06-30,2024-07-31}', '{500.005,499.995}', '{A1}', le => '2024-06-05'$$,
	$$'A', '{2024-06-30}', '{1000}', '{A1,Z9,NULL}', le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1000}', '{}', le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1090}', '{A1,AD}', le => '2024-06-05'$$,
	$$'A', '{2024-06-30}', '{1000}', '{A1}', decheance => 'foudre', le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1000}', '{A1}', decheance => NULL, le => '2024-06-05'$$,
	$$'A', '{2024-06-30}', '{1000}', '{A1}', preavis => -1, le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1000}', '{A1}', preavis => 366, le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1000}', '{A1}', preavis => NULL, le => '2024-06-05'$$,
	$$'A', '{2024-06-30}', '{1000}', '{A1}', tolerance => 61, le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1000}', '{A1}', motif => '', le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1000}', '{A1}', le => NULL$$,
	$$'Z', '{2024-06-30}', '{1000}', le => '2024-06-05'$$, $$'A', '{2024-06-30}', '{1000}', devise => 'EUR', le => '2024-06-01'$$]) q;
SELECT q, pg_temp.refus('SELECT creances.' || q) FROM unnest(ARRAY[
	$$consigner('principal', 'A', 'promesse', '2024-06-05', 'x')$$, $$consigner('principal', 'A', 'plan', '2024-06-05', 'x')$$,
	$$notifier_decheance(NULL)$$, $$notifier_decheance('00000000-0000-0000-0000-000000000000')$$]) q;
SELECT count(*) FROM creances.acte;
SELECT creances.accorder_plan('principal', 'A', '{2024-06-30,2024-07-31}', '{500,500}', '{A1}', le => '2024-06-05') AS plan \gset
SELECT creances.promettre('principal', 'A', '2024-06-10', facture => 'A2', rang => 1, le => '2024-06-05') AS promesse \gset
SELECT pg_temp.refus($$SELECT creances.promettre('principal', 'A', '2024-06-11', facture => 'A2', rang => 1, le => '2024-06-05')$$);
SELECT pg_temp.refus(format('SELECT creances.notifier_decheance(%L, %L)', :'promesse', '2024-07-10')), pg_temp.refus(format('SELECT creances.notifier_decheance(%L, %L)', :'plan', '2024-07-03')),
	   pg_temp.refus(format('SELECT creances.notifier_decheance(%L, %L)', :'plan', '2024-06-04')), pg_temp.refus(format('SELECT creances.notifier_decheance(%L, NULL)', :'plan')),
	   pg_temp.refus(format('SELECT creances.notifier_decheance(%L, %L)', :'plan', 'infinity'));
TRUNCATE f;
SELECT creances.annuler_acte(x, 'essais', '2024-06-05') FROM unnest(ARRAY[:'plan', :'promesse']::uuid[]) x;

\echo == promises: what was promised for a date, of a debtor or of an invoice
INSERT INTO f SELECT 10 + n, 'B' || n, 1, 'B' || n, '2024-05-06', '2024-06-03', 1000 FROM generate_series(1, 8) n;
INSERT INTO f VALUES (20, 'B1bis', 1, 'B1', '2024-05-06', '2024-06-17', 500), (21, 'B1ter', 1, 'B1', '2024-05-06', '2024-07-17', 250);
CALL public.nuit('2024-06-04');
-- B3 had 300 on account already
INSERT INTO r VALUES (1, NULL, NULL, 'B3', '2024-06-05', 300);
CREATE TEMP TABLE promis AS SELECT n, creances.promettre('principal', 'B' || n, '2024-06-20', CASE WHEN n IN (2, 3) THEN 400 END, le => '2024-06-06', motif => 'par téléphone', facture => CASE WHEN n > 3 THEN 'B' || n END) AS id FROM generate_series(1, 8) n;
SELECT p.n, g.credits, (SELECT string_agg(x.facture || ' ' || x.solde, ', ' ORDER BY x.facture) FROM creances.engagement_creance x WHERE x.acte = p.id), e.montant, g.tolerance
  FROM promis p JOIN creances.engagement g ON g.acte = p.id JOIN creances.engagement_echeance e ON e.acte = p.id ORDER BY p.n;
SELECT * FROM pg_temp.dit('2024-06-10', 'B%');
CALL public.nuit('2024-06-11');
-- without an amount: what is owed net of the credits; a debt that an insolvency holds is not to be promised: said, not refused
INSERT INTO f VALUES (22, 'N1', 1, 'N', '2024-05-06', '2024-06-03', 1000), (23, 'M1', 1, 'M', '2024-05-06', '2024-06-03', 1000);
INSERT INTO r VALUES (9, NULL, NULL, 'N', '2024-06-05', 300);
SELECT creances.promettre('principal', 'N', '2024-06-20', le => '2024-06-11') AS net \gset
SELECT e.montant, g.credits FROM creances.engagement_echeance e JOIN creances.engagement g USING (creancier, acte) WHERE acte = :'net';
SELECT count(creances.ouvrir_procedure_collective('principal', 'M', '2024-06-10'));
SELECT count(creances.promettre('principal', 'M', '2024-06-20', le => '2024-06-11'));
SELECT * FROM pg_temp.dit('2024-06-11', 'M1');
INSERT INTO r VALUES (2, 'B2', 1, 'B2', '2024-06-12', 400),		-- kept, in part of what is owed
	(3, NULL, NULL, 'B3', '2024-06-12', 400),						-- kept by what comes on account, not by what was there
	(4, 'B4', 1, 'B4', '2024-06-12', 999.99),						-- a cent short
	(5, 'B5', 1, 'B5', '2024-06-12', 1000),							-- kept, and settled
	(6, NULL, NULL, 'B6', '2024-06-12', 600), (7, 'B6', 1, 'B6', '2024-06-12', 400);		-- kept by both
SELECT p.n, pg_temp.ou(p.id, '2024-06-20') FROM promis p ORDER BY p.n;
SELECT * FROM pg_temp.dit('2024-06-20', 'B%');
-- the last day of the tolerance, and the day after
SELECT p.n, pg_temp.ou(p.id, j) FROM promis p, unnest('{2024-06-23,2024-06-24}'::date[]) j WHERE p.n IN (4, 7) ORDER BY p.n, j;
CALL public.nuit('2024-06-21');
CALL public.nuit('2024-06-24');
SELECT genre, le, debiteur, facture, details - 'acte' FROM creances.evenement WHERE genre LIKE 'engagement\__%' ORDER BY le, debiteur COLLATE "C";
SELECT * FROM pg_temp.envoye('B%');
SELECT * FROM pg_temp.dit('2024-06-24', 'B%');
-- paid late; then the money goes back: neither the promise nor the stage comes back
INSERT INTO r VALUES (8, 'B7', 1, 'B7', '2024-06-25', 1000);
CALL public.nuit('2024-06-25');
SELECT p.n, v.pour_le, v.montant, v.recu, v.etat, v.rompu_le FROM promis p JOIN creances.promesse v ON v.acte = p.id ORDER BY p.n;
DELETE FROM r WHERE id = 8;
CALL public.nuit('2024-06-26');
SELECT * FROM pg_temp.dit('2024-06-26', 'B7');
-- one that was withdrawn, one that was closed before its day
SELECT creances.promettre('principal', 'B8', '2024-07-20', le => '2024-06-26', reference => 'deux') AS deux \gset
SELECT creances.promettre('principal', 'B7', '2024-07-20', le => '2024-06-26') AS sept \gset
SELECT creances.clore_acte(:'deux', '2024-06-28'), creances.annuler_acte(:'sept', 'le client se dédit', '2024-06-30');
SELECT j, x FROM unnest('{2024-06-28,2024-06-29,2024-06-30}'::date[]) j, pg_temp.dit(j, 'B_') x WHERE x ~ '^B[78]' ORDER BY j, x;
SELECT * FROM creances.coherence();

\echo == plans: instalments replace the due dates, arrears go to the oldest
INSERT INTO f VALUES (30, 'C1', 1, 'C', '2024-05-06', '2024-06-24', 300), (31, 'C2', 1, 'C', '2024-05-06', '2024-06-25', 700), (32, 'C3', 1, 'C', '2024-05-06', '2024-07-15', 40);
SELECT creances.accorder_plan('principal', 'C', '{2024-07-10,2024-08-12,2024-09-10}', '{400,300,300}', decheance => 'aucune', le => '2024-06-27') AS plan \gset
SELECT j, pg_temp.ou(:'plan', j) FROM unnest('{2024-06-27,2024-07-13,2024-07-14,2024-08-15,2024-08-16,2024-12-01}'::date[]) j ORDER BY j;
SELECT * FROM pg_temp.dit('2024-07-13', 'C%');
-- in arrears of 400 from the 14th: the oldest bears 300, the next 100; the clock runs from the instalment
SELECT * FROM pg_temp.dit('2024-07-14', 'C%');
CALL public.nuit('2024-07-15');
SELECT * FROM pg_temp.envoye('C%');
SELECT l.facture, l.echeance, l.montant, l.solde, l.penalites FROM creances.relance_creance l JOIN creances.relance k USING (creancier, relance) WHERE k.debiteur = 'C' AND k.le = '2024-07-15' ORDER BY l.facture;
-- late from the invoice's own due date, on what is claimed: ECB + 10 was 14.5 %, then 14.25 % from July
SELECT creances.penalite_retard(300, '2024-06-24', '2024-07-15') AS c1, creances.penalite_retard(100, '2024-06-25', '2024-07-15') AS c2;
INSERT INTO r VALUES (10, 'C2', 1, 'C', '2024-07-16', 250);
SELECT pg_temp.ou(:'plan', '2024-07-17');
SELECT * FROM pg_temp.dit('2024-07-17', 'C%');
INSERT INTO r VALUES (11, NULL, NULL, 'C', '2024-07-18', 150);
-- (on account: nothing is in arrears any more; it is set against what may be claimed)
SELECT pg_temp.ou(:'plan', '2024-07-19');
SELECT * FROM pg_temp.dit('2024-07-19', 'C%');
UPDATE r SET numero = 'C1', rang = 1 WHERE id = 11;
SELECT pg_temp.ou(:'plan', '2024-07-19');
CALL public.nuit('2024-07-22');
-- the second instalment is missed: the next step, from its own date
SELECT pg_temp.ou(:'plan', '2024-08-16');
SELECT * FROM pg_temp.dit('2024-08-16', 'C%');
CALL public.nuit('2024-08-19');
SELECT v.numero, v.echeance, v.montant, v.recu, v.etat FROM creances.plan v WHERE v.acte = :'plan' ORDER BY v.numero;
SELECT * FROM pg_temp.envoye('C%');
INSERT INTO r VALUES (12, 'C1', 1, 'C', '2024-08-20', 150), (13, 'C2', 1, 'C', '2024-08-20', 450);
CALL public.nuit('2024-08-20');
SELECT pg_temp.ou(:'plan', '2024-08-20'), (SELECT tenu_le FROM creances.engagement WHERE acte = :'plan');

\echo == the plan that falls at once, with a notice, never
INSERT INTO f SELECT 40 + n, 'D' || n, 1, 'D' || n, '2024-05-06', '2024-08-19', 1000 FROM generate_series(1, 5) n;
CREATE TEMP TABLE plans AS SELECT n, creances.accorder_plan('principal', 'D' || n, '{2024-09-02,2024-10-01}', '{400,600}', le => '2024-08-20', decheance => (ARRAY['immediate', 'preavis', 'aucune', 'preavis', 'immediate'])[n], preavis => 8, tolerance => 2) AS id FROM generate_series(1, 5) n;
INSERT INTO r VALUES (20, 'D5', 1, 'D5', '2024-09-02', 400);
CALL public.nuit('2024-09-04');
SELECT p.n, pg_temp.ou(p.id, '2024-09-04') FROM plans p ORDER BY p.n;
-- foretold before any pass has seen it
SELECT p.n, pg_temp.ou(p.id, '2024-09-05') FROM plans p ORDER BY p.n;
SELECT * FROM pg_temp.dit('2024-09-05', 'D%');
CALL public.nuit('2024-09-05');
SELECT p.n, g.decheance, g.notifie_le, g.tenu_le, g.rompu_le FROM plans p JOIN creances.engagement g ON g.acte = p.id ORDER BY p.n;
-- paid the day after: fallen for ever
INSERT INTO r VALUES (21, 'D1', 1, 'D1', '2024-09-06', 400);
SELECT * FROM pg_temp.dit('2024-09-06', 'D1');
SELECT pg_temp.refus(format('SELECT creances.notifier_decheance(%L, %L)', id, '2024-09-06')) FROM plans WHERE n IN (1, 3);
SELECT creances.notifier_decheance(id, '2024-09-06') FROM plans WHERE n IN (2, 4);
-- one pays what was in arrears on the day of the notice, the other does not
INSERT INTO r VALUES (22, 'D4', 1, 'D4', '2024-09-13', 400);
SELECT p.n, j, pg_temp.ou(p.id, j) FROM plans p, unnest('{2024-09-14,2024-09-15}'::date[]) j WHERE p.n IN (2, 4) ORDER BY p.n, j;
SELECT j, x FROM unnest('{2024-09-14,2024-09-15,2024-09-16}'::date[]) j, pg_temp.dit(j, 'D%') x WHERE x ~ '^D[24]' ORDER BY j, x;
CALL public.nuit('2024-09-16');
CALL public.nuit('2024-09-23');
SELECT p.n, v.numero, v.recu, v.etat, v.notifie_le, v.rompu_le FROM plans p JOIN creances.plan v ON v.acte = p.id WHERE p.n IN (1, 2) ORDER BY p.n, v.numero;
SELECT * FROM pg_temp.envoye('D%');
SELECT genre, le, debiteur, details - 'acte' FROM creances.evenement WHERE genre IN ('decheance_notifiee', 'engagement_rompu') AND debiteur LIKE 'D%' ORDER BY le, debiteur COLLATE "C";

\echo == overlaps of a plan: a dispute on one of its receivables, a promise besides, its invoice withdrawn
INSERT INTO f VALUES (60, 'E1', 1, 'E', '2024-05-06', '2024-09-02', 500), (61, 'E2', 1, 'E', '2024-05-06', '2024-09-03', 500);
SELECT creances.accorder_plan('principal', 'E', '{2024-09-16,2024-10-16}', '{600,400}', decheance => 'aucune', tolerance => 0, le => '2024-09-10') AS plan \gset
SELECT * FROM pg_temp.dit('2024-09-23', 'E%');
SELECT creances.ouvrir_litige('principal', 'E1', 'prix', montant => 450, le => '2024-09-20') AS litige \gset
SELECT * FROM pg_temp.dit('2024-09-23', 'E%');
SELECT creances.promettre('principal', 'E', '2024-09-30', 50, 'E2', tolerance => 0, le => '2024-09-20') IS NOT NULL;
SELECT j, x FROM unnest('{2024-09-23,2024-09-30,2024-10-01}'::date[]) j, pg_temp.dit(j, 'E%') x ORDER BY j, x;
DELETE FROM f WHERE id = 60;
SELECT pg_temp.ou(:'plan', '2024-10-01');
SELECT * FROM pg_temp.dit('2024-10-01', 'E%');
DELETE FROM f WHERE id = 61;
SELECT pg_temp.ou(:'plan', '2024-10-01');

\echo == kept, then the payment bounces: the promise is broken, the plan falls, for ever
INSERT INTO f VALUES (65, 'G1', 1, 'G', '2024-05-06', '2024-09-02', 500), (66, 'H1', 1, 'H', '2024-05-06', '2024-09-02', 500);
SELECT creances.promettre('principal', 'G', '2024-09-30', tolerance => 0, le => '2024-09-25') AS promesse \gset
SELECT creances.accorder_plan('principal', 'H', '{2024-09-30,2024-10-31}', '{200,300}', decheance => 'immediate', tolerance => 0, le => '2024-09-25') AS plan \gset
INSERT INTO r VALUES (50, 'G1', 1, 'G', '2024-09-26', 500), (51, 'H1', 1, 'H', '2024-09-26', 500);
CALL public.nuit('2024-09-27');
SELECT g.genre, g.tenu_le, g.rompu_le FROM creances.engagement g WHERE g.acte IN (:'promesse', :'plan') ORDER BY 1;
DELETE FROM r WHERE id IN (50, 51);
SELECT j, x FROM unnest('{2024-09-27,2024-09-30,2024-10-01}'::date[]) j, pg_temp.dit(j) x WHERE x ~ '^[GH]1' ORDER BY j, x;
CALL public.nuit('2024-10-01');
SELECT g.genre, g.tenu_le, g.rompu_le FROM creances.engagement g WHERE g.acte IN (:'promesse', :'plan') ORDER BY 1;
INSERT INTO r VALUES (52, 'G1', 1, 'G', '2024-10-02', 500), (53, 'H1', 1, 'H', '2024-10-02', 200);
SELECT * FROM pg_temp.dit('2024-10-08', 'H1');
SELECT v.etat FROM creances.promesse v WHERE v.acte = :'promesse' UNION ALL SELECT v.etat FROM creances.plan v WHERE v.acte = :'plan';
-- each is in the history once kept, once not
SELECT genre, le, debiteur FROM creances.evenement WHERE genre LIKE 'engagement\__%' AND debiteur IN ('G', 'H') ORDER BY le, debiteur COLLATE "C";

\echo == a letter that waits when the promise comes: never sent
INSERT INTO f VALUES (70, 'F1', 1, 'F', '2024-05-06', '2024-10-09', 500), (71, 'F2', 1, 'F', '2024-05-06', '2024-10-09', 300);
CALL creances.passe_relance('2024-10-10');
SELECT creances.promettre('principal', 'F', '2024-10-18', facture => 'F1', le => '2024-10-10') IS NOT NULL;
SELECT p.debiteur, p.montant FROM creances.prendre_relances(NULL, 100, '2024-10-10') p WHERE p.debiteur = 'F';
SELECT creances.confirmer_envoi(relance, NULL, '2024-10-10') FROM creances.relance WHERE etat = 'prise' AND debiteur = 'F';
-- broken: each at the step it had reached, one message
CALL public.nuit('2024-10-22');
SELECT * FROM pg_temp.envoye('F%');
SELECT * FROM pg_temp.dit('2024-10-22', 'F%');
SELECT * FROM creances.coherence();
SELECT count(*) FROM creances.verifier_journal();
DROP EXTENSION creances CASCADE;
DROP PROCEDURE public.nuit(date);
DROP TABLE f, r;
