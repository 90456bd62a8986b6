-- Statuses of electronic invoices: what each one holds, once, whatever the
-- order they come in, and what they never touch.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only on
\set graine 20260701
\set factures 80
\getenv long CREANCES_LONG
\if :{?long}
SELECT CASE WHEN :'long' IN ('', '0') THEN 80 ELSE 3000 END AS factures \gset
\endif
BEGIN;
CREATE EXTENSION creances;
CREATE TABLE public.f (id text PRIMARY KEY, numero text, echeance_no integer DEFAULT 1, client text DEFAULT 'C', emis date DEFAULT '2025-03-03', du date DEFAULT '2025-04-02',
	ttc numeric DEFAULT 1000, paye numeric DEFAULT 0);
INSERT INTO public.f (id, numero) SELECT x, x FROM unnest('{A1,A2,A3,A4,A5,A6,B1,B2,B3,B4,B5,B6,B7,D1,D2,D3,D4,P1,R1,S1,V1}'::text[]) x;
-- two instalments, three, and a credit note
INSERT INTO public.f (id, numero, echeance_no, ttc) VALUES ('E1a', 'E1', 1, 600), ('E1b', 'E1', 2, 400), ('E2a', 'E2', 1, 600), ('E2b', 'E2', 2, 400),
	('E3a', 'E3', 1, 600), ('E3b', 'E3', 2, 400), ('E4a', 'E4', 1, 600), ('E4b', 'E4', 2, 400), ('AV', 'AV', 1, -50);
SELECT creances.suivre_factures('public.f', '{"facture": "numero", "rang": "echeance_no", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "regle": "paye"}',
	depuis => '2025-03-01');
UPDATE public.f SET client = 'AUTRE' WHERE numero = 'AV';

-- what tonight claims of these invoices, and why not
CREATE FUNCTION pg_temp.dit(au date, VARIADIC f text[]) RETURNS SETOF text LANGUAGE sql AS
$$ SELECT concat_ws('|', d.facture || CASE WHEN d.rang > 1 THEN '/' || d.rang ELSE '' END, trim_scale(d.reste), d.raison)
     FROM creances.decision(au) d WHERE d.facture = ANY (f) ORDER BY d.facture, d.rang $$;
CREATE FUNCTION pg_temp.recu(facture text, code integer, le date, motif text DEFAULT NULL, montant numeric DEFAULT NULL, rang integer DEFAULT NULL, reference text DEFAULT '')
RETURNS uuid LANGUAGE sql AS $$ SELECT creances.recevoir_statut('principal', facture, rang, code, le, motif, montant, reference) $$;
-- the acts that statuses have made of an invoice
CREATE FUNCTION pg_temp.actes(f text) RETURNS SETOF text LANGUAGE sql AS
$$ SELECT concat_ws('|', a.genre, nullif(a.rang, 0), a.cause, trim_scale(a.montant), to_char(a.le, 'DD/MM'), to_char(a.jusque, 'DD/MM'), a.issue, 'annulé le ' || to_char(a.annule_le, 'DD/MM'), a.motif,
		  (SELECT string_agg(s.code || ' ' || l.effet, ', ' ORDER BY s.le, s.code) FROM creances.statut_acte l JOIN creances.statut_facture s USING (creancier, statut) WHERE l.acte = a.acte))
     FROM creances.acte a WHERE a.facture = f ORDER BY a.le, a.connu_le $$;
CREATE FUNCTION pg_temp.erreur(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, m, nullif(h, ''));
END $$;

\echo == the codes
SELECT s, creances.libelle_statut(s) FROM generate_series(199, 214) s;
\echo == refused, each by name
SELECT pg_temp.erreur(q) FROM unnest(ARRAY[
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, NULL, '2025-04-03')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 205, NULL)$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 214, '2025-04-03')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 205, 'infinity')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 205, '3000-01-01')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 206, '2025-04-03', montant => 10)$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 207, '2025-04-03')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 208, '2025-04-03', '  ')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 210, '2025-04-03', '')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 207, '2025-04-03', 'PU_ERR', 10)$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 206, '2025-04-03', 'PU_ERR', 1000.01)$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 206, '2025-04-03', 'PU_ERR', 0)$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 212, '2025-04-03', montant => 'NaN')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 212, '2025-04-03', montant => -5)$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', NULL, 212, '2025-04-03', montant => 1e15)$$,
	$$SELECT creances.recevoir_statut('principal', 'E1', NULL, 212, '2025-04-03', montant => 5)$$,
	$$SELECT creances.recevoir_statut('principal', 'INCONNUE', NULL, 205, '2025-04-03')$$,
	$$SELECT creances.recevoir_statut('principal', 'A1', 2, 205, '2025-04-03')$$,
	$$SELECT creances.recevoir_statut('autre', 'A1', NULL, 205, '2025-04-03')$$]) q;
SELECT count(*) FROM creances.statut_facture;

\echo == before: all is due
SELECT pg_temp.dit('2025-04-07', 'A1', 'A2', 'A3', 'A4', 'A5', 'A6');
SELECT dernier_jour FROM creances.prescription_creance('principal', 'A1', 1, '2025-04-07');
\echo == what is only told
SELECT count(pg_temp.recu('A1', c, '2025-03-04')) FROM generate_series(200, 204) c;
SELECT pg_temp.recu('A1', 205, '2025-04-01') IS NOT NULL;
SELECT pg_temp.dit('2025-04-07', 'A1');
\echo == 207, 210: all of it; 206: the part that is not approved, the rest is chased
SELECT count(*) FROM (VALUES (pg_temp.recu('A2', 207, '2025-04-03', 'QTE_ERR : deux colis manquants')), (pg_temp.recu('A3', 210, '2025-04-03', 'DOUBLE_FACT')),
	(pg_temp.recu('A4', 206, '2025-04-03', 'PU_ERR tarif 2024', 250.00)), (pg_temp.recu('A5', 206, '2025-04-03', 'le tout', 1000)), (pg_temp.recu('A6', 206, '2025-04-03', 'sans montant'))) v;
SELECT pg_temp.dit('2025-04-07', 'A2', 'A3', 'A4', 'A5', 'A6');
SELECT pg_temp.actes('A2') UNION ALL SELECT pg_temp.actes('A3') UNION ALL SELECT pg_temp.actes('A4') UNION ALL SELECT pg_temp.actes('A5') UNION ALL SELECT pg_temp.actes('A6');
\echo == the causes that the reason codes of the norm tell
SELECT m, creances._cause_statut(m) FROM unnest('{PU_ERR,REM_ERR,TX_TVA_ERR,MONTANTTOTAL_ERR,CALCUL_ERR,QTE_ERR,QUALITE_ERR,ART_ERR,LIVR_INCOMP,DOUBLON,DOUBLE_FACT,CMD_ERR,REF_CT_ABSENT,JUSTIF_ABS,AUTRE,qte_err : minuscules,QTE_ERREUR,prix faux}'::text[]) m;
\echo == the same, received again: the same id, nothing more
SELECT pg_temp.recu('A4', 206, '2025-04-03', 'PU_ERR tarif 2024', 250) = (SELECT statut FROM creances.statut_facture WHERE facture = 'A4') AS same,
	   pg_temp.recu('A2', 207, '2025-04-03', 'QTE_ERR : deux colis manquants') = (SELECT statut FROM creances.statut_facture WHERE facture = 'A2') AS same;
SELECT (SELECT count(*) FROM creances.statut_facture WHERE facture IN ('A2', 'A4')), (SELECT count(*) FROM creances.acte WHERE facture IN ('A2', 'A4')),
	   (SELECT count(*) FROM creances.evenement WHERE genre = 'statut' AND facture IN ('A2', 'A4'));
\echo == 205: the dispute that a status opened ends that day; one that people opened stays
SELECT creances.ouvrir_litige('principal', 'A3', 'vu au téléphone', montant => 100, cause => 'prix', le => '2025-04-03') IS NOT NULL;
SELECT count(pg_temp.recu(f, 205, '2025-04-10')) FROM unnest('{A2,A3,A4,A5,A6}'::text[]) f;
SELECT pg_temp.dit('2025-04-10', 'A2', 'A3', 'A4');
SELECT pg_temp.dit('2025-04-11', 'A2', 'A3', 'A4', 'A5', 'A6');
SELECT pg_temp.actes('A3');

\echo == no double hold: the latest status tells how far the buyer contests
-- refused after disputed: one dispute, kept
SELECT pg_temp.recu('B1', 207, '2025-04-03', 'QUALITE_ERR') IS NOT NULL, pg_temp.recu('B1', 210, '2025-04-04', 'CMD_ERR') IS NOT NULL;
SELECT pg_temp.actes('B1');
-- partly approved after disputed, then another part: never two parts at once
SELECT pg_temp.recu('B2', 207, '2025-04-03', 'PU_ERR') IS NOT NULL, pg_temp.recu('B2', 206, '2025-04-07', 'PU_ERR', 300) IS NOT NULL,
	   pg_temp.recu('B2', 206, '2025-04-09', 'PU_ERR', 200) IS NOT NULL, pg_temp.recu('B2', 206, '2025-04-10', 'PU_ERR', 200) IS NOT NULL;
SELECT pg_temp.actes('B2');
SELECT n, d.reste, d.raison FROM unnest('{2025-04-03,2025-04-04,2025-04-07,2025-04-08,2025-04-09,2025-04-11}'::date[]) n, creances.decision(n) d WHERE d.facture = 'B2';
-- all on one day, in the order they come
SELECT pg_temp.recu('B3', 206, '2025-04-03', 'PU_ERR', 300) IS NOT NULL, pg_temp.recu('B3', 206, '2025-04-03', 'PU_ERR', 200) IS NOT NULL, pg_temp.recu('B3', 210, '2025-04-03', 'DEST_ERR') IS NOT NULL;
SELECT pg_temp.actes('B3');
SELECT pg_temp.dit('2025-04-07', 'B3');

\echo == out of order: the dates of the statuses, not of their coming
-- approved on the 8th, known first
SELECT pg_temp.recu('B4', 205, '2025-04-08') IS NOT NULL, pg_temp.recu('B4', 207, '2025-04-04', 'AUTRE : vieux') IS NOT NULL;
SELECT pg_temp.actes('B4');
-- contested anew on the 9th, known before the approval of the 8th
SELECT pg_temp.recu('B5', 207, '2025-04-04', 'PU_ERR') IS NOT NULL, pg_temp.recu('B5', 207, '2025-04-09', 'QTE_ERR') IS NOT NULL, pg_temp.recu('B5', 205, '2025-04-08') IS NOT NULL;
SELECT pg_temp.actes('B5');
SELECT pg_temp.dit('2025-04-14', 'B4', 'B5');
-- completed on the 8th, suspended on the 4th; suspended again on the 10th, and a late completion of the 9th
SELECT pg_temp.recu('B6', 209, '2025-04-08') IS NOT NULL, pg_temp.recu('B6', 208, '2025-04-04', 'JUSTIF_ABS') IS NOT NULL;
SELECT pg_temp.actes('B6');
SELECT pg_temp.recu('B6', 208, '2025-04-10', 'JUSTIF_ABS') IS NOT NULL, pg_temp.recu('B6', 209, '2025-04-09') IS NOT NULL, pg_temp.recu('B6', 208, '2025-04-05', 'JUSTIF_ABS') IS NOT NULL;
SELECT pg_temp.actes('B6');
SELECT pg_temp.dit('2025-04-14', 'B6');
-- a completion between two suspensions, told last, ends neither
SELECT pg_temp.recu('D4', 208, '2025-04-04', 'JUSTIF_ABS') IS NOT NULL, pg_temp.recu('D4', 208, '2025-04-10', 'JUSTIF_ABS') IS NOT NULL, pg_temp.recu('D4', 209, '2025-04-09') IS NOT NULL;
SELECT pg_temp.actes('D4');
-- one day: suspended then completed, in either order; approved then contested, and contested then approved
SELECT pg_temp.recu('B7', 209, '2025-04-04') IS NOT NULL, pg_temp.recu('B7', 208, '2025-04-04', 'JUSTIF_ABS') IS NOT NULL,
	   pg_temp.recu('D1', 208, '2025-04-04', 'JUSTIF_ABS') IS NOT NULL, pg_temp.recu('D1', 209, '2025-04-04') IS NOT NULL,
	   pg_temp.recu('D2', 205, '2025-04-04') IS NOT NULL, pg_temp.recu('D2', 207, '2025-04-04', 'PU_ERR') IS NOT NULL,
	   pg_temp.recu('D3', 207, '2025-04-04', 'PU_ERR') IS NOT NULL, pg_temp.recu('D3', 205, '2025-04-04') IS NOT NULL;
SELECT pg_temp.dit('2025-04-07', 'B7', 'D1', 'D2', 'D3');

\echo == 208 holds until 209, whatever the time; 211 five days
SELECT pg_temp.recu('S1', 208, '2025-04-04', 'JUSTIF_ABS : bon de commande') IS NOT NULL, pg_temp.recu('P1', 211, '2025-04-04', montant => 1000) IS NOT NULL;
SELECT pg_temp.dit('2025-04-09', 'S1', 'P1');
SELECT pg_temp.dit('2025-04-10', 'S1', 'P1');
SELECT pg_temp.recu('S1', 209, '2025-06-10') IS NOT NULL, pg_temp.recu('P1', 211, '2025-04-14') IS NOT NULL, pg_temp.recu('P1', 211, '2025-04-14', reference => 'encore') IS NOT NULL;
SELECT pg_temp.dit('2025-06-10', 'S1');
SELECT pg_temp.dit('2025-06-11', 'S1');
SELECT pg_temp.actes('S1') UNION ALL SELECT pg_temp.actes('P1');

\echo == 213: it never reached the buyer: not reminded, not late, until somebody closes it
SELECT penalites > 0, indemnite FROM creances.reste_du('principal', 'R1', 1, '2025-05-02');
SELECT pg_temp.recu('R1', 213, '2025-03-05', 'REJ_SEMAN') IS NOT NULL, pg_temp.recu('R1', 213, '2025-03-06') IS NOT NULL;
SELECT pg_temp.actes('R1');
SELECT pg_temp.dit('2025-04-07', 'R1');
SELECT penalites, indemnite FROM creances.reste_du('principal', 'R1', 1, '2025-05-02');
SELECT creances.penalite_creance('principal', 'R1', 1, '2025-05-02'), suspension, penalites, indemnite FROM creances.encours WHERE facture = 'R1';
SELECT creances.clore_acte(acte, '2025-04-10') FROM creances.acte WHERE facture = 'R1';
SELECT pg_temp.dit('2025-04-11', 'R1');
-- it has reached the buyer after all: 30 days at 13,15 %
SELECT creances.penalite_creance('principal', 'R1', 1, '2025-05-02'), round(1000 * 30 * 13.15 / 36500, 2);

\echo == 212: what is announced is not claimed; the ledger says when it has come
SELECT pg_temp.recu('V1', 212, '2025-04-04', montant => 300) IS NOT NULL, pg_temp.recu('V1', 212, '2025-04-05', montant => 250) IS NOT NULL;
SELECT pg_temp.dit('2025-04-07', 'V1');
SELECT facture, rang, debiteur, devise, annonce, recu, ecart, depuis FROM creances.statut_a_rapprocher;
UPDATE public.f SET paye = 350 WHERE id = 'V1';
SELECT facture, annonce, recu, ecart, depuis FROM creances.statut_a_rapprocher;
SELECT pg_temp.dit('2025-04-07', 'V1');
UPDATE public.f SET paye = 550 WHERE id = 'V1';
SELECT count(*) FROM creances.statut_a_rapprocher;
SELECT pg_temp.dit('2025-04-07', 'V1');
-- announced by mistake
SELECT pg_temp.recu('V1', 212, '2025-04-06', montant => 450, reference => 'ERREUR') IS NOT NULL;
SELECT pg_temp.dit('2025-04-07', 'V1');
SELECT creances.annuler_acte(acte, 'encaissement d''un autre client', '2025-04-06') FROM creances.acte WHERE facture = 'V1' AND montant = 450;
SELECT pg_temp.dit('2025-04-07', 'V1'), (SELECT count(*) FROM creances.statut_a_rapprocher);
-- without an amount: all of it, each instalment
SELECT pg_temp.recu('E1', 212, '2025-04-04') IS NOT NULL;
SELECT facture, rang, annonce, recu, ecart, depuis FROM creances.statut_a_rapprocher ORDER BY rang;
SELECT pg_temp.dit('2025-04-07', 'E1');

\echo == instalments: a status is about one, or about all
SELECT pg_temp.recu('E2', 207, '2025-04-03', 'PU_ERR', rang => 2) IS NOT NULL;
SELECT pg_temp.dit('2025-04-07', 'E2');
-- all contested: the first dispute gives way; one of them approved: nothing is let go, the whole invoice is contested
SELECT pg_temp.recu('E2', 210, '2025-04-05', 'CMD_ERR') IS NOT NULL, pg_temp.recu('E2', 205, '2025-04-07', rang => 1) IS NOT NULL;
SELECT pg_temp.actes('E2');
SELECT pg_temp.dit('2025-04-08', 'E2');
-- the whole approved on the 9th, one instalment contested anew on the 10th and known before
SELECT pg_temp.recu('E2', 207, '2025-04-10', 'QTE_ERR', rang => 2) IS NOT NULL, pg_temp.recu('E2', 205, '2025-04-09') IS NOT NULL;
SELECT pg_temp.actes('E2');
SELECT pg_temp.dit('2025-04-14', 'E2');
SELECT pg_temp.recu('E3', 206, '2025-04-03', 'PU_ERR', 100, 1) IS NOT NULL, pg_temp.recu('E3', 206, '2025-04-03', 'PU_ERR', 50, 2) IS NOT NULL;
SELECT pg_temp.dit('2025-04-07', 'E3');

-- of one since the 10th; the whole completed and approved on the 9th, told later
SELECT pg_temp.recu('E4', 208, '2025-04-10', 'JUSTIF_ABS', rang => 2) IS NOT NULL, pg_temp.recu('E4', 207, '2025-04-10', 'PU_ERR', rang => 1) IS NOT NULL,
	   pg_temp.recu('E4', 209, '2025-04-09') IS NOT NULL, pg_temp.recu('E4', 205, '2025-04-09') IS NOT NULL;
SELECT pg_temp.dit('2025-04-14', 'E4');
\echo == a credit note: told, nothing to hold; a status moves no balance and no prescription
SELECT pg_temp.recu('AV', 210, '2025-04-04', 'CMD_ERR') IS NOT NULL, pg_temp.recu('AV', 208, '2025-04-04', 'JUSTIF_ABS') IS NOT NULL, pg_temp.recu('AV', 212, '2025-04-04') IS NOT NULL;
SELECT count(*) FROM creances.acte WHERE facture = 'AV';
SELECT dernier_jour FROM creances.prescription_creance('principal', 'A1', 1, '2025-04-07');
SELECT sum(solde) FROM creances.creance WHERE facture <> 'V1';

\echo == any order of coming, the same hold: random lives on two invoices, one in the order of dates
SELECT 'seed ' || :graine, setseed(:graine / 1e9) IS NULL;
-- one instalment of 1000, or two of 600 and 400
INSERT INTO public.f (id, numero, echeance_no, client, ttc)
SELECT x || n || '/' || r, x || n, r, 'Z' || n, CASE WHEN n % 2 = 1 THEN 1000 WHEN r = 1 THEN 600 ELSE 400 END
  FROM generate_series(1, :factures) n, unnest('{X,Y}'::text[]) x, generate_series(1, 2 - n % 2) r;
CREATE TEMP TABLE vie (n integer, code integer, le date, motif text, montant numeric, rang integer, portee integer[], ordre float8);
INSERT INTO vie
SELECT c.n, c.code, date '2025-04-03' + c.j, CASE WHEN c.code IN (206, 207, 208, 210) THEN 'PU_ERR' END,
	   CASE WHEN (c.rang > 0 OR c.n % 2 = 1) AND random() < 0.8
			THEN CASE c.code WHEN 206 THEN ceil(random() * 4) * 100 WHEN 212 THEN ceil(random() * 2) * 100 END END,
	   nullif(c.rang, 0), CASE WHEN c.rang > 0 THEN ARRAY[c.rang] WHEN c.n % 2 = 1 THEN '{1}' ELSE '{1,2}' END, random()
  FROM (SELECT n, j, (ARRAY[205, 205, 206, 206, 207, 207, 208, 208, 209, 209, 210, 211, 212, 204])[ceil(random() * 14)] AS code,
			   floor(random() * (3 - n % 2))::integer AS rang
		  FROM generate_series(1, :factures) n, generate_series(0, 13) j) c
 WHERE random() < 0.5;
ANALYZE creances.creance;
ANALYZE creances.debiteur;
-- in the order of their dates, then in any order, some of them twice
DO $$
DECLARE
	v vie;
BEGIN
	FOR v IN SELECT * FROM vie ORDER BY n, le LOOP
		PERFORM pg_temp.recu('X' || v.n, v.code, v.le, v.motif, v.montant, v.rang);
	END LOOP;
	FOR v IN SELECT * FROM vie ORDER BY n, ordre LOOP
		PERFORM pg_temp.recu('Y' || v.n, v.code, v.le, v.motif, v.montant, v.rang);
	END LOOP;
	FOR v IN SELECT * FROM vie WHERE ordre < 0.3 ORDER BY n, ordre DESC LOOP
		PERFORM pg_temp.recu('Y' || v.n, v.code, v.le, v.motif, v.montant, v.rang);
	END LOOP;
END $$;
-- by the rules: what no later status of its family has spoken over, whole scope
CREATE TEMP TABLE attendu AS
SELECT g.n, r.rang, greatest(0, r.montant - least(r.montant, CASE WHEN count(*) FILTER (WHERE v.code IN (207, 210, 208) OR v.code = 206 AND v.montant IS NULL) > 0 THEN r.montant
																  ELSE coalesce(sum(v.montant) FILTER (WHERE v.code = 206), 0) END)) AS conteste,
	   r.montant - coalesce(sum(coalesce(v.montant, r.montant)) FILTER (WHERE v.code = 212), 0) AS attendu
  FROM generate_series(1, :factures) g(n)
 CROSS JOIN LATERAL (SELECT i AS rang, CASE WHEN g.n % 2 = 1 THEN 1000 WHEN i = 1 THEN 600 ELSE 400 END AS montant FROM generate_series(1, 2 - g.n % 2) i) r
  LEFT JOIN vie v ON v.n = g.n AND r.rang = ANY (v.portee) AND v.code IN (206, 207, 208, 210, 212)
				 AND NOT EXISTS (SELECT FROM vie w WHERE w.n = v.n AND w.portee @> v.portee
								   AND CASE WHEN v.code = 208 THEN w.code = 209 AND w.le > v.le
											WHEN v.code <> 212 THEN w.code IN (205, 206, 207, 210) AND w.le > v.le END)
 GROUP BY g.n, r.rang, r.montant;
CREATE TEMP TABLE decide AS SELECT facture, rang, reste, raison FROM creances.decision('2025-05-12') WHERE facture ~ '^[XY]';
SELECT count(*) FILTER (WHERE reste = 0) > 0 AS some_held, count(*) FILTER (WHERE reste > 0 AND reste NOT IN (400, 600, 1000)) > 0 AS some_in_part, count(*) FILTER (WHERE raison = 'due' AND reste IN (400, 600, 1000)) > 0 AS some_free,
	   (SELECT count(*) > 0 FROM creances.statut_acte l JOIN creances.statut_facture s USING (creancier, statut) WHERE s.facture ~ '^[XY]' AND l.effet = 'deja_ouvert') AS some_joined FROM decide;
SELECT d.facture, d.rang, d.reste, a.conteste, a.attendu, d.raison FROM attendu a JOIN decide d ON d.facture IN ('X' || a.n, 'Y' || a.n) AND d.rang = a.rang
 WHERE d.reste <> greatest(0, least(a.conteste, a.attendu));
SELECT count(*) = 2 * (SELECT count(*) FROM attendu) FROM decide;
-- on no night two disputes of one scope
SELECT a.facture, a.rang, j::date, count(*) FROM creances.acte a, generate_series(timestamp '2025-04-03', '2025-05-12', '1 day') j
 WHERE a.facture ~ '^[XY]' AND a.genre = 'litige' AND a.le <= j::date AND (a.jusque IS NULL OR a.jusque >= j::date) AND (a.annule_le IS NULL OR a.annule_le > j::date)
 GROUP BY 1, 2, 3 HAVING count(*) > 1;
SELECT count(*) = (SELECT count(*) FROM vie) * 2 FROM creances.statut_facture WHERE facture ~ '^[XY]';

\echo == the record has each status once
SELECT count(*) FROM creances.statut_facture s
  LEFT JOIN (SELECT details ->> 'statut' AS statut, count(*) AS nb FROM creances.evenement WHERE genre = 'statut' GROUP BY 1) e ON e.statut = s.statut::text
 WHERE e.nb IS DISTINCT FROM 1;
SELECT details FROM creances.evenement WHERE genre = 'statut' AND facture = 'A4' AND details ->> 'code' = '206';
SELECT * FROM creances.coherence();
ROLLBACK;

\echo == what waits in the queue: a status takes out of it what it holds, at once
CREATE EXTENSION creances;
CREATE SCHEMA essai;
CREATE TABLE essai.f (numero text PRIMARY KEY, client text, emis date DEFAULT '2025-03-03', du date DEFAULT '2025-04-02', ttc numeric, paye numeric DEFAULT 0);
INSERT INTO essai.f (numero, client, ttc) VALUES ('H1', 'H', 1000), ('H2', 'H', 500), ('I1', 'I', 800), ('J1', 'J', 700);
SELECT creances.suivre_factures('essai.f', '{"facture": "numero", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "regle": "paye"}', depuis => '2025-03-01');
CREATE FUNCTION essai.file() RETURNS SETOF text LANGUAGE sql AS $$ SELECT concat_ws('|', debiteur, factures, montant) FROM creances.a_faire ORDER BY debiteur $$;
CREATE FUNCTION essai.pris(au date) RETURNS SETOF text LANGUAGE sql AS $$ SELECT concat_ws('|', debiteur, montant) FROM creances.prendre_relances('courriel', 100, au) ORDER BY debiteur $$;
CALL creances.passe_relance('2025-04-03');
SELECT essai.file();
-- one of two contested, a part of the only one, all of the only one
SELECT creances.recevoir_statut('principal', 'H1', NULL, 207, '2025-04-03', 'LIVR_INCOMP') IS NOT NULL, creances.recevoir_statut('principal', 'I1', 1, 206, '2025-04-03', 'PU_ERR', 300) IS NOT NULL,
	   creances.recevoir_statut('principal', 'J1', NULL, 208, '2025-04-03', 'JUSTIF_ABS') IS NOT NULL;
SELECT essai.file();
SELECT essai.pris('2025-04-03');
SELECT count(creances.confirmer_envoi(relance, NULL, '2025-04-03')) FROM creances.relance WHERE etat = 'prise';
CALL creances.passe_relance('2025-04-04');
SELECT debiteur, etat, motif FROM creances.relance ORDER BY debiteur;
-- completed: it resumes where it was, with its first step; approved: so does the other
SELECT creances.recevoir_statut('principal', 'J1', NULL, 209, '2025-04-07') IS NOT NULL, creances.recevoir_statut('principal', 'H1', NULL, 205, '2025-04-07') IS NOT NULL;
CALL creances.passe_relance('2025-04-07');
SELECT facture, raison FROM creances.decision('2025-04-07') ORDER BY facture;
CALL creances.passe_relance('2025-04-08');
SELECT facture, etape_faite, etape, raison FROM creances.decision('2025-04-08') ORDER BY facture;
SELECT essai.file();
SELECT * FROM creances.coherence();
DROP SCHEMA essai CASCADE;
DROP EXTENSION creances;
