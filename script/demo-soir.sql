-- The end of the story of script/demo, after tonight's pass.

\set QUIET on
\pset footer off
\pset null ''

SELECT coalesce((SELECT debiteur FROM creances.a_faire WHERE debiteur <> 'Hôtel "Le Cèdre Bleu"' GROUP BY debiteur
				  ORDER BY sum(montant) DESC, debiteur LIMIT 1), 'Menuiserie Le Goff') AS payeur
\gset
SELECT count(*) AS avant FROM creances.a_faire WHERE debiteur = :'payeur'
\gset
\echo '5. UN PAIEMENT ARRÊTE TOUT, DANS SA PROPRE TRANSACTION'
\echo
\echo '   UPDATE public.factures SET montant_paye = montant_ttc, ... WHERE client =' :'payeur'
\echo
UPDATE public.factures
   SET montant_paye = montant_ttc, date_paiement = creances.aujourdhui()
 WHERE client = :'payeur' AND montant_paye < montant_ttc;
SELECT :'payeur' AS client, :avant AS a_faire_avant,
	   (SELECT count(*) FROM creances.a_faire WHERE debiteur = :'payeur') AS a_faire_apres,
	   (SELECT coalesce(sum(solde), 0)::numeric(12,2) FROM creances.encours WHERE debiteur = :'payeur') AS reste_du;

\echo '6. POURQUOI CHAQUE FACTURE ATTEND, OU NON : creances.decision()'
\echo
SELECT debiteur AS client, facture, retard, solde::numeric(12,2), reste::numeric(12,2) AS a_reclamer, etape_faite, etape AS etape_suivante, raison
  FROM creances.decision()
 WHERE retard > 0
 ORDER BY retard DESC, facture LIMIT 12;

\echo '7. CE QUI RETIENT LES RELANCES : creances.suspension, promesse, plan, procedure_collective'
\echo
SELECT debiteur AS client, motif, facture, le, jusque, montant::numeric(12,2), en_cours, raison
  FROM creances.suspension
 ORDER BY le, debiteur;
\echo '   Une promesse et un plan se jugent aux paiements, chaque nuit :'
\echo
SELECT debiteur AS client, pour_le, montant::numeric(12,2), recu::numeric(12,2), etat, rompu_le FROM creances.promesse ORDER BY le;
SELECT debiteur AS client, numero, echeance, montant::numeric(12,2), recu::numeric(12,2), etat, arriere::numeric(12,2) FROM creances.plan ORDER BY acte, numero;
\echo '   Un jugement ouvre un délai : deux mois de la publication pour déclarer (C. com. R622-24)'
\echo
SELECT debiteur AS client, nature, jugement, publication, montant_anterieur::numeric(12,2) AS principal, penalites::numeric(12,2),
	   indemnites::numeric(12,2), a_declarer::numeric(12,2), declarer_avant, reste_jours
  FROM creances.procedure_collective;

\echo '8. CE QUI PEUT ÊTRE RÉCLAMÉ, pénalités et 40 EUR compris : creances.encours'
\echo
SELECT debiteur AS client, facture, retard, solde::numeric(12,2), libelle_stade AS stade,
	   penalites::numeric(12,2), indemnite::numeric(12,2), total_exigible::numeric(12,2)
  FROM creances.encours
 WHERE retard > 0
 ORDER BY retard DESC LIMIT 8;

SELECT facture FROM creances.encours WHERE solde > 0 AND solde < montant AND retard > 0 ORDER BY solde DESC, facture LIMIT 1
\gset
\echo '9. LE DÉCOMPTE D''UNE FACTURE PAYÉE EN PARTIE : creances.decompte_creance(''principal'',' :'facture' ', 1)'
\echo
SELECT du, au, jours, taux, montant::numeric(12,2), reste_principal::numeric(12,2) AS reste, texte
  FROM creances.decompte_creance('principal', :'facture', 1)
 ORDER BY ligne;
\echo '   Et ce que doit encore un client qui paie toujours, mais en retard : creances.reste_du_debiteur()'
\echo
SELECT debiteur AS client, facture, principal::numeric(12,2), penalites::numeric(12,2), indemnite::numeric(12,2), total::numeric(12,2)
  FROM creances.reste_du_debiteur('principal', (
	SELECT c.debiteur FROM creances.creance c
	 WHERE c.montant > 0
	 GROUP BY c.debiteur
	HAVING count(*) FILTER (WHERE c.solde = 0 AND c.soldee_le > c.echeance) > 0
	 ORDER BY count(*) FILTER (WHERE c.solde = 0 AND c.soldee_le > c.echeance) DESC, c.debiteur LIMIT 1));

\echo '10. LA BALANCE ÂGÉE, en jours de retard : creances.balance_agee_debiteur'
\echo
SELECT debiteur AS client, total::numeric(12,2),
	   nullif(non_echu, 0)::numeric(12,2) AS non_echu,
	   nullif(de_1_a_30, 0)::numeric(12,2) AS de_1_a_30,
	   nullif(de_31_a_60, 0)::numeric(12,2) AS de_31_a_60,
	   nullif(de_61_a_90, 0)::numeric(12,2) AS de_61_a_90,
	   nullif(de_91_a_120 + plus_de_120, 0)::numeric(12,2) AS plus_de_90,
	   nullif(credits, 0)::numeric(12,2) AS credits
  FROM (SELECT * FROM creances.balance_agee_debiteur ORDER BY debiteur) AS b
 UNION ALL
SELECT '(total)', sum(total)::numeric(12,2), sum(non_echu)::numeric(12,2), sum(de_1_a_30)::numeric(12,2),
	   sum(de_31_a_60)::numeric(12,2), sum(de_61_a_90)::numeric(12,2),
	   sum(de_91_a_120 + plus_de_120)::numeric(12,2), nullif(sum(credits), 0)::numeric(12,2)
  FROM creances.balance_agee_debiteur;

\echo '11. LES RELANCES DE CE SOIR : creances.a_faire'
\echo
SELECT debiteur AS client, canal, libelle_stade AS stade, travail, le AS depuis_le, factures,
	   montant::numeric(12,2), retard
  FROM creances.a_faire
 ORDER BY array_position('{a_valider,a_envoyer}'::text[], etat), canal, debiteur;

SELECT r.relance AS lettre, r.debiteur AS destinataire
  FROM creances.relance r
 ORDER BY r.debiteur = 'Hôtel "Le Cèdre Bleu"' AND r.etat = 'a_valider' DESC, r.stade DESC, r.le DESC, r.debiteur LIMIT 1
\gset
\echo '12. LA LETTRE QUI ATTEND D''ÊTRE VALIDÉE : creances.lettre(id) ; ce qui est contesté n''y est pas réclamé'
\echo
\pset tuples_only on
\pset format unaligned
SELECT corps FROM creances.lettre(:'lettre');
\pset format aligned
\pset tuples_only off
\echo
\echo '13. LE JOURNAL : chaîné par client, scellé à la fin de chaque passe ; un sceau imprimé prouve tout ce qui le précède'
\echo
SELECT creances.sceller_journal() AS scelles_depuis_la_passe;
SELECT numero, evenements, empreinte FROM creances.tete_journal;
\echo '   Quelqu''un qui a tous les droits change une date ; creances.verifier_journal() le trouve :'
\echo
BEGIN;
ALTER TABLE creances.evenement DISABLE TRIGGER inalterable;
UPDATE creances.evenement SET le = le - 30 WHERE genre = 'envoi' AND debiteur = :'destinataire' AND le = (
	SELECT max(le) FROM creances.evenement WHERE genre = 'envoi' AND debiteur = :'destinataire');
SELECT debiteur AS client, numero, constat, detail FROM creances.verifier_journal();
ROLLBACK;
SELECT count(*) AS constats_une_fois_remis FROM creances.verifier_journal();

\echo '14. LE TABLEAU DE BORD : un relevé par nuit, creances.relever() ; planifier() l''a planifié avec la passe'
\echo
SELECT creances.fixer_objectif('principal', v.indicateur, v.cible, creances.aujourdhui() - 90)
  FROM (VALUES ('dso', 60), ('part_echue', 25), ('retard_moyen', 15)) v(indicateur, cible) \g /dev/null
\echo '   SELECT creances.relever(nuit) FROM ...       -- les onze semaines passées, puis ce soir'
\echo
SELECT creances.relever(j::date) FROM generate_series(creances.aujourdhui() - 77, creances.aujourdhui(), interval '7 days') AS j \g /dev/null
SELECT libelle AS indicateur, resultat::numeric(12,2), unite, objectif::numeric(12,2), CASE WHEN atteint THEN 'oui' WHEN NOT atteint THEN 'non' END AS atteint,
	   evolution::numeric(12,2) AS en_un_mois, tendance
  FROM creances.tableau_de_bord
 WHERE segment IS NULL AND indicateur IN ('encours', 'echu', 'part_echue', 'dso', 'bpdso', 'cei', 'retard_moyen')
 ORDER BY ordre;
\echo '   Peut-on livrer ? L''écran de commande de l''ERP demande : creances.commande_autorisee(créancier, client, montant)'
\echo
SELECT creances.fixer_limite('principal', 'Menuiserie Le Goff', 15000, creances.aujourdhui() - 90, 'assureur-crédit') \g /dev/null
SELECT v.client, v.montant, c.autorisee, c.raison
  FROM (VALUES ('Menuiserie Le Goff', 2000), ('Imprimerie Thévenot', 500)) v(client, montant)
 CROSS JOIN LATERAL creances.commande_autorisee('principal', v.client, v.montant) c;
