-- Finding the columns: ERPs' own tables (the columns that matter and those that
-- mislead), ready mappings followed and compared with plain SQL on the ERP's
-- tables, what is refused rather than guessed, and what the caller is shown.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET search_path = essai, pg_catalog;

-- The error of a statement.
CREATE FUNCTION refus(commande text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	etat text;
	message text;
	precision text;
	conseil text;
BEGIN
	BEGIN
		EXECUTE commande;
		RAISE EXCEPTION 'acceptee !';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS etat = RETURNED_SQLSTATE, message = MESSAGE_TEXT, precision = PG_EXCEPTION_DETAIL, conseil = PG_EXCEPTION_HINT;
	END;
	RETURN NEXT format('%s %s', etat, message);
	IF precision <> '' THEN
		RETURN NEXT '  detail : ' || precision;
	END IF;
	IF conseil <> '' THEN
		RETURN NEXT '  hint : ' || conseil;
	END IF;
END $$;

-- What is found for a table; a "?" before what two columns fit equally.
CREATE FUNCTION trouve(quelle regclass, p_genre text DEFAULT 'factures') RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat(CASE WHEN k.retenu THEN '' ELSE '?' END, k.champ, '=', k.colonne), ' ' ORDER BY f.ordre, k.colonne COLLATE "C")
	  FROM creances._choix(quelle, p_genre) k JOIN creances._champs(p_genre) f USING (champ)
	 WHERE k.retenu OR k.raison IS NULL
$$;

-- The live facts of a followed table.
CREATE FUNCTION faits(quelle regclass) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', c.creancier, c.facture || CASE WHEN c.rang <> 1 THEN '/' || c.rang ELSE '' END, 'client', c.debiteur, 'le', c.emission, 'ech', c.echeance,
					 trim_scale(c.montant), c.devise, c.nature, 'solde', trim_scale(c.solde))
	  FROM creances.creance c WHERE c.suivi = quelle AND c.retiree_le IS NULL ORDER BY c.creancier, c.facture COLLATE "C", c.rang
$$;

-- Open balance by customer: ours against plain SQL on the ERP's own tables; then
-- what does not hold. No row: they are equal and all is well.
CREATE FUNCTION compare(sql_erp text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE format($q$
		SELECT format('%%s : %%s ici, %%s dans l''ERP', debiteur, n.solde, e.solde)
		  FROM (SELECT c.debiteur, sum(c.solde) AS solde FROM creances.creance c WHERE c.retiree_le IS NULL GROUP BY 1 HAVING sum(c.solde) <> 0) n
		  FULL JOIN (SELECT x.client::text AS debiteur, sum(x.du)::numeric AS solde FROM (%s) x(client, du) GROUP BY 1 HAVING sum(x.du)::numeric <> 0) e USING (debiteur)
		 WHERE n.solde IS DISTINCT FROM e.solde$q$, sql_erp);
	RETURN QUERY SELECT format('%s %s : %s', a.suivi, a.cle, a.motif) FROM creances.ligne_refusee a;
	RETURN QUERY SELECT format('%s %s : %s', s.table_suivie, v.cle, v.ecart) FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v;
	RETURN QUERY SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c;
END $$;

-- Everything is followed no more, and forgotten.
CREATE FUNCTION fini() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM creances.cesser_suivi(s.table_suivie) FROM creances.suivi s ORDER BY s.genre DESC;
END $$;

\set ECHO none

-- Odoo 17
CREATE SCHEMA odoo;
CREATE TABLE odoo.res_currency (id integer PRIMARY KEY, name varchar NOT NULL, symbol varchar, active boolean);
CREATE TABLE odoo.res_company (id integer PRIMARY KEY, name varchar NOT NULL, partner_id integer, currency_id integer REFERENCES odoo.res_currency);
CREATE TABLE odoo.res_partner (id integer PRIMARY KEY, company_id integer, create_date timestamp, name varchar, display_name varchar, ref varchar,
	lang varchar, vat varchar, type varchar, street varchar, street2 varchar, zip varchar, city varchar, email varchar, phone varchar, mobile varchar,
	is_company boolean, customer_rank integer, supplier_rank integer, active boolean, company_registry varchar);
CREATE TABLE odoo.account_move (id integer PRIMARY KEY, sequence_number integer, message_main_attachment_id integer, journal_id integer NOT NULL,
	company_id integer REFERENCES odoo.res_company, payment_id integer, partner_id integer REFERENCES odoo.res_partner, commercial_partner_id integer REFERENCES odoo.res_partner,
	partner_shipping_id integer, currency_id integer NOT NULL REFERENCES odoo.res_currency, reversed_entry_id integer REFERENCES odoo.account_move, invoice_user_id integer,
	invoice_payment_term_id integer, create_uid integer, write_uid integer, sequence_prefix varchar, access_token varchar, name varchar, ref varchar,
	state varchar NOT NULL DEFAULT 'draft', move_type varchar NOT NULL DEFAULT 'entry', payment_reference varchar, payment_state varchar,
	invoice_partner_display_name varchar, invoice_origin varchar, date date NOT NULL, invoice_date date, invoice_date_due date, delivery_date date, narration text,
	amount_untaxed numeric, amount_tax numeric, amount_total numeric, amount_residual numeric, amount_untaxed_signed numeric, amount_tax_signed numeric,
	amount_total_signed numeric, amount_total_in_currency_signed numeric, amount_residual_signed numeric, posted_before boolean, is_move_sent boolean,
	create_date timestamp, write_date timestamp);
CREATE TABLE odoo.account_account (id integer PRIMARY KEY, code varchar, account_type varchar NOT NULL, name varchar);
CREATE TABLE odoo.account_move_line (id integer PRIMARY KEY, move_id integer NOT NULL REFERENCES odoo.account_move, journal_id integer, company_id integer, company_currency_id integer,
	sequence integer, account_id integer REFERENCES odoo.account_account, currency_id integer NOT NULL, partner_id integer, full_reconcile_id integer, move_name varchar, parent_state varchar, ref varchar, name varchar,
	display_type varchar, date date, invoice_date date, date_maturity date, debit numeric, credit numeric, balance numeric, amount_currency numeric,
	amount_residual numeric, amount_residual_currency numeric, reconciled boolean);
CREATE TABLE odoo.account_payment (id integer PRIMARY KEY, message_main_attachment_id integer, move_id integer NOT NULL REFERENCES odoo.account_move, partner_bank_id integer,
	paired_internal_transfer_payment_id integer, payment_method_line_id integer, currency_id integer, partner_id integer REFERENCES odoo.res_partner, outstanding_account_id integer,
	destination_account_id integer, payment_type varchar NOT NULL, partner_type varchar NOT NULL, payment_reference varchar, amount numeric,
	amount_company_currency_signed numeric, is_reconciled boolean, is_matched boolean, create_date timestamp);
CREATE TABLE odoo.account_partial_reconcile (id integer PRIMARY KEY, debit_move_id integer NOT NULL REFERENCES odoo.account_move_line,
	credit_move_id integer NOT NULL REFERENCES odoo.account_move_line, full_reconcile_id integer, debit_currency_id integer, credit_currency_id integer, company_id integer,
	max_date date, amount numeric, debit_amount_currency numeric, credit_amount_currency numeric);

-- Dolibarr 20
CREATE SCHEMA dolibarr;
CREATE TABLE dolibarr.llx_societe (rowid integer PRIMARY KEY, nom varchar(128), name_alias varchar(128), entity integer NOT NULL DEFAULT 1, ref_ext varchar(255), status smallint DEFAULT 1,
	code_client varchar(24), code_fournisseur varchar(24), code_compta varchar(32), address varchar(255), zip varchar(25), town varchar(50), phone varchar(30),
	fax varchar(30), email varchar(128), fk_typent integer, siren varchar(128), siret varchar(128), ape varchar(128), tva_intra varchar(20), client smallint DEFAULT 0,
	fournisseur smallint DEFAULT 0, default_lang varchar(6), price_level integer, tms timestamp, datec timestamp);
CREATE TABLE dolibarr.llx_facture (rowid integer PRIMARY KEY, ref varchar(30) NOT NULL, entity integer NOT NULL DEFAULT 1, ref_ext varchar(255), ref_client varchar(255),
	type smallint NOT NULL DEFAULT 0, subtype smallint, fk_soc integer NOT NULL REFERENCES dolibarr.llx_societe, datec timestamp, datef date, date_pointoftax date, date_valid date,
	tms timestamp DEFAULT now(), date_closing timestamp, paye smallint NOT NULL DEFAULT 0, remise_percent double precision, close_code varchar(16), close_note varchar(128),
	total_tva numeric(24, 8) DEFAULT 0, localtax1 numeric(24, 8) DEFAULT 0, total_ht numeric(24, 8) DEFAULT 0, total_ttc numeric(24, 8) DEFAULT 0, fk_statut smallint NOT NULL DEFAULT 0,
	fk_facture_source integer REFERENCES dolibarr.llx_facture, fk_projet integer, fk_account integer, fk_currency varchar(3), fk_cond_reglement integer NOT NULL DEFAULT 1,
	fk_mode_reglement integer, date_lim_reglement date, note_private text, model_pdf varchar(255), fk_multicurrency integer, multicurrency_code varchar(3),
	multicurrency_total_ttc numeric(24, 8) DEFAULT 0, UNIQUE (ref, entity));
CREATE TABLE dolibarr.llx_paiement (rowid integer PRIMARY KEY, ref varchar(30), ref_ext varchar(255), entity integer NOT NULL DEFAULT 1, datec timestamp, tms timestamp, datep timestamp,
	amount numeric(24, 8) DEFAULT 0, multicurrency_amount numeric(24, 8) DEFAULT 0, fk_paiement integer NOT NULL, num_paiement varchar(50), note text,
	fk_bank integer NOT NULL DEFAULT 0, statut smallint NOT NULL DEFAULT 0);
CREATE TABLE dolibarr.llx_paiement_facture (rowid integer PRIMARY KEY, fk_paiement integer REFERENCES dolibarr.llx_paiement, fk_facture integer REFERENCES dolibarr.llx_facture,
	amount numeric(24, 8) DEFAULT 0, multicurrency_code varchar(3), multicurrency_tx numeric(24, 8) DEFAULT 1, multicurrency_amount numeric(24, 8) DEFAULT 0,
	UNIQUE (fk_paiement, fk_facture));
CREATE TABLE dolibarr.llx_societe_remise_except (rowid integer PRIMARY KEY, entity integer NOT NULL DEFAULT 1, fk_soc integer NOT NULL REFERENCES dolibarr.llx_societe, discount_type integer NOT NULL DEFAULT 0,
	datec timestamp, amount_ht numeric(24, 8) NOT NULL, amount_tva numeric(24, 8) NOT NULL DEFAULT 0, amount_ttc numeric(24, 8) NOT NULL DEFAULT 0, fk_user integer NOT NULL,
	fk_facture_line integer, fk_facture integer REFERENCES dolibarr.llx_facture, fk_facture_source integer REFERENCES dolibarr.llx_facture, description text NOT NULL);

-- Tryton 7
CREATE SCHEMA tryton;
CREATE TABLE tryton.party_party (id integer PRIMARY KEY, code varchar, name varchar, lang integer, active boolean, create_date timestamp, replaced_by integer);
CREATE TABLE tryton.company_company (id integer PRIMARY KEY, party integer NOT NULL REFERENCES tryton.party_party, currency integer NOT NULL);
CREATE TABLE tryton.currency_currency (id integer PRIMARY KEY, name varchar NOT NULL, code varchar NOT NULL, symbol varchar);
CREATE TABLE tryton.account_account_type (id integer PRIMARY KEY, name varchar, receivable boolean, payable boolean);
CREATE TABLE tryton.account_account (id integer PRIMARY KEY, code varchar, name varchar, company integer, type integer REFERENCES tryton.account_account_type, party_required boolean);
CREATE TABLE tryton.account_move (id integer PRIMARY KEY, number varchar, post_number varchar, company integer NOT NULL, period integer, journal integer, date date NOT NULL, post_date date,
	description varchar, origin varchar, state varchar NOT NULL);
CREATE TABLE tryton.account_move_reconciliation (id integer PRIMARY KEY, number varchar, company integer, date date NOT NULL);
CREATE TABLE tryton.account_move_line (id integer PRIMARY KEY, debit numeric NOT NULL DEFAULT 0, credit numeric NOT NULL DEFAULT 0, account integer NOT NULL REFERENCES tryton.account_account,
	move integer NOT NULL REFERENCES tryton.account_move, description varchar, amount_second_currency numeric, second_currency integer, party integer REFERENCES tryton.party_party,
	maturity_date date, state varchar, reconciliation integer REFERENCES tryton.account_move_reconciliation, origin varchar);
CREATE TABLE tryton.account_invoice (id integer PRIMARY KEY, company integer NOT NULL REFERENCES tryton.company_company, type varchar NOT NULL, number varchar, reference varchar, description varchar,
	state varchar, invoice_date date, accounting_date date, payment_term_date date, party integer NOT NULL REFERENCES tryton.party_party, invoice_address integer,
	currency integer NOT NULL REFERENCES tryton.currency_currency, journal integer, move integer REFERENCES tryton.account_move, cancel_move integer, account integer, payment_term integer,
	untaxed_amount_cache numeric, tax_amount_cache numeric, total_amount_cache numeric, comment text, create_date timestamp);

-- ERPNext 15
CREATE SCHEMA erpnext;
CREATE TABLE erpnext."tabCustomer" (name varchar(140) PRIMARY KEY, creation timestamp(6), modified timestamp(6), modified_by varchar(140), owner varchar(140), docstatus smallint NOT NULL DEFAULT 0,
	idx bigint NOT NULL DEFAULT 0, naming_series varchar(140), customer_name varchar(140), customer_type varchar(140), customer_group varchar(140), territory varchar(140),
	tax_id varchar(140), email_id varchar(140), mobile_no varchar(140), language varchar(140), primary_address text, disabled smallint NOT NULL DEFAULT 0);
CREATE TABLE erpnext."tabSales Invoice" (name varchar(140) PRIMARY KEY, creation timestamp(6), modified timestamp(6), modified_by varchar(140), owner varchar(140), docstatus smallint NOT NULL DEFAULT 0,
	idx bigint NOT NULL DEFAULT 0, title varchar(140), naming_series varchar(140), customer varchar(140), customer_name varchar(140), tax_id varchar(140), company varchar(140),
	posting_date date, posting_time time, due_date date, is_pos smallint NOT NULL DEFAULT 0, is_return smallint NOT NULL DEFAULT 0, return_against varchar(140), currency varchar(140),
	conversion_rate numeric(21, 9) NOT NULL DEFAULT 0, base_total numeric(21, 9) NOT NULL DEFAULT 0, total numeric(21, 9) NOT NULL DEFAULT 0, net_total numeric(21, 9) NOT NULL DEFAULT 0,
	total_taxes_and_charges numeric(21, 9) NOT NULL DEFAULT 0, base_grand_total numeric(21, 9) NOT NULL DEFAULT 0, grand_total numeric(21, 9) NOT NULL DEFAULT 0,
	rounded_total numeric(21, 9) NOT NULL DEFAULT 0, base_rounded_total numeric(21, 9) NOT NULL DEFAULT 0, total_advance numeric(21, 9) NOT NULL DEFAULT 0, outstanding_amount numeric(21, 9) NOT NULL DEFAULT 0,
	paid_amount numeric(21, 9) NOT NULL DEFAULT 0, write_off_amount numeric(21, 9) NOT NULL DEFAULT 0, po_no varchar(140), status varchar(140), debit_to varchar(140),
	party_account_currency varchar(140));
CREATE TABLE erpnext."tabPayment Schedule" (name varchar(140) PRIMARY KEY, docstatus smallint NOT NULL DEFAULT 0, idx bigint NOT NULL DEFAULT 0, payment_term varchar(140), due_date date,
	invoice_portion numeric(21, 9), payment_amount numeric(21, 9), outstanding numeric(21, 9), paid_amount numeric(21, 9), discounted_amount numeric(21, 9), parent varchar(140), parentfield varchar(140), parenttype varchar(140));
CREATE TABLE erpnext."tabPayment Entry" (name varchar(140) PRIMARY KEY, creation timestamp(6), docstatus smallint NOT NULL DEFAULT 0, idx bigint NOT NULL DEFAULT 0, payment_type varchar(140), posting_date date,
	company varchar(140), mode_of_payment varchar(140), party_type varchar(140), party varchar(140), party_name varchar(140), paid_from varchar(140), paid_to varchar(140),
	paid_amount numeric(21, 9) NOT NULL DEFAULT 0, received_amount numeric(21, 9) NOT NULL DEFAULT 0, total_allocated_amount numeric(21, 9) NOT NULL DEFAULT 0,
	unallocated_amount numeric(21, 9) NOT NULL DEFAULT 0, difference_amount numeric(21, 9) NOT NULL DEFAULT 0, reference_no varchar(140), reference_date date, status varchar(140));
CREATE TABLE erpnext."tabPayment Entry Reference" (name varchar(140) PRIMARY KEY, creation timestamp(6), docstatus smallint NOT NULL DEFAULT 0, idx bigint NOT NULL DEFAULT 0, reference_doctype varchar(140),
	reference_name varchar(140), due_date date, bill_no varchar(140), payment_term varchar(140), total_amount numeric(21, 9) NOT NULL DEFAULT 0, outstanding_amount numeric(21, 9) NOT NULL DEFAULT 0,
	allocated_amount numeric(21, 9) NOT NULL DEFAULT 0, exchange_rate numeric(21, 9) NOT NULL DEFAULT 0, account varchar(140), parent varchar(140) REFERENCES erpnext."tabPayment Entry", parentfield varchar(140), parenttype varchar(140));
CREATE TABLE erpnext."tabPayment Ledger Entry" (name varchar(140) PRIMARY KEY, creation timestamp(6), docstatus smallint NOT NULL DEFAULT 0, posting_date date, company varchar(140), account_type varchar(140), account varchar(140),
	party_type varchar(140), party varchar(140), due_date date, voucher_type varchar(140), voucher_no varchar(140), against_voucher_type varchar(140), against_voucher_no varchar(140),
	amount numeric(21, 9) NOT NULL DEFAULT 0, account_currency varchar(140), amount_in_account_currency numeric(21, 9) NOT NULL DEFAULT 0, delinked smallint NOT NULL DEFAULT 0);

-- iDempiere 11
CREATE SCHEMA idempiere;
CREATE TABLE idempiere.c_bpartner (c_bpartner_id numeric(10) PRIMARY KEY, ad_client_id numeric(10) NOT NULL, ad_org_id numeric(10) NOT NULL, isactive char(1) NOT NULL DEFAULT 'Y', created timestamp NOT NULL DEFAULT now(),
	value varchar(40) NOT NULL, name varchar(120) NOT NULL, name2 varchar(60), taxid varchar(20), iscustomer char(1) NOT NULL DEFAULT 'Y', isvendor char(1) NOT NULL DEFAULT 'N',
	ad_language varchar(6), c_bp_group_id numeric(10), so_creditlimit numeric, totalopenbalance numeric, dunninggrace numeric);
CREATE TABLE idempiere.c_paymentterm (c_paymentterm_id numeric(10) PRIMARY KEY, value varchar(40), name varchar(60), netdays numeric NOT NULL);
CREATE FUNCTION idempiere.paymenttermduedate(paymentterm_id numeric, docdate timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS
	$$ SELECT docdate + p.netdays * interval '1 day' FROM idempiere.c_paymentterm p WHERE p.c_paymentterm_id = paymentterm_id $$;
CREATE TABLE idempiere.c_currency (c_currency_id numeric(10) PRIMARY KEY, iso_code char(3) NOT NULL);
CREATE TABLE idempiere.c_doctype (c_doctype_id numeric(10) PRIMARY KEY, name varchar(60), docbasetype char(3) NOT NULL);
CREATE TABLE idempiere.c_invoice (c_invoice_id numeric(10) PRIMARY KEY, ad_client_id numeric(10) NOT NULL, ad_org_id numeric(10) NOT NULL, isactive char(1) NOT NULL DEFAULT 'Y', created timestamp NOT NULL DEFAULT now(),
	updated timestamp NOT NULL DEFAULT now(), issotrx char(1) NOT NULL DEFAULT 'Y', documentno varchar(30) NOT NULL, docstatus varchar(2) NOT NULL DEFAULT 'DR', docaction char(2) NOT NULL DEFAULT 'CO',
	processed char(1) NOT NULL DEFAULT 'N', posted char(1) NOT NULL DEFAULT 'N', c_doctype_id numeric(10) NOT NULL REFERENCES idempiere.c_doctype, c_doctypetarget_id numeric(10) NOT NULL, c_order_id numeric(10), description varchar(255), salesrep_id numeric(10),
	dateinvoiced timestamp NOT NULL, dateprinted timestamp, dateacct timestamp NOT NULL, c_bpartner_id numeric(10) NOT NULL REFERENCES idempiere.c_bpartner, c_bpartner_location_id numeric(10) NOT NULL, poreference varchar(20), dateordered timestamp,
	c_currency_id numeric(10) NOT NULL REFERENCES idempiere.c_currency, paymentrule char(1) NOT NULL DEFAULT 'P', c_paymentterm_id numeric(10) NOT NULL REFERENCES idempiere.c_paymentterm, c_charge_id numeric(10), chargeamt numeric DEFAULT 0,
	totallines numeric NOT NULL DEFAULT 0, grandtotal numeric NOT NULL DEFAULT 0, ispaid char(1) NOT NULL DEFAULT 'N', c_payment_id numeric(10), ref_invoice_id numeric(10), reversal_id numeric(10),
	ispayschedulevalid char(1) NOT NULL DEFAULT 'N', isindispute char(1) NOT NULL DEFAULT 'N', invoicecollectiontype char(1));
CREATE TABLE idempiere.c_payment (c_payment_id numeric(10) PRIMARY KEY, ad_client_id numeric(10) NOT NULL, ad_org_id numeric(10) NOT NULL, isactive char(1) NOT NULL DEFAULT 'Y', documentno varchar(30) NOT NULL, datetrx timestamp NOT NULL,
	dateacct timestamp NOT NULL, isreceipt char(1) NOT NULL DEFAULT 'Y', c_doctype_id numeric(10), trxtype char(1), tendertype char(1), payamt numeric NOT NULL DEFAULT 0, discountamt numeric DEFAULT 0, writeoffamt numeric DEFAULT 0,
	overunderamt numeric DEFAULT 0, c_bpartner_id numeric(10) REFERENCES idempiere.c_bpartner, c_invoice_id numeric(10) REFERENCES idempiere.c_invoice, c_currency_id numeric(10), docstatus varchar(2) NOT NULL DEFAULT 'DR', isallocated char(1) NOT NULL DEFAULT 'N', isprepayment char(1) NOT NULL DEFAULT 'N');
CREATE TABLE idempiere.c_allocationhdr (c_allocationhdr_id numeric(10) PRIMARY KEY, ad_client_id numeric(10), documentno varchar(30), datetrx timestamp, dateacct timestamp, c_currency_id numeric(10), docstatus varchar(2));
CREATE TABLE idempiere.c_allocationline (c_allocationline_id numeric(10) PRIMARY KEY, ad_client_id numeric(10) NOT NULL, ad_org_id numeric(10) NOT NULL, isactive char(1) NOT NULL DEFAULT 'Y', allocationno numeric(10), datetrx timestamp, ismanual char(1) DEFAULT 'N',
	c_invoice_id numeric(10) REFERENCES idempiere.c_invoice, c_bpartner_id numeric(10), c_order_id numeric(10), c_payment_id numeric(10) REFERENCES idempiere.c_payment, c_cashline_id numeric(10), amount numeric NOT NULL DEFAULT 0, discountamt numeric NOT NULL DEFAULT 0,
	writeoffamt numeric NOT NULL DEFAULT 0, overunderamt numeric DEFAULT 0, c_allocationhdr_id numeric(10) NOT NULL REFERENCES idempiere.c_allocationhdr);

-- kivitendo
CREATE SCHEMA kivitendo;
CREATE TABLE kivitendo.currencies (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE kivitendo.defaults (id integer PRIMARY KEY, currency_id integer NOT NULL REFERENCES kivitendo.currencies);
CREATE TABLE kivitendo.customer (id integer PRIMARY KEY, name text NOT NULL, department_1 text, street text, zipcode text, city text, contact text, phone text, fax text, homepage text, email text, notes text, discount real,
	creditlimit numeric(15, 5) DEFAULT 0, customernumber text, cc text, bcc text, business_id integer, taxnumber text, account_number text, bank text, language text, language_id integer, natural_person boolean DEFAULT false, currency_id integer, ustid text, dunning_mail text, obsolete boolean DEFAULT false, itime timestamp DEFAULT now());
CREATE TABLE kivitendo.ar (id integer PRIMARY KEY, invnumber text NOT NULL, transdate date DEFAULT current_date, gldate date DEFAULT current_date, customer_id integer REFERENCES kivitendo.customer, taxincluded boolean,
	amount numeric(15, 5) NOT NULL DEFAULT 0, netamount numeric(15, 5) NOT NULL DEFAULT 0, paid numeric(15, 5) NOT NULL DEFAULT 0, datepaid date, duedate date, deliverydate date, invoice boolean DEFAULT false,
	shippingpoint text, notes text, ordnumber text, employee_id integer, quonumber text, cusordnumber text, intnotes text, shipvia text, itime timestamp DEFAULT now(), mtime timestamp, cp_id integer, language_id integer, payment_id integer,
	delivery_customer_id integer, delivery_vendor_id integer, storno boolean DEFAULT false, storno_id integer, shipto_id integer, type text, dunning_config_id integer, orddate date, quodate date, donumber text, marge_total numeric(15, 5), currency_id integer NOT NULL REFERENCES kivitendo.currencies,
	invnumber_for_credit_note text, tax_point date);
CREATE TABLE kivitendo.acc_trans (acc_trans_id bigint PRIMARY KEY, trans_id integer NOT NULL, chart_id integer NOT NULL, amount numeric(15, 5), transdate date DEFAULT current_date, gldate date, source text, cleared boolean NOT NULL DEFAULT false,
	fx_transaction boolean NOT NULL DEFAULT false, memo text, taxkey integer, chart_link text NOT NULL, itime timestamp DEFAULT now());

-- LedgerSMB 1.11
CREATE SCHEMA ledgersmb;
CREATE TABLE ledgersmb.entity (id integer PRIMARY KEY, name text NOT NULL, entity_class integer, control_code text, country_id integer);
CREATE TABLE ledgersmb.entity_credit_account (id integer PRIMARY KEY, entity_id integer NOT NULL, entity_class integer NOT NULL, pay_to_name text, discount numeric, description text, creditlimit numeric DEFAULT 0, terms smallint DEFAULT 0,
	taxincluded boolean DEFAULT false, language_code varchar(6), meta_number text, business_id integer, curr char(3), startdate date, enddate date);
CREATE TABLE ledgersmb.account_link (account_id integer NOT NULL, description text NOT NULL, PRIMARY KEY (account_id, description));
CREATE TABLE ledgersmb.ar (id integer PRIMARY KEY, invnumber text, transdate date DEFAULT current_date, entity_id integer, taxincluded boolean, amount_bc numeric, amount_tc numeric, netamount_bc numeric, netamount_tc numeric, duedate date,
	invoice boolean DEFAULT false, shippingpoint text, terms smallint DEFAULT 0, notes text, curr char(3), ordnumber text, person_id integer, till varchar(20), quonumber text, intnotes text, shipvia text, language_code varchar(6), ponumber text,
	on_hold boolean DEFAULT false, reverse boolean DEFAULT false, approved boolean DEFAULT true, entity_credit_account integer NOT NULL REFERENCES ledgersmb.entity_credit_account, force_closed boolean, description text, is_return boolean DEFAULT false, crdate date, setting_sequence text);
CREATE TABLE ledgersmb.acc_trans (entry_id integer PRIMARY KEY, trans_id integer NOT NULL, chart_id integer NOT NULL, amount_bc numeric NOT NULL, curr char(3) NOT NULL, amount_tc numeric NOT NULL, transdate date DEFAULT current_date, source text, cleared boolean DEFAULT false,
	memo text, invoice_id integer, approved boolean DEFAULT true, cleared_on date, voucher_id integer);

-- SQL-Ledger 3
CREATE SCHEMA sql_ledger;
CREATE TABLE sql_ledger.customer (id integer PRIMARY KEY, name varchar(64), contact varchar(64), phone varchar(20), fax varchar(20), email text, notes text, terms smallint DEFAULT 0, taxincluded boolean, customernumber varchar(32), cc text, bcc text, business_id integer,
	taxnumber varchar(32), language_code varchar(6), curr char(3), startdate date, enddate date);
CREATE TABLE sql_ledger.ar (id integer PRIMARY KEY, invnumber text, transdate date DEFAULT current_date, customer_id integer, taxincluded boolean, amount double precision, netamount double precision, paid double precision, datepaid date, duedate date,
	invoice boolean DEFAULT false, shippingpoint text, terms smallint DEFAULT 0, notes text, curr char(3), ordnumber text, employee_id integer, till varchar(20), quonumber text, intnotes text, department_id integer DEFAULT 0, shipvia text, language_code varchar(6), ponumber text);

-- xTuple / PostBooks
CREATE SCHEMA xtuple;
CREATE TABLE xtuple.curr_symbol (curr_id integer PRIMARY KEY, curr_base boolean, curr_name varchar(50), curr_symbol varchar(9), curr_abbr varchar(3));
CREATE TABLE xtuple.custinfo (cust_id integer PRIMARY KEY, cust_active boolean NOT NULL DEFAULT true, cust_custtype_id integer, cust_salesrep_id integer, cust_name text, cust_creditlmt integer, cust_terms_id integer, cust_creditstatus char(1) NOT NULL DEFAULT 'G',
	cust_comments text, cust_number text NOT NULL, cust_dateadded date, cust_curr_id integer, cust_cntct_id integer, cust_gracedays integer);
CREATE TABLE xtuple.aropen (aropen_id integer PRIMARY KEY, aropen_docdate date NOT NULL, aropen_duedate date NOT NULL, aropen_terms_id integer, aropen_cust_id integer REFERENCES xtuple.custinfo, aropen_doctype char(1), aropen_docnumber text, aropen_applyto text, aropen_ponumber text,
	aropen_amount numeric(20, 2) NOT NULL, aropen_notes text, aropen_posted boolean NOT NULL DEFAULT false, aropen_salesrep_id integer, aropen_commission_due numeric(20, 2), aropen_commission_paid boolean DEFAULT false, aropen_ordernumber text, aropen_journalnumber integer,
	aropen_paid numeric(20, 2) DEFAULT 0, aropen_open boolean, aropen_username text, aropen_curr_id integer REFERENCES xtuple.curr_symbol, aropen_closedate date, aropen_distdate date, aropen_curr_rate numeric NOT NULL DEFAULT 1, aropen_discount boolean NOT NULL DEFAULT false,
	aropen_fincharg_date date, aropen_fincharg_amount numeric(20, 2));
CREATE TABLE xtuple.arapply (arapply_id integer PRIMARY KEY, arapply_postdate date, arapply_cust_id integer, arapply_source_doctype text, arapply_source_docnumber text, arapply_target_doctype text, arapply_target_docnumber text, arapply_fundstype text, arapply_refnumber text,
	arapply_applied numeric(20, 2), arapply_closed boolean, arapply_journalnumber text, arapply_source_aropen_id integer, arapply_target_aropen_id integer REFERENCES xtuple.aropen, arapply_username text, arapply_curr_id integer, arapply_distdate date NOT NULL, arapply_target_paid numeric(20, 2), arapply_reftype text, arapply_ref_id integer, arapply_reversed boolean DEFAULT false);

-- Axelor 6
CREATE SCHEMA axelor;
CREATE TABLE axelor.base_currency (id bigint PRIMARY KEY, code varchar(255), codeiso varchar(255), name varchar(255));
CREATE TABLE axelor.base_partner (id bigint PRIMARY KEY, archived boolean, version integer, created_on timestamp, partner_seq varchar(255), partner_type_select integer, name varchar(255), first_name varchar(255), full_name varchar(255), fixed_phone varchar(255), mobile_phone varchar(255),
	registration_code varchar(255), tax_nbr varchar(255), language varchar(255), is_customer boolean, is_supplier boolean);
CREATE TABLE axelor.account_invoice (id bigint PRIMARY KEY, archived boolean, version integer, created_on timestamp, updated_on timestamp, invoice_id varchar(255), operation_type_select integer NOT NULL, company bigint NOT NULL, partner bigint NOT NULL REFERENCES axelor.base_partner,
	contact_partner bigint, payment_mode bigint NOT NULL DEFAULT 1, payment_condition bigint, partner_account bigint, address bigint, internal_reference varchar(255), external_reference varchar(255), invoice_date date, due_date date, journal bigint, move bigint, old_move bigint,
	currency bigint REFERENCES axelor.base_currency, original_invoice bigint REFERENCES axelor.account_invoice, amount_rejected numeric(20, 3) DEFAULT 0, reject_date date, direct_debit_amount numeric(20, 3) DEFAULT 0, note text,
	ex_tax_total numeric(20, 2) DEFAULT 0, tax_total numeric(20, 2) DEFAULT 0, in_tax_total numeric(20, 2) DEFAULT 0, amount_paid numeric(20, 2) DEFAULT 0, amount_remaining numeric(20, 2) DEFAULT 0, company_ex_tax_total numeric(20, 2) DEFAULT 0,
	company_in_tax_total numeric(20, 2) DEFAULT 0, company_in_tax_total_remaining numeric(20, 2) DEFAULT 0, status_select integer DEFAULT 1, supplier_invoice_nb varchar(255));
CREATE TABLE axelor.account_invoice_payment (id bigint PRIMARY KEY, archived boolean, version integer, invoice bigint REFERENCES axelor.account_invoice, amount numeric(20, 2) DEFAULT 0, payment_date date, currency bigint, payment_mode bigint, move bigint, type_select integer, status_select integer);

-- Noalyss 9
CREATE SCHEMA noalyss;
CREATE TABLE noalyss.jrn_def (jrn_def_id integer PRIMARY KEY, jrn_def_name text NOT NULL, jrn_def_type char(3) NOT NULL, jrn_def_code text NOT NULL);
CREATE TABLE noalyss.jrn (jr_id integer PRIMARY KEY, jr_def_id integer NOT NULL REFERENCES noalyss.jrn_def, jr_montant numeric(20, 4) NOT NULL, jr_comment text, jr_date date, jr_grpt_id integer NOT NULL, jr_internal text, jr_tech_date timestamp NOT NULL DEFAULT now(), jr_tech_per integer NOT NULL DEFAULT 1,
	jrn_ech date, jr_ech date, jr_rapt text, jr_valid boolean DEFAULT true, jr_opid integer, jr_c_opid integer, jr_pj oid, jr_pj_name text, jr_pj_type text, jr_pj_number text, jr_mt text, jr_date_paid date, jr_optype varchar(3) DEFAULT 'NOR');
CREATE TABLE noalyss.jrnx (j_id integer PRIMARY KEY, j_date date DEFAULT now(), j_montant numeric(20, 4) DEFAULT 0, j_poste text NOT NULL, j_grpt integer NOT NULL, j_rapt text, j_jrn_def integer NOT NULL, j_debit boolean DEFAULT true, j_text text, j_internal text, j_tech_user text, j_tech_date timestamp DEFAULT now(), j_qcode text, f_id bigint);

-- Openbravo
CREATE SCHEMA openbravo;
CREATE TABLE openbravo.c_bpartner (c_bpartner_id varchar(32) PRIMARY KEY, ad_client_id varchar(32), ad_org_id varchar(32), isactive char(1) DEFAULT 'Y', value varchar(40) NOT NULL, name varchar(60) NOT NULL, taxid varchar(20), ad_language varchar(6));
CREATE TABLE openbravo.c_invoice (c_invoice_id varchar(32) PRIMARY KEY, ad_client_id varchar(32) NOT NULL, ad_org_id varchar(32) NOT NULL, isactive char(1) NOT NULL DEFAULT 'Y', created timestamp NOT NULL DEFAULT now(), issotrx char(1) NOT NULL DEFAULT 'Y', documentno varchar(30) NOT NULL,
	docstatus varchar(60) NOT NULL DEFAULT 'DR', c_doctype_id varchar(32) NOT NULL, dateinvoiced timestamp NOT NULL, dateacct timestamp NOT NULL, c_bpartner_id varchar(32) NOT NULL REFERENCES openbravo.c_bpartner, poreference varchar(20), c_currency_id varchar(32) NOT NULL,
	totallines numeric NOT NULL DEFAULT 0, grandtotal numeric NOT NULL DEFAULT 0, ispaid char(1) NOT NULL DEFAULT 'N', totalpaid numeric NOT NULL DEFAULT 0, outstandingamt numeric NOT NULL DEFAULT 0, dueamt numeric DEFAULT 0, daystilldue numeric DEFAULT 0, lastcalculatedondate timestamp);
CREATE TABLE openbravo.fin_payment_schedule (fin_payment_schedule_id varchar(32) PRIMARY KEY, isactive char(1) NOT NULL DEFAULT 'Y', c_invoice_id varchar(32) REFERENCES openbravo.c_invoice, c_order_id varchar(32), duedate timestamp NOT NULL, fin_paymentmethod_id varchar(32),
	c_currency_id varchar(32) NOT NULL, amount numeric NOT NULL, paidamt numeric NOT NULL DEFAULT 0, outstandingamt numeric NOT NULL, expecteddate timestamp, origduedate timestamp);

-- OpenConcerto
CREATE SCHEMA openconcerto;
CREATE TABLE openconcerto."CLIENT" ("ID" integer PRIMARY KEY, "CODE" varchar(32), "NOM" varchar(256), "MAIL" varchar(256), "TEL" varchar(128), "FAX" varchar(128), "SIRET" varchar(32), "ARCHIVE" integer NOT NULL DEFAULT 0, "ORDRE" numeric(16, 8));
CREATE TABLE openconcerto."SAISIE_VENTE_FACTURE" ("ID" integer PRIMARY KEY, "NUMERO" varchar(64), "DATE" date, "ID_CLIENT" integer REFERENCES openconcerto."CLIENT", "NOM" varchar(2048), "T_HT" bigint DEFAULT 0, "T_TVA" bigint DEFAULT 0, "T_TTC" bigint DEFAULT 0, "NET_A_PAYER" bigint DEFAULT 0,
	"ACOMPTE" boolean DEFAULT false, "ID_MOUVEMENT" integer, "ID_MODE_REGLEMENT" integer, "DATE_ENVOI" date, "DATE_REGLEMENT" date, "ARCHIVE" integer NOT NULL DEFAULT 0, "ORDRE" numeric(16, 8), "PREVISIONNELLE" boolean DEFAULT false);
CREATE TABLE openconcerto."ECHEANCE_CLIENT" ("ID" integer PRIMARY KEY, "DATE" date, "MONTANT" bigint, "ID_CLIENT" integer, "ID_MOUVEMENT" integer, "REGLE" boolean DEFAULT false, "DATE_LAST_RELANCE" date, "NOMBRE_RELANCE" integer DEFAULT 0, "ARCHIVE" integer NOT NULL DEFAULT 0);

-- InvoicePlane
CREATE SCHEMA invoiceplane;
CREATE TABLE invoiceplane.ip_clients (client_id integer PRIMARY KEY, client_date_created timestamp, client_name text, client_address_1 text, client_city text, client_zip text, client_phone text, client_email text, client_vat_id text, client_active integer DEFAULT 1, client_language varchar(255) DEFAULT 'system');
CREATE TABLE invoiceplane.ip_invoices (invoice_id integer PRIMARY KEY, user_id integer NOT NULL, client_id integer NOT NULL REFERENCES invoiceplane.ip_clients, invoice_group_id integer NOT NULL, invoice_status_id smallint NOT NULL DEFAULT 1, is_read_only smallint, invoice_date_created date NOT NULL,
	invoice_time_created time, invoice_date_modified timestamp NOT NULL DEFAULT now(), invoice_date_due date NOT NULL, invoice_number varchar(100), invoice_discount_amount numeric(20, 2), invoice_terms text, invoice_url_key char(32), payment_method integer NOT NULL DEFAULT 0, creditinvoice_parent_id integer);
CREATE TABLE invoiceplane.ip_invoice_amounts (invoice_amount_id integer PRIMARY KEY, invoice_id integer NOT NULL REFERENCES invoiceplane.ip_invoices, invoice_sign smallint NOT NULL DEFAULT 1, invoice_item_subtotal numeric(20, 2), invoice_tax_total numeric(20, 2), invoice_total numeric(20, 2), invoice_paid numeric(20, 2), invoice_balance numeric(20, 2));
CREATE TABLE invoiceplane.ip_payments (payment_id integer PRIMARY KEY, invoice_id integer NOT NULL REFERENCES invoiceplane.ip_invoices, payment_method_id integer NOT NULL DEFAULT 0, payment_date date NOT NULL, payment_amount numeric(20, 2), payment_note text);

-- Invoice Ninja 5
CREATE SCHEMA invoiceninja;
CREATE TABLE invoiceninja.clients (id bigint PRIMARY KEY, company_id bigint NOT NULL, name varchar(255), number varchar(255), phone varchar(255), vat_number varchar(255), address1 varchar(255), city varchar(255), balance numeric(20, 6) DEFAULT 0, paid_to_date numeric(20, 6) DEFAULT 0, is_deleted boolean DEFAULT false);
CREATE TABLE invoiceninja.invoices (id bigint PRIMARY KEY, client_id bigint NOT NULL REFERENCES invoiceninja.clients, user_id bigint NOT NULL, company_id bigint NOT NULL, status_id bigint NOT NULL DEFAULT 1, number varchar(191), discount double precision DEFAULT 0, is_amount_discount boolean DEFAULT false,
	po_number varchar(255), date date, due_date date, is_deleted boolean NOT NULL DEFAULT false, tax_rate1 numeric(20, 6) DEFAULT 0, amount numeric(20, 6) NOT NULL DEFAULT 0, balance numeric(20, 6) NOT NULL DEFAULT 0, paid_to_date numeric(20, 6) NOT NULL DEFAULT 0, partial numeric(20, 6), partial_due_date timestamp, last_sent_date date, created_at timestamp, updated_at timestamp, deleted_at timestamp);
CREATE TABLE invoiceninja.payments (id bigint PRIMARY KEY, company_id bigint NOT NULL, client_id bigint REFERENCES invoiceninja.clients, status_id bigint NOT NULL, amount numeric(20, 6) NOT NULL DEFAULT 0, refunded numeric(20, 6) NOT NULL DEFAULT 0, applied numeric(20, 6) NOT NULL DEFAULT 0, date date, transaction_reference varchar(255), number varchar(255), currency_id integer, is_deleted boolean NOT NULL DEFAULT false);
CREATE TABLE invoiceninja.paymentables (id bigint PRIMARY KEY, payment_id bigint NOT NULL REFERENCES invoiceninja.payments, paymentable_id bigint NOT NULL, amount numeric(16, 4) NOT NULL DEFAULT 0, refunded numeric(16, 4) NOT NULL DEFAULT 0, paymentable_type varchar(255) NOT NULL, created_at timestamp, deleted_at timestamp);

-- Akaunting 3
CREATE SCHEMA akaunting;
CREATE TABLE akaunting.contacts (id integer PRIMARY KEY, company_id integer NOT NULL, type varchar(255) NOT NULL, name varchar(255) NOT NULL, email varchar(255), tax_number varchar(255), phone varchar(255), address text, city varchar(255), country varchar(255), currency_code varchar(3) NOT NULL, enabled boolean DEFAULT true, reference varchar(255));
CREATE TABLE akaunting.documents (id integer PRIMARY KEY, company_id integer NOT NULL, type varchar(255) NOT NULL, document_number varchar(255) NOT NULL, order_number varchar(255), status varchar(255) NOT NULL, issued_at timestamp NOT NULL, due_at timestamp NOT NULL, amount double precision NOT NULL,
	currency_code varchar(255) NOT NULL, currency_rate double precision NOT NULL DEFAULT 1, category_id integer NOT NULL DEFAULT 1, contact_id integer NOT NULL REFERENCES akaunting.contacts, contact_name varchar(255) NOT NULL DEFAULT '', notes text, parent_id integer NOT NULL DEFAULT 0, created_at timestamp, updated_at timestamp, deleted_at timestamp);
CREATE TABLE akaunting.transactions (id integer PRIMARY KEY, company_id integer NOT NULL, type varchar(255) NOT NULL, number varchar(255) NOT NULL, paid_at timestamp NOT NULL, amount double precision NOT NULL, currency_code varchar(255) NOT NULL, currency_rate double precision NOT NULL DEFAULT 1, account_id integer NOT NULL, document_id integer REFERENCES akaunting.documents, contact_id integer,
	category_id integer NOT NULL DEFAULT 1, description text, payment_method varchar(255) NOT NULL DEFAULT 'cash', reference varchar(255), reconciled boolean NOT NULL DEFAULT false, deleted_at timestamp);

-- Crater / InvoiceShelf
CREATE SCHEMA invoiceshelf;
CREATE TABLE invoiceshelf.customers (id bigint PRIMARY KEY, name varchar(255), email varchar(255), phone varchar(255), company_name varchar(255), company_id integer, currency_id integer);
CREATE TABLE invoiceshelf.invoices (id integer PRIMARY KEY, invoice_date date NOT NULL, due_date date, invoice_number varchar(255) NOT NULL, reference_number varchar(255), status varchar(255) NOT NULL, paid_status varchar(255) NOT NULL, notes text, discount numeric(15, 2), discount_val bigint, sub_total bigint NOT NULL, total bigint NOT NULL, tax bigint NOT NULL, due_amount bigint NOT NULL,
	sent boolean DEFAULT false, viewed boolean DEFAULT false, unique_hash varchar(255), company_id integer, customer_id bigint REFERENCES invoiceshelf.customers, currency_id integer, exchange_rate numeric(19, 6), base_total bigint, base_due_amount bigint);
CREATE TABLE invoiceshelf.payments (id integer PRIMARY KEY, payment_number varchar(255) NOT NULL, payment_date date NOT NULL, notes text, amount bigint NOT NULL, unique_hash varchar(255), company_id integer, invoice_id integer REFERENCES invoiceshelf.invoices, customer_id bigint, payment_method_id integer, base_amount bigint);

-- A Sage-like export (French, quoted, accents, several key columns)
CREATE SCHEMA sage;
CREATE TABLE sage."F_COMPTET" ("CT_Num" varchar(17) PRIMARY KEY, "CT_Intitule" varchar(69), "CT_Type" smallint, "CT_EMail" varchar(69), "CT_Telephone" varchar(21), "CT_Adresse" varchar(35), "CT_Ville" varchar(35), "CT_Siret" varchar(15), "CT_Langue" smallint);
CREATE TABLE sage."F_DOCENTETE" ("DO_Domaine" smallint NOT NULL, "DO_Type" smallint NOT NULL, "DO_Piece" varchar(13) NOT NULL, "DO_Date" timestamp NOT NULL, "DO_Ref" varchar(17), "DO_Tiers" varchar(17) REFERENCES sage."F_COMPTET", "DO_TotalTTC" numeric(24, 6), "DO_NetAPayer" numeric(24, 6), "DO_MontantRegle" numeric(24, 6), "DO_DateLivr" timestamp, "DO_Devise" smallint, PRIMARY KEY ("DO_Domaine", "DO_Type", "DO_Piece"));
CREATE TABLE sage."Échéances clients" ("Société" text NOT NULL, "N° pièce" text NOT NULL, "N° échéance" integer NOT NULL, "Code client" text NOT NULL, "Date pièce" date, "Date d'échéance" date, "Montant TTC" numeric(14, 2), "Montant réglé" numeric(14, 2), "Date règlement" date, "Devise" char(3), "Type pièce" text, PRIMARY KEY ("Société", "N° pièce", "N° échéance"));

-- Apache OFBiz
CREATE SCHEMA ofbiz;
CREATE TABLE ofbiz.invoice (invoice_id varchar(20) PRIMARY KEY, invoice_type_id varchar(20), party_id_from varchar(20), party_id varchar(20), role_type_id varchar(20), status_id varchar(20), billing_account_id varchar(20), invoice_date timestamptz, due_date timestamptz, paid_date timestamptz, invoice_message varchar(255), reference_number varchar(60), description varchar(255), currency_uom_id varchar(20));
CREATE TABLE ofbiz.payment (payment_id varchar(20) PRIMARY KEY, payment_type_id varchar(20), party_id_from varchar(20), party_id_to varchar(20), status_id varchar(20), effective_date timestamptz, payment_ref_num varchar(60), amount numeric(18, 2), currency_uom_id varchar(20), comments varchar(255));
CREATE TABLE ofbiz.payment_application (payment_application_id varchar(20) PRIMARY KEY, payment_id varchar(20) REFERENCES ofbiz.payment, invoice_id varchar(20) REFERENCES ofbiz.invoice, invoice_item_seq_id varchar(20), billing_account_id varchar(20), amount_applied numeric(18, 2));

-- A hand-made French table (uuid key, domain, generated column)
CREATE SCHEMA maison;
CREATE DOMAIN maison.euros AS numeric(12, 2) CHECK (VALUE BETWEEN -1e9 AND 1e9);
CREATE TABLE maison.clients (code_client text PRIMARY KEY, raison_sociale text NOT NULL, type_client text, courriel text, telephone text, adresse text, langue char(2), zone text, categorie text, siren char(9));
CREATE TABLE maison.factures (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), numero_facture text NOT NULL UNIQUE, code_client text NOT NULL REFERENCES maison.clients, date_facture date NOT NULL, date_echeance date NOT NULL, montant_ht maison.euros NOT NULL, tva maison.euros NOT NULL,
	montant_ttc maison.euros GENERATED ALWAYS AS (montant_ht + tva) STORED, statut text NOT NULL DEFAULT 'validee', date_livraison date);
CREATE TABLE maison.reglements (id bigint PRIMARY KEY, numero_reglement text, id_facture uuid REFERENCES maison.factures, code_client text, date_reglement date NOT NULL, montant_regle maison.euros NOT NULL, mode_reglement text, nature text);
\set ECHO all

\echo == invoices found by name, type and foreign key: tables of ERPs
SELECT n, trouve(t::regclass) FROM (VALUES
	('Odoo', 'odoo.account_move'), ('Odoo, lignes', 'odoo.account_move_line'), ('Dolibarr', 'dolibarr.llx_facture'),
	('Tryton', 'tryton.account_invoice'), ('Tryton, lignes', 'tryton.account_move_line'), ('ERPNext', 'erpnext."tabSales Invoice"'),
	('iDempiere', 'idempiere.c_invoice'), ('kivitendo', 'kivitendo.ar'), ('LedgerSMB', 'ledgersmb.ar'), ('SQL-Ledger', 'sql_ledger.ar'),
	('xTuple', 'xtuple.aropen'), ('Axelor', 'axelor.account_invoice'), ('Noalyss', 'noalyss.jrn'), ('Openbravo', 'openbravo.c_invoice'),
	('Openbravo, échéances', 'openbravo.fin_payment_schedule'), ('OpenConcerto', 'openconcerto."SAISIE_VENTE_FACTURE"'),
	('InvoicePlane', 'invoiceplane.ip_invoices'), ('Invoice Ninja', 'invoiceninja.invoices'), ('Akaunting', 'akaunting.documents'),
	('InvoiceShelf', 'invoiceshelf.invoices'), ('Sage', 'sage."F_DOCENTETE"'), ('Sage, export', 'sage."Échéances clients"'),
	('OFBiz', 'ofbiz.invoice'), ('maison', 'maison.factures')) v(n, t);

\echo == payments and allocations
SELECT n, trouve(t::regclass, 'reglements') FROM (VALUES
	('Odoo', 'odoo.account_payment'), ('Odoo, lettrage', 'odoo.account_partial_reconcile'), ('Dolibarr', 'dolibarr.llx_paiement'),
	('Dolibarr, imputations', 'dolibarr.llx_paiement_facture'), ('Dolibarr, remises', 'dolibarr.llx_societe_remise_except'),
	('ERPNext', 'erpnext."tabPayment Entry"'), ('ERPNext, imputations', 'erpnext."tabPayment Entry Reference"'), ('iDempiere', 'idempiere.c_payment'),
	('iDempiere, imputations', 'idempiere.c_allocationline'), ('kivitendo', 'kivitendo.acc_trans'), ('LedgerSMB', 'ledgersmb.acc_trans'),
	('xTuple', 'xtuple.arapply'), ('Axelor', 'axelor.account_invoice_payment'), ('InvoicePlane', 'invoiceplane.ip_payments'),
	('Invoice Ninja', 'invoiceninja.payments'), ('Akaunting', 'akaunting.transactions'), ('InvoiceShelf', 'invoiceshelf.payments'),
	('OFBiz', 'ofbiz.payment'), ('OFBiz, imputations', 'ofbiz.payment_application'), ('maison', 'maison.reglements')) v(n, t);

\echo == customers: their code is the one that foreign keys point at
SELECT n, trouve(t::regclass, 'clients') FROM (VALUES
	('Odoo', 'odoo.res_partner'), ('Dolibarr', 'dolibarr.llx_societe'), ('Tryton', 'tryton.party_party'), ('ERPNext', 'erpnext."tabCustomer"'),
	('iDempiere', 'idempiere.c_bpartner'), ('kivitendo', 'kivitendo.customer'), ('LedgerSMB', 'ledgersmb.entity_credit_account'),
	('SQL-Ledger', 'sql_ledger.customer'), ('xTuple', 'xtuple.custinfo'), ('Axelor', 'axelor.base_partner'), ('Openbravo', 'openbravo.c_bpartner'),
	('OpenConcerto', 'openconcerto."CLIENT"'), ('InvoicePlane', 'invoiceplane.ip_clients'), ('Invoice Ninja', 'invoiceninja.clients'),
	('Akaunting', 'akaunting.contacts'), ('InvoiceShelf', 'invoiceshelf.customers'), ('Sage', 'sage."F_COMPTET"'), ('maison', 'maison.clients')) v(n, t);
-- no foreign key: once the invoices are followed, customer_id is the id of customer
SELECT creances.suivre_factures('sql_ledger.ar', '{"facture": "invnumber", "debiteur": "customer_id", "echeance": "duedate", "montant": "amount"}');
SELECT trouve('sql_ledger.customer', 'clients');
SELECT fini();

\echo == models: the shapes that are recognized, each by its own model
SELECT m.genre, k.oid::regclass, string_agg(m.modele, ' ' ORDER BY m.modele) AS possibles, creances._reconnaitre(k.oid, m.genre)
  FROM creances.modele m JOIN pg_class k ON k.relname = m.table_type AND creances._manque(m, k.oid) IS NULL
 GROUP BY m.genre, k.oid ORDER BY m.genre, k.oid::regclass::text COLLATE "C";
-- a model is one whole: it maps what its genre needs, and no field twice
SELECT m.modele, m.genre, f.champ FROM creances.modele m CROSS JOIN LATERAL creances._champs(m.genre) f WHERE f.obligatoire AND NOT m.correspondance ? f.champ;
SELECT m.modele, m.genre, k FROM creances.modele m CROSS JOIN LATERAL jsonb_object_keys(m.correspondance) k
 WHERE NOT EXISTS (SELECT FROM creances._champs(m.genre) f WHERE f.champ = k) OR m.correspondance ?& ARRAY['regle', 'reste_du'];

\echo == kivitendo, SQL-Ledger: the paid amount and its date
INSERT INTO kivitendo.currencies VALUES (1, 'EUR');
INSERT INTO kivitendo.defaults VALUES (1, 1);
INSERT INTO kivitendo.customer (id, name, email, dunning_mail, street, zipcode, city, natural_person, currency_id) VALUES (5, 'Müller', 'info@mueller.example', 'fibu@mueller.example', 'Hauptstr. 1', '67000', 'Strasbourg', false, 1);
INSERT INTO kivitendo.ar (id, invnumber, transdate, gldate, customer_id, amount, netamount, paid, datepaid, duedate, deliverydate, type, currency_id, invnumber_for_credit_note) VALUES
	(1, 'R1', '2024-01-10', '2024-01-11', 5, 119, 100, 19, '2024-01-20', '2024-02-10', '2024-01-09', 'invoice', 1, NULL),
	(2, 'G1', '2024-01-12', '2024-01-12', 5, -11.9, -10, 0, NULL, '2024-01-12', NULL, 'credit_note', 1, 'R1');
INSERT INTO kivitendo.acc_trans (acc_trans_id, trans_id, chart_id, amount, transdate, source, chart_link) VALUES
	(1, 1, 1, -119, '2024-01-10', '', 'AR'), (2, 1, 2, 100, '2024-01-10', '', 'AR_amount'), (3, 1, 1, 19, '2024-01-20', 'virement', 'AR'), (4, 1, 3, -19, '2024-01-20', 'virement', 'AR_paid:AP_paid');
-- the entries of the payments first: the model of the invoices, recognized, then leaves the paid column out
SELECT creances.suivre_reglements('kivitendo.acc_trans');
SET client_min_messages = notice;
SELECT creances.suivre_factures('kivitendo.ar', depuis => '2024-01-01');
SET client_min_messages = warning;
SELECT creances.rafraichir() > 0;
SELECT faits('kivitendo.ar');
SELECT compare('SELECT customer_id, amount - paid FROM kivitendo.ar');
SELECT fini();
-- the paid column, named or not
SELECT creances.suivre_factures('kivitendo.ar', depuis => '2024-01-01', modele => 'kivitendo');
SELECT faits('kivitendo.ar');
SELECT le, montant, reprise FROM creances.reglement WHERE facture = 'R1';
SELECT compare('SELECT customer_id, amount - paid FROM kivitendo.ar');
SELECT creances.suivre_clients('kivitendo.customer', modele => 'kivitendo');
SELECT nom, type, courriel, adresse FROM creances.debiteur WHERE debiteur = '5';
SELECT fini();
-- the same said by the caller
SELECT creances.suivre_factures('kivitendo.ar', '{"regle": null, "regle_le": null}', depuis => '2024-01-01', modele => 'kivitendo');
SELECT creances.suivre_reglements('kivitendo.acc_trans', factures => 'kivitendo.ar', modele => 'kivitendo');
SELECT faits('kivitendo.ar');
SELECT compare('SELECT customer_id, amount - paid FROM kivitendo.ar');
SELECT fini();
INSERT INTO sql_ledger.ar (id, invnumber, transdate, customer_id, amount, paid, datepaid, duedate, curr) VALUES (1, 'S1', '2024-01-10', 9, 0.1::float + 0.2::float, 0.1, '2024-01-15', NULL, 'EUR');
SELECT creances.suivre_factures('sql_ledger.ar', depuis => '2024-01-01', modele => 'sql_ledger');
SELECT faits('sql_ledger.ar');
SELECT compare('SELECT customer_id, round((amount - paid)::numeric, 2) FROM sql_ledger.ar');
SELECT fini();

\echo == Odoo: residuals; drafts, purchases and entries out, refunds negative
INSERT INTO odoo.res_currency VALUES (1, 'EUR', '€', true), (2, 'USD', '$', true);
INSERT INTO odoo.res_company VALUES (1, 'Nord', 1, 1), (2, 'Sud', 2, 1);
INSERT INTO odoo.res_partner (id, name, display_name, lang, vat, street, zip, city, email, phone, is_company, customer_rank, active) VALUES
	(10, 'Dupont SA', 'Dupont SA', 'fr_FR', 'FR83404833048', '1 rue du Port', '59000', 'Lille', 'compta@dupont.example', '+33 1', true, 3, true),
	(11, 'Jean', 'Dupont SA, Jean', 'fr_FR', NULL, NULL, NULL, NULL, NULL, NULL, false, 0, true),
	(12, 'Ada', 'Ada', 'en_US', 'GB1', NULL, NULL, NULL, 'ada@example.org', NULL, false, 1, true),
	(13, 'Fournisseur', 'Fournisseur', NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, 0, true);
INSERT INTO odoo.account_move (journal_id, id, name, ref, state, move_type, partner_id, commercial_partner_id, company_id, currency_id, date, invoice_date, invoice_date_due,
							   amount_total, amount_residual, amount_total_signed, amount_residual_signed) VALUES
	(1, 100, 'INV/2024/1', 'commande 7', 'posted', 'out_invoice', 11, 10, 1, 1, '2024-01-10', '2024-01-10', '2024-03-10', 120, 20, 120, 20),
	(1, 101, 'RINV/2024/1', NULL, 'posted', 'out_refund', 10, 10, 1, 1, '2024-01-20', '2024-01-20', '2024-01-20', 30, 30, -30, -30),
	(1, 102, '/', NULL, 'draft', 'out_invoice', 10, 10, 1, 1, '2024-01-21', NULL, NULL, 999, 999, 999, 999),
	(1, 103, 'BILL/2024/1', NULL, 'posted', 'in_invoice', 13, 13, 1, 1, '2024-01-22', '2024-01-22', '2024-02-22', 500, 500, -500, -500),
	(1, 104, 'INV/2024/2', NULL, 'posted', 'out_invoice', 12, 12, 2, 2, '2024-02-01', '2024-02-01', '2024-03-01', 50, 50, 45, 45),
	(1, 105, 'INV/2024/3', NULL, 'cancel', 'out_invoice', 12, 12, 2, 1, '2024-02-02', '2024-02-02', '2024-03-02', 60, 60, 60, 60),
	(1, 106, 'PBNK1/2024/1', NULL, 'posted', 'entry', 12, 12, 2, 1, '2024-02-15', NULL, NULL, 15, 0, 15, 0);
SET client_min_messages = notice;
SELECT creances.suivre_factures('odoo.account_move', depuis => '2024-01-01', modele => 'odoo');
SET client_min_messages = warning;
SELECT faits('odoo.account_move');
SELECT compare($$SELECT commercial_partner_id, CASE move_type WHEN 'out_refund' THEN -amount_residual ELSE amount_residual END
				   FROM odoo.account_move WHERE state = 'posted' AND move_type LIKE 'out%'$$);
-- posted, paid, refunded
UPDATE odoo.account_move SET state = 'posted', name = 'INV/2024/4', invoice_date = '2024-02-20', invoice_date_due = '2024-04-20', amount_residual = 900, amount_residual_signed = 900 WHERE id = 102;
UPDATE odoo.account_move SET amount_residual = 0, amount_residual_signed = 0 WHERE id IN (100, 101);
SELECT faits('odoo.account_move');
SELECT compare($$SELECT commercial_partner_id, CASE move_type WHEN 'out_refund' THEN -amount_residual ELSE amount_residual END
				   FROM odoo.account_move WHERE state = 'posted' AND move_type LIKE 'out%'$$);
SELECT creances.suivre_clients('odoo.res_partner', modele => 'odoo');
SELECT debiteur, nom, type, langue, courriel, telephone, adresse, siren FROM creances.debiteur ORDER BY debiteur COLLATE "C";
SELECT fini();

\echo == Odoo: every entry of the customer accounts, an instalment at a time, money on account with them
INSERT INTO odoo.account_account VALUES (1, '411000', 'asset_receivable', 'Clients'), (2, '706000', 'income', 'Ventes');
INSERT INTO odoo.account_move_line (id, move_id, company_id, account_id, currency_id, partner_id, move_name, parent_state, date, date_maturity, amount_currency, amount_residual_currency) VALUES
	(1001, 100, 1, 1, 1, 10, 'INV/2024/1', 'posted', '2024-01-10', '2024-02-10', 60, 0),
	(1002, 100, 1, 1, 1, 10, 'INV/2024/1', 'posted', '2024-01-10', '2024-03-10', 60, 20),
	(1003, 100, 1, 2, 1, 10, 'INV/2024/1', 'posted', '2024-01-10', NULL, -120, 0),
	(1004, 101, 1, 1, 1, 10, 'RINV/2024/1', 'posted', '2024-01-20', '2024-01-20', -30, -30),
	(1005, 104, 2, 1, 2, 12, 'INV/2024/2', 'posted', '2024-02-01', '2024-03-01', 50, 50),
	(1006, 105, 2, 1, 1, 12, 'INV/2024/3', 'cancel', '2024-02-02', '2024-03-02', 60, 60),
	(1007, 106, 2, 1, 1, 12, 'PBNK1/2024/1', 'posted', '2024-02-15', NULL, -15, -15);
SELECT creances.suivre_factures('odoo.account_move_line', depuis => '2024-01-01', modele => 'odoo_ecritures');
SELECT faits('odoo.account_move_line');
SELECT compare($$SELECT l.partner_id, l.amount_residual_currency FROM odoo.account_move_line l WHERE l.parent_state = 'posted' AND l.account_id = 1$$);
SELECT fini();

\echo == Dolibarr: payments and converted credits in their own tables, abandoned remainders, deposits
INSERT INTO dolibarr.llx_societe (rowid, nom, code_client, client, siren, address, zip, town, default_lang) VALUES
	(1, 'Martin SARL', 'CU1', 1, '404833048', '2 place Nationale', '13000', 'Marseille', 'fr_FR'), (2, 'Prospect', 'CU2', 0, NULL, NULL, NULL, NULL, NULL);
INSERT INTO dolibarr.llx_facture (rowid, ref, type, fk_soc, datef, date_lim_reglement, total_ttc, fk_statut, paye, close_code, fk_facture_source) VALUES
	(1, 'FA2401-0001', 0, 1, '2024-01-05', '2024-02-04', 100, 1, 0, NULL, NULL),
	(2, 'FA2401-0002', 0, 1, '2024-01-06', '2024-02-05', 200, 2, 1, NULL, NULL),
	(3, 'AV2401-0001', 2, 1, '2024-01-15', NULL, -30, 1, 0, NULL, 1),
	(4, '(PROV4)', 0, 1, '2024-01-16', '2024-02-15', 999, 0, 0, NULL, NULL),
	(5, 'AC2401-0001', 3, 1, '2024-01-07', '2024-01-07', 50, 2, 1, NULL, NULL),
	(6, 'FA2402-0001', 0, 1, '2024-02-01', '2024-03-02', 300, 1, 0, NULL, NULL),
	(7, 'FA2402-0002', 0, 1, '2024-02-02', '2024-03-03', 80, 2, 1, 'discount_vat', NULL),
	(8, 'FA2402-0003', 0, 1, '2024-02-03', '2024-03-04', 70, 3, 0, 'badcustomer', NULL);
INSERT INTO dolibarr.llx_paiement (rowid, ref, datep, amount, fk_paiement) VALUES (1, 'PAY1', '2024-01-25', 240, 2), (2, 'PAY2', '2024-01-07', 50, 2), (3, 'PAY3', '2024-03-01', 88, 2);
INSERT INTO dolibarr.llx_paiement_facture (rowid, fk_paiement, fk_facture, amount) VALUES (1, 1, 1, 40), (2, 1, 2, 200), (3, 2, 5, 50), (4, 3, 7, 78), (5, 3, 8, 10);
INSERT INTO dolibarr.llx_societe_remise_except (rowid, fk_soc, datec, amount_ht, amount_ttc, fk_user, fk_facture, fk_facture_source, description) VALUES (1, 1, '2024-01-08', 50, 50, 1, NULL, 5, '(DEPOSIT)');
SET client_min_messages = notice;
SELECT creances.suivre_factures('dolibarr.llx_facture', depuis => '2024-01-01', modele => 'dolibarr');
SET client_min_messages = warning;
SELECT creances.suivre_reglements('dolibarr.llx_paiement_facture', modele => 'dolibarr');
SELECT creances.suivre_reglements('dolibarr.llx_societe_remise_except', factures => 'dolibarr.llx_facture', modele => 'dolibarr_remises');
SELECT faits('dolibarr.llx_facture');
SELECT faits('dolibarr.llx_societe_remise_except');
SELECT facture, cle, reference, montant::numeric(10, 2), nature, le FROM creances.reglement WHERE suivi IS NOT NULL ORDER BY facture COLLATE "C", le, montant;
\set dolibarr 'SELECT f.fk_soc, f.total_ttc - coalesce((SELECT sum(p.amount) FROM dolibarr.llx_paiement_facture p WHERE p.fk_facture = f.rowid), 0) - coalesce((SELECT sum(r.amount_ttc) FROM dolibarr.llx_societe_remise_except r WHERE r.fk_facture = f.rowid), 0) FROM dolibarr.llx_facture f WHERE f.fk_statut = 1 AND f.paye = 0 UNION ALL SELECT r.fk_soc, -r.amount_ttc FROM dolibarr.llx_societe_remise_except r WHERE r.fk_facture IS NULL'
SELECT compare(:'dolibarr');
-- the deposit goes on its invoice; the credit note is converted, then set against another invoice
UPDATE dolibarr.llx_societe_remise_except SET fk_facture = 6 WHERE rowid = 1;
BEGIN;
INSERT INTO dolibarr.llx_societe_remise_except (rowid, fk_soc, datec, amount_ht, amount_ttc, fk_user, fk_facture_source, description) VALUES (2, 1, '2024-02-10', 30, 30, 1, 3, '(CREDIT_NOTE)');
UPDATE dolibarr.llx_facture SET paye = 1, fk_statut = 2 WHERE rowid = 3;
COMMIT;
SELECT faits('dolibarr.llx_facture');
SELECT faits('dolibarr.llx_societe_remise_except');
SELECT compare(:'dolibarr');
UPDATE dolibarr.llx_societe_remise_except SET fk_facture = 6 WHERE rowid = 2;
SELECT faits('dolibarr.llx_facture');
SELECT compare(:'dolibarr');
SELECT creances.suivre_clients('dolibarr.llx_societe', modele => 'dolibarr');
SELECT debiteur, nom, langue, adresse, siren FROM creances.debiteur WHERE nom = 'Martin SARL';
SELECT fini();

\echo == Tryton: the entries of the customer accounts; a reconciliation dates the payment
INSERT INTO tryton.currency_currency VALUES (1, 'Euro', 'EUR', '€');
INSERT INTO tryton.party_party (id, code, name) VALUES (1, '1', 'Nous'), (2, '2', 'Bernard');
INSERT INTO tryton.company_company VALUES (1, 1, 1);
INSERT INTO tryton.account_account_type VALUES (1, 'Clients', true, false), (2, 'Ventes', false, false);
INSERT INTO tryton.account_account VALUES (1, '411', 'Clients', 1, 1), (2, '706', 'Ventes', 1, 2);
INSERT INTO tryton.account_invoice (id, company, type, number, party, currency) VALUES (7, 1, 'out', 'F2024-1', 2, 1), (8, 1, 'out', 'A2024-1', 2, 1);
INSERT INTO tryton.account_move (id, number, company, date, origin, state) VALUES (1, 'V1', 1, '2024-01-10', 'account.invoice,7', 'posted'), (2, 'V2', 1, '2024-01-12', 'account.invoice,8', 'posted'),
	(3, 'B1', 1, '2024-02-15', 'account.statement,3', 'posted');
INSERT INTO tryton.account_move_line (id, debit, credit, account, move, party, maturity_date, state) VALUES
	(1, 100, 0, 1, 1, 2, '2024-02-10', 'valid'), (2, 60, 0, 1, 1, 2, '2024-03-10', 'valid'), (3, 0, 160, 2, 1, NULL, NULL, 'valid'),
	(4, 0, 20, 1, 2, 2, '2024-01-12', 'valid'), (5, 0, 100, 1, 3, 2, NULL, 'valid'), (6, 5, 0, 1, 3, 2, NULL, 'draft');
SELECT creances.suivre_factures('tryton.account_move_line', depuis => '2024-01-01', modele => 'tryton');
SELECT faits('tryton.account_move_line');
SELECT compare($$SELECT party, debit - credit FROM tryton.account_move_line WHERE account = 1 AND state = 'valid' AND reconciliation IS NULL$$);
INSERT INTO tryton.account_move_reconciliation VALUES (1, 'R1', 1, '2024-02-15');
UPDATE tryton.account_move_line SET reconciliation = 1 WHERE id IN (1, 5);
SELECT faits('tryton.account_move_line');
SELECT le, montant FROM creances.reglement WHERE facture = 'F2024-1';
SELECT compare($$SELECT party, debit - credit FROM tryton.account_move_line WHERE account = 1 AND state = 'valid' AND reconciliation IS NULL$$);
SELECT fini();

\echo == ERPNext: what is outstanding, in the currency of the account
INSERT INTO erpnext."tabSales Invoice" (name, docstatus, customer, company, posting_date, due_date, is_return, currency, grand_total, base_grand_total, rounded_total, base_rounded_total,
										outstanding_amount, paid_amount, party_account_currency) VALUES
	('SINV-1', 1, 'Durand', 'Nord', '2024-01-10', '2024-02-09', 0, 'EUR', 119.7, 119.7, 120, 120, 20, 0, 'EUR'),
	('SINV-2', 1, 'Durand', 'Nord', '2024-01-11', NULL, 1, 'EUR', -30, -30, 0, 0, -30, 0, 'EUR'),
	('SINV-3', 0, 'Durand', 'Nord', '2024-01-12', '2024-02-11', 0, 'EUR', 99, 99, 0, 0, 99, 0, 'EUR'),
	('SINV-4', 1, 'Smith', 'Nord', '2024-01-13', '2024-02-12', 0, 'USD', 110, 100, 0, 0, 100, 0, 'EUR'),
	('SINV-5', 2, 'Smith', 'Nord', '2024-01-14', '2024-02-13', 0, 'EUR', 10, 10, 0, 0, 10, 0, 'EUR'),
	('SINV-6', 1, 'Comptoir', 'Nord', '2024-01-15', '2024-01-15', 0, 'EUR', 40, 40, 0, 0, 0, 40, 'EUR');
SELECT creances.suivre_factures('erpnext."tabSales Invoice"', depuis => '2024-01-01', modele => 'erpnext');
SELECT faits('erpnext."tabSales Invoice"');
SELECT compare($$SELECT customer, outstanding_amount FROM erpnext."tabSales Invoice" WHERE docstatus = 1$$);
SELECT fini();
-- or the ledger of payments, with the date of each: one source or the other
INSERT INTO erpnext."tabPayment Ledger Entry" (name, posting_date, company, account_type, party, voucher_type, voucher_no, against_voucher_type, against_voucher_no, account_currency, amount_in_account_currency, delinked) VALUES
	('a', '2024-01-10', 'Nord', 'Receivable', 'Durand', 'Sales Invoice', 'SINV-1', 'Sales Invoice', 'SINV-1', 'EUR', 120, 0),
	('b', '2024-01-20', 'Nord', 'Receivable', 'Durand', 'Payment Entry', 'PE-1', 'Sales Invoice', 'SINV-1', 'EUR', -100, 0),
	('c', '2024-01-25', 'Nord', 'Receivable', 'Smith', 'Payment Entry', 'PE-2', 'Payment Entry', 'PE-2', 'EUR', -7, 0),
	('d', '2024-01-26', 'Nord', 'Receivable', 'Smith', 'Payment Entry', 'PE-3', 'Sales Invoice', 'SINV-4', 'EUR', -9, 1),
	('e', '2024-01-27', 'Nord', 'Payable', 'Grossiste', 'Payment Entry', 'PE-4', 'Purchase Invoice', 'PINV-1', 'EUR', -50, 0);
SELECT creances.suivre_factures('erpnext."tabSales Invoice"', '{"reste_du": null}', 't.docstatus = 1 AND t.is_pos = 0 AND t.name <> ''SINV-6''', '2024-01-01', modele => 'erpnext');
SELECT creances.suivre_reglements('erpnext."tabPayment Ledger Entry"', modele => 'erpnext');
SELECT faits('erpnext."tabSales Invoice"');
SELECT faits('erpnext."tabPayment Ledger Entry"');
SELECT compare($$VALUES ('Durand', 120 - 100 - 30), ('Smith', 100 - 7)$$);
SELECT fini();

\echo == iDempiere: due date by its own function, allocations with discount and write-off
INSERT INTO idempiere.c_bpartner (c_bpartner_id, ad_client_id, ad_org_id, value, name, ad_language) VALUES (100, 11, 0, 'JOE', 'Joe Block', 'fr_FR');
INSERT INTO idempiere.c_paymentterm VALUES (1, '30', '30 jours', 30);
INSERT INTO idempiere.c_currency VALUES (102, 'EUR');
INSERT INTO idempiere.c_doctype VALUES (116, 'AR Invoice', 'ARI'), (124, 'AR Credit Memo', 'ARC'), (117, 'AP Invoice', 'API');
INSERT INTO idempiere.c_invoice (c_invoice_id, ad_client_id, ad_org_id, issotrx, documentno, docstatus, c_doctype_id, c_doctypetarget_id, dateinvoiced, dateacct, c_bpartner_id, c_bpartner_location_id,
								 c_currency_id, c_paymentterm_id, grandtotal) VALUES
	(1, 11, 50, 'Y', '10001', 'CO', 116, 116, '2024-01-31', '2024-01-31', 100, 1, 102, 1, 100),
	(2, 11, 50, 'Y', '10002', 'CO', 124, 124, '2024-02-05', '2024-02-05', 100, 1, 102, 1, 20),
	(3, 11, 50, 'Y', '10003', 'DR', 116, 116, '2024-02-06', '2024-02-06', 100, 1, 102, 1, 77),
	(4, 11, 50, 'N', '20001', 'CO', 117, 117, '2024-02-07', '2024-02-07', 100, 1, 102, 1, 55);
INSERT INTO idempiere.c_allocationhdr VALUES (1, 11, 'A1', '2024-03-01', '2024-03-01', 102, 'CO');
INSERT INTO idempiere.c_allocationline (c_allocationline_id, ad_client_id, ad_org_id, datetrx, c_invoice_id, c_bpartner_id, amount, discountamt, writeoffamt, c_allocationhdr_id) VALUES
	(1, 11, 50, '2024-03-01', 1, 100, 60, 2, 0, 1), (2, 11, 50, '2024-03-02', 1, 100, 0, 0, 3, 1), (3, 11, 50, '2024-03-03', 4, 100, -55, 0, 0, 1);
SELECT creances.suivre_factures('idempiere.c_invoice', depuis => '2024-01-01', modele => 'idempiere');
SELECT creances.suivre_reglements('idempiere.c_allocationline', modele => 'idempiere');
SELECT faits('idempiere.c_invoice');
SELECT facture, le, montant, nature FROM creances.reglement WHERE suivi IS NOT NULL AND creancier = '50' ORDER BY le;
SELECT compare($$SELECT i.c_bpartner_id, CASE i.c_doctype_id WHEN 124 THEN -1 ELSE 1 END * i.grandtotal
						- coalesce((SELECT sum(l.amount + l.discountamt + l.writeoffamt) FROM idempiere.c_allocationline l WHERE l.c_invoice_id = i.c_invoice_id), 0)
				   FROM idempiere.c_invoice i WHERE i.issotrx = 'Y' AND i.docstatus = 'CO'$$);
-- the credit is set against the invoice: two lines
INSERT INTO idempiere.c_allocationline (c_allocationline_id, ad_client_id, ad_org_id, datetrx, c_invoice_id, c_bpartner_id, amount, c_allocationhdr_id) VALUES
	(4, 11, 50, '2024-03-04', 1, 100, 20, 1), (5, 11, 50, '2024-03-04', 2, 100, -20, 1);
SELECT faits('idempiere.c_invoice');
SELECT fini();

\echo == LedgerSMB: payments are entries of the customer account
INSERT INTO ledgersmb.entity VALUES (3, 'Petit', 2, 'P', 1);
INSERT INTO ledgersmb.entity_credit_account (id, entity_id, entity_class, meta_number, language_code) VALUES (30, 3, 2, 'C-3', 'fr');
INSERT INTO ledgersmb.account_link VALUES (1, 'AR'), (3, 'AR_paid');
INSERT INTO ledgersmb.ar (id, invnumber, transdate, amount_bc, amount_tc, duedate, curr, approved, entity_credit_account) VALUES
	(1, 'L1', '2024-01-10', 200, 200, '2024-02-10', 'EUR', true, 30), (2, 'L2', '2024-01-11', 90, 90, NULL, 'EUR', false, 30), (3, 'L3', '2024-01-12', -40, -40, NULL, 'EUR', true, 30);
INSERT INTO ledgersmb.acc_trans (entry_id, trans_id, chart_id, amount_bc, curr, amount_tc, transdate, source) VALUES
	(1, 1, 1, -200, 'EUR', -200, '2024-01-10', NULL), (2, 1, 2, 200, 'EUR', 200, '2024-01-10', NULL),
	(3, 1, 1, 50, 'EUR', 50, '2024-01-20', 'chq 12'), (4, 1, 3, -50, 'EUR', -50, '2024-01-20', 'chq 12'),
	(5, 1, 1, -50, 'EUR', -50, '2024-01-25', 'chq 12 impayé'), (6, 1, 3, 50, 'EUR', 50, '2024-01-25', 'chq 12 impayé'),
	(7, 3, 1, 40, 'EUR', 40, '2024-01-12', NULL), (8, 1, 1, 60, 'EUR', 60, '2024-01-30', 'vir'), (9, 99, 1, 5, 'EUR', 5, '2024-01-30', 'autre');
SELECT creances.suivre_factures('ledgersmb.ar', depuis => '2024-01-01', modele => 'ledgersmb');
-- other tables have had an invoice of this key: they are followed no more
SELECT creances.suivre_reglements('ledgersmb.acc_trans', modele => 'ledgersmb');
SELECT faits('ledgersmb.ar');
SELECT facture, le, montant, reference FROM creances.reglement WHERE suivi = 'ledgersmb.acc_trans'::regclass ORDER BY le;
-- in the ledger the customer's account is credited by a negative debit
SELECT compare($$SELECT a.entity_credit_account, -x.amount_tc FROM ledgersmb.ar a JOIN ledgersmb.acc_trans x ON x.trans_id = a.id WHERE x.chart_id = 1 AND a.approved$$);
SELECT creances.suivre_clients('ledgersmb.entity_credit_account', modele => 'ledgersmb');
SELECT debiteur, nom, langue FROM creances.debiteur WHERE debiteur = '30';
SELECT fini();

\echo == xTuple: credits are stored positive, and share the numbers of invoices
INSERT INTO xtuple.curr_symbol VALUES (1, true, 'Euro', '€', 'EUR');
INSERT INTO xtuple.custinfo (cust_id, cust_name, cust_number) VALUES (4, 'Tremblay', 'T4');
INSERT INTO xtuple.aropen (aropen_id, aropen_docdate, aropen_duedate, aropen_cust_id, aropen_doctype, aropen_docnumber, aropen_amount, aropen_paid, aropen_curr_id, aropen_closedate) VALUES
	(1, '2024-01-10', '2024-02-09', 4, 'I', '1001', 100, 40, 1, NULL), (2, '2024-01-11', '2024-01-11', 4, 'C', '1001', 30, 5, 1, NULL),
	(3, '2024-01-12', '2024-01-12', 4, 'R', '55', 25, 0, 1, NULL), (4, '2024-01-13', '2024-02-12', 4, 'D', '7', 8, 8, 1, '2024-02-20');
SELECT creances.suivre_factures('xtuple.aropen', depuis => '2024-01-01', modele => 'xtuple');
SELECT faits('xtuple.aropen');
SELECT compare($$SELECT aropen_cust_id, CASE WHEN aropen_doctype IN ('I', 'D') THEN 1 ELSE -1 END * (aropen_amount - aropen_paid) FROM xtuple.aropen$$);
SELECT fini();

\echo == Axelor: refunds are stored positive
INSERT INTO axelor.base_currency VALUES (1, 'EUR', 'EUR', 'Euro');
INSERT INTO axelor.base_partner (id, partner_seq, full_name, is_customer) VALUES (6, 'P0006', 'P0006 - Roux', true);
INSERT INTO axelor.account_invoice (id, invoice_id, operation_type_select, company, partner, invoice_date, due_date, currency, in_tax_total, amount_paid, amount_remaining, status_select) VALUES
	(1, 'FV1', 3, 1, 6, '2024-01-10', '2024-02-09', 1, 100, 40, 60, 3), (2, 'AV1', 4, 1, 6, '2024-01-11', NULL, 1, 20, 0, 20, 3),
	(3, NULL, 3, 1, 6, NULL, NULL, 1, 99, 0, 99, 1), (4, 'FA1', 1, 1, 6, '2024-01-12', '2024-02-11', 1, 50, 0, 50, 3);
SELECT creances.suivre_factures('axelor.account_invoice', depuis => '2024-01-01', modele => 'axelor');
SELECT faits('axelor.account_invoice');
SELECT compare($$SELECT partner, CASE operation_type_select WHEN 4 THEN -1 ELSE 1 END * amount_remaining FROM axelor.account_invoice WHERE status_select = 3 AND operation_type_select > 2$$);
SELECT fini();

\echo == Noalyss: the customer and the amount are in the entries
INSERT INTO noalyss.jrn_def VALUES (1, 'Ventes', 'VEN', 'V'), (2, 'Achats', 'ACH', 'A');
INSERT INTO noalyss.jrnx (j_id, j_montant, j_poste, j_grpt, j_jrn_def, j_debit, j_qcode) VALUES
	(1, 121, '4000001', 10, 1, true, 'CLI1'), (2, 100, '7000', 10, 1, false, 'MARCH'), (3, 21, '4511', 10, 1, false, NULL),
	(4, 24.2, '4000001', 11, 1, false, 'CLI1'), (5, 20, '7000', 11, 1, true, 'MARCH'), (6, 50, '4000001', 12, 1, true, 'CLI1'), (7, 60, '4400001', 13, 2, false, 'FOU1');
INSERT INTO noalyss.jrn (jr_id, jr_def_id, jr_montant, jr_date, jr_grpt_id, jr_internal, jr_ech, jr_rapt, jr_pj_number, jr_date_paid) VALUES
	(1, 1, 121, '2024-01-10', 10, 'V01', '2024-02-09', NULL, 'VEN-1', NULL), (2, 1, 24.2, '2024-01-15', 11, 'V02', NULL, NULL, 'VEN-2', NULL),
	(3, 1, 50, '2024-01-16', 12, 'V03', NULL, 'paid', '', '2024-01-30'), (4, 2, 60, '2024-01-17', 13, 'A01', NULL, NULL, 'ACH-1', NULL);
SELECT creances.suivre_factures('noalyss.jrn', depuis => '2024-01-01', modele => 'noalyss');
SELECT faits('noalyss.jrn');
SELECT compare($$VALUES ('CLI1', 121 - 24.2)$$);
SELECT fini();

\echo == a model that is not there, or does not fit; one of the user
SELECT refus($$SELECT creances.suivre_factures('odoo.account_move', modele => 'odooo')$$);
SELECT refus($$SELECT creances.suivre_factures('kivitendo.ar', modele => 'ledgersmb')$$);
SELECT refus($$UPDATE creances.modele SET filtre = NULL WHERE modele = 'odoo'$$);
SELECT refus($$INSERT INTO creances.modele (origine, modele, genre, table_type, correspondance) VALUES ('creances', 'x', 'factures', 't', '{}')$$);
INSERT INTO creances.modele (modele, genre, table_type, correspondance, filtre) VALUES
	('openconcerto', 'factures', 'SAISIE_VENTE_FACTURE', '{"facture": "NUMERO", "debiteur": "ID_CLIENT", "emission": "DATE", "echeance": "t.\"DATE\" + 30",
	  "montant": "t.\"NET_A_PAYER\" / 100.0"}', 't."ARCHIVE" = 0 AND t."PREVISIONNELLE" IS NOT TRUE');
SELECT creances._reconnaitre('openconcerto."SAISIE_VENTE_FACTURE"', 'factures');
INSERT INTO openconcerto."SAISIE_VENTE_FACTURE" ("ID", "NUMERO", "DATE", "ID_CLIENT", "NET_A_PAYER", "ARCHIVE") VALUES (1, 'OC1', '2024-01-01', NULL, 12345, 0), (2, 'OC2', '2024-01-02', NULL, 100, 1);
INSERT INTO openconcerto."CLIENT" ("ID", "NOM") VALUES (8, 'Blanc');
UPDATE openconcerto."SAISIE_VENTE_FACTURE" SET "ID_CLIENT" = 8;
SELECT creances.suivre_factures('openconcerto."SAISIE_VENTE_FACTURE"', depuis => '2024-01-01', modele => 'openconcerto');
SELECT faits('openconcerto."SAISIE_VENTE_FACTURE"');
SELECT fini();
-- the user's row of a shipped name wins; a second one for the same table is not guessed
INSERT INTO creances.modele (modele, genre, table_type, correspondance) VALUES
	('odoo', 'factures', 'account_move', '{"facture": "ref", "debiteur": "partner_id", "echeance": "date", "montant": "amount_total"}');
SELECT correspondance ->> 'facture', filtre IS NULL FROM creances._modele('odoo', 'factures', 'odoo.account_move');
SELECT creances._reconnaitre('odoo.account_move', 'factures');
INSERT INTO creances.modele (modele, genre, table_type, correspondance) VALUES
	('odoo_bis', 'factures', 'account_move', '{"facture": "ref", "debiteur": "partner_id", "echeance": "date", "montant": "amount_total"}');
SELECT creances._reconnaitre('odoo.account_move', 'factures') IS NULL;
SELECT refus($$INSERT INTO creances.modele (modele, genre, table_type, correspondance) VALUES ('x', 'commandes', 't', '{}')$$);
DELETE FROM creances.modele WHERE origine = 'utilisateur';

\echo == two columns that fit equally are an error; synonyms of the user settle it
CREATE TABLE double (id bigint PRIMARY KEY, numero text, "Réf. facture" text, client text, codeclient text, echeance date, ttc numeric, paye smallint, regle boolean, solde numeric);
SELECT trouve('double');
SELECT refus($$SELECT creances.suivre_factures('double')$$);
SELECT refus($$INSERT INTO creances.synonyme (champ, nom) VALUES ('client', 'x')$$);
SELECT refus($$INSERT INTO creances.synonyme (genre, champ, nom) VALUES ('clients', 'montant', 'x')$$);
SELECT refus($$INSERT INTO creances.synonyme (champ, nom) VALUES ('facture', 'Numéro')$$);
SELECT refus($$UPDATE creances.synonyme SET priorite = 0 WHERE nom = 'numero'$$);
INSERT INTO creances.synonyme (champ, nom, priorite) VALUES ('facture', creances._plier('Réf. facture'), 0), ('debiteur', creances._plier('Code-Client'), 0);
SELECT creances._trouver('double', 'factures');
DELETE FROM creances.synonyme WHERE origine = 'utilisateur';
-- the same in the two other genres
CREATE TABLE paye (id integer PRIMARY KEY, facture text, "n° facture" text, montant numeric, date date);
SELECT refus($$SELECT creances._trouver('paye', 'reglements')$$);
CREATE TABLE gens (id integer PRIMARY KEY, nom text, raison_sociale text, code_client text);
SELECT refus($$SELECT creances._trouver('gens', 'clients')$$);

\echo == what a name does not say: NULL or not, unique or not, type, rank of the name
CREATE TABLE r1 (id integer PRIMARY KEY, ref text, name text, client text, echeance date, montant numeric);
CREATE TABLE r2 (id integer PRIMARY KEY, ref text NOT NULL, name text, client text, echeance date, montant numeric);
CREATE TABLE r3 (id integer PRIMARY KEY, ref text UNIQUE, name text, client text, echeance date, montant numeric);
CREATE DOMAIN petits AS integer;
CREATE DOMAIN rangs AS petits;
CREATE DOMAIN drapeau AS smallint;
CREATE TABLE r4 ("ÉCHÉANCE" timestamptz, "Date" interval, client integer[], "Tiers" rangs, "N°-Facture" uuid PRIMARY KEY, montant_ttc money, regle drapeau, rang rangs,
	paid_amount numeric, balance_due numeric, devise integer, partie int4range);
CREATE TABLE r5 (id integer PRIMARY KEY, client text, echeance date, montant numeric, paid numeric, outstanding numeric, livraison date, date_livraison date, a_oter text);
ALTER TABLE r5 RENAME a_oter TO facture;
ALTER TABLE r5 DROP facture;
SELECT t, trouve(t::regclass) FROM unnest(ARRAY['r1', 'r2', 'r3', 'r4', 'r5']) t;
SELECT creances._trouver('r5', 'factures');
SELECT champ, colonne, raison FROM creances._choix('r4', 'factures') WHERE NOT retenu ORDER BY 1, 2;
CREATE TABLE sans_cle (client text, echeance date, montant numeric);
SELECT creances._trouver('sans_cle', 'factures');
CREATE TABLE vide ();
SELECT creances._trouver('vide', 'factures'), creances._trouver('vide', 'reglements'), creances._trouver('vide', 'clients');

\echo == every shipped name alone finds its field, whatever its case and punctuation, with a type that fits and with no other
CREATE FUNCTION essai_noms(p_genre text, OUT noms bigint, OUT trouves bigint, OUT refuses bigint) LANGUAGE plpgsql AS $$
BEGIN
	SELECT count(*) INTO noms FROM creances.synonyme y WHERE y.genre = p_genre;
	EXECUTE (SELECT format('CREATE TABLE essai_noms (%s)', string_agg(format('%I %s', initcap(y.nom) || ' °', f.type), ', '))
			   FROM creances.synonyme y JOIN creances._champs(p_genre) f USING (champ) WHERE y.genre = p_genre);
	SELECT count(*) INTO trouves FROM creances._candidates('essai_noms', p_genre) c
	  JOIN creances.synonyme y ON y.genre = p_genre AND y.champ = c.champ AND initcap(y.nom) || ' °' = c.colonne
	 WHERE c.convient AND c.priorite = y.priorite + y.si_nul;
	DROP TABLE essai_noms;
	EXECUTE (SELECT format('CREATE TABLE essai_noms (%s)', string_agg(format('%I %s', upper(y.nom),
								CASE f.type WHEN 'date' THEN 'time' WHEN 'numeric' THEN 'smallint' WHEN 'integer' THEN 'text' ELSE 'date' END), ', '))
			   FROM creances.synonyme y JOIN creances._champs(p_genre) f USING (champ) WHERE y.genre = p_genre);
	SELECT count(*) INTO refuses FROM creances._candidates('essai_noms', p_genre) c WHERE NOT c.convient;
	DROP TABLE essai_noms;
END $$;
SELECT g, noms > 100, trouves = noms, refuses = noms FROM unnest(ARRAY['factures', 'reglements', 'clients']) g, essai_noms(g);
-- a name serves two fields of one genre nowhere
SELECT genre, nom, string_agg(champ, ' ') FROM creances.synonyme GROUP BY 1, 2 HAVING count(*) > 1;
SELECT x, creances._plier(x) FROM (VALUES ('N° d''ÉCHÉANCE'), ('N°_facture'), ('Montant T.T.C.'), ('"Réglé"'), ('ÇÀÈÙÎÔÛËÏÜÄÖÂÊÉÑ'), ('CLIENT_ID'), ('°')) v(x);

\echo == payments: the foreign key to a followed table is the proof
CREATE TABLE ventes (id integer PRIMARY KEY, numero text UNIQUE, client text, echeance date, montant numeric);
SELECT creances.suivre_factures('ventes');
CREATE TABLE encaissements (id integer PRIMARY KEY, piece_payee integer REFERENCES ventes, date date, montant numeric);
CREATE TABLE encaissements_numero (id integer PRIMARY KEY, piece_payee text REFERENCES ventes (numero), facture text, date date, montant numeric);
CREATE TABLE encaissements_double (id integer PRIMARY KEY, une integer REFERENCES ventes, autre integer REFERENCES ventes, date date, montant numeric);
CREATE TABLE encaissements_nom (id integer PRIMARY KEY, une integer REFERENCES ventes, facture integer, fk_facture integer REFERENCES ventes, date date, montant numeric);
SELECT t, trouve(t::regclass, 'reglements') FROM unnest(ARRAY['encaissements', 'encaissements_numero', 'encaissements_double', 'encaissements_nom']) t;
SELECT refus($$SELECT creances._trouver('encaissements_double', 'reglements')$$);
CREATE TABLE versements (id integer PRIMARY KEY, client text, date date, montant numeric);
SELECT creances.suivre_reglements('versements');
CREATE TABLE imputations (id integer PRIMARY KEY, versement integer REFERENCES versements, vente integer REFERENCES ventes, montant numeric, date date);
SELECT trouve('imputations', 'reglements');
SELECT fini();

\echo == what the caller is shown
CREATE TABLE "Factures 2024" (id bigint PRIMARY KEY, "Numéro" text, client text, nclient text, "Date d'échéance" date, date date, ttc numeric(12, 2), total numeric, paye smallint, devise text, rang integer);
INSERT INTO "Factures 2024" SELECT i, CASE WHEN i <= 7 THEN 'F' || (i + 1) / 2 END, 'client ' || i % 3, 'x', '2024-01-31'::date + i, '2024-01-01', i * 10, i, 1, 'EUR', 1 FROM generate_series(1, 8) i;
SELECT * FROM creances.proposer_correspondance('"Factures 2024"');
-- one of the two customers goes; rows that cannot be followed
ALTER TABLE "Factures 2024" DROP nclient;
UPDATE "Factures 2024" SET devise = 'euro' WHERE id = 2;
UPDATE "Factures 2024" SET "Date d'échéance" = NULL WHERE id IN (3, 4);
SELECT champ, choix, retenu, nuls, distincts, exemples, explication FROM creances.proposer_correspondance('"Factures 2024"') WHERE champ IN ('facture', 'debiteur', 'echeance', 'devise', 'lignes');
TRUNCATE "Factures 2024";
SELECT champ, choix, explication FROM creances.proposer_correspondance('"Factures 2024"') WHERE champ IN ('facture', 'lignes');
ALTER TABLE "Factures 2024" DROP CONSTRAINT "Factures 2024_pkey";
SELECT champ, explication FROM creances.proposer_correspondance('"Factures 2024"') WHERE champ = 'lignes';
SELECT champ, choix, retenu, type, exemples, explication FROM creances.proposer_correspondance('odoo.account_move');
SELECT champ, choix, retenu, explication FROM creances.proposer_correspondance('dolibarr.llx_facture') WHERE champ IN ('modele', 'regle', 'lignes') OR choix = 'type';
SELECT champ, choix, retenu, explication FROM creances.proposer_correspondance('kivitendo.acc_trans', 'reglements') WHERE champ IN ('modele', 'cle_facture', 'lignes');
DROP TABLE kivitendo.defaults;
SELECT champ, choix, retenu, explication FROM creances.proposer_correspondance('kivitendo.ar') WHERE champ IN ('modele', 'lignes');
SELECT champ, choix, retenu, type, explication FROM creances.proposer_correspondance('axelor.account_invoice_payment', 'reglements') WHERE champ IN ('devise', 'date');
SELECT champ, choix, retenu, exemples, explication FROM creances.proposer_correspondance('odoo.res_partner', 'clients') WHERE retenu OR champ = 'lignes';
SELECT champ, choix, retenu, explication FROM creances.proposer_correspondance('encaissements_double', 'reglements') WHERE champ IN ('cle_facture', 'lignes');
CREATE TABLE sans_rang (id integer PRIMARY KEY, numero text, client text, echeance date, montant numeric, compte_client text);
INSERT INTO sans_rang SELECT i, 'F' || i / 2, 'un client au nom bien trop long pour la colonne', '2024-01-01', 5 FROM generate_series(1, 4) i;
SELECT champ, choix, nuls, distincts, exemples, explication FROM creances.proposer_correspondance('sans_rang') WHERE choix IS NOT NULL OR champ = 'lignes';
-- a flag or a date of payment is not an amount
SELECT champ, choix, explication FROM creances.proposer_correspondance('openconcerto."SAISIE_VENTE_FACTURE"') WHERE champ LIKE 'regle%';
SELECT champ, choix, explication FROM creances.proposer_correspondance('openconcerto."ECHEANCE_CLIENT"') WHERE champ LIKE 'regle%';
SELECT refus($$SELECT creances.proposer_correspondance(NULL)$$);
SELECT refus($$SELECT creances.proposer_correspondance('double', 'commandes')$$);
SELECT refus($$SELECT creances.proposer_correspondance(1::regclass)$$);
-- it reads as the caller
CREATE ROLE regress_lecteur_s;
SELECT creances.accorder('regress_lecteur_s', 'lecture');
GRANT USAGE ON SCHEMA essai TO regress_lecteur_s;
SET ROLE regress_lecteur_s;
SELECT (regexp_match(x, '^[^:]*'))[1] FROM essai.refus($$SELECT creances.proposer_correspondance('essai.double')$$) x;
RESET ROLE;
GRANT SELECT ON double TO regress_lecteur_s;
SET ROLE regress_lecteur_s;
SELECT count(*) FROM creances.proposer_correspondance('essai.double');
RESET ROLE;
DROP OWNED BY regress_lecteur_s;
DROP ROLE regress_lecteur_s;

DROP EXTENSION creances CASCADE;
DROP SCHEMA essai, odoo, dolibarr, tryton, erpnext, idempiere, kivitendo, ledgersmb, sql_ledger, xtuple, axelor, noalyss, openbravo, openconcerto,
	invoiceplane, invoiceninja, akaunting, invoiceshelf, sage, ofbiz, maison CASCADE;
