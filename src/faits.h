/*-------------------------------------------------------------------------
 *
 * faits.h
 *	  The tables of facts as C sees them: columns by name, look-ups by index,
 *	  insertions and updates through the table access method.
 *
 *-------------------------------------------------------------------------
 */
#ifndef FAITS_H
#define FAITS_H

#include "creances.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/relscan.h"
#include "access/skey.h"
#include "nodes/execnodes.h"
#include "utils/rel.h"
#include "utils/snapshot.h"

/* The tables, and their columns that we write, in the order of noms[] */
typedef enum Fait
{
	FAIT_CREANCE,
	FAIT_VERSION,
	FAIT_REGLEMENT,
	FAIT_DECIDER,
	FAIT_REVOIR,
	FAIT_DEBITEUR,
	FAIT_CREANCIER,
	FAIT_REFUSEE,
	NB_FAITS
} Fait;

enum
{
	CR_CREANCIER, CR_FACTURE, CR_RANG, CR_DEBITEUR, CR_NATURE, CR_EMISSION,
	CR_LIVRAISON, CR_NEE_LE, CR_ECHEANCE, CR_MONTANT, CR_DEVISE, CR_SOLDE,
	CR_SOLDEE_LE, CR_VERSIONS, CR_VERSION_LE, CR_RETIREE_LE, CR_RETIREE_MOTIF,
	CR_REPRISE_LE, CR_REPRISE, CR_SUIVI, CR_CLE, CR_DETAILS
};

enum
{
	VE_CREANCIER, VE_FACTURE, VE_RANG, VE_VERSION, VE_JUSQUE, VE_DEBITEUR,
	VE_NEE_LE, VE_EMISSION, VE_ECHEANCE, VE_MONTANT, VE_DEVISE, VE_RETIREE,
	VE_MOTIF, VE_CONNU_LE
};

enum
{
	RE_CREANCIER, RE_REGLEMENT, RE_FACTURE, RE_RANG, RE_LE, RE_MONTANT, RE_NATURE,
	RE_REPRISE, RE_SUIVI, RE_CLE, RE_CONNU_LE, RE_DETAILS
};

enum
{
	DE_CREANCIER, DE_FACTURE, DE_RANG
};

enum
{
	RV_SUIVI, RV_CLE, RV_INSTANT, RV_TRANSACTION, RV_REGLE, RV_REGLE_LE, RV_CHARGEMENT
};

enum
{
	SO_CREANCIER, SO_FUSEAU
};

enum
{
	RF_SUIVI, RF_CLE
};

#define NB_COLONNES_MAX		22

/* Rows kept back before they are written together */
#define LOT_FAITS		200

/* One of our tables, open for the length of a refresh */
typedef struct TableFaits
{
	Fait		fait;
	Relation	rel;			/* NULL: not open yet */
	const AttrNumber *col;		/* numbers of our columns, less one */
	bool		ecrite;			/* indexes are open for writing */
	ResultRelInfo *rri;
	TupleTableSlot *place;		/* for one row */
	TupleTableSlot **lot;		/* rows not yet written */
	int			nb;
	int			place_lot;
	BulkInsertState en_masse;
} TableFaits;

/* Look-ups in one index, by equality with its first columns */
typedef struct Recherche
{
	Relation	index;			/* NULL: not open yet */
	bool		fermer;			/* it is ours to close */
	IndexScanDesc parcours;
	MemoryContext contexte;		/* where the index keeps what it needs */
	ScanKeyData cles[3];
	int			nb;
	TupleTableSlot *ligne;
} Recherche;

extern void creances_fait_ouvrir(TableFaits *t, Fait fait, bool ecrire, EState *estate);
extern void creances_fait_fermer(TableFaits *t);
extern TupleTableSlot *creances_fait_neuf(TableFaits *t, EState *estate);
extern bool creances_fait_ajouter(TableFaits *t, EState *estate);
extern void creances_fait_vider(TableFaits *t, EState *estate);
extern TupleTableSlot *creances_fait_copie(TableFaits *t, TupleTableSlot *ancienne);
extern void creances_fait_modifier(TableFaits *t, EState *estate, TupleTableSlot *ancienne,
								   Snapshot instantane);
extern bool creances_index_vierge(const char *nom);
extern void creances_recherche_ouvrir(Recherche *r, TableFaits *t, const char *nom, int nb,
									  Snapshot instantane);
extern void creances_recherche_fermer(Recherche *r);
extern void creances_chercher(Recherche *r,...);
extern bool creances_trouver(Recherche *r);
extern void creances_conflit(void) __attribute__((noreturn));

/* Value of a column of ours */
static inline Datum
fait_valeur(TableFaits *t, TupleTableSlot *ligne, int colonne, bool *nul)
{
	return slot_getattr(ligne, t->col[colonne] + 1, nul);
}

static inline void
fait_poser(TableFaits *t, TupleTableSlot *ligne, int colonne, Datum valeur)
{
	ligne->tts_values[t->col[colonne]] = valeur;
	ligne->tts_isnull[t->col[colonne]] = false;
}

static inline void
fait_vide(TableFaits *t, TupleTableSlot *ligne, int colonne)
{
	ligne->tts_values[t->col[colonne]] = (Datum) 0;
	ligne->tts_isnull[t->col[colonne]] = true;
}

#endif							/* FAITS_H */
