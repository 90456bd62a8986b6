# planifier() and a real pg_cron: it refuses where it cannot work and says what
# to do, and where it can the job runs and succeeds.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'waits for pg_cron up to a minute: with --long, or in CI'
  unless $ENV{CREANCES_LONG} || $ENV{CI};

my $node = PostgreSQL::Test::Cluster->new('cron');
$node->init;
$node->start;

sub refused
{
	my ($database, $sql, $sqlstate, $hint, $name) = @_;
	my ($status, $stdout, $stderr) =
	  $node->psql($database, "\\set VERBOSITY verbose\n$sql");
	is($status, 3, "$name: fails");
	like($stderr, qr/ERROR:  $sqlstate: /, $name);
	like($stderr, qr/^HINT:  .*$hint/m, "$name: says what to do");
	return;
}

$node->safe_psql('postgres', 'CREATE EXTENSION creances');
refused('postgres', q{SELECT creances.planifier('0 6 * * 1-5')},
	'RC005',
	qr/0 6 \* \* 1-5 psql .* -d postgres -c 'CALL creances\.passe_relance\(\)'/,
	'without pg_cron');

$node->append_conf(
	'postgresql.conf', q{
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
max_worker_processes = 20
});
$node->restart;
refused('postgres', q{SELECT creances.planifier()},
	'RC005', qr/CREATE EXTENSION pg_cron/, 'not created yet');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; CREATE DATABASE erp');
$node->safe_psql('erp',      'CREATE EXTENSION creances');
refused('erp', q{SELECT creances.planifier('5 4 * * *')}, 'RC005',
	qr/base postgres, .*cron\.schedule_in_database\('creances_passe_erp', '5 4 \* \* \*', 'CALL creances\.passe_relance\(\)', 'erp'\)/,
	'from another database');
refused('postgres', q{SELECT creances.planifier('de temps en temps')},
	'22023', qr/cinq champs/, 'a schedule that is none');

# The line that the hint gives, run where it says, for one creditor, and a job
# of this database: both run.
my $table = q{
CREATE TABLE public.factures (numero text PRIMARY KEY, client text, date_echeance date, montant_ttc numeric(12,2));
INSERT INTO public.factures VALUES ('F1', 'client', creances.aujourdhui() - 3, 100);
DO $$ BEGIN PERFORM creances.suivre_factures('public.factures', depuis => creances.aujourdhui() - 3); END $$;
SELECT creances.aujourdhui();
};
my $today = $node->safe_psql('postgres', $table);
$node->safe_psql('erp', $table);
my $job = $node->safe_psql('postgres', q{SELECT creances.planifier('0 6 * * 1-5')});
is( $node->safe_psql(
		'postgres',
		q{SELECT creances.planifier('* * * * *', releve => '* * * * *')}),
	$job,
	'planned twice is planned once');
my ($status, $stdout, $stderr) = $node->psql('erp',
	q{SELECT creances.planifier('* * * * *', creancier => 'principal')});
my ($line) = $stderr =~ /exécutez : (SELECT cron\.schedule_in_database.*;)/
  or die $stderr;
$node->safe_psql('postgres', $line);
is( $node->safe_psql('postgres',
		'SELECT jobname, schedule, database FROM cron.job ORDER BY jobname'),
	"creances_passe|* * * * *|postgres\ncreances_passe_erp/principal|* * * * *|erp\n"
	  . "creances_relever|* * * * *|postgres\ncreances_relever_erp|30 5 * * *|erp",
	'a pass and a snapshot for each database');

$node->poll_query_until('postgres',
	q{SELECT count(DISTINCT jobid) = 3 FROM cron.job_run_details WHERE end_time IS NOT NULL}
) or diag('pg_cron has run nothing');
is( $node->safe_psql('postgres', q{
SELECT DISTINCT database, command, status FROM cron.job_run_details WHERE end_time IS NOT NULL ORDER BY 1, 2}),
	"erp|CALL creances.passe_relance(creancier => 'principal')|succeeded\npostgres|CALL creances.passe_relance()|succeeded\npostgres|SELECT creances.relever()|succeeded",
	'pg_cron has run the passes and the snapshot, and they succeeded');
foreach my $database ('postgres', 'erp')
{
	is( $node->safe_psql($database,
			"SELECT DISTINCT etat FROM creances.passe WHERE jour >= '$today'"),
		'terminee',
		"$database: the pass of today is there");
}
is( $node->safe_psql('postgres', q{
SELECT travail, horaire, actif, dernier_etat, derniere_passe >= '} . $today . q{', etat_passe FROM creances.etat_planification()
 WHERE travail = 'creances_passe'}),
	'creances_passe|* * * * *|t|succeeded|t|terminee',
	'etat_planification tells it');

is($node->safe_psql('postgres', 'SELECT creances.deplanifier()'),
	'2', 'deplanifier takes its jobs away');
is( $node->safe_psql('postgres',
		'SELECT jobname FROM cron.job ORDER BY jobname'),
	"creances_passe_erp/principal\ncreances_relever_erp",
	'and leaves the others');
(undef, undef, $stderr) =
  $node->psql('erp', q{SELECT creances.deplanifier()});
($line) = $stderr =~ /exécutez : (SELECT cron\.unschedule.*;)/ or die $stderr;
is($node->safe_psql('postgres', $line),
	"t\nt", 'the line that deplanifier gives elsewhere is run here');
is($node->safe_psql('postgres', 'SELECT count(*) FROM cron.job'),
	'0', 'and takes those away');

$node->stop;
done_testing();
