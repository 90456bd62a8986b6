-- Scheduling by pg_cron.

CREATE FUNCTION creances.planifier(cron text DEFAULT '0 6 * * 1-5', rafraichissement text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	base_cron text := current_setting('cron.database_name', true);
	job bigint;
	erreur text;
BEGIN
	IF coalesce(btrim(cron), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'l''horaire ne peut pas être vide',
			HINT = 'Exemple : 0 6 * * 1-5 pour six heures du lundi au vendredi.';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
		IF base_cron IS NOT NULL AND base_cron <> current_database() THEN
			RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = format('pg_cron est dans la base %s', base_cron),
				HINT = format('Dans la base %s, exécutez : SELECT cron.schedule_in_database(%L, %L, %L, %L);', base_cron,
							  'creances_passe_' || current_database(), cron, 'CALL creances.passe_relance()', current_database());
		ELSIF base_cron IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'l''extension pg_cron n''est pas créée dans cette base',
				HINT = 'Exécutez CREATE EXTENSION pg_cron, puis rappelez planifier().';
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'pg_cron n''est pas installé sur ce serveur',
			HINT = format('La ligne de crontab qui fait la même chose : %s psql -X -q -d %s -c ''CALL creances.passe_relance()''', cron, quote_ident(current_database()));
	END IF;
	BEGIN
		EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job USING 'creances_passe', cron, 'CALL creances.passe_relance()';
		IF rafraichissement IS NOT NULL THEN
			EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING 'creances_rafraichir', rafraichissement, 'SELECT creances.rafraichir()';
		ELSE
			EXECUTE $q$SELECT cron.unschedule(jobid) FROM cron.job
						WHERE jobname = 'creances_rafraichir' AND username = current_user AND database = current_database()$q$;
		END IF;
	EXCEPTION WHEN insufficient_privilege THEN
		RAISE;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('pg_cron refuse cet horaire : %s', concat_ws(' ; ', cron, rafraichissement)),
			DETAIL = erreur || '.', HINT = 'Les cinq champs de cron : minute, heure, jour du mois, mois, jour de la semaine.';
	END;
	RAISE NOTICE USING MESSAGE = format('pg_cron lit cet horaire en %s', coalesce(current_setting('cron.timezone', true), 'GMT'));
	RETURN job;
END $$;
COMMENT ON FUNCTION creances.planifier(text, text) IS
'Planifie la passe par pg_cron (et, si un second horaire est donne, rafraichir()). Planifier deux fois remplace. Rend le numero du travail. pg_cron 1.4 lit les horaires en GMT.';

CREATE FUNCTION creances.deplanifier() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	nb integer;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'pg_cron n''est pas dans cette base',
			HINT = 'Enlevez la ligne là où la passe a été planifiée.';
	END IF;
	EXECUTE $q$SELECT count(cron.unschedule(jobid)) FROM cron.job
				WHERE jobname IN ('creances_passe', 'creances_rafraichir') AND username = current_user AND database = current_database()$q$ INTO nb;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances.deplanifier() IS 'Enleve ce que planifier() a pose. Rend le nombre de travaux enleves.';

CREATE FUNCTION creances.etat_planification()
RETURNS TABLE (travail text, horaire text, actif boolean, dernier_debut timestamptz, dernier_etat text, dernier_message text,
			   derniere_passe date, etat_passe text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	p record;
	vu boolean := false;
BEGIN
	SELECT x.jour, x.etat INTO p FROM creances.passe x ORDER BY x.jour DESC, x.numero DESC LIMIT 1;
	derniere_passe := p.jour;
	etat_passe := p.etat;
	IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
		FOR travail, horaire, actif, dernier_debut, dernier_etat, dernier_message IN EXECUTE
			$q$SELECT j.jobname::text, j.schedule::text, j.active, d.start_time, d.status::text, d.return_message::text
				 FROM cron.job j
				 LEFT JOIN LATERAL (SELECT r.start_time, r.status, r.return_message FROM cron.job_run_details r
									 WHERE r.jobid = j.jobid ORDER BY r.runid DESC LIMIT 1) d ON true
				WHERE j.jobname IN ('creances_passe', 'creances_rafraichir') AND j.database = current_database()
				ORDER BY 1$q$
		LOOP
			vu := true;
			RETURN NEXT;
		END LOOP;
	END IF;
	IF NOT vu THEN
		travail := NULL; horaire := NULL; actif := false; dernier_debut := NULL; dernier_etat := NULL;
		dernier_message := 'rien n''est planifié dans cette base';
		RETURN NEXT;
	END IF;
END $$;
COMMENT ON FUNCTION creances.etat_planification() IS
'Ce qui est planifie dans cette base par pg_cron, sa derniere execution, et la derniere passe.';
