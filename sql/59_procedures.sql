-- Insolvencies and the deadlines that their judgment opens (C. com. L622-24,
-- L622-26, R622-24), counted as procedural delays (CPC 640 to 644, R662-1), with
-- what there is to declare (L622-25).
--
-- A deadline against the creditor is shown short where the law is not settled:
-- local holidays do not put it off, and where the publication is not known it is
-- counted from the judgment, which comes before.
CREATE VIEW creances.procedure_collective AS
SELECT a.creancier, a.debiteur, d.nom, d.siren, a.acte, a.details ->> 'nature' AS nature, a.le AS jugement, a.publie_le AS publication,
	   a.jusque AS close_le, m.devise,
	   coalesce(m.montant, 0)::numeric(20,3) AS montant_anterieur,
	   coalesce(m.penalites, 0)::numeric(20,3) AS penalites,
	   coalesce(m.indemnites, 0)::numeric(20,3) AS indemnites,
	   coalesce(m.frais, 0)::numeric(20,3) AS frais,
	   v.a_declarer::numeric(20,3) AS a_declarer,
	   coalesce(m.credits, 0)::numeric(20,3) AS credits,
	   e.declarer_avant, z.mois AS eloignement, e.releve_avant, a.publie_le IS NULL AS prudent,
	   t.declaree_le,
	   CASE WHEN t.declaree_le IS NULL AND v.a_declarer > 0 THEN e.declarer_avant - j.jour END AS reste_jours,
	   concat_ws(' ; ',
			CASE WHEN a.publie_le IS NULL THEN format('deux mois du jugement du %s, la publication n''étant pas connue : au plus tôt', to_char(a.le, 'DD/MM/YYYY'))
				 ELSE format('deux mois de la publication du %s (C. com. R622-24)', to_char(a.publie_le, 'DD/MM/YYYY')) END,
			CASE WHEN z.mois > 0 THEN format('deux mois de plus, le créancier étant en zone %s et le débiteur en zone %s', z.creancier, d.zone) END,
			CASE a.details ->> 'nature' WHEN 'retablissement' THEN 'rétablissement professionnel : montant à communiquer au mandataire, dans les deux mois de son avis (C. com. L645-8)' END) AS calcul,
	   nullif(a.reference, '') AS reference
  FROM creances.acte a
  JOIN creances.debiteur d ON d.creancier = a.creancier AND d.debiteur = a.debiteur
  JOIN creances.creancier s ON s.creancier = a.creancier
 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
 -- the court is taken to sit where the debtor does
 CROSS JOIN LATERAL (
	SELECT x.creancier, CASE WHEN d.zone IN ('metropole', 'alsace_moselle', 'alsace_moselle_temple')
							 THEN CASE WHEN x.creancier IN ('metropole', 'alsace_moselle', 'alsace_moselle_temple') THEN 0 ELSE 2 END
							 WHEN d.zone <> x.creancier THEN 2 ELSE 0 END AS mois
	  FROM (SELECT coalesce(nullif(s.details ->> 'zone', ''), CASE s.fuseau
				WHEN 'America/Guadeloupe' THEN 'guadeloupe' WHEN 'America/Martinique' THEN 'martinique' WHEN 'America/Cayenne' THEN 'guyane'
				WHEN 'Indian/Reunion' THEN 'reunion' WHEN 'Indian/Mayotte' THEN 'mayotte' WHEN 'America/Marigot' THEN 'saint_martin'
				WHEN 'America/St_Barthelemy' THEN 'saint_barthelemy' WHEN 'America/Miquelon' THEN 'saint_pierre_et_miquelon'
				ELSE 'metropole' END) AS creancier) x) z
 CROSS JOIN LATERAL (SELECT creances.delai_procedure(coalesce(a.publie_le, a.le), 2, 0, 'metropole', z.mois) AS declarer_avant,
							creances.delai_procedure(coalesce(a.publie_le, a.le), 6) AS releve_avant) e
  LEFT JOIN LATERAL (
	SELECT c.devise,
		   sum(o.solde) FILTER (WHERE o.du) AS montant,
		   sum(k.penalites) AS penalites, sum(k.indemnite) AS indemnites, sum(k.frais) AS frais,
		   -sum(o.solde) FILTER (WHERE NOT o.du) AS credits,
		   bool_and(x.le IS NOT NULL) FILTER (WHERE o.du) AS declaree, max(x.le) FILTER (WHERE o.du) AS declaree_le
	  FROM creances.creance c
	 CROSS JOIN LATERAL (
		SELECT CASE WHEN c.retiree_le <= a.le THEN 0
					ELSE coalesce((SELECT w.montant FROM creances.creance_version w
									WHERE w.creancier = c.creancier AND w.facture = c.facture AND w.rang = c.rang AND w.jusque > a.le
									ORDER BY w.version LIMIT 1), c.montant)
						 - coalesce((SELECT sum(r.montant) FROM creances.reglement r
									  WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= a.le), 0) END AS solde) n
	 CROSS JOIN LATERAL (SELECT n.solde, n.solde > 0 AND NOT creances._en_compte(c.nature, c.facture, n.solde) AS du) o
	  LEFT JOIN LATERAL creances._accessoires(c.creancier, c.facture, c.rang, a.le) k ON o.du
	  LEFT JOIN LATERAL (SELECT min(y.le) AS le FROM creances.acte y
						  WHERE y.creancier = c.creancier AND y.debiteur = a.debiteur AND y.genre = 'declaration_creance' AND y.le >= a.le
							AND y.annule_le IS NULL AND y.facture IN ('', c.facture) AND y.rang IN (0, c.rang)) x ON true
	 WHERE c.creancier = a.creancier AND c.debiteur = a.debiteur AND (a.facture = '' OR c.facture = a.facture AND a.rang IN (0, c.rang))
	   -- what was delivered before and invoiced after is an earlier debt too
	   AND coalesce(c.livraison, c.emission, c.nee_le) < a.le AND (c.solde <> 0 OR c.soldee_le > a.le)
	   AND o.solde <> 0
	 GROUP BY c.devise) m ON true
 CROSS JOIN LATERAL (SELECT coalesce(m.montant, 0) + coalesce(m.penalites, 0) + coalesce(m.frais, 0)
							+ CASE m.devise WHEN 'EUR' THEN coalesce(m.indemnites, 0) ELSE 0 END AS a_declarer) v
 CROSS JOIN LATERAL (SELECT CASE WHEN m.declaree IS NULL THEN (SELECT min(y.le) FROM creances.acte y
																WHERE y.creancier = a.creancier AND y.debiteur = a.debiteur
																  AND y.genre = 'declaration_creance' AND y.facture = '' AND y.le >= a.le AND y.annule_le IS NULL)
								 WHEN m.declaree THEN m.declaree_le END AS declaree_le) t
 WHERE a.genre = 'procedure_collective' AND (a.annule_le IS NULL OR a.annule_le > j.jour);
COMMENT ON VIEW creances.procedure_collective IS
'Procedures collectives des debiteurs : ce qu''il y a a declarer, et jusqu''a quand. Une ligne par procedure et par devise (une seule, sans devise, si rien n''etait du). Les montants sont ceux du jour du jugement, avec ce qui a ete livre avant et facture apres. eloignement se lit des zones : celle du debiteur, et celle du creancier dans creancier.details (cle zone), a defaut de son fuseau.';
COMMENT ON COLUMN creances.procedure_collective.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.procedure_collective.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.procedure_collective.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.procedure_collective.siren IS 'Numero SIREN.';
COMMENT ON COLUMN creances.procedure_collective.acte IS 'Identifiant, pour publier_procedure(), clore_acte() ou annuler_acte().';
COMMENT ON COLUMN creances.procedure_collective.nature IS 'sauvegarde, redressement, liquidation ou retablissement.';
COMMENT ON COLUMN creances.procedure_collective.jugement IS 'Date du jugement d''ouverture : les interets s''arretent (C. com. L622-28), les creances nees avant ne se reclament plus (L622-7, L622-21).';
COMMENT ON COLUMN creances.procedure_collective.publication IS 'Publication au BODACC ; NULL si elle n''est pas connue.';
COMMENT ON COLUMN creances.procedure_collective.close_le IS 'Dernier jour de la procedure, si elle est close.';
COMMENT ON COLUMN creances.procedure_collective.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.procedure_collective.montant_anterieur IS 'Principal des creances nees avant le jugement, du ce jour-la, echu ou non.';
COMMENT ON COLUMN creances.procedure_collective.penalites IS 'Penalites de retard de ces creances, arretees au jugement.';
COMMENT ON COLUMN creances.procedure_collective.indemnites IS 'Indemnites forfaitaires de recouvrement de ces creances, en EUR.';
COMMENT ON COLUMN creances.procedure_collective.frais IS 'Frais de recouvrement justifies de ces creances.';
COMMENT ON COLUMN creances.procedure_collective.a_declarer IS 'Principal + penalites + frais, + indemnites si la devise est l''EUR (C. com. L622-25).';
COMMENT ON COLUMN creances.procedure_collective.credits IS 'Avoirs, trop-percus et sommes en compte de ce jour-la, non deduits : la compensation des creances connexes se demande (C. com. L622-7).';
COMMENT ON COLUMN creances.procedure_collective.declarer_avant IS 'Dernier jour pour declarer : deux mois de la publication (C. com. R622-24), reportes au jour ouvre suivant (R662-1, CPC 642).';
COMMENT ON COLUMN creances.procedure_collective.eloignement IS 'Mois ajoutes pour un creancier et un debiteur de part et d''autre de la mer (C. com. R622-24) ; compris dans declarer_avant.';
COMMENT ON COLUMN creances.procedure_collective.releve_avant IS 'Dernier jour pour demander le releve de forclusion : six mois de la publication (C. com. L622-26).';
COMMENT ON COLUMN creances.procedure_collective.prudent IS 'La publication n''est pas connue : les delais sont comptes du jugement, au plus tot.';
COMMENT ON COLUMN creances.procedure_collective.declaree_le IS 'Jour de la declaration (acte declaration_creance), quand elle couvre toutes ces creances ; NULL tant qu''il en manque.';
COMMENT ON COLUMN creances.procedure_collective.reste_jours IS 'Jours qui restent pour declarer, negatif quand c''est trop tard ; NULL si c''est fait, ou s''il n''y a rien a declarer.';
COMMENT ON COLUMN creances.procedure_collective.calcul IS 'Comment le delai est compte.';
COMMENT ON COLUMN creances.procedure_collective.reference IS 'Reference de l''annonce ou du jugement.';
