-- Rights: nothing for PUBLIC, and what each profile can and cannot do.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE FUNCTION pg_temp.essai(qui name, requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', qui);
    EXECUTE requete;
    RESET ROLE;
    RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT;
    RETURN SQLSTATE || ' ' || m;
END $$;

\echo == PUBLIC has nothing, on no kind of object
SELECT o.genre, o.objet, a.privilege_type
  FROM (SELECT 'schema' AS genre, nspname::text AS objet, nspacl AS acl, 'n'::"char" AS k, nspowner AS proprietaire FROM pg_namespace WHERE nspname = 'creances'
        UNION ALL SELECT 'relation', oid::regclass::text, relacl, 'r', relowner FROM pg_class WHERE relnamespace = 'creances'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'S', 'f')
        UNION ALL SELECT 'column', attrelid::regclass || '.' || attname, attacl, 'c', 0 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                   WHERE c.relnamespace = 'creances'::regnamespace AND attacl IS NOT NULL
        UNION ALL SELECT 'routine', oid::regprocedure::text, proacl, 'f', proowner FROM pg_proc WHERE pronamespace = 'creances'::regnamespace
        UNION ALL SELECT 'type', oid::regtype::text, typacl, 'T', typowner FROM pg_type WHERE typnamespace = 'creances'::regnamespace AND typrelid = 0 AND typelem = 0) o,
       aclexplode(coalesce(o.acl, acldefault(o.k, o.proprietaire))) a
 WHERE a.grantee = 0 ORDER BY 1, 2;
SELECT count(*) > 0 FROM pg_proc WHERE pronamespace = 'creances'::regnamespace;

\echo == a SECURITY DEFINER function has a fixed search_path
SELECT oid::regprocedure FROM pg_proc
 WHERE pronamespace = 'creances'::regnamespace AND prosecdef
   AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false);
-- and no plpgsql function depends on the path of its caller, but the procedures that commit
SELECT p.oid::regprocedure, p.prokind FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE pronamespace = 'creances'::regnamespace AND l.lanname = 'plpgsql' AND p.prokind <> 'p'
   AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false);
-- SQL functions are parsed when they are created, not when they are called
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE pronamespace = 'creances'::regnamespace AND l.lanname = 'sql' AND prosqlbody IS NULL;

CREATE ROLE creances_rien;
CREATE ROLE creances_lecteur;
CREATE ROLE creances_gestionnaire;
CREATE ROLE creances_passeur;
CREATE ROLE creances_admin;
CREATE ROLE creances_erp;
CREATE ROLE creances_tiers;

\echo == accorder
SELECT pg_temp.essai(current_user, q) FROM unnest(ARRAY[
    $$SELECT creances.accorder('creances_lecteur', 'tout')$$, $$SELECT creances.accorder('creances_lecteur', '')$$,
    $$SELECT creances.accorder('creances_lecteur', NULL)$$, $$SELECT creances.accorder(NULL, 'lecture')$$,
    $$SELECT creances.accorder('role_qui_n_existe_pas', 'lecture')$$]) q;
-- who has no right cannot give himself any
SELECT pg_temp.essai('creances_rien', $$SELECT creances.accorder('creances_rien', 'administration')$$);
SELECT creances.accorder('creances_lecteur', 'lecture');
SELECT creances.accorder('creances_gestionnaire', 'gestion');
SELECT creances.accorder('creances_passeur', 'moteur');
SELECT creances.accorder('creances_admin', 'administration');
SELECT creances.accorder('creances_tiers', 'mandataire');
-- twice is once
SELECT creances.accorder('creances_lecteur', 'lecture');
SELECT pg_temp.essai(r, $$SELECT creances.accorder('creances_rien', 'lecture')$$) LIKE '42501 %'
  FROM unnest(ARRAY['creances_lecteur', 'creances_gestionnaire', 'creances_passeur', 'creances_admin', 'creances_tiers']) r;
-- somebody outside: one view, and the function that it stands upon
SELECT 'relation', c.oid::regclass::text, p FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege('creances_tiers', c.oid, p)
UNION ALL SELECT 'routine', p.oid::regprocedure::text, 'EXECUTE' FROM pg_proc p WHERE p.pronamespace = 'creances'::regnamespace AND has_function_privilege('creances_tiers', p.oid, 'EXECUTE')
UNION ALL SELECT 'type', t.oid::regtype::text, 'USAGE' FROM pg_type t WHERE t.typnamespace = 'creances'::regnamespace AND t.typrelid = 0 AND t.typelem = 0 AND has_type_privilege('creances_tiers', t.oid, 'USAGE') ORDER BY 1, 2;

\echo == a small ERP, owned by another role
CREATE SCHEMA erp AUTHORIZATION creances_erp;
CREATE TABLE erp.f (numero text PRIMARY KEY, client text, echeance date, montant numeric, paye numeric DEFAULT 0);
ALTER TABLE erp.f OWNER TO creances_erp;
INSERT INTO erp.f SELECT 'F' || i, 'C' || i, '2024-06-03', 100 * i FROM generate_series(1, 4) i;
SELECT creances.suivre_factures('erp.f', '{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "montant", "regle": "paye"}', depuis => '2024-05-01');
-- the owner has no right on the extension, and needs none to work
SELECT pg_temp.essai('creances_erp', 'UPDATE erp.f SET paye = 10 WHERE numero = ''F1''');
SELECT solde FROM creances.creance WHERE facture = 'F1';
SELECT pg_temp.essai('creances_erp', 'SELECT * FROM creances.creance');
SELECT pg_temp.essai('creances_erp', $$SELECT creances.cesser_suivi('erp.f')$$);
-- what the pass would do, in one transaction
SELECT creances._ouvrir_passe('principal', '2024-06-04');
SELECT nb FROM creances._passe_lot('principal', '2024-06-04', 1, 100, NULL);
SELECT creances._fermer_passe('principal', '2024-06-04', 1, NULL);
SELECT relance AS r1 FROM creances.relance WHERE debiteur = 'C1' \gset
SELECT relance AS r2 FROM creances.relance WHERE debiteur = 'C2' \gset
SELECT relance AS r3 FROM creances.relance WHERE debiteur = 'C3' \gset

\echo == every profile reads every table, every view, and may call every function that only reads
SELECT r, c.oid::regclass FROM unnest(ARRAY['creances_lecteur', 'creances_gestionnaire', 'creances_passeur', 'creances_admin']) r, pg_class c
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind IN ('r', 'v')
   AND pg_temp.essai(r, format('SELECT * FROM %s LIMIT 5', c.oid::regclass)) <> 'ok' ORDER BY 1, 2;
SELECT r, q, pg_temp.essai(r, q) FROM unnest(ARRAY['creances_lecteur', 'creances_gestionnaire', 'creances_passeur', 'creances_admin']) r,
    unnest(ARRAY[
        $$SELECT creances.penalite_retard(1000, '2024-01-31', '2024-03-31')$$,
        $$SELECT * FROM creances.decompte_penalite(1000, '2024-01-31', '2024-03-31')$$,
        $$SELECT creances.interet_journalier(1000, '2024-01-31', '2024-03-31')$$,
        $$SELECT creances.taux_applicable('BCE+10', '2024-01-31')$$,
        $$SELECT creances.balance_agee(1, '2024-01-31', '2024-03-31')$$,
        $$SELECT * FROM creances.balance_agee('2024-06-30')$$,
        $$SELECT * FROM creances.decision('2024-06-05')$$,
        $$SELECT * FROM creances.simuler_passe('2024-06-05')$$,
        $$SELECT * FROM creances.coherence()$$,
        $$SELECT * FROM creances.etat_planification()$$,
        $$SELECT creances.aujourdhui()$$,
        $$SELECT creances.jour_ouvre_suivant('2024-05-01')$$,
        $$SELECT * FROM creances.jours_feries(2024)$$,
        $$SELECT creances.libelle_stade('relance_1')$$,
        $$SELECT * FROM creances.dso('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.dso('2024-01-01', '2024-06-30', 'epuisement')$$, $$SELECT * FROM creances.dso('2024-01-01', '2024-06-30', 'glissant')$$,
        $$SELECT * FROM creances.bpdso('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.add('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.cei('2024-06-01', '2024-06-30')$$,
        $$SELECT * FROM creances.taux_recouvrement('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.retard_moyen_pondere('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.part_echue('2024-06-30')$$,
        $$SELECT * FROM creances.taux_roulement('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.promesses_tenues('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.causes_litige('2024-06-01', '2024-06-30')$$,
        $$SELECT * FROM creances.cout_recouvrement('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.recouvre_par_stade('2024-06-01', '2024-06-30')$$, $$SELECT * FROM creances.encaissements('2024-06-01', '2024-06-30')$$,
        $$SELECT * FROM creances.tableau_de_bord('2024-06-30')$$, $$SELECT * FROM creances.profil_payeur('2024-06-30')$$, $$SELECT * FROM creances.commande_autorisee('principal', 'C1', 10)$$,
        $$SELECT * FROM creances.prevision_encaissements(4, '2024-06-30')$$, $$SELECT * FROM creances.erreur_prevision('2024-05-01', '2024-06-30', 4)$$,
        $$SELECT * FROM creances.echeances_legales(90, '2024-06-30')$$, $$SELECT creances.rapport_html('principal', '2024-06-30')$$]) q
 WHERE pg_temp.essai(r, q) <> 'ok';

\echo == nobody without profile, and nobody at all but the owner, writes facts or engine tables
SELECT pg_temp.essai('creances_rien', 'SELECT * FROM creances.encours'), pg_temp.essai('creances_rien', 'SELECT creances.aujourdhui()');
SELECT r, c.relname, p FROM unnest(ARRAY['creances_rien', 'creances_lecteur', 'creances_gestionnaire', 'creances_passeur', 'creances_admin', 'creances_erp', 'creances_tiers']) r,
    pg_class c, unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(r, c.oid, p)
 ORDER BY r, c.relname, p;
SELECT r, a.attrelid::regclass, a.attname FROM unnest(ARRAY['creances_lecteur', 'creances_gestionnaire', 'creances_passeur', 'creances_admin']) r, pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
   AND has_column_privilege(r, a.attrelid, a.attnum, 'UPDATE') AND NOT has_table_privilege(r, a.attrelid, 'UPDATE') ORDER BY 1, 2, a.attnum;
SELECT pg_temp.essai('creances_admin', 'UPDATE creances.creance SET solde = 0'), pg_temp.essai('creances_gestionnaire', 'DELETE FROM creances.evenement');

\echo == what each profile may do besides, in a table: each cell is tried, then undone
CREATE FUNCTION pg_temp.tenter(qui name, requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL ROLE %I', qui);
        EXECUTE requete;
        RAISE EXCEPTION USING ERRCODE = 'ZZ999';
    EXCEPTION WHEN SQLSTATE 'ZZ999' THEN r := 'yes';
        WHEN insufficient_privilege THEN r := '-';
        WHEN OTHERS THEN r := SQLSTATE;
    END;
    RESET ROLE;
    RETURN r;
END $$;
-- what some of them close
SELECT creances.ouvrir_litige('principal', 'F4', 'x', le => '2024-05-10') AS litige, creances.suspendre('principal', 'C4', 'x', '2024-12-31', 'F4', le => '2024-05-10') AS suspension,
	   creances.ouvrir_procedure_collective('principal', 'C4', '2024-05-10') AS procedure \gset
SELECT creances.accorder_plan('principal', 'C4', '{2024-05-20,2024-12-20}', ARRAY[1, solde - 1], '{F4}', tolerance => 0, le => '2024-05-10') AS plan FROM creances.creance WHERE facture = 'F4' \gset
SELECT creances.confier('principal', 'C4', 'A', 'avocat', depuis => '2024-06-04', factures => '{F4}') AS mandat \gset
CREATE TEMP TABLE actes (n serial, acte text, requete text);
INSERT INTO actes (acte, requete) VALUES
    ('rafraichir', 'SELECT creances.rafraichir()'),
    ('prendre', $$SELECT count(*) FROM creances.prendre_relances(NULL, 10, '2024-06-04')$$),
    ('confirmer', format($$SELECT creances.confirmer_envoi(%L, NULL, '2024-06-04')$$, :'r1')),
    ('echec', format($$SELECT creances.echec_envoi(%L, 'x', '2024-06-04')$$, :'r1')),
    ('remettre', format($$SELECT creances.remettre(%L, '2024-06-04')$$, :'r1')),
    ('valider', format($$SELECT creances.valider_relance(%L, '2024-06-04')$$, :'r2')),
    ('passer_etape', $$SELECT creances.passer_etape('principal', 'F3', 1, 'x', '2024-06-04')$$),
    ('changer_stade', $$SELECT creances.changer_stade('principal', 'F3', 1, 'relance_2', 'x', '2024-06-04')$$),
    ('affecter_scenario', $$SELECT creances.affecter_scenario('principal', 'tpe', debiteur => 'C3')$$),
    ('ouvrir_litige', $$SELECT creances.ouvrir_litige('principal', 'F3', 'x', le => '2024-06-04')$$),
    ('clore_litige', format($$SELECT creances.clore_litige(%L, 'retire', '2024-06-04')$$, :'litige')),
    ('suspendre', $$SELECT creances.suspendre('principal', 'C3', 'x', '2024-06-10', le => '2024-06-04')$$),
    ('reprendre', format($$SELECT creances.reprendre(%L, 'x', '2024-06-04')$$, :'suspension')),
    ('promettre', $$SELECT creances.promettre('principal', 'C3', '2024-06-10', le => '2024-06-04')$$),
    ('accorder_plan', $$SELECT creances.accorder_plan('principal', 'C3', '{2024-06-10}', ARRAY[(SELECT sum(solde) FROM creances.creance WHERE debiteur = 'C3')], '{F3}', le => '2024-06-04')$$),
    ('notifier_decheance', format($$SELECT creances.notifier_decheance(%L, '2024-06-04')$$, :'plan')),
    ('ouvrir_procedure_collective', $$SELECT creances.ouvrir_procedure_collective('principal', 'C3', '2024-06-04')$$),
    ('publier_procedure', format($$SELECT creances.publier_procedure(%L, '2024-06-04')$$, :'procedure')),
    ('accorder_delai_grace', $$SELECT creances.accorder_delai_grace('principal', 'C3', '2024-06-04', '2024-07-04', 'x')$$),
    ('recevoir_statut', $$SELECT creances.recevoir_statut('principal', 'F3', 1, 207, '2024-06-04', 'PRIX')$$),
    ('sceller_journal', 'SELECT creances.sceller_journal()'),
    ('verifier_journal', 'SELECT count(*) FROM creances.verifier_journal()'),
    ('ajouter_taux', $$SELECT creances.ajouter_taux('2026-07-01', 2.15, 2.7, 6.5, 'essai')$$),
    ('assurer', $$SELECT creances.assurer('principal', 'P', '2024-01-01', 'A', 60, source => 'x')$$),
    ('confier', $$SELECT creances.confier('principal', 'C3', 'A', 'avocat', depuis => '2024-06-04', factures => '{F3}')$$),
    ('reprendre_mandat', format($$SELECT creances.reprendre_mandat(%L, 'x', '2024-06-04')$$, :'mandat')),
    ('fixer_limite', $$SELECT creances.fixer_limite('principal', 'C3', 1000, '2024-06-04', 'x')$$),
    ('fixer_objectif', $$SELECT creances.fixer_objectif('principal', 'dso', 45, '2024-06-04')$$),
    ('relever', $$SELECT creances.relever('2024-06-04', 'principal')$$),
    ('dossier_confie', 'SELECT count(*) FROM creances.dossier_confie'),
    ('ouvrir une passe', $$SELECT * FROM creances._commencer_passe('principal', '2024-06-05')$$),
    -- (by oid: these roles may not even name the table)
    ('verifier_suivi', format($$SELECT count(*) FROM creances.verifier_suivi(%s::oid::regclass)$$, 'erp.f'::regclass::oid)),
    ('cesser_suivi', format($$SELECT creances.cesser_suivi(%s::oid::regclass)$$, 'erp.f'::regclass::oid)),
    ('scenario', $$INSERT INTO creances.scenario (scenario, intitule) VALUES ('x', 'x')$$),
    ('etape', $$INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES ('x', 1, 1, 'courriel', 'relance_1', 'x')$$),
    ('synonyme', $$INSERT INTO creances.synonyme (champ, nom) VALUES ('facture', 'x')$$),
    ('delai_horloge', $$INSERT INTO creances.delai_horloge (horloge, depuis, jours, source) VALUES ('mise_en_demeure', '2024-01-01', 15, 'x')$$),
    ('seuil_note', $$INSERT INTO creances.seuil_note (note, retard_moyen) VALUES ('A', 3)$$),
    ('seuil_signal', $$INSERT INTO creances.seuil_signal (signal, intitule, seuil) VALUES ('silence', 'x', 2)$$),
    ('politique_credit', $$INSERT INTO creances.politique_credit (creancier, retard_max) VALUES ('principal', 10)$$),
    ('reference_secteur', $$INSERT INTO creances.reference_secteur (secteur, indicateur, annee, valeur, intitule, source) VALUES ('x', 'dso', 2024, 40, 'x', 'x')$$),
    ('creancier', $$UPDATE creances.creancier SET type = 'particulier'$$),
    ('_cesser, table followed', format($$SELECT creances._cesser(%s)$$, 'erp.f'::regclass::oid)),
    ('_poser', format($$SELECT creances._poser(%s::oid::regclass, ARRAY['x'], false)$$, 'erp.f'::regclass::oid));
-- one action taken, to be confirmed; one to be validated
SELECT count(*) FROM creances.prendre_relances(NULL, 1, '2024-06-04');
UPDATE creances.relance SET etat = 'a_valider' WHERE debiteur = 'C2';
UPDATE creances.relance_creance l SET etat = 'a_valider' FROM creances.relance r WHERE r.relance = l.relance AND r.debiteur = 'C2';
SELECT a.acte, pg_temp.tenter('creances_rien', requete) AS rien, pg_temp.tenter('creances_lecteur', requete) AS lecture,
       pg_temp.tenter('creances_gestionnaire', requete) AS gestion, pg_temp.tenter('creances_passeur', requete) AS moteur,
       pg_temp.tenter('creances_admin', requete) AS administration, pg_temp.tenter('creances_tiers', requete) AS mandataire
  FROM actes a ORDER BY n;
ROLLBACK;

\echo == the pass itself, whole, as the role of the engine; tying, as an administrator that owns the table
CREATE EXTENSION creances;
CREATE ROLE creances_passeur;
CREATE ROLE creances_admin;
CREATE ROLE creances_compta;
CREATE SCHEMA erp AUTHORIZATION creances_admin;
SELECT creances.accorder('creances_passeur', 'moteur'), creances.accorder('creances_admin', 'administration'), creances.accorder('creances_compta', 'gestion');
SET ROLE creances_admin;
CREATE TABLE erp.f (numero text PRIMARY KEY, client text, echeance date, montant numeric, paye numeric DEFAULT 0);
INSERT INTO erp.f SELECT 'F' || i, 'C' || i, '2024-06-03', 100 * i FROM generate_series(1, 4) i;
SELECT creances.suivre_factures('erp.f', '{"facture": "numero", "debiteur": "client", "echeance": "echeance", "montant": "montant", "regle": "paye"}', depuis => '2024-05-01');
CALL creances.synchroniser('erp.f');
-- the facts follow its writes; it cannot write them
UPDATE erp.f SET paye = 50 WHERE numero = 'F1';
SELECT facture, solde FROM creances.creance ORDER BY facture;
UPDATE creances.creance SET solde = 0;
INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant) VALUES ('principal', 'x', 'F1', 1, '2024-06-04', 1);
RESET ROLE;
CREATE TABLE public.autre (LIKE erp.f INCLUDING ALL);
SET ROLE creances_admin;
-- only its own table
SELECT creances.suivre_factures('public.autre');
RESET ROLE;
DROP TABLE public.autre;
SET ROLE creances_passeur;
CALL creances.passe_relance('2024-06-04');
SELECT count(*) FROM creances.prendre_relances(NULL, 1, '2024-06-04');
SELECT creances.confirmer_envoi(relance, NULL, '2024-06-04') FROM creances.relance WHERE etat = 'prise';
SELECT creances.valider_relance(relance, '2024-06-04') FROM creances.relance LIMIT 1;
SET ROLE creances_compta;
CALL creances.passe_relance('2024-06-05');
SELECT creances.passer_etape('principal', 'F4', 1, 'vu', '2024-06-04');
RESET ROLE;
SELECT relances, erreurs, etat FROM creances.passe;
SELECT * FROM creances.coherence();
DROP EXTENSION creances CASCADE;
DROP SCHEMA erp CASCADE;
DROP ROLE creances_passeur, creances_admin, creances_compta;
