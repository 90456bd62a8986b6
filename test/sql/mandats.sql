-- Mandates: handed over to a third party, held meanwhile, taken back; and the view
-- that shows him his own files only. The pass commits, so nothing here is in one
-- transaction.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;
CREATE TABLE f (id text PRIMARY KEY, societe text DEFAULT 'S', client text, emis date, du date, ttc numeric, paye numeric DEFAULT 0, paye_le date, devise text DEFAULT 'EUR');
INSERT INTO f (id, client, emis, du, ttc) VALUES
	('A1', 'ALPHA', '2025-01-02', '2025-01-31', 1000), ('A2', 'ALPHA', '2025-01-10', '2025-02-10', 500), ('A3', 'ALPHA', '2025-02-20', '2025-04-30', 70),
	('B1', 'BETA', '2025-01-02', '2025-01-31', 800), ('G1', 'GAMMA', '2025-01-02', '2025-01-31', 400), ('G2', 'GAMMA', '2025-01-03', '2025-01-31', 60), ('D1', 'DELTA', '2025-01-02', '2025-01-31', 33);
INSERT INTO f (id, client, emis, du, ttc, devise) VALUES ('A4', 'ALPHA', '2025-01-02', '2025-02-03', 90, 'USD');
INSERT INTO f (id, societe, client, emis, du, ttc) VALUES ('T1', 'T', 'ALPHA', '2025-01-02', '2025-01-31', 7777);
SELECT creances.suivre_factures('f', '{"facture": "id", "creancier": "societe", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "regle": "paye", "regle_le": "paye_le", "devise": "devise"}', depuis => '2025-01-01');
UPDATE creances.debiteur SET nom = initcap(debiteur) || ' SARL', courriel = lower(debiteur) || '@exemple.fr', telephone = '01 00 00 00 00', adresse = '1 rue ' || debiteur, siren = '732829320';
UPDATE creances.creancier SET nom = 'Société ' || creancier;
CREATE FUNCTION erreur(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, m, nullif(h, ''));
END $$;
CREATE FUNCTION dit(au date, VARIADIC f text[]) RETURNS SETOF text LANGUAGE sql AS
$$ SELECT concat_ws('|', d.facture, trim_scale(d.reste), d.raison) FROM creances.decision(au) d WHERE d.facture = ANY (f) ORDER BY d.facture $$;
CREATE ROLE creances_agence;
CREATE ROLE creances_cabinet;
CREATE ROLE creances_membre IN ROLE creances_agence;
CREATE ROLE creances_sans_heritage NOINHERIT IN ROLE creances_agence;
CREATE ROLE creances_curieux;
CREATE ROLE creances_lecteur;

\echo == refused
SELECT erreur(q) FROM unnest(ARRAY[
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'ami')$$, $$SELECT creances.confier('S', 'ALPHA', 'Agence', NULL)$$, $$SELECT creances.confier('S', 'ALPHA', ' ', 'avocat')$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'societe_recouvrement', depuis => '2025-03-03')$$, $$SELECT creances.confier('S', 'ALPHA', 'Agence', 'societe_recouvrement', ' ', depuis => '2025-03-03')$$,
	$$SELECT creances.confier('S', 'INCONNU', 'Agence', 'avocat', depuis => '2025-03-03')$$, $$SELECT creances.confier(NULL, 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03')$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', jusque => '2025-03-02')$$, $$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => NULL)$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', motif => ' ')$$, $$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '-infinity')$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', commission => 100.01)$$, $$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', cout => -1)$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', cout => 'NaN')$$, $$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', commission => NULL)$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', role => 'creances_absent')$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', factures => '{A1,B1,T1}')$$, $$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-03-03', factures => '{}')$$,
	$$SELECT creances.confier('S', 'ALPHA', 'Agence', 'avocat', depuis => '2025-01-31')$$,
	$$SELECT creances.reprendre_mandat('00000000-0000-0000-0000-000000000000', 'x')$$, $$SELECT creances.reprendre_mandat(NULL, 'x')$$]) q;
SELECT (SELECT count(*) FROM creances.mandat), (SELECT count(*) FROM creances.mandat_creance), (SELECT count(*) FROM creances.acte);

\echo == some reminders first, so that there is a history
CALL creances.passe_relance('2025-02-17', creancier => 'S');
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2025-02-17');
SELECT count(creances.confirmer_envoi(relance, NULL, '2025-02-17')) FROM creances.relance WHERE etat = 'prise';
SELECT dit('2025-03-10', 'A1', 'A2', 'A3', 'A4');

\echo == handed over: what is overdue on that day, in each currency; held, item by item
SELECT creances.confier('S', 'ALPHA', 'Agence Nord', 'societe_recouvrement', 'CV-2025-07', '2025-03-03', jusque => '2999-06-30', role => 'creances_agence', cout => 25, commission => 12.5, motif => 'trois relances sans réponse') AS m1 \gset
SELECT facture, rang, devise, solde, suspension IS NOT NULL AS suspendue FROM creances.mandat_creance ORDER BY 1;
SELECT a.facture, a.rang, a.le, a.jusque, a.motif, a.reference = 'mandat ' || m.mandat AS liee FROM creances.acte a, creances.mandat m WHERE a.genre = 'suspension' ORDER BY 1;
SELECT genre, tiers, role, convention, debiteur, depuis, jusque, cout, commission, motif, suspendu, fin FROM creances.mandat;
SELECT le, debiteur, details - 'mandat' FROM creances.evenement WHERE genre = 'mandat';
-- no letter beside his; what falls due later is reminded as before
SELECT dit('2025-03-10', 'A1', 'A2', 'A3', 'A4');
SELECT dit('2025-05-05', 'A1', 'A3');
CALL creances.passe_relance('2025-05-05', creancier => 'S');
SELECT r.debiteur, string_agg(l.facture, ' ' ORDER BY l.facture) FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance) WHERE r.le = '2025-05-05' GROUP BY 1 ORDER BY 1;
\echo == once, and one mandate at a time; another invoice may go elsewhere
SELECT erreur($$SELECT creances.confier('S', 'ALPHA', 'Agence Nord', 'societe_recouvrement', 'CV-2025-07', '2025-03-03')$$);
SELECT erreur($$SELECT creances.confier('S', 'ALPHA', 'Maître X', 'avocat', depuis => '2025-03-04', factures => '{A2}')$$);
SELECT erreur($$SELECT creances.confier('S', 'ALPHA', 'Maître X', 'avocat', depuis => '2025-02-04', factures => '{A2}')$$);
SELECT creances.confier('S', 'ALPHA', 'Maître X', 'avocat', depuis => '2025-05-06', factures => '{A3}', role => 'creances_cabinet') AS m2 \gset
SELECT creances.confier('S', 'BETA', 'Maître X', 'avocat', 'BETA-1', '2025-03-03', role => 'creances_cabinet', suspendre => false) AS m3 \gset
SELECT creances.confier('S', 'GAMMA', 'Étude Z', 'commissaire_justice', depuis => '2025-03-03', factures => '{G1}', role => 'creances_agence') AS m4 \gset
SELECT creances.confier('T', 'ALPHA', 'Assureur', 'assureur', depuis => '2025-03-03') AS m5 \gset
-- without a hold, the engine goes on
SELECT dit('2025-05-05', 'B1', 'G1', 'G2');
\echo == what the creditor reads: received since, what it costs
UPDATE f SET paye = 400, paye_le = '2025-03-10' WHERE id = 'A1';
UPDATE f SET paye = 500, paye_le = '2025-03-12' WHERE id = 'A2';
SELECT tiers, devise, creances, confie, recu, reste, cout, taux_commission, commission FROM creances.mandat_en_cours WHERE creancier = 'S' ORDER BY depuis, tiers, debiteur, devise;
-- 12.5 % of 900
SELECT 900 * 0.125;
-- what they cost in a period: 25 + 12.5 % of 400 and 500, by the days of March; the 11th leaves 500; in May nothing came
SELECT du, au, c.* FROM (VALUES (date '2025-03-01', date '2025-03-31'), ('2025-03-01', '2025-03-10'), ('2025-03-11', '2025-03-31'), ('2025-03-04', '2025-03-09'), ('2025-01-01', '2025-03-02'), ('2025-05-01', '2025-05-31')) p(du, au)
  LEFT JOIN LATERAL creances._cout_mandats(p.du, p.au) c ON c.creancier = 'S' AND c.debiteur = 'ALPHA' ORDER BY 1, 2;

\echo == the third party: its own files, and nothing else
SELECT creances.accorder('creances_agence', 'mandataire'), creances.accorder('creances_cabinet', 'mandataire'), creances.accorder('creances_curieux', 'mandataire'), creances.accorder('creances_lecteur', 'lecture');
GRANT USAGE ON SCHEMA essai TO creances_agence, creances_cabinet, creances_curieux, creances_membre, creances_lecteur;
\set vues 'creancier, nom_creancier, tiers, convention, debiteur, nom, type, siren, adresse, courriel, telephone, facture, rang, emission, echeance, devise, montant, regle, solde, indemnite, stade, libelle_stade, envois, dernier_envoi, historique'
SET ROLE creances_agence;
SELECT :vues FROM creances.dossier_confie ORDER BY debiteur, facture;
SET ROLE creances_cabinet;
SELECT tiers, debiteur, facture, solde FROM creances.dossier_confie ORDER BY debiteur, facture;
SET ROLE creances_curieux;
SELECT count(*) FROM creances.dossier_confie;
SET ROLE creances_lecteur;
SELECT count(*) FROM creances.dossier_confie;
RESET ROLE;
-- the amounts are those of encours, today
SELECT count(*) AS lignes, count(*) FILTER (WHERE (d.solde, d.penalites, d.penalites_arretees_au, d.indemnite, d.frais, d.total_exigible, d.stade, d.retard) IS DISTINCT FROM (e.solde, e.penalites, e.penalites_arretees_au, e.indemnite, e.frais, e.total_exigible, e.stade, e.retard)) AS ecarts
  FROM creances.dossier_confie d JOIN creances.encours e USING (creancier, facture, rang);
\echo == whose role: membership counts, when it is inherited; SET ROLE too; a session of its own
SET ROLE creances_membre;
SELECT count(*), count(DISTINCT mandat) FROM creances.dossier_confie;
RESET ROLE;
SET SESSION AUTHORIZATION creances_membre;
SELECT count(*), current_user, session_user FROM creances.dossier_confie;
SET ROLE creances_agence;
SELECT count(*), current_user, session_user FROM creances.dossier_confie;
RESET SESSION AUTHORIZATION;
GRANT USAGE ON SCHEMA creances TO creances_sans_heritage;
GRANT SELECT ON creances.dossier_confie TO creances_sans_heritage;
GRANT EXECUTE ON FUNCTION creances._confiees(uuid) TO creances_sans_heritage;
SET SESSION AUTHORIZATION creances_sans_heritage;
SELECT count(*) FROM creances.dossier_confie;
SET ROLE creances_agence;
SELECT count(*) FROM creances.dossier_confie;
SET ROLE creances_cabinet;
RESET SESSION AUTHORIZATION;
-- a plan made for one is not another's
PREPARE lu AS SELECT string_agg(facture, ' ' ORDER BY facture) FROM creances.dossier_confie;
SET plan_cache_mode = force_generic_plan;
SET ROLE creances_agence;
EXECUTE lu;
SET ROLE creances_cabinet;
EXECUTE lu;
RESET ROLE;
RESET plan_cache_mode;
\echo == a cheap function that tells what it is shown is shown nothing of the others
SET client_min_messages = notice;
CREATE FUNCTION voit(text, numeric) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'vu : % %', $1, $2; RETURN true; END $$;
GRANT EXECUTE ON FUNCTION voit(text, numeric) TO creances_cabinet, creances_curieux;
SET ROLE creances_cabinet;
SELECT facture FROM creances.dossier_confie WHERE voit(debiteur, solde) ORDER BY facture;
-- before the files are opened, too
SELECT facture FROM creances.dossier_confie WHERE voit(debiteur, 0) ORDER BY facture;
SET ROLE creances_curieux;
SELECT count(*) FROM creances.dossier_confie WHERE voit(debiteur, solde);
RESET ROLE;
-- (the same function over an open table is told all of it)
SELECT count(*) FROM creances.mandat_creance WHERE facture = 'A1' AND voit(facture, solde);
SET client_min_messages = warning;
\echo == nor can the function under the view be asked for the mandate of another, nor anything else be read
SET ROLE creances_cabinet;
SELECT (SELECT count(*) FROM creances._confiees(:'m1')) AS autre, (SELECT count(*) FROM creances._confiees(:'m3')) AS sien;
SELECT erreur(q) FROM unnest(ARRAY['SELECT * FROM creances.mandat', 'SELECT * FROM creances.encours', 'SELECT * FROM creances.debiteur', 'SELECT creances.aujourdhui()',
	'SELECT * FROM creances.mandat_en_cours', format('SELECT creances.reprendre_mandat(%L, %L)', :'m3', 'x'), 'UPDATE creances.dossier_confie SET nom = ''x''']) q;
RESET ROLE;
SELECT relname, reloptions FROM pg_class WHERE oid = 'creances.dossier_confie'::regclass;
\echo == a security definer of somebody else lends nothing
CREATE FUNCTION prete() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT count(*) FROM creances.dossier_confie';
ALTER FUNCTION prete() OWNER TO creances_agence;
SET ROLE creances_cabinet;
SELECT prete();
RESET ROLE;

\echo == paid beyond what was handed over: what is owed back earns nothing, nor when it is spread over two months
INSERT INTO f (id, client, emis, du, ttc) VALUES ('E1', 'EPSILON', '2025-01-02', '2025-01-31', 33);
SELECT creances.confier('S', 'EPSILON', 'Maître Y', 'avocat', depuis => '2025-03-03', commission => 10) AS m7 \gset
UPDATE f SET paye = 20, paye_le = '2025-03-20' WHERE id = 'E1';
UPDATE f SET paye = 43, paye_le = '2025-04-20' WHERE id = 'E1';
SELECT creances, confie, recu, reste, commission FROM creances.mandat_en_cours WHERE mandat = :'m7';
-- 10 % of 20, of the 13 that were left, of 33
SELECT du, au, c.cout FROM (VALUES (date '2025-03-01', date '2025-03-31'), ('2025-04-01', '2025-04-30'), ('2025-01-01', '2025-12-31')) p(du, au), creances._cout_mandats(p.du, p.au) c WHERE c.debiteur = 'EPSILON' ORDER BY 1, 2;
-- a payment that bounces, after the end too, was never received; a mandate taken back on its first day costs nothing
INSERT INTO f (id, client, emis, du, ttc) VALUES ('E2', 'KAPPA', '2025-01-02', '2025-01-31', 1000), ('E3', 'KAPPA', '2025-01-02', '2025-01-31', 7);
SELECT creances.confier('S', 'KAPPA', 'Maître Y', 'avocat', depuis => '2025-03-03', commission => 10, factures => '{E2}') AS m8, creances.confier('S', 'KAPPA', 'Maître Z', 'avocat', depuis => '2025-03-03', cout => 100, factures => '{E3}') AS m9 \gset
SELECT creances.reprendre_mandat(:'m9', 'erreur', '2025-03-03');
UPDATE f SET paye = 1000, paye_le = '2025-03-10' WHERE id = 'E2';
SELECT c.cout FROM creances._cout_mandats('2025-03-01', '2025-03-31') c WHERE c.debiteur = 'KAPPA';
SELECT creances.reprendre_mandat(:'m8', 'payé', '2025-03-20');
-- (a payment that is undone is dated of the day when it is seen)
UPDATE f SET paye = 0 WHERE id = 'E2';
SELECT c.cout FROM (VALUES (1, date '2025-03-01', date '2025-03-31'), (2, '2025-04-01', creances.aujourdhui('S')), (3, '2025-01-01', creances.aujourdhui('S'))) p(n, du, au), creances._cout_mandats(p.du, p.au) c WHERE c.debiteur = 'KAPPA' ORDER BY n;
-- paid again afterwards: not his doing, and it takes nothing from him if it bounces
UPDATE f SET paye = 600, paye_le = '2025-04-10' WHERE id = 'E2';
UPDATE f SET paye = 0 WHERE id = 'E2';
SELECT c.cout FROM creances._cout_mandats('2025-01-01', creances.aujourdhui('S')) c WHERE c.debiteur = 'KAPPA';
\echo == recorded after its first day: with what was owed on its eve
INSERT INTO f (id, client, emis, du, ttc) VALUES ('L1', 'LAMBDA', '2025-01-02', '2025-01-31', 1000), ('L2', 'LAMBDA', '2025-01-02', '2025-03-01', 300), ('L3', 'LAMBDA', '2025-01-02', '2025-01-31', 50), ('L4', 'LAMBDA', '2025-01-02', '2025-03-03', 9);
UPDATE f SET paye = 400, paye_le = '2025-03-10' WHERE id = 'L1';
UPDATE f SET paye = 300, paye_le = '2025-03-03' WHERE id = 'L2';
UPDATE f SET paye = 50, paye_le = '2025-03-02' WHERE id = 'L3';
-- L2, paid on the day itself, is in it; L3, paid on the eve, is not; L4 was not overdue
SELECT creances.confier('S', 'LAMBDA', 'Maître Y', 'avocat', depuis => '2025-03-03', commission => 10) AS m10 \gset
SELECT facture, solde FROM creances.mandat_creance WHERE mandat = :'m10' ORDER BY 1;
SELECT creances, confie, recu, reste, commission FROM creances.mandat_en_cours WHERE mandat = :'m10';
\echo == an insolvency, a dispute: it is said
SELECT creances.ouvrir_litige('S', 'L4', 'prix', cause => 'prix', le => '2025-03-15') IS NOT NULL;
SELECT creances.confier('S', 'LAMBDA', 'Maître Z', 'avocat', depuis => '2025-03-20', factures => '{L4}') IS NOT NULL;
BEGIN;
SELECT creances.ouvrir_procedure_collective('S', 'DELTA', '2025-03-20') IS NOT NULL;
SELECT creances.confier('S', 'DELTA', 'Maître Z', 'avocat', depuis => '2025-04-20') IS NOT NULL;
ROLLBACK;
\echo == an old snapshot hands nothing over
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT erreur($$SELECT creances.confier('S', 'DELTA', 'Maître Y', 'avocat', depuis => '2025-03-03')$$);
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT creances.confier('S', 'DELTA', 'Maître Y', 'avocat', depuis => '2025-03-03') IS NOT NULL;
ROLLBACK;
\echo == a dispute, an insolvency: he is told, and the hold of the mandate is none of these
SELECT creances.ouvrir_litige('S', 'A1', 'prix', montant => 50, cause => 'prix', le => '2025-03-15') AS litige \gset
SELECT creances.ouvrir_procedure_collective('S', 'GAMMA', '2025-03-20') AS procedure \gset
SELECT facture, obstacle FROM creances.dossier_confie WHERE debiteur IN ('ALPHA', 'GAMMA') ORDER BY facture, creancier;
SELECT creances.clore_litige(:'litige', 'retire', '2025-03-16'), creances.annuler_acte(:'procedure', 'homonyme', '2025-03-21');
SELECT count(*) FROM creances.dossier_confie WHERE obstacle IS NOT NULL;
\echo == an item that goes to another debtor, or leaves the book, is no file of his
UPDATE f SET client = 'OMEGA' WHERE id = 'G1';
SET ROLE creances_agence;
SELECT count(*) FROM creances.dossier_confie WHERE facture = 'G1';
RESET ROLE;
SELECT creances, confie, recu, reste FROM creances.mandat_en_cours WHERE debiteur = 'GAMMA';
UPDATE f SET client = 'GAMMA' WHERE id = 'G1';

\echo == the clock of its end; true at a past date
SELECT creances.confier('S', 'DELTA', 'Agence Sud', 'societe_recouvrement', 'CV-9', '2025-03-03', jusque => '2025-05-30', role => 'creances_curieux') AS m6 \gset
CREATE FUNCTION fin(au date) RETURNS SETOF text LANGUAGE sql AS $$ SELECT concat_ws('|', e.debiteur, e.depart, e.echeance, e.reste_jours, e.gravite, e.devise, e.montant, e.source, e.message)
  FROM creances.echeances_legales(90, au) e WHERE e.horloge = 'mandat_fin' $$;
SELECT au, fin(au) FROM unnest('{2025-03-02,2025-03-03,2025-05-20,2025-05-31}'::date[]) au;
-- past its term: nobody sees it any more, and the engine is at work again
SET ROLE creances_curieux;
SELECT count(*) FROM creances.dossier_confie;
RESET ROLE;
SELECT dit('2025-05-30', 'D1'), dit('2025-06-02', 'D1');
SELECT creances.reprendre_mandat(:'m6', 'terme', '2025-06-02');
SELECT au, fin(au) IS NOT NULL FROM unnest('{2025-06-01,2025-06-02}'::date[]) au;
SELECT jusque FROM creances.acte WHERE debiteur = 'DELTA' AND genre = 'suspension';

\echo == taken back: from that day he sees nothing, and the step that was reached goes on the day after
SELECT erreur(format('SELECT creances.reprendre_mandat(%L, %L)', :'m1', ' ')), erreur(format('SELECT creances.reprendre_mandat(%L, %L, %L)', :'m1', 'x', '2025-03-02')), erreur(format('SELECT creances.reprendre_mandat(%L, %L, NULL)', :'m1', 'x'));
-- one hold was lifted by hand: it stays so
SELECT creances.reprendre(suspension, 'à la main', '2025-03-20') FROM creances.mandat_creance WHERE facture = 'A4' AND mandat = :'m1';
SELECT creances.reprendre_mandat(:'m1', 'sans résultat', '2025-05-12');
SELECT facture, jusque FROM creances.acte WHERE genre = 'suspension' AND reference = 'mandat ' || :'m1' ORDER BY 1;
SELECT fin, fin_motif FROM creances.mandat WHERE mandat = :'m1';
SELECT erreur(format('SELECT creances.reprendre_mandat(%L, %L, %L)', :'m1', 'x', '2025-05-13'));
SET ROLE creances_agence;
SELECT debiteur, facture FROM creances.dossier_confie ORDER BY 1, 2;
RESET ROLE;
SELECT dit('2025-05-12', 'A1'); SELECT dit('2025-05-13', 'A1');
SELECT le, details - 'mandat' FROM creances.evenement WHERE genre = 'mandat' AND details ->> 'quoi' = 'repris' ORDER BY le, debiteur;
-- never ahead: it could not be taken back
SELECT erreur(format('SELECT creances.reprendre_mandat(%L, %L, %L)', :'m2', 'x', creances.aujourdhui('S') + 1)) = '22008 | un mandat ne se reprend pas d''avance : ' || (creances.aujourdhui('S') + 1) || ' | Omettez le pour aujourd''hui ; le terme prévu se donne à confier(), par jusque.';
-- what is paid from then on earns nothing
UPDATE f SET paye = 450, paye_le = '2025-05-12' WHERE id = 'A1';
SELECT c.debiteur, c.cout FROM creances._cout_mandats('2025-01-01', '2025-12-31') c WHERE c.cout <> 0 ORDER BY 1;
-- and may be handed over again
SELECT creances.confier('S', 'ALPHA', 'Agence Nord', 'societe_recouvrement', 'CV-2025-07', '2025-05-12', factures => '{A1}', role => 'creances_agence') IS NOT NULL;
SET ROLE creances_agence;
SELECT debiteur, facture, solde FROM creances.dossier_confie ORDER BY 1, 2;
RESET ROLE;
\echo == the role is gone: nobody reads it, and the view of the others stands
DROP OWNED BY creances_cabinet;
DROP ROLE creances_cabinet;
SELECT count(*) FROM creances.mandat WHERE role = 'creances_cabinet';
SET ROLE creances_agence;
SELECT count(*) FROM creances.dossier_confie;
RESET ROLE;
SELECT genre, count(*) FROM creances.mandat_en_cours GROUP BY 1 ORDER BY 1;
SELECT * FROM creances.coherence();
DROP SCHEMA essai CASCADE;
DROP EXTENSION creances CASCADE;
DROP ROLE creances_agence, creances_membre, creances_sans_heritage, creances_curieux, creances_lecteur;
