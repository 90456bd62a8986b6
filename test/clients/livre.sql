-- A small book of which every view has something to show, whatever the day: all
-- dates are counted from today.
SET client_min_messages = warning;
CREATE TABLE public.factures (numero text PRIMARY KEY, societe text NOT NULL DEFAULT 'Crédit & Fils', client text NOT NULL, emise date, livree date, due date,
							  ttc numeric(20,3), paye numeric(20,3) NOT NULL DEFAULT 0, paye_le date, devise text NOT NULL DEFAULT 'EUR');
CREATE TABLE public.clients (code text PRIMARY KEY, societe text NOT NULL DEFAULT 'Crédit & Fils', nom text, siren text, segment text);
INSERT INTO public.clients (code, nom, siren, segment) VALUES
	('C-1', 'Société Générale d''Électricité « Ampère »', '732829320', 'grands comptes'), ('C-2', 'Œuvres & Çà', '732829321', 'détail'),
	('C-3', 'Zoë Naïve', NULL, 'détail'), ('C-4', 'Groß und Söhne 株式会社', NULL, NULL), ('C-5', 'L''Été', '552100554', 'détail');
INSERT INTO public.factures (numero, client, emise, due, ttc, devise)
SELECT format('F%s-%s', c, i), 'C-' || c, j.jour - 20 * i - 30, j.jour - 20 * i, 1000 * c + i + 0.37, CASE WHEN c = 4 THEN 'USD' ELSE 'EUR' END
  FROM generate_series(1, 5) c, generate_series(-1, 9) i, (SELECT (now() AT TIME ZONE 'Europe/Paris')::date AS jour) j;
-- half of what is old is paid, late; terms beyond the law; an amount that no float holds
UPDATE public.factures SET paye = ttc, paye_le = due + 12 WHERE numero ~ '-[6-9]$';
INSERT INTO public.factures (numero, client, emise, due, ttc)
SELECT x.numero, x.client, j.jour - x.emise, j.jour - x.due, x.ttc
  FROM (VALUES ('LONG', 'C-1', 90, -60, 10), ('GRAND', 'C-5', 60, 30, 90071992547409.937), ('AVOIR', 'C-2', 5, 5, -12.5)) x(numero, client, emise, due, ttc),
	   (SELECT (now() AT TIME ZONE 'Europe/Paris')::date AS jour) j;
CREATE EXTENSION creances;
CREATE FUNCTION public.j(n integer) RETURNS date LANGUAGE sql STABLE AS 'SELECT creances.aujourdhui() + n';
SELECT creances.suivre_clients('public.clients', '{"creancier": "societe", "debiteur": "code", "nom": "nom", "siren": "siren", "segment": "segment"}');
SELECT creances.suivre_factures('public.factures', '{"creancier": "societe", "facture": "numero", "debiteur": "client", "emission": "emise", "livraison": "livree",
	"echeance": "due", "montant": "ttc", "devise": "devise", "regle": "paye", "regle_le": "paye_le"}', depuis => j(-40));
DO $$
DECLARE
	prises uuid[];
BEGIN
	FOR n IN -30 .. -1 LOOP
		CALL creances.passe_relance(public.j(n));
		COMMIT;
		-- (what is queued on the last nights waits)
		CONTINUE WHEN n > -9;
		SELECT array_agg(id) INTO prises FROM creances.prendre_relances(NULL, 100, public.j(n));
		COMMIT;
		PERFORM creances.confirmer_envoi(id, NULL, public.j(n)) FROM unnest(prises) id;
		COMMIT;
	END LOOP;
END $$;
UPDATE public.factures SET paye = 400, paye_le = j(-2) WHERE numero = 'F1-3';
-- what cannot be followed, what waits, what people have recorded
INSERT INTO public.factures (numero, client, emise, ttc) VALUES ('SANS', 'C-3', j(-10), 5);
SELECT creances.rafraichir();
SELECT creances.ouvrir_litige('Crédit & Fils', 'F1-2', 'prix contesté', cause => 'prix', montant => 250);
SELECT creances.promettre('Crédit & Fils', 'C-2', j(10), 500);
SELECT creances.accorder_plan('Crédit & Fils', 'C-4', ARRAY[j(20), j(50)], '{2000,2001.37}', '{F4-1}');
SELECT creances.suspendre('Crédit & Fils', 'C-3', 'geste', j(30), facture => 'F3-1');
SELECT creances.ouvrir_procedure_collective('Crédit & Fils', 'C-5', j(-20), j(-10), 'liquidation');
SELECT creances.recevoir_statut('Crédit & Fils', 'F3-2', NULL, 212, j(-3), montant => 1000);
SELECT creances.consigner('Crédit & Fils', 'C-1', 'mise_en_demeure', j(-5), 'reçue', 'F1-4');
SELECT creances.fixer_limite('Crédit & Fils', 'C-1', 500, j(-100), 'assureur');
SELECT creances.fixer_objectif('Crédit & Fils', 'dso', 45);
SELECT creances.confier('Crédit & Fils', 'C-3', 'Étude Durand', 'commissaire_justice', role => 'etude', suspendre => false);
-- a text longer than what drivers fetch at once
INSERT INTO creances.modele_lettre (langue, stade, canal, sujet, corps)
SELECT langue, stade, canal, sujet, corps || repeat(E'\nL''été, l''œuvre, 日本語 ; ', 600) FROM creances.modele_lettre
 WHERE (origine, langue, stade, canal, type) = ('creances', 'fr', 'relance_1', 'courriel', '');
SELECT creances.relever(j(-30)), creances.relever();
SELECT creances.sceller_journal();
SELECT creances.accorder('lecteur', 'lecture');
GRANT etude TO lecteur;
INSERT INTO public.factures (numero, client, emise, due, ttc) VALUES ('ATTEND', 'C-3', j(-10), j(20), 5);
ANALYZE;
