/*-------------------------------------------------------------------------
 *
 * ordres.c
 *	  Statements of ours that are rare or read much, and how they are executed.
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
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/syscache.h"

#include "creances.h"

/*
 * The texts below are written for a set of keys or for the whole table, so that
 * each form has its own plain plan; these words stand for what differs.
 */
static const struct
{
	const char *mot;
	const char *par_cles;
	const char *table_entiere;
}			mots[] =

{
	{
		"PARMI_LES_CLES",		/* x ... : x is one of the keys */
		"IN (SELECT unnest($2))",
		"IS NOT NULL"
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
	TEXTARRAYOID				/* $6 texts that go with $2 */
};

#define MEME_CREANCE(a, b) \
	a ".creancier = " b ".creancier AND " a ".facture = " b ".facture AND " \
	a ".rang = " b ".rang"

static const char *const textes[NB_ORDRES] = {
	[ORDRE_REQUETE] =
	"SELECT creances._requete($1, $2 IS NOT NULL)",

	/* $2, $6: the creditor and the code of each debtor that is not known */
	[ORDRE_TIERS_CREANCIER] =
	"INSERT INTO creances.creancier (creancier)"
	" SELECT DISTINCT unnest($2) EXCEPT SELECT creancier FROM creances.creancier ORDER BY 1 ON CONFLICT DO NOTHING",

	[ORDRE_TIERS_DEBITEUR] =
	/* with what the ERP's table of customers says, when there is one */
	"WITH k AS MATERIALIZED (SELECT DISTINCT x.creancier, x.debiteur FROM unnest($2, $6) x(creancier, debiteur)),"
	" c AS MATERIALIZED (SELECT k.* FROM k WHERE EXISTS (SELECT FROM creances.client y WHERE y.debiteur = k.debiteur)),"
	" s AS (INSERT INTO creances.debiteur (creancier, debiteur)"
	"       SELECT * FROM k EXCEPT SELECT * FROM c ORDER BY 1, 2 ON CONFLICT DO NOTHING)"
	"INSERT INTO creances.debiteur"
	" SELECT f.* FROM c CROSS JOIN LATERAL creances._fiche(c.creancier, c.debiteur) f ORDER BY 1, 2"
	" ON CONFLICT DO NOTHING",

	/* a number may be free again: look at the rows that it was refused to */
	[ORDRE_DOUBLONS] =
	"INSERT INTO creances.a_revoir (suivi, cle, instant, transaction, chargement)"
	" SELECT suivi, cle, clock_timestamp(), pg_current_xact_id(), false"
	"   FROM creances.ligne_refusee WHERE code = 'doublon'",

	[ORDRE_ANOMALIES_LEVEES] =
	"DELETE FROM creances.ligne_refusee a WHERE a.suivi = $1 AND CASE WHEN a.cle PARMI_LES_CLES THEN true END"
	"   AND NOT EXISTS (SELECT FROM refusees l WHERE l.cle = a.cle)",

	[ORDRE_ANOMALIES] =
	"INSERT INTO creances.ligne_refusee (suivi, cle, code, motif, creancier, facture, debiteur)"
	" SELECT $1, l.cle, coalesce(l.code, 'doublon'), coalesce(l.motif,"
	"        format('la facture %s (rang %s) du créancier %s est déjà tenue par une autre ligne', l.facture, l.rang, l.creancier)),"
	"        l.creancier, CASE WHEN l.code IS NULL THEN l.facture END, l.debiteur"
	"   FROM refusees l ORDER BY l.cle"
	" ON CONFLICT (suivi, cle) DO UPDATE SET code = excluded.code, motif = excluded.motif, attend = NULL,"
	"        creancier = excluded.creancier, facture = excluded.facture, debiteur = excluded.debiteur"
	" WHERE (ligne_refusee.code, ligne_refusee.motif, ligne_refusee.creancier, ligne_refusee.facture, ligne_refusee.debiteur)"
	"       IS DISTINCT FROM (excluded.code, excluded.motif, excluded.creancier, excluded.facture, excluded.debiteur)",

	/* verifier_suivi(): the facts beside the table, line by line */
	[ORDRE_ECARTS] =
	"SELECT coalesce(l.cle, c.cle), coalesce(c.facture, l.facture), e.ecart"
	"  FROM (SELECT lu.*, suivie AND code IS NULL AS bonne FROM lu) l"
	"  FULL JOIN (SELECT * FROM creances.creance"
	"              WHERE suivi = $1 AND retiree_le IS NULL) c ON c.cle = l.cle"
	"  LEFT JOIN creances.ligne_refusee a ON a.suivi = $1 AND a.cle = coalesce(l.cle, c.cle)"
	"  LEFT JOIN LATERAL (SELECT sum(r.montant) AS deja FROM creances.reglement r"
	"                      WHERE r.suivi IS NULL AND " MEME_CREANCE("r", "c") ") m ON true"
	"  CROSS JOIN LATERAL (SELECT CASE"
	"     WHEN l.cle IS NULL OR NOT l.suivie AND c.cle IS NOT NULL THEN 'en trop dans le suivi'"
	"     WHEN NOT l.suivie THEN CASE WHEN a.cle IS NOT NULL AND a.attend IS NULL THEN 'anomalie à lever' END"
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
	MemoryContext appelant = CurrentMemoryContext;
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
	MemoryContextSwitchTo(appelant);
}

/*
 * Generic plans only: one made for the values of a call could cost more to
 * make than to run.
 */
SPIPlanPtr
creances_preparer(const char *texte)
{
	MemoryContext appelant = CurrentMemoryContext;
	SPIPlanPtr	plan = SPI_prepare_cursor(texte, NB_PARAMETRES, types_parametres,
										  CURSOR_OPT_GENERIC_PLAN);

	if (plan == NULL)
		elog(ERROR, "SPI_prepare_cursor: %s", SPI_result_code_string(SPI_result));
	MemoryContextSwitchTo(appelant);
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
		plan = creances_preparer(creances_serveur(texte_ordre(ordre, false)));
		SPI_keepplan(plan);
		plans[ordre] = plan;
	}
	plan = grand ? creances_preparer(creances_serveur(texte_ordre(ordre, table_entiere))) : plans[ordre];
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
