-- The catalogue, frozen: what users, planners and dumps rely on.
\set QUIET on
SET client_min_messages = warning;
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;

\echo == functions: arguments, result, kind, volatility, strictness, parallel mark, security definer, language
SELECT p.oid::regprocedure || ' ' || CASE p.prokind WHEN 'p' THEN 'procedure' ELSE pg_get_function_result(p.oid) END AS fonction,
       CASE p.prokind WHEN 'f' THEN 'function' WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE p.prokind::text END
       || CASE WHEN p.proretset THEN ' set' ELSE '' END AS genre,
       CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END AS volatilite,
       CASE WHEN p.proisstrict THEN 'strict' END AS strict,
       'parallel ' || CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallele,
       CASE WHEN p.prosecdef THEN 'security definer' END AS definer,
       l.lanname AS langage
  FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE p.pronamespace = 'creances'::regnamespace
 ORDER BY p.proname COLLATE "C", p.oid::regprocedure::text COLLATE "C";

\echo == defaults of the arguments of the public functions
SELECT p.proname, pg_get_function_arguments(p.oid) FROM pg_proc p
 WHERE p.pronamespace = 'creances'::regnamespace AND p.pronargdefaults > 0 ORDER BY p.proname COLLATE "C", 2;

\echo == marks that would lie: nothing immutable reads a table or the clock, nothing parallel safe writes
SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
 WHERE p.pronamespace = 'creances'::regnamespace AND l.lanname IN ('sql', 'plpgsql') AND p.provolatile = 'i'
   AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass);
SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'creances'::regnamespace AND p.provolatile = 'v' AND p.proparallel <> 'u';

\echo == aggregates: what a parallel plan and a distributed one need
SELECT a.aggfnoid::regprocedure, a.aggtranstype::regtype, a.aggcombinefn <> 0 AS combine, a.aggmfinalfn <> 0 AS moving, a.aggtransspace > 0 AS sspace
  FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE p.pronamespace = 'creances'::regnamespace ORDER BY a.aggfnoid::regprocedure::text COLLATE "C";

\echo == every object has a comment
SELECT 'schema' FROM pg_namespace WHERE nspname = 'creances' AND obj_description(oid, 'pg_namespace') IS NULL;
SELECT 'relation', c.oid::regclass FROM pg_class c
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind NOT IN ('i', 't', 'c') AND obj_description(c.oid, 'pg_class') IS NULL;
SELECT 'column', a.attrelid::regclass, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind NOT IN ('i', 't') AND a.attnum > 0 AND NOT a.attisdropped
   AND col_description(c.oid, a.attnum) IS NULL ORDER BY 2, a.attnum;
SELECT 'function', p.oid::regprocedure FROM pg_proc p
 WHERE p.pronamespace = 'creances'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL ORDER BY 2;
SELECT 'type', t.oid::regtype FROM pg_type t
 WHERE t.typnamespace = 'creances'::regnamespace AND t.typrelid = 0 AND t.typelem = 0 AND obj_description(t.oid, 'pg_type') IS NULL ORDER BY 2;
SELECT 'extension' FROM pg_extension WHERE extname = 'creances' AND obj_description(oid, 'pg_extension') IS NULL;
-- that says something
SELECT 'empty', p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'creances'::regnamespace AND length(btrim(obj_description(p.oid, 'pg_proc'))) < 10;

\echo == what a dump carries: each table that users or the engine write, with its condition
SELECT c.oid::regclass, coalesce(nullif(k.condition, ''), 'all') FROM pg_extension e,
    unnest(e.extconfig, e.extcondition) k (oid, condition) JOIN pg_class c ON c.oid = k.oid
 WHERE e.extname = 'creances' ORDER BY c.relname COLLATE "C";
-- and no table is forgotten
SELECT c.oid::regclass FROM pg_class c
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind IN ('r', 'p', 'S')
   AND c.oid <> ALL ((SELECT extconfig FROM pg_extension WHERE extname = 'creances')::oid[]);

\echo == the creditor leads every primary key of the facts and of the engine
SELECT i.indrelid::regclass, pg_get_indexdef(i.indexrelid, 1, false) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.relnamespace = 'creances'::regnamespace AND i.indisunique AND pg_get_indexdef(i.indexrelid, 1, false) <> 'creancier' ORDER BY c.relname COLLATE "C", 2;

\echo == types that pg_upgrade refuses, identity columns, sequences: none
SELECT a.attrelid::regclass, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
   AND (a.atttypid IN ('regproc'::regtype, 'regprocedure'::regtype, 'regoper'::regtype, 'regoperator'::regtype, 'regnamespace'::regtype, 'regconfig'::regtype, 'regdictionary'::regtype)
        OR a.attidentity <> '');
SELECT relname FROM pg_class WHERE relnamespace = 'creances'::regnamespace AND relkind = 'S';

\echo == views: no array, money with three decimals
SELECT c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relname IN ('encours', 'balance_agee_debiteur', 'a_faire', 'alerte', 'suspension', 'promesse', 'plan', 'procedure_collective', 'statut_a_rapprocher', 'siren_a_corriger',
		'echeances_legales', 'mandat_en_cours', 'dossier_confie', 'limite', 'profil_payeur', 'signal_faible', 'tableau_de_bord', 'tendance') AND a.attnum > 0
   AND (format_type(a.atttypid, a.atttypmod) LIKE '%[]' OR a.atttypid = 'numeric'::regtype AND a.atttypmod <> ((20 << 16) | 3) + 4
        OR EXISTS (SELECT FROM pg_type t WHERE t.oid = a.atttypid AND (t.typtype <> 'b' OR t.typnamespace <> 'pg_catalog'::regnamespace)));
\echo == their columns, whose names never change
SELECT c.relname, string_agg(a.attname, ' ' ORDER BY a.attnum) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind = 'v' AND a.attnum > 0 GROUP BY c.relname ORDER BY c.relname COLLATE "C";
\echo == stages, in their order
SELECT string_agg(s::text, ' ' ORDER BY s) FROM unnest(enum_range(NULL::creances.stade_relance)) s;
-- a label for each
SELECT s FROM unnest(enum_range(NULL::creances.stade_relance)) s WHERE creances.libelle_stade(s) IS NULL;
SELECT extrelocatable, extversion FROM pg_extension WHERE extname = 'creances';
ROLLBACK;
