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

-- What people and BI tools read, in a ledger of which one item of eleven is open:
-- each view beside one scan of the open items, each date of the past beside
-- today.  (The scan is that of the table that holds them, settled ones too.)
INSERT INTO public.course (section, code, course, concurrent, reference, sens, but, requete)
SELECT 'lecture', 'ouvertes/' || x.code, 'views on what is open', x.libelle, 'a scan of the open items', CASE WHEN x.rang > 2 THEN 'at most' END,
	   CASE WHEN x.rang > 2 THEN 2 END, x.requete
  FROM (VALUES
	(1, 'scan', 'a scan of the open items',
	 'SET enable_indexscan = off; SET enable_bitmapscan = off; SELECT count(*), sum(solde) FROM creances.creance WHERE solde <> 0'),
	(2, 'index', 'the same, by their index', 'SELECT count(*), sum(solde) FROM creances.creance WHERE solde <> 0'),
	(3, 'encours', 'encours: a sum', 'SELECT count(*), sum(solde) FROM creances.encours'),
	(4, 'debiteurs', 'encours: by debtor', 'SELECT creancier, debiteur, sum(solde), max(retard) FROM creances.encours GROUP BY 1, 2'),
	(5, 'stades', 'encours: by stage', 'SELECT libelle_stade, count(*), sum(solde), min(stade_depuis) FROM creances.encours GROUP BY 1'),
	(6, 'retenues', 'encours: by hold', 'SELECT suspension, count(*), sum(retenu) FROM creances.encours GROUP BY 1'),
	(7, 'balance', 'balance_agee_debiteur', 'SELECT * FROM creances.balance_agee_debiteur'),
	(8, 'a_faire', 'a_faire', 'SELECT * FROM creances.a_faire'),
	(9, 'suspension', 'suspension', 'SELECT * FROM creances.suspension WHERE en_cours'),
	(10, 'promesse', 'promesse', 'SELECT * FROM creances.promesse'),
	(11, 'plan', 'plan', 'SELECT * FROM creances.plan'),
	(12, 'procedures', 'procedure_collective', 'SELECT * FROM creances.procedure_collective'),
	(13, 'limite', 'limite', 'SELECT * FROM creances.limite'),
	(14, 'delais', 'delai_excessif: what is open', 'SELECT * FROM creances.delai_excessif WHERE solde > 0'),
	(15, 'anomalie', 'anomalie: what is to be checked', 'SELECT * FROM creances.anomalie WHERE gravite <> ''information'''),
	(16, 'alerte', 'alerte', 'SELECT * FROM creances.alerte'),
	(17, 'echeances', 'echeances_legales', 'SELECT * FROM creances.echeances_legales'),
	(18, 'tableau', 'tableau_de_bord, of last night', 'SELECT * FROM creances.tableau_de_bord'),
	(19, 'profil', 'profil_payeur, of last night', 'SELECT * FROM creances.profil_payeur'),
	(20, 'signaux', 'signal_faible, of last night', 'SELECT * FROM creances.signal_faible')) x(rang, code, libelle, requete)
 ORDER BY x.rang;
INSERT INTO public.course (section, code, course, concurrent, reference, sens, but, requete)
SELECT 'lecture', f.code || '/' || d.rang, f.code || '(), as many open then', d.libelle, 'today', CASE WHEN d.rang > 1 THEN 'at most' END,
	   CASE WHEN d.rang > 1 THEN 2 END, format('SELECT count(*), sum(%s) FROM creances.%I(%s)', f.somme, f.code, d.au)
  FROM (VALUES (1, 'balance_agee', 'montant'), (2, 'encours_au', 'solde'), (3, 'part_echue', 'echu')) f(rang, code, somme),
	   (VALUES (1, 'today', 'current_date'), (2, '30 days ago', 'current_date - 30'), (3, 'a year ago', 'current_date - 365')) d(rang, libelle, au)
 ORDER BY f.rang, d.rang;
INSERT INTO public.course (section, code, course, concurrent, unite, rapport, requete)
VALUES ('lecture', 'un/debiteur', 'encours, all its columns', 'one debtor', 'ms', 'value',
		'SELECT * FROM creances.encours WHERE creancier = ''principal'' AND debiteur = ''C000123'''),
	   ('lecture', 'un/debut', 'encours, all its columns', 'the first 20 rows', 'ms', 'value', 'SELECT * FROM creances.encours LIMIT 20'),
	   ('lecture', 'un/commande', 'an order', 'commande_autorisee()', 'ms', 'value', 'SELECT * FROM creances.commande_autorisee(''principal'', ''C000123'', 1000)'),
	   ('lecture', 'penalite', 'encours with penalties', 'a late item', 'us', 'value',
		'SELECT count(penalites), sum(total_exigible) FROM creances.encours WHERE retard > 0 AND solde > 0 AND debiteur LIKE ''C0%7'''),
	   ('lecture', 'relever', 'the nightly snapshot', 'relever(), once', 's', 'value', NULL);

-- The half-years that the plpgsql rivals of our functions read.
CREATE TABLE public.semestres AS
SELECT debut, (debut + interval '6 months')::date - 1 AS fin, bce + 10 AS taux
  FROM creances.taux WHERE bce IS NOT NULL;
ALTER TABLE public.semestres ADD PRIMARY KEY (debut);
ANALYZE public.semestres;
