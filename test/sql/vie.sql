-- Three years of life, night after night, against an oracle that follows the
-- engine's rules one by one: invoices, payments whole and in part, bounced
-- cheques, credit notes and money on account, disputes with each outcome,
-- promises kept and broken, plans kept, missed and fallen, insolvencies, days
-- of grace, holds by hand, e-invoicing statuses, due dates put off, scenarios
-- changed in flight, validations, failures, sendings told late, missed nights.
--
-- Everything that happens is decided by a hash of the seed, the day and what it
-- happens to. It is done to the ERP's tables and through the extension's calls,
-- and written in the generator's own books (piece, acte, engagement...). The
-- oracle reads these books and its own queue, and nothing of the extension but
-- the calendar of working days, tested elsewhere. Each night the queue, line by
-- line, and the reason of every item that is not in it are held against its
-- own; at each taking, the amounts; at the end, the stage of past days.
\set QUIET on
SET client_min_messages = error; -- a promise of a debtor under insolvency proceedings is warned of
SET datestyle = 'ISO, YMD';
SET jit = off;
SET synchronous_commit = off;
\pset format unaligned
\pset tuples_only on
\set long ''
\getenv long CREANCES_LONG
CREATE EXTENSION creances;
CREATE SCHEMA vie;
SET search_path = vie, pg_catalog;

\set graine 'vie 1'
\echo seed :graine
SELECT CASE WHEN :'long' = '' THEN 24 ELSE 5000 END AS debiteurs \gset
\set debut 2021-01-04
\set jours 1096
-- the reasons are compared every so many nights
SELECT CASE WHEN :'long' = '' THEN 5 ELSE 1 END AS raisons \gset

-- A number from 0 to n - 1 that depends on the text and the seed only.
SELECT format('CREATE FUNCTION de(quoi text, n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS
$$ SELECT (''x'' || substr(md5(%L || quoi), 1, 7))::bit(28)::integer %% n $$', :'graine') \gexec

-- --------------------------------------------------------- the ERP's own tables

-- A keeps a paid amount and the date of the last payment, followed at once; B
-- has a table of payments, followed at each refresh.
CREATE TABLE fa (id bigint PRIMARY KEY, numero text, rang integer, client text, emission date, echeance date, montant numeric, devise text,
				 paye numeric NOT NULL DEFAULT 0, paye_le date);
CREATE TABLE fb (id bigint PRIMARY KEY, numero text, rang integer, client text, emission date, echeance date, montant numeric, devise text);
CREATE TABLE pb (id bigint PRIMARY KEY, facture bigint, client text, le date, montant numeric, mode text, devise text);
CREATE TABLE clients (code text PRIMARY KEY, nom text, genre text, zone text, segment text);

-- ------------------------------------------------------------ the books

CREATE TABLE piece (
	creancier text, facture text, rang integer, id bigint, debiteur text, devise text, emission date, echeance date, echeance0 date,
	montant numeric, solde numeric, paye numeric NOT NULL DEFAULT 0, compte boolean NOT NULL DEFAULT false, retiree boolean NOT NULL DEFAULT false,
	reprise text, PRIMARY KEY (creancier, facture, rang));
CREATE INDEX ON piece (creancier, debiteur) WHERE solde <> 0;
CREATE TABLE mouvement (n bigint GENERATED ALWAYS AS IDENTITY, creancier text, facture text, rang integer, le date, montant numeric, avoir boolean);
CREATE INDEX ON mouvement (creancier, facture, rang);
-- what will happen on a day: before its pass (phase 1) or after it (2)
CREATE TABLE agenda (n bigint GENERATED ALWAYS AS IDENTITY, le date, phase integer, quoi text, creancier text, facture text, rang integer, montant numeric, acte integer);
CREATE INDEX ON agenda (le, phase);
CREATE TABLE acte (
	id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, acte uuid, genre text, creancier text, debiteur text, facture text NOT NULL DEFAULT '',
	rang integer NOT NULL DEFAULT 0, le date, jusque date, montant numeric, issue text, part numeric, clos_apres bigint, annule_le date,
	statut text);
CREATE INDEX ON acte (creancier, facture);
CREATE INDEX ON acte (creancier, debiteur);
CREATE TABLE engagement (id integer PRIMARY KEY, devise text, tolerance integer, decheance text, preavis integer, notifie_le date, rompu_le date,
	credits numeric, initial numeric, dates date[], montants numeric[]);
CREATE TABLE engagement_item (id integer, creancier text, facture text, rang integer, solde numeric);
CREATE INDEX ON engagement_item (creancier, facture, rang);
CREATE TABLE affectation (creancier text, niveau text, cle text, scenario text, PRIMARY KEY (creancier, niveau, cle));
CREATE TABLE societe (creancier text PRIMARY KEY, scenario text);
CREATE TABLE scenario (scenario text PRIMARY KEY, contact_min integer, montant_min numeric, tolerance_jours integer, tolerance_montant numeric,
	groupement text, actif boolean DEFAULT true);
CREATE TABLE etape (scenario text, etape integer, delai integer, canal text, stade creances.stade_relance, validation boolean,
	sans_confirmation boolean, delai_accorde integer, repeter_jours integer, repetitions integer, PRIMARY KEY (scenario, etape));
CREATE TABLE compte (quoi text PRIMARY KEY, nb bigint);
CREATE FUNCTION compter(p_quoi text, p_nb bigint DEFAULT 1) RETURNS void LANGUAGE sql AS
$$ INSERT INTO vie.compte VALUES (p_quoi, p_nb) ON CONFLICT (quoi) DO UPDATE SET nb = compte.nb + excluded.nb $$;

-- ------------------------------------------------------- the oracle's own state

CREATE TABLE fait (creancier text, facture text, rang integer, scenario text, etape integer, stade creances.stade_relance, le date,
	accorde_au date, repetitions integer, PRIMARY KEY (creancier, facture, rang));
-- each step done, for the stages of past days
CREATE TABLE histoire (n bigint GENERATED ALWAYS AS IDENTITY, creancier text, facture text, rang integer, stade creances.stade_relance, le date);
CREATE INDEX ON histoire (creancier, facture, rang);
CREATE TABLE action (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, creancier text, debiteur text, devise text, classe text, groupe text,
	le date, canal text, stade creances.stade_relance, etat text, validation boolean, validee boolean NOT NULL DEFAULT false,
	scenario text, prise_le date, envoyee_le date);
CREATE INDEX ON action (creancier, debiteur);
CREATE INDEX ON action (etat);
CREATE INDEX ON action (le);
CREATE TABLE ligne (action integer, creancier text, facture text, rang integer, reclamee boolean, scenario text, etape integer,
	stade creances.stade_relance, occurrence integer, echeance date, etat text, montant numeric,
	PRIMARY KEY (action, creancier, facture, rang));
CREATE INDEX ON ligne (creancier, facture, rang);

-- The items of tonight, and what the rules say of each.
CREATE TABLE t (
	creancier text, facture text, rang integer, debiteur text, devise text, emission date, echeance date, montant numeric, solde numeric, compte boolean,
	type text, zone text, segment text, reprise text,
	motif text, fin date, exigible numeric, suivie date, e date, couvert numeric, reste numeric,
	scenario text, contact_min integer, montant_min numeric, tolerance_jours integer, tolerance_montant numeric, groupement text, groupe text,
	f_scenario text, f_etape integer, f_stade creances.stade_relance, f_le date, f_delai integer, accorde_au date, repetitions integer,
	etape integer, canal text, classe text, stade creances.stade_relance, validation boolean, sans_confirmation boolean,
	delai_accorde integer, repete boolean, des_le date, due_le date, raison text,
	PRIMARY KEY (creancier, facture, rang)) WITH (fillfactor = 20);
-- what holds each, and the most that it lets claim
CREATE TABLE retenue (creancier text, facture text, rang integer, poids integer, motif text, fin date, plafond numeric, e date);

-- the acts that concern each
CREATE TABLE vise (creancier text, facture text, rang integer, emission date, montant numeric, solde numeric, id integer, genre text, le date, jusque date,
	fin date, limite date, conteste numeric, issue text, admis numeric, clos_apres bigint);

CREATE FUNCTION decimales(devise text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT CASE devise WHEN 'JPY' THEN 0 WHEN 'TND' THEN 3 ELSE 2 END $$;
CREATE FUNCTION classe(canal text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN canal IN ('telephone', 'interne') THEN canal ELSE 'message' END $$;

-- The debtor's credits in a currency: below zero, and what is on account.
CREATE FUNCTION credits(p_creancier text, p_debiteur text, p_devise text) RETURNS numeric LANGUAGE sql STABLE AS $$
	SELECT greatest(0, coalesce(sum(-solde), 0)) FROM vie.piece
	 WHERE creancier = p_creancier AND debiteur = p_debiteur AND devise = p_devise AND solde <> 0 AND (solde < 0 OR compte)
$$;

-- -------------------------------------------------------------- the oracle

-- Where a promise or a plan is.
CREATE FUNCTION engagement_au(p_id integer, au date, OUT recu numeric, OUT tenu boolean, OUT rompu boolean, OUT arriere numeric, OUT e date)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	g vie.engagement;
	a vie.acte;
	s numeric;
	du numeric := 0;
	du_notifie numeric := 0;
	cumul numeric := 0;
	total numeric := 0;
BEGIN
	SELECT * INTO g FROM vie.engagement WHERE id = p_id;
	SELECT * INTO a FROM vie.acte WHERE id = p_id;
	SELECT sum(greatest(0, p.solde)) INTO s FROM vie.engagement_item i JOIN vie.piece p USING (creancier, facture, rang) WHERE i.id = p_id;
	recu := g.initial - s + greatest(0, vie.credits(a.creancier, a.debiteur, g.devise) - g.credits);
	FOR i IN 1 .. cardinality(g.dates) LOOP
		total := total + g.montants[i];
		IF g.dates[i] + g.tolerance < au THEN
			du := du + g.montants[i];
		END IF;
		IF g.dates[i] + g.tolerance < g.notifie_le THEN
			du_notifie := du_notifie + g.montants[i];
		END IF;
	END LOOP;
	tenu := s = 0 OR recu >= total;
	arriere := CASE WHEN tenu THEN 0 ELSE greatest(0, du - recu) END;
	IF a.genre = 'promesse' THEN
		rompu := NOT tenu AND au > g.dates[1] + g.tolerance;
	ELSE
		rompu := g.rompu_le IS NOT NULL
			OR g.decheance = 'immediate' AND arriere > 0
			OR g.decheance = 'preavis' AND NOT tenu AND g.notifie_le IS NOT NULL AND au > g.notifie_le + g.preavis AND recu < du_notifie;
	END IF;
	-- the first instalment that is missed
	FOR i IN 1 .. cardinality(g.dates) LOOP
		cumul := cumul + g.montants[i];
		IF e IS NULL AND g.dates[i] + g.tolerance < au AND recu < cumul THEN
			e := g.dates[i];
		END IF;
	END LOOP;
END $$;

-- Fill t: what can be claimed of each item, and where its clock is.
CREATE FUNCTION situation(au date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r record;
	v record;
	item vie.t;
	credit numeric;
	part numeric;
	arriere numeric;
BEGIN
	TRUNCATE vie.t, vie.retenue, vie.vise;
	-- its scenario: by invoice, debtor, segment, creditor; and the step done
	INSERT INTO vie.t (creancier, facture, rang, debiteur, devise, emission, echeance, suivie, montant, solde, compte, type, zone, segment, reprise, exigible, couvert, reste,
					   f_scenario, f_etape, f_stade, f_le, accorde_au, repetitions, scenario)
	SELECT p.creancier, p.facture, p.rang, p.debiteur, p.devise, p.emission, p.echeance, p.echeance, p.montant, p.solde, p.compte, c.genre, c.zone, c.segment, p.reprise,
		   p.solde, 0, p.solde, f.scenario, f.etape, f.stade, f.le, f.accorde_au, f.repetitions,
		   coalesce((SELECT f.scenario FROM vie.affectation f WHERE f.creancier = p.creancier AND f.niveau = 'facture' AND f.cle = p.facture),
					(SELECT f.scenario FROM vie.affectation f WHERE f.creancier = p.creancier AND f.niveau = 'debiteur' AND f.cle = p.debiteur),
					(SELECT f.scenario FROM vie.affectation f WHERE f.creancier = p.creancier AND f.niveau = 'segment' AND f.cle = c.segment),
					(SELECT s.scenario FROM vie.societe s WHERE s.creancier = p.creancier))
	  FROM vie.piece p
	  JOIN vie.clients c ON c.code = p.debiteur
	  LEFT JOIN vie.fait f ON (f.creancier, f.facture, f.rang) = (p.creancier, p.facture, p.rang)
	 WHERE p.solde <> 0;

	-- the acts that concern each item, rule by rule
	INSERT INTO vie.vise
	SELECT x.creancier, x.facture, x.rang, x.emission, x.montant, x.solde, a.id, a.genre, a.le, a.jusque, least(a.jusque, a.annule_le - 1) AS fin, a.annule_le - 1 AS limite, a.montant AS conteste, a.issue, a.part AS admis, a.clos_apres
	  FROM vie.t x JOIN vie.acte a ON a.creancier = x.creancier
	   AND (a.facture = x.facture AND a.rang IN (0, x.rang)
			OR a.facture = '' AND a.debiteur = x.debiteur AND (a.genre = 'litige' OR x.emission <= a.le))
	 WHERE a.genre NOT IN ('promesse', 'plan') AND a.le <= au AND (a.annule_le IS NULL OR au < a.annule_le);
	INSERT INTO vie.retenue SELECT creancier, facture, rang, 1, genre, limite, 0 FROM vie.vise WHERE genre = 'procedure_collective' AND emission < le;
	INSERT INTO vie.retenue SELECT creancier, facture, rang, 2, genre, fin, 0 FROM vie.vise WHERE genre = 'delai_de_grace' AND au <= jusque;
	INSERT INTO vie.retenue SELECT creancier, facture, rang, 3, genre, fin, 0 FROM vie.vise WHERE genre = 'rejet' AND (jusque IS NULL OR au <= jusque);
	INSERT INTO vie.retenue SELECT creancier, facture, rang, 4, genre, fin, 0 FROM vie.vise WHERE genre = 'litige' AND conteste IS NULL AND (jusque IS NULL OR au <= jusque);
	INSERT INTO vie.retenue SELECT creancier, facture, rang, 5, genre, fin, 0 FROM vie.vise WHERE genre = 'suspension' AND (jusque IS NULL OR au <= jusque);
	-- the disputed part of it
	INSERT INTO vie.retenue
	SELECT creancier, facture, rang, 4, 'litige', CASE WHEN bool_and(fin IS NOT NULL) THEN max(fin) END, min(solde) - sum(conteste)
	  FROM vie.vise WHERE genre = 'litige' AND conteste IS NOT NULL AND (jusque IS NULL OR au <= jusque) GROUP BY creancier, facture, rang;
	-- found right: until its credit note
	INSERT INTO vie.retenue
	SELECT w.creancier, w.facture, w.rang, 9, 'avoir', w.limite, w.solde - greatest(0, w.admis - coalesce(m.somme, 0))
	  FROM vie.vise w
	 CROSS JOIN LATERAL (SELECT sum(m.montant) AS somme FROM vie.mouvement m
						  WHERE m.creancier = w.creancier AND m.facture = w.facture AND m.rang = w.rang AND m.avoir AND m.n > w.clos_apres) m
	 WHERE w.genre = 'litige' AND w.issue IN ('fonde', 'partiel') AND w.jusque < au AND w.admis IS NOT NULL;
	INSERT INTO vie.retenue SELECT creancier, facture, rang, 9, 'avoir', limite, 0 FROM vie.vise
	 WHERE genre = 'litige' AND issue = 'fonde' AND admis IS NULL AND jusque < au;
	-- announced as paid by the platform
	INSERT INTO vie.retenue
	SELECT creancier, facture, rang, 8, 'encaissement', NULL, min(solde) - greatest(0, sum(conteste) - (min(montant) - min(solde)))
	  FROM vie.vise WHERE genre = 'encaissement' GROUP BY creancier, facture, rang;
	-- promises that may still be kept
	FOR r IN SELECT a.id, least(a.jusque, a.annule_le - 1) AS jusque, g.dates[1] + g.tolerance AS terme FROM vie.acte a JOIN vie.engagement g USING (id)
			  WHERE a.genre = 'promesse' AND a.le <= au AND (a.annule_le IS NULL OR au < a.annule_le) AND (a.jusque IS NULL OR au <= a.jusque)
				AND au <= g.dates[1] + g.tolerance LOOP
		IF NOT (vie.engagement_au(r.id, au)).tenu THEN
			INSERT INTO vie.retenue SELECT i.creancier, i.facture, i.rang, 6, 'promesse', least(r.terme, r.jusque), 0 FROM vie.engagement_item i WHERE i.id = r.id;
		END IF;
	END LOOP;
	-- plans: the arrears, over the oldest of its items, each up to its balance
	FOR r IN SELECT a.id, least(a.jusque, a.annule_le - 1) AS jusque FROM vie.acte a
			  WHERE a.genre = 'plan' AND a.le <= au AND (a.annule_le IS NULL OR au < a.annule_le) AND (a.jusque IS NULL OR au <= a.jusque)
				AND EXISTS (SELECT FROM vie.engagement_item i JOIN vie.t USING (creancier, facture, rang) WHERE i.id = a.id) LOOP
		SELECT * INTO v FROM vie.engagement_au(r.id, au);
		CONTINUE WHEN v.tenu OR v.rompu;
		arriere := v.arriere;
		FOR item IN SELECT y.* FROM vie.engagement_item i JOIN vie.t y USING (creancier, facture, rang)
				  WHERE i.id = r.id AND y.solde > 0 ORDER BY y.echeance, y.facture, y.rang LOOP
			part := least(item.solde, arriere);
			arriere := arriere - part;
			INSERT INTO vie.retenue VALUES (item.creancier, item.facture, item.rang, 7, 'plan', r.jusque, part, CASE WHEN v.arriere > 0 THEN v.e END);
		END LOOP;
	END LOOP;
	-- the most careful wins; the gravest that leaves nothing is told; a plan's instalment replaces the due date
	UPDATE vie.t x SET exigible = greatest(0, least(x.solde, h.plafond)), reste = greatest(0, least(x.solde, h.plafond)), suivie = coalesce(h.e, x.suivie),
					   motif = g.motif, fin = g.fin
	  FROM (SELECT creancier, facture, rang, min(plafond) AS plafond, min(retenue.e) AS e FROM vie.retenue GROUP BY 1, 2, 3) h
	  LEFT JOIN (SELECT DISTINCT ON (creancier, facture, rang) creancier, facture, rang, retenue.motif, retenue.fin
				   FROM vie.retenue WHERE plafond <= 0 ORDER BY creancier, facture, rang, poids, retenue.fin DESC) g USING (creancier, facture, rang)
	 WHERE x.solde > 0 AND (h.creancier, h.facture, h.rang) = (x.creancier, x.facture, x.rang);

	-- credits first, the oldest overdue ones
	FOR v IN SELECT DISTINCT creancier, debiteur, devise FROM vie.t WHERE solde < 0 LOOP
		credit := vie.credits(v.creancier, v.debiteur, v.devise);
		FOR item IN SELECT * FROM vie.t x WHERE (x.creancier, x.debiteur, x.devise) = (v.creancier, v.debiteur, v.devise)
					   AND x.solde > 0 AND NOT x.compte AND x.echeance < au AND x.motif IS NULL ORDER BY x.echeance, x.facture, x.rang LOOP
			part := least(credit, item.exigible);
			credit := credit - part;
			UPDATE vie.t x SET couvert = part, reste = item.exigible - part WHERE (x.creancier, x.facture, x.rang) = (item.creancier, item.facture, item.rang);
		END LOOP;
	END LOOP;

	-- what its scenario says; its due date for dunning, on a working day for a public debtor (but a plan's)
	UPDATE vie.t x SET contact_min = s.contact_min, montant_min = s.montant_min, tolerance_jours = s.tolerance_jours,
			tolerance_montant = s.tolerance_montant, groupement = s.groupement,
			groupe = CASE s.groupement WHEN 'facture' THEN x.facture || ':' || x.rang ELSE '' END,
			e = CASE WHEN x.type = 'public' AND x.suivie = x.echeance THEN creances.jour_ouvre_suivant(x.suivie, x.zone) ELSE x.suivie END,
			f_delai = (SELECT p.delai FROM vie.etape p WHERE p.scenario = x.f_scenario AND p.etape = x.f_etape)
	  FROM vie.scenario s WHERE s.scenario = x.scenario AND s.actif;
	-- come in directly: the stage of its age
	UPDATE vie.t x SET f_scenario = p.scenario, f_etape = p.etape, f_stade = p.stade, f_delai = p.delai, f_le = current_setting('vie.debut')::date, repetitions = 0
	  FROM vie.etape p
	 WHERE x.reprise = 'directe' AND x.f_stade IS NULL AND p.scenario = x.scenario AND x.contact_min IS NOT NULL
	   AND p.etape = (SELECT max(q.etape) FROM vie.etape q WHERE q.scenario = x.scenario AND q.delai >= 0 AND q.stade <= 'relance_3'
														  AND x.echeance + q.delai <= current_setting('vie.debut')::date);
	-- the next one: the first that is later than the step done, above its stage if the scenario is another one
	UPDATE vie.t x SET etape = n.etape, repete = false
	  FROM (SELECT y.creancier, y.facture, y.rang, min(p.etape) AS etape
			  FROM vie.t y JOIN vie.etape p ON p.scenario = y.scenario AND (p.delai >= 0 OR au <= y.e)
			 WHERE y.solde > 0 AND y.contact_min IS NOT NULL
			   AND (y.f_stade IS NULL
					OR coalesce(y.f_scenario, y.scenario) = y.scenario AND (p.stade > y.f_stade OR p.stade = y.f_stade AND p.etape > y.f_etape)
					OR y.f_scenario <> y.scenario AND p.stade > y.f_stade)
			 GROUP BY 1, 2, 3) n
	 WHERE (n.creancier, n.facture, n.rang) = (x.creancier, x.facture, x.rang);
	-- none left: the last one again, as often as it says
	UPDATE vie.t x SET etape = p.etape, repete = true
	  FROM vie.etape p
	 WHERE x.solde > 0 AND x.etape IS NULL AND x.contact_min IS NOT NULL AND x.f_scenario = x.scenario
	   AND p.scenario = x.scenario AND p.etape = x.f_etape AND p.stade = x.f_stade AND x.repetitions < p.repetitions
	   AND NOT EXISTS (SELECT FROM vie.etape q WHERE q.scenario = p.scenario AND q.etape > p.etape);
	UPDATE vie.t x
	   SET canal = p.canal, classe = vie.classe(p.canal), stade = p.stade, validation = p.validation,
		   sans_confirmation = p.sans_confirmation, delai_accorde = p.delai_accorde, des_le = q.des_le, due_le = creances.jour_ouvre_suivant(q.des_le, x.zone)
	  FROM vie.t y JOIN vie.etape p ON p.scenario = y.scenario AND p.etape = y.etape
	 CROSS JOIN LATERAL (SELECT greatest(y.e + CASE WHEN p.delai >= 0 THEN greatest(p.delai, y.tolerance_jours + 1) ELSE p.delai END,
										 y.f_le + CASE WHEN y.repete THEN p.repeter_jours ELSE greatest(p.delai - y.f_delai, 1) END,
										 y.accorde_au + 1,
										 CASE WHEN y.reprise IS NOT NULL THEN current_setting('vie.debut')::date END) AS des_le) q
	 WHERE (y.creancier, y.facture, y.rang) = (x.creancier, x.facture, x.rang);
END $$;

-- A queued claim of an item (NULL: it owes nothing) still holds.
CREATE FUNCTION tient(l vie.ligne, a vie.action, au date) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
	x vie.t;
BEGIN
	SELECT * INTO x FROM vie.t WHERE (creancier, facture, rang) = (l.creancier, l.facture, l.rang);
	IF NOT FOUND OR x.solde <= 0 THEN
		RETURN false;
	END IF;
	RETURN x.debiteur = a.debiteur AND x.devise = a.devise AND x.suivie <= l.echeance AND x.motif IS NULL
		AND NOT (l.stade = 'preventive' AND x.suivie < au);
END $$;

-- The reason of each item: the first that applies.
CREATE FUNCTION raisonner(au date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	-- a live claim of the queue, of which the pass would leave something; and a step that failed
	CREATE TEMP TABLE IF NOT EXISTS attente (creancier text, facture text, rang integer, etat text, scenario text, etape integer);
	TRUNCATE pg_temp.attente;
	INSERT INTO pg_temp.attente
	SELECT l.creancier, l.facture, l.rang, l.etat, l.scenario, l.etape FROM vie.action a JOIN vie.ligne l ON l.action = a.id
	 WHERE a.etat IN ('a_valider', 'a_envoyer', 'prise', 'echec') AND l.reclamee AND l.etat = a.etat AND (l.etat IN ('prise', 'echec') OR vie.tient(l, a, au));
	UPDATE vie.t x SET raison = CASE
		WHEN solde < 0 THEN 'credit'
		WHEN motif IS NOT NULL THEN 'suspendue : ' || replace(motif, '_', ' ') || coalesce(' jusqu''au ' || fin, '')
		WHEN EXISTS (SELECT FROM pg_temp.attente l WHERE (l.creancier, l.facture, l.rang) = (x.creancier, x.facture, x.rang) AND l.etat = 'a_valider') THEN 'attend la validation'
		WHEN EXISTS (SELECT FROM pg_temp.attente l WHERE (l.creancier, l.facture, l.rang) = (x.creancier, x.facture, x.rang) AND l.etat IN ('a_envoyer', 'prise')) THEN 'attend l''envoi'
		WHEN contact_min IS NULL THEN 'scenario inconnu'
		WHEN etape IS NULL THEN 'derniere etape'
		WHEN due_le > au THEN 'attend le ' || due_le
		WHEN NOT creances.est_ouvre(au, zone) THEN 'attend le ' || creances.jour_ouvre_suivant(au, zone)
		WHEN reste <= 0 THEN 'couverte par un credit'
		WHEN reste < greatest(montant_min, 10.0 ^ -vie.decimales(devise)) THEN 'montant minimal'
		WHEN solde < montant AND reste <= tolerance_montant THEN 'montant minimal'
		WHEN EXISTS (SELECT FROM pg_temp.attente l WHERE (l.creancier, l.facture, l.rang) = (x.creancier, x.facture, x.rang) AND l.etat = 'echec'
						AND l.scenario = x.scenario AND l.etape = x.etape) THEN 'echec : attend remettre() ou passer_etape()' END;
	-- then by group
	UPDATE vie.t x SET raison = 'un message par nuit' FROM vie.action a
	 WHERE x.raison IS NULL AND a.le = au AND (a.creancier, a.debiteur, a.devise, a.classe, a.groupe) = (x.creancier, x.debiteur, x.devise, x.classe, x.groupe);
	FOR r IN SELECT a.* FROM vie.action a
			  WHERE a.etat IN ('a_valider', 'a_envoyer', 'prise')
				AND EXISTS (SELECT FROM vie.ligne l WHERE l.action = a.id AND l.reclamee AND l.etat = a.etat
							   AND (l.etat = 'prise' AND EXISTS (SELECT FROM vie.t WHERE t.solde > 0 AND (t.creancier, t.facture, t.rang) = (l.creancier, l.facture, l.rang))
									OR vie.tient(l, a, au)))
			  ORDER BY a.etat = 'a_valider' LOOP
		UPDATE vie.t x SET raison = CASE r.etat WHEN 'a_valider' THEN 'attend la validation du message precedent' ELSE 'attend l''envoi du message precedent' END
		 WHERE x.raison IS NULL AND (r.creancier, r.debiteur, r.devise, r.classe, r.groupe) = (x.creancier, x.debiteur, x.devise, x.classe, x.groupe)
		   AND (r.etat <> 'a_valider' OR x.validation);
	END LOOP;
	UPDATE vie.t x SET raison = 'espacement : attend le ' || m.dernier + x.contact_min
	  FROM (SELECT creancier, debiteur, devise, groupe, max(coalesce(envoyee_le, prise_le)) AS dernier FROM vie.action
			 WHERE classe = 'message' AND etat IN ('prise', 'envoyee') GROUP BY 1, 2, 3, 4) m
	 WHERE x.raison IS NULL AND x.classe = 'message' AND x.stade < 'mise_en_demeure' AND x.groupement <> 'facture'
	   AND (m.creancier, m.debiteur, m.devise, m.groupe) = (x.creancier, x.debiteur, x.devise, x.groupe) AND au < m.dernier + x.contact_min;
	UPDATE vie.t x SET raison = 'une etape a valider part seule, avant'
	 WHERE x.raison IS NULL AND NOT x.validation
	   AND EXISTS (SELECT FROM vie.t y WHERE y.raison IS NULL AND y.validation
					  AND (y.creancier, y.debiteur, y.devise, y.classe, y.groupe) = (x.creancier, x.debiteur, x.devise, x.classe, x.groupe));
	UPDATE vie.t x SET raison = 'une mise en demeure part seule, avant'
	 WHERE x.raison IS NULL AND x.classe = 'message'
	   AND EXISTS (SELECT FROM vie.t y WHERE y.raison IS NULL AND y.stade >= 'mise_en_demeure' AND y.stade > x.stade
					  AND (y.creancier, y.debiteur, y.devise, y.classe, y.groupe) = (x.creancier, x.debiteur, x.devise, x.classe, x.groupe));
	UPDATE vie.t SET raison = 'due' WHERE raison IS NULL;
END $$;

-- A step is done: by a sending, by hand, or when it is queued.
CREATE FUNCTION faire(p_creancier text, p_facture text, p_rang integer, p_scenario text, p_etape integer, p_stade creances.stade_relance,
					  p_accorde integer, p_le date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO vie.fait AS f VALUES (p_creancier, p_facture, p_rang, p_scenario, p_etape, p_stade, p_le, p_le + p_accorde, 0)
	ON CONFLICT (creancier, facture, rang) DO UPDATE
	   SET scenario = excluded.scenario, etape = excluded.etape, stade = excluded.stade, le = excluded.le, accorde_au = excluded.accorde_au,
		   repetitions = CASE WHEN f.scenario = excluded.scenario AND f.etape = excluded.etape THEN f.repetitions + 1 ELSE 0 END;
	INSERT INTO vie.histoire (creancier, facture, rang, stade, le) VALUES (p_creancier, p_facture, p_rang, p_stade, p_le);
END $$;

-- Actions that claim nothing any more.
CREATE FUNCTION balayer() RETURNS void LANGUAGE sql AS $$
	UPDATE vie.action a SET etat = 'annulee'
	 WHERE a.etat IN ('a_valider', 'a_envoyer', 'echec') AND NOT EXISTS (SELECT FROM vie.ligne l WHERE l.action = a.id AND l.reclamee AND l.etat = a.etat)
$$;

-- What the pass of a creditor does (t holds the situation, without reasons).
CREATE FUNCTION passer(au date, p_creancier text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	-- come in directly: kept
	PERFORM vie.faire(x.creancier, x.facture, x.rang, x.f_scenario, x.f_etape, x.f_stade, NULL, x.f_le) FROM vie.t x
	  WHERE x.creancier = p_creancier AND x.solde > 0 AND x.reprise = 'directe' AND x.f_stade IS NOT NULL
		AND NOT EXISTS (SELECT FROM vie.fait f WHERE (f.creancier, f.facture, f.rang) = (x.creancier, x.facture, x.rang));
	-- plans that fall
	UPDATE vie.engagement g SET rompu_le = au FROM vie.acte a
	 WHERE a.id = g.id AND a.creancier = p_creancier AND g.rompu_le IS NULL AND a.genre = 'plan' AND (a.annule_le IS NULL OR au < a.annule_le) AND (a.jusque IS NULL OR au <= a.jusque)
	   AND (vie.engagement_au(g.id, au)).rompu;
	-- claims that do not hold
	UPDATE vie.ligne l SET etat = 'annulee' FROM vie.action a
	 WHERE a.id = l.action AND a.creancier = p_creancier AND a.etat IN ('a_valider', 'a_envoyer') AND l.reclamee AND l.etat = a.etat AND NOT vie.tient(l, a, au);
	UPDATE vie.action a SET etat = 'annulee'
	 WHERE a.creancier = p_creancier AND a.etat IN ('a_valider', 'a_envoyer')
	   AND NOT EXISTS (SELECT FROM vie.ligne l WHERE l.action = a.id AND l.reclamee AND l.etat = a.etat);
	-- what is due
	WITH m AS (
		INSERT INTO vie.action (creancier, debiteur, devise, classe, groupe, le, canal, stade, etat, validation, scenario, envoyee_le)
		SELECT creancier, debiteur, devise, classe, groupe, au, (array_agg(canal ORDER BY stade DESC, etape DESC, canal))[1], max(stade),
			   CASE WHEN bool_or(validation) THEN 'a_valider' WHEN bool_and(sans_confirmation) THEN 'envoyee' ELSE 'a_envoyer' END, bool_or(validation),
			   (array_agg(scenario ORDER BY stade DESC, etape DESC))[1], CASE WHEN NOT bool_or(validation) AND bool_and(sans_confirmation) THEN au END
		  FROM vie.t WHERE creancier = p_creancier AND raison = 'due' GROUP BY creancier, debiteur, devise, classe, groupe
		RETURNING *)
	INSERT INTO vie.ligne (action, creancier, facture, rang, reclamee, scenario, etape, stade, occurrence, echeance, etat)
	SELECT m.id, x.creancier, x.facture, x.rang, true, x.scenario, x.etape, x.stade,
		   1 + (SELECT count(*) FROM vie.ligne l WHERE (l.creancier, l.facture, l.rang, l.scenario, l.etape) = (x.creancier, x.facture, x.rang, x.scenario, x.etape)),
		   x.suivie, m.etat
	  FROM m JOIN vie.t x USING (creancier, debiteur, devise, classe, groupe) WHERE x.raison = 'due';
	PERFORM vie.faire(l.creancier, l.facture, l.rang, l.scenario, l.etape, l.stade, x.delai_accorde, au)
	   FROM vie.action a JOIN vie.ligne l ON l.action = a.id JOIN vie.t x ON (x.creancier, x.facture, x.rang) = (l.creancier, l.facture, l.rang)
	  WHERE a.le = au AND a.creancier = p_creancier AND a.etat = 'envoyee' AND a.envoyee_le = au AND l.reclamee AND a.prise_le IS NULL;
END $$;

-- What a sender takes (t holds the situation).
CREATE FUNCTION prendre(au date, p_canal text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	a vie.action;
	haut creances.stade_relance;
	ecart integer;
BEGIN
	FOR a IN SELECT * FROM vie.action WHERE etat = 'a_envoyer' AND (p_canal IS NULL OR canal = p_canal) ORDER BY creancier, debiteur, devise, stade DESC, le, groupe LOOP
		-- one message a debtor, currency and day; the spacing for the softer ones
		ecart := coalesce((SELECT contact_min FROM vie.scenario s WHERE s.scenario = a.scenario AND s.actif), 0);
		CONTINUE WHEN a.classe = 'message' AND a.groupe = '' AND EXISTS (
			SELECT FROM vie.action x WHERE (x.creancier, x.debiteur, x.devise, x.classe, x.groupe) = (a.creancier, a.debiteur, a.devise, 'message', '')
			   AND x.id <> a.id AND x.etat IN ('prise', 'envoyee')
			   AND greatest(x.prise_le, x.envoyee_le) > au - CASE WHEN a.stade < 'mise_en_demeure' THEN greatest(ecart, 1) ELSE 1 END);
		UPDATE vie.ligne l SET etat = CASE WHEN vie.tient(l, a, au) AND x.reste > 0 THEN 'prise' ELSE 'annulee' END, montant = coalesce(x.reste, 0)
		  FROM vie.ligne k LEFT JOIN vie.t x USING (creancier, facture, rang)
		 WHERE k.action = a.id AND k.reclamee AND k.etat = 'a_envoyer'
		   AND (l.action, l.creancier, l.facture, l.rang) = (k.action, k.creancier, k.facture, k.rang);
		SELECT max(stade) INTO haut FROM vie.ligne WHERE action = a.id AND reclamee AND etat = 'prise';
		IF haut IS NULL OR haut < a.stade THEN
			UPDATE vie.ligne SET etat = 'annulee' WHERE action = a.id AND reclamee AND etat = 'prise';
			UPDATE vie.action SET etat = 'annulee' WHERE id = a.id;
			CONTINUE;
		END IF;
		INSERT INTO vie.ligne (action, creancier, facture, rang, reclamee, etat, montant)
		SELECT a.id, x.creancier, x.facture, x.rang, false, 'prise', x.reste
		  FROM vie.t x WHERE (x.creancier, x.debiteur, x.devise) = (a.creancier, a.debiteur, a.devise) AND x.reste > 0 AND x.echeance < au AND NOT x.compte AND a.groupe = ''
		   -- what stands beyond is not told in a friendlier tone
		   AND (a.stade >= 'mise_en_demeure' OR coalesce(x.f_stade, 'echue') < 'mise_en_demeure')
		   AND NOT EXISTS (SELECT FROM vie.ligne l WHERE l.action = a.id AND l.reclamee AND l.etat = 'prise' AND (l.facture, l.rang) = (x.facture, x.rang))
		ON CONFLICT (action, creancier, facture, rang) DO UPDATE SET reclamee = false, scenario = NULL, etape = NULL, occurrence = NULL, stade = NULL, etat = 'prise', montant = excluded.montant;
		UPDATE vie.action SET etat = 'prise', prise_le = au WHERE id = a.id;
	END LOOP;
END $$;

-- ------------------------------------------------------------- the generator

CREATE SEQUENCE numero;
SELECT set_config('vie.debut', :'debut', false) \gset

-- The followed tables and the book, together.
CREATE FUNCTION regler(p vie.piece, m numeric, d date, genre text DEFAULT 'virement') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF p.creancier = 'A' THEN
		UPDATE vie.fa SET paye = paye + m, paye_le = d WHERE id = p.id;
	ELSE
		INSERT INTO vie.pb VALUES (nextval('vie.numero'), p.id, p.debiteur, d, m, genre, p.devise);
	END IF;
	UPDATE vie.piece x SET solde = solde - m, paye = paye + m WHERE (x.creancier, x.facture, x.rang) = (p.creancier, p.facture, p.rang);
	-- (a paid amount that falls is dated the day it is seen, which is today)
	INSERT INTO vie.mouvement (creancier, facture, rang, le, montant, avoir)
	VALUES (p.creancier, p.facture, p.rang, CASE WHEN p.creancier = 'B' OR m > 0 OR p.montant < 0 THEN d END, m, genre = 'avoir');
END $$;

CREATE FUNCTION prevoir(p_le date, p_phase integer, p_quoi text, p vie.piece, p_montant numeric DEFAULT NULL, p_acte integer DEFAULT NULL) RETURNS void LANGUAGE sql AS
$$ INSERT INTO vie.agenda (le, phase, quoi, creancier, facture, rang, montant, acte) VALUES (p_le, p_phase, p_quoi, p.creancier, p.facture, p.rang, p_montant, p_acte) $$;

-- A new invoice, and when it will be paid: by its debtor's habits.
CREATE FUNCTION facturer(p_creancier text, p_debiteur text, d date, p_reprise text DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	n bigint := nextval('vie.numero');
	c text := p_creancier || n;
	devise text := CASE WHEN vie.de('devise' || p_debiteur, 6) = 0 AND vie.de('devise' || c, 2) = 0 THEN CASE vie.de('laquelle' || c, 3) WHEN 0 THEN 'JPY' ELSE 'USD' END ELSE 'EUR' END;
	montant numeric := CASE WHEN vie.de('petit' || c, 30) = 0 THEN 1 + vie.de('m' || c, 2500) / 100.0 ELSE 20 + vie.de('m' || c, 400000) / 100.0 END;
	rangs integer := CASE WHEN vie.de('rangs' || c, 10) = 0 THEN 2 ELSE 1 END;
	habitude integer := vie.de('habitude' || p_debiteur, 10);
	echeance date := d + (ARRAY[0, 15, 30, 30, 30, 45, 60])[1 + vie.de('delai' || c, 7)];
	p vie.piece;
	le date;
BEGIN
	montant := round(montant, vie.decimales(devise));
	IF vie.de('avoir' || c, 25) = 0 THEN
		montant := -montant;
		rangs := 1;
	END IF;
	FOR i IN 1 .. rangs LOOP
		IF i > 1 THEN
			n := nextval('vie.numero');
			echeance := echeance + 30;
		END IF;
		IF p_creancier = 'A' THEN
			INSERT INTO vie.fa VALUES (n, c, i, p_debiteur, d, echeance, montant, devise);
		ELSE
			INSERT INTO vie.fb VALUES (n, c, i, p_debiteur, d, echeance, montant, devise);
		END IF;
		INSERT INTO vie.piece (creancier, facture, rang, id, debiteur, devise, emission, echeance, echeance0, montant, solde, reprise)
		VALUES (p_creancier, c, i, n, p_debiteur, devise, d, echeance, echeance, montant, montant, p_reprise) RETURNING * INTO p;
		PERFORM vie.compter(CASE WHEN montant < 0 THEN 'avoirs' ELSE 'factures' END);
		le := CASE WHEN montant < 0 THEN CASE WHEN vie.de('rendu' || c, 2) = 0 THEN d + 40 + vie.de('rendule' || c, 60) END
				   WHEN habitude < 5 THEN echeance - 4 + vie.de('le' || c || i, 9)
				   WHEN habitude < 8 THEN echeance + 2 + vie.de('le' || c || i, 75)
				   WHEN vie.de('jamais' || c, 2) = 0 THEN echeance + 20 + vie.de('le' || c || i, 250) END;
		IF le IS NOT NULL THEN
			PERFORM vie.prevoir(greatest(le, d + 1, current_setting('vie.debut')::date), 1 + vie.de('phase' || c || i, 2), 'payer', p);
		END IF;
	END LOOP;
END $$;

CREATE FUNCTION noter(p_genre text, p_acte uuid, p vie.piece, p_facture text, p_rang integer, p_le date, p_jusque date DEFAULT NULL, p_montant numeric DEFAULT NULL,
					  p_statut text DEFAULT NULL) RETURNS integer LANGUAGE sql AS $$
	SELECT vie.compter(p_genre || CASE WHEN p_genre IN ('litige', 'encaissement') AND p_montant IS NOT NULL THEN ' en partie' ELSE '' END
					   || CASE WHEN p_genre IN ('promesse', 'litige', 'suspension', 'delai_de_grace') THEN CASE p_facture WHEN '' THEN ', client' ELSE ', facture' END ELSE '' END
					   || coalesce(', statut ' || p_statut, ''));
	INSERT INTO vie.acte (acte, genre, creancier, debiteur, facture, rang, le, jusque, montant, statut)
	VALUES (p_acte, p_genre, p.creancier, p.debiteur, p_facture, p_rang, p_le, p_jusque, p_montant, p_statut) RETURNING id
$$;

-- A promise (one instalment) or a plan: what it is about, by the rules.
CREATE FUNCTION noter_engagement(p_genre text, p_acte uuid, p vie.piece, p_facture text, p_rang integer, d date, limite date, p_dates date[], p_montants numeric[],
								 p_tolerance integer, p_decheance text, p_preavis integer, p_factures text[] DEFAULT NULL) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	n integer := vie.noter(p_genre, p_acte, p, p_facture, p_rang, d);
	total numeric;
	deja numeric := vie.credits(p.creancier, p.debiteur, p.devise);
BEGIN
	INSERT INTO vie.engagement_item
	SELECT n, x.creancier, x.facture, x.rang, x.solde FROM vie.piece x
	 WHERE (x.creancier, x.debiteur, x.devise) = (p.creancier, p.debiteur, p.devise) AND x.solde > 0 AND NOT x.compte
	   AND CASE WHEN p_factures IS NOT NULL THEN x.facture = ANY (p_factures) WHEN p_facture = '' THEN x.echeance <= limite ELSE x.facture = p_facture AND p_rang IN (0, x.rang) END;
	SELECT sum(solde) INTO total FROM vie.engagement_item WHERE id = n;
	INSERT INTO vie.engagement VALUES (n, p.devise, p_tolerance, p_decheance, p_preavis, NULL, NULL, deja, total, p_dates,
		-- no amount: what is owed, net of what is already here
		CASE WHEN p_montants[1] IS NULL THEN ARRAY[CASE WHEN total > deja THEN total - deja ELSE total END] ELSE p_montants END);
	RETURN n;
END $$;

-- Something happens to an item.
CREATE FUNCTION arriver(quoi text, p vie.piece, d date, p_montant numeric DEFAULT NULL, p_acte integer DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	cle text := p.creancier || p.facture || p.rang || quoi || d;
	ref text := 'v' || nextval('vie.numero');
	part numeric := round(p.solde * (1 + vie.de('part' || cle, 9)) / 10, vie.decimales(p.devise));
	fin date;
	id uuid;
	n integer;
	a vie.acte;
	g vie.engagement;
	v record;
	x vie.piece;
	dates date[];
	factures text[];
	montants numeric[];
	total numeric;
	reste numeric;
	admise numeric;
	autre text;
	bool boolean;
BEGIN
	-- what people do is about the facts of the day
	IF quoi NOT IN ('payer', 'imputer', 'rendre', 'rejeter', 'avoir', 'payer la dette', 'reporter', 'changer de client', 'supprimer', 'changer de segment') THEN
		PERFORM creances.rafraichir();
	END IF;
	CASE quoi
	WHEN 'payer' THEN
		IF p.solde = 0 THEN
			RETURN;
		END IF;
		CASE WHEN p_montant IS NOT NULL THEN
				PERFORM vie.regler(p, least(p_montant, p.solde), d);
			WHEN p.montant < 0 THEN
				-- set against nothing: given back
				PERFORM vie.regler(p, p.solde, d);
				quoi := 'avoir rembourse';
			WHEN vie.de(cle, 100) < 70 THEN
				PERFORM vie.regler(p, p.solde, d);
				IF vie.de('rejet' || cle, 9) = 0 THEN
					PERFORM vie.prevoir(d + 3 + vie.de('r' || cle, 10), 1 + vie.de('rp' || cle, 2), 'rejeter', p);
				END IF;
			WHEN vie.de(cle, 100) < 88 AND part > 0 THEN
				PERFORM vie.regler(p, part, d);
				quoi := 'payer en partie';
				IF vie.de('suite' || cle, 3) > 0 THEN
					PERFORM vie.prevoir(d + 10 + vie.de('s' || cle, 30), 1, 'payer', p);
				END IF;
			WHEN vie.de(cle, 100) < 92 THEN
				PERFORM vie.regler(p, p.solde + 10, d);
				quoi := 'payer trop';
				PERFORM vie.prevoir(d + 60, 1, 'rendre', p);
			WHEN vie.de(cle, 100) < 94 AND p.solde > 3 THEN
				PERFORM vie.regler(p, p.solde - 3, d);
				quoi := 'payer moins 3';
			WHEN p.creancier = 'B' THEN
				-- of no invoice yet
				quoi := 'payer en compte';
				n := nextval('vie.numero');
				INSERT INTO vie.pb VALUES (n, NULL, p.debiteur, d, p.solde, 'virement', p.devise);
				INSERT INTO vie.piece (creancier, facture, rang, id, debiteur, devise, emission, echeance, echeance0, montant, solde, compte)
				VALUES ('B', 'compte:' || n, 1, n, p.debiteur, p.devise, d, d, d, -p.solde, -p.solde, true);
				PERFORM vie.prevoir(d + 5 + vie.de('c' || cle, 25), 1, 'imputer', p, NULL, n);
			ELSE
				PERFORM vie.regler(p, p.solde, d);
		END CASE;
	WHEN 'imputer' THEN
		SELECT * INTO x FROM vie.piece WHERE (creancier, facture, rang) = ('B', 'compte:' || p_acte, 1);
		IF p.retiree OR x.debiteur <> p.debiteur THEN
			RETURN;
		END IF;
		DELETE FROM vie.piece WHERE (creancier, facture, rang) = (x.creancier, x.facture, x.rang);
		IF vie.de(cle, 2) = 0 THEN
			-- allocated: seen today
			UPDATE vie.pb SET facture = p.id WHERE pb.id = p_acte;
			UPDATE vie.piece y SET solde = solde + x.solde, paye = paye - x.solde WHERE (y.creancier, y.facture, y.rang) = (p.creancier, p.facture, p.rang);
			INSERT INTO vie.mouvement (creancier, facture, rang, le, montant, avoir) VALUES (p.creancier, p.facture, p.rang, NULL, -x.solde, false);
		ELSE
			-- entered again
			DELETE FROM vie.pb WHERE pb.id = p_acte;
			PERFORM vie.regler(p, -x.solde, d);
		END IF;
	WHEN 'rendre' THEN
		IF p.solde >= 0 THEN
			RETURN;
		END IF;
		PERFORM vie.regler(p, p.solde, d);
	WHEN 'rejeter' THEN
		IF p.solde <> 0 OR p.paye <= 0 OR p.retiree THEN
			RETURN;
		END IF;
		PERFORM vie.regler(p, -p.paye, d, 'rejet');
		IF vie.de(cle, 3) > 0 THEN
			PERFORM vie.prevoir(d + 15 + vie.de('r' || cle, 60), 1, 'payer', p);
		END IF;
	WHEN 'avoir' THEN
		IF p.solde <= 0 THEN
			RETURN;
		END IF;
		PERFORM vie.regler(p, least(p.solde, coalesce(p_montant, p.solde)), d, 'avoir');
	WHEN 'litige' THEN
		IF EXISTS (SELECT FROM vie.acte y WHERE y.creancier = p.creancier AND y.facture = p.facture AND y.rang IN (0, p.rang) AND y.genre = 'litige' AND y.annule_le IS NULL
					  AND (y.jusque IS NULL OR y.issue IN ('fonde', 'partiel'))) THEN
			RETURN;
		END IF;
		IF part <= 0 OR vie.de(cle, 2) = 0 THEN
			part := NULL;
		END IF;
		bool := part IS NULL AND vie.de('rangs' || cle, 2) = 0;
		id := creances.ouvrir_litige(p.creancier, p.facture, 'contesté', rang => CASE WHEN NOT bool THEN p.rang END, montant => part, cause => 'prix', le => d, reference => ref);
		n := vie.noter('litige', id, p, p.facture, CASE WHEN bool THEN 0 ELSE p.rang END, d, NULL, part);
		PERFORM vie.prevoir(d + 5 + vie.de('fin' || cle, 60), 1 + vie.de('ph' || cle, 2), 'clore', p, NULL, n);
		RETURN;
	WHEN 'clore' THEN
		SELECT * INTO a FROM vie.acte y WHERE y.id = p_acte;
		IF a.annule_le IS NOT NULL OR a.jusque IS NOT NULL AND NOT a.issue IN ('fonde', 'partiel') THEN
			RETURN;
		END IF;
		autre := CASE WHEN a.issue IS NOT NULL THEN (ARRAY['regularise', 'retire', 'non_fonde'])[1 + vie.de(cle, 3)]
					  ELSE (ARRAY['fonde', 'fonde', 'partiel', 'partiel', 'non_fonde', 'retire', 'regularise'])[1 + vie.de(cle, 7)] END;
		part := coalesce(a.montant, part);
		IF autre = 'partiel' THEN
			part := round(part / 2, vie.decimales(p.devise));
			IF part <= 0 OR a.rang = 0 THEN
				autre := 'fonde';
				part := NULL;
			END IF;
		ELSIF autre = 'fonde' THEN
			part := a.montant;
		END IF;
		admise := CASE WHEN autre IN ('fonde', 'partiel') THEN part END;
		PERFORM creances.clore_litige(a.acte, autre, d, CASE autre WHEN 'partiel' THEN part END);
		UPDATE vie.acte y SET jusque = d, issue = autre, part = admise,
							  clos_apres = coalesce((SELECT max(m.n) FROM vie.mouvement m), 0) WHERE y.id = a.id;
		IF autre IN ('fonde', 'partiel') THEN
			IF p.creancier = 'B' AND vie.de('av' || cle, 4) > 0 THEN
				PERFORM vie.prevoir(d + vie.de('a' || cle, 30), 1 + vie.de('ap' || cle, 2), 'avoir', p, part);
			END IF;
			IF vie.de('cl' || cle, 3) > 0 THEN
				PERFORM vie.prevoir(d + 20 + vie.de('r' || cle, 30), 1, 'clore', p, NULL, a.id);
			END IF;
		END IF;
		quoi := 'litige clos : ' || autre;
	WHEN 'promesse' THEN
		fin := d + 4 + vie.de('fin' || cle, 20);
		n := vie.de('tol' || cle, 6);
		IF vie.de(cle, 2) = 0 OR part <= 0 THEN
			part := NULL;
		END IF;
		id := creances.promettre(p.creancier, p.debiteur, fin, part, p.facture, p.rang, tolerance => n, devise => p.devise, le => d, reference => ref);
		PERFORM vie.noter_engagement('promesse', id, p, p.facture, p.rang, d, fin, ARRAY[fin], ARRAY[part], n, 'aucune', 0);
		IF vie.de('tenue' || cle, 10) < 6 THEN
			PERFORM vie.prevoir(fin - 2 + vie.de('quand' || cle, 12), 1 + vie.de('ph' || cle, 2), 'payer', p, coalesce(part, p.solde));
		END IF;
		RETURN;
	WHEN 'promesse du client' THEN
		fin := d + 4 + vie.de('fin' || cle, 20);
		n := vie.de('tol' || cle, 6);
		SELECT sum(y.solde), count(*) INTO total, reste FROM vie.piece y
		 WHERE (y.creancier, y.debiteur, y.devise) = (p.creancier, p.debiteur, p.devise) AND y.solde > 0 AND NOT y.compte AND y.echeance <= fin;
		IF total IS NULL THEN
			RETURN;
		END IF;
		part := round(total / 2, vie.decimales(p.devise));
		IF vie.de(cle, 2) = 0 OR part <= 0 THEN
			part := NULL;
		END IF;
		id := creances.promettre(p.creancier, p.debiteur, fin, part, tolerance => n, devise => p.devise, le => d, reference => ref);
		PERFORM vie.noter_engagement('promesse', id, p, '', 0, d, fin, ARRAY[fin], ARRAY[part], n, 'aucune', 0);
		IF vie.de('tenue' || cle, 10) < 6 THEN
			PERFORM vie.prevoir(fin - 2 + vie.de('quand' || cle, 12), 1 + vie.de('ph' || cle, 2), 'payer la dette', p, coalesce(part, total));
		END IF;
		RETURN;
	WHEN 'payer la dette' THEN
		-- the oldest first
		reste := p_montant;
		FOR x IN SELECT * FROM vie.piece y WHERE (y.creancier, y.debiteur, y.devise) = (p.creancier, p.debiteur, p.devise) AND y.solde > 0 AND NOT y.compte
				  ORDER BY y.echeance, y.facture, y.rang LOOP
			EXIT WHEN reste <= 0;
			PERFORM vie.regler(x, least(reste, x.solde), d);
			reste := reste - x.solde;
		END LOOP;
	WHEN 'plan' THEN
		IF EXISTS (SELECT FROM vie.acte y JOIN vie.engagement e ON e.id = y.id
					WHERE y.creancier = p.creancier AND y.debiteur = p.debiteur AND y.genre = 'plan' AND e.devise = p.devise AND y.annule_le IS NULL AND y.jusque IS NULL
					  AND NOT (vie.engagement_au(y.id, d)).tenu AND NOT (vie.engagement_au(y.id, d)).rompu) THEN
			RETURN;
		END IF;
		-- of all that is due, or of one invoice, due or not
		factures := CASE WHEN vie.de('une' || cle, 3) = 0 THEN ARRAY[p.facture] END;
		SELECT sum(y.solde) INTO total FROM vie.piece y
		 WHERE (y.creancier, y.debiteur, y.devise) = (p.creancier, p.debiteur, p.devise) AND y.solde > 0 AND NOT y.compte
		   AND (factures IS NULL AND y.echeance <= d OR y.facture = ANY (factures));
		n := 2 + vie.de('n' || cle, 4);
		part := round(total / n, vie.decimales(p.devise));
		IF total IS NULL OR part <= 0 OR total - part * (n - 1) <= 0 THEN
			RETURN;
		END IF;
		FOR i IN 1 .. n LOOP
			dates := dates || (d + 5 + vie.de('d1' || cle, 10) + 15 * (i - 1) + vie.de('d' || cle || i, 10));
			montants := montants || CASE WHEN i < n THEN part ELSE total - part * (n - 1) END;
		END LOOP;
		autre := (ARRAY['aucune', 'immediate', 'preavis', 'preavis'])[1 + vie.de('dech' || cle, 4)];
		id := creances.accorder_plan(p.creancier, p.debiteur, dates, montants, factures, decheance => autre, preavis => 8, tolerance => vie.de('tol' || cle, 5), devise => p.devise,
									 le => d, reference => ref);
		n := vie.noter_engagement('plan', id, p, '', 0, d, d, dates, montants, vie.de('tol' || cle, 5), autre, 8, factures);
		FOR i IN 1 .. cardinality(dates) LOOP
			CONTINUE WHEN vie.de('paye' || cle || i, 10) < 2;
			PERFORM vie.prevoir(dates[i] - 1 + CASE vie.de('tard' || cle || i, 4) WHEN 0 THEN vie.de('t' || cle || i, 25) ELSE 0 END, 1 + vie.de('ph' || cle || i, 2),
								'payer la dette', p, montants[i]);
			PERFORM vie.prevoir(dates[i] + 6 + vie.de('not' || cle || i, 6), 1, 'notifier', p, NULL, n);
		END LOOP;
		PERFORM vie.compter('plan' || CASE WHEN factures IS NULL THEN '' ELSE ' d''une facture' END || ', decheance ' || autre);
		RETURN;
	WHEN 'notifier' THEN
		SELECT * INTO a FROM vie.acte y WHERE y.id = p_acte;
		SELECT * INTO g FROM vie.engagement y WHERE y.id = p_acte;
		SELECT * INTO v FROM vie.engagement_au(p_acte, d);
		IF g.decheance <> 'preavis' OR a.annule_le IS NOT NULL OR a.jusque < d OR v.tenu OR v.rompu OR v.arriere = 0 THEN
			RETURN;
		END IF;
		PERFORM creances.notifier_decheance(a.acte, d);
		UPDATE vie.engagement y SET notifie_le = d WHERE y.id = p_acte;
	WHEN 'suspendre', 'suspendre le client' THEN
		fin := d + vie.de('fin' || cle, 40);
		bool := quoi = 'suspendre';
		id := creances.suspendre(p.creancier, p.debiteur, 'à voir', fin, CASE WHEN bool THEN p.facture END, CASE WHEN bool THEN p.rang END, le => d, reference => ref);
		n := vie.noter('suspension', id, p, CASE WHEN bool THEN p.facture ELSE '' END, CASE WHEN bool THEN p.rang ELSE 0 END, d, fin);
		IF vie.de(cle, 3) = 0 THEN
			PERFORM vie.prevoir(d + 1 + (fin - d) / 2, 1 + vie.de('ph' || cle, 2), 'reprendre', p, NULL, n);
		END IF;
		RETURN;
	WHEN 'reprendre' THEN
		SELECT * INTO a FROM vie.acte y WHERE y.id = p_acte;
		IF a.annule_le IS NOT NULL OR a.jusque < d THEN
			RETURN;
		END IF;
		PERFORM creances.reprendre(a.acte, 'vu', d);
		UPDATE vie.acte y SET jusque = d WHERE y.id = p_acte;
	WHEN 'litige du client' THEN
		id := creances.consigner(p.creancier, p.debiteur, 'litige', d, 'tout est contesté', reference => ref);
		n := vie.noter('litige', id, p, '', 0, d);
		PERFORM vie.prevoir(d + 5 + vie.de('fin' || cle, 40), 1, 'clore l''acte', p, NULL, n);
		RETURN;
	WHEN 'clore l''acte' THEN
		SELECT * INTO a FROM vie.acte y WHERE y.id = p_acte;
		IF a.annule_le IS NOT NULL OR d < a.le THEN
			RETURN;
		END IF;
		PERFORM creances.clore_acte(a.acte, d);
		UPDATE vie.acte y SET jusque = d WHERE y.id = p_acte;
		quoi := 'clore un acte : ' || a.genre;
	WHEN 'procedure collective' THEN
		IF EXISTS (SELECT FROM vie.acte y WHERE y.creancier = p.creancier AND y.debiteur = p.debiteur AND y.genre = 'procedure_collective') THEN
			RETURN;
		END IF;
		fin := d - vie.de('jugement' || cle, 12);
		id := creances.ouvrir_procedure_collective(p.creancier, p.debiteur, fin, d, reference => ref);
		n := vie.noter('procedure_collective', id, p, '', 0, fin);
		IF vie.de(cle, 2) = 0 THEN
			PERFORM vie.prevoir(d + 100 + vie.de('fin' || cle, 100), 1, 'clore l''acte', p, NULL, n);
		END IF;
		RETURN;
	WHEN 'delai de grace', 'delai de grace du client' THEN
		fin := d + 10 + vie.de('fin' || cle, 120);
		bool := quoi = 'delai de grace';
		id := creances.accorder_delai_grace(p.creancier, p.debiteur, d, fin, 'jugement', CASE WHEN bool THEN p.facture END, CASE WHEN bool THEN p.rang END, ref);
		n := vie.noter('delai_de_grace', id, p, CASE WHEN bool THEN p.facture ELSE '' END, CASE WHEN bool THEN p.rang ELSE 0 END, d, fin);
		IF vie.de(cle, 4) = 0 THEN
			PERFORM vie.prevoir(d + 5, 1, 'clore l''acte', p, NULL, n);
		END IF;
		RETURN;
	WHEN 'annuler' THEN
		-- something that was recorded by mistake
		SELECT * INTO a FROM vie.acte y WHERE y.creancier = p.creancier AND y.debiteur = p.debiteur AND y.annule_le IS NULL AND y.acte IS NOT NULL AND y.statut IS NULL AND y.le <= d
		 ORDER BY vie.de('lequel' || cle || y.id, 100000), y.id LIMIT 1;
		IF a.id IS NULL THEN
			RETURN;
		END IF;
		-- (from this day on, or from a later one)
		fin := d + greatest(0, vie.de('quand' || cle, 8) - 4);
		PERFORM creances.annuler_acte(a.acte, 'saisi par erreur', fin);
		UPDATE vie.acte y SET annule_le = fin WHERE y.id = a.id;
		quoi := 'annuler : ' || a.genre;
	WHEN 'reporter' THEN
		n := CASE vie.de(cle, 5) WHEN 0 THEN -5 ELSE 3 + vie.de('n' || cle, 40) END;
		IF p.creancier = 'A' THEN
			UPDATE vie.fa SET echeance = echeance + n WHERE fa.id = p.id;
		ELSE
			UPDATE vie.fb SET echeance = echeance + n WHERE fb.id = p.id;
		END IF;
		UPDATE vie.piece y SET echeance = echeance + n WHERE (y.creancier, y.facture, y.rang) = (p.creancier, p.facture, p.rang);
	WHEN 'changer de client' THEN
		SELECT y.debiteur INTO autre FROM vie.piece y WHERE y.creancier = p.creancier AND y.debiteur <> p.debiteur
		 ORDER BY vie.de('qui' || cle || y.debiteur, 100000), y.debiteur LIMIT 1;
		IF autre IS NULL THEN
			RETURN;
		END IF;
		IF p.creancier = 'A' THEN
			UPDATE vie.fa SET client = autre WHERE fa.id = p.id;
		ELSE
			UPDATE vie.fb SET client = autre WHERE fb.id = p.id;
		END IF;
		UPDATE vie.piece y SET debiteur = autre WHERE (y.creancier, y.facture, y.rang) = (p.creancier, p.facture, p.rang);
	WHEN 'supprimer' THEN
		IF p.paye <> 0 OR EXISTS (SELECT FROM vie.mouvement y WHERE (y.creancier, y.facture, y.rang) = (p.creancier, p.facture, p.rang)) THEN
			RETURN;
		END IF;
		DELETE FROM vie.fa WHERE p.creancier = 'A' AND fa.id = p.id;
		DELETE FROM vie.fb WHERE p.creancier = 'B' AND fb.id = p.id;
		UPDATE vie.piece y SET solde = 0, retiree = true WHERE (y.creancier, y.facture, y.rang) = (p.creancier, p.facture, p.rang);
	WHEN 'affecter la facture', 'affecter le client' THEN
		autre := (ARRAY['standard', 'doux', 'dur', 'par_facture', 'repete', NULL])[1 + vie.de(cle, 6)];
		bool := quoi = 'affecter la facture';
		PERFORM creances.affecter_scenario(p.creancier, autre, facture => CASE WHEN bool THEN p.facture END, debiteur => CASE WHEN NOT bool THEN p.debiteur END);
		DELETE FROM vie.affectation y WHERE y.creancier = p.creancier AND (y.niveau, y.cle) = (CASE WHEN bool THEN 'facture' ELSE 'debiteur' END, CASE WHEN bool THEN p.facture ELSE p.debiteur END);
		IF autre IS NOT NULL THEN
			INSERT INTO vie.affectation VALUES (p.creancier, CASE WHEN bool THEN 'facture' ELSE 'debiteur' END, CASE WHEN bool THEN p.facture ELSE p.debiteur END, autre);
		END IF;
	WHEN 'changer de segment' THEN
		autre := (ARRAY['grand', 'petit', 'risque', NULL])[1 + vie.de(cle, 4)];
		UPDATE vie.clients SET segment = autre WHERE code = p.debiteur;
	WHEN 'passer', 'changer de stade' THEN
		-- what the taker holds is his
		IF EXISTS (SELECT FROM vie.ligne l WHERE (l.creancier, l.facture, l.rang) = (p.creancier, p.facture, p.rang) AND l.reclamee AND l.etat = 'prise') THEN
			RETURN;
		END IF;
		PERFORM vie.a_la_main(quoi, p, d);
		RETURN;
	WHEN 'statut' THEN
		PERFORM vie.statut(p, d);
		RETURN;
	END CASE;
	PERFORM vie.compter(quoi);
END $$;

-- A step passed, or a stage set, by hand.
CREATE FUNCTION a_la_main(quoi text, p vie.piece, d date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	x vie.t;
	cle text := p.creancier || p.facture || p.rang || quoi || d;
	vise creances.stade_relance;
	v vie.etape;
BEGIN
	PERFORM vie.situation(d);
	SELECT * INTO x FROM vie.t WHERE (t.creancier, t.facture, t.rang) = (p.creancier, p.facture, p.rang);
	IF x.scenario IS NULL OR x.contact_min IS NULL OR x.f_le > d THEN
		RETURN;
	END IF;
	IF quoi = 'passer' THEN
		IF x.etape IS NULL THEN
			RETURN;
		END IF;
		PERFORM creances.passer_etape(p.creancier, p.facture, p.rang, 'vu avec le client', d);
		PERFORM vie.faire(p.creancier, p.facture, p.rang, x.scenario, x.etape, x.stade, NULL, d);
	ELSE
		vise := (ARRAY['relance_1', 'relance_2', 'relance_3', 'mise_en_demeure', 'contentieux', 'preventive', 'echue', 'irrecouvrable'])[1 + vie.de(cle, 8)];
		SELECT * INTO v FROM vie.etape e WHERE e.scenario = x.scenario AND e.stade <= vise AND vise <> 'echue' ORDER BY e.etape DESC LIMIT 1;
		PERFORM creances.changer_stade(p.creancier, p.facture, p.rang, vise, 'décision du directeur', d);
		PERFORM vie.faire(p.creancier, p.facture, p.rang, x.scenario, coalesce(v.etape, 0), nullif(vise, 'echue'), NULL, d);
		UPDATE vie.fait f SET repetitions = 0 WHERE (f.creancier, f.facture, f.rang) = (p.creancier, p.facture, p.rang);
	END IF;
	UPDATE vie.ligne l SET etat = 'annulee' WHERE (l.creancier, l.facture, l.rang) = (p.creancier, p.facture, p.rang) AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'echec');
	PERFORM vie.balayer();
	PERFORM vie.compter(quoi);
END $$;

-- A status of the e-invoicing platform.
CREATE FUNCTION statut(p vie.piece, d date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	cle text := p.creancier || p.facture || p.rang || 'statut' || d;
	code text := (ARRAY['200', '203', '204', '205', '206', '206', '207', '208', '208', '209', '210', '211', '211', '212', '213', '205', '209'])[1 + vie.de(cle, 17)];
	part numeric := round(p.solde * (1 + vie.de('part' || cle, 9)) / 10, vie.decimales(p.devise));
	n integer;
BEGIN
	IF code = '206' AND (part <= 0 OR vie.de('entier' || cle, 4) = 0) THEN
		part := NULL;
	END IF;
	IF code NOT IN ('206', '212') OR code = '212' AND (part <= 0 OR vie.de('entier' || cle, 2) = 0) THEN
		part := NULL;
	END IF;
	IF EXISTS (SELECT FROM vie.acte a WHERE (a.creancier, a.facture, a.rang) = (p.creancier, p.facture, p.rang) AND a.annule_le IS NULL AND a.genre = 'litige'
				  AND (a.jusque IS NULL OR a.issue IN ('fonde', 'partiel'))) AND code IN ('206', '207', '210')
	   OR EXISTS (SELECT FROM vie.acte a WHERE (a.creancier, a.facture, a.rang) = (p.creancier, p.facture, p.rang) AND a.statut = code) THEN
		RETURN;
	END IF;
	PERFORM creances.recevoir_statut(p.creancier, p.facture, p.rang, code::integer, d, motif => CASE WHEN code IN ('206', '207', '208', '210') THEN 'motif de la plateforme' END, montant => part);
	PERFORM vie.compter('statut ' || code);
	CASE
	WHEN code IN ('206', '207', '210') THEN
		PERFORM vie.noter('litige', NULL, p, p.facture, p.rang, d, NULL, part, code);
	WHEN code = '208' THEN
		PERFORM vie.noter('suspension', NULL, p, p.facture, p.rang, d, NULL, NULL, code);
	WHEN code = '211' THEN
		PERFORM vie.noter('suspension', NULL, p, p.facture, p.rang, d, d + 5, NULL, code);
	WHEN code = '212' THEN
		PERFORM vie.noter('encaissement', NULL, p, p.facture, p.rang, d, NULL, coalesce(part, p.montant), code);
	WHEN code = '213' THEN
		n := vie.noter('rejet', NULL, p, p.facture, p.rang, d, NULL, NULL, code);
		UPDATE vie.acte a SET acte = x.acte FROM creances.acte x WHERE a.id = n AND x.genre = 'rejet' AND (x.creancier, x.facture, x.rang, x.le) = (p.creancier, p.facture, p.rang, d);
		PERFORM vie.prevoir(d + 10 + vie.de('fin' || cle, 40), 1, 'clore l''acte', p, NULL, n);
	WHEN code = '205' THEN
		UPDATE vie.acte a SET jusque = d, issue = 'retire' WHERE (a.creancier, a.facture) = (p.creancier, p.facture) AND a.rang = p.rang AND a.genre = 'litige' AND a.statut IS NOT NULL
		   AND a.jusque IS NULL AND a.annule_le IS NULL;
	WHEN code = '209' THEN
		UPDATE vie.acte a SET jusque = d WHERE (a.creancier, a.facture) = (p.creancier, p.facture) AND a.rang = p.rang AND a.genre = 'suspension' AND a.statut = '208'
		   AND a.jusque IS NULL AND a.annule_le IS NULL;
	ELSE
		NULL;
	END CASE;
END $$;

-- The day's events: what was planned, and what falls from the sky.
CREATE FUNCTION evenements(d date, p_phase integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r record;
	p vie.piece;
	h integer;
BEGIN
	IF p_phase = 1 THEN
		FOR r IN SELECT * FROM vie.clientele WHERE vie.de('facture' || creancier || debiteur || d, 45) = 0 AND extract(isodow FROM d) < 6 ORDER BY creancier, debiteur LOOP
			PERFORM vie.facturer(r.creancier, r.debiteur, d);
		END LOOP;
	END IF;
	FOR r IN SELECT * FROM vie.agenda WHERE le = d AND phase = p_phase ORDER BY n LOOP
		SELECT * INTO p FROM vie.piece WHERE (creancier, facture, rang) = (r.creancier, r.facture, r.rang);
		PERFORM vie.arriver(r.quoi, p, d, r.montant, r.acte);
	END LOOP;
	FOR r IN SELECT x.creancier, x.facture, x.rang, vie.de('hasard' || x.creancier || x.facture || x.rang || d || p_phase, 10000) AS h
			   FROM vie.piece x WHERE x.solde > 0 AND NOT x.compte AND vie.de('hasard' || x.creancier || x.facture || x.rang || d || p_phase, 10000) < 80 ORDER BY 1, 2, 3 LOOP
		SELECT * INTO p FROM vie.piece WHERE (creancier, facture, rang) = (r.creancier, r.facture, r.rang);
		h := r.h;
		PERFORM vie.arriver(CASE WHEN h < 12 THEN 'litige' WHEN h < 20 THEN 'promesse' WHEN h < 25 THEN 'reporter' WHEN h < 29 THEN 'suspendre' WHEN h < 33 THEN 'passer'
				WHEN h < 37 THEN 'changer de stade' WHEN h < 54 THEN 'statut' WHEN h < 57 THEN 'affecter la facture' WHEN h < 59 THEN 'delai de grace'
				WHEN h < 60 THEN 'changer de client' WHEN h < 61 THEN 'supprimer' WHEN h < 66 THEN 'promesse du client' WHEN h < 71 THEN 'plan' WHEN h < 73 THEN 'suspendre le client'
				WHEN h < 74 THEN 'litige du client' WHEN h < 75 THEN 'delai de grace du client' WHEN h < 76 THEN 'affecter le client' WHEN h < 77 THEN 'changer de segment'
				WHEN h < 79 THEN 'annuler' ELSE 'procedure collective' END, p, d);
	END LOOP;
END $$;

-- ------------------------------------------------------------- people at work

CREATE TABLE clientele (creancier text, debiteur text, PRIMARY KEY (creancier, debiteur));
CREATE FUNCTION cle(a vie.action) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws('|', a.creancier, a.debiteur, a.devise, a.classe, a.groupe, a.le) $$;
CREATE FUNCTION relance_de(a vie.action) RETURNS uuid LANGUAGE sql STABLE AS $$
	SELECT r.relance FROM creances.relance r
	 WHERE (r.creancier, r.debiteur, r.devise, r.classe, r.groupe, r.le) = (a.creancier, a.debiteur, a.devise, a.classe, a.groupe, a.le)
$$;
CREATE FUNCTION confirmer(a vie.action, d date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM creances.confirmer_envoi(vie.relance_de(a), NULL, d);
	-- what the step grants to pay, as the scenario says today
	PERFORM vie.faire(l.creancier, l.facture, l.rang, l.scenario, l.etape, l.stade, e.delai_accorde, d)
	   FROM vie.ligne l LEFT JOIN vie.etape e USING (scenario, etape) WHERE l.action = a.id AND l.reclamee AND l.etat = 'prise';
	UPDATE vie.ligne l SET etat = 'envoyee' WHERE l.action = a.id AND l.etat = 'prise';
	UPDATE vie.action x SET etat = 'envoyee', envoyee_le = d WHERE x.id = a.id;
	PERFORM vie.compter('confirmer');
END $$;
CREATE FUNCTION echouer(a vie.action, d date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM creances.echec_envoi(vie.relance_de(a), 'refusée', d);
	UPDATE vie.ligne l SET etat = 'echec' WHERE l.action = a.id AND l.etat = a.etat;
	UPDATE vie.action x SET etat = 'echec' WHERE x.id = a.id;
	PERFORM vie.compter('echec, ' || replace(a.etat, '_', ' '));
END $$;

-- The item of this claim has gone further than its step.
CREATE FUNCTION plus_loin(l vie.ligne) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT EXISTS (SELECT FROM vie.fait f WHERE (f.creancier, f.facture, f.rang) = (l.creancier, l.facture, l.rang)
					  AND (f.stade > l.stade OR f.scenario = l.scenario AND f.etape > l.etape))
$$;
-- What was left by the days before: outcomes told late, failures mended, validations.
CREATE FUNCTION suites(d date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	a vie.action;
	l vie.ligne;
	vers text;
BEGIN
	FOR a IN SELECT * FROM vie.action x WHERE x.etat = 'prise' AND x.prise_le <= d - 2 AND vie.de('issue' || vie.cle(x) || d, 3) = 0 ORDER BY id LOOP
		IF vie.de('vraiment' || vie.cle(a), 3) > 0 THEN
			PERFORM vie.confirmer(a, d);
		ELSE
			PERFORM vie.echouer(a, d);
		END IF;
	END LOOP;
	FOR a IN SELECT * FROM vie.action x WHERE x.etat = 'echec' AND vie.de('suite' || vie.cle(x) || d, 6) = 0 ORDER BY id LOOP
		IF vie.de('quoi' || vie.cle(a) || d, 3) > 0 THEN
			CONTINUE WHEN EXISTS (SELECT FROM vie.ligne x JOIN vie.ligne y USING (creancier, facture, rang)
								   WHERE x.action = a.id AND x.reclamee AND x.etat = 'echec' AND y.reclamee AND y.etat IN ('a_valider', 'a_envoyer', 'prise'));
			-- what has gone further meanwhile is not revived
			CONTINUE WHEN NOT EXISTS (SELECT FROM vie.ligne x WHERE x.action = a.id AND x.reclamee AND x.etat = 'echec' AND NOT vie.plus_loin(x));
			vers := CASE WHEN a.validation AND NOT a.validee THEN 'a_valider' ELSE 'a_envoyer' END;
			PERFORM creances.remettre(vie.relance_de(a), d);
			UPDATE vie.ligne x SET etat = 'annulee' WHERE x.action = a.id AND x.reclamee AND x.etat = 'echec' AND vie.plus_loin(x);
			DELETE FROM vie.ligne x WHERE x.action = a.id AND NOT x.reclamee;
			UPDATE vie.ligne x SET etat = vers, montant = NULL WHERE x.action = a.id AND x.etat = 'echec';
			UPDATE vie.action x SET etat = vers, prise_le = NULL WHERE x.id = a.id;
			PERFORM vie.compter('remettre');
		ELSE
			FOR l IN SELECT * FROM vie.ligne x WHERE x.action = a.id AND x.reclamee AND x.etat = 'echec' ORDER BY creancier, facture, rang LOOP
				PERFORM vie.arriver('passer', p, d) FROM vie.piece p WHERE (p.creancier, p.facture, p.rang) = (l.creancier, l.facture, l.rang) AND p.solde > 0;
			END LOOP;
		END IF;
	END LOOP;
	FOR a IN SELECT * FROM vie.action x WHERE x.etat = 'a_valider' ORDER BY id LOOP
		IF vie.de('refus' || vie.cle(a) || d, 20) = 0 THEN
			PERFORM vie.echouer(a, d);
		ELSIF vie.de('valide' || vie.cle(a) || d, 5) < 2 THEN
			PERFORM creances.valider_relance(vie.relance_de(a), d);
			UPDATE vie.ligne x SET etat = 'a_envoyer' WHERE x.action = a.id AND x.etat = 'a_valider';
			UPDATE vie.action x SET etat = 'a_envoyer', validee = true WHERE x.id = a.id;
			PERFORM vie.compter('valider');
		END IF;
	END LOOP;
END $$;

-- Scenarios that change in flight: the engine's and the book's.
CREATE TABLE retouche (jour integer, moteur text, livre text);
CREATE FUNCTION retoucher(n integer, commande text) RETURNS void LANGUAGE sql AS
$$ INSERT INTO vie.retouche VALUES (n, replace(commande, 'X.', 'creances.'), replace(commande, 'X.', 'vie.')) $$;

-- ------------------------------------------------------------- comparing

CREATE TABLE ecart (jour date, quoi text, objet text, moteur text, oracle text);
CREATE TABLE raison (raison text PRIMARY KEY, nb bigint);

CREATE FUNCTION comparer_decision(d date) RETURNS void LANGUAGE sql AS $$
	WITH m AS (
		SELECT CASE WHEN facture LIKE 'compte:%' THEN concat_ws('/', creancier, debiteur, 'en compte', trim_scale(solde)) ELSE concat_ws('/', creancier, facture, rang) END AS objet,
			   concat_ws(' | ', raison, CASE WHEN solde > 0 THEN concat_ws(' | ', 'reste ' || trim_scale(reste), 'faite ' || nullif(etape_faite, 0), 'etape ' || etape, canal, stade, due_le) END) AS texte
		  FROM creances.decision(d)
	), o AS (
		SELECT CASE WHEN compte THEN concat_ws('/', creancier, debiteur, 'en compte', trim_scale(solde)) ELSE concat_ws('/', creancier, facture, rang) END AS objet,
			   concat_ws(' | ', raison, CASE WHEN solde > 0 THEN concat_ws(' | ', 'reste ' || trim_scale(reste), 'faite ' || nullif(f_etape, 0), 'etape ' || etape, canal, stade, due_le) END) AS texte
		  FROM vie.t)
	INSERT INTO vie.ecart
	SELECT d, 'decision', coalesce(m.objet, o.objet), m.texte, o.texte FROM m FULL JOIN o USING (objet) WHERE m.texte IS DISTINCT FROM o.texte;
	INSERT INTO vie.raison AS r
	SELECT regexp_replace(raison, '\d{4}-\d\d-\d\d', 'D'), count(*) FROM vie.t GROUP BY 1
	ON CONFLICT (raison) DO UPDATE SET nb = r.nb + excluded.nb;
$$;

CREATE FUNCTION comparer_file(d date, quoi text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO vie.ecart
	SELECT d, quoi, coalesce(m.objet, o.objet), m.texte, o.texte
	  FROM (SELECT concat_ws('|', r.creancier, r.debiteur, r.devise, r.classe, r.groupe, r.le, l.facture, l.rang) AS objet,
				   concat_ws(' ', r.etat, r.stade, r.canal, CASE WHEN l.reclamee THEN 'reclamee' ELSE 'citee' END, l.scenario, l.etape, 'n° ' || l.occurrence, l.stade, l.etat,
							 CASE WHEN l.etat IN ('prise', 'envoyee') AND r.prise_le IS NOT NULL THEN trim_scale(l.montant) END) AS texte
			  FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance) WHERE r.le >= d - 60) m
	  FULL JOIN (SELECT concat_ws('|', r.creancier, r.debiteur, r.devise, r.classe, r.groupe, r.le, l.facture, l.rang) AS objet,
				   concat_ws(' ', r.etat, r.stade, r.canal, CASE WHEN l.reclamee THEN 'reclamee' ELSE 'citee' END, l.scenario, l.etape, 'n° ' || l.occurrence, l.stade, l.etat,
							 CASE WHEN l.etat IN ('prise', 'envoyee') AND r.prise_le IS NOT NULL THEN trim_scale(l.montant) END) AS texte
			  FROM vie.action r JOIN vie.ligne l ON l.action = r.id WHERE r.le >= d - 60) o USING (objet)
	 WHERE m.texte IS DISTINCT FROM o.texte;
END $$;

-- ------------------------------------------------------------- night after night

CREATE PROCEDURE vivre(debut date, de_n integer, a_n integer, raisons integer) LANGUAGE plpgsql AS $$
DECLARE
	d date;
	r record;
	a vie.action;
	creancier text;
	manquee boolean;
BEGIN
	FOR n IN de_n .. a_n LOOP
		d := debut + n;
		FOR r IN SELECT * FROM vie.retouche WHERE jour = n LOOP
			EXECUTE r.moteur;
			EXECUTE r.livre;
			PERFORM vie.compter('scenarios retouches');
		END LOOP;
		PERFORM vie.suites(d);
		PERFORM vie.evenements(d, 1);
		COMMIT;
		-- the night: often nobody runs it at the week-end; at times on other nights, ten in a row once a year; or for one creditor only
		manquee := vie.de('manquee' || d, 40) = 0 OR n % 365 BETWEEN 200 AND 209 OR extract(isodow FROM d) > 5 AND vie.de('week-end' || d, 4) > 0;
		creancier := CASE vie.de('qui' || d, 15) WHEN 0 THEN 'A' WHEN 1 THEN 'B' END;
		PERFORM creances.rafraichir();
		IF NOT manquee OR n % raisons = 0 THEN
			PERFORM vie.situation(d);
			PERFORM vie.raisonner(d);
		END IF;
		IF n % raisons = 0 THEN
			PERFORM vie.comparer_decision(d);
		END IF;
		IF manquee THEN
			PERFORM vie.compter('nuits manquees');
			COMMIT;
		ELSE
			PERFORM vie.compter(CASE WHEN creancier IS NULL THEN 'nuits' ELSE 'nuits d''un seul creancier' END);
			PERFORM vie.passer(d, x) FROM unnest(ARRAY['A', 'B']) x WHERE creancier IS NULL OR x = creancier;
			COMMIT;
			CALL creances.passe_relance(d, 40, creancier);
			PERFORM vie.comparer_file(d, 'file');
			IF n % 30 = 7 THEN
				-- a second pass finds nothing to do; what is queued waits
				CALL creances.passe_relance(d, 1000, creancier);
				PERFORM vie.comparer_file(d, 'seconde passe');
				PERFORM vie.situation(d);
				PERFORM vie.raisonner(d);
				PERFORM vie.comparer_decision(d);
			END IF;
			COMMIT;
		END IF;
		-- (after a difference, the rest would only repeat it)
		EXIT WHEN EXISTS (SELECT FROM vie.ecart);
		PERFORM vie.evenements(d, 2);
		COMMIT;
		IF extract(isodow FROM d) < 6 AND vie.de('prise' || d, 10) < 8 THEN
			PERFORM creances.prendre_relances(CASE WHEN vie.de('canal' || d, 6) = 0 THEN 'courriel' END, 1000000, d);
			COMMIT;
			PERFORM vie.situation(d);
			PERFORM vie.prendre(d, CASE WHEN vie.de('canal' || d, 6) = 0 THEN 'courriel' END);
			PERFORM vie.comparer_file(d, 'prise');
			EXIT WHEN EXISTS (SELECT FROM vie.ecart);
			FOR a IN SELECT * FROM vie.action x WHERE x.etat = 'prise' AND x.prise_le = d ORDER BY id LOOP
				PERFORM vie.compter('prendre');
				IF vie.de('sort' || vie.cle(a) || d, 100) < 78 THEN
					PERFORM vie.confirmer(a, d);
				ELSIF vie.de('sort' || vie.cle(a) || d, 100) < 86 THEN
					PERFORM vie.echouer(a, d);
				END IF;
			END LOOP;
			COMMIT;
		END IF;
	END LOOP;
END $$;

-- ------------------------------------------------------------- the cast

INSERT INTO clients
SELECT x.code, 'Client ' || x.code, (ARRAY['professionnel', 'professionnel', 'professionnel', 'professionnel', 'public', 'consommateur'])[1 + de('genre' || x.code, 6)],
	   (ARRAY['metropole', 'metropole', 'metropole', 'alsace_moselle', 'reunion'])[1 + de('zone' || x.code, 5)],
	   (ARRAY['grand', 'petit', 'risque', NULL, NULL])[1 + de('segment' || x.code, 5)]
  FROM (SELECT 'D' || lpad(i::text, 4, '0') AS code FROM generate_series(1, :debiteurs) i) x;
INSERT INTO clientele
SELECT s, code FROM clients, unnest(ARRAY['A', 'B']) s WHERE de('societe' || code, 10) IN (0, CASE s WHEN 'A' THEN 1 ELSE 2 END)
	OR de('societe' || code, 10) > 2 AND (de('societe' || code, 10) % 2 = 0) = (s = 'A');
-- what there was before
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT * FROM vie.clientele ORDER BY creancier, debiteur LOOP
		FOR i IN 1 .. vie.de('avant' || r.creancier || r.debiteur, 4) LOOP
			PERFORM vie.facturer(r.creancier, r.debiteur, current_setting('vie.debut')::date - 1 - vie.de('quand' || r.creancier || r.debiteur || i, 100),
								 CASE r.creancier WHEN 'A' THEN 'directe' ELSE 'progressive' END);
		END LOOP;
	END LOOP;
END $$;

SELECT creances.suivre_clients('clients', '{"debiteur": "code", "nom": "nom", "type": "genre", "zone": "zone", "segment": "segment"}') \gset
SELECT creances.suivre_factures('fa', '{"facture": "numero", "rang": "rang", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant",
	"devise": "devise", "regle": "paye", "regle_le": "paye_le", "creancier": "''A''"}', depuis => :'debut', reprise => 'directe') \gset
SELECT creances.suivre_factures('fb', '{"facture": "numero", "rang": "rang", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant",
	"devise": "devise", "creancier": "''B''"}', depuis => :'debut', mode => 'differe') \gset
SELECT creances.suivre_reglements('pb', '{"reglement": "id", "cle_facture": "facture", "date": "le", "montant": "montant", "nature": "mode", "devise": "devise", "debiteur": "client",
	"creancier": "''B''"}', factures => 'fb', mode => 'differe') \gset

-- scenarios of all kinds; the shipped one is copied in the book
INSERT INTO scenario VALUES
	('doux', 7, 0, 3, 5, 'debiteur'),
	('dur', 2, 15, 0, 0, 'debiteur'),
	('par_facture', 4, 0, 0, 2, 'facture'),
	('repete', 3, 1, 1, 0, 'debiteur');
INSERT INTO etape VALUES
	('doux', 10, -5, 'courriel', 'preventive', false, false, NULL, NULL, NULL),
	('doux', 20, 2, 'courriel', 'relance_1', false, false, NULL, NULL, NULL),
	('doux', 30, 12, 'telephone', 'relance_1', false, false, 5, NULL, NULL),
	('doux', 40, 20, 'lettre', 'relance_2', false, false, 10, NULL, NULL),
	('doux', 50, 40, 'lrar', 'mise_en_demeure', true, false, 15, NULL, NULL),
	('doux', 60, 60, 'interne', 'contentieux', true, false, NULL, NULL, NULL),
	('dur', 10, 1, 'courriel', 'relance_1', false, false, NULL, NULL, NULL),
	('dur', 20, 4, 'sms', 'relance_2', false, false, NULL, NULL, NULL),
	('dur', 30, 8, 'courriel', 'relance_3', false, false, 3, NULL, NULL),
	('dur', 40, 15, 'lrar', 'mise_en_demeure', true, false, 8, NULL, NULL),
	('dur', 50, 25, 'interne', 'contentieux', false, true, NULL, NULL, NULL),
	('par_facture', 1, -10, 'courriel', 'preventive', false, false, NULL, NULL, NULL),
	('par_facture', 2, 3, 'courriel', 'relance_1', false, false, NULL, NULL, NULL),
	('par_facture', 3, 10, 'interne', 'relance_2', false, true, NULL, NULL, NULL),
	('par_facture', 4, 25, 'lettre', 'relance_3', false, false, 8, NULL, NULL),
	('par_facture', 5, 45, 'lrar', 'mise_en_demeure', true, false, 8, NULL, NULL),
	('repete', 1, 0, 'courriel', 'relance_1', false, false, NULL, NULL, NULL),
	('repete', 2, 6, 'telephone', 'relance_1', false, false, 4, NULL, NULL),
	('repete', 3, 12, 'courriel', 'relance_2', false, false, 2, 9, 3);
INSERT INTO creances.scenario (scenario, intitule, contact_min, montant_min, tolerance_jours, tolerance_montant, groupement)
SELECT scenario, scenario, contact_min, montant_min, tolerance_jours, tolerance_montant, groupement FROM scenario;
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, validation, sans_confirmation, delai_accorde, repeter_jours, repetitions)
SELECT scenario, etape, delai, canal, stade, stade, validation, sans_confirmation, delai_accorde, repeter_jours, repetitions FROM etape;
INSERT INTO scenario VALUES ('standard', 3, 0, 0, 0, 'debiteur');
INSERT INTO etape VALUES
	('standard', 1, 1, 'courriel', 'relance_1', false, false, NULL, NULL, NULL),
	('standard', 2, 7, 'telephone', 'relance_2', false, false, NULL, NULL, NULL),
	('standard', 3, 15, 'lettre', 'relance_3', false, false, 8, NULL, NULL),
	('standard', 4, 30, 'lrar', 'mise_en_demeure', true, false, 8, NULL, NULL),
	('standard', 5, 45, 'interne', 'contentieux', false, false, NULL, NULL, NULL);
INSERT INTO societe VALUES ('A', 'standard'), ('B', 'doux');
UPDATE creances.creancier c SET scenario = s.scenario FROM societe s WHERE s.creancier = c.creancier;
INSERT INTO affectation VALUES ('A', 'segment', 'petit', 'dur'), ('A', 'segment', 'grand', 'par_facture'), ('B', 'segment', 'risque', 'repete'), ('B', 'segment', 'petit', 'standard');
SELECT count(creances.affecter_scenario(creancier, scenario, segment => cle)) FROM affectation \gset

SELECT retoucher(100, $$UPDATE X.etape SET delai = delai + 2 WHERE scenario = 'dur' AND etape = 20$$),
	   retoucher(160, $$UPDATE X.scenario SET contact_min = 5 WHERE scenario = 'doux'$$),
	   retoucher(240, $$INSERT INTO X.etape (scenario, etape, delai, canal, stade, validation, sans_confirmation I.) VALUES ('doux', 35, 16, 'sms', 'relance_2', false, false I2.)$$),
	   retoucher(300, $$DELETE FROM X.etape WHERE scenario = 'dur' AND etape = 30$$),
	   retoucher(380, $$UPDATE X.etape SET canal = 'lettre' WHERE scenario = 'repete' AND etape = 3$$),
	   retoucher(430, $$UPDATE X.scenario SET actif = false WHERE scenario = 'repete'$$),
	   retoucher(452, $$UPDATE X.scenario SET actif = true WHERE scenario = 'repete'$$),
	   retoucher(500, $$UPDATE X.etape SET validation = true WHERE scenario = 'par_facture' AND etape = 4$$),
	   retoucher(560, $$UPDATE X.scenario SET groupement = 'facture' WHERE scenario = 'dur'$$),
	   retoucher(640, $$UPDATE X.scenario SET groupement = 'debiteur' WHERE scenario = 'dur'$$),
	   retoucher(700, $$UPDATE X.scenario SET montant_min = 50 WHERE scenario = 'doux'$$),
	   retoucher(760, $$UPDATE X.etape SET delai_accorde = 12 WHERE scenario = 'par_facture' AND etape = 2$$),
	   retoucher(820, $$UPDATE X.scenario SET tolerance_jours = 6 WHERE scenario = 'repete'$$),
	   retoucher(860, $$INSERT INTO X.etape (scenario, etape, delai, canal, stade, validation, sans_confirmation I.) VALUES ('dur', 25, 7, 'courriel', 'relance_2', false, false I2.)$$) \gset
UPDATE retouche SET moteur = replace(replace(moteur, ' I.', ', intitule'), ' I2.', ', ''nouvelle'''), livre = replace(replace(livre, ' I.', ''), ' I2.', '');
INSERT INTO retouche VALUES
	(600, $$UPDATE creances.creancier SET scenario = 'dur' WHERE creancier = 'A'$$, $$UPDATE vie.societe SET scenario = 'dur' WHERE creancier = 'A'$$),
	(660, $$UPDATE creances.creancier SET scenario = 'standard' WHERE creancier = 'A'$$, $$UPDATE vie.societe SET scenario = 'standard' WHERE creancier = 'A'$$),
	-- the user's own suite under the shipped one's name
	(900, $$INSERT INTO creances.scenario (scenario, intitule, contact_min) VALUES ('standard', 'le nôtre', 4)$$, $$UPDATE vie.scenario SET contact_min = 4 WHERE scenario = 'standard'$$),
	(900, $$INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule, validation) SELECT scenario, etape, delai + etape, canal, stade, intitule, validation
		FROM creances.etape WHERE origine = 'creances' AND scenario = 'standard'$$, $$UPDATE vie.etape SET delai = delai + etape, delai_accorde = NULL WHERE scenario = 'standard'$$);
ANALYZE;

-- The stage of an item on a past day: what was owed then, and the last step
-- done by then. A due date put off since is as it was: seen today, it changes
-- from today on; money taken from an account for it, too.
CREATE FUNCTION stade_attendu(p vie.piece, au date) RETURNS creances.stade_relance LANGUAGE plpgsql STABLE AS $$
DECLARE
	fait creances.stade_relance;
BEGIN
	IF au < p.emission THEN
		RETURN NULL;
	END IF;
	IF p.montant - coalesce((SELECT sum(m.montant) FROM vie.mouvement m WHERE (m.creancier, m.facture, m.rang) = (p.creancier, p.facture, p.rang) AND m.le <= au), 0) <= 0 THEN
		RETURN 'soldee';
	END IF;
	SELECT h.stade INTO fait FROM vie.histoire h WHERE (h.creancier, h.facture, h.rang) = (p.creancier, p.facture, p.rang) AND h.le <= au ORDER BY h.n DESC LIMIT 1;
	IF fait IS NOT NULL AND NOT (fait = 'preventive' AND au > p.echeance0) THEN
		RETURN fait;
	END IF;
	RETURN CASE WHEN au > p.echeance0 THEN 'echue' ELSE 'non_echue' END;
END $$;

\echo == three years, night after night
CALL vivre(:'debut', 0, :jours - 1, :raisons);

-- (with the full counts there is more of everything: at least half of what there is without them)
\echo == what happened
SELECT m.quoi, coalesce(c.nb >= m.nb, false) AS assez FROM (VALUES
	('affecter la facture', 8), ('affecter le client', 4), ('annuler : litige', 3), ('annuler : plan', 1), ('annuler : procedure_collective', 1), ('annuler : promesse', 2),
	('annuler : suspension', 2), ('avoir', 3), ('avoir rembourse', 2), ('avoirs', 4), ('changer de client', 2), ('changer de segment', 3), ('changer de stade', 11),
	('clore un acte : delai_de_grace', 1), ('clore un acte : litige', 4), ('clore un acte : procedure_collective', 2), ('clore un acte : rejet', 2), ('confirmer', 295),
	('delai_de_grace, client', 3), ('delai_de_grace, facture', 4), ('echec, a valider', 8), ('echec, prise', 37), ('encaissement en partie, statut 212', 4),
	('factures', 152), ('imputer', 5), ('litige clos : fonde', 9), ('litige clos : non_fonde', 7), ('litige clos : partiel', 4), ('litige clos : regularise', 6),
	('litige clos : retire', 6), ('litige en partie, facture', 14), ('litige en partie, facture, statut 206', 8), ('litige, client', 4), ('litige, facture', 13),
	('litige, facture, statut 207', 4), ('litige, facture, statut 210', 3), ('notifier', 6), ('nuits', 186), ('nuits d''un seul creancier', 27), ('nuits manquees', 76),
	('passer', 25), ('payer', 81), ('payer en compte', 5), ('payer en partie', 18), ('payer la dette', 43), ('payer moins 3', 2), ('payer trop', 3), ('plan', 14),
	('plan d''une facture, decheance aucune', 1), ('plan d''une facture, decheance immediate', 1), ('plan d''une facture, decheance preavis', 2),
	('plan, decheance aucune', 2), ('plan, decheance immediate', 1), ('plan, decheance preavis', 6), ('prendre', 332), ('procedure_collective', 3), ('promesse, client', 17),
	('promesse, facture', 18), ('rejet, statut 213', 2), ('rejeter', 11), ('remettre', 29), ('rendre', 2), ('reporter', 12), ('reprendre', 4), ('scenarios retouches', 4),
	('statut 200', 4), ('statut 203', 3), ('statut 204', 3), ('statut 205', 5), ('statut 206', 8), ('statut 207', 4), ('statut 208', 10), ('statut 209', 8),
	('statut 210', 3), ('statut 211', 5), ('statut 212', 4), ('statut 213', 2), ('supprimer', 3), ('suspension, client', 7), ('suspension, facture', 11),
	('suspension, facture, statut 208', 10), ('suspension, facture, statut 211', 5), ('valider', 52)) m(quoi, nb) LEFT JOIN compte c USING (quoi) ORDER BY m.quoi COLLATE "C";
\echo == the reason of each item, night after night
SELECT m.raison, coalesce(c.nb >= m.nb, false) AS assez FROM (VALUES
	('attend l''envoi', 97), ('attend l''envoi du message precedent', 5), ('attend la validation', 17), ('attend le D', 1566), ('couverte par un credit', 70),
	('credit', 410), ('derniere etape', 555), ('due', 99), ('echec : attend remettre() ou passer_etape()', 36), ('espacement : attend le D', 11), ('montant minimal', 30),
	('scenario inconnu', 11), ('suspendue : avoir', 18), ('suspendue : delai de grace jusqu''au D', 112), ('suspendue : encaissement', 30), ('suspendue : litige', 268),
	('suspendue : litige jusqu''au D', 7), ('suspendue : plan', 93), ('suspendue : procedure collective', 110), ('suspendue : promesse jusqu''au D', 160),
	('suspendue : rejet', 9), ('suspendue : suspension', 161), ('suspendue : suspension jusqu''au D', 57), ('un message par nuit', 1),
	('une etape a valider part seule, avant', 2)) m(raison, nb) LEFT JOIN raison c USING (raison) ORDER BY m.raison COLLATE "C";
\echo == the queue: what was sent, and what died before it was
SELECT m.quoi, coalesce(c.nb >= m.nb, false) AS assez FROM (VALUES
	('courriel preventive annulee', 6), ('courriel preventive envoyee', 38), ('courriel relance_1 annulee', 7), ('courriel relance_1 envoyee', 76),
	('courriel relance_2 envoyee', 2), ('courriel relance_3 annulee', 1), ('courriel relance_3 envoyee', 3), ('interne contentieux annulee', 3),
	('interne contentieux envoyee', 24), ('interne relance_2 envoyee', 15), ('lettre relance_2 annulee', 2), ('lettre relance_2 envoyee', 21),
	('lettre relance_3 annulee', 1), ('lettre relance_3 envoyee', 37), ('lrar mise_en_demeure annulee', 10), ('lrar mise_en_demeure envoyee', 36),
	('sms relance_2 annulee', 1), ('sms relance_2 envoyee', 12), ('telephone relance_1 annulee', 2), ('telephone relance_1 envoyee', 22), ('telephone relance_2 annulee', 3),
	('telephone relance_2 envoyee', 30)) m(quoi, nb)
  LEFT JOIN (SELECT concat_ws(' ', canal, stade, etat) AS quoi, count(*) AS nb FROM action GROUP BY 1) c USING (quoi) ORDER BY m.quoi COLLATE "C";
\echo == differences, night by night
SELECT max(le) > :'debut'::date + :jours - 30 FROM action;
SELECT count(*) FROM ecart;
SELECT jour, quoi, objet, moteur, oracle FROM ecart ORDER BY jour, quoi, objet LIMIT 20;
\echo == the stage of past days, by stage; differences
CREATE TABLE passe AS
SELECT p.creancier, p.facture, p.rang, q.au, stade_attendu(p, q.au)::text AS stade, x.stade AS moteur, x.raison
  FROM generate_series(1, 50 * :debiteurs) n
  JOIN (SELECT row_number() OVER (ORDER BY y.id) AS k, count(*) OVER () AS nb, y.id, y.creancier FROM piece y WHERE NOT compte) k ON k.k = 1 + de('laquelle' || n, k.nb::integer)
  JOIN piece p ON p.id = k.id AND p.creancier = k.creancier AND NOT p.compte
 CROSS JOIN LATERAL (SELECT greatest(p.emission - 3, :'debut') + de('quand' || n, least(300, :jours + :'debut'::date - greatest(p.emission - 3, :'debut'))) AS au) q
  LEFT JOIN LATERAL creances.stade_au(p.creancier, p.facture, p.rang, q.au) x ON true;
SELECT stade, count(*) FILTER (WHERE stade IS DISTINCT FROM moteur) FROM passe GROUP BY stade ORDER BY stade::creances.stade_relance;
SELECT creancier, facture, rang, au, stade, moteur, raison FROM passe WHERE stade IS DISTINCT FROM moteur ORDER BY 1, 2, 3, 4 LIMIT 10;
\echo == the book, the ERP and the facts; what must hold
SELECT count(*) FROM (
	SELECT 'A' AS creancier, numero AS facture, rang, client, echeance, montant - paye AS solde FROM fa
	UNION ALL SELECT 'B', numero, rang, client, echeance, montant - coalesce((SELECT sum(p.montant) FROM pb p WHERE p.facture = fb.id), 0) FROM fb) e
  FULL JOIN (SELECT * FROM piece WHERE NOT compte AND NOT retiree) p USING (creancier, facture, rang)
  LEFT JOIN creances.creance c USING (creancier, facture, rang)
 WHERE (e.client, e.echeance, e.solde) IS DISTINCT FROM (p.debiteur, p.echeance, p.solde) OR (c.debiteur, c.echeance, c.solde) IS DISTINCT FROM (p.debiteur, p.echeance, p.solde);
SELECT sum(x) FROM (SELECT count(*) FROM creances.verifier_suivi('fa') UNION ALL SELECT count(*) FROM creances.verifier_suivi('fb') UNION ALL SELECT count(*) FROM creances.verifier_suivi('pb')) y(x);
SELECT * FROM creances.coherence() LIMIT 20;
SELECT sum(erreurs), count(DISTINCT etat), min(etat) FROM creances.passe;

RESET search_path;
DROP EXTENSION creances CASCADE;
DROP SCHEMA vie CASCADE;
