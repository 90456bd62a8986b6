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

CREATE FUNCTION creances._message_icu(modele text, nombre double precision, langue text)
RETURNS text
    AS 'MODULE_PATHNAME', 'creances_message_icu'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION creances._message_icu(text, double precision, text) IS
'Texte qu''ecrit ICU lui-meme d''un modele a un argument, {0}, nombre (essais).';

CREATE FUNCTION creances._devise_connue(devise text)
RETURNS boolean
    AS 'MODULE_PATHNAME', 'creances_devise_connue'
    LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION creances._devise_connue(text) IS 'montant_formate() prendrait-il cette devise ?';
