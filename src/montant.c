/*-------------------------------------------------------------------------
 *
 * montant.c
 *	  Amounts: numeric <-> an int128 count of millionths, without rounding.
 *
 * An invoice amount has 2 decimals, sometimes 3 (dinars), and unit prices up
 * to 6; below 10^18 it is an integer of millionths that fits an int128, where
 * sums and products are exact and cheap.  What does not fit is refused, never
 * rounded in silence.
 *
 * There are two ways in.  decoder_rapide() reads the packed form of a numeric
 * in place: its layout is private to numeric.c (but frozen, since it is on
 * disk), so the knowledge of it is confined to the macros and the one function
 * below.  decoder_texte() goes through numeric_out() and is the fall-back for
 * any shape that the first does not recognise.  creances._montant_deux_voies()
 * compares both, for the tests.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "utils/builtins.h"

/*
 * The packed form: a uint16 header, in the long form followed by an int16
 * weight, then base-10000 digits (int16), most significant first, without
 * leading or trailing zeros.  The value is sum(digit[i] * 10000^(weight-i)).
 */
#define NUM_GENRE(h)			((h) & 0xC000)	/* the two high bits */
#define NUM_LONG_NEGATIF		0x4000
#define NUM_SPECIAL				0xC000
#define NUM_EST_COURT(h)		(NUM_GENRE(h) == 0x8000)
#define NUM_SPECIAL_GENRE(h)	((h) & 0xF000)
#define NUM_NAN					0xC000
#define NUM_PLUS_INFINI			0xD000
#define NUM_MOINS_INFINI		0xF000
#define NUM_COURT_NEGATIF		0x2000
#define NUM_COURT_DSCALE(h)		(((h) & 0x1F80) >> 7)
#define NUM_COURT_POIDS(h)		(((h) & 0x0040) ? \
								 (int) ((h) & 0x003F) - 64 : (int) ((h) & 0x003F))
#define NUM_LONG_DSCALE(h)		((h) & 0x3FFF)
#define NUM_BASE				10000

/* |amount| < 10^18, in millionths */
#define MONTANT_LIMITE			((int128) INT64CONST(1000000000000000000) * CREANCES_UNITE)

typedef enum Lecture
{
	LU,
	TROP_DE_DECIMALES,
	TROP_GRAND,
	PAS_UN_NOMBRE,
	INFINI,
	NON_RECONNU					/* only from decoder_rapide() */
} Lecture;

static const int64 puissances10[] = {
	INT64CONST(1), INT64CONST(10), INT64CONST(100), INT64CONST(1000),
	INT64CONST(10000), INT64CONST(100000), INT64CONST(1000000)
};

PG_FUNCTION_INFO_V1(creances_montant_deux_voies);

/*
 * Read a detoasted numeric, packed header and alignment allowed, in place.
 *
 * Any doubt about the shape gives NON_RECONNU.  An amount that is both too
 * large and too precise is reported as too large.
 */
static Lecture
decoder_rapide(const char *p, int longueur, int128 *valeur, int *dscale)
{
	uint16		entete;
	int			poids;
	int			rang;
	int			ndigits;
	bool		negatif;
	bool		reste = false;
	uint16		digit;

	if (longueur < (int) sizeof(uint16))
		return NON_RECONNU;
	memcpy(&entete, p, sizeof(uint16));
	p += sizeof(uint16);
	longueur -= sizeof(uint16);

	if (NUM_EST_COURT(entete))
	{
		negatif = (entete & NUM_COURT_NEGATIF) != 0;
		*dscale = NUM_COURT_DSCALE(entete);
		poids = NUM_COURT_POIDS(entete);
	}
	else if (NUM_GENRE(entete) == NUM_SPECIAL)
	{
		*dscale = 0;
		*valeur = 0;
		switch (NUM_SPECIAL_GENRE(entete))
		{
			case NUM_NAN:
				return PAS_UN_NOMBRE;
			case NUM_PLUS_INFINI:
			case NUM_MOINS_INFINI:
				return INFINI;
			default:
				return NON_RECONNU;
		}
	}
	else
	{
		int16		poids_long;

		if (longueur < (int) sizeof(int16))
			return NON_RECONNU;
		memcpy(&poids_long, p, sizeof(int16));
		p += sizeof(int16);
		longueur -= sizeof(int16);
		negatif = NUM_GENRE(entete) == NUM_LONG_NEGATIF;
		*dscale = NUM_LONG_DSCALE(entete);
		poids = poids_long;
	}

	if (longueur % (int) sizeof(uint16) != 0)
		return NON_RECONNU;
	ndigits = longueur / (int) sizeof(uint16);
	if (ndigits == 0)
	{
		*valeur = 0;
		return LU;
	}
	memcpy(&digit, p, sizeof(uint16));
	if (digit == 0 || digit >= NUM_BASE)
		return NON_RECONNU;

	if (poids > 4)				/* at least 10^20 */
		return TROP_GRAND;

	/*
	 * Digits down to 10000^-1, then the two high decimals of 10000^-2; any
	 * other digit must be zero.  Below 10^12 an int64 is enough.
	 */
	rang = poids;
	if (poids <= 2)
	{
		int64		somme = 0;

		for (int i = 0; i < ndigits; i++, rang--)
		{
			memcpy(&digit, p + i * sizeof(uint16), sizeof(uint16));
			if (digit >= NUM_BASE)
				return NON_RECONNU;
			if (rang >= -1)
				somme = somme * NUM_BASE + digit;
			else if (rang == -2)
			{
				somme = somme * 100 + digit / 100;
				reste |= digit % 100 != 0;
			}
			else
				reste |= digit != 0;
		}
		/* rang is now the first power without a digit */
		for (; rang >= -1; rang--)
			somme *= NUM_BASE;
		if (rang == -2)
			somme *= 100;
		*valeur = negatif ? -somme : somme;
	}
	else
	{
		int128		somme = 0;

		for (int i = 0; i < ndigits; i++, rang--)
		{
			memcpy(&digit, p + i * sizeof(uint16), sizeof(uint16));
			if (digit >= NUM_BASE)
				return NON_RECONNU;
			if (rang >= -1)
				somme = somme * NUM_BASE + digit;
			else if (rang == -2)
			{
				somme = somme * 100 + digit / 100;
				reste |= digit % 100 != 0;
			}
			else
				reste |= digit != 0;
		}
		for (; rang >= -1; rang--)
			somme *= NUM_BASE;
		if (rang == -2)
			somme *= 100;
		if (somme >= MONTANT_LIMITE)
			return TROP_GRAND;
		*valeur = negatif ? -somme : somme;
	}

	return reste ? TROP_DE_DECIMALES : LU;
}

/*
 * Read a numeric through numeric_out(): slow, and free of private knowledge.
 */
static Lecture
decoder_texte(Datum montant, int128 *valeur, int *dscale)
{
	char	   *texte = DatumGetCString(DirectFunctionCall1(numeric_out, montant));
	const char *p = texte;
	int128		somme = 0;
	int			entiers = 0;
	int			decimales = 0;
	bool		negatif;
	bool		reste = false;

	*dscale = 0;
	*valeur = 0;
	if (strcmp(texte, "NaN") == 0)
		return PAS_UN_NOMBRE;
	negatif = *p == '-';
	if (negatif)
		p++;
	if (strcmp(p, "Infinity") == 0)
		return INFINI;

	for (; *p >= '0' && *p <= '9'; p++)
	{
		if (entiers > 0 || *p != '0')
			entiers++;
		if (entiers <= 18)
			somme = somme * 10 + (*p - '0');
	}
	if (*p == '.')
	{
		for (p++; *p >= '0' && *p <= '9'; p++)
		{
			if (++decimales <= CREANCES_DECIMALES)
				somme = somme * 10 + (*p - '0');
			else
				reste |= *p != '0';
		}
	}
	if (*p != '\0')
		elog(ERROR, "unexpected text of a numeric: \"%s\"", texte);
	*dscale = decimales;
	pfree(texte);

	if (entiers > 18)
		return TROP_GRAND;
	for (int i = decimales; i < CREANCES_DECIMALES; i++)
		somme *= 10;
	*valeur = negatif ? -somme : somme;
	return reste ? TROP_DE_DECIMALES : LU;
}

/*
 * Report what an amount may not be.
 */
static void
refuser_montant(Lecture lecture)
{
	switch (lecture)
	{
		case TROP_DE_DECIMALES:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 creances_errmsg("montant à plus de %d décimales", CREANCES_DECIMALES),
					 creances_errhint("Un montant n'est jamais arrondi en silence : "
									  "arrondissez-le vous-même, par exemple round(montant, 2).")));
			break;
		case TROP_GRAND:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 creances_errmsg("montant hors limites"),
					 creances_errdetail("La valeur absolue d'un montant doit rester sous 10^18.")));
			break;
		case PAS_UN_NOMBRE:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 creances_errmsg("montant refusé : NaN"),
					 creances_errhint("Donnez un montant qui soit un nombre.")));
			break;
		case INFINI:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 creances_errmsg("montant refusé : infini"),
					 creances_errhint("Donnez un montant fini.")));
			break;
		case LU:
		case NON_RECONNU:
			elog(ERROR, "unexpected state %d", (int) lecture);
	}
}

/*
 * Amount of a numeric Datum in millionths, and its display scale.
 *
 * Copies nothing unless the value is toasted.  Errors: 22003 with more than 6
 * significant decimals or from 10^18, 22023 for NaN and infinity.
 */
int128
creances_montant_lire(Datum montant, int *dscale)
{
	struct varlena *v = (struct varlena *) DatumGetPointer(montant);
	int128		valeur;
	Lecture		lecture;
	bool		copie = VARATT_IS_COMPRESSED(v) || VARATT_IS_EXTERNAL(v);

	if (unlikely(copie))
		v = pg_detoast_datum_packed(v);

	lecture = decoder_rapide(VARDATA_ANY(v), (int) VARSIZE_ANY_EXHDR(v),
							 &valeur, dscale);
	if (unlikely(lecture != LU))
	{
		if (lecture == NON_RECONNU)
			lecture = decoder_texte(PointerGetDatum(v), &valeur, dscale);
		if (lecture != LU)
			refuser_montant(lecture);
	}
	if (unlikely(copie))
		pfree(v);
	return valeur;
}

/*
 * numeric of an integer count of 10^-dscale, shown with dscale decimals.
 */
Datum
creances_montant_rendre(int128 valeur, int dscale)
{
	char		tampon[64];
	char	   *p = tampon + sizeof(tampon) - 1;
	uint128		reste;
	int			chiffres = 0;

	if (likely(valeur >= PG_INT64_MIN && valeur <= PG_INT64_MAX))
	{
		if (dscale == 0)
			return NumericGetDatum(int64_to_numeric((int64) valeur));
		return NumericGetDatum(int64_div_fast_to_numeric((int64) valeur, dscale));
	}

	reste = valeur < 0 ? -(uint128) valeur : (uint128) valeur;
	*p = '\0';
	while (reste > 0 || chiffres <= dscale)
	{
		if (chiffres == dscale && dscale > 0)
			*--p = '.';
		*--p = (char) ('0' + (int) (reste % 10));
		reste /= 10;
		chiffres++;
	}
	if (valeur < 0)
		*--p = '-';
	return DirectFunctionCall3(numeric_in, CStringGetDatum(p),
							   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * An intermediate result beyond 128 bits: refused, never wrapped.
 */
void
creances_montant_deborde(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 creances_errmsg("calcul hors limites"),
			 creances_errdetail("Le produit du montant, du taux et des jours dépasse 128 bits.")));
}

/*
 * Quotient rounded to the nearest integer, halves away from zero.
 * The denominator is positive.
 */
int128
creances_diviser(int128 numerateur, int128 denominateur)
{
	int128		quotient;
	int128		reste;

	Assert(denominateur > 0);
	if (likely(numerateur >= PG_INT64_MIN && numerateur <= PG_INT64_MAX &&
			   denominateur <= PG_INT64_MAX))
	{
		int64		n = (int64) numerateur;
		int64		d = (int64) denominateur;
		int64		q = n / d;
		int64		r = n - q * d;

		if (r < 0)
			return -r >= d + r ? q - 1 : q;
		return r >= d - r ? q + 1 : q;
	}
	quotient = numerateur / denominateur;
	reste = numerateur - quotient * denominateur;
	if (reste < 0)
		return -reste >= denominateur + reste ? quotient - 1 : quotient;
	return reste >= denominateur - reste ? quotient + 1 : quotient;
}

static int128
pgcd(int128 a, int128 b)
{
	a = a < 0 ? -a : a;
	while (b != 0)
	{
		int128		r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/*
 * a * b / denominateur, exact product and one rounding.  When the product does
 * not fit, common factors are taken out first; then 22003.
 */
int128
creances_produit_divise(int128 a, int128 b, int128 denominateur)
{
	int128		produit;
	int128		g;

	if (likely(a >= PG_INT64_MIN && a <= PG_INT64_MAX &&
			   b >= PG_INT64_MIN && b <= PG_INT64_MAX))
		return creances_diviser((int128) (int64) a * (int64) b, denominateur);

	if (!__builtin_mul_overflow(a, b, &produit))
		return creances_diviser(produit, denominateur);

	g = pgcd(a, denominateur);
	a /= g;
	denominateur /= g;
	g = pgcd(b, denominateur);
	b /= g;
	denominateur /= g;
	if (__builtin_mul_overflow(a, b, &produit))
		creances_montant_deborde();
	return creances_diviser(produit, denominateur);
}

/*
 * creances._montant_deux_voies(numeric): do both readings agree, and does the
 * value come back?  For the tests.
 */
Datum
creances_montant_deux_voies(PG_FUNCTION_ARGS)
{
	Datum		montant = PG_GETARG_DATUM(0);
	struct varlena *v = pg_detoast_datum_packed((struct varlena *) DatumGetPointer(montant));
	int128		rapide;
	int128		lente;
	int			dscale_rapide;
	int			dscale_lent;
	Lecture		lecture;

	lecture = decoder_rapide(VARDATA_ANY(v), (int) VARSIZE_ANY_EXHDR(v),
							 &rapide, &dscale_rapide);
	if (lecture != decoder_texte(montant, &lente, &dscale_lent))
		PG_RETURN_BOOL(false);
	if (lecture == LU)
	{
		int			dscale = Min(dscale_lent, CREANCES_DECIMALES);
		Datum		retour;

		if (rapide != lente || dscale_rapide != dscale_lent)
			PG_RETURN_BOOL(false);
		retour = creances_montant_rendre(lente / puissances10[CREANCES_DECIMALES - dscale],
										 dscale);
		if (!DatumGetBool(DirectFunctionCall2(numeric_eq, retour, montant)))
			PG_RETURN_BOOL(false);
		/* and the decimals shown are those asked for */
		if (DatumGetInt32(DirectFunctionCall1(numeric_scale, retour)) != dscale)
			PG_RETURN_BOOL(false);
	}
	PG_RETURN_BOOL(true);
}
