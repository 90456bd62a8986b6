-- The nightly pass.

-- What every pass must see changed: a digest of the scenarios in force.
CREATE FUNCTION creances._empreinte_scenarios() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT md5(coalesce(string_agg(e::text, ';' ORDER BY e.scenario, e.etape), '')
			   || coalesce((SELECT string_agg(c.creancier || ':' || c.scenario, ';' ORDER BY c.creancier) FROM creances.creancier c), ''))
	  FROM creances.etape_active e;
END;
COMMENT ON FUNCTION creances._empreinte_scenarios() IS 'Empreinte des scenarios en vigueur et de leur affectation.';

-- Take the changed facts into account: receivables come into the engine, leave
-- it, or are looked at again; actions that claim nothing any more are stamped.
CREATE FUNCTION creances._prendre_en_compte(jour date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
	nb integer;
	touchees uuid[];
	tout boolean := creances._empreinte_scenarios() IS DISTINCT FROM (
		SELECT p.scenarios FROM creances.passe p WHERE p.etat = 'terminee' ORDER BY p.jour DESC, p.numero DESC LIMIT 1);
BEGIN
	WITH vues AS (
		DELETE FROM creances.a_decider WHERE ctid = ANY (ARRAY(
			SELECT x.ctid FROM creances.a_decider x FOR UPDATE SKIP LOCKED))
		RETURNING creancier, facture, rang
	), changees AS MATERIALIZED (
		SELECT DISTINCT v.* FROM vues v
	)
	INSERT INTO creances.avancement AS a (creancier, facture, rang, etape, etape_initiale, stade, etape_le, prochaine_relance)
	SELECT c.creancier, c.facture, c.rang, 0, 0, NULL, NULL, CASE WHEN c.solde > 0 THEN jour END
	  FROM changees k JOIN creances.creance c USING (creancier, facture, rang)
	 ORDER BY 1, 2, 3
	ON CONFLICT (creancier, facture, rang) DO UPDATE SET prochaine_relance = excluded.prochaine_relance
	 WHERE a.prochaine_relance IS DISTINCT FROM excluded.prochaine_relance;

	-- the stage of its age, for what came in so
	UPDATE creances.avancement a
	   SET scenario = s.scenario, etape = r.etape, etape_initiale = r.etape, stade = r.stade, etape_le = c.reprise_le
	  FROM creances.creance c
	  JOIN creances.creancier s ON s.creancier = c.creancier
	 CROSS JOIN LATERAL (SELECT e.etape, e.stade FROM creances.etape_active e
						  WHERE e.scenario = s.scenario AND e.delai >= 0 AND e.stade <= 'relance_3'
							AND c.echeance + e.delai <= c.reprise_le
						  ORDER BY e.etape DESC LIMIT 1) r
	 WHERE c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
	   AND c.reprise = 'directe' AND a.etape = 0 AND a.etape_le IS NULL AND a.prochaine_relance = jour;

	IF tout THEN
		UPDATE creances.avancement a SET prochaine_relance = jour
		  FROM creances.creance c
		 WHERE c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
		   AND c.solde > 0 AND a.prochaine_relance IS DISTINCT FROM jour;
	END IF;

	-- claims that do not hold any more, then actions without a claim; what a taker or a collector holds is left
	-- (the action is locked before its lines, as everywhere)
	touchees := ARRAY(
		SELECT r.relance FROM creances.relance r
		 WHERE r.etat IN ('a_valider', 'a_envoyer')
		   AND EXISTS (SELECT FROM creances.relance_creance l
						 JOIN creances.creance c ON c.creancier = l.creancier AND c.facture = l.facture AND c.rang = l.rang
						 LEFT JOIN LATERAL creances._suspension(c.creancier, c.debiteur, c.facture, c.rang, coalesce(c.livraison, c.emission, c.nee_le), jour) s ON true
						WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat
						  AND (s.motif IS NOT NULL
							   OR NOT creances._tient(l.stade, l.echeance, r.debiteur, r.devise, c.solde, c.echeance, c.debiteur, c.devise, jour)))
		 FOR NO KEY UPDATE SKIP LOCKED);
	WITH l AS (
		UPDATE creances.relance_creance l SET etat = 'annulee'
		  FROM creances.creance c, creances.relance r
		 WHERE r.relance = ANY (touchees) AND r.etat IN ('a_valider', 'a_envoyer')
		   AND l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat
		   AND c.creancier = l.creancier AND c.facture = l.facture AND c.rang = l.rang
		   AND (NOT creances._tient(l.stade, l.echeance, r.debiteur, r.devise, c.solde, c.echeance, c.debiteur, c.devise, jour)
				OR EXISTS (SELECT FROM creances._suspension(c.creancier, c.debiteur, c.facture, c.rang, coalesce(c.livraison, c.emission, c.nee_le), jour)))
		RETURNING l.creancier, l.facture, l.rang, c.solde)
	UPDATE creances.avancement a SET prochaine_relance = jour
	  FROM l WHERE l.solde > 0 AND a.creancier = l.creancier AND a.facture = l.facture AND a.rang = l.rang;
	WITH mortes AS (
		UPDATE creances.relance r SET etat = 'annulee', motif = 'plus rien n''est à réclamer'
		 WHERE r.relance = ANY (touchees) AND r.etat IN ('a_valider', 'a_envoyer')
		   AND NOT EXISTS (SELECT FROM creances.relance_creance l
							WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat)
		RETURNING r.creancier, r.debiteur, r.relance)
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	SELECT m.creancier, 'annulation', jour, m.debiteur, m.relance, '{"motif": "plus rien n''est à réclamer"}' FROM mortes m;
	GET DIAGNOSTICS nb = ROW_COUNT;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances._prendre_en_compte(date) IS
'Consomme a_decider et annule les actions dont plus rien n''est du. Rend le nombre d''actions annulees.';

-- Queue what is due for these debtors.
CREATE FUNCTION creances._mettre_en_file(jour date, creanciers text[], debiteurs text[], OUT relances integer, OUT creances integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
	PERFORM FROM creances.debiteur d JOIN unnest(creanciers, debiteurs) u(creancier, debiteur) USING (creancier, debiteur)
	  ORDER BY d.creancier, d.debiteur FOR NO KEY UPDATE OF d;
	-- planned at each batch: the queue grows from nothing while the pass runs
	EXECUTE $q$
	WITH d AS MATERIALIZED (
		SELECT * FROM creances._decision($1, $2, $3)
	), m AS (
		INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat, envoyee_le)
		SELECT d.creancier, d.relance, d.debiteur, d.devise, d.classe, $1, min(d.scenario), min(d.canal_relance), max(d.stade_relance),
			   min(d.etat) = 'a_valider', min(d.etat), CASE WHEN min(d.etat) = 'envoyee' THEN $1 END
		  FROM d WHERE d.decision = 'relancer'
		 GROUP BY d.creancier, d.relance, d.debiteur, d.devise, d.classe
		RETURNING relance.creancier, relance.debiteur, relance.relance, relance.etat, relance.stade, relance.canal
	), l AS (
		INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, echeance, etat)
		SELECT d.creancier, d.relance, d.facture, d.rang, true, d.etape, d.stade_vise, d.echeance, d.etat
		  FROM d WHERE d.decision = 'relancer'
		RETURNING 1
	), a AS (
		UPDATE creances.avancement a
		   SET prochaine_relance = n.prochaine,
			   scenario = CASE WHEN n.faite THEN n.scenario ELSE a.scenario END,
			   etape = CASE WHEN n.faite THEN n.etape ELSE a.etape END,
			   stade = CASE WHEN n.faite THEN n.stade_vise ELSE a.stade END,
			   etape_le = CASE WHEN n.faite THEN $1 ELSE a.etape_le END
		  FROM (SELECT d.creancier, d.facture, d.rang, d.scenario, d.etape, d.stade_vise, coalesce(d.etat = 'envoyee', false) AS faite,
					   CASE WHEN d.etat = 'envoyee' THEN $1 + 1
							WHEN d.decision = 'relancer' OR d.raison IN ('derniere etape', 'attend l''envoi', 'attend la validation') THEN NULL
							WHEN d.due_le > $1 THEN d.due_le
							ELSE $1 END AS prochaine
				  FROM d WHERE d.solde > 0) n
		 WHERE a.creancier = n.creancier AND a.facture = n.facture AND a.rang = n.rang
		   AND (n.faite OR a.prochaine_relance IS DISTINCT FROM n.prochaine)
	), e AS (
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
		SELECT m.creancier, 'mise_en_file', $1, m.debiteur, m.relance,
			   jsonb_build_object('canal', m.canal, 'stade', m.stade, 'etat', m.etat) FROM m
	)
	SELECT (SELECT count(*) FROM m), (SELECT count(*) FROM l)
	$q$ INTO relances, creances USING jour, creanciers, debiteurs;
END $$;
COMMENT ON FUNCTION creances._mettre_en_file(date, text[], text[]) IS 'Met en file ce qui est du cette nuit-la pour ces debiteurs.';

-- One batch: the next debtors in key order. NULL when another pass is at work.
CREATE FUNCTION creances._passe_lot(p_jour date, p_numero integer, lot integer, INOUT creancier text, INOUT debiteur text, OUT nb integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	creanciers text[];
	debiteurs text[];
	fait record;
	relances integer := 0;
	lignes integer := 0;
	erreurs integer := 0;
	erreur text;
	apres_creancier CONSTANT text := _passe_lot.creancier;
	apres_debiteur CONSTANT text := _passe_lot.debiteur;
BEGIN
	PERFORM creances._verifier_date(p_jour, 'la passe');
	IF NOT pg_try_advisory_xact_lock(hashtext('creances.passe')) THEN
		_passe_lot.nb := NULL;
		RETURN;
	END IF;
	SELECT array_agg(k.creancier ORDER BY k.creancier, k.debiteur), array_agg(k.debiteur ORDER BY k.creancier, k.debiteur)
	  INTO creanciers, debiteurs
	  FROM (SELECT DISTINCT c.creancier, c.debiteur
			  FROM creances.avancement a
			  JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
			 WHERE a.prochaine_relance <= p_jour AND c.solde > 0
			   AND (apres_creancier IS NULL OR (c.creancier, c.debiteur) > (apres_creancier, apres_debiteur))
			 ORDER BY 1, 2 LIMIT lot) k;
	_passe_lot.nb := coalesce(cardinality(creanciers), 0);
	IF _passe_lot.nb = 0 THEN
		RETURN;
	END IF;
	BEGIN
		fait := creances._mettre_en_file(p_jour, creanciers, debiteurs);
		relances := fait.relances;
		lignes := fait.creances;
	EXCEPTION WHEN OTHERS THEN
		-- one of them: each by itself, and the culprit is written down
		FOR i IN 1 .. cardinality(creanciers) LOOP
			BEGIN
				fait := creances._mettre_en_file(p_jour, creanciers[i:i], debiteurs[i:i]);
				relances := relances + fait.relances;
				lignes := lignes + fait.creances;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
				erreurs := erreurs + 1;
				INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
				VALUES (creanciers[i], 'erreur', p_jour, debiteurs[i],
						jsonb_build_object('sqlstate', SQLSTATE, 'message', erreur));
			END;
		END LOOP;
	END;
	UPDATE creances.passe p
	   SET debiteurs = p.debiteurs + _passe_lot.nb, relances = p.relances + fait_relances.n, creances = p.creances + fait_relances.l,
		   erreurs = p.erreurs + fait_relances.e, erreur = coalesce(fait_relances.m, p.erreur)
	  FROM (SELECT relances AS n, lignes AS l, erreurs AS e, erreur AS m) fait_relances
	 WHERE p.jour = p_jour AND p.numero = p_numero;
	_passe_lot.creancier := creanciers[cardinality(creanciers)];
	_passe_lot.debiteur := debiteurs[cardinality(creanciers)];
END $$;
COMMENT ON FUNCTION creances._passe_lot(date, integer, integer, text, text) IS
'Un lot de la passe : les debiteurs suivants dans l''ordre des cles. nb NULL : une autre passe travaille.';

CREATE FUNCTION creances._ouvrir_passe(p_jour date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	num integer;
	mortes integer;
	derniere date;
BEGIN
	PERFORM creances._verifier_date(p_jour, 'la passe');
	IF NOT pg_try_advisory_xact_lock(hashtext('creances.passe')) THEN
		RETURN NULL;
	END IF;
	SELECT max(p.jour) INTO derniere FROM creances.passe p;
	IF p_jour < derniere THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006',
			MESSAGE = format('une passe du %s est plus ancienne que la dernière, du %s', p_jour, derniere),
			HINT = 'Les passes avancent dans le temps : une nuit manquée se rattrape par la passe du jour.';
	END IF;
	UPDATE creances.passe SET etat = 'interrompue', fin = clock_timestamp() WHERE etat = 'en cours';
	SELECT coalesce(max(p.numero), 0) + 1 INTO num FROM creances.passe p WHERE p.jour = p_jour;
	mortes := creances._prendre_en_compte(p_jour);
	INSERT INTO creances.passe (jour, numero, annulees, scenarios)
	VALUES (p_jour, num, mortes, creances._empreinte_scenarios());
	RETURN num;
END $$;
COMMENT ON FUNCTION creances._ouvrir_passe(date) IS 'Ouvre une passe ; NULL si une autre travaille.';

CREATE FUNCTION creances._fermer_passe(p_jour date, p_numero integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	UPDATE creances.passe SET etat = 'terminee', fin = clock_timestamp()
	 WHERE jour = p_jour AND numero = p_numero AND etat = 'en cours';
END;
COMMENT ON FUNCTION creances._fermer_passe(date, integer) IS 'Ferme une passe.';

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

CREATE PROCEDURE creances.passe_relance(au date DEFAULT NULL, lot integer DEFAULT 500)
LANGUAGE plpgsql AS $$
DECLARE
	jour date := coalesce(au, creances.aujourdhui());
	num integer;
	l record;
	reste bigint;
	avant bigint;
BEGIN
	PERFORM creances._verifier_session('la passe');
	PERFORM creances._verifier_date(jour, 'la passe');
	IF lot IS NULL OR lot OPERATOR(pg_catalog.<=) 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le lot doit être positif',
			HINT = 'Donnez un nombre de débiteurs par transaction, par exemple 500.';
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
	num := creances._ouvrir_passe(jour);
	COMMIT;
	IF num IS NULL THEN
		RAISE NOTICE 'une autre passe est en cours : elle fera le travail';
		RETURN;
	END IF;
	SELECT NULL::pg_catalog.text AS creancier, NULL::pg_catalog.text AS debiteur, 1 AS nb INTO l;
	LOOP
		SELECT x.* INTO l FROM creances._passe_lot(jour, num, lot, l.creancier, l.debiteur) x;
		COMMIT;
		EXIT WHEN l.nb IS NULL OR l.nb OPERATOR(pg_catalog.=) 0;
	END LOOP;
	IF l.nb IS NOT NULL THEN
		PERFORM creances._fermer_passe(jour, num);
		COMMIT;
	END IF;
END $$;
COMMENT ON PROCEDURE creances.passe_relance(date, integer) IS
'La passe de relance de cette nuit (la date du jour si NULL) : rafraichit les faits, puis met en file ce qui est du, par lots de debiteurs valides un a un. Peut etre tuee, relancee, appelee deux fois : le resultat est le meme.';
