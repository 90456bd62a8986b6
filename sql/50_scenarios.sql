-- Scenarios: the suites of steps that reminders follow.

CREATE TABLE creances.scenario (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	scenario	text NOT NULL CHECK (scenario <> ''),
	intitule	text NOT NULL,
	contact_min	integer NOT NULL DEFAULT 0 CHECK (contact_min BETWEEN 0 AND 365),
	montant_min	numeric NOT NULL DEFAULT 0 CHECK (montant_min >= 0 AND montant_min < 'Infinity'),
	tolerance_jours integer NOT NULL DEFAULT 0 CHECK (tolerance_jours BETWEEN 0 AND 365),
	tolerance_montant numeric NOT NULL DEFAULT 0 CHECK (tolerance_montant >= 0 AND tolerance_montant < 'Infinity'),
	groupement	text NOT NULL DEFAULT 'debiteur' CHECK (groupement IN ('debiteur', 'facture')),
	actif		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (origine, scenario)
);
COMMENT ON TABLE creances.scenario IS
'Suite d''etapes de relance. Celui de l''utilisateur l''emporte sur celui, de meme code, que livre l''extension et qui ne se modifie pas.';
COMMENT ON COLUMN creances.scenario.origine IS 'creances (livre) ou utilisateur.';
COMMENT ON COLUMN creances.scenario.scenario IS 'Code.';
COMMENT ON COLUMN creances.scenario.intitule IS 'Intitule.';
COMMENT ON COLUMN creances.scenario.contact_min IS 'Jours au moins entre deux messages a un debiteur ; ne retient jamais une mise en demeure. Usage de la maison, non regle de droit.';
COMMENT ON COLUMN creances.scenario.montant_min IS 'Reste du sous lequel une creance n''est pas relancee.';
COMMENT ON COLUMN creances.scenario.tolerance_jours IS 'Jours apres l''echeance pendant lesquels rien n''est relance (delai de banque). Usage de la maison : le retard, lui, court du lendemain de l''echeance.';
COMMENT ON COLUMN creances.scenario.tolerance_montant IS 'Ecart de reglement : reste d''une facture deja payee en partie, au plus duquel rien n''est relance.';
COMMENT ON COLUMN creances.scenario.groupement IS 'debiteur : un message par debiteur, devise et nuit ; facture : un par facture, sans espacement.';
COMMENT ON COLUMN creances.scenario.actif IS 'false : masque le scenario.';

CREATE TABLE creances.etape (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	scenario	text NOT NULL,
	etape		integer NOT NULL CHECK (etape BETWEEN 1 AND 1000),
	delai		integer NOT NULL CHECK (delai BETWEEN -365 AND 3650),
	canal		text NOT NULL CHECK (canal IN ('courriel', 'telephone', 'sms', 'lettre', 'lrar', 'interne')),
	stade		creances.stade_relance NOT NULL
				CHECK (stade IN ('preventive', 'relance_1', 'relance_2', 'relance_3', 'mise_en_demeure', 'contentieux', 'irrecouvrable')),
	intitule	text NOT NULL,
	validation	boolean NOT NULL DEFAULT false,
	sans_confirmation boolean NOT NULL DEFAULT false CHECK (NOT sans_confirmation OR canal = 'interne' AND stade <> 'mise_en_demeure'),
	delai_accorde integer CHECK (delai_accorde BETWEEN 0 AND 365),
	repeter_jours integer CHECK (repeter_jours BETWEEN 1 AND 365),
	repetitions	integer CHECK (repetitions BETWEEN 1 AND 100),
	cout		numeric NOT NULL DEFAULT 0 CHECK (cout >= 0 AND cout < 1e9),
	CHECK ((repeter_jours IS NULL) = (repetitions IS NULL)),
	PRIMARY KEY (origine, scenario, etape)
);
COMMENT ON TABLE creances.etape IS 'Etape d''un scenario.';
COMMENT ON COLUMN creances.etape.origine IS 'creances (livree) ou utilisateur.';
COMMENT ON COLUMN creances.etape.scenario IS 'Code du scenario.';
COMMENT ON COLUMN creances.etape.etape IS 'Rang de l''etape. Ne se renumerote pas quand des creances en sont la : laissez des intervalles, inserez entre deux.';
COMMENT ON COLUMN creances.etape.delai IS 'Jours apres l''echeance ; negatif avant.';
COMMENT ON COLUMN creances.etape.canal IS 'courriel, sms, lettre, lrar (messages) ; telephone ; interne (tache).';
COMMENT ON COLUMN creances.etape.stade IS 'Stade de la creance quand l''etape est faite.';
COMMENT ON COLUMN creances.etape.intitule IS 'Intitule.';
COMMENT ON COLUMN creances.etape.validation IS 'Une personne doit valider avant l''envoi.';
COMMENT ON COLUMN creances.etape.sans_confirmation IS 'Tache interne faite des sa mise en file, sans attendre de confirmation ; jamais un message, ni une mise en demeure.';
COMMENT ON COLUMN creances.etape.delai_accorde IS 'Jours que l''action laisse pour payer : la lettre en donne la date, et l''etape suivante l''attend. L''echeance, dont courent les penalites, ne change pas.';
COMMENT ON COLUMN creances.etape.repeter_jours IS 'Derniere etape : repetee a cet intervalle.';
COMMENT ON COLUMN creances.etape.repetitions IS 'Repetitions au plus.';
COMMENT ON COLUMN creances.etape.cout IS 'Cout d''une action, en EUR : timbre, temps... garde avec elle.';

INSERT INTO creances.scenario (origine, scenario, intitule, contact_min, montant_min) VALUES
	('creances', 'standard',     'Relance standard des professionnels', 3, 0),
	('creances', 'grand_compte', 'Grands comptes : rappel avant l''échéance, relances espacées', 7, 0),
	('creances', 'tpe',          'Très petites entreprises : plus tôt, plus court', 3, 0),
	('creances', 'public',       'Acheteurs publics', 7, 0),
	('creances', 'consommateur', 'Consommateurs : ni pénalités ni indemnité avant la mise en demeure', 7, 0);
INSERT INTO creances.etape (origine, scenario, etape, delai, canal, stade, intitule, validation, delai_accorde, cout) VALUES
	('creances', 'standard',     1,  1, 'courriel',  'relance_1',       'Rappel par courriel', false, NULL, 0.05),
	('creances', 'standard',     2,  7, 'telephone', 'relance_2',       'Appel', false, NULL, 5),
	('creances', 'standard',     3, 15, 'lettre',    'relance_3',       'Lettre avec pénalités', false, 8, 2),
	('creances', 'standard',     4, 30, 'lrar',      'mise_en_demeure', 'Mise en demeure recommandée', true, 8, 8),
	('creances', 'standard',     5, 45, 'interne',   'contentieux',     'Passage au contentieux', false, NULL, 0),
	('creances', 'grand_compte', 1, -5, 'courriel',  'preventive',      'Rappel avant l''échéance', false, NULL, 0.05),
	('creances', 'grand_compte', 2,  5, 'courriel',  'relance_1',       'Rappel par courriel', false, NULL, 0.05),
	('creances', 'grand_compte', 3, 15, 'telephone', 'relance_2',       'Appel au service fournisseurs', false, NULL, 5),
	('creances', 'grand_compte', 4, 30, 'courriel',  'relance_3',       'Courriel avec pénalités, copie à la direction', false, 8, 0.05),
	('creances', 'grand_compte', 5, 60, 'lrar',      'mise_en_demeure', 'Mise en demeure recommandée', true, 15, 8),
	('creances', 'grand_compte', 6, 90, 'interne',   'contentieux',     'Passage au contentieux', true, NULL, 0),
	('creances', 'tpe',          1,  1, 'courriel',  'relance_1',       'Rappel par courriel', false, NULL, 0.05),
	('creances', 'tpe',          2,  5, 'telephone', 'relance_2',       'Appel', false, NULL, 5),
	('creances', 'tpe',          3, 10, 'courriel',  'relance_3',       'Courriel avec pénalités', false, 5, 0.05),
	('creances', 'tpe',          4, 20, 'lrar',      'mise_en_demeure', 'Mise en demeure recommandée', true, 8, 8),
	('creances', 'tpe',          5, 30, 'interne',   'contentieux',     'Passage au contentieux', false, NULL, 0),
	('creances', 'public',       1,  5, 'courriel',  'relance_1',       'Rappel au service facturier', false, NULL, 0.05),
	('creances', 'public',       2, 20, 'telephone', 'relance_2',       'Appel au service facturier', false, NULL, 5),
	('creances', 'public',       3, 30, 'lettre',    'relance_3',       'Lettre avec intérêts moratoires', false, 15, 2),
	('creances', 'public',       4, 60, 'lrar',      'mise_en_demeure', 'Mise en demeure recommandée', true, 15, 8),
	('creances', 'public',       5, 90, 'interne',   'contentieux',     'Passage au contentieux', true, NULL, 0),
	('creances', 'consommateur', 1,  3, 'courriel',  'relance_1',       'Rappel amiable', false, NULL, 0.05),
	('creances', 'consommateur', 2, 15, 'courriel',  'relance_2',       'Deuxième rappel amiable', false, NULL, 0.05),
	('creances', 'consommateur', 3, 30, 'lettre',    'relance_3',       'Lettre amiable', false, 15, 2),
	('creances', 'consommateur', 4, 50, 'lrar',      'mise_en_demeure', 'Mise en demeure recommandée', true, 15, 8),
	('creances', 'consommateur', 5, 75, 'interne',   'contentieux',     'Décision sur la suite', true, NULL, 0);

-- A reminder never goes back: the suite rises in stage and in delay. Told pair
-- by pair, so that any part of a good suite is good, in whatever order a
-- restore brings its rows; deferred, so that a suite may be renumbered.
CREATE FUNCTION creances._suite_croissante() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	x creances.etape;
BEGIN
	SELECT e.* INTO x FROM creances.etape e
	  JOIN creances.etape n ON n.origine = NEW.origine AND n.scenario = NEW.scenario AND n.etape = NEW.etape
	 WHERE e.origine = n.origine AND e.scenario = n.scenario
	   AND (e.etape < n.etape AND (e.stade > n.stade OR e.delai > n.delai OR e.repeter_jours IS NOT NULL)
			OR e.etape > n.etape AND (e.stade < n.stade OR e.delai < n.delai OR n.repeter_jours IS NOT NULL))
	 ORDER BY e.etape LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '23514',
			MESSAGE = format('le scénario %s ne monte pas : étapes %s et %s', NEW.scenario, least(x.etape, NEW.etape), greatest(x.etape, NEW.etape)),
			DETAIL = 'D''une étape à la suivante, ni le stade ni le délai ne baissent, et seule la dernière se répète.',
			HINT = 'Changez le stade, le délai ou le rang de l''étape ; toutes dans une même transaction s''il y en a plusieurs.';
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION creances._suite_croissante() IS 'Declencheur : les etapes d''un scenario montent en stade et en delai.';
CREATE CONSTRAINT TRIGGER suite AFTER INSERT OR UPDATE ON creances.etape DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION creances._suite_croissante();
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.scenario
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.scenario', $$WHERE origine = 'utilisateur'$$);
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.etape
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.etape', $$WHERE origine = 'utilisateur'$$);

-- The clock tells two steps of one stage apart by their numbers: a number that a
-- receivable stands on stays.
CREATE FUNCTION creances._etape_renumerotee() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM creances.avancement a WHERE a.scenario = OLD.scenario AND a.etape = OLD.etape) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('des créances en sont à l''étape %s du scénario %s : elle ne se renumérote pas', OLD.etape, OLD.scenario),
			HINT = 'Insérez la nouvelle étape entre deux numéros, ou créez un autre scénario et affectez-le.';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION creances._etape_renumerotee() IS 'Declencheur : une etape ou des creances en sont ne change pas de numero.';
CREATE TRIGGER renumerotee BEFORE UPDATE OF scenario, etape ON creances.etape
	FOR EACH ROW WHEN ((OLD.scenario, OLD.etape) IS DISTINCT FROM (NEW.scenario, NEW.etape)) EXECUTE FUNCTION creances._etape_renumerotee();

CREATE VIEW creances.scenario_actif AS
SELECT s.scenario, s.intitule, s.contact_min, s.montant_min::numeric(20,3) AS montant_min, s.tolerance_jours,
	   s.tolerance_montant::numeric(20,3) AS tolerance_montant, s.groupement, s.origine
  FROM creances.scenario s
 WHERE s.actif
   AND (s.origine = 'utilisateur'
		OR NOT EXISTS (SELECT FROM creances.scenario u WHERE u.origine = 'utilisateur' AND u.scenario = s.scenario));
COMMENT ON VIEW creances.scenario_actif IS 'Scenarios en vigueur, ceux de l''utilisateur l''emportant.';
COMMENT ON COLUMN creances.scenario_actif.scenario IS 'Code.';
COMMENT ON COLUMN creances.scenario_actif.intitule IS 'Intitule.';
COMMENT ON COLUMN creances.scenario_actif.contact_min IS 'Jours au moins entre deux messages.';
COMMENT ON COLUMN creances.scenario_actif.montant_min IS 'Reste du minimal.';
COMMENT ON COLUMN creances.scenario_actif.tolerance_jours IS 'Jours apres l''echeance sans relance.';
COMMENT ON COLUMN creances.scenario_actif.tolerance_montant IS 'Ecart de reglement tolere.';
COMMENT ON COLUMN creances.scenario_actif.groupement IS 'debiteur ou facture.';
COMMENT ON COLUMN creances.scenario_actif.origine IS 'creances ou utilisateur.';

CREATE VIEW creances._etape_active AS
SELECT e.scenario, e.etape, e.delai, e.canal,
	   CASE WHEN e.canal IN ('telephone', 'interne') THEN e.canal ELSE 'message' END AS classe,
	   e.stade, e.intitule, e.validation, e.sans_confirmation, e.delai_accorde, e.repeter_jours, e.repetitions, e.cout
  FROM creances.scenario_actif s
  JOIN creances.etape e ON e.origine = s.origine AND e.scenario = s.scenario;
COMMENT ON VIEW creances._etape_active IS 'Etapes des scenarios en vigueur, telles que le moteur les lit : le stade y est une valeur ordonnee.';
COMMENT ON COLUMN creances._etape_active.scenario IS 'Code du scenario.';
COMMENT ON COLUMN creances._etape_active.etape IS 'Rang de l''etape.';
COMMENT ON COLUMN creances._etape_active.delai IS 'Jours apres l''echeance.';
COMMENT ON COLUMN creances._etape_active.canal IS 'Canal.';
COMMENT ON COLUMN creances._etape_active.classe IS 'message, telephone ou interne : ce qui se groupe ensemble.';
COMMENT ON COLUMN creances._etape_active.stade IS 'Stade de la creance quand l''etape est faite.';
COMMENT ON COLUMN creances._etape_active.intitule IS 'Intitule.';
COMMENT ON COLUMN creances._etape_active.validation IS 'A valider avant l''envoi.';
COMMENT ON COLUMN creances._etape_active.sans_confirmation IS 'Faite des sa mise en file.';
COMMENT ON COLUMN creances._etape_active.delai_accorde IS 'Jours laisses pour payer.';
COMMENT ON COLUMN creances._etape_active.repeter_jours IS 'Intervalle des repetitions de la derniere etape.';
COMMENT ON COLUMN creances._etape_active.repetitions IS 'Repetitions au plus.';
COMMENT ON COLUMN creances._etape_active.cout IS 'Cout d''une action, en EUR.';

-- (text, for any client; the engine compares stages, and reads the one above)
CREATE VIEW creances.etape_active AS
SELECT e.scenario, e.etape, e.delai, e.canal, e.classe, e.stade::text AS stade, e.intitule, e.validation, e.sans_confirmation, e.delai_accorde,
	   e.repeter_jours, e.repetitions, e.cout::numeric(20,3) AS cout
  FROM creances._etape_active e;
COMMENT ON VIEW creances.etape_active IS 'Etapes des scenarios en vigueur.';
COMMENT ON COLUMN creances.etape_active.scenario IS 'Code du scenario.';
COMMENT ON COLUMN creances.etape_active.etape IS 'Rang de l''etape.';
COMMENT ON COLUMN creances.etape_active.delai IS 'Jours apres l''echeance.';
COMMENT ON COLUMN creances.etape_active.canal IS 'Canal.';
COMMENT ON COLUMN creances.etape_active.classe IS 'message, telephone ou interne : ce qui se groupe ensemble.';
COMMENT ON COLUMN creances.etape_active.stade IS 'Stade de la creance quand l''etape est faite.';
COMMENT ON COLUMN creances.etape_active.intitule IS 'Intitule.';
COMMENT ON COLUMN creances.etape_active.validation IS 'A valider avant l''envoi.';
COMMENT ON COLUMN creances.etape_active.sans_confirmation IS 'Faite des sa mise en file.';
COMMENT ON COLUMN creances.etape_active.delai_accorde IS 'Jours laisses pour payer.';
COMMENT ON COLUMN creances.etape_active.repeter_jours IS 'Intervalle des repetitions de la derniere etape.';
COMMENT ON COLUMN creances.etape_active.repetitions IS 'Repetitions au plus.';
COMMENT ON COLUMN creances.etape_active.cout IS 'Cout d''une action, en EUR.';

-- ------------------------------------------------- which one an invoice follows

CREATE TABLE creances.affectation (
	creancier	text NOT NULL,
	facture		text NOT NULL DEFAULT '',
	debiteur	text NOT NULL DEFAULT '',
	segment		text NOT NULL DEFAULT '',
	scenario	text NOT NULL,
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (creancier, facture, debiteur, segment),
	CHECK ((facture <> '')::integer + (debiteur <> '')::integer + (segment <> '')::integer = 1)
);
COMMENT ON TABLE creances.affectation IS 'Scenario d''une facture, d''un client ou d''un segment, dans cet ordre ; a defaut celui du creancier. Ecrite par affecter_scenario().';
COMMENT ON COLUMN creances.affectation.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.affectation.facture IS 'Facture, ou vide.';
COMMENT ON COLUMN creances.affectation.debiteur IS 'Client, ou vide.';
COMMENT ON COLUMN creances.affectation.segment IS 'Segment de clientele, ou vide.';
COMMENT ON COLUMN creances.affectation.scenario IS 'Code du scenario.';
COMMENT ON COLUMN creances.affectation.auteur IS 'Role qui l''a choisie.';
COMMENT ON COLUMN creances.affectation.connu_le IS 'Instant de l''enregistrement.';
SELECT pg_catalog.pg_extension_config_dump('creances.affectation', '');

-- (A set, so that it is inlined where it is used; most have no assignment at all.)
CREATE FUNCTION creances._scenario(creancier text, facture text, debiteur text, segment text, du_creancier text) RETURNS TABLE (scenario text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN EXISTS (SELECT FROM creances.affectation) THEN coalesce(
		(SELECT a.scenario FROM creances.affectation a
		  WHERE a.creancier = _scenario.creancier AND a.facture = _scenario.facture AND a.debiteur = '' AND a.segment = ''),
		(SELECT a.scenario FROM creances.affectation a
		  WHERE a.creancier = _scenario.creancier AND a.facture = '' AND a.debiteur = _scenario.debiteur AND a.segment = ''),
		(SELECT a.scenario FROM creances.affectation a
		  WHERE a.creancier = _scenario.creancier AND a.facture = '' AND a.debiteur = '' AND a.segment = _scenario.segment AND _scenario.segment <> ''),
		du_creancier) ELSE du_creancier END;
END;
COMMENT ON FUNCTION creances._scenario(text, text, text, text, text) IS 'Scenario d''une creance : celui de sa facture, de son debiteur, de son segment, ou du creancier.';

CREATE FUNCTION creances.affecter_scenario(creancier text, scenario text, facture text DEFAULT NULL, debiteur text DEFAULT NULL, segment text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	avant text;
BEGIN
	IF num_nonnulls(facture, debiteur, segment) <> 1 OR '' IN (facture, debiteur, segment) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'un scénario s''affecte à une facture, à un débiteur ou à un segment',
			HINT = 'Donnez-en un, et un seul ; celui du créancier est dans creances.creancier.scenario.';
	END IF;
	IF NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', coalesce(creancier, 'NULL')),
			HINT = 'Les créanciers sont dans creances.creancier.';
	END IF;
	IF scenario IS NOT NULL AND NOT EXISTS (SELECT FROM creances.scenario_actif s WHERE s.scenario = scenario) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('scénario inconnu : %s', scenario), HINT = 'Les scénarios sont dans creances.scenario_actif.';
	END IF;
	IF facture IS NOT NULL AND NOT EXISTS (SELECT FROM creances.creance c WHERE c.creancier = creancier AND c.facture = facture)
	   OR debiteur IS NOT NULL AND NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = creancier AND d.debiteur = debiteur) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucune facture ni débiteur %s/%s', creancier, coalesce(facture, debiteur)),
			HINT = 'Les débiteurs sont dans creances.debiteur, les créances dans creances.creance.';
	END IF;
	DELETE FROM creances.affectation a
	 WHERE a.creancier = affecter_scenario.creancier AND a.facture = coalesce(affecter_scenario.facture, '')
	   AND a.debiteur = coalesce(affecter_scenario.debiteur, '') AND a.segment = coalesce(affecter_scenario.segment, '')
	RETURNING a.scenario INTO avant;
	IF scenario IS NOT NULL THEN
		INSERT INTO creances.affectation (creancier, facture, debiteur, segment, scenario)
		VALUES (creancier, coalesce(facture, ''), coalesce(debiteur, ''), coalesce(segment, ''), scenario);
	END IF;
	IF avant IS DISTINCT FROM scenario THEN
		-- the next pass looks at what it changes
		INSERT INTO creances.a_decider (creancier, facture, rang)
		SELECT c.creancier, c.facture, c.rang FROM creances.creance c
		 WHERE c.creancier = affecter_scenario.creancier AND c.facture = affecter_scenario.facture AND c.solde > 0
		UNION ALL
		SELECT c.creancier, c.facture, c.rang FROM creances.creance c
		 WHERE c.creancier = affecter_scenario.creancier AND c.debiteur = affecter_scenario.debiteur AND c.solde > 0
		UNION ALL
		SELECT c.creancier, c.facture, c.rang FROM creances.debiteur d
		  JOIN creances.creance c ON c.creancier = d.creancier AND c.debiteur = d.debiteur AND c.solde > 0
		 WHERE d.creancier = affecter_scenario.creancier AND d.segment = affecter_scenario.segment;
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, details)
		VALUES (creancier, 'affectation', creances.aujourdhui(creancier),
				coalesce(debiteur, (SELECT min(c.debiteur) FROM creances.creance c
									 WHERE c.creancier = affecter_scenario.creancier AND c.facture = affecter_scenario.facture)), facture,
				jsonb_strip_nulls(jsonb_build_object('avant', avant, 'apres', scenario, 'segment', segment)));
	END IF;
END $$;
COMMENT ON FUNCTION creances.affecter_scenario(text, text, text, text, text) IS
'Donne un scenario a une facture, a un debiteur ou a un segment (NULL : n''en a plus). La relance en cours continue au premier stade plus haut : rien n''est saute ni refait.';
