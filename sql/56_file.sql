-- The queue: taking, confirming, failing, passing over.

CREATE FUNCTION creances.prendre_relances(canal text DEFAULT NULL, nombre integer DEFAULT 100, au date DEFAULT creances.aujourdhui())
RETURNS TABLE (id uuid, creancier text, debiteur text, nom text, langue text, courriel text, telephone text, adresse text,
			   canal_prevu text, stade text, devise text, montant numeric, penalites numeric, indemnites numeric, factures jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	p_canal CONSTANT text := prendre_relances.canal;
	p_au CONSTANT date := prendre_relances.au;
	debut CONSTANT timestamptz := clock_timestamp();
	r creances.relance;
	pris uuid[] := '{}';
	nb integer;
	verrouillees integer;
	totaux record;
BEGIN
	PERFORM creances._verifier_session('la prise des relances');
	PERFORM creances._verifier_date(p_au, 'la prise');
	IF p_canal NOT IN ('courriel', 'telephone', 'sms', 'lettre', 'lrar', 'interne') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('canal inconnu : %s', p_canal),
			HINT = 'Les canaux sont courriel, telephone, sms, lettre, lrar et interne ; NULL pour tous.';
	END IF;
	IF nombre IS NULL OR nombre <= 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le nombre de relances à prendre doit être positif',
			HINT = 'Donnez par exemple 100.';
	END IF;
	PERFORM creances.rafraichir();

	FOR r IN SELECT x.* FROM creances.relance x
			  WHERE x.etat = 'a_envoyer' AND x.le <= p_au AND (p_canal IS NULL OR x.canal = p_canal)
			  ORDER BY x.creancier, x.debiteur, x.devise, x.stade DESC, x.le
	LOOP
		EXIT WHEN cardinality(pris) >= nombre;
		-- under locks, in key order: the debtor, the action, the receivables; whatever is busy is left whole
		PERFORM FROM creances.debiteur d WHERE d.creancier = r.creancier AND d.debiteur = r.debiteur FOR NO KEY UPDATE SKIP LOCKED;
		CONTINUE WHEN NOT FOUND;
		PERFORM FROM creances.relance x WHERE x.creancier = r.creancier AND x.relance = r.relance AND x.etat = 'a_envoyer'
		   FOR NO KEY UPDATE SKIP LOCKED;
		CONTINUE WHEN NOT FOUND;
		SELECT count(*) INTO nb FROM creances.relance_creance l
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer';
		SELECT count(*) INTO verrouillees FROM (
			SELECT FROM creances.creance c JOIN creances.relance_creance l USING (creancier, facture, rang)
			 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer'
			 ORDER BY c.facture, c.rang FOR NO KEY UPDATE OF c SKIP LOCKED) v;
		CONTINUE WHEN verrouillees < nb;
		-- one message a debtor, currency and day, whenever it was queued, and the spacing for the softer ones
		CONTINUE WHEN r.classe = 'message' AND r.groupe = '' AND EXISTS (
			SELECT FROM creances.relance x
			  LEFT JOIN creances.scenario_actif k ON k.scenario = r.scenario
			 WHERE x.creancier = r.creancier AND x.debiteur = r.debiteur AND x.devise = r.devise AND x.classe = 'message' AND x.groupe = ''
			   AND x.relance <> r.relance AND x.etat IN ('prise', 'envoyee')
			   AND greatest(x.prise_le, x.envoyee_le) > p_au - CASE WHEN r.stade < 'mise_en_demeure' THEN greatest(k.contact_min, 1) ELSE 1 END);
		-- the facts as they are now, read after the locks: a faulty row, one of the debtor's that the journal holds, or
		-- one that another session is refreshing and whose debtor nobody knows yet, leaves the message whole
		CONTINUE WHEN EXISTS (
			WITH x AS MATERIALIZED (SELECT y.* FROM creances._restes(p_au, r.creancier, ARRAY[r.debiteur]) y)
			SELECT FROM x
			  JOIN creances.relance_creance l ON l.creancier = x.societe AND l.facture = x.facture AND l.rang = x.rang
			 WHERE l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer' AND x.obstacle IS NOT NULL)
			OR EXISTS (
			SELECT FROM creances.a_revoir j
			  LEFT JOIN creances.creance c ON c.suivi = j.suivi AND c.cle = j.cle
			 WHERE (c.creancier, c.debiteur) = (r.creancier, r.debiteur)
				OR j.cle IS NULL OR c.cle IS NULL AND j.instant < debut);

		-- freeze what it claims, drop what owes nothing, list the other overdue items
		WITH x AS MATERIALIZED (SELECT y.* FROM creances._restes(p_au, r.creancier, ARRAY[r.debiteur]) y)
		UPDATE creances.relance_creance l
		   SET etat = CASE WHEN f.reste > 0 AND creances._tient(l.stade, l.echeance, r.debiteur, r.devise, f.solde, f.echeance, r.debiteur, r.devise, p_au)
						   THEN 'prise' ELSE 'annulee' END,
			   solde = coalesce(f.solde, 0), montant = coalesce(f.reste, 0), penalites = f.penalites, indemnite = f.indemnite
		  FROM (SELECT c.facture, c.rang, x.echeance_relance AS echeance, x.solde, x.reste, k.penalites, k.indemnite
				  FROM creances.relance_creance c
				  LEFT JOIN x
						 ON x.facture = c.facture AND x.rang = c.rang AND x.devise = r.devise
				 CROSS JOIN LATERAL creances._accessoires(c.creancier, c.facture, c.rang, p_au, coalesce(x.solde - x.reste, 0)) k
				 WHERE c.creancier = r.creancier AND c.relance = r.relance AND c.reclamee AND c.etat = 'a_envoyer') f
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer'
		   AND l.facture = f.facture AND l.rang = f.rang;
		-- dropped but still owed: looked at again by the next pass
		UPDATE creances.avancement a SET prochaine_relance = p_au
		  FROM creances.relance_creance l JOIN creances.creance c USING (creancier, facture, rang)
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'annulee' AND c.solde > 0
		   AND a.creancier = l.creancier AND a.facture = l.facture AND a.rang = l.rang AND a.prochaine_relance IS NULL;
		SELECT sum(l.montant) AS montant, sum(l.penalites) AS penalites, sum(l.indemnite) AS indemnites, max(l.stade) AS stade, count(*) AS nb,
			   p_au + max(e.delai_accorde) AS date_limite
		  INTO totaux FROM creances.relance_creance l
		  LEFT JOIN creances._etape_active e ON e.scenario = l.scenario AND e.etape = l.etape
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'prise';
		-- nothing left, or what gave the message its stage and channel is gone: the rest is not reminded more harshly than
		-- it is due, the next pass decides again
		IF totaux.nb = 0 OR totaux.stade < r.stade THEN
			WITH l AS (
				UPDATE creances.relance_creance l SET etat = 'annulee'
				 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'prise'
				RETURNING l.facture, l.rang)
			UPDATE creances.avancement a SET prochaine_relance = p_au
			  FROM l WHERE a.creancier = r.creancier AND a.facture = l.facture AND a.rang = l.rang;
			UPDATE creances.relance x
			   SET etat = 'annulee', motif = CASE totaux.nb WHEN 0 THEN coalesce(
						(SELECT 'suspendue : ' || replace(min(y.suspension), '_', ' ') FROM creances._restes(p_au, r.creancier, ARRAY[r.debiteur]) y
						   JOIN creances.relance_creance l ON l.creancier = y.societe AND l.facture = y.facture AND l.rang = y.rang
						  WHERE l.relance = r.relance AND l.reclamee AND y.suspension IS NOT NULL), 'plus rien n''est à réclamer') ELSE 'le plus haut stade n''est plus dû' END
			 WHERE x.creancier = r.creancier AND x.relance = r.relance;
			INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
			SELECT x.creancier, 'annulation', p_au, x.debiteur, x.relance, jsonb_build_object('motif', x.motif)
			  FROM creances.relance x WHERE x.creancier = r.creancier AND x.relance = r.relance;
			CONTINUE;
		END IF;
		WITH x AS MATERIALIZED (SELECT y.* FROM creances._restes(p_au, r.creancier, ARRAY[r.debiteur]) y)
		INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etat, solde, montant, penalites, indemnite)
		SELECT x.societe, r.relance, x.facture, x.rang, false, 'prise', x.solde, x.reste, k.penalites, k.indemnite
		  FROM x
		 CROSS JOIN LATERAL creances._accessoires(x.societe, x.facture, x.rang, p_au, x.solde - x.reste) k
		 WHERE x.devise = r.devise AND x.reste > 0 AND x.echeance < p_au AND x.obstacle IS NULL AND r.groupe = ''
		   -- what is beyond is not told in a friendlier tone
		   AND (r.stade >= 'mise_en_demeure'
				OR NOT EXISTS (SELECT FROM creances.avancement v WHERE v.creancier = x.societe AND v.facture = x.facture AND v.rang = x.rang
								 AND v.stade >= 'mise_en_demeure'))
		   AND NOT EXISTS (SELECT FROM creances.relance_creance l
							WHERE l.creancier = x.societe AND l.relance = r.relance AND l.facture = x.facture AND l.rang = x.rang AND l.etat <> 'annulee')
		ON CONFLICT (creancier, relance, facture, rang) DO UPDATE
		   SET reclamee = false, scenario = NULL, etape = NULL, occurrence = NULL, stade = NULL, etat = 'prise', solde = excluded.solde, montant = excluded.montant,
			   penalites = excluded.penalites, indemnite = excluded.indemnite;
		UPDATE creances.relance x
		   SET etat = 'prise', prise_le = p_au, prise_par = session_user,
			   montant = totaux.montant, penalites = totaux.penalites, indemnites = totaux.indemnites, date_limite = totaux.date_limite
		 WHERE x.creancier = r.creancier AND x.relance = r.relance;
		-- its text is what will have been sent, whatever becomes of the template
		BEGIN
			UPDATE creances.relance x SET langue = t.langue, sujet = t.sujet, corps = t.corps
			  FROM creances._composer(r.creancier, r.relance, p_au) t
			 WHERE x.creancier = r.creancier AND x.relance = r.relance;
		EXCEPTION WHEN OTHERS THEN
			PERFORM creances.echec_envoi(r.relance, 'message impossible à composer : ' || SQLERRM, p_au);
			CONTINUE;
		END;
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
		VALUES (r.creancier, 'prise', p_au, r.debiteur, r.relance,
				jsonb_build_object('montant', totaux.montant, 'penalites', totaux.penalites, 'indemnites', totaux.indemnites,
								   'empreinte', creances._empreinte_message(r.creancier, r.relance)));
		pris := pris || r.relance;
	END LOOP;

	-- a last look: what has been paid while we were at it goes back to the queue, to be looked at by the next taking
	PERFORM creances.remettre(x.relance, p_au)
	   FROM creances.relance x
	  WHERE x.relance = ANY (pris)
		AND EXISTS (SELECT FROM creances.a_revoir j JOIN creances.creance c ON c.suivi = j.suivi AND c.cle = j.cle
					 WHERE c.creancier = x.creancier AND c.debiteur = x.debiteur);
	IF cardinality(pris) > 0 THEN
		PERFORM creances._annoncer('prise', NULL, p_au, cardinality(pris));
	END IF;
	RETURN QUERY
	SELECT x.relance, d.creancier, d.debiteur, d.nom, d.langue, d.courriel, d.telephone, d.adresse, x.canal, x.stade::text, x.devise,
		   x.montant, x.penalites, x.indemnites,
		   (SELECT jsonb_agg(jsonb_build_object('facture', l.facture, 'rang', l.rang, 'echeance', c.echeance, 'reclamee', l.reclamee,
												'stade', l.stade, 'solde', l.solde, 'montant', l.montant,
												'penalites', l.penalites, 'indemnite', l.indemnite)
							 ORDER BY l.reclamee DESC, c.echeance, l.facture, l.rang)
			  FROM creances.relance_creance l JOIN creances.creance c USING (creancier, facture, rang)
			 WHERE l.creancier = x.creancier AND l.relance = x.relance AND l.etat = 'prise')
	  FROM creances.relance x
	  JOIN creances.debiteur d ON d.creancier = x.creancier AND d.debiteur = x.debiteur
	 WHERE x.relance = ANY (pris) AND x.etat = 'prise'
	 ORDER BY d.creancier, d.debiteur, x.devise, x.stade DESC, x.le;
END $$;
COMMENT ON FUNCTION creances.prendre_relances(text, integer, date) IS
'Prend au plus "nombre" relances a envoyer par ce canal (NULL : tous), montants figes. Validez la transaction AVANT d''envoyer, puis appelez confirmer_envoi() ou echec_envoi(). Ce qui est paye n''est jamais rendu ; une relance dont une creance est verrouillee ou attend le rafraichissement est laissee entiere. "indemnites" est en EUR.';

-- What an action says, in one digest: its text and its lines. The event of its
-- taking holds it, and is sealed.
CREATE FUNCTION creances._empreinte_message(creancier text, relance uuid) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT encode(sha256(creances._octets(jsonb_build_array(r.langue, r.sujet, r.corps, r.montant, r.penalites, r.indemnites, to_char(r.date_limite, 'YYYY-MM-DD'),
			(SELECT jsonb_agg(jsonb_build_array(l.facture, l.rang, l.reclamee, l.scenario, l.etape, l.stade::text, l.solde, l.montant, l.penalites, l.indemnite)
							  ORDER BY creances._octets(l.facture), l.rang)
			   FROM creances.relance_creance l WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = r.etat))::text)), 'hex')
	  FROM creances.relance r WHERE r.creancier = _empreinte_message.creancier AND r.relance = _empreinte_message.relance;
END;
COMMENT ON FUNCTION creances._empreinte_message(text, uuid) IS 'sha256 d''un message pris : son texte, ses montants et ses lignes.';

-- The action of this id, locked with its debtor, in one of these states.
CREATE FUNCTION creances._action(id uuid, VARIADIC etats text[]) RETURNS creances.relance
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r creances.relance;
BEGIN
	-- the debtor first, as whoever takes or queues: no deadlock
	PERFORM FROM creances.debiteur d
	   WHERE (d.creancier, d.debiteur) = (SELECT x.creancier, x.debiteur FROM creances.relance x WHERE x.relance = id)
	   FOR NO KEY UPDATE;
	SELECT x.* INTO r FROM creances.relance x WHERE x.relance = id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucune relance %s', coalesce(id::text, 'NULL')),
			HINT = 'Les relances en cours sont dans creances.a_faire.';
	END IF;
	IF r.etat <> ALL (etats) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la relance %s est dans l''état %s', id, r.etat),
			HINT = format('L''état attendu est : %s.', array_to_string(etats, ' ou '));
	END IF;
	RETURN r;
END $$;
COMMENT ON FUNCTION creances._action(uuid, text[]) IS 'L''action de cet identifiant, verrouillee ; RC006 si elle n''est pas dans un de ces etats.';

-- A date that does not come before another.
CREATE FUNCTION creances._verifier_suite(le date, quoi text, avant date, quoi_avant text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM creances._verifier_date(le, quoi);
	IF le < avant THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la date de %s, le %s, précède celle de %s, le %s', quoi, le, quoi_avant, avant),
			HINT = 'Donnez la date réelle.';
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_suite(date, text, date, text) IS 'Refuse une date NULL, infinie, future, ou qui precede une autre.';

CREATE FUNCTION creances.confirmer_envoi(id uuid, preuve jsonb DEFAULT NULL, le date DEFAULT creances.aujourdhui(), cout numeric DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'prise');
	presentee date;
BEGIN
	PERFORM creances._verifier_suite(le, 'l''envoi', r.prise_le, 'la prise');
	IF cout IN ('NaN', 'Infinity', '-Infinity') OR cout < 0 OR cout >= 1e9 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('coût inattendu : %s', cout),
			HINT = 'Le coût d''une action est en EUR, positif ou nul ; omettez-le pour celui de l''étape.';
	END IF;
	BEGIN
		presentee := (preuve ->> 'presentee_le')::date;
	EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow THEN
		RAISE EXCEPTION USING ERRCODE = '22007', MESSAGE = format('date de présentation illisible : « %s »', preuve ->> 'presentee_le'),
			HINT = 'Donnez preuve => ''{"presentee_le": "2026-02-04"}'', la date de l''avis de réception ou de la première présentation.';
	END;
	IF presentee < le OR NOT isfinite(presentee) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('une lettre envoyée le %s n''est pas présentée le %s', le, presentee),
			HINT = 'Donnez à presentee_le la date de l''avis de réception ou de la première présentation.';
	END IF;
	UPDATE creances.relance x
	   SET etat = 'envoyee', envoyee_le = le, envoyee_instant = clock_timestamp(), preuve = confirmer_envoi.preuve,
		   cout = coalesce(confirmer_envoi.cout, (SELECT max(e.cout) FROM creances.relance_creance l
													JOIN creances._etape_active e ON e.scenario = l.scenario AND e.etape = l.etape
												   WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'prise'), 0)
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	WITH l AS (
		UPDATE creances.relance_creance l SET etat = 'envoyee'
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = 'prise'
		RETURNING l.facture, l.rang, l.reclamee, l.scenario, l.etape, l.stade)
	UPDATE creances.avancement a
	   SET scenario = l.scenario, etape = l.etape, stade = l.stade, etape_le = le, prochaine_relance = le + 1,
		   repetitions = CASE WHEN a.scenario = l.scenario AND a.etape = l.etape AND a.stade = l.stade THEN a.repetitions + 1 ELSE 0 END,
		   accorde_au = le + (SELECT e.delai_accorde FROM creances._etape_active e WHERE e.scenario = l.scenario AND e.etape = l.etape),
		   mise_en_demeure_le = CASE WHEN l.stade = 'mise_en_demeure' THEN le ELSE a.mise_en_demeure_le END
	  FROM l WHERE l.reclamee AND a.creancier = r.creancier AND a.facture = l.facture AND a.rang = l.rang;
	-- its reception starts a consumer's interest (C. civ. 1344-1), not its sending
	IF presentee IS NOT NULL THEN
		PERFORM creances.consigner(r.creancier, r.debiteur, 'mise_en_demeure', presentee,
								   format('envoyée le %s, reçue ou présentée le %s', to_char(le, 'DD/MM/YYYY'), to_char(presentee, 'DD/MM/YYYY')),
								   l.facture, l.rang, reference => r.relance::text)
		   FROM creances.relance_creance l
		   -- (what the ERP has given to somebody else since is not his any more)
		   JOIN creances.creance c ON c.creancier = l.creancier AND c.facture = l.facture AND c.rang = l.rang AND c.debiteur = r.debiteur
		  WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = 'envoyee' AND l.reclamee AND l.stade = 'mise_en_demeure'
		  ORDER BY l.facture, l.rang;
	END IF;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	VALUES (r.creancier, 'envoi', le, r.debiteur, r.relance, jsonb_strip_nulls(jsonb_build_object('stade', r.stade, 'preuve', preuve,
			'cout', (SELECT x.cout FROM creances.relance x WHERE x.creancier = r.creancier AND x.relance = r.relance))));
END $$;
COMMENT ON FUNCTION creances.confirmer_envoi(uuid, jsonb, date, numeric) IS
'L''action prise est faite : chaque creance qu''elle reclame avance d''une etape, a cette date. cout, en EUR : celui de l''etape a defaut. La preuve est gardee telle quelle ; {"presentee_le": "2026-02-04"} consigne la reception d''une mise en demeure, qui fait courir les interets d''un consommateur.';

CREATE FUNCTION creances.echec_envoi(id uuid, motif text, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'prise', 'a_envoyer', 'a_valider');
BEGIN
	PERFORM creances._verifier_suite(le, 'l''échec', coalesce(r.prise_le, r.le), CASE WHEN r.prise_le IS NULL THEN 'la mise en file' ELSE 'la prise' END);
	IF coalesce(btrim(motif), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'un échec demande un motif', HINT = 'Exemple : adresse refusée.';
	END IF;
	UPDATE creances.relance x SET etat = 'echec', motif = echec_envoi.motif
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	WITH l AS (
		UPDATE creances.relance_creance l SET etat = 'echec'
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = r.etat
		RETURNING l.facture, l.rang, l.reclamee)
	-- the step may not be the one that is due any more
	UPDATE creances.avancement a SET prochaine_relance = le
	  FROM l WHERE l.reclamee AND a.creancier = r.creancier AND a.facture = l.facture AND a.rang = l.rang;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	VALUES (r.creancier, 'echec', le, r.debiteur, r.relance, jsonb_build_object('motif', motif));
END $$;
COMMENT ON FUNCTION creances.echec_envoi(uuid, text, date) IS
'L''action n''est pas partie, ou est refusee (une mise en demeure a valider). Rien n''avance : remettre() la remet en file, passer_etape() passe outre.';

CREATE FUNCTION creances.valider_relance(id uuid, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'a_valider');
BEGIN
	PERFORM creances._verifier_suite(le, 'la validation', r.le, 'la mise en file');
	PERFORM creances._annoncer('validation', r.creancier, le, 1);
	UPDATE creances.relance x SET etat = 'a_envoyer', validee_le = le, validee_par = session_user
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	UPDATE creances.relance_creance l SET etat = 'a_envoyer'
	 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = 'a_valider';
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance) VALUES (r.creancier, 'validation', le, r.debiteur, r.relance);
END $$;
COMMENT ON FUNCTION creances.valider_relance(uuid, date) IS 'Valide une action qui le demande : elle peut etre prise.';

CREATE FUNCTION creances.remettre(id uuid, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'echec', 'prise');
	depuis CONSTANT text := r.etat;
	-- refused before it was validated: it is to be validated again
	vers CONSTANT text := CASE WHEN r.validation AND r.validee_le IS NULL THEN 'a_valider' ELSE 'a_envoyer' END;
BEGIN
	PERFORM creances._verifier_suite(le, 'la remise', coalesce(r.prise_le, r.le), CASE WHEN r.prise_le IS NULL THEN 'la mise en file' ELSE 'la prise' END);
	DELETE FROM creances.relance_creance l WHERE l.creancier = r.creancier AND l.relance = r.relance AND NOT l.reclamee;
	-- what has gone further meanwhile is not reminded more softly, nor twice
	UPDATE creances.relance_creance l SET etat = 'annulee'
	  FROM creances.avancement a
	 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = depuis
	   AND a.creancier = l.creancier AND a.facture = l.facture AND a.rang = l.rang
	   AND (a.stade > l.stade OR a.scenario = l.scenario AND a.etape > l.etape);
	IF NOT EXISTS (SELECT FROM creances.relance_creance l WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = depuis) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la relance %s ne réclame plus rien : ses créances sont allées plus loin', id),
			HINT = 'creances.decision() dit où elles en sont.';
	END IF;
	BEGIN
		UPDATE creances.relance_creance l SET etat = vers, solde = NULL, montant = NULL, penalites = NULL, indemnite = NULL
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = depuis;
	EXCEPTION WHEN unique_violation THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('une autre relance réclame déjà une créance de la relance %s', id),
			HINT = 'Laissez partir l''autre relance.';
	END;
	UPDATE creances.relance x SET etat = vers, motif = NULL, prise_le = NULL, prise_par = NULL,
								  montant = NULL, penalites = NULL, indemnites = NULL, date_limite = NULL, langue = NULL, sujet = NULL, corps = NULL
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	VALUES (r.creancier, 'remise', le, r.debiteur, r.relance, jsonb_build_object('depuis', depuis));
END $$;
COMMENT ON FUNCTION creances.remettre(uuid, date) IS
'Remet en file une action en echec, ou prise et dont on sait qu''elle n''est pas partie. Une issue inconnue n''est jamais renvoyee d''elle-meme.';

-- What stands in the queue for a receivable is void; nothing was sent of it.
CREATE FUNCTION creances._vider_file(c creances.creance, motif text, le date) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	relances uuid[];
BEGIN
	-- (a message that failed may be to the customer whom the invoice had then)
	relances := ARRAY(SELECT l.relance FROM creances.relance_creance l
					   WHERE l.creancier = c.creancier AND l.facture = c.facture AND l.rang = c.rang AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'prise', 'echec'));
	-- (the action is locked before its lines, as everywhere)
	PERFORM FROM creances.relance r WHERE r.creancier = c.creancier AND r.relance = ANY (relances) ORDER BY r.relance FOR NO KEY UPDATE;
	IF EXISTS (SELECT FROM creances.relance_creance l WHERE l.creancier = c.creancier AND l.facture = c.facture AND l.rang = c.rang
				 AND l.reclamee AND l.etat = 'prise') THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = 'une relance qui réclame cette créance est prise',
			HINT = 'Appelez d''abord confirmer_envoi() ou echec_envoi().';
	END IF;
	-- mise_en_demeure_le, which starts a consumer's interest (C. civ. 1344-1), is confirmer_envoi()'s alone
	UPDATE creances.relance_creance l SET etat = 'annulee'
	 WHERE l.creancier = c.creancier AND l.facture = c.facture AND l.rang = c.rang AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'echec');
	WITH mortes AS (
		UPDATE creances.relance r SET etat = 'annulee', motif = _vider_file.motif
		 WHERE r.creancier = c.creancier AND r.relance = ANY (relances) AND r.etat IN ('a_valider', 'a_envoyer', 'echec')
		   AND NOT EXISTS (SELECT FROM creances.relance_creance l
							WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat)
		RETURNING r.debiteur, r.relance)
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	SELECT c.creancier, 'annulation', _vider_file.le, m.debiteur, m.relance, jsonb_build_object('motif', _vider_file.motif) FROM mortes m;
END $$;
COMMENT ON FUNCTION creances._vider_file(creances.creance, text, date) IS 'Annule ce qui est en file pour une creance ; RC006 si une relance qui la reclame est prise.';

CREATE FUNCTION creances.passer_etape(creancier text, facture text, rang integer, motif text, le date DEFAULT creances.aujourdhui())
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := passer_etape.creancier;
	p_facture CONSTANT text := passer_etape.facture;
	p_rang CONSTANT integer := passer_etape.rang;
	p_le CONSTANT date := passer_etape.le;
	c creances.creance;
	h record;
	vue integer;
BEGIN
	PERFORM creances._verifier_date(p_le, 'l''étape');
	IF coalesce(btrim(passer_etape.motif), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'passer une étape demande un motif', HINT = 'Exemple : vu avec le client par téléphone.';
	END IF;
	SELECT x.* INTO c FROM creances.creance x WHERE x.creancier = p_creancier AND x.facture = p_facture AND x.rang = p_rang;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('aucune créance %s/%s/%s', coalesce(p_creancier, 'NULL'), coalesce(p_facture, 'NULL'), coalesce(p_rang::text, 'NULL')),
			HINT = 'Les créances ouvertes sont dans creances.encours.';
	END IF;
	vue := (SELECT x.etape FROM creances._decision(p_le, p_creancier, ARRAY[c.debiteur], ARRAY[p_facture], ARRAY[p_rang]) x
			 WHERE x.facture = p_facture AND x.rang = p_rang);
	PERFORM FROM creances.debiteur d WHERE d.creancier = c.creancier AND d.debiteur = c.debiteur FOR NO KEY UPDATE;
	SELECT x.* INTO h FROM creances._decision(p_le, p_creancier, ARRAY[c.debiteur], ARRAY[p_facture], ARRAY[p_rang]) x
	 WHERE x.facture = p_facture AND x.rang = p_rang;
	IF c.solde <= 0 OR h.etape IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006',
			MESSAGE = format('la créance %s/%s/%s n''a pas d''étape à passer', p_creancier, p_facture, p_rang),
			HINT = 'Elle est soldée, ou à la dernière étape de son scénario.';
	END IF;
	-- another session has made it advance while we waited: it is not the step that the caller saw
	IF h.etape <> vue THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la créance %s/%s/%s vient d''avancer : la prochaine étape est la %s', p_creancier, p_facture, p_rang, h.etape),
			HINT = 'Relisez creances.decision(), puis rappelez passer_etape() s''il y a lieu.';
	END IF;
	PERFORM creances._verifier_suite(p_le, 'l''étape', h.faite_le, 'l''étape précédente');
	PERFORM creances._vider_file(c, 'étape passée : ' || passer_etape.motif, p_le);
	INSERT INTO creances.avancement AS a (creancier, facture, rang, scenario, etape, etape_initiale, stade_initial, stade, etape_le, prochaine_relance)
	VALUES (p_creancier, p_facture, p_rang, h.scenario, h.etape, h.faite, h.stade, h.stade_vise, p_le, p_le + 1)
	ON CONFLICT (creancier, facture, rang) DO UPDATE
	   SET scenario = excluded.scenario, etape = excluded.etape, stade = excluded.stade, etape_le = excluded.etape_le,
		   repetitions = CASE WHEN h.repetition THEN a.repetitions + 1 ELSE 0 END, accorde_au = NULL,
		   prochaine_relance = excluded.prochaine_relance;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (p_creancier, 'etape_passee', p_le, c.debiteur, p_facture, p_rang,
			jsonb_build_object('scenario', h.scenario, 'etape', h.etape, 'stade', h.stade_vise, 'motif', passer_etape.motif));
	RETURN h.etape;
END $$;
COMMENT ON FUNCTION creances.passer_etape(text, text, integer, text, date) IS
'Passe a la main l''etape suivante d''une creance, sans rien envoyer : auteur et motif sont gardes. Rend l''etape passee.';

CREATE FUNCTION creances.changer_stade(creancier text, facture text, rang integer, stade creances.stade_relance, motif text, le date DEFAULT creances.aujourdhui())
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_variable
DECLARE
	c creances.creance;
	a creances.avancement;
	h record;
	vise integer;
BEGIN
	PERFORM creances._verifier_date(le, 'la mise à ce stade');
	IF coalesce(btrim(motif), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'changer de stade demande un motif', HINT = 'Exemple : dossier remis à l''avocat.';
	END IF;
	IF stade IS NULL OR stade IN ('soldee', 'non_echue') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('ce stade ne se donne pas à la main : %s', coalesce(stade::text, 'NULL')),
			HINT = 'Donnez echue (la relance recommence au début), ou de preventive à irrecouvrable ; le reste se lit des factures et des règlements.';
	END IF;
	PERFORM creances._debiteur_de(creancier, facture, rang);
	SELECT x.* INTO c FROM creances.creance x WHERE x.creancier = changer_stade.creancier AND x.facture = changer_stade.facture AND x.rang = changer_stade.rang;
	SELECT x.* INTO h FROM creances._decision(le, creancier, ARRAY[c.debiteur], ARRAY[facture], ARRAY[rang]) x
	 WHERE x.facture = changer_stade.facture AND x.rang = changer_stade.rang;
	IF c.solde <= 0 OR h.scenario IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la créance %s/%s/%s n''est pas à relancer', creancier, facture, rang),
			HINT = 'Elle est soldée, ou c''est un crédit.';
	END IF;
	SELECT x.* INTO a FROM creances.avancement x WHERE x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang;
	PERFORM creances._verifier_suite(le, 'la mise à ce stade', a.etape_le, 'l''étape précédente');
	PERFORM creances._vider_file(c, 'stade changé : ' || motif, le);
	vise := coalesce((SELECT max(e.etape) FROM creances._etape_active e
					   WHERE e.scenario = h.scenario AND e.stade <= changer_stade.stade AND changer_stade.stade <> 'echue'), 0);
	INSERT INTO creances.avancement AS x (creancier, facture, rang, scenario, etape, etape_initiale, stade_initial, stade, etape_le, prochaine_relance)
	VALUES (c.creancier, c.facture, c.rang, h.scenario, vise, h.faite, h.stade, nullif(stade, 'echue'), le, le + 1)
	ON CONFLICT ON CONSTRAINT avancement_pkey DO UPDATE
	   SET scenario = excluded.scenario, etape = excluded.etape, stade = excluded.stade, etape_le = excluded.etape_le,
		   repetitions = 0, accorde_au = NULL, prochaine_relance = excluded.prochaine_relance;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (c.creancier, 'stade_change', le, c.debiteur, c.facture, c.rang,
			jsonb_strip_nulls(jsonb_build_object('avant', h.stade, 'stade', stade, 'scenario', h.scenario, 'etape', vise, 'motif', btrim(motif))));
END $$;
COMMENT ON FUNCTION creances.changer_stade(text, text, integer, creances.stade_relance, text, date) IS
'Change a la main le stade d''une creance, en avant ou en arriere : auteur et motif sont gardes, ce qui etait en file est annule, la suite part du stade donne. Rien n''est envoye.';
