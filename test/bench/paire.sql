\set i :i + 1
\set n random(1, 1000000000000)
\set k random(1, 100000)
INSERT INTO factures (numero, client, date_facture, date_echeance, montant_ttc)
VALUES ('B' || (:n)::bigint, 'client ' || (:n)::bigint % 5000, '2026-06-01', '2026-07-01', 120.50);
UPDATE factures SET montant_paye = montant_paye + 0.01, date_paiement = '2026-06-30' WHERE id = :k;
\if :i = :premiere or :i = :derniere
INSERT INTO public.processeur VALUES (current_schema(), :i, public.processeur());
\endif
