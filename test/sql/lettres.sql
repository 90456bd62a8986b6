-- Letters: the shipped templates, what a template must be to be saved, what it
-- must say, and the text of a reminder.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
\pset format unaligned
\pset tuples_only on
CREATE EXTENSION creances;
CREATE FUNCTION pg_temp.plat(t text) RETURNS text LANGUAGE sql AS $$ SELECT translate(t, chr(160) || chr(8239), '  ') $$;
CREATE FUNCTION pg_temp.erreur(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m text; d text; h text;
BEGIN
    EXECUTE requete;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', SQLSTATE, m, nullif(d, ''), nullif(left(h, 110), ''));
END $$;
-- save a template of the user's
CREATE FUNCTION pg_temp.poser(p_stade text, p_canal text, p_langue text, p_type text, p_sujet text, p_corps text) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.erreur(format('INSERT INTO creances.modele_lettre (stade, canal, langue, type, sujet, corps) VALUES (%L, %L, %L, %L, %L, %L)',
                                 p_stade, p_canal, p_langue, p_type, p_sujet, p_corps)) $$;

\echo == the shipped templates
SELECT stade, canal, string_agg(DISTINCT langue, ' ') AS langues, string_agg(DISTINCT coalesce(nullif(type, ''), '(any)'), ' ') AS types, count(*)
  FROM creances.modele_lettre_actif GROUP BY stade, canal ORDER BY stade::creances.stade_relance, canal;
SELECT * FROM creances.mentions_manquantes();
-- what common parts are made of leaves no trace, and the three languages use the same arguments
SELECT stade, canal, langue FROM creances.modele_lettre WHERE corps ~ '@' OR sujet ~ '@';
SELECT stade, canal, type, array_agg(DISTINCT a) FROM (
    SELECT stade, canal, type, langue, (SELECT string_agg(DISTINCT x, ' ' ORDER BY x) FROM creances._arguments(sujet || ' ' || corps) x) AS a FROM creances.modele_lettre) y
 GROUP BY 1, 2, 3 HAVING count(DISTINCT a) > 1;
-- a consumer gets no text that claims what he does not owe: his own, or one that does not speak of it
SELECT m.stade, m.canal, m.langue, m.type FROM (SELECT DISTINCT stade, canal, langue FROM creances.modele_lettre_actif) c
  LEFT JOIN LATERAL (SELECT x.* FROM creances.modele_lettre_actif x WHERE x.stade = c.stade AND x.canal = c.canal AND x.langue = c.langue
                       AND (x.type = 'consommateur' OR x.type = '' AND creances._sans_accessoires(x.sujet, x.corps))) m ON true
 WHERE m.stade IS NULL OR m.sujet || m.corps ~ 'L441|D441|2192|40 (euro|Euro|EUR)';
SELECT pg_temp.erreur($$UPDATE creances.modele_lettre SET corps = 'x' WHERE stade = 'relance_1' AND origine = 'creances'$$);
SELECT pg_temp.erreur($$DELETE FROM creances.modele_lettre WHERE stade = 'relance_1'$$);

\echo == a template is read when it is saved, not the night it is sent
SELECT pg_temp.poser('relance_1', 'courriel', 'xx', '', 'a', 'a');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', '{', 'a');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'a', '{nombre, plural, one {x}}');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'a', 'la somme d''{montant} et d''{total}');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'a', '{montant} {prenom} {age}');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'a', '{montant, number}');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'a', '{nombre, plural, one {a} other {{date, date, long}}}');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'a', '{type, select, jamais {{debiteur, plural, other {}}} other {}}');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'a', '{nombre, plural, =2 {} other {a}}');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', '', 'a');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', E'a\nb', 'a');
SELECT pg_temp.poser('relance_1', 'courriel', 'es', '', 'a', 'son {total_lettres}');
SELECT pg_temp.poser('relance_1', 'pigeon', 'fr', '', 'a', 'a');
SELECT pg_temp.poser('echue', 'courriel', 'fr', '', 'a', 'a');
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', 'ami', 'a', 'a');
-- no object is asked of a text message; a hidden one is not read
SELECT pg_temp.poser('relance_3', 'sms', 'es', '', '', '{creancier}: {montant}');
INSERT INTO creances.modele_lettre (stade, canal, langue, type, corps, actif) VALUES ('relance_3', 'sms', 'it', '', '{', false);
SELECT pg_temp.erreur($$UPDATE creances.modele_lettre SET actif = true WHERE langue = 'it'$$);
DELETE FROM creances.modele_lettre WHERE langue IN ('es', 'it');
\echo -- consumers
CREATE FUNCTION pg_temp.effacer() RETURNS text LANGUAGE sql AS $$ DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur' RETURNING ', saved' $$;
SELECT pg_temp.poser('relance_3', 'courriel', 'fr', 'consommateur', 'a', 'dont {penalites}');
SELECT pg_temp.poser('relance_3', 'courriel', 'fr', 'consommateur', 'a', '{nombre, plural, one {} other {{detail_penalites}}} x');
SELECT pg_temp.poser('mise_en_demeure', 'courriel', 'fr', 'consommateur', 'a', 'dont {indemnites}');
SELECT c, split_part(pg_temp.poser('contentieux', 'courriel', 'fr', 'consommateur', 'a', c), ' | ', 1) || coalesce(pg_temp.effacer(), '')
  FROM unnest(ARRAY['moins de 40 jours, 140 EUR', 'article L. 441-10', 'article L441-10', 'art. D.441-5', 'CCP R2192-31', 'D. 2192-35', 'indemnité de 40 euros', 'indemnité de 40 EUR', 'indemnité de 40,00 €', 'EUR 40', '€40.00']) c;
SELECT pg_temp.poser('contentieux', 'courriel', 'fr', 'consommateur', 'a', 'dont {penalites}');
DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';

\echo == what a formal notice lacks: the shipped one, less one thing at a time
CREATE FUNCTION pg_temp.manque(p_type text, p_langue text, quoi text, par text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    r text;
BEGIN
    INSERT INTO creances.modele_lettre (stade, canal, langue, type, sujet, corps)
    SELECT m.stade, m.canal, m.langue, m.type, regexp_replace(m.sujet, quoi, par, 'gi'), regexp_replace(m.corps, quoi, par, 'gi')
      FROM creances.modele_lettre m WHERE m.origine = 'creances' AND m.stade = 'mise_en_demeure' AND m.canal = 'lrar' AND m.langue = p_langue AND m.type = p_type;
    SELECT string_agg(mention || ' (' || source || ')', ' ; ' ORDER BY mention) INTO r FROM creances.mentions_manquantes('mise_en_demeure', p_langue) x
     WHERE x.origine = 'utilisateur' AND x.canal = 'lrar' AND x.type = p_type;
    DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';
    RETURN r;
END $$;
SELECT t, l, q, pg_temp.manque(t, l, q, par) FROM (VALUES
    ('', 'fr', '\{entete\}|\{creancier\}', 'x'), ('', 'fr', '\{entete\}', ''), ('', 'fr', '\{destinataire\}', ''), ('', 'fr', '\{date\}', ''), ('', 'fr', '\{factures\}', ''),
    ('', 'fr', 'mise en demeure|mettons en demeure', 'x'), ('', 'fr', 'marchandises livrées|services rendus', 'x'), ('', 'fr', '\{decompte\}', ''), ('', 'fr', '\{total_lettres\}', 'x'),
    ('', 'fr', '\{detail_penalites\}', ''), ('', 'fr', '\{date_limite\}', 'x'), ('', 'fr', '\{paiement\}', ''), ('', 'fr', 'à défaut', ''), ('', 'fr', 'article 1344', ''),
    ('', 'fr', 'L441-10', ''), ('', 'fr', 'D441-5', ''), ('', 'en', 'failing', ''), ('', 'de', 'sollte', ''), ('', 'de', 'warenlieferungen|dienstleistungen', ''),
    ('public', 'fr', 'R2192-31', ''), ('public', 'fr', 'D2192-35', ''), ('public', 'fr', '\{detail_penalites\}|\{decompte\}', ''),
    ('consommateur', 'fr', '1344-1', ''), ('consommateur', 'en', '\{date_limite\}', '')) v(t, l, q, par);
-- a reminder has less to say
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'Rappel', 'Merci de payer.');
SELECT * FROM creances.mentions_manquantes('relance_1');
-- filters
SELECT (SELECT count(*) FROM creances.mentions_manquantes('relance_2')), (SELECT count(*) FROM creances.mentions_manquantes(NULL, 'en')), (SELECT count(*) FROM creances.mentions_manquantes('relance_1', 'fr'));
DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';

\echo == which template
CREATE FUNCTION pg_temp.choix(p_stade text, p_canal text, p_langue text, p_type text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce((SELECT string_agg(concat_ws(' ', m.origine, m.canal, m.langue, coalesce(nullif(m.type, ''), '(any)')), ' ; ')
                       FROM creances._modele_lettre(p_stade, p_canal, p_langue, p_type) x
                       JOIN creances.modele_lettre_actif m ON m.stade = p_stade AND (m.langue, m.sujet, m.corps) = (x.langue, x.sujet, x.corps)), 'none') $$;
SELECT s, c, l, t, pg_temp.choix(s, c, l, t) FROM (VALUES
    ('mise_en_demeure', 'lrar', 'fr', 'professionnel'), ('mise_en_demeure', 'lrar', 'de', 'public'), ('relance_2', 'lrar', 'en', 'professionnel'), ('relance_2', 'lettre', 'en', 'public'),
    ('relance_2', 'courriel', 'fr', 'consommateur'), ('relance_3', 'courriel', 'en', 'consommateur'), ('relance_1', 'courriel', 'es', 'professionnel'), ('relance_1', 'courriel', 'de-AT', 'professionnel'),
    ('relance_1', 'courriel', 'fr_CH', 'professionnel'), ('mise_en_demeure', 'sms', 'fr', 'professionnel'), ('irrecouvrable', 'telephone', 'fr', 'professionnel'), ('irrecouvrable', 'courriel', 'fr', 'professionnel')) v(s, c, l, t);
\echo -- the first is that of the user; in another language; hidden
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'Petit rappel', 'Bonjour, {montant}. {creancier}'), pg_temp.poser('relance_1', 'courriel', 'es', '', 'Recordatorio', '{nombre, plural, one {# factura} other {# facturas}}');
SELECT pg_temp.choix('relance_1', 'courriel', 'fr', 'professionnel'), pg_temp.choix('relance_1', 'courriel', 'es', 'professionnel'), pg_temp.choix('relance_1', 'courriel', 'fr', 'consommateur');
UPDATE creances.modele_lettre SET actif = false WHERE origine = 'utilisateur' AND langue = 'fr';
SELECT pg_temp.choix('relance_1', 'courriel', 'fr', 'professionnel');
DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';
-- a consumer whose own text is hidden is not sent the professionals'
INSERT INTO creances.modele_lettre (stade, canal, langue, type, corps, actif) SELECT 'mise_en_demeure', c, 'fr', 'consommateur', '', false FROM unnest(ARRAY['courriel', 'lettre', 'lrar']) c;
SELECT pg_temp.choix('mise_en_demeure', 'lrar', 'fr', 'consommateur');
DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';

\echo == the life of two letters: previewed, taken, frozen
CREATE TABLE factures (numero text PRIMARY KEY, client text, emise date, echeance date, montant numeric, devise text DEFAULT 'EUR', paye numeric NOT NULL DEFAULT 0, paye_le date, rang integer DEFAULT 1, piece text);
\set carte '{"facture": "coalesce(t.piece, t.numero)", "rang": "rang", "debiteur": "client", "emission": "emise", "echeance": "echeance", "montant": "montant", "devise": "devise", "regle": "paye", "regle_le": "paye_le"}'
INSERT INTO factures (numero, client, emise, echeance, montant) VALUES
    ('A1', 'A', '2024-03-01', '2024-04-02', 1000), ('A2', 'A', '2024-03-15', '2024-04-15', 234.56), ('A3', 'A', '2024-04-20', '2024-05-20', 50),
    ('P1', 'P', '2024-03-01', '2024-04-02', 10000), ('C1', 'C', '2024-03-01', '2024-04-02', 80), ('C2', 'C', '2024-03-02', '2024-04-03', 20.5);
SELECT creances.suivre_factures('factures', :'carte', depuis => '2024-01-01');
CALL creances.passe_relance('2024-04-02');
UPDATE creances.creancier SET nom = 'Ateliers Martin SAS', details = '{"adresse": "12 rue des Forges, 69003 Lyon", "iban": "fr76 3000 6000 0112 3456 7890 189", "telephone": "04 72 00 00 00", "siren": "123 456 782"}';
UPDATE creances.debiteur SET nom = 'Durand & Fils', adresse = '3, place du Marché, 31000 Toulouse' WHERE debiteur = 'A';
UPDATE creances.debiteur SET nom = 'Stadtwerke', type = 'public', langue = 'de' WHERE debiteur = 'P';
UPDATE creances.debiteur SET nom = 'Camille Martin', type = 'consommateur', langue = 'en', adresse = 'Rose Cottage' || E'\n' || 'Bath' WHERE debiteur = 'C';
-- a reminder as the pass would queue it
CREATE FUNCTION pg_temp.en_file(p_client text, p_stade text, p_canal text, p_le date, VARIADIC p_factures text[] DEFAULT '{}') RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    id uuid := md5(concat_ws(' ', p_client, p_stade, p_canal, p_le, (SELECT count(*) FROM creances.relance)))::uuid;
BEGIN
    UPDATE creances.relance_creance l SET etat = 'annulee' FROM creances.relance r WHERE r.relance = l.relance AND r.debiteur = p_client AND l.etat = 'a_envoyer';
    UPDATE creances.relance r SET etat = 'annulee' WHERE r.debiteur = p_client AND r.etat = 'a_envoyer';
    DELETE FROM creances.relance_creance l USING creances.relance r WHERE r.relance = l.relance AND r.debiteur = p_client AND r.le = p_le AND r.etat = 'annulee';
    DELETE FROM creances.relance r WHERE r.debiteur = p_client AND r.le = p_le AND r.etat = 'annulee';
    INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat)
    SELECT 'principal', id, p_client, min(c.devise), CASE WHEN p_canal IN ('telephone', 'interne') THEN p_canal ELSE 'message' END, p_le, 'standard', p_canal, p_stade::creances.stade_relance, false, 'a_envoyer'
      FROM creances.creance c WHERE c.debiteur = p_client;
    INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, scenario, etape, stade, echeance, etat)
    SELECT 'principal', id, c.facture, c.rang, true, 'standard', e.etape, e.stade, c.echeance, 'a_envoyer'
      FROM creances.creance c, LATERAL (SELECT x.etape, x.stade FROM creances._etape_active x WHERE x.scenario = 'standard' AND x.stade >= p_stade::creances.stade_relance ORDER BY x.etape LIMIT 1) e
     WHERE c.debiteur = p_client AND (c.facture = ANY (p_factures) OR p_factures = '{}');
    RETURN id;
END $$;
CREATE FUNCTION pg_temp.montrer(p_id uuid, p_le date, p_langue text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.plat(format(E'[%s] %s\n%s', x.langue, x.sujet, x.corps))
      FROM creances.relance r, LATERAL creances._composer(r.creancier, r.relance, p_le, p_langue) x WHERE r.relance = p_id $$;
SELECT pg_temp.en_file('A', 'relance_1', 'courriel', '2024-04-03', 'A1') AS a1 \gset
SELECT pg_temp.montrer(:'a1', '2024-04-03');
-- the rest is overdue too, on a later day
SELECT substring(pg_temp.montrer(:'a1', '2024-05-21') FROM 'autres factures.*?\n\n.*?\n\n');
SELECT debiteur, montant FROM creances.prendre_relances('courriel', 10, '2024-04-03');
SELECT r.langue, pg_temp.plat(r.corps) = substr(pg_temp.montrer(r.relance, '2024-04-03'), strpos(pg_temp.montrer(r.relance, '2024-04-03'), E'\n') + 1) FROM creances.relance r;
-- whatever becomes of the template, of the name or of the invoice
UPDATE factures SET paye = 900, paye_le = '2024-04-04' WHERE numero = 'A1';
UPDATE creances.debiteur SET nom = 'Durand SA' WHERE debiteur = 'A';
SELECT pg_temp.poser('relance_1', 'courriel', 'fr', '', 'Autre', 'Autre chose : {montant}');
SELECT (l).langue, pg_temp.plat((l).sujet), pg_temp.plat((l).corps) = pg_temp.plat(r.corps) FROM creances.relance r, LATERAL creances.lettre(r.relance) l WHERE r.debiteur = 'A';
-- in another language: composed, at the frozen amounts
SELECT l.langue, l.sujet, substring(pg_temp.plat(l.corps) FROM 'Please pay[^.]*\.[0-9]*') FROM creances.lettre(:'a1', 'en') l;
SELECT l.langue, l.sujet FROM creances.lettre(:'a1', 'fr') l;
DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';
SELECT creances.confirmer_envoi(:'a1', NULL, '2024-04-03');
SELECT pg_temp.erreur($$SELECT * FROM creances.lettre('00000000-0000-0000-0000-000000000000')$$), pg_temp.erreur('SELECT * FROM creances.lettre(NULL)'), pg_temp.erreur(format('SELECT * FROM creances.lettre(%L, %L)', :'a1', 'xx'));
SELECT pg_temp.erreur(format('SELECT * FROM creances._composer(%L, %L, NULL)', 'principal', :'a1'));

\echo == the formal notice of a professional, with a credit; checked against the engine
INSERT INTO factures (numero, client, emise, echeance, montant) VALUES ('A-AV', 'A', '2024-04-10', '2024-04-10', -30);
SELECT pg_temp.en_file('A', 'mise_en_demeure', 'lrar', '2024-07-15', 'A1', 'A2') AS a2 \gset
SELECT pg_temp.montrer(:'a2', '2024-07-15');
-- 100 - 30 left of A1, 234.56 of A2; penalties by the engine's own room
SELECT sum(x.reste), sum(k.penalites), sum(k.indemnite), creances.montant_en_lettres(sum(x.reste) + sum(k.penalites) + sum(k.indemnite), 'EUR', 'fr')
  FROM creances._restes('2024-07-15', 'principal', ARRAY['A']) x, LATERAL creances._accessoires('principal', x.facture, x.rang, '2024-07-15', x.solde - x.reste) k WHERE x.facture IN ('A1', 'A2');
\echo -- the same, taken: the same text
SELECT md5(pg_temp.montrer(:'a2', '2024-07-15')) AS avant \gset
SELECT montant, penalites, indemnites FROM creances.prendre_relances('lrar', 10, '2024-07-15');
SELECT md5(pg_temp.montrer(:'a2', '2024-07-15')) = :'avant' FROM creances.relance WHERE relance = :'a2';
SELECT creances.confirmer_envoi(:'a2', NULL, '2024-07-16');
SELECT substring(pg_temp.montrer(pg_temp.en_file('A', 'contentieux', 'lettre', '2024-07-31', 'A1'), '2024-07-31') FROM 'Notre mise[^\n]*');

\echo == a public buyer, in German; a consumer, in English, before and after
SELECT pg_temp.montrer(pg_temp.en_file('P', 'mise_en_demeure', 'lrar', '2024-05-02'), '2024-05-02');
SELECT pg_temp.montrer(pg_temp.en_file('C', 'relance_3', 'lettre', '2024-04-17'), '2024-04-17');
SELECT pg_temp.en_file('C', 'mise_en_demeure', 'lrar', '2024-05-03') AS c2 \gset
SELECT pg_temp.montrer(:'c2', '2024-05-03');
SELECT creances.consigner('principal', 'C', 'mise_en_demeure', '2024-05-06', 'avis de réception');
SELECT substring(pg_temp.montrer(pg_temp.en_file('C', 'contentieux', 'lettre', '2024-06-03'), '2024-06-03') FROM 'As at.*?\n\nPayment');
-- a creditor who is a private person writes to all as to consumers
UPDATE creances.creancier SET type = 'particulier';
SELECT pg_temp.montrer(pg_temp.en_file('A', 'mise_en_demeure', 'lettre', '2024-07-20', 'A2'), '2024-07-20') ~ 'taux légal', pg_temp.montrer(pg_temp.en_file('A', 'mise_en_demeure', 'lettre', '2024-07-21', 'A2'), '2024-07-21') ~ 'L441';
UPDATE creances.creancier SET type = 'professionnel';

\echo == what is missing is left out
UPDATE creances.creancier SET nom = NULL, details = '{}';
INSERT INTO factures (numero, client, echeance, montant, devise, emise) VALUES
    ('U1', 'U', '2024-04-02', 1234.5, 'USD', NULL), ('Z1', 'Z', '2024-04-02', 1234.5, 'ZZZ', '2024-03-01'), ('X1', 'X', '2024-04-02', 10, 'EUR', '2024-03-01');
INSERT INTO factures (numero, client, echeance, montant, emise, rang, piece) VALUES ('R1', 'R', '2024-04-02', 10, '2024-03-01', 1, 'R'), ('R2', 'R', '2024-05-02', 10, '2024-03-01', 2, 'R');
SELECT pg_temp.montrer(pg_temp.en_file('U', 'mise_en_demeure', 'courriel', '2024-05-02'), '2024-05-02');
SELECT pg_temp.montrer(pg_temp.en_file('Z', 'mise_en_demeure', 'lettre', '2024-05-02'), '2024-05-02') AS z \gset
SELECT substring(:'z' FROM 'la somme de.*?, plus.*?,'), substring(:'z' FROM E'Z1  [^\n]*');
-- instalments of one invoice
SELECT substring(pg_temp.montrer(pg_temp.en_file('R', 'relance_1', 'courriel', '2024-05-03'), '2024-05-03') FROM 'Facture  .*?\n\n');
-- languages that we do not have, or that nobody has
UPDATE creances.debiteur SET langue = l FROM (VALUES ('U', 'es'), ('Z', 'xx'), ('X', 'de-AT')) v(d, l) WHERE debiteur = d;
SELECT substr(pg_temp.montrer(pg_temp.en_file(d, 'relance_1', 'courriel', '2024-04-03'), '2024-04-03'), 1, 40) FROM unnest(ARRAY['U', 'Z', 'X']) d;
-- nothing that suits
INSERT INTO creances.modele_lettre (stade, canal, langue, type, corps, actif) SELECT DISTINCT stade::creances.stade_relance, canal, langue, type, '', false FROM creances.modele_lettre_actif WHERE stade = 'relance_2';
SELECT pg_temp.montrer(pg_temp.en_file('X', 'relance_2', 'sms', '2024-04-09'), '2024-04-09');
DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';
-- paid meanwhile: a preview shows it at nought
SELECT pg_temp.en_file('X', 'relance_3', 'courriel', '2024-04-20') AS x3 \gset
UPDATE factures SET paye = 10, paye_le = '2024-04-19' WHERE numero = 'X1';
SELECT pg_temp.montrer(:'x3', '2024-04-20', 'en') ~ 'X1.*€0.00';

\echo == a plan in arrears: its instalment is what is late
INSERT INTO factures (numero, client, emise, echeance, montant) VALUES
    ('L1', 'L', '2024-03-01', '2024-04-02', 1000), ('L2', 'L', '2024-03-02', '2024-04-03', 2000), ('L3', 'L', '2024-04-09', '2024-05-10', 100);
SELECT creances.accorder_plan('principal', 'L', '{2024-04-25,2024-05-27,2024-06-25}', '{1000,1000,1000}', '{L1,L2}', le => '2024-04-05') AS plan \gset
UPDATE factures SET paye = 1000, paye_le = '2024-04-25' WHERE numero = 'L1';
SELECT pg_temp.en_file('L', 'relance_1', 'courriel', '2024-05-31', 'L2') AS l1 \gset
SELECT pg_temp.montrer(:'l1', '2024-05-31');
SELECT pg_temp.montrer(pg_temp.en_file('L', 'relance_1', 'telephone', '2024-05-31', 'L2'), '2024-05-31', l) FROM unnest(ARRAY['fr', 'en', 'de']) l;
-- inside the tolerance nothing is missed; what is only cited has the plan's date, and no sentence
SELECT substring(pg_temp.montrer(pg_temp.en_file('L', 'relance_1', 'courriel', '2024-05-30', 'L2', 'L3'), '2024-05-30') FROM 'Facture  .*?\n\n.*?\n');
SELECT substring(pg_temp.montrer(pg_temp.en_file('L', 'relance_1', 'courriel', '2024-05-31', 'L3'), '2024-05-31') FROM 'Facture .*?\n\nSi votre');
-- the formal notice: penalties run from the invoice's own due date
SELECT pg_temp.en_file('L', 'mise_en_demeure', 'lettre', '2024-06-01', 'L2') AS l4 \gset
SELECT l, substring(pg_temp.montrer(:'l4', '2024-06-01', l) FROM '(?:Les pénalités de|Late-payment penalties .A|Die Verzugszinsen).*?2024.*?2024[^\n]*') FROM unnest(ARRAY['fr', 'en', 'de']) l;
-- taken: the same text, the amounts and the date frozen
UPDATE creances.relance_creance SET echeance = '2024-05-27' WHERE relance = :'l4';
SELECT md5(pg_temp.montrer(:'l4', '2024-06-01')) AS avant \gset
SELECT debiteur, montant FROM creances.prendre_relances('lettre', 10, '2024-06-01') WHERE debiteur = 'L';
SELECT md5(pg_temp.montrer(:'l4', '2024-06-01')) = :'avant', l.corps = r.corps FROM creances.relance r, LATERAL creances.lettre(r.relance) l WHERE r.relance = :'l4';
SELECT creances.confirmer_envoi(:'l4', NULL, '2024-06-01');
SELECT pg_temp.en_file('L', 'relance_1', 'telephone', '2024-06-01', 'L3') AS l5 \gset
SELECT debiteur, montant FROM creances.prendre_relances('telephone', 10, '2024-06-01') WHERE debiteur = 'L';
SELECT substring(pg_temp.montrer(:'l5', '2024-06-01') FROM 'Objet.*?À dire'), l.corps = r.corps FROM creances.relance r, LATERAL creances.lettre(r.relance) l WHERE r.relance = :'l5';
SELECT creances.confirmer_envoi(:'l5', NULL, '2024-06-01');
-- no other plan is offered to a consumer who has one
UPDATE creances.debiteur SET type = 'consommateur' WHERE debiteur = 'L';
SELECT s, l, x ~ 'en plusieurs fois peut|instalments can|Ratenzahlung kann', x ~ '(du 27 mai 2024 n''a pas été|on 27 May 2024 has not|am 27. Mai 2024 eine Rate)'
  FROM unnest(ARRAY['relance_3', 'mise_en_demeure']) s, unnest(ARRAY['fr', 'en', 'de']) l, LATERAL pg_temp.montrer(pg_temp.en_file('L', s, 'courriel', '2024-06-02', 'L2'), '2024-06-02', l) x;
SELECT s, l, x ~ 'en plusieurs fois peut|instalments can|Ratenzahlung kann'
  FROM unnest(ARRAY['relance_3', 'mise_en_demeure']) s, unnest(ARRAY['fr', 'en', 'de']) l, LATERAL pg_temp.montrer(pg_temp.en_file('L', s, 'courriel', '2024-06-03', 'L3'), '2024-06-03', l) x;
UPDATE creances.debiteur SET type = 'professionnel' WHERE debiteur = 'L';

\echo == the notice of its fall, and what it becomes
UPDATE creances.creancier SET nom = 'Ateliers Martin SAS', details = '{"adresse": "12 rue des Forges, 69003 Lyon", "iban": "fr76 3000 6000 0112 3456 7890 189"}';
SELECT pg_temp.plat(format(E'[%s] %s\n%s', x.langue, x.sujet, x.corps)) FROM unnest(ARRAY['fr', 'en', 'de']) l, LATERAL creances._composer_decheance(:'plan', '2024-06-03', l) x;
-- 3,000 promised, 1,000 received: the engine's own account
SELECT total, recu, du, arriere, impayee FROM creances._engagement('principal', :'plan', '2024-06-03');
SELECT p, substring(x.corps FROM 'mille euros\) (.*?), par') FROM unnest(ARRAY[0, 1, 15]) p,
       creances._texte_decheance('fr') t,
       LATERAL (SELECT creances.message(t.corps, jsonb_build_object('preavis', p, 'plan_arriere_lettres', 'mille euros', 'paiement', 'par') || (
           SELECT jsonb_object_agg(a, 1) FROM creances._arguments(t.corps) a WHERE a NOT IN ('preavis', 'plan_arriere_lettres', 'paiement')), 'fr') AS corps) x;
SELECT creances.promettre('principal', 'A', '2024-06-20', 10, le => '2024-06-10') AS promesse \gset
SELECT pg_temp.erreur(format('SELECT * FROM creances._composer_decheance(%L, %L, NULL)', a, d))
  FROM (VALUES ('00000000-0000-0000-0000-000000000000', '2024-06-03'), (NULL, '2024-06-03'), (:'promesse', '2024-06-12'), (:'plan', '2024-05-30')) v(a, d);
SELECT pg_temp.erreur(format('SELECT * FROM creances.lettre_decheance(%L, %L)', :'plan', 'xx'));
SELECT creances.notifier_decheance(:'plan', '2024-06-03');
-- the notice again, as of the day that was noted; too late once the plan has fallen
SELECT x.langue, x.corps = y.corps FROM creances.lettre_decheance(:'plan') x, creances._composer_decheance(:'plan', '2024-06-03', 'fr') y;
SELECT pg_temp.erreur(format('SELECT * FROM creances._composer_decheance(%L, %L, NULL)', :'plan', '2024-06-12'));
SELECT j, substring(x FROM 'L2  [^\n]*'), substring(x FROM '(?:Au titre|Le plan) [^\n]*')
  FROM unnest(ARRAY[date '2024-06-11', '2024-06-12']) j, LATERAL pg_temp.montrer(pg_temp.en_file('L', 'relance_3', 'courriel', j, 'L2'), j) x;
UPDATE creances.engagement SET rompu_le = '2024-06-12' WHERE acte = :'plan';
SELECT l, substring(x FROM '(?:Le plan de|The payment plan|Der am)[^\n]*') FROM unnest(ARRAY['fr', 'en', 'de']) l, LATERAL pg_temp.montrer(pg_temp.en_file('L', 'mise_en_demeure', 'lrar', '2024-06-20', 'L2'), '2024-06-20', l) x;
SELECT substring(pg_temp.montrer(pg_temp.en_file('L', 'contentieux', 'telephone', '2024-06-20', 'L2'), '2024-06-20') FROM 'Plan convenu[^\n]*');
SELECT creances.annuler_acte(:'plan', 'erreur de saisie', '2024-06-25');
SELECT x ~* 'plan ' FROM pg_temp.montrer(pg_temp.en_file('L', 'relance_3', 'courriel', '2024-06-26', 'L2'), '2024-06-26') x;
-- of several plans: the oldest instalment missed, else the last to fall
CREATE FUNCTION pg_temp.plan(p_le date) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(substring(pg_temp.montrer(pg_temp.en_file('L', 'relance_3', 'courriel', p_le, 'L2', 'L3'), p_le) FROM '(?:Au titre|Le plan de) [^\n]*'), 'nothing') $$;
SELECT creances.accorder_plan('principal', 'L', '{2024-07-01,2024-07-31}', '{1000,1000}', '{L2}', decheance => 'immediate', le => '2024-06-26') AS p2 \gset
SELECT j, pg_temp.plan(j) FROM unnest(ARRAY[date '2024-07-04', '2024-07-05']) j;
SELECT creances.accorder_plan('principal', 'L', '{2024-07-15}', '{2000}', '{L2}', decheance => 'immediate', tolerance => 8, le => '2024-07-08') AS p3 \gset
SELECT creances.accorder_plan('principal', 'L', '{2024-07-10}', '{100}', '{L3}', decheance => 'aucune', tolerance => 9, le => '2024-07-09') AS p4 \gset
SELECT j, pg_temp.plan(j) FROM unnest(ARRAY[date '2024-07-19', '2024-07-20', '2024-07-24']) j;
UPDATE factures SET paye = 100, paye_le = '2024-07-24' WHERE numero = 'L3';
SELECT pg_temp.plan('2024-07-25');

\echo == a promise that was not kept
INSERT INTO factures (numero, client, emise, echeance, montant) VALUES ('M1', 'M', '2024-03-01', '2024-04-02', 500), ('M2', 'M', '2024-03-01', '2024-04-03', 300);
SELECT creances.promettre('principal', 'M', '2024-04-20', le => '2024-04-10') AS promesse \gset
CREATE FUNCTION pg_temp.promesse(p_le date, p_langue text DEFAULT NULL, p_canal text DEFAULT 'courriel') RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(substring(pg_temp.montrer(pg_temp.en_file('M', 'relance_2', p_canal, p_le), p_le, p_langue) FROM '(?:Promesse|Promise|Zusage|On|Am|Le) [^\n]*(?:annoncé|announced|zugesagt|non tenue|not kept|nicht eingehalten)[^\n]*'), 'nothing') $$;
-- the tolerance is 3 days
SELECT j, pg_temp.promesse(j) FROM unnest(ARRAY[date '2024-04-23', '2024-04-24']) j;
SELECT pg_temp.promesse('2024-04-24', l, c) FROM unnest(ARRAY['fr', 'en', 'de']) l, unnest(ARRAY['courriel', 'telephone', 'interne']) c;
SELECT substring(pg_temp.montrer(pg_temp.en_file('M', 'relance_2', 'telephone', '2024-04-24'), '2024-04-24') FROM 'À dire[^\n]*');
UPDATE factures SET paye = 200, paye_le = '2024-04-24' WHERE numero = 'M1';
SELECT pg_temp.promesse('2024-04-25', l, c) FROM unnest(ARRAY['fr', 'en', 'de']) l, unnest(ARRAY['courriel', 'telephone']) c;
-- only of what it was about; another one takes its place, kept or not; so does a plan
INSERT INTO factures (numero, client, emise, echeance, montant) VALUES ('M3', 'M', '2024-04-20', '2024-04-22', 50);
SELECT pg_temp.montrer(pg_temp.en_file('M', 'relance_2', 'courriel', '2024-04-26', 'M3'), '2024-04-26') ~ 'annoncé';
SELECT creances.promettre('principal', 'M', '2024-05-06', 100, le => '2024-04-26') AS deux \gset
SELECT j, pg_temp.promesse(j) FROM unnest(ARRAY[date '2024-04-27', '2024-05-10']) j;
SELECT creances.annuler_acte(:'deux', 'erreur de saisie', '2024-05-10');
SELECT j, pg_temp.promesse(j) FROM unnest(ARRAY[date '2024-05-09', '2024-05-10']) j;
UPDATE factures SET paye = 500 WHERE numero = 'M1';
UPDATE factures SET paye = 299, paye_le = '2024-05-11' WHERE numero = 'M2';
SELECT pg_temp.promesse('2024-05-12');
SELECT creances.accorder_plan('principal', 'M', '{2024-05-20}', '{51}', le => '2024-05-12') AS plan \gset
SELECT pg_temp.promesse('2024-05-24'), substring(pg_temp.montrer(pg_temp.en_file('M', 'relance_2', 'courriel', '2024-05-24'), '2024-05-24') FROM 'Au titre[^\n]*');
UPDATE creances.creancier SET nom = NULL, details = '{}';

\echo == what is said of earlier messages is true of every invoice claimed
INSERT INTO factures (numero, client, emise, echeance, montant) VALUES ('N1', 'N', '2024-02-01', '2024-03-01', 10), ('N2', 'N', '2024-02-01', '2024-03-05', 20), ('N3', 'N', '2024-02-01', '2024-04-04', 30);
UPDATE creances.debiteur SET langue = 'de' WHERE debiteur = 'N';
SELECT pg_temp.en_file('N', 'relance_1', 'courriel', '2024-03-06', 'N1', 'N2') AS n1 \gset
SELECT montant FROM creances.prendre_relances('courriel', 10, '2024-03-06') WHERE debiteur = 'N';
SELECT creances.confirmer_envoi(:'n1', NULL, '2024-03-06');
SELECT f, l, substring(x FROM '(?:Malgré|Nous n.avons|Vous ne nous|Despite|We have|You have not|trotz|[wW]ir haben|Sie haben)[^\n]*')
  FROM (VALUES ('{N1}'::text[]), ('{N1,N2}'), ('{N1,N2,N3}'), ('{N3}')) v(f), unnest(ARRAY['fr', 'en', 'de']) l,
       LATERAL pg_temp.montrer(pg_temp.en_file('N', 'relance_3', 'courriel', '2024-04-15', VARIADIC f), '2024-04-15', l) x;
CREATE FUNCTION pg_temp.en_tant_que(p_type text, s text, VARIADIC f text[]) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE creances.debiteur SET type = p_type WHERE debiteur = 'N';
    RETURN pg_temp.montrer(pg_temp.en_file('N', s, 'courriel', '2024-04-16', VARIADIC f), '2024-04-16', 'fr');
END $$;
SELECT f, s, t, pg_temp.en_tant_que(t, s, VARIADIC f) ~ 'Malgré'
  FROM (VALUES ('{N1,N2}'::text[]), ('{N1,N2,N3}')) v(f), unnest(ARRAY['relance_2', 'relance_3', 'mise_en_demeure']) s, unnest(ARRAY['public', 'consommateur', 'professionnel']) t;
\echo -- the formal notice
INSERT INTO creances.avancement (creancier, facture, rang, mise_en_demeure_le) VALUES ('principal', 'N1', 1, '2024-04-17'), ('principal', 'N2', 1, '2024-04-18')
    ON CONFLICT (creancier, facture, rang) DO UPDATE SET mise_en_demeure_le = excluded.mise_en_demeure_le;
SELECT f, l, substring(x FROM '(?:Notre mise|Nos |Nous trans|Our formal|Our rem|We are|unsere (?:förm|Erinn)|wir geben)[^\n]*')
  FROM (VALUES ('{N1}'::text[]), ('{N1,N2}'), ('{N1,N2,N3}'), ('{N3}')) v(f), unnest(ARRAY['fr', 'en', 'de']) l,
       LATERAL pg_temp.montrer(pg_temp.en_file('N', 'contentieux', 'lettre', '2024-05-15', VARIADIC f), '2024-05-15', l) x;
\echo -- the collector is told of a part; a task is in the language of the creditor, not of the debtor
SELECT f, c, (SELECT string_agg(z, ' / ') FROM regexp_split_to_table(x, '\n') z WHERE z ~ '[Mm]ise en demeure|Förmliche|förmliche|Letzte Nachricht|Dernier message|^\[')
  FROM (VALUES ('{N1}'::text[]), ('{N1,N2}'), ('{N1,N2,N3}'), ('{N3}')) v(f), unnest(ARRAY['telephone', 'interne']) c,
       LATERAL pg_temp.montrer(pg_temp.en_file('N', 'contentieux', c, '2024-05-15', VARIADIC f), '2024-05-15') x;
SET creances.langue = 'en';
SELECT substr(pg_temp.montrer(pg_temp.en_file('N', s, 'interne', '2024-05-16', 'N1', 'N2', 'N3'), '2024-05-16'), 1, 300) FROM unnest(ARRAY['relance_2', 'contentieux']) s;
RESET creances.langue;

\echo == every argument is given
SELECT pg_temp.poser('relance_1', 'interne', 'fr', '', 'x', (SELECT string_agg(format('%s={%s}', a.argument, a.argument), E'\n') FROM creances._arguments_lettre() a));
SELECT pg_temp.montrer(pg_temp.en_file('R', 'relance_1', 'interne', '2024-05-06'), '2024-05-06');
DELETE FROM creances.modele_lettre WHERE origine = 'utilisateur';

\echo == thirty invoices: lines of one length; text messages without no-break spaces
INSERT INTO factures (numero, client, emise, echeance, montant) SELECT 'T' || 10 ^ (k % 5) || '-' || k, 'T', date '2024-01-01' + k, date '2024-02-01' + k, 12.5 * k * k FROM generate_series(1, 30) k;
SELECT l, count(*) AS lignes, count(DISTINCT length(x)) AS longueurs, bool_or(x ~ CASE l WHEN 'en' THEN '118,187\.50' WHEN 'de' THEN '118\.187,50' ELSE '118 187,50' END) AS total
  FROM unnest(ARRAY['fr', 'en', 'de']) l, LATERAL (SELECT pg_temp.en_file('T', 'relance_1', 'lettre', date '2024-04-03' + length(l) + ascii(l)) AS id OFFSET 0) i,
       LATERAL regexp_split_to_table(pg_temp.montrer(i.id, '2024-04-03', l), E'\n') x
 WHERE x ~ '^(T1|Facture|Invoice|Rechnung |Total|Gesamt)' GROUP BY l ORDER BY l;
SELECT sum(12.5 * k * k) FROM generate_series(1, 30) k;
SELECT pg_temp.en_file('T', 'relance_2', 'sms', '2024-04-08') AS t2 \gset
SELECT x.corps, x.corps ~ ('[' || chr(160) || chr(8239) || ']') FROM creances._composer('principal', :'t2', '2024-04-08') x;
DROP TABLE factures;
DROP EXTENSION creances;
