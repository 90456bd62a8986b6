/*-------------------------------------------------------------------------
 *
 * suivi.c
 *	  The trigger that stands on the ERP's tables.
 *
 * One statement-level AFTER trigger a command, with transition tables; where
 * only row triggers fire (what a subscription applies), row by row.  It
 * evaluates nothing of the mapping and reads no table of ours: it appends the
 * keys of the touched rows to the journal creances.a_revoir through the table
 * access method, so the ERP's role needs no right on the extension and no
 * state of ours can make its transaction fail.  In mode 'immediat' it first
 * tries to refresh the facts itself, in a subtransaction (relecture.c), and
 * journals only what could not be refreshed.
 *
 * The trigger's arguments are the tie; pg_dump carries them:
 *	  [0] mode, 'immediat' or 'differe'; followed by ' herite' on a table that
 *		  inherits from the followed one
 *	  [1] the mapping and its options, as JSON (read by relecture.c only)
 *	  [2] the plain column that holds the paid amount, or ''
 *	  [3] the plain column that holds the date of payment, or ''
 *	  [4] the number of key columns, then their names
 *	  ... the names of all columns that the mapping reads
 * Columns are found by name at each call: the ERP may drop or rename one, and
 * its statement must still commit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "creances.h"

#define ARG_MODE		0
#define ARG_REGLE		2
#define ARG_REGLE_LE	3
#define ARG_NB_CLES		4
#define ARG_CLES		5

#define LOT_JOURNAL		500

/* A column of the ERP's table, as this call finds it. */
typedef struct Colonne
{
	AttrNumber	attno;			/* 0: the column is not there any more */
	Oid			type;
	int16		typlen;
	bool		typbyval;
	FmgrInfo	sortie;
} Colonne;

/* What the trigger's arguments say, resolved for this relation. */
typedef struct Lien
{
	bool		immediat;
	int			nb_cles;
	Colonne    *cles;			/* NULL: a key column is gone */
	int			nb_lues;
	Colonne    *lues;			/* NULL: a column that the mapping reads is
								 * gone; every row counts as changed */
	Colonne		regle;			/* attno 0: not a plain numeric column */
	Colonne		regle_le;		/* attno 0: not a plain date column */
} Lien;

/* The touched keys of one statement, with the paid amounts that they show. */
typedef struct Touchees
{
	int			nb;
	int			place;
	Datum	   *cles;			/* text */
	Datum	   *regles;			/* numeric, or 0 */
	Datum	   *dates;			/* date */
	bool	   *sans_date;
} Touchees;

PG_FUNCTION_INFO_V1(creances_suivi);

/*
 * Does this trigger stand on a table that inherits from the followed one?
 */
bool
creances_herite(const Trigger *declencheur)
{
	return declencheur->tgnargs > 0 && strstr(declencheur->tgargs[ARG_MODE], " herite") != NULL;
}

/*
 * The table that is followed when this one inherits: the nearest ancestor that
 * bears a trigger of ours in its own name.
 */
static Oid
ancetre_suivi(Oid relid, Oid fonction)
{
	List	   *file = list_make1_oid(relid);
	Oid			trouve = relid;
	int			i;

	for (i = 0; i < list_length(file) && trouve == relid; i++)
	{
		Relation	rel = table_open(InheritsRelationId, AccessShareLock);
		ScanKeyData cle;
		SysScanDesc parcours;
		HeapTuple	ligne;

		ScanKeyInit(&cle, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ,
					ObjectIdGetDatum(list_nth_oid(file, i)));
		parcours = systable_beginscan(rel, InheritsRelidSeqnoIndexId, true, NULL, 1, &cle);
		while (HeapTupleIsValid(ligne = systable_getnext(parcours)))
			file = list_append_unique_oid(file, ((Form_pg_inherits) GETSTRUCT(ligne))->inhparent);
		systable_endscan(parcours);
		table_close(rel, AccessShareLock);

		if (i + 1 < list_length(file))
		{
			Oid			parent = list_nth_oid(file, i + 1);
			Relation	p = table_open(parent, AccessShareLock);
			int			j;

			for (j = 0; p->trigdesc && j < p->trigdesc->numtriggers; j++)
				if (p->trigdesc->triggers[j].tgfoid == fonction && !creances_herite(&p->trigdesc->triggers[j]))
					trouve = parent;
			table_close(p, NoLock);
		}
	}
	list_free(file);
	return trouve;
}

static bool
trouver_colonne(TupleDesc desc, const char *nom, Colonne *colonne)
{
	int			attno = SPI_fnumber(desc, nom);
	Form_pg_attribute att;

	memset(colonne, 0, sizeof(Colonne));
	if (attno <= 0)
		return false;
	att = TupleDescAttr(desc, attno - 1);
	colonne->attno = attno;
	colonne->type = getBaseType(att->atttypid);
	colonne->typlen = att->attlen;
	colonne->typbyval = att->attbyval;
	return true;
}

/*
 * A type whose text form depends on no setting of the session.
 */
static bool
texte_stable(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NUMERICOID:
		case UUIDOID:
			return true;
		default:
			return false;
	}
}

/*
 * Read the arguments against the relation's present columns.  *textes_stables
 * tells whether the keys print the same in every session.
 */
static void
lire_lien(Trigger *trigger, TupleDesc desc, Lien *lien, bool *textes_stables)
{
	int			i;

	if (trigger->tgnargs <= ARG_CLES)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 creances_errmsg("le déclencheur \"%s\" n'a pas les arguments attendus",
						trigger->tgname),
				 creances_errhint("Il se pose par creances.suivre_factures().")));

	memset(lien, 0, sizeof(Lien));
	lien->immediat = strncmp(trigger->tgargs[ARG_MODE], "immediat", strlen("immediat")) == 0;
	lien->nb_cles = atoi(trigger->tgargs[ARG_NB_CLES]);
	if (lien->nb_cles < 1 || lien->nb_cles > trigger->tgnargs - ARG_CLES)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 creances_errmsg("le déclencheur \"%s\" n'a pas les arguments attendus",
						trigger->tgname)));

	*textes_stables = true;
	lien->cles = palloc(sizeof(Colonne) * lien->nb_cles);
	for (i = 0; i < lien->nb_cles; i++)
	{
		Oid			sortie;
		bool		varlena;

		if (!trouver_colonne(desc, trigger->tgargs[ARG_CLES + i], &lien->cles[i]))
		{
			lien->cles = NULL;
			break;
		}
		getTypeOutputInfo(lien->cles[i].type, &sortie, &varlena);
		fmgr_info(sortie, &lien->cles[i].sortie);
		*textes_stables = *textes_stables && texte_stable(lien->cles[i].type);
	}

	lien->nb_lues = trigger->tgnargs - ARG_CLES - lien->nb_cles;
	lien->lues = palloc(sizeof(Colonne) * Max(lien->nb_lues, 1));
	for (i = 0; i < lien->nb_lues; i++)
	{
		if (!trouver_colonne(desc,
							 trigger->tgargs[ARG_CLES + lien->nb_cles + i],
							 &lien->lues[i]))
		{
			lien->lues = NULL;
			break;
		}
	}

	if (trouver_colonne(desc, trigger->tgargs[ARG_REGLE], &lien->regle) &&
		lien->regle.type != NUMERICOID && lien->regle.type != INT8OID &&
		lien->regle.type != INT4OID)
		lien->regle.attno = 0;
	if (trouver_colonne(desc, trigger->tgargs[ARG_REGLE_LE], &lien->regle_le) &&
		lien->regle_le.type != DATEOID)
		lien->regle_le.attno = 0;
}

/*
 * The key of a row as the ERP prints it: the text of its column, or of an
 * array of them when there are several.
 */
static Datum
cle_de(TupleTableSlot *ligne, Lien *lien)
{
	Datum	   *textes;
	int			i;
	ArrayType  *tableau;

	if (lien->nb_cles == 1)
	{
		bool		isnull;
		Datum		d = slot_getattr(ligne, lien->cles[0].attno, &isnull);

		if (isnull)
			return (Datum) 0;
		return CStringGetTextDatum(OutputFunctionCall(&lien->cles[0].sortie, d));
	}

	textes = palloc(sizeof(Datum) * lien->nb_cles);
	for (i = 0; i < lien->nb_cles; i++)
	{
		bool		isnull;
		Datum		d = slot_getattr(ligne, lien->cles[i].attno, &isnull);

		if (isnull)
			return (Datum) 0;
		textes[i] = CStringGetTextDatum(OutputFunctionCall(&lien->cles[i].sortie, d));
	}
	tableau = construct_array(textes, lien->nb_cles, TEXTOID, -1, false, TYPALIGN_INT);
	return CStringGetTextDatum(OidOutputFunctionCall(F_ARRAY_OUT,
													 PointerGetDatum(tableau)));
}

/*
 * Are these columns the same in both rows?  Bytewise, after detoasting: a
 * value that is merely written again does not count as a change.
 */
static bool
memes_colonnes(TupleTableSlot *avant, TupleTableSlot *apres,
			   Colonne *colonnes, int nb)
{
	int			i;

	for (i = 0; i < nb; i++)
	{
		bool		null_avant,
					null_apres;
		Datum		a = slot_getattr(avant, colonnes[i].attno, &null_avant);
		Datum		b = slot_getattr(apres, colonnes[i].attno, &null_apres);

		if (null_avant != null_apres)
			return false;
		if (!null_avant &&
			!datum_image_eq(a, b, colonnes[i].typbyval, colonnes[i].typlen))
			return false;
	}
	return true;
}

/*
 * Note the row's key and, when it is a state of the row (not one that it has
 * left), the paid amount that it shows: NULL counts as nothing paid, so that a
 * NULL in the journal means "this key was left" (or no plain column).
 */
static void
ajouter_touchee(Touchees *t, TupleTableSlot *ligne, Lien *lien, bool quittee)
{
	Datum		cle = cle_de(ligne, lien);
	bool		isnull;

	if (cle == (Datum) 0)
		return;
	if (t->nb == t->place)
	{
		t->place = t->place ? t->place * 2 : 8;
		if (t->cles == NULL)
		{
			t->cles = palloc(sizeof(Datum) * t->place);
			t->regles = palloc(sizeof(Datum) * t->place);
			t->dates = palloc(sizeof(Datum) * t->place);
			t->sans_date = palloc(sizeof(bool) * t->place);
		}
		else
		{
			t->cles = repalloc_huge(t->cles, sizeof(Datum) * t->place);
			t->regles = repalloc_huge(t->regles, sizeof(Datum) * t->place);
			t->dates = repalloc_huge(t->dates, sizeof(Datum) * t->place);
			t->sans_date = repalloc_huge(t->sans_date, sizeof(bool) * t->place);
		}
	}
	t->cles[t->nb] = cle;
	t->regles[t->nb] = (Datum) 0;
	t->sans_date[t->nb] = true;
	if (!quittee && lien->regle.attno != 0)
	{
		Datum		d = slot_getattr(ligne, lien->regle.attno, &isnull);

		if (isnull)
			t->regles[t->nb] = NumericGetDatum(int64_to_numeric(0));
		else if (lien->regle.type == NUMERICOID)
			t->regles[t->nb] = PointerGetDatum(PG_DETOAST_DATUM_COPY(d));
		else
			t->regles[t->nb] = NumericGetDatum(int64_to_numeric(lien->regle.type == INT4OID ?
																DatumGetInt32(d) :
																DatumGetInt64(d)));
	}
	if (!quittee && lien->regle_le.attno != 0)
	{
		t->dates[t->nb] = slot_getattr(ligne, lien->regle_le.attno, &isnull);
		t->sans_date[t->nb] = isnull;
	}
	t->nb++;
}

/*
 * A transition table may be shared with the ERP's own triggers: read it
 * through a pointer of our own.
 */
static int
ouvrir(Tuplestorestate *table)
{
	int			pointeur = tuplestore_alloc_read_pointer(table, EXEC_FLAG_REWIND);

	tuplestore_select_read_pointer(table, pointeur);
	tuplestore_rescan(table);
	return pointeur;
}

static bool
lire(Tuplestorestate *table, int pointeur, TupleTableSlot *ligne)
{
	tuplestore_select_read_pointer(table, pointeur);
	return tuplestore_gettupleslot(table, true, false, ligne);
}

/*
 * Note a row that was updated, unless nothing that we read has changed.
 */
static void
comparer(Touchees *touchees, TupleTableSlot *avant, TupleTableSlot *apres, Lien *lien)
{
	if (avant && apres && memes_colonnes(avant, apres, lien->cles, lien->nb_cles))
	{
		if (lien->lues == NULL ||
			!memes_colonnes(avant, apres, lien->lues, lien->nb_lues))
			ajouter_touchee(touchees, apres, lien, false);
		return;
	}
	if (avant)
		ajouter_touchee(touchees, avant, lien, true);
	if (apres)
		ajouter_touchee(touchees, apres, lien, false);
}

/*
 * The keys that the statement has touched.  An UPDATE is compared with its old
 * rows in step; where the key differs (or the rows got out of step because a
 * row trigger has suppressed one), both keys count.
 */
static void
recueillir(TriggerData *trigdata, Lien *lien, Touchees *touchees)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);
	TupleTableSlot *apres;

	if (TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
	{
		if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
			comparer(touchees, trigdata->tg_trigslot, trigdata->tg_newslot, lien);
		else
			ajouter_touchee(touchees, trigdata->tg_trigslot, lien,
							TRIGGER_FIRED_BY_DELETE(trigdata->tg_event));
		return;
	}

	apres = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		TupleTableSlot *avant = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
		int			p_avant = ouvrir(trigdata->tg_oldtable);
		int			p_apres = ouvrir(trigdata->tg_newtable);

		for (;;)
		{
			bool		y_avant = lire(trigdata->tg_oldtable, p_avant, avant);
			bool		y_apres = lire(trigdata->tg_newtable, p_apres, apres);

			if (!y_avant && !y_apres)
				break;
			CHECK_FOR_INTERRUPTS();
			comparer(touchees, y_avant ? avant : NULL, y_apres ? apres : NULL, lien);
		}
		ExecDropSingleTupleTableSlot(avant);
	}
	else
	{
		bool		quittee = !TRIGGER_FIRED_BY_INSERT(trigdata->tg_event);
		Tuplestorestate *table = quittee ? trigdata->tg_oldtable : trigdata->tg_newtable;
		int			pointeur = ouvrir(table);

		while (lire(table, pointeur, apres))
		{
			CHECK_FOR_INTERRUPTS();
			ajouter_touchee(touchees, apres, lien, quittee);
		}
	}
	ExecDropSingleTupleTableSlot(apres);
}

/*
 * Append to the journal, without SPI, index or right.  touchees NULL: one row
 * without key, "the whole table".
 */
static void
journaliser(Oid suivi, Touchees *touchees)
{
	Oid			schema = get_namespace_oid("creances", true);
	Oid			relid = OidIsValid(schema) ? get_relname_relid("a_revoir", schema) : InvalidOid;
	int			nb = touchees ? touchees->nb : 1;
	Relation	journal;
	BulkInsertState lot;
	TupleTableSlot **lignes;
	CommandId	cid = GetCurrentCommandId(true);
	Datum		instant = TimestampTzGetDatum(GetCurrentTimestamp());
	Datum		transaction = FullTransactionIdGetDatum(GetTopFullTransactionId());
	int			i,
				n = 0;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 creances_errmsg("la table creances.a_revoir n'existe pas")));
	journal = table_open(relid, RowExclusiveLock);
	lot = nb > LOT_JOURNAL / 10 ? GetBulkInsertState() : NULL;
	lignes = palloc0(sizeof(TupleTableSlot *) * Min(nb, LOT_JOURNAL));

	for (i = 0; i < nb; i++)
	{
		TupleTableSlot *ligne;

		if (lignes[n] == NULL)
			lignes[n] = table_slot_create(journal, NULL);
		ligne = ExecClearTuple(lignes[n]);
		memset(ligne->tts_isnull, true, sizeof(bool) * ligne->tts_tupleDescriptor->natts);
		ligne->tts_values[0] = ObjectIdGetDatum(suivi);
		ligne->tts_isnull[0] = false;
		ligne->tts_values[2] = instant;
		ligne->tts_isnull[2] = false;
		ligne->tts_values[3] = transaction;
		ligne->tts_isnull[3] = false;
		if (touchees)
		{
			ligne->tts_values[1] = touchees->cles[i];
			ligne->tts_isnull[1] = false;
			ligne->tts_values[4] = touchees->regles[i];
			ligne->tts_isnull[4] = touchees->regles[i] == (Datum) 0;
			ligne->tts_values[5] = touchees->dates[i];
			ligne->tts_isnull[5] = touchees->sans_date[i];
		}
		ExecStoreVirtualTuple(ligne);
		if (nb == 1)
			table_tuple_insert(journal, ligne, cid, 0, NULL);
		else if (++n == LOT_JOURNAL || i == nb - 1)
		{
			table_multi_insert(journal, lignes, n, cid, 0, lot);
			n = 0;
		}
	}
	for (i = 0; i < Min(nb, LOT_JOURNAL); i++)
		if (lignes[i])
			ExecDropSingleTupleTableSlot(lignes[i]);
	if (lot)
	{
		FreeBulkInsertState(lot);
		table_finish_bulk_insert(journal, 0);
	}
	table_close(journal, NoLock);
}

typedef struct Immediat
{
	Oid			suivi;
	ArrayType  *cles;
	ArrayType  *laissees;
} Immediat;

static void
relire_ici(void *arg)
{
	Immediat   *im = (Immediat *) arg;

	creances_relire_ici(im->suivi, im->cles, &im->laissees);
}

/*
 * Keep of the touched rows only those whose key another session had locked.
 * When there are many, keep all: reading a row again changes nothing.
 */
static void
garder(Touchees *t, ArrayType *laissees)
{
	Datum	   *cles;
	int			nb,
				i,
				j,
				n = 0;

	deconstruct_array(laissees, TEXTOID, -1, false, TYPALIGN_INT, &cles, NULL, &nb);
	if (nb > 100)
		return;
	for (i = 0; i < t->nb; i++)
	{
		for (j = 0; j < nb; j++)
			if (datum_image_eq(t->cles[i], cles[j], false, -1))
				break;
		if (j == nb)
			continue;
		t->cles[n] = t->cles[i];
		t->regles[n] = t->regles[i];
		t->dates[n] = t->dates[i];
		t->sans_date[n] = t->sans_date[i];
		n++;
	}
	t->nb = n;
}

/*
 * creances._suivi(): the trigger function.
 */
Datum
creances_suivi(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	Relation	rel;
	Oid			suivi;
	Lien		lien;
	Touchees	touchees = {0};
	bool		table_entiere;
	bool		textes_stables;
	Immediat	im = {0};

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		!TRIGGER_FIRED_AFTER(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 creances_errmsg("creances._suivi() ne s'appelle que par un déclencheur AFTER"),
				 creances_errhint("Il se pose par creances.suivre_factures().")));

	if (TRIGGER_FIRED_FOR_STATEMENT(trigdata->tg_event) &&
		((TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) && !trigdata->tg_newtable) ||
		 (TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) && !trigdata->tg_oldtable) ||
		 (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) &&
		  (!trigdata->tg_newtable || !trigdata->tg_oldtable))))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 creances_errmsg("le déclencheur \"%s\" n'a pas ses tables de transition",
								 trigdata->tg_trigger->tgname),
				 creances_errhint("Il se pose par creances.suivre_factures().")));

	rel = trigdata->tg_relation;
	lire_lien(trigdata->tg_trigger, RelationGetDescr(rel), &lien, &textes_stables);
	suivi = RelationGetRelid(rel);
	if (rel->rd_rel->relispartition)
		suivi = llast_oid(get_partition_ancestors(suivi));
	else if (creances_herite(trigdata->tg_trigger))
		suivi = ancetre_suivi(suivi, trigdata->tg_trigger->tgfoid);

	table_entiere = TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event) || lien.cles == NULL;
	if (!table_entiere)
	{
		/* as postgres_fdw does: the text of a key must read back anywhere */
		int			niveau = 0;

		if (!textes_stables)
			niveau = creances_textes_stables();
		recueillir(trigdata, &lien, &touchees);
		if (!textes_stables)
			AtEOXact_GUC(true, niveau);
		if (touchees.nb == 0)
			return PointerGetDatum(NULL);
	}

	/*
	 * Refreshing reads the facts; under SERIALIZABLE that would entangle the
	 * ERP's transaction with others through our tables.  There, only journal.
	 */
	if (lien.immediat && !IsolationIsSerializable())
	{
		im.suivi = suivi;
		if (!table_entiere)
			im.cles = construct_array(touchees.cles, touchees.nb, TEXTOID, -1, false, TYPALIGN_INT);
		if (creances_essayer(relire_ici, &im) == NULL)
		{
			if (im.laissees == NULL)
				return PointerGetDatum(NULL);
			if (!table_entiere)
				garder(&touchees, im.laissees);
		}
	}
	journaliser(suivi, table_entiere ? NULL : &touchees);
	return PointerGetDatum(NULL);
}
