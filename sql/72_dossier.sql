-- The file for the lawyer: everything that is known of a debtor on a day, as one
-- jsonb. It computes nothing that is not shown elsewhere; each figure is that of
-- the function or the view that gives it.

-- His receivables on that day, those that were settled or withdrawn too, each
-- with its changes, its movements, what can be claimed and how it is counted.
CREATE FUNCTION creances._dossier_factures(creancier text, debiteur text, au date)
RETURNS TABLE (facture text, rang integer, echeance date, devise text, solde numeric, en_compte boolean,
			   penalites numeric, indemnite numeric, frais numeric, total numeric, contenu jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.facture, c.rang, e.echeance, s.devise, s.solde, c.en_compte, k.penalites, k.indemnite, k.frais, k.total,
		   jsonb_build_object(
			'facture', c.facture, 'rang', c.rang, 'nature', c.nature, 'emission', e.emission, 'livraison', c.livraison, 'compte_depuis', e.nee_le,
			'echeance', e.echeance, 'retard', CASE WHEN s.solde > 0 AND NOT c.en_compte THEN greatest($3 - e.echeance, 0) END, 'devise', s.devise, 'montant', trim_scale(s.montant),
			'solde', trim_scale(s.solde), 'en_compte', c.en_compte,
			'stade', s.stade, 'libelle_stade', s.libelle_stade, 'stade_depuis', s.depuis, 'suspension', s.suspension, 'raison', s.raison,
			'retiree_le', CASE WHEN c.retiree_le <= $3 THEN c.retiree_le END, 'retiree_motif', CASE WHEN c.retiree_le <= $3 THEN c.retiree_motif END,
			'reprise_le', CASE WHEN c.reprise_le <= $3 THEN c.reprise_le END,
			'table_suivie', c.suivi::text, 'cle', c.cle, 'details', c.details,
			'versions', (SELECT coalesce(jsonb_agg(jsonb_build_object('version', v.version, 'jusque', v.jusque, 'debiteur', v.debiteur, 'emission', v.emission,
												  'echeance', v.echeance, 'montant', trim_scale(v.montant), 'devise', v.devise, 'retiree', v.retiree,
												  'motif', v.motif, 'connu_le', v.connu_le) ORDER BY v.version), '[]')
						   FROM creances.creance_version v
						  WHERE v.creancier = $1 AND v.facture = c.facture AND v.rang = c.rang AND v.jusque <= $3),
			'mouvements', (SELECT coalesce(jsonb_agg(jsonb_build_object('reglement', r.reglement, 'le', r.le, 'montant', trim_scale(r.montant),
													'devise', s.devise, 'nature', r.nature, 'reprise', r.reprise, 'reference', r.reference, 'paiement', r.paiement,
													'connu_le', r.connu_le) ORDER BY r.le, r.connu_le, r.reglement), '[]')
							 FROM creances.reglement r
							WHERE r.creancier = $1 AND r.facture = c.facture AND r.rang = c.rang AND r.le <= $3),
			'reste_du', to_jsonb(k) - ARRAY['creancier', 'facture', 'rang', 'debiteur', 'au'],
			'decompte', d.lignes,
			'prescription', p.contenu)
	  FROM (
		SELECT x.creancier, x.facture, x.rang FROM creances.creance x WHERE x.creancier = $1 AND x.debiteur = $2
		UNION
		-- his on that day, another's since
		SELECT x.creancier, x.facture, x.rang FROM creances.creance_version x WHERE x.creancier = $1 AND x.debiteur = $2 AND x.jusque > $3) n
	 -- (the limits keep look-ups by key of what is inlined)
	 CROSS JOIN LATERAL (SELECT x.* FROM creances.stade_au(n.creancier, n.facture, n.rang, $3) x LIMIT 1) s
	 CROSS JOIN LATERAL (
		SELECT y.*, creances._en_compte(y.nature, y.facture, s.solde) OR y.nee_le > $3 AS en_compte FROM creances.creance y
		 WHERE y.creancier = n.creancier AND y.facture = n.facture AND y.rang = n.rang LIMIT 1) c
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > $3 AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > $3
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (SELECT CASE WHEN v.version IS NULL THEN c.emission ELSE v.emission END AS emission,
								coalesce(v.nee_le, c.nee_le) AS nee_le, coalesce(v.echeance, c.echeance) AS echeance) e
	  LEFT JOIN LATERAL (SELECT x.* FROM creances._reste_du(c.creancier, c.facture, c.rang, $3, 'principal', 'total', 'origine') x LIMIT 1) k ON true
	  -- (an unknown rate stops the account at the last day that is known, as it does there)
	  LEFT JOIN LATERAL (
		SELECT jsonb_agg(jsonb_build_object('ligne', l.ligne, 'nature', l.nature, 'du', l.du, 'au', l.jusque, 'jours', l.nb_jours, 'base_calcul', l.base_calcul,
						 'taux', l.taux_jour, 'montant', l.montant, 'reste_principal', l.reste_principal, 'reste_penalites', l.reste_penalites,
						 'reste_indemnite', l.reste_indemnite, 'reste_frais', l.reste_frais, 'en_compte', l.en_compte, 'texte', l.texte) ORDER BY l.ligne) AS lignes
		  FROM creances._faits(c.creancier, c.facture, c.rang, $3) f
		 CROSS JOIN LATERAL creances._compte_lignes(f.depart, $3, f.arret, f.jours, f.natures, f.montants, f.textes, f.taux_depuis,
								f.taux, f.planchers, f.origines, f.suspendu_du, f.suspendu_au, f.capitalisation,
								CASE WHEN f.devise = 'EUR' THEN f.indemnite ELSE 0 END, CASE f.regime WHEN 'public' THEN 'CCP D2192-35' ELSE 'C. com. D441-5' END,
								'principal', f.base, 'total', f.decimales, false) l
		 WHERE NOT f.refus) d ON k.principal > 0 OR k.total > 0 OR k.indemnite > 0 OR k.en_compte > 0
	  LEFT JOIN LATERAL (
		SELECT jsonb_build_object('nature', z.nature_finale, 'depart', b.depart, 'dernier_jour', z.dernier_jour, 'dernier_jour_echeance', z.dernier_jour_echeance,
								  'dernier_jour_possible', z.dernier_jour_possible, 'etat', z.etat, 'texte', z.texte, 'source', b.source) AS contenu
		  FROM creances._prescription_base b
		 CROSS JOIN LATERAL creances._prescription_creance(b.creancier, $2, b.facture, b.rang, b.depart, b.echeance, b.nature, $3) z
		 WHERE b.creancier = c.creancier AND b.facture = c.facture AND b.rang = c.rang LIMIT 1) p ON s.solde > 0 AND NOT c.en_compte
	 WHERE s.debiteur = $2
	   -- (neither issued that day, nor anything received for it)
	   AND s.stade IS NOT NULL;
END;
COMMENT ON FUNCTION creances._dossier_factures(text, text, date) IS 'Creances d''un client a une date, pour son dossier.';

-- His messages, calls and tasks, as they stood on that day.
CREATE FUNCTION creances._dossier_relances(creancier text, debiteur text, au date)
RETURNS TABLE (classe text, le date, relance uuid, contenu jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.classe, r.le, r.relance,
		   jsonb_build_object(
			'relance', r.relance, 'le', r.le, 'canal', r.canal, 'stade', r.stade, 'libelle_stade', creances.libelle_stade(r.stade), 'scenario', r.scenario,
			'etat', CASE WHEN r.envoyee_le <= $3 THEN 'envoyee' WHEN s.genre IS NULL THEN r.etat
						 ELSE CASE v.genre WHEN 'validation' THEN 'a_envoyer' WHEN 'remise' THEN 'a_envoyer' WHEN 'prise' THEN 'prise' WHEN 'echec' THEN 'echec'
										   WHEN 'annulation' THEN 'annulee' ELSE CASE WHEN r.validation THEN 'a_valider' ELSE 'a_envoyer' END END END,
			'motif', CASE WHEN s.genre IS NULL THEN r.motif ELSE v.details ->> 'motif' END,
			'validee_le', CASE WHEN r.validee_le <= $3 THEN r.validee_le END, 'validee_par', CASE WHEN r.validee_le <= $3 THEN r.validee_par END,
			'prise_le', CASE WHEN r.prise_le <= $3 THEN r.prise_le END, 'prise_par', CASE WHEN r.prise_le <= $3 THEN r.prise_par END,
			'envoyee_le', CASE WHEN r.envoyee_le <= $3 THEN r.envoyee_le END,
			'envoyee_instant', CASE WHEN r.envoyee_le <= $3 THEN r.envoyee_instant END,
			'preuve', CASE WHEN r.envoyee_le <= $3 THEN r.preuve END,
			'devise', r.devise,
			'montant', CASE WHEN r.prise_le <= $3 THEN trim_scale(r.montant) END,
			'penalites', CASE WHEN r.prise_le <= $3 THEN trim_scale(r.penalites) END,
			'indemnites_eur', CASE WHEN r.prise_le <= $3 THEN trim_scale(r.indemnites) END,
			'date_limite', CASE WHEN r.prise_le <= $3 THEN r.date_limite END,
			'langue', CASE WHEN r.prise_le <= $3 THEN r.langue END,
			'sujet', CASE WHEN r.prise_le <= $3 THEN r.sujet END,
			'corps', CASE WHEN r.prise_le <= $3 THEN r.corps END,
			'details', r.details,
			'creances', (SELECT coalesce(jsonb_agg(jsonb_build_object('facture', l.facture, 'rang', l.rang, 'reclamee', l.reclamee, 'etape', l.etape, 'stade', l.stade,
												  'echeance', l.echeance,
												  'solde', CASE WHEN r.prise_le <= $3 THEN trim_scale(l.solde) END, 'montant', CASE WHEN r.prise_le <= $3 THEN trim_scale(l.montant) END,
												  'penalites', CASE WHEN r.prise_le <= $3 THEN trim_scale(l.penalites) END,
												  'indemnite_eur', CASE WHEN r.prise_le <= $3 THEN trim_scale(l.indemnite) END)
												  ORDER BY NOT l.reclamee, l.echeance, l.facture, l.rang), '[]')
						   FROM creances.relance_creance l
						  -- what it cites, and the amounts, came with the taking
						  WHERE l.creancier = r.creancier AND l.relance = r.relance AND (l.reclamee OR r.prise_le <= $3)))
	  FROM creances.relance r
	  -- the first thing that was done to it later, and the last until then
	  LEFT JOIN LATERAL (SELECT e.genre FROM creances.evenement e
						  WHERE e.creancier = r.creancier AND e.relance = r.relance AND e.le > $3 LIMIT 1) s ON true
	  LEFT JOIN LATERAL (SELECT e.genre, e.details FROM creances.evenement e
						  WHERE e.creancier = r.creancier AND e.relance = r.relance AND e.le <= $3
						  ORDER BY e.le DESC, e.instant DESC LIMIT 1) v ON s.genre IS NOT NULL
	 WHERE r.creancier = $1 AND r.debiteur = $2 AND r.le <= $3;
END;
COMMENT ON FUNCTION creances._dossier_relances(text, text, date) IS 'Actions envers un client jusqu''a une date, pour son dossier : etat, textes et preuves de ce jour-la.';

-- What happened to him or to his invoices: acts, with the instalments of those
-- that are promises and plans.
CREATE FUNCTION creances._dossier_actes(creancier text, debiteur text, au date) RETURNS TABLE (le date, acte uuid, contenu jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT a.le, a.acte,
		   (to_jsonb(a) - ARRAY['creancier', 'debiteur'])
		   -- what was only told later
		   || CASE WHEN a.annule_le > $3 THEN '{"annule_le": null, "annule_par": null, "annule_motif": null}' ELSE '{}'::jsonb END
		   || CASE WHEN a.publie_le > $3 THEN '{"publie_le": null}' ELSE '{}'::jsonb END
		   || CASE WHEN a.issue IS NOT NULL AND a.jusque > $3 THEN '{"jusque": null, "issue": null, "admis": null, "cloture": null}' ELSE '{}'::jsonb END
		   || jsonb_build_object('devise', coalesce(g.devise, (SELECT min(c.devise) FROM creances.creance c
																WHERE c.creancier = a.creancier AND c.facture = a.facture AND a.rang IN (0, c.rang))))
		   || CASE WHEN g.acte IS NULL THEN '{}'::jsonb
				   ELSE jsonb_build_object('engagement', jsonb_build_object(
					'tolerance', g.tolerance, 'decheance', g.decheance, 'preavis', g.preavis,
					'notifie_le', CASE WHEN g.notifie_le <= $3 THEN g.notifie_le END,
					'tenu_le', CASE WHEN g.tenu_le <= $3 THEN g.tenu_le END, 'rompu_le', CASE WHEN g.rompu_le <= $3 THEN g.rompu_le END,
					-- (it is told by the balances of today)
					'situation', (SELECT to_jsonb(x) - ARRAY['genre', 'debiteur', 'devise'] FROM creances._engagement(a.creancier, a.acte, $3) x
								   WHERE $3 >= creances.aujourdhui(a.creancier)),
					'echeances', (SELECT jsonb_agg(jsonb_build_object('numero', x.numero, 'echeance', x.echeance, 'montant', trim_scale(x.montant)) ORDER BY x.numero)
									FROM creances.engagement_echeance x WHERE x.creancier = a.creancier AND x.acte = a.acte),
					'creances', (SELECT jsonb_agg(jsonb_build_object('facture', x.facture, 'rang', x.rang, 'solde', trim_scale(x.solde)) ORDER BY x.facture, x.rang)
								   FROM creances.engagement_creance x WHERE x.creancier = a.creancier AND x.acte = a.acte))) END
	  FROM creances.acte a
	  LEFT JOIN creances.engagement g ON g.creancier = a.creancier AND g.acte = a.acte
	 WHERE a.creancier = $1 AND a.debiteur = $2 AND a.le <= $3;
END;
COMMENT ON FUNCTION creances._dossier_actes(text, text, date) IS 'Actes d''un client jusqu''a une date, pour son dossier.';

-- His events with their places in the chain, and those that are to be sealed.
CREATE FUNCTION creances._dossier_evenements(creancier text, debiteur text, au date) RETURNS TABLE (numero integer, instant timestamptz, contenu jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT x.numero, e.instant,
		   jsonb_build_object('evenement', e.evenement, 'genre', e.genre, 'le', e.le, 'instant', e.instant, 'auteur', e.auteur, 'facture', e.facture,
							  'rang', e.rang, 'relance', e.relance, 'details', e.details, 'numero', x.numero, 'scellement', x.scellement,
							  'empreinte', encode(x.empreinte, 'hex'))
	  FROM (SELECT s.evenement, s.numero, s.scellement, s.empreinte FROM creances.sceau s WHERE s.creancier = $1 AND s.debiteur = $2
			UNION ALL
			SELECT DISTINCT a.evenement, NULL::integer, NULL::integer, NULL::bytea FROM creances.a_sceller a
			 WHERE a.creancier = $1 AND a.debiteur = $2
			   AND NOT EXISTS (SELECT FROM creances.sceau s WHERE s.creancier = a.creancier AND s.debiteur = a.debiteur AND s.evenement = a.evenement)) x
	  JOIN creances.evenement e ON e.creancier = $1 AND e.evenement = x.evenement
	 WHERE e.le <= $3;
END;
COMMENT ON FUNCTION creances._dossier_evenements(text, text, date) IS 'Histoire d''un client jusqu''a une date, avec ses sceaux, pour son dossier.';

CREATE FUNCTION creances.dossier(creancier text, debiteur text, au date DEFAULT creances.aujourdhui()) RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := dossier.creancier;
	p_debiteur CONSTANT text := dossier.debiteur;
	p_au CONSTANT date := dossier.au;
	c creances.creancier;
	d creances.debiteur;
	regime text;
	factures jsonb;
	totaux jsonb;
	balance jsonb;
	relances jsonb;
	actes jsonb;
	statuts jsonb;
	procedures jsonb;
	delais jsonb;
	conventions jsonb;
	evenements jsonb;
	journal jsonb;
	sources jsonb;
BEGIN
	IF p_creancier IS NULL OR p_debiteur IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le créancier et le débiteur ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT creances.dossier(''principal'', ''C001'').';
	END IF;
	PERFORM creances._verifier_debiteur(p_creancier, p_debiteur, p_au, 'origine');
	SELECT x.* INTO c FROM creances.creancier x WHERE x.creancier = p_creancier;
	SELECT x.* INTO d FROM creances.debiteur x WHERE x.creancier = p_creancier AND x.debiteur = p_debiteur;
	regime := CASE c.type WHEN 'particulier' THEN 'particulier' ELSE d.type END;

	-- each receivable is worked out once, for the list, the sums and the deadlines
	WITH f AS MATERIALIZED (
		SELECT x.* FROM creances._dossier_factures(p_creancier, p_debiteur, p_au) x
	), t AS (
		SELECT f.devise, count(*) FILTER (WHERE f.solde <> 0) AS ouvertes, sum(f.solde) AS solde,
			   coalesce(sum(f.solde) FILTER (WHERE f.solde > 0 AND NOT f.en_compte), 0) AS du,
			   coalesce(sum(f.solde) FILTER (WHERE f.solde > 0 AND NOT f.en_compte AND f.echeance < p_au), 0) AS echu,
			   coalesce(sum(f.solde) FILTER (WHERE f.solde < 0 OR f.en_compte), 0) AS credits,
			   coalesce(sum(f.penalites), 0) AS penalites, coalesce(sum(f.indemnite), 0) AS indemnites, coalesce(sum(f.frais), 0) AS frais,
			   coalesce(sum(f.total), 0) AS total
		  FROM f GROUP BY f.devise
	), b AS (
		SELECT f.devise, creances.balance_agee(f.solde, f.echeance, p_au) AS tranches FROM f WHERE f.solde <> 0 GROUP BY f.devise
	)
	SELECT (SELECT jsonb_agg(f.contenu ORDER BY f.echeance, f.facture, f.rang) FROM f),
		   (SELECT jsonb_agg(jsonb_build_object('devise', t.devise, 'creances_ouvertes', t.ouvertes, 'solde', trim_scale(t.solde), 'du', trim_scale(t.du),
							'dont_echu', trim_scale(t.echu), 'credits', trim_scale(t.credits), 'penalites', trim_scale(t.penalites),
							'indemnites_eur', trim_scale(t.indemnites), 'frais', trim_scale(t.frais), 'total_exigible', trim_scale(t.total)) ORDER BY t.devise) FROM t),
		   (SELECT jsonb_agg(jsonb_build_object('devise', b.devise, 'non_echu', trim_scale(b.tranches[1]), 'de_1_a_30', trim_scale(b.tranches[2]),
							'de_31_a_60', trim_scale(b.tranches[3]), 'de_61_a_90', trim_scale(b.tranches[4]), 'de_91_a_120', trim_scale(b.tranches[5]),
							'plus_de_120', trim_scale(b.tranches[6])) ORDER BY b.devise) FROM b),
		   (SELECT jsonb_agg(jsonb_build_object('delai', 'prescription', 'jour', f.contenu #> '{prescription,dernier_jour}', 'facture', f.facture, 'rang', f.rang,
							'etat', f.contenu #> '{prescription,etat}', 'texte', f.contenu #> '{prescription,texte}')
							ORDER BY f.contenu #>> '{prescription,dernier_jour}', f.facture, f.rang)
			  FROM f WHERE f.contenu -> 'prescription' <> 'null')
	  INTO factures, totaux, balance, delais;

	SELECT coalesce(jsonb_object_agg(r.classe, r.liste), '{}') INTO relances
	  FROM (SELECT x.classe, jsonb_agg(x.contenu ORDER BY x.le, x.relance) AS liste
			  FROM creances._dossier_relances(p_creancier, p_debiteur, p_au) x GROUP BY x.classe) r;
	SELECT jsonb_agg(x.contenu ORDER BY x.le, x.acte) INTO actes FROM creances._dossier_actes(p_creancier, p_debiteur, p_au) x;
	SELECT jsonb_agg((to_jsonb(s) - ARRAY['creancier']) || jsonb_build_object('libelle', creances.libelle_statut(s.code)) ORDER BY s.le, s.code, s.statut) INTO statuts
	  FROM creances.statut_facture s
	 WHERE s.creancier = p_creancier AND s.le <= p_au
	   AND s.facture IN (SELECT x ->> 'facture' FROM jsonb_array_elements(factures) x);
	SELECT jsonb_agg((to_jsonb(v) - ARRAY['creancier', 'debiteur', 'nom', 'siren', 'reste_jours'])
					 || CASE WHEN v.declaree_le > p_au THEN '{"declaree_le": null}' ELSE '{}'::jsonb END
					 || CASE WHEN v.close_le > p_au THEN '{"close_le": null}' ELSE '{}'::jsonb END ORDER BY v.jugement, v.acte, v.devise),
		   coalesce(delais, '[]') || coalesce(jsonb_agg(jsonb_build_object('delai', 'declaration de creance', 'jour', v.declarer_avant, 'devise', v.devise,
					 'montant', v.a_declarer, 'declaree_le', CASE WHEN v.declaree_le <= p_au THEN v.declaree_le END, 'texte', v.calcul) ORDER BY v.jugement, v.acte, v.devise)
					 FILTER (WHERE v.acte IS NOT NULL), '[]')
	  INTO procedures, delais
	  FROM creances.procedure_collective v
	 WHERE v.creancier = p_creancier AND v.debiteur = p_debiteur AND v.jugement <= p_au;
	SELECT jsonb_agg((to_jsonb(v) - ARRAY['creancier']) ORDER BY v.debiteur, v.depuis) INTO conventions
	  FROM creances.convention v
	 WHERE v.creancier = p_creancier AND v.debiteur IN ('', p_debiteur) AND v.depuis <= p_au;
	SELECT jsonb_agg(x.contenu ORDER BY x.numero NULLS LAST, x.instant, x.contenu ->> 'evenement') INTO evenements
	  FROM creances._dossier_evenements(p_creancier, p_debiteur, p_au) x;
	SELECT jsonb_build_object('scellement', t.numero, 'instant', t.instant, 'evenements', t.evenements, 'empreinte', t.empreinte) INTO journal
	  FROM creances.tete_journal t WHERE t.creancier = p_creancier;
	SELECT jsonb_agg(jsonb_build_object('texte', s.texte, 'objet', s.objet) ORDER BY s.n) INTO sources
	  FROM (VALUES
		(1, 'C. com. L441-10 II', 'pénalités de retard et indemnité forfaitaire, exigibles sans rappel', regime = 'professionnel'),
		(2, 'C. com. D441-5', 'indemnité forfaitaire de 40 EUR', regime = 'professionnel'),
		(3, 'CCP R2192-31', 'intérêts moratoires, taux de la BCE majoré de 8 points', regime = 'public'),
		(4, 'CCP D2192-35', 'indemnité forfaitaire de 40 EUR', regime = 'public'),
		(5, 'C. civ. 1231-6 et 1344-1', 'intérêts moratoires depuis la mise en demeure', regime IN ('consommateur', 'particulier')),
		(6, 'CMF L313-2', 'taux de l''intérêt légal', regime IN ('consommateur', 'particulier')),
		(7, 'C. civ. 1343-1', 'imputation des paiements', true),
		(8, 'C. civ. 1353', 'preuve de l''obligation et du paiement', true),
		(9, 'C. com. L110-3', 'preuve par tous moyens à l''égard d''un commerçant', regime = 'professionnel'),
		(10, 'C. civ. 2219 à 2254', 'prescription, interruptions et suspensions', true),
		(11, 'C. com. L622-24 et R622-24', 'déclaration de créance', procedures IS NOT NULL),
		(12, 'C. civ. 1343-5', 'délais de grâce', actes @> '[{"genre": "delai_de_grace"}]')) s(n, texte, objet, vaut)
	 WHERE s.vaut;

	RETURN jsonb_build_object(
		'au', p_au,
		'creancier', to_jsonb(c),
		'debiteur', to_jsonb(d) - 'creancier' || jsonb_build_object('regime', regime),
		'totaux', coalesce(totaux, '[]'),
		'balance_agee', coalesce(balance, '[]'),
		'factures', coalesce(factures, '[]'),
		'messages', coalesce(relances -> 'message', '[]'),
		'appels', coalesce(relances -> 'telephone', '[]'),
		'taches', coalesce(relances -> 'interne', '[]'),
		'actes', coalesce(actes, '[]'),
		'statuts', coalesce(statuts, '[]'),
		'procedures', coalesce(procedures, '[]'),
		'delais', delais,
		'conventions', coalesce(conventions, '[]'),
		'evenements', coalesce(evenements, '[]'),
		'journal', journal,
		'sources', sources);
END $$;
COMMENT ON FUNCTION creances.dossier(text, text, date) IS
'Dossier d''un client a une date, pour l''avocat : un objet jsonb dont les cles sont toujours toutes la (jsonb les range par longueur, puis par ordre alphabetique) et les listes toujours dans le meme ordre.
au ; creancier, debiteur : leurs fiches d''aujourd''hui ; totaux, balance_agee : par devise ; factures (par echeance, numero, rang) : etat de ce jour, versions, mouvements, reste_du (voir reste_du), decompte (voir decompte_creance ; taux inconnu : arrete au dernier jour connu), prescription ; messages, appels, taches (par date) : montants figes, texte, preuve, creances ; actes (par date), avec les echeances des promesses et des plans, tenues ou rompues (leur situation : aujourd''hui seulement) ; statuts de facturation electronique ; procedures collectives ; delais : prescriptions et declarations ; conventions ; evenements (par rang dans la chaine, puis ceux a sceller), avec leurs sceaux ; journal : dernier sceau du creancier, NULL s''il n''y en a pas ; sources : les textes.
Montants en nombres, avec leur devise ; dates ISO, instants UTC. Rien de ce qui est date d''apres n''y figure.';
