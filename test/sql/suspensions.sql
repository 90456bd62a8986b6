-- Acts that hold reminders back: a dispute, an insolvency, a délai de grâce.
-- What they hold leaves the queue at once, and resumes where it was.
\set QUIET on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE TABLE public.f (id integer PRIMARY KEY, numero text, client text, emis date, du date, ttc numeric, paye numeric DEFAULT 0);
INSERT INTO public.f VALUES
	(1, 'L1', 'LITIGE', '2026-08-03', '2026-09-01', 1000), (2, 'L2', 'LITIGE', '2026-08-03', '2026-09-01', 500),
	(3, 'P1', 'PC', '2026-08-03', '2026-09-01', 800), (4, 'P2', 'PC', '2026-09-14', '2026-09-16', 300),
	(5, 'G1', 'GRACE', '2026-08-03', '2026-09-01', 700),
	(6, 'K1', 'CREDIT', '2026-08-03', '2026-09-01', 400), (7, 'K2', 'CREDIT', '2026-08-03', '2026-09-02', 400), (8, 'AV', 'CREDIT', '2026-08-04', '2026-08-04', -300);
SELECT creances.suivre_factures('public.f', '{"facture": "numero", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "regle": "paye"}', depuis => '2026-09-01');
CREATE FUNCTION pg_temp.passe(au date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE n integer; d text; nb integer;
BEGIN
	PERFORM creances.rafraichir();
	n := creances._ouvrir_passe('principal', au);
	LOOP
		SELECT x.debiteur, x.nb INTO d, nb FROM creances._passe_lot('principal', au, n, 100, d) x;
		EXIT WHEN nb = 0;
	END LOOP;
	PERFORM creances._fermer_passe('principal', au, n, NULL);
END $$;
CREATE FUNCTION pg_temp.dit(au date) RETURNS SETOF text LANGUAGE sql AS
$$ SELECT concat_ws('|', facture, reste, etape_faite, etape, raison) FROM creances.decision(au) WHERE solde > 0 ORDER BY facture $$;

\echo == what is due the first night, all of it queued
SELECT pg_temp.passe('2026-09-03');
SELECT debiteur, stade, factures FROM creances.relance r, LATERAL (SELECT count(*) AS factures FROM creances.relance_creance l WHERE l.relance = r.relance AND l.reclamee) n ORDER BY debiteur;
\echo == a dispute on one of two invoices: the message goes without it
SELECT creances.consigner('principal', 'LITIGE', 'litige', '2026-09-03', 'colis manquant', 'L1', 1) AS litige \gset
SELECT pg_temp.dit('2026-09-03') LIMIT 5;
SELECT debiteur, factures, montant FROM creances.a_faire WHERE debiteur = 'LITIGE';
SELECT p.debiteur, p.montant, (SELECT string_agg(x ->> 'facture', ' ' ORDER BY x ->> 'facture') FROM jsonb_array_elements(p.factures) x) AS factures
  FROM creances.prendre_relances('courriel', 1, '2026-09-03') p WHERE p.debiteur <> 'LITIGE' UNION ALL
SELECT debiteur, montant, (SELECT string_agg(x ->> 'facture', ' ' ORDER BY x ->> 'facture') FROM jsonb_array_elements(p.factures) x)
  FROM creances.prendre_relances('courriel', 100, '2026-09-03') p WHERE debiteur = 'LITIGE';
SELECT count(creances.confirmer_envoi(relance, NULL, '2026-09-03')) FROM creances.relance WHERE etat = 'prise';
\echo == insolvency: the earlier debt is held, the later one is chased; a délai de grâce holds all
SELECT creances.consigner('principal', 'PC', 'procedure_collective', '2026-09-10', 'TC Paris, redressement') IS NOT NULL,
	   creances.consigner('principal', 'GRACE', 'delai_de_grace', '2026-09-05', 'TJ Lyon', jusque => '2026-10-05') IS NOT NULL;
SELECT pg_temp.passe('2026-09-17');
SELECT facture, suspension FROM creances.encours WHERE suspension IS NOT NULL ORDER BY facture;
SELECT pg_temp.dit('2026-09-17');
SELECT r.debiteur, r.stade, string_agg(l.facture, ' ' ORDER BY l.facture) FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance)
 WHERE r.le = '2026-09-17' AND l.reclamee GROUP BY r.debiteur, r.stade ORDER BY r.debiteur;
\echo == a hold that comes when the message waits: the pass annuls it, and says so
SELECT creances.consigner('principal', 'PC', 'litige', '2026-09-17', 'tout est contesté') AS tout \gset
SELECT pg_temp.passe('2026-09-18');
SELECT r.etat, r.motif, l.etat FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance) WHERE r.debiteur = 'PC' AND r.le = '2026-09-17';
SELECT count(*) FROM creances.a_faire WHERE debiteur = 'PC';
\echo == nothing is set against what is held: the credit goes to the next one
SELECT facture, couvert, reste, suspension FROM creances._restes('2026-09-18', 'principal', '{CREDIT}') WHERE solde > 0 ORDER BY facture;
SELECT creances.consigner('principal', 'CREDIT', 'litige', '2026-09-18', 'prix', 'K1') IS NOT NULL;
SELECT facture, couvert, reste, suspension FROM creances._restes('2026-09-18', 'principal', '{CREDIT}') WHERE solde > 0 ORDER BY facture;
\echo == the end: each resumes at the step it had reached, one step a night
SELECT creances.clore_acte(:'litige', '2026-10-06'), creances.annuler_acte(:'tout', 'erreur de saisie', '2026-10-01');
SELECT creances.clore_acte(:'litige', '2026-10-06');
SELECT pg_temp.passe('2026-10-06');
SELECT facture, raison FROM creances.decision('2026-10-06') WHERE facture IN ('L1', 'G1');
SELECT pg_temp.passe('2026-10-07');
SELECT l.facture, l.etape, r.etat FROM creances.relance_creance l JOIN creances.relance r USING (creancier, relance)
 WHERE l.reclamee AND r.le >= '2026-10-06' AND l.facture IN ('L1', 'G1', 'P1', 'P2') ORDER BY l.facture, l.etape;
SELECT pg_temp.dit('2026-10-07');
\echo == the reception of a formal notice, told by who sent it, starts the interest of a consumer
UPDATE creances.debiteur SET type = 'consommateur' WHERE debiteur = 'GRACE';
SELECT creances.passer_etape('principal', 'G1', 1, 'vu au téléphone', '2026-10-08'), creances.passer_etape('principal', 'G1', 1, 'vu au téléphone', '2026-10-09');
SELECT pg_temp.passe('2026-10-26');
SELECT creances.valider_relance(id, '2026-10-26') FROM creances.a_faire WHERE debiteur = 'GRACE';
SELECT id FROM creances.prendre_relances('lrar', 10, '2026-10-26') WHERE debiteur = 'GRACE' \gset
SAVEPOINT a;
SELECT creances.confirmer_envoi(:'id', '{"presentee_le": "le 29"}', '2026-10-27');
ROLLBACK TO a;
SELECT creances.confirmer_envoi(:'id', '{"presentee_le": "2026-10-26"}', '2026-10-27');
ROLLBACK TO a;
SELECT creances.confirmer_envoi(:'id', '{"recommande": "1A 123", "presentee_le": "2026-10-29"}', '2026-10-27');
SELECT genre, facture, le, motif FROM creances.acte WHERE genre = 'mise_en_demeure';
SELECT penalites, indemnite, convention FROM creances.reste_du('principal', 'G1', 1, '2026-11-08');
SELECT round(700 * 2.75 * 10 / 36500, 2) AS ten_days;
SELECT genre, debiteur, facture, details ->> 'genre' FROM creances.evenement WHERE genre LIKE 'acte%' OR genre = 'regime' ORDER BY instant;
SELECT * FROM creances.coherence();
ROLLBACK;
