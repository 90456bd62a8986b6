-- :charger
SET client_min_messages = warning;
\timing on
SELECT creances.suivre_factures('public.factures', '{"facture": "numero", "debiteur": "client", "emission": "date_facture",
	"echeance": "date_echeance", "montant": "montant_ttc", "regle": "montant_paye", "regle_le": "date_paiement", "devise": "devise"}',
	charger => :charger) \g /dev/null
