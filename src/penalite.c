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

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/tuplestore.h"

#define DECIMALES_DEFAUT	2

/* Arguments common to the functions below, checked */
typedef struct Demande
{
	int128		montant;
	int			dscale;			/* decimals of the amount as it was given */
	int64		echeance;
	int64		au;
	const TauxRetard *taux;
	BaseAnnee	base;
	int			decimales;
} Demande;

/* A change of the principal at the end of a day */
typedef struct Mouvement
{
	int64		jour;			/* never before the échéance */
	int128		montant;
} Mouvement;

/*
 * State of penalite_mouvements(), a bytea: the same on all rows of a group, then
 * the movements in order of days, one a day.  int128 is PostgreSQL's, aligned
 * as palloc aligns.
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
	Mouvement	mouvements[FLEXIBLE_ARRAY_MEMBER];
} EtatMouvements;

#define MAGIQUE_MOUVEMENTS	0x504D0001	/* "PM", version 1 */
#define TAILLE_MOUVEMENTS(n)	(offsetof(EtatMouvements, mouvements) + \
								 (Size) (n) * sizeof(Mouvement))
#define PLACE_DEPART		4

StaticAssertDecl(offsetof(EtatMouvements, mouvements) % MAXIMUM_ALIGNOF == 0,
				 "movements must be aligned");

PG_FUNCTION_INFO_V1(creances_penalite_retard);
PG_FUNCTION_INFO_V1(creances_decompte_penalite);
PG_FUNCTION_INFO_V1(creances_interet_journalier);
PG_FUNCTION_INFO_V1(creances_mouvements_trans);
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

static int
lire_decimales(int32 decimales)
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
static int128
denominateur(BaseAnnee base, int decimales)
{
	int128		d = (int128) CREANCES_UNITE * CUMUL_ECHELLE * 100;

	for (int i = 0; i < decimales; i++)
		d /= 10;
	return d * creances_base_denominateur(base);
}

/*
 * Read and check the arguments (montant, echeance, au, taux, base).
 */
static void
lire_demande(FunctionCallInfo fcinfo, Demande *d)
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
	d->decimales = DECIMALES_DEFAUT;
}

/*
 * penalite_retard(montant, echeance, au, taux, base, decimales)
 *
 * Zero, and no rate looked up, when nothing is owed or nothing is late.
 */
Datum
creances_penalite_retard(PG_FUNCTION_ARGS)
{
	Demande		d;
	int128		cumul;

	lire_demande(fcinfo, &d);
	d.decimales = lire_decimales(PG_GETARG_INT32(5));
	if (d.montant <= 0 || d.au <= d.echeance)
		return creances_montant_rendre(0, d.decimales);

	cumul = creances_taux_cumul(d.taux, d.base, d.echeance, d.au, d.echeance + 1);
	return creances_montant_rendre(creances_produit_divise(d.montant, cumul,
														   denominateur(d.base, d.decimales)),
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

	lire_demande(fcinfo, &d);
	if (d.montant <= 0 || d.au < d.echeance)
		return creances_montant_rendre(0, CREANCES_DECIMALES);

	cumul = creances_taux_cumul(d.taux, d.base, d.au, d.au + 1, d.echeance + 1);
	return creances_montant_rendre(creances_produit_divise(d.montant, cumul,
														   denominateur(d.base, CREANCES_DECIMALES)),
								   CREANCES_DECIMALES);
}


/* ----------------------------------------------------------------
 *						The statement, line by line
 * ----------------------------------------------------------------
 */

static int
annee_du(int64 jour)
{
	int			annee,
				mois,
				quantieme;

	j2date((int) (jour + POSTGRES_EPOCH_JDATE), &annee, &mois, &quantieme);
	return annee;
}

/*
 * Last day of the line that begins on "jour": the half-year for an indexed
 * rule; else, with base 'actuel', the last year of the same length; else all.
 */
static int64
fin_de_ligne(const Demande *d, int64 jour)
{
	int64		fin = d->au;

	if (d->taux->indice != INDICE_AUCUN && (d->taux->drapeaux & TAUX_FIXE) == 0)
		fin = creances_semestre_fin(jour);
	else if (d->base == BASE_ACTUEL)
	{
		int			annee = annee_du(jour);
		int			derniere = annee_du(d->au);
		bool		bissextile = creances_bissextile(annee);

		while (annee < derniere && creances_bissextile(annee + 1) == bissextile)
			annee++;
		fin = (int64) date2j(annee, 12, 31) - POSTGRES_EPOCH_JDATE;
	}
	return Min(fin, d->au);
}

/*
 * The article that the rule comes from, or that it is stipulated.
 */
static const char *
source_du_taux(const TauxRetard *t)
{
	int64		points = t->plus / TAUX_ECHELLE;
	bool		entier = t->plus % TAUX_ECHELLE == 0;
	bool		fixe = (t->drapeaux & TAUX_FIXE) != 0;
	bool		simple = t->fois == TAUX_ECHELLE && entier;

	if (t->indice == INDICE_BCE)
	{
		if (simple && points == 10 && !fixe)
			return "C. com. L441-10 II";
		if (simple && points == 8 && fixe)
			return "CCP R2192-31";
		return "taux stipulé";
	}
	if (t->indice == INDICE_TIL && t->fois == 3 * TAUX_ECHELLE && t->plus == 0)
		return "plancher, C. com. L441-10 II ; CMF L313-2";
	if (simple && points == 0 && !fixe)
		return "CMF L313-2";
	if (simple && points == 5 && !fixe)
		return "CMF L313-2 et L313-3";
	return "taux stipulé ; CMF L313-2";
}

/*
 * The sentence of a line that begins on "du": rate, half-year, article, base.
 */
static char *
texte_de_ligne(const Demande *d, int64 du)
{
	const TauxRetard *t = d->taux;
	const char *base;
	const char *fois = "";
	const char *plus = "";
	int64		jour = (t->drapeaux & TAUX_FIXE) ? d->echeance + 1 : du;

	if (d->base == BASE_360)
		base = "360";
	else if (d->base == BASE_365)
		base = "365";
	else
		base = creances_bissextile(annee_du(du)) ? "actuelle 366" : "actuelle 365";

	if (t->indice == INDICE_AUCUN)
		return creances_serveur(psprintf("taux stipulé %s %%, base %s",
										 creances_taux_nombre(t->plus, 4, ',', 0), base));

	if (t->fois != TAUX_ECHELLE)
		fois = psprintf("%s x ", creances_taux_nombre(t->fois, 4, ',', 0));
	if (t->plus != 0)
		plus = psprintf(" + %s point%s", creances_taux_nombre(t->plus, 4, ',', 0),
						t->plus >= 2 * TAUX_ECHELLE ? "s" : "");
	return creances_serveur(psprintf("semestre %s%s : %s%s %s%s (%s), base %s",
									 creances_semestre_nom(jour),
									 (t->drapeaux & TAUX_FIXE) ? ", taux fixe" : "",
									 fois,
									 t->indice == INDICE_BCE ? "BCE" :
									 t->indice == INDICE_TIL ? "TIL professionnels" :
									 "TIL particuliers",
									 creances_taux_nombre(creances_taux_indice(t->indice, jour),
														  4, ',', 2),
									 plus,
									 source_du_taux(t),
									 base));
}

/*
 * decompte_penalite(montant, echeance, au, taux, base, decimales)
 *
 * The interest of a line is the rounded cumulated interest at its end minus the
 * one at its beginning, so that the lines add up to penalite_retard().
 */
Datum
creances_decompte_penalite(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Demande		d;
	int128		diviseur;
	int128		cumul = 0;
	int128		deja = 0;

	lire_demande(fcinfo, &d);
	d.decimales = lire_decimales(PG_GETARG_INT32(5));
	InitMaterializedSRF(fcinfo, 0);
	if (d.montant <= 0)
		return (Datum) 0;

	diviseur = denominateur(d.base, d.decimales);
	for (int64 du = d.echeance + 1; du <= d.au;)
	{
		int64		fin = fin_de_ligne(&d, du);
		int128		total;
		Datum		values[7];
		bool		nulls[7] = {false};

		CHECK_FOR_INTERRUPTS();
		cumul += creances_taux_cumul(d.taux, d.base, du - 1, fin, d.echeance + 1);
		total = creances_produit_divise(d.montant, cumul, diviseur);

		values[0] = DateADTGetDatum((DateADT) du);
		values[1] = DateADTGetDatum((DateADT) fin);
		values[2] = Int32GetDatum((int32) (fin - du + 1));
		values[3] = creances_taux_numeric(creances_taux_du_jour(d.taux,
																(d.taux->drapeaux & TAUX_FIXE) ?
																d.echeance + 1 : du));
		values[4] = PG_GETARG_DATUM(0);
		values[5] = creances_montant_rendre(total - deja, d.decimales);
		values[6] = CStringGetTextDatum(texte_de_ligne(&d, du));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);

		deja = total;
		du = fin + 1;
	}
	return (Datum) 0;
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
refuser_melange(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("penalite_mouvements porte sur une seule facture"),
			 creances_errdetail("L'échéance, la date d'arrêté, le taux, la base et les "
								"décimales doivent être les mêmes sur toutes les lignes "
								"d'un groupe."),
			 creances_errhint("Groupez par facture.")));
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
	creances_date_finie(echeance, "echeance");
	creances_date_finie(au, "au");
	taux = PG_GETARG_TAUX_RETARD(5);
	if (PG_NARGS() > 6)
		base = creances_base_lire(PG_GETARG_DATUM(6));
	if (PG_NARGS() > 7)
		decimales = lire_decimales(PG_GETARG_INT32(7));
	montant = creances_montant_lire(PG_GETARG_DATUM(1), &dscale);

	if (PG_ARGISNULL(0))
	{
		e = palloc0(TAILLE_MOUVEMENTS(PLACE_DEPART));
		SET_VARSIZE(e, TAILLE_MOUVEMENTS(PLACE_DEPART));
		e->magique = MAGIQUE_MOUVEMENTS;
		e->taux = *taux;
		e->echeance = echeance;
		e->au = au;
		e->base = base;
		e->decimales = decimales;
		e->place = PLACE_DEPART;
	}
	else
	{
		e = lire_etat(PG_GETARG_DATUM(0));
		if (e->echeance != echeance || e->au != au || e->base != (int32) base ||
			e->decimales != decimales ||
			memcmp(&e->taux, taux, sizeof(TauxRetard)) != 0)
			refuser_melange();
	}

	/* What moves the last day or later changes nothing to the days counted */
	if (le < au)
		e = ajouter_mouvement(e, Max(le, echeance), montant);
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
		a->decimales != b->decimales ||
		memcmp(&a->taux, &b->taux, sizeof(TauxRetard)) != 0)
		refuser_melange();
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
	int128		principal = 0;
	int128		total = 0;

	creances_exiger_agregat(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	e = lire_etat(PG_GETARG_DATUM(0));

	for (int i = 0; i < e->nombre; i++)
	{
		int64		depart = e->mouvements[i].jour;
		int64		fin = i + 1 < e->nombre ? e->mouvements[i + 1].jour : e->au;
		int128		terme;

		if (__builtin_add_overflow(principal, e->mouvements[i].montant, &principal))
			creances_montant_deborde();
		if (principal <= 0 || depart >= fin)
			continue;
		if (__builtin_mul_overflow(principal,
								   creances_taux_cumul(&e->taux, e->base, depart, fin,
													   (int64) e->echeance + 1),
								   &terme) ||
			__builtin_add_overflow(total, terme, &total))
			creances_montant_deborde();
	}
	return creances_montant_rendre(creances_diviser(total, denominateur(e->base, e->decimales)),
								   e->decimales);
}
