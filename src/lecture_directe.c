/*-------------------------------------------------------------------------
 *
 * lecture_directe.c
 *	  Rows of invoices read without SQL, when a tie has no expression.
 *
 * Where each value of a mapping is a plain column or a constant, of a type that
 * needs no cast, nothing of the user's is evaluated: no plan, no change of
 * user.  Rows are found by the primary key's index, or by a scan of the whole
 * table.  A row is taken here only when it is plainly good; the query of
 * creances._requete() is asked about any other, and it alone gives a verdict.
 *
 *-------------------------------------------------------------------------
 */
#include "faits.h"
#include "lecture.h"

#include "access/nbtree.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#define ARG_NB_CLES		4
#define ARG_CLES		5

#define PREMIER_JOUR	(-36524)	/* 1900-01-01 */
#define DERNIER_JOUR	365242		/* 2999-12-31 */

static const struct
{
	const char *nom;
	Oid			type;
	const char *defaut;
}			champs[NB_CHAMPS] =

{
	[CHAMP_CREANCIER] = {"creancier", TEXTOID, "principal"},
	[CHAMP_FACTURE] = {"facture", TEXTOID, NULL},
	[CHAMP_RANG] = {"rang", INT4OID, "1"},
	[CHAMP_DEBITEUR] = {"debiteur", TEXTOID, NULL},
	[CHAMP_EMISSION] = {"emission", DATEOID, NULL},
	[CHAMP_ECHEANCE] = {"echeance", DATEOID, NULL},
	[CHAMP_MONTANT] = {"montant", NUMERICOID, NULL},
	[CHAMP_RESTE_DU] = {"reste_du", NUMERICOID, NULL},
	[CHAMP_REGLE] = {"regle", NUMERICOID, NULL},
	[CHAMP_REGLE_LE] = {"regle_le", DATEOID, NULL},
	[CHAMP_DEVISE] = {"devise", TEXTOID, "EUR"},
	[CHAMP_NATURE] = {"nature", TEXTOID, NULL},
	[CHAMP_LIVRAISON] = {"livraison", DATEOID, NULL},
};

/* ----------------------------------------------------------------
 *		Can the tie be read so?
 * ----------------------------------------------------------------
 */

static bool
type_se_lit(Oid type, Oid voulu)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
			return voulu != DATEOID;
		case INT8OID:
		case NUMERICOID:
			return voulu == TEXTOID || voulu == NUMERICOID;
		case DATEOID:
			return voulu == DATEOID;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case UUIDOID:
			return voulu == TEXTOID;
		default:
			return false;
	}
}

static bool
type_de_cle(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID || type == OIDOID ||
		type == TEXTOID || type == VARCHAROID || type == UUIDOID;
}

static void
source_constante(Source *s, Oid voulu, const char *valeur)
{
	memset(s, 0, sizeof(Source));
	if (valeur == NULL)
		return;
	s->type = voulu;
	s->constante = voulu == INT4OID ? Int32GetDatum(pg_strtoint32(valeur)) :
		CStringGetTextDatum(valeur);
}

/*
 * A literal, as the SQL of the mapping writes it.
 */
static bool
litteral(const char *texte, Source *s, Oid voulu)
{
#if PG_VERSION_NUM >= 150000
	List	   *arbre = raw_parser(psprintf("SELECT %s", texte), RAW_PARSE_DEFAULT);
	SelectStmt *select = (SelectStmt *) linitial_node(RawStmt, arbre)->stmt;
	Node	   *valeur;

	if (list_length(arbre) != 1 || !IsA(select, SelectStmt) || list_length(select->targetList) != 1)
		return false;
	valeur = linitial_node(ResTarget, select->targetList)->val;
	if (!IsA(valeur, A_Const) || ((A_Const *) valeur)->isnull)
		return false;
	if (voulu == TEXTOID && IsA(&((A_Const *) valeur)->val, String))
	{
		source_constante(s, voulu, ((A_Const *) valeur)->val.sval.sval);
		s->constante = DirectFunctionCall1(btrim1, s->constante);
		return true;
	}
	if (voulu == INT4OID && IsA(&((A_Const *) valeur)->val, Integer))
	{
		source_constante(s, voulu, psprintf("%d", ((A_Const *) valeur)->val.ival.ival));
		return true;
	}
#endif
	return false;
}

static bool
source_colonne(Source *s, TupleDesc desc, const char *nom)
{
	int			attno = SPI_fnumber(desc, nom);
	Oid			sortie;
	bool		varlena;

	memset(s, 0, sizeof(Source));
	if (attno <= 0)
		return false;
	s->attno = attno;
	s->type = TupleDescAttr(desc, attno - 1)->atttypid;
	s->collation = TupleDescAttr(desc, attno - 1)->attcollation;
	if (type_se_lit(s->type, TEXTOID) || s->type == OIDOID)
	{
		getTypeOutputInfo(s->type, &sortie, &varlena);
		fmgr_info(sortie, &s->sortie);
	}
	return true;
}

/*
 * The index by which keys are found: the primary key's, if its columns are
 * those that the tie knows.
 */
static bool
trouver_index(Lecture *l, Relation rel, Trigger *t)
{
	TupleDesc	desc = RelationGetDescr(rel);
	Oid			pk;
	Relation	index;
	bool		bon;
	int			i;

	(void) RelationGetIndexList(rel);
	pk = rel->rd_pkindex;
	if (!OidIsValid(pk))
		return false;
	index = index_open(pk, AccessShareLock);
	l->index = pk;
	l->nb_cles = atoi(t->tgargs[ARG_NB_CLES]);
	bon = index->rd_rel->relam == BTREE_AM_OID && index->rd_index->indisvalid &&
		l->nb_cles == IndexRelationGetNumberOfKeyAttributes(index) &&
		l->nb_cles <= t->tgnargs - ARG_CLES;
	if (bon)
	{
		l->cles = palloc0(sizeof(Source) * l->nb_cles);
		l->entrees = palloc0(sizeof(FmgrInfo) * l->nb_cles);
		l->io = palloc0(sizeof(Oid) * l->nb_cles);
		l->egalites = palloc0(sizeof(Oid) * l->nb_cles);
	}
	for (i = 0; bon && i < l->nb_cles; i++)
	{
		Source	   *s = &l->cles[i];
		Oid			entree;

		bon = source_colonne(s, desc, t->tgargs[ARG_CLES + i]) && type_de_cle(s->type) &&
			s->attno == index->rd_index->indkey.values[i] &&
			(!OidIsValid(s->collation) || get_collation_isdeterministic(s->collation));
		if (!bon)
			break;
		getTypeInputInfo(s->type, &entree, &l->io[i]);
		fmgr_info(entree, &l->entrees[i]);
		l->egalites[i] = get_opcode(get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i],
														index->rd_opcintype[i], BTEqualStrategyNumber));
		bon = OidIsValid(l->egalites[i]);
	}
	index_close(index, NoLock);
	return bon;
}

/*
 * Fill l's sources.  True when the rows can be read without SQL: a table that
 * is one relation, that its owner may read, whose mapping has no expression.
 */
bool
creances_lecture_directe(Lecture *l, Relation rel, Trigger *t, Jsonb *options)
{
	MemoryContext dedans;
	Form_pg_class classe = rel->rd_rel;
	TupleDesc	desc = RelationGetDescr(rel);
	JsonbValue	cle,
			   *v;
	JsonbIterator *parcours;
	JsonbIteratorToken jeton;
	JsonbValue	element;
	Champ		champ = NB_CHAMPS;
	bool		directe = true;
	int			i;

	if (l->genre != GENRE_FACTURES || classe->relkind != RELKIND_RELATION ||
		classe->relhassubclass || classe->relforcerowsecurity ||
		creances_option(options, "filtre") != NULL ||
		pg_class_aclcheck(RelationGetRelid(rel), classe->relowner, ACL_SELECT) != ACLCHECK_OK ||
#if PG_VERSION_NUM >= 160000
		object_aclcheck(NamespaceRelationId, classe->relnamespace, classe->relowner, ACL_USAGE) != ACLCHECK_OK)
#else
		pg_namespace_aclcheck(classe->relnamespace, classe->relowner, ACL_USAGE) != ACLCHECK_OK)
#endif
		return false;
	cle.type = jbvString;
	cle.val.string.val = "correspondance";
	cle.val.string.len = strlen("correspondance");
	v = findJsonbValueFromContainer(&options->root, JB_FOBJECT, &cle);
	if (v == NULL || v->type != jbvBinary)
		return false;

	dedans = MemoryContextSwitchTo(l->contexte);
	l->prefixe = creances_option(options, "prefixe");
	l->a_regle = l->a_reste_du = false;
	for (i = 0; i < NB_CHAMPS; i++)
		source_constante(&l->sources[i], champs[i].type, champs[i].defaut);
	parcours = JsonbIteratorInit(v->val.binary.data);
	while (directe && (jeton = JsonbIteratorNext(&parcours, &element, true)) != WJB_DONE)
	{
		char	   *texte;

		if (jeton == WJB_KEY)
		{
			for (champ = 0; champ < NB_CHAMPS; champ++)
				if ((int) strlen(champs[champ].nom) == element.val.string.len &&
					strncmp(champs[champ].nom, element.val.string.val, element.val.string.len) == 0)
					break;
			directe = champ < NB_CHAMPS;
		}
		else if (jeton == WJB_VALUE)
		{
			directe = element.type == jbvString;
			if (!directe)
				break;
			texte = pnstrdup(element.val.string.val, element.val.string.len);
			directe = source_colonne(&l->sources[champ], desc, texte) ?
				type_se_lit(l->sources[champ].type, champs[champ].type) :
				litteral(texte, &l->sources[champ], champs[champ].type);
			l->a_regle = l->a_regle || champ == CHAMP_REGLE;
			l->a_reste_du = l->a_reste_du || champ == CHAMP_RESTE_DU;
		}
	}
	directe = directe && trouver_index(l, rel, t);
	MemoryContextSwitchTo(dedans);
	return directe;
}

/* ----------------------------------------------------------------
 *		The rows
 * ----------------------------------------------------------------
 */

/*
 * A text of the row without the blanks at its ends; 0: null.
 */
static Datum
lire_texte(Source *s, TupleTableSlot *ligne)
{
	bool		isnull;
	Datum		d;
	char	   *p;
	int			n;

	if (s->attno == 0)
		return s->constante;
	d = slot_getattr(ligne, s->attno, &isnull);
	if (isnull)
		return (Datum) 0;
	if (s->type != TEXTOID && s->type != VARCHAROID && s->type != BPCHAROID)
		return CStringGetTextDatum(OutputFunctionCall(&s->sortie, d));
	d = PointerGetDatum(PG_DETOAST_DATUM_PACKED(d));
	p = VARDATA_ANY(DatumGetPointer(d));
	n = VARSIZE_ANY_EXHDR(DatumGetPointer(d));
	if (n > 0 && (p[0] == ' ' || p[n - 1] == ' '))
	{
		while (n > 0 && p[n - 1] == ' ')
			n--;
		while (n > 0 && p[0] == ' ')
		{
			p++;
			n--;
		}
		return PointerGetDatum(cstring_to_text_with_len(p, n));
	}
	return d;
}

static DateADT
lire_date(Source *s, TupleTableSlot *ligne, bool *isnull)
{
	*isnull = true;
	return s->attno == 0 ? SANS_DATE : DatumGetDateADT(slot_getattr(ligne, s->attno, isnull));
}

/*
 * An amount: 0 when it is null.  False when it is not plainly within what is
 * computed with.
 */
static bool
lire_montant(Source *s, TupleTableSlot *ligne, Datum *montant)
{
	static Numeric borne = NULL;
	bool		isnull;
	Datum		d;

	*montant = (Datum) 0;
	if (s->attno == 0)
		return true;
	d = slot_getattr(ligne, s->attno, &isnull);
	if (isnull)
		return true;
	if (borne == NULL)
	{
		MemoryContext dedans = MemoryContextSwitchTo(TopMemoryContext);

		borne = int64_to_numeric(INT64CONST(1000000000000000));
		MemoryContextSwitchTo(dedans);
	}
	if (s->type == NUMERICOID)
	{
		Numeric		n = DatumGetNumeric(d);

		*montant = NumericGetDatum(n);
		if (numeric_is_nan(n) || numeric_is_inf(n) ||
			DatumGetInt32(DirectFunctionCall1(numeric_scale, *montant)) > CREANCES_DECIMALES)
			return false;
	}
	else
		*montant = NumericGetDatum(int64_to_numeric(s->type == INT2OID ? DatumGetInt16(d) :
													s->type == INT4OID ? DatumGetInt32(d) :
													DatumGetInt64(d)));
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, DirectFunctionCall1(numeric_abs, *montant),
											 NumericGetDatum(borne))) < 0;
}

/* A day that facts may bear */
bool
creances_jour_admis(DateADT jour)
{
	return jour >= PREMIER_JOUR && jour <= DERNIER_JOUR;
}

static bool
est_vide(Datum texte)
{
	return texte == (Datum) 0 || VARSIZE_ANY_EXHDR(DatumGetPointer(texte)) == 0;
}

static bool
est_negatif(Datum montant)
{
	static Numeric zero = NULL;

	if (zero == NULL)
	{
		MemoryContext dedans = MemoryContextSwitchTo(TopMemoryContext);

		zero = int64_to_numeric(0);
		MemoryContextSwitchTo(dedans);
	}
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, montant, NumericGetDatum(zero))) < 0;
}

/*
 * The nature that the ERP gives, in our words; 0: none.
 */
static Datum
lire_nature(Source *s, TupleTableSlot *ligne)
{
	Datum		d = lire_texte(s, ligne);

	/* as creances._lecture() reads it: the column's own collation may be Turkish */
	if (est_vide(d))
		return (Datum) 0;
	d = DirectFunctionCall1Coll(lower, DEFAULT_COLLATION_OID, d);
	if (DatumGetBool(DirectFunctionCall2Coll(textregexeq, DEFAULT_COLLATION_OID, d,
											 CStringGetTextDatum("(^|[^a-z])(avoirs?|refund|credit ?note|note de credit)([^a-z]|$)"))))
		return CStringGetTextDatum("avoir");
	return d;
}

/*
 * The fields of a row, as creances._requete() would give them.  False when it
 * is not plainly good: that query is to judge.
 */
static bool
lire_ligne(Lecture *l, TupleTableSlot *erp, Ligne *r)
{
	Source	   *s = l->sources;
	Datum		reste_du;
	bool		negatif,
				isnull;
	char	   *devise;

	memset(r, 0, sizeof(Ligne));
	r->suivie = true;
	r->creancier = lire_texte(&s[CHAMP_CREANCIER], erp);
	r->facture = lire_texte(&s[CHAMP_FACTURE], erp);
	r->debiteur = lire_texte(&s[CHAMP_DEBITEUR], erp);
	r->devise = lire_texte(&s[CHAMP_DEVISE], erp);
	if (l->prefixe && r->facture)
		r->facture = DirectFunctionCall2(textcat, CStringGetTextDatum(l->prefixe), r->facture);
	if (est_vide(r->creancier) || est_vide(r->facture) || est_vide(r->debiteur) || est_vide(r->devise))
		return false;
	devise = VARDATA_ANY(DatumGetPointer(r->devise));
	if (VARSIZE_ANY_EXHDR(DatumGetPointer(r->devise)) != 3 ||
		devise[0] < 'A' || devise[0] > 'Z' || devise[1] < 'A' || devise[1] > 'Z' ||
		devise[2] < 'A' || devise[2] > 'Z')
		return false;
	if (s[CHAMP_RANG].attno == 0)
		r->rang = DatumGetInt32(s[CHAMP_RANG].constante);
	else
	{
		Datum		d = slot_getattr(erp, s[CHAMP_RANG].attno, &isnull);

		if (isnull)
			return false;
		r->rang = s[CHAMP_RANG].type == INT2OID ? DatumGetInt16(d) : DatumGetInt32(d);
	}

	if (!lire_montant(&s[CHAMP_MONTANT], erp, &r->montant) || r->montant == (Datum) 0 ||
		!lire_montant(&s[CHAMP_REGLE], erp, &r->regle) ||
		!lire_montant(&s[CHAMP_RESTE_DU], erp, &reste_du))
		return false;
	negatif = est_negatif(r->montant);
	if (l->a_reste_du)
	{
		if (reste_du == (Datum) 0)
			return false;
		r->regle = DirectFunctionCall2(numeric_sub, r->montant, reste_du);
	}
	else if (l->a_regle && r->regle == (Datum) 0)
		r->regle = NumericGetDatum(int64_to_numeric(0));

	r->emission = lire_date(&s[CHAMP_EMISSION], erp, &isnull);
	if (isnull)
		r->emission = SANS_DATE;
	else if (!creances_jour_admis(r->emission))
		return false;
	r->echeance = lire_date(&s[CHAMP_ECHEANCE], erp, &isnull);
	/* a credit is due at once */
	if (isnull && negatif && r->emission != SANS_DATE)
		r->echeance = r->emission;
	else if (isnull || !creances_jour_admis(r->echeance))
		return false;
	r->regle_le = lire_date(&s[CHAMP_REGLE_LE], erp, &isnull);
	if (!isnull && DATE_NOT_FINITE(r->regle_le))
		return false;
	if (isnull || !creances_jour_admis(r->regle_le))
		r->regle_le = SANS_DATE;
	r->livraison = lire_date(&s[CHAMP_LIVRAISON], erp, &isnull);
	if (isnull || !creances_jour_admis(r->livraison))
		r->livraison = SANS_DATE;

	r->nature = lire_nature(&s[CHAMP_NATURE], erp);
	if (r->nature == (Datum) 0)
		r->nature = CStringGetTextDatum(negatif ? "avoir" : "facture");
	else if (!negatif && VARSIZE_ANY_EXHDR(DatumGetPointer(r->nature)) == 5 &&
			 memcmp(VARDATA_ANY(DatumGetPointer(r->nature)), "avoir", 5) == 0)
		return false;
	return true;
}

/*
 * The key of a row of a whole table, in text.
 */
static Datum
cle_de(Lecture *l, TupleTableSlot *erp)
{
	Datum	   *textes = palloc(sizeof(Datum) * l->nb_cles);
	int			i;
	bool		isnull;

	for (i = 0; i < l->nb_cles; i++)
	{
		Datum		d = slot_getattr(erp, l->cles[i].attno, &isnull);

		textes[i] = CStringGetTextDatum(OutputFunctionCall(&l->cles[i].sortie, d));
	}
	return l->nb_cles == 1 ? textes[0] :
		CStringGetTextDatum(OidOutputFunctionCall(F_ARRAY_OUT, PointerGetDatum(
			construct_array(textes, l->nb_cles, TEXTOID, -1, false, TYPALIGN_INT))));
}

/*
 * Set the scan keys for a key in text.
 */
static void
poser_cles(Lecture *l, Datum cle, ScanKey cles)
{
	Datum	   *textes = &cle;
	int			nb = 1,
				i;

	if (l->nb_cles > 1)
		deconstruct_array(DatumGetArrayTypeP(OidInputFunctionCall(F_ARRAY_IN, TextDatumGetCString(cle), TEXTOID, -1)),
						  TEXTOID, -1, false, TYPALIGN_INT, &textes, NULL, &nb);
	if (nb != l->nb_cles)
		elog(ERROR, "key of %d columns instead of %d", nb, l->nb_cles);
	for (i = 0; i < nb; i++)
		cles[i].sk_argument = InputFunctionCall(&l->entrees[i], TextDatumGetCString(textes[i]), l->io[i], -1);
}

/*
 * Read the rows of these keys (nb < 0: of the whole table) under the active
 * snapshot.  *a_part: the keys about which SQL is to be asked, NULL for none.
 */
void
creances_lire_directement(Relecture *r, Lecture *l, Cle *cles, int nb,
						  Lignes *lignes, ArrayType **a_part)
{
	Relation	rel = table_open(r->suivi, AccessShareLock);
	TupleTableSlot *erp = table_slot_create(rel, NULL);
	MemoryContext appelant = CurrentMemoryContext;
	MemoryContext tampon = AllocSetContextCreate(appelant, "creances: ligne", ALLOCSET_DEFAULT_SIZES);
	ArrayBuildState *autres = NULL;
	Ligne		ligne;
	int			i;

	if (nb >= 0)
	{
		Relation	index = index_open(l->index, AccessShareLock);
		ScanKey		recherche = palloc0(sizeof(ScanKeyData) * l->nb_cles);
		IndexScanDesc parcours = index_beginscan(rel, index, GetActiveSnapshot(), l->nb_cles, 0);

		for (i = 0; i < l->nb_cles; i++)
			ScanKeyEntryInitialize(&recherche[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
								   index->rd_indcollation[i], l->egalites[i], (Datum) 0);
		for (i = 0; i < nb; i++)
		{
			if (!cles[i].libre)
				continue;
			CHECK_FOR_INTERRUPTS();
			MemoryContextSwitchTo(tampon);
			poser_cles(l, cles[i].texte, recherche);
			MemoryContextSwitchTo(appelant);
			index_rescan(parcours, recherche, l->nb_cles, NULL, 0);
			while (index_getnext_slot(parcours, ForwardScanDirection, erp))
			{
				MemoryContextSwitchTo(tampon);
				if (lire_ligne(l, erp, &ligne))
				{
					ligne.cle = cles[i].texte;
					creances_lignes_ajouter(lignes, &ligne);
				}
				else
					autres = accumArrayResult(autres, cles[i].texte, false, TEXTOID, appelant);
				MemoryContextSwitchTo(appelant);
			}
			MemoryContextReset(tampon);
		}
		index_endscan(parcours);
		index_close(index, NoLock);
	}
	else
	{
		TableScanDesc parcours = table_beginscan(rel, GetActiveSnapshot(), 0, NULL);

		while (table_scan_getnextslot(parcours, ForwardScanDirection, erp))
		{
			CHECK_FOR_INTERRUPTS();
			MemoryContextSwitchTo(tampon);
			if (lire_ligne(l, erp, &ligne))
			{
				ligne.cle = cle_de(l, erp);
				creances_lignes_ajouter(lignes, &ligne);
			}
			else
				autres = accumArrayResult(autres, cle_de(l, erp), false, TEXTOID, appelant);
			MemoryContextSwitchTo(appelant);
			MemoryContextReset(tampon);
		}
		table_endscan(parcours);
	}
	*a_part = autres ? DatumGetArrayTypeP(makeArrayResult(autres, appelant)) : NULL;
	MemoryContextDelete(tampon);
	ExecDropSingleTupleTableSlot(erp);
	table_close(rel, NoLock);
}
