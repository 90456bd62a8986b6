-- And what has been paid, as creances.reglement has it (without the indexes on
-- what comes from a table of payments).
\timing on
CREATE TABLE comme.reglement AS
SELECT 'principal'::text AS creancier, numero || ':1:1' AS reglement, numero AS facture, 1 AS rang, date_paiement AS le,
	   montant_paye::numeric AS montant, 'paiement'::text AS nature
  FROM public.factures WHERE montant_paye <> 0;
SELECT replace(pg_get_indexdef(i.indexrelid), 'creances.', 'comme.')
  FROM pg_index i
 WHERE i.indrelid = 'creances.reglement'::regclass
   AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_attribute a ON (a.attrelid, a.attnum) = (d.refobjid, d.refobjsubid)
					WHERE d.objid = i.indexrelid AND d.refobjid = i.indrelid
					  AND a.attname NOT IN (SELECT b.attname FROM pg_attribute b WHERE b.attrelid = 'comme.reglement'::regclass))
 ORDER BY i.indisprimary DESC, i.indexrelid
\gexec
