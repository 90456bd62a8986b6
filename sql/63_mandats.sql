-- Mandates: receivables handed over to a third party, and what he sees of them.
--
-- Handed over, a receivable is held (acts of genre suspension, one for each): the
-- engine sends nothing beside the third party's letters, and takes it up again
-- where it stood when the mandate ends. What he does is not followed here; what
-- the debtor pays is, like any payment.

CREATE TABLE creances.mandat (
	creancier	text NOT NULL,
	mandat		uuid NOT NULL,
	genre		text NOT NULL CHECK (genre IN ('societe_recouvrement', 'avocat', 'commissaire_justice', 'assureur')),
	tiers		text NOT NULL CHECK (tiers <> ''),
	role		name,
	convention	text NOT NULL DEFAULT '',
	debiteur	text NOT NULL CHECK (debiteur <> ''),
	depuis		date NOT NULL CHECK (depuis BETWEEN '1900-01-01' AND '2999-12-31'),
	jusque		date CHECK (jusque BETWEEN depuis AND '2999-12-31'),
	cout		numeric NOT NULL DEFAULT 0 CHECK (cout >= 0 AND cout < 1e9),
	commission	numeric NOT NULL DEFAULT 0 CHECK (commission BETWEEN 0 AND 100),
	motif		text NOT NULL CHECK (motif <> ''),
	suspendu	boolean NOT NULL DEFAULT true,
	fin			date CHECK (fin >= depuis),
	fin_motif	text,
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, mandat),
	-- CPCE R124-3: a written convention comes first
	CHECK (convention <> '' OR genre <> 'societe_recouvrement'),
	CHECK ((fin IS NULL) = (fin_motif IS NULL))
);
CREATE INDEX mandat_debiteur ON creances.mandat (creancier, debiteur);
COMMENT ON TABLE creances.mandat IS
'Mandat donné à un tiers pour recouvrer les créances d''un client : société de recouvrement (CPCE L124-1, R124-1 à R124-7), avocat, commissaire de justice ou assureur. Écrit par confier(), terminé par reprendre_mandat() ; jamais effacé.';
COMMENT ON COLUMN creances.mandat.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.mandat.mandat IS 'Identifiant, calculé de ce qui désigne le mandat : le même ne s''écrit pas deux fois.';
COMMENT ON COLUMN creances.mandat.genre IS 'societe_recouvrement, avocat, commissaire_justice ou assureur.';
COMMENT ON COLUMN creances.mandat.tiers IS 'Nom du tiers.';
COMMENT ON COLUMN creances.mandat.role IS 'Rôle de la base qui lit le dossier dans dossier_confie, lui-même ou ses membres ; c''est son nom qui est gardé : à refaire s''il est renommé, et un rôle recréé sous ce nom le lit. NULL : personne.';
COMMENT ON COLUMN creances.mandat.convention IS 'Référence de la convention écrite ; obligatoire pour une société de recouvrement (CPCE R124-3).';
COMMENT ON COLUMN creances.mandat.debiteur IS 'Client.';
COMMENT ON COLUMN creances.mandat.depuis IS 'Premier jour.';
COMMENT ON COLUMN creances.mandat.jusque IS 'Dernier jour prévu ; NULL : sans terme.';
COMMENT ON COLUMN creances.mandat.cout IS 'Coût fixe, en EUR. Il reste au créancier (CPCE L111-8, R124-4).';
COMMENT ON COLUMN creances.mandat.commission IS 'Commission, en % de ce qui est encaissé pendant le mandat.';
COMMENT ON COLUMN creances.mandat.motif IS 'Pourquoi.';
COMMENT ON COLUMN creances.mandat.suspendu IS 'Les relances du moteur sont suspendues tant qu''il dure.';
COMMENT ON COLUMN creances.mandat.fin IS 'Jour de sa fin : le tiers n''y voit plus rien. Celui du début : donné par erreur, il ne coûte rien.';
COMMENT ON COLUMN creances.mandat.fin_motif IS 'Pourquoi il a pris fin.';
COMMENT ON COLUMN creances.mandat.auteur IS 'Rôle qui l''a enregistré.';
COMMENT ON COLUMN creances.mandat.connu_le IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.mandat.details IS 'Colonnes de l''utilisateur.';

CREATE TABLE creances.mandat_creance (
	creancier	text NOT NULL,
	mandat		uuid NOT NULL,
	facture		text NOT NULL,
	rang		integer NOT NULL,
	devise		text NOT NULL,
	solde		numeric NOT NULL CHECK (solde > 0),
	suspension	uuid,
	PRIMARY KEY (creancier, mandat, facture, rang)
);
CREATE INDEX mandat_creance_creance ON creances.mandat_creance (creancier, facture, rang);
COMMENT ON TABLE creances.mandat_creance IS 'Créances que vise un mandat.';
COMMENT ON COLUMN creances.mandat_creance.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.mandat_creance.mandat IS 'Mandat.';
COMMENT ON COLUMN creances.mandat_creance.facture IS 'Numéro de la facture.';
COMMENT ON COLUMN creances.mandat_creance.rang IS 'Rang de l''échéance.';
COMMENT ON COLUMN creances.mandat_creance.devise IS 'Devise.';
COMMENT ON COLUMN creances.mandat_creance.solde IS 'Ce qui en était dû quand elle a été confiée.';
COMMENT ON COLUMN creances.mandat_creance.suspension IS 'Acte qui suspend sa relance.';

SELECT pg_catalog.pg_extension_config_dump('creances.mandat', '');
SELECT pg_catalog.pg_extension_config_dump('creances.mandat_creance', '');

CREATE FUNCTION creances._mandat_actif(depuis date, jusque date, fin date, jour date) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT depuis <= jour AND (jusque IS NULL OR jour <= jusque) AND (fin IS NULL OR jour < fin);
END;
COMMENT ON FUNCTION creances._mandat_actif(date, date, date, date) IS 'Un mandat court ce jour-là.';

-- ------------------------------------------------------------- the calls

CREATE FUNCTION creances.confier(
	creancier text,
	debiteur text,
	tiers text,
	genre text,
	convention text DEFAULT '',
	depuis date DEFAULT creances.aujourdhui(),
	jusque date DEFAULT NULL,
	factures text[] DEFAULT NULL,
	role regrole DEFAULT NULL,
	cout numeric DEFAULT 0,
	commission numeric DEFAULT 0,
	motif text DEFAULT 'confiée à un tiers',
	suspendre boolean DEFAULT true)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	genres CONSTANT text[] := ARRAY['societe_recouvrement', 'avocat', 'commissaire_justice', 'assureur'];
	n creances.mandat;
	r record;
	deja text;
	passe boolean;
BEGIN
	PERFORM creances._verifier_fait(depuis, 'un mandat', motif);
	IF genre IS NULL OR genre <> ALL (genres) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('genre de mandat inconnu : %s', coalesce(genre, 'NULL')),
			HINT = format('Les genres sont : %s.', array_to_string(genres, ', '));
	END IF;
	IF coalesce(btrim(tiers), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'un mandat nomme le tiers', HINT = 'Donnez tiers => ..., sa raison sociale.';
	END IF;
	IF genre = 'societe_recouvrement' AND coalesce(btrim(convention), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'pas de mandat à une société de recouvrement sans convention écrite',
			DETAIL = 'CPCE R124-3 : la convention lui donne pouvoir de recevoir les fonds.',
			HINT = 'Donnez convention => ..., sa référence et sa date.';
	END IF;
	IF jusque NOT BETWEEN depuis AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un mandat du %s ne finit pas le %s', depuis, jusque),
			HINT = 'La fin est un jour de 1900 à 2999, au plus tôt celui du début ; omettez-la s''il n''a pas de terme.';
	END IF;
	IF cout IS NULL OR commission IS NULL OR suspendre IS NULL OR cout IN ('NaN', 'Infinity') OR commission = 'NaN'
	   OR cout < 0 OR cout >= 1e9 OR commission NOT BETWEEN 0 AND 100 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('coût ou commission inattendus : %s EUR, %s %%', coalesce(cout::text, 'NULL'), coalesce(commission::text, 'NULL')),
			HINT = 'Le coût fixe est en EUR, la commission de 0 à 100 % de ce qui est encaissé.';
	END IF;
	-- (an old snapshot would not see the mandate that somebody gave meanwhile; SERIALIZABLE finds it by itself)
	IF current_setting('transaction_isolation') = 'repeatable read' THEN
		RAISE EXCEPTION USING ERRCODE = '25001', MESSAGE = 'confier() ne se fait pas dans une transaction REPEATABLE READ',
			DETAIL = 'Elle ne verrait pas qu''une autre session vient de confier les mêmes créances.',
			HINT = 'Appelez-la en READ COMMITTED (le niveau par défaut) ou en SERIALIZABLE.';
	END IF;
	-- the debtor is locked: a taking of his reminders ends first, or sees the hold
	PERFORM FROM creances.debiteur x WHERE x.creancier = confier.creancier AND x.debiteur = confier.debiteur FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('débiteur inconnu : %s/%s', coalesce(creancier, 'NULL'), coalesce(debiteur, 'NULL')),
			HINT = 'Les débiteurs sont dans creances.debiteur.';
	END IF;

	n.creancier := creancier; n.genre := genre; n.tiers := btrim(tiers); n.convention := btrim(coalesce(convention, ''));
	n.debiteur := debiteur; n.depuis := depuis; n.jusque := jusque; n.cout := cout; n.commission := commission;
	n.motif := btrim(motif); n.suspendu := suspendre;
	passe := n.depuis < creances.aujourdhui(n.creancier);
	SELECT x.rolname INTO n.role FROM pg_catalog.pg_roles x WHERE x.oid = confier.role;
	n.mandat := md5(concat_ws(chr(31), n.creancier, n.debiteur, n.genre, n.tiers, n.convention, to_char(n.depuis, 'YYYY-MM-DD'),
							  (SELECT string_agg(f, chr(30) ORDER BY f COLLATE "C") FROM unnest(factures) f)))::uuid;
	INSERT INTO creances.mandat (creancier, mandat, genre, tiers, role, convention, debiteur, depuis, jusque, cout, commission, motif, suspendu)
	VALUES (n.creancier, n.mandat, n.genre, n.tiers, n.role, n.convention, n.debiteur, n.depuis, n.jusque, n.cout, n.commission, n.motif, n.suspendu)
	ON CONFLICT DO NOTHING;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '23505', MESSAGE = format('ce mandat (%s, du %s) est déjà enregistré', n.tiers, n.depuis),
			DETAIL = format('Mandat %s.', n.mandat),
			HINT = 'Si c''en est un autre, distinguez-le par sa convention, ou par sa date.';
	END IF;

	-- what was overdue on that day, or what is named, and what was owed of it: on the
	-- eve, if the day is past (what came on the day came to the third party)
	FOR r IN
		SELECT c.facture, c.rang, coalesce(v.devise, j.devise, c.devise) AS devise, CASE WHEN passe THEN coalesce(v.solde, j.solde) ELSE c.solde END AS solde
		  FROM creances.creance c
		  LEFT JOIN LATERAL creances._creance_au(c.creancier, c.facture, c.rang, n.depuis - 1) v ON passe
		  LEFT JOIN LATERAL creances._creance_au(c.creancier, c.facture, c.rang, n.depuis) j ON passe
		 WHERE c.creancier = n.creancier AND c.debiteur = n.debiteur
		   AND CASE WHEN passe THEN coalesce(v.solde, j.solde) > 0
					ELSE c.solde > 0 AND NOT creances._en_compte(c.nature, c.facture, c.solde) END
		   AND CASE WHEN factures IS NULL THEN coalesce(v.echeance, c.echeance) < n.depuis ELSE c.facture = ANY (factures) END
		 ORDER BY c.facture, c.rang
	LOOP
		SELECT m.tiers INTO deja
		  FROM creances.mandat_creance k
		  JOIN creances.mandat m ON m.creancier = k.creancier AND m.mandat = k.mandat
		 WHERE k.creancier = n.creancier AND k.facture = r.facture AND k.rang = r.rang
		   AND (m.jusque IS NULL OR m.jusque >= n.depuis) AND (m.fin IS NULL OR m.fin > n.depuis)
		   AND (n.jusque IS NULL OR m.depuis <= n.jusque);
		IF FOUND THEN
			RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('la créance %s/%s est déjà confiée à %s', r.facture, r.rang, deja),
				HINT = 'Terminez d''abord ce mandat par reprendre_mandat(), ou nommez d''autres factures ; les mandats sont dans creances.mandat_en_cours.';
		END IF;
		INSERT INTO creances.mandat_creance (creancier, mandat, facture, rang, devise, solde, suspension)
		VALUES (n.creancier, n.mandat, r.facture, r.rang, r.devise, r.solde,
				CASE WHEN n.suspendu THEN creances.consigner(n.creancier, n.debiteur, 'suspension', n.depuis, 'confiée à ' || n.tiers,
															 facture => r.facture, rang => r.rang, jusque => n.jusque, reference => 'mandat ' || n.mandat) END);
	END LOOP;
	IF factures IS NOT NULL AND EXISTS (SELECT FROM unnest(factures) f
										 WHERE NOT EXISTS (SELECT FROM creances.mandat_creance k WHERE k.creancier = n.creancier AND k.mandat = n.mandat AND k.facture = f)) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('une de ces factures n''est pas due par %s/%s', n.creancier, n.debiteur),
			DETAIL = (SELECT format('Factures : %s.', string_agg(coalesce(f, 'NULL'), ', ')) FROM unnest(factures) f
					   WHERE NOT EXISTS (SELECT FROM creances.mandat_creance k WHERE k.creancier = n.creancier AND k.mandat = n.mandat AND k.facture = f)),
			HINT = 'Les créances ouvertes sont dans creances.encours.';
	END IF;
	IF NOT EXISTS (SELECT FROM creances.mandat_creance k WHERE k.creancier = n.creancier AND k.mandat = n.mandat) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('rien d''échu n''est dû par %s/%s le %s', n.creancier, n.debiteur, n.depuis),
			HINT = 'Sans factures => ..., seules celles déjà échues sont confiées ; elles sont dans creances.encours.';
	END IF;
	IF EXISTS (SELECT FROM creances.mandat_creance k
				 JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
				 JOIN creances.acte a ON a.creancier = n.creancier AND a.debiteur = n.debiteur AND a.genre = 'procedure_collective'
				WHERE k.creancier = n.creancier AND k.mandat = n.mandat AND a.le <= greatest(n.depuis, creances.aujourdhui(n.creancier))
				  AND a.annule_le IS NULL AND (a.jusque IS NULL OR a.jusque >= n.depuis)
				  AND a.facture IN ('', k.facture) AND coalesce(c.livraison, c.emission, c.nee_le) < a.le) THEN
		RAISE WARNING USING MESSAGE = format('des créances de %s sont nées avant un jugement d''ouverture : nul ne peut en demander le paiement', n.debiteur),
			HINT = 'C. com. L622-7, L622-21 : elles se déclarent ; le tiers ne peut que s''en charger. Sinon, terminez ce mandat par reprendre_mandat().';
	END IF;
	IF EXISTS (SELECT FROM creances.mandat_creance k
				 JOIN creances.acte a ON a.creancier = n.creancier AND a.facture = k.facture AND a.rang IN (0, k.rang) AND a.genre = 'litige'
				WHERE k.creancier = n.creancier AND k.mandat = n.mandat AND a.annule_le IS NULL AND (a.jusque IS NULL OR a.jusque >= n.depuis)) THEN
		RAISE WARNING USING MESSAGE = format('des factures de %s sont contestées', n.debiteur),
			HINT = 'Le tiers le lit dans dossier_confie (obstacle) ; les litiges sont dans creances.suspension.';
	END IF;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	SELECT n.creancier, 'mandat', n.depuis, n.debiteur,
		   jsonb_strip_nulls(jsonb_build_object('mandat', n.mandat, 'quoi', 'confie', 'genre', n.genre, 'tiers', n.tiers, 'role', n.role, 'convention', nullif(n.convention, ''),
												'jusque', n.jusque, 'cout', n.cout, 'commission', n.commission, 'motif', n.motif, 'suspendu', n.suspendu,
												'factures', (SELECT jsonb_agg(jsonb_build_array(k.facture, k.rang, k.solde) ORDER BY k.facture, k.rang)
															   FROM creances.mandat_creance k WHERE k.creancier = n.creancier AND k.mandat = n.mandat)));
	RETURN n.mandat;
END $$;
COMMENT ON FUNCTION creances.confier(text, text, text, text, text, date, date, text[], regrole, numeric, numeric, text, boolean) IS
'Confie à un tiers les créances échues d''un client, ou les factures nommées : genre societe_recouvrement (la référence de la convention écrite est obligatoire, CPCE R124-3), avocat, commissaire_justice ou assureur. Leur relance est suspendue tant que dure le mandat (suspendre => false : elle continue). role : rôle de la base qui lit ces dossiers, et eux seuls, dans dossier_confie (profil mandataire). cout : part fixe, en EUR ; commission : % de ce qui est encaissé. Une créance n''a qu''un mandat à la fois. Rend le mandat, que reprendre_mandat() termine.';

CREATE FUNCTION creances.reprendre_mandat(mandat uuid, motif text, le date DEFAULT creances.aujourdhui()) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	m creances.mandat;
	a record;
BEGIN
	PERFORM creances._verifier_fait(le, 'la fin d''un mandat', motif);
	SELECT x.* INTO m FROM creances.mandat x WHERE x.mandat = reprendre_mandat.mandat;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucun mandat %s', coalesce(mandat::text, 'NULL')),
			HINT = 'Les mandats sont dans creances.mandat_en_cours.';
	END IF;
	-- a day to come is what jusque is for: told ahead, it could not be taken back
	IF le > creances.aujourdhui(m.creancier) THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un mandat ne se reprend pas d''avance : %s', le),
			HINT = 'Omettez le pour aujourd''hui ; le terme prévu se donne à confier(), par jusque.';
	END IF;
	PERFORM FROM creances.debiteur d WHERE d.creancier = m.creancier AND d.debiteur = m.debiteur FOR NO KEY UPDATE;
	SELECT x.* INTO m FROM creances.mandat x WHERE x.creancier = m.creancier AND x.mandat = m.mandat FOR NO KEY UPDATE;
	IF m.fin IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('ce mandat a pris fin le %s : %s', m.fin, m.fin_motif),
			HINT = 'Confiez de nouveau ces créances par confier().';
	END IF;
	IF le < m.depuis THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('un mandat du %s ne finit pas le %s', m.depuis, le),
			HINT = 'La fin est au plus tôt le jour du début.';
	END IF;
	UPDATE creances.mandat x SET fin = le, fin_motif = btrim(motif) WHERE x.creancier = m.creancier AND x.mandat = m.mandat;
	-- (one that was lifted by hand stays as it is)
	FOR a IN
		SELECT x.acte FROM creances.mandat_creance k
		  JOIN creances.acte x ON x.creancier = k.creancier AND x.acte = k.suspension
		 WHERE k.creancier = m.creancier AND k.mandat = m.mandat AND x.annule_le IS NULL AND (x.jusque IS NULL OR x.jusque > le)
		 ORDER BY k.facture, k.rang
	LOOP
		PERFORM creances.clore_acte(a.acte, le);
	END LOOP;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	VALUES (m.creancier, 'mandat', le, m.debiteur, jsonb_build_object('mandat', m.mandat, 'quoi', 'repris', 'tiers', m.tiers, 'motif', btrim(motif)));
END $$;
COMMENT ON FUNCTION creances.reprendre_mandat(uuid, text, date) IS
'Termine un mandat, avec son motif : de ce jour le tiers ne voit plus rien, et la relance reprend le lendemain à l''étape où elle en était.';

-- ---------------------------------------------------- what the creditor reads

-- What was received of an item while a mandate ran. A reversal goes with the last
-- payment before it, of its amount if there is one: what bounces afterwards was
-- never received.
CREATE FUNCTION creances._recu_mandat(creancier text, facture text, rang integer, depuis date, jusque date, fin date, au date)
RETURNS TABLE (le date, montant numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT y.le, y.montant
	  FROM creances.reglement y
	 WHERE y.creancier = _recu_mandat.creancier AND y.facture = _recu_mandat.facture AND y.rang = _recu_mandat.rang
	   AND y.nature IN ('paiement', 'annulation') AND NOT y.reprise AND y.le <= au
	   AND creances._mandat_actif(depuis, jusque, fin,
			CASE WHEN y.montant < 0 THEN coalesce((SELECT p.le FROM creances.reglement p
													WHERE p.creancier = y.creancier AND p.facture = y.facture AND p.rang = y.rang
													  AND p.nature = 'paiement' AND p.montant > 0 AND NOT p.reprise AND p.le <= y.le
													ORDER BY p.montant = -y.montant DESC, p.le DESC LIMIT 1), y.le)
				 ELSE y.le END);
END;
COMMENT ON FUNCTION creances._recu_mandat(text, text, integer, date, date, date, date) IS
'Ce qui a été reçu d''une créance pendant qu''un mandat courait ; un rejet suit le paiement qu''il annule.';

CREATE VIEW creances.mandat_en_cours AS
SELECT m.creancier, m.mandat, m.genre, m.tiers, nullif(m.convention, '') AS convention, m.role::text AS role, m.debiteur, d.nom,
	   m.depuis, m.jusque, s.devise, s.creances, s.confie::numeric(20,3) AS confie, s.recu::numeric(20,3) AS recu, s.reste::numeric(20,3) AS reste,
	   m.cout::numeric(20,3) AS cout, m.commission::numeric(20,3) AS taux_commission,
	   round(s.recu * m.commission / 100, creances._decimales(s.devise))::numeric(20,3) AS commission, m.motif
  FROM creances.mandat m
  JOIN creances.debiteur d ON d.creancier = m.creancier AND d.debiteur = m.debiteur
  JOIN creances.creancier x ON x.creancier = m.creancier
 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE x.fuseau)::date AS jour) j
 CROSS JOIN LATERAL (
	-- (what has gone to another debtor is no part of it any more)
	SELECT k.devise, count(c.facture)::integer AS creances, sum(k.solde) AS confie, coalesce(sum(r.recu) FILTER (WHERE c.facture IS NOT NULL), 0) AS recu,
		   coalesce(sum(greatest(c.solde, 0)), 0) AS reste
	  FROM creances.mandat_creance k
	  LEFT JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang AND c.debiteur = m.debiteur
	 CROSS JOIN LATERAL (SELECT least(coalesce(sum(y.montant), 0), k.solde) AS recu
						   FROM creances._recu_mandat(k.creancier, k.facture, k.rang, m.depuis, m.jusque, m.fin, date 'infinity') y) r
	 WHERE k.creancier = m.creancier AND k.mandat = m.mandat
	 GROUP BY k.devise) s
 WHERE creances._mandat_actif(m.depuis, m.jusque, m.fin, j.jour);
COMMENT ON VIEW creances.mandat_en_cours IS 'Mandats qui courent aujourd''hui, une ligne par devise : ce qui a été confié, ce qui a été encaissé depuis, ce qui reste, et ce qu''ils coûtent.';
COMMENT ON COLUMN creances.mandat_en_cours.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.mandat_en_cours.mandat IS 'Identifiant, pour reprendre_mandat().';
COMMENT ON COLUMN creances.mandat_en_cours.genre IS 'societe_recouvrement, avocat, commissaire_justice ou assureur.';
COMMENT ON COLUMN creances.mandat_en_cours.tiers IS 'Nom du tiers.';
COMMENT ON COLUMN creances.mandat_en_cours.convention IS 'Référence de la convention.';
COMMENT ON COLUMN creances.mandat_en_cours.role IS 'Rôle de la base qui lit le dossier.';
COMMENT ON COLUMN creances.mandat_en_cours.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.mandat_en_cours.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.mandat_en_cours.depuis IS 'Premier jour.';
COMMENT ON COLUMN creances.mandat_en_cours.jusque IS 'Dernier jour prévu.';
COMMENT ON COLUMN creances.mandat_en_cours.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.mandat_en_cours.creances IS 'Nombre de créances confiées qui sont encore de ce client.';
COMMENT ON COLUMN creances.mandat_en_cours.confie IS 'Ce qui en était dû quand elles ont été confiées.';
COMMENT ON COLUMN creances.mandat_en_cours.recu IS 'Paiements datés du mandat, rejets déduits, au plus ce qui a été confié.';
COMMENT ON COLUMN creances.mandat_en_cours.reste IS 'Ce qui en reste dû.';
COMMENT ON COLUMN creances.mandat_en_cours.cout IS 'Coût fixe du mandat, en EUR, répété à chaque devise.';
COMMENT ON COLUMN creances.mandat_en_cours.taux_commission IS 'Commission, en %.';
COMMENT ON COLUMN creances.mandat_en_cours.commission IS 'Commission sur ce qui a été encaissé.';
COMMENT ON COLUMN creances.mandat_en_cours.motif IS 'Pourquoi.';

-- (what was received in another currency earns its commission in that currency: it
-- is told by mandat_en_cours, and has no place in a sum of euros)
CREATE FUNCTION creances._cout_mandats(du date, au date) RETURNS TABLE (creancier text, debiteur text, devise text, cout numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.creancier, m.debiteur, 'EUR', sum(CASE WHEN m.depuis >= du THEN m.cout ELSE 0 END + round(r.recu * m.commission / 100, 2))
	  FROM creances.mandat m
	 CROSS JOIN LATERAL (
		-- what is paid beyond what was handed over is owed back: of the whole mandate, not of the period
		SELECT coalesce(sum(least(q.jusqu_ici, q.solde) - least(q.avant, q.solde)), 0) AS recu
		  FROM (SELECT k.solde, sum(y.montant) AS jusqu_ici, coalesce(sum(y.montant) FILTER (WHERE y.le < du), 0) AS avant
				  FROM creances.mandat_creance k
				 CROSS JOIN LATERAL creances._recu_mandat(k.creancier, k.facture, k.rang, m.depuis, m.jusque, m.fin, au) y
				 WHERE m.commission > 0 AND k.creancier = m.creancier AND k.mandat = m.mandat AND k.devise = 'EUR'
				 GROUP BY k.facture, k.rang, k.solde) q) r
	 -- (given by mistake and taken back at once: it costs nothing)
	 WHERE m.depuis <= au AND m.fin IS DISTINCT FROM m.depuis AND (m.cout > 0 OR m.commission > 0)
	 GROUP BY m.creancier, m.debiteur;
END;
COMMENT ON FUNCTION creances._cout_mandats(date, date) IS
'Coût des mandats d''une période, en EUR : part fixe de ceux qui y commencent, et commission sur ce qui y a été encaissé en EUR pendant qu''ils couraient, rejets déduits même plus tard, au plus ce qui a été confié. Un mandat fini le jour où il commence ne coûte rien.';

CREATE FUNCTION creances._horloge_mandat(au date)
RETURNS TABLE (societe text, debiteur text, facture text, rang integer, horloge text, depart date, echeance date, devise text, montant numeric,
			   source text, message text, acte uuid, attente integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.creancier, m.debiteur, NULL::text, NULL::integer, 'mandat_fin', m.depuis, m.jusque, s.devise, s.montant,
		   CASE WHEN m.convention <> '' THEN 'convention ' || m.convention ELSE 'mandat du ' || to_char(m.depuis, 'YYYY-MM-DD') END
		   || CASE m.genre WHEN 'societe_recouvrement' THEN ' ; CPCE R124-3' ELSE '' END,
		   format(CASE WHEN m.jusque < au THEN 'le mandat confié à %s a pris fin : appelez reprendre_mandat(), ou confiez de nouveau ; il ne peut plus rien recevoir du débiteur'
					   ELSE 'le mandat confié à %s prend fin ce jour : renouvelez-le ou reprenez le dossier par reprendre_mandat(), sinon il agirait sans pouvoir' END, m.tiers),
		   m.mandat, NULL::integer
	  FROM creances.mandat m
	 CROSS JOIN LATERAL (
		SELECT e.devise, sum(e.solde) AS montant
		  FROM creances.mandat_creance k
		 CROSS JOIN LATERAL creances._creance_au(k.creancier, k.facture, k.rang, au) e
		 WHERE k.creancier = m.creancier AND k.mandat = m.mandat
		 GROUP BY e.devise) s
	 WHERE m.jusque IS NOT NULL AND m.depuis <= au AND (m.fin IS NULL OR m.fin > au);
END;
COMMENT ON FUNCTION creances._horloge_mandat(date) IS 'Horloge de la fin des mandats dont quelque chose reste dû.';

-- ------------------------------------------------------- what the third party reads
--
-- A view calls its functions with the rights of who reads it, and what is claimable
-- is worked out by functions over our tables: so they stand behind one that has our
-- rights, and judges by itself whose mandates it opens. It cannot be asked for
-- another's: who asks is not an argument.

CREATE FUNCTION creances._lecteur() RETURNS name
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
	SELECT CASE current_setting('role') WHEN 'none' THEN session_user ELSE current_setting('role')::name END;
END;
COMMENT ON FUNCTION creances._lecteur() IS 'Rôle de la session, SET ROLE compris, vu d''une fonction qui a nos droits.';

CREATE FUNCTION creances._confiees(mandat uuid)
RETURNS TABLE (facture text, rang integer, emission date, echeance date, retard integer, devise text, montant numeric, regle numeric, solde numeric,
			   penalites numeric, penalites_arretees_au date, indemnite numeric, frais numeric, total_exigible numeric,
			   stade text, libelle_stade text, obstacle text, mise_en_demeure_le date, envois integer, dernier_envoi date, historique text)
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER ROWS 10 SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT k.facture, k.rang, c.emission, c.echeance, CASE WHEN c.solde > 0 THEN j.jour - c.echeance END, c.devise, c.montant::numeric(20,3),
		   (c.montant - c.solde)::numeric(20,3), c.solde::numeric(20,3), a.penalites::numeric(20,3), a.arrete, a.indemnite::numeric(20,3), a.frais::numeric(20,3),
		   (c.solde + coalesce(a.penalites, 0) + coalesce(a.frais, 0) + CASE WHEN c.devise = 'EUR' THEN coalesce(a.indemnite, 0) ELSE 0 END)::numeric(20,3),
		   g.stade::text, creances.libelle_stade(g.stade), o.motif, v.mise_en_demeure_le, h.envois, h.dernier, h.texte
	  FROM creances.mandat m
	  JOIN creances.creancier s ON s.creancier = m.creancier
	 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
	  JOIN creances.mandat_creance k ON k.creancier = m.creancier AND k.mandat = m.mandat
	  -- (one that has gone to another debtor is no file of his)
	  JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang AND c.debiteur = m.debiteur
	  LEFT JOIN creances.avancement v ON v.creancier = c.creancier AND v.facture = c.facture AND v.rang = c.rang
	 CROSS JOIN LATERAL (SELECT CASE WHEN c.solde <= 0 THEN 'soldee'::creances.stade_relance
									 WHEN v.stade IS NOT NULL AND NOT (v.stade = 'preventive' AND j.jour > c.echeance) THEN v.stade
									 WHEN j.jour > c.echeance THEN 'echue'::creances.stade_relance ELSE 'non_echue'::creances.stade_relance END AS stade) g
	  LEFT JOIN LATERAL creances._accessoires(c.creancier, c.facture, c.rang, j.jour) a ON j.jour > c.echeance AND c.solde > 0
	 -- (a hold made by hand, the mandate's own among them, is not the third party's affair)
	 CROSS JOIN LATERAL (SELECT (array_agg(x.motif ORDER BY x.poids, x.motif))[1] AS motif
						   FROM creances._plafonds(c.solde > 0, c.creancier, c.debiteur, c.facture, c.rang, coalesce(c.livraison, c.emission, c.nee_le),
												   c.montant, c.solde, j.jour) x WHERE x.motif <> 'suspension' AND x.plafond < c.solde) o
	 CROSS JOIN LATERAL (
		SELECT count(*)::integer AS envois, max(r.envoyee_le) AS dernier,
			   string_agg(to_char(r.envoyee_le, 'YYYY-MM-DD') || ' ' || r.canal || ' : ' || creances.libelle_stade(coalesce(l.stade, r.stade))
						  || CASE WHEN l.reclamee THEN '' ELSE ' (citée)' END, ' ; ' ORDER BY r.envoyee_le, r.envoyee_instant, r.relance) AS texte
		  FROM creances.relance_creance l
		  JOIN creances.relance r ON r.creancier = l.creancier AND r.relance = l.relance
		 WHERE l.creancier = c.creancier AND l.facture = c.facture AND l.rang = c.rang AND r.etat = 'envoyee' AND l.etat = 'envoyee'
		   AND r.debiteur = m.debiteur AND r.classe <> 'interne') h
	 WHERE m.mandat = _confiees.mandat AND creances._mandat_actif(m.depuis, m.jusque, m.fin, j.jour)
	   AND pg_has_role(creances._lecteur(), to_regrole(quote_ident(m.role)), 'USAGE');
END $$;
COMMENT ON FUNCTION creances._confiees(uuid) IS 'Créances d''un mandat qui court, pour le rôle qu''il nomme et ses membres ; aucune ligne pour un autre.';

CREATE VIEW creances.dossier_confie WITH (security_barrier) AS
SELECT m.creancier, s.nom AS nom_creancier, m.mandat, m.genre, m.tiers, nullif(m.convention, '') AS convention, m.depuis, m.jusque,
	   m.debiteur, d.nom, d.type, d.siren, d.langue, d.adresse, d.courriel, d.telephone,
	   c.facture, c.rang, c.emission, c.echeance, c.retard, c.devise, c.montant::numeric(20,3) AS montant, c.regle::numeric(20,3) AS regle,
	   c.solde::numeric(20,3) AS solde, c.penalites::numeric(20,3) AS penalites, c.penalites_arretees_au, c.indemnite::numeric(20,3) AS indemnite,
	   c.frais::numeric(20,3) AS frais, c.total_exigible::numeric(20,3) AS total_exigible,
	   c.stade, c.libelle_stade, c.obstacle, c.mise_en_demeure_le, c.envois, c.dernier_envoi, c.historique
  FROM creances.mandat m
  JOIN creances.creancier s ON s.creancier = m.creancier
  JOIN creances.debiteur d ON d.creancier = m.creancier AND d.debiteur = m.debiteur
 CROSS JOIN LATERAL creances._confiees(m.mandat) c
 WHERE pg_has_role(current_user, to_regrole(quote_ident(m.role)), 'USAGE');
COMMENT ON VIEW creances.dossier_confie IS
'Dossiers confiés au rôle qui lit la vue (le rôle que nomme le mandat, ou ses membres), tant que le mandat court, et eux seuls : ce qui est dû, les coordonnées du client, le stade et ce qui a été envoyé. Une créance payée y reste, soldée, jusqu''à la fin du mandat : elle ne se réclame plus. Profil mandataire.';
COMMENT ON COLUMN creances.dossier_confie.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.dossier_confie.nom_creancier IS 'Raison sociale du créancier.';
COMMENT ON COLUMN creances.dossier_confie.mandat IS 'Mandat.';
COMMENT ON COLUMN creances.dossier_confie.genre IS 'societe_recouvrement, avocat, commissaire_justice ou assureur.';
COMMENT ON COLUMN creances.dossier_confie.tiers IS 'Nom du tiers.';
COMMENT ON COLUMN creances.dossier_confie.convention IS 'Référence de la convention.';
COMMENT ON COLUMN creances.dossier_confie.depuis IS 'Premier jour du mandat.';
COMMENT ON COLUMN creances.dossier_confie.jusque IS 'Dernier jour prévu du mandat.';
COMMENT ON COLUMN creances.dossier_confie.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.dossier_confie.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.dossier_confie.type IS 'professionnel, public ou consommateur.';
COMMENT ON COLUMN creances.dossier_confie.siren IS 'Numéro SIREN.';
COMMENT ON COLUMN creances.dossier_confie.langue IS 'Langue du client.';
COMMENT ON COLUMN creances.dossier_confie.adresse IS 'Adresse postale.';
COMMENT ON COLUMN creances.dossier_confie.courriel IS 'Adresse de courriel.';
COMMENT ON COLUMN creances.dossier_confie.telephone IS 'Numéro de téléphone.';
COMMENT ON COLUMN creances.dossier_confie.facture IS 'Numéro de la facture.';
COMMENT ON COLUMN creances.dossier_confie.rang IS 'Rang de l''échéance.';
COMMENT ON COLUMN creances.dossier_confie.emission IS 'Date de la facture.';
COMMENT ON COLUMN creances.dossier_confie.echeance IS 'Date d''échéance.';
COMMENT ON COLUMN creances.dossier_confie.retard IS 'Jours de retard ; NULL si elle est soldée.';
COMMENT ON COLUMN creances.dossier_confie.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.dossier_confie.montant IS 'Montant TTC.';
COMMENT ON COLUMN creances.dossier_confie.regle IS 'Déjà réglé.';
COMMENT ON COLUMN creances.dossier_confie.solde IS 'Reste dû ; 0 : soldée.';
COMMENT ON COLUMN creances.dossier_confie.penalites IS 'Pénalités de retard de ce jour (C. com. L441-10 II).';
COMMENT ON COLUMN creances.dossier_confie.penalites_arretees_au IS 'Jour auquel elles sont arrêtées.';
COMMENT ON COLUMN creances.dossier_confie.indemnite IS 'Indemnité forfaitaire de recouvrement, en EUR (C. com. D441-5).';
COMMENT ON COLUMN creances.dossier_confie.frais IS 'Frais de recouvrement justifiés.';
COMMENT ON COLUMN creances.dossier_confie.total_exigible IS 'Solde + pénalités + frais, + indemnité si la devise est l''EUR.';
COMMENT ON COLUMN creances.dossier_confie.stade IS 'Stade de la relance (stade_relance).';
COMMENT ON COLUMN creances.dossier_confie.libelle_stade IS 'Libellé du stade.';
COMMENT ON COLUMN creances.dossier_confie.obstacle IS 'Ce qui interdit de réclamer, en tout ou en partie : procedure_collective, delai_de_grace, rejet, litige, encaissement ou avoir (attendu) ; NULL si rien.';
COMMENT ON COLUMN creances.dossier_confie.mise_en_demeure_le IS 'Jour d''envoi de la mise en demeure.';
COMMENT ON COLUMN creances.dossier_confie.envois IS 'Nombre d''envois et d''appels faits pour cette créance.';
COMMENT ON COLUMN creances.dossier_confie.dernier_envoi IS 'Jour du dernier.';
COMMENT ON COLUMN creances.dossier_confie.historique IS 'Ce qui a été envoyé, du plus ancien au plus récent : date, canal, étape.';
