/*-------------------------------------------------------------------------
 *
 * relecture.c
 *	  Re-read the ERP's rows by their keys and write the facts.
 *
 * Whose rights.  The mapping is the user's SQL: it is evaluated as the
 * present owner of the ERP's table, in a security-restricted operation, with
 * a fixed search_path, row_security off (a hidden row must be an error, never
 * a deletion), into a tuplestore.  The facts are then written from that
 * tuplestore as the owner of our tables, by statements that hold no expression
 * of the user's.  User, context and settings are put back by AtEOXact_GUC and
 * SetUserIdAndSecContext, and on errors by the (sub)transaction's abort, in
 * which every caller runs us.
 *
 * Order.  First the creance rows of the keys are locked (what another session
 * holds is left for later: nobody waits), then the ERP's rows are read by a
 * later command, then the facts are written by still later ones.  So of two
 * refreshes of the same key the second reads what the first has written, and
 * two payments at once lose nothing.
 *
 * Plans are kept for the session, made for few rows; a large set gets a plan
 * of its own, thrown away after use.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "executor/spi_priv.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "creances.h"

/* Above this number of keys a statement is planned for itself. */
#define GRAND_NOMBRE	1000

/* What creances_relire_ici() may wait for another session, in milliseconds. */
#define ATTENTE_MAX		"10"

/* Statements whose plans are kept. */
typedef enum Ordre
{
	ORDRE_REQUETE,
	ORDRE_VERROUILLER,
	ORDRE_CLASSER,
	ORDRE_TIERS_CREANCIER,
	ORDRE_TIERS_DEBITEUR,
	ORDRE_VERSIONS_RETRAIT,
	ORDRE_RETIRER,
	ORDRE_DOUBLONS,
	ORDRE_INSERER,
	ORDRE_VERSIONS,
	ORDRE_MOUVEMENTS,
	ORDRE_METTRE_A_JOUR,
	ORDRE_A_DECIDER,
	ORDRE_ANOMALIES_LEVEES,
	ORDRE_ANOMALIES,
	ORDRE_ECARTS,
	ORDRE_CLES,
	ORDRE_REQUETE_CLES,
	ORDRE_CLES_CONNUES,
	ORDRE_SUIVIS,
	ORDRE_CONSOMMER,
	ORDRE_ANOMALIE_LUE,
	NB_ORDRES
} Ordre;

/*
 * In the texts below, CLES(x) stands for "x is one of the keys" and CIBLES for
 * the list of the keys: they are written for a set of keys or for the whole
 * table, so that each form has its own plain plan.
 *
 * Every statement takes these, and reads the ones it needs.
 */
#define NB_PARAMETRES	5
static Oid	types_parametres[NB_PARAMETRES] = {
	REGCLASSOID,				/* $1 the followed table */
	TEXTARRAYOID,				/* $2 the keys, NULL for the whole table */
	BOOLOID,					/* $3 first load; or: the error is the table's */
	DATEOID,					/* $4 day from which the table is followed */
	TEXTOID						/* $5 how older receivables come in, or a text */
};

#define MEME_CREANCE(a, b) \
	a ".creancier = " b ".creancier AND " a ".facture = " b ".facture AND " \
	a ".rang = " b ".rang"

static const char *const textes[NB_ORDRES] = {
	[ORDRE_REQUETE] =
	"SELECT creances._requete($1, $2 IS NOT NULL)",

	/* lock what is there, in key order; say which keys another session holds */
	[ORDRE_VERROUILLER] =
	"WITH v AS MATERIALIZED ("
	"  SELECT cle FROM creances.creance"
	"   WHERE suivi = $1 AND CLES(cle)"
	"   ORDER BY creancier, facture, rang FOR NO KEY UPDATE SKIP LOCKED) "
	"SELECT array_agg(x.cle) FILTER (WHERE x.libre),"
	"       array_agg(x.cle) FILTER (WHERE NOT x.libre),"
	"       EXISTS (SELECT FROM creances.anomalie a"
	"                WHERE a.suivi = $1 AND CLES(a.cle))"
	"  FROM (SELECT k.cle, k.cle IN (SELECT cle FROM v) OR NOT EXISTS ("
	"               SELECT FROM creances.creance c WHERE c.suivi = $1 AND c.cle = k.cle) AS libre"
	"          FROM (SELECT cle FROM CIBLES) k) x",

	/*
	 * What is to be done with each row read.  c: the receivable that this key
	 * holds today; p: the one that bears this number, whoever holds it.
	 */
	[ORDRE_CLASSER] =
	"SELECT l.cle, l.creancier, l.facture, l.rang, l.debiteur, l.nature,"
	"       l.emission, coalesce(l.emission, p.nee_le, n.nee_le) AS nee_le,"
	"       l.echeance, l.montant, l.devise, l.regle, l.motif, l.code,"
	"       t.jour, t.fuseau,"
	"       n.reprise AND p.creancier IS NULL AS reprise,"
	"       coalesce(l.regle_le, CASE WHEN n.reprise AND p.creancier IS NULL THEN $4 END, t.jour) AS le,"
	"       coalesce(m.deja, 0) AS deja, coalesce(m.nombre, 0) AS nombre, m.dernier,"
	"       p.versions, p.version_le,"
	"       p.retiree_le IS NOT NULL OR p.montant <> l.montant OR p.echeance <> l.echeance"
	"         OR p.debiteur <> l.debiteur OR p.devise <> l.devise"
	"         OR p.emission IS DISTINCT FROM l.emission AS changee,"
	"       p.suivi <> $1 OR p.cle <> l.cle OR p.nature <> l.nature"
	"         OR l.regle <> coalesce(m.deja, 0) OR l.cle IN (SELECT pas.cle FROM pas) AS bougee,"
	"       CASE WHEN NOT l.suivie THEN 'hors'"
	"            WHEN l.code IS NOT NULL THEN 'anomalie'"
	"            WHEN l.homonyme > 1 THEN 'doublon'"
	"            WHEN p.creancier IS NULL THEN 'neuve'"
	"            WHEN p.retiree_le IS NOT NULL OR (p.suivi = $1 AND p.cle = l.cle) THEN 'maj'"
	"            WHEN p.suivi = $1 AND CLES(p.cle) AND NOT EXISTS ("
	"                 SELECT FROM lu l2 WHERE l2.cle = p.cle AND l2.suivie AND l2.code IS NULL"
	"                    AND " MEME_CREANCE("l2", "p") ") THEN 'maj'"
	"            ELSE 'doublon' END AS action,"
	"       c.cle IS NOT NULL AND (NOT l.suivie OR (l.code IS NULL"
	"         AND (c.creancier, c.facture, c.rang) <> (l.creancier, l.facture, l.rang))) AS quitte,"
	"       l.suivie AND l.code IS NULL AND NOT EXISTS ("
	"         SELECT FROM creances.debiteur d"
	"          WHERE d.creancier = l.creancier AND d.debiteur = l.debiteur) AS tiers"
	"  FROM (SELECT lu.*, CASE WHEN suivie AND code IS NULL THEN row_number() OVER ("
	"                 PARTITION BY creancier, facture, rang, suivie AND code IS NULL ORDER BY cle) END AS homonyme"
	"          FROM lu) l"
	"  LEFT JOIN creances.creance c ON c.suivi = $1 AND c.cle = l.cle AND c.retiree_le IS NULL"
	"  LEFT JOIN creances.creance p ON " MEME_CREANCE("p", "l")
	"  LEFT JOIN LATERAL (SELECT sum(r.montant) AS deja, count(*) AS nombre, max(r.le) AS dernier"
	"                       FROM creances.reglement r WHERE " MEME_CREANCE("r", "p") ") m ON true"
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
	" FROM creances.creance c LEFT JOIN classees l ON l.cle = c.cle" \
	" CROSS JOIN LATERAL (SELECT creances.aujourdhui(c.creancier) AS jour) t" \
	" WHERE c.suivi = $1 AND c.retiree_le IS NULL AND CLES(c.cle)" \
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
	"INSERT INTO creances.a_revoir (suivi, cle, instant, transaction)"
	" SELECT suivi, cle, clock_timestamp(), pg_current_xact_id()"
	"   FROM creances.anomalie WHERE code = 'doublon'",

	[ORDRE_INSERER] =
	"INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, nee_le,"
	"       echeance, montant, devise, solde, soldee_le, reprise_le, reprise, suivi, cle)"
	" SELECT creancier, facture, rang, debiteur, nature, emission, nee_le, echeance, montant, devise,"
	"        montant - coalesce(regle, 0),"
	"        CASE WHEN montant = coalesce(regle, 0)"
	"             THEN greatest(nee_le, CASE WHEN regle <> 0 THEN le END, p.p_le, (p.p_instant AT TIME ZONE fuseau)::date) END,"
	"        CASE WHEN reprise THEN $4 END, CASE WHEN reprise THEN $5 END, $1, cle"
	"   FROM classees LEFT JOIN (SELECT pas.cle AS p_cle, max(pas.instant) AS p_instant, max(pas.regle_le) AS p_le"
	"                               FROM pas WHERE pas.regle IS NOT NULL GROUP BY pas.cle) p ON p.p_cle = cle"
	"  WHERE action = 'neuve'"
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

	/*
	 * One movement a step: those that the journal saw since the key was last
	 * left, then the row itself.
	 */
	[ORDRE_MOUVEMENTS] =
	"WITH vus AS ("
	"  SELECT cle, instant, ordre, regle, regle_le,"
	"         count(*) FILTER (WHERE regle IS NULL) OVER (PARTITION BY cle ORDER BY instant DESC, ordre DESC) AS quittee"
	"    FROM pas), etats AS ("
	"  SELECT l.cle, 0 AS fin, v.instant, v.ordre, v.regle, (v.instant AT TIME ZONE l.fuseau)::date AS jour,"
	"         coalesce(v.regle_le, (v.instant AT TIME ZONE l.fuseau)::date) AS le"
	"    FROM vus v JOIN classees l ON l.cle = v.cle WHERE v.quittee = 0 AND l.action IN ('maj', 'neuve')"
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

	[ORDRE_METTRE_A_JOUR] =
	"UPDATE creances.creance c SET debiteur = l.debiteur, nature = l.nature, emission = l.emission,"
	"       nee_le = l.nee_le, echeance = l.echeance, montant = l.montant, devise = l.devise,"
	"       solde = l.montant - coalesce(l.regle, l.deja),"
	"       soldee_le = CASE WHEN l.montant = coalesce(l.regle, l.deja)"
	"         THEN greatest(l.nee_le, l.version_le, CASE WHEN l.changee THEN l.jour END,"
	"              (SELECT max(g.le) FROM creances.reglement g WHERE " MEME_CREANCE("g", "l") ")) END,"
	"       versions = l.versions + l.changee::int,"
	"       version_le = CASE WHEN l.changee THEN l.jour ELSE l.version_le END,"
	"       retiree_le = NULL, retiree_motif = NULL, suivi = $1, cle = l.cle"
	"  FROM classees l WHERE l.action = 'maj' AND (l.changee OR l.bougee) AND " MEME_CREANCE("c", "l"),

	[ORDRE_A_DECIDER] =
	"INSERT INTO creances.a_decider SELECT creancier, facture, rang FROM classees"
	" WHERE action = 'maj' AND (changee OR bougee) OR action = 'neuve' AND montant <> coalesce(regle, 0)",

	[ORDRE_ANOMALIES_LEVEES] =
	"DELETE FROM creances.anomalie a WHERE a.suivi = $1 AND CLES(a.cle)"
	"   AND NOT EXISTS (SELECT FROM classees l WHERE l.cle = a.cle AND l.action IN ('anomalie', 'doublon'))",

	[ORDRE_ANOMALIES] =
	"INSERT INTO creances.anomalie (suivi, cle, code, motif)"
	" SELECT $1, l.cle, coalesce(l.code, 'doublon'), coalesce(l.motif,"
	"        format('la facture %s (rang %s) du créancier %s est déjà tenue par une autre ligne', l.facture, l.rang, l.creancier))"
	"   FROM classees l WHERE l.action IN ('anomalie', 'doublon') ORDER BY l.cle"
	" ON CONFLICT (suivi, cle) DO UPDATE SET code = excluded.code, motif = excluded.motif"
	" WHERE (anomalie.code, anomalie.motif) <> (excluded.code, excluded.motif)",

	/* verifier_suivi(): the facts beside the table, line by line */
	[ORDRE_ECARTS] =
	"SELECT coalesce(l.cle, c.cle), coalesce(c.facture, l.facture), e.ecart"
	"  FROM (SELECT lu.*, suivie AND code IS NULL AS bonne FROM lu) l"
	"  FULL JOIN (SELECT * FROM creances.creance"
	"              WHERE suivi = $1 AND retiree_le IS NULL) c ON c.cle = l.cle"
	"  LEFT JOIN creances.anomalie a ON a.suivi = $1 AND a.cle = coalesce(l.cle, c.cle)"
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
	"       CASE WHEN c.echeance <> l.echeance THEN format('échéance %s au lieu de %s', c.echeance, l.echeance) END,"
	"       CASE WHEN c.montant <> l.montant THEN format('montant %s au lieu de %s', c.montant, l.montant) END,"
	"       CASE WHEN c.devise <> l.devise THEN format('devise %s au lieu de %s', c.devise, l.devise) END,"
	"       CASE WHEN c.nature <> l.nature THEN format('nature %s au lieu de %s', c.nature, l.nature) END,"
	"       CASE WHEN coalesce(m.deja, 0) <> l.regle THEN format('réglé %s au lieu de %s', coalesce(m.deja, 0), l.regle) END), '')"
	"     END AS ecart) e"
	" WHERE e.ecart IS NOT NULL AND coalesce(l.cle, c.cle) <> ALL ($2)"
	" UNION ALL"
	" SELECT k, NULL, 'anomalie à signaler : une valeur de la ligne ne se lit pas' FROM unnest($2) k"
	"  WHERE NOT EXISTS (SELECT FROM creances.anomalie a WHERE a.suivi = $1 AND a.cle = k AND a.code = 'valeur')"
	" ORDER BY 1",

	[ORDRE_CLES] =
	"SELECT array_agg(DISTINCT k.cle) FILTER (WHERE k.cle IS NOT NULL), bool_or(k.cle IS NULL)"
	"  FROM ((SELECT cle FROM creances.a_revoir WHERE suivi = $1 LIMIT $5::bigint)"
	"        UNION ALL SELECT cle FROM creances.anomalie WHERE suivi = $1 AND code = 'lecture') k",

	[ORDRE_REQUETE_CLES] =
	"SELECT creances._requete_cles($1)",

	[ORDRE_CLES_CONNUES] =
	"SELECT array_agg(k.cle) FROM (SELECT unnest($2) AS cle UNION"
	"  SELECT cle FROM creances.creance WHERE suivi = $1 AND retiree_le IS NULL UNION"
	"  SELECT cle FROM creances.a_revoir WHERE suivi = $1 AND cle IS NOT NULL) k",

	[ORDRE_SUIVIS] =
	"SELECT array_agg(s::oid ORDER BY s::oid) FROM ("
	"  SELECT suivi FROM creances.a_revoir UNION"
	"  SELECT suivi FROM creances.anomalie WHERE code = 'lecture') x(s)",

	/* only what no other session is consuming; the steps of the paid amount */
	[ORDRE_CONSOMMER] =
	"DELETE FROM creances.a_revoir WHERE ctid = ANY (ARRAY("
	"   SELECT ctid FROM creances.a_revoir WHERE suivi = $1"
	"      AND CLES(cle) FOR UPDATE SKIP LOCKED))"
	" RETURNING cle, instant, regle, regle_le, ctid, chargement",

	[ORDRE_ANOMALIE_LUE] =
	"WITH d AS (DELETE FROM creances.a_revoir WHERE suivi = $1"
	"              AND ($2 IS NULL AND cle IS NULL OR cle = ANY ($2)))"
	" INSERT INTO creances.anomalie (suivi, cle, code, motif)"
	" SELECT $1, k, CASE WHEN $3 THEN 'lecture' ELSE 'valeur' END, $5 FROM unnest(coalesce($2,"
	"        (SELECT array_agg(cle) FROM creances.creance WHERE suivi = $1 AND retiree_le IS NULL))) k"
	" ON CONFLICT (suivi, cle) DO UPDATE SET code = excluded.code, motif = excluded.motif",
};

static SPIPlanPtr plans[NB_ORDRES];

/* The read of one followed table, as this session has planned it. */
typedef struct Lecture
{
	Oid			relid;			/* key */
	Oid			declencheur;
	Oid			schema;
	NameData	nom;
	DateADT		depuis;			/* DATEVAL_NOBEGIN: none */
	char		reprise[16];
	SPIPlanPtr	par_cles;
	SPIPlanPtr	entiere;
} Lecture;

static HTAB *lectures = NULL;

/* One refresh: parameters, and the tuplestores that its statements share. */
typedef struct Relecture
{
	Oid			suivi;
	Oid			nous;			/* owner of our tables */
	Datum		valeurs[NB_PARAMETRES];
	bool		nuls[NB_PARAMETRES];
	uint64		nb;				/* rows that the next statements work on */
} Relecture;

PG_FUNCTION_INFO_V1(creances_rafraichir);
PG_FUNCTION_INFO_V1(creances_relire_table);
PG_FUNCTION_INFO_V1(creances_verifier_suivi);

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
	(void) set_config_option("intervalstyle", "postgres", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("extra_float_digits", "3", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return niveau;
}

/*
 * A text of the tie's options, NULL when it is absent or null.
 */
static char *
option_texte(const char *options, const char *nom)
{
	Jsonb	   *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(options)));
	JsonbValue	tampon;
	JsonbValue *v = getKeyJsonValueFromContainer(&json->root, nom, strlen(nom), &tampon);

	return v && v->type == jbvString ?
		pnstrdup(v->val.string.val, v->val.string.len) : NULL;
}

/*
 * For a set of keys every access is by an index, whatever the tables held when
 * a plan that is kept was made: they start empty and sessions live long.
 */
static void
par_index(bool peu_de_cles)
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

static int
reglages_fixes(void)
{
	int			niveau = creances_textes_stables();

	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET,
							 PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("row_security", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return niveau;
}

static Oid
proprietaire(Oid relid)
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
 * Become the owner of the ERP's table, as for any SQL that is not ours.  The
 * caller restores.
 */
static void
devenir_proprietaire(Oid suivi, Oid *qui, int *contexte)
{
	GetUserIdAndSecContext(qui, contexte);
	SetUserIdAndSecContext(proprietaire(suivi),
						   *contexte | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_RESTRICTED_OPERATION);
}

static void
parametre(Relecture *r, int numero, Datum valeur, bool nul)
{
	r->valeurs[numero - 1] = valeur;
	r->nuls[numero - 1] = nul;
}

static void
commencer(Relecture *r, Oid suivi, ArrayType *cles)
{
	Oid			relid = get_relname_relid("creance", get_namespace_oid("creances", false));

	memset(r, 0, sizeof(Relecture));
	memset(r->nuls, true, sizeof(r->nuls));
	r->suivi = suivi;
	r->nous = proprietaire(relid);
	parametre(r, 1, ObjectIdGetDatum(suivi), false);
	parametre(r, 2, PointerGetDatum(cles), cles == NULL);
	parametre(r, 3, BoolGetDatum(false), false);
	r->nb = cles ? ArrayGetNItems(ARR_NDIM(cles), ARR_DIMS(cles)) : GRAND_NOMBRE + 1;
}

/*
 * Execute a plan; the rows go into `sortie` when given, else into
 * SPI_tuptable.
 */
static void
executer_plan(Relecture *r, SPIPlanPtr plan, Tuplestorestate *sortie)
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
static SPIPlanPtr
preparer(const char *texte)
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
		if (strncmp(p, "CLES(", 5) == 0)
		{
			const char *fin = strchr(p, ')');

			if (table_entiere)
				appendStringInfoString(&s, "true");
			else
				appendStringInfo(&s, "(%.*s = ANY ($2))", (int) (fin - p - 5), p + 5);
			p = fin + 1;
		}
		else if (strncmp(p, "CIBLES", 6) == 0)
		{
			appendStringInfoString(&s, table_entiere ?
								   "creances.creance WHERE suivi = $1" :
								   "unnest($2) AS cle");
			p += 6;
		}
		else
			appendStringInfoChar(&s, *p++);
	}
	return s.data;
}

static TupleDesc
description(SPIPlanPtr plan)
{
	CachedPlanSource *source = (CachedPlanSource *) linitial(SPI_plan_get_plan_sources(plan));

	return CreateTupleDescCopy(source->resultDesc);
}

/*
 * Execute one of our statements, with the kept plan when it is about few rows.
 */
static TupleDesc
executer_et_decrire(Relecture *r, Ordre ordre, Tuplestorestate *sortie)
{
	bool		table_entiere = r->nuls[1];
	bool		grand = table_entiere || r->nb > GRAND_NOMBRE;
	SPIPlanPtr	plan;
	TupleDesc	desc;

	if (!grand && plans[ordre] == NULL)
	{
		plan = preparer(texte_ordre(ordre, false));
		SPI_keepplan(plan);
		plans[ordre] = plan;
	}
	plan = grand ? preparer(texte_ordre(ordre, table_entiere)) : plans[ordre];
	executer_plan(r, plan, sortie);
	desc = sortie ? description(plan) : NULL;
	if (grand)
		SPI_freeplan(plan);
	return desc;
}

static uint64
executer(Relecture *r, Ordre ordre, Tuplestorestate *sortie)
{
	(void) executer_et_decrire(r, ordre, sortie);
	return SPI_processed;
}

/*
 * Give a tuplestore to the next statements under a name.
 */
static void
nommer(const char *nom, TupleDesc desc, Tuplestorestate *lignes, uint64 nb)
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

static TupleDesc
desc_pas(void)
{
	TupleDesc	desc = CreateTemplateTupleDesc(6);

	TupleDescInitEntry(desc, 1, "cle", TEXTOID, -1, 0);
	TupleDescInitEntry(desc, 2, "instant", TIMESTAMPTZOID, -1, 0);
	TupleDescInitEntry(desc, 3, "regle", NUMERICOID, -1, 0);
	TupleDescInitEntry(desc, 4, "regle_le", DATEOID, -1, 0);
	TupleDescInitEntry(desc, 5, "ordre", TIDOID, -1, 0);
	TupleDescInitEntry(desc, 6, "chargement", BOOLOID, -1, 0);
	return desc;
}

/*
 * The trigger that ties this table: its OID and its second argument (JSON), in
 * the caller's context.  False when the table is not followed.
 */
static bool
lien_de(Oid suivi, Oid *declencheur, char **options)
{
	Oid			fonction = LookupFuncName(list_make2(makeString("creances"), makeString("_suivi")),
										  0, NULL, true);
	Relation	rel = try_table_open(suivi, AccessShareLock);
	bool		trouve = false;
	int			i;

	if (rel == NULL)
		return false;
	for (i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
	{
		Trigger    *t = &rel->trigdesc->triggers[i];

		if (t->tgfoid == fonction && TRIGGER_FOR_INSERT(t->tgtype) && t->tgnargs > 1)
		{
			*declencheur = t->tgoid;
			if (options)
				*options = pstrdup(t->tgargs[1]);
			trouve = true;
			break;
		}
	}
	table_close(rel, AccessShareLock);
	return trouve;
}

static void
oublier(Lecture *l)
{
	if (l->par_cles)
		SPI_freeplan(l->par_cles);
	if (l->entiere)
		SPI_freeplan(l->entiere);
	l->par_cles = l->entiere = NULL;
}

/*
 * The plans that read the ERP's table through the mapping.  Its text comes
 * from creances._requete(), asked again when the tie or the name has changed.
 */
static Lecture *
lecture_de(Relecture *r)
{
	Oid			declencheur;
	char	   *options;
	Lecture    *l;
	bool		connue;
	SPIPlanPtr *plan;

	if (!lien_de(r->suivi, &declencheur, &options))
		ereport(ERROR,
				(errcode(ERRCODE_CREANCES_ETAT),
				 creances_errmsg("la table \"%s\" n'est pas suivie",
								 get_rel_name(r->suivi) ? get_rel_name(r->suivi) : "?"),
				 creances_errhint("Suivez-la par creances.suivre_factures().")));
	if (lectures == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(Lecture);
		lectures = hash_create("creances: lectures", 16, &ctl, HASH_ELEM | HASH_BLOBS);
	}
	l = hash_search(lectures, &r->suivi, HASH_ENTER, &connue);
	if (!connue)
	{
		l->declencheur = InvalidOid;
		l->par_cles = l->entiere = NULL;
	}
	if (l->declencheur != declencheur ||
		l->schema != get_rel_namespace(r->suivi) ||
		strcmp(NameStr(l->nom), get_rel_name(r->suivi)) != 0)
	{
		char	   *depuis = option_texte(options, "depuis");
		char	   *reprise = option_texte(options, "reprise");

		oublier(l);
		l->depuis = depuis ?
			DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(depuis))) :
			DATEVAL_NOBEGIN;
		strlcpy(l->reprise, reprise ? reprise : "progressive", sizeof(l->reprise));
		l->declencheur = declencheur;
		l->schema = get_rel_namespace(r->suivi);
		namestrcpy(&l->nom, get_rel_name(r->suivi));
	}
	parametre(r, 4, DateADTGetDatum(l->depuis), DATE_NOT_FINITE(l->depuis));
	parametre(r, 5, CStringGetTextDatum(l->reprise), false);

	plan = r->nuls[1] ? &l->entiere : &l->par_cles;
	if (*plan == NULL)
	{
		char	   *texte;
		SPIPlanPtr	p;
		Oid			qui;
		int			contexte;

		executer(r, ORDRE_REQUETE, NULL);
		texte = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		devenir_proprietaire(r->suivi, &qui, &contexte);
		p = preparer(texte);
		SetUserIdAndSecContext(qui, contexte);
		SPI_keepplan(p);
		*plan = p;
	}
	return l;
}

/*
 * Execute as the owner of the ERP's table.
 */
static void
executer_comme_proprietaire(Relecture *r, SPIPlanPtr plan, Tuplestorestate *sortie)
{
	Oid			qui;
	int			contexte;

	devenir_proprietaire(r->suivi, &qui, &contexte);
	executer_plan(r, plan, sortie);
	SetUserIdAndSecContext(qui, contexte);
}

/*
 * Read the rows of r's keys, as the owner of the ERP's table.
 */
static TupleDesc
lire_lignes(Relecture *r, Tuplestorestate *lu)
{
	Lecture    *lecture = lecture_de(r);
	SPIPlanPtr	plan = r->nuls[1] ? lecture->entiere : lecture->par_cles;
	Oid			declencheur = lecture->declencheur;

	/* on error, a column may have changed type: plan it afresh next time */
	lecture->declencheur = InvalidOid;
	executer_comme_proprietaire(r, plan, lu);
	lecture->declencheur = declencheur;
	return description(plan);
}

/*
 * Read them and give them to the next statements as "lu".
 */
static Tuplestorestate *
lire_table(Relecture *r)
{
	Tuplestorestate *lu = tuplestore_begin_heap(false, false, work_mem);
	TupleDesc	desc = lire_lignes(r, lu);

	nommer("lu", desc, lu, tuplestore_tuple_count(lu));
	return lu;
}

/*
 * All keys of the table and of its receivables, in the caller's context; NULL
 * when there is none.
 */
static ArrayType *
toutes_les_cles(Oid suivi)
{
	Relecture	r;
	Oid			qui;
	int			contexte;
	int			niveau;
	MemoryContext appelant = CurrentMemoryContext;
	ArrayType  *cles = NULL;
	char	   *texte;
	Datum		d;
	bool		isnull;

	commencer(&r, suivi, NULL);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = reglages_fixes();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	executer(&r, ORDRE_REQUETE_CLES, NULL);
	texte = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	{
		Oid			nous;
		int			notre_contexte;

		devenir_proprietaire(suivi, &nous, &notre_contexte);
		executer_plan(&r, preparer(texte), NULL);
		SetUserIdAndSecContext(nous, notre_contexte);
	}
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	parametre(&r, 2, d, isnull);
	executer(&r, ORDRE_CLES_CONNUES, NULL);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
	{
		MemoryContext dedans = MemoryContextSwitchTo(appelant);

		cles = DatumGetArrayTypePCopy(d);
		MemoryContextSwitchTo(dedans);
	}
	SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, contexte);
	return cles;
}

/*
 * Both halves of an array of keys.
 */
static void
moities(ArrayType *cles, ArrayType **gauche, ArrayType **droite)
{
	Datum	   *valeurs;
	int			n;

	deconstruct_array(cles, TEXTOID, -1, false, TYPALIGN_INT, &valeurs, NULL, &n);
	*gauche = construct_array(valeurs, n / 2, TEXTOID, -1, false, TYPALIGN_INT);
	*droite = construct_array(valeurs + n / 2, n - n / 2, TEXTOID, -1, false, TYPALIGN_INT);
}

static int
nombre_de_cles(ArrayType *cles)
{
	return ArrayGetNItems(ARR_NDIM(cles), ARR_DIMS(cles));
}

/* What ORDRE_CLASSER found, counted. */
typedef struct Comptes
{
	uint64		neuves;
	uint64		majs;
	uint64		changees;
	uint64		mouvements;
	uint64		anomalies;
	uint64		quittes;
	uint64		tiers;
} Comptes;

static bool
vrai(TupleTableSlot *ligne, int attno)
{
	bool		isnull;
	Datum		d = slot_getattr(ligne, attno, &isnull);

	return !isnull && DatumGetBool(d);
}

static void
compter(Tuplestorestate *classees, TupleDesc desc, Comptes *n)
{
	TupleTableSlot *ligne = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	int			c_action = SPI_fnumber(desc, "action"),
				c_changee = SPI_fnumber(desc, "changee"),
				c_bougee = SPI_fnumber(desc, "bougee"),
				c_quitte = SPI_fnumber(desc, "quitte"),
				c_tiers = SPI_fnumber(desc, "tiers"),
				c_regle = SPI_fnumber(desc, "regle");

	memset(n, 0, sizeof(Comptes));
	while (tuplestore_gettupleslot(classees, true, false, ligne))
	{
		bool		isnull;
		char	   *action = TextDatumGetCString(slot_getattr(ligne, c_action, &isnull));

		n->quittes += vrai(ligne, c_quitte);
		n->tiers += vrai(ligne, c_tiers);
		if (strcmp(action, "neuve") == 0)
		{
			n->neuves++;
			(void) slot_getattr(ligne, c_regle, &isnull);
			n->mouvements += !isnull;
		}
		else if (strcmp(action, "maj") == 0)
		{
			bool		changee = vrai(ligne, c_changee);
			bool		bougee = vrai(ligne, c_bougee);

			n->changees += changee;
			n->majs += changee || bougee;
			n->mouvements += bougee;
		}
		else if (strcmp(action, "anomalie") == 0 || strcmp(action, "doublon") == 0)
			n->anomalies++;
		pfree(action);
	}
	ExecDropSingleTupleTableSlot(ligne);
	tuplestore_rescan(classees);
}

/*
 * Lock what is there.  *libres: the keys that are ours to refresh; *laissees:
 * those that another session holds (NULL: none).
 */
static void
verrouiller(Relecture *r, ArrayType **libres, ArrayType **laissees, bool *anomalies)
{
	bool		isnull;
	Datum		d;

	executer(r, ORDRE_VERROUILLER, NULL);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	*libres = isnull ? NULL : DatumGetArrayTypePCopy(d);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	*laissees = isnull ? NULL : DatumGetArrayTypePCopy(d);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, &isnull);
	*anomalies = DatumGetBool(d);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * Read the rows of r's keys and write the facts, all rows being locked.
 * "pas" is already registered.  Returns the number of receivables written.
 */
static uint64
ecrire(Relecture *r, bool anomalies)
{
	Tuplestorestate *lu = lire_table(r);
	uint64		nb_lues = tuplestore_tuple_count(lu);
	Tuplestorestate *classees = tuplestore_begin_heap(true, false, work_mem);
	TupleDesc	desc;
	Comptes		n;
	bool		manquantes;

	manquantes = r->nuls[1] ||
		nb_lues < (uint64) nombre_de_cles(DatumGetArrayTypeP(r->valeurs[1]));
	r->nb = nb_lues;
	desc = executer_et_decrire(r, ORDRE_CLASSER, classees);
	compter(classees, desc, &n);
	nommer("classees", desc, classees, nb_lues);

	if (n.tiers)
	{
		executer(r, ORDRE_TIERS_CREANCIER, NULL);
		executer(r, ORDRE_TIERS_DEBITEUR, NULL);
	}
	if (manquantes || n.quittes)
	{
		Datum		reprise = r->valeurs[4];
		bool		nul = r->nuls[4];

		parametre(r, 5, (Datum) 0, true);
		if (executer(r, ORDRE_VERSIONS_RETRAIT, NULL) > 0)
		{
			executer(r, ORDRE_RETIRER, NULL);
			executer(r, ORDRE_DOUBLONS, NULL);
		}
		parametre(r, 5, reprise, nul);
	}
	if (n.changees)
		executer(r, ORDRE_VERSIONS, NULL);
	if (n.neuves && executer(r, ORDRE_INSERER, NULL) != n.neuves)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 creances_errmsg("une autre session vient d'enregistrer la même facture")));
	if (n.mouvements)
		executer(r, ORDRE_MOUVEMENTS, NULL);
	if (n.majs)
		executer(r, ORDRE_METTRE_A_JOUR, NULL);
	if (n.majs || n.neuves)
		executer(r, ORDRE_A_DECIDER, NULL);
	if (anomalies)
		executer(r, ORDRE_ANOMALIES_LEVEES, NULL);
	if (n.anomalies)
		executer(r, ORDRE_ANOMALIES, NULL);

	SPI_unregister_relation("classees");
	SPI_unregister_relation("lu");
	tuplestore_end(classees);
	tuplestore_end(lu);
	return n.neuves + n.majs;
}

/*
 * Refresh the facts of these keys (NULL: of the whole table), whose journal
 * steps are `pas`.  Must run in a (sub)transaction that an error ends.
 * *laissees receives the keys that another session holds; they are untouched.
 */
static uint64
relire(Oid suivi, ArrayType *cles, bool consommer, bool chargement,
	   const char *attente, ArrayType **laissees)
{
	Relecture	r;
	Oid			qui;
	int			contexte;
	int			niveau;
	ArrayType  *libres;
	bool		anomalies;
	Tuplestorestate *pas;
	uint64		nb = 0;
	MemoryContext appelant = CurrentMemoryContext;

	commencer(&r, suivi, cles);
	parametre(&r, 3, BoolGetDatum(chargement), false);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = reglages_fixes();
	if (cles != NULL)
		par_index(r.nb <= GRAND_NOMBRE);
	(void) set_config_option("lock_timeout", attente, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");

	verrouiller(&r, &libres, laissees, &anomalies);
	if (*laissees)
	{
		MemoryContext dedans = MemoryContextSwitchTo(appelant);

		*laissees = DatumGetArrayTypePCopy(PointerGetDatum(*laissees));
		MemoryContextSwitchTo(dedans);
	}

	/* the whole table is all or nothing */
	if (cles == NULL ? *laissees == NULL : libres != NULL)
	{
		TupleDesc	desc = desc_pas();

		pas = tuplestore_begin_heap(true, false, work_mem);
		if (cles != NULL)
			parametre(&r, 2, PointerGetDatum(libres), false);
		if (consommer)
		{
			Tuplestorestate *lignes = tuplestore_begin_heap(false, false, work_mem);
			TupleTableSlot *ligne = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);

			/* steps of the paid amount */
			executer(&r, ORDRE_CONSOMMER, lignes);
			while (tuplestore_gettupleslot(lignes, true, false, ligne))
			{
				bool		sans_cle,
							sans_montant;
				Datum		montant;

				(void) slot_getattr(ligne, 1, &sans_cle);
				montant = slot_getattr(ligne, 3, &sans_montant);
				if (!sans_cle && (sans_montant ||
								  (!numeric_is_nan(DatumGetNumeric(montant)) &&
								   !numeric_is_inf(DatumGetNumeric(montant)))))
					tuplestore_puttupleslot(pas, ligne);
			}
			ExecDropSingleTupleTableSlot(ligne);
			tuplestore_end(lignes);
		}
		nommer("pas", desc, pas, tuplestore_tuple_count(pas));
		nb = ecrire(&r, anomalies);
		SPI_unregister_relation("pas");
		tuplestore_end(pas);
	}

	SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, contexte);
	return nb;
}

/*
 * For the trigger: refresh now, without waiting for anybody.
 */
void
creances_relire_ici(Oid suivi, ArrayType *cles, ArrayType **laissees)
{
	(void) relire(suivi, cles, false, false, ATTENTE_MAX, laissees);
}

/* ----------------------------------------------------------------
 *		rafraichir()
 * ----------------------------------------------------------------
 */

typedef struct Travail
{
	Oid			suivi;
	ArrayType  *cles;			/* NULL: the whole table */
	bool		chargement;		/* first load */
	bool		de_la_table;	/* the error is the table's, not a row's */
	const char *motif;
	uint64		nb;
} Travail;

static void
relire_travail(void *arg)
{
	Travail    *t = (Travail *) arg;
	ArrayType  *laissees = NULL;

	t->nb = relire(t->suivi, t->cles, true, t->chargement, "2s", &laissees);
}

/*
 * Our own statement, outside of a refresh.
 */
static void
ordre_seul(Oid suivi, ArrayType *cles, bool drapeau, const char *texte, Ordre ordre,
		   void (*lecture) (void *), void *resultat)
{
	Relecture	r;
	Oid			qui;
	int			contexte;
	int			niveau;

	commencer(&r, suivi, cles);
	parametre(&r, 3, BoolGetDatum(drapeau), false);
	if (texte)
		parametre(&r, 5, CStringGetTextDatum(texte), false);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = reglages_fixes();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	executer(&r, ordre, NULL);
	if (lecture)
		lecture(resultat);
	SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, contexte);
}

static void
noter_anomalie(void *arg)
{
	Travail    *t = (Travail *) arg;

	ordre_seul(t->suivi, t->cles, t->de_la_table, t->motif, ORDRE_ANOMALIE_LUE, NULL, NULL);
}

typedef struct Liste
{
	MemoryContext contexte;
	ArrayType  *valeurs;
	bool		table_entiere;
} Liste;

static void
lire_liste(void *arg)
{
	Liste	   *l = (Liste *) arg;
	bool		isnull;
	Datum		d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	MemoryContext dedans = MemoryContextSwitchTo(l->contexte);

	l->valeurs = isnull ? NULL : DatumGetArrayTypePCopy(d);
	MemoryContextSwitchTo(dedans);
	if (SPI_tuptable->tupdesc->natts > 1)
	{
		d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
		l->table_entiere = !isnull && DatumGetBool(d);
	}
}

/*
 * Refresh these keys; when a value of one row is in error, halve until it is
 * alone and write it down.  An error that is the table's (a column is gone, a
 * right is missing) is written down for all keys at once; a conflict with
 * another session leaves the keys in the journal.  On a first load both are the
 * caller's to know: nothing is half-tied.
 */
static uint64
traiter(Oid suivi, ArrayType *cles, bool chargement)
{
	Travail		t = {suivi, cles, chargement, false, NULL, 0};
	ErrorData  *erreur;
	int			classe;

	CHECK_FOR_INTERRUPTS();
	erreur = creances_essayer(relire_travail, &t);
	if (erreur == NULL)
		return t.nb;
	classe = ERRCODE_TO_CATEGORY(erreur->sqlerrcode);
	if (classe == ERRCODE_INSUFFICIENT_RESOURCES)
		ReThrowError(erreur);
	if (classe == ERRCODE_TRANSACTION_ROLLBACK ||
		erreur->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
	{
		if (chargement)
			ReThrowError(erreur);
		return 0;
	}

	t.de_la_table = classe != ERRCODE_DATA_EXCEPTION;
	t.motif = erreur->message;
	if (t.de_la_table && chargement)
		ReThrowError(erreur);
	if (!t.de_la_table && cles == NULL)
	{
		cles = toutes_les_cles(suivi);
		return cles ? traiter(suivi, cles, chargement) : 0;
	}
	if (!t.de_la_table && nombre_de_cles(cles) > 1)
	{
		ArrayType  *gauche,
				   *droite;

		moities(cles, &gauche, &droite);
		return traiter(suivi, gauche, chargement) + traiter(suivi, droite, chargement);
	}
	noter_anomalie(&t);
	return 0;
}

/*
 * creances._relire(suivi regclass) returns bigint: the whole table, for the
 * first load.  Returns the number of receivables written.
 */
Datum
creances_relire_table(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(traiter(PG_GETARG_OID(0), NULL, true));
}

/*
 * creances.rafraichir(lot integer) returns bigint: consume the journal rows
 * that we see, at most `lot` of each table, and bring the facts up to date.
 * Returns the number of receivables written.
 */
Datum
creances_rafraichir(PG_FUNCTION_ARGS)
{
	Liste		suivis = {CurrentMemoryContext, NULL, false};
	Datum	   *oids;
	int			nb,
				i;
	uint64		total = 0;
	char	   *lot = NULL;

	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 creances_errmsg("le suivi ne se rafraîchit pas sur un serveur de secours"),
				 creances_errhint("Appelez-le sur le serveur primaire.")));
	if (!PG_ARGISNULL(0))
	{
		if (PG_GETARG_INT32(0) <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 creances_errmsg("le lot doit être positif : %d", PG_GETARG_INT32(0)),
					 creances_errhint("Donnez un nombre de lignes du journal, ou NULL pour toutes.")));
		lot = psprintf("%d", PG_GETARG_INT32(0));
	}

	ordre_seul(InvalidOid, NULL, false, NULL, ORDRE_SUIVIS, lire_liste, &suivis);
	if (suivis.valeurs == NULL)
		PG_RETURN_INT64(0);
	deconstruct_array(suivis.valeurs, OIDOID, sizeof(Oid), true, TYPALIGN_INT, &oids, NULL, &nb);
	for (i = 0; i < nb; i++)
	{
		Liste		cles = {CurrentMemoryContext, NULL, false};

		ordre_seul(DatumGetObjectId(oids[i]), NULL, false, lot, ORDRE_CLES, lire_liste, &cles);
		if (cles.table_entiere)
			total += traiter(DatumGetObjectId(oids[i]), NULL, false);
		else if (cles.valeurs)
			total += traiter(DatumGetObjectId(oids[i]), cles.valeurs, false);
	}
	PG_RETURN_INT64(total);
}

/* ----------------------------------------------------------------
 *		verifier_suivi()
 * ----------------------------------------------------------------
 */

typedef struct Verification
{
	Relecture  *r;
	TupleDesc	desc;			/* of the rows read */
	Tuplestorestate *lu;		/* rows read so far */
	ArrayBuildState *illisibles;	/* keys of rows that cannot be read */
	Tuplestorestate *essai;		/* rows of this attempt */
} Verification;

static void
lire_essai(void *arg)
{
	Verification *v = (Verification *) arg;

	v->desc = lire_lignes(v->r, v->essai);
}

/*
 * Read the rows of these keys (NULL: of the whole table), leaving aside those
 * of which a value cannot be read.
 */
static void
lire_ce_qui_se_lit(Verification *v, ArrayType *cles)
{
	ErrorData  *erreur;
	ArrayType  *gauche,
			   *droite;

	CHECK_FOR_INTERRUPTS();
	parametre(v->r, 2, PointerGetDatum(cles), cles == NULL);
	/* made outside of the subtransaction, whose end would close its file */
	v->essai = tuplestore_begin_heap(false, false, work_mem);
	erreur = creances_essayer(lire_essai, v);
	if (erreur == NULL)
	{
		TupleTableSlot *ligne = MakeSingleTupleTableSlot(v->desc, &TTSOpsMinimalTuple);

		while (tuplestore_gettupleslot(v->essai, true, false, ligne))
			tuplestore_puttupleslot(v->lu, ligne);
		ExecDropSingleTupleTableSlot(ligne);
		tuplestore_end(v->essai);
		return;
	}
	tuplestore_end(v->essai);
	if (ERRCODE_TO_CATEGORY(erreur->sqlerrcode) != ERRCODE_DATA_EXCEPTION)
		ReThrowError(erreur);
	if (cles == NULL)
	{
		cles = toutes_les_cles(v->r->suivi);
		if (cles)
			lire_ce_qui_se_lit(v, cles);
	}
	else if (nombre_de_cles(cles) > 1)
	{
		moities(cles, &gauche, &droite);
		lire_ce_qui_se_lit(v, gauche);
		lire_ce_qui_se_lit(v, droite);
	}
	else
	{
		Datum	   *cle;
		int			n;

		deconstruct_array(cles, TEXTOID, -1, false, TYPALIGN_INT, &cle, NULL, &n);
		v->illisibles = accumArrayResult(v->illisibles, cle[0], false, TEXTOID, CurrentMemoryContext);
	}
}

/*
 * creances.verifier_suivi(factures regclass): differences between the table
 * and the facts; no row when there is none.
 */
Datum
creances_verifier_suivi(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Relecture	r;
	Oid			qui;
	int			contexte;
	int			niveau;
	Verification v = {0};

	InitMaterializedSRF(fcinfo, 0);
	commencer(&r, PG_GETARG_OID(0), NULL);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = reglages_fixes();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	v.r = &r;
	v.lu = tuplestore_begin_heap(false, false, work_mem);
	v.illisibles = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	lire_ce_qui_se_lit(&v, NULL);
	nommer("lu", v.desc, v.lu, tuplestore_tuple_count(v.lu));
	parametre(&r, 2, makeArrayResult(v.illisibles, CurrentMemoryContext), false);
	r.nb = tuplestore_tuple_count(v.lu);
	executer(&r, ORDRE_ECARTS, rsinfo->setResult);
	SPI_unregister_relation("lu");
	tuplestore_end(v.lu);
	SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, contexte);
	return (Datum) 0;
}
