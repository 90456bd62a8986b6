-- Five years of a ledger, written into the facts as a refresh would leave them:
-- terms of 30 to 60 days, debtors who pay early, late or not at all, payments in
-- two parts, rejected ones, deposits, credit notes, write-offs; then what the
-- engine and people have made of it.  About one item of eleven is open, today as
-- a year ago.  The ERP's own table is there and is empty: nobody reads it.
-- :lignes receivables of :debiteurs debtors
\set QUIET on
SET client_min_messages = warning;
SET synchronous_commit = off;
SET work_mem = '128MB';
SET maintenance_work_mem = '512MB';
SELECT setseed(0.6) \g /dev/null

CREATE TABLE public.factures (numero text PRIMARY KEY, client text NOT NULL, emission date NOT NULL, echeance date NOT NULL,
							  montant numeric(12,2) NOT NULL, paye numeric(12,2) NOT NULL DEFAULT 0, paye_le date);
SELECT creances.suivre_factures('public.factures', '{"facture": "numero", "debiteur": "client", "emission": "emission", "echeance": "echeance",
	"montant": "montant", "regle": "paye", "regle_le": "paye_le"}'::jsonb, depuis => current_date - 1826) \g /dev/null

INSERT INTO creances.creancier (creancier, nom, details)
SELECT x.creancier, 'Société ' || x.creancier, '{"adresse": "1 rue de la Paix, 75002 Paris", "iban": "FR7630006000011234567890189"}'
  FROM (VALUES ('principal'), ('filiale')) x(creancier)
ON CONFLICT (creancier) DO UPDATE SET nom = excluded.nom, details = excluded.details;

-- what a debtor is: a few buy much, and each has his own habits
CREATE UNLOGGED TABLE public.client AS
SELECT d, CASE d % 10 WHEN 0 THEN 'filiale' ELSE 'principal' END AS creancier, 'C' || to_char(d, 'FM000000') AS debiteur,
	   CASE d % 40 WHEN 3 THEN 'USD' ELSE 'EUR' END AS devise, 30 + 15 * (abs(hashint4(d)::bigint) % 3)::integer AS delai,
	   -5 + (abs(hashint4(d + 1)::bigint) % 66)::integer AS retard
  FROM generate_series(0, :debiteurs - 1) d;
INSERT INTO creances.debiteur (creancier, debiteur, nom, type, courriel, telephone, adresse, segment, siren)
SELECT creancier, debiteur, 'Client ' || debiteur, CASE WHEN d % 20 = 7 THEN 'public' WHEN d % 33 = 8 THEN 'consommateur' ELSE 'professionnel' END,
	   CASE WHEN d % 25 <> 1 THEN 'compta@' || lower(debiteur) || '.example' END, CASE WHEN d % 5 <> 2 THEN '0102030405' END,
	   CASE WHEN d % 12 <> 4 THEN d || ' rue du Port, 33000 Bordeaux' END, (ARRAY['grands comptes', 'pme', 'artisans', NULL])[1 + d % 4],
	   CASE WHEN d % 3 = 0 THEN '552100554' END
  FROM public.client;

-- the life of each receivable; those of one invoice follow each other
CREATE UNLOGGED TABLE public.vie AS
SELECT x.i, c.creancier, c.debiteur, c.devise, m.genre,
	   CASE m.genre WHEN 'compte' THEN 'compte:' ELSE '' END || 'FA' || x.i - x.r AS facture, x.r + 1 AS rang,
	   m.montant, e.emission, e.emission + c.delai + 30 * x.r AS echeance, p.paye_le,
	   -- NULL: open
	   CASE WHEN m.genre = 'compte' AND e.emission > current_date - 200 THEN NULL
			WHEN p.jamais THEN CASE WHEN e.emission < current_date - 1095 AND x.i % 97 <> 0 THEN e.emission + 1095 END
			WHEN p.paye_le <= current_date THEN p.paye_le END AS soldee_le,
	   p.jamais, x.u4 AS u
  FROM (SELECT i, CASE WHEN i % 60 IN (1, 2) THEN (i % 60)::integer ELSE 0 END AS r, random() AS u1, random() AS u2, random() AS u3, random() AS u4
		  FROM generate_series(1::bigint, :lignes) i OFFSET 0) x
 CROSS JOIN LATERAL (SELECT floor(:debiteurs * power((hashint8(x.i - x.r)::bigint + 2147483648) / 4294967296.0, 2))::integer AS d) d
  JOIN public.client c ON c.d = d.d
 CROSS JOIN LATERAL (SELECT current_date - 1826 + ((x.i - x.r) * 1826 / :lignes)::integer AS emission) e
 CROSS JOIN LATERAL (SELECT CASE WHEN x.r = 0 AND x.i % 100 = 7 THEN 'avoir' WHEN x.r = 0 AND x.i % 400 = 9 THEN 'compte' ELSE 'facture' END AS genre,
							round((20 + 3000 * power(x.u1, 3))::numeric, 2) AS montant) m
 CROSS JOIN LATERAL (SELECT x.u2 < 0.06 AS jamais,
							greatest(e.emission, e.emission + c.delai + 30 * x.r + c.retard + floor(-25 * ln(1 - x.u3))::integer) AS paye_le) p;
ANALYZE public.vie;

-- (the other indexes at the end; views lean on the keys)
CREATE TEMPORARY TABLE a_refaire AS
SELECT pg_get_indexdef(i.indexrelid) AS definition, i.indexrelid::regclass::text AS nom
  FROM pg_index i WHERE i.indrelid IN ('creances.creance'::regclass, 'creances.reglement'::regclass) AND NOT i.indisprimary;
SELECT 'DROP INDEX ' || nom FROM a_refaire \gexec

INSERT INTO creances.creance (creancier, facture, rang, debiteur, nature, emission, livraison, nee_le, echeance, montant, devise, solde, soldee_le,
							  versions, version_le, suivi, cle)
SELECT creancier, facture, rang, debiteur, CASE genre WHEN 'compte' THEN 'acompte' ELSE genre END, emission, CASE WHEN i % 3 = 0 THEN emission - 2 END, emission,
	   echeance, CASE genre WHEN 'avoir' THEN -montant WHEN 'compte' THEN 0 ELSE montant END, devise,
	   CASE WHEN soldee_le IS NOT NULL THEN 0
			WHEN genre <> 'facture' THEN -montant
			WHEN u < 0.08 AND emission + 20 <= current_date THEN montant - round(montant * 0.4, 2)
			ELSE montant END, soldee_le, (i % 100 = 13 AND emission + 10 <= current_date)::integer,
	   CASE WHEN i % 100 = 13 AND emission + 10 <= current_date THEN emission + 10 END, 'public.factures'::regclass, i::text
  FROM public.vie WHERE NOT (genre = 'compte' AND soldee_le IS NOT NULL)
 ORDER BY i;
INSERT INTO creances.creance_version (creancier, facture, rang, version, jusque, debiteur, nee_le, emission, echeance, montant, devise, retiree, motif, connu_le)
SELECT creancier, facture, rang, 1, version_le, debiteur, nee_le, emission, echeance - 15, montant, devise, false, 'echeance', version_le + time '22:00'
  FROM creances.creance WHERE versions = 1;
INSERT INTO creances.reglement (creancier, reglement, facture, rang, le, montant, nature, dit_le, connu_le)
SELECT v.creancier, concat_ws(':', v.facture, v.rang, r.n), v.facture, v.rang, r.le, r.montant, r.nature, r.le, r.le + time '22:00' + r.n * interval '1 minute'
  FROM public.vie v
 CROSS JOIN LATERAL (
	-- written off, or unlettered money
	SELECT 1 AS n, v.soldee_le AS le, v.montant, 'perte' AS nature WHERE v.jamais AND v.soldee_le IS NOT NULL AND v.genre = 'facture'
	UNION ALL
	SELECT 1, v.emission, v.montant, 'paiement' WHERE v.genre = 'compte' AND v.soldee_le IS NULL
	UNION ALL
	SELECT 1, v.soldee_le, -v.montant, 'avoir' WHERE v.genre = 'avoir' AND v.soldee_le IS NOT NULL
	UNION ALL
	-- part of it
	SELECT 1, least(v.emission + 20, current_date), round(v.montant * 0.4, 2), 'paiement'
	 WHERE v.genre = 'facture' AND v.soldee_le IS NULL AND v.u < 0.08 AND v.emission + 20 <= current_date
	UNION ALL
	SELECT x.n, x.le, x.montant, x.nature
	  FROM (VALUES
		-- in two parts, rejected once, after a credit note, after a deposit, at once
		(1, 1, greatest(v.emission, v.soldee_le - 20), round(v.montant / 2, 2), 'paiement'),
		(1, 2, v.soldee_le, v.montant - round(v.montant / 2, 2), 'paiement'),
		(2, 1, greatest(v.emission, v.soldee_le - 15), v.montant, 'paiement'),
		(2, 2, greatest(v.emission, v.soldee_le - 10), -v.montant, 'annulation'),
		(2, 3, v.soldee_le, v.montant, 'paiement'),
		(3, 1, greatest(v.emission, v.soldee_le - 30), round(v.montant / 10, 2), 'avoir'),
		(3, 2, v.soldee_le, v.montant - round(v.montant / 10, 2), 'paiement'),
		(4, 1, v.emission - 10, round(v.montant * 0.3, 2), 'acompte'),
		(4, 2, v.soldee_le, v.montant - round(v.montant * 0.3, 2), 'paiement'),
		(5, 1, v.soldee_le, v.montant, 'paiement')) x(cas, n, le, montant, nature)
	 WHERE v.genre = 'facture' AND NOT v.jamais AND v.soldee_le IS NOT NULL
	   AND x.cas = CASE WHEN v.u < 0.06 THEN 1 WHEN v.u < 0.065 THEN 2 WHEN v.u < 0.075 THEN 3 WHEN v.u < 0.08 THEN 4 ELSE 5 END) r
 ORDER BY r.le, v.i, r.n;
SELECT definition FROM a_refaire \gexec
VACUUM (FREEZE, ANALYZE) creances.creance;
VACUUM (FREEZE, ANALYZE) creances.reglement;

-- reminders sent, and how far each open item has come
INSERT INTO creances.avancement (creancier, facture, rang, scenario, etape, stade, etape_le, mise_en_demeure_le, prochaine_relance)
SELECT c.creancier, c.facture, c.rang, 'standard', e.etape, e.stade, CASE WHEN e.etape > 0 THEN c.echeance + e.delai END, CASE WHEN e.etape >= 4 THEN c.echeance + 30 END,
	   CASE WHEN e.etape < 5 THEN c.echeance + n.delai END
  FROM creances.creance c
  JOIN (SELECT 0 AS etape, NULL::creances.stade_relance AS stade, -100000 AS delai, 0 AS fin
		UNION ALL
		SELECT x.etape, x.stade::creances.stade_relance, x.delai, lead(x.delai) OVER (ORDER BY x.etape) - 1 FROM creances.etape_active x WHERE x.scenario = 'standard') e
	ON current_date - c.echeance BETWEEN e.delai + 1 AND coalesce(e.fin, 10000) + 1
  LEFT JOIN creances.etape_active n ON n.scenario = 'standard' AND n.etape = e.etape + 1
 WHERE c.solde > 0 AND c.nature = 'facture';
CREATE TEMPORARY TABLE relancees AS
SELECT c.creancier, c.debiteur, c.devise, c.echeance + 15 AS le, c.facture, c.rang, c.echeance,
	   md5(concat_ws('|', c.creancier, c.debiteur, c.devise, c.echeance + 15))::uuid AS relance
  FROM creances.creance c
 WHERE c.montant > 0 AND c.echeance + 15 BETWEEN current_date - 730 AND current_date - 1 AND coalesce(c.soldee_le, 'infinity') > c.echeance + 15;
INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat, envoyee_le, envoyee_instant, prise_le, cout)
SELECT creancier, relance, debiteur, devise, 'message', le, 'standard', 'lettre', 'relance_3', false, 'envoyee', le, le + time '08:00', le, 2
  FROM relancees GROUP BY creancier, relance, debiteur, devise, le;
INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, scenario, etape, occurrence, stade, echeance, etat, solde)
SELECT creancier, relance, facture, rang, true, 'standard', 3, 1, 'relance_3', echeance, 'envoyee', 1 FROM relancees;
INSERT INTO creances.evenement (creancier, genre, le, instant, debiteur, relance, details)
SELECT creancier, 'envoi', le, le + time '08:00', debiteur, relance, '{"canal": "lettre"}' FROM creances.relance;

-- tonight's queue: the debtors whose first reminder is due, some to be looked at before, some that failed
CREATE TEMPORARY TABLE en_file AS
SELECT c.creancier, c.debiteur, c.devise, c.facture, c.rang, c.echeance,
	   md5(concat_ws('|', c.creancier, c.debiteur, c.devise, 'file'))::uuid AS relance,
	   CASE WHEN hashtext(c.debiteur) % 20 = 0 THEN 'a_valider' WHEN hashtext(c.debiteur) % 50 = 1 THEN 'echec' ELSE 'a_envoyer' END AS etat
  FROM creances.creance c WHERE c.solde > 0 AND c.nature = 'facture' AND c.echeance = current_date - 1;
INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, groupe, le, scenario, canal, stade, validation, etat, motif)
SELECT creancier, relance, debiteur, devise, 'message', '', current_date, 'standard', 'courriel', 'relance_1', etat = 'a_valider', etat,
	   CASE etat WHEN 'echec' THEN 'adresse inconnue' END
  FROM en_file GROUP BY creancier, relance, debiteur, devise, etat;
INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, scenario, etape, occurrence, stade, echeance, etat)
SELECT creancier, relance, facture, rang, true, 'standard', 1, 1, 'relance_1', echeance, etat FROM en_file;
UPDATE creances.avancement a SET prochaine_relance = NULL FROM en_file f WHERE a.creancier = f.creancier AND a.facture = f.facture AND a.rang = f.rang;
INSERT INTO creances.passe (creancier, jour, numero, etat, fin, scenarios)
SELECT k.creancier, current_date - n, 1, 'terminee', clock_timestamp(), 'x' FROM creances.creancier k, generate_series(0, 365) n;

-- what people noted: agreements, disputes, promises, plans, insolvencies
INSERT INTO creances.convention (creancier, debiteur, depuis, taux, source)
SELECT 'principal', '', current_date - 1500, '3xTIL'::creances.taux_retard, 'CGV'
UNION ALL
SELECT creancier, debiteur, current_date - 900, '12 %'::creances.taux_retard, 'contrat' FROM public.client WHERE d % 60 = 5;
CREATE TEMPORARY TABLE ouvertes AS
SELECT c.*, row_number() OVER (ORDER BY hashtext(c.facture), c.facture, c.rang) AS n, count(*) OVER () AS nb
  FROM creances.creance c WHERE c.solde > 0 AND c.nature = 'facture' AND c.echeance < current_date - 2;
INSERT INTO creances.acte (creancier, acte, genre, debiteur, facture, rang, le, jusque, montant, motif, cause, issue)
SELECT creancier, gen_random_uuid(), g.genre, debiteur, CASE WHEN g.genre <> 'procedure_collective' THEN facture ELSE '' END,
	   CASE WHEN g.genre <> 'procedure_collective' THEN rang ELSE 0 END, echeance + 1,
	   CASE WHEN g.genre = 'suspension' THEN current_date + 20 WHEN g.genre = 'litige' AND n % 3 = 0 THEN current_date - 1 END,
	   CASE WHEN g.genre = 'litige' AND n % 2 = 0 THEN round(solde / 2, 2) WHEN g.genre = 'encaissement' THEN solde WHEN g.genre = 'frais' THEN 55 END, 'noté', CASE g.genre WHEN 'litige' THEN 'qualite' END,
	   CASE WHEN g.genre = 'litige' AND n % 3 = 0 THEN 'non_fonde' END
  FROM ouvertes
 CROSS JOIN LATERAL (SELECT CASE WHEN n <= nb / 60 THEN 'litige' WHEN n <= nb / 50 THEN 'mise_en_demeure' WHEN n <= nb / 45 THEN 'frais'
								 WHEN n <= nb / 44 THEN 'encaissement' WHEN n <= nb / 42 THEN 'suspension'
								 WHEN n <= nb / 42 + nb / 5000 THEN 'procedure_collective' END AS genre) g
 WHERE g.genre IS NOT NULL;
CREATE TEMPORARY TABLE promises AS
SELECT x.creancier, x.debiteur, x.devise, gen_random_uuid() AS acte, sum(x.solde) AS montant, x.n % 5 AS cas,
	   array_agg(x.facture ORDER BY x.facture, x.rang) AS factures, array_agg(x.rang ORDER BY x.facture, x.rang) AS rangs, array_agg(x.solde ORDER BY x.facture, x.rang) AS soldes
  FROM (SELECT o.*, abs(hashtext(o.debiteur)::bigint) % 40 AS d40 FROM ouvertes o) x
 WHERE x.d40 = 4 AND x.echeance > current_date - 60
 GROUP BY x.creancier, x.debiteur, x.devise, x.n % 5;
INSERT INTO creances.acte (creancier, acte, genre, debiteur, le, montant, motif)
SELECT creancier, acte, CASE cas WHEN 4 THEN 'plan' ELSE 'promesse' END, debiteur, current_date - CASE WHEN cas < 2 THEN 1 ELSE 40 END, NULL, 'au téléphone' FROM promises;
INSERT INTO creances.engagement (creancier, acte, genre, devise, tolerance, rompu_le)
SELECT creancier, acte, CASE cas WHEN 4 THEN 'plan' ELSE 'promesse' END, devise, 3, CASE WHEN cas IN (2, 3) THEN current_date - 20 END FROM promises;
INSERT INTO creances.engagement_creance (creancier, acte, facture, rang, solde)
SELECT p.creancier, p.acte, x.facture, x.rang, x.solde FROM promises p, unnest(p.factures, p.rangs, p.soldes) x(facture, rang, solde);
INSERT INTO creances.engagement_echeance (creancier, acte, numero, echeance, montant)
SELECT p.creancier, p.acte, n, CASE p.cas WHEN 4 THEN current_date - 40 + 30 * n WHEN 0 THEN current_date + 5 WHEN 1 THEN current_date + 8 ELSE current_date - 25 END,
	   CASE p.cas WHEN 4 THEN round(p.montant / 4, 2) ELSE p.montant END
  FROM promises p, generate_series(1, CASE p.cas WHEN 4 THEN 4 ELSE 1 END) n;
DROP TABLE public.vie, public.client;
VACUUM (ANALYZE);
