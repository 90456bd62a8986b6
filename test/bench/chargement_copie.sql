-- What one would write instead: the mapped columns, then the keys and the
-- indexes of creances.creance.
\timing on
CREATE TABLE comme.creance AS
SELECT 'principal'::text AS creancier, numero AS facture, 1 AS rang, client AS debiteur, date_facture AS emission, date_echeance AS echeance,
	   montant_ttc::numeric AS montant, devise::text AS devise, montant_ttc - montant_paye AS solde,
	   CASE WHEN montant_ttc = montant_paye THEN date_paiement END AS soldee_le, 'public.factures'::regclass AS suivi, id::text AS cle
  FROM public.factures;
SELECT replace(pg_get_indexdef(i.indexrelid), 'creances.', 'comme.')
  FROM pg_index i
 WHERE i.indrelid = 'creances.creance'::regclass
   AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_attribute a ON (a.attrelid, a.attnum) = (d.refobjid, d.refobjsubid)
					WHERE d.objid = i.indexrelid AND d.refobjid = i.indrelid
					  AND a.attname NOT IN (SELECT b.attname FROM pg_attribute b WHERE b.attrelid = 'comme.creance'::regclass))
 ORDER BY i.indisprimary DESC, i.indexrelid
\gexec
