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

-- Open items of some debtors (NULL arrays: of all), and what is left to claim
-- of each once the debtor's credits in the same currency are set against his
-- oldest overdue items. Nothing is left to claim of what a hold suspends.
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

CREATE FUNCTION creances._restes(au date, creanciers text[] DEFAULT NULL, debiteurs text[] DEFAULT NULL)
RETURNS TABLE (creancier text, debiteur text, devise text, facture text, rang integer, echeance date,
			   solde numeric, couvert numeric, reste numeric, obstacle text, suspension text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH ouvertes AS (
		SELECT c.* FROM creances.creance c WHERE creanciers IS NULL AND c.solde <> 0
		UNION ALL
		SELECT c.* FROM unnest(creanciers, debiteurs) u(creancier, debiteur)
		  JOIN creances.creance c ON c.creancier = u.creancier AND c.debiteur = u.debiteur AND c.solde <> 0
	), obstacles AS (
		SELECT o.*, CASE
			WHEN (o.suivi::oid, o.cle) IN (SELECT a.suivi::oid, a.cle FROM creances.ligne_refusee a)
				 -- money came that cannot be counted
				 OR (o.creancier, o.facture) IN (SELECT a.creancier, a.facture FROM creances.ligne_refusee a WHERE a.facture IS NOT NULL)
				 OR (o.creancier, o.debiteur) IN (SELECT a.creancier, a.debiteur FROM creances.ligne_refusee a WHERE a.debiteur IS NOT NULL) THEN 'anomalie'
			WHEN (o.suivi::oid, o.cle) IN (SELECT j.suivi::oid, j.cle FROM creances.a_revoir j WHERE j.cle IS NOT NULL)
				 OR o.suivi::oid IN (SELECT j.suivi::oid FROM creances.a_revoir j WHERE j.cle IS NULL)
				 OR EXISTS (SELECT FROM creances._paiements_a_lire) THEN 'journal'
			END AS obstacle, s.motif AS suspension
		  FROM ouvertes o
		  LEFT JOIN LATERAL creances._suspension(o.creancier, o.debiteur, o.facture, o.rang,
												 coalesce(o.livraison, o.emission, o.nee_le), au) s ON true
	), debiteurs AS (
		-- what the journal holds of a debtor may be a payment or a credit: all his items wait
		SELECT o.creancier, o.debiteur, o.devise, o.facture, o.rang, o.echeance, o.solde, o.suspension,
			   creances._en_compte(o.nature, o.facture, o.solde) AS en_compte,
			   coalesce(o.obstacle, CASE WHEN bool_or(o.obstacle = 'journal') OVER (PARTITION BY o.creancier, o.debiteur)
										 THEN 'journal' END) AS obstacle
		  FROM obstacles o
	), cumuls AS (
		SELECT o.*, o.solde > 0 AND NOT o.en_compte AND o.echeance < au AND o.obstacle IS NULL AND o.suspension IS NULL AS imputable,
			   -- (money on account that was given back takes from it)
			   greatest(coalesce(sum(-o.solde) FILTER (WHERE o.solde < 0 OR o.en_compte) OVER d, 0), 0) AS credits,
			   coalesce(sum(o.solde) FILTER (WHERE o.solde > 0 AND NOT o.en_compte AND o.echeance < au AND o.obstacle IS NULL AND o.suspension IS NULL)
						OVER (d ORDER BY o.echeance, o.facture, o.rang), 0) AS cumul
		  FROM debiteurs o
		WINDOW d AS (PARTITION BY o.creancier, o.debiteur, o.devise)
	)
	SELECT k.creancier, k.debiteur, k.devise, k.facture, k.rang, k.echeance, k.solde, v.couvert,
		   CASE WHEN k.suspension IS NOT NULL OR k.solde > 0 AND k.en_compte THEN 0 ELSE k.solde - v.couvert END, k.obstacle, k.suspension
	  FROM cumuls k
	 CROSS JOIN LATERAL (SELECT CASE WHEN k.imputable
									 THEN least(k.solde, greatest(0, k.credits - (k.cumul - k.solde)))
									 ELSE 0 END AS couvert) v;
END;
COMMENT ON FUNCTION creances._restes(date, text[], text[]) IS
'Creances ouvertes de ces debiteurs et ce qu''il en reste a reclamer, leurs credits imputes sur les plus anciennes echues.';

-- The scenario's clock of one receivable: step done, next step, and the day
-- when it is due. By its key, so that it is an index look-up wherever it is
-- used, whatever the planner believes of the queue's size.
CREATE FUNCTION creances._horloge(au date, creancier text, facture text, rang integer)
RETURNS TABLE (scenario text, contact_min integer, montant_min numeric, zone text, faite integer, faite_le date,
			   stade creances.stade_relance, etape integer, canal text, classe text, stade_vise creances.stade_relance,
			   validation boolean, sans_confirmation boolean, des_le date, due_le date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT s.scenario, k.contact_min, k.montant_min, d.zone, f.faite, f.faite_le, f.stade,
		   e.etape, e.canal, e.classe, e.stade, e.validation, e.sans_confirmation, q.des_le,
		   creances.jour_ouvre_suivant(q.des_le, d.zone)
	  FROM creances.creance c
	  JOIN creances.creancier s ON s.creancier = c.creancier
	  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
	  LEFT JOIN creances.scenario_actif k ON k.scenario = s.scenario
	  LEFT JOIN creances.avancement a ON a.creancier = c.creancier AND a.facture = c.facture AND a.rang = c.rang
	  -- taken in at the stage of its age, without anything sent
	  LEFT JOIN LATERAL (SELECT r.etape, r.stade FROM creances.etape_active r
						  WHERE a.creancier IS NULL AND c.reprise = 'directe' AND r.scenario = s.scenario
							AND r.delai >= 0 AND r.stade <= 'relance_3' AND c.echeance + r.delai <= c.reprise_le
						  ORDER BY r.etape DESC LIMIT 1) r ON true
	 CROSS JOIN LATERAL (SELECT coalesce(a.etape, r.etape, 0) AS faite,
								CASE WHEN a.creancier IS NOT NULL THEN a.etape_le
									 WHEN r.etape IS NOT NULL THEN c.reprise_le END AS faite_le,
								coalesce(a.stade, r.stade) AS stade) f
	  LEFT JOIN creances.etape_active p ON p.scenario = coalesce(a.scenario, s.scenario) AND p.etape = f.faite
	  -- a preventive step that is past the due date expires
	  LEFT JOIN LATERAL (SELECT n.* FROM creances.etape_active n
						  WHERE n.scenario = s.scenario AND (n.delai >= 0 OR au <= c.echeance)
							AND CASE WHEN a.scenario <> s.scenario THEN n.stade > f.stade ELSE n.etape > f.faite END
						  ORDER BY n.etape LIMIT 1) e ON true
	 CROSS JOIN LATERAL (SELECT CASE WHEN e.etape IS NOT NULL
									 THEN greatest(CASE d.type WHEN 'public' THEN creances.jour_ouvre_suivant(c.echeance, d.zone) ELSE c.echeance END
												   + e.delai, f.faite_le + greatest(e.delai - p.delai, 1), c.reprise_le)
									 END AS des_le) q
	 WHERE c.creancier = _horloge.creancier AND c.facture = _horloge.facture AND c.rang = _horloge.rang
	 LIMIT 1;	-- keeps it a look-up by key when it is inlined
END;
COMMENT ON FUNCTION creances._horloge(date, text, text, integer) IS
'Etape faite et etape suivante d''une creance, et le jour ou elle est due : le plus tardif de l''echeance + son delai et de l''etape precedente + l''ecart de leurs delais, reporte au jour ouvre suivant.';

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

CREATE FUNCTION creances._decision(au date, creanciers text[] DEFAULT NULL, debiteurs text[] DEFAULT NULL)
RETURNS TABLE (creancier text, debiteur text, devise text, facture text, rang integer, echeance date, retard integer,
			   solde numeric, reste numeric, faite integer, stade creances.stade_relance,
			   etape integer, canal text, stade_vise creances.stade_relance, des_le date, due_le date,
			   decision text, raison text,
			   relance uuid, scenario text, classe text, canal_relance text, stade_relance creances.stade_relance, etat text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH lignes AS (
		SELECT r.creancier, r.debiteur, r.devise, r.facture, r.rang, r.echeance, au - r.echeance AS retard, r.solde, r.reste,
			   h.faite, h.stade, h.etape, h.canal, h.classe, h.stade_vise, h.validation, h.sans_confirmation, h.des_le, h.due_le,
			   h.scenario, h.contact_min,
			   CASE
				WHEN r.solde < 0 THEN 'credit'
				WHEN r.facture LIKE 'compte:%' AND r.reste = 0 AND r.suspension IS NULL THEN 'en compte'
				WHEN r.obstacle = 'anomalie' THEN 'anomalie'
				WHEN r.obstacle = 'journal' THEN 'attend le rafraichissement'
				WHEN r.suspension IS NOT NULL THEN 'suspendue : ' || replace(r.suspension, '_', ' ')
				WHEN v.etat = 'a_valider' THEN 'attend la validation'
				WHEN v.etat IS NOT NULL THEN 'attend l''envoi'
				WHEN h.contact_min IS NULL THEN 'scenario inconnu'
				WHEN h.etape IS NULL THEN 'derniere etape'
				WHEN h.due_le > au THEN 'attend le ' || to_char(h.due_le, 'YYYY-MM-DD')
				WHEN NOT creances.est_ouvre(au, h.zone) THEN 'attend le ' || to_char(creances.jour_ouvre_suivant(au, h.zone), 'YYYY-MM-DD')
				WHEN r.reste <= 0 THEN 'couverte par un credit'
				WHEN r.reste < greatest(h.montant_min, 10.0 ^ -creances._decimales(r.devise)) THEN 'montant minimal'
				WHEN x.etape IS NOT NULL THEN 'echec : attend remettre() ou passer_etape()'
			   END AS frein
		  FROM creances._restes(au, creanciers, debiteurs) r
		  LEFT JOIN LATERAL creances._horloge(au, r.creancier, r.facture, r.rang) h ON r.solde > 0
		  -- an action in the queue that claims it, and that the pass will not annul
		  LEFT JOIN LATERAL (SELECT l.etat FROM creances.relance_creance l
							   JOIN creances.relance k ON k.creancier = l.creancier AND k.relance = l.relance
							  WHERE l.creancier = r.creancier AND l.facture = r.facture AND l.rang = r.rang
								AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'prise')
								AND (l.etat = 'prise' OR r.suspension IS NULL AND creances._tient(l.stade, l.echeance, k.debiteur, k.devise,
																		 r.solde, r.echeance, r.debiteur, r.devise, au))
							  LIMIT 1) v ON true
		  -- its step failed and nobody has said what to do
		  LEFT JOIN LATERAL (SELECT l.etape FROM creances.relance_creance l
							  WHERE l.creancier = r.creancier AND l.facture = r.facture AND l.rang = r.rang
								AND l.reclamee AND l.etat = 'echec' AND l.etape = h.etape
							  LIMIT 1) x ON true
	), freins AS (
		SELECT l.*, coalesce(l.frein, CASE
				WHEN n.ce_soir THEN 'un message par nuit'
				WHEN f.en_file THEN 'attend l''envoi du message precedent'
				WHEN f.a_valider AND l.validation THEN 'attend la validation du message precedent'
				WHEN l.classe = 'message' AND l.stade_vise < 'mise_en_demeure' AND au < m.dernier + l.contact_min
					 THEN 'espacement : attend le ' || to_char(m.dernier + l.contact_min, 'YYYY-MM-DD')
				END) AS frein2
		  FROM lignes l
		  -- what the debtor has already been sent, or will be, of this kind
		 CROSS JOIN LATERAL (SELECT l.frein IS NULL AND EXISTS (
				SELECT FROM creances.relance r
				 WHERE r.creancier = l.creancier AND r.debiteur = l.debiteur AND r.devise = l.devise
				   AND r.classe = l.classe AND r.le = au) AS ce_soir) n
		  LEFT JOIN LATERAL (
				SELECT bool_or(r.etat <> 'a_valider') AS en_file, bool_or(r.etat = 'a_valider') AS a_valider
				  FROM creances.relance r
				 WHERE r.creancier = l.creancier AND r.debiteur = l.debiteur AND r.devise = l.devise AND r.classe = l.classe
				   AND r.etat IN ('a_valider', 'a_envoyer', 'prise')
				   -- of something that still owes
				   AND EXISTS (SELECT FROM creances.relance_creance k
								 JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
								WHERE k.creancier = r.creancier AND k.relance = r.relance
								  AND k.reclamee AND k.etat = r.etat
								  AND (k.etat = 'prise' AND c.solde > 0
									   OR NOT EXISTS (SELECT FROM creances._suspension(c.creancier, c.debiteur, c.facture, c.rang,
																					   coalesce(c.livraison, c.emission, c.nee_le), au))
										  AND creances._tient(k.stade, k.echeance, r.debiteur, r.devise,
														  c.solde, c.echeance, c.debiteur, c.devise, au)))) f ON l.frein IS NULL
		  LEFT JOIN LATERAL (
				SELECT max(coalesce(r.envoyee_le, r.prise_le)) AS dernier
				  FROM creances.relance r
				 WHERE r.creancier = l.creancier AND r.debiteur = l.debiteur AND r.devise = l.devise AND r.classe = l.classe
				   AND r.etat IN ('prise', 'envoyee')) m ON l.frein IS NULL AND l.contact_min > 0
	), seules AS (
		-- a step that needs validation goes alone and first
		SELECT f.*, coalesce(f.frein2, CASE
				WHEN NOT f.validation
					 AND bool_or(f.validation AND f.frein2 IS NULL) OVER (PARTITION BY f.creancier, f.debiteur, f.devise, f.classe)
					 THEN 'une etape a valider part seule, avant' END) AS frein3
		  FROM freins f
	)
	SELECT s.creancier, s.debiteur, s.devise, s.facture, s.rang, s.echeance, s.retard, s.solde, s.reste, s.faite, s.stade,
		   s.etape, s.canal, s.stade_vise, s.des_le, s.due_le,
		   CASE WHEN s.frein3 IS NULL THEN 'relancer' ELSE 'attendre' END,
		   coalesce(s.frein3, 'due'),
		   CASE WHEN s.frein3 IS NULL
				THEN md5(concat_ws(chr(31), s.creancier, s.debiteur, s.devise, s.classe, to_char(au, 'YYYY-MM-DD')))::uuid END,
		   s.scenario, s.classe,
		   CASE WHEN s.frein3 IS NULL THEN first_value(s.canal) OVER m END,
		   CASE WHEN s.frein3 IS NULL THEN first_value(s.stade_vise) OVER m END,
		   CASE WHEN s.frein3 IS NOT NULL THEN NULL
				WHEN s.validation THEN 'a_valider'
				WHEN bool_and(s.sans_confirmation) OVER (PARTITION BY s.creancier, s.debiteur, s.devise, s.classe, s.frein3 IS NULL) THEN 'envoyee'
				ELSE 'a_envoyer' END
	  FROM seules s
	WINDOW m AS (PARTITION BY s.creancier, s.debiteur, s.devise, s.classe, s.frein3 IS NULL
				 ORDER BY s.stade_vise DESC, s.etape DESC, s.canal)
	 ORDER BY s.creancier, s.debiteur, s.devise, s.echeance, s.facture, s.rang;
END;
COMMENT ON FUNCTION creances._decision(date, text[], text[]) IS 'La decision, pour ces debiteurs (tous si NULL) : le seul endroit qui decide.';

-- (JIT compiles a hundred expressions for longer than they run.)
CREATE FUNCTION creances.decision(au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, debiteur text, devise text, facture text, rang integer, echeance date, retard integer,
			   solde numeric, reste numeric, etape_faite integer, etape integer, canal text, stade text, due_le date,
			   decision text, raison text)
LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
	SELECT d.creancier, d.debiteur, d.devise, d.facture, d.rang, d.echeance, d.retard, d.solde, d.reste,
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
	SELECT d.relance, d.creancier, d.debiteur, d.devise, d.canal_relance, d.stade_relance::text, d.etat,
		   d.facture, d.rang, d.etape, d.reste
	  FROM (SELECT creances._verifier_au(simuler_passe.au) AS au) q, LATERAL creances._decision(q.au) d
	 WHERE d.decision = 'relancer';
END;
COMMENT ON FUNCTION creances.simuler_passe(date) IS
'Ce que CALL passe_relance(au) mettrait en file, ligne a ligne, sans rien ecrire. En mode differe, appelez d''abord rafraichir().';
