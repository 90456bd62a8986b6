-- Statuses of electronic invoices (codes 200 to 213 of the reform's life cycle)
-- and what each one holds. They are what a buyer or a platform says, on a date:
-- neither a recognition of debt (C. civ. 2240) nor a payment, so that they move
-- neither prescription nor balance; they only hold reminders, by acts that
-- people see, close and annul like any other.

CREATE TABLE creances.statut_facture (
	creancier	text NOT NULL,
	statut		uuid NOT NULL,
	facture		text NOT NULL CHECK (facture <> ''),
	rang		integer NOT NULL DEFAULT 0 CHECK (rang >= 0),
	code		integer NOT NULL CHECK (code BETWEEN 200 AND 213),
	le			date NOT NULL CHECK (le BETWEEN '1900-01-01' AND '2999-12-31'),
	montant		numeric CHECK (montant > 0 AND montant < 1e15 AND montant = round(montant, 6)),
	motif		text CHECK (motif <> ''),
	reference	text NOT NULL DEFAULT '',
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, statut)
);
CREATE INDEX statut_facture_facture ON creances.statut_facture (creancier, facture);
COMMENT ON TABLE creances.statut_facture IS
'Statuts recus du cycle de vie des factures electroniques. Ecrite par recevoir_statut() seulement ; jamais modifiee.';
COMMENT ON COLUMN creances.statut_facture.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.statut_facture.statut IS 'Identifiant, calcule de ce qui designe le statut : facture, rang, code, date, montant et reference. Le meme ne s''ecrit pas deux fois.';
COMMENT ON COLUMN creances.statut_facture.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.statut_facture.rang IS 'Rang de l''echeance ; 0 : toutes celles de la facture.';
COMMENT ON COLUMN creances.statut_facture.code IS 'Code du statut, de 200 a 213 (voir libelle_statut).';
COMMENT ON COLUMN creances.statut_facture.le IS 'Date du statut, telle que la plateforme la donne : c''est elle qui ordonne, non celle de la reception.';
COMMENT ON COLUMN creances.statut_facture.montant IS '206 : la part non approuvee ; 211 et 212 : ce qui est annonce ; dans la devise de la facture.';
COMMENT ON COLUMN creances.statut_facture.motif IS 'Motif : code de la norme (QTE_ERR...), texte, ou les deux.';
COMMENT ON COLUMN creances.statut_facture.reference IS 'Reference du message de la plateforme.';
COMMENT ON COLUMN creances.statut_facture.auteur IS 'Role qui l''a enregistre.';
COMMENT ON COLUMN creances.statut_facture.connu_le IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.statut_facture.details IS 'Colonnes de l''utilisateur.';

CREATE TABLE creances.statut_acte (
	creancier	text NOT NULL,
	statut		uuid NOT NULL,
	acte		uuid NOT NULL,
	effet		text NOT NULL CHECK (effet IN ('ouvert', 'clos', 'remplace', 'deja_ouvert')),
	PRIMARY KEY (creancier, statut, acte)
);
COMMENT ON TABLE creances.statut_acte IS 'Ce qu''un statut a fait : les actes qu''il a ouverts ou clos.';
COMMENT ON COLUMN creances.statut_acte.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.statut_acte.statut IS 'Statut recu.';
COMMENT ON COLUMN creances.statut_acte.acte IS 'Acte.';
COMMENT ON COLUMN creances.statut_acte.effet IS 'ouvert ; clos ; remplace : clos au profit d''un autre, ouvert par le meme statut ; deja_ouvert : il tenait deja, rien n''est ouvert une seconde fois.';

SELECT pg_catalog.pg_extension_config_dump('creances.statut_facture', '');
SELECT pg_catalog.pg_extension_config_dump('creances.statut_acte', '');

CREATE FUNCTION creances.libelle_statut(code integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE code
		WHEN 200 THEN 'Déposée' WHEN 201 THEN 'Émise' WHEN 202 THEN 'Reçue' WHEN 203 THEN 'Mise à disposition'
		WHEN 204 THEN 'Prise en charge' WHEN 205 THEN 'Approuvée' WHEN 206 THEN 'Approuvée partiellement'
		WHEN 207 THEN 'En litige' WHEN 208 THEN 'Suspendue' WHEN 209 THEN 'Complétée' WHEN 210 THEN 'Refusée'
		WHEN 211 THEN 'Paiement transmis' WHEN 212 THEN 'Encaissée' WHEN 213 THEN 'Rejetée' END;
END;
COMMENT ON FUNCTION creances.libelle_statut(integer) IS 'Libelle d''un statut de facture electronique ; NULL si le code n''en est pas un.';

-- The norm's reason codes, where they tell what is disputed.
CREATE FUNCTION creances._cause_statut(motif text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE
		WHEN m.code IN ('PU_ERR', 'REM_ERR', 'MONTANTTOTAL_ERR', 'CALCUL_ERR', 'TX_TVA_ERR') THEN 'prix'
		WHEN m.code = 'QTE_ERR' THEN 'quantite'
		WHEN m.code IN ('QUALITE_ERR', 'ART_ERR') THEN 'qualite'
		WHEN m.code = 'LIVR_INCOMP' THEN 'livraison'
		WHEN m.code IN ('DOUBLON', 'DOUBLE_FACT') THEN 'doublon'
		WHEN m.code IN ('NON_CONFORME', 'DEST_ERR', 'EMMET_INC', 'TRANSAC_INC', 'CONTRAT_TERM', 'CMD_ERR', 'ADR_ERR', 'SIRET_ERR',
						'CODE_ROUTAGE_ERR', 'REF_CT_ABSENT', 'REF_ERR', 'MODPAI_ERR', 'COORD_BANC_ERR', 'JUSTIF_ABS') THEN 'administratif'
		ELSE 'autre' END
	  FROM (SELECT upper((regexp_match(btrim(motif), '^[[:alpha:]_]+'))[1]) AS code) m;
END;
COMMENT ON FUNCTION creances._cause_statut(text) IS 'Cause d''un litige d''apres le code de motif par lequel commence celui d''un statut ; autre s''il n''y en a pas.';

-- What a status does, its debtors being locked. Guarantee: what is held follows
-- the dates of the statuses, in whatever order they come.
--
-- Families. 205, 206, 207 and 210 tell how far the buyer contests, and the
-- latest one tells it all: an earlier one that comes late is written down and
-- does nothing; a new one takes the place of the dispute that an earlier one
-- opened, so that two never add up. So do 208 and 209. On one day, the order
-- they come in; yet between a 208 and a 209 of one day, the completion is the
-- end. A dispute that people opened is theirs: no status joins or closes it.
--
-- Scopes. Rank 0 is the whole invoice, with the instalments that it may get
-- later. A status ends what lies within its own scope, and is covered by what
-- lies around it; across the two, the most careful wins.
CREATE FUNCTION creances._effet_statut(creancier text, statut uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_column
DECLARE
	n creances.statut_facture;
	dit text;							-- what the acts give as their reason
	ref text;							-- and as their reference: two acts of one day are two
	rangs integer[];					-- the receivables that it is about
	entier boolean;
	couverte boolean;
	a record;
	nouvel uuid;
BEGIN
	SELECT s.* INTO n FROM creances.statut_facture s WHERE s.creancier = _effet_statut.creancier AND s.statut = _effet_statut.statut;
	-- nothing is claimed of a credit note, nor held
	rangs := ARRAY(SELECT c.rang FROM creances.creance c
					WHERE c.creancier = n.creancier AND c.facture = n.facture AND n.rang IN (0, c.rang) AND c.montant > 0 AND c.retiree_le IS NULL
					ORDER BY c.rang);
	IF n.code < 205 OR cardinality(rangs) = 0 THEN
		RETURN;
	END IF;
	dit := concat_ws(' : ', creances.libelle_statut(n.code), n.motif);
	ref := concat_ws(' ', 'statut', n.code, left(n.statut::text, 8), nullif(n.reference, ''));
	entier := n.code <> 206 OR n.montant IS NULL
		OR n.montant = (SELECT c.montant FROM creances.creance c
						 WHERE c.creancier = n.creancier AND c.facture = n.facture AND c.rang = rangs[1]);

	-- a later status has spoken of all of this scope
	couverte := EXISTS (
		SELECT FROM creances.statut_facture s
		 WHERE s.creancier = n.creancier AND s.facture = n.facture AND s.statut <> n.statut
		   AND (s.rang IN (0, n.rang) OR ARRAY[s.rang] @> rangs)
		   AND CASE WHEN n.code IN (205, 206, 207, 210) THEN s.code IN (205, 206, 207, 210) AND s.le > n.le
					WHEN n.code = 208 THEN s.code = 209 AND s.le >= n.le
					WHEN n.code = 209 THEN s.code = 208 AND s.le > n.le
					ELSE false END);
	IF couverte THEN
		RETURN;
	END IF;

	-- what statuses have opened on this invoice and still holds: it ends, or stays
	-- in place of a second one
	FOR a IN
		SELECT x.acte, x.le, x.montant,
			   x.rang IN (0, n.rang) OR ARRAY[x.rang] @> rangs AS autour,
			   n.rang IN (0, x.rang) OR rangs @> r.siens AS dedans
		  FROM creances.statut_facture s
		  JOIN creances.statut_acte l ON l.creancier = s.creancier AND l.statut = s.statut AND l.effet = 'ouvert'
		  JOIN creances.acte x ON x.creancier = l.creancier AND x.acte = l.acte
		 CROSS JOIN LATERAL (SELECT ARRAY(SELECT c.rang FROM creances.creance c
										   WHERE c.creancier = x.creancier AND c.facture = x.facture AND x.rang IN (0, c.rang)
											 AND c.montant > 0 AND c.retiree_le IS NULL) AS siens) r
		 WHERE s.creancier = n.creancier AND s.facture = n.facture AND x.annule_le IS NULL
		   AND CASE WHEN n.code IN (205, 206, 207, 210) THEN x.genre = 'litige' AND x.jusque IS NULL
					WHEN n.code IN (208, 209) THEN s.code = 208 AND x.jusque IS NULL
					WHEN n.code = 211 THEN s.code = 211 AND x.jusque >= n.le + 5
					WHEN n.code = 213 THEN x.genre = 'rejet' AND x.jusque IS NULL
					ELSE false END
		 ORDER BY x.le, x.acte
	LOOP
		IF n.code IN (205, 209) THEN
			CONTINUE WHEN NOT a.dedans OR a.le > n.le;
			IF n.code = 205 THEN
				PERFORM creances.clore_litige(a.acte, 'retire', n.le);
			ELSE
				PERFORM creances.reprendre(a.acte, dit, n.le);
			END IF;
			INSERT INTO creances.statut_acte VALUES (n.creancier, n.statut, a.acte, 'clos');
		ELSIF a.autour AND (n.code NOT IN (206, 207, 210) OR entier AND a.montant IS NULL OR NOT entier AND a.montant = n.montant) THEN
			INSERT INTO creances.statut_acte VALUES (n.creancier, n.statut, a.acte, 'deja_ouvert');
			couverte := true;
		ELSIF n.code IN (206, 207, 210) AND a.dedans AND a.le <= n.le THEN
			-- its last day is the eve: on no night do both count
			IF a.le < n.le THEN
				PERFORM creances.clore_litige(a.acte, 'retire', n.le - 1);
			ELSE
				PERFORM creances.annuler_acte(a.acte, format('remplacé le même jour par le statut %s', n.code), n.le);
			END IF;
			INSERT INTO creances.statut_acte VALUES (n.creancier, n.statut, a.acte, 'remplace');
		END IF;
	END LOOP;

	IF NOT couverte AND n.code NOT IN (205, 209) THEN
		FOR a IN
			SELECT c.rang, c.debiteur, c.montant FROM creances.creance c
			 WHERE c.creancier = n.creancier AND c.facture = n.facture AND c.rang = ANY (rangs)
			   -- one act for the whole, but an amount is one receivable's
			   AND (n.code = 212 OR c.rang = rangs[1])
			 ORDER BY c.rang
		LOOP
			nouvel := CASE
				WHEN n.code IN (206, 207, 210)
				THEN creances.ouvrir_litige(n.creancier, n.facture, dit, CASE WHEN entier THEN nullif(n.rang, 0) ELSE a.rang END,
											CASE WHEN NOT entier THEN n.montant END, creances._cause_statut(n.motif), n.le, ref)
				WHEN n.code = 208
				THEN creances.consigner(n.creancier, a.debiteur, 'suspension', n.le, dit, n.facture, nullif(n.rang, 0), reference => ref)
				WHEN n.code = 211
				-- five days: house policy, no text says so
				THEN creances.suspendre(n.creancier, a.debiteur, dit, n.le + 5, n.facture, nullif(n.rang, 0), n.le, ref)
				WHEN n.code = 212
				THEN creances.consigner(n.creancier, a.debiteur, 'encaissement', n.le, dit, n.facture, a.rang,
										montant => coalesce(n.montant, a.montant), reference => ref)
				ELSE creances.consigner(n.creancier, a.debiteur, 'rejet', n.le, dit, n.facture, nullif(n.rang, 0), reference => ref) END;
			INSERT INTO creances.statut_acte VALUES (n.creancier, n.statut, nouvel, 'ouvert');
		END LOOP;
	END IF;

	-- a later status of a narrower scope relied on what has just ended
	FOR a IN
		DELETE FROM creances.statut_acte l
		 USING creances.statut_acte f, creances.statut_facture s
		 WHERE f.creancier = n.creancier AND f.statut = n.statut AND f.effet IN ('clos', 'remplace')
		   AND l.creancier = f.creancier AND l.acte = f.acte AND l.effet = 'deja_ouvert'
		   AND s.creancier = l.creancier AND s.statut = l.statut AND s.le > n.le
		RETURNING s.statut, s.le, s.connu_le
	LOOP
		PERFORM creances._effet_statut(n.creancier, a.statut);
	END LOOP;
END $$;
COMMENT ON FUNCTION creances._effet_statut(text, uuid) IS 'Fait ce que dit un statut deja enregistre : ouvre, clot ou remplace des actes.';

-- Records a status, once whatever the redeliveries, and does what it says.
CREATE FUNCTION creances.recevoir_statut(
	creancier text,
	facture text,
	rang integer,
	code integer,
	le date,
	motif text DEFAULT NULL,
	montant numeric DEFAULT NULL,
	reference text DEFAULT '')
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_column
DECLARE
	n creances.statut_facture;
	libelle text;
	c record;
BEGIN
	n.creancier := recevoir_statut.creancier;
	n.facture := recevoir_statut.facture;
	n.rang := coalesce(recevoir_statut.rang, 0);
	n.code := recevoir_statut.code;
	n.le := recevoir_statut.le;
	n.montant := trim_scale(recevoir_statut.montant);
	n.motif := nullif(btrim(recevoir_statut.motif), '');
	n.reference := btrim(coalesce(recevoir_statut.reference, ''));
	libelle := creances.libelle_statut(n.code);

	IF n.creancier IS NULL OR n.facture IS NULL OR n.code IS NULL OR n.le IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'un statut demande un créancier, une facture, un code et une date',
			HINT = 'Exemple : SELECT creances.recevoir_statut(''principal'', ''F-001'', NULL, 207, ''2026-09-15'', ''QTE_ERR : deux colis manquants'').';
	END IF;
	IF libelle IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('statut de facture inconnu : %s', n.code),
			HINT = format('Les statuts sont : %s.', (SELECT string_agg(s || ' ' || creances.libelle_statut(s), ', ' ORDER BY s) FROM generate_series(200, 213) s));
	END IF;
	IF n.le NOT BETWEEN '1900-01-01' AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('date hors de 1900 à 2999 : %s', n.le),
			HINT = 'Donnez la date du statut, telle que la plateforme la donne.';
	END IF;
	IF n.code IN (206, 207, 208, 210) AND n.motif IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = format('le statut %s (%s) demande un motif', n.code, libelle),
			HINT = 'La norme l''exige pour 206, 207, 208 et 210 : transmettez le code de motif et son texte.';
	END IF;
	IF n.montant IS NOT NULL AND n.code NOT IN (206, 211, 212) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('le statut %s (%s) n''a pas de montant', n.code, libelle),
			HINT = 'Seuls 206 (la part non approuvée), 211 et 212 (ce qui est payé) en ont un.';
	END IF;
	IF n.montant IN ('NaN', 'Infinity', '-Infinity') OR n.montant <= 0 OR n.montant >= 1e15 OR n.montant <> round(n.montant, 6) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('montant de statut impossible : %s', n.montant),
			HINT = 'Donnez un montant positif, à six décimales au plus ; un encaissement annoncé à tort s''annule par annuler_acte().';
	END IF;

	-- the debtors are locked, in key order: one status of the invoice at a time,
	-- and no taking meanwhile
	FOR c IN
		SELECT x.debiteur FROM creances.creance x WHERE x.creancier = n.creancier AND x.facture = n.facture
		UNION
		-- who owed it when it was contested
		SELECT a.debiteur FROM creances.acte a WHERE a.creancier = n.creancier AND a.facture = n.facture
		ORDER BY debiteur
	LOOP
		PERFORM FROM creances.debiteur d WHERE d.creancier = n.creancier AND d.debiteur = c.debiteur FOR NO KEY UPDATE;
	END LOOP;
	SELECT count(*) AS nb, count(*) FILTER (WHERE x.retiree_le IS NULL) AS vives, min(x.debiteur) AS debiteur,
		   sum(x.montant) FILTER (WHERE x.retiree_le IS NULL) AS montant
	  INTO c FROM creances.creance x
	 WHERE x.creancier = n.creancier AND x.facture = n.facture AND n.rang IN (0, x.rang);
	IF c.nb = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002',
			MESSAGE = format('aucune créance %s/%s/%s', n.creancier, n.facture, CASE WHEN n.rang = 0 THEN '*' ELSE n.rang::text END),
			HINT = 'Les créances sont dans creances.creance ; en mode differe, une facture neuve n''y est qu''après creances.rafraichir().';
	END IF;
	IF n.montant IS NOT NULL AND c.vives > 1 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('la facture %s a %s échéances : ce montant ne dit pas de laquelle', n.facture, c.vives),
			HINT = 'Donnez le rang de l''échéance, et un statut pour chacune.';
	END IF;
	IF n.code = 206 AND n.montant > greatest(c.montant, 0) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('part non approuvée de %s, pour une facture de %s', n.montant, trim_scale(c.montant)),
			HINT = 'Le montant d''un statut 206 est la part que l''acheteur n''approuve pas.';
	END IF;

	n.statut := md5(concat_ws(chr(31), n.creancier, n.facture, n.rang, n.code, to_char(n.le, 'YYYY-MM-DD'), coalesce(n.montant::text, ''), n.reference))::uuid;
	INSERT INTO creances.statut_facture (creancier, statut, facture, rang, code, le, montant, motif, reference)
	VALUES (n.creancier, n.statut, n.facture, n.rang, n.code, n.le, n.montant, n.motif, n.reference)
	ON CONFLICT DO NOTHING;
	IF FOUND THEN
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
		VALUES (n.creancier, 'statut', n.le, c.debiteur, n.facture, nullif(n.rang, 0),
				jsonb_strip_nulls(jsonb_build_object('statut', n.statut, 'code', n.code, 'montant', n.montant, 'motif', n.motif,
													 'reference', nullif(n.reference, ''))));
		PERFORM creances._effet_statut(n.creancier, n.statut);
	END IF;
	RETURN n.statut;
END $$;
COMMENT ON FUNCTION creances.recevoir_statut(text, text, integer, integer, date, text, numeric, text) IS
'Enregistre un statut de facture electronique et fait ce qu''il dit. 200 a 204 : rien. 205 : clot les litiges nes d''un statut. 206 (montant : la part non approuvee), 207, 210 : litige. 208 : suspend jusqu''a 209. 211 : suspend cinq jours (politique de la maison). 212 : ce qui est annonce n''est plus reclame, le temps que le reglement arrive (voir statut_a_rapprocher). 213 : jamais parvenue a l''acheteur, ni relance ni retard jusqu''a ce que l''acte soit clos. rang NULL : toutes les echeances. Rend l''identifiant du statut ; le meme, recu deux fois, n''a qu''un effet, et l''ordre d''arrivee ne compte pas : les dates des statuts font foi. Un litige ouvert a la main reste a qui l''a ouvert.';

-- Cashed, says a status, and the ledger has not seen it (or not all).
CREATE VIEW creances.statut_a_rapprocher AS
SELECT c.creancier, c.debiteur, d.nom, c.facture, c.rang, c.devise,
	   sum(e.montant)::numeric(20,3) AS annonce,
	   (c.montant - c.solde)::numeric(20,3) AS recu,
	   (sum(e.montant) - (c.montant - c.solde))::numeric(20,3) AS ecart,
	   min(e.le) FILTER (WHERE e.cumul > c.montant - c.solde) AS depuis
  FROM (SELECT a.creancier, a.facture, a.rang, a.le, a.montant,
			   sum(a.montant) OVER (PARTITION BY a.creancier, a.facture, a.rang ORDER BY a.le, a.acte) AS cumul
		  FROM creances.acte a
		  JOIN creances.creancier s ON s.creancier = a.creancier
		 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
		 WHERE a.genre = 'encaissement' AND (a.annule_le IS NULL OR a.annule_le > j.jour)) e
  JOIN creances.creance c ON c.creancier = e.creancier AND c.facture = e.facture AND c.rang = e.rang AND c.retiree_le IS NULL
  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
 GROUP BY c.creancier, c.facture, c.rang, d.creancier, d.debiteur
HAVING sum(e.montant) > c.montant - c.solde;
COMMENT ON VIEW creances.statut_a_rapprocher IS
'Encaissements annonces par un statut 212 que le grand livre n''a pas, ou pas tous : une ligne par creance. Tant qu''elle y est, l''ecart n''est pas reclame. Un reglement l''en fait sortir ; annonce a tort, annuler_acte() aussi.';
COMMENT ON COLUMN creances.statut_a_rapprocher.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.statut_a_rapprocher.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.statut_a_rapprocher.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.statut_a_rapprocher.facture IS 'Numero de la facture.';
COMMENT ON COLUMN creances.statut_a_rapprocher.rang IS 'Rang de l''echeance.';
COMMENT ON COLUMN creances.statut_a_rapprocher.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.statut_a_rapprocher.annonce IS 'Somme des encaissements annonces.';
COMMENT ON COLUMN creances.statut_a_rapprocher.recu IS 'Ce que le grand livre en connait : montant moins solde, avoirs compris.';
COMMENT ON COLUMN creances.statut_a_rapprocher.ecart IS 'Ce qui manque.';
COMMENT ON COLUMN creances.statut_a_rapprocher.depuis IS 'Date du premier encaissement annonce qui manque, en tout ou partie.';
