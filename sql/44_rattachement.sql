-- ---------------------------------------------------------- tying, untying

-- The relations that bear the triggers: the table, and its partitions (a row
-- written straight into one fires nothing on the parent).
CREATE FUNCTION creances._porteuses(factures regclass) RETURNS SETOF regclass
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT p.relid FROM pg_partition_tree(factures) p
	UNION
	SELECT factures;
END;
COMMENT ON FUNCTION creances._porteuses(regclass) IS 'La table et ses partitions.';

CREATE FUNCTION creances.suivre_factures(
	factures regclass,
	correspondance jsonb DEFAULT NULL,
	filtre text DEFAULT NULL,
	depuis date DEFAULT NULL,
	mode text DEFAULT 'immediat',
	charger boolean DEFAULT true,
	reprise text DEFAULT 'progressive')
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	rel record;
	cles text[];
	champs CONSTANT text[] := ARRAY['facture', 'rang', 'debiteur', 'creancier', 'emission', 'echeance', 'montant',
									'regle', 'reste_du', 'regle_le', 'devise', 'nature', 'livraison'];
	types CONSTANT jsonb := '{"rang": "integer", "emission": "date", "echeance": "date", "regle_le": "date", "livraison": "date",
							  "montant": "numeric", "regle": "numeric", "reste_du": "numeric"}';
	trouvee boolean := correspondance IS NULL;
	colonnes text;
	manquants text;
	inconnus text;
	c record;
	lues text[];
	arguments text[];
	porteuse regclass;
	nb bigint := 0;
	erreur text;
BEGIN
	IF factures IS NULL OR mode IS NULL OR charger IS NULL OR reprise IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la table, le mode, charger et reprise ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT creances.suivre_factures(''public.factures'').';
	END IF;
	IF mode NOT IN ('immediat', 'differe') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('mode inconnu : %s', mode),
			HINT = 'Les modes sont immediat et differe.';
	END IF;
	IF reprise NOT IN ('progressive', 'directe') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('reprise inconnue : %s', reprise),
			HINT = 'Les reprises sont progressive et directe.';
	END IF;
	depuis := coalesce(depuis, creances.aujourdhui());
	IF NOT isfinite(depuis) OR depuis > creances.aujourdhui() THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('une table ne peut pas être suivie depuis le %s', depuis),
			HINT = 'Donnez une date passée, ou aucune pour aujourd''hui.';
	END IF;

	SELECT k.relkind, k.relpersistence, k.relispartition, k.relowner, n.nspname INTO rel
	  FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace WHERE k.oid = factures;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = format('la table d''OID %s n''existe pas', factures::oid),
			HINT = 'Donnez un nom de table, avec son schéma.';
	END IF;
	IF rel.relkind NOT IN ('r', 'p') THEN
		RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('%s n''est pas une table', factures),
			HINT = 'Suivez la table que lit la vue : un filtre et des expressions peuvent remplacer la vue.';
	END IF;
	IF rel.relispartition THEN
		RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('%s est une partition', factures),
			HINT = 'Suivez la table partitionnée : ses partitions le seront avec elle.';
	END IF;
	IF rel.relpersistence = 't' OR rel.nspname IN ('creances', 'pg_catalog', 'information_schema') THEN
		RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('%s ne peut pas être suivie', factures),
			HINT = 'Une table temporaire, du catalogue ou de l''extension ne se suit pas.';
	END IF;
	IF NOT pg_has_role(current_user, rel.relowner, 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('seul le propriétaire de %s peut la faire suivre', factures),
			HINT = format('Connectez-vous sous le rôle %s.', rel.relowner::regrole);
	END IF;
	IF EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie = suivre_factures.factures) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC003', MESSAGE = format('la table %s est déjà suivie', factures),
			HINT = format('Pour changer sa correspondance, appelez d''abord creances.cesser_suivi(%L).', factures::text);
	END IF;
	SELECT array_agg(a.attname::text ORDER BY k.n) INTO cles
	  FROM pg_index i
	 CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
	  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
	 WHERE i.indrelid = factures AND i.indisprimary;
	IF cles IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = format('la table %s n''a pas de clé primaire', factures),
			HINT = format('Ajoutez-en une : ALTER TABLE %s ADD PRIMARY KEY (...).', factures);
	END IF;

	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO colonnes
	  FROM pg_attribute a WHERE a.attrelid = factures AND a.attnum > 0 AND NOT a.attisdropped;
	IF trouvee THEN
		correspondance := creances._trouver(factures);
		IF NOT correspondance ? 'facture' AND cardinality(cles) = 1 THEN
			correspondance := correspondance || jsonb_build_object('facture', cles[1]);
		END IF;
	ELSIF jsonb_typeof(correspondance) <> 'object' THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = 'la correspondance doit être un objet JSON',
			HINT = 'Exemple : ''{"facture": "numero", "debiteur": "client", "echeance": "date_echeance", "montant": "total_ttc", "regle": "total_paye"}''.';
	END IF;
	correspondance := jsonb_strip_nulls(correspondance);
	SELECT string_agg(k, ', ' ORDER BY k) INTO inconnus FROM jsonb_object_keys(correspondance) k WHERE k <> ALL (champs);
	IF inconnus IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = format('champ inconnu dans la correspondance : %s', inconnus),
			HINT = format('Les champs sont : %s.', array_to_string(champs, ', '));
	END IF;
	SELECT string_agg(k, ', ' ORDER BY k) INTO manquants
	  FROM unnest(ARRAY['facture', 'debiteur', 'echeance', 'montant']) k WHERE NOT correspondance ? k;
	IF manquants IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002',
			MESSAGE = format('aucune colonne de %s pour : %s', factures, manquants),
			DETAIL = format('Colonnes de la table : %s.', colonnes),
			HINT = 'Donnez la correspondance : une colonne ou une expression SQL pour facture, debiteur, echeance et montant, et regle ou reste_du.';
	END IF;
	IF correspondance ? 'regle' AND correspondance ? 'reste_du' THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = 'la correspondance donne à la fois regle et reste_du',
			HINT = 'Donnez l''un ou l''autre.';
	END IF;

	-- each expression by itself, so that the error names it
	FOR c IN SELECT e.key AS champ, e.value AS valeur FROM jsonb_each_text(correspondance) e
			 UNION ALL SELECT 'filtre', filtre WHERE filtre IS NOT NULL
	LOOP
		BEGIN
			IF creances._expression(factures, c.valeur) NOT LIKE 't.%' AND NOT creances._une_expression(c.valeur) THEN
				RAISE EXCEPTION USING ERRCODE = '42601', MESSAGE = 'il faut une seule expression';
			END IF;
			PERFORM creances._colonnes_lues(factures, format('SELECT %s::%s FROM %s AS t',
				creances._expression(factures, c.valeur),
				CASE WHEN c.champ = 'filtre' THEN 'boolean' ELSE coalesce(types ->> c.champ, 'text') END, factures));
		EXCEPTION WHEN syntax_error_or_access_rule_violation OR feature_not_supported OR data_exception THEN
			GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
			RAISE EXCEPTION USING ERRCODE = 'RC002',
				MESSAGE = format('%s : « %s » n''est ni une colonne de %s ni une expression valide', c.champ, c.valeur, factures),
				DETAIL = format('%s. Colonnes de la table : %s.', erreur, colonnes),
				HINT = 'Qualifiez par leur schéma les fonctions et les types qui ne sont pas de pg_catalog.';
		END;
	END LOOP;
	lues := creances._colonnes_lues(factures, creances._requete_pour(factures, correspondance, filtre, cles, true));

	arguments := ARRAY[
			mode,
			jsonb_build_object('correspondance', correspondance, 'filtre', filtre, 'depuis', depuis, 'reprise', reprise)::text,
			-- the steps of the paid amount can be told from a plain column only
			CASE WHEN creances._expression(factures, correspondance ->> 'regle') LIKE 't.%' THEN correspondance ->> 'regle' ELSE '' END,
			CASE WHEN creances._expression(factures, correspondance ->> 'regle_le') LIKE 't.%' THEN correspondance ->> 'regle_le' ELSE '' END,
			cardinality(cles)::text] || cles || lues;
	FOR porteuse IN SELECT creances._porteuses(factures) LOOP
		PERFORM creances._poser(porteuse, arguments);
	END LOOP;

	IF trouvee THEN
		RAISE NOTICE USING MESSAGE = format('correspondance trouvée pour %s : %s', factures,
			(SELECT string_agg(format('%s = %s', k.key, quote_ident(k.value)), ', ' ORDER BY array_position(champs, k.key))
			   FROM jsonb_each_text(correspondance) k));
	END IF;
	SELECT string_agg(x, ' ; ') INTO erreur FROM unnest(ARRAY[
		CASE WHEN NOT correspondance ? 'creancier' THEN 'un seul créancier, principal' END,
		CASE WHEN NOT correspondance ? 'devise' THEN 'montants en EUR' END,
		CASE WHEN NOT correspondance ?| ARRAY['regle', 'reste_du'] THEN 'aucune colonne de règlement : une facture reste due tant que sa ligne est suivie' END,
		CASE WHEN correspondance ?| ARRAY['regle', 'reste_du'] AND NOT correspondance ? 'regle_le'
			 THEN 'un paiement est daté du jour où il est vu' END,
		'les clients sont des professionnels']) x;
	RAISE NOTICE USING MESSAGE = 'suppositions : ' || erreur;

	IF charger THEN
		nb := creances._relire(factures);
		IF EXISTS (SELECT FROM creances.ligne_refusee a WHERE a.suivi = factures) THEN
			RAISE NOTICE USING MESSAGE = format('%s ligne(s) n''ont pas pu être suivies : voir creances.anomalie',
				(SELECT count(*) FROM creances.ligne_refusee a WHERE a.suivi = factures));
		END IF;
	END IF;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances.suivre_factures(regclass, jsonb, text, date, text, boolean, text) IS
'Fait suivre une table de factures : trouve ses colonnes ou prend une correspondance {"champ": "colonne ou expression"} (champs : facture, rang, debiteur, creancier, emission, echeance, montant, regle ou reste_du, regle_le, devise, nature, livraison), pose les declencheurs et charge les creances. Rend leur nombre. Reservee au proprietaire de la table. charger => false pour une tres grande table, puis CALL synchroniser().';

-- The right to make the trigger is not granted: its arguments are SQL that runs
-- as the table's owner. So we make it, once we know that it is the owner who asks
-- (the session's role: current_user is ours here).
CREATE FUNCTION creances._poser(porteuse regclass, arguments text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	d record;
	demandeur CONSTANT name := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END;
	owner CONSTANT oid := (SELECT k.relowner FROM pg_class k WHERE k.oid = porteuse);
BEGIN
	IF NOT pg_has_role(demandeur, owner, 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('seul le propriétaire de %s peut la faire suivre', porteuse),
			HINT = format('Connectez-vous sous le rôle %s.', owner::regrole);
	END IF;
	FOR d IN SELECT * FROM (VALUES
		('insert', 'INSERT', 'REFERENCING NEW TABLE AS creances_apres'),
		('update', 'UPDATE', 'REFERENCING OLD TABLE AS creances_avant NEW TABLE AS creances_apres'),
		('delete', 'DELETE', 'REFERENCING OLD TABLE AS creances_avant'),
		('truncate', 'TRUNCATE', '')) AS v(nom, evenement, tables)
	LOOP
		EXECUTE format('CREATE TRIGGER creances_suivi_%s AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION creances._suivi(%s)',
					   d.nom, d.evenement, porteuse, d.tables,
					   (SELECT string_agg(quote_literal(x), ', ' ORDER BY n) FROM unnest(arguments) WITH ORDINALITY a(x, n)));
	END LOOP;
END $$;
COMMENT ON FUNCTION creances._poser(regclass, text[]) IS 'Pose les quatre declencheurs sur une table ou une partition, pour son proprietaire.';

-- Partitions made or attached since their table was tied: a row written straight
-- into one is not seen.
CREATE VIEW creances._partitions_nues AS
SELECT s.table_suivie, p.partition
  FROM creances.suivi s
 CROSS JOIN LATERAL (SELECT x.relid AS partition FROM pg_catalog.pg_partition_tree(s.table_suivie) x WHERE x.relid <> s.table_suivie) p
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
					WHERE t.tgrelid = p.partition AND t.tgfoid = 'creances._suivi()'::regprocedure);
COMMENT ON VIEW creances._partitions_nues IS 'Partitions de tables suivies qui n''ont pas encore leurs declencheurs.';
COMMENT ON COLUMN creances._partitions_nues.table_suivie IS 'Table suivie.';
COMMENT ON COLUMN creances._partitions_nues.partition IS 'Partition sans declencheur.';

-- What is left of a table that is followed no more.
CREATE FUNCTION creances._cesser(table_suivie oid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	nb bigint;
BEGIN
	IF EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie::oid = _cesser.table_suivie) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la table %s est encore suivie', table_suivie::regclass),
			HINT = 'Appelez creances.cesser_suivi().';
	END IF;
	DELETE FROM creances.a_revoir j WHERE j.suivi::oid = table_suivie;
	DELETE FROM creances.ligne_refusee a WHERE a.suivi::oid = table_suivie;
	PERFORM FROM creances.creance c WHERE c.suivi::oid = table_suivie AND c.retiree_le IS NULL
	  ORDER BY c.creancier, c.facture, c.rang FOR NO KEY UPDATE;
	INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque, debiteur, nee_le, emission,
										  echeance, montant, devise, retiree, motif)
	SELECT c.creancier, c.facture, c.rang, c.versions + 1, creances.aujourdhui(c.creancier), c.debiteur, c.nee_le,
		   c.emission, c.echeance, c.montant, c.devise, false, 'suivi cesse'
	  FROM creances.creance c WHERE c.suivi::oid = table_suivie AND c.retiree_le IS NULL;
	WITH r AS (
		UPDATE creances.creance c
		   SET solde = 0, versions = c.versions + 1, version_le = creances.aujourdhui(c.creancier),
			   retiree_le = creances.aujourdhui(c.creancier), retiree_motif = 'suivi cesse',
			   soldee_le = greatest(c.soldee_le, c.nee_le, c.version_le, creances.aujourdhui(c.creancier),
									(SELECT max(g.le) FROM creances.reglement g
									  WHERE (g.creancier, g.facture, g.rang) = (c.creancier, c.facture, c.rang)))
		 WHERE c.suivi::oid = table_suivie AND c.retiree_le IS NULL
		RETURNING c.creancier, c.facture, c.rang)
	INSERT INTO creances.a_decider SELECT r.* FROM r;
	GET DIAGNOSTICS nb = ROW_COUNT;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances._cesser(oid) IS 'Retire les creances d''une table qui n''est plus suivie, et vide son journal.';

CREATE FUNCTION creances.cesser_suivi(table_suivie regclass) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	porteuse regclass;
	d record;
	owner oid;
BEGIN
	IF table_suivie IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la table ne peut pas être NULL',
			HINT = 'Les tables suivies sont dans creances.suivi.';
	END IF;
	SELECT k.relowner INTO owner FROM pg_class k WHERE k.oid = table_suivie;
	-- a table that was dropped leaves only its facts
	IF FOUND THEN
		IF NOT pg_has_role(current_user, owner, 'USAGE') THEN
			RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('seul le propriétaire de %s peut cesser son suivi', table_suivie),
				HINT = format('Connectez-vous sous le rôle %s.', owner::regrole);
		END IF;
		IF NOT EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie = cesser_suivi.table_suivie) THEN
			RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la table %s n''est pas suivie', table_suivie),
				HINT = 'Les tables suivies sont dans creances.suivi.';
		END IF;
		PERFORM creances.rafraichir();
		FOR d IN SELECT p AS porteuse, t.tgname FROM creances._porteuses(table_suivie) p
				   JOIN pg_trigger t ON t.tgrelid = p AND t.tgfoid = 'creances._suivi()'::regprocedure
		LOOP
			EXECUTE format('DROP TRIGGER %I ON %s', d.tgname, d.porteuse);
		END LOOP;
	END IF;
	RETURN creances._cesser(table_suivie);
END $$;
COMMENT ON FUNCTION creances.cesser_suivi(regclass) IS
'Cesse de suivre une table : enleve les declencheurs, retire ses creances des balances et des relances a dater de ce jour ; leur histoire reste. Rend leur nombre. Reservee au proprietaire de la table.';
