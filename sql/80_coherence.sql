-- The named invariants, as queries that return no row when they hold.

CREATE FUNCTION creances.coherence()
RETURNS TABLE (invariant text, detail text)
LANGUAGE sql STABLE PARALLEL SAFE SET jit = off SET enable_nestloop = off
BEGIN ATOMIC
	SELECT 'solde = montant - mouvements', format('%s/%s/%s : solde %s, montant %s, mouvements %s', c.creancier, c.facture, c.rang, c.solde, c.montant, m.somme)
	  FROM creances.creance c
	  LEFT JOIN (SELECT r.creancier, r.facture, r.rang, sum(r.montant) AS somme FROM creances.reglement r GROUP BY 1, 2, 3) m USING (creancier, facture, rang)
	 WHERE c.solde <> CASE WHEN c.retiree_le IS NULL THEN c.montant - coalesce(m.somme, 0) ELSE 0 END
	UNION ALL
	SELECT 'soldee si et seulement si datee', format('%s/%s/%s : solde %s, soldee_le %s', c.creancier, c.facture, c.rang, c.solde, c.soldee_le)
	  FROM creances.creance c WHERE (c.solde = 0) <> (c.soldee_le IS NOT NULL)
	UNION ALL
	SELECT 'soldee_le suit tous les faits', format('%s/%s/%s : soldee le %s, dernier fait le %s', c.creancier, c.facture, c.rang, c.soldee_le, f.dernier)
	  FROM creances.creance c
	  LEFT JOIN (SELECT r.creancier, r.facture, r.rang, max(r.le) AS le FROM creances.reglement r GROUP BY 1, 2, 3) m USING (creancier, facture, rang)
	 CROSS JOIN LATERAL (SELECT greatest(c.nee_le, c.version_le, m.le) AS dernier) f
	 WHERE c.soldee_le < f.dernier
	UNION ALL
	SELECT 'une cle de l''ERP, une creance', format('%s %s : %s creances', c.suivi, c.cle, count(*))
	  FROM creances.creance c WHERE c.retiree_le IS NULL GROUP BY c.suivi, c.cle HAVING count(*) > 1
	UNION ALL
	SELECT 'versions numerotees sans trou', format('%s/%s/%s : %s versions, %s annoncees', c.creancier, c.facture, c.rang, coalesce(v.nb, 0), c.versions)
	  FROM creances.creance c
	  LEFT JOIN (SELECT x.creancier, x.facture, x.rang, count(*) AS nb, max(x.version) AS derniere, max(x.jusque) AS jusque
				   FROM creances.creance_version x GROUP BY 1, 2, 3) v USING (creancier, facture, rang)
	 WHERE (c.versions, c.versions) <> (coalesce(v.nb, 0), coalesce(v.derniere, 0)) OR c.version_le IS DISTINCT FROM v.jusque
	UNION ALL
	SELECT 'balance agee = somme des soldes', format('%s %s : %s au lieu de %s', coalesce(b.creancier, c.creancier), coalesce(b.devise, c.devise), b.montant, c.montant)
	  FROM (SELECT x.creancier, x.devise, sum(x.solde) AS montant FROM creances._etat_au(date '9999-12-31') x GROUP BY 1, 2) b
	  FULL JOIN (SELECT x.creancier, x.devise, sum(x.solde) AS montant FROM creances.creance x WHERE x.solde <> 0 GROUP BY 1, 2) c USING (creancier, devise)
	 WHERE coalesce(b.montant, 0) <> coalesce(c.montant, 0)
	UNION ALL
	SELECT 'rien d''ouvert n''echappe au moteur', format('%s/%s/%s', c.creancier, c.facture, c.rang)
	  FROM creances.creance c
	 WHERE c.solde > 0 AND NOT creances._en_compte(c.nature, c.facture, c.solde)
	   AND NOT EXISTS (SELECT FROM creances.avancement a WHERE (a.creancier, a.facture, a.rang) = (c.creancier, c.facture, c.rang))
	   AND NOT EXISTS (SELECT FROM creances.a_decider a WHERE (a.creancier, a.facture, a.rang) = (c.creancier, c.facture, c.rang))
	UNION ALL
	SELECT 'une reference designe une ligne', format('%s : %s', x.table_, x.cle)
	  FROM (
		SELECT 'debiteur -> creancier' AS table_, d.debiteur AS cle FROM creances.debiteur d
		 WHERE NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = d.creancier)
		UNION ALL SELECT 'creance -> debiteur', c.facture FROM creances.creance c
		 WHERE NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = c.creancier AND d.debiteur = c.debiteur)
		UNION ALL SELECT 'reglement -> creance', r.reglement FROM creances.reglement r
		 WHERE NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang)
		UNION ALL SELECT 'creance_version -> creance', r.facture FROM creances.creance_version r
		 WHERE NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang)
		UNION ALL SELECT 'acte -> debiteur', r.debiteur FROM creances.acte r
		 WHERE NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = r.creancier AND d.debiteur = r.debiteur)
		UNION ALL SELECT 'acte -> creance', r.facture FROM creances.acte r
		 WHERE r.facture <> '' AND NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = r.creancier AND c.facture = r.facture AND r.rang IN (0, c.rang))
		UNION ALL SELECT 'convention -> creancier', r.debiteur FROM creances.convention r
		 WHERE NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = r.creancier)
			OR r.debiteur <> '' AND NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = r.creancier AND d.debiteur = r.debiteur)
		UNION ALL SELECT 'mandat -> debiteur', r.mandat::text FROM creances.mandat r
		 WHERE NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = r.creancier AND d.debiteur = r.debiteur)
		UNION ALL SELECT 'mandat_creance -> mandat', r.facture FROM creances.mandat_creance r
		 WHERE NOT EXISTS (SELECT FROM creances.mandat m WHERE m.creancier = r.creancier AND m.mandat = r.mandat)
		UNION ALL SELECT 'mandat_creance -> creance', r.facture FROM creances.mandat_creance r
		 WHERE NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang)
		UNION ALL SELECT 'limite_credit -> debiteur', r.debiteur FROM creances.limite_credit r
		 WHERE NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = r.creancier AND d.debiteur = r.debiteur)
		UNION ALL SELECT 'police_assurance -> creancier', r.police FROM creances.police_assurance r
		 WHERE NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = r.creancier)
		UNION ALL SELECT 'objectif -> creancier', r.indicateur FROM creances.objectif r
		 WHERE NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = r.creancier)
		UNION ALL SELECT 'releve -> creancier', r.indicateur FROM creances.releve r
		 WHERE NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = r.creancier)
		UNION ALL SELECT 'avancement -> creance', r.facture FROM creances.avancement r
		 WHERE NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang)
		UNION ALL SELECT 'relance -> debiteur', r.relance::text FROM creances.relance r
		 WHERE NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = r.creancier AND d.debiteur = r.debiteur)
		UNION ALL SELECT 'relance_creance -> relance', l.relance::text FROM creances.relance_creance l
		 WHERE NOT EXISTS (SELECT FROM creances.relance r WHERE r.creancier = l.creancier AND r.relance = l.relance)
		UNION ALL SELECT 'relance_creance -> creance', l.facture FROM creances.relance_creance l
		 WHERE NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = l.creancier AND c.facture = l.facture AND c.rang = l.rang)
	  ) x
	UNION ALL
	SELECT 'une action vivante reclame', format('%s : %s', r.relance, r.etat)
	  FROM creances.relance r
	 WHERE r.etat IN ('a_valider', 'a_envoyer', 'prise')
	   AND NOT EXISTS (SELECT FROM creances.relance_creance l WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat)
	UNION ALL
	SELECT 'l''etat des lignes est celui de l''action', format('%s %s/%s : %s au lieu de %s', l.relance, l.facture, l.rang, l.etat, r.etat)
	  FROM creances.relance_creance l JOIN creances.relance r USING (creancier, relance)
	 WHERE l.reclamee AND l.etat NOT IN (r.etat, 'annulee')
	UNION ALL
	SELECT 'une devise et un debiteur par action', format('%s %s/%s', l.relance, l.facture, l.rang)
	  FROM creances.relance_creance l JOIN creances.relance r USING (creancier, relance) JOIN creances.creance c USING (creancier, facture, rang)
	 WHERE r.etat IN ('a_valider', 'a_envoyer') AND l.etat = r.etat AND c.version_le IS NULL
	   AND (c.debiteur, c.devise) <> (r.debiteur, r.devise)
	UNION ALL
	SELECT 'un message par debiteur, devise et jour', format('%s %s %s le %s : %s messages', r.creancier, r.debiteur, r.devise, r.prise_le, count(*))
	  FROM creances.relance r WHERE r.classe = 'message' AND r.groupe = '' AND r.prise_le IS NOT NULL AND r.etat <> 'echec'
	 GROUP BY r.creancier, r.debiteur, r.devise, r.prise_le HAVING count(*) > 1
	UNION ALL
	-- each step done once, by a sending or by hand; a scenario's last one as often as it was repeated
	SELECT 'aucune etape refaite', format('%s/%s/%s : %s etape %s faite %s fois', f.creancier, f.facture, f.rang, f.scenario, f.etape, f.nb)
	  FROM (
		SELECT x.creancier, x.facture, x.rang, x.scenario, x.etape, x.stade, count(*) AS nb FROM (
			SELECT l.creancier, l.facture, l.rang, l.scenario, l.etape, l.stade::text FROM creances.relance_creance l
			 WHERE l.reclamee AND l.etat = 'envoyee'
			UNION ALL
			SELECT e.creancier, e.facture, e.rang, e.details ->> 'scenario', (e.details ->> 'etape')::integer, e.details ->> 'stade' FROM creances.evenement e
			 WHERE e.genre = 'etape_passee') x
		 GROUP BY 1, 2, 3, 4, 5, 6 HAVING count(*) > 1) f
	  JOIN creances.avancement a ON a.creancier = f.creancier AND a.facture = f.facture AND a.rang = f.rang
	 -- (by hand one may go back)
	 WHERE f.nb > 1 + CASE WHEN a.scenario = f.scenario AND a.etape = f.etape THEN a.repetitions ELSE 0 END
	   AND (f.creancier, f.facture, f.rang) NOT IN (SELECT e.creancier, e.facture, e.rang FROM creances.evenement e WHERE e.genre = 'stade_change')
	   AND NOT EXISTS (SELECT FROM creances.etape p WHERE p.scenario = f.scenario AND p.etape = f.etape AND p.repetitions >= f.nb - 1)
	UNION ALL
	SELECT 'le stade est celui de la derniere etape', format('%s/%s/%s : %s au lieu de %s', a.creancier, a.facture, a.rang, coalesce(a.stade::text, 'aucun'), coalesce(e.stade::text, 'aucun'))
	  FROM creances.avancement a
	  LEFT JOIN (
		-- as _etape_au() reads it, for all of them at once
		SELECT DISTINCT ON (x.creancier, x.facture, x.rang) x.creancier, x.facture, x.rang, x.stade
		  FROM (SELECT l.creancier, l.facture, l.rang, l.stade, r.envoyee_le AS le, r.envoyee_instant AS instant, l.etape
				  FROM creances.relance_creance l JOIN creances.relance r ON r.creancier = l.creancier AND r.relance = l.relance
				 WHERE l.reclamee AND l.etat = 'envoyee'
				UNION ALL
				SELECT e.creancier, e.facture, e.rang, nullif((e.details ->> 'stade')::creances.stade_relance, 'echue'), e.le, e.instant, (e.details ->> 'etape')::integer
				  FROM creances.evenement e WHERE e.genre IN ('etape_passee', 'stade_change')
				UNION ALL
				SELECT k.creancier, k.facture, k.rang, k.stade_initial, c.reprise_le, NULL, k.etape_initiale
				  FROM creances.avancement k JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
				 WHERE k.etape_initiale > 0) x
		 ORDER BY x.creancier, x.facture, x.rang, x.le DESC, x.instant DESC NULLS LAST, x.stade DESC, x.etape DESC) e
		 ON e.creancier = a.creancier AND e.facture = a.facture AND e.rang = a.rang
	 WHERE a.stade IS DISTINCT FROM e.stade
	UNION ALL
	SELECT 'un engagement a son acte, ses creances et ses echeances', format('%s %s', g.genre, g.acte)
	  FROM creances.engagement g
	 WHERE NOT EXISTS (SELECT FROM creances.acte a WHERE a.creancier = g.creancier AND a.acte = g.acte AND a.genre = g.genre)
		OR NOT EXISTS (SELECT FROM creances.engagement_creance a WHERE a.creancier = g.creancier AND a.acte = g.acte)
		OR NOT EXISTS (SELECT FROM creances.engagement_echeance a WHERE a.creancier = g.creancier AND a.acte = g.acte)
	UNION ALL
	SELECT 'un mandat a ses creances', m.mandat::text
	  FROM creances.mandat m
	 WHERE NOT EXISTS (SELECT FROM creances.mandat_creance k WHERE k.creancier = m.creancier AND k.mandat = m.mandat)
	UNION ALL
	SELECT 'une note ne se suit pas elle-meme', format('%s/%s/%s %s : %s', n.creancier, n.debiteur, n.devise, n.depuis, n.note)
	  FROM (SELECT y.*, lag(y.note) OVER (PARTITION BY y.creancier, y.debiteur, y.devise ORDER BY y.depuis) AS avant FROM creances.note_payeur y) n
	 WHERE n.note = n.avant
	UNION ALL
	SELECT 'une creance n''a qu''un mandat a la fois', format('%s/%s/%s', a.creancier, a.facture, a.rang)
	  FROM creances.mandat_creance a
	  JOIN creances.mandat m ON m.creancier = a.creancier AND m.mandat = a.mandat
	  JOIN creances.mandat_creance b ON b.creancier = a.creancier AND b.facture = a.facture AND b.rang = a.rang AND b.mandat > a.mandat
	  JOIN creances.mandat n ON n.creancier = b.creancier AND n.mandat = b.mandat
	 WHERE daterange(m.depuis, least(m.jusque, m.fin - 1), '[]') && daterange(n.depuis, least(n.jusque, n.fin - 1), '[]')
	   AND least(m.jusque, m.fin - 1) >= m.depuis IS NOT false AND least(n.jusque, n.fin - 1) >= n.depuis IS NOT false
	UNION ALL
	SELECT 'une nuit relevee a ses indicateurs, et eux seuls', format('%s %s : %s', r.creancier, r.jour, r.indicateur)
	  FROM creances.releve r
	 WHERE NOT EXISTS (SELECT FROM creances.indicateur i WHERE i.indicateur = r.indicateur)
	UNION ALL
	SELECT 'un statut a sa creance et ses actes', format('%s/%s/%s', x.creancier, x.facture, x.acte)
	  FROM (SELECT f.creancier, f.facture, NULL::uuid AS acte FROM creances.statut_facture f
			 WHERE NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = f.creancier AND c.facture = f.facture)
			UNION ALL
			SELECT t.creancier, NULL, t.acte FROM creances.statut_acte t
			 WHERE NOT EXISTS (SELECT FROM creances.acte a WHERE a.creancier = t.creancier AND a.acte = t.acte)) x
	UNION ALL
	SELECT 'une affectation nomme un scenario', format('%s/%s', a.creancier, a.scenario)
	  FROM creances.affectation a WHERE NOT EXISTS (SELECT FROM creances.scenario s WHERE s.scenario = a.scenario)
	UNION ALL
	SELECT 'passe en cours sans session', format('%s n° %s depuis %s', p.jour, p.numero, p.debut)
	  FROM creances.passe p WHERE p.etat = 'en cours' AND p.debut < now() - interval '1 day';
END;
COMMENT ON FUNCTION creances.coherence() IS 'Invariants du suivi et du moteur : une ligne par violation, aucune quand tout va bien.';
