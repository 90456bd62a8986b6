-- Amounts, dates, amounts in words and messages in the reader's language.
-- ICU's no-break spaces are mapped to plain ones: they differ by its version.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE FUNCTION pg_temp.plat(t text) RETURNS text LANGUAGE sql AS $$ SELECT translate(t, chr(160) || chr(8239), '  ') $$;
CREATE FUNCTION pg_temp.erreur(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m text; d text; h text; r text;
BEGIN
    EXECUTE requete INTO r;
    RETURN 'no error: ' || coalesce(r, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, m, nullif(d, ''), nullif(h, ''));
END $$;
CREATE FUNCTION pg_temp.msg(modele text, arguments text, langue text DEFAULT 'fr') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN pg_temp.plat(pg_temp.erreur(format('SELECT creances.message(%L, %L, %L)', modele, arguments, langue)));
END $$;

\echo == amounts
SELECT d, m, string_agg(pg_temp.plat(creances.montant_formate(m, d, l)), ' ; ' ORDER BY n)
  FROM unnest(ARRAY['EUR', 'CHF', 'TND']) d, unnest(ARRAY[1234567.5, -12.34, 0, 12.3456789]) m,
       unnest(ARRAY['fr', 'en', 'de', 'fr_CH', 'en-GB']) WITH ORDINALITY l(l, n)
 GROUP BY d, m ORDER BY d, m;
-- exact, where a double is not
SELECT pg_temp.plat(creances.montant_formate(9999999999999999.99, 'EUR', 'fr')), pg_temp.plat(creances.montant_formate(0.1 + 0.2, 'EUR', 'fr'));
-- the language of the session, for NULL; a NULL amount is no amount
SET LOCAL creances.langue = 'de';
SELECT pg_temp.plat(creances.montant_formate(1234.5)), creances.date_formatee('2026-02-04'), creances.montant_en_lettres(2), creances.message('{n, spellout}', '{"n": 2}');
RESET creances.langue;
SELECT creances.montant_formate(NULL, 'EUR', 'fr') IS NULL, creances.montant_en_lettres(NULL, 'EUR', 'fr') IS NULL, creances.date_formatee(NULL, 'fr') IS NULL;
SELECT pg_temp.erreur(format('SELECT creances.%s(%s)', f, a))
  FROM unnest(ARRAY['montant_formate', 'montant_en_lettres']) f,
       unnest(ARRAY['''NaN''', '''Infinity''', '''-Infinity''', '1, ''eur''', '1, ''ZZZ''', '1, ''EURO''', '1, ''''', '1, NULL', '1, ''EUR'', ''xx''',
                    '1, ''EUR'', ''''', '1, ''EUR'', ''root''', '1, ''EUR'', ''francais''', '1, ''EUR'', ''fr@numbers=arab''', '1, ''EUR'', ''fr-ZZ''']) a;
-- as many decimals as the engine gives to each currency
SELECT count(*), count(*) FILTER (WHERE length(split_part(creances.montant_formate(0, c, 'en'), '.', 2)) <> creances._decimales(c)) AS differences
  FROM unnest(string_to_array('AED AUD BGN BHD BIF BRL CAD CHF CLP CNY CZK DJF DKK EUR GBP GNF HKD HUF IDR ILS INR IQD ISK JOD JPY KMF KRW KWD LYD MAD MXN NOK NZD OMR PLN PYG RON RWF SEK SGD THB TND TRY UGX USD VND VUV XAF XOF XPF ZAR', ' ')) c;
SELECT creances._devise_connue('EUR'), creances._devise_connue('eur'), creances._devise_connue('ABC'), creances._devise_connue('');

\echo == dates
SELECT l, s, string_agg(creances.date_formatee(d, l, s), ' ; ' ORDER BY d)
  FROM unnest(ARRAY['fr', 'en', 'en-GB', 'de']) l, unnest(ARRAY['court', 'moyen', 'long', 'complet']) WITH ORDINALITY s(s, n),
       unnest(ARRAY[date '2026-02-01', '2026-11-01', '2026-12-31']) d
 WHERE (l, s) <> ('en-GB', 'complet')	-- (whose comma depends on the version)
 GROUP BY l, s, n ORDER BY l, n;
-- PostgreSQL's calendar, before 1582 too and where another is used
SELECT creances.date_formatee('1400-02-28', 'fr'), creances.date_formatee('1400-03-01', 'fr'), creances.date_formatee('9999-12-31', 'de', 'moyen'), creances.date_formatee('2026-02-01', 'th') ~ '2026';
SELECT pg_temp.erreur(format('SELECT creances.date_formatee(%s)', a))
  FROM unnest(ARRAY['''infinity''', '''-infinity''', '''2026-02-01'', ''fr'', ''medium''', '''2026-02-01'', ''fr'', NULL', '''2026-02-01'', ''zz''']) a;
\echo -- 5,000 random days (seed 0.5) against names written here
SELECT setseed(0.5);
SELECT count(*), count(*) FILTER (WHERE creances.date_formatee(d, 'fr', 'complet') <>
            (ARRAY['dimanche', 'lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi'])[extract(dow FROM d)::integer + 1] || ' '
            || CASE WHEN j = 1 THEN '1er' ELSE j::text END || ' '
            || (ARRAY['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre', 'décembre'])[m] || ' ' || a) AS fr,
       count(*) FILTER (WHERE creances.date_formatee(d, 'en', 'long') <> to_char(d, 'FMMonth FMDD, ') || a) AS en,
       count(*) FILTER (WHERE creances.date_formatee(d, 'de', 'moyen') <> to_char(d, 'DD.MM.') || a) AS de
  FROM (SELECT d, extract(day FROM d)::integer AS j, extract(month FROM d)::integer AS m, extract(year FROM d)::integer AS a
          FROM (SELECT date '1600-01-01' + (random() * 300000)::integer AS d FROM generate_series(1, 5000)) x) y;

\echo == words
SELECT m, creances.montant_en_lettres(m, 'EUR', 'fr')
  FROM unnest(ARRAY[0, 0.01, 0.56, 1, 1.01, 1.5, 2, 21, 61, 70, 71, 77, 80, 81, 90, 91, 99, 100, 101, 180, 200, 201, 280, 1000, 1001, 1100, 2000, 80000, 200000,
                    200080, 1234.56, 1000000, 2000000, 1000001, 80000000, 200000000, 1000000000, 1000000000000, -21.50, 999999999999999.99]) m;
SELECT m, creances.montant_en_lettres(m, 'EUR', 'en'), creances.montant_en_lettres(m, 'EUR', 'de')
  FROM unnest(ARRAY[0, 0.01, 1, 2, 16, 21, 100, 101, 1000, 1001, 1021, 1234.56, 1000000, 1000001, 2000000, 21001000, 1000000000, -1.01]) m;
-- units and hundredths, their gender and their plural
SELECT l, d, string_agg(creances.montant_en_lettres(m, d, l), ' ; ' ORDER BY m)
  FROM unnest(ARRAY['fr', 'en', 'de']) l, unnest(ARRAY['USD', 'GBP', 'CHF', 'SEK']) d, unnest(ARRAY[0.01, 1, 21.02, 1000000]) m
 GROUP BY l, d ORDER BY l, d;
SELECT creances.montant_en_lettres(1, 'JPY', 'fr'), creances.montant_en_lettres(2.5, 'TND', 'fr'), creances.montant_en_lettres(0.5, 'TND', 'en'),
       creances.montant_en_lettres(71, 'EUR', 'fr-CH'), creances.montant_en_lettres(91, 'EUR', 'fr_BE'), creances.montant_en_lettres(81, 'EUR', 'fr-BE');
SELECT pg_temp.erreur(format('SELECT creances.montant_en_lettres(%s)', a))
  FROM unnest(ARRAY['1.001', '1.100', '0.5, ''JPY''', '1000000000000000', '1, ''EUR'', ''es''']) a;
\echo -- 5,000 random numbers (seed 0.25) against the words of ICU, hyphens, spaces and "et un" left out
-- (ICU leaves out the s of quatre-vingts millions when something follows)
SELECT setseed(0.25);
SELECT l, count(*), count(*) FILTER (WHERE nous <> icu OR nous = '') AS differences
  FROM (SELECT l, regexp_replace(translate(regexp_replace(replace(creances.montant_en_lettres(n, 'EUR', l), ' d''', ' '), '\s*euros?$', '', 'i'), '- ', ''), '(vingt|cent)s(mill)', '\1\2', 'g') AS nous,
               regexp_replace(translate(creances.message('{n, spellout}', jsonb_build_object('n', n), l), '- ' || chr(173), ''), '(vingt|cent)s(mill)', '\1\2', 'g') AS icu
          FROM (SELECT floor(random() * 10 ^ (1 + k % 12))::numeric + 2 AS n FROM generate_series(1, 5000) k) x, unnest(ARRAY['fr', 'en', 'de']) l) y
 GROUP BY l ORDER BY l;

\echo == messages: plural, select, numbers, dates
SELECT pg_temp.plat(creances.message('{n, plural, =0 {aucune facture} one {# facture impayée} other {# factures impayées}}', jsonb_build_object('n', n), 'fr')) FROM unnest(ARRAY[0, 1, 1.5, 2, 1234]) n;
SELECT creances.message('{n, plural, one {# invoice} other {# invoices}}', jsonb_build_object('n', n), 'en') FROM unnest(ARRAY[0, 1, 1.5, 2]) n;
SELECT creances.message('{n, plural, one {# faktura} few {# faktury} many {# faktur} other {# faktury}}', jsonb_build_object('n', n), 'pl') FROM unnest(ARRAY[1, 2, 5, 22, 25]) n;
SELECT creances.message('{n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}', jsonb_build_object('n', n), 'en') FROM unnest(ARRAY[1, 2, 3, 11, 23]) n;
SELECT creances.message('{n, plural, offset:1 =0 {personne} =1 {{nom}} one {{nom} et # autre} other {{nom} et # autres}}', jsonb_build_object('n', n, 'nom', 'Durand'), 'fr') FROM generate_series(0, 3) n;
SELECT creances.message('{type, select, public {{n, plural, one {un marché} other {# marchés}}} other {{n, plural, one {une facture} other {# factures}}}}', jsonb_build_object('type', t, 'n', n), 'fr')
  FROM unnest(ARRAY['public', 'professionnel']) t, unnest(ARRAY[1, 2]) n;
SELECT pg_temp.msg('{n} ; {n, number} ; {n, number, integer} ; {n, number, ::.00} ; {n, number, #,##0.0} ; {n, number, ::currency/EUR} ; {n, number, percent} ; {n, spellout} ; {n, ordinal}', '{"n": 1234.5}');
SELECT pg_temp.msg('{d, date} ; {d, date, short} ; {d, date, long} ; {d, date, full} ; {d, date, ::yMMMM} ; {d, date, dd.MM.yyyy}', '{"d": "2026-02-01"}');
SELECT pg_temp.msg('{b} {t} {été} {0}', '{"b": true, "t": "d''été {pas un argument}", "été": "chaud", "0": "zéro"}');
-- exact: a double would say 12345678901234567000
SELECT pg_temp.msg('{n}', '{"n": 12345678901234567890.123456789}');
-- styles one after the other, and after a refused one
SELECT pg_temp.msg('{n, number, ::.0} {n, number, ::.00} {n, number, ::.0} {d, date, yyyy} {d, date, MM} {n, number, 0.0} {n, number, 00.00}', '{"n": 7, "d": "2026-02-01"}');
\echo -- quoting: an apostrophe counts in front of a brace, and of # in a plural
SELECT pg_temp.msg($m$l'été, d''{x}, ''{x}'', '{x}', '{''}', {n, plural, other {'#' #}} # '#'$m$, '{"x": "X", "n": 3}');
\echo -- arguments, once each, in their order
SELECT string_agg(a, ' ') FROM creances._arguments($m${b} {a, plural, one {{c}} other {{d, select, x {{b}} other {'{pas}'}}}} {e, date, ::yMMMM}$m$) a;
SELECT count(*) FROM creances._arguments('rien');

\echo == messages refused
SELECT m, pg_temp.msg(m, '{"n": 1, "d": "2026-02-30", "o": {}, "l": [1], "z": null, "t": "a"}')
  FROM unnest(ARRAY['{', '}', '{}', '{n', '{n,', '{n, number', '{n n}', '{n.n}', '{01}', '{n, plural}', '{n, plural,}', '{n, plural, one {a}}', '{n, plural, one a}', '{n, plural, un {a} other {b}}',
                    '{n, plural, =x {} other {}}', '{n, plural, offset:y other {}}', '{n, plural, other {}', '{t, select, a {}}', '{t, select, {a} other {}}', '{t, select, other {x}',
                    'd''{n} dû', '{n, time}', '{n, choice, 0#a}', '{n, number, currency}', '{n, number, ::pas-un-squelette}', '{n, number, ::pas-un-squelette} ', '{n, spellout, x}', '{n, number, ''a}', 'été {n',
                    '{d, date}', '{t, date}', '{n, date}', '{t, number}', '{t, plural, other {}}', '{o}', '{l}', '{z}', '{absent}', '{n, plural, =1 {{absent}} other {}}']) m;
-- not chosen, not asked for
SELECT pg_temp.msg('{n, plural, =2 {{absent}} other {ok}}', '{"n": 1}');
SELECT pg_temp.msg('a', '[]'), pg_temp.msg('a', '{}', 'xx');
SELECT pg_temp.erreur('SELECT creances.message(NULL)'), pg_temp.erreur('SELECT creances.message(''a'', NULL)');
SELECT pg_temp.erreur(format('SELECT creances.message(%L, %L, %L)', '{n}', jsonb_build_object('n', repeat('9', 60)::numeric), 'fr'));
SELECT left(pg_temp.erreur(format('SELECT creances.%s(%L)', f, repeat('{n, select, other {', 100000))), 200) FROM unnest(ARRAY['message', '_arguments']) f;
SELECT length(creances.message(repeat('{n, select, other {', 99) || 'x' || repeat('}}', 99), '{"n": 1}', 'fr'));
-- what would ask for a text without end
SELECT pg_temp.msg(m, '{"n": 1, "d": "2026-02-01"}')
  FROM unnest(ARRAY['{n, number, ::scale/1E99999999}', '{n, number, ::precision-increment/1e-99999999}', '{n, number, ' || repeat('0', 101) || '}', '{d, date, ' || repeat('y', 101) || '}', '{n, number, ::scale/1000}']) m;
SELECT pg_temp.erreur($$SELECT creances.message('{n, spellout}', jsonb_build_object('n', 1e1000::numeric), 'fr')$$), pg_temp.erreur($$SELECT creances.montant_en_lettres(1e1000)$$);
\echo -- tried as templates are: every branch, and elisions that would be quotations
SELECT m, pg_temp.erreur(format('SELECT creances._essayer_message(%L, %L, %L)', m, '{"n": 1, "t": "a"}', 'fr'))
  FROM unnest(ARRAY['{n, plural, =2 {{absent}} other {ok}}', '{t, select, b {{t, number}} other {}}', 'd''{n} et d''{t}', 'd''''{n} et ''{''{t}', '{n, plural, offset:1 one {#} other {#}}']) m;

-- (a test's own: it trusts its caller)
CREATE FUNCTION pg_temp.message_icu(text, double precision, text, text) RETURNS text AS '$libdir/creances', 'creances_message_icu' LANGUAGE C;
\echo == against the formatter of ICU: patterns, numbers and languages
SELECT count(*), count(*) FILTER (WHERE creances.message(p || '{0, number}{1}', jsonb_build_object('0', n, '1', 'un texte'), l)
                                        IS DISTINCT FROM pg_temp.message_icu(p || '{0, number}{1}', n, 'un texte', l)) AS differences
  FROM unnest(ARRAY['{1} {0, number}', '{0, number, percent}', '{0, number,#,##0.00;(#)}', '{0, number, ::.00}', '{0, spellout}', '{0, ordinal}', 'l''été', '''''{0, number}''''', '''{0}'' {1}',
                    '{0, plural, one {# facture} other {# factures}}', '{0, plural, =0 {zéro} =1 {un} =2.5 {deux et demi} few {# few} many {# many} two {# two} zero {# zero} one {# one} other {# other}}',
                    '{0, plural, offset:1 =0 {a} =1 {b} one {c # {0, number}} other {d # {1}}}', '{0, selectordinal, one {#.} two {#:} few {#;} many {#!} other {#?}}',
                    '{0, plural, one {''#'' # {0, plural, one {''{''#} other {#''}''}}} other {x '' y '''' #}}', 'a{ 0 , plural ,one{b}other{ c }}d', '{1, select, x {y} other {# {0, number}}}',
                    '{1, select, un {y} other {{1, select, other {z}}}}', '{0, plural, other {{1, select, other {#}}}}', 'sans argument', '']) p,
       unnest(ARRAY[0, 1, 2, 2.5, 3, 5, 11, 21, 22, 100, 1234.5, 1000000, -1, -1234567.125]) n, unnest(ARRAY['fr', 'en', 'de', 'ru', 'ar', 'lt', 'fr-CH']) l;
\echo -- 20,000 random patterns (seed 0.75): what ICU refuses is refused, what both take is written alike
SELECT setseed(0.75);
CREATE FUNCTION pg_temp.deux(p text, n numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    nous text; icu text;
BEGIN
    BEGIN
        nous := 'T' || creances.message(p, jsonb_build_object('0', n, '1', 'texte'), 'fr');
    EXCEPTION WHEN invalid_parameter_value THEN nous := 'refus';
    END;
    BEGIN
        icu := 'T' || pg_temp.message_icu(p, CASE WHEN nous <> 'refus' THEN n END, 'texte', 'fr');
    EXCEPTION WHEN invalid_parameter_value THEN icu := 'refus';
    END;
    RETURN CASE WHEN nous = icu THEN CASE nous WHEN 'refus' THEN 'refused by both' ELSE 'same' END
                -- on purpose: stray closing braces, and quotations without an end
                WHEN nous = 'refus' THEN 'refused by us only'
                WHEN icu IS NULL THEN 'not comparable: an argument has two types' ELSE 'DIFFERENT ' || p || ' : ' || nous || ' / ' || icu END;
END $$;
SELECT r, count(*) > 200 AS enough, CASE WHEN r LIKE 'DIFF%' THEN count(*) END AS differences
  FROM (SELECT pg_temp.deux(x.p || '{0, number}{1}', (x.k % 5)::numeric) AS r
          FROM (SELECT k, (SELECT coalesce(string_agg((ARRAY['{1}', '{1}', '{0, plural, ', 'one {', 'other {', '=1 {', '}', '}', '}}', '''', '''''', '#', ' ', 'é', 'offset:1 ', '{1, select, ', '{', ',', '0', '{0, number}', 'other {#}}', 'other {', 'x'])
                                             [1 + floor(random() * 23)::integer], '' ORDER BY i), '') FROM generate_series(1, 1 + k % 9) i) AS p
                  FROM generate_series(1, 20000) k) x) y
 GROUP BY r ORDER BY r;
ROLLBACK;

\echo == a database in another encoding: plain signs for those that it lacks
SELECT current_database() AS ici, 'creances_latin1' AS autre \gset
CREATE DATABASE :autre ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0;
\c :autre
\set QUIET on
SET client_min_messages = warning;
SET client_encoding = 'UTF8';
BEGIN;
CREATE EXTENSION creances;
SELECT translate(creances.montant_formate(1234.5, 'EUR', 'fr'), chr(160), ' '), creances.montant_formate(1234.5, 'GBP', 'en'), creances.date_formatee('2026-08-01', 'fr'),
       creances.message('{été}, l''été', '{"été": "août"}', 'fr'), creances.montant_en_lettres(30, 'EUR', 'de');
SELECT count(*) FROM creances.modele_lettre;
SELECT creances.message('été {n', '{}', 'fr');
ROLLBACK;
\c :ici
DROP DATABASE :autre;
