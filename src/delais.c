/*-------------------------------------------------------------------------
 *
 * delais.c
 *	  Deadlines counted from one date: payment terms and procedural delays.
 *
 * Law: the payment terms of C. com. L441-10 I (the rule, the agreed maxima, the
 * acceptance procedure) and L441-11 II (sectors), those of public buyers (CCP
 * R2192-10 to R2192-12); procedural delays by CPC 640 to 644.
 *
 * A regime is a row of the table below: the date that it counts from, a number
 * of days, and an end of month or of décade before or after them.  "45 jours
 * fin de mois" has two readings and the contract says which, so there are two
 * rows and none of that name.  Only a public buyer's term moves to the next
 * working day; no text moves a commercial due date.
 *
 * Since 1 November 2021 (ordonnance 2021-859) perishables are due 30 days after
 * delivery, and 30 days after the end of the décade for periodic invoices only:
 * two rows again.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/tuplestore.h"

#define ANNEE_MAX			9999	/* of the calendar of holidays */
#define ANNEE_ZERO			4800	/* years added before a division */

/* What a term counts from; the other date when that one is not known */
typedef enum Depart
{
	DE_EMISSION,
	DE_LIVRAISON,				/* reception of the goods, or execution */
	DE_DEMANDE					/* of the request; execution if it is later */
} Depart;

typedef enum FinPeriode
{
	FIN_AUCUNE,
	FIN_DECADE_AVANT,			/* the days count from the end of the décade */
	FIN_MOIS_AVANT,				/* ... of the month */
	FIN_MOIS_APRES				/* the end of the month where the days lead */
} FinPeriode;

typedef struct Regime
{
	const char *delai;
	Depart		depart;
	int			jours;
	FinPeriode	fin;
	const char *regle;
	const char *source;
} Regime;

static const Regime regimes[] = {
	{"30 jours", DE_LIVRAISON, 30, FIN_AUCUNE,
		"30 jours après la réception des marchandises ou l'exécution, quand rien n'est convenu",
	"C. com. L441-10 I"},
	{"60 jours", DE_EMISSION, 60, FIN_AUCUNE,
		"60 jours après l'émission de la facture, maximum convenu",
	"C. com. L441-10 I"},
	{"45 jours puis fin de mois", DE_EMISSION, 45, FIN_MOIS_APRES,
		"fin du mois où tombe le 45e jour après l'émission, si le contrat le stipule",
	"C. com. L441-10 I"},
	{"fin de mois puis 45 jours", DE_EMISSION, 45, FIN_MOIS_AVANT,
		"45 jours après la fin du mois d'émission, si le contrat le stipule",
	"C. com. L441-10 I"},
	{"recapitulative", DE_EMISSION, 45, FIN_AUCUNE,
		"45 jours après l'émission d'une facture périodique (CGI 289 I 3)",
	"C. com. L441-10 I"},
	{"verification", DE_LIVRAISON, 30, FIN_AUCUNE,
		"30 jours de procédure d'acceptation ou de vérification après la réception ou l'exécution",
	"C. com. L441-10"},
	{"perissables", DE_LIVRAISON, 30, FIN_DECADE_AVANT,
		"30 jours après la fin de la décade de livraison : denrées périssables, facture périodique",
	"C. com. L441-11 II"},
	{"perissables livraison", DE_LIVRAISON, 30, FIN_AUCUNE,
		"30 jours après la livraison : denrées périssables, raisins et moûts, facture par livraison",
	"C. com. L441-11 II"},
	{"viande", DE_LIVRAISON, 20, FIN_AUCUNE,
		"20 jours après la livraison : bétail sur pied et viandes fraîches",
	"C. com. L441-11 II"},
	{"spiritueux", DE_LIVRAISON, 30, FIN_MOIS_AVANT,
		"30 jours après la fin du mois de livraison : boissons soumises aux droits de consommation",
	"C. com. L441-11 II"},
	{"vin", DE_EMISSION, 60, FIN_AUCUNE,
		"60 jours après l'émission de la facture : vins et boissons soumises aux droits de circulation",
	"C. com. L441-11 II"},
	{"transport", DE_EMISSION, 30, FIN_AUCUNE,
		"30 jours après l'émission de la facture : transport, location de véhicules, commission, transit",
	"C. com. L441-11 II"},
	{"public", DE_DEMANDE, 30, FIN_AUCUNE,
		"30 jours après la réception de la demande de paiement : État, collectivités",
	"CCP R2192-10"},
	{"public 50", DE_DEMANDE, 50, FIN_AUCUNE,
		"50 jours après la réception de la demande de paiement : établissements de santé",
	"CCP R2192-11"},
	{"public 60", DE_DEMANDE, 60, FIN_AUCUNE,
		"60 jours après la réception de la demande de paiement : entreprises publiques",
	"CCP R2192-11"}
};

static const char *const departs[] = {"emission", "livraison", "demande"};

PG_FUNCTION_INFO_V1(creances_echeance_legale);
PG_FUNCTION_INFO_V1(creances_delais_legaux);
PG_FUNCTION_INFO_V1(creances_delai_procedure);

static const Regime *
lire_regime(const text * delai)
{
	const char *nom = VARDATA_ANY(delai);
	int			longueur = VARSIZE_ANY_EXHDR(delai);
	StringInfoData noms;

	for (int i = 0; i < (int) lengthof(regimes); i++)
	{
		if (longueur == (int) strlen(regimes[i].delai) &&
			memcmp(nom, regimes[i].delai, longueur) == 0)
			return &regimes[i];
	}
	initStringInfo(&noms);
	for (int i = 0; i < (int) lengthof(regimes); i++)
		appendStringInfo(&noms, i == 0 ? "%s" : ", %s", regimes[i].delai);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("délai de paiement inconnu : « %s »",
							 creances_utf8(text_to_cstring(delai))),
			 creances_errhint("Délais connus : %s.", noms.data)));
	return NULL;				/* not reached */
}

static void
refuser_date(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
			 creances_errmsg("échéance hors du calendrier"),
			 creances_errhint("Donnez une date et un délai plus proches.")));
}

/*
 * A day as a date, refused when it is not one (22008).
 */
static DateADT
date_valide(int64 jour)
{
	if (unlikely(!IS_VALID_DATE(jour)))
		refuser_date();
	return (DateADT) jour;
}

static DateADT
fin_de_mois(DateADT jour)
{
	int			annee,
				mois,
				quantieme;

	j2date(jour + POSTGRES_EPOCH_JDATE, &annee, &mois, &quantieme);
	return jour - quantieme + day_tab[isleap(annee)][mois - 1];
}

/*
 * Last day of the décade: the 10th, the 20th, or the end of the month.
 */
static DateADT
fin_de_decade(DateADT jour)
{
	int			annee,
				mois,
				quantieme;

	j2date(jour + POSTGRES_EPOCH_JDATE, &annee, &mois, &quantieme);
	if (quantieme > 20)
		return fin_de_mois(jour);
	return jour - quantieme + (quantieme > 10 ? 20 : 10);
}

/*
 * echeance_legale(emission, regime, livraison, zone): the latest due date that
 * the regime allows.  NULL when no date is known.  The zone counts for public
 * buyers only.
 */
Datum
creances_echeance_legale(PG_FUNCTION_ARGS)
{
	const Regime *r;
	DateADT		emission = 0;
	DateADT		livraison = 0;
	DateADT		jour;
	bool		emise = !PG_ARGISNULL(0);
	bool		livree = !PG_ARGISNULL(2);

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	r = lire_regime(PG_GETARG_TEXT_PP(1));
	if (emise)
	{
		emission = PG_GETARG_DATEADT(0);
		creances_date_finie(emission, "emission");
	}
	if (livree)
	{
		livraison = PG_GETARG_DATEADT(2);
		creances_date_finie(livraison, "livraison");
	}
	if (!emise && !livree)
		PG_RETURN_NULL();
	if (r->depart == DE_DEMANDE && PG_ARGISNULL(3))
		PG_RETURN_NULL();

	if (!emise)
		jour = livraison;
	else if (!livree)
		jour = emission;
	else if (r->depart == DE_DEMANDE)
		jour = Max(emission, livraison);
	else
		jour = r->depart == DE_LIVRAISON ? livraison : emission;

	if (r->fin == FIN_DECADE_AVANT)
		jour = fin_de_decade(jour);
	else if (r->fin == FIN_MOIS_AVANT)
		jour = fin_de_mois(jour);
	jour = date_valide((int64) jour + r->jours);
	if (r->fin == FIN_MOIS_APRES)
		jour = fin_de_mois(jour);
	if (r->depart == DE_DEMANDE)
		jour = creances_jour_ouvre(jour, PG_GETARG_TEXT_PP(3));
	PG_RETURN_DATEADT(jour);
}

/*
 * delais_legaux(): the regimes that echeance_legale() knows, in their order.
 */
Datum
creances_delais_legaux(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < (int) lengthof(regimes); i++)
	{
		const Regime *r = &regimes[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = CStringGetTextDatum(r->delai);
		values[1] = CStringGetTextDatum(departs[r->depart]);
		values[2] = Int32GetDatum(r->jours);
		values[3] = CStringGetTextDatum(creances_serveur(r->regle));
		values[4] = CStringGetTextDatum(r->source);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static void
refuser_negatif(int32 valeur, const char *argument)
{
	if (valeur < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("délai négatif pour « %s » : %d", argument, valeur),
				 creances_errhint("Un délai de procédure court vers l'avenir : donnez un nombre positif ou nul.")));
}

/*
 * delai_procedure(depart, mois, jours, zone, eloignement): the last day of a
 * procedural delay (CPC 640 to 642).  Months end on the same day of the month,
 * or on the last one; then the days, of which the day of the act is not one.
 * The months of distance (643, 644) lengthen the delay, they do not follow it.
 * A Saturday, a Sunday or a holiday moves the end to the next working day.
 */
Datum
creances_delai_procedure(PG_FUNCTION_ARGS)
{
	DateADT		depart = PG_GETARG_DATEADT(0);
	int32		nb_mois = PG_GETARG_INT32(1);
	int32		nb_jours = PG_GETARG_INT32(2);
	int32		eloignement = PG_GETARG_INT32(4);
	int			annee,
				mois,
				quantieme;
	int64		total;

	creances_date_finie(depart, "depart");
	refuser_negatif(nb_mois, "mois");
	refuser_negatif(nb_jours, "jours");
	refuser_negatif(eloignement, "eloignement");

	j2date(depart + POSTGRES_EPOCH_JDATE, &annee, &mois, &quantieme);

	/*
	 * counted from a year that is before any date, so that it divides as it
	 * must
	 */
	total = ((int64) annee + ANNEE_ZERO) * 12 + (mois - 1) + nb_mois + eloignement;
	if (total / 12 - ANNEE_ZERO > ANNEE_MAX)
		refuser_date();
	annee = (int) (total / 12) - ANNEE_ZERO;
	mois = (int) (total % 12) + 1;
	quantieme = Min(quantieme, day_tab[isleap(annee)][mois - 1]);
	depart = date2j(annee, mois, quantieme) - POSTGRES_EPOCH_JDATE;
	PG_RETURN_DATEADT(creances_jour_ouvre(date_valide((int64) depart + nb_jours),
										  PG_GETARG_TEXT_PP(3)));
}
