\set n random(1, 100000)
UPDATE factures SET montant_paye = montant_paye + 0.01, date_paiement = '2026-06-30' WHERE id = :n;
