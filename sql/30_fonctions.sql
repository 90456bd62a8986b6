-- 30_fonctions: the kernels, written in C (src/).
--
-- What reads the table of rates is STABLE; the calendar and the arithmetic on
-- arguments alone are IMMUTABLE.

-- Amounts (src/montant.c), for the tests.

CREATE FUNCTION creances._montant_deux_voies(montant numeric)
RETURNS boolean
    AS 'MODULE_PATHNAME', 'creances_montant_deux_voies'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances._montant_deux_voies(numeric) IS
    'Les deux lectures d''un montant donnent-elles la même valeur ? (essais)';

-- Calendar (src/calendrier.c).

CREATE FUNCTION creances.est_ferie(jour date, zone text DEFAULT 'metropole')
RETURNS boolean
    AS 'MODULE_PATHNAME', 'creances_est_ferie'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.est_ferie(date, text) IS
    'Ce jour est-il férié dans cette zone ? (C. trav. L3133-1, L3134-13, L3422-2)';

CREATE FUNCTION creances.est_ouvre(jour date, zone text DEFAULT 'metropole')
RETURNS boolean
    AS 'MODULE_PATHNAME', 'creances_est_ouvre'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.est_ouvre(date, text) IS
    'Ce jour est-il ouvré : du lundi au vendredi, et non férié dans cette zone ?';

CREATE FUNCTION creances.jour_ouvre_suivant(jour date, zone text DEFAULT 'metropole')
RETURNS date
    AS 'MODULE_PATHNAME', 'creances_jour_ouvre_suivant'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.jour_ouvre_suivant(date, text) IS
    'Premier jour ouvré à partir de ce jour, lui compris.';

CREATE FUNCTION creances.ajouter_jours_ouvres(jour date, n integer, zone text DEFAULT 'metropole')
RETURNS date
    AS 'MODULE_PATHNAME', 'creances_ajouter_jours_ouvres'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;

COMMENT ON FUNCTION creances.ajouter_jours_ouvres(date, integer, text) IS
    'Le n-ième jour ouvré après ce jour (avant lui si n est négatif) ; le jour même, ouvré ou non, si n est nul.';

CREATE FUNCTION creances.jours_feries(annee integer, zone text DEFAULT 'metropole')
RETURNS TABLE (jour date, nom text)
    AS 'MODULE_PATHNAME', 'creances_jours_feries'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 12;

COMMENT ON FUNCTION creances.jours_feries(integer, text) IS
    'Jours fériés d''une année (1583 à 9999) dans une zone, dans l''ordre ; un jour qui en réunit deux n''a qu''une ligne.';

-- Rates (src/taux.c).

CREATE FUNCTION creances.taux_applicable(taux creances.taux_retard, jour date)
RETURNS numeric
    AS 'MODULE_PATHNAME', 'creances_taux_applicable'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.taux_applicable(creances.taux_retard, date) IS
    'Taux annuel, en pour cent, de ce jour ; pour une règle « fixe », donner le premier jour d''intérêts. Taux inconnu : erreur RC001.';

CREATE FUNCTION creances.taux_connu_jusque(taux creances.taux_retard)
RETURNS date
    AS 'MODULE_PATHNAME', 'creances_taux_connu_jusque'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.taux_connu_jusque(creances.taux_retard) IS
    'Dernier jour de la dernière suite de semestres connus pour cette règle ; infinity pour un taux stipulé ; NULL si rien n''est connu.';

CREATE FUNCTION creances.taux_connu_jusque(taux creances.taux_retard, echeance date)
RETURNS date
    AS 'MODULE_PATHNAME', 'creances_taux_connu_depuis'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.taux_connu_jusque(creances.taux_retard, date) IS
    'Dernier jour jusqu''où la pénalité d''une facture de cette échéance est calculable ; l''échéance elle-même si le premier jour de retard ne l''est pas ; infinity si rien ne la borne.';

-- Penalties (src/penalite.c).

CREATE FUNCTION creances.penalite_retard(
    montant numeric,
    echeance date,
    au date,
    taux creances.taux_retard DEFAULT 'BCE+10',
    base text DEFAULT '365',
    decimales integer DEFAULT 2,
    arrondi text DEFAULT 'total')
RETURNS numeric
    AS 'MODULE_PATHNAME', 'creances_penalite_retard'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.penalite_retard(numeric, date, date, creances.taux_retard, text, integer, text) IS
    'Pénalités d''un montant impayé, jours de retard ]échéance ; au], taux de chaque jour, un seul arrondi (C. com. L441-10 II). Base 365, 360 ou actuel ; arrondi total, ou segment : chaque ligne du décompte arrondie, puis additionnée. Taux inconnu : erreur RC001.';

CREATE FUNCTION creances.decompte_penalite(
    montant numeric,
    echeance date,
    au date,
    taux creances.taux_retard DEFAULT 'BCE+10',
    base text DEFAULT '365',
    decimales integer DEFAULT 2,
    arrondi text DEFAULT 'total')
RETURNS TABLE (du date, au date, jours integer, taux numeric, principal numeric, interets numeric, texte text)
    AS 'MODULE_PATHNAME', 'creances_decompte_penalite'
    LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 4;

COMMENT ON FUNCTION creances.decompte_penalite(numeric, date, date, creances.taux_retard, text, integer, text) IS
    'Décompte des pénalités, une ligne par taux ; les intérêts des lignes s''additionnent au centime près à penalite_retard().';

CREATE FUNCTION creances.interet_journalier(
    montant numeric,
    echeance date,
    au date,
    taux creances.taux_retard DEFAULT 'BCE+10',
    base text DEFAULT '365')
RETURNS numeric
    AS 'MODULE_PATHNAME', 'creances_interet_journalier'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances.interet_journalier(numeric, date, date, creances.taux_retard, text) IS
    'Ce que le lendemain de la date « au » ajoute aux pénalités, à six décimales ; pour information : ne pas le multiplier par un nombre de jours.';

-- The account of one receivable (src/compte.c): private, 55_exigible gives it
-- its facts.

CREATE FUNCTION creances._compte(
    depart date, au date, arret date,
    jours date[], natures text[], montants numeric[], textes text[],
    taux_depuis date[], taux creances.taux_retard[], planchers boolean[], origines text[],
    suspendu_du date[], suspendu_au date[],
    capitalisation date, indemnite numeric, article text,
    imputation text, base text, arrondi text, decimales integer, strict boolean,
    OUT principal numeric, OUT penalites numeric, OUT reste_indemnite numeric, OUT frais numeric, OUT en_compte numeric,
    OUT courues numeric, OUT remises numeric, OUT arrete date, OUT par_jour numeric, OUT en_retard date, OUT plancher boolean)
    AS 'MODULE_PATHNAME', 'creances_compte'
    LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._compte(date, date, date, date[], text[], numeric[], text[], date[], creances.taux_retard[], boolean[], text[], date[], date[], date, numeric, text, text, text, text, integer, boolean) IS
    'Compte d''une créance d''après ses faits : ce qui en reste dû, poste par poste.';

CREATE FUNCTION creances._compte_lignes(
    depart date, au date, arret date,
    jours date[], natures text[], montants numeric[], textes text[],
    taux_depuis date[], taux creances.taux_retard[], planchers boolean[], origines text[],
    suspendu_du date[], suspendu_au date[],
    capitalisation date, indemnite numeric, article text,
    imputation text, base text, arrondi text, decimales integer, strict boolean)
RETURNS TABLE (ligne integer, nature text, du date, jusque date, nb_jours integer, base_calcul numeric, taux_jour numeric, montant numeric,
    reste_principal numeric, reste_penalites numeric, reste_indemnite numeric, reste_frais numeric, en_compte numeric, texte text)
    AS 'MODULE_PATHNAME', 'creances_compte_lignes'
    LANGUAGE C STABLE PARALLEL SAFE ROWS 8;

COMMENT ON FUNCTION creances._compte_lignes(date, date, date, date[], text[], numeric[], text[], date[], creances.taux_retard[], boolean[], text[], date[], date[], date, numeric, text, text, text, text, integer, boolean) IS
    'Le même compte, ligne par ligne.';

-- Aggregate over the dated movements of one invoice.  The state is a bytea:
-- parallel workers and distributed engines combine it as it is.

CREATE FUNCTION creances._penalite_mouvements_trans(
    etat bytea, montant numeric, le date, echeance date, au date, taux creances.taux_retard)
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_mouvements_trans'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._penalite_mouvements_trans(bytea, numeric, date, date, date, creances.taux_retard) IS
    'Transition de penalite_mouvements().';

CREATE FUNCTION creances._penalite_mouvements_trans(
    etat bytea, montant numeric, le date, echeance date, au date, taux creances.taux_retard, base text)
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_mouvements_trans'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._penalite_mouvements_trans(bytea, numeric, date, date, date, creances.taux_retard, text) IS
    'Transition de penalite_mouvements().';

CREATE FUNCTION creances._penalite_mouvements_trans(
    etat bytea, montant numeric, le date, echeance date, au date, taux creances.taux_retard, base text, decimales integer)
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_mouvements_trans'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._penalite_mouvements_trans(bytea, numeric, date, date, date, creances.taux_retard, text, integer) IS
    'Transition de penalite_mouvements().';

CREATE FUNCTION creances._penalite_mouvements_combine(etat bytea, autre bytea)
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_mouvements_combine'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._penalite_mouvements_combine(bytea, bytea) IS
    'Réunion de deux états de penalite_mouvements().';

CREATE FUNCTION creances._penalite_mouvements_final(etat bytea)
RETURNS numeric
    AS 'MODULE_PATHNAME', 'creances_mouvements_final'
    LANGUAGE C STABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._penalite_mouvements_final(bytea) IS
    'Résultat de penalite_mouvements().';

CREATE AGGREGATE creances.penalite_mouvements(
    montant numeric, le date, echeance date, au date, taux creances.taux_retard)
(
    SFUNC = creances._penalite_mouvements_trans,
    STYPE = bytea,
    SSPACE = 256,
    FINALFUNC = creances._penalite_mouvements_final,
    COMBINEFUNC = creances._penalite_mouvements_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE creances.penalite_mouvements(numeric, date, date, date, creances.taux_retard) IS
    'Pénalités d''une facture d''après ses mouvements datés : montant positif pour la facture, négatif pour ce qui la réduit (paiement, avoir), l''ordre n''importe pas. Un mouvement d''avant l''échéance compte depuis elle ; un trop-perçu ne fait pas d''intérêts négatifs ; un seul arrondi. Base 365, deux décimales.';

CREATE AGGREGATE creances.penalite_mouvements(
    montant numeric, le date, echeance date, au date, taux creances.taux_retard, base text)
(
    SFUNC = creances._penalite_mouvements_trans,
    STYPE = bytea,
    SSPACE = 256,
    FINALFUNC = creances._penalite_mouvements_final,
    COMBINEFUNC = creances._penalite_mouvements_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE creances.penalite_mouvements(numeric, date, date, date, creances.taux_retard, text) IS
    'Pénalités d''une facture d''après ses mouvements datés : montant positif pour la facture, négatif pour ce qui la réduit (paiement, avoir), l''ordre n''importe pas. Un mouvement d''avant l''échéance compte depuis elle ; un trop-perçu ne fait pas d''intérêts négatifs ; un seul arrondi. Deux décimales.';

CREATE AGGREGATE creances.penalite_mouvements(
    montant numeric, le date, echeance date, au date, taux creances.taux_retard, base text, decimales integer)
(
    SFUNC = creances._penalite_mouvements_trans,
    STYPE = bytea,
    SSPACE = 256,
    FINALFUNC = creances._penalite_mouvements_final,
    COMBINEFUNC = creances._penalite_mouvements_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE creances.penalite_mouvements(numeric, date, date, date, creances.taux_retard, text, integer) IS
    'Pénalités d''une facture d''après ses mouvements datés : montant positif pour la facture, négatif pour ce qui la réduit (paiement, avoir), l''ordre n''importe pas. Un mouvement d''avant l''échéance compte depuis elle ; un trop-perçu ne fait pas d''intérêts négatifs ; un seul arrondi.';

-- The same over an invoice joined to its payments, as an ERP keeps them.

CREATE FUNCTION creances._penalite_facture_trans(
    etat bytea, montant numeric, echeance date, au date, taux creances.taux_retard, paiement numeric, le date)
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_facture_trans'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._penalite_facture_trans(bytea, numeric, date, date, creances.taux_retard, numeric, date) IS
    'Transition de penalite_facture().';

CREATE AGGREGATE creances.penalite_facture(
    montant numeric, echeance date, au date, taux creances.taux_retard, paiement numeric, le date)
(
    SFUNC = creances._penalite_facture_trans,
    STYPE = bytea,
    SSPACE = 256,
    FINALFUNC = creances._penalite_mouvements_final,
    COMBINEFUNC = creances._penalite_mouvements_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE creances.penalite_facture(numeric, date, date, creances.taux_retard, numeric, date) IS
    'Pénalités d''une facture jointe à ses paiements (LEFT JOIN, GROUP BY facture) : un paiement NULL est la facture seule, un paiement négatif un rejet ; l''ordre n''importe pas. Un paiement d''avant l''échéance compte depuis elle ; un trop-perçu ne fait pas d''intérêts négatifs ; un seul arrondi. Base 365, deux décimales.';

-- Aged balance (src/balance.c).

CREATE FUNCTION creances._balance_agee_trans(etat bytea, montant numeric, echeance date, au date)
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_balance_trans'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._balance_agee_trans(bytea, numeric, date, date) IS
    'Transition de balance_agee().';

CREATE FUNCTION creances._balance_agee_trans(etat bytea, montant numeric, echeance date, au date, bornes integer[])
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_balance_trans'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._balance_agee_trans(bytea, numeric, date, date, integer[]) IS
    'Transition de balance_agee().';

CREATE FUNCTION creances._balance_agee_combine(etat bytea, autre bytea)
RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_balance_combine'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._balance_agee_combine(bytea, bytea) IS
    'Réunion de deux états de balance_agee().';

CREATE FUNCTION creances._balance_agee_final(etat bytea)
RETURNS numeric[]
    AS 'MODULE_PATHNAME', 'creances_balance_final'
    LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION creances._balance_agee_final(bytea) IS
    'Résultat de balance_agee().';

CREATE AGGREGATE creances.balance_agee(montant numeric, echeance date, au date)
(
    SFUNC = creances._balance_agee_trans,
    STYPE = bytea,
    SSPACE = 192,
    FINALFUNC = creances._balance_agee_final,
    COMBINEFUNC = creances._balance_agee_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE creances.balance_agee(numeric, date, date) IS
    'Balance âgée en une lecture : [1] non échu, puis une tranche par borne de jours de retard, et la dernière au-delà ; chaque montant, débit ou crédit, tombe dans une seule. Bornes 30, 60, 90 et 120 jours.';

CREATE AGGREGATE creances.balance_agee(montant numeric, echeance date, au date, bornes integer[])
(
    SFUNC = creances._balance_agee_trans,
    STYPE = bytea,
    SSPACE = 192,
    FINALFUNC = creances._balance_agee_final,
    COMBINEFUNC = creances._balance_agee_combine,
    PARALLEL = SAFE
);

COMMENT ON AGGREGATE creances.balance_agee(numeric, date, date, integer[]) IS
    'Balance âgée en une lecture : [1] non échu, puis une tranche par borne de jours de retard, et la dernière au-delà ; chaque montant, débit ou crédit, tombe dans une seule. Bornes en jours, croissantes, les mêmes pour tout le groupe.';

-- A payments table's row without invoice is a receivable below zero numbered
-- compte:...; its refund too, above zero.
CREATE FUNCTION creances._en_compte(nature text, facture text, solde numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT nature = 'acompte' AND (solde < 0 OR starts_with(facture, 'compte:'));
END;
COMMENT ON FUNCTION creances._en_compte(text, text, numeric) IS 'Ce solde est de l''argent recu en compte, et non une facture ou un avoir.';
