# A database with a life of its own goes through pg_dump, plain into the same
# server and custom, restored in parallel, into another one: same facts, same
# triggers, same figures; the next pass does in each what it would have done.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('origine');
$node->init;
$node->start;
my $other = PostgreSQL::Test::Cluster->new('ailleurs');
$other->init;
$other->start;

# One table a mode, the second with a key of two columns, an expression and a
# filter in its mapping.  Some nights of reminders: sent, failed and queued
# again, cancelled by a payment, taken and never confirmed, left in the queue.
# Payments, one of them taken back, an amount that changes, a deletion,
# anomalies, settings of the user's, and a journal that nobody has consumed.
$node->safe_psql('postgres', 'CREATE ROLE comptable');
$other->safe_psql('postgres', 'CREATE ROLE comptable');
$node->safe_psql('postgres', 'CREATE DATABASE erp');
$node->safe_psql(
	'erp', q{
CREATE TABLE public.factures (
	id bigint PRIMARY KEY,
	numero text NOT NULL,
	client text NOT NULL,
	date_facture date,
	date_echeance date,
	montant_ttc numeric(12,2),
	montant_paye numeric(12,2) NOT NULL DEFAULT 0,
	date_paiement date);
CREATE SCHEMA "Ventes d'été";
CREATE TABLE "Ventes d'été"."pièces" (
	societe text,
	"n°" integer,
	tiers text,
	echeance date,
	ttc numeric(14,3),
	solde_du numeric(14,3),
	monnaie text DEFAULT 'USD',
	brouillon boolean NOT NULL DEFAULT false,
	PRIMARY KEY (societe, "n°"));
INSERT INTO public.factures
SELECT i, 'F' || i, 'client ' || i % 7, date '2024-01-02' + i, date '2024-02-01' + i, 100 * i + 0.37
  FROM generate_series(1, 40) i;
INSERT INTO public.factures VALUES (50, 'F50', 'seul', '2024-02-13', '2024-03-14', 50);
CREATE EXTENSION creances;
INSERT INTO creances.synonyme (champ, nom, priorite) VALUES ('echeance', 'dateecheance', 0);
INSERT INTO creances.scenario (scenario, intitule, contact_min) VALUES ('doux', 'L''essentiel', 1);
INSERT INTO creances.etape (scenario, etape, delai, canal, stade, intitule) VALUES
	('doux', 1, 5, 'courriel', 'relance_1', 'Un mot'), ('doux', 2, 20, 'lettre', 'relance_2', 'Une lettre');
SELECT creances.ajouter_taux('2027-01-01', bce => 3.33, source => 'essai');
SELECT creances.suivre_factures('public.factures', depuis => '2024-03-01');
SELECT creances.suivre_factures($$"Ventes d'été"."pièces"$$,
	'{"creancier": "societe", "facture": "n°", "debiteur": "upper(tiers)", "echeance": "echeance", "montant": "ttc",
	  "reste_du": "solde_du", "devise": "monnaie"}', filtre => 'NOT brouillon', depuis => '2024-03-01', mode => 'differe');
INSERT INTO "Ventes d'été"."pièces"
SELECT 'sœur', i, 'tiers ' || i % 4, date '2024-02-10' + i, 50 * i, 50 * i, CASE i % 2 WHEN 0 THEN 'USD' ELSE 'EUR' END, i % 9 = 0
  FROM generate_series(1, 20) i;
SELECT creances.rafraichir();
UPDATE creances.creancier SET scenario = 'doux', nom = 'La sœur', details = '{"a": 1}' WHERE creancier = 'sœur';
SELECT creances.accorder('comptable', 'gestion');
DO $$
DECLARE
	nuit date;
	prises uuid[];
BEGIN
	FOR nuit IN SELECT j FROM generate_series(date '2024-03-01', '2024-03-18', interval '1 day') j LOOP
		CALL creances.passe_relance(nuit);
		UPDATE public.factures SET montant_paye = montant_ttc, date_paiement = nuit
		 WHERE id = extract(day FROM nuit) + 3 OR (id, nuit) = (50, '2024-03-15');
		UPDATE "Ventes d'été"."pièces" SET solde_du = solde_du - 10.5 WHERE "n°" = extract(day FROM nuit);
		COMMIT;
		SELECT array_agg(id) INTO prises FROM creances.prendre_relances(NULL, 3, nuit);
		COMMIT;
		PERFORM creances.confirmer_envoi(id, jsonb_build_object('nuit', nuit), nuit) FROM unnest(prises[2:]) id;
		IF nuit < '2024-03-14' THEN
			PERFORM creances.echec_envoi(id, 'adresse refusée', nuit), creances.remettre(id, nuit) FROM unnest(prises[:1]) id;
		END IF;
		COMMIT;
	END LOOP;
END $$;
UPDATE public.factures SET montant_paye = 10, date_paiement = '2024-03-18' WHERE id = 5;
UPDATE public.factures SET montant_ttc = montant_ttc + 1000 WHERE id = 30;
DELETE FROM public.factures WHERE id = 31;
UPDATE public.factures SET date_echeance = NULL WHERE id = 32;
INSERT INTO public.factures VALUES (41, 'F1', 'un doublon', '2024-03-01', '2024-03-01', 12);
SELECT creances.rafraichir();
-- what people have recorded
SELECT creances.convenir('principal', '2024-01-01', '9 %', base => '360', source => 'CGV 2024');
SELECT creances.consigner(creancier, debiteur, 'frais', '2024-03-18', 'sommation de payer', facture, rang, montant => 85.20)
  FROM creances.creance WHERE creancier = 'principal' AND solde > 0 AND echeance < '2024-03-18' ORDER BY facture LIMIT 1;
SELECT creances.consigner(creancier, debiteur, 'remise', '2024-03-18', 'geste commercial', facture, rang, poste => 'indemnite')
  FROM creances.creance WHERE creancier = 'sœur' AND solde > 0 AND echeance < '2024-03-18' ORDER BY facture LIMIT 1;
SELECT creances.annuler_acte(creances.consigner(creancier, debiteur, 'litige', '2024-03-18', 'erreur de quantité'), 'accord', '2024-03-18')
  FROM creances.debiteur WHERE creancier = 'sœur' ORDER BY debiteur LIMIT 1;
UPDATE creances.debiteur SET type = 'public' WHERE (creancier, debiteur) = (SELECT creancier, max(debiteur) FROM creances.debiteur WHERE creancier = 'sœur' GROUP BY creancier);
INSERT INTO creances.delai_prescription (nature, mois, intitule, source) VALUES ('bail', 12, 'clause du bail', 'C. civ. 2254');
-- (received by 2024-03-18: each holds something of the next night)
SELECT creances.affecter_scenario('principal', 'tpe', debiteur => 'client 2'), creances.affecter_scenario('principal', 'grand_compte', facture => 'F12');
UPDATE creances.debiteur SET segment = 'or' WHERE debiteur = 'client 5';
SELECT creances.affecter_scenario('principal', 'doux', segment => 'or');
SELECT creances.clore_litige(creances.ouvrir_litige('principal', 'F20', 'quantité', montant => 500, cause => 'quantite', le => '2024-03-10'), 'partiel', '2024-03-15', 300);
SELECT creances.ouvrir_litige('principal', 'F21', 'tout', le => '2024-03-16');
SELECT creances.promettre('principal', 'client 1', '2024-03-25', le => '2024-03-18');
SELECT creances.accorder_plan('principal', 'client 4', '{2024-03-15,2024-04-15}', ARRAY[100, sum(solde) - 100], decheance => 'preavis', tolerance => 0, le => '2024-03-12')
  FROM creances.creance WHERE creancier = 'principal' AND debiteur = 'client 4' AND solde > 0 AND echeance <= '2024-03-12';
SELECT creances.notifier_decheance(acte, '2024-03-18') FROM creances.plan WHERE numero = 1;
SELECT creances.suspendre('principal', 'client 6', 'un appel', '2024-03-22', le => '2024-03-18');
SELECT creances.ouvrir_procedure_collective('principal', 'client 3', '2024-03-11', '2024-03-18', 'liquidation');
SELECT creances.recevoir_statut('principal', 'F19', NULL, 207, '2024-03-18', 'PRIX'), creances.recevoir_statut('principal', 'F24', NULL, 212, '2024-03-18', montant => 1000);
INSERT INTO creances.modele_lettre (langue, stade, canal, sujet, corps)
SELECT langue, stade, canal, 'Le mien', corps FROM creances.modele_lettre
 WHERE (origine, langue, stade, canal, type) = ('creances', 'fr', 'relance_1', 'courriel', '');
-- what the credit manager looks at
SELECT creances.fixer_objectif('principal', 'dso', 45, '2024-01-01'), creances.fixer_limite('principal', 'client 5', 100, '2024-01-01', 'comité');
SELECT creances.assurer('principal', 'P-1', '2024-01-01', 'Assureur', 60, 30, source => 'conditions particulières');
INSERT INTO creances.reference_secteur (secteur, indicateur, annee, valeur, intitule, source) VALUES ('ensemble', 'dso', 2023, 41, 'les nôtres', 'le syndicat');
INSERT INTO creances.seuil_note (note, retard_moyen) VALUES ('C', 40);
INSERT INTO creances.politique_credit (creancier, retard_max, note_refusee) VALUES ('principal', 5, 'D');
SELECT creances.confier('principal', 'client 2', 'Cabinet Durand', 'societe_recouvrement', 'convention 12', '2024-03-18', role => 'comptable', cout => 50, commission => 10);
SELECT creances.relever('2024-02-29'), creances.relever('2024-03-18'), creances.relever();
-- left in the journal
UPDATE "Ventes d'été"."pièces" SET solde_du = 0 WHERE "n°" = 14;
INSERT INTO "Ventes d'été"."pièces" VALUES ('sœur', 21, 'tiers 9', '2024-03-02', 7, 7);
});

# The life is there, or the comparisons below would prove little.
my $life = $node->safe_psql(
	'erp', q{
SELECT 'anomalies', count(*) FROM creances.ligne_refusee
UNION ALL SELECT 'journal', count(*) FROM creances.a_revoir
UNION ALL SELECT 'versions', count(*) FROM creances.creance_version
UNION ALL SELECT 'annulations', count(*) FROM creances.reglement WHERE montant < 0
UNION ALL SELECT 'actes', count(*) FROM creances.acte
UNION ALL SELECT string_agg(DISTINCT etat, ' ' ORDER BY etat), 0 FROM creances.relance
UNION ALL SELECT 'devises', count(DISTINCT devise) FROM creances.relance
UNION ALL SELECT 'à faire', least(count(*), 5) FROM creances.a_faire});
is( $life,
	"anomalies|2\njournal|2\nversions|2\nannulations|1\nactes|15\na_envoyer annulee envoyee prise|0\ndevises|2\nà faire|5",
	'the database has a life');

# Each comparison is a query whose whole result is compared as text.  Grouped
# by what would be broken.
my $tables = $node->safe_psql(
	'erp', q{
SELECT string_agg(format('SELECT %L, t::text FROM %s AS t', relname, oid::regclass), ' UNION ALL ' ORDER BY relname)
  FROM pg_class WHERE relnamespace = 'creances'::regnamespace AND relkind = 'r'
   -- (marks of what may be to be sealed: the copy of the history leaves some that the next seal looks up)
   AND relname <> 'a_sceller'});
like($tables, qr/creances\.relance_creance/, 'the tables are found');
my %same = (
	'every row of every table' => "$tables ORDER BY 1, 2",
	'triggers' => q{
SELECT tgrelid::regclass, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger
 WHERE tgfoid = 'creances._suivi()'::regprocedure ORDER BY 1::text, 3},
	'ties' => q{SELECT * FROM creances.suivi ORDER BY table_suivie::text},
	'what waits in the journal' => q{SELECT * FROM creances.fraicheur ORDER BY table_suivie::text},
	'aged balances, past and present' => q{
SELECT d, b.* FROM (VALUES (date '2024-03-03'), ('2024-03-10'), ('2024-03-18'), (creances.aujourdhui())) v(d),
	   creances.balance_agee(d) b ORDER BY b::text, d},
	'balance per debtor' => q{SELECT * FROM creances.balance_agee_debiteur b ORDER BY b::text},
	'open items and penalties' => q{SELECT * FROM creances.encours e ORDER BY e::text},
	'what can be claimed' => q{
SELECT r.* FROM creances.debiteur d, creances.reste_du_debiteur(d.creancier, d.debiteur, '2024-12-31') r ORDER BY r::text},
	'statements' => q{
SELECT c.facture, l.* FROM creances.creance c, creances.decompte_creance(c.creancier, c.facture, c.rang, '2024-12-31') l
 ORDER BY c.creancier, c.facture, c.rang, l.ligne},
	'prescription' => q{
SELECT * FROM creances.nature_prescription n, creances.prescription_proche(3000, '2024-12-31') p ORDER BY n::text, p::text},
	'holds' => q{SELECT s::text FROM creances.suspension s UNION ALL SELECT p::text FROM creances.promesse p UNION ALL SELECT p::text FROM creances.plan p ORDER BY 1},
	'insolvencies' => q{SELECT * FROM creances.procedure_collective p ORDER BY p::text},
	'letters' => q{SELECT langue, sujet, corps FROM creances.relance WHERE corps IS NOT NULL ORDER BY relance},
	'the dashboard' => q{SELECT t::text FROM creances.tableau_de_bord t UNION ALL SELECT t::text FROM creances.tableau_de_bord('2024-03-18') t ORDER BY 1},
	'trends' => q{SELECT * FROM creances.tendance t ORDER BY t::text},
	'payers' => q{SELECT p::text FROM creances.profil_payeur p UNION ALL SELECT s::text FROM creances.signal_faible s UNION ALL SELECT l::text FROM creances.limite l ORDER BY 1},
	'orders' => q{SELECT d.debiteur, c.* FROM creances.debiteur d, creances.commande_autorisee(d.creancier, d.debiteur, 50) c ORDER BY d.creancier, d.debiteur},
	'cash to come' => q{SELECT p::text FROM creances.prevision_encaissements() p UNION ALL SELECT p::text FROM creances.prevision_encaissements(6, '2024-03-18') p ORDER BY 1},
	'clocks' => q{SELECT * FROM creances.echeances_legales(3000, '2024-04-01') e ORDER BY e::text},
	'mandates' => q{SELECT m::text FROM creances.mandat_en_cours m UNION ALL SELECT d::text FROM creances.dossier_confie d ORDER BY 1},
	'a file for the lawyer' => q{SELECT creances.dossier('principal', 'client 4')},
	'work to do' => q{SELECT * FROM creances.a_faire a ORDER BY a::text},
	'alerts' => q{SELECT * FROM creances.alerte a ORDER BY a::text},
	'decisions' => q{SELECT * FROM creances.decision('2024-03-19') d ORDER BY d::text},
	'rates and settings' => q{
SELECT t::text FROM creances.taux t UNION ALL SELECT e::text FROM creances.etape_active e
UNION ALL SELECT creances._empreinte_scenarios(c.creancier) FROM creances.creancier c ORDER BY 1},
	'rights of a profile' => q{
SELECT d.droit, has_schema_privilege('comptable', 'creances', 'USAGE'), has_table_privilege('comptable', 'creances.encours', 'SELECT'),
	   has_function_privilege('comptable', 'creances.prendre_relances(text, integer, date)', 'EXECUTE'),
	   has_table_privilege('comptable', 'creances.creance', 'UPDATE'),
	   has_function_privilege('comptable', 'creances.passe_relance(date, integer, text)', 'EXECUTE')
  FROM (SELECT count(*) AS droit FROM creances._droits('gestion')) d},);

my $dir  = PostgreSQL::Test::Utils::tempdir;
my $dump = "$dir/erp.dump";
$node->command_ok([ 'pg_dump', '-Fp', '-f', "$dir/erp.sql", 'erp' ],
	'pg_dump, plain');
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, 'erp' ],
	'pg_dump, custom');
$node->safe_psql('postgres', 'CREATE DATABASE copie');
$node->command_ok(
	[
		'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1',
		'-d',   'copie', '-f', "$dir/erp.sql"
	],
	'restored by psql in one transaction');
$other->safe_psql('postgres', 'CREATE DATABASE copie');
$other->command_ok(
	[ 'pg_restore', '--exit-on-error', '-j', '2', '-d', 'copie', $dump ],
	'restored by pg_restore in parallel, in another server');

my @copies = ([ $node, 'plain' ], [ $other, 'custom' ]);

sub compare
{
	my ($what, $sql) = @_;
	my $expected = $node->safe_psql('erp', $sql);
	isnt($expected, '', "$what: not empty");
	foreach my $copy (@copies)
	{
		is($copy->[0]->safe_psql('copie', $sql),
			$expected, "$what: the same ($copy->[1])");
	}
}

compare($_, $same{$_}) foreach sort keys %same;

# The same night in each.  Identifiers of the history and instants are each
# run's own.
my $night = q{
SELECT creances.rafraichir();
SELECT * FROM creances.simuler_passe('2024-03-19') s ORDER BY s::text;
CALL creances.passe_relance('2024-03-19', 2);
SELECT * FROM creances.relance r ORDER BY r::text;
SELECT * FROM creances.relance_creance r ORDER BY r::text;
SELECT * FROM creances.avancement a ORDER BY a::text;
SELECT etat, debiteurs, relances, creances, annulees, erreurs FROM creances.passe WHERE jour = '2024-03-19';
SELECT genre, debiteur, relance, details FROM creances.evenement WHERE le = '2024-03-19' ORDER BY 1, 2, 3, 4::text;
};
my $expected = $node->safe_psql('erp', $night);
like($expected, qr/^terminee\|\d+\|[1-9]/m, 'the pass queues something');
foreach my $copy (@copies)
{
	is($copy->[0]->safe_psql('copie', $night),
		$expected, "the next pass does the same ($copy->[1])");
}

# What was simulated is what was written, and nothing is out of step.
foreach my $copy ([ $node, 'erp' ], map { [ $_->[0], 'copie' ] } @copies)
{
	my ($server, $database) = @$copy;
	my $name = $server->name . " $database";

	is( $server->safe_psql(
			$database, q{
SELECT * FROM creances.coherence()
UNION ALL SELECT cle, ecart FROM creances.verifier_suivi('public.factures') WHERE cle NOT IN ('32', '41')
UNION ALL SELECT cle, ecart FROM creances.verifier_suivi($$"Ventes d'été"."pièces"$$)}),
		'',
		"$name: coherent, as the ERP's tables say");
	is( $server->safe_psql(
			$database, q{
SELECT count(*) FROM creances.verifier_journal();
SELECT count(*) FROM creances.sceller_journal() \g /dev/null
SELECT count(*) FROM creances.a_sceller;
SELECT count(*) FROM creances.verifier_journal()}),
		"0\n0\n0",
		"$name: nothing of the history has changed, all of it is sealed");
	is( $server->safe_psql(
			$database, q{
BEGIN;
UPDATE public.factures SET montant_paye = montant_ttc, date_paiement = '2024-03-19' WHERE id = 33;
UPDATE "Ventes d'été"."pièces" SET solde_du = 1 WHERE "n°" = 15;
SELECT facture, solde FROM creances.creance WHERE facture IN ('F33', '15') ORDER BY 1;
SELECT count(*) FROM creances.a_revoir;
SELECT creances.rafraichir();
SELECT facture, solde, soldee_le FROM creances.creance WHERE facture IN ('F33', '15') ORDER BY 1;
ROLLBACK;
}),
		"15|739.500\nF33|0.00\n1\n1\n15|1.000|\nF33|0.00|2024-03-19",
		"$name: payments are seen, in both modes");
}

$node->stop;
$other->stop;
done_testing();
