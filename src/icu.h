/*-------------------------------------------------------------------------
 *
 * icu.h
 *	  What the files that show amounts, dates and messages share.
 *
 * icu.c keeps ICU's formatters; message.c reads patterns with them; chiffres.c
 * writes amounts in words.  Inside of them text is UTF-8 and ends with a zero
 * byte; it is UTF-16 for ICU, and in the encoding of the database at the door.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ICU_H
#define ICU_H

#include "creances.h"

#ifndef USE_ICU
#error "creances needs a PostgreSQL server built with ICU"
#endif

#include "lib/stringinfo.h"

#include <unicode/udat.h>
#include <unicode/unum.h>
#include <unicode/unumberformatter.h>
#include <unicode/upluralrules.h>

/* Styles of a date, as ICU numbers them */
#define NB_STYLES_DATE		4

/* The formatters of a locale, opened when they are first used */
typedef struct Formateurs
{
	char		nom[ULOC_FULLNAME_CAPACITY];	/* as it was given; empty: free */
	char		locale[ULOC_FULLNAME_CAPACITY];
	char		langue[ULOC_LANG_CAPACITY];
	UNumberFormatter *nombre;	/* exact, as many decimals as the number has */
	UNumberFormatter *devise;
	char		code[4];		/* currency that `devise` shows */
	UDateFormat *dates[NB_STYLES_DATE];
	UPluralRules *pluriels[2];	/* indexed by UPluralType */
	UNumberFormatter *squelette;	/* other style of a number, by skeleton */
	UNumberFormat *motif;		/* by pattern, or in words */
	UDateFormat *date;			/* other style of a date */
	char	   *cles[3];		/* which ones these three are */
} Formateurs;

/* icu.c: the formatters, and the doors between ICU and server strings */
extern Formateurs *creances_formateurs(const text *langue);
extern UChar *creances_vers_icu(const char *utf8, int32_t *longueur);
extern char *creances_depuis_icu(const UChar *utf16, int32_t longueur);
extern text *creances_texte(const char *utf8);
extern char *creances_lire_texte(const text *serveur);
extern char *creances_decimal(Datum montant, const char *argument);
extern char *creances_nombre(Formateurs *f, const char *decimal, const char *style);
extern char *creances_pluriel(Formateurs *f, UPluralType type, const char *decimal);
extern int	creances_style_date(const char *nom);
extern char *creances_date(Formateurs *f, DateADT le, int style, const char *autre);
extern int	creances_devise_decimales(const char *code);
extern const char *creances_devise_lire(const text *devise);
extern char *creances_devise_nom(Formateurs *f, const char *code, const char *forme);

#endif							/* ICU_H */
