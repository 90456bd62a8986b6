-- The story of script/demo, up to last night.  Needs script/demo-erp.sql;
-- script/demo-soir.sql goes on from here.

\set QUIET on
\pset footer off
\pset null ''

\echo
\echo '1. LA TABLE DES FACTURES DE L''ERP, TELLE QU''ELLE EST : public.factures'
\echo
SELECT * FROM public.factures WHERE montant_paye < montant_ttc ORDER BY id LIMIT 4;
SELECT count(*) AS factures, count(DISTINCT client) AS clients, sum(montant_ttc) AS total_ttc,
	   sum(montant_ttc - montant_paye) AS reste_du,
	   sum(montant_ttc - montant_paye) FILTER (WHERE date_echeance < (now() AT TIME ZONE 'Europe/Paris')::date) AS dont_en_retard
  FROM public.factures;

\echo '2. UN APPEL LA RELIE ; ses colonnes sont reconnues à leurs noms'
\echo
\echo '   CREATE EXTENSION creances;'
\echo '   SELECT creances.suivre_factures(''public.factures'', depuis => ''(il y a huit semaines)'');'
\echo
CREATE EXTENSION creances;
SELECT creances.aujourdhui() - 56 AS depuis \gset
SELECT creances.suivre_factures('public.factures', depuis => :'depuis') AS creances_suivies;

\echo '3. HUIT SEMAINES DE NUITS, REJOUÉES'
\echo
\echo '   Chaque nuit, CALL creances.passe_relance() décide pour chaque facture en retard'
\echo '   (courriel à J+1, appel à J+7, lettre à J+15, mise en demeure à J+30, contentieux à J+45)'
\echo '   et met en file un message par client au plus. Le matin, prendre_relances() donne ce qui'
\echo '   est à envoyer, et confirmer_envoi() fait avancer la facture d''une étape. Une mise en'
\echo '   demeure attend d''abord qu''une personne la valide.'
\echo

-- Working days up to yesterday; on a day off, the queue of the last of them is
-- left as it is, being tonight's work.
DO $$
DECLARE
	auj CONSTANT date := creances.aujourdhui();
	derniere CONSTANT date := max(j) FROM generate_series(auj - 15, auj, interval '1 day') AS j
							   WHERE creances.est_ouvre(j::date);
	nuit date;
	prises uuid[];
BEGIN
	FOR nuit IN SELECT j FROM generate_series(auj - 56, auj - 1, interval '1 day') AS j
				 WHERE creances.est_ouvre(j::date)
	LOOP
		CALL creances.passe_relance(nuit);
		EXIT WHEN nuit = derniere;

		-- the credit manager takes two days to validate; one customer pays meanwhile
		UPDATE public.factures SET montant_paye = montant_ttc, date_paiement = nuit
		 WHERE client = 'Transports Muñoz' AND montant_paye < montant_ttc AND date_echeance < nuit
		   AND EXISTS (SELECT FROM creances.a_faire WHERE debiteur = 'Transports Muñoz' AND etat = 'a_valider');
		PERFORM creances.valider_relance(id, nuit) FROM creances.a_faire
		  WHERE etat = 'a_valider' AND le <= nuit - 2;

		-- whoever sends takes, commits, sends, and says so
		SELECT array_agg(id) INTO prises FROM creances.prendre_relances(NULL, 100, nuit);
		COMMIT;
		PERFORM creances.confirmer_envoi(id, '{"demo": true}', nuit) FROM unnest(prises) AS id;
		COMMIT;
	END LOOP;
END $$;

SELECT date_trunc('week', le)::date AS semaine_du,
	   nullif(count(*) FILTER (WHERE canal = 'courriel'), 0) AS courriels,
	   nullif(count(*) FILTER (WHERE canal = 'telephone'), 0) AS appels,
	   nullif(count(*) FILTER (WHERE canal = 'lettre'), 0) AS lettres,
	   nullif(count(*) FILTER (WHERE canal = 'lrar'), 0) AS mises_en_demeure,
	   nullif(count(*) FILTER (WHERE canal = 'interne'), 0) AS contentieux,
	   nullif(count(*) FILTER (WHERE etat = 'annulee'), 0) AS dont_annulees
  FROM creances.relance
 GROUP BY 1 ORDER BY 1;
\echo '   Annulées : le client a payé avant l''envoi.'
