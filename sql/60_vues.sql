-- What BI tools and people read. Money is numeric(20,3), dates are date, the
-- stage is text with its label; names never change.

-- Receivables as they were on a day: the version that held then, less the
-- movements dated up to then. By look-ups from what is open or was closed later,
-- so that its cost follows that, whatever the planner believes, and not the
-- history that was settled by then. On a day of the last month: from the present
-- balance, less the few movements that are dated later.
--
-- What was received for an invoice that was not issued yet is money on account
-- that day: the sum is that of the ledger, invoices less movements.
--
-- (The date is computed once, apart: it may be the call of a function, as the
-- callers' default is. The searches by index have it as it is, to be estimated.)
CREATE FUNCTION creances._etat_au(au date)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, emission date, echeance date, devise text,
			   montant numeric, solde numeric, nature text, nee_le date, livraison date, en_compte boolean, suivi regclass, cle text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.creancier, c.facture, c.rang, e.debiteur, e.emission, e.echeance, e.devise, e.montant, e.montant - m.somme,
		   CASE WHEN e.nee_le <= q.au THEN c.nature ELSE 'acompte' END, e.nee_le, c.livraison,
		   e.nee_le > q.au OR creances._en_compte(c.nature, c.facture, e.montant - m.somme), c.suivi, c.cle
	  FROM (SELECT _etat_au.au AS au, _etat_au.au >= current_date - 31 AS recent OFFSET 0) q
	 CROSS JOIN (
			SELECT x.* FROM creances.creance x WHERE x.solde <> 0
			UNION ALL
			SELECT x.* FROM creances.creance x WHERE x.soldee_le > au AND x.solde = 0) c
	  -- the state that held at `au` is the first one that was changed later
	  -- (the condition on c inside: most have none, and are not looked up)
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > q.au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang
							AND x.jusque > q.au
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (
		SELECT coalesce(v.debiteur, c.debiteur) AS debiteur,
			   CASE WHEN v.version IS NULL THEN c.emission ELSE v.emission END AS emission,
			   coalesce(v.nee_le, c.nee_le) AS nee_le, coalesce(v.echeance, c.echeance) AS echeance, coalesce(v.devise, c.devise) AS devise,
			   CASE WHEN coalesce(v.nee_le, c.nee_le) <= q.au THEN coalesce(v.montant, c.montant) ELSE 0 END AS montant,
			   coalesce(v.retiree, c.retiree_le IS NOT NULL) AS retiree) e
	  LEFT JOIN (SELECT r.creancier, r.facture, r.rang, sum(r.montant) AS somme FROM creances.reglement r
				  WHERE r.le > au AND r.le > current_date - 32 AND (SELECT _etat_au.au >= current_date - 31)
				  GROUP BY r.creancier, r.facture, r.rang) f ON f.creancier = c.creancier AND f.facture = c.facture AND f.rang = c.rang
	 CROSS JOIN LATERAL (
		SELECT CASE WHEN q.recent AND c.retiree_le IS NULL THEN c.montant - c.solde - coalesce(f.somme, 0)
					ELSE (SELECT coalesce(sum(r.montant), 0) FROM creances.reglement r
						   WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= q.au) END AS somme
		OFFSET 0) m
	 WHERE NOT e.retiree AND e.montant <> m.somme;
END;
COMMENT ON FUNCTION creances._etat_au(date) IS
'Creances ouvertes a une date : leur etat d''alors, moins les mouvements dates jusque-la. Ce qui est recu avant l''emission d''une facture est un acompte, en compte : montant 0, solde negatif.';

-- (planned for its date and its bounds, which are computed once; what JIT would
-- make of so large a plan takes longer than the plan, and texts are dearer to
-- sort than to hash)
CREATE FUNCTION creances.balance_agee(au date DEFAULT creances.aujourdhui(), bornes integer[] DEFAULT '{30,60,90,120}')
RETURNS TABLE (creancier text, debiteur text, devise text, tranche integer, libelle text, retard_min integer, retard_max integer,
			   montant numeric, creances numeric, credits numeric, en_compte numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET enable_sort = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_au(balance_agee.au);
	RETURN QUERY
	WITH sommes AS (
		SELECT e.creancier, e.debiteur, e.devise,
			   creances.balance_agee(e.solde, e.echeance, balance_agee.au, balance_agee.bornes) AS tranches,
			   creances.balance_agee(e.solde, e.echeance, balance_agee.au, balance_agee.bornes)
				FILTER (WHERE e.solde < 0 AND NOT e.en_compte) AS credits,
			   creances.balance_agee(e.solde, e.echeance, balance_agee.au, balance_agee.bornes)
				FILTER (WHERE e.en_compte) AS en_compte
		  FROM creances._etat_au(balance_agee.au) e
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
END $$;
COMMENT ON FUNCTION creances.balance_agee(date, integer[]) IS
'Balance agee par creancier, debiteur et devise a une date : une ligne par tranche de retard (tranche 1 : non echu). La somme des tranches est le solde : factures moins mouvements dates jusque-la. montant = creances (ce qui est du) + credits (avoirs, trop-percus ; negatif) + en_compte (recu sans facture, ou avant elle ; negatif), dans la devise.';

CREATE VIEW creances.balance_agee_debiteur AS
SELECT s.creancier, s.debiteur, d.nom, s.devise,
	   s.total::numeric(20,3) AS total,
	   coalesce(s.tranches[1], 0)::numeric(20,3) AS non_echu,
	   coalesce(s.tranches[2], 0)::numeric(20,3) AS de_1_a_30,
	   coalesce(s.tranches[3], 0)::numeric(20,3) AS de_31_a_60,
	   coalesce(s.tranches[4], 0)::numeric(20,3) AS de_61_a_90,
	   coalesce(s.tranches[5], 0)::numeric(20,3) AS de_91_a_120,
	   coalesce(s.tranches[6], 0)::numeric(20,3) AS plus_de_120,
	   coalesce(s.credits, 0)::numeric(20,3) AS credits,
	   coalesce(s.en_compte, 0)::numeric(20,3) AS en_compte
  FROM (SELECT c.creancier, c.debiteur, c.devise, sum(c.solde) AS total,
			   creances.balance_agee(c.solde, c.echeance, j.jour, '{30,60,90,120}') FILTER (WHERE c.solde > 0 AND NOT k.en_compte) AS tranches,
			   sum(c.solde) FILTER (WHERE c.solde < 0 AND NOT k.en_compte) AS credits,
			   sum(c.solde) FILTER (WHERE k.en_compte) AS en_compte
		  FROM creances.creance c
		  -- (a day for each creditor, not for each item)
		  LEFT JOIN (SELECT x.creancier, (now() AT TIME ZONE x.fuseau)::date AS jour FROM creances.creancier x GROUP BY x.creancier) j ON j.creancier = c.creancier
		 CROSS JOIN LATERAL (SELECT creances._en_compte(c.nature, c.facture, c.solde) AS en_compte) k
		 WHERE c.solde <> 0
		 GROUP BY c.creancier, c.debiteur, c.devise) s
  LEFT JOIN creances.debiteur d ON d.creancier = s.creancier AND d.debiteur = s.debiteur;
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

-- Genres of acts that can hold a receivable; promises and plans are weighed apart.
CREATE FUNCTION creances._retient(genre text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT genre IN ('procedure_collective', 'delai_de_grace', 'rejet', 'litige', 'suspension', 'encaissement');
END;
COMMENT ON FUNCTION creances._retient(text) IS 'Un acte de ce genre peut retenir une creance.';

-- Only what a query asks for is paid: each join below gives one row at most, and
-- the planner can tell (a key, a group, an aggregate without one), so that it
-- leaves out those whose columns nobody reads.  A count, a sum of balances, a
-- list by debtor never come near promises, acts or penalties.
CREATE VIEW creances.encours AS
SELECT c.creancier, c.debiteur, d.nom, c.facture, c.rang, c.nature, c.emission, c.echeance,
	   j.jour - c.echeance AS retard,
	   c.devise, c.montant::numeric(20,3) AS montant, c.solde::numeric(20,3) AS solde,
	   e.stade::text AS stade,
	   CASE WHEN m.en_compte THEN 'En compte' WHEN c.solde < 0 THEN 'Crédit' ELSE creances.libelle_stade(e.stade) END AS libelle_stade,
	   a.etape_le AS stade_depuis, a.prochaine_relance, p.motif AS suspension, p.jusque AS suspendue_jusque,
	   CASE WHEN c.solde > 0 AND NOT m.en_compte THEN c.solde - coalesce(p.exigible, c.solde) ELSE 0 END::numeric(20,3) AS retenu,
	   k.taux, k.arrete AS penalites_arretees_au,
	   k.penalites::numeric(20,3) AS penalites,
	   k.indemnite::numeric(20,3) AS indemnite,
	   k.frais::numeric(20,3) AS frais,
	   (c.solde + coalesce(k.penalites, 0) + coalesce(k.frais, 0) + CASE WHEN c.devise = 'EUR' THEN coalesce(k.indemnite, 0) ELSE 0 END)::numeric(20,3) AS total_exigible,
	   c.suivi::text AS table_suivie, c.cle
  FROM creances.creance c
  LEFT JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
  LEFT JOIN (SELECT s.creancier, (now() AT TIME ZONE s.fuseau)::date AS jour FROM creances.creancier s GROUP BY s.creancier) j ON j.creancier = c.creancier
  LEFT JOIN creances.avancement a ON a.creancier = c.creancier AND a.facture = c.facture AND a.rang = c.rang
 CROSS JOIN LATERAL (SELECT creances._en_compte(c.nature, c.facture, c.solde) AS en_compte) m
 CROSS JOIN LATERAL (SELECT CASE WHEN c.solde < 0 OR m.en_compte THEN 'soldee'::creances.stade_relance
								 WHEN a.stade IS NOT NULL AND NOT (a.stade = 'preventive' AND j.jour > c.echeance) THEN a.stade
								 WHEN j.jour > c.echeance THEN 'echue'::creances.stade_relance
								 ELSE 'non_echue'::creances.stade_relance END AS stade) e
  -- what holds: the acts that can, of the debtor and of the invoice, and the promises and plans
  LEFT JOIN (SELECT x.creancier, x.debiteur FROM creances.acte x WHERE x.facture = '' AND creances._retient(x.genre) GROUP BY x.creancier, x.debiteur) ad
		 ON ad.creancier = c.creancier AND ad.debiteur = c.debiteur
  LEFT JOIN (SELECT x.creancier, x.facture FROM creances.acte x WHERE x.facture <> '' AND creances._retient(x.genre) GROUP BY x.creancier, x.facture) af
		 ON af.creancier = c.creancier AND af.facture = c.facture
  LEFT JOIN (SELECT DISTINCT ON (x.societe, x.facture, x.rang) x.* FROM creances._engagees_vivantes() x) g
		 ON g.societe = c.creancier AND g.facture = c.facture AND g.rang = c.rang
  LEFT JOIN LATERAL (SELECT max(coalesce(x.motif, x.en_partie)) AS motif, max(x.jusque) AS jusque, max(x.exigible) AS exigible
					   FROM creances._retenue_de(c.creancier, c.debiteur, c.facture, c.rang, coalesce(c.livraison, c.emission, c.nee_le), c.montant,
												 c.solde, j.jour, g.motif, g.jusque, g.fin, g.plafond) x
					  WHERE c.solde > 0 AND (ad.creancier IS NOT NULL OR af.creancier IS NOT NULL OR g.societe IS NOT NULL)) p ON true
  LEFT JOIN LATERAL (SELECT max(x.taux::text) AS taux, max(x.arrete) AS arrete, max(x.penalites) AS penalites, max(x.indemnite) AS indemnite,
							max(x.frais) AS frais
					   FROM creances._accessoires(c.creancier, c.facture, c.rang, j.jour) x
					  WHERE j.jour > c.echeance AND c.solde > 0 AND NOT m.en_compte) k ON true
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

-- What the queue claims and what is still owed of it, action by action: the
-- whole queue is weighed at once, as the pass does it.
CREATE FUNCTION creances._file_due()
RETURNS TABLE (societe text, relance uuid, factures bigint, montant numeric, retard integer, obstacle boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH file AS MATERIALIZED (
		SELECT r.creancier, r.relance, r.debiteur, r.devise, r.etat, k.facture, k.rang, k.stade, k.echeance
		  FROM creances.relance r
		  JOIN creances.relance_creance k ON k.creancier = r.creancier AND k.relance = r.relance AND k.reclamee AND k.etat = r.etat
		 WHERE r.etat IN ('a_valider', 'a_envoyer', 'prise', 'echec')
	)
	SELECT f.creancier, f.relance, count(*), sum(x.reste), max(j.jour - x.echeance), bool_or(x.obstacle IS NOT NULL)
	  FROM creances.creancier s
	 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour OFFSET 0) j
	 CROSS JOIN LATERAL (SELECT array_agg(y.debiteur) AS debiteurs FROM (SELECT DISTINCT f.debiteur FROM file f WHERE f.creancier = s.creancier) y) d
	 CROSS JOIN LATERAL (SELECT array_agg(y.facture) AS factures, array_agg(y.rang) AS rangs
						   FROM (SELECT DISTINCT f.facture, f.rang FROM file f WHERE f.creancier = s.creancier) y) q
	 CROSS JOIN LATERAL creances._restes(j.jour, s.creancier, d.debiteurs, q.factures, q.rangs) x
	  JOIN file f ON f.creancier = x.societe AND f.debiteur = x.debiteur AND f.facture = x.facture AND f.rang = x.rang
	 -- (without an action, an empty list: NULL would be all of them)
	 WHERE d.debiteurs IS NOT NULL AND x.reste > 0
	   AND (f.etat IN ('prise', 'echec')
			OR creances._tient(f.stade, f.echeance, f.debiteur, f.devise, x.solde, x.echeance_relance, x.debiteur, x.devise, j.jour))
	 GROUP BY f.creancier, f.relance;
END $$;
COMMENT ON FUNCTION creances._file_due() IS 'Ce que la file reclame et ce qui en reste du, action par action.';

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
	   r.le, r.devise, coalesce(l.factures, 0) AS factures, coalesce(l.montant, 0)::numeric(20,3) AS montant, l.retard, r.motif
  FROM creances.relance r
  JOIN creances.debiteur d ON d.creancier = r.creancier AND d.debiteur = r.debiteur
  LEFT JOIN creances._file_due() l ON l.societe = r.creancier AND l.relance = r.relance
 WHERE r.etat IN ('a_valider', 'a_envoyer', 'prise', 'echec')
   AND (NOT l.obstacle OR l.factures > 0 AND r.etat = 'echec' OR r.etat = 'prise');
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
-- the same thing twice: all that identifies it but its number (found by its
-- hash: rows are many, and their texts are slow to sort)
SELECT d.suivi, d.cle, 'doublon_probable',
	   format('même client, même date d''émission (%s) et même montant (%s %s) que la facture %s', to_char(d.emission, 'YYYY-MM-DD'), d.montant, d.devise,
			  CASE d.facture WHEN d.premiere THEN d.derniere ELSE d.premiere END),
	   NULL, d.creancier, d.facture, d.rang, d.debiteur, 'avertissement'
  FROM (SELECT c.*, min(c.facture) OVER w AS premiere, max(c.facture) OVER w AS derniere
		  FROM creances.creance c
		  JOIN (SELECT hash_record_extended((x.devise, x.emission, x.montant, x.rang), hashtextextended(x.debiteur, 0)) AS h, x.creancier, x.debiteur
				  FROM creances.creance x
				 WHERE x.solde <> 0 AND x.emission IS NOT NULL AND x.montant <> 0 AND x.nature <> 'acompte'
				 GROUP BY h, x.creancier, x.debiteur HAVING count(*) > 1) k
			ON k.creancier = c.creancier AND k.debiteur = c.debiteur
		   AND k.h = hash_record_extended((c.devise, c.emission, c.montant, c.rang), hashtextextended(c.debiteur, 0))
		 WHERE c.solde <> 0 AND c.emission IS NOT NULL AND c.montant <> 0 AND c.nature <> 'acompte'
		WINDOW w AS (PARTITION BY c.creancier, c.debiteur, c.devise, c.emission, c.montant, c.rang)) d
 WHERE d.premiere <> d.derniere
UNION ALL
-- owed, while a payment or a credit of just that amount waits to be allocated
SELECT c.suivi, c.cle, 'non_lettree',
	   format(CASE WHEN k.paye THEN 'le règlement %s, du même montant (%s %s), est en compte : probablement payée'
				   ELSE 'le crédit %s, du même montant (%s %s), n''est pas imputé' END, k.credit, c.solde, c.devise),
	   NULL, c.creancier, c.facture, c.rang, c.debiteur, 'avertissement'
  FROM (SELECT x.creancier, x.debiteur, x.devise, -x.solde AS montant, min(x.facture) AS credit,
			   bool_and(creances._en_compte(x.nature, x.facture, x.solde)) AS paye
		  FROM creances.creance x WHERE x.solde < 0
		 GROUP BY x.creancier, x.debiteur, x.devise, x.solde) k
  JOIN creances.creance c ON c.creancier = k.creancier AND c.debiteur = k.debiteur AND c.devise = k.devise AND c.solde = k.montant AND c.solde <> 0
 WHERE NOT creances._en_compte(c.nature, c.facture, c.solde)
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
		  FROM creances.reglement r WHERE r.nature = 'perte' GROUP BY r.creancier, r.facture, r.rang HAVING sum(r.montant) > 0) p
 -- (by its key: what is settled is not read for it)
 CROSS JOIN LATERAL (SELECT x.* FROM creances.creance x WHERE x.creancier = p.creancier AND x.facture = p.facture AND x.rang = p.rang LIMIT 1) c
 WHERE c.solde = 0 AND c.retiree_le IS NULL
UNION ALL
-- money that no balance counts: its invoice is not followed any more (every movement has its item: coherence() holds it)
SELECT r.suivi, r.cle, 'reglement_sans_facture', format('règlement de %s du %s, d''une facture qui n''est pas suivie', r.somme, to_char(r.le, 'YYYY-MM-DD')),
	   r.connu_le, r.creancier, r.facture, r.rang, NULL, 'avertissement'
  FROM (SELECT x.suivi, x.cle, x.creancier, x.facture, x.rang, sum(x.montant) AS somme, max(x.le) AS le, min(x.connu_le) AS connu_le
		  FROM creances.creance c
		  JOIN creances.reglement x ON x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.suivi IS NOT NULL
		 WHERE c.retiree_le IS NOT NULL
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
