-- What tables of payments, linked credit notes and tables of customers write:
-- the statements that src/annexes.c executes during a refresh, as the owner of
-- these tables, on the rows just read ("lu"); $1 is the followed table, $2 the
-- keys. par_cles: for these keys only, else for the whole table.
--
-- Movements. What the ERP's row says today, less what is known of it, is
-- written: at its own date when the row is new; dated the day it is seen when
-- its amount, its invoice or its nature has changed, or when it is gone, so that
-- a past balance does not move; at both dates when only its date has changed,
-- since that is when the money came.

CREATE FUNCTION creances._ordre(nom text, par_cles boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	-- its known movements, by what they pay; a reversal is of its payment's kind
	connus CONSTANT text := format($q$
		SELECT r.cle, r.creancier, r.facture, r.rang, CASE r.nature WHEN 'annulation' THEN 'paiement' ELSE r.nature END AS nature,
			   r.le, sum(r.montant) AS somme
		  FROM creances.reglement r WHERE r.suivi = $1%s GROUP BY 1, 2, 3, 4, 5, 6$q$,
		CASE WHEN par_cles THEN ' AND r.cle = ANY ($2)' ELSE '' END);
BEGIN
	RETURN CASE nom

	-- The invoice of each row. By its key in a followed table, or by its number;
	-- rank NULL: to be spread over the due dates of the invoice. A movement whose
	-- invoice is not there (or not committed) waits for it: it is not written.
	WHEN 'voulus' THEN $q$
WITH RECURSIVE tables AS (
	(SELECT c.suivi FROM creances.creance c ORDER BY c.suivi LIMIT 1)
	UNION ALL
	SELECT (SELECT c.suivi FROM creances.creance c WHERE c.suivi > t.suivi ORDER BY c.suivi LIMIT 1) FROM tables t WHERE t.suivi IS NOT NULL),
suivies AS MATERIALIZED (
	SELECT t.suivi FROM tables t CROSS JOIN LATERAL creances._lien(t.suivi) l WHERE coalesce(l.options ->> 'genre', 'factures') = 'factures')
SELECT l.cle, x.creancier, x.facture, x.rang, l.m_le AS le, l.m_montant AS montant, l.m_nature AS nature, l.m_reference AS reference,
	   l.m_paiement AS paiement, creances.aujourdhui(x.creancier) AS jour, e.code, e.attend,
	   CASE WHEN l.code IS NOT NULL THEN l.motif
			WHEN e.code = 'devise' THEN format('règlement en %s d''une facture en %s', l.m_devise, x.devise)
			WHEN e.code = 'facture' THEN CASE WHEN x.nb > 1 THEN format('plusieurs tables suivies ont une facture de clé %s : dites laquelle par factures =>', l.m_cle)
											ELSE format(CASE WHEN l.m_cle IS NULL THEN 'la facture %s n''est pas suivie' ELSE 'la facture de clé %s n''est pas suivie' END,
														coalesce(l.m_cle, l.m_facture)) END END AS motif
  FROM lu l
  LEFT JOIN LATERAL (
	SELECT count(*) AS nb, min(y.creancier) AS creancier, min(y.facture) AS facture, min(y.rang) AS rang, min(y.devise) AS devise
	  FROM suivies t
	 CROSS JOIN LATERAL (SELECT c.* FROM creances.creance c
						  WHERE c.suivi = t.suivi AND c.cle = l.m_cle AND c.facture NOT LIKE 'compte:%'
						  ORDER BY c.retiree_le IS NOT NULL, c.version_le DESC NULLS LAST LIMIT 1) y
	 WHERE coalesce(t.suivi = l.m_table, true)) k ON l.m_cle IS NOT NULL
  LEFT JOIN LATERAL (
	SELECT count(*) FILTER (WHERE c.retiree_le IS NULL) AS nb,
		   coalesce(min(c.rang) FILTER (WHERE c.retiree_le IS NULL), min(c.rang)) AS rang, min(c.devise) AS devise, count(*) AS toutes
	  FROM creances.creance c
	 WHERE c.creancier = l.creancier AND c.facture = l.m_facture AND coalesce(c.rang = l.m_rang, true)) n ON l.m_cle IS NULL
 CROSS JOIN LATERAL (
	SELECT coalesce(k.creancier, l.creancier) AS creancier, coalesce(k.facture, l.m_facture) AS facture,
		   CASE WHEN l.m_cle IS NOT NULL THEN k.rang WHEN n.nb > 1 THEN NULL ELSE n.rang END AS rang,
		   CASE WHEN l.m_cle IS NOT NULL THEN k.devise ELSE n.devise END AS devise,
		   CASE WHEN l.m_cle IS NOT NULL THEN k.nb ELSE least(n.toutes, 1) END AS nb) x
 CROSS JOIN LATERAL (
	SELECT CASE WHEN l.code IS NOT NULL THEN l.code WHEN x.nb <> 1 THEN 'facture' WHEN l.m_devise <> x.devise THEN 'devise' END AS code,
		   CASE WHEN l.code IS NULL AND x.nb = 0 THEN coalesce(l.m_cle, 'numero:' || l.m_facture) ELSE '' END AS attend) e
 -- (a row that cannot be read right, but says which invoice it pays, holds it)
 WHERE l.m_lie OR l.code IS NOT NULL AND coalesce(l.m_cle, l.m_facture) IS NOT NULL$q$

	-- The receivables that what follows may touch.
	WHEN 'cibles' THEN format($q$
SELECT v.creancier, v.facture, v.rang FROM voulus v WHERE v.code IS NULL AND v.rang IS NOT NULL
UNION
SELECT c.creancier, c.facture, c.rang FROM voulus v JOIN creances.creance c ON c.creancier = v.creancier AND c.facture = v.facture
 WHERE v.code IS NULL AND v.rang IS NULL
UNION
SELECT r.creancier, r.facture, r.rang FROM creances.reglement r WHERE r.suivi = $1%s$q$,
		CASE WHEN par_cles THEN ' AND r.cle = ANY ($2)' ELSE '' END)

	WHEN 'verrous' THEN $q$
SELECT count(*) FROM (
	SELECT c.creancier FROM cibles k JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
	 ORDER BY c.creancier, c.facture, c.rang FOR NO KEY UPDATE OF c) x$q$

	-- Read once more under the locks: what stands by itself and what is a movement
	-- have been told apart already; what must be locked, locked.
	WHEN 'changees' THEN $q$
SELECT EXISTS (SELECT FROM lu l FULL JOIN relu r ON r.cle = l.cle
				WHERE (l.suivie, l.m_lie, l.code) IS DISTINCT FROM (r.suivie, r.m_lie, r.code)
				   OR l.suivie AND (l.facture, l.montant, l.echeance, l.debiteur) IS DISTINCT FROM (r.facture, r.montant, r.echeance, r.debiteur))$q$

	WHEN 'autres_cibles' THEN $q$
SELECT EXISTS (SELECT n.creancier, n.facture, n.rang FROM nouvelles n EXCEPT SELECT k.creancier, k.facture, k.rang FROM cibles k)$q$

	-- Detached partitions that have written since.
	WHEN 'detachees' THEN $q$
SELECT count(creances._adopter(x.suivi))
  FROM (SELECT j.suivi FROM creances.a_revoir j UNION SELECT l.suivi FROM creances.ligne_refusee l WHERE l.code = 'doublon') x
 WHERE NOT EXISTS (SELECT FROM creances.creance c WHERE c.suivi = x.suivi)
   AND EXISTS (SELECT FROM pg_class k WHERE k.oid = x.suivi AND k.relkind = 'r')$q$

	WHEN 'reste' THEN $q$
SELECT EXISTS (SELECT FROM creances.a_revoir)$q$

	WHEN 'mouvements' THEN format($q$
WITH RECURSIVE tables AS (
	(SELECT c.suivi FROM creances.creance c ORDER BY c.suivi LIMIT 1)
	UNION ALL
	SELECT (SELECT c.suivi FROM creances.creance c WHERE c.suivi > t.suivi ORDER BY c.suivi LIMIT 1) FROM tables t WHERE t.suivi IS NOT NULL),
connus AS (%1$s),
totaux AS (SELECT cle, creancier, facture, rang, nature, sum(somme) AS somme FROM connus GROUP BY 1, 2, 3, 4, 5),
etat AS (
	SELECT r.cle, count(*) AS nb, (array_agg(r.dit_le ORDER BY r.connu_le DESC, r.reglement DESC))[1] AS dit_le
	  FROM creances.reglement r WHERE r.suivi = $1%2$s GROUP BY r.cle),
-- a row in error is left as it was known
laissees AS (SELECT cle FROM lu WHERE code IS NOT NULL UNION ALL SELECT cle FROM voulus WHERE code <> 'facture'),
-- (what stood on account until now pays its invoice from now on)
v AS (SELECT v.*, e.dit_le AS disait,
			 e.nb IS NULL AND NOT EXISTS (SELECT FROM creances.creance c WHERE c.suivi = $1 AND c.cle = v.cle)%3$s AS neuve
		FROM voulus v LEFT JOIN etat e ON e.cle = v.cle WHERE v.code IS NULL),
-- to be spread: by due date, over what each one still lacks, the rest on the last
a_repartir AS (
	SELECT d.*, sum(d.delta) FILTER (WHERE d.delta > 0) OVER o - d.delta AS de
	  FROM (SELECT v.*, v.montant - coalesce((SELECT sum(t.somme) FROM totaux t WHERE t.cle = v.cle AND t.creancier = v.creancier
												 AND t.facture = v.facture AND t.nature = v.nature), 0) AS delta
			  FROM v WHERE v.rang IS NULL) d
	 WHERE d.delta <> 0
	WINDOW o AS (PARTITION BY d.creancier, d.facture ORDER BY d.le, d.cle)),
rangs AS (
	SELECT i.creancier, i.facture, i.rang, i.echeance, sum(i.manque) OVER o - i.manque AS de,
		   CASE WHEN lead(i.rang) OVER o IS NULL THEN 'Infinity'::numeric ELSE sum(i.manque) OVER o END AS a
	  FROM (SELECT c.creancier, c.facture, c.rang, c.echeance,
				   greatest(c.montant - coalesce((SELECT sum(r.montant) FROM creances.reglement r WHERE r.creancier = c.creancier
													 AND r.facture = c.facture AND r.rang = c.rang), 0), 0) AS manque
			  FROM (SELECT DISTINCT creancier, facture FROM a_repartir) f
			  JOIN creances.creance c ON c.creancier = f.creancier AND c.facture = f.facture AND c.retiree_le IS NULL) i
	WINDOW o AS (PARTITION BY i.creancier, i.facture ORDER BY i.echeance, i.rang)),
ecritures AS (
	-- gone, or another invoice's or kind's now
	SELECT t.cle, t.creancier, t.facture, t.rang, -t.somme AS montant, creances.aujourdhui(t.creancier) AS le, t.nature, NULL::text AS reference,
		   NULL::text AS paiement, coalesce(v.le, e.dit_le) AS dit_le, 1 AS ordre
	  FROM totaux t JOIN etat e ON e.cle = t.cle LEFT JOIN v ON v.cle = t.cle
	 WHERE t.somme <> 0 AND t.cle NOT IN (SELECT x.cle FROM laissees x)
	   AND (v.cle IS NULL OR (v.creancier, v.facture, v.nature, coalesce(v.rang, t.rang)) <> (t.creancier, t.facture, t.nature, t.rang))
	UNION ALL
	-- its date: when the money came. What was dated the day it was seen stays
	SELECT c.cle, c.creancier, c.facture, c.rang, x.signe * c.somme, d.le, c.nature, v.reference, v.paiement, d.le, 2 + (x.signe > 0)::integer
	  FROM v JOIN connus c ON c.cle = v.cle AND c.le = v.disait
	 CROSS JOIN (VALUES (-1), (1)) x(signe)
	 CROSS JOIN LATERAL (SELECT CASE x.signe WHEN -1 THEN c.le ELSE v.le END AS le) d
	 WHERE v.disait <> v.le AND c.somme <> 0
	UNION ALL
	SELECT v.cle, v.creancier, v.facture, v.rang, v.montant - coalesce(t.somme, 0), CASE WHEN v.neuve THEN v.le ELSE v.jour END, v.nature,
		   v.reference, v.paiement, v.le, 4
	  FROM v LEFT JOIN totaux t ON t.cle = v.cle AND (t.creancier, t.facture, t.nature, t.rang) = (v.creancier, v.facture, v.nature, v.rang)
	 WHERE v.rang IS NOT NULL AND v.montant <> coalesce(t.somme, 0)
	UNION ALL
	SELECT a.cle, a.creancier, a.facture, g.rang, least(a.de + a.delta, g.a) - greatest(a.de, g.de), CASE WHEN a.neuve THEN a.le ELSE a.jour END,
		   a.nature, a.reference, a.paiement, a.le, 5
	  FROM a_repartir a JOIN rangs g ON g.creancier = a.creancier AND g.facture = a.facture
	 WHERE a.delta > 0 AND least(a.de + a.delta, g.a) > greatest(a.de, g.de)
	UNION ALL
	-- taken back from the last due dates that it had paid
	SELECT a.cle, a.creancier, a.facture, p.rang,
		   -CASE WHEN p.dernier THEN -a.delta - p.de ELSE least(-a.delta, p.a) - p.de END,
		   CASE WHEN a.neuve THEN a.le ELSE a.jour END, a.nature, a.reference, a.paiement, a.le, 6
	  FROM a_repartir a
	 CROSS JOIN LATERAL (
		SELECT g.rang, sum(coalesce(t.somme, 0)) OVER o - coalesce(t.somme, 0) AS de, sum(coalesce(t.somme, 0)) OVER o AS a,
			   lead(g.rang) OVER o IS NULL AS dernier
		  FROM rangs g LEFT JOIN totaux t ON t.cle = a.cle AND (t.creancier, t.facture, t.nature, t.rang) = (g.creancier, g.facture, a.nature, g.rang)
		 WHERE g.creancier = a.creancier AND g.facture = a.facture
		WINDOW o AS (ORDER BY g.echeance DESC, g.rang DESC)) p
	 WHERE a.delta < 0 AND -a.delta > p.de AND (p.dernier OR p.a > p.de))
INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature, reprise, suivi, cle, reference, paiement, dit_le)
SELECT e.creancier, concat_ws(':', '', e.cle, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
							   row_number() OVER (PARTITION BY e.cle ORDER BY e.ordre, e.rang, e.le)),
	   e.facture, e.rang, e.le, e.montant, CASE WHEN e.nature = 'paiement' AND e.montant < 0 THEN 'annulation' ELSE e.nature END, false,
	   $1, e.cle, e.reference, e.paiement, e.dit_le
  FROM ecritures e
 ORDER BY e.cle, e.ordre, e.rang, e.le$q$,
		connus, CASE WHEN par_cles THEN ' AND r.cle = ANY ($2)' ELSE '' END,
		-- an allocation of what its payment has on account; a table that is
		-- loaded whole tells a history that is over
		CASE WHEN par_cles THEN $n$
			 AND (v.paiement IS NULL OR NOT EXISTS (SELECT FROM tables t JOIN creances.creance c ON c.suivi = t.suivi AND c.cle = v.paiement
													 WHERE c.facture LIKE 'compte:%' AND c.solde <= -v.montant AND c.retiree_le IS NULL))$n$ ELSE '' END)

	-- The date that the ERP gives now, where the day it was seen counts in balances.
	WHEN 'dates' THEN $q$
UPDATE creances.reglement r SET dit_le = v.le
  FROM voulus v WHERE v.code IS NULL AND r.suivi = $1 AND r.cle = v.cle AND r.le <> r.dit_le AND r.dit_le <> v.le$q$

	-- What paid an invoice until now is a credit of its own from now on.
	WHEN 'desimputes' THEN $q$
WITH u AS (
	UPDATE creances.creance c SET versions = 1, version_le = creances.aujourdhui(c.creancier),
		   soldee_le = CASE WHEN c.soldee_le IS NOT NULL THEN greatest(c.soldee_le, creances.aujourdhui(c.creancier)) END
	  FROM lu l
	 WHERE l.suivie AND l.code IS NULL AND c.suivi = $1 AND c.cle = l.cle AND c.versions = 0 AND c.retiree_le IS NULL
	   AND EXISTS (SELECT FROM creances.reglement r WHERE r.suivi = $1 AND r.cle = l.cle)
	RETURNING c.*)
INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque, debiteur, nee_le, emission, echeance, montant, devise, retiree, motif)
SELECT u.creancier, u.facture, u.rang, 1, u.version_le, u.debiteur, u.nee_le, u.emission, u.echeance, u.montant, u.devise, true, 'desimputee' FROM u$q$

	-- What the touched receivables still owe.
	WHEN 'soldes' THEN $q$
WITH u AS (
	UPDATE creances.creance c
	   SET solde = c.montant - m.somme,
		   soldee_le = CASE WHEN c.montant = m.somme THEN greatest(c.nee_le, c.version_le, m.le) END
	  FROM cibles k CROSS JOIN LATERAL (
			SELECT coalesce(sum(r.montant), 0) AS somme, max(r.le) AS le FROM creances.reglement r
			 WHERE r.creancier = k.creancier AND r.facture = k.facture AND r.rang = k.rang) m
	 WHERE c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang AND c.retiree_le IS NULL
	   AND (c.solde, c.soldee_le) IS DISTINCT FROM
		   (c.montant - m.somme, CASE WHEN c.montant = m.somme THEN greatest(c.nee_le, c.version_le, m.le) END)
	RETURNING c.creancier, c.facture, c.rang),
-- one that left keeps the last of its facts
r AS (
	UPDATE creances.creance c SET soldee_le = m.le
	  FROM cibles k CROSS JOIN LATERAL (
			SELECT max(r.le) AS le FROM creances.reglement r WHERE r.creancier = k.creancier AND r.facture = k.facture AND r.rang = k.rang) m
	 WHERE c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang AND c.retiree_le IS NOT NULL AND c.soldee_le < m.le)
INSERT INTO creances.a_decider SELECT u.* FROM u$q$

	WHEN 'refus' THEN $q$
INSERT INTO creances.ligne_refusee (suivi, cle, code, motif, attend, creancier, facture)
SELECT $1, v.cle, v.code, v.motif, v.attend, v.creancier, CASE WHEN v.code <> 'facture' THEN v.facture END
  FROM voulus v WHERE v.code IS NOT NULL ORDER BY v.cle
ON CONFLICT (suivi, cle) DO UPDATE
   SET code = excluded.code, motif = excluded.motif, attend = excluded.attend, creancier = excluded.creancier, facture = excluded.facture$q$

	-- Money came from this customer that cannot be counted.
	WHEN 'refus_payeurs' THEN $q$
UPDATE creances.ligne_refusee a SET creancier = coalesce(a.creancier, l.creancier), debiteur = l.debiteur
  FROM lu l WHERE a.suivi = $1 AND a.cle = l.cle AND l.code IS NOT NULL AND l.debiteur IS NOT NULL$q$

	-- A payment and its allocations are read from each other: the ties that pay
	-- the same table of invoices.
	WHEN 'entraines' THEN $q$
WITH p AS MATERIALIZED (
	SELECT l.m_paiement AS cle FROM lu l WHERE l.m_paiement IS NOT NULL AND l.cle = ANY ($6)
	UNION SELECT r.paiement FROM creances.reglement r WHERE r.suivi = $1 AND r.cle = ANY ($6) AND r.paiement IS NOT NULL),
i AS MATERIALIZED (
	SELECT DISTINCT r.suivi, r.cle FROM creances.reglement r WHERE r.paiement = ANY ($6) AND r.suivi <> $1)
INSERT INTO creances.a_revoir (suivi, cle, instant, transaction, chargement)
SELECT t.table_suivie, p.cle, clock_timestamp(), pg_current_xact_id(), false
  FROM p CROSS JOIN LATERAL (
	SELECT s.table_suivie
	  FROM creances.suivi s CROSS JOIN LATERAL creances._lien(s.table_suivie) l CROSS JOIN creances._lien($1) m
	 WHERE s.genre = 'reglements' AND s.table_suivie <> $1 AND NOT s.correspondance ? 'cle_paiement'
	   AND coalesce(l.options ->> 'factures' = m.options ->> 'factures', true) OFFSET 0) t
UNION ALL
SELECT i.suivi, i.cle, clock_timestamp(), pg_current_xact_id(), false
  FROM i CROSS JOIN LATERAL (
	SELECT FROM creances._lien(i.suivi) l CROSS JOIN creances._lien($1) m
	 WHERE coalesce(l.options ->> 'factures' = m.options ->> 'factures', true) OFFSET 0) t$q$

	-- Those that waited for an invoice that is there now.
	WHEN 'attendus' THEN $q$
WITH RECURSIVE tables AS (
	(SELECT c.suivi FROM creances.creance c ORDER BY c.suivi LIMIT 1)
	UNION ALL
	SELECT (SELECT c.suivi FROM creances.creance c WHERE c.suivi > t.suivi ORDER BY c.suivi LIMIT 1) FROM tables t WHERE t.suivi IS NOT NULL)
INSERT INTO creances.a_revoir (suivi, cle, instant, transaction, chargement)
SELECT l.suivi, l.cle, clock_timestamp(), pg_current_xact_id(), false
  FROM creances.ligne_refusee l
 WHERE l.attend IS NOT NULL AND l.code = 'facture'
   AND CASE WHEN l.attend LIKE 'numero:%'
			THEN EXISTS (SELECT FROM creances.creance c WHERE c.creancier = l.creancier AND c.facture = substr(l.attend, 8))
			ELSE EXISTS (SELECT FROM tables t JOIN creances.creance c ON c.suivi = t.suivi AND c.cle = l.attend
						  WHERE c.facture NOT LIKE 'compte:%' AND c.retiree_le IS NULL
							AND (c.suivi = l.suivi OR EXISTS (SELECT FROM creances._lien(l.suivi) k
															   WHERE coalesce(c.suivi = to_regclass(k.options ->> 'factures'), true)))) END$q$

	WHEN 'ecarts_mouvements' THEN format($q$
WITH connus AS (%s),
laissees AS (SELECT cle FROM lu WHERE code IS NOT NULL UNION ALL SELECT cle FROM voulus WHERE code <> 'facture' UNION ALL SELECT unnest($2))
SELECT x.cle, x.facture, x.ecart FROM (
	SELECT coalesce(v.cle, t.cle) AS cle, coalesce(v.facture, t.facture) AS facture,
		   format('règlement : %%s de la facture %%s au lieu de %%s', coalesce(t.somme, 0), coalesce(v.facture, t.facture), coalesce(v.montant, 0)) AS ecart
	  FROM (SELECT * FROM voulus WHERE code IS NULL) v
	  FULL JOIN (SELECT c.cle, c.creancier, c.facture, sum(c.somme) AS somme FROM connus c GROUP BY 1, 2, 3 HAVING sum(c.somme) <> 0) t
		ON t.cle = v.cle AND t.creancier = v.creancier AND t.facture = v.facture
	 WHERE coalesce(t.somme, 0) <> coalesce(v.montant, 0)
	UNION ALL
	SELECT v.cle, v.facture, format('règlement daté du %%s au lieu du %%s', r.dit_le, v.le)
	  FROM voulus v
	 CROSS JOIN LATERAL (SELECT g.dit_le FROM creances.reglement g WHERE g.suivi = $1 AND g.cle = v.cle ORDER BY g.connu_le DESC, g.reglement DESC LIMIT 1) r
	 WHERE v.code IS NULL AND r.dit_le <> v.le AND EXISTS (SELECT FROM connus c WHERE c.cle = v.cle AND c.le = r.dit_le AND c.somme <> 0)
	UNION ALL
	SELECT v.cle, v.facture, 'anomalie à signaler : ' || v.motif FROM voulus v
	 WHERE v.code IS NOT NULL AND NOT EXISTS (SELECT FROM creances.ligne_refusee a WHERE a.suivi = $1 AND a.cle = v.cle AND a.code = v.code)
	UNION ALL
	SELECT v.cle, v.facture, 'anomalie à lever' FROM voulus v
	 WHERE v.code IS NULL AND EXISTS (SELECT FROM creances.ligne_refusee a WHERE a.suivi = $1 AND a.cle = v.cle)) x
 WHERE x.cle NOT IN (SELECT y.cle FROM laissees y)
 ORDER BY 1, 3$q$, connus)

	-- ------------------------------------------------------------ customers
	WHEN 'clients_partis' THEN format($q$
DELETE FROM creances.client k WHERE k.suivi = $1%s
   AND NOT EXISTS (SELECT FROM lu l WHERE l.cle = k.cle AND l.suivie)$q$,
		CASE WHEN par_cles THEN ' AND k.cle = ANY ($2)' ELSE '' END)

	WHEN 'clients' THEN $q$
INSERT INTO creances.client AS k (suivi, cle, creancier, debiteur, champs, nom, type, langue, zone, courriel, telephone, adresse, segment, siren)
SELECT $1, l.cle, l.creancier, l.debiteur, l.champs, l.nom, l.type, l.langue, l.zone, l.courriel, l.telephone, l.adresse, l.segment, l.siren
  FROM lu l WHERE l.suivie AND l.code IS NULL ORDER BY l.cle
ON CONFLICT (suivi, cle) DO UPDATE
   SET creancier = excluded.creancier, debiteur = excluded.debiteur, champs = excluded.champs, nom = excluded.nom, type = excluded.type,
	   langue = excluded.langue, zone = excluded.zone, courriel = excluded.courriel, telephone = excluded.telephone,
	   adresse = excluded.adresse, segment = excluded.segment, siren = excluded.siren$q$

	WHEN 'fiches' THEN $q$
UPDATE creances.debiteur d
   SET nom = n.nom, type = n.type, langue = n.langue, zone = n.zone, courriel = n.courriel, telephone = n.telephone, adresse = n.adresse,
	   segment = n.segment, siren = n.siren
  FROM (SELECT DISTINCT ON (s.creancier, l.debiteur) s.creancier, l.*
		  FROM (SELECT debiteur, creancier AS le_sien, cle, champs, nom, type, langue, zone, courriel, telephone, adresse, segment, siren
				  FROM lu WHERE suivie AND code IS NULL) l
		  JOIN creances.creancier s ON coalesce(s.creancier = l.le_sien, true)
		 ORDER BY s.creancier, l.debiteur, l.cle) k
  JOIN creances.debiteur a ON a.creancier = k.creancier AND a.debiteur = k.debiteur
 CROSS JOIN LATERAL (
	SELECT CASE WHEN 'nom' = ANY (k.champs) THEN k.nom ELSE a.nom END AS nom, coalesce(k.type, a.type) AS type,
		   coalesce(k.langue, a.langue) AS langue, coalesce(k.zone, a.zone) AS zone,
		   CASE WHEN 'courriel' = ANY (k.champs) THEN k.courriel ELSE a.courriel END AS courriel,
		   CASE WHEN 'telephone' = ANY (k.champs) THEN k.telephone ELSE a.telephone END AS telephone,
		   CASE WHEN 'adresse' = ANY (k.champs) THEN k.adresse ELSE a.adresse END AS adresse,
		   CASE WHEN 'segment' = ANY (k.champs) THEN k.segment ELSE a.segment END AS segment,
		   CASE WHEN 'siren' = ANY (k.champs) THEN k.siren ELSE a.siren END AS siren) n
 WHERE d.creancier = k.creancier AND d.debiteur = k.debiteur
   AND (d.nom, d.type, d.langue, d.zone, d.courriel, d.telephone, d.adresse, d.segment, d.siren)
	   IS DISTINCT FROM (n.nom, n.type, n.langue, n.zone, n.courriel, n.telephone, n.adresse, n.segment, n.siren)$q$

	-- known before their first invoice, when their company is
	WHEN 'fiches_neuves' THEN $q$
INSERT INTO creances.debiteur
SELECT f.* FROM (SELECT DISTINCT s.creancier, l.debiteur FROM lu l JOIN creances.creancier s ON s.creancier = l.creancier
				  WHERE l.suivie AND l.code IS NULL ORDER BY 1, 2) k
 CROSS JOIN LATERAL creances._fiche(k.creancier, k.debiteur) f
ON CONFLICT DO NOTHING$q$

	WHEN 'refus_leves' THEN format($q$
DELETE FROM creances.ligne_refusee a WHERE a.suivi = $1%s
   AND NOT EXISTS (SELECT FROM lu l WHERE l.cle = a.cle AND l.code IS NOT NULL)$q$,
		CASE WHEN par_cles THEN ' AND a.cle = ANY ($2)' ELSE '' END)

	WHEN 'refus_clients' THEN $q$
INSERT INTO creances.ligne_refusee (suivi, cle, code, motif)
SELECT $1, l.cle, l.code, l.motif FROM lu l WHERE l.code IS NOT NULL ORDER BY l.cle
ON CONFLICT (suivi, cle) DO UPDATE SET code = excluded.code, motif = excluded.motif$q$

	WHEN 'ecarts_clients' THEN $q$
SELECT x.cle, NULL::text, x.ecart FROM (
	SELECT coalesce(l.cle, k.cle) AS cle,
		   CASE WHEN l.cle IS NULL THEN 'client en trop dans le suivi'
				WHEN l.code IS NOT NULL THEN CASE WHEN a.code IS DISTINCT FROM l.code THEN 'anomalie à signaler : ' || l.motif END
				WHEN a.cle IS NOT NULL THEN 'anomalie à lever'
				WHEN k.cle IS NULL THEN 'client absent du suivi'
				WHEN (k.creancier, k.debiteur, k.champs, k.nom, k.type, k.langue, k.zone, k.courriel, k.telephone, k.adresse, k.segment, k.siren)
					 IS DISTINCT FROM (l.creancier, l.debiteur, l.champs, l.nom, l.type, l.langue, l.zone, l.courriel, l.telephone, l.adresse, l.segment, l.siren)
				THEN 'fiche du client différente' END AS ecart
	  FROM (SELECT * FROM lu WHERE suivie) l
	  FULL JOIN (SELECT * FROM creances.client WHERE suivi = $1) k ON k.cle = l.cle
	  LEFT JOIN creances.ligne_refusee a ON a.suivi = $1 AND a.cle = l.cle) x
 WHERE x.ecart IS NOT NULL AND x.cle <> ALL ($2)
 ORDER BY 1$q$
	END;
END $$;
COMMENT ON FUNCTION creances._ordre(text, boolean) IS 'Texte d''un ordre que le rafraichissement execute pour une table de reglements ou de clients.';
