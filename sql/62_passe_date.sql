-- As of a day: what was owed then, by the age of the invoices, item by item, and
-- how far each one had been chased. Nothing that is dated later is counted.

-- (planned for its date and its bounds, which are computed once; what JIT would
-- make of so large a plan takes longer than the plan, and texts are dearer to
-- sort than to hash)
CREATE FUNCTION creances.balance_agee_emission(au date DEFAULT creances.aujourdhui(), bornes integer[] DEFAULT '{30,60,90,120}')
RETURNS TABLE (creancier text, debiteur text, devise text, tranche integer, libelle text, age_min integer, age_max integer,
			   montant numeric, creances numeric, credits numeric, en_compte numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET enable_sort = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_au(balance_agee_emission.au);
	RETURN QUERY
	WITH sommes AS (
		SELECT e.creancier, e.debiteur, e.devise,
			   creances.balance_agee(e.solde, coalesce(e.emission, e.nee_le), balance_agee_emission.au, balance_agee_emission.bornes) AS tranches,
			   creances.balance_agee(e.solde, coalesce(e.emission, e.nee_le), balance_agee_emission.au, balance_agee_emission.bornes)
				FILTER (WHERE e.solde < 0 AND NOT e.en_compte) AS credits,
			   creances.balance_agee(e.solde, coalesce(e.emission, e.nee_le), balance_agee_emission.au, balance_agee_emission.bornes)
				FILTER (WHERE e.en_compte) AS en_compte
		  FROM creances._etat_au(balance_agee_emission.au) e
		 GROUP BY e.creancier, e.debiteur, e.devise
	)
	SELECT s.creancier, s.debiteur, s.devise, t.n::integer,
		   CASE WHEN t.n > cardinality(bornes) THEN 'plus de ' || bornes[cardinality(bornes)] || ' jours'
				ELSE b.de || ' a ' || b.a || ' jours' END,
		   b.de, b.a, m.montant, m.montant - m.credits - m.en_compte, m.credits, m.en_compte
	  FROM sommes s
	 -- the aggregate sets what is at most 0 days old apart
	 CROSS JOIN LATERAL generate_series(1, cardinality(s.tranches) - 1) t(n)
	 CROSS JOIN LATERAL (
		SELECT (s.tranches[t.n + 1] + CASE t.n WHEN 1 THEN s.tranches[1] ELSE 0 END)::numeric(20,3) AS montant,
			   coalesce(s.credits[t.n + 1] + CASE t.n WHEN 1 THEN s.credits[1] ELSE 0 END, 0)::numeric(20,3) AS credits,
			   coalesce(s.en_compte[t.n + 1] + CASE t.n WHEN 1 THEN s.en_compte[1] ELSE 0 END, 0)::numeric(20,3) AS en_compte) m
	 CROSS JOIN LATERAL (SELECT CASE WHEN t.n = 1 THEN 0 ELSE bornes[t.n - 1] + 1 END AS de, bornes[t.n] AS a) b;
END $$;
COMMENT ON FUNCTION creances.balance_agee_emission(date, integer[]) IS
'Balance agee par date de facture, a une date : comme balance_agee(), mais par age depuis l''emission (a defaut, depuis le jour ou la creance compte). Tranche 1 : de 0 jour a la premiere borne. La somme des tranches est celle de balance_agee().';

-- ------------------------------------------------------------------- stages

-- access paths: the history of one receivable, and of one action
CREATE INDEX evenement_facture ON creances.evenement (creancier, facture, rang) WHERE facture IS NOT NULL;
CREATE INDEX evenement_relance ON creances.evenement (creancier, relance) WHERE relance IS NOT NULL;

-- The last step done up to a day: sent, passed by hand, or taken for done when
-- the receivable came in. (avancement only knows today's.)
CREATE FUNCTION creances._etape_au(creancier text, facture text, rang integer, au date)
RETURNS TABLE (stade creances.stade_relance, le date, canal text, auteur name, motif text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT x.stade, x.le, x.canal, x.auteur, x.motif
	  FROM (
		SELECT l.stade, r.envoyee_le AS le, l.etape, r.canal, NULL::name AS auteur, NULL::text AS motif, r.envoyee_instant AS instant
		  FROM creances.relance_creance l
		  JOIN creances.relance r ON r.creancier = l.creancier AND r.relance = l.relance
		 WHERE l.creancier = _etape_au.creancier AND l.facture = _etape_au.facture AND l.rang = _etape_au.rang
		   AND l.reclamee AND l.etat = 'envoyee' AND r.envoyee_le <= au
		UNION ALL
		-- (echue: begun again, as if nothing had been done)
		SELECT nullif((e.details ->> 'stade')::creances.stade_relance, 'echue'), e.le, (e.details ->> 'etape')::integer, NULL, e.auteur,
			   e.details ->> 'motif', e.instant
		  FROM creances.evenement e
		 WHERE e.creancier = _etape_au.creancier AND e.facture = _etape_au.facture AND e.rang = _etape_au.rang
		   AND e.genre IN ('etape_passee', 'stade_change') AND e.le <= au
		UNION ALL
		SELECT a.stade_initial,
			   c.reprise_le, a.etape_initiale, NULL, NULL, NULL, NULL
		  FROM creances.avancement a
		  JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
		 WHERE a.creancier = _etape_au.creancier AND a.facture = _etape_au.facture AND a.rang = _etape_au.rang
		   AND a.etape_initiale > 0 AND c.reprise_le <= au) x
	 ORDER BY x.le DESC, x.instant DESC NULLS LAST, x.stade DESC, x.etape DESC
	 LIMIT 1;
END;
COMMENT ON FUNCTION creances._etape_au(text, text, integer, date) IS
'Derniere etape de relance faite jusqu''a une date ; canal et motif NULL : prise a la reprise, sans envoi. Aucune ligne si rien n''a ete fait.';

-- (The sub-queries about stage, hold and accessories are aggregates without a
-- group so that the planner can tell that they give one row, and leaves out
-- those that a caller does not select: a count or a sum of balances is not paid
-- the price of penalties. Their conditions are inside: those of the join would be
-- looked at when all was computed.)
CREATE FUNCTION creances.encours_au(au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, debiteur text, nom text, facture text, rang integer, nature text, emission date, echeance date,
			   retard integer, devise text, montant numeric, regle numeric, solde numeric,
			   stade text, libelle_stade text, stade_depuis date, suspension text,
			   taux text, penalites_arretees_au date, penalites numeric, indemnite numeric, frais numeric, total_exigible numeric,
			   table_suivie text, cle text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.creancier, e.debiteur, d.nom, e.facture, e.rang, e.nature, e.emission, e.echeance,
		   q.au - e.echeance, e.devise, e.montant::numeric(20,3), (e.montant - e.solde)::numeric(20,3), e.solde::numeric(20,3),
		   g.stade::text,
		   CASE WHEN e.en_compte THEN 'En compte' WHEN e.solde < 0 THEN 'Crédit' ELSE creances.libelle_stade(g.stade) END,
		   s.le, p.motif, k.taux, k.arrete,
		   k.penalites::numeric(20,3), k.indemnite::numeric(20,3), k.frais::numeric(20,3),
		   (e.solde + coalesce(k.penalites, 0) + coalesce(k.frais, 0) + CASE WHEN e.devise = 'EUR' THEN coalesce(k.indemnite, 0) ELSE 0 END)::numeric(20,3),
		   e.suivi::text, e.cle
	  -- (the date is checked once, and below the joins: above them it would keep those that nobody reads; and computed once)
	  FROM (SELECT x.* FROM creances._etat_au(encours_au.au) x WHERE creances._verifier_au(encours_au.au) IS NOT NULL) e
	 CROSS JOIN (SELECT encours_au.au AS au OFFSET 0) q
	  LEFT JOIN creances.debiteur d ON d.creancier = e.creancier AND d.debiteur = e.debiteur
	  LEFT JOIN LATERAL (SELECT max(x.stade) AS stade, max(x.le) AS le
						   FROM creances._etape_au(e.creancier, e.facture, e.rang, q.au) x WHERE e.solde > 0 AND NOT e.en_compte) s ON true
	 CROSS JOIN LATERAL (SELECT CASE WHEN e.solde < 0 OR e.en_compte THEN 'soldee'::creances.stade_relance
									 WHEN s.stade IS NOT NULL AND NOT (s.stade = 'preventive' AND q.au > e.echeance) THEN s.stade
									 WHEN q.au > e.echeance THEN 'echue'::creances.stade_relance
									 ELSE 'non_echue'::creances.stade_relance END AS stade) g
	  LEFT JOIN LATERAL (SELECT max(coalesce(x.motif, x.en_partie)) AS motif
						   FROM creances._suspension(e.creancier, e.debiteur, e.facture, e.rang,
													 coalesce(e.livraison, e.emission, e.nee_le), e.montant, e.solde, q.au) x
						  WHERE e.solde > 0) p ON true
	  LEFT JOIN LATERAL (SELECT max(x.taux::text) AS taux, max(x.arrete) AS arrete, max(x.penalites) AS penalites,
								max(x.indemnite) AS indemnite, max(x.frais) AS frais
						   FROM creances._accessoires(e.creancier, e.facture, e.rang, q.au) x
						  WHERE q.au > e.echeance AND e.solde > 0 AND NOT e.en_compte) k ON true;
END;
COMMENT ON FUNCTION creances.encours_au(date) IS
'Chaque creance ouverte a une date, comme encours aujourd''hui, avec les chiffres d''alors : montant, regle et solde sans ce qui est date d''apres, retard, stade et suspension de ce jour, penalites, indemnite (EUR) et frais arretes a ce jour. La somme des soldes est celle de balance_agee(). Seul ce qui est demande est calcule : sans les colonnes de penalites, c''est une lecture simple.';

-- What stands in the queue for a receivable on a day, or has failed there:
-- not sent by then, not annulled by then.
CREATE FUNCTION creances._file_au(creancier text, facture text, rang integer, au date)
RETURNS TABLE (stade creances.stade_relance, le date, etat text, depuis date, motif text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT l.stade, r.le,
		   CASE WHEN v.genre = 'echec' THEN 'echec' WHEN v.genre = 'prise' THEN 'prise'
				WHEN r.validation AND v.genre IS DISTINCT FROM 'validation' AND (r.validee_le IS NULL OR r.validee_le > au) THEN 'a_valider'
				ELSE 'a_envoyer' END,
		   coalesce(v.le, r.le), v.motif
	  FROM creances.relance_creance l
	  JOIN creances.relance r ON r.creancier = l.creancier AND r.relance = l.relance
	  LEFT JOIN LATERAL (SELECT e.genre, e.le, e.details ->> 'motif' AS motif FROM creances.evenement e
						  WHERE e.creancier = r.creancier AND e.relance = r.relance AND e.le <= au
						  ORDER BY e.le DESC, e.instant DESC LIMIT 1) v ON true
	 WHERE l.creancier = _file_au.creancier AND l.facture = _file_au.facture AND l.rang = _file_au.rang AND l.reclamee
	   AND r.le <= au AND (r.envoyee_le IS NULL OR r.envoyee_le > au) AND v.genre IS DISTINCT FROM 'annulation'
	   -- this claim alone was dropped: nothing says when
	   AND (l.etat <> 'annulee' OR r.etat = 'annulee')
	 ORDER BY r.le DESC LIMIT 1;
END;
COMMENT ON FUNCTION creances._file_au(text, text, integer, date) IS
'Action en file, prise ou en echec a une date pour une creance ; aucune ligne sinon.';

CREATE FUNCTION creances._libelle_reglement(nature text, credit boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE nature WHEN 'avoir' THEN 'un avoir' WHEN 'acompte' THEN 'un acompte' WHEN 'perte' THEN 'un passage en perte'
					   WHEN 'correction' THEN 'une correction' WHEN 'annulation' THEN 'une annulation'
					   ELSE CASE WHEN credit THEN 'une imputation ou un remboursement' ELSE 'un paiement' END END;
END;
COMMENT ON FUNCTION creances._libelle_reglement(text, boolean) IS 'Ce qu''est un mouvement, en une phrase.';

CREATE FUNCTION creances.stade_au(creancier text, facture text, rang integer, au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, facture text, rang integer, au date, debiteur text, devise text, montant numeric, solde numeric,
			   stade text, libelle_stade text, depuis date, suspension text, raison text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT c.creancier, c.facture, c.rang, $4, e.debiteur, e.devise, e.montant::numeric(20,3), s.solde::numeric(20,3),
		   g.stade::text,
		   CASE s.cas WHEN 'retiree' THEN CASE WHEN z.jusque IS NULL THEN 'Sous un autre numéro' ELSE 'Retirée' END WHEN 'a_emettre' THEN CASE m.somme WHEN 0 THEN 'Pas encore émise' ELSE 'En compte' END WHEN 'en_compte' THEN 'En compte'
					  WHEN 'credit' THEN 'Crédit' ELSE creances.libelle_stade(g.stade) END,
		   g.depuis, p.motif,
		   concat_ws(' ; ',
			CASE WHEN p.motif IS NOT NULL
				 THEN format('suspendue : %s depuis le %s', replace(p.motif, '_', ' '), to_char(p.le, 'YYYY-MM-DD'))
					  -- (the end of the others may have been told later)
					  || CASE WHEN p.motif = 'delai_de_grace' THEN ' jusqu''au ' || to_char(p.jusque, 'YYYY-MM-DD') ELSE '' END || ' (' || p.texte || ')' END,
			CASE s.cas
				-- (a number that the ERP gave to what stood under another one until then)
				WHEN 'retiree' THEN CASE WHEN z.jusque IS NULL THEN format('sous un autre numéro, ou un autre créancier, jusqu''au changement du %s', to_char(v.jusque, 'YYYY-MM-DD'))
					ELSE format('retirée : %s le %s',
						CASE z.motif WHEN 'supprimee' THEN 'supprimée dans l''ERP' WHEN 'renumerotee' THEN 'renumérotée' WHEN 'imputee' THEN 'imputée sur une autre'
									 WHEN 'suivi cesse' THEN 'suivi cessé' ELSE z.motif END, to_char(z.jusque, 'YYYY-MM-DD')) END
				WHEN 'a_emettre' THEN format('pas encore émise : elle compte depuis le %s', to_char(e.nee_le, 'YYYY-MM-DD'))
									  || CASE WHEN m.somme <> 0 THEN format(' ; %s %s déjà %s', abs(m.somme), e.devise, CASE WHEN m.somme > 0 THEN 'reçus' ELSE 'rendus' END) ELSE '' END
				WHEN 'soldee' THEN CASE
					WHEN m.le IS NULL THEN 'rien à payer : montant nul'
					WHEN w.jusque > m.le THEN format('soldée le %s : %s dans l''ERP', to_char(g.depuis, 'YYYY-MM-DD'),
													 CASE WHEN w.motif ~ '^retour' THEN 'de retour' ELSE 'montant corrigé' END)
					WHEN m.reprise THEN format('déjà soldée à la reprise, le %s', to_char(m.le, 'YYYY-MM-DD'))
					ELSE format('soldée le %s par %s de %s %s', to_char(g.depuis, 'YYYY-MM-DD'),
								creances._libelle_reglement(m.nature, e.montant < 0), abs(m.montant), e.devise)
						 || CASE WHEN m.le < e.nee_le THEN format(', reçu d''avance le %s', to_char(m.le, 'YYYY-MM-DD')) ELSE '' END END
				WHEN 'en_compte' THEN CASE WHEN s.solde < 0 THEN 'reçu en compte, sans facture' ELSE 'rendu sur ce qui était en compte' END
				WHEN 'credit' THEN CASE WHEN e.montant < 0 THEN 'avoir à imputer ou à rembourser'
										ELSE format('trop-perçu : %s %s réglés pour %s', m.somme, e.devise, e.montant) END
				WHEN 'non_echue' THEN 'non échue : échéance le ' || to_char(e.echeance, 'YYYY-MM-DD')
				WHEN 'echue' THEN format('échue le %s, ', to_char(e.echeance, 'YYYY-MM-DD'))
								  || CASE WHEN k.stade IS NULL THEN 'rien n''a été fait'
										  ELSE 'rappel avant échéance fait le ' || to_char(k.le, 'YYYY-MM-DD') END
				ELSE CASE
					WHEN k.auteur IS NOT NULL THEN format('%s : étape passée à la main le %s par %s (%s)',
						lower(creances.libelle_stade(k.stade)), to_char(k.le, 'YYYY-MM-DD'), k.auteur, k.motif)
					WHEN k.canal IS NULL THEN format('%s : stade de son âge à la reprise du %s, sans envoi',
						lower(creances.libelle_stade(k.stade)), to_char(k.le, 'YYYY-MM-DD'))
					ELSE format('%s %s le %s', lower(creances.libelle_stade(k.stade)),
						CASE k.canal WHEN 'interne' THEN ': tâche faite' WHEN 'telephone' THEN ': appel fait'
									 ELSE (CASE WHEN k.stade IN ('relance_1', 'relance_2', 'relance_3', 'mise_en_demeure') THEN 'envoyée' ELSE 'envoyé' END)
										  || CASE k.canal WHEN 'courriel' THEN ' par courriel' WHEN 'sms' THEN ' par SMS'
														  WHEN 'lettre' THEN ' par lettre' ELSE ' par lettre recommandée' END END,
						to_char(k.le, 'YYYY-MM-DD')) END END,
			CASE f.etat
				WHEN 'a_valider' THEN format('%s en file depuis le %s, à valider', lower(creances.libelle_stade(f.stade)), to_char(f.le, 'YYYY-MM-DD'))
				WHEN 'a_envoyer' THEN format('%s en file depuis le %s', lower(creances.libelle_stade(f.stade)), to_char(f.le, 'YYYY-MM-DD'))
				WHEN 'prise' THEN format('%s : prise le %s, envoi non confirmé', lower(creances.libelle_stade(f.stade)), to_char(f.depuis, 'YYYY-MM-DD'))
				WHEN 'echec' THEN format('%s : échec le %s (%s)', lower(creances.libelle_stade(f.stade)), to_char(f.depuis, 'YYYY-MM-DD'), f.motif) END)
	  FROM creances.creance c
	  -- as it was on that day (see _etat_au), and the change that had made it so
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > $4 AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > $4
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (
		SELECT c.debiteur, c.emission, c.nee_le, c.echeance, c.devise, c.montant, c.retiree_le IS NOT NULL AS retiree WHERE v.version IS NULL
		UNION ALL
		SELECT v.debiteur, v.emission, v.nee_le, v.echeance, v.devise, v.montant, v.retiree WHERE v.version IS NOT NULL) e
	  LEFT JOIN LATERAL (SELECT x.jusque, x.motif FROM creances.creance_version x
						  WHERE c.versions > 0 AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque <= $4
						  ORDER BY x.version DESC LIMIT 1) z ON true
	  -- and the one that had last changed what is owed
	  LEFT JOIN LATERAL (SELECT x.jusque, x.motif FROM creances.creance_version x
						  WHERE c.versions > 0 AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque <= $4
							AND x.motif ~ '^retour|montant'
						  ORDER BY x.version DESC LIMIT 1) w ON true
	 CROSS JOIN LATERAL (
		SELECT coalesce(sum(r.montant), 0) AS somme, max(r.le) AS le,
			   (array_agg(r.montant ORDER BY r.le DESC, r.connu_le DESC, r.reglement DESC))[1] AS montant,
			   (array_agg(r.nature ORDER BY r.le DESC, r.connu_le DESC, r.reglement DESC))[1] AS nature,
			   (array_agg(r.reprise ORDER BY r.le DESC, r.connu_le DESC, r.reglement DESC))[1] AS reprise
		  FROM creances.reglement r
		 WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= $4) m
	  LEFT JOIN LATERAL creances._etape_au(c.creancier, c.facture, c.rang, $4) k ON true
	 CROSS JOIN LATERAL (SELECT x.solde, CASE
			WHEN e.retiree THEN 'retiree'
			WHEN e.nee_le > $4 THEN 'a_emettre'
			WHEN x.solde = 0 THEN 'soldee'
			WHEN creances._en_compte(c.nature, c.facture, x.solde) THEN 'en_compte'
			WHEN x.solde < 0 THEN 'credit'
			WHEN k.stade IS NOT NULL AND NOT (k.stade = 'preventive' AND $4 > e.echeance) THEN 'relancee'
			WHEN $4 > e.echeance THEN 'echue'
			ELSE 'non_echue' END AS cas
		  FROM (SELECT CASE WHEN e.retiree THEN 0 WHEN e.nee_le > $4 THEN -m.somme ELSE e.montant - m.somme END AS solde) x) s
	 CROSS JOIN LATERAL (SELECT
			CASE WHEN s.cas IN ('retiree', 'soldee', 'en_compte', 'credit') OR s.cas = 'a_emettre' AND m.somme <> 0 THEN 'soldee'::creances.stade_relance
				 WHEN s.cas = 'relancee' THEN k.stade
				 WHEN s.cas = 'echue' THEN 'echue'::creances.stade_relance
				 WHEN s.cas = 'non_echue' THEN 'non_echue'::creances.stade_relance END AS stade,
			CASE s.cas WHEN 'retiree' THEN z.jusque
					   WHEN 'soldee' THEN greatest(e.nee_le, m.le, w.jusque)
					   WHEN 'credit' THEN greatest(e.nee_le, CASE WHEN e.montant >= 0 THEN greatest(m.le, w.jusque) END)
					   WHEN 'relancee' THEN k.le
					   WHEN 'echue' THEN e.echeance + 1
					   WHEN 'non_echue' THEN e.nee_le
					   WHEN 'en_compte' THEN e.nee_le
					   WHEN 'a_emettre' THEN m.le END AS depuis) g
	  LEFT JOIN LATERAL (
		SELECT coalesce(y.motif, y.en_partie) AS motif, a.le, a.jusque, a.motif AS texte
		  FROM creances._suspension(c.creancier, e.debiteur, c.facture, c.rang, coalesce(c.livraison, e.emission, e.nee_le), e.montant, s.solde, $4) y
		  LEFT JOIN LATERAL creances._actes(c.creancier, e.debiteur, c.facture, c.rang, coalesce(c.livraison, e.emission, e.nee_le), $4) a
			ON a.genre = coalesce(y.motif, y.en_partie) AND CASE a.genre WHEN 'procedure_collective' THEN coalesce(c.livraison, e.emission, e.nee_le) < a.le
												  ELSE a.jusque IS NULL OR a.jusque >= $4 END
		 ORDER BY a.le, a.acte LIMIT 1) p ON s.cas IN ('relancee', 'echue', 'non_echue')
	  LEFT JOIN LATERAL (SELECT x.* FROM creances._file_au(c.creancier, c.facture, c.rang, $4) x
						  WHERE k.le IS NULL OR k.le < x.le) f ON s.cas IN ('relancee', 'echue', 'non_echue')
	 -- (a NULL, of which the planner makes an empty plan, is to be refused too)
	 WHERE c.creancier = coalesce($1, '') AND c.facture = coalesce($2, '') AND c.rang = coalesce($3, 0)
	   AND creances._verifier_creance($1, $2, $3, $4, 'origine') IS NOT NULL;
END;
COMMENT ON FUNCTION creances.stade_au(text, text, integer, date) IS
'Ou en etait une creance a une date, et pourquoi : son stade (NULL : pas encore emise, et rien de recu), depuis quand, ce qui la suspendait, et ce qui y avait mene : dernier envoi, etape passee a la main, paiement, retrait, action en file. Ce qui est date d''apres n''est pas compte.';
