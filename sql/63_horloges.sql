-- Clocks: what must be done by when, and what is lost if it is not.
--
-- A clock never keeps a date: each is counted from dated facts (acts, due dates,
-- messages that were sent), so that it is true at a past date as it is today, and
-- an act that comes late does not hide that it was late.
--
-- They do not count alike: a prescription ends on the eve of its anniversary
-- (52_delais), a procedural delay on a working day (CPC 640 to 642), what a policy
-- or a letter says is plain days. A deadline against the creditor ignores local
-- holidays (shorter), one that is granted to the debtor counts them (longer).

-- ------------------------------------------------- lengths, by date: law or usage

CREATE TABLE creances.delai_horloge (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	horloge		text NOT NULL CHECK (horloge IN ('mise_en_demeure', 'injonction_signification', 'injonction_opposition', 'injonction_executoire')),
	depuis		date NOT NULL CHECK (depuis BETWEEN '1900-01-01' AND '2999-12-31'),
	mois		integer NOT NULL DEFAULT 0 CHECK (mois BETWEEN 0 AND 120),
	jours		integer NOT NULL DEFAULT 0 CHECK (jours BETWEEN 0 AND 3650),
	source		text NOT NULL CHECK (source <> ''),
	actif		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (origine, horloge, depuis)
);
COMMENT ON TABLE creances.delai_horloge IS
'Durée des délais qu''un texte ou l''usage fixe, par date du fait dont ils courent (celle de l''ordonnance, pour une injonction de payer). La ligne de l''utilisateur l''emporte sur celle, de même date, que livre l''extension et qui ne se modifie pas : c''est ainsi que se change l''usage de huit jours d''une mise en demeure.';
COMMENT ON COLUMN creances.delai_horloge.origine IS 'creances (livrée) ou utilisateur.';
COMMENT ON COLUMN creances.delai_horloge.horloge IS 'Horloge (voir echeances_legales) : mise_en_demeure, injonction_signification, injonction_opposition ou injonction_executoire.';
COMMENT ON COLUMN creances.delai_horloge.depuis IS 'Premier jour du fait auquel elle s''applique.';
COMMENT ON COLUMN creances.delai_horloge.mois IS 'Durée, en mois.';
COMMENT ON COLUMN creances.delai_horloge.jours IS 'Jours qui s''y ajoutent.';
COMMENT ON COLUMN creances.delai_horloge.source IS 'Texte, ou l''usage.';
COMMENT ON COLUMN creances.delai_horloge.actif IS 'Faux : masque la durée livrée de même date.';

INSERT INTO creances.delai_horloge (origine, horloge, depuis, mois, jours, source) VALUES
	('creances', 'mise_en_demeure', '1900-01-01', 0, 8, 'usage de huit jours : la loi ne fixe pas de délai (C. civ. 1344)'),
	('creances', 'injonction_signification', '1900-01-01', 6, 0, 'CPC 1411 : six mois de l''ordonnance, rendue avant le 1er septembre 2026'),
	('creances', 'injonction_signification', '2026-09-01', 3, 0, 'CPC 1411 : trois mois de l''ordonnance (décret 2026-96, art. 9)'),
	('creances', 'injonction_opposition', '1900-01-01', 1, 0, 'CPC 1416 : un mois de la signification'),
	('creances', 'injonction_executoire', '1900-01-01', 0, 0, 'CPC 1422 : passé le mois de l''opposition'),
	('creances', 'injonction_executoire', '2026-09-01', 2, 0, 'CPC 1422 : passé le mois de l''opposition, et deux mois de la signification sans avis d''opposition du greffe (décret 2026-96, art. 9)');
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.delai_horloge
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.delai_horloge', $$WHERE origine = 'utilisateur'$$);

CREATE FUNCTION creances._delai_horloge(horloge text, le date) RETURNS TABLE (mois integer, jours integer, source text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT x.mois, x.jours, x.source
	  FROM creances.delai_horloge x
	 WHERE x.horloge = _delai_horloge.horloge AND x.depuis <= le AND x.actif
	   AND (x.origine = 'utilisateur'
			OR NOT EXISTS (SELECT FROM creances.delai_horloge u WHERE u.origine = 'utilisateur' AND u.horloge = x.horloge AND u.depuis = x.depuis))
	 ORDER BY x.depuis DESC LIMIT 1;
END;
COMMENT ON FUNCTION creances._delai_horloge(text, date) IS 'Durée d''un délai pour un fait de ce jour ; aucune ligne si elle est masquée.';

-- -------------------------------------------------------- credit insurance

CREATE TABLE creances.police_assurance (
	creancier	text NOT NULL,
	police		text NOT NULL CHECK (police <> ''),
	debiteur	text NOT NULL DEFAULT '',
	depuis		date NOT NULL CHECK (depuis BETWEEN '1900-01-01' AND '2999-12-31'),
	jusque		date CHECK (jusque BETWEEN depuis AND '2999-12-31'),
	assureur	text NOT NULL CHECK (assureur <> ''),
	declaration	integer NOT NULL CHECK (declaration BETWEEN 0 AND 3650),
	remise		integer CHECK (remise BETWEEN 0 AND 3650),
	depart_remise text NOT NULL DEFAULT 'declaration' CHECK (depart_remise IN ('declaration', 'echeance')),
	garantie	numeric CHECK (garantie >= 0 AND garantie < 1e15 AND garantie = round(garantie, 6)),
	devise		text NOT NULL DEFAULT 'EUR' CHECK (devise ~ '^[A-Z]{3}$'),
	source		text NOT NULL CHECK (source <> ''),
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, police, debiteur, depuis)
);
COMMENT ON TABLE creances.police_assurance IS
'Police d''assurance-crédit, datée : pour tout le portefeuille (debiteur vide) ou pour un client, dont la ligne l''emporte. Elle vaut pour les créances nées pendant qu''elle court. Écrite par assurer().';
COMMENT ON COLUMN creances.police_assurance.creancier IS 'Société créancière, assurée.';
COMMENT ON COLUMN creances.police_assurance.police IS 'Numéro de la police.';
COMMENT ON COLUMN creances.police_assurance.debiteur IS 'Client ; vide : tous ceux qui n''ont pas leur propre ligne.';
COMMENT ON COLUMN creances.police_assurance.depuis IS 'Premier jour où elle garantit : la créance est née ce jour ou après (livraison, à défaut émission).';
COMMENT ON COLUMN creances.police_assurance.jusque IS 'Dernier jour où une créance peut naître garantie ; NULL : sans fin connue.';
COMMENT ON COLUMN creances.police_assurance.assureur IS 'Assureur.';
COMMENT ON COLUMN creances.police_assurance.declaration IS 'Jours pour déclarer l''impayé, après l''échéance d''origine de la facture : un report ne les prolonge pas.';
COMMENT ON COLUMN creances.police_assurance.remise IS 'Jours pour remettre le dossier ; NULL : la police n''en demande pas.';
COMMENT ON COLUMN creances.police_assurance.depart_remise IS 'Ce dont courent ces jours : declaration (l''acte declaration_assureur) ou echeance (celle de la facture).';
COMMENT ON COLUMN creances.police_assurance.garantie IS 'Montant garanti (agrément) du client, ou de chacun de ceux qui n''ont pas leur ligne ; 0 : aucune garantie ; NULL : non limité.';
COMMENT ON COLUMN creances.police_assurance.devise IS 'Devise du montant garanti.';
COMMENT ON COLUMN creances.police_assurance.source IS 'Où cela est écrit : conditions particulières du..., agrément du...';
COMMENT ON COLUMN creances.police_assurance.auteur IS 'Rôle qui l''a enregistrée.';
COMMENT ON COLUMN creances.police_assurance.connu_le IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.police_assurance.details IS 'Colonnes de l''utilisateur.';
SELECT pg_catalog.pg_extension_config_dump('creances.police_assurance', '');

CREATE FUNCTION creances.assurer(
	creancier text,
	police text,
	depuis date,
	assureur text,
	declaration integer,
	remise integer DEFAULT NULL,
	debiteur text DEFAULT NULL,
	garantie numeric DEFAULT NULL,
	jusque date DEFAULT NULL,
	depart_remise text DEFAULT 'declaration',
	devise text DEFAULT 'EUR',
	source text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	p_debiteur CONSTANT text := coalesce(assurer.debiteur, '');
	n creances.police_assurance;
BEGIN
	PERFORM creances._verifier_fait(depuis, 'une police', source);
	IF coalesce(btrim(police), '') = '' OR coalesce(btrim(assureur), '') = '' OR declaration IS NULL OR depart_remise IS NULL OR devise IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'une police a un numéro, un assureur et un délai de déclaration',
			HINT = 'Exemple : creances.assurer(''principal'', ''P-2026'', ''2026-01-01'', ''Assureur'', 60, 30, source => ''conditions particulières du 12/12/2025'').';
	END IF;
	IF NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = assurer.creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', coalesce(creancier, 'NULL')),
			HINT = 'Les créanciers sont dans creances.creancier ; le premier est écrit par suivre_factures().';
	END IF;
	IF p_debiteur <> '' AND NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = assurer.creancier AND d.debiteur = p_debiteur) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('débiteur inconnu : %s', p_debiteur),
			HINT = 'Les débiteurs sont dans creances.debiteur ; omettez-le pour tout le portefeuille.';
	END IF;
	IF declaration NOT BETWEEN 0 AND 3650 OR remise NOT BETWEEN 0 AND 3650 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('délai inattendu : %s', CASE WHEN declaration NOT BETWEEN 0 AND 3650 THEN declaration ELSE remise END),
			HINT = 'Les délais d''une police vont de 0 à 3650 jours ; omettez remise si elle n''en fixe pas.';
	END IF;
	IF depart_remise NOT IN ('declaration', 'echeance') THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('départ de la remise inconnu : « %s »', depart_remise),
			HINT = 'Les départs sont declaration (par défaut) et echeance.';
	END IF;
	IF garantie IN ('NaN', 'Infinity', '-Infinity') OR garantie < 0 OR garantie >= 1e15 OR garantie <> round(garantie, 6) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('montant garanti inattendu : %s', garantie),
			HINT = 'Il est positif, ou 0 pour un client que l''assureur ne garantit pas ; omettez-le s''il n''est pas limité.';
	END IF;
	IF devise !~ '^[A-Z]{3}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('devise inconnue : %s', devise), HINT = 'Donnez un code ISO 4217, EUR par exemple.';
	END IF;
	IF jusque NOT BETWEEN depuis AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('une police du %s ne finit pas le %s', depuis, jusque),
			HINT = 'La fin est un jour de 1900 à 2999, au plus tôt celui du début.';
	END IF;

	INSERT INTO creances.police_assurance AS p (creancier, police, debiteur, depuis, jusque, assureur, declaration, remise, depart_remise, garantie, devise, source)
	VALUES (creancier, btrim(police), p_debiteur, depuis, jusque, btrim(assureur), declaration, remise, depart_remise, garantie, devise, btrim(source))
	ON CONFLICT ON CONSTRAINT police_assurance_pkey DO UPDATE
	   SET jusque = excluded.jusque, assureur = excluded.assureur, declaration = excluded.declaration, remise = excluded.remise,
		   depart_remise = excluded.depart_remise, garantie = excluded.garantie, devise = excluded.devise, source = excluded.source,
		   auteur = excluded.auteur, connu_le = excluded.connu_le
	RETURNING p.* INTO n;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	VALUES (n.creancier, 'assurance', n.depuis, nullif(n.debiteur, ''), jsonb_strip_nulls(to_jsonb(n) - 'details'));
END $$;
COMMENT ON FUNCTION creances.assurer(text, text, date, text, integer, integer, text, numeric, date, text, text, text) IS
'Enregistre une police d''assurance-crédit : jours après l''échéance pour déclarer un impayé, puis pour remettre le dossier, montant garanti, pour tout le portefeuille ou pour un client (garantie => 0 : non garanti). Les jours sont ceux de la police, de calendrier, sans report, depuis l''échéance d''origine de la facture : la plus ancienne que l''ERP ait dite. Une déclaration ou une remise (consigner) qui ne nomme pas de facture vaut pour celles qui étaient échues ce jour-là. La source est obligatoire. Un second appel pour les mêmes police, client et date remplace le premier ; l''histoire (evenement) garde les deux.';

-- --------------------------------------------------- what was owed on a day

-- One receivable as it was on a day (see _etat_au): for a few, by their keys (the
-- limit keeps it a look-up when it is inlined, here and below).
CREATE FUNCTION creances._creance_au(creancier text, facture text, rang integer, au date)
RETURNS TABLE (debiteur text, echeance date, naissance date, depart date, devise text, montant numeric, solde numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT e.debiteur, e.echeance, coalesce(c.livraison, e.emission, e.nee_le), least(coalesce(c.livraison, e.emission), e.echeance),
		   e.devise, e.montant, e.montant - m.somme
	  FROM creances.creance c
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > au
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (
		SELECT coalesce(v.debiteur, c.debiteur) AS debiteur, CASE WHEN v.version IS NULL THEN c.emission ELSE v.emission END AS emission,
			   coalesce(v.nee_le, c.nee_le) AS nee_le, coalesce(v.echeance, c.echeance) AS echeance, coalesce(v.devise, c.devise) AS devise,
			   coalesce(v.montant, c.montant) AS montant, coalesce(v.retiree, c.retiree_le IS NOT NULL) AS retiree) e
	 CROSS JOIN LATERAL (SELECT coalesce(sum(r.montant), 0) AS somme FROM creances.reglement r
						  WHERE r.creancier = c.creancier AND r.facture = c.facture AND r.rang = c.rang AND r.le <= au) m
	 WHERE c.creancier = _creance_au.creancier AND c.facture = _creance_au.facture AND c.rang = _creance_au.rang
	   AND NOT e.retiree AND e.nee_le <= au AND e.montant > m.somme AND NOT creances._en_compte(c.nature, c.facture, e.montant - m.somme)
	 LIMIT 1;
END;
COMMENT ON FUNCTION creances._creance_au(text, text, integer, date) IS 'Une créance telle qu''elle était due un jour ; aucune ligne si rien n''en était dû.';

-- All of them: from what is open or was closed since, and what moved since, so
-- that today costs one reading of what is open; the few that were changed since
-- are looked up.
CREATE FUNCTION creances._dues_au(au date)
RETURNS TABLE (creancier text, facture text, rang integer, debiteur text, echeance date, naissance date, depart date, devise text, solde numeric, modifiee boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT c.creancier, c.facture, c.rang, c.debiteur, c.echeance, coalesce(c.livraison, c.emission, c.nee_le),
		   least(coalesce(c.livraison, c.emission), c.echeance), c.devise, c.solde + coalesce(m.somme, 0), c.versions > 0
	  FROM creances.creance c
	  LEFT JOIN (SELECT r.creancier, r.facture, r.rang, sum(r.montant) AS somme FROM creances.reglement r WHERE r.le > au
				  GROUP BY r.creancier, r.facture, r.rang) m ON m.creancier = c.creancier AND m.facture = c.facture AND m.rang = c.rang
	 WHERE (c.solde <> 0 OR c.soldee_le > au) AND (c.version_le IS NULL OR c.version_le <= au) AND c.retiree_le IS NULL AND c.nee_le <= au
	   AND c.solde + coalesce(m.somme, 0) > 0 AND NOT creances._en_compte(c.nature, c.facture, c.solde + coalesce(m.somme, 0))
	UNION ALL
	SELECT c.creancier, c.facture, c.rang, e.debiteur, e.echeance, e.naissance, e.depart, e.devise, e.solde, true
	  FROM creances.creance c
	 CROSS JOIN LATERAL creances._creance_au(c.creancier, c.facture, c.rang, au) e
	 WHERE (c.solde <> 0 OR c.soldee_le > au) AND c.version_le > au;
END;
COMMENT ON FUNCTION creances._dues_au(date) IS 'Créances dues un jour, comme _etat_au() les donne, sans les crédits ni ce qui est en compte.';

-- What an act is about that was still owed on a day: its invoice, or those of its
-- debtor that were born by its date.
CREATE FUNCTION creances._vises_au(creancier text, debiteur text, facture text, rang integer, le date, au date)
RETURNS TABLE (facture_ text, rang_ integer, naissance date, echeance date, devise text, solde numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
	SELECT c.facture, c.rang, e.naissance, e.echeance, e.devise, e.solde
	  FROM creances.creance c
	 CROSS JOIN LATERAL creances._creance_au(c.creancier, c.facture, c.rang, au) e
	 WHERE _vises_au.facture <> '' AND c.creancier = _vises_au.creancier AND c.facture = _vises_au.facture AND _vises_au.rang IN (0, c.rang)
	UNION ALL
	SELECT c.facture, c.rang, e.naissance, e.echeance, e.devise, e.solde
	  FROM creances.creance c
	 CROSS JOIN LATERAL creances._creance_au(c.creancier, c.facture, c.rang, au) e
	 WHERE _vises_au.facture = '' AND c.creancier = _vises_au.creancier AND c.debiteur = _vises_au.debiteur AND (c.solde <> 0 OR c.soldee_le > au)
	   AND e.debiteur = c.debiteur AND e.naissance <= le;
END;
COMMENT ON FUNCTION creances._vises_au(text, text, text, integer, date, date) IS 'Ce que vise un acte, et qui restait dû un jour.';

-- -------------------------------------------------------------- the clocks
--
-- Each gives its rows, whatever their distance; `attente` is NULL where a right is
-- lost when the day has passed, else how many days after it something can be done.

-- An old item only: acts put the day off, so its bare length is a bound. The
-- shortest nature that is in use says how old it must be.
CREATE FUNCTION creances._horloge_prescription(fin date, au date)
RETURNS TABLE (societe text, debiteur text, facture text, rang integer, horloge text, depart date, echeance date, devise text, montant numeric,
			   source text, message text, acte uuid, attente integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.creancier, e.debiteur, e.facture, e.rang, 'prescription', e.depart, p.dernier_jour, e.devise, e.solde,
		   CASE WHEN n.nature IS NULL THEN 'C. civ. 2219' ELSE n.source || ' ; C. civ. 2228, 2229 : sans report' END,
		   CASE p.etat
				WHEN 'nature inconnue' THEN p.texte || ' : ajoutez-la, le dernier jour n''est pas connu'
				WHEN 'acquise' THEN format('prescrite depuis le %s : le débiteur peut refuser de la payer ; vérifiez qu''aucun acte ne manque, puis passez-la en perte',
										   to_char(p.dernier_jour + 1, 'YYYY-MM-DD'))
				ELSE format('assignez, faites signifier une injonction de payer ou obtenez une reconnaissance écrite au plus tard ce jour, sinon %s ; une relance ou une mise en demeure n''interrompt pas la prescription%s',
							CASE p.nature_finale WHEN 'titre' THEN 'le titre ne s''exécute plus' ELSE 'la créance ne peut plus être réclamée en justice' END,
							CASE WHEN p.dernier_jour_possible > p.dernier_jour THEN format(' (peut-être interrompue : %s, à prouver)', to_char(p.dernier_jour_possible, 'YYYY-MM-DD')) ELSE '' END) END,
		   NULL::uuid, NULL::integer
	  FROM (SELECT CASE WHEN EXISTS (SELECT FROM creances.convention v
									  WHERE NOT EXISTS (SELECT FROM creances.nature_prescription x WHERE x.nature = v.prescription) AND v.prescription IS NOT NULL)
						  OR (SELECT count(*) FROM creances.nature_prescription x WHERE x.nature IN ('commerce', 'dette_publique', 'consommateur', 'civil')) < 4 THEN 'infinity'::date
						-- (some days more: months of different lengths)
						ELSE (fin + 5 - make_interval(months => (
								SELECT min(x.mois) FROM creances.nature_prescription x
								 WHERE x.nature IN ('commerce', 'dette_publique', 'consommateur', 'civil')
									OR x.nature IN (SELECT v.prescription FROM creances.convention v))))::date END AS limite OFFSET 0) l
	  JOIN creances._dues_au(au) e ON e.depart <= l.limite
	 CROSS JOIN LATERAL (SELECT x.nature, x.mois, x.depart_annee FROM creances._prescription_base x
						  WHERE x.creancier = e.creancier AND x.facture = e.facture AND x.rang = e.rang LIMIT 1) b
	 CROSS JOIN LATERAL (SELECT b.mois IS NULL OR creances._prescription_fin(e.depart, b.mois, b.depart_annee) <= fin AS proche OFFSET 0) q
	 CROSS JOIN LATERAL creances._prescription_creance(e.creancier, e.debiteur, e.facture, e.rang, e.depart, e.echeance, b.nature, au) p
	  LEFT JOIN creances.nature_prescription n ON n.nature = p.nature_finale
	 WHERE q.proche AND p.etat <> 'instance en cours';
END;
COMMENT ON FUNCTION creances._horloge_prescription(date, date) IS 'Horloge de la prescription, comme prescription_proche(), pour ce qui était dû un jour.';

CREATE FUNCTION creances._horloge_assurance(au date)
RETURNS TABLE (societe text, debiteur text, facture text, rang integer, horloge text, depart date, echeance date, devise text, montant numeric,
			   source text, message text, acte uuid, attente integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT e.creancier, e.debiteur, e.facture, e.rang, h.horloge, h.depart, h.echeance, e.devise, e.solde,
		   format(CASE h.horloge WHEN 'assurance_declaration' THEN 'police %s, %s : déclaration dans les %s jours de l''échéance (%s)'
								 ELSE 'police %s, %s : dossier remis dans les %s jours de ' || CASE p.depart_remise WHEN 'echeance' THEN 'l''échéance' ELSE 'la déclaration' END || ' (%s)' END,
				  p.police, p.assureur, h.jours, p.source)
		   || CASE WHEN o.echeance < e.echeance THEN format(' ; échéance d''origine, reportée depuis au %s', to_char(e.echeance, 'YYYY-MM-DD')) ELSE '' END,
		   format(CASE h.horloge WHEN 'assurance_declaration' THEN 'déclarez l''impayé à %s au plus tard ce jour et consignez declaration_assureur, sinon la garantie est perdue pour cette créance%s'
								 ELSE 'remettez le dossier à %s au plus tard ce jour et consignez remise_assureur, sinon l''indemnité peut être refusée%s' END
				  || CASE WHEN s.declaree_le > o.echeance + p.declaration
						  THEN format(' ; déclaré le %s, après le %s : la garantie est à discuter', to_char(s.declaree_le, 'YYYY-MM-DD'), to_char(o.echeance + p.declaration, 'YYYY-MM-DD')) ELSE '' END,
				  p.assureur, CASE WHEN p.garantie IS NOT NULL THEN format(' (garantie : %s %s)', trim_scale(p.garantie), p.devise) ELSE '' END),
		   CASE h.horloge WHEN 'assurance_remise' THEN s.declaration END, NULL::integer
	  FROM creances._dues_au(au) e
	 -- the earliest one ever told: the insurer did not agree to what was granted since
	 CROSS JOIN LATERAL (SELECT least(e.echeance, CASE WHEN e.modifiee THEN (
								SELECT min(v.echeance) FROM creances.creance_version v
								 WHERE v.creancier = e.creancier AND v.facture = e.facture AND v.rang = e.rang AND v.jusque <= au AND NOT v.retiree) END) AS echeance) o
	 -- the debtor's own row, else the portfolio's; the latest one that holds for this debt
	 CROSS JOIN LATERAL (SELECT x.* FROM creances.police_assurance x
						  WHERE x.creancier = e.creancier AND x.debiteur IN ('', e.debiteur) AND x.depuis <= e.naissance
							AND (x.jusque IS NULL OR x.jusque >= e.naissance)
						  ORDER BY x.debiteur = '', x.depuis DESC, x.police LIMIT 1) p
	 CROSS JOIN LATERAL (
		SELECT min(x.le) FILTER (WHERE x.genre = 'declaration_assureur') AS declaree_le,
			   (array_agg(x.acte ORDER BY x.le, x.acte) FILTER (WHERE x.genre = 'declaration_assureur'))[1] AS declaration,
			   count(*) FILTER (WHERE x.genre = 'remise_assureur') > 0 AS remise
		  FROM creances._actes(e.creancier, e.debiteur, e.facture, e.rang, e.naissance, au) x
		 -- one that names no invoice is about what was overdue on its day
		 WHERE x.genre IN ('declaration_assureur', 'remise_assureur') AND (x.facture <> '' OR x.le > o.echeance)) s
	 CROSS JOIN LATERAL (
		SELECT 'assurance_declaration' AS horloge, o.echeance AS depart, p.declaration AS jours, o.echeance + p.declaration AS echeance WHERE s.declaration IS NULL
		UNION ALL
		SELECT 'assurance_remise', d.depart, p.remise, d.depart + p.remise
		  FROM (SELECT CASE p.depart_remise WHEN 'echeance' THEN o.echeance ELSE s.declaree_le END AS depart) d
		 WHERE p.remise IS NOT NULL AND d.depart IS NOT NULL) h
	 WHERE e.creancier IN (SELECT x.creancier FROM creances.police_assurance x)
	   AND (e.echeance < au OR e.modifiee) AND o.echeance < au AND coalesce(p.garantie > 0, true) AND NOT s.remise;
END;
COMMENT ON FUNCTION creances._horloge_assurance(date) IS 'Horloges de l''assureur, pour ce qui était dû un jour et échu selon son échéance d''origine.';

-- access path: the formal notices that were sent
CREATE INDEX relance_creance_mise_en_demeure ON creances.relance_creance (creancier, facture, rang, relance)
 WHERE stade = 'mise_en_demeure' AND reclamee AND etat = 'envoyee';

-- Unanswered: nothing holds the item, and nothing was done since.
CREATE FUNCTION creances._sans_suite(creancier text, debiteur text, facture text, rang integer, naissance date, montant numeric, solde numeric,
									 depuis date, au date) RETURNS TABLE (attend boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT NOT EXISTS (SELECT FROM creances._actes(creancier, debiteur, facture, rang, naissance, au) a
						WHERE a.le >= depuis AND a.genre IN ('demande_en_justice', 'ordonnance_injonction', 'injonction_signifiee', 'titre_executoire', 'execution_forcee'))
	   AND NOT EXISTS (SELECT FROM creances._etape_au(creancier, facture, rang, au) s WHERE s.stade > 'mise_en_demeure')
	   AND NOT EXISTS (SELECT FROM creances._suspension(creancier, debiteur, facture, rang, naissance, montant, solde, au) s WHERE s.motif IS NOT NULL);
END;
COMMENT ON FUNCTION creances._sans_suite(text, text, text, integer, date, numeric, numeric, date, date) IS
'Rien n''a suivi une mise en demeure : ni procédure, ni stade plus haut, ni suspension.';

CREATE FUNCTION creances._horloge_mise_en_demeure(au date)
RETURNS TABLE (societe text, debiteur text, facture text, rang integer, horloge text, depart date, echeance date, devise text, montant numeric,
			   source text, message text, acte uuid, attente integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH envois AS MATERIALIZED (
		SELECT DISTINCT ON (l.creancier, l.facture, l.rang) l.creancier, l.facture, l.rang, r.relance, r.envoyee_le, r.date_limite
		  FROM creances.relance_creance l
		  JOIN creances.creance c ON c.creancier = l.creancier AND c.facture = l.facture AND c.rang = l.rang AND (c.solde <> 0 OR c.soldee_le > au)
		  JOIN creances.relance r ON r.creancier = l.creancier AND r.relance = l.relance
		 WHERE l.stade = 'mise_en_demeure' AND l.reclamee AND l.etat = 'envoyee' AND r.envoyee_le <= au
		 ORDER BY l.creancier, l.facture, l.rang, r.envoyee_le DESC, r.relance
	), attendues AS (
		SELECT v.creancier, e.debiteur, v.facture, v.rang, v.envoyee_le AS le, coalesce(v.date_limite, v.envoyee_le + make_interval(months => h.mois, days => h.jours))::date AS jusque,
			   e.devise, e.solde, CASE WHEN v.date_limite IS NULL THEN h.source ELSE 'date limite que donne le message (C. civ. 1344)' END AS source, v.relance AS acte
		  FROM envois v
		 CROSS JOIN LATERAL creances._creance_au(v.creancier, v.facture, v.rang, au) e
		  LEFT JOIN LATERAL creances._delai_horloge('mise_en_demeure', v.envoyee_le) h ON true
		 CROSS JOIN LATERAL creances._sans_suite(v.creancier, e.debiteur, v.facture, v.rang, e.naissance, e.montant, e.solde, v.envoyee_le, au) s
		 WHERE s.attend
		UNION ALL
		-- told by hand: one row for what it is about, a message of ours excepted
		SELECT a.creancier, a.debiteur, nullif(a.facture, ''), nullif(a.rang, 0), a.le, (a.le + make_interval(months => h.mois, days => h.jours))::date,
			   x.devise, sum(x.solde), h.source, a.acte
		  FROM creances.acte a
		 CROSS JOIN LATERAL creances._delai_horloge('mise_en_demeure', a.le) h
		 CROSS JOIN LATERAL creances._vises_au(a.creancier, a.debiteur, a.facture, a.rang, a.le, au) x
		 CROSS JOIN LATERAL creances._sans_suite(a.creancier, a.debiteur, x.facture_, x.rang_, x.naissance, x.solde, x.solde, a.le, au) s
		 WHERE a.genre = 'mise_en_demeure' AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au) AND x.echeance < a.le AND s.attend
		   AND NOT EXISTS (SELECT FROM envois v WHERE v.creancier = a.creancier AND v.facture = x.facture_ AND v.rang = x.rang_)
		 GROUP BY a.creancier, a.acte, x.devise, h.mois, h.jours, h.source
	)
	SELECT t.creancier, t.debiteur, t.facture, t.rang, 'mise_en_demeure', t.le, t.jusque, t.devise, t.solde, t.source,
		   CASE WHEN t.jusque < au THEN 'restée sans réponse : décidez de la suite (injonction de payer, assignation, mandat) ; la prescription court toujours'
				ELSE 'le débiteur a jusqu''à ce jour pour payer ou répondre ; rien ne se perd ensuite, mais la prescription court toujours' END,
		   t.acte, 1
	  FROM attendues t WHERE t.jusque IS NOT NULL;
END;
COMMENT ON FUNCTION creances._horloge_mise_en_demeure(date) IS 'Horloge de la réponse à une mise en demeure, envoyée par un message ou consignée.';

CREATE FUNCTION creances._horloge_procedure(au date)
RETURNS TABLE (societe text, debiteur text, facture text, rang integer, horloge text, depart date, echeance date, devise text, montant numeric,
			   source text, message text, acte uuid, attente integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT p.creancier, p.debiteur, NULL::text, NULL::integer, h.horloge, q.depart, h.echeance, p.devise, p.a_declarer,
		   h.source || CASE WHEN q.publiee THEN '' ELSE ' ; comptés du jugement, la publication n''étant pas connue' END,
		   h.message, p.acte, NULL::integer
	  FROM creances.procedure_collective p
	 CROSS JOIN LATERAL (SELECT coalesce(p.publication <= au, false) AS publiee) b
	 CROSS JOIN LATERAL (SELECT b.publiee, d.depart, creances.delai_procedure(d.depart, 2, 0, 'metropole', p.eloignement) AS declarer_avant,
								creances.delai_procedure(d.depart, 6) AS releve_avant
						   FROM (SELECT CASE WHEN b.publiee THEN p.publication ELSE p.jugement END AS depart) d) q
	 CROSS JOIN LATERAL (
		SELECT 'declaration_creance' AS horloge, q.declarer_avant AS echeance,
			   CASE WHEN p.nature = 'retablissement' THEN 'C. com. L645-8 : deux mois de l''avis du mandataire' ELSE 'C. com. L622-24, R622-24 : deux mois de la publication' END
			   || CASE WHEN p.eloignement > 0 THEN ', et deux d''éloignement' ELSE '' END AS source,
			   format('déclarez cette créance au %s, avec preuve, au plus tard ce jour et consignez declaration_creance, sinon forclusion : elle ne participe plus aux répartitions (L622-26)',
					  CASE p.nature WHEN 'liquidation' THEN 'liquidateur' ELSE 'mandataire judiciaire' END) AS message
		 WHERE NOT coalesce(p.declaree_le <= au, false) AND au <= q.declarer_avant
		UNION ALL
		SELECT 'releve_forclusion', q.releve_avant, 'C. com. L622-26 : six mois de la publication',
			   format('%s : demandez au juge-commissaire à être relevé de la forclusion au plus tard ce jour et consignez demande_en_justice, sinon la créance est inopposable à la procédure',
					  CASE WHEN p.declaree_le <= au THEN format('déclarée le %s, trop tard', to_char(p.declaree_le, 'YYYY-MM-DD')) ELSE format('non déclarée le %s', to_char(q.declarer_avant, 'YYYY-MM-DD')) END)
		 WHERE NOT coalesce(p.declaree_le <= least(au, q.declarer_avant), false) AND au > q.declarer_avant
		   AND NOT EXISTS (SELECT FROM creances.acte a WHERE a.creancier = p.creancier AND a.debiteur = p.debiteur AND a.genre = 'demande_en_justice'
							 AND a.le > q.declarer_avant AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au))) h
	 WHERE p.jugement <= au AND (p.close_le IS NULL OR p.close_le >= au) AND p.a_declarer > 0;
END;
COMMENT ON FUNCTION creances._horloge_procedure(date) IS
'Horloges d''une procédure collective, sur la vue procedure_collective : une procédure annulée depuis n''y est plus, même au passé.';

-- Injonction de payer: the regime is that of the order's date. What follows an
-- order is tied to it by details.ordonnance, else by the same reference, else to
-- the latest one that bears on the same invoices.
CREATE FUNCTION creances._horloge_injonction(au date)
RETURNS TABLE (societe text, debiteur text, facture text, rang integer, horloge text, depart date, echeance date, devise text, montant numeric,
			   source text, message text, acte uuid, attente integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH vus AS MATERIALIZED (
		SELECT a.creancier, a.acte, a.genre, a.debiteur, a.facture, a.rang, a.le, a.reference, a.details
		  FROM creances.acte a
		 WHERE a.genre IN ('ordonnance_injonction', 'injonction_signifiee', 'opposition') AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au)
	), suites AS MATERIALIZED (
		-- (joins that hash, not look-ups: nothing here has an index)
		SELECT DISTINCT ON (s.creancier, s.acte) s.*, o.acte AS ordonnance
		  FROM vus s
		  JOIN vus o ON o.genre = 'ordonnance_injonction' AND o.creancier = s.creancier AND o.debiteur = s.debiteur AND o.le <= s.le
				 AND ('' IN (o.facture, s.facture) OR o.facture = s.facture AND (0 IN (o.rang, s.rang) OR o.rang = s.rang))
		 WHERE s.genre <> 'ordonnance_injonction'
		 ORDER BY s.creancier, s.acte, o.acte::text = s.details ->> 'ordonnance' DESC NULLS LAST, o.reference = s.reference AND s.reference <> '' DESC, o.le DESC, o.acte
	), significations AS MATERIALIZED (
		SELECT DISTINCT ON (s.creancier, s.ordonnance) s.creancier, s.ordonnance, s.acte, s.le, s.details
		  FROM suites s WHERE s.genre = 'injonction_signifiee'
		 ORDER BY s.creancier, s.ordonnance, s.le, s.acte
	), ordonnances AS (
		SELECT o.*, d.zone, s.acte AS signification, s.le AS signifiee_le, s.details ->> 'personne' AS personne,
			   g.source AS source_signification, g.limite, e.mois AS eloignement, f.source AS source_opposition, f.fin,
			   x.source AS source_executoire, greatest(f.fin, CASE WHEN x.mois + x.jours > 0 THEN creances.delai_procedure(s.le, x.mois, x.jours, d.zone) END) + 1 AS executoire
		  FROM vus o
		  JOIN creances.debiteur d ON d.creancier = o.creancier AND d.debiteur = o.debiteur
		  LEFT JOIN significations s ON s.creancier = o.creancier AND s.ordonnance = o.acte
		  LEFT JOIN LATERAL (SELECT y.source, creances.delai_procedure(o.le, y.mois, y.jours) AS limite FROM creances._delai_horloge('injonction_signification', o.le) y) g ON true
		 -- (the court is the debtor's, CPC 1406: the month of the overseas is the careful reading)
		 CROSS JOIN LATERAL (SELECT CASE coalesce(s.details ->> 'eloignement', o.details ->> 'eloignement') WHEN '0' THEN 0 WHEN '1' THEN 1 WHEN '2' THEN 2
										ELSE CASE WHEN d.zone IN ('metropole', 'alsace_moselle', 'alsace_moselle_temple') THEN 0 ELSE 1 END END AS mois) e
		  LEFT JOIN LATERAL (SELECT y.source, creances.delai_procedure(s.le, y.mois, y.jours, d.zone, e.mois) AS fin FROM creances._delai_horloge('injonction_opposition', o.le) y) f ON true
		  LEFT JOIN LATERAL creances._delai_horloge('injonction_executoire', o.le) x ON true
		 WHERE o.genre = 'ordonnance_injonction'
		   -- another one was asked for since
		   AND NOT EXISTS (SELECT FROM vus n WHERE n.genre = o.genre AND n.creancier = o.creancier AND n.debiteur = o.debiteur AND n.facture = o.facture AND n.rang = o.rang AND n.le > o.le)
		   AND NOT EXISTS (SELECT FROM suites p WHERE p.creancier = o.creancier AND p.ordonnance = o.acte AND p.genre = 'opposition')
		   AND NOT EXISTS (SELECT FROM creances.acte p
							WHERE p.creancier = o.creancier AND p.debiteur = o.debiteur AND p.le <= au AND (p.annule_le IS NULL OR p.annule_le > au)
							  AND ('' IN (p.facture, o.facture) OR p.facture = o.facture AND (0 IN (p.rang, o.rang) OR p.rang = o.rang))
							  AND (p.genre IN ('titre_executoire', 'execution_forcee') AND p.le >= o.le
								   -- no suit any more, nor its enforcement (C. com. L622-21)
								   OR p.genre = 'procedure_collective' AND (p.jusque IS NULL OR p.jusque >= au)))
	)
	SELECT o.creancier, o.debiteur, nullif(o.facture, ''), nullif(o.rang, 0), h.horloge, h.depart, h.echeance, m.devise, m.montant, h.source, h.message, h.acte, h.attente
	  FROM ordonnances o
	 CROSS JOIN LATERAL (SELECT x.devise, sum(x.solde) AS montant FROM creances._vises_au(o.creancier, o.debiteur, o.facture, o.rang, o.le, au) x GROUP BY x.devise) m
	 CROSS JOIN LATERAL (
		SELECT 'injonction_signification' AS horloge, o.le AS depart, o.limite AS echeance, o.source_signification AS source,
			   CASE WHEN o.signifiee_le > o.limite THEN format('signifiée le %s, trop tard : l''ordonnance est non avenue, demandez-en une autre', to_char(o.signifiee_le, 'YYYY-MM-DD'))
					WHEN o.limite < au THEN 'l''ordonnance est non avenue, faute de signification : demandez-en une autre si la prescription le permet'
					ELSE 'faites signifier l''ordonnance par un commissaire de justice au plus tard ce jour et consignez injonction_signifiee, sinon elle est non avenue ; elle n''interrompt la prescription qu''une fois signifiée' END AS message,
			   o.acte, NULL::integer AS attente
		 WHERE o.limite IS NOT NULL AND (o.signifiee_le IS NULL OR o.signifiee_le > o.limite)
		UNION ALL
		SELECT 'injonction_opposition', o.signifiee_le, o.fin,
			   o.source_opposition || CASE o.eloignement WHEN 0 THEN '' WHEN 1 THEN ', et un d''éloignement (CPC 643, 644)' ELSE ', et deux d''éloignement (CPC 643, 644)' END,
			   'le débiteur peut s''opposer jusqu''à ce jour : n''exécutez pas avant ; s''il le fait, consignez opposition, et l''affaire vient au tribunal'
			   || CASE WHEN o.personne = 'false' THEN ' ; non signifiée à sa personne, elle reste ouverte à l''opposition un mois après le premier acte signifié à sa personne ou la première saisie (CPC 1416)' ELSE '' END,
			   o.signification, 1
		 WHERE o.signifiee_le <= coalesce(o.limite, o.signifiee_le) AND au <= o.fin
		UNION ALL
		SELECT 'injonction_executoire', o.signifiee_le, o.executoire, o.source_executoire,
			   CASE WHEN au < o.executoire THEN 'exécutoire de ce jour, si aucune opposition n''est connue'
					ELSE 'exécutoire depuis ce jour : vérifiez qu''aucune opposition n''a été formée, consignez titre_executoire et faites exécuter ; le titre se prescrit par dix ans (CPCE L111-4)' END,
			   o.signification, 0
		 WHERE o.signifiee_le <= coalesce(o.limite, o.signifiee_le) AND o.executoire IS NOT NULL) h;
END;
COMMENT ON FUNCTION creances._horloge_injonction(date) IS
'Horloges d''une injonction de payer : signification, opposition, force exécutoire. Une opposition, un titre, une exécution ou une procédure collective les arrête.';

-- ------------------------------------------------------------- all of them

CREATE FUNCTION creances._libelle_horloge(horloge text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE horloge
		WHEN 'prescription' THEN 'Prescription'
		WHEN 'assurance_declaration' THEN 'Déclaration à l''assureur'
		WHEN 'assurance_remise' THEN 'Remise du dossier à l''assureur'
		WHEN 'mise_en_demeure' THEN 'Réponse à la mise en demeure'
		WHEN 'declaration_creance' THEN 'Déclaration de créance'
		WHEN 'releve_forclusion' THEN 'Relevé de forclusion'
		WHEN 'injonction_signification' THEN 'Signification de l''injonction de payer'
		WHEN 'injonction_opposition' THEN 'Opposition à l''injonction de payer'
		WHEN 'injonction_executoire' THEN 'Injonction de payer exécutoire'
		WHEN 'mandat_fin' THEN 'Fin du mandat' END;
END;
COMMENT ON FUNCTION creances._libelle_horloge(text) IS 'Libellé français d''une horloge.';

-- (jit: seconds to compile what a few look-ups answer)
CREATE FUNCTION creances.echeances_legales(jours integer DEFAULT 90, au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, debiteur text, nom text, facture text, rang integer, horloge text, libelle text, depart date, echeance date,
			   reste_jours integer, gravite text, devise text, montant numeric, source text, message text, acte uuid)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	p_au CONSTANT date := creances._verifier_au(echeances_legales.au);
	p_fin date;
BEGIN
	IF echeances_legales.jours IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le nombre de jours ne peut pas être NULL', HINT = 'Omettez-le pour 90 jours.';
	END IF;
	IF echeances_legales.jours < 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('nombre de jours négatif : %s', echeances_legales.jours),
			HINT = 'Donnez 0 pour les seules échéances passées ou de ce jour.';
	END IF;
	p_fin := p_au + least(echeances_legales.jours, 1000000);
	RETURN QUERY
	SELECT h.societe, h.debiteur, d.nom, h.facture, h.rang, h.horloge, creances._libelle_horloge(h.horloge), h.depart, h.echeance, h.echeance - p_au,
		   CASE WHEN h.attente IS NOT NULL THEN CASE WHEN p_au >= h.echeance + h.attente THEN 'avertissement' ELSE 'information' END
				-- (lost for a month: it is told, and no longer before what can still be done)
				WHEN h.echeance > p_au + 30 OR h.echeance < p_au - 30 THEN 'information' WHEN h.echeance > p_au + 10 THEN 'avertissement' ELSE 'erreur' END,
		   h.devise, h.montant::numeric(20,3), h.source, h.message, h.acte
	  FROM (
		SELECT x.* FROM creances._horloge_prescription(p_fin, p_au) x
		UNION ALL SELECT x.* FROM creances._horloge_assurance(p_au) x
		UNION ALL SELECT x.* FROM creances._horloge_mise_en_demeure(p_au) x
		UNION ALL SELECT x.* FROM creances._horloge_procedure(p_au) x
		UNION ALL SELECT x.* FROM creances._horloge_injonction(p_au) x
		UNION ALL SELECT x.* FROM creances._horloge_mandat(p_au) x) h
	  LEFT JOIN creances.debiteur d ON d.creancier = h.societe AND d.debiteur = h.debiteur
	 WHERE h.echeance IS NULL OR h.echeance <= p_fin
	 ORDER BY coalesce(h.echeance < p_au - 30, false), h.echeance NULLS FIRST, h.societe, h.debiteur, h.facture, h.rang, h.horloge, h.devise, h.acte;
END $$;
COMMENT ON FUNCTION creances.echeances_legales(integer, date) IS
'Ce qui doit être fait avant un jour, dans les tant de jours à venir ou déjà passé, à une date : une ligne par horloge et par créance (ou par devise, facture NULL, quand elle porte sur toutes celles d''un client). horloge : prescription, assurance_declaration, assurance_remise, mise_en_demeure, declaration_creance, releve_forclusion, injonction_signification, injonction_opposition, injonction_executoire, mandat_fin. Ce qui est payé, ou fait (acte consigné), n''y est plus. gravite : erreur (un droit se perd dans les dix jours, ou s''est perdu depuis trente jours au plus), avertissement (dans les trente jours, ou : il est temps d''agir), information (plus loin, ou perdu depuis plus longtemps : en dernier). Les actes datés d''après la date n''y comptent pas.';

-- (each creditor has its own today; most of the time there is only one)
CREATE VIEW creances.echeances_legales AS
SELECT e.creancier, e.debiteur, e.nom, e.facture, e.rang, e.horloge, e.libelle, e.depart, e.echeance, e.reste_jours, e.gravite,
	   e.devise, e.montant::numeric(20,3) AS montant, e.source, e.message, e.acte
  FROM (SELECT DISTINCT (now() AT TIME ZONE x.fuseau)::date AS jour FROM creances.creancier x) j
 CROSS JOIN LATERAL creances.echeances_legales(90, j.jour) e
  JOIN creances.creancier s ON s.creancier = e.creancier AND (now() AT TIME ZONE s.fuseau)::date = j.jour;
COMMENT ON VIEW creances.echeances_legales IS
'Ce qui doit être fait dans les 90 jours, ou aurait dû l''être : prescription, assurance-crédit, mise en demeure, procédure collective, injonction de payer, mandats. Voir la fonction du même nom pour un autre délai ou une autre date.';
COMMENT ON COLUMN creances.echeances_legales.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.echeances_legales.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.echeances_legales.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.echeances_legales.facture IS 'Numéro de la facture ; NULL : toutes celles du client que vise l''acte.';
COMMENT ON COLUMN creances.echeances_legales.rang IS 'Rang de l''échéance dans la facture ; NULL : toutes.';
COMMENT ON COLUMN creances.echeances_legales.horloge IS 'Code de l''horloge.';
COMMENT ON COLUMN creances.echeances_legales.libelle IS 'Libellé de l''horloge.';
COMMENT ON COLUMN creances.echeances_legales.depart IS 'Jour dont le délai court.';
COMMENT ON COLUMN creances.echeances_legales.echeance IS 'Dernier jour pour agir ou pour répondre ; injonction_executoire : premier jour où elle l''est. NULL : inconnu (nature de prescription inconnue).';
COMMENT ON COLUMN creances.echeances_legales.reste_jours IS 'Jours qui restent, négatif quand le jour est passé.';
COMMENT ON COLUMN creances.echeances_legales.gravite IS 'erreur : un droit se perd dans les dix jours, ou s''est perdu depuis trente jours au plus ; avertissement : dans les trente jours, ou il est temps d''agir ; information : plus loin, ou perdu depuis plus longtemps.';
COMMENT ON COLUMN creances.echeances_legales.devise IS 'Devise du montant.';
COMMENT ON COLUMN creances.echeances_legales.montant IS 'Ce qui reste dû de ce qui est visé ; declaration_creance, releve_forclusion : à déclarer, au jour du jugement.';
COMMENT ON COLUMN creances.echeances_legales.source IS 'Texte, police ou usage qui fixe le délai.';
COMMENT ON COLUMN creances.echeances_legales.message IS 'Ce qu''il y a à faire, et ce qui se perd.';
COMMENT ON COLUMN creances.echeances_legales.acte IS 'Acte dont le délai court (mise_en_demeure : l''acte, ou la relance envoyée ; mandat_fin : le mandat) ; NULL : il court de la facture.';
