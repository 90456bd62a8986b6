-- A small ERP of which nothing is known to creances: a table of invoices and
-- one of customers, as many packages keep them.  Dates are counted back from
-- today, or from Friday on a week-end, so that the story is the same every day.

CREATE TABLE public.clients (
	client text PRIMARY KEY,
	adresse text,
	courriel text,
	telephone text,
	siren text
);
INSERT INTO public.clients VALUES
	('Boulangerie de l''Étoile', E'4 place du Marché\n29000 Quimper', 'fournil@etoile.example', '02 98 00 00 01', '301 000 006'),
	('Café des Négociants', E'1 quai de l''Odet\n29000 Quimper', 'cafe@negociants.example', '02 98 00 00 02', NULL),
	('Clinique Sainte-Anne', E'12 rue de Brest\n29200 Brest', 'fournisseurs@sainte-anne.example', '02 98 00 00 03', '301 000 014'),
	('Cœur de Ville Immobilier', E'7 rue Kéréon\n29000 Quimper', 'compta@coeur-de-ville.example', '02 98 00 00 04', '301 000 022'),
	('Garage Lefèvre & Fils', E'Zone de Troyalac''h\n29170 Saint-Évarzec', 'garage@lefevre.example', '02 98 00 00 05', '301 000 030'),
	('Hôtel "Le Cèdre Bleu"', E'3 corniche de la Plage\n29120 Combrit', 'direction@cedre-bleu.example', '02 98 00 00 06', '301 000 048'),
	('Imprimerie Thévenot', E'28 rue des Presses\n56100 Lorient', 'atelier@thevenot.example', '02 97 00 00 07', 'FR11 123 456 782'),
	('L''Atelier des Forêts', E'Le Bourg\n29520 Laz', 'bonjour@atelier-forets.example', '02 98 00 00 08', NULL),
	('Menuiserie Le Goff', E'Route de Pont-l''Abbé\n29700 Pluguffan', 'devis@le-goff.example', '02 98 00 00 09', NULL),
	('Pharmacie du Théâtre', E'2 boulevard Dupleix\n29000 Quimper', 'officine@theatre.example', '02 98 00 00 10', NULL),
	('Société d''études Bâti-Ouest', E'19 rue de Siam\n29200 Brest', 'compta@bati-ouest.example', '02 98 00 00 11', NULL),
	('Transports Muñoz', E'Port de commerce\n29200 Brest', 'exploitation@munoz.example', '02 98 00 00 12', NULL);

CREATE TABLE public.factures (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	numero text NOT NULL UNIQUE,
	client text NOT NULL,
	date_facture date NOT NULL,
	date_echeance date NOT NULL,
	montant_ttc numeric(12,2) NOT NULL,
	montant_paye numeric(12,2) NOT NULL DEFAULT 0,
	date_paiement date,
	devise character(3) NOT NULL DEFAULT 'EUR'
);

-- client, issued how many days ago, days to pay, amount, paid so far, paid how
-- many days ago
INSERT INTO public.factures (numero, client, date_facture, date_echeance,
							 montant_ttc, montant_paye, date_paiement)
SELECT CASE WHEN f.montant < 0 THEN 'AV-' ELSE 'FA-' END || to_char(f.emission, 'YYMM') || '-'
	   || to_char(row_number() OVER (ORDER BY f.il_y_a DESC, f.client), 'FM0000'),
	   f.client, f.emission, f.emission + f.delai, f.montant, f.paye, f.auj - f.paye_il_y_a
  FROM (SELECT v.*, auj, auj - v.il_y_a AS emission
		  FROM (SELECT jour - greatest(extract(isodow FROM jour)::integer - 5, 0) AS auj
				  FROM (SELECT (now() AT TIME ZONE 'Europe/Paris')::date AS jour) AS j) AS a,
			   (VALUES
		('Boulangerie de l''Étoile', 152, 30, 486.20, 486.20, 118),
		('Boulangerie de l''Étoile', 92, 30, 512.75, 512.75, 55),
		('Boulangerie de l''Étoile', 46, 30, 498.40, 0, NULL),
		('Boulangerie de l''Étoile', 31, 30, 530.10, 0, NULL),
		('Garage Lefèvre & Fils', 171, 45, 3180.00, 3180.00, 101),
		('Garage Lefèvre & Fils', 110, 45, 2745.60, 1000.00, 40),
		('Garage Lefèvre & Fils', 64, 45, 1912.32, 0, NULL),
		('Garage Lefèvre & Fils', 12, 45, 2204.16, 0, NULL),
		('Hôtel "Le Cèdre Bleu"', 140, 30, 7420.00, 7420.00, 96),
		('Hôtel "Le Cèdre Bleu"', 64, 30, 6880.50, 0, NULL),
		('Hôtel "Le Cèdre Bleu"', 35, 30, 7015.25, 0, NULL),
		('Imprimerie Thévenot', 205, 60, 4512.00, 0, NULL),
		('Imprimerie Thévenot', 178, 60, 3896.40, 0, NULL),
		('Imprimerie Thévenot', 117, 60, 4104.00, 0, NULL),
		('Clinique Sainte-Anne', 125, 45, 18250.00, 18250.00, 78),
		('Clinique Sainte-Anne', 48, 45, 17640.80, 0, NULL),
		('Clinique Sainte-Anne', 20, 45, 18902.40, 0, NULL),
		('L''Atelier des Forêts', 88, 30, 940.00, 940.00, 60),
		('L''Atelier des Forêts', 50, 30, 1125.50, 0, NULL),
		('L''Atelier des Forêts', 20, 30, 870.00, 0, NULL),
		('Transports Muñoz', 160, 30, 5630.00, 2500.00, 75),
		('Transports Muñoz', 130, 30, 4980.00, 0, NULL),
		('Transports Muñoz', 70, 30, 5215.20, 0, NULL),
		('Transports Muñoz', 33, 60, 5044.80, 0, NULL),
		('Pharmacie du Théâtre', 90, 30, 312.48, 312.48, 63),
		('Pharmacie du Théâtre', 60, 30, 298.80, 298.80, 31),
		('Pharmacie du Théâtre', 30, 30, 305.64, 0, NULL),
		('Cœur de Ville Immobilier', 99, 45, 2400.00, 2400.00, 52),
		('Cœur de Ville Immobilier', 48, 45, 2400.00, 0, NULL),
		('Cœur de Ville Immobilier', 18, 45, 2400.00, 0, NULL),
		('Société d''études Bâti-Ouest', 145, 60, 12960.00, 6480.00, 70),
		('Société d''études Bâti-Ouest', 91, 60, 9870.00, 0, NULL),
		('Société d''études Bâti-Ouest', 25, 60, 11430.00, 0, NULL),
		('Café des Négociants', 46, 15, 214.90, 0, NULL),
		('Café des Négociants', 24, 15, 187.35, 0, NULL),
		('Café des Négociants', 17, 15, 203.60, 0, NULL),
		('Café des Négociants', 10, 0, -45.00, 0, NULL),
		('Menuiserie Le Goff', 104, 45, 6150.00, 6150.00, 58),
		('Menuiserie Le Goff', 47, 45, 5890.00, 0, NULL),
		('Menuiserie Le Goff', 8, 45, 6320.40, 0, NULL)
			   ) AS v (client, il_y_a, delai, montant, paye, paye_il_y_a)) AS f
 ORDER BY f.il_y_a DESC, f.client;
