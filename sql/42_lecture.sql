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
	SELECT creances._requete_pour(s.table_suivie, s.correspondance, s.filtre, s.cle, par_cles)
	  FROM creances.suivi s WHERE s.table_suivie = _requete.factures;
END;
COMMENT ON FUNCTION creances._requete(regclass, boolean) IS 'Texte de la requete qui lit une table suivie.';

-- The keys alone, for when a value of some row cannot be read.
CREATE FUNCTION creances._requete_cles(factures regclass) RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT format('SELECT array_agg(%s) FROM %s AS t',
				  CASE WHEN cardinality(s.cle) = 1 THEN c.colonnes ELSE format('ARRAY[%s]::text', c.colonnes) END, s.table_suivie)
	  FROM creances.suivi s
	 CROSS JOIN LATERAL (SELECT string_agg(format('concat(t.%I)', k.nom), ', ' ORDER BY k.n) AS colonnes
						   FROM unnest(s.cle) WITH ORDINALITY k(nom, n)) c
	 WHERE s.table_suivie = _requete_cles.factures;
END;
COMMENT ON FUNCTION creances._requete_cles(regclass) IS 'Texte de la requete qui lit les cles d''une table suivie.';

