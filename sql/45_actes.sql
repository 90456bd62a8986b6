-- What people know and no invoice tells: what was agreed (convention) and what
-- happened (acte). Dated, with author and reason; amounts follow from them, and
-- a change of one never rewrites what was due before its date.

CREATE TABLE creances.convention (
	creancier	text NOT NULL,
	debiteur	text NOT NULL DEFAULT '',
	depuis		date NOT NULL CHECK (depuis BETWEEN '1900-01-01' AND '2999-12-31'),
	taux		creances.taux_retard NOT NULL DEFAULT 'BCE+10',
	base		text NOT NULL DEFAULT '365' CHECK (base IN ('365', 'actuel', '360')),
	delai		text NOT NULL DEFAULT '60 jours',
	prescription text,
	indemnite	text NOT NULL DEFAULT 'facture' CHECK (indemnite IN ('facture', 'echeance')),
	source		text NOT NULL CHECK (source <> ''),
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, debiteur, depuis)
);
COMMENT ON TABLE creances.convention IS
'Ce qui est convenu, date : conditions generales du creancier (debiteur vide) ou contrat avec un client, qui l''emporte des sa date. Ecrite par convenir(). Sans ligne : BCE+10, base 365, 60 jours.';
COMMENT ON COLUMN creances.convention.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.convention.debiteur IS 'Client ; vide : tous ceux qui n''ont pas leur propre ligne.';
COMMENT ON COLUMN creances.convention.depuis IS 'Premier jour ou elle vaut.';
COMMENT ON COLUMN creances.convention.taux IS 'Taux des penalites envers un professionnel, pour les jours de retard depuis cette date (C. com. L441-10 II). Sous le plancher : min(plancher, BCE+10).';
COMMENT ON COLUMN creances.convention.base IS 'Base de calcul, pour les factures emises depuis cette date : 365, actuel ou 360.';
COMMENT ON COLUMN creances.convention.delai IS 'Regime du delai de paiement, pour les factures emises depuis cette date (voir echeance_legale).';
COMMENT ON COLUMN creances.convention.prescription IS 'Nature de la prescription ; NULL : celle du type de debiteur.';
COMMENT ON COLUMN creances.convention.indemnite IS 'Indemnite forfaitaire due une fois par facture, ou par echeance (CJUE C-370/21 : prestations periodiques).';
COMMENT ON COLUMN creances.convention.source IS 'Ou cela est ecrit : CGV du..., contrat n°...';
COMMENT ON COLUMN creances.convention.auteur IS 'Role qui l''a enregistree.';
COMMENT ON COLUMN creances.convention.connu_le IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.convention.details IS 'Colonnes de l''utilisateur.';

CREATE TABLE creances.acte (
	creancier	text NOT NULL,
	acte		uuid NOT NULL,
	genre		text NOT NULL CHECK (genre IN (
					'mise_en_demeure', 'remise', 'frais', 'procedure_collective', 'delai_de_grace', 'litige', 'condamnation',
					'titre_executoire', 'capitalisation', 'reconnaissance', 'demande_en_justice', 'execution_forcee',
					'declaration_creance', 'ordonnance_injonction', 'injonction_signifiee', 'opposition', 'mediation', 'impossibilite',
					'declaration_assureur', 'remise_assureur',
					'suspension', 'promesse', 'plan', 'rejet', 'encaissement')),
	debiteur	text NOT NULL CHECK (debiteur <> ''),
	facture		text NOT NULL DEFAULT '',
	rang		integer NOT NULL DEFAULT 0 CHECK (rang >= 0),
	le			date NOT NULL CHECK (le BETWEEN '1900-01-01' AND '2999-12-31'),
	jusque		date CHECK (jusque BETWEEN le AND '2999-12-31'),
	poste		text CHECK (poste IN ('penalites', 'indemnite', 'frais')),
	montant		numeric CHECK (montant > 0 AND montant < 1e15 AND montant = round(montant, 6)),
	taux		creances.taux_retard,
	reference	text NOT NULL DEFAULT '',
	motif		text NOT NULL CHECK (motif <> ''),
	certain		boolean NOT NULL DEFAULT true,
	cause		text CHECK (cause IN ('prix', 'quantite', 'qualite', 'livraison', 'doublon', 'reglee', 'administratif', 'autre')),
	issue		text CHECK (issue IN ('fonde', 'partiel', 'non_fonde', 'retire', 'regularise')),
	admis		numeric CHECK (admis > 0 AND admis < 1e15 AND admis = round(admis, 6)),
	cloture		timestamptz,
	publie_le	date CHECK (publie_le BETWEEN le AND '2999-12-31'),
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	annule_le	date CHECK (annule_le >= le),
	annule_par	name,
	annule_motif text,
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, acte)
);
-- an invoice's own acts whoever owes it now, and those of all of a debtor's
CREATE INDEX acte_facture ON creances.acte (creancier, facture, debiteur);
CREATE INDEX acte_id ON creances.acte (acte);
COMMENT ON TABLE creances.acte IS
'Fait date qui change ce qui peut etre reclame, ou jusqu''a quand : jugement, remise, frais, mise en demeure, reconnaissance... Ecrit par consigner(), clos par clore_acte(), annule par annuler_acte() ; jamais efface.';
COMMENT ON COLUMN creances.acte.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.acte.acte IS 'Identifiant, calcule de ce qui designe l''acte : le meme ne s''ecrit pas deux fois.';
COMMENT ON COLUMN creances.acte.genre IS 'mise_en_demeure (C. civ. 1344), remise, frais (C. com. L441-10 II), procedure_collective (L622-28), delai_de_grace (C. civ. 1343-5), litige, condamnation, titre_executoire (CMF L313-3), capitalisation (C. civ. 1343-2), reconnaissance (2240), demande_en_justice (2241), execution_forcee (2244), declaration_creance (C. com. L622-25-1), ordonnance_injonction (CPC 1409), injonction_signifiee (1411), opposition (1415), declaration_assureur et remise_assureur (police, voir assurer()), mediation (C. civ. 2238), impossibilite (2234), suspension (a la main), promesse, plan, rejet (statut 213 : la facture n''a jamais atteint l''acheteur), encaissement (statut 212).';
COMMENT ON COLUMN creances.acte.debiteur IS 'Client.';
COMMENT ON COLUMN creances.acte.facture IS 'Facture ; vide : toutes celles du client.';
COMMENT ON COLUMN creances.acte.rang IS 'Rang de l''echeance ; 0 : tous.';
COMMENT ON COLUMN creances.acte.le IS 'Date du fait : reception de la mise en demeure, jugement, signification, depart de la capitalisation...';
COMMENT ON COLUMN creances.acte.jusque IS 'Dernier jour du fait, s''il dure : fin du delai de grace, du litige, de l''instance, de la mediation.';
COMMENT ON COLUMN creances.acte.poste IS 'Remise : penalites, indemnite ou frais.';
COMMENT ON COLUMN creances.acte.montant IS 'Remise (NULL : tout ce qui est du ce jour-la), part contestee d''un litige (NULL : toute la creance), encaissement annonce ou frais, dans la devise de la facture ; en EUR pour l''indemnite forfaitaire.';
COMMENT ON COLUMN creances.acte.taux IS 'Condamnation : taux fixe par le jugement.';
COMMENT ON COLUMN creances.acte.reference IS 'Numero de role, de facture de frais, de recommande...';
COMMENT ON COLUMN creances.acte.motif IS 'Pourquoi, en clair.';
COMMENT ON COLUMN creances.acte.certain IS 'Faux : effet possible seulement, montre a part (reconnaissance non ecrite...).';
COMMENT ON COLUMN creances.acte.cause IS 'Litige : prix, quantite, qualite, livraison, doublon, reglee, administratif ou autre.';
COMMENT ON COLUMN creances.acte.issue IS 'Litige clos : fonde ou partiel (un avoir est attendu : cette part n''est pas reclamee), non_fonde, retire, regularise (l''avoir est passe).';
COMMENT ON COLUMN creances.acte.admis IS 'Part du litige reconnue fondee ; NULL avec l''issue fonde : toute la creance.';
COMMENT ON COLUMN creances.acte.cloture IS 'Instant de la cloture : un avoir connu depuis reduit la part admise.';
COMMENT ON COLUMN creances.acte.publie_le IS 'Procedure collective : publication au BODACC, dont court le delai de declaration (C. com. R622-24).';
COMMENT ON COLUMN creances.acte.auteur IS 'Role qui l''a consigne.';
COMMENT ON COLUMN creances.acte.connu_le IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.acte.annule_le IS 'Jour depuis lequel il ne compte plus.';
COMMENT ON COLUMN creances.acte.annule_par IS 'Role qui l''a annule.';
COMMENT ON COLUMN creances.acte.annule_motif IS 'Pourquoi il est annule.';
COMMENT ON COLUMN creances.acte.details IS 'Colonnes de l''utilisateur.';

SELECT pg_catalog.pg_extension_config_dump('creances.convention', '');
SELECT pg_catalog.pg_extension_config_dump('creances.acte', '');

-- ------------------------------------------------------------- writing them

CREATE FUNCTION creances._verifier_fait(le date, quoi text, motif text) RETURNS void
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
BEGIN
	IF le IS NULL OR coalesce(btrim(motif), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = format('%s demande une date et un motif', quoi),
			HINT = 'Le motif dit d''où cela vient, en clair : il figure au décompte.';
	END IF;
	IF le NOT BETWEEN '1900-01-01' AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('date hors de 1900 à 2999 : %s', le),
			HINT = 'Donnez la date du fait.';
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_fait(date, text, text) IS 'Refuse un fait sans date ou sans motif.';

CREATE FUNCTION creances.convenir(
	creancier text,
	depuis date,
	taux creances.taux_retard DEFAULT 'BCE+10',
	debiteur text DEFAULT NULL,
	base text DEFAULT '365',
	delai text DEFAULT '60 jours',
	prescription text DEFAULT NULL,
	indemnite text DEFAULT 'facture',
	source text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := convenir.creancier;
	p_debiteur CONSTANT text := coalesce(convenir.debiteur, '');
	p_depuis CONSTANT date := convenir.depuis;
	n creances.convention;
BEGIN
	PERFORM creances._verifier_fait(p_depuis, 'une convention', convenir.source);
	IF convenir.taux IS NULL OR convenir.base IS NULL OR convenir.delai IS NULL OR convenir.indemnite IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le taux, la base, le délai et l''indemnité ne peuvent pas être NULL',
			HINT = 'Omettez ce qui n''est pas convenu : la règle légale s''applique.';
	END IF;
	IF NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = p_creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', coalesce(p_creancier, 'NULL')),
			HINT = 'Les créanciers sont dans creances.creancier ; le premier est écrit par suivre_factures().';
	END IF;
	IF p_debiteur <> '' AND NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = p_creancier AND d.debiteur = p_debiteur) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('débiteur inconnu : %s', p_debiteur),
			HINT = 'Les débiteurs sont dans creances.debiteur ; omettez-le pour les conditions générales du créancier.';
	END IF;
	IF convenir.base NOT IN ('365', 'actuel', '360') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('base de calcul inconnue : « %s »', convenir.base),
			HINT = 'Bases connues : ''365'' (par défaut), ''actuel'', ''360''.';
	END IF;
	IF convenir.indemnite NOT IN ('facture', 'echeance') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('indemnité inconnue : « %s »', convenir.indemnite),
			HINT = 'Elle est due une fois par ''facture'' (par défaut) ou par ''echeance''.';
	END IF;
	-- refuse what their own rooms do not know
	PERFORM creances.echeance_legale(date '2026-01-01', convenir.delai);
	PERFORM creances.prescription(date '2026-01-01', convenir.prescription);

	INSERT INTO creances.convention AS c (creancier, debiteur, depuis, taux, base, delai, prescription, indemnite, source)
	VALUES (p_creancier, p_debiteur, p_depuis, convenir.taux, convenir.base, convenir.delai, convenir.prescription,
			convenir.indemnite, convenir.source)
	ON CONFLICT (creancier, debiteur, depuis) DO UPDATE
	   SET taux = excluded.taux, base = excluded.base, delai = excluded.delai, prescription = excluded.prescription,
		   indemnite = excluded.indemnite, source = excluded.source, auteur = excluded.auteur, connu_le = excluded.connu_le
	RETURNING * INTO n;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	VALUES (p_creancier, 'convention', p_depuis, nullif(p_debiteur, ''), to_jsonb(n) - 'details');
END $$;
COMMENT ON FUNCTION creances.convenir(text, date, creances.taux_retard, text, text, text, text, text, text) IS
'Enregistre ce qui est convenu depuis une date, pour tous les clients d''un creancier ou pour un seul : taux stipule, base, delai de paiement, prescription, indemnite par facture ou par echeance. La source est obligatoire. Un second appel a la meme date remplace le premier, et l''histoire (evenement) garde les deux.';

-- Genres of acts that last, until a day or until they are closed.
CREATE FUNCTION creances._genres_qui_durent() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT ARRAY['procedure_collective', 'delai_de_grace', 'litige', 'demande_en_justice', 'declaration_creance', 'mediation',
				 'impossibilite', 'suspension', 'promesse', 'plan', 'rejet'];
END;
COMMENT ON FUNCTION creances._genres_qui_durent() IS 'Genres d''actes qui durent.';

-- What an act may hold, or let go, is decided again by the next pass.
CREATE FUNCTION creances._a_reconsiderer(a creances.acte) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	INSERT INTO creances.a_decider (creancier, facture, rang)
	SELECT c.creancier, c.facture, c.rang FROM creances.creance c
	 WHERE a.facture = '' AND c.creancier = a.creancier AND c.debiteur = a.debiteur AND c.solde > 0
	UNION ALL
	SELECT c.creancier, c.facture, c.rang FROM creances.creance c
	 WHERE a.facture <> '' AND c.creancier = a.creancier AND c.facture = a.facture AND a.rang IN (0, c.rang) AND c.solde > 0;
END;
COMMENT ON FUNCTION creances._a_reconsiderer(creances.acte) IS 'La prochaine passe decide de nouveau de ce que vise un acte.';

-- Write an act, its debtor being locked.
CREATE FUNCTION creances._inscrire(n creances.acte) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
BEGIN
	n.acte := md5(concat_ws(chr(31), n.creancier, n.debiteur, n.genre, n.facture, n.rang, to_char(n.le, 'YYYY-MM-DD'), n.poste, n.reference))::uuid;
	INSERT INTO creances.acte (creancier, acte, genre, debiteur, facture, rang, le, jusque, poste, montant, taux, reference, motif, certain, cause,
							   publie_le, details)
	VALUES (n.creancier, n.acte, n.genre, n.debiteur, n.facture, n.rang, n.le, n.jusque, n.poste, n.montant, n.taux, n.reference,
			n.motif, n.certain, n.cause, n.publie_le, n.details)
	ON CONFLICT DO NOTHING;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('cet acte (%s du %s) est déjà consigné', n.genre, n.le),
			DETAIL = format('Acte %s.', n.acte),
			HINT = 'Si c''en est un autre, distinguez-le par reference => ...';
	END IF;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (n.creancier, 'acte', n.le, n.debiteur, nullif(n.facture, ''), nullif(n.rang, 0),
			jsonb_strip_nulls(jsonb_build_object('acte', n.acte, 'genre', n.genre, 'jusque', n.jusque, 'poste', n.poste, 'montant', n.montant,
												 'taux', n.taux::text, 'cause', n.cause, 'publie_le', n.publie_le,
												 'reference', nullif(n.reference, ''), 'motif', n.motif)));
	PERFORM creances._a_reconsiderer(n);
	RETURN n.acte;
END $$;
COMMENT ON FUNCTION creances._inscrire(creances.acte) IS 'Ecrit un acte dont le debiteur est verrouille ; 23505 s''il l''est deja.';

CREATE FUNCTION creances.consigner(
	creancier text,
	debiteur text,
	genre text,
	le date,
	motif text,
	facture text DEFAULT NULL,
	rang integer DEFAULT NULL,
	jusque date DEFAULT NULL,
	montant numeric DEFAULT NULL,
	poste text DEFAULT NULL,
	taux creances.taux_retard DEFAULT NULL,
	reference text DEFAULT '',
	certain boolean DEFAULT NULL,
	details jsonb DEFAULT '{}',
	cause text DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_column
DECLARE
	genres CONSTANT text[] := ARRAY['mise_en_demeure', 'remise', 'frais', 'procedure_collective', 'delai_de_grace', 'litige',
		'condamnation', 'titre_executoire', 'capitalisation', 'reconnaissance', 'demande_en_justice', 'execution_forcee',
		'declaration_creance', 'ordonnance_injonction', 'injonction_signifiee', 'opposition', 'declaration_assureur', 'remise_assureur',
		'mediation', 'impossibilite', 'suspension', 'rejet', 'encaissement'];
	p_genre CONSTANT text := consigner.genre;
	d creances.debiteur;
	particulier boolean;
	n creances.acte;
BEGIN
	IF p_genre IS NULL OR p_genre <> ALL (genres) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('genre d''acte inconnu : %s', coalesce(p_genre, 'NULL')),
			HINT = CASE WHEN p_genre IN ('promesse', 'plan') THEN 'Une promesse se note par promettre(), un plan par accorder_plan().'
						ELSE format('Les genres sont : %s.', array_to_string(genres, ', ')) END;
	END IF;
	PERFORM creances._verifier_fait(consigner.le, 'un acte', consigner.motif);
	-- the debtor is locked: a taking of his reminders ends first, or sees the act
	SELECT x.* INTO d FROM creances.debiteur x
	 WHERE x.creancier = consigner.creancier AND x.debiteur = consigner.debiteur FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('débiteur inconnu : %s/%s', coalesce(consigner.creancier, 'NULL'), coalesce(consigner.debiteur, 'NULL')),
			HINT = 'Les débiteurs sont dans creances.debiteur.';
	END IF;
	particulier := d.type = 'consommateur'
		OR (SELECT c.type FROM creances.creancier c WHERE c.creancier = d.creancier) = 'particulier';

	n.creancier := d.creancier;
	n.debiteur := d.debiteur;
	n.genre := p_genre;
	n.facture := coalesce(consigner.facture, '');
	n.rang := coalesce(consigner.rang, 0);
	n.le := consigner.le;
	n.jusque := consigner.jusque;
	n.poste := consigner.poste;
	n.montant := consigner.montant;
	n.taux := consigner.taux;
	n.reference := coalesce(consigner.reference, '');
	n.motif := btrim(consigner.motif);
	n.certain := coalesce(consigner.certain, p_genre <> 'reconnaissance');
	n.details := coalesce(consigner.details, '{}');
	n.cause := CASE p_genre WHEN 'litige' THEN coalesce(consigner.cause, 'autre') ELSE consigner.cause END;

	IF n.cause IS NOT NULL
	   AND (p_genre <> 'litige' OR n.cause NOT IN ('prix', 'quantite', 'qualite', 'livraison', 'doublon', 'reglee', 'administratif', 'autre')) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('cause inattendue pour un acte de genre %s : %s', p_genre, n.cause),
			HINT = 'Un litige a pour cause prix, quantite, qualite, livraison, doublon, reglee, administratif ou autre ; les autres actes n''en ont pas.';
	END IF;
	IF n.rang < 0 OR n.rang <> 0 AND n.facture = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('le rang %s ne désigne rien', consigner.rang),
			HINT = 'Donnez la facture et son rang, ou la facture seule, ou ni l''un ni l''autre pour toutes celles du débiteur.';
	END IF;
	IF n.facture <> '' AND NOT EXISTS (SELECT FROM creances.creance c
										WHERE c.creancier = n.creancier AND c.facture = n.facture AND c.debiteur = n.debiteur
										  AND (n.rang = 0 OR c.rang = n.rang)) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('aucune créance %s/%s/%s du débiteur %s', n.creancier, n.facture, CASE WHEN n.rang = 0 THEN '*' ELSE n.rang::text END, n.debiteur),
			HINT = 'Les créances sont dans creances.creance.';
	END IF;
	-- an amount is one receivable's: it would be counted once for each
	IF n.montant IS NOT NULL AND n.facture <> '' AND n.rang = 0 THEN
		SELECT min(c.rang) INTO n.rang FROM creances.creance c
		 WHERE c.creancier = n.creancier AND c.facture = n.facture HAVING count(*) = 1;
	END IF;
	IF n.montant IS NOT NULL AND (n.facture = '' OR n.rang IS NULL OR n.rang = 0) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'un montant porte sur une seule créance',
			HINT = 'Donnez la facture, et le rang si elle a plusieurs échéances.';
	END IF;
	IF n.jusque IS NULL AND p_genre = 'delai_de_grace' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'un délai de grâce a une fin',
			HINT = 'Donnez jusque => ..., le dernier jour accordé par le juge (C. civ. 1343-5).';
	END IF;
	IF n.jusque IS NOT NULL AND p_genre <> ALL (creances._genres_qui_durent()) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('un acte de genre %s n''a pas de fin', p_genre),
			HINT = 'Omettez jusque.';
	END IF;
	IF n.jusque NOT BETWEEN n.le AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un acte du %s ne finit pas le %s', n.le, n.jusque),
			HINT = 'La fin est un jour de 1900 à 2999, au plus tôt celui de l''acte.';
	END IF;
	IF p_genre = 'delai_de_grace' AND n.jusque > n.le + interval '2 years' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'un délai de grâce ne dépasse pas deux ans',
			HINT = 'Voyez C. civ. 1343-5, et la date de fin que fixe la décision.';
	END IF;
	IF n.montant IS NOT NULL AND (p_genre NOT IN ('remise', 'frais', 'litige', 'encaissement')
								  OR n.montant IN ('NaN', 'Infinity', '-Infinity') OR n.montant <= 0 OR n.montant >= 1e15
								  OR n.montant <> round(n.montant, 6))
	   OR n.montant IS NULL AND p_genre IN ('frais', 'encaissement') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('montant inattendu pour un acte de genre %s : %s', p_genre, coalesce(n.montant::text, 'NULL')),
			HINT = 'Des frais et un encaissement ont un montant positif, une remise et un litige aussi ou aucun (le tout) ; les autres actes n''en ont pas.';
	END IF;
	IF (n.poste IS NOT NULL) <> (p_genre = 'remise') OR n.poste NOT IN ('penalites', 'indemnite', 'frais') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('poste inattendu pour un acte de genre %s : %s', p_genre, coalesce(n.poste, 'NULL')),
			HINT = 'Une remise porte sur penalites, indemnite ou frais ; le principal se réduit par un avoir dans l''ERP.';
	END IF;
	IF (n.taux IS NOT NULL) <> (p_genre = 'condamnation') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('taux inattendu pour un acte de genre %s', p_genre),
			HINT = 'Une condamnation a le taux que fixe le jugement, ''TIL'' le plus souvent ; les autres actes n''en ont pas.';
	END IF;
	-- CPCE L111-8: without a title, recovery costs stay with the creditor
	IF p_genre = 'frais' AND particulier
	   AND NOT EXISTS (SELECT FROM creances.acte a WHERE a.creancier = n.creancier AND a.debiteur = n.debiteur
						 AND a.genre = 'titre_executoire' AND a.le <= n.le AND a.annule_le IS NULL AND a.facture IN ('', n.facture)) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC004', MESSAGE = 'sans titre exécutoire, les frais de recouvrement restent à la charge du créancier',
			DETAIL = 'CPCE L111-8, envers un consommateur.',
			HINT = 'Consignez d''abord le titre (genre titre_executoire), s''il y en a un.';
	END IF;
	IF p_genre = 'capitalisation' AND d.type = 'consommateur' THEN
		RAISE EXCEPTION USING ERRCODE = 'RC004', MESSAGE = 'pas de capitalisation des intérêts envers un consommateur',
			HINT = 'Voyez C. civ. 1343-2 et le guide, section 3.';
	END IF;
	-- what answers something comes after it
	IF p_genre = 'opposition'
	   AND NOT EXISTS (SELECT FROM creances.acte a WHERE a.creancier = n.creancier AND a.debiteur = n.debiteur
						 AND a.genre IN ('ordonnance_injonction', 'injonction_signifiee') AND a.le <= n.le AND a.annule_le IS NULL
						 AND ('' IN (a.facture, n.facture) OR a.facture = n.facture)) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('aucune injonction de payer à laquelle %s ait pu s''opposer le %s', n.debiteur, n.le),
			HINT = 'Consignez d''abord l''ordonnance (genre ordonnance_injonction) et sa signification (injonction_signifiee).';
	END IF;
	IF p_genre IN ('ordonnance_injonction', 'injonction_signifiee') AND n.details ->> 'eloignement' NOT IN ('0', '1', '2') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('éloignement inattendu : %s', n.details ->> 'eloignement'),
			HINT = 'Les mois qui s''ajoutent au délai d''opposition sont 0, 1 (outre-mer) ou 2 (étranger) : CPC 643 et 644.';
	END IF;
	IF p_genre IN ('declaration_assureur', 'remise_assureur')
	   AND NOT EXISTS (SELECT FROM creances.police_assurance p WHERE p.creancier = n.creancier AND p.debiteur IN ('', n.debiteur) AND p.depuis <= n.le) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('aucune police d''assurance ne couvre %s/%s le %s', n.creancier, n.debiteur, n.le),
			HINT = 'Enregistrez-la d''abord par creances.assurer().';
	END IF;

	RETURN creances._inscrire(n);
END $$;
COMMENT ON FUNCTION creances.consigner(text, text, text, date, text, text, integer, date, numeric, text, creances.taux_retard, text, boolean, jsonb, text) IS
'Consigne un fait date d''un client, pour toutes ses factures ou pour une seule, avec son motif : mise en demeure recue, remise, frais justifies, jugement d''ouverture, delai de grace, litige, condamnation, titre, capitalisation demandee, reconnaissance, demande en justice, ordonnance d''injonction, sa signification, opposition, declaration a l''assureur, remise du dossier... details : eloignement (mois de CPC 643 et 644) d''une injonction, ordonnance (acte) et personne (true ou false) d''une signification. Rend l''identifiant de l''acte.';

-- An act of this id, locked with its debtor.
CREATE FUNCTION creances._acte(acte uuid) RETURNS creances.acte
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
DECLARE
	a creances.acte;
BEGIN
	SELECT x.* INTO a FROM creances.acte x WHERE x.acte = _acte.acte;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucun acte %s', coalesce(acte::text, 'NULL')),
			HINT = 'Les actes sont dans creances.acte.';
	END IF;
	PERFORM FROM creances.debiteur d WHERE d.creancier = a.creancier AND d.debiteur = a.debiteur FOR NO KEY UPDATE;
	SELECT x.* INTO a FROM creances.acte x WHERE x.creancier = a.creancier AND x.acte = a.acte FOR NO KEY UPDATE;
	IF a.annule_le IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('l''acte %s est annulé depuis le %s', acte, a.annule_le),
			HINT = 'Consignez-en un autre, avec sa propre référence.';
	END IF;
	RETURN a;
END $$;
COMMENT ON FUNCTION creances._acte(uuid) IS 'Acte non annule, verrouille avec son debiteur.';

CREATE FUNCTION creances.clore_acte(acte uuid, jusque date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	a creances.acte := creances._acte(acte);
BEGIN
	IF a.genre <> ALL (creances._genres_qui_durent()) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('un acte de genre %s n''a pas de fin', a.genre),
			HINT = 'S''il est erroné, appelez annuler_acte().';
	END IF;
	IF jusque IS NULL OR jusque NOT BETWEEN a.le AND '2999-12-31'
	   OR a.genre = 'delai_de_grace' AND jusque > a.le + interval '2 years' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un acte du %s ne finit pas le %s', a.le, coalesce(jusque::text, 'NULL')),
			HINT = 'La fin est un jour de 1900 à 2999, au plus tôt celui de l''acte ; un délai de grâce ne dépasse pas deux ans (C. civ. 1343-5).';
	END IF;
	UPDATE creances.acte x SET jusque = clore_acte.jusque WHERE x.creancier = a.creancier AND x.acte = a.acte;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (a.creancier, 'acte_clos', jusque, a.debiteur, nullif(a.facture, ''), nullif(a.rang, 0),
			jsonb_strip_nulls(jsonb_build_object('acte', a.acte, 'genre', a.genre, 'avant', a.jusque)));
	PERFORM creances._a_reconsiderer(a);
END $$;
COMMENT ON FUNCTION creances.clore_acte(uuid, date) IS
'Donne son dernier jour a un acte qui dure : litige, instance, mediation, procedure collective, delai de grace.';

CREATE FUNCTION creances.annuler_acte(acte uuid, motif text, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	a creances.acte := creances._acte(acte);
BEGIN
	PERFORM creances._verifier_fait(le, 'l''annulation d''un acte', motif);
	IF le < a.le THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un acte du %s ne s''annule pas le %s', a.le, le),
			HINT = 'L''annulation vaut au plus tôt du jour de l''acte.';
	END IF;
	UPDATE creances.acte x SET annule_le = annuler_acte.le, annule_par = session_user, annule_motif = btrim(motif)
	 WHERE x.creancier = a.creancier AND x.acte = a.acte;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
	VALUES (a.creancier, 'acte_annule', le, a.debiteur, nullif(a.facture, ''), nullif(a.rang, 0),
			jsonb_build_object('acte', a.acte, 'genre', a.genre, 'motif', btrim(motif)));
	PERFORM creances._a_reconsiderer(a);
END $$;
COMMENT ON FUNCTION creances.annuler_acte(uuid, text, date) IS
'Annule un acte consigne par erreur, retire ou non avenu (C. civ. 2243) : depuis cette date il n''a jamais compte ; les montants arretes avant elle ne changent pas.';

-- The acts that concern a receivable, known on a day: its own, whoever owes it
-- now, and those of all of its debtor's. One that names no invoice is not about
-- a debt born after it; an insolvency and a dispute see to that themselves.
CREATE FUNCTION creances._actes(creancier text, debiteur text, facture text, rang integer, naissance date, au date)
RETURNS SETOF creances.acte
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT a.* FROM creances.acte a
	 WHERE a.creancier = _actes.creancier
	   AND (a.facture = '' AND a.debiteur = _actes.debiteur OR a.facture = _actes.facture)
	   AND a.rang IN (0, _actes.rang) AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au)
	   AND (a.facture <> '' OR naissance <= a.le OR a.genre IN ('procedure_collective', 'litige', 'rejet'));
END;
COMMENT ON FUNCTION creances._actes(text, text, text, integer, date, date) IS
'Actes qui visent une creance, connus a une date : les siens, et ceux de toutes les factures de son debiteur.';
