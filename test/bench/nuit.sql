-- A ledger in its steady state, the evening before a night: items to come,
-- overdue ones that wait for their next step, a few credits; a first pass has
-- been run.  Tomorrow one item of each of :dues debtors is due.
-- :ouvertes open items of :debiteurs debtors
\set QUIET on
SET client_min_messages = warning;
CREATE TABLE public.factures (numero text PRIMARY KEY, client text NOT NULL, date_facture date NOT NULL, date_echeance date NOT NULL,
							  montant_ttc numeric(12,2) NOT NULL, montant_paye numeric(12,2) NOT NULL DEFAULT 0, date_paiement date);
-- (what is due lies among the rest, in the tables and in the keys)
INSERT INTO public.factures (numero, client, date_facture, date_echeance, montant_ttc)
SELECT 'F' || i,
	   'client ' || CASE WHEN x.due THEN i / (:ouvertes / :dues) * 7919 % :debiteurs ELSE abs(hashint4(i)::bigint) % :debiteurs END,
	   x.echeance - 30, x.echeance,
	   CASE WHEN i % 197 = 0 AND NOT x.due THEN -(1 + i % 9) ELSE 200 + i % 900 END
  FROM generate_series(1, :ouvertes) i
 CROSS JOIN LATERAL (SELECT i % (:ouvertes / :dues) = 0 AS due) d
 CROSS JOIN LATERAL (SELECT d.due, CASE WHEN d.due THEN date '2024-06-04'
										WHEN i % 5 < 2 THEN date '2024-06-03' - i % 60
										ELSE date '2024-06-05' + i % 90 END AS echeance) x;
CREATE EXTENSION creances;
-- (overdue ones have the stage of their age, so that the first pass queues none)
SELECT creances.suivre_factures('public.factures', depuis => '2024-06-04', reprise => 'directe') \g /dev/null
VACUUM (ANALYZE);
CALL creances.passe_relance('2024-06-04');
VACUUM (ANALYZE);
CREATE EXTENSION pg_prewarm;

-- (as in erp.sql)
CREATE FUNCTION public.processeur() RETURNS numeric LANGUAGE sql AS $$
	SELECT CASE WHEN split_part(s.ns, ' ', 1)::bigint > 0 THEN split_part(s.ns, ' ', 1)::numeric / 1000
				ELSE (split_part(s.ticks, ' ', 12)::numeric + split_part(s.ticks, ' ', 13)::numeric) * 10000 END
	  FROM (SELECT coalesce(pg_read_file('/proc/self/schedstat', 0, 1000, true), '0') AS ns,
				   regexp_replace(pg_read_file('/proc/self/stat', 0, 1000), '^.*\) ', '') AS ticks) s $$;
CHECKPOINT;
