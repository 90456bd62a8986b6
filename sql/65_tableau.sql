-- The dashboard: indicators with their targets, and a snapshot per night, so
-- that a trend is made of stored facts and a BI tool reads rows.
--
-- A night that is closed is never written again: it tells what was known then.
-- A past night that nobody wrote can be worked out from the dated facts, and
-- says so (origine 'reconstitue').

CREATE VIEW creances.indicateur AS
SELECT x.ordre, x.indicateur, x.libelle, x.unite, x.sens, x.mois, x.jours, x.formule, x.source
  FROM (VALUES
	(1, 'encours', 'Encours', 'devise', NULL, NULL::integer, NULL::integer,
	 'Factures moins mouvements, crédits et sommes en compte déduits : total de balance_agee().', 'Balance âgée'),
	(2, 'creances', 'Créances', 'devise', NULL, NULL, NULL,
	 'Ce qui est dû, avant déduction des crédits : part_echue().', 'Balance âgée'),
	(3, 'echu', 'Échu', 'devise', 'bas', NULL, NULL,
	 'Part des créances dont l''échéance est passée : part_echue().', 'Balance âgée'),
	(4, 'plus_de_90', 'Échu depuis plus de 90 jours', 'devise', 'bas', NULL, NULL,
	 'Part des créances en retard de plus de 90 jours : part_echue().', 'Balance âgée'),
	(5, 'part_echue', 'Part échue', '%', 'bas', NULL, NULL,
	 'Échu / créances x 100 : part_echue().', 'Usage du crédit client'),
	(6, 'part_plus_de_90', 'Part échue depuis plus de 90 jours', '%', 'bas', NULL, NULL,
	 'Échu depuis plus de 90 jours / créances x 100 : part_echue().', 'Usage du crédit client'),
	(7, 'dso', 'DSO (balance)', 'jours', 'bas', NULL, 90,
	 'Encours / ventes TTC de la période x jours de la période : dso(du, au, ''balance'').', 'Méthode comptable'),
	(8, 'dso_epuisement', 'DSO (épuisement)', 'jours', 'bas', 24, NULL,
	 'Mois de ventes TTC qu''il faut remonter pour épuiser l''encours, comptés en jours : dso(du, au, ''epuisement'').', 'Méthode par épuisement du chiffre d''affaires (count-back)'),
	(9, 'dso_glissant', 'DSO (moyenne glissante)', 'jours', 'bas', 12, NULL,
	 'Moyenne des encours de fin de mois / ventes TTC de la période x jours : dso(du, au, ''glissant'').', 'Moyenne sur douze mois'),
	(10, 'bpdso', 'DSO au mieux (BPDSO)', 'jours', 'bas', NULL, 90,
	 'Créances non échues / ventes TTC de la période x jours : bpdso().', 'Best possible DSO'),
	(11, 'add', 'Retard du DSO (ADD)', 'jours', 'bas', NULL, 90,
	 'DSO (balance) - BPDSO : add().', 'Average days delinquent'),
	(12, 'cei', 'Efficacité du recouvrement (CEI)', '%', 'haut', 1, NULL,
	 '(encours au début + ventes / mois - encours à la fin) / (encours au début + ventes / mois - non échu à la fin) x 100, pertes remises dans l''encours de fin : cei().', 'Collection effectiveness index'),
	(13, 'taux_recouvrement', 'Taux de recouvrement', '%', 'haut', NULL, 90,
	 'Réglé / (échu dans la période - avoirs) x 100 : taux_recouvrement().', 'Usage du crédit client'),
	(14, 'retard_moyen', 'Retard moyen pondéré', 'jours', 'bas', NULL, 90,
	 'Somme des (règlement x jours après l''échéance, 0 en avance) / règlements de la période : retard_moyen_pondere().', 'Usage du crédit client'),
	(15, 'taux_promesses', 'Promesses tenues', '%', 'haut', NULL, 90,
	 'Promesses tenues / promesses dont la date, tolérance comprise, tombe dans la période x 100 : promesses_tenues().', 'Usage du recouvrement'),
	(16, 'pertes', 'Passages en perte', 'devise', 'bas', NULL, 90,
	 'Mouvements de nature perte de la période : encaissements().', 'Facturation et règlements'),
	(17, 'cout_pour_100', 'Coût du recouvrement pour 100 EUR', 'EUR', 'bas', NULL, 90,
	 '(coût des actions + frais + mandats) / encaissé après l''échéance x 100 : cout_recouvrement().', 'Usage du recouvrement')
  ) x(ordre, indicateur, libelle, unite, sens, mois, jours, formule, source);
COMMENT ON VIEW creances.indicateur IS 'Indicateurs que tient le tableau de bord, avec leur formule. Chacun se calcule à toute date par la fonction nommée.';
COMMENT ON COLUMN creances.indicateur.ordre IS 'Ordre d''affichage.';
COMMENT ON COLUMN creances.indicateur.indicateur IS 'Code.';
COMMENT ON COLUMN creances.indicateur.libelle IS 'Libellé.';
COMMENT ON COLUMN creances.indicateur.unite IS 'jours, % ou EUR ; devise : montant dans la devise de la ligne.';
COMMENT ON COLUMN creances.indicateur.sens IS 'bas : moins il est élevé, mieux c''est ; haut : l''inverse ; NULL : ni l''un ni l''autre.';
COMMENT ON COLUMN creances.indicateur.mois IS 'Période sur laquelle le relevé le calcule, en mois, jour du relevé compris.';
COMMENT ON COLUMN creances.indicateur.jours IS 'Cette période en jours, si elle n''est pas en mois ; ni l''un ni l''autre : au jour du relevé.';
COMMENT ON COLUMN creances.indicateur.formule IS 'Formule, et fonction qui la calcule.';
COMMENT ON COLUMN creances.indicateur.source IS 'D''où elle vient.';

-- ----------------------------------------------------------------- targets

CREATE TABLE creances.objectif (
	creancier	text NOT NULL,
	indicateur	text NOT NULL CHECK (indicateur <> ''),
	segment		text NOT NULL DEFAULT '',
	devise		text NOT NULL,
	depuis		date NOT NULL CHECK (depuis BETWEEN '1900-01-01' AND '2999-12-31'),
	cible		numeric CHECK (cible <> 'NaN' AND abs(cible) < 1e15),
	motif		text,
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (creancier, indicateur, segment, devise, depuis)
);
COMMENT ON TABLE creances.objectif IS 'Objectifs, datés : celui d''un segment l''emporte sur celui de l''ensemble. Écrits par fixer_objectif().';
COMMENT ON COLUMN creances.objectif.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.objectif.indicateur IS 'Code de l''indicateur (voir indicateur).';
COMMENT ON COLUMN creances.objectif.segment IS 'Segment de clientèle ; vide : l''ensemble, et les segments qui n''ont pas le leur.';
COMMENT ON COLUMN creances.objectif.devise IS 'Devise des créances mesurées.';
COMMENT ON COLUMN creances.objectif.depuis IS 'Premier jour où il vaut.';
COMMENT ON COLUMN creances.objectif.cible IS 'Valeur à atteindre, dans l''unité de l''indicateur ; NULL : plus d''objectif.';
COMMENT ON COLUMN creances.objectif.motif IS 'Pourquoi.';
COMMENT ON COLUMN creances.objectif.auteur IS 'Rôle qui l''a fixé.';
COMMENT ON COLUMN creances.objectif.connu_le IS 'Instant de l''enregistrement.';
SELECT pg_catalog.pg_extension_config_dump('creances.objectif', '');

CREATE FUNCTION creances.fixer_objectif(
	creancier text,
	indicateur text,
	cible numeric,
	depuis date DEFAULT NULL,
	segment text DEFAULT NULL,
	devise text DEFAULT 'EUR',
	motif text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := fixer_objectif.creancier;
	p_indicateur CONSTANT text := fixer_objectif.indicateur;
	p_segment CONSTANT text := coalesce(fixer_objectif.segment, '');
	p_devise CONSTANT text := fixer_objectif.devise;
	p_depuis CONSTANT date := coalesce(fixer_objectif.depuis, creances.aujourdhui(fixer_objectif.creancier));
	p_cible CONSTANT numeric := fixer_objectif.cible;
	s text;
BEGIN
	IF NOT EXISTS (SELECT FROM creances.creancier c WHERE c.creancier = p_creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', coalesce(p_creancier, 'NULL')),
			HINT = 'Les créanciers sont dans creances.creancier ; le premier est écrit par suivre_factures().';
	END IF;
	SELECT i.sens INTO s FROM creances.indicateur i WHERE i.indicateur = p_indicateur;
	IF NOT FOUND OR s IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = format(CASE WHEN s IS NULL AND FOUND THEN 'un objectif n''a pas de sens pour « %s »' ELSE 'indicateur inconnu : « %s »' END, coalesce(p_indicateur, 'NULL')),
			HINT = format('Indicateurs : %s.', (SELECT string_agg(i.indicateur, ', ' ORDER BY i.ordre) FROM creances.indicateur i WHERE i.sens IS NOT NULL));
	END IF;
	IF p_cible IN ('NaN', 'Infinity', '-Infinity') OR abs(p_cible) >= 1e15 THEN
		RAISE EXCEPTION USING ERRCODE = '22003', MESSAGE = format('la cible n''est pas un nombre utilisable : %s', p_cible),
			HINT = 'Donnez-la dans l''unité de l''indicateur, ou NULL pour ne plus avoir d''objectif.';
	END IF;
	IF p_devise IS NULL OR p_devise !~ '^[A-Z]{3}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('devise illisible : « %s »', coalesce(p_devise, 'NULL')),
			HINT = 'Donnez un code ISO 4217, comme EUR.';
	END IF;
	IF p_depuis NOT BETWEEN '1900-01-01' AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('date hors de 1900 à 2999 : %s', p_depuis),
			HINT = 'Donnez le premier jour où l''objectif vaut, ou omettez-le pour aujourd''hui.';
	END IF;
	IF p_segment <> '' AND NOT EXISTS (SELECT FROM creances.debiteur d WHERE d.creancier = p_creancier AND d.segment = p_segment) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucun client du segment : « %s »', p_segment),
			HINT = 'Omettez le segment pour l''ensemble des clients ; les segments sont dans creances.debiteur.';
	END IF;
	INSERT INTO creances.objectif (creancier, indicateur, segment, devise, depuis, cible, motif)
	VALUES (p_creancier, p_indicateur, p_segment, p_devise, p_depuis, p_cible, fixer_objectif.motif)
	ON CONFLICT (creancier, indicateur, segment, devise, depuis)
	   DO UPDATE SET cible = excluded.cible, motif = excluded.motif, auteur = excluded.auteur, connu_le = excluded.connu_le;
	INSERT INTO creances.evenement (creancier, genre, le, details)
	VALUES (p_creancier, 'objectif', p_depuis,
			jsonb_strip_nulls(jsonb_build_object('indicateur', p_indicateur, 'segment', nullif(p_segment, ''), 'devise', p_devise, 'cible', p_cible,
												 'motif', fixer_objectif.motif)));
END $$;
COMMENT ON FUNCTION creances.fixer_objectif(text, text, numeric, date, text, text, text) IS
'Fixe l''objectif d''un indicateur depuis une date, pour l''ensemble des clients ou pour un segment, dans une devise ; NULL l''enlève. Le passé garde le sien. Un second appel à la même date remplace le premier, et l''histoire (evenement) garde les deux.';

-- -------------------------------------------------------- sector references

CREATE TABLE creances.reference_secteur (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	secteur		text NOT NULL CHECK (secteur <> ''),
	indicateur	text NOT NULL CHECK (indicateur <> ''),
	annee		integer NOT NULL CHECK (annee BETWEEN 1990 AND 2999),
	valeur		numeric NOT NULL CHECK (valeur <> 'NaN' AND abs(valeur) < 1e15),
	intitule	text NOT NULL CHECK (intitule <> ''),
	source		text NOT NULL CHECK (source <> ''),
	actif		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (origine, secteur, indicateur, annee)
);
COMMENT ON TABLE creances.reference_secteur IS
'Ce qui se constate ailleurs, par secteur et par année, avec sa source : point de comparaison du tableau de bord, pas un objectif. Le secteur d''un créancier est dans creancier.details (clé secteur), ensemble à défaut. La ligne de l''utilisateur l''emporte.';
COMMENT ON COLUMN creances.reference_secteur.origine IS 'creances (livrée, ne se modifie pas) ou utilisateur.';
COMMENT ON COLUMN creances.reference_secteur.secteur IS 'Code du secteur.';
COMMENT ON COLUMN creances.reference_secteur.indicateur IS 'Code de l''indicateur.';
COMMENT ON COLUMN creances.reference_secteur.annee IS 'Année observée.';
COMMENT ON COLUMN creances.reference_secteur.valeur IS 'Valeur, dans l''unité de l''indicateur.';
COMMENT ON COLUMN creances.reference_secteur.intitule IS 'Entreprises observées, et définition retenue.';
COMMENT ON COLUMN creances.reference_secteur.source IS 'Publication.';
COMMENT ON COLUMN creances.reference_secteur.actif IS 'Faux : masque la référence.';

INSERT INTO creances.reference_secteur (origine, secteur, indicateur, annee, valeur, intitule, source) VALUES
	('creances', 'ensemble', 'dso', 2016, 44, 'Tous secteurs, délais clients en jours de chiffre d''affaires', 'Observatoire des délais de paiement, rapport 2018 (Banque de France), chiffres stables de 2016 à 2017'),
	('creances', 'ensemble', 'dso', 2023, 43, 'Tous secteurs hors microentreprises, délais clients en jours de chiffre d''affaires', 'Observatoire des délais de paiement, rapport 2024 (Banque de France)'),
	('creances', 'microentreprises', 'dso', 2023, 28, 'Microentreprises, délais clients en jours de chiffre d''affaires', 'Observatoire des délais de paiement, rapport 2024 (Banque de France)'),
	('creances', 'batiment', 'dso', 2023, 71, 'Bâtiment, délais clients en jours de chiffre d''affaires', 'Observatoire des délais de paiement, rapport 2024'),
	('creances', 'ensemble', 'retard_moyen', 2024, 13, 'Toutes tailles, retard moyen des paiements', 'Altares, dans le rapport 2024 de l''Observatoire des délais de paiement'),
	('creances', 'batiment', 'retard_moyen', 2024, 9.3, 'Bâtiment, retard moyen au premier semestre', 'Altares, comportements de paiement, 1er semestre 2024 (18 septembre 2024)'),
	('creances', 'automobile', 'retard_moyen', 2024, 10.7, 'Commerce et réparation automobile, retard moyen au premier semestre', 'Altares, comportements de paiement, 1er semestre 2024 (18 septembre 2024)'),
	('creances', 'coiffure_beaute', 'retard_moyen', 2024, 21.2, 'Coiffure et soins de beauté, retard moyen au premier semestre', 'Altares, comportements de paiement, 1er semestre 2024 (18 septembre 2024)'),
	('creances', 'grandes_entreprises', 'retard_moyen', 2024, 18, '1 000 salariés et plus, retard moyen des paiements', 'Altares, dans le rapport 2024 de l''Observatoire des délais de paiement');
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.reference_secteur
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.reference_secteur', $$WHERE origine = 'utilisateur'$$);

-- The one to compare with on a day: the latest year that had begun, of the
-- creditor's sector, or of all.
CREATE FUNCTION creances._reference(secteur text, indicateur text, au date)
RETURNS TABLE (valeur numeric, annee integer, intitule text, source text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT r.valeur, r.annee, r.intitule, r.source
	  FROM creances.reference_secteur r
	 WHERE r.indicateur = _reference.indicateur AND r.secteur IN (_reference.secteur, 'ensemble') AND r.annee <= extract(year FROM _reference.au) AND r.actif
	   AND (r.origine = 'utilisateur'
			OR NOT EXISTS (SELECT FROM creances.reference_secteur u
							WHERE u.origine = 'utilisateur' AND u.secteur = r.secteur AND u.indicateur = r.indicateur AND u.annee = r.annee))
	 ORDER BY r.secteur = 'ensemble' AND _reference.secteur <> 'ensemble', r.annee DESC, r.origine DESC
	 LIMIT 1;
END;
COMMENT ON FUNCTION creances._reference(text, text, date) IS 'Référence d''un secteur, à défaut de tous, pour un indicateur et un jour.';

-- --------------------------------------------------------------- snapshots

CREATE TABLE creances.releve (
	creancier	text NOT NULL,
	jour		date NOT NULL,
	segment		text NOT NULL DEFAULT '',
	devise		text NOT NULL,
	indicateur	text NOT NULL,
	du			date,
	valeur		numeric,
	numerateur	numeric,
	denominateur numeric,
	origine		text NOT NULL CHECK (origine IN ('nuit', 'reconstitue')),
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (creancier, jour, segment, devise, indicateur)
);
COMMENT ON TABLE creances.releve IS
'Relevé des indicateurs, un par jour : ce qui en était su la nuit suivante, jamais réécrit ensuite. Écrit par relever().';
COMMENT ON COLUMN creances.releve.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.releve.jour IS 'Jour du relevé.';
COMMENT ON COLUMN creances.releve.segment IS 'Segment de clientèle ; vide : tous les clients, ceux qui n''en ont pas compris.';
COMMENT ON COLUMN creances.releve.devise IS 'Devise des créances mesurées.';
COMMENT ON COLUMN creances.releve.indicateur IS 'Code de l''indicateur (voir indicateur).';
COMMENT ON COLUMN creances.releve.du IS 'Premier jour de la période ; NULL : au jour du relevé.';
COMMENT ON COLUMN creances.releve.valeur IS 'Valeur, dans l''unité de l''indicateur ; NULL : sans objet (rien au dénominateur).';
COMMENT ON COLUMN creances.releve.numerateur IS 'Ce qui est au numérateur.';
COMMENT ON COLUMN creances.releve.denominateur IS 'Ce qui est au dénominateur.';
COMMENT ON COLUMN creances.releve.origine IS 'nuit : écrit le soir même ou la nuit qui a suivi ; reconstitue : calculé plus tard, des faits datés.';
COMMENT ON COLUMN creances.releve.connu_le IS 'Instant de l''écriture.';
SELECT pg_catalog.pg_extension_config_dump('creances.releve', '');

-- Payments that the books held on the day they were opened, and whose date nobody
-- knows, bear that day: no balance before it is right.
CREATE FUNCTION creances._ouverture(societe text) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT max(d.jour)
	  FROM (SELECT DISTINCT c.reprise_le AS jour FROM creances.creance c WHERE c.creancier = societe AND c.reprise_le IS NOT NULL) d
	 WHERE EXISTS (SELECT FROM creances.reglement r WHERE r.le = d.jour AND r.creancier = societe AND r.reprise AND r.dit_le IS NULL);
END;
COMMENT ON FUNCTION creances._ouverture(text) IS 'Jour de la reprise des livres d''un créancier, s''ils y ont reçu des paiements sans date : aucun encours d''avant n''est juste. NULL sinon.';

-- Every indicator of a day, at one grain. The functions of 64_indicateurs are
-- asked once each; who wants another period asks them.
CREATE FUNCTION creances._indicateurs(au date, par text)
RETURNS TABLE (creancier text, segment text, devise text, indicateur text, du date, valeur numeric, numerateur numeric, denominateur numeric)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH o AS MATERIALIZED (SELECT s.creancier, creances._ouverture(s.creancier) AS jour FROM creances.creancier s),
	p AS (SELECT i.indicateur, coalesce(_indicateurs.au - i.jours + 1, (_indicateurs.au + 1 - make_interval(months => i.mois))::date) AS du FROM creances.indicateur i),
	ages AS (SELECT x.* FROM creances.part_echue(_indicateurs.au, _indicateurs.par) x),
	mieux AS (SELECT x.* FROM creances.bpdso(_indicateurs.au - 89, _indicateurs.au, _indicateurs.par) x),
	balance AS (SELECT x.* FROM creances.dso(_indicateurs.au - 89, _indicateurs.au, 'balance', _indicateurs.par) x)
	SELECT v.creancier, coalesce(v.segment, ''), v.devise, v.indicateur, p.du,
		   -- (these two read balances of the past)
		   CASE WHEN v.indicateur IN ('cei', 'dso_glissant') AND p.du <= o.jour THEN NULL ELSE v.valeur END, v.numerateur, v.denominateur
	  FROM (
		SELECT x.creancier, x.segment, x.devise, 'encours' AS indicateur, x.encours AS valeur, NULL::numeric AS numerateur, NULL::numeric AS denominateur FROM balance x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'dso', x.dso, x.encours, x.ventes FROM balance x
		UNION ALL SELECT x.creancier, x.segment, x.devise, i.indicateur, CASE i.indicateur WHEN 'creances' THEN x.creances WHEN 'echu' THEN x.echu ELSE x.plus_de_90 END, NULL, NULL
					FROM ages x CROSS JOIN (VALUES ('creances'), ('echu'), ('plus_de_90')) i(indicateur)
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'part_echue', x.part_echue, x.echu, x.creances FROM ages x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'part_plus_de_90', x.part_plus_de_90, x.plus_de_90, x.creances FROM ages x
		-- (where the history does not exhaust the balance, it is a lower bound: no figure)
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'dso_epuisement', CASE WHEN x.complet THEN x.dso END, x.encours, x.ventes
					FROM creances.dso((_indicateurs.au + 1 - interval '24 months')::date, _indicateurs.au, 'epuisement', _indicateurs.par) x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'dso_glissant', x.dso, x.encours, x.ventes
					FROM creances.dso((_indicateurs.au + 1 - interval '12 months')::date, _indicateurs.au, 'glissant', _indicateurs.par) x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'bpdso', x.bpdso, x.non_echu, x.ventes FROM mieux x
		UNION ALL SELECT b.creancier, b.segment, b.devise, 'add', b.dso - m.bpdso, b.encours - m.non_echu, b.ventes
					FROM balance b JOIN mieux m ON m.creancier = b.creancier AND m.segment IS NOT DISTINCT FROM b.segment AND m.devise = b.devise
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'cei', x.cei,
						 x.encours_debut + x.ventes / x.mois - x.encours_fin - x.pertes, x.encours_debut + x.ventes / x.mois - x.non_echu_fin
					FROM creances.cei((_indicateurs.au + 1 - interval '1 month')::date, _indicateurs.au, _indicateurs.par) x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'taux_recouvrement', x.taux, x.regle, x.echu - x.avoirs
					FROM creances.taux_recouvrement(_indicateurs.au - 89, _indicateurs.au, _indicateurs.par) x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'retard_moyen', x.retard_moyen, NULL, x.regle
					FROM creances.retard_moyen_pondere(_indicateurs.au - 89, _indicateurs.au, _indicateurs.par) x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'taux_promesses', x.taux, x.tenues, x.promesses
					FROM creances.promesses_tenues(_indicateurs.au - 89, _indicateurs.au, _indicateurs.par) x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'pertes', x.pertes, NULL, NULL
					FROM creances.encaissements(_indicateurs.au - 89, _indicateurs.au, _indicateurs.par) x
		UNION ALL SELECT x.creancier, x.segment, x.devise, 'cout_pour_100', x.cout_pour_100, x.cout + x.frais + x.mandats, x.encaisse
					FROM creances.cout_recouvrement(_indicateurs.au - 89, _indicateurs.au, _indicateurs.par) x
		 WHERE x.devise = 'EUR'
	  ) v
	  JOIN p ON p.indicateur = v.indicateur
	  JOIN o ON o.creancier = v.creancier;
END;
COMMENT ON FUNCTION creances._indicateurs(date, text) IS 'Tous les indicateurs d''un jour, à une maille.';

-- One night. Run after midnight, it closes the day that has ended: a day that is
-- not over has not had all its invoices. What is of today or of yesterday may be
-- written again, whole; what is older stays as it was written.
CREATE FUNCTION creances.relever(au date DEFAULT NULL, creancier text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET jit = off AS $$
#variable_conflict use_column
DECLARE
	p_au CONSTANT date := relever.au;
	p_creancier CONSTANT text := relever.creancier;
	noms text[];
	cibles date[];			-- of each creditor, the day to write
	ouvertures date[];
	j date;
	c record;
	total integer := 0;
	nb integer;
BEGIN
	IF p_au IS NOT NULL THEN
		PERFORM creances._verifier_au(p_au);
	END IF;
	IF p_creancier IS NOT NULL AND NOT EXISTS (SELECT FROM creances.creancier x WHERE x.creancier = p_creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', p_creancier),
			HINT = 'Les créanciers sont dans creances.creancier ; NULL les relève tous.';
	END IF;
	IF p_au > (SELECT min(creances.aujourdhui(x.creancier)) FROM creances.creancier x WHERE coalesce(x.creancier = p_creancier, true)) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('le jour du relevé est dans le futur : %s', p_au),
			HINT = 'Omettez-le pour la journée d''hier.';
	END IF;
	-- (two at once would write the same rows)
	IF p_creancier IS NULL THEN
		PERFORM pg_advisory_xact_lock(hashtext('creances.relever'), 0);
	ELSE
		PERFORM pg_advisory_xact_lock_shared(hashtext('creances.relever'), 0), pg_advisory_xact_lock(hashtext('creances.relever'), hashtext(p_creancier));
	END IF;
	-- books just loaded have no statistics, and plans made without them take minutes
	IF EXISTS (SELECT FROM pg_class t WHERE t.oid IN ('creances.creance'::regclass, 'creances.reglement'::regclass)
										AND (t.reltuples < 0 OR pg_relation_size(t.oid) > 2 * greatest(t.relpages, 10) * current_setting('block_size')::bigint)) THEN
		ANALYZE (SKIP_LOCKED) creances.creance, creances.creance_version, creances.reglement, creances.debiteur;
	END IF;

	-- of each creditor the day asked for, or the last one that has ended; none before the books were opened
	SELECT array_agg(x.creancier), array_agg(coalesce(p_au, greatest(t.jour - 1, CASE WHEN t.ouverture IS NOT NULL THEN least(t.ouverture, t.jour) END))), array_agg(t.ouverture)
	  INTO noms, cibles, ouvertures
	  FROM creances.creancier x
	 CROSS JOIN LATERAL (SELECT creances.aujourdhui(x.creancier) AS jour, creances._ouverture(x.creancier) AS ouverture OFFSET 0) t
	 WHERE coalesce(x.creancier = p_creancier, true);
	FOR c IN SELECT u.* FROM unnest(noms, cibles, ouvertures) u(creancier, jour, ouverture) WHERE u.jour < u.ouverture LOOP
		RAISE NOTICE USING MESSAGE = format('%s : rien n''est relevé avant le %s, jour de la reprise', c.creancier, c.ouverture),
			DETAIL = 'Des paiements y sont entrés sans leur date : ce qui était dû avant ne se sait pas.';
	END LOOP;
	SELECT array_agg(u.creancier), array_agg(u.jour) INTO noms, cibles
	  FROM unnest(noms, cibles, ouvertures) u(creancier, jour, ouverture) WHERE coalesce(u.jour >= u.ouverture, true);

	FOR j IN SELECT DISTINCT u.jour FROM unnest(cibles) u(jour) ORDER BY 1 LOOP
		DELETE FROM creances.releve r
		 USING unnest(noms, cibles) x(creancier, jour)
		 WHERE x.creancier = r.creancier AND x.jour = j AND r.jour = j AND j >= creances.aujourdhui(x.creancier) - 1;
		WITH v AS MATERIALIZED (
			SELECT x.* FROM creances._indicateurs(j, 'creancier') x
			UNION ALL
			SELECT x.* FROM creances._indicateurs(j, 'segment') x WHERE x.segment <> ''
		), n AS (
			SELECT v.creancier, v.segment, v.devise, v.indicateur, v.du, v.valeur, v.numerateur, v.denominateur FROM v
			UNION ALL
			-- what nobody owes any more is 0, not a gap in the curve
			SELECT p.creancier, p.segment, p.devise, p.indicateur, NULL, 0, NULL, NULL
			  FROM unnest(noms, cibles) x(creancier, cible)
			 CROSS JOIN LATERAL (SELECT max(y.jour) AS jour FROM creances.releve y WHERE y.creancier = x.creancier AND y.jour < j) d
			  JOIN creances.releve p ON p.creancier = x.creancier AND p.jour = d.jour
			 WHERE p.indicateur IN ('encours', 'creances', 'echu', 'plus_de_90') AND (p.valeur <> 0 OR p.segment = '') AND x.cible = j
			   AND NOT EXISTS (SELECT FROM v WHERE v.creancier = p.creancier AND v.segment = p.segment AND v.devise = p.devise AND v.indicateur = p.indicateur)
		)
		INSERT INTO creances.releve AS r (creancier, jour, segment, devise, indicateur, du, valeur, numerateur, denominateur, origine)
		-- (one absurd invoice would make every reader fail for ever)
		SELECT n.creancier, j, n.segment, n.devise, n.indicateur, n.du, CASE WHEN abs(n.valeur) < 1e16 THEN n.valeur END,
			   CASE WHEN abs(n.numerateur) < 1e16 THEN n.numerateur END, CASE WHEN abs(n.denominateur) < 1e16 THEN n.denominateur END,
			   CASE WHEN j >= t.jour - 1 THEN 'nuit' ELSE 'reconstitue' END
		  FROM n
		  JOIN (SELECT x.creancier, x.cible, creances.aujourdhui(x.creancier) AS jour FROM unnest(noms, cibles) x(creancier, cible)) t ON t.creancier = n.creancier
		 WHERE t.cible = j AND (j >= t.jour - 1 OR NOT EXISTS (SELECT FROM creances.releve o WHERE o.creancier = n.creancier AND o.jour = j))
		ON CONFLICT DO NOTHING;
		GET DIAGNOSTICS nb = ROW_COUNT;
		total := total + nb;
	END LOOP;

	-- what is kept of the debtors is of the last night only: a past one is no news
	FOR c IN SELECT u.* FROM unnest(noms, cibles) u(creancier, jour) WHERE u.jour >= creances.aujourdhui(u.creancier) - 1 ORDER BY u.creancier LOOP
		PERFORM creances._relever_delais(c.creancier, c.jour);
		PERFORM creances._relever_profils(c.creancier, c.jour);
	END LOOP;
	RETURN total;
END $$;
COMMENT ON FUNCTION creances.relever(date, text) IS
'Relève les indicateurs d''un jour, de tous les créanciers ou d''un seul, et par segment ; rend le nombre de lignes écrites. Sans date : la journée d''hier, qui est finie ; à planifier chaque nuit, planifier() le fait. Hier et aujourd''hui peuvent être refaits, en entier, avec les profils des payeurs et leurs délais ; un jour plus ancien n''est écrit que s''il manque, des faits datés jusque-là (origine reconstitue). Rien avant le jour d''une reprise où des paiements sont entrés sans date : les encours d''avant ne se savent pas ; CEI et DSO glissant sont NULL tant que leur période y remonte.';

-- ---------------------------------------------------------------- reading it

CREATE FUNCTION creances.tableau_de_bord(au date DEFAULT creances.aujourdhui())
RETURNS TABLE (creancier text, segment text, devise text, ordre integer, indicateur text, libelle text, unite text, jour date, du date,
			   resultat numeric, objectif numeric, ecart numeric, atteint boolean, precedent numeric, precedent_le date, evolution numeric,
			   tendance text, reference numeric, reference_source text, formule text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT r.creancier, nullif(r.segment, ''), r.devise, i.ordre, r.indicateur, i.libelle, CASE i.unite WHEN 'devise' THEN r.devise ELSE i.unite END, r.jour, r.du,
		   r.valeur::numeric(20,3), o.cible::numeric(20,3), (r.valeur - o.cible)::numeric(20,3),
		   CASE i.sens WHEN 'bas' THEN r.valeur <= o.cible WHEN 'haut' THEN r.valeur >= o.cible END,
		   p.valeur::numeric(20,3), a.jour, (r.valeur - p.valeur)::numeric(20,3),
		   CASE WHEN i.sens IS NULL OR r.valeur IS NULL OR p.valeur IS NULL THEN NULL WHEN r.valeur = p.valeur THEN 'stable'
				WHEN (r.valeur < p.valeur) = (i.sens = 'bas') THEN 'mieux' ELSE 'moins bien' END,
		   f.valeur::numeric(20,3), f.source || ', ' || f.annee, i.formule
	  FROM creances.creancier s
	 CROSS JOIN LATERAL (SELECT max(x.jour) AS jour FROM creances.releve x WHERE x.creancier = s.creancier AND x.jour <= tableau_de_bord.au) d
	  -- a month before (of the last day of a month, the last day of the one before), or the last one that precedes it
	 CROSS JOIN LATERAL (SELECT max(x.jour) AS jour FROM creances.releve x WHERE x.creancier = s.creancier AND x.jour <= (d.jour + 1 - interval '1 month')::date - 1) a
	  JOIN creances.releve r ON r.creancier = s.creancier AND r.jour = d.jour
	  JOIN creances.indicateur i ON i.indicateur = r.indicateur
	  LEFT JOIN creances.releve p ON p.creancier = r.creancier AND p.jour = a.jour AND p.segment = r.segment AND p.devise = r.devise AND p.indicateur = r.indicateur
	  LEFT JOIN LATERAL (SELECT x.cible FROM creances.objectif x
						  WHERE x.creancier = r.creancier AND x.indicateur = r.indicateur AND x.segment IN (r.segment, '') AND x.devise = r.devise AND x.depuis <= r.jour
						  ORDER BY x.segment = '', x.depuis DESC LIMIT 1) o ON true
	  LEFT JOIN LATERAL creances._reference(coalesce(nullif(s.details ->> 'secteur', ''), 'ensemble'), r.indicateur, r.jour) f ON true
	 WHERE creances._verifier_au(tableau_de_bord.au) IS NOT NULL;
END;
COMMENT ON FUNCTION creances.tableau_de_bord(date) IS
'Tableau de bord à une date : le dernier relevé qui ne la dépasse pas, avec l''objectif d''alors et le relevé d''un mois avant. Colonnes de la vue tableau_de_bord.';

-- (the casts again: a function's columns have no scale for a client)
CREATE VIEW creances.tableau_de_bord AS
SELECT t.creancier, t.segment, t.devise, t.ordre, t.indicateur, t.libelle, t.unite, t.jour, t.du, t.resultat::numeric(20,3) AS resultat,
	   t.objectif::numeric(20,3) AS objectif, t.ecart::numeric(20,3) AS ecart, t.atteint, t.precedent::numeric(20,3) AS precedent, t.precedent_le,
	   t.evolution::numeric(20,3) AS evolution, t.tendance, t.reference::numeric(20,3) AS reference, t.reference_source, t.formule
  FROM creances.tableau_de_bord(date '9999-12-31') t;
COMMENT ON VIEW creances.tableau_de_bord IS
'Le dernier relevé : chaque indicateur, son objectif, son résultat, son évolution depuis un mois. Vide tant que relever() n''a pas été appelé.';
COMMENT ON COLUMN creances.tableau_de_bord.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.tableau_de_bord.segment IS 'Segment de clientèle ; NULL : tous les clients.';
COMMENT ON COLUMN creances.tableau_de_bord.devise IS 'Devise des créances mesurées.';
COMMENT ON COLUMN creances.tableau_de_bord.ordre IS 'Ordre d''affichage.';
COMMENT ON COLUMN creances.tableau_de_bord.indicateur IS 'Code de l''indicateur.';
COMMENT ON COLUMN creances.tableau_de_bord.libelle IS 'Libellé de l''indicateur.';
COMMENT ON COLUMN creances.tableau_de_bord.unite IS 'jours, %, ou devise d''un montant.';
COMMENT ON COLUMN creances.tableau_de_bord.jour IS 'Jour du relevé.';
COMMENT ON COLUMN creances.tableau_de_bord.du IS 'Premier jour de la période mesurée ; NULL : au jour du relevé.';
COMMENT ON COLUMN creances.tableau_de_bord.resultat IS 'Valeur relevée ; NULL : sans objet.';
COMMENT ON COLUMN creances.tableau_de_bord.objectif IS 'Objectif de ce jour-là.';
COMMENT ON COLUMN creances.tableau_de_bord.ecart IS 'Résultat moins objectif.';
COMMENT ON COLUMN creances.tableau_de_bord.atteint IS 'Vrai si l''objectif est atteint ; NULL sans objectif.';
COMMENT ON COLUMN creances.tableau_de_bord.precedent IS 'Valeur du relevé d''un mois avant, ou du dernier qui le précède.';
COMMENT ON COLUMN creances.tableau_de_bord.precedent_le IS 'Jour de ce relevé.';
COMMENT ON COLUMN creances.tableau_de_bord.evolution IS 'Résultat moins précédent.';
COMMENT ON COLUMN creances.tableau_de_bord.tendance IS 'mieux, moins bien ou stable, selon le sens de l''indicateur ; NULL s''il n''en a pas.';
COMMENT ON COLUMN creances.tableau_de_bord.reference IS 'Ce qui se constate dans le secteur du créancier, ou dans tous.';
COMMENT ON COLUMN creances.tableau_de_bord.reference_source IS 'Publication et année de cette référence.';
COMMENT ON COLUMN creances.tableau_de_bord.formule IS 'Formule, et fonction qui la calcule à toute date.';

CREATE VIEW creances.tendance AS
SELECT r.creancier, nullif(r.segment, '') AS segment, r.devise, i.ordre, r.indicateur, i.libelle, CASE i.unite WHEN 'devise' THEN r.devise ELSE i.unite END AS unite,
	   r.jour, r.du, r.valeur::numeric(20,3) AS valeur, r.numerateur::numeric(20,3) AS numerateur, r.denominateur::numeric(20,3) AS denominateur,
	   r.origine, r.connu_le
  FROM creances.releve r
  JOIN creances.indicateur i ON i.indicateur = r.indicateur;
COMMENT ON VIEW creances.tendance IS 'Les relevés, nuit par nuit : de quoi tracer une courbe.';
COMMENT ON COLUMN creances.tendance.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.tendance.segment IS 'Segment de clientèle ; NULL : tous les clients.';
COMMENT ON COLUMN creances.tendance.devise IS 'Devise des créances mesurées.';
COMMENT ON COLUMN creances.tendance.ordre IS 'Ordre d''affichage.';
COMMENT ON COLUMN creances.tendance.indicateur IS 'Code de l''indicateur.';
COMMENT ON COLUMN creances.tendance.libelle IS 'Libellé de l''indicateur.';
COMMENT ON COLUMN creances.tendance.unite IS 'jours, %, ou devise d''un montant.';
COMMENT ON COLUMN creances.tendance.jour IS 'Jour du relevé.';
COMMENT ON COLUMN creances.tendance.du IS 'Premier jour de la période mesurée ; NULL : au jour du relevé.';
COMMENT ON COLUMN creances.tendance.valeur IS 'Valeur relevée ; NULL : sans objet.';
COMMENT ON COLUMN creances.tendance.numerateur IS 'Ce qui est au numérateur.';
COMMENT ON COLUMN creances.tendance.denominateur IS 'Ce qui est au dénominateur.';
COMMENT ON COLUMN creances.tendance.origine IS 'nuit : écrit le soir même ou la nuit qui a suivi ; reconstitue : calculé plus tard, des faits datés.';
COMMENT ON COLUMN creances.tendance.connu_le IS 'Instant de l''écriture.';
