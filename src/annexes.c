/*-------------------------------------------------------------------------
 *
 * annexes.c
 *	  Movements and customers that the ERP keeps in tables of their own.
 *
 * The rows just read are there under the name "lu".  Receivables are locked in
 * the order of their keys before what is known of them is read, so of two
 * payments of one invoice the second is written on top of the first.  The
 * statements are those of creances._ordre().
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"

typedef enum Annexe
{
	ANNEXE_VOULUS,
	ANNEXE_CIBLES,
	ANNEXE_VERROUS,
	ANNEXE_CHANGEES,
	ANNEXE_AUTRES_CIBLES,
	ANNEXE_DETACHEES,
	ANNEXE_RESTE,
	ANNEXE_MOUVEMENTS,
	ANNEXE_DATES,
	ANNEXE_DESIMPUTES,
	ANNEXE_SOLDES,
	ANNEXE_REFUS,
	ANNEXE_REFUS_PAYEURS,
	ANNEXE_ENTRAINES,
	ANNEXE_ATTENDUS,
	ANNEXE_ECARTS_MOUVEMENTS,
	ANNEXE_CLIENTS_PARTIS,
	ANNEXE_CLIENTS,
	ANNEXE_FICHES,
	ANNEXE_FICHES_NEUVES,
	ANNEXE_REFUS_LEVES,
	ANNEXE_REFUS_CLIENTS,
	ANNEXE_ECARTS_CLIENTS,
	NB_ANNEXES
} Annexe;

static const char *const noms[NB_ANNEXES] = {
	[ANNEXE_VOULUS] = "voulus",
	[ANNEXE_CIBLES] = "cibles",
	[ANNEXE_VERROUS] = "verrous",
	[ANNEXE_CHANGEES] = "changees",
	[ANNEXE_AUTRES_CIBLES] = "autres_cibles",
	[ANNEXE_DETACHEES] = "detachees",
	[ANNEXE_RESTE] = "reste",
	[ANNEXE_MOUVEMENTS] = "mouvements",
	[ANNEXE_DATES] = "dates",
	[ANNEXE_DESIMPUTES] = "desimputes",
	[ANNEXE_SOLDES] = "soldes",
	[ANNEXE_REFUS] = "refus",
	[ANNEXE_REFUS_PAYEURS] = "refus_payeurs",
	[ANNEXE_ENTRAINES] = "entraines",
	[ANNEXE_ATTENDUS] = "attendus",
	[ANNEXE_ECARTS_MOUVEMENTS] = "ecarts_mouvements",
	[ANNEXE_CLIENTS_PARTIS] = "clients_partis",
	[ANNEXE_CLIENTS] = "clients",
	[ANNEXE_FICHES] = "fiches",
	[ANNEXE_FICHES_NEUVES] = "fiches_neuves",
	[ANNEXE_REFUS_LEVES] = "refus_leves",
	[ANNEXE_REFUS_CLIENTS] = "refus_clients",
	[ANNEXE_ECARTS_CLIENTS] = "ecarts_clients",
};

/* Plans made for few keys, kept for the session. */
static SPIPlanPtr plans[NB_ANNEXES];

/*
 * Execute one of them; its rows go into `sortie` when given.
 */
static TupleDesc
executer(Relecture *r, Annexe annexe, bool par_cles, Tuplestorestate *sortie)
{
	bool		garde = par_cles && r->nb <= GRAND_NOMBRE;
	SPIPlanPtr	plan = garde ? plans[annexe] : NULL;
	TupleDesc	desc;

	if (plan == NULL)
	{
		Oid			types[2] = {TEXTOID, BOOLOID};
		Datum		valeurs[2] = {CStringGetTextDatum(noms[annexe]), BoolGetDatum(par_cles)};
		char	   *texte;

		if (SPI_execute_with_args("SELECT creances._ordre($1, $2)", 2, types, valeurs, NULL,
								  true, 1) != SPI_OK_SELECT)
			elog(ERROR, "SPI_execute_with_args");
		texte = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		plan = creances_preparer(texte);
		if (garde)
		{
			SPI_keepplan(plan);
			plans[annexe] = plan;
		}
	}
	creances_executer_plan(r, plan, sortie);
	desc = sortie ? creances_description(plan) : NULL;
	if (!garde)
		SPI_freeplan(plan);
	return desc;
}

/*
 * Execute it and give its rows to the next statements.
 */
static Tuplestorestate *
nommer(Relecture *r, Annexe annexe, bool par_cles, uint64 *nb)
{
	Tuplestorestate *lignes = tuplestore_begin_heap(true, false, work_mem);
	TupleDesc	desc = executer(r, annexe, par_cles, lignes);

	*nb = tuplestore_tuple_count(lignes);
	creances_nommer(noms[annexe], desc, lignes, *nb);
	return lignes;
}

static void
oublier(Annexe annexe, Tuplestorestate *lignes)
{
	SPI_unregister_relation(noms[annexe]);
	tuplestore_end(lignes);
}

/*
 * Does this question, which is one of ours, answer true?
 */
static bool
vrai(Relecture *r, Annexe annexe, bool par_cles)
{
	bool		isnull;

	executer(r, annexe, par_cles, NULL);
	return DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/*
 * The receivables being locked, read the ERP's rows once more: another session
 * may have changed one, and refreshed it, while we waited.  They are then "lu".
 * What would need other locks is left to the journal.
 */
static Tuplestorestate *
relire_sous_verrous(Relecture *r, bool par_cles, Tuplestorestate *voulus, uint64 *nb_voulus)
{
	Tuplestorestate *relu = tuplestore_begin_heap(true, false, work_mem);
	TupleDesc	desc = creances_lire_lignes(r, relu);
	uint64		nb = tuplestore_tuple_count(relu);
	Tuplestorestate *nouvelles = tuplestore_begin_heap(true, false, work_mem);
	TupleDesc	desc_nouvelles;
	bool		conflit;

	creances_nommer("relu", desc, relu, nb);
	conflit = vrai(r, ANNEXE_CHANGEES, par_cles);
	SPI_unregister_relation("relu");
	SPI_unregister_relation("lu");
	creances_nommer("lu", desc, relu, nb);

	oublier(ANNEXE_VOULUS, voulus);
	voulus = nommer(r, ANNEXE_VOULUS, par_cles, nb_voulus);
	desc_nouvelles = executer(r, ANNEXE_CIBLES, par_cles, nouvelles);
	creances_nommer("nouvelles", desc_nouvelles, nouvelles, tuplestore_tuple_count(nouvelles));
	conflit = conflit || vrai(r, ANNEXE_AUTRES_CIBLES, par_cles);
	SPI_unregister_relation("nouvelles");
	tuplestore_end(nouvelles);
	if (conflit)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 creances_errmsg("une autre session vient de changer ce règlement ou sa facture")));
	return voulus;
}

/*
 * Write the movements that these rows are; returns the number of receivables
 * whose balance has changed.
 */
uint64
creances_ecrire_mouvements(Relecture *r, TupleDesc lu)
{
	bool		par_cles = !r->nuls[1];
	uint64		nb_voulus,
				nb_cibles,
				nb = 0;
	Tuplestorestate *voulus = nommer(r, ANNEXE_VOULUS, par_cles, &nb_voulus);
	Tuplestorestate *cibles = nommer(r, ANNEXE_CIBLES, par_cles, &nb_cibles);

	if (nb_cibles > 0)
	{
		executer(r, ANNEXE_VERROUS, par_cles, NULL);
		/* (a first load holds the table against writers) */
		if (!r->chargement)
			voulus = relire_sous_verrous(r, par_cles, voulus, &nb_voulus);
		executer(r, ANNEXE_MOUVEMENTS, par_cles, NULL);
		executer(r, ANNEXE_DATES, par_cles, NULL);
		executer(r, ANNEXE_DESIMPUTES, par_cles, NULL);
		executer(r, ANNEXE_SOLDES, par_cles, NULL);
		nb = SPI_processed;
	}
	if (nb_voulus > 0)
		executer(r, ANNEXE_REFUS, par_cles, NULL);
	if (r->genre == GENRE_REGLEMENTS)
		executer(r, ANNEXE_REFUS_PAYEURS, par_cles, NULL);
	if (r->genre == GENRE_REGLEMENTS && r->entrainantes)
	{
		/* not what was read again because of the other table */
		creances_parametre(r, 6, PointerGetDatum(r->entrainantes), false);
		executer(r, ANNEXE_ENTRAINES, par_cles, NULL);
	}
	oublier(ANNEXE_CIBLES, cibles);
	oublier(ANNEXE_VOULUS, voulus);
	return nb;
}

/*
 * One of them, outside of a refresh.
 */
static bool
ordre_seul(Annexe annexe, bool question)
{
	Relecture	r;
	Oid			qui;
	int			contexte;
	int			niveau;
	bool		reponse = false;

	creances_commencer(&r, InvalidOid, NULL);
	r.nb = 0;
	GetUserIdAndSecContext(&qui, &contexte);
	SetUserIdAndSecContext(r.nous, contexte | SECURITY_LOCAL_USERID_CHANGE);
	niveau = creances_reglages_fixes();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect");
	if (question)
		reponse = vrai(&r, annexe, true);
	else
		executer(&r, annexe, true, NULL);
	SPI_finish();
	AtEOXact_GUC(true, niveau);
	SetUserIdAndSecContext(qui, contexte);
	return reponse;
}

/*
 * Journal again the movements whose invoice has come since they were refused:
 * whoever of two sessions commits first, neither of them sees the other's row.
 */
void
creances_reprendre_attendus(void)
{
	(void) ordre_seul(ANNEXE_ATTENDUS, false);
	(void) ordre_seul(ANNEXE_DETACHEES, false);
}

/*
 * Has the refresh left, or written, anything in the journal?
 */
bool
creances_reste_au_journal(void)
{
	return ordre_seul(ANNEXE_RESTE, true);
}

/*
 * Write what the customers' rows say; returns the number of debtors changed.
 */
uint64
creances_ecrire_clients(Relecture *r)
{
	bool		par_cles = !r->nuls[1];
	uint64		nb;

	executer(r, ANNEXE_CLIENTS_PARTIS, par_cles, NULL);
	executer(r, ANNEXE_CLIENTS, par_cles, NULL);
	executer(r, ANNEXE_FICHES, par_cles, NULL);
	nb = SPI_processed;
	executer(r, ANNEXE_FICHES_NEUVES, par_cles, NULL);
	nb += SPI_processed;
	executer(r, ANNEXE_REFUS_LEVES, par_cles, NULL);
	executer(r, ANNEXE_REFUS_CLIENTS, par_cles, NULL);
	return nb;
}

/*
 * The differences between these rows and what is known of them, for
 * verifier_suivi(); $2 are the keys that could not be read.
 */
bool
creances_ecarts_annexes(Relecture *r, TupleDesc lu, Tuplestorestate *sortie)
{
	if (r->genre == GENRE_CLIENTS)
		executer(r, ANNEXE_ECARTS_CLIENTS, false, sortie);
	else if (SPI_fnumber(lu, "m_facture") > 0)
	{
		uint64		nb;
		Tuplestorestate *voulus = nommer(r, ANNEXE_VOULUS, false, &nb);

		executer(r, ANNEXE_ECARTS_MOUVEMENTS, false, sortie);
		oublier(ANNEXE_VOULUS, voulus);
	}
	else
		return false;
	return true;
}
