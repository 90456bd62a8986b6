/*-------------------------------------------------------------------------
 *
 * compte.c
 *	  The account of one receivable: what it has borne and what is left of it,
 *	  from its dated facts.
 *
 * Law: C. com. L441-10 II (interest, floor of a stipulated rate), D441-5 (the
 * 40 EUR), L622-28 (insolvency); C. civ. 1343-1 (imputation), 1343-2
 * (capitalisation), 1343-5 (délai de grâce); CMF L313-2 and L313-3.
 *
 * Which facts count, and under which regime, is decided in SQL (55_exigible);
 * here is only the arithmetic of the arrays given.  Days run in order: a day
 * bears interest on what is owed at its beginning, then what happened on it is
 * applied, so that the day of a payment counts and the day of a credit note
 * too.  Between two facts the interest is principal x sum of daily rates, exact;
 * it is rounded once in the end, the lines being differences of the rounded
 * total, unless each line is asked to be rounded for itself.
 *
 * Payments go to the principal only ('principal', the books of the ERP; what
 * exceeds is money on account and never makes interest negative), or in an
 * order of the four heads.  Where interest is paid it is an amount of money:
 * what has accrued is then rounded, and settled for good.
 *
 * A payment that was rejected afterwards never stopped the delay: payments are
 * given in the order in which they were recorded, and one counts for what the
 * paid level never fell below from then on.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

#define NB_COLONNES_LIGNE	14
#define NB_COLONNES_COMPTE	11

/* What can be owed */
typedef enum Poste
{
	POSTE_INTERETS,
	POSTE_PRINCIPAL,
	POSTE_FRAIS,
	POSTE_INDEMNITE
} Poste;

#define NB_POSTES	4

static const char *const noms_postes[NB_POSTES] = {
	"interets", "principal", "frais", "indemnite"
};

/* What happens on a day, in the order in which it is applied */
typedef enum Nature
{
	NATURE_INDEMNITE,
	NATURE_FACTURE,
	NATURE_FRAIS,
	NATURE_AVOIR,
	NATURE_REMISE_PENALITES,
	NATURE_REMISE_INDEMNITE,
	NATURE_REMISE_FRAIS,
	NATURE_PAIEMENT,
	NATURE_CAPITALISATION,
	NATURE_NOTE					/* to be told, changes nothing */
} Nature;

static const struct
{
	const char *nom;
	Nature		nature;
}			natures[] = {
	{"facture", NATURE_FACTURE},
	{"frais", NATURE_FRAIS},
	{"avoir", NATURE_AVOIR},
	{"remise_penalites", NATURE_REMISE_PENALITES},
	{"remise_indemnite", NATURE_REMISE_INDEMNITE},
	{"remise_frais", NATURE_REMISE_FRAIS},
	{"paiement", NATURE_PAIEMENT},
	{"note", NATURE_NOTE}
};

typedef struct Fait
{
	int64		jour;
	Nature		nature;
	int			ordre;			/* as given, between facts of a day */
	int128		montant;
	bool		tout;			/* a waiver of all that is owed */
	int128		rejete;			/* part of a payment that was rejected */
	const char *texte;			/* UTF-8, or NULL */
} Fait;

/* What became of a stipulated rate in a half-year */
typedef enum Plancher
{
	PLANCHER_RESPECTE,
	PLANCHER_INCONNU,
	PLANCHER_APPLIQUE
} Plancher;

typedef struct Compte
{
	/* as asked */
	bool		court;			/* interest has a start */
	int64		depart;			/* it runs from the day after */
	int64		au;
	int64		fin;			/* last day that may bear interest */
	int64		arret;			/* what stops it, PG_INT64_MAX without */
	BaseAnnee	base;
	int			decimales;
	bool		segment;
	bool		strict;			/* an unknown rate is an error */
	int128		forfait;		/* the 40 EUR, when they can be due */
	const char *article;		/* the one that grants them */
	Poste		ordre[NB_POSTES];
	int			nb_ordre;
	int			nb_taux;
	int64	   *depuis;
	const TauxRetard **taux;
	bool	   *planchers;		/* is the rule tested against the floor? */
	const char **origines;		/* where it is written, or NULL */
	int			nb_suspensions;
	int64	   *suspendu_du;
	int64	   *suspendu_au;
	int			nb_faits;
	Fait	   *faits;
	int			suivant;		/* first one not applied */

	/* what is owed now; amounts in millionths */
	int128		dus[NB_POSTES];
	int128		capitalise;		/* part of the interest that bears interest */
	int128		en_compte;

	/* interest since it was last settled, exact, and what lines gave of it */
	int128		exact;
	int128		deja;
	int64		interets_depuis;	/* day before the first unpaid one */
	int64		jours_portes;	/* days that have borne it since */

	/* what is told */
	int128		courues;
	int128		remises;
	int64		arrete;
	bool		tronque;		/* stopped by an unknown rate */
	bool		plancher;		/* a rate was replaced, or could not be tested */
	int64		retard;			/* first late day, or PG_INT64_MAX */

	ReturnSetInfo *sortie;		/* lines go there, if any */
	int			ligne;
} Compte;

static const TauxRetard taux_plancher = {0, 3 * TAUX_ECHELLE, INDICE_TIL, 0};
static const TauxRetard taux_defaut = {10 * TAUX_ECHELLE, TAUX_ECHELLE, INDICE_BCE, 0};

PG_FUNCTION_INFO_V1(creances_compte);
PG_FUNCTION_INFO_V1(creances_compte_lignes);


/* ----------------------------------------------------------------
 *						Amounts, shown
 * ----------------------------------------------------------------
 */

static int128
puissance10(int n)
{
	int128		p = 1;

	while (n-- > 0)
		p *= 10;
	return p;
}

/*
 * numeric of an amount: the decimals of its currency, or as many as it has.
 */
static Datum
rendre(const Compte *c, int128 montant)
{
	for (int decimales = c->decimales; decimales < CREANCES_DECIMALES; decimales++)
	{
		int128		unite = puissance10(CREANCES_DECIMALES - decimales);

		if (montant % unite == 0)
			return creances_montant_rendre(montant / unite, decimales);
	}
	return creances_montant_rendre(montant, CREANCES_DECIMALES);
}

static char *
montant_texte(const Compte *c, int128 montant)
{
	char	   *texte = DatumGetCString(DirectFunctionCall1(numeric_out, rendre(c, montant)));
	char	   *point = strchr(texte, '.');

	if (point != NULL)
		*point = ',';
	return texte;
}

static int128
somme(int128 a, int128 b)
{
	if (__builtin_add_overflow(a, b, &a))
		creances_montant_deborde();
	return a;
}

/*
 * A line of the statement: what it adds to, or takes from, what is claimed,
 * and what is owed after it.  "taux" is negative when there is none.
 */
static void
ligne(Compte *c, const char *nature, int64 du, int64 au, bool jours,
	  int128 assiette, int64 taux, int128 montant, const char *texte)
{
	Datum		values[NB_COLONNES_LIGNE];
	bool		nulls[NB_COLONNES_LIGNE] = {false};

	if (c->sortie == NULL)
		return;
	values[0] = Int32GetDatum(++c->ligne);
	values[1] = CStringGetTextDatum(nature);
	values[2] = DateADTGetDatum((DateADT) du);
	values[3] = DateADTGetDatum((DateADT) au);
	values[4] = Int32GetDatum((int32) (au - du + 1));
	values[5] = rendre(c, assiette);
	values[6] = taux < 0 ? (Datum) 0 : creances_taux_numeric(taux);
	nulls[4] = nulls[5] = !jours;
	nulls[6] = taux < 0;
	values[7] = rendre(c, montant);
	values[8] = rendre(c, c->dus[POSTE_PRINCIPAL]);
	values[9] = rendre(c, c->dus[POSTE_INTERETS]);
	values[10] = rendre(c, c->dus[POSTE_INDEMNITE]);
	values[11] = rendre(c, c->dus[POSTE_FRAIS]);
	values[12] = rendre(c, c->en_compte);
	values[13] = CStringGetTextDatum(creances_serveur(texte));
	tuplestore_putvalues(c->sortie->setResult, c->sortie->setDesc, values, nulls);
}


/* ----------------------------------------------------------------
 *						The days
 * ----------------------------------------------------------------
 */

static void appliquer_faits(Compte *c, int64 fin, int dernier);

static int64
un_an_apres(int64 jour, int ans)
{
	int			annee,
				mois,
				quantieme;

	j2date((int) (jour + POSTGRES_EPOCH_JDATE), &annee, &mois, &quantieme);
	annee += ans;
	if (mois == 2 && quantieme == 29 && !creances_bissextile(annee))
		quantieme = 28;
	return (int64) date2j(annee, mois, quantieme) - POSTGRES_EPOCH_JDATE;
}

/*
 * Day whose half-year gives a rule its rate.
 */
static inline int64
jour_du_taux(const Compte *c, const TauxRetard *taux, int64 jour)
{
	return (taux->drapeaux & TAUX_FIXE) ? c->depart + 1 : jour;
}

/*
 * Rate of a stipulated rule on a day, tested against the floor of its
 * half-year: below it, the lesser of the floor and of the default rate, since
 * the law does not say what replaces it.
 */
static Plancher
taux_eprouve(const Compte *c, const TauxRetard *taux, int64 jour, int64 *valeur)
{
	int64		plancher;

	*valeur = creances_taux_du_jour(taux, jour_du_taux(c, taux, jour));
	if (creances_taux_connu(&taux_plancher, jour) < jour)
		return PLANCHER_INCONNU;
	plancher = creances_taux_du_jour(&taux_plancher, jour);
	if (*valeur >= plancher)
		return PLANCHER_RESPECTE;
	if (creances_taux_connu(&taux_defaut, jour) < jour)
		return PLANCHER_INCONNU;
	*valeur = Min(plancher, creances_taux_du_jour(&taux_defaut, jour));
	return PLANCHER_APPLIQUE;
}

/*
 * The same over the days from "jour" on that share it, "borne" at most.
 */
static Plancher
ligne_eprouvee(const Compte *c, const TauxRetard *taux, int64 jour, int64 borne,
			   int64 *valeur, int64 *fin)
{
	Plancher	etat = taux_eprouve(c, taux, jour, valeur);

	if (taux->indice == INDICE_AUCUN || (taux->drapeaux & TAUX_FIXE))
	{
		borne = creances_ligne_fin(taux, c->base, jour, borne);
		*fin = Min(creances_semestre_fin(jour), borne);
		/* a sentence that names a half-year is about that one only */
		while (*fin < borne && etat == PLANCHER_RESPECTE)
		{
			int64		suivant;

			if (taux_eprouve(c, taux, *fin + 1, &suivant) != etat || suivant != *valeur)
				break;
			*fin = Min(creances_semestre_fin(*fin + 1), borne);
		}
	}
	else
		*fin = Min(creances_semestre_fin(jour), borne);
	return etat;
}

static char *
texte_eprouve(const Compte *c, int periode, Plancher etat, int64 valeur, int64 jour)
{
	const TauxRetard *taux = c->taux[periode];
	const char *origine = c->origines[periode];
	char	   *texte;
	int64		plancher;

	if (etat == PLANCHER_RESPECTE)
		return creances_ligne_texte(taux, c->base, jour, c->depart + 1, origine, true);
	if (etat == PLANCHER_INCONNU)
		return psprintf("%s ; plancher du semestre %s inconnu, taux non éprouvé",
						creances_ligne_texte(taux, c->base, jour, c->depart + 1, origine, true),
						creances_semestre_nom(jour));
	plancher = creances_taux_du_jour(&taux_plancher, jour);
	texte = creances_taux_nombre(creances_taux_du_jour(taux, jour_du_taux(c, taux, jour)),
								 8, ',', 2);
	return psprintf("semestre %s : taux stipulé %s %%%s%s%s inférieur au plancher de %s %% (3 x TIL, "
					"C. com. L441-10 II), remplacé par %s, base %s",
					creances_semestre_nom(jour), texte,
					origine != NULL ? " (" : "", origine != NULL ? origine : "",
					origine != NULL ? ")" : "",
					creances_taux_nombre(plancher, 8, ',', 2),
					valeur == plancher ? "le plancher" :
					psprintf("BCE + 10 points, %s %%, moindre que le plancher",
							 creances_taux_nombre(valeur, 8, ',', 2)),
					creances_ligne_base(c->base, jour));
}

/*
 * Interest of the days from "jour" to "fin", one rate, on what is owed.
 */
static void
courir(Compte *c, int64 jour, int64 fin, int128 cumul, int64 taux, char *texte)
{
	int128		assiette = c->dus[POSTE_PRINCIPAL] + c->capitalise;
	int128		diviseur = creances_denominateur(c->base, c->decimales);
	int128		montant;
	int128		terme;

	if (c->segment)
		montant = creances_produit_divise(assiette, cumul, diviseur);
	else
	{
		int128		total;

		if (__builtin_mul_overflow(assiette, cumul, &terme))
			creances_montant_deborde();
		c->exact = somme(c->exact, terme);
		total = creances_diviser(c->exact, diviseur);
		montant = total - c->deja;
		c->deja = total;
	}
	if (__builtin_mul_overflow(montant, puissance10(CREANCES_DECIMALES - c->decimales), &montant))
		creances_montant_deborde();
	c->courues = somme(c->courues, montant);
	c->dus[POSTE_INTERETS] = somme(c->dus[POSTE_INTERETS], montant);
	c->jours_portes += fin - jour + 1;
	if (c->sortie != NULL)
		ligne(c, "interets", jour, fin, true, assiette, taux, montant, texte);
}

/*
 * Interest of the days from "jour" to "borne", between two facts that end a
 * line; those up to "dernier", which end none, are applied before the line that
 * goes beyond their day.
 */
static void
laisser_courir(Compte *c, int64 jour, int64 borne, int dernier)
{
	borne = Min(borne, c->fin);
	while (jour <= borne && !c->tronque)
	{
		int64		fin = borne;
		const TauxRetard *taux;
		int64		valeur;
		int128		cumul;
		char	   *texte = NULL;
		bool		suspendu = false;
		int			p = 0;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < c->nb_suspensions; i++)
		{
			if (c->suspendu_du[i] <= jour && jour <= c->suspendu_au[i])
			{
				suspendu = true;
				fin = Min(fin, c->suspendu_au[i]);
			}
			else if (c->suspendu_du[i] > jour)
				fin = Min(fin, c->suspendu_du[i] - 1);
		}
		if (c->dus[POSTE_PRINCIPAL] + c->capitalise <= 0)
		{
			jour = fin + 1;
			continue;
		}
		if (suspendu)
		{
			appliquer_faits(c, fin - 1, dernier);
			ligne(c, "suspension", jour, fin, true, c->dus[POSTE_PRINCIPAL] + c->capitalise, -1, 0,
				  "délai de grâce : ces jours ne portent pas de pénalités (C. civ. 1343-5)");
			jour = fin + 1;
			continue;
		}

		while (p + 1 < c->nb_taux && c->depuis[p + 1] <= jour)
			p++;
		taux = c->taux[p];
		if (p + 1 < c->nb_taux)
			fin = Min(fin, c->depuis[p + 1] - 1);
		valeur = jour_du_taux(c, taux, jour);
		if (!c->strict && creances_taux_connu(taux, valeur) < valeur)
		{
			c->tronque = true;
			c->arrete = jour - 1;
			return;
		}

		if (c->planchers[p])
		{
			Plancher	etat = ligne_eprouvee(c, taux, jour, fin, &valeur, &fin);

			if (etat != PLANCHER_RESPECTE)
				c->plancher = true;
			cumul = valeur * creances_jours_ponderes(c->base, jour - 1, fin);
			if (c->sortie != NULL)
				texte = texte_eprouve(c, p, etat, valeur, jour);
		}
		else
		{
			fin = creances_ligne_fin(taux, c->base, jour, fin);
			cumul = creances_taux_cumul(taux, c->base, jour - 1, fin, c->depart + 1);
			if (c->sortie != NULL)
			{
				valeur = creances_taux_du_jour(taux, valeur);
				texte = creances_ligne_texte(taux, c->base, jour, c->depart + 1, c->origines[p], false);
			}
		}
		appliquer_faits(c, fin - 1, dernier);
		courir(c, jour, fin, cumul, valeur, texte);
		jour = fin + 1;
	}
}


/* ----------------------------------------------------------------
 *						The facts
 * ----------------------------------------------------------------
 */

/*
 * The interest owed is what it was rounded to: it is settled.
 */
static void
arreter_interets(Compte *c)
{
	c->exact = 0;
	c->deja = 0;
}

/*
 * From this day's end on, unpaid interest begins again.
 */
static void
interets_soldes(Compte *c, int64 jour)
{
	c->interets_depuis = jour;
	c->jours_portes = 0;
}

/*
 * Is the unpaid interest that of a full year at least (C. civ. 1343-2)?
 */
static bool
une_annee_portee(const Compte *c)
{
	return c->jours_portes >= un_an_apres(c->interets_depuis, 1) - c->interets_depuis;
}

/*
 * Money on account goes to what is owed, in the order asked.  "parts" gets what
 * each head received.
 */
static void
imputer(Compte *c, int64 jour, int128 *parts)
{
	for (int i = 0; i < c->nb_ordre && c->en_compte > 0; i++)
	{
		Poste		poste = c->ordre[i];
		int128		part = Min(c->en_compte, c->dus[poste]);

		if (part <= 0)
			continue;
		c->dus[poste] -= part;
		c->en_compte -= part;
		if (parts != NULL)
			parts[poste] += part;
		if (poste == POSTE_INTERETS)
		{
			arreter_interets(c);
			if (c->capitalise > c->dus[POSTE_INTERETS])
				c->capitalise = c->dus[POSTE_INTERETS];
			if (c->dus[POSTE_INTERETS] == 0)
				interets_soldes(c, jour);
		}
	}
}

/*
 * What each head received, after "texte".
 */
static void
dire_imputation(const Compte *c, StringInfo texte, const int128 *parts, int128 en_compte)
{
	static const char *const sur[NB_POSTES] = {
		"les pénalités", "le principal", "les frais", "l'indemnité"
	};
	const char *liaison = " :";

	for (int i = 0; i < c->nb_ordre; i++)
	{
		if (parts[c->ordre[i]] == 0)
			continue;
		appendStringInfo(texte, "%s %s sur %s", liaison,
						 montant_texte(c, parts[c->ordre[i]]), sur[c->ordre[i]]);
		liaison = ",";
	}
	if (en_compte > 0)
		appendStringInfo(texte, "%s %s en compte", liaison, montant_texte(c, en_compte));
	if (c->nb_ordre > 1 && parts[POSTE_INTERETS] > 0)
		appendStringInfoString(texte, " (C. civ. 1343-1)");
}

/*
 * At the end of a day, money on account is set against what has fallen due.
 */
static void
compenser(Compte *c, int64 jour)
{
	int128		parts[NB_POSTES] = {0};
	int128		avant = c->en_compte;
	StringInfoData texte;

	if (avant == 0)
		return;
	imputer(c, jour, parts);
	if (c->sortie == NULL || c->en_compte == avant)
		return;
	initStringInfo(&texte);
	appendStringInfoString(&texte, "argent en compte");
	dire_imputation(c, &texte, parts, 0);
	ligne(c, "paiement", jour, jour, false, 0, -1, 0, texte.data);
}

static void
payer(Compte *c, const Fait *f)
{
	int128		parts[NB_POSTES] = {0};
	int128		avant = c->en_compte;
	StringInfoData texte;

	/* interest that is paid is money: what has accrued is rounded */
	if (c->nb_ordre > 1 && f->montant > 0)
		arreter_interets(c);
	c->en_compte = somme(c->en_compte, f->montant);
	imputer(c, f->jour, parts);
	if (c->sortie == NULL)
		return;

	initStringInfo(&texte);
	appendStringInfoString(&texte, f->texte != NULL ? f->texte : "paiement");
	if (f->montant > 0)
		dire_imputation(c, &texte, parts, Max(c->en_compte - avant, 0));
	if (f->rejete > 0)
		appendStringInfo(&texte, " ; %s rejetés ensuite : le retard n'a pas cessé",
						 montant_texte(c, f->rejete));
	ligne(c, "paiement", f->jour, f->jour, false, 0, -1, -f->montant, texte.data);
}

/*
 * What is owed more of the principal, or less of it when "montant" is negative;
 * what a credit exceeds is money on account.
 */
static void
changer_principal(Compte *c, const Fait *f, int128 montant, const char *nature,
				  const char *texte)
{
	if (montant >= 0)
		c->dus[POSTE_PRINCIPAL] = somme(c->dus[POSTE_PRINCIPAL], montant);
	else
	{
		int128		part = Min(-montant, c->dus[POSTE_PRINCIPAL]);

		c->dus[POSTE_PRINCIPAL] -= part;
		c->en_compte = somme(c->en_compte, -montant - part);
	}
	ligne(c, nature, f->jour, f->jour, false, 0, -1, montant,
		  f->texte != NULL ? f->texte : texte);
}

static void
remettre_dette(Compte *c, const Fait *f, Poste poste, const char *texte)
{
	int128		part = f->tout ? c->dus[poste] : Min(f->montant, c->dus[poste]);

	if (f->texte != NULL)
		texte = f->texte;
	if (c->sortie != NULL && !f->tout && part < f->montant)
		texte = psprintf("%s ; %s accordés, %s dus ce jour-là", texte,
						 montant_texte(c, f->montant), montant_texte(c, part));
	c->dus[poste] -= part;
	c->remises = somme(c->remises, part);
	if (poste == POSTE_INTERETS && part > 0)
	{
		if (c->capitalise > c->dus[poste])
			c->capitalise = c->dus[poste];
		if (c->dus[poste] == 0)
			interets_soldes(c, f->jour);
	}
	ligne(c, "remise", f->jour, f->jour, false, 0, -1, -part, texte);
}

static void
appliquer(Compte *c, const Fait *f)
{
	switch (f->nature)
	{
		case NATURE_INDEMNITE:
			/* still owed when the term was over? (C. com. D441-5) */
			if (creances_diviser(c->dus[POSTE_PRINCIPAL],
								 puissance10(CREANCES_DECIMALES - c->decimales)) <= 0)
				break;
			c->retard = f->jour;
			if (f->montant == 0)
				break;
			c->dus[POSTE_INDEMNITE] = f->montant;
			ligne(c, "indemnite", f->jour, f->jour, false, 0, -1, f->montant,
				  psprintf("indemnité forfaitaire de recouvrement (%s)", c->article));
			break;
		case NATURE_FACTURE:
			changer_principal(c, f, f->montant, "principal", "principal");
			break;
		case NATURE_AVOIR:
			changer_principal(c, f, -f->montant, "avoir", "avoir, sur le principal");
			break;
		case NATURE_FRAIS:
			c->dus[POSTE_FRAIS] = somme(c->dus[POSTE_FRAIS], f->montant);
			ligne(c, "frais", f->jour, f->jour, false, 0, -1, f->montant,
				  f->texte != NULL ? f->texte : "frais de recouvrement justifiés (C. com. L441-10 II)");
			break;
		case NATURE_REMISE_PENALITES:
			remettre_dette(c, f, POSTE_INTERETS, "remise de pénalités");
			break;
		case NATURE_REMISE_INDEMNITE:
			remettre_dette(c, f, POSTE_INDEMNITE, "remise de l'indemnité forfaitaire");
			break;
		case NATURE_REMISE_FRAIS:
			remettre_dette(c, f, POSTE_FRAIS, "remise de frais");
			break;
		case NATURE_PAIEMENT:
			payer(c, f);
			break;
		case NATURE_NOTE:
			ligne(c, "note", f->jour, f->jour, false, 0, -1, 0, f->texte);
			break;
		case NATURE_CAPITALISATION:
			if (!une_annee_portee(c))
			{
				if (c->dus[POSTE_PRINCIPAL] > 0)
					ligne(c, "capitalisation", f->jour, f->jour, false, 0, -1, 0,
						  "pas de capitalisation : les intérêts ne sont pas dus pour une année entière (C. civ. 1343-2)");
				break;
			}
			if (c->tronque || c->dus[POSTE_INTERETS] <= c->capitalise)
				break;
			if (c->sortie != NULL)
			{
				int128		nouveau = c->dus[POSTE_INTERETS] - c->capitalise;

				c->capitalise = c->dus[POSTE_INTERETS];
				ligne(c, "capitalisation", f->jour, f->jour, false, 0, -1, 0,
					  psprintf("%s d'intérêts échus portent intérêt à leur tour (C. civ. 1343-2)",
							   montant_texte(c, nouveau)));
			}
			c->capitalise = c->dus[POSTE_INTERETS];
			arreter_interets(c);
			interets_soldes(c, f->jour);
			break;
	}
}

static int
comparer_faits(const void *a, const void *b)
{
	const Fait *x = a;
	const Fait *y = b;

	if (x->jour != y->jour)
		return x->jour < y->jour ? -1 : 1;
	if (x->nature != y->nature)
		return x->nature < y->nature ? -1 : 1;
	return x->ordre < y->ordre ? -1 : 1;
}

/*
 * Does a fact end a line: does it change what bears interest, or need to know
 * what has accrued?
 */
static bool
fait_coupe(const Compte *c, const Fait *f)
{
	switch (f->nature)
	{
		case NATURE_INDEMNITE:
		case NATURE_FRAIS:
		case NATURE_REMISE_INDEMNITE:
		case NATURE_REMISE_FRAIS:
		case NATURE_NOTE:
			return false;
		case NATURE_PAIEMENT:
			return f->montant > 0;
		case NATURE_CAPITALISATION:
			return f->jour >= un_an_apres(c->interets_depuis, 1);
		default:
			return true;
	}
}

/*
 * Apply the facts up to "fin" that end no line, from c->suivant on.
 */
static void
appliquer_faits(Compte *c, int64 fin, int dernier)
{
	while (c->suivant <= dernier && c->suivant < c->nb_faits &&
		   c->faits[c->suivant].jour <= fin)
	{
		const Fait *f = &c->faits[c->suivant++];

		appliquer(c, f);
		if (c->suivant == c->nb_faits || c->faits[c->suivant].jour > f->jour)
			compenser(c, f->jour);
	}
}

/*
 * Run the account, day after day: from one fact that ends a line to the next.
 */
static void
derouler(Compte *c)
{
	int64		passe = c->depart;	/* days up to this one are done */
	bool		annonce = !c->court || c->arret >= c->au;

	qsort(c->faits, c->nb_faits, sizeof(Fait), comparer_faits);
	for (;;)
	{
		int			coupe = c->suivant;
		int64		jour;

		while (coupe < c->nb_faits && !fait_coupe(c, &c->faits[coupe]))
			coupe++;
		jour = coupe < c->nb_faits ? c->faits[coupe].jour : c->au;
		if (jour > passe)
		{
			laisser_courir(c, passe + 1, jour, coupe - 1);
			passe = jour;
		}
		if (!annonce && (jour > c->arret || coupe == c->nb_faits))
		{
			appliquer_faits(c, c->arret, coupe - 1);
			if (c->dus[POSTE_PRINCIPAL] > 0)
				ligne(c, "arret", c->arret, c->arret, false, 0, -1, 0,
					  "jugement d'ouverture : le cours des intérêts est arrêté (C. com. L622-28)");
			annonce = true;
		}
		if (coupe == c->nb_faits)
		{
			appliquer_faits(c, c->au, coupe);
			break;
		}
		appliquer_faits(c, jour, coupe);
	}
}


/* ----------------------------------------------------------------
 *						The arguments
 * ----------------------------------------------------------------
 */

/* _compte(depart, au, arret, jours[], natures[], montants[], textes[], depuis[],
 * taux[], planchers[], origines[], suspendu_du[], suspendu_au[], capitalisation,
 * indemnite, article, imputation, base, arrondi, decimales, strict) */
enum
{
	ARG_DEPART, ARG_AU, ARG_ARRET, ARG_JOURS, ARG_NATURES, ARG_MONTANTS, ARG_TEXTES,
	ARG_DEPUIS, ARG_TAUX, ARG_PLANCHERS, ARG_ORIGINES, ARG_SUSPENDU_DU, ARG_SUSPENDU_AU,
	ARG_CAPITALISATION, ARG_INDEMNITE, ARG_ARTICLE, ARG_IMPUTATION, ARG_BASE, ARG_ARRONDI,
	ARG_DECIMALES, ARG_STRICT
};

static void
refuser_arguments(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 creances_errmsg("arguments de _compte incohérents")));
}

static Datum *
tableau(FunctionCallInfo fcinfo, int numero, int attendus, bool **nuls, int *nombre)
{
	ArrayType  *a;
	Datum	   *valeurs;
	int16		longueur;
	bool		par_valeur;
	char		alignement;

	*nombre = 0;
	*nuls = NULL;
	if (PG_ARGISNULL(numero))
	{
		if (attendus > 0)
			refuser_arguments();
		return NULL;
	}
	a = PG_GETARG_ARRAYTYPE_P(numero);
	get_typlenbyvalalign(ARR_ELEMTYPE(a), &longueur, &par_valeur, &alignement);
	deconstruct_array(a, ARR_ELEMTYPE(a), longueur, par_valeur, alignement,
					  &valeurs, nuls, nombre);
	if (ARR_NDIM(a) > 1 || (attendus >= 0 && *nombre != attendus))
		refuser_arguments();
	return valeurs;
}

static int64 *
tableau_de_jours(FunctionCallInfo fcinfo, int numero, int attendus, int *nombre)
{
	bool	   *nuls;
	Datum	   *valeurs = tableau(fcinfo, numero, attendus, &nuls, nombre);
	int64	   *jours = palloc((*nombre + 1) * sizeof(int64));

	for (int i = 0; i < *nombre; i++)
	{
		if (nuls[i])
			refuser_arguments();
		jours[i] = DatumGetDateADT(valeurs[i]);
	}
	return jours;
}

/*
 * The order in which a payment is imputed, from its text.
 */
static void
lire_imputation(Compte *c, const char *texte)
{
	static const Poste legal[NB_POSTES] = {
		POSTE_INTERETS, POSTE_PRINCIPAL, POSTE_FRAIS, POSTE_INDEMNITE
	};
	const char *p = texte;

	if (strcmp(texte, "principal") == 0)
	{
		c->ordre[0] = POSTE_PRINCIPAL;
		c->nb_ordre = 1;
		return;
	}
	if (strcmp(texte, "interets") == 0)
	{
		memcpy(c->ordre, legal, sizeof(legal));
		c->nb_ordre = NB_POSTES;
		return;
	}
	for (c->nb_ordre = 0; c->nb_ordre < NB_POSTES; c->nb_ordre++)
	{
		int			poste;

		p += strspn(p, " ");
		for (poste = 0; poste < NB_POSTES; poste++)
		{
			int			n = strlen(noms_postes[poste]);
			bool		deja = false;

			for (int i = 0; i < c->nb_ordre; i++)
				deja |= c->ordre[i] == (Poste) poste;
			if (!deja && strncmp(p, noms_postes[poste], n) == 0)
			{
				p += n;
				break;
			}
		}
		p += strspn(p, " ");
		if (poste == NB_POSTES || *p != (c->nb_ordre + 1 < NB_POSTES ? ',' : '\0'))
			break;
		p++;
		c->ordre[c->nb_ordre] = (Poste) poste;
	}
	if (c->nb_ordre < NB_POSTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 creances_errmsg("imputation inconnue : « %s »", creances_utf8(texte)),
				 creances_errhint("Imputations connues : 'principal' (par défaut, le lettrage de "
								  "l'ERP), 'interets' (C. civ. 1343-1), ou un ordre entier comme "
								  "'frais,interets,principal,indemnite'.")));
}

/*
 * First late day; none is in a délai de grâce (C. civ. 1343-5).
 */
static int64
premier_jour(const Compte *c)
{
	int64		jour = c->depart + 1;
	bool		suspendu;

	do
	{
		suspendu = false;
		for (int i = 0; i < c->nb_suspensions; i++)
		{
			if (c->suspendu_du[i] <= jour && jour <= c->suspendu_au[i])
			{
				jour = c->suspendu_au[i] + 1;
				suspendu = true;
			}
		}
	} while (suspendu);
	return jour;
}

/*
 * The facts given, payments replaced by what was paid for good.
 */
static void
lire_faits(FunctionCallInfo fcinfo, Compte *c)
{
	int			nombre;
	int			nb;
	int			nb_paiements = 0;
	bool	   *nuls_natures;
	bool	   *nuls_montants;
	bool	   *nuls_textes;
	int64	   *jours = tableau_de_jours(fcinfo, ARG_JOURS, -1, &nombre);
	Datum	   *noms = tableau(fcinfo, ARG_NATURES, nombre, &nuls_natures, &nb);
	Datum	   *montants = tableau(fcinfo, ARG_MONTANTS, nombre, &nuls_montants, &nb);
	Datum	   *textes = tableau(fcinfo, ARG_TEXTES, nombre, &nuls_textes, &nb);
	int		   *paiements = palloc((nombre + 1) * sizeof(int));
	int128		niveau = 0;
	int128		acquis = 0;
	int128		avant = 0;
	int			n = 0;

	c->faits = palloc0((nombre + 1) * sizeof(Fait));
	for (int i = 0; i < nombre; i++)
	{
		Fait	   *f = &c->faits[n];
		char	   *nom;
		int			k;
		int			dscale;

		if (nuls_natures[i])
			refuser_arguments();
		nom = TextDatumGetCString(noms[i]);
		for (k = 0; k < (int) lengthof(natures); k++)
		{
			if (strcmp(nom, natures[k].nom) == 0)
				break;
		}
		if (k == lengthof(natures))
			refuser_arguments();
		f->jour = jours[i];
		f->nature = natures[k].nature;
		/* a waiver of the 40 EUR waits for them */
		if (f->nature == NATURE_REMISE_INDEMNITE && c->court)
			f->jour = Max(f->jour, premier_jour(c));
		if (f->jour > c->au)
			continue;
		f->ordre = i;
		f->tout = nuls_montants[i];
		f->texte = nuls_textes[i] || c->sortie == NULL ? NULL :
			creances_utf8(TextDatumGetCString(textes[i]));
		if (f->tout && (f->nature < NATURE_REMISE_PENALITES || f->nature > NATURE_REMISE_FRAIS))
			refuser_arguments();
		if (!f->tout)
			f->montant = creances_montant_lire(montants[i], &dscale);
		if (f->nature == NATURE_PAIEMENT)
			paiements[nb_paiements++] = n;
		n++;
	}
	c->nb_faits = n;

	/* the lowest paid level from each payment on, from the last one back */
	for (int i = 0; i < nb_paiements; i++)
		niveau = somme(niveau, c->faits[paiements[i]].montant);
	acquis = niveau;
	for (int i = nb_paiements - 1; i >= 0; i--)
	{
		Fait	   *f = &c->faits[paiements[i]];

		acquis = Min(acquis, niveau);
		niveau -= f->montant;
		f->rejete = acquis;		/* kept there until the next loop */
	}
	for (int i = 0; i < nb_paiements; i++)
	{
		Fait	   *f = &c->faits[paiements[i]];
		int128		bon = f->rejete - avant;

		avant = f->rejete;
		if (bon < 0)
		{
			/* more given back than was ever received: owed again */
			f->nature = NATURE_FACTURE;
			f->montant = -bon;
			f->rejete = 0;
			f->texte = "remboursement";
		}
		else
		{
			f->rejete = f->montant > 0 ? f->montant - bon : 0;
			f->montant = bon;
			f->tout = f->rejete == 0 && bon == 0;	/* a rejection: no line */
		}
	}
	for (int i = n = 0; i < c->nb_faits; i++)
	{
		if (c->faits[i].nature != NATURE_PAIEMENT || !c->faits[i].tout)
			c->faits[n++] = c->faits[i];
	}
	c->nb_faits = n;

	/* a deposit paid before the invoice finds it */
	for (int i = 0; i < n; i++)
	{
		if (c->faits[i].nature != NATURE_FACTURE || c->faits[i].ordre != 0)
			continue;
		for (int j = 0; j < n; j++)
		{
			if (c->faits[j].nature == NATURE_PAIEMENT || c->faits[j].nature == NATURE_AVOIR)
				c->faits[i].jour = Min(c->faits[i].jour, c->faits[j].jour);
		}
	}
}

static void
ajouter_fait(Compte *c, int64 jour, Nature nature, int128 montant)
{
	Fait	   *f;

	if (jour > c->au)
		return;
	c->faits = repalloc(c->faits, (c->nb_faits + 1) * sizeof(Fait));
	f = &c->faits[c->nb_faits];
	memset(f, 0, sizeof(*f));
	f->jour = jour;
	f->nature = nature;
	f->ordre = c->nb_faits++;
	f->montant = montant;
}

/*
 * The rates, each from its date on; one that changes nothing is left out.
 */
static void
lire_taux(FunctionCallInfo fcinfo, Compte *c)
{
	int			nombre;
	int			nb;
	bool	   *nuls_taux;
	bool	   *nuls_planchers;
	bool	   *nuls_origines;
	int64	   *depuis = tableau_de_jours(fcinfo, ARG_DEPUIS, -1, &nombre);
	Datum	   *taux = tableau(fcinfo, ARG_TAUX, nombre, &nuls_taux, &nb);
	Datum	   *planchers = tableau(fcinfo, ARG_PLANCHERS, nombre, &nuls_planchers, &nb);
	Datum	   *origines = tableau(fcinfo, ARG_ORIGINES, nombre, &nuls_origines, &nb);
	int			n = 0;

	if (nombre == 0)
		refuser_arguments();
	c->depuis = depuis;
	c->taux = palloc(nombre * sizeof(TauxRetard *));
	c->planchers = palloc(nombre * sizeof(bool));
	c->origines = palloc(nombre * sizeof(char *));
	for (int i = 0; i < nombre; i++)
	{
		if (nuls_taux[i] || nuls_planchers[i] || (i > 0 && depuis[i] <= depuis[i - 1]))
			refuser_arguments();
		c->depuis[n] = depuis[i];
		c->taux[n] = DatumGetTauxRetard(taux[i]);
		c->planchers[n] = DatumGetBool(planchers[i]);
		c->origines[n] = nuls_origines[i] ? NULL :
			c->sortie == NULL ? "" : creances_utf8(TextDatumGetCString(origines[i]));
		/* the same agreement again; a judgment is always told */
		if (n > 0 && c->planchers[n] == c->planchers[n - 1] &&
			(c->planchers[n] || (c->origines[n] == NULL && c->origines[n - 1] == NULL)) &&
			memcmp(c->taux[n], c->taux[n - 1], sizeof(TauxRetard)) == 0)
			continue;
		n++;
	}
	c->nb_taux = n;
}

static void
lire_compte(FunctionCallInfo fcinfo, Compte *c, ReturnSetInfo *sortie)
{
	int			nb;
	int			dscale;

	memset(c, 0, sizeof(*c));
	c->sortie = sortie;
	for (int i = ARG_IMPUTATION; i <= ARG_STRICT; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 creances_errmsg("l'imputation, la base et l'arrondi ne peuvent pas être NULL"),
					 creances_errhint("Omettez-les : 'principal', la base convenue et 'total'.")));
	}
	if (PG_ARGISNULL(ARG_AU))
		refuser_arguments();
	c->au = PG_GETARG_DATEADT(ARG_AU);
	creances_date_finie((DateADT) c->au, "au");
	lire_imputation(c, TextDatumGetCString(PG_GETARG_DATUM(ARG_IMPUTATION)));
	c->base = creances_base_lire(PG_GETARG_DATUM(ARG_BASE));
	c->segment = creances_arrondi_lire(PG_GETARG_DATUM(ARG_ARRONDI));
	c->decimales = creances_decimales_lire(PG_GETARG_INT32(ARG_DECIMALES));
	c->strict = PG_GETARG_BOOL(ARG_STRICT);

	/* without a start, or with one that has not come, no day is late */
	c->court = !PG_ARGISNULL(ARG_DEPART);
	c->depart = c->court ? PG_GETARG_DATEADT(ARG_DEPART) : c->au;
	c->arret = PG_ARGISNULL(ARG_ARRET) ? PG_INT64_MAX : PG_GETARG_DATEADT(ARG_ARRET);
	c->fin = Min(c->au, c->arret);
	c->arrete = c->fin;
	c->interets_depuis = c->depart;
	c->retard = PG_INT64_MAX;

	lire_taux(fcinfo, c);
	c->suspendu_du = tableau_de_jours(fcinfo, ARG_SUSPENDU_DU, -1, &c->nb_suspensions);
	c->suspendu_au = tableau_de_jours(fcinfo, ARG_SUSPENDU_AU, c->nb_suspensions, &nb);

	lire_faits(fcinfo, c);
	if (!PG_ARGISNULL(ARG_INDEMNITE))
		c->forfait = creances_montant_lire(PG_GETARG_DATUM(ARG_INDEMNITE), &dscale);
	c->article = PG_ARGISNULL(ARG_ARTICLE) ? "C. com. D441-5" :
		creances_utf8(TextDatumGetCString(PG_GETARG_DATUM(ARG_ARTICLE)));
	if (c->court)
		ajouter_fait(c, premier_jour(c), NATURE_INDEMNITE, c->forfait);
	if (c->court && !PG_ARGISNULL(ARG_CAPITALISATION))
	{
		int64		depuis = PG_GETARG_DATEADT(ARG_CAPITALISATION);

		creances_date_finie((DateADT) depuis, "capitalisation");
		for (int ans = 1; un_an_apres(depuis, ans) <= c->fin; ans++)
		{
			if (un_an_apres(depuis, ans) > c->depart)
				ajouter_fait(c, un_an_apres(depuis, ans), NATURE_CAPITALISATION, 0);
		}
	}
}

/*
 * What the day after "au" adds, to 6 decimals; negative when its rate is not
 * known.
 */
static int128
un_jour(const Compte *c)
{
	int128		assiette = c->dus[POSTE_PRINCIPAL] + c->capitalise;
	int64		demain = c->au + 1;
	int64		valeur;
	int			p = 0;

	if (assiette <= 0 || !c->court || demain <= c->depart || demain > c->arret)
		return 0;
	for (int i = 0; i < c->nb_suspensions; i++)
	{
		if (c->suspendu_du[i] <= demain && demain <= c->suspendu_au[i])
			return 0;
	}
	while (p + 1 < c->nb_taux && c->depuis[p + 1] <= demain)
		p++;
	valeur = jour_du_taux(c, c->taux[p], demain);
	if (c->tronque || creances_taux_connu(c->taux[p], valeur) < valeur)
		return -1;
	if (c->planchers[p])
		(void) taux_eprouve(c, c->taux[p], demain, &valeur);
	else
		valeur = creances_taux_du_jour(c->taux[p], valeur);
	return creances_produit_divise(assiette,
								   valeur * creances_jours_ponderes(c->base, demain - 1, demain),
								   creances_denominateur(c->base, CREANCES_DECIMALES));
}

/*
 * _compte(...): what is owed on a day, head by head.
 */
Datum
creances_compte(PG_FUNCTION_ARGS)
{
	Compte		c;
	TupleDesc	desc;
	Datum		values[NB_COLONNES_COMPTE];
	bool		nulls[NB_COLONNES_COMPTE] = {false};
	int128		par_jour;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	lire_compte(fcinfo, &c, NULL);
	derouler(&c);
	par_jour = un_jour(&c);

	values[0] = rendre(&c, c.dus[POSTE_PRINCIPAL]);
	values[1] = rendre(&c, c.dus[POSTE_INTERETS]);
	values[2] = rendre(&c, c.dus[POSTE_INDEMNITE]);
	values[3] = rendre(&c, c.dus[POSTE_FRAIS]);
	values[4] = rendre(&c, c.en_compte);
	values[5] = rendre(&c, c.courues);
	values[6] = rendre(&c, c.remises);
	values[7] = DateADTGetDatum((DateADT) c.arrete);
	values[8] = par_jour < 0 ? (Datum) 0 : creances_montant_rendre(par_jour, CREANCES_DECIMALES);
	nulls[8] = par_jour < 0;
	values[9] = DateADTGetDatum((DateADT) (c.retard == PG_INT64_MAX ? 0 : c.retard));
	nulls[9] = c.retard == PG_INT64_MAX;
	values[10] = BoolGetDatum(c.plancher);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * _compte_lignes(...): the same account, line by line.
 */
Datum
creances_compte_lignes(PG_FUNCTION_ARGS)
{
	Compte		c;

	InitMaterializedSRF(fcinfo, 0);
	lire_compte(fcinfo, &c, (ReturnSetInfo *) fcinfo->resultinfo);
	derouler(&c);
	return (Datum) 0;
}
