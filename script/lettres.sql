-- The shipped letters, written for made-up debtors: every stage for one, two and
-- thirty invoices, then plans and promises that were not kept, in the language of
-- the variable `langue`.  Run by script/lettres; nothing depends on the day.
\set ON_ERROR_STOP on
\set QUIET on
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
-- tasks are in the creditor's language
SET creances.langue = :'langue';
BEGIN;
CREATE EXTENSION creances;

CREATE TABLE factures (
    numero text PRIMARY KEY, client text, emise date, echeance date, montant numeric);
-- due soon, or late since 9 March 2026 at the latest, by type of debtor and number of invoices
INSERT INTO factures
SELECT format('F%s-%s', extract(year FROM x.echeance - 30), lpad((t.i * 400 + s.i * 150 + n - k + n * 2)::text, 4, '0')),
       format('C%s%s%s', t.i, s.i, lpad(n::text, 2, '0')), x.echeance - 30, x.echeance,
       CASE WHEN n = 1 THEN 1234.56 ELSE round(100 + (k * 7919 % 9973) * 1.37, 2) END
  FROM unnest(ARRAY['professionnel', 'public', 'consommateur']) WITH ORDINALITY t(nom, i), unnest(ARRAY['venir', 'retard']) WITH ORDINALITY s(nom, i),
       unnest(ARRAY[1, 2, 30]) n, generate_series(1, n) k,
       LATERAL (SELECT CASE s.nom WHEN 'venir' THEN date '2026-03-09' + (n - k) % 5 ELSE date '2026-03-09' - (k - 1) * 6 END AS echeance) x;
-- plans and promises
INSERT INTO factures
SELECT format('F2026-09%s%s', i, k), 'C1' || q, date '2026-02-07' - 6 * (k - 1), date '2026-03-09' - 6 * (k - 1), 1000 * k
  FROM unnest(ARRAY['PLAN', 'DECHU', 'PROMIS', 'PARTIE']) WITH ORDINALITY p(q, i), generate_series(1, 2) k;
SELECT FROM creances.suivre_factures('factures', '{"facture": "numero", "debiteur": "client", "emission": "emise", "echeance": "echeance", "montant": "montant"}',
    depuis => '2025-01-01', mode => 'differe');
UPDATE creances.creancier SET nom = 'Ateliers Martin SAS', details = '{"adresse": "12 rue des Forges, 69003 Lyon", "siren": "123 456 782",
    "iban": "FR7630006000011234567890189", "telephone": "04 72 00 00 00", "courriel": "compta@ateliers-martin.example"}';
UPDATE creances.debiteur d SET type = (ARRAY['professionnel', 'public', 'consommateur'])[substr(d.debiteur, 2, 1)::integer], langue = :'langue', courriel = 'compta@client.example', telephone = '01 23 45 67 89',
    nom = CASE substr(d.debiteur, 2, 1) WHEN '2' THEN 'Commune de Villeneuve' WHEN '3' THEN 'Camille Durand' ELSE 'Durand & Fils SARL' END,
    adresse = '3, place du Marché, 31000 Toulouse';

CREATE FUNCTION pg_temp.lettre(p_ordre integer, p_stade text, p_canal text, p_type text, p_nombre integer,
                               p_qui text DEFAULT NULL, p_titre text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    qui text := coalesce(p_qui, format('C%s%s%s', array_position(ARRAY['professionnel', 'public', 'consommateur'], p_type), CASE p_stade WHEN 'preventive' THEN 1 ELSE 2 END, lpad(p_nombre::text, 2, '0')));
    le date := date '2026-03-09' + CASE p_stade WHEN 'preventive' THEN -5 WHEN 'relance_1' THEN 1 WHEN 'relance_2' THEN 7
                                   WHEN 'relance_3' THEN 15 WHEN 'mise_en_demeure' THEN 31 ELSE 46 END;
    avant date := date '2026-03-09' + CASE p_stade WHEN 'relance_2' THEN 1 WHEN 'relance_3' THEN 7 WHEN 'mise_en_demeure' THEN 15 WHEN 'contentieux' THEN 31 END;
    id uuid := md5(concat_ws(' ', p_ordre, p_stade, p_canal, p_type, p_nombre, p_qui))::uuid;
    x record;
BEGIN
    DELETE FROM creances.relance_creance;
    DELETE FROM creances.relance;
    DELETE FROM creances.avancement;
    INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat, envoyee_le)
    SELECT 'principal', md5(id::text)::uuid, qui, 'EUR', 'message', avant, 'standard', 'courriel', 'relance_1', false, 'envoyee', avant WHERE avant IS NOT NULL
    UNION ALL
    SELECT 'principal', id, qui, 'EUR', CASE WHEN p_canal IN ('telephone', 'interne') THEN p_canal ELSE 'message' END, le, 'standard', p_canal,
           p_stade::creances.stade_relance, false, 'a_envoyer', NULL;
    INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, echeance, etat)
    SELECT 'principal', r.relance, c.facture, 1, true, 1, r.stade, c.echeance, r.etat
      FROM creances.relance r JOIN creances.creance c ON c.debiteur = qui;
    INSERT INTO creances.avancement (creancier, facture, rang, mise_en_demeure_le)
    SELECT 'principal', c.facture, 1, avant FROM creances.creance c WHERE c.debiteur = qui AND p_stade = 'contentieux';
    IF p_stade = 'contentieux' AND p_type = 'consommateur' AND NOT EXISTS (SELECT FROM creances.acte a WHERE a.debiteur = qui) THEN
        PERFORM creances.consigner('principal', qui, 'mise_en_demeure', avant + 2, 'avis de réception');
    END IF;
    SELECT * INTO x FROM creances._composer('principal', id, le);
    RETURN format(E'## %s%s, %s, %s, %s facture%s\n\n```\n%s%s\n```\n', p_titre, p_stade, p_canal, p_type, p_nombre, CASE WHEN p_nombre > 1 THEN 's' ELSE '' END,
                  CASE WHEN p_canal NOT IN ('lettre', 'lrar', 'sms') THEN x.sujet || E'\n' || repeat('-', 72) || E'\n' ELSE '' END, x.corps);
END $$;

\echo <!-- written by script/lettres -->
\echo
SELECT pg_temp.lettre(row_number() OVER ()::integer, q.stade, q.canal, q.type, q.nombre)
  FROM (
    SELECT 1 AS partie, s.rang, s.stade, CASE WHEN s.stade IN ('mise_en_demeure') THEN 'lrar' WHEN s.rang > 3 THEN 'lettre' ELSE 'courriel' END AS canal,
           'professionnel' AS type, n AS nombre
      FROM unnest(ARRAY['preventive', 'relance_1', 'relance_2', 'relance_3', 'mise_en_demeure', 'contentieux']) WITH ORDINALITY s(stade, rang), unnest(ARRAY[1, 2, 30]) n
    UNION ALL
    SELECT 2, s.rang, s.stade, CASE WHEN s.stade = 'mise_en_demeure' THEN 'lrar' ELSE 'lettre' END, t, n
      FROM unnest(ARRAY['relance_3', 'mise_en_demeure', 'contentieux']) WITH ORDINALITY s(stade, rang), unnest(ARRAY['public', 'consommateur']) t, unnest(ARRAY[1, 2]) n
    UNION ALL
    SELECT 3, s.rang, s.stade, c, 'professionnel', n
      FROM unnest(ARRAY['preventive', 'relance_1', 'mise_en_demeure', 'contentieux']) WITH ORDINALITY s(stade, rang), unnest(ARRAY['sms', 'telephone', 'interne']) c, unnest(ARRAY[1, 2]) n
     WHERE (c <> 'sms' OR s.rang < 3) AND (c <> 'telephone' OR s.stade <> 'mise_en_demeure')) q
 ORDER BY q.partie, q.type DESC, q.rang, q.canal, q.nombre;

-- a plan in arrears, one that fell, promises not kept
SET LOCAL client_min_messages = warning;
SELECT creances.accorder_plan('principal', 'C1PLAN', '{2026-03-10,2026-04-10,2026-05-11}', '{1000,1000,1000}', '{F2026-0911,F2026-0912}', le => '2026-02-12') AS plan,
       creances.accorder_plan('principal', 'C1DECHU', '{2026-03-10,2026-04-10}', '{1500,1500}', '{F2026-0921,F2026-0922}', le => '2026-02-12') AS dechu,
       creances.promettre('principal', 'C1PROMIS', '2026-03-10', le => '2026-03-04'), creances.promettre('principal', 'C1PARTIE', '2026-03-10', le => '2026-03-04') \gset
UPDATE creances.engagement SET notifie_le = '2026-03-16', rompu_le = '2026-03-25' WHERE acte = :'dechu';
DELETE FROM factures WHERE numero = 'F2026-0941';
SELECT creances.rafraichir() \g /dev/null
SELECT pg_temp.lettre(100 + q.n::integer, q.stade, q.canal, 'professionnel', q.nombre, q.qui, q.titre)
  FROM (VALUES (1, 'relance_2', 'courriel', 1, 'C1PLAN', 'plan en retard : '), (2, 'relance_2', 'telephone', 1, 'C1PLAN', 'plan en retard : '),
               (3, 'mise_en_demeure', 'lrar', 2, 'C1DECHU', 'plan déchu : '), (4, 'contentieux', 'telephone', 2, 'C1DECHU', 'plan déchu : '),
               (5, 'relance_2', 'courriel', 2, 'C1PROMIS', 'promesse non tenue : '), (6, 'relance_2', 'telephone', 2, 'C1PROMIS', 'promesse non tenue : '),
               (7, 'relance_2', 'courriel', 1, 'C1PARTIE', 'promesse tenue en partie : ')) q(n, stade, canal, nombre, qui, titre)
 ORDER BY q.n;
SELECT format(E'## notification de la déchéance d''un plan\n\n```\n%s\n```', x.corps) FROM creances._composer_decheance(:'plan', '2026-03-16', NULL) x;
ROLLBACK;
