-- 52_delais: payment terms, procedural delays, prescription.
--
-- Three kinds of deadline and they do not count alike: a commercial due date
-- never moves, a public buyer's term and a procedural delay end on a working
-- day (CCP R2192-10, CPC 642), a prescription is counted by days and ends on
-- the eve of the anniversary, whatever that day is (C. civ. 2228, 2229: CPC 641
-- and 642 do not apply).

-- ------------------------------------------------ terms (src/delais.c)

CREATE FUNCTION creances.echeance_legale(
	emission date,
	regime text,
	livraison date DEFAULT NULL,
	zone text DEFAULT 'metropole')
RETURNS date
	AS 'MODULE_PATHNAME', 'creances_echeance_legale'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION creances.echeance_legale(date, text, date, text) IS
'Dernière échéance que permet un délai de paiement (C. com. L441-10 I, L441-11 II ; CCP R2192-10), voir delais_legaux(). Un délai qui court de la livraison prend l''émission à défaut, et l''inverse ; NULL sans l''une ni l''autre. Seul le délai d''un acheteur public est reporté au jour ouvré suivant de la zone.';

CREATE FUNCTION creances.delais_legaux()
RETURNS TABLE (delai text, depart text, jours integer, regle text, source text)
	AS 'MODULE_PATHNAME', 'creances_delais_legaux'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 15;
COMMENT ON FUNCTION creances.delais_legaux() IS
'Délais de paiement que connaît echeance_legale() : leur nom, ce dont ils courent (emission, livraison, ou demande : la plus tardive des deux), leur règle et le texte. Les autres dérogations de secteur ne sont pas tenues.';

CREATE FUNCTION creances.delai_procedure(
	depart date,
	mois integer DEFAULT 0,
	jours integer DEFAULT 0,
	zone text DEFAULT 'metropole',
	eloignement integer DEFAULT 0)
RETURNS date
	AS 'MODULE_PATHNAME', 'creances_delai_procedure'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION creances.delai_procedure(date, integer, integer, text, integer) IS
'Dernier jour d''un délai de procédure (CPC 640 à 642) : le jour de l''acte ne compte pas, les mois d''abord, de quantième à quantième, puis les jours ; un samedi, un dimanche ou un férié de la zone le reporte au jour ouvré suivant. eloignement : mois de CPC 643 et 644, ajoutés au délai. Ni pour une prescription, ni pour une échéance.';

-- The convention's term is one that we know.
ALTER TABLE creances.convention ADD CONSTRAINT convention_delai
	CHECK (creances.echeance_legale('2000-01-01', delai) IS NOT NULL);

-- From when to when each convention holds: joined by equality, where a look-up
-- for each invoice would be run a million times.
CREATE VIEW creances._convention_tenue AS
SELECT v.creancier, v.debiteur, v.depuis, v.delai, v.prescription,
	   lead(v.depuis, 1, date 'infinity') OVER (PARTITION BY v.creancier, v.debiteur ORDER BY v.depuis) AS avant
  FROM creances.convention v;
COMMENT ON VIEW creances._convention_tenue IS 'Conventions, chacune avec le jour où la suivante la remplace.';
COMMENT ON COLUMN creances._convention_tenue.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances._convention_tenue.debiteur IS 'Client ; vide : les autres.';
COMMENT ON COLUMN creances._convention_tenue.depuis IS 'Premier jour où elle vaut.';
COMMENT ON COLUMN creances._convention_tenue.delai IS 'Délai de paiement.';
COMMENT ON COLUMN creances._convention_tenue.prescription IS 'Nature de la prescription.';
COMMENT ON COLUMN creances._convention_tenue.avant IS 'Jour où la suivante la remplace ; infini : aucune.';

-- What was agreed with a debtor on the day of each invoice.
CREATE VIEW creances.delai_excessif AS
SELECT c.creancier, c.debiteur, d.nom, c.facture, c.rang, c.emission, c.livraison, c.echeance,
	   q.delai, m.echeance_maximale, c.echeance - m.echeance_maximale AS jours_en_trop, l.source,
	   c.solde::numeric(20,3) AS solde, c.devise
  FROM creances.creance c
  JOIN creances.creancier s ON s.creancier = c.creancier AND s.type = 'professionnel'
  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur AND d.type IN ('professionnel', 'public')
  -- the debtor's own one, or the general one
  LEFT JOIN creances._convention_tenue vp ON vp.creancier = c.creancier AND vp.debiteur = c.debiteur
										 AND vp.depuis <= coalesce(c.emission, c.nee_le) AND vp.avant > coalesce(c.emission, c.nee_le)
  LEFT JOIN creances._convention_tenue vg ON vg.creancier = c.creancier AND vg.debiteur = ''
										 AND vg.depuis <= coalesce(c.emission, c.nee_le) AND vg.avant > coalesce(c.emission, c.nee_le)
 CROSS JOIN LATERAL (SELECT CASE WHEN vp.creancier IS NOT NULL THEN vp.delai ELSE vg.delai END AS delai) v
 CROSS JOIN LATERAL (SELECT CASE WHEN d.type = 'public' AND v.delai LIKE 'public%' THEN v.delai
								 WHEN d.type = 'public' THEN 'public'
								 ELSE coalesce(v.delai, '60 jours') END AS delai) q
 CROSS JOIN LATERAL (SELECT creances.echeance_legale(c.emission, q.delai, c.livraison, d.zone) AS echeance_maximale) m
  JOIN creances.delais_legaux() l ON l.delai = q.delai
 WHERE c.retiree_le IS NULL AND c.montant > 0 AND c.nature <> 'avoir'
   AND c.echeance > m.echeance_maximale;
COMMENT ON VIEW creances.delai_excessif IS
'Factures suivies, soldées ou non, dont l''échéance dépasse le maximum légal du délai convenu (60 jours à défaut ; 30 pour un acheteur public). Amende administrative : C. com. L441-16. Sans date d''émission ni de livraison, une facture n''est pas jugée.';
COMMENT ON COLUMN creances.delai_excessif.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.delai_excessif.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.delai_excessif.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.delai_excessif.facture IS 'Numéro de la facture.';
COMMENT ON COLUMN creances.delai_excessif.rang IS 'Rang de l''échéance dans la facture.';
COMMENT ON COLUMN creances.delai_excessif.emission IS 'Date de la facture.';
COMMENT ON COLUMN creances.delai_excessif.livraison IS 'Date de livraison ou d''exécution.';
COMMENT ON COLUMN creances.delai_excessif.echeance IS 'Échéance de la facture.';
COMMENT ON COLUMN creances.delai_excessif.delai IS 'Délai convenu à la date de la facture (voir delais_legaux).';
COMMENT ON COLUMN creances.delai_excessif.echeance_maximale IS 'Dernière échéance que ce délai permet.';
COMMENT ON COLUMN creances.delai_excessif.jours_en_trop IS 'Jours de trop.';
COMMENT ON COLUMN creances.delai_excessif.source IS 'Texte qui fixe le maximum.';
COMMENT ON COLUMN creances.delai_excessif.solde IS 'Reste dû, dans la devise.';
COMMENT ON COLUMN creances.delai_excessif.devise IS 'Devise.';

-- ---------------------------------------------------------- prescription

CREATE TABLE creances.delai_prescription (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	nature		text NOT NULL CHECK (nature <> ''),
	mois		integer NOT NULL CHECK (mois BETWEEN 1 AND 360),
	depart_annee boolean NOT NULL DEFAULT false,
	intitule	text NOT NULL,
	source		text NOT NULL CHECK (source <> ''),
	actif		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (origine, nature)
);
COMMENT ON TABLE creances.delai_prescription IS
'Durée de la prescription par nature de créance. La ligne de l''utilisateur (une clause de C. civ. 2254, par exemple) l''emporte sur celle, de même nature, que livre l''extension et qui ne se modifie pas.';
COMMENT ON COLUMN creances.delai_prescription.origine IS 'creances (livrée) ou utilisateur.';
COMMENT ON COLUMN creances.delai_prescription.nature IS 'Code de la nature.';
COMMENT ON COLUMN creances.delai_prescription.mois IS 'Durée, en mois.';
COMMENT ON COLUMN creances.delai_prescription.depart_annee IS 'Vrai : elle court du 1er janvier de l''année suivante (loi 68-1250 art. 1).';
COMMENT ON COLUMN creances.delai_prescription.intitule IS 'Créances visées.';
COMMENT ON COLUMN creances.delai_prescription.source IS 'Texte.';
COMMENT ON COLUMN creances.delai_prescription.actif IS 'Faux : masque la nature.';

INSERT INTO creances.delai_prescription (origine, nature, mois, depart_annee, intitule, source) VALUES
	('creances', 'commerce', 60, false, 'Entre commerçants, ou entre commerçants et non-commerçants', 'C. com. L110-4 I'),
	('creances', 'civil', 60, false, 'Droit commun, professions civiles', 'C. civ. 2224'),
	('creances', 'consommateur', 24, false, 'Biens ou services fournis par un professionnel à un consommateur', 'C. conso. L218-2'),
	('creances', 'transport', 12, false, 'Transport de marchandises et commission de transport, depuis la livraison ou son offre', 'C. com. L133-6'),
	('creances', 'recours_transport', 1, false, 'Actions récursoires en matière de transport', 'C. com. L133-6 al. 4'),
	('creances', 'navire', 12, false, 'Nourriture des équipages, fournitures et ouvrages faits pour un navire', 'C. com. L110-4 II'),
	('creances', 'telecom', 12, false, 'Communications électroniques, depuis l''exigibilité', 'CPCE (postes) L34-2'),
	('creances', 'loyer_habitation', 36, false, 'Loyers et charges d''habitation', 'loi 89-462 art. 7-1'),
	('creances', 'loyer_commercial', 60, false, 'Loyers commerciaux', 'C. civ. 2224'),
	('creances', 'assurance', 24, false, 'Contrat d''assurance, prime comprise', 'C. ass. L114-1'),
	('creances', 'energie_consommateur', 24, false, 'Énergie fournie à un consommateur', 'C. conso. L218-2, L224-11'),
	('creances', 'titre_public', 48, false, 'Recouvrement d''un titre par un comptable public local, depuis la prise en charge', 'CGCT L1617-5 3°'),
	('creances', 'assiette_publique', 60, false, 'Émission d''un titre par une collectivité', 'C. civ. 2224'),
	('creances', 'dette_publique', 48, true, 'Dettes de l''État, des collectivités et de leurs établissements', 'loi 68-1250 art. 1'),
	('creances', 'titre', 120, false, 'Titre exécutoire : jugement, accord homologué', 'CPCE L111-4'),
	('creances', 'interets_titre', 60, false, 'Intérêts d''une somme jugée, à chaque échéance', 'C. civ. 2224');
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.delai_prescription
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.delai_prescription', $$WHERE origine = 'utilisateur'$$);

CREATE VIEW creances.nature_prescription AS
SELECT p.nature, p.mois, p.depart_annee, p.intitule, p.source, p.origine
  FROM creances.delai_prescription p
 WHERE p.actif
   AND (p.origine = 'utilisateur'
		OR NOT EXISTS (SELECT FROM creances.delai_prescription u WHERE u.origine = 'utilisateur' AND u.nature = p.nature));
COMMENT ON VIEW creances.nature_prescription IS 'Natures de prescription en vigueur, celles de l''utilisateur l''emportant.';
COMMENT ON COLUMN creances.nature_prescription.nature IS 'Code de la nature.';
COMMENT ON COLUMN creances.nature_prescription.mois IS 'Durée, en mois.';
COMMENT ON COLUMN creances.nature_prescription.depart_annee IS 'Elle court du 1er janvier de l''année suivante.';
COMMENT ON COLUMN creances.nature_prescription.intitule IS 'Créances visées.';
COMMENT ON COLUMN creances.nature_prescription.source IS 'Texte.';
COMMENT ON COLUMN creances.nature_prescription.origine IS 'creances ou utilisateur.';

-- The eve of the anniversary; of the 28th where a 29 February has none, which
-- is what adding months does. 1re civ. 12 December 2018: five years from 19
-- June 2008 end on 18 June 2013.
CREATE FUNCTION creances._prescription_fin(depart date, mois integer, depart_annee boolean) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT (CASE WHEN depart_annee THEN make_date(extract(year FROM depart)::integer + 1, 1, 1) ELSE depart END
			+ make_interval(months => mois))::date - 1;
END;
COMMENT ON FUNCTION creances._prescription_fin(date, integer, boolean) IS 'Dernier jour sûr d''une prescription, sans report.';

CREATE FUNCTION creances.prescription(depart date, nature text) RETURNS date
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n creances.nature_prescription;
BEGIN
	SELECT x.* INTO n FROM creances.nature_prescription x WHERE x.nature = prescription.nature;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('nature de prescription inconnue : « %s »', nature),
			HINT = format('Natures connues : %s.', (SELECT string_agg(x.nature, ', ' ORDER BY x.nature COLLATE "C") FROM creances.nature_prescription x));
	END IF;
	IF NOT isfinite(depart) OR depart NOT BETWEEN '0001-01-01' AND '9999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('départ de prescription hors du calendrier : %s', depart),
			HINT = 'Donnez le jour où le créancier a pu agir.';
	END IF;
	RETURN creances._prescription_fin(depart, n.mois, n.depart_annee);
END $$;
COMMENT ON FUNCTION creances.prescription(date, text) IS
'Dernier jour sûr pour agir : la veille de l''anniversaire du départ, même un samedi, un dimanche ou un férié (C. civ. 2228, 2229 ; CPC 641 et 642 ne s''appliquent pas). Natures : voir nature_prescription.';

-- What a receivable's prescription starts from, before any act. The creditor
-- could act from the delivery at the earliest reading, from the due date at the
-- usual one (2224, 2233): the earliest binds.
CREATE VIEW creances._prescription_base AS
SELECT c.creancier, c.facture, c.rang, c.debiteur, c.echeance, c.solde, c.devise,
	   least(coalesce(c.livraison, c.emission), c.echeance) AS depart,
	   q.nature, n.mois, n.depart_annee, n.source
  FROM creances.creance c
  JOIN creances.creancier s ON s.creancier = c.creancier
  JOIN creances.debiteur d ON d.creancier = c.creancier AND d.debiteur = c.debiteur
  LEFT JOIN creances._convention_tenue vp ON vp.creancier = c.creancier AND vp.debiteur = c.debiteur
										 AND vp.depuis <= coalesce(c.emission, c.nee_le) AND vp.avant > coalesce(c.emission, c.nee_le)
  LEFT JOIN creances._convention_tenue vg ON vg.creancier = c.creancier AND vg.debiteur = ''
										 AND vg.depuis <= coalesce(c.emission, c.nee_le) AND vg.avant > coalesce(c.emission, c.nee_le)
 CROSS JOIN LATERAL (SELECT CASE WHEN vp.creancier IS NOT NULL THEN vp.prescription ELSE vg.prescription END AS prescription) v
 CROSS JOIN LATERAL (SELECT coalesce(v.prescription,
									 CASE d.type WHEN 'public' THEN 'dette_publique'
												 WHEN 'professionnel' THEN 'commerce'
												 -- two years are for what a professional supplies
												 ELSE CASE s.type WHEN 'particulier' THEN 'civil' ELSE 'consommateur' END END) AS nature) q
  LEFT JOIN creances.nature_prescription n ON n.nature = q.nature;
COMMENT ON VIEW creances._prescription_base IS 'Départ et nature de la prescription de chaque créance, avant tout acte.';
COMMENT ON COLUMN creances._prescription_base.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances._prescription_base.facture IS 'Numéro de la facture.';
COMMENT ON COLUMN creances._prescription_base.rang IS 'Rang de l''échéance.';
COMMENT ON COLUMN creances._prescription_base.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances._prescription_base.echeance IS 'Échéance, départ usuel.';
COMMENT ON COLUMN creances._prescription_base.solde IS 'Reste dû.';
COMMENT ON COLUMN creances._prescription_base.devise IS 'Devise.';
COMMENT ON COLUMN creances._prescription_base.depart IS 'Départ prudent : la livraison (l''émission à défaut) ou l''échéance, la première des deux.';
COMMENT ON COLUMN creances._prescription_base.nature IS 'Nature convenue, sinon celle du type de débiteur.';
COMMENT ON COLUMN creances._prescription_base.mois IS 'Durée, en mois ; NULL si la nature n''est pas connue.';
COMMENT ON COLUMN creances._prescription_base.depart_annee IS 'Elle court du 1er janvier de l''année suivante.';
COMMENT ON COLUMN creances._prescription_base.source IS 'Texte.';

-- An order for payment that was not served in time has never been (CPC 1411):
-- serving it later interrupts nothing. (In plpgsql: the delays are rows of a later part.)
CREATE FUNCTION creances._signifiee_trop_tard(s creances.acte, au date) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	ordonnance date;
BEGIN
	SELECT o.le INTO ordonnance
	  FROM creances.acte o
	 WHERE o.creancier = s.creancier AND o.debiteur = s.debiteur AND o.genre = 'ordonnance_injonction' AND o.le <= s.le
	   AND ('' IN (o.facture, s.facture) OR o.facture = s.facture AND (0 IN (o.rang, s.rang) OR o.rang = s.rang))
	   AND (o.annule_le IS NULL OR o.annule_le > au)
	 ORDER BY o.acte::text = s.details ->> 'ordonnance' DESC NULLS LAST, o.reference = s.reference AND s.reference <> '' DESC, o.le DESC, o.acte
	 LIMIT 1;
	RETURN coalesce((SELECT creances.delai_procedure(ordonnance, y.mois, y.jours) < s.le FROM creances._delai_horloge('injonction_signification', ordonnance) y), false);
END $$;
COMMENT ON FUNCTION creances._signifiee_trop_tard(creances.acte, date) IS 'L''injonction signifiée ce jour-là était déjà non avenue (CPC 1411).';

-- The dated facts of one receivable folded into its last safe day.
--
-- An interruption counts if the last day has not passed, and opens a new period
-- of the same length (2231); proceedings hold it open until they end (2242). A
-- suspension adds its days, the last one excluded since the creditor can act on
-- it; a mediation leaves six months at least (2238). Nothing brings the day
-- back. What is neither a claim in court (2241) nor an enforcement (2244) leads
-- no further than twenty years from the birth of the debt (2232). A title opens
-- its own ten years whatever had expired: the judge has settled it.
--
-- An act that names no invoice says nothing of a debt born after it, except
-- that the creditor could not act. `possibles`: count also payments and the acts
-- that are not certain; the text then tells these alone.
CREATE FUNCTION creances._prescription_actes(
	creancier text, debiteur text, facture text, rang integer,
	naissance date, depart date, nature text, au date, possibles boolean,
	OUT dernier_jour date, OUT etat text, OUT nature_finale text, OUT texte text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	n creances.nature_prescription;
	e record;
	butoir CONSTANT date := creances._prescription_fin(naissance, 240, false);
	fin date;								-- NULL: not begun
	jour date;								-- up to which suspended days are given back
	suspendue_jusque date;
	mediations date[] := '{}';				-- ends of those that go on
	fin_mediation date;
	fin_suspension date;
	instances uuid[] := '{}';				-- proceedings under way
	titree boolean := false;
	suspendue boolean := false;
	bornee boolean := false;
	nouveau date;
BEGIN
	SELECT x.* INTO n FROM creances.nature_prescription x WHERE x.nature = _prescription_actes.nature;
	nature_finale := nature;
	IF FOUND AND NOT possibles THEN
		texte := format('%s : %s mois depuis le %s (%s)', n.nature, n.mois,
						to_char(CASE WHEN n.depart_annee THEN make_date(extract(year FROM depart)::integer + 1, 1, 1) ELSE depart END, 'YYYY-MM-DD'),
						n.source);
	END IF;

	FOR e IN
		SELECT depart AS jour, 0 AS ordre, 'depart' AS genre, NULL::uuid AS acte, NULL::date AS jusque, true AS certain, NULL AS article
		UNION ALL
		SELECT a.le, CASE WHEN a.genre IN ('mediation', 'impossibilite') THEN 1 WHEN a.genre = 'titre_executoire' THEN 2
						  WHEN a.genre IN ('demande_en_justice', 'declaration_creance') THEN 4 ELSE 3 END,
			   a.genre, a.acte, a.jusque, a.certain AND g.certain, g.article
		  FROM creances.acte a
		  JOIN (VALUES ('reconnaissance', 'C. civ. 2240', true), ('demande_en_justice', 'C. civ. 2241', true),
					   ('injonction_signifiee', 'C. civ. 2241', true), ('execution_forcee', 'C. civ. 2244', true),
					   ('declaration_creance', 'C. com. L622-25-1', true), ('titre_executoire', 'CPCE L111-4', true),
					   ('impossibilite', 'C. civ. 2234', true),
					   ('mediation', CASE n.nature WHEN 'dette_publique' THEN 'loi 68-1250 art. 2-1' ELSE 'C. civ. 2238' END, true),
					   -- a written demand interrupts against the State; which ones is for the judge
					   ('mise_en_demeure', CASE n.nature WHEN 'assurance' THEN 'C. ass. L114-2' WHEN 'dette_publique' THEN 'loi 68-1250 art. 2' END,
						n.nature <> 'dette_publique')
			   ) g(genre, article, certain) ON g.genre = a.genre
		 WHERE a.creancier = _prescription_actes.creancier
		   AND (a.facture = '' AND a.debiteur = _prescription_actes.debiteur OR a.facture = _prescription_actes.facture) AND a.rang IN (0, _prescription_actes.rang)
		   AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au)
		   AND (a.facture <> '' OR a.le >= naissance OR a.genre = 'impossibilite')
		   AND (possibles OR a.certain AND g.certain)
		   AND NOT (a.genre = 'injonction_signifiee' AND creances._signifiee_trop_tard(a, au))
		UNION ALL
		-- of the proceedings above: the others are not in `instances`
		SELECT a.jusque, 5, 'fin', a.acte, NULL, true, NULL
		  FROM creances.acte a
		 WHERE a.creancier = _prescription_actes.creancier
		   AND (a.facture = '' AND a.debiteur = _prescription_actes.debiteur OR a.facture = _prescription_actes.facture)
		   AND a.genre IN ('demande_en_justice', 'declaration_creance') AND a.jusque <= au
		UNION ALL
		SELECT r.le, 3, 'paiement', NULL, NULL, false, 'C. civ. 2240'
		  FROM creances.reglement r
		 WHERE possibles AND r.creancier = _prescription_actes.creancier AND r.facture = _prescription_actes.facture
		   AND r.rang = _prescription_actes.rang AND r.nature = 'paiement' AND r.montant > 0 AND r.le <= au
		UNION ALL
		SELECT au, 6, 'au', NULL, NULL, true, NULL
		 ORDER BY jour, ordre, genre, acte
	LOOP
		-- the days since the last event, and the end of a mediation among them
		LOOP
			SELECT min(m) INTO fin_mediation FROM unnest(mediations) m WHERE m <= e.jour;
			IF fin IS NOT NULL AND suspendue_jusque > jour THEN
				nouveau := fin + (least(suspendue_jusque, fin_mediation, e.jour) - jour);
				bornee := bornee OR nouveau > butoir;
				fin := greatest(fin, least(butoir, nouveau));
			END IF;
			jour := coalesce(fin_mediation, e.jour);
			EXIT WHEN fin_mediation IS NULL;
			IF fin IS NOT NULL THEN
				nouveau := (fin_mediation + interval '6 months')::date - 1;
				bornee := bornee OR nouveau > butoir;
				fin := greatest(fin, least(butoir, nouveau));
			END IF;
			mediations := array_remove(mediations, fin_mediation);
		END LOOP;

		IF e.ordre = 6 THEN
			CONTINUE;
		ELSIF e.ordre = 5 THEN
			CONTINUE WHEN e.acte <> ALL (instances);
			instances := array_remove(instances, e.acte);
			CONTINUE WHEN fin IS NULL;
		ELSIF e.genre = 'depart' THEN
			CONTINUE WHEN titree;
		ELSIF e.genre = 'titre_executoire' THEN
			titree := true;
			nature_finale := 'titre';
			SELECT x.* INTO n FROM creances.nature_prescription x WHERE x.nature = 'titre';
		ELSIF e.genre = 'mise_en_demeure' AND (titree OR e.article IS NULL) THEN
			IF NOT possibles THEN
				texte := texte || format(' ; mise_en_demeure du %s : sans effet', to_char(e.jour, 'YYYY-MM-DD'));
			END IF;
			CONTINUE;
		ELSIF e.jour > fin AND cardinality(instances) = 0 THEN
			IF NOT possibles THEN
				texte := texte || format(' ; %s du %s : après le dernier jour, sans effet', e.genre, to_char(e.jour, 'YYYY-MM-DD'));
			END IF;
			CONTINUE;
		ELSIF e.ordre = 3 AND fin IS NULL THEN
			CONTINUE;
		END IF;

		IF e.ordre = 1 THEN
			fin_suspension := CASE WHEN e.genre = 'mediation' AND n.nature = 'dette_publique'
								   THEN least(e.jusque, (e.jour + interval '6 months')::date) ELSE e.jusque END;
			suspendue := suspendue OR fin_suspension IS NULL OR fin_suspension > au;
			fin_suspension := least(fin_suspension, au);
			suspendue_jusque := greatest(suspendue_jusque, fin_suspension);
			IF e.genre = 'mediation' THEN
				mediations := mediations || fin_suspension;
			END IF;
		ELSIF e.ordre = 4 THEN
			instances := instances || e.acte;
		ELSE
			nouveau := creances._prescription_fin(e.jour, n.mois, n.depart_annee);
			IF e.genre IN ('reconnaissance', 'mise_en_demeure', 'paiement') THEN
				bornee := bornee OR nouveau > butoir;
				fin := greatest(fin, least(butoir, nouveau));
			ELSE
				fin := greatest(fin, nouveau);
			END IF;
		END IF;
		IF e.ordre BETWEEN 1 AND 4 AND e.certain <> possibles THEN
			texte := concat_ws(' ; ', texte, format('%s du %s%s (%s)', e.genre, to_char(e.jour, 'YYYY-MM-DD'),
				CASE WHEN e.ordre IN (1, 4) THEN coalesce(' au ' || to_char(e.jusque, 'YYYY-MM-DD'), ', en cours') END, e.article));
		END IF;
	END LOOP;

	IF n.mois IS NULL THEN
		dernier_jour := NULL;
		etat := 'nature inconnue';
		texte := format('la nature « %s » n''est pas dans creances.nature_prescription', nature_finale);
	ELSIF cardinality(instances) > 0 THEN
		etat := 'instance en cours';
	ELSE
		IF bornee AND fin = butoir AND NOT possibles THEN
			texte := texte || ' ; vingt ans au plus (C. civ. 2232)';
		END IF;
		dernier_jour := fin;
		etat := CASE WHEN fin < au THEN 'acquise' WHEN suspendue THEN 'suspendue' ELSE 'court' END;
	END IF;
END $$;
COMMENT ON FUNCTION creances._prescription_actes(text, text, text, integer, date, date, text, date, boolean) IS
'Dernier jour sûr d''une créance selon ses actes, depuis un départ ; possibles : aussi les effets incertains, que le texte dit alors seuls.';

CREATE FUNCTION creances._prescription_creance(
	creancier text, debiteur text, facture text, rang integer, depart date, echeance date, nature text, au date)
RETURNS TABLE (nature_finale text, dernier_jour date, dernier_jour_echeance date, dernier_jour_possible date, etat text, texte text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT p.nature_finale, p.dernier_jour,
		   -- a leap day, or a title shorter than what was agreed, could put them before
		   CASE WHEN u.dernier_jour IS NOT NULL THEN greatest(u.dernier_jour, p.dernier_jour) END,
		   CASE WHEN q.dernier_jour IS NOT NULL THEN greatest(q.dernier_jour, p.dernier_jour) END,
		   p.etat,
		   CASE WHEN p.etat = 'nature inconnue' THEN p.texte ELSE p.texte || coalesce(' ; possible : ' || q.texte, '') END
	  FROM creances._prescription_actes(creancier, debiteur, facture, rang, depart, depart, nature, au, false) p
	 CROSS JOIN creances._prescription_actes(creancier, debiteur, facture, rang, depart, echeance, nature, au, false) u
	 CROSS JOIN creances._prescription_actes(creancier, debiteur, facture, rang, depart, depart, nature, au, true) q;
END;
COMMENT ON FUNCTION creances._prescription_creance(text, text, text, integer, date, date, text, date) IS
'Prescription d''une créance à une date, sous ses trois lectures.';

CREATE FUNCTION creances.prescription_creance(
	INOUT creancier text, INOUT facture text, INOUT rang integer, au date DEFAULT creances.aujourdhui(),
	OUT nature text, OUT depart date, OUT dernier_jour date, OUT dernier_jour_echeance date, OUT dernier_jour_possible date,
	OUT etat text, OUT texte text)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF creancier IS NULL OR facture IS NULL OR rang IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le créancier, la facture et le rang ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT * FROM creances.prescription_creance(''principal'', ''F-001'', 1).';
	END IF;
	SELECT p.nature_finale, b.depart, p.dernier_jour, p.dernier_jour_echeance, p.dernier_jour_possible, p.etat, p.texte
	  INTO prescription_creance.nature, prescription_creance.depart, prescription_creance.dernier_jour,
		   prescription_creance.dernier_jour_echeance, prescription_creance.dernier_jour_possible,
		   prescription_creance.etat, prescription_creance.texte
	  FROM creances._prescription_base b
	 CROSS JOIN LATERAL creances._prescription_creance(b.creancier, b.debiteur, b.facture, b.rang, b.depart, b.echeance, b.nature,
													   creances._verifier_au(au)) p
	 WHERE b.creancier = prescription_creance.creancier AND b.facture = prescription_creance.facture AND b.rang = prescription_creance.rang;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucune créance %s/%s/%s', creancier, facture, rang),
			HINT = 'Les créances sont dans creances.creance.';
	END IF;
	IF etat = 'nature inconnue' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = texte,
			HINT = 'Ajoutez-la à creances.delai_prescription, ou nommez-en une autre par creances.convenir().';
	END IF;
END $$;
COMMENT ON FUNCTION creances.prescription_creance(text, text, integer, date) IS
'Prescription d''une créance à une date. dernier_jour : dernier jour sûr pour agir, actes certains seulement, du départ le plus prudent (livraison, à défaut émission, ou échéance) ; dernier_jour_echeance : le même, compté de l''échéance ; dernier_jour_possible : avec les paiements partiels et les actes non certains ; NULL : une instance est en cours. etat : court, suspendue (le jour recule tant qu''elle dure), instance en cours ou acquise. texte : les actes comptés et leur article. Une mise en demeure n''y change rien, sauf pour une prime d''assurance.';

CREATE FUNCTION creances.prescription_proche(jours integer DEFAULT 90, au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, facture text, rang integer, nature text, depart date, dernier_jour date,
			   dernier_jour_echeance date, dernier_jour_possible date, etat text, texte text,
			   debiteur text, solde numeric, devise text, restant integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
	IF prescription_proche.jours IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le nombre de jours ne peut pas être NULL', HINT = 'Omettez-le pour 90 jours.';
	END IF;
	IF prescription_proche.jours < 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('nombre de jours négatif : %s', prescription_proche.jours),
			HINT = 'Donnez 0 pour les seules créances prescrites ou qui le seront ce soir.';
	END IF;
	PERFORM creances._verifier_au(prescription_proche.au);
	RETURN QUERY
	-- acts only put the day off: without them it is a bound, and a cheap one
	SELECT b.creancier, b.facture, b.rang, p.nature_finale, b.depart, p.dernier_jour, p.dernier_jour_echeance, p.dernier_jour_possible,
		   p.etat, p.texte, b.debiteur, b.solde::numeric(20,3), b.devise, p.dernier_jour - prescription_proche.au
	  FROM creances._prescription_base b
	 CROSS JOIN LATERAL creances._prescription_creance(b.creancier, b.debiteur, b.facture, b.rang, b.depart, b.echeance, b.nature,
													   prescription_proche.au) p
	 WHERE b.solde > 0
	   AND (b.mois IS NULL
			OR creances._prescription_fin(b.depart, b.mois, b.depart_annee) - prescription_proche.au <= prescription_proche.jours)
	   AND (p.etat = 'nature inconnue' OR p.dernier_jour - prescription_proche.au <= prescription_proche.jours)
	 ORDER BY p.dernier_jour NULLS FIRST, b.creancier, b.facture, b.rang;
END $$;
COMMENT ON FUNCTION creances.prescription_proche(integer, date) IS
'Créances ouvertes dont le dernier jour sûr est à moins de tant de jours, ou déjà passé (etat acquise, restant négatif) : colonnes de prescription_creance(), puis debiteur, solde, devise et restant, en jours. Une créance dont la nature n''est plus connue y figure aussi.';
