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
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"

#include "creances.h"

/* What creances_relire_ici() may wait for another session, in milliseconds. */
#define ATTENTE_MAX		"10"

/* The read of one followed table, as this session has planned it. */
typedef struct Lecture
{
	Oid			relid;			/* key */
	Oid			declencheur;
	Oid			schema;
	NameData	nom;
	DateADT		depuis;			/* DATEVAL_NOBEGIN: none */
	char		reprise[16];
	Genre		genre;
	SPIPlanPtr	par_cles;
	SPIPlanPtr	entiere;
} Lecture;

static HTAB *lectures = NULL;

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
		char	   *genre = option_texte(options, "genre");

		oublier(l);
		l->depuis = depuis ?
			DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(depuis))) :
			DATEVAL_NOBEGIN;
		strlcpy(l->reprise, reprise ? reprise : "progressive", sizeof(l->reprise));
		l->genre = genre == NULL || strcmp(genre, "factures") == 0 ? GENRE_FACTURES :
			strcmp(genre, "clients") == 0 ? GENRE_CLIENTS : GENRE_REGLEMENTS;
		l->declencheur = declencheur;
		l->schema = get_rel_namespace(r->suivi);
		namestrcpy(&l->nom, get_rel_name(r->suivi));
	}
	r->genre = l->genre;
	creances_parametre(r, 4, DateADTGetDatum(l->depuis), DATE_NOT_FINITE(l->depuis));
	creances_parametre(r, 5, CStringGetTextDatum(l->reprise), false);

	plan = r->nuls[1] ? &l->entiere : &l->par_cles;
	if (*plan == NULL)
	{
		char	   *texte;
		SPIPlanPtr	p;
		Identite	avant;

		creances_executer(r, ORDRE_REQUETE, NULL);
		texte = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		creances_devenir_proprietaire(r->suivi, &avant);
		p = creances_preparer(texte);
		creances_redevenir(&avant);
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
	Identite	avant;

	creances_devenir_proprietaire(r->suivi, &avant);
	creances_executer_plan(r, plan, sortie);
	creances_redevenir(&avant);
}

/*
 * Read the rows of r's keys, as the owner of the ERP's table.
 */
TupleDesc
creances_lire_lignes(Relecture *r, Tuplestorestate *lu)
{
	Lecture    *lecture = lecture_de(r);
	SPIPlanPtr *place = r->nuls[1] ? &lecture->entiere : &lecture->par_cles;
	SPIPlanPtr volatile plan = *place;
	TupleDesc	desc;

	/*
	 * The plan is out of its place while it runs: the mapping may write to
	 * the table, and so refresh it, and on error it is planned afresh next
	 * time (a column may have changed type).
	 */
	*place = NULL;
	PG_TRY();
	{
		executer_comme_proprietaire(r, plan, lu);
		desc = creances_description(plan);
	}
	PG_CATCH();
	{
		SPI_freeplan(plan);
		PG_RE_THROW();
	}
	PG_END_TRY();
	if (*place == NULL)
		*place = plan;
	else
		SPI_freeplan(plan);
	return desc;
}

/*
 * Read them and give them to the next statements as "lu".
 */
static Tuplestorestate *
lire_table(Relecture *r, TupleDesc *desc)
{
	Tuplestorestate *lu = tuplestore_begin_heap(true, false, work_mem);

	*desc = creances_lire_lignes(r, lu);
	creances_nommer("lu", *desc, lu, tuplestore_tuple_count(lu));
	return lu;
}

int
creances_nombre_de_cles(ArrayType *cles)
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
				c_tiers = SPI_fnumber(desc, "tiers");

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
			n->mouvements += vrai(ligne, c_bougee);
		}
		else if (strcmp(action, "maj") == 0)
		{
			bool		changee = vrai(ligne, c_changee);
			bool		bougee = vrai(ligne, c_bougee);

			n->changees += changee;
			n->majs += changee || bougee;
			n->mouvements += bougee;
		}
		else if (strcmp(action, "conflit") == 0)
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 creances_errmsg("une autre session vient d'enregistrer la même facture")));
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
	ArrayType  *neuves;
	bool		isnull;
	Datum		d;

	creances_executer(r, ORDRE_VERROUILLER, NULL);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	*libres = isnull ? NULL : DatumGetArrayTypePCopy(d);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	*laissees = isnull ? NULL : DatumGetArrayTypePCopy(d);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, &isnull);
	neuves = isnull ? NULL : DatumGetArrayTypePCopy(d);
	creances_parametre(r, 6, PointerGetDatum(neuves), neuves == NULL);
	d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4, &isnull);
	*anomalies = DatumGetBool(d);
	SPI_freetuptable(SPI_tuptable);
}

/*
 * The dated movements: what the rows themselves show, or the steps that the
 * journal saw.  These are joined with nothing but tuplestores: never row by row.
 */
static void
ecrire_mouvements(Relecture *r)
{
	int			niveau;

	if (!r->pas)
	{
		creances_executer(r, ORDRE_MOUVEMENTS, NULL);
		return;
	}
	niveau = NewGUCNestLevel();
	(void) set_config_option("enable_nestloop", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	(void) set_config_option("enable_hashjoin", "on", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	creances_executer(r, ORDRE_MOUVEMENTS_PAS, NULL);
	AtEOXact_GUC(true, niveau);
}

/*
 * Read the rows of r's keys and write the facts, all rows being locked.
 * "pas" is already registered.  Returns the number of receivables written.
 */
static uint64
ecrire(Relecture *r, bool anomalies)
{
	TupleDesc	desc_lu;
	Tuplestorestate *lu = lire_table(r, &desc_lu);
	uint64		nb_lues = tuplestore_tuple_count(lu);
	Tuplestorestate *classees;
	TupleDesc	desc;
	Comptes		n;
	bool		manquantes;
	uint64		nb;

	if (r->genre == GENRE_CLIENTS)
	{
		nb = creances_ecrire_clients(r);
		SPI_unregister_relation("lu");
		tuplestore_end(lu);
		return nb;
	}
	classees = tuplestore_begin_heap(true, false, work_mem);
	manquantes = r->nuls[1] ||
		nb_lues < (uint64) creances_nombre_de_cles(DatumGetArrayTypeP(r->valeurs[1]));
	r->nb = nb_lues;
	desc = creances_executer_et_decrire(r, ORDRE_CLASSER, classees);
	compter(classees, desc, &n);
	creances_nommer("classees", desc, classees, nb_lues);

	if (n.tiers)
	{
		creances_executer(r, ORDRE_TIERS_CREANCIER, NULL);
		creances_executer(r, ORDRE_TIERS_DEBITEUR, NULL);
	}
	if (manquantes || n.quittes)
	{
		Datum		reprise = r->valeurs[4];
		bool		nul = r->nuls[4];

		creances_parametre(r, 5, (Datum) 0, true);
		if (creances_executer(r, ORDRE_VERSIONS_RETRAIT, NULL) > 0)
		{
			creances_executer(r, ORDRE_RETIRER, NULL);
			creances_executer(r, ORDRE_DOUBLONS, NULL);
		}
		creances_parametre(r, 5, reprise, nul);
	}
	if (n.changees)
		creances_executer(r, ORDRE_VERSIONS, NULL);
	if (n.neuves && creances_executer(r, ORDRE_INSERER, NULL) != n.neuves)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 creances_errmsg("une autre session vient d'enregistrer la même facture")));
	if (n.mouvements)
		ecrire_mouvements(r);
	if (n.neuves && r->pas)
		creances_executer(r, ORDRE_SOLDEES, NULL);
	if (n.majs)
		creances_executer(r, ORDRE_METTRE_A_JOUR, NULL);
	if (n.majs || n.neuves)
		creances_executer(r, ORDRE_A_DECIDER, NULL);
	if (anomalies)
		creances_executer(r, ORDRE_ANOMALIES_LEVEES, NULL);
	if (n.anomalies)
		creances_executer(r, ORDRE_ANOMALIES, NULL);

	nb = n.neuves + n.majs;

	/* payments, linked credit notes: once the receivables are written */
	if (SPI_fnumber(desc_lu, "m_facture") > 0)
		nb += creances_ecrire_mouvements(r, desc_lu);

	SPI_unregister_relation("classees");
	SPI_unregister_relation("lu");
	tuplestore_end(classees);
	tuplestore_end(lu);
	return nb;
}

/*
 * Refresh the facts of these keys (NULL: of the whole table), consuming their
 * journal rows if asked.  Must run in a (sub)transaction that an error ends.
 * *laissees receives the keys that another session holds; they are untouched.
 */
uint64
creances_relire(Oid suivi, ArrayType *cles, bool consommer, bool chargement,
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

	creances_commencer(&r, suivi, cles);
	creances_parametre(&r, 3, BoolGetDatum(chargement), false);
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = creances_reglages_fixes();
	if (cles != NULL)
		creances_par_index(r.nb <= GRAND_NOMBRE);
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
			creances_parametre(&r, 2, PointerGetDatum(libres), false);
		if (consommer)
		{
			Tuplestorestate *lignes = tuplestore_begin_heap(false, false, work_mem);
			TupleTableSlot *ligne = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);

			/* steps of the paid amount */
			creances_executer(&r, ORDRE_CONSOMMER, lignes);
			while (tuplestore_gettupleslot(lignes, true, false, ligne))
			{
				bool		sans_cle;

				(void) slot_getattr(ligne, 1, &sans_cle);
				if (!sans_cle)
					tuplestore_puttupleslot(pas, ligne);
			}
			ExecDropSingleTupleTableSlot(ligne);
			tuplestore_end(lignes);

			if (cles != NULL)
			{
				bool		isnull;
				Datum		d;

				creances_executer(&r, ORDRE_CONSOMMEES, NULL);
				d = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
				creances_parametre(&r, 2, isnull ? PointerGetDatum(construct_empty_array(TEXTOID)) : d, false);
			}
		}
		r.pas = tuplestore_tuple_count(pas) > 0;
		creances_nommer("pas", desc, pas, tuplestore_tuple_count(pas));
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
	(void) creances_relire(suivi, cles, false, false, ATTENTE_MAX, laissees);
}
