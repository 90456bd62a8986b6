-- The lawyer's file: everything of a debtor as of a day, the figures of the
-- views, and nothing that was dated later.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET timezone = 'Europe/Paris';
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE TABLE public.f (id integer PRIMARY KEY, numero text, client text, emis date, livre date, du date, ttc numeric, devise text DEFAULT 'EUR', nature text DEFAULT 'facture');
CREATE TABLE public.p (id integer PRIMARY KEY, facture text, client text, le date, montant numeric);
INSERT INTO public.f (id, numero, client, emis, du, ttc) VALUES
	(1, 'A1', 'ALPHA', '2024-11-04', '2024-12-04', 1200), (2, 'A2', 'ALPHA', '2024-12-02', '2025-01-01', 800.50), (3, 'A3', 'ALPHA', '2025-01-06', '2025-02-05', 2400),
	(4, 'A4', 'ALPHA', '2025-05-05', '2025-06-04', 999), (5, 'B1', 'BÊTA', '2024-11-04', '2024-12-04', 3000), (6, 'B2', 'BÊTA', '2025-01-06', '2025-02-05', 500),
	(7, 'C1', 'CONSO', '2024-12-02', '2025-01-01', 350), (8, 'P1', 'MAIRIE', '2024-12-02', '2025-01-01', 1850),
	(9, 'T1', 'ALPHA', '2025-01-06', '2025-02-05', 640);
INSERT INTO public.f VALUES
	(20, 'U1', 'ALPHA', '2024-12-02', '2024-12-03', '2025-01-01', 1500, 'USD', 'facture'), (21, 'AV1', 'ALPHA', '2025-02-03', NULL, '2025-02-03', -100, 'EUR', 'avoir'),
	(22, 'G1', 'ÉTRANGER', '2025-01-06', NULL, '2025-02-05', 700, 'EUR', 'facture');
INSERT INTO public.p VALUES (1, 'A1', 'ALPHA', '2025-01-15', 300), (2, 'A2', 'ALPHA', '2025-01-20', 800.50);
SELECT creances.suivre_factures('public.f', '{"facture": "numero", "debiteur": "client", "emission": "emis", "livraison": "livre", "echeance": "du", "montant": "ttc", "devise": "devise", "nature": "nature"}', depuis => '2024-11-01');
SELECT creances.suivre_reglements('public.p', '{"facture": "facture", "debiteur": "client", "date": "le", "montant": "montant"}');
UPDATE creances.debiteur SET type = 'consommateur' WHERE debiteur = 'CONSO';
UPDATE creances.debiteur SET type = 'public' WHERE debiteur = 'MAIRIE';
UPDATE creances.debiteur SET nom = 'Alpha & fils', siren = '732829320', courriel = 'compta@alpha.example' WHERE debiteur = 'ALPHA';
INSERT INTO creances.debiteur (creancier, debiteur, nom) VALUES ('principal', 'VIDE', 'Sans facture');
CREATE FUNCTION pg_temp.essai(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	indice text;
BEGIN
	EXECUTE requete;
	RETURN 'accepte';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS indice = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, CASE WHEN indice <> '' THEN 'indice' END);
END $$;
-- Actions as the engine leaves them, with their events: queued, then what follows.
CREATE FUNCTION pg_temp.action(n integer, debiteur text, devise text, canal text, stade text, jour date, factures text[], valider boolean DEFAULT false) RETURNS void LANGUAGE sql AS $$
	INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat)
	VALUES ('principal', md5(n::text)::uuid, debiteur, devise, CASE canal WHEN 'telephone' THEN 'telephone' WHEN 'interne' THEN 'interne' ELSE 'message' END, jour, 'standard', canal,
			stade::creances.stade_relance, valider, CASE WHEN valider THEN 'a_valider' ELSE 'a_envoyer' END);
	INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, echeance, etat)
	SELECT 'principal', md5(n::text)::uuid, c.facture, c.rang, true, n, stade::creances.stade_relance, c.echeance, CASE WHEN valider THEN 'a_valider' ELSE 'a_envoyer' END
	  FROM creances.creance c WHERE c.facture = ANY (factures);
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details) VALUES ('principal', 'mise_en_file', jour, debiteur, md5(n::text)::uuid, '{}');
$$;
CREATE FUNCTION pg_temp.suite(n integer, quoi text, jour date, motif text DEFAULT NULL, citees text[] DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	id CONSTANT uuid := md5(n::text)::uuid;
BEGIN
	UPDATE creances.relance r
	   SET etat = CASE quoi WHEN 'validation' THEN 'a_envoyer' WHEN 'prise' THEN 'prise' WHEN 'envoi' THEN 'envoyee' WHEN 'echec' THEN 'echec' ELSE 'annulee' END,
		   motif = suite.motif,
		   validee_le = CASE quoi WHEN 'validation' THEN jour ELSE r.validee_le END, validee_par = CASE quoi WHEN 'validation' THEN 'chef' ELSE r.validee_par END,
		   prise_le = CASE quoi WHEN 'prise' THEN jour ELSE r.prise_le END, prise_par = CASE quoi WHEN 'prise' THEN 'facteur' ELSE r.prise_par END,
		   envoyee_le = CASE quoi WHEN 'envoi' THEN jour END, preuve = CASE quoi WHEN 'envoi' THEN jsonb_build_object('id', 'M-' || n) END,
		   montant = CASE quoi WHEN 'prise' THEN 100.5 * n ELSE r.montant END, penalites = CASE quoi WHEN 'prise' THEN 12.30 ELSE r.penalites END,
		   indemnites = CASE quoi WHEN 'prise' THEN 40 ELSE r.indemnites END, langue = CASE quoi WHEN 'prise' THEN 'fr' ELSE r.langue END,
		   sujet = CASE quoi WHEN 'prise' THEN 'Votre compte' ELSE r.sujet END, corps = CASE quoi WHEN 'prise' THEN E'Madame, Monsieur,\nil reste...' ELSE r.corps END
	 WHERE r.relance = id;
	UPDATE creances.relance_creance l
	   SET etat = r.etat, solde = CASE quoi WHEN 'prise' THEN 100.5 ELSE l.solde END, montant = CASE quoi WHEN 'prise' THEN 100.5 ELSE l.montant END
	  FROM creances.relance r WHERE l.relance = id AND r.relance = id;
	INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, echeance, etat, solde)
	SELECT 'principal', id, c.facture, c.rang, false, c.echeance, 'prise', c.solde FROM creances.creance c WHERE c.facture = ANY (citees);
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	SELECT 'principal', quoi, jour, r.debiteur, id, jsonb_strip_nulls(jsonb_build_object('motif', suite.motif, 'preuve', CASE quoi WHEN 'envoi' THEN r.preuve END)) FROM creances.relance r WHERE r.relance = id;
END $$;

\echo == a year of it: what is in the file of ALPHA
SELECT creances.convenir('principal', '2024-01-01', 'BCE+12', source => 'CGV 2024');
SELECT creances.convenir('principal', '2024-06-01', '15 %', 'ALPHA', source => 'contrat n° 7');
SELECT pg_temp.action(1, 'ALPHA', 'EUR', 'courriel', 'relance_1', '2025-02-10', '{A1,A3}'), pg_temp.suite(1, 'prise', '2025-02-10', NULL, '{T1}'), pg_temp.suite(1, 'envoi', '2025-02-10'),
	   pg_temp.action(2, 'ALPHA', 'USD', 'courriel', 'relance_1', '2025-02-10', '{U1}'), pg_temp.suite(2, 'prise', '2025-02-10'),
	   pg_temp.action(3, 'BÊTA', 'EUR', 'telephone', 'relance_2', '2025-02-10', '{B1,B2}');
SELECT creances.ouvrir_litige('principal', 'A3', 'colis manquant', 1, 400, 'quantite', '2025-02-11') IS NOT NULL,
	   creances.promettre('principal', 'BÊTA', '2025-03-01', 1000, le => '2025-02-12') IS NOT NULL,
	   creances.accorder_delai_grace('principal', 'ÉTRANGER', '2025-03-03', '2025-04-30', 'TJ Lyon') IS NOT NULL,
	   creances.consigner('principal', 'CONSO', 'mise_en_demeure', '2025-02-20', 'LRAR reçue') IS NOT NULL,
	   creances.consigner('principal', 'ALPHA', 'frais', '2025-02-25', 'commissaire de justice', 'A1', 1, montant => 85.30) IS NOT NULL;
SELECT pg_temp.suite(2, 'envoi', '2025-02-12'), pg_temp.suite(3, 'prise', '2025-02-20'), pg_temp.suite(3, 'envoi', '2025-02-21'),
	   pg_temp.action(4, 'ALPHA', 'EUR', 'lrar', 'mise_en_demeure', '2025-02-20', '{A1,A3}', true), pg_temp.action(5, 'ÉTRANGER', 'EUR', 'lettre', 'relance_3', '2025-02-20', '{G1}'),
	   pg_temp.suite(5, 'prise', '2025-02-20'), pg_temp.suite(5, 'echec', '2025-02-24', 'NPAI'), pg_temp.action(7, 'ALPHA', 'EUR', 'telephone', 'relance_2', '2025-02-20', '{A1}');
INSERT INTO public.p VALUES (3, 'B1', 'BÊTA', '2025-02-27', 1000);
SELECT creances.rafraichir() IS NOT NULL, creances.sceller_journal() > 0;
CREATE TEMP TABLE avant AS
SELECT jour, debiteur, creances.dossier('principal', debiteur, jour) AS dossier
  FROM creances.debiteur, (VALUES (date '2025-02-10'), ('2025-02-15'), ('2025-02-26'), ('2025-03-12')) j(jour);
-- and then
SELECT pg_temp.suite(4, 'validation', '2025-03-20'), pg_temp.suite(4, 'prise', '2025-03-21', NULL, '{T1}'), pg_temp.suite(4, 'envoi', '2025-03-24'),
	   pg_temp.suite(7, 'annulation', '2025-04-02', 'plus rien n''est à réclamer');
INSERT INTO public.p VALUES (4, 'A1', 'ALPHA', '2025-04-02', 1000), (5, 'U1', 'ALPHA', '2025-04-02', 500), (6, NULL, 'BÊTA', '2025-05-01', 60);
SELECT creances.clore_litige(acte, 'partiel', '2025-04-10', 150) FROM creances.acte WHERE genre = 'litige';
UPDATE creances.engagement SET tenu_le = '2025-03-14';
SELECT creances.ouvrir_procedure_collective('principal', 'BÊTA', '2025-04-14', '2025-04-22') IS NOT NULL;
SELECT creances.annuler_acte(acte, 'note de frais refusée', '2025-05-02') FROM creances.acte WHERE genre = 'frais';
SELECT creances.recevoir_statut('principal', 'A4', 1, 204, '2025-05-20') IS NOT NULL;
SELECT creances.rafraichir() IS NOT NULL, creances.sceller_journal() > 0;
SELECT pg_temp.action(6, 'ALPHA', 'EUR', 'interne', 'contentieux', '2025-06-20', '{A3}');
-- (what the ERP corrects is dated by the day when it is seen: as of a past day it has not happened)
UPDATE public.f SET ttc = 2300 WHERE numero = 'A3';
UPDATE public.f SET client = 'BÊTA' WHERE numero = 'T1';
SELECT string_agg(k, ' ' ORDER BY n) FROM jsonb_object_keys(creances.dossier('principal', 'ALPHA', '2025-06-20')) WITH ORDINALITY x(k, n);
SELECT creances.dossier('principal', 'ALPHA', '2025-06-20') AS d \gset
SELECT jsonb_pretty(:'d'::jsonb -> 'totaux'), jsonb_pretty(:'d'::jsonb -> 'balance_agee');
SELECT concat_ws('|', x ->> 'facture', x ->> 'echeance', x ->> 'devise', x ->> 'montant', x ->> 'solde', x ->> 'stade', x ->> 'suspension',
				 jsonb_array_length(x -> 'versions'), jsonb_array_length(x -> 'mouvements'), x #>> '{reste_du,total}', x #>> '{prescription,dernier_jour}')
  FROM jsonb_array_elements(:'d'::jsonb -> 'factures') x;
\echo == one invoice, its account and its movements
SELECT jsonb_pretty(x - ARRAY['cle', 'details', 'table_suivie'] #- '{mouvements,0,connu_le}' #- '{mouvements,1,connu_le}' #- '{mouvements,0,reglement}' #- '{mouvements,1,reglement}')
  FROM jsonb_array_elements(:'d'::jsonb -> 'factures') x WHERE x ->> 'facture' = 'A1';
\echo == messages with their text and their proof, calls, acts
SELECT concat_ws('|', x ->> 'le', x ->> 'canal', x ->> 'stade', x ->> 'etat', x ->> 'envoyee_le', x ->> 'preuve', x ->> 'devise', x ->> 'montant', x ->> 'penalites', x ->> 'indemnites_eur', x ->> 'sujet', length(x ->> 'corps'),
				 (SELECT string_agg((y ->> 'facture') || CASE y ->> 'reclamee' WHEN 'true' THEN '' ELSE ' (citée)' END, ' ') FROM jsonb_array_elements(x -> 'creances') y))
  FROM jsonb_array_elements(:'d'::jsonb -> 'messages') x;
SELECT k, concat_ws('|', x ->> 'le', x ->> 'etat', x ->> 'motif') FROM jsonb_each(jsonb_build_object('appels', :'d'::jsonb -> 'appels', 'taches', :'d'::jsonb -> 'taches')) y(k, v), jsonb_array_elements(v) x ORDER BY 1, 2;
SELECT concat_ws('|', x ->> 'le', x ->> 'genre', x ->> 'facture', x ->> 'montant', x ->> 'devise', x ->> 'jusque', x ->> 'issue', x ->> 'admis', x ->> 'annule_le', x ->> 'motif')
  FROM jsonb_array_elements(:'d'::jsonb -> 'actes') x;
SELECT concat_ws('|', x ->> 'le', x ->> 'facture', x ->> 'rang', x ->> 'code', x ->> 'libelle') FROM jsonb_array_elements(:'d'::jsonb -> 'statuts') x;
SELECT concat_ws('|', x ->> 'debiteur', x ->> 'depuis', x ->> 'taux', x ->> 'source') FROM jsonb_array_elements(:'d'::jsonb -> 'conventions') x;
SELECT concat_ws('|', x ->> 'numero', x ->> 'le', x ->> 'genre', length(x ->> 'empreinte')) FROM jsonb_array_elements(:'d'::jsonb -> 'evenements') x;
SELECT :'d'::jsonb #>> '{journal,empreinte}' = empreinte, :'d'::jsonb #>> '{journal,evenements}' = evenements::text FROM creances.tete_journal;
SELECT string_agg(x ->> 'texte', ' ; ') FROM jsonb_array_elements(:'d'::jsonb -> 'sources') x;
\echo == the promise and the insolvency of BÊTA, with the deadline to declare
SELECT creances.dossier('principal', 'BÊTA', '2025-06-20') AS d \gset
SELECT jsonb_pretty(x -> 'engagement') FROM jsonb_array_elements(:'d'::jsonb -> 'actes') x WHERE x ->> 'genre' = 'promesse';
SELECT x #> '{engagement,situation,recu}', x #> '{engagement,situation,tenu}' FROM jsonb_array_elements(creances.dossier('principal', 'BÊTA') -> 'actes') x WHERE x ->> 'genre' = 'promesse';
SELECT concat_ws('|', x ->> 'jugement', x ->> 'publication', x ->> 'devise', x ->> 'a_declarer', x ->> 'declarer_avant') FROM jsonb_array_elements(:'d'::jsonb -> 'procedures') x;
SELECT concat_ws('|', x ->> 'delai', x ->> 'jour', x ->> 'facture', x ->> 'etat', x ->> 'montant') FROM jsonb_array_elements(:'d'::jsonb -> 'delais') x;
SELECT concat_ws('|', x ->> 'facture', x ->> 'solde', x ->> 'suspension', x -> 'en_compte') FROM jsonb_array_elements(:'d'::jsonb -> 'factures') x;
\echo == regimes and texts of the others
SELECT debiteur, d #>> '{debiteur,regime}', (SELECT string_agg(x ->> 'texte', ' ; ') FROM jsonb_array_elements(d -> 'sources') x)
  FROM creances.debiteur, creances.dossier('principal', debiteur, '2025-06-20') d WHERE debiteur IN ('CONSO', 'MAIRIE', 'ÉTRANGER') ORDER BY debiteur COLLATE "C";
\echo == a debtor without invoices: every key, nothing in it
SELECT k, v FROM jsonb_each(creances.dossier('principal', 'VIDE', '2025-06-20') - ARRAY['creancier', 'journal', 'sources', 'conventions']) x(k, v) ORDER BY k COLLATE "C";

\echo == the sums are those of the views, for every debtor, on every night of these (0 differences)
CREATE TEMP TABLE jours AS SELECT j::date AS jour FROM generate_series(date '2024-11-01', '2025-07-01', '11 days') j UNION VALUES (date '2025-06-20'), (creances.aujourdhui());
CREATE TEMP TABLE dossiers AS SELECT j.jour, d.debiteur, creances.dossier('principal', d.debiteur, j.jour) AS d FROM jours j, creances.debiteur d;
CREATE TEMP TABLE lignes AS
SELECT jour, debiteur, x ->> 'facture' AS facture, (x ->> 'rang')::integer AS rang, x ->> 'devise' AS devise, (x ->> 'solde')::numeric AS solde, (x ->> 'montant')::numeric AS montant, x
  FROM dossiers, jsonb_array_elements(d -> 'factures') x;
CREATE FUNCTION pg_temp.ecart(a text, b text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint; m bigint;
BEGIN
	EXECUTE format('SELECT count(*) FROM ((%1$s EXCEPT ALL %2$s) UNION ALL (%2$s EXCEPT ALL %1$s)) z', a, b) INTO n;
	EXECUTE format('SELECT count(*) FROM (%s) z', b) INTO m;
	IF m = 0 THEN
		RAISE EXCEPTION 'rien à comparer';
	END IF;
	RETURN n;
END $$;
SELECT pg_temp.ecart($$SELECT jour, debiteur, facture, rang, solde, x ->> 'stade', x ->> 'suspension', (x #>> '{reste_du,penalites}')::numeric, (x #>> '{reste_du,indemnite}')::numeric, (x #>> '{reste_du,frais}')::numeric
						 FROM lignes WHERE solde > 0 AND NOT (x -> 'en_compte')::boolean AND (x ->> 'echeance')::date < jour$$,
					 $$SELECT j.jour, e.debiteur, e.facture, e.rang, e.solde, e.stade, e.suspension, e.penalites, e.indemnite, e.frais
						 FROM jours j, creances.encours_au(j.jour) e WHERE e.solde > 0 AND e.libelle_stade <> 'En compte' AND e.echeance < j.jour$$) AS encours_echus;
SELECT pg_temp.ecart($$SELECT jour, debiteur, x ->> 'devise', (x ->> 'solde')::numeric FROM dossiers, jsonb_array_elements(d -> 'totaux') x WHERE (x ->> 'solde')::numeric <> 0$$,
					 $$SELECT j.jour, e.debiteur, e.devise, sum(e.solde) FROM jours j, creances.encours_au(j.jour) e GROUP BY 1, 2, 3 HAVING sum(e.solde) <> 0$$) AS soldes;
SELECT pg_temp.ecart($$SELECT jour, debiteur, x ->> 'devise', t.n, (x ->> t.cle)::numeric FROM dossiers, jsonb_array_elements(d -> 'balance_agee') x,
							 (VALUES (1, 'non_echu'), (2, 'de_1_a_30'), (3, 'de_31_a_60'), (4, 'de_61_a_90'), (5, 'de_91_a_120'), (6, 'plus_de_120')) t(n, cle)$$,
					 $$SELECT j.jour, b.debiteur, b.devise, b.tranche, b.montant FROM jours j, creances.balance_agee(j.jour) b$$) AS balance;
SELECT pg_temp.ecart($$SELECT debiteur, facture, rang, solde, (x #>> '{reste_du,penalites}')::numeric FROM lignes WHERE jour = creances.aujourdhui() AND solde > 0 AND NOT (x -> 'en_compte')::boolean$$,
					 $$SELECT debiteur, facture, rang, solde, penalites FROM creances.encours WHERE solde > 0 AND libelle_stade <> 'En compte'$$) AS encours_ce_jour;
SELECT pg_temp.ecart($$SELECT jour, debiteur, facture, (x #>> '{reste_du,total}')::numeric, (x #>> '{reste_du,par_jour}')::numeric FROM lignes WHERE (x #>> '{reste_du,total}')::numeric > 0$$,
					 $$SELECT j.jour, r.debiteur, r.facture, r.total, r.par_jour FROM jours j, creances.debiteur d, creances.reste_du_debiteur('principal', d.debiteur, j.jour) r WHERE r.total > 0$$) AS reste_du;
SELECT pg_temp.ecart($$SELECT jour, facture, (y ->> 'ligne')::integer, (y ->> 'montant')::numeric, y ->> 'texte' FROM lignes, jsonb_array_elements(nullif(x -> 'decompte', 'null')) y WHERE jour <= '2025-07-01'$$,
					 $$SELECT l.jour, l.facture, k.ligne, k.montant, k.texte FROM lignes l, creances.decompte_creance('principal', l.facture, l.rang, l.jour) k
						WHERE l.jour <= '2025-07-01' AND greatest((l.x #>> '{reste_du,total}')::numeric, (l.x #>> '{reste_du,principal}')::numeric, (l.x #>> '{reste_du,en_compte}')::numeric) > 0$$) AS decompte;
SELECT count(*) AS comptes_faux FROM lignes
 WHERE solde <> CASE WHEN (x ->> 'compte_depuis')::date <= jour THEN montant ELSE 0 END - (SELECT coalesce(sum((m ->> 'montant')::numeric), 0) FROM jsonb_array_elements(x -> 'mouvements') m)
   AND x ->> 'retiree_le' IS NULL;
\echo == as of a past day: what the file said that day, whatever happened since (but for the seals, which came later)
CREATE FUNCTION pg_temp.sans_sceaux(d jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT d - ARRAY['journal', 'evenements']
		   || jsonb_build_object('evenements', (SELECT jsonb_agg(e - ARRAY['numero', 'scellement', 'empreinte'] ORDER BY e ->> 'instant', e ->> 'evenement') FROM jsonb_array_elements(d -> 'evenements') e))
$$;
SELECT jour, a.debiteur, k.cle
  FROM avant a, LATERAL (SELECT pg_temp.sans_sceaux(a.dossier) AS alors, pg_temp.sans_sceaux(creances.dossier('principal', a.debiteur, a.jour)) AS dit) x,
	   LATERAL jsonb_object_keys(x.alors) k(cle)
 WHERE x.alors -> k.cle IS DISTINCT FROM x.dit -> k.cle ORDER BY jour, a.debiteur COLLATE "C", k.cle;
SELECT count(*), bool_and(dossier -> 'journal' <> 'null') FROM avant;
\echo == the same whatever the formats and the zone of the session
CREATE TEMP TABLE ici AS SELECT creances.dossier('principal', 'ALPHA', '2025-06-20') AS d;
SET LOCAL datestyle = 'SQL, MDY';
SET LOCAL timezone = 'Pacific/Auckland';
SET LOCAL extra_float_digits = -5;
SELECT d = creances.dossier('principal', 'ALPHA', '2025-06-20') FROM ici;
RESET datestyle;
RESET timezone;
RESET extra_float_digits;
\echo == what is refused
SELECT pg_temp.essai($$SELECT creances.dossier('principal', 'INCONNU')$$), pg_temp.essai($$SELECT creances.dossier('autre', 'ALPHA')$$);
SELECT pg_temp.essai($$SELECT creances.dossier(NULL, 'ALPHA')$$), pg_temp.essai($$SELECT creances.dossier('principal', NULL)$$), pg_temp.essai($$SELECT creances.dossier('principal', 'ALPHA', NULL)$$);
SELECT pg_temp.essai($$SELECT creances.dossier('principal', 'ALPHA', 'infinity')$$), pg_temp.essai($$SELECT creances.dossier('principal', 'ALPHA', '-infinity')$$);
SELECT count(*) FROM creances.verifier_journal();
SELECT count(*) FROM creances.coherence();
ROLLBACK;
