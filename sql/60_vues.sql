-- What BI tools and people read. Money is numeric(20,3), dates are date, the
-- stage is text with its label; names never change.

-- Receivables as they were on a day: the version that held then, less the
-- movements dated up to then. By look-ups from what is open or was closed later,
-- so that its cost follows that, whatever the planner believes, and not the
-- history that was settled by then.
--
-- What was received for an invoice that was not issued yet is money on account
-- that day: the sum is that of the ledger, invoices less movements.
CREATE FUNCTION creances._etat_au(au date)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, emission date, echeance date, devise text,
			   montant numeric, solde numeric, nature text, nee_le date, livraison date, en_compte boolean, suivi regclass, cle text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.creancier, c.facture, c.rang, e.debiteur, e.emission, e.echeance, e.devise, e.montant, e.montant - m.somme,
		   CASE WHEN e.nee_le <= au THEN c.nature ELSE 'acompte' END, e.nee_le, c.livraison,
		   e.nee_le > au OR creances._en_compte(c.nature, c.facture, e.montant - m.somme), c.suivi, c.cle
	  FROM creances.creance c
	  -- the state that held at `au` is the first one that was changed later
	  -- (the condition on c inside: most have none, and are not looked up)
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > au
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (
		SELECT coalesce(v.debiteur, c.debiteur) AS debiteur,
			   CASE WHEN v.version IS NULL THEN c.emission ELSE v.emission END AS emission,
			   coalesce(v.nee_le, c.nee_le) AS nee_le, coalesce(v.echeance, c.echeance) AS echeance, coalesce(v.devise, c.devise) AS devise,
			   CASE WHEN coalesce(v.nee_le, c.nee_le) <= au THEN coalesce(v.montant, c.montant) ELSE 0 END AS montant,
			   coalesce(v.retiree, c.retiree_le IS NOT NULL) AS retiree) e
	 CROSS JOIN LATERAL (SELECT coalesce(sum(r.montant), 0) AS somme FROM creances.reglement r
						  WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= au) m
	 WHERE (c.solde <> 0 OR c.soldee_le > au)
	   AND NOT e.retiree AND e.montant <> m.somme;
END;
COMMENT ON FUNCTION creances._etat_au(date) IS
'Creances ouvertes a une date : leur etat d''alors, moins les mouvements dates jusque-la. Ce qui est recu avant l''emission d''une facture est un acompte, en compte : montant 0, solde negatif.';

CREATE FUNCTION creances.balance_agee(au date DEFAULT creances.aujourdhui(), bornes integer[] DEFAULT '{30,60,90,120}')
RETURNS TABLE (creancier text, debiteur text, devise text, tranche integer, libelle text, retard_min integer, retard_max integer,
			   montant numeric, creances numeric, credits numeric, en_compte numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH sommes AS (
		SELECT e.creancier, e.debiteur, e.devise,
			   creances.balance_agee(e.solde, e.echeance, balance_agee.au, balance_agee.bornes) AS tranches,
			   creances.balance_agee(e.solde, e.echeance, balance_agee.au, balance_agee.bornes)
				FILTER (WHERE e.solde < 0 AND NOT e.en_compte) AS credits,
			   creances.balance_agee(e.solde, e.echeance, balance_agee.au, balance_agee.bornes)
				FILTER (WHERE e.en_compte) AS en_compte
		  FROM creances._etat_au(balance_agee.au) e
		 -- (as a condition of its own: looked at once, before any row)
		 WHERE creances._verifier_au(balance_agee.au) IS NOT NULL
		 GROUP BY e.creancier, e.debiteur, e.devise
	)
	SELECT s.creancier, s.debiteur, s.devise, t.n::integer,
		   CASE WHEN t.n = 1 THEN 'non echu'
				WHEN t.n > cardinality(bornes) + 1 THEN 'plus de ' || bornes[cardinality(bornes)] || ' jours'
				ELSE b.de || ' a ' || b.a || ' jours' END,
		   b.de, b.a, m.montant, m.montant - m.credits - m.en_compte, m.credits, m.en_compte
	  FROM sommes s
	 CROSS JOIN LATERAL unnest(s.tranches) WITH ORDINALITY t(montant, n)
	 CROSS JOIN LATERAL (SELECT t.montant::numeric(20,3) AS montant, coalesce(s.credits[t.n], 0)::numeric(20,3) AS credits,
								coalesce(s.en_compte[t.n], 0)::numeric(20,3) AS en_compte) m
	 CROSS JOIN LATERAL (SELECT CASE WHEN t.n = 1 THEN NULL WHEN t.n = 2 THEN 1 ELSE bornes[t.n - 2] + 1 END AS de,
								CASE WHEN t.n = 1 THEN 0 ELSE bornes[t.n - 1] END AS a) b;
END;
COMMENT ON FUNCTION creances.balance_agee(date, integer[]) IS
'Balance agee par creancier, debiteur et devise a une date : une ligne par tranche de retard (tranche 1 : non echu). La somme des tranches est le solde : factures moins mouvements dates jusque-la. montant = creances (ce qui est du) + credits (avoirs, trop-percus ; negatif) + en_compte (recu sans facture, ou avant elle ; negatif), dans la devise.';

CREATE VIEW creances.balance_agee_debiteur AS
SELECT c.creancier, c.debiteur, min(d.nom) AS nom, c.devise,
	   sum(c.solde)::numeric(20,3) AS total,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'du' AND r.retard <= 0), 0)::numeric(20,3) AS non_echu,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'du' AND r.retard BETWEEN 1 AND 30), 0)::numeric(20,3) AS de_1_a_30,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'du' AND r.retard BETWEEN 31 AND 60), 0)::numeric(20,3) AS de_31_a_60,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'du' AND r.retard BETWEEN 61 AND 90), 0)::numeric(20,3) AS de_61_a_90,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'du' AND r.retard BETWEEN 91 AND 120), 0)::numeric(20,3) AS de_91_a_120,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'du' AND r.retard > 120), 0)::numeric(20,3) AS plus_de_120,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'credit'), 0)::numeric(20,3) AS credits,
	   coalesce(sum(c.solde) FILTER (WHERE k.genre = 'en_compte'), 0)::numeric(20,3) AS en_compte
  FROM creances.creance c
  JOIN creances.creancier s ON s.creancier = c.creancier
  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
 CROSS JOIN LATERAL (SELECT j.jour - c.echeance AS retard) r
 CROSS JOIN LATERAL (SELECT CASE WHEN creances._en_compte(c.nature, c.facture, c.solde) THEN 'en_compte'
								 WHEN c.solde < 0 THEN 'credit' ELSE 'du' END AS genre) k
 WHERE c.solde <> 0
 GROUP BY c.creancier, c.debiteur, c.devise;
COMMENT ON VIEW creances.balance_agee_debiteur IS
'Balance agee d''aujourd''hui, une ligne par debiteur et devise ; les credits (avoirs, trop-percus) et les reglements en compte sont dans leurs colonnes, et total = somme des tranches + credits + en_compte. Tout ce qui est connu est compte, meme date du futur (voir alerte).';
COMMENT ON COLUMN creances.balance_agee_debiteur.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.balance_agee_debiteur.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.balance_agee_debiteur.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.balance_agee_debiteur.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.balance_agee_debiteur.total IS 'Solde du client.';
COMMENT ON COLUMN creances.balance_agee_debiteur.non_echu IS 'Pas encore echu, ou echu ce jour.';
COMMENT ON COLUMN creances.balance_agee_debiteur.de_1_a_30 IS 'De 1 a 30 jours de retard.';
COMMENT ON COLUMN creances.balance_agee_debiteur.de_31_a_60 IS 'De 31 a 60 jours de retard.';
COMMENT ON COLUMN creances.balance_agee_debiteur.de_61_a_90 IS 'De 61 a 90 jours de retard.';
COMMENT ON COLUMN creances.balance_agee_debiteur.de_91_a_120 IS 'De 91 a 120 jours de retard.';
COMMENT ON COLUMN creances.balance_agee_debiteur.plus_de_120 IS 'Plus de 120 jours de retard.';
COMMENT ON COLUMN creances.balance_agee_debiteur.credits IS 'Avoirs et trop-percus (negatif).';
COMMENT ON COLUMN creances.balance_agee_debiteur.en_compte IS 'Recu sans facture (negatif).';

CREATE FUNCTION creances.libelle_stade(stade creances.stade_relance) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE stade::text
		WHEN 'soldee' THEN 'Soldée' WHEN 'non_echue' THEN 'Non échue' WHEN 'preventive' THEN 'Rappel avant échéance'
		WHEN 'echue' THEN 'Échue' WHEN 'relance_1' THEN 'Première relance' WHEN 'relance_2' THEN 'Deuxième relance'
		WHEN 'relance_3' THEN 'Troisième relance' WHEN 'mise_en_demeure' THEN 'Mise en demeure'
		WHEN 'contentieux' THEN 'Contentieux' WHEN 'irrecouvrable' THEN 'Irrécouvrable' END;
END;
COMMENT ON FUNCTION creances.libelle_stade(creances.stade_relance) IS 'Libelle francais d''un stade.';

CREATE VIEW creances.encours AS
SELECT c.creancier, c.debiteur, d.nom, c.facture, c.rang, c.nature, c.emission, c.echeance,
	   j.jour - c.echeance AS retard,
	   c.devise, c.montant::numeric(20,3) AS montant, c.solde::numeric(20,3) AS solde,
	   e.stade::text AS stade,
	   CASE WHEN m.en_compte THEN 'En compte' WHEN c.solde < 0 THEN 'Crédit' ELSE creances.libelle_stade(e.stade) END AS libelle_stade,
	   a.etape_le AS stade_depuis, a.prochaine_relance, coalesce(p.motif, p.en_partie) AS suspension, p.jusque AS suspendue_jusque,
	   CASE WHEN c.solde > 0 AND NOT m.en_compte THEN c.solde - coalesce(p.exigible, c.solde) ELSE 0 END::numeric(20,3) AS retenu,
	   k.taux::text AS taux, k.arrete AS penalites_arretees_au,
	   k.penalites::numeric(20,3) AS penalites,
	   k.indemnite::numeric(20,3) AS indemnite,
	   k.frais::numeric(20,3) AS frais,
	   (c.solde + coalesce(k.penalites, 0) + coalesce(k.frais, 0) + CASE WHEN c.devise = 'EUR' THEN coalesce(k.indemnite, 0) ELSE 0 END)::numeric(20,3) AS total_exigible,
	   c.suivi::text AS table_suivie, c.cle
  FROM creances.creance c
  JOIN creances.creancier s ON s.creancier = c.creancier
  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
  LEFT JOIN creances.avancement a ON a.creancier = c.creancier AND a.facture = c.facture AND a.rang = c.rang
 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
 CROSS JOIN LATERAL (SELECT creances._en_compte(c.nature, c.facture, c.solde) AS en_compte) m
 CROSS JOIN LATERAL (SELECT CASE WHEN c.solde < 0 OR m.en_compte THEN 'soldee'::creances.stade_relance
								 WHEN a.stade IS NOT NULL AND NOT (a.stade = 'preventive' AND j.jour > c.echeance) THEN a.stade
								 WHEN j.jour > c.echeance THEN 'echue'::creances.stade_relance
								 ELSE 'non_echue'::creances.stade_relance END AS stade) e
  LEFT JOIN creances._engagees_vivantes() g ON g.societe = c.creancier AND g.facture = c.facture AND g.rang = c.rang
 CROSS JOIN LATERAL (SELECT x.vise FROM creances._vise(c.creancier, c.debiteur, c.facture, c.rang) x OFFSET 0) v
  LEFT JOIN LATERAL (SELECT x.* FROM (SELECT WHERE v.vise AND c.solde > 0 OFFSET 0) w
					  CROSS JOIN creances._retenue_de(c.creancier, c.debiteur, c.facture, c.rang, coalesce(c.livraison, c.emission, c.nee_le), c.montant,
													  c.solde, j.jour, g.motif, g.jusque, g.fin, g.plafond) x) p ON true
  LEFT JOIN LATERAL creances._accessoires(c.creancier, c.facture, c.rang, j.jour) k ON j.jour > c.echeance AND c.solde > 0 AND NOT m.en_compte
 WHERE c.solde <> 0;
COMMENT ON VIEW creances.encours IS 'Creances ouvertes aujourd''hui : retard, stade, penalites, ce qui peut etre reclame, facture par facture. Les credits du debiteur n''y sont pas imputes : un message, lui, les deduit et ne demande pas d''interet sur ce qu''ils couvrent.';
COMMENT ON COLUMN creances.encours.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.encours.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.encours.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.encours.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.encours.rang IS 'Rang de l''echeance dans la facture.';
COMMENT ON COLUMN creances.encours.nature IS 'facture, avoir...';
COMMENT ON COLUMN creances.encours.emission IS 'Date de la facture.';
COMMENT ON COLUMN creances.encours.echeance IS 'Date d''echeance.';
COMMENT ON COLUMN creances.encours.retard IS 'Jours de retard, negatif avant l''echeance.';
COMMENT ON COLUMN creances.encours.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.encours.montant IS 'Montant TTC.';
COMMENT ON COLUMN creances.encours.solde IS 'Reste du ; negatif pour un credit.';
COMMENT ON COLUMN creances.encours.stade IS 'Stade de la relance (stade_relance).';
COMMENT ON COLUMN creances.encours.libelle_stade IS 'Libelle du stade.';
COMMENT ON COLUMN creances.encours.stade_depuis IS 'Jour ou la derniere etape a ete faite.';
COMMENT ON COLUMN creances.encours.prochaine_relance IS 'Jour avant lequel rien n''est a decider.';
COMMENT ON COLUMN creances.encours.suspension IS 'Ce qui retient la relance, en tout ou en partie : procedure_collective, delai_de_grace, rejet, litige, suspension, promesse, plan, encaissement ou avoir (attendu) ; NULL si rien.';
COMMENT ON COLUMN creances.encours.suspendue_jusque IS 'Dernier jour de la suspension, s''il est connu.';
COMMENT ON COLUMN creances.encours.retenu IS 'Part du solde qui n''est pas reclamee : contestee, promise, planifiee...';
COMMENT ON COLUMN creances.encours.taux IS 'Regle du taux des penalites, ce jour.';
COMMENT ON COLUMN creances.encours.penalites_arretees_au IS 'Jour auquel les penalites sont arretees : aujourd''hui, ou le dernier jour dont le taux est connu.';
COMMENT ON COLUMN creances.encours.penalites IS 'Penalites de retard, dans la devise (C. com. L441-10 II).';
COMMENT ON COLUMN creances.encours.indemnite IS 'Indemnite forfaitaire de recouvrement, en EUR (C. com. D441-5).';
COMMENT ON COLUMN creances.encours.frais IS 'Frais de recouvrement justifies (C. com. L441-10 II).';
COMMENT ON COLUMN creances.encours.total_exigible IS 'Solde + penalites + frais, + indemnite si la devise est l''EUR.';
COMMENT ON COLUMN creances.encours.table_suivie IS 'Table de l''ERP.';
COMMENT ON COLUMN creances.encours.cle IS 'Cle de la ligne dans cette table.';

-- Today's work. An action whose receivables owe nothing any more, or wait for a
-- refresh, is not in it, from the payment's own commit on.
CREATE VIEW creances.a_faire AS
SELECT r.relance AS id, r.creancier, r.debiteur, d.nom, r.canal,
	   r.stade::text AS stade, creances.libelle_stade(r.stade) AS libelle_stade,
	   r.etat,
	   CASE r.etat WHEN 'a_valider' THEN 'valider, puis envoyer'
				   WHEN 'a_envoyer' THEN CASE r.classe WHEN 'telephone' THEN 'appeler' WHEN 'interne' THEN 'traiter' ELSE 'envoyer' END
				   WHEN 'prise' THEN 'confirmer l''envoi, ou dire son échec'
				   WHEN 'echec' THEN 'remettre en file, ou passer l''étape' END AS travail,
	   r.le, r.devise, l.factures, coalesce(l.montant, 0)::numeric(20,3) AS montant, l.retard, r.motif
  FROM creances.relance r
  JOIN creances.debiteur d ON d.creancier = r.creancier AND d.debiteur = r.debiteur
  JOIN creances.creancier s ON s.creancier = r.creancier
 CROSS JOIN LATERAL (
	SELECT count(*) AS factures, sum(x.reste) AS montant, max((now() AT TIME ZONE s.fuseau)::date - x.echeance) AS retard,
		   bool_or(x.obstacle IS NOT NULL) AS obstacle
	  FROM creances.relance_creance k
	  JOIN creances._restes_de((now() AT TIME ZONE s.fuseau)::date, r.creancier, r.debiteur) x
		ON x.facture = k.facture AND x.rang = k.rang
	 WHERE k.creancier = r.creancier AND k.relance = r.relance AND k.reclamee AND k.etat = r.etat AND x.reste > 0
	   AND (r.etat IN ('prise', 'echec')
			OR creances._tient(k.stade, k.echeance, r.debiteur, r.devise, x.solde, x.echeance_relance, x.debiteur_, x.devise, (now() AT TIME ZONE s.fuseau)::date))) l
 WHERE r.etat IN ('a_valider', 'a_envoyer', 'prise', 'echec')
   AND (l.factures > 0 AND NOT l.obstacle OR l.factures > 0 AND r.etat = 'echec' OR r.etat = 'prise');
COMMENT ON VIEW creances.a_faire IS
'Le travail du jour : ce qui est a valider, a envoyer, a confirmer ou a reprendre, et ce qui en est encore du. Un paiement l''en fait sortir des sa validation.';
COMMENT ON COLUMN creances.a_faire.id IS 'Identifiant, pour valider_relance, confirmer_envoi...';
COMMENT ON COLUMN creances.a_faire.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.a_faire.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.a_faire.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.a_faire.canal IS 'Canal.';
COMMENT ON COLUMN creances.a_faire.stade IS 'Plus haut stade reclame.';
COMMENT ON COLUMN creances.a_faire.libelle_stade IS 'Libelle du stade.';
COMMENT ON COLUMN creances.a_faire.etat IS 'a_valider, a_envoyer, prise ou echec.';
COMMENT ON COLUMN creances.a_faire.travail IS 'Ce qu''il y a a faire.';
COMMENT ON COLUMN creances.a_faire.le IS 'Nuit de la mise en file.';
COMMENT ON COLUMN creances.a_faire.devise IS 'Devise.';
COMMENT ON COLUMN creances.a_faire.factures IS 'Nombre de creances reclamees encore dues.';
COMMENT ON COLUMN creances.a_faire.montant IS 'Ce qui en reste du, credits imputes.';
COMMENT ON COLUMN creances.a_faire.retard IS 'Plus grand retard, en jours.';
COMMENT ON COLUMN creances.a_faire.motif IS 'Motif d''un echec.';

-- ------------------------------------------------------------- data quality

CREATE INDEX reglement_perte ON creances.reglement (creancier, facture, rang) WHERE nature = 'perte';

-- What is followed and looks wrong. Each finding is one set-based query over
-- what is open, or over what an index tells apart: their cost follows it, no
-- pair of rows is ever compared with another.
CREATE VIEW creances._qualite AS
-- due before it was issued
SELECT c.suivi, c.cle, 'echeance_anterieure' AS code,
	   format('échéance du %s, avant l''émission du %s', to_char(c.echeance, 'YYYY-MM-DD'), to_char(c.emission, 'YYYY-MM-DD')) AS motif,
	   NULL::timestamptz AS depuis, c.creancier, c.facture, c.rang, c.debiteur, 'avertissement' AS gravite
  FROM creances.creance c
 WHERE c.solde > 0 AND c.echeance < c.emission AND NOT creances._en_compte(c.nature, c.facture, c.solde)
UNION ALL
-- more paid than invoiced, more refunded than credited
SELECT c.suivi, c.cle, 'trop_percu',
	   format(CASE WHEN c.montant < 0 THEN 'avoir de %2$s %3$s, imputé ou remboursé pour %1$s' ELSE '%s réglés pour %s %s' END,
			  abs(c.montant - c.solde), abs(c.montant), c.devise),
	   NULL, c.creancier, c.facture, c.rang, c.debiteur, 'avertissement'
  FROM creances.creance c
 WHERE c.solde <> 0 AND (c.solde < 0 AND c.montant >= 0 OR c.solde > 0 AND c.montant < 0) AND c.nature <> 'acompte'
UNION ALL
-- the same thing twice: all that identifies it but its number
SELECT d.suivi, d.cle, 'doublon_probable',
	   format('même client, même date d''émission (%s) et même montant (%s %s) que la facture %s', to_char(d.emission, 'YYYY-MM-DD'), d.montant, d.devise,
			  CASE d.facture WHEN d.premiere THEN d.derniere ELSE d.premiere END),
	   NULL, d.creancier, d.facture, d.rang, d.debiteur, 'avertissement'
  FROM (SELECT c.*, min(c.facture) OVER w AS premiere, max(c.facture) OVER w AS derniere
		  FROM creances.creance c
		 WHERE c.solde <> 0 AND c.emission IS NOT NULL AND c.montant <> 0 AND c.nature <> 'acompte'
		WINDOW w AS (PARTITION BY c.creancier, c.debiteur, c.devise, c.emission, c.montant, c.rang)) d
 WHERE d.premiere <> d.derniere
UNION ALL
-- owed, while a payment or a credit of just that amount waits to be allocated
SELECT c.suivi, c.cle, 'non_lettree',
	   format(CASE WHEN c.paye THEN 'le règlement %s, du même montant (%s %s), est en compte : probablement payée'
				   ELSE 'le crédit %s, du même montant (%s %s), n''est pas imputé' END, c.credit, c.solde, c.devise),
	   NULL, c.creancier, c.facture, c.rang, c.debiteur, 'avertissement'
  FROM (SELECT x.*, min(x.facture) FILTER (WHERE x.solde < 0) OVER w AS credit,
			   bool_and(creances._en_compte(x.nature, x.facture, x.solde)) FILTER (WHERE x.solde < 0) OVER w AS paye
		  FROM creances.creance x WHERE x.solde <> 0
		WINDOW w AS (PARTITION BY x.creancier, x.debiteur, x.devise, abs(x.solde))) c
 WHERE c.solde > 0 AND c.credit IS NOT NULL AND NOT creances._en_compte(c.nature, c.facture, c.solde)
UNION ALL
-- it has left the filter, paid as the ERP says, and no payment was seen (closed lately: by the index on soldee_le)
SELECT c.suivi, c.cle, 'sortie_impayee',
	   format('sortie du filtre le %s alors que %s %s restaient dus : payée pour l''ERP sans règlement, ou annulée', to_char(c.retiree_le, 'YYYY-MM-DD'), v.montant - m.somme, v.devise),
	   v.connu_le, c.creancier, c.facture, c.rang, c.debiteur, 'avertissement'
  FROM creances.creance c
  JOIN creances.creance_version v ON v.creancier = c.creancier AND v.facture = c.facture AND v.rang = c.rang AND v.version = c.versions
 CROSS JOIN LATERAL (SELECT coalesce(sum(r.montant), 0) AS somme FROM creances.reglement r
					  WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang) m
 WHERE c.soldee_le > creances.aujourdhui() - 90 AND c.retiree_le > creances.aujourdhui() - 90 AND c.retiree_motif = 'hors du filtre' AND v.montant > m.somme
UNION ALL
SELECT c.suivi, c.cle, 'perte', format('soldée par un passage en perte de %s %s le %s', p.montant, c.devise, to_char(p.le, 'YYYY-MM-DD')),
	   p.connu_le, c.creancier, c.facture, c.rang, c.debiteur, 'information'
  FROM (SELECT r.creancier, r.facture, r.rang, sum(r.montant) AS montant, max(r.le) AS le, max(r.connu_le) AS connu_le
		  FROM creances.reglement r WHERE r.nature = 'perte' GROUP BY r.creancier, r.facture, r.rang) p
  JOIN creances.creance c ON c.creancier = p.creancier AND c.facture = p.facture AND c.rang = p.rang
 WHERE c.solde = 0 AND c.retiree_le IS NULL AND p.montant > 0
UNION ALL
-- money that no balance counts: its invoice is not followed
SELECT r.suivi, r.cle, 'reglement_sans_facture', format('règlement de %s du %s, d''une facture qui n''est pas suivie', r.somme, to_char(r.le, 'YYYY-MM-DD')),
	   r.connu_le, r.creancier, r.facture, r.rang, NULL, 'avertissement'
  FROM (SELECT x.suivi, x.cle, x.creancier, x.facture, x.rang, sum(x.montant) AS somme, max(x.le) AS le, min(x.connu_le) AS connu_le
		  FROM creances.reglement x
		 WHERE x.suivi IS NOT NULL
		   AND NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = x.creancier AND c.facture = x.facture AND c.rang = x.rang AND c.retiree_le IS NULL)
		 GROUP BY x.suivi, x.cle, x.creancier, x.facture, x.rang) r
 WHERE r.somme <> 0
UNION ALL
-- nobody can be reached by the channel of the next step: a line for each debtor
SELECT NULL, NULL, 'contact',
	   format('%s inconnu%s : la prochaine étape de %s créance(s) est « %s »', m.manque, CASE m.manque WHEN 'adresse' THEN 'e' ELSE '' END, sum(x.nb), min(n.intitule)),
	   NULL, x.creancier, NULL, NULL, x.debiteur, 'avertissement'
  FROM (SELECT c.creancier, c.debiteur, z.scenario, a.scenario AS fait, coalesce(a.etape, 0) AS etape, a.stade,
			   (now() AT TIME ZONE s.fuseau)::date <= c.echeance AS a_echoir, count(*) AS nb
		  FROM creances.creance c
		  JOIN creances.creancier s ON s.creancier = c.creancier
		  JOIN creances.debiteur k ON k.creancier = c.creancier AND k.debiteur = c.debiteur
		 CROSS JOIN LATERAL creances._scenario(c.creancier, c.facture, c.debiteur, k.segment, s.scenario) z
		  LEFT JOIN creances.avancement a ON a.creancier = c.creancier AND a.facture = c.facture AND a.rang = c.rang
		 WHERE c.solde > 0 AND NOT creances._en_compte(c.nature, c.facture, c.solde)
		   -- (it takes the stage of its age at the next pass)
		   AND (a.creancier IS NOT NULL OR c.reprise IS DISTINCT FROM 'directe')
		 GROUP BY c.creancier, c.debiteur, z.scenario, a.scenario, a.etape, a.stade, 7) x
  JOIN creances.debiteur d ON d.creancier = x.creancier AND d.debiteur = x.debiteur
  -- the next step as _decision() tells it
 CROSS JOIN LATERAL (SELECT e.canal, e.intitule FROM creances._etape_active e
					  WHERE e.scenario = x.scenario AND (e.delai >= 0 OR x.a_echoir)
						AND (x.stade IS NULL OR e.stade > x.stade OR e.stade = x.stade AND coalesce(x.fait, x.scenario) = x.scenario AND e.etape > x.etape)
					  ORDER BY e.etape LIMIT 1) n
 CROSS JOIN LATERAL (SELECT CASE WHEN n.canal = 'courriel' AND coalesce(btrim(d.courriel), '') = '' THEN 'courriel'
								 WHEN n.canal IN ('telephone', 'sms') AND coalesce(btrim(d.telephone), '') = '' THEN 'téléphone'
								 WHEN n.canal IN ('lettre', 'lrar') AND coalesce(btrim(d.adresse), '') = '' THEN 'adresse' END AS manque) m
 WHERE m.manque IS NOT NULL
 GROUP BY x.creancier, x.debiteur, m.manque;
COMMENT ON VIEW creances._qualite IS 'Constats sur ce qui est suivi : la partie d''anomalie qui ne vient pas de lignes refusees.';
COMMENT ON COLUMN creances._qualite.suivi IS 'Table suivie.';
COMMENT ON COLUMN creances._qualite.cle IS 'Cle de la ligne.';
COMMENT ON COLUMN creances._qualite.code IS 'Constat.';
COMMENT ON COLUMN creances._qualite.motif IS 'Explication.';
COMMENT ON COLUMN creances._qualite.depuis IS 'Instant du fait, s''il est connu.';
COMMENT ON COLUMN creances._qualite.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances._qualite.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances._qualite.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances._qualite.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances._qualite.gravite IS 'avertissement ou information.';

CREATE VIEW creances.anomalie AS
SELECT l.suivi, l.cle, l.code, l.motif, l.depuis, c.creancier, c.facture, c.rang, c.debiteur,
	   CASE WHEN l.attend IS NOT NULL AND l.code = 'facture' THEN 'avertissement' ELSE 'erreur' END AS gravite
  FROM creances.ligne_refusee l
  -- as it is still known, if it was followed before
  LEFT JOIN LATERAL (SELECT x.creancier, x.facture, x.rang, x.debiteur FROM creances.creance x
					  WHERE x.suivi = l.suivi AND x.cle = l.cle AND x.retiree_le IS NULL LIMIT 1) c ON true
UNION ALL
SELECT q.suivi, q.cle, q.code, q.motif, q.depuis, q.creancier, q.facture, q.rang, q.debiteur, q.gravite FROM creances._qualite q;
COMMENT ON VIEW creances.anomalie IS
'Lignes de l''ERP qui n''ont pas pu etre suivies (creances.ligne_refusee), et ce qui parait faux dans ce qui est suivi. Payee mais montree impayee : l''ERP n''a pas de drapeau que l''extension lise ; non_lettree le deduit d''un reglement en compte ou d''un credit du meme montant, meme client et meme devise. Impayee mais montree payee : sortie_impayee le deduit de ce que la ligne a quitte le filtre en devant encore (90 derniers jours).';
COMMENT ON COLUMN creances.anomalie.suivi IS 'Table suivie ; NULL : le constat porte sur le client.';
COMMENT ON COLUMN creances.anomalie.cle IS 'Cle de la ligne.';
COMMENT ON COLUMN creances.anomalie.code IS 'Ce qui ne va pas. Ligne refusee : facture, debiteur, creancier, montant, regle, echeance, date, nature, devise, rang, doublon, valeur, lecture. Constat : echeance_anterieure (a l''emission), trop_percu (solde negatif, ou avoir rembourse de trop), doublon_probable, non_lettree, sortie_impayee, perte (soldee ainsi), reglement_sans_facture, contact (manque pour la prochaine etape).';
COMMENT ON COLUMN creances.anomalie.motif IS 'Explication.';
COMMENT ON COLUMN creances.anomalie.depuis IS 'Instant de la constatation ; NULL : constate a la lecture.';
COMMENT ON COLUMN creances.anomalie.creancier IS 'Societe creanciere, si elle est connue.';
COMMENT ON COLUMN creances.anomalie.facture IS 'Numero de la facture, si elle est connue.';
COMMENT ON COLUMN creances.anomalie.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.anomalie.debiteur IS 'Code du client, s''il est connu.';
COMMENT ON COLUMN creances.anomalie.gravite IS 'erreur (rien n''est suivi), avertissement (a verifier) ou information.';

-- What somebody must look at, the missing rates first.
CREATE VIEW creances.alerte AS
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
	SELECT 2, CASE WHEN a.attend THEN 'avertissement' ELSE 'erreur' END, 'anomalie', a.suivi::text,
		   format(CASE WHEN a.attend THEN '%s règlement(s) dont la facture n''est pas suivie' ELSE '%s ligne(s) non suivie(s) : %s' END, count(*), a.code)
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
	 GROUP BY x.creancier, x.motif
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
  ) a
 ORDER BY a.ordre, a.objet;
COMMENT ON VIEW creances.alerte IS 'Ce que quelqu''un doit regarder, les taux manquants en premier. Vide quand tout va bien.';
COMMENT ON COLUMN creances.alerte.ordre IS 'Ordre d''importance.';
COMMENT ON COLUMN creances.alerte.gravite IS 'erreur ou avertissement.';
COMMENT ON COLUMN creances.alerte.code IS 'taux, anomalie, suivi, journal, procedure, file, statut, plan, passe, suspension, fin_de_scenario, creancier, date, scenario, modele, prescription, convention, mise_en_demeure, delai, siren, qualite.';
COMMENT ON COLUMN creances.alerte.objet IS 'Ce qui est en cause.';
COMMENT ON COLUMN creances.alerte.message IS 'Explication et remede.';
