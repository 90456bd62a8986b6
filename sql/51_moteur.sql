-- The engine's tables: written by the pass, the takers and the collectors
-- only, never in the ERP's transactions.

CREATE TABLE creances.avancement (
	creancier	text NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	scenario	text,
	etape		integer NOT NULL DEFAULT 0,
	etape_initiale integer NOT NULL DEFAULT 0,
	stade_initial creances.stade_relance,
	stade		creances.stade_relance,
	etape_le	date,
	mise_en_demeure_le date,
	repetitions	integer NOT NULL DEFAULT 0,
	accorde_au	date,
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
COMMENT ON COLUMN creances.avancement.stade_initial IS 'Stade de cette etape.';
COMMENT ON COLUMN creances.avancement.stade IS 'Stade que nomme la derniere etape faite.';
COMMENT ON COLUMN creances.avancement.etape_le IS 'Jour ou elle a ete faite.';
COMMENT ON COLUMN creances.avancement.mise_en_demeure_le IS 'Jour d''envoi de la mise en demeure.';
COMMENT ON COLUMN creances.avancement.repetitions IS 'Fois que cette etape, la derniere, a ete repetee.';
COMMENT ON COLUMN creances.avancement.accorde_au IS 'Date limite que la derniere etape a accordee pour payer : la suivante l''attend.';
COMMENT ON COLUMN creances.avancement.prochaine_relance IS 'Jour avant lequel rien n''est a decider ; NULL : rien a decider tant qu''aucun fait ne change.';

CREATE TABLE creances.relance (
	creancier	text NOT NULL,
	relance		uuid NOT NULL,
	debiteur	text NOT NULL,
	devise		text NOT NULL,
	classe		text NOT NULL CHECK (classe IN ('message', 'telephone', 'interne')),
	groupe		text NOT NULL DEFAULT '',
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
	envoyee_instant timestamptz,
	preuve		jsonb,
	motif		text,
	montant		numeric,
	penalites	numeric,
	indemnites	numeric,
	date_limite	date,
	cout		numeric,
	langue		text,
	sujet		text,
	corps		text,
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, relance)
);
CREATE UNIQUE INDEX relance_nuit ON creances.relance (creancier, debiteur, devise, classe, groupe, le);
CREATE INDEX relance_id ON creances.relance (relance);
CREATE INDEX relance_vivante ON creances.relance (creancier, debiteur, devise, classe)
 WHERE etat IN ('a_valider', 'a_envoyer', 'prise', 'echec');
COMMENT ON TABLE creances.relance IS 'Action en file ou faite : un message, un appel ou une tache par debiteur, devise et nuit.';
COMMENT ON COLUMN creances.relance.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.relance.relance IS 'Identifiant, calcule de ce qui la designe : creancier, debiteur, devise, classe, groupe et nuit.';
COMMENT ON COLUMN creances.relance.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.relance.devise IS 'Devise de tout ce qu''elle reclame.';
COMMENT ON COLUMN creances.relance.classe IS 'message (courriel, sms, lettre, lrar), telephone ou interne.';
COMMENT ON COLUMN creances.relance.groupe IS 'Vide, ou la creance (facture:rang) quand le scenario groupe par facture.';
COMMENT ON COLUMN creances.relance.le IS 'Nuit de la passe qui l''a mise en file.';
COMMENT ON COLUMN creances.relance.scenario IS 'Scenario du plus haut stade reclame.';
COMMENT ON COLUMN creances.relance.canal IS 'Canal, celui du plus haut stade reclame.';
COMMENT ON COLUMN creances.relance.stade IS 'Plus haut stade reclame.';
COMMENT ON COLUMN creances.relance.validation IS 'Une personne doit la valider.';
COMMENT ON COLUMN creances.relance.etat IS 'a_valider, a_envoyer, prise (issue inconnue), envoyee, echec ou annulee.';
COMMENT ON COLUMN creances.relance.validee_le IS 'Jour de la validation.';
COMMENT ON COLUMN creances.relance.validee_par IS 'Role qui a valide.';
COMMENT ON COLUMN creances.relance.prise_le IS 'Jour ou un expediteur l''a prise.';
COMMENT ON COLUMN creances.relance.prise_par IS 'Role qui l''a prise.';
COMMENT ON COLUMN creances.relance.envoyee_le IS 'Jour d''envoi confirme.';
COMMENT ON COLUMN creances.relance.envoyee_instant IS 'Instant ou l''envoi a ete confirme.';
COMMENT ON COLUMN creances.relance.preuve IS 'Preuve d''envoi.';
COMMENT ON COLUMN creances.relance.motif IS 'Motif de l''echec ou de l''annulation.';
COMMENT ON COLUMN creances.relance.montant IS 'Principal reclame, fige a la prise.';
COMMENT ON COLUMN creances.relance.penalites IS 'Penalites de retard, figees a la prise.';
COMMENT ON COLUMN creances.relance.indemnites IS 'Indemnites forfaitaires de recouvrement en EUR, figees a la prise.';
COMMENT ON COLUMN creances.relance.date_limite IS 'Date limite de paiement que donne le message, figee a la prise.';
COMMENT ON COLUMN creances.relance.cout IS 'Cout de l''action, en EUR, constate a l''envoi.';
COMMENT ON COLUMN creances.relance.langue IS 'Langue du message.';
COMMENT ON COLUMN creances.relance.sujet IS 'Objet du message, fige a la prise.';
COMMENT ON COLUMN creances.relance.corps IS 'Texte du message, fige a la prise.';
COMMENT ON COLUMN creances.relance.details IS 'Colonnes de l''utilisateur.';

CREATE TABLE creances.relance_creance (
	creancier	text NOT NULL,
	relance		uuid NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	reclamee	boolean NOT NULL,
	scenario	text,
	etape		integer,
	occurrence	integer,
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
COMMENT ON COLUMN creances.relance_creance.scenario IS 'Scenario de cette etape.';
COMMENT ON COLUMN creances.relance_creance.occurrence IS 'Fois que cette etape est mise en file pour cette creance : au-dela de 1, une repetition, ou un paiement rejete depuis.';
COMMENT ON COLUMN creances.relance_creance.etape IS 'Etape que fait l''action pour cette creance.';
COMMENT ON COLUMN creances.relance_creance.stade IS 'Stade de cette etape.';
COMMENT ON COLUMN creances.relance_creance.echeance IS 'Echeance a la mise en file : reportee depuis, la creance n''est plus reclamee.';
COMMENT ON COLUMN creances.relance_creance.etat IS 'Etat de l''action, repete ; annulee pour une creance soldee avant la prise.';
COMMENT ON COLUMN creances.relance_creance.solde IS 'Solde a la prise.';
COMMENT ON COLUMN creances.relance_creance.montant IS 'Solde moins les credits du debiteur, a la prise.';
COMMENT ON COLUMN creances.relance_creance.penalites IS 'Penalites de retard, a la prise.';
COMMENT ON COLUMN creances.relance_creance.indemnite IS 'Indemnite forfaitaire en EUR, a la prise.';

CREATE TABLE creances.passe (
	creancier	text NOT NULL,
	jour		date NOT NULL,
	numero		integer NOT NULL,
	etat		text NOT NULL DEFAULT 'en cours' CHECK (etat IN ('en cours', 'terminee', 'interrompue')),
	debut		timestamptz NOT NULL DEFAULT clock_timestamp(),
	fin			timestamptz,
	a_examiner	integer NOT NULL DEFAULT 0,
	debiteurs	integer NOT NULL DEFAULT 0,
	relances	integer NOT NULL DEFAULT 0,
	creances	integer NOT NULL DEFAULT 0,
	annulees	integer NOT NULL DEFAULT 0,
	erreurs		integer NOT NULL DEFAULT 0,
	erreur		text,
	scenarios	text NOT NULL,
	sceau		text,
	PRIMARY KEY (creancier, jour, numero)
);
COMMENT ON TABLE creances.passe IS 'Passes de relance, par creancier ; les chiffres d''une passe en cours avancent a chaque lot.';
COMMENT ON COLUMN creances.passe.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.passe.jour IS 'Date de la passe.';
COMMENT ON COLUMN creances.passe.numero IS 'Numero d''ordre dans la journee.';
COMMENT ON COLUMN creances.passe.etat IS 'en cours, terminee ou interrompue (serveur arrete, session tuee) ; la suivante la reprend.';
COMMENT ON COLUMN creances.passe.debut IS 'Instant du debut.';
COMMENT ON COLUMN creances.passe.fin IS 'Instant de la fin ; fin - debut est sa duree.';
COMMENT ON COLUMN creances.passe.a_examiner IS 'Debiteurs a examiner cette nuit-la.';
COMMENT ON COLUMN creances.passe.debiteurs IS 'Debiteurs examines.';
COMMENT ON COLUMN creances.passe.relances IS 'Actions mises en file.';
COMMENT ON COLUMN creances.passe.creances IS 'Creances qu''elles reclament.';
COMMENT ON COLUMN creances.passe.annulees IS 'Actions annulees parce que plus rien n''etait du.';
COMMENT ON COLUMN creances.passe.erreurs IS 'Debiteurs en erreur, sautes ; voir evenement.';
COMMENT ON COLUMN creances.passe.erreur IS 'Derniere erreur.';
COMMENT ON COLUMN creances.passe.scenarios IS 'Empreinte des scenarios : un changement fait tout reexaminer.';
COMMENT ON COLUMN creances.passe.sceau IS 'Sceau du journal du creancier a la fin de la passe (voir sceller_journal).';

-- The night's work, in the order in which batches take it. A pass writes it
-- anew: nothing is lost with it.
CREATE TABLE creances.passe_travail (
	creancier	text NOT NULL,
	debiteur	text NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL
);
CREATE INDEX passe_travail_debiteur ON creances.passe_travail (creancier, debiteur);
COMMENT ON TABLE creances.passe_travail IS 'Creances a examiner par la passe en cours.';
COMMENT ON COLUMN creances.passe_travail.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.passe_travail.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.passe_travail.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.passe_travail.rang IS 'Rang de l''echeance.';

CREATE TABLE creances.evenement (
	creancier	text NOT NULL,
	evenement	uuid NOT NULL DEFAULT gen_random_uuid(),
	genre		text NOT NULL CHECK (genre IN ('mise_en_file', 'validation', 'prise', 'envoi', 'echec', 'remise',
											   'annulation', 'etape_passee', 'stade_change', 'erreur', 'convention', 'acte', 'acte_clos', 'acte_annule',
											   'reprise', 'publication', 'engagement', 'engagement_tenu', 'engagement_rompu', 'decheance_notifiee',
											   'statut', 'affectation', 'regime', 'mandat', 'limite', 'objectif', 'assurance')),
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

-- Text as UTF-8, to be digested; as it is where the database does not say what
-- its bytes are.
CREATE FUNCTION creances._octets(texte text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT convert_to(texte, CASE getdatabaseencoding() WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END);
END;
COMMENT ON FUNCTION creances._octets(text) IS 'Octets d''un texte, en UTF-8 ; tels quels dans une base SQL_ASCII.';

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

-- What the clock reads of a debtor has changed: his items are decided again.
CREATE FUNCTION creances._horloge_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO creances.a_decider (creancier, facture, rang)
	SELECT c.creancier, c.facture, c.rang FROM creances.creance c
	 WHERE c.creancier = NEW.creancier AND c.debiteur = NEW.debiteur AND c.solde > 0;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION creances._horloge_change() IS 'Declencheur : le segment, la zone ou le type d''un client a change, ses creances sont reexaminees.';
CREATE TRIGGER horloge AFTER UPDATE OF segment, zone, type ON creances.debiteur
	FOR EACH ROW WHEN ((OLD.segment, OLD.zone, OLD.type) IS DISTINCT FROM (NEW.segment, NEW.zone, NEW.type))
	EXECUTE FUNCTION creances._horloge_change();

SELECT pg_catalog.pg_extension_config_dump('creances.avancement', '');
SELECT pg_catalog.pg_extension_config_dump('creances.relance', '');
SELECT pg_catalog.pg_extension_config_dump('creances.relance_creance', '');
SELECT pg_catalog.pg_extension_config_dump('creances.passe', '');
SELECT pg_catalog.pg_extension_config_dump('creances.evenement', '');
