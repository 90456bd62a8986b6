-- The story of script/demo, up to last night.  Needs script/demo-erp.sql;
-- script/demo-soir.sql goes on from here.

\set QUIET on
\pset footer off
\pset null ''

\echo
\echo '1. LES TABLES DE L''ERP, TELLES QU''ELLES SONT : public.factures, public.clients'
\echo
SELECT * FROM public.factures WHERE montant_paye < montant_ttc ORDER BY id LIMIT 4;
SELECT count(*) AS factures, count(DISTINCT client) AS clients, sum(montant_ttc) AS total_ttc,
	   sum(montant_ttc - montant_paye) AS reste_du,
	   sum(montant_ttc - montant_paye) FILTER (WHERE date_echeance < (now() AT TIME ZONE 'Europe/Paris')::date) AS dont_en_retard
  FROM public.factures;

\echo '2. UN APPEL RELIE CHACUNE ; les colonnes sont reconnues à leurs noms'
\echo
\echo '   CREATE EXTENSION creances;'
\echo '   SELECT creances.suivre_factures(''public.factures'', depuis => ''(il y a huit semaines)'');'
\echo '   SELECT creances.suivre_clients(''public.clients'');'
\echo
CREATE EXTENSION creances;
SELECT creances.aujourdhui() - 56 AS depuis \gset
SELECT creances.suivre_factures('public.factures', depuis => :'depuis') AS creances_suivies;
SELECT creances.suivre_clients('public.clients') AS clients_suivis;
-- who writes the letters
UPDATE creances.creancier
   SET nom = 'Fournitures du Ponant',
	   details = '{"adresse": "5 rue du Port\n29000 Quimper", "siren": "123 123 127", "telephone": "02 98 00 00 00", "iban": "FR7630006000011234567890189"}'
 WHERE creancier = 'principal';

\echo '3. HUIT SEMAINES DE NUITS, REJOUÉES'
\echo
\echo '   Chaque nuit, CALL creances.passe_relance() décide pour chaque facture en retard'
\echo '   (courriel à J+1, appel à J+7, lettre à J+15, mise en demeure à J+30, contentieux à J+45)'
\echo '   et met en file un message par client au plus. Le matin, prendre_relances() donne ce qui'
\echo '   est à envoyer, et confirmer_envoi() fait avancer la facture d''une étape. Une mise en'
\echo '   demeure attend d''abord qu''une personne la valide. Et la vie passe par là :'
\echo

-- What people do meanwhile: how many days ago, who, what they say, and the call
-- (or the ERP's own write) that tells it; {f} is his oldest unpaid invoice of
-- that amount.
CREATE TEMPORARY TABLE vie AS
SELECT v.n, j.le, v.client, v.quoi,
	   replace(replace(replace(replace(v.appel, '{f}', coalesce((SELECT quote_literal(min(f.numero)) FROM public.factures f WHERE f.client = v.client AND f.montant_ttc = v.montant AND f.montant_paye < f.montant_ttc), '')),
							   '{client}', quote_literal(v.client)), '{le}', quote_literal(j.le)), '{dans}', quote_literal(j.le + coalesce(v.dans, 0))) AS appel,
	   false AS fait
  FROM (VALUES
	(1, 46, 'Cœur de Ville Immobilier', 2400.00, NULL, 'la plateforme a rejeté sa facture',
	 'SELECT creances.recevoir_statut(''principal'', {f}, NULL, 213, {le}, ''REJ_SEMAN'')'),
	(2, 32, 'Garage Lefèvre & Fils', 2745.60, NULL, 'obtient un plan de trois mois',
	 'SELECT creances.accorder_plan(''principal'', {client}, ARRAY[{le}::date + 7, {le}::date + 21, {le}::date + 52], ''{582,582,581.60}'', le => {le})'),
	(3, 26, 'Hôtel "Le Cèdre Bleu"', 6880.50, NULL, 'conteste 1 200 EUR',
	 'SELECT creances.ouvrir_litige(''principal'', {f}, ''draps tachés'', montant => 1200, cause => ''qualite'', le => {le})'),
	(4, 25, 'Garage Lefèvre & Fils', 2745.60, NULL, 'paie la première échéance de son plan',
	 'UPDATE public.factures SET montant_paye = montant_paye + 582, date_paiement = {le} WHERE numero = {f}'),
	(5, 12, 'L''Atelier des Forêts', 1125.50, 4, 'promet de payer sous quatre jours',
	 'SELECT creances.promettre(''principal'', {client}, {dans}, le => {le})'),
	(6, 8, 'Boulangerie de l''Étoile', 498.40, 4, 'promet 498,40 EUR sous quatre jours',
	 'SELECT creances.promettre(''principal'', {client}, {dans}, 498.40, {f}, le => {le})'),
	(7, 5, 'Boulangerie de l''Étoile', 498.40, NULL, 'paie ce qu''elle a promis',
	 'UPDATE public.factures SET montant_paye = montant_ttc, date_paiement = {le} WHERE numero = {f}'),
	(8, 5, 'Imprimerie Thévenot', NULL, -7, 'en redressement : le BODACC le dit, son SIREN le trouve',
	 'SELECT * FROM creances.rapprocher_procedures(jsonb_build_array(jsonb_build_object(''siren'', ''123456782'', ''jugement'', {dans}, ''publication'', {le}, ''nature'', ''redressement'')), ouvrir => true)')
	) v (n, il_y_a, client, montant, dans, quoi, appel)
 CROSS JOIN (SELECT jour - greatest(extract(isodow FROM jour)::integer - 5, 0) AS auj FROM (SELECT creances.aujourdhui() AS jour) x) a
 CROSS JOIN LATERAL (SELECT creances.jour_ouvre_suivant(a.auj - v.il_y_a) AS le) j;
SELECT le, client, quoi, coalesce(substring(appel FROM 'creances\.\w+') || '()', 'UPDATE public.factures') AS par FROM vie ORDER BY le, n;

-- Working days up to yesterday; on a day off, the queue of the last of them is
-- left as it is, being tonight's work.
DO $$
DECLARE
	auj CONSTANT date := creances.aujourdhui();
	derniere CONSTANT date := max(j) FROM generate_series(auj - 15, auj, interval '1 day') AS j
							   WHERE creances.est_ouvre(j::date);
	nuit date;
	prises uuid[];
	fait text;
BEGIN
	FOR nuit IN SELECT j FROM generate_series(auj - 56, auj - 1, interval '1 day') AS j
				 WHERE creances.est_ouvre(j::date)
	LOOP
		CALL creances.passe_relance(nuit);
		EXIT WHEN nuit = derniere;

		-- the credit manager takes two days to validate, more where something is contested; one customer pays meanwhile
		UPDATE public.factures SET montant_paye = montant_ttc, date_paiement = nuit
		 WHERE client = 'Transports Muñoz' AND montant_paye < montant_ttc AND date_echeance < nuit
		   AND EXISTS (SELECT FROM creances.a_faire WHERE debiteur = 'Transports Muñoz' AND etat = 'a_valider');
		PERFORM creances.valider_relance(id, nuit) FROM creances.a_faire
		  WHERE etat = 'a_valider' AND le <= nuit - 2
			AND debiteur NOT IN (SELECT s.debiteur FROM creances.suspension s WHERE s.motif = 'litige');
		FOR fait IN SELECT v.appel FROM vie v WHERE v.le <= nuit AND NOT v.fait ORDER BY v.n LOOP
			EXECUTE fait;
		END LOOP;
		UPDATE vie v SET fait = true WHERE v.le <= nuit;

		-- whoever sends takes, commits, sends, and says so
		SELECT array_agg(id) INTO prises FROM creances.prendre_relances(NULL, 100, nuit);
		COMMIT;
		PERFORM creances.confirmer_envoi(id, '{"demo": true}', nuit) FROM unnest(prises) AS id;
		COMMIT;
	END LOOP;
END $$;

SELECT date_trunc('week', le)::date AS semaine_du,
	   nullif(count(*) FILTER (WHERE canal = 'courriel'), 0) AS courriels,
	   nullif(count(*) FILTER (WHERE canal = 'telephone'), 0) AS appels,
	   nullif(count(*) FILTER (WHERE canal = 'lettre'), 0) AS lettres,
	   nullif(count(*) FILTER (WHERE canal = 'lrar'), 0) AS mises_en_demeure,
	   nullif(count(*) FILTER (WHERE canal = 'interne'), 0) AS contentieux,
	   nullif(count(*) FILTER (WHERE etat = 'annulee'), 0) AS dont_annulees,
	   sum(cout)::numeric(12,2) AS cout_eur
  FROM creances.relance
 GROUP BY 1 ORDER BY 1;
\echo '   Annulées : le client a payé avant l''envoi, ou sa facture a été suspendue.'
