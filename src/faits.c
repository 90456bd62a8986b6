/*-------------------------------------------------------------------------
 *
 * faits.c
 *	  Reading and writing our tables without SQL.
 *
 * An executor started for each statement costs more than the row that it
 * writes: these functions do what it would do, on tables opened once a
 * refresh.  Columns are found by name, any index and constraint that stands on
 * a table is kept up, a column that is not ours takes its default; triggers
 * are not fired, so nothing of the user's runs here.
 *
 * No right is checked: the caller writes the facts, on nobody's behalf.
 *
 *-------------------------------------------------------------------------
 */
#include "faits.h"

#include "access/table.h"
#include "access/transam.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* What this session knows of a table of ours; any change of it is noticed. */
typedef struct Modele
{
	const char *nom;
	int			nb;
	const char *const *colonnes;
	Oid			relid;
	bool		connue;
	bool		autres;			/* it has columns that are not ours */
	AttrNumber	col[NB_COLONNES_MAX];
	/* what is dear to make again for each refresh */
	MemoryContext contexte;
	int			nb_index;
	Oid		   *index;
	IndexInfo **infos;			/* NULL: to be made each time */
	ExprState **contraintes;	/* likewise */
} Modele;

static const char *const cols_creance[] = {
	"creancier", "facture", "rang", "debiteur", "nature", "emission",
	"livraison", "nee_le", "echeance", "montant", "devise", "solde",
	"soldee_le", "versions", "version_le", "retiree_le", "retiree_motif",
	"reprise_le", "reprise", "suivi", "cle", "details"
};
static const char *const cols_version[] = {
	"creancier", "facture", "rang", "version", "jusque", "debiteur",
	"nee_le", "emission", "echeance", "montant", "devise", "retiree",
	"motif", "connu_le"
};
static const char *const cols_reglement[] = {
	"creancier", "reglement", "facture", "rang", "le", "montant", "nature",
	"reprise", "suivi", "cle", "connu_le", "details"
};
static const char *const cols_decider[] = {"creancier", "facture", "rang"};
static const char *const cols_revoir[] = {
	"suivi", "cle", "instant", "transaction", "regle", "regle_le", "chargement"
};
static const char *const cols_creancier[] = {"creancier", "fuseau"};
static const char *const cols_refusee[] = {"suivi", "cle"};

#define COLONNES(c)		lengthof(c), c

static Modele modeles[NB_FAITS] = {
	[FAIT_CREANCE] = {"creance", COLONNES(cols_creance)},
	[FAIT_VERSION] = {"creance_version", COLONNES(cols_version)},
	[FAIT_REGLEMENT] = {"reglement", COLONNES(cols_reglement)},
	[FAIT_DECIDER] = {"a_decider", COLONNES(cols_decider)},
	[FAIT_REVOIR] = {"a_revoir", COLONNES(cols_revoir)},
	[FAIT_DEBITEUR] = {"debiteur", 0, NULL},
	[FAIT_CREANCIER] = {"creancier", COLONNES(cols_creancier)},
	[FAIT_REFUSEE] = {"ligne_refusee", COLONNES(cols_refusee)},
};

static bool surveille = false;

static void
oublier_modele(Datum arg, Oid relid)
{
	int			i;

	for (i = 0; i < NB_FAITS; i++)
		if (!OidIsValid(relid) || modeles[i].relid == relid)
			modeles[i].connue = false;
}

static void
apprendre_modele(Modele *m, Relation rel)
{
	TupleDesc	desc = RelationGetDescr(rel);
	int			i,
				j,
				trouvees = 0;

	m->autres = false;
	memset(m->col, -1, sizeof(m->col));
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped)
			continue;
		for (j = 0; j < m->nb; j++)
			if (strcmp(NameStr(att->attname), m->colonnes[j]) == 0)
				break;
		if (j < m->nb)
		{
			m->col[j] = i;
			trouvees++;
		}
		else
			m->autres = true;
	}
	if (trouvees != m->nb)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 creances_errmsg("il manque des colonnes à la table creances.%s", m->nom)));
	m->relid = RelationGetRelid(rel);
	/* a refresh that is under way may still hold what was there */
	if (m->contexte)
		MemoryContextSetParent(m->contexte, TopTransactionContext);
	m->contexte = AllocSetContextCreate(TopMemoryContext, "creances: table", ALLOCSET_SMALL_SIZES);
	m->nb_index = -1;
	m->index = NULL;
	m->infos = NULL;
	m->contraintes = NULL;
	m->connue = true;
}

static bool
fonction_de_l_utilisateur(Oid fonction, void *contexte)
{
	return fonction >= FirstNormalObjectId;
}

/*
 * Does an expression hold a function that somebody may replace?
 */
static bool
expression_changeante(Node *noeud, void *contexte)
{
	if (noeud == NULL)
		return false;
	if (check_functions_in_node(noeud, fonction_de_l_utilisateur, NULL))
		return true;
	return expression_tree_walker(noeud, expression_changeante, contexte);
}

/*
 * The indexes and the constraints of a table, made once and kept while it does
 * not change: a refresh of one row would spend more on them than on the row.
 */
static void
outiller_modele(Modele *m, Relation rel)
{
	MemoryContext dedans = MemoryContextSwitchTo(m->contexte);
	List	   *index = RelationGetIndexList(rel);
	TupleConstr *constr = RelationGetDescr(rel)->constr;
	ListCell   *lc;
	int			i = 0;

	m->index = palloc(sizeof(Oid) * Max(list_length(index), 1));
	m->infos = palloc0(sizeof(IndexInfo *) * Max(list_length(index), 1));
	foreach(lc, index)
	{
		Relation	r = index_open(lfirst_oid(lc), RowExclusiveLock);
		IndexInfo  *info = BuildIndexInfo(r);

		m->index[i] = lfirst_oid(lc);
		if (r->rd_rel->relam == BTREE_AM_OID && info->ii_Expressions == NIL &&
			!expression_changeante((Node *) info->ii_Predicate, NULL))
		{
			if (info->ii_Predicate != NIL)
				info->ii_PredicateState = ExecInitQual((List *) expression_planner((Expr *) info->ii_Predicate), NULL);
			m->infos[i] = info;
		}
		index_close(r, NoLock);
		i++;
	}
	if (constr && constr->num_check > 0)
	{
		m->contraintes = palloc(sizeof(ExprState *) * constr->num_check);
		for (i = 0; i < constr->num_check && m->contraintes; i++)
		{
			Expr	   *expr = stringToNode(constr->check[i].ccbin);

			if (expression_changeante((Node *) expr, NULL))
				m->contraintes = NULL;
			else
				m->contraintes[i] = ExecInitExpr(expression_planner(expr), NULL);
		}
	}
	m->nb_index = list_length(index);
	MemoryContextSwitchTo(dedans);
}

/*
 * What ExecOpenIndices() does, with what is kept.
 */
static void
ouvrir_index(Modele *m, ResultRelInfo *rri)
{
	int			i;

	if (m->nb_index < 0)
		outiller_modele(m, rri->ri_RelationDesc);
	rri->ri_NumIndices = m->nb_index;
	rri->ri_ConstraintExprs = m->contraintes;
	if (m->nb_index == 0)
		return;
	rri->ri_IndexRelationDescs = palloc(sizeof(Relation) * m->nb_index);
	rri->ri_IndexRelationInfo = palloc(sizeof(IndexInfo *) * m->nb_index);
	for (i = 0; i < m->nb_index; i++)
	{
		rri->ri_IndexRelationDescs[i] = index_open(m->index[i], RowExclusiveLock);
		rri->ri_IndexRelationInfo[i] = m->infos[i] ? m->infos[i] :
			BuildIndexInfo(rri->ri_IndexRelationDescs[i]);
	}
}

/*
 * Open a table of ours, for reading or for writing, if it is not yet.
 */
void
creances_fait_ouvrir(TableFaits *t, Fait fait, bool ecrire, EState *estate)
{
	Modele	   *m = &modeles[fait];
	Oid			relid;

	if (t->rel == NULL)
	{
		relid = get_relname_relid(m->nom, get_namespace_oid("creances", false));
		if (!OidIsValid(relid))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_TABLE),
					 creances_errmsg("la table creances.%s n'existe pas", m->nom)));
		if (!surveille)
		{
			CacheRegisterRelcacheCallback(oublier_modele, (Datum) 0);
			surveille = true;
		}
		t->rel = table_open(relid, ecrire ? RowExclusiveLock : AccessShareLock);
		if (!m->connue || m->relid != relid)
			apprendre_modele(m, t->rel);
		t->fait = fait;
		t->col = m->col;
	}
	else if (ecrire && !t->ecrite)
		LockRelationOid(RelationGetRelid(t->rel), RowExclusiveLock);
	if (ecrire && !t->ecrite)
	{
		MemoryContext dedans = MemoryContextSwitchTo(estate->es_query_cxt);

		t->rri = makeNode(ResultRelInfo);
		InitResultRelInfo(t->rri, t->rel, 0, NULL, 0);
		ouvrir_index(m, t->rri);
		t->place = table_slot_create(t->rel, NULL);
		t->ecrite = true;
		MemoryContextSwitchTo(dedans);
	}
}

void
creances_fait_fermer(TableFaits *t)
{
	int			i;

	if (t->rel == NULL)
		return;
	if (t->ecrite)
	{
		ExecDropSingleTupleTableSlot(t->place);
		for (i = 0; i < t->place_lot && t->lot[i]; i++)
			ExecDropSingleTupleTableSlot(t->lot[i]);
		if (t->en_masse)
		{
			FreeBulkInsertState(t->en_masse);
			table_finish_bulk_insert(t->rel, 0);
		}
		ExecCloseIndices(t->rri);
	}
	table_close(t->rel, NoLock);
	memset(t, 0, sizeof(TableFaits));
}

/*
 * Open an index of t by its name, for look-ups by equality with its first `nb`
 * columns under this snapshot.
 */
void
creances_recherche_ouvrir(Recherche *r, TableFaits *t, const char *nom, int nb,
						  Snapshot instantane)
{
	int			i;

	if (t->ecrite)
	{
		for (i = 0; i < t->rri->ri_NumIndices; i++)
			if (strcmp(RelationGetRelationName(t->rri->ri_IndexRelationDescs[i]), nom) == 0)
				r->index = t->rri->ri_IndexRelationDescs[i];
	}
	if (r->index == NULL)
	{
		Oid			relid = get_relname_relid(nom, RelationGetNamespace(t->rel));

		if (!OidIsValid(relid))
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 creances_errmsg("l'index creances.%s n'existe pas", nom)));
		r->index = index_open(relid, AccessShareLock);
		r->fermer = true;
	}
	r->contexte = CurrentMemoryContext;
	r->ligne = table_slot_create(t->rel, NULL);
	r->nb = nb;
	for (i = 0; i < nb; i++)
	{
		Oid			type = TupleDescAttr(RelationGetDescr(r->index), i)->atttypid;

		ScanKeyEntryInitialize(&r->cles[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   r->index->rd_indcollation[i],
							   type == INT4OID ? F_INT4EQ : type == TEXTOID ? F_TEXTEQ : F_OIDEQ,
							   (Datum) 0);
	}
	r->parcours = index_beginscan(t->rel, r->index, instantane, nb, 0);
}

void
creances_recherche_fermer(Recherche *r)
{
	if (r->index == NULL)
		return;
	index_endscan(r->parcours);
	ExecDropSingleTupleTableSlot(r->ligne);
	if (r->fermer)
		index_close(r->index, NoLock);
	r->index = NULL;
	r->fermer = false;
}

/*
 * Look for the rows that hold these values, as many as the index was opened
 * for; creances_trouver() then gives them one by one in r->ligne.
 */
void
creances_chercher(Recherche *r,...)
{
	MemoryContext dedans = MemoryContextSwitchTo(r->contexte);
	va_list		valeurs;
	int			i;

	va_start(valeurs, r);
	for (i = 0; i < r->nb; i++)
		r->cles[i].sk_argument = va_arg(valeurs, Datum);
	va_end(valeurs);
	index_rescan(r->parcours, r->nb ? r->cles : NULL, r->nb, NULL, 0);
	MemoryContextSwitchTo(dedans);
}

bool
creances_trouver(Recherche *r)
{
	MemoryContext dedans = MemoryContextSwitchTo(r->contexte);
	bool		trouvee = index_getnext_slot(r->parcours, ForwardScanDirection, r->ligne);

	MemoryContextSwitchTo(dedans);
	return trouvee;
}

/*
 * Has this index of ours never had an entry?  (It has its first page only.)
 */
bool
creances_index_vierge(const char *nom)
{
	Oid			relid = get_relname_relid(nom, get_namespace_oid("creances", false));
	Relation	index;
	bool		vierge;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 creances_errmsg("l'index creances.%s n'existe pas", nom)));
	index = index_open(relid, AccessShareLock);
	vierge = RelationGetNumberOfBlocks(index) <= 1;
	index_close(index, NoLock);
	return vierge;
}

/*
 * What another session has done meanwhile: the caller's subtransaction ends,
 * its keys stay in the journal.
 */
void
creances_conflit(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 creances_errmsg("une autre session vient d'enregistrer la même facture")));
}

/*
 * A new row, all NULL but for the defaults of columns that are not ours.
 * What is put into it must live until creances_fait_vider().
 */
TupleTableSlot *
creances_fait_neuf(TableFaits *t, EState *estate)
{
	TupleDesc	desc = RelationGetDescr(t->rel);
	TupleTableSlot *ligne;
	int			i,
				j;

	if (t->nb == t->place_lot || t->lot[t->nb] == NULL)
	{
		MemoryContext dedans = MemoryContextSwitchTo(estate->es_query_cxt);

		if (t->nb == t->place_lot)
		{
			int			place = t->place_lot ? Min(t->place_lot * 4, LOT_FAITS) : 2;

			t->lot = t->lot ? repalloc(t->lot, sizeof(TupleTableSlot *) * place) :
				palloc(sizeof(TupleTableSlot *) * place);
			memset(t->lot + t->place_lot, 0, sizeof(TupleTableSlot *) * (place - t->place_lot));
			t->place_lot = place;
		}
		t->lot[t->nb] = table_slot_create(t->rel, NULL);
		MemoryContextSwitchTo(dedans);
	}
	ligne = ExecClearTuple(t->lot[t->nb]);
	memset(ligne->tts_values, 0, sizeof(Datum) * desc->natts);
	memset(ligne->tts_isnull, true, sizeof(bool) * desc->natts);
	if (!modeles[t->fait].autres)
		return ligne;
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		Node	   *defaut;

		for (j = 0; j < modeles[t->fait].nb; j++)
			if (t->col[j] == i)
				break;
		if (att->attisdropped || att->attgenerated || j < modeles[t->fait].nb)
			continue;
		defaut = build_column_default(t->rel, i + 1);
		if (defaut)
			ligne->tts_values[i] =
				ExecEvalExpr(ExecPrepareExpr((Expr *) defaut, estate),
							 GetPerTupleExprContext(estate), &ligne->tts_isnull[i]);
	}
	return ligne;
}

/*
 * What the table itself asks of a row.
 */
static void
verifier(TableFaits *t, EState *estate, TupleTableSlot *ligne, CmdType commande)
{
	TupleConstr *constr = RelationGetDescr(t->rel)->constr;

	if (constr == NULL)
		return;
	if (constr->has_generated_stored)
		ExecComputeStoredGenerated(t->rri, estate, ligne, commande);
	ExecConstraints(t->rri, ligne, estate);
}

static void
indexer(TableFaits *t, EState *estate, TupleTableSlot *ligne, bool maj)
{
	if (t->rri->ri_NumIndices > 0)
#if PG_VERSION_NUM >= 160000
		(void) ExecInsertIndexTuples(t->rri, ligne, estate, maj, false, NULL, NIL, false);
#else
		(void) ExecInsertIndexTuples(t->rri, ligne, estate, maj, false, NULL, NIL);
#endif
	ResetPerTupleExprContext(estate);
}

/*
 * The row that creances_fait_neuf() gave is filled: to be written with the
 * others.  Returns true when the place is full.
 */
bool
creances_fait_ajouter(TableFaits *t, EState *estate)
{
	TupleTableSlot *ligne = t->lot[t->nb];

	ExecStoreVirtualTuple(ligne);
	verifier(t, estate, ligne, CMD_INSERT);
	t->nb++;
	return t->nb == LOT_FAITS;
}

/*
 * Write the rows kept back.
 */
void
creances_fait_vider(TableFaits *t, EState *estate)
{
	CommandId	cid = GetCurrentCommandId(true);
	int			i;

	if (t->nb == 0)
		return;
	if (t->nb == 1)
		table_tuple_insert(t->rel, t->lot[0], cid, 0, t->en_masse);
	else
	{
		if (t->en_masse == NULL && t->nb > LOT_FAITS / 2)
		{
			MemoryContext dedans = MemoryContextSwitchTo(estate->es_query_cxt);

			t->en_masse = GetBulkInsertState();
			MemoryContextSwitchTo(dedans);
		}
		table_multi_insert(t->rel, t->lot, t->nb, cid, 0, t->en_masse);
	}
	for (i = 0; i < t->nb; i++)
	{
		indexer(t, estate, t->lot[i], false);
		ExecClearTuple(t->lot[i]);
	}
	t->nb = 0;
}

/*
 * The place of a new version of a row: a copy of it, to be changed and given to
 * creances_fait_modifier().
 */
TupleTableSlot *
creances_fait_copie(TableFaits *t, TupleTableSlot *ancienne)
{
	int			natts = RelationGetDescr(t->rel)->natts;
	TupleTableSlot *ligne = ExecClearTuple(t->place);

	slot_getallattrs(ancienne);
	memcpy(ligne->tts_values, ancienne->tts_values, sizeof(Datum) * natts);
	memcpy(ligne->tts_isnull, ancienne->tts_isnull, sizeof(bool) * natts);
	return ligne;
}

void
creances_fait_modifier(TableFaits *t, EState *estate, TupleTableSlot *ancienne,
					   Snapshot instantane)
{
	TupleTableSlot *ligne = t->place;
	TM_FailureData tmfd;
	LockTupleMode mode;
#if PG_VERSION_NUM >= 160000
	TU_UpdateIndexes index_a_jour;
#else
	bool		index_a_jour;
#endif

	ExecStoreVirtualTuple(ligne);
	verifier(t, estate, ligne, CMD_UPDATE);
	if (table_tuple_update(t->rel, &ancienne->tts_tid, ligne, GetCurrentCommandId(true),
						   instantane, InvalidSnapshot, true, &tmfd, &mode,
						   &index_a_jour) != TM_Ok)
		creances_conflit();
	if (index_a_jour)
		indexer(t, estate, ligne, true);
	ExecClearTuple(ligne);
}
