/*-------------------------------------------------------------------------
 *
 * ecriture.c
 *	  The facts written from the rows that a refresh has read.
 *
 * Each row is judged beside the receivable that its key holds today and the
 * one that bears its number, whoever holds it; then what differs is written:
 * the receivable, the version that it leaves, the movements that bring the
 * paid amount from what was known to what is seen, and a line for the engine.
 * One row or a million go the same way, in lots in the order of their numbers.
 *
 * All look-ups see the facts as they stood when the writing began: nothing
 * written here is read here, since rows of one number are judged together.
 *
 *-------------------------------------------------------------------------
 */
#include "ecriture.h"

#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

/* What is known of a creditor */
typedef struct Creancier
{
	Datum		fuseau;			/* text */
	DateADT		jour;			/* today, there */
} Creancier;

/*
 * The known movements of a receivable: those that its paid column has shown,
 * and those that come from tables of their own.
 */
typedef struct Connus
{
	Datum		deja;			/* sum of the first, 0: none */
	Datum		autres;			/* sum of the second, 0: none */
	int64		nombre;			/* of both */
	bool		lus;			/* there are some of the first */
	TimestampTz su_le;			/* when the last of the first was written down */
	DateADT		dernier;		/* date of the latest, SANS_DATE: none */
} Connus;

#define T(e, fait)		(&(e)->tables[fait])
#define LOT_LIGNES		1000

TableFaits *
creances_ecriture_table(Ecriture *e, Fait fait, bool ecrire)
{
	creances_fait_ouvrir(T(e, fait), fait, ecrire, e->estate);
	return T(e, fait);
}

/*
 * The number of a key, which is made if it is not known.
 */
int
creances_ecriture_cle(Ecriture *e, Datum texte)
{
	bool		connue;
	int			n = creances_mot(e->par_texte, texte, e->nb_cles, &connue);

	if (!connue)
	{
		if (e->nb_cles == e->place_cles)
		{
			e->place_cles = e->place_cles ? e->place_cles * 2 : 8;
			e->cles = e->cles ? repalloc_huge(e->cles, sizeof(Cle) * e->place_cles) :
				palloc(sizeof(Cle) * e->place_cles);
		}
		memset(&e->cles[n], 0, sizeof(Cle));
		e->cles[n].texte = texte;
		e->cles[n].visee = e->cles[n].pas = -1;
		e->nb_cles++;
	}
	return n;
}

/*
 * An index of a table, for the length of the writing.
 */
static void
ouvrir(Ecriture *e, Recherche *recherche, TableFaits *t, const char *index, int nb)
{
	MemoryContext dedans;

	if (recherche->index)
		return;
	dedans = MemoryContextSwitchTo(e->estate->es_query_cxt);
	creances_recherche_ouvrir(recherche, t, index, nb, e->instantane);
	MemoryContextSwitchTo(dedans);
}

/* ----------------------------------------------------------------
 *		Small values
 * ----------------------------------------------------------------
 */

static Datum
copie(Datum d)
{
	return datumCopy(d, false, -1);
}

static Datum
texte_fixe(const char *texte)
{
	return CStringGetTextDatum(texte);
}

static bool
memes_textes(Datum a, Datum b)
{
	Size		n = VARSIZE_ANY_EXHDR(DatumGetPointer(a));

	return n == VARSIZE_ANY_EXHDR(DatumGetPointer(b)) &&
		memcmp(VARDATA_ANY(DatumGetPointer(a)), VARDATA_ANY(DatumGetPointer(b)), n) == 0;
}

static int
comparer(Datum a, Datum b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, a, b));
}

static Datum
moins(Datum a, Datum b)
{
	return DirectFunctionCall2(numeric_sub, a, b);
}

static Datum
zero(void)
{
	static Numeric valeur = NULL;

	if (valeur == NULL)
	{
		MemoryContext dedans = MemoryContextSwitchTo(TopMemoryContext);

		valeur = int64_to_numeric(0);
		MemoryContextSwitchTo(dedans);
	}
	return NumericGetDatum(valeur);
}

static Datum
sans_details(void)
{
	static Jsonb *valeur = NULL;

	if (valeur == NULL)
	{
		MemoryContext dedans = MemoryContextSwitchTo(TopMemoryContext);

		valeur = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
		MemoryContextSwitchTo(dedans);
	}
	return JsonbPGetDatum(valeur);
}

/* The latest of two days, either of which may be none */
static DateADT
plus_tard(DateADT a, DateADT b)
{
	return a == SANS_DATE ? b : b == SANS_DATE ? a : Max(a, b);
}

static void
poser_date(TableFaits *t, TupleTableSlot *ligne, int colonne, DateADT jour)
{
	if (jour == SANS_DATE)
		fait_vide(t, ligne, colonne);
	else
		fait_poser(t, ligne, colonne, DateADTGetDatum(jour));
}

static DateADT
date_de(TableFaits *t, TupleTableSlot *ligne, int colonne)
{
	bool		nul;
	Datum		d = fait_valeur(t, ligne, colonne, &nul);

	return nul ? SANS_DATE : DatumGetDateADT(d);
}

static Datum
valeur_de(TableFaits *t, TupleTableSlot *ligne, int colonne)
{
	bool		nul;
	Datum		d = fait_valeur(t, ligne, colonne, &nul);

	/* a long text may be stored compressed */
	return !nul && TupleDescAttr(ligne->tts_tupleDescriptor, t->col[colonne])->attlen == -1 ?
		PointerGetDatum(PG_DETOAST_DATUM_PACKED(d)) : d;
}

/* ----------------------------------------------------------------
 *		Creditors, debtors
 * ----------------------------------------------------------------
 */

/* The day of an instant in a time zone. */
static DateADT
jour_de(Datum fuseau, TimestampTz instant)
{
	return DatumGetDateADT(DirectFunctionCall1(timestamp_date,
											   DirectFunctionCall2(timestamptz_zone, fuseau,
																   TimestampTzGetDatum(instant))));
}

static Creancier *
creancier_de(Ecriture *e, Datum creancier)
{
	MemoryContext dedans;
	TableFaits *t;
	Recherche	recherche = {0};
	Creancier  *c;
	bool		connu;
	int			n = creances_mot_connu(e->creanciers, creancier);

	if (n >= 0)
		return &e->creancier[n];
	dedans = MemoryContextSwitchTo(e->estate->es_query_cxt);
	creances_mot(e->creanciers, copie(creancier), e->nb_creanciers, &connu);
	if ((e->nb_creanciers & (e->nb_creanciers - 1)) == 0)
		e->creancier = e->creancier ?
			repalloc(e->creancier, sizeof(Creancier) * e->nb_creanciers * 2) :
			palloc(sizeof(Creancier));
	c = &e->creancier[e->nb_creanciers++];
	t = creances_ecriture_table(e, FAIT_CREANCIER, false);
	ouvrir(e, &recherche, t, "creancier_pkey", 1);
	creances_chercher(&recherche, creancier);
	c->fuseau = creances_trouver(&recherche) ?
		copie(valeur_de(t, recherche.ligne, SO_FUSEAU)) : texte_fixe("Europe/Paris");
	creances_recherche_fermer(&recherche);
	c->jour = jour_de(c->fuseau, GetCurrentTransactionStartTimestamp());
	MemoryContextSwitchTo(dedans);
	return c;
}

/*
 * The debtors of these rows, and their creditors, are in their tables: written
 * by SQL, where triggers stand.
 */
static void
assurer_tiers(Ecriture *e, Ligne *lot, int nb)
{
	ArrayBuildState *creanciers = NULL,
			   *debiteurs = NULL;
	int			i;

	ouvrir(e, &e->debiteurs, creances_ecriture_table(e, FAIT_DEBITEUR, false), "debiteur_pkey", 2);
	for (i = 0; i < nb; i++)
	{
		Ligne	   *l = &lot[i];
		Size		n_c,
					n_d;
		text	   *couple;
		bool		connu;

		if (!LIGNE_BONNE(l))
			continue;
		if (e->tiers)
		{
			/* no text holds a zero byte */
			n_c = VARSIZE_ANY_EXHDR(DatumGetPointer(l->creancier));
			n_d = VARSIZE_ANY_EXHDR(DatumGetPointer(l->debiteur));
			couple = palloc(VARHDRSZ + n_c + n_d + 1);
			SET_VARSIZE(couple, VARHDRSZ + n_c + n_d + 1);
			memcpy(VARDATA(couple), VARDATA_ANY(DatumGetPointer(l->creancier)), n_c);
			VARDATA(couple)[n_c] = '\0';
			memcpy(VARDATA(couple) + n_c + 1, VARDATA_ANY(DatumGetPointer(l->debiteur)), n_d);
			if (creances_mot_connu(e->tiers, PointerGetDatum(couple)) >= 0)
				continue;
			creances_mot(e->tiers,
						 PointerGetDatum(memcpy(MemoryContextAlloc(e->estate->es_query_cxt, VARSIZE(couple)),
												couple, VARSIZE(couple))), 0, &connu);
		}
		creances_chercher(&e->debiteurs, l->creancier, l->debiteur);
		if (creances_trouver(&e->debiteurs))
			continue;
		creanciers = accumArrayResult(creanciers, l->creancier, false, TEXTOID, CurrentMemoryContext);
		debiteurs = accumArrayResult(debiteurs, l->debiteur, false, TEXTOID, CurrentMemoryContext);
	}
	if (creanciers)
	{
		Relecture  *r = e->r;
		Datum		cles = r->valeurs[1];
		bool		sans_cles = r->nuls[1];
		uint64		nb_avant = r->nb;

		creances_sql(r);
		creances_parametre(r, 6, makeArrayResult(debiteurs, CurrentMemoryContext), false);
		creances_parametre(r, 2, makeArrayResult(creanciers, CurrentMemoryContext), false);
		r->nb = 1;
		creances_executer(r, ORDRE_TIERS_CREANCIER, NULL);
		creances_executer(r, ORDRE_TIERS_DEBITEUR, NULL);
		r->nb = nb_avant;
		creances_parametre(r, 2, cles, sans_cles);
	}
}

/* ----------------------------------------------------------------
 *		Rows appended
 * ----------------------------------------------------------------
 */

/*
 * Write what has been kept back.  A number that another session has brought
 * meanwhile is no fault of the row: the keys are to be read again.
 */
static void
vider(Ecriture *e)
{
	MemoryContext contexte = CurrentMemoryContext;

	creances_fait_vider(T(e, FAIT_VERSION), e->estate);
	creances_fait_vider(T(e, FAIT_REGLEMENT), e->estate);
	creances_fait_vider(T(e, FAIT_DECIDER), e->estate);
	creances_fait_vider(T(e, FAIT_REVOIR), e->estate);
	if (T(e, FAIT_CREANCE)->nb == 0)
		return;
	PG_TRY();
	{
		creances_fait_vider(T(e, FAIT_CREANCE), e->estate);
	}
	PG_CATCH();
	{
		if (geterrcode() != ERRCODE_UNIQUE_VIOLATION)
			PG_RE_THROW();
		MemoryContextSwitchTo(contexte);
		FlushErrorState();
		creances_conflit();
	}
	PG_END_TRY();
}

static void
ajouter(Ecriture *e, Fait fait)
{
	if (creances_fait_ajouter(T(e, fait), e->estate))
		vider(e);
}

static void
a_decider(Ecriture *e, Datum creancier, Datum facture, int32 rang)
{
	TableFaits *t = creances_ecriture_table(e, FAIT_DECIDER, true);
	TupleTableSlot *s = creances_fait_neuf(t, e->estate);

	fait_poser(t, s, DE_CREANCIER, creancier);
	fait_poser(t, s, DE_FACTURE, facture);
	fait_poser(t, s, DE_RANG, Int32GetDatum(rang));
	ajouter(e, FAIT_DECIDER);
}

static void
a_revoir(Ecriture *e, Datum suivi, Datum cle)
{
	TableFaits *t = creances_ecriture_table(e, FAIT_REVOIR, true);
	TupleTableSlot *s = creances_fait_neuf(t, e->estate);

	fait_poser(t, s, RV_SUIVI, suivi);
	fait_poser(t, s, RV_CLE, cle);
	fait_poser(t, s, RV_INSTANT, TimestampTzGetDatum(GetCurrentTimestamp()));
	fait_poser(t, s, RV_TRANSACTION, FullTransactionIdGetDatum(GetTopFullTransactionId()));
	fait_poser(t, s, RV_CHARGEMENT, BoolGetDatum(false));
	ajouter(e, FAIT_REVOIR);
}

/*
 * The version that a receivable leaves.
 */
static void
ecrire_version(Ecriture *e, TupleTableSlot *p, DateADT jusque, bool retiree, Datum motif)
{
	static const int deux[][2] = {
		{VE_CREANCIER, CR_CREANCIER}, {VE_FACTURE, CR_FACTURE}, {VE_DEBITEUR, CR_DEBITEUR},
		{VE_MONTANT, CR_MONTANT}, {VE_DEVISE, CR_DEVISE}
	};
	TableFaits *c = T(e, FAIT_CREANCE);
	TableFaits *t = creances_ecriture_table(e, FAIT_VERSION, true);
	TupleTableSlot *s = creances_fait_neuf(t, e->estate);
	int			i;

	for (i = 0; i < (int) lengthof(deux); i++)
		fait_poser(t, s, deux[i][0], copie(valeur_de(c, p, deux[i][1])));
	fait_poser(t, s, VE_RANG, valeur_de(c, p, CR_RANG));
	fait_poser(t, s, VE_VERSION, Int32GetDatum(DatumGetInt32(valeur_de(c, p, CR_VERSIONS)) + 1));
	fait_poser(t, s, VE_JUSQUE, DateADTGetDatum(jusque));
	fait_poser(t, s, VE_NEE_LE, valeur_de(c, p, CR_NEE_LE));
	poser_date(t, s, VE_EMISSION, date_de(c, p, CR_EMISSION));
	fait_poser(t, s, VE_ECHEANCE, valeur_de(c, p, CR_ECHEANCE));
	fait_poser(t, s, VE_RETIREE, BoolGetDatum(retiree));
	fait_poser(t, s, VE_MOTIF, motif);
	fait_poser(t, s, VE_CONNU_LE, TimestampTzGetDatum(GetCurrentTimestamp()));
	ajouter(e, FAIT_VERSION);
}

/*
 * Is there a row at all in this index?
 */
static bool
non_vide(Ecriture *e, Fait fait, const char *index)
{
	Recherche	recherche = {0};
	bool		trouvee;

	if (creances_index_vierge(index))
		return false;
	ouvrir(e, &recherche, creances_ecriture_table(e, fait, false), index, 0);
	creances_chercher(&recherche);
	trouvee = creances_trouver(&recherche);
	creances_recherche_fermer(&recherche);
	return trouvee;
}

static bool
mouvements_annexes(Ecriture *e)
{
	if (e->mouvements_annexes < 0)
		e->mouvements_annexes = non_vide(e, FAIT_REGLEMENT, "reglement_suivi");
	return e->mouvements_annexes > 0;
}

static bool
des_attentes(Ecriture *e)
{
	if (e->des_attentes < 0)
	{
		e->des_attentes = non_vide(e, FAIT_REFUSEE, "ligne_refusee_attend");
		if (e->des_attentes)
			ouvrir(e, &e->attentes, T(e, FAIT_REFUSEE), "ligne_refusee_attend", 1);
	}
	return e->des_attentes > 0;
}

/* ----------------------------------------------------------------
 *		Movements
 * ----------------------------------------------------------------
 */

/*
 * The movements known of a receivable, as they stood when the writing began or,
 * of one that was locked since, as they stand now.
 */
static void
lire_mouvements(Ecriture *e, Datum creancier, Datum facture, int32 rang, bool maintenant, Connus *m)
{
	TableFaits *t = creances_ecriture_table(e, FAIT_REGLEMENT, true);
	Recherche	a_part = {0};
	Recherche  *recherche = maintenant ? &a_part : &e->mouvements;

	memset(m, 0, sizeof(Connus));
	m->dernier = SANS_DATE;
	if (maintenant)
	{
		PushActiveSnapshot(GetLatestSnapshot());
		creances_recherche_ouvrir(recherche, t, "reglement_creance", 3, GetActiveSnapshot());
	}
	else
		ouvrir(e, recherche, t, "reglement_creance", 3);
	creances_chercher(recherche, creancier, facture, Int32GetDatum(rang));
	while (creances_trouver(recherche))
	{
		TupleTableSlot *s = recherche->ligne;
		Datum		montant = valeur_de(t, s, RE_MONTANT);
		TimestampTz connu = DatumGetTimestampTz(valeur_de(t, s, RE_CONNU_LE));
		bool		lu;
		Datum	   *somme;

		(void) fait_valeur(t, s, RE_SUIVI, &lu);
		somme = lu ? &m->deja : &m->autres;
		*somme = *somme ? DirectFunctionCall2(numeric_add, *somme, montant) : copie(montant);
		if (lu)
			m->su_le = m->lus ? Max(m->su_le, connu) : connu;
		m->lus = m->lus || lu;
		m->nombre++;
		m->dernier = plus_tard(m->dernier, DatumGetDateADT(valeur_de(t, s, RE_LE)));
	}
	if (maintenant)
	{
		creances_recherche_fermer(recherche);
		PopActiveSnapshot();
	}
}

static void
ecrire_mouvement(Ecriture *e, Ligne *l, int64 numero, DateADT vu_le, DateADT paye_le, Datum delta,
				 bool reprise, Connus *m)
{
	TableFaits *t = creances_ecriture_table(e, FAIT_REGLEMENT, true);
	TupleTableSlot *s = creances_fait_neuf(t, e->estate);
	bool		annule = (comparer(delta, zero()) < 0) == (comparer(l->montant, zero()) >= 0);
	DateADT		le = annule ? vu_le : paye_le;

	fait_poser(t, s, RE_CREANCIER, l->creancier);
	fait_poser(t, s, RE_REGLEMENT,
			   CStringGetTextDatum(psprintf("%s:%d:" INT64_FORMAT, TextDatumGetCString(l->facture), l->rang, numero)));
	fait_poser(t, s, RE_FACTURE, l->facture);
	fait_poser(t, s, RE_RANG, Int32GetDatum(l->rang));
	fait_poser(t, s, RE_LE, DateADTGetDatum(le));
	fait_poser(t, s, RE_MONTANT, delta);
	fait_poser(t, s, RE_NATURE, texte_fixe(annule ? "annulation" : "paiement"));
	fait_poser(t, s, RE_REPRISE, BoolGetDatum(reprise));
	fait_poser(t, s, RE_CONNU_LE, TimestampTzGetDatum(GetCurrentTimestamp()));
	fait_poser(t, s, RE_DETAILS, sans_details());
	ajouter(e, FAIT_REGLEMENT);
	m->dernier = plus_tard(m->dernier, le);
}

static int
comparer_pas(const void *a, const void *b)
{
	const Pas  *x = *(Pas *const *) a;
	const Pas  *y = *(Pas *const *) b;

	if (x->instant != y->instant)
		return x->instant < y->instant ? -1 : 1;
	return ItemPointerCompare(unconstify(ItemPointerData *, &x->place), unconstify(ItemPointerData *, &y->place));
}

/*
 * A step that a row would be allowed to show.
 */
static bool
pas_admis(Pas *p)
{
	static const char *const borne = "1000000000000000";
	Numeric		n;

	if (p->regle == (Datum) 0)
		return false;
	n = DatumGetNumeric(p->regle);
	return !numeric_is_nan(n) && !numeric_is_inf(n) &&
		comparer(DirectFunctionCall1(numeric_abs, p->regle),
				 DirectFunctionCall3(numeric_in, CStringGetDatum(borne), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))) < 0 &&
		(DatumGetInt32(DirectFunctionCall1(numeric_scale, p->regle)) <= CREANCES_DECIMALES ||
		 comparer(p->regle, DirectFunctionCall2(numeric_round, p->regle, Int32GetDatum(CREANCES_DECIMALES))) == 0);
}

/*
 * The dated movements, from what was known to what the row shows: one for each
 * step that the journal saw since the key was last left and since the last
 * movement was written; then the row itself.
 */
static void
ecrire_mouvements(Ecriture *e, Ligne *l, Cle *cle, Creancier *creancier, DateADT le, bool reprise, Connus *m)
{
	Datum		etat = m->deja ? m->deja : zero();
	int64		numero = m->nombre;
	Datum		delta;

	if (cle && cle->pas >= 0)
	{
		int			n = 0,
					i;
		Pas		  **pas;

		for (i = cle->pas; i >= 0; i = e->pas[i].suivant)
			n++;
		pas = palloc(sizeof(Pas *) * n);
		for (n = 0, i = cle->pas; i >= 0; i = e->pas[i].suivant)
			pas[n++] = &e->pas[i];
		qsort(pas, n, sizeof(Pas *), comparer_pas);
		for (i = n; i > 0; i--)
			if (pas[i - 1]->regle == (Datum) 0 && pas[i - 1]->de_l_erp)
				break;			/* the key was left here */
		for (; i < n; i++)
		{
			DateADT		vu_le;

			if (!pas_admis(pas[i]) || (m->lus && pas[i]->instant <= m->su_le))
				continue;
			delta = moins(pas[i]->regle, etat);
			etat = pas[i]->regle;
			if (comparer(delta, zero()) == 0)
				continue;
			vu_le = jour_de(creancier->fuseau, pas[i]->instant);
			ecrire_mouvement(e, l, ++numero, vu_le,
							 pas[i]->regle_le != SANS_DATE ? pas[i]->regle_le : vu_le, delta, reprise, m);
		}
	}
	if (l->regle)
	{
		delta = moins(l->regle, etat);
		if (comparer(delta, zero()) != 0)
			ecrire_mouvement(e, l, ++numero, creancier->jour, le, delta, reprise, m);
	}
}

/*
 * What is left of the amount, once all that is known is written.
 */
static Datum
solde_de(Ligne *l, Connus *m)
{
	Datum		solde = l->montant;

	if (l->regle)
		solde = moins(solde, l->regle);
	else if (m->deja)
		solde = moins(solde, m->deja);
	return m->autres ? moins(solde, m->autres) : solde;
}

/*
 * Payments that wait for the row of this key are to be read again.
 */
static void
reveiller(Ecriture *e, Datum cle)
{
	TableFaits *t;

	if (!des_attentes(e))
		return;
	t = creances_ecriture_table(e, FAIT_REFUSEE, false);
	creances_chercher(&e->attentes, cle);
	while (creances_trouver(&e->attentes))
		a_revoir(e, valeur_de(t, e->attentes.ligne, RF_SUIVI), copie(valeur_de(t, e->attentes.ligne, RF_CLE)));
}

/*
 * The payments of a receivable that leaves or comes back, likewise.
 */
static void
revoir_reglements(Ecriture *e, Datum creancier, Datum facture, int32 rang)
{
	TableFaits *t = creances_ecriture_table(e, FAIT_REGLEMENT, true);

	if (!mouvements_annexes(e))
		return;
	ouvrir(e, &e->mouvements, t, "reglement_creance", 3);
	creances_chercher(&e->mouvements, creancier, facture, Int32GetDatum(rang));
	while (creances_trouver(&e->mouvements))
	{
		bool		nul;
		Datum		suivi = fait_valeur(t, e->mouvements.ligne, RE_SUIVI, &nul);

		if (!nul)
			a_revoir(e, suivi, copie(valeur_de(t, e->mouvements.ligne, RE_CLE)));
	}
}

/* ----------------------------------------------------------------
 *		One row
 * ----------------------------------------------------------------
 */

static void
preparer_refus(Ecriture *e)
{
	MemoryContext dedans;
	TupleDesc	desc;

	if (e->refusees)
		return;
	dedans = MemoryContextSwitchTo(e->estate->es_query_cxt);
	desc = CreateTemplateTupleDesc(7);

	TupleDescInitEntry(desc, 1, "cle", TEXTOID, -1, 0);
	TupleDescInitEntry(desc, 2, "code", TEXTOID, -1, 0);
	TupleDescInitEntry(desc, 3, "motif", TEXTOID, -1, 0);
	TupleDescInitEntry(desc, 4, "facture", TEXTOID, -1, 0);
	TupleDescInitEntry(desc, 5, "rang", INT4OID, -1, 0);
	TupleDescInitEntry(desc, 6, "creancier", TEXTOID, -1, 0);
	TupleDescInitEntry(desc, 7, "debiteur", TEXTOID, -1, 0);
	e->desc_refusees = desc;
	e->refusees = tuplestore_begin_heap(true, false, work_mem);
	MemoryContextSwitchTo(dedans);
}

static void
refuser(Ecriture *e, Ligne *l, Cle *cle, Action action)
{
	/* what may be a credit of its customer holds him */
	bool		credit = l->montant == (Datum) 0 || comparer(l->montant, zero()) < 0;
	Datum		valeurs[7] = {l->cle, l->code, l->motif, l->facture, Int32GetDatum(l->rang), l->creancier, l->debiteur};
	bool		nuls[7] = {false, l->code == (Datum) 0, l->motif == (Datum) 0, l->facture == (Datum) 0,
	false, l->creancier == (Datum) 0, !credit || l->debiteur == (Datum) 0};

	if (cle)
		cle->action = action;
	preparer_refus(e);
	tuplestore_putvalues(e->refusees, e->desc_refusees, valeurs, nuls);
	e->nb_refusees++;
}

/*
 * The receivable that a key held when it was locked, if it bears the number of
 * this row; the row is left in e->visee.
 */
static Visee *
tenue_par(Ecriture *e, Ligne *l, Cle *cle)
{
	TableFaits *t = T(e, FAIT_CREANCE);
	int			i;

	for (i = cle ? cle->visee : -1; i >= 0; i = e->visees[i].suivante)
	{
		if (!table_tuple_fetch_row_version(t->rel, &e->visees[i].place, e->instantane, e->visee))
			continue;
		if (DatumGetInt32(valeur_de(t, e->visee, CR_RANG)) == l->rang &&
			memes_textes(valeur_de(t, e->visee, CR_FACTURE), l->facture) &&
			memes_textes(valeur_de(t, e->visee, CR_CREANCIER), l->creancier))
			return &e->visees[i];
	}
	return NULL;
}

/*
 * The version of a new receivable that says that it was not there before.
 */
static void
ecrire_absence(Ecriture *e, Ligne *l, DateADT nee_le, DateADT jusque)
{
	TableFaits *t = creances_ecriture_table(e, FAIT_VERSION, true);
	TupleTableSlot *s = creances_fait_neuf(t, e->estate);

	fait_poser(t, s, VE_CREANCIER, l->creancier);
	fait_poser(t, s, VE_FACTURE, l->facture);
	fait_poser(t, s, VE_RANG, Int32GetDatum(l->rang));
	fait_poser(t, s, VE_VERSION, Int32GetDatum(1));
	fait_poser(t, s, VE_JUSQUE, DateADTGetDatum(jusque));
	fait_poser(t, s, VE_DEBITEUR, l->debiteur);
	fait_poser(t, s, VE_NEE_LE, DateADTGetDatum(nee_le));
	poser_date(t, s, VE_EMISSION, l->emission);
	fait_poser(t, s, VE_ECHEANCE, DateADTGetDatum(l->echeance));
	fait_poser(t, s, VE_MONTANT, l->montant);
	fait_poser(t, s, VE_DEVISE, l->devise);
	fait_poser(t, s, VE_RETIREE, BoolGetDatum(true));
	fait_poser(t, s, VE_MOTIF, texte_fixe("renumerotee"));
	fait_poser(t, s, VE_CONNU_LE, TimestampTzGetDatum(GetCurrentTimestamp()));
	ajouter(e, FAIT_VERSION);
}

/*
 * A receivable that was not there.
 */
static void
ecrire_neuve(Ecriture *e, Ligne *l, Cle *cle)
{
	Relecture  *r = e->r;
	TableFaits *t = T(e, FAIT_CREANCE);
	TupleTableSlot *s;
	Creancier  *creancier = creancier_de(e, l->creancier);
	DateADT		nee_le = l->emission != SANS_DATE ? l->emission : Min(l->echeance, creancier->jour);
	bool		reprise = (r->chargement || (cle && cle->chargement)) &&
	!DATE_NOT_FINITE(r->depuis) && nee_le < r->depuis;
	DateADT		le = l->regle_le != SANS_DATE ? l->regle_le : reprise ? r->depuis : creancier->jour;
	Connus		m = {0};
	Datum		solde;
	bool		soldee;
	bool		renumerotee = false;
	int			i;

	m.dernier = SANS_DATE;
	if (mouvements_annexes(e))
		lire_mouvements(e, l->creancier, l->facture, l->rang, false, &m);
	solde = solde_de(l, &m);
	soldee = comparer(solde, zero()) == 0;
	ecrire_mouvements(e, l, cle, creancier, le, reprise, &m);

	/* the row has changed its number today: before, it counted under the other */
	for (i = cle ? cle->visee : -1; i >= 0 && !renumerotee; i = e->visees[i].suivante)
		renumerotee = !e->visees[i].retiree;

	if (renumerotee)
		ecrire_absence(e, l, nee_le, creancier->jour);
	s = creances_fait_neuf(t, e->estate);
	fait_poser(t, s, CR_CREANCIER, l->creancier);
	fait_poser(t, s, CR_FACTURE, l->facture);
	fait_poser(t, s, CR_RANG, Int32GetDatum(l->rang));
	fait_poser(t, s, CR_DEBITEUR, l->debiteur);
	fait_poser(t, s, CR_NATURE, l->nature);
	poser_date(t, s, CR_EMISSION, l->emission);
	poser_date(t, s, CR_LIVRAISON, l->livraison);
	fait_poser(t, s, CR_NEE_LE, DateADTGetDatum(nee_le));
	fait_poser(t, s, CR_ECHEANCE, DateADTGetDatum(l->echeance));
	fait_poser(t, s, CR_MONTANT, l->montant);
	fait_poser(t, s, CR_DEVISE, l->devise);
	fait_poser(t, s, CR_SOLDE, solde);
	poser_date(t, s, CR_SOLDEE_LE,
			   soldee ? plus_tard(plus_tard(nee_le, renumerotee ? creancier->jour : SANS_DATE), m.dernier) : SANS_DATE);
	fait_poser(t, s, CR_VERSIONS, Int32GetDatum(0));
	if (renumerotee)
	{
		fait_poser(t, s, CR_VERSIONS, Int32GetDatum(1));
		fait_poser(t, s, CR_VERSION_LE, DateADTGetDatum(creancier->jour));
	}
	if (reprise)
	{
		fait_poser(t, s, CR_REPRISE_LE, DateADTGetDatum(r->depuis));
		fait_poser(t, s, CR_REPRISE, texte_fixe(r->reprise));
	}
	fait_poser(t, s, CR_SUIVI, ObjectIdGetDatum(r->suivi));
	fait_poser(t, s, CR_CLE, l->cle);
	fait_poser(t, s, CR_DETAILS, sans_details());
	ajouter(e, FAIT_CREANCE);
	if (!soldee)
		a_decider(e, l->creancier, l->facture, l->rang);
	reveiller(e, l->cle);
	e->nb++;
}

/*
 * A receivable that is there: p.
 */
static void
ecrire_maj(Ecriture *e, Ligne *l, Cle *cle, TupleTableSlot *p, bool maintenant)
{
	Relecture  *r = e->r;
	TableFaits *t = T(e, FAIT_CREANCE);
	TupleTableSlot *s;
	Creancier  *creancier = creancier_de(e, l->creancier);
	bool		retiree = date_de(t, p, CR_RETIREE_LE) != SANS_DATE;
	bool		d_montant = comparer(valeur_de(t, p, CR_MONTANT), l->montant) != 0,
				d_echeance = DatumGetDateADT(valeur_de(t, p, CR_ECHEANCE)) != l->echeance,
				d_debiteur = !memes_textes(valeur_de(t, p, CR_DEBITEUR), l->debiteur),
				d_devise = !memes_textes(valeur_de(t, p, CR_DEVISE), l->devise),
				d_emission = date_de(t, p, CR_EMISSION) != l->emission;
	bool		changee = retiree || d_montant || d_echeance || d_debiteur || d_devise || d_emission;
	bool		autre_cle = DatumGetObjectId(valeur_de(t, p, CR_SUIVI)) != r->suivi ||
	!memes_textes(valeur_de(t, p, CR_CLE), l->cle);
	DateADT		version_le = date_de(t, p, CR_VERSION_LE);
	DateADT		nee_le = l->emission != SANS_DATE ? l->emission : DatumGetDateADT(valeur_de(t, p, CR_NEE_LE));
	DateADT		le = l->regle_le != SANS_DATE ? l->regle_le : creancier->jour;
	Connus		m;
	bool		bougee;
	Datum		solde;
	bool		soldee;

	lire_mouvements(e, l->creancier, l->facture, l->rang, maintenant, &m);
	bougee = autre_cle ||
		!memes_textes(valeur_de(t, p, CR_NATURE), l->nature) ||
		date_de(t, p, CR_LIVRAISON) != l->livraison ||
		(l->regle && comparer(l->regle, m.deja ? m.deja : zero()) != 0) ||
		(cle && cle->pas >= 0);
	if (!changee && !bougee)
		return;
	if (changee)
	{
		static const char *const noms[] = {"retour", "montant", "echeance", "debiteur", "devise", "emission"};
		bool		quoi[] = {retiree, d_montant, d_echeance, d_debiteur, d_devise, d_emission};
		char		motif[64] = "";
		int			i;

		for (i = 0; i < (int) lengthof(noms); i++)
			if (quoi[i])
				snprintf(motif + strlen(motif), sizeof(motif) - strlen(motif), "%s%s", motif[0] ? ", " : "", noms[i]);
		ecrire_version(e, p, creancier->jour, retiree, texte_fixe(motif));
		version_le = creancier->jour;
	}
	ecrire_mouvements(e, l, cle, creancier, le, false, &m);
	solde = solde_de(l, &m);
	soldee = comparer(solde, zero()) == 0;

	s = creances_fait_copie(t, p);
	fait_poser(t, s, CR_DEBITEUR, l->debiteur);
	fait_poser(t, s, CR_NATURE, l->nature);
	poser_date(t, s, CR_EMISSION, l->emission);
	poser_date(t, s, CR_LIVRAISON, l->livraison);
	fait_poser(t, s, CR_NEE_LE, DateADTGetDatum(nee_le));
	fait_poser(t, s, CR_ECHEANCE, DateADTGetDatum(l->echeance));
	fait_poser(t, s, CR_MONTANT, l->montant);
	fait_poser(t, s, CR_DEVISE, l->devise);
	fait_poser(t, s, CR_SOLDE, solde);
	poser_date(t, s, CR_SOLDEE_LE, soldee ? plus_tard(plus_tard(nee_le, version_le), m.dernier) : SANS_DATE);
	if (changee)
		fait_poser(t, s, CR_VERSIONS, Int32GetDatum(DatumGetInt32(valeur_de(t, p, CR_VERSIONS)) + 1));
	poser_date(t, s, CR_VERSION_LE, version_le);
	fait_vide(t, s, CR_RETIREE_LE);
	fait_vide(t, s, CR_RETIREE_MOTIF);
	fait_poser(t, s, CR_SUIVI, ObjectIdGetDatum(r->suivi));
	fait_poser(t, s, CR_CLE, l->cle);
	creances_fait_modifier(t, e->estate, p, e->instantane);
	a_decider(e, l->creancier, l->facture, l->rang);
	if (retiree)
		revoir_reglements(e, l->creancier, l->facture, l->rang);
	if (retiree || autre_cle)
		reveiller(e, l->cle);
	e->nb++;
}

/*
 * Judge a good row, first of its number, and write what differs.  `groupe`:
 * the rows of this number.
 */
static void
ecrire_ligne(Ecriture *e, Ligne *l, Cle *cle, Ligne *groupe, int nb)
{
	TableFaits *t = T(e, FAIT_CREANCE);
	Visee	   *v = tenue_par(e, l, cle);
	TupleTableSlot *p = NULL;
	Cle		   *tenante = cle;
	int			i;

	if (v)
		p = e->visee;
	else
	{
		creances_chercher(&e->par_numero, l->creancier, l->facture, Int32GetDatum(l->rang));
		if (creances_trouver(&e->par_numero))
			p = e->par_numero.ligne;
	}
	/* of a lot, it has been seen to */
	if (e->tiers == NULL && (p == NULL || !memes_textes(valeur_de(t, p, CR_DEBITEUR), l->debiteur)))
		assurer_tiers(e, l, 1);
	if (p == NULL)
	{
		if (cle)
			cle->action = ACTION_NEUVE;
		ecrire_neuve(e, l, cle);
		return;
	}
	if (v == NULL && date_de(t, p, CR_RETIREE_LE) == SANS_DATE)
	{
		Datum		cle_p = valeur_de(t, p, CR_CLE);
		bool		permise = DatumGetObjectId(valeur_de(t, p, CR_SUIVI)) == e->r->suivi;

		/* held by another key: only if that row has just left this number */
		i = permise ? creances_mot_connu(e->par_texte, cle_p) : -1;
		tenante = i >= 0 ? &e->cles[i] : NULL;
		permise = permise && (tenante ? tenante->libre : e->r->nuls[1]);
		if (permise && !memes_textes(cle_p, l->cle))
			for (i = 0; i < nb; i++)
				permise = permise && !(LIGNE_BONNE(&groupe[i]) && memes_textes(groupe[i].cle, cle_p));
		if (!permise)
		{
			refuser(e, l, cle, ACTION_DOUBLON);
			return;
		}
	}
	if (v)
		v->tenue = true;
	else
		for (i = tenante ? tenante->visee : -1; i >= 0; i = e->visees[i].suivante)
			if (ItemPointerEquals(&e->visees[i].place, &p->tts_tid))
				e->visees[i].tenue = true;
	if (v == NULL)
	{
		TM_FailureData tmfd;

		/* it was not one of our keys': hold it, and read what was written meanwhile */
		if (table_tuple_lock(t->rel, &p->tts_tid, e->instantane, e->visee, GetCurrentCommandId(true),
							 LockTupleNoKeyExclusive, LockWaitSkip, 0, &tmfd) != TM_Ok)
			creances_conflit();
		p = e->visee;
	}
	if (cle)
		cle->action = ACTION_MAJ;
	ecrire_maj(e, l, cle, p, v == NULL);
}

/*
 * Has another session just written a receivable for a key that had none when it
 * was locked?  What we have read may then be older than what it has.
 */
static void
verifier_conflit(Ecriture *e, Cle *cle)
{
	TableFaits *t = T(e, FAIT_CREANCE);

	creances_chercher(&e->par_cle, ObjectIdGetDatum(e->r->suivi), cle->texte);
	while (creances_trouver(&e->par_cle))
		if (date_de(t, e->par_cle.ligne, CR_RETIREE_LE) == SANS_DATE)
			creances_conflit();
}

/*
 * The rows that creances_lignes_lot() has given.
 */
static void
ecrire_lot(Ecriture *e, Ligne *lot, int nb)
{
	int			i,
				j,
				n;
	bool		premiere;		/* no good row of this number yet */

	if (nb > 1 || e->tiers)
	{
		if (e->tiers == NULL)
			e->tiers = mots_create(e->estate->es_query_cxt, nb, NULL);
		assurer_tiers(e, lot, nb);
	}
	for (i = 0; i < nb; i += n)
	{
		CHECK_FOR_INTERRUPTS();
		for (n = 1; i + n < nb && meme_numero(&lot[i], &lot[i + n]); n++)
			;
		premiere = true;
		for (j = i; j < i + n; j++)
		{
			Ligne	   *l = &lot[j];
			int			k = creances_mot_connu(e->par_texte, l->cle);
			Cle		   *cle = k >= 0 ? &e->cles[k] : NULL;

			if (cle && cle->neuve)
				verifier_conflit(e, cle);
			if (!l->suivie)
			{
				if (cle)
					cle->action = l->imputee ? ACTION_IMPUTEE : ACTION_HORS;
			}
			else if (l->code)
				refuser(e, l, cle, ACTION_ANOMALIE);
			else if (!premiere)
				refuser(e, l, cle, ACTION_DOUBLON);
			else
			{
				ecrire_ligne(e, l, cle, lot + i, n);
				premiere = false;
			}
		}
	}
	vider(e);
}

/* ----------------------------------------------------------------
 *		After the rows
 * ----------------------------------------------------------------
 */

/*
 * Receivables of these keys that the rows read do not hold up any more.
 */
static void
retirer(Ecriture *e)
{
	TableFaits *t = T(e, FAIT_CREANCE);
	bool		des_retraits = false;
	int			i;

	for (i = 0; i < e->nb_visees; i++)
	{
		Visee	   *v = &e->visees[i];
		Cle		   *cle = &e->cles[v->cle];
		TupleTableSlot *p = e->visee,
				   *s;
		Creancier  *creancier;
		Connus		m;
		Datum		motif,
					numero[2];
		int32		rang;

		if (v->retiree || v->tenue || !cle->libre ||
			cle->action == ACTION_ANOMALIE || cle->action == ACTION_DOUBLON)
			continue;
		CHECK_FOR_INTERRUPTS();
		if (!table_tuple_fetch_row_version(t->rel, &v->place, e->instantane, p))
			continue;
		creancier = creancier_de(e, valeur_de(t, p, CR_CREANCIER));
		numero[0] = copie(valeur_de(t, p, CR_CREANCIER));
		numero[1] = copie(valeur_de(t, p, CR_FACTURE));
		rang = DatumGetInt32(valeur_de(t, p, CR_RANG));
		motif = texte_fixe(cle->action == ACTION_AUCUNE ? "supprimee" :
						   cle->action == ACTION_HORS ? "hors du filtre" :
						   cle->action == ACTION_IMPUTEE ? "imputee" : "renumerotee");
		ecrire_version(e, p, creancier->jour, false, motif);
		lire_mouvements(e, numero[0], numero[1], rang, false, &m);

		s = creances_fait_copie(t, p);
		fait_poser(t, s, CR_SOLDE, zero());
		poser_date(t, s, CR_SOLDEE_LE,
				   plus_tard(plus_tard(plus_tard(date_de(t, p, CR_SOLDEE_LE), date_de(t, p, CR_NEE_LE)),
									   plus_tard(date_de(t, p, CR_VERSION_LE), creancier->jour)), m.dernier));
		fait_poser(t, s, CR_RETIREE_LE, DateADTGetDatum(creancier->jour));
		fait_poser(t, s, CR_VERSIONS, Int32GetDatum(DatumGetInt32(valeur_de(t, p, CR_VERSIONS)) + 1));
		fait_poser(t, s, CR_VERSION_LE, DateADTGetDatum(creancier->jour));
		fait_poser(t, s, CR_RETIREE_MOTIF, motif);
		creances_fait_modifier(t, e->estate, p, e->instantane);
		a_decider(e, numero[0], numero[1], rang);
		revoir_reglements(e, numero[0], numero[1], rang);
		des_retraits = true;
		if (i % LOT_LIGNES == LOT_LIGNES - 1)
		{
			vider(e);
			MemoryContextReset(e->lot);
		}
	}
	vider(e);
	/* a number may be free again: look at the rows that it was refused to */
	if (des_retraits)
	{
		creances_sql(e->r);
		creances_executer(e->r, ORDRE_DOUBLONS, NULL);
	}
}

/*
 * Rows refused now, rows that were and are not any more.
 */
static void
noter_refus(Ecriture *e)
{
	TableFaits *t = creances_ecriture_table(e, FAIT_REFUSEE, false);
	Recherche	recherche = {0};
	bool		d_avant;

	d_avant = RelationGetNumberOfBlocks(t->rel) > 0;
	if (d_avant)
	{
		ouvrir(e, &recherche, t, "ligne_refusee_pkey", 1);
		creances_chercher(&recherche, ObjectIdGetDatum(e->r->suivi));
		d_avant = creances_trouver(&recherche);
		creances_recherche_fermer(&recherche);
	}
	if (d_avant && !e->r->nuls[1])
	{
		int			i;

		d_avant = false;
		ouvrir(e, &recherche, t, "ligne_refusee_pkey", 2);
		for (i = 0; i < e->nb_cles && !d_avant; i++)
		{
			creances_chercher(&recherche, ObjectIdGetDatum(e->r->suivi), e->cles[i].texte);
			d_avant = e->cles[i].libre && creances_trouver(&recherche);
		}
		creances_recherche_fermer(&recherche);
	}
	if (!d_avant && e->nb_refusees == 0)
		return;
	preparer_refus(e);
	creances_sql(e->r);
	creances_nommer("refusees", e->desc_refusees, e->refusees, e->nb_refusees);
	if (d_avant)
		creances_executer(e->r, ORDRE_ANOMALIES_LEVEES, NULL);
	if (e->nb_refusees > 0)
		creances_executer(e->r, ORDRE_ANOMALIES, NULL);
	SPI_unregister_relation("refusees");
}

/*
 * Write the facts from these rows.
 */
void
creances_ecrire(Ecriture *e, Lignes *lignes)
{
	MemoryContext appelant = CurrentMemoryContext;
	TableFaits *t = creances_ecriture_table(e, FAIT_CREANCE, true);
	Ligne	   *lot;
	int			nb;

	CommandCounterIncrement();
	PushActiveSnapshot(GetTransactionSnapshot());
	e->instantane = GetActiveSnapshot();
	e->creanciers = mots_create(CurrentMemoryContext, 4, NULL);
	e->visee = table_slot_create(t->rel, NULL);
	ouvrir(e, &e->par_cle, t, "creance_suivi", 2);
	ouvrir(e, &e->par_numero, t, "creance_pkey", 3);
	e->mouvements_annexes = e->des_attentes = -1;

	e->lot = AllocSetContextCreate(appelant, "creances: lot", ALLOCSET_DEFAULT_SIZES);
	while ((nb = creances_lignes_lot(lignes, LOT_LIGNES, e->lot, &lot)) > 0)
	{
		MemoryContextSwitchTo(e->lot);
		ecrire_lot(e, lot, nb);
		MemoryContextSwitchTo(appelant);
	}
	MemoryContextSwitchTo(e->lot);
	retirer(e);
	noter_refus(e);
	MemoryContextSwitchTo(appelant);

	creances_recherche_fermer(&e->par_cle);
	creances_recherche_fermer(&e->par_numero);
	creances_recherche_fermer(&e->mouvements);
	creances_recherche_fermer(&e->debiteurs);
	creances_recherche_fermer(&e->attentes);
	ExecDropSingleTupleTableSlot(e->visee);
	if (e->refusees)
		tuplestore_end(e->refusees);
	PopActiveSnapshot();
}
