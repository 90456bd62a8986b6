-- The matrix: tables of many shapes, each put through one life, in both modes.
-- After each step the facts are compared with the table (verifier_suivi), with
-- themselves (coherence), and the aged balance with plain SQL on the ERP's own
-- tables. synchroniser() commits, so nothing here is in one transaction.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE SCHEMA essai;
CREATE ROLE creances_essai_comptable;
CREATE ROLE creances_essai_saisie;
GRANT USAGE ON SCHEMA essai TO creances_essai_saisie;
SET search_path = forme, essai, pg_catalog;

-- A shape: how its tables are made and tied, how an invoice of the life (a row
-- x, see below) is written in them, and what they say is due, in plain SQL.
CREATE TABLE forme (
	ordre		integer GENERATED ALWAYS AS IDENTITY,
	nb			integer NOT NULL DEFAULT 50000,	-- rows of its load
	forme		text PRIMARY KEY,
	ddl			text[] NOT NULL,
	suivie		text NOT NULL,				-- the table of the invoices
	cible		text,						-- what the ERP writes, when it is not that table: a view
	role		text,						-- who writes
	appels		text[],						-- how it is tied, MODE_ for the mode; NULL: without mapping
	lignes		jsonb NOT NULL,				-- column: expression over x
	identite	text NOT NULL,				-- which row t is x
	payer		text[],						-- columns that a payment changes, or the statements that write it
	changer		text[] NOT NULL,			-- columns that a correction changes
	numero		text,						-- column of the number, when it can change
	supprimer	text[],						-- statements, when it is not a plain DELETE
	vider		text,						-- statement, when it is not TRUNCATE
	du			text NOT NULL,				-- creditor, debtor, currency, due date, what is owed
	etapes		text[] NOT NULL DEFAULT '{}'	-- steps of its own: name, statement, name, statement...
);

-- The invoices of the life as they are now; those that a step touches, as they
-- are after it (delta: what it pays).
CREATE TABLE vie (n integer PRIMARY KEY, client text NOT NULL, emission date NOT NULL, echeance date NOT NULL,
	montant numeric NOT NULL, paye numeric NOT NULL DEFAULT 0, paye_le date, numero text NOT NULL, delta numeric NOT NULL DEFAULT 0);
CREATE TABLE x (LIKE vie INCLUDING ALL);
CREATE TABLE lot (LIKE vie INCLUDING ALL);
GRANT SELECT ON x, lot TO creances_essai_saisie;
CREATE TABLE resultat (ordre integer, etape integer, nom text, mode text, nb bigint, du numeric, constat text);

-- Where our balance by age differs from what the ERP's own tables say.
CREATE FUNCTION balance_fausse(f forme) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	faux text[];
BEGIN
	EXECUTE format($q$
		WITH erp AS (
			SELECT d.creancier::text, d.debiteur::text, d.devise::text,
				   CASE WHEN $1 <= d.echeance THEN 1 WHEN $1 - d.echeance::date <= 30 THEN 2 WHEN $1 - d.echeance::date <= 60 THEN 3
						WHEN $1 - d.echeance::date <= 90 THEN 4 WHEN $1 - d.echeance::date <= 120 THEN 5 ELSE 6 END AS tranche, sum(d.reste) AS du
			  FROM (%s) AS d(creancier, debiteur, devise, echeance, reste) GROUP BY 1, 2, 3, 4
		), nous AS (
			SELECT b.creancier, b.debiteur, b.devise, b.tranche, b.montant AS du FROM creances.balance_agee($1) b
		)
		SELECT array_agg(format('balance %%s/%%s %%s tranche %%s : %%s au lieu de %%s', creancier, debiteur, devise, tranche, nous.du, erp.du)
						 ORDER BY creancier, debiteur, devise, tranche)
		  FROM erp FULL JOIN nous USING (creancier, debiteur, devise, tranche)
		 WHERE coalesce(erp.du, 0) <> coalesce(nous.du, 0)$q$, f.du) INTO faux USING creances.aujourdhui();
	RETURN coalesce(faux, '{}');
END $$;

CREATE FUNCTION constat(f forme) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	faux CONSTANT text[] := balance_fausse(f)
		|| ARRAY(SELECT format('%s : %s %s %s', s.table_suivie, v.cle, v.facture, v.ecart)
				   FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v ORDER BY 1)
		|| ARRAY(SELECT format('%s : %s au journal', a.table_suivie, a.en_attente) FROM creances.fraicheur a WHERE a.en_attente > 0 ORDER BY 1)
		|| ARRAY(SELECT format('%s refusée : %s %s', l.suivi, l.code, l.motif) FROM creances.ligne_refusee l ORDER BY 1)
		|| ARRAY(SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c ORDER BY 1);
BEGIN
	RETURN CASE WHEN cardinality(faux) = 0 THEN 'sain'
				ELSE array_to_string(faux[1:5], E'\n') || CASE WHEN cardinality(faux) > 5 THEN format(E'\n... %s en tout', cardinality(faux)) ELSE '' END END;
END $$;

-- Yesterday's balance: what is corrected or deleted today does not move it.
CREATE FUNCTION hier() RETURNS text LANGUAGE sql STABLE AS $$
	SELECT coalesce(string_agg(format('%s/%s %s %s %s', b.creancier, b.debiteur, b.devise, b.tranche, b.montant), E'\n'
							   ORDER BY b.creancier, b.debiteur, b.devise, b.tranche), '')
	  FROM creances.balance_agee(creances.aujourdhui() - 1) b WHERE b.montant <> 0
$$;

-- The statements by which this shape does to the rows of x what the step says.
CREATE FUNCTION ordres(f forme, quoi text) RETURNS text[] LANGUAGE sql STABLE AS $$
	SELECT CASE
		WHEN quoi = 'inserer' THEN ARRAY[format('INSERT INTO %s (%s) SELECT %s FROM essai.x ORDER BY x.n', coalesce(f.cible, f.suivie),
			(SELECT string_agg(quote_ident(c.key), ', ' ORDER BY c.key) FROM jsonb_each_text(f.lignes) c),
			(SELECT string_agg(c.value, ', ' ORDER BY c.key) FROM jsonb_each_text(f.lignes) c))]
		WHEN quoi = 'supprimer' THEN coalesce(f.supprimer, ARRAY[format('DELETE FROM %s t USING essai.x WHERE %s', coalesce(f.cible, f.suivie), f.identite)])
		WHEN quoi = 'vider' THEN ARRAY[coalesce(f.vider, format('TRUNCATE %s', f.suivie))]
		WHEN quoi = 'payer' AND NOT f.lignes ? f.payer[1] THEN f.payer
		ELSE ARRAY[format('UPDATE %s t SET %s FROM essai.x WHERE %s', coalesce(f.cible, f.suivie),
			(SELECT string_agg(format('%I = %s', c, f.lignes ->> c), ', ')
			   FROM unnest(CASE quoi WHEN 'payer' THEN f.payer WHEN 'changer' THEN f.changer ELSE ARRAY[f.numero] END) c), f.identite)] END
$$;

CREATE PROCEDURE noter(f forme, p_mode text, p_etape integer, p_nom text, p_hier text) LANGUAGE plpgsql AS $$
DECLARE
	dit text := '';
	compte record;
BEGIN
	-- mode immediat: the balance is right before any refresh
	IF p_mode = 'immediat' AND p_etape < 100 THEN
		dit := coalesce(E'\navant rafraichir() : ' || nullif(array_to_string(balance_fausse(f), ', '), ''), '');
	END IF;
	PERFORM creances.rafraichir();
	IF p_hier IS NOT NULL AND p_hier <> hier() THEN
		dit := dit || format(E'\nla balance d''hier a change :\n%s\nau lieu de\n%s', hier(), p_hier);
	END IF;
	EXECUTE format('SELECT count(*) FILTER (WHERE reste <> 0) AS nb, coalesce(sum(reste), 0) AS du FROM (%s) d(creancier, debiteur, devise, echeance, reste)', f.du) INTO compte;
	INSERT INTO resultat VALUES (f.ordre, p_etape, p_nom, p_mode, compte.nb, trim_scale(compte.du), constat(f) || dit);
	COMMIT;
END $$;

-- A step; the tables named after SYNCHRONISER are synchronised at its end.
CREATE PROCEDURE etape(f forme, p_mode text, p_etape integer, nom text, ordres text[], fige boolean) LANGUAGE plpgsql AS $$
DECLARE
	avant text;
	o text;
	a_synchroniser regclass[] := '{}';
	s regclass;
BEGIN
	avant := CASE WHEN fige THEN hier() END;
	IF f.role IS NOT NULL AND ordres[1] ~ '^(INSERT|UPDATE|DELETE|TRUNCATE)' THEN
		PERFORM set_config('role', f.role, true);
	END IF;
	FOREACH o IN ARRAY ordres LOOP
		a_synchroniser := a_synchroniser || coalesce(string_to_array(substring(o FROM 'SYNCHRONISER (.*)$'), ', ')::regclass[], '{}');
		EXECUTE regexp_replace(o, 'SYNCHRONISER .*$', '');
	END LOOP;
	COMMIT;
	FOREACH s IN ARRAY a_synchroniser LOOP
		CALL creances.synchroniser(s);
	END LOOP;
	CALL noter(f, p_mode, p_etape, nom, avant);
END $$;

-- A shape's life but for the load; its tables stay.
CREATE PROCEDURE vivre(p_forme text, p_mode text) LANGUAGE plpgsql AS $$
DECLARE
	f forme;
	j CONSTANT date := creances.aujourdhui();
	o text;
	e record;
	n integer := 0;
	fige boolean;
BEGIN
	SELECT * INTO f FROM forme WHERE forme = p_forme;
	DROP SCHEMA IF EXISTS forme CASCADE;
	TRUNCATE creances.creance, creances.creance_version, creances.reglement, creances.ligne_refusee, creances.a_decider, creances.a_revoir,
		creances.client, creances.debiteur, creances.creancier;
	CREATE SCHEMA forme;
	GRANT USAGE ON SCHEMA forme TO creances_essai_saisie, creances_essai_comptable;
	FOREACH o IN ARRAY f.ddl LOOP
		EXECUTE o;
	END LOOP;
	FOREACH o IN ARRAY coalesce(f.appels, ARRAY[format('creances.suivre_factures(%L, depuis => creances.aujourdhui() - 400, mode => MODE_)', f.suivie)]) LOOP
		EXECUTE 'SELECT ' || replace(o, 'MODE_', quote_literal(p_mode));
	END LOOP;
	COMMIT;

	TRUNCATE vie;
	-- one on each side of each bound, and a credit note
	INSERT INTO vie (n, client, emission, echeance, montant, numero)
	SELECT v.n, v.client, j - v.age - 30, j - v.age, v.montant, 'F' || v.n
	  FROM (VALUES (1, 'A', 121, 100.00), (2, 'A', 120, 250.50), (3, 'B', 91, 80), (4, 'B', 90, 1000), (5, 'C', 61, 60), (6, 'C', 60, 500.25),
				   (7, 'D', 31, 45), (8, 'D', 30, 70.10), (9, 'E', 1, 33.33), (10, 'E', 0, 12), (11, 'F', -1, 7), (12, 'A', 40, -30)) v(n, client, age, montant);
	COMMIT;
	FOR e IN SELECT * FROM (VALUES
		('insérées', 'inserer', false, 'UPDATE vie SET delta = 0'),
		('payées en partie', 'payer', false, 'UPDATE vie SET delta = CASE n WHEN 1 THEN 40 WHEN 2 THEN 100 ELSE 999.99 END, paye_le = $1 - 5 * n WHERE n IN (1, 2, 4)'),
		('payées, et trop payées', 'payer', false, 'UPDATE vie SET delta = CASE n WHEN 1 THEN 90 WHEN 3 THEN 80 ELSE 0.01 END, paye_le = $1 - n WHERE n IN (1, 3, 4)'),
		('paiements rejetés', 'payer', false, 'UPDATE vie SET delta = CASE n WHEN 1 THEN -30 ELSE -80 END, paye_le = $1 - 1 WHERE n IN (1, 3)'),
		('corrigées', 'changer', true, 'UPDATE vie SET delta = 0, montant = CASE n WHEN 2 THEN 300 WHEN 4 THEN 900 ELSE montant END, echeance = CASE n WHEN 5 THEN echeance + 45 ELSE echeance END,
			client = CASE n WHEN 6 THEN ''G'' ELSE client END WHERE n IN (2, 4, 5, 6)'),
		('renumérotée', 'renumeroter', true, 'UPDATE vie SET numero = ''R'' || n WHERE n = 9'),
		('supprimées', 'supprimer', true, 'DELETE FROM vie WHERE n IN (2, 8, 12)'),
		('vidée', 'vider', true, 'DELETE FROM vie')) AS v(nom, quoi, fige, sql)
	LOOP
		CONTINUE WHEN e.quoi = 'renumeroter' AND f.numero IS NULL OR e.quoi = 'payer' AND f.payer IS NULL;
		IF e.quoi = 'vider' THEN
			FOR i IN 1 .. cardinality(f.etapes) / 2 LOOP
				n := n + 1;
				CALL etape(f, p_mode, n, f.etapes[2 * i - 1], ARRAY[f.etapes[2 * i]], false);
			END LOOP;
		END IF;
		TRUNCATE x;
		EXECUTE format('WITH v AS (%s RETURNING *) INSERT INTO x SELECT v.n, v.client, v.emission, v.echeance, v.montant, v.paye + v.delta, v.paye_le, v.numero, v.delta FROM v', e.sql) USING j;
		UPDATE vie SET paye = x.paye FROM x WHERE x.n = vie.n;
		COMMIT;
		n := n + 1;
		-- a number that is the key: one invoice goes, another comes that was issued before
		fige := e.fige AND NOT (e.quoi = 'renumeroter' AND strpos(f.identite, f.numero) > 0);
		CALL etape(f, p_mode, n, e.nom, ordres(f, e.quoi), fige);
	END LOOP;
END $$;

-- After the load: a payment of one in ten, what the triggers do not see, and
-- synchroniser().
CREATE PROCEDURE finir(p_forme text, p_mode text) LANGUAGE plpgsql AS $$
DECLARE
	f forme;
	o text;
	nb bigint;
	tables text[];
BEGIN
	SELECT * INTO f FROM forme WHERE forme = p_forme;
	IF f.payer IS NOT NULL THEN
		IF NOT f.lignes ? f.payer[1] THEN
			TRUNCATE x;
			INSERT INTO x SELECT * FROM lot WHERE delta <> 0 AND n <= f.nb;
			FOREACH o IN ARRAY f.payer LOOP
				EXECUTE o;
			END LOOP;
			COMMIT;
		END IF;
		TRUNCATE x;
		INSERT INTO x SELECT n, client, emission, echeance, montant, paye + 0.25, creances.aujourdhui(), numero, 0.25 FROM lot WHERE n % 10 = 0 AND n <= f.nb;
		FOREACH o IN ARRAY ordres(f, 'payer') LOOP
			EXECUTE o;
		END LOOP;
		COMMIT;
	END IF;
	PERFORM creances.rafraichir();
	TRUNCATE x;
	INSERT INTO x SELECT * FROM lot WHERE n <= 3;
	COMMIT;
	PERFORM set_config('session_replication_role', 'replica', true);
	FOREACH o IN ARRAY ordres(f, 'supprimer') LOOP
		EXECUTE o;
	END LOOP;
	COMMIT;
	PERFORM creances.rafraichir();
	SELECT count(*) INTO nb FROM creances.suivi s, creances.verifier_suivi(s.table_suivie);
	tables := ARRAY(SELECT 'SYNCHRONISER ' || s.table_suivie FROM creances.suivi s ORDER BY s.genre);
	CALL etape(f, p_mode, 100, format('%s lignes, une sur dix payée, trois supprimées en replica : %s écarts, puis synchroniser()', f.nb, nb), tables, false);
END $$;

INSERT INTO lot (n, client, emission, echeance, montant, paye, paye_le, numero, delta)
SELECT n, 'K' || n % 997, creances.aujourdhui() - n % 370 - n % 30, creances.aujourdhui() - n % 370, 100 + n % 1000 + 0.25, p.paye,
	   CASE WHEN p.paye > 0 THEN creances.aujourdhui() - n % 7 END, 'F' || n, p.paye
  FROM generate_series(1, 50000) n CROSS JOIN LATERAL (SELECT CASE n % 10 WHEN 1 THEN 50 WHEN 0 THEN 100 ELSE 0 END AS paye) p;

INSERT INTO forme (forme, ddl, suivie, lignes, identite, payer, changer, numero, du) VALUES
('noms français, clé integer',
 ARRAY['CREATE TABLE factures (id integer PRIMARY KEY, numero text, client text, date_facture date, date_echeance date, montant_ttc numeric(12,2),
	montant_regle numeric(12,2) DEFAULT 0, date_reglement date, devise char(3) DEFAULT ''EUR'', note text)'],
 'factures',
 '{"id": "x.n", "numero": "x.numero", "client": "x.client", "date_facture": "x.emission", "date_echeance": "x.echeance", "montant_ttc": "x.montant",
   "montant_regle": "x.paye", "date_reglement": "x.paye_le"}',
 't.id = x.n', '{montant_regle,date_reglement}', '{client,date_echeance,montant_ttc}', 'numero',
 $$SELECT 'principal', client, devise, date_echeance, montant_ttc - montant_regle FROM factures$$),

('noms anglais, clé uuid, client bigint, timestamptz',
 ARRAY['CREATE TABLE invoices (uid uuid PRIMARY KEY, invoice_number varchar(30) UNIQUE, customer_id bigint, invoice_date timestamptz, due_date timestamp,
	total_amount numeric, amount_paid numeric NOT NULL DEFAULT 0, payment_date date, currency text DEFAULT ''USD'')'],
 'invoices',
 '{"uid": "(''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid", "invoice_number": "x.numero",
   "customer_id": "7000000000 + ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)",
   "invoice_date": "x.emission + time ''12:00''", "due_date": "x.echeance + time ''23:59''", "total_amount": "x.montant", "amount_paid": "x.paye", "payment_date": "x.paye_le"}',
 't.uid = (''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid', '{amount_paid,payment_date}', '{customer_id,due_date,total_amount}', 'invoice_number',
 $$SELECT 'principal', customer_id, 'USD', due_date::date, total_amount - amount_paid FROM invoices$$),

('noms accentués entre guillemets, le numéro pour clé, reste dû',
 ARRAY['CREATE TABLE "Pièces de vente" ("N° facture" text PRIMARY KEY, "Code client" varchar(20), "Date facture" date, "Date d''échéance" date,
	"Montant TTC" numeric(14,2), "Reste dû" numeric(14,2), "Date règlement" date, "Devise" char(3) DEFAULT ''EUR'', "l''""étrange""" text)'],
 '"Pièces de vente"',
 '{"N° facture": "x.numero", "Code client": "x.client", "Date facture": "x.emission", "Date d''échéance": "x.echeance", "Montant TTC": "x.montant",
   "Reste dû": "x.montant - x.paye", "Date règlement": "x.paye_le", "l''\"étrange\"": "x.numero"}',
 't."N° facture" = ''F'' || x.n', '{Reste dû,Date règlement}', '{Code client,Date d''échéance,Montant TTC,Reste dû}', 'N° facture',
 $$SELECT 'principal', "Code client", 'EUR', "Date d'échéance", "Reste dû" FROM "Pièces de vente"$$),

('majuscules, clé char(n), montants flottants',
 ARRAY['CREATE TABLE "FACTURE" ("CODE" char(12) PRIMARY KEY, "NUM_FACTURE" varchar(20), "CODE_CLIENT" varchar(12), "DATE_EMISSION" timestamp, "DATE_ECHEANCE" date,
	"TOTAL_TTC" double precision, "TOTAL_PAYE" real, "DATE_PAIEMENT" date, "SOCIETE" text DEFAULT ''SA'')'],
 '"FACTURE"',
 '{"CODE": "''C'' || x.n", "NUM_FACTURE": "x.numero", "CODE_CLIENT": "x.client", "DATE_EMISSION": "x.emission", "DATE_ECHEANCE": "x.echeance",
   "TOTAL_TTC": "x.montant", "TOTAL_PAYE": "x.paye", "DATE_PAIEMENT": "x.paye_le"}',
 't."CODE" = ''C'' || x.n', '{TOTAL_PAYE,DATE_PAIEMENT}', '{CODE_CLIENT,DATE_ECHEANCE,TOTAL_TTC}', 'NUM_FACTURE',
 $$SELECT "SOCIETE", "CODE_CLIENT", 'EUR', "DATE_ECHEANCE", "TOTAL_TTC"::numeric - "TOTAL_PAYE"::numeric FROM "FACTURE"$$);

INSERT INTO forme (forme, ddl, suivie, appels, lignes, identite, payer, changer, du) VALUES
('clé de quatre colonnes, deux sociétés, deux échéances par facture',
 ARRAY['CREATE TYPE code_societe AS ENUM (''SARL'', ''S.A., "l''''autre"'')',
	'CREATE TABLE ecriture (societe code_societe, exercice smallint, piece integer, echeance_no smallint, tiers text, du_le date, montant numeric, encaisse numeric, encaisse_le date,
	PRIMARY KEY (exercice, societe, piece, echeance_no))'],
 'ecriture',
 ARRAY[$$creances.suivre_factures('ecriture', '{"creancier": "societe", "facture": "concat_ws(''/'', exercice, piece)", "rang": "echeance_no", "debiteur": "tiers", "echeance": "du_le",
	"montant": "montant", "regle": "encaisse", "regle_le": "encaisse_le", "emission": "du_le - 30"}', depuis => creances.aujourdhui() - 400, mode => MODE_)$$],
 '{"societe": "(enum_range(NULL::code_societe))[1 + (x.n + 1) / 2 % 2]", "exercice": "2020 + (x.n + 1) / 2 % 3", "piece": "(x.n + 1) / 2", "echeance_no": "2 - x.n % 2",
   "tiers": "x.client", "du_le": "x.echeance", "montant": "x.montant", "encaisse": "nullif(x.paye, 0)", "encaisse_le": "x.paye_le"}',
 't.piece = (x.n + 1) / 2 AND t.echeance_no = 2 - x.n % 2', '{encaisse,encaisse_le}', '{tiers,du_le,montant}',
 $$SELECT societe, tiers, 'EUR', du_le, montant - coalesce(encaisse, 0) FROM ecriture$$),

('domaines, colonne engendrée, colonnes ôtées avant et après, identity',
 ARRAY['CREATE DOMAIN euros AS numeric(14,2) CHECK (VALUE > -1e9)', 'CREATE DOMAIN euros_dus AS euros NOT NULL',
	'CREATE DOMAIN reference AS varchar(20) CHECK (VALUE <> '''')',
	'CREATE TABLE facturation (a_oter text, cle bigint GENERATED BY DEFAULT AS IDENTITY, b_oter integer, no_facture reference, no_client reference, emise_le date, echeance date,
	ht euros, tva euros, montant_ttc euros GENERATED ALWAYS AS (ht + tva) STORED, c_oter date, total_regle euros_dus DEFAULT 0, date_reglement date, PRIMARY KEY (cle))',
	'ALTER TABLE facturation DROP COLUMN a_oter, DROP COLUMN b_oter'],
 'facturation', NULL,
 '{"cle": "x.n + 5000000000", "no_facture": "x.numero", "no_client": "x.client", "emise_le": "x.emission", "echeance": "x.echeance", "ht": "round(x.montant / 1.2, 2)", "tva": "x.montant - round(x.montant / 1.2, 2)",
   "total_regle": "x.paye", "date_reglement": "x.paye_le"}',
 't.cle = x.n + 5000000000', '{total_regle,date_reglement}', '{no_client,echeance,ht,tva}',
 $$SELECT 'principal', no_client, 'EUR', echeance, ht + tva - total_regle FROM facturation$$),

('expressions : centimes, échéance à calculer, devise et client d''une autre table',
 ARRAY['CREATE TABLE monnaie (id integer PRIMARY KEY, code text)', 'INSERT INTO monnaie VALUES (1, ''EUR''), (2, ''CHF'')',
	'CREATE TABLE doc (id numeric(10) PRIMARY KEY, quand timestamptz, delai integer, tiers jsonb, centimes bigint, paye_centimes bigint, dernier date, monnaie_id integer REFERENCES monnaie)'],
 'doc',
 ARRAY[$$creances.suivre_factures('doc', '{"facture": "''D-'' || id", "debiteur": "tiers ->> ''code''", "emission": "(quand AT TIME ZONE ''Europe/Paris'')::date", "echeance": "(quand AT TIME ZONE ''Europe/Paris'')::date + delai",
	"montant": "centimes / 100.0", "regle": "paye_centimes / 100.0", "regle_le": "dernier", "devise": "(SELECT m.code FROM forme.monnaie m WHERE m.id = t.monnaie_id)"}', depuis => creances.aujourdhui() - 400, mode => MODE_)$$],
 '{"id": "x.n", "quand": "x.emission + time ''23:30'' AT TIME ZONE ''Europe/Paris''", "delai": "x.echeance - x.emission", "tiers": "jsonb_build_object(''code'', x.client)", "centimes": "(x.montant * 100)::bigint",
   "paye_centimes": "(x.paye * 100)::bigint", "dernier": "x.paye_le", "monnaie_id": "1 + x.n % 2"}',
 't.id = x.n', '{paye_centimes,dernier}', '{tiers,delai,centimes}',
 $$SELECT 'principal', d.tiers ->> 'code', m.code, (d.quand AT TIME ZONE 'Europe/Paris')::date + d.delai, (d.centimes - d.paye_centimes) / 100.0 FROM doc d JOIN monnaie m ON m.id = d.monnaie_id$$);
UPDATE forme SET lignes = jsonb_set(lignes, '{quand}', '"(x.emission + time ''23:30'') AT TIME ZONE ''Europe/Paris''"') WHERE suivie = 'doc';
UPDATE forme SET etapes = ARRAY['une colonne ôtée', 'ALTER TABLE facturation DROP COLUMN c_oter', 'payée ensuite', 'UPDATE facturation SET total_regle = ht + tva WHERE cle = 5000000010'] WHERE suivie = 'facturation';

INSERT INTO forme (forme, ddl, suivie, cible, role, appels, lignes, identite, payer, changer, du, etapes) VALUES
('partitions à deux étages, écrites directement, attachées, détachées',
 ARRAY['CREATE TABLE pf (id bigint, agence integer, client text, emission date, echeance date, montant numeric, paye numeric DEFAULT 0, paye_le date, PRIMARY KEY (id, agence)) PARTITION BY LIST (agence)',
	'CREATE TABLE pf_0 PARTITION OF pf FOR VALUES IN (0)',
	-- other column numbers than its parent
	'CREATE TABLE pf_1 (ote text, paye_le date, paye numeric, montant numeric, echeance date, emission date, client text, agence integer NOT NULL, id bigint NOT NULL)',
	'ALTER TABLE pf_1 DROP COLUMN ote, ADD PRIMARY KEY (id, agence)', 'ALTER TABLE pf ATTACH PARTITION pf_1 FOR VALUES IN (1)',
	'CREATE TABLE pf_2 PARTITION OF pf FOR VALUES IN (2) PARTITION BY RANGE (id)', 'CREATE TABLE pf_2_a PARTITION OF pf_2 FOR VALUES FROM (0) TO (10)', 'CREATE TABLE pf_2_b PARTITION OF pf_2 DEFAULT'],
 'pf', NULL, NULL,
 ARRAY[$$creances.suivre_factures('pf', '{"facture": "id", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "regle": "paye", "regle_le": "paye_le"}', depuis => creances.aujourdhui() - 400, mode => MODE_)$$],
 '{"id": "x.n", "agence": "x.n % 3", "client": "x.client", "emission": "x.emission", "echeance": "x.echeance", "montant": "x.montant", "paye": "x.paye", "paye_le": "x.paye_le"}',
 't.id = x.n', '{paye,paye_le}', '{client,echeance,montant}',
 $$SELECT 'principal', client, 'EUR', echeance, montant - paye FROM pf$$,
 ARRAY['droit dans une partition', 'INSERT INTO pf_1 (id, agence, client, emission, echeance, montant, paye) VALUES (61, 1, ''A'', creances.aujourdhui() - 9, creances.aujourdhui() - 5, 61, 0)',
	'payée par la partition', 'UPDATE pf_1 SET paye = 11, paye_le = creances.aujourdhui() - 2 WHERE id = 61',
	'd''une partition à une autre', 'UPDATE pf SET agence = 2 WHERE id IN (61, 3, 4)',
	'supprimée dans la partition', 'DELETE FROM pf_2_b WHERE id = 61',
	'partition vidée', 'TRUNCATE pf_1',
	'partition détachée, qu''on ne suit plus', 'ALTER TABLE pf DETACH PARTITION pf_2; SELECT creances.cesser_suivi(''forme.pf_2''); SYNCHRONISER pf',
	'rattachée', 'ALTER TABLE pf ATTACH PARTITION pf_2 FOR VALUES IN (2); SYNCHRONISER pf',
	'partition créée, écrite directement', 'CREATE TABLE pf_9 PARTITION OF pf FOR VALUES IN (9); INSERT INTO pf_9 (id, agence, client, emission, echeance, montant) VALUES (62, 9, ''B'', creances.aujourdhui() - 9, creances.aujourdhui() - 5, 62); SYNCHRONISER pf',
	'puis par sa partition', 'UPDATE pf_9 SET paye = 2; UPDATE pf_2_a SET paye = paye + 1']),

('une table dont hérite une autre',
 ARRAY['CREATE TABLE mere (id integer PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, regle numeric DEFAULT 0, regle_le date)',
	'CREATE TABLE fille (magasin text DEFAULT ''m'', PRIMARY KEY (id)) INHERITS (mere)'],
 'mere', NULL, NULL, NULL,
 '{"id": "x.n", "numero": "x.numero", "client": "x.client", "emission": "x.emission", "echeance": "x.echeance", "montant": "x.montant", "regle": "x.paye", "regle_le": "x.paye_le"}',
 't.id = x.n', '{regle,regle_le}', '{client,echeance,montant}',
 $$SELECT 'principal', client, 'EUR', echeance, montant - regle FROM mere$$,
 ARRAY['droit dans la fille', 'INSERT INTO fille (id, numero, client, emission, echeance, montant) VALUES (61, ''H61'', ''A'', creances.aujourdhui() - 9, creances.aujourdhui() - 5, 61)',
	'payée par la mère', 'UPDATE mere SET regle = 11, regle_le = creances.aujourdhui() - 2 WHERE id IN (61, 3)',
	'payée par la fille', 'UPDATE fille SET regle = 21 WHERE id = 61',
	'la mère seule', 'UPDATE ONLY mere SET regle = 20 WHERE id IN (61, 3)',
	'supprimée par la mère', 'DELETE FROM mere WHERE id IN (61, 3)',
	'encore une, et la fille vidée', 'INSERT INTO fille (id, numero, client, emission, echeance, montant) VALUES (62, ''H62'', ''A'', creances.aujourdhui() - 9, creances.aujourdhui() - 5, 62); TRUNCATE fille']),

('écrite à travers une vue modifiable',
 ARRAY['CREATE TABLE base (f1 integer PRIMARY KEY, f2 text, f3 text, f4 date, f5 date, f6 numeric, f7 numeric DEFAULT 0, f8 date, type char(1) DEFAULT ''V'')',
	'CREATE VIEW ventes AS SELECT f1 AS id, f2 AS numero, f3 AS client, f4 AS emission, f5 AS echeance, f6 AS montant, f7 AS paye, f8 AS paye_le FROM base WHERE type = ''V'' WITH CHECK OPTION',
	'INSERT INTO base VALUES (900001, ''A900001'', ''fournisseur'', ''2024-01-01'', ''2024-02-01'', 1, 0, NULL, ''A'')'],
 'base', 'ventes', NULL,
 ARRAY[$$creances.suivre_factures('base', '{"facture": "f2", "debiteur": "f3", "emission": "f4", "echeance": "f5", "montant": "f6", "regle": "f7", "regle_le": "f8"}', 'type = ''V''', creances.aujourdhui() - 400, MODE_)$$],
 '{"id": "x.n", "numero": "x.numero", "client": "x.client", "emission": "x.emission", "echeance": "x.echeance", "montant": "x.montant", "paye": "x.paye", "paye_le": "x.paye_le"}',
 't.id = x.n', '{paye,paye_le}', '{client,echeance,montant}',
 $$SELECT 'principal', client, 'EUR', echeance, montant - paye FROM ventes$$,
 ARRAY['hors de la vue', 'UPDATE base SET type = ''A'' WHERE f1 IN (1, 3)', 'revenues', 'UPDATE base SET type = ''V'' WHERE f1 IN (1, 3)']),

('le schéma d''un autre rôle, écrite par un rôle qui n''a de droits que sur elle',
 ARRAY['ALTER SCHEMA forme OWNER TO creances_essai_comptable',
	'CREATE TABLE facture (id integer PRIMARY KEY, numero text, code_client text, date_facture date, date_echeance date, total_ttc numeric, total_paye numeric DEFAULT 0, date_paiement date)',
	'ALTER TABLE forme.facture OWNER TO creances_essai_comptable',
	'GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON forme.facture TO creances_essai_saisie',
	'SELECT creances.accorder(''creances_essai_comptable'', ''administration'')'],
 'forme.facture', NULL, 'creances_essai_saisie',
 ARRAY[$$set_config('role', 'creances_essai_comptable', true)$$, $$creances.suivre_factures('forme.facture', depuis => creances.aujourdhui() - 400, mode => MODE_)$$],
 '{"id": "x.n", "numero": "x.numero", "code_client": "x.client", "date_facture": "x.emission", "date_echeance": "x.echeance", "total_ttc": "x.montant", "total_paye": "x.paye", "date_paiement": "x.paye_le"}',
 't.id = x.n', '{total_paye,date_paiement}', '{code_client,date_echeance,total_ttc}',
 $$SELECT 'principal', code_client, 'EUR', date_echeance, total_ttc - total_paye FROM forme.facture$$,
 ARRAY['donnée à un autre propriétaire', 'ALTER TABLE forme.facture OWNER TO CURRENT_USER', 'payées ensuite', 'UPDATE forme.facture SET total_paye = total_paye + 1, date_paiement = date_facture'] ),

('un filtre : brouillons et annulées',
 ARRAY['CREATE TYPE etat_facture AS ENUM (''brouillon'', ''validee'', ''annulee'')',
	'CREATE TABLE vente (id serial PRIMARY KEY, ref text, client_id integer, date_vente date, echeance date, total numeric, paye numeric DEFAULT 0, paye_le date, etat etat_facture DEFAULT ''validee'')',
	'INSERT INTO vente (id, ref, client_id, total, etat) VALUES (900001, NULL, 1, 1000, ''brouillon''), (900002, ''F2'', 1, 999, ''annulee'')'],
 'vente', NULL, NULL,
 ARRAY[$$creances.suivre_factures('vente', '{"facture": "ref", "debiteur": "client_id", "emission": "date_vente", "echeance": "echeance", "montant": "total", "regle": "paye", "regle_le": "paye_le"}', 'etat = ''validee''', creances.aujourdhui() - 400, MODE_)$$],
 '{"id": "x.n", "ref": "x.numero", "client_id": "ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)", "date_vente": "x.emission", "echeance": "x.echeance", "total": "x.montant", "paye": "x.paye", "paye_le": "x.paye_le"}',
 't.id = x.n', '{paye,paye_le}', '{client_id,echeance,total}',
 $$SELECT 'principal', client_id, 'EUR', echeance, total - paye FROM vente WHERE etat = 'validee'$$,
 ARRAY['un brouillon validé', 'UPDATE vente SET ref = ''V1'', echeance = creances.aujourdhui(), date_vente = creances.aujourdhui(), etat = ''validee'' WHERE id = 900001',
	'des factures annulées', 'UPDATE vente SET etat = ''annulee'' WHERE id IN (1, 4, 900001)', 'rétablies', 'UPDATE vente SET etat = ''validee'' WHERE id IN (1, 4)']),

('triggers de ligne, comme sur un abonné de réplication',
 ARRAY['CREATE TABLE recue (id integer PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, regle numeric DEFAULT 0, regle_le date)'],
 'recue', NULL, NULL,
 ARRAY[$$creances.suivre_factures('recue', depuis => creances.aujourdhui() - 400, mode => MODE_, declencheur => 'ligne')$$],
 '{"id": "x.n", "numero": "x.numero", "client": "x.client", "emission": "x.emission", "echeance": "x.echeance", "montant": "x.montant", "regle": "x.paye", "regle_le": "x.paye_le"}',
 't.id = x.n', '{regle,regle_le}', '{client,echeance,montant}',
 $$SELECT 'principal', client, 'EUR', echeance, montant - regle FROM recue$$,
 ARRAY['sous replica : les déclencheurs sont toujours actifs', 'SET LOCAL session_replication_role = replica; UPDATE recue SET regle = 5 WHERE id = 6; SET LOCAL session_replication_role = origin']);

-- ERPs' own tables, from their public schemas: followed without mapping, or by
-- the model of that name that the table is recognised by.
INSERT INTO forme (forme, ddl, suivie, appels, lignes, identite, payer, changer, numero, du, etapes) VALUES
('Odoo : avoirs positifs, sociétés, brouillons et achats',
 ARRAY['CREATE TABLE res_currency (id integer PRIMARY KEY, name varchar NOT NULL, active boolean)', 'INSERT INTO res_currency VALUES (1, ''EUR'', true), (2, ''USD'', true)',
	'CREATE TABLE account_move (id integer PRIMARY KEY, company_id integer, partner_id integer, commercial_partner_id integer, currency_id integer NOT NULL REFERENCES res_currency, name varchar, ref varchar,
	state varchar NOT NULL DEFAULT ''draft'', move_type varchar NOT NULL DEFAULT ''entry'', payment_reference varchar, payment_state varchar, invoice_origin varchar, date date, invoice_date date, invoice_date_due date,
	amount_untaxed numeric, amount_tax numeric, amount_total numeric, amount_residual numeric, amount_total_signed numeric, amount_residual_signed numeric, create_date timestamp)',
	'INSERT INTO account_move (id, company_id, partner_id, currency_id, name, state, move_type, invoice_date, invoice_date_due, amount_total, amount_residual)
	 SELECT 900000 + n, 1, 66000, 1, ''BILL'' || n, CASE n WHEN 1 THEN ''draft'' ELSE ''posted'' END, CASE n WHEN 1 THEN ''out_invoice'' WHEN 2 THEN ''in_invoice'' ELSE ''entry'' END, ''2024-01-01'', ''2024-02-01'', 77, 77 FROM generate_series(1, 3) n'],
 'account_move', NULL,
 '{"id": "x.n", "company_id": "1 + x.n % 2", "partner_id": "ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)", "currency_id": "1 + x.n / 3 % 2", "name": "x.numero", "ref": "x.client", "state": "''posted''",
   "move_type": "CASE WHEN x.montant < 0 THEN ''out_refund'' ELSE ''out_invoice'' END", "date": "x.emission", "invoice_date": "x.emission", "invoice_date_due": "x.echeance", "amount_total": "abs(x.montant)",
   "amount_residual": "sign(x.montant) * (x.montant - x.paye)"}',
 't.id = x.n', '{amount_residual}', '{partner_id,invoice_date_due,amount_total,amount_residual}', 'name',
 $$SELECT company_id, partner_id, c.name, invoice_date_due, CASE move_type WHEN 'out_refund' THEN -amount_residual ELSE amount_residual END
	FROM account_move m JOIN res_currency c ON c.id = m.currency_id WHERE state = 'posted' AND move_type IN ('out_invoice', 'out_refund')$$,
 ARRAY['un brouillon validé', 'UPDATE account_move SET state = ''posted'' WHERE id = 900001', 'remis en brouillon, et un annulé', 'UPDATE account_move SET state = CASE id WHEN 4 THEN ''cancel'' ELSE ''draft'' END WHERE id IN (4, 900001)']),

('kivitendo : ar',
 ARRAY['CREATE TABLE currencies (id integer PRIMARY KEY, name text NOT NULL)', 'CREATE TABLE defaults (id integer PRIMARY KEY, currency_id integer NOT NULL REFERENCES currencies)', 'INSERT INTO currencies VALUES (1, ''CHF'')', 'INSERT INTO defaults VALUES (1, 1)',
	'CREATE TABLE ar (id integer PRIMARY KEY, invnumber text NOT NULL, transdate date DEFAULT current_date, gldate date DEFAULT current_date, customer_id integer, taxincluded boolean, amount numeric(15, 5) NOT NULL DEFAULT 0,
	netamount numeric(15, 5) NOT NULL DEFAULT 0, paid numeric(15, 5) NOT NULL DEFAULT 0, datepaid date, duedate date, deliverydate date, invoice boolean DEFAULT false, ordnumber text, quonumber text, itime timestamp DEFAULT now(),
	delivery_customer_id integer, storno boolean DEFAULT false, type text, orddate date, currency_id integer NOT NULL DEFAULT 1 REFERENCES currencies)'],
 'ar', NULL,
 '{"id": "x.n", "invnumber": "x.numero", "transdate": "x.emission", "duedate": "x.echeance", "customer_id": "ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)", "amount": "x.montant", "netamount": "x.montant", "paid": "x.paye", "datepaid": "x.paye_le"}',
 't.id = x.n', '{paid,datepaid}', '{customer_id,duedate,amount}', 'invnumber',
 $$SELECT 'principal', customer_id, 'CHF', duedate, amount - paid FROM ar$$, '{}'),

('ERPNext : "tabSales Invoice"',
 ARRAY['CREATE TABLE "tabSales Invoice" (name varchar(140) PRIMARY KEY, creation timestamp(6), modified timestamp(6), owner varchar(140), docstatus smallint NOT NULL DEFAULT 0, title varchar(140), customer varchar(140), customer_name varchar(140), company varchar(140),
	posting_date date, posting_time time, due_date date, is_return smallint NOT NULL DEFAULT 0, return_against varchar(140), currency varchar(140), base_total numeric(21, 9) NOT NULL DEFAULT 0, total numeric(21, 9) NOT NULL DEFAULT 0, base_grand_total numeric(21, 9) NOT NULL DEFAULT 0,
	grand_total numeric(21, 9) NOT NULL DEFAULT 0, rounded_total numeric(21, 9) NOT NULL DEFAULT 0, base_rounded_total numeric(21, 9) NOT NULL DEFAULT 0, outstanding_amount numeric(21, 9) NOT NULL DEFAULT 0, paid_amount numeric(21, 9) NOT NULL DEFAULT 0, status varchar(140),
	debit_to varchar(140), party_account_currency varchar(140))',
	'INSERT INTO "tabSales Invoice" (name, customer, company, due_date, grand_total, outstanding_amount, docstatus) VALUES (''brouillon'', ''A'', ''Une'', ''2024-01-01'', 9, 9, 0), (''annulée'', ''A'', ''Une'', ''2024-01-01'', 9, 9, 2)'],
 '"tabSales Invoice"', NULL,
 '{"name": "x.numero", "title": "x.client", "customer": "x.client", "customer_name": "''Client '' || x.client", "company": "''Une''", "posting_date": "x.emission", "due_date": "x.echeance", "docstatus": "1", "is_return": "(x.montant < 0)::integer",
   "grand_total": "x.montant", "base_grand_total": "x.montant", "currency": "''EUR''", "party_account_currency": "''EUR''", "outstanding_amount": "x.montant - x.paye"}',
 't.name = ''F'' || x.n', '{outstanding_amount}', '{customer,due_date,grand_total,outstanding_amount}', 'name',
 $$SELECT company, customer, 'EUR', due_date, outstanding_amount FROM "tabSales Invoice" WHERE docstatus = 1$$,
 ARRAY['annulée', 'UPDATE "tabSales Invoice" SET docstatus = 2 WHERE name = ''F5''']),

('xTuple : aropen, les crédits y sont positifs',
 ARRAY['CREATE TABLE curr_symbol (curr_id integer PRIMARY KEY, curr_abbr varchar(3))', 'INSERT INTO curr_symbol VALUES (1, ''EUR''), (2, ''GBP'')',
	'CREATE TABLE aropen (aropen_id integer PRIMARY KEY, aropen_docdate date NOT NULL, aropen_duedate date NOT NULL, aropen_cust_id integer, aropen_doctype char(1), aropen_docnumber text, aropen_applyto text, aropen_amount numeric(20, 2) NOT NULL, aropen_notes text,
	aropen_posted boolean NOT NULL DEFAULT false, aropen_commission_due numeric(20, 2), aropen_paid numeric(20, 2) DEFAULT 0, aropen_open boolean, aropen_curr_id integer REFERENCES curr_symbol, aropen_closedate date, aropen_distdate date)'],
 'aropen', NULL,
 '{"aropen_id": "x.n", "aropen_docdate": "x.emission", "aropen_duedate": "x.echeance", "aropen_cust_id": "ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)", "aropen_doctype": "CASE WHEN x.montant < 0 THEN ''C'' ELSE ''I'' END",
   "aropen_docnumber": "x.numero", "aropen_amount": "abs(x.montant)", "aropen_paid": "x.paye", "aropen_curr_id": "1 + x.n % 2", "aropen_distdate": "x.paye_le"}',
 't.aropen_id = x.n', '{aropen_paid,aropen_distdate}', '{aropen_cust_id,aropen_duedate,aropen_amount}', 'aropen_docnumber',
 $$SELECT 'principal', aropen_cust_id, c.curr_abbr, aropen_duedate, CASE aropen_doctype WHEN 'C' THEN aropen_paid - aropen_amount ELSE aropen_amount - aropen_paid END FROM aropen JOIN curr_symbol c ON c.curr_id = aropen_curr_id$$, '{}'),

('Axelor : clés bigint, montant restant',
 ARRAY['CREATE TABLE base_currency (id bigint PRIMARY KEY, code varchar(255))', 'INSERT INTO base_currency VALUES (5, ''EUR'')',
	'CREATE TABLE account_invoice (id bigint PRIMARY KEY, version integer, created_on timestamp, invoice_id varchar(255), operation_type_select integer NOT NULL, company bigint NOT NULL, partner bigint NOT NULL, external_reference varchar(255), invoice_date date, due_date date, currency bigint REFERENCES base_currency,
	original_invoice bigint, ex_tax_total numeric(20, 2) DEFAULT 0, in_tax_total numeric(20, 2) DEFAULT 0, amount_paid numeric(20, 2) DEFAULT 0, amount_remaining numeric(20, 2) DEFAULT 0, company_in_tax_total numeric(20, 2) DEFAULT 0, status_select integer DEFAULT 1)',
	'INSERT INTO account_invoice (id, operation_type_select, company, partner, invoice_date, in_tax_total, amount_remaining, currency, status_select) VALUES (900001, 3, 1, 2, ''2024-01-01'', 5, 5, 5, 1), (900002, 1, 1, 2, ''2024-01-01'', 5, 5, 5, 3)'],
 'account_invoice', NULL,
 '{"id": "x.n", "invoice_id": "x.numero", "operation_type_select": "CASE WHEN x.montant < 0 THEN 4 ELSE 3 END", "company": "8000000000 + x.n % 2", "partner": "9000000000 + ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)",
   "invoice_date": "x.emission", "due_date": "x.echeance", "in_tax_total": "abs(x.montant)", "amount_remaining": "sign(x.montant) * (x.montant - x.paye)", "currency": "5", "status_select": "3"}',
 't.id = x.n', '{amount_remaining}', '{partner,due_date,in_tax_total,amount_remaining}', 'invoice_id',
 $$SELECT company, partner, 'EUR', due_date, CASE operation_type_select WHEN 4 THEN -amount_remaining ELSE amount_remaining END FROM account_invoice WHERE status_select = 3 AND operation_type_select IN (3, 4)$$, '{}');

-- Payments in tables of their own.
INSERT INTO forme (forme, ddl, suivie, appels, lignes, identite, payer, changer, numero, supprimer, vider, du, etapes) VALUES
('Dolibarr : paiements imputés dans llx_paiement_facture',
 ARRAY['CREATE SEQUENCE s',
	'CREATE TABLE llx_facture (rowid integer PRIMARY KEY, ref varchar(30) NOT NULL, entity integer NOT NULL DEFAULT 1, ref_client varchar(255), type smallint NOT NULL DEFAULT 0, fk_soc integer NOT NULL, datec timestamp, datef date, date_valid date, date_closing timestamp,
	paye smallint NOT NULL DEFAULT 0, close_code varchar(16), total_tva numeric(24, 8) DEFAULT 0, total_ht numeric(24, 8) DEFAULT 0, total_ttc numeric(24, 8) DEFAULT 0, fk_statut smallint NOT NULL DEFAULT 0, fk_facture_source integer REFERENCES llx_facture, date_lim_reglement date,
	multicurrency_code varchar(3), multicurrency_total_ttc numeric(24, 8) DEFAULT 0, UNIQUE (ref, entity))',
	'CREATE TABLE llx_paiement (rowid integer PRIMARY KEY, ref varchar(30), datep timestamp, amount numeric(24, 8) DEFAULT 0, num_paiement varchar(50))',
	'CREATE TABLE llx_paiement_facture (rowid integer PRIMARY KEY, fk_paiement integer REFERENCES llx_paiement, fk_facture integer REFERENCES llx_facture, amount numeric(24, 8) DEFAULT 0, multicurrency_amount numeric(24, 8) DEFAULT 0)',
	'CREATE INDEX ON llx_paiement_facture (fk_facture)',
	'CREATE TABLE llx_societe_remise_except (rowid integer PRIMARY KEY, entity integer NOT NULL DEFAULT 1, fk_soc integer NOT NULL, discount_type integer NOT NULL DEFAULT 0, datec timestamp, amount_ttc numeric(24, 8) NOT NULL DEFAULT 0, fk_facture_line integer,
	fk_facture integer REFERENCES llx_facture, fk_facture_source integer REFERENCES llx_facture)'],
 'llx_facture', ARRAY['creances.suivre_factures(''llx_facture'', depuis => creances.aujourdhui() - 400, mode => MODE_)', 'creances.suivre_reglements(''llx_paiement_facture'', mode => MODE_)'],
 '{"rowid": "x.n", "ref": "x.numero", "type": "CASE WHEN x.montant < 0 THEN 2 ELSE 0 END", "fk_soc": "ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)", "datef": "x.emission", "date_lim_reglement": "x.echeance", "total_ttc": "x.montant", "fk_statut": "1"}',
 't.rowid = x.n',
 ARRAY['WITH p AS (INSERT INTO llx_paiement (rowid, ref, datep, amount, num_paiement) SELECT nextval(''s''), ''P'' || x.n, x.paye_le, x.delta, x.n FROM essai.x WHERE x.delta > 0 ORDER BY x.n RETURNING *)
	INSERT INTO llx_paiement_facture (rowid, fk_paiement, fk_facture, amount) SELECT p.rowid, p.rowid, p.num_paiement::integer, p.amount FROM p',
	'UPDATE llx_paiement_facture a SET amount = a.amount + x.delta FROM essai.x WHERE x.delta < 0 AND a.rowid = (SELECT max(b.rowid) FROM llx_paiement_facture b WHERE b.fk_facture = x.n)',
	'DELETE FROM llx_paiement_facture WHERE amount = 0'],
 '{fk_soc,date_lim_reglement,total_ttc}', 'ref',
 ARRAY['DELETE FROM llx_paiement_facture a USING essai.x WHERE a.fk_facture = x.n', 'DELETE FROM llx_facture t USING essai.x WHERE t.rowid = x.n'],
 'TRUNCATE llx_facture, llx_paiement, llx_paiement_facture, llx_societe_remise_except',
 $$SELECT f.entity, f.fk_soc, 'EUR', f.date_lim_reglement, f.total_ttc - coalesce((SELECT sum(a.amount) FROM llx_paiement_facture a WHERE a.fk_facture = f.rowid), 0) FROM llx_facture f WHERE f.fk_statut IN (1, 2)$$,
 ARRAY['imputé à une autre facture', 'UPDATE llx_paiement_facture SET fk_facture = 7 WHERE rowid = (SELECT max(rowid) FROM llx_paiement_facture WHERE fk_facture = 4)',
	'un paiement de deux factures', 'INSERT INTO llx_paiement VALUES (900001, ''PX'', creances.aujourdhui() - 4, 50); INSERT INTO llx_paiement_facture VALUES (900001, 900001, 5, 20), (900002, 900001, 6, 30)',
	'un brouillon', 'INSERT INTO llx_facture (rowid, ref, fk_soc, datef, date_lim_reglement, total_ttc, fk_statut) VALUES (900001, ''(PROV)'', 65000, creances.aujourdhui(), creances.aujourdhui(), 10, 0)',
	'payé', 'INSERT INTO llx_paiement VALUES (900002, ''PY'', creances.aujourdhui(), 4); INSERT INTO llx_paiement_facture VALUES (900003, 900002, 900001, 4)',
	'validé', 'UPDATE llx_facture SET ref = ''FA1'', fk_statut = 1 WHERE rowid = 900001',
	'une date changée dans llx_paiement', 'UPDATE llx_paiement SET datep = datep - interval ''1 day''; SYNCHRONISER llx_paiement_facture']),

('iDempiere : clés numeric, imputations et pertes, échéance par fonction',
 ARRAY['CREATE TABLE c_currency (c_currency_id numeric(10) PRIMARY KEY, iso_code char(3) NOT NULL)', 'CREATE TABLE c_doctype (c_doctype_id numeric(10) PRIMARY KEY, docbasetype char(3) NOT NULL)', 'CREATE TABLE c_paymentterm (c_paymentterm_id numeric(10) PRIMARY KEY, netdays numeric NOT NULL)',
	'INSERT INTO c_currency VALUES (102, ''EUR'')', 'INSERT INTO c_doctype VALUES (1, ''ARI''), (2, ''ARC'')', 'INSERT INTO c_paymentterm SELECT n, n FROM generate_series(0, 100) n',
	'CREATE FUNCTION paymenttermduedate(paymentterm_id numeric, docdate timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS ''SELECT docdate + p.netdays * interval ''''1 day'''' FROM forme.c_paymentterm p WHERE p.c_paymentterm_id = paymentterm_id''',
	'CREATE TABLE c_invoice (c_invoice_id numeric(10) PRIMARY KEY, ad_client_id numeric(10) NOT NULL DEFAULT 11, ad_org_id numeric(10) NOT NULL DEFAULT 12, isactive char(1) NOT NULL DEFAULT ''Y'', issotrx char(1) NOT NULL DEFAULT ''Y'', documentno varchar(30) NOT NULL, docstatus varchar(2) NOT NULL DEFAULT ''DR'',
	c_doctype_id numeric(10) NOT NULL REFERENCES c_doctype, dateinvoiced timestamp NOT NULL, dateacct timestamp, c_bpartner_id numeric(10) NOT NULL, dateordered timestamp, c_currency_id numeric(10) NOT NULL DEFAULT 102 REFERENCES c_currency, c_paymentterm_id numeric(10) NOT NULL REFERENCES c_paymentterm,
	totallines numeric NOT NULL DEFAULT 0, grandtotal numeric NOT NULL DEFAULT 0, ispaid char(1) NOT NULL DEFAULT ''N'')',
	'CREATE SEQUENCE s',
	'CREATE TABLE c_allocationline (c_allocationline_id numeric(10) PRIMARY KEY DEFAULT nextval(''s''), ad_org_id numeric(10) NOT NULL DEFAULT 12, isactive char(1) NOT NULL DEFAULT ''Y'', datetrx timestamp, c_invoice_id numeric(10) REFERENCES c_invoice, c_bpartner_id numeric(10), c_payment_id numeric(10),
	amount numeric NOT NULL DEFAULT 0, discountamt numeric NOT NULL DEFAULT 0, writeoffamt numeric NOT NULL DEFAULT 0)', 'CREATE INDEX ON c_allocationline (c_invoice_id)'],
 'c_invoice', ARRAY['creances.suivre_factures(''c_invoice'', depuis => creances.aujourdhui() - 400, mode => MODE_)', 'creances.suivre_reglements(''c_allocationline'', mode => MODE_)'],
 '{"c_invoice_id": "x.n", "documentno": "x.numero", "docstatus": "''CO''", "c_doctype_id": "CASE WHEN x.montant < 0 THEN 2 ELSE 1 END", "dateinvoiced": "x.emission", "dateacct": "x.emission", "c_bpartner_id": "ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)",
   "c_paymentterm_id": "x.echeance - x.emission", "grandtotal": "abs(x.montant)"}',
 't.c_invoice_id = x.n',
 ARRAY['INSERT INTO c_allocationline (datetrx, c_invoice_id, amount) SELECT x.paye_le, x.n, x.delta FROM essai.x WHERE x.delta <> 0 ORDER BY x.n'],
 '{c_bpartner_id,c_paymentterm_id,grandtotal}', 'documentno',
 ARRAY['DELETE FROM c_allocationline a USING essai.x WHERE a.c_invoice_id = x.n', 'DELETE FROM c_invoice t USING essai.x WHERE t.c_invoice_id = x.n'],
 'TRUNCATE c_invoice, c_allocationline',
 $$SELECT i.ad_org_id, i.c_bpartner_id, 'EUR', (i.dateinvoiced + t.netdays * interval '1 day')::date, CASE i.c_doctype_id WHEN 2 THEN -1 ELSE 1 END * i.grandtotal
	- coalesce((SELECT sum(a.amount + a.discountamt + a.writeoffamt) FROM c_allocationline a WHERE a.c_invoice_id = i.c_invoice_id AND a.isactive = 'Y'), 0)
	FROM c_invoice i JOIN c_paymentterm t USING (c_paymentterm_id)$$,
 ARRAY['escompte et perte', 'INSERT INTO c_allocationline (datetrx, c_invoice_id, amount, discountamt, writeoffamt) VALUES (creances.aujourdhui() - 3, 6, 100, 2.5, 0), (creances.aujourdhui() - 2, 6, 0, 0, 397.75), (creances.aujourdhui(), 7, 40, 0, 5)',
	'une imputation inactive', 'UPDATE c_allocationline SET isactive = ''N'' WHERE writeoffamt = 397.75']),

('français : règlements par numéro, en compte, pertes ; clients',
 ARRAY['CREATE TABLE clients (code_client text PRIMARY KEY, raison_sociale text, courriel text, siret text)', 'INSERT INTO clients VALUES (''A'', ''Aubert'', ''a@exemple.fr'', ''732 829 320 00074'')',
	'CREATE TABLE factures (numero_facture text PRIMARY KEY, code_client text NOT NULL, date_facture date, date_echeance date, montant_ttc numeric(12,2))',
	'CREATE TABLE reglements (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, numero_facture text REFERENCES factures ON UPDATE CASCADE ON DELETE CASCADE, code_client text, date_reglement date NOT NULL, montant numeric(12,2) NOT NULL, nature text)', 'CREATE INDEX ON reglements (numero_facture)'],
 'factures', ARRAY['creances.suivre_clients(''clients'', mode => MODE_)', 'creances.suivre_reglements(''reglements'', mode => MODE_)', 'creances.suivre_factures(''factures'', depuis => creances.aujourdhui() - 400, mode => MODE_)'],
 '{"numero_facture": "x.numero", "code_client": "x.client", "date_facture": "x.emission", "date_echeance": "x.echeance", "montant_ttc": "x.montant"}',
 't.numero_facture = ''F'' || x.n',
 ARRAY['INSERT INTO reglements (numero_facture, date_reglement, montant) SELECT x.numero, x.paye_le, x.delta FROM essai.x WHERE x.delta <> 0 ORDER BY x.n'],
 '{code_client,date_echeance,montant_ttc}', 'numero_facture', NULL, 'TRUNCATE factures, reglements',
 $$SELECT 'principal', f.code_client, 'EUR', f.date_echeance, f.montant_ttc - coalesce((SELECT sum(r.montant) FROM reglements r WHERE r.numero_facture = f.numero_facture), 0) FROM factures f
	UNION ALL SELECT 'principal', r.code_client, 'EUR', r.date_reglement, -r.montant FROM reglements r WHERE r.numero_facture IS NULL$$,
 ARRAY['en compte', 'INSERT INTO reglements (code_client, date_reglement, montant) VALUES (''B'', creances.aujourdhui() - 50, 200), (''Z'', creances.aujourdhui() - 3, 10)',
	'imputé', 'UPDATE reglements SET numero_facture = ''F3'' WHERE code_client = ''B''', 'en compte de nouveau', 'UPDATE reglements SET numero_facture = NULL WHERE code_client = ''B''', 'imputé en partie', 'WITH r AS (UPDATE reglements SET montant = 120 WHERE code_client = ''B'' RETURNING *) INSERT INTO reglements (numero_facture, code_client, date_reglement, montant) SELECT ''F3'', code_client, date_reglement, 80 FROM r',
	'une perte', 'INSERT INTO reglements (numero_facture, date_reglement, montant, nature) VALUES (''F7'', creances.aujourdhui() - 1, 45, ''perte'')',
	'corrigés : montant, date, client', 'UPDATE reglements SET montant = montant + 1, date_reglement = date_reglement - 1, code_client = ''Y'' WHERE code_client = ''Z''',
	'supprimés', 'DELETE FROM reglements WHERE code_client = ''Y'' OR montant = 45',
	'des clients arrivent, changent, partent', 'INSERT INTO clients VALUES (''C'', ''Cadet'', NULL, NULL); UPDATE clients SET raison_sociale = ''Aubert et fils'' WHERE code_client = ''A''; DELETE FROM clients WHERE code_client = ''C''']),

('paiements et imputations, le reste en compte',
 ARRAY['CREATE TABLE facture (id uuid PRIMARY KEY, numero text, client text, emise date, echeance date, total numeric)', 'CREATE TABLE paiement (id integer PRIMARY KEY, client text, recu_le date, somme numeric, mode text, annule boolean DEFAULT false)', 'CREATE SEQUENCE s',
	'CREATE TABLE imputation (paiement_id integer REFERENCES paiement ON DELETE CASCADE, facture_id uuid REFERENCES facture, part numeric, PRIMARY KEY (paiement_id, facture_id))', 'CREATE INDEX ON imputation (facture_id)'],
 'facture',
 ARRAY[$$creances.suivre_factures('facture', '{"facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance", "montant": "total"}', depuis => creances.aujourdhui() - 400, mode => MODE_)$$,
	$$creances.suivre_reglements('imputation', '{"cle_facture": "facture_id", "cle_paiement": "paiement_id", "montant": "part", "date": "(SELECT p.recu_le FROM forme.paiement p WHERE p.id = t.paiement_id)"}', 'NOT (SELECT p.annule FROM forme.paiement p WHERE p.id = t.paiement_id)', mode => MODE_)$$,
	$$creances.suivre_reglements('paiement', '{"debiteur": "client", "date": "recu_le", "montant": "somme - coalesce((SELECT sum(i.part) FROM forme.imputation i WHERE i.paiement_id = t.id), 0)"}', 'NOT annule', mode => MODE_)$$],
 '{"id": "(''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid", "numero": "x.numero", "client": "x.client", "emise": "x.emission", "echeance": "x.echeance", "total": "x.montant"}',
 't.id = (''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid',
 ARRAY['WITH p AS (INSERT INTO paiement (id, client, recu_le, somme, mode) SELECT nextval(''s''), x.client, x.paye_le, x.delta, x.n FROM essai.x WHERE x.delta <> 0 ORDER BY x.n RETURNING *)
	INSERT INTO imputation SELECT p.id, (''00000000-0000-4000-8000-'' || lpad(to_hex(p.mode::integer), 12, ''0''))::uuid, p.somme FROM p'],
 '{client,echeance,total}', 'numero',
 ARRAY['DELETE FROM paiement p USING imputation i, essai.x WHERE i.paiement_id = p.id AND i.facture_id = (''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid', 'DELETE FROM imputation i USING essai.x WHERE i.facture_id = (''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid',
	'DELETE FROM facture t USING essai.x WHERE t.id = (''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid'],
 'TRUNCATE facture, paiement, imputation',
 $$SELECT 'principal', f.client, 'EUR', f.echeance, f.total - coalesce((SELECT sum(i.part) FROM imputation i JOIN paiement p ON p.id = i.paiement_id AND NOT p.annule WHERE i.facture_id = f.id), 0) FROM facture f
	UNION ALL SELECT 'principal', p.client, 'EUR', p.recu_le, coalesce((SELECT sum(i.part) FROM imputation i WHERE i.paiement_id = p.id), 0) - p.somme FROM paiement p WHERE NOT p.annule$$,
 ARRAY['reçu, pas encore imputé', 'INSERT INTO paiement VALUES (900001, ''B'', creances.aujourdhui() - 10, 500)',
	'imputé en partie à deux factures', 'INSERT INTO imputation SELECT 900001, (''00000000-0000-4000-8000-'' || lpad(n::text, 12, ''0''))::uuid, 10 * n FROM unnest(ARRAY[3, 7]) n',
	'une imputation défaite', 'DELETE FROM imputation WHERE paiement_id = 900001 AND part = 70',
	'augmentée', 'UPDATE imputation SET part = 80 WHERE paiement_id = 900001',
	'le paiement rejeté', 'UPDATE paiement SET annule = true WHERE id = 900001',
	'rétabli', 'UPDATE paiement SET annule = false WHERE id = 900001',
	'supprimé', 'DELETE FROM paiement WHERE id = 900001']),

('échéancier, règlements par facture et échéance',
 ARRAY['CREATE TABLE facture (id integer PRIMARY KEY, numero text, client text)',
	'CREATE TABLE echeance (facture_id integer, no smallint, client text, emise date, le date, montant numeric, PRIMARY KEY (facture_id, no))',
	'CREATE TABLE encaissement (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, facture_id integer, no smallint, le timestamptz, montant numeric)', 'CREATE INDEX ON encaissement (facture_id, no)'],
 'echeance',
 ARRAY[$$creances.suivre_factures('echeance', '{"facture": "''E'' || facture_id", "rang": "no", "debiteur": "client", "emission": "emise", "echeance": "le", "montant": "montant"}', depuis => creances.aujourdhui() - 400, mode => MODE_)$$,
	$$creances.suivre_reglements('encaissement', '{"cle_facture": "ARRAY[facture_id::text, no::text]::text", "date": "(le AT TIME ZONE ''Europe/Paris'')::date", "montant": "montant"}', mode => MODE_)$$],
 '{"facture_id": "(x.n + 1) / 2", "no": "2 - x.n % 2", "client": "x.client", "emise": "x.emission", "le": "x.echeance", "montant": "x.montant"}',
 't.facture_id = (x.n + 1) / 2 AND t.no = 2 - x.n % 2',
 ARRAY['INSERT INTO encaissement (facture_id, no, le, montant) SELECT (x.n + 1) / 2, 2 - x.n % 2, (x.paye_le + time ''12:00'') AT TIME ZONE ''Europe/Paris'', x.delta FROM essai.x WHERE x.delta <> 0 ORDER BY x.n'],
 '{client,le,montant}', NULL,
 ARRAY['DELETE FROM encaissement e USING essai.x WHERE e.facture_id = (x.n + 1) / 2 AND e.no = 2 - x.n % 2', 'DELETE FROM echeance t USING essai.x WHERE t.facture_id = (x.n + 1) / 2 AND t.no = 2 - x.n % 2'],
 'TRUNCATE echeance, encaissement',
 $$SELECT 'principal', e.client, 'EUR', e.le, e.montant - coalesce((SELECT sum(r.montant) FROM encaissement r WHERE (r.facture_id, r.no) = (e.facture_id, e.no)), 0) FROM echeance e$$, '{}');

-- Linked credit notes; two tables that share their numbers.
INSERT INTO forme (forme, ddl, suivie, appels, lignes, identite, payer, changer, numero, du, etapes) VALUES
('avoirs liés à leur facture',
 ARRAY['CREATE TABLE piece (id integer PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, regle numeric DEFAULT 0, regle_le date, avoir_de text)'],
 'piece',
 ARRAY[$$creances.suivre_factures('piece', '{"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "regle": "regle", "regle_le": "regle_le", "avoir_de": "avoir_de"}', depuis => creances.aujourdhui() - 400, mode => MODE_)$$],
 '{"id": "x.n", "numero": "x.numero", "client": "x.client", "emission": "x.emission", "echeance": "x.echeance", "montant": "x.montant", "regle": "x.paye", "regle_le": "x.paye_le", "avoir_de": "CASE WHEN x.montant < 0 THEN ''F2'' END"}',
 't.id = x.n', '{regle,regle_le}', '{client,echeance,montant}', 'numero',
 $$SELECT 'principal', f.client, 'EUR', f.echeance, f.montant - f.regle + coalesce(a.somme, 0)
	FROM piece f LEFT JOIN (SELECT avoir_de, sum(montant - regle) AS somme FROM piece GROUP BY 1) a ON a.avoir_de = f.numero WHERE f.avoir_de IS NULL$$,
 ARRAY['un avoir', 'INSERT INTO piece VALUES (900001, ''AV1'', ''A'', creances.aujourdhui() - 3, NULL, -20, 0, NULL, ''F1'')',
	'remboursé en partie', 'UPDATE piece SET regle = -5, regle_le = creances.aujourdhui() - 1 WHERE id = 900001',
	'd''une autre facture', 'UPDATE piece SET avoir_de = ''F5'', montant = -25 WHERE id = 900001',
	'de sa facture qui n''est pas encore là', 'UPDATE piece SET avoir_de = ''F900002'' WHERE id = 900001',
	'délié', 'UPDATE piece SET avoir_de = NULL, echeance = emission WHERE id = 900001']),

('deux tables qui partagent leurs numéros : un préfixe',
 ARRAY['CREATE TABLE une (id integer PRIMARY KEY, numero text, client text, emission date, echeance date, montant numeric, regle numeric DEFAULT 0, regle_le date)', 'CREATE TABLE autre (LIKE une INCLUDING ALL)',
	'INSERT INTO autre SELECT n, ''F'' || n, ''A'', creances.aujourdhui() - 50, creances.aujourdhui() - 20, 1000 + n FROM generate_series(1, 4) n'],
 'une', ARRAY['creances.suivre_factures(''une'', depuis => creances.aujourdhui() - 400, mode => MODE_)', 'creances.suivre_factures(''autre'', depuis => creances.aujourdhui() - 400, mode => MODE_, prefixe => ''B-'')'],
 '{"id": "x.n", "numero": "x.numero", "client": "x.client", "emission": "x.emission", "echeance": "x.echeance", "montant": "x.montant", "regle": "x.paye", "regle_le": "x.paye_le"}',
 't.id = x.n', '{regle,regle_le}', '{client,echeance,montant}', 'numero',
 $$SELECT 'principal', client, 'EUR', echeance, montant - regle FROM (SELECT * FROM une UNION ALL SELECT * FROM autre) u$$,
 ARRAY['l''autre payée', 'UPDATE autre SET regle = 5 WHERE id = 1', 'le même numéro supprimé ici', 'DELETE FROM une WHERE id = 1', 'l''autre vidée', 'TRUNCATE autre']);

UPDATE forme SET nb = 5000 WHERE ordre > (SELECT max(ordre) FROM forme WHERE forme ~ 'triggers de ligne');

-- Each shape in each mode; the load, in mode immediat for one shape, differe for
-- the next. psql has no loop: its script is written first.
\set fichier `echo "${TMPDIR:-/tmp}/creances_essai_matrice"`
\o :fichier
SELECT format(E'CALL essai.vivre(%L, %L);\n', f.forme, m)
	|| CASE WHEN (f.ordre % 2 = 1) <> (m = 'immediat') THEN ''
			WHEN f.cible IS NOT NULL THEN format(E'%s;\nCALL essai.finir(%L, %L);\n', replace((ordres(f, 'inserer'))[1], 'essai.x ', format('(SELECT * FROM essai.lot WHERE n <= %s) x ', f.nb)), f.forme, m)
			ELSE format(E'\\copy (SELECT %s FROM essai.lot x WHERE x.n <= %s ORDER BY x.n) TO PROGRAM ''cat > "${TMPDIR:-/tmp}/creances_essai_matrice_lot"''\n%s\\copy %s (%s) FROM PROGRAM ''cat "${TMPDIR:-/tmp}/creances_essai_matrice_lot"''\n%sCALL essai.finir(%L, %L);\n',
					c.expressions, f.nb, 'SET ROLE ' || f.role || E';\n', f.suivie, c.noms, CASE WHEN f.role IS NOT NULL THEN E'RESET ROLE;\n' ELSE '' END, f.forme, m) END
  FROM forme f
 CROSS JOIN unnest(ARRAY['immediat', 'differe']) m
 CROSS JOIN LATERAL (SELECT string_agg(quote_ident(l.key), ', ' ORDER BY l.key) AS noms, string_agg(l.value, ', ' ORDER BY l.key) AS expressions
					   FROM jsonb_each_text(f.lignes) l) c
 ORDER BY f.ordre, m DESC;
\o
\set ECHO none
\i :fichier
\set ECHO all
\! rm -f "${TMPDIR:-/tmp}/creances_essai_matrice" "${TMPDIR:-/tmp}/creances_essai_matrice_lot"

-- A step a line: what is open, what it owes, and the findings, when both modes agree.
SELECT CASE WHEN r.etape = 1 THEN format(E'== %s\n', f.forme) ELSE '' END
	|| CASE WHEN count(*) = 2 AND count(DISTINCT (r.nom, r.nb, r.du, r.constat)) = 1 OR r.etape >= 100
			THEN format('%s : %s, %s ; %s', min(r.nom), min(r.nb), min(r.du), min(r.constat))
			ELSE string_agg(format('%s, %s : %s, %s ; %s', r.mode, r.nom, r.nb, r.du, r.constat), E'\n' ORDER BY r.mode DESC) END
  FROM forme f
  JOIN resultat r ON r.ordre = f.ordre
 GROUP BY f.ordre, f.forme, r.etape
 ORDER BY f.ordre, r.etape;

DROP EXTENSION creances CASCADE;
DROP SCHEMA forme, essai CASCADE;
DROP ROLE creances_essai_comptable, creances_essai_saisie;
