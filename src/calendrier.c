/*-------------------------------------------------------------------------
 *
 * calendrier.c
 *	  The civil calendar: French public holidays by zone, and working days.
 *
 * Law: the eleven holidays of C. trav. L3133-1; 26 December, and Good Friday
 * in the communes that have a Protestant temple or a mixed church, in
 * Alsace-Moselle (L3134-13); the commemoration of the abolition of slavery
 * overseas (L3422-2, as of March 2026).  Local usages that no text makes a
 * holiday (Mi-Carême, All Souls' Day ...) are left out.  Saint-Pierre-et-
 * Miquelon has the list of the mainland.
 *
 * Nothing is stored: today's list is computed for any year of the Gregorian
 * calendar, 1583 to 9999.  Easter by the anonymous Gregorian computus (Butcher,
 * 1876).
 *
 * A working day here ("jour ouvré") is Monday to Friday and not a holiday.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/tuplestore.h"

#define ANNEE_MIN			1583
#define ANNEE_MAX			9999
#define PAS_MAX				1000000 /* longest walk of ajouter_jours_ouvres() */

typedef enum Zone
{
	METROPOLE,
	ALSACE_MOSELLE,
	ALSACE_MOSELLE_TEMPLE,
	GUADELOUPE,
	MARTINIQUE,
	GUYANE,
	REUNION,
	MAYOTTE,
	SAINT_MARTIN,
	SAINT_BARTHELEMY,
	SAINT_PIERRE_ET_MIQUELON
} Zone;

#define TOUTES				0xFFFF
#define SEULE(z)			(1 << (z))

static const char *const zones[] = {
	"metropole",
	"alsace_moselle",
	"alsace_moselle_temple",
	"guadeloupe",
	"martinique",
	"guyane",
	"reunion",
	"mayotte",
	"saint_martin",
	"saint_barthelemy",
	"saint_pierre_et_miquelon"
};

typedef struct Fete
{
	const char *nom;
	int			mois;			/* 0: counted from Easter Sunday */
	int			jour;			/* day of the month, or days after Easter */
	int			zones;			/* bit mask of Zone */
} Fete;

static const Fete fetes[] = {
	{"Jour de l'an", 1, 1, TOUTES},
	{"Vendredi saint", 0, -2, SEULE(ALSACE_MOSELLE_TEMPLE)},
	{"Lundi de Pâques", 0, 1, TOUTES},
	{"Abolition de l'esclavage", 4, 27, SEULE(MAYOTTE)},
	{"Fête du Travail", 5, 1, TOUTES},
	{"Victoire de 1945", 5, 8, TOUTES},
	{"Ascension", 0, 39, TOUTES},
	{"Abolition de l'esclavage", 5, 22, SEULE(MARTINIQUE)},
	{"Abolition de l'esclavage", 5, 27, SEULE(GUADELOUPE) | SEULE(SAINT_MARTIN)},
	{"Lundi de Pentecôte", 0, 50, TOUTES},
	{"Abolition de l'esclavage", 6, 10, SEULE(GUYANE)},
	{"Fête nationale", 7, 14, TOUTES},
	{"Assomption", 8, 15, TOUTES},
	{"Abolition de l'esclavage", 10, 9, SEULE(SAINT_BARTHELEMY)},
	{"Toussaint", 11, 1, TOUTES},
	{"Armistice de 1918", 11, 11, TOUTES},
	{"Abolition de l'esclavage", 12, 20, SEULE(REUNION)},
	{"Noël", 12, 25, TOUTES},
	{"Saint-Étienne", 12, 26, SEULE(ALSACE_MOSELLE) | SEULE(ALSACE_MOSELLE_TEMPLE)}
};

/* Every holiday of one year and zone, kept along a walk over days */
typedef struct FetesAnnee
{
	int			annee;			/* 0: nothing yet */
	DateADT		jours[lengthof(fetes)];
	int			rangs[lengthof(fetes)]; /* index in fetes[] */
	int			nombre;
} FetesAnnee;

PG_FUNCTION_INFO_V1(creances_est_ferie);
PG_FUNCTION_INFO_V1(creances_est_ouvre);
PG_FUNCTION_INFO_V1(creances_jour_ouvre_suivant);
PG_FUNCTION_INFO_V1(creances_ajouter_jours_ouvres);
PG_FUNCTION_INFO_V1(creances_jours_feries);

/*
 * Refuse infinite dates by name (22008).
 */
void
creances_date_finie(DateADT jour, const char *argument)
{
	if (unlikely(DATE_NOT_FINITE(jour)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 creances_errmsg("date infinie refusée pour « %s »", argument),
				 creances_errhint("Donnez une date du calendrier.")));
}

bool
creances_bissextile(int annee)
{
	return isleap(annee);
}

/*
 * Floor of a / b, b > 0.
 */
static inline int64
quotient_bas(int64 a, int64 b)
{
	return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/*
 * Number of days that belong to leap years, from a fixed origin up to and
 * including this day: the difference of two values counts those of a period.
 * Any date of PostgreSQL.
 */
int64
creances_jours_bissextils(int64 jour)
{
	int			annee,
				mois,
				quantieme;
	int64		avant;
	int64		bissextiles;

	j2date((int) (jour + POSTGRES_EPOCH_JDATE), &annee, &mois, &quantieme);
	avant = (int64) annee - 1;
	bissextiles = quotient_bas(avant, 4) - quotient_bas(avant, 100) +
		quotient_bas(avant, 400);
	if (isleap(annee))
		return bissextiles * 366 + jour + POSTGRES_EPOCH_JDATE -
			date2j(annee, 1, 1) + 1;
	return bissextiles * 366;
}

/*
 * Easter Sunday of a Gregorian year.
 */
static DateADT
paques(int annee)
{
	int			a = annee % 19;
	int			b = annee / 100;
	int			c = annee % 100;
	int			d = b / 4;
	int			e = b % 4;
	int			f = (b + 8) / 25;
	int			g = (b - f + 1) / 3;
	int			h = (19 * a + b - d - g + 15) % 30;
	int			i = c / 4;
	int			k = c % 4;
	int			l = (32 + 2 * e + 2 * i - h - k) % 7;
	int			m = (a + 11 * h + 22 * l) / 451;
	int			n = h + l - 7 * m + 114;

	return date2j(annee, n / 31, n % 31 + 1) - POSTGRES_EPOCH_JDATE;
}

static Zone
lire_zone(const text *zone)
{
	const char *nom = VARDATA_ANY(zone);
	int			longueur = VARSIZE_ANY_EXHDR(zone);

	for (int i = 0; i < (int) lengthof(zones); i++)
	{
		if (longueur == (int) strlen(zones[i]) &&
			memcmp(nom, zones[i], longueur) == 0)
			return (Zone) i;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("zone de jours fériés inconnue : « %s »",
							 creances_utf8(text_to_cstring(zone))),
			 creances_errhint("Zones connues : metropole, alsace_moselle, "
							  "alsace_moselle_temple, guadeloupe, martinique, guyane, "
							  "reunion, mayotte, saint_martin, saint_barthelemy, "
							  "saint_pierre_et_miquelon.")));
	return METROPOLE;			/* not reached */
}

static void
refuser_annee(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 creances_errmsg("jours fériés hors du calendrier grégorien"),
			 creances_errdetail("Ils sont calculés de %d à %d.", ANNEE_MIN, ANNEE_MAX)));
}

/*
 * Fill the holidays of a year, in no particular order.
 */
static void
calculer_fetes(FetesAnnee *fa, int annee, Zone zone)
{
	DateADT		dimanche;

	if (annee < ANNEE_MIN || annee > ANNEE_MAX)
		refuser_annee();
	dimanche = paques(annee);
	fa->annee = annee;
	fa->nombre = 0;
	for (int i = 0; i < (int) lengthof(fetes); i++)
	{
		if ((fetes[i].zones & SEULE(zone)) == 0)
			continue;
		fa->rangs[fa->nombre] = i;
		fa->jours[fa->nombre++] = fetes[i].mois == 0 ?
			dimanche + fetes[i].jour :
			date2j(annee, fetes[i].mois, fetes[i].jour) - POSTGRES_EPOCH_JDATE;
	}
}

/*
 * Is it a holiday?  "fa" keeps the year from one call to the next.
 */
static bool
ferie(DateADT jour, Zone zone, FetesAnnee *fa)
{
	int			annee,
				mois,
				quantieme;

	j2date(jour + POSTGRES_EPOCH_JDATE, &annee, &mois, &quantieme);
	if (annee != fa->annee || fa->nombre == 0)
		calculer_fetes(fa, annee, zone);
	for (int i = 0; i < fa->nombre; i++)
	{
		if (fa->jours[i] == jour)
			return true;
	}
	return false;
}

static bool
ouvre(DateADT jour, Zone zone, FetesAnnee *fa)
{
	int			rang = j2day(jour + POSTGRES_EPOCH_JDATE);	/* 0: Sunday */

	/* The holidays first: they check the year */
	return !ferie(jour, zone, fa) && rang != 0 && rang != 6;
}

/*
 * est_ferie(jour, zone)
 */
Datum
creances_est_ferie(PG_FUNCTION_ARGS)
{
	DateADT		jour = PG_GETARG_DATEADT(0);
	Zone		zone = lire_zone(PG_GETARG_TEXT_PP(1));
	FetesAnnee	fa = {0};

	creances_date_finie(jour, "jour");
	PG_RETURN_BOOL(ferie(jour, zone, &fa));
}

/*
 * est_ouvre(jour, zone)
 */
Datum
creances_est_ouvre(PG_FUNCTION_ARGS)
{
	DateADT		jour = PG_GETARG_DATEADT(0);
	Zone		zone = lire_zone(PG_GETARG_TEXT_PP(1));
	FetesAnnee	fa = {0};

	creances_date_finie(jour, "jour");
	PG_RETURN_BOOL(ouvre(jour, zone, &fa));
}

/*
 * First working day of this zone at or after a finite date.  An unknown zone
 * and a year outside the calendar are refused.
 */
DateADT
creances_jour_ouvre(DateADT jour, const text *zone)
{
	Zone		z = lire_zone(zone);
	FetesAnnee	fa = {0};

	while (!ouvre(jour, z, &fa))
		jour++;
	return jour;
}

/*
 * jour_ouvre_suivant(jour, zone): the day itself when it is a working day.
 */
Datum
creances_jour_ouvre_suivant(PG_FUNCTION_ARGS)
{
	DateADT		jour = PG_GETARG_DATEADT(0);

	creances_date_finie(jour, "jour");
	PG_RETURN_DATEADT(creances_jour_ouvre(jour, PG_GETARG_TEXT_PP(1)));
}

/*
 * ajouter_jours_ouvres(jour, n, zone): the n-th working day after (before, when
 * n is negative) the day; the day itself, working or not, when n is zero.
 */
Datum
creances_ajouter_jours_ouvres(PG_FUNCTION_ARGS)
{
	DateADT		jour = PG_GETARG_DATEADT(0);
	int32		n = PG_GETARG_INT32(1);
	Zone		zone = lire_zone(PG_GETARG_TEXT_PP(2));
	int			sens = n < 0 ? -1 : 1;
	FetesAnnee	fa = {0};

	creances_date_finie(jour, "jour");
	if (n > PAS_MAX || n < -PAS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 creances_errmsg("nombre de jours ouvrés hors limites : %d", n),
				 creances_errdetail("Il va de -%d à %d.", PAS_MAX, PAS_MAX)));
	(void) ferie(jour, zone, &fa);	/* checks the year, also when n is zero */
	while (n != 0)
	{
		jour += sens;
		if (ouvre(jour, zone, &fa))
			n -= sens;
		CHECK_FOR_INTERRUPTS();
	}
	PG_RETURN_DATEADT(jour);
}

/*
 * jours_feries(annee, zone): one row a day, in order; two holidays on one day
 * (1 May and Ascension in 2008) make one row with both names.
 */
Datum
creances_jours_feries(PG_FUNCTION_ARGS)
{
	int32		annee = PG_GETARG_INT32(0);
	Zone		zone = lire_zone(PG_GETARG_TEXT_PP(1));
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	FetesAnnee	fa = {0};

	InitMaterializedSRF(fcinfo, 0);
	calculer_fetes(&fa, annee, zone);

	/* Insertion sort; the sort is stable, so names keep the table's order */
	for (int i = 1; i < fa.nombre; i++)
	{
		DateADT		jour = fa.jours[i];
		int			rang = fa.rangs[i];
		int			j = i;

		for (; j > 0 && fa.jours[j - 1] > jour; j--)
		{
			fa.jours[j] = fa.jours[j - 1];
			fa.rangs[j] = fa.rangs[j - 1];
		}
		fa.jours[j] = jour;
		fa.rangs[j] = rang;
	}

	for (int i = 0; i < fa.nombre;)
	{
		DateADT		jour = fa.jours[i];
		const char *nom = fetes[fa.rangs[i]].nom;
		Datum		values[2];
		bool		nulls[2] = {false, false};

		for (i++; i < fa.nombre && fa.jours[i] == jour; i++)
			nom = psprintf("%s, %s", nom, fetes[fa.rangs[i]].nom);
		values[0] = DateADTGetDatum(jour);
		values[1] = CStringGetTextDatum(creances_serveur(nom));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
