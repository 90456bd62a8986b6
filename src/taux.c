/*-------------------------------------------------------------------------
 *
 * taux.c
 *	  The type taux_retard: the rule of a late-payment rate.
 *
 * A taux_retard is the rule of a late-payment rate, not a number: 'BCE+10' is
 * the ECB's main refinancing rate of the half-year of each day, plus 10 points
 * (C. com. L441-10 II); 'BCE+8 fixe' the one of the half-year in which interest
 * begins, for the whole delay (CCP R2192-31); 'TIL' the legal rate (CMF
 * L313-2), in the column of a creditor who is a business, 'TILP' in that of a
 * private person; '12 %' a stipulated rate.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include <ctype.h>

#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

/* Soft errors of input functions came with PostgreSQL 16 */
#if PG_VERSION_NUM < 160000
#define ereturn(contexte, valeur, ...) ereport(ERROR, __VA_ARGS__)
#endif

#define POINTS_MAX		(INT64CONST(1000) * TAUX_ECHELLE)
#define FOIS_MAX		(INT64CONST(1000) * TAUX_ECHELLE)

static const char *const noms_indices[] = {"", "BCE", "TIL", "TILP"};

PG_FUNCTION_INFO_V1(creances_taux_in);
PG_FUNCTION_INFO_V1(creances_taux_out);
PG_FUNCTION_INFO_V1(creances_taux_recv);
PG_FUNCTION_INFO_V1(creances_taux_send);
PG_FUNCTION_INFO_V1(creances_taux_eq);
PG_FUNCTION_INFO_V1(creances_taux_ne);
PG_FUNCTION_INFO_V1(creances_taux_hash);
PG_FUNCTION_INFO_V1(creances_taux_hash_etendu);


/* ----------------------------------------------------------------
 *						The text of a rule
 * ----------------------------------------------------------------
 */

typedef enum Analyse
{
	COMPRIS,
	FORME_INCONNUE,
	DECIMALES,
	NEGATIF,
	TROP_ELEVE,
	MULTIPLICATEUR_NUL
} Analyse;

/*
 * Length in bytes of the white space at p, typographic spaces included (NBSP,
 * narrow NBSP), 0 when there is none.
 */
static int
espace(const char *p, int encodage)
{
	if (isspace((unsigned char) *p))
		return 1;
	if (encodage == PG_UTF8 || encodage == PG_SQL_ASCII)
	{
		if (strncmp(p, "\xC2\xA0", 2) == 0)
			return 2;
		if (strncmp(p, "\xE2\x80\xAF", 3) == 0)
			return 3;
	}
	else if (encodage == PG_LATIN1 || encodage == PG_LATIN9 || encodage == PG_WIN1252)
		return *p == '\xA0' ? 1 : 0;
	return 0;
}

static const char *
passer_espaces(const char *p, int encodage)
{
	int			n;

	while ((n = espace(p, encodage)) > 0)
		p += n;
	return p;
}

/*
 * Skip a multiplication sign; NULL when there is none.
 */
static const char *
passer_fois(const char *p, int encodage)
{
	if (*p == 'x' || *p == 'X' || *p == '*')
		return p + 1;
	if ((encodage == PG_UTF8 || encodage == PG_SQL_ASCII) &&
		strncmp(p, "\xC3\x97", 2) == 0)
		return p + 2;
	if ((encodage == PG_LATIN1 || encodage == PG_LATIN9 || encodage == PG_WIN1252) &&
		*p == '\xD7')
		return p + 1;
	return NULL;
}

/*
 * Skip a word, whatever its case; NULL when it is not there whole.
 */
static const char *
passer_mot(const char *p, const char *mot)
{
	int			n = strlen(mot);

	if (pg_strncasecmp(p, mot, n) != 0 || isalpha((unsigned char) p[n]))
		return NULL;
	return p + n;
}

/*
 * Unsigned decimal number, comma or point, in ten-thousandths.  "p" is left
 * after it.  Beyond the limit it stays beyond the limit.
 */
static Analyse
lire_nombre(const char **p, int64 *valeur)
{
	const char *q = *p;
	int64		v = 0;
	int			decimales = 0;
	bool		reste = false;

	if (*q == '-')
		return isdigit((unsigned char) q[1]) ? NEGATIF : FORME_INCONNUE;
	if (!isdigit((unsigned char) *q))
		return FORME_INCONNUE;
	for (; isdigit((unsigned char) *q); q++)
		v = Min(v * 10 + (*q - '0'), POINTS_MAX);
	if (*q == '.' || *q == ',')
	{
		q++;
		if (!isdigit((unsigned char) *q))
			return FORME_INCONNUE;
		for (; isdigit((unsigned char) *q); q++)
		{
			if (++decimales <= 4)
				v = v * 10 + (*q - '0');
			else
				reste |= *q != '0';
		}
	}
	for (; decimales < 4; decimales++)
		v *= 10;
	*p = q;
	*valeur = v;
	return reste ? DECIMALES : COMPRIS;
}

/*
 * Read [n x] BCE | TIL | TILP [+ n] [fixe], or n [%] [par an | par mois].
 */
static Analyse
analyser(const char *p, TauxRetard *t)
{
	int			encodage = GetDatabaseEncoding();
	Analyse		retour;
	const char *q;
	int64		nombre = 0;
	bool		nombre_lu = false;

	memset(t, 0, sizeof(*t));
	t->fois = TAUX_ECHELLE;
	p = passer_espaces(p, encodage);

	if (isdigit((unsigned char) *p) || *p == '-')
	{
		retour = lire_nombre(&p, &nombre);
		if (retour != COMPRIS)
			return retour;
		nombre_lu = true;
		p = passer_espaces(p, encodage);
		q = passer_fois(p, encodage);
		if (q != NULL)
		{
			if (nombre == 0)
				return MULTIPLICATEUR_NUL;
			if (nombre > FOIS_MAX)
				return TROP_ELEVE;
			t->fois = (int32) nombre;
			nombre_lu = false;
			p = passer_espaces(q, encodage);
		}
	}

	if (nombre_lu)
	{
		/* A stipulated rate */
		t->fois = 0;
		if (*p == '%')
			p = passer_espaces(p + 1, encodage);
		if ((q = passer_mot(p, "par")) != NULL)
		{
			q = passer_espaces(q, encodage);
			if ((p = passer_mot(q, "mois")) != NULL)
				nombre *= 12;
			else if ((p = passer_mot(q, "an")) == NULL)
				return FORME_INCONNUE;
			p = passer_espaces(p, encodage);
		}
		if (*p != '\0')
			return FORME_INCONNUE;
		if (nombre > POINTS_MAX)
			return TROP_ELEVE;
		t->indice = INDICE_AUCUN;
		t->plus = nombre;
		return COMPRIS;
	}

	if ((q = passer_mot(p, "BCE")) != NULL)
		t->indice = INDICE_BCE;
	else if ((q = passer_mot(p, "TIL")) != NULL)
		t->indice = INDICE_TIL;
	else if ((q = passer_mot(p, "TILP")) != NULL)
		t->indice = INDICE_TILP;
	else
		return FORME_INCONNUE;
	p = passer_espaces(q, encodage);

	if (*p == '+' || *p == '-')
	{
		bool		moins = *p == '-';

		p = passer_espaces(p + 1, encodage);
		retour = lire_nombre(&p, &nombre);
		if (retour != COMPRIS)
			return retour;
		if (moins)
			return NEGATIF;
		if (nombre > POINTS_MAX)
			return TROP_ELEVE;
		t->plus = nombre;
		p = passer_espaces(p, encodage);
		if (*p == '%')
			p = passer_espaces(p + 1, encodage);
		else if ((q = passer_mot(p, "points")) != NULL ||
				 (q = passer_mot(p, "point")) != NULL)
			p = passer_espaces(q, encodage);
	}

	if ((q = passer_mot(p, "fixe")) != NULL)
	{
		t->drapeaux |= TAUX_FIXE;
		p = passer_espaces(q, encodage);
	}
	return *p == '\0' ? COMPRIS : FORME_INCONNUE;
}

/*
 * Text of an integer count of 10^-decimales, without superfluous zeros, but
 * with at least "mini" decimals.
 */
char *
creances_taux_nombre(int64 valeur, int decimales, char separateur, int mini)
{
	char	   *texte;
	int64		unite = 1;
	int			n;

	for (int i = 0; i < decimales; i++)
		unite *= 10;
	texte = psprintf(INT64_FORMAT "%c%0*lld",
					 valeur / unite, separateur, decimales,
					 (long long) (valeur % unite));
	n = strlen(texte);
	while (decimales > mini && texte[n - 1] == '0')
	{
		texte[--n] = '\0';
		decimales--;
	}
	if (decimales == 0)
		texte[n - 1] = '\0';	/* the separator */
	return texte;
}

/*
 * numeric of a rate given in CUMUL_ECHELLE: 2 decimals, up to 8 when needed.
 */
Datum
creances_taux_numeric(int64 valeur)
{
	int			decimales = 8;

	while (decimales > 2 && valeur % 10 == 0)
	{
		valeur /= 10;
		decimales--;
	}
	return creances_montant_rendre(valeur, decimales);
}

/*
 * taux_retard input: case does not matter, comma or point; 22P02 for a form
 * that is not known, 22003 for a number out of bounds.
 */
Datum
creances_taux_in(PG_FUNCTION_ARGS)
{
	char	   *texte = PG_GETARG_CSTRING(0);
	TauxRetard *t = palloc(sizeof(TauxRetard));

	switch (analyser(texte, t))
	{
		case COMPRIS:
			break;
		case FORME_INCONNUE:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 creances_errmsg("taux de retard non reconnu : « %s »",
									 creances_utf8(texte)),
					 creances_errhint("Formes admises : 'BCE+10', 'BCE+8 fixe', '3xTIL', "
									  "'TIL', 'TIL+5', 'TILP', '12 %%', '1,5 %% par mois'.")));
			break;
		case DECIMALES:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 creances_errmsg("taux de retard à plus de 4 décimales : « %s »",
									 creances_utf8(texte))));
			break;
		case NEGATIF:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 creances_errmsg("taux de retard négatif : « %s »",
									 creances_utf8(texte)),
					 creances_errhint("Un taux, un multiplicateur et des points "
									  "ajoutés sont positifs.")));
			break;
		case TROP_ELEVE:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 creances_errmsg("taux de retard hors limites : « %s »",
									 creances_utf8(texte)),
					 creances_errdetail("Un taux annuel, un multiplicateur et des points "
										"ajoutés ne dépassent pas 1000.")));
			break;
		case MULTIPLICATEUR_NUL:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 creances_errmsg("multiplicateur nul dans le taux de retard : « %s »",
									 creances_utf8(texte))));
	}
	PG_RETURN_POINTER(t);
}

/*
 * taux_retard output: the canonical text, which reads back as the same value.
 */
Datum
creances_taux_out(PG_FUNCTION_ARGS)
{
	const TauxRetard *t = PG_GETARG_TAUX_RETARD(0);

	if (t->indice == INDICE_AUCUN)
		PG_RETURN_CSTRING(psprintf("%s %%", creances_taux_nombre(t->plus, 4, '.', 0)));

	PG_RETURN_CSTRING(psprintf("%s%s%s%s%s%s",
							   t->fois == TAUX_ECHELLE ? "" : creances_taux_nombre(t->fois, 4, '.', 0),
							   t->fois == TAUX_ECHELLE ? "" : "x",
							   noms_indices[t->indice],
							   t->plus == 0 ? "" : "+",
							   t->plus == 0 ? "" : creances_taux_nombre(t->plus, 4, '.', 0),
							   (t->drapeaux & TAUX_FIXE) ? " fixe" : ""));
}

/*
 * Could the text form give this value?
 */
bool
creances_taux_valable(const TauxRetard *t)
{
	if (t->plus < 0 || t->plus > POINTS_MAX)
		return false;
	if (t->indice == INDICE_AUCUN)
		return t->fois == 0 && t->drapeaux == 0;
	return t->indice > INDICE_AUCUN && t->indice <= INDICE_TILP &&
		t->fois > 0 && t->fois <= FOIS_MAX &&
		(t->drapeaux & ~TAUX_FIXE) == 0;
}

/*
 * Binary input: every field is checked, a value that the text could not give
 * is refused.
 */
Datum
creances_taux_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	TauxRetard *t = palloc0(sizeof(TauxRetard));

	t->plus = pq_getmsgint64(buf);
	t->fois = (int32) pq_getmsgint(buf, 4);
	t->indice = (int16) pq_getmsgint(buf, 2);
	t->drapeaux = (int16) pq_getmsgint(buf, 2);

	if (!creances_taux_valable(t))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 creances_errmsg("taux de retard binaire non valable")));
	PG_RETURN_POINTER(t);
}

Datum
creances_taux_send(PG_FUNCTION_ARGS)
{
	const TauxRetard *t = PG_GETARG_TAUX_RETARD(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendint64(&buf, t->plus);
	pq_sendint32(&buf, t->fois);
	pq_sendint16(&buf, t->indice);
	pq_sendint16(&buf, t->drapeaux);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

Datum
creances_taux_eq(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_TAUX_RETARD(0), PG_GETARG_TAUX_RETARD(1),
						  sizeof(TauxRetard)) == 0);
}

Datum
creances_taux_ne(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(memcmp(PG_GETARG_TAUX_RETARD(0), PG_GETARG_TAUX_RETARD(1),
						  sizeof(TauxRetard)) != 0);
}

Datum
creances_taux_hash(PG_FUNCTION_ARGS)
{
	return hash_any((unsigned char *) PG_GETARG_TAUX_RETARD(0), sizeof(TauxRetard));
}

Datum
creances_taux_hash_etendu(PG_FUNCTION_ARGS)
{
	return hash_any_extended((unsigned char *) PG_GETARG_TAUX_RETARD(0),
							 sizeof(TauxRetard), PG_GETARG_INT64(1));
}


