-- What somebody must look at, the missing rates first.
-- (in plpgsql: JIT would compile so large a plan for longer than it runs)
CREATE FUNCTION creances._alertes()
RETURNS TABLE (ordre integer, gravite text, code text, objet text, message text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
WITH jour AS (SELECT creances.aujourdhui() AS j)
SELECT a.ordre, a.gravite, a.code, a.objet, a.message
  FROM (
	-- a half-year without rate: from a month before it starts
	SELECT 1 AS ordre, CASE WHEN t.fin < j.j THEN 'erreur' ELSE 'avertissement' END AS gravite, 'taux' AS code, t.regle AS objet,
		   format(CASE WHEN t.fin < j.j THEN 'taux inconnu depuis le %s : les pénalités sont arrêtées au %s ; ajoutez-le par creances.ajouter_taux()'
					   ELSE 'le taux du semestre qui commence le %s n''est pas connu (dernier jour connu : %s) ; ajoutez-le par creances.ajouter_taux()' END,
				  to_char(t.fin + 1, 'YYYY-MM-DD'), to_char(t.fin, 'YYYY-MM-DD')) AS message
	  FROM jour j, LATERAL (SELECT v.regle, creances.taux_connu_jusque(v.regle::creances.taux_retard) AS fin
							  FROM (VALUES ('BCE+10'), ('TIL'), ('TILP')) v(regle)) t
	 WHERE t.fin < j.j + interval '1 month'
	UNION ALL
	SELECT 5, 'avertissement', 'file', q.etat,
		   format(CASE q.etat WHEN 'a_valider' THEN '%s relance(s) attendent une validation depuis le %s : rien n''avance pour ces créances'
							  WHEN 'a_envoyer' THEN '%s relance(s) ne sont pas prises depuis le %s : personne ne les envoie, rien n''avance pour ces créances'
							  WHEN 'prise' THEN '%s relance(s) prises sans confirmation depuis le %s : issue inconnue, confirmez ou dites l''échec'
							  ELSE '%s envoi(s) en échec depuis le %s : remettez-les ou passez l''étape' END, q.nb, to_char(q.depuis, 'YYYY-MM-DD'))
	  FROM jour j, LATERAL (SELECT a.etat, count(*) AS nb, min(a.le) AS depuis FROM creances.a_faire a GROUP BY a.etat) q
	 WHERE q.depuis < j.j - CASE q.etat WHEN 'a_valider' THEN 3 WHEN 'a_envoyer' THEN 2 ELSE 1 END
	UNION ALL
	SELECT 6, 'avertissement', 'passe', to_char(p.jour, 'YYYY-MM-DD'), format('%s débiteur(s) en erreur, sautés : %s', p.erreurs, p.erreur)
	  FROM (SELECT DISTINCT ON (x.creancier) x.* FROM creances.passe x ORDER BY x.creancier, x.jour DESC, x.numero DESC) p WHERE p.erreurs > 0
	UNION ALL
	SELECT 7, 'avertissement', 'passe', 'passe', CASE WHEN p.jour IS NULL THEN 'aucune passe n''a encore eu lieu' ELSE format('dernière passe le %s', to_char(p.jour, 'YYYY-MM-DD')) END
	  FROM jour j, LATERAL (SELECT max(x.jour) AS jour FROM creances.passe x) p
	 WHERE EXISTS (SELECT FROM creances.suivi) AND coalesce(p.jour < j.j - 4, true)
	UNION ALL
	SELECT 7, 'erreur', 'passe', to_char(p.jour, 'YYYY-MM-DD'), format('passe commencée le %s et jamais finie ; CALL creances.passe_relance() la reprend', to_char(p.debut, 'YYYY-MM-DD HH24:MI'))
	  FROM creances.passe p WHERE p.etat = 'en cours' AND p.debut < now() - interval '1 hour'
	UNION ALL
	-- trends are made of nights that were written
	SELECT 7, 'avertissement', 'releve', c.creancier,
		   CASE WHEN r.jour IS NULL THEN 'les indicateurs n''ont jamais été relevés : SELECT creances.relever() ; planifier() le fait chaque nuit'
				ELSE format('dernier relevé des indicateurs le %s : SELECT creances.relever() ; planifier() le fait chaque nuit', to_char(r.jour, 'YYYY-MM-DD')) END
	  FROM jour j, creances.creancier c
	 CROSS JOIN LATERAL (SELECT max(x.jour) AS jour FROM creances.releve x WHERE x.creancier = c.creancier) r
	 WHERE coalesce(r.jour < j.j - 4, EXISTS (SELECT FROM creances.passe p WHERE p.creancier = c.creancier AND p.jour < j.j - 4))
	UNION ALL
	-- what the law or a policy gives until a day, and is not told elsewhere here
	SELECT 5, 'erreur', 'echeance_legale', e.creancier,
		   format('%s : %s échéance(s) passée(s) ou à dix jours au plus, la première le %s ; voyez creances.echeances_legales', e.libelle, e.nb, to_char(e.le, 'YYYY-MM-DD'))
	  FROM (SELECT x.societe AS creancier, creances._libelle_horloge(x.horloge) AS libelle, count(*) AS nb, min(x.echeance) AS le
			  FROM jour j
			 -- (those that lose a right; the others are told above and below)
			 CROSS JOIN LATERAL (SELECT h.* FROM creances._horloge_assurance(j.j) h
								 UNION ALL SELECT h.* FROM creances._horloge_injonction(j.j) h
								 UNION ALL SELECT h.* FROM creances._horloge_mandat(j.j) h) x
			 WHERE x.attente IS NULL AND x.echeance <= j.j + 10
			 GROUP BY x.societe, x.horloge) e
	UNION ALL
	SELECT 8, 'avertissement', 'date', 'futur', format('%s facture(s) et %s règlement(s) datés du futur : balance_agee() ne les compte pas encore, encours et balance_agee_debiteur les comptent', f.factures, r.reglements)
	  FROM jour j, LATERAL (SELECT count(*) AS factures FROM creances.creance c WHERE c.solde <> 0 AND c.nee_le > j.j) f,
		   LATERAL (SELECT count(*) AS reglements FROM creances.reglement g WHERE g.le > j.j) r
	 WHERE f.factures + r.reglements > 0
	UNION ALL
	SELECT 9, 'erreur', 'scenario', c.creancier, format('scénario inconnu ou masqué : %s ; rien n''est relancé', c.scenario)
	  FROM (SELECT x.creancier, x.scenario FROM creances.creancier x UNION SELECT x.creancier, x.scenario FROM creances.affectation x) c
	 WHERE NOT EXISTS (SELECT FROM creances._etape_active e WHERE e.scenario = c.scenario)
	UNION ALL
	-- two months from the publication, or the claim is lost (C. com. R622-24)
	SELECT 4, CASE WHEN p.reste_jours <= 10 THEN 'erreur' ELSE 'avertissement' END, 'procedure', concat_ws('/', p.creancier, p.debiteur),
		   CASE WHEN p.reste_jours < 0 THEN format('créance non déclarée à temps (%s) ; relevé de forclusion possible jusqu''au %s ; voyez creances.procedure_collective',
												   to_char(p.declarer_avant, 'YYYY-MM-DD'), to_char(p.releve_avant, 'YYYY-MM-DD'))
				ELSE format('%s %s à déclarer avant le %s ; voyez creances.procedure_collective', round(p.a_declarer, creances._decimales(p.devise)), p.devise, to_char(p.declarer_avant, 'YYYY-MM-DD')) END
	  FROM jour j, creances.procedure_collective p WHERE p.reste_jours <= 30 AND p.releve_avant >= j.j
	UNION ALL
	SELECT 5, 'avertissement', 'statut', concat_ws('/', x.creancier, x.facture), format('encaissement annoncé par la plateforme depuis le %s, sans règlement connu ; voyez creances.statut_a_rapprocher', to_char(x.depuis, 'YYYY-MM-DD'))
	  FROM jour j, creances.statut_a_rapprocher x WHERE x.depuis < j.j - 10
	UNION ALL
	SELECT 5, 'avertissement', 'limite', l.creancier,
		   format('%s client(s) au-delà de leur limite de crédit ; voyez creances.limite', count(*))
	  FROM creances.limite l
	  LEFT JOIN creances._seuil_signal z ON z.signal = 'limite'
	 WHERE l.depassement > coalesce(z.seuil, 0) AND coalesce(z.actif, true) GROUP BY l.creancier
	UNION ALL
	SELECT 5, 'avertissement', 'signal', x.creancier, format('%s signal(aux) grave(s) : %s ; voyez creances.signal_faible', count(*), string_agg(DISTINCT x.intitule, ', '))
	  FROM creances.signal_faible x WHERE x.gravite = 'erreur' AND x.signal <> 'limite' GROUP BY x.creancier
	UNION ALL
	-- a broken plan that asks for a notice waits for somebody
	SELECT 5, 'avertissement', 'plan', concat_ws('/', p.creancier, p.debiteur),
		   format('plan en retard de %s %s : notifiez la déchéance (notifier_decheance), ou laissez réclamer l''arriéré', round(sum(p.arriere), creances._decimales(p.devise)), p.devise)
	  FROM creances.plan p WHERE p.etat_plan = 'en retard' AND p.decheance = 'preavis'
	 GROUP BY p.creancier, p.debiteur, p.acte, p.devise
	-- (what was notified before may have been brought up to date)
	HAVING coalesce(NOT bool_or(p.arriere > 0 AND p.echeance + p.tolerance < p.notifie_le), true)
	UNION ALL
	-- a hold without an end ends when somebody thinks of it
	SELECT 6, 'avertissement', 'suspension', concat_ws('/', x.creancier, x.motif),
		   format(CASE x.motif WHEN 'litige' THEN '%s litige(s) ouvert(s) depuis plus de 30 jours, le premier le %s : tranchez-les (clore_litige)'
							   WHEN 'avoir' THEN '%s avoir(s) attendu(s) depuis plus de 30 jours, le premier litige est du %s : passez-les dans l''ERP'
							   WHEN 'rejet' THEN '%s facture(s) rejetée(s) par la plateforme depuis plus de 30 jours, la première le %s : réémettez-les'
							   ELSE '%s suspension(s) sans fin depuis plus de 30 jours, la première le %s' END || ' ; voyez creances.suspension', count(*), to_char(min(x.le), 'YYYY-MM-DD'))
	  FROM jour j, creances.suspension x WHERE x.en_cours AND x.jusque IS NULL AND x.motif IN ('litige', 'avoir', 'rejet', 'suspension') AND x.le < j.j - 30
	   -- (what a third party has in hand ends with his mandate)
	   AND NOT EXISTS (SELECT FROM creances.mandat m JOIN creances.mandat_creance k ON k.creancier = m.creancier AND k.mandat = m.mandat
						WHERE m.creancier = x.creancier AND m.debiteur = x.debiteur AND m.fin IS NULL AND k.suspension = x.acte)
	 GROUP BY x.creancier, x.motif
	UNION ALL
	-- handed over, and another customer's since: the third party does not see it, and nobody else reminds it
	SELECT 6, 'avertissement', 'mandat', concat_ws('/', m.creancier, m.debiteur),
		   format('%s créance(s) confiée(s) à %s et passée(s) à un autre client (%s) : confiez-les de nouveau, ou retirez le mandat (reprendre_mandat)',
				  count(*), m.tiers, min(c.debiteur))
	  FROM creances.mandat m
	  JOIN creances.creancier s ON s.creancier = m.creancier
	  JOIN creances.mandat_creance k ON k.creancier = m.creancier AND k.mandat = m.mandat
	  JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang AND c.solde > 0 AND c.debiteur <> m.debiteur
	 WHERE creances._mandat_actif(m.depuis, m.jusque, m.fin, (now() AT TIME ZONE s.fuseau)::date)
	 GROUP BY m.creancier, m.mandat, m.debiteur, m.tiers
	UNION ALL
	SELECT 6, 'avertissement', 'fin_de_scenario', c.creancier,
		   format('%s créance(s) au contentieux depuis plus de 60 jours sans suite, la première le %s ; voyez creances.encours', count(*), to_char(min(a.etape_le), 'YYYY-MM-DD'))
	  FROM jour j, creances.avancement a JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang AND c.solde > 0
	 WHERE a.stade = 'contentieux' AND a.prochaine_relance IS NULL AND a.etape_le < j.j - 60
	   AND NOT EXISTS (SELECT FROM creances.relance_creance l WHERE l.creancier = a.creancier AND l.facture = a.facture AND l.rang = a.rang
						 AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'prise'))
	 GROUP BY c.creancier
	UNION ALL
	SELECT 6, 'avertissement', 'creancier', c.creancier, 'des lettres sont à envoyer et le créancier n''a pas de nom ou d''adresse ; complétez creances.creancier (nom, details : adresse, iban, siren)'
	  FROM creances.creancier c
	 WHERE (coalesce(btrim(c.nom), '') = '' OR coalesce(btrim(c.details ->> 'adresse'), '') = '')
	   AND EXISTS (SELECT FROM creances.relance r WHERE r.creancier = c.creancier AND r.canal IN ('lettre', 'lrar') AND r.etat IN ('a_valider', 'a_envoyer'))
	UNION ALL
	SELECT 12, 'avertissement', 'siren', 'siren', format('%s client(s) ont un SIREN illisible : une procédure collective ne les trouverait pas ; voyez creances.siren_a_corriger', count(*))
	  FROM creances.siren_a_corriger HAVING count(*) > 0
	UNION ALL
	SELECT 9, 'avertissement', 'modele', concat_ws('/', m.langue, m.stade, m.canal), format('le modèle n''a pas la mention « %s » (%s) ; voyez creances.mentions_manquantes()', m.mention, m.source)
	  FROM creances.mentions_manquantes() m
	UNION ALL
	-- a day more and the claim is lost: what is still open and can be saved by an act
	SELECT 10, CASE WHEN p.restant <= 30 THEN 'erreur' ELSE 'avertissement' END, 'prescription', p.creancier,
		   format('%s créance(s) se prescrivent d''ici %s jours, la première le %s ; voyez creances.prescription_proche()', p.nb, p.horizon, to_char(p.le, 'YYYY-MM-DD'))
	  FROM (SELECT x.creancier, min(x.restant) AS restant, count(*) AS nb, 90 AS horizon, min(x.dernier_jour) AS le
			  FROM jour j, LATERAL creances.prescription_proche(90, j.j) x WHERE x.etat <> 'acquise' GROUP BY x.creancier) p
	UNION ALL
	-- what is agreed and the law does not allow
	SELECT 11, 'avertissement', 'convention', concat_ws('/', v.creancier, nullif(v.debiteur, '')),
		   format('taux stipulé %s, %s %% aujourd''hui, sous le plancher de %s %% (3 x TIL, C. com. L441-10 II) : les pénalités sont calculées au moindre du plancher et de BCE+10',
				  v.taux, t.stipule, t.plancher)
	  FROM jour j, creances.convention v
	 CROSS JOIN LATERAL (SELECT CASE WHEN creances.taux_connu_jusque(v.taux, j.j - 1) >= j.j THEN creances.taux_applicable(v.taux, j.j) END AS stipule,
								CASE WHEN creances.taux_connu_jusque('3xTIL', j.j - 1) >= j.j THEN creances.taux_applicable('3xTIL', j.j) END AS plancher) t
	 WHERE v.depuis <= j.j AND t.stipule < t.plancher AND v.taux OPERATOR(creances.<>) 'BCE+10'::creances.taux_retard
	   AND NOT EXISTS (SELECT FROM creances.convention w WHERE w.creancier = v.creancier AND w.debiteur = v.debiteur AND w.depuis > v.depuis AND w.depuis <= j.j)
	UNION ALL
	-- sent, and nobody has said when it was received: nothing runs against a consumer
	SELECT 11, 'avertissement', 'mise_en_demeure', c.creancier,
		   format('%s créance(s) de consommateurs ont une mise en demeure envoyée dont la réception n''est pas consignée : leurs intérêts ne courent pas (C. civ. 1344-1) ; creances.consigner(..., ''mise_en_demeure'', ...)', count(*))
	  FROM creances.avancement a
	  JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang AND c.solde > 0
	  JOIN creances.creancier s ON s.creancier = c.creancier
	  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur AND (d.type = 'consommateur' OR s.type = 'particulier')
	 WHERE a.mise_en_demeure_le IS NOT NULL
	   AND NOT EXISTS (SELECT FROM creances.acte x WHERE x.creancier = c.creancier AND x.debiteur = c.debiteur AND x.facture IN ('', c.facture)
						 AND x.genre = 'mise_en_demeure' AND x.le >= a.mise_en_demeure_le AND x.annule_le IS NULL)
	 GROUP BY c.creancier
	UNION ALL
	SELECT 12, 'avertissement', 'delai', x.creancier, format('%s facture(s) ouvertes dépassent le délai de paiement légal (amende : C. com. L441-16) ; voyez creances.delai_excessif', count(*))
	  FROM creances.delai_excessif x WHERE x.solde > 0 GROUP BY x.creancier
	UNION ALL
	SELECT 13, 'avertissement', 'qualite', q.code,
		   format(CASE q.code WHEN 'echeance_anterieure' THEN '%s créance(s) dues avant leur émission'
							  WHEN 'trop_percu' THEN '%s créance(s) réglées au-delà de leur montant'
							  WHEN 'doublon_probable' THEN '%s créance(s) probablement en double'
							  WHEN 'non_lettree' THEN '%s créance(s) ouvertes alors qu''un règlement ou un avoir du même montant attend'
							  WHEN 'sortie_impayee' THEN '%s créance(s) sorties du filtre sans être payées'
							  WHEN 'reglement_sans_facture' THEN '%s règlement(s) de factures qui ne sont pas suivies'
							  WHEN 'contact' THEN '%s client(s) sans le contact que demande la prochaine étape' END
				  || ' ; voyez creances.anomalie', count(*))
	  FROM creances._qualite q WHERE q.gravite = 'avertissement' GROUP BY q.code
  ) a;
END $$;
COMMENT ON FUNCTION creances._alertes() IS 'Les lignes d''alerte qui ne nomment pas de table.';

CREATE VIEW creances.alerte AS
SELECT a.ordre, a.gravite, a.code, a.objet, a.message
  FROM (
	-- (tables are named as the reader's search_path has it)
	SELECT 2 AS ordre, CASE WHEN a.attend THEN 'avertissement' ELSE 'erreur' END AS gravite, 'anomalie' AS code, a.suivi::text AS objet,
		   format(CASE WHEN a.attend THEN '%s règlement(s) dont la facture n''est pas suivie' ELSE '%s ligne(s) non suivie(s) : %s' END, count(*), a.code) AS message
	  FROM (SELECT l.suivi, l.code, l.attend IS NOT NULL AND l.code = 'facture' AS attend FROM creances.ligne_refusee l) a GROUP BY a.suivi, a.code, a.attend
	UNION ALL
	SELECT 3, 'erreur', 'suivi', s.table_suivie::text, 'le déclencheur est désactivé : les écritures ne sont plus vues ; CALL creances.synchroniser() répare'
	  FROM creances.suivi s WHERE NOT s.actif
	UNION ALL
	SELECT 3, 'avertissement', 'suivi', n.partition::text, format('partition de %s sans déclencheur : CALL creances.synchroniser(%L), par son propriétaire, la fait suivre', n.table_suivie, n.table_suivie::text)
	  FROM creances._partitions_nues n
	UNION ALL
	SELECT DISTINCT 3, 'erreur', 'suivi', c.suivi::text, 'des créances ouvertes viennent d''une table qui n''est plus suivie ; creances.cesser_suivi() les retire'
	  FROM (SELECT DISTINCT x.suivi FROM creances.creance x WHERE x.solde <> 0) c
	 WHERE NOT EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie = c.suivi)
	UNION ALL
	SELECT 4, 'avertissement', 'journal', f.table_suivie::text, format('%s ligne(s) au journal depuis le %s ; appelez creances.rafraichir()', f.en_attente, to_char(f.plus_ancienne, 'YYYY-MM-DD HH24:MI'))
	  FROM creances.fraicheur f WHERE f.plus_ancienne < now() - interval '1 day'
	UNION ALL
	SELECT x.ordre, x.gravite, x.code, x.objet, x.message FROM creances._alertes() x) a
 ORDER BY a.ordre, a.objet;
COMMENT ON VIEW creances.alerte IS 'Ce que quelqu''un doit regarder, les taux manquants en premier. Vide quand tout va bien.';
COMMENT ON COLUMN creances.alerte.ordre IS 'Ordre d''importance.';
COMMENT ON COLUMN creances.alerte.gravite IS 'erreur ou avertissement.';
COMMENT ON COLUMN creances.alerte.code IS 'taux, anomalie, suivi, journal, procedure, file, statut, limite, signal, plan, echeance_legale, passe, releve, suspension, mandat, fin_de_scenario, creancier, date, scenario, modele, prescription, convention, mise_en_demeure, delai, siren, qualite.';
COMMENT ON COLUMN creances.alerte.objet IS 'Ce qui est en cause.';
COMMENT ON COLUMN creances.alerte.message IS 'Explication et remede.';
