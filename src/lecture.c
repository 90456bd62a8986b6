/*-------------------------------------------------------------------------
 *
 * lecture.c
 *	  What the tie of a followed table says, and its rows read by SQL.
 *
 * The mapping is the user's SQL: it is evaluated as the present owner of the
 * ERP's table, in a security-restricted operation, with a fixed search_path
 * and row_security off (a hidden row must be an error, never a deletion), into
 * a tuplestore.  A tie whose values are plain columns needs none of that: see
 * lecture_directe.c.
 *
 *-------------------------------------------------------------------------
 */
#include "lecture.h"

#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

static HTAB *lectures = NULL;

/*
 * A text of the tie's options, NULL when it is absent or null.
 */
char *
creances_option(Jsonb *options, const char *nom)
{
	JsonbValue	tampon;
	JsonbValue *v = getKeyJsonValueFromContainer(&options->root, nom, strlen(nom), &tampon);

	return v && v->type == jbvString ?
		pnstrdup(v->val.string.val, v->val.string.len) : NULL;
}

static void
oublier_lecture(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS parcours;
	Lecture    *l;

	if (OidIsValid(relid))
	{
		l = hash_search(lectures, &relid, HASH_FIND, NULL);
		if (l)
			l->valide = false;
		return;
	}
	hash_seq_init(&parcours, lectures);
	while ((l = hash_seq_search(&parcours)) != NULL)
		l->valide = false;
}

/*
 * The trigger that ties this table; NULL when it is not followed.
 */
static Trigger *
declencheur_de(Relation rel)
{
	Oid			fonction = LookupFuncName(list_make2(makeString("creances"), makeString("_suivi")),
										  0, NULL, true);
	int			i;

	for (i = 0; rel->trigdesc && i < rel->trigdesc->numtriggers; i++)
	{
		Trigger    *t = &rel->trigdesc->triggers[i];

		if (t->tgfoid == fonction && TRIGGER_FOR_INSERT(t->tgtype) && t->tgnargs > 5 &&
			!creances_herite(t))
			return t;
	}
	return NULL;
}

/*
 * Is this table followed?
 */
bool
creances_suivie(Oid relid)
{
	Relation	rel = try_table_open(relid, AccessShareLock);
	bool		suivie = rel != NULL && declencheur_de(rel) != NULL;

	if (rel)
		table_close(rel, NoLock);
	return suivie;
}

/*
 * What the tie of r's table says, read again whenever the table has changed.
 */
Lecture *
creances_lecture(Relecture *r)
{
	Relation	rel = try_table_open(r->suivi, AccessShareLock);
	Trigger    *t;
	Lecture    *l;
	bool		connue;

	if (lectures == NULL)
	{
		HASHCTL		ctl = {0};

		ctl.keysize = sizeof(Oid);
		ctl.entrysize = sizeof(Lecture);
		lectures = hash_create("creances: lectures", 16, &ctl, HASH_ELEM | HASH_BLOBS);
		CacheRegisterRelcacheCallback(oublier_lecture, (Datum) 0);
	}
	l = hash_search(lectures, &r->suivi, HASH_ENTER, &connue);
	if (!connue)
	{
		Oid			relid = l->relid;

		memset(l, 0, sizeof(Lecture));
		l->relid = relid;
	}
	if (!l->valide || rel == NULL)
	{
		Jsonb	   *options;
		char	   *depuis,
				   *reprise,
				   *genre;

		t = rel ? declencheur_de(rel) : NULL;
		if (t == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_CREANCES_ETAT),
					 creances_errmsg("la table \"%s\" n'est pas suivie",
									 get_rel_name(r->suivi) ? get_rel_name(r->suivi) : "?"),
					 creances_errhint("Suivez-la par creances.suivre_factures().")));
		options = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(t->tgargs[1])));
		depuis = creances_option(options, "depuis");
		reprise = creances_option(options, "reprise");
		genre = creances_option(options, "genre");
		/* the text of the query follows the tie and the table's name */
		if (l->declencheur != t->tgoid ||
			l->schema != RelationGetNamespace(rel) ||
			strcmp(NameStr(l->nom), RelationGetRelationName(rel)) != 0)
		{
			if (l->par_cles)
				SPI_freeplan(l->par_cles);
			if (l->entiere)
				SPI_freeplan(l->entiere);
			l->par_cles = l->entiere = NULL;
		}
		l->depuis = depuis ?
			DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(depuis))) :
			DATEVAL_NOBEGIN;
		strlcpy(l->reprise, reprise ? reprise : "progressive", sizeof(l->reprise));
		l->genre = genre == NULL || strcmp(genre, "factures") == 0 ? GENRE_FACTURES :
			strcmp(genre, "clients") == 0 ? GENRE_CLIENTS : GENRE_REGLEMENTS;
		l->declencheur = t->tgoid;
		l->schema = RelationGetNamespace(rel);
		namestrcpy(&l->nom, RelationGetRelationName(rel));
		if (l->contexte == NULL)
			l->contexte = AllocSetContextCreate(TopMemoryContext, "creances: lecture",
												ALLOCSET_SMALL_SIZES);
		MemoryContextReset(l->contexte);
		l->directe = creances_lecture_directe(l, rel, t, options);
		l->valide = true;
	}
	r->genre = l->genre;
	r->depuis = l->depuis;
	r->reprise = l->reprise;
	creances_parametre(r, 4, DateADTGetDatum(l->depuis), DATE_NOT_FINITE(l->depuis));
	table_close(rel, NoLock);
	return l;
}

/*
 * Read the rows of r's keys by SQL, as the owner of the ERP's table.
 */
TupleDesc
creances_lire_lignes(Relecture *r, Tuplestorestate *lu)
{
	Lecture    *l = creances_lecture(r);
	SPIPlanPtr *place = r->nuls[1] ? &l->entiere : &l->par_cles;
	SPIPlanPtr volatile plan;
	Identite	avant;
	TupleDesc	desc;

	if (*place == NULL)
	{
		char	   *texte;
		SPIPlanPtr	p;

		creances_executer(r, ORDRE_REQUETE, NULL);
		texte = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		creances_devenir_proprietaire(r->suivi, &avant);
		p = creances_preparer(texte);
		creances_redevenir(&avant);
		SPI_keepplan(p);
		*place = p;
	}

	/*
	 * The plan is out of its place while it runs: the mapping may write to
	 * the table, and so refresh it, and on error it is planned afresh next
	 * time (a column may have changed type).
	 */
	plan = *place;
	*place = NULL;
	PG_TRY();
	{
		creances_devenir_proprietaire(r->suivi, &avant);
		creances_executer_plan(r, plan, lu);
		creances_redevenir(&avant);
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

static Datum
varlena_ou_rien(TupleTableSlot *s, int attno)
{
	bool		isnull;
	Datum		d;

	if (attno <= 0)
		return (Datum) 0;
	d = slot_getattr(s, attno, &isnull);
	return isnull ? (Datum) 0 : PointerGetDatum(PG_DETOAST_DATUM_PACKED(d));
}

static DateADT
date_ou_rien(TupleTableSlot *s, int attno)
{
	bool		isnull;
	Datum		d = attno > 0 ? slot_getattr(s, attno, &isnull) : (isnull = true, (Datum) 0);

	return isnull ? SANS_DATE : DatumGetDateADT(d);
}

/*
 * Take the rows that SQL has read.
 */
void
creances_prendre_lignes(Lignes *lignes, Tuplestorestate *lu, TupleDesc desc)
{
	TupleTableSlot *s = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	int			c_cle = SPI_fnumber(desc, "cle"),
				c_creancier = SPI_fnumber(desc, "creancier"),
				c_facture = SPI_fnumber(desc, "facture"),
				c_rang = SPI_fnumber(desc, "rang"),
				c_debiteur = SPI_fnumber(desc, "debiteur"),
				c_nature = SPI_fnumber(desc, "nature"),
				c_devise = SPI_fnumber(desc, "devise"),
				c_montant = SPI_fnumber(desc, "montant"),
				c_regle = SPI_fnumber(desc, "regle"),
				c_code = SPI_fnumber(desc, "code"),
				c_motif = SPI_fnumber(desc, "motif"),
				c_emission = SPI_fnumber(desc, "emission"),
				c_livraison = SPI_fnumber(desc, "livraison"),
				c_echeance = SPI_fnumber(desc, "echeance"),
				c_regle_le = SPI_fnumber(desc, "regle_le"),
				c_suivie = SPI_fnumber(desc, "suivie"),
				c_lie = SPI_fnumber(desc, "m_lie");
	bool		isnull;

	while (tuplestore_gettupleslot(lu, true, false, s))
	{
		Ligne		l;
		Datum		rang;

		CHECK_FOR_INTERRUPTS();
		l.cle = varlena_ou_rien(s, c_cle);
		l.creancier = varlena_ou_rien(s, c_creancier);
		l.facture = varlena_ou_rien(s, c_facture);
		l.debiteur = varlena_ou_rien(s, c_debiteur);
		l.nature = varlena_ou_rien(s, c_nature);
		l.devise = varlena_ou_rien(s, c_devise);
		l.montant = varlena_ou_rien(s, c_montant);
		l.regle = varlena_ou_rien(s, c_regle);
		l.code = varlena_ou_rien(s, c_code);
		l.motif = varlena_ou_rien(s, c_motif);
		l.emission = date_ou_rien(s, c_emission);
		l.livraison = date_ou_rien(s, c_livraison);
		l.echeance = date_ou_rien(s, c_echeance);
		l.regle_le = date_ou_rien(s, c_regle_le);
		rang = slot_getattr(s, c_rang, &isnull);
		l.rang = isnull ? 0 : DatumGetInt32(rang);
		l.suivie = DatumGetBool(slot_getattr(s, c_suivie, &isnull));
		l.imputee = c_lie > 0 && DatumGetBool(slot_getattr(s, c_lie, &isnull));
		creances_lignes_ajouter(lignes, &l);
	}
	ExecDropSingleTupleTableSlot(s);
	tuplestore_rescan(lu);
}
