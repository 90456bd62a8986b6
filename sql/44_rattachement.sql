-- Tying a table, and untying it.

-- Partitions, and children that inherit: a row written straight into one fires
-- nothing on the parent.
CREATE FUNCTION creances._descendantes(table_suivie regclass)
RETURNS TABLE (porteuse regclass, partition boolean)
LANGUAGE sql STABLE
BEGIN ATOMIC
	WITH RECURSIVE d AS (
		SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = table_suivie
		UNION
		SELECT i.inhrelid FROM d JOIN pg_catalog.pg_inherits i ON i.inhparent = d.inhrelid)
	SELECT c.oid::regclass, c.relispartition
	  FROM d JOIN pg_catalog.pg_class c ON c.oid = d.inhrelid
	 WHERE c.relkind IN ('r', 'p');
END;
COMMENT ON FUNCTION creances._descendantes(regclass) IS 'Partitions d''une table, et tables qui en heritent.';

-- The right to make the trigger is not granted: its arguments are SQL that runs
-- as the table's owner. So we make it, once we know that it is the owner who asks
-- (the session's role: current_user is ours here).
CREATE FUNCTION creances._poser(porteuse regclass, arguments text[], ligne boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	d record;
	demandeur CONSTANT name := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END;
	owner CONSTANT oid := (SELECT k.relowner FROM pg_class k WHERE k.oid = porteuse);
	partition CONSTANT boolean := (SELECT k.relispartition FROM pg_class k WHERE k.oid = porteuse);
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
		-- (a row trigger comes to the partitions by itself)
		CONTINUE WHEN ligne AND partition AND d.nom <> 'truncate';
		EXECUTE format('CREATE TRIGGER creances_suivi_%s AFTER %s ON %s %s FOR EACH %s EXECUTE FUNCTION creances._suivi(%s)',
					   d.nom, d.evenement, porteuse, CASE WHEN NOT ligne THEN d.tables ELSE '' END,
					   CASE WHEN ligne AND d.nom <> 'truncate' THEN 'ROW' ELSE 'STATEMENT' END,
					   (SELECT string_agg(quote_literal(x), ', ' ORDER BY n) FROM unnest(arguments) WITH ORDINALITY a(x, n)));
		-- what a subscription applies fires only these
		IF ligne THEN
			EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER creances_suivi_%s', porteuse, d.nom);
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION creances._poser(regclass, text[], boolean) IS 'Pose les quatre declencheurs sur une table ou une partition, pour son proprietaire.';

-- Partitions and children made or attached since their table was tied: a row
-- written straight into one is not seen.
CREATE VIEW creances._partitions_nues AS
SELECT s.table_suivie, d.porteuse AS partition, d.partition AS est_partition, s.declencheur = 'ligne' AS ligne
  FROM creances.suivi s
 CROSS JOIN LATERAL creances._descendantes(s.table_suivie) d
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
					WHERE t.tgrelid = d.porteuse AND t.tgfoid = 'creances._suivi()'::regprocedure AND t.tgtype & 32 <> 0);
COMMENT ON VIEW creances._partitions_nues IS 'Partitions et heritieres de tables suivies qui n''ont pas encore leurs declencheurs.';
COMMENT ON COLUMN creances._partitions_nues.table_suivie IS 'Table suivie.';
COMMENT ON COLUMN creances._partitions_nues.partition IS 'Partition ou heritiere sans declencheur.';
COMMENT ON COLUMN creances._partitions_nues.est_partition IS 'Partition (sinon heritiere).';
COMMENT ON COLUMN creances._partitions_nues.ligne IS 'Suivie ligne a ligne.';

-- Ties them, those that the caller owns.
CREATE FUNCTION creances._etendre(table_suivie regclass) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT creances._poser(n.partition,
						   CASE WHEN n.est_partition THEN a.args ELSE ARRAY[a.args[1] || ' herite'] || a.args[2:] END, n.ligne)
	  FROM creances._partitions_nues n
	  JOIN pg_catalog.pg_class k ON k.oid = n.partition AND pg_has_role(k.relowner, 'USAGE')
	  JOIN pg_catalog.pg_trigger t ON t.tgrelid = n.table_suivie AND t.tgname = 'creances_suivi_insert'
	 CROSS JOIN LATERAL (SELECT creances._arguments(t.tgargs) AS args) a
	 WHERE n.table_suivie = _etendre.table_suivie;
END;
COMMENT ON FUNCTION creances._etendre(regclass) IS 'Pose les declencheurs sur les partitions et heritieres qui ne les ont pas.';

-- The primary key of a table that may be tied by who asks.
CREATE FUNCTION creances._verifier_table(quelle regclass) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	rel record;
	cles text[];
BEGIN
	SELECT k.relkind, k.relpersistence, k.relispartition, k.relowner, n.nspname INTO rel
	  FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace WHERE k.oid = quelle;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = format('la table d''OID %s n''existe pas', quelle::oid),
			HINT = 'Donnez un nom de table, avec son schéma.';
	END IF;
	IF rel.relkind NOT IN ('r', 'p') THEN
		RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('%s n''est pas une table', quelle),
			HINT = 'Suivez la table que lit la vue : un filtre et des expressions peuvent remplacer la vue.';
	END IF;
	IF rel.relispartition THEN
		RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('%s est une partition', quelle),
			HINT = 'Suivez la table partitionnée : ses partitions le seront avec elle.';
	END IF;
	IF rel.relpersistence = 't' OR rel.nspname IN ('creances', 'pg_catalog', 'information_schema') THEN
		RAISE EXCEPTION USING ERRCODE = '42809', MESSAGE = format('%s ne peut pas être suivie', quelle),
			HINT = 'Une table temporaire, du catalogue ou de l''extension ne se suit pas.';
	END IF;
	IF NOT pg_has_role(current_user, rel.relowner, 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('seul le propriétaire de %s peut la faire suivre', quelle),
			HINT = format('Connectez-vous sous le rôle %s.', rel.relowner::regrole);
	END IF;
	IF EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie = quelle) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC003', MESSAGE = format('la table %s est déjà suivie', quelle),
			HINT = format('Pour changer sa correspondance, appelez d''abord creances.cesser_suivi(%L).', quelle::text);
	END IF;
	SELECT array_agg(a.attname::text ORDER BY k.n) INTO cles
	  FROM pg_index i
	 CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
	  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
	 WHERE i.indrelid = quelle AND i.indisprimary AND k.n <= i.indnkeyatts;
	IF cles IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = format('la table %s n''a pas de clé primaire', quelle),
			HINT = format('Ajoutez-en une : ALTER TABLE %s ADD PRIMARY KEY (...).', quelle);
	END IF;
	RETURN cles;
END $$;
COMMENT ON FUNCTION creances._verifier_table(regclass) IS 'Cle primaire d''une table que l''appelant peut faire suivre ; erreur sinon.';

-- Refuse a mapping that cannot be read; the columns that it reads.
CREATE FUNCTION creances._verifier_correspondance(quelle regclass, options jsonb, cle text[]) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	correspondance CONSTANT jsonb := options -> 'correspondance';
	genre CONSTANT text := options ->> 'genre';
	champs text[];
	colonnes text;
	inconnus text;
	manquants text;
	c record;
	erreur text;
BEGIN
	SELECT array_agg(k.champ ORDER BY k.ordre) INTO champs FROM creances._champs(genre) k;
	SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO colonnes
	  FROM pg_attribute a WHERE a.attrelid = quelle AND a.attnum > 0 AND NOT a.attisdropped;
	SELECT string_agg(k, ', ' ORDER BY k) INTO inconnus FROM jsonb_object_keys(correspondance) k WHERE k <> ALL (champs);
	IF inconnus IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = format('champ inconnu dans la correspondance : %s', inconnus),
			HINT = format('Les champs sont : %s.', array_to_string(champs, ', '));
	END IF;
	SELECT string_agg(k.champ, ', ' ORDER BY k.champ) INTO manquants
	  FROM creances._champs(genre) k WHERE k.obligatoire AND NOT correspondance ? k.champ;
	IF genre = 'reglements' AND NOT correspondance ?| ARRAY['facture', 'cle_facture', 'debiteur'] THEN
		manquants := concat_ws(', ', manquants, 'facture, cle_facture ou debiteur');
	END IF;
	IF manquants IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002',
			MESSAGE = format('aucune colonne de %s pour : %s', quelle, manquants),
			DETAIL = format('Colonnes de la table : %s.', colonnes),
			HINT = CASE genre
				WHEN 'factures' THEN 'Donnez la correspondance : une colonne ou une expression SQL pour facture, debiteur, echeance et montant, et regle ou reste_du.'
				WHEN 'reglements' THEN 'Donnez la correspondance : une colonne ou une expression SQL pour date, montant, et facture (son numéro) ou cle_facture (sa clé dans la table suivie), debiteur pour ce qui est en compte.'
				ELSE 'Donnez la correspondance : une colonne ou une expression SQL pour debiteur, et ce que la table sait du client.' END;
	END IF;
	IF correspondance ? 'regle' AND correspondance ? 'reste_du' THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = 'la correspondance donne à la fois regle et reste_du',
			HINT = 'Donnez l''un ou l''autre.';
	END IF;

	-- each expression by itself, so that the error names it
	FOR c IN SELECT e.key AS champ, e.value AS valeur, k.type FROM jsonb_each_text(correspondance) e JOIN creances._champs(genre) k ON k.champ = e.key
			 UNION ALL SELECT 'filtre', options ->> 'filtre', 'boolean' WHERE options ->> 'filtre' IS NOT NULL
	LOOP
		BEGIN
			IF creances._expression(quelle, c.valeur) NOT LIKE 't.%' AND NOT creances._une_expression(c.valeur) THEN
				RAISE EXCEPTION USING ERRCODE = '42601', MESSAGE = 'il faut une seule expression';
			END IF;
			PERFORM creances._colonnes_lues(quelle, format('SELECT %s::%s FROM %s AS t', creances._expression(quelle, c.valeur), c.type, quelle));
		EXCEPTION WHEN syntax_error_or_access_rule_violation OR feature_not_supported OR data_exception THEN
			GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
			RAISE EXCEPTION USING ERRCODE = 'RC002',
				MESSAGE = format('%s : « %s » n''est ni une colonne de %s ni une expression valide', c.champ, c.valeur, quelle),
				DETAIL = format('%s. Colonnes de la table : %s.', erreur, colonnes),
				HINT = 'Qualifiez par leur schéma les fonctions et les types qui ne sont pas de pg_catalog.';
		END;
	END LOOP;
	RETURN creances._colonnes_lues(quelle, creances._requete_pour(quelle, options, cle, true));
END $$;
COMMENT ON FUNCTION creances._verifier_correspondance(regclass, jsonb, text[]) IS 'Refuse une correspondance qui ne se lit pas ; rend les colonnes qu''elle lit.';

-- What the three public functions share.
CREATE FUNCTION creances._suivre(genre text, quelle regclass, correspondance jsonb, filtre text, options jsonb, mode text, charger boolean,
								 modele text, declencheur text)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	trouvee boolean;
	donnee CONSTANT jsonb := coalesce(correspondance, '{}');
	cles text[];
	lues text[];
	arguments text[];
	nb bigint := 0;
	suppositions text;
BEGIN
	IF quelle IS NULL OR mode IS NULL OR charger IS NULL OR declencheur IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la table, le mode, charger et declencheur ne peuvent pas être NULL',
			HINT = format('Exemple : SELECT creances.suivre_%s(''public.%s'').', genre, genre);
	END IF;
	IF mode NOT IN ('immediat', 'differe') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('mode inconnu : %s', mode),
			HINT = 'Les modes sont immediat et differe.';
	END IF;
	IF declencheur NOT IN ('instruction', 'ligne') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('déclencheur inconnu : %s', declencheur),
			HINT = 'Les déclencheurs sont par instruction ou, sur un abonné de réplication logique, par ligne.';
	END IF;
	IF options ->> 'prefixe' = '' THEN
		options := options - 'prefixe';
	END IF;
	cles := creances._verifier_table(quelle);

	-- an ERP's own table is known by its names: they alone would take its drafts too
	IF correspondance IS NULL AND modele IS NULL THEN
		modele := creances._reconnaitre(quelle, genre);
		IF modele IS NOT NULL THEN
			RAISE NOTICE USING MESSAGE = format('modèle reconnu pour %s : %s', quelle, modele);
		END IF;
	END IF;
	trouvee := correspondance IS NULL AND modele IS NULL;
	IF modele IS NOT NULL THEN
		SELECT m.correspondance || coalesce(_suivre.correspondance, '{}'), coalesce(_suivre.filtre, m.filtre) INTO correspondance, filtre
		  FROM creances._modele(modele, genre, quelle) m;
	ELSIF trouvee THEN
		correspondance := creances._trouver(quelle, genre);
		-- a number, or the key of the invoice's row: not to be guessed
		IF genre = 'reglements' AND correspondance ? 'facture' AND NOT correspondance ? 'cle_facture'
		   AND EXISTS (SELECT FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid
						WHERE a.attrelid = quelle AND a.attname = correspondance ->> 'facture' AND (y.typcategory = 'N' OR y.typname = 'uuid')) THEN
			RAISE EXCEPTION USING ERRCODE = 'RC002',
				MESSAGE = format('la colonne %I de %s peut être le numéro de la facture ou la clé de sa ligne', correspondance ->> 'facture', quelle),
				HINT = format('Donnez la correspondance : ''{"cle_facture": "%s", ...}'' si c''est la clé, ''{"facture": "%s", ...}'' si c''est le numéro ; une clé étrangère le dirait.',
							  correspondance ->> 'facture', correspondance ->> 'facture');
		END IF;
	END IF;
	-- what a table of payments says, the invoice's own column does not
	IF genre = 'factures' AND NOT donnee ?| ARRAY['regle', 'reste_du', 'regle_le'] AND (trouvee OR modele IS NOT NULL)
	   AND EXISTS (SELECT FROM creances._reglements_de(quelle)) THEN
		correspondance := correspondance - 'regle' - 'reste_du' - 'regle_le';
	END IF;
	IF jsonb_typeof(correspondance) <> 'object' THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = 'la correspondance doit être un objet JSON',
			HINT = 'Exemple : ''{"facture": "numero", "debiteur": "client", "echeance": "date_echeance", "montant": "total_ttc", "regle": "total_paye"}''.';
	END IF;
	correspondance := jsonb_strip_nulls(correspondance);
	options := jsonb_strip_nulls(options) || jsonb_build_object('genre', genre, 'correspondance', correspondance, 'filtre', filtre);
	lues := creances._verifier_correspondance(quelle, options, cles);
	PERFORM creances._verifier_sources(genre, quelle, options);

	arguments := ARRAY[
			mode,
			options::text,
			-- the steps of the paid amount can be told from a plain column only
			CASE WHEN creances._expression(quelle, correspondance ->> 'regle') LIKE 't.%' THEN correspondance ->> 'regle' ELSE '' END,
			CASE WHEN creances._expression(quelle, correspondance ->> 'regle_le') LIKE 't.%' THEN correspondance ->> 'regle_le' ELSE '' END,
			cardinality(cles)::text] || cles || lues;
	PERFORM creances._poser(quelle, arguments, declencheur = 'ligne');
	PERFORM creances._etendre(quelle);

	IF trouvee THEN
		RAISE NOTICE USING MESSAGE = format('correspondance trouvée pour %s : %s', quelle,
			(SELECT string_agg(format('%s = %s', k.champ, quote_ident(correspondance ->> k.champ)), ', ' ORDER BY k.ordre)
			   FROM creances._champs(genre) k WHERE correspondance ? k.champ));
	END IF;
	SELECT string_agg(x, ' ; ') INTO suppositions FROM unnest(CASE genre
		WHEN 'factures' THEN ARRAY[
			CASE WHEN NOT correspondance ? 'creancier' THEN 'un seul créancier, principal' END,
			CASE WHEN NOT correspondance ? 'devise' THEN 'montants en EUR' END,
			CASE WHEN NOT correspondance ?| ARRAY['regle', 'reste_du']
				 THEN CASE WHEN EXISTS (SELECT FROM creances._reglements_de(quelle)) THEN 'les paiements viennent de leur table'
						   ELSE 'aucune colonne de règlement : une facture reste due tant que sa ligne est suivie' END END,
			CASE WHEN correspondance ?| ARRAY['regle', 'reste_du'] AND NOT correspondance ? 'regle_le'
				 THEN 'un paiement est daté du jour où il est vu' END,
			CASE WHEN NOT EXISTS (SELECT FROM creances.suivi s WHERE s.genre = 'clients') THEN 'les clients sont des professionnels' END]
		WHEN 'reglements' THEN ARRAY[
			CASE WHEN NOT correspondance ?| ARRAY['creancier', 'cle_facture'] THEN 'un seul créancier, principal' END,
			CASE WHEN NOT correspondance ? 'devise' THEN 'montants dans la devise de la facture, en EUR pour ce qui est en compte' END,
			CASE WHEN NOT correspondance ? 'nature' THEN 'toutes les lignes sont des paiements' END,
			CASE WHEN NOT correspondance ? 'debiteur' THEN 'une ligne sans facture n''est à personne' END]
		ELSE ARRAY[
			CASE WHEN NOT correspondance ? 'creancier' THEN 'clients communs à tous les créanciers' END,
			CASE WHEN NOT correspondance ? 'type' THEN 'le type des clients (professionnel, public, consommateur) ne change pas' END] END) x;
	IF suppositions IS NOT NULL THEN
		RAISE NOTICE USING MESSAGE = 'suppositions : ' || suppositions;
	END IF;

	IF genre = 'reglements' AND correspondance ?| ARRAY['facture', 'cle_facture'] THEN
		PERFORM creances._remplacer_colonne(s.table_suivie) FROM creances.suivi s
		  WHERE s.genre = 'factures' AND coalesce(s.table_suivie = to_regclass(options ->> 'factures'), true);
	END IF;
	IF charger THEN
		nb := creances._relire(quelle);
		IF EXISTS (SELECT FROM creances.ligne_refusee a WHERE a.suivi = quelle) THEN
			RAISE NOTICE USING MESSAGE = format('%s ligne(s) n''ont pas pu être suivies : voir creances.anomalie',
				(SELECT count(*) FROM creances.ligne_refusee a WHERE a.suivi = quelle));
		END IF;
		IF genre = 'reglements' AND (SELECT count(*) FROM creances.ligne_refusee a WHERE a.suivi = quelle AND a.code = 'facture')
								  > (SELECT count(*) FROM creances.reglement r WHERE r.suivi = quelle) THEN
			RAISE WARNING USING MESSAGE = format('la plupart des règlements de %s ne trouvent pas leur facture : ils ne comptent pas', quelle),
				HINT = 'facture est le numéro de la facture, cle_facture la clé de sa ligne dans la table suivie ; suivis avant leurs factures, ils compteront quand elles le seront.';
		END IF;
		-- what this table has sent for in the others
		IF EXISTS (SELECT FROM creances.a_revoir j WHERE j.suivi <> quelle) THEN
			PERFORM creances.rafraichir();
		END IF;
	END IF;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances._suivre(text, regclass, jsonb, text, jsonb, text, boolean, text, text) IS 'Fait suivre une table : ce que les trois fonctions publiques ont en commun.';

-- Tables of payments that may pay the invoices of this one.
CREATE FUNCTION creances._reglements_de(factures regclass) RETURNS SETOF regclass
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT s.table_suivie FROM creances.suivi s CROSS JOIN LATERAL creances._lien(s.table_suivie) l
	 WHERE s.genre = 'reglements' AND coalesce(to_regclass(l.options ->> 'factures') = factures, true);
END;
COMMENT ON FUNCTION creances._reglements_de(regclass) IS 'Tables de reglements suivies qui peuvent payer les factures de celle-ci.';

-- An amount that is paid twice over, by the invoice's own column and by a table
-- of payments, would be counted twice.
CREATE FUNCTION creances._verifier_sources(genre text, quelle regclass, options jsonb) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	autre regclass;
BEGIN
	IF genre = 'factures' AND options -> 'correspondance' ?| ARRAY['regle', 'reste_du'] THEN
		SELECT r INTO autre FROM creances._reglements_de(quelle) r LIMIT 1;
	ELSIF genre = 'reglements' THEN
		SELECT s.table_suivie INTO autre FROM creances.suivi s
		 WHERE s.genre = 'factures' AND s.correspondance ?| ARRAY['regle', 'reste_du']
		   AND coalesce(s.table_suivie = to_regclass(options ->> 'factures'), true)
		   AND options -> 'correspondance' ?| ARRAY['facture', 'cle_facture']
		 LIMIT 1;
	END IF;
	IF autre IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002',
			MESSAGE = format('les paiements de %s seraient comptés deux fois : par la colonne de la facture et par %s', CASE genre WHEN 'factures' THEN quelle ELSE autre END,
							 CASE genre WHEN 'factures' THEN autre ELSE quelle END),
			HINT = format('%sSuivez %s sans regle ni reste_du : SELECT creances.cesser_suivi(%L), puis creances.suivre_factures() avec une correspondance sans eux.',
						  CASE WHEN (SELECT count(*) FROM creances.suivi s WHERE s.genre = 'factures') > 1
							   THEN 'Si ces lignes paient une autre table de factures, nommez-la à suivre_reglements() par factures =>. Sinon : ' ELSE '' END,
						  CASE genre WHEN 'factures' THEN quelle ELSE autre END, (CASE genre WHEN 'factures' THEN quelle ELSE autre END)::text);
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_sources(text, regclass, jsonb) IS 'Refuse qu''un paiement soit compte deux fois.';

-- The invoices' own paid column said it until now; a table of payments will say
-- it better, with its dates: what the column said is taken back, at its dates.
CREATE FUNCTION creances._remplacer_colonne(factures regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	demandeur CONSTANT name := CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END;
BEGIN
	IF NOT pg_has_role(demandeur, (SELECT k.relowner FROM pg_class k WHERE k.oid = factures), 'USAGE')
	   OR EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie = factures AND s.correspondance ?| ARRAY['regle', 'reste_du']) THEN
		RETURN;
	END IF;
	PERFORM FROM creances.creance c WHERE c.suivi = factures
		AND EXISTS (SELECT FROM creances.reglement r WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.suivi IS NULL)
	  ORDER BY c.creancier, c.facture, c.rang FOR NO KEY UPDATE;
	INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature, reference)
	SELECT n.creancier, concat_ws(':', n.facture, n.rang, n.nombre + row_number() OVER (PARTITION BY n.creancier, n.facture, n.rang ORDER BY n.le)),
		   n.facture, n.rang, n.le, -n.somme, 'annulation', 'dit par la table de reglements'
	  FROM (SELECT r.creancier, r.facture, r.rang, r.le, sum(r.montant) AS somme,
				   (SELECT count(*) FROM creances.reglement x WHERE x.creancier = r.creancier AND x.facture = r.facture AND x.rang = r.rang) AS nombre
			  FROM creances.creance c JOIN creances.reglement r ON r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang
			 WHERE c.suivi = factures AND r.suivi IS NULL
			 GROUP BY 1, 2, 3, 4 HAVING sum(r.montant) <> 0) n;
	WITH u AS (
		UPDATE creances.creance c
		   SET solde = c.montant - m.somme, soldee_le = CASE WHEN c.montant = m.somme THEN greatest(c.nee_le, c.version_le, m.le) END
		  FROM creances.creance k CROSS JOIN LATERAL (
				SELECT coalesce(sum(r.montant), 0) AS somme, max(r.le) AS le FROM creances.reglement r
				 WHERE r.creancier = k.creancier AND r.facture = k.facture AND r.rang = k.rang) m
		 WHERE k.suivi = factures AND k.retiree_le IS NULL AND c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
		   AND c.solde <> c.montant - m.somme
		RETURNING c.creancier, c.facture, c.rang)
	INSERT INTO creances.a_decider SELECT u.* FROM u;
END $$;
COMMENT ON FUNCTION creances._remplacer_colonne(regclass) IS 'Reprend ce que disait la colonne reglee des factures, quand une table de reglements la remplace.';

CREATE FUNCTION creances.suivre_factures(
	factures regclass,
	correspondance jsonb DEFAULT NULL,
	filtre text DEFAULT NULL,
	depuis date DEFAULT NULL,
	mode text DEFAULT 'immediat',
	charger boolean DEFAULT true,
	reprise text DEFAULT 'progressive',
	modele text DEFAULT NULL,
	prefixe text DEFAULT NULL,
	declencheur text DEFAULT 'instruction')
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF reprise IS NULL OR reprise NOT IN ('progressive', 'directe') THEN
		RAISE EXCEPTION USING ERRCODE = CASE WHEN reprise IS NULL THEN '22004' ELSE '22023' END, MESSAGE = format('reprise inconnue : %s', coalesce(reprise, 'NULL')),
			HINT = 'Les reprises sont progressive et directe.';
	END IF;
	depuis := coalesce(depuis, creances.aujourdhui());
	IF NOT isfinite(depuis) OR depuis > creances.aujourdhui() THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('une table ne peut pas être suivie depuis le %s', depuis),
			HINT = 'Donnez une date passée, ou aucune pour aujourd''hui.';
	END IF;
	RETURN creances._suivre('factures', factures, correspondance, filtre, jsonb_build_object('depuis', depuis, 'reprise', reprise, 'prefixe', prefixe),
							mode, charger, modele, declencheur);
END $$;
COMMENT ON FUNCTION creances.suivre_factures(regclass, jsonb, text, date, text, boolean, text, text, text, text) IS
'Fait suivre une table de factures : trouve ses colonnes, ou prend une correspondance {"champ": "colonne ou expression"} (champs : facture, rang, debiteur, creancier, emission, echeance, montant, regle ou reste_du, regle_le, devise, nature, livraison, avoir_de, cle_avoir_de) ou un modele (odoo, dolibarr...), pose les declencheurs et charge les creances. Rend leur nombre. Reservee au proprietaire de la table. prefixe : ce qui precede les numeros de cette table si deux tables partagent les leurs. charger => false pour une tres grande table, puis CALL synchroniser(). declencheur => ''ligne'' sur un abonne de replication logique.';

CREATE FUNCTION creances.suivre_reglements(
	reglements regclass,
	correspondance jsonb DEFAULT NULL,
	filtre text DEFAULT NULL,
	factures regclass DEFAULT NULL,
	mode text DEFAULT 'immediat',
	charger boolean DEFAULT true,
	modele text DEFAULT NULL,
	prefixe text DEFAULT NULL,
	declencheur text DEFAULT 'instruction')
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	autre regclass;
BEGIN
	IF factures IS NOT NULL AND NOT EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie = factures AND s.genre = 'factures') THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la table de factures %s n''est pas suivie', factures),
			HINT = 'Suivez-la d''abord par creances.suivre_factures().';
	END IF;
	-- a foreign key to one followed table says which
	IF factures IS NULL THEN
		SELECT min(s.table_suivie::oid)::regclass INTO factures
		  FROM creances.suivi s JOIN pg_constraint k ON k.confrelid = s.table_suivie AND k.conrelid = reglements AND k.contype = 'f'
		 WHERE s.genre = 'factures' HAVING count(DISTINCT s.table_suivie) = 1;
	END IF;
	-- who says what is paid is the owner of what is owed
	SELECT s.table_suivie INTO autre FROM creances.suivi s JOIN pg_class k ON k.oid = s.table_suivie
	 WHERE s.genre = 'factures' AND coalesce(s.table_suivie = factures, true) AND NOT pg_has_role(current_user, k.relowner, 'USAGE') LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('seul le propriétaire de %s peut dire ce qui la paie', autre),
			HINT = 'Nommez par factures => la table de factures, qui est à vous, que ces lignes paient.';
	END IF;
	RETURN creances._suivre('reglements', reglements, correspondance, filtre,
							jsonb_build_object('depuis', creances.aujourdhui(), 'prefixe', prefixe, 'factures', factures,
											   -- two tables of payments may share their numbers
											   'compte', CASE WHEN EXISTS (SELECT FROM creances.suivi s WHERE s.genre = 'reglements')
																OR EXISTS (SELECT FROM creances.creance c WHERE c.nature = 'acompte' AND c.facture LIKE 'compte:%' AND c.suivi <> reglements)
															  THEN (SELECT k.relname || ':' FROM pg_class k WHERE k.oid = reglements) END), mode, charger, modele, declencheur);
END $$;
COMMENT ON FUNCTION creances.suivre_reglements(regclass, jsonb, text, regclass, text, boolean, text, text, text) IS
'Fait suivre une table de reglements, une ligne par paiement ou par imputation d''un paiement. Champs : reglement, facture (numero) ou cle_facture (cle de sa ligne dans la table de factures suivie), rang, cle_paiement (imputation : cle de la ligne du paiement), debiteur, creancier, date, montant, devise, nature (paiement, avoir, acompte, perte, correction). Une ligne sans facture est un credit en compte du client. Une ligne supprimee, changee ou imputee ailleurs est un fait date du jour ou il est vu. La table de factures se suit alors sans regle ni reste_du. factures : la table de factures que ces lignes paient, si plusieurs sont suivies. Reservee au proprietaire de la table.';

CREATE FUNCTION creances.suivre_clients(
	clients regclass,
	correspondance jsonb DEFAULT NULL,
	filtre text DEFAULT NULL,
	mode text DEFAULT 'immediat',
	charger boolean DEFAULT true,
	modele text DEFAULT NULL,
	declencheur text DEFAULT 'instruction')
RETURNS bigint
LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT creances._suivre('clients', clients, correspondance, filtre, '{}', mode, charger, modele, declencheur);
END;
COMMENT ON FUNCTION creances.suivre_clients(regclass, jsonb, text, text, boolean, text, text) IS
'Fait suivre une table de clients : nom, type (professionnel, public, consommateur), langue, zone, courriel, telephone, adresse, segment, siren. Sans creancier dans la correspondance, un client est celui de tous. Un client qui arrive avant ou apres ses factures est pareil ; les champs que la correspondance ne donne pas restent a l''utilisateur. Reservee au proprietaire de la table.';

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
	DELETE FROM creances.client k WHERE k.suivi::oid = table_suivie;
	-- what a table of payments has said stays, and is nobody's to correct any more
	IF NOT EXISTS (SELECT FROM creances.creance c WHERE c.suivi::oid = table_suivie AND c.facture NOT LIKE 'compte:%') THEN
		UPDATE creances.reglement r SET suivi = NULL, cle = NULL WHERE r.suivi::oid = table_suivie;
	END IF;
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
		FOR d IN SELECT p.porteuse, t.tgname
				   FROM (SELECT x.porteuse FROM creances._descendantes(table_suivie) x UNION SELECT table_suivie) p
				   JOIN pg_trigger t ON t.tgrelid = p.porteuse AND t.tgfoid = 'creances._suivi()'::regprocedure AND t.tgparentid = 0
		LOOP
			EXECUTE format('DROP TRIGGER %I ON %s', d.tgname, d.porteuse);
		END LOOP;
	END IF;
	RETURN creances._cesser(table_suivie);
END $$;
COMMENT ON FUNCTION creances.cesser_suivi(regclass) IS
'Cesse de suivre une table : enleve les declencheurs, retire ses creances des balances et des relances a dater de ce jour ; leur histoire reste. Rend leur nombre. Reservee au proprietaire de la table.';
