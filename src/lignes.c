/*-------------------------------------------------------------------------
 *
 * lignes.c
 *	  The rows that a refresh has read, in order, and sets of texts.
 *
 * Rows are taken in the order of their numbers: two of one number meet, access
 * to the indexes of the facts is local, and two sessions that bring the same
 * new numbers write them in the same order.  Those of a set of keys are kept in
 * memory; those of a whole table go through tuplesort, which spills to disk.
 *
 *-------------------------------------------------------------------------
 */
#include "lignes.h"

#include "access/tupdesc.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/typcache.h"
#include "utils/varlena.h"

#define SH_PREFIX		mots
#define SH_ELEMENT_TYPE	Entree
#define SH_KEY_TYPE		Mot
#define SH_KEY			mot
#define SH_HASH_KEY(t, k)	hash_bytes((const unsigned char *) (k).p, (k).n)
#define SH_EQUAL(t, a, b)	((a).n == (b).n && memcmp((a).p, (b).p, (a).n) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(t, a)	((a)->hash)
#define SH_SCOPE		extern
#define SH_DEFINE
#include "lib/simplehash.h"

/* Columns of a row in a sort */
static const Oid types_tri[] = {
	TEXTOID, TEXTOID, INT4OID, TEXTOID,	/* the order */
	TEXTOID, TEXTOID, TEXTOID, NUMERICOID, NUMERICOID, TEXTOID, TEXTOID,
	DATEOID, DATEOID, DATEOID, DATEOID, BOOLOID, BOOLOID
};

#define NB_TRI		((int) lengthof(types_tri))
#define NB_ORDRE	4

/*
 * Number of this text in the set; it is put there under this number if it is
 * not yet.  The text must live as long as the set.
 */
int
creances_mot(mots_hash *mots, Datum texte, int numero, bool *connu)
{
	Mot			mot = {VARDATA_ANY(DatumGetPointer(texte)), VARSIZE_ANY_EXHDR(DatumGetPointer(texte))};
	Entree	   *e = mots_insert(mots, mot, connu);

	if (!*connu)
		e->numero = numero;
	return e->numero;
}

/* Its number, -1 if it is not in the set */
int
creances_mot_connu(mots_hash *mots, Datum texte)
{
	Mot			mot = {VARDATA_ANY(DatumGetPointer(texte)), VARSIZE_ANY_EXHDR(DatumGetPointer(texte))};
	Entree	   *e = mots_lookup(mots, mot);

	return e ? e->numero : -1;
}

void
creances_lignes_commencer(Lignes *l, bool tres_nombreuses)
{
	memset(l, 0, sizeof(Lignes));
	l->contexte = CurrentMemoryContext;
	if (tres_nombreuses)
	{
		TupleDesc	desc = CreateTemplateTupleDesc(NB_TRI);
		AttrNumber	colonnes[NB_ORDRE];
		Oid			operateurs[NB_ORDRE];
		Oid			collations[NB_ORDRE];
		bool		nuls[NB_ORDRE];
		int			i;

		for (i = 0; i < NB_TRI; i++)
			TupleDescInitEntry(desc, i + 1, "", types_tri[i], -1, 0);
		for (i = 0; i < NB_ORDRE; i++)
		{
			colonnes[i] = i + 1;
			operateurs[i] = lookup_type_cache(types_tri[i], TYPECACHE_LT_OPR)->lt_opr;
			collations[i] = types_tri[i] == TEXTOID ? DEFAULT_COLLATION_OID : InvalidOid;
			nuls[i] = false;
		}
		l->tri = tuplesort_begin_heap(desc, NB_ORDRE, colonnes, operateurs, collations, nuls,
									  maintenance_work_mem, NULL, TUPLESORT_NONE);
		l->prise = MakeSingleTupleTableSlot(desc, &TTSOpsMinimalTuple);
	}
}

/*
 * A copy of the row and of what it points to, in one piece.
 */
static Ligne
copier(const Ligne *ligne)
{
	Ligne		copie = *ligne;
	Datum	   *champs[] = {&copie.cle, &copie.creancier, &copie.facture, &copie.debiteur,
		&copie.nature, &copie.devise, &copie.montant, &copie.regle, &copie.code, &copie.motif};
	Size		taille = 0;
	char	   *p;
	int			i;

	for (i = 0; i < (int) lengthof(champs); i++)
		if (*champs[i])
			taille += MAXALIGN(VARSIZE_ANY(DatumGetPointer(*champs[i])));
	p = palloc(taille);
	for (i = 0; i < (int) lengthof(champs); i++)
	{
		if (*champs[i])
		{
			Size		n = VARSIZE_ANY(DatumGetPointer(*champs[i]));

			memcpy(p, DatumGetPointer(*champs[i]), n);
			*champs[i] = PointerGetDatum(p);
			p += MAXALIGN(n);
		}
	}
	return copie;
}

void
creances_lignes_ajouter(Lignes *l, const Ligne *ligne)
{
	MemoryContext dedans = MemoryContextSwitchTo(l->contexte);

	l->nb++;
	if (l->tri)
	{
		TupleTableSlot *s = ExecClearTuple(l->prise);
		Datum		v[NB_TRI] = {
			ligne->creancier, ligne->facture, Int32GetDatum(ligne->rang), ligne->cle,
			ligne->debiteur, ligne->nature, ligne->devise, ligne->montant, ligne->regle,
			ligne->code, ligne->motif, DateADTGetDatum(ligne->emission),
			DateADTGetDatum(ligne->livraison), DateADTGetDatum(ligne->echeance),
			DateADTGetDatum(ligne->regle_le), BoolGetDatum(ligne->suivie),
			BoolGetDatum(ligne->imputee)
		};
		int			i;

		for (i = 0; i < NB_TRI; i++)
		{
			s->tts_values[i] = v[i];
			s->tts_isnull[i] = (types_tri[i] == TEXTOID || types_tri[i] == NUMERICOID) && v[i] == (Datum) 0;
		}
		ExecStoreVirtualTuple(s);
		tuplesort_puttupleslot(l->tri, s);
	}
	else
	{
		if (l->nb > (uint64) l->place)
		{
			l->place = l->place ? l->place * 2 : 4;
			l->tableau = l->tableau ? repalloc_huge(l->tableau, sizeof(Ligne) * l->place) :
				palloc(sizeof(Ligne) * l->place);
		}
		l->tableau[l->nb - 1] = copier(ligne);
	}
	MemoryContextSwitchTo(dedans);
}

static int
comparer_textes(Datum a, Datum b)
{
	if (a == (Datum) 0 || b == (Datum) 0)
		return (a == (Datum) 0) - (b == (Datum) 0);
	return varstr_cmp(VARDATA_ANY(DatumGetPointer(a)), VARSIZE_ANY_EXHDR(DatumGetPointer(a)),
					  VARDATA_ANY(DatumGetPointer(b)), VARSIZE_ANY_EXHDR(DatumGetPointer(b)),
					  DEFAULT_COLLATION_OID);
}

int
creances_comparer_numeros(const Ligne *a, const Ligne *b)
{
	int			c = comparer_textes(a->creancier, b->creancier);

	if (c == 0)
		c = comparer_textes(a->facture, b->facture);
	if (c == 0)
		c = a->rang < b->rang ? -1 : a->rang > b->rang;
	return c;
}

static int
comparer_lignes(const void *a, const void *b)
{
	int			c = creances_comparer_numeros(a, b);

	return c ? c : comparer_textes(((const Ligne *) a)->cle, ((const Ligne *) b)->cle);
}

/*
 * All have been added: put them in order.
 */
void
creances_lignes_ranger(Lignes *l)
{
	if (l->tri)
		tuplesort_performsort(l->tri);
	else if (l->nb > 1)
		qsort(l->tableau, l->nb, sizeof(Ligne), comparer_lignes);
}

static Datum
texte_ou_rien(TupleTableSlot *s, int i)
{
	return s->tts_isnull[i] ? (Datum) 0 : s->tts_values[i];
}

/*
 * Read ahead one row of the sort.
 */
static void
avancer(Lignes *l)
{
	TupleTableSlot *s = l->prise;
	Ligne	   *r = &l->suivante;

	l->y_suivante = tuplesort_gettupleslot(l->tri, true, false, s, NULL);
	if (!l->y_suivante)
		return;
	slot_getallattrs(s);
	r->creancier = texte_ou_rien(s, 0);
	r->facture = texte_ou_rien(s, 1);
	r->rang = DatumGetInt32(s->tts_values[2]);
	r->cle = texte_ou_rien(s, 3);
	r->debiteur = texte_ou_rien(s, 4);
	r->nature = texte_ou_rien(s, 5);
	r->devise = texte_ou_rien(s, 6);
	r->montant = texte_ou_rien(s, 7);
	r->regle = texte_ou_rien(s, 8);
	r->code = texte_ou_rien(s, 9);
	r->motif = texte_ou_rien(s, 10);
	r->emission = DatumGetDateADT(s->tts_values[11]);
	r->livraison = DatumGetDateADT(s->tts_values[12]);
	r->echeance = DatumGetDateADT(s->tts_values[13]);
	r->regle_le = DatumGetDateADT(s->tts_values[14]);
	r->suivie = DatumGetBool(s->tts_values[15]);
	r->imputee = DatumGetBool(s->tts_values[16]);
}

/*
 * The next rows, `nb` or a few more: rows of one number come together.  They
 * live until the context, that is reset here, is reset again.
 */
int
creances_lignes_lot(Lignes *l, int nb, MemoryContext contexte, Ligne **lot)
{
	MemoryContext dedans;
	int			n = 0,
				place = nb;

	MemoryContextReset(contexte);
	if (!l->tri)
	{
		*lot = l->tableau + l->lue;
		while (l->lue < (int64) l->nb &&
			   (n < nb || meme_numero(*lot + n - 1, *lot + n)))
		{
			n++;
			l->lue++;
		}
		return n;
	}
	dedans = MemoryContextSwitchTo(contexte);
	*lot = palloc(sizeof(Ligne) * place);
	if (l->lue == 0)
		avancer(l);
	while (l->y_suivante && (n < nb || meme_numero(*lot + n - 1, &l->suivante)))
	{
		if (n == place)
		{
			place *= 2;
			*lot = repalloc_huge(*lot, sizeof(Ligne) * place);
		}
		(*lot)[n++] = copier(&l->suivante);
		l->lue = 1;
		avancer(l);
	}
	MemoryContextSwitchTo(dedans);
	return n;
}

void
creances_lignes_finir(Lignes *l)
{
	if (l->tri)
	{
		ExecDropSingleTupleTableSlot(l->prise);
		tuplesort_end(l->tri);
	}
}
