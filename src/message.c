/*-------------------------------------------------------------------------
 *
 * message.c
 *	  Messages with named arguments, plural and select: the MessageFormat of
 *	  ICU, read here.
 *
 * ICU's C interface takes the arguments of a message as C variadic ones, by
 * number, and numbers as doubles: names would have to be mapped, a list of
 * types that only the pattern knows be built at run time, and an amount would
 * lose digits.  So the pattern is read here, by the grammar of ICU's
 * MessagePattern, and ICU gives what depends on the language: numbers from
 * their decimal digits, dates, plural rules.  When a pattern is checked, ICU's
 * own reader has a say too, and the tests compare the two on random patterns.
 *
 *	 message  = (text | argument)*
 *	 argument = '{' name '}'
 *			  | '{' name ',' ('number' | 'date' | 'spellout' | 'ordinal') [',' style] '}'
 *			  | '{' name ',' ('plural' | 'selectordinal') ',' ['offset:' n] (key '{' message '}')+ '}'
 *			  | '{' name ',' 'select' ',' (key '{' message '}')+ '}'
 *
 * An apostrophe quotes only in front of a brace (or of # in a plural); two of
 * them are one.  A quotation that nothing closes is refused, which ICU lets
 * pass: in French it is an elision before an argument.
 *
 * Left out: time, duration and choice, which letters have no use for.
 *
 *-------------------------------------------------------------------------
 */
#include "icu.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"
#include "utils/tuplestore.h"

#include <unicode/umsg.h>

/* Arguments in arguments in ...: what a letter never needs, and ICU recurses */
#define NIVEAUX_MAX		100
#define STYLE_MAX		100		/* bytes of a style */

/* What is done with a pattern */
typedef enum Usage
{
	USAGE_LIRE,					/* read only */
	USAGE_ECRIRE,				/* write what the arguments choose */
	USAGE_ESSAYER				/* write all branches, to see if they can be */
} Usage;

typedef struct Message
{
	const char *modele;			/* UTF-8 */
	const char *p;				/* where we are */
	Usage		usage;
	Formateurs *f;
	Jsonb	   *arguments;
	List	   *noms;			/* names met, each once, when wanted */
	bool		noter;
	int			niveau;
} Message;

PG_FUNCTION_INFO_V1(creances_message);
PG_FUNCTION_INFO_V1(creances_message_essayer);
PG_FUNCTION_INFO_V1(creances_message_arguments);
PG_FUNCTION_INFO_V1(creances_message_icu);

static void lire_message(Message *m, StringInfo sortie, bool ecrire, bool dans_argument, const char *diese);

static int
caractere(const char *modele, const char *ou)
{
	int			n = 1;

	for (const char *p = modele; p < ou; p++)
		n += (*p & 0xC0) != 0x80;
	return n;
}

static void
illisible(Message *m, const char *ou, const char *pourquoi, const char *conseil) __attribute__((noreturn));

/*
 * Refuse the pattern, and say where.
 */
static void
illisible(Message *m, const char *ou, const char *pourquoi, const char *conseil)
{
	int			longueur = strlen(ou);

	if (longueur > 30)
		longueur = pg_encoding_mbcliplen(PG_UTF8, ou, longueur, 30);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("modèle illisible au caractère %d : %s", caractere(m->modele, ou), pourquoi),
			 longueur > 0 ? creances_errdetail("À partir de : « %.*s ».", longueur, ou)
			 : creances_errdetail("C'est la fin du modèle."),
			 creances_errhint("%s", conseil)));
}

static bool
blanc(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
passer_blancs(Message *m)
{
	while (blanc(*m->p))
		m->p++;
}

/*
 * A name, a type or a key: whatever is not a blank nor a sign of the syntax.
 */
static char *
lire_mot(Message *m)
{
	const char *debut;

	passer_blancs(m);
	debut = m->p;
	while (*m->p && !blanc(*m->p) && strchr("{},'#|", *m->p) == NULL)
		m->p++;
	return pnstrdup(debut, m->p - debut);
}

/* -------------------------------------------------------------- arguments */

/*
 * The value of an argument; 22023 naming it when it is missing or null.
 */
static JsonbValue *
valeur(Message *m, const char *nom)
{
	char	   *cle = creances_serveur(nom);
	JsonbValue *v = m->arguments ? getKeyJsonValueFromContainer(&m->arguments->root, cle, strlen(cle), NULL) : NULL;

	if (v == NULL || v->type == jbvNull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 v ? creances_errmsg("l'argument « %s » du modèle ne peut pas être null", nom)
				 : creances_errmsg("l'argument « %s » du modèle n'est pas donné", nom),
				 creances_errhint("Donnez-le dans arguments, par exemple {\"%s\": \"texte\"}.", nom)));
	if (v->type != jbvString && v->type != jbvNumeric && v->type != jbvBool)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("l'argument « %s » du modèle n'est ni un texte, ni un nombre, ni un booléen", nom),
				 creances_errhint("Donnez une valeur simple à chaque argument.")));
	return v;
}

static char *
valeur_texte(const JsonbValue *v)
{
	switch (v->type)
	{
		case jbvNumeric:
			return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(v->val.numeric)));
		case jbvBool:
			return pstrdup(v->val.boolean ? "true" : "false");
		default:
			return creances_utf8(pnstrdup(v->val.string.val, v->val.string.len));
	}
}

static Numeric
valeur_nombre(const JsonbValue *v, const char *nom, const char *type)
{
	if (v->type != jbvNumeric)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("l'argument « %s » n'est pas un nombre, et le modèle l'emploie en %s", nom, type),
				 creances_errhint("Donnez un nombre sans guillemets, comme {\"%s\": 2}.", nom)));
	return v->val.numeric;
}

static DateADT
valeur_date(const JsonbValue *v, const char *nom)
{
	char	   *t = v->type == jbvString ? valeur_texte(v) : NULL;
	int			a,
				m,
				j,
				lus = 0;

	if (t && sscanf(t, "%4d-%2d-%2d%n", &a, &m, &j, &lus) == 3 && lus == 10 && t[10] == '\0'
		&& strspn(t, "0123456789-") == 10 && a > 0 && m >= 1 && m <= 12 && j >= 1 && j <= 31)
	{
		int			jour = date2j(a, m, j);
		int			a2,
					m2,
					j2;

		j2date(jour, &a2, &m2, &j2);
		if (a2 == a && m2 == m && j2 == j)
			return jour - POSTGRES_EPOCH_JDATE;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("l'argument « %s » n'est pas une date, et le modèle l'emploie en date", nom),
			 creances_errhint("Donnez une date comme {\"%s\": \"2026-02-04\"}.", nom)));
}

/* ----------------------------------------------------------------- simple */

/*
 * The style of a simple argument, up to its closing brace, which is left;
 * without the blanks around it, which ICU would print.
 */
static char *
lire_style(Message *m)
{
	const char *debut = m->p;
	int			niveau = 0;

	for (; *m->p; m->p++)
	{
		if (*m->p == '\'')
		{
			const char *fin = strchr(m->p + 1, '\'');

			if (fin == NULL)
				illisible(m, m->p, "apostrophe sans fin dans un style", "Dans un style, une apostrophe ouvre une citation : fermez-la.");
			m->p = fin;
		}
		else if (*m->p == '{')
			niveau++;
		else if (*m->p == '}' && niveau-- == 0)
		{
			const char *fin = m->p;

			while (debut < fin && blanc(*debut))
				debut++;
			while (fin > debut && blanc(fin[-1]))
				fin--;
			if (fin - debut > STYLE_MAX)
				illisible(m, debut, "style trop long", "Un style a quelques caractères.");
			return pnstrdup(debut, fin - debut);
		}
	}
	illisible(m, debut, "style sans accolade fermante", "Chaque argument finit par }.");
}

static void
ecrire_simple(Message *m, StringInfo sortie, const char *nom, const char *type, const char *style)
{
	JsonbValue *v = valeur(m, nom);

	if (type == NULL && v->type != jbvNumeric)
		appendStringInfoString(sortie, valeur_texte(v));
	else if (type && strcmp(type, "date") == 0)
	{
		static const char *const noms[] = {"full", "long", "medium", "short"};
		DateADT		le = valeur_date(v, nom);
		int			n = style == NULL || style[0] == '\0' ? UDAT_MEDIUM : -1;

		for (int i = 0; n < 0 && i < (int) lengthof(noms); i++)
		{
			if (strcmp(noms[i], style) == 0)
				n = i;
		}
		appendStringInfoString(sortie, creances_date(m->f, le, n, n < 0 ? style : NULL));
	}
	else
	{
		Numeric		n = valeur_nombre(v, nom, type ? type : "nombre");

		if (type && (strcmp(type, "spellout") == 0 || strcmp(type, "ordinal") == 0))
			style = type;
		appendStringInfoString(sortie,
							   creances_nombre(m->f, creances_decimal(NumericGetDatum(n), nom), style));
	}
}

/* ---------------------------------------------------------------- complex */

/* A branch of a plural or of a select */
typedef struct Branche
{
	char	   *cle;
	const char *debut;			/* after its opening brace */
} Branche;

/*
 * Which branch do the rules choose?
 */
static const Branche *
choisir(Message *m, List *branches, const char *nom, const char *type, const char *decalage, char **diese)
{
	JsonbValue *v = valeur(m, nom);
	const char *cherche;
	ListCell   *lc;

	if (strcmp(type, "select") == 0)
		cherche = valeur_texte(v);
	else
	{
		Numeric		n = valeur_nombre(v, nom, type);
		Datum		reste;

		(void) creances_decimal(NumericGetDatum(n), nom);
		foreach(lc, branches)
		{
			const Branche *b = lfirst(lc);

			if (b->cle[0] == '='
				&& DatumGetBool(DirectFunctionCall2(numeric_eq, NumericGetDatum(n),
													DirectFunctionCall3(numeric_in, CStringGetDatum(b->cle + 1),
																		ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)))))
				break;
		}
		reste = DirectFunctionCall2(numeric_sub, NumericGetDatum(n),
									DirectFunctionCall3(numeric_in, CStringGetDatum(decalage),
														ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
		*diese = DatumGetCString(DirectFunctionCall1(numeric_out, reste));
		if (lc)
			return lfirst(lc);
		cherche = creances_pluriel(m->f, type[0] == 's' ? UPLURAL_TYPE_ORDINAL : UPLURAL_TYPE_CARDINAL, *diese);
		*diese = creances_nombre(m->f, *diese, NULL);
		foreach(lc, branches)
		{
			const Branche *b = lfirst(lc);

			if (strcmp(b->cle, cherche) == 0)
				return b;
		}
		cherche = "other";
	}
	for (int essai = 0; essai < 2; essai++)
	{
		foreach(lc, branches)
		{
			const Branche *b = lfirst(lc);

			if (strcmp(b->cle, cherche) == 0)
				return b;
		}
		cherche = "other";
	}
	pg_unreachable();
}

static char *
lire_nombre(Message *m)
{
	const char *debut = m->p;

	if (*m->p == '-')
		m->p++;
	while (*m->p >= '0' && *m->p <= '9')
		m->p++;
	if (*m->p == '.')
	{
		m->p++;
		while (*m->p >= '0' && *m->p <= '9')
			m->p++;
	}
	if (m->p == debut || m->p[-1] == '-' || m->p[-1] == '.')
		illisible(m, debut, "il faut un nombre", "Une valeur exacte s'écrit =1, un décalage offset:1.");
	return pnstrdup(debut, m->p - debut);
}

/*
 * The branches of a plural or of a select, up to the closing brace, which is
 * left; then write the one that is chosen.
 */
static void
lire_branches(Message *m, StringInfo sortie, bool ecrire, const char *nom, const char *type, const char *argument)
{
	bool		pluriel = strcmp(type, "select") != 0;
	const char *decalage = "0";
	List	   *branches = NIL;
	bool		autre = false;
	char	   *diese = NULL;
	const Branche *choix = NULL;
	const char *fin;

	passer_blancs(m);
	if (pluriel && strncmp(m->p, "offset:", 7) == 0)
	{
		m->p += 7;
		passer_blancs(m);
		decalage = lire_nombre(m);
	}
	for (passer_blancs(m); *m->p != '}'; passer_blancs(m))
	{
		Branche    *b = palloc(sizeof(Branche));
		const char *debut = m->p;

		if (*m->p == '\0')
			illisible(m, argument, "argument sans accolade fermante", "Chaque argument finit par }.");
		if (pluriel && *m->p == '=')
		{
			m->p++;
			b->cle = psprintf("=%s", lire_nombre(m));
		}
		else
		{
			b->cle = lire_mot(m);
			if (b->cle[0] == '\0')
				illisible(m, debut, "il faut une clé, puis un texte entre accolades",
						  pluriel ? "Exemple : {nombre, plural, one {# facture} other {# factures}}."
						  : "Exemple : {type, select, public {...} other {...}}.");
			if (pluriel && strspn(b->cle, "abcdefghijklmnopqrstuvwxyz") != strlen(b->cle))
				illisible(m, debut, "clé de pluriel inconnue", "Les clés sont zero, one, two, few, many, other, ou =nombre.");
		}
		if (pluriel && b->cle[0] != '=' && strcmp(b->cle, "zero") != 0 && strcmp(b->cle, "one") != 0
			&& strcmp(b->cle, "two") != 0 && strcmp(b->cle, "few") != 0 && strcmp(b->cle, "many") != 0
			&& strcmp(b->cle, "other") != 0)
			illisible(m, debut, "clé de pluriel inconnue", "Les clés sont zero, one, two, few, many, other, ou =nombre.");
		passer_blancs(m);
		if (*m->p != '{')
			illisible(m, m->p, "il faut un texte entre accolades après la clé",
					  pluriel ? "Exemple : {nombre, plural, one {# facture} other {# factures}}."
					  : "Exemple : {type, select, public {...} other {...}}.");
		b->debut = ++m->p;
		autre = autre || strcmp(b->cle, "other") == 0;
		/* (what is tried is tried with some number) */
		lire_message(m, sortie, ecrire && m->usage == USAGE_ESSAYER, true, pluriel ? "1" : NULL);
		if (*m->p != '}')
			illisible(m, b->debut - 1, "texte sans accolade fermante", "Chaque texte d'une clé finit par }.");
		m->p++;
		branches = lappend(branches, b);
	}
	if (!autre)
		illisible(m, argument, "la clé other manque", "Un plural et un select ont toujours un texte pour other.");
	if (!ecrire)
		return;
	fin = m->p;
	choix = choisir(m, branches, nom, type, decalage, &diese);
	if (m->usage == USAGE_ECRIRE)
	{
		if (diese && choix->cle[0] == '=')
			diese = creances_nombre(m->f, diese, NULL);
		m->p = choix->debut;
		lire_message(m, sortie, true, true, diese);
		m->p = fin;
	}
}

/*
 * An argument; we are after its opening brace, and leave after its closing one.
 */
static void
lire_argument(Message *m, StringInfo sortie, bool ecrire)
{
	const char *debut = m->p - 1;
	char	   *nom = lire_mot(m);
	char	   *type = NULL;
	char	   *style = NULL;
	static const char *const exemple = "Un argument s'écrit {nom}, {nom, number} ou {nom, plural, one {...} other {...}} ; une accolade seule s'écrit '{'.";

	CHECK_FOR_INTERRUPTS();
	if (nom[0] == '\0')
		illisible(m, debut, "argument sans nom", exemple);
	if (nom[0] >= '0' && nom[0] <= '9' ? strspn(nom, "0123456789") != strlen(nom) || (nom[0] == '0' && nom[1])
		: strpbrk(nom, "!\"$%&()*+-./:;<=>?@[\\]^`~") != NULL)
		illisible(m, debut, "ce n'est pas un nom d'argument", exemple);
	if (m->noter && m->usage == USAGE_LIRE)
	{
		ListCell   *lc;

		foreach(lc, m->noms)
		{
			if (strcmp(lfirst(lc), nom) == 0)
				break;
		}
		if (lc == NULL)
			m->noms = lappend(m->noms, nom);
	}
	passer_blancs(m);
	if (*m->p == ',')
	{
		const char *ou;

		m->p++;
		passer_blancs(m);
		ou = m->p;
		type = lire_mot(m);
		passer_blancs(m);
		if (strcmp(type, "plural") == 0 || strcmp(type, "select") == 0 || strcmp(type, "selectordinal") == 0)
		{
			if (*m->p != ',')
				illisible(m, m->p, "il faut une virgule, puis les clés", "Exemple : {nombre, plural, one {# facture} other {# factures}}.");
			m->p++;
			lire_branches(m, sortie, ecrire, nom, type, debut);
			m->p++;
			return;
		}
		if (strcmp(type, "number") != 0 && strcmp(type, "date") != 0 && strcmp(type, "spellout") != 0 && strcmp(type, "ordinal") != 0)
			illisible(m, ou, "type d'argument inconnu", "Les types sont number, date, spellout, ordinal, plural, selectordinal et select.");
		if (*m->p == ',')
		{
			m->p++;
			style = lire_style(m);
			if (type[0] == 's' || type[0] == 'o')
				illisible(m, ou, "ce type n'a pas de style", "Écrivez {nom, spellout} ou {nom, ordinal}.");
		}
	}
	if (*m->p != '}')
		illisible(m, debut, *m->p ? "signe inattendu dans un argument" : "argument sans accolade fermante", exemple);
	m->p++;
	if (ecrire)
		ecrire_simple(m, sortie, nom, type, style);
}

/*
 * A message, up to the end of the pattern or to the closing brace of the branch
 * that it is, which is left.  `diese` is what # stands for, in a plural.
 */
static void
lire_message(Message *m, StringInfo sortie, bool ecrire, bool dans_argument, const char *diese)
{
	if (++m->niveau > NIVEAUX_MAX)
		illisible(m, m->p, "trop de textes les uns dans les autres", "Répartissez-les : un texte en contient peu d'autres.");
	while (*m->p)
	{
		char		c = *m->p;

		if (c == '{')
		{
			m->p++;
			lire_argument(m, sortie, ecrire);
			continue;
		}
		if (c == '}')
		{
			if (dans_argument)
				break;
			/* (ICU takes it as text) */
			illisible(m, m->p, "accolade fermante de trop", "Une accolade seule s'écrit '}'.");
		}
		if (c == '#' && diese)
		{
			if (ecrire)
				appendStringInfoString(sortie, diese);
			m->p++;
			continue;
		}
		if (c == '\'' && m->p[1] == '\'')
			m->p++;
		else if (c == '\'' && (m->p[1] == '{' || m->p[1] == '}' || (m->p[1] == '#' && diese)))
		{
			const char *ouverte = m->p++;

			/* (a quotation by the rules, and an elision by what precedes) */
			if (m->usage == USAGE_ESSAYER && ouverte > m->modele && m->p[0] == '{'
				&& (isalpha((unsigned char) ouverte[-1]) || IS_HIGHBIT_SET(ouverte[-1])))
				illisible(m, ouverte, "élision devant un argument, qui ne serait pas remplacé",
						  "Devant une accolade, doublez l'apostrophe : d''{nom}.");
			for (;;)
			{
				if (*m->p == '\0')
					illisible(m, ouverte, "apostrophe qui ouvre une citation sans fin",
							  "Devant une accolade, doublez l'apostrophe : d''{nom}.");
				if (*m->p == '\'')
				{
					if (m->p[1] != '\'')
						break;
					m->p++;
				}
				if (ecrire)
					appendStringInfoChar(sortie, *m->p);
				m->p++;
			}
			m->p++;
			continue;
		}
		if (ecrire)
			appendStringInfoChar(sortie, *m->p);
		m->p++;
	}
	m->niveau--;
}

/* ------------------------------------------------------------------ in SQL */

/*
 * The pattern as ICU's own reader sees it: it accepts it, or 22023.
 */
static void
relire_par_icu(Message *m)
{
	UErrorCode	statut = U_ZERO_ERROR;
	UParseError ou;
	int32_t		longueur;
	UChar	   *modele = creances_vers_icu(m->modele, &longueur);
	UMessageFormat *icu = umsg_open(modele, longueur, "fr", &ou, &statut);

	if (icu)
		umsg_close(icu);
	/* (its C arguments have one type each; ours are JSON) */
	if (U_FAILURE(statut) && statut != U_ARGUMENT_TYPE_MISMATCH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("modèle illisible pour ICU : %s", u_errorName(statut)),
				 creances_errhint("Voyez la grammaire de MessageFormat.")));
}

static void
arguments_objet(const Jsonb *arguments)
{
	if (!JB_ROOT_IS_OBJECT(arguments))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("les arguments du modèle ne sont pas un objet JSON"),
				 creances_errhint("Exemple : {\"nom\": \"Durand\", \"nombre\": 2}.")));
}

static void
preparer(Message *m, FunctionCallInfo fcinfo, Usage usage)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 creances_errmsg("%s ne peuvent pas être NULL", "le modèle et ses arguments"),
				 creances_errhint("Exemple : creances.message('Bonjour {nom}', '{\"nom\": \"Durand\"}', 'fr').")));
	memset(m, 0, sizeof(Message));
	m->f = creances_formateurs(PG_ARGISNULL(2) ? NULL : PG_GETARG_TEXT_PP(2));
	m->modele = m->p = creances_lire_texte(PG_GETARG_TEXT_PP(0));
	m->arguments = PG_GETARG_JSONB_P(1);
	m->usage = usage;
	arguments_objet(m->arguments);
}

/*
 * message(modele, arguments, langue): the pattern with its arguments.
 */
Datum
creances_message(PG_FUNCTION_ARGS)
{
	Message		m;
	StringInfoData sortie;

	preparer(&m, fcinfo, USAGE_ECRIRE);
	initStringInfo(&sortie);
	lire_message(&m, &sortie, true, false, NULL);
	PG_RETURN_TEXT_P(creances_texte(sortie.data));
}

/*
 * _essayer_message(modele, arguments, langue): write every branch of the
 * pattern, also those that these arguments would not choose.
 */
Datum
creances_message_essayer(PG_FUNCTION_ARGS)
{
	Message		m;
	StringInfoData sortie;

	preparer(&m, fcinfo, USAGE_ESSAYER);
	initStringInfo(&sortie);
	lire_message(&m, &sortie, true, false, NULL);
	relire_par_icu(&m);
	PG_RETURN_VOID();
}

/*
 * _arguments(modele): the names that a pattern uses, in their order.
 */
Datum
creances_message_arguments(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	MemoryContext avant;
	Tuplestorestate *lignes;
	TupleDesc	desc;
	Message		m;
	StringInfoData sortie;
	ListCell   *lc;

	if (rsinfo == NULL || !IsA(rsinfo, ReturnSetInfo) || !(rsinfo->allowedModes & SFRM_Materialize))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 creances_errmsg("fonction appelée là où une suite de lignes ne convient pas")));
	memset(&m, 0, sizeof(Message));
	m.modele = m.p = creances_lire_texte(PG_GETARG_TEXT_PP(0));
	m.usage = USAGE_LIRE;
	m.noter = true;
	initStringInfo(&sortie);
	lire_message(&m, &sortie, false, false, NULL);

	avant = MemoryContextSwitchTo(rsinfo->econtext->ecxt_per_query_memory);
	desc = CreateTemplateTupleDesc(1);
	TupleDescInitEntry(desc, 1, "argument", TEXTOID, -1, 0);
	lignes = tuplestore_begin_heap((rsinfo->allowedModes & SFRM_Materialize_Random) != 0, false, work_mem);
	MemoryContextSwitchTo(avant);
	foreach(lc, m.noms)
	{
		Datum		nom = CStringGetTextDatum(creances_serveur(lfirst(lc)));
		bool		isnull = false;

		tuplestore_putvalues(lignes, desc, &nom, &isnull);
	}
	rsinfo->returnMode = SFRM_Materialize;
	rsinfo->setResult = lignes;
	rsinfo->setDesc = desc;
	return (Datum) 0;
}

/*
 * (modele, nombre, texte, langue): for the tests, which make a function of
 * their own of it, the pattern as ICU's own formatter writes it, a number being
 * {0} and a text {1}; only read when the number is NULL; NULL if an argument
 * has two types.  The pattern ends with {0, number}{1}, which tells ICU what
 * the C arguments are.
 */
Datum
creances_message_icu(PG_FUNCTION_ARGS)
{
	static const char fin[] = "{0, number}{1}";
	Formateurs *f;
	Message		m = {.usage = USAGE_LIRE, .noter = true};
	StringInfoData sortie;
	ListCell   *lc;
	int32_t		longueur;
	UChar	   *modele,
			   *texte;
	UErrorCode	statut = U_ZERO_ERROR;
	UChar		tampon[2000];
	int32_t		n;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	f = creances_formateurs(PG_GETARG_TEXT_PP(3));
	m.modele = m.p = creances_lire_texte(PG_GETARG_TEXT_PP(0));
	relire_par_icu(&m);
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	initStringInfo(&sortie);
	lire_message(&m, &sortie, false, false, NULL);
	foreach(lc, m.noms)
	{
		if (strcmp(lfirst(lc), "0") != 0 && strcmp(lfirst(lc), "1") != 0)
			elog(ERROR, "an argument other than 0 and 1");
	}
	n = strlen(m.modele);
	if (n < (int) strlen(fin) || strcmp(m.modele + n - strlen(fin), fin) != 0)
		elog(ERROR, "the pattern does not end with %s", fin);
	modele = creances_vers_icu(m.modele, &longueur);
	texte = creances_vers_icu(creances_lire_texte(PG_GETARG_TEXT_PP(2)), &n);
	longueur = u_formatMessage(f->locale, modele, longueur, tampon, lengthof(tampon), &statut,
							   PG_GETARG_FLOAT8(1), texte);
	if (statut == U_ARGUMENT_TYPE_MISMATCH)
		PG_RETURN_NULL();
	if (U_FAILURE(statut) || longueur >= (int32_t) lengthof(tampon))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("ICU refuse ce modèle : %s", u_errorName(statut))));
	PG_RETURN_TEXT_P(creances_texte(creances_depuis_icu(tampon, longueur)));
}
