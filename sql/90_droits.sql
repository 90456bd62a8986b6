-- Nothing for PUBLIC; everything for who created the extension; profiles for
-- the roles that the DBA names. No role is created.

REVOKE ALL ON SCHEMA creances FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA creances FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA creances FROM PUBLIC;
REVOKE ALL ON TYPE creances.taux_retard, creances.stade_relance FROM PUBLIC;

-- accorder() grants as the owner of the objects, so that a dump of the grants
-- restores whoever made them; only who created the extension may call it.
--
-- A profile is a list of rights, written once: the same function grants and
-- tells. lecture < gestion; moteur and administration stand apart. mandataire is
-- for somebody outside: one view, and the function that it stands upon, which
-- judges by itself whose files it opens (63_mandats).
CREATE FUNCTION creances._droits(profil text) RETURNS SETOF text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT d.droit FROM (
		SELECT 'USAGE ON SCHEMA creances' AS droit
		UNION ALL SELECT format('USAGE ON TYPE creances.%I', t.typname)
		  FROM pg_catalog.pg_type t WHERE t.oid IN ('creances.taux_retard'::regtype, 'creances.stade_relance'::regtype) AND profil <> 'mandataire'
		UNION ALL SELECT format('SELECT ON %s', c.oid::regclass)
		  FROM pg_catalog.pg_class c WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind IN ('r', 'v')
		   AND (profil <> 'mandataire' OR c.relname = 'dossier_confie')
		UNION ALL SELECT format('EXECUTE ON ROUTINE %s', p.oid::regprocedure)
		  FROM pg_catalog.pg_proc p
		 WHERE p.pronamespace = 'creances'::regnamespace
		   AND CASE profil
				WHEN 'mandataire' THEN p.proname = '_confiees'
				WHEN 'administration' THEN p.proname NOT IN ('accorder', '_droits', '_suivi')
				ELSE NOT p.prosecdef AND p.prorettype <> 'trigger'::regtype
					 AND p.proname NOT IN ('suivre_factures', 'suivre_reglements', 'suivre_clients', '_suivre', 'cesser_suivi', 'synchroniser', 'verifier_suivi', 'passe_relance', 'rafraichir',
										   'planifier', 'deplanifier', 'purger_passes', 'accorder', '_droits', '_relire', '_poser', '_etendre', '_cesser', '_remplacer_colonne', '_action', '_inscrire', '_engager', '_debiteur_de',
										   '_a_reconsiderer', '_vider_file', '_annoncer', '_verrou_passe', '_sceller', '_sceller_nouveaux',
										   '_colonnes_lues')
					 OR p.proname = '_confiees'
					 OR profil IN ('gestion', 'moteur')
						AND p.proname IN ('rafraichir', 'prendre_relances', 'confirmer_envoi', 'echec_envoi', 'recevoir_statut', 'sceller_journal', 'relever')
					 OR profil = 'gestion'
						AND p.proname IN ('valider_relance', 'passer_etape', 'changer_stade', 'remettre', 'ajouter_taux', 'consigner', 'clore_acte', 'annuler_acte',
										  'convenir', 'ouvrir_litige', 'clore_litige', 'promettre', 'accorder_plan', 'notifier_decheance',
										  'ouvrir_procedure_collective', 'publier_procedure', 'accorder_delai_grace', 'suspendre', 'reprendre',
										  'affecter_scenario', 'rapprocher_procedures',
										  'assurer', 'confier', 'reprendre_mandat', 'fixer_limite', 'fixer_objectif')
					 OR profil = 'moteur'
						AND p.proname IN ('passe_relance', '_commencer_passe', '_passe_lot', '_fermer_passe', '_sceller', 'purger_passes', 'planifier', 'deplanifier',
										  'synchroniser', '_a_resynchroniser', '_adopter', 'verifier_suivi') END
		UNION ALL SELECT format('INSERT, UPDATE, DELETE ON creances.%I', x)
		  FROM unnest(ARRAY['scenario', 'etape', 'synonyme', 'modele', 'modele_lettre', 'delai_prescription', 'delai_horloge',
						 'reference_secteur', 'seuil_note', 'seuil_signal', 'politique_credit']) x WHERE profil = 'administration'
		UNION ALL SELECT 'UPDATE (nom, fuseau, scenario, type, details) ON creances.creancier' WHERE profil = 'administration'
		UNION ALL SELECT 'UPDATE (nom, type, langue, zone, courriel, telephone, adresse, segment, siren, details) ON creances.debiteur'
				   WHERE profil IN ('gestion', 'administration')
	) d;
END;
COMMENT ON FUNCTION creances._droits(text) IS 'Droits d''un profil, tels que GRANT les prend.';

CREATE FUNCTION creances.accorder(role regrole, profil text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	d text;
BEGIN
	IF role IS NULL OR profil IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le rôle et le profil ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT creances.accorder(''comptable'', ''gestion'').';
	END IF;
	IF profil NOT IN ('lecture', 'gestion', 'moteur', 'administration', 'mandataire') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('profil inconnu : %s', profil),
			HINT = 'Les profils sont lecture, gestion, moteur, administration et mandataire.';
	END IF;
	FOR d IN SELECT x FROM creances._droits(profil) x LOOP
		EXECUTE format('GRANT %s TO %s', d, role);
	END LOOP;
END $$;
COMMENT ON FUNCTION creances.accorder(regrole, text) IS
'Accorde un profil a un role existant. lecture : les vues. gestion : aussi la file (prendre, confirmer, valider, passer, remettre), les litiges, promesses, plans et suspensions, les scenarios des clients, les polices, les mandats et les taux. moteur : la passe, la file et sa planification. administration : tout, dont suivre_factures() et les modeles de lettres. mandataire : la seule vue dossier_confie, ou un tiers lit ses dossiers. Aucun ne donne d''ecriture sur les montants ; gestion et administration tiennent la fiche des debiteurs.';
REVOKE ALL ON FUNCTION creances.accorder(regrole, text), creances._droits(text) FROM PUBLIC;

-- Who created the extension, when it is not a superuser, would otherwise have
-- no right on it.
GRANT USAGE ON SCHEMA creances TO @extowner@;
GRANT USAGE ON TYPE creances.taux_retard, creances.stade_relance TO @extowner@;
GRANT SELECT ON ALL TABLES IN SCHEMA creances TO @extowner@;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA creances TO @extowner@;
GRANT INSERT, UPDATE, DELETE ON creances.scenario, creances.etape, creances.synonyme, creances.modele, creances.modele_lettre, creances.delai_prescription,
	creances.delai_horloge, creances.reference_secteur, creances.seuil_note, creances.seuil_signal, creances.politique_credit TO @extowner@;
GRANT UPDATE (nom, fuseau, scenario, type, details) ON creances.creancier TO @extowner@;
GRANT UPDATE (nom, type, langue, zone, courriel, telephone, adresse, segment, siren, details) ON creances.debiteur TO @extowner@;
