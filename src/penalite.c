/*-------------------------------------------------------------------------
 *
 * penalite.c
 *	  Late-payment interest, exact to the cent.
 *
 * Law: C. com. L441-10 II (professionals), CCP R2192-31 (public buyers), CMF
 * L313-2 (legal rate).  The late days are ]échéance ; au]: from the day after
 * the due date, the last day included.  Each day is priced at the rate of its
 * own half-year, unless the rule is 'fixe'.  The year has 365 days, also in
 * leap years; '360' and 'actuel' (365 or 366 by the year of each day) are there
 * for contracts that say so.
 *
 * With C(d) the sum of the daily rates up to day d, the interest of a principal
 * is principal x (C(au) - C(échéance)) / (100 x base): an exact integer product,
 * one division, one rounding, half away from zero.  With payments it is a sum
 * of such terms, and again one rounding.  The daily amount is never rounded
 * before it is multiplied.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "utils/builtins.h"
#include "utils/memutils.h"

#define DECIMALES_DEFAUT	2

/* A change of the principal at the end of a day */
typedef struct Mouvement
{
	int64		jour;			/* never before the échéance */
	int128		montant;
} Mouvement;

/*
 * State of penalite_mouvements() and of penalite_facture(), a bytea: what is the
 * same on all rows of a group, then the movements in order of days, one a day.
 * int128 is PostgreSQL's, aligned as palloc aligns.
 */
typedef struct EtatMouvements
{
	int32		vl_len_;
	uint32		magique;
	TauxRetard	taux;
	DateADT		echeance;
	DateADT		au;
	int32		base;
	int32		decimales;
	int32		nombre;
	int32		place;			/* allocated movements */
	int128		facture;		/* owed from the start, not a movement */
	Mouvement	mouvements[FLEXIBLE_ARRAY_MEMBER];
} EtatMouvements;

#define MAGIQUE_MOUVEMENTS	0x504D0002	/* "PM", version 2 */
#define TAILLE_MOUVEMENTS(n)	(offsetof(EtatMouvements, mouvements) + \
								 (Size) (n) * sizeof(Mouvement))
#define PLACE_DEPART		4

StaticAssertDecl(offsetof(EtatMouvements, mouvements) % MAXIMUM_ALIGNOF == 0,
				 "movements must be aligned");

PG_FUNCTION_INFO_V1(creances_penalite_retard);
PG_FUNCTION_INFO_V1(creances_interet_journalier);
PG_FUNCTION_INFO_V1(creances_mouvements_trans);
PG_FUNCTION_INFO_V1(creances_facture_trans);
PG_FUNCTION_INFO_V1(creances_mouvements_combine);
PG_FUNCTION_INFO_V1(creances_mouvements_final);

/*
 * Length of the year for interest, from its text: 22023 when unknown.
 */
BaseAnnee
creances_base_lire(Datum base)
{
	text	   *texte = DatumGetTextPP(base);
	const char *p = VARDATA_ANY(texte);
	int			n = VARSIZE_ANY_EXHDR(texte);

	if (n == 3 && memcmp(p, "365", 3) == 0)
		return BASE_365;
	if (n == 3 && memcmp(p, "360", 3) == 0)
		return BASE_360;
	if (n == 6 && memcmp(p, "actuel", 6) == 0)
		return BASE_ACTUEL;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("base de calcul inconnue : « %s »",
							 creances_utf8(text_to_cstring(texte))),
			 creances_errhint("Bases connues : '365' (par défaut, aussi les années "
							  "bissextiles), 'actuel' (365 ou 366 selon l'année du jour), "
							  "'360'.")));
	return BASE_365;			/* not reached */
}

/*
 * What a sum of daily rates is divided by, besides 100.
 */
int64
creances_base_denominateur(BaseAnnee base)
{
	switch (base)
	{
		case BASE_365:
			return 365;
		case BASE_360:
			return 360;
		case BASE_ACTUEL:
			return BASE_ACTUEL_DENOMINATEUR;
	}
	return 0;					/* not reached */
}

/*
 * Number of decimals of a currency, checked.
 */
int
creances_decimales_lire(int32 decimales)
{
	if (decimales < 0 || decimales > CREANCES_DECIMALES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("nombre de décimales hors limites : %d", decimales),
				 creances_errhint("Donnez celui de la devise, de 0 à %d ; 2 pour l'euro.",
								  CREANCES_DECIMALES)));
	return decimales;
}

/*
 * Denominator of principal x cumulated rates, for a result in 10^-decimales:
 * the amount is in millionths, the rates in percent and CUMUL_ECHELLE.
 */
int128
creances_denominateur(BaseAnnee base, int decimales)
{
	int128		d = (int128) CREANCES_UNITE * CUMUL_ECHELLE * 100;

	for (int i = 0; i < decimales; i++)
		d /= 10;
	return d * creances_base_denominateur(base);
}

/*
 * How a statement is rounded, from its text: 22023 when unknown.
 */
bool
creances_arrondi_lire(Datum arrondi)
{
	text	   *texte = DatumGetTextPP(arrondi);
	const char *p = VARDATA_ANY(texte);
	int			n = VARSIZE_ANY_EXHDR(texte);

	if (n == 5 && memcmp(p, "total", 5) == 0)
		return false;
	if (n == 7 && memcmp(p, "segment", 7) == 0)
		return true;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("arrondi inconnu : « %s »",
							 creances_utf8(text_to_cstring(texte))),
			 creances_errhint("Arrondis connus : 'total' (par défaut, un seul arrondi), "
							  "'segment' (chaque ligne arrondie, puis additionnée).")));
	return false;				/* not reached */
}

/*
 * Read and check the arguments (montant, echeance, au, taux, base [, decimales,
 * arrondi]).
 */
void
creances_demande_lire(FunctionCallInfo fcinfo, Demande *d)
{
	DateADT		echeance = PG_GETARG_DATEADT(1);
	DateADT		au = PG_GETARG_DATEADT(2);

	creances_date_finie(echeance, "echeance");
	creances_date_finie(au, "au");
	d->echeance = echeance;
	d->au = au;
	d->taux = PG_GETARG_TAUX_RETARD(3);
	d->base = creances_base_lire(PG_GETARG_DATUM(4));
	d->montant = creances_montant_lire(PG_GETARG_DATUM(0), &d->dscale);
	d->decimales = PG_NARGS() > 5 ? creances_decimales_lire(PG_GETARG_INT32(5)) : DECIMALES_DEFAUT;
	d->segment = PG_NARGS() > 6 && creances_arrondi_lire(PG_GETARG_DATUM(6));
}

/*
 * penalite_retard(montant, echeance, au, taux, base, decimales, arrondi)
 *
 * Zero, and no rate looked up, when nothing is owed or nothing is late.
 */
Datum
creances_penalite_retard(PG_FUNCTION_ARGS)
{
	Demande		d;
	int128		cumul;

	creances_demande_lire(fcinfo, &d);
	if (d.montant <= 0 || d.au <= d.echeance)
		return creances_montant_rendre(0, d.decimales);
	if (d.segment)
		return creances_montant_rendre(creances_interets_par_ligne(&d), d.decimales);

	cumul = creances_taux_cumul(d.taux, d.base, d.echeance, d.au, d.echeance + 1);
	return creances_montant_rendre(creances_produit_divise(d.montant, cumul,
														   creances_denominateur(d.base, d.decimales)),
								   d.decimales);
}

/*
 * interet_journalier(montant, echeance, au, taux, base): what the day after
 * "au" adds, to 6 decimals.
 *
 * To be shown, not to be multiplied: 10.8082 for 30 days becomes 10.82 when the
 * daily amount is rounded first.
 */
Datum
creances_interet_journalier(PG_FUNCTION_ARGS)
{
	Demande		d;
	int128		cumul;

	creances_demande_lire(fcinfo, &d);
	if (d.montant <= 0 || d.au < d.echeance)
		return creances_montant_rendre(0, CREANCES_DECIMALES);

	cumul = creances_taux_cumul(d.taux, d.base, d.au, d.au + 1, d.echeance + 1);
	return creances_montant_rendre(creances_produit_divise(d.montant, cumul,
														   creances_denominateur(d.base, CREANCES_DECIMALES)),
								   CREANCES_DECIMALES);
}


/* ----------------------------------------------------------------
 *						One invoice, its dated movements
 * ----------------------------------------------------------------
 */

/*
 * The state behind a Datum, aligned and checked.  A state made by a transition
 * function is used in place; one that comes out of a tuple may be short-headered
 * and is copied.
 */
static EtatMouvements *
lire_etat(Datum valeur)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(valeur);
	EtatMouvements *e = (EtatMouvements *) v;

	if (!VARATT_IS_4B_U(v) || (uintptr_t) v % MAXIMUM_ALIGNOF != 0)
	{
		struct varlena *lu = pg_detoast_datum_packed(v);
		Size		n = VARSIZE_ANY_EXHDR(lu);

		e = palloc(VARHDRSZ + n);
		SET_VARSIZE(e, VARHDRSZ + n);
		memcpy(VARDATA(e), VARDATA_ANY(lu), n);
	}
	if (VARSIZE(e) < TAILLE_MOUVEMENTS(1) ||
		e->magique != MAGIQUE_MOUVEMENTS ||
		e->place < 1 || VARSIZE(e) != TAILLE_MOUVEMENTS(e->place) ||
		e->nombre < 0 || e->nombre > e->place ||
		e->base < BASE_365 || e->base > BASE_ACTUEL ||
		e->decimales < 0 || e->decimales > CREANCES_DECIMALES ||
		!creances_taux_valable(&e->taux))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 creances_errmsg("état de penalite_mouvements non valable")));
	return e;
}

/*
 * Add a movement at its place.  The result is the state itself, or a larger one
 * in the current context: the executor copies it into the aggregate's.
 */
static EtatMouvements *
ajouter_mouvement(EtatMouvements *e, int64 jour, int128 montant)
{
	int			bas = 0;
	int			haut = e->nombre;

	while (bas < haut)
	{
		int			milieu = (bas + haut) / 2;

		if (e->mouvements[milieu].jour < jour)
			bas = milieu + 1;
		else
			haut = milieu;
	}
	if (bas < e->nombre && e->mouvements[bas].jour == jour)
	{
		if (__builtin_add_overflow(e->mouvements[bas].montant, montant,
								   &e->mouvements[bas].montant))
			creances_montant_deborde();
		return e;
	}

	if (e->nombre == e->place)
	{
		int32		place = e->place * 2;
		EtatMouvements *grand;

		if (!AllocSizeIsValid(TAILLE_MOUVEMENTS(place)))
			ereport(ERROR,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 creances_errmsg("trop de mouvements sur une facture")));
		grand = palloc0(TAILLE_MOUVEMENTS(place));
		memcpy(grand, e, TAILLE_MOUVEMENTS(e->nombre));
		SET_VARSIZE(grand, TAILLE_MOUVEMENTS(place));
		grand->place = place;
		e = grand;
	}
	memmove(&e->mouvements[bas + 1], &e->mouvements[bas],
			(e->nombre - bas) * sizeof(Mouvement));
	e->mouvements[bas].jour = jour;
	e->mouvements[bas].montant = montant;
	e->nombre++;
	return e;
}

static void
refuser_melange(bool jointe)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 jointe ?
			 creances_errmsg("penalite_facture porte sur une seule facture") :
			 creances_errmsg("penalite_mouvements porte sur une seule facture"),
			 jointe ?
			 creances_errdetail("Le montant, l'échéance, la date d'arrêté et le taux doivent "
								"être les mêmes sur toutes les lignes d'un groupe.") :
			 creances_errdetail("L'échéance, la date d'arrêté, le taux, la base et les "
								"décimales doivent être les mêmes sur toutes les lignes "
								"d'un groupe."),
			 creances_errhint("Groupez par facture.")));
}

/*
 * The state that a transition goes on with: a new one, or the group's, which
 * must be of the same invoice.
 */
static EtatMouvements *
ouvrir_etat(FunctionCallInfo fcinfo, bool jointe, int128 facture,
			DateADT echeance, DateADT au, const TauxRetard *taux,
			BaseAnnee base, int decimales)
{
	EtatMouvements *e;

	if (PG_ARGISNULL(0))
	{
		creances_date_finie(echeance, "echeance");
		creances_date_finie(au, "au");
		e = palloc0(TAILLE_MOUVEMENTS(PLACE_DEPART));
		SET_VARSIZE(e, TAILLE_MOUVEMENTS(PLACE_DEPART));
		e->magique = MAGIQUE_MOUVEMENTS;
		e->taux = *taux;
		e->echeance = echeance;
		e->au = au;
		e->base = base;
		e->decimales = decimales;
		e->place = PLACE_DEPART;
		e->facture = facture;
		return e;
	}
	e = lire_etat(PG_GETARG_DATUM(0));
	if (e->echeance != echeance || e->au != au || e->base != (int32) base ||
		e->decimales != decimales || e->facture != facture ||
		memcmp(&e->taux, taux, sizeof(TauxRetard)) != 0)
		refuser_melange(jointe);
	return e;
}

/*
 * Transition: (state, montant, le, echeance, au, taux [, base [, decimales]]).
 *
 * A NULL amount is ignored, as sum() does; any other NULL is an error.
 */
Datum
creances_mouvements_trans(PG_FUNCTION_ARGS)
{
	static const char *const noms[] = {
		"", "montant", "le", "echeance", "au", "taux", "base", "decimales"
	};
	EtatMouvements *e;
	DateADT		le;
	DateADT		echeance;
	DateADT		au;
	const TauxRetard *taux;
	BaseAnnee	base = BASE_365;
	int			decimales = DECIMALES_DEFAUT;
	int128		montant;
	int			dscale;

	creances_exiger_agregat(fcinfo);
	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	for (int i = 2; i < PG_NARGS(); i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 creances_errmsg("argument « %s » NULL dans penalite_mouvements", noms[i]),
					 creances_errhint("Un mouvement dont le montant est connu doit avoir "
									  "tous ses autres arguments.")));
	}

	le = PG_GETARG_DATEADT(2);
	echeance = PG_GETARG_DATEADT(3);
	au = PG_GETARG_DATEADT(4);
	creances_date_finie(le, "le");
	taux = PG_GETARG_TAUX_RETARD(5);
	if (PG_NARGS() > 6)
		base = creances_base_lire(PG_GETARG_DATUM(6));
	if (PG_NARGS() > 7)
		decimales = creances_decimales_lire(PG_GETARG_INT32(7));
	montant = creances_montant_lire(PG_GETARG_DATUM(1), &dscale);

	e = ouvrir_etat(fcinfo, false, 0, echeance, au, taux, base, decimales);
	/* What moves the last day or later changes nothing to the days counted */
	if (le < au)
		e = ajouter_mouvement(e, Max(le, echeance), montant);
	PG_RETURN_POINTER(e);
}

/*
 * Transition: (state, montant, echeance, au, taux, paiement, le), the rows of an
 * invoice LEFT JOINed to its payments.
 *
 * A NULL payment is the invoice alone; any other NULL is an error.
 */
Datum
creances_facture_trans(PG_FUNCTION_ARGS)
{
	static const char *const noms[] = {
		"", "montant", "echeance", "au", "taux"
	};
	EtatMouvements *e;
	DateADT		echeance;
	DateADT		au;
	int128		montant;
	int			dscale;

	creances_exiger_agregat(fcinfo);
	for (int i = 1; i <= 4; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 creances_errmsg("argument « %s » NULL dans penalite_facture", noms[i]),
					 creances_errhint("Seul le paiement peut être NULL, quand la facture n'en a pas.")));
	}
	montant = creances_montant_lire(PG_GETARG_DATUM(1), &dscale);
	echeance = PG_GETARG_DATEADT(2);
	au = PG_GETARG_DATEADT(3);
	e = ouvrir_etat(fcinfo, true, montant, echeance, au,
					PG_GETARG_TAUX_RETARD(4), BASE_365, DECIMALES_DEFAUT);

	if (!PG_ARGISNULL(5))
	{
		DateADT		le;

		if (PG_ARGISNULL(6))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 creances_errmsg("argument « %s » NULL dans penalite_facture", "le"),
					 creances_errhint("Un paiement dont le montant est connu doit avoir sa date.")));
		le = PG_GETARG_DATEADT(6);
		creances_date_finie(le, "le");
		montant = creances_montant_lire(PG_GETARG_DATUM(5), &dscale);
		if (le < au)
			e = ajouter_mouvement(e, Max(le, echeance), -montant);
	}
	PG_RETURN_POINTER(e);
}

/*
 * Combine two partial states.
 */
Datum
creances_mouvements_combine(PG_FUNCTION_ARGS)
{
	EtatMouvements *a;
	EtatMouvements *b;

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
	if (a->echeance != b->echeance || a->au != b->au || a->base != b->base ||
		a->decimales != b->decimales || a->facture != b->facture ||
		memcmp(&a->taux, &b->taux, sizeof(TauxRetard)) != 0)
		refuser_melange(a->facture != 0 || b->facture != 0);
	for (int i = 0; i < b->nombre; i++)
		a = ajouter_mouvement(a, b->mouvements[i].jour, b->mouvements[i].montant);
	PG_RETURN_POINTER(a);
}

/*
 * Final: the sum, over the periods between movements, of the principal times
 * its cumulated rates, rounded once.  Does not touch the state.
 */
Datum
creances_mouvements_final(PG_FUNCTION_ARGS)
{
	EtatMouvements *e;
	int128		principal;
	int128		total = 0;
	int64		depart;

	creances_exiger_agregat(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	e = lire_etat(PG_GETARG_DATUM(0));

	principal = e->facture;
	depart = e->echeance;
	for (int i = 0; i <= e->nombre; i++)
	{
		int64		fin = i < e->nombre ? e->mouvements[i].jour : e->au;
		int128		terme;

		if (principal > 0 && depart < fin &&
			(__builtin_mul_overflow(principal,
									creances_taux_cumul(&e->taux, e->base, depart, fin,
														(int64) e->echeance + 1),
									&terme) ||
			 __builtin_add_overflow(total, terme, &total)))
			creances_montant_deborde();
		if (i < e->nombre &&
			__builtin_add_overflow(principal, e->mouvements[i].montant, &principal))
			creances_montant_deborde();
		depart = fin;
	}
	return creances_montant_rendre(creances_diviser(total, creances_denominateur(e->base, e->decimales)),
								   e->decimales);
}
