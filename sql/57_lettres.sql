-- Letters: amounts, dates and messages in the reader's language (src/icu.c,
-- src/message.c, src/chiffres.c), templates, and the text of a reminder.

CREATE FUNCTION creances.montant_formate(montant numeric, devise text DEFAULT 'EUR', langue text DEFAULT NULL)
RETURNS text
    AS 'MODULE_PATHNAME', 'creances_montant_formate'
    LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION creances.montant_formate(numeric, text, text) IS
'Montant et devise comme une langue les ecrit (NULL : creances.langue), avec toutes ses decimales et au moins celles de la devise : rien n''est arrondi. NULL pour un montant NULL.';

CREATE FUNCTION creances.date_formatee(le date, langue text DEFAULT NULL, style text DEFAULT 'long')
RETURNS text
    AS 'MODULE_PATHNAME', 'creances_date_formatee'
    LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION creances.date_formatee(date, text, text) IS
'Date comme une langue l''ecrit (NULL : creances.langue), en style court, moyen, long ou complet. NULL pour une date NULL.';

CREATE FUNCTION creances.montant_en_lettres(montant numeric, devise text DEFAULT 'EUR', langue text DEFAULT NULL)
RETURNS text
    AS 'MODULE_PATHNAME', 'creances_montant_en_lettres'
    LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION creances.montant_en_lettres(numeric, text, text) IS
'Montant en toutes lettres, en fr (fr-BE et fr-CH : septante, nonante), en ou de ; orthographe traditionnelle en francais. Au plus les decimales de la devise, et 15 chiffres avant elles. NULL pour un montant NULL.';

CREATE FUNCTION creances.message(modele text, arguments jsonb DEFAULT '{}', langue text DEFAULT NULL)
RETURNS text
    AS 'MODULE_PATHNAME', 'creances_message'
    LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION creances.message(text, jsonb, text) IS
'Texte d''un modele MessageFormat d''ICU a arguments nommes : {nom}, {n, number}, {le, date, long}, {n, spellout}, {n, plural, one {# facture} other {# factures}}, {type, select, public {...} other {...}}. Devant une accolade, l''apostrophe se double : d''''{nom}. Un argument absent, null ou du mauvais type : erreur 22023 qui le nomme ; un modele illisible : 22023, et l''endroit.';

CREATE FUNCTION creances._essayer_message(modele text, arguments jsonb, langue text)
RETURNS void
    AS 'MODULE_PATHNAME', 'creances_message_essayer'
    LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION creances._essayer_message(text, jsonb, text) IS
'Lit un modele et en ecrit toutes les branches, aussi celles que ces arguments ne choisissent pas : erreur 22023 si l''une ne peut pas l''etre.';

CREATE FUNCTION creances._arguments(modele text)
RETURNS SETOF text
    AS 'MODULE_PATHNAME', 'creances_message_arguments'
    LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION creances._arguments(text) IS 'Noms des arguments qu''emploie un modele, une fois chacun, dans leur ordre.';

CREATE FUNCTION creances._devise_connue(devise text)
RETURNS boolean
    AS 'MODULE_PATHNAME', 'creances_devise_connue'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION creances._devise_connue(text) IS 'montant_formate() prendrait-il cette devise ?';

-- ---------------------------------------------------------------- templates

CREATE TABLE creances.modele_lettre (
	origine		text NOT NULL DEFAULT 'utilisateur' CHECK (origine IN ('creances', 'utilisateur')),
	stade		creances.stade_relance NOT NULL
				CHECK (stade IN ('preventive', 'relance_1', 'relance_2', 'relance_3', 'mise_en_demeure', 'contentieux', 'irrecouvrable')),
	canal		text NOT NULL CHECK (canal IN ('courriel', 'telephone', 'sms', 'lettre', 'lrar', 'interne')),
	langue		text NOT NULL CHECK (langue <> ''),
	type		text NOT NULL DEFAULT '' CHECK (type IN ('', 'professionnel', 'public', 'consommateur')),
	sujet		text NOT NULL DEFAULT '',
	corps		text NOT NULL,
	actif		boolean NOT NULL DEFAULT true,
	PRIMARY KEY (origine, stade, canal, langue, type)
);
COMMENT ON TABLE creances.modele_lettre IS
'Textes des relances, en MessageFormat d''ICU (voir message()), verifies quand ils sont enregistres. Celui de l''utilisateur l''emporte sur celui, de meme cle, que livre l''extension et qui ne se modifie pas.';
COMMENT ON COLUMN creances.modele_lettre.origine IS 'creances (livre) ou utilisateur.';
COMMENT ON COLUMN creances.modele_lettre.stade IS 'Stade de l''etape.';
COMMENT ON COLUMN creances.modele_lettre.canal IS 'Canal. A defaut : lrar, puis lettre, puis courriel.';
COMMENT ON COLUMN creances.modele_lettre.langue IS 'Langue : fr, en, de, ou une autre que connait ICU. A defaut : fr.';
COMMENT ON COLUMN creances.modele_lettre.type IS 'Type de debiteur ; vide : tous ceux qui n''ont pas le leur. Un consommateur ne recoit un texte sans type que s''il ne parle ni de penalites ni d''indemnite.';
COMMENT ON COLUMN creances.modele_lettre.sujet IS 'Objet du message, sur une ligne.';
COMMENT ON COLUMN creances.modele_lettre.corps IS 'Texte. Ses arguments sont ceux de _arguments_lettre().';
COMMENT ON COLUMN creances.modele_lettre.actif IS 'false : masque le texte livre de meme cle, sans etre verifie.';

-- What _composer() gives to a template. A name never goes away: a template that
-- uses it is checked again when it is restored.
CREATE FUNCTION creances._arguments_lettre()
RETURNS TABLE (argument text, genre text, exemple text, sens text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	VALUES
		('nombre', 'nombre', '2', 'factures réclamées'),
		('nombre_autres', 'nombre', '1', 'autres factures échues, citées'),
		('retard', 'nombre', '31', 'jours de retard de la plus ancienne facture réclamée, 0 si aucune n''est échue'),
		('date', 'texte', '9 avril 2026', 'date de la lettre'),
		('date_limite', 'texte', '17 avril 2026', 'date donnée pour payer : le délai qu''accorde l''étape, sinon huit jours'),
		('date_precedente', 'texte', '24 mars 2026', 'date du dernier message envoyé sur ces factures, vide s''il n''y en a pas'),
		('avec_precedente', 'oui/partie/non', 'oui', 'ce message portait sur chaque facture réclamée, ou sur une partie seulement'),
		('mise_en_demeure_le', 'texte', '9 avril 2026', 'date d''envoi de la mise en demeure, de la dernière s''il y en a plusieurs, vide s''il n''y en a pas'),
		('avec_mise_en_demeure', 'oui/plusieurs/partie/non', 'oui', 'chaque facture réclamée a été mise en demeure, le même jour ou non, ou une partie seulement'),
		('avec_plan', 'non/retard/dechu', 'retard', 'un plan de paiement vise ce qui est réclamé : il est en retard, ou déchu'),
		('plan_le', 'texte', '13 février 2026', 'date de l''accord du plan, vide s''il n''y en a pas'),
		('plan_echeance', 'texte', '1 avril 2026', 'sa première échéance manquée'),
		('plan_arriere', 'texte', '1 000,00 EUR', 'son arriéré, vide s''il est déchu'),
		('plan_dechu_le', 'texte', '12 avril 2026', 'jour où sa déchéance a été constatée, vide s''il vit encore'),
		('avec_promesse', 'non/rien/partie', 'rien', 'la dernière promesse n''a pas été tenue : rien n''est venu, ou une partie'),
		('promesse_le', 'texte', '16 janvier 2026', 'date de cette promesse, vide s''il n''y en a pas'),
		('promesse_pour_le', 'texte', '20 janvier 2026', 'date promise'),
		('promesse_montant', 'texte', '1 600,00 EUR', 'montant promis'),
		('promesse_recu', 'texte', '0,00 EUR', 'montant reçu depuis'),
		('numero', 'texte', 'F2026-0117', 'numéro de la première facture réclamée'),
		('echeance', 'texte', '9 mars 2026', 'échéance de la première facture réclamée ; celle du plan en retard qui la remplace'),
		('factures', 'texte', 'F2026-0117  07/02/2026  09/03/2026  1 234,56 EUR', 'factures réclamées : numéro, date, échéance, reste dû, et le total'),
		('autres', 'texte', 'F2026-0131  21/02/2026  23/03/2026  100,00 EUR', 'autres factures échues'),
		('montant', 'texte', '1 234,56 EUR', 'principal réclamé'),
		('montant_lettres', 'texte', 'mille deux cent trente-quatre euros et cinquante-six centimes', 'principal en lettres'),
		('montant_autres', 'texte', '100,00 EUR', 'principal des autres factures échues'),
		('penalites', 'texte', '13,01 EUR', 'pénalités, ou intérêts'),
		('avec_penalites', 'oui/non', 'oui', 'des pénalités sont dues'),
		('detail_penalites', 'texte', 'du 10/03/2026 au 09/04/2026 : 12,15 % par an', 'périodes et taux des pénalités, une ligne chacun'),
		('indemnites', 'texte', '80,00 EUR', 'indemnités forfaitaires de recouvrement'),
		('avec_indemnites', 'oui/non', 'oui', 'des indemnités sont dues'),
		('indemnites_a_part', 'oui/non', 'non', 'les indemnités, en euros, ne sont pas dans le total, en une autre devise'),
		('avec_accessoires', 'oui/non', 'oui', 'des pénalités ou des indemnités sont dues'),
		('decompte', 'texte', 'Principal  1 234,56 EUR', 'principal, pénalités, indemnités et total, une ligne chacun'),
		('total', 'texte', '1 327,57 EUR', 'principal, pénalités et indemnités'),
		('total_lettres', 'texte', 'mille trois cent vingt-sept euros et cinquante-sept centimes', 'total en lettres'),
		('creancier', 'texte', 'Ateliers Martin', 'nom du créancier'),
		('creancier_adresse', 'texte', '12 rue des Forges, 69003 Lyon', 'son adresse (details), vide si elle manque'),
		('creancier_siren', 'texte', '123 456 782', 'son SIREN (details), vide s''il manque'),
		('entete', 'texte', 'Ateliers Martin', 'nom, adresse, SIREN et contact du créancier, sur plusieurs lignes'),
		('contact', 'texte', 'téléphone 04 72 00 00 00', 'téléphone et courriel du créancier (details), vide s''ils manquent'),
		('avec_contact', 'oui/non', 'oui', 'un contact est connu'),
		('iban', 'texte', 'FR76 3000 6000 0112 3456 7890 189', 'IBAN (details), vide s''il manque'),
		('avec_iban', 'oui/non', 'oui', 'un IBAN est connu'),
		('paiement', 'texte', 'par virement sur notre compte FR76 3000 6000 0112 3456 7890 189, en rappelant la référence C001', 'moyen de payer et référence à rappeler'),
		('debiteur', 'texte', 'Durand SARL', 'nom du client, son code à défaut'),
		('compte', 'texte', 'C001', 'code du client'),
		('type', 'texte', 'professionnel', 'professionnel, public ou consommateur ; un créancier particulier écrit à tous comme à un consommateur'),
		('destinataire', 'texte', 'Durand SARL', 'nom et adresse du client, sur plusieurs lignes'),
		('telephone', 'texte', '01 23 45 67 89', 'téléphone du client, ou qu''il manque'),
		('courriel', 'texte', 'compta@durand.example', 'courriel du client, ou qu''il manque');
END;
COMMENT ON FUNCTION creances._arguments_lettre() IS 'Arguments que le moteur donne aux modeles de lettres : nom, genre, exemple et sens.';

CREATE FUNCTION creances._exemple_lettre(nombre integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT jsonb_object_agg(a.argument, CASE WHEN a.argument = 'nombre' THEN to_jsonb(_exemple_lettre.nombre)
											 WHEN a.genre = 'nombre' THEN to_jsonb(a.exemple::numeric) ELSE to_jsonb(a.exemple) END)
	  FROM creances._arguments_lettre() a;
END;
COMMENT ON FUNCTION creances._exemple_lettre(integer) IS 'Valeurs d''essai des arguments des lettres.';

-- The words of what a consumer does not owe: the 40 EUR, and penalties between
-- professionals.
CREATE FUNCTION creances._mots_accessoires(texte text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	-- (a sign that is neither a letter nor of ASCII: the euro, in encodings that have it)
	SELECT texte ~* '[LD]\.? ?441-|[RD]\.? ?2192-|(^|[^0-9])40([.,]00)?\s?(eur|[^[:alnum:][:space:]!-~])|(eur|[^[:alnum:][:space:]!-~])\s?40([.,]00)?\M';
END;
COMMENT ON FUNCTION creances._mots_accessoires(text) IS 'Un texte cite l''indemnite de 40 EUR ou les articles des penalites entre professionnels.';

-- Does a text without type suit a consumer: neither of these, and no interest
-- before the formal notice (C. civ. 1344-1).
CREATE FUNCTION creances._sans_accessoires(sujet text, corps text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT NOT creances._mots_accessoires(sujet || ' ' || corps)
	   AND NOT EXISTS (SELECT FROM creances._arguments(sujet || ' ' || corps) a
						WHERE a IN ('penalites', 'indemnites', 'detail_penalites'));
END;
COMMENT ON FUNCTION creances._sans_accessoires(text, text) IS 'Un texte ne parle ni de penalites ni d''indemnite forfaitaire.';

-- Harmless when it fires again, at a restore: it reads the row and changes nothing.
CREATE FUNCTION creances._verifier_modele() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	employes text[];
	inconnus text;
	t text;
	n integer;
BEGIN
	IF NOT NEW.actif THEN
		RETURN NEW;
	END IF;
	PERFORM creances.message('', '{}', NEW.langue);
	employes := ARRAY(SELECT creances._arguments(NEW.sujet) UNION SELECT creances._arguments(NEW.corps));
	SELECT string_agg(e, ', ' ORDER BY e) INTO inconnus
	  FROM unnest(employes) e WHERE NOT EXISTS (SELECT FROM creances._arguments_lettre() a WHERE a.argument = e);
	IF inconnus IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('le modèle emploie ce que le moteur ne donne pas : %s', inconnus),
			HINT = format('Les arguments sont : %s.', (SELECT string_agg(a.argument, ', ') FROM creances._arguments_lettre() a));
	END IF;
	IF NEW.type = 'consommateur' THEN
		IF NEW.stade < 'mise_en_demeure' AND employes && ARRAY['penalites', 'indemnites', 'detail_penalites'] THEN
			RAISE EXCEPTION USING ERRCODE = 'RC004', MESSAGE = 'un consommateur ne doit ni pénalités ni indemnité avant la mise en demeure',
				DETAIL = 'C. civ. 1344-1 : l''intérêt au taux légal ne court que de la mise en demeure.',
				HINT = 'Enlevez les arguments penalites, indemnites et detail_penalites.';
		END IF;
		IF 'indemnites' = ANY (employes) OR creances._mots_accessoires(NEW.sujet || ' ' || NEW.corps) THEN
			RAISE EXCEPTION USING ERRCODE = 'RC004', MESSAGE = 'un consommateur ne doit ni l''indemnité de 40 EUR ni les pénalités entre professionnels',
				DETAIL = 'C. com. L441-10 et D441-5, CCP R2192-31 et D2192-35 ne le concernent pas.',
				HINT = 'Enlevez ces articles, l''argument indemnites et les 40 EUR.';
		END IF;
	END IF;
	IF employes && ARRAY['montant_lettres', 'total_lettres'] THEN
		PERFORM creances.montant_en_lettres(1, 'EUR', NEW.langue);
	END IF;
	FOREACH n IN ARRAY ARRAY[1, 2] LOOP
		FOREACH t IN ARRAY ARRAY[NEW.sujet, NEW.corps] LOOP
			PERFORM creances._essayer_message(t, creances._exemple_lettre(n), NEW.langue);
		END LOOP;
		IF btrim(creances.message(NEW.corps, creances._exemple_lettre(n), NEW.langue), E' \n\t') = ''
		   OR NEW.canal IN ('courriel', 'lettre', 'lrar') AND btrim(creances.message(NEW.sujet, creances._exemple_lettre(n), NEW.langue)) = '' THEN
			RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le texte ou l''objet du modèle est vide',
				HINT = 'Un courriel et une lettre ont un objet ; pour masquer un texte livré, enregistrez-le avec actif = false.';
		END IF;
	END LOOP;
	IF NEW.sujet ~ '[\n\r]' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'l''objet du modèle a plusieurs lignes', HINT = 'Un objet tient sur une ligne.';
	END IF;
	RETURN NEW;
END $$;
COMMENT ON FUNCTION creances._verifier_modele() IS
'Declencheur : un modele de lettre est lu et essaye quand il est enregistre (langue, grammaire, arguments, singulier et pluriel, consommateurs).';
CREATE TRIGGER verifier BEFORE INSERT OR UPDATE ON creances.modele_lettre
	FOR EACH ROW EXECUTE FUNCTION creances._verifier_modele();

-- The shipped texts. Common parts are written once: @salut@, @engagements@,
-- @memoire@, @autres@, @contact@, @fin@; a letter is its e-mail under a heading. French is the reference; what
-- the other languages cite is French law.
INSERT INTO creances.modele_lettre (origine, stade, canal, langue, type, sujet, corps)
WITH parties (langue, salut, engagements, memoire, autres, contact, fin, solennel, entete, recommande) AS (VALUES
('fr', 'Madame, Monsieur,',
$m${avec_plan, select, retard {

Au titre du plan de paiement convenu le {plan_le}, l'échéance du {plan_echeance} n'a pas été réglée en totalité : l'arriéré est de {plan_arriere}.} dechu {

Le plan de paiement convenu le {plan_le} n'a pas été respecté (échéance du {plan_echeance}). La déchéance du terme, constatée le {plan_dechu_le}, rend exigible tout ce qui en restait dû.} other {}}{avec_promesse, select, rien {

Le {promesse_le}, vous nous aviez annoncé le paiement de {promesse_montant} pour le {promesse_pour_le} : nous ne l'avons pas reçu.} partie {

Le {promesse_le}, vous nous aviez annoncé le paiement de {promesse_montant} pour le {promesse_pour_le} : nous n'en avons reçu que {promesse_recu}.} other {}}$m$,
$m${avec_plan, select, retard {
Plan convenu le {plan_le} : échéance du {plan_echeance} manquée, arriéré {plan_arriere}} dechu {
Plan convenu le {plan_le} : échéance du {plan_echeance} manquée, déchu le {plan_dechu_le}} other {}}{avec_promesse, select, non {} other {
Promesse du {promesse_le} : {promesse_montant} pour le {promesse_pour_le}, non tenue (reçu {promesse_recu})}}$m$,
$m${nombre_autres, plural, =0 {} one {

Une autre facture est échue et reste due :

{autres}} other {

# autres factures sont échues et restent dues :

{autres}}}$m$,
$m${avec_contact, select, oui {

Pour nous joindre : {contact}.} other {}}$m$,
$m$Cordialement,

{creancier}$m$,
$m$Veuillez agréer, Madame, Monsieur, nos salutations distinguées.

{creancier}$m$,
$m${entete}

{destinataire}

Le {date}
@recommande@
Objet : @sujet@

$m$, 'Lettre recommandée avec avis de réception'),
('en', 'Dear Sir or Madam,',
$m${avec_plan, select, retard {

Under the payment plan agreed on {plan_le}, the instalment due on {plan_echeance} has not been paid in full: the arrears amount to {plan_arriere}.} dechu {

The payment plan agreed on {plan_le} was not kept (instalment due on {plan_echeance}). Its acceleration clause (déchéance du terme) has taken effect, as recorded on {plan_dechu_le}: everything that remained of it is due.} other {}}{avec_promesse, select, rien {

On {promesse_le} you announced the payment of {promesse_montant} for {promesse_pour_le}: we have not received it.} partie {

On {promesse_le} you announced the payment of {promesse_montant} for {promesse_pour_le}: we have received only {promesse_recu} of it.} other {}}$m$,
$m${avec_plan, select, retard {
Plan agreed on {plan_le}: instalment of {plan_echeance} missed, arrears {plan_arriere}} dechu {
Plan agreed on {plan_le}: instalment of {plan_echeance} missed, lapsed on {plan_dechu_le}} other {}}{avec_promesse, select, non {} other {
Promise of {promesse_le}: {promesse_montant} for {promesse_pour_le}, not kept (received {promesse_recu})}}$m$,
$m${nombre_autres, plural, =0 {} one {

Another invoice is also overdue:

{autres}} other {

# other invoices are also overdue:

{autres}}}$m$,
$m${avec_contact, select, oui {

To reach us: {contact}.} other {}}$m$,
$m$Kind regards,

{creancier}$m$,
$m$Yours faithfully,

{creancier}$m$,
$m${entete}

{destinataire}

{date}
@recommande@
Subject: @sujet@

$m$, 'Registered letter with acknowledgement of receipt'),
('de', 'Sehr geehrte Damen und Herren,',
$m${avec_plan, select, retard {

Nach dem am {plan_le} vereinbarten Ratenplan war am {plan_echeance} eine Rate fällig, die nicht vollständig bezahlt wurde: Der Rückstand beträgt {plan_arriere}.} dechu {

Der am {plan_le} vereinbarte Ratenplan wurde nicht eingehalten (Rate vom {plan_echeance}). Seine Verfallklausel (déchéance du terme) ist eingetreten, wie am {plan_dechu_le} festgestellt: Der gesamte Restbetrag ist fällig.} other {}}{avec_promesse, select, rien {

Am {promesse_le} haben Sie uns die Zahlung von {promesse_montant} zum {promesse_pour_le} zugesagt; sie ist nicht eingegangen.} partie {

Am {promesse_le} haben Sie uns die Zahlung von {promesse_montant} zum {promesse_pour_le} zugesagt; davon sind nur {promesse_recu} eingegangen.} other {}}$m$,
$m${avec_plan, select, retard {
Ratenplan vom {plan_le}: Rate vom {plan_echeance} nicht bezahlt, Rückstand {plan_arriere}} dechu {
Ratenplan vom {plan_le}: Rate vom {plan_echeance} nicht bezahlt, hinfällig seit dem {plan_dechu_le}} other {}}{avec_promesse, select, non {} other {
Zusage vom {promesse_le}: {promesse_montant} zum {promesse_pour_le}, nicht eingehalten (erhalten {promesse_recu})}}$m$,
$m${nombre_autres, plural, =0 {} one {

Eine weitere Rechnung ist ebenfalls überfällig:

{autres}} other {

# weitere Rechnungen sind ebenfalls überfällig:

{autres}}}$m$,
$m${avec_contact, select, oui {

So erreichen Sie uns: {contact}.} other {}}$m$,
$m$Mit freundlichen Grüßen

{creancier}$m$,
$m$Mit freundlichen Grüßen

{creancier}$m$,
$m${entete}

{destinataire}

{date}
@recommande@
Betreff: @sujet@

$m$, 'Einschreiben mit Rückschein')
), courriels (stade, type, langue, sujet, corps) AS (VALUES

-- ---- preventive
('preventive', '', 'fr',
$m${nombre, plural, one {Facture {numero} : échéance le {echeance}} other {# factures arrivent à échéance}}$m$,
$m$@salut@

{nombre, plural, one {La facture suivante arrive bientôt à échéance} other {Les # factures suivantes arrivent bientôt à échéance}} :

{factures}

Nous vous remercions de prévoir {nombre, plural, one {son règlement à cette date} other {leur règlement à ces dates}}, {paiement}.@autres@

Si {nombre, plural, one {cette facture appelle} other {l'une de ces factures appelle}} une remarque de votre part, merci de nous la signaler dès maintenant. Si votre règlement est déjà en cours, ne tenez pas compte de ce message.@contact@

@fin@$m$),
('preventive', '', 'en',
$m${nombre, plural, one {Invoice {numero}: due on {echeance}} other {# invoices will soon be due}}$m$,
$m$@salut@

{nombre, plural, one {The following invoice will soon be due} other {The following # invoices will soon be due}}:

{factures}

Please arrange for payment on the due {nombre, plural, one {date} other {dates}} {paiement}.@autres@

If you have any query about {nombre, plural, one {this invoice} other {any of these invoices}}, please let us know now. If payment is already under way, please disregard this message.@contact@

@fin@$m$),
('preventive', '', 'de',
$m${nombre, plural, one {Rechnung {numero}: fällig am {echeance}} other {# Rechnungen werden demnächst fällig}}$m$,
$m$@salut@

{nombre, plural, one {die folgende Rechnung wird demnächst fällig} other {die folgenden # Rechnungen werden demnächst fällig}}:

{factures}

Wir bitten Sie, den Rechnungsbetrag {nombre, plural, one {zum Fälligkeitstag} other {zum jeweiligen Fälligkeitstag}} {paiement} zu begleichen.@autres@

Falls Sie {nombre, plural, one {zu dieser Rechnung} other {zu einer dieser Rechnungen}} Fragen oder Einwände haben, teilen Sie uns dies bitte jetzt schon mit. Sollten Sie die Zahlung bereits veranlasst haben, betrachten Sie diese Nachricht bitte als gegenstandslos.@contact@

@fin@$m$),

-- ---- first reminder
('relance_1', '', 'fr',
$m${nombre, plural, one {Rappel : facture {numero} échue} other {Rappel : # factures échues}}$m$,
$m$@salut@

Sauf erreur de notre part, {nombre, plural, one {la facture suivante n'a pas encore été réglée} other {les # factures suivantes n'ont pas encore été réglées}} :

{factures}@engagements@

Nous vous remercions de bien vouloir régler la somme de {montant} {paiement}.@autres@

Si votre règlement vient de partir, ne tenez pas compte de ce rappel. En cas de désaccord ou de difficulté, répondez-nous dès maintenant : nous chercherons une solution avec vous.@contact@

@fin@$m$),
('relance_1', '', 'en',
$m${nombre, plural, one {Reminder: invoice {numero} overdue} other {Reminder: # invoices overdue}}$m$,
$m$@salut@

According to our records, {nombre, plural, one {the following invoice has not yet been paid} other {the following # invoices have not yet been paid}}:

{factures}@engagements@

Please pay the amount of {montant} {paiement}.@autres@

If you have just paid, please disregard this reminder. If you disagree with the amount or have difficulty in paying, please answer now: we will look for a solution with you.@contact@

@fin@$m$),
('relance_1', '', 'de',
$m${nombre, plural, one {Zahlungserinnerung: Rechnung {numero}} other {Zahlungserinnerung: # Rechnungen}}$m$,
$m$@salut@

nach unseren Unterlagen {nombre, plural, one {ist die folgende Rechnung noch nicht bezahlt} other {sind die folgenden # Rechnungen noch nicht bezahlt}}:

{factures}@engagements@

Wir bitten Sie, den Betrag von {montant} {paiement} zu begleichen.@autres@

Sollten Sie inzwischen bezahlt haben, betrachten Sie diese Erinnerung bitte als gegenstandslos. Falls Sie mit der Forderung nicht einverstanden sind oder Schwierigkeiten mit der Zahlung haben, antworten Sie uns bitte gleich: Wir suchen gern mit Ihnen eine Lösung.@contact@

@fin@$m$),

-- ---- second reminder
('relance_2', '', 'fr',
$m${nombre, plural, one {Deuxième rappel : facture {numero} impayée} other {Deuxième rappel : # factures impayées}}$m$,
$m$@salut@

{avec_precedente, select, oui {Malgré notre message du {date_precedente}, nous} other {Nous}} n'avons pas reçu le règlement {nombre, plural, one {de la facture suivante} other {des # factures suivantes}} :

{factures}@engagements@

Nous vous demandons de régler la somme de {montant} au plus tard le {date_limite}, {paiement}.@autres@

Si vous contestez cette somme ou ne pouvez pas la régler en une fois, dites-nous pourquoi par retour. Si votre règlement vient de partir, indiquez-nous sa date.@contact@

@fin@$m$),
('relance_2', '', 'en',
$m${nombre, plural, one {Second reminder: invoice {numero} unpaid} other {Second reminder: # invoices unpaid}}$m$,
$m$@salut@

{avec_precedente, select, oui {Despite our message of {date_precedente}, we} other {We}} have not received payment of the following {nombre, plural, one {invoice} other {# invoices}}:

{factures}@engagements@

Please pay the amount of {montant} by {date_limite} at the latest, {paiement}.@autres@

If you dispute this amount or cannot pay it at once, please tell us why by return. If you have just paid, please tell us when.@contact@

@fin@$m$),
('relance_2', '', 'de',
$m${nombre, plural, one {Zweite Zahlungserinnerung: Rechnung {numero}} other {Zweite Zahlungserinnerung: # Rechnungen}}$m$,
$m$@salut@

{avec_precedente, select, oui {trotz unserer Nachricht vom {date_precedente} haben wir} other {wir haben}} für {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}} noch keine Zahlung erhalten:

{factures}@engagements@

Bitte begleichen Sie den Betrag von {montant} bis spätestens zum {date_limite} {paiement}.@autres@

Falls Sie die Forderung bestreiten oder den Betrag nicht auf einmal zahlen können, teilen Sie uns bitte umgehend den Grund mit. Falls Sie soeben bezahlt haben, nennen Sie uns bitte das Datum.@contact@

@fin@$m$),

-- ---- last reminder
('relance_3', '', 'fr',
$m${nombre, plural, one {Dernier rappel : facture {numero} impayée} other {Dernier rappel : # factures impayées}}$m$,
$m$@salut@

{avec_precedente, select, oui {Malgré nos rappels, dont le dernier du {date_precedente}, nous} other {Nous}} n'avons toujours pas reçu le règlement {nombre, plural, one {de la facture suivante} other {des # factures suivantes}} :

{factures}@engagements@

{avec_accessoires, select, oui {Le retard rend exigibles, sans qu'un rappel soit nécessaire, des pénalités de retard (article L441-10 II du code de commerce){avec_indemnites, select, oui { et une indemnité forfaitaire pour frais de recouvrement de 40 euros par facture (article D441-5)} other {}}. } other {}}Au {date}, vous nous devez :

{decompte}

Nous vous demandons de régler la somme de {total} au plus tard le {date_limite}, {paiement}.@autres@

Sans règlement ni réponse de votre part à cette date, nous serons conduits à vous mettre en demeure. Si vous contestez cette somme ou avez besoin d'un délai, écrivez-nous avant cette date.@contact@

@fin@$m$),
('relance_3', '', 'en',
$m${nombre, plural, one {Final reminder: invoice {numero} unpaid} other {Final reminder: # invoices unpaid}}$m$,
$m$@salut@

{avec_precedente, select, oui {Despite our reminders, the last of them dated {date_precedente}, we} other {We}} have still not received payment of the following {nombre, plural, one {invoice} other {# invoices}}:

{factures}@engagements@

{avec_accessoires, select, oui {Under French law, late payment makes penalties due without any reminder (Article L441-10 II of the French Commercial Code){avec_indemnites, select, oui {, together with fixed compensation for recovery costs of 40 euros per invoice (Article D441-5)} other {}}. } other {}}As at {date}, you owe us:

{decompte}

Please pay the amount of {total} by {date_limite} at the latest, {paiement}.@autres@

Without payment or an answer from you by that date, we shall have to serve formal notice on you. If you dispute this amount or need more time, please write to us before then.@contact@

@fin@$m$),
('relance_3', '', 'de',
$m${nombre, plural, one {Letzte Zahlungserinnerung: Rechnung {numero}} other {Letzte Zahlungserinnerung: # Rechnungen}}$m$,
$m$@salut@

{avec_precedente, select, oui {trotz unserer Erinnerungen, zuletzt vom {date_precedente}, haben wir} other {wir haben}} für {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}} noch immer keine Zahlung erhalten:

{factures}@engagements@

{avec_accessoires, select, oui {Nach französischem Recht sind durch den Verzug, ohne dass es einer Mahnung bedarf, Verzugszinsen (Artikel L441-10 II des Code de commerce){avec_indemnites, select, oui { und eine Pauschale für Beitreibungskosten von 40 Euro je Rechnung (Artikel D441-5)} other {}} fällig geworden. } other {}}Zum {date} schulden Sie uns:

{decompte}

Wir bitten Sie, den Betrag von {total} bis spätestens zum {date_limite} {paiement} zu zahlen.@autres@

Ohne Zahlung oder Antwort bis zu diesem Tag sehen wir uns gezwungen, Sie förmlich in Verzug zu setzen. Falls Sie die Forderung bestreiten oder eine Frist benötigen, schreiben Sie uns bitte vorher.@contact@

@fin@$m$),
('relance_3', 'public', 'fr',
$m${nombre, plural, one {Dernier rappel : facture {numero} impayée} other {Dernier rappel : # factures impayées}}$m$,
$m$@salut@

{avec_precedente, select, oui {Malgré nos rappels, dont le dernier du {date_precedente}, nous} other {Nous}} n'avons toujours pas reçu le paiement {nombre, plural, one {de la facture suivante, dont le délai de paiement est expiré} other {des # factures suivantes, dont le délai de paiement est expiré}} :

{factures}@engagements@

{avec_accessoires, select, oui {Le dépassement du délai de paiement fait courir de plein droit, sans demande de notre part, des intérêts moratoires (articles L2192-13 et R2192-31 du code de la commande publique){avec_indemnites, select, oui { et rend due une indemnité forfaitaire pour frais de recouvrement de 40 euros par facture (article D2192-35)} other {}}. } other {}}Au {date}, il nous est dû :

{decompte}

Nous vous demandons de faire procéder au paiement de la somme de {total} au plus tard le {date_limite}, {paiement}.@autres@

Si le paiement a été suspendu, ou si une pièce manque, merci de nous en indiquer le motif. Sans paiement ni réponse à cette date, nous serons conduits à vous mettre en demeure.@contact@

@fin@$m$),
('relance_3', 'public', 'en',
$m${nombre, plural, one {Final reminder: invoice {numero} unpaid} other {Final reminder: # invoices unpaid}}$m$,
$m$@salut@

{avec_precedente, select, oui {Despite our reminders, the last of them dated {date_precedente}, we} other {We}} have still not received payment of the following {nombre, plural, one {invoice, whose payment term has expired} other {# invoices, whose payment terms have expired}}:

{factures}@engagements@

{avec_accessoires, select, oui {Once the payment term has expired, default interest runs by operation of law and without any request from us (Articles L2192-13 and R2192-31 of the French Public Procurement Code){avec_indemnites, select, oui {, and fixed compensation for recovery costs of 40 euros per invoice is due (Article D2192-35)} other {}}. } other {}}As at {date}, the amount due is:

{decompte}

Please arrange for payment of {total} by {date_limite} at the latest, {paiement}.@autres@

If payment has been suspended, or if a document is missing, please tell us why. Without payment or an answer by that date, we shall have to serve formal notice on you.@contact@

@fin@$m$),
('relance_3', 'public', 'de',
$m${nombre, plural, one {Letzte Zahlungserinnerung: Rechnung {numero}} other {Letzte Zahlungserinnerung: # Rechnungen}}$m$,
$m$@salut@

{avec_precedente, select, oui {trotz unserer Erinnerungen, zuletzt vom {date_precedente}, haben wir} other {wir haben}} für {nombre, plural, one {die folgende Rechnung, deren Zahlungsfrist abgelaufen ist,} other {die folgenden # Rechnungen, deren Zahlungsfrist abgelaufen ist,}} noch immer keine Zahlung erhalten:

{factures}@engagements@

{avec_accessoires, select, oui {Mit Ablauf der Zahlungsfrist laufen nach französischem Recht von Gesetzes wegen und ohne Aufforderung Verzugszinsen (Artikel L2192-13 und R2192-31 des Code de la commande publique){avec_indemnites, select, oui {; außerdem ist eine Pauschale für Beitreibungskosten von 40 Euro je Rechnung geschuldet (Artikel D2192-35)} other {}}. } other {}}Zum {date} sind fällig:

{decompte}

Wir bitten Sie, die Zahlung von {total} bis spätestens zum {date_limite} {paiement} zu veranlassen.@autres@

Falls die Zahlung ausgesetzt wurde oder eine Unterlage fehlt, teilen Sie uns bitte den Grund mit. Ohne Zahlung oder Antwort bis zu diesem Tag sehen wir uns gezwungen, Sie förmlich in Verzug zu setzen.@contact@

@fin@$m$),
('relance_3', 'consommateur', 'fr',
$m${nombre, plural, one {Dernier rappel : facture {numero} impayée} other {Dernier rappel : # factures impayées}}$m$,
$m$@salut@

{avec_precedente, select, oui {Malgré nos rappels, dont le dernier du {date_precedente}, nous} other {Nous}} n'avons toujours pas reçu le règlement {nombre, plural, one {de la facture suivante} other {des # factures suivantes}} :

{factures}@engagements@

Nous vous demandons de régler la somme de {montant} au plus tard le {date_limite}, {paiement}.@autres@

Si vous avez des difficultés à payer cette somme, ou si vous la contestez, écrivez-nous ou appelez-nous avant cette date{avec_plan, select, non { : un paiement en plusieurs fois peut être étudié} other {}}. Sans règlement ni réponse de votre part, nous serons conduits à vous mettre en demeure de payer.@contact@

@fin@$m$),
('relance_3', 'consommateur', 'en',
$m${nombre, plural, one {Final reminder: invoice {numero} unpaid} other {Final reminder: # invoices unpaid}}$m$,
$m$@salut@

{avec_precedente, select, oui {Despite our reminders, the last of them dated {date_precedente}, we} other {We}} have still not received payment of the following {nombre, plural, one {invoice} other {# invoices}}:

{factures}@engagements@

Please pay the amount of {montant} by {date_limite} at the latest, {paiement}.@autres@

If you find it difficult to pay this amount, or if you dispute it, please write to us or call us before then{avec_plan, select, non {: payment by instalments can be considered} other {}}. Without payment or an answer from you, we shall have to serve formal notice on you to pay.@contact@

@fin@$m$),
('relance_3', 'consommateur', 'de',
$m${nombre, plural, one {Letzte Zahlungserinnerung: Rechnung {numero}} other {Letzte Zahlungserinnerung: # Rechnungen}}$m$,
$m$@salut@

{avec_precedente, select, oui {trotz unserer Erinnerungen, zuletzt vom {date_precedente}, haben wir} other {wir haben}} für {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}} noch immer keine Zahlung erhalten:

{factures}@engagements@

Wir bitten Sie, den Betrag von {montant} bis spätestens zum {date_limite} {paiement} zu zahlen.@autres@

Falls Ihnen die Zahlung schwerfällt oder Sie die Forderung bestreiten, schreiben Sie uns oder rufen Sie uns bitte vorher an{avec_plan, select, non {: Eine Ratenzahlung kann geprüft werden} other {}}. Ohne Zahlung oder Antwort sehen wir uns gezwungen, Sie förmlich in Verzug zu setzen.@contact@

@fin@$m$),

-- ---- formal notice
('mise_en_demeure', '', 'fr',
$m$Mise en demeure du {date}, {nombre, plural, one {facture {numero} impayée} other {# factures impayées}}$m$,
$m$@salut@

{avec_precedente, select, oui {Malgré nos rappels, dont le dernier du {date_precedente}, vous} other {Vous}} ne nous avez pas réglé {nombre, plural, one {la facture suivante, établie} other {les # factures suivantes, établies}} pour les marchandises livrées ou les services rendus qui y sont décrits :

{factures}@engagements@

Par la présente, nous vous mettons en demeure, au sens de l'article 1344 du code civil, de nous payer au plus tard le {date_limite} la somme de {total} ({total_lettres}){indemnites_a_part, select, oui {, plus {indemnites} d'indemnité forfaitaire} other {}}, soit :

{decompte}

{avec_penalites, select, oui {Les pénalités de retard (article L441-10 II du code de commerce) courent du lendemain de {nombre, plural, one {l'échéance} other {chaque échéance}}{avec_plan, select, retard { d'origine} other {}}, comme suit :

{detail_penalites}

Elles courent jusqu'au paiement. } other {}}{avec_indemnites, select, oui {L'indemnité forfaitaire pour frais de recouvrement est de 40 euros par facture (article D441-5 du code de commerce).} other {}}

Le règlement est à faire {paiement}.@autres@

À défaut de paiement ou de réponse motivée à cette date, nous nous réservons la possibilité de saisir la juridiction compétente, sans autre rappel. Une copie des factures vous sera adressée si vous nous la demandez.@contact@

@solennel@$m$),
('mise_en_demeure', '', 'en',
$m$Formal notice (mise en demeure) of {date}: {nombre, plural, one {invoice {numero} unpaid} other {# invoices unpaid}}$m$,
$m$@salut@

{avec_precedente, select, oui {Despite our reminders, the last of them dated {date_precedente}, you} other {You}} have not paid the following {nombre, plural, one {invoice} other {# invoices}} for the goods delivered or the services rendered that {nombre, plural, one {it describes} other {they describe}}:

{factures}@engagements@

We hereby give you formal notice (mise en demeure), within the meaning of Article 1344 of the French Civil Code, to pay us by {date_limite} at the latest the amount of {total} ({total_lettres}){indemnites_a_part, select, oui {, plus {indemnites} of fixed compensation} other {}}, made up as follows:

{decompte}

{avec_penalites, select, oui {Late-payment penalties (Article L441-10 II of the French Commercial Code) run from the day after {nombre, plural, one {the} other {each}} {avec_plan, select, retard {original } other {}}due date, as follows:

{detail_penalites}

They run until payment. } other {}}{avec_indemnites, select, oui {The fixed compensation for recovery costs is 40 euros per invoice (Article D441-5 of the French Commercial Code).} other {}}

Payment is to be made {paiement}.@autres@

Failing payment or a reasoned answer by that date, we reserve the right to bring the matter before the competent court without further reminder. Copies of the invoices will be sent to you on request.@contact@

@solennel@$m$),
('mise_en_demeure', '', 'de',
$m$Förmliche Mahnung (mise en demeure) vom {date}: {nombre, plural, one {Rechnung {numero} nicht bezahlt} other {# Rechnungen nicht bezahlt}}$m$,
$m$@salut@

{avec_precedente, select, oui {trotz unserer Erinnerungen, zuletzt vom {date_precedente}, haben Sie} other {Sie haben}} {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}} für die darin beschriebenen Warenlieferungen oder Dienstleistungen nicht bezahlt:

{factures}@engagements@

Hiermit setzen wir Sie im Sinne von Artikel 1344 des französischen Code civil förmlich in Verzug (mise en demeure) und fordern Sie auf, uns bis spätestens zum {date_limite} den Betrag von {total} ({total_lettres}){indemnites_a_part, select, oui { sowie {indemnites} Pauschale} other {}} zu zahlen, der sich wie folgt zusammensetzt:

{decompte}

{avec_penalites, select, oui {Die Verzugszinsen (Artikel L441-10 II des Code de commerce) laufen ab dem Tag nach {nombre, plural, one {der} other {der jeweiligen}} {avec_plan, select, retard {ursprünglichen } other {}}Fälligkeit wie folgt:

{detail_penalites}

Sie laufen bis zur Zahlung weiter. } other {}}{avec_indemnites, select, oui {Die Pauschale für Beitreibungskosten beträgt 40 Euro je Rechnung (Artikel D441-5 des Code de commerce).} other {}}

Die Zahlung hat {paiement} zu erfolgen.@autres@

Sollte bis zu diesem Tag weder eine Zahlung noch eine begründete Antwort eingehen, behalten wir uns vor, ohne weitere Mahnung das zuständige Gericht anzurufen. Kopien der Rechnungen senden wir Ihnen auf Wunsch zu.@contact@

@solennel@$m$),
('mise_en_demeure', 'public', 'fr',
$m$Mise en demeure du {date}, {nombre, plural, one {facture {numero} impayée} other {# factures impayées}}$m$,
$m$@salut@

{avec_precedente, select, oui {Malgré nos rappels, dont le dernier du {date_precedente}, nous} other {Nous}} n'avons pas reçu le paiement {nombre, plural, one {de la facture suivante, établie} other {des # factures suivantes, établies}} pour les fournitures, services ou travaux qui y sont décrits et dont le délai de paiement est expiré :

{factures}@engagements@

Par la présente, nous vous mettons en demeure, au sens de l'article 1344 du code civil, de nous payer au plus tard le {date_limite} la somme de {total} ({total_lettres}){indemnites_a_part, select, oui {, plus {indemnites} d'indemnité forfaitaire} other {}}, soit :

{decompte}

{avec_penalites, select, oui {Les intérêts moratoires sont dus de plein droit (article L2192-13 du code de la commande publique). Leur taux, fixé pour tout le retard {nombre, plural, one {de la facture} other {de chaque facture}} (article R2192-31), est :

{detail_penalites}

Ils courent jusqu'à la mise en paiement du principal incluse. } other {}}{avec_indemnites, select, oui {L'indemnité forfaitaire pour frais de recouvrement est de 40 euros par facture (article D2192-35 du même code).} other {}}

Le paiement est à faire {paiement}.@autres@

À défaut de paiement ou de réponse motivée à cette date, nous nous réservons la possibilité de saisir la juridiction compétente, sans autre rappel. Une copie des factures vous sera adressée si vous nous la demandez.@contact@

@solennel@$m$),
('mise_en_demeure', 'public', 'en',
$m$Formal notice (mise en demeure) of {date}: {nombre, plural, one {invoice {numero} unpaid} other {# invoices unpaid}}$m$,
$m$@salut@

{avec_precedente, select, oui {Despite our reminders, the last of them dated {date_precedente}, we} other {We}} have not received payment of the following {nombre, plural, one {invoice} other {# invoices}} for the supplies, services or works that {nombre, plural, one {it describes, whose payment term has} other {they describe, whose payment terms have}} expired:

{factures}@engagements@

We hereby give you formal notice (mise en demeure), within the meaning of Article 1344 of the French Civil Code, to pay us by {date_limite} at the latest the amount of {total} ({total_lettres}){indemnites_a_part, select, oui {, plus {indemnites} of fixed compensation} other {}}, made up as follows:

{decompte}

{avec_penalites, select, oui {Default interest is due by operation of law (Article L2192-13 of the French Public Procurement Code). Its rate, fixed for the whole delay of {nombre, plural, one {the invoice} other {each invoice}} (Article R2192-31), is:

{detail_penalites}

It runs until the day of payment of the principal, included. } other {}}{avec_indemnites, select, oui {The fixed compensation for recovery costs is 40 euros per invoice (Article D2192-35 of the same code).} other {}}

Payment is to be made {paiement}.@autres@

Failing payment or a reasoned answer by that date, we reserve the right to bring the matter before the competent court without further reminder. Copies of the invoices will be sent to you on request.@contact@

@solennel@$m$),
('mise_en_demeure', 'public', 'de',
$m$Förmliche Mahnung (mise en demeure) vom {date}: {nombre, plural, one {Rechnung {numero} nicht bezahlt} other {# Rechnungen nicht bezahlt}}$m$,
$m$@salut@

{avec_precedente, select, oui {trotz unserer Erinnerungen, zuletzt vom {date_precedente}, haben wir} other {wir haben}} für {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}} über die darin beschriebenen Lieferungen, Dienst- oder Bauleistungen, deren Zahlungsfrist abgelaufen ist, keine Zahlung erhalten:

{factures}@engagements@

Hiermit setzen wir Sie im Sinne von Artikel 1344 des französischen Code civil förmlich in Verzug (mise en demeure) und fordern Sie auf, uns bis spätestens zum {date_limite} den Betrag von {total} ({total_lettres}){indemnites_a_part, select, oui { sowie {indemnites} Pauschale} other {}} zu zahlen, der sich wie folgt zusammensetzt:

{decompte}

{avec_penalites, select, oui {Die Verzugszinsen sind von Gesetzes wegen geschuldet (Artikel L2192-13 des Code de la commande publique). Ihr Satz, der für die gesamte Dauer des Verzugs {nombre, plural, one {der Rechnung} other {jeder Rechnung}} feststeht (Artikel R2192-31), beträgt:

{detail_penalites}

Sie laufen bis zum Tag der Zahlung der Hauptforderung einschließlich. } other {}}{avec_indemnites, select, oui {Die Pauschale für Beitreibungskosten beträgt 40 Euro je Rechnung (Artikel D2192-35 desselben Gesetzbuchs).} other {}}

Die Zahlung hat {paiement} zu erfolgen.@autres@

Sollte bis zu diesem Tag weder eine Zahlung noch eine begründete Antwort eingehen, behalten wir uns vor, ohne weitere Mahnung das zuständige Gericht anzurufen. Kopien der Rechnungen senden wir Ihnen auf Wunsch zu.@contact@

@solennel@$m$),
('mise_en_demeure', 'consommateur', 'fr',
$m$Mise en demeure du {date}, {nombre, plural, one {facture {numero} impayée} other {# factures impayées}}$m$,
$m$@salut@

{avec_precedente, select, oui {Malgré nos rappels, dont le dernier du {date_precedente}, vous} other {Vous}} ne nous avez pas réglé {nombre, plural, one {la facture suivante, établie} other {les # factures suivantes, établies}} pour les marchandises livrées ou les services rendus qui y sont décrits :

{factures}@engagements@

Par la présente, nous vous mettons en demeure, au sens de l'article 1344 du code civil, de nous payer au plus tard le {date_limite} la somme de {total} ({total_lettres}), soit :

{decompte}

À compter de la réception de la présente, la somme due en principal porte intérêt au taux légal (articles 1231-6 et 1344-1 du code civil). Aucun frais de recouvrement ne vous est demandé.

Le règlement est à faire {paiement}.@autres@

Si vous contestez cette somme, ou ne pouvez pas la payer en une fois, répondez-nous avant cette date{avec_plan, select, non { : un paiement en plusieurs fois peut être étudié} other {}}. À défaut de paiement ou de réponse, nous nous réservons la possibilité de saisir le tribunal compétent. Une copie des factures vous sera adressée si vous nous la demandez.@contact@

@solennel@$m$),
('mise_en_demeure', 'consommateur', 'en',
$m$Formal notice (mise en demeure) of {date}: {nombre, plural, one {invoice {numero} unpaid} other {# invoices unpaid}}$m$,
$m$@salut@

{avec_precedente, select, oui {Despite our reminders, the last of them dated {date_precedente}, you} other {You}} have not paid the following {nombre, plural, one {invoice} other {# invoices}} for the goods delivered or the services rendered that {nombre, plural, one {it describes} other {they describe}}:

{factures}@engagements@

We hereby give you formal notice (mise en demeure), within the meaning of Article 1344 of the French Civil Code, to pay us by {date_limite} at the latest the amount of {total} ({total_lettres}), made up as follows:

{decompte}

From receipt of this letter, the principal bears interest at the legal rate (Articles 1231-6 and 1344-1 of the French Civil Code). No recovery costs are claimed from you.

Payment is to be made {paiement}.@autres@

If you dispute this amount, or cannot pay it at once, please answer before that date{avec_plan, select, non {: payment by instalments can be considered} other {}}. Failing payment or an answer, we reserve the right to bring the matter before the competent court. Copies of the invoices will be sent to you on request.@contact@

@solennel@$m$),
('mise_en_demeure', 'consommateur', 'de',
$m$Förmliche Mahnung (mise en demeure) vom {date}: {nombre, plural, one {Rechnung {numero} nicht bezahlt} other {# Rechnungen nicht bezahlt}}$m$,
$m$@salut@

{avec_precedente, select, oui {trotz unserer Erinnerungen, zuletzt vom {date_precedente}, haben Sie} other {Sie haben}} {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}} für die darin beschriebenen Warenlieferungen oder Dienstleistungen nicht bezahlt:

{factures}@engagements@

Hiermit setzen wir Sie im Sinne von Artikel 1344 des französischen Code civil förmlich in Verzug (mise en demeure) und fordern Sie auf, uns bis spätestens zum {date_limite} den Betrag von {total} ({total_lettres}) zu zahlen, der sich wie folgt zusammensetzt:

{decompte}

Ab Erhalt dieses Schreibens ist die Hauptforderung zum gesetzlichen Zinssatz zu verzinsen (Artikel 1231-6 und 1344-1 des französischen Code civil). Beitreibungskosten werden Ihnen nicht berechnet.

Die Zahlung hat {paiement} zu erfolgen.@autres@

Falls Sie die Forderung bestreiten oder den Betrag nicht auf einmal zahlen können, antworten Sie uns bitte vor diesem Tag{avec_plan, select, non {: Eine Ratenzahlung kann geprüft werden} other {}}. Sollte weder eine Zahlung noch eine Antwort eingehen, behalten wir uns vor, das zuständige Gericht anzurufen. Kopien der Rechnungen senden wir Ihnen auf Wunsch zu.@contact@

@solennel@$m$),

-- ---- handed over
('contentieux', '', 'fr',
$m$Transmission de votre dossier au service contentieux, {nombre, plural, one {facture {numero}} other {# factures}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {Notre mise en demeure du {mise_en_demeure_le} est restée sans effet. Nous} plusieurs {Nos mises en demeure, dont la dernière du {mise_en_demeure_le}, sont restées sans effet. Nous} other {{avec_precedente, select, oui {Nos rappels sont restés sans effet. Nous} other {Nous}}}} transmettons ce jour votre dossier à notre service contentieux, pour {nombre, plural, one {la facture suivante} other {les # factures suivantes}} :

{factures}@engagements@

Au {date}, vous nous devez{avec_accessoires, select, oui {, pénalités de retard (article L441-10 II du code de commerce) et indemnité forfaitaire pour frais de recouvrement (article D441-5) comprises} other {}} :

{decompte}

Le paiement de {total}{indemnites_a_part, select, oui {, plus {indemnites} d'indemnité forfaitaire,} other {}} {paiement}, ou un accord écrit sur un échéancier, clôt ce dossier tant qu'aucune action n'est engagée.@autres@@contact@

@solennel@$m$),
('contentieux', '', 'en',
$m$Your file handed over to our litigation department: {nombre, plural, one {invoice {numero}} other {# invoices}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {Our formal notice of {mise_en_demeure_le} has had no effect. We} plusieurs {Our formal notices, the last of them dated {mise_en_demeure_le}, have had no effect. We} other {{avec_precedente, select, oui {Our reminders have had no effect. We} other {We}}}} are today handing your file over to our litigation department, for the following {nombre, plural, one {invoice} other {# invoices}}:

{factures}@engagements@

As at {date}, you owe us{avec_accessoires, select, oui {, including late-payment penalties (Article L441-10 II of the French Commercial Code) and fixed compensation for recovery costs (Article D441-5)} other {}}:

{decompte}

Payment of {total}{indemnites_a_part, select, oui {, plus {indemnites} of fixed compensation,} other {}} {paiement}, or a written agreement on instalments, closes the file as long as no action has been brought.@autres@@contact@

@solennel@$m$),
('contentieux', '', 'de',
$m$Abgabe Ihres Vorgangs an unsere Rechtsabteilung: {nombre, plural, one {Rechnung {numero}} other {# Rechnungen}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {unsere förmliche Mahnung vom {mise_en_demeure_le} ist ohne Wirkung geblieben. Wir} plusieurs {unsere förmlichen Mahnungen, zuletzt vom {mise_en_demeure_le}, sind ohne Wirkung geblieben. Wir} other {{avec_precedente, select, oui {unsere Erinnerungen sind ohne Wirkung geblieben. Wir} other {wir}}}} geben Ihren Vorgang heute an unsere Rechtsabteilung ab. Er betrifft {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}}:

{factures}@engagements@

Zum {date} schulden Sie uns{avec_accessoires, select, oui {, einschließlich Verzugszinsen (Artikel L441-10 II des Code de commerce) und Pauschale für Beitreibungskosten (Artikel D441-5)} other {}}:

{decompte}

Die Zahlung von {total}{indemnites_a_part, select, oui { sowie von {indemnites} Pauschale} other {}} {paiement} oder eine schriftliche Ratenvereinbarung schließt den Vorgang ab, solange keine Klage erhoben ist.@autres@@contact@

@solennel@$m$),
('contentieux', 'public', 'fr',
$m$Transmission de notre dossier au service contentieux, {nombre, plural, one {facture {numero}} other {# factures}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {Notre mise en demeure du {mise_en_demeure_le} est restée sans effet. Nous} plusieurs {Nos mises en demeure, dont la dernière du {mise_en_demeure_le}, sont restées sans effet. Nous} other {{avec_precedente, select, oui {Nos rappels sont restés sans effet. Nous} other {Nous}}}} transmettons ce jour le dossier à notre service contentieux, pour {nombre, plural, one {la facture suivante} other {les # factures suivantes}} :

{factures}@engagements@

Au {date}, il nous est dû{avec_accessoires, select, oui {, intérêts moratoires (article R2192-31 du code de la commande publique) et indemnité forfaitaire pour frais de recouvrement (article D2192-35) compris} other {}} :

{decompte}

Le paiement de {total}{indemnites_a_part, select, oui {, plus {indemnites} d'indemnité forfaitaire,} other {}} {paiement}, clôt ce dossier tant qu'aucune action n'est engagée.@autres@@contact@

@solennel@$m$),
('contentieux', 'public', 'en',
$m$File handed over to our litigation department: {nombre, plural, one {invoice {numero}} other {# invoices}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {Our formal notice of {mise_en_demeure_le} has had no effect. We} plusieurs {Our formal notices, the last of them dated {mise_en_demeure_le}, have had no effect. We} other {{avec_precedente, select, oui {Our reminders have had no effect. We} other {We}}}} are today handing the file over to our litigation department, for the following {nombre, plural, one {invoice} other {# invoices}}:

{factures}@engagements@

As at {date}, the amount due{avec_accessoires, select, oui {, including default interest (Article R2192-31 of the French Public Procurement Code) and fixed compensation for recovery costs (Article D2192-35),} other {}} is:

{decompte}

Payment of {total}{indemnites_a_part, select, oui {, plus {indemnites} of fixed compensation,} other {}} {paiement}, closes the file as long as no action has been brought.@autres@@contact@

@solennel@$m$),
('contentieux', 'public', 'de',
$m$Abgabe des Vorgangs an unsere Rechtsabteilung: {nombre, plural, one {Rechnung {numero}} other {# Rechnungen}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {unsere förmliche Mahnung vom {mise_en_demeure_le} ist ohne Wirkung geblieben. Wir} plusieurs {unsere förmlichen Mahnungen, zuletzt vom {mise_en_demeure_le}, sind ohne Wirkung geblieben. Wir} other {{avec_precedente, select, oui {unsere Erinnerungen sind ohne Wirkung geblieben. Wir} other {wir}}}} geben den Vorgang heute an unsere Rechtsabteilung ab. Er betrifft {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}}:

{factures}@engagements@

Zum {date} sind fällig{avec_accessoires, select, oui {, einschließlich Verzugszinsen (Artikel R2192-31 des Code de la commande publique) und Pauschale für Beitreibungskosten (Artikel D2192-35)} other {}}:

{decompte}

Die Zahlung von {total}{indemnites_a_part, select, oui { sowie von {indemnites} Pauschale} other {}} {paiement} schließt den Vorgang ab, solange keine Klage erhoben ist.@autres@@contact@

@solennel@$m$),
('contentieux', 'consommateur', 'fr',
$m$Transmission de votre dossier au service contentieux, {nombre, plural, one {facture {numero}} other {# factures}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {Notre mise en demeure du {mise_en_demeure_le} est restée sans effet. Nous} plusieurs {Nos mises en demeure, dont la dernière du {mise_en_demeure_le}, sont restées sans effet. Nous} other {{avec_precedente, select, oui {Nos rappels sont restés sans effet. Nous} other {Nous}}}} transmettons ce jour votre dossier à notre service contentieux, pour {nombre, plural, one {la facture suivante} other {les # factures suivantes}} :

{factures}@engagements@

Au {date}, vous nous devez{avec_penalites, select, oui {, intérêts au taux légal depuis la réception de la mise en demeure (article 1344-1 du code civil) compris} other {}} :

{decompte}

Le paiement de {total} {paiement}, ou un accord écrit sur un échéancier, clôt ce dossier tant qu'aucune action n'est engagée. Si vous contestez cette somme ou avez des difficultés à la payer, répondez-nous : il en est encore temps.@autres@@contact@

@solennel@$m$),
('contentieux', 'consommateur', 'en',
$m$Your file handed over to our litigation department: {nombre, plural, one {invoice {numero}} other {# invoices}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {Our formal notice of {mise_en_demeure_le} has had no effect. We} plusieurs {Our formal notices, the last of them dated {mise_en_demeure_le}, have had no effect. We} other {{avec_precedente, select, oui {Our reminders have had no effect. We} other {We}}}} are today handing your file over to our litigation department, for the following {nombre, plural, one {invoice} other {# invoices}}:

{factures}@engagements@

As at {date}, you owe us{avec_penalites, select, oui {, including interest at the legal rate since receipt of the formal notice (Article 1344-1 of the French Civil Code)} other {}}:

{decompte}

Payment of {total} {paiement}, or a written agreement on instalments, closes the file as long as no action has been brought. If you dispute this amount or find it difficult to pay, please answer: there is still time.@autres@@contact@

@solennel@$m$),
('contentieux', 'consommateur', 'de',
$m$Abgabe Ihres Vorgangs an unsere Rechtsabteilung: {nombre, plural, one {Rechnung {numero}} other {# Rechnungen}}$m$,
$m$@salut@

{avec_mise_en_demeure, select, oui {unsere förmliche Mahnung vom {mise_en_demeure_le} ist ohne Wirkung geblieben. Wir} plusieurs {unsere förmlichen Mahnungen, zuletzt vom {mise_en_demeure_le}, sind ohne Wirkung geblieben. Wir} other {{avec_precedente, select, oui {unsere Erinnerungen sind ohne Wirkung geblieben. Wir} other {wir}}}} geben Ihren Vorgang heute an unsere Rechtsabteilung ab. Er betrifft {nombre, plural, one {die folgende Rechnung} other {die folgenden # Rechnungen}}:

{factures}@engagements@

Zum {date} schulden Sie uns{avec_penalites, select, oui {, einschließlich der Zinsen zum gesetzlichen Zinssatz seit Erhalt der förmlichen Mahnung (Artikel 1344-1 des französischen Code civil)} other {}}:

{decompte}

Die Zahlung von {total} {paiement} oder eine schriftliche Ratenvereinbarung schließt den Vorgang ab, solange keine Klage erhoben ist. Falls Sie die Forderung bestreiten oder Ihnen die Zahlung schwerfällt, antworten Sie uns bitte: Noch ist Zeit dafür.@autres@@contact@

@solennel@$m$)
), courts (stades, canal, langue, sujet, corps) AS (VALUES

-- ---- text messages: signs of the GSM alphabet where the language allows
(ARRAY['preventive'], 'sms', 'fr', '',
$m${creancier} : {nombre, plural, one {la facture {numero} ({montant}) est à régler le {echeance}} other {# factures ({montant} au total) arrivent à échéance, la première le {echeance}}}. Merci de prévoir {nombre, plural, one {son} other {leur}} règlement.$m$),
(ARRAY['preventive'], 'sms', 'en', '',
$m${creancier}: {nombre, plural, one {invoice {numero} ({montant}) is due on {echeance}} other {# invoices ({montant} in all) will soon be due, the first on {echeance}}}. Thank you for arranging payment.$m$),
(ARRAY['preventive'], 'sms', 'de', '',
$m${creancier}: {nombre, plural, one {Rechnung {numero} ({montant}) ist am {echeance} fällig} other {# Rechnungen (insgesamt {montant}) werden fällig, die erste am {echeance}}}. Bitte planen Sie die Zahlung ein.$m$),
(ARRAY['relance_1', 'relance_2', 'relance_3'], 'sms', 'fr', '',
$m${creancier} : sauf erreur, {nombre, plural, one {la facture {numero} ({montant}), échue le {echeance}, n'est pas réglée} other {# factures échues ({montant} au total) ne sont pas réglées}}. Merci de régler, ou de nous répondre{avec_contact, select, oui { ({contact})} other {}}.$m$),
(ARRAY['relance_1', 'relance_2', 'relance_3'], 'sms', 'en', '',
$m${creancier}: according to our records, {nombre, plural, one {invoice {numero} ({montant}), due on {echeance}, is unpaid} other {# overdue invoices ({montant} in all) are unpaid}}. Please pay, or answer us{avec_contact, select, oui { ({contact})} other {}}.$m$),
(ARRAY['relance_1', 'relance_2', 'relance_3'], 'sms', 'de', '',
$m${creancier}: Nach unseren Unterlagen {nombre, plural, one {ist die Rechnung {numero} ({montant}), fällig am {echeance}, nicht bezahlt} other {sind # überfällige Rechnungen (insgesamt {montant}) nicht bezahlt}}. Bitte zahlen Sie oder antworten Sie uns{avec_contact, select, oui { ({contact})} other {}}.$m$),

-- ---- what the collector has before him when he calls
(ARRAY['preventive'], 'telephone', 'fr', 'Appeler {debiteur} avant l''échéance du {echeance}',
$m$Client : {debiteur} ({compte}), {telephone}
Objet : {nombre, plural, one {la facture {numero}, {montant}, à régler le {echeance}} other {# factures, {montant} au total, la première à régler le {echeance}}}

{factures}@autres@

À dire : « Bonjour, {creancier}. {nombre, plural, one {Notre facture {numero} arrive à échéance le {echeance} : l'avez-vous bien reçue, et est-elle bonne à payer} other {# de nos factures arrivent à échéance : les avez-vous bien reçues, et sont-elles bonnes à payer}} ? »
À demander : la réception, une éventuelle réserve, la date de paiement prévue.
À noter : la date annoncée, ou le motif d'une réserve.$m$),
(ARRAY['preventive'], 'telephone', 'en', 'Call {debiteur} before the due date, {echeance}',
$m$Customer: {debiteur} ({compte}), {telephone}
Subject: {nombre, plural, one {invoice {numero}, {montant}, due on {echeance}} other {# invoices, {montant} in all, the first due on {echeance}}}

{factures}@autres@

To say: "Good morning, {creancier}. {nombre, plural, one {Our invoice {numero} is due on {echeance}: did you receive it, and is it approved for payment} other {# of our invoices will soon be due: did you receive them, and are they approved for payment}}?"
To ask: receipt, any objection, the date when payment is planned.
To note: the date announced, or the reason for an objection.$m$),
(ARRAY['preventive'], 'telephone', 'de', '{debiteur} vor der Fälligkeit am {echeance} anrufen',
$m$Kunde: {debiteur} ({compte}), {telephone}
Betreff: {nombre, plural, one {Rechnung {numero}, {montant}, fällig am {echeance}} other {# Rechnungen, insgesamt {montant}, die erste fällig am {echeance}}}

{factures}@autres@

Zu sagen: "Guten Tag, {creancier}. {nombre, plural, one {Unsere Rechnung {numero} wird am {echeance} fällig: Haben Sie sie erhalten, und ist sie zur Zahlung freigegeben} other {# unserer Rechnungen werden demnächst fällig: Haben Sie sie erhalten, und sind sie zur Zahlung freigegeben}}?"
Zu fragen: Eingang, mögliche Einwände, geplanter Zahlungstermin.
Zu notieren: der genannte Termin oder der Grund eines Einwands.$m$),
(ARRAY['relance_1', 'relance_2', 'relance_3', 'mise_en_demeure', 'contentieux'], 'telephone', 'fr',
'Appeler {debiteur} : {montant}, {retard, plural, one {# jour} other {# jours}} de retard',
$m$Client : {debiteur} ({compte}), {telephone}
Objet : {nombre, plural, one {la facture {numero}, {montant}, échue le {echeance}} other {# factures, {montant} au total, la première échue le {echeance}}}{avec_precedente, select, non {} partie {
Dernier message : {date_precedente} (pas toutes les factures)} other {
Dernier message : {date_precedente}}}{avec_mise_en_demeure, select, non {} partie {
Mise en demeure : {mise_en_demeure_le} (pas toutes les factures)} other {
Mise en demeure : {mise_en_demeure_le}}}@memoire@

{factures}@autres@

À dire : « Bonjour, {creancier}. Je vous appelle au sujet {nombre, plural, one {de notre facture {numero}, échue le {echeance}} other {de # factures échues}}{avec_plan, select, retard { selon le plan convenu le {plan_le}} other {}}, pour {montant}.{avec_promesse, select, non {} other { Vous nous aviez annoncé un paiement pour le {promesse_pour_le}.}} Y a-t-il une difficulté ? »
À demander : {nombre, plural, one {la facture est-elle reçue, est-elle contestée} other {les factures sont-elles reçues, l'une est-elle contestée}} ; la date et le montant du paiement.
À noter : une promesse (date, montant), un litige (motif), ou l'absence de réponse.
À ne pas faire : parler de la dette à une autre personne, annoncer une suite qui n'est pas décidée.$m$),
(ARRAY['relance_1', 'relance_2', 'relance_3', 'mise_en_demeure', 'contentieux'], 'telephone', 'en',
'Call {debiteur}: {montant}, {retard, plural, one {# day} other {# days}} late',
$m$Customer: {debiteur} ({compte}), {telephone}
Subject: {nombre, plural, one {invoice {numero}, {montant}, due on {echeance}} other {# invoices, {montant} in all, the first due on {echeance}}}{avec_precedente, select, non {} partie {
Last message: {date_precedente} (not all invoices)} other {
Last message: {date_precedente}}}{avec_mise_en_demeure, select, non {} partie {
Formal notice: {mise_en_demeure_le} (not all invoices)} other {
Formal notice: {mise_en_demeure_le}}}@memoire@

{factures}@autres@

To say: "Good morning, {creancier}. I am calling about {nombre, plural, one {our invoice {numero}, due on {echeance}} other {# overdue invoices}}{avec_plan, select, retard { under the plan agreed on {plan_le}} other {}}, for {montant}.{avec_promesse, select, non {} other { You had announced a payment for {promesse_pour_le}.}} Is there any difficulty?"
To ask: {nombre, plural, one {was the invoice received, is it disputed} other {were the invoices received, is any of them disputed}}; the date and the amount of payment.
To note: a promise (date, amount), a dispute (reason), or that nobody answered.
Not to do: speak of the debt to anybody else, announce a step that has not been decided.$m$),
(ARRAY['relance_1', 'relance_2', 'relance_3', 'mise_en_demeure', 'contentieux'], 'telephone', 'de',
'{debiteur} anrufen: {montant}, {retard, plural, one {# Tag} other {# Tage}} Verzug',
$m$Kunde: {debiteur} ({compte}), {telephone}
Betreff: {nombre, plural, one {Rechnung {numero}, {montant}, fällig seit dem {echeance}} other {# Rechnungen, insgesamt {montant}, die erste fällig seit dem {echeance}}}{avec_precedente, select, non {} partie {
Letzte Nachricht: {date_precedente} (nicht alle Rechnungen)} other {
Letzte Nachricht: {date_precedente}}}{avec_mise_en_demeure, select, non {} partie {
Förmliche Mahnung: {mise_en_demeure_le} (nicht alle Rechnungen)} other {
Förmliche Mahnung: {mise_en_demeure_le}}}@memoire@

{factures}@autres@

Zu sagen: "Guten Tag, {creancier}. Ich rufe wegen {nombre, plural, one {unserer Rechnung {numero}, fällig seit dem {echeance}{avec_plan, select, retard { nach dem am {plan_le} vereinbarten Ratenplan} other {}},} other {# überfälliger Rechnungen{avec_plan, select, retard { nach dem am {plan_le} vereinbarten Ratenplan} other {}}}} über {montant} an.{avec_promesse, select, non {} other { Sie hatten uns eine Zahlung zum {promesse_pour_le} zugesagt.}} Gibt es eine Schwierigkeit?"
Zu fragen: {nombre, plural, one {Ist die Rechnung eingegangen, wird sie bestritten} other {Sind die Rechnungen eingegangen, wird eine bestritten}}? Zeitpunkt und Betrag der Zahlung.
Zu notieren: eine Zusage (Datum, Betrag), ein Streit (Grund) oder dass niemand geantwortet hat.
Zu unterlassen: mit anderen Personen über die Schuld sprechen, einen Schritt ankündigen, der nicht beschlossen ist.$m$),

-- ---- tasks
(ARRAY['preventive', 'relance_1', 'relance_2', 'relance_3'], 'interne', 'fr', 'Suivre {debiteur} : {montant}',
$m$Client : {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 facture} other {# factures}}, {montant}{retard, plural, =0 {} one {, # jour de retard} other {, # jours de retard}}{avec_precedente, select, non {} partie {. Dernier message : {date_precedente} (pas toutes les factures)} other {. Dernier message : {date_precedente}}}@memoire@

{factures}@autres@

À faire : vérifier que rien n'est contesté ni payé, puis décider de la suite.$m$),
(ARRAY['preventive', 'relance_1', 'relance_2', 'relance_3'], 'interne', 'en', 'Follow up {debiteur}: {montant}',
$m$Customer: {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 invoice} other {# invoices}}, {montant}{retard, plural, =0 {} one {, # day late} other {, # days late}}{avec_precedente, select, non {} partie {. Last message: {date_precedente} (not all invoices)} other {. Last message: {date_precedente}}}@memoire@

{factures}@autres@

To do: check that nothing is disputed or paid, then decide what follows.$m$),
(ARRAY['preventive', 'relance_1', 'relance_2', 'relance_3'], 'interne', 'de', '{debiteur} prüfen: {montant}',
$m$Kunde: {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 Rechnung} other {# Rechnungen}}, {montant}{retard, plural, =0 {} one {, # Tag Verzug} other {, # Tage Verzug}}{avec_precedente, select, non {} partie {. Letzte Nachricht: {date_precedente} (nicht alle Rechnungen)} other {. Letzte Nachricht: {date_precedente}}}@memoire@

{factures}@autres@

Zu tun: prüfen, ob nichts bestritten oder bezahlt ist, dann über das Weitere entscheiden.$m$),
(ARRAY['mise_en_demeure'], 'interne', 'fr', 'Mettre en demeure {debiteur} : {montant}',
$m$Client : {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 facture} other {# factures}}, {retard, plural, one {# jour} other {# jours}} de retard@memoire@

{factures}@autres@

{decompte}

À faire : vérifier les factures, les preuves de livraison et l'adresse, puis envoyer la mise en demeure par lettre recommandée et garder l'avis de réception.$m$),
(ARRAY['mise_en_demeure'], 'interne', 'en', 'Serve formal notice on {debiteur}: {montant}',
$m$Customer: {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 invoice} other {# invoices}}, {retard, plural, one {# day} other {# days}} late@memoire@

{factures}@autres@

{decompte}

To do: check the invoices, the proofs of delivery and the address, then send the formal notice by registered letter and keep the acknowledgement of receipt.$m$),
(ARRAY['mise_en_demeure'], 'interne', 'de', '{debiteur} in Verzug setzen: {montant}',
$m$Kunde: {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 Rechnung} other {# Rechnungen}}, {retard, plural, one {# Tag} other {# Tage}} Verzug@memoire@

{factures}@autres@

{decompte}

Zu tun: Rechnungen, Liefernachweise und Anschrift prüfen, dann die förmliche Mahnung als Einschreiben senden und den Rückschein aufbewahren.$m$),
(ARRAY['contentieux'], 'interne', 'fr', 'Contentieux : {debiteur}, {montant}',
$m$Client : {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 facture} other {# factures}}, {retard, plural, one {# jour} other {# jours}} de retard{avec_mise_en_demeure, select, non {. Aucune mise en demeure envoyée} partie {. Mise en demeure : {mise_en_demeure_le} (pas toutes les factures)} other {. Mise en demeure : {mise_en_demeure_le}}}@memoire@

{factures}@autres@

{decompte}

À faire : constituer le dossier (contrat, commandes, livraisons, factures, mise en demeure et avis de réception), vérifier la prescription et la situation du client, puis choisir la suite.$m$),
(ARRAY['contentieux'], 'interne', 'en', 'Litigation: {debiteur}, {montant}',
$m$Customer: {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 invoice} other {# invoices}}, {retard, plural, one {# day} other {# days}} late{avec_mise_en_demeure, select, non {. No formal notice was sent} partie {. Formal notice: {mise_en_demeure_le} (not all invoices)} other {. Formal notice: {mise_en_demeure_le}}}@memoire@

{factures}@autres@

{decompte}

To do: put the file together (contract, orders, deliveries, invoices, formal notice and acknowledgement of receipt), check limitation periods and the customer's situation, then choose what follows.$m$),
(ARRAY['contentieux'], 'interne', 'de', 'Rechtsabteilung: {debiteur}, {montant}',
$m$Kunde: {debiteur} ({compte}), {telephone}, {courriel}
{nombre, plural, one {1 Rechnung} other {# Rechnungen}}, {retard, plural, one {# Tag} other {# Tage}} Verzug{avec_mise_en_demeure, select, non {. Keine förmliche Mahnung gesendet} partie {. Förmliche Mahnung: {mise_en_demeure_le} (nicht alle Rechnungen)} other {. Förmliche Mahnung: {mise_en_demeure_le}}}@memoire@

{factures}@autres@

{decompte}

Zu tun: die Akte zusammenstellen (Vertrag, Bestellungen, Lieferungen, Rechnungen, förmliche Mahnung und Rückschein), Verjährung und Lage des Kunden prüfen, dann das Weitere wählen.$m$),
(ARRAY['irrecouvrable'], 'interne', 'fr', 'Irrécouvrable : {debiteur}, {montant}',
$m$Client : {debiteur} ({compte})
{nombre, plural, one {1 facture} other {# factures}}, {retard, plural, one {# jour} other {# jours}} de retard@memoire@

{factures}

À faire : réunir ce qui prouve l'irrécouvrabilité, puis proposer le passage en perte.$m$),
(ARRAY['irrecouvrable'], 'interne', 'en', 'Uncollectible: {debiteur}, {montant}',
$m$Customer: {debiteur} ({compte})
{nombre, plural, one {1 invoice} other {# invoices}}, {retard, plural, one {# day} other {# days}} late@memoire@

{factures}

To do: gather what proves that the debt is uncollectible, then propose to write it off.$m$),
(ARRAY['irrecouvrable'], 'interne', 'de', 'Uneinbringlich: {debiteur}, {montant}',
$m$Kunde: {debiteur} ({compte})
{nombre, plural, one {1 Rechnung} other {# Rechnungen}}, {retard, plural, one {# Tag} other {# Tage}} Verzug@memoire@

{factures}

Zu tun: Nachweise der Uneinbringlichkeit sammeln, dann die Ausbuchung vorschlagen.$m$)
), tous (stade, canal, langue, type, sujet, corps) AS (
	SELECT c.stade, v.canal, c.langue, c.type, c.sujet,
		   -- a notice sent by e-mail bears the parties' addresses too
		   CASE WHEN v.canal <> 'courriel' OR c.stade = 'mise_en_demeure'
				THEN replace(replace(p.entete, '@sujet@', c.sujet), E'@recommande@\n',
							 CASE v.canal WHEN 'lrar' THEN E'\n' || p.recommande || E'\n\n' ELSE E'\n' END) ELSE '' END
		   -- (a heading tells how to reach us)
		   || CASE WHEN v.canal <> 'courriel' OR c.stade = 'mise_en_demeure' THEN replace(c.corps, '@contact@', '') ELSE c.corps END
	  FROM courriels c JOIN parties p ON p.langue = c.langue
	 CROSS JOIN (VALUES ('courriel'), ('lettre'), ('lrar')) v(canal)
	 WHERE v.canal <> 'lrar' OR c.stade IN ('relance_3', 'mise_en_demeure', 'contentieux')
	UNION ALL
	SELECT s, c.canal, c.langue, '', c.sujet, c.corps FROM courts c, unnest(c.stades) s
)
SELECT 'creances', t.stade::creances.stade_relance, t.canal, t.langue, t.type, t.sujet,
	   replace(replace(replace(replace(replace(replace(replace(t.corps, '@salut@', p.salut), '@engagements@', p.engagements), '@memoire@', p.memoire),
									   '@autres@', p.autres), '@contact@', p.contact), '@solennel@', p.solennel), '@fin@', p.fin)
  FROM tous t JOIN parties p ON p.langue = t.langue;

CREATE TRIGGER livrees BEFORE INSERT OR UPDATE OR DELETE ON creances.modele_lettre
	FOR EACH ROW EXECUTE FUNCTION creances._livrees();
SELECT pg_catalog.pg_extension_config_dump('creances.modele_lettre', $$WHERE origine = 'utilisateur'$$);

CREATE VIEW creances.modele_lettre_actif AS
SELECT m.stade::text AS stade, m.canal, m.langue, m.type, m.sujet, m.corps, m.origine
  FROM creances.modele_lettre m
 WHERE m.actif
   AND (m.origine = 'utilisateur'
		OR NOT EXISTS (SELECT FROM creances.modele_lettre u
						WHERE u.origine = 'utilisateur' AND u.stade = m.stade AND u.canal = m.canal AND u.langue = m.langue AND u.type = m.type));
COMMENT ON VIEW creances.modele_lettre_actif IS 'Modeles de lettres en vigueur, ceux de l''utilisateur l''emportant.';
COMMENT ON COLUMN creances.modele_lettre_actif.stade IS 'Stade de l''etape.';
COMMENT ON COLUMN creances.modele_lettre_actif.canal IS 'Canal.';
COMMENT ON COLUMN creances.modele_lettre_actif.langue IS 'Langue.';
COMMENT ON COLUMN creances.modele_lettre_actif.type IS 'Type de debiteur ; vide : tous.';
COMMENT ON COLUMN creances.modele_lettre_actif.sujet IS 'Objet.';
COMMENT ON COLUMN creances.modele_lettre_actif.corps IS 'Texte.';
COMMENT ON COLUMN creances.modele_lettre_actif.origine IS 'creances ou utilisateur.';

-- -------------------------------------------------------- writing a reminder

-- Words of the blocks that are not in a template; French for a language that
-- has none here.
CREATE FUNCTION creances._libelles(langue text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE split_part(replace(langue, '_', '-'), '-', 1)
		WHEN 'en' THEN jsonb '{"facture": "Invoice", "emission": "Date", "echeance": "Due date", "reste": "Amount due", "total": "Total", "partie": "Without what is disputed, set off or not yet due.", "principal": "Principal",
			"penalites": "Late-payment penalties", "moratoires": "Default interest", "interets": "Interest at the legal rate",
			"indemnites": "Fixed recovery compensation", "a_part": "Fixed recovery compensation, in euros, in addition",
			"periode": "from {du} to {au}: {taux} a year", "siren": "SIREN", "telephone": "phone", "courriel": "e-mail",
			"sans_telephone": "no phone number known", "sans_courriel": "no e-mail address known",
			"virement": "by bank transfer to our account {iban}, quoting reference {compte}",
			"autre_moyen": "by one of the means of payment shown on our invoices, quoting reference {compte}",
			"rappel": "Reminder", "texte": "Dear Sir or Madam,\n\nThe following remains to be paid:\n\n{factures}\n\nKind regards,\n\n{creancier}"}'
		WHEN 'de' THEN jsonb '{"facture": "Rechnung", "emission": "Datum", "echeance": "Fällig am", "reste": "Offener Betrag", "total": "Gesamtbetrag", "partie": "Ohne bestrittene, verrechnete oder noch nicht fällige Beträge.", "principal": "Hauptforderung",
			"penalites": "Verzugszinsen", "moratoires": "Verzugszinsen", "interets": "Zinsen zum gesetzlichen Zinssatz",
			"indemnites": "Pauschale für Beitreibungskosten", "a_part": "Pauschale für Beitreibungskosten, in Euro, zusätzlich",
			"periode": "vom {du} bis {au}: {taux} jährlich", "siren": "SIREN", "telephone": "Telefon", "courriel": "E-Mail",
			"sans_telephone": "keine Telefonnummer bekannt", "sans_courriel": "keine E-Mail-Adresse bekannt",
			"virement": "per Überweisung auf unser Konto {iban} unter Angabe der Referenz {compte}",
			"autre_moyen": "auf einem der auf unseren Rechnungen angegebenen Zahlungswege unter Angabe der Referenz {compte}",
			"rappel": "Zahlungserinnerung", "texte": "Sehr geehrte Damen und Herren,\n\nfolgende Beträge sind noch offen:\n\n{factures}\n\nMit freundlichen Grüßen\n\n{creancier}"}'
		ELSE jsonb '{"facture": "Facture", "emission": "Date", "echeance": "Échéance", "reste": "Reste dû", "total": "Total", "partie": "Hors montants contestés, imputés ou à échoir.", "principal": "Principal",
			"penalites": "Pénalités de retard", "moratoires": "Intérêts moratoires", "interets": "Intérêts au taux légal",
			"indemnites": "Indemnité forfaitaire de recouvrement", "a_part": "Indemnité forfaitaire de recouvrement, en euros, en sus",
			"periode": "du {du} au {au} : {taux} par an", "siren": "SIREN", "telephone": "téléphone", "courriel": "courriel",
			"sans_telephone": "téléphone inconnu", "sans_courriel": "courriel inconnu",
			"virement": "par virement sur notre compte {iban}, en rappelant la référence {compte}",
			"autre_moyen": "par l''un des moyens de paiement indiqués sur nos factures, en rappelant la référence {compte}",
			"rappel": "Rappel", "texte": "Madame, Monsieur,\n\nReste à régler :\n\n{factures}\n\nCordialement,\n\n{creancier}"}'
		END;
END;
COMMENT ON FUNCTION creances._libelles(text) IS 'Mots des parties composees des lettres, en fr, en ou de ; en francais pour une autre langue.';

-- English as it is written in Europe: the day before the month.
CREATE FUNCTION creances._locale_lettre(langue text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE langue WHEN 'en' THEN 'en-GB' ELSE langue END;
END;
COMMENT ON FUNCTION creances._locale_lettre(text) IS 'Usages des montants et des dates dans les lettres d''une langue.';

-- An amount in a letter: what the ERP calls a currency may be unknown to ICU.
CREATE FUNCTION creances._montant_lettre(montant numeric, devise text, langue text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN creances._devise_connue(devise) THEN creances.montant_formate(montant, devise, creances._locale_lettre(langue))
				ELSE creances.message('{m, number, ::.00*} {d}', jsonb_build_object('m', montant, 'd', devise), creances._locale_lettre(langue)) END;
END;
COMMENT ON FUNCTION creances._montant_lettre(numeric, text, text) IS 'Montant d''une lettre, aussi dans une devise qu''ICU ne connait pas.';

CREATE FUNCTION creances._montant_en_lettres(montant numeric, devise text, langue text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN creances._devise_connue(devise) AND split_part(replace(langue, '_', '-'), '-', 1) IN ('fr', 'en', 'de') AND abs(montant) < 1e15
				THEN creances.montant_en_lettres(montant, devise, langue)
				ELSE creances._montant_lettre(montant, devise, langue) END;
END;
COMMENT ON FUNCTION creances._montant_en_lettres(numeric, text, text) IS 'Montant en lettres, ou en chiffres s''il ne peut pas etre ecrit ainsi.';

CREATE FUNCTION creances._date_colonne(le date, langue text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	-- (short dates are ambiguous, or lack the century, elsewhere)
	SELECT coalesce(creances.date_formatee(le, creances._locale_lettre(langue), CASE WHEN langue ~ '^fr' THEN 'court' ELSE 'moyen' END), '-');
END;
COMMENT ON FUNCTION creances._date_colonne(date, text) IS 'Date dans une colonne d''une lettre.';

CREATE FUNCTION creances._pad(texte text, largeur integer, droite boolean DEFAULT false) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN droite THEN repeat(' ', largeur - length(texte)) || texte ELSE texte || repeat(' ', largeur - length(texte)) END;
END;
COMMENT ON FUNCTION creances._pad(text, integer, boolean) IS 'Texte dans une colonne, jamais coupe.';

-- Invoices, one a line, in aligned columns, and their total when there are
-- several: [{facture, emission, echeance, montant, couvert}...]; `couvert` is the
-- part of the balance that is not claimed.
CREATE FUNCTION creances._bloc_factures(lignes jsonb, devise text, langue text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH l AS (SELECT creances._libelles(langue) AS l),
	cellules AS (
		SELECT 0::bigint AS n, l.l ->> 'facture' AS f, l.l ->> 'emission' AS e, l.l ->> 'echeance' AS x, l.l ->> 'reste' AS m FROM l
		UNION ALL
		SELECT j.n, j.x ->> 'facture', creances._date_colonne((j.x ->> 'emission')::date, langue), creances._date_colonne((j.x ->> 'echeance')::date, langue),
			   creances._montant_lettre((j.x ->> 'montant')::numeric, devise, langue)
		  FROM jsonb_array_elements(lignes) WITH ORDINALITY j(x, n)
		UNION ALL
		SELECT jsonb_array_length(lignes) + 1, l.l ->> 'total', '', '',
			   creances._montant_lettre((SELECT sum((j.x ->> 'montant')::numeric) FROM jsonb_array_elements(lignes) j(x)), devise, langue)
		  FROM l WHERE jsonb_array_length(lignes) > 1
	), largeurs AS (
		SELECT max(length(c.f)) AS f, max(length(c.e)) AS e, max(length(c.x)) AS x, max(length(c.m)) AS m FROM cellules c)
	SELECT string_agg(creances._pad(c.f, w.f) || '  ' || creances._pad(c.e, w.e) || '  ' || creances._pad(c.x, w.x) || '  ' || creances._pad(c.m, w.m, true),
					  E'\n' ORDER BY c.n)
		   || CASE WHEN EXISTS (SELECT FROM jsonb_array_elements(lignes) j(x) WHERE (j.x ->> 'couvert')::numeric > 0)
				   THEN E'\n' || (SELECT l.l ->> 'partie' FROM l) ELSE '' END
	  FROM cellules c CROSS JOIN largeurs w;
END;
COMMENT ON FUNCTION creances._bloc_factures(jsonb, text, text) IS 'Factures d''une lettre, une par ligne, en colonnes, avec leur total.';

-- Labels and amounts, one a line: [[label, amount], ...].
CREATE FUNCTION creances._bloc_montants(lignes jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH c AS (SELECT j.n, j.x ->> 0 AS l, j.x ->> 1 AS m FROM jsonb_array_elements(lignes) WITH ORDINALITY j(x, n)),
	w AS (SELECT max(length(c.l)) AS l, max(length(c.m)) AS m FROM c)
	SELECT string_agg(creances._pad(c.l, w.l) || '  ' || creances._pad(c.m, w.m, true), E'\n' ORDER BY c.n) FROM c CROSS JOIN w;
END;
COMMENT ON FUNCTION creances._bloc_montants(jsonb) IS 'Libelles et montants d''une lettre, en colonnes.';

-- An address kept on one line is written on several; the comma after the number
-- of a street does not part it.
CREATE FUNCTION creances._adresse(adresse text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN adresse ~ '\n' THEN btrim(adresse, E' \n\r') ELSE regexp_replace(btrim(adresse), '(?<!(^|\s)\d{1,5}( ?(bis|ter|quater))?),\s+', E'\n', 'gi') END;
END;
COMMENT ON FUNCTION creances._adresse(text) IS 'Adresse, une ligne par partie.';

-- The alphabet of text messages has no no-break space, which would more than
-- halve what one of them holds. (chr() of what an encoding lacks is an error.)
CREATE FUNCTION creances._espaces_simples(texte text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF getdatabaseencoding() = 'UTF8' THEN
		RETURN translate(texte, chr(160) || chr(8239), '  ');
	ELSIF pg_encoding_max_length(pg_char_to_encoding(getdatabaseencoding())) = 1 THEN
		RETURN translate(texte, chr(160), ' ');
	END IF;
	RETURN texte;
END $$;
COMMENT ON FUNCTION creances._espaces_simples(text) IS 'Texte dont les espaces insecables sont simples.';

-- The template for a stage, a channel, a language and a type of debtor, and what
-- it falls back to. The language comes first, then the type, whose law differs,
-- then the channel. A consumer gets no text that claims what he does not owe.
CREATE FUNCTION creances._modele_lettre(stade text, canal text, langue text, type text)
RETURNS TABLE (langue text, sujet text, corps text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.langue, m.sujet, m.corps
	  FROM (VALUES ('lrar', 'lrar', 1), ('lrar', 'lettre', 2), ('lrar', 'courriel', 3), ('lettre', 'lettre', 1), ('lettre', 'courriel', 2),
				   ('courriel', 'courriel', 1), ('courriel', 'lettre', 2), ('sms', 'sms', 1), ('sms', 'courriel', 2), ('sms', 'lettre', 3),
				   ('telephone', 'telephone', 1), ('telephone', 'interne', 2), ('interne', 'interne', 1), ('interne', 'telephone', 2)) v(canal, vers, rang)
	  JOIN creances.modele_lettre_actif m ON m.canal = v.vers
	 WHERE v.canal = $2 AND m.stade = $1
	   AND m.langue IN ($3, split_part(replace($3, '_', '-'), '-', 1), 'fr')
	   AND m.type IN ($4, '')
	   AND ($4 <> 'consommateur' OR m.type = 'consommateur' OR creances._sans_accessoires(m.sujet, m.corps))
	 ORDER BY m.langue = $3 DESC, m.langue = split_part(replace($3, '_', '-'), '-', 1) DESC, m.type DESC, v.rang
	 LIMIT 1;
END;
COMMENT ON FUNCTION creances._modele_lettre(text, text, text, text) IS 'Modele de lettre a employer, replis compris ; aucune ligne s''il n''y en a pas.';

-- Who writes, to whom, and how to pay.
CREATE FUNCTION creances._parties_lettre(creancier text, debiteur text, c creances.creancier, d creances.debiteur, langue text) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mots CONSTANT jsonb := creances._libelles(langue);
	iban text := upper(regexp_replace(coalesce(c.details ->> 'iban', ''), '\s', '', 'g'));
	contact text := concat_ws(', ', (mots ->> 'telephone') || ' ' || nullif(btrim(c.details ->> 'telephone'), ''),
									(mots ->> 'courriel') || ' ' || nullif(btrim(c.details ->> 'courriel'), ''));
	nous text := coalesce(nullif(btrim(c.nom), ''), creancier);
	vous text := coalesce(nullif(btrim(d.nom), ''), debiteur);
BEGIN
	iban := btrim(regexp_replace(iban, '(.{4})', '\1 ', 'g'));
	RETURN jsonb_build_object(
		'creancier', nous,
		'creancier_adresse', coalesce(btrim(c.details ->> 'adresse'), ''),
		'creancier_siren', coalesce(btrim(c.details ->> 'siren'), ''),
		'entete', concat_ws(E'\n', nous, nullif(creances._adresse(c.details ->> 'adresse'), ''),
							(mots ->> 'siren') || ' ' || nullif(btrim(c.details ->> 'siren'), ''),
							nullif(upper(left(contact, 1)) || substr(contact, 2), '')),
		'contact', contact,
		'avec_contact', CASE WHEN contact = '' THEN 'non' ELSE 'oui' END,
		'iban', iban,
		'avec_iban', CASE WHEN iban = '' THEN 'non' ELSE 'oui' END,
		'paiement', replace(replace(mots ->> CASE WHEN iban = '' THEN 'autre_moyen' ELSE 'virement' END, '{iban}', iban), '{compte}', debiteur),
		'debiteur', vous,
		'compte', debiteur,
		'destinataire', concat_ws(E'\n', vous, nullif(creances._adresse(d.adresse), '')),
		'telephone', coalesce(nullif(btrim(d.telephone), ''), mots ->> 'sans_telephone'),
		'courriel', coalesce(nullif(btrim(d.courriel), ''), mots ->> 'sans_courriel'));
END $$;
COMMENT ON FUNCTION creances._parties_lettre(text, text, creances.creancier, creances.debiteur, text) IS 'Arguments des lettres qui disent le creancier, le client et le moyen de payer.';

-- Of these acts, the plan that explains the lines claimed: the oldest that is in
-- arrears, else the last that fell. (plpgsql: nothing is planned where there is
-- none.)
CREATE FUNCTION creances._plan_lettre(creancier text, actes uuid[], lignes jsonb, au date)
RETURNS TABLE (etat text, le date, echeance date, arriere numeric, dechu_le date)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
	IF actes = '{}' THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT CASE WHEN e.rompu THEN 'dechu' ELSE 'retard' END, a.le,
		   coalesce(e.impayee, (SELECT max(x.echeance) FROM creances.engagement_echeance x
								 WHERE x.creancier = g.creancier AND x.acte = g.acte AND x.echeance + g.tolerance < v.dechu_le)),
		   e.arriere, CASE WHEN e.rompu THEN v.dechu_le END
	  FROM unnest(actes) u(acte)
	  JOIN creances.engagement g ON g.creancier = $1 AND g.acte = u.acte AND g.genre = 'plan'
	  JOIN creances.acte a ON a.creancier = $1 AND a.acte = u.acte AND a.le <= $4 AND (a.annule_le IS NULL OR a.annule_le > $4)
	 CROSS JOIN LATERAL creances._engagement(g.creancier, g.acte, $4) e
	-- (as the pass saw it; before it has, as it will)
	 CROSS JOIN LATERAL (SELECT least(coalesce(g.rompu_le, CASE g.decheance WHEN 'preavis' THEN g.notifie_le + g.preavis
																			ELSE e.impayee + g.tolerance END + 1), $4) AS dechu_le) v
	 WHERE (e.rompu OR e.arriere > 0 AND (a.jusque IS NULL OR a.jusque >= $4))
	   AND EXISTS (SELECT FROM jsonb_to_recordset(lignes) l(facture text, rang integer, reclamee boolean)
					 JOIN creances.engagement_creance x ON x.creancier = $1 AND x.acte = u.acte AND x.facture = l.facture AND x.rang = l.rang
					WHERE l.reclamee)
	 ORDER BY e.rompu, CASE WHEN e.rompu THEN $4 - a.le ELSE e.impayee - date '1900-01-01' END, u.acte
	 LIMIT 1;
END $$;
COMMENT ON FUNCTION creances._plan_lettre(text, uuid[], jsonb, date) IS 'Le plan en retard ou dechu qui vise ce qu''une lettre reclame ; aucune ligne s''il n''y en a pas.';

-- The last promise on the lines claimed, if it was not kept; what was agreed
-- after it has taken its place.
CREATE FUNCTION creances._promesse_lettre(creancier text, actes uuid[], lignes jsonb, au date)
RETURNS TABLE (le date, pour_le date, montant numeric, recu numeric)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
	IF actes = '{}' THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT d.le, x.echeance, x.montant, greatest(0, least(e.recu, x.montant))
	  FROM (SELECT a.le, a.acte, a.jusque, g.genre
			  FROM unnest(actes) u(acte)
			  JOIN creances.engagement g ON g.creancier = $1 AND g.acte = u.acte
			  JOIN creances.acte a ON a.creancier = $1 AND a.acte = u.acte AND a.le <= $4 AND (a.annule_le IS NULL OR a.annule_le > $4)
			 WHERE EXISTS (SELECT FROM jsonb_to_recordset(lignes) l(facture text, rang integer, reclamee boolean)
							 JOIN creances.engagement_creance k ON k.creancier = $1 AND k.acte = u.acte AND k.facture = l.facture AND k.rang = l.rang
							WHERE l.reclamee)
			 ORDER BY a.le DESC, g.genre, (SELECT max(q.echeance) FROM creances.engagement_echeance q WHERE q.creancier = $1 AND q.acte = u.acte) DESC
			 LIMIT 1) d
	  JOIN creances.engagement_echeance x ON x.creancier = $1 AND x.acte = d.acte
	 CROSS JOIN LATERAL creances._engagement($1, d.acte, $4) e
	 WHERE d.genre = 'promesse' AND e.rompu AND (d.jusque IS NULL OR d.jusque >= e.terme);
END $$;
COMMENT ON FUNCTION creances._promesse_lettre(text, uuid[], jsonb, date) IS 'La derniere promesse sur ce qu''une lettre reclame, si elle n''est pas tenue.';

CREATE FUNCTION creances._composer(creancier text, relance uuid, au date, en_langue text DEFAULT NULL)
RETURNS TABLE (langue text, sujet text, corps text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET jit = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	r creances.relance;
	c creances.creancier;
	d creances.debiteur;
	m record;
	voulue text;
	lg text;
	lc text;
	mots jsonb;
	regime text;
	employes text[];
	brutes jsonb;
	lignes jsonb;
	autres jsonb;
	t record;
	u record;
	p_le date;
	precedente text;
	p_demeure date;
	demeure text;
	p_limite date;
	decimales integer;
	en_euros boolean;
	detail text := '';
	actes uuid[];
	plan record;
	promesse record;
	a jsonb;
BEGIN
	SELECT x.* INTO r FROM creances.relance x WHERE x.creancier = $1 AND x.relance = $2;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucune relance %s', coalesce($2::text, 'NULL')),
			HINT = 'Les relances en cours sont dans creances.a_faire.';
	END IF;
	PERFORM creances._verifier_au($3);
	SELECT x.* INTO c FROM creances.creancier x WHERE x.creancier = r.creancier;
	SELECT x.* INTO d FROM creances.debiteur x WHERE x.creancier = r.creancier AND x.debiteur = r.debiteur;
	regime := CASE WHEN c.type = 'particulier' THEN 'consommateur' ELSE coalesce(d.type, 'professionnel') END;
	decimales := creances._decimales(r.devise);
	en_euros := r.devise = 'EUR';

	-- (a task is read by the creditor's people)
	voulue := coalesce($4, CASE r.canal WHEN 'interne' THEN current_setting('creances.langue') ELSE d.langue END, 'fr');
	SELECT x.* INTO m FROM creances._modele_lettre(r.stade::text, r.canal, voulue, regime) x;
	IF NOT FOUND THEN
		-- nothing that suits: a plain text rather than an error on the night
		lg := CASE WHEN voulue ~ '^(fr|en|de)' THEN left(voulue, 2) ELSE 'fr' END;
		SELECT lg AS langue, creances._libelles(lg) ->> 'rappel' AS sujet, creances._libelles(lg) ->> 'texte' AS corps INTO m;
	END IF;
	lg := m.langue;
	lc := creances._locale_lettre(lg);
	mots := creances._libelles(lg);
	employes := ARRAY(SELECT creances._arguments(m.sujet) UNION SELECT creances._arguments(m.corps));

	-- what is claimed and what is cited: as frozen by the taking, else as it stands
	-- (two statements: the second one's plan is long to start)
	IF r.prise_le IS NOT NULL THEN
		brutes := (SELECT jsonb_agg(jsonb_build_object('facture', k.facture, 'rang', k.rang, 'reclamee', k.reclamee, 'scenario', k.scenario, 'etape', k.etape,
													   'suivie', k.echeance, 'montant', k.montant, 'penalites', k.penalites, 'indemnite', k.indemnite, 'couvert', k.solde - k.montant))
					 FROM creances.relance_creance k
					WHERE k.creancier = r.creancier AND k.relance = r.relance AND k.etat IN (r.etat, 'prise'));
	ELSE
		-- (no interest is asked on what is not claimed)
		brutes := (SELECT jsonb_agg(jsonb_build_object('facture', u.facture, 'rang', u.rang, 'reclamee', u.reclamee, 'scenario', u.scenario, 'etape', u.etape,
													   'suivie', u.echeance, 'montant', u.reste, 'penalites', v.penalites, 'indemnite', v.indemnite, 'couvert', u.solde - u.reste))
					 FROM (SELECT coalesce(k.facture, x.facture) AS facture, coalesce(k.rang, x.rang) AS rang, coalesce(k.reclamee, false) AS reclamee,
								  k.scenario, k.etape, x.echeance_relance AS echeance, x.reste, x.solde
							 FROM (SELECT y.* FROM creances._restes($3, r.creancier, ARRAY[r.debiteur]) y WHERE y.devise = r.devise) x
							 FULL JOIN (SELECT l.* FROM creances.relance_creance l WHERE l.creancier = r.creancier AND l.relance = r.relance AND l.etat = r.etat) k
									ON k.facture = x.facture AND k.rang = x.rang
							WHERE k.facture IS NOT NULL OR x.reste > 0 AND x.echeance < $3 AND x.obstacle IS NULL AND r.groupe = '') u
					CROSS JOIN LATERAL creances._accessoires(r.creancier, u.facture, u.rang, $3, coalesce(u.solde - u.reste, 0)) v);
	END IF;
	actes := ARRAY(SELECT DISTINCT e.acte FROM jsonb_to_recordset(brutes) l(facture text, rang integer)
					CROSS JOIN LATERAL (SELECT x.acte FROM creances.engagement_creance x
										 WHERE x.creancier = r.creancier AND x.facture = l.facture AND x.rang = l.rang OFFSET 0) e);
	-- the instalment missed is the due date of what a plan covers, of what is only cited too
	IF r.prise_le IS NOT NULL AND actes <> '{}' THEN
		brutes := (SELECT jsonb_agg(CASE WHEN e.echeance IS NULL THEN j.x ELSE jsonb_build_object('suivie', e.echeance) || jsonb_strip_nulls(j.x) END)
					 FROM jsonb_array_elements(brutes) j(x)
					 LEFT JOIN creances._engagees($3, actes) e ON e.societe = r.creancier AND e.facture = j.x ->> 'facture' AND e.rang = (j.x ->> 'rang')::integer);
	END IF;
	SELECT x.* INTO plan FROM creances._plan_lettre(r.creancier, actes, brutes, $3) x;
	SELECT x.* INTO promesse FROM creances._promesse_lettre(r.creancier, actes, brutes, $3) x;
	WITH n AS (
		SELECT l.facture, l.rang, l.reclamee, l.couvert, y.emission, coalesce(l.suivie, y.echeance) AS echeance, e.delai_accorde,
			   CASE WHEN y.rang > 1 OR EXISTS (SELECT FROM creances.creance z WHERE z.creancier = y.creancier AND z.facture = y.facture AND z.rang > 1)
					THEN l.facture || '/' || l.rang ELSE l.facture END AS numero,
			   greatest(round(coalesce(l.montant, 0), decimales), 0) AS montant, coalesce(l.penalites, 0) AS penalites, coalesce(l.indemnite, 0) AS indemnite
		  FROM jsonb_to_recordset(brutes) l(facture text, rang integer, reclamee boolean, scenario text, etape integer, suivie date,
											montant numeric, penalites numeric, indemnite numeric, couvert numeric)
		  JOIN creances.creance y ON y.creancier = r.creancier AND y.facture = l.facture AND y.rang = l.rang
		  LEFT JOIN creances._etape_active e ON e.scenario = coalesce(l.scenario, r.scenario) AND e.etape = l.etape AND l.reclamee
	)
	SELECT coalesce(jsonb_agg(jsonb_build_object('facture', n.numero, 'emission', n.emission, 'echeance', n.echeance, 'montant', n.montant,
												 'cle', n.facture, 'rang', n.rang, 'couvert', n.couvert)
							  ORDER BY n.echeance, n.facture, n.rang) FILTER (WHERE n.reclamee AND n.montant > 0), '[]') AS reclamees,
		   coalesce(jsonb_agg(jsonb_build_object('facture', n.numero, 'emission', n.emission, 'echeance', n.echeance, 'montant', n.montant,
												 'cle', n.facture, 'rang', n.rang)
							  ORDER BY n.echeance, n.facture, n.rang) FILTER (WHERE n.reclamee), '[]') AS toutes,
		   coalesce(jsonb_agg(jsonb_build_object('facture', n.numero, 'emission', n.emission, 'echeance', n.echeance, 'montant', n.montant, 'couvert', n.couvert)
							  ORDER BY n.echeance, n.facture, n.rang) FILTER (WHERE NOT n.reclamee AND n.montant > 0), '[]') AS citees,
		   coalesce(sum(n.montant) FILTER (WHERE n.reclamee), 0) AS montant,
		   coalesce(sum(n.montant) FILTER (WHERE NOT n.reclamee), 0) AS montant_autres,
		   coalesce(sum(n.penalites) FILTER (WHERE n.reclamee), 0) AS penalites,
		   coalesce(sum(n.indemnite) FILTER (WHERE n.reclamee), 0) AS indemnites,
		   max(n.delai_accorde) FILTER (WHERE n.reclamee) AS delai_accorde
	  INTO t FROM n;
	-- (what was paid since is shown at nought rather than not at all)
	lignes := CASE WHEN t.reclamees = '[]' THEN t.toutes ELSE t.reclamees END;
	autres := t.citees;
	-- a consumer owes no 40 EUR, and no interest before the notice
	IF regime = 'consommateur' THEN
		t.indemnites := 0;
		t.penalites := CASE WHEN r.stade < 'mise_en_demeure' THEN 0 ELSE t.penalites END;
	END IF;
	SELECT t.montant + t.penalites + CASE WHEN en_euros THEN t.indemnites ELSE 0 END AS total,
		   t.penalites > 0 AS avec_penalites, t.indemnites > 0 AS avec_indemnites, jsonb_array_length(lignes) AS nombre,
		   (lignes -> 0 ->> 'echeance')::date AS echeance
	  INTO u;

	-- what is said of the invoices claimed is true of each of them
	SELECT coalesce(max(x.envoyee_le) FILTER (WHERE q.n = jsonb_array_length(lignes)), max(x.envoyee_le)),
		   CASE WHEN count(*) = 0 THEN 'non' WHEN bool_or(q.n = jsonb_array_length(lignes)) THEN 'oui' ELSE 'partie' END
	  INTO p_le, precedente
	  FROM creances.relance x
	 CROSS JOIN LATERAL (SELECT count(*) AS n
						   FROM jsonb_to_recordset(lignes) i(cle text, rang integer)
						   JOIN creances.relance_creance k ON k.creancier = x.creancier AND k.relance = x.relance AND k.facture = i.cle AND k.rang = i.rang
						  WHERE k.etat = 'envoyee' OFFSET 0) q
	 WHERE x.creancier = r.creancier AND x.debiteur = r.debiteur AND x.devise = r.devise AND x.classe = 'message' AND x.etat = 'envoyee'
	   AND x.relance <> r.relance AND x.envoyee_le <= $3 AND x.stade > 'preventive' AND x.stade <= r.stade AND q.n > 0;
	SELECT max(v.mise_en_demeure_le),
		   CASE WHEN count(v.mise_en_demeure_le) = 0 THEN 'non' WHEN count(v.mise_en_demeure_le) < jsonb_array_length(lignes) THEN 'partie'
				WHEN count(DISTINCT v.mise_en_demeure_le) > 1 THEN 'plusieurs' ELSE 'oui' END
	  INTO p_demeure, demeure
	  FROM jsonb_to_recordset(lignes) i(cle text, rang integer)
	 CROSS JOIN LATERAL (SELECT z.mise_en_demeure_le FROM creances.avancement z
						  WHERE z.creancier = r.creancier AND z.facture = i.cle AND z.rang = i.rang AND z.mise_en_demeure_le <= $3 OFFSET 0) v;
	p_limite := coalesce(r.date_limite, $3 + coalesce(t.delai_accorde, 8));

	IF u.avec_penalites AND 'detail_penalites' = ANY (employes) THEN
		-- each rate once, over the days when it ran
		SELECT string_agg(replace(replace(replace(mots ->> 'periode', '{du}', creances._date_colonne(q.du, lg)), '{au}', creances._date_colonne(q.jusque, lg)),
								  '{taux}', creances.message('{t, number}', jsonb_build_object('t', q.taux), lc) || CASE WHEN lg ~ '^en' THEN '%' ELSE ' %' END), E'\n' ORDER BY q.du, q.taux)
		  INTO detail
		  FROM (SELECT k.taux_jour AS taux, g.semestre, min(k.du) AS du, max(k.jusque) AS jusque
				  FROM jsonb_array_elements(lignes) j(x)
				 CROSS JOIN LATERAL creances._faits(r.creancier, j.x ->> 'cle', (j.x ->> 'rang')::integer, $3, 'origine', coalesce((j.x ->> 'couvert')::numeric, 0)) f
				 CROSS JOIN LATERAL creances._compte_lignes(f.depart, $3, f.arret, f.jours, f.natures, f.montants, f.textes, f.taux_depuis, f.taux,
															f.planchers, f.origines, f.suspendu_du, f.suspendu_au, f.capitalisation, 0, '',
															'principal', f.base, 'total', f.decimales, false) k
				 CROSS JOIN LATERAL (SELECT CASE WHEN regime = 'public' THEN NULL
												 ELSE date_trunc('year', k.du) + CASE WHEN extract(month FROM k.du) > 6 THEN interval '6 months' ELSE interval '0' END END AS semestre) g
				 WHERE k.nature = 'interets'
				 GROUP BY k.taux_jour, g.semestre) q;
	END IF;

	a := jsonb_build_object(
		'nombre', u.nombre,
		'nombre_autres', jsonb_array_length(autres),
		'retard', greatest(coalesce($3 - u.echeance, 0), 0),
		'date', creances.date_formatee($3, lc, 'long'),
		'date_limite', creances.date_formatee(p_limite, lc, 'long'),
		'date_precedente', coalesce(creances.date_formatee(p_le, lc, 'long'), ''),
		'avec_precedente', precedente,
		'mise_en_demeure_le', coalesce(creances.date_formatee(p_demeure, lc, 'long'), ''),
		'avec_mise_en_demeure', demeure,
		'numero', coalesce(lignes -> 0 ->> 'facture', ''),
		'echeance', coalesce(creances.date_formatee(u.echeance, lc, 'long'), ''),
		'factures', creances._bloc_factures(lignes, r.devise, lg),
		'autres', CASE WHEN autres = '[]' THEN '' ELSE creances._bloc_factures(autres, r.devise, lg) END,
		'montant', creances._montant_lettre(t.montant, r.devise, lg),
		'montant_autres', creances._montant_lettre(t.montant_autres, r.devise, lg),
		'penalites', creances._montant_lettre(t.penalites, r.devise, lg),
		'avec_penalites', CASE WHEN u.avec_penalites THEN 'oui' ELSE 'non' END,
		'detail_penalites', coalesce(detail, ''),
		'indemnites', creances._montant_lettre(t.indemnites, 'EUR', lg),
		'avec_indemnites', CASE WHEN u.avec_indemnites THEN 'oui' ELSE 'non' END,
		'indemnites_a_part', CASE WHEN u.avec_indemnites AND NOT en_euros THEN 'oui' ELSE 'non' END,
		'avec_accessoires', CASE WHEN u.avec_penalites OR u.avec_indemnites THEN 'oui' ELSE 'non' END,
		'total', creances._montant_lettre(u.total, r.devise, lg),
		'decompte', creances._bloc_montants(
			jsonb_build_array(jsonb_build_array(mots ->> 'principal', creances._montant_lettre(t.montant, r.devise, lg)))
			|| CASE WHEN u.avec_penalites
					THEN jsonb_build_array(jsonb_build_array(mots ->> CASE regime WHEN 'public' THEN 'moratoires' WHEN 'consommateur' THEN 'interets' ELSE 'penalites' END,
															 creances._montant_lettre(t.penalites, r.devise, lg))) ELSE '[]' END
			|| CASE WHEN u.avec_indemnites AND en_euros
					THEN jsonb_build_array(jsonb_build_array(mots ->> 'indemnites', creances._montant_lettre(t.indemnites, 'EUR', lg))) ELSE '[]' END
			|| CASE WHEN u.total <> t.montant
					THEN jsonb_build_array(jsonb_build_array(mots ->> 'total', creances._montant_lettre(u.total, r.devise, lg))) ELSE '[]' END
			|| CASE WHEN u.avec_indemnites AND NOT en_euros
					THEN jsonb_build_array(jsonb_build_array(mots ->> 'a_part', creances._montant_lettre(t.indemnites, 'EUR', lg))) ELSE '[]' END))
	|| jsonb_build_object(
		'montant_lettres', CASE WHEN 'montant_lettres' = ANY (employes) THEN creances._montant_en_lettres(t.montant, r.devise, lg) ELSE '' END,
		'total_lettres', CASE WHEN 'total_lettres' = ANY (employes) THEN creances._montant_en_lettres(u.total, r.devise, lg) ELSE '' END,
		'type', regime)
	|| jsonb_build_object(
		'avec_plan', coalesce(plan.etat, 'non'),
		'plan_le', coalesce(creances.date_formatee(plan.le, lc, 'long'), ''),
		'plan_echeance', coalesce(creances.date_formatee(plan.echeance, lc, 'long'), ''),
		'plan_arriere', CASE plan.etat WHEN 'retard' THEN creances._montant_lettre(plan.arriere, r.devise, lg) ELSE '' END,
		'plan_dechu_le', coalesce(creances.date_formatee(plan.dechu_le, lc, 'long'), ''),
		'avec_promesse', CASE WHEN promesse.montant IS NULL THEN 'non' WHEN promesse.recu > 0 THEN 'partie' ELSE 'rien' END,
		'promesse_le', coalesce(creances.date_formatee(promesse.le, lc, 'long'), ''),
		'promesse_pour_le', coalesce(creances.date_formatee(promesse.pour_le, lc, 'long'), ''),
		'promesse_montant', CASE WHEN promesse.montant IS NULL THEN '' ELSE creances._montant_lettre(promesse.montant, r.devise, lg) END,
		'promesse_recu', CASE WHEN promesse.montant IS NULL THEN '' ELSE creances._montant_lettre(promesse.recu, r.devise, lg) END)
	|| creances._parties_lettre(r.creancier, r.debiteur, c, d, lg);

	langue := lg;
	sujet := regexp_replace(creances.message(m.sujet, a, lg), '\s+', ' ', 'g');
	-- (a template's empty parts leave empty lines)
	corps := btrim(regexp_replace(regexp_replace(creances.message(m.corps, a, lg), '[ \t]+(?=\n|$)', '', 'g'), '\n{3,}', E'\n\n', 'g'), E'\n ');
	IF r.canal = 'sms' THEN
		corps := creances._espaces_simples(corps);
	END IF;
	RETURN NEXT;
END $$;
COMMENT ON FUNCTION creances._composer(text, uuid, date, text) IS
'Texte d''une relance a une date, dans la langue du debiteur, celle de creances.langue pour une tache interne (ou celle donnee) : montants figes si elle a ete prise, sinon ceux du jour. Donnees de creancier.details : adresse, iban, telephone, courriel, siren ; celles qui manquent sont tues.';

CREATE FUNCTION creances._lettre(id uuid, en_langue text)
RETURNS TABLE (langue text, sujet text, corps text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	r creances.relance;
BEGIN
	SELECT x.* INTO r FROM creances.relance x WHERE x.relance = id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucune relance %s', coalesce(id::text, 'NULL')),
			HINT = 'Les relances en cours sont dans creances.a_faire.';
	END IF;
	IF en_langue IS NOT NULL THEN
		PERFORM creances.message('', '{}', en_langue);
	END IF;
	IF r.corps IS NOT NULL AND (en_langue IS NULL OR en_langue = r.langue) THEN
		RETURN QUERY SELECT r.langue, r.sujet, r.corps;
	ELSE
		RETURN QUERY SELECT x.langue, x.sujet, x.corps
					   FROM creances._composer(r.creancier, r.relance, coalesce(r.prise_le, greatest(r.le, creances.aujourdhui(r.creancier))), en_langue) x;
	END IF;
END $$;
COMMENT ON FUNCTION creances._lettre(uuid, text) IS 'Le texte fige d''une relance, ou un apercu.';

CREATE FUNCTION creances.lettre(id uuid, langue text DEFAULT NULL)
RETURNS TABLE (langue text, sujet text, corps text)
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
	SELECT x.langue, x.sujet, x.corps FROM creances._lettre($1, $2) x;
END;
COMMENT ON FUNCTION creances.lettre(uuid, text) IS
'Langue, objet et texte d''une relance : ceux figes quand elle a ete prise, sinon un apercu aux montants du jour. Une autre langue peut etre demandee. L''en-tete et le moyen de paiement viennent de creancier.nom et de creancier.details : adresse, iban, telephone, courriel, siren.';

-- ---------------------------------------------- the notice that ends a plan

-- A plan falls only after a formal notice that gives the debtor the time that
-- the plan says to make up the arrears. (Not a stage: no row of modele_lettre.)
CREATE FUNCTION creances._texte_decheance(langue text) RETURNS TABLE (langue text, sujet text, corps text, echeance text, recu text, arriere text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT v.l, v.s, v.c, v.e, v.r, v.a FROM (VALUES
	('fr', 'Mise en demeure du {date}, plan de paiement du {plan_le} : échéance du {plan_echeance} impayée',
'{entete}

{destinataire}

Le {date}

Lettre recommandée avec avis de réception

Objet : {sujet}

Madame, Monsieur,

Le plan de paiement convenu le {plan_le} prévoit le règlement de {plan_montant} en {echeances, plural, one {une échéance} other {# échéances}}. Parmi les factures qu''il vise, {nombre, plural, one {la suivante n''est pas soldée} other {les # suivantes ne sont pas soldées}} :

{factures}

Sauf paiement que nous n''aurions pas encore enregistré, l''échéance du {plan_echeance} n''a pas été réglée en totalité. Au {date}, vous nous devez, au titre de ce plan :

{decompte}

Par la présente, nous vous mettons en demeure, au sens de l''article 1344 du code civil, de nous payer cet arriéré de {plan_arriere} ({plan_arriere_lettres}) {preavis, plural, =0 {dès la réception de cette lettre} one {dans un délai d''un jour à compter de la réception de cette lettre} other {dans un délai de # jours à compter de la réception de cette lettre}}, {paiement}.

À défaut de paiement de cet arriéré dans ce délai, la déchéance du terme stipulée par le plan nous sera acquise : tout ce qui en reste dû, soit {reste} au {date}, sera exigible, sans autre formalité.

Si vous contestez cette somme, ou si une difficulté vous empêche de la payer, répondez-nous avant la fin de ce délai.

Veuillez agréer, Madame, Monsieur, nos salutations distinguées.

{creancier}', 'Échéance du {le}', 'Reçu', 'Arriéré'),
	('en', 'Formal notice (mise en demeure) of {date}, payment plan of {plan_le}: instalment of {plan_echeance} unpaid',
'{entete}

{destinataire}

{date}

Registered letter with acknowledgement of receipt

Subject: {sujet}

Dear Sir or Madam,

The payment plan agreed on {plan_le} provides for the payment of {plan_montant} in {echeances, plural, one {one instalment} other {# instalments}}. Of the invoices that it covers, the following {nombre, plural, one {is} other {# are}} not settled:

{factures}

Unless a payment has not yet been recorded by us, the instalment of {plan_echeance} has not been paid in full. As at {date}, you owe us under this plan:

{decompte}

We hereby give you formal notice (mise en demeure), within the meaning of Article 1344 of the French Civil Code, to pay us these arrears of {plan_arriere} ({plan_arriere_lettres}) {preavis, plural, =0 {upon receipt of this letter} one {within one day of receipt of this letter} other {within # days of receipt of this letter}}, {paiement}.

Failing payment of these arrears within that time, the acceleration clause of the plan (déchéance du terme) will take effect: everything that remains due under it, {reste} as at {date}, will be payable at once, without further formality.

If you dispute this amount, or if a difficulty prevents you from paying it, please answer before that time has run out.

Yours faithfully,

{creancier}', 'Instalment of {le}', 'Received', 'Arrears'),
	('de', 'Förmliche Mahnung (mise en demeure) vom {date}, Ratenplan vom {plan_le}: Rate vom {plan_echeance} nicht bezahlt',
'{entete}

{destinataire}

{date}

Einschreiben mit Rückschein

Betreff: {sujet}

Sehr geehrte Damen und Herren,

der am {plan_le} vereinbarte Ratenplan sieht die Zahlung von {plan_montant} in {echeances, plural, one {einer Rate} other {# Raten}} vor. Von den Rechnungen, die er umfasst, {nombre, plural, one {ist die folgende} other {sind die folgenden #}} noch offen:

{factures}

Vorbehaltlich einer Zahlung, die wir noch nicht verbucht haben, ist die Rate vom {plan_echeance} nicht vollständig bezahlt. Zum {date} schulden Sie uns aus diesem Plan:

{decompte}

Hiermit setzen wir Sie im Sinne von Artikel 1344 des französischen Code civil förmlich in Verzug (mise en demeure) und fordern Sie auf, uns diesen Rückstand von {plan_arriere} ({plan_arriere_lettres}) {preavis, plural, =0 {bei Erhalt dieses Schreibens} one {innerhalb eines Tages nach Erhalt dieses Schreibens} other {innerhalb von # Tagen nach Erhalt dieses Schreibens}} {paiement} zu zahlen.

Sollte dieser Rückstand nicht innerhalb dieser Frist bezahlt werden, greift die im Plan vereinbarte Verfallklausel (déchéance du terme): Der gesamte Restbetrag aus dem Plan ({reste} zum {date}) wird dann ohne weitere Förmlichkeit fällig.

Falls Sie diese Forderung bestreiten oder eine Schwierigkeit Sie an der Zahlung hindert, antworten Sie uns bitte vor Ablauf dieser Frist.

Mit freundlichen Grüßen

{creancier}', 'Rate vom {le}', 'Erhalten', 'Rückstand')) v(l, s, c, e, r, a)
	 WHERE v.l IN ('fr', split_part(replace($1, '_', '-'), '-', 1))
	 ORDER BY v.l = 'fr' LIMIT 1;
END;
COMMENT ON FUNCTION creances._texte_decheance(text) IS 'Texte de la notification de la decheance d''un plan, en fr, en ou de ; en francais pour une autre langue.';

CREATE FUNCTION creances._composer_decheance(id uuid, au date, en_langue text)
RETURNS TABLE (langue text, sujet text, corps text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_column
DECLARE
	p creances.acte;
	g creances.engagement;
	c creances.creancier;
	d creances.debiteur;
	e record;
	m record;
	lc text;
	le_jour date;
	decompte jsonb;
	lignes jsonb;
	echeances integer;
	a jsonb;
BEGIN
	SELECT x.* INTO p FROM creances.acte x WHERE x.acte = id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('aucun acte %s', coalesce(id::text, 'NULL')), HINT = 'Les plans sont dans creances.plan.';
	END IF;
	SELECT x.* INTO g FROM creances.engagement x WHERE x.creancier = p.creancier AND x.acte = p.acte;
	IF NOT FOUND OR g.decheance <> 'preavis' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('l''acte %s n''est pas un plan à déchéance avec préavis', id), HINT = 'Les plans sont dans creances.plan.';
	END IF;
	IF en_langue IS NOT NULL THEN
		PERFORM creances.message('', '{}', en_langue);
	END IF;
	le_jour := coalesce(au, g.notifie_le, creances.aujourdhui(p.creancier));
	SELECT x.* INTO e FROM creances._engagement(p.creancier, p.acte, le_jour) x;
	IF p.annule_le <= le_jour OR p.jusque < le_jour OR e.tenu OR e.rompu OR e.arriere = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = 'ce plan n''est pas en retard : il n''y a pas de déchéance à notifier',
			HINT = 'L''arriéré est dans creances.plan.';
	END IF;
	SELECT x.* INTO c FROM creances.creancier x WHERE x.creancier = p.creancier;
	SELECT x.* INTO d FROM creances.debiteur x WHERE x.creancier = p.creancier AND x.debiteur = p.debiteur;
	SELECT x.* INTO m FROM creances._texte_decheance(coalesce(en_langue, d.langue, 'fr')) x;
	lc := creances._locale_lettre(m.langue);
	SELECT jsonb_agg(jsonb_build_object('facture', CASE WHEN y.rang > 1 OR EXISTS (SELECT FROM creances.creance z WHERE z.creancier = y.creancier
																						AND z.facture = y.facture AND z.rang > 1)
														THEN y.facture || '/' || y.rang ELSE y.facture END,
										'emission', y.emission, 'echeance', y.echeance, 'montant', y.solde) ORDER BY y.echeance, y.facture, y.rang)
	  INTO lignes
	  FROM creances.engagement_creance x
	  JOIN creances.creance y ON y.creancier = x.creancier AND y.facture = x.facture AND y.rang = x.rang AND y.solde > 0
	 WHERE x.creancier = p.creancier AND x.acte = p.acte;
	SELECT count(*), jsonb_agg(jsonb_build_array(replace(m.echeance, '{le}', creances._date_colonne(x.echeance, m.langue)), creances._montant_lettre(x.montant, g.devise, m.langue))
							   ORDER BY x.numero) FILTER (WHERE x.echeance + g.tolerance < le_jour)
		   || CASE WHEN e.recu > 0 THEN jsonb_build_array(jsonb_build_array(m.recu, creances._montant_lettre(-e.recu, g.devise, m.langue))) ELSE '[]' END
		   || jsonb_build_array(jsonb_build_array(m.arriere, creances._montant_lettre(e.arriere, g.devise, m.langue)))
	  INTO echeances, decompte
	  FROM creances.engagement_echeance x WHERE x.creancier = p.creancier AND x.acte = p.acte;
	a := creances._parties_lettre(p.creancier, p.debiteur, c, d, m.langue)
		|| jsonb_build_object(
			'date', creances.date_formatee(le_jour, lc, 'long'),
			'plan_le', creances.date_formatee(p.le, lc, 'long'),
			'plan_echeance', creances.date_formatee(e.impayee, lc, 'long'),
			'plan_montant', creances._montant_lettre(e.total, g.devise, m.langue),
			'plan_arriere', creances._montant_lettre(e.arriere, g.devise, m.langue),
			'plan_arriere_lettres', creances._montant_en_lettres(e.arriere, g.devise, m.langue),
			'echeances', echeances,
			'nombre', coalesce(jsonb_array_length(lignes), 0),
			'factures', coalesce(creances._bloc_factures(lignes, g.devise, m.langue), ''),
			'decompte', creances._bloc_montants(decompte),
			'reste', creances._montant_lettre(greatest(e.arriere, e.total - e.recu), g.devise, m.langue),
			'preavis', g.preavis);
	langue := m.langue;
	sujet := creances.message(m.sujet, a, m.langue);
	corps := creances.message(m.corps, a || jsonb_build_object('sujet', sujet), m.langue);
	RETURN NEXT;
END $$;
COMMENT ON FUNCTION creances._composer_decheance(uuid, date, text) IS 'Texte de la notification de la decheance d''un plan, a une date (NULL : celle notee, sinon aujourd''hui).';

CREATE FUNCTION creances.lettre_decheance(acte uuid, langue text DEFAULT NULL)
RETURNS TABLE (langue text, sujet text, corps text)
LANGUAGE sql STABLE ROWS 1
BEGIN ATOMIC
	SELECT x.langue, x.sujet, x.corps FROM creances._composer_decheance($1, NULL, $2) x;
END;
COMMENT ON FUNCTION creances.lettre_decheance(uuid, text) IS
'Mise en demeure a envoyer pour la decheance d''un plan en retard (decheance preavis) : l''arriere, le delai du plan pour le payer, et ce qui deviendra exigible. Notez sa reception par notifier_decheance(). Dans la langue du debiteur, ou celle donnee ; fr, en et de.';

-- ------------------------------------------------- what a template must say

-- No text lists the contents of a formal notice; a judge looks for what makes it
-- a sufficient one (C. civ. 1344): who, to whom, for what, how much and of what
-- sort, until when, how to pay, and what follows. A reminder has less to say.
CREATE FUNCTION creances.mentions_manquantes(stade text DEFAULT NULL, langue text DEFAULT NULL)
RETURNS TABLE (origine text, stade text, canal text, langue text, type text, mention text, source text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT m.origine, m.stade, m.canal, m.langue, m.type, x.mention, x.source
	  FROM (SELECT k.*, k.stade::creances.stade_relance AS s, split_part(replace(k.langue, '_', '-'), '-', 1) AS base,
				   ARRAY(SELECT creances._arguments(k.sujet || ' ' || k.corps)) AS a, k.sujet || ' ' || k.corps AS t
			  FROM creances.modele_lettre_actif k
			 WHERE k.canal IN ('courriel', 'lettre', 'lrar') AND k.stade <> 'irrecouvrable'
			   AND ($1 IS NULL OR k.stade = $1) AND ($2 IS NULL OR k.langue = $2)) m
	 CROSS JOIN LATERAL (VALUES
		-- every message
		('nom du créancier', 'C. civ. 1344', true, m.a && ARRAY['creancier', 'entete']),
		('factures : numéros, dates, échéances', 'C. civ. 1344', true, m.a && ARRAY['factures']),
		('somme à payer', 'C. civ. 1344', true, m.a && ARRAY['montant', 'total', 'decompte', 'factures']),
		('moyen de payer', 'usage', true, m.a && ARRAY['paiement', 'iban']),
		-- a letter
		('date', 'usage', m.canal <> 'courriel' OR m.s = 'mise_en_demeure', m.a && ARRAY['date']),
		('adresse du créancier', 'usage', m.canal <> 'courriel' OR m.s = 'mise_en_demeure', m.a && ARRAY['entete', 'creancier_adresse']),
		('nom et adresse du débiteur', 'usage', m.canal <> 'courriel' OR m.s = 'mise_en_demeure', m.a && ARRAY['destinataire']),
		-- the formal notice
		('les mots « mise en demeure »', 'C. civ. 1344', m.s = 'mise_en_demeure', m.t ~* 'mise en demeure|mettons en demeure'),
		('cause de la dette', 'C. civ. 1344', m.s = 'mise_en_demeure' AND m.base IN ('fr', 'en', 'de'),
		 m.t ~* CASE m.base WHEN 'fr' THEN 'marchandise|livr|prestation|service|fourniture|travaux|contrat|commande'
							WHEN 'en' THEN 'goods|deliver|service|supplies|works|contract|order'
							ELSE 'ware|liefer|leistung|vertrag|bestellung' END),
		('principal', 'C. civ. 1344', m.s = 'mise_en_demeure', m.a && ARRAY['montant', 'decompte']),
		('montant en lettres', 'usage', m.s = 'mise_en_demeure', m.a && ARRAY['total_lettres', 'montant_lettres']),
		('pénalités, à part', 'C. com. L441-10 II', m.s = 'mise_en_demeure' AND m.type IN ('', 'professionnel'), m.a && ARRAY['penalites', 'decompte']),
		('intérêts moratoires, à part', 'CCP L2192-13', m.s = 'mise_en_demeure' AND m.type = 'public', m.a && ARRAY['penalites', 'decompte']),
		('taux et période des pénalités', 'C. com. L441-10 II', m.s = 'mise_en_demeure' AND m.type IN ('', 'professionnel'), m.a && ARRAY['detail_penalites']),
		('taux et période des intérêts moratoires', 'CCP R2192-31', m.s = 'mise_en_demeure' AND m.type = 'public', m.a && ARRAY['detail_penalites']),
		('indemnité forfaitaire, à part', 'C. com. D441-5', m.s = 'mise_en_demeure' AND m.type IN ('', 'professionnel'), m.a && ARRAY['indemnites', 'decompte']),
		('indemnité forfaitaire, à part', 'CCP D2192-35', m.s = 'mise_en_demeure' AND m.type = 'public', m.a && ARRAY['indemnites', 'decompte']),
		('délai pour payer', 'usage', m.s = 'mise_en_demeure', m.a && ARRAY['date_limite']),
		('suite annoncée', 'usage', m.s = 'mise_en_demeure' AND m.base IN ('fr', 'en', 'de'),
		 m.t ~* CASE m.base WHEN 'fr' THEN 'à défaut|faute de|sans règlement|sans paiement'
							WHEN 'en' THEN 'failing|otherwise|without payment|if you do not'
							ELSE 'andernfalls|sollte|ohne zahlung|\mfalls\M' END),
		('article 1344 du code civil', 'C. civ. 1344', m.s = 'mise_en_demeure', m.t ~ '1344\M'),
		('intérêts au taux légal, articles 1231-6 et 1344-1', 'C. civ. 1344-1', m.s = 'mise_en_demeure' AND m.type = 'consommateur', m.t ~ '1344-1\M'),
		-- the articles of what it claims
		('article L441-10', 'C. com. L441-10 II', m.s >= 'relance_3' AND m.type IN ('', 'professionnel')
			AND (m.s = 'mise_en_demeure' OR m.a && ARRAY['penalites', 'total', 'decompte']), m.t ~* 'L\.? ?441-10'),
		('article D441-5', 'C. com. D441-5', m.s >= 'relance_3' AND m.type IN ('', 'professionnel')
			AND (m.s = 'mise_en_demeure' OR m.a && ARRAY['indemnites', 'total', 'decompte']), m.t ~* 'D\.? ?441-5'),
		('article R2192-31', 'CCP R2192-31', m.s >= 'relance_3' AND m.type = 'public'
			AND (m.s = 'mise_en_demeure' OR m.a && ARRAY['penalites', 'total', 'decompte']), m.t ~* 'R\.? ?2192-31'),
		('article D2192-35', 'CCP D2192-35', m.s >= 'relance_3' AND m.type = 'public'
			AND (m.s = 'mise_en_demeure' OR m.a && ARRAY['indemnites', 'total', 'decompte']), m.t ~* 'D\.? ?2192-35')
		) x(mention, source, demandee, presente)
	 WHERE x.demandee AND NOT x.presente
	 ORDER BY m.s, m.canal, m.langue, m.type, x.mention;
END;
COMMENT ON FUNCTION creances.mentions_manquantes(text, text) IS
'Ce que la loi ou l''usage demandent a une relance ecrite, surtout a une mise en demeure, et qu''un modele en vigueur n''a pas, d''apres ses arguments et ses mots ; avec la source. Vide pour les modeles livres.';
