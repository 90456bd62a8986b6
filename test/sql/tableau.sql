-- The dashboard: a snapshot per night, each figure against the function that
-- its formula names; what was written stays; targets by date and segment.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET timezone = 'Pacific/Auckland';
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.erreur(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	m text; d text; h text;
BEGIN
	EXECUTE requete;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, m, nullif(d, ''), nullif(h, ''));
END $$;

BEGIN;
CREATE EXTENSION creances;
CREATE SCHEMA essai;
SET LOCAL search_path = essai, pg_catalog;

\echo == empty books
SELECT creances.relever(), creances.relever('2024-01-31');
SELECT count(*) FROM creances.tableau_de_bord;
SELECT count(*) FROM creances.tendance;
SELECT count(*) FROM creances.tableau_de_bord('2024-01-31');
-- the catalogue: each has a formula, and the function that it names exists
SELECT count(*) = 17, count(*) = count(formule), bool_and(coalesce(source, '') <> ''),
	   bool_and(EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'creances'::regnamespace AND p.proname = substring(i.formule FROM '(\w+)\([^()]*\)[ .]*$')))
  FROM creances.indicateur i;

\echo == a year of two companies, two currencies, two segments
CREATE TABLE factures (id serial PRIMARY KEY, societe text, numero text, client text, emission date, echeance date, montant numeric, devise text, paye numeric DEFAULT 0, paye_le date);
-- one bill in three is paid late, one in seven is still owed; drawn once, from the number
INSERT INTO factures (societe, numero, client, emission, echeance, montant, devise)
SELECT CASE WHEN n % 4 = 0 THEN 'sud' ELSE 'nord' END, 'F' || n, 'C' || n % 11, date '2023-06-01' + n % 330, date '2023-07-01' + n % 330,
	   (100 + (n * 7919) % 900)::numeric + (n % 100) / 100.0, CASE WHEN n % 5 = 0 THEN 'USD' ELSE 'EUR' END
  FROM generate_series(1, 700) n;
SELECT creances.suivre_factures('factures', '{"creancier": "societe", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance",
	"montant": "montant", "devise": "devise", "regle": "paye", "regle_le": "paye_le"}', depuis => '2023-01-01');
UPDATE factures SET paye = montant, paye_le = echeance + CASE WHEN id % 3 = 0 THEN 12 + id % 40 ELSE -(id % 6) END WHERE id % 7 <> 0;
UPDATE factures SET paye = round(montant / 3, 2), paye_le = echeance + 20 WHERE id % 21 = 0;
UPDATE creances.debiteur SET segment = CASE WHEN debiteur IN ('C1', 'C2', 'C3') THEN 'grands comptes' WHEN debiteur <> 'C0' THEN 'tpe' END;
SELECT creancier, count(*), count(*) FILTER (WHERE solde <> 0) FROM creances.creance GROUP BY 1 ORDER BY 1;

\echo == three nights, worked out later: each figure is that of its function
SELECT creances.relever('2024-01-31') AS ecrites \gset
SELECT :ecrites = count(*), count(*) > 0 FROM creances.releve WHERE jour = '2024-01-31';
SELECT creances.relever('2024-02-29') > 0, creances.relever('2024-03-31') > 0;
SELECT DISTINCT jour, origine FROM creances.releve ORDER BY 1;
-- what the formula of each one says, written here once more; both grains
CREATE FUNCTION pg_temp.attendu(j date, par text) RETURNS TABLE (creancier text, segment text, devise text, indicateur text, valeur numeric) LANGUAGE sql AS $$
	SELECT creancier, segment, devise, 'encours', encours FROM creances.dso(j - 89, j, 'balance', par)
	UNION ALL SELECT creancier, segment, devise, 'creances', creances FROM creances.part_echue(j, par)
	UNION ALL SELECT creancier, segment, devise, 'echu', echu FROM creances.part_echue(j, par)
	UNION ALL SELECT creancier, segment, devise, 'plus_de_90', plus_de_90 FROM creances.part_echue(j, par)
	UNION ALL SELECT creancier, segment, devise, 'part_echue', round(echu / nullif(creances, 0) * 100, 2) FROM creances.part_echue(j, par)
	UNION ALL SELECT creancier, segment, devise, 'part_plus_de_90', round(plus_de_90 / nullif(creances, 0) * 100, 2) FROM creances.part_echue(j, par)
	UNION ALL SELECT creancier, segment, devise, 'dso', round(encours / nullif(ventes, 0) * 90, 2) FROM creances.dso(j - 89, j, 'balance', par)
	UNION ALL SELECT creancier, segment, devise, 'dso_epuisement', CASE WHEN complet THEN dso END FROM creances.dso((j + 1 - interval '24 months')::date, j, 'epuisement', par)
	UNION ALL SELECT creancier, segment, devise, 'dso_glissant', dso FROM creances.dso((j + 1 - interval '12 months')::date, j, 'glissant', par)
	UNION ALL SELECT creancier, segment, devise, 'bpdso', bpdso FROM creances.bpdso(j - 89, j, par)
	UNION ALL SELECT creancier, segment, devise, 'add', add FROM creances.add(j - 89, j, par)
	UNION ALL SELECT creancier, segment, devise, 'cei', cei FROM creances.cei((j + 1 - interval '1 month')::date, j, par)
	UNION ALL SELECT creancier, segment, devise, 'taux_recouvrement', taux FROM creances.taux_recouvrement(j - 89, j, par)
	UNION ALL SELECT creancier, segment, devise, 'retard_moyen', retard_moyen FROM creances.retard_moyen_pondere(j - 89, j, par)
	UNION ALL SELECT creancier, segment, devise, 'taux_promesses', taux FROM creances.promesses_tenues(j - 89, j, par)
	UNION ALL SELECT creancier, segment, devise, 'pertes', pertes FROM creances.encaissements(j - 89, j, par)
	UNION ALL SELECT creancier, segment, devise, 'cout_pour_100', cout_pour_100 FROM creances.cout_recouvrement(j - 89, j, par) WHERE devise = 'EUR'
$$;
SELECT j::date, par, count(*) > 0 AS lignes,
	   (SELECT count(*) FROM (
			(SELECT x.creancier, coalesce(x.segment, '') AS segment, x.devise, x.indicateur, round(x.valeur, 3) FROM pg_temp.attendu(j::date, par) x
			  WHERE par = 'creancier' OR x.segment <> ''
			 EXCEPT ALL
			 SELECT r.creancier, r.segment, r.devise, r.indicateur, round(r.valeur, 3) FROM creances.releve r WHERE r.jour = j AND (r.segment <> '') = (par = 'segment'))
			UNION ALL
			(SELECT r.creancier, r.segment, r.devise, r.indicateur, round(r.valeur, 3) FROM creances.releve r WHERE r.jour = j AND (r.segment <> '') = (par = 'segment')
			 EXCEPT ALL
			 SELECT x.creancier, coalesce(x.segment, ''), x.devise, x.indicateur, round(x.valeur, 3) FROM pg_temp.attendu(j::date, par) x
			  WHERE par = 'creancier' OR x.segment <> '')) d) AS ecarts
  FROM unnest('{2024-01-31,2024-02-29,2024-03-31}'::date[]) j, unnest('{creancier,segment}'::text[]) par
 CROSS JOIN LATERAL pg_temp.attendu(j::date, par) a GROUP BY 1, 2, j ORDER BY 1, 2;
-- the ratio that is stored is that of the two numbers beside it
SELECT count(*) FILTER (WHERE denominateur > 0) > 50, count(*) FILTER (WHERE denominateur > 0 AND abs(valeur - round(numerateur / denominateur * coef, 2)) > 0.01)
  FROM (SELECT r.*, CASE WHEN i.unite = 'jours' THEN r.jour - r.du + 1 ELSE 100 END AS coef
		  FROM creances.releve r JOIN creances.indicateur i USING (indicateur)
		 WHERE r.indicateur IN ('dso', 'bpdso', 'add', 'part_echue', 'part_plus_de_90', 'taux_recouvrement', 'cei', 'cout_pour_100')) x;

\echo == the balance of the snapshot is that of the aged balance
SELECT count(*) > 0, bool_and(r.valeur = b.montant)
  FROM creances.releve r
  JOIN (SELECT j::date AS jour, b.creancier, b.devise, sum(b.montant) AS montant FROM unnest('{2024-01-31,2024-02-29,2024-03-31}'::date[]) j, creances.balance_agee(j::date) b
		 GROUP BY 1, 2, 3) b USING (jour, creancier, devise)
 WHERE r.indicateur = 'encours' AND r.segment = '';

\echo == the dashboard: result, month before, evolution
SELECT creancier, coalesce(segment, '-'), devise, indicateur, unite, jour, du, resultat, precedent, precedent_le, evolution, tendance, reference, reference_source
  FROM creances.tableau_de_bord WHERE creancier = 'nord' AND devise = 'EUR' AND segment IS NULL ORDER BY ordre;
-- a month before 31 March is 29 February
SELECT DISTINCT jour, precedent_le FROM creances.tableau_de_bord;
SELECT DISTINCT jour, precedent_le FROM creances.tableau_de_bord('2024-03-30');
SELECT count(*) FROM creances.tableau_de_bord('2024-01-30');

\echo == targets: by date, segment before all, both directions
SELECT creances.fixer_objectif('nord', 'part_echue', 20, '2024-01-01');
SELECT creances.fixer_objectif('nord', 'part_echue', 99, '2024-03-01', motif => 'année difficile');
SELECT creances.fixer_objectif('nord', 'part_echue', 1, '2024-03-15', segment => 'tpe');
SELECT creances.fixer_objectif('nord', 'taux_recouvrement', 99, '2024-01-01');
SELECT creances.fixer_objectif('nord', 'taux_recouvrement', 5, '2024-01-01', devise => 'USD');
SELECT creances.fixer_objectif('nord', 'dso', 45, '2024-01-01');
SELECT creances.fixer_objectif('nord', 'dso', NULL, '2024-02-01', motif => 'plus suivi');
SELECT jour, coalesce(segment, '-'), devise, indicateur, objectif, ecart = resultat - objectif AS ecart, atteint
  FROM (SELECT * FROM creances.tableau_de_bord('2024-02-29') UNION ALL SELECT * FROM creances.tableau_de_bord) t
 WHERE creancier = 'nord' AND indicateur IN ('part_echue', 'taux_recouvrement', 'dso') ORDER BY 1, ordre, 2, 3;
-- reached or not is the sense of the indicator
SELECT count(*) > 0, bool_and(atteint = CASE WHEN indicateur IN ('taux_recouvrement', 'cei', 'taux_promesses') THEN resultat >= objectif ELSE resultat <= objectif END)
  FROM creances.tableau_de_bord WHERE objectif IS NOT NULL AND resultat IS NOT NULL;
-- at the target is reached, and who has none has no answer
SELECT creances.fixer_objectif('sud', indicateur, resultat, jour, devise => devise) FROM creances.tableau_de_bord
 WHERE creancier = 'sud' AND segment IS NULL AND devise = 'EUR' AND indicateur IN ('echu', 'cei');
SELECT indicateur, ecart, atteint FROM creances.tableau_de_bord WHERE creancier = 'sud' AND segment IS NULL AND devise = 'EUR' AND indicateur IN ('echu', 'cei', 'dso') ORDER BY 1;
-- both are in the history
SELECT le, details - 'motif' FROM creances.evenement WHERE genre = 'objectif' AND creancier = 'nord' ORDER BY le, details::text;

\echo == sector references: of the creditor, of the user, of the year that had begun
SELECT DISTINCT creancier, indicateur, reference, reference_source FROM creances.tableau_de_bord WHERE reference IS NOT NULL AND devise = 'EUR' AND creancier = 'nord' ORDER BY 1, 2;
UPDATE creances.creancier SET details = '{"secteur": "batiment"}' WHERE creancier = 'nord';
SELECT DISTINCT creancier, indicateur, reference, reference_source FROM creances.tableau_de_bord WHERE reference IS NOT NULL AND devise = 'EUR' AND creancier = 'nord' ORDER BY 1, 2;
INSERT INTO creances.reference_secteur (secteur, indicateur, annee, valeur, intitule, source) VALUES ('batiment', 'dso', 2023, 66, 'nos adhérents', 'Syndicat'), ('batiment', 'cei', 2023, 80, 'nos adhérents', 'Syndicat');
SELECT DISTINCT creancier, indicateur, reference, reference_source FROM creances.tableau_de_bord WHERE reference IS NOT NULL AND devise = 'EUR' AND creancier = 'nord' ORDER BY 1, 2;
SELECT (creances._reference('ensemble', 'dso', '2017-05-01')).valeur, (creances._reference('inconnu', 'dso', '2024-05-01')).valeur, (SELECT count(*) FROM creances._reference('ensemble', 'dso', '2015-05-01'));
SELECT pg_temp.erreur($$UPDATE creances.reference_secteur SET valeur = 1 WHERE origine = 'creances'$$);
-- a shipped reference says where it was read
SELECT count(*) > 0, bool_and(length(source) > 10 AND length(intitule) > 10) FROM creances.reference_secteur WHERE origine = 'creances';

\echo == what was written stays; what was missing comes
SELECT creances.relever('2024-02-29');
UPDATE factures SET paye = montant, paye_le = '2024-02-10' WHERE id = 7;
SELECT creances.relever('2024-02-29');
DELETE FROM creances.releve WHERE jour = '2024-02-29' AND creancier = 'sud';
SELECT creances.relever('2024-02-29') AS ecrites \gset
SELECT :ecrites = count(*), :ecrites > 0 FROM creances.releve WHERE jour = '2024-02-29' AND creancier = 'sud';
-- one creditor only
SELECT creances.relever('2023-12-31', 'sud') AS ecrites \gset
SELECT :ecrites = count(*), min(creancier), max(creancier) FROM creances.releve WHERE jour = '2023-12-31';

\echo == without a date, the day that has ended, and what is kept of the debtors; again the next minute
SELECT creances.relever() AS ecrites \gset
SELECT :ecrites = count(*), :ecrites > 0, bool_and(jour = creances.aujourdhui(creancier) - 1) FROM creances.releve WHERE origine = 'nuit';
SELECT count(*) AS avant FROM creances.releve \gset
UPDATE factures SET paye = montant, paye_le = '2024-02-10' WHERE id = 14;
SELECT creances.relever() > 0;
SELECT count(*) = :avant FROM creances.releve;
SELECT r.valeur = sum(b.montant) FROM creances.releve r JOIN creances.balance_agee(creances.aujourdhui() - 1) b USING (creancier, devise)
 WHERE r.origine = 'nuit' AND r.segment = '' AND r.indicateur = 'encours' AND r.creancier = 'nord' AND r.devise = 'EUR' GROUP BY r.valeur;
SELECT count(*) > 0, bool_and(jour = creances.aujourdhui(creancier) - 1) FROM creances.profil_payeur;
-- an invoice of that day that came in after the snapshot: the next run closes the day with it
INSERT INTO factures (societe, numero, client, emission, echeance, montant, devise) VALUES ('nord', 'TARD', 'C1', creances.aujourdhui('nord') - 1, creances.aujourdhui('nord') + 30, 50000, 'EUR');
SELECT valeur AS encours FROM creances.releve WHERE origine = 'nuit' AND segment = '' AND indicateur = 'encours' AND creancier = 'nord' AND devise = 'EUR' \gset
SELECT creances.relever() > 0;
SELECT valeur - :encours FROM creances.releve WHERE origine = 'nuit' AND segment = '' AND indicateur = 'encours' AND creancier = 'nord' AND devise = 'EUR';
-- a segment that was told otherwise: the night is written whole, the one that went is at 0
UPDATE creances.debiteur SET segment = 'autre' WHERE segment = 'tpe';
SELECT creances.relever() > 0;
SELECT segment, valeur > 0 FROM creances.releve WHERE origine = 'nuit' AND creancier = 'nord' AND devise = 'EUR' AND indicateur = 'encours' ORDER BY 1;
SELECT segment, indicateur, valeur FROM creances.releve WHERE origine = 'nuit' AND creancier = 'nord' AND devise = 'EUR' AND segment = 'tpe' ORDER BY 2;
-- an older night is written if it is missing, never completed
SELECT creances.relever('2024-03-31');
-- of who owes nothing any more the curve goes on at 0; of a segment, once
SELECT creances.relever('2024-04-30') > 0;
UPDATE factures SET paye = montant, paye_le = '2024-06-01' WHERE societe = 'sud' AND paye < montant;
SELECT creances.relever('2025-01-31') > 0, creances.relever('2025-02-28') > 0;
SELECT jour, segment, indicateur, valeur FROM creances.releve WHERE creancier = 'sud' AND jour BETWEEN '2025-01-31' AND '2025-02-28' AND indicateur IN ('encours', 'echu') AND devise = 'USD' ORDER BY 1, 2, 3;
-- a day is the creditor's own
UPDATE creances.creancier SET fuseau = CASE creancier WHEN 'nord' THEN 'Pacific/Kiritimati' ELSE 'Etc/GMT+12' END;
DELETE FROM creances.releve WHERE origine = 'nuit';
INSERT INTO factures (societe, numero, client, emission, echeance, montant, devise) VALUES ('sud', 'S', 'C1', '2024-01-01', '2024-01-31', 10, 'EUR');
SELECT creances.relever() > 0;
SELECT creancier, bool_and(jour = creances.aujourdhui(creancier) - 1), count(DISTINCT jour) FROM creances.releve WHERE origine = 'nuit' GROUP BY 1 ORDER BY 1;
-- one creditor alone
DELETE FROM creances.releve WHERE origine = 'nuit';
SELECT creances.relever(creancier => 'sud') > 0;
SELECT DISTINCT creancier FROM creances.releve WHERE origine = 'nuit';

\echo == payments known on the day of the takeover, without their dates: nothing before it, nothing that looks back before it
CREATE TABLE reprises (numero text PRIMARY KEY, client text, emission date, echeance date, montant numeric, paye numeric);
INSERT INTO reprises SELECT 'R' || n, 'RC' || n % 3, creances.aujourdhui() - 40 - n, creances.aujourdhui() - 10 - n, 1000, CASE WHEN n % 5 > 0 THEN 1000 ELSE 0 END FROM generate_series(1, 50) n;
SELECT creances.suivre_factures('reprises', '{"creancier": "''repris''", "facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance", "montant": "montant", "regle": "paye"}');
SELECT creances._ouverture('repris') = creances.aujourdhui('repris'), creances._ouverture('nord') IS NULL;
SET LOCAL client_min_messages = error;
SELECT creances.relever(creances.aujourdhui() - 30, 'repris'), creances.relever(creancier => 'repris') > 0;
SET LOCAL client_min_messages = warning;
SELECT DISTINCT jour = creances.aujourdhui('repris') FROM creances.releve WHERE creancier = 'repris';
SELECT indicateur, valeur FROM creances.releve WHERE creancier = 'repris' AND indicateur IN ('encours', 'part_echue', 'cei', 'dso_glissant', 'dso') ORDER BY 1;
SELECT debiteur, encours, regle FROM creances.profil_payeur WHERE creancier = 'repris' ORDER BY 1;

\echo == bad input
SELECT pg_temp.erreur($$SELECT creances.relever('infinity')$$);
SELECT pg_temp.erreur($$SELECT creances.relever('2999-01-01')$$) ~ '^RC006 \| le jour du relevé est dans le futur : 2999-01-01 \|';
SELECT pg_temp.erreur($$SELECT creances.relever(NULL, 'ouest')$$);
SELECT pg_temp.erreur(format('SELECT creances.fixer_objectif(%s)', x))
  FROM unnest(ARRAY[$$'ouest', 'dso', 45$$, $$NULL, 'dso', 45$$, $$'nord', 'dos', 45$$, $$'nord', NULL, 45$$, $$'nord', 'encours', 45$$, $$'nord', 'dso', 'NaN'$$,
					$$'nord', 'dso', 'infinity'$$, $$'nord', 'dso', 1e15$$, $$'nord', 'dso', 45, 'infinity'$$, $$'nord', 'dso', 45, '1200-01-01'$$,
					$$'nord', 'dso', 45, segment => 'vip'$$, $$'nord', 'dso', 45, devise => 'euro'$$, $$'nord', 'dso', 45, devise => NULL$$]) x;
SELECT pg_temp.erreur($$SELECT * FROM creances.tableau_de_bord(NULL)$$);
SELECT pg_temp.erreur($$SELECT * FROM creances.tableau_de_bord('infinity')$$);

\echo == rights: who reads does not write
CREATE ROLE regress_bi;
CREATE ROLE regress_credit;
SELECT creances.accorder('regress_bi', 'lecture'), creances.accorder('regress_credit', 'gestion');
SET LOCAL ROLE regress_bi;
SELECT count(*) > 0 FROM creances.tableau_de_bord;
SELECT left(pg_temp.erreur($$SELECT creances.relever()$$), 5), left(pg_temp.erreur($$SELECT creances.fixer_objectif('nord', 'dso', 1)$$), 5),
	   left(pg_temp.erreur($$DELETE FROM creances.releve$$), 5);
SET LOCAL ROLE regress_credit;
SELECT creances.relever() > 0, pg_temp.erreur($$SELECT creances.fixer_objectif('nord', 'dso', 50)$$), left(pg_temp.erreur($$UPDATE creances.releve SET valeur = 0$$), 5);
RESET ROLE;
SELECT count(*) FROM creances.coherence();
ROLLBACK;
