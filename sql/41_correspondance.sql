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

