-- HighRadius: 9,700 open invoices in two currencies, followed without a
-- mapping after casting the file's columns; aged balances against plain SQL.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
\getenv donnees CREANCES_DONNEES
\if :{?donnees}
\else
\set donnees ''
\endif
SELECT :'donnees' = '' AS vide \gset
\if :vide
\echo skipped: no folder of public test data (CREANCES_DONNEES)
\quit
\endif
BEGIN;
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET LOCAL search_path = essai, pg_catalog;
CREATE TABLE brut (key_0 text, business_code text, cust_number text, name_customer text, business_year text, doc_id text, posting_date text, document_create_date text,
	"document_create_date.1" text, due_in_date text, invoice_currency text, "document type" text, posting_id text, total_open_amount text, baseline_create_date text,
	cust_payment_terms text, invoice_id text, "isOpen" text, "Day_due" text, "Delay_predict" text, "Payment_date_predict" text, "Aging_bucket" text);
\copy brut FROM PROGRAM 'cat "$CREANCES_DONNEES/highradius_factures.csv"' (FORMAT csv, HEADER true)
-- the file's names, its facts, real types
CREATE TABLE factures AS SELECT key_0::integer, business_code, cust_number, name_customer, business_year::numeric::integer, doc_id::numeric::bigint, posting_date::date,
	document_create_date::date, "document_create_date.1"::date, due_in_date::date, invoice_currency, "document type", posting_id::numeric::integer,
	total_open_amount::numeric, baseline_create_date::date, cust_payment_terms, invoice_id::numeric::bigint, "isOpen"::integer FROM brut;
ALTER TABLE factures ADD PRIMARY KEY (doc_id);
SELECT count(*), count(DISTINCT cust_number), min(due_in_date), max(due_in_date), min(posting_date), max(posting_date), count(*) FILTER (WHERE due_in_date < posting_date) FROM factures;
SELECT invoice_currency, count(*), sum(total_open_amount) FROM factures GROUP BY 1 ORDER BY 1;

\echo == followed without a mapping
SET LOCAL client_min_messages = notice;
SELECT creances.suivre_factures('factures', depuis => '2020-01-01');
SET LOCAL client_min_messages = warning;
ANALYZE;
SELECT devise, count(*), sum(montant), sum(solde) FROM creances.creance GROUP BY 1 ORDER BY 1;
SELECT count(*), count(*) FILTER (WHERE debiteur ~ '^0') FROM creances.debiteur;
SELECT count(*) FROM creances.ligne_refusee;
SELECT * FROM creances.verifier_suivi('factures');

\echo == balance_agee(), bucket by bucket, currency by currency, debtor by debtor
CREATE FUNCTION attendu(au date, bornes integer[]) RETURNS TABLE (creancier text, debiteur text, devise text, tranche integer, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT business_code, cust_number, invoice_currency,
		   CASE WHEN au - due_in_date <= 0 THEN 1 ELSE 2 + (SELECT count(*) FROM unnest(bornes) b WHERE au - due_in_date > b)::integer END, sum(total_open_amount)
	  FROM factures WHERE posting_date <= au GROUP BY 1, 2, 3, 4
$$;
CREATE FUNCTION comparer(au date, bornes integer[]) RETURNS TABLE (lignes bigint, differences bigint) LANGUAGE sql STABLE AS $$
	WITH b AS MATERIALIZED (SELECT creancier, debiteur, devise, tranche, montant FROM creances.balance_agee(au, bornes) WHERE montant <> 0),
		 a AS MATERIALIZED (SELECT * FROM attendu(au, bornes))
	SELECT (SELECT count(*) FROM b),
		   (SELECT count(*) FROM (SELECT * FROM b EXCEPT ALL SELECT * FROM a) x) + (SELECT count(*) FROM (SELECT * FROM a EXCEPT ALL SELECT * FROM b) x)
$$;
SELECT au, b.devise, sum(montant) FILTER (WHERE tranche = 1) AS t1, sum(montant) FILTER (WHERE tranche = 2) AS t2, sum(montant) FILTER (WHERE tranche = 3) AS t3,
	   sum(montant) FILTER (WHERE tranche = 4) AS t4, sum(montant) FILTER (WHERE tranche = 5) AS t5, sum(montant) FILTER (WHERE tranche = 6) AS t6,
	   sum(montant) AS total, sum(montant) = (SELECT sum(total_open_amount) FROM factures WHERE posting_date <= au AND invoice_currency = b.devise) AS somme
  FROM (VALUES (date '2020-03-01'), ('2020-06-30'), ('2020-12-31')) v(au), LATERAL creances.balance_agee(au) b GROUP BY au, b.devise ORDER BY au, b.devise;
SELECT au, c.* FROM (VALUES (date '2020-03-01'), ('2020-06-30'), ('2020-12-31')) v(au), LATERAL comparer(au, '{30,60,90,120}') c ORDER BY au;
-- each debtor has its six buckets, also the empty ones
SELECT au, count(*) = 6 * count(DISTINCT (creancier, debiteur, devise)), count(DISTINCT debiteur) = (SELECT count(DISTINCT cust_number) FROM factures WHERE posting_date <= au)
  FROM (VALUES (date '2020-03-01'), ('2020-06-30'), ('2020-12-31')) v(au), LATERAL creances.balance_agee(au) GROUP BY au ORDER BY au;
-- other bounds, every thirtieth day
SELECT b, count(*), sum(c.differences), min(c.lignes), max(c.lignes) FROM (VALUES ('{1}'::integer[]), ('{7,15}'), ('{1,2,3,30,45,60,75,90,105,120,150,180}')) v(b),
	generate_series(0, 10) g, LATERAL comparer(date '2020-02-20' + 30 * g, b) c GROUP BY b ORDER BY cardinality(b);
SELECT DISTINCT tranche, libelle, retard_min, retard_max FROM creances.balance_agee('2020-06-30', '{7,15}') ORDER BY 1;
-- the view of today: all is long overdue
SELECT devise, sum(total), sum(plus_de_120), sum(non_echu + de_1_a_30 + de_31_a_60 + de_61_a_90 + de_91_a_120 + credits) FROM creances.balance_agee_debiteur GROUP BY 1 ORDER BY 1;
SELECT count(*), sum(solde) FROM creances.encours;

\echo == partly paid, with a paid column and its date added
ALTER TABLE factures ADD COLUMN paid_amount numeric DEFAULT 0, ADD COLUMN paid_date date;
SELECT creances.cesser_suivi('factures');
-- payments of a part or the whole, from the days before the due date to two months after
UPDATE factures SET paid_amount = CASE WHEN doc_id % 2 = 0 THEN total_open_amount ELSE round(total_open_amount / 3, 2) END, paid_date = due_in_date - 10 + (doc_id % 70)::integer
 WHERE doc_id % 3 = 0;
SET LOCAL client_min_messages = notice;
SELECT creances.suivre_factures('factures', depuis => '2020-01-01');
SET LOCAL client_min_messages = warning;
SELECT devise, sum(solde), (SELECT sum(total_open_amount - paid_amount) FROM factures WHERE invoice_currency = devise) = sum(solde) FROM creances.creance GROUP BY 1 ORDER BY 1;
-- at past dates: what was paid by then, whenever we have heard of it
CREATE OR REPLACE FUNCTION attendu(au date, bornes integer[]) RETURNS TABLE (creancier text, debiteur text, devise text, tranche integer, montant numeric) LANGUAGE sql STABLE AS $$
	SELECT * FROM (
		SELECT business_code, cust_number, invoice_currency,
			   CASE WHEN au - due_in_date <= 0 THEN 1 ELSE 2 + (SELECT count(*) FROM unnest(bornes) b WHERE au - due_in_date > b)::integer END,
			   sum(CASE WHEN posting_date <= au THEN total_open_amount ELSE 0 END - CASE WHEN paid_date <= au THEN paid_amount ELSE 0 END) AS montant
		  FROM factures GROUP BY 1, 2, 3, 4) x
	 WHERE x.montant <> 0
$$;
SELECT au, c.* FROM (VALUES (date '2020-03-01'), ('2020-06-30'), ('2020-07-20'), ('2020-12-31')) v(au), LATERAL comparer(au, '{30,60,90,120}') c ORDER BY au;
SELECT * FROM creances.verifier_suivi('factures');
SELECT * FROM creances.coherence();
ROLLBACK;

\echo == on the edges: each lateness lands in exactly one bucket
BEGIN;
CREATE EXTENSION creances;
CREATE TABLE bords (id integer PRIMARY KEY, client text, date_facture date, echeance date, montant numeric, regle numeric DEFAULT 0);
INSERT INTO bords SELECT r, 'r' || r, '2023-01-01', date '2024-03-01' - r, 100 + r FROM unnest(ARRAY[-400, -1, 0, 1, 29, 30, 31, 59, 60, 61, 89, 90, 91, 119, 120, 121, 400]) r;
-- credits land by their own due date too, and a balance in both signs
INSERT INTO bords SELECT 1000 + r, 'avoir', '2023-01-01', date '2024-03-01' - r, -50 FROM unnest(ARRAY[-1, 0, 1, 30, 31, 121]) r;
INSERT INTO bords VALUES (2000, 'trop', '2023-01-01', '2024-02-29', 10, 25), (2001, 'solde', '2023-01-01', '2024-02-29', 10, 10), (2002, 'neuf', '2024-03-02', '2024-02-29', 10, 0), (2003, 'du jour', '2024-03-01', '2024-02-29', 10, 0);
-- (what was paid before the table is followed, and is not dated, is dated of that day)
SELECT creances.suivre_factures('bords', depuis => '2024-01-01');
SELECT debiteur, string_agg(tranche || '=' || montant, ' ' ORDER BY tranche) FROM creances.balance_agee('2024-03-01') WHERE montant <> 0 GROUP BY debiteur
 ORDER BY CASE WHEN debiteur ~ '^r' THEN substr(debiteur, 2)::integer ELSE 1000 END, debiteur;
SELECT debiteur, count(*), count(*) FILTER (WHERE montant <> 0) FROM creances.balance_agee('2024-03-01') WHERE debiteur ~ '^r' GROUP BY debiteur HAVING count(*) <> 6 OR count(*) FILTER (WHERE montant <> 0) <> 1;
SELECT sum(b.montant) - (SELECT sum(montant - regle) FROM bords WHERE date_facture <= '2024-03-01') FROM creances.balance_agee('2024-03-01') b;
SELECT tranche, libelle, retard_min, retard_max, sum(montant) FROM creances.balance_agee('2024-03-01') GROUP BY 1, 2, 3, 4 ORDER BY 1;
-- the day before, the day after: all moves by one day
SELECT au, string_agg(debiteur, ' ' ORDER BY debiteur) FROM unnest(ARRAY['2024-02-29', '2024-03-01', '2024-03-02']::date[]) au, LATERAL creances.balance_agee(au)
 WHERE tranche = 3 AND montant <> 0 AND debiteur ~ '^r' GROUP BY au ORDER BY au;
ROLLBACK;
