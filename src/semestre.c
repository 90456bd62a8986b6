/*-------------------------------------------------------------------------
 *
 * semestre.c
 *	  The rates of each half-year, as the statement sees them.
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

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

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
static const char *const libelles_indices[] = {
	"", "BCE", "TIL (professionnels)", "TIL (particuliers)"
};

PG_FUNCTION_INFO_V1(creances_taux_applicable);
PG_FUNCTION_INFO_V1(creances_taux_connu_jusque);
PG_FUNCTION_INFO_V1(creances_taux_connu_depuis);


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
 * Days ]depart ; fin], in the unit that the base's denominator divides.
 */
int128
creances_jours_ponderes(BaseAnnee base, int64 depart, int64 fin)
{
	int64		jours = fin - depart;
	int64		bissextils;

	if (base != BASE_ACTUEL)
		return jours;
	bissextils = creances_jours_bissextils(fin) - creances_jours_bissextils(depart);
	return (jours - bissextils) * 366 + bissextils * 365;
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
	int128		jours = creances_jours_ponderes(base, depart, fin);

	Assert(depart < fin);
	if (taux->indice == INDICE_AUCUN || (taux->drapeaux & TAUX_FIXE))
		return creances_taux_du_jour(taux, premier) * jours;

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
 * Last day of the run of days, from "jour" on, whose rate is known: the day
 * before when its own is not, PG_INT64_MAX when nothing ends it.
 */
int64
creances_taux_connu(const TauxRetard *taux, int64 jour)
{
	int			k = taux->indice - 1;
	int			i;

	if (taux->indice == INDICE_AUCUN)
		return PG_INT64_MAX;
	voir_table();
	i = rang_du(jour);
	if (i < 0 || i >= cache.nombre ||
		cache.inconnus[k][i + 1] != cache.inconnus[k][i])
		return jour - 1;
	if (taux->drapeaux & TAUX_FIXE)
		return PG_INT64_MAX;
	while (i + 1 < cache.nombre &&
		   cache.inconnus[k][i + 2] == cache.inconnus[k][i + 1])
		i++;
	return cache.debuts[i + 1] - 1;
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
	DateADT		echeance = PG_GETARG_DATEADT(1);
	int64		fin;

	creances_date_finie(echeance, "echeance");
	fin = creances_taux_connu(PG_GETARG_TAUX_RETARD(0), (int64) echeance + 1);
	PG_RETURN_DATEADT(fin == PG_INT64_MAX ? DATEVAL_NOEND : (DateADT) fin);
}
