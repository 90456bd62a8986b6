-- Disputes and what people, or a judge, hold: arguments, a part that is
-- contested and a rest that is chased, every way to close, overlaps, and the
-- step at which reminders resume.
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
-- (identifiers are not the test's matter)
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
CREATE TABLE f (id integer PRIMARY KEY, numero text, rang integer DEFAULT 1, client text, emis date, du date, ttc numeric);
CREATE TABLE r (id integer PRIMARY KEY, numero text, rang integer DEFAULT 1, client text, le date, montant numeric, genre text DEFAULT 'virement');
SELECT creances.suivre_factures('f', '{"facture": "numero", "rang": "rang", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc"}', depuis => '2024-01-01');
SELECT creances.suivre_reglements('r', '{"reglement": "id", "facture": "numero", "rang": "rang", "debiteur": "client", "date": "le", "montant": "montant", "nature": "genre"}', factures => 'f');
-- what may be claimed on a day, and why the rest may not
CREATE FUNCTION pg_temp.retenu(au date, modele text DEFAULT '%') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT concat_ws(' | ', x.facture || ':' || x.rang, trim_scale(x.solde), trim_scale(x.exigible), trim_scale(x.reste),
								  coalesce(x.suspension || coalesce(' -> ' || to_char(x.jusque, 'YYYY-MM-DD'), ''), '-'), x.en_partie)
		  FROM creances._restes(au, 'principal') x WHERE x.facture LIKE modele AND x.solde > 0 ORDER BY x.facture COLLATE "C", x.rang;
END $$;
CREATE FUNCTION pg_temp.dit(au date, modele text DEFAULT '%') RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY SELECT concat_ws(' | ', d.facture, trim_scale(d.reste), d.etape_faite, d.etape, d.raison)
		  FROM creances.decision(au) d WHERE d.solde > 0 AND d.facture LIKE modele ORDER BY d.facture COLLATE "C", d.rang;
END $$;
-- one night and its day: the pass, then all that may go is sent
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
		 GROUP BY k.relance, k.envoyee_le, k.stade ORDER BY k.envoyee_le, k.stade;
END $$;

\echo == arguments
INSERT INTO f VALUES (1, 'A1', 1, 'A', '2024-05-06', '2024-06-03', 1000), (2, 'A2', 1, 'A', '2024-05-06', '2024-06-03', 600), (3, 'A2', 2, 'A', '2024-05-06', '2024-07-03', 400);
SELECT creances.ouvrir_litige('principal', 'A1', 'prix de la ligne 3', montant => 100, cause => 'prix', le => '2024-05-20') AS part \gset
SELECT creances.ouvrir_litige('principal', 'A2', 'colis manquant', cause => 'livraison', le => '2024-05-20') AS tout \gset
SELECT creances.suspendre('principal', 'A', 'le directeur rappelle', '2024-05-31', le => '2024-05-20') AS main \gset
SELECT creances.ouvrir_procedure_collective('principal', 'A', '2024-05-20') AS procedure \gset
SELECT creances.annuler_acte(:'procedure', 'homonyme', '2024-05-21');
SELECT q, pg_temp.refus('SELECT creances.' || q) FROM unnest(ARRAY[
	$$ouvrir_litige(NULL, 'A1', 'x')$$, $$ouvrir_litige('autre', 'A1', 'x')$$, $$ouvrir_litige('principal', NULL, 'x')$$, $$ouvrir_litige('principal', '', 'x')$$,
	$$ouvrir_litige('principal', 'Z9', 'x')$$, $$ouvrir_litige('principal', 'A1', 'x', 2)$$, $$ouvrir_litige('principal', 'A1', 'x', -1)$$, $$ouvrir_litige('principal', 'A1', 'x', 0)$$,
	$$ouvrir_litige('principal', 'A1', NULL)$$, $$ouvrir_litige('principal', 'A1', '  ')$$,
	$$ouvrir_litige('principal', 'A1', 'x', cause => 'humeur')$$, $$ouvrir_litige('principal', 'A1', 'x', cause => NULL)$$,
	$$ouvrir_litige('principal', 'A1', 'x', le => NULL)$$, $$ouvrir_litige('principal', 'A1', 'x', le => 'infinity')$$, $$ouvrir_litige('principal', 'A1', 'x', le => '1066-10-14')$$,
	$$ouvrir_litige('principal', 'A1', 'x', montant => 0)$$, $$ouvrir_litige('principal', 'A1', 'x', montant => -1)$$, $$ouvrir_litige('principal', 'A1', 'x', montant => 'NaN')$$,
	$$ouvrir_litige('principal', 'A1', 'x', montant => 'Infinity')$$, $$ouvrir_litige('principal', 'A1', 'x', montant => 1e15)$$, $$ouvrir_litige('principal', 'A1', 'x', montant => 0.0000001)$$,
	-- an amount is one receivable's; the same act is not written twice
	$$ouvrir_litige('principal', 'A2', 'x', montant => 10)$$, $$ouvrir_litige('principal', 'A1', 'encore', 1, 100, 'prix', '2024-05-20')$$]) q;
SELECT pg_temp.refus(format('SELECT creances.' || q, CASE q ~ 'TOUT' WHEN true THEN :'tout' ELSE :'part' END)) AS refus, q FROM unnest(ARRAY[
	$$clore_litige(NULL, 'retire')$$, $$clore_litige('00000000-0000-0000-0000-000000000000', 'retire')$$,
	$$clore_litige(%L, NULL)$$, $$clore_litige(%L, 'gagne')$$, $$clore_litige(%L, 'retire', NULL)$$, $$clore_litige(%L, 'retire', 'infinity')$$,
	$$clore_litige(%L, 'retire', '2024-05-19')$$, $$clore_litige(%L, 'partiel', '2024-05-21')$$, $$clore_litige(%L, 'partiel', '2024-05-21', 0)$$,
	$$clore_litige(%L, 'partiel', '2024-05-21', -1)$$, $$clore_litige(%L, 'partiel', '2024-05-21', 'NaN')$$, $$clore_litige(%L, 'partiel', '2024-05-21', 'Infinity')$$,
	$$clore_litige(%L, 'fonde', '2024-05-21', 100.01)$$, $$clore_litige(%L, 'fonde', '2024-05-21', 0.0000001)$$, $$clore_litige(%L, 'retire', '2024-05-21', 10)$$,
	$$clore_litige(%L /* TOUT */, 'partiel', '2024-05-21', 10)$$]) q;
SELECT pg_temp.refus(format('SELECT creances.clore_litige(%L, %L)', :'main', 'retire')), pg_temp.refus(format('SELECT creances.clore_litige(%L, %L)', :'procedure', 'retire'));
SELECT q, pg_temp.refus('SELECT creances.' || q) FROM unnest(ARRAY[
	$$suspendre('principal', 'A', 'x', NULL)$$, $$suspendre('principal', 'A', 'x', 'infinity', le => '2024-05-20')$$, $$suspendre('principal', 'A', 'x', '2024-05-19', le => '2024-05-20')$$,
	$$suspendre('principal', 'A', 'x', '3024-05-19', le => '2024-05-20')$$, $$suspendre('principal', 'A', NULL, '2024-06-30', le => '2024-05-20')$$, $$suspendre('principal', 'A', 'x', '2024-06-30', le => NULL)$$,
	$$suspendre('principal', 'Z', 'x', '2024-06-30', le => '2024-05-20')$$, $$suspendre('principal', NULL, 'x', '2024-06-30', le => '2024-05-20')$$,
	$$suspendre('principal', 'A', 'x', '2024-06-30', 'Z9', le => '2024-05-20')$$, $$suspendre('principal', 'A', 'x', '2024-06-30', NULL, 1, '2024-05-20')$$,
	$$suspendre('principal', 'A', 'x', '2024-06-30', le => '2024-05-20')$$,
	$$accorder_delai_grace('principal', 'A', '2024-05-20', NULL, 'TJ Lyon')$$, $$accorder_delai_grace('principal', 'A', '2024-05-20', '2026-05-21', 'TJ Lyon')$$,
	$$accorder_delai_grace('principal', 'A', '2024-05-20', '2024-05-19', 'TJ Lyon')$$, $$accorder_delai_grace('principal', 'A', '2024-05-20', 'infinity', 'TJ Lyon')$$,
	$$accorder_delai_grace('principal', 'A', NULL, '2024-05-19', 'TJ Lyon')$$, $$accorder_delai_grace('principal', 'A', '2024-05-20', '2024-06-19', '')$$,
	$$ouvrir_procedure_collective('principal', 'A', '2024-05-20', nature => 'faillite')$$, $$ouvrir_procedure_collective('principal', 'A', '2024-05-20', nature => NULL)$$,
	$$ouvrir_procedure_collective('principal', 'A', NULL)$$, $$ouvrir_procedure_collective('principal', 'A', '-infinity')$$, $$ouvrir_procedure_collective('principal', 'Z', '2024-05-20')$$,
	$$ouvrir_procedure_collective('principal', 'A', '2024-05-20', '2024-05-19', reference => 'autre')$$, $$ouvrir_procedure_collective('principal', 'A', '2024-05-20')$$]) q;
SELECT pg_temp.refus(format('SELECT creances.reprendre(%L, %L)', :'part', 'x')), pg_temp.refus(format('SELECT creances.reprendre(%L, %L)', :'main', ' ')),
	   pg_temp.refus(format('SELECT creances.reprendre(%L, NULL)', :'main')), pg_temp.refus(format('SELECT creances.reprendre(%L, %L, %L)', :'main', 'x', '2024-06-01')),
	   pg_temp.refus(format('SELECT creances.reprendre(%L, %L, %L)', :'main', 'x', '2024-05-19')), pg_temp.refus(format('SELECT creances.reprendre(%L, %L, NULL)', :'main', 'x'));
SELECT pg_temp.refus(format('SELECT creances.publier_procedure(%L, %L)', :'part', '2024-06-01')), pg_temp.refus(format('SELECT creances.publier_procedure(%L, %L)', :'procedure', '2024-06-01'));
SELECT count(*) FROM creances.acte;

\echo == the contested part is not claimed, the rest is; payments go to what is not contested
SELECT creances.reprendre(:'main', 'vu', '2024-05-20'), creances.clore_litige(:'tout', 'retire', '2024-05-20');
SELECT * FROM pg_temp.retenu('2024-06-04');
SELECT creances.ouvrir_litige('principal', 'A1', 'et la ligne 5', montant => 150.5, cause => 'quantite', le => '2024-06-04', reference => 'ligne 5') AS deux \gset
SELECT * FROM pg_temp.retenu('2024-06-04', 'A1');
CALL public.nuit('2024-06-04');
SELECT * FROM pg_temp.envoye('A%');
-- late by one day on what is claimed: 749.5 x 14.5 % / 365
SELECT l.facture, l.solde, l.montant, l.penalites, round(l.montant * 14.5 / 36500, 2) AS slowly FROM creances.relance_creance l WHERE l.etat = 'envoyee' AND l.facture = 'A1';
INSERT INTO r VALUES (1, 'A1', 1, 'A', '2024-06-05', 700);
SELECT * FROM pg_temp.retenu('2024-06-06', 'A1');
INSERT INTO r VALUES (2, 'A1', 1, 'A', '2024-06-06', 100);
SELECT * FROM pg_temp.retenu('2024-06-07', 'A1');
SELECT * FROM pg_temp.dit('2024-06-12', 'A1');
DELETE FROM r;
-- the last of the two days is known when both are
SELECT creances.clore_acte(:'deux', '2024-06-20');
SELECT creances.ouvrir_litige('principal', 'A1', 'tout le reste', montant => 800, le => '2024-06-07', reference => 'reste') AS trois \gset
SELECT * FROM pg_temp.retenu('2024-06-07', 'A1');
SELECT creances.clore_acte(:'part', '2024-06-18'), creances.clore_acte(:'trois', '2024-06-19');
SELECT j, x FROM unnest('{2024-06-18,2024-06-19,2024-06-20,2024-06-21}'::date[]) j, pg_temp.retenu(j, 'A1') x ORDER BY j;
-- all due dates of an invoice, or one; whoever owes it now
SELECT creances.ouvrir_litige('principal', 'A2', 'rang 2', 2, le => '2024-06-21') IS NOT NULL;
SELECT * FROM pg_temp.retenu('2024-06-21', 'A2');
UPDATE f SET client = 'A bis' WHERE numero = 'A2';
SELECT * FROM pg_temp.retenu('2024-06-21', 'A2');

\echo == every way to close: what is found right waits for its credit note
INSERT INTO f SELECT 10 + n, 'B' || n, 1, 'B' || n, '2024-05-06', '2024-06-03', 1000 FROM generate_series(1, 8) n;
CREATE TEMP TABLE litige AS SELECT n, creances.ouvrir_litige('principal', 'B' || n, 'quantité', montant => CASE WHEN n <> 7 THEN 300 END, cause => 'quantite', le => '2024-06-04') AS id FROM generate_series(1, 7) n;
SELECT * FROM pg_temp.retenu('2024-06-10', 'B%');
SELECT creances.clore_litige(l.id, o.issue, '2024-06-10', o.admis) FROM litige l
  JOIN (VALUES (1, 'fonde', NULL), (2, 'fonde', 250), (3, 'partiel', 120), (4, 'non_fonde', NULL), (5, 'retire', NULL), (6, 'regularise', NULL), (7, 'fonde', NULL::numeric)) o (n, issue, admis) USING (n);
-- its last day, and the day after
SELECT * FROM pg_temp.retenu('2024-06-10', 'B%');
SELECT * FROM pg_temp.retenu('2024-06-11', 'B%');
-- the credit note comes, in two times, and for more: never less than what is owed
INSERT INTO r SELECT 20 + n, 'B' || n, 1, 'B' || n, '2024-06-12', 100, 'avoir' FROM unnest('{1,2,3,7,8}'::integer[]) n;
SELECT * FROM pg_temp.retenu('2024-06-12', 'B%');
INSERT INTO r SELECT 30 + n, 'B' || n, 1, 'B' || n, '2024-06-13', 200, 'avoir' FROM unnest('{1,2,3}'::integer[]) n;
SELECT * FROM pg_temp.retenu('2024-06-13', 'B%');
-- a payment is not a credit note
INSERT INTO r VALUES (47, 'B7', 1, 'B7', '2024-06-13', 500, 'virement');
SELECT * FROM pg_temp.retenu('2024-06-13', 'B7');
-- settled otherwise: closed again, once
SELECT pg_temp.refus(format('SELECT creances.clore_litige(%L, %L, %L)', id, 'fonde', '2024-06-14')) FROM litige WHERE n IN (1, 7);
SELECT pg_temp.refus(format('SELECT creances.clore_litige(%L, %L, %L)', id, 'regularise', '2024-06-14')) FROM litige WHERE n IN (4, 5, 6);
SELECT creances.clore_litige(id, 'regularise', '2024-06-13') FROM litige WHERE n = 7;
SELECT * FROM pg_temp.retenu('2024-06-14', 'B7');
SELECT l.n, s.motif, s.montant, s.cause, s.issue, s.admis, s.jusque, s.en_cours FROM litige l JOIN creances.suspension s ON s.acte = l.id ORDER BY l.n;
SELECT * FROM creances.coherence();

\echo == overlaps: the most careful wins, and the gravest is told
INSERT INTO f VALUES (50, 'C1', 1, 'C', '2024-05-06', '2024-06-03', 1000), (51, 'C2', 1, 'C', '2024-06-12', '2024-06-13', 50);
SELECT creances.suspendre('principal', 'C', 'congés', '2024-06-30', le => '2024-06-04') IS NOT NULL, creances.ouvrir_litige('principal', 'C1', 'prix', montant => 400, le => '2024-06-05') IS NOT NULL,
	   creances.promettre('principal', 'C', '2024-07-05', 700, 'C1', le => '2024-06-06') IS NOT NULL;
SELECT creances.accorder_delai_grace('principal', 'C', '2024-06-10', '2024-06-20', 'TJ Lyon') IS NOT NULL;
SELECT creances.ouvrir_litige('principal', 'C1', 'tout', le => '2024-06-11') AS tout \gset
SELECT creances.clore_litige(:'tout', 'non_fonde', '2024-06-25');
-- a debt born after them is not theirs
SELECT j, x FROM unnest('{2024-06-04,2024-06-05,2024-06-09,2024-06-10,2024-06-20,2024-06-21,2024-06-25,2024-06-26,2024-06-30,2024-07-01,2024-07-08,2024-07-09}'::date[]) j, pg_temp.retenu(j, 'C%') x ORDER BY j;
SELECT creances.ouvrir_procedure_collective('principal', 'C', '2024-06-12', '2024-06-20', 'liquidation') AS pc \gset
SELECT j, x FROM unnest('{2024-06-11,2024-06-12,2024-06-30,2024-12-01}'::date[]) j, pg_temp.retenu(j, 'C%') x ORDER BY j;
-- its closing revives nothing; it was a namesake: from that day on it does not count
SELECT creances.clore_acte(:'pc', '2024-07-31');
SELECT * FROM pg_temp.retenu('2024-08-01', 'C%');
SELECT creances.annuler_acte(:'pc', 'homonyme', '2024-09-02');
SELECT j, x FROM unnest('{2024-09-01,2024-09-02}'::date[]) j, pg_temp.retenu(j, 'C1') x ORDER BY j;

\echo == a hold that ends: the step that was reached, one a night, at the distance of the scenario
INSERT INTO f VALUES (60, 'D1', 1, 'D', '2024-05-06', '2024-06-03', 1000), (61, 'D2', 1, 'D', '2024-05-06', '2024-06-03', 500);
CALL public.nuit('2024-06-24');
SELECT creances.ouvrir_litige('principal', 'D1', 'prix', le => '2024-06-25') AS prix \gset
CALL public.nuit('2024-07-01');
CALL public.nuit('2024-07-09');
CALL public.nuit('2024-07-29');
CALL public.nuit('2024-08-13');
SELECT * FROM pg_temp.envoye('D%');
SELECT creances.clore_litige(:'prix', 'non_fonde', '2024-09-01');
SELECT * FROM pg_temp.dit('2024-09-01', 'D1');
-- 90 days late: the second step that night, the third 8 days later, the fourth and the fifth 15 days later each
CALL public.nuit('2024-09-02');
CALL public.nuit('2024-09-03');
CALL public.nuit('2024-09-09');
CALL public.nuit('2024-09-10');
CALL public.nuit('2024-09-24');
CALL public.nuit('2024-09-25');
CALL public.nuit('2024-10-09');
CALL public.nuit('2024-10-10');
SELECT * FROM pg_temp.envoye('D1');
SELECT * FROM pg_temp.dit('2024-10-11', 'D%');

\echo == what waits in the queue: whole, it leaves; in part, the message asks for less
INSERT INTO f VALUES (70, 'E1', 1, 'E', '2024-09-16', '2024-10-10', 1000), (71, 'E2', 1, 'E', '2024-09-16', '2024-10-10', 500), (72, 'F1', 1, 'F', '2024-09-16', '2024-10-10', 200);
CALL creances.passe_relance('2024-10-11');
SELECT debiteur, factures, montant FROM creances.a_faire WHERE debiteur IN ('E', 'F') ORDER BY debiteur;
SELECT creances.ouvrir_litige('principal', 'E1', 'prix', montant => 999, le => '2024-10-11') IS NOT NULL, creances.ouvrir_litige('principal', 'E2', 'prix', le => '2024-10-11') IS NOT NULL;
SELECT creances.suspendre('principal', 'F', 'accord verbal', '2024-10-31', 'F1', 1, '2024-10-11') AS main \gset
SELECT debiteur, factures, montant FROM creances.a_faire WHERE debiteur IN ('E', 'F') ORDER BY debiteur;
SELECT p.debiteur, p.montant, p.factures -> 0 ->> 'facture' AS facture, p.factures -> 0 ->> 'solde' AS solde, jsonb_array_length(p.factures) FROM creances.prendre_relances(NULL, 100, '2024-10-11') p WHERE p.debiteur IN ('E', 'F');
SELECT l.facture, l.etat, k.etat, k.motif FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE l.facture ~ '^[EF]' ORDER BY l.facture;
CALL creances.passe_relance('2024-10-14');
SELECT l.facture, l.etat, k.etat, k.motif FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE l.facture ~ '^F' ORDER BY l.facture;
-- taken up again: the last day is that day, the message goes the next one
SELECT creances.reprendre(:'main', 'le client a répondu', '2024-10-15');
SELECT * FROM pg_temp.dit('2024-10-15', 'F1');
CALL creances.passe_relance('2024-10-15');
CALL creances.passe_relance('2024-10-16');
SELECT k.le, l.facture, l.etape, l.occurrence, k.etat FROM creances.relance k JOIN creances.relance_creance l USING (creancier, relance) WHERE l.facture = 'F1' ORDER BY k.le;
SELECT pg_temp.refus(format('SELECT creances.reprendre(%L, %L, %L)', :'main', 'x', '2024-10-16'));
-- each fact is in the history, with who, when and why
SELECT genre, le, facture, details - 'acte' FROM creances.evenement WHERE debiteur IN ('E', 'F') AND relance IS NULL ORDER BY instant;

\echo == credits go to what is neither held nor contested, the oldest first
INSERT INTO f VALUES (80, 'G1', 1, 'G', '2024-05-06', '2024-06-03', 100), (81, 'G2', 1, 'G', '2024-05-06', '2024-06-04', 200), (82, 'G3', 1, 'G', '2024-05-06', '2024-06-05', 300), (83, 'GAV', 1, 'G', '2024-05-06', '2024-05-06', -250);
SELECT * FROM pg_temp.retenu('2024-10-16', 'G%');
SELECT creances.ouvrir_litige('principal', 'G1', 'prix', le => '2024-10-16') IS NOT NULL, creances.ouvrir_litige('principal', 'G2', 'prix', montant => 150, le => '2024-10-16') IS NOT NULL;
SELECT * FROM pg_temp.retenu('2024-10-16', 'G%');

SELECT * FROM creances.coherence();
SELECT count(*) FROM creances.verifier_journal();
DROP EXTENSION creances CASCADE;
DROP PROCEDURE public.nuit(date);
DROP TABLE f, r;
