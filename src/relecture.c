/*-------------------------------------------------------------------------
 *
 * relecture.c
 *	  One refresh: keys locked, rows of the ERP read again, facts written.
 *
 * Whose rights.  What is the user's (an expression of the mapping) runs as the
 * present owner of the ERP's table: see lecture.c.  The facts are written as
 * the owner of our tables, with no expression of the user's.  User, context and
 * settings are put back by AtEOXact_GUC and SetUserIdAndSecContext, and on
 * errors by the (sub)transaction's abort, in which every caller runs us.
 *
 * Order.  First the creance rows of the keys are locked (what another session
 * holds is left for later: nobody waits), then the ERP's rows are read by a
 * later command, then the facts are written by still later ones.  So of two
 * refreshes of the same key the second reads what the first has written, and
 * two payments at once lose nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "ecriture.h"
#include "lecture.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* What creances_relire_ici() may wait for another session, in milliseconds. */
#define ATTENTE_MAX		"10"

/* Keys whose rows are kept in memory */
#define NB_EN_MEMOIRE	200000

int
creances_nombre_de_cles(ArrayType *cles)
{
	return ArrayGetNItems(ARR_NDIM(cles), ARR_DIMS(cles));
}

/*
 * From here on this refresh executes SQL.
 */
void
creances_sql(Relecture *r)
{
	MemoryContext appelant = CurrentMemoryContext;

	if (r->sql)
		return;
	(void) creances_reglages_fixes();
	if (!r->nuls[1])
		creances_par_index(r->nb <= GRAND_NOMBRE);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	MemoryContextSwitchTo(appelant);
	r->sql = true;
}

/* ----------------------------------------------------------------
 *		Keys
 * ----------------------------------------------------------------
 */

static bool
que_des_chiffres(const char *p, int n)
{
	int			i;

	for (i = 0; i < n; i++)
		if (p[i] < '0' || p[i] > '9')
			return false;
	return n > 0;
}

/*
 * Numbers by value, then the rest: the order of the rows in most tables, so
 * that access to the indexes is local.
 */
static int
comparer_cles(const void *a, const void *b)
{
	text	   *x = (text *) DatumGetPointer(*(const Datum *) a);
	text	   *y = (text *) DatumGetPointer(*(const Datum *) b);
	int			n_x = VARSIZE_ANY_EXHDR(x),
				n_y = VARSIZE_ANY_EXHDR(y),
				c;
	bool		nombre_x = que_des_chiffres(VARDATA_ANY(x), n_x),
				nombre_y = que_des_chiffres(VARDATA_ANY(y), n_y);

	if (nombre_x != nombre_y)
		return nombre_x ? -1 : 1;
	if (nombre_x && n_x != n_y)
		return n_x - n_y;
	c = memcmp(VARDATA_ANY(x), VARDATA_ANY(y), Min(n_x, n_y));
	return c ? c : n_x - n_y;
}

static void
prendre_cles(Ecriture *e, ArrayType *cles)
{
	Datum	   *valeurs;
	int			nb,
				i;

	deconstruct_array(cles, TEXTOID, -1, false, TYPALIGN_INT, &valeurs, NULL, &nb);
	if (nb > 1)
		qsort(valeurs, nb, sizeof(Datum), comparer_cles);
	for (i = 0; i < nb; i++)
		(void) creances_ecriture_cle(e, valeurs[i]);
}

/*
 * The keys that are ours to refresh, as an array; if asked, only those that
 * somebody else has touched.
 */
static ArrayType *
cles_libres(Ecriture *e, bool touchees)
{
	Datum	   *valeurs = palloc(sizeof(Datum) * Max(e->nb_cles, 1));
	int			i,
				n = 0;

	for (i = 0; i < e->nb_cles; i++)
		if (e->cles[i].libre && !(touchees && e->cles[i].entrainee))
			valeurs[n++] = e->cles[i].texte;
	return construct_array(valeurs, n, TEXTOID, -1, false, TYPALIGN_INT);
}

/* ----------------------------------------------------------------
 *		Locks
 * ----------------------------------------------------------------
 */

/*
 * Lock a receivable that was found in `ligne`, waiting for nobody; the row
 * locked is left in `verrou`.  False when another session holds it, or when it
 * has left this key meanwhile.
 */
static bool
verrouiller_creance(Ecriture *e, TupleTableSlot *ligne, TupleTableSlot *verrou, Datum cle)
{
	TableFaits *t = &e->tables[FAIT_CREANCE];
	TM_FailureData tmfd;
	TM_Result	resultat;
	bool		nul;

	resultat = table_tuple_lock(t->rel, &ligne->tts_tid, GetActiveSnapshot(), verrou,
								GetCurrentCommandId(true), LockTupleNoKeyExclusive, LockWaitSkip,
								IsolationUsesXactSnapshot() ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
								&tmfd);
	switch (resultat)
	{
		case TM_Ok:
			break;
		case TM_WouldBlock:
			return false;
		case TM_Updated:
		case TM_Deleted:
			if (IsolationUsesXactSnapshot())
				creances_conflit();
			return false;
		default:
			elog(ERROR, "table_tuple_lock: %d", resultat);
	}
	if (!tmfd.traversed)
		return true;
	return DatumGetObjectId(fait_valeur(t, verrou, CR_SUIVI, &nul)) == e->r->suivi &&
		DatumGetBool(DirectFunctionCall2Coll(texteq, C_COLLATION_OID, fait_valeur(t, verrou, CR_CLE, &nul), cle));
}

static void
viser(Ecriture *e, int n, TupleTableSlot *creance)
{
	TableFaits *t = &e->tables[FAIT_CREANCE];
	Visee	   *v;
	bool		nul;

	if (e->nb_visees == e->place_visees)
	{
		e->place_visees = e->place_visees ? e->place_visees * 2 : 8;
		e->visees = e->visees ? repalloc_huge(e->visees, sizeof(Visee) * e->place_visees) :
			palloc(sizeof(Visee) * e->place_visees);
	}
	v = &e->visees[e->nb_visees];
	v->cle = n;
	v->suivante = e->cles[n].visee;
	v->place = creance->tts_tid;
	(void) fait_valeur(t, creance, CR_RETIREE_LE, &nul);
	v->retiree = !nul;
	v->tenue = false;
	e->cles[n].visee = e->nb_visees++;
}

/*
 * Lock what is there.  Each key is then known as ours or not, new or not.
 * Returns the keys that another session holds; NULL: none.
 */
static ArrayType *
verrouiller(Ecriture *e)
{
	Relecture  *r = e->r;
	TableFaits *t = creances_ecriture_table(e, FAIT_CREANCE, true);
	TupleTableSlot *verrou = table_slot_create(t->rel, NULL);
	Recherche	recherche = {0};
	ArrayBuildState *prises = NULL;
	bool		entiere = r->nuls[1];
	int			i;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	creances_recherche_ouvrir(&recherche, t, "creance_suivi", entiere ? 1 : 2, GetActiveSnapshot());
	if (entiere)
	{
		creances_chercher(&recherche, ObjectIdGetDatum(r->suivi));
		while (creances_trouver(&recherche))
		{
			bool		nul;
			Datum		cle = PointerGetDatum(PG_DETOAST_DATUM_COPY(fait_valeur(t, recherche.ligne, CR_CLE, &nul)));
			int			n;

			CHECK_FOR_INTERRUPTS();
			if (!verrouiller_creance(e, recherche.ligne, verrou, cle))
			{
				prises = accumArrayResult(prises, cle, false, TEXTOID, CurrentMemoryContext);
				continue;
			}
			n = creances_ecriture_cle(e, cle);
			e->cles[n].libre = true;
			viser(e, n, verrou);
		}
	}
	for (i = 0; !entiere && i < e->nb_cles; i++)
	{
		Cle		   *cle = &e->cles[i];

		CHECK_FOR_INTERRUPTS();
		cle->neuve = true;
		creances_chercher(&recherche, ObjectIdGetDatum(r->suivi), cle->texte);
		while (creances_trouver(&recherche))
		{
			cle->neuve = false;
			if (verrouiller_creance(e, recherche.ligne, verrou, cle->texte))
			{
				cle->libre = true;
				viser(e, i, verrou);
			}
		}
		if (cle->neuve)
			cle->libre = true;
		if (!cle->libre)
			prises = accumArrayResult(prises, cle->texte, false, TEXTOID, CurrentMemoryContext);
	}
	creances_recherche_fermer(&recherche);
	ExecDropSingleTupleTableSlot(verrou);
	PopActiveSnapshot();
	return prises ? DatumGetArrayTypeP(makeArrayResult(prises, CurrentMemoryContext)) : NULL;
}

/* ----------------------------------------------------------------
 *		The journal
 * ----------------------------------------------------------------
 */

/*
 * Delete the journal's rows of our keys, or of the whole table, and keep their
 * steps.  A key of which another session consumes a row is left to it.
 */
static void
consommer(Ecriture *e)
{
	Relecture  *r = e->r;
	TableFaits *t = creances_ecriture_table(e, FAIT_REVOIR, true);
	TupleTableSlot *s = table_slot_create(t->rel, NULL);
	CommandId	cid;
	TableScanDesc parcours;
	ScanKeyData suivi;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	ScanKeyInit(&suivi, t->col[RV_SUIVI] + 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(r->suivi));
	parcours = table_beginscan(t->rel, GetActiveSnapshot(), 1, &suivi);
	cid = GetCurrentCommandId(true);
	while (table_scan_getnextslot(parcours, ForwardScanDirection, s))
	{
		bool		sans_cle,
					nul;
		Datum		d = fait_valeur(t, s, RV_CLE, &sans_cle);
		int			n = -1;
		TM_FailureData tmfd;
		TM_Result	resultat;
		Pas		   *p;

		CHECK_FOR_INTERRUPTS();
		if (!sans_cle)
			d = PointerGetDatum(PG_DETOAST_DATUM_PACKED(d));
		if (!sans_cle && !r->nuls[1])
			n = creances_mot_connu(e->par_texte, d);
		else if (!sans_cle)
		{
			n = creances_ecriture_cle(e, datumCopy(d, false, -1));
			e->cles[n].libre = true;
		}
		if (!r->nuls[1] && (n < 0 || !e->cles[n].libre))
			continue;
		resultat = table_tuple_delete(t->rel, &s->tts_tid, cid, GetActiveSnapshot(), InvalidSnapshot,
									  false, &tmfd, false);
		if (resultat == TM_BeingModified)
		{
			if (n >= 0 && !r->nuls[1])
			{
				/* what was deleted of this key must come back: all or nothing */
				if (e->cles[n].pas >= 0)
					creances_conflit();
				e->cles[n].libre = false;
			}
			continue;
		}
		if (resultat != TM_Ok)
		{
			if (IsolationUsesXactSnapshot() && resultat != TM_SelfModified)
				creances_conflit();
			continue;
		}
		if (n < 0)
			continue;
		if (e->nb_pas == e->place_pas)
		{
			e->place_pas = e->place_pas ? e->place_pas * 2 : 8;
			e->pas = e->pas ? repalloc_huge(e->pas, sizeof(Pas) * e->place_pas) :
				palloc(sizeof(Pas) * e->place_pas);
		}
		p = &e->pas[e->nb_pas];
		p->suivant = e->cles[n].pas;
		e->cles[n].pas = e->nb_pas++;
		p->instant = DatumGetTimestampTz(fait_valeur(t, s, RV_INSTANT, &nul));
		p->place = s->tts_tid;
		d = fait_valeur(t, s, RV_REGLE, &nul);
		p->regle = nul ? (Datum) 0 : datumCopy(d, false, -1);
		d = fait_valeur(t, s, RV_REGLE_LE, &nul);
		/* the empty date of some ERPs is no date */
		p->regle_le = nul || !creances_jour_admis(DatumGetDateADT(d)) ? SANS_DATE : DatumGetDateADT(d);
		d = fait_valeur(t, s, RV_CHARGEMENT, &nul);
		p->de_l_erp = nul;
		e->cles[n].entrainee = !nul && !DatumGetBool(d) && (p->suivant < 0 || e->cles[n].entrainee);
		if (!nul && DatumGetBool(d))
			e->cles[n].chargement = true;
	}
	table_endscan(parcours);
	ExecDropSingleTupleTableSlot(s);
	PopActiveSnapshot();
}

/* ----------------------------------------------------------------
 *		The refresh
 * ----------------------------------------------------------------
 */

/*
 * Read the rows of our keys and write the facts; "lu" stays registered for the
 * movements and customers that tables of their own hold.
 */
static void
lire_et_ecrire(Ecriture *e, Lecture *lecture)
{
	Relecture  *r = e->r;
	Lignes		lignes;
	Tuplestorestate *lu = NULL;
	TupleDesc	desc = NULL;
	bool		annexe = false;

	creances_lignes_commencer(&lignes, r->nuls[1] || e->nb_cles > NB_EN_MEMOIRE);
	CommandCounterIncrement();
	if (lecture->directe)
	{
		ArrayType  *a_part;
		Datum		cles = r->valeurs[1];
		bool		sans_cles = r->nuls[1];

		PushActiveSnapshot(GetTransactionSnapshot());
		creances_lire_directement(r, lecture, e->cles, sans_cles ? -1 : e->nb_cles, &lignes, &a_part);
		PopActiveSnapshot();
		if (a_part)
		{
			creances_sql(r);
			creances_parametre(r, 2, PointerGetDatum(a_part), false);
			lu = tuplestore_begin_heap(true, false, work_mem);
			desc = creances_lire_lignes(r, lu);
			creances_prendre_lignes(&lignes, lu, desc);
			creances_parametre(r, 2, cles, sans_cles);
			tuplestore_end(lu);
			lu = NULL;
		}
	}
	else
	{
		creances_sql(r);
		lu = tuplestore_begin_heap(true, false, work_mem);
		desc = creances_lire_lignes(r, lu);
		annexe = r->genre == GENRE_CLIENTS || SPI_fnumber(desc, "m_facture") > 0;
		if (r->genre != GENRE_CLIENTS)
			creances_prendre_lignes(&lignes, lu, desc);
	}

	if (r->genre != GENRE_CLIENTS)
	{
		creances_lignes_ranger(&lignes);
		creances_ecrire(e, &lignes);
	}
	if (annexe)
	{
		MemoryContext appelant = CurrentMemoryContext;

		r->entrainantes = r->nuls[1] ? NULL : cles_libres(e, true);
		creances_nommer("lu", desc, lu, tuplestore_tuple_count(lu));
		e->nb += r->genre == GENRE_CLIENTS ? creances_ecrire_clients(r) :
			creances_ecrire_mouvements(r, desc);
		SPI_unregister_relation("lu");
		MemoryContextSwitchTo(appelant);
	}
	if (lu)
		tuplestore_end(lu);
	creances_lignes_finir(&lignes);
}

/*
 * Refresh the facts of these keys (NULL: of the whole table), consuming their
 * journal rows if asked.  Must run in a (sub)transaction that an error ends.
 * *laissees receives the keys that another session holds; they are untouched.
 * Returns the number of receivables written.
 */
uint64
creances_relire(Oid suivi, ArrayType *cles, bool consommer_journal, bool chargement,
				const char *attente, ArrayType **laissees)
{
	MemoryContext appelant = CurrentMemoryContext;
	MemoryContext contexte = AllocSetContextCreate(appelant, "creances: relecture", ALLOCSET_DEFAULT_SIZES);
	Relecture	r;
	Ecriture	e = {0};
	Lecture    *lecture;
	Oid			qui;
	int			restriction;
	int			niveau;
	ArrayType  *prises;
	ArrayType  *libres = NULL;
	int			i;

	MemoryContextSwitchTo(contexte);
	creances_commencer(&r, suivi, cles);
	r.chargement = chargement;
	GetUserIdAndSecContext(&qui, &restriction);
	SetUserIdAndSecContext(r.nous, restriction | SECURITY_LOCAL_USERID_CHANGE);
	niveau = NewGUCNestLevel();
	(void) set_config_option("lock_timeout", attente, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	lecture = creances_lecture(&r);

	e.r = &r;
	e.estate = CreateExecutorState();
	e.par_texte = mots_create(contexte, cles ? creances_nombre_de_cles(cles) : 16, NULL);
	if (cles)
		prendre_cles(&e, cles);
	prises = verrouiller(&e);

	/* the whole table is all or nothing */
	if (cles == NULL && prises == NULL)
	{
		if (consommer_journal)
			consommer(&e);
		lire_et_ecrire(&e, lecture);
	}
	else if (cles != NULL && (prises == NULL || creances_nombre_de_cles(prises) < e.nb_cles))
	{
		if (consommer_journal)
			consommer(&e);
		libres = cles_libres(&e, false);
		creances_parametre(&r, 2, PointerGetDatum(libres), false);
		lire_et_ecrire(&e, lecture);
	}

	for (i = 0; i < NB_FAITS; i++)
		creances_fait_fermer(&e.tables[i]);
	FreeExecutorState(e.estate);
	if (r.sql)
		SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, restriction);
	MemoryContextSwitchTo(appelant);
	*laissees = prises ? DatumGetArrayTypePCopy(PointerGetDatum(prises)) : NULL;
	MemoryContextDelete(contexte);
	return e.nb;
}

/*
 * For the trigger: refresh now, without waiting for anybody.
 */
void
creances_relire_ici(Oid suivi, ArrayType *cles, ArrayType **laissees)
{
	(void) creances_relire(suivi, cles, false, false, ATTENTE_MAX, laissees);
}
