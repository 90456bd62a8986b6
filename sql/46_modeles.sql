-- Ready mappings for the best-known ERPs, by name, and what the caller is shown
-- before following a table.

-- A model reads its table through the row t; {schema} is the table's schema. It
-- says what names cannot: which rows are drafts, purchases or cancelled, that a
-- credit note is stored positive, where the currency's code stands. A sub-select
-- reads only what the ERP wrote before the row itself.
CREATE TABLE creances.modele (
	origine			text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	modele			text NOT NULL CHECK (modele <> ''),
	genre			text NOT NULL CHECK (genre IN ('factures', 'reglements', 'clients')),
	table_type		text NOT NULL CHECK (table_type <> ''),
	correspondance	jsonb NOT NULL CHECK (jsonb_typeof(correspondance) = 'object'),
	filtre			text,
	principal		boolean NOT NULL DEFAULT true,
	remarque		text,
	PRIMARY KEY (origine, modele, genre)
);
COMMENT ON TABLE creances.modele IS
'Correspondances pretes, par ERP, ecrites d''apres les noms de colonnes de leurs schemas publics. Les lignes de l''extension ne se modifient pas ; une ligne de l''utilisateur l''emporte sur celle de meme nom.';
COMMENT ON COLUMN creances.modele.origine IS 'creances (livree) ou utilisateur.';
COMMENT ON COLUMN creances.modele.modele IS 'Nom du modele.';
COMMENT ON COLUMN creances.modele.genre IS 'factures, reglements ou clients.';
COMMENT ON COLUMN creances.modele.table_type IS 'Nom de la table dans l''ERP, sans schema.';
COMMENT ON COLUMN creances.modele.correspondance IS 'Colonne ou expression de chaque champ ; les colonnes d''une expression s''ecrivent t.colonne ; {schema} est le schema de la table.';
COMMENT ON COLUMN creances.modele.filtre IS 'Condition que doit remplir une ligne pour etre suivie.';
COMMENT ON COLUMN creances.modele.principal IS 'La table se reconnait a son nom et a ses colonnes sans que le modele soit nomme.';
COMMENT ON COLUMN creances.modele.remarque IS 'Ce qu''il faut savoir ou faire de plus.';

INSERT INTO creances.modele (origine, modele, genre, table_type, correspondance, filtre, principal, remarque) VALUES
('creances', 'odoo', 'factures', 'account_move', '{
	"facture": "name", "debiteur": "coalesce(t.commercial_partner_id, t.partner_id)", "creancier": "company_id",
	"emission": "invoice_date", "echeance": "invoice_date_due",
	"montant": "CASE WHEN t.move_type = ''out_refund'' THEN -t.amount_total ELSE t.amount_total END",
	"reste_du": "CASE WHEN t.move_type = ''out_refund'' THEN -t.amount_residual ELSE t.amount_residual END",
	"devise": "(SELECT c.name FROM {schema}.res_currency c WHERE c.id = t.currency_id)"}',
	't.state = ''posted'' AND t.move_type IN (''out_invoice'', ''out_refund'', ''out_receipt'')', true,
	'une échéance par facture, la dernière ; pour chaque échéance et les paiements en compte, suivez account_move_line avec le modèle odoo_ecritures'),
('creances', 'odoo_ecritures', 'factures', 'account_move_line', '{
	"facture": "coalesce(t.move_name, t.move_id::text)",
	"rang": "(SELECT count(*) FROM {schema}.account_move_line l WHERE l.move_id = t.move_id AND l.account_id = t.account_id AND l.id <= t.id)",
	"debiteur": "partner_id", "creancier": "company_id", "emission": "date", "echeance": "coalesce(t.date_maturity, t.date)",
	"montant": "amount_currency", "reste_du": "amount_residual_currency",
	"devise": "(SELECT c.name FROM {schema}.res_currency c WHERE c.id = t.currency_id)",
	"nature": "CASE WHEN t.amount_currency < 0 THEN CASE (SELECT m.move_type FROM {schema}.account_move m WHERE m.id = t.move_id) WHEN ''out_refund'' THEN ''avoir'' ELSE ''acompte'' END END"}',
	't.parent_state = ''posted'' AND (SELECT a.account_type FROM {schema}.account_account a WHERE a.id = t.account_id) = ''asset_receivable''', false,
	'toutes les écritures des comptes clients : factures, avoirs, paiements en compte ; ne suivez pas account_move en plus'),
('creances', 'odoo', 'clients', 'res_partner', '{
	"debiteur": "id", "creancier": "company_id", "nom": "name", "langue": "lang", "courriel": "email", "telephone": "phone",
	"type": "CASE WHEN t.is_company THEN ''professionnel'' ELSE ''consommateur'' END",
	"adresse": "concat_ws('', '', t.street, t.street2, nullif(concat_ws('' '', t.zip, t.city), ''''))",
	"siren": "CASE WHEN upper(t.vat) LIKE ''FR%'' THEN t.vat END"}',
	't.customer_rank > 0', true, NULL),

('creances', 'dolibarr', 'factures', 'llx_facture', '{
	"facture": "ref", "debiteur": "fk_soc", "creancier": "entity", "emission": "datef", "echeance": "coalesce(t.date_lim_reglement, t.datef)",
	"montant": "CASE WHEN t.fk_statut = 3 OR t.paye = 1 AND (t.type = 2 OR t.close_code IS NOT NULL) THEN coalesce((SELECT sum(p.amount) FROM {schema}.llx_paiement_facture p WHERE p.fk_facture = t.rowid), 0) + coalesce((SELECT sum(r.amount_ttc) FROM {schema}.llx_societe_remise_except r WHERE r.fk_facture = t.rowid), 0) ELSE t.total_ttc END",
	"cle_avoir_de": "CASE WHEN t.type = 2 THEN t.fk_facture_source END"}',
	't.fk_statut > 0 AND t.type <> 4', true,
	'les paiements ne sont pas dans llx_facture : suivez aussi llx_paiement_facture (modèle dolibarr) et llx_societe_remise_except (modèle dolibarr_remises) ; ce qui est abandonné diminue le montant'),
('creances', 'dolibarr', 'reglements', 'llx_paiement_facture', '{
	"cle_facture": "fk_facture", "montant": "amount",
	"date": "(SELECT p.datep FROM {schema}.llx_paiement p WHERE p.rowid = t.fk_paiement)",
	"reglement": "(SELECT coalesce(p.ref, p.rowid::text) FROM {schema}.llx_paiement p WHERE p.rowid = t.fk_paiement)"}',
	NULL, true, NULL),
('creances', 'dolibarr_remises', 'reglements', 'llx_societe_remise_except', '{
	"cle_facture": "fk_facture", "debiteur": "fk_soc", "creancier": "entity", "montant": "amount_ttc", "date": "datec",
	"nature": "CASE (SELECT f.type FROM {schema}.llx_facture f WHERE f.rowid = t.fk_facture_source) WHEN 2 THEN ''avoir'' ELSE ''acompte'' END"}',
	't.discount_type = 0 AND t.fk_facture_line IS NULL AND (SELECT f.type FROM {schema}.llx_facture f WHERE f.rowid = t.fk_facture_source) IN (2, 3)', true,
	'les avoirs et les factures d''acompte convertis en remise, en compte ou imputés'),
('creances', 'dolibarr', 'clients', 'llx_societe', '{
	"debiteur": "rowid", "creancier": "entity", "nom": "nom", "langue": "default_lang", "courriel": "email", "telephone": "phone",
	"adresse": "concat_ws('', '', nullif(t.address, ''''), nullif(concat_ws('' '', t.zip, t.town), ''''))", "siren": "coalesce(nullif(t.siren, ''''), t.siret)"}',
	't.client > 0', true, NULL),

('creances', 'tryton', 'factures', 'account_move_line', '{
	"facture": "coalesce((SELECT i.number FROM {schema}.account_move m JOIN {schema}.account_invoice i ON i.id = substring(m.origin FROM ''^account\\.invoice,([0-9]+)$'')::integer WHERE m.id = t.move), ''ecriture '' || t.move)",
	"rang": "(SELECT count(*) FROM {schema}.account_move_line l WHERE l.move = t.move AND l.account = t.account AND l.id <= t.id)",
	"debiteur": "party", "creancier": "(SELECT m.company FROM {schema}.account_move m WHERE m.id = t.move)",
	"emission": "(SELECT m.date FROM {schema}.account_move m WHERE m.id = t.move)",
	"echeance": "coalesce(t.maturity_date, (SELECT m.date FROM {schema}.account_move m WHERE m.id = t.move))",
	"montant": "t.debit - t.credit", "regle": "CASE WHEN t.reconciliation IS NOT NULL THEN t.debit - t.credit ELSE 0 END",
	"regle_le": "(SELECT r.date FROM {schema}.account_move_reconciliation r WHERE r.id = t.reconciliation)",
	"devise": "(SELECT c.code FROM {schema}.account_move m JOIN {schema}.company_company k ON k.id = m.company JOIN {schema}.currency_currency c ON c.id = k.currency WHERE m.id = t.move)",
	"nature": "CASE WHEN t.debit < t.credit THEN CASE WHEN (SELECT m.origin FROM {schema}.account_move m WHERE m.id = t.move) LIKE ''account.invoice,%'' THEN ''avoir'' ELSE ''acompte'' END END"}',
	't.state = ''valid'' AND (SELECT y.receivable FROM {schema}.account_account a JOIN {schema}.account_account_type y ON y.id = a.type WHERE a.id = t.account)', true,
	'toutes les écritures des comptes clients, en devise de la société ; un paiement partiel est un crédit jusqu''à son lettrage'),
('creances', 'tryton', 'clients', 'party_party', '{"debiteur": "id", "nom": "name"}', NULL, true, NULL),

('creances', 'erpnext', 'factures', 'tabSales Invoice', '{
	"facture": "name", "debiteur": "customer", "creancier": "company", "emission": "posting_date", "echeance": "coalesce(t.due_date, t.posting_date)",
	"montant": "CASE WHEN t.party_account_currency = t.currency THEN coalesce(nullif(t.rounded_total, 0), t.grand_total) ELSE coalesce(nullif(t.base_rounded_total, 0), t.base_grand_total) END",
	"reste_du": "outstanding_amount", "devise": "party_account_currency"}',
	't.docstatus = 1', true, 'paid_amount n''est que ce qui est payé en caisse : c''est outstanding_amount qui est lu'),
('creances', 'erpnext', 'reglements', 'tabPayment Ledger Entry', '{
	"reglement": "voucher_no", "facture": "CASE WHEN t.against_voucher_type = ''Sales Invoice'' THEN t.against_voucher_no END",
	"debiteur": "party", "creancier": "company", "date": "posting_date", "montant": "-t.amount_in_account_currency", "devise": "account_currency"}',
	't.account_type = ''Receivable'' AND t.delinked = 0 AND t.voucher_type IN (''Payment Entry'', ''Journal Entry'')', true,
	'à suivre à la place de outstanding_amount, avant les factures : leur modèle, suivi ensuite, n''en tient plus compte'),
('creances', 'erpnext', 'clients', 'tabCustomer', '{
	"debiteur": "name", "nom": "customer_name", "type": "customer_type", "langue": "language", "courriel": "email_id", "telephone": "mobile_no",
	"adresse": "primary_address", "segment": "customer_group"}', NULL, true, NULL),

('creances', 'idempiere', 'factures', 'c_invoice', '{
	"facture": "documentno", "debiteur": "c_bpartner_id", "creancier": "ad_org_id", "emission": "dateinvoiced",
	"echeance": "{schema}.paymenttermduedate(t.c_paymentterm_id, t.dateinvoiced)",
	"montant": "CASE WHEN (SELECT d.docbasetype FROM {schema}.c_doctype d WHERE d.c_doctype_id = t.c_doctype_id) = ''ARC'' THEN -t.grandtotal ELSE t.grandtotal END",
	"devise": "(SELECT c.iso_code FROM {schema}.c_currency c WHERE c.c_currency_id = t.c_currency_id)"}',
	't.issotrx = ''Y'' AND t.docstatus IN (''CO'', ''CL'')', true,
	'les paiements ne sont pas dans c_invoice : suivez aussi c_allocationline (modèle idempiere) ; une facture à plusieurs échéances est due à celle de sa condition de paiement'),
('creances', 'idempiere', 'reglements', 'c_allocationline', '{
	"cle_facture": "c_invoice_id", "debiteur": "c_bpartner_id", "creancier": "ad_org_id", "date": "datetrx",
	"montant": "t.amount + t.discountamt + t.writeoffamt", "nature": "CASE WHEN t.amount = 0 AND t.writeoffamt <> 0 THEN ''perte'' WHEN t.amount = 0 THEN ''remise'' END"}',
	't.isactive = ''Y'' AND (SELECT i.issotrx FROM {schema}.c_invoice i WHERE i.c_invoice_id = t.c_invoice_id) = ''Y''', true, NULL),
('creances', 'idempiere', 'clients', 'c_bpartner', '{"debiteur": "c_bpartner_id", "nom": "name", "langue": "ad_language"}', 't.iscustomer = ''Y''', true, NULL),

('creances', 'kivitendo', 'factures', 'ar', '{
	"facture": "invnumber", "debiteur": "customer_id", "emission": "transdate", "echeance": "duedate", "montant": "amount", "regle": "paid", "regle_le": "datepaid",
	"livraison": "deliverydate", "devise": "(SELECT c.name FROM {schema}.defaults d JOIN {schema}.currencies c ON c.id = d.currency_id)"}',
	NULL, true, NULL),
('creances', 'kivitendo', 'reglements', 'acc_trans', '{"cle_facture": "trans_id", "date": "transdate", "montant": "-t.amount", "reglement": "nullif(t.source, '''')"}',
	't.chart_link LIKE ''%AR\_paid%'' AND EXISTS (SELECT FROM {schema}.ar a WHERE a.id = t.trans_id)', true,
	'à suivre à la place de la colonne paid, avant les factures : leur modèle, suivi ensuite, n''en tient plus compte'),
('creances', 'kivitendo', 'clients', 'customer', '{
	"debiteur": "id", "nom": "name", "courriel": "coalesce(nullif(t.dunning_mail, ''''), t.email)", "telephone": "phone",
	"adresse": "concat_ws('', '', nullif(t.street, ''''), nullif(concat_ws('' '', t.zipcode, t.city), ''''))",
	"type": "CASE WHEN t.natural_person THEN ''consommateur'' ELSE ''professionnel'' END"}', NULL, true, NULL),

('creances', 'ledgersmb', 'factures', 'ar', '{
	"facture": "invnumber", "debiteur": "entity_credit_account", "emission": "transdate", "echeance": "coalesce(t.duedate, t.transdate)", "montant": "amount_tc", "devise": "curr"}',
	't.approved', true, 'les paiements ne sont pas dans ar : suivez aussi acc_trans (modèle ledgersmb)'),
('creances', 'ledgersmb', 'reglements', 'acc_trans', '{
	"cle_facture": "trans_id", "date": "transdate", "montant": "amount_tc", "devise": "curr", "reglement": "nullif(t.source, '''')"}',
	't.approved AND EXISTS (SELECT FROM {schema}.account_link k WHERE k.account_id = t.chart_id AND k.description = ''AR'') AND EXISTS (SELECT FROM {schema}.ar a WHERE a.id = t.trans_id) AND t.entry_id > (SELECT min(x.entry_id) FROM {schema}.acc_trans x WHERE x.trans_id = t.trans_id AND x.chart_id = t.chart_id)', true,
	'la première écriture du compte client est la facture, les suivantes ses paiements'),
('creances', 'ledgersmb', 'clients', 'entity_credit_account', '{
	"debiteur": "id", "nom": "(SELECT e.name FROM {schema}.entity e WHERE e.id = t.entity_id)", "langue": "language_code"}', 't.entity_class = 2', true, NULL),

('creances', 'sql_ledger', 'factures', 'ar', '{
	"facture": "invnumber", "debiteur": "customer_id", "emission": "transdate", "echeance": "coalesce(t.duedate, t.transdate)",
	"montant": "round(t.amount::numeric, 2)", "regle": "round(t.paid::numeric, 2)", "regle_le": "datepaid"}',
	NULL, false, 'montants en devise de base : donnez devise si ce n''est pas l''euro'),
('creances', 'sql_ledger', 'clients', 'customer', '{
	"debiteur": "id", "nom": "name", "langue": "language_code", "courriel": "email", "telephone": "phone"}', NULL, true, NULL),

('creances', 'xtuple', 'factures', 'aropen', '{
	"facture": "CASE WHEN t.aropen_doctype = ''I'' THEN t.aropen_docnumber ELSE t.aropen_doctype || ''-'' || t.aropen_docnumber END",
	"debiteur": "aropen_cust_id", "emission": "aropen_docdate", "echeance": "aropen_duedate",
	"montant": "CASE WHEN t.aropen_doctype IN (''C'', ''R'') THEN -t.aropen_amount ELSE t.aropen_amount END",
	"regle": "CASE WHEN t.aropen_doctype IN (''C'', ''R'') THEN -t.aropen_paid ELSE t.aropen_paid END", "regle_le": "aropen_closedate",
	"nature": "CASE t.aropen_doctype WHEN ''C'' THEN ''avoir'' WHEN ''R'' THEN ''acompte'' ELSE ''facture'' END",
	"devise": "(SELECT c.curr_abbr FROM {schema}.curr_symbol c WHERE c.curr_id = t.aropen_curr_id)"}', NULL, true, NULL),
('creances', 'xtuple', 'clients', 'custinfo', '{"debiteur": "cust_id", "nom": "cust_name"}', NULL, true, NULL),

('creances', 'axelor', 'factures', 'account_invoice', '{
	"facture": "invoice_id", "debiteur": "partner", "creancier": "company", "emission": "invoice_date", "echeance": "coalesce(t.due_date, t.invoice_date)",
	"montant": "CASE WHEN t.operation_type_select = 4 THEN -t.in_tax_total ELSE t.in_tax_total END",
	"reste_du": "CASE WHEN t.operation_type_select = 4 THEN -t.amount_remaining ELSE t.amount_remaining END",
	"devise": "(SELECT c.code FROM {schema}.base_currency c WHERE c.id = t.currency)"}',
	't.status_select = 3 AND t.operation_type_select IN (3, 4)', true, NULL),
('creances', 'axelor', 'clients', 'base_partner', '{
	"debiteur": "id", "nom": "coalesce(nullif(t.full_name, ''''), t.name)", "telephone": "fixed_phone", "siren": "registration_code",
	"type": "CASE t.partner_type_select WHEN 2 THEN ''consommateur'' ELSE ''professionnel'' END"}', 't.is_customer', true, NULL),

('creances', 'noalyss', 'factures', 'jrn', '{
	"facture": "coalesce(nullif(t.jr_pj_number, ''''), t.jr_internal)",
	"debiteur": "(SELECT x.j_qcode FROM {schema}.jrnx x WHERE x.j_grpt = t.jr_grpt_id AND x.j_poste::text ~ ''^4[01]'' AND x.j_qcode IS NOT NULL ORDER BY x.j_id LIMIT 1)",
	"emission": "jr_date", "echeance": "coalesce(t.jr_ech, t.jr_date)",
	"montant": "(SELECT sum(CASE WHEN x.j_debit THEN x.j_montant ELSE -x.j_montant END) FROM {schema}.jrnx x WHERE x.j_grpt = t.jr_grpt_id AND x.j_poste::text ~ ''^4[01]'' AND x.j_qcode IS NOT NULL)",
	"regle": "CASE WHEN t.jr_rapt = ''paid'' OR t.jr_date_paid IS NOT NULL THEN (SELECT sum(CASE WHEN x.j_debit THEN x.j_montant ELSE -x.j_montant END) FROM {schema}.jrnx x WHERE x.j_grpt = t.jr_grpt_id AND x.j_poste::text ~ ''^4[01]'' AND x.j_qcode IS NOT NULL) ELSE 0 END",
	"regle_le": "jr_date_paid"}',
	'(SELECT d.jrn_def_type FROM {schema}.jrn_def d WHERE d.jrn_def_id = t.jr_def_id) = ''VEN''', true,
	'le client est la fiche des comptes 40 ou 41 de l''opération ; Noalyss ne tient que payé ou non');

CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.modele
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.modele', $$WHERE origine = 'utilisateur'$$);

-- What a model asks of a table and does not find there: columns, then the other
-- tables and functions of its schema. NULL if nothing is missing.
CREATE FUNCTION creances._manque(m creances.modele, table_suivie regclass) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	espace CONSTANT text := (SELECT quote_ident(n.nspname) FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace WHERE k.oid = table_suivie);
	textes CONSTANT text[] := (SELECT array_agg(e.value) FROM jsonb_each_text(m.correspondance) e) || m.filtre;
	manque text;
BEGIN
	SELECT string_agg(x.quoi, ', ' ORDER BY x.ordre, x.quoi COLLATE "C") INTO manque FROM (
		SELECT DISTINCT 1 AS ordre, format('colonne %I', c.nom) AS quoi
		  FROM unnest(textes) v
		 CROSS JOIN LATERAL (SELECT v AS nom WHERE v ~ '^[a-z_][a-z0-9_]*$'
							 UNION SELECT r[1] FROM regexp_matches(v, '\mt\.([a-z_][a-z0-9_]*)', 'g') r
							 UNION SELECT replace(r[1], '""', '"') FROM regexp_matches(v, '\mt\."((?:[^"]|"")+)"', 'g') r) c
		 WHERE NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = table_suivie AND a.attname = c.nom AND a.attnum > 0 AND NOT a.attisdropped)
		UNION ALL
		SELECT DISTINCT 2, format(CASE WHEN r[2] = '(' THEN 'fonction %s' ELSE 'table %s' END, espace || '.' || r[1])
		  FROM unnest(textes) v
		 CROSS JOIN LATERAL regexp_matches(v, '\{schema\}\.("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)(\(?)', 'g') r
		 WHERE CASE WHEN r[2] = '(' THEN NOT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
													  WHERE quote_ident(n.nspname) = espace AND quote_ident(p.proname) = r[1])
					ELSE to_regclass(espace || '.' || r[1]) IS NULL END) x;
	RETURN manque;
END $$;
COMMENT ON FUNCTION creances._manque(creances.modele, regclass) IS 'Colonnes, tables et fonctions que demande un modele et que cette base n''a pas ; NULL si rien ne manque.';

CREATE FUNCTION creances._modele(nom text, genre text, table_suivie regclass, OUT correspondance jsonb, OUT filtre text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	m creances.modele;
	manque text;
	espace text;
BEGIN
	SELECT x.* INTO m FROM creances.modele x WHERE x.modele = nom AND x.genre = _modele.genre ORDER BY x.origine DESC LIMIT 1;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('aucun modèle %s pour des %s', nom, genre),
			HINT = format('Modèles pour ce genre : %s.', (SELECT string_agg(x.modele, ', ' ORDER BY x.modele COLLATE "C")
																		FROM (SELECT DISTINCT y.modele FROM creances.modele y WHERE y.genre = _modele.genre) x));
	END IF;
	manque := creances._manque(m, table_suivie);
	IF manque IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC002', MESSAGE = format('%s n''a pas ce que lit le modèle %s', table_suivie, nom),
			DETAIL = format('Il manque : %s.', manque),
			HINT = format('Ce modèle lit une table %s ; pour une autre version, donnez la correspondance, ou ajoutez votre modèle à creances.modele.', m.table_type);
	END IF;
	IF m.remarque IS NOT NULL THEN
		RAISE NOTICE USING MESSAGE = format('modèle %s : %s', nom, m.remarque);
	END IF;
	SELECT quote_ident(n.nspname) INTO espace FROM pg_class k JOIN pg_namespace n ON n.oid = k.relnamespace WHERE k.oid = table_suivie;
	SELECT jsonb_object_agg(e.key, replace(e.value, '{schema}', espace)), replace(m.filtre, '{schema}', espace)
	  INTO correspondance, filtre FROM jsonb_each_text(m.correspondance) e;
END $$;
COMMENT ON FUNCTION creances._modele(text, text, regclass) IS 'Correspondance et filtre d''un modele pour cette table ; 22023 s''il n''existe pas, RC002 si la table n''a pas ce qu''il lit.';

-- The one model whose table bears this name and has all that it reads. The
-- user's come first; two of equal rank are none. Of a table that bears the name
-- and lacks little, the caller is told: it may be another version.
CREATE FUNCTION creances._reconnaitre(table_suivie regclass, genre text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	noms text[];
	presque record;
BEGIN
	SELECT array_agg(x.modele) INTO noms FROM (
		SELECT m.modele, m.origine, max(m.origine) OVER () AS meilleure
		  FROM creances.modele m JOIN pg_class k ON k.relname = m.table_type
		 WHERE k.oid = table_suivie AND m.genre = _reconnaitre.genre AND m.principal AND creances._manque(m, table_suivie) IS NULL) x
	 WHERE x.origine = x.meilleure;
	IF noms IS NULL THEN
		SELECT m.modele, x.manque INTO presque
		  FROM creances.modele m JOIN pg_class k ON k.relname = m.table_type
		 CROSS JOIN LATERAL (SELECT creances._manque(m, table_suivie) AS manque) x
		 WHERE k.oid = table_suivie AND m.genre = _reconnaitre.genre AND m.principal AND cardinality(string_to_array(x.manque, ', ')) <= 3
		 ORDER BY m.origine DESC, m.modele LIMIT 1;
		IF FOUND THEN
			RAISE NOTICE USING MESSAGE = format('%s porte le nom d''une table du modèle %s, mais il manque : %s', table_suivie, presque.modele, presque.manque);
		END IF;
	END IF;
	RETURN CASE WHEN cardinality(noms) = 1 THEN noms[1] END;
END $$;
COMMENT ON FUNCTION creances._reconnaitre(regclass, text) IS 'Modele dont cette table a le nom et tout ce qu''il lit ; NULL sinon, ou s''il y en a plusieurs.';

-- What one column of a sample holds.
CREATE FUNCTION creances._echantillon(table_suivie regclass, colonne text, OUT lignes bigint, OUT nuls bigint, OUT distincts bigint, OUT exemples text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, DMY' AS $$
BEGIN
	EXECUTE format($q$
		WITH e AS MATERIALIZED (SELECT row_number() OVER () AS n, %I::text AS v FROM (SELECT t.%I FROM %s t LIMIT 10000) x)
		SELECT (SELECT count(*) FROM e), (SELECT count(*) FROM e WHERE v IS NULL), (SELECT count(DISTINCT v) FROM e),
			   (SELECT string_agg(CASE WHEN length(d.v) > 30 THEN left(d.v, 27) || '...' ELSE d.v END, ' | ' ORDER BY d.n)
				  FROM (SELECT e.v, min(e.n) AS n FROM e WHERE e.v IS NOT NULL GROUP BY e.v ORDER BY 2 LIMIT 5) d)$q$,
		colonne, colonne, table_suivie) INTO lignes, nuls, distincts, exemples;
END $$;
COMMENT ON FUNCTION creances._echantillon(regclass, text) IS 'Ce que tient une colonne dans les 10 000 premieres lignes lues.';

CREATE FUNCTION creances.proposer_correspondance(table_suivie regclass, genre text DEFAULT 'factures')
RETURNS TABLE (champ text, choix text, retenu boolean, type text, nuls bigint, distincts bigint, exemples text, explication text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
#variable_conflict use_column
DECLARE
	nom_modele text;
	trouvees jsonb := '{}';
	condition text;
	cles text[];
	c record;
	e record;
	manquants text;
	ambigus text;
	suppose text;
	retenus jsonb;
	erreur text;
BEGIN
	IF table_suivie IS NULL OR genre IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la table et le genre ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT * FROM creances.proposer_correspondance(''public.factures'').';
	END IF;
	IF genre NOT IN ('factures', 'reglements', 'clients') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('genre inconnu : %s', genre),
			HINT = 'Les genres sont factures, reglements et clients.';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_class k WHERE k.oid = table_suivie) THEN
		RAISE EXCEPTION USING ERRCODE = '42P01', MESSAGE = format('la table d''OID %s n''existe pas', table_suivie::oid),
			HINT = 'Donnez un nom de table, avec son schéma.';
	END IF;
	IF NOT has_table_privilege(table_suivie, 'SELECT') THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('droit refusé pour lire %s', table_suivie),
			HINT = format('Il faut le droit SELECT : demandez au propriétaire, %s.', (SELECT k.relowner::regrole FROM pg_class k WHERE k.oid = table_suivie));
	END IF;

	nom_modele := creances._reconnaitre(table_suivie, genre);
	IF nom_modele IS NOT NULL THEN
		SELECT m.correspondance, m.filtre INTO trouvees, condition FROM creances._modele(nom_modele, genre, table_suivie) m;
		champ := 'modele';
		choix := nom_modele;
		retenu := true;
		explication := format('la table a le nom et les colonnes du modèle %s : creances.suivre_%s(..., modele => %L)%s', nom_modele, genre, nom_modele,
							  (SELECT ' ; ' || m.remarque FROM creances.modele m WHERE m.modele = nom_modele AND m.genre = proposer_correspondance.genre
								ORDER BY m.origine DESC LIMIT 1));
		RETURN NEXT;
	ELSE
		-- another version of a known table
		FOR c IN
			SELECT m.modele, creances._manque(m, table_suivie) AS manque
			  FROM creances.modele m JOIN pg_class k ON k.relname = m.table_type
			 WHERE k.oid = table_suivie AND m.genre = proposer_correspondance.genre ORDER BY m.modele COLLATE "C"
		LOOP
			CONTINUE WHEN cardinality(string_to_array(c.manque, ', ')) > 3;
			champ := 'modele';
			choix := c.modele;
			retenu := false;
			explication := coalesce('il manque : ' || c.manque, 'un modèle de ce nom de table : nommez-le si c''est lui');
			RETURN NEXT;
		END LOOP;
	END IF;

	SELECT array_agg(a.attname::text ORDER BY k.n) INTO cles
	  FROM pg_index i
	 CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY k(attnum, n)
	  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
	 WHERE i.indrelid = table_suivie AND i.indisprimary;
	IF nom_modele IS NULL THEN
		SELECT coalesce(jsonb_object_agg(k.champ, k.colonne), '{}') INTO retenus FROM creances._choix(table_suivie, genre) k WHERE k.retenu;
	ELSE
		retenus := trouvees;
	END IF;
	FOR c IN
		SELECT f.champ, f.obligatoire, f.defaut, k.colonne, k.priorite, k.type, k.preuve, k.retenu, k.raison,
			   count(*) FILTER (WHERE NOT k.retenu AND k.raison IS NULL) OVER (PARTITION BY f.champ) AS ambigues,
			   retenus ? f.champ AS servi, retenus ->> f.champ AS valeur, bool_or(k.colonne = retenus ->> f.champ) OVER (PARTITION BY f.champ) AS parmi,
			   row_number() OVER (PARTITION BY f.champ) = 1 AS premiere
		  FROM creances._champs(genre) f LEFT JOIN creances._choix(table_suivie, genre) k ON k.champ = f.champ
		 ORDER BY f.ordre, k.retenu DESC, k.raison NULLS FIRST, k.priorite, k.colonne COLLATE "C"
	LOOP
		-- a model reads what it says, whatever the names
		IF nom_modele IS NOT NULL THEN
			IF c.premiere AND c.servi AND c.parmi IS NOT TRUE THEN
				champ := c.champ;
				choix := c.valeur;
				retenu := true;
				SELECT format_type(a.atttypid, NULL) INTO type FROM pg_attribute a
				 WHERE a.attrelid = table_suivie AND a.attname = c.valeur AND a.attnum > 0 AND NOT a.attisdropped;
				nuls := NULL;
				distincts := NULL;
				exemples := NULL;
				explication := format('modèle %s', nom_modele);
				RETURN NEXT;
			END IF;
			CONTINUE WHEN c.colonne IS NULL AND c.servi;
			c.ambigues := 0;
			c.retenu := c.colonne = c.valeur;
			c.preuve := format('modèle %s', nom_modele);
			c.raison := CASE WHEN c.retenu IS TRUE THEN NULL WHEN c.servi THEN 'le modèle lit autre chose' ELSE 'hors du modèle' END;
		END IF;
		champ := c.champ;
		choix := quote_ident(c.colonne);
		retenu := coalesce(c.retenu, false);
		type := c.type;
		nuls := NULL;
		distincts := NULL;
		exemples := NULL;
		suppose := CASE
			WHEN c.servi OR c.ambigues > 0 THEN NULL
			WHEN nom_modele IS NULL AND c.champ = CASE genre WHEN 'factures' THEN 'facture' WHEN 'clients' THEN 'debiteur' END AND cardinality(cles) = 1
				THEN format('pris : la clé primaire, %I', cles[1])
			WHEN c.obligatoire THEN 'à donner'
			ELSE 'supposé : ' || CASE genre || ' ' || c.champ
				WHEN 'factures rang' THEN '1'
				WHEN 'factures creancier' THEN 'principal'
				WHEN 'factures emission' THEN 'le jour où la facture est vue'
				WHEN 'factures regle' THEN CASE WHEN NOT retenus ? 'reste_du' THEN 'rien n''est réglé tant que la ligne est suivie' END
					 -- a flag or a date is all that some tables have
					 || CASE WHEN nom_modele IS NULL AND retenus ? 'montant' AND (c.type IN ('smallint', 'boolean') OR c.colonne IS NULL AND retenus ? 'regle_le')
							 THEN format(' ; sinon, donnez par exemple CASE WHEN t.%I %s THEN t.%I ELSE 0 END', coalesce(c.colonne, retenus ->> 'regle_le'),
										 CASE WHEN c.colonne IS NULL THEN 'IS NOT NULL' WHEN c.type = 'smallint' THEN '= 1' ELSE 'IS TRUE' END, retenus ->> 'montant') ELSE '' END
				WHEN 'factures regle_le' THEN CASE WHEN retenus ?| ARRAY['regle', 'reste_du'] THEN 'le jour où le paiement est vu' END
				WHEN 'factures devise' THEN 'EUR'
				WHEN 'factures nature' THEN 'facture, ou avoir si le montant est négatif'
				WHEN 'reglements reglement' THEN 'la clé de la ligne'
				WHEN 'reglements cle_facture' THEN CASE WHEN NOT retenus ? 'facture' THEN 'un crédit en compte du client' END
				WHEN 'reglements creancier' THEN 'celui de la facture, sinon principal'
				WHEN 'reglements devise' THEN 'celle de la facture, sinon EUR'
				WHEN 'reglements nature' THEN 'paiement'
				WHEN 'clients creancier' THEN 'client commun à tous'
				WHEN 'clients type' THEN 'inchangé'
			END END;
		IF c.colonne IS NULL THEN
			explication := concat_ws(' ; ', 'aucune colonne reconnue', suppose);
		ELSE
			SELECT * INTO e FROM creances._echantillon(table_suivie, c.colonne);
			nuls := e.nuls;
			distincts := e.distincts;
			exemples := e.exemples;
			explication := concat_ws(' ; ',
				CASE WHEN c.retenu THEN concat_ws(', ', c.preuve, CASE WHEN c.preuve IS NULL THEN format('nom reconnu, priorité %s', c.priorite) END)
					 WHEN c.raison IS NULL THEN format('%s colonnes conviennent : à vous de choisir', CASE c.ambigues WHEN 2 THEN 'deux' ELSE c.ambigues::text END)
					 ELSE c.raison END,
				suppose,
				CASE WHEN e.lignes = 0 THEN 'table vide'
					 WHEN e.nuls = e.lignes THEN 'toujours vide'
					 WHEN e.nuls > 0 THEN format('%s nul(s) sur %s lignes lues', e.nuls, e.lignes) END,
				CASE WHEN c.retenu AND c.champ = 'facture' AND genre = 'factures' AND nom_modele IS NULL AND NOT retenus ? 'rang' AND e.distincts < e.lignes - e.nuls
						  THEN format('%s numéros pour %s lignes : il faut un rang, ou un filtre', e.distincts, e.lignes - e.nuls)
					 WHEN c.retenu AND c.champ <> 'creancier' AND e.lignes - e.nuls > 1 AND e.distincts = 1 THEN 'toujours la même valeur' END);
			IF c.ambigues > 0 AND NOT c.retenu AND c.raison IS NULL THEN
				ambigus := concat_ws(', ', ambigus, CASE WHEN c.champ <> ALL (string_to_array(coalesce(ambigus, ''), ', ')) THEN c.champ END);
			END IF;
		END IF;
		RETURN NEXT;
	END LOOP;

	-- how the rows themselves would fare
	choix := NULL;
	retenu := NULL;
	type := NULL;
	nuls := NULL;
	distincts := NULL;
	exemples := NULL;
	champ := 'lignes';
	IF nom_modele IS NULL AND ambigus IS NULL THEN
		trouvees := creances._trouver(table_suivie, genre);
	END IF;
	SELECT string_agg(f.champ, ', ' ORDER BY f.ordre) INTO manquants FROM creances._champs(genre) f WHERE f.obligatoire AND NOT trouvees ? f.champ;
	IF ambigus IS NOT NULL OR manquants IS NOT NULL OR cles IS NULL THEN
		explication := 'non essayées : ' || concat_ws(' ; ', 'à choisir : ' || ambigus, CASE WHEN ambigus IS NULL THEN 'à donner : ' || manquants END,
												   CASE WHEN cles IS NULL THEN 'la table n''a pas de clé primaire' END);
		RETURN NEXT;
		RETURN;
	END IF;
	BEGIN
		FOR c IN EXECUTE format('SELECT q.suivie, q.lie, q.code, min(q.motif) AS motif, count(*) AS nb, sum(count(*)) OVER () AS lues
			  FROM (SELECT q.suivie, coalesce((to_jsonb(q) ->> ''m_lie'')::boolean, false) AS lie, q.code, q.motif FROM (%s) q LIMIT 10000) q
			 GROUP BY 1, 2, 3 ORDER BY 3 NULLS FIRST, 1 DESC, 2 DESC',
			creances._requete_pour(table_suivie, jsonb_build_object('genre', genre, 'correspondance', trouvees, 'filtre', condition), cles, false))
			USING table_suivie, NULL::text[]
		LOOP
			choix := c.code;
			explication := format(CASE WHEN c.code IS NOT NULL THEN '%s sur %s ne seraient pas suivies : %s'
									   WHEN c.suivie THEN '%s sur %s seraient suivies'
									   WHEN c.lie THEN '%s sur %s seraient imputées à une facture'
									   ELSE '%s sur %s sont hors du filtre' END, c.nb, c.lues, c.motif);
			RETURN NEXT;
		END LOOP;
		IF NOT FOUND THEN
			explication := 'table vide : rien à essayer';
			RETURN NEXT;
		END IF;
	EXCEPTION WHEN data_exception OR syntax_error_or_access_rule_violation THEN
		GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
		explication := format('une ligne ne se lit pas : %s', erreur);
		RETURN NEXT;
	END;
END $$;
COMMENT ON FUNCTION creances.proposer_correspondance(regclass, text) IS
'Ce que trouverait suivre_factures (suivre_reglements, suivre_clients) sans correspondance : pour chaque champ, chaque colonne possible, son type, ses nuls, ses valeurs distinctes et cinq exemples sur les 10 000 premieres lignes lues, si elle est retenue et pourquoi ; puis combien de ces lignes seraient suivies, ou refusees et pourquoi. Ne change rien ; il faut pouvoir lire la table.';
