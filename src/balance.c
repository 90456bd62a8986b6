/*-------------------------------------------------------------------------
 *
 * balance.c
 *	  The aggregate balance_agee(): an aged balance in one pass.
 *
 * Buckets: [1] not due (lateness au - échéance <= 0), then 1..b1, b1+1..b2, ...,
 * more than bn.  Every amount, debit or credit, falls into exactly one, so the
 * buckets always add up to the balance.
 *
 * The state is a bytea of 128-bit sums that the transition function modifies in
 * place and returns: nothing is copied or allocated for a row.  Being a bytea,
 * it needs no serialization to be combined, by parallel workers or elsewhere;
 * but a state that has travelled in a tuple may be short-headered and unaligned,
 * and is then copied and checked.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "catalog/pg_type.h"
#include "utils/array.h"

/* ARR_DATA_PTR, whose own form mixes signs (-Wextra) */
#define ELEMENTS(a)		((char *) (a) + (ARR_HASNULL(a) ? (Size) (a)->dataoffset : \
										 ARR_OVERHEAD_NONULLS(ARR_NDIM(a))))

#define BORNES_MAX			64
#define TRANCHES(bornes)	((bornes) + 2)

/*
 * The state: sums of the buckets, then (after the last sum) the bounds.
 */
typedef struct EtatBalance
{
	int32		vl_len_;
	uint16		magique;
	uint8		bornes;			/* number of bounds */
	uint8		dscale;			/* decimals to show */
	int128		sommes[FLEXIBLE_ARRAY_MEMBER];
} EtatBalance;

#define MAGIQUE_BALANCE		0xBA01	/* version 1 */
#define TAILLE_BALANCE(n)	(offsetof(EtatBalance, sommes) + \
							 TRANCHES(n) * sizeof(int128) + (n) * sizeof(int32))
#define BORNES(e)			((int32 *) &(e)->sommes[TRANCHES((e)->bornes)])

StaticAssertDecl(offsetof(EtatBalance, sommes) % MAXIMUM_ALIGNOF == 0,
				 "sums must be aligned");

static const int32 bornes_defaut[] = {30, 60, 90, 120};

PG_FUNCTION_INFO_V1(creances_balance_trans);
PG_FUNCTION_INFO_V1(creances_balance_combine);
PG_FUNCTION_INFO_V1(creances_balance_final);

static EtatBalance *
nouvel_etat(const int32 *bornes, int nombre)
{
	EtatBalance *e = palloc0(TAILLE_BALANCE(nombre));

	SET_VARSIZE(e, TAILLE_BALANCE(nombre));
	e->magique = MAGIQUE_BALANCE;
	e->bornes = nombre;
	memcpy(BORNES(e), bornes, nombre * sizeof(int32));
	return e;
}

/*
 * The state behind a Datum, aligned and checked; in place when it can be.
 */
static inline EtatBalance *
lire_etat(Datum valeur)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(valeur);
	EtatBalance *e = (EtatBalance *) v;

	if (unlikely(!VARATT_IS_4B_U(v) || (uintptr_t) v % MAXIMUM_ALIGNOF != 0))
	{
		struct varlena *lu = pg_detoast_datum_packed(v);
		Size		n = VARSIZE_ANY_EXHDR(lu);

		e = palloc(VARHDRSZ + n);
		SET_VARSIZE(e, VARHDRSZ + n);
		memcpy(VARDATA(e), VARDATA_ANY(lu), n);
	}
	if (unlikely(VARSIZE(e) < TAILLE_BALANCE(1) ||
				 e->magique != MAGIQUE_BALANCE ||
				 e->bornes < 1 || e->bornes > BORNES_MAX ||
				 e->dscale > CREANCES_DECIMALES ||
				 VARSIZE(e) != TAILLE_BALANCE(e->bornes)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 creances_errmsg("état de balance_agee non valable")));
	return e;
}

static void
refuser_bornes(const char *raison)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("bornes de la balance âgée refusées : %s", raison),
			 creances_errhint("Donnez de 1 à %d nombres de jours positifs et croissants, "
							  "par exemple '{30,60,90,120}'.", BORNES_MAX)));
}

/*
 * Check the bounds of a new group.
 */
static void
verifier_bornes(ArrayType *bornes)
{
	const int32 *b = (const int32 *) ELEMENTS(bornes);
	int			n;

	if (ARR_NDIM(bornes) != 1)
		refuser_bornes("un tableau à une dimension est attendu");
	if (ARR_HASNULL(bornes) && array_contains_nulls(bornes))
		refuser_bornes("NULL parmi elles");
	n = ARR_DIMS(bornes)[0];
	if (n > BORNES_MAX)
		refuser_bornes("trop nombreuses");
	for (int i = 0; i < n; i++)
	{
		if (b[i] <= 0)
			refuser_bornes("elles doivent être positives");
		if (i > 0 && b[i] <= b[i - 1])
			refuser_bornes("elles doivent être strictement croissantes");
	}
}

static void
refuser_melange(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("bornes différentes dans une même balance âgée"),
			 creances_errhint("Donnez les mêmes bornes à toutes les lignes d'un groupe.")));
}

static void
refuser_null(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 creances_errmsg("argument « %s » NULL dans balance_agee", argument),
			 strcmp(argument, "echeance") == 0 ?
			 creances_errhint("Un montant sans échéance ne tombe dans aucune tranche : "
							  "filtrez la ligne ou donnez-lui une échéance.") :
			 creances_errhint("Donnez la date d'arrêté, et les mêmes bornes, à toutes "
							  "les lignes.")));
}

/*
 * Transition: (state, montant, echeance, au [, bornes]).
 *
 * A NULL amount is ignored, as sum() does; with an amount, any other NULL is an
 * error (22004).
 */
Datum
creances_balance_trans(PG_FUNCTION_ARGS)
{
	EtatBalance *e;
	DateADT		echeance;
	DateADT		au;
	int64		retard;
	int128		montant;
	int			dscale;
	int			tranche = 0;
	ArrayType  *bornes = NULL;

	creances_exiger_agregat(fcinfo);
	if (unlikely(PG_ARGISNULL(1)))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	if (unlikely(PG_ARGISNULL(2)))
		refuser_null("echeance");
	if (unlikely(PG_ARGISNULL(3)))
		refuser_null("au");
	echeance = PG_GETARG_DATEADT(2);
	au = PG_GETARG_DATEADT(3);
	creances_date_finie(echeance, "echeance");
	creances_date_finie(au, "au");

	if (PG_NARGS() > 4)
	{
		if (PG_ARGISNULL(4))
			refuser_null("bornes");
		bornes = PG_GETARG_ARRAYTYPE_P(4);
	}

	if (unlikely(PG_ARGISNULL(0)))
	{
		/* The executor copies this into the aggregate's context */
		if (bornes != NULL)
		{
			verifier_bornes(bornes);
			e = nouvel_etat((const int32 *) ELEMENTS(bornes), ARR_DIMS(bornes)[0]);
		}
		else
			e = nouvel_etat(bornes_defaut, lengthof(bornes_defaut));
	}
	else
	{
		e = lire_etat(PG_GETARG_DATUM(0));
		if (bornes != NULL &&
			(ARR_NDIM(bornes) != 1 || ARR_DIMS(bornes)[0] != e->bornes ||
			 (ARR_HASNULL(bornes) && array_contains_nulls(bornes)) ||
			 memcmp(ELEMENTS(bornes), BORNES(e), e->bornes * sizeof(int32)) != 0))
			refuser_melange();
	}
	if (bornes != NULL)
		PG_FREE_IF_COPY(bornes, 4);

	montant = creances_montant_lire(PG_GETARG_DATUM(1), &dscale);
	retard = (int64) au - echeance;
	if (retard > 0)
	{
		const int32 *b = BORNES(e);

		for (tranche = 1; tranche <= e->bornes && retard > b[tranche - 1]; tranche++)
			;
	}
	if (unlikely(__builtin_add_overflow(e->sommes[tranche], montant, &e->sommes[tranche])))
		creances_montant_deborde();
	if (unlikely(dscale > e->dscale))
		e->dscale = Min(dscale, CREANCES_DECIMALES);
	PG_RETURN_POINTER(e);
}

/*
 * Combine two partial states.
 */
Datum
creances_balance_combine(PG_FUNCTION_ARGS)
{
	EtatBalance *a;
	EtatBalance *b;

	creances_exiger_agregat(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	b = lire_etat(PG_GETARG_DATUM(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_POINTER(b);
	a = lire_etat(PG_GETARG_DATUM(0));
	if (a->bornes != b->bornes ||
		memcmp(BORNES(a), BORNES(b), a->bornes * sizeof(int32)) != 0)
		refuser_melange();
	for (int i = 0; i < TRANCHES(a->bornes); i++)
	{
		if (__builtin_add_overflow(a->sommes[i], b->sommes[i], &a->sommes[i]))
			creances_montant_deborde();
	}
	a->dscale = Max(a->dscale, b->dscale);
	PG_RETURN_POINTER(a);
}

/*
 * Final: the buckets as numeric[].  Does not touch the state.
 */
Datum
creances_balance_final(PG_FUNCTION_ARGS)
{
	EtatBalance *e;
	Datum		valeurs[TRANCHES(BORNES_MAX)];
	int64		unite = 1;

	creances_exiger_agregat(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	e = lire_etat(PG_GETARG_DATUM(0));
	for (int i = e->dscale; i < CREANCES_DECIMALES; i++)
		unite *= 10;
	for (int i = 0; i < TRANCHES(e->bornes); i++)
		valeurs[i] = creances_montant_rendre(e->sommes[i] / unite, e->dscale);
	PG_RETURN_ARRAYTYPE_P(construct_array(valeurs, TRANCHES(e->bornes), NUMERICOID,
										  -1, false, TYPALIGN_INT));
}
