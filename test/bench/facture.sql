\set n random(1, 1000000000000)
INSERT INTO factures (numero, client, date_facture, date_echeance, montant_ttc)
VALUES ('B' || (:n)::bigint, 'client ' || (:n)::bigint % 5000, '2026-06-01', '2026-07-01', 120.50);
