/*-------------------------------------------------------------------------
 *
 * creances.c
 *	  Module magic, the only GUC, and French messages in any encoding.
 *
 * The GUC creances.langue chooses the language of what is shown to people.
 * It never changes an amount: rules of money are arguments or dated rows.
 *
 * The messages of the extension are French and their text is UTF-8 in the
 * sources, while the backend expects messages in the encoding of the
 * database.  creances_errmsg(), creances_errdetail() and creances_errhint()
 * take the place of errmsg() and its sisters and convert on the way.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "mb/pg_wchar.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

char	   *creances_langue = NULL;

static const char *const langues[] = {"fr", "en", "de"};

void		_PG_init(void);

/*
 * Accept only the languages that have a catalogue.
 */
static bool
langue_acceptable(char **newval, void **extra pg_attribute_unused(),
				  GucSource source pg_attribute_unused())
{
	for (int i = 0; i < (int) lengthof(langues); i++)
	{
		if (strcmp(*newval, langues[i]) == 0)
			return true;
	}
	GUC_check_errhint("%s",
					  creances_serveur("Langues connues : fr, en, de."));
	return false;
}

void
_PG_init(void)
{
	DefineCustomStringVariable("creances.langue",
							   "Langue de ce que l'extension creances montre aux personnes.",
							   "Presentation seulement : aucun montant n'en depend.",
							   &creances_langue,
							   "fr",
							   PGC_USERSET,
							   0,
							   langue_acceptable,
							   NULL,
							   NULL);
	MarkGUCPrefixReserved("creances");
}

/*
 * Text of the sources (UTF-8) in the encoding of the database.  The result is
 * palloc'd in the current context, or the argument itself.
 */
char *
creances_serveur(const char *utf8)
{
	return pg_any_to_server(utf8, strlen(utf8), PG_UTF8);
}

/*
 * Text of the user (in the encoding of the database) in UTF-8, to be put into
 * the messages below.
 */
char *
creances_utf8(const char *serveur)
{
	return pg_server_to_any(serveur, strlen(serveur), PG_UTF8);
}

/*
 * Format as sprintf does, into a palloc'd text in the database's encoding.
 */
static char *
format_serveur(const char *fmt, va_list args)
{
	char		court[512];
	char	   *texte = court;
	va_list		copie;
	int			longueur;

	va_copy(copie, args);
	longueur = vsnprintf(court, sizeof(court), fmt, copie);
	va_end(copie);
	if (longueur >= (int) sizeof(court))
	{
		texte = palloc(longueur + 1);
		vsnprintf(texte, longueur + 1, fmt, args);
	}
	texte = creances_serveur(texte);
	return texte == court ? pstrdup(court) : texte;
}

/*
 * errmsg() for a French UTF-8 text.  What comes from the user goes through
 * creances_utf8() first.
 */
int
creances_errmsg(const char *fmt,...)
{
	va_list		args;
	char	   *texte;

	va_start(args, fmt);
	texte = format_serveur(fmt, args);
	va_end(args);
	return errmsg_internal("%s", texte);
}

/*
 * errdetail() for a French UTF-8 text.
 */
int
creances_errdetail(const char *fmt,...)
{
	va_list		args;
	char	   *texte;

	va_start(args, fmt);
	texte = format_serveur(fmt, args);
	va_end(args);
	return errdetail_internal("%s", texte);
}

/*
 * errhint() for a French UTF-8 text.
 */
int
creances_errhint(const char *fmt,...)
{
	va_list		args;
	char	   *texte;

	va_start(args, fmt);
	texte = format_serveur(fmt, args);
	va_end(args);
	return errhint("%s", texte);
}

/*
 * Refuse a direct call of a function that keeps its state in an aggregate.
 */
void
creances_exiger_agregat(FunctionCallInfo fcinfo)
{
	if (unlikely(AggCheckCallContext(fcinfo, NULL) == 0))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 creances_errmsg("fonction appelée hors de son agrégat")));
}
