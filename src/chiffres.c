/*-------------------------------------------------------------------------
 *
 * chiffres.c
 *	  Amounts in words, in French, English and German.
 *
 * A formal notice is kept for years: the words do not come from ICU's rules,
 * which change from one version to the next, but from here.  The tests compare
 * them with ICU's.
 *
 * French, traditional spelling: hyphens inside a number below one hundred
 * that "et" does not join; "vingt" and "cent" take an s when they are
 * multiplied and end the number, also in front of the nouns million and
 * milliard, never in front of mille; "de" in front of the currency after a
 * round million.  Belgium and Switzerland say septante and nonante.  Singular
 * below two.  English: plural for all but one, nought included.  German: the
 * names of currencies do not decline.
 *
 *-------------------------------------------------------------------------
 */
#include "icu.h"

#include "utils/builtins.h"

#define MONTANT_MAX_CHIFFRES	15	/* below a million milliards */

typedef enum LangueChiffres
{
	FRANCAIS = 0,
	ANGLAIS,
	ALLEMAND,
	NB_LANGUES_CHIFFRES
} LangueChiffres;

typedef struct Unite
{
	const char *code;
	bool		feminin;		/* in French; in German none is */
	/* singular and plural of the unit, then of its hundredth */
	const char *noms[NB_LANGUES_CHIFFRES][4];
} Unite;

static const Unite unites[] = {
	{"EUR", false, {
			{"euro", "euros", "centime", "centimes"},
			{"euro", "euros", "cent", "cents"},
			{"Euro", "Euro", "Cent", "Cent"}
	}},
	{"USD", false, {
			{"dollar américain", "dollars américains", "cent", "cents"},
			{"US dollar", "US dollars", "cent", "cents"},
			{"US-Dollar", "US-Dollar", "Cent", "Cent"}
	}},
	{"GBP", true, {
			{"livre sterling", "livres sterling", "penny", "pence"},
			{"pound sterling", "pounds sterling", "penny", "pence"},
			{"Pfund Sterling", "Pfund Sterling", "Penny", "Pence"}
	}},
	{"CHF", false, {
			{"franc suisse", "francs suisses", "centime", "centimes"},
			{"Swiss franc", "Swiss francs", "centime", "centimes"},
			{"Schweizer Franken", "Schweizer Franken", "Rappen", "Rappen"}
	}},
};

static const char *const petits[NB_LANGUES_CHIFFRES][20] = {
	{"zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
	"treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"},
	{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
	"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"},
	{"null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
	"dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn"}
};
static const char *const dizaines[NB_LANGUES_CHIFFRES][10] = {
	{"", "", "vingt", "trente", "quarante", "cinquante", "soixante", "septante", "quatre-vingt", "nonante"},
	{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"},
	{"", "", "zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"}
};
/* Millions, milliards, milliers de milliards: singular, plural */
static const char *const grands[NB_LANGUES_CHIFFRES][3][2] = {
	{{"million", "millions"}, {"milliard", "milliards"}, {"billion", "billions"}},
	{{"million", "million"}, {"billion", "billion"}, {"trillion", "trillion"}},
	{{"Million", "Millionen"}, {"Milliarde", "Milliarden"}, {"Billion", "Billionen"}}
};

PG_FUNCTION_INFO_V1(creances_montant_en_lettres);

/* How a number is said */
typedef struct Diction
{
	LangueChiffres langue;
	bool		septante;		/* Belgium, Switzerland */
	bool		feminin;		/* what is counted is (not in English) */
} Diction;

/*
 * A number from 1 to 999.  `final`: nothing follows it but the noun that it
 * counts; `feminin`: that noun, in French.
 */
static void
dire_centaines(StringInfo s, const Diction *d, int n, bool final, bool feminin)
{
	int			centaines = n / 100;
	int			reste = n % 100;
	const char *const *p = petits[d->langue];

	switch (d->langue)
	{
		case FRANCAIS:
			if (centaines > 1)
				appendStringInfo(s, "%s ", p[centaines]);
			if (centaines > 0)
				appendStringInfo(s, "cent%s%s", centaines > 1 && reste == 0 && final ? "s" : "", reste > 0 ? " " : "");
			if (reste == 1)
				appendStringInfoString(s, feminin ? "une" : "un");
			else if (reste > 0 && reste < 20)
				appendStringInfoString(s, p[reste]);
			else if (reste > 0)
			{
				int			dizaine = reste / 10;
				int			unite = reste % 10;

				/* soixante-dix, quatre-vingt-dix */
				if ((dizaine == 7 || dizaine == 9) && !d->septante)
				{
					dizaine--;
					unite += 10;
				}
				appendStringInfoString(s, dizaines[FRANCAIS][dizaine]);
				if (unite == 0)
					appendStringInfoString(s, dizaine == 8 && final ? "s" : "");
				else if ((unite == 1 || unite == 11) && dizaine != 8)
					appendStringInfo(s, " et %s", unite == 1 && feminin ? "une" : p[unite]);
				else
					appendStringInfo(s, "-%s", unite == 1 && feminin ? "une" : p[unite]);
			}
			break;
		case ANGLAIS:
			if (centaines > 0)
				appendStringInfo(s, "%s hundred%s", p[centaines], reste > 0 ? " " : "");
			if (reste >= 20)
				appendStringInfo(s, "%s%s%s", dizaines[ANGLAIS][reste / 10], reste % 10 ? "-" : "", reste % 10 ? p[reste % 10] : "");
			else if (reste > 0)
				appendStringInfoString(s, p[reste]);
			break;
		default:
			if (centaines > 0)
				appendStringInfo(s, "%shundert", p[centaines]);
			if (reste == 1)
				/* einhunderteins, but ein Euro and einundzwanzig */
				appendStringInfoString(s, final && s->len > 0 ? "eins" : "ein");
			else if (reste >= 20)
				appendStringInfo(s, "%s%s%s", reste % 10 ? p[reste % 10] : "", reste % 10 ? "und" : "", dizaines[ALLEMAND][reste / 10]);
			else if (reste > 0)
				appendStringInfoString(s, p[reste]);
			break;
	}
}

/*
 * A whole number; `chiffres` has no leading zero.
 */
static char *
dire_entier(const Diction *d, const char *chiffres)
{
	StringInfoData s;
	int64		n = strtoll(chiffres, NULL, 10);
	int			tranches[5];

	initStringInfo(&s);
	if (n == 0)
		return pstrdup(petits[d->langue][0]);
	for (int i = 0; i < (int) lengthof(tranches); i++, n /= 1000)
		tranches[i] = n % 1000;
	for (int i = (int) lengthof(tranches) - 1; i >= 0; i--)
	{
		int			t = tranches[i];

		if (t == 0)
			continue;
		/* (German writes what is below a million in one word) */
		if (s.len > 0 && (d->langue != ALLEMAND || i > 0 || tranches[1] == 0))
			appendStringInfoChar(&s, ' ');
		if (i >= 2)
		{
			if (d->langue == ALLEMAND && t == 1)
				appendStringInfoString(&s, "eine");
			else
			{
				StringInfoData mot;

				initStringInfo(&mot);
				dire_centaines(&mot, d, t, true, false);
				/* einhunderteine Millionen: the noun is feminine */
				if (d->langue == ALLEMAND && t % 100 == 1)
					mot.data[mot.len - 1] = 'e';
				appendStringInfoString(&s, mot.data);
			}
			appendStringInfo(&s, " %s", grands[d->langue][i - 2][t > 1]);
		}
		else
		{
			StringInfoData mot;

			initStringInfo(&mot);
			if (i == 1)
			{
				if (d->langue != FRANCAIS || t > 1)
				{
					dire_centaines(&mot, d, t, false, false);
					if (d->langue != ALLEMAND)
						appendStringInfoChar(&mot, ' ');
				}
				appendStringInfoString(&mot, d->langue == FRANCAIS ? "mille" : d->langue == ANGLAIS ? "thousand" : "tausend");
			}
			else
			{
				/* eins unless it is the whole number */
				if (d->langue == ALLEMAND && t == 1)
					appendStringInfoString(&mot, s.len > 0 ? "eins" : d->feminin ? "eine" : "ein");
				else
					dire_centaines(&mot, d, t, true, d->feminin);
			}
			appendStringInfoString(&s, mot.data);
		}
	}
	return s.data;
}

/*
 * In French, "de" or "d'" in front of this noun.
 */
static const char *
de(const char *nom)
{
	return strchr("aeiouAEIOU", nom[0]) || strncmp(nom, "é", 2) == 0 ? "d'" : "de ";
}

/*
 * montant_en_lettres(montant, devise, langue): 22003 from a million milliards,
 * 22023 for a decimal that the currency does not have.  NULL for a NULL amount.
 */
Datum
creances_montant_en_lettres(PG_FUNCTION_ARGS)
{
	Formateurs *f;
	const char *code;
	const Unite *unite = NULL;
	Diction		d = {0};
	char	   *decimal;
	char	   *point;
	int			decimales;
	int			fraction = 0;
	bool		negatif;
	bool		un;
	StringInfoData s;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 creances_errmsg("%s ne peut pas être NULL", "la devise"),
				 creances_errhint("Exemple : creances.montant_en_lettres(1234.56, 'EUR', 'fr').")));
	f = creances_formateurs(PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2));
	code = creances_devise_lire(PG_GETARG_TEXT_PP(1));
	if (strcmp(f->langue, "fr") == 0)
		d.langue = FRANCAIS;
	else if (strcmp(f->langue, "en") == 0)
		d.langue = ANGLAIS;
	else if (strcmp(f->langue, "de") == 0)
		d.langue = ALLEMAND;
	else
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("pas de montant en lettres dans la langue « %s »", f->langue),
				 creances_errhint("Les montants s'écrivent en lettres en fr, en et de.")));
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	d.septante = strstr(f->locale, "_BE") || strstr(f->locale, "_CH");

	decimal = creances_decimal(PG_GETARG_DATUM(0), "le montant");
	negatif = decimal[0] == '-';
	if (negatif)
		decimal++;
	decimales = creances_devise_decimales(code);
	point = strchr(decimal, '.');
	if (point)
	{
		int			i = 0;

		*point++ = '\0';
		for (; i < decimales && point[i]; i++)
			fraction = fraction * 10 + (point[i] - '0');
		if (point[i] && strspn(point + i, "0") != strlen(point + i))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 creances_errmsg("le montant a plus de décimales que la devise %s", code),
					 creances_errhint("Arrondissez-le d'abord : round(montant, %d).", decimales)));
		for (; i < decimales; i++)
			fraction *= 10;
	}
	if (strlen(decimal) > MONTANT_MAX_CHIFFRES)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 creances_errmsg("montant trop grand pour être écrit en lettres"),
				 creances_errhint("Il a au plus %d chiffres avant la virgule.", MONTANT_MAX_CHIFFRES)));

	for (int i = 0; i < (int) lengthof(unites); i++)
	{
		if (strcmp(unites[i].code, code) == 0)
			unite = &unites[i];
	}
	initStringInfo(&s);
	if (negatif)
		appendStringInfoString(&s, d.langue == ANGLAIS ? "minus " : d.langue == FRANCAIS ? "moins " : "minus ");
	un = strcmp(decimal, "1") == 0 || (d.langue == FRANCAIS && strcmp(decimal, "0") == 0);

	/* (nought euros is said only when there are no cents) */
	if (strcmp(decimal, "0") != 0 || fraction == 0 || unite == NULL)
	{
		const char *nom = unite ? unite->noms[d.langue][un ? 0 : 1] : creances_devise_nom(f, code, un ? "one" : "other");
		int			longueur = strlen(decimal);

		if (unite)
			d.feminin = d.langue == FRANCAIS && unite->feminin;
		else if (d.langue == FRANCAIS)
			d.feminin = strncmp(nom, "livre", 5) == 0 || strncmp(nom, "couronne", 8) == 0 || strncmp(nom, "roupie", 6) == 0;
		else
			d.feminin = strstr(nom, "Krone") || strstr(nom, "Rupie") || strstr(nom, "Lira");
		appendStringInfo(&s, "%s ", dire_entier(&d, decimal));
		if (d.langue == FRANCAIS && longueur > 6 && strcmp(decimal + longueur - 6, "000000") == 0)
			appendStringInfoString(&s, de(nom));
		appendStringInfoString(&s, nom);
	}
	if (fraction > 0)
	{
		static const char *const et[] = {" et ", " and ", " und "};

		if (s.len > (negatif ? 6 : 0))
			appendStringInfoString(&s, et[d.langue]);
		d.feminin = false;
		if (unite)
			appendStringInfo(&s, "%s %s", dire_entier(&d, psprintf("%d", fraction)),
							 unite->noms[d.langue][fraction == 1 ? 2 : 3]);
		else
			appendStringInfo(&s, "%d/%s", fraction, decimales == 3 ? "1000" : "100");
	}
	PG_RETURN_TEXT_P(creances_texte(s.data));
}
