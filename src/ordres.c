/*-------------------------------------------------------------------------
 *
 * ordres.c
 *	  The statements that write the facts, and how they are executed.
 *
 * They run as the owner of our tables, with fixed settings, and hold no
 * expression of the user's; what is the user's runs as the owner of the ERP's
 * table, in a security-restricted operation.  Plans are kept for the session,
 * made for few rows; a large set gets a plan of its own, thrown away after use.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/spi_priv.h"
#include "executor/tstoreReceiver.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "creances.h"

/*
 * The texts below are written for a set of keys or for the whole table, so that
 * each form has its own plain plan; these words stand for what differs.  For a
 * set of keys, each key is looked up by index from the list (OFFSET 0 keeps the
 * planner from another order), and a test of membership is hashed.
 */
static const struct
{
	const char *mot;
	const char *par_cles;
	const char *table_entiere;
}			mots[] =

{
	{
		"VISEES",				/* receivables of these keys */
		"(SELECT x.* FROM (SELECT DISTINCT unnest($2) AS cle) k CROSS JOIN LATERAL ("
		"  SELECT y.* FROM creances.creance y WHERE y.suivi = $1 AND y.cle = k.cle OFFSET 0) x)",
		"(SELECT y.* FROM creances.creance y WHERE y.suivi = $1)"
	},
	{
		"VERROUS",				/* their keys, locked */
		"(SELECT x.cle FROM unnest($2) k(cle) CROSS JOIN LATERAL ("
		"  SELECT y.cle FROM creances.creance y WHERE y.suivi = $1 AND y.cle = k.cle"
		"     FOR NO KEY UPDATE SKIP LOCKED) x)",
		"(SELECT y.cle FROM creances.creance y WHERE y.suivi = $1 FOR NO KEY UPDATE SKIP LOCKED)"
	},
	{
		"CIBLES",				/* the keys, and whether they are new */
		"(SELECT DISTINCT ON (k.cle) k.cle, x.cle IS NULL AS neuve FROM unnest($2) k(cle) LEFT JOIN LATERAL ("
		"  SELECT y.cle FROM creances.creance y WHERE y.suivi = $1 AND y.cle = k.cle LIMIT 1) x ON true)",
		"(SELECT y.cle, false AS neuve FROM creances.creance y WHERE y.suivi = $1)"
	},
	{
		"PARMI_LES_CLES",		/* x ... : x is one of the keys */
		"IN (SELECT unnest($2))",
		"IS NOT NULL"
	},
	{
		"CONSOMMABLE",			/* a journal row of these keys */
		"cle IN (SELECT unnest($2))",
		"true"
	}
};

/*
 * Every statement takes these, and reads the ones it needs.
 */
static Oid	types_parametres[NB_PARAMETRES] = {
	REGCLASSOID,				/* $1 the followed table */
	TEXTARRAYOID,				/* $2 the keys, NULL for the whole table */
	BOOLOID,					/* $3 first load; or: the error is the table's */
	DATEOID,					/* $4 day from which the table is followed */
	TEXTOID,					/* $5 how older receivables come in, or a text */
	TEXTARRAYOID				/* $6 keys that had no receivable to lock */
};

#define MEME_CREANCE(a, b) \
	a ".creancier = " b ".creancier AND " a ".facture = " b ".facture AND " \
	a ".rang = " b ".rang"

static const char *const textes[NB_ORDRES] = {
	[ORDRE_REQUETE] =
	"SELECT creances._requete($1, $2 IS NOT NULL)",

	/*
	 * lock what is there, waiting for nobody; say which keys another session
	 * holds
	 */
	[ORDRE_VERROUILLER] =
	"WITH v AS MATERIALIZED (SELECT cle FROM VERROUS w) "
	"SELECT array_agg(x.cle) FILTER (WHERE x.libre),"
	"       array_agg(x.cle) FILTER (WHERE NOT x.libre),"
	"       array_agg(x.cle) FILTER (WHERE x.neuve),"
	"       EXISTS (SELECT FROM creances.ligne_refusee a"
	"                WHERE a.suivi = $1 AND CASE WHEN a.cle PARMI_LES_CLES THEN true END)"
	"  FROM (SELECT k.cle, k.neuve, k.neuve OR k.cle IN (SELECT cle FROM v) AS libre FROM CIBLES k) x",

	/*
	 * What is to be done with each row read.  c: the receivable that this key
	 * holds today; p: the one that bears this number, whoever holds it.
	 */
	[ORDRE_CLASSER] =
	"SELECT l.cle, l.creancier, l.facture, l.rang, l.debiteur, l.nature,"
	"       l.emission, l.livraison, coalesce(l.emission, p.nee_le, n.nee_le) AS nee_le,"
	"       l.echeance, l.montant, l.devise, l.regle, l.motif, l.code,"
	"       t.jour, t.fuseau,"
	"       n.reprise AND p.creancier IS NULL AS reprise,"
	"       coalesce(l.regle_le, CASE WHEN n.reprise AND p.creancier IS NULL THEN $4 END, t.jour) AS le,"
	"       coalesce(m.deja, 0) AS deja, coalesce(m.nombre, 0) AS nombre, m.su_le,"
	"       p.versions, p.version_le,"
	"       p.retiree_le IS NOT NULL OR p.montant <> l.montant OR p.echeance <> l.echeance"
	"         OR p.debiteur <> l.debiteur OR p.devise <> l.devise"
	"         OR p.emission IS DISTINCT FROM l.emission AS changee,"
	"       p.suivi <> $1 OR p.cle <> l.cle OR p.nature <> l.nature"
	"         OR p.livraison IS DISTINCT FROM l.livraison"
	"         OR l.regle <> coalesce(m.deja, 0) OR l.cle IN (SELECT pas.cle FROM pas) AS bougee,"
	/* another session has just written it: what we have read may be older */
	"       CASE WHEN c.cle IS NOT NULL AND l.cle = ANY ($6) THEN 'conflit'"
	"            WHEN NOT l.suivie THEN 'hors'"
	"            WHEN l.code IS NOT NULL THEN 'anomalie'"
	"            WHEN l.homonyme > 1 THEN 'doublon'"
	"            WHEN p.creancier IS NULL THEN 'neuve'"
	"            WHEN p.retiree_le IS NOT NULL OR (p.suivi = $1 AND p.cle = l.cle) THEN 'maj'"
	"            WHEN p.suivi = $1 AND p.cle PARMI_LES_CLES AND NOT EXISTS ("
	"                 SELECT FROM lu l2 WHERE l2.cle = p.cle AND l2.suivie AND l2.code IS NULL"
	"                    AND " MEME_CREANCE("l2", "p") ") THEN 'maj'"
	"            ELSE 'doublon' END AS action,"
	"       c.cle IS NOT NULL AND (NOT l.suivie OR (l.code IS NULL"
	"         AND (c.creancier, c.facture, c.rang) <> (l.creancier, l.facture, l.rang))) AS quitte,"
	"       l.suivie AND l.code IS NULL AND d.debiteur IS NULL AS tiers"
	"  FROM (SELECT lu.*, CASE WHEN suivie AND code IS NULL THEN row_number() OVER ("
	"                 PARTITION BY creancier, facture, rang, suivie AND code IS NULL ORDER BY cle) END AS homonyme"
	"          FROM lu) l"
	/* LIMIT 1: a look-up by index, in this order, for each row */
	"  LEFT JOIN LATERAL (SELECT y.* FROM creances.creance y"
	"                      WHERE y.suivi = $1 AND y.cle = l.cle AND y.retiree_le IS NULL LIMIT 1) c ON true"
	"  LEFT JOIN LATERAL (SELECT y.* FROM creances.creance y WHERE " MEME_CREANCE("y", "l") " LIMIT 1) p ON true"
	"  LEFT JOIN LATERAL (SELECT sum(r.montant) AS deja, count(*) AS nombre, max(r.connu_le) AS su_le"
	"                       FROM creances.reglement r WHERE " MEME_CREANCE("r", "p") ") m ON true"
	"  LEFT JOIN LATERAL (SELECT y.debiteur FROM creances.debiteur y"
	"                      WHERE y.creancier = l.creancier AND y.debiteur = l.debiteur LIMIT 1) d ON true"
	"  LEFT JOIN creances.creancier s ON s.creancier = l.creancier"
	"  CROSS JOIN LATERAL (SELECT coalesce(s.fuseau, 'Europe/Paris') AS fuseau,"
	"                             (now() AT TIME ZONE coalesce(s.fuseau, 'Europe/Paris'))::date AS jour) t"
	"  CROSS JOIN LATERAL (SELECT x.nee_le, ($3 OR l.cle IN (SELECT pas.cle FROM pas WHERE pas.chargement)) AND x.nee_le < $4 AS reprise"
	"                        FROM (SELECT coalesce(l.emission, least(l.echeance, t.jour)) AS nee_le) x) n",

	[ORDRE_TIERS_CREANCIER] =
	"INSERT INTO creances.creancier (creancier)"
	" SELECT DISTINCT creancier FROM classees WHERE tiers"
	" EXCEPT SELECT creancier FROM creances.creancier ORDER BY 1 ON CONFLICT DO NOTHING",

	[ORDRE_TIERS_DEBITEUR] =
	"INSERT INTO creances.debiteur (creancier, debiteur)"
	" SELECT DISTINCT creancier, debiteur FROM classees WHERE tiers ORDER BY 1, 2"
	" ON CONFLICT DO NOTHING",

	/* receivables of these keys that the rows read do not hold up any more */
#define A_RETIRER \
	" FROM VISEES c LEFT JOIN classees l ON l.cle = c.cle" \
	" CROSS JOIN LATERAL (SELECT creances.aujourdhui(c.creancier) AS jour) t" \
	" WHERE c.retiree_le IS NULL" \
	"   AND coalesce(l.action, '') NOT IN ('anomalie', 'doublon')" \
	"   AND NOT EXISTS (SELECT FROM classees k WHERE k.action IN ('maj', 'neuve') AND " MEME_CREANCE("k", "c") ")"

	[ORDRE_VERSIONS_RETRAIT] =
	"INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque,"
	"       debiteur, nee_le, emission, echeance, montant, devise, retiree, motif)"
	" SELECT c.creancier, c.facture, c.rang, c.versions + 1, t.jour, c.debiteur, c.nee_le, c.emission,"
	"        c.echeance, c.montant, c.devise, false,"
	"        CASE WHEN l.cle IS NULL THEN coalesce($5, 'supprimee')"
	"             WHEN l.action = 'hors' THEN 'hors du filtre' ELSE 'renumerotee' END"
	A_RETIRER,

	[ORDRE_RETIRER] =
	"WITH r AS (UPDATE creances.creance m SET solde = 0, soldee_le = greatest(m.soldee_le, m.nee_le, m.version_le, t.jour,"
	"         (SELECT max(g.le) FROM creances.reglement g WHERE " MEME_CREANCE("g", "m") ")),"
	"       retiree_le = t.jour, versions = m.versions + 1, version_le = t.jour,"
	"       retiree_motif = CASE WHEN l.cle IS NULL THEN coalesce($5, 'supprimee')"
	"                            WHEN l.action = 'hors' THEN 'hors du filtre' ELSE 'renumerotee' END"
	A_RETIRER " AND " MEME_CREANCE("m", "c")
	" RETURNING m.creancier, m.facture, m.rang)"
	"INSERT INTO creances.a_decider SELECT * FROM r",

	/* a number may be free again: look at the rows that it was refused to */
	[ORDRE_DOUBLONS] =
	"INSERT INTO creances.a_revoir (suivi, cle, instant, transaction, chargement)"
	" SELECT suivi, cle, clock_timestamp(), pg_current_xact_id(), false"
	"   FROM creances.ligne_refusee WHERE code = 'doublon'",

	[ORDRE_INSERER] =
	"INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, livraison, nee_le,"
	"       echeance, montant, devise, solde, soldee_le, reprise_le, reprise, suivi, cle)"
	" SELECT creancier, facture, rang, debiteur, nature, emission, livraison, nee_le, echeance, montant, devise,"
	"        montant - coalesce(regle, 0),"
	"        CASE WHEN montant = coalesce(regle, 0)"
	"             THEN greatest(nee_le, CASE WHEN regle <> 0 THEN le END) END,"
	"        CASE WHEN reprise THEN $4 END, CASE WHEN reprise THEN $5 END, $1, cle"
	"   FROM classees WHERE action = 'neuve'"
	"  ORDER BY creancier, facture, rang ON CONFLICT DO NOTHING",

	[ORDRE_VERSIONS] =
	"INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque,"
	"       debiteur, nee_le, emission, echeance, montant, devise, retiree, motif)"
	" SELECT c.creancier, c.facture, c.rang, c.versions + 1, l.jour, c.debiteur, c.nee_le, c.emission,"
	"        c.echeance, c.montant, c.devise, c.retiree_le IS NOT NULL,"
	"        concat_ws(', ', CASE WHEN c.retiree_le IS NOT NULL THEN 'retour' END,"
	"                  CASE WHEN c.montant <> l.montant THEN 'montant' END,"
	"                  CASE WHEN c.echeance <> l.echeance THEN 'echeance' END,"
	"                  CASE WHEN c.debiteur <> l.debiteur THEN 'debiteur' END,"
	"                  CASE WHEN c.devise <> l.devise THEN 'devise' END,"
	"                  CASE WHEN c.emission IS DISTINCT FROM l.emission THEN 'emission' END)"
	"   FROM classees l JOIN creances.creance c ON " MEME_CREANCE("c", "l")
	"  WHERE l.action = 'maj' AND l.changee",

	/* one movement: what the row shows, less what was known */
	[ORDRE_MOUVEMENTS] =
	"INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature, reprise)"
	" SELECT l.creancier, concat_ws(':', l.facture, l.rang, l.nombre + 1), l.facture, l.rang,"
	"        CASE WHEN d.annule THEN l.jour ELSE l.le END, d.delta,"
	"        CASE WHEN d.annule THEN 'annulation' ELSE 'paiement' END, l.reprise"
	"   FROM classees l CROSS JOIN LATERAL (SELECT l.regle - l.deja AS delta,"
	"        (l.regle < l.deja) = (l.montant >= 0) AS annule) d"
	"  WHERE l.action IN ('maj', 'neuve') AND d.delta <> 0",

	/*
	 * One movement a step: those that the journal saw since the key was last
	 * left and since the last movement was written, that a row would be
	 * allowed to show; then the row itself.
	 */
	[ORDRE_MOUVEMENTS_PAS] =
	"WITH vus AS ("
	"  SELECT cle, instant, ordre, regle,"
	"         CASE WHEN regle_le BETWEEN '1900-01-01' AND '2999-12-31' THEN regle_le END AS regle_le,"
	"         count(*) FILTER (WHERE regle IS NULL AND chargement IS NULL)"
	"           OVER (PARTITION BY cle ORDER BY instant DESC, ordre DESC) AS quittee"
	"    FROM pas), etats AS ("
	"  SELECT l.cle, 0 AS fin, v.instant, v.ordre, v.regle, (v.instant AT TIME ZONE l.fuseau)::date AS jour,"
	"         coalesce(v.regle_le, (v.instant AT TIME ZONE l.fuseau)::date) AS le"
	"    FROM vus v JOIN classees l ON l.cle = v.cle WHERE v.quittee = 0 AND l.action IN ('maj', 'neuve')"
	"      AND abs(v.regle) < 1e15 AND v.regle = round(v.regle, 6) AND (l.su_le IS NULL OR v.instant > l.su_le)"
	"  UNION ALL"
	"  SELECT l.cle, 1, NULL, NULL, l.regle, l.jour, l.le"
	"    FROM classees l WHERE l.action IN ('maj', 'neuve') AND l.regle IS NOT NULL"
	"), deltas AS ("
	"  SELECT l.*, e.fin, e.instant, e.ordre, e.jour AS vu_le, e.le AS paye_le,"
	"         e.regle - lag(e.regle, 1, l.deja) OVER (PARTITION BY e.cle ORDER BY e.fin, e.instant, e.ordre) AS delta"
	"    FROM etats e JOIN classees l ON l.cle = e.cle AND l.action IN ('maj', 'neuve')) "
	"INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature, reprise)"
	" SELECT d.creancier,"
	"        concat_ws(':', d.facture, d.rang, d.nombre + row_number() OVER (PARTITION BY d.cle ORDER BY d.fin, d.instant, d.ordre)),"
	"        d.facture, d.rang, CASE WHEN (d.delta < 0) = (d.montant >= 0) THEN d.vu_le ELSE d.paye_le END, d.delta,"
	"        CASE WHEN (d.delta < 0) = (d.montant >= 0) THEN 'annulation' ELSE 'paiement' END, d.reprise"
	"   FROM deltas d WHERE d.delta <> 0",

	/*
	 * new and already settled, in steps that the journal saw: the last one's
	 * date
	 */
	[ORDRE_SOLDEES] =
	"UPDATE creances.creance c SET soldee_le = greatest(c.nee_le,"
	"         (SELECT max(g.le) FROM creances.reglement g WHERE " MEME_CREANCE("g", "c") "))"
	"  FROM classees l WHERE l.action = 'neuve' AND " MEME_CREANCE("c", "l") " AND c.solde = 0",

	[ORDRE_METTRE_A_JOUR] =
	"UPDATE creances.creance c SET debiteur = l.debiteur, nature = l.nature, emission = l.emission,"
	"       livraison = l.livraison, nee_le = l.nee_le, echeance = l.echeance, montant = l.montant, devise = l.devise,"
	"       solde = l.montant - coalesce(l.regle, l.deja),"
	"       soldee_le = CASE WHEN l.montant = coalesce(l.regle, l.deja)"
	"         THEN greatest(l.nee_le, l.version_le, CASE WHEN l.changee THEN l.jour END,"
	"              (SELECT max(g.le) FROM (SELECT r.le FROM creances.reglement r WHERE " MEME_CREANCE("r", "l") " OFFSET 0) g)) END,"
	"       versions = l.versions + l.changee::int,"
	"       version_le = CASE WHEN l.changee THEN l.jour ELSE l.version_le END,"
	"       retiree_le = NULL, retiree_motif = NULL, suivi = $1, cle = l.cle"
	"  FROM (SELECT k.*, x.ctid AS place FROM classees k CROSS JOIN LATERAL ("
	"          SELECT y.ctid FROM creances.creance y WHERE " MEME_CREANCE("y", "k") " LIMIT 1) x"
	"         WHERE k.action = 'maj' AND (k.changee OR k.bougee)) l"
	" WHERE c.ctid = l.place",

	[ORDRE_A_DECIDER] =
	"INSERT INTO creances.a_decider SELECT creancier, facture, rang FROM classees"
	" WHERE action = 'maj' AND (changee OR bougee) OR action = 'neuve' AND montant <> coalesce(regle, 0)",

	[ORDRE_ANOMALIES_LEVEES] =
	"DELETE FROM creances.ligne_refusee a WHERE a.suivi = $1 AND CASE WHEN a.cle PARMI_LES_CLES THEN true END"
	"   AND NOT EXISTS (SELECT FROM classees l WHERE l.cle = a.cle AND l.action IN ('anomalie', 'doublon'))",

	[ORDRE_ANOMALIES] =
	"INSERT INTO creances.ligne_refusee (suivi, cle, code, motif)"
	" SELECT $1, l.cle, coalesce(l.code, 'doublon'), coalesce(l.motif,"
	"        format('la facture %s (rang %s) du créancier %s est déjà tenue par une autre ligne', l.facture, l.rang, l.creancier))"
	"   FROM classees l WHERE l.action IN ('anomalie', 'doublon') ORDER BY l.cle"
	" ON CONFLICT (suivi, cle) DO UPDATE SET code = excluded.code, motif = excluded.motif"
	" WHERE (ligne_refusee.code, ligne_refusee.motif) <> (excluded.code, excluded.motif)",

	/* verifier_suivi(): the facts beside the table, line by line */
	[ORDRE_ECARTS] =
	"SELECT coalesce(l.cle, c.cle), coalesce(c.facture, l.facture), e.ecart"
	"  FROM (SELECT lu.*, suivie AND code IS NULL AS bonne FROM lu) l"
	"  FULL JOIN (SELECT * FROM creances.creance"
	"              WHERE suivi = $1 AND retiree_le IS NULL) c ON c.cle = l.cle"
	"  LEFT JOIN creances.ligne_refusee a ON a.suivi = $1 AND a.cle = coalesce(l.cle, c.cle)"
	"  LEFT JOIN LATERAL (SELECT sum(r.montant) AS deja FROM creances.reglement r"
	"                      WHERE " MEME_CREANCE("r", "c") ") m ON true"
	"  CROSS JOIN LATERAL (SELECT CASE"
	"     WHEN l.cle IS NULL OR NOT l.suivie AND c.cle IS NOT NULL THEN 'en trop dans le suivi'"
	"     WHEN NOT l.suivie THEN CASE WHEN a.cle IS NOT NULL THEN 'anomalie à lever' END"
	"     WHEN l.code IS NOT NULL THEN CASE WHEN a.code IS DISTINCT FROM l.code THEN 'anomalie à signaler : ' || l.motif END"
	"     WHEN a.code = 'doublon' THEN CASE WHEN NOT EXISTS ("
	"          SELECT FROM creances.creance x WHERE " MEME_CREANCE("x", "l") " AND x.retiree_le IS NULL)"
	"          THEN 'absente du suivi' END"
	"     WHEN a.cle IS NOT NULL THEN 'anomalie à lever'"
	"     WHEN c.cle IS NULL THEN 'absente du suivi'"
	"     ELSE nullif(concat_ws(', ',"
	"       CASE WHEN (c.creancier, c.facture, c.rang) <> (l.creancier, l.facture, l.rang)"
	"            THEN format('numéro %s/%s/%s au lieu de %s/%s/%s', c.creancier, c.facture, c.rang, l.creancier, l.facture, l.rang) END,"
	"       CASE WHEN c.debiteur <> l.debiteur THEN format('débiteur %s au lieu de %s', c.debiteur, l.debiteur) END,"
	"       CASE WHEN c.emission IS DISTINCT FROM l.emission THEN format('émission %s au lieu de %s', c.emission, l.emission) END,"
	"       CASE WHEN c.livraison IS DISTINCT FROM l.livraison THEN format('livraison %s au lieu de %s', c.livraison, l.livraison) END,"
	"       CASE WHEN c.echeance <> l.echeance THEN format('échéance %s au lieu de %s', c.echeance, l.echeance) END,"
	"       CASE WHEN c.montant <> l.montant THEN format('montant %s au lieu de %s', c.montant, l.montant) END,"
	"       CASE WHEN c.devise <> l.devise THEN format('devise %s au lieu de %s', c.devise, l.devise) END,"
	"       CASE WHEN c.nature <> l.nature THEN format('nature %s au lieu de %s', c.nature, l.nature) END,"
	"       CASE WHEN coalesce(m.deja, 0) <> l.regle THEN format('réglé %s au lieu de %s', coalesce(m.deja, 0), l.regle) END), '')"
	"     END AS ecart) e"
	" WHERE e.ecart IS NOT NULL AND coalesce(l.cle, c.cle) <> ALL ($2)"
	" UNION ALL"
	" SELECT k, NULL, 'anomalie à signaler : une valeur de la ligne ne se lit pas' FROM unnest($2) k"
	"  WHERE NOT EXISTS (SELECT FROM creances.ligne_refusee a WHERE a.suivi = $1 AND a.cle = k AND a.code = 'valeur')"
	" ORDER BY 1",

	[ORDRE_CLES] =
	"SELECT array_agg(DISTINCT k.cle) FILTER (WHERE k.cle IS NOT NULL), bool_or(k.cle IS NULL)"
	"  FROM ((SELECT cle FROM creances.a_revoir WHERE suivi = $1 LIMIT $5::bigint)"
	"        UNION ALL SELECT cle FROM creances.ligne_refusee WHERE suivi = $1 AND code = 'lecture') k",

	[ORDRE_REQUETE_CLES] =
	"SELECT creances._requete_cles($1)",

	[ORDRE_CLES_CONNUES] =
	"SELECT array_agg(k.cle) FROM (SELECT unnest($2) AS cle UNION"
	"  SELECT cle FROM creances.creance WHERE suivi = $1 AND retiree_le IS NULL UNION"
	"  SELECT cle FROM creances.a_revoir WHERE suivi = $1 AND cle IS NOT NULL) k",

	[ORDRE_SUIVIS] =
	"SELECT array_agg(s::oid ORDER BY s::oid) FROM ("
	"  SELECT suivi FROM creances.a_revoir UNION"
	"  SELECT suivi FROM creances.ligne_refusee WHERE code = 'lecture') x(s)",

	/* only what no other session is consuming; the steps of the paid amount */
	[ORDRE_CONSOMMER] =
	"DELETE FROM creances.a_revoir WHERE ctid = ANY (ARRAY("
	"   SELECT ctid FROM creances.a_revoir WHERE suivi = $1"
	"      AND CASE WHEN CONSOMMABLE THEN true END FOR UPDATE SKIP LOCKED))"
	" RETURNING cle, instant, regle, regle_le, ctid, chargement",

	/* leave the keys that another session is consuming */
	[ORDRE_CONSOMMEES] =
	"SELECT array_agg(k.cle) FROM unnest($2) k(cle)"
	" WHERE CASE WHEN k.cle IN (SELECT j.cle FROM creances.a_revoir j WHERE j.suivi = $1 AND j.cle IS NOT NULL) THEN false ELSE true END",

	[ORDRE_ANOMALIE_LUE] =
	"WITH d AS (DELETE FROM creances.a_revoir WHERE suivi = $1"
	"              AND ($2 IS NULL AND cle IS NULL OR cle = ANY ($2)))"
	" INSERT INTO creances.ligne_refusee (suivi, cle, code, motif)"
	" SELECT $1, k, CASE WHEN $3 THEN 'lecture' ELSE 'valeur' END, $5 FROM unnest(coalesce($2,"
	"        (SELECT array_agg(cle) FROM creances.creance WHERE suivi = $1 AND retiree_le IS NULL))) k"
	" ON CONFLICT (suivi, cle) DO UPDATE SET code = excluded.code, motif = excluded.motif",
};

static SPIPlanPtr plans[NB_ORDRES];

/*
 * Text forms that read back the same anywhere.  Returns the GUC nest level.
 */
int
creances_textes_stables(void)
{
	int			niveau = NewGUCNestLevel();

	(void) set_config_option("datestyle", "ISO, YMD", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("timezone", "Europe/Paris", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("bytea_output", "hex", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("intervalstyle", "postgres", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("extra_float_digits", "3", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return niveau;
}

/*
 * For a set of keys every access is by an index, whatever the tables held when
 * a plan that is kept was made: they start empty and sessions live long.
 */
void
creances_par_index(bool peu_de_cles)
{
	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (!peu_de_cles)
		return;
	(void) set_config_option("enable_hashjoin", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("enable_mergejoin", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
}

int
creances_reglages_fixes(void)
{
	int			niveau = creances_textes_stables();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	/* par_index() prices what has no index beyond the threshold of JIT */
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return niveau;
}

Oid
creances_proprietaire(Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 creances_errmsg("la table suivie d'OID %u n'existe plus", relid)));
	owner = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner;
}

/*
 * Become the owner of the ERP's table, for any SQL that is not ours: restricted,
 * and with a level of its own for the settings, since set_config() is not
 * forbidden there.
 */
void
creances_devenir_proprietaire(Oid suivi, Identite *avant)
{
	GetUserIdAndSecContext(&avant->qui, &avant->contexte);
	avant->niveau = NewGUCNestLevel();
	SetUserIdAndSecContext(creances_proprietaire(suivi),
						   avant->contexte | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
}

/*
 * And come back: what that SQL has set is undone before anything of ours runs.
 */
void
creances_redevenir(const Identite *avant)
{
	AtEOXact_GUC(false, avant->niveau);
	SetUserIdAndSecContext(avant->qui, avant->contexte);
}

void
creances_parametre(Relecture *r, int numero, Datum valeur, bool nul)
{
	r->valeurs[numero - 1] = valeur;
	r->nuls[numero - 1] = nul;
}

void
creances_commencer(Relecture *r, Oid suivi, ArrayType *cles)
{
	Oid			relid = get_relname_relid("creance", get_namespace_oid("creances", false));

	memset(r, 0, sizeof(Relecture));
	memset(r->nuls, true, sizeof(r->nuls));
	r->suivi = suivi;
	r->nous = creances_proprietaire(relid);
	creances_parametre(r, 1, ObjectIdGetDatum(suivi), false);
	creances_parametre(r, 2, PointerGetDatum(cles), cles == NULL);
	creances_parametre(r, 3, BoolGetDatum(false), false);
	r->nb = cles ? ArrayGetNItems(ARR_NDIM(cles), ARR_DIMS(cles)) : GRAND_NOMBRE + 1;
}

/*
 * Execute a plan; the rows go into `sortie` when given, else into
 * SPI_tuptable.
 */
void
creances_executer_plan(Relecture *r, SPIPlanPtr plan, Tuplestorestate *sortie)
{
	SPIExecuteOptions options = {0};
	ParamListInfo params = makeParamList(NB_PARAMETRES);
	int			i;
	int			rc;

	for (i = 0; i < NB_PARAMETRES; i++)
	{
		params->params[i].value = r->valeurs[i];
		params->params[i].isnull = r->nuls[i];
		params->params[i].pflags = PARAM_FLAG_CONST;
		params->params[i].ptype = types_parametres[i];
	}
	options.params = params;
	if (sortie)
	{
		options.dest = CreateDestReceiver(DestTuplestore);
		SetTuplestoreDestReceiverParams(options.dest, sortie, CurrentMemoryContext,
										false, NULL, NULL);
	}
	rc = SPI_execute_plan_extended(plan, &options);
	if (rc < 0)
		elog(ERROR, "SPI_execute_plan_extended: %s", SPI_result_code_string(rc));
}

/*
 * Generic plans only: one made for the values of a call could cost more to
 * make than to run.
 */
SPIPlanPtr
creances_preparer(const char *texte)
{
	SPIPlanPtr	plan = SPI_prepare_cursor(texte, NB_PARAMETRES, types_parametres,
										  CURSOR_OPT_GENERIC_PLAN);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor: %s", SPI_result_code_string(SPI_result));
	return plan;
}

/*
 * The text of a statement of ours, for a set of keys or for the whole table.
 */
static char *
texte_ordre(Ordre ordre, bool table_entiere)
{
	StringInfoData s;
	const char *p = textes[ordre];

	initStringInfo(&s);
	while (*p)
	{
		size_t		i;

		for (i = 0; i < lengthof(mots); i++)
			if (strncmp(p, mots[i].mot, strlen(mots[i].mot)) == 0)
				break;
		if (i == lengthof(mots))
			appendStringInfoChar(&s, *p++);
		else
		{
			appendStringInfoString(&s, table_entiere ? mots[i].table_entiere : mots[i].par_cles);
			p += strlen(mots[i].mot);
		}
	}
	return s.data;
}

TupleDesc
creances_description(SPIPlanPtr plan)
{
	CachedPlanSource *source = (CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan));

	return CreateTupleDescCopy(source->resultDesc);
}

/*
 * Execute one of our statements, with the kept plan when it is about few rows.
 */
TupleDesc
creances_executer_et_decrire(Relecture *r, Ordre ordre, Tuplestorestate *sortie)
{
	bool		table_entiere = r->nuls[1];
	bool		grand = table_entiere || r->nb > GRAND_NOMBRE;
	SPIPlanPtr	plan;
	TupleDesc	desc;

	if (!grand && plans[ordre] == NULL)
	{
		plan = creances_preparer(texte_ordre(ordre, false));
		SPI_keepplan(plan);
		plans[ordre] = plan;
	}
	plan = grand ? creances_preparer(texte_ordre(ordre, table_entiere)) : plans[ordre];
	creances_executer_plan(r, plan, sortie);
	desc = sortie ? creances_description(plan) : NULL;
	if (grand)
		SPI_freeplan(plan);
	return desc;
}

uint64
creances_executer(Relecture *r, Ordre ordre, Tuplestorestate *sortie)
{
	(void) creances_executer_et_decrire(r, ordre, sortie);
	return SPI_processed;
}

/*
 * Give a tuplestore to the next statements under a name.
 */
void
creances_nommer(const char *nom, TupleDesc desc, Tuplestorestate *lignes, uint64 nb)
{
	EphemeralNamedRelation enr = palloc0(sizeof(EphemeralNamedRelationData));
	int			rc;

	enr->md.name = pstrdup(nom);
	enr->md.reliddesc = InvalidOid;
	enr->md.tupdesc = desc;
	enr->md.enrtype = ENR_NAMED_TUPLESTORE;
	enr->md.enrtuples = nb > GRAND_NOMBRE ? nb : 1;
	enr->reldata = lignes;
	rc = SPI_register_relation(enr);
	if (rc != SPI_OK_REL_REGISTER)
		elog(ERROR, "SPI_register_relation: %s", SPI_result_code_string(rc));
}
