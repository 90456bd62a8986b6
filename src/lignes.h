/*-------------------------------------------------------------------------
 *
 * lignes.h
 *	  What one refresh works on: the rows read from the ERP, in our words, and
 *	  the keys asked for.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LIGNES_H
#define LIGNES_H

#include "creances.h"

#include "executor/tuptable.h"
#include "storage/itemptr.h"
#include "utils/tuplesort.h"

#define SANS_DATE	DATEVAL_NOBEGIN		/* a good row holds no infinite date */

/* What is to be done with a row */
typedef enum Action
{
	ACTION_AUCUNE = 0,
	ACTION_HORS,				/* not to be followed */
	ACTION_IMPUTEE,				/* a movement of a receivable */
	ACTION_ANOMALIE,			/* a value forbids it */
	ACTION_DOUBLON,				/* another row holds its number */
	ACTION_NEUVE,
	ACTION_MAJ
} Action;

/* A row of the ERP.  Texts and amounts are 0 when they are null. */
typedef struct Ligne
{
	Datum		cle;
	Datum		creancier;
	Datum		facture;
	Datum		debiteur;
	Datum		nature;
	Datum		devise;
	Datum		montant;
	Datum		regle;
	Datum		code;
	Datum		motif;
	int32		rang;
	DateADT		emission;
	DateADT		livraison;
	DateADT		echeance;
	DateADT		regle_le;
	bool		suivie;
	bool		imputee;		/* not followed: it is a movement */
} Ligne;

#define LIGNE_BONNE(l)		((l)->suivie && (l)->code == (Datum) 0)

/* The rows, to be taken back in the order of their numbers, then keys */
typedef struct Lignes
{
	MemoryContext contexte;
	uint64		nb;
	int			place;
	int			lue;
	Ligne	   *tableau;
	Tuplesortstate *tri;		/* when there may be very many */
	TupleTableSlot *prise;
	Ligne		suivante;		/* read ahead from the sort */
	bool		y_suivante;
} Lignes;

/* One step of a key, from the journal that this refresh consumes */
typedef struct Pas
{
	int			suivant;		/* of the same key, -1: none */
	TimestampTz instant;
	ItemPointerData place;
	Datum		regle;			/* 0: null */
	DateADT		regle_le;
	bool		de_l_erp;		/* not put there by synchroniser() */
} Pas;

/* A receivable that a key held when it was locked */
typedef struct Visee
{
	int			cle;
	int			suivante;		/* of the same key, -1: none */
	ItemPointerData place;
	bool		retiree;
	bool		tenue;			/* a row read holds its number */
} Visee;

/* A key asked for (or, of a whole table, one that holds a receivable) */
typedef struct Cle
{
	Datum		texte;
	int			visee;			/* first of its receivables, -1: none */
	int			pas;			/* first of its steps, -1: none */
	bool		libre;			/* ours to refresh */
	bool		neuve;			/* had no receivable when it was locked */
	bool		chargement;		/* synchroniser() has put it in the journal */
	bool		entrainee;		/* only we have put it there */
	uint8		action;			/* of its row */
} Cle;

/* A set of texts, numbered: keys, creditors, debtors */
typedef struct Mot
{
	const char *p;
	int			n;
} Mot;

typedef struct Entree
{
	Mot			mot;
	uint32		hash;
	char		status;
	int			numero;
} Entree;

#define SH_PREFIX		mots
#define SH_ELEMENT_TYPE	Entree
#define SH_KEY_TYPE		Mot
#define SH_SCOPE		extern
#define SH_DECLARE
#include "lib/simplehash.h"

extern int	creances_mot(mots_hash *mots, Datum texte, int numero, bool *connu);
extern int	creances_mot_connu(mots_hash *mots, Datum texte);

extern void creances_lignes_commencer(Lignes *l, bool tres_nombreuses);
extern void creances_lignes_ajouter(Lignes *l, const Ligne *ligne);
extern void creances_lignes_ranger(Lignes *l);
extern int	creances_lignes_lot(Lignes *l, int nb, MemoryContext contexte, Ligne **lot);
extern void creances_lignes_finir(Lignes *l);
extern int	creances_comparer_numeros(const Ligne *a, const Ligne *b);

static inline bool
meme_numero(const Ligne *a, const Ligne *b)
{
	return a->facture && b->facture && creances_comparer_numeros(a, b) == 0;
}

#endif							/* LIGNES_H */
