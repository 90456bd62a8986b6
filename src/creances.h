/*-------------------------------------------------------------------------
 *
 * creances.h
 *	  Internal header of the extension: a map of the code on one screen.
 *
 * Conventions shared by every file:
 *
 * - an amount is an int128 count of millionths (6 decimals), so that sums and
 *	 products are exact; it becomes a numeric again only at the door;
 * - a rate is an integer count of ten-thousandths of a percent point a year;
 * - a day is PostgreSQL's DateADT, widened to int64 before any arithmetic;
 * - messages are French text in UTF-8, converted to the server's encoding by
 *	 creances_errmsg() and its sisters.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CREANCES_H
#define CREANCES_H

#include "postgres.h"

#include "fmgr.h"
#include "executor/spi.h"
#include "nodes/pg_list.h"
#include "utils/array.h"
#include "utils/date.h"
#include "utils/numeric.h"
#include "utils/reltrigger.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#ifndef HAVE_INT128
#error "creances needs a compiler with 128-bit integers"
#endif

/* The private class of SQLSTATEs (documented in doc/guide.md) */
#define ERRCODE_CREANCES_TAUX_INCONNU		MAKE_SQLSTATE('R','C','0','0','1')
#define ERRCODE_CREANCES_CORRESPONDANCE		MAKE_SQLSTATE('R','C','0','0','2')
#define ERRCODE_CREANCES_DEJA_SUIVIE		MAKE_SQLSTATE('R','C','0','0','3')
#define ERRCODE_CREANCES_REGIME				MAKE_SQLSTATE('R','C','0','0','4')
#define ERRCODE_CREANCES_PLANIFICATION		MAKE_SQLSTATE('R','C','0','0','5')
#define ERRCODE_CREANCES_ETAT				MAKE_SQLSTATE('R','C','0','0','6')

/* creances.c: the GUC, and messages in French whatever the server's encoding */
extern char *creances_langue;
extern int	creances_errmsg(const char *fmt,...) pg_attribute_printf(1, 2);
extern int	creances_errdetail(const char *fmt,...) pg_attribute_printf(1, 2);
extern int	creances_errhint(const char *fmt,...) pg_attribute_printf(1, 2);
extern char *creances_serveur(const char *utf8);
extern char *creances_utf8(const char *serveur);
extern void creances_exiger_agregat(FunctionCallInfo fcinfo);

/* montant.c: numeric <-> millionths in an int128 */
#define CREANCES_DECIMALES		6	/* decimals kept in a scaled amount */
#define CREANCES_UNITE			INT64CONST(1000000)

extern int128 creances_montant_lire(Datum montant, int *dscale);
extern Datum creances_montant_rendre(int128 valeur, int dscale);
extern int128 creances_diviser(int128 numerateur, int128 denominateur);
extern int128 creances_produit_divise(int128 a, int128 b, int128 denominateur);
extern void creances_montant_deborde(void) __attribute__((noreturn));

/* calendrier.c: the civil calendar */
extern bool creances_bissextile(int annee);
extern int64 creances_jours_bissextils(int64 jour);
extern void creances_date_finie(DateADT jour, const char *argument);
extern DateADT creances_jour_ouvre(DateADT jour, const text *zone);

/* taux.c: the type taux_retard; semestre.c: the rates as the statement sees them */
typedef enum IndiceTaux
{
	INDICE_AUCUN = 0,			/* a number: stipulated fixed rate */
	INDICE_BCE,					/* main refinancing rate of the ECB */
	INDICE_TIL,					/* legal rate, creditor is a business */
	INDICE_TILP					/* legal rate, creditor is a private person */
} IndiceTaux;

#define NB_INDICES			3	/* BCE, TIL, TILP */
#define TAUX_ECHELLE		10000	/* ten-thousandths, for rates and factors */
#define TAUX_FIXE			0x0001	/* rate of the first day, for the whole delay */

/* On-disk value of a taux_retard: 16 bytes, all of them defined */
typedef struct TauxRetard
{
	int64		plus;			/* points added, or the number; x TAUX_ECHELLE */
	int32		fois;			/* multiplier x TAUX_ECHELLE, 0 without index */
	int16		indice;			/* IndiceTaux */
	int16		drapeaux;		/* TAUX_FIXE */
} TauxRetard;

#define DatumGetTauxRetard(X)		((TauxRetard *) DatumGetPointer(X))
#define PG_GETARG_TAUX_RETARD(n)	DatumGetTauxRetard(PG_GETARG_DATUM(n))

typedef enum BaseAnnee
{
	BASE_365 = 0,
	BASE_360,
	BASE_ACTUEL					/* 365 or 366 by the year of each day */
} BaseAnnee;

/* Days of 'actuel' are weighted by the other year length: see semestre.c */
#define BASE_ACTUEL_DENOMINATEUR	(365 * 366)

/* A value of creances_taux_cumul() is in (TAUX_ECHELLE squared) x points x days */
#define CUMUL_ECHELLE	((int64) TAUX_ECHELLE * TAUX_ECHELLE)

extern int128 creances_taux_cumul(const TauxRetard *taux, BaseAnnee base,
								  int64 depart, int64 fin, int64 premier);
extern int64 creances_taux_du_jour(const TauxRetard *taux, int64 jour);
extern int64 creances_semestre_fin(int64 jour);
extern char *creances_semestre_nom(int64 jour);
extern bool creances_taux_valable(const TauxRetard *taux);
extern int64 creances_taux_indice(IndiceTaux indice, int64 jour);
extern char *creances_taux_nombre(int64 valeur, int decimales, char separateur,
								  int mini);
extern Datum creances_taux_numeric(int64 valeur);

extern int128 creances_jours_ponderes(BaseAnnee base, int64 depart, int64 fin);
extern int64 creances_taux_connu(const TauxRetard *taux, int64 jour);

/* penalite.c: the arithmetic of late-payment interest */
typedef struct Demande
{
	int128		montant;
	int			dscale;			/* decimals of the amount as it was given */
	int64		echeance;
	int64		au;
	const TauxRetard *taux;
	BaseAnnee	base;
	int			decimales;
	bool		segment;		/* each line rounded for itself */
} Demande;

extern BaseAnnee creances_base_lire(Datum base);
extern int64 creances_base_denominateur(BaseAnnee base);
extern int	creances_decimales_lire(int32 decimales);
extern bool creances_arrondi_lire(Datum arrondi);
extern int128 creances_denominateur(BaseAnnee base, int decimales);
extern void creances_demande_lire(FunctionCallInfo fcinfo, Demande *d);

/* decompte.c: the statement, line by line */
extern int64 creances_ligne_fin(const TauxRetard *taux, BaseAnnee base,
								int64 jour, int64 au);
extern const char *creances_ligne_base(BaseAnnee base, int64 du);
extern char *creances_ligne_texte(const TauxRetard *t, BaseAnnee base,
								  int64 du, int64 premier,
								  const char *origine, bool stipule);
extern int128 creances_interets_par_ligne(const Demande *d);

/* essai.c: a subtransaction around what may fail */
extern ErrorData *creances_essayer(void (*fonction) (void *), void *arg);

/* ordres.c: statements of ours, and how they are executed */
#define NB_PARAMETRES	6

/* Above this number of keys a statement is planned for itself. */
#define GRAND_NOMBRE	100

/* Statements whose plans are kept. */
typedef enum Ordre
{
	ORDRE_REQUETE,
	ORDRE_TIERS_CREANCIER,
	ORDRE_TIERS_DEBITEUR,
	ORDRE_DOUBLONS,
	ORDRE_ANOMALIES_LEVEES,
	ORDRE_ANOMALIES,
	ORDRE_ECARTS,
	ORDRE_CLES,
	ORDRE_REQUETE_CLES,
	ORDRE_CLES_CONNUES,
	ORDRE_SUIVIS,
	ORDRE_ANOMALIE_LUE,
	NB_ORDRES
} Ordre;

/* What a followed table holds */
typedef enum Genre
{
	GENRE_FACTURES = 0,
	GENRE_REGLEMENTS,
	GENRE_CLIENTS
} Genre;

/* One refresh: parameters, and the tuplestores that its statements share. */
typedef struct Relecture
{
	Oid			suivi;
	Oid			nous;			/* owner of our tables */
	Datum		valeurs[NB_PARAMETRES];
	bool		nuls[NB_PARAMETRES];
	Genre		genre;			/* known once the tie is read, as are */
	DateADT		depuis;			/* the day from which the table is followed */
	const char *reprise;		/* how older receivables come in */
	bool		chargement;		/* first load */
	uint64		nb;				/* rows that the next statements work on */
	ArrayType  *entrainantes;	/* keys that somebody else than us has touched */
	bool		sql;			/* connected to SPI, under fixed settings */
} Relecture;

/* Who we were before becoming the owner of the ERP's table */
typedef struct Identite
{
	Oid			qui;
	int			contexte;
	int			niveau;			/* of the settings */
} Identite;

extern int	creances_textes_stables(void);
extern int	creances_reglages_fixes(void);
extern void creances_par_index(bool peu_de_cles);
extern Oid	creances_proprietaire(Oid relid);
extern void creances_devenir_proprietaire(Oid suivi, Identite *avant);
extern void creances_redevenir(const Identite *avant);
extern void creances_commencer(Relecture *r, Oid suivi, ArrayType *cles);
extern void creances_parametre(Relecture *r, int numero, Datum valeur, bool nul);
extern SPIPlanPtr creances_preparer(const char *texte);
extern void creances_executer_plan(Relecture *r, SPIPlanPtr plan, Tuplestorestate *sortie);
extern TupleDesc creances_description(SPIPlanPtr plan);
extern TupleDesc creances_executer_et_decrire(Relecture *r, Ordre ordre, Tuplestorestate *sortie);
extern uint64 creances_executer(Relecture *r, Ordre ordre, Tuplestorestate *sortie);
extern void creances_nommer(const char *nom, TupleDesc desc, Tuplestorestate *lignes, uint64 nb);

/* suivi.c: the trigger */
extern bool creances_herite(const Trigger *declencheur);

/* lecture.c: the tie; the ERP's rows read by SQL */
extern bool creances_suivie(Oid relid);
extern TupleDesc creances_lire_lignes(Relecture *r, Tuplestorestate *lu);

/* relecture.c: the ERP's rows read again, the facts written */
extern void creances_sql(Relecture *r);
extern uint64 creances_relire(Oid suivi, ArrayType *cles, bool consommer, bool chargement,
							  const char *attente, ArrayType **laissees);
extern void creances_relire_ici(Oid suivi, ArrayType *cles, ArrayType **laissees);
extern int	creances_nombre_de_cles(ArrayType *cles);

/* annexes.c: movements and customers, from tables of their own */
extern uint64 creances_ecrire_mouvements(Relecture *r, TupleDesc lu);
extern uint64 creances_ecrire_clients(Relecture *r);
extern void creances_reprendre_attendus(void);
extern bool creances_reste_au_journal(void);
extern bool creances_ecarts_annexes(Relecture *r, TupleDesc lu, Tuplestorestate *sortie);

#endif							/* CREANCES_H */
