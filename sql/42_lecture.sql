-- The query that reads a followed table: its rows in our words, and what
-- forbids to follow them. This is the one place that reads the ERP.

-- The fields of a mapping. `defaut` is the expression of a field that is not
-- mapped; an obligatory one must be.
CREATE FUNCTION creances._champs(genre text)
RETURNS TABLE (champ text, type text, defaut text, obligatoire boolean, ordre integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 15
BEGIN ATOMIC
	SELECT v.champ, v.type, v.defaut, v.obligatoire, v.ordre
	  FROM (VALUES
		('factures', 'facture', 'text', 'NULL', true, 1), ('factures', 'rang', 'integer', '1', false, 2),
		('factures', 'debiteur', 'text', 'NULL', true, 3), ('factures', 'creancier', 'text', '''principal''', false, 4),
		('factures', 'emission', 'date', 'NULL', false, 5), ('factures', 'echeance', 'date', 'NULL', true, 6),
		('factures', 'montant', 'numeric', 'NULL', true, 7), ('factures', 'regle', 'numeric', 'NULL', false, 8),
		('factures', 'reste_du', 'numeric', 'NULL', false, 9), ('factures', 'regle_le', 'date', 'NULL', false, 10),
		('factures', 'devise', 'text', '''EUR''', false, 11), ('factures', 'nature', 'text', 'NULL', false, 12),
		('factures', 'livraison', 'date', 'NULL', false, 13), ('factures', 'avoir_de', 'text', 'NULL', false, 14),
		('factures', 'cle_avoir_de', 'text', 'NULL', false, 15),
		('reglements', 'reglement', 'text', 'NULL', false, 1), ('reglements', 'facture', 'text', 'NULL', false, 2),
		('reglements', 'cle_facture', 'text', 'NULL', false, 3), ('reglements', 'rang', 'integer', 'NULL', false, 4),
		('reglements', 'cle_paiement', 'text', 'NULL', false, 5), ('reglements', 'debiteur', 'text', 'NULL', false, 6),
		('reglements', 'creancier', 'text', '''principal''', false, 7), ('reglements', 'date', 'date', 'NULL', true, 8),
		('reglements', 'montant', 'numeric', 'NULL', true, 9), ('reglements', 'devise', 'text', 'NULL', false, 10),
		('reglements', 'nature', 'text', 'NULL', false, 11),
		('clients', 'debiteur', 'text', 'NULL', true, 1), ('clients', 'creancier', 'text', 'NULL', false, 2),
		('clients', 'nom', 'text', 'NULL', false, 3), ('clients', 'type', 'text', 'NULL', false, 4),
		('clients', 'langue', 'text', 'NULL', false, 5), ('clients', 'zone', 'text', 'NULL', false, 6),
		('clients', 'courriel', 'text', 'NULL', false, 7), ('clients', 'telephone', 'text', 'NULL', false, 8),
		('clients', 'adresse', 'text', 'NULL', false, 9), ('clients', 'segment', 'text', 'NULL', false, 10),
		('clients', 'siren', 'text', 'NULL', false, 11)) AS v(genre, champ, type, defaut, obligatoire, ordre)
	 WHERE v.genre = _champs.genre;
END;
COMMENT ON FUNCTION creances._champs(text) IS 'Champs d''une correspondance, par genre de table.';

-- A mapping's value as an expression over the row t: a column, or SQL.
CREATE FUNCTION creances._expression(table_suivie regclass, valeur text) RETURNS text
LANGUAGE sql STABLE STRICT
BEGIN ATOMIC
	SELECT CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute a
							  WHERE a.attrelid = table_suivie AND a.attname = valeur
								AND a.attnum > 0 AND NOT a.attisdropped)
				THEN format('t.%I', valeur) ELSE format(E'(%s\n)', valeur) END;
END;
COMMENT ON FUNCTION creances._expression(regclass, text) IS 'Valeur d''une correspondance, en expression sur la ligne t.';

-- The key of a row as the journal writes it.
CREATE FUNCTION creances._expression_cle(cle text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN cardinality(cle) = 1 THEN format('concat(t.%I)', cle[1])
				ELSE format('ARRAY[%s]::text', (SELECT string_agg(format('concat(t.%I)', k.nom), ', ' ORDER BY k.n)
												  FROM unnest(cle) WITH ORDINALITY k(nom, n))) END;
END;
COMMENT ON FUNCTION creances._expression_cle(text[]) IS 'Cle d''une ligne, en expression sur la ligne t.';

-- The mapped fields of the rows of the given keys ($2, text[]) or of the whole
-- table: what each genre's query starts from.
CREATE FUNCTION creances._lecture(table_suivie regclass, options jsonb, cle text[], par_cles boolean) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	champs text;
	types text[];
	condition text := '';
BEGIN
	SELECT array_agg(format_type(a.atttypid, -1) ORDER BY k.n) INTO types
	  FROM unnest(cle) WITH ORDINALITY k(nom, n)
	  LEFT JOIN pg_attribute a ON a.attrelid = table_suivie AND a.attname = k.nom AND NOT a.attisdropped;
	IF par_cles AND cardinality(cle) = 1 THEN
		condition := format(' WHERE t.%I = ANY ($2::%s[])', cle[1], types[1]);
	ELSIF par_cles THEN
		SELECT format(' WHERE (%s) IN (SELECT %s FROM (SELECT x::text[] AS k FROM unnest($2) x) x)',
					  string_agg(format('t.%I', k.nom), ', ' ORDER BY k.n),
					  string_agg(format('k[%s]::%s', k.n, types[k.n]), ', ' ORDER BY k.n))
		  INTO condition FROM unnest(cle) WITH ORDINALITY k(nom, n);
	END IF;
	SELECT string_agg(format(', %s::%s AS %I',
				CASE WHEN c.type <> 'text' THEN x.expression
					 -- two tables that share their numbers
					 WHEN c.champ IN ('facture', 'avoir_de') AND options ? 'prefixe' THEN format('%L || btrim((%s)::text COLLATE "default")', options ->> 'prefixe', x.expression)
					 -- (the collation of an ERP's column need not order nor match as ours)
					 ELSE format('btrim((%s)::text COLLATE "default")', x.expression) END, c.type, c.champ), '' ORDER BY c.ordre)
	  INTO champs
	  FROM creances._champs(options ->> 'genre') c
	 CROSS JOIN LATERAL (SELECT coalesce(creances._expression(table_suivie, options -> 'correspondance' ->> c.champ), c.defaut) AS expression) x;
	RETURN format('SELECT %s AS cle%s, %s AS suivie FROM %s AS t%s', creances._expression_cle(cle), champs,
				  CASE WHEN options ->> 'filtre' IS NULL THEN 'true' ELSE format(E'((%s\n) IS TRUE)', options ->> 'filtre') END,
				  table_suivie, condition);
END $$;
COMMENT ON FUNCTION creances._lecture(regclass, jsonb, text[], boolean) IS 'Texte de la requete qui lit les champs d''une table suivie.';

CREATE FUNCTION creances._requete_factures(correspondance jsonb, lecture text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT format($q$
SELECT s.cle, s.creancier, s.facture, s.rang, s.debiteur,
	   coalesce(s.nature, CASE WHEN s.montant < 0 THEN 'avoir' ELSE 'facture' END) AS nature,
	   s.emission, s.livraison, s.echeance, s.montant, s.devise, %1$s AS regle, s.regle_le, %3$s AS suivie, s.code,
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
	   END AS motif%4$s
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
			WHEN %2$s THEN 'regle'
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
							ELSE nullif(lower(b.nature), '') END AS nature,
					   nullif(b.avoir_de, '') AS avoir_de, nullif(b.cle_avoir_de, '') AS cle_avoir_de
				  FROM (%5$s) b) s) s%6$s
$q$,
		CASE WHEN correspondance ? 'reste_du' THEN 's.montant - s.reste_du'
			 WHEN correspondance ? 'regle' THEN 'coalesce(s.regle, 0)' ELSE 'NULL::numeric' END,
		CASE WHEN correspondance ? 'reste_du'
			 THEN 's.reste_du IS NULL OR s.reste_du IN (''NaN'', ''Infinity'', ''-Infinity'') OR abs(s.reste_du) >= 1e15 OR s.reste_du <> round(s.reste_du, 6)'
			 ELSE 's.regle IN (''NaN'', ''Infinity'', ''-Infinity'') OR abs(s.regle) >= 1e15 OR s.regle <> round(s.regle, 6)' END,
		CASE WHEN a.lies THEN '(s.suivie AND NOT m.lie)' ELSE 's.suivie' END,
		-- a linked credit note is a movement of its invoice, less what of it was refunded
		CASE WHEN a.lies
			 THEN format($m$,
	   m.lie AS m_lie, s.avoir_de AS m_facture, s.cle_avoir_de AS m_cle, NULL::integer AS m_rang, coalesce(s.emission, s.echeance) AS m_le,
	   coalesce(%s, 0) - s.montant AS m_montant, 'avoir' AS m_nature, s.facture AS m_reference, s.devise AS m_devise,
	   NULL::text AS m_paiement, $1::regclass AS m_table$m$,
						 CASE WHEN correspondance ? 'reste_du' THEN 's.montant - s.reste_du' WHEN correspondance ? 'regle' THEN 's.regle' ELSE '0' END)
			 ELSE '' END,
		lecture,
		CASE WHEN a.lies THEN '
 CROSS JOIN LATERAL (SELECT s.suivie AND s.code IS NULL AND s.montant < 0 AND coalesce(s.avoir_de, s.cle_avoir_de) IS NOT NULL AS lie) m' ELSE '' END)
	  FROM (SELECT correspondance ?| ARRAY['avoir_de', 'cle_avoir_de'] AS lies) a;
END;
COMMENT ON FUNCTION creances._requete_factures(jsonb, text) IS 'Texte de la requete qui juge les lignes d''une table de factures.';

-- A payment that names no invoice is money on account: a credit of its own,
-- that lives like an invoice. One that names an invoice is a movement of it.
CREATE FUNCTION creances._requete_reglements(options jsonb, lecture text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT format($q$
SELECT s.cle, s.creancier, %L || s.cle AS facture, 1 AS rang, s.debiteur, 'acompte' AS nature,
	   s.le AS emission, NULL::date AS livraison, s.le AS echeance, -s.montant AS montant, coalesce(s.devise, 'EUR') AS devise,
	   NULL::numeric AS regle, NULL::date AS regle_le, s.suivie AND (s.code IS NOT NULL OR NOT s.lie AND s.montant <> 0) AS suivie, s.code,
	   CASE s.code
			WHEN 'creancier' THEN 'le créancier est absent'
			WHEN 'debiteur' THEN 'ni facture ni client : ce règlement n''est à personne'
			WHEN 'date' THEN coalesce('date de règlement infinie ou hors de 1900 à 2999 : ' || s.le, 'la date de règlement est absente')
			WHEN 'montant' THEN coalesce('montant hors de ce qui se calcule : ' || s.montant, 'le montant est absent')
			WHEN 'devise' THEN format('devise inconnue : %%s', s.devise)
	   END AS motif,
	   s.suivie AND s.code IS NULL AND s.lie AS m_lie, s.facture AS m_facture, s.cle_facture AS m_cle, s.rang AS m_rang, s.le AS m_le,
	   s.montant AS m_montant, s.nature AS m_nature, s.reglement AS m_reference, s.devise AS m_devise, s.cle_paiement AS m_paiement,
	   %s AS m_table
  FROM (SELECT s.*, CASE
			WHEN NOT s.suivie THEN NULL
			WHEN s.creancier IS NULL AND (s.cle_facture IS NULL OR s.facture IS NOT NULL) THEN 'creancier'
			WHEN s.montant IS NULL OR s.montant IN ('NaN', 'Infinity', '-Infinity')
				 OR abs(s.montant) >= 1e15 OR s.montant <> round(s.montant, 6) THEN 'montant'
			WHEN s.le IS NULL OR s.le NOT BETWEEN '1900-01-01' AND '2999-12-31' THEN 'date'
			WHEN s.devise !~ '^[A-Z]{3}$' THEN 'devise'
			WHEN NOT s.lie AND s.debiteur IS NULL AND s.montant <> 0 THEN 'debiteur'
		END AS code
		  FROM (SELECT b.cle, nullif(b.creancier, '') AS creancier, coalesce(nullif(b.reglement, ''), b.cle) AS reglement,
					   nullif(b.facture, '') AS facture, nullif(b.cle_facture, '') AS cle_facture, b.rang,
					   nullif(b.cle_paiement, '') AS cle_paiement, nullif(b.debiteur, '') AS debiteur, b.date AS le, b.montant,
					   nullif(b.devise, '') AS devise, b.suivie,
					   coalesce(nullif(b.facture, ''), nullif(b.cle_facture, '')) IS NOT NULL AS lie,
					   CASE WHEN lower(b.nature) ~ '(perte|irrecouvrable|abandon|write.?off|bad.?debt)' THEN 'perte'
							WHEN lower(b.nature) ~ '(avoir|refund|credit.?note|note.?de.?credit)' THEN 'avoir'
							WHEN lower(b.nature) ~ '(correction|escompte|discount|remise|rounding|arrondi|ecart|adjust|ajust)' THEN 'correction'
							WHEN lower(b.nature) ~ '(acompte|deposit|advance|prepay)' THEN 'acompte'
							ELSE 'paiement' END AS nature
				  FROM (%s) b) s) s
$q$, 'compte:' || coalesce(options ->> 'compte', ''), CASE WHEN options ->> 'factures' IS NULL THEN 'NULL::regclass' ELSE format('to_regclass(%L)', options ->> 'factures') END, lecture);
END;
COMMENT ON FUNCTION creances._requete_reglements(jsonb, text) IS 'Texte de la requete qui juge les lignes d''une table de reglements.';

CREATE FUNCTION creances._zones() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT ARRAY['metropole', 'alsace_moselle', 'alsace_moselle_temple', 'guadeloupe', 'martinique', 'guyane', 'reunion', 'mayotte', 'saint_martin', 'saint_barthelemy', 'saint_pierre_et_miquelon'];
END;
COMMENT ON FUNCTION creances._zones() IS 'Zones de jours feries (voir est_ferie).';

CREATE FUNCTION creances._requete_clients(correspondance jsonb, lecture text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT format($q$
SELECT s.cle, nullif(s.creancier, '') AS creancier, s.debiteur, %L::text[] AS champs, nullif(s.nom, '') AS nom, s.genre AS type, s.langue,
	   nullif(s.zone, '') AS zone, nullif(s.courriel, '') AS courriel, nullif(s.telephone, '') AS telephone, nullif(s.adresse, '') AS adresse,
	   nullif(s.segment, '') AS segment, s.siren, s.suivie, s.code,
	   CASE s.code WHEN 'debiteur' THEN 'le code du client est absent'
				   WHEN 'type' THEN format('type de client inconnu : %%s ; il faut professionnel, public ou consommateur', s.type)
				   WHEN 'zone' THEN format('zone de jours fériés inconnue : %%s', s.zone)
				   WHEN 'langue' THEN format('langue inconnue : %%s', s.langue) END AS motif
  FROM (SELECT s.*, CASE WHEN NOT s.suivie THEN NULL
						 WHEN coalesce(s.debiteur, '') = '' THEN 'debiteur'
						 WHEN s.type <> '' AND s.genre IS NULL THEN 'type'
						 WHEN s.zone <> '' AND s.zone <> ALL (%L::text[]) THEN 'zone'
						 WHEN s.langue !~ '^[a-z][a-z]$' THEN 'langue' END AS code
		  FROM (SELECT b.cle, b.creancier, b.debiteur, b.nom, b.type, b.zone, b.courriel, b.telephone, b.adresse, b.segment, b.suivie,
					   -- fr, fr_FR, FR-fr
					   CASE WHEN b.langue ~ '^[A-Za-z]{2}([_-].*)?$' THEN lower(left(b.langue, 2)) ELSE nullif(b.langue, '') END AS langue,
					   -- a SIRET or a French VAT number holds the SIREN
					   CASE WHEN upper(b.siren) ~ '^\s*FR' AND length(x.chiffres) = 11 THEN right(x.chiffres, 9)
							WHEN length(x.chiffres) IN (9, 14) THEN left(x.chiffres, 9) ELSE nullif(b.siren, '') END AS siren,
					   CASE WHEN y.type ~ '(morale|entreprise|societe|company|business|corporat|organi[sz]ation|professionnel|b2b)' THEN 'professionnel'
							WHEN y.type ~ '(public|administration|collectivite|gouvernement|government|b2g)' THEN 'public'
							WHEN y.type ~ '(consommateur|particulier|physique|individu|individual|person|consumer|prive|private|b2c)' THEN 'consommateur' END AS genre
				  FROM (%s) b
				 CROSS JOIN LATERAL (SELECT regexp_replace(b.siren, '[^0-9]', '', 'g') AS chiffres) x
				 CROSS JOIN LATERAL (SELECT translate(lower(b.type), 'éè', 'ee') AS type) y) s) s
$q$, (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(correspondance) k), creances._zones(), lecture);
END;
COMMENT ON FUNCTION creances._requete_clients(jsonb, text) IS 'Texte de la requete qui juge les lignes d''une table de clients.';

CREATE FUNCTION creances._requete_pour(table_suivie regclass, options jsonb, cle text[], par_cles boolean) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT CASE o.options ->> 'genre'
				WHEN 'reglements' THEN creances._requete_reglements(o.options, l.lecture)
				WHEN 'clients' THEN creances._requete_clients(o.options -> 'correspondance', l.lecture)
				ELSE creances._requete_factures(o.options -> 'correspondance', l.lecture) END
	  FROM (SELECT '{"genre": "factures"}'::jsonb || _requete_pour.options AS options) o
	 CROSS JOIN LATERAL (SELECT creances._lecture(table_suivie, o.options, cle, par_cles) AS lecture) l;
END;
COMMENT ON FUNCTION creances._requete_pour(regclass, jsonb, text[], boolean) IS
'Texte de la requete qui lit une table a travers sa correspondance. Options : genre, correspondance, filtre, prefixe, factures.';

CREATE FUNCTION creances._requete(table_suivie regclass, par_cles boolean) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT creances._requete_pour(s.table_suivie, s.options, s.cle, par_cles)
	  FROM creances._lien(_requete.table_suivie) s;
END;
COMMENT ON FUNCTION creances._requete(regclass, boolean) IS 'Texte de la requete qui lit une table suivie.';

-- The keys alone, for when a value of some row cannot be read.
CREATE FUNCTION creances._requete_cles(table_suivie regclass) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT format('SELECT array_agg(%s) FROM %s AS t', creances._expression_cle(s.cle), s.table_suivie)
	  FROM creances._lien(_requete_cles.table_suivie) s;
END;
COMMENT ON FUNCTION creances._requete_cles(regclass) IS 'Texte de la requete qui lit les cles d''une table suivie.';
