-- Scenarios: the suites of steps that reminders follow.

CREATE TABLE creances.scenario (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	scenario	text NOT NULL CHECK (scenario <> ''),
	intitule	text NOT NULL,
	contact_min	integer NOT NULL DEFAULT 0 CHECK (contact_min BETWEEN 0 AND 365),
	montant_min	numeric NOT NULL DEFAULT 0 CHECK (montant_min >= 0 AND montant_min < 'Infinity'),
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
	PRIMARY KEY (origine, scenario, etape)
);
COMMENT ON TABLE creances.etape IS 'Etape d''un scenario.';
COMMENT ON COLUMN creances.etape.origine IS 'creances (livree) ou utilisateur.';
COMMENT ON COLUMN creances.etape.scenario IS 'Code du scenario.';
COMMENT ON COLUMN creances.etape.etape IS 'Rang de l''etape.';
COMMENT ON COLUMN creances.etape.delai IS 'Jours apres l''echeance ; negatif avant.';
COMMENT ON COLUMN creances.etape.canal IS 'courriel, sms, lettre, lrar (messages) ; telephone ; interne (tache).';
COMMENT ON COLUMN creances.etape.stade IS 'Stade de la creance quand l''etape est faite.';
COMMENT ON COLUMN creances.etape.intitule IS 'Intitule.';
COMMENT ON COLUMN creances.etape.validation IS 'Une personne doit valider avant l''envoi.';
COMMENT ON COLUMN creances.etape.sans_confirmation IS 'Tache interne faite des sa mise en file, sans attendre de confirmation ; jamais un message, ni une mise en demeure.';

INSERT INTO creances.scenario (origine, scenario, intitule, contact_min) VALUES
	('creances', 'standard', 'Relance standard des professionnels', 3);
INSERT INTO creances.etape (origine, scenario, etape, delai, canal, stade, intitule, validation) VALUES
	('creances', 'standard', 1,  1, 'courriel',  'relance_1',       'Rappel par courriel', false),
	('creances', 'standard', 2,  7, 'telephone', 'relance_2',       'Appel', false),
	('creances', 'standard', 3, 15, 'lettre',    'relance_3',       'Lettre avec penalites', false),
	('creances', 'standard', 4, 30, 'lrar',      'mise_en_demeure', 'Mise en demeure recommandee', true),
	('creances', 'standard', 5, 45, 'interne',   'contentieux',     'Passage au contentieux', false);
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.scenario
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.scenario', $$WHERE origine = 'utilisateur'$$);
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.etape
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.etape', $$WHERE origine = 'utilisateur'$$);

CREATE VIEW creances.scenario_actif AS
SELECT s.scenario, s.intitule, s.contact_min, s.montant_min, s.origine
  FROM creances.scenario s
 WHERE s.actif
   AND (s.origine = 'utilisateur'
		OR NOT EXISTS (SELECT FROM creances.scenario u WHERE u.origine = 'utilisateur' AND u.scenario = s.scenario));
COMMENT ON VIEW creances.scenario_actif IS 'Scenarios en vigueur, ceux de l''utilisateur l''emportant.';
COMMENT ON COLUMN creances.scenario_actif.scenario IS 'Code.';
COMMENT ON COLUMN creances.scenario_actif.intitule IS 'Intitule.';
COMMENT ON COLUMN creances.scenario_actif.contact_min IS 'Jours au moins entre deux messages.';
COMMENT ON COLUMN creances.scenario_actif.montant_min IS 'Reste du minimal.';
COMMENT ON COLUMN creances.scenario_actif.origine IS 'creances ou utilisateur.';

CREATE VIEW creances.etape_active AS
SELECT e.scenario, e.etape, e.delai, e.canal,
	   CASE WHEN e.canal IN ('telephone', 'interne') THEN e.canal ELSE 'message' END AS classe,
	   e.stade, e.intitule, e.validation, e.sans_confirmation
  FROM creances.scenario_actif s
  JOIN creances.etape e ON e.origine = s.origine AND e.scenario = s.scenario;
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
