-- How a debtor pays: his profile and its note, at any date from the facts and
-- each night in a table; his credit limit; may this order be taken; and what
-- tells early that he will pay worse.
--
-- Thresholds and policies are rows: ours are a custom of the trade, no rule of
-- law, and the user's win over them.

-- ------------------------------------------------------------------- settings

CREATE TABLE creances.seuil_note (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	note		text NOT NULL CHECK (note IN ('A', 'B', 'C')),
	paiements	integer CHECK (paiements >= 0),
	retard_moyen numeric CHECK (retard_moyen >= 0 AND retard_moyen < 'Infinity'),
	part_en_retard numeric CHECK (part_en_retard BETWEEN 0 AND 100),
	retard_max	integer CHECK (retard_max >= 0),
	promesses_rompues integer CHECK (promesses_rompues >= 0),
	plans_dechus integer CHECK (plans_dechus >= 0),
	rejets		integer CHECK (rejets >= 0),
	pertes		numeric CHECK (pertes >= 0 AND pertes < 'Infinity'),
	echu_min	numeric CHECK (echu_min >= 0 AND echu_min < 'Infinity'),
	PRIMARY KEY (origine, note)
);
COMMENT ON TABLE creances.seuil_note IS
'Seuils des notes A, B et C : la note d''un payeur est la meilleure dont tous les seuils tiennent, D si aucune. Une ligne de l''utilisateur l''emporte sur celle, de même note, que livre l''extension, et garde de celle-ci les seuils qu''elle laisse NULL. Usage de la maison, non règle de droit.';
COMMENT ON COLUMN creances.seuil_note.origine IS 'creances (livrée) ou utilisateur.';
COMMENT ON COLUMN creances.seuil_note.note IS 'A, B ou C.';
COMMENT ON COLUMN creances.seuil_note.paiements IS 'Règlements au moins dans la fenêtre.';
COMMENT ON COLUMN creances.seuil_note.retard_moyen IS 'Retard moyen pondéré au plus, en jours. NULL : dans une ligne livrée, sans seuil ; dans celle de l''utilisateur, le seuil livré. Comme les suivants.';
COMMENT ON COLUMN creances.seuil_note.part_en_retard IS 'Part en retard au plus, en pour cent des montants.';
COMMENT ON COLUMN creances.seuil_note.retard_max IS 'Retard au plus de ce qui est encore dû, en jours.';
COMMENT ON COLUMN creances.seuil_note.promesses_rompues IS 'Promesses rompues au plus dans la fenêtre.';
COMMENT ON COLUMN creances.seuil_note.plans_dechus IS 'Plans déchus au plus dans la fenêtre.';
COMMENT ON COLUMN creances.seuil_note.rejets IS 'Paiements rejetés au plus dans la fenêtre.';
COMMENT ON COLUMN creances.seuil_note.pertes IS 'Montant passé en perte au plus, sur 36 mois.';
COMMENT ON COLUMN creances.seuil_note.echu_min IS 'Écart de règlement : ce qui reste échu, par débiteur et devise, au plus de ce montant ne compte pas (le plus grand des trois lignes).';
INSERT INTO creances.seuil_note (origine, note, paiements, retard_moyen, part_en_retard, retard_max, promesses_rompues, plans_dechus, rejets, pertes, echu_min) VALUES
	('creances', 'A', 1,  5,   25, 15, 0, 0, 0, 0, 1),
	('creances', 'B', 0, 15,   75, 30, 1, 0, 1, 0, 1),
	('creances', 'C', 0, 30, NULL, 60, 3, 1, 2, 0, 1);
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.seuil_note FOR EACH ROW EXECUTE FUNCTION creances._livrees();

CREATE TABLE creances.seuil_signal (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	signal		text NOT NULL CHECK (signal IN ('reports', 'silence', 'retard_croissant', 'premier_retard', 'rejet', 'limite', 'echeance_repoussee')),
	intitule	text NOT NULL,
	seuil		numeric NOT NULL CHECK (seuil >= 0 AND seuil < 'Infinity'),
	fenetre		integer CHECK (fenetre BETWEEN 1 AND 365),
	gravite		text NOT NULL DEFAULT 'avertissement' CHECK (gravite IN ('erreur', 'avertissement', 'information')),
	actif		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (origine, signal)
);
COMMENT ON TABLE creances.seuil_signal IS 'Seuils des signaux faibles. Une ligne de l''utilisateur remplace celle, de même code, que livre l''extension ; actif = false tait le signal.';
COMMENT ON COLUMN creances.seuil_signal.origine IS 'creances (livré) ou utilisateur.';
COMMENT ON COLUMN creances.seuil_signal.signal IS 'reports, silence, retard_croissant, premier_retard, rejet, limite ou echeance_repoussee.';
COMMENT ON COLUMN creances.seuil_signal.intitule IS 'Intitulé.';
COMMENT ON COLUMN creances.seuil_signal.seuil IS 'Mesure depuis laquelle il y a signal : nombre (reports, silence, rejet, echeance_repoussee), jours (retard_croissant, premier_retard) ou montant (limite : dépassement).';
COMMENT ON COLUMN creances.seuil_signal.fenetre IS 'Jours en arrière que regardent reports, silence, rejet et echeance_repoussee.';
COMMENT ON COLUMN creances.seuil_signal.gravite IS 'erreur, avertissement ou information.';
COMMENT ON COLUMN creances.seuil_signal.actif IS 'false : le signal est tu.';
INSERT INTO creances.seuil_signal (origine, signal, intitule, seuil, fenetre, gravite) VALUES
	('creances', 'rejet',            'Paiement rejeté', 1, 90, 'erreur'),
	('creances', 'limite',           'Limite de crédit dépassée', 1, NULL, 'erreur'),
	('creances', 'reports',          'Promesses reportées ou rompues', 2, 180, 'avertissement'),
	('creances', 'silence',          'Relances sans réponse', 3, 90, 'avertissement'),
	('creances', 'echeance_repoussee', 'Échéance repoussée après coup', 1, 90, 'avertissement'),
	('creances', 'retard_croissant', 'Retard qui croît', 5, NULL, 'avertissement'),
	('creances', 'premier_retard',   'Premier retard d''un bon payeur', 5, NULL, 'information');
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.seuil_signal FOR EACH ROW EXECUTE FUNCTION creances._livrees();

CREATE TABLE creances.politique_credit (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	creancier	text NOT NULL DEFAULT '',
	segment		text NOT NULL DEFAULT '',
	retard_max	integer DEFAULT 30 CHECK (retard_max >= 0),
	echu_min	numeric NOT NULL DEFAULT 1 CHECK (echu_min >= 0 AND echu_min < 'Infinity'),
	note_refusee text DEFAULT 'D' CHECK (note_refusee IN ('A', 'B', 'C', 'D')),
	stade_refuse creances.stade_relance DEFAULT 'contentieux',
	procedure_refusee boolean NOT NULL DEFAULT true,
	perte_mois	integer DEFAULT 36 CHECK (perte_mois BETWEEN 1 AND 36),
	plan_dechu_refuse boolean NOT NULL DEFAULT true,
	mandat_refuse boolean NOT NULL DEFAULT true,
	limite_defaut numeric CHECK (limite_defaut >= 0 AND limite_defaut < 'Infinity'),
	devise		text NOT NULL DEFAULT 'EUR' CHECK (devise ~ '^[A-Z]{3}$'),
	tolerance_limite numeric NOT NULL DEFAULT 0 CHECK (tolerance_limite BETWEEN 0 AND 1000),
	PRIMARY KEY (origine, creancier, segment)
);
COMMENT ON TABLE creances.politique_credit IS
'Quand une commande est refusée : règles de commande_autorisee(). La ligne du créancier et du segment l''emporte sur celle du créancier, puis du segment, puis de tous ; celle de l''utilisateur sur celle que livre l''extension. Une règle omise vaut celle qui est livrée ; NULL, écrit, la lève.';
COMMENT ON COLUMN creances.politique_credit.origine IS 'creances (livrée) ou utilisateur.';
COMMENT ON COLUMN creances.politique_credit.creancier IS 'Société créancière ; vide : toutes.';
COMMENT ON COLUMN creances.politique_credit.segment IS 'Segment du débiteur ; vide : tous.';
COMMENT ON COLUMN creances.politique_credit.retard_max IS 'Jours de retard au plus de ce qui est dû ; NULL : sans règle.';
COMMENT ON COLUMN creances.politique_credit.echu_min IS 'Échu, dans sa devise, au plus duquel ni le retard ni le stade ne bloquent (écarts de règlement).';
COMMENT ON COLUMN creances.politique_credit.note_refusee IS 'Cette note, et les moins bonnes, sont refusées ; NULL : sans règle.';
COMMENT ON COLUMN creances.politique_credit.stade_refuse IS 'Ce stade de relance, et les plus graves, sont refusés ; NULL : sans règle.';
COMMENT ON COLUMN creances.politique_credit.procedure_refusee IS 'Une procédure collective ouverte est refusée, et une liquidation même close.';
COMMENT ON COLUMN creances.politique_credit.perte_mois IS 'Une créance passée en perte depuis moins de ces mois est refusée (d''après le profil de la dernière nuit) ; NULL : sans règle.';
COMMENT ON COLUMN creances.politique_credit.plan_dechu_refuse IS 'Un plan déchu dont il reste dû est refusé.';
COMMENT ON COLUMN creances.politique_credit.mandat_refuse IS 'Une créance encore due, confiée à un tiers, est refusée.';
COMMENT ON COLUMN creances.politique_credit.limite_defaut IS 'Limite du débiteur qui n''a pas la sienne, pour une commande dans cette devise ; NULL : aucune.';
COMMENT ON COLUMN creances.politique_credit.devise IS 'Devise de limite_defaut.';
COMMENT ON COLUMN creances.politique_credit.tolerance_limite IS 'Dépassement toléré de la limite, en pour cent.';
INSERT INTO creances.politique_credit (origine, creancier, segment, retard_max, echu_min, note_refusee, stade_refuse) VALUES
	('creances', '', '', 30, 1, 'D', 'contentieux');
CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.politique_credit FOR EACH ROW EXECUTE FUNCTION creances._livrees();

SELECT pg_catalog.pg_extension_config_dump('creances.seuil_note', 'WHERE origine = ''utilisateur''');
SELECT pg_catalog.pg_extension_config_dump('creances.seuil_signal', 'WHERE origine = ''utilisateur''');
SELECT pg_catalog.pg_extension_config_dump('creances.politique_credit', 'WHERE origine = ''utilisateur''');

CREATE VIEW creances.seuil_note_actif AS
SELECT c.note, coalesce(u.paiements, c.paiements) AS paiements, coalesce(u.retard_moyen, c.retard_moyen)::numeric(20,3) AS retard_moyen,
	   coalesce(u.part_en_retard, c.part_en_retard)::numeric(20,3) AS part_en_retard, coalesce(u.retard_max, c.retard_max) AS retard_max,
	   coalesce(u.promesses_rompues, c.promesses_rompues) AS promesses_rompues, coalesce(u.plans_dechus, c.plans_dechus) AS plans_dechus,
	   coalesce(u.rejets, c.rejets) AS rejets, coalesce(u.pertes, c.pertes)::numeric(20,3) AS pertes, coalesce(u.echu_min, c.echu_min)::numeric(20,3) AS echu_min,
	   coalesce(u.origine, c.origine) AS origine
  FROM creances.seuil_note c
  LEFT JOIN creances.seuil_note u ON u.origine = 'utilisateur' AND u.note = c.note
 WHERE c.origine = 'creances';
COMMENT ON VIEW creances.seuil_note_actif IS 'Seuils des notes qui valent : ceux de l''utilisateur, à défaut ceux que livre l''extension.';
COMMENT ON COLUMN creances.seuil_note_actif.note IS 'A, B ou C.';
COMMENT ON COLUMN creances.seuil_note_actif.paiements IS 'Règlements au moins dans la fenêtre.';
COMMENT ON COLUMN creances.seuil_note_actif.retard_moyen IS 'Retard moyen pondéré au plus, en jours ; NULL : sans seuil, comme les suivants.';
COMMENT ON COLUMN creances.seuil_note_actif.part_en_retard IS 'Part en retard au plus, en pour cent.';
COMMENT ON COLUMN creances.seuil_note_actif.retard_max IS 'Retard au plus de ce qui est encore dû, en jours.';
COMMENT ON COLUMN creances.seuil_note_actif.promesses_rompues IS 'Promesses rompues au plus.';
COMMENT ON COLUMN creances.seuil_note_actif.plans_dechus IS 'Plans déchus au plus.';
COMMENT ON COLUMN creances.seuil_note_actif.rejets IS 'Paiements rejetés au plus.';
COMMENT ON COLUMN creances.seuil_note_actif.pertes IS 'Montant passé en perte au plus, sur 36 mois.';
COMMENT ON COLUMN creances.seuil_note_actif.echu_min IS 'Reste échu au plus duquel il ne compte pas.';
COMMENT ON COLUMN creances.seuil_note_actif.origine IS 'creances ou utilisateur.';

CREATE VIEW creances._seuil_signal AS
SELECT DISTINCT ON (s.signal) s.signal, s.intitule, s.seuil, s.fenetre, s.gravite, s.actif
  FROM creances.seuil_signal s
 ORDER BY s.signal, s.origine DESC;
COMMENT ON VIEW creances._seuil_signal IS 'Seuils des signaux qui valent.';
COMMENT ON COLUMN creances._seuil_signal.signal IS 'Signal.';
COMMENT ON COLUMN creances._seuil_signal.intitule IS 'Intitulé.';
COMMENT ON COLUMN creances._seuil_signal.seuil IS 'Seuil.';
COMMENT ON COLUMN creances._seuil_signal.fenetre IS 'Jours en arrière.';
COMMENT ON COLUMN creances._seuil_signal.gravite IS 'Gravité.';
COMMENT ON COLUMN creances._seuil_signal.actif IS 'Il parle.';

-- --------------------------------------------------------------------- state

CREATE TABLE creances.profil (
	creancier	text NOT NULL,
	debiteur	text NOT NULL,
	devise		text NOT NULL,
	jour		date NOT NULL,
	encours		numeric NOT NULL,
	echu		numeric NOT NULL,
	echu_net	numeric NOT NULL,
	retard_max	integer,
	paiements	integer NOT NULL,
	regle		numeric NOT NULL,
	en_retard	numeric NOT NULL,
	retard_moyen numeric,
	retard_recent numeric,
	retard_ancien numeric,
	tendance	text CHECK (tendance IN ('hausse', 'stable', 'baisse')),
	part_en_retard numeric,
	promesses_rompues integer NOT NULL,
	plans_dechus integer NOT NULL,
	rejets		integer NOT NULL,
	pertes		numeric NOT NULL,
	derniere_perte date,
	fenetre		integer NOT NULL,
	fenetre_du	date NOT NULL,
	retard_fenetre numeric,
	part_fenetre numeric,
	note		text CHECK (note IN ('A', 'B', 'C', 'D')),
	note_depuis	date,
	note_precedente text,
	raison		text NOT NULL,
	dernier_paiement date,
	dernier_rejet date,
	reports		integer NOT NULL,
	dernier_report date,
	relances	integer NOT NULL,
	relances_depuis date,
	PRIMARY KEY (creancier, debiteur, devise)
);
COMMENT ON TABLE creances.profil IS 'Profil de chaque payeur, par devise, à la dernière nuit : ce que montre la vue profil_payeur. Écrite par relever().';
COMMENT ON COLUMN creances.profil.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.profil.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.profil.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.profil.jour IS 'Date du profil.';
COMMENT ON COLUMN creances.profil.encours IS 'Solde du client.';
COMMENT ON COLUMN creances.profil.echu IS 'Échu, brut.';
COMMENT ON COLUMN creances.profil.echu_net IS 'Échu sans ce qui est contesté et sans ce que couvrent ses crédits ; 0 pour un écart de règlement.';
COMMENT ON COLUMN creances.profil.retard_max IS 'Jours de retard du plus ancien de echu_net.';
COMMENT ON COLUMN creances.profil.paiements IS 'Règlements de factures, sur 12 mois.';
COMMENT ON COLUMN creances.profil.regle IS 'Leur montant.';
COMMENT ON COLUMN creances.profil.en_retard IS 'Dont réglé en retard.';
COMMENT ON COLUMN creances.profil.retard_moyen IS 'Retard moyen pondéré sur 12 mois, en jours.';
COMMENT ON COLUMN creances.profil.retard_recent IS 'Retard moyen des règlements des 3 derniers mois.';
COMMENT ON COLUMN creances.profil.retard_ancien IS 'Retard moyen des règlements des 9 mois d''avant.';
COMMENT ON COLUMN creances.profil.tendance IS 'hausse, stable ou baisse.';
COMMENT ON COLUMN creances.profil.part_en_retard IS 'Part en retard sur 12 mois, en pour cent.';
COMMENT ON COLUMN creances.profil.promesses_rompues IS 'Sur 12 mois.';
COMMENT ON COLUMN creances.profil.plans_dechus IS 'Sur 12 mois.';
COMMENT ON COLUMN creances.profil.rejets IS 'Sur 12 mois.';
COMMENT ON COLUMN creances.profil.pertes IS 'Montant passé en perte, sur 36 mois.';
COMMENT ON COLUMN creances.profil.derniere_perte IS 'Date du dernier passage en perte.';
COMMENT ON COLUMN creances.profil.fenetre IS 'Mois que regarde la note : 6, ou 12 au plus.';
COMMENT ON COLUMN creances.profil.fenetre_du IS 'Premier jour de cette fenêtre.';
COMMENT ON COLUMN creances.profil.retard_fenetre IS 'Retard moyen pondéré de cette fenêtre.';
COMMENT ON COLUMN creances.profil.part_fenetre IS 'Part en retard de cette fenêtre.';
COMMENT ON COLUMN creances.profil.note IS 'A à D.';
COMMENT ON COLUMN creances.profil.note_depuis IS 'Nuit depuis laquelle il a cette note.';
COMMENT ON COLUMN creances.profil.note_precedente IS 'Note d''avant.';
COMMENT ON COLUMN creances.profil.raison IS 'Pourquoi cette note.';
COMMENT ON COLUMN creances.profil.dernier_paiement IS 'Date du dernier règlement, sur 12 mois.';
COMMENT ON COLUMN creances.profil.dernier_rejet IS 'Date du dernier paiement rejeté, sur 12 mois.';
COMMENT ON COLUMN creances.profil.reports IS 'Promesses reportées (closes avant leur terme) ou rompues, dans la fenêtre du signal reports.';
COMMENT ON COLUMN creances.profil.dernier_report IS 'Date de la dernière.';
COMMENT ON COLUMN creances.profil.relances IS 'Relances envoyées depuis son dernier signe (paiement, promesse, plan, litige...), dans la fenêtre du signal silence, s''il doit de l''échu.';
COMMENT ON COLUMN creances.profil.relances_depuis IS 'Date de la première d''entre elles.';

-- Each change of a note, so that a past date knows since when.
CREATE TABLE creances.note_payeur (
	creancier	text NOT NULL,
	debiteur	text NOT NULL,
	devise		text NOT NULL,
	depuis		date NOT NULL,
	note		text NOT NULL CHECK (note IN ('A', 'B', 'C', 'D')),
	PRIMARY KEY (creancier, debiteur, devise, depuis)
);
COMMENT ON TABLE creances.note_payeur IS 'Histoire des notes : une ligne par changement, à la nuit qui l''a vu.';
COMMENT ON COLUMN creances.note_payeur.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.note_payeur.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.note_payeur.devise IS 'Devise.';
COMMENT ON COLUMN creances.note_payeur.depuis IS 'Nuit du changement.';
COMMENT ON COLUMN creances.note_payeur.note IS 'Note depuis.';

CREATE TABLE creances.limite_credit (
	creancier	text NOT NULL,
	debiteur	text NOT NULL,
	devise		text NOT NULL CHECK (devise ~ '^[A-Z]{3}$'),
	depuis		date NOT NULL CHECK (depuis BETWEEN '1900-01-01' AND '2999-12-31'),
	jusque		date CHECK (jusque BETWEEN depuis AND '2999-12-31'),
	montant		numeric CHECK (montant >= 0 AND montant < 1e15 AND montant = round(montant, 6)),
	source		text NOT NULL CHECK (source <> ''),
	auteur		name NOT NULL DEFAULT session_user,
	connu_le	timestamptz NOT NULL DEFAULT clock_timestamp(),
	details		jsonb NOT NULL DEFAULT '{}',
	PRIMARY KEY (creancier, debiteur, devise, depuis)
);
COMMENT ON TABLE creances.limite_credit IS
'Limites de crédit, datées : vaut la dernière dont la période contient le jour ; à la fin d''une limite temporaire, celle d''avant vaut de nouveau ; s''il n''y en a pas, la limite est échue, et rien n''est plus à crédit. Écrite par fixer_limite().';
COMMENT ON COLUMN creances.limite_credit.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.limite_credit.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.limite_credit.devise IS 'Devise : chacune a sa limite.';
COMMENT ON COLUMN creances.limite_credit.depuis IS 'Premier jour.';
COMMENT ON COLUMN creances.limite_credit.jusque IS 'Dernier jour ; NULL : sans fin.';
COMMENT ON COLUMN creances.limite_credit.montant IS 'Montant ; 0 : rien à crédit ; NULL : plus de limite.';
COMMENT ON COLUMN creances.limite_credit.source IS 'Qui l''a donnée : assureur, comité de crédit...';
COMMENT ON COLUMN creances.limite_credit.auteur IS 'Rôle qui l''a enregistrée.';
COMMENT ON COLUMN creances.limite_credit.connu_le IS 'Instant de l''enregistrement.';
COMMENT ON COLUMN creances.limite_credit.details IS 'Colonnes de l''utilisateur.';

SELECT pg_catalog.pg_extension_config_dump('creances.profil', '');
SELECT pg_catalog.pg_extension_config_dump('creances.note_payeur', '');
SELECT pg_catalog.pg_extension_config_dump('creances.limite_credit', '');

-- --------------------------------------------------------- how a debtor pays

-- Payments that have bounced, or that somebody took back: that day took more of
-- the invoice than it gave, and it owes again; the line of the ERP was neither
-- lettered elsewhere, nor put on account, nor corrected to another amount.
CREATE INDEX acte_procedure ON creances.acte (creancier, debiteur) WHERE genre = 'procedure_collective';
CREATE INDEX reglement_annulation ON creances.reglement (le) WHERE nature = 'annulation';
CREATE FUNCTION creances._rejets(societe text, apres date, au date)
RETURNS TABLE (creancier text, debiteur text, devise text, le date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT DISTINCT c.creancier, coalesce(v.debiteur, c.debiteur), coalesce(v.devise, c.devise), r.le
	  FROM creances.reglement r
	  JOIN creances.creance c ON c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang
	  LEFT JOIN LATERAL (SELECT x.* FROM creances.creance_version x
						  WHERE c.version_le > au AND x.creancier = c.creancier AND x.facture = c.facture AND x.rang = c.rang AND x.jusque > au
						  ORDER BY x.version LIMIT 1) v ON true
	 CROSS JOIN LATERAL (SELECT coalesce(v.montant, c.montant) AS montant) e
	 CROSS JOIN LATERAL (SELECT sum(x.montant) AS tout, sum(x.montant) FILTER (WHERE x.le = r.le AND x.nature IN ('paiement', 'annulation', 'acompte')) AS jour
						   FROM creances.reglement x
						  WHERE x.creancier = r.creancier AND x.facture = r.facture AND x.rang = r.rang AND x.le <= r.le) s
	 WHERE r.nature = 'annulation' AND r.montant < 0 AND r.le > apres AND r.le <= au AND (societe IS NULL OR r.creancier = societe)
	   AND e.montant > 0 AND NOT creances._en_compte(c.nature, c.facture, e.montant) AND NOT coalesce(v.retiree, c.retiree_le IS NOT NULL)
	   AND s.jour < 0 AND s.tout < e.montant
	   AND (r.cle IS NULL
			OR (SELECT sum(x.montant) FROM creances.reglement x WHERE x.suivi = r.suivi AND x.cle = r.cle AND x.le <= au) <= 0
			   AND NOT EXISTS (SELECT FROM creances.creance k WHERE k.suivi = r.suivi AND k.cle = r.cle AND k.nature = 'acompte' AND k.retiree_le IS NULL)
			   -- nor deleted and typed again, or typed twice: the same money of his, of that day, stands elsewhere
			   AND NOT (EXISTS (SELECT FROM creances.reglement x WHERE x.suivi = r.suivi AND x.cle = r.cle AND x.montant > 0)
						AND (EXISTS (SELECT FROM creances.reglement y
									   JOIN creances.creance k ON k.creancier = y.creancier AND k.facture = y.facture AND k.rang = y.rang
									  WHERE y.le = r.dit_le AND y.montant = -r.montant AND y.suivi = r.suivi AND y.cle <> r.cle
										AND k.creancier = c.creancier AND k.debiteur = coalesce(v.debiteur, c.debiteur)
										AND (SELECT sum(z.montant) FROM creances.reglement z WHERE z.suivi = y.suivi AND z.cle = y.cle AND z.le <= au) > 0)
							 OR EXISTS (SELECT FROM creances.creance k WHERE k.creancier = c.creancier AND k.debiteur = coalesce(v.debiteur, c.debiteur)
										   AND k.suivi = r.suivi AND k.nature = 'acompte' AND k.montant = r.montant AND k.nee_le = r.dit_le AND k.retiree_le IS NULL))));
END;
COMMENT ON FUNCTION creances._rejets(text, date, date) IS
'Jours où un paiement d''une facture a été rejeté ou repris, entre deux dates (la première exclue) : la facture doit de nouveau. Ni un lettrage déplacé, ni une date ou un montant corrigés, ni une ligne effacée et saisie de nouveau, ou saisie deux fois.';

-- One row a debtor and currency who owes, has paid or broken his word within
-- twelve months.
CREATE FUNCTION creances._profils(societe text, au date)
RETURNS TABLE (creancier text, debiteur text, devise text, encours numeric, echu numeric, echu_net numeric, retard_max integer,
			   paiements integer, regle numeric, en_retard numeric, retard_moyen numeric, retard_recent numeric, retard_ancien numeric, tendance text, part_en_retard numeric,
			   promesses_rompues integer, plans_dechus integer, rejets integer, pertes numeric, derniere_perte date, fenetre integer, fenetre_du date,
			   retard_fenetre numeric, part_fenetre numeric, note text, raison text, dernier_paiement date, dernier_rejet date, reports integer, dernier_report date, relances integer, relances_depuis date)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH bornes AS MATERIALIZED (
		SELECT (au - interval '12 months')::date AS an, (au - interval '6 months')::date AS semestre, (au - interval '3 months')::date AS trimestre,
			   au - coalesce(max(s.fenetre) FILTER (WHERE s.signal = 'reports'), 180) AS reports,
			   au - coalesce(max(s.fenetre) FILTER (WHERE s.signal = 'silence'), 90) AS silence,
			   max(s.seuil) FILTER (WHERE s.signal = 'retard_croissant') AS ecart, (SELECT max(n.echu_min) FROM creances.seuil_note_actif n) AS echu_min
		  FROM creances._seuil_signal s
	), ouvertes AS MATERIALIZED (
		-- what _etat_au() shows; from today's balance less what moved later, but for
		-- what was changed since or not yet issued: no look-up for each open item
		SELECT c.creancier, c.debiteur, c.devise, c.facture, c.rang, c.echeance, c.montant, s.solde, creances._en_compte(c.nature, c.facture, s.solde) AS en_compte,
			   coalesce(c.livraison, c.emission, c.nee_le) AS nee
		  FROM creances.creance c
		  LEFT JOIN (SELECT r.creancier, r.facture, r.rang, sum(r.montant) AS somme FROM creances.reglement r WHERE r.le > au GROUP BY r.creancier, r.facture, r.rang) m
			ON m.creancier = c.creancier AND m.facture = c.facture AND m.rang = c.rang
		 CROSS JOIN LATERAL (SELECT c.solde + coalesce(m.somme, 0) AS solde) s
		 WHERE (societe IS NULL OR c.creancier = societe) AND (c.solde <> 0 OR c.soldee_le > au) AND c.nee_le <= au
		   AND (c.version_le IS NULL OR c.version_le <= au) AND c.retiree_le IS NULL AND s.solde <> 0
		UNION ALL
		SELECT c.creancier, s.debiteur, s.devise, c.facture, c.rang, c.echeance, 0, s.solde, s.en_compte, coalesce(c.livraison, c.emission, c.nee_le)
		  FROM creances.creance c
		 CROSS JOIN LATERAL creances._solde_au(c.creancier, c.facture, c.rang, au) s
		 WHERE (societe IS NULL OR c.creancier = societe) AND (c.solde <> 0 OR c.soldee_le > au) AND c.nee_le > au
		   AND (c.version_le IS NULL OR c.version_le <= au) AND s.solde <> 0
		UNION ALL
		SELECT v.creancier, s.debiteur, s.devise, v.facture, v.rang, v.echeance, v.montant, s.solde, s.en_compte, v.nee_le
		  FROM creances._versions_au(au) v
		 CROSS JOIN LATERAL creances._solde_au(v.creancier, v.facture, v.rang, au) s
		 WHERE (societe IS NULL OR v.creancier = societe) AND NOT v.retiree AND s.solde <> 0
	), sommes AS (
		SELECT o.creancier, o.debiteur, o.devise, sum(o.solde) AS encours,
			   coalesce(sum(o.solde) FILTER (WHERE o.solde > 0 AND NOT o.en_compte AND o.echeance < au), 0) AS echu,
			   greatest(0, coalesce(sum(-o.solde) FILTER (WHERE o.solde < 0 OR o.en_compte), 0)) AS credits,
			   max(o.nee) FILTER (WHERE o.solde < 0 AND o.en_compte) AS en_compte_le
		  FROM ouvertes o GROUP BY o.creancier, o.debiteur, o.devise
	), visees AS (
		-- (few acts, so few receivables)
		SELECT o.creancier, o.facture, o.rang
		  FROM creances.acte a JOIN ouvertes o ON o.creancier = a.creancier AND o.facture = a.facture AND a.rang IN (0, o.rang)
		 WHERE a.facture <> '' AND a.genre IN ('litige', 'rejet', 'encaissement') AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au)
		   AND o.solde > 0 AND NOT o.en_compte AND o.echeance < au
		UNION
		SELECT o.creancier, o.facture, o.rang
		  FROM creances.acte a JOIN ouvertes o ON o.creancier = a.creancier AND o.debiteur = a.debiteur
		 WHERE a.facture = '' AND a.genre IN ('litige', 'rejet', 'encaissement') AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au)
		   AND o.solde > 0 AND NOT o.en_compte AND o.echeance < au
	), contestees AS (
		SELECT o.creancier, o.facture, o.rang, greatest(0, least(o.solde, min(p.plafond))) AS du
		  FROM visees v
		  JOIN ouvertes o ON o.creancier = v.creancier AND o.facture = v.facture AND o.rang = v.rang
		 CROSS JOIN LATERAL creances._plafonds(true, o.creancier, o.debiteur, o.facture, o.rang, o.nee, o.montant, o.solde, au) p
		 WHERE p.motif IN ('litige', 'avoir', 'rejet', 'encaissement')
		 GROUP BY o.creancier, o.facture, o.rang, o.solde
	), echues AS (
		-- what his credits cover, the oldest first, is not late
		SELECT q.creancier, q.debiteur, q.devise, q.echeance, greatest(0, least(q.du, q.cumul - s.credits)) AS net, q.cumul - s.credits AS cumul
		  FROM (SELECT o.creancier, o.debiteur, o.devise, o.echeance, k.du,
					   sum(k.du) OVER (PARTITION BY o.creancier, o.debiteur, o.devise ORDER BY o.echeance, o.facture, o.rang) AS cumul
				  FROM ouvertes o
				  LEFT JOIN contestees x ON x.creancier = o.creancier AND x.facture = o.facture AND x.rang = o.rang
				 CROSS JOIN LATERAL (SELECT coalesce(x.du, o.solde) AS du) k
				 WHERE o.solde > 0 AND NOT o.en_compte AND o.echeance < au) q
		  JOIN sommes s ON s.creancier = q.creancier AND s.debiteur = q.debiteur AND s.devise = q.devise
	), retards AS (
		SELECT e.creancier, e.debiteur, e.devise, sum(e.net) AS net, sum(e.net * (au - e.echeance)) AS jours, 
			   -- (as old as what makes it more than a rest)
			   au - min(e.echeance) FILTER (WHERE e.cumul > (SELECT b.echu_min FROM bornes b)) AS retard_max
		  FROM echues e WHERE e.net > 0 GROUP BY e.creancier, e.debiteur, e.devise
		-- (a rest of a cent is no delay)
		HAVING sum(e.net) > (SELECT b.echu_min FROM bornes b)
	), mouvements AS MATERIALIZED (
		-- those of _mouvements_au(), likewise: the most of them by a plain join
		SELECT x.creancier, x.debiteur, x.devise, x.valeur, greatest(0, x.valeur - x.echeance) AS retard, x.montant
		  FROM (SELECT c.creancier, c.facture, c.rang, c.debiteur, c.devise, c.echeance, least(r.le, r.dit_le) AS valeur, r.montant,
					   c.montant AS total, c.retiree_le, c.retiree_motif
				  -- (the dates as the planner can weigh them; what has left the filter is looked at afterwards)
				  FROM creances.reglement r
				  JOIN creances.creance c ON c.creancier = r.creancier AND c.facture = r.facture AND c.rang = r.rang
				 WHERE r.le > (au - interval '12 months')::date AND r.le <= au AND (r.dit_le IS NULL OR r.dit_le > (au - interval '12 months')::date)
				   AND (societe IS NULL OR r.creancier = societe) AND r.nature IN ('paiement', 'acompte')
				   AND (c.version_le IS NULL OR c.version_le <= au) AND c.montant > 0 AND NOT creances._en_compte(c.nature, c.facture, c.montant)
				   AND NOT (r.reprise AND r.dit_le IS NULL AND c.reprise_le IS NOT DISTINCT FROM r.le) OFFSET 0) x
		 WHERE x.retiree_le IS NULL OR EXISTS (SELECT FROM creances._sortie_soldee(x.creancier, x.facture, x.rang, x.total, x.retiree_motif))
		UNION ALL
		SELECT m.creancier, m.debiteur, m.devise, m.valeur, greatest(0, m.valeur - m.echeance), m.montant
		  FROM bornes b
		 CROSS JOIN LATERAL creances._mouvements_au(b.an + 1, au) m
		 WHERE (societe IS NULL OR m.creancier = societe) AND m.nature = 'annulation' AND m.due AND NOT m.sans_date AND m.valeur > b.an
		   AND NOT EXISTS (SELECT FROM creances.creance_version v WHERE v.creancier = m.creancier AND v.facture = m.facture AND v.rang = m.rang AND v.jusque > au)
		UNION ALL
		SELECT v.creancier, v.debiteur, v.devise, m.valeur, greatest(0, m.valeur - v.echeance), m.montant
		  FROM bornes b
		 CROSS JOIN creances._versions_au(au) v
		  JOIN creances.creance c ON c.creancier = v.creancier AND c.facture = v.facture AND c.rang = v.rang
		 CROSS JOIN LATERAL creances._mouvements_de(v.creancier, v.facture, v.rang, au) m
		 WHERE (societe IS NULL OR v.creancier = societe) AND NOT v.retiree AND v.montant > 0 AND NOT creances._en_compte(c.nature, v.facture, v.montant)
		   AND m.nature IN ('paiement', 'annulation', 'acompte') AND NOT m.sans_date AND m.valeur > b.an
	), paies AS (
		-- (what takes a payment back bears its date, and goes out of the window with it)
		SELECT p.creancier, p.debiteur, p.devise,
			   sum(sign(p.montant))::integer AS nb, sum(p.montant) AS regle, coalesce(sum(p.montant * p.retard) FILTER (WHERE p.retard > 0), 0) AS jours,
			   coalesce(sum(p.montant) FILTER (WHERE p.retard > 0), 0) AS tard,
			   coalesce(sum(sign(p.montant)) FILTER (WHERE p.valeur > b.semestre), 0)::integer AS nb_6,
			   coalesce(sum(p.montant) FILTER (WHERE p.valeur > b.semestre), 0) AS regle_6,
			   coalesce(sum(p.montant * p.retard) FILTER (WHERE p.valeur > b.semestre AND p.retard > 0), 0) AS jours_6,
			   coalesce(sum(p.montant) FILTER (WHERE p.valeur > b.semestre AND p.retard > 0), 0) AS tard_6,
			   coalesce(sum(sign(p.montant)) FILTER (WHERE p.valeur > b.trimestre), 0)::integer AS nb_3,
			   coalesce(sum(p.montant) FILTER (WHERE p.valeur > b.trimestre), 0) AS regle_3,
			   coalesce(sum(p.montant * p.retard) FILTER (WHERE p.valeur > b.trimestre AND p.retard > 0), 0) AS jours_3,
			   max(p.valeur) FILTER (WHERE p.montant > 0) AS dernier
		  FROM mouvements p CROSS JOIN bornes b
		 GROUP BY p.creancier, p.debiteur, p.devise
	), tiers AS (
		-- less than three payments in six months: back to the third before last, so
		-- that buying less never brings old delays back
		SELECT q.creancier, q.debiteur, q.devise, max(q.valeur) AS valeur
		  FROM (SELECT m.creancier, m.debiteur, m.devise, m.valeur,
					   sum(sum(sign(m.montant))) OVER (PARTITION BY m.creancier, m.debiteur, m.devise ORDER BY m.valeur DESC) AS cumul
				  FROM mouvements m
				  JOIN paies p ON p.creancier = m.creancier AND p.debiteur = m.debiteur AND p.devise = m.devise AND p.nb_6 < 3 AND p.nb >= 3
				 GROUP BY m.creancier, m.debiteur, m.devise, m.valeur) q
		 WHERE q.cumul >= 3
		 GROUP BY q.creancier, q.debiteur, q.devise
	), recents AS (
		SELECT m.creancier, m.debiteur, m.devise, t.valeur, sum(sign(m.montant))::integer AS nb, sum(m.montant) AS regle,
			   sum(m.montant * m.retard) AS jours, coalesce(sum(m.montant) FILTER (WHERE m.retard > 0), 0) AS tard
		  FROM tiers t
		  JOIN mouvements m ON m.creancier = t.creancier AND m.debiteur = t.debiteur AND m.devise = t.devise AND m.valeur >= t.valeur
		 GROUP BY m.creancier, m.debiteur, m.devise, t.valeur
	), fenetres AS MATERIALIZED (
		SELECT p.creancier, p.debiteur, p.devise, CASE WHEN p.nb_6 >= 3 THEN 6 ELSE 12 END AS mois,
			   CASE WHEN p.nb_6 >= 3 THEN b.semestre ELSE coalesce(x.valeur - 1, b.an) END AS apres,
			   CASE WHEN p.nb_6 >= 3 THEN p.nb_6 ELSE coalesce(x.nb, p.nb) END AS nb, CASE WHEN p.nb_6 >= 3 THEN p.regle_6 ELSE coalesce(x.regle, p.regle) END AS regle,
			   CASE WHEN p.nb_6 >= 3 THEN p.jours_6 ELSE coalesce(x.jours, p.jours) END AS jours, CASE WHEN p.nb_6 >= 3 THEN p.tard_6 ELSE coalesce(x.tard, p.tard) END AS tard
		  FROM paies p CROSS JOIN bornes b
		  LEFT JOIN recents x ON x.creancier = p.creancier AND x.debiteur = p.debiteur AND x.devise = p.devise
	), rejets AS (
		SELECT x.creancier, x.debiteur, x.devise, count(DISTINCT x.le)::integer AS nb, count(DISTINCT x.le) FILTER (WHERE x.le > coalesce(f.apres, b.an))::integer AS nb_f,
			   max(x.le) AS dernier
		  FROM bornes b CROSS JOIN LATERAL creances._rejets(societe, b.an, au) x
		  LEFT JOIN fenetres f ON f.creancier = x.creancier AND f.debiteur = x.debiteur AND f.devise = x.devise
		 GROUP BY x.creancier, x.debiteur, x.devise
	), pertes AS (
		SELECT m.creancier, m.debiteur, m.devise, sum(m.montant) AS somme, max(m.le) AS derniere
		  FROM creances._mouvements_au((au - interval '36 months')::date + 1, au) m
		 WHERE (societe IS NULL OR m.creancier = societe) AND m.nature = 'perte' AND m.due
		 GROUP BY m.creancier, m.debiteur, m.devise
		HAVING sum(m.montant) > (SELECT b.echu_min FROM bornes b)
	), engages AS (
		-- a promise is judged on the evening of its term, and broken the day after
		SELECT p.creancier, p.debiteur, p.devise, 'promesse' AS genre, p.terme + 1 AS rompu, NULL::date AS reporte
		  FROM bornes b CROSS JOIN LATERAL creances._promesses_au(b.an, au - 1) p
		 WHERE (societe IS NULL OR p.creancier = societe) AND NOT p.tenue
		UNION ALL
		-- postponed: closed before
		SELECT a.creancier, a.debiteur, g.devise, 'promesse', NULL, a.jusque
		  FROM bornes b
		  JOIN creances.acte a ON a.genre = 'promesse' AND a.jusque > b.reports AND a.jusque <= au
		  JOIN creances.engagement g ON g.creancier = a.creancier AND g.acte = a.acte AND g.rompu_le IS NULL AND (g.tenu_le IS NULL OR g.tenu_le > a.jusque)
		 CROSS JOIN LATERAL (SELECT max(y.echeance) + g.tolerance AS terme FROM creances.engagement_echeance y WHERE y.creancier = g.creancier AND y.acte = g.acte) t
		 WHERE (societe IS NULL OR a.creancier = societe) AND (a.annule_le IS NULL OR a.annule_le > au) AND a.jusque < t.terme
		UNION ALL
		-- the night that saw a plan fall; what no pass has seen yet is weighed now
		SELECT a.creancier, a.debiteur, g.devise, 'plan', coalesce(g.rompu_le, CASE WHEN x.rompu THEN au END), NULL
		  FROM creances.engagement g
		  JOIN creances.acte a ON a.creancier = g.creancier AND a.acte = g.acte
		 CROSS JOIN LATERAL (SELECT min(y.echeance) + g.tolerance AS premier FROM creances.engagement_echeance y WHERE y.creancier = g.creancier AND y.acte = g.acte) t
		  LEFT JOIN LATERAL (SELECT e.rompu FROM (SELECT WHERE g.rompu_le IS NULL AND g.tenu_le IS NULL AND t.premier < au AND (a.jusque IS NULL OR a.jusque >= au) OFFSET 0) w
							  CROSS JOIN creances._engagement(g.creancier, g.acte, au) e) x ON true
		 WHERE (societe IS NULL OR a.creancier = societe) AND g.genre = 'plan' AND a.le <= au AND (a.annule_le IS NULL OR a.annule_le > au)
	), paroles AS (
		SELECT g.creancier, g.debiteur, g.devise,
			   count(*) FILTER (WHERE g.genre = 'promesse' AND g.rompu > b.an)::integer AS promesses,
			   count(*) FILTER (WHERE g.genre = 'promesse' AND g.rompu > coalesce(f.apres, b.an))::integer AS promesses_f,
			   count(*) FILTER (WHERE g.genre = 'plan' AND g.rompu > b.an)::integer AS plans,
			   count(*) FILTER (WHERE g.genre = 'plan' AND g.rompu > coalesce(f.apres, b.an))::integer AS plans_f,
			   count(*) FILTER (WHERE g.genre = 'promesse' AND coalesce(g.rompu, g.reporte) > b.reports)::integer AS reports,
			   max(coalesce(g.rompu, g.reporte)) FILTER (WHERE g.genre = 'promesse' AND coalesce(g.rompu, g.reporte) > b.reports) AS dernier_report
		  FROM engages g CROSS JOIN bornes b
		  LEFT JOIN fenetres f ON f.creancier = g.creancier AND f.debiteur = g.debiteur AND f.devise = g.devise
		 WHERE g.rompu <= au AND g.rompu > b.an OR g.rompu IS NULL AND g.reporte > b.reports
		 GROUP BY g.creancier, g.debiteur, g.devise
	), procedures AS (
		-- (a liquidation that was closed has paid nobody)
		SELECT a.creancier, a.debiteur, min(a.le) AS le
		  FROM creances.acte a
		 WHERE a.genre = 'procedure_collective' AND a.le <= au AND (a.jusque IS NULL OR a.jusque >= au OR a.details ->> 'nature' = 'liquidation') AND (a.annule_le IS NULL OR a.annule_le > au)
		   AND (societe IS NULL OR a.creancier = societe)
		 GROUP BY a.creancier, a.debiteur
	), signes AS (
		SELECT a.creancier, a.debiteur, max(a.le) AS le
		  FROM creances.acte a CROSS JOIN bornes b
		 WHERE a.genre IN ('promesse', 'plan', 'litige', 'reconnaissance', 'mediation', 'encaissement') AND a.le BETWEEN b.silence AND au AND (a.annule_le IS NULL OR a.annule_le > au)
		   AND (societe IS NULL OR a.creancier = societe)
		 GROUP BY a.creancier, a.debiteur
	), cles AS (
		SELECT s.creancier, s.debiteur, s.devise FROM sommes s
		UNION SELECT p.creancier, p.debiteur, p.devise FROM paies p
		UNION SELECT j.creancier, j.debiteur, j.devise FROM rejets j
		UNION SELECT w.creancier, w.debiteur, w.devise FROM paroles w
		UNION SELECT z.creancier, z.debiteur, z.devise FROM pertes z
	), mesures AS MATERIALIZED (
		SELECT k.creancier, k.debiteur, k.devise, coalesce(s.encours, 0) AS encours, coalesce(s.echu, 0) AS echu, coalesce(r.net, 0) AS net, r.retard_max,
			   greatest(0, coalesce(p.nb, 0)) AS nb, coalesce(p.regle, 0) AS regle, coalesce(p.tard, 0) AS tard,
			   round((coalesce(p.jours, 0) + coalesce(r.jours, 0)) / nullif(greatest(0, coalesce(p.regle, 0) + coalesce(r.net, 0)), 0), 2) AS retard_moyen,
			   CASE WHEN p.nb > 0 THEN round(100 * (p.tard + coalesce(r.net, 0)) / nullif(greatest(0, p.regle + coalesce(r.net, 0)), 0), 2) END AS part,
			   round(p.jours_3 / nullif(greatest(0, p.regle_3), 0), 2) AS recent, round((p.jours - p.jours_3) / nullif(greatest(0, p.regle - p.regle_3), 0), 2) AS ancien,
			   p.nb_3 >= 2 AND p.nb - p.nb_3 >= 2 AS comparable, coalesce(f.mois, 12) AS mois, coalesce(f.apres, b.an) AS apres,
			   round((coalesce(f.jours, 0) + coalesce(r.jours, 0)) / nullif(greatest(0, coalesce(f.regle, 0) + coalesce(r.net, 0)), 0), 2) AS retard_f,
			   CASE WHEN p.nb > 0 THEN round(100 * (f.tard + coalesce(r.net, 0)) / nullif(greatest(0, f.regle + coalesce(r.net, 0)), 0), 2) END AS part_f,
			   greatest(0, coalesce(f.nb, 0)) AS nb_f, coalesce(w.promesses, 0) AS promesses, coalesce(w.plans, 0) AS plans, coalesce(j.nb, 0) AS rejets,
			   coalesce(w.promesses_f, 0) AS promesses_f, coalesce(w.plans_f, 0) AS plans_f, coalesce(j.nb_f, 0) AS rejets_f, coalesce(z.somme, 0) AS pertes, z.derniere,
			   c.le AS procedure, p.dernier, j.dernier AS dernier_rejet, coalesce(w.reports, 0) AS reports, w.dernier_report, greatest(g.le, p.dernier, s.en_compte_le) AS signe
		  FROM cles k
		 CROSS JOIN bornes b
		  LEFT JOIN sommes s ON s.creancier = k.creancier AND s.debiteur = k.debiteur AND s.devise = k.devise
		  LEFT JOIN retards r ON r.creancier = k.creancier AND r.debiteur = k.debiteur AND r.devise = k.devise
		  LEFT JOIN paies p ON p.creancier = k.creancier AND p.debiteur = k.debiteur AND p.devise = k.devise
		  LEFT JOIN rejets j ON j.creancier = k.creancier AND j.debiteur = k.debiteur AND j.devise = k.devise
		  LEFT JOIN paroles w ON w.creancier = k.creancier AND w.debiteur = k.debiteur AND w.devise = k.devise
		  LEFT JOIN procedures c ON c.creancier = k.creancier AND c.debiteur = k.debiteur
		  LEFT JOIN signes g ON g.creancier = k.creancier AND g.debiteur = k.debiteur
		  LEFT JOIN fenetres f ON f.creancier = k.creancier AND f.debiteur = k.debiteur AND f.devise = k.devise
		  LEFT JOIN pertes z ON z.creancier = k.creancier AND z.debiteur = k.debiteur AND z.devise = k.devise
	), seuils AS MATERIALIZED (SELECT s.* FROM creances.seuil_note_actif s)
	SELECT m.creancier, m.debiteur, m.devise, m.encours::numeric(20,3), m.echu::numeric(20,3), m.net::numeric(20,3), m.retard_max, m.nb, m.regle::numeric(20,3), m.tard::numeric(20,3),
		   m.retard_moyen, m.recent, m.ancien,
		   CASE WHEN NOT m.comparable THEN NULL WHEN m.recent - m.ancien >= b.ecart THEN 'hausse' WHEN m.ancien - m.recent >= b.ecart THEN 'baisse'
				WHEN m.recent IS NOT NULL AND m.ancien IS NOT NULL THEN 'stable' END,
		   m.part, m.promesses, m.plans, m.rejets, m.pertes::numeric(20,3), m.derniere, m.mois, m.apres + 1, m.retard_f, m.part_f, n.note,
		   CASE WHEN m.procedure IS NOT NULL THEN format('procédure collective ouverte le %s', to_char(m.procedure, 'YYYY-MM-DD'))
				WHEN n.note IS NULL THEN 'rien de réglé en 12 mois, rien en retard'
				WHEN d.note IS NULL THEN format('retard moyen %s j, %s %% en retard, %s', trim_scale(coalesce(m.retard_f, 0)), trim_scale(coalesce(m.part_f, 0)), l.libelle)
				ELSE format('pas %s, %s : ', d.note, l.libelle) || concat_ws(', ',
					CASE WHEN m.nb_f < d.paiements THEN format('%s règlement(s) (%s au moins)', m.nb_f, d.paiements) END,
					CASE WHEN m.retard_f > d.retard_moyen THEN format('retard moyen %s j (%s au plus)', trim_scale(m.retard_f), trim_scale(d.retard_moyen)) END,
					CASE WHEN m.part_f > d.part_en_retard THEN format('%s %% en retard (%s au plus)', trim_scale(m.part_f), trim_scale(d.part_en_retard)) END,
					CASE WHEN m.retard_max > d.retard_max THEN format('impayé de %s j (%s au plus)', m.retard_max, d.retard_max) END,
					CASE WHEN m.promesses_f > d.promesses_rompues THEN format('%s promesse(s) rompue(s) (%s au plus)', m.promesses_f, d.promesses_rompues) END,
					CASE WHEN m.plans_f > d.plans_dechus THEN format('%s plan(s) déchu(s) (%s au plus)', m.plans_f, d.plans_dechus) END,
					CASE WHEN m.rejets_f > d.rejets THEN format('%s paiement(s) rejeté(s) (%s au plus)', m.rejets_f, d.rejets) END,
					CASE WHEN m.pertes > d.pertes THEN format('%s passés en perte le %s', round(m.pertes, creances._decimales(m.devise)), to_char(m.derniere, 'YYYY-MM-DD')) END) END,
		   m.dernier, m.dernier_rejet, m.reports, m.dernier_report, coalesce(q.nb, 0), q.depuis
	  FROM mesures m
	 CROSS JOIN bornes b
	 CROSS JOIN LATERAL (
		SELECT CASE WHEN m.procedure IS NOT NULL THEN 'D'
					WHEN m.nb = 0 AND m.net = 0 AND m.promesses + m.plans + m.rejets = 0 AND m.pertes = 0 THEN NULL
					ELSE coalesce((SELECT min(s.note) FROM seuils s
									WHERE m.nb_f >= s.paiements AND coalesce(m.retard_f <= s.retard_moyen, true) AND coalesce(m.part_f <= s.part_en_retard, true)
									  AND coalesce(m.retard_max <= s.retard_max, true) AND coalesce(m.promesses_f <= s.promesses_rompues, true)
									  AND coalesce(m.plans_f <= s.plans_dechus, true) AND coalesce(m.rejets_f <= s.rejets, true) AND coalesce(m.pertes <= s.pertes, true)), 'D') END AS note OFFSET 0) n
	 CROSS JOIN LATERAL (SELECT CASE WHEN m.apres + 1 = b.an + 1 THEN 'sur 12 mois' WHEN m.mois = 6 THEN 'sur 6 mois'
								ELSE 'depuis le ' || to_char(m.apres + 1, 'YYYY-MM-DD') END AS libelle) l
	  -- what keeps him from the next better one
	  LEFT JOIN LATERAL (SELECT s.* FROM seuils s WHERE s.note < n.note ORDER BY s.note DESC LIMIT 1) d ON true
	  LEFT JOIN LATERAL (SELECT count(*)::integer AS nb, min(x.envoyee_le) AS depuis FROM creances.relance x
						  WHERE m.net > 0 AND x.creancier = m.creancier AND x.debiteur = m.debiteur AND x.devise = m.devise AND x.classe IN ('message', 'telephone')
							AND x.etat = 'envoyee' AND x.envoyee_le <= au AND x.envoyee_le > greatest(b.silence, m.signe)) q ON true;
END;
COMMENT ON FUNCTION creances._profils(text, date) IS 'Profils de tous les payeurs d''un créancier (NULL : de tous) à une date, d''après les faits datés jusque-là, sans l''histoire des notes.';

-- Read at once, and not debtor by debtor: what a night writes there would be
-- scanned again for each.
CREATE FUNCTION creances._notes(creancier text, avant date)
RETURNS TABLE (societe text, debiteur text, devise text, note text, depuis date, precedente text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT DISTINCT ON (y.creancier, y.debiteur, y.devise) y.creancier, y.debiteur, y.devise, y.note, y.depuis,
		   lag(y.note) OVER (PARTITION BY y.creancier, y.debiteur, y.devise ORDER BY y.depuis)
	  FROM creances.note_payeur y
	 WHERE (_notes.creancier IS NULL OR y.creancier = _notes.creancier) AND y.depuis < avant
	 ORDER BY y.creancier, y.debiteur, y.devise, y.depuis DESC;
END;
COMMENT ON FUNCTION creances._notes(text, date) IS 'Note de chaque payeur la veille d''une date, depuis quand, et celle d''avant.';

-- (in plpgsql: a date such as aujourdhui() is computed once, and not for each row)
CREATE FUNCTION creances.profil_payeur(au date)
RETURNS TABLE (creancier text, debiteur text, nom text, segment text, devise text, jour date, encours numeric, echu numeric, echu_net numeric, retard_max integer,
			   paiements integer, regle numeric, retard_moyen numeric, retard_recent numeric, retard_ancien numeric, tendance text, part_en_retard numeric,
			   promesses_rompues integer, plans_dechus integer, rejets integer, fenetre integer, retard_fenetre numeric, part_fenetre numeric,
			   note text, note_depuis date, note_precedente text, raison text, pertes numeric, fenetre_du date)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
	p_au CONSTANT date := creances._verifier_au(profil_payeur.au);
BEGIN
	RETURN QUERY
	SELECT p.creancier, p.debiteur, d.nom, coalesce(d.segment, ''), p.devise, p_au, p.encours, p.echu, p.echu_net, p.retard_max, p.paiements, p.regle,
		   p.retard_moyen, p.retard_recent, p.retard_ancien, p.tendance, p.part_en_retard, p.promesses_rompues, p.plans_dechus, p.rejets,
		   p.fenetre, p.retard_fenetre, p.part_fenetre, p.note,
		   CASE WHEN p.note = h.note THEN h.depuis WHEN p.note IS NOT NULL THEN p_au END,
		   CASE WHEN p.note = h.note THEN h.precedente ELSE h.note END, p.raison, p.pertes, p.fenetre_du
	  FROM creances._profils(NULL, p_au) p
	  LEFT JOIN creances.debiteur d ON d.creancier = p.creancier AND d.debiteur = p.debiteur
	  -- the note of the nights before
	  LEFT JOIN creances._notes(NULL, p_au) h ON h.societe = p.creancier AND h.debiteur = p.debiteur AND h.devise = p.devise;
END $$;
COMMENT ON FUNCTION creances.profil_payeur(date) IS
'Comment paie chaque débiteur, par devise, à une date et d''après les seuls faits datés jusque-là. retard_moyen = (somme des montants réglés x jours de retard + somme de ce qui reste échu x son retard) / (réglé + reste échu), sur les 12 mois jusqu''à la date ; un règlement en avance compte 0 jour, un paiement rejeté s''efface, une reprise sans date ne compte pas. Ce qui reste échu s''entend hors litiges ouverts (avoirs attendus, factures rejetées par la plateforme, encaissements annoncés), crédits du débiteur déduits des plus anciennes. part_en_retard : réglé en retard + reste échu, en pour cent du même total ; NULL tant que rien n''est réglé. tendance : écart du retard des règlements des 3 derniers mois aux 9 d''avant (deux au moins de chaque côté), d''au moins le seuil du signal retard_croissant. note : la meilleure de seuil_note dont tous les seuils tiennent sur les 6 derniers mois s''il y a au moins 3 règlements, sinon depuis l''antépénultième règlement, 12 mois au plus ; D pendant une procédure collective, après une liquidation et 36 mois après une perte ; NULL sans histoire. Acheter moins ne fait donc jamais revenir de vieux retards. promesses_rompues : jugées au soir de leur terme, comme promesses_tenues().';

-- Full recompute of a creditor's night; a night older than the one shown only
-- writes the history of notes.
CREATE FUNCTION creances._relever_profils(creancier text, jour date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := _relever_profils.creancier;
	p_jour CONSTANT date := _relever_profils.jour;
	ancienne boolean;
BEGIN
	IF p_creancier IS NULL OR p_jour IS NULL THEN
		RETURN;
	END IF;
	PERFORM pg_advisory_xact_lock(hashtext('creances.profil'), hashtext(p_creancier));
	ancienne := EXISTS (SELECT FROM creances.profil x WHERE x.creancier = p_creancier AND x.jour > p_jour);
	-- (the same night, told again)
	DELETE FROM creances.note_payeur y WHERE y.creancier = p_creancier AND y.depuis = p_jour;
	DELETE FROM creances.profil x WHERE x.creancier = p_creancier AND NOT ancienne;

	WITH nuit AS MATERIALIZED (
		SELECT p.*, CASE WHEN p.note = h.note THEN h.depuis WHEN p.note IS NOT NULL THEN p_jour END AS note_depuis,
			   CASE WHEN p.note = h.note THEN h.precedente ELSE h.note END AS note_precedente
		  FROM creances._profils(p_creancier, p_jour) p
		  LEFT JOIN creances._notes(p_creancier, p_jour) h ON h.debiteur = p.debiteur AND h.devise = p.devise
	), ecrits AS (
		INSERT INTO creances.profil (creancier, debiteur, devise, jour, encours, echu, echu_net, retard_max, paiements, regle, en_retard, retard_moyen, retard_recent,
			retard_ancien, tendance, part_en_retard, promesses_rompues, plans_dechus, rejets, pertes, derniere_perte, fenetre, fenetre_du, retard_fenetre, part_fenetre, note, note_depuis, note_precedente,
			raison, dernier_paiement, dernier_rejet, reports, dernier_report, relances, relances_depuis)
		SELECT n.creancier, n.debiteur, n.devise, p_jour, n.encours, n.echu, n.echu_net, n.retard_max, n.paiements, n.regle, n.en_retard, n.retard_moyen, n.retard_recent,
			   n.retard_ancien, n.tendance, n.part_en_retard, n.promesses_rompues, n.plans_dechus, n.rejets, n.pertes, n.derniere_perte, n.fenetre, n.fenetre_du, n.retard_fenetre, n.part_fenetre, n.note, n.note_depuis,
			   n.note_precedente, n.raison, n.dernier_paiement, n.dernier_rejet, n.reports, n.dernier_report, n.relances, n.relances_depuis
		  FROM nuit n WHERE NOT ancienne
	)
	INSERT INTO creances.note_payeur (creancier, debiteur, devise, depuis, note)
	SELECT n.creancier, n.debiteur, n.devise, p_jour, n.note FROM nuit n WHERE n.note_depuis = p_jour;

	-- a night that fills a gap may make the next change no change
	IF ancienne THEN
		DELETE FROM creances.note_payeur y
		 USING (SELECT z.debiteur, z.devise, z.depuis, z.note = lag(z.note) OVER (PARTITION BY z.debiteur, z.devise ORDER BY z.depuis) AS meme
				  FROM creances.note_payeur z WHERE z.creancier = p_creancier) z
		 WHERE y.creancier = p_creancier AND y.debiteur = z.debiteur AND y.devise = z.devise AND y.depuis = z.depuis AND z.meme AND y.depuis > p_jour;
	END IF;
END $$;
COMMENT ON FUNCTION creances._relever_profils(text, date) IS 'Écrit les profils d''une nuit d''un créancier et les changements de note. La même nuit refaite donne la même chose.';

CREATE VIEW creances.profil_payeur AS
SELECT p.creancier, p.debiteur, d.nom, coalesce(d.segment, '') AS segment, p.devise, p.jour, p.encours::numeric(20,3) AS encours, p.echu::numeric(20,3) AS echu,
	   p.echu_net::numeric(20,3) AS echu_net, p.retard_max, p.paiements, p.regle::numeric(20,3) AS regle, p.retard_moyen::numeric(20,3) AS retard_moyen,
	   p.retard_recent::numeric(20,3) AS retard_recent, p.retard_ancien::numeric(20,3) AS retard_ancien, p.tendance,
	   p.part_en_retard::numeric(20,3) AS part_en_retard, p.promesses_rompues, p.plans_dechus, p.rejets, p.fenetre,
	   p.retard_fenetre::numeric(20,3) AS retard_fenetre, p.part_fenetre::numeric(20,3) AS part_fenetre, p.note, p.note_depuis, p.note_precedente, p.raison,
	   p.pertes::numeric(20,3) AS pertes, p.fenetre_du
  FROM creances.profil p
  LEFT JOIN creances.debiteur d ON d.creancier = p.creancier AND d.debiteur = p.debiteur;
COMMENT ON VIEW creances.profil_payeur IS
'Comment paie chaque débiteur, par devise, à la dernière nuit relevée : une ligne par débiteur qui doit, a payé ou a rompu un engagement depuis 12 mois. Les définitions sont celles de la fonction profil_payeur(au), qui le calcule à toute date.';
COMMENT ON COLUMN creances.profil_payeur.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.profil_payeur.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.profil_payeur.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.profil_payeur.segment IS 'Segment d''aujourd''hui (il n''a pas d''histoire) ; vide s''il n''en a pas.';
COMMENT ON COLUMN creances.profil_payeur.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.profil_payeur.jour IS 'Date du profil.';
COMMENT ON COLUMN creances.profil_payeur.encours IS 'Solde : factures moins mouvements, crédits déduits.';
COMMENT ON COLUMN creances.profil_payeur.echu IS 'Échu, brut : litiges et crédits compris.';
COMMENT ON COLUMN creances.profil_payeur.echu_net IS 'Échu sans ce qui est contesté (ou attend un avoir, a été rejeté par la plateforme, est annoncé encaissé) ni ce que couvrent ses crédits, imputés aux plus anciennes ; 0 pour un écart de règlement (seuil_note.echu_min).';
COMMENT ON COLUMN creances.profil_payeur.retard_max IS 'Jours de retard du plus ancien de echu_net ; NULL s''il n''y a rien.';
COMMENT ON COLUMN creances.profil_payeur.paiements IS 'Nombre de règlements de factures sur 12 mois, rejets effacés.';
COMMENT ON COLUMN creances.profil_payeur.regle IS 'Montant réglé sur 12 mois.';
COMMENT ON COLUMN creances.profil_payeur.retard_moyen IS 'Retard moyen pondéré sur 12 mois, en jours : réglé et reste échu. NULL sans rien de tel.';
COMMENT ON COLUMN creances.profil_payeur.retard_recent IS 'Retard moyen pondéré des règlements des 3 derniers mois.';
COMMENT ON COLUMN creances.profil_payeur.retard_ancien IS 'Retard moyen pondéré des règlements des 9 mois d''avant.';
COMMENT ON COLUMN creances.profil_payeur.tendance IS 'hausse, stable ou baisse du retard ; NULL si l''un des deux côtés a moins de deux règlements.';
COMMENT ON COLUMN creances.profil_payeur.part_en_retard IS 'Réglé en retard et reste échu, en pour cent du réglé et du reste échu, sur 12 mois ; NULL tant que rien n''est réglé.';
COMMENT ON COLUMN creances.profil_payeur.promesses_rompues IS 'Promesses rompues sur 12 mois.';
COMMENT ON COLUMN creances.profil_payeur.plans_dechus IS 'Plans déchus sur 12 mois.';
COMMENT ON COLUMN creances.profil_payeur.rejets IS 'Jours où un paiement a été rejeté ou repris, sur 12 mois.';
COMMENT ON COLUMN creances.profil_payeur.fenetre IS 'Mois que regarde la note : 6 s''il y a au moins 3 règlements, sinon jusqu''à l''antépénultième, 12 au plus (fenetre_du dit le jour).';
COMMENT ON COLUMN creances.profil_payeur.retard_fenetre IS 'Retard moyen pondéré de cette fenêtre, qui est noté.';
COMMENT ON COLUMN creances.profil_payeur.part_fenetre IS 'Part en retard de cette fenêtre, qui est notée.';
COMMENT ON COLUMN creances.profil_payeur.note IS 'A, B, C ou D, selon seuil_note ; NULL : pas d''histoire.';
COMMENT ON COLUMN creances.profil_payeur.note_depuis IS 'Nuit depuis laquelle il a cette note.';
COMMENT ON COLUMN creances.profil_payeur.note_precedente IS 'Note d''avant ; NULL : c''est la première.';
COMMENT ON COLUMN creances.profil_payeur.raison IS 'Pourquoi cette note : ce qui manque pour la meilleure qui suit.';
COMMENT ON COLUMN creances.profil_payeur.pertes IS 'Montant passé en perte sur 36 mois.';
COMMENT ON COLUMN creances.profil_payeur.fenetre_du IS 'Premier jour de la fenêtre de la note.';

-- -------------------------------------------------------------- credit limits

CREATE FUNCTION creances.fixer_limite(creancier text, debiteur text, montant numeric, depuis date, source text, devise text DEFAULT 'EUR', jusque date DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_variable
DECLARE
	avant creances.limite_credit;
	n creances.limite_credit;
BEGIN
	IF depuis IS NULL OR coalesce(btrim(source), '') = '' THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'une limite de crédit demande une date et une source',
			HINT = 'La source dit qui l''a donnée : assureur, comité de crédit...';
	END IF;
	PERFORM creances._verifier_fait(depuis, 'une limite de crédit', source);
	IF devise IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la devise d''une limite ne peut pas être NULL',
			HINT = 'C''est un code ISO 4217, en capitales : EUR, USD...';
	END IF;
	IF devise !~ '^[A-Z]{3}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('devise inconnue : %s', devise), HINT = 'C''est un code ISO 4217, en capitales : EUR, USD...';
	END IF;
	IF montant IN ('NaN', 'Infinity', '-Infinity') OR montant < 0 OR montant >= 1e15 OR montant <> round(montant, creances._decimales(devise)) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('limite de crédit inattendue : %s %s', montant, devise),
			HINT = 'Elle est positive ou nulle, sans plus de décimales que la devise.';
	END IF;
	IF jusque IS NOT NULL AND jusque NOT BETWEEN depuis AND '2999-12-31' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('une limite qui commence le %s ne finit pas le %s', depuis, jusque),
			HINT = 'La fin est un jour jusqu''à 2999, au plus tôt le premier.';
	END IF;
	PERFORM FROM creances.debiteur d WHERE d.creancier = creancier AND d.debiteur = debiteur FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('débiteur inconnu : %s/%s', coalesce(creancier, 'NULL'), coalesce(debiteur, 'NULL')),
			HINT = 'Les débiteurs sont dans creances.debiteur.';
	END IF;
	SELECT l.* INTO avant FROM creances.limite_credit l
	 WHERE l.creancier = creancier AND l.debiteur = debiteur AND l.devise = devise AND l.depuis = depuis;
	INSERT INTO creances.limite_credit AS l (creancier, debiteur, devise, depuis, jusque, montant, source)
	VALUES (creancier, debiteur, devise, depuis, jusque, montant, btrim(source))
	ON CONFLICT ON CONSTRAINT limite_credit_pkey DO UPDATE
	   SET jusque = excluded.jusque, montant = excluded.montant, source = excluded.source, auteur = excluded.auteur, connu_le = excluded.connu_le
	RETURNING l.* INTO n;
	INSERT INTO creances.evenement (creancier, genre, le, debiteur, details)
	VALUES (creancier, 'limite', depuis, debiteur,
			jsonb_strip_nulls(jsonb_build_object('devise', devise, 'montant', n.montant, 'jusque', n.jusque, 'source', n.source,
												 'avant', avant.montant, 'jusque_avant', avant.jusque)));
END $$;
COMMENT ON FUNCTION creances.fixer_limite(text, text, numeric, date, text, text, date) IS
'Fixe la limite de crédit d''un débiteur dans une devise, depuis une date et jusqu''à une autre s''il y a lieu. La source est obligatoire. montant : 0 ne laisse rien à crédit, NULL lève la limite. Passé son dernier jour (jusque), une limite que rien ne remplace arrête les commandes. Un second appel à la même date remplace le premier ; l''histoire (evenement) garde les deux.';

CREATE VIEW creances.limite AS
SELECT l.creancier, l.debiteur, d.nom, l.devise, l.montant::numeric(20,3) AS limite, l.depuis, l.jusque, e.exposition::numeric(20,3) AS exposition,
	   (l.montant - e.exposition)::numeric(20,3) AS disponible, greatest(0, e.exposition - l.montant)::numeric(20,3) AS depassement, l.source
  FROM (SELECT DISTINCT ON (x.creancier, x.debiteur, x.devise) x.*
		  FROM creances.limite_credit x
		  JOIN creances.creancier s ON s.creancier = x.creancier
		 CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE s.fuseau)::date AS jour) j
		 WHERE x.depuis <= j.jour AND (x.jusque IS NULL OR x.jusque >= j.jour)
		 ORDER BY x.creancier, x.debiteur, x.devise, x.depuis DESC) l
  LEFT JOIN creances.debiteur d ON d.creancier = l.creancier AND d.debiteur = l.debiteur
  LEFT JOIN (SELECT c.creancier, c.debiteur, c.devise, sum(c.solde) AS solde FROM creances.creance c WHERE c.solde <> 0
			  GROUP BY c.creancier, c.debiteur, c.devise) o ON o.creancier = l.creancier AND o.debiteur = l.debiteur AND o.devise = l.devise
 CROSS JOIN LATERAL (SELECT coalesce(o.solde, 0) AS exposition) e
 WHERE l.montant IS NOT NULL;
COMMENT ON VIEW creances.limite IS 'Limites de crédit qui valent aujourd''hui et ce qui en est pris, par débiteur et devise. Les commandes pas encore facturées n''y sont pas : l''extension ne les connaît pas.';
COMMENT ON COLUMN creances.limite.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.limite.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.limite.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.limite.devise IS 'Devise des montants.';
COMMENT ON COLUMN creances.limite.limite IS 'Limite de crédit.';
COMMENT ON COLUMN creances.limite.depuis IS 'Premier jour.';
COMMENT ON COLUMN creances.limite.jusque IS 'Dernier jour ; NULL : sans fin.';
COMMENT ON COLUMN creances.limite.exposition IS 'Ce qu''il doit, échu ou non, crédits et règlements en compte déduits ; les factures datées d''après aujourd''hui y comptent, à la différence de l''encours des indicateurs.';
COMMENT ON COLUMN creances.limite.disponible IS 'Limite moins exposition ; négatif au-delà.';
COMMENT ON COLUMN creances.limite.depassement IS 'Exposition au-delà de la limite.';
COMMENT ON COLUMN creances.limite.source IS 'Qui l''a donnée.';

-- --------------------------------------------------------- may this order be taken

-- Another day than today, apart: its plan is made when it is asked for.
CREATE FUNCTION creances._ouvertes_de(creancier text, debiteur text, au date)
RETURNS TABLE (devise text, facture text, rang integer, echeance date, montant numeric, solde numeric, en_compte boolean, nee date, stade creances.stade_relance)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT e.devise, e.facture, e.rang, e.echeance, e.montant, e.solde, e.en_compte, coalesce(e.livraison, e.emission, e.nee_le), k.stade
	  FROM creances._etat_au(_ouvertes_de.au) e
	  LEFT JOIN LATERAL creances._etape_au(e.creancier, e.facture, e.rang, _ouvertes_de.au) k ON true
	 WHERE e.creancier = _ouvertes_de.creancier AND e.debiteur = _ouvertes_de.debiteur;
END $$;
COMMENT ON FUNCTION creances._ouvertes_de(text, text, date) IS 'Créances d''un débiteur ouvertes à une date, et leur stade de relance.';

-- For the order screen of an ERP: look-ups by the debtor's key only, one plan
-- kept for the session, and nothing that a missing night or rate makes fail.
-- Another day than today costs what was open on it.
CREATE FUNCTION creances.commande_autorisee(creancier text, debiteur text, montant numeric, devise text DEFAULT 'EUR', au date DEFAULT NULL)
RETURNS TABLE (autorisee boolean, raison text, limite numeric, exposition numeric, disponible numeric, note text, echu numeric, retard_max integer)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := commande_autorisee.creancier;
	p_debiteur CONSTANT text := commande_autorisee.debiteur;
	p_montant numeric := commande_autorisee.montant;
	p_devise CONSTANT text := commande_autorisee.devise;
	p_au CONSTANT date := commande_autorisee.au;
	jour date;
	passe boolean;
	groupe text;
	regle creances.politique_credit;
	procedure_le date;
	note_le date;
	nuit date;
	o record;
	l creances.limite_credit;
	plafond numeric;
	perte numeric;
	perte_le date;
	perte_devise text;
	unite integer;
	motifs text[] := '{}';
BEGIN
	IF p_creancier IS NULL OR p_debiteur IS NULL OR p_montant IS NULL OR p_devise IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le créancier, le débiteur, le montant et la devise ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT * FROM creances.commande_autorisee(''principal'', ''C001'', 1200).';
	END IF;
	IF p_montant IN ('NaN', 'Infinity', '-Infinity') OR p_montant < 0 OR p_montant >= 1e15 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('montant de commande inattendu : %s', p_montant),
			HINT = 'Il est positif ou nul, TTC ; ajoutez-y les commandes pas encore facturées.';
	END IF;
	IF p_devise !~ '^[A-Z]{3}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('devise inconnue : %s', p_devise), HINT = 'C''est un code ISO 4217, en capitales : EUR, USD...';
	END IF;
	SELECT (now() AT TIME ZONE k.fuseau)::date INTO jour FROM creances.creancier k WHERE k.creancier = p_creancier;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', p_creancier),
			HINT = 'Les créanciers sont dans creances.creancier ; le premier est écrit par suivre_factures().';
	END IF;
	IF p_au IS NOT NULL THEN
		passe := creances._verifier_au(p_au) <> jour;
		jour := p_au;
	ELSE
		passe := false;
	END IF;
	-- (programs send more decimals than there are)
	unite := creances._decimales(p_devise);
	p_montant := round(p_montant, unite);
	SELECT coalesce(d.segment, '') INTO groupe FROM creances.debiteur d WHERE d.creancier = p_creancier AND d.debiteur = p_debiteur;
	SELECT p.* INTO regle FROM creances.politique_credit p
	 WHERE p.creancier IN ('', p_creancier) AND p.segment IN ('', groupe)
	 ORDER BY p.creancier = '', p.segment = '', p.origine DESC LIMIT 1;
	IF groupe IS NULL THEN
		plafond := CASE WHEN regle.devise = p_devise THEN regle.limite_defaut END;
		autorisee := NOT coalesce(p_montant > plafond * (1 + regle.tolerance_limite / 100), false);
		raison := CASE WHEN autorisee THEN 'client inconnu : ni facture, ni limite, ni histoire'
					   ELSE format('refusée : client inconnu ; limite de %s %s dépassée par une commande de %s', round(plafond, unite), p_devise, p_montant) END;
		limite := plafond::numeric(20,3);
		exposition := 0;
		disponible := limite;
		echu := 0;
		RETURN NEXT;
		RETURN;
	END IF;

	-- what he owes: today's balances, or those of that day; what is disputed and
	-- what his credits cover is not late
	WITH ouvertes AS MATERIALIZED (
		SELECT c.devise, c.facture, c.rang, c.echeance, c.montant, c.solde, creances._en_compte(c.nature, c.facture, c.solde) AS en_compte,
			   coalesce(c.livraison, c.emission, c.nee_le) AS nee, NULL::creances.stade_relance AS stade
		  FROM creances.creance c
		 WHERE NOT passe AND c.creancier = p_creancier AND c.debiteur = p_debiteur AND c.solde <> 0
		UNION ALL
		SELECT e.* FROM creances._ouvertes_de(p_creancier, p_debiteur, jour) e WHERE passe
	), sommes AS (
		SELECT x.devise, sum(x.solde) AS encours, greatest(0, coalesce(sum(-x.solde) FILTER (WHERE x.solde < 0 OR x.en_compte), 0)) AS credits
		  FROM ouvertes x GROUP BY x.devise
	), generaux AS MATERIALIZED (
		SELECT a.genre FROM creances.acte a
		 WHERE a.creancier = p_creancier AND a.facture = '' AND a.debiteur = p_debiteur AND a.le <= jour AND (a.annule_le IS NULL OR a.annule_le > jour)
		   AND a.genre IN ('litige', 'rejet', 'encaissement')
	), limites AS (
		-- in each currency, as for that of the order below
		SELECT DISTINCT ON (x.devise) x.devise, x.montant, CASE WHEN x.jusque < jour THEN x.jusque END AS echue_le
		  FROM creances.limite_credit x
		 WHERE x.creancier = p_creancier AND x.debiteur = p_debiteur AND x.depuis <= jour
		 ORDER BY x.devise, x.jusque IS NOT NULL AND x.jusque < jour, CASE WHEN x.jusque < jour THEN x.jusque END DESC NULLS LAST, x.depuis DESC
	), echues AS (
		-- (few receivables have such an act: the others ask no more)
		SELECT x.devise, x.facture, x.rang, x.echeance, x.stade,
			   CASE WHEN EXISTS (SELECT FROM generaux g)
						 OR EXISTS (SELECT FROM creances.acte a WHERE a.creancier = p_creancier AND a.facture = x.facture AND a.genre IN ('litige', 'rejet', 'encaissement'))
					THEN (SELECT greatest(0, least(x.solde, min(p.plafond)))
							FROM creances._plafonds(true, p_creancier, p_debiteur, x.facture, x.rang, x.nee, x.montant, x.solde, jour) p
						   WHERE p.motif IN ('litige', 'avoir', 'rejet', 'encaissement'))
					ELSE x.solde END AS du
		  FROM ouvertes x
		 WHERE x.solde > 0 AND NOT x.en_compte AND x.echeance < jour
	), retards AS (
		SELECT e.devise, e.facture, e.rang, e.echeance, e.stade,
			   greatest(0, least(e.du, sum(e.du) OVER (PARTITION BY e.devise ORDER BY e.echeance, e.facture, e.rang) - s.credits)) AS net,
			   sum(e.du) OVER (PARTITION BY e.devise ORDER BY e.echeance, e.facture, e.rang) - s.credits AS cumul
		  FROM echues e JOIN sommes s ON s.devise = e.devise
	), exigibles AS (
		SELECT r.*, sum(r.net) OVER (PARTITION BY r.devise) AS total FROM retards r WHERE r.net > 0
	), dus AS MATERIALIZED (
		-- (a rest of a cent blocks nothing, and makes nothing older)
		SELECT r.devise, r.facture, r.echeance, r.total, CASE WHEN passe THEN r.stade ELSE a.stade END AS stade
		  FROM exigibles r
		  LEFT JOIN creances.avancement a ON a.creancier = p_creancier AND a.facture = r.facture AND a.rang = r.rang
		 WHERE r.cumul > regle.echu_min
	)
	SELECT coalesce((SELECT s.encours FROM sommes s WHERE s.devise = p_devise), 0) AS exposition,
		   coalesce((SELECT max(d.total) FROM dus d WHERE d.devise = p_devise), 0) AS echu,
		   t.retard, t.devise, t.total, g.stade, g.facture,
		   (SELECT min(a.le) FROM creances.acte a
			 WHERE a.creancier = p_creancier AND a.debiteur = p_debiteur AND a.genre = 'procedure_collective' AND a.le <= jour
			   AND (a.jusque IS NULL OR a.jusque >= jour OR a.details ->> 'nature' = 'liquidation') AND (a.annule_le IS NULL OR a.annule_le > jour)) AS procedure_le,
		   (SELECT string_agg(format('limite de %s %s déjà dépassée de %s', round(x.montant, creances._decimales(x.devise)), x.devise,
									 round(s.encours - x.montant, creances._decimales(x.devise))), ' ; ' ORDER BY x.devise)
			  FROM limites x JOIN sommes s ON s.devise = x.devise
			 WHERE x.devise <> p_devise AND x.echue_le IS NULL AND s.encours > x.montant * (1 + regle.tolerance_limite / 100)) AS ailleurs,
		   (SELECT string_agg(format('limite de %s %s', round(x.montant, creances._decimales(x.devise)), x.devise) || coalesce(' échue le ' || to_char(x.echue_le, 'YYYY-MM-DD'), ''), ', ' ORDER BY x.devise)
			  FROM limites x WHERE x.devise <> p_devise AND x.montant IS NOT NULL) AS autres,
		   (SELECT max(e.le)
			  FROM creances.acte a
			  JOIN creances.engagement h ON h.creancier = a.creancier AND h.acte = a.acte
			 CROSS JOIN LATERAL (SELECT h.rompu_le AS le WHERE h.rompu_le <= jour
								 UNION ALL
								 SELECT jour FROM (SELECT WHERE NOT passe AND h.rompu_le IS NULL AND h.tenu_le IS NULL OFFSET 0) w
								  CROSS JOIN creances._engagement(h.creancier, h.acte, jour) y WHERE y.rompu) e
			 WHERE regle.plan_dechu_refuse AND a.creancier = p_creancier AND a.facture = '' AND a.debiteur = p_debiteur AND a.genre = 'plan' AND a.le <= jour
			   AND (a.annule_le IS NULL OR a.annule_le > jour) AND (a.jusque IS NULL OR a.jusque >= jour)
			   AND EXISTS (SELECT FROM creances.engagement_creance k
							 JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
							WHERE k.creancier = h.creancier AND k.acte = h.acte AND (c.solde > 0 OR c.soldee_le > jour))) AS dechu_le,
		   (SELECT format('créance confiée à %s le %s', m.tiers, to_char(m.depuis, 'YYYY-MM-DD'))
			  FROM creances.mandat m
			 WHERE regle.mandat_refuse AND m.creancier = p_creancier AND m.debiteur = p_debiteur AND creances._mandat_actif(m.depuis, m.jusque, m.fin, jour)
			   AND EXISTS (SELECT FROM creances.mandat_creance k
							 JOIN creances.creance c ON c.creancier = k.creancier AND c.facture = k.facture AND c.rang = k.rang
							WHERE k.creancier = m.creancier AND k.mandat = m.mandat AND c.debiteur = p_debiteur AND (c.solde > 0 OR c.soldee_le > jour))
			 ORDER BY m.depuis, m.tiers LIMIT 1) AS confiee
	  INTO o
	  FROM (SELECT) v
	  LEFT JOIN LATERAL (SELECT jour - d.echeance AS retard, d.devise, d.total FROM dus d ORDER BY d.echeance, d.devise LIMIT 1) t ON true
	  LEFT JOIN LATERAL (SELECT d.stade, d.facture FROM dus d WHERE d.stade IS NOT NULL ORDER BY d.stade DESC, d.echeance, d.facture LIMIT 1) g ON true;
	exposition := o.exposition::numeric(20,3);
	echu := o.echu::numeric(20,3);
	retard_max := o.retard;

	-- his worst note, whatever the currency
	IF passe THEN
		SELECT x.note, x.depuis INTO note, note_le
		  FROM (SELECT DISTINCT ON (y.devise) y.note, y.depuis FROM creances.note_payeur y
				 WHERE y.creancier = p_creancier AND y.debiteur = p_debiteur AND y.depuis <= jour ORDER BY y.devise, y.depuis DESC) x
		 ORDER BY x.note DESC, x.depuis LIMIT 1;
	ELSE
		SELECT p.note, p.note_depuis, p.jour INTO note, note_le, nuit FROM creances.profil p
		 WHERE p.creancier = p_creancier AND p.debiteur = p_debiteur AND p.note IS NOT NULL ORDER BY p.note DESC, p.note_depuis LIMIT 1;
		SELECT p.pertes, p.derniere_perte, p.devise INTO perte, perte_le, perte_devise FROM creances.profil p
		 WHERE p.creancier = p_creancier AND p.debiteur = p_debiteur AND p.derniere_perte > jour - make_interval(months => regle.perte_mois)
		 ORDER BY p.derniere_perte DESC, p.devise LIMIT 1;
	END IF;

	-- the limit that holds, else the last one that has ended: it held him for a reason
	SELECT x.* INTO l FROM creances.limite_credit x
	 WHERE x.creancier = p_creancier AND x.debiteur = p_debiteur AND x.devise = p_devise AND x.depuis <= jour
	 ORDER BY x.jusque IS NOT NULL AND x.jusque < jour, CASE WHEN x.jusque < jour THEN x.jusque END DESC NULLS LAST, x.depuis DESC LIMIT 1;
	plafond := CASE WHEN l.depuis IS NULL OR l.jusque < jour THEN CASE WHEN regle.devise = p_devise THEN regle.limite_defaut END ELSE l.montant END;
	limite := plafond::numeric(20,3);
	disponible := (plafond - o.exposition)::numeric(20,3);

	IF regle.procedure_refusee AND o.procedure_le IS NOT NULL THEN
		motifs := motifs || format('procédure collective ouverte le %s', to_char(o.procedure_le, 'YYYY-MM-DD'));
	END IF;
	IF o.stade >= regle.stade_refuse THEN
		motifs := motifs || format('%s : facture %s', lower(creances.libelle_stade(o.stade)), o.facture);
	END IF;
	IF o.confiee IS NOT NULL THEN
		motifs := motifs || o.confiee;
	END IF;
	IF o.dechu_le IS NOT NULL THEN
		motifs := motifs || format('plan déchu le %s', to_char(o.dechu_le, 'YYYY-MM-DD'));
	END IF;
	IF note >= regle.note_refusee THEN
		motifs := motifs || format('note %s depuis le %s', note, to_char(note_le, 'YYYY-MM-DD'));
	END IF;
	IF o.retard > regle.retard_max THEN
		motifs := motifs || format('retard de %s jours, %s au plus (%s %s échus)', o.retard, regle.retard_max, round(o.total, creances._decimales(o.devise)), o.devise);
	END IF;
	IF perte_le IS NOT NULL THEN
		motifs := motifs || format('%s %s passés en perte le %s', round(perte, creances._decimales(perte_devise)), perte_devise, to_char(perte_le, 'YYYY-MM-DD'));
	END IF;
	IF o.exposition + p_montant > plafond * (1 + regle.tolerance_limite / 100) THEN
		motifs := motifs || CASE WHEN o.exposition > plafond
			THEN format('limite de %s %s déjà dépassée de %s', round(plafond, unite), p_devise, round(o.exposition - plafond, unite))
			ELSE format('limite de %s %s dépassée : %s disponibles pour une commande de %s', round(plafond, unite), p_devise,
						round(plafond - o.exposition, unite), p_montant) END;
	ELSIF plafond IS NULL AND l.montant IS NOT NULL AND l.jusque < jour THEN
		motifs := motifs || format('limite de %s %s échue le %s', round(l.montant, unite), p_devise, to_char(l.jusque, 'YYYY-MM-DD'));
	ELSIF plafond IS NULL AND l.depuis IS NULL AND o.autres IS NOT NULL THEN
		motifs := motifs || format('aucune limite en %s (%s)', p_devise, o.autres);
	END IF;
	IF o.ailleurs IS NOT NULL THEN
		motifs := motifs || o.ailleurs;
	END IF;
	autorisee := motifs = '{}';
	raison := concat_ws(' ; ', CASE WHEN autorisee
		THEN concat_ws(' ; ',
			CASE WHEN plafond IS NULL THEN 'autorisée : aucune limite fixée'
				 WHEN o.exposition + p_montant > plafond
				 THEN format('autorisée : dépassement de %s %s toléré', round(o.exposition + p_montant - plafond, unite), p_devise)
				 ELSE format('autorisée : %s %s disponibles après elle', round(plafond - o.exposition - p_montant, unite), p_devise) END,
			CASE WHEN o.retard > 0 THEN format('retard de %s jours toléré', o.retard) END)
		ELSE 'refusée : ' || array_to_string(motifs, ' ; ') END,
		CASE WHEN note IS NULL THEN 'pas de note' WHEN nuit < jour - 7 THEN 'note du ' || to_char(nuit, 'YYYY-MM-DD') END);
	RETURN NEXT;
END $$;
COMMENT ON FUNCTION creances.commande_autorisee(text, text, numeric, text, date) IS
'Une commande de ce montant (TTC, avec celles pas encore facturées) peut-elle être prise ? Une ligne, avec la raison : tous les motifs de refus, le plus grave d''abord, selon politique_credit : procédure collective, stade de relance, mandat, plan déchu, note (profil de la dernière nuit, dite si elle a plus de 7 jours), retard, perte, limite. Une limite dépassée dans une autre devise, une limite échue que rien ne remplace, ou aucune dans la devise de la commande alors qu''il en a ailleurs, refusent aussi. exposition = ce qu''il doit dans la devise, crédits déduits, factures datées d''après aujourd''hui comprises (sans date seulement) ; disponible = limite - exposition, avant la commande ; echu et retard_max sans litiges ni ce que couvrent les crédits, retard, stade et note toutes devises. Limite NULL : aucune. Sans date, d''après ce qui est connu à l''instant ; à une autre date, d''après les faits datés jusque-là. P0002 si le créancier est inconnu ; un client inconnu est autorisé dans la limite par défaut s''il y en a une, et la raison le dit. Le premier appel d''une session prépare son plan ; les suivants répondent en moins d''une milliseconde pour un débiteur ordinaire.';

-- ------------------------------------------------------------------ weak signals

CREATE VIEW creances.signal_faible AS
SELECT x.creancier, x.debiteur, d.nom, x.devise, x.signal, s.intitule, s.gravite, x.depuis, x.mesure::numeric(20,3) AS mesure, x.message
  FROM (
	SELECT p.creancier, p.debiteur, p.devise, 'reports' AS signal, p.dernier_report AS depuis, p.reports::numeric AS mesure,
		   format('%s promesse(s) reportée(s) ou rompue(s), la dernière le %s', p.reports, to_char(p.dernier_report, 'YYYY-MM-DD')) AS message
	  FROM creances.profil p WHERE p.reports > 0
	UNION ALL
	SELECT p.creancier, p.debiteur, p.devise, 'silence', p.relances_depuis, p.relances,
		   format('%s relance(s) depuis le %s, sans paiement ni réponse ; %s %s échus', p.relances, to_char(p.relances_depuis, 'YYYY-MM-DD'),
				  round(p.echu_net, creances._decimales(p.devise)), p.devise)
	  FROM creances.profil p WHERE p.relances > 0
	UNION ALL
	SELECT p.creancier, p.debiteur, p.devise, 'retard_croissant', p.jour, p.retard_recent - p.retard_ancien,
		   format('retard moyen de %s jours sur 3 mois, %s sur les 9 d''avant', trim_scale(p.retard_recent), trim_scale(p.retard_ancien))
	  FROM creances.profil p WHERE p.tendance = 'hausse'
	UNION ALL
	SELECT p.creancier, p.debiteur, p.devise, 'premier_retard', p.jour - p.retard_max + 1, p.retard_max,
		   format('payait toujours à l''échéance (%s règlements en 12 mois) ; %s %s échus depuis %s jours', p.paiements,
				  round(p.echu_net, creances._decimales(p.devise)), p.devise, p.retard_max)
	  FROM creances.profil p WHERE p.retard_max > 0 AND p.paiements >= 3 AND p.en_retard = 0
	UNION ALL
	SELECT p.creancier, p.debiteur, p.devise, 'rejet', p.dernier_rejet, p.rejets,
		   format('paiement rejeté ou repris le %s (%s en 12 mois)', to_char(p.dernier_rejet, 'YYYY-MM-DD'), p.rejets)
	  FROM creances.profil p WHERE p.rejets > 0
	UNION ALL
	SELECT l.creancier, l.debiteur, l.devise, 'limite', l.depuis, l.depassement,
		   format('encours de %s %s pour une limite de %s', round(l.exposition, creances._decimales(l.devise)), l.devise, round(l.limite, creances._decimales(l.devise)))
	  FROM creances.limite l WHERE l.depassement > 0
	UNION ALL
	-- overdue, not settled, and its due date was moved later: the delay is gone everywhere
	SELECT v.creancier, c.debiteur, c.devise, 'echeance_repoussee', max(v.jusque), count(*),
		   format('%s échéance(s) déjà passée(s) repoussée(s), la dernière le %s : facture %s, du %s au %s', count(*), to_char(max(v.jusque), 'YYYY-MM-DD'),
				  (array_agg(v.facture ORDER BY v.jusque DESC, v.facture, v.rang))[1], to_char((array_agg(v.echeance ORDER BY v.jusque DESC, v.facture, v.rang))[1], 'YYYY-MM-DD'),
				  to_char((array_agg(e.echeance ORDER BY v.jusque DESC, v.facture, v.rang))[1], 'YYYY-MM-DD'))
	  FROM creances.creance_version v
	  JOIN creances.creance c ON c.creancier = v.creancier AND c.facture = v.facture AND c.rang = v.rang
	  JOIN creances.creancier s ON s.creancier = v.creancier
	  LEFT JOIN creances.creance_version n ON n.creancier = v.creancier AND n.facture = v.facture AND n.rang = v.rang AND n.version = v.version + 1
	 CROSS JOIN LATERAL (SELECT coalesce(n.echeance, c.echeance) AS echeance, CASE WHEN n.version IS NULL THEN c.emission ELSE n.emission END AS emission) e
	 WHERE v.jusque > CURRENT_DATE - 366
	   AND v.jusque > (now() AT TIME ZONE s.fuseau)::date - (SELECT coalesce(max(q.fenetre), 90) FROM creances._seuil_signal q WHERE q.signal = 'echeance_repoussee')
	   AND v.echeance < v.jusque AND e.echeance > v.echeance AND e.emission IS NOT DISTINCT FROM v.emission AND NOT v.retiree AND v.montant > 0
	   AND c.retiree_le IS NULL
	   AND v.montant > coalesce((SELECT sum(r.montant) FROM creances.reglement r WHERE r.creancier = v.creancier AND r.facture = v.facture AND r.rang = v.rang AND r.le < v.jusque), 0)
	 GROUP BY v.creancier, c.debiteur, c.devise
  ) x
  JOIN creances._seuil_signal s ON s.signal = x.signal AND s.actif AND x.mesure >= s.seuil
  JOIN creances.creancier k ON k.creancier = x.creancier
  LEFT JOIN creances.debiteur d ON d.creancier = x.creancier AND d.debiteur = x.debiteur
 -- (the count is of twelve months, the news of the window)
 WHERE x.signal <> 'rejet' OR x.depuis > (now() AT TIME ZONE k.fuseau)::date - coalesce(s.fenetre, 90);
COMMENT ON VIEW creances.signal_faible IS
'Ce qui annonce qu''un débiteur paiera moins bien, avant que la balance le montre : promesses reportées, silence, retard qui croît, premier retard d''un bon payeur, paiement rejeté (d''après la dernière nuit relevée), limite dépassée et échéance repoussée une fois passée (d''après les faits d''aujourd''hui). Seuils : seuil_signal.';
COMMENT ON COLUMN creances.signal_faible.creancier IS 'Société créancière.';
COMMENT ON COLUMN creances.signal_faible.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.signal_faible.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.signal_faible.devise IS 'Devise.';
COMMENT ON COLUMN creances.signal_faible.signal IS 'reports, silence, retard_croissant, premier_retard, rejet, limite ou echeance_repoussee.';
COMMENT ON COLUMN creances.signal_faible.intitule IS 'Intitulé.';
COMMENT ON COLUMN creances.signal_faible.gravite IS 'erreur, avertissement ou information.';
COMMENT ON COLUMN creances.signal_faible.depuis IS 'Date du fait : dernier report, première relance sans réponse, première échéance manquée, rejet, début de la limite, dernière échéance repoussée.';
COMMENT ON COLUMN creances.signal_faible.mesure IS 'Nombre, jours ou montant, selon le signal.';
COMMENT ON COLUMN creances.signal_faible.message IS 'En clair.';
