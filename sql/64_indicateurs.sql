-- What the credit manager measures, each with its formula in its COMMENT, at any
-- past date, per creditor, segment or debtor, never across currencies.
--
-- As the facts dated up to the end of the period say: the version of an item
-- that held then, the movements dated by then. What has been moved to another
-- debtor, corrected or deleted since is as it was.
--
-- Nothing here reads the whole history: what is open then (_etat_au), what was
-- born or fell due in the period, what moved in it, what was changed later.

-- access paths. Summaries of the heap, a few kilobytes for millions of rows and
-- next to nothing for who writes: items and versions come in about the order of
-- these dates.
CREATE INDEX creance_nee_le ON creances.creance USING brin (nee_le) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX creance_echeance ON creances.creance USING brin (echeance) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX creance_version_jusque ON creances.creance_version USING brin (jusque) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX relance_envoyee ON creances.relance USING brin (envoyee_le) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX acte_genre ON creances.acte (genre, le);

-- ------------------------------------------------------------------ kernels

CREATE FUNCTION creances._verifier_nombres(VARIADIC nombres numeric[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n numeric;
BEGIN
	FOREACH n IN ARRAY nombres LOOP
		IF n IN ('NaN', 'Infinity', '-Infinity') THEN
			RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('ce n''est pas un nombre fini : %s', n),
				HINT = 'Donnez des montants finis, dans une seule devise.';
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION creances._verifier_nombres(numeric[]) IS 'Refuse NaN et les infinis.';

CREATE FUNCTION creances.dso_balance(encours numeric, ventes numeric, jours integer) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM creances._verifier_nombres(encours, ventes);
	IF jours < 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('nombre de jours négatif : %s', jours), HINT = 'Donnez les jours de la période des ventes.';
	END IF;
	RETURN CASE WHEN ventes > 0 THEN round(encours / ventes * jours, 2) END;
END $$;
COMMENT ON FUNCTION creances.dso_balance(numeric, numeric, integer) IS
'DSO par la balance (délai moyen de règlement des clients) : encours de fin / ventes TTC de la période x jours de la période, à 0,01 jour. NULL si les ventes ne sont pas positives. Exemples publiés : 30 000 / 60 000 x 90 = 45 jours ; 5 700 / 7 600 x 91 = 68,25 jours.';

CREATE FUNCTION creances.dso_epuisement(encours numeric, ventes numeric[], jours integer[]) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	reste numeric := encours;
	total integer := 0;
BEGIN
	IF cardinality(ventes) <> cardinality(jours) OR array_ndims(ventes) > 1 OR array_ndims(jours) > 1
	   OR array_position(ventes, NULL) IS NOT NULL OR array_position(jours, NULL) IS NOT NULL OR 0 > ANY (jours) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'chaque mois a ses ventes et son nombre de jours',
			HINT = 'Donnez deux tableaux de même longueur, le mois le plus récent en premier : dso_epuisement(2500, ''{1200,800,700}'', ''{30,31,30}'').';
	END IF;
	PERFORM creances._verifier_nombres(VARIADIC encours || ventes);
	IF reste <= 0 THEN
		RETURN 0;
	END IF;
	FOR i IN 1 .. cardinality(ventes) LOOP
		IF ventes[array_lower(ventes, 1) + i - 1] >= reste THEN
			RETURN round(total + reste / ventes[array_lower(ventes, 1) + i - 1] * jours[array_lower(jours, 1) + i - 1], 2);
		END IF;
		reste := reste - ventes[array_lower(ventes, 1) + i - 1];
		total := total + jours[array_lower(jours, 1) + i - 1];
	END LOOP;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION creances.dso_epuisement(numeric, numeric[], integer[]) IS
'DSO par épuisement (count-back) : l''encours est épuisé par les ventes TTC des mois, du plus récent au plus ancien ; un mois épuisé compte tous ses jours, le dernier au prorata (reste / ventes du mois x jours du mois). Un mois dont les avoirs dépassent les ventes ajoute à ce qui reste à épuiser. 0 si l''encours n''est pas positif ; NULL si les ventes données ne l''épuisent pas. Exemple publié : 2 500 d''encours, ventes de 1 200 (30 jours), 800 (31) et 700 (30) : 30 + 31 + 500 / 700 x 30 = 82,43 jours.';

CREATE FUNCTION creances.cei_formule(debut numeric, ventes numeric, fin numeric, non_echu numeric, mois numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM creances._verifier_nombres(debut, ventes, fin, non_echu, mois);
	RETURN CASE WHEN mois > 0 AND debut + ventes / mois - non_echu > 0
				THEN round((debut + ventes / mois - fin) / (debut + ventes / mois - non_echu) * 100, 2) END;
END $$;
COMMENT ON FUNCTION creances.cei_formule(numeric, numeric, numeric, numeric, numeric) IS
'CEI (Collection Effectiveness Index, Credit Research Foundation), en % : (encours de début + ventes / mois - encours de fin) / (encours de début + ventes / mois - non échu de fin) x 100. 100 : tout ce qui pouvait être encaissé l''a été. NULL si le dénominateur n''est pas positif. Exemple publié : (6 200 + 10 890 / 3 - 6 340) / (6 200 + 10 890 / 3 - 3 590) = 55,9 %.';

-- ------------------------------------------------------------------- grains

CREATE FUNCTION creances._verifier_periode(du date, au date, par text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
BEGIN
	IF du IS NULL OR au IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'les dates de la période ne peuvent pas être NULL',
			HINT = 'Donnez le premier jour (du) et le dernier (au), tous deux compris.';
	END IF;
	IF NOT isfinite(du) OR NOT isfinite(au) OR du < date '0001-01-01' OR au > date '9999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('période du %s au %s : ses dates vont de l''an 1 à 9999', du, au),
			HINT = 'Donnez le premier jour (du) et le dernier (au), tous deux compris.';
	END IF;
	IF du > au THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('période à l''envers : du %s au %s', du, au),
			HINT = 'Donnez le premier jour (du) et le dernier (au), tous deux compris.';
	END IF;
	IF par IS NULL OR par NOT IN ('creancier', 'segment', 'debiteur') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('maille inconnue : %s', coalesce(par, 'NULL')),
			HINT = 'Les mailles sont creancier (par défaut), segment et debiteur.';
	END IF;
	RETURN true;
END $$;
COMMENT ON FUNCTION creances._verifier_periode(date, date, text) IS 'Refuse une période NULL, infinie ou à l''envers, et une maille inconnue.';

CREATE FUNCTION creances._verifier_bornes(bornes integer[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF array_lower(bornes, 1) <> 1 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'les bornes ne commencent pas au rang 1', HINT = 'Exemple : ''{30,60,90,120}''.';
	END IF;
	-- (the aggregate has its own words for the others)
	PERFORM creances.balance_agee(1, date '2000-01-01', date '2000-01-01', bornes);
	RETURN true;
END $$;
COMMENT ON FUNCTION creances._verifier_bornes(integer[]) IS 'Refuse des bornes que balance_agee() refuserait.';

CREATE FUNCTION creances._verifier_methode(methode text, du date, au date) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF methode IS NULL OR methode NOT IN ('balance', 'epuisement', 'glissant') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('méthode de DSO inconnue : %s', coalesce(methode, 'NULL')),
			HINT = 'Les méthodes sont balance (par défaut), epuisement et glissant.';
	END IF;
	-- one balance a month
	IF methode = 'glissant' AND au - du > 3660 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'une moyenne glissante porte au plus sur dix ans',
			HINT = 'Donnez une période plus courte, douze mois par usage.';
	END IF;
	RETURN true;
END $$;
COMMENT ON FUNCTION creances._verifier_methode(text, date, date) IS 'Refuse une méthode de DSO inconnue.';

CREATE FUNCTION creances._fin_de_mois(jour date) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT ((jour - extract(day FROM jour)::integer + 1)::timestamp + interval '1 month')::date - 1;
END;
COMMENT ON FUNCTION creances._fin_de_mois(date) IS 'Dernier jour du mois.';

-- --------------------------------------------------------- what they read

-- The state that held on a day of what was changed later.
CREATE FUNCTION creances._versions_au(au date)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, nee_le date, echeance date, montant numeric, devise text, retiree boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT DISTINCT ON (x.creancier, x.facture, x.rang) x.creancier, x.facture, x.rang, x.debiteur, x.nee_le, x.echeance, x.montant, x.devise, x.retiree
	  FROM creances.creance_version x
	 WHERE x.jusque > au
	 ORDER BY x.creancier, x.facture, x.rang, x.version;
END;
COMMENT ON FUNCTION creances._versions_au(date) IS 'État à une date des créances changées depuis.';

-- What left the filter once it was paid was sold and paid; what was deleted, or
-- left unpaid, never was.
CREATE FUNCTION creances._sortie_soldee(creancier text, facture text, rang integer, montant numeric, motif text) RETURNS TABLE (soldee boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT true FROM creances.reglement r
	 WHERE motif IN ('hors du filtre', 'suivi cesse') AND r.creancier = _sortie_soldee.creancier AND r.facture = _sortie_soldee.facture
	   AND r.rang = _sortie_soldee.rang
	HAVING sum(r.montant) = _sortie_soldee.montant;
END;
COMMENT ON FUNCTION creances._sortie_soldee(text, text, integer, numeric, text) IS 'Une ligne si une créance retirée était soldée quand elle a quitté le filtre.';

CREATE FUNCTION creances._nees_au(du date, au date)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, devise text, nee_le date, echeance date, montant numeric, nature text, en_compte boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.creancier, c.facture, c.rang, c.debiteur, c.devise, c.nee_le, c.echeance, c.montant, c.nature, creances._en_compte(c.nature, c.facture, c.montant)
	  FROM creances.creance c
	 WHERE c.nee_le BETWEEN du AND au AND (c.version_le IS NULL OR c.version_le <= au)
	   AND CASE WHEN c.retiree_le IS NULL THEN true
				ELSE EXISTS (SELECT FROM creances._sortie_soldee(c.creancier, c.facture, c.rang, c.montant, c.retiree_motif)) END
	UNION ALL
	SELECT v.creancier, v.facture, v.rang, v.debiteur, v.devise, v.nee_le, v.echeance, v.montant, c.nature, creances._en_compte(c.nature, c.facture, v.montant)
	  FROM creances._versions_au(au) v
	  JOIN creances.creance c ON c.creancier = v.creancier AND c.facture = v.facture AND c.rang = v.rang
	 WHERE v.nee_le BETWEEN du AND au AND NOT v.retiree AND c.version_le > au;
END;
COMMENT ON FUNCTION creances._nees_au(date, date) IS 'Créances entrées dans les balances pendant une période, telles que son dernier jour les connaissait ; sans celles retirées alors, sauf soldées en quittant le filtre.';

CREATE FUNCTION creances._echues_au(du date, au date)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, devise text, nee_le date, echeance date, montant numeric, nature text, en_compte boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.creancier, c.facture, c.rang, c.debiteur, c.devise, c.nee_le, c.echeance, c.montant, c.nature, creances._en_compte(c.nature, c.facture, c.montant)
	  FROM creances.creance c
	 WHERE c.echeance BETWEEN du AND au AND c.nee_le <= au AND (c.version_le IS NULL OR c.version_le <= au)
	   AND CASE WHEN c.retiree_le IS NULL THEN true
				ELSE EXISTS (SELECT FROM creances._sortie_soldee(c.creancier, c.facture, c.rang, c.montant, c.retiree_motif)) END
	UNION ALL
	SELECT v.creancier, v.facture, v.rang, v.debiteur, v.devise, v.nee_le, v.echeance, v.montant, c.nature, creances._en_compte(c.nature, c.facture, v.montant)
	  FROM creances._versions_au(au) v
	  JOIN creances.creance c ON c.creancier = v.creancier AND c.facture = v.facture AND c.rang = v.rang
	 WHERE v.echeance BETWEEN du AND au AND v.nee_le <= au AND NOT v.retiree AND c.version_le > au;
END;
COMMENT ON FUNCTION creances._echues_au(date, date) IS 'Créances échues pendant une période, telles que son dernier jour les connaissait ; sans celles retirées alors, sauf soldées en quittant le filtre.';

-- Movements with the state of their item. A reversal bears the date of what it
-- takes back: that of its own row in the ERP's table of payments when it undoes
-- it, else of the last payment before it, one of its amount if there is one. A
-- date that the ERP did not give at the opening is unknown.
CREATE FUNCTION creances._mouvements_au(du date, au date)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, devise text, nee_le date, echeance date, montant_creance numeric, piece text,
			   en_compte boolean, le date, valeur date, nature text, montant numeric, sans_date boolean, due boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.creancier, c.facture, c.rang, e.debiteur, e.devise, e.nee_le, e.echeance, e.montant, c.nature,
		   k.en_compte, r.le, CASE WHEN o.reglement IS NULL THEN least(r.le, r.dit_le) ELSE least(o.le, o.dit_le) END, r.nature, r.montant,
		   CASE WHEN o.reglement IS NULL THEN r.reprise AND r.dit_le IS NULL AND c.reprise_le IS NOT DISTINCT FROM r.le
				ELSE o.reprise AND o.dit_le IS NULL AND c.reprise_le IS NOT DISTINCT FROM o.le END,
		   e.montant > 0 AND NOT k.en_compte
	  FROM creances.reglement r
	  JOIN creances.creance c ON c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > au
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (
		SELECT coalesce(v.debiteur, c.debiteur) AS debiteur, coalesce(v.devise, c.devise) AS devise, coalesce(v.nee_le, c.nee_le) AS nee_le,
			   coalesce(v.echeance, c.echeance) AS echeance, coalesce(v.montant, c.montant) AS montant,
			   CASE WHEN v.version IS NOT NULL THEN v.retiree WHEN c.retiree_le IS NULL THEN false
					ELSE NOT EXISTS (SELECT FROM creances._sortie_soldee(c.creancier, c.facture, c.rang, c.montant, c.retiree_motif)) END AS retiree) e
	 CROSS JOIN LATERAL (SELECT creances._en_compte(c.nature, c.facture, e.montant) AS en_compte) k
	  LEFT JOIN LATERAL (SELECT p.reglement, p.le, p.dit_le, p.reprise FROM creances.reglement p
						  WHERE r.nature = 'annulation' AND p.creancier = r.creancier AND p.facture = r.facture AND p.rang = r.rang
							AND p.nature IN ('paiement', 'acompte') AND p.montant > 0 AND p.le <= r.le
							AND (r.dit_le IS NULL OR NOT EXISTS (SELECT FROM creances.reglement g WHERE g.suivi = r.suivi AND g.cle = r.cle AND g.montant > 0))
						  ORDER BY p.montant = -r.montant DESC, p.le DESC, p.connu_le DESC, p.reglement DESC LIMIT 1) o ON true
	 WHERE r.le BETWEEN du AND au AND NOT e.retiree;
END;
COMMENT ON FUNCTION creances._mouvements_au(date, date) IS
'Mouvements d''une période, avec l''état de leur créance au dernier jour. valeur : date du règlement (la date de l''ERP si elle est plus ancienne) ; celle d''un rejet est celle du paiement repris. sans_date : réglé avant la reprise, on ne sait quand. due : créance à recouvrer (ni avoir, ni argent en compte).';

-- The same of one item, up to a day.
CREATE FUNCTION creances._mouvements_de(creancier text, facture text, rang integer, au date)
RETURNS TABLE (le date, valeur date, nature text, montant numeric, sans_date boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.le, CASE WHEN o.reglement IS NULL THEN least(r.le, r.dit_le) ELSE least(o.le, o.dit_le) END, r.nature, r.montant,
		   CASE WHEN NOT coalesce(o.reprise, r.reprise) THEN false
				ELSE CASE WHEN o.reglement IS NULL THEN r.dit_le ELSE o.dit_le END IS NULL AND EXISTS (SELECT FROM creances.creance c
					  WHERE c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang AND c.reprise_le = coalesce(o.le, r.le)) END
	  FROM creances.reglement r
	  LEFT JOIN LATERAL (SELECT p.reglement, p.le, p.dit_le, p.reprise FROM creances.reglement p
						  WHERE r.nature = 'annulation' AND p.creancier = r.creancier AND p.facture = r.facture AND p.rang = r.rang
							AND p.nature IN ('paiement', 'acompte') AND p.montant > 0 AND p.le <= r.le
							AND (r.dit_le IS NULL OR NOT EXISTS (SELECT FROM creances.reglement g WHERE g.suivi = r.suivi AND g.cle = r.cle AND g.montant > 0))
						  ORDER BY p.montant = -r.montant DESC, p.le DESC, p.connu_le DESC, p.reglement DESC LIMIT 1) o ON true
	 WHERE r.creancier = _mouvements_de.creancier AND r.facture = _mouvements_de.facture AND r.rang = _mouvements_de.rang AND r.le <= au;
END;
COMMENT ON FUNCTION creances._mouvements_de(text, text, integer, date) IS 'Mouvements d''une créance jusqu''à une date : voir _mouvements_au().';

-- One item on a day, as _etat_au() has it, settled or not.
CREATE FUNCTION creances._solde_au(creancier text, facture text, rang integer, au date)
RETURNS TABLE (debiteur text, devise text, solde numeric, en_compte boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.debiteur, e.devise, e.montant - m.somme, e.nee_le > au OR creances._en_compte(c.nature, c.facture, e.montant - m.somme)
	  FROM creances.creance c
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > au
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (
		SELECT coalesce(v.debiteur, c.debiteur) AS debiteur, coalesce(v.devise, c.devise) AS devise, coalesce(v.nee_le, c.nee_le) AS nee_le,
			   CASE WHEN coalesce(v.nee_le, c.nee_le) <= au THEN coalesce(v.montant, c.montant) ELSE 0 END AS montant,
			   coalesce(v.retiree, c.retiree_le IS NOT NULL) AS retiree) e
	 CROSS JOIN LATERAL (SELECT coalesce(sum(r.montant), 0) AS somme FROM creances.reglement r
						  WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= au) m
	 WHERE c.creancier = _solde_au.creancier AND c.facture = _solde_au.facture AND c.rang = _solde_au.rang AND NOT e.retiree;
END;
COMMENT ON FUNCTION creances._solde_au(text, text, integer, date) IS 'Solde d''une créance à une date (voir _etat_au) ; aucune ligne si elle était retirée.';

-- What was sold: invoices and credit notes, whichever way they come.
CREATE FUNCTION creances._ventes(du date, au date)
RETURNS TABLE (creancier text, debiteur text, devise text, le date, montant numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT n.creancier, n.debiteur, n.devise, n.nee_le, n.montant FROM creances._nees_au(du, au) n WHERE n.nature <> 'acompte'
	UNION ALL
	SELECT m.creancier, m.debiteur, m.devise, m.le, -m.montant FROM creances._mouvements_au(du, au) m WHERE m.nature = 'avoir' AND m.piece <> 'acompte';
END;
COMMENT ON FUNCTION creances._ventes(date, date) IS 'Ventes TTC d''une période : factures moins avoirs, acomptes exclus.';

-- What is owed on a day, by debtor.
CREATE FUNCTION creances._encours(au date)
RETURNS TABLE (creancier text, debiteur text, devise text, encours numeric, creances numeric, non_echu numeric, echu numeric, plus_de_90 numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.creancier, e.debiteur, e.devise, sum(e.solde), coalesce(sum(e.solde) FILTER (WHERE e.solde > 0 AND NOT e.en_compte), 0),
		   coalesce(sum(e.solde) FILTER (WHERE e.solde > 0 AND NOT e.en_compte AND e.echeance >= au), 0),
		   coalesce(sum(e.solde) FILTER (WHERE e.solde > 0 AND NOT e.en_compte AND e.echeance < au), 0),
		   coalesce(sum(e.solde) FILTER (WHERE e.solde > 0 AND NOT e.en_compte AND au - e.echeance > 90), 0)
	  FROM creances._etat_au(au) e
	 GROUP BY e.creancier, e.debiteur, e.devise;
END;
COMMENT ON FUNCTION creances._encours(date) IS 'Ce qui est dû à une date, par débiteur et devise : encours (crédits et argent en compte déduits), créances brutes, et leur âge.';

-- The mean of the balances at the ends of the months of ]du;au] and at the last
-- day, in one reading: a fact weighs as many of these days as it was there. What
-- was changed since the first of them is weighed day by day.
CREATE FUNCTION creances._encours_moyen(du date, au date)
RETURNS TABLE (creancier text, debiteur text, devise text, encours numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH jours AS (
		SELECT array_agg(d.jour ORDER BY d.jour) AS jours
		  FROM (SELECT creances._fin_de_mois(m.debut::date) AS jour
				  FROM generate_series((_encours_moyen.du + 1 - extract(day FROM _encours_moyen.du + 1)::integer + 1)::timestamp, _encours_moyen.au::timestamp, '1 month') m(debut)
				 WHERE creances._fin_de_mois(m.debut::date) < _encours_moyen.au
				UNION ALL
				SELECT _encours_moyen.au) d
	)
	SELECT x.creancier, x.debiteur, x.devise, sum(x.montant * x.poids) / (SELECT cardinality(j.jours) FROM jours j)
	  FROM (SELECT f.creancier, f.debiteur, f.devise, f.montant, cardinality(j.jours) - width_bucket(f.le - 1, j.jours) AS poids
			  FROM jours j
			 CROSS JOIN (
				SELECT c.creancier, c.debiteur, c.devise, c.nee_le AS le, c.montant
				  FROM creances.creance c
				 WHERE (c.solde <> 0 OR c.soldee_le > least(_encours_moyen.au, creances._fin_de_mois(_encours_moyen.du + 1))) AND c.retiree_le IS NULL
				   AND (c.version_le IS NULL OR c.version_le <= least(_encours_moyen.au, creances._fin_de_mois(_encours_moyen.du + 1))) AND c.nee_le <= _encours_moyen.au
				UNION ALL
				SELECT c.creancier, c.debiteur, c.devise, r.le, -r.montant
				  FROM creances.creance c
				  JOIN creances.reglement r ON r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang
				 WHERE (c.solde <> 0 OR c.soldee_le > least(_encours_moyen.au, creances._fin_de_mois(_encours_moyen.du + 1))) AND c.retiree_le IS NULL
				   AND (c.version_le IS NULL OR c.version_le <= least(_encours_moyen.au, creances._fin_de_mois(_encours_moyen.du + 1))) AND r.le <= _encours_moyen.au) f
			UNION ALL
			SELECT c.creancier, s.debiteur, s.devise, s.solde, 1
			  FROM creances.creance c
			 CROSS JOIN (SELECT unnest(j.jours) AS jour FROM jours j) d
			 CROSS JOIN LATERAL creances._solde_au(c.creancier, c.facture, c.rang, d.jour) s
			 WHERE (c.solde <> 0 OR c.soldee_le > least(_encours_moyen.au, creances._fin_de_mois(_encours_moyen.du + 1)))
			   AND c.version_le > least(_encours_moyen.au, creances._fin_de_mois(_encours_moyen.du + 1))) x
	 GROUP BY x.creancier, x.debiteur, x.devise
	HAVING sum(x.montant * x.poids) <> 0;
END;
COMMENT ON FUNCTION creances._encours_moyen(date, date) IS 'Moyenne des encours de fin de mois d''une période, dernier jour compris et premier exclu.';

-- (The indicators themselves are in plpgsql: their dates are looked at once,
-- whatever is given for them, the plan is made for these dates, and none of it
-- is worth compiling.)

-- ---------------------------------------------------------------------- DSO

CREATE FUNCTION creances.dso(du date, au date, methode text DEFAULT 'balance', par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, encours numeric, ventes numeric, jours integer, dso numeric, complet boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(dso.du, dso.au, dso.par);
	PERFORM creances._verifier_methode(dso.methode, dso.du, dso.au);
	RETURN QUERY
	WITH faits AS (
		SELECT e.creancier, e.debiteur, e.devise, NULL::date AS mois, e.encours, NULL::numeric AS ventes
		  FROM creances._encours(dso.au) e
		 WHERE dso.methode <> 'glissant'
		UNION ALL
		SELECT e.creancier, e.debiteur, e.devise, NULL, e.encours, NULL
		  FROM creances._encours_moyen(dso.du, dso.au) e
		 WHERE dso.methode = 'glissant'
		UNION ALL
		SELECT v.creancier, v.debiteur, v.devise, v.le - extract(day FROM v.le)::integer + 1, NULL, v.montant
		  FROM creances._ventes(dso.du, dso.au) v
	), debiteurs AS (
		-- (by debtor first, here and below: where nothing is known of the tables, the join that follows is no product)
		SELECT f.creancier, f.debiteur, f.devise, f.mois, sum(f.encours) AS encours, sum(f.ventes) AS ventes FROM faits f GROUP BY 1, 2, 3, 4
	), mailles AS (
		SELECT f.creancier, CASE WHEN dso.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN dso.par = 'debiteur' THEN f.debiteur END AS debiteur, f.devise,
			   f.mois, sum(f.encours) AS encours, coalesce(sum(f.ventes), 0) AS ventes
		  FROM debiteurs f
		  LEFT JOIN creances.debiteur d ON d.creancier = f.creancier AND d.debiteur = f.debiteur
		 GROUP BY 1, 2, 3, 4, 5
	), cumuls AS (
		SELECT m.creancier, m.segment, m.debiteur, m.devise, m.mois, m.ventes, coalesce(sum(m.encours) OVER g, 0) AS encours,
			   sum(m.ventes) OVER (g ORDER BY m.mois DESC NULLS FIRST) AS cumul
		  FROM mailles m
		WINDOW g AS (PARTITION BY m.creancier, m.segment, m.debiteur, m.devise)
	), totaux AS (
		SELECT c.creancier, c.segment, c.debiteur, c.devise, max(c.encours) AS encours, sum(c.ventes) AS ventes,
			   -- the month that exhausts it: the last one from which the sales make the balance
			   max(c.mois) FILTER (WHERE c.mois IS NOT NULL AND c.cumul >= c.encours) AS mois,
			   (array_agg(c.ventes ORDER BY c.mois DESC) FILTER (WHERE c.mois IS NOT NULL AND c.cumul >= c.encours))[1] AS du_mois,
			   (array_agg(c.cumul - c.ventes ORDER BY c.mois DESC) FILTER (WHERE c.mois IS NOT NULL AND c.cumul >= c.encours))[1] AS avant
		  FROM cumuls c
		 GROUP BY 1, 2, 3, 4
	)
	SELECT t.creancier, t.segment, t.debiteur, t.devise, t.encours::numeric(20,3), t.ventes::numeric(20,3), dso.au - dso.du + 1, r.dso, r.dso IS NOT NULL
	  FROM totaux t
	 CROSS JOIN LATERAL (SELECT greatest(dso.du, t.mois) AS debut, least(dso.au, creances._fin_de_mois(t.mois)) AS fin) b
	 CROSS JOIN LATERAL (
		SELECT CASE WHEN dso.methode <> 'epuisement' THEN creances.dso_balance(t.encours, t.ventes, dso.au - dso.du + 1)
					WHEN t.encours <= 0 THEN 0
					ELSE round(dso.au - b.fin + (t.encours - t.avant) / nullif(t.du_mois, 0) * (b.fin - b.debut + 1), 2) END AS dso) r;
END $$;
COMMENT ON FUNCTION creances.dso(date, date, text, text) IS
'DSO (days sales outstanding), en jours, du premier au dernier jour compris. balance : encours au dernier jour / ventes TTC de la période x ses jours (créances nettes des crédits et de l''argent en compte ; AFDCC et Credit Research Foundation). epuisement (count-back) : l''encours est épuisé par les ventes des mois civils en remontant du dernier jour, pas au-delà du premier ; jours entiers des mois épuisés + reste / ventes du mois x ses jours. glissant : moyenne des encours de fin de mois de la période, dernier jour compris et premier exclu, / ventes x jours. Ventes TTC : factures nées dans la période, moins les avoirs (pièces, ou mouvements liés à une facture), hors acomptes ; les pertes n''en sont ni déduites ni des règlements. par : creancier, segment (celui d''aujourd''hui : il n''a pas d''histoire ; vide : aucun) ou debiteur, toujours par devise. dso NULL et complet faux : pas de ventes, ou trop peu pour épuiser l''encours. Un encours négatif (clients créditeurs) donne un DSO négatif ; 0 par épuisement.';

CREATE FUNCTION creances.bpdso(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, non_echu numeric, ventes numeric, jours integer, bpdso numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(bpdso.du, bpdso.au, bpdso.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.non_echu::numeric(20,3), g.ventes::numeric(20,3), bpdso.au - bpdso.du + 1,
		   creances.dso_balance(g.non_echu, g.ventes, bpdso.au - bpdso.du + 1)
	  FROM (
		SELECT f.creancier, CASE WHEN bpdso.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN bpdso.par = 'debiteur' THEN f.debiteur END AS debiteur, f.devise,
			   coalesce(sum(f.non_echu), 0) AS non_echu, coalesce(sum(f.ventes), 0) AS ventes
		  FROM (SELECT u.creancier, u.debiteur, u.devise, sum(u.non_echu) AS non_echu, sum(u.ventes) AS ventes
				  FROM (SELECT e.creancier, e.debiteur, e.devise, e.non_echu, NULL::numeric AS ventes FROM creances._encours(bpdso.au) e
						UNION ALL
						SELECT v.creancier, v.debiteur, v.devise, NULL, v.montant FROM creances._ventes(bpdso.du, bpdso.au) v) u
				 GROUP BY 1, 2, 3) f
		  LEFT JOIN creances.debiteur d ON d.creancier = f.creancier AND d.debiteur = f.debiteur
		 GROUP BY 1, 2, 3, 4) g;
END $$;
COMMENT ON FUNCTION creances.bpdso(date, date, text) IS
'BPDSO (best possible DSO), en jours : créances non échues au dernier jour (brutes, échéance ce jour comprise) / ventes TTC de la période x ses jours ; le DSO si chacun payait à l''échéance (Credit Research Foundation). Ventes et mailles : voir dso(). NULL si les ventes ne sont pas positives.';

CREATE FUNCTION creances.add(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, dso numeric, bpdso numeric, add numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(add.du, add.au, add.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, r.dso, r.bpdso, r.dso - r.bpdso
	  FROM (
		SELECT f.creancier, CASE WHEN add.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN add.par = 'debiteur' THEN f.debiteur END AS debiteur, f.devise,
			   coalesce(sum(f.encours), 0) AS encours, coalesce(sum(f.non_echu), 0) AS non_echu, coalesce(sum(f.ventes), 0) AS ventes
		  FROM (SELECT u.creancier, u.debiteur, u.devise, sum(u.encours) AS encours, sum(u.non_echu) AS non_echu, sum(u.ventes) AS ventes
				  FROM (SELECT e.creancier, e.debiteur, e.devise, e.encours, e.non_echu, NULL::numeric AS ventes FROM creances._encours(add.au) e
						UNION ALL
						SELECT v.creancier, v.debiteur, v.devise, NULL, NULL, v.montant FROM creances._ventes(add.du, add.au) v) u
				 GROUP BY 1, 2, 3) f
		  LEFT JOIN creances.debiteur d ON d.creancier = f.creancier AND d.debiteur = f.debiteur
		 GROUP BY 1, 2, 3, 4) g
	 CROSS JOIN LATERAL (SELECT creances.dso_balance(g.encours, g.ventes, add.au - add.du + 1) AS dso,
								creances.dso_balance(g.non_echu, g.ventes, add.au - add.du + 1) AS bpdso) r;
END $$;
COMMENT ON FUNCTION creances.add(date, date, text) IS
'ADD (average days delinquent, retard moyen d''encaissement ; Credit Research Foundation), en jours : DSO par la balance - BPDSO. Négatif quand les crédits et l''argent en compte dépassent ce qui est échu. Voir dso() et bpdso().';

CREATE FUNCTION creances.cei(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, encours_debut numeric, ventes numeric, mois integer,
			   encours_fin numeric, non_echu_fin numeric, pertes numeric, cei numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(cei.du, cei.au, cei.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.debut::numeric(20,3), g.ventes::numeric(20,3), n.mois,
		   g.fin::numeric(20,3), g.non_echu::numeric(20,3), g.pertes::numeric(20,3),
		   creances.cei_formule(g.debut, g.ventes, g.fin + g.pertes, g.non_echu, n.mois)
	  FROM (
		SELECT f.creancier, CASE WHEN cei.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN cei.par = 'debiteur' THEN f.debiteur END AS debiteur, f.devise,
			   coalesce(sum(f.debut), 0) AS debut, coalesce(sum(f.ventes), 0) AS ventes, coalesce(sum(f.fin), 0) AS fin,
			   coalesce(sum(f.non_echu), 0) AS non_echu, coalesce(sum(f.pertes), 0) AS pertes
		  FROM (SELECT u.creancier, u.debiteur, u.devise, sum(u.debut) AS debut, sum(u.ventes) AS ventes, sum(u.fin) AS fin, sum(u.non_echu) AS non_echu, sum(u.pertes) AS pertes
				  FROM (SELECT e.creancier, e.debiteur, e.devise, e.encours AS debut, NULL::numeric AS ventes, NULL::numeric AS fin, NULL::numeric AS non_echu,
							   NULL::numeric AS pertes
						  FROM creances._encours(cei.du - 1) e
						UNION ALL
						SELECT v.creancier, v.debiteur, v.devise, NULL, v.montant, NULL, NULL, NULL FROM creances._ventes(cei.du, cei.au) v
						UNION ALL
						SELECT e.creancier, e.debiteur, e.devise, NULL, NULL, e.encours, e.non_echu, NULL FROM creances._encours(cei.au) e
						UNION ALL
						SELECT m.creancier, m.debiteur, m.devise, NULL, NULL, NULL, NULL, m.montant FROM creances._mouvements_au(cei.du, cei.au) m WHERE m.nature = 'perte') u
				 GROUP BY 1, 2, 3) f
		  LEFT JOIN creances.debiteur d ON d.creancier = f.creancier AND d.debiteur = f.debiteur
		 GROUP BY 1, 2, 3, 4) g
	 CROSS JOIN LATERAL (
		SELECT greatest(1, extract(year FROM a.age) * 12 + extract(month FROM a.age))::integer AS mois
		  FROM (SELECT age((cei.au + 1)::timestamp, cei.du::timestamp) AS age) a) n;
END $$;
COMMENT ON FUNCTION creances.cei(date, date, text) IS
'CEI (Collection Effectiveness Index, Credit Research Foundation), en % : (encours de début + ventes / mois - encours de fin) / (encours de début + ventes / mois - non échu de fin) x 100. encours_debut : veille de la période ; mois : mois entiers de la période, 1 au moins ; les passages en perte de la période (pertes) ne sont pas un recouvrement : ils sont rajoutés à l''encours de fin. Ventes et mailles : voir dso(). NULL si le dénominateur n''est pas positif.';

-- --------------------------------------------------------- what was recovered

CREATE FUNCTION creances.taux_recouvrement(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, echu numeric, avoirs numeric, regle numeric, regle_a_temps numeric,
			   perte numeric, reste numeric, taux numeric, taux_a_temps numeric, regle_sans_date numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(taux_recouvrement.du, taux_recouvrement.au, taux_recouvrement.par);
	RETURN QUERY
	WITH pieces AS (
		SELECT x.creancier, x.debiteur, x.devise, sum(x.montant) AS montant, sum(x.avoirs - (x.trop - t.regle)) AS avoirs, sum(x.regle - t.regle) AS regle,
			   sum(least(x.a_temps, x.regle - t.regle)) AS a_temps, sum(least(x.sans_date, x.regle - t.regle)) AS sans_date, sum(x.perte) AS perte,
			   sum(greatest(0, x.solde)) AS reste
		  FROM (SELECT e.creancier, e.debiteur, e.devise, e.montant, m.avoirs, m.regle, m.perte, m.a_temps, m.sans_date,
					   e.montant - m.avoirs - m.regle - m.perte AS solde,
					   greatest(0, m.avoirs + m.regle + m.perte - e.montant) AS trop
				  FROM creances._echues_au(taux_recouvrement.du, taux_recouvrement.au) e
				 CROSS JOIN LATERAL (
					SELECT coalesce(sum(r.montant) FILTER (WHERE r.nature IN ('avoir', 'correction')), 0) AS avoirs,
						   coalesce(sum(r.montant) FILTER (WHERE r.nature IN ('paiement', 'annulation', 'acompte')), 0) AS regle,
						   coalesce(sum(r.montant) FILTER (WHERE r.nature = 'perte'), 0) AS perte,
						   coalesce(sum(r.montant) FILTER (WHERE r.nature IN ('paiement', 'annulation', 'acompte') AND NOT r.sans_date AND r.valeur <= e.echeance), 0) AS a_temps,
						   coalesce(sum(r.montant) FILTER (WHERE r.nature IN ('paiement', 'annulation', 'acompte') AND r.sans_date), 0) AS sans_date
					  FROM creances._mouvements_de(e.creancier, e.facture, e.rang, taux_recouvrement.au) r) m
				 WHERE e.montant > 0 AND NOT e.en_compte) x
		 -- what is paid over and above is not recovered of what fell due
		 CROSS JOIN LATERAL (SELECT least(x.trop, greatest(0, x.regle)) AS regle) t
		 GROUP BY 1, 2, 3
	)
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.echu::numeric(20,3), g.avoirs::numeric(20,3), g.regle::numeric(20,3),
		   g.a_temps::numeric(20,3), g.perte::numeric(20,3), g.reste::numeric(20,3),
		   CASE WHEN g.echu - g.avoirs > 0 THEN round(g.regle / (g.echu - g.avoirs) * 100, 2) END,
		   CASE WHEN g.echu - g.avoirs - g.sans_date > 0 THEN round(g.a_temps / (g.echu - g.avoirs - g.sans_date) * 100, 2) END,
		   g.sans_date::numeric(20,3)
	  FROM (
		SELECT f.creancier, CASE WHEN taux_recouvrement.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN taux_recouvrement.par = 'debiteur' THEN f.debiteur END AS debiteur, f.devise,
			   sum(f.montant) AS echu, sum(f.avoirs) AS avoirs, sum(f.regle) AS regle, sum(f.a_temps) AS a_temps, sum(f.sans_date) AS sans_date,
			   sum(f.perte) AS perte, sum(f.reste) AS reste
		  FROM pieces f
		  LEFT JOIN creances.debiteur d ON d.creancier = f.creancier AND d.debiteur = f.debiteur
		 GROUP BY 1, 2, 3, 4) g;
END $$;
COMMENT ON FUNCTION creances.taux_recouvrement(date, date, text) IS
'Taux de recouvrement de ce qui est échu pendant une période, en % : règlements reçus jusqu''au dernier jour / (montants échus - avoirs) x 100. Sur les créances dont l''échéance tombe dans la période, un trop-perçu n''étant pas compté : echu - avoirs = regle + perte + reste. regle : paiements et acomptes imputés, moins les rejets ; avoirs : avoirs liés et corrections, qui baissent ce qui était dû ; perte : passages en perte, qui ne sont pas un recouvrement. taux_a_temps : regle_a_temps (au plus tard à l''échéance) / (echu - avoirs - regle_sans_date) ; regle_sans_date : réglé avant le suivi, on ne sait quand. Usage de la profession ; variante : ce qui est échu, avoirs hors du dénominateur. Mailles : voir dso(). NULL si le dénominateur n''est pas positif. Un avoir lettré par l''ERP comme un règlement (sans nature avoir) est compté comme tel : donnez-lui sa nature dans la correspondance.';

CREATE FUNCTION creances.retard_moyen_pondere(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, regle numeric, retard_moyen numeric, ecart_moyen numeric, delai_moyen numeric,
			   part_en_retard numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(retard_moyen_pondere.du, retard_moyen_pondere.au, retard_moyen_pondere.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.regle::numeric(20,3),
		   CASE WHEN g.regle > 0 THEN round(g.retards / g.regle, 2) END, CASE WHEN g.regle > 0 THEN round(g.ecarts / g.regle, 2) END,
		   CASE WHEN g.regle > 0 THEN round(g.delais / g.regle, 2) END, CASE WHEN g.regle > 0 THEN round(g.en_retard / g.regle * 100, 2) END
	  FROM (
		SELECT m.creancier, CASE WHEN retard_moyen_pondere.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN retard_moyen_pondere.par = 'debiteur' THEN m.debiteur END AS debiteur, m.devise,
			   sum(m.regle) AS regle, sum(m.retards) AS retards, sum(m.ecarts) AS ecarts, sum(m.delais) AS delais, sum(m.en_retard) AS en_retard
		  FROM (SELECT x.creancier, x.debiteur, x.devise, sum(x.montant) AS regle, sum(x.montant * greatest(0, x.valeur - x.echeance)) AS retards,
					   sum(x.montant * (x.valeur - x.echeance)) AS ecarts, sum(x.montant * (x.valeur - x.nee_le)) AS delais,
					   coalesce(sum(x.montant) FILTER (WHERE x.valeur > x.echeance), 0) AS en_retard
				  FROM creances._mouvements_au(retard_moyen_pondere.du, retard_moyen_pondere.au) x
				 WHERE x.due AND NOT x.sans_date AND x.nature IN ('paiement', 'annulation', 'acompte')
				 GROUP BY 1, 2, 3) m
		  LEFT JOIN creances.debiteur d ON d.creancier = m.creancier AND d.debiteur = m.debiteur
		 GROUP BY 1, 2, 3, 4) g;
END $$;
COMMENT ON FUNCTION creances.retard_moyen_pondere(date, date, text) IS
'Retard moyen pondéré des règlements reçus pendant une période, en jours : somme de (montant x jours après l''échéance, 0 si avant) / somme des montants. ecart_moyen : le même, les avances comptées en négatif ; delai_moyen : jours depuis la facture ; part_en_retard : % des montants reçus après l''échéance. Paiements et acomptes imputés sur des factures, à leur échéance connue au dernier jour ; un rejet retire le montant et les jours du paiement repris. Ni avoirs, ni pertes, ni ce qui était réglé avant le suivi à une date inconnue. Usage de la profession ; variante : pondéré par les montants reçus, non par facture. Mailles : voir dso(). NULL si les rejets dépassent les paiements. Un avoir lettré par l''ERP comme un règlement (sans nature avoir) est compté comme tel : donnez-lui sa nature dans la correspondance.';

CREATE FUNCTION creances.part_echue(au date DEFAULT creances.aujourdhui(), par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, creances numeric, echu numeric, plus_de_90 numeric, part_echue numeric,
			   part_plus_de_90 numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_au(part_echue.au);
	PERFORM creances._verifier_periode(part_echue.au, part_echue.au, part_echue.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.brut::numeric(20,3), g.echu::numeric(20,3), g.plus_de_90::numeric(20,3),
		   CASE WHEN g.brut > 0 THEN round(g.echu / g.brut * 100, 2) END, CASE WHEN g.brut > 0 THEN round(g.plus_de_90 / g.brut * 100, 2) END
	  FROM (
		SELECT e.creancier, CASE WHEN part_echue.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN part_echue.par = 'debiteur' THEN e.debiteur END AS debiteur, e.devise,
			   sum(e.creances) AS brut, sum(e.echu) AS echu, sum(e.plus_de_90) AS plus_de_90
		  FROM creances._encours(part_echue.au) e
		  LEFT JOIN creances.debiteur d ON d.creancier = e.creancier AND d.debiteur = e.debiteur
		 GROUP BY 1, 2, 3, 4) g
	 WHERE g.brut > 0;
END $$;
COMMENT ON FUNCTION creances.part_echue(date, text) IS
'Part échue et part échue depuis plus de 90 jours, à une date, en % : créances dont l''échéance est passée (de plus de 90 jours) / créances brutes x 100. creances : soldes positifs, sans déduire les crédits ni l''argent en compte. Usage de la profession (past due ratio) ; variante : sur l''encours brut. Mailles : voir dso().';

-- ------------------------------------------------------------------- rolling

CREATE FUNCTION creances._tranche(retard integer, bornes integer[]) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN retard <= 0 THEN 1 ELSE 2 + width_bucket(retard - 1, bornes) END;
END;
COMMENT ON FUNCTION creances._tranche(integer, integer[]) IS 'Tranche de balance_agee() pour un retard.';

CREATE FUNCTION creances._libelle_tranche(tranche integer, bornes integer[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN tranche = 1 THEN 'non echu' WHEN tranche > cardinality(bornes) + 1 THEN 'plus de ' || bornes[cardinality(bornes)] || ' jours'
				ELSE CASE WHEN tranche = 2 THEN 1 ELSE bornes[tranche - 2] + 1 END || ' a ' || bornes[tranche - 1] || ' jours' END;
END;
COMMENT ON FUNCTION creances._libelle_tranche(integer, integer[]) IS 'Libellé d''une tranche de balance_agee().';

CREATE FUNCTION creances.taux_roulement(du date, au date, bornes integer[] DEFAULT '{30,60,90,120}', par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, tranche integer, libelle text, vers text, ordre integer, montant numeric, taux numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(taux_roulement.du, taux_roulement.au, taux_roulement.par);
	PERFORM creances._verifier_bornes(taux_roulement.bornes);
	RETURN QUERY
	WITH pieces AS (
		SELECT a.creancier, a.debiteur, a.devise, creances._tranche(taux_roulement.du - a.echeance, taux_roulement.bornes) AS tranche, a.solde,
			   -- what was paid by the first day is not counted again
			   CASE WHEN z.la THEN least(a.solde, greatest(0, z.montant - (a.montant - a.solde) - m.tout)) ELSE 0 END AS reste,
			   creances._tranche(taux_roulement.au - z.echeance, taux_roulement.bornes) AS vers, m.regle, m.avoir, m.perte
		  FROM creances._etat_au(taux_roulement.du) a
		  JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
		  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
							  WHERE c.version_le > taux_roulement.au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang
								AND x.jusque > taux_roulement.au
							  ORDER BY x.version LIMIT 1) v ON true
		 -- (in another currency now: it is no longer that debt)
		 CROSS JOIN LATERAL (SELECT coalesce(v.echeance, c.echeance) AS echeance, coalesce(v.montant, c.montant) AS montant,
									NOT coalesce(v.retiree, c.retiree_le IS NOT NULL) AND coalesce(v.nee_le, c.nee_le) <= taux_roulement.au
									AND coalesce(v.devise, c.devise) = a.devise AS la) z
		 CROSS JOIN LATERAL (
			SELECT coalesce(sum(r.montant), 0) AS tout,
				   coalesce(sum(r.montant) FILTER (WHERE r.nature IN ('paiement', 'annulation', 'acompte')), 0) AS regle,
				   coalesce(sum(r.montant) FILTER (WHERE r.nature = 'avoir'), 0) AS avoir,
				   coalesce(sum(r.montant) FILTER (WHERE r.nature = 'perte'), 0) AS perte
			  FROM creances.reglement r
			 WHERE r.creancier = a.creancier AND r.facture = a.facture AND r.rang = a.rang AND r.le > taux_roulement.du AND r.le <= taux_roulement.au) m
		 WHERE a.solde > 0 AND NOT a.en_compte
		OFFSET 0
	), sorties AS (
		SELECT p.creancier, CASE WHEN taux_roulement.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN taux_roulement.par = 'debiteur' THEN p.debiteur END AS debiteur, p.devise, p.tranche, CASE WHEN p.reste > 0 THEN p.vers END AS vers,
			   sum(p.solde) AS solde, sum(p.reste) AS reste, sum(r.regle) AS regle, sum(a.avoir) AS avoir, sum(l.perte) AS perte
		  FROM pieces p
		 CROSS JOIN LATERAL (SELECT least(p.solde - p.reste, greatest(0, p.regle)) AS regle) r
		 CROSS JOIN LATERAL (SELECT least(p.solde - p.reste - r.regle, greatest(0, p.avoir)) AS avoir) a
		 CROSS JOIN LATERAL (SELECT least(p.solde - p.reste - r.regle - a.avoir, greatest(0, p.perte)) AS perte) l
		  LEFT JOIN creances.debiteur d ON d.creancier = p.creancier AND d.debiteur = p.debiteur
		 GROUP BY 1, 2, 3, 4, 5, 6
	)
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.tranche, creances._libelle_tranche(g.tranche, taux_roulement.bornes), g.vers, g.ordre,
		   g.montant::numeric(20,3), round(g.montant / sum(g.montant) OVER (PARTITION BY g.creancier, g.segment, g.debiteur, g.devise, g.tranche) * 100, 2)
	  FROM (
		SELECT s.creancier, s.segment, s.debiteur, s.devise, s.tranche, v.vers, v.ordre, sum(v.montant) AS montant
		  FROM sorties s
		 CROSS JOIN LATERAL (VALUES
			(creances._libelle_tranche(s.vers, taux_roulement.bornes), s.vers, s.reste),
			('regle', cardinality(taux_roulement.bornes) + 3, s.regle),
			('avoir', cardinality(taux_roulement.bornes) + 4, s.avoir),
			('perte', cardinality(taux_roulement.bornes) + 5, s.perte),
			('autre', cardinality(taux_roulement.bornes) + 6, s.solde - s.reste - s.regle - s.avoir - s.perte)) v(vers, ordre, montant)
		 WHERE v.montant > 0
		 GROUP BY 1, 2, 3, 4, 5, 6, 7) g;
END $$;
COMMENT ON FUNCTION creances.taux_roulement(date, date, integer[], text) IS
'Taux de roulement (roll rates) entre tranches de retard : où en est, le soir du second jour (au), ce qui était dû dans chaque tranche le soir du premier (du). vers : libellé de la tranche d''alors pour ce qui reste dû, ou regle (paiements moins rejets, d''après le premier jour), avoir, perte, autre (correction, montant corrigé, créance retirée, devise changée) ; montant : part de ce qui était dû ; taux : montant / total de la tranche de départ x 100. Par tranche, les montants font ce qui était dû, et les taux 100. Créances brutes, chacune à son débiteur du premier jour ; une hausse depuis n''est pas comptée. ordre : pour trier. Usage bancaire (roll rate) ; variante : en montants, d''un soir à l''autre. Mailles : voir dso().';

-- ------------------------------------------------ promises, disputes, costs

-- Each promise whose term fell in the period, weighed on the evening of its term
-- by the facts dated up to then: what comes later does not mend it.
CREATE FUNCTION creances._promesses_au(du date, au date)
RETURNS TABLE (creancier text, acte uuid, debiteur text, devise text, terme date, montant numeric, recu numeric, tenue boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH echues AS MATERIALIZED (
		SELECT a.creancier, a.acte, a.debiteur, g.devise, g.credits, x.montant, x.terme
		  FROM creances.acte a
		  JOIN creances.engagement g ON g.creancier = a.creancier AND g.acte = a.acte
		 CROSS JOIN LATERAL (SELECT sum(e.montant) AS montant, max(e.echeance) + g.tolerance AS terme
							   FROM creances.engagement_echeance e WHERE e.creancier = g.creancier AND e.acte = g.acte) x
		 WHERE a.genre = 'promesse' AND a.le <= _promesses_au.au AND x.terme BETWEEN _promesses_au.du AND _promesses_au.au
		   AND (a.annule_le IS NULL OR a.annule_le > _promesses_au.au) AND (a.jusque IS NULL OR a.jusque >= x.terme)
	), credits AS (
		-- (money on account that was given back takes from it)
		SELECT p.creancier, p.acte, sum(-s.solde) AS credits
		  FROM (SELECT e.creancier, e.acte, e.debiteur, e.devise, e.terme, c.facture, c.rang
				  FROM echues e JOIN creances.creance c ON c.creancier = e.creancier AND c.debiteur = e.debiteur
				 WHERE c.solde <> 0 OR c.soldee_le > e.terme
				UNION
				-- what was his then
				SELECT e.creancier, e.acte, e.debiteur, e.devise, e.terme, x.facture, x.rang
				  FROM echues e JOIN creances.creance_version x ON x.creancier = e.creancier AND x.debiteur = e.debiteur AND x.jusque > e.terme) p
		 CROSS JOIN LATERAL creances._solde_au(p.creancier, p.facture, p.rang, p.terme) s
		 WHERE s.debiteur = p.debiteur AND s.devise = p.devise AND (s.solde < 0 OR s.en_compte)
		 GROUP BY p.creancier, p.acte
	)
	SELECT e.creancier, e.acte, e.debiteur, e.devise, e.terme, e.montant, greatest(0, least(e.montant, r.recu)) AS recu, coalesce(i.reste, 0) = 0 OR r.recu >= e.montant AS tenue
	  FROM echues e
	  LEFT JOIN credits k ON k.creancier = e.creancier AND k.acte = e.acte
	 CROSS JOIN LATERAL (
		SELECT sum(v.solde) AS initial, sum(greatest(0, s.solde)) AS reste
		  FROM creances.engagement_creance v
		  LEFT JOIN LATERAL creances._solde_au(v.creancier, v.facture, v.rang, e.terme) s ON true
		 WHERE v.creancier = e.creancier AND v.acte = e.acte) i
	 CROSS JOIN LATERAL (SELECT i.initial - coalesce(i.reste, 0) + greatest(0, greatest(0, coalesce(k.credits, 0)) - e.credits) AS recu) r;
END;
COMMENT ON FUNCTION creances._promesses_au(date, date) IS 'Promesses dont le terme tombe dans une période, tenues ou non ce soir-là ; sans celles annulées au dernier jour, ni celles closes avant leur terme.';

CREATE FUNCTION creances.promesses_tenues(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, promesses integer, tenues integer, rompues integer, montant numeric,
			   montant_tenu numeric, taux numeric, taux_montant numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(promesses_tenues.du, promesses_tenues.au, promesses_tenues.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.promesses, g.tenues, g.promesses - g.tenues, g.montant::numeric(20,3), g.recu::numeric(20,3),
		   round(100.0 * g.tenues / g.promesses, 2), round(g.recu / g.montant * 100, 2)
	  FROM (
		SELECT p.creancier, CASE WHEN promesses_tenues.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN promesses_tenues.par = 'debiteur' THEN p.debiteur END AS debiteur, p.devise,
			   count(*)::integer AS promesses, (count(*) FILTER (WHERE p.tenue))::integer AS tenues, sum(p.montant) AS montant, sum(p.recu) AS recu
		  FROM creances._promesses_au(promesses_tenues.du, promesses_tenues.au) p
		  LEFT JOIN creances.debiteur d ON d.creancier = p.creancier AND d.debiteur = p.debiteur
		 GROUP BY 1, 2, 3, 4) g;
END $$;
COMMENT ON FUNCTION creances.promesses_tenues(date, date, text) IS
'Promesses dont le terme (date promise + tolérance) tombe dans la période : tenues si, le soir du terme, ce qui est reçu depuis la promesse atteint le montant promis, ou si plus rien n''est dû des créances visées ; rompues sinon. taux : tenues / promesses x 100 ; taux_montant : montant_tenu (reçu, au plus le promis) / montant x 100. Reçu : baisse du solde des créances visées + crédits arrivés depuis, d''après les faits datés jusqu''au terme. Sans les promesses annulées, ni celles closes avant leur terme. Définition de la maison. Mailles : voir dso().';

CREATE FUNCTION creances.causes_litige(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, cause text, litiges integer, montant numeric, ouverts integer,
			   fondes integer, non_fondes integer, duree_moyenne numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(causes_litige.du, causes_litige.au, causes_litige.par);
	RETURN QUERY
	WITH litiges AS (
		SELECT a.creancier, a.debiteur, a.cause, a.acte, a.le, x.devise, coalesce(a.montant, x.solde) AS montant,
			   coalesce(f.le, p.le) AS clos, coalesce(f.issue, p.issue) AS issue
		  FROM creances.acte a
		 CROSS JOIN LATERAL (
			-- (it has no currency of its own)
			SELECT coalesce(s.devise, c.devise) AS devise, coalesce(sum(s.solde) FILTER (WHERE s.solde > 0 AND NOT s.en_compte), 0) AS solde
			  FROM (SELECT y.creancier, y.facture, y.rang, y.devise FROM creances.creance y
					 WHERE a.facture <> '' AND y.creancier = a.creancier AND y.facture = a.facture AND a.rang IN (0, y.rang)
					UNION ALL
					SELECT y.creancier, y.facture, y.rang, y.devise FROM creances.creance y
					 WHERE a.facture = '' AND y.creancier = a.creancier AND y.debiteur = a.debiteur AND (y.solde <> 0 OR y.soldee_le > a.le)) c
			  LEFT JOIN LATERAL creances._solde_au(c.creancier, c.facture, c.rang, a.le) s ON true
			 WHERE a.facture <> '' OR s.debiteur = a.debiteur AND s.solde > 0 AND NOT s.en_compte
			 GROUP BY 1) x
		  -- as it was closed by then: closed again since, or not
		  LEFT JOIN LATERAL (
			SELECT min(e.le) AS le, (array_agg(e.details ->> 'issue' ORDER BY e.instant DESC))[1] AS issue
			  FROM creances.evenement e
			 WHERE a.facture <> '' AND e.creancier = a.creancier AND e.facture = a.facture AND e.genre = 'acte_clos' AND e.le <= causes_litige.au
			   AND e.details ->> 'acte' = a.acte::text) f ON true
		 CROSS JOIN LATERAL (SELECT CASE WHEN a.jusque <= causes_litige.au THEN a.jusque END AS le, CASE WHEN a.jusque <= causes_litige.au THEN a.issue END AS issue) p
		 WHERE a.genre = 'litige' AND a.le BETWEEN causes_litige.du AND causes_litige.au
		   AND (a.annule_le IS NULL OR a.annule_le > causes_litige.au)
	)
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.cause, g.litiges, g.montant::numeric(20,3), g.ouverts, g.fondes, g.non_fondes, round(g.duree, 2)
	  FROM (
		SELECT l.creancier, CASE WHEN causes_litige.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN causes_litige.par = 'debiteur' THEN l.debiteur END AS debiteur, l.devise, l.cause,
			   count(*)::integer AS litiges, sum(l.montant) AS montant, (count(*) FILTER (WHERE l.clos IS NULL))::integer AS ouverts,
			   (count(*) FILTER (WHERE l.issue IN ('fonde', 'partiel', 'regularise')))::integer AS fondes,
			   (count(*) FILTER (WHERE l.issue IN ('non_fonde', 'retire')))::integer AS non_fondes, avg(l.clos - l.le) AS duree
		  FROM litiges l
		  LEFT JOIN creances.debiteur d ON d.creancier = l.creancier AND d.debiteur = l.debiteur
		 GROUP BY 1, 2, 3, 4, 5) g;
END $$;
COMMENT ON FUNCTION creances.causes_litige(date, date, text) IS
'Litiges ouverts pendant une période, par cause. montant : part contestée, à défaut ce qui était dû ce jour-là ; ouverts : non clos au dernier jour ; fondes : clos fondés, en tout ou partie (l''avoir passé ou non) ; non_fondes : non fondés ou retirés ; duree_moyenne : jours de l''ouverture à la clôture (la première), des litiges clos. Sans ceux qui étaient annulés. Définition de la maison. La devise est celle des créances visées. Mailles : voir dso().';

CREATE FUNCTION creances.cout_recouvrement(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, actions integer, cout numeric, frais numeric, mandats numeric, encaisse numeric,
			   cout_pour_100 numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(cout_recouvrement.du, cout_recouvrement.au, cout_recouvrement.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.actions, g.cout::numeric(20,3), g.frais::numeric(20,3), g.mandats::numeric(20,3), g.encaisse::numeric(20,3),
		   CASE WHEN g.devise = 'EUR' AND g.encaisse > 0 THEN round((g.cout + g.frais + g.mandats) / g.encaisse * 100, 2) END
	  FROM (
		SELECT f.creancier, CASE WHEN cout_recouvrement.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN cout_recouvrement.par = 'debiteur' THEN f.debiteur END AS debiteur, f.devise,
			   sum(f.actions)::integer AS actions, sum(f.cout) AS cout, sum(f.frais) AS frais, sum(f.mandats) AS mandats,
			   sum(f.encaisse) AS encaisse
		  FROM (SELECT u.creancier, u.debiteur, u.devise, sum(u.actions) AS actions, sum(u.cout) AS cout, sum(u.frais) AS frais, sum(u.mandats) AS mandats, sum(u.encaisse) AS encaisse
				  FROM (SELECT r.creancier, r.debiteur, r.devise, 1 AS actions, coalesce(r.cout, 0) AS cout, 0::numeric AS frais, 0::numeric AS mandats, 0::numeric AS encaisse
						  FROM creances.relance r
						 WHERE r.etat = 'envoyee' AND r.envoyee_le BETWEEN cout_recouvrement.du AND cout_recouvrement.au
						UNION ALL
						SELECT a.creancier, a.debiteur, coalesce(s.devise, c.devise), 0, 0, a.montant, 0, 0
						  FROM creances.acte a
						  JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
						  LEFT JOIN LATERAL creances._solde_au(a.creancier, a.facture, a.rang, cout_recouvrement.au) s ON true
						 WHERE a.genre = 'frais' AND a.le BETWEEN cout_recouvrement.du AND cout_recouvrement.au
						   AND (a.annule_le IS NULL OR a.annule_le > cout_recouvrement.au)
						UNION ALL
						SELECT m.creancier, m.debiteur, m.devise, 0, 0, 0, m.cout, 0
						  FROM creances._cout_mandats(cout_recouvrement.du, cout_recouvrement.au) m
						 WHERE m.cout <> 0
						UNION ALL
						SELECT m.creancier, m.debiteur, m.devise, 0, 0, 0, 0, m.montant
						  FROM creances._mouvements_au(cout_recouvrement.du, cout_recouvrement.au) m
						 WHERE m.due AND NOT m.sans_date AND m.nature IN ('paiement', 'annulation', 'acompte') AND m.valeur > m.echeance) u
				 GROUP BY 1, 2, 3) f
		  LEFT JOIN creances.debiteur d ON d.creancier = f.creancier AND d.debiteur = f.debiteur
		 GROUP BY 1, 2, 3, 4) g;
END $$;
COMMENT ON FUNCTION creances.cout_recouvrement(date, date, text) IS
'Coût du recouvrement pour 100 encaissés : (cout + frais + mandats) / encaisse x 100, en EUR seulement (NULL dans une autre devise, ou si rien n''a été encaissé). actions : messages, appels et tâches faits dans la période ; cout : leur coût, en EUR quelle que soit la devise de la ligne (étape du scénario) ; frais : frais de recouvrement consignés, dans la devise de leur facture ; mandats : coût des mandats donnés à des tiers, en EUR (part fixe de ceux qui commencent, commission sur ce qui est reçu) ; encaisse : règlements reçus après l''échéance, moins ceux rejetés (voir retard_moyen_pondere). Usage de la profession ; variante : coûts directs connus ici, sans les salaires, rapportés à ce qui est reçu en retard. Mailles : voir dso(). Un avoir lettré par l''ERP comme un règlement (sans nature avoir) est compté comme tel : donnez-lui sa nature dans la correspondance.';

CREATE FUNCTION creances.recouvre_par_stade(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, stade text, libelle_stade text, paiements integer, montant numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(recouvre_par_stade.du, recouvre_par_stade.au, recouvre_par_stade.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.stade::text, creances.libelle_stade(g.stade), g.paiements, g.montant::numeric(20,3)
	  FROM (
		SELECT m.creancier, CASE WHEN recouvre_par_stade.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN recouvre_par_stade.par = 'debiteur' THEN m.debiteur END AS debiteur, m.devise,
			   m.stade, sum(m.paiements)::integer AS paiements, sum(m.montant) AS montant
		  FROM (SELECT x.creancier, x.debiteur, x.devise,
					   CASE WHEN x.valeur <= x.echeance THEN 'non_echue'::creances.stade_relance
							WHEN coalesce(s.stade, 'preventive') = 'preventive' THEN 'echue'::creances.stade_relance ELSE s.stade END AS stade,
					   count(*) FILTER (WHERE x.montant > 0) AS paiements, sum(x.montant) AS montant
				  FROM creances._mouvements_au(recouvre_par_stade.du, recouvre_par_stade.au) x
				  LEFT JOIN LATERAL (SELECT y.stade FROM creances._etape_au(x.creancier, x.facture, x.rang, x.valeur - 1) y
									  WHERE x.valeur > x.echeance) s ON true
				 WHERE x.due AND NOT x.sans_date AND x.nature IN ('paiement', 'annulation', 'acompte')
				 GROUP BY 1, 2, 3, 4) m
		  LEFT JOIN creances.debiteur d ON d.creancier = m.creancier AND d.debiteur = m.debiteur
		 GROUP BY 1, 2, 3, 4, 5) g;
END $$;
COMMENT ON FUNCTION creances.recouvre_par_stade(date, date, text) IS
'Ce qui a été recouvré pendant une période, par stade : chaque règlement reçu après l''échéance va au stade que sa créance avait la veille ; au plus tard à l''échéance : stade non_echue, ce n''est pas du recouvrement. montant : paiements et acomptes imputés, moins les rejets, au stade du paiement repris ; paiements : nombre, sans les rejets. Le total est regle de retard_moyen_pondere(). Définition de la maison. Mailles : voir dso(). Un avoir lettré par l''ERP comme un règlement (sans nature avoir) est compté comme tel : donnez-lui sa nature dans la correspondance.';

CREATE FUNCTION creances.encaissements(du date, au date, par text DEFAULT 'creancier')
RETURNS TABLE (creancier text, segment text, debiteur text, devise text, ventes numeric, paiements numeric, rejets numeric, avoirs numeric, acomptes numeric,
			   pertes numeric, corrections numeric, sans_date numeric, acomptes_factures numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
	PERFORM creances._verifier_periode(encaissements.du, encaissements.au, encaissements.par);
	RETURN QUERY
	SELECT g.creancier, g.segment, g.debiteur, g.devise, g.ventes::numeric(20,3), g.paiements::numeric(20,3), g.rejets::numeric(20,3), g.avoirs::numeric(20,3),
		   g.acomptes::numeric(20,3), g.pertes::numeric(20,3), g.corrections::numeric(20,3), g.sans_date::numeric(20,3), g.acomptes_factures::numeric(20,3)
	  FROM (
		SELECT f.creancier, CASE WHEN encaissements.par <> 'creancier' THEN coalesce(d.segment, '') END AS segment,
			   CASE WHEN encaissements.par = 'debiteur' THEN f.debiteur END AS debiteur, f.devise,
			   coalesce(sum(CASE WHEN f.genre IN ('vente', 'avoir_piece') THEN f.montant WHEN f.genre = 'avoir' THEN -f.montant END), 0) AS ventes,
			   coalesce(sum(f.montant) FILTER (WHERE f.genre = 'paiement'), 0) AS paiements,
			   coalesce(sum(-f.montant) FILTER (WHERE f.genre = 'annulation'), 0) AS rejets,
			   coalesce(sum(CASE f.genre WHEN 'avoir' THEN f.montant WHEN 'avoir_piece' THEN -f.montant END), 0) AS avoirs,
			   coalesce(sum(CASE f.genre WHEN 'acompte' THEN f.montant WHEN 'en_compte' THEN -f.montant END), 0) AS acomptes,
			   coalesce(sum(f.montant) FILTER (WHERE f.genre = 'perte'), 0) AS pertes,
			   coalesce(sum(f.montant) FILTER (WHERE f.genre = 'correction'), 0) AS corrections,
			   coalesce(sum(f.montant) FILTER (WHERE f.genre = 'sans_date'), 0) AS sans_date,
			   coalesce(sum(f.montant) FILTER (WHERE f.genre = 'acompte_facture'), 0) AS acomptes_factures
		  FROM (SELECT u.creancier, u.debiteur, u.devise, u.genre, sum(u.montant) AS montant
				  FROM (SELECT n.creancier, n.debiteur, n.devise, n.montant,
							   CASE WHEN n.en_compte THEN 'en_compte' WHEN n.nature = 'acompte' THEN 'acompte_facture'
									WHEN n.montant < 0 THEN 'avoir_piece' ELSE 'vente' END AS genre
						  FROM creances._nees_au(encaissements.du, encaissements.au) n
						UNION ALL
						SELECT m.creancier, m.debiteur, m.devise, m.montant,
							   CASE WHEN m.en_compte THEN 'acompte' WHEN m.nature = 'avoir' AND m.piece = 'acompte' THEN 'correction'
									WHEN m.sans_date THEN 'sans_date' WHEN m.nature = 'annulation' AND m.montant_creance < 0 THEN 'paiement' ELSE m.nature END
						  FROM creances._mouvements_au(encaissements.du, encaissements.au) m) u
				 GROUP BY 1, 2, 3, 4) f
		  LEFT JOIN creances.debiteur d ON d.creancier = f.creancier AND d.debiteur = f.debiteur
		 GROUP BY 1, 2, 3, 4) g;
END $$;
COMMENT ON FUNCTION creances.encaissements(date, date, text) IS
'Ce qui est entré et sorti des comptes clients pendant une période, TTC : ventes (factures moins avoirs, celles de dso()), paiements reçus (moins les remboursements et imputations d''avoirs), rejets (paiements repris, positif), avoirs (pièces et avoirs liés, déjà déduits des ventes), acomptes (argent reçu en compte, moins ce qui en est imputé ; acomptes imputés sur une facture), pertes (passages en perte : ni ventes, ni paiements), corrections (escomptes, écarts), sans_date (réglé avant le suivi, on ne sait quand : daté de la reprise), acomptes_factures (factures d''acompte). Variation de l''encours = ventes + acomptes_factures - paiements + rejets - acomptes - pertes - corrections - sans_date, tant que rien de ce qui était connu la veille de la période n''est corrigé ou retiré depuis. Mailles : voir dso().';
