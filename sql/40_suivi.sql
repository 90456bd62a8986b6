-- The tie to the ERP's tables. The trigger's arguments hold everything (see
-- src/suivi.c), so pg_dump carries a tie and nothing is generated.

ALTER TABLE creances.debiteur ADD CONSTRAINT debiteur_zone CHECK (creances.est_ferie('2000-01-01', zone) IS NOT NULL);

CREATE FUNCTION creances._suivi() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'creances_suivi';
COMMENT ON FUNCTION creances._suivi() IS
'Declencheur pose par suivre_factures() : ajoute au journal les cles des lignes touchees et, en mode immediat, rafraichit les faits.';

CREATE FUNCTION creances._arguments(tgargs bytea) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'creances_arguments';
COMMENT ON FUNCTION creances._arguments(bytea) IS 'Arguments d''un declencheur, tels que pg_trigger les garde.';

CREATE FUNCTION creances._colonnes_lues(factures regclass, requete text) RETURNS text[]
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'creances_colonnes_lues';
COMMENT ON FUNCTION creances._colonnes_lues(regclass, text) IS 'Colonnes de cette table que lit la requete, par analyse seulement.';

CREATE FUNCTION creances._une_expression(texte text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'creances_une_expression';
COMMENT ON FUNCTION creances._une_expression(text) IS 'Le texte est une seule expression SQL, et rien d''autre.';

CREATE VIEW creances.suivi AS
SELECT t.tgrelid::regclass AS factures,
	   a.args[1] AS mode,
	   (a.args[2]::jsonb ->> 'depuis')::date AS depuis,
	   a.args[2]::jsonb ->> 'reprise' AS reprise,
	   a.args[6 : 5 + a.args[5]::integer] AS cle,
	   a.args[2]::jsonb -> 'correspondance' AS correspondance,
	   a.args[2]::jsonb ->> 'filtre' AS filtre,
	   t.tgenabled <> 'D' AS actif
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid AND NOT c.relispartition
 CROSS JOIN LATERAL (SELECT creances._arguments(t.tgargs) AS args) a
 WHERE t.tgfoid = 'creances._suivi()'::regprocedure
   AND t.tgtype & 4 <> 0;
COMMENT ON VIEW creances.suivi IS 'Tables suivies, lues dans leurs declencheurs.';
COMMENT ON COLUMN creances.suivi.factures IS 'Table suivie.';
COMMENT ON COLUMN creances.suivi.mode IS 'immediat : les faits changent dans la transaction de l''ERP ; differe : au rafraichissement suivant.';
COMMENT ON COLUMN creances.suivi.depuis IS 'Jour depuis lequel la table est suivie.';
COMMENT ON COLUMN creances.suivi.reprise IS 'Comment entrent les creances plus anciennes que le suivi.';
COMMENT ON COLUMN creances.suivi.cle IS 'Colonnes de la cle primaire.';
COMMENT ON COLUMN creances.suivi.correspondance IS 'Ce que lit chaque champ : colonne ou expression.';
COMMENT ON COLUMN creances.suivi.filtre IS 'Condition que doit remplir une ligne pour etre suivie.';
COMMENT ON COLUMN creances.suivi.actif IS 'Le declencheur est actif.';

CREATE VIEW creances.fraicheur AS
SELECT s.factures, s.mode,
	   count(j.instant) AS en_attente,
	   min(j.instant) AS plus_ancienne
  FROM creances.suivi s
  LEFT JOIN creances.a_revoir j ON j.suivi = s.factures
 GROUP BY s.factures, s.mode;
COMMENT ON VIEW creances.fraicheur IS 'Ce que chaque table suivie a encore au journal : les vues ne le montrent pas encore.';
COMMENT ON COLUMN creances.fraicheur.factures IS 'Table suivie.';
COMMENT ON COLUMN creances.fraicheur.mode IS 'immediat ou differe.';
COMMENT ON COLUMN creances.fraicheur.en_attente IS 'Lignes du journal a consommer.';
COMMENT ON COLUMN creances.fraicheur.plus_ancienne IS 'Instant de la plus ancienne.';

CREATE FUNCTION creances._en_bloc() RETURNS boolean
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'creances_en_bloc';
COMMENT ON FUNCTION creances._en_bloc() IS 'La session est entre BEGIN et COMMIT.';

-- A procedure that commits by batches must be called by itself.
CREATE FUNCTION creances._verifier_hors_bloc(quoi text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF creances._en_bloc() THEN
		RAISE EXCEPTION USING ERRCODE = '25001', MESSAGE = format('%s valide ses lots : elle ne s''appelle pas dans un bloc de transaction', quoi),
			HINT = 'Appelez-la seule, hors de BEGIN ... COMMIT (autocommit).';
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_hors_bloc(text) IS 'Refuse d''etre appelee entre BEGIN et COMMIT.';

-- ----------------------------------------------------- finding the columns

-- Names are compared folded: lower case, without accents or punctuation.
CREATE FUNCTION creances._plier(nom text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT regexp_replace(translate(lower(nom), 'àâäéèêëîïôöùûüçñ', 'aaaeeeeiioouuucn'),
						  '[^a-z0-9]', '', 'g');
END;
COMMENT ON FUNCTION creances._plier(text) IS 'Nom de colonne replie pour la comparaison : minuscules, sans accent ni ponctuation.';

CREATE TABLE creances.synonyme (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	champ		text NOT NULL CHECK (champ IN ('facture', 'rang', 'debiteur', 'creancier', 'emission', 'echeance',
											   'montant', 'regle', 'reste_du', 'regle_le', 'devise', 'nature', 'livraison')),
	nom			text NOT NULL,
	priorite	integer NOT NULL DEFAULT 1,
	PRIMARY KEY (origine, champ, nom)
);
COMMENT ON TABLE creances.synonyme IS
'Noms de colonnes reconnus quand suivre_factures() est appelee sans correspondance. Les lignes de l''extension ne se modifient pas ; ajoutez les votres.';
COMMENT ON COLUMN creances.synonyme.origine IS 'creances (livree) ou utilisateur.';
COMMENT ON COLUMN creances.synonyme.champ IS 'Champ de la correspondance.';
COMMENT ON COLUMN creances.synonyme.nom IS 'Nom replie : minuscules, sans accent ni ponctuation.';
COMMENT ON COLUMN creances.synonyme.priorite IS 'Le plus petit nombre l''emporte ; deux colonnes de meme priorite sont une ambiguite.';

INSERT INTO creances.synonyme (origine, champ, nom, priorite)
SELECT 'creances', v.champ, n.nom, v.priorite
  FROM (VALUES
	('facture', 1, 'facture numero numerofacture numfacture nofacture nfacture reffacture referencefacture invoicenumber invoiceno invoicenum invoiceref invnumber numeropiece nopiece'),
	('facture', 2, 'ref reference number invoiceid piece documentno docno'),
	('facture', 3, 'name'),
	('rang', 1, 'rang noecheance numeroecheance numecheance installment installmentno installmentnumber'),
	('debiteur', 1, 'debiteur client clientid idclient codeclient numclient numeroclient noclient tiers codetiers idtiers customer customerid customerno customernumber custnumber custid custno partnerid debtor fksoc'),
	('debiteur', 2, 'compte comptetiers accountid'),
	('creancier', 1, 'creancier societe codesociete idsociete societeid company companyid companycode businesscode entity etablissement'),
	('emission', 1, 'emission dateemission emisele datefacture facturele datef invoicedate issuedate dateinvoice dateinvoiced postingdate transdate'),
	('emission', 2, 'date datepiece docdate'),
	('echeance', 1, 'echeance dateecheance datedecheance echeancele duedate dueindate invoicedatedue datedue datelimreglement datelimitereglement datelimitepaiement maturitydate'),
	('montant', 1, 'montantttc totalttc ttc amounttotal totalamount invoiceamount grandtotal totalopenamount montantfacture totalgross'),
	('montant', 2, 'montant total amount'),
	('regle', 1, 'regle montantregle totalregle dejaregle paye montantpaye totalpaye dejapaye paid paidamount amountpaid totalpaid encaisse montantencaisse'),
	('reste_du', 1, 'restedu resteapayer restantdu montantdu amountresidual outstandingamount balancedue amountdue openamount'),
	('reste_du', 2, 'solde balance'),
	('regle_le', 1, 'reglele datereglement datederniereglement datedernierreglement datepaiement datedernierpaiement payele soldeele settleddate settlementdate paymentdate paiddate datepaid datepaye cleardate lastpaymentdate datelastpayment'),
	('devise', 1, 'devise codedevise currency currencycode invoicecurrency monnaie multicurrencycode curr'),
	('nature', 1, 'nature naturepiece typepiece typefacture'),
	('livraison', 1, 'livraison datelivraison livreele dateexecution deliverydate datedelivery deliveredon')
	   ) AS v(champ, priorite, noms),
	   LATERAL unnest(string_to_array(v.noms, ' ')) AS n(nom)
 WHERE n.nom ~ '^[a-z0-9]+$';
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.synonyme
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.synonyme', $$WHERE origine = 'utilisateur'$$);

-- Candidates of each field: a column that bears one of its names and a type
-- that fits. The smallest priority wins.
CREATE FUNCTION creances._candidates(factures regclass)
RETURNS TABLE (champ text, colonne text, priorite integer)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT s.champ, a.attname::text, min(s.priorite)
	  FROM pg_catalog.pg_attribute a
	  JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
	  JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN y.typtype = 'd' THEN y.typbasetype ELSE y.oid END
	  JOIN creances.synonyme s ON s.nom = creances._plier(a.attname::text)
	 WHERE a.attrelid = factures AND a.attnum > 0 AND NOT a.attisdropped
	   AND CASE WHEN s.champ IN ('emission', 'echeance', 'regle_le', 'livraison') THEN b.typcategory = 'D' AND b.oid NOT IN ('time'::regtype, 'timetz'::regtype)
				WHEN s.champ IN ('montant', 'regle', 'reste_du') THEN b.typcategory = 'N' AND b.oid NOT IN ('oid'::regtype, 'regclass'::regtype)
				WHEN s.champ = 'rang' THEN b.oid IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
				WHEN s.champ IN ('devise', 'nature') THEN b.typcategory IN ('S', 'E')
				ELSE b.typcategory IN ('S', 'N', 'U', 'E') END
	 GROUP BY s.champ, a.attname;
END;
COMMENT ON FUNCTION creances._candidates(regclass) IS 'Colonnes de cette table qui peuvent tenir chaque champ, d''apres leurs noms et leurs types.';

CREATE FUNCTION creances._trouver(factures regclass) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	trouvees jsonb;
	ambigues text;
BEGIN
	WITH meilleures AS (
		SELECT DISTINCT c.champ, c.colonne
		  FROM creances._candidates(factures) c
		 WHERE c.priorite = (SELECT min(d.priorite) FROM creances._candidates(factures) d WHERE d.champ = c.champ)
		   -- a paid amount says more than a residual: it wins
		   AND NOT (c.champ = 'reste_du' AND EXISTS (SELECT FROM creances._candidates(factures) d WHERE d.champ = 'regle'))
	), champs AS (
		SELECT m.champ, count(*) AS nb, min(m.colonne) AS colonne,
			   string_agg(quote_ident(m.colonne), ', ' ORDER BY m.colonne) AS colonnes
		  FROM meilleures m GROUP BY m.champ
		-- of little use and never needed: rather none than a guess
		HAVING count(*) = 1 OR m.champ <> 'livraison'
	)
	SELECT jsonb_object_agg(champ, colonne) FILTER (WHERE nb = 1),
		   string_agg(format('%s : %s', champ, colonnes), ' ; ' ORDER BY champ) FILTER (WHERE nb > 1)
	  INTO trouvees, ambigues FROM champs;
	IF ambigues IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002',
			MESSAGE = format('plusieurs colonnes de %s conviennent au même champ', factures),
			DETAIL = format('Colonnes possibles : %s.', ambigues),
			HINT = 'Donnez la correspondance : creances.suivre_factures(table, ''{"facture": "colonne", ...}'').';
	END IF;
	RETURN coalesce(trouvees, '{}');
END $$;
COMMENT ON FUNCTION creances._trouver(regclass) IS 'Correspondance trouvee par les noms et les types des colonnes ; RC002 si deux colonnes conviennent autant.';

-- ------------------------------------------------- the query that reads rows

-- A mapping's value as an expression over the row t: a column, or SQL.
CREATE FUNCTION creances._expression(factures regclass, valeur text) RETURNS text
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
	SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a
							  WHERE a.attrelid = factures AND a.attname = valeur
								AND a.attnum > 0 AND NOT a.attisdropped)
				THEN format('t.%I', valeur) ELSE format(E'(%s\n)', valeur) END;
END;
COMMENT ON FUNCTION creances._expression(regclass, text) IS 'Valeur d''une correspondance, en expression sur la ligne t.';

-- The rows of the given keys ($2, text[]) or of the whole table, in our words,
-- with what forbids to follow them. This is the one place that reads the ERP.
CREATE FUNCTION creances._requete_pour(factures regclass, correspondance jsonb, filtre text, cle text[], par_cles boolean)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	champs text := '';
	colonnes text;
	types text[];
	condition text := '';
	c record;
BEGIN
	SELECT array_agg(format_type(a.atttypid, -1) ORDER BY k.n),
		   string_agg(format('concat(t.%I)', k.nom), ', ' ORDER BY k.n)
	  INTO types, colonnes
	  FROM unnest(cle) WITH ORDINALITY k(nom, n)
	  LEFT JOIN pg_attribute a ON a.attrelid = factures AND a.attname = k.nom AND NOT a.attisdropped;

	IF par_cles AND cardinality(cle) = 1 THEN
		condition := format(' WHERE t.%I = ANY ($2::%s[])', cle[1], types[1]);
	ELSIF par_cles THEN
		SELECT format(' WHERE (%s) IN (SELECT %s FROM (SELECT x::text[] AS k FROM unnest($2) x) x)',
					  string_agg(format('t.%I', k.nom), ', ' ORDER BY k.n),
					  string_agg(format('k[%s]::%s', k.n, types[k.n]), ', ' ORDER BY k.n))
		  INTO condition FROM unnest(cle) WITH ORDINALITY k(nom, n);
	END IF;

	FOR c IN
		SELECT v.champ, v.type, coalesce(creances._expression(factures, correspondance ->> v.champ), v.defaut) AS expression
		  FROM (VALUES ('creancier', 'text', '''principal'''), ('facture', 'text', NULL), ('rang', 'integer', '1'),
					   ('debiteur', 'text', NULL), ('emission', 'date', 'NULL'), ('echeance', 'date', NULL),
					   ('montant', 'numeric', NULL), ('reste_du', 'numeric', 'NULL'), ('regle', 'numeric', 'NULL'),
					   ('regle_le', 'date', 'NULL'), ('devise', 'text', '''EUR'''), ('nature', 'text', 'NULL'), ('livraison', 'date', 'NULL')
			   ) AS v(champ, type, defaut)
	LOOP
		champs := champs || format(', %s::%s AS %s',
			CASE WHEN c.type = 'text' THEN format('btrim(%s::text)', c.expression) ELSE c.expression END, c.type, c.champ);
	END LOOP;

	RETURN format($q$
SELECT s.cle, s.creancier, s.facture, s.rang, s.debiteur,
	   coalesce(s.nature, CASE WHEN s.montant < 0 THEN 'avoir' ELSE 'facture' END) AS nature,
	   s.emission, s.livraison, s.echeance, s.montant, s.devise, %s AS regle, s.regle_le, s.suivie, s.code,
	   CASE s.code
			WHEN 'creancier' THEN 'le créancier est absent'
			WHEN 'facture' THEN 'le numéro de facture est absent'
			WHEN 'rang' THEN 'le rang de l''échéance est absent'
			WHEN 'debiteur' THEN 'le client est absent'
			WHEN 'echeance' THEN 'la date d''échéance est absente'
			WHEN 'nature' THEN 'un avoir positif serait réclamé : donnez à montant une expression qui le rend négatif'
			WHEN 'date' THEN format('date infinie ou hors de 1900 à 2999 : émission %%s, échéance %%s, règlement %%s', s.emission, s.echeance, s.regle_le)
			WHEN 'montant' THEN coalesce('montant hors de ce qui se calcule : ' || s.montant, 'le montant est absent')
			WHEN 'regle' THEN coalesce('montant réglé ou restant dû hors de ce qui se calcule : ' || coalesce(s.regle, s.reste_du), 'le restant dû est absent')
			WHEN 'devise' THEN format('devise inconnue : %%s', coalesce(s.devise, 'absente'))
	   END AS motif
  FROM (SELECT s.*, CASE
			WHEN NOT s.suivie THEN NULL
			WHEN coalesce(s.creancier, '') = '' THEN 'creancier'
			WHEN coalesce(s.facture, '') = '' THEN 'facture'
			WHEN s.rang IS NULL THEN 'rang'
			WHEN coalesce(s.debiteur, '') = '' THEN 'debiteur'
			WHEN s.montant IS NULL OR s.montant IN ('NaN', 'Infinity', '-Infinity')
				 OR abs(s.montant) >= 1e15 OR s.montant <> round(s.montant, 6) THEN 'montant'
			WHEN s.echeance IS NULL THEN 'echeance'
			WHEN s.echeance NOT BETWEEN '1900-01-01' AND '2999-12-31' OR s.emission NOT BETWEEN '1900-01-01' AND '2999-12-31'
				 OR NOT isfinite(s.regle_le) THEN 'date'
			WHEN s.nature = 'avoir' AND s.montant > 0 THEN 'nature'
			WHEN %s THEN 'regle'
			WHEN s.devise IS NULL OR s.devise !~ '^[A-Z]{3}$' THEN 'devise'
		END AS code
		  FROM (SELECT b.cle, b.creancier, b.facture, b.rang, b.debiteur, b.emission,
					   -- a credit is due at once
					   coalesce(b.echeance, CASE WHEN b.montant < 0 THEN b.emission END) AS echeance,
					   b.montant, b.reste_du, b.regle,
					   -- the empty date of some ERPs is no date
					   CASE WHEN NOT isfinite(b.regle_le) OR b.regle_le BETWEEN '1900-01-01' AND '2999-12-31' THEN b.regle_le END AS regle_le,
					   CASE WHEN b.livraison BETWEEN '1900-01-01' AND '2999-12-31' THEN b.livraison END AS livraison,
					   b.devise, b.suivie,
					   CASE WHEN lower(b.nature) ~ '(^|[^a-z])(avoirs?|refund|credit ?note|note de credit)([^a-z]|$)' THEN 'avoir'
							ELSE nullif(lower(b.nature), '') END AS nature
				  FROM (SELECT %s AS cle%s, %s AS suivie FROM %s AS t%s) b) s) s
$q$,
		CASE WHEN correspondance ? 'reste_du' THEN 's.montant - s.reste_du'
			 WHEN correspondance ? 'regle' THEN 'coalesce(s.regle, 0)' ELSE 'NULL::numeric' END,
		CASE WHEN correspondance ? 'reste_du'
			 THEN 's.reste_du IS NULL OR s.reste_du IN (''NaN'', ''Infinity'', ''-Infinity'') OR abs(s.reste_du) >= 1e15 OR s.reste_du <> round(s.reste_du, 6)'
			 ELSE 's.regle IN (''NaN'', ''Infinity'', ''-Infinity'') OR abs(s.regle) >= 1e15 OR s.regle <> round(s.regle, 6)' END,
		CASE WHEN cardinality(cle) = 1 THEN colonnes ELSE format('ARRAY[%s]::text', colonnes) END,
		champs,
		CASE WHEN filtre IS NULL THEN 'true' ELSE format(E'((%s\n) IS TRUE)', filtre) END,
		factures, condition);
END $$;
COMMENT ON FUNCTION creances._requete_pour(regclass, jsonb, text, text[], boolean) IS
'Texte de la requete qui lit une table de factures a travers sa correspondance.';

CREATE FUNCTION creances._requete(factures regclass, par_cles boolean) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT creances._requete_pour(s.factures, s.correspondance, s.filtre, s.cle, par_cles)
	  FROM creances.suivi s WHERE s.factures = _requete.factures;
END;
COMMENT ON FUNCTION creances._requete(regclass, boolean) IS 'Texte de la requete qui lit une table suivie.';

-- The keys alone, for when a value of some row cannot be read.
CREATE FUNCTION creances._requete_cles(factures regclass) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT format('SELECT array_agg(%s) FROM %s AS t',
				  CASE WHEN cardinality(s.cle) = 1 THEN c.colonnes ELSE format('ARRAY[%s]::text', c.colonnes) END, s.factures)
	  FROM creances.suivi s
	 CROSS JOIN LATERAL (SELECT string_agg(format('concat(t.%I)', k.nom), ', ' ORDER BY k.n) AS colonnes
						   FROM unnest(s.cle) WITH ORDINALITY k(nom, n)) c
	 WHERE s.factures = _requete_cles.factures;
END;
COMMENT ON FUNCTION creances._requete_cles(regclass) IS 'Texte de la requete qui lit les cles d''une table suivie.';

-- ------------------------------------------------------------------ refresh

CREATE FUNCTION creances.rafraichir(lot integer DEFAULT NULL) RETURNS bigint
LANGUAGE c AS 'MODULE_PATHNAME', 'creances_rafraichir';
COMMENT ON FUNCTION creances.rafraichir(integer) IS
'Consomme le journal (au plus "lot" lignes par table) et met les faits a jour. Rend le nombre de creances ecrites. Deux sessions peuvent l''appeler a la fois.';

CREATE FUNCTION creances._relire(factures regclass) RETURNS bigint
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'creances_relire_table';
COMMENT ON FUNCTION creances._relire(regclass) IS 'Relit toute une table suivie dans la transaction en cours.';

CREATE FUNCTION creances.verifier_suivi(factures regclass)
RETURNS TABLE (cle text, facture text, ecart text)
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'creances_verifier_suivi';
COMMENT ON FUNCTION creances.verifier_suivi(regclass) IS
'Differences entre une table suivie et les faits, ligne a ligne ; vide quand tout va bien. CALL synchroniser() les repare.';

CREATE FUNCTION creances._a_resynchroniser(factures regclass) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	WITH j AS (
		INSERT INTO creances.a_revoir (suivi, cle, instant, transaction, chargement)
		SELECT _a_resynchroniser.factures, v.cle, clock_timestamp(), pg_current_xact_id(), true
		  FROM creances.verifier_suivi(_a_resynchroniser.factures) v
		RETURNING 1)
	SELECT count(*) FROM j;
END;
COMMENT ON FUNCTION creances._a_resynchroniser(regclass) IS 'Met au journal les cles dont les faits different de la table.';

CREATE PROCEDURE creances.synchroniser(factures regclass, lot integer DEFAULT 10000)
LANGUAGE plpgsql AS $$
DECLARE
	reste bigint;
	avant bigint;
BEGIN
	IF factures IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la table ne peut pas être NULL',
			HINT = 'Les tables suivies sont dans creances.suivi.';
	END IF;
	IF lot IS NULL OR lot <= 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le lot doit être positif',
			HINT = 'Donnez un nombre de lignes par transaction, par exemple 10000.';
	END IF;
	IF NOT EXISTS (SELECT FROM creances.suivi s WHERE s.factures OPERATOR(pg_catalog.=) synchroniser.factures) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = pg_catalog.format('la table %s n''est pas suivie', factures),
			HINT = 'Suivez-la par creances.suivre_factures().';
	END IF;
	PERFORM creances._verifier_hors_bloc('synchroniser()');
	-- partitions that have come since, when it is the owner who calls
	PERFORM creances._poser(n.partition, creances._arguments(t.tgargs))
	   FROM creances._partitions_nues n
	   JOIN pg_catalog.pg_class k ON k.oid OPERATOR(pg_catalog.=) n.partition AND pg_catalog.pg_has_role(k.relowner, 'USAGE')
	   JOIN pg_catalog.pg_trigger t ON t.tgrelid OPERATOR(pg_catalog.=) n.factures
		AND t.tgname OPERATOR(pg_catalog.=) 'creances_suivi_insert'
	  WHERE n.factures OPERATOR(pg_catalog.=) synchroniser.factures;
	COMMIT;
	-- what the journal holds first: its steps are dated
	PERFORM creances.rafraichir();
	COMMIT;
	PERFORM creances._a_resynchroniser(factures);
	COMMIT;
	LOOP
		SELECT f.en_attente INTO avant FROM creances.fraicheur f WHERE f.factures OPERATOR(pg_catalog.=) synchroniser.factures;
		EXIT WHEN avant OPERATOR(pg_catalog.=) 0;
		PERFORM creances.rafraichir(lot);
		COMMIT;
		SELECT f.en_attente INTO reste FROM creances.fraicheur f WHERE f.factures OPERATOR(pg_catalog.=) synchroniser.factures;
		-- another session holds the rest: the next refresh will take it
		EXIT WHEN reste OPERATOR(pg_catalog.>=) avant;
	END LOOP;
END $$;
COMMENT ON PROCEDURE creances.synchroniser(regclass, integer) IS
'Compare toute une table suivie aux faits et repare, par lots valides un a un. Sert aussi a charger une table tres grande suivie avec charger => false ; interrompue, il suffit de la rappeler.';

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
	IF EXISTS (SELECT FROM creances.suivi s WHERE s.factures = suivre_factures.factures) THEN
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
		IF EXISTS (SELECT FROM creances.anomalie a WHERE a.suivi = factures) THEN
			RAISE NOTICE USING MESSAGE = format('%s ligne(s) n''ont pas pu être suivies : voir creances.anomalie',
				(SELECT count(*) FROM creances.anomalie a WHERE a.suivi = factures));
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
SELECT s.factures, p.partition
  FROM creances.suivi s
 CROSS JOIN LATERAL (SELECT x.relid AS partition FROM pg_catalog.pg_partition_tree(s.factures) x WHERE x.relid <> s.factures) p
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
					WHERE t.tgrelid = p.partition AND t.tgfoid = 'creances._suivi()'::regprocedure);
COMMENT ON VIEW creances._partitions_nues IS 'Partitions de tables suivies qui n''ont pas encore leurs declencheurs.';
COMMENT ON COLUMN creances._partitions_nues.factures IS 'Table suivie.';
COMMENT ON COLUMN creances._partitions_nues.partition IS 'Partition sans declencheur.';

-- What is left of a table that is followed no more.
CREATE FUNCTION creances._cesser(factures oid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	nb bigint;
BEGIN
	IF EXISTS (SELECT FROM creances.suivi s WHERE s.factures::oid = _cesser.factures) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la table %s est encore suivie', factures::regclass),
			HINT = 'Appelez creances.cesser_suivi().';
	END IF;
	DELETE FROM creances.a_revoir j WHERE j.suivi::oid = factures;
	DELETE FROM creances.anomalie a WHERE a.suivi::oid = factures;
	PERFORM FROM creances.creance c WHERE c.suivi::oid = factures AND c.retiree_le IS NULL
	  ORDER BY c.creancier, c.facture, c.rang FOR NO KEY UPDATE;
	INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque, debiteur, nee_le, emission,
										  echeance, montant, devise, retiree, motif)
	SELECT c.creancier, c.facture, c.rang, c.versions + 1, creances.aujourdhui(c.creancier), c.debiteur, c.nee_le,
		   c.emission, c.echeance, c.montant, c.devise, false, 'suivi cesse'
	  FROM creances.creance c WHERE c.suivi::oid = factures AND c.retiree_le IS NULL;
	WITH r AS (
		UPDATE creances.creance c
		   SET solde = 0, versions = c.versions + 1, version_le = creances.aujourdhui(c.creancier),
			   retiree_le = creances.aujourdhui(c.creancier), retiree_motif = 'suivi cesse',
			   soldee_le = greatest(c.soldee_le, c.nee_le, c.version_le, creances.aujourdhui(c.creancier),
									(SELECT max(g.le) FROM creances.reglement g
									  WHERE (g.creancier, g.facture, g.rang) = (c.creancier, c.facture, c.rang)))
		 WHERE c.suivi::oid = factures AND c.retiree_le IS NULL
		RETURNING c.creancier, c.facture, c.rang)
	INSERT INTO creances.a_decider SELECT r.* FROM r;
	GET DIAGNOSTICS nb = ROW_COUNT;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances._cesser(oid) IS 'Retire les creances d''une table qui n''est plus suivie, et vide son journal.';

CREATE FUNCTION creances.cesser_suivi(factures regclass) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	porteuse regclass;
	d record;
	owner oid;
BEGIN
	IF factures IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la table ne peut pas être NULL',
			HINT = 'Les tables suivies sont dans creances.suivi.';
	END IF;
	SELECT k.relowner INTO owner FROM pg_class k WHERE k.oid = factures;
	-- a table that was dropped leaves only its facts
	IF FOUND THEN
		IF NOT pg_has_role(current_user, owner, 'USAGE') THEN
			RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('seul le propriétaire de %s peut cesser son suivi', factures),
				HINT = format('Connectez-vous sous le rôle %s.', owner::regrole);
		END IF;
		IF NOT EXISTS (SELECT FROM creances.suivi s WHERE s.factures = cesser_suivi.factures) THEN
			RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la table %s n''est pas suivie', factures),
				HINT = 'Les tables suivies sont dans creances.suivi.';
		END IF;
		PERFORM creances.rafraichir();
		FOR d IN SELECT p AS porteuse, t.tgname FROM creances._porteuses(factures) p
				   JOIN pg_trigger t ON t.tgrelid = p AND t.tgfoid = 'creances._suivi()'::regprocedure
		LOOP
			EXECUTE format('DROP TRIGGER %I ON %s', d.tgname, d.porteuse);
		END LOOP;
	END IF;
	RETURN creances._cesser(factures);
END $$;
COMMENT ON FUNCTION creances.cesser_suivi(regclass) IS
'Cesse de suivre une table : enleve les declencheurs, retire ses creances des balances et des relances a dater de ce jour ; leur histoire reste. Rend leur nombre. Reservee au proprietaire de la table.';
