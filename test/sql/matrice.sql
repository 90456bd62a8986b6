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
SET search_path = essai, pg_catalog;

-- A shape: how its tables are made and tied, how an invoice of the life (a row
-- x, see below) is written in them, and what they say is due, in plain SQL.
CREATE TABLE forme (
	ordre		integer GENERATED ALWAYS AS IDENTITY,
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
	etapes		text[] NOT NULL DEFAULT '{}',	-- steps of its own: name, statement, name, statement...
	restes		text[] NOT NULL DEFAULT '{}'	-- run at the end
);

-- The invoices of the life as they are now; those that a step touches, as they
-- are after it (delta: what it pays).
CREATE TABLE vie (n integer PRIMARY KEY, client text NOT NULL, emission date NOT NULL, echeance date NOT NULL,
	montant numeric NOT NULL, paye numeric NOT NULL DEFAULT 0, paye_le date, numero text NOT NULL, delta numeric NOT NULL DEFAULT 0);
CREATE TABLE x (LIKE vie INCLUDING ALL);
CREATE TABLE lot (LIKE vie INCLUDING ALL);
CREATE TABLE resultat (ordre integer, etape integer, nom text, mode text, nb bigint, du numeric, constat text);

CREATE FUNCTION constat(f forme) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	j CONSTANT date := creances.aujourdhui();
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
		 WHERE coalesce(erp.du, 0) <> coalesce(nous.du, 0)$q$, f.du) INTO faux USING j;
	faux := coalesce(faux, '{}')
		|| ARRAY(SELECT format('%s : %s %s %s', s.table_suivie, v.cle, v.facture, v.ecart)
				   FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v ORDER BY 1)
		|| ARRAY(SELECT format('%s : %s au journal', a.table_suivie, a.en_attente) FROM creances.fraicheur a WHERE a.en_attente > 0 ORDER BY 1)
		|| ARRAY(SELECT format('%s refusee : %s %s', l.suivi, l.code, l.motif) FROM creances.ligne_refusee l ORDER BY 1)
		|| ARRAY(SELECT format('%s : %s', c.invariant, c.detail) FROM creances.coherence() c ORDER BY 1);
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
	IF p_mode = 'immediat' AND p_nom !~ 'synchroniser' THEN
		dit := coalesce((SELECT format(E'\n%s au journal', sum(a.en_attente)) FROM creances.fraicheur a HAVING sum(a.en_attente) > 0), '');
	END IF;
	PERFORM creances.rafraichir();
	IF p_hier <> hier() THEN
		dit := dit || format(E'\nla balance d''hier a change :\n%s\nau lieu de\n%s', hier(), p_hier);
	END IF;
	EXECUTE format('SELECT count(*) FILTER (WHERE reste <> 0) AS nb, coalesce(sum(reste), 0) AS du FROM (%s) d(creancier, debiteur, devise, echeance, reste)', f.du) INTO compte;
	INSERT INTO resultat VALUES (f.ordre, p_etape, p_nom, p_mode, compte.nb, trim_scale(compte.du), constat(f) || dit);
	COMMIT;
END $$;

CREATE PROCEDURE etape(f forme, p_mode text, p_etape integer, nom text, ordres text[], fige boolean) LANGUAGE plpgsql AS $$
DECLARE
	avant text;
	o text;
BEGIN
	avant := CASE WHEN fige THEN hier() END;
	IF ordres[1] = 'CALL creances.synchroniser' THEN
		CALL creances.synchroniser(f.suivie::regclass);
	ELSE
		IF f.role IS NOT NULL AND ordres[1] !~ '^(ALTER|CREATE|SET)' THEN
			PERFORM set_config('role', f.role, true);
		END IF;
		FOREACH o IN ARRAY ordres LOOP
			EXECUTE o;
		END LOOP;
		COMMIT;
	END IF;
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
BEGIN
	SELECT * INTO f FROM forme WHERE forme = p_forme;
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
		('inserees', 'inserer', false, 'UPDATE vie SET delta = 0'),
		('payees en partie', 'payer', false, 'UPDATE vie SET delta = CASE n WHEN 1 THEN 40 WHEN 2 THEN 100 ELSE 999.99 END, paye_le = $1 - 5 * n WHERE n IN (1, 2, 4)'),
		('payees, et trop payees', 'payer', false, 'UPDATE vie SET delta = CASE n WHEN 1 THEN 90 WHEN 3 THEN 80 ELSE 0.01 END, paye_le = $1 - n WHERE n IN (1, 3, 4)'),
		('paiements rejetes', 'payer', false, 'UPDATE vie SET delta = CASE n WHEN 1 THEN -30 ELSE -80 END, paye_le = $1 - 1 WHERE n IN (1, 3)'),
		('corrigees', 'changer', true, 'UPDATE vie SET delta = 0, montant = CASE n WHEN 2 THEN 300 WHEN 4 THEN 900 ELSE montant END, echeance = CASE n WHEN 5 THEN echeance + 45 ELSE echeance END,
			client = CASE n WHEN 6 THEN ''G'' ELSE client END WHERE n IN (2, 4, 5, 6)'),
		('renumerotee', 'renumeroter', true, 'UPDATE vie SET numero = ''R'' || n WHERE n = 9'),
		('supprimees', 'supprimer', true, 'DELETE FROM vie WHERE n IN (2, 8, 12)'),
		('videe', 'vider', true, 'DELETE FROM vie')) AS v(nom, quoi, fige, sql)
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
		CALL etape(f, p_mode, n, e.nom, ordres(f, e.quoi), e.fige);
	END LOOP;
END $$;

-- After the load: a payment of each, what the triggers do not see, and the end.
CREATE PROCEDURE finir(p_forme text, p_mode text) LANGUAGE plpgsql AS $$
DECLARE
	f forme;
	o text;
	nb bigint;
BEGIN
	SELECT * INTO f FROM forme WHERE forme = p_forme;
	CALL noter(f, p_mode, 100, '50 000 lignes', NULL);
	IF f.payer IS NOT NULL THEN
		TRUNCATE x;
		INSERT INTO x SELECT n, client, emission, echeance, montant, paye + 0.25, creances.aujourdhui(), numero, 0.25 FROM lot WHERE n % 10 = 0;
		COMMIT;
		CALL etape(f, p_mode, 101, 'un paiement pour une sur dix', ordres(f, 'payer'), true);
	END IF;
	TRUNCATE x;
	INSERT INTO x SELECT * FROM lot WHERE n <= 3;
	COMMIT;
	PERFORM set_config('session_replication_role', 'replica', true);
	FOREACH o IN ARRAY ordres(f, 'supprimer') LOOP
		EXECUTE o;
	END LOOP;
	COMMIT;
	SELECT count(*) INTO nb FROM creances.suivi s, creances.verifier_suivi(s.table_suivie);
	CALL etape(f, p_mode, 102, format('supprimees en replica : %s ecarts, puis synchroniser()', nb),
			   ARRAY['CALL creances.synchroniser'], true);

	PERFORM creances.cesser_suivi(s.table_suivie) FROM creances.suivi s ORDER BY s.genre DESC;
	FOREACH o IN ARRAY f.restes LOOP
		EXECUTE o;
	END LOOP;
	COMMIT;
	TRUNCATE creances.creance, creances.creance_version, creances.reglement, creances.ligne_refusee, creances.a_decider, creances.a_revoir,
		creances.debiteur, creances.creancier;
	COMMIT;
END $$;

INSERT INTO lot (n, client, emission, echeance, montant, paye, paye_le, numero)
SELECT n, 'K' || n % 997, creances.aujourdhui() - n % 400, creances.aujourdhui() - n % 370, 100 + n % 1000 + 0.25, n % 3 * 50, CASE WHEN n % 3 > 0 THEN creances.aujourdhui() - n % 7 END, 'F' || n
  FROM generate_series(1, 50000) n;

INSERT INTO forme (forme, ddl, suivie, lignes, identite, payer, changer, numero, du) VALUES
('noms francais, cle integer',
 ARRAY['CREATE TABLE factures (id integer PRIMARY KEY, numero text, client text, date_facture date, date_echeance date, montant_ttc numeric(12,2), montant_regle numeric(12,2) DEFAULT 0, date_reglement date, devise char(3) DEFAULT ''EUR'', note text)'],
 'factures',
 '{"id": "x.n", "numero": "x.numero", "client": "x.client", "date_facture": "x.emission", "date_echeance": "x.echeance", "montant_ttc": "x.montant", "montant_regle": "x.paye", "date_reglement": "x.paye_le"}',
 't.id = x.n', '{montant_regle,date_reglement}', '{client,date_echeance,montant_ttc}', 'numero',
 $$SELECT 'principal', client, devise, date_echeance, montant_ttc - montant_regle FROM factures$$),

('English names, cle uuid',
 ARRAY['CREATE TABLE invoices (uid uuid PRIMARY KEY, invoice_number varchar(30) UNIQUE, customer_id bigint, invoice_date timestamptz, due_date date, total_amount numeric, amount_paid numeric NOT NULL DEFAULT 0, payment_date date, currency text DEFAULT ''USD'')'],
 'invoices',
 '{"uid": "(''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid", "invoice_number": "x.numero", "customer_id": "ascii(x.client) * 1000 + coalesce(nullif(substr(x.client, 2), '''')::integer, 0)", "invoice_date": "x.emission", "due_date": "x.echeance", "total_amount": "x.montant", "amount_paid": "x.paye", "payment_date": "x.paye_le"}',
 't.uid = (''00000000-0000-4000-8000-'' || lpad(to_hex(x.n), 12, ''0''))::uuid', '{amount_paid,payment_date}', '{customer_id,due_date,total_amount}', 'invoice_number',
 $$SELECT 'principal', customer_id, 'USD', due_date, total_amount - amount_paid FROM invoices$$);

-- Each shape in each mode: psql has no loop, so the script is written first.
\set fichier `echo "${TMPDIR:-/tmp}/creances_essai_matrice"`
\o :fichier
SELECT format(E'CALL essai.vivre(%1$L, %2$L);\n', f.forme, m)
	|| CASE WHEN f.cible IS NULL AND f.role IS NULL
		THEN format(E'\\copy (SELECT %s FROM essai.lot x ORDER BY x.n) TO PROGRAM ''cat > "${TMPDIR:-/tmp}/creances_essai_matrice_lot"''\n\\copy %s (%s) FROM PROGRAM ''cat "${TMPDIR:-/tmp}/creances_essai_matrice_lot"''\n',
					(SELECT string_agg(c.value, ', ' ORDER BY c.key) FROM jsonb_each_text(f.lignes) c), f.suivie,
					(SELECT string_agg(quote_ident(c.key), ', ' ORDER BY c.key) FROM jsonb_each_text(f.lignes) c))
		ELSE format(E'BEGIN;\n%s%s;\nCOMMIT;\n', 'SET LOCAL ROLE ' || f.role || E';\n', replace((ordres(f, 'inserer'))[1], 'essai.x ', 'essai.lot x ')) END
	|| format(E'CALL essai.finir(%1$L, %2$L);', f.forme, m)
  FROM forme f, unnest(ARRAY['immediat', 'differe']) m ORDER BY f.ordre, m DESC;
\o
\set ECHO none
\timing on
\i :fichier
\timing off
\set ECHO all
\! rm -f "${TMPDIR:-/tmp}/creances_essai_matrice" "${TMPDIR:-/tmp}/creances_essai_matrice_lot"

-- etape: number of open invoices, what they owe, then the findings in both modes
SELECT CASE WHEN lag(f.ordre) OVER w IS DISTINCT FROM f.ordre THEN format(E'== %s\n', f.forme) ELSE '' END
	|| format('%s : %s, %s ; ', i.nom, i.nb, i.du)
	|| CASE WHEN (i.nom, i.nb, i.du, i.constat) = (d.nom, d.nb, d.du, d.constat) THEN i.constat
			ELSE format(E'\nimmediat : %s\ndiffere : %s, %s, %s ; %s', i.constat, d.nom, d.nb, d.du, d.constat) END
  FROM forme f
  JOIN resultat i ON i.ordre = f.ordre AND i.mode = 'immediat'
  LEFT JOIN resultat d ON d.ordre = f.ordre AND d.mode = 'differe' AND d.etape = i.etape
WINDOW w AS (ORDER BY i.ordre, i.etape)
 ORDER BY i.ordre, i.etape;

DROP EXTENSION creances CASCADE;
DROP SCHEMA essai CASCADE;
