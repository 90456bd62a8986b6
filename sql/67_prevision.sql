-- Cash to come: what is open, spread over the coming weeks by the delays with
-- which it was paid so far. Of each debtor first; where he has paid little, his
-- segment's weigh more, and the creditor's behind them.
--
-- A law is kept whole: the distinct delays and the share that was paid by each
-- one. width_bucket() finds a day in it in C. With k = 5, n the invoices that
-- were paid and S(x) the share that was paid more than x days after the due date:
--   S of the creditor = (n S + 1) / (n + 1)			one more invoice, never paid
--   S of the segment  = (n S + k S of the creditor) / (n + k)
--   S of the debtor   = (n S + k S of the segment) / (n + k)
-- What is a days late today is paid by day b with probability 1 - S(b) / S(a).
-- That invoice more keeps a single old payment from promising all that is older,
-- and gives 0 to what is older than all that was ever seen.

CREATE TABLE creances.delai_debiteur (
	creancier	text NOT NULL,
	niveau		text NOT NULL CHECK (niveau IN ('creancier', 'segment', 'debiteur')),
	code		text NOT NULL,
	jour		date NOT NULL,
	paiements	bigint NOT NULL CHECK (paiements >= 0),
	poids		double precision NOT NULL CHECK (poids >= 0),
	decile_1	integer,
	mediane		integer,
	decile_9	integer,
	jours		integer[] NOT NULL,
	parts		double precision[] NOT NULL,
	PRIMARY KEY (creancier, niveau, code),
	CHECK (cardinality(parts) = cardinality(jours) + 1)
);
COMMENT ON TABLE creances.delai_debiteur IS
'Délais de paiement constatés, en jours depuis l''échéance, sur les 24 mois de paiements qui précèdent la nuit du relevé : par débiteur, par segment et pour tout le créancier. Écrite par relever() ; prevision_encaissements() les lit tant que la nuit n''est pas plus ancienne que sept jours, et les recalcule des faits sinon.';
COMMENT ON COLUMN creances.delai_debiteur.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.delai_debiteur.niveau IS 'creancier, segment ou debiteur.';
COMMENT ON COLUMN creances.delai_debiteur.code IS
'Code du segment (vide : les clients qui n''en ont pas) ou du client ; vide pour le créancier.';
COMMENT ON COLUMN creances.delai_debiteur.jour IS 'Nuit du dernier changement ; pour le créancier, du dernier relevé.';
COMMENT ON COLUMN creances.delai_debiteur.paiements IS 'Paiements comptés.';
COMMENT ON COLUMN creances.delai_debiteur.poids IS 'Factures qu''ils font : un paiement partiel compte pour sa part de la facture.';
COMMENT ON COLUMN creances.delai_debiteur.decile_1 IS
'Un dixième était payé ce nombre de jours après l''échéance (négatif : avant) ; NULL sans paiement.';
COMMENT ON COLUMN creances.delai_debiteur.mediane IS 'La moitié était payée ce nombre de jours après l''échéance.';
COMMENT ON COLUMN creances.delai_debiteur.decile_9 IS 'Neuf dixièmes étaient payés ce nombre de jours après l''échéance.';
COMMENT ON COLUMN creances.delai_debiteur.jours IS 'Délais rencontrés, dans l''ordre.';
COMMENT ON COLUMN creances.delai_debiteur.parts IS 'Part payée au plus tard avec chacun ; en tête, 0.';
SELECT pg_catalog.pg_extension_config_dump('creances.delai_debiteur', '');

-- The laws of these creditors as of a day. A payment that was rejected has not
-- been one: of an invoice whose payments were ever lowered, what stands is what
-- its running total never fell below again.
CREATE FUNCTION creances._delais(societes text[], au date)
RETURNS TABLE (creancier text, niveau text, code text, paiements bigint, poids double precision, jours integer[], parts double precision[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH mouvements AS MATERIALIZED (
		-- (the day that the ERP gives now, when it has moved it back; of a reprise without a date, the day of the reprise: unknown)
		SELECT r.creancier, r.facture, r.rang, least(r.le, r.dit_le) AS le, r.montant, r.reprise AND r.dit_le IS NULL AS reprise
		  FROM creances.reglement r
		 WHERE r.le > (_delais.au - interval '24 months')::date AND r.le <= _delais.au AND r.nature IN ('paiement', 'annulation')
		   AND r.creancier = ANY (_delais.societes)
	), baissees AS (
		SELECT DISTINCT m.creancier, m.facture, m.rang FROM mouvements m WHERE m.montant < 0
	), restes AS (
		SELECT m.creancier, m.facture, m.rang, m.le, m.montant, m.reprise
		  FROM mouvements m
		 WHERE m.montant > 0 AND NOT EXISTS (SELECT FROM baissees b WHERE b.creancier = m.creancier AND b.facture = m.facture AND b.rang = m.rang)
		UNION ALL
		SELECT q.creancier, q.facture, q.rang, q.le, q.tenu - coalesce(lag(q.tenu) OVER (PARTITION BY q.creancier, q.facture, q.rang ORDER BY q.le),
																	   least(0, q.tenu)), q.reprise
		  FROM (SELECT p.creancier, p.facture, p.rang, p.le, p.reprise,
					   min(p.total) OVER (PARTITION BY p.creancier, p.facture, p.rang ORDER BY p.le ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS tenu
				  FROM (SELECT m.creancier, m.facture, m.rang, m.le, bool_or(m.reprise) AS reprise,
							   sum(sum(m.montant)) OVER (PARTITION BY m.creancier, m.facture, m.rang ORDER BY m.le) AS total
						  FROM mouvements m
						  JOIN baissees b ON b.creancier = m.creancier AND b.facture = m.facture AND b.rang = m.rang
						 GROUP BY m.creancier, m.facture, m.rang, m.le) p) q
	), atomes AS MATERIALIZED (
		-- (in millionths of an invoice: sums are exact, whatever their order)
		SELECT p.creancier, p.debiteur, coalesce(d.segment, '') AS segment, p.delai, p.paiements, p.poids
		  FROM (SELECT m.creancier, e.debiteur, m.le - e.echeance AS delai, count(*) AS paiements,
					   sum(round(1000000 * least(1, m.montant / e.montant)))::bigint AS poids
				  FROM restes m
				  JOIN creances.creance c ON c.creancier = m.creancier AND c.facture = m.facture AND c.rang = m.rang
				  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
									  WHERE c.version_le > _delais.au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang
										AND x.jusque > _delais.au
									  ORDER BY x.version LIMIT 1) v ON true
				 CROSS JOIN LATERAL (SELECT coalesce(v.debiteur, c.debiteur) AS debiteur, coalesce(v.echeance, c.echeance) AS echeance,
											coalesce(v.montant, c.montant) AS montant) e
				 WHERE m.montant > 0 AND e.montant > 0 AND NOT (m.reprise AND m.le IS NOT DISTINCT FROM c.reprise_le)
				 GROUP BY m.creancier, e.debiteur, m.le - e.echeance) p
		  LEFT JOIN creances.debiteur d ON d.creancier = p.creancier AND d.debiteur = p.debiteur
		 WHERE p.poids > 0
	), niveaux AS (
		SELECT a.creancier, 'debiteur' AS niveau, a.debiteur AS code, a.delai, a.paiements, a.poids FROM atomes a
		UNION ALL
		SELECT a.creancier, 'segment', a.segment, a.delai, sum(a.paiements)::bigint, sum(a.poids)::bigint FROM atomes a GROUP BY a.creancier, a.segment, a.delai
		UNION ALL
		SELECT a.creancier, 'creancier', '', a.delai, sum(a.paiements)::bigint, sum(a.poids)::bigint FROM atomes a GROUP BY a.creancier, a.delai
	)
	SELECT n.creancier, n.niveau, n.code, sum(n.paiements)::bigint, (sum(n.poids) / 1000000)::double precision,
		   array_agg(n.delai ORDER BY n.delai), 0::double precision || array_agg((n.cumul / n.total)::double precision ORDER BY n.delai)
	  FROM (SELECT x.*, sum(x.poids) OVER (PARTITION BY x.creancier, x.niveau, x.code ORDER BY x.delai) AS cumul,
				   sum(x.poids) OVER (PARTITION BY x.creancier, x.niveau, x.code) AS total
			  FROM niveaux x) n
	 GROUP BY n.creancier, n.niveau, n.code;
END $$;
COMMENT ON FUNCTION creances._delais(text[], date) IS
'Délais de paiement constatés à une date, d''après les paiements des 24 mois qui la précèdent : par débiteur, segment et créancier. Un paiement compte pour sa part du montant de la facture ; un paiement rejeté ne compte pas ; une reprise sans date non plus.';

-- The smallest delay by which at least this share was paid.
CREATE FUNCTION creances._quantile(jours integer[], parts double precision[], part double precision) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jours[width_bucket(part - 1e-12, parts)];
END;
COMMENT ON FUNCTION creances._quantile(integer[], double precision[], double precision) IS 'Plus petit délai en lequel cette part au moins est payée.';

CREATE FUNCTION creances._relever_delais(creancier text, jour date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_au(_relever_delais.jour);
	-- two sessions, the same night: one after the other
	PERFORM pg_advisory_xact_lock(hashtext('creances.delais'), hashtext(_relever_delais.creancier));
	IF NOT EXISTS (SELECT FROM creances.creancier s WHERE s.creancier = _relever_delais.creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', coalesce(_relever_delais.creancier, 'NULL')),
			HINT = 'Les créanciers sont dans creances.creancier.';
	END IF;
	IF EXISTS (SELECT FROM creances.delai_debiteur x
				WHERE x.creancier = _relever_delais.creancier AND x.niveau = 'creancier' AND x.jour > _relever_delais.jour) THEN
		RETURN;
	END IF;
	-- (what has not changed is not written again)
	WITH calculees AS MATERIALIZED (
		SELECT d.* FROM creances._delais(ARRAY[_relever_delais.creancier], _relever_delais.jour) d
	), lois AS MATERIALIZED (
		SELECT d.* FROM calculees d
		UNION ALL
		SELECT _relever_delais.creancier, 'creancier', '', 0, 0, '{}', '{0}' WHERE NOT EXISTS (SELECT FROM calculees)
	), otees AS (
		DELETE FROM creances.delai_debiteur x
		 WHERE x.creancier = _relever_delais.creancier
		   AND NOT EXISTS (SELECT FROM lois l WHERE l.niveau = x.niveau AND l.code = x.code)
	)
	INSERT INTO creances.delai_debiteur AS x (creancier, niveau, code, jour, paiements, poids, decile_1, mediane, decile_9, jours, parts)
	SELECT l.creancier, l.niveau, l.code, _relever_delais.jour, l.paiements, l.poids,
		   creances._quantile(l.jours, l.parts, 0.1), creances._quantile(l.jours, l.parts, 0.5), creances._quantile(l.jours, l.parts, 0.9),
		   l.jours, l.parts
	  FROM lois l
	ON CONFLICT (creancier, niveau, code) DO UPDATE
	   SET jour = excluded.jour, paiements = excluded.paiements, poids = excluded.poids, decile_1 = excluded.decile_1,
		   mediane = excluded.mediane, decile_9 = excluded.decile_9, jours = excluded.jours, parts = excluded.parts
	 WHERE x.niveau = 'creancier' AND x.jour <> excluded.jour
		OR (x.paiements, x.poids, x.jours, x.parts) IS DISTINCT FROM (excluded.paiements, excluded.poids, excluded.jours, excluded.parts);
END $$;
COMMENT ON FUNCTION creances._relever_delais(text, date) IS
'Écrit delai_debiteur pour un créancier, d''après les paiements datés jusqu''à ce jour. Peut être refait ; une nuit plus récente n''est pas écrasée.';

-- What is expected, week by week. Rounded once, at the finest grain, so that
-- segments and creditors are the sums of their debtors.
CREATE FUNCTION creances._prevision(horizon integer, au date, par text)
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, semaine date, prevu numeric, engage numeric, naif numeric,
			   variance double precision, ouvert numeric, hors_modele numeric, retenu numeric)
-- (of what a WITH holds the planner knows no distinct values: it would sort all of it by three texts, again and again)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10000 SET search_path = pg_catalog, pg_temp SET jit = off SET enable_mergejoin = off SET enable_nestloop = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
	k CONSTANT double precision := 5;
	lundi CONSTANT date := _prevision.au + 1 - (extract(isodow FROM _prevision.au + 1)::integer - 1);
	a_calculer text[];
BEGIN
	a_calculer := ARRAY(SELECT s.creancier FROM creances.creancier s
						 WHERE NOT EXISTS (SELECT FROM creances.delai_debiteur x
											WHERE x.creancier = s.creancier AND x.niveau = 'creancier' AND x.code = ''
											  AND x.jour BETWEEN _prevision.au - 7 AND _prevision.au));
	RETURN QUERY
	WITH etat AS MATERIALIZED (
		SELECT e.creancier, e.debiteur, e.devise, e.facture, e.rang, e.echeance, e.montant, e.solde,
			   coalesce(e.livraison, e.emission, e.nee_le) AS nee, e.solde < 0 OR e.en_compte AS credit
		  FROM creances._etat_au(_prevision.au) e
	), credits AS MATERIALIZED (
		-- (money on account that was given back takes from it)
		SELECT e.creancier, e.debiteur, e.devise, greatest(0, sum(-e.solde)) AS somme
		  FROM etat e WHERE e.credit GROUP BY e.creancier, e.debiteur, e.devise
	),
	-- what is held, by anything but a promise or a plan
	actes AS MATERIALIZED (
		SELECT DISTINCT a.creancier, a.debiteur, a.facture
		  FROM creances.acte a
		 WHERE a.genre IN ('procedure_collective', 'delai_de_grace', 'rejet', 'litige', 'suspension', 'encaissement') AND a.le <= _prevision.au
		   AND (a.annule_le IS NULL OR a.annule_le > _prevision.au)
		   AND (a.jusque IS NULL OR a.jusque >= _prevision.au OR a.genre = 'procedure_collective' OR a.issue IN ('fonde', 'partiel'))
	), dues AS MATERIALIZED (
		SELECT e.creancier, e.debiteur, e.devise, e.facture, e.rang, e.echeance, e.solde,
			   greatest(0, least(e.solde, coalesce(p.plafond, e.solde))) AS libre
		  FROM etat e
		  LEFT JOIN (SELECT DISTINCT a.creancier, a.debiteur FROM actes a WHERE a.facture = '') d ON d.creancier = e.creancier AND d.debiteur = e.debiteur
		  LEFT JOIN (SELECT DISTINCT a.creancier, a.facture FROM actes a WHERE a.facture <> '') f ON f.creancier = e.creancier AND f.facture = e.facture
		  LEFT JOIN LATERAL (SELECT min(x.plafond) AS plafond
							   FROM (SELECT WHERE d.debiteur IS NOT NULL OR f.facture IS NOT NULL OFFSET 0) w
							  CROSS JOIN creances._plafonds(true, e.creancier, e.debiteur, e.facture, e.rang, e.nee, e.montant, e.solde, _prevision.au) x) p ON true
		 WHERE NOT e.credit
	),
	-- credits from the oldest on
	nettes AS MATERIALIZED (
		SELECT x.creancier, x.debiteur, x.devise, x.facture, x.rang, x.echeance, x.solde, x.libre,
			   x.libre - greatest(0, least(x.libre, x.somme - (sum(x.libre) OVER (PARTITION BY x.creancier, x.debiteur, x.devise
																				 ORDER BY x.echeance, x.facture, x.rang) - x.libre))) AS net
		  FROM (SELECT d.*, c.somme FROM dues d
				  JOIN credits c ON c.creancier = d.creancier AND c.debiteur = d.debiteur AND c.devise = d.devise) x
		UNION ALL
		SELECT d.creancier, d.debiteur, d.devise, d.facture, d.rang, d.echeance, d.solde, d.libre, d.libre
		  FROM dues d
		 WHERE NOT EXISTS (SELECT FROM credits c WHERE c.creancier = d.creancier AND c.debiteur = d.debiteur AND c.devise = d.devise)
	),
	-- promises and plans that are alive, as _engagement() says, with the balances of that day
	pris AS MATERIALIZED (
		SELECT g.creancier, g.acte, g.genre, a.le, g.tolerance, g.decheance, g.preavis, g.notifie_le, g.rompu_le,
			   greatest(0, i.initial - i.reste + greatest(0, coalesce(c.somme, 0) - g.credits)) AS recu, i.reste
		  FROM creances.engagement g
		  JOIN creances.acte a ON a.creancier = g.creancier AND a.acte = g.acte AND a.le <= _prevision.au
							  AND (a.annule_le IS NULL OR a.annule_le > _prevision.au) AND (a.jusque IS NULL OR a.jusque >= _prevision.au)
		  JOIN (SELECT x.creancier, x.acte, sum(x.solde) AS initial, coalesce(sum(n.solde), 0) AS reste
				  FROM creances.engagement_creance x
				  LEFT JOIN dues n ON n.creancier = x.creancier AND n.facture = x.facture AND n.rang = x.rang
				 GROUP BY x.creancier, x.acte) i ON i.creancier = g.creancier AND i.acte = g.acte
		  LEFT JOIN credits c ON c.creancier = g.creancier AND c.debiteur = a.debiteur AND c.devise = g.devise
		 WHERE i.reste > 0
	), termes AS MATERIALIZED (
		SELECT p.creancier, p.acte, p.genre, p.le, x.numero, x.echeance, x.echeance + p.tolerance < _prevision.au AS manque, p.recu,
			   x.montant, sum(x.montant) OVER w AS cumul, sum(x.montant) OVER t AS total,
			   coalesce(sum(x.montant) FILTER (WHERE x.echeance + p.tolerance < _prevision.au) OVER t, 0) AS du,
			   coalesce(sum(x.montant) FILTER (WHERE x.echeance + p.tolerance < p.notifie_le AND p.notifie_le + p.preavis < _prevision.au) OVER t, 0) AS du_notifie,
			   max(x.echeance) OVER t + p.tolerance AS terme, p.decheance, p.rompu_le
		  FROM pris p
		  JOIN creances.engagement_echeance x ON x.creancier = p.creancier AND x.acte = p.acte
		WINDOW t AS (PARTITION BY p.creancier, p.acte), w AS (PARTITION BY p.creancier, p.acte ORDER BY x.numero)
	), vivants AS MATERIALIZED (
		-- what is still to come of each instalment; [debut ; debut + montant[ of what is to come in all
		SELECT t.creancier, t.acte, t.genre, t.le, t.echeance, t.manque, greatest(0, t.cumul - t.montant - t.recu) AS debut,
			   least(t.montant, t.cumul - t.recu) AS montant
		  FROM termes t
		 WHERE t.recu < t.total AND t.cumul > t.recu
		   AND CASE t.genre WHEN 'promesse' THEN t.terme >= _prevision.au
							ELSE NOT (coalesce(t.rompu_le <= _prevision.au, false) OR t.decheance = 'immediate' AND t.recu < t.du
									  OR t.decheance = 'preavis' AND t.recu < t.du_notifie) END
	), visees AS (
		-- of two engagements: the plan, else the last one
		SELECT DISTINCT ON (x.creancier, x.facture, x.rang) v.creancier, v.acte, x.facture, x.rang
		  FROM (SELECT DISTINCT v.creancier, v.acte, v.genre, v.le FROM vivants v) v
		  JOIN creances.engagement_creance x ON x.creancier = v.creancier AND x.acte = v.acte
		 ORDER BY x.creancier, x.facture, x.rang, v.genre = 'plan' DESC, v.le DESC, v.acte
	), engagees AS MATERIALIZED (
		-- its instalments, in their order, on its items from the oldest on; a missed one is left to the debtor's law
		SELECT n.creancier, n.debiteur, n.devise, n.facture, n.rang, greatest(v.echeance, _prevision.au + 1) AS le,
			   least(n.fin, v.debut + v.montant) - greatest(n.fin - n.net, v.debut) AS montant
		  FROM (SELECT x.acte, n.*, sum(n.net) OVER (PARTITION BY x.creancier, x.acte ORDER BY n.echeance, n.facture, n.rang) AS fin
				  FROM visees x
				  JOIN nettes n ON n.creancier = x.creancier AND n.facture = x.facture AND n.rang = x.rang) n
		  JOIN vivants v ON v.creancier = n.creancier AND v.acte = n.acte AND NOT v.manque
						AND v.debut < n.fin AND v.debut + v.montant > n.fin - n.net
	),
	groupees AS MATERIALIZED (
		SELECT n.creancier, n.debiteur, n.devise, n.echeance, sum(n.solde - n.libre) AS retenu, sum(n.net) AS net,
			   sum(n.net - coalesce(g.montant, 0))::double precision AS libre, sum((n.net - coalesce(g.montant, 0))::double precision ^ 2) AS carres
		  FROM nettes n
		  LEFT JOIN (SELECT g.creancier, g.facture, g.rang, sum(g.montant) AS montant FROM engagees g GROUP BY g.creancier, g.facture, g.rang) g
				 ON g.creancier = n.creancier AND g.facture = n.facture AND g.rang = n.rang
		 GROUP BY n.creancier, n.debiteur, n.devise, n.echeance
	),
	-- one number a line of the answer, hashed each week instead of three texts
	clients AS MATERIALIZED (
		SELECT q.creancier, q.debiteur, q.devise, q.retenu, q.ouvert, coalesce(d.segment, '') AS segment,
			   (10 ^ creances._decimales(q.devise))::double precision AS unite,
			   dense_rank() OVER (ORDER BY q.creancier, q.devise, CASE WHEN par <> 'creancier' THEN coalesce(d.segment, '') END,
											CASE WHEN par = 'debiteur' THEN q.debiteur END)::integer AS sortie
		  FROM (SELECT g.creancier, g.debiteur, g.devise, sum(g.retenu) AS retenu, sum(g.net) AS ouvert
				  FROM groupees g GROUP BY g.creancier, g.debiteur, g.devise) q
		  LEFT JOIN creances.debiteur d ON d.creancier = q.creancier AND d.debiteur = q.debiteur
	), lois AS MATERIALIZED (
		-- (a long array is taken out of its TOAST here, once)
		SELECT x.creancier, x.niveau, x.code, x.poids, x.jours || '{}' AS jours, x.parts || '{}' AS parts
		  FROM creances.delai_debiteur x WHERE x.creancier <> ALL (a_calculer)
		UNION ALL
		SELECT x.creancier, x.niveau, x.code, x.poids, x.jours, x.parts FROM creances._delais(a_calculer, _prevision.au) x
	), groupes AS MATERIALIZED (
		SELECT c.sortie, c.unite, c.creancier, c.segment, c.debiteur, g.echeance, g.net, g.libre, g.carres
		  FROM groupees g
		  JOIN clients c ON c.creancier = g.creancier AND c.debiteur = g.debiteur AND c.devise = g.devise
		 WHERE g.net > 0
	), communes AS MATERIALIZED (
		-- the segment's law at the due dates that occur: S today, then at the end of each week
		SELECT q.creancier, q.segment, q.echeance,
			   array_agg((coalesce(s.poids * (1 - s.parts[width_bucket(f.fin - q.echeance, s.jours) + 1]), 0) + k * c.survie) / (coalesce(s.poids, 0) + k)
						 ORDER BY f.numero) AS survies,
			   bool_and(c.muette) FILTER (WHERE f.numero = 0) AS muette, bool_and(coalesce(t.poids, 0) = 0) AS vide
		  FROM (SELECT DISTINCT g.creancier, g.segment, g.echeance FROM groupes g) q
		 CROSS JOIN (SELECT 0 AS numero, _prevision.au AS fin UNION ALL SELECT i, lundi + 7 * i - 1 FROM generate_series(1, horizon) i) f
		  LEFT JOIN lois s ON s.niveau = 'segment' AND s.creancier = q.creancier AND s.code = q.segment
		  LEFT JOIN lois t ON t.niveau = 'creancier' AND t.creancier = q.creancier
		 CROSS JOIN LATERAL (SELECT (coalesce(t.poids * (1 - t.parts[width_bucket(f.fin - q.echeance, t.jours) + 1]), 0) + 1) / (coalesce(t.poids, 0) + 1) AS survie,
									coalesce(t.poids, 0) = 0 OR coalesce(t.parts[width_bucket(f.fin - q.echeance, t.jours) + 1] >= 1, true) AS muette) c
		 GROUP BY q.creancier, q.segment, q.echeance
	), chances AS (
		SELECT g.sortie, g.unite, g.echeance, g.libre, g.carres, m.survies, l.poids, l.jours, l.parts,
			   (coalesce(l.poids * (1 - l.parts[width_bucket(_prevision.au - g.echeance, l.jours) + 1]), 0) + k * m.survies[1]) / (coalesce(l.poids, 0) + k) AS survie
		  FROM groupes g
		  JOIN communes m ON m.creancier = g.creancier AND m.segment = g.segment AND m.echeance = g.echeance
		  LEFT JOIN (SELECT l.* FROM lois l WHERE l.niveau = 'debiteur') l ON l.creancier = g.creancier AND l.code = g.debiteur
		 WHERE NOT m.muette
	), semaines AS (
		-- (in cents, each due date of each debtor rounded by itself: sums are exact, whatever their order and their grain)
		SELECT q.sortie, q.numero, sum(q.somme) AS somme, sum(q.carres * q.part * (1 - q.part)) AS variance
		  -- (a row is made here, without the laws: a hash that overflows writes what it is given)
		  FROM (SELECT c.sortie, i.numero, c.carres, greatest(0, least(1, (p.avant - p.apres) / c.survie)) AS part,
					   round(c.libre * c.unite * (1 - p.apres / c.survie))::bigint - round(c.libre * c.unite * (1 - p.avant / c.survie))::bigint AS somme
				  FROM chances c
				 CROSS JOIN (SELECT i AS numero, lundi + 7 * i - 1 AS fin, CASE i WHEN 1 THEN _prevision.au ELSE lundi + 7 * i - 8 END AS veille
							   FROM generate_series(1, horizon) i) i
				 CROSS JOIN LATERAL (
					SELECT CASE WHEN c.poids IS NULL THEN c.survies[i.numero]
								ELSE (c.poids * (1 - c.parts[width_bucket(i.veille - c.echeance, c.jours) + 1]) + k * c.survies[i.numero]) / (c.poids + k) END AS avant,
						   CASE WHEN c.poids IS NULL THEN c.survies[i.numero + 1]
								ELSE (c.poids * (1 - c.parts[width_bucket(i.fin - c.echeance, c.jours) + 1]) + k * c.survies[i.numero + 1]) / (c.poids + k) END AS apres) p
				 OFFSET 0) q
		 GROUP BY q.sortie, q.numero
	), lignes AS (
		SELECT w.sortie, w.numero, w.somme, 0.0 AS engage, 0.0 AS naif, w.variance, 0.0 AS ouvert, 0.0 AS hors_modele, 0.0 AS retenu
		  FROM semaines w
		UNION ALL
		SELECT c.sortie, (g.le - lundi) / 7 + 1, 0.0, sum(g.montant), 0.0, 0.0::double precision, 0.0, 0.0, 0.0
		  FROM engagees g JOIN clients c ON c.creancier = g.creancier AND c.debiteur = g.debiteur AND c.devise = g.devise
		 WHERE g.le < lundi + 7 * horizon GROUP BY 1, 2
		UNION ALL
		SELECT g.sortie, greatest(1, (g.echeance - lundi) / 7 + 1), 0.0, 0.0, sum(g.net), 0.0::double precision, 0.0, 0.0, 0.0
		  FROM groupes g WHERE g.echeance < lundi + 7 * horizon GROUP BY 1, 2
		UNION ALL
		-- nothing was ever paid to this creditor: the due dates to come are all that is known, and each is as uncertain as can be
		SELECT g.sortie, (g.echeance - lundi) / 7 + 1, sum(round(g.libre * g.unite)::numeric), 0.0, 0.0, sum(g.carres / 4), 0.0, 0.0, 0.0
		  FROM groupes g
		  JOIN communes m ON m.creancier = g.creancier AND m.segment = g.segment AND m.echeance = g.echeance AND m.vide
		 WHERE g.echeance > _prevision.au AND g.echeance < lundi + 7 * horizon GROUP BY 1, 2
		UNION ALL
		-- (numbered 0: what is true of every week)
		SELECT c.sortie, 0, 0.0, 0.0, 0.0, 0.0::double precision, sum(c.ouvert), 0.0, sum(c.retenu) FROM clients c GROUP BY 1
		UNION ALL
		SELECT g.sortie, 0, 0.0, 0.0, 0.0, 0.0::double precision, 0.0, sum(g.libre::numeric), 0.0
		  FROM groupes g
		  JOIN communes m ON m.creancier = g.creancier AND m.segment = g.segment AND m.echeance = g.echeance AND m.muette
		 WHERE NOT m.vide OR g.echeance <= _prevision.au
		 GROUP BY 1
	), totaux AS MATERIALIZED (
		SELECT l.sortie, l.numero, sum(l.somme) AS somme, sum(l.engage) AS engage, sum(l.naif) AS naif, sum(l.variance) AS variance,
			   sum(l.ouvert) AS ouvert, sum(l.hors_modele) AS hors_modele, sum(l.retenu) AS retenu
		  FROM lignes l GROUP BY l.sortie, l.numero
	)
	SELECT c.creancier, c.segment, c.debiteur, c.devise, lundi + 7 * i.numero - 7, coalesce(t.somme / c.unite::numeric + t.engage, 0), coalesce(t.engage, 0), coalesce(t.naif, 0),
		   coalesce(t.variance, 0), z.ouvert, z.hors_modele, z.retenu
	  FROM (SELECT DISTINCT c.sortie, c.creancier, CASE WHEN par <> 'creancier' THEN c.segment END AS segment,
				   CASE WHEN par = 'debiteur' THEN c.debiteur END AS debiteur, c.devise, c.unite
			  FROM clients c) c
	  JOIN totaux z ON z.sortie = c.sortie AND z.numero = 0
	 CROSS JOIN generate_series(1, horizon) i(numero)
	  LEFT JOIN totaux t ON t.sortie = c.sortie AND t.numero = i.numero;
END $$;
COMMENT ON FUNCTION creances._prevision(integer, date, text) IS
'Prévision par semaine (voir prevision_encaissements) ; variance : de la somme de la semaine ; ouvert : ce qui n''est pas retenu, crédits déduits.';

CREATE FUNCTION creances._verifier_prevision(horizon integer, au date, par text) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF horizon IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'l''horizon ne peut pas être NULL', HINT = 'Omettez-le pour treize semaines.';
	END IF;
	IF horizon NOT BETWEEN 1 AND 104 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('horizon inattendu : %s', horizon), HINT = 'L''horizon est de 1 à 104 semaines.';
	END IF;
	IF par IS NULL OR par NOT IN ('creancier', 'segment', 'debiteur') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('regroupement inconnu : %s', coalesce(par, 'NULL')),
			HINT = 'Les regroupements sont creancier, segment et debiteur.';
	END IF;
	RETURN creances._verifier_au(au);
END $$;
COMMENT ON FUNCTION creances._verifier_prevision(integer, date, text) IS 'Refuse les arguments d''une prévision qui n''ont pas de sens.';

CREATE FUNCTION creances.prevision_encaissements(horizon integer DEFAULT 13, au date DEFAULT creances.aujourdhui(), par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, semaine date, fin date, prevu numeric, bas numeric, haut numeric,
			   engage numeric, naif numeric, cumul numeric, reste numeric, hors_modele numeric, retenu numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT p.creancier, p.segment, p.debiteur, p.devise, p.semaine, p.semaine + 6,
		   p.prevu::numeric(20,3),
		   greatest(p.engage, p.prevu - e.ecart)::numeric(20,3), least(p.ouvert, p.prevu + e.ecart)::numeric(20,3),
		   p.engage::numeric(20,3), p.naif::numeric(20,3), (sum(p.prevu) OVER w)::numeric(20,3),
		   (p.ouvert - sum(p.prevu) OVER w)::numeric(20,3), p.hors_modele::numeric(20,3), p.retenu::numeric(20,3)
	  FROM creances._prevision(horizon, au, par) p
	 CROSS JOIN LATERAL (SELECT round((1.2815515655446004 * sqrt(p.variance))::numeric, creances._decimales(p.devise)) AS ecart) e
	 -- (looked at once, before any row)
	 WHERE creances._verifier_prevision(horizon, au, par) IS NOT NULL
	WINDOW w AS (PARTITION BY p.creancier, p.segment, p.debiteur, p.devise ORDER BY p.semaine)
	 ORDER BY p.creancier, p.segment, p.debiteur, p.devise, p.semaine;
END;
COMMENT ON FUNCTION creances.prevision_encaissements(integer, date, text) IS
'Encaissements attendus, semaine par semaine (la première est celle du lendemain de au, et n''en a que la fin), de ce qui est ouvert à cette date ; les factures à venir n''y sont pas. Loi de chaque débiteur : ses délais constatés (paiement moins échéance) sur 24 mois ; S(x) = part payée plus de x jours après l''échéance, n = nombre de factures : S = (n S débiteur + 5 S segment) / (n + 5), où S segment = (n S segment + 5 S créancier) / (n + 5), et S créancier = (n S + 1) / (n + 1), comme si une facture de plus n''était jamais payée. Une facture qui a déjà a jours de retard est payée au plus tard le jour b avec la probabilité 1 - S(b) / S(a). Ce qui est plus ancien que tout ce qui a jamais été payé n''est attendu d''aucune semaine : il est dans hors_modele, jamais compté comme un zéro muet. Un créancier à qui rien n''a encore été payé (premier jour, ou paiements sans date) : ce qui n''est pas échu est attendu à l''échéance, avec l''intervalle d''une chance sur deux, et l''échu est dans hors_modele ; de quelques paiements, la loi est encore grossière, comptez-en une trentaine. Promesses et plans vivants : à leurs dates (engage, compris dans prevu), tenus pour certains ; une échéance manquée, tolérance passée, suit la loi du débiteur ; de deux engagements, le plan, sinon le dernier. Écarté (retenu) : procédure collective, délai de grâce, rejet, litige, avoir attendu, suspension, encaissement annoncé. Crédits du débiteur imputés sur ses plus anciennes. bas et haut : intervalle à 80 % (loi normale, factures supposées indépendantes : trop étroit quand une cause commune les retarde). naif : tout est payé à l''échéance, et ce qui est déjà échu la première semaine. cumul + reste = ce qui est ouvert et non retenu, crédits déduits ; hors_modele en fait partie. par : creancier, segment (celui d''aujourd''hui ; vide : sans segment) ou debiteur. Seuls les faits datés jusqu''à au comptent. Arrondi au centime par débiteur et échéance, pour que les sommes tombent juste.';

CREATE FUNCTION creances._verifier_erreur(du date, au date, horizon integer, par text) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF du IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la date de la prévision ne peut pas être NULL', HINT = 'Donnez le jour où elle est faite.';
	END IF;
	PERFORM creances._verifier_prevision(horizon, du, par);
	IF du > creances._verifier_au(au) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('une prévision du %s ne se juge pas le %s', du, au),
			HINT = 'Le premier jour vient avant le dernier.';
	END IF;
	IF au > creances.aujourdhui() THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('une prévision ne se juge pas sur l''avenir : %s', au),
			HINT = 'Omettez la dernière date pour aujourd''hui.';
	END IF;
	RETURN du;
END $$;
COMMENT ON FUNCTION creances._verifier_erreur(date, date, integer, text) IS 'Refuse les arguments de erreur_prevision() qui n''ont pas de sens.';

CREATE FUNCTION creances.erreur_prevision(du date, au date DEFAULT creances.aujourdhui(), horizon integer DEFAULT 13, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, semaine date, fin date, realise numeric, prevu numeric, bas numeric, haut numeric,
			   naif numeric, erreur numeric, erreur_naive numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_erreur(du, au, horizon, par);
	RETURN QUERY
	WITH recus AS (
		SELECT e.creancier, CASE par WHEN 'creancier' THEN NULL ELSE coalesce(d.segment, '') END AS segment,
			   CASE par WHEN 'debiteur' THEN e.debiteur END AS debiteur, e.devise,
			   r.le - (extract(isodow FROM r.le)::integer - 1) AS semaine, sum(r.montant) AS montant
		  FROM creances._etat_au(du) e
		  JOIN creances.reglement r ON r.creancier = e.creancier AND r.facture = e.facture AND r.rang = e.rang
		  JOIN creances.creance c ON c.creancier = e.creancier AND c.facture = e.facture AND c.rang = e.rang
		  LEFT JOIN creances.debiteur d ON d.creancier = e.creancier AND d.debiteur = e.debiteur
		 WHERE e.solde > 0 AND NOT e.en_compte AND r.le > du AND r.le <= erreur_prevision.au
		   AND r.nature IN ('paiement', 'annulation') AND NOT (r.reprise AND r.dit_le IS NULL AND r.le IS NOT DISTINCT FROM c.reprise_le)
		 GROUP BY 1, 2, 3, 4, 5
	)
	SELECT p.creancier, p.segment, p.debiteur, p.devise, p.semaine, p.fin, m.realise::numeric(20,3), p.prevu, p.bas, p.haut, p.naif,
		   abs(p.prevu - m.realise)::numeric(20,3), abs(p.naif - m.realise)::numeric(20,3)
	  FROM creances.prevision_encaissements(horizon, du, par) p
	  LEFT JOIN recus r ON r.creancier = p.creancier AND r.segment IS NOT DISTINCT FROM p.segment AND r.debiteur IS NOT DISTINCT FROM p.debiteur
					   AND r.devise = p.devise AND r.semaine = p.semaine
	 CROSS JOIN LATERAL (SELECT coalesce(r.montant, 0) AS realise) m
	 WHERE p.fin <= erreur_prevision.au
	 ORDER BY p.creancier, p.segment, p.debiteur, p.devise, p.semaine;
END $$;
COMMENT ON FUNCTION creances.erreur_prevision(date, date, integer, text) IS
'Ce que valait la prévision faite le jour du, avec les seuls faits datés jusque-là : par semaine entièrement écoulée au jour au, ce qui a été payé (realise : paiements, rejets déduits) des créances alors ouvertes, retenues ou non, ce qui en était prévu, et ce qu''en disait la prévision naïve (payées à l''échéance). erreur = |prevu - realise|, erreur_naive = |naif - realise|.';
