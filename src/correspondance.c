/*-------------------------------------------------------------------------
 *
 * correspondance.c
 *	  What a mapping reads, and what a tie says.
 *
 * The trigger skips the rows of an UPDATE in which nothing that the mapping
 * reads has changed, so the columns are found here, once, when the table is
 * tied: by parse analysis of the very query that will read the rows, which is
 * also what tells a mapping that cannot work from one that can.  Nothing is
 * executed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/sysattr.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "tcop/tcopprot.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "creances.h"

PG_FUNCTION_INFO_V1(creances_colonnes_lues);
PG_FUNCTION_INFO_V1(creances_une_expression);
PG_FUNCTION_INFO_V1(creances_arguments);

typedef struct Recherche
{
	Oid			relid;
	List	   *tables;			/* range tables, innermost first */
	Bitmapset  *colonnes;		/* attribute numbers of relid */
} Recherche;

static bool
chercher(Node *noeud, Recherche *r)
{
	if (noeud == NULL)
		return false;
	if (IsA(noeud, Query))
	{
		Query	   *q = (Query *) noeud;
		bool		arret;

		r->tables = lcons(q->rtable, r->tables);
		arret = query_tree_walker(q, chercher, r, 0);
		r->tables = list_delete_first(r->tables);
		return arret;
	}
	if (IsA(noeud, Var))
	{
		Var		   *v = (Var *) noeud;
		List	   *table = list_nth(r->tables, v->varlevelsup);
		RangeTblEntry *rte = rt_fetch(v->varno, table);

		if (rte->rtekind == RTE_RELATION && rte->relid == r->relid && v->varattno >= 0)
			r->colonnes = bms_add_member(r->colonnes, v->varattno);
		return false;
	}
	return expression_tree_walker(noeud, chercher, r);
}

/*
 * creances._une_expression(texte text) returns boolean: the text is one SQL
 * expression and nothing else, so that it means the same between parentheses.
 */
Datum
creances_une_expression(PG_FUNCTION_ARGS)
{
	List	   *ordres = raw_parser(text_to_cstring(PG_GETARG_TEXT_PP(0)), RAW_PARSE_PLPGSQL_EXPR);
	SelectStmt *s = (SelectStmt *) linitial_node(RawStmt, ordres)->stmt;

	PG_RETURN_BOOL(list_length(ordres) == 1 && IsA(s, SelectStmt) &&
				   s->op == SETOP_NONE && list_length(s->targetList) == 1 &&
				   linitial_node(ResTarget, s->targetList)->name == NULL &&
				   !s->distinctClause && !s->fromClause && !s->whereClause &&
				   !s->groupClause && !s->havingClause && !s->windowClause &&
				   !s->sortClause && !s->limitOffset && !s->limitCount &&
				   !s->lockingClause);
}

/*
 * creances._colonnes_lues(factures regclass, requete text) returns text[]:
 * names of the columns of this table that the query reads.
 */
Datum
creances_colonnes_lues(PG_FUNCTION_ARGS)
{
	char	   *texte = text_to_cstring(PG_GETARG_TEXT_PP(1));
	List	   *ordres = pg_parse_query(texte);
	Oid			types[2] = {REGCLASSOID, TEXTARRAYOID};
	Query	   *q;
	Recherche	r = {PG_GETARG_OID(0), NIL, NULL};
	Relation	rel;
	TupleDesc	desc;
	Datum	   *noms;
	int			nb = 0,
				i;

	if (list_length(ordres) != 1 ||
		!IsA(linitial_node(RawStmt, ordres)->stmt, SelectStmt))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 creances_errmsg("une correspondance ne contient pas plusieurs commandes")));
	q = parse_analyze_fixedparams(linitial_node(RawStmt, ordres), texte, types, 2, NULL);
	if (q->hasAggs || q->hasWindowFuncs || q->hasTargetSRFs)
		ereport(ERROR,
				(errcode(ERRCODE_GROUPING_ERROR),
				 creances_errmsg("une correspondance se calcule sur une seule ligne : ni agrégat, ni fenêtre, ni fonction qui rend plusieurs lignes")));
	(void) chercher((Node *) q, &r);

	rel = relation_open(r.relid, AccessShareLock);
	desc = RelationGetDescr(rel);
	noms = palloc(sizeof(Datum) * Max(desc->natts, 1));
	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (!att->attisdropped &&
			(bms_is_member(att->attnum, r.colonnes) || bms_is_member(0, r.colonnes)))
			noms[nb++] = CStringGetTextDatum(NameStr(att->attname));
	}
	relation_close(rel, AccessShareLock);
	PG_RETURN_ARRAYTYPE_P(construct_array(noms, nb, TEXTOID, -1, false, TYPALIGN_INT));
}

/*
 * creances._arguments(tgargs bytea) returns text[]: the arguments of a
 * trigger, as pg_trigger keeps them (each ended by a zero byte).
 */
Datum
creances_arguments(PG_FUNCTION_ARGS)
{
	bytea	   *octets = PG_GETARG_BYTEA_PP(0);
	char	   *p = VARDATA_ANY(octets);
	char	   *fin = p + VARSIZE_ANY_EXHDR(octets);
	ArrayBuildState *a = initArrayResult(TEXTOID, CurrentMemoryContext, false);

	while (p < fin)
	{
		int			n = strnlen(p, fin - p);

		pg_verifymbstr(p, n, false);
		a = accumArrayResult(a, PointerGetDatum(cstring_to_text_with_len(p, n)),
							 false, TEXTOID, CurrentMemoryContext);
		p += n + 1;
	}
	PG_RETURN_DATUM(makeArrayResult(a, CurrentMemoryContext));
}
