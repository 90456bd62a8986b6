-- Finding the columns of a table by their names, their types and the foreign
-- keys, without a mapping: from a table of synonyms that users extend. A name
-- never decides between two columns that fit equally: that is an error which
-- lists them (see proposer_correspondance() for what was seen).

-- Names are compared folded: lower case, without accents or punctuation.
CREATE FUNCTION creances._plier(nom text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	-- lower() of another collation may know no accent, or a dotless i
	SELECT regexp_replace(lower(translate(nom, 'àâäéèêëîïôöùûüçñÀÂÄÉÈÊËÎÏÔÖÙÛÜÇÑ', 'aaaeeeeiioouuucnaaaeeeeiioouuucn') COLLATE "C"),
						  '[^a-z0-9]', '', 'g');
END;
COMMENT ON FUNCTION creances._plier(text) IS 'Nom de colonne replie pour la comparaison : minuscules, sans accent ni ponctuation.';

CREATE TABLE creances.synonyme (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	genre		text NOT NULL DEFAULT 'factures',
	champ		text NOT NULL,
	nom			text NOT NULL CHECK (nom ~ '^[a-z0-9]+$'),
	priorite	integer NOT NULL DEFAULT 1,
	si_nul		integer NOT NULL DEFAULT 0,
	PRIMARY KEY (origine, genre, champ, nom),
	CHECK (CASE genre
		WHEN 'factures' THEN champ IN ('facture', 'rang', 'debiteur', 'creancier', 'emission', 'echeance', 'montant', 'regle', 'reste_du',
									   'regle_le', 'devise', 'nature', 'livraison', 'avoir_de', 'cle_avoir_de')
		WHEN 'reglements' THEN champ IN ('reglement', 'facture', 'cle_facture', 'rang', 'cle_paiement', 'debiteur', 'creancier', 'date',
										 'montant', 'devise', 'nature')
		WHEN 'clients' THEN champ IN ('debiteur', 'creancier', 'nom', 'type', 'langue', 'zone', 'courriel', 'telephone', 'adresse',
									  'segment', 'siren')
		ELSE false END)
);
COMMENT ON TABLE creances.synonyme IS
'Noms de colonnes reconnus quand une table est suivie sans correspondance. Les lignes de l''extension ne se modifient pas ; ajoutez les votres.';
COMMENT ON COLUMN creances.synonyme.origine IS 'creances (livree) ou utilisateur.';
COMMENT ON COLUMN creances.synonyme.genre IS 'Genre de table : factures, reglements ou clients.';
COMMENT ON COLUMN creances.synonyme.champ IS 'Champ de la correspondance.';
COMMENT ON COLUMN creances.synonyme.nom IS 'Nom replie : minuscules, sans accent ni ponctuation.';
COMMENT ON COLUMN creances.synonyme.priorite IS 'Le plus petit nombre l''emporte ; deux colonnes de meme priorite sont une ambiguite. 0 : la preuve d''une cle etrangere.';
COMMENT ON COLUMN creances.synonyme.si_nul IS 'Ajoute a la priorite quand la colonne admet NULL sans etre unique : un numero qui peut manquer n''en est peut-etre pas un.';

-- The first line of a field holds the precise names, French, English, then those
-- of ERPs (Odoo, Dolibarr, Tryton, ERPNext, iDempiere, kivitendo, LedgerSMB,
-- xTuple, Axelor, Noalyss, InvoicePlane, Akaunting, Sage); the next ones hold
-- words that also mean something else. Left out on purpose: flags that look like
-- amounts, amounts without tax, accounting dates, "type" of a customer.
INSERT INTO creances.synonyme (origine, genre, champ, nom, priorite, si_nul)
SELECT 'creances', v.genre, v.champ, n.nom, v.priorite, v.si_nul
  FROM (VALUES
	('factures', 'facture', 1, 0, 'facture numero numerofacture numfacture nofacture nfacture reffacture referencefacture codefacture invoicenumber invoiceno invoicenum invoiceref invoicecode invnumber invno numeropiece numpiece nopiece npiece facnumber documentnumber aropendocnumber jrpjnumber dopiece'),
	('factures', 'facture', 2, 0, 'number invoiceid piece documentno docno docnum movename'),
	('factures', 'facture', 2, 2, 'ref reference'),
	('factures', 'facture', 3, 0, 'name'),
	('factures', 'rang', 1, 0, 'rang noecheance necheance numeroecheance numecheance rangecheance installment installmentno installmentnumber instalment instalmentno instalmentnumber'),
	('factures', 'debiteur', 1, 0, 'debiteur client clientid idclient codeclient numclient numeroclient noclient nclient tiers codetiers idtiers numtiers customer customerid customerno customernumber customercode custnumber custid custno custcode partner partnerid party partyid debtor debtorid debtorno fksoc cbpartnerid entitycreditaccount aropencustid dotiers ctnum cardcode'),
	('factures', 'debiteur', 2, 0, 'compte comptetiers accountid contactid'),
	('factures', 'creancier', 1, 0, 'creancier societe codesociete idsociete societeid company companyid companycode businesscode entity etablissement adorgid'),
	('factures', 'emission', 1, 0, 'emission dateemission emisele datefacture facturele datef datefac invoicedate issuedate dateinvoice dateinvoiced invoicedatecreated issuedat invoicedat postingdate transdate aropendocdate jrdate'),
	('factures', 'emission', 2, 0, 'date datepiece docdate dodate'),
	('factures', 'echeance', 1, 0, 'echeance dateecheance datedecheance echeancele duedate dueat dueon dueindate invoicedatedue invoiceduedate paymentduedate datedue datematurity maturitydate datelimreglement datelimitereglement datelimitepaiement datelimitedepaiement datelimitedereglement aropenduedate jrech docduedate'),
	('factures', 'montant', 1, 0, 'montantttc totalttc ttc tttc amounttotal totalamount invoiceamount invoicetotal grandtotal totalopenamount montantfacture montanttotal montanttotalttc totalfacture totalgross grossamount grosstotal amountincltax totalincltax totalinclvat totalamountcache amounttc intaxtotal aropenamount jrmontant doctotal dototalttc'),
	('factures', 'montant', 2, 0, 'montant total amount netapayer donetapayer'),
	('factures', 'regle', 1, 0, 'regle montantregle totalregle dejaregle paye montantpaye totalpaye dejapaye paid amountpaid totalpaid encaisse montantencaisse paidtodate invoicepaid paidamt aropenpaid domontantregle'),
	('factures', 'regle', 2, 0, 'paidamount'),
	('factures', 'reste_du', 1, 0, 'restedu resteapayer resteapayerttc restantdu montantdu montantrestant montantrestantdu soldedu soldefacture amountresidual outstandingamount outstandingamt amountoutstanding balancedue amountdue dueamount openamount amountopen amountremaining remainingamount invoicebalance'),
	('factures', 'reste_du', 2, 0, 'solde balance outstanding'),
	('factures', 'regle_le', 1, 0, 'reglele datereglement datederniereglement datedernierreglement datepaiement datedernierpaiement dateencaissement payele soldeele settleddate settlementdate paymentdate paiddate paidat paidon datepaid datepaye cleardate lastpaymentdate datelastpayment aropenclosedate jrdatepaid'),
	('factures', 'devise', 1, 0, 'devise codedevise currency currencycode invoicecurrency currencyuomid monnaie codemonnaie curr'),
	('factures', 'nature', 1, 0, 'nature naturepiece typepiece typefacture typedocument invoicetype movetype'),
	('factures', 'nature', 2, 0, 'type'),
	('factures', 'livraison', 1, 0, 'livraison datelivraison livreele dateexecution deliverydate datedelivery deliveredon dodatelivr'),
	('factures', 'avoir_de', 1, 0, 'avoirde avoirsur avoirsurfacture factureavoiree factureorigine facturedorigine numerofactureorigine returnagainst originalinvoicenumber invnumberforcreditnote'),
	('factures', 'cle_avoir_de', 1, 0, 'cleavoirde idfactureorigine factureorigineid idfactureavoiree fkfacturesource reversedentryid originalinvoice originalinvoiceid creditinvoiceparentid'),

	('reglements', 'reglement', 1, 0, 'reglement numeroreglement numreglement noreglement nreglement refreglement numeropaiement numpaiement nopaiement npaiement refpaiement paymentnumber paymentno paymentref paymentrefnum receiptnumber receiptno transactionreference invoicepaymentref arapplyrefnumber numerorecu'),
	('reglements', 'reglement', 2, 0, 'numero number documentno piece numeropiece voucherno'),
	('reglements', 'reglement', 2, 2, 'ref reference'),
	('reglements', 'reglement', 3, 0, 'name'),
	('reglements', 'facture', 1, 0, 'facture numerofacture numfacture nofacture nfacture reffacture referencefacture piecefacture facturereglee invoicenumber invoiceno invoicenum invoiceref invoicecode invnumber invno referencename arapplytargetdocnumber'),
	('reglements', 'cle_facture', 1, 0, 'clefacture idfacture factureid fkfacture invoiceid idinvoice invoice cinvoiceid transid documentid arapplytargetaropenid pieceid idpiece'),
	('reglements', 'rang', 1, 0, 'rang noecheance necheance numeroecheance numecheance rangecheance installment installmentno installmentnumber instalment instalmentno instalmentnumber'),
	('reglements', 'cle_paiement', 1, 0, 'clepaiement idpaiement paiementid fkpaiement idreglement reglementid fkreglement paymentid idpayment cpaymentid paymententryid'),
	('reglements', 'debiteur', 1, 0, 'debiteur client clientid idclient codeclient numclient numeroclient noclient nclient tiers codetiers idtiers numtiers payeur customer customerid customerno customernumber customercode custnumber custid custno custcode partner partnerid party partyid partyidfrom payer payerid debtor debtorid debtorno fksoc cbpartnerid arapplycustid ctnum cardcode'),
	('reglements', 'debiteur', 2, 0, 'compte comptetiers contactid'),
	('reglements', 'creancier', 1, 0, 'creancier societe codesociete idsociete societeid company companyid companycode businesscode entity etablissement adorgid'),
	('reglements', 'date', 1, 0, 'datereglement datepaiement dateencaissement reglele payele encaissele paymentdate datepayment paydate datepaid datep datetrx paidat paidon paiddate receiptdate receivedon postingdate transdate effectivedate maxdate arapplydistdate'),
	('reglements', 'date', 2, 0, 'date dateoperation datepiece docdate datevaleur valuedate'),
	('reglements', 'montant', 1, 0, 'montantregle montantpaye montantencaisse montantreglement montantpaiement montantimpute montantaffecte allocatedamount amountapplied appliedamount amountpaid paymentamount payamt paidamount amounttc arapplyapplied'),
	('reglements', 'montant', 2, 0, 'montant amount'),
	('reglements', 'devise', 1, 0, 'devise codedevise currency currencycode currencyuomid monnaie codemonnaie curr'),
	('reglements', 'nature', 1, 0, 'nature naturereglement typereglement typepaiement natureoperation typeoperation paymenttype'),
	('reglements', 'nature', 2, 0, 'type'),

	('clients', 'debiteur', 1, 0, 'debiteur client clientid idclient codeclient numclient numeroclient noclient nclient tiers codetiers idtiers numtiers customer customerid customerno customernumber customercode custnumber custid custno custcode partnerid partnerseq partyid cbpartnerid metanumber ctnum cardcode'),
	('clients', 'debiteur', 2, 0, 'code numero number'),
	('clients', 'debiteur', 3, 0, 'reference ref'),
	('clients', 'creancier', 1, 0, 'creancier societe codesociete idsociete societeid companyid companycode businesscode entity etablissement'),
	('clients', 'nom', 1, 0, 'nom nomclient nomsociete raisonsociale denomination denominationsociale intitule customername clientname companyname custname partyname fullname businessname cardname ctintitule'),
	('clients', 'nom', 2, 0, 'name libelle paytoname'),
	('clients', 'nom', 3, 0, 'displayname description'),
	('clients', 'type', 1, 0, 'typeclient typetiers typedeclient clienttype customertype custtype regime'),
	('clients', 'langue', 1, 0, 'langue codelangue langueclient lang language languagecode defaultlang adlanguage'),
	('clients', 'zone', 1, 0, 'zoneferies zonejoursferies zonedesjoursferies'),
	('clients', 'courriel', 1, 0, 'courriel courrielfacturation email emailfacturation emailid emailaddress mail adressecourriel adressemail adresseemail clientemail memail ctemail'),
	('clients', 'courriel', 2, 0, 'contactemail'),
	('clients', 'telephone', 1, 0, 'telephone telephonefixe tel notelephone numerotelephone phone phonenumber fixedphone clientphone cttelephone'),
	('clients', 'telephone', 2, 0, 'portable mobile mobileno mobilephone phonemobile cellphone'),
	('clients', 'adresse', 1, 0, 'adresse adressepostale adressefacturation address primaryaddress billingaddress'),
	('clients', 'adresse', 2, 0, 'adresse1 address1 addressline1 clientaddress1 ctadresse rue street'),
	('clients', 'segment', 1, 0, 'segment segmentclient categorie categorieclient customergroup customersegment'),
	('clients', 'siren', 1, 0, 'siren numerosiren nosiren'),
	('clients', 'siren', 2, 0, 'siret numerosiret nosiret ctsiret'),
	('clients', 'siren', 3, 0, 'companyregistry registrationcode'),
	('clients', 'siren', 4, 0, 'tvaintra tvaintracom numerotva numtva')
	   ) AS v(genre, champ, priorite, si_nul, noms),
	   LATERAL unnest(string_to_array(v.noms, ' ')) AS n(nom);
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.synonyme
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.synonyme', $$WHERE origine = 'utilisateur'$$);

-- Candidates of each field: a column that bears one of its names, or that a
-- foreign key proves. `convient`: its type fits too. The smallest priority wins.
--
-- Foreign keys: a payment's one to the key of a followed table of invoices (of
-- payments) is its cle_facture (cle_paiement); the column of a table of customers
-- that tables point at from a column which bears a customer's name is the code
-- that those tables use.
CREATE FUNCTION creances._candidates(table_suivie regclass, genre text)
RETURNS TABLE (champ text, colonne text, priorite integer, convient boolean, type text, preuve text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	-- the column that is the primary key by itself
	cle CONSTANT int2 := (SELECT i.indkey[0] FROM pg_index i WHERE i.indrelid = _candidates.table_suivie AND i.indisprimary AND i.indnkeyatts = 1);
	-- what a client is called after, when no foreign key says it: client_id, id_client, fk_client
	nom CONSTANT text := (SELECT regexp_replace(creances._plier(k.relname), 's$', '') FROM pg_class k WHERE k.oid = _candidates.table_suivie);
BEGIN
	RETURN QUERY
	WITH RECURSIVE bases AS (
		SELECT a.attnum, a.attname::text AS colonne, creances._plier(a.attname) AS plie, a.attnotnull, a.atttypid AS type, a.atttypid AS base
		  FROM pg_attribute a WHERE a.attrelid = _candidates.table_suivie AND a.attnum > 0 AND NOT a.attisdropped
		UNION ALL
		SELECT b.attnum, b.colonne, b.plie, b.attnotnull, b.type, y.typbasetype
		  FROM bases b JOIN pg_type y ON y.oid = b.base AND y.typtype = 'd'
	), colonnes AS (
		SELECT b.attnum, b.colonne, b.plie, b.type, b.base, y.typcategory AS categorie,
			   b.attnotnull OR EXISTS (SELECT FROM pg_index i WHERE i.indrelid = _candidates.table_suivie AND i.indisunique AND i.indnkeyatts = 1
																AND i.indkey[0] = b.attnum AND i.indpred IS NULL) AS sure,
			   coalesce(b.attnum = cle, false) AS cle_seule
		  FROM bases b JOIN pg_type y ON y.oid = b.base AND y.typtype <> 'd'
	), liens AS (
		SELECT DISTINCT c.conkey[1] AS attnum, c.confrelid AS vers, f.attname::text AS designee, s.genre, k.cle, s.correspondance
		  FROM pg_constraint c
		  JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
		  JOIN creances.suivi s ON s.table_suivie = c.confrelid
		 CROSS JOIN LATERAL creances._lien(c.confrelid) k
		 WHERE c.contype = 'f' AND c.conrelid = _candidates.table_suivie AND cardinality(c.conkey) = 1
	), prouvees AS (
		SELECT l.attnum, CASE WHEN l.genre = 'reglements' THEN 'cle_paiement'
							  WHEN l.cle = ARRAY[l.designee] THEN 'cle_facture' ELSE 'facture' END AS champ,
			   format('clé étrangère vers %s', l.vers::regclass) AS preuve
		  FROM liens l
		 WHERE _candidates.genre = 'reglements'
		   AND (l.genre IN ('factures', 'reglements') AND l.cle = ARRAY[l.designee]
				OR l.genre = 'factures' AND l.correspondance ->> 'facture' = l.designee)
		UNION ALL
		SELECT x.attnum, 'debiteur', min(x.preuve)
		  FROM (SELECT c.confkey[1] AS attnum, format('désignée par une clé étrangère de %s', c.conrelid::regclass) AS preuve
				  FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
				 WHERE c.contype = 'f' AND c.confrelid = _candidates.table_suivie AND c.conrelid <> _candidates.table_suivie AND cardinality(c.conkey) = 1
				   AND EXISTS (SELECT FROM creances.synonyme y WHERE y.genre IN ('factures', 'reglements') AND y.champ = 'debiteur'
																 AND y.nom = creances._plier(a.attname))
				UNION ALL
				SELECT k.attnum, format('lue sous ce nom dans %s', s.table_suivie)
				  FROM creances.suivi s
				  JOIN pg_attribute a ON a.attrelid = s.table_suivie AND a.attname = s.correspondance ->> 'debiteur' AND NOT a.attisdropped
				  JOIN colonnes k ON k.plie = creances._plier(a.attname)
									 OR k.cle_seule AND creances._plier(a.attname) IN (nom || 'id', 'id' || nom, 'fk' || nom)
				 WHERE s.genre IN ('factures', 'reglements')) x
		 WHERE _candidates.genre = 'clients'
		 GROUP BY x.attnum
	), nommees AS (
		SELECT s.champ, c.attnum, min(s.priorite + CASE WHEN c.sure THEN 0 ELSE s.si_nul END) AS priorite
		  FROM creances.synonyme s JOIN colonnes c ON c.plie = s.nom
		 WHERE s.genre = _candidates.genre
		   -- the key of the table is not that of another
		   AND NOT (c.cle_seule AND s.champ IN ('cle_facture', 'cle_paiement', 'cle_avoir_de'))
		 GROUP BY s.champ, c.attnum
	)
	SELECT f.champ, c.colonne,
		   CASE WHEN p.champ IS NULL THEN n.priorite WHEN n.champ IS NULL THEN 0 ELSE -1 END,
		   CASE f.type
				WHEN 'date' THEN c.categorie = 'D' AND c.base NOT IN ('time'::regtype, 'timetz'::regtype)
				-- a smallint is a flag
				WHEN 'numeric' THEN c.categorie = 'N' AND c.base IN ('numeric'::regtype, 'integer'::regtype, 'bigint'::regtype, 'real'::regtype,
																	 'double precision'::regtype, 'money'::regtype)
				WHEN 'integer' THEN c.base IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
				ELSE CASE WHEN f.champ IN ('devise', 'nature', 'type', 'langue', 'zone', 'courriel', 'adresse', 'segment', 'nom') THEN c.categorie IN ('S', 'E')
						  WHEN f.champ IN ('telephone', 'siren') THEN c.categorie IN ('S', 'N')
						  ELSE c.categorie IN ('S', 'E') OR c.base = 'uuid'::regtype
							   OR c.base IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype) END END,
		   format_type(c.type, NULL), p.preuve
	  FROM creances._champs(_candidates.genre) f
	 CROSS JOIN colonnes c
	  LEFT JOIN nommees n ON n.champ = f.champ AND n.attnum = c.attnum
	  LEFT JOIN prouvees p ON p.champ = f.champ AND p.attnum = c.attnum
	 WHERE n.champ IS NOT NULL OR p.champ IS NOT NULL;
END $$;
COMMENT ON FUNCTION creances._candidates(regclass, text) IS 'Colonnes de cette table qui peuvent tenir chaque champ, d''apres leurs noms, leurs types et les cles etrangeres.';

-- Each candidate, with what becomes of it: `retenu`, or `raison`. Two that fit
-- equally are neither: their reason is NULL.
CREATE FUNCTION creances._choix(table_suivie regclass, genre text)
RETURNS TABLE (champ text, colonne text, priorite integer, type text, preuve text, retenu boolean, raison text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH c AS (
		SELECT x.*, min(x.priorite) FILTER (WHERE x.convient) OVER (PARTITION BY x.champ) AS meilleure
		  FROM creances._candidates(_choix.table_suivie, _choix.genre) x
	), m AS (
		SELECT x.champ, x.meilleure, count(*) AS nb, string_agg(quote_ident(x.colonne), ', ' ORDER BY x.colonne COLLATE "C") AS colonnes
		  FROM c x WHERE x.convient AND x.priorite = x.meilleure GROUP BY x.champ, x.meilleure
	), e AS (
		-- what one field says makes another one useless, or of little use
		SELECT m.champ, CASE
			WHEN _choix.genre = 'factures' AND m.champ = 'reste_du' AND r.meilleure <= m.meilleure
				THEN format('le montant réglé (%s) dit davantage', r.colonnes)
			WHEN _choix.genre = 'factures' AND m.champ = 'regle' AND d.meilleure < m.meilleure
				THEN format('le restant dû (%s) est plus sûr', d.colonnes)
			WHEN m.champ IN ('avoir_de', 'cle_avoir_de') AND d.meilleure < coalesce(r.meilleure, d.meilleure + 1)
				THEN format('le restant dû (%s) tient déjà compte des avoirs', d.colonnes)
			WHEN m.champ = 'avoir_de' AND EXISTS (SELECT FROM m k WHERE k.champ = 'cle_avoir_de') THEN 'la clé est plus sûre que le numéro'
			WHEN _choix.genre = 'reglements' AND m.champ = 'facture' AND EXISTS (SELECT FROM m k WHERE k.champ = 'cle_facture' AND k.meilleure <= m.meilleure)
				THEN 'la clé est plus sûre que le numéro'
			WHEN m.champ = 'cle_facture' AND EXISTS (SELECT FROM m k WHERE k.champ = 'facture' AND k.meilleure < m.meilleure)
				THEN 'le numéro est prouvé par une clé étrangère'
			WHEN m.champ IN ('cle_paiement', 'rang') AND _choix.genre = 'reglements' AND NOT EXISTS (SELECT FROM m k WHERE k.champ IN ('facture', 'cle_facture'))
				THEN 'sans facture, la ligne n''est pas une imputation'
			WHEN m.champ IN ('livraison', 'reglement') AND m.nb > 1 THEN format('plusieurs colonnes conviennent (%s) : aucune n''est prise', m.colonnes)
			END AS raison
		  FROM m
		  LEFT JOIN m r ON r.champ = 'regle'
		  LEFT JOIN m d ON d.champ = 'reste_du'
	)
	SELECT c.champ, c.colonne, c.priorite, c.type, c.preuve,
		   coalesce(c.convient AND c.priorite = c.meilleure AND m.nb = 1 AND e.raison IS NULL, false),
		   CASE WHEN NOT c.convient THEN format('le type %s ne convient pas', c.type)
				WHEN c.priorite > c.meilleure THEN format('moins sûre que %s', m.colonnes)
				ELSE e.raison END
	  FROM c LEFT JOIN m ON m.champ = c.champ LEFT JOIN e ON e.champ = c.champ;
END $$;
COMMENT ON FUNCTION creances._choix(regclass, text) IS 'Candidates de chaque champ, celle qui est retenue et pourquoi les autres ne le sont pas.';

CREATE FUNCTION creances._trouver(table_suivie regclass, genre text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	trouvees jsonb;
	ambigues text;
	-- the code of a row that no name tells: its key
	defaut CONSTANT text := CASE genre WHEN 'factures' THEN 'facture' WHEN 'clients' THEN 'debiteur' END;
BEGIN
	WITH c AS (
		SELECT x.champ, x.colonne, x.retenu, NOT x.retenu AND x.raison IS NULL AS ambigue
		  FROM creances._choix(table_suivie, genre) x
	), a AS (
		SELECT c.champ, string_agg(quote_ident(c.colonne), ', ' ORDER BY c.colonne COLLATE "C") AS colonnes FROM c WHERE c.ambigue GROUP BY c.champ
	)
	SELECT (SELECT jsonb_object_agg(c.champ, c.colonne) FROM c WHERE c.retenu),
		   (SELECT string_agg(format('%s : %s', a.champ, a.colonnes), ' ; ' ORDER BY a.champ) FROM a)
	  INTO trouvees, ambigues;
	IF ambigues IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002',
			MESSAGE = format('plusieurs colonnes de %s conviennent au même champ', table_suivie),
			DETAIL = format('Colonnes possibles : %s.', ambigues),
			HINT = format('Donnez la correspondance : creances.suivre_%s(table, ''{"%s": "colonne", ...}'').', genre, coalesce(defaut, 'montant'));
	END IF;
	IF defaut IS NOT NULL AND NOT coalesce(trouvees ? defaut, false) THEN
		SELECT jsonb_build_object(defaut, a.attname) || coalesce(trouvees, '{}') INTO trouvees
		  FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
		 WHERE i.indrelid = table_suivie AND i.indisprimary AND i.indnkeyatts = 1
		UNION ALL SELECT trouvees LIMIT 1;
	END IF;
	RETURN coalesce(trouvees, '{}');
END $$;
COMMENT ON FUNCTION creances._trouver(regclass, text) IS 'Correspondance trouvee par les noms et les types des colonnes ; RC002 si deux colonnes conviennent autant.';
