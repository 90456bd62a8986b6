/*-------------------------------------------------------------------------
 *
 * taux.c
 *	  The type taux_retard, and the rate table as the statement sees it.
 *
 * A taux_retard is the rule of a late-payment rate, not a number: 'BCE+10' is
 * the ECB's main refinancing rate of the half-year of each day, plus 10 points
 * (C. com. L441-10 II); 'BCE+8 fixe' the one of the half-year in which interest
 * begins, for the whole delay (CCP R2192-31); 'TIL' the legal rate (CMF
 * L313-2), in the column of a creditor who is a business, 'TILP' in that of a
 * private person; '12 %' a stipulated rate.
 *
 * A row of creances.taux_semestre is the statement that the rates of a
 * half-year are known: no row, or a NULL in the column used, is an error
 * (RC001), never zero and never the last known rate.
 *
 * The table is read by a plain scan under the active snapshot, so callers need
 * no right on it, and turned into prefix sums, so that the sum of the daily
 * rates over any period is a difference.  What is kept from one call to the
 * next is valid for one snapshot: a new rate is seen by the next statement of
 * the same transaction (the command counter has moved), one committed by
 * others as soon as the snapshot sees it (the completion counter has), and a
 * rolled back one never, since the end of any transaction and the abort of any
 * sub-transaction throw the cache away.  The commit of a sub-transaction
 * changes nothing to what a snapshot sees.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include <ctype.h>

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* Soft errors of input functions came with PostgreSQL 16 */
#if PG_VERSION_NUM < 160000
#define ereturn(contexte, valeur, ...) ereport(ERROR, __VA_ARGS__)
#endif

#define POINTS_MAX		(INT64CONST(1000) * TAUX_ECHELLE)
#define FOIS_MAX		(INT64CONST(1000) * TAUX_ECHELLE)

#define TABLE_TAUX		"taux_semestre"

/* Bounds of the half-years that creances.taux_semestre may hold */
#define ANNEE_TABLE_MIN 1975
#define ANNEE_TABLE_MAX 2199

/*
 * Half-years are numbered year * 2 + (0 or 1).
 */
typedef struct CacheTaux
{
	bool		valide;

	/* The snapshot that it was read with */
	TransactionId xmin;
	TransactionId xmax;
	uint32		xcnt;
	int32		subxcnt;
	CommandId	curcid;
	uint64		fin_xacts;
	bool		reprise;

	/* Contiguous half-years, known or not */
	int			premier;		/* number of the first */
	int			nombre;
	int64	   *debuts;			/* first day, [nombre] = day after the last */
	int32	   *taux[NB_INDICES];	/* 0 when unknown */
	int32	   *inconnus[NB_INDICES];	/* unknown ones before, [nombre + 1] */
	int64	   *cumuls[NB_INDICES]; /* rate x days before, [nombre + 1] */
	int64	   *ponderes[NB_INDICES];	/* same, weighted for 'actuel' */
} CacheTaux;

static CacheTaux cache;
static MemoryContext contexte_cache = NULL;

/* A row of the table, merged with its sister of the other origin */
typedef struct LigneTaux
{
	int			semestre;
	bool		utilisateur;
	bool		actif;
	int32		taux[NB_INDICES];	/* -1: NULL */
} LigneTaux;

static const char *const colonnes_taux[NB_INDICES] = {
	"bce", "til_professionnels", "til_particuliers"
};
static const char *const noms_indices[] = {"", "BCE", "TIL", "TILP"};
static const char *const libelles_indices[] = {
	"", "BCE", "TIL (professionnels)", "TIL (particuliers)"
};

PG_FUNCTION_INFO_V1(creances_taux_in);
PG_FUNCTION_INFO_V1(creances_taux_out);
PG_FUNCTION_INFO_V1(creances_taux_recv);
PG_FUNCTION_INFO_V1(creances_taux_send);
PG_FUNCTION_INFO_V1(creances_taux_eq);
PG_FUNCTION_INFO_V1(creances_taux_ne);
PG_FUNCTION_INFO_V1(creances_taux_hash);
PG_FUNCTION_INFO_V1(creances_taux_hash_etendu);
PG_FUNCTION_INFO_V1(creances_taux_applicable);
PG_FUNCTION_INFO_V1(creances_taux_connu_jusque);
PG_FUNCTION_INFO_V1(creances_taux_connu_depuis);


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


/* ----------------------------------------------------------------
 *						Half-years
 * ----------------------------------------------------------------
 */

static int
semestre_du(int64 jour)
{
	int			annee,
				mois,
				quantieme;

	j2date((int) (jour + POSTGRES_EPOCH_JDATE), &annee, &mois, &quantieme);
	return annee * 2 + (mois >= 7 ? 1 : 0);
}

static int
annee_semestre(int semestre)
{
	return semestre >= 0 ? semestre / 2 : -((1 - semestre) / 2);
}

static int64
debut_semestre(int semestre)
{
	int			annee = annee_semestre(semestre);

	return (int64) date2j(annee, semestre - annee * 2 == 0 ? 1 : 7, 1) -
		POSTGRES_EPOCH_JDATE;
}

/*
 * Last day of the half-year of this day.
 */
int64
creances_semestre_fin(int64 jour)
{
	return debut_semestre(semestre_du(jour) + 1) - 1;
}

/*
 * '2026-S1'
 */
char *
creances_semestre_nom(int64 jour)
{
	int			semestre = semestre_du(jour);
	int			annee = annee_semestre(semestre);

	return psprintf("%04d-S%d", annee, semestre - annee * 2 + 1);
}


/* ----------------------------------------------------------------
 *						The table as the statement sees it
 * ----------------------------------------------------------------
 */

static void
fin_de_transaction(XactEvent event pg_attribute_unused(),
				   void *arg pg_attribute_unused())
{
	cache.valide = false;
}

static void
fin_de_sous_transaction(SubXactEvent event,
						SubTransactionId moi pg_attribute_unused(),
						SubTransactionId parent pg_attribute_unused(),
						void *arg pg_attribute_unused())
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		cache.valide = false;
}

/*
 * Number of a column of the table, of the expected type.
 */
static AttrNumber
colonne(Relation rel, const char *nom, Oid type)
{
	AttrNumber	n = get_attnum(RelationGetRelid(rel), nom);

	if (n == InvalidAttrNumber ||
		TupleDescAttr(RelationGetDescr(rel), n - 1)->atttypid != type)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 creances_errmsg("la table creances.%s n'a pas la colonne %s attendue",
								 TABLE_TAUX, nom)));
	return n;
}

/*
 * Read the rows of the table that the snapshot sees, a palloc'd array.
 */
static LigneTaux *
lire_table(Snapshot snapshot, int *nombre)
{
	Oid			relid = get_relname_relid(TABLE_TAUX,
										  get_namespace_oid("creances", false));
	Relation	rel;
	TableScanDesc scan;
	TupleTableSlot *slot;
	AttrNumber	n_origine,
				n_debut,
				n_actif,
				n_taux[NB_INDICES];
	LigneTaux  *lignes;
	int			place = 64;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 creances_errmsg("la table creances.%s n'existe pas", TABLE_TAUX)));
	rel = table_open(relid, AccessShareLock);
	if (rel->rd_rel->relkind != RELKIND_RELATION)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 creances_errmsg("creances.%s n'est pas une table", TABLE_TAUX)));
	n_origine = colonne(rel, "origine", TEXTOID);
	n_debut = colonne(rel, "debut", DATEOID);
	n_actif = colonne(rel, "actif", BOOLOID);
	for (int k = 0; k < NB_INDICES; k++)
		n_taux[k] = colonne(rel, colonnes_taux[k], NUMERICOID);

	lignes = palloc(place * sizeof(LigneTaux));
	*nombre = 0;
	slot = table_slot_create(rel, NULL);
	scan = table_beginscan(rel, snapshot, 0, NULL);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		LigneTaux  *ligne;
		Datum		valeur;
		bool		nul;
		text	   *origine;

		if (*nombre == place)
		{
			place *= 2;
			lignes = repalloc(lignes, place * sizeof(LigneTaux));
		}
		ligne = &lignes[(*nombre)++];
		ligne->semestre = semestre_du(DatumGetDateADT(slot_getattr(slot, n_debut, &nul)));
		ligne->actif = DatumGetBool(slot_getattr(slot, n_actif, &nul));
		origine = DatumGetTextPP(slot_getattr(slot, n_origine, &nul));
		ligne->utilisateur = VARSIZE_ANY_EXHDR(origine) == strlen("utilisateur") &&
			memcmp(VARDATA_ANY(origine), "utilisateur", strlen("utilisateur")) == 0;
		for (int k = 0; k < NB_INDICES; k++)
		{
			int			dscale;

			valeur = slot_getattr(slot, n_taux[k], &nul);
			ligne->taux[k] = nul ? -1 :
				(int32) (creances_montant_lire(valeur, &dscale) /
						 (CREANCES_UNITE / TAUX_ECHELLE));
		}
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return lignes;
}

/*
 * Rebuild the cache for this snapshot.  A failure half-way leaves it invalid.
 */
static void
charger(Snapshot snapshot)
{
	MemoryContext ancien;
	LigneTaux  *lignes;
	int			nombre;
	int			mini = PG_INT32_MAX;
	int			maxi = PG_INT32_MIN;
	bool	   *caches;

	cache.valide = false;
	if (contexte_cache == NULL)
	{
		contexte_cache = AllocSetContextCreate(TopMemoryContext, "taux creances",
											   ALLOCSET_SMALL_SIZES);
		RegisterXactCallback(fin_de_transaction, NULL);
		RegisterSubXactCallback(fin_de_sous_transaction, NULL);
	}
	MemoryContextReset(contexte_cache);
	ancien = MemoryContextSwitchTo(contexte_cache);

	lignes = lire_table(snapshot, &nombre);
	for (int i = 0; i < nombre; i++)
	{
		mini = Min(mini, lignes[i].semestre);
		maxi = Max(maxi, lignes[i].semestre);
	}
	cache.premier = nombre > 0 ? mini : 0;
	cache.nombre = nombre > 0 ? maxi - mini + 1 : 0;
	cache.debuts = palloc((cache.nombre + 1) * sizeof(int64));
	for (int i = 0; i <= cache.nombre; i++)
		cache.debuts[i] = debut_semestre(cache.premier + i);

	/*
	 * Merge: the user's value wins over the shipped one, a NULL of the user's
	 * lets it through, and a user's row that is not active hides the half-year.
	 */
	caches = palloc0((cache.nombre + 1) * sizeof(bool));
	for (int i = 0; i < nombre; i++)
	{
		if (lignes[i].utilisateur && !lignes[i].actif)
			caches[lignes[i].semestre - cache.premier] = true;
	}
	for (int k = 0; k < NB_INDICES; k++)
	{
		int32	   *taux = palloc((cache.nombre + 1) * sizeof(int32));
		bool	   *de_utilisateur = palloc0((cache.nombre + 1) * sizeof(bool));

		cache.taux[k] = taux;
		cache.inconnus[k] = palloc((cache.nombre + 1) * sizeof(int32));
		cache.cumuls[k] = palloc((cache.nombre + 1) * sizeof(int64));
		cache.ponderes[k] = palloc((cache.nombre + 1) * sizeof(int64));
		for (int i = 0; i <= cache.nombre; i++)
			taux[i] = -1;
		for (int i = 0; i < nombre; i++)
		{
			int			s = lignes[i].semestre - cache.premier;

			if (!lignes[i].actif || lignes[i].taux[k] < 0 ||
				de_utilisateur[s] || caches[s])
				continue;
			taux[s] = lignes[i].taux[k];
			de_utilisateur[s] = lignes[i].utilisateur;
		}

		cache.inconnus[k][0] = 0;
		cache.cumuls[k][0] = 0;
		cache.ponderes[k][0] = 0;
		for (int i = 0; i < cache.nombre; i++)
		{
			int64		jours = cache.debuts[i + 1] - cache.debuts[i];
			bool		bissextile = creances_bissextile(annee_semestre(cache.premier + i));

			cache.inconnus[k][i + 1] = cache.inconnus[k][i] + (taux[i] < 0 ? 1 : 0);
			taux[i] = Max(taux[i], 0);
			cache.cumuls[k][i + 1] = cache.cumuls[k][i] + taux[i] * jours;
			cache.ponderes[k][i + 1] = cache.ponderes[k][i] +
				taux[i] * jours * (bissextile ? 365 : 366);
		}
	}
	MemoryContextSwitchTo(ancien);

	cache.xmin = snapshot->xmin;
	cache.xmax = snapshot->xmax;
	cache.xcnt = snapshot->xcnt;
	cache.subxcnt = snapshot->subxcnt;
	cache.curcid = snapshot->curcid;
	cache.fin_xacts = snapshot->snapXactCompletionCount;
	cache.reprise = snapshot->takenDuringRecovery;
	cache.valide = true;
}

/*
 * Make sure that the cache is what the current statement sees.
 */
static inline void
voir_table(void)
{
	Snapshot	snapshot;

	if (unlikely(!ActiveSnapshotSet()))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 creances_errmsg("les taux ne peuvent être lus hors d'une requête")));
	snapshot = GetActiveSnapshot();
	if (likely(cache.valide &&
			   cache.curcid == snapshot->curcid &&
			   cache.fin_xacts == snapshot->snapXactCompletionCount &&
			   cache.xmax == snapshot->xmax &&
			   cache.xmin == snapshot->xmin &&
			   cache.xcnt == snapshot->xcnt &&
			   cache.subxcnt == snapshot->subxcnt &&
			   cache.reprise == snapshot->takenDuringRecovery))
		return;
	charger(snapshot);
}

/*
 * Position of a day in the cache: -1 before, cache.nombre after.
 */
static inline int
rang_du(int64 jour)
{
	int			i;

	if (cache.nombre == 0 || jour < cache.debuts[0])
		return -1;
	if (jour >= cache.debuts[cache.nombre])
		return cache.nombre;
	/* 800 half-years in the 146097 days of 400 years: one off at most */
	i = (int) ((jour - cache.debuts[0]) * 800 / 146097);
	i = Min(i, cache.nombre - 1);
	while (cache.debuts[i] > jour)
		i--;
	while (cache.debuts[i + 1] <= jour)
		i++;
	return i;
}

/*
 * Say which half-year is not known, and how to add it (RC001).
 */
static void
taux_inconnu(IndiceTaux indice, int64 jour)
{
	int			semestre = semestre_du(jour);
	int			annee = annee_semestre(semestre);
	bool		possible = jour >= debut_semestre(ANNEE_TABLE_MIN * 2 + 1) &&
		jour < debut_semestre(ANNEE_TABLE_MAX * 2 + 2);

	ereport(ERROR,
			(errcode(ERRCODE_CREANCES_TAUX_INCONNU),
			 creances_errmsg("taux %s inconnu pour le semestre %s",
							 libelles_indices[indice], creances_semestre_nom(jour)),
			 possible ?
			 creances_errhint("Ajoutez-le : SELECT creances.ajouter_taux('%04d-%s-01', "
							  "bce => ..., til_professionnels => ..., "
							  "til_particuliers => ..., source => ...).",
							  annee, semestre - annee * 2 == 0 ? "01" : "07") :
			 creances_errhint("Un taux indexé se calcule du %d-07-01 au %d-12-31.",
							  ANNEE_TABLE_MIN, ANNEE_TABLE_MAX)));
}

/*
 * Rate of an index on a day, in ten-thousandths of a point.
 */
int64
creances_taux_indice(IndiceTaux indice, int64 jour)
{
	int			k = indice - 1;
	int			i;

	voir_table();
	i = rang_du(jour);
	if (i < 0 || i >= cache.nombre ||
		cache.inconnus[k][i + 1] != cache.inconnus[k][i])
		taux_inconnu(indice, jour);
	return cache.taux[k][i];
}

/*
 * Sum of the daily rates of an index from "premier" to "dernier", both
 * included, weighted by the other year length when "pondere".
 */
static int64
cumul_indice(IndiceTaux indice, int64 premier, int64 dernier, bool pondere)
{
	int			k = indice - 1;
	int			i0;
	int			i1;
	int64		avant;
	int64		apres;

	voir_table();
	i0 = rang_du(premier);
	i1 = i0 >= 0 && i0 < cache.nombre && dernier < cache.debuts[i0 + 1] ?
		i0 : rang_du(dernier);

	if (unlikely(i0 < 0 || i1 >= cache.nombre ||
				 cache.inconnus[k][i1 + 1] != cache.inconnus[k][i0]))
	{
		if (i0 < 0 || i0 >= cache.nombre)
			taux_inconnu(indice, premier);
		for (int i = i0; i < cache.nombre && i <= i1; i++)
		{
			if (cache.inconnus[k][i + 1] != cache.inconnus[k][i])
				taux_inconnu(indice, Max(premier, cache.debuts[i]));
		}
		taux_inconnu(indice, cache.debuts[cache.nombre]);
	}

	avant = cache.taux[k][i0] * (premier - cache.debuts[i0]);
	apres = cache.taux[k][i1] * (dernier + 1 - cache.debuts[i1]);
	if (!pondere)
		return cache.cumuls[k][i1] - cache.cumuls[k][i0] + apres - avant;

	avant *= creances_bissextile(annee_semestre(cache.premier + i0)) ? 365 : 366;
	apres *= creances_bissextile(annee_semestre(cache.premier + i1)) ? 365 : 366;
	return cache.ponderes[k][i1] - cache.ponderes[k][i0] + apres - avant;
}

/*
 * Sum of the daily rates of a rule over the days ]depart ; fin], exact, in
 * CUMUL_ECHELLE.
 *
 * To be divided by 100 and by the base's denominator.  For 'actuel' a day of a
 * common year weighs 366 and one of a leap year 365, over 365 x 366.  A rule
 * that is 'fixe' takes everywhere the rate of the day "premier".  RC001 when a
 * rate is not known; depart < fin.
 */
int128
creances_taux_cumul(const TauxRetard *taux, BaseAnnee base,
					int64 depart, int64 fin, int64 premier)
{
	int64		jours = fin - depart;

	Assert(depart < fin);
	if (base == BASE_ACTUEL)
	{
		int64		bissextils = creances_jours_bissextils(fin) -
			creances_jours_bissextils(depart);

		jours = (jours - bissextils) * 366 + bissextils * 365;
	}
	if (taux->indice == INDICE_AUCUN || (taux->drapeaux & TAUX_FIXE))
		return (int128) creances_taux_du_jour(taux, premier) * jours;

	return (int128) taux->plus * TAUX_ECHELLE * jours +
		(int128) taux->fois * cumul_indice(taux->indice, depart + 1, fin,
										   base == BASE_ACTUEL);
}

/*
 * Rate of a rule on a day, in CUMUL_ECHELLE.  A number needs no table.
 */
int64
creances_taux_du_jour(const TauxRetard *taux, int64 jour)
{
	int64		valeur = taux->plus * TAUX_ECHELLE;

	if (taux->indice != INDICE_AUCUN)
		valeur += (int64) taux->fois * creances_taux_indice(taux->indice, jour);
	return valeur;
}

/*
 * taux_applicable(taux, jour): percent a year.  For a 'fixe' rule the day is
 * the first day of interest.
 */
Datum
creances_taux_applicable(PG_FUNCTION_ARGS)
{
	const TauxRetard *taux = PG_GETARG_TAUX_RETARD(0);
	DateADT		jour = PG_GETARG_DATEADT(1);

	creances_date_finie(jour, "jour");
	return creances_taux_numeric(creances_taux_du_jour(taux, jour));
}

/*
 * taux_connu_jusque(taux): last day of the last run of known half-years of the
 * rule's index; infinity for a number; NULL when none is known.
 */
Datum
creances_taux_connu_jusque(PG_FUNCTION_ARGS)
{
	const TauxRetard *taux = PG_GETARG_TAUX_RETARD(0);
	int			k = taux->indice - 1;

	if (taux->indice == INDICE_AUCUN)
		PG_RETURN_DATEADT(DATEVAL_NOEND);
	voir_table();
	for (int i = cache.nombre - 1; i >= 0; i--)
	{
		if (cache.inconnus[k][i + 1] == cache.inconnus[k][i])
			PG_RETURN_DATEADT((DateADT) (cache.debuts[i + 1] - 1));
	}
	PG_RETURN_NULL();
}

/*
 * taux_connu_jusque(taux, echeance): last day up to which the penalty of an
 * invoice due that day can be computed, the échéance itself when not even its
 * first late day can be priced, infinity when nothing limits it.
 */
Datum
creances_taux_connu_depuis(PG_FUNCTION_ARGS)
{
	const TauxRetard *taux = PG_GETARG_TAUX_RETARD(0);
	DateADT		echeance = PG_GETARG_DATEADT(1);
	int			k = taux->indice - 1;
	int			i;

	creances_date_finie(echeance, "echeance");
	if (taux->indice == INDICE_AUCUN)
		PG_RETURN_DATEADT(DATEVAL_NOEND);
	voir_table();
	i = rang_du((int64) echeance + 1);
	if (i < 0 || i >= cache.nombre ||
		cache.inconnus[k][i + 1] != cache.inconnus[k][i])
		PG_RETURN_DATEADT(echeance);
	if (taux->drapeaux & TAUX_FIXE)
		PG_RETURN_DATEADT(DATEVAL_NOEND);
	while (i + 1 < cache.nombre &&
		   cache.inconnus[k][i + 2] == cache.inconnus[k][i + 1])
		i++;
	PG_RETURN_DATEADT((DateADT) (cache.debuts[i + 1] - 1));
}
