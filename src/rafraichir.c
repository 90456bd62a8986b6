/*-------------------------------------------------------------------------
 *
 * rafraichir.c
 *	  Consume the journal, load a table, compare it with the facts.
 *
 * A row of which a value cannot be read must not stop the others: a set that
 * fails with a data exception is halved until the row is alone, and written
 * down in creances.ligne_refusee.  An error that is the table's (a column is gone, a
 * right is missing) is written down for all its keys at once, and tried again
 * at each refresh.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "creances.h"

/* Times that a refresh looks at what it has itself sent for. */
#define TOURS		3

/* Keys refreshed together. */
#define TRANCHE		100000

PG_FUNCTION_INFO_V1(creances_rafraichir);
PG_FUNCTION_INFO_V1(creances_relire_table);
PG_FUNCTION_INFO_V1(creances_verifier_suivi);

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
	Identite	avant;
	Datum		d;
	bool		isnull;

	creances_commencer(&r, suivi, NULL);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = creances_reglages_fixes();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	creances_executer(&r, ORDRE_REQUETE_CLES, NULL);
	texte = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	creances_devenir_proprietaire(suivi, &avant);
	creances_executer_plan(&r, creances_preparer(texte), NULL);
	creances_redevenir(&avant);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	creances_parametre(&r, 2, d, isnull);
	creances_executer(&r, ORDRE_CLES_CONNUES, NULL);
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

	t->nb = creances_relire(t->suivi, t->cles, true, t->chargement, "2s", &laissees);
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

	creances_commencer(&r, suivi, cles);
	creances_parametre(&r, 3, BoolGetDatum(drapeau), false);
	if (texte)
		creances_parametre(&r, 5, CStringGetTextDatum(texte), false);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = creances_reglages_fixes();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	creances_executer(&r, ordre, NULL);
	if (lecture)
		lecture(resultat);
	SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, contexte);
}

static void
relire_sans_journal(void *arg)
{
	Travail    *t = (Travail *) arg;
	ArrayType  *laissees = NULL;

	t->nb = creances_relire(t->suivi, t->cles, false, t->chargement, "2s", &laissees);
}

/*
 * Write the anomaly down and consume the journal; then look once more: what was
 * consumed may have been written after our read, by who has mended it.
 */
static void
noter_anomalie(void *arg)
{
	Travail    *t = (Travail *) arg;

	ordre_seul(t->suivi, t->cles, t->de_la_table, t->motif, ORDRE_ANOMALIE_LUE, NULL, NULL);
	CommandCounterIncrement();
	(void) creances_essayer(relire_sans_journal, t);
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
	MemoryContext appelant = CurrentMemoryContext;
	MemoryContext essai = AllocSetContextCreate(appelant, "creances: essai", ALLOCSET_SMALL_SIZES);
	ErrorData  *erreur;
	int			classe;
	bool		occupee,
				d_une_ligne;

	CHECK_FOR_INTERRUPTS();
	/* what a failed attempt leaves goes with its context */
	MemoryContextSwitchTo(essai);
	erreur = creances_essayer(relire_travail, &t);
	MemoryContextSwitchTo(appelant);
	if (erreur == NULL)
	{
		MemoryContextDelete(essai);
		return t.nb;
	}
	classe = ERRCODE_TO_CATEGORY(erreur->sqlerrcode);
	if (classe == ERRCODE_INSUFFICIENT_RESOURCES)
		ReThrowError(erreur);
	occupee = classe == ERRCODE_TRANSACTION_ROLLBACK ||
		erreur->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE;
	d_une_ligne = classe == ERRCODE_DATA_EXCEPTION ||
		classe == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
	/* what a function of the mapping may raise for a row, once the table is tied */
		(!chargement && (classe == ERRCODE_CARDINALITY_VIOLATION || classe == ERRCODE_PLPGSQL_ERROR ||
						 classe == ERRCODE_SQL_ROUTINE_EXCEPTION ||
						 classe == ERRCODE_EXTERNAL_ROUTINE_EXCEPTION ||
						 classe == ERRCODE_EXTERNAL_ROUTINE_INVOCATION_EXCEPTION));
	if (occupee && chargement)
		ReThrowError(erreur);
	if (occupee && (cles == NULL || creances_nombre_de_cles(cles) == 1))
		return 0;

	t.de_la_table = !d_une_ligne && !occupee;
	t.motif = pstrdup(erreur->message);
	if (t.de_la_table && chargement)
		ReThrowError(erreur);
	MemoryContextDelete(essai);
	if (!t.de_la_table && cles == NULL)
	{
		cles = toutes_les_cles(suivi);
		return cles ? traiter(suivi, cles, chargement) : 0;
	}
	if (!t.de_la_table && creances_nombre_de_cles(cles) > 1)
	{
		ArrayType  *gauche,
				   *droite;

		moities(cles, &gauche, &droite);
		return traiter(suivi, gauche, chargement) + traiter(suivi, droite, chargement);
	}
	t.nb = 0;
	erreur = creances_essayer(noter_anomalie, &t);
	if (erreur)
		ReThrowError(erreur);
	return t.nb;
}

/*
 * A long journal by slices: each reads it once, and keeps its rows in memory.
 */
static uint64
par_tranches(Oid suivi, ArrayType *cles)
{
	Datum	   *valeurs;
	int			nb,
				i;
	uint64		total = 0;

	deconstruct_array(cles, TEXTOID, -1, false, TYPALIGN_INT, &valeurs, NULL, &nb);
	for (i = 0; i < nb; i += TRANCHE)
		total += traiter(suivi, construct_array(valeurs + i, Min(TRANCHE, nb - i),
												TEXTOID, -1, false, TYPALIGN_INT), false);
	return total;
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
	int			tour = 0;
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

	do
	{
		creances_reprendre_attendus();
		suivis.valeurs = NULL;
		ordre_seul(InvalidOid, NULL, false, NULL, ORDRE_SUIVIS, lire_liste, &suivis);
		if (suivis.valeurs == NULL)
			break;
		deconstruct_array(suivis.valeurs, OIDOID, sizeof(Oid), true, TYPALIGN_INT, &oids, NULL, &nb);
		for (i = 0; i < nb; i++)
		{
			Liste		cles = {CurrentMemoryContext, NULL, false};

			/* what a table has left that is followed no more waits for cesser_suivi() */
			if (!creances_suivie(DatumGetObjectId(oids[i])))
				continue;
			ordre_seul(DatumGetObjectId(oids[i]), NULL, false, lot, ORDRE_CLES, lire_liste, &cles);
			if (cles.table_entiere)
				total += traiter(DatumGetObjectId(oids[i]), NULL, false);
			else if (cles.valeurs)
				total += par_tranches(DatumGetObjectId(oids[i]), cles.valeurs);
		}
		/* a renumbered invoice sends for its payments, a payment for its allocations */
	} while (lot == NULL && ++tour < TOURS && creances_reste_au_journal());
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

	v->desc = creances_lire_lignes(v->r, v->essai);
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
	creances_parametre(v->r, 2, PointerGetDatum(cles), cles == NULL);
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
	else if (creances_nombre_de_cles(cles) > 1)
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
	creances_commencer(&r, PG_GETARG_OID(0), NULL);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = creances_reglages_fixes();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	v.r = &r;
	v.lu = tuplestore_begin_heap(false, false, work_mem);
	v.illisibles = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	lire_ce_qui_se_lit(&v, NULL);
	if (v.desc == NULL)
	{
		/* nothing could be read: the columns all the same */
		creances_parametre(&r, 2, PointerGetDatum(construct_empty_array(TEXTOID)), false);
		v.desc = creances_lire_lignes(&r, v.lu);
	}
	creances_nommer("lu", v.desc, v.lu, tuplestore_tuple_count(v.lu));
	creances_parametre(&r, 2, makeArrayResult(v.illisibles, CurrentMemoryContext), false);
	r.nb = tuplestore_tuple_count(v.lu);
	if (r.genre != GENRE_CLIENTS)
		creances_executer(&r, ORDRE_ECARTS, rsinfo->setResult);
	creances_ecarts_annexes(&r, v.desc, rsinfo->setResult);
	SPI_unregister_relation("lu");
	tuplestore_end(v.lu);
	SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, contexte);
	return (Datum) 0;
}
