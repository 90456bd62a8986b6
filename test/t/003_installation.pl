# A role that is nobody in particular installs the extension in a database
# where it may create things, and lives with it: follows its own table, runs
# the pass, grants profiles, dumps, and takes it away.  What fails leaves
# nothing behind.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('installation');
$node->init;
$node->start;
$node->safe_psql(
	'postgres', q{
CREATE ROLE exploitant LOGIN;
CREATE ROLE etranger LOGIN;
CREATE ROLE comptable LOGIN;
CREATE ROLE expediteur LOGIN;
CREATE DATABASE erp;
GRANT CREATE ON DATABASE erp TO exploitant;
});
$node->safe_psql('erp', 'CREATE SCHEMA ventes AUTHORIZATION exploitant');

sub as
{
	my ($role, $sql) = @_;
	my ($status, $stdout, $stderr) =
	  $node->psql('erp', $sql, extra_params => [ '-U', $role ]);
	return ($status, $stdout, $stderr);
}

sub works
{
	my ($role, $sql, $expected, $name) = @_;
	my ($status, $stdout, $stderr) =
	  as($role, "SET client_min_messages = warning;\n$sql");
	is($stderr, '', "$name: no error");
	is($stdout, $expected, $name);
	return;
}

sub refused
{
	my ($role, $sql, $sqlstate, $name) = @_;
	my ($status, $stdout, $stderr) =
	  as($role, "\\set VERBOSITY verbose\n$sql");
	is($status, 3, "$name: fails");
	like($stderr, qr/ERROR:  $sqlstate: /, $name);
	return;
}

refused('etranger', 'CREATE EXTENSION creances', '42501',
	'no right on the database, no extension');
is( $node->safe_psql('erp',
		q{SELECT count(*) FROM pg_namespace WHERE nspname = 'creances'}),
	'0',
	'nothing is left of it');

works('exploitant', 'CREATE EXTENSION creances', '',
	'CREATE on the database is enough');
is( $node->safe_psql(
		'erp', q{
SELECT rolsuper FROM pg_roles WHERE rolname = 'exploitant';
SELECT extversion, extowner::regrole FROM pg_extension WHERE extname = 'creances';
SELECT count(*) FROM pg_class WHERE relnamespace = 'creances'::regnamespace
   AND (relowner = 'exploitant'::regrole OR has_table_privilege('etranger', oid, 'SELECT'));
SELECT count(*) FROM pg_proc WHERE pronamespace = 'creances'::regnamespace AND has_function_privilege('etranger', oid, 'EXECUTE');
}),
	"f\n1.0.0|exploitant\n0\n0",
	'its objects are not the role\'s, and nothing is for everybody');

works(
	'exploitant', q{
CREATE TABLE ventes.factures (numero text PRIMARY KEY, client text, date_facture date, date_echeance date,
							  montant_ttc numeric(12,2), montant_paye numeric(12,2) NOT NULL DEFAULT 0, date_paiement date, saisie text);
CREATE TABLE ventes.sans_cle (numero text, client text, date_echeance date, montant_ttc numeric(12,2));
INSERT INTO ventes.factures SELECT 'F' || i, 'client ' || i % 3, date '2024-01-01' + i, date '2024-01-31' + i, 100 + i FROM generate_series(1, 9) i;
}, '', 'a table of its own');

# Nothing half-installed: each error leaves no trigger, no fact, no tie.
foreach my $case (
	[ q{'ventes.sans_cle'}, 'RC002', 'no primary key' ],
	[
		q{'ventes.factures', '{"facture": "numero", "debiteur": "client", "echeance": "quand", "montant": "montant_ttc"}'},
		'RC002', 'no such column'
	],
	[ q{'ventes.factures', mode => 'bientot'}, '22023', 'no such mode' ],
	[ q{'ventes.factures', filtre => 'montant_ttc'}, 'RC002', 'a filter that is none' ],
	[ q{'ventes.factures', depuis => 'infinity'}, '22008', 'an infinite date' ],)
{
	refused('exploitant', "SELECT creances.suivre_factures($case->[0])",
		$case->[1], "suivre_factures: $case->[2]");
}
refused('etranger', q{SELECT creances.suivre_factures('ventes.factures')},
	'42501', 'not for a stranger');
is( $node->safe_psql(
		'erp', q{
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('ventes.factures'::regclass, 'ventes.sans_cle'::regclass);
SELECT count(*) FROM creances.suivi;
SELECT (SELECT count(*) FROM creances.creancier) + (SELECT count(*) FROM creances.debiteur) + (SELECT count(*) FROM creances.creance)
	 + (SELECT count(*) FROM creances.ligne_refusee) + (SELECT count(*) FROM creances.a_revoir);
}),
	"0\n0\n0",
	'nothing is half-installed');

works(
	'exploitant', q{
SELECT creances.suivre_factures('ventes.factures', depuis => '2024-02-05');
CALL creances.passe_relance('2024-02-05');
UPDATE ventes.factures SET montant_paye = montant_ttc, date_paiement = '2024-02-06' WHERE numero = 'F1';
SELECT solde FROM creances.encours WHERE facture IN ('F1', 'F2');
SELECT count(*) > 0 FROM creances.a_faire;
SELECT count(*) FROM creances.coherence();
SELECT count(*) FROM creances.verifier_suivi('ventes.factures');
CALL creances.synchroniser('ventes.factures');
}, "9\n102.000\nt\n0\n0", 'follows its table, runs the pass, sees a payment');
refused('exploitant', 'UPDATE creances.creance SET solde = 0', '42501',
	'has no right to write the facts');
refused('exploitant', q{DELETE FROM creances.relance}, '42501',
	'nor the queue');

# Profiles, granted by whoever created the extension.
works(
	'exploitant', q{
SELECT creances.accorder('comptable', 'lecture');
SELECT creances.accorder('expediteur', 'gestion');
}, "\n", 'grants profiles');
works('comptable',
	q{SELECT count(*) FROM creances.encours; SELECT count(*) FROM creances.balance_agee('2024-02-05') WHERE montant <> 0},
	"8\n6", 'lecture reads');
refused('comptable', q{SELECT * FROM creances.prendre_relances()},
	'42501', 'lecture takes nothing from the queue');
refused('comptable', q{CALL creances.passe_relance()},
	'42501', 'lecture runs no pass');
works('expediteur', q{
SELECT count(*) > 0 FROM creances.prendre_relances('courriel', 10, '2024-02-06') p, creances.confirmer_envoi(p.id, NULL, '2024-02-06')},
	't', 'gestion takes and confirms');
refused('expediteur', q{SELECT creances.cesser_suivi('ventes.factures')},
	'42501', 'gestion does not untie');
refused('etranger', q{SELECT * FROM creances.encours},
	'42501', 'a stranger reads nothing');

# A dump made by that role.
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->command_ok(
	[ 'pg_dump', '-U', 'exploitant', '-f', "$dir/erp.sql", 'erp' ],
	'dumps as itself');
$node->safe_psql('postgres',
	'CREATE DATABASE copie; GRANT CREATE ON DATABASE copie TO exploitant');
$node->command_ok(
	[
		'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1',
		'-d',   'copie', '-f', "$dir/erp.sql"
	],
	'the dump restores');
foreach my $query (
	'SELECT c::text FROM creances.creance c ORDER BY 1',
	'SELECT r::text FROM creances.relance r ORDER BY 1',
	'SELECT a::text FROM creances.avancement a ORDER BY 1',
	'SELECT table_suivie, mode, depuis FROM creances.suivi',
	'SELECT d::text FROM creances.decision(\'2024-02-12\') d ORDER BY 1')
{
	is( $node->safe_psql('copie', $query),
		$node->safe_psql('erp', $query),
		"the same there: $query");
}
# The extension of the copy is the restoring superuser's: who installed the
# first one is given its rights there by name.
$node->safe_psql('copie',
	q{SELECT creances.accorder('exploitant', 'administration')});
my ($status, $stdout, $stderr) = $node->psql(
	'copie', q{
CALL creances.passe_relance('2024-02-12');
SELECT etat FROM creances.passe WHERE jour = '2024-02-12';
UPDATE ventes.factures SET montant_paye = montant_ttc, date_paiement = '2024-02-12' WHERE numero = 'F2';
SELECT solde FROM creances.creance WHERE facture = 'F2';
}, extra_params => [ '-U', 'exploitant' ]);
is($stderr, '', 'that role still works there: no error');
is($stdout, "terminee\n0.00", 'that role still works there');

# Taken away, with what depends on it; the ERP's table is as it was.
refused('exploitant', 'DROP EXTENSION creances', '2BP01',
	'DROP EXTENSION says what depends on it');
works(
	'exploitant', q{
DROP EXTENSION creances CASCADE;
INSERT INTO ventes.factures (numero, client, date_echeance, montant_ttc) VALUES ('F10', 'client 1', '2024-03-01', 10);
UPDATE ventes.factures SET montant_paye = montant_ttc WHERE numero = 'F10';
DELETE FROM ventes.factures WHERE numero = 'F9';
SELECT count(*), sum(montant_paye) FROM ventes.factures;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'ventes.factures'::regclass;
SELECT count(*) FROM pg_namespace WHERE nspname = 'creances';
}, "9|111.00\n0\n0", 'taken away, the table lives on');
works(
	'exploitant', q{
CREATE EXTENSION creances;
SELECT creances.suivre_factures('ventes.factures', depuis => '2024-02-05');
DELETE FROM ventes.factures WHERE numero = 'F8';
SELECT count(*) FROM creances.encours;
}, "9\n6", 'and can be tied again');

$node->stop;
done_testing();
