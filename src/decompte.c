/*-------------------------------------------------------------------------
 *
 * decompte.c
 *	  The statement of an interest, line by line: where lines end, and what
 *	  they say.
 *
 * A line is the days that one rate holds: a half-year for an indexed rule, all
 * of them for a number, the years of one length for a number with base
 * 'actuel'.  Each says its rate, the article that it comes from, and the base.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(creances_decompte_penalite);

static int
annee_du(int64 jour)
{
	int			annee,
				mois,
				quantieme;

	j2date((int) (jour + POSTGRES_EPOCH_JDATE), &annee, &mois, &quantieme);
	return annee;
}

/*
 * Last day, "au" at most, of the line that begins on "jour": the half-year for
 * an indexed rule; else, with base 'actuel', the last year of the same length;
 * else all.
 */
int64
creances_ligne_fin(const TauxRetard *taux, BaseAnnee base, int64 jour, int64 au)
{
	int64		fin = au;

	if (taux->indice != INDICE_AUCUN && (taux->drapeaux & TAUX_FIXE) == 0)
		fin = creances_semestre_fin(jour);
	else if (base == BASE_ACTUEL)
	{
		int			annee = annee_du(jour);
		int			derniere = annee_du(au);
		bool		bissextile = creances_bissextile(annee);

		while (annee < derniere && creances_bissextile(annee + 1) == bissextile)
			annee++;
		fin = (int64) date2j(annee, 12, 31) - POSTGRES_EPOCH_JDATE;
	}
	return Min(fin, au);
}

/*
 * The article that the rule comes from, or that it is stipulated.
 */
static const char *
source_du_taux(const TauxRetard *t, const char *stipule)
{
	int64		points = t->plus / TAUX_ECHELLE;
	bool		entier = t->plus % TAUX_ECHELLE == 0;
	bool		fixe = (t->drapeaux & TAUX_FIXE) != 0;
	bool		simple = t->fois == TAUX_ECHELLE && entier;

	if (t->indice == INDICE_BCE)
	{
		if (simple && points == 10 && !fixe)
			return "C. com. L441-10 II";
		if (simple && points == 8 && fixe)
			return "CCP R2192-31";
		return stipule;
	}
	if (t->indice == INDICE_TIL && t->fois == 3 * TAUX_ECHELLE && t->plus == 0)
		return "plancher, C. com. L441-10 II ; CMF L313-2";
	if (simple && points == 0 && !fixe)
		return "CMF L313-2";
	if (simple && points == 5 && !fixe)
		return "CMF L313-2 et L313-3";
	return psprintf("%s ; CMF L313-2", stipule);
}

/*
 * What the days of a line beginning on "du" are divided by.
 */
const char *
creances_ligne_base(BaseAnnee base, int64 du)
{
	if (base == BASE_360)
		return "360";
	if (base == BASE_365)
		return "365";
	return creances_bissextile(annee_du(du)) ? "actuelle 366" : "actuelle 365";
}

/*
 * The sentence of a line that begins on "du", in UTF-8: rate, half-year,
 * article, base.  "premier" is the first day of interest, "origine" where the
 * rate is written, if anywhere, "stipule" whether the parties wrote it.
 */
char *
creances_ligne_texte(const TauxRetard *t, BaseAnnee base, int64 du, int64 premier,
					 const char *origine, bool stipule)
{
	const char *fois = "";
	const char *plus = "";
	int64		jour = (t->drapeaux & TAUX_FIXE) ? premier : du;

	if (t->indice == INDICE_AUCUN)
		return psprintf("taux %s %s %%%s%s%s, base %s",
						stipule ? "stipulé" : "fixé",
						creances_taux_nombre(t->plus, 4, ',', 0),
						origine != NULL ? " (" : "",
						origine != NULL ? origine : "",
						origine != NULL ? ")" : "",
						creances_ligne_base(base, du));

	if (t->fois != TAUX_ECHELLE)
		fois = psprintf("%s x ", creances_taux_nombre(t->fois, 4, ',', 0));
	if (t->plus != 0)
		plus = psprintf(" + %s point%s", creances_taux_nombre(t->plus, 4, ',', 0),
						t->plus >= 2 * TAUX_ECHELLE ? "s" : "");
	return psprintf("semestre %s%s : %s%s %s %%%s (%s%s%s), base %s",
					creances_semestre_nom(jour),
					(t->drapeaux & TAUX_FIXE) ? ", taux fixe" : "",
					fois,
					t->indice == INDICE_BCE ? "BCE" :
					t->indice == INDICE_TIL ? "TIL professionnels" :
					"TIL particuliers",
					creances_taux_nombre(creances_taux_indice(t->indice, jour), 4, ',', 2),
					plus,
					source_du_taux(t, stipule ? "taux stipulé" : "taux fixé"),
					origine != NULL ? ", " : "",
					origine != NULL ? origine : "",
					creances_ligne_base(base, du));
}

/*
 * Sum of the interest of the lines, each rounded for itself, in
 * 10^-decimales.
 */
int128
creances_interets_par_ligne(const Demande *d)
{
	int128		diviseur = creances_denominateur(d->base, d->decimales);
	int128		total = 0;

	for (int64 du = d->echeance + 1; du <= d->au;)
	{
		int64		fin = creances_ligne_fin(d->taux, d->base, du, d->au);

		CHECK_FOR_INTERRUPTS();
		if (__builtin_add_overflow(total,
								   creances_produit_divise(d->montant,
														   creances_taux_cumul(d->taux, d->base, du - 1, fin,
																			   d->echeance + 1),
														   diviseur),
								   &total))
			creances_montant_deborde();
		du = fin + 1;
	}
	return total;
}

/*
 * decompte_penalite(montant, echeance, au, taux, base, decimales, arrondi)
 *
 * The interest of a line is the rounded cumulated interest at its end minus the
 * one at its beginning, so that the lines add up to penalite_retard(); with
 * arrondi 'segment' it is rounded for itself.
 */
Datum
creances_decompte_penalite(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Demande		d;
	int128		diviseur;
	int128		cumul = 0;
	int128		deja = 0;

	creances_demande_lire(fcinfo, &d);
	InitMaterializedSRF(fcinfo, 0);
	if (d.montant <= 0)
		return (Datum) 0;

	diviseur = creances_denominateur(d.base, d.decimales);
	for (int64 du = d.echeance + 1; du <= d.au;)
	{
		int64		fin = creances_ligne_fin(d.taux, d.base, du, d.au);
		int128		ligne = creances_taux_cumul(d.taux, d.base, du - 1, fin, d.echeance + 1);
		int128		total;
		Datum		values[7];
		bool		nulls[7] = {false};

		CHECK_FOR_INTERRUPTS();
		cumul = d.segment ? ligne : cumul + ligne;
		total = creances_produit_divise(d.montant, cumul, diviseur);

		values[0] = DateADTGetDatum((DateADT) du);
		values[1] = DateADTGetDatum((DateADT) fin);
		values[2] = Int32GetDatum((int32) (fin - du + 1));
		values[3] = creances_taux_numeric(creances_taux_du_jour(d.taux,
																(d.taux->drapeaux & TAUX_FIXE) ?
																d.echeance + 1 : du));
		values[4] = PG_GETARG_DATUM(0);
		values[5] = creances_montant_rendre(d.segment ? total : total - deja, d.decimales);
		values[6] = CStringGetTextDatum(creances_serveur(creances_ligne_texte(d.taux, d.base, du,
																			  d.echeance + 1, NULL, true)));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);

		deja = total;
		du = fin + 1;
	}
	return (Datum) 0;
}
