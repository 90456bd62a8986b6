/*-------------------------------------------------------------------------
 *
 * icu.c
 *	  Amounts and dates as the reader's language writes them, by ICU.
 *
 * An ereport() must not leak what ICU has allocated: whatever is open belongs
 * to a static owner, which keeps the formatters of the last few locales and
 * gives its oldest place to a new one.
 *
 * An amount goes to ICU as a decimal string, never as a double, and is shown
 * with all its decimals: nothing is rounded here.  Locales that ICU does not
 * know are refused; it would show them as its root locale, which is nobody's
 * language.
 *
 * In an encoding without the signs of typography (narrow no-break space, curly
 * apostrophe, euro), plain ones take their place.
 *
 *-------------------------------------------------------------------------
 */
#include "icu.h"

#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include <unicode/ucal.h>
#include <unicode/ucurr.h>
#include <unicode/udatpg.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>

#define DECIMAL_MAX		60		/* signs of a number */
#define NB_LOCALES		4		/* a queue mixes few languages */

static Formateurs connus[NB_LOCALES];
static int	prochain = 0;

/* Result of the number formatters */
static UFormattedNumber *resultat = NULL;

static const char *const styles_date[NB_STYLES_DATE] = {"complet", "long", "moyen", "court"};

PG_FUNCTION_INFO_V1(creances_montant_formate);
PG_FUNCTION_INFO_V1(creances_date_formatee);
PG_FUNCTION_INFO_V1(creances_devise_connue);

static void
icu_ou_erreur(UErrorCode statut, const char *quoi)
{
	if (unlikely(U_FAILURE(statut)))
		ereport(ERROR,
				(errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
				 creances_errmsg("ICU a échoué (%s) : %s", quoi, u_errorName(statut))));
}

/* ------------------------------------------------------------------ doors */

/*
 * UTF-8 to UTF-16, palloc'd.  Only a database without encoding can hold what
 * is not UTF-8 here.
 */
UChar *
creances_vers_icu(const char *utf8, int32_t *longueur)
{
	int32_t		place = (int32_t) strlen(utf8) + 1;
	UChar	   *utf16 = palloc(sizeof(UChar) * place);
	UErrorCode	statut = U_ZERO_ERROR;

	u_strFromUTF8(utf16, place, longueur, utf8, -1, &statut);
	if (U_FAILURE(statut))
		ereport(ERROR,
				(errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
				 creances_errmsg("texte illisible : ce n'est pas de l'UTF-8")));
	return utf16;
}

/*
 * UTF-16 to UTF-8, palloc'd.
 */
char *
creances_depuis_icu(const UChar *utf16, int32_t longueur)
{
	int32_t		place = longueur * 3 + 1;
	char	   *utf8 = palloc(place);
	UErrorCode	statut = U_ZERO_ERROR;

	u_strToUTF8(utf8, place, NULL, utf16, longueur, &statut);
	icu_ou_erreur(statut, "u_strToUTF8");
	return utf8;
}

/*
 * Text of the user, as UTF-8.
 */
char *
creances_lire_texte(const text *serveur)
{
	return creances_utf8(text_to_cstring(serveur));
}

/*
 * Can the encoding of the database write this character?
 */
static bool
ecrivable(const char *utf8)
{
	Oid			proc = FindDefaultConversionProc(PG_UTF8, GetDatabaseEncoding());
	unsigned char sortie[MAX_CONVERSION_GROWTH * 4 + 1];
	int			longueur = strlen(utf8);

	if (!OidIsValid(proc))
		return true;
	return pg_do_encoding_conversion_buf(proc, PG_UTF8, GetDatabaseEncoding(),
										 (unsigned char *) utf8, longueur,
										 sortie, sizeof(sortie), true) == longueur;
}

/*
 * UTF-8 to a text of the server, with plain signs for those that its encoding
 * lacks; any other character that it lacks is an error of the server's.
 */
text *
creances_texte(const char *utf8)
{
	static const char *const signes[][3] = {
		{"\xE2\x80\xAF", "\xC2\xA0", " "},	/* narrow no-break space */
		{"\xC2\xA0", " ", " "},
		{"\xE2\x80\x99", "'", "'"},
		{"\xE2\x80\x93", "-", "-"},
		{"\xE2\x88\x92", "-", "-"},
		{"\xE2\x82\xAC", "EUR", "EUR"},
		{"\xC2\xA3", "GBP", "GBP"},
	};
	StringInfoData plat;
	const char *p = utf8;

	if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII)
		return cstring_to_text(utf8);
	initStringInfo(&plat);
	while (*p)
	{
		int			longueur = pg_encoding_mblen(PG_UTF8, p);
		const char *ecrit = NULL;

		for (int i = 0; longueur > 1 && i < (int) lengthof(signes); i++)
		{
			if (strncmp(p, signes[i][0], longueur) != 0)
				continue;
			for (int j = 0; j < 3 && ecrit == NULL; j++)
			{
				if (ecrivable(signes[i][j]))
					ecrit = signes[i][j];
			}
		}
		if (ecrit)
			appendStringInfoString(&plat, ecrit);
		else
			appendBinaryStringInfo(&plat, p, longueur);
		p += longueur;
	}
	return cstring_to_text(creances_serveur(plat.data));
}

/*
 * The digits of an amount; NaN and infinity are refused by name.
 */
char *
creances_decimal(Datum montant, const char *argument)
{
	Numeric		n = DatumGetNumeric(montant);
	char	   *decimal;

	if (numeric_is_nan(n) || numeric_is_inf(n))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("%s ne peut pas être %s", argument,
								 numeric_is_nan(n) ? "NaN" : "infini"),
				 creances_errhint("Donnez un nombre fini.")));
	decimal = DatumGetCString(DirectFunctionCall1(numeric_out, montant));
	if (strlen(decimal) > DECIMAL_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 creances_errmsg("nombre trop long pour être écrit"),
				 creances_errdetail("Il a plus de %d signes.", DECIMAL_MAX)));
	return decimal;
}

/* ---------------------------------------------------------------- locales */

static void
fermer(Formateurs *f)
{
	if (f->nombre)
		unumf_close(f->nombre);
	if (f->devise)
		unumf_close(f->devise);
	if (f->squelette)
		unumf_close(f->squelette);
	if (f->motif)
		unum_close(f->motif);
	if (f->date)
		udat_close(f->date);
	for (int i = 0; i < NB_STYLES_DATE; i++)
	{
		if (f->dates[i])
			udat_close(f->dates[i]);
	}
	for (int i = 0; i < 2; i++)
	{
		if (f->pluriels[i])
			uplrules_close(f->pluriels[i]);
	}
	for (int i = 0; i < (int) lengthof(f->cles); i++)
		free(f->cles[i]);
	memset(f, 0, sizeof(Formateurs));
}

static bool
disponible(const char *locale)
{
	int32_t		nb = uloc_countAvailable();

	for (int32_t i = 0; i < nb; i++)
	{
		if (strcmp(uloc_getAvailable(i), locale) == 0)
			return true;
	}
	return false;
}

static void
langue_inconnue(const char *nom) __attribute__((noreturn));

static void
langue_inconnue(const char *nom)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("langue inconnue : « %s »", nom),
			 creances_errhint("Donnez un code de langue, et de pays s'il le faut, comme fr, en, de, fr-CH ou en-GB.")));
}

/*
 * The formatters of a language ('fr', 'fr-CH', 'fr_CH'); of creances.langue for
 * NULL.  22023 if ICU does not know it.  They live until the place is needed
 * for another locale: no caller keeps two of them.
 */
Formateurs *
creances_formateurs(const text *langue)
{
	const char *nom = langue ? creances_lire_texte(langue) : creances_langue;
	char		locale[ULOC_FULLNAME_CAPACITY];
	char		base[ULOC_FULLNAME_CAPACITY];
	UErrorCode	statut = U_ZERO_ERROR;
	Formateurs *f;

	for (int i = 0; i < NB_LOCALES; i++)
	{
		if (strcmp(connus[i].nom, nom) == 0 && nom[0] != '\0')
			return &connus[i];
	}

	/* without keywords, which would change the calendar or the digits */
	if (nom[0] == '\0' || strspn(nom, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != strlen(nom)
		|| strlen(nom) > 40)
		langue_inconnue(nom);
	uloc_canonicalize(nom, locale, sizeof(locale), &statut);
	if (U_FAILURE(statut) || statut == U_STRING_NOT_TERMINATED_WARNING)
		langue_inconnue(nom);
	uloc_getBaseName(locale, base, sizeof(base), &statut);
	if (U_FAILURE(statut) || strcmp(locale, base) != 0 || !disponible(base))
		langue_inconnue(nom);

	f = &connus[prochain];
	prochain = (prochain + 1) % NB_LOCALES;
	fermer(f);
	uloc_getLanguage(base, f->langue, sizeof(f->langue), &statut);
	if (U_FAILURE(statut))
		langue_inconnue(nom);
	strlcpy(f->locale, base, sizeof(f->locale));
	strlcpy(f->nom, nom, sizeof(f->nom));
	return f;
}

/* ---------------------------------------------------------------- numbers */

static UNumberFormatter *
ouvrir_squelette(const char *squelette, const char *locale, UErrorCode *statut)
{
	int32_t		longueur;
	UChar	   *s = creances_vers_icu(squelette, &longueur);
	UNumberFormatter *f = unumf_openForSkeletonAndLocale(s, longueur, locale, statut);

	/* (it is open even when the skeleton is not understood) */
	if (f && U_FAILURE(*statut))
	{
		unumf_close(f);
		f = NULL;
	}
	return f;
}

/*
 * Is the owner's other style `numero` this one?
 */
static bool
deja(const Formateurs *f, int numero, const char *cle)
{
	return f->cles[numero] && strcmp(f->cles[numero], cle) == 0;
}

/*
 * It is now, once its formatter is open.  (Without memory for the name it is
 * opened again the next time.)
 */
static void
retenir(Formateurs *f, int numero, const char *cle)
{
	free(f->cles[numero]);
	f->cles[numero] = cle ? strdup(cle) : NULL;
}

static void
style_refuse(const char *quoi, const char *style) __attribute__((noreturn));

static void
style_refuse(const char *quoi, const char *style)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("style de %s inconnu : « %s »", quoi, style),
			 creances_errhint("Voyez les styles de MessageFormat dans ICU : mots clés, ::squelette ou motif.")));
}

/*
 * Let `formateur` write a decimal string, into `resultat`.
 */
static void
ecrire_nombre(const UNumberFormatter *formateur, const char *decimal)
{
	UErrorCode	statut = U_ZERO_ERROR;

	if (resultat == NULL)
	{
		resultat = unumf_openResult(&statut);
		icu_ou_erreur(statut, "unumf_openResult");
	}
	unumf_formatDecimal(formateur, decimal, -1, resultat, &statut);
	if (U_FAILURE(statut))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 creances_errmsg("nombre trop long pour être écrit"),
				 creances_errdetail("ICU répond %s.", u_errorName(statut))));
}

static char *
nombre_ecrit(const UNumberFormatter *formateur, const char *decimal)
{
	UErrorCode	statut = U_ZERO_ERROR;
	int32_t		longueur;
	UChar	   *tampon;

	ecrire_nombre(formateur, decimal);
	longueur = unumf_resultToString(resultat, NULL, 0, &statut);
	tampon = palloc(sizeof(UChar) * (longueur + 1));
	statut = U_ZERO_ERROR;
	unumf_resultToString(resultat, tampon, longueur + 1, &statut);
	icu_ou_erreur(statut, "unumf_resultToString");
	return creances_depuis_icu(tampon, longueur);
}

static const UNumberFormatter *
nombre_simple(Formateurs *f)
{
	if (f->nombre == NULL)
	{
		UErrorCode	statut = U_ZERO_ERROR;

		f->nombre = ouvrir_squelette("precision-unlimited", f->locale, &statut);
		icu_ou_erreur(statut, "unumf_openForSkeletonAndLocale");
	}
	return f->nombre;
}

/*
 * A number by rules or by a pattern; `cle` names them both.
 */
static char *
nombre_motif(Formateurs *f, const char *decimal, UNumberFormatStyle genre, const char *motif, const char *cle)
{
	UErrorCode	statut = U_ZERO_ERROR;
	UChar		court[128];
	UChar	   *tampon = court;
	int32_t		longueur;

	if (!deja(f, 1, cle))
	{
		UParseError erreur;
		UChar	   *m = NULL;
		int32_t		l = 0;

		if (motif)
			m = creances_vers_icu(motif, &l);
		retenir(f, 1, NULL);
		if (f->motif)
			unum_close(f->motif);
		f->motif = unum_open(genre, m, l, f->locale, &erreur, &statut);
		if (U_FAILURE(statut))
		{
			f->motif = NULL;
			style_refuse("nombre", cle);
		}
		retenir(f, 1, cle);
	}
	longueur = unum_formatDecimal(f->motif, decimal, strlen(decimal), tampon, lengthof(court), NULL, &statut);
	if (statut == U_BUFFER_OVERFLOW_ERROR)
	{
		tampon = palloc(sizeof(UChar) * (longueur + 1));
		statut = U_ZERO_ERROR;
		unum_formatDecimal(f->motif, decimal, strlen(decimal), tampon, longueur + 1, NULL, &statut);
	}
	icu_ou_erreur(statut, "unum_formatDecimal");
	return creances_depuis_icu(tampon, longueur);
}

/*
 * A number in a style of MessageFormat: none (exact, never rounded), integer,
 * percent, spellout, ordinal, ::skeleton, or a pattern.
 */
char *
creances_nombre(Formateurs *f, const char *decimal, const char *style)
{
	const char *squelette = NULL;

	if (style == NULL || style[0] == '\0')
		return nombre_ecrit(nombre_simple(f), decimal);
	if (strcmp(style, "spellout") == 0)
		return nombre_motif(f, decimal, UNUM_SPELLOUT, NULL, style);
	if (strcmp(style, "ordinal") == 0)
		return nombre_motif(f, decimal, UNUM_ORDINAL, NULL, style);
	if (strcmp(style, "integer") == 0)
		squelette = "precision-integer";
	else if (strcmp(style, "percent") == 0)
		squelette = "percent scale/100 precision-integer";
	else if (strcmp(style, "currency") == 0)
		style_refuse("nombre", style);	/* whose currency? */
	else if (strncmp(style, "::", 2) == 0)
	{
		squelette = style + 2;
		/* (an exponent could ask for a text of a billion digits) */
		for (const char *p = squelette; p[0] && p[1]; p++)
		{
			if (p[0] >= '0' && p[0] <= '9' && (p[1] == 'E' || p[1] == 'e'))
				style_refuse("nombre", style);
		}
	}
	if (squelette == NULL)
		return nombre_motif(f, decimal, UNUM_PATTERN_DECIMAL, style, style);

	if (!deja(f, 0, style))
	{
		UErrorCode	statut = U_ZERO_ERROR;

		retenir(f, 0, NULL);
		if (f->squelette)
			unumf_close(f->squelette);
		f->squelette = NULL;
		f->squelette = ouvrir_squelette(squelette, f->locale, &statut);
		if (f->squelette == NULL)
			style_refuse("nombre", style);
		retenir(f, 0, style);
	}
	return nombre_ecrit(f->squelette, decimal);
}

/*
 * Which plural does the language use for this number, as it is shown: a keyword
 * of CLDR (zero, one, two, few, many, other).
 */
char *
creances_pluriel(Formateurs *f, UPluralType type, const char *decimal)
{
	UErrorCode	statut = U_ZERO_ERROR;
	UChar		mot[32];
	int32_t		longueur;

	if (f->pluriels[type] == NULL)
	{
		f->pluriels[type] = uplrules_openForType(f->locale, type, &statut);
		icu_ou_erreur(statut, "uplrules_openForType");
	}
#if U_ICU_VERSION_MAJOR_NUM >= 68
	ecrire_nombre(nombre_simple(f), decimal);
	longueur = uplrules_selectFormatted(f->pluriels[type], resultat, mot, lengthof(mot), &statut);
#else
	longueur = uplrules_select(f->pluriels[type], atof(decimal), mot, lengthof(mot), &statut);
#endif
	icu_ou_erreur(statut, "uplrules_select");
	return creances_depuis_icu(mot, longueur);
}

/* ------------------------------------------------------------------ dates */

/*
 * Number of a style of dates, by our name for it; -1 if there is none.
 */
int
creances_style_date(const char *nom)
{
	for (int i = 0; i < NB_STYLES_DATE; i++)
	{
		if (strcmp(styles_date[i], nom) == 0)
			return i;
	}
	return -1;
}

/*
 * A date format of the proleptic Gregorian calendar, which is PostgreSQL's,
 * whatever the locale's own.
 */
static UDateFormat *
ouvrir_date(const char *locale, UDateFormatStyle style, const UChar *motif, int32_t longueur, UErrorCode *statut)
{
	static const UChar gmt[] = {'G', 'M', 'T', 0};
	char		gregorien[ULOC_FULLNAME_CAPACITY + 32];
	UDateFormat *d;
	UCalendar  *calendrier;

	snprintf(gregorien, sizeof(gregorien), "%s@calendar=gregorian", locale);
	d = udat_open(motif ? UDAT_PATTERN : UDAT_NONE, motif ? UDAT_PATTERN : style,
				  gregorien, gmt, -1, motif, longueur, statut);
	if (U_FAILURE(*statut))
		return NULL;
	calendrier = ucal_clone(udat_getCalendar(d), statut);
	if (U_SUCCESS(*statut))
	{
		ucal_setGregorianChange(calendrier, -8.64e15, statut);
		udat_setCalendar(d, calendrier);
		ucal_close(calendrier);
	}
	if (U_FAILURE(*statut))
	{
		udat_close(d);
		return NULL;
	}
	return d;
}

static UDateFormat *
date_motif(Formateurs *f, const char *autre)
{
	if (!deja(f, 2, autre))
	{
		UErrorCode	statut = U_ZERO_ERROR;
		int32_t		longueur;
		UChar	   *motif;
		UChar		trouve[256];

		retenir(f, 2, NULL);
		if (f->date)
			udat_close(f->date);
		f->date = NULL;
		if (strncmp(autre, "::", 2) == 0)
		{
			UDateTimePatternGenerator *g = udatpg_open(f->locale, &statut);

			motif = trouve;
			longueur = 0;
			if (U_SUCCESS(statut))
			{
				UChar		squelette[64];
				int32_t		l = 0;

				/* (no ereport() while it is open) */
				u_strFromUTF8(squelette, lengthof(squelette), &l, autre + 2, -1, &statut);
				if (U_SUCCESS(statut))
					longueur = udatpg_getBestPattern(g, squelette, l, trouve, lengthof(trouve), &statut);
				udatpg_close(g);
			}
		}
		else
			motif = creances_vers_icu(autre, &longueur);
		if (U_SUCCESS(statut) && longueur > 0)
			f->date = ouvrir_date(f->locale, UDAT_NONE, motif, longueur, &statut);
		if (U_FAILURE(statut) || f->date == NULL)
			style_refuse("date", autre);
		retenir(f, 2, autre);
	}
	return f->date;
}

/*
 * A date in one of the four styles, or in `autre`: ::skeleton, or a pattern of
 * ICU.  In French the first of a month is an ordinal, which CLDR leaves out.
 */
char *
creances_date(Formateurs *f, DateADT le, int style, const char *autre)
{
	UErrorCode	statut = U_ZERO_ERROR;
	UDateFormat *d;
	UDate		instant;
	UChar		tampon[256];
	int32_t		longueur;
	char	   *texte;
	int			annee,
				mois,
				jour;

	if (DATE_NOT_FINITE(le))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
				 creances_errmsg("la date ne peut pas être infinie"),
				 creances_errhint("Donnez une date du calendrier.")));
	if (autre)
		d = date_motif(f, autre);
	else
	{
		if (f->dates[style] == NULL)
		{
			/* (the names are in ICU's order: full, long, medium, short) */
			f->dates[style] = ouvrir_date(f->locale, (UDateFormatStyle) style, NULL, 0, &statut);
			icu_ou_erreur(statut, "udat_open");
		}
		d = f->dates[style];
	}
	instant = ((double) le + POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * 86400000.0;
	longueur = udat_format(d, instant, tampon, lengthof(tampon), NULL, &statut);
	icu_ou_erreur(statut, "udat_format");
	texte = creances_depuis_icu(tampon, longueur);

	j2date(le + POSTGRES_EPOCH_JDATE, &annee, &mois, &jour);
	if (jour == 1 && autre == NULL && style <= UDAT_MEDIUM && strcmp(f->langue, "fr") == 0)
	{
		for (char *p = texte; *p; p++)
		{
			if (p[0] == '1' && p[1] == ' ' && (p == texte || p[-1] == ' '))
				return psprintf("%.*s1er%s", (int) (p - texte), texte, p + 1);
		}
	}
	return texte;
}

/* ------------------------------------------------------------- currencies */

/*
 * Decimals of a currency's unit of account, as creances._decimales() has them.
 */
int
creances_devise_decimales(const char *code)
{
	static const char *const sans = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
	static const char *const trois = "BHD IQD JOD KWD LYD OMR TND";

	return strstr(sans, code) ? 0 : strstr(trois, code) ? 3 : 2;
}

static bool
devise_connue(const char *code)
{
	UChar		c[4];

	if (strlen(code) != 3 || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return false;
	u_charsToUChars(code, c, 4);
	return ucurr_getNumericCode(c) != 0;
}

/*
 * The code of a currency that ICU knows; 22023 otherwise.
 */
const char *
creances_devise_lire(const text *devise)
{
	char	   *code = creances_lire_texte(devise);

	if (devise_connue(code))
		return code;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("devise inconnue : « %s »", code),
			 creances_errhint("Donnez un code ISO 4217 en majuscules, comme EUR ou CHF.")));
}

/*
 * Name of a currency's unit, in the form that goes with a plural keyword.
 */
char *
creances_devise_nom(Formateurs *f, const char *code, const char *forme)
{
	UErrorCode	statut = U_ZERO_ERROR;
	UChar		c[4];
	UBool		choix = false;
	int32_t		longueur;
	const UChar *nom;

	u_charsToUChars(code, c, 4);
	nom = ucurr_getPluralName(c, f->locale, &choix, forme, &longueur, &statut);
	icu_ou_erreur(statut, "ucurr_getPluralName");
	return creances_depuis_icu(nom, longueur);
}

/* ------------------------------------------------------------------ in SQL */

static void
refuser_null(const char *argument) __attribute__((noreturn));

static void
refuser_null(const char *argument)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 creances_errmsg("%s ne peut pas être NULL", argument),
			 creances_errhint("Exemple : creances.montant_formate(1234.56, 'EUR', 'fr').")));
}

/*
 * montant_formate(montant, devise, langue): an amount with its currency, all
 * its decimals and at least those of the currency.  NULL for a NULL amount.
 */
Datum
creances_montant_formate(PG_FUNCTION_ARGS)
{
	const char *code;
	char	   *decimal;
	Formateurs *f;

	if (PG_ARGISNULL(1))
		refuser_null("la devise");
	f = creances_formateurs(PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2));
	code = creances_devise_lire(PG_GETARG_TEXT_PP(1));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	decimal = creances_decimal(PG_GETARG_DATUM(0), "le montant");
	if (f->devise == NULL || strcmp(f->code, code) != 0)
	{
		static const char *const precisions[] = {".*", ".0*", ".00*", ".000*"};
		UErrorCode	statut = U_ZERO_ERROR;

		if (f->devise)
			unumf_close(f->devise);
		f->devise = NULL;
		f->devise = ouvrir_squelette(psprintf("currency/%s %s", code, precisions[creances_devise_decimales(code)]),
									 f->locale, &statut);
		icu_ou_erreur(statut, "unumf_openForSkeletonAndLocale");
		strlcpy(f->code, code, sizeof(f->code));
	}
	PG_RETURN_TEXT_P(creances_texte(nombre_ecrit(f->devise, decimal)));
}

/*
 * date_formatee(le, langue, style): a date as the language writes it.  NULL for
 * a NULL date.
 */
Datum
creances_date_formatee(PG_FUNCTION_ARGS)
{
	Formateurs *f;
	char	   *nom;
	int			style;

	if (PG_ARGISNULL(2))
		refuser_null("le style");
	f = creances_formateurs(PG_ARGISNULL(1) ? NULL : PG_GETARG_TEXT_PP(1));
	nom = creances_lire_texte(PG_GETARG_TEXT_PP(2));
	style = creances_style_date(nom);
	if (style < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("style de date inconnu : « %s »", nom),
				 creances_errhint("Les styles sont court, moyen, long et complet.")));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(creances_texte(creances_date(f, PG_GETARG_DATEADT(0), style, NULL)));
}

/*
 * _devise_connue(devise): would montant_formate() take it?
 */
Datum
creances_devise_connue(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(devise_connue(creances_lire_texte(PG_GETARG_TEXT_PP(0))));
}
