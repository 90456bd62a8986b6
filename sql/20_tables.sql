-- Tables. Three kinds, and the walls between them:
--   the journal  a_revoir: what the ERP's own transactions append;
--   the facts    creancier, debiteur, creance, creance_version, reglement, ligne_refusee, a_decider:
--                written by rafraichir() and by nothing else;
--   the engine   avancement, relance, relance_creance, passe, evenement:
--                written by the pass, the takers and the collectors, never in the ERP's transactions.
-- The engine's tables stand in 51_moteur.
--
-- No foreign key between them: pg_dump hands the data of an extension's tables
-- to a parallel restore without their order, and a key would then lose rows.
-- One place writes each table, under locks; coherence() holds the references.

-- ---------------------------------------------------------------- journal

CREATE TABLE creances.a_revoir (
	suivi		regclass NOT NULL,
	cle			text,
	instant		timestamptz NOT NULL,
	transaction	xid8 NOT NULL,
	regle		numeric,
	regle_le	date,
	chargement	boolean
);
COMMENT ON TABLE creances.a_revoir IS
'Journal : une ligne par cle touchee dans une table suivie, ajoutee par la transaction de l''ERP, effacee par rafraichir().';
COMMENT ON COLUMN creances.a_revoir.suivi IS 'Table suivie.';
COMMENT ON COLUMN creances.a_revoir.cle IS 'Cle primaire de la ligne, en texte (tableau si plusieurs colonnes) ; NULL : toute la table est a relire (TRUNCATE).';
COMMENT ON COLUMN creances.a_revoir.instant IS 'Instant de l''ecriture par l''ERP.';
COMMENT ON COLUMN creances.a_revoir.transaction IS 'Transaction de l''ERP.';
COMMENT ON COLUMN creances.a_revoir.regle IS 'Montant regle que montrait la ligne, quand la correspondance est une simple colonne ; NULL : la ligne a quitte cette cle.';
COMMENT ON COLUMN creances.a_revoir.regle_le IS 'Date de reglement que montrait la ligne, quand la correspondance est une simple colonne.';

COMMENT ON COLUMN creances.a_revoir.chargement IS 'Mise par synchroniser() : true, une creance plus ancienne que le suivi y entre comme reprise. NULL : ecrite par l''ERP.';

-- ------------------------------------------------------------------ facts

CREATE TABLE creances.creancier (
	creancier	text PRIMARY KEY CHECK (creancier <> ''),
	nom			text,
	fuseau		text NOT NULL DEFAULT 'Europe/Paris'
				CHECK (timestamp '2000-01-01' AT TIME ZONE fuseau IS NOT NULL),
	scenario	text NOT NULL DEFAULT 'standard',
	type		text NOT NULL DEFAULT 'professionnel'
				CHECK (type IN ('professionnel', 'particulier')),
	details		jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE creances.creancier IS 'Societe creanciere. Ses montants ne se melangent jamais a ceux d''une autre.';
COMMENT ON COLUMN creances.creancier.creancier IS 'Code de la societe ; ''principal'' quand l''ERP n''en tient qu''une.';
COMMENT ON COLUMN creances.creancier.nom IS 'Raison sociale.';
COMMENT ON COLUMN creances.creancier.fuseau IS 'Fuseau horaire qui fixe la date du jour.';
COMMENT ON COLUMN creances.creancier.scenario IS 'Code du scenario de relance applique a ses debiteurs.';
COMMENT ON COLUMN creances.creancier.type IS 'professionnel, ou particulier : personne physique n''agissant pas pour des besoins professionnels (taux legal des particuliers, CMF L313-2).';
COMMENT ON COLUMN creances.creancier.details IS 'Colonnes de l''utilisateur ; les lettres y lisent adresse, iban, telephone, courriel et siren.';

CREATE TABLE creances.debiteur (
	creancier	text NOT NULL,
	debiteur	text NOT NULL CHECK (debiteur <> ''),
	nom			text,
	type		text NOT NULL DEFAULT 'professionnel'
				CHECK (type IN ('professionnel', 'public', 'consommateur')),
	langue		text NOT NULL DEFAULT 'fr',
	zone		text NOT NULL DEFAULT 'metropole',
	courriel	text,
	telephone	text,
	adresse		text,
	segment		text,
	siren		text,
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, debiteur)
);
COMMENT ON TABLE creances.debiteur IS 'Client d''un creancier.';
COMMENT ON COLUMN creances.debiteur.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.debiteur.debiteur IS 'Code du client dans l''ERP.';
COMMENT ON COLUMN creances.debiteur.nom IS 'Nom ou raison sociale.';
COMMENT ON COLUMN creances.debiteur.type IS 'Regime : professionnel (C. com. L441-10), public (CCP R2192-31) ou consommateur (C. civ. 1344-1).';
COMMENT ON COLUMN creances.debiteur.langue IS 'Langue des messages.';
COMMENT ON COLUMN creances.debiteur.zone IS 'Zone des jours feries (voir jours_feries).';
COMMENT ON COLUMN creances.debiteur.courriel IS 'Adresse de courriel.';
COMMENT ON COLUMN creances.debiteur.telephone IS 'Numero de telephone.';
COMMENT ON COLUMN creances.debiteur.adresse IS 'Adresse postale.';
COMMENT ON COLUMN creances.debiteur.segment IS 'Segment de clientele.';
COMMENT ON COLUMN creances.debiteur.siren IS 'Numero SIREN.';
COMMENT ON COLUMN creances.debiteur.details IS 'Colonnes de l''utilisateur.';

-- What the ERP's own table of customers says; debiteur takes it from here, also
-- for a customer whose first invoice comes later.
CREATE TABLE creances.client (
	suivi		regclass NOT NULL,
	cle			text NOT NULL,
	creancier	text,
	debiteur	text NOT NULL,
	champs		text[] NOT NULL,
	nom			text,
	type		text,
	langue		text,
	zone		text,
	courriel	text,
	telephone	text,
	adresse		text,
	segment		text,
	siren		text,
	PRIMARY KEY (suivi, cle)
);
CREATE INDEX client_debiteur ON creances.client (debiteur);
COMMENT ON TABLE creances.client IS 'Fiches des clients, telles que les tient la table suivie par suivre_clients(). Ecrite par rafraichir() seulement ; debiteur en recoit les champs.';
COMMENT ON COLUMN creances.client.suivi IS 'Table suivie.';
COMMENT ON COLUMN creances.client.cle IS 'Cle de la ligne dans cette table.';
COMMENT ON COLUMN creances.client.creancier IS 'Societe creanciere ; NULL : le client de toutes.';
COMMENT ON COLUMN creances.client.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.client.champs IS 'Champs que donne la correspondance : les autres restent tels que l''utilisateur les a mis.';
COMMENT ON COLUMN creances.client.nom IS 'Nom ou raison sociale.';
COMMENT ON COLUMN creances.client.type IS 'professionnel, public ou consommateur.';
COMMENT ON COLUMN creances.client.langue IS 'Langue des messages.';
COMMENT ON COLUMN creances.client.zone IS 'Zone des jours feries.';
COMMENT ON COLUMN creances.client.courriel IS 'Adresse de courriel.';
COMMENT ON COLUMN creances.client.telephone IS 'Numero de telephone.';
COMMENT ON COLUMN creances.client.adresse IS 'Adresse postale.';
COMMENT ON COLUMN creances.client.segment IS 'Segment de clientele.';
COMMENT ON COLUMN creances.client.siren IS 'Numero SIREN.';

CREATE TABLE creances.creance (
	creancier	text NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	debiteur	text NOT NULL,
	nature		text NOT NULL,
	emission	date,
	livraison	date,
	nee_le		date NOT NULL,
	echeance	date NOT NULL,
	montant		numeric NOT NULL,
	devise		text NOT NULL,
	solde		numeric NOT NULL,
	soldee_le	date,
	versions	integer NOT NULL DEFAULT 0,
	version_le	date,
	retiree_le	date,
	retiree_motif text,
	reprise_le	date,
	reprise		text CHECK (reprise IN ('progressive', 'directe')),
	suivi		regclass NOT NULL,
	cle			text NOT NULL,
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, facture, rang)
);
-- access paths: the ERP's key; a debtor's items, and those still open; what was closed after a past date, what left
CREATE INDEX creance_suivi ON creances.creance (suivi, cle);
CREATE INDEX creance_debiteur ON creances.creance (creancier, debiteur);
CREATE INDEX creance_ouverte ON creances.creance (creancier, debiteur, devise, echeance) WHERE solde <> 0;
CREATE INDEX creance_credit ON creances.creance (creancier, debiteur) WHERE solde < 0 OR nature = 'acompte' AND solde <> 0;
CREATE INDEX creance_retiree ON creances.creance (creancier, facture, rang) WHERE retiree_le IS NOT NULL;
CREATE INDEX creance_soldee ON creances.creance (soldee_le) WHERE soldee_le IS NOT NULL;

COMMENT ON TABLE creances.creance IS 'Somme due a une echeance : une facture, ou une de ses echeances. Ecrite par rafraichir() seulement.';
COMMENT ON COLUMN creances.creance.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.creance.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.creance.rang IS 'Rang de l''echeance dans la facture, 1 si elle est unique.';
COMMENT ON COLUMN creances.creance.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.creance.nature IS 'Nature de la piece : facture, avoir, acompte...';
COMMENT ON COLUMN creances.creance.emission IS 'Date de la facture.';
COMMENT ON COLUMN creances.creance.livraison IS 'Date de livraison ou d''execution, si l''ERP la donne : depart de la prescription et de certains delais legaux, et date de naissance de la creance (C. com. L622-17).';
COMMENT ON COLUMN creances.creance.nee_le IS 'Jour depuis lequel elle compte dans les balances : l''emission, a defaut le jour ou elle a ete connue (l''echeance si elle est plus ancienne).';
COMMENT ON COLUMN creances.creance.echeance IS 'Date de reglement figurant sur la facture ; le retard court du lendemain.';
COMMENT ON COLUMN creances.creance.montant IS 'Montant TTC, negatif pour un avoir.';
COMMENT ON COLUMN creances.creance.devise IS 'Code ISO 4217.';
COMMENT ON COLUMN creances.creance.solde IS 'Reste du aujourd''hui : montant moins les mouvements connus ; 0 si retiree.';
COMMENT ON COLUMN creances.creance.soldee_le IS 'Date du dernier fait qui l''a soldee ; NULL tant qu''elle est ouverte.';
COMMENT ON COLUMN creances.creance.versions IS 'Nombre de changements dates (creance_version).';
COMMENT ON COLUMN creances.creance.version_le IS 'Date du dernier changement.';
COMMENT ON COLUMN creances.creance.retiree_le IS 'Date a laquelle elle a quitte le suivi.';
COMMENT ON COLUMN creances.creance.retiree_motif IS 'Pourquoi : supprimee, hors du filtre, renumerotee, suivi cesse.';
COMMENT ON COLUMN creances.creance.reprise_le IS 'Jour de la reprise, pour une creance qui existait avant le suivi : rien n''est relance avant.';
COMMENT ON COLUMN creances.creance.reprise IS 'progressive : elle commence a la premiere etape ; directe : elle prend le stade de son age, sans envoi.';
COMMENT ON COLUMN creances.creance.suivi IS 'Table suivie dont elle vient.';
COMMENT ON COLUMN creances.creance.cle IS 'Cle de sa ligne dans cette table.';
COMMENT ON COLUMN creances.creance.details IS 'Colonnes de l''utilisateur.';

CREATE TABLE creances.creance_version (
	creancier	text NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	version		integer NOT NULL,
	jusque		date NOT NULL,
	debiteur	text NOT NULL,
	nee_le		date NOT NULL,
	emission	date,
	echeance	date NOT NULL,
	montant		numeric NOT NULL,
	devise		text NOT NULL,
	retiree		boolean NOT NULL,
	motif		text NOT NULL,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (creancier, facture, rang, version)
);
COMMENT ON TABLE creances.creance_version IS
'Ce qu''etait une creance avant chaque changement : l''etat qui valait jusqu''a la veille de "jusque". Le passe n''est jamais reecrit.';
COMMENT ON COLUMN creances.creance_version.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.creance_version.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.creance_version.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.creance_version.version IS 'Numero du changement, depuis 1, pris sous le verrou de la creance.';
COMMENT ON COLUMN creances.creance_version.jusque IS 'Date du changement : cet etat valait avant ce jour.';
COMMENT ON COLUMN creances.creance_version.debiteur IS 'Debiteur d''alors.';
COMMENT ON COLUMN creances.creance_version.nee_le IS 'Prise en compte d''alors.';
COMMENT ON COLUMN creances.creance_version.emission IS 'Emission d''alors.';
COMMENT ON COLUMN creances.creance_version.echeance IS 'Echeance d''alors.';
COMMENT ON COLUMN creances.creance_version.montant IS 'Montant d''alors.';
COMMENT ON COLUMN creances.creance_version.devise IS 'Devise d''alors.';
COMMENT ON COLUMN creances.creance_version.retiree IS 'La creance etait hors du suivi.';
COMMENT ON COLUMN creances.creance_version.motif IS 'Ce qui a change.';
COMMENT ON COLUMN creances.creance_version.connu_le IS 'Instant de l''enregistrement.';

CREATE TABLE creances.reglement (
	creancier	text NOT NULL,
	reglement	text NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	le			date NOT NULL CHECK (le BETWEEN '1900-01-01' AND '2999-12-31'),
	montant		numeric NOT NULL CHECK (montant <> 0 AND abs(montant) < 1e16 AND montant = round(montant, 6)),
	nature		text NOT NULL DEFAULT 'paiement',
	reprise		boolean NOT NULL DEFAULT false,
	suivi		regclass,
	cle			text,
	reference	text,
	paiement	text,
	dit_le		date,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, reglement),
	CHECK ((suivi IS NULL) = (cle IS NULL))
);
CREATE INDEX reglement_suivi ON creances.reglement (suivi, cle) WHERE suivi IS NOT NULL;
CREATE INDEX reglement_paiement ON creances.reglement (paiement) WHERE paiement IS NOT NULL;
CREATE INDEX reglement_creance ON creances.reglement (creancier, facture, rang, le) INCLUDE (montant);
CREATE INDEX reglement_le ON creances.reglement (le);
COMMENT ON TABLE creances.reglement IS
'Mouvement date d''une creance : positif s''il diminue ce qui est du, negatif s''il l''augmente (paiement rejete). Ecrit par rafraichir() seulement.';
COMMENT ON COLUMN creances.reglement.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.reglement.reglement IS 'Cle deterministe : facture:rang:numero, ou :reglement:numero s''il vient d''une table de reglements ; le numero est pris sous le verrou de la creance.';
COMMENT ON COLUMN creances.reglement.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.reglement.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.reglement.le IS 'Date du mouvement : celle que donne l''ERP, sinon le jour ou il a ete vu.';
COMMENT ON COLUMN creances.reglement.montant IS 'Montant, dans la devise de la creance.';
COMMENT ON COLUMN creances.reglement.nature IS 'paiement, annulation (baisse du montant regle), avoir, acompte, perte ou correction.';
COMMENT ON COLUMN creances.reglement.reprise IS 'Mouvement d''ouverture : ce qui etait deja regle quand la table a ete suivie.';
COMMENT ON COLUMN creances.reglement.suivi IS 'Table suivie (reglements, avoirs lies) dont il vient ; NULL : de la colonne reglee de la facture.';
COMMENT ON COLUMN creances.reglement.cle IS 'Cle de sa ligne dans cette table.';
COMMENT ON COLUMN creances.reglement.reference IS 'Numero du reglement ou de l''avoir dans l''ERP.';
COMMENT ON COLUMN creances.reglement.paiement IS 'Cle du paiement dont cette ligne est une imputation, s''il a sa propre table.';
COMMENT ON COLUMN creances.reglement.dit_le IS 'Date que l''ERP donnait a la ligne quand ce mouvement a ete ecrit.';
COMMENT ON COLUMN creances.reglement.connu_le IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.reglement.details IS 'Colonnes de l''utilisateur.';

CREATE TABLE creances.ligne_refusee (
	suivi		regclass NOT NULL,
	cle			text NOT NULL,
	code		text NOT NULL,
	motif		text NOT NULL,
	attend		text,
	creancier	text,
	facture		text,
	debiteur	text,
	depuis		timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (suivi, cle)
);
CREATE INDEX ligne_refusee_attend ON creances.ligne_refusee (attend) WHERE attend IS NOT NULL;
COMMENT ON TABLE creances.ligne_refusee IS
'Ligne de l''ERP qui n''a pas pu etre suivie, et pourquoi. Rien n''est reclame sur cette cle tant qu''elle y figure ; elle en sort quand la ligne est reparee.';
COMMENT ON COLUMN creances.ligne_refusee.suivi IS 'Table suivie.';
COMMENT ON COLUMN creances.ligne_refusee.cle IS 'Cle de la ligne.';
COMMENT ON COLUMN creances.ligne_refusee.code IS 'facture (absente, ou pas encore suivie pour un reglement), debiteur, creancier, montant, regle, echeance, date, nature, devise, rang, doublon, type, langue, zone (d''un client), valeur (expression en erreur) ou lecture (table illisible : relue a chaque rafraichissement).';
COMMENT ON COLUMN creances.ligne_refusee.motif IS 'Explication.';
COMMENT ON COLUMN creances.ligne_refusee.attend IS 'Cle, dans sa table, de la facture que ce reglement attend : il est relu quand elle arrive.';
COMMENT ON COLUMN creances.ligne_refusee.creancier IS 'Creancier de la facture ou du client que cette ligne retient.';
COMMENT ON COLUMN creances.ligne_refusee.facture IS 'Facture que ce reglement paierait, ou dont cette ligne porte le numero : elle n''est pas reclamee.';
COMMENT ON COLUMN creances.ligne_refusee.debiteur IS 'Client de ce reglement ou de cet avoir : rien ne lui est reclame tant que la ligne n''est pas suivie.';
COMMENT ON COLUMN creances.ligne_refusee.depuis IS 'Instant de la constatation.';

CREATE TABLE creances.a_decider (
	creancier	text NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL
);
COMMENT ON TABLE creances.a_decider IS
'Creances dont un fait a change depuis la derniere passe ; ajoutees par rafraichir(), consommees par passe_relance().';
COMMENT ON COLUMN creances.a_decider.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.a_decider.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.a_decider.rang IS 'Rang de l''echeance.';

-- All of it is the user's data: dumped whole.
SELECT pg_catalog.pg_extension_config_dump('creances.a_revoir', '');
SELECT pg_catalog.pg_extension_config_dump('creances.creancier', '');
SELECT pg_catalog.pg_extension_config_dump('creances.debiteur', '');
SELECT pg_catalog.pg_extension_config_dump('creances.client', '');
SELECT pg_catalog.pg_extension_config_dump('creances.creance', '');
SELECT pg_catalog.pg_extension_config_dump('creances.creance_version', '');
SELECT pg_catalog.pg_extension_config_dump('creances.reglement', '');
SELECT pg_catalog.pg_extension_config_dump('creances.ligne_refusee', '');
SELECT pg_catalog.pg_extension_config_dump('creances.a_decider', '');

CREATE FUNCTION creances.aujourdhui(creancier text DEFAULT NULL) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT (now() AT TIME ZONE coalesce((SELECT c.fuseau FROM creances.creancier c
										  WHERE c.creancier = aujourdhui.creancier),
										'Europe/Paris'))::date;
END;
COMMENT ON FUNCTION creances.aujourdhui(text) IS
'Date du jour du creancier : Europe/Paris, sauf si la ligne du creancier nomme un autre fuseau. Ne depend pas du fuseau de la session.';

CREATE FUNCTION creances._verifier_au(au date) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF au IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la date d''arrêté ne peut pas être NULL', HINT = 'Omettez-la pour la date du jour.';
	END IF;
	IF NOT isfinite(au) OR au > date '9999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = CASE WHEN isfinite(au) THEN 'la date d''arrêté est au-delà de 9999' ELSE 'la date d''arrêté ne peut pas être infinie' END,
			HINT = 'Omettez-la pour la date du jour.';
	END IF;
	RETURN au;
END $$;
COMMENT ON FUNCTION creances._verifier_au(date) IS 'Refuse une date d''arrete NULL ou infinie.';

-- Rows that the extension ships are replaced by upgrades: users add theirs
-- beside them. Attached after the shipped rows; a second firing is harmless.
CREATE FUNCTION creances._livrees() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF TG_OP <> 'INSERT' AND OLD.origine = 'creances' OR TG_OP <> 'DELETE' AND NEW.origine = 'creances' THEN
		RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('les lignes livrées de creances.%s ne se modifient pas', TG_TABLE_NAME),
			HINT = 'Ajoutez une ligne d''origine utilisateur : elle l''emporte sur celle de même code.';
	END IF;
	RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
COMMENT ON FUNCTION creances._livrees() IS 'Declencheur : les lignes livrees par l''extension ne se modifient pas.';
