-- What can be claimed of a receivable on a day: the regime that its parties
-- give it, the facts that count, and the account that src/compte.c makes of
-- them.

-- The facts of one receivable as they were known on a day.
--
-- Regimes. Professional debtor: what was agreed, else ECB + 10 (C. com. L441-10
-- II). Public buyer: ECB + 8 fixed when interest starts, the term moved to the
-- next working day, nothing agreed counts (CCP R2192-31, L2192-14). Consumer:
-- nothing before the formal notice was received, or its like, then the legal
-- rate of professional creditors (C. civ. 1231-6, 1344-1, CMF L313-2). A
-- creditor who is a private person: the same, in his column. A judgment's rate
-- replaces all of them from its date on, and the legal rate rises by 5 points
-- two months after the title is enforceable (CMF L313-3).
--
-- An act that names no invoice is not about a debt born after it.
--
-- An amount that the ERP has corrected: with correction 'origine' each day bears
-- on the least of its amount and all later ones (a price that was wrong was
-- never owed); with 'date' each change counts from its date. A due date that it
-- has brought forward makes nobody late before the change.
--
-- `couvert` is the part that the debtor's credits cover: no interest is asked
-- on it.
CREATE FUNCTION creances._faits(creancier text, facture text, rang integer, au date, correction text DEFAULT 'origine', couvert numeric DEFAULT 0)
RETURNS TABLE (debiteur text, devise text, decimales integer, regime text, naissance date, refus boolean, terme date, depart date, arret date,
			   jours date[], natures text[], montants numeric[], textes text[],
			   taux_depuis date[], taux creances.taux_retard[], planchers boolean[], origines text[], suspendu_du date[], suspendu_au date[],
			   capitalisation date, indemnite numeric, base text, notes text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.debiteur, e.devise, u.decimales, g.regime, e.naissance, z.refus, t.terme, q.depart, y.jugement,
		   f.jours, f.natures, f.montants, f.textes, x.depuis, x.taux, x.planchers, x.origines, h.grace_du, h.grace_au, y.capitalisation,
		   CASE WHEN g.regime IN ('professionnel', 'public') AND e.montant > 0 AND c.nature <> 'avoir'
					 -- for lateness from 2013 on (D441-5); not when the judgment forbids to pay at term (L441-10 II)
					 AND t.terme >= date '2012-12-31' AND (y.jugement IS NULL OR t.echeance < y.jugement)
					 AND (k.indemnite = 'echeance' OR NOT EXISTS (
						-- once an invoice: an earlier one of its due dates has borne it
						SELECT FROM creances.creance p
						 WHERE p.creancier = c.creancier AND p.facture = c.facture AND p.rang <> c.rang AND p.debiteur = e.debiteur
						   AND p.montant > 0 AND p.retiree_le IS NULL
						   AND (p.echeance, p.rang) < (e.echeance, c.rang) AND p.echeance >= date '2012-12-31'
						   AND CASE g.regime WHEN 'public' THEN creances.jour_ouvre_suivant(p.echeance, d.zone) ELSE p.echeance END < au
						   AND round(p.montant - coalesce((
								SELECT sum(n.acquis - n.avant)
								  FROM (SELECT w.le, w.acquis, lag(w.acquis, 1, 0::numeric) OVER (ORDER BY w.n) AS avant
										  FROM (SELECT v.le, v.n, min(v.niveau) OVER (ORDER BY v.n DESC) AS acquis
												  FROM (SELECT r.le, row_number() OVER o AS n, sum(r.montant) OVER o AS niveau
														  FROM creances.reglement r
														 WHERE r.creancier = p.creancier AND r.facture = p.facture AND r.rang = p.rang AND r.le <= au
														WINDOW o AS (ORDER BY r.connu_le, r.reglement)) v) w) n
								 WHERE n.le <= CASE g.regime WHEN 'public' THEN creances.jour_ouvre_suivant(p.echeance, d.zone) ELSE p.echeance END), 0),
									 u.decimales) > 0))
				THEN 40 ELSE 0 END,
		   coalesce(k.base, '365'),
		   -- what the amounts rest on, for the reader
		   concat_ws(' ; ',
			CASE WHEN z.refus THEN 'marché public conclu avant le 16 mars 2013 : intérêts non calculés'
				 ELSE CASE g.regime WHEN 'professionnel' THEN 'C. com. L441-10 II' WHEN 'public' THEN 'CCP R2192-31'
									WHEN 'consommateur' THEN 'C. civ. 1344-1, CMF L313-2' ELSE 'C. civ. 1344-1, CMF L313-2, créancier particulier' END END,
			CASE WHEN g.regime = 'public' AND t.terme > t.echeance THEN 'terme reporté au ' || to_char(t.terme, 'DD/MM/YYYY') END,
			CASE WHEN q.depart IS NULL AND NOT z.refus THEN 'pas de mise en demeure reçue : rien ne court' END,
			CASE WHEN q.depart IS NOT NULL AND g.regime IN ('consommateur', 'particulier')
				 THEN 'mise en demeure, assignation ou jugement du ' || to_char(y.sommation, 'DD/MM/YYYY') END,
			CASE WHEN q.depart < date '2008-12-31' AND g.regime = 'professionnel' THEN 'retard d''avant 2009 : la loi d''alors était autre' END,
			x.origines[(SELECT count(*) FROM unnest(x.depuis) d WHERE d <= au)],
			CASE WHEN k.indemnite = 'echeance' THEN 'indemnité par échéance' END,
			CASE WHEN y.jugement IS NOT NULL THEN format('intérêts arrêtés au jugement d''ouverture du %s (C. com. L622-28)', to_char(y.jugement, 'DD/MM/YYYY')) END,
			CASE WHEN y.jugement IS NULL AND y.procedure IS NOT NULL
				 THEN format('née après le jugement d''ouverture du %s (C. com. L622-17)%s', to_char(y.procedure, 'DD/MM/YYYY'),
							 CASE WHEN c.livraison IS NULL THEN ', d''après son émission, livraison inconnue' END) END,
			CASE WHEN h.grace_du IS NOT NULL THEN 'délai de grâce (C. civ. 1343-5)' END,
			CASE WHEN y.capitalisation IS NOT NULL THEN 'capitalisation demandée le ' || to_char(y.capitalisation, 'DD/MM/YYYY') || ' (C. civ. 1343-2)' END,
			CASE WHEN e.devise <> 'EUR' THEN 'indemnité en EUR, hors du compte' END,
			CASE WHEN c.versions > 0 AND EXISTS (SELECT FROM creances.creance_version w
												  WHERE w.creancier = c.creancier AND w.facture = c.facture AND w.rang = c.rang
													AND w.jusque <= au AND w.montant <> e.montant)
				 THEN 'montant corrigé dans l''ERP, compté depuis ' || CASE correction WHEN 'date' THEN 'chaque correction' ELSE 'l''origine' END END,
			CASE WHEN t.echeance <> e.echeance THEN format('échéance avancée dans l''ERP au %s, comptée depuis le changement', to_char(e.echeance, 'DD/MM/YYYY')) END)
	  FROM creances.creance c
	  JOIN creances.creancier s ON s.creancier = c.creancier
	  -- as it was on that day
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > au
						  ORDER BY x.version LIMIT 1) v ON c.version_le > au
	 CROSS JOIN LATERAL (
		SELECT c.debiteur, c.emission, c.nee_le, coalesce(c.livraison, c.emission, c.nee_le) AS naissance, c.echeance, c.devise, c.montant,
			   c.retiree_le IS NOT NULL AS retiree WHERE v.version IS NULL
		UNION ALL
		SELECT v.debiteur, v.emission, v.nee_le, coalesce(c.livraison, v.emission, v.nee_le), v.echeance, v.devise, v.montant, v.retiree
		 WHERE v.version IS NOT NULL) e
	  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = e.debiteur
	 CROSS JOIN LATERAL (SELECT creances._decimales(e.devise) AS decimales) u
	 CROSS JOIN LATERAL (SELECT CASE s.type WHEN 'particulier' THEN 'particulier' ELSE d.type END AS regime) g
	 CROSS JOIN LATERAL (SELECT CASE WHEN c.versions = 0 THEN e.echeance
									 ELSE greatest(e.echeance, (
											SELECT max(least(x.echeance, x.jusque - 1))
											  FROM (SELECT y.echeance, y.jusque, lag(y.jusque, 1, e.nee_le) OVER (ORDER BY y.version) AS debut
													  FROM creances.creance_version y
													 WHERE y.creancier = c.creancier AND y.facture = c.facture AND y.rang = c.rang AND y.jusque <= au) x
											 WHERE x.jusque > x.debut)) END AS echeance) r
	 CROSS JOIN LATERAL (SELECT r.echeance, CASE g.regime WHEN 'public' THEN creances.jour_ouvre_suivant(r.echeance, d.zone) ELSE r.echeance END AS terme) t
	 -- contracts made before 16 March 2013 had another regime
	 CROSS JOIN LATERAL (SELECT g.regime = 'public' AND coalesce(e.emission, e.nee_le) < date '2013-03-16' AS refus) z
	  LEFT JOIN LATERAL (SELECT x.base, x.indemnite FROM creances.convention x
						  WHERE x.creancier = c.creancier AND x.debiteur IN ('', e.debiteur) AND x.depuis <= coalesce(e.emission, e.nee_le)
							AND g.regime = 'professionnel'
						  ORDER BY x.debiteur = '', x.depuis DESC LIMIT 1) k ON true
	  -- most debtors have no act at all: their sub-queries are then not run
	 CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM creances.acte x WHERE x.creancier = c.creancier
										  AND (x.facture = '' AND x.debiteur = e.debiteur OR x.facture = c.facture)) AS actes) o
	  LEFT JOIN LATERAL (
		SELECT min(x.le) FILTER (WHERE x.genre = 'procedure_collective' AND e.naissance < x.le) AS jugement,
			   min(x.le) FILTER (WHERE x.genre = 'procedure_collective') AS procedure,
			   -- a judgment and a writ are notices too (C. civ. 1231-7, 1344)
			   min(x.le) FILTER (WHERE x.genre = 'mise_en_demeure' AND (x.facture <> '' OR x.le > t.echeance)
									OR x.genre IN ('condamnation', 'demande_en_justice')) AS sommation,
			   min(x.le) FILTER (WHERE x.genre = 'condamnation') AS condamnation,
			   min(x.le) FILTER (WHERE x.genre = 'titre_executoire') AS titre,
			   min(x.le) FILTER (WHERE x.genre = 'capitalisation' AND g.regime <> 'consommateur') AS capitalisation,
			   -- the invoice never reached the buyer: no term runs
			   bool_or(x.genre = 'rejet' AND (x.jusque IS NULL OR x.jusque >= au)) AS rejetee
		  FROM creances._actes(c.creancier, e.debiteur, c.facture, c.rang, e.naissance, au) x
		 WHERE o.actes) y ON true
	 CROSS JOIN LATERAL (SELECT CASE WHEN z.refus OR y.rejetee THEN NULL
									 WHEN g.regime IN ('professionnel', 'public') THEN t.terme
									 -- (greatest() would forget a NULL)
									 WHEN y.sommation IS NOT NULL THEN greatest(y.sommation, t.echeance) END AS depart) q
	  LEFT JOIN LATERAL (
		SELECT array_agg(i.le) AS grace_du, array_agg(i.jusque) AS grace_au
		  FROM creances._actes(c.creancier, e.debiteur, c.facture, c.rang, e.naissance, au) i
		 WHERE o.actes AND i.genre = 'delai_de_grace') h ON true
	 CROSS JOIN LATERAL (
		-- (one sort for the four of them)
		SELECT array_agg(m.jour) AS jours, array_agg(m.nature) AS natures, array_agg(m.montant) AS montants, array_agg(m.texte) AS textes
		  FROM (SELECT 0 AS bloc, NULL::timestamptz AS su, NULL::text AS n, least(e.nee_le, t.echeance) AS jour, 'facture' AS nature,
					   e.montant AS montant, NULL::text AS texte
				 WHERE c.versions = 0 AND NOT e.retiree AND e.nee_le <= au
				UNION ALL
				SELECT 1, NULL, to_char(w.version, 'FM0000000000'), coalesce(w.depuis, least(e.nee_le, t.echeance)),
					   CASE WHEN w.depuis IS NULL OR w.delta > 0 THEN 'facture' ELSE 'avoir' END,
					   CASE WHEN w.depuis IS NULL THEN w.delta ELSE abs(w.delta) END,
					   CASE WHEN w.depuis IS NOT NULL THEN 'montant corrigé dans l''ERP, de ' || w.avant || ' à ' || w.montant END
				  FROM (SELECT b.version, b.montant, lag(b.montant) OVER o AS avant, lag(b.jusque) OVER o AS depuis,
							   CASE correction WHEN 'date' THEN b.montant - lag(b.montant, 1, 0::numeric) OVER o
									ELSE b.moindre - lag(b.moindre, 1, 0::numeric) OVER o END AS delta
						  FROM (SELECT x.version, x.jusque, x.montant, min(x.montant) OVER (ORDER BY x.version DESC) AS moindre
								  FROM (SELECT y.version, y.jusque, y.montant, lag(y.jusque, 1, e.nee_le) OVER (ORDER BY y.version) AS debut
										  FROM creances.creance_version y
										 WHERE y.creancier = c.creancier AND y.facture = c.facture AND y.rang = c.rang AND y.jusque <= au
										UNION ALL SELECT 2147483647, NULL, e.montant, NULL) x
								 -- what was replaced on its own day never held
								 WHERE x.jusque IS NULL OR x.jusque > x.debut) b
						WINDOW o AS (ORDER BY b.version)) w
				 WHERE c.versions > 0 AND NOT e.retiree AND e.nee_le <= au AND (w.depuis IS NULL OR w.delta <> 0)
				UNION ALL
				SELECT 2, NULL, NULL, least(e.nee_le, t.echeance), 'avoir', couvert, 'crédits du débiteur'
				 WHERE couvert > 0 AND NOT e.retiree AND e.nee_le <= au
				UNION ALL
				-- money counts from the day it came, whenever it was set against this invoice
				SELECT 3, r.connu_le, r.reglement, CASE correction WHEN 'date' THEN r.le ELSE least(r.le, r.dit_le) END,
					   CASE WHEN r.nature IN ('paiement', 'annulation', 'acompte') THEN 'paiement' ELSE 'avoir' END, r.montant,
					   CASE r.nature WHEN 'acompte' THEN 'acompte' WHEN 'perte' THEN 'passage en perte, sur le principal'
									 WHEN 'correction' THEN 'correction, sur le principal'
									 WHEN 'paiement' THEN CASE WHEN r.reprise THEN 'déjà réglé à la reprise' END END
				  FROM creances.reglement r
				 WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= au AND NOT e.retiree AND e.nee_le <= au
				UNION ALL
				SELECT 4, x.connu_le, x.acte::text, x.le,
					   CASE x.genre WHEN 'frais' THEN 'frais' ELSE 'remise_' || x.poste END, x.montant,
					   format('%s, par %s : %s', CASE WHEN x.genre = 'frais'
													  THEN 'frais justifiés' || CASE g.regime WHEN 'professionnel' THEN ' (C. com. L441-10 II)'
																						WHEN 'public' THEN ' (CCP D2192-35)'
																						ELSE ' (CPCE L111-8 : titre exécutoire)' END
													  ELSE 'remise sur ' || CASE x.poste WHEN 'penalites' THEN 'les pénalités'
																			WHEN 'indemnite' THEN 'l''indemnité forfaitaire' ELSE 'les frais' END END,
							  x.auteur, concat_ws(', ', x.motif, nullif(x.reference, '')))
				  FROM creances._actes(c.creancier, e.debiteur, c.facture, c.rang, e.naissance, au) x
				 WHERE o.actes AND x.genre IN ('remise', 'frais') AND NOT e.retiree AND e.nee_le <= au
				   -- the 40 EUR are not of another currency's account
				   AND (x.poste IS DISTINCT FROM 'indemnite' OR e.devise = 'EUR')
				   -- CPCE L111-8
				   AND (x.genre <> 'frais' OR g.regime IN ('professionnel', 'public') OR y.titre IS NOT NULL)
				UNION ALL
				SELECT 5, NULL, NULL, y.sommation, 'note', 0, 'mise en demeure, assignation ou jugement : les intérêts courent du lendemain, au plus tôt de celui de l''échéance (C. civ. 1344-1)'
				 WHERE g.regime IN ('consommateur', 'particulier') AND q.depart IS NOT NULL AND NOT e.retiree AND e.nee_le <= au
				UNION ALL
				SELECT 6, NULL, NULL, t.terme, 'note', 0, format('terme du %s reporté au jour ouvré suivant (CCP R2192-10)', to_char(t.echeance, 'DD/MM/YYYY'))
				 WHERE g.regime = 'public' AND t.terme > t.echeance AND NOT z.refus AND NOT e.retiree AND e.nee_le <= au
				 ORDER BY 1, 2, 3) m) f
	 CROSS JOIN LATERAL (
		SELECT array_agg(n.depuis) AS depuis, array_agg(n.taux) AS taux, array_agg(n.plancher) AS planchers, array_agg(n.origine) AS origines
		  FROM (SELECT DISTINCT ON (p.depuis) p.depuis, p.taux, p.plancher, p.origine
				  FROM (SELECT date '-infinity' AS depuis, NULL::date AS jugement,
							   CASE g.regime WHEN 'public' THEN 'BCE+8 fixe'::creances.taux_retard
											 WHEN 'consommateur' THEN 'TIL'::creances.taux_retard
											 WHEN 'particulier' THEN 'TILP'::creances.taux_retard
											 ELSE 'BCE+10'::creances.taux_retard END AS taux,
							   false AS plancher, NULL::text AS origine, 0 AS priorite
						UNION ALL
						-- the debtor's own agreements, and the general ones until the first of them
						SELECT w.depuis, NULL, w.taux, w.taux OPERATOR(creances.<>) 'BCE+10'::creances.taux_retard,
							   CASE WHEN w.taux OPERATOR(creances.<>) 'BCE+10'::creances.taux_retard
									THEN format('%s, depuis le %s', w.source, to_char(w.depuis, 'DD/MM/YYYY')) END,
							   CASE w.debiteur WHEN '' THEN 1 ELSE 2 END
						  FROM creances.convention w
						 WHERE g.regime = 'professionnel' AND w.creancier = c.creancier AND w.debiteur IN ('', e.debiteur)
						   AND w.depuis <= au + 1 AND (y.condamnation IS NULL OR w.depuis <= y.condamnation)
						   AND (w.debiteur <> '' OR NOT EXISTS (SELECT FROM creances.convention i
																 WHERE i.creancier = c.creancier AND i.debiteur = e.debiteur AND i.depuis <= w.depuis))
						UNION ALL
						SELECT j.le + 1, j.le, j.taux, false, 'jugement du ' || to_char(j.le, 'DD/MM/YYYY'), 3
						  FROM creances._actes(c.creancier, e.debiteur, c.facture, c.rang, e.naissance, au) j
						 WHERE y.condamnation IS NOT NULL AND j.genre = 'condamnation'
						UNION ALL
						-- CMF L313-3
						SELECT greatest((i.le + interval '2 months')::date + 1, j.le + 1), j.le,
							   CASE WHEN j.taux OPERATOR(creances.=) 'TIL'::creances.taux_retard THEN 'TIL+5'::creances.taux_retard
									ELSE 'TILP+5'::creances.taux_retard END, false,
							   format('jugement du %s, exécutoire le %s', to_char(j.le, 'DD/MM/YYYY'), to_char(i.le, 'DD/MM/YYYY')), 4
						  FROM creances._actes(c.creancier, e.debiteur, c.facture, c.rang, e.naissance, au) j
						  JOIN creances._actes(c.creancier, e.debiteur, c.facture, c.rang, e.naissance, au) i ON i.genre = 'titre_executoire'
						 WHERE y.condamnation IS NOT NULL AND j.genre = 'condamnation'
						   AND (j.taux OPERATOR(creances.=) 'TIL'::creances.taux_retard OR j.taux OPERATOR(creances.=) 'TILP'::creances.taux_retard)
						   -- unless a later judgment has taken its place
						   AND NOT EXISTS (SELECT FROM creances._actes(c.creancier, e.debiteur, c.facture, c.rang, e.naissance, au) l
											WHERE l.genre = 'condamnation' AND l.le > j.le
											  AND l.le < greatest((i.le + interval '2 months')::date + 1, j.le + 1))) p
				 ORDER BY p.depuis, p.jugement DESC NULLS LAST, p.priorite DESC) n) x
	 WHERE c.creancier = _faits.creancier AND c.facture = _faits.facture AND c.rang = _faits.rang
	 LIMIT 1;	-- keeps it a look-up by key when it is inlined
END;
COMMENT ON FUNCTION creances._faits(text, text, integer, date, text, numeric) IS
'Faits et regime d''une creance, tels qu''ils etaient connus a une date : les arguments de _compte().';

-- The parts of the 40 EUR that were waived, where they are not in the account's
-- own currency.
CREATE FUNCTION creances._indemnite_devise(creancier text, debiteur text, facture text, rang integer, naissance date, au date) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT greatest(0, 40 - coalesce(sum(coalesce(x.montant, 40)), 0))
	  FROM creances._actes(creancier, debiteur, facture, rang, naissance, au) x
	 WHERE x.genre = 'remise' AND x.poste = 'indemnite';
END;
COMMENT ON FUNCTION creances._indemnite_devise(text, text, text, integer, date, date) IS
'Ce qui reste des 40 EUR d''une facture en une autre devise, remises deduites.';

-- For views and messages: what is left of the accessories of an open item.
CREATE FUNCTION creances._accessoires(creancier text, facture text, rang integer, au date, couvert numeric DEFAULT 0)
RETURNS TABLE (taux creances.taux_retard, arrete date, penalites numeric, indemnite numeric, frais numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT f.taux[(SELECT count(*) FROM unnest(f.taux_depuis) d WHERE d <= au)], k.arrete, CASE WHEN NOT f.refus THEN k.penalites END,
		   CASE WHEN f.devise = 'EUR' THEN k.reste_indemnite
				WHEN f.indemnite > 0 AND k.en_retard IS NOT NULL
				THEN creances._indemnite_devise(_accessoires.creancier, f.debiteur, _accessoires.facture, _accessoires.rang, f.naissance, au)
				ELSE 0 END,
		   k.frais
	  FROM creances._faits(_accessoires.creancier, _accessoires.facture, _accessoires.rang, au, 'origine', couvert) f
	 CROSS JOIN LATERAL creances._compte(f.depart, au, f.arret, f.jours, f.natures, f.montants, f.textes, f.taux_depuis, f.taux, f.planchers, f.origines,
										 f.suspendu_du, f.suspendu_au, f.capitalisation,
										 CASE WHEN f.devise = 'EUR' THEN f.indemnite ELSE 0 END, CASE f.regime WHEN 'public' THEN 'CCP D2192-35' ELSE 'C. com. D441-5' END,
										 'principal', f.base, 'total', f.decimales, false) k
	 LIMIT 1;
END;
COMMENT ON FUNCTION creances._accessoires(text, text, integer, date, numeric) IS
'Penalites, indemnite forfaitaire (EUR) et frais qui restent dus d''une creance, arretes au dernier jour dont le taux est connu.';

-- ------------------------------------------------------- of one receivable

CREATE FUNCTION creances._verifier_correction(correction text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF correction IS NULL OR correction NOT IN ('origine', 'date') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('correction inconnue : « %s »', coalesce(correction, 'NULL')),
			HINT = 'Un montant corrigé dans l''ERP compte depuis l''''origine'' (par défaut) ou depuis la ''date'' de sa correction.';
	END IF;
	RETURN correction;
END $$;
COMMENT ON FUNCTION creances._verifier_correction(text) IS 'Refuse une convention de correction inconnue.';

CREATE FUNCTION creances._verifier_creance(creancier text, facture text, rang integer, au date, correction text) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM creances._verifier_au(au), creances._verifier_correction(correction);
	IF NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = _verifier_creance.creancier
					  AND c.facture = _verifier_creance.facture AND c.rang = _verifier_creance.rang) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('aucune créance %s/%s/%s', coalesce(creancier, 'NULL'), coalesce(facture, 'NULL'), coalesce(rang::text, 'NULL')),
			HINT = 'Les créances sont dans creances.creance.';
	END IF;
	RETURN au;
END $$;
COMMENT ON FUNCTION creances._verifier_creance(text, text, integer, date, text) IS 'Refuse une creance inconnue ou une date d''arrete impossible.';

CREATE FUNCTION creances._verifier_debiteur(creancier text, debiteur text, au date, correction text) RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM creances._verifier_au(au), creances._verifier_correction(correction);
	IF NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = _verifier_debiteur.creancier AND d.debiteur = _verifier_debiteur.debiteur) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('débiteur inconnu : %s/%s', coalesce(creancier, 'NULL'), coalesce(debiteur, 'NULL')),
			HINT = 'Les débiteurs sont dans creances.debiteur.';
	END IF;
	RETURN au;
END $$;
COMMENT ON FUNCTION creances._verifier_debiteur(text, text, date, text) IS 'Refuse un debiteur inconnu ou une date d''arrete impossible.';

CREATE FUNCTION creances._refuser_regime(refus boolean) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF refus THEN
		RAISE EXCEPTION USING ERRCODE = 'RC004', MESSAGE = 'marché public conclu avant le 16 mars 2013 : ses intérêts ne se calculent pas ici',
			DETAIL = 'Le régime d''alors était autre (BCE + 7 ou TIL + 2, intérêts complémentaires).',
			HINT = 'Les intérêts moratoires du code de la commande publique valent pour les contrats conclus depuis le 16 mars 2013.';
	END IF;
	RETURN true;
END $$;
COMMENT ON FUNCTION creances._refuser_regime(boolean) IS 'Refuse un regime que l''extension ne calcule pas (RC004).';

CREATE FUNCTION creances.penalite_creance(
	creancier text, facture text, rang integer, au date DEFAULT creances.aujourdhui(),
	imputation text DEFAULT 'principal', arrondi text DEFAULT 'total', correction text DEFAULT 'origine')
RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	PERFORM creances._verifier_creance(creancier, facture, rang, au, correction);
	RETURN (SELECT k.courues
			  FROM creances._faits(creancier, facture, rang, au, correction) f
			 CROSS JOIN LATERAL creances._compte(f.depart, penalite_creance.au, f.arret, f.jours, f.natures, f.montants, f.textes, f.taux_depuis, f.taux,
												 f.planchers, f.origines, f.suspendu_du, f.suspendu_au, f.capitalisation,
												 CASE WHEN f.devise = 'EUR' THEN f.indemnite ELSE 0 END, CASE f.regime WHEN 'public' THEN 'CCP D2192-35' ELSE 'C. com. D441-5' END,
												 imputation, f.base, arrondi, f.decimales, true) k
			 WHERE creances._refuser_regime(f.refus));
END $$;
COMMENT ON FUNCTION creances.penalite_creance(text, text, integer, date, text, text, text) IS
'Penalites de retard courues d''une creance a une date, dans sa devise, avant remises et paiements : acomptes, avoirs, rejets, regime du debiteur, conventions, jugements, delais de grace compris (C. com. L441-10 II). imputation : principal, interets (C. civ. 1343-1) ou un ordre entier ; arrondi : total ou segment ; correction : origine ou date. Taux inconnu : erreur RC001.';

CREATE FUNCTION creances.decompte_creance(
	creancier text, facture text, rang integer, au date DEFAULT creances.aujourdhui(),
	imputation text DEFAULT 'principal', arrondi text DEFAULT 'total', correction text DEFAULT 'origine')
RETURNS TABLE (ligne integer, nature text, du date, au date, jours integer, base_calcul numeric, taux numeric, montant numeric,
			   reste_principal numeric, reste_penalites numeric, reste_indemnite numeric, reste_frais numeric, en_compte numeric, texte text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 8
BEGIN ATOMIC
	SELECT k.*
	  FROM (SELECT creances._verifier_creance($1, $2, $3, $4, $7) AS au OFFSET 0) q
	 CROSS JOIN LATERAL creances._faits($1, $2, $3, q.au, $7) f
	 CROSS JOIN LATERAL creances._compte_lignes(f.depart, q.au, f.arret, f.jours, f.natures, f.montants, f.textes, f.taux_depuis,
												f.taux, f.planchers, f.origines, f.suspendu_du, f.suspendu_au, f.capitalisation,
												CASE WHEN f.devise = 'EUR' THEN f.indemnite ELSE 0 END, CASE f.regime WHEN 'public' THEN 'CCP D2192-35' ELSE 'C. com. D441-5' END,
												imputation, f.base, arrondi, f.decimales, true) k
	 WHERE creances._refuser_regime(f.refus)
	 ORDER BY k.ligne;
END;
COMMENT ON FUNCTION creances.decompte_creance(text, text, integer, date, text, text, text) IS
'Decompte d''une creance, ligne par ligne : principal, interets par periode et par taux, indemnite, frais, paiements et leur imputation, avoirs, remises (auteur et motif), suspensions, avec l''article. "montant" s''ajoute a ce qui est reclame ; les restes sont ceux d''apres la ligne. Memes arguments que penalite_creance().';

CREATE FUNCTION creances._reste_du(creancier text, facture text, rang integer, au date, imputation text, arrondi text, correction text)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, devise text, au date, regime text, terme date, principal numeric,
			   penalites numeric, indemnite numeric, frais numeric, total numeric, par_jour numeric, penalites_arretees_au date,
			   en_compte numeric, penalites_courues numeric, remises numeric, convention text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT $1, $2, $3, f.debiteur, f.devise, $4, f.regime, f.terme,
		   k.principal::numeric(20,3), p.penalites::numeric(20,3), p.indemnite::numeric(20,3), k.frais::numeric(20,3),
		   (CASE WHEN f.terme <= $4 THEN k.principal ELSE 0 END + coalesce(p.penalites, 0) + k.frais + CASE WHEN f.devise = 'EUR' THEN p.indemnite ELSE 0 END)::numeric(20,3),
		   CASE WHEN NOT f.refus THEN k.par_jour END, k.arrete,
		   k.en_compte::numeric(20,3), CASE WHEN NOT f.refus THEN k.courues END::numeric(20,3), k.remises::numeric(20,3),
		   concat_ws(' ; ', f.notes,
			CASE WHEN k.plancher THEN 'taux stipulé remplacé ou non éprouvé, voir le décompte' END,
			CASE WHEN k.arrete < least($4, f.arret) AND NOT f.refus THEN 'pénalités arrêtées au ' || to_char(k.arrete, 'DD/MM/YYYY') || ', taux inconnu ensuite' END,
			CASE $5 WHEN 'principal' THEN 'paiements sur le principal' WHEN 'interets' THEN 'paiements sur les intérêts d''abord (C. civ. 1343-1)'
					ELSE 'paiements imputés : ' || $5 END,
			CASE WHEN k.en_compte > 0 THEN replace(k.en_compte::text, '.', ',') || ' en compte, non déduits du total' END,
			CASE WHEN v.etat = 'acquise' AND k.principal > 0 THEN 'prescription acquise depuis le ' || to_char(v.dernier_jour + 1, 'DD/MM/YYYY') END,
			'base ' || f.base, CASE $6 WHEN 'segment' THEN 'chaque ligne arrondie' ELSE 'un seul arrondi' END)
	  FROM creances._faits($1, $2, $3, $4, $7) f
	 CROSS JOIN LATERAL creances._compte(f.depart, $4, f.arret, f.jours, f.natures, f.montants, f.textes, f.taux_depuis, f.taux,
										 f.planchers, f.origines, f.suspendu_du, f.suspendu_au, f.capitalisation,
										 CASE WHEN f.devise = 'EUR' THEN f.indemnite ELSE 0 END, CASE f.regime WHEN 'public' THEN 'CCP D2192-35' ELSE 'C. com. D441-5' END,
										 $5, f.base, $6, f.decimales, false) k
	 CROSS JOIN LATERAL (SELECT CASE WHEN NOT f.refus THEN k.penalites END AS penalites,
								CASE WHEN f.devise = 'EUR' THEN k.reste_indemnite
									 WHEN f.indemnite > 0 AND k.en_retard IS NOT NULL
									 THEN creances._indemnite_devise($1, f.debiteur, $2, $3, f.naissance, $4)
									 ELSE 0 END AS indemnite) p
	  LEFT JOIN LATERAL creances.prescription_creance($1, $2, $3, $4) v ON k.principal > 0;
END;
COMMENT ON FUNCTION creances._reste_du(text, text, integer, date, text, text, text) IS 'Ce qui peut etre reclame d''une creance.';

CREATE FUNCTION creances.reste_du(
	creancier text, facture text, rang integer, au date DEFAULT creances.aujourdhui(),
	imputation text DEFAULT 'principal', arrondi text DEFAULT 'total', correction text DEFAULT 'origine')
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, devise text, au date, regime text, terme date, principal numeric,
			   penalites numeric, indemnite numeric, frais numeric, total numeric, par_jour numeric, penalites_arretees_au date,
			   en_compte numeric, penalites_courues numeric, remises numeric, convention text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT r.*
	  FROM (SELECT creances._verifier_creance($1, $2, $3, $4, $7) AS au OFFSET 0) q
	 CROSS JOIN LATERAL creances._reste_du($1, $2, $3, q.au, $5, $6, $7) r;
END;
COMMENT ON FUNCTION creances.reste_du(text, text, integer, date, text, text, text) IS
'Ce qui peut etre reclame d''une creance un jour donne : terme, principal, penalites restant dues, indemnite forfaitaire (EUR), frais, total dans la devise (sans le principal avant le terme), ce que chaque jour de plus ajoute (NULL : taux inconnu), et les conventions employees. Les penalites sont arretees au dernier jour dont le taux est connu, et la colonne le dit.';

CREATE FUNCTION creances.reste_du_debiteur(
	creancier text, debiteur text, au date DEFAULT creances.aujourdhui(),
	imputation text DEFAULT 'principal', arrondi text DEFAULT 'total', correction text DEFAULT 'origine')
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, devise text, au date, regime text, terme date, principal numeric,
			   penalites numeric, indemnite numeric, frais numeric, total numeric, par_jour numeric, penalites_arretees_au date,
			   en_compte numeric, penalites_courues numeric, remises numeric, convention text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.*
	  FROM (SELECT creances._verifier_debiteur($1, $2, $3, $6) AS au) q
	 CROSS JOIN LATERAL (
			SELECT c.facture, c.rang, c.echeance FROM creances.creance c WHERE c.creancier = $1 AND c.debiteur = $2
			UNION
			-- his on that day, another's since
			SELECT c.facture, c.rang, c.echeance
			  FROM creances.creance_version v JOIN creances.creance c USING (creancier, facture, rang)
			 WHERE v.creancier = $1 AND v.debiteur = $2 AND v.jusque > q.au) x
	 CROSS JOIN LATERAL creances._reste_du($1, x.facture, x.rang, q.au, $4, $5, $6) r
	 WHERE r.debiteur = $2 AND (r.total > 0 OR r.indemnite > 0 OR r.en_compte > 0)
	 ORDER BY x.echeance, x.facture, x.rang;
END;
COMMENT ON FUNCTION creances.reste_du_debiteur(text, text, date, text, text, text) IS
'reste_du() de chaque facture d''un client dont quelque chose peut etre reclame, ou qu''il a trop payee : aussi celles dont le principal est paye en retard et les accessoires restent dus. Ce que le client a en compte (trop-percus, avoirs) n''en est pas deduit.';

-- Those whose principal is paid, late, and whose accessories are not.
CREATE FUNCTION creances.accessoires_dus(
	creancier text, depuis date DEFAULT creances.aujourdhui() - 365, au date DEFAULT creances.aujourdhui(),
	imputation text DEFAULT 'principal', arrondi text DEFAULT 'total', correction text DEFAULT 'origine')
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, devise text, au date, regime text, terme date, principal numeric,
			   penalites numeric, indemnite numeric, frais numeric, total numeric, par_jour numeric, penalites_arretees_au date,
			   en_compte numeric, penalites_courues numeric, remises numeric, convention text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.*
	  FROM (SELECT creances._verifier_au($3) AS au, creances._verifier_correction($6) AS correction OFFSET 0) q
	  JOIN creances.creance c ON c.creancier = $1 AND c.soldee_le BETWEEN $2 AND q.au
							 AND c.soldee_le > c.echeance AND c.montant > 0 AND c.retiree_le IS NULL
	 CROSS JOIN LATERAL creances._reste_du($1, c.facture, c.rang, q.au, $4, $5, q.correction) r
	 WHERE r.total > 0 OR r.indemnite > 0
	 ORDER BY r.debiteur, c.echeance, c.facture, c.rang;
END;
COMMENT ON FUNCTION creances.accessoires_dus(text, date, date, text, text, text) IS
'reste_du() des factures soldees en retard depuis une date (un an par defaut), tous clients : les penalites et les 40 EUR que le paiement du principal n''eteint pas.';

-- ------------------------------------------------------------ without a table

CREATE FUNCTION creances.indemnite_forfaitaire(
	echeance date, au date, type text DEFAULT 'professionnel', soldee_le date DEFAULT NULL, jugement date DEFAULT NULL,
	zone text DEFAULT 'metropole')
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	terme date;
BEGIN
	IF echeance IS NULL OR au IS NULL OR zone IS NULL THEN
		RETURN NULL;
	END IF;
	IF NOT isfinite(echeance) OR NOT isfinite(au) OR NOT isfinite(jugement) OR NOT isfinite(soldee_le) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = 'date infinie refusée', HINT = 'Donnez une date du calendrier.';
	END IF;
	IF type IS NULL OR type NOT IN ('professionnel', 'public', 'consommateur') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('type de débiteur inconnu : %s', coalesce(type, 'NULL')),
			HINT = 'Les types sont professionnel, public et consommateur.';
	END IF;
	terme := CASE type WHEN 'public' THEN creances.jour_ouvre_suivant(echeance, zone) ELSE echeance END;
	RETURN CASE WHEN type <> 'consommateur' AND au > terme AND terme >= CASE type WHEN 'public' THEN date '2013-03-16' ELSE date '2012-12-31' END
					 AND (soldee_le IS NULL OR soldee_le > terme) AND (jugement IS NULL OR echeance < jugement)
				THEN 40 ELSE 0 END;
END $$;
COMMENT ON FUNCTION creances.indemnite_forfaitaire(date, date, text, date, date, text) IS
'Indemnite forfaitaire de recouvrement d''une facture, en EUR : 40 des le premier jour de retard et pour toujours, une fois par facture, sans TVA, hors de l''assiette des penalites (C. com. D441-5 ; CCP D2192-35) ; jamais d''un consommateur, ni pour un retard d''avant 2013 (16 mars 2013 pour un acheteur public), ni pour une echeance posterieure au jugement d''ouverture. soldee_le : jour du paiement entier (NULL : impayee).';

CREATE FUNCTION creances.interets_moratoires_publics(
	montant numeric, reception date, au date, delai integer DEFAULT 30, zone text DEFAULT 'metropole')
RETURNS TABLE (terme date, du date, jusque date, jours integer, taux numeric, interets numeric, indemnite numeric, total numeric, texte text)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF montant IS NULL OR reception IS NULL OR au IS NULL OR delai IS NULL OR zone IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le montant, la réception, la date d''arrêté, le délai et la zone ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT * FROM creances.interets_moratoires_publics(1850, ''2026-01-10'', ''2026-03-31'').';
	END IF;
	IF reception > date '9999-12-31' OR NOT isfinite(reception) OR au > date '9999-12-31' OR NOT isfinite(au) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = 'date infinie ou au-delà de 9999', HINT = 'Donnez une date du calendrier.';
	END IF;
	IF delai NOT BETWEEN 1 AND 60 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('délai de paiement public hors limites : %s jours', delai),
			HINT = 'Il est de 30 jours, 50 (santé, armées), 60 (entreprises publiques), ou plus court par contrat (CCP R2192-10, R2192-11, L2192-10).';
	END IF;
	PERFORM creances._refuser_regime(reception < date '2013-03-16');
	terme := creances.jour_ouvre_suivant(reception + delai, zone);
	du := terme + 1;
	jusque := au;
	jours := greatest(au - terme, 0);
	interets := creances.penalite_retard(montant, terme, au, 'BCE+8 fixe');
	indemnite := CASE WHEN montant > 0 THEN creances.indemnite_forfaitaire(terme, au, 'public', NULL, NULL, zone) ELSE 0 END;
	total := interets + indemnite;
	IF jours = 0 OR montant <= 0 THEN
		texte := format('rien n''est dû en plus : le délai de %s jours expire le %s', delai, to_char(terme, 'DD/MM/YYYY'));
	ELSE
		taux := creances.taux_applicable('BCE+8 fixe', du);
		texte := format('délai de %s jours expiré le %s%s ; taux BCE + 8 points du semestre où les intérêts ont commencé, pour tout le retard (CCP R2192-31) ; base 365 ; indemnité forfaitaire (CCP D2192-35)',
						delai, to_char(terme, 'DD/MM/YYYY'),
						CASE WHEN terme > reception + delai THEN ', dernier jour reporté au jour ouvré suivant' ELSE '' END);
	END IF;
	RETURN NEXT;
END $$;
COMMENT ON FUNCTION creances.interets_moratoires_publics(numeric, date, date, integer, text) IS
'Interets moratoires dus de plein droit par un acheteur public sur un montant TTC, de la reception de la demande de paiement a la date de mise en paiement incluse : terme, jours, taux fixe (CCP R2192-31), interets, indemnite de 40 EUR. Contrats conclus depuis le 16 mars 2013 ; avant : erreur RC004.';
