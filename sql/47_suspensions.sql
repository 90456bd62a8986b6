-- Holds: what suspends the reminders of a receivable, whole or in part, apart
-- from its stage. They are acts (45_actes); a promise and a plan are engagements
-- with their instalments, held against the money that comes.
--
-- Overlaps: the most careful wins. A hold that ends gives back the step that
-- was reached; nothing is kept to be undone.

CREATE TABLE creances.engagement (
	creancier	text NOT NULL,
	acte		uuid NOT NULL,
	genre		text NOT NULL CHECK (genre IN ('promesse', 'plan')),
	devise		text NOT NULL,
	tolerance	integer NOT NULL CHECK (tolerance BETWEEN 0 AND 60),
	decheance	text NOT NULL DEFAULT 'aucune' CHECK (decheance IN ('aucune', 'immediate', 'preavis')),
	preavis		integer NOT NULL DEFAULT 0 CHECK (preavis BETWEEN 0 AND 365),
	notifie_le	date,
	tenu_le		date,
	rompu_le	date,
	credits		numeric NOT NULL DEFAULT 0 CHECK (credits >= 0),
	PRIMARY KEY (creancier, acte)
);
CREATE INDEX engagement_pendant ON creances.engagement (creancier) WHERE tenu_le IS NULL AND rompu_le IS NULL;
COMMENT ON TABLE creances.engagement IS 'Promesse ou plan de paiement d''un debiteur : l''acte du meme identifiant dit qui, quand et pourquoi.';
COMMENT ON COLUMN creances.engagement.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.engagement.acte IS 'Acte.';
COMMENT ON COLUMN creances.engagement.genre IS 'promesse ou plan.';
COMMENT ON COLUMN creances.engagement.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.engagement.tolerance IS 'Jours apres la date promise avant de constater un manquement. Usage de la maison, non regle de droit.';
COMMENT ON COLUMN creances.engagement.decheance IS 'Plan manque : aucune (l''arriere seul est reclame), immediate (tout redevient exigible, si le plan le stipule) ou preavis (apres notifier_decheance() et un delai).';
COMMENT ON COLUMN creances.engagement.preavis IS 'Jours laisses au debiteur apres la notification.';
COMMENT ON COLUMN creances.engagement.notifie_le IS 'Jour de la notification de la decheance.';
COMMENT ON COLUMN creances.engagement.tenu_le IS 'Nuit ou la passe l''a vu tenu.';
COMMENT ON COLUMN creances.engagement.rompu_le IS 'Nuit ou la passe a constate que la promesse n''est pas tenue, ou que le plan est dechu.';
COMMENT ON COLUMN creances.engagement.credits IS 'Credits du debiteur pas encore imputes a ce moment : seul ce qui s''y ajoute compte comme recu ; imputes depuis sur une creance visee, ils en baissent le solde et comptent aussi.';

CREATE TABLE creances.engagement_creance (
	creancier	text NOT NULL,
	acte		uuid NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	solde		numeric NOT NULL CHECK (solde > 0),
	PRIMARY KEY (creancier, acte, facture, rang)
);
CREATE INDEX engagement_creance_creance ON creances.engagement_creance (creancier, facture, rang);
COMMENT ON TABLE creances.engagement_creance IS 'Creances que vise une promesse ou un plan.';
COMMENT ON COLUMN creances.engagement_creance.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.engagement_creance.acte IS 'Acte.';
COMMENT ON COLUMN creances.engagement_creance.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.engagement_creance.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.engagement_creance.solde IS 'Ce qui en etait du quand l''engagement a ete pris.';

CREATE TABLE creances.engagement_echeance (
	creancier	text NOT NULL,
	acte		uuid NOT NULL,
	numero		integer NOT NULL CHECK (numero > 0),
	echeance	date NOT NULL,
	montant		numeric NOT NULL CHECK (montant > 0 AND montant < 1e15 AND montant = round(montant, 6)),
	PRIMARY KEY (creancier, acte, numero)
);
COMMENT ON TABLE creances.engagement_echeance IS 'Echeances d''un plan, ou celle d''une promesse.';
COMMENT ON COLUMN creances.engagement_echeance.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.engagement_echeance.acte IS 'Acte.';
COMMENT ON COLUMN creances.engagement_echeance.numero IS 'Rang, depuis 1.';
COMMENT ON COLUMN creances.engagement_echeance.echeance IS 'Date promise.';
COMMENT ON COLUMN creances.engagement_echeance.montant IS 'Montant promis, dans la devise de l''engagement.';

SELECT pg_catalog.pg_extension_config_dump('creances.engagement', '');
SELECT pg_catalog.pg_extension_config_dump('creances.engagement_creance', '');
SELECT pg_catalog.pg_extension_config_dump('creances.engagement_echeance', '');

-- ------------------------------------------------------- what holds, and how much

CREATE FUNCTION creances._credits(creancier text, debiteur text, devise text) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- (money on account that was given back takes from it)
	SELECT greatest(coalesce(sum(-c.solde) FILTER (WHERE c.solde < 0 OR creances._en_compte(c.nature, c.facture, c.solde)), 0), 0)
	  FROM creances.creance c
	 WHERE c.creancier = _credits.creancier AND c.debiteur = _credits.debiteur AND c.devise = _credits.devise
	   AND (c.solde < 0 OR c.nature = 'acompte' AND c.solde <> 0);
END;
COMMENT ON FUNCTION creances._credits(text, text, text) IS 'Credits d''un debiteur qui ne sont imputes sur rien : avoirs, trop-percus, sommes en compte.';

-- Kept or broken: from the balances, never from what somebody typed. A credit
-- that came since counts, lettered or not. (A set, inlined where many are
-- weighed; what was received is computed once.)
CREATE FUNCTION creances._engagement_pese(creancier text, acte uuid, au date)
RETURNS TABLE (genre text, debiteur text, devise text, total numeric, initial numeric, reste numeric, recu numeric, du numeric,
			   arriere numeric, tenu boolean, rompu boolean, impayee date, prochaine date, terme date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT g.genre, a.debiteur, g.devise, e.total, i.initial, i.reste, r.recu, e.du,
		   CASE WHEN t.tenu OR t.rompu THEN 0 ELSE greatest(0, e.du - r.recu) END, t.tenu, t.rompu,
		   (SELECT min(q.echeance) FROM (SELECT x.echeance, sum(x.montant) OVER (ORDER BY x.numero) AS cumul
										   FROM creances.engagement_echeance x WHERE x.creancier = g.creancier AND x.acte = g.acte) q
			 WHERE q.echeance + g.tolerance < au AND r.recu < q.cumul),
		   e.prochaine, e.terme
	  FROM creances.engagement g
	  JOIN creances.acte a ON a.creancier = g.creancier AND a.acte = g.acte
	 CROSS JOIN LATERAL (
		SELECT sum(x.montant) AS total, coalesce(sum(x.montant) FILTER (WHERE x.echeance + g.tolerance < au), 0) AS du,
			   coalesce(sum(x.montant) FILTER (WHERE x.echeance + g.tolerance < g.notifie_le), 0) AS du_notifie,
			   min(x.echeance) FILTER (WHERE x.echeance + g.tolerance >= au) AS prochaine, max(x.echeance) + g.tolerance AS terme
		  FROM creances.engagement_echeance x WHERE x.creancier = g.creancier AND x.acte = g.acte) e
	 CROSS JOIN LATERAL (
		SELECT sum(x.solde) AS initial, sum(greatest(0, c.solde)) AS reste
		  FROM creances.engagement_creance x
		  LEFT JOIN creances.creance c ON c.creancier = x.creancier AND c.facture = x.facture AND c.rang = x.rang
		 WHERE x.creancier = g.creancier AND x.acte = g.acte) i
	 CROSS JOIN LATERAL (
		-- as _credits(), inlined
		SELECT greatest(coalesce(sum(-c.solde) FILTER (WHERE c.solde < 0 OR creances._en_compte(c.nature, c.facture, c.solde)), 0), 0) AS credits
		  FROM creances.creance c
		 WHERE c.creancier = g.creancier AND c.debiteur = a.debiteur AND c.devise = g.devise
		   AND (c.solde < 0 OR c.nature = 'acompte' AND c.solde <> 0)) q
	 CROSS JOIN LATERAL (SELECT i.initial - coalesce(i.reste, 0) + greatest(0, q.credits - g.credits) AS recu OFFSET 0) r
	 CROSS JOIN LATERAL (SELECT coalesce(i.reste, 0) = 0 OR r.recu >= e.total AS tenu) k
	 CROSS JOIN LATERAL (
		SELECT k.tenu AND (g.genre = 'promesse' OR g.rompu_le IS NULL OR g.rompu_le > au) AS tenu,
			   CASE g.genre
				WHEN 'promesse' THEN NOT k.tenu AND au > e.terme
				ELSE coalesce(g.rompu_le <= au, false)
					 OR NOT k.tenu AND (g.decheance = 'immediate' AND r.recu < e.du
										OR g.decheance = 'preavis' AND coalesce(au > g.notifie_le + g.preavis AND r.recu < e.du_notifie, false)) END AS rompu) t
	 WHERE g.creancier = _engagement_pese.creancier AND g.acte = _engagement_pese.acte
	-- (keeps it a look-up by key when it is inlined)
	 LIMIT 1;
END;
COMMENT ON FUNCTION creances._engagement_pese(text, uuid, date) IS 'Comme _engagement(), pour les fonctions qui en pesent beaucoup.';

CREATE FUNCTION creances._engagement(creancier text, acte uuid, au date)
RETURNS TABLE (genre text, debiteur text, devise text, total numeric, initial numeric, reste numeric, recu numeric, du numeric,
			   arriere numeric, tenu boolean, rompu boolean, impayee date, prochaine date, terme date)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
BEGIN
	-- (in plpgsql: planned once, and no weight in the plan of a view)
	RETURN QUERY SELECT x.* FROM creances._engagement_pese(creancier, acte, au) x;
END $$;
COMMENT ON FUNCTION creances._engagement(text, uuid, date) IS
'Ou en est une promesse ou un plan a une date, d''apres les soldes connus aujourd''hui : promis, echu (tolerance passee), recu, arriere, tenu, rompu. recu = baisse du solde des creances visees + credits arrives depuis.';

-- What the promises and plans that are alive let claim of their receivables:
-- each is weighed once, and the arrears of a plan go to its oldest. One row a
-- receivable.
CREATE FUNCTION creances._engagees(au date, actes uuid[])
RETURNS TABLE (societe text, facture text, rang integer, motif text, jusque date, fin date, plafond numeric, echeance date)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
	-- (in plpgsql: its plan is kept, and most of the time there is nothing to weigh)
	IF coalesce(cardinality(actes), 0) = 0 THEN
		RETURN;
	END IF;
	RETURN QUERY
	WITH etats AS MATERIALIZED (
		SELECT a.creancier, a.acte, g.genre, g.arriere, CASE WHEN g.genre = 'plan' AND g.arriere > 0 THEN g.impayee END AS impayee,
			   least(CASE g.genre WHEN 'promesse' THEN g.terme END, a.jusque, a.annule_le - 1) AS fin
		  FROM (SELECT DISTINCT u.acte FROM unnest(actes) u(acte) OFFSET 0) u
		 CROSS JOIN LATERAL (SELECT x.* FROM creances.acte x WHERE x.acte = u.acte OFFSET 0) a
		 CROSS JOIN LATERAL creances._engagement_pese(a.creancier, a.acte, au) g
		 WHERE a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au) AND (a.jusque IS NULL OR a.jusque >= au) AND NOT g.tenu AND NOT g.rompu
	), parts AS (
		SELECT e.creancier, c.facture, c.rang, e.genre, e.fin, e.impayee,
			   CASE e.genre WHEN 'promesse' THEN 0
					ELSE least(c.solde, greatest(0, e.arriere - (sum(c.solde) OVER (PARTITION BY e.acte ORDER BY c.echeance, c.facture, c.rang) - c.solde))) END AS plafond
		  FROM etats e
		 CROSS JOIN LATERAL (SELECT x.facture, x.rang FROM creances.engagement_creance x WHERE x.creancier = e.creancier AND x.acte = e.acte OFFSET 0) x
		 CROSS JOIN LATERAL (SELECT k.facture, k.rang, k.solde, k.echeance FROM creances.creance k
							  WHERE k.creancier = e.creancier AND k.facture = x.facture AND k.rang = x.rang AND k.solde > 0 OFFSET 0) c
	)
	SELECT p.creancier, p.facture, p.rang, (array_agg(p.genre ORDER BY p.plafond > 0, p.genre = 'plan'))[1],
		   (array_agg(p.fin ORDER BY p.plafond > 0, p.genre = 'plan', p.fin DESC))[1], min(p.fin), min(p.plafond), min(p.impayee)
	  FROM parts p
	 GROUP BY p.creancier, p.facture, p.rang;
END $$;
COMMENT ON FUNCTION creances._engagees(date, uuid[]) IS
'Ce que ces promesses et ces plans, s''ils sont vivants a cette date, laissent reclamer de chacune de leurs creances.';

-- Does anything of this kind concern the receivable at all? Two look-ups, so
-- that what nobody holds costs no more.
CREATE FUNCTION creances._vise(creancier text, debiteur text, facture text, rang integer) RETURNS TABLE (vise boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT EXISTS (SELECT FROM creances.acte x WHERE x.creancier = _vise.creancier AND x.facture = '' AND x.debiteur = _vise.debiteur)
		OR EXISTS (SELECT FROM creances.acte x WHERE x.creancier = _vise.creancier AND x.facture = _vise.facture)
		OR EXISTS (SELECT FROM creances.engagement_creance e WHERE e.creancier = _vise.creancier AND e.facture = _vise.facture AND e.rang = _vise.rang);
END;
COMMENT ON FUNCTION creances._vise(text, text, text, integer) IS 'Un acte ou un engagement vise cette creance, ou son debiteur.';

-- Earlier debts only for an insolvency (C. com. L622-7, L622-21), and its
-- closing revives nothing by itself. Each row is one reason and the most that
-- it lets claim.
CREATE FUNCTION creances._plafonds(vise boolean, creancier text, debiteur text, facture text, rang integer, nee date, montant numeric, solde numeric, au date)
RETURNS TABLE (poids integer, motif text, jusque date, fin date, plafond numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN a.genre = 'procedure_collective' THEN 1 WHEN a.genre = 'delai_de_grace' THEN 2 WHEN a.genre = 'rejet' THEN 3
				WHEN a.issue = 'fonde' AND a.jusque < au THEN 9 WHEN a.genre = 'litige' THEN 4 ELSE 5 END,
		   CASE WHEN a.issue = 'fonde' AND a.jusque < au THEN 'avoir' ELSE a.genre END,
		   f.fin, f.fin, 0.0
	  FROM creances._actes(creancier, debiteur, facture, rang, nee, au) a
	 CROSS JOIN LATERAL (SELECT least(CASE WHEN a.genre = 'procedure_collective' OR a.issue = 'fonde' AND a.jusque < au THEN NULL ELSE a.jusque END,
									  a.annule_le - 1) AS fin) f
	 WHERE vise
	   AND CASE a.genre WHEN 'procedure_collective' THEN nee < a.le
						WHEN 'delai_de_grace' THEN a.jusque >= au
						WHEN 'rejet' THEN a.jusque IS NULL OR a.jusque >= au
						WHEN 'suspension' THEN a.jusque IS NULL OR a.jusque >= au
						WHEN 'litige' THEN a.montant IS NULL AND (a.jusque IS NULL OR a.jusque >= au)
										   OR a.issue = 'fonde' AND coalesce(a.admis, a.montant) IS NULL
						ELSE false END
	UNION ALL
	-- the disputed part, the rest is still chased
	SELECT 4, 'litige', CASE WHEN bool_and(a.jusque IS NOT NULL OR a.annule_le IS NOT NULL) THEN max(least(a.jusque, a.annule_le - 1)) END,
		   min(least(a.jusque, a.annule_le - 1)), solde - sum(a.montant)
	  FROM creances._actes(creancier, debiteur, facture, rang, nee, au) a
	 WHERE vise AND a.genre = 'litige' AND a.montant IS NOT NULL AND (a.jusque IS NULL OR a.jusque >= au)
	HAVING count(*) > 0
	UNION ALL
	-- what was found right is not claimed while its credit note is awaited
	SELECT 9, 'avoir', a.annule_le - 1, a.annule_le - 1, solde - greatest(0, coalesce(a.admis, a.montant) - (
				SELECT coalesce(sum(r.montant), 0) FROM creances.reglement r
				 WHERE r.creancier = a.creancier AND r.facture = _plafonds.facture AND r.rang = _plafonds.rang
				   AND r.nature = 'avoir' AND r.connu_le > a.cloture AND r.le <= au))
	  FROM creances._actes(creancier, debiteur, facture, rang, nee, au) a
	 WHERE vise AND a.genre = 'litige' AND a.issue IN ('fonde', 'partiel') AND a.jusque < au AND coalesce(a.admis, a.montant) IS NOT NULL
	UNION ALL
	SELECT 8, 'encaissement', NULL, min(a.annule_le) - 1, solde - greatest(0, sum(a.montant) - (_plafonds.montant - solde))
	  FROM creances._actes(creancier, debiteur, facture, rang, nee, au) a
	 WHERE vise AND a.genre = 'encaissement'
	HAVING count(*) > 0;
END;
COMMENT ON FUNCTION creances._plafonds(boolean, text, text, text, integer, date, numeric, numeric, date) IS
'Ce qui retient une creance a une date : un motif par ligne, le dernier jour s''il est connu, le premier jour ou cela change, et le plus qui puisse en etre reclame.';

-- With what _engagees() says of the receivable (NULLs: nothing).
CREATE FUNCTION creances._retenue(vise boolean, creancier text, debiteur text, facture text, rang integer, nee date, montant numeric, solde numeric, au date,
								  e_motif text, e_jusque date, e_fin date, e_plafond numeric)
RETURNS TABLE (motif text, jusque date, exigible numeric, en_partie text, fin date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT (array_agg(p.motif ORDER BY p.poids, p.jusque DESC) FILTER (WHERE p.plafond <= 0))[1],
		   (array_agg(p.jusque ORDER BY p.poids, p.jusque DESC) FILTER (WHERE p.plafond <= 0))[1],
		   greatest(0, least(solde, min(p.plafond))),
		   (array_agg(p.motif ORDER BY p.poids) FILTER (WHERE p.plafond > 0 AND p.plafond < solde))[1],
		   min(p.fin)
	  FROM (SELECT x.* FROM creances._plafonds(vise, creancier, debiteur, facture, rang, nee, montant, solde, au) x
			UNION ALL
			SELECT CASE e_motif WHEN 'promesse' THEN 6 ELSE 7 END, e_motif, e_jusque, e_fin, e_plafond WHERE e_plafond IS NOT NULL) p;
END;
COMMENT ON FUNCTION creances._retenue(boolean, text, text, text, integer, date, numeric, numeric, date, text, date, date, numeric) IS
'Ce qui peut etre reclame d''une creance a une date, et le plus grave des motifs qui l''empechent. Le plus prudent l''emporte. fin : le premier dernier jour d''un de ces motifs.';

-- What the views ask: nothing of it weighs in their plans, which JIT would
-- otherwise compile for longer than they run.
CREATE FUNCTION creances._retenue_de(creancier text, debiteur text, facture text, rang integer, nee date, montant numeric, solde numeric, au date,
									 e_motif text, e_jusque date, e_fin date, e_plafond numeric)
RETURNS TABLE (motif text, jusque date, exigible numeric, en_partie text, fin date)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1 COST 10 SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_variable
BEGIN
	RETURN QUERY SELECT r.* FROM creances._retenue(true, creancier, debiteur, facture, rang, nee, montant, solde, au, e_motif, e_jusque, e_fin, e_plafond) r;
END $$;
COMMENT ON FUNCTION creances._retenue_de(text, text, text, integer, date, numeric, numeric, date, text, date, date, numeric) IS 'Comme _retenue(), pour les vues.';

CREATE FUNCTION creances._engagees_vivantes()
RETURNS TABLE (societe text, facture text, rang integer, motif text, jusque date, fin date, plafond numeric, echeance date)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT x.* FROM creances.creancier k
	 CROSS JOIN LATERAL creances._engagees((now() AT TIME ZONE k.fuseau)::date, ARRAY(
		SELECT g.acte FROM creances.engagement g WHERE g.creancier = k.creancier AND g.tenu_le IS NULL AND g.rompu_le IS NULL)) x;
END $$;
COMMENT ON FUNCTION creances._engagees_vivantes() IS 'Ce que les promesses et les plans en cours laissent reclamer aujourd''hui, creance par creance.';

-- The same of one receivable by itself; where there are many, _engagees() is
-- asked once for all of them.
CREATE FUNCTION creances._suspension(creancier text, debiteur text, facture text, rang integer, nee date, montant numeric, solde numeric, au date)
RETURNS TABLE (motif text, jusque date, exigible numeric, en_partie text, echeance date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.motif, r.jusque, r.exigible, r.en_partie, e.echeance
	  FROM (SELECT x.vise FROM creances._vise(creancier, debiteur, facture, rang) x OFFSET 0) v
	  LEFT JOIN creances._engagees(au, CASE WHEN v.vise THEN ARRAY(SELECT x.acte FROM creances.engagement_creance x
																	WHERE x.creancier = _suspension.creancier AND x.facture = _suspension.facture
																	  AND x.rang = _suspension.rang) END) e
			 ON e.societe = creancier AND e.facture = _suspension.facture AND e.rang = _suspension.rang
	 CROSS JOIN LATERAL creances._retenue(v.vise, creancier, debiteur, _suspension.facture, _suspension.rang, nee, montant, solde, au,
										  e.motif, e.jusque, e.fin, e.plafond) r
	 WHERE r.motif IS NOT NULL OR r.en_partie IS NOT NULL;
END;
COMMENT ON FUNCTION creances._suspension(text, text, text, integer, date, numeric, numeric, date) IS
'Ce qui suspend une creance ce jour-la, en tout (motif) ou en partie (en_partie) ; aucune ligne si rien ne la retient.';

-- ------------------------------------------------------------------ the calls

-- The debtor of an invoice, locked as every writer of the engine locks him.
CREATE FUNCTION creances._debiteur_de(creancier text, facture text, rang integer) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	d text;
BEGIN
	SELECT min(c.debiteur) INTO d FROM creances.creance c
	 WHERE c.creancier = _debiteur_de.creancier AND c.facture = _debiteur_de.facture AND (_debiteur_de.rang IS NULL OR c.rang = _debiteur_de.rang);
	IF d IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('aucune créance %s/%s%s', coalesce(_debiteur_de.creancier, 'NULL'), coalesce(_debiteur_de.facture, 'NULL'),
							 CASE WHEN _debiteur_de.rang IS NULL THEN '' ELSE '/' || _debiteur_de.rang END),
			HINT = 'Les créances ouvertes sont dans creances.encours.';
	END IF;
	PERFORM FROM creances.debiteur x WHERE x.creancier = _debiteur_de.creancier AND x.debiteur = d FOR NO KEY UPDATE;
	RETURN d;
END $$;
COMMENT ON FUNCTION creances._debiteur_de(text, text, integer) IS 'Debiteur d''une facture, verrouille.';

CREATE FUNCTION creances.ouvrir_litige(creancier text, facture text, motif text, rang integer DEFAULT NULL, montant numeric DEFAULT NULL,
									   cause text DEFAULT 'autre', le date DEFAULT creances.aujourdhui(), reference text DEFAULT '')
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	causes CONSTANT text[] := ARRAY['prix', 'quantite', 'qualite', 'livraison', 'doublon', 'reglee', 'administratif', 'autre'];
	id uuid;
BEGIN
	IF cause IS NULL OR cause <> ALL (causes) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('cause de litige inconnue : %s', coalesce(cause, 'NULL')),
			HINT = format('Les causes sont : %s.', array_to_string(causes, ', '));
	END IF;
	IF montant > (SELECT max(c.montant) FROM creances.creance c
				   WHERE c.creancier = ouvrir_litige.creancier AND c.facture = ouvrir_litige.facture AND (ouvrir_litige.rang IS NULL OR c.rang = ouvrir_litige.rang)) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s contestés sur une facture de moins', montant),
			HINT = 'La part contestée est au plus le montant de l''échéance ; omettez-la si tout est contesté.';
	END IF;
	id := creances.consigner(creancier, creances._debiteur_de(creancier, facture, rang), 'litige', le, motif,
							 facture => facture, rang => rang, montant => montant, reference => reference, cause => cause);
	RETURN id;
END $$;
COMMENT ON FUNCTION creances.ouvrir_litige(text, text, text, integer, numeric, text, date, text) IS
'Ouvre un litige sur une facture (toutes ses echeances si rang est NULL) : la part contestee (montant, le tout si NULL) n''est plus reclamee, le reste l''est encore. cause : prix, quantite, qualite, livraison, doublon, reglee, administratif ou autre. Rend l''acte, que clore_litige() ferme.';

CREATE FUNCTION creances.clore_litige(acte uuid, issue text, le date DEFAULT creances.aujourdhui(), admis numeric DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	issues CONSTANT text[] := ARRAY['fonde', 'partiel', 'non_fonde', 'retire', 'regularise'];
	a creances.acte := creances._acte(acte);
BEGIN
	IF a.genre <> 'litige' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('l''acte %s n''est pas un litige', acte), HINT = 'Les litiges sont dans creances.suspension.';
	END IF;
	IF issue IS NULL OR issue <> ALL (issues) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('issue de litige inconnue : %s', coalesce(issue, 'NULL')),
			HINT = format('Les issues sont : %s.', array_to_string(issues, ', '));
	END IF;
	IF a.issue NOT IN ('fonde', 'partiel') OR a.issue IN ('fonde', 'partiel') AND issue IN ('fonde', 'partiel') THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('ce litige est clos depuis le %s : %s', a.jusque, a.issue),
			HINT = 'Un litige fondé se ferme par regularise, quand l''avoir est passé ; sinon ouvrez-en un autre.';
	END IF;
	IF le IS NULL OR le NOT BETWEEN a.le AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un litige du %s ne finit pas le %s', a.le, coalesce(le::text, 'NULL')),
			HINT = 'La fin est un jour de 1900 à 2999, au plus tôt celui du litige.';
	END IF;
	IF issue = 'partiel' AND admis IS NULL OR admis IS NOT NULL AND issue NOT IN ('fonde', 'partiel')
	   OR admis IN ('NaN', 'Infinity', '-Infinity') OR admis <= 0 OR admis <> round(admis, 6) OR admis > coalesce(a.montant, 1e15 - 1) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('montant admis inattendu : %s', coalesce(admis::text, 'NULL')),
			HINT = 'L''issue partiel demande admis => la part reconnue fondée, au plus la part contestée ; fonde l''accepte ; les autres issues n''en ont pas.';
	END IF;
	IF admis IS NOT NULL AND a.rang = 0 AND (SELECT count(*) FROM creances.creance c WHERE c.creancier = a.creancier AND c.facture = a.facture) <> 1 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'un montant admis porte sur une seule créance',
			HINT = 'Fermez ce litige et ouvrez-en un par échéance.';
	END IF;
	UPDATE creances.acte x SET jusque = le, issue = clore_litige.issue, admis = clore_litige.admis, cloture = clock_timestamp()
	 WHERE x.creancier = a.creancier AND x.acte = a.acte;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (a.creancier, 'acte_clos', le, a.debiteur, nullif(a.facture, ''), nullif(a.rang, 0),
			jsonb_strip_nulls(jsonb_build_object('acte', a.acte, 'genre', a.genre, 'issue', issue, 'admis', admis, 'avant', a.jusque)));
	PERFORM creances._a_reconsiderer(a);
END $$;
COMMENT ON FUNCTION creances.clore_litige(uuid, text, date, numeric) IS
'Ferme un litige, dernier jour le. issue : fonde (l''avoir est attendu : la part contestee n''est pas reclamee d''ici la), partiel (admis : la part reconnue), non_fonde ou retire (tout est de nouveau reclame), regularise (l''avoir attendu est passe).';

CREATE FUNCTION creances.suspendre(creancier text, debiteur text, motif text, jusque date, facture text DEFAULT NULL, rang integer DEFAULT NULL,
								   le date DEFAULT creances.aujourdhui(), reference text DEFAULT '')
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
	IF jusque IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'une suspension a une fin',
			HINT = 'Donnez jusque => ..., son dernier jour ; reprendre() l''abrège.';
	END IF;
	RETURN creances.consigner(creancier, debiteur, 'suspension', le, motif, facture => facture, rang => rang, jusque => jusque, reference => reference);
END $$;
COMMENT ON FUNCTION creances.suspendre(text, text, text, date, text, integer, date, text) IS
'Suspend a la main les relances d''un debiteur (celles de ses factures deja nees), ou d''une de ses factures, jusqu''a un dernier jour. Auteur et motif sont gardes ; les penalites continuent de courir. Rend l''acte.';

CREATE FUNCTION creances.reprendre(acte uuid, motif text, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	a creances.acte := creances._acte(acte);
BEGIN
	IF a.genre <> 'suspension' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('l''acte %s n''est pas une suspension', acte),
			HINT = 'Un litige se ferme par clore_litige(), les autres actes par clore_acte().';
	END IF;
	IF coalesce(btrim(motif), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'une reprise demande un motif', HINT = 'Exemple : le client a répondu.';
	END IF;
	IF a.jusque < le THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = 'cette suspension a déjà pris fin', HINT = 'Les suspensions en cours sont dans creances.suspension.';
	END IF;
	PERFORM creances.clore_acte(acte, le);
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (a.creancier, 'reprise', le, a.debiteur, nullif(a.facture, ''), nullif(a.rang, 0), jsonb_build_object('acte', a.acte, 'motif', btrim(motif)));
END $$;
COMMENT ON FUNCTION creances.reprendre(uuid, text, date) IS
'Met fin a une suspension faite a la main : son dernier jour est le, et la relance reprend le lendemain a l''etape ou elle en etait.';

CREATE FUNCTION creances.accorder_delai_grace(creancier text, debiteur text, du date, jusque date, motif text, facture text DEFAULT NULL,
											  rang integer DEFAULT NULL, reference text DEFAULT '')
RETURNS uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT creances.consigner(creancier, debiteur, 'delai_de_grace', du, motif, facture => facture, rang => rang, jusque => accorder_delai_grace.jusque,
							  reference => reference);
END;
COMMENT ON FUNCTION creances.accorder_delai_grace(text, text, date, date, text, text, integer, text) IS
'Delai de grace accorde par le juge (C. civ. 1343-5), deux ans au plus : ni relance, ni penalites pendant ce delai. Rend l''acte.';

CREATE FUNCTION creances.ouvrir_procedure_collective(creancier text, debiteur text, jugement date, publication date DEFAULT NULL,
													 nature text DEFAULT 'redressement', motif text DEFAULT NULL, reference text DEFAULT '')
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	id uuid;
BEGIN
	IF nature IS NULL OR nature NOT IN ('sauvegarde', 'redressement', 'liquidation', 'retablissement') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('nature de procédure inconnue : %s', coalesce(nature, 'NULL')),
			HINT = 'Les natures sont sauvegarde, redressement, liquidation et retablissement.';
	END IF;
	IF jugement > creances.aujourdhui(creancier) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un jugement du %s n''est pas encore rendu', jugement),
			HINT = 'Donnez la date du jugement d''ouverture.';
	END IF;
	id := creances.consigner(creancier, debiteur, 'procedure_collective', jugement, coalesce(motif, 'jugement d''ouverture : ' || nature),
							 reference => reference, details => jsonb_build_object('nature', nature));
	IF publication IS NOT NULL THEN
		PERFORM creances.publier_procedure(id, publication);
	END IF;
	RETURN id;
END $$;
COMMENT ON FUNCTION creances.ouvrir_procedure_collective(text, text, date, date, text, text, text) IS
'Jugement d''ouverture : plus aucune relance des creances nees avant lui (C. com. L622-7, L622-21), les interets s''arretent (L622-28), le delai de declaration court de la publication au BODACC (R622-24). Celles nees apres suivent leur cours (L622-17). Rend l''acte.';

CREATE FUNCTION creances.publier_procedure(acte uuid, publication date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	a creances.acte := creances._acte(acte);
BEGIN
	IF a.genre <> 'procedure_collective' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('l''acte %s n''est pas une procédure collective', acte),
			HINT = 'Les procédures sont dans creances.procedure_collective.';
	END IF;
	IF publication IS NULL OR publication NOT BETWEEN a.le AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un jugement du %s n''est pas publié le %s', a.le, coalesce(publication::text, 'NULL')),
			HINT = 'Donnez la date de parution au BODACC, au plus tôt celle du jugement.';
	END IF;
	UPDATE creances.acte x SET publie_le = publication WHERE x.creancier = a.creancier AND x.acte = a.acte;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	VALUES (a.creancier, 'publication', publication, a.debiteur, jsonb_strip_nulls(jsonb_build_object('acte', a.acte, 'avant', a.publie_le)));
END $$;
COMMENT ON FUNCTION creances.publier_procedure(uuid, date) IS 'Date de publication au BODACC d''une procedure collective : le delai de declaration en court (C. com. R622-24).';

-- The receivables of an engagement, their debtor being locked.
CREATE FUNCTION creances._engager(n creances.acte, genre text, devise text, tolerance integer, decheance text, preavis integer,
								  echeances date[], montants numeric[], factures text[], echues_le date)
RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	d creances.debiteur;
	visees record;
	total numeric;
	deja numeric;
	jusqu_ici date := n.le;
BEGIN
	PERFORM creances._verifier_fait(n.le, CASE genre WHEN 'plan' THEN 'un plan' ELSE 'une promesse' END, n.motif);
	SELECT x.* INTO d FROM creances.debiteur x WHERE x.creancier = n.creancier AND x.debiteur = n.debiteur FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('débiteur inconnu : %s/%s', coalesce(n.creancier, 'NULL'), coalesce(n.debiteur, 'NULL')),
			HINT = 'Les débiteurs sont dans creances.debiteur.';
	END IF;
	IF tolerance IS NULL OR tolerance NOT BETWEEN 0 AND 60 OR preavis IS NULL OR preavis NOT BETWEEN 0 AND 365 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'la tolérance est de 0 à 60 jours, le préavis de 0 à 365', HINT = 'Omettez-les pour l''usage de la maison.';
	END IF;
	FOR i IN 1 .. coalesce(cardinality(echeances), 0) LOOP
		IF echeances[i] IS NULL OR echeances[i] < jusqu_ici OR echeances[i] > n.le + interval '10 years' THEN
			RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('échéance n° %s inattendue : %s', i, coalesce(echeances[i]::text, 'NULL')),
				HINT = 'Les échéances vont dans l''ordre, du jour de l''engagement à dix ans.';
		END IF;
		jusqu_ici := echeances[i];
	END LOOP;

	-- what is open of this debtor, in one currency
	SELECT array_agg(c.facture ORDER BY c.facture, c.rang) AS factures, array_agg(c.rang ORDER BY c.facture, c.rang) AS rangs,
		   array_agg(c.solde ORDER BY c.facture, c.rang) AS soldes, sum(c.solde) AS solde, min(c.devise) AS devise, count(DISTINCT c.devise) AS devises
	  INTO visees
	  FROM creances.creance c
	 WHERE c.creancier = n.creancier AND c.debiteur = n.debiteur AND c.solde > 0 AND NOT creances._en_compte(c.nature, c.facture, c.solde)
	   AND (devise IS NULL OR c.devise = devise)
	   AND CASE WHEN factures IS NOT NULL THEN c.facture = ANY (factures) AND (n.rang = 0 OR c.rang = n.rang) ELSE c.echeance <= echues_le END;
	IF visees.factures IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('rien n''est dû par %s/%s qui puisse être promis', n.creancier, n.debiteur),
			HINT = 'Les créances ouvertes sont dans creances.encours ; sans facture, seules celles échues à la date promise sont visées.';
	END IF;
	IF visees.devises > 1 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'ces créances sont en plusieurs devises', HINT = 'Donnez devise => ..., et un engagement par devise.';
	END IF;
	IF factures IS NOT NULL AND EXISTS (SELECT FROM unnest(factures) f WHERE f IS NULL OR f <> ALL (visees.factures)) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('une de ces factures n''est pas due par %s/%s', n.creancier, n.debiteur),
			DETAIL = (SELECT format('Factures : %s.', string_agg(coalesce(f, 'NULL'), ', ')) FROM unnest(factures) f WHERE f IS NULL OR f <> ALL (visees.factures)),
			HINT = 'Les créances ouvertes sont dans creances.encours.';
	END IF;
	deja := creances._credits(n.creancier, n.debiteur, visees.devise);
	-- what he still has to pay: his credits are already here
	IF genre = 'promesse' AND montants[1] IS NULL THEN
		montants := ARRAY[CASE WHEN visees.solde > deja THEN visees.solde - deja ELSE visees.solde END];
	END IF;
	IF EXISTS (SELECT FROM unnest(montants) m WHERE m IS NULL OR m IN ('NaN', 'Infinity', '-Infinity') OR m <= 0 OR m >= 1e15 OR m <> round(m, creances._decimales(visees.devise))) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('montant promis inattendu, en %s', visees.devise),
			HINT = 'Chaque montant est positif, sans plus de décimales que la devise.';
	END IF;
	total := (SELECT sum(m) FROM unnest(montants) m);
	IF genre = 'promesse' AND total > visees.solde OR genre = 'plan' AND total <> visees.solde THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('%s promis pour %s dus', total, visees.solde),
			HINT = CASE genre WHEN 'plan' THEN 'Les échéances d''un plan font exactement ce qui reste dû des factures visées ; ajustez les montants, ou factures => ...'
							  ELSE 'Une promesse porte au plus sur ce qui est dû.' END;
	END IF;

	IF EXISTS (SELECT FROM creances.acte a
				 JOIN creances.creance c ON c.creancier = n.creancier AND c.facture = ANY (visees.factures) AND c.debiteur = n.debiteur
				WHERE a.creancier = n.creancier AND a.debiteur = n.debiteur AND a.genre = 'procedure_collective' AND a.annule_le IS NULL
				  AND coalesce(c.livraison, c.emission, c.nee_le) < a.le) THEN
		RAISE WARNING USING MESSAGE = format('des créances de %s sont nées avant un jugement d''ouverture : leur paiement est interdit', n.debiteur),
			HINT = 'C. com. L622-7 : elles se déclarent, elles ne se promettent pas ; nommez les factures nées après le jugement.';
	END IF;

	IF genre = 'plan' AND EXISTS (
		SELECT FROM creances.engagement_creance x
		  JOIN creances.engagement g ON g.creancier = x.creancier AND g.acte = x.acte AND g.genre = 'plan' AND g.tenu_le IS NULL AND g.rompu_le IS NULL
		  JOIN creances.acte a ON a.creancier = g.creancier AND a.acte = g.acte AND a.annule_le IS NULL AND (a.jusque IS NULL OR a.jusque >= n.le)
		 WHERE x.creancier = n.creancier AND x.facture = ANY (visees.factures)) THEN
		RAISE NOTICE USING MESSAGE = 'un plan en cours vise déjà de ces factures : il reste en vigueur à côté de celui-ci',
			HINT = 'S''il est remplacé, fermez-le par clore_acte() ; il est dans creances.plan.';
	END IF;
	n.genre := genre;
	n.certain := true;
	n.details := '{}';
	n.acte := creances._inscrire(n);
	INSERT INTO creances.engagement (creancier, acte, genre, devise, tolerance, decheance, preavis, credits)
	VALUES (n.creancier, n.acte, genre, visees.devise, tolerance, decheance, preavis, deja);
	INSERT INTO creances.engagement_creance (creancier, acte, facture, rang, solde)
	SELECT n.creancier, n.acte, u.facture, u.rang, u.solde FROM unnest(visees.factures, visees.rangs, visees.soldes) u(facture, rang, solde);
	INSERT INTO creances.engagement_echeance (creancier, acte, numero, echeance, montant)
	SELECT n.creancier, n.acte, u.numero, u.echeance, u.montant FROM unnest(echeances, montants) WITH ORDINALITY u(echeance, montant, numero);
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	SELECT n.creancier, 'engagement', n.le, n.debiteur,
		   jsonb_build_object('acte', n.acte, 'genre', genre, 'devise', visees.devise, 'tolerance', tolerance, 'decheance', decheance, 'preavis', preavis,
							  'factures', (SELECT jsonb_agg(jsonb_build_array(u.facture, u.rang, u.solde)) FROM unnest(visees.factures, visees.rangs, visees.soldes) u(facture, rang, solde)),
							  'echeances', (SELECT jsonb_agg(jsonb_build_array(u.echeance, u.montant)) FROM unnest(echeances, montants) u(echeance, montant)));
	RETURN n.acte;
END $$;
COMMENT ON FUNCTION creances._engager(creances.acte, text, text, integer, text, integer, date[], numeric[], text[], date) IS 'Ecrit une promesse ou un plan, et ce qu''il vise.';

CREATE FUNCTION creances.promettre(creancier text, debiteur text, pour_le date, montant numeric DEFAULT NULL, facture text DEFAULT NULL,
								   rang integer DEFAULT NULL, motif text DEFAULT 'promesse du client', tolerance integer DEFAULT 3,
								   devise text DEFAULT NULL, le date DEFAULT creances.aujourdhui(), reference text DEFAULT '')
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	n creances.acte;
BEGIN
	IF rang IS NOT NULL AND facture IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('le rang %s ne désigne rien', rang), HINT = 'Donnez aussi la facture.';
	END IF;
	n.creancier := creancier; n.debiteur := debiteur; n.le := le; n.motif := btrim(motif); n.reference := coalesce(reference, '');
	n.facture := coalesce(facture, ''); n.rang := coalesce(rang, 0);
	RETURN creances._engager(n, 'promesse', devise, tolerance, 'aucune', 0, ARRAY[pour_le], ARRAY[montant],
							 CASE WHEN facture IS NOT NULL THEN ARRAY[facture] END, pour_le);
END $$;
COMMENT ON FUNCTION creances.promettre(text, text, date, numeric, text, integer, text, integer, text, date, text) IS
'Note une promesse de paiement : montant (si NULL, tout ce qui sera echu, credits deduits) pour une date, d''un debiteur ou pour une de ses factures. La relance attend cette date plus la tolerance (jours, usage de la maison), ou le paiement. Tenue ou non : voir creances.promesse, calculee des reglements. Une promesse reportee se ferme d''abord par clore_acte() : elle n''est alors ni tenue ni rompue. Rend l''acte.';

CREATE FUNCTION creances.accorder_plan(creancier text, debiteur text, echeances date[], montants numeric[], factures text[] DEFAULT NULL,
									   motif text DEFAULT 'plan accordé', decheance text DEFAULT 'preavis', preavis integer DEFAULT 8,
									   tolerance integer DEFAULT 3, devise text DEFAULT NULL, le date DEFAULT creances.aujourdhui(), reference text DEFAULT '')
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	n creances.acte;
BEGIN
	IF coalesce(cardinality(echeances), 0) = 0 OR cardinality(echeances) <> coalesce(cardinality(montants), 0) OR array_ndims(echeances) > 1
	   OR cardinality(echeances) > 120 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'un plan a de 1 à 120 échéances, chacune avec son montant',
			HINT = 'Exemple : echeances => ''{2026-01-31,2026-02-28}'', montants => ''{500,500}''.';
	END IF;
	IF decheance IS NULL OR decheance NOT IN ('aucune', 'immediate', 'preavis') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('déchéance inconnue : %s', coalesce(decheance, 'NULL')),
			HINT = 'aucune (l''arriéré seul est réclamé), immediate (si le plan le stipule) ou preavis (après notifier_decheance()).';
	END IF;
	n.creancier := creancier; n.debiteur := debiteur; n.le := le; n.motif := btrim(motif); n.reference := coalesce(reference, '');
	n.facture := ''; n.rang := 0;
	RETURN creances._engager(n, 'plan', devise, tolerance, decheance, preavis, echeances, montants, factures, le);
END $$;
COMMENT ON FUNCTION creances.accorder_plan(text, text, date[], numeric[], text[], text, text, integer, integer, text, date, text) IS
'Accorde un plan : ses echeances remplacent, pour la relance, celles des factures visees (toutes celles deja echues, si NULL). Une echeance manquee (tolerance passee) fait reclamer l''arriere ; decheance du terme : aucune, immediate (tout redevient exigible, a stipuler dans le plan) ou preavis (apres notifier_decheance() et ce delai en jours). Les penalites courent toujours des echeances d''origine, sauf remise. Rend l''acte.';

CREATE FUNCTION creances.notifier_decheance(acte uuid, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	a creances.acte := creances._acte(acte);
	g creances.engagement;
	e record;
BEGIN
	SELECT x.* INTO g FROM creances.engagement x WHERE x.creancier = a.creancier AND x.acte = a.acte;
	IF NOT FOUND OR g.decheance <> 'preavis' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('l''acte %s n''est pas un plan à déchéance avec préavis', acte), HINT = 'Les plans sont dans creances.plan.';
	END IF;
	IF le IS NULL OR le NOT BETWEEN a.le AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un plan du %s n''est pas dénoncé le %s', a.le, coalesce(le::text, 'NULL')),
			HINT = 'Donnez le jour où le débiteur a reçu la notification.';
	END IF;
	SELECT x.* INTO e FROM creances._engagement(a.creancier, a.acte, le) x;
	IF e.tenu OR e.rompu OR e.arriere = 0 OR a.jusque < le THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = 'ce plan n''est pas en retard : il n''y a pas de déchéance à notifier',
			HINT = 'L''arriéré est dans creances.plan.';
	END IF;
	UPDATE creances.engagement x SET notifie_le = le WHERE x.creancier = a.creancier AND x.acte = a.acte;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	VALUES (a.creancier, 'decheance_notifiee', le, a.debiteur, jsonb_build_object('acte', a.acte, 'arriere', e.arriere, 'preavis', g.preavis));
END $$;
COMMENT ON FUNCTION creances.notifier_decheance(uuid, date) IS
'Note que le debiteur a recu la notification de la decheance : si l''arriere de ce jour n''est pas paye a la fin du preavis, tout redevient exigible.';

-- ------------------------------------------------------------------ reading it

CREATE VIEW creances.suspension AS
SELECT a.creancier, a.acte, a.debiteur, d.nom,
	   CASE WHEN a.genre = 'litige' AND a.issue IN ('fonde', 'partiel') AND a.jusque < j.jour THEN 'avoir' ELSE a.genre END AS motif,
	   nullif(a.facture, '') AS facture, nullif(a.rang, 0) AS rang, a.le,
	   CASE WHEN a.issue IN ('fonde', 'partiel') AND a.jusque < j.jour THEN a.annule_le - 1
			ELSE coalesce(least(a.jusque, a.annule_le - 1), CASE WHEN g.genre = 'promesse' THEN e.terme END) END AS jusque,
	   a.montant::numeric(20,3) AS montant, a.cause, a.issue, a.admis::numeric(20,3) AS admis,
	   coalesce(a.le <= j.jour AND (a.annule_le IS NULL OR a.annule_le > j.jour)
		AND CASE WHEN a.genre = 'procedure_collective' THEN true
				 WHEN g.acte IS NOT NULL THEN (a.jusque IS NULL OR a.jusque >= j.jour) AND NOT e.tenu AND NOT e.rompu
				 WHEN a.issue IN ('fonde', 'partiel') AND a.jusque < j.jour THEN
					-- until the credit note has come
					EXISTS (SELECT FROM creances.creance c
							 WHERE c.creancier = a.creancier AND c.facture = a.facture AND a.rang IN (0, c.rang) AND c.solde > 0
							   AND (coalesce(a.admis, a.montant) IS NULL
									OR coalesce(a.admis, a.montant) > (SELECT coalesce(sum(r.montant), 0) FROM creances.reglement r
																		WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang
																		  AND r.nature = 'avoir' AND r.connu_le > a.cloture)))
				 ELSE a.jusque IS NULL OR a.jusque >= j.jour END
		AND (a.facture = '' OR EXISTS (SELECT FROM creances.creance c WHERE c.creancier = a.creancier AND c.facture = a.facture
											 AND a.rang IN (0, c.rang) AND c.solde > 0)), false) AS en_cours,
	   a.motif AS raison, a.reference, a.auteur::text AS auteur
  FROM creances.acte a
  JOIN creances.debiteur d ON d.creancier = a.creancier AND d.debiteur = a.debiteur
  JOIN creances.creancier s ON s.creancier = a.creancier
 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
  LEFT JOIN creances.engagement g ON g.creancier = a.creancier AND g.acte = a.acte
  LEFT JOIN LATERAL creances._engagement(g.creancier, g.acte, j.jour) e ON true
 WHERE a.genre IN ('procedure_collective', 'delai_de_grace', 'rejet', 'litige', 'suspension', 'promesse', 'plan');
COMMENT ON VIEW creances.suspension IS 'Ce qui suspend des relances, en cours ou passe : litiges, promesses, plans, procedures collectives, delais de grace, suspensions a la main, factures rejetees par la plateforme.';
COMMENT ON COLUMN creances.suspension.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.suspension.acte IS 'Identifiant, pour clore_litige(), reprendre(), clore_acte() ou annuler_acte().';
COMMENT ON COLUMN creances.suspension.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.suspension.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.suspension.motif IS 'procedure_collective, delai_de_grace, rejet, litige, suspension, promesse, plan, ou avoir : litige fonde dont l''avoir est attendu.';
COMMENT ON COLUMN creances.suspension.facture IS 'Facture ; NULL : celles du debiteur, ou celles de l''engagement.';
COMMENT ON COLUMN creances.suspension.rang IS 'Rang de l''echeance ; NULL : toutes.';
COMMENT ON COLUMN creances.suspension.le IS 'Premier jour.';
COMMENT ON COLUMN creances.suspension.jusque IS 'Dernier jour, s''il est connu.';
COMMENT ON COLUMN creances.suspension.montant IS 'Part contestee ; NULL : le tout.';
COMMENT ON COLUMN creances.suspension.cause IS 'Cause du litige.';
COMMENT ON COLUMN creances.suspension.issue IS 'Issue du litige.';
COMMENT ON COLUMN creances.suspension.admis IS 'Part reconnue fondee.';
COMMENT ON COLUMN creances.suspension.en_cours IS 'Vrai si elle retient encore quelque chose aujourd''hui.';
COMMENT ON COLUMN creances.suspension.raison IS 'Pourquoi, en clair.';
COMMENT ON COLUMN creances.suspension.reference IS 'Reference.';
COMMENT ON COLUMN creances.suspension.auteur IS 'Role qui l''a ecrite.';

CREATE VIEW creances.promesse AS
SELECT a.creancier, a.acte, a.debiteur, d.nom, nullif(a.facture, '') AS facture, a.le, x.echeance AS pour_le, g.tolerance,
	   g.devise, x.montant::numeric(20,3) AS montant, least(e.recu, x.montant)::numeric(20,3) AS recu,
	   CASE WHEN a.annule_le <= j.jour THEN 'annulee' WHEN e.tenu AND g.rompu_le IS NOT NULL THEN 'tenue en retard' WHEN e.tenu THEN 'tenue'
			WHEN e.rompu OR g.rompu_le <= j.jour THEN 'rompue' WHEN a.jusque < j.jour THEN 'close' ELSE 'en cours' END AS etat,
	   g.rompu_le, a.motif, a.auteur::text AS auteur
  FROM creances.engagement g
  JOIN creances.acte a ON a.creancier = g.creancier AND a.acte = g.acte
  JOIN creances.engagement_echeance x ON x.creancier = g.creancier AND x.acte = g.acte
  JOIN creances.debiteur d ON d.creancier = a.creancier AND d.debiteur = a.debiteur
  JOIN creances.creancier s ON s.creancier = a.creancier
 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
 CROSS JOIN LATERAL creances._engagement(g.creancier, g.acte, j.jour) e
 WHERE g.genre = 'promesse';
COMMENT ON VIEW creances.promesse IS 'Promesses de paiement, tenues ou non d''apres les reglements.';
COMMENT ON COLUMN creances.promesse.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.promesse.acte IS 'Identifiant.';
COMMENT ON COLUMN creances.promesse.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.promesse.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.promesse.facture IS 'Facture ; NULL : tout ce qui etait echu a la date promise.';
COMMENT ON COLUMN creances.promesse.le IS 'Jour de la promesse.';
COMMENT ON COLUMN creances.promesse.pour_le IS 'Date promise.';
COMMENT ON COLUMN creances.promesse.tolerance IS 'Jours laisses en plus.';
COMMENT ON COLUMN creances.promesse.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.promesse.montant IS 'Montant promis.';
COMMENT ON COLUMN creances.promesse.recu IS 'Recu depuis, au plus ce qui est promis.';
COMMENT ON COLUMN creances.promesse.etat IS 'en cours, tenue, tenue en retard, rompue, close ou annulee.';
COMMENT ON COLUMN creances.promesse.rompu_le IS 'Nuit ou la passe l''a vue rompue.';
COMMENT ON COLUMN creances.promesse.motif IS 'Precision.';
COMMENT ON COLUMN creances.promesse.auteur IS 'Role qui l''a notee.';

CREATE VIEW creances.plan AS
SELECT x.creancier, x.acte, x.numero, x.debiteur, x.nom, x.le, x.echeance, x.devise, x.montant::numeric(20,3) AS montant, x.recu::numeric(20,3) AS recu,
	   CASE WHEN x.etat_plan = 'dechu' OR x.etat_plan = 'en retard' AND x.echue THEN x.montant - x.recu ELSE 0 END::numeric(20,3) AS arriere,
	   CASE WHEN x.recu = x.montant THEN 'payee' WHEN x.etat_plan IN ('annule', 'clos', 'tenu') THEN x.etat_plan
			WHEN x.etat_plan = 'dechu' THEN 'exigible' WHEN x.echue THEN 'en retard' ELSE 'a venir' END AS etat,
	   x.etat_plan, x.tolerance, x.decheance, x.preavis, x.notifie_le, x.rompu_le, x.motif, x.auteur
  FROM (
	SELECT a.creancier, a.acte, x.numero, a.debiteur, d.nom, a.le, x.echeance, g.devise, x.montant,
		   greatest(0, least(x.montant, e.recu - (sum(x.montant) OVER (PARTITION BY g.creancier, g.acte ORDER BY x.numero) - x.montant))) AS recu,
		   x.echeance + g.tolerance < j.jour AS echue,
		   CASE WHEN a.annule_le <= j.jour THEN 'annule' WHEN e.rompu THEN 'dechu' WHEN e.tenu THEN 'tenu' WHEN a.jusque < j.jour THEN 'clos'
				WHEN e.arriere > 0 THEN 'en retard' ELSE 'en cours' END AS etat_plan,
		   g.tolerance, g.decheance, g.preavis, g.notifie_le, g.rompu_le, a.motif, a.auteur::text AS auteur
	  FROM creances.engagement g
	  JOIN creances.acte a ON a.creancier = g.creancier AND a.acte = g.acte
	  JOIN creances.engagement_echeance x ON x.creancier = g.creancier AND x.acte = g.acte
	  JOIN creances.debiteur d ON d.creancier = a.creancier AND d.debiteur = a.debiteur
	  JOIN creances.creancier s ON s.creancier = a.creancier
	 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
	 CROSS JOIN LATERAL creances._engagement(g.creancier, g.acte, j.jour) e
	 WHERE g.genre = 'plan') x;
COMMENT ON VIEW creances.plan IS 'Plans de paiement, une ligne par echeance ; ce qui a ete recu va aux plus anciennes.';
COMMENT ON COLUMN creances.plan.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.plan.acte IS 'Identifiant.';
COMMENT ON COLUMN creances.plan.numero IS 'Rang de l''echeance dans le plan.';
COMMENT ON COLUMN creances.plan.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.plan.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.plan.le IS 'Jour de l''accord.';
COMMENT ON COLUMN creances.plan.echeance IS 'Date d''echeance.';
COMMENT ON COLUMN creances.plan.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.plan.montant IS 'Montant de l''echeance.';
COMMENT ON COLUMN creances.plan.recu IS 'Recu pour elle.';
COMMENT ON COLUMN creances.plan.arriere IS 'Ce qui en est en retard, tolerance passee ; tout ce qui en reste, si le plan est dechu.';
COMMENT ON COLUMN creances.plan.tolerance IS 'Jours laisses en plus.';
COMMENT ON COLUMN creances.plan.decheance IS 'aucune, immediate ou preavis.';
COMMENT ON COLUMN creances.plan.preavis IS 'Jours laisses apres la notification.';
COMMENT ON COLUMN creances.plan.notifie_le IS 'Jour de la notification.';
COMMENT ON COLUMN creances.plan.etat IS 'De l''echeance : payee, en retard, exigible (plan dechu), a venir, ou tenu, clos, annule comme le plan.';
COMMENT ON COLUMN creances.plan.etat_plan IS 'Du plan : en cours, en retard, tenu, dechu, clos ou annule.';
COMMENT ON COLUMN creances.plan.rompu_le IS 'Nuit ou la passe l''a vu dechu.';
COMMENT ON COLUMN creances.plan.motif IS 'Pourquoi.';
COMMENT ON COLUMN creances.plan.auteur IS 'Role qui l''a accorde.';
