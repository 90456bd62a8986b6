-- The decision: what is due tonight of whom, and why the rest waits.

CREATE FUNCTION creances._decimales(devise text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN devise IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
		WHEN devise IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
		ELSE 2 END;
END;
COMMENT ON FUNCTION creances._decimales(text) IS 'Decimales de l''unite de compte d''une devise (ISO 4217).';

-- Payments that nobody has read yet, or can read: they may be of anybody.
CREATE VIEW creances._paiements_a_lire AS
SELECT j.suivi, j.cle
  FROM creances.a_revoir j
 WHERE j.cle IS NOT NULL AND j.suivi IN (SELECT s.table_suivie FROM creances.suivi s WHERE s.genre = 'reglements')
UNION ALL
SELECT l.suivi, l.cle
  FROM creances.ligne_refusee l
 WHERE l.code IN ('lecture', 'valeur') AND l.suivi IN (SELECT s.table_suivie FROM creances.suivi s WHERE s.genre = 'reglements');
COMMENT ON VIEW creances._paiements_a_lire IS 'Paiements pas encore lus, ou illisibles : ils peuvent etre de n''importe qui, rien n''est reclame.';
COMMENT ON COLUMN creances._paiements_a_lire.suivi IS 'Table de reglements.';
COMMENT ON COLUMN creances._paiements_a_lire.cle IS 'Cle de la ligne.';

-- Open items of a creditor's debtors (NULL: of all), what may be claimed of each
-- in spite of the holds, and what is left of it once the debtor's credits in the
-- same currency are set against his oldest overdue items. With keys, only these
-- items, and all those of their debtors who have credits.
CREATE FUNCTION creances._restes(au date, creancier text DEFAULT NULL, debiteurs text[] DEFAULT NULL, factures text[] DEFAULT NULL, rangs integer[] DEFAULT NULL)
RETURNS TABLE (societe text, debiteur text, devise text, facture text, rang integer, echeance date, echeance_relance date,
			   montant numeric, solde numeric, exigible numeric, couvert numeric, reste numeric, obstacle text,
			   suspension text, jusque date, en_partie text, fin date, en_compte boolean, reprise_le date, reprise text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH ouvertes AS (
		SELECT c.* FROM creances.creance c WHERE debiteurs IS NULL AND c.solde <> 0 AND (_restes.creancier IS NULL OR c.creancier = _restes.creancier)
		UNION ALL
		SELECT c.* FROM (SELECT DISTINCT u.debiteur FROM unnest(debiteurs) u(debiteur)) u
		  JOIN creances.creance c ON c.creancier = _restes.creancier AND c.debiteur = u.debiteur AND c.solde <> 0
		 WHERE factures IS NULL
			OR EXISTS (SELECT FROM creances.creance k WHERE k.creancier = _restes.creancier AND k.debiteur = u.debiteur AND k.solde < 0)
		UNION ALL
		SELECT c.* FROM unnest(factures, rangs) u(facture, rang)
		  -- (LIMIT: by its key, whatever the planner believes of the table)
		 CROSS JOIN LATERAL (SELECT k.* FROM creances.creance k
							  WHERE k.creancier = _restes.creancier AND k.facture = u.facture AND k.rang = u.rang AND k.solde > 0 LIMIT 1) c
		 WHERE NOT EXISTS (SELECT FROM creances.creance k WHERE k.creancier = c.creancier AND k.debiteur = c.debiteur AND k.solde < 0)
	), journal AS MATERIALIZED (
		-- what the journal holds of a debtor may be a payment or a credit: all his items wait
		SELECT DISTINCT c.creancier, c.debiteur
		  FROM creances.a_revoir j JOIN creances.creance c ON c.suivi = j.suivi AND c.cle = j.cle
		 WHERE j.cle IS NOT NULL
	), obstacles AS (
		SELECT o.*, creances._en_compte(o.nature, o.facture, o.solde) AS en_compte,
			   v.vise,
			   coalesce(o.livraison, o.emission, o.nee_le) AS naissance,
			   CASE
				WHEN (o.suivi::oid, o.cle) IN (SELECT a.suivi::oid, a.cle FROM creances.ligne_refusee a)
					 -- money came that cannot be counted
					 OR (o.creancier, o.facture) IN (SELECT a.creancier, a.facture FROM creances.ligne_refusee a WHERE a.facture IS NOT NULL)
					 OR (o.creancier, o.debiteur) IN (SELECT a.creancier, a.debiteur FROM creances.ligne_refusee a WHERE a.debiteur IS NOT NULL) THEN 'anomalie'
				WHEN (o.creancier, o.debiteur) IN (SELECT j.creancier, j.debiteur FROM journal j)
					 OR o.suivi::oid IN (SELECT j.suivi::oid FROM creances.a_revoir j WHERE j.cle IS NULL)
					 OR EXISTS (SELECT FROM creances._paiements_a_lire) THEN 'journal'
			   END AS obstacle
		  FROM ouvertes o
		 CROSS JOIN LATERAL (SELECT x.vise FROM creances._vise(o.creancier, o.debiteur, o.facture, o.rang) x OFFSET 0) v
	), engagees AS MATERIALIZED (
		SELECT e.* FROM creances._engagees(au, ARRAY(
			SELECT x.acte FROM obstacles o
			  JOIN creances.engagement_creance x ON x.creancier = o.creancier AND x.facture = o.facture AND x.rang = o.rang
			 WHERE o.vise AND o.solde > 0)) e
	), exigibles AS (
		SELECT o.*, h.motif AS suspension, h.jusque, h.en_partie, h.fin, coalesce(e.echeance, o.echeance) AS echeance_relance,
			   CASE WHEN o.solde > 0 AND NOT o.en_compte THEN coalesce(h.exigible, o.solde) ELSE 0 END AS exigible
		  FROM obstacles o
		  LEFT JOIN engagees e ON e.societe = o.creancier AND e.facture = o.facture AND e.rang = o.rang
		  -- (nothing to add up for the many that no act concerns)
		  LEFT JOIN LATERAL (SELECT x.* FROM (SELECT WHERE o.vise AND o.solde > 0 OFFSET 0) v
							  CROSS JOIN creances._retenue(true, o.creancier, o.debiteur, o.facture, o.rang, o.naissance, o.montant, o.solde, au,
														   e.motif, e.jusque, e.fin, e.plafond) x) h ON true
	), cumuls AS (
		SELECT e.*, i.imputable,
			   -- (money on account that was given back takes from it)
			   greatest(coalesce(sum(-e.solde) FILTER (WHERE e.solde < 0 OR e.en_compte) OVER d, 0), 0) AS credits,
			   coalesce(sum(e.exigible) FILTER (WHERE i.imputable) OVER (d ORDER BY e.echeance, e.facture, e.rang), 0) AS cumul
		  FROM exigibles e
		 CROSS JOIN LATERAL (SELECT e.exigible > 0 AND e.echeance < au AND e.obstacle IS NULL AS imputable) i
		WINDOW d AS (PARTITION BY e.creancier, e.debiteur, e.devise)
	)
	SELECT k.creancier, k.debiteur, k.devise, k.facture, k.rang, k.echeance, k.echeance_relance, k.montant, k.solde, k.exigible, v.couvert,
		   CASE WHEN k.solde < 0 THEN k.solde ELSE k.exigible - v.couvert END, k.obstacle, k.suspension, k.jusque, k.en_partie, k.fin, k.en_compte,
		   k.reprise_le, k.reprise
	  FROM cumuls k
	 CROSS JOIN LATERAL (SELECT CASE WHEN k.imputable
									 THEN least(k.exigible, greatest(0, k.credits - (k.cumul - k.exigible)))
									 ELSE 0 END AS couvert) v;
END;
COMMENT ON FUNCTION creances._restes(date, text, text[], text[], integer[]) IS
'Creances ouvertes de ces debiteurs et ce qu''il en reste a reclamer : le solde, moins ce qui est retenu, moins les credits imputes sur les plus anciennes echues.';

-- The same of one debtor, for the views: it weighs nothing in their plans.
CREATE FUNCTION creances._restes_de(au date, creancier text, debiteur text)
RETURNS TABLE (facture text, rang integer, echeance date, echeance_relance date, debiteur_ text, devise text, solde numeric, reste numeric, obstacle text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
BEGIN
	RETURN QUERY SELECT x.facture, x.rang, x.echeance, x.echeance_relance, x.debiteur, x.devise, x.solde, x.reste, x.obstacle
				   FROM creances._restes(au, creancier, ARRAY[debiteur]) x;
END $$;
COMMENT ON FUNCTION creances._restes_de(date, text, text) IS 'Comme _restes(), d''un debiteur, pour les vues.';

-- Does a queued claim still hold: something is owed by the same debtor in the
-- same currency, the due date has not been put off, and a preventive step is
-- not past it.
CREATE FUNCTION creances._tient(stade creances.stade_relance, echeance_file date, debiteur_file text, devise_file text,
								solde numeric, echeance date, debiteur text, devise text, au date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT solde > 0 AND debiteur = debiteur_file AND devise = devise_file AND echeance <= echeance_file
		   AND (stade <> 'preventive' OR echeance >= au);
END;
COMMENT ON FUNCTION creances._tient(creances.stade_relance, date, text, text, numeric, date, text, text, date) IS
'Une creance mise en file est encore a reclamer.';

-- What the queue claims of these debtors (NULL: of all), and whether each claim
-- still holds. (Look-ups by key, whatever the planner believes of a queue that
-- was just filled; promises and plans weighed once.)
CREATE FUNCTION creances._file(au date, creancier text DEFAULT NULL, debiteurs text[] DEFAULT NULL)
RETURNS TABLE (societe text, relance uuid, debiteur text, devise text, classe text, groupe text, etat text, facture text, rang integer, tient boolean,
			   suspension text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH actions AS (
		SELECT r.* FROM creances.relance r
		 WHERE debiteurs IS NULL AND r.etat IN ('a_valider', 'a_envoyer', 'prise') AND (_file.creancier IS NULL OR r.creancier = _file.creancier)
		UNION ALL
		SELECT r.* FROM (SELECT DISTINCT u.debiteur FROM unnest(debiteurs) u(debiteur)) u
		 CROSS JOIN LATERAL (SELECT x.* FROM creances.relance x
							  WHERE x.creancier = _file.creancier AND x.debiteur = u.debiteur
								AND x.etat IN ('a_valider', 'a_envoyer', 'prise') OFFSET 0) r
		UNION ALL
		SELECT r.* FROM creances.relance r
		 WHERE _file.creancier IS NULL AND r.debiteur IN (SELECT u.debiteur FROM unnest(debiteurs) u(debiteur)) AND r.etat IN ('a_valider', 'a_envoyer', 'prise')
	), lignes AS MATERIALIZED (
		SELECT r.relance AS id, r.debiteur AS debiteur_file, r.devise AS devise_file, r.classe, r.groupe, l.etat, l.stade, l.echeance AS echeance_file,
			   c.*, v.vise
		  FROM actions r
		 CROSS JOIN LATERAL (SELECT x.* FROM creances.relance_creance x
							  WHERE x.creancier = r.creancier AND x.relance = r.relance AND x.reclamee AND x.etat = r.etat OFFSET 0) l
		 CROSS JOIN LATERAL (SELECT x.* FROM creances.creance x
							  WHERE x.creancier = l.creancier AND x.facture = l.facture AND x.rang = l.rang LIMIT 1) c
		 CROSS JOIN LATERAL (SELECT x.vise FROM creances._vise(c.creancier, c.debiteur, c.facture, c.rang) x OFFSET 0) v
	), engagees AS MATERIALIZED (
		SELECT e.* FROM creances._engagees(au, ARRAY(
			SELECT x.acte FROM lignes l
			  JOIN creances.engagement_creance x ON x.creancier = l.creancier AND x.facture = l.facture AND x.rang = l.rang
			 WHERE l.vise AND l.solde > 0)) e
	)
	SELECT l.creancier, l.id, l.debiteur_file, l.devise_file, l.classe, l.groupe, l.etat, l.facture, l.rang,
		   CASE l.etat WHEN 'prise' THEN l.solde > 0
					   ELSE h.motif IS NULL AND creances._tient(l.stade, l.echeance_file, l.debiteur_file, l.devise_file, l.solde,
																coalesce(e.echeance, l.echeance), l.debiteur, l.devise, au) END,
		   h.motif
	  FROM lignes l
	  LEFT JOIN engagees e ON e.societe = l.creancier AND e.facture = l.facture AND e.rang = l.rang
	  LEFT JOIN LATERAL (SELECT x.* FROM (SELECT WHERE l.vise AND l.solde > 0 OFFSET 0) v
						  CROSS JOIN creances._retenue(true, l.creancier, l.debiteur, l.facture, l.rang, coalesce(l.livraison, l.emission, l.nee_le),
													   l.montant, l.solde, au, e.motif, e.jusque, e.fin, e.plafond) x) h ON true;
END;
COMMENT ON FUNCTION creances._file(date, text, text[]) IS
'Ce que la file reclame de ces debiteurs, et si c''est encore a reclamer : du, par le meme debiteur, ni reporte ni suspendu.';

-- The one place that decides, and the scenario's clock. The next step is due at
-- the later of the due date + its delay and of the step done + the difference
-- of their delays, then on a working day; what a step granted, and the coming
-- in, are waited for.
CREATE FUNCTION creances._decision(au date, creancier text DEFAULT NULL, debiteurs text[] DEFAULT NULL, factures text[] DEFAULT NULL, rangs integer[] DEFAULT NULL)
RETURNS TABLE (societe text, debiteur text, devise text, facture text, rang integer, echeance date, retard integer,
			   solde numeric, reste numeric, faite integer, faite_le date, stade creances.stade_relance,
			   etape integer, canal text, stade_vise creances.stade_relance, des_le date, due_le date,
			   decision text, raison text,
			   relance uuid, scenario text, classe text, groupe text, canal_relance text, stade_relance creances.stade_relance, etat text,
			   echeance_relance date, delai_accorde integer, repetition boolean, suspension text, jusque date, fin date, cout numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH etapes AS MATERIALIZED (
		SELECT e.* FROM creances._etape_active e
	), scenarios AS MATERIALIZED (
		SELECT s.* FROM creances.scenario_actif s
	), horloge AS (
		-- (OFFSET 0: computed once an item, not once a use)
		SELECT r.*, k.contact_min, k.montant_min, k.tolerance_montant, k.groupement, k.scenario AS connu, d.zone, x.scenario, f.faite, f.faite_le, f.stade,
			   n.etape, n.canal, n.classe, n.stade AS stade_vise, n.validation, n.sans_confirmation, n.delai_accorde, n.cout,
			   coalesce(n.repetee, false) AS repetition, q.des_le, creances.jour_ouvre_suivant(q.des_le, d.zone) AS due_le
		  FROM creances._restes(au, creancier, debiteurs, factures, rangs) r
		  JOIN creances.creancier s ON s.creancier = r.societe
		  JOIN creances.debiteur d ON d.creancier = r.societe AND d.debiteur = r.debiteur
		 CROSS JOIN LATERAL (SELECT y.scenario FROM creances._scenario(r.societe, r.facture, r.debiteur, d.segment, s.scenario) y OFFSET 0) x
		  LEFT JOIN scenarios k ON k.scenario = x.scenario
		  LEFT JOIN creances.avancement a ON a.creancier = r.societe AND a.facture = r.facture AND a.rang = r.rang
		  -- taken in at the stage of its age, without anything sent
		  LEFT JOIN LATERAL (SELECT e.etape, e.stade FROM etapes e
							  WHERE a.creancier IS NULL AND r.reprise = 'directe' AND e.scenario = x.scenario
								AND e.delai >= 0 AND e.stade <= 'relance_3' AND r.echeance + e.delai <= r.reprise_le
							  ORDER BY e.etape DESC LIMIT 1) i ON true
		 CROSS JOIN LATERAL (SELECT coalesce(a.etape, i.etape, 0) AS faite,
									CASE WHEN a.creancier IS NOT NULL THEN a.etape_le
										 WHEN i.etape IS NOT NULL THEN r.reprise_le END AS faite_le,
									coalesce(a.stade, i.stade) AS stade, coalesce(a.scenario, x.scenario) AS scenario,
									CASE WHEN d.type = 'public' AND r.echeance_relance = r.echeance THEN creances.jour_ouvre_suivant(r.echeance, d.zone)
										 ELSE r.echeance_relance END AS echeance OFFSET 0) f
		  LEFT JOIN etapes p ON p.scenario = f.scenario AND p.etape = f.faite
		  -- a preventive step that is past the due date expires; a scenario that changed goes on above the stage
		  -- that was reached; the last step may be done again
		  LEFT JOIN LATERAL (
				SELECT coalesce(min(e.etape) FILTER (WHERE NOT (e.etape = f.faite AND f.scenario = x.scenario)), min(e.etape)) AS etape FROM etapes e
				 WHERE r.solde > 0 AND e.scenario = x.scenario AND (e.delai >= 0 OR au <= f.echeance)
				   AND (f.stade IS NULL OR e.stade > f.stade
						OR e.stade = f.stade AND f.scenario = x.scenario
						   AND (e.etape > f.faite OR e.etape = f.faite AND e.repetitions > a.repetitions))) e ON true
		  LEFT JOIN LATERAL (SELECT y.*, y.etape = f.faite AND f.scenario = x.scenario AS repetee FROM etapes y
							  WHERE y.scenario = x.scenario AND y.etape = e.etape) n ON true
		 CROSS JOIN LATERAL (SELECT CASE WHEN n.etape IS NOT NULL
										 THEN greatest(f.echeance + CASE WHEN n.delai >= 0 THEN greatest(n.delai, k.tolerance_jours + 1) ELSE n.delai END,
													   f.faite_le + CASE WHEN n.repetee THEN n.repeter_jours ELSE greatest(n.delai - p.delai, 1) END,
													   a.accorde_au + 1, r.reprise_le)
										 END AS des_le) q
	), lignes AS (
		SELECT h.*, CASE WHEN h.groupement = 'facture' THEN h.facture || ':' || h.rang ELSE '' END AS groupe,
			   CASE
				WHEN h.solde < 0 THEN 'credit'
				WHEN h.en_compte THEN 'en compte'
				WHEN h.obstacle = 'anomalie' THEN 'anomalie'
				WHEN h.obstacle = 'journal' THEN 'attend le rafraichissement'
				WHEN h.suspension IS NOT NULL THEN 'suspendue : ' || replace(h.suspension, '_', ' ') || coalesce(' jusqu''au ' || to_char(h.jusque, 'YYYY-MM-DD'), '')
				WHEN v.etat = 'a_valider' THEN 'attend la validation'
				WHEN v.etat IS NOT NULL THEN 'attend l''envoi'
				WHEN h.connu IS NULL THEN 'scenario inconnu'
				WHEN h.etape IS NULL THEN 'derniere etape'
				WHEN h.due_le > au THEN 'attend le ' || to_char(h.due_le, 'YYYY-MM-DD')
				WHEN NOT creances.est_ouvre(au, h.zone) THEN 'attend le ' || to_char(creances.jour_ouvre_suivant(au, h.zone), 'YYYY-MM-DD')
				WHEN h.reste <= 0 THEN 'couverte par un credit'
				WHEN h.reste < greatest(h.montant_min, 10.0 ^ -creances._decimales(h.devise))
					 OR h.solde < h.montant AND h.reste <= h.tolerance_montant THEN 'montant minimal'
				WHEN v.echec THEN 'echec : attend remettre() ou passer_etape()'
			   END AS frein
		  FROM horloge h
		  -- an action in the queue that claims it and that the pass will not annul; its step failed and nobody has said what to do
		  LEFT JOIN LATERAL (
				SELECT max(l.etat) FILTER (WHERE l.etat = 'prise'
						OR l.etat <> 'echec' AND h.suspension IS NULL
						   AND creances._tient(l.stade, l.echeance, k.debiteur, k.devise, h.solde, h.echeance_relance, h.debiteur, h.devise, au)) AS etat,
					   bool_or(l.etat = 'echec' AND l.etape = h.etape AND l.scenario = h.scenario) AS echec
				  FROM creances.relance_creance l
				  JOIN creances.relance k ON k.creancier = l.creancier AND k.relance = l.relance
				 WHERE l.creancier = h.societe AND l.facture = h.facture AND l.rang = h.rang
				   AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'prise', 'echec')) v ON true
	), file AS MATERIALIZED (
		-- of something that still owes
		SELECT q.societe, q.debiteur, q.devise, q.classe, q.groupe, bool_or(q.etat <> 'a_valider') AS en_file, bool_or(q.etat = 'a_valider') AS a_valider
		  FROM creances._file(au, creancier, ARRAY(SELECT l.debiteur FROM lignes l WHERE l.frein IS NULL)) q
		 WHERE q.tient
		 GROUP BY q.societe, q.debiteur, q.devise, q.classe, q.groupe
	), freins AS (
		SELECT l.*, coalesce(l.frein, CASE
				WHEN n.ce_soir THEN 'un message par nuit'
				WHEN f.en_file THEN 'attend l''envoi du message precedent'
				WHEN f.a_valider AND l.validation THEN 'attend la validation du message precedent'
				WHEN l.classe = 'message' AND l.groupe = '' AND l.stade_vise < 'mise_en_demeure' AND au < m.dernier + l.contact_min
					 THEN 'espacement : attend le ' || to_char(m.dernier + l.contact_min, 'YYYY-MM-DD')
				END) AS frein2
		  FROM lignes l
		  -- what the debtor has already been sent, or will be, of this kind
		 CROSS JOIN LATERAL (SELECT l.frein IS NULL AND EXISTS (
				SELECT FROM creances.relance r
				 WHERE r.creancier = l.societe AND r.debiteur = l.debiteur AND r.devise = l.devise
				   AND r.classe = l.classe AND r.groupe = l.groupe AND r.le = au) AS ce_soir) n
		  LEFT JOIN file f ON l.frein IS NULL AND f.societe = l.societe AND f.debiteur = l.debiteur AND f.devise = l.devise AND f.classe = l.classe
						  AND f.groupe = l.groupe
		  LEFT JOIN LATERAL (
				SELECT max(coalesce(r.envoyee_le, r.prise_le)) AS dernier
				  FROM creances.relance r
				 WHERE l.frein IS NULL AND l.contact_min > 0 AND r.creancier = l.societe AND r.debiteur = l.debiteur AND r.devise = l.devise
				   AND r.classe = l.classe AND r.groupe = '' AND r.etat IN ('prise', 'envoyee')) m ON true
	), validees AS (
		-- a step that needs validation goes alone and first
		SELECT f.*, coalesce(f.frein2, CASE
				WHEN NOT f.validation
					 AND bool_or(f.validation AND f.frein2 IS NULL) OVER (PARTITION BY f.societe, f.debiteur, f.devise, f.classe, f.groupe)
					 THEN 'une etape a valider part seule, avant' END) AS frein_v
		  FROM freins f
	), seules AS (
		-- a formal notice, and what comes after it, is only of what has come to that
		SELECT v.*, coalesce(v.frein_v, CASE
				WHEN v.classe = 'message'
					 AND v.stade_vise < greatest('mise_en_demeure', max(v.stade_vise) FILTER (WHERE v.frein_v IS NULL)
																		OVER (PARTITION BY v.societe, v.debiteur, v.devise, v.classe, v.groupe))
					 AND 'mise_en_demeure' <= max(v.stade_vise) FILTER (WHERE v.frein_v IS NULL)
																OVER (PARTITION BY v.societe, v.debiteur, v.devise, v.classe, v.groupe)
					 THEN 'une mise en demeure part seule, avant' END) AS frein3
		  FROM validees v
	)
	SELECT s.societe, s.debiteur, s.devise, s.facture, s.rang, s.echeance, au - s.echeance, s.solde, s.reste, s.faite, s.faite_le, s.stade,
		   s.etape, s.canal, s.stade_vise, s.des_le, s.due_le,
		   CASE WHEN s.frein3 IS NULL THEN 'relancer' ELSE 'attendre' END,
		   coalesce(s.frein3, 'due'),
		   CASE WHEN s.frein3 IS NULL
				THEN md5(concat_ws(chr(31), s.societe, s.debiteur, s.devise, s.classe, nullif(s.groupe, ''), to_char(au, 'YYYY-MM-DD')))::uuid END,
		   s.scenario, s.classe, s.groupe,
		   CASE WHEN s.frein3 IS NULL THEN first_value(s.canal) OVER m END,
		   CASE WHEN s.frein3 IS NULL THEN first_value(s.stade_vise) OVER m END,
		   CASE WHEN s.frein3 IS NOT NULL THEN NULL
				WHEN s.validation THEN 'a_valider'
				WHEN bool_and(s.sans_confirmation) OVER (PARTITION BY s.societe, s.debiteur, s.devise, s.classe, s.groupe, s.frein3 IS NULL) THEN 'envoyee'
				ELSE 'a_envoyer' END,
		   s.echeance_relance, s.delai_accorde, s.repetition, s.suspension, s.jusque, s.fin, s.cout
	  FROM seules s
	WINDOW m AS (PARTITION BY s.societe, s.debiteur, s.devise, s.classe, s.groupe, s.frein3 IS NULL
				 ORDER BY s.stade_vise DESC, s.etape DESC, s.canal)
	 ORDER BY s.societe, s.debiteur, s.devise, s.echeance, s.facture, s.rang;
END;
COMMENT ON FUNCTION creances._decision(date, text, text[], text[], integer[]) IS
'La decision, pour ces debiteurs (tous si NULL) ou ces creances : le seul endroit qui decide.';

-- (JIT compiles a hundred expressions for longer than they run.)
CREATE FUNCTION creances.decision(au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, debiteur text, devise text, facture text, rang integer, echeance date, retard integer,
			   solde numeric, reste numeric, etape_faite integer, etape integer, canal text, stade text, due_le date,
			   decision text, raison text)
LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
	SELECT d.societe, d.debiteur, d.devise, d.facture, d.rang, d.echeance, d.retard, d.solde, d.reste,
		   d.faite, d.etape, d.canal, d.stade_vise::text, d.due_le, d.decision, d.raison
	  FROM (SELECT creances._verifier_au(decision.au) AS au) q, LATERAL creances._decision(q.au) d;
END;
COMMENT ON FUNCTION creances.decision(date) IS
'Pour chaque creance ouverte : relancer ou attendre cette nuit-la, quelle etape, et la raison. "reste" est ce qui peut etre reclame une fois imputes les credits du debiteur.';

CREATE FUNCTION creances.simuler_passe(au date DEFAULT creances.aujourdhui())
RETURNS TABLE (id uuid, creancier text, debiteur text, devise text, canal text, stade text, etat text,
			   facture text, rang integer, etape integer, reste numeric)
LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
	SELECT d.relance, d.societe, d.debiteur, d.devise, d.canal_relance, d.stade_relance::text, d.etat,
		   d.facture, d.rang, d.etape, d.reste
	  FROM (SELECT creances._verifier_au(simuler_passe.au) AS au) q, LATERAL creances._decision(q.au) d
	 WHERE d.decision = 'relancer';
END;
COMMENT ON FUNCTION creances.simuler_passe(date) IS
'Ce que CALL passe_relance(au) mettrait en file, ligne a ligne, sans rien ecrire. En mode differe, appelez d''abord rafraichir().';
