-- The page: its figures are those of the views, its pictures have the lengths of
-- its figures, and what comes from data stays text.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET timezone = 'Europe/Paris';
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE TABLE public.f (id integer PRIMARY KEY, societe text, numero text, client text, emis date, du date, ttc numeric, paye numeric DEFAULT 0, paye_le date, devise text DEFAULT 'EUR');
-- Two years of a book, 30 customers, two currencies, credits; written on the
-- last day of 2025 (the days are given everywhere)
\set graine 0.6180
\echo seed :graine
SELECT setseed(:graine) \g /dev/null
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc, devise)
SELECT i, 'livre', 'F' || i, 'C' || (1 + floor(random() ^ 2 * 30)::integer), j, j + 15 + 15 * (i % 4), round((50 + random() ^ 3 * 15000)::numeric, 2), CASE WHEN i % 9 = 0 THEN 'USD' ELSE 'EUR' END
  FROM (SELECT i, date '2024-01-02' + i * 729 / 600 AS j FROM generate_series(1, 600) i) x;
UPDATE public.f SET ttc = -ttc / 3, numero = 'AV' || id WHERE id % 41 = 0;
UPDATE public.f SET paye = CASE WHEN x.r < 0.05 THEN round(ttc / 2, 2) ELSE ttc END, paye_le = x.le
  FROM (SELECT id, greatest(emis, du + (random() * 80 - 20)::integer) AS le, random() AS r FROM public.f) x
 WHERE x.id = f.id AND x.le <= '2025-12-31' AND x.r < 0.92;
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc) VALUES
	(901, 'une', 'U1', 'Seul', '2025-11-03', '2025-12-03', 1234.5),
	(902, 'credit', 'K1', 'Rendu', '2025-11-03', '2025-12-03', -1500), (903, 'credit', 'K2', 'Rendu', '2025-11-03', '2025-12-03', 200);
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc)
SELECT 910 + i, 'gros', 'G' || i, 'Société anonyme des établissements réunis du Grand Ouest et de l''Atlantique, agence n° ' || i, date '2025-12-01' - 11 * i, date '2025-12-31' - 11 * i, 123456789.12 + i FROM generate_series(1, 12) i;
-- (time-barred within three months)
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc) SELECT 960 + i, 'ancien', 'P' || i, 'P' || i % 3, date '2020-12-01' + i, date '2020-12-31' + i, 10 * i FROM generate_series(1, 25) i;
-- what a customer's name may hold
CREATE TABLE public.noms (n integer, nom text, lu text);
INSERT INTO public.noms VALUES
	(1, '<script>alert(1)</script>', '<script>alert(1)</script>'), (2, 'Dupont & Fils "Le Cèdre" d''Or', 'Dupont & Fils "Le Cèdre" d''Or'),
	(3, ']]> --> </style></title></svg>', ']]> --> </style></title></svg>'), (4, '&amp; &lt;b&gt; &#60;', '&amp; &lt;b&gt; &#60;'),
	(5, 'a' || chr(8238) || 'b' || chr(8294) || 'c' || chr(1564), 'a' || chr(65533) || 'b' || chr(65533) || 'c' || chr(65533)),
	(6, 'x' || chr(1) || chr(27) || chr(127) || chr(155) || 'y', 'x' || repeat(chr(65533), 4) || 'y'), (7, E'deux\r\nlignes\tet', 'deux lignes et'),
	(8, 'zéro' || chr(8203) || chr(65279) || chr(173), 'zéro' || repeat(chr(65533), 3)), (9, '" onload="alert(1)', '" onload="alert(1)'), (10, 'مؤسسة النور', 'مؤسسة النور'),
	(11, repeat('W', 300), repeat('W', 300)), (12, '%s %1$s \1 \\', '%s %1$s \1 \\');
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc) SELECT 930 + n, 'noms', nom, nom, '2025-10-01', '2025-10-31', 100 - n FROM public.noms;
UPDATE public.f SET devise = 'USD' WHERE societe = 'noms' AND id % 2 = 0;
SELECT creances.suivre_factures('public.f', '{"creancier": "societe", "facture": "numero", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "regle": "paye", "regle_le": "paye_le", "devise": "devise"}', depuis => '2024-01-01');
INSERT INTO creances.creancier (creancier, nom) VALUES ('vide', 'Société vide');
UPDATE creances.creancier SET nom = '<b>&amp;"noms"' WHERE creancier = 'noms';
UPDATE creances.creancier SET scenario = 'ailleurs' WHERE creancier IN ('gros', 'une');
UPDATE creances.debiteur SET nom = 'Client ' || debiteur WHERE creancier = 'livre';
SELECT sum(creances.relever(j::date, 'livre')) > 0 FROM generate_series(date '2025-02-28', '2025-12-01', interval '46 days') j;
SELECT creances.fixer_objectif('livre', 'dso', 45, '2024-01-01'), creances.fixer_objectif('livre', 'cei', 80, '2024-01-01'), creances.fixer_objectif('livre', 'part_echue', 30, '2025-06-01') \g /dev/null

-- A page is read back as XML: every element closed, every character escaped, or
-- this fails.
CREATE TABLE public.page (page text, creancier text, au date, x xml, brut text);
CREATE FUNCTION pg_temp.ecrire(quelle text, creancier text, au date) RETURNS void LANGUAGE sql AS $$
	INSERT INTO public.page SELECT quelle, creancier, au, xmlparse(document h), h FROM creances.rapport_html(creancier, au) h;
$$;
SELECT pg_temp.ecrire('livre', 'livre', '2025-10-17'), pg_temp.ecrire('releve', 'livre', '2025-12-01'), pg_temp.ecrire('debut', 'livre', '2024-03-01'), pg_temp.ecrire('vide', 'vide', '2025-12-31'),
	   pg_temp.ecrire('une', 'une', '2025-12-31'), pg_temp.ecrire('credit', 'credit', '2025-12-31'), pg_temp.ecrire('gros', 'gros', '2025-12-31'), pg_temp.ecrire('noms', 'noms', '2025-12-31'), pg_temp.ecrire('ancien', 'ancien', '2025-12-31') \g /dev/null
-- (the dear functions are asked about these only)
CREATE VIEW public.suivies AS SELECT * FROM public.page WHERE page IN ('livre', 'credit', 'ancien');
CREATE TABLE public.lu AS
SELECT p.page, p.creancier, p.au, d.cle, string_to_array(d.cle, '/') AS k, nullif(d.valeur, '')::numeric AS valeur, d.texte
  FROM public.page p, xmltable('//data' PASSING p.x COLUMNS cle text PATH '@data-cle', valeur text PATH '@value', texte text PATH 'string(.)') d;
CREATE TABLE public.dessin AS
SELECT p.page, p.creancier, p.au, d.*, string_to_array(d.cle, '/') AS k
  FROM public.page p, xmltable('//*[@data-valeur]' PASSING p.x COLUMNS forme text PATH 'local-name(.)', cle text PATH '@data-cle', valeur numeric PATH '@data-valeur', x text PATH '@x', y numeric PATH '@y',
	   largeur text PATH '@width', hauteur text PATH '@height', cx text PATH '@cx', cy numeric PATH '@cy', y1 numeric PATH '@y1') d;

-- Both ways: what the page says and a view does not, and the reverse.
CREATE FUNCTION pg_temp.comparer(quoi text, attendu text, lu text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	n bigint;
	r record;
BEGIN
	EXECUTE format('SELECT count(*) FROM (%s) q', lu) INTO n;
	RETURN NEXT format('%s: %s', quoi, CASE WHEN n = 0 THEN 'NOTHING READ' ELSE n || ' read' END);
	FOR r IN EXECUTE format('WITH a AS MATERIALIZED (%s), l AS MATERIALIZED (%s) (SELECT %L AS sens, q.* FROM (TABLE a EXCEPT ALL TABLE l) q UNION ALL SELECT %L, q.* FROM (TABLE l EXCEPT ALL TABLE a) q) ORDER BY 2, 3, 1 LIMIT 20', attendu, lu, 'only in the views', 'only on the page') LOOP
		RETURN NEXT '  ' || r::text;
	END LOOP;
END $$;

\echo == figures: open items, a period without a snapshot, and one with it
SELECT pg_temp.comparer('aged balance', $$
	SELECT p.page, concat_ws('/', 'balance', b.devise, coalesce(b.tranche::text, 'total'), v.quoi), v.valeur::numeric
	  FROM public.page p, LATERAL (SELECT x.devise, x.tranche, sum(x.creances) AS creances, sum(x.credits + x.en_compte) AS deduits, sum(x.montant) AS montant FROM creances.balance_agee(p.au) x WHERE x.creancier = p.creancier GROUP BY GROUPING SETS ((x.devise, x.tranche), (x.devise))) b,
		   LATERAL (VALUES ('creances', b.creances), ('deduits', b.deduits), ('montant', b.montant)) v(quoi, valeur)$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE k[1] = 'balance' AND k[4] <> 'part'$$);
SELECT pg_temp.comparer('shares of it', $$
	SELECT p.page, concat_ws('/', 'balance', b.devise, b.tranche, 'part'), round(100 * b.c / nullif(sum(b.c) OVER (PARTITION BY p.page, b.devise), 0), 2)
	  FROM public.page p, LATERAL (SELECT x.devise, x.tranche, sum(x.creances) AS c FROM creances.balance_agee(p.au) x WHERE x.creancier = p.creancier GROUP BY x.devise, x.tranche) b$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE k[1] = 'balance' AND k[4] = 'part' AND k[3] <> 'total'$$);
SELECT pg_temp.comparer('what is open', $$
	SELECT p.page, concat_ws('/', 'chiffre', x.devise, v.quoi), v.valeur FROM public.page p, creances.part_echue(p.au) x, LATERAL (VALUES ('echu', x.echu), ('plus_de_90', x.plus_de_90), ('part_echue', x.part_echue)) v(quoi, valeur) WHERE x.creancier = p.creancier
	UNION ALL SELECT p.page, concat_ws('/', 'chiffre', x.devise, 'encours'), sum(x.montant) FROM public.page p, creances.balance_agee(p.au) x WHERE x.creancier = p.creancier GROUP BY 1, x.devise$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE k[1] = 'chiffre' AND k[3] IN ('encours', 'echu', 'part_echue', 'plus_de_90')$$);
SELECT pg_temp.comparer('what is measured over 90 days', $$
	SELECT v.* FROM (SELECT p.page, concat_ws('/', 'chiffre', x.devise, 'dso'), x.dso::numeric AS valeur FROM public.suivies p, creances.dso(p.au - 89, p.au) x WHERE x.creancier = p.creancier
	UNION ALL SELECT p.page, concat_ws('/', 'chiffre', x.devise, 'bpdso'), x.bpdso FROM public.suivies p, creances.bpdso(p.au - 89, p.au) x WHERE x.creancier = p.creancier
	UNION ALL SELECT p.page, concat_ws('/', 'chiffre', x.devise, 'add'), x.dso - x.bpdso FROM public.suivies p, creances.add(p.au - 89, p.au) x WHERE x.creancier = p.creancier
	UNION ALL SELECT p.page, concat_ws('/', 'chiffre', x.devise, 'cei'), x.cei FROM public.suivies p, creances.cei((p.au + 1 - interval '1 month')::date, p.au) x WHERE x.creancier = p.creancier
	UNION ALL SELECT p.page, concat_ws('/', 'chiffre', x.devise, 'taux_recouvrement'), x.taux FROM public.suivies p, creances.taux_recouvrement(p.au - 89, p.au) x WHERE x.creancier = p.creancier
	UNION ALL SELECT p.page, concat_ws('/', 'chiffre', x.devise, 'retard_moyen'), x.retard_moyen FROM public.suivies p, creances.retard_moyen_pondere(p.au - 89, p.au) x WHERE x.creancier = p.creancier) v WHERE v.valeur IS NOT NULL$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE k[1] = 'chiffre' AND k[3] IN ('dso', 'bpdso', 'add', 'cei', 'taux_recouvrement', 'retard_moyen') AND valeur IS NOT NULL AND page IN (SELECT x.page FROM public.suivies x)$$);
\echo == the same as the dashboard of that day; elsewhere its target and its month before
SELECT page, au, EXISTS (SELECT FROM creances.releve r WHERE r.creancier = p.creancier AND r.jour = p.au) AS releve FROM public.page p WHERE creancier = 'livre' ORDER BY au;
SELECT pg_temp.comparer('dashboard', $$
	SELECT p.page, v.quoi || '/' || t.devise || '/' || t.indicateur, v.valeur FROM public.page p, creances.tableau_de_bord(p.au) t, LATERAL (VALUES ('chiffre', t.resultat), ('objectif', t.objectif), ('evolution', t.evolution)) v(quoi, valeur)
	 WHERE p.page = 'releve' AND t.creancier = 'livre' AND t.segment IS NULL AND t.indicateur IN ('encours', 'echu', 'part_echue', 'plus_de_90', 'dso', 'bpdso', 'add', 'cei', 'taux_recouvrement', 'retard_moyen')
	   AND (v.quoi = 'chiffre' OR v.valeur IS NOT NULL)$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE page = 'releve' AND k[1] IN ('chiffre', 'objectif', 'evolution')$$);
SELECT pg_temp.comparer('targets', $$SELECT 'livre', 'objectif/EUR/' || x, y::numeric FROM (VALUES ('dso', 45), ('cei', 80), ('part_echue', 30)) v(x, y)$$, $$SELECT page, cle, valeur FROM public.lu WHERE page = 'livre' AND k[1] = 'objectif'$$);
-- (reached or missed, as the arithmetic says)
SELECT count(*) FILTER (WHERE x.dit ~ 'atteint') > 0 OR count(*) FILTER (WHERE x.dit ~ 'manqué') > 0, count(*) FILTER (WHERE (x.dit ~ 'atteint') IS DISTINCT FROM CASE WHEN x.cle ~ 'cei' THEN c.valeur >= o.valeur ELSE c.valeur <= o.valeur END) AS wrong
  FROM public.page p, xmltable('//dd[.//data[starts-with(@data-cle, "objectif/")]]' PASSING p.x COLUMNS cle text PATH './/data[starts-with(@data-cle, "objectif/")]/@data-cle', dit text PATH 'string(.)') x
  JOIN public.lu o ON o.page = 'livre' AND o.cle = x.cle JOIN public.lu c ON c.page = 'livre' AND c.cle = replace(x.cle, 'objectif', 'chiffre') WHERE p.page = 'livre';
SELECT pg_temp.comparer('evolution', $$
	SELECT c.page, 'evolution/' || c.k[2] || '/' || c.k[3], c.valeur - t.valeur FROM public.lu c JOIN creances.tendance t ON t.creancier = c.creancier AND t.segment IS NULL AND t.devise = c.k[2] AND t.indicateur = c.k[3]
	   AND t.jour = (SELECT max(r.jour) FROM creances.releve r WHERE r.creancier = c.creancier AND r.jour <= '2025-09-17') WHERE c.page = 'livre' AND c.k[1] = 'chiffre'$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE page = 'livre' AND k[1] = 'evolution'$$);

\echo == trend, forecast, debtors, night, clocks
SELECT pg_temp.comparer('trend', $$
	SELECT p.page, concat_ws('/', 'tendance', t.devise, t.indicateur, t.jour), t.valeur::numeric FROM public.page p JOIN creances.tendance t ON t.creancier = p.creancier AND t.segment IS NULL
	 WHERE t.indicateur IN ('dso', 'part_echue') AND t.jour BETWEEN p.au - interval '1 year' AND p.au AND t.valeur IS NOT NULL$$, $$SELECT page, cle, valeur FROM public.dessin WHERE k[1] = 'tendance'$$);
SELECT pg_temp.comparer('forecast', $$
	SELECT s.page, concat_ws('/', 'prevision', s.devise, s.n, v.quoi), v.valeur
	  FROM (SELECT p.page, x.*, row_number() OVER (PARTITION BY p.page, x.devise ORDER BY x.semaine) AS n, sum(x.haut + x.naif) OVER (PARTITION BY p.page, x.devise) AS attendu FROM public.page p, creances.prevision_encaissements(13, p.au) x WHERE x.creancier = p.creancier) s,
		   LATERAL (VALUES ('prevu', s.prevu), ('bas', s.bas), ('haut', s.haut), ('engage', s.engage), ('naif', s.naif), ('cumul', s.cumul)) v(quoi, valeur) WHERE s.attendu > 0
	UNION ALL
	-- and what the thirteen weeks leave out
	SELECT p.page, concat_ws('/', 'prevision', x.devise, v.quoi), v.valeur
	  FROM public.page p, creances.prevision_encaissements(13, p.au) x, LATERAL (VALUES ('attendu', x.cumul), ('plus_tard', x.reste - x.hors_modele), ('retenu', x.retenu), ('hors_modele', x.hors_modele)) v(quoi, valeur)
	 WHERE x.creancier = p.creancier AND x.semaine = (SELECT max(y.semaine) FROM creances.prevision_encaissements(13, p.au) y)
	UNION ALL
	-- with the credits beyond what is owed, it makes the balance
	SELECT p.page, concat_ws('/', 'prevision', x.devise, 'credits'), b.encours - x.cumul - x.reste - x.retenu
	  FROM public.page p, creances.prevision_encaissements(13, p.au) x, LATERAL (SELECT sum(y.montant) AS encours FROM creances.balance_agee(p.au) y WHERE y.creancier = p.creancier AND y.devise = x.devise) b
	 WHERE x.creancier = p.creancier AND x.semaine = (SELECT max(y.semaine) FROM creances.prevision_encaissements(13, p.au) y) AND b.encours < x.cumul + x.reste + x.retenu$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE k[1] = 'prevision'$$);
SELECT pg_temp.comparer('debtors', $$
	SELECT d.page || ' ' || d.debiteur, concat_ws('/', 'debiteur', d.devise, d.n, v.quoi), v.valeur
	  FROM (SELECT p.page, x.devise, x.debiteur, sum(x.montant) AS encours, coalesce(sum(x.creances) FILTER (WHERE x.tranche > 1), 0) AS echu, coalesce(sum(x.creances) FILTER (WHERE x.tranche > 4), 0) AS vieux,
				   row_number() OVER (PARTITION BY p.page, x.devise ORDER BY sum(x.montant) DESC, x.debiteur) AS n, sum(greatest(sum(x.montant), 0)) OVER (PARTITION BY p.page, x.devise) AS total,
				   (SELECT max(p.au - e.echeance) FROM creances.encours_au(p.au) e WHERE e.creancier = p.creancier AND e.debiteur = x.debiteur AND e.devise = x.devise AND e.solde > 0 AND e.echeance < p.au AND e.libelle_stade <> 'En compte') AS retard
			  FROM public.page p, creances.balance_agee(p.au) x WHERE x.creancier = p.creancier GROUP BY p.page, p.au, p.creancier, x.devise, x.debiteur) d,
		   LATERAL (VALUES ('encours', d.encours), ('echu', d.echu), ('plus_de_90', d.vieux), ('part', CASE WHEN d.encours > 0 THEN round(100 * d.encours / d.total, 2) END), ('retard', d.retard)) v(quoi, valeur)
	 WHERE d.n <= 10 AND d.page IN ('livre', 'debut', 'credit', 'gros')$$,
	$$SELECT p.page || ' ' || x.debiteur, y.cle, nullif(y.valeur, '')::numeric FROM public.page p, xmltable('//tr[@data-debiteur]' PASSING p.x COLUMNS debiteur text PATH '@data-debiteur', ligne xml PATH '.') x,
		xmltable('.//data' PASSING x.ligne COLUMNS cle text PATH '@data-cle', valeur text PATH '@value') y WHERE p.page IN ('livre', 'debut', 'credit', 'gros')$$);
SELECT pg_temp.comparer('clocks', $$
	SELECT p.page, concat_ws('/', 'horloge', x.n, v.quoi), v.valeur FROM public.suivies p, LATERAL (SELECT e.*, row_number() OVER (ORDER BY array_position('{erreur,avertissement,information}'::text[], e.gravite), e.echeance, e.debiteur, e.facture, e.rang, e.horloge) AS n
		FROM creances.echeances_legales(90, p.au) e WHERE e.creancier = p.creancier) x, LATERAL (VALUES ('reste', x.reste_jours), ('montant', x.montant)) v(quoi, valeur) WHERE x.n <= 20
	UNION ALL SELECT p.page, 'horloges', count(*) FROM public.suivies p, creances.echeances_legales(90, p.au) e WHERE e.creancier = p.creancier GROUP BY p.page$$,
	$$SELECT page, cle, valeur FROM public.lu WHERE k[1] LIKE 'horloge%' AND page IN (SELECT x.page FROM public.suivies x)$$);

\echo == lengths: bars are proportional to their figures, heights too, on one scale a picture
-- (percentages are kept to three decimals, pixels to two)
SELECT d.k[1] AS forme, count(*) > 0, count(*) FILTER (WHERE abs(rtrim(d.largeur, '%')::numeric * e.plus_grand - abs(d.valeur) * e.largeur) > 0.002 * e.plus_grand) AS wrong
  FROM public.dessin d JOIN (SELECT DISTINCT ON (page, k[2]) page, k[2] AS devise, abs(valeur) AS plus_grand, rtrim(largeur, '%')::numeric AS largeur FROM public.dessin WHERE k[1] IN ('barre', 'deduit') ORDER BY page, k[2], abs(valeur) DESC) e
	ON e.page = d.page AND e.devise = d.k[2] WHERE d.k[1] IN ('barre', 'deduit') GROUP BY 1 ORDER BY 1;
SELECT count(*) > 0, count(*) FILTER (WHERE abs(d.hauteur::numeric * e.plus_grand - d.valeur * e.hauteur) > 0.03 * e.plus_grand) AS wrong
  FROM public.dessin d JOIN (SELECT DISTINCT ON (page, k[2]) page, k[2] AS devise, valeur AS plus_grand, hauteur::numeric FROM public.dessin WHERE k[1] = 'prevu' AND valeur > 0 ORDER BY page, k[2], valeur DESC) e ON e.page = d.page AND e.devise = d.k[2] WHERE d.k[1] = 'prevu';
-- a ring stands at the height of a bar of its value: top of the plot 14, zero 206
SELECT count(*) > 0, count(*) FILTER (WHERE abs((206 - n.cy) * e.plus_grand - n.valeur * e.hauteur) > 0.02 * (e.plus_grand + abs(n.valeur))) AS wrong
  FROM public.dessin n JOIN (SELECT DISTINCT ON (page, k[2]) page, k[2] AS devise, valeur AS plus_grand, hauteur::numeric FROM public.dessin WHERE k[1] = 'prevu' AND valeur > 0 ORDER BY page, k[2], valeur DESC) e ON e.page = n.page AND e.devise = n.k[2] WHERE n.k[1] = 'naif';
-- a curve: the foot of the plot (176) is zero, and its target is on the same scale
SELECT count(*) > 0, count(*) FILTER (WHERE abs((176 - coalesce(d.cy, d.y1)) * e.valeur - d.valeur * (176 - e.cy)) > 0.12 * e.valeur) AS wrong
  FROM public.dessin d JOIN (SELECT DISTINCT ON (page, k[2], k[3]) page, k[2] AS devise, k[3] AS code, valeur, cy FROM public.dessin WHERE k[1] = 'tendance' ORDER BY page, k[2], k[3], valeur DESC) e ON e.page = d.page AND e.devise = d.k[2] AND e.code = d.k[3]
 WHERE d.k[1] IN ('tendance', 'cible');

\echo == what is written is what is meant: each figure, as people read it
SELECT count(*) > 500, count(*) FILTER (WHERE replace(translate(substring(texte FROM '^[-0-9,[:space:]' || chr(160) || chr(8239) || ']+'), chr(160) || chr(8239) || ' ', ''), ',', '.')::numeric IS DISTINCT FROM CASE WHEN texte ~ '(%|jours?|points)$' THEN round(valeur, 2) ELSE valeur END) AS wrong
  FROM public.lu WHERE valeur IS NOT NULL;
SELECT DISTINCT texte, count(*) > 0 FROM public.lu WHERE valeur IS NULL GROUP BY texte;
SELECT cle, translate(texte, chr(160) || chr(8239), '  ') FROM public.lu WHERE page IN ('une', 'credit') AND k[1] = 'chiffre' ORDER BY page, cle;

\echo == what comes from data is text: names and numbers come back from the DOM, no element does
SELECT n.n FROM public.noms n WHERE NOT EXISTS (SELECT FROM public.page p, xmltable('//th[@scope="row"]/bdi' PASSING p.x COLUMNS t text PATH 'string(.)') b WHERE p.page = 'noms' AND b.t = n.lu) ORDER BY n.n;
SELECT string_agg(DISTINCT e.nom COLLATE "C", ' ') FROM public.page p, xmltable('//*' PASSING p.x COLUMNS nom text PATH 'local-name(.)') e;
SELECT string_agg(DISTINCT e.nom COLLATE "C", ' ') FROM public.page p, xmltable('//@*' PASSING p.x COLUMNS nom text PATH 'local-name(.)') e WHERE e.nom !~ '^(data|aria)-';
SELECT t.titre, t.h1 FROM public.page p, xmltable('/html' PASSING p.x COLUMNS titre text PATH 'head/title', h1 text PATH 'string(body/header/h1)') t WHERE p.page = 'noms';
SELECT creances._html(NULL) = '', creances._html('&<>"'''), creances._html(E'a\tb');

\echo == nothing from elsewhere, in French, told to those who do not see it
SELECT page FROM public.page WHERE brut ~* '(https?:|//[a-z]|<script|<link|<img|@import|src=|url\((?!#hachures\)))';
SELECT p.page, t.* FROM public.page p, xmltable('/html' PASSING p.x COLUMNS lang text PATH '@lang', h1 text PATH 'count(//h1)', sans_legende text PATH 'count(//table[not(caption)])', sans_scope text PATH 'count(//th[not(@scope)])',
	   images text PATH 'count(//svg[@role="img"])', muettes text PATH 'count(//svg[@role="img"][not(title) or not(desc) or string-length(desc) = 0])') t
 ORDER BY p.page;
SELECT p.page, i.id FROM public.page p, xmltable('//@id' PASSING p.x COLUMNS id text PATH '.') i GROUP BY 1, 2 HAVING count(*) > 1;
SELECT p.page, i.ref FROM public.page p, xmltable('//a/@href' PASSING p.x COLUMNS ref text PATH '.') i WHERE NOT EXISTS (SELECT FROM xmltable('//@id' PASSING p.x COLUMNS id text PATH '.') j WHERE '#' || j.id = i.ref);
-- (an axis has a step that people count in, and reaches what it shows)
SELECT x, a.bas, a.haut, a.pas FROM unnest('{0,0.3,1,7,99,100,101,4999,5000.01,123456789}'::numeric[]) x, creances._axe(NULL, x) a;
SELECT a.bas, a.haut, a.pas FROM creances._axe(-1234, 200) a;
SELECT replace(creances._html_graduation(x, u), '&#160;', ' ') FROM (VALUES (0, 'EUR'), (500, 'EUR'), (50000, 'EUR'), (1500000, 'EUR'), (-2e9, 'USD'), (30, 'jours'), (20, '%'), (0, '%')) v(x, u);

\echo == empty states
SELECT p.page, v.t FROM public.page p, xmltable('//p[@class="vide"]' PASSING p.x COLUMNS t text PATH 'string(.)', n FOR ORDINALITY) v WHERE p.page IN ('vide', 'une', 'credit', 'debut') ORDER BY p.page, v.n;

\echo == today: the queue, and alerts of this creditor and of the whole base only
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc) SELECT 1000 + i, 'soir', 'S' || i, 'S' || i, creances.aujourdhui() - 60, creances.aujourdhui() - 30, 100 + i FROM generate_series(1, 18) i;
SELECT creances.rafraichir() \g /dev/null
UPDATE creances.creancier SET scenario = 'disparu' WHERE creancier = 'soir';
INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat, montant)
SELECT 'soir', md5(c.facture)::uuid, c.debiteur, 'EUR', v.classe, creances.aujourdhui() - v.jours, 'standard', v.canal, v.stade::creances.stade_relance, v.etat = 'a_valider', v.etat, CASE WHEN v.jours > 0 THEN 77 END
  FROM creances.creance c, LATERAL (SELECT substr(c.facture, 2)::integer AS n) n,
	   LATERAL (SELECT * FROM (VALUES (0, 'message', 'courriel', 'relance_1', 'a_envoyer', 0), (1, 'telephone', 'telephone', 'relance_2', 'a_envoyer', 0), (2, 'message', 'lrar', 'mise_en_demeure', 'a_valider', 0), (3, 'message', 'lettre', 'relance_3', 'prise', 1)) x(m, classe, canal, stade, etat, jours) WHERE x.m = n.n % 4) v
 WHERE c.creancier = 'soir';
INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, echeance, etat)
SELECT 'soir', r.relance, c.facture, 1, true, 1, r.stade, c.echeance, r.etat FROM creances.relance r JOIN creances.creance c ON c.creancier = r.creancier AND md5(c.facture)::uuid = r.relance WHERE r.creancier = 'soir';
DELETE FROM public.page;
SELECT pg_temp.ecrire('soir', 'soir', creances.aujourdhui()), pg_temp.ecrire('veille', 'soir', creances.aujourdhui() - 1) \g /dev/null
TRUNCATE public.lu;
INSERT INTO public.lu SELECT p.page, p.creancier, p.au, d.cle, string_to_array(d.cle, '/'), nullif(d.valeur, '')::numeric, d.texte
  FROM public.page p, xmltable('//data' PASSING p.x COLUMNS cle text PATH '@data-cle', valeur text PATH '@value', texte text PATH 'string(.)') d;
SELECT pg_temp.comparer('by channel and stage', $$
	SELECT 'soir', concat_ws('/', 'travail', a.devise, a.travail, a.canal, a.stade, v.quoi), v.valeur FROM (SELECT x.devise, x.travail, x.canal, x.stade, count(*) AS nb, sum(x.montant) AS montant, max(x.retard) AS retard FROM creances.a_faire x WHERE x.creancier = 'soir' GROUP BY 1, 2, 3, 4) a,
		LATERAL (VALUES ('actions', a.nb), ('montant', a.montant), ('retard', a.retard)) v(quoi, valeur)$$, $$SELECT page, cle, valeur FROM public.lu WHERE page = 'soir' AND k[1] = 'travail'$$);
SELECT pg_temp.comparer('the first fifteen', $$
	SELECT 'soir', concat_ws('/', 'action', a.n, v.quoi), v.valeur FROM (SELECT x.*, row_number() OVER (ORDER BY x.stade::creances.stade_relance DESC, x.montant DESC, x.debiteur) AS n FROM creances.a_faire x WHERE x.creancier = 'soir') a,
		LATERAL (VALUES ('factures', a.factures), ('montant', a.montant), ('retard', a.retard)) v(quoi, valeur) WHERE a.n <= 15$$, $$SELECT page, cle, valeur FROM public.lu WHERE page = 'soir' AND k[1] = 'action'$$);
SELECT pg_temp.comparer('the night before', $$
	SELECT 'veille', concat_ws('/', 'travail/EUR/prise/lettre/relance_3', v.quoi), v.valeur FROM (SELECT count(*) AS nb, sum(r.montant) AS montant FROM creances.relance r WHERE r.creancier = 'soir' AND r.le = creances.aujourdhui() - 1) a,
		LATERAL (VALUES ('actions', a.nb), ('montant', a.montant), ('retard', 29)) v(quoi, valeur)$$, $$SELECT page, cle, valeur FROM public.lu WHERE page = 'veille' AND k[1] = 'travail'$$);
SELECT pg_temp.comparer('alerts', $$
	SELECT 'soir', 'alertes', count(*)::numeric FROM creances.alerte a WHERE split_part(a.objet, '/', 1) NOT IN (SELECT c.creancier FROM creances.creancier c WHERE c.creancier <> 'soir')$$, $$SELECT page, cle, valeur FROM public.lu WHERE page = 'soir' AND k[1] = 'alertes'$$);
-- (its own is there, others' are not)
SELECT a.t ~ 'disparu', a.t !~ 'ailleurs', (SELECT count(*) FROM creances.alerte b WHERE b.objet IN ('gros', 'une')) FROM public.page p, xmltable('//ul[@class="alertes"]' PASSING p.x COLUMNS t text PATH 'string(.)') a WHERE p.page = 'soir';
SELECT string_agg(s.id, ' ' ORDER BY s.n) FROM public.page p, xmltable('//section/@id' PASSING p.x COLUMNS n FOR ORDINALITY, id text PATH '.') s WHERE p.page = 'soir';
SELECT string_agg(s.id, ' ' ORDER BY s.n) FROM public.page p, xmltable('//section/@id' PASSING p.x COLUMNS n FOR ORDINALITY, id text PATH '.') s WHERE p.page = 'veille';

\echo == today: a payment after the snapshot leaves the cards to the snapshot, all of them, and reaches the balance
SELECT creances.relever(creances.aujourdhui(), 'soir') > 0;
UPDATE public.f SET paye = ttc, paye_le = creances.aujourdhui() WHERE societe = 'soir' AND numero = 'S1';
SELECT creances.rafraichir() \g /dev/null
-- who is to be watched: signals as the view has them, a note that has fallen, promises
UPDATE creances.profil SET note = 'C', note_precedente = 'A', note_depuis = creances.aujourdhui() - 3, raison = 'des retards' WHERE creancier = 'soir' AND debiteur IN ('S2', 'S3');
UPDATE creances.profil SET note = 'C', note_precedente = 'A', note_depuis = creances.aujourdhui() - 40 WHERE creancier = 'soir' AND debiteur = 'S4';
UPDATE creances.profil SET note = 'A', note_precedente = 'C', note_depuis = creances.aujourdhui() - 3 WHERE creancier = 'soir' AND debiteur = 'S5';
SELECT creances.fixer_limite('soir', 'S8', 1, creances.aujourdhui() - 9, 'assureur <&>') \g /dev/null
SELECT creances.promettre('soir', 'S6', creances.aujourdhui() + 5, le => creances.aujourdhui()), creances.promettre('soir', 'S7', creances.aujourdhui() + 20, le => creances.aujourdhui()) \g /dev/null
DELETE FROM public.page; TRUNCATE public.lu;
SELECT pg_temp.ecrire('soir', 'soir', creances.aujourdhui()) \g /dev/null
INSERT INTO public.lu SELECT p.page, p.creancier, p.au, d.cle, string_to_array(d.cle, '/'), nullif(d.valeur, '')::numeric, d.texte
  FROM public.page p, xmltable('//data' PASSING p.x COLUMNS cle text PATH '@data-cle', valeur text PATH '@value', texte text PATH 'string(.)') d;
SELECT pg_temp.comparer('cards', $$SELECT 'soir', 'chiffre/EUR/' || t.indicateur, t.resultat::numeric FROM creances.tableau_de_bord t WHERE t.creancier = 'soir' AND t.segment IS NULL AND t.resultat IS NOT NULL
	AND t.indicateur IN ('encours', 'echu', 'part_echue', 'plus_de_90', 'dso', 'bpdso', 'add', 'cei', 'taux_recouvrement', 'retard_moyen')$$, $$SELECT page, cle, valeur FROM public.lu WHERE k[1] = 'chiffre' AND valeur IS NOT NULL$$);
SELECT c.valeur - b.valeur FROM public.lu c, public.lu b WHERE c.cle = 'chiffre/EUR/encours' AND b.cle = 'balance/EUR/total/montant';
SELECT regexp_replace(x.t, '\d\d/\d\d/\d{4} à \d\d:\d\d', '(instant)') FROM public.page p, xmltable('//p[@class="note-bas"]' PASSING p.x COLUMNS t text PATH 'string(.)', n FOR ORDINALITY) x WHERE x.n = 1;
SELECT pg_temp.comparer('to be watched', $$SELECT 'surveillance/signaux', count(*)::numeric, 0 FROM creances.signal_faible WHERE creancier = 'soir' HAVING count(*) > 0 UNION ALL VALUES ('surveillance/notes', 2, 0), ('surveillance/promesses', 1, 0), ('surveillance/promesse/1/montant', 106, 0)$$,
	$$SELECT cle, valeur, 0 FROM public.lu WHERE k[1] = 'surveillance'$$);
SELECT regexp_replace(x.t, '\d{4}-\d\d-\d\d', '(jour)', 'g') FROM public.page p, xmltable('//section[@id="surveillance"]//tr[td]' PASSING p.x COLUMNS t text PATH 'string(.)') x;

\echo == refused
CREATE FUNCTION pg_temp.essai(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	indice text;
BEGIN
	EXECUTE requete;
	RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS indice = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, regexp_replace(SQLERRM, '\d{4}-\d\d-\d\d', '(jour)'), indice);
END $$;
SELECT pg_temp.essai(r) FROM (VALUES ('SELECT creances.rapport_html(NULL)'), ('SELECT creances.rapport_html(''personne'')'), ('SELECT creances.rapport_html(''vide'', NULL)'), ('SELECT creances.rapport_html(''vide'', ''infinity'')'),
	('SELECT creances.rapport_html(''vide'', ''-infinity'')'), ('SELECT creances.rapport_html(''vide'', creances.aujourdhui() + 2)'), ('SELECT creances.rapport_html(''vide'', creances.aujourdhui())'), ('SELECT creances.rapport_html(''vide'', ''0001-01-01'')'), ('SELECT creances.rapport_html(''vide'', ''1900-01-01'')')) v(r);
ROLLBACK;
