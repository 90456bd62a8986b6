-- What script/bench measures, what each contender is compared with, and how
-- far it may be from it.  A measure is a time, or transactions per second; the
-- ratio is that of the times, or of the throughputs, of the same turn.

\set QUIET on
CREATE TABLE public.course (
	numero		integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	section		text NOT NULL,
	code		text UNIQUE,						-- as script/bench calls it
	course		text NOT NULL,
	concurrent	text NOT NULL,
	requete		text,								-- what tour.sql runs
	facteur		numeric NOT NULL DEFAULT 1,			-- when it runs on a sample
	unite		text NOT NULL DEFAULT 'ms',
	reference	text,								-- a contender of the same race
	rapport		text NOT NULL DEFAULT 'time' CHECK (rapport IN ('time', 'throughput', 'value')),
	sens		text CHECK (sens IN ('at most', 'below', 'at least')),
	but			numeric,
	CHECK ((sens IS NULL) = (but IS NULL)),
	UNIQUE (course, concurrent)
);
CREATE TABLE public.temps (tour integer, numero integer REFERENCES public.course, valeur numeric);
CREATE TABLE public.releve (code text REFERENCES public.course (code), tour integer, valeur numeric, processeur numeric);

-- Milliseconds that a query takes, its result thrown away.
CREATE FUNCTION public.duree(requete text) RETURNS numeric
LANGUAGE plpgsql AS $$
DECLARE
	debut CONSTANT timestamptz := clock_timestamp();
BEGIN
	EXECUTE requete;
	RETURN round(1000 * extract(epoch FROM clock_timestamp() - debut), 1);
END $$;

-- The ERP's single-row transactions, by pgbench.
INSERT INTO public.course (section, code, course, concurrent, unite, reference, rapport, sens, but)
SELECT 'erp', concat_ws('/', o.operation, d.reglage, e.etat), format('%s, %s', o.libelle, d.libelle), e.libelle, 'tps',
	   CASE e.etat WHEN 'immediat' THEN 'plpgsql row mirror' ELSE 'not followed' END,
	   CASE e.etat WHEN 'immediat' THEN 'time' ELSE 'throughput' END,
	   CASE WHEN d.but IS NOT NULL THEN CASE e.etat WHEN 'differe' THEN 'at least' WHEN 'immediat' THEN 'at most' END END,
	   CASE WHEN d.but IS NOT NULL THEN CASE e.etat WHEN 'differe' THEN d.but WHEN 'immediat' THEN 1.3 END END
  FROM (VALUES (1, 'facture', 'one invoice inserted'), (2, 'paiement', 'one payment updated')) AS o (rang, operation, libelle),
	   (VALUES (1, 'durable', 'fsync', 0.90), (2, 'asynchrone', 'commits not awaited', 0.85),
			   (3, 'deux', 'fsync, 2 clients', NULL)) AS d (rang, reglage, libelle, but),
	   (VALUES (1, 'libre', 'not followed'), (2, 'differe', 'followed, differe'), (3, 'miroir', 'plpgsql row mirror'),
			   (4, 'immediat', 'followed, immediat')) AS e (rang, etat, libelle)
 ORDER BY o.rang, d.rang, e.rang;
INSERT INTO public.course (section, code, course, concurrent, unite, reference, sens, but)
VALUES ('erp', 'paire/libre', 'CPU of both, one after the other', 'not followed', 'us', 'not followed', NULL, NULL),
	   ('erp', 'paire/vide', 'CPU of both, one after the other', 'empty statement trigger', 'us', 'not followed', NULL, NULL),
	   ('erp', 'paire/differe', 'CPU of both, one after the other', 'followed, differe', 'us', 'not followed', 'at most', 1.2),
	   ('erp', 'paire/miroir', 'CPU of both, one after the other', 'plpgsql row mirror', 'us', 'not followed', NULL, NULL),
	   ('erp', 'paire/immediat', 'CPU of both, one after the other', 'followed, immediat', 'us', 'plpgsql row mirror', NULL, NULL);

-- Its statements on many rows.  The empty trigger, with transition tables, is
-- what the server itself asks for being told of the rows.
INSERT INTO public.course (section, code, course, concurrent, reference, sens, but)
SELECT 'masse', concat_ws('/', o.operation, e.etat), o.libelle, e.libelle,
	   CASE e.etat WHEN 'immediat' THEN 'plpgsql row mirror' ELSE 'not followed' END,
	   CASE WHEN e.etat IN ('differe', 'immediat') THEN 'at most' END,
	   CASE e.etat WHEN 'differe' THEN o.but WHEN 'immediat' THEN 1.0 END
  FROM (VALUES (1, 'copie', 'COPY of 100,000 invoices', 1.2), (2, 'paiement', 'UPDATE, 100,000 payments', 1.25),
			   (3, 'autre', 'UPDATE, 100,000, other columns', 1.1)) AS o (rang, operation, libelle, but),
	   (VALUES (1, 'libre', 'not followed'), (2, 'vide', 'empty statement trigger'), (3, 'differe', 'followed, differe'),
			   (4, 'miroir', 'plpgsql row mirror'), (5, 'immediat', 'followed, immediat')) AS e (rang, etat, libelle)
 ORDER BY o.rang, e.rang;

-- What mode differe has put off.
INSERT INTO public.course (section, code, course, concurrent, reference, sens, but)
VALUES ('masse', 'nouvelles/insert', '100,000 new keys in the journal', 'INSERT ... SELECT of them', 'INSERT ... SELECT of them', NULL, NULL),
	   ('masse', 'nouvelles/rafraichir', '100,000 new keys in the journal', 'rafraichir()', 'INSERT ... SELECT of them', 'below', 3),
	   ('masse', 'payees/insert', '100,000 paid keys in the journal', 'INSERT ... SELECT of the payments', 'INSERT ... SELECT of the payments', NULL, NULL),
	   ('masse', 'payees/soldes', '100,000 paid keys in the journal', 'the same and UPDATE of the balances', 'INSERT ... SELECT of the payments', NULL, NULL),
	   ('masse', 'payees/rafraichir', '100,000 paid keys in the journal', 'rafraichir()', 'INSERT ... SELECT of the payments', 'below', 3);

-- The first load, and what other sessions see of it.
INSERT INTO public.course (section, code, course, concurrent, unite, reference, rapport, sens, but)
VALUES ('chargement', 'copie', 'first load of a table', 'CREATE TABLE AS, keys and indexes', 's', 'CREATE TABLE AS, keys and indexes', 'time', NULL, NULL),
	   ('chargement', 'copies', 'first load of a table', 'the same and a table of what was paid', 's', 'CREATE TABLE AS, keys and indexes', 'time', NULL, NULL),
	   ('chargement', 'suivre', 'first load of a table', 'suivre_factures()', 's', 'CREATE TABLE AS, keys and indexes', 'time', 'at most', 3),
	   ('chargement', 'synchroniser', 'first load of a table', 'charger => false, CALL synchroniser()', 's', 'CREATE TABLE AS, keys and indexes', 'time', NULL, NULL),
	   ('chargement', 'repris', 'first load of a table', 'the same, interrupted, called again', 's', 'CREATE TABLE AS, keys and indexes', 'time', NULL, NULL),
	   ('chargement', 'attente/avant', 'longest wait of a payment meanwhile', 'before', 'ms', NULL, 'value', NULL, NULL),
	   ('chargement', 'attente/suivre', 'longest wait of a payment meanwhile', 'suivre_factures()', 'ms', NULL, 'value', NULL, NULL),
	   ('chargement', 'attente/poser', 'longest wait of a payment meanwhile', 'charger => false', 'ms', NULL, 'value', 'at most', 250),
	   ('chargement', 'attente/synchroniser', 'longest wait of a payment meanwhile', 'CALL synchroniser()', 'ms', NULL, 'value', 'at most', 250);

-- A night: what the pass writes, by plain SQL; and the same items due among ten
-- times more that are not.
INSERT INTO public.course (section, code, course, concurrent, reference, sens, but)
VALUES ('nuit', 'grande/insert', 'a night, one open item of 50 due', 'INSERT ... SELECT of the rows written', 'INSERT ... SELECT of the rows written', NULL, NULL),
	   ('nuit', 'grande/passe', 'a night, one open item of 50 due', 'passe_relance()', 'INSERT ... SELECT of the rows written', 'at most', 3),
	   ('nuit', 'petite/insert', 'a night, one open item of 5 due', 'INSERT ... SELECT of the rows written', 'INSERT ... SELECT of the rows written', NULL, NULL),
	   ('nuit', 'petite/passe', 'a night, one open item of 5 due', 'passe_relance()', 'INSERT ... SELECT of the rows written', 'at most', 3),
	   ('nuit', 'nuit/petite', 'passe_relance(), as many items due', 'of few open items', 'of few open items', NULL, NULL),
	   ('nuit', 'nuit/grande', 'passe_relance(), as many items due', 'of ten times more', 'of few open items', 'at most', 1.25);

-- The half-years that the plpgsql rivals of our functions read.
CREATE TABLE public.semestres AS
SELECT debut, (debut + interval '6 months')::date - 1 AS fin, bce + 10 AS taux
  FROM creances.taux WHERE bce IS NOT NULL;
ALTER TABLE public.semestres ADD PRIMARY KEY (debut);
ANALYZE public.semestres;
