-- Sixty consecutive nights: the pass, with a validator and a sender at work and
-- payments that arrive between a queueing and its taking; then with nobody.
-- The invoices are generated, and those of a public file where it is there.
-- Each night is checked against the ERP's own table; violations are counted.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET jit = off; -- for the test's own queries
\pset format unaligned
\pset tuples_only on
CREATE TABLE fn (
    numero   text PRIMARY KEY,
    societe  text,
    client   text,
    emission date,
    echeance date,
    montant  numeric,
    devise   text,
    paye     numeric NOT NULL DEFAULT 0,
    paye_le  date
);
\set carte '{"facture": "numero", "creancier": "societe", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "devise": "devise", "regle": "paye", "regle_le": "paye_le"}'

-- a number from 0 to n - 1 that depends on the text only
CREATE FUNCTION pg_temp.de(quoi text, n integer) RETURNS integer LANGUAGE sql AS
$$ SELECT ('x' || substr(md5(quoi), 1, 7))::bit(28)::integer % n $$;
CREATE TEMP TABLE controle (nuit date, quoi text, nb bigint);
CREATE TEMP TABLE compte (nuit date, quoi text, nb bigint);
CREATE TEMP TABLE prevu (id uuid, debiteur text, devise text, canal text, stade text, etat text, facture text, rang integer, etape integer);
CREATE TEMP TABLE hier (creancier text, facture text, rang integer, etape integer);
CREATE TEMP TABLE prise (id uuid, debiteur text, canal text, devise text, montant numeric, factures jsonb);
CREATE TEMP TABLE duree (quoi text, ms numeric);
CREATE FUNCTION pg_temp.empreinte() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT md5(string_agg(x, ';' ORDER BY x)) FROM (
        SELECT 'r' || r::text AS x FROM creances.relance r
        UNION ALL SELECT 'l' || l::text FROM creances.relance_creance l
        UNION ALL SELECT 'a' || a::text FROM creances.avancement a
        UNION ALL SELECT 'e' || e::text FROM creances.evenement e) t);
END $$;
CREATE FUNCTION pg_temp.noter(nuit date, quoi text, nb bigint) RETURNS void LANGUAGE sql AS
$$ INSERT INTO controle VALUES (nuit, quoi, nb) $$;

-- what the pass of the night wrote
CREATE FUNCTION pg_temp.verifier_passe(nuit date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.noter(nuit, 'written as foretold', count(*)) FROM (
        (SELECT * FROM prevu EXCEPT
         SELECT r.relance, r.debiteur, r.devise, r.canal, r.stade::text, r.etat, l.facture, l.rang, l.etape
           FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance) WHERE r.le = nuit)
        UNION ALL
        (SELECT r.relance, r.debiteur, r.devise, r.canal, r.stade::text, r.etat, l.facture, l.rang, l.etape
           FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance) WHERE r.le = nuit
         EXCEPT SELECT * FROM prevu)) x;
    PERFORM pg_temp.noter(nuit, 'one message a debtor, currency and night', count(*)) FROM (
        SELECT FROM creances.relance r WHERE r.le = nuit GROUP BY r.creancier, r.debiteur, r.devise, r.classe HAVING count(*) > 1) x;
    PERFORM pg_temp.noter(nuit, 'nothing on a day that is not worked', count(*)) FROM creances.relance r
      WHERE r.le = nuit AND extract(isodow FROM nuit) > 5;
    -- queued: of this debtor and currency, overdue by the delay of the step, which follows the last one done
    PERFORM pg_temp.noter(nuit, 'queued in time and in turn', count(*))
       FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance)
       JOIN fn f ON f.numero = l.facture AND f.societe = r.creancier
       JOIN (VALUES (1, 1), (2, 7), (3, 15), (4, 30), (5, 45)) e (etape, delai) USING (etape)
       LEFT JOIN hier h ON h.creancier = l.creancier AND h.facture = l.facture AND h.rang = l.rang
      WHERE r.le = nuit AND (f.client <> r.debiteur OR f.devise <> r.devise OR f.echeance + e.delai > nuit
                             OR l.etape <> coalesce(h.etape, 0) + 1 OR f.montant - f.paye <= 0);
    INSERT INTO compte SELECT nuit, 'queued', count(*) FROM creances.relance r WHERE r.le = nuit;
END $$;

-- payments of the day: some of what stands in the queue, some elsewhere, and cheques that bounce
CREATE FUNCTION pg_temp.payer(nuit date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    nb bigint;
BEGIN
    UPDATE fn SET paye = montant, paye_le = nuit
     WHERE montant > paye AND pg_temp.de(numero || nuit, 25) = 0
       AND numero IN (SELECT l.facture FROM creances.relance_creance l WHERE l.reclamee AND l.etat = 'a_envoyer');
    GET DIAGNOSTICS nb = ROW_COUNT;
    INSERT INTO compte VALUES (nuit, 'paid in the queue', nb);
    UPDATE fn SET paye = paye + round((montant - paye) / 2, 2), paye_le = nuit
     WHERE montant > paye AND pg_temp.de(numero || nuit, 25) = 1
       AND numero IN (SELECT l.facture FROM creances.relance_creance l WHERE l.reclamee AND l.etat = 'a_envoyer');
    UPDATE fn SET paye = montant, paye_le = nuit WHERE montant > paye AND pg_temp.de('autre' || numero || nuit, 400) = 0;
    UPDATE fn SET paye = 0, paye_le = nuit WHERE paye = montant AND paye > 0 AND paye_le = nuit - 5 AND pg_temp.de(numero, 4) = 0;
    GET DIAGNOSTICS nb = ROW_COUNT;
    INSERT INTO compte VALUES (nuit, 'bounced', nb);
END $$;

-- what was taken, held against the ERP's rows
CREATE FUNCTION pg_temp.verifier_prise(nuit date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.noter(nuit, 'nothing paid is taken', count(*)) FROM prise p, jsonb_array_elements(p.factures) x
       JOIN fn f ON f.numero = x ->> 'facture'
      WHERE f.montant - f.paye <= 0;
    PERFORM pg_temp.noter(nuit, 'amounts are the ERP''s', count(*)) FROM prise p, jsonb_array_elements(p.factures) x
       JOIN fn f ON f.numero = x ->> 'facture'
      WHERE (x ->> 'solde')::numeric <> f.montant - f.paye OR (x ->> 'montant')::numeric > (x ->> 'solde')::numeric OR (x ->> 'montant')::numeric <= 0;
    PERFORM pg_temp.noter(nuit, 'the message is the sum of its claims', count(*)) FROM prise p
      WHERE p.montant IS DISTINCT FROM (SELECT sum((x ->> 'montant')::numeric) FROM jsonb_array_elements(p.factures) x WHERE (x ->> 'reclamee')::boolean);
    PERFORM pg_temp.noter(nuit, 'one message a debtor, currency and day', count(*)) FROM (
        SELECT FROM creances.relance r WHERE r.prise_le = nuit AND r.canal NOT IN ('telephone', 'interne')
         GROUP BY r.creancier, r.debiteur, r.devise HAVING count(*) > 1) x;
    PERFORM pg_temp.noter(nuit, 'validated before it is taken', count(*)) FROM creances.relance r
      WHERE r.prise_le = nuit AND r.stade = 'mise_en_demeure' AND r.validee_le IS NULL;
    INSERT INTO compte SELECT nuit, 'taken', count(*) FROM prise;
    INSERT INTO compte SELECT nuit, 'claims dropped at taking', count(*)
      FROM creances.relance_creance l JOIN prise p ON p.id = l.relance WHERE l.etat = 'annulee';
END $$;

CREATE FUNCTION pg_temp.expedier(nuit date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    -- the outcome of the day's takings: most sent, some failed, some unknown
    FOR r IN SELECT p.id, pg_temp.de(p.id::text, 100) AS sort FROM prise p LOOP
        IF r.sort < 80 THEN
            PERFORM creances.confirmer_envoi(r.id, NULL, nuit);
        ELSIF r.sort < 90 THEN
            PERFORM creances.echec_envoi(r.id, 'boîte pleine', nuit);
        END IF;
    END LOOP;
    -- the unknown ones are told three days later, the failed ones mended four days later
    FOR r IN SELECT x.relance AS id, x.etat, x.creancier, pg_temp.de('suite' || x.relance, 2) AS sort FROM creances.relance x
              WHERE x.etat = 'prise' AND x.prise_le <= nuit - 3 OR x.etat = 'echec' AND x.prise_le <= nuit - 4
              ORDER BY x.relance LOOP
        IF r.etat = 'prise' THEN
            IF r.sort = 0 THEN
                PERFORM creances.confirmer_envoi(r.id, NULL, nuit);
            ELSE
                PERFORM creances.echec_envoi(r.id, 'revenue', nuit);
            END IF;
        ELSIF r.sort = 0 THEN
            PERFORM creances.remettre(r.id, nuit);
        ELSE
            PERFORM creances.passer_etape(l.creancier, l.facture, l.rang, 'adresse inconnue', nuit)
               FROM creances.relance_creance l JOIN creances.creance c USING (creancier, facture, rang)
              WHERE l.relance = r.id AND l.creancier = r.creancier AND l.reclamee AND l.etat = 'echec' AND c.solde > 0;
        END IF;
    END LOOP;
END $$;

CREATE PROCEDURE pg_temp.jouer(debut date, nuits integer, quelqu_un boolean) LANGUAGE plpgsql AS $$
DECLARE
    nuit date;
    avant text;
    t timestamptz;
BEGIN
    TRUNCATE controle, compte, hier, duree;
    FOR n IN 0 .. nuits - 1 LOOP
        nuit := debut + n;
        t := clock_timestamp();
        TRUNCATE prevu;
        INSERT INTO prevu SELECT s.id, s.debiteur, s.devise, s.canal, s.stade, s.etat, s.facture, s.rang, s.etape FROM creances.simuler_passe(nuit) s;
        INSERT INTO duree VALUES ('simuler_passe', 1000 * extract(epoch FROM clock_timestamp() - t));
        t := clock_timestamp();
        CALL creances.passe_relance(nuit, 200);
        INSERT INTO duree VALUES ('passe_relance', 1000 * extract(epoch FROM clock_timestamp() - t));
        PERFORM pg_temp.verifier_passe(nuit);
        IF n % 10 = 1 THEN
            avant := pg_temp.empreinte();
            CALL creances.passe_relance(nuit, 77);
            PERFORM pg_temp.noter(nuit, 'a second pass writes nothing', (avant <> pg_temp.empreinte())::integer);
        END IF;
        IF quelqu_un THEN
            PERFORM creances.valider_relance(r.relance, nuit) FROM creances.relance r
              WHERE r.etat = 'a_valider' AND pg_temp.de(r.relance::text || nuit, 3) > 0;
            COMMIT;
            PERFORM pg_temp.payer(nuit);
            COMMIT;
            t := clock_timestamp();
            TRUNCATE prise;
            INSERT INTO prise SELECT p.id, p.debiteur, p.canal_prevu, p.devise, p.montant, p.factures
              FROM creances.prendre_relances(NULL, CASE WHEN n % 7 = 3 THEN 15 ELSE 100000 END, nuit) p;
            COMMIT;
            INSERT INTO duree VALUES ('prendre_relances', 1000 * extract(epoch FROM clock_timestamp() - t));
            PERFORM pg_temp.verifier_prise(nuit);
            t := clock_timestamp();
            PERFORM pg_temp.expedier(nuit);
            INSERT INTO duree VALUES ('confirmer...', 1000 * extract(epoch FROM clock_timestamp() - t));
            COMMIT;
        END IF;
        -- nobody skips a step
        PERFORM pg_temp.noter(nuit, 'one step a night', count(*)) FROM creances.avancement a LEFT JOIN hier h USING (creancier, facture, rang)
          WHERE a.etape NOT IN (coalesce(h.etape, 0), coalesce(h.etape, 0) + 1);
        TRUNCATE hier;
        INSERT INTO hier SELECT a.creancier, a.facture, a.rang, a.etape FROM creances.avancement a;
        t := clock_timestamp();
        PERFORM pg_temp.noter(nuit, 'coherence', count(*)) FROM creances.coherence();
        INSERT INTO duree VALUES ('coherence', 1000 * extract(epoch FROM clock_timestamp() - t));
        COMMIT;
    END LOOP;
END $$;

-- at the end: the steps done by each invoice, from what was sent and what was passed by hand
CREATE FUNCTION pg_temp.verifier_histoire() RETURNS TABLE (quoi text, nb bigint) LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE faites ON COMMIT DROP AS
    SELECT x.*, f.echeance, e.delai, lag(x.le) OVER w AS avant, lag(x.etape) OVER w AS etape_avant, lag(e.delai) OVER w AS delai_avant
      FROM (SELECT l.creancier, l.facture, l.etape, r.envoyee_le AS le FROM creances.relance r JOIN creances.relance_creance l USING (creancier, relance)
             WHERE l.reclamee AND l.etat = 'envoyee'
            UNION ALL
            SELECT v.creancier, v.facture, (v.details ->> 'etape')::integer, v.le FROM creances.evenement v WHERE v.genre = 'etape_passee') x
      JOIN fn f ON f.numero = x.facture AND f.societe = x.creancier
      JOIN (VALUES (1, 1), (2, 7), (3, 15), (4, 30), (5, 45)) e (etape, delai) USING (etape)
    WINDOW w AS (PARTITION BY x.creancier, x.facture ORDER BY x.etape, x.le);
    RETURN QUERY SELECT 'steps done in order, none twice, none left out', count(*) FROM faites d WHERE d.etape <> coalesce(d.etape_avant, 0) + 1
      UNION ALL SELECT 'steps done before their delay', count(*) FROM faites d
                 WHERE d.le < d.echeance + d.delai OR d.le < d.avant + d.delai - d.delai_avant;
END $$;
CREATE FUNCTION pg_temp.bilan() RETURNS TABLE (quoi text, nb numeric) LANGUAGE sql AS
$$ SELECT quoi || CASE WHEN count(*) = 0 THEN ' NEVER CHECKED' ELSE '' END, sum(nb) FROM controle GROUP BY quoi ORDER BY quoi COLLATE "C" $$;
-- that the nights were lively enough to prove something
CREATE FUNCTION pg_temp.matiere(pour integer) RETURNS TABLE (quoi text, assez boolean) LANGUAGE sql AS $$
    SELECT m.quoi, coalesce((SELECT sum(c.nb) FROM compte c WHERE c.quoi = m.quoi), 0) >= m.nb * pour
      FROM (VALUES ('queued', 20), ('taken', 15), ('paid in the queue', 1), ('bounced', 0.1), ('claims dropped at taking', 0.1)) m (quoi, nb) $$;
CREATE FUNCTION pg_temp.genres() RETURNS TABLE (genre text, vu boolean) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT g, EXISTS (SELECT FROM creances.evenement e WHERE e.genre = g)
      FROM unnest(ARRAY['mise_en_file', 'validation', 'prise', 'envoi', 'echec', 'remise', 'annulation', 'etape_passee', 'erreur']) g;
END $$;

\set donnees ''
\getenv donnees CREANCES_DONNEES
\set long ''
\getenv long CREANCES_LONG
SELECT :'donnees' <> '' AS presentes \gset
\echo == invoices: generated ones, credit notes among them, and those of a public file
INSERT INTO fn (numero, societe, client, emission, echeance, montant, devise)
SELECT 'F' || i, CASE pg_temp.de('s' || i, 5) WHEN 0 THEN 'B' ELSE 'A' END, 'C' || pg_temp.de('c' || i, 40),
       date '2020-02-01' + pg_temp.de('e' || i, 40), date '2020-02-20' + pg_temp.de('d' || i, 60),
       (CASE WHEN i % 17 = 0 THEN -1 ELSE 1 END) * (1 + pg_temp.de('m' || i, 100000)) / 100.0, CASE WHEN i % 9 = 0 THEN 'USD' ELSE 'EUR' END
  FROM generate_series(1, 250) i;
CREATE TEMP TABLE brut (key_0 text, business_code text, cust_number text, name_customer text, business_year text, doc_id text, posting_date date,
    document_create_date date, document_create_date_1 date, due_in_date date, invoice_currency text, document_type text, posting_id text,
    total_open_amount numeric, baseline_create_date date, cust_payment_terms text, invoice_id text, isopen text,
    day_due text, delay_predict text, payment_date_predict text, aging_bucket text);
\if :presentes
\set fichier :donnees '/highradius_factures.csv'
COPY brut FROM :'fichier' (FORMAT csv, HEADER);
-- one debtor in twenty, or all of them with the full counts
INSERT INTO fn (numero, societe, client, emission, echeance, montant, devise)
SELECT split_part(doc_id, '.', 1), business_code, cust_number, posting_date, due_in_date, total_open_amount, invoice_currency
  FROM brut WHERE :'long' <> '' OR pg_temp.de(cust_number, 20) = 0;
SELECT count(*) > 500 FROM fn;
\else
\echo skipped: the folder of public test data is not there (generated invoices only)
\endif

\echo == sixty nights, everybody at work
CREATE EXTENSION creances;
SELECT creances.suivre_factures('fn', :'carte', depuis => '2020-03-01') = (SELECT count(*) FROM fn);
CALL pg_temp.jouer('2020-03-02', 60, true);
SELECT * FROM pg_temp.bilan();
SELECT * FROM pg_temp.verifier_histoire();
SELECT * FROM pg_temp.matiere(10);
SELECT * FROM pg_temp.genres();
SELECT count(DISTINCT etape) AS etapes FROM creances.avancement WHERE etape > 0;
SELECT count(*), count(*) FILTER (WHERE etat = 'terminee'), sum(erreurs) FROM creances.passe;
-- what the facts say is what the ERP says
SELECT count(*) FROM creances.verifier_suivi('fn');

\echo == the same from scratch with nobody: nothing goes past the first step, and somebody is told
DROP EXTENSION creances CASCADE;
CREATE EXTENSION creances;
UPDATE fn SET paye = 0, paye_le = NULL;
SELECT creances.suivre_factures('fn', :'carte', depuis => '2020-03-01') = (SELECT count(*) FROM fn);
CALL pg_temp.jouer('2020-03-02', 60, false);
SELECT * FROM pg_temp.bilan();
SELECT max(etape) AS etape_faite FROM creances.avancement;
SELECT etape, etat, count(*) > 50 AS assez FROM creances.relance_creance GROUP BY etape, etat;
SELECT raison, count(*) > 0 FROM creances.decision('2020-04-30') WHERE echeance < '2020-04-15' AND solde > 0 AND raison NOT LIKE 'couverte%' GROUP BY raison ORDER BY raison COLLATE "C";
SELECT gravite, code, objet, regexp_replace(message, '^\d+', 'N') FROM creances.alerte WHERE code = 'file';

DROP EXTENSION creances CASCADE;
DROP TABLE fn;
