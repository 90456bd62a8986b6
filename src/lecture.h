/*-------------------------------------------------------------------------
 *
 * lecture.h
 *	  The tie of a followed table, and how its rows are read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LECTURE_H
#define LECTURE_H

#include "lignes.h"

#include "utils/jsonb.h"
#include "utils/reltrigger.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

/* The fields of a row of invoices */
typedef enum Champ
{
	CHAMP_CREANCIER,
	CHAMP_FACTURE,
	CHAMP_RANG,
	CHAMP_DEBITEUR,
	CHAMP_EMISSION,
	CHAMP_ECHEANCE,
	CHAMP_MONTANT,
	CHAMP_RESTE_DU,
	CHAMP_REGLE,
	CHAMP_REGLE_LE,
	CHAMP_DEVISE,
	CHAMP_NATURE,
	CHAMP_LIVRAISON,
	NB_CHAMPS
} Champ;

/* How a field is read: a column, or a constant (attno 0) */
typedef struct Source
{
	AttrNumber	attno;
	Oid			type;
	Oid			collation;
	FmgrInfo	sortie;			/* of a text field */
	Datum		constante;		/* text or integer; 0: null */
} Source;

/* What the tie of one table says, as this session has read it */
typedef struct Lecture
{
	Oid			relid;			/* key */
	bool		valide;			/* false: the table has changed since */
	Oid			declencheur;
	Oid			schema;
	NameData	nom;
	DateADT		depuis;			/* DATEVAL_NOBEGIN: none */
	char		reprise[16];
	Genre		genre;
	SPIPlanPtr	par_cles;
	SPIPlanPtr	entiere;
	/* when each value is a plain column or a constant */
	bool		directe;
	MemoryContext contexte;
	Source		sources[NB_CHAMPS];
	bool		a_reste_du;
	bool		a_regle;
	char	   *prefixe;
	Oid			index;			/* of the primary key */
	int			nb_cles;
	Source	   *cles;
	FmgrInfo   *entrees;
	Oid		   *io;
	Oid		   *egalites;
} Lecture;

extern Lecture *creances_lecture(Relecture *r);
extern char *creances_option(Jsonb *options, const char *nom);
extern void creances_prendre_lignes(Lignes *lignes, Tuplestorestate *lu, TupleDesc desc);

/* lecture_directe.c */
extern bool creances_jour_admis(DateADT jour);
extern bool creances_lecture_directe(Lecture *l, Relation rel, Trigger *t, Jsonb *options);
extern void creances_lire_directement(Relecture *r, Lecture *l, Cle *cles, int nb,
									  Lignes *lignes, ArrayType **a_part);

#endif							/* LECTURE_H */
