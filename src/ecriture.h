/*-------------------------------------------------------------------------
 *
 * ecriture.h
 *	  One refresh under way: its keys, the tables it has open.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ECRITURE_H
#define ECRITURE_H

#include "faits.h"
#include "lignes.h"

typedef struct Ecriture
{
	Relecture  *r;
	EState	   *estate;
	MemoryContext lot;			/* for the rows written together */
	TableFaits	tables[NB_FAITS];

	/* the keys; a whole table has those that hold a receivable */
	Cle		   *cles;
	int			nb_cles;
	int			place_cles;
	mots_hash  *par_texte;
	Visee	   *visees;
	int			nb_visees;
	int			place_visees;
	Pas		   *pas;
	int			nb_pas;
	int			place_pas;

	/* while facts are written */
	Snapshot	instantane;
	Recherche	par_cle;
	Recherche	par_numero;
	Recherche	mouvements;
	Recherche	debiteurs;
	Recherche	attentes;
	TupleTableSlot *visee;
	mots_hash  *creanciers;
	struct Creancier *creancier;
	int			nb_creanciers;
	mots_hash  *tiers;			/* debtors known to be in their table */
	int			mouvements_annexes; /* do movements come from tables of their own? -1: not known yet */
	int			des_attentes;	/* do payments wait for their invoice? likewise */
	Tuplestorestate *refusees;
	TupleDesc	desc_refusees;
	uint64		nb_refusees;
	uint64		nb;				/* receivables written */
} Ecriture;

extern TableFaits *creances_ecriture_table(Ecriture *e, Fait fait, bool ecrire);
extern int	creances_ecriture_cle(Ecriture *e, Datum texte);
extern void creances_ecrire(Ecriture *e, Lignes *lignes);

#endif							/* ECRITURE_H */
