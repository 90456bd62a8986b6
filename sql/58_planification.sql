-- Scheduling by pg_cron, and the retention of old passes.
--
-- pg_cron (1.4: GMT, five fields) keeps its jobs in one database of the server,
-- and only there can they be planned, for that database or for another one. So
-- in its own database we plan; elsewhere we say, to the letter, what to run
-- there. A job is known by its name, cut at 63 bytes, and by its owner: our
-- names are a function of what is planned, so that planning twice replaces.

CREATE FUNCTION creances._nom_travail(quoi text, creancier text, base text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN octet_length(n.nom) <= 63 THEN n.nom ELSE 'creances_' || quoi || '_' || md5(n.nom) END
	  FROM (SELECT 'creances_' || quoi || coalesce('_' || base, '') || coalesce('/' || creancier, '') AS nom) n;
END;
COMMENT ON FUNCTION creances._nom_travail(text, text, text) IS
'Nom d''un travail de pg_cron : creances_passe, avec _base planifie d''ailleurs, et /creancier pour un seul ; au-dela de 63 octets, son empreinte.';

CREATE FUNCTION creances._commande(quoi text, creancier text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE quoi
		WHEN 'passe' THEN 'CALL creances.passe_relance(' || coalesce('creancier => ' || quote_literal(creancier), '') || ')'
		WHEN 'rafraichir' THEN 'SELECT creances.rafraichir()'
		WHEN 'sceller' THEN 'SELECT creances.sceller_journal()'
		WHEN 'relever' THEN 'SELECT creances.relever()' END;
END;
COMMENT ON FUNCTION creances._commande(text, text) IS 'Ce qu''execute un travail.';

-- What pg_cron's own database holds of ours, as a condition on cron.job.
CREATE FUNCTION creances._travaux_de(base text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT format('database = %L AND username = current_user AND jobname ~ %L AND command ~ %L', base,
				  '^creances_(passe|rafraichir|sceller|relever)([_/]|$)', '^(CALL creances.passe_relance|SELECT creances.(rafraichir|sceller_journal|relever))[(]');
END;
COMMENT ON FUNCTION creances._travaux_de(text) IS 'Condition, sur cron.job, qui reconnait les travaux poses pour une base.';

CREATE FUNCTION creances._pour_le_shell(mot text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- (cron takes a bare % for the end of the command)
	SELECT CASE WHEN mot ~ '^[[:alnum:]_.-]+$' THEN mot
				ELSE replace('''' || replace(mot, '''', '''\''''') || '''', '%', '\%') END;
END;
COMMENT ON FUNCTION creances._pour_le_shell(text) IS 'Un mot tel qu''une ligne de crontab le prend.';

-- Where pg_cron works: NULL when the server has not loaded it, or does not say
-- so to this role (the setting is shown to pg_read_all_settings only).
CREATE FUNCTION creances._base_cron() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT s.setting FROM pg_settings s WHERE s.name = 'cron.database_name';
END;
COMMENT ON FUNCTION creances._base_cron() IS 'Base ou travaille pg_cron ; NULL s''il n''est pas charge, ou si ce role ne peut pas le savoir.';

-- Refuses to go on where pg_cron does not work, with what to do instead: lines
-- for its database, or of a crontab.
CREATE FUNCTION creances._exiger_cron(lignes_cron text, crontab text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	base CONSTANT text := creances._base_cron();
	ici CONSTANT boolean := EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron');
	-- (it would then say which)
	absent CONSTANT boolean := base IS NULL AND pg_has_role(current_user, 'pg_read_all_settings', 'USAGE');
	droits CONSTANT text := 'Les travaux d''une autre base se planifient sous un superutilisateur, ou un rôle qui a EXECUTE sur cron.schedule_in_database ; ils s''exécutent ici sous ce rôle, à qui creances.accorder(rôle, ''moteur'') donne ce qu''il faut.';
BEGIN
	IF base <> current_database() THEN
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = format('pg_cron est dans la base %s', base),
			DETAIL = droits, HINT = format('Dans la base %s, exécutez : %s', base, lignes_cron);
	ELSIF absent AND ici THEN
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'pg_cron n''est pas chargé par ce serveur',
			HINT = 'Ajoutez pg_cron à shared_preload_libraries et redémarrez le serveur.';
	ELSIF absent THEN
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'pg_cron n''est pas installé sur ce serveur',
			HINT = crontab;
	ELSIF NOT ici AND base IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'l''extension pg_cron n''est pas créée dans cette base',
			HINT = 'Exécutez CREATE EXTENSION pg_cron, puis rappelez la fonction.';
	ELSIF NOT ici THEN
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'pg_cron n''est pas dans cette base',
			DETAIL = droits,
			HINT = format('Dans la base de pg_cron (SHOW cron.database_name), exécutez : %s Sans pg_cron : %s', lignes_cron, crontab);
	ELSIF NOT has_schema_privilege('cron', 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = 'ce rôle n''a pas accès à pg_cron',
			HINT = format('GRANT USAGE ON SCHEMA cron TO %I.', current_user);
	END IF;
END $$;
COMMENT ON FUNCTION creances._exiger_cron(text, text) IS 'RC005 la ou pg_cron ne travaille pas, avec ce qu''il faut y executer.';

CREATE FUNCTION creances.planifier(cron text DEFAULT '0 6 * * 1-5', rafraichissement text DEFAULT NULL, creancier text DEFAULT NULL, scellement text DEFAULT NULL,
	releve text DEFAULT '30 5 * * *')
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	t record;
	job bigint;
	passe bigint;
	deja boolean;
	lignes_cron text;
	lignes_crontab text;
	erreur text;
BEGIN
	IF coalesce(btrim(cron), '') = '' OR btrim(rafraichissement) = '' OR btrim(scellement) = '' OR btrim(releve) = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'l''horaire ne peut pas être vide',
			HINT = 'Exemple : 0 6 * * 1-5 pour six heures du lundi au vendredi.';
	END IF;
	IF NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = planifier.creancier) AND creancier IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', creancier),
			HINT = 'Les créanciers sont dans creances.creancier ; NULL les planifie tous, l''un après l''autre.';
	END IF;
	SELECT string_agg(format('SELECT cron.schedule_in_database(%L, %L, %L, %L);', creances._nom_travail(x.quoi, x.qui, current_database()),
							 x.horaire, creances._commande(x.quoi, x.qui), current_database()), ' ' ORDER BY x.rang),
		   string_agg(format('%s psql -X -q -d %s -c %s', x.horaire, creances._pour_le_shell(current_database()),
							 creances._pour_le_shell(creances._commande(x.quoi, x.qui))), E'\n' ORDER BY x.rang)
	  INTO lignes_cron, lignes_crontab
	  FROM (VALUES (1, 'passe', creancier, cron), (2, 'rafraichir', NULL, rafraichissement), (3, 'sceller', NULL, scellement), (4, 'relever', NULL, releve)) x(rang, quoi, qui, horaire)
	 WHERE x.horaire IS NOT NULL;
	PERFORM creances._exiger_cron(lignes_cron, 'La même chose dans une crontab : ' || lignes_crontab);

	FOR t IN SELECT x.* FROM (VALUES (1, 'passe', creancier, cron), (2, 'rafraichir', NULL, rafraichissement), (3, 'sceller', NULL, scellement),
										 (4, 'relever', NULL, releve)) x(rang, quoi, qui, horaire) ORDER BY x.rang
	LOOP
		-- (one for all: a creditor's own call leaves it as it is)
		IF t.quoi = 'relever' AND creancier IS NOT NULL THEN
			EXECUTE 'SELECT EXISTS (SELECT FROM cron.job WHERE jobname = $1 AND username = current_user AND database = current_database())'
			   INTO deja USING creances._nom_travail(t.quoi, NULL, NULL);
			CONTINUE WHEN deja;
		END IF;
		IF t.horaire IS NOT NULL THEN
			BEGIN
				EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job
				  USING creances._nom_travail(t.quoi, t.qui, NULL), t.horaire, creances._commande(t.quoi, t.qui);
			EXCEPTION WHEN invalid_parameter_value OR internal_error THEN
				GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
				RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('pg_cron refuse cet horaire : %s', t.horaire),
					DETAIL = erreur || '.', HINT = 'Les cinq champs de cron : minute, heure, jour du mois, mois, jour de la semaine.';
			END;
			passe := coalesce(passe, job);
		ELSIF creancier IS NULL THEN
			EXECUTE 'SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname = $1 AND username = current_user AND database = current_database()'
			  USING creances._nom_travail(t.quoi, NULL, NULL);
		END IF;
	END LOOP;
	RAISE NOTICE USING MESSAGE = format('pg_cron lit cet horaire en %s',
										coalesce((SELECT s.setting FROM pg_settings s WHERE s.name = 'cron.timezone'), 'GMT'));
	RETURN passe;
END $$;
COMMENT ON FUNCTION creances.planifier(text, text, text, text, text) IS
'Planifie la passe par pg_cron : de tous les creanciers l''un apres l''autre, ou d''un seul, pour que plusieurs passent en parallele ou chacun a son heure ; le releve des indicateurs de tous (relever(), chaque nuit ; NULL ne le planifie pas) ; et, si leurs horaires sont donnes, rafraichir() et sceller_journal(). Planifier deux fois remplace : sans creancier, un horaire omis enleve son travail. Rend le numero du travail de la passe. pg_cron 1.4 lit les horaires en GMT. Hors de la base de pg_cron : RC005, et les lignes a y executer.';

CREATE FUNCTION creances.deplanifier(creancier text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	nb integer;
BEGIN
	PERFORM creances._exiger_cron(
		format('SELECT cron.unschedule(jobid) FROM cron.job WHERE %s%s;', creances._travaux_de(current_database()),
			   CASE WHEN creancier IS NOT NULL
					THEN ' AND jobname = ' || quote_literal(creances._nom_travail('passe', creancier, current_database())) END),
		format('Enlevez de la crontab ce qui appelle %s.',
			   CASE WHEN creancier IS NOT NULL THEN creances._commande('passe', creancier)
					ELSE 'creances.passe_relance(), creances.rafraichir(), creances.sceller_journal() ou creances.relever()' END));
	EXECUTE format('SELECT count(cron.unschedule(jobid)) FROM cron.job WHERE %s AND ($1 IS NULL OR jobname = $2)', creances._travaux_de(current_database()))
	   INTO nb USING creancier, creances._nom_travail('passe', creancier, NULL);
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances.deplanifier(text) IS
'Enleve ce que planifier() a pose pour cette base sous ce role : tout, ou la passe d''un creancier. Rend le nombre de travaux enleves. Hors de la base de pg_cron : RC005, et la ligne a y executer.';

CREATE FUNCTION creances.etat_planification()
RETURNS TABLE (creancier text, travail text, horaire text, actif boolean, dernier_debut timestamptz, dernier_etat text, dernier_message text,
			   derniere_passe date, etat_passe text, derniere_terminee date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	base CONSTANT text := creances._base_cron();
	travaux jsonb := '[]';
	ailleurs text := 'rien n''est planifié dans cette base';
BEGIN
	IF base <> current_database() THEN
		ailleurs := format('pg_cron est dans la base %s : ses travaux ne se lisent pas d''ici', base);
	ELSIF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
		ailleurs := CASE WHEN base IS NULL AND NOT pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
						 THEN 'pg_cron n''est pas dans cette base : ses travaux ne se lisent pas d''ici' ELSE ailleurs END;
	ELSIF NOT has_schema_privilege('cron', 'USAGE') THEN
		ailleurs := 'ce rôle n''a pas accès à pg_cron : ses travaux ne se lisent pas';
	ELSE
		EXECUTE format(
			$q$SELECT coalesce(jsonb_agg(jsonb_build_object('travail', j.jobname, 'horaire', j.schedule, 'commande', j.command, 'actif', j.active,
															'debut', d.start_time, 'etat', d.status, 'message', d.return_message)), '[]')
				 FROM (SELECT * FROM cron.job WHERE %s) j
				 LEFT JOIN LATERAL (SELECT r.start_time, r.status, r.return_message FROM cron.job_run_details r
									 WHERE r.jobid = j.jobid ORDER BY r.runid DESC LIMIT 1) d ON true$q$,
			creances._travaux_de(current_database())) INTO travaux;
	END IF;
	RETURN QUERY
	WITH t AS (
		SELECT t.* FROM jsonb_to_recordset(travaux)
			   t(travail text, horaire text, commande text, actif boolean, debut timestamptz, etat text, message text)
	), c AS (
		SELECT c.creancier, p.jour, p.etat, f.jour AS terminee
		  FROM creances.creancier c
		  LEFT JOIN LATERAL (SELECT x.jour, x.etat FROM creances.passe x WHERE x.creancier = c.creancier
							  ORDER BY x.jour DESC, x.numero DESC LIMIT 1) p ON true
		  LEFT JOIN LATERAL (SELECT x.jour FROM creances.passe x WHERE x.creancier = c.creancier AND x.etat = 'terminee'
							  ORDER BY x.jour DESC, x.numero DESC LIMIT 1) f ON true
	)
	SELECT c.creancier, t.travail, t.horaire, coalesce(t.actif, false), t.debut, t.etat,
		   CASE WHEN t.travail IS NULL THEN ailleurs ELSE t.message END, c.jour, c.etat, c.terminee
	  FROM c
	  LEFT JOIN t ON t.commande IN (creances._commande('passe', NULL), creances._commande('passe', c.creancier))
	UNION ALL
	SELECT NULL, t.travail, t.horaire, t.actif, t.debut, t.etat, t.message, NULL, NULL, NULL
	  FROM t
	 WHERE NOT EXISTS (SELECT FROM c WHERE t.commande IN (creances._commande('passe', NULL), creances._commande('passe', c.creancier)))
	UNION ALL
	SELECT NULL, NULL, NULL, false, NULL, NULL, ailleurs, NULL, NULL, NULL
	 WHERE NOT EXISTS (SELECT FROM c) AND NOT EXISTS (SELECT FROM t)
	 ORDER BY 1, 2;
END $$;
COMMENT ON FUNCTION creances.etat_planification() IS
'Par creancier, les travaux de pg_cron qui font sa passe, tels que les voit ce role, leur derniere execution, et ses dernieres passes, d''ou qu''elles soient lancees ; puis les autres travaux. Sans travail, dernier_message dit pourquoi on n''en voit pas.';

-- -------------------------------------------------------------- retention

-- What the engine and the verification of the record still read is kept: the
-- last pass of a creditor, the last one that came to its end, the last one that
-- bears a seal; and one whose seal the record has not any more, for it is the
-- proof of that.
CREATE FUNCTION creances.purger_passes(avant date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	nb integer;
BEGIN
	IF avant IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la date de la purge ne peut pas être NULL',
			HINT = 'Exemple : SELECT creances.purger_passes(current_date - 400).';
	END IF;
	IF NOT isfinite(avant) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = 'la date de la purge ne peut pas être infinie',
			HINT = 'Exemple : SELECT creances.purger_passes(current_date - 400).';
	END IF;
	IF avant > creances.aujourdhui() THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la date de la purge est dans le futur : %s', to_char(avant, 'YYYY-MM-DD')),
			HINT = 'Seules des passes anciennes se purgent.';
	END IF;
	DELETE FROM creances.passe p
	 WHERE p.jour < avant AND p.etat <> 'en cours'
	   AND EXISTS (SELECT FROM creances.passe x WHERE x.creancier = p.creancier AND (x.jour, x.numero) > (p.jour, p.numero))
	   AND (p.etat <> 'terminee'
			OR EXISTS (SELECT FROM creances.passe x WHERE x.creancier = p.creancier AND (x.jour, x.numero) > (p.jour, p.numero) AND x.etat = 'terminee'))
	   AND (p.sceau IS NULL
			OR EXISTS (SELECT FROM creances.passe x WHERE x.creancier = p.creancier AND (x.jour, x.numero) > (p.jour, p.numero) AND x.sceau IS NOT NULL)
			   AND (p.creancier, p.sceau) IN (SELECT s.creancier, encode(s.empreinte, 'hex') FROM creances.scellement s));
	GET DIAGNOSTICS nb = ROW_COUNT;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances.purger_passes(date) IS
'Efface les passes finies d''avant cette date, et rend leur nombre. Restent toujours, de chaque creancier, la derniere, la derniere terminee et la derniere scellee, et toute passe dont le journal n''a plus le sceau. L''histoire (evenement) n''est jamais purgee.';
