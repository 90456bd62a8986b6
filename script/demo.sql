-- The story of script/demo, told to a credit manager.  Needs script/demo-erp.sql.

\set QUIET on
\pset footer off
\pset null ''
\pset border 1

\echo
\echo '== La table des factures de l''ERP, telle qu''elle est'
SELECT count(*) AS factures, count(DISTINCT client) AS clients,
	   min(date_facture) AS de, max(date_facture) AS a,
	   sum(montant_ttc) AS total_ttc, sum(montant_ttc - montant_paye) AS reste_du
  FROM public.factures;

CREATE EXTENSION creances;

-- the last five working days, today included when it is one
SELECT nuit[1] AS nuit1, nuit[2] AS nuit2, nuit[3] AS nuit3, nuit[4] AS nuit4, nuit[5] AS nuit5
  FROM (SELECT array_agg(jour ORDER BY jour) AS nuit
		  FROM (SELECT jour::date AS jour
				  FROM generate_series(creances.aujourdhui() - 15, creances.aujourdhui(),
									   interval '1 day') AS jour
				 WHERE creances.est_ouvre(jour::date)
				 ORDER BY jour DESC
				 LIMIT 5) AS j) AS n
\gset

\echo '== Un appel la relie ; les colonnes sont trouvées d''après leur nom'
\set QUIET off
SELECT creances.suivre_factures('public.factures', depuis => :'nuit1') AS creances_suivies;
\set QUIET on

\echo '== Cinq nuits de relances ; un virement arrive au milieu'
\set nuit :nuit1
\ir demo-nuit.sql
\set nuit :nuit2
\ir demo-nuit.sql
\set nuit :nuit3
\ir demo-nuit.sql

UPDATE public.factures
   SET montant_paye = montant_ttc, date_paiement = :'nuit3'
 WHERE client = 'Transports Muñoz' AND montant_paye = 0;

\set nuit :nuit4
\ir demo-nuit.sql
-- the last night is queued and not sent: it is tonight's work, shown below
CALL creances.passe_relance(au => :'nuit5');

\echo
\echo '== La balance âgée, un client par ligne'
SELECT * FROM creances.balance_agee_debiteur;

\echo '== Le travail de ce soir'
SELECT * FROM creances.a_faire;

SELECT debiteur AS payeur FROM creances.a_faire ORDER BY debiteur LIMIT 1 \gset
\echo '==' :payeur 'règle tout : rien ne peut plus lui être envoyé'
UPDATE public.factures
   SET montant_paye = montant_ttc, date_paiement = creances.aujourdhui()
 WHERE client = :'payeur';
SELECT :'payeur' AS client,
	   (SELECT count(*) FROM creances.a_faire WHERE debiteur = :'payeur') AS relances_a_envoyer,
	   (SELECT coalesce(sum(solde), 0) FROM creances.encours WHERE debiteur = :'payeur') AS reste_du;
