-- The nightly pass, one run for each creditor: two sessions may each do one.
-- Debtors in key order, a batch a transaction; killed, run twice, late: the
-- same end.

-- What every pass must see changed: a digest of the scenarios in force.
CREATE FUNCTION creances._empreinte_scenarios(creancier text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT md5(coalesce(string_agg(e::text, ';' ORDER BY e.scenario, e.etape), '')
			   || coalesce((SELECT string_agg(k::text, ';' ORDER BY k.scenario) FROM creances.scenario_actif k), '')
			   || coalesce((SELECT c.scenario FROM creances.creancier c WHERE c.creancier = _empreinte_scenarios.creancier), ''))
	  FROM creances._etape_active e;
END;
COMMENT ON FUNCTION creances._empreinte_scenarios(text) IS 'Empreinte des scenarios en vigueur et de celui du creancier.';

-- Take the changed facts into account: receivables come into the engine, leave
-- it, or are looked at again; promises and plans are held against the money;
-- actions that claim nothing any more are stamped.
CREATE FUNCTION creances._prendre_en_compte(p_creancier text, jour date, sans_attendre boolean DEFAULT false) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	nb integer;
	touchees uuid[];
	relances uuid[];
	factures text[];
	rangs integer[];
	suspensions text[];
	a_tenir text[];
	tenus text[];
	laisses text[] := '{}';
	tout boolean := creances._empreinte_scenarios(p_creancier) IS DISTINCT FROM (
		SELECT p.scenarios FROM creances.passe p WHERE p.creancier = p_creancier AND p.etat = 'terminee' ORDER BY p.jour DESC, p.numero DESC LIMIT 1);
	-- no step of any scenario is due before this many days after a due date
	plus_tot CONSTANT integer := coalesce((SELECT min(e.delai) FROM creances._etape_active e), 0);
BEGIN
	-- whoever writes of a debtor locks him first, in key order
	DELETE FROM creances.passe_travail WHERE creancier = p_creancier;
	WITH vues AS (
		DELETE FROM creances.a_decider WHERE ctid = ANY (ARRAY(
			SELECT x.ctid FROM creances.a_decider x WHERE x.creancier = p_creancier FOR UPDATE SKIP LOCKED))
		RETURNING facture, rang
	)
	INSERT INTO creances.passe_travail (creancier, debiteur, facture, rang)
	SELECT DISTINCT c.creancier, c.debiteur, c.facture, c.rang
	  FROM vues v JOIN creances.creance c ON c.creancier = p_creancier AND c.facture = v.facture AND c.rang = v.rang;
	a_tenir := ARRAY(
		SELECT t.debiteur FROM creances.passe_travail t WHERE t.creancier = p_creancier
		UNION SELECT x.debiteur FROM creances.engagement g JOIN creances.acte x ON x.creancier = g.creancier AND x.acte = g.acte
			   WHERE g.creancier = p_creancier AND g.tenu_le IS NULL AND g.rompu_le IS NULL
		UNION SELECT r.debiteur FROM creances.relance r WHERE r.creancier = p_creancier AND r.etat IN ('a_valider', 'a_envoyer')
		UNION SELECT d.debiteur FROM creances.debiteur d WHERE tout AND d.creancier = p_creancier);
	IF sans_attendre THEN
		-- whom somebody holds for long is left to the next pass
		tenus := ARRAY(SELECT d.debiteur FROM creances.debiteur d
						WHERE d.creancier = p_creancier AND d.debiteur IN (SELECT unnest(a_tenir)) ORDER BY d.debiteur FOR NO KEY UPDATE SKIP LOCKED);
		laisses := ARRAY(SELECT unnest(a_tenir) EXCEPT SELECT unnest(tenus));
		WITH rendus AS (
			DELETE FROM creances.passe_travail t WHERE t.creancier = p_creancier AND t.debiteur = ANY (laisses) RETURNING t.facture, t.rang)
		INSERT INTO creances.a_decider (creancier, facture, rang) SELECT p_creancier, r.facture, r.rang FROM rendus r;
	ELSE
		PERFORM FROM creances.debiteur d
		   WHERE d.creancier = p_creancier AND d.debiteur IN (SELECT unnest(a_tenir)) ORDER BY d.debiteur FOR NO KEY UPDATE;
	END IF;

	-- promises and plans: kept, or not; what was kept by money that has bounced is weighed again
	IF EXISTS (SELECT FROM creances.engagement g WHERE g.creancier = p_creancier AND g.tenu_le IS NOT NULL) THEN
		UPDATE creances.engagement g SET tenu_le = NULL
		  FROM (SELECT DISTINCT x.acte FROM creances.passe_travail t
				  JOIN creances.engagement_creance x ON x.creancier = t.creancier AND x.facture = t.facture AND x.rang = t.rang
				 WHERE t.creancier = p_creancier OFFSET 0) x
		 CROSS JOIN LATERAL (SELECT e.tenu FROM creances._engagement(p_creancier, x.acte, jour) e OFFSET 0) e
		 WHERE g.creancier = p_creancier AND g.acte = x.acte AND g.tenu_le IS NOT NULL AND g.rompu_le IS NULL AND NOT e.tenu;
	END IF;
	WITH constats AS (
		UPDATE creances.engagement g
		   SET tenu_le = CASE WHEN v.tenu THEN jour END, rompu_le = CASE WHEN v.rompu THEN jour END
		  FROM (SELECT y.creancier, y.acte, x.debiteur, x.facture, x.rang, e.genre, e.devise, e.recu, e.total, e.arriere, e.tenu, e.rompu
				  FROM creances.engagement y
				  JOIN creances.acte x ON x.creancier = y.creancier AND x.acte = y.acte AND x.le <= jour
									  AND (x.annule_le IS NULL OR x.annule_le > jour) AND (x.jusque IS NULL OR x.jusque >= jour)
				 CROSS JOIN LATERAL creances._engagement(y.creancier, y.acte, jour) e
				 WHERE y.creancier = p_creancier AND y.tenu_le IS NULL AND y.rompu_le IS NULL AND (e.tenu OR e.rompu) AND x.debiteur <> ALL (laisses)) v
		 WHERE g.creancier = v.creancier AND g.acte = v.acte
		RETURNING g.creancier, g.acte, v.debiteur, v.facture, v.rang, v.genre, v.devise, v.recu, v.total, v.rompu)
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	SELECT k.creancier, CASE WHEN k.rompu THEN 'engagement_rompu' ELSE 'engagement_tenu' END, jour, k.debiteur, nullif(k.facture, ''), nullif(k.rang, 0),
		   jsonb_build_object('acte', k.acte, 'genre', k.genre, 'devise', k.devise, 'promis', k.total, 'recu', k.recu)
	  FROM constats k;

	INSERT INTO creances.avancement AS a (creancier, facture, rang, prochaine_relance)
	-- what cannot be due yet sleeps until then
	SELECT c.creancier, c.facture, c.rang, CASE WHEN c.solde > 0 THEN greatest(jour, c.echeance + plus_tot) END
	  FROM creances.passe_travail k JOIN creances.creance c ON c.creancier = p_creancier AND c.facture = k.facture AND c.rang = k.rang
	 -- what was settled before the engine ever saw it has nothing to do here
	 WHERE k.creancier = p_creancier
	   AND (c.solde > 0 OR EXISTS (SELECT FROM creances.avancement x WHERE x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang))
	 ORDER BY 1, 2, 3
	ON CONFLICT (creancier, facture, rang) DO UPDATE
	   SET prochaine_relance = CASE WHEN a.stade IS NULL OR excluded.prochaine_relance IS NULL THEN excluded.prochaine_relance ELSE jour END
	 WHERE a.prochaine_relance IS DISTINCT FROM CASE WHEN a.stade IS NULL OR excluded.prochaine_relance IS NULL THEN excluded.prochaine_relance ELSE jour END;

	-- the stage of its age, for what came in so
	UPDATE creances.avancement a
	   SET scenario = s.scenario, etape = r.etape, etape_initiale = r.etape, stade_initial = r.stade, stade = r.stade, etape_le = c.reprise_le
	  FROM creances.creance c
	  JOIN creances.creancier k ON k.creancier = c.creancier
	  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
	 CROSS JOIN LATERAL (SELECT y.scenario FROM creances._scenario(c.creancier, c.facture, c.debiteur, d.segment, k.scenario) y OFFSET 0) s
	 CROSS JOIN LATERAL (SELECT e.etape, e.stade FROM creances._etape_active e
						  WHERE e.scenario = s.scenario AND e.delai >= 0 AND e.stade <= 'relance_3'
							AND c.echeance + e.delai <= c.reprise_le
						  ORDER BY e.etape DESC LIMIT 1) r
	 WHERE a.creancier = p_creancier AND a.etape = 0 AND a.etape_le IS NULL AND a.stade IS NULL AND a.prochaine_relance = jour
	   AND c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang AND c.reprise = 'directe'
	   AND c.echeance + (SELECT min(e.delai) FROM creances._etape_active e WHERE e.delai >= 0 AND e.stade <= 'relance_3') <= c.reprise_le;

	IF tout THEN
		UPDATE creances.avancement a SET prochaine_relance = v.prochaine
		  FROM creances.creance c
		 CROSS JOIN LATERAL (SELECT greatest(jour, c.echeance + plus_tot) AS prochaine) v
		 WHERE a.creancier = p_creancier AND a.stade IS NULL AND c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
		   AND c.solde > 0 AND a.prochaine_relance IS DISTINCT FROM v.prochaine;
		UPDATE creances.avancement a SET prochaine_relance = jour
		  FROM creances.creance c
		 WHERE a.creancier = p_creancier AND a.stade IS NOT NULL AND c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
		   AND c.solde > 0 AND a.prochaine_relance IS DISTINCT FROM jour;
	END IF;

	-- what is promised or planned is looked at each night, and on the one when that ends
	UPDATE creances.avancement a SET prochaine_relance = jour
	  FROM creances.engagement g
	  JOIN creances.engagement_creance x ON x.creancier = g.creancier AND x.acte = g.acte
	  JOIN creances.creance c ON c.creancier = x.creancier AND c.facture = x.facture AND c.rang = x.rang AND c.solde > 0
	 WHERE g.creancier = p_creancier AND (g.tenu_le IS NULL AND g.rompu_le IS NULL OR jour IN (g.tenu_le, g.rompu_le))
	   AND a.creancier = x.creancier AND a.facture = x.facture AND a.rang = x.rang AND a.prochaine_relance IS DISTINCT FROM jour;

	-- claims that do not hold any more, then actions without a claim; what a taker or a collector holds is left
	-- (the action is locked before its lines, as everywhere)
	SELECT array_agg(x.relance), array_agg(x.facture), array_agg(x.rang), array_agg(x.suspension) INTO relances, factures, rangs, suspensions
	  FROM creances._file(jour, p_creancier) x WHERE NOT x.tient AND x.etat <> 'prise' AND x.debiteur <> ALL (laisses);
	IF relances IS NULL THEN
		RETURN 0;
	END IF;
	touchees := ARRAY(
		SELECT r.relance FROM creances.relance r
		 WHERE r.creancier = p_creancier AND r.etat IN ('a_valider', 'a_envoyer') AND r.relance IN (SELECT unnest(relances))
		 ORDER BY r.debiteur, r.relance
		 FOR NO KEY UPDATE SKIP LOCKED);
	WITH l AS (
		UPDATE creances.relance_creance l SET etat = 'annulee'
		  FROM unnest(relances, factures, rangs) x(relance, facture, rang)
		 WHERE x.relance IN (SELECT unnest(touchees)) AND l.creancier = p_creancier AND l.relance = x.relance AND l.facture = x.facture AND l.rang = x.rang
		   AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer')
		RETURNING l.facture, l.rang)
	UPDATE creances.avancement a SET prochaine_relance = jour
	  FROM l JOIN creances.creance c ON c.creancier = p_creancier AND c.facture = l.facture AND c.rang = l.rang AND c.solde > 0
	 WHERE a.creancier = p_creancier AND a.facture = l.facture AND a.rang = l.rang;
	WITH mortes AS (
		UPDATE creances.relance r
		   SET etat = 'annulee',
			   motif = coalesce((SELECT 'suspendue : ' || replace(min(x.suspension), '_', ' ') FROM unnest(relances, suspensions) x(relance, suspension)
								  WHERE x.relance = r.relance AND x.suspension IS NOT NULL), 'plus rien n''est à réclamer')
		 WHERE r.creancier = p_creancier AND r.relance IN (SELECT unnest(touchees)) AND r.etat IN ('a_valider', 'a_envoyer')
		   AND NOT EXISTS (SELECT FROM creances.relance_creance l
							WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat)
		RETURNING r.creancier, r.debiteur, r.relance, r.motif)
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	SELECT m.creancier, 'annulation', jour, m.debiteur, m.relance, jsonb_build_object('motif', m.motif) FROM mortes m;
	GET DIAGNOSTICS nb = ROW_COUNT;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances._prendre_en_compte(text, date, boolean) IS
'Consomme a_decider, constate les promesses et les plans tenus ou rompus, et annule les actions dont plus rien n''est a reclamer. Rend le nombre d''actions annulees.';

-- Queue what is due for these debtors.
CREATE FUNCTION creances._mettre_en_file(jour date, creancier text, debiteurs text[], factures text[], rangs integer[], OUT relances integer, OUT creances integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
	PERFORM FROM creances.debiteur d
	  WHERE d.creancier = _mettre_en_file.creancier AND d.debiteur = ANY (debiteurs)
	  ORDER BY d.debiteur FOR NO KEY UPDATE;
	-- planned at each batch: the queue grows from nothing while the pass runs
	EXECUTE $q$
	WITH d AS MATERIALIZED (
		SELECT * FROM creances._decision($1, $2, $3, $4, $5)
	), m AS (
		INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, groupe, le, scenario, canal, stade, validation, etat, envoyee_le, envoyee_instant, cout)
		SELECT $2, d.relance, d.debiteur, d.devise, d.classe, d.groupe, $1, (array_agg(d.scenario ORDER BY d.stade_vise DESC, d.etape DESC))[1],
			   min(d.canal_relance), max(d.stade_relance), min(d.etat) = 'a_valider', min(d.etat),
			   CASE WHEN min(d.etat) = 'envoyee' THEN $1 END, CASE WHEN min(d.etat) = 'envoyee' THEN clock_timestamp() END,
			   CASE WHEN min(d.etat) = 'envoyee' THEN max(d.cout) END
		  FROM d WHERE d.decision = 'relancer'
		 GROUP BY d.relance, d.debiteur, d.devise, d.classe, d.groupe
		RETURNING relance.debiteur, relance.relance, relance.etat, relance.stade, relance.canal
	), l AS (
		INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, scenario, etape, occurrence, stade, echeance, etat)
		SELECT $2, d.relance, d.facture, d.rang, true, d.scenario, d.etape,
			   1 + (SELECT count(*) FROM creances.relance_creance x
					 WHERE x.creancier = $2 AND x.facture = d.facture AND x.rang = d.rang AND x.reclamee AND x.etape = d.etape AND x.scenario = d.scenario),
			   d.stade_vise, d.echeance_relance, d.etat
		  FROM d WHERE d.decision = 'relancer'
		RETURNING 1
	), a AS (
		UPDATE creances.avancement a
		   SET prochaine_relance = n.prochaine,
			   scenario = CASE WHEN n.faite THEN n.scenario ELSE a.scenario END,
			   etape = CASE WHEN n.faite THEN n.etape ELSE a.etape END,
			   stade = CASE WHEN n.faite THEN n.stade_vise ELSE a.stade END,
			   etape_le = CASE WHEN n.faite THEN $1 ELSE a.etape_le END,
			   repetitions = CASE WHEN NOT n.faite THEN a.repetitions WHEN n.repetition THEN a.repetitions + 1 ELSE 0 END,
			   accorde_au = CASE WHEN n.faite THEN $1 + n.delai_accorde ELSE a.accorde_au END
		  FROM (SELECT d.facture, d.rang, d.scenario, d.etape, d.stade_vise, d.repetition, d.delai_accorde, coalesce(d.etat = 'envoyee', false) AS faite,
					   CASE WHEN d.etat = 'envoyee' THEN $1 + 1
							WHEN d.decision = 'relancer' OR d.raison IN ('derniere etape', 'attend l''envoi', 'attend la validation') THEN NULL
							-- a hold ends on its day, or when somebody says so; promises and plans are looked at each night
							WHEN d.suspension IS NOT NULL THEN d.fin + 1
							WHEN d.due_le > $1 THEN d.due_le
							ELSE $1 END AS prochaine
				  FROM d WHERE d.solde > 0) n
		 WHERE a.creancier = $2 AND a.facture = n.facture AND a.rang = n.rang
		   AND (n.faite OR a.prochaine_relance IS DISTINCT FROM n.prochaine)
	), e AS (
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
		SELECT $2, 'mise_en_file', $1, m.debiteur, m.relance,
			   jsonb_build_object('canal', m.canal, 'stade', m.stade, 'etat', m.etat) FROM m
	)
	SELECT (SELECT count(*) FROM m), (SELECT count(*) FROM l)
	$q$ INTO relances, creances USING jour, creancier, debiteurs, factures, rangs;
END $$;
COMMENT ON FUNCTION creances._mettre_en_file(date, text, text[], text[], integer[]) IS 'Met en file ce qui est du cette nuit-la pour ces creances et leurs debiteurs.';

-- One batch: the next debtors in key order. NULL when another pass is at work.
CREATE FUNCTION creances._passe_lot(p_creancier text, p_jour date, p_numero integer, lot integer, INOUT debiteur text, OUT nb integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	apres CONSTANT text := _passe_lot.debiteur;
	dernier text;
	debiteurs text[];
	factures text[];
	rangs integer[];
	fait record;
	relances integer := 0;
	lignes integer := 0;
	erreurs integer := 0;
	erreur text;
	un text;
BEGIN
	PERFORM creances._verifier_date(p_jour, 'la passe');
	IF NOT creances._verrou_passe(p_creancier) THEN
		_passe_lot.nb := NULL;
		RETURN;
	END IF;
	SELECT array_agg(k.debiteur ORDER BY k.debiteur), max(k.debiteur) INTO debiteurs, dernier
	  FROM (SELECT DISTINCT t.debiteur FROM creances.passe_travail t
			 WHERE t.creancier = p_creancier AND (apres IS NULL OR t.debiteur > apres)
			 ORDER BY 1 LIMIT lot) k;
	_passe_lot.nb := coalesce(cardinality(debiteurs), 0);
	IF _passe_lot.nb = 0 THEN
		RETURN;
	END IF;
	SELECT array_agg(t.facture ORDER BY t.debiteur, t.facture, t.rang), array_agg(t.rang ORDER BY t.debiteur, t.facture, t.rang) INTO factures, rangs
	  FROM creances.passe_travail t
	 WHERE t.creancier = p_creancier AND (apres IS NULL OR t.debiteur > apres) AND t.debiteur <= dernier;
	BEGIN
		fait := creances._mettre_en_file(p_jour, p_creancier, debiteurs, factures, rangs);
		relances := fait.relances;
		lignes := fait.creances;
	EXCEPTION WHEN OTHERS THEN
		-- one of them: each by itself, and the culprit is written down
		FOREACH un IN ARRAY debiteurs LOOP
			BEGIN
				SELECT array_agg(t.facture ORDER BY t.facture, t.rang), array_agg(t.rang ORDER BY t.facture, t.rang) INTO factures, rangs
				  FROM creances.passe_travail t WHERE t.creancier = p_creancier AND t.debiteur = un;
				fait := creances._mettre_en_file(p_jour, p_creancier, ARRAY[un], factures, rangs);
				relances := relances + fait.relances;
				lignes := lignes + fait.creances;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
				erreurs := erreurs + 1;
				INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
				VALUES (p_creancier, 'erreur', p_jour, un, jsonb_build_object('sqlstate', SQLSTATE, 'message', erreur));
			END;
		END LOOP;
	END;
	UPDATE creances.passe p
	   SET debiteurs = p.debiteurs + _passe_lot.nb, relances = p.relances + f.n, creances = p.creances + f.l,
		   erreurs = p.erreurs + f.e, erreur = coalesce(f.m, p.erreur)
	  FROM (SELECT relances AS n, lignes AS l, erreurs AS e, erreur AS m) f
	 WHERE p.creancier = p_creancier AND p.jour = p_jour AND p.numero = p_numero;
	-- on the first night the planner knows nothing of the queue, and reads it whole for each look-up by key
	IF lignes > 0 AND EXISTS (SELECT FROM pg_class k WHERE k.oid = 'creances.relance_creance'::regclass AND k.reltuples <= 0) THEN
		ANALYZE creances.relance, creances.relance_creance;
	END IF;
	-- told to whoever listens once the batch is committed
	IF relances > 0 THEN
		PERFORM creances._annoncer('file', p_creancier, p_jour, relances);
	END IF;
	_passe_lot.debiteur := dernier;
END $$;
COMMENT ON FUNCTION creances._passe_lot(text, date, integer, integer, text) IS
'Un lot de la passe : les debiteurs suivants dans l''ordre des cles. nb NULL : une autre passe travaille.';

CREATE FUNCTION creances._annoncer(genre text, creancier text, jour date, nombre integer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT pg_notify('creances', jsonb_build_object('genre', genre, 'creancier', left(creancier, 200), 'le', to_char(jour, 'YYYY-MM-DD'), 'nombre', nombre)::text);
END;
COMMENT ON FUNCTION creances._annoncer(text, text, date, integer) IS 'NOTIFY sur le canal creances, recu apres la validation : genre, creancier, le, nombre.';

CREATE FUNCTION creances._verrou_passe(creancier text) RETURNS boolean
LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT pg_try_advisory_xact_lock(hashtext('creances.passe'), hashtext(creancier));
END;
COMMENT ON FUNCTION creances._verrou_passe(text) IS 'Une seule passe a la fois par creancier.';

CREATE FUNCTION creances._ouvrir_passe(p_creancier text, p_jour date, sans_attendre boolean DEFAULT false) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	num integer;
	mortes integer;
	derniere date;
BEGIN
	PERFORM creances._verifier_date(p_jour, 'la passe');
	IF NOT creances._verrou_passe(p_creancier) THEN
		RETURN NULL;
	END IF;
	SELECT max(p.jour) INTO derniere FROM creances.passe p WHERE p.creancier = p_creancier;
	IF p_jour < derniere THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006',
			MESSAGE = format('une passe du %s est plus ancienne que la dernière, du %s', p_jour, derniere),
			HINT = 'Les passes avancent dans le temps : une nuit manquée se rattrape par la passe du jour.';
	END IF;
	UPDATE creances.passe SET etat = 'interrompue', fin = clock_timestamp() WHERE creancier = p_creancier AND etat = 'en cours';
	SELECT coalesce(max(p.numero), 0) + 1 INTO num FROM creances.passe p WHERE p.creancier = p_creancier AND p.jour = p_jour;
	mortes := creances._prendre_en_compte(p_creancier, p_jour, sans_attendre);
	DELETE FROM creances.passe_travail WHERE creancier = p_creancier;
	INSERT INTO creances.passe_travail (creancier, debiteur, facture, rang)
	SELECT c.creancier, c.debiteur, c.facture, c.rang
	  FROM creances.avancement a
	  JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
	 WHERE a.creancier = p_creancier AND a.prochaine_relance <= p_jour AND c.solde > 0
	 ORDER BY c.debiteur;
	INSERT INTO creances.passe (creancier, jour, numero, a_examiner, annulees, scenarios)
	VALUES (p_creancier, p_jour, num, (SELECT count(DISTINCT t.debiteur) FROM creances.passe_travail t WHERE t.creancier = p_creancier), mortes,
			creances._empreinte_scenarios(p_creancier));
	RETURN num;
END $$;
COMMENT ON FUNCTION creances._ouvrir_passe(text, date, boolean) IS 'Ouvre une passe et dresse le travail de la nuit ; NULL si une autre travaille.';

-- An error of one company does not stop the others: it is told, and raised when
-- they are done. A deadlock is tried again; a debtor whom somebody keeps locked is
-- waited for ten seconds, then left to the next pass.
CREATE FUNCTION creances._commencer_passe(p_creancier text, p_jour date, OUT numero integer, OUT code text, OUT message text, OUT conseil text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	delai CONSTANT text := current_setting('lock_timeout');
BEGIN
	FOR essai IN 1 .. 3 LOOP
		BEGIN
			code := NULL;
			PERFORM set_config('lock_timeout', CASE WHEN delai = '0' THEN '10s' ELSE delai END, true);
			numero := creances._ouvrir_passe(p_creancier, p_jour, essai > 1);
			PERFORM set_config('lock_timeout', delai, true);
			RETURN;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, conseil = PG_EXCEPTION_HINT;
			EXIT WHEN code NOT IN ('40P01', '40001', '55P03');
		END;
	END LOOP;
	INSERT INTO creances.evenement (creancier, genre, le, details)
	VALUES (p_creancier, 'erreur', p_jour, jsonb_build_object('sqlstate', code, 'message', message));
END $$;
COMMENT ON FUNCTION creances._commencer_passe(text, date) IS 'Ouvre la passe d''un creancier (numero NULL : une autre travaille), ou rend l''erreur qui l''empeche.';

CREATE FUNCTION creances._fermer_passe(p_creancier text, p_jour date, p_numero integer, p_sceau text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
	DELETE FROM creances.passe_travail WHERE creancier = p_creancier;
	UPDATE creances.passe SET etat = 'terminee', fin = clock_timestamp(), sceau = p_sceau
	 WHERE creancier = p_creancier AND jour = p_jour AND numero = p_numero AND etat = 'en cours';
	PERFORM creances._annoncer('passe', p_creancier, p_jour, p.relances) FROM creances.passe p
	  WHERE p.creancier = p_creancier AND p.jour = p_jour AND p.numero = p_numero;
END $$;
COMMENT ON FUNCTION creances._fermer_passe(text, date, integer, text) IS 'Ferme une passe.';

-- A date of the engine: finite, and not in the future.
CREATE FUNCTION creances._verifier_date(le date, quoi text) RETURNS date
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	demain date := greatest(creances.aujourdhui(),
		(SELECT max(creances.aujourdhui(c.creancier)) FROM creances.creancier c));
BEGIN
	IF le IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = format('la date de %s ne peut pas être NULL', quoi),
			HINT = 'Omettez-la pour la date du jour.';
	END IF;
	IF NOT isfinite(le) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('la date de %s ne peut pas être infinie', quoi),
			HINT = 'Omettez-la pour la date du jour.';
	END IF;
	IF le > demain THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la date de %s est dans le futur : %s', quoi, le),
			HINT = 'creances.simuler_passe() montre ce que fera une nuit à venir, sans rien écrire.';
	END IF;
	RETURN le;
END $$;
COMMENT ON FUNCTION creances._verifier_date(date, text) IS 'Refuse une date NULL, infinie ou future.';

-- The queue looks at facts that others commit meanwhile: one snapshot for the
-- whole transaction could remind somebody who has just paid.
CREATE FUNCTION creances._verifier_session(quoi text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF pg_is_in_recovery() THEN
		RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = format('%s est impossible sur un serveur de secours', quoi),
			HINT = 'Appelez-la sur le serveur primaire.';
	END IF;
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('%s demande le niveau d''isolation read committed', quoi),
			DETAIL = 'Un paiement validé pendant la transaction n''y serait pas vu.',
			HINT = 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED.';
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_session(text) IS 'Refuse un serveur de secours et une isolation qui ne verrait pas les paiements.';

CREATE PROCEDURE creances.passe_relance(au date DEFAULT NULL, lot integer DEFAULT 5000, creancier text DEFAULT NULL)
LANGUAGE plpgsql AS $$
DECLARE
	societes pg_catalog.text[];
	societe pg_catalog.text;
	jour pg_catalog.date;
	num integer;
	l record;
	reste bigint;
	avant bigint;
	sceau pg_catalog.text;
	ouverture record;
	code pg_catalog.text;
	message pg_catalog.text;
	conseil pg_catalog.text;
BEGIN
	PERFORM creances._verifier_session('la passe');
	IF au IS NOT NULL THEN
		PERFORM creances._verifier_date(au, 'la passe');
	END IF;
	IF lot IS NULL OR lot OPERATOR(pg_catalog.<=) 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le lot doit être positif',
			HINT = 'Donnez un nombre de débiteurs par transaction, par exemple 5000.';
	END IF;
	PERFORM creances._verifier_hors_bloc('passe_relance()');
	-- a partition that nobody has tied yet hides its writes: compare
	PERFORM creances._a_resynchroniser(n.table_suivie, false) FROM (SELECT DISTINCT x.table_suivie FROM creances._partitions_nues x) n;
	COMMIT;
	LOOP
		SELECT pg_catalog.count(*) INTO reste FROM creances.a_revoir;
		EXIT WHEN reste OPERATOR(pg_catalog.=) 0 OR reste OPERATOR(pg_catalog.>=) avant;
		avant := reste;
		PERFORM creances.rafraichir(10000);
		COMMIT;
	END LOOP;
	PERFORM creances.rafraichir();
	COMMIT;
	-- (a company may have come with what was just read)
	SELECT pg_catalog.array_agg(c.creancier ORDER BY c.creancier) INTO societes FROM creances.creancier c
	 WHERE passe_relance.creancier IS NULL OR c.creancier OPERATOR(pg_catalog.=) passe_relance.creancier;
	IF societes IS NULL AND creancier IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = pg_catalog.format('créancier inconnu : %s', creancier),
			HINT = 'Les créanciers sont dans creances.creancier.';
	END IF;
	FOREACH societe IN ARRAY coalesce(societes, '{}') LOOP
		jour := coalesce(au, creances.aujourdhui(societe));
		SELECT x.* INTO ouverture FROM creances._commencer_passe(societe, jour) x;
		COMMIT;
		IF ouverture.code IS NOT NULL THEN
			IF code IS NULL THEN
				code := ouverture.code;
				message := ouverture.message;
				conseil := ouverture.conseil;
			END IF;
			RAISE WARNING USING ERRCODE = ouverture.code, MESSAGE = pg_catalog.format('la passe de %s n''a pas eu lieu : %s', societe, ouverture.message);
			CONTINUE;
		END IF;
		num := ouverture.numero;
		IF num IS NULL THEN
			RAISE NOTICE 'une autre passe de % est en cours : elle fera le travail', societe;
			CONTINUE;
		END IF;
		SELECT NULL::pg_catalog.text AS debiteur, 1 AS nb INTO l;
		LOOP
			SELECT x.* INTO l FROM creances._passe_lot(societe, jour, num, lot, l.debiteur) x;
			COMMIT;
			EXIT WHEN l.nb IS NULL OR l.nb OPERATOR(pg_catalog.=) 0;
		END LOOP;
		IF l.nb IS NOT NULL THEN
			sceau := creances._sceller(societe);
			COMMIT;
			PERFORM creances._fermer_passe(societe, jour, num, sceau);
			COMMIT;
		END IF;
	END LOOP;
	IF code IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = code, MESSAGE = message, HINT = coalesce(conseil, '');
	END IF;
END $$;
COMMENT ON PROCEDURE creances.passe_relance(date, integer, text) IS
'La passe de relance de cette nuit (la date du jour de chaque creancier si NULL) : rafraichit les faits, puis, pour un creancier ou pour tous l''un apres l''autre, met en file ce qui est du, par lots de debiteurs valides un a un, et scelle le journal. Peut etre tuee, relancee, appelee deux fois : le resultat est le meme. Deux sessions peuvent faire chacune un creancier. creances.passe montre l''avancement.';
