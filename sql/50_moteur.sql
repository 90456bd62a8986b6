-- The engine: what is due tonight, who is reminded of what, and the queue.
-- Its tables are written by the pass, the takers and the collectors only.

-- ---------------------------------------------------------------- scenarios

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

-- ------------------------------------------------------------- engine state

CREATE TABLE creances.avancement (
	creancier	text NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	scenario	text,
	etape		integer NOT NULL DEFAULT 0,
	etape_initiale integer NOT NULL DEFAULT 0,
	stade		creances.stade_relance,
	etape_le	date,
	mise_en_demeure_le date,
	prochaine_relance date,
	PRIMARY KEY (creancier, facture, rang)
);
CREATE INDEX avancement_prochaine ON creances.avancement (prochaine_relance) WHERE prochaine_relance IS NOT NULL;
COMMENT ON TABLE creances.avancement IS 'Ou en est la relance d''une creance.';
COMMENT ON COLUMN creances.avancement.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.avancement.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.avancement.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.avancement.scenario IS 'Scenario de la derniere etape faite ; s''il change, la suite est la premiere etape d''un stade plus haut.';
COMMENT ON COLUMN creances.avancement.etape IS 'Derniere etape faite, 0 si aucune.';
COMMENT ON COLUMN creances.avancement.etape_initiale IS 'Etape reprise a l''entree dans le suivi, sans envoi (reprise directe).';
COMMENT ON COLUMN creances.avancement.stade IS 'Stade que nomme la derniere etape faite.';
COMMENT ON COLUMN creances.avancement.etape_le IS 'Jour ou elle a ete faite.';
COMMENT ON COLUMN creances.avancement.mise_en_demeure_le IS 'Jour d''envoi de la mise en demeure.';
COMMENT ON COLUMN creances.avancement.prochaine_relance IS 'Jour avant lequel rien n''est a decider ; NULL : rien a decider tant qu''aucun fait ne change.';

CREATE TABLE creances.relance (
	creancier	text NOT NULL,
	relance		uuid NOT NULL,
	debiteur	text NOT NULL,
	devise		text NOT NULL,
	classe		text NOT NULL CHECK (classe IN ('message', 'telephone', 'interne')),
	le			date NOT NULL,
	scenario	text NOT NULL,
	canal		text NOT NULL,
	stade		creances.stade_relance NOT NULL,
	validation	boolean NOT NULL,
	etat		text NOT NULL CHECK (etat IN ('a_valider', 'a_envoyer', 'prise', 'envoyee', 'echec', 'annulee')),
	validee_le	date,
	validee_par	name,
	prise_le	date,
	prise_par	name,
	envoyee_le	date,
	preuve		jsonb,
	motif		text,
	montant		numeric,
	penalites	numeric,
	indemnites	numeric,
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, relance)
);
CREATE UNIQUE INDEX relance_nuit ON creances.relance (creancier, debiteur, devise, classe, le);
CREATE INDEX relance_id ON creances.relance (relance);
CREATE INDEX relance_vivante ON creances.relance (creancier, debiteur, devise, classe)
 WHERE etat IN ('a_valider', 'a_envoyer', 'prise');
COMMENT ON TABLE creances.relance IS 'Action en file ou faite : un message, un appel ou une tache par debiteur, devise et nuit.';
COMMENT ON COLUMN creances.relance.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.relance.relance IS 'Identifiant, calcule de ce qui la designe : creancier, debiteur, devise, classe et nuit.';
COMMENT ON COLUMN creances.relance.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.relance.devise IS 'Devise de tout ce qu''elle reclame.';
COMMENT ON COLUMN creances.relance.classe IS 'message (courriel, sms, lettre, lrar), telephone ou interne.';
COMMENT ON COLUMN creances.relance.le IS 'Nuit de la passe qui l''a mise en file.';
COMMENT ON COLUMN creances.relance.scenario IS 'Scenario de ses etapes.';
COMMENT ON COLUMN creances.relance.canal IS 'Canal, celui du plus haut stade reclame.';
COMMENT ON COLUMN creances.relance.stade IS 'Plus haut stade reclame.';
COMMENT ON COLUMN creances.relance.validation IS 'Une personne doit la valider.';
COMMENT ON COLUMN creances.relance.etat IS 'a_valider, a_envoyer, prise (issue inconnue), envoyee, echec ou annulee.';
COMMENT ON COLUMN creances.relance.validee_le IS 'Jour de la validation.';
COMMENT ON COLUMN creances.relance.validee_par IS 'Role qui a valide.';
COMMENT ON COLUMN creances.relance.prise_le IS 'Jour ou un expediteur l''a prise.';
COMMENT ON COLUMN creances.relance.prise_par IS 'Role qui l''a prise.';
COMMENT ON COLUMN creances.relance.envoyee_le IS 'Jour d''envoi confirme.';
COMMENT ON COLUMN creances.relance.preuve IS 'Preuve d''envoi.';
COMMENT ON COLUMN creances.relance.motif IS 'Motif de l''echec ou de l''annulation.';
COMMENT ON COLUMN creances.relance.montant IS 'Principal reclame, fige a la prise.';
COMMENT ON COLUMN creances.relance.penalites IS 'Penalites de retard, figees a la prise.';
COMMENT ON COLUMN creances.relance.indemnites IS 'Indemnites forfaitaires de recouvrement en EUR, figees a la prise.';
COMMENT ON COLUMN creances.relance.details IS 'Colonnes de l''utilisateur.';

CREATE TABLE creances.relance_creance (
	creancier	text NOT NULL,
	relance		uuid NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	reclamee	boolean NOT NULL,
	etape		integer,
	stade		creances.stade_relance,
	echeance	date,
	etat		text NOT NULL CHECK (etat IN ('a_valider', 'a_envoyer', 'prise', 'envoyee', 'echec', 'annulee')),
	solde		numeric,
	montant		numeric,
	penalites	numeric,
	indemnite	numeric,
	PRIMARY KEY (creancier, relance, facture, rang),
	CHECK (reclamee = (etape IS NOT NULL AND stade IS NOT NULL))
);
CREATE UNIQUE INDEX relance_creance_vivante ON creances.relance_creance (creancier, facture, rang, etape)
 WHERE reclamee AND etat IN ('a_valider', 'a_envoyer', 'prise');
CREATE INDEX relance_creance_creance ON creances.relance_creance (creancier, facture, rang);
COMMENT ON TABLE creances.relance_creance IS 'Creances d''une action : celles qu''elle reclame et, a la prise, les autres creances echues qu''elle cite.';
COMMENT ON COLUMN creances.relance_creance.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.relance_creance.relance IS 'Action.';
COMMENT ON COLUMN creances.relance_creance.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.relance_creance.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.relance_creance.reclamee IS 'true : reclamee, son etape avancera ; false : citee.';
COMMENT ON COLUMN creances.relance_creance.etape IS 'Etape que fait l''action pour cette creance.';
COMMENT ON COLUMN creances.relance_creance.stade IS 'Stade de cette etape.';
COMMENT ON COLUMN creances.relance_creance.echeance IS 'Echeance a la mise en file : reportee depuis, la creance n''est plus reclamee.';
COMMENT ON COLUMN creances.relance_creance.etat IS 'Etat de l''action, repete ; annulee pour une creance soldee avant la prise.';
COMMENT ON COLUMN creances.relance_creance.solde IS 'Solde a la prise.';
COMMENT ON COLUMN creances.relance_creance.montant IS 'Solde moins les credits du debiteur, a la prise.';
COMMENT ON COLUMN creances.relance_creance.penalites IS 'Penalites de retard, a la prise.';
COMMENT ON COLUMN creances.relance_creance.indemnite IS 'Indemnite forfaitaire en EUR, a la prise.';

CREATE TABLE creances.passe (
	jour		date NOT NULL,
	numero		integer NOT NULL,
	etat		text NOT NULL DEFAULT 'en cours' CHECK (etat IN ('en cours', 'terminee', 'interrompue')),
	debut		timestamptz NOT NULL DEFAULT clock_timestamp(),
	fin			timestamptz,
	debiteurs	integer NOT NULL DEFAULT 0,
	relances	integer NOT NULL DEFAULT 0,
	creances	integer NOT NULL DEFAULT 0,
	annulees	integer NOT NULL DEFAULT 0,
	erreurs		integer NOT NULL DEFAULT 0,
	erreur		text,
	scenarios	text NOT NULL,
	PRIMARY KEY (jour, numero)
);
COMMENT ON TABLE creances.passe IS 'Passes de relance.';
COMMENT ON COLUMN creances.passe.jour IS 'Date de la passe.';
COMMENT ON COLUMN creances.passe.numero IS 'Numero d''ordre dans la journee.';
COMMENT ON COLUMN creances.passe.etat IS 'en cours, terminee ou interrompue (serveur arrete, session tuee) ; la suivante la reprend.';
COMMENT ON COLUMN creances.passe.debut IS 'Instant du debut.';
COMMENT ON COLUMN creances.passe.fin IS 'Instant de la fin ; fin - debut est sa duree.';
COMMENT ON COLUMN creances.passe.debiteurs IS 'Debiteurs examines.';
COMMENT ON COLUMN creances.passe.relances IS 'Actions mises en file.';
COMMENT ON COLUMN creances.passe.creances IS 'Creances qu''elles reclament.';
COMMENT ON COLUMN creances.passe.annulees IS 'Actions annulees parce que plus rien n''etait du.';
COMMENT ON COLUMN creances.passe.erreurs IS 'Debiteurs en erreur, sautes ; voir evenement.';
COMMENT ON COLUMN creances.passe.erreur IS 'Derniere erreur.';
COMMENT ON COLUMN creances.passe.scenarios IS 'Empreinte des scenarios : un changement fait tout reexaminer.';

CREATE TABLE creances.evenement (
	creancier	text NOT NULL,
	evenement	uuid NOT NULL DEFAULT gen_random_uuid(),
	genre		text NOT NULL CHECK (genre IN ('mise_en_file', 'validation', 'prise', 'envoi', 'echec', 'remise',
											   'annulation', 'etape_passee', 'erreur', 'convention', 'acte', 'acte_clos', 'acte_annule', 'regime')),
	le			date NOT NULL,
	instant		timestamptz NOT NULL DEFAULT clock_timestamp(),
	auteur		name NOT NULL DEFAULT session_user,
	debiteur	text,
	facture		text,
	rang		integer,
	relance		uuid,
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, evenement)
);
COMMENT ON TABLE creances.evenement IS 'Histoire des relances, des actes, des conventions et des regimes : une ligne par fait, jamais modifiee ni effacee.';
COMMENT ON COLUMN creances.evenement.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.evenement.evenement IS 'Identifiant.';
COMMENT ON COLUMN creances.evenement.genre IS 'Ce qui s''est passe.';
COMMENT ON COLUMN creances.evenement.le IS 'Date du fait.';
COMMENT ON COLUMN creances.evenement.instant IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.evenement.auteur IS 'Role connecte.';
COMMENT ON COLUMN creances.evenement.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.evenement.facture IS 'Facture, si une seule est concernee.';
COMMENT ON COLUMN creances.evenement.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.evenement.relance IS 'Action.';
COMMENT ON COLUMN creances.evenement.details IS 'Precisions : motif, etape, stade...';

-- Who the parties are decides the regime: a change is written down. A second
-- firing is harmless, and a restore copies rows, it does not update them.
CREATE FUNCTION creances._regime_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	VALUES (NEW.creancier, 'regime', creances.aujourdhui(NEW.creancier), to_jsonb(NEW) ->> 'debiteur',
			jsonb_build_object('avant', OLD.type, 'apres', NEW.type));
	RETURN NULL;
END $$;
COMMENT ON FUNCTION creances._regime_change() IS 'Declencheur : un changement de type, donc de regime, entre dans l''histoire.';
CREATE TRIGGER regime AFTER UPDATE OF type ON creances.debiteur
	FOR EACH ROW WHEN (OLD.type IS DISTINCT FROM NEW.type) EXECUTE FUNCTION creances._regime_change();
CREATE TRIGGER regime AFTER UPDATE OF type ON creances.creancier
	FOR EACH ROW WHEN (OLD.type IS DISTINCT FROM NEW.type) EXECUTE FUNCTION creances._regime_change();

SELECT pg_catalog.pg_extension_config_dump('creances.avancement', '');
SELECT pg_catalog.pg_extension_config_dump('creances.relance', '');
SELECT pg_catalog.pg_extension_config_dump('creances.relance_creance', '');
SELECT pg_catalog.pg_extension_config_dump('creances.passe', '');
SELECT pg_catalog.pg_extension_config_dump('creances.evenement', '');

-- ------------------------------------------------------- what can be claimed

CREATE FUNCTION creances._decimales(devise text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN devise IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') THEN 0
		WHEN devise IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
		ELSE 2 END;
END;
COMMENT ON FUNCTION creances._decimales(text) IS 'Decimales de l''unite de compte d''une devise (ISO 4217).';

-- Open items of some debtors (NULL arrays: of all), and what is left to claim
-- of each once the debtor's credits in the same currency are set against his
-- oldest overdue items. Nothing is left to claim of what a hold suspends.
-- Payments that nobody has read yet, or can read: they may be of anybody.
CREATE VIEW creances._paiements_a_lire AS
SELECT j.suivi, j.cle
  FROM creances.a_revoir j
 WHERE j.cle IS NOT NULL AND j.suivi IN (SELECT s.table_suivie FROM creances.suivi s WHERE s.genre = 'reglements')
UNION ALL
SELECT l.suivi, l.cle
  FROM creances.ligne_refusee l
 WHERE l.code IN ('lecture', 'valeur') AND l.suivi IN (SELECT s.table_suivie FROM creances.suivi s WHERE s.genre = 'reglements');
COMMENT ON VIEW creances._paiements_a_lire IS 'Paiements pas encore lus, ou illisibles : ils peuvent etre de n''importe qui, rien n''est reclame.';
COMMENT ON COLUMN creances._paiements_a_lire.suivi IS 'Table de reglements.';
COMMENT ON COLUMN creances._paiements_a_lire.cle IS 'Cle de la ligne.';

CREATE FUNCTION creances._restes(au date, creanciers text[] DEFAULT NULL, debiteurs text[] DEFAULT NULL)
RETURNS TABLE (creancier text, debiteur text, devise text, facture text, rang integer, echeance date,
			   solde numeric, couvert numeric, reste numeric, obstacle text, suspension text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH ouvertes AS (
		SELECT c.* FROM creances.creance c WHERE creanciers IS NULL AND c.solde <> 0
		UNION ALL
		SELECT c.* FROM unnest(creanciers, debiteurs) u(creancier, debiteur)
		  JOIN creances.creance c ON c.creancier = u.creancier AND c.debiteur = u.debiteur AND c.solde <> 0
	), obstacles AS (
		SELECT o.*, CASE
			WHEN (o.suivi::oid, o.cle) IN (SELECT a.suivi::oid, a.cle FROM creances.ligne_refusee a)
				 -- money came that cannot be counted
				 OR (o.creancier, o.facture) IN (SELECT a.creancier, a.facture FROM creances.ligne_refusee a WHERE a.facture IS NOT NULL)
				 OR (o.creancier, o.debiteur) IN (SELECT a.creancier, a.debiteur FROM creances.ligne_refusee a WHERE a.debiteur IS NOT NULL) THEN 'anomalie'
			WHEN (o.suivi::oid, o.cle) IN (SELECT j.suivi::oid, j.cle FROM creances.a_revoir j WHERE j.cle IS NOT NULL)
				 OR o.suivi::oid IN (SELECT j.suivi::oid FROM creances.a_revoir j WHERE j.cle IS NULL)
				 OR EXISTS (SELECT FROM creances._paiements_a_lire) THEN 'journal'
			END AS obstacle, s.motif AS suspension
		  FROM ouvertes o
		  LEFT JOIN LATERAL creances._suspension(o.creancier, o.debiteur, o.facture, o.rang,
												 coalesce(o.livraison, o.emission, o.nee_le), au) s ON true
	), debiteurs AS (
		-- what the journal holds of a debtor may be a payment or a credit: all his items wait
		SELECT o.creancier, o.debiteur, o.devise, o.facture, o.rang, o.echeance, o.solde, o.suspension,
			   creances._en_compte(o.nature, o.facture, o.solde) AS en_compte,
			   coalesce(o.obstacle, CASE WHEN bool_or(o.obstacle = 'journal') OVER (PARTITION BY o.creancier, o.debiteur)
										 THEN 'journal' END) AS obstacle
		  FROM obstacles o
	), cumuls AS (
		SELECT o.*, o.solde > 0 AND NOT o.en_compte AND o.echeance < au AND o.obstacle IS NULL AND o.suspension IS NULL AS imputable,
			   -- (money on account that was given back takes from it)
			   greatest(coalesce(sum(-o.solde) FILTER (WHERE o.solde < 0 OR o.en_compte) OVER d, 0), 0) AS credits,
			   coalesce(sum(o.solde) FILTER (WHERE o.solde > 0 AND NOT o.en_compte AND o.echeance < au AND o.obstacle IS NULL AND o.suspension IS NULL)
						OVER (d ORDER BY o.echeance, o.facture, o.rang), 0) AS cumul
		  FROM debiteurs o
		WINDOW d AS (PARTITION BY o.creancier, o.debiteur, o.devise)
	)
	SELECT k.creancier, k.debiteur, k.devise, k.facture, k.rang, k.echeance, k.solde, v.couvert,
		   CASE WHEN k.suspension IS NOT NULL OR k.solde > 0 AND k.en_compte THEN 0 ELSE k.solde - v.couvert END, k.obstacle, k.suspension
	  FROM cumuls k
	 CROSS JOIN LATERAL (SELECT CASE WHEN k.imputable
									 THEN least(k.solde, greatest(0, k.credits - (k.cumul - k.solde)))
									 ELSE 0 END AS couvert) v;
END;
COMMENT ON FUNCTION creances._restes(date, text[], text[]) IS
'Creances ouvertes de ces debiteurs et ce qu''il en reste a reclamer, leurs credits imputes sur les plus anciennes echues.';

-- The scenario's clock of one receivable: step done, next step, and the day
-- when it is due. By its key, so that it is an index look-up wherever it is
-- used, whatever the planner believes of the queue's size.
CREATE FUNCTION creances._horloge(au date, creancier text, facture text, rang integer)
RETURNS TABLE (scenario text, contact_min integer, montant_min numeric, zone text, faite integer, faite_le date,
			   stade creances.stade_relance, etape integer, canal text, classe text, stade_vise creances.stade_relance,
			   validation boolean, sans_confirmation boolean, des_le date, due_le date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT s.scenario, k.contact_min, k.montant_min, d.zone, f.faite, f.faite_le, f.stade,
		   e.etape, e.canal, e.classe, e.stade, e.validation, e.sans_confirmation, q.des_le,
		   creances.jour_ouvre_suivant(q.des_le, d.zone)
	  FROM creances.creance c
	  JOIN creances.creancier s ON s.creancier = c.creancier
	  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
	  LEFT JOIN creances.scenario_actif k ON k.scenario = s.scenario
	  LEFT JOIN creances.avancement a ON a.creancier = c.creancier AND a.facture = c.facture AND a.rang = c.rang
	  -- taken in at the stage of its age, without anything sent
	  LEFT JOIN LATERAL (SELECT r.etape, r.stade FROM creances.etape_active r
						  WHERE a.creancier IS NULL AND c.reprise = 'directe' AND r.scenario = s.scenario
							AND r.delai >= 0 AND r.stade <= 'relance_3' AND c.echeance + r.delai <= c.reprise_le
						  ORDER BY r.etape DESC LIMIT 1) r ON true
	 CROSS JOIN LATERAL (SELECT coalesce(a.etape, r.etape, 0) AS faite,
								CASE WHEN a.creancier IS NOT NULL THEN a.etape_le
									 WHEN r.etape IS NOT NULL THEN c.reprise_le END AS faite_le,
								coalesce(a.stade, r.stade) AS stade) f
	  LEFT JOIN creances.etape_active p ON p.scenario = coalesce(a.scenario, s.scenario) AND p.etape = f.faite
	  -- a preventive step that is past the due date expires
	  LEFT JOIN LATERAL (SELECT n.* FROM creances.etape_active n
						  WHERE n.scenario = s.scenario AND (n.delai >= 0 OR au <= c.echeance)
							AND CASE WHEN a.scenario <> s.scenario THEN n.stade > f.stade ELSE n.etape > f.faite END
						  ORDER BY n.etape LIMIT 1) e ON true
	 CROSS JOIN LATERAL (SELECT CASE WHEN e.etape IS NOT NULL
									 THEN greatest(CASE d.type WHEN 'public' THEN creances.jour_ouvre_suivant(c.echeance, d.zone) ELSE c.echeance END
												   + e.delai, f.faite_le + greatest(e.delai - p.delai, 1), c.reprise_le)
									 END AS des_le) q
	 WHERE c.creancier = _horloge.creancier AND c.facture = _horloge.facture AND c.rang = _horloge.rang
	 LIMIT 1;	-- keeps it a look-up by key when it is inlined
END;
COMMENT ON FUNCTION creances._horloge(date, text, text, integer) IS
'Etape faite et etape suivante d''une creance, et le jour ou elle est due : le plus tardif de l''echeance + son delai et de l''etape precedente + l''ecart de leurs delais, reporte au jour ouvre suivant.';

-- Does a queued claim still hold: something is owed by the same debtor in the
-- same currency, the due date has not been put off, and a preventive step is
-- not past it.
CREATE FUNCTION creances._tient(stade creances.stade_relance, echeance_file date, debiteur_file text, devise_file text,
								solde numeric, echeance date, debiteur text, devise text, au date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT solde > 0 AND debiteur = debiteur_file AND devise = devise_file AND echeance <= echeance_file
		   AND (stade <> 'preventive' OR echeance >= au);
END;
COMMENT ON FUNCTION creances._tient(creances.stade_relance, date, text, text, numeric, date, text, text, date) IS
'Une creance mise en file est encore a reclamer.';

CREATE FUNCTION creances._decision(au date, creanciers text[] DEFAULT NULL, debiteurs text[] DEFAULT NULL)
RETURNS TABLE (creancier text, debiteur text, devise text, facture text, rang integer, echeance date, retard integer,
			   solde numeric, reste numeric, faite integer, stade creances.stade_relance,
			   etape integer, canal text, stade_vise creances.stade_relance, des_le date, due_le date,
			   decision text, raison text,
			   relance uuid, scenario text, classe text, canal_relance text, stade_relance creances.stade_relance, etat text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH lignes AS (
		SELECT r.creancier, r.debiteur, r.devise, r.facture, r.rang, r.echeance, au - r.echeance AS retard, r.solde, r.reste,
			   h.faite, h.stade, h.etape, h.canal, h.classe, h.stade_vise, h.validation, h.sans_confirmation, h.des_le, h.due_le,
			   h.scenario, h.contact_min,
			   CASE
				WHEN r.solde < 0 THEN 'credit'
				WHEN r.facture LIKE 'compte:%' AND r.reste = 0 AND r.suspension IS NULL THEN 'en compte'
				WHEN r.obstacle = 'anomalie' THEN 'anomalie'
				WHEN r.obstacle = 'journal' THEN 'attend le rafraichissement'
				WHEN r.suspension IS NOT NULL THEN 'suspendue : ' || replace(r.suspension, '_', ' ')
				WHEN v.etat = 'a_valider' THEN 'attend la validation'
				WHEN v.etat IS NOT NULL THEN 'attend l''envoi'
				WHEN h.contact_min IS NULL THEN 'scenario inconnu'
				WHEN h.etape IS NULL THEN 'derniere etape'
				WHEN h.due_le > au THEN 'attend le ' || to_char(h.due_le, 'YYYY-MM-DD')
				WHEN NOT creances.est_ouvre(au, h.zone) THEN 'attend le ' || to_char(creances.jour_ouvre_suivant(au, h.zone), 'YYYY-MM-DD')
				WHEN r.reste <= 0 THEN 'couverte par un credit'
				WHEN r.reste < greatest(h.montant_min, 10.0 ^ -creances._decimales(r.devise)) THEN 'montant minimal'
				WHEN x.etape IS NOT NULL THEN 'echec : attend remettre() ou passer_etape()'
			   END AS frein
		  FROM creances._restes(au, creanciers, debiteurs) r
		  LEFT JOIN LATERAL creances._horloge(au, r.creancier, r.facture, r.rang) h ON r.solde > 0
		  -- an action in the queue that claims it, and that the pass will not annul
		  LEFT JOIN LATERAL (SELECT l.etat FROM creances.relance_creance l
							   JOIN creances.relance k ON k.creancier = l.creancier AND k.relance = l.relance
							  WHERE l.creancier = r.creancier AND l.facture = r.facture AND l.rang = r.rang
								AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'prise')
								AND (l.etat = 'prise' OR r.suspension IS NULL AND creances._tient(l.stade, l.echeance, k.debiteur, k.devise,
																		 r.solde, r.echeance, r.debiteur, r.devise, au))
							  LIMIT 1) v ON true
		  -- its step failed and nobody has said what to do
		  LEFT JOIN LATERAL (SELECT l.etape FROM creances.relance_creance l
							  WHERE l.creancier = r.creancier AND l.facture = r.facture AND l.rang = r.rang
								AND l.reclamee AND l.etat = 'echec' AND l.etape = h.etape
							  LIMIT 1) x ON true
	), freins AS (
		SELECT l.*, coalesce(l.frein, CASE
				WHEN n.ce_soir THEN 'un message par nuit'
				WHEN f.en_file THEN 'attend l''envoi du message precedent'
				WHEN f.a_valider AND l.validation THEN 'attend la validation du message precedent'
				WHEN l.classe = 'message' AND l.stade_vise < 'mise_en_demeure' AND au < m.dernier + l.contact_min
					 THEN 'espacement : attend le ' || to_char(m.dernier + l.contact_min, 'YYYY-MM-DD')
				END) AS frein2
		  FROM lignes l
		  -- what the debtor has already been sent, or will be, of this kind
		 CROSS JOIN LATERAL (SELECT l.frein IS NULL AND EXISTS (
				SELECT FROM creances.relance r
				 WHERE r.creancier = l.creancier AND r.debiteur = l.debiteur AND r.devise = l.devise
				   AND r.classe = l.classe AND r.le = au) AS ce_soir) n
		  LEFT JOIN LATERAL (
				SELECT bool_or(r.etat <> 'a_valider') AS en_file, bool_or(r.etat = 'a_valider') AS a_valider
				  FROM creances.relance r
				 WHERE r.creancier = l.creancier AND r.debiteur = l.debiteur AND r.devise = l.devise AND r.classe = l.classe
				   AND r.etat IN ('a_valider', 'a_envoyer', 'prise')
				   -- of something that still owes
				   AND EXISTS (SELECT FROM creances.relance_creance k
								 JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
								WHERE k.creancier = r.creancier AND k.relance = r.relance
								  AND k.reclamee AND k.etat = r.etat
								  AND (k.etat = 'prise' AND c.solde > 0
									   OR NOT EXISTS (SELECT FROM creances._suspension(c.creancier, c.debiteur, c.facture, c.rang,
																					   coalesce(c.livraison, c.emission, c.nee_le), au))
										  AND creances._tient(k.stade, k.echeance, r.debiteur, r.devise,
														  c.solde, c.echeance, c.debiteur, c.devise, au)))) f ON l.frein IS NULL
		  LEFT JOIN LATERAL (
				SELECT max(coalesce(r.envoyee_le, r.prise_le)) AS dernier
				  FROM creances.relance r
				 WHERE r.creancier = l.creancier AND r.debiteur = l.debiteur AND r.devise = l.devise AND r.classe = l.classe
				   AND r.etat IN ('prise', 'envoyee')) m ON l.frein IS NULL AND l.contact_min > 0
	), seules AS (
		-- a step that needs validation goes alone and first
		SELECT f.*, coalesce(f.frein2, CASE
				WHEN NOT f.validation
					 AND bool_or(f.validation AND f.frein2 IS NULL) OVER (PARTITION BY f.creancier, f.debiteur, f.devise, f.classe)
					 THEN 'une etape a valider part seule, avant' END) AS frein3
		  FROM freins f
	)
	SELECT s.creancier, s.debiteur, s.devise, s.facture, s.rang, s.echeance, s.retard, s.solde, s.reste, s.faite, s.stade,
		   s.etape, s.canal, s.stade_vise, s.des_le, s.due_le,
		   CASE WHEN s.frein3 IS NULL THEN 'relancer' ELSE 'attendre' END,
		   coalesce(s.frein3, 'due'),
		   CASE WHEN s.frein3 IS NULL
				THEN md5(concat_ws(chr(31), s.creancier, s.debiteur, s.devise, s.classe, to_char(au, 'YYYY-MM-DD')))::uuid END,
		   s.scenario, s.classe,
		   CASE WHEN s.frein3 IS NULL THEN first_value(s.canal) OVER m END,
		   CASE WHEN s.frein3 IS NULL THEN first_value(s.stade_vise) OVER m END,
		   CASE WHEN s.frein3 IS NOT NULL THEN NULL
				WHEN s.validation THEN 'a_valider'
				WHEN bool_and(s.sans_confirmation) OVER (PARTITION BY s.creancier, s.debiteur, s.devise, s.classe, s.frein3 IS NULL) THEN 'envoyee'
				ELSE 'a_envoyer' END
	  FROM seules s
	WINDOW m AS (PARTITION BY s.creancier, s.debiteur, s.devise, s.classe, s.frein3 IS NULL
				 ORDER BY s.stade_vise DESC, s.etape DESC, s.canal)
	 ORDER BY s.creancier, s.debiteur, s.devise, s.echeance, s.facture, s.rang;
END;
COMMENT ON FUNCTION creances._decision(date, text[], text[]) IS 'La decision, pour ces debiteurs (tous si NULL) : le seul endroit qui decide.';

-- (JIT compiles a hundred expressions for longer than they run.)
CREATE FUNCTION creances.decision(au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, debiteur text, devise text, facture text, rang integer, echeance date, retard integer,
			   solde numeric, reste numeric, etape_faite integer, etape integer, canal text, stade text, due_le date,
			   decision text, raison text)
LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
	SELECT d.creancier, d.debiteur, d.devise, d.facture, d.rang, d.echeance, d.retard, d.solde, d.reste,
		   d.faite, d.etape, d.canal, d.stade_vise::text, d.due_le, d.decision, d.raison
	  FROM (SELECT creances._verifier_au(decision.au) AS au) q, LATERAL creances._decision(q.au) d;
END;
COMMENT ON FUNCTION creances.decision(date) IS
'Pour chaque creance ouverte : relancer ou attendre cette nuit-la, quelle etape, et la raison. "reste" est ce qui peut etre reclame une fois imputes les credits du debiteur.';

CREATE FUNCTION creances.simuler_passe(au date DEFAULT creances.aujourdhui())
RETURNS TABLE (id uuid, creancier text, debiteur text, devise text, canal text, stade text, etat text,
			   facture text, rang integer, etape integer, reste numeric)
LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
	SELECT d.relance, d.creancier, d.debiteur, d.devise, d.canal_relance, d.stade_relance::text, d.etat,
		   d.facture, d.rang, d.etape, d.reste
	  FROM (SELECT creances._verifier_au(simuler_passe.au) AS au) q, LATERAL creances._decision(q.au) d
	 WHERE d.decision = 'relancer';
END;
COMMENT ON FUNCTION creances.simuler_passe(date) IS
'Ce que CALL passe_relance(au) mettrait en file, ligne a ligne, sans rien ecrire. En mode differe, appelez d''abord rafraichir().';

-- ----------------------------------------------------------------- the pass

-- What every pass must see changed: a digest of the scenarios in force.
CREATE FUNCTION creances._empreinte_scenarios() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT md5(coalesce(string_agg(e::text, ';' ORDER BY e.scenario, e.etape), '')
			   || coalesce((SELECT string_agg(c.creancier || ':' || c.scenario, ';' ORDER BY c.creancier) FROM creances.creancier c), ''))
	  FROM creances.etape_active e;
END;
COMMENT ON FUNCTION creances._empreinte_scenarios() IS 'Empreinte des scenarios en vigueur et de leur affectation.';

-- Take the changed facts into account: receivables come into the engine, leave
-- it, or are looked at again; actions that claim nothing any more are stamped.
CREATE FUNCTION creances._prendre_en_compte(jour date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
	nb integer;
	touchees uuid[];
	tout boolean := creances._empreinte_scenarios() IS DISTINCT FROM (
		SELECT p.scenarios FROM creances.passe p WHERE p.etat = 'terminee' ORDER BY p.jour DESC, p.numero DESC LIMIT 1);
BEGIN
	WITH vues AS (
		DELETE FROM creances.a_decider WHERE ctid = ANY (ARRAY(
			SELECT x.ctid FROM creances.a_decider x FOR UPDATE SKIP LOCKED))
		RETURNING creancier, facture, rang
	), changees AS MATERIALIZED (
		SELECT DISTINCT v.* FROM vues v
	)
	INSERT INTO creances.avancement AS a (creancier, facture, rang, etape, etape_initiale, stade, etape_le, prochaine_relance)
	SELECT c.creancier, c.facture, c.rang, 0, 0, NULL, NULL, CASE WHEN c.solde > 0 THEN jour END
	  FROM changees k JOIN creances.creance c USING (creancier, facture, rang)
	 ORDER BY 1, 2, 3
	ON CONFLICT (creancier, facture, rang) DO UPDATE SET prochaine_relance = excluded.prochaine_relance
	 WHERE a.prochaine_relance IS DISTINCT FROM excluded.prochaine_relance;

	-- the stage of its age, for what came in so
	UPDATE creances.avancement a
	   SET scenario = s.scenario, etape = r.etape, etape_initiale = r.etape, stade = r.stade, etape_le = c.reprise_le
	  FROM creances.creance c
	  JOIN creances.creancier s ON s.creancier = c.creancier
	 CROSS JOIN LATERAL (SELECT e.etape, e.stade FROM creances.etape_active e
						  WHERE e.scenario = s.scenario AND e.delai >= 0 AND e.stade <= 'relance_3'
							AND c.echeance + e.delai <= c.reprise_le
						  ORDER BY e.etape DESC LIMIT 1) r
	 WHERE c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
	   AND c.reprise = 'directe' AND a.etape = 0 AND a.etape_le IS NULL AND a.prochaine_relance = jour;

	IF tout THEN
		UPDATE creances.avancement a SET prochaine_relance = jour
		  FROM creances.creance c
		 WHERE c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
		   AND c.solde > 0 AND a.prochaine_relance IS DISTINCT FROM jour;
	END IF;

	-- claims that do not hold any more, then actions without a claim; what a taker or a collector holds is left
	-- (the action is locked before its lines, as everywhere)
	touchees := ARRAY(
		SELECT r.relance FROM creances.relance r
		 WHERE r.etat IN ('a_valider', 'a_envoyer')
		   AND EXISTS (SELECT FROM creances.relance_creance l
						 JOIN creances.creance c ON c.creancier = l.creancier AND c.facture = l.facture AND c.rang = l.rang
						 LEFT JOIN LATERAL creances._suspension(c.creancier, c.debiteur, c.facture, c.rang, coalesce(c.livraison, c.emission, c.nee_le), jour) s ON true
						WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat
						  AND (s.motif IS NOT NULL
							   OR NOT creances._tient(l.stade, l.echeance, r.debiteur, r.devise, c.solde, c.echeance, c.debiteur, c.devise, jour)))
		 FOR NO KEY UPDATE SKIP LOCKED);
	WITH l AS (
		UPDATE creances.relance_creance l SET etat = 'annulee'
		  FROM creances.creance c, creances.relance r
		 WHERE r.relance = ANY (touchees) AND r.etat IN ('a_valider', 'a_envoyer')
		   AND l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat
		   AND c.creancier = l.creancier AND c.facture = l.facture AND c.rang = l.rang
		   AND (NOT creances._tient(l.stade, l.echeance, r.debiteur, r.devise, c.solde, c.echeance, c.debiteur, c.devise, jour)
				OR EXISTS (SELECT FROM creances._suspension(c.creancier, c.debiteur, c.facture, c.rang, coalesce(c.livraison, c.emission, c.nee_le), jour)))
		RETURNING l.creancier, l.facture, l.rang, c.solde)
	UPDATE creances.avancement a SET prochaine_relance = jour
	  FROM l WHERE l.solde > 0 AND a.creancier = l.creancier AND a.facture = l.facture AND a.rang = l.rang;
	WITH mortes AS (
		UPDATE creances.relance r SET etat = 'annulee', motif = 'plus rien n''est à réclamer'
		 WHERE r.relance = ANY (touchees) AND r.etat IN ('a_valider', 'a_envoyer')
		   AND NOT EXISTS (SELECT FROM creances.relance_creance l
							WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat)
		RETURNING r.creancier, r.debiteur, r.relance)
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	SELECT m.creancier, 'annulation', jour, m.debiteur, m.relance, '{"motif": "plus rien n''est à réclamer"}' FROM mortes m;
	GET DIAGNOSTICS nb = ROW_COUNT;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances._prendre_en_compte(date) IS
'Consomme a_decider et annule les actions dont plus rien n''est du. Rend le nombre d''actions annulees.';

-- Queue what is due for these debtors.
CREATE FUNCTION creances._mettre_en_file(jour date, creanciers text[], debiteurs text[], OUT relances integer, OUT creances integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
	PERFORM FROM creances.debiteur d JOIN unnest(creanciers, debiteurs) u(creancier, debiteur) USING (creancier, debiteur)
	  ORDER BY d.creancier, d.debiteur FOR NO KEY UPDATE OF d;
	-- planned at each batch: the queue grows from nothing while the pass runs
	EXECUTE $q$
	WITH d AS MATERIALIZED (
		SELECT * FROM creances._decision($1, $2, $3)
	), m AS (
		INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat, envoyee_le)
		SELECT d.creancier, d.relance, d.debiteur, d.devise, d.classe, $1, min(d.scenario), min(d.canal_relance), max(d.stade_relance),
			   min(d.etat) = 'a_valider', min(d.etat), CASE WHEN min(d.etat) = 'envoyee' THEN $1 END
		  FROM d WHERE d.decision = 'relancer'
		 GROUP BY d.creancier, d.relance, d.debiteur, d.devise, d.classe
		RETURNING relance.creancier, relance.debiteur, relance.relance, relance.etat, relance.stade, relance.canal
	), l AS (
		INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, echeance, etat)
		SELECT d.creancier, d.relance, d.facture, d.rang, true, d.etape, d.stade_vise, d.echeance, d.etat
		  FROM d WHERE d.decision = 'relancer'
		RETURNING 1
	), a AS (
		UPDATE creances.avancement a
		   SET prochaine_relance = n.prochaine,
			   scenario = CASE WHEN n.faite THEN n.scenario ELSE a.scenario END,
			   etape = CASE WHEN n.faite THEN n.etape ELSE a.etape END,
			   stade = CASE WHEN n.faite THEN n.stade_vise ELSE a.stade END,
			   etape_le = CASE WHEN n.faite THEN $1 ELSE a.etape_le END
		  FROM (SELECT d.creancier, d.facture, d.rang, d.scenario, d.etape, d.stade_vise, coalesce(d.etat = 'envoyee', false) AS faite,
					   CASE WHEN d.etat = 'envoyee' THEN $1 + 1
							WHEN d.decision = 'relancer' OR d.raison IN ('derniere etape', 'attend l''envoi', 'attend la validation') THEN NULL
							WHEN d.due_le > $1 THEN d.due_le
							ELSE $1 END AS prochaine
				  FROM d WHERE d.solde > 0) n
		 WHERE a.creancier = n.creancier AND a.facture = n.facture AND a.rang = n.rang
		   AND (n.faite OR a.prochaine_relance IS DISTINCT FROM n.prochaine)
	), e AS (
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
		SELECT m.creancier, 'mise_en_file', $1, m.debiteur, m.relance,
			   jsonb_build_object('canal', m.canal, 'stade', m.stade, 'etat', m.etat) FROM m
	)
	SELECT (SELECT count(*) FROM m), (SELECT count(*) FROM l)
	$q$ INTO relances, creances USING jour, creanciers, debiteurs;
END $$;
COMMENT ON FUNCTION creances._mettre_en_file(date, text[], text[]) IS 'Met en file ce qui est du cette nuit-la pour ces debiteurs.';

-- One batch: the next debtors in key order. NULL when another pass is at work.
CREATE FUNCTION creances._passe_lot(p_jour date, p_numero integer, lot integer, INOUT creancier text, INOUT debiteur text, OUT nb integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	creanciers text[];
	debiteurs text[];
	fait record;
	relances integer := 0;
	lignes integer := 0;
	erreurs integer := 0;
	erreur text;
	apres_creancier CONSTANT text := _passe_lot.creancier;
	apres_debiteur CONSTANT text := _passe_lot.debiteur;
BEGIN
	PERFORM creances._verifier_date(p_jour, 'la passe');
	IF NOT pg_try_advisory_xact_lock(hashtext('creances.passe')) THEN
		_passe_lot.nb := NULL;
		RETURN;
	END IF;
	SELECT array_agg(k.creancier ORDER BY k.creancier, k.debiteur), array_agg(k.debiteur ORDER BY k.creancier, k.debiteur)
	  INTO creanciers, debiteurs
	  FROM (SELECT DISTINCT c.creancier, c.debiteur
			  FROM creances.avancement a
			  JOIN creances.creance c ON c.creancier = a.creancier AND c.facture = a.facture AND c.rang = a.rang
			 WHERE a.prochaine_relance <= p_jour AND c.solde > 0
			   AND (apres_creancier IS NULL OR (c.creancier, c.debiteur) > (apres_creancier, apres_debiteur))
			 ORDER BY 1, 2 LIMIT lot) k;
	_passe_lot.nb := coalesce(cardinality(creanciers), 0);
	IF _passe_lot.nb = 0 THEN
		RETURN;
	END IF;
	BEGIN
		fait := creances._mettre_en_file(p_jour, creanciers, debiteurs);
		relances := fait.relances;
		lignes := fait.creances;
	EXCEPTION WHEN OTHERS THEN
		-- one of them: each by itself, and the culprit is written down
		FOR i IN 1 .. cardinality(creanciers) LOOP
			BEGIN
				fait := creances._mettre_en_file(p_jour, creanciers[i:i], debiteurs[i:i]);
				relances := relances + fait.relances;
				lignes := lignes + fait.creances;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
				erreurs := erreurs + 1;
				INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
				VALUES (creanciers[i], 'erreur', p_jour, debiteurs[i],
						jsonb_build_object('sqlstate', SQLSTATE, 'message', erreur));
			END;
		END LOOP;
	END;
	UPDATE creances.passe p
	   SET debiteurs = p.debiteurs + _passe_lot.nb, relances = p.relances + fait_relances.n, creances = p.creances + fait_relances.l,
		   erreurs = p.erreurs + fait_relances.e, erreur = coalesce(fait_relances.m, p.erreur)
	  FROM (SELECT relances AS n, lignes AS l, erreurs AS e, erreur AS m) fait_relances
	 WHERE p.jour = p_jour AND p.numero = p_numero;
	_passe_lot.creancier := creanciers[cardinality(creanciers)];
	_passe_lot.debiteur := debiteurs[cardinality(creanciers)];
END $$;
COMMENT ON FUNCTION creances._passe_lot(date, integer, integer, text, text) IS
'Un lot de la passe : les debiteurs suivants dans l''ordre des cles. nb NULL : une autre passe travaille.';

CREATE FUNCTION creances._ouvrir_passe(p_jour date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	num integer;
	mortes integer;
	derniere date;
BEGIN
	PERFORM creances._verifier_date(p_jour, 'la passe');
	IF NOT pg_try_advisory_xact_lock(hashtext('creances.passe')) THEN
		RETURN NULL;
	END IF;
	SELECT max(p.jour) INTO derniere FROM creances.passe p;
	IF p_jour < derniere THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006',
			MESSAGE = format('une passe du %s est plus ancienne que la dernière, du %s', p_jour, derniere),
			HINT = 'Les passes avancent dans le temps : une nuit manquée se rattrape par la passe du jour.';
	END IF;
	UPDATE creances.passe SET etat = 'interrompue', fin = clock_timestamp() WHERE etat = 'en cours';
	SELECT coalesce(max(p.numero), 0) + 1 INTO num FROM creances.passe p WHERE p.jour = p_jour;
	mortes := creances._prendre_en_compte(p_jour);
	INSERT INTO creances.passe (jour, numero, annulees, scenarios)
	VALUES (p_jour, num, mortes, creances._empreinte_scenarios());
	RETURN num;
END $$;
COMMENT ON FUNCTION creances._ouvrir_passe(date) IS 'Ouvre une passe ; NULL si une autre travaille.';

CREATE FUNCTION creances._fermer_passe(p_jour date, p_numero integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	UPDATE creances.passe SET etat = 'terminee', fin = clock_timestamp()
	 WHERE jour = p_jour AND numero = p_numero AND etat = 'en cours';
END;
COMMENT ON FUNCTION creances._fermer_passe(date, integer) IS 'Ferme une passe.';

-- A date of the engine: finite, and not in the future.
CREATE FUNCTION creances._verifier_date(le date, quoi text) RETURNS date
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	demain date := greatest(creances.aujourdhui(),
		(SELECT max(creances.aujourdhui(c.creancier)) FROM creances.creancier c));
BEGIN
	IF le IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = format('la date de %s ne peut pas être NULL', quoi),
			HINT = 'Omettez-la pour la date du jour.';
	END IF;
	IF NOT isfinite(le) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('la date de %s ne peut pas être infinie', quoi),
			HINT = 'Omettez-la pour la date du jour.';
	END IF;
	IF le > demain THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la date de %s est dans le futur : %s', quoi, le),
			HINT = 'creances.simuler_passe() montre ce que fera une nuit à venir, sans rien écrire.';
	END IF;
	RETURN le;
END $$;
COMMENT ON FUNCTION creances._verifier_date(date, text) IS 'Refuse une date NULL, infinie ou future.';

-- The queue looks at facts that others commit meanwhile: one snapshot for the
-- whole transaction could remind somebody who has just paid.
CREATE FUNCTION creances._verifier_session(quoi text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF pg_is_in_recovery() THEN
		RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = format('%s est impossible sur un serveur de secours', quoi),
			HINT = 'Appelez-la sur le serveur primaire.';
	END IF;
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('%s demande le niveau d''isolation read committed', quoi),
			DETAIL = 'Un paiement validé pendant la transaction n''y serait pas vu.',
			HINT = 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED.';
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_session(text) IS 'Refuse un serveur de secours et une isolation qui ne verrait pas les paiements.';

CREATE PROCEDURE creances.passe_relance(au date DEFAULT NULL, lot integer DEFAULT 500)
LANGUAGE plpgsql AS $$
DECLARE
	jour date := coalesce(au, creances.aujourdhui());
	num integer;
	l record;
	reste bigint;
	avant bigint;
BEGIN
	PERFORM creances._verifier_session('la passe');
	PERFORM creances._verifier_date(jour, 'la passe');
	IF lot IS NULL OR lot OPERATOR(pg_catalog.<=) 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le lot doit être positif',
			HINT = 'Donnez un nombre de débiteurs par transaction, par exemple 500.';
	END IF;
	PERFORM creances._verifier_hors_bloc('passe_relance()');
	-- a partition that nobody has tied yet hides its writes: compare
	PERFORM creances._a_resynchroniser(n.table_suivie, false) FROM (SELECT DISTINCT x.table_suivie FROM creances._partitions_nues x) n;
	COMMIT;
	LOOP
		SELECT pg_catalog.count(*) INTO reste FROM creances.a_revoir;
		EXIT WHEN reste OPERATOR(pg_catalog.=) 0 OR reste OPERATOR(pg_catalog.>=) avant;
		avant := reste;
		PERFORM creances.rafraichir(10000);
		COMMIT;
	END LOOP;
	PERFORM creances.rafraichir();
	COMMIT;
	num := creances._ouvrir_passe(jour);
	COMMIT;
	IF num IS NULL THEN
		RAISE NOTICE 'une autre passe est en cours : elle fera le travail';
		RETURN;
	END IF;
	SELECT NULL::pg_catalog.text AS creancier, NULL::pg_catalog.text AS debiteur, 1 AS nb INTO l;
	LOOP
		SELECT x.* INTO l FROM creances._passe_lot(jour, num, lot, l.creancier, l.debiteur) x;
		COMMIT;
		EXIT WHEN l.nb IS NULL OR l.nb OPERATOR(pg_catalog.=) 0;
	END LOOP;
	IF l.nb IS NOT NULL THEN
		PERFORM creances._fermer_passe(jour, num);
		COMMIT;
	END IF;
END $$;
COMMENT ON PROCEDURE creances.passe_relance(date, integer) IS
'La passe de relance de cette nuit (la date du jour si NULL) : rafraichit les faits, puis met en file ce qui est du, par lots de debiteurs valides un a un. Peut etre tuee, relancee, appelee deux fois : le resultat est le meme.';

-- ---------------------------------------------------------------- the queue

CREATE FUNCTION creances.prendre_relances(canal text DEFAULT NULL, nombre integer DEFAULT 100, au date DEFAULT creances.aujourdhui())
RETURNS TABLE (id uuid, creancier text, debiteur text, nom text, langue text, courriel text, telephone text, adresse text,
			   canal_prevu text, stade text, devise text, montant numeric, penalites numeric, indemnites numeric, factures jsonb)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	p_canal CONSTANT text := prendre_relances.canal;
	p_au CONSTANT date := prendre_relances.au;
	debut CONSTANT timestamptz := clock_timestamp();
	r creances.relance;
	pris uuid[] := '{}';
	nb integer;
	verrouillees integer;
	totaux record;
BEGIN
	PERFORM creances._verifier_session('la prise des relances');
	PERFORM creances._verifier_date(p_au, 'la prise');
	IF p_canal NOT IN ('courriel', 'telephone', 'sms', 'lettre', 'lrar', 'interne') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('canal inconnu : %s', p_canal),
			HINT = 'Les canaux sont courriel, telephone, sms, lettre, lrar et interne ; NULL pour tous.';
	END IF;
	IF nombre IS NULL OR nombre <= 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le nombre de relances à prendre doit être positif',
			HINT = 'Donnez par exemple 100.';
	END IF;
	PERFORM creances.rafraichir();

	FOR r IN SELECT x.* FROM creances.relance x
			  WHERE x.etat = 'a_envoyer' AND x.le <= p_au AND (p_canal IS NULL OR x.canal = p_canal)
			  ORDER BY x.creancier, x.debiteur, x.devise, x.stade DESC, x.le
	LOOP
		EXIT WHEN cardinality(pris) >= nombre;
		-- under locks, in key order: the debtor, the action, the receivables; whatever is busy is left whole
		PERFORM FROM creances.debiteur d WHERE d.creancier = r.creancier AND d.debiteur = r.debiteur FOR NO KEY UPDATE SKIP LOCKED;
		CONTINUE WHEN NOT FOUND;
		PERFORM FROM creances.relance x WHERE x.creancier = r.creancier AND x.relance = r.relance AND x.etat = 'a_envoyer'
		   FOR NO KEY UPDATE SKIP LOCKED;
		CONTINUE WHEN NOT FOUND;
		SELECT count(*) INTO nb FROM creances.relance_creance l
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer';
		SELECT count(*) INTO verrouillees FROM (
			SELECT FROM creances.creance c JOIN creances.relance_creance l USING (creancier, facture, rang)
			 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer'
			 ORDER BY c.facture, c.rang FOR NO KEY UPDATE OF c SKIP LOCKED) v;
		CONTINUE WHEN verrouillees < nb;
		-- one message a debtor, currency and day, whenever it was queued, and the spacing for the softer ones
		CONTINUE WHEN r.classe = 'message' AND EXISTS (
			SELECT FROM creances.relance x
			  LEFT JOIN creances.scenario_actif k ON k.scenario = (SELECT s.scenario FROM creances.creancier s WHERE s.creancier = r.creancier)
			 WHERE x.creancier = r.creancier AND x.debiteur = r.debiteur AND x.devise = r.devise AND x.classe = 'message'
			   AND x.relance <> r.relance AND x.etat IN ('prise', 'envoyee')
			   AND greatest(x.prise_le, x.envoyee_le) > p_au - CASE WHEN r.stade < 'mise_en_demeure' THEN greatest(k.contact_min, 1) ELSE 1 END);
		-- the facts as they are now, read after the locks: a faulty row, one of the debtor's that the journal holds, or
		-- one that another session is refreshing and whose debtor nobody knows yet, leaves the message whole
		CONTINUE WHEN EXISTS (
			SELECT FROM creances._restes(p_au, ARRAY[r.creancier], ARRAY[r.debiteur]) x
			  JOIN creances.relance_creance l USING (creancier, facture, rang)
			 WHERE l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer' AND x.obstacle IS NOT NULL)
			OR EXISTS (
			SELECT FROM creances.a_revoir j
			  LEFT JOIN creances.creance c ON c.suivi = j.suivi AND c.cle = j.cle
			 WHERE (c.creancier, c.debiteur) = (r.creancier, r.debiteur)
				OR j.cle IS NULL OR c.cle IS NULL AND j.instant < debut);

		-- freeze what it claims, drop what owes nothing, list the other overdue items
		UPDATE creances.relance_creance l
		   SET etat = CASE WHEN f.reste > 0 AND creances._tient(l.stade, l.echeance, r.debiteur, r.devise, f.solde, f.echeance, r.debiteur, r.devise, p_au)
						   THEN 'prise' ELSE 'annulee' END,
			   solde = coalesce(f.solde, 0), montant = coalesce(f.reste, 0), penalites = f.penalites, indemnite = f.indemnite
		  FROM (SELECT c.facture, c.rang, x.echeance, x.solde, x.reste, k.penalites, k.indemnite
				  FROM creances.relance_creance c
				  LEFT JOIN creances._restes(p_au, ARRAY[r.creancier], ARRAY[r.debiteur]) x
						 ON x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.devise = r.devise
				 CROSS JOIN LATERAL creances._accessoires(c.creancier, c.facture, c.rang, p_au, coalesce(x.couvert, 0)) k
				 WHERE c.creancier = r.creancier AND c.relance = r.relance AND c.reclamee AND c.etat = 'a_envoyer') f
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'a_envoyer'
		   AND l.facture = f.facture AND l.rang = f.rang;
		-- dropped but still owed: looked at again by the next pass
		UPDATE creances.avancement a SET prochaine_relance = p_au
		  FROM creances.relance_creance l JOIN creances.creance c USING (creancier, facture, rang)
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'annulee' AND c.solde > 0
		   AND a.creancier = l.creancier AND a.facture = l.facture AND a.rang = l.rang AND a.prochaine_relance IS NULL;
		SELECT sum(l.montant) AS montant, sum(l.penalites) AS penalites, sum(l.indemnite) AS indemnites, max(l.stade) AS stade, count(*) AS nb
		  INTO totaux FROM creances.relance_creance l
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'prise';
		-- nothing left, or what gave the message its stage and channel is gone: the rest is not reminded more harshly than
		-- it is due, the next pass decides again
		IF totaux.nb = 0 OR totaux.stade < r.stade THEN
			WITH l AS (
				UPDATE creances.relance_creance l SET etat = 'annulee'
				 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = 'prise'
				RETURNING l.facture, l.rang)
			UPDATE creances.avancement a SET prochaine_relance = p_au
			  FROM l WHERE a.creancier = r.creancier AND a.facture = l.facture AND a.rang = l.rang;
			UPDATE creances.relance x
			   SET etat = 'annulee', motif = CASE totaux.nb WHEN 0 THEN 'plus rien n''est à réclamer' ELSE 'le plus haut stade n''est plus dû' END
			 WHERE x.creancier = r.creancier AND x.relance = r.relance;
			INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
			SELECT x.creancier, 'annulation', p_au, x.debiteur, x.relance, jsonb_build_object('motif', x.motif)
			  FROM creances.relance x WHERE x.creancier = r.creancier AND x.relance = r.relance;
			CONTINUE;
		END IF;
		INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etat, solde, montant, penalites, indemnite)
		SELECT x.creancier, r.relance, x.facture, x.rang, false, 'prise', x.solde, x.reste, k.penalites, k.indemnite
		  FROM creances._restes(p_au, ARRAY[r.creancier], ARRAY[r.debiteur]) x
		 CROSS JOIN LATERAL creances._accessoires(x.creancier, x.facture, x.rang, p_au, x.couvert) k
		 WHERE x.devise = r.devise AND x.reste > 0 AND x.echeance < p_au AND x.obstacle IS NULL
		   AND NOT EXISTS (SELECT FROM creances.relance_creance l
							WHERE l.creancier = x.creancier AND l.relance = r.relance AND l.facture = x.facture AND l.rang = x.rang AND l.etat <> 'annulee')
		ON CONFLICT (creancier, relance, facture, rang) DO UPDATE
		   SET reclamee = false, etape = NULL, stade = NULL, etat = 'prise', solde = excluded.solde, montant = excluded.montant,
			   penalites = excluded.penalites, indemnite = excluded.indemnite;
		UPDATE creances.relance x
		   SET etat = 'prise', prise_le = p_au, prise_par = session_user,
			   montant = totaux.montant, penalites = totaux.penalites, indemnites = totaux.indemnites
		 WHERE x.creancier = r.creancier AND x.relance = r.relance;
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
		VALUES (r.creancier, 'prise', p_au, r.debiteur, r.relance,
				jsonb_build_object('montant', totaux.montant, 'penalites', totaux.penalites, 'indemnites', totaux.indemnites));
		pris := pris || r.relance;
	END LOOP;

	-- a last look: what has been paid while we were at it goes back to the queue, to be looked at by the next taking
	PERFORM creances.remettre(x.relance, p_au)
	   FROM creances.relance x
	  WHERE x.relance = ANY (pris)
		AND EXISTS (SELECT FROM creances.a_revoir j JOIN creances.creance c ON c.suivi = j.suivi AND c.cle = j.cle
					 WHERE c.creancier = x.creancier AND c.debiteur = x.debiteur);
	RETURN QUERY
	SELECT x.relance, d.creancier, d.debiteur, d.nom, d.langue, d.courriel, d.telephone, d.adresse, x.canal, x.stade::text, x.devise,
		   x.montant, x.penalites, x.indemnites,
		   (SELECT jsonb_agg(jsonb_build_object('facture', l.facture, 'rang', l.rang, 'echeance', c.echeance, 'reclamee', l.reclamee,
												'stade', l.stade, 'solde', l.solde, 'montant', l.montant,
												'penalites', l.penalites, 'indemnite', l.indemnite)
							 ORDER BY l.reclamee DESC, c.echeance, l.facture, l.rang)
			  FROM creances.relance_creance l JOIN creances.creance c USING (creancier, facture, rang)
			 WHERE l.creancier = x.creancier AND l.relance = x.relance AND l.etat = 'prise')
	  FROM creances.relance x
	  JOIN creances.debiteur d ON d.creancier = x.creancier AND d.debiteur = x.debiteur
	 WHERE x.relance = ANY (pris) AND x.etat = 'prise'
	 ORDER BY d.creancier, d.debiteur, x.devise, x.stade DESC, x.le;
END $$;
COMMENT ON FUNCTION creances.prendre_relances(text, integer, date) IS
'Prend au plus "nombre" relances a envoyer par ce canal (NULL : tous), montants figes. Validez la transaction AVANT d''envoyer, puis appelez confirmer_envoi() ou echec_envoi(). Ce qui est paye n''est jamais rendu ; une relance dont une creance est verrouillee ou attend le rafraichissement est laissee entiere. "indemnites" est en EUR.';

-- The action of this id, locked with its debtor, in one of these states.
CREATE FUNCTION creances._action(id uuid, VARIADIC etats text[]) RETURNS creances.relance
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r creances.relance;
BEGIN
	-- the debtor first, as whoever takes or queues: no deadlock
	PERFORM FROM creances.debiteur d
	   WHERE (d.creancier, d.debiteur) = (SELECT x.creancier, x.debiteur FROM creances.relance x WHERE x.relance = id)
	   FOR NO KEY UPDATE;
	SELECT x.* INTO r FROM creances.relance x WHERE x.relance = id FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucune relance %s', coalesce(id::text, 'NULL')),
			HINT = 'Les relances en cours sont dans creances.a_faire.';
	END IF;
	IF r.etat <> ALL (etats) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la relance %s est dans l''état %s', id, r.etat),
			HINT = format('L''état attendu est : %s.', array_to_string(etats, ' ou '));
	END IF;
	RETURN r;
END $$;
COMMENT ON FUNCTION creances._action(uuid, text[]) IS 'L''action de cet identifiant, verrouillee ; RC006 si elle n''est pas dans un de ces etats.';

-- A date that does not come before another.
CREATE FUNCTION creances._verifier_suite(le date, quoi text, avant date, quoi_avant text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	PERFORM creances._verifier_date(le, quoi);
	IF le < avant THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la date de %s, le %s, précède celle de %s, le %s', quoi, le, quoi_avant, avant),
			HINT = 'Donnez la date réelle.';
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_suite(date, text, date, text) IS 'Refuse une date NULL, infinie, future, ou qui precede une autre.';

CREATE FUNCTION creances.confirmer_envoi(id uuid, preuve jsonb DEFAULT NULL, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'prise');
	presentee date;
BEGIN
	PERFORM creances._verifier_suite(le, 'l''envoi', r.prise_le, 'la prise');
	BEGIN
		presentee := (preuve ->> 'presentee_le')::date;
	EXCEPTION WHEN invalid_datetime_format OR datetime_field_overflow THEN
		RAISE EXCEPTION USING ERRCODE = '22007', MESSAGE = format('date de présentation illisible : « %s »', preuve ->> 'presentee_le'),
			HINT = 'Donnez preuve => ''{"presentee_le": "2026-02-04"}'', la date de l''avis de réception ou de la première présentation.';
	END;
	IF presentee < le OR NOT isfinite(presentee) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('une lettre envoyée le %s n''est pas présentée le %s', le, presentee),
			HINT = 'Donnez à presentee_le la date de l''avis de réception ou de la première présentation.';
	END IF;
	UPDATE creances.relance x SET etat = 'envoyee', envoyee_le = le, preuve = confirmer_envoi.preuve
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	WITH l AS (
		UPDATE creances.relance_creance l SET etat = 'envoyee'
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = 'prise'
		RETURNING l.facture, l.rang, l.reclamee, l.etape, l.stade)
	UPDATE creances.avancement a
	   SET scenario = r.scenario, etape = l.etape, stade = l.stade, etape_le = le, prochaine_relance = le + 1,
		   mise_en_demeure_le = CASE WHEN l.stade = 'mise_en_demeure' THEN le ELSE a.mise_en_demeure_le END
	  FROM l WHERE l.reclamee AND a.creancier = r.creancier AND a.facture = l.facture AND a.rang = l.rang;
	-- its reception starts a consumer's interest (C. civ. 1344-1), not its sending
	IF presentee IS NOT NULL THEN
		PERFORM creances.consigner(r.creancier, r.debiteur, 'mise_en_demeure', presentee,
								   format('envoyée le %s, reçue ou présentée le %s', to_char(le, 'DD/MM/YYYY'), to_char(presentee, 'DD/MM/YYYY')),
								   l.facture, l.rang, reference => r.relance::text)
		   FROM creances.relance_creance l
		  WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = 'envoyee' AND l.reclamee AND l.stade = 'mise_en_demeure'
		  ORDER BY l.facture, l.rang;
	END IF;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	VALUES (r.creancier, 'envoi', le, r.debiteur, r.relance, jsonb_strip_nulls(jsonb_build_object('stade', r.stade, 'preuve', preuve)));
END $$;
COMMENT ON FUNCTION creances.confirmer_envoi(uuid, jsonb, date) IS
'L''action prise est faite : chaque creance qu''elle reclame avance d''une etape, a cette date. La preuve est gardee telle quelle ; {"presentee_le": "2026-02-04"} consigne la reception d''une mise en demeure, qui fait courir les interets d''un consommateur.';

CREATE FUNCTION creances.echec_envoi(id uuid, motif text, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'prise', 'a_envoyer', 'a_valider');
BEGIN
	PERFORM creances._verifier_suite(le, 'l''échec', coalesce(r.prise_le, r.le), CASE WHEN r.prise_le IS NULL THEN 'la mise en file' ELSE 'la prise' END);
	IF coalesce(btrim(motif), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'un échec demande un motif', HINT = 'Exemple : adresse refusée.';
	END IF;
	UPDATE creances.relance x SET etat = 'echec', motif = echec_envoi.motif
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	UPDATE creances.relance_creance l SET etat = 'echec'
	 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = r.etat;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	VALUES (r.creancier, 'echec', le, r.debiteur, r.relance, jsonb_build_object('motif', motif));
END $$;
COMMENT ON FUNCTION creances.echec_envoi(uuid, text, date) IS
'L''action n''est pas partie, ou est refusee (une mise en demeure a valider). Rien n''avance : remettre() la remet en file, passer_etape() passe outre.';

CREATE FUNCTION creances.valider_relance(id uuid, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'a_valider');
BEGIN
	PERFORM creances._verifier_suite(le, 'la validation', r.le, 'la mise en file');
	UPDATE creances.relance x SET etat = 'a_envoyer', validee_le = le, validee_par = session_user
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	UPDATE creances.relance_creance l SET etat = 'a_envoyer'
	 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = 'a_valider';
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance) VALUES (r.creancier, 'validation', le, r.debiteur, r.relance);
END $$;
COMMENT ON FUNCTION creances.valider_relance(uuid, date) IS 'Valide une action qui le demande : elle peut etre prise.';

CREATE FUNCTION creances.remettre(id uuid, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	r creances.relance := creances._action(id, 'echec', 'prise');
	depuis CONSTANT text := r.etat;
	-- refused before it was validated: it is to be validated again
	vers CONSTANT text := CASE WHEN r.validation AND r.validee_le IS NULL THEN 'a_valider' ELSE 'a_envoyer' END;
BEGIN
	PERFORM creances._verifier_suite(le, 'la remise', coalesce(r.prise_le, r.le), CASE WHEN r.prise_le IS NULL THEN 'la mise en file' ELSE 'la prise' END);
	DELETE FROM creances.relance_creance l WHERE l.creancier = r.creancier AND l.relance = r.relance AND NOT l.reclamee;
	BEGIN
		UPDATE creances.relance_creance l SET etat = vers, solde = NULL, montant = NULL, penalites = NULL, indemnite = NULL
		 WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = depuis;
	EXCEPTION WHEN unique_violation THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('une autre relance réclame déjà une créance de la relance %s', id),
			HINT = 'Laissez partir l''autre relance.';
	END;
	UPDATE creances.relance x SET etat = vers, motif = NULL, prise_le = NULL, prise_par = NULL,
								  montant = NULL, penalites = NULL, indemnites = NULL
	 WHERE x.creancier = r.creancier AND x.relance = r.relance;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, relance, details)
	VALUES (r.creancier, 'remise', le, r.debiteur, r.relance, jsonb_build_object('depuis', depuis));
END $$;
COMMENT ON FUNCTION creances.remettre(uuid, date) IS
'Remet en file une action en echec, ou prise et dont on sait qu''elle n''est pas partie. Une issue inconnue n''est jamais renvoyee d''elle-meme.';

CREATE FUNCTION creances.passer_etape(creancier text, facture text, rang integer, motif text, le date DEFAULT creances.aujourdhui())
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := passer_etape.creancier;
	p_facture CONSTANT text := passer_etape.facture;
	p_rang CONSTANT integer := passer_etape.rang;
	p_le CONSTANT date := passer_etape.le;
	c creances.creance;
	h record;
	vue integer;
BEGIN
	PERFORM creances._verifier_date(p_le, 'l''étape');
	IF coalesce(btrim(passer_etape.motif), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'passer une étape demande un motif', HINT = 'Exemple : vu avec le client par téléphone.';
	END IF;
	SELECT x.* INTO c FROM creances.creance x WHERE x.creancier = p_creancier AND x.facture = p_facture AND x.rang = p_rang;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('aucune créance %s/%s/%s', coalesce(p_creancier, 'NULL'), coalesce(p_facture, 'NULL'), coalesce(p_rang::text, 'NULL')),
			HINT = 'Les créances ouvertes sont dans creances.encours.';
	END IF;
	vue := (SELECT x.etape FROM creances._horloge(p_le, p_creancier, p_facture, p_rang) x);
	PERFORM FROM creances.debiteur d WHERE d.creancier = c.creancier AND d.debiteur = c.debiteur FOR NO KEY UPDATE;
	SELECT x.* INTO h FROM creances._horloge(p_le, p_creancier, p_facture, p_rang) x;
	IF c.solde <= 0 OR h.etape IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006',
			MESSAGE = format('la créance %s/%s/%s n''a pas d''étape à passer', p_creancier, p_facture, p_rang),
			HINT = 'Elle est soldée, ou à la dernière étape de son scénario.';
	END IF;
	-- another session has made it advance while we waited: it is not the step that the caller saw
	IF h.etape <> vue THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la créance %s/%s/%s vient d''avancer : la prochaine étape est la %s', p_creancier, p_facture, p_rang, h.etape),
			HINT = 'Relisez creances.decision(), puis rappelez passer_etape() s''il y a lieu.';
	END IF;
	PERFORM creances._verifier_suite(p_le, 'l''étape', h.faite_le, 'l''étape précédente');
	IF EXISTS (SELECT FROM creances.relance_creance l WHERE l.creancier = p_creancier AND l.facture = p_facture AND l.rang = p_rang
				 AND l.reclamee AND l.etat = 'prise') THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = 'une relance qui réclame cette créance est prise',
			HINT = 'Appelez d''abord confirmer_envoi() ou echec_envoi().';
	END IF;
	-- nothing was sent: mise_en_demeure_le, which starts a consumer's interest
	-- (C. civ. 1344-1), is confirmer_envoi()'s alone; what was queued, or failed, is void
	UPDATE creances.relance_creance l SET etat = 'annulee'
	 WHERE l.creancier = p_creancier AND l.facture = p_facture AND l.rang = p_rang AND l.reclamee AND l.etat IN ('a_valider', 'a_envoyer', 'echec');
	UPDATE creances.relance r SET etat = 'annulee', motif = 'étape passée : ' || passer_etape.motif
	 WHERE r.creancier = p_creancier AND r.debiteur = c.debiteur AND r.etat IN ('a_valider', 'a_envoyer', 'echec')
	   AND NOT EXISTS (SELECT FROM creances.relance_creance l
						WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.reclamee AND l.etat = r.etat);
	INSERT INTO creances.avancement AS a (creancier, facture, rang, scenario, etape, etape_initiale, stade, etape_le, prochaine_relance)
	VALUES (p_creancier, p_facture, p_rang, h.scenario, h.etape, h.faite, h.stade_vise, p_le, p_le + 1)
	ON CONFLICT (creancier, facture, rang) DO UPDATE
	   SET scenario = excluded.scenario, etape = excluded.etape, stade = excluded.stade, etape_le = excluded.etape_le, prochaine_relance = excluded.prochaine_relance;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (p_creancier, 'etape_passee', p_le, c.debiteur, p_facture, p_rang,
			jsonb_build_object('etape', h.etape, 'stade', h.stade_vise, 'motif', passer_etape.motif));
	RETURN h.etape;
END $$;
COMMENT ON FUNCTION creances.passer_etape(text, text, integer, text, date) IS
'Passe a la main l''etape suivante d''une creance, sans rien envoyer : auteur et motif sont gardes. Rend l''etape passee.';

-- --------------------------------------------------------------- scheduling

CREATE FUNCTION creances.planifier(cron text DEFAULT '0 6 * * 1-5', rafraichissement text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	base_cron text := current_setting('cron.database_name', true);
	job bigint;
	erreur text;
BEGIN
	IF coalesce(btrim(cron), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'l''horaire ne peut pas être vide',
			HINT = 'Exemple : 0 6 * * 1-5 pour six heures du lundi au vendredi.';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
		IF base_cron IS NOT NULL AND base_cron <> current_database() THEN
			RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = format('pg_cron est dans la base %s', base_cron),
				HINT = format('Dans la base %s, exécutez : SELECT cron.schedule_in_database(%L, %L, %L, %L);', base_cron,
							  'creances_passe_' || current_database(), cron, 'CALL creances.passe_relance()', current_database());
		ELSIF base_cron IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'l''extension pg_cron n''est pas créée dans cette base',
				HINT = 'Exécutez CREATE EXTENSION pg_cron, puis rappelez planifier().';
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'pg_cron n''est pas installé sur ce serveur',
			HINT = format('La ligne de crontab qui fait la même chose : %s psql -X -q -d %s -c ''CALL creances.passe_relance()''', cron, quote_ident(current_database()));
	END IF;
	BEGIN
		EXECUTE 'SELECT cron.schedule($1, $2, $3)' INTO job USING 'creances_passe', cron, 'CALL creances.passe_relance()';
		IF rafraichissement IS NOT NULL THEN
			EXECUTE 'SELECT cron.schedule($1, $2, $3)' USING 'creances_rafraichir', rafraichissement, 'SELECT creances.rafraichir()';
		ELSE
			EXECUTE $q$SELECT cron.unschedule(jobid) FROM cron.job
						WHERE jobname = 'creances_rafraichir' AND username = current_user AND database = current_database()$q$;
		END IF;
	EXCEPTION WHEN insufficient_privilege THEN
		RAISE;
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS erreur = MESSAGE_TEXT;
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('pg_cron refuse cet horaire : %s', concat_ws(' ; ', cron, rafraichissement)),
			DETAIL = erreur || '.', HINT = 'Les cinq champs de cron : minute, heure, jour du mois, mois, jour de la semaine.';
	END;
	RAISE NOTICE USING MESSAGE = format('pg_cron lit cet horaire en %s', coalesce(current_setting('cron.timezone', true), 'GMT'));
	RETURN job;
END $$;
COMMENT ON FUNCTION creances.planifier(text, text) IS
'Planifie la passe par pg_cron (et, si un second horaire est donne, rafraichir()). Planifier deux fois remplace. Rend le numero du travail. pg_cron 1.4 lit les horaires en GMT.';

CREATE FUNCTION creances.deplanifier() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	nb integer;
BEGIN
	IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
		RAISE EXCEPTION USING ERRCODE = 'RC005', MESSAGE = 'pg_cron n''est pas dans cette base',
			HINT = 'Enlevez la ligne là où la passe a été planifiée.';
	END IF;
	EXECUTE $q$SELECT count(cron.unschedule(jobid)) FROM cron.job
				WHERE jobname IN ('creances_passe', 'creances_rafraichir') AND username = current_user AND database = current_database()$q$ INTO nb;
	RETURN nb;
END $$;
COMMENT ON FUNCTION creances.deplanifier() IS 'Enleve ce que planifier() a pose. Rend le nombre de travaux enleves.';

CREATE FUNCTION creances.etat_planification()
RETURNS TABLE (travail text, horaire text, actif boolean, dernier_debut timestamptz, dernier_etat text, dernier_message text,
			   derniere_passe date, etat_passe text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	p record;
	vu boolean := false;
BEGIN
	SELECT x.jour, x.etat INTO p FROM creances.passe x ORDER BY x.jour DESC, x.numero DESC LIMIT 1;
	derniere_passe := p.jour;
	etat_passe := p.etat;
	IF EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
		FOR travail, horaire, actif, dernier_debut, dernier_etat, dernier_message IN EXECUTE
			$q$SELECT j.jobname::text, j.schedule::text, j.active, d.start_time, d.status::text, d.return_message::text
				 FROM cron.job j
				 LEFT JOIN LATERAL (SELECT r.start_time, r.status, r.return_message FROM cron.job_run_details r
									 WHERE r.jobid = j.jobid ORDER BY r.runid DESC LIMIT 1) d ON true
				WHERE j.jobname IN ('creances_passe', 'creances_rafraichir') AND j.database = current_database()
				ORDER BY 1$q$
		LOOP
			vu := true;
			RETURN NEXT;
		END LOOP;
	END IF;
	IF NOT vu THEN
		travail := NULL; horaire := NULL; actif := false; dernier_debut := NULL; dernier_etat := NULL;
		dernier_message := 'rien n''est planifié dans cette base';
		RETURN NEXT;
	END IF;
END $$;
COMMENT ON FUNCTION creances.etat_planification() IS
'Ce qui est planifie dans cette base par pg_cron, sa derniere execution, et la derniere passe.';
