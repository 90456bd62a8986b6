# README.md and doc/guide.md say what is so: their SQL runs, in order, and prints
# what they show.
#
# A block that starts with ```sql is given to psql; when the next block starts
# with ``` or ```text, with nothing but empty lines between, it is what psql
# prints (notices aside), and in the guide what it prints last.  Blocks marked
# otherwise are neither run nor compared.  Where README does not create
# public.factures itself, that is the table below; the guide's invoices are those
# that it says it has.  pg_cron is there.

use strict;
use warnings;

use File::Basename qw(dirname);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $file = dirname(__FILE__) . '/../../README.md';
plan skip_all => 'no README.md' unless -e $file;
my $readme = slurp_file($file);
my $all_sql = join '', $readme =~ /^```sql\n(.*?)^```$/msg;

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->append_conf(
	'postgresql.conf', q{
shared_preload_libraries = 'pg_cron'
cron.database_name = 'postgres'
cron.use_background_workers = on
max_worker_processes = 20
});
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron')
  unless $all_sql =~ /CREATE EXTENSION pg_cron/i;
$node->safe_psql(
	'postgres', q{
CREATE TABLE public.factures (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, numero text NOT NULL UNIQUE, client text NOT NULL,
							  date_facture date, date_echeance date, montant_ttc numeric(12,2),
							  montant_paye numeric(12,2) NOT NULL DEFAULT 0, date_paiement date);
INSERT INTO public.factures (numero, client, date_facture, date_echeance, montant_ttc)
SELECT 'F' || i, 'client ' || i % 4, creances.j - 60 + i, creances.j - 30 + i, 100 + i
  FROM (SELECT (now() AT TIME ZONE 'Europe/Paris')::date AS j) AS creances, generate_series(1, 40) AS i;
}) unless $all_sql =~ /CREATE TABLE (public\.)?factures\b/i;

sub trimmed
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/^\n+|\n+$//g;
	return $text;
}

sub run_blocks
{
	my ($name, $text, $whole) = @_;
	my $run = 0;

	while ($text =~ /^```sql\n(.*?)^```\n(?:\n*^```(?:text)?\n(.*?)^```$)?/msg)
	{
		my ($sql, $shown) = ($1, $2);
		my $line = 1 + (substr($text, 0, $-[1]) =~ tr/\n//);
		my ($stdout, $stderr) = ('', '');

		IPC::Run::run(
			[
				'psql', '-X', '-q', '-P', 'pager=off',
				'-v',   'ON_ERROR_STOP=1', '-d', $node->connstr('postgres')
			],
			'<', \$sql, '>', \$stdout, '2>', \$stderr);
		is($?, 0, "$name line $line: the SQL runs") or diag($stderr);
		if (defined $shown)
		{
			my ($got, $expected) = (trimmed($stdout), trimmed($shown));
			$got = substr($got, -length($expected))
			  if !$whole && length($got) > length($expected);
			is($got, $expected, "$name line $line: prints what is shown");
		}
		$run++;
	}
	cmp_ok($run, '>', 0, "$name has SQL to run");
	return;
}

run_blocks('README.md', $readme, 1);

my $guide = dirname(__FILE__) . '/../../doc/guide.md';
if (-e $guide)
{
	$node->safe_psql(
		'postgres', q{
DROP EXTENSION creances CASCADE;
DROP TABLE public.factures;
CREATE TABLE public.factures (id bigint PRIMARY KEY, numero text, client text, date_facture date, date_echeance date,
							  montant_ttc numeric(12,2), montant_paye numeric(12,2) DEFAULT 0, date_paiement date);
INSERT INTO public.factures VALUES (1, 'F-101', 'C-42', '2026-01-10', '2026-02-09', 1000),
								   (2, 'F-102', 'C-42', '2026-02-01', '2026-03-03', 600),
								   (3, 'F-201', 'C-7', '2026-01-10', '2026-02-09', 900);
CREATE EXTENSION creances;
SELECT creances.suivre_factures('public.factures', depuis => '2026-01-01');
UPDATE creances.debiteur SET siren = 'FR11 123 456 782' WHERE debiteur = 'C-42';
});
	run_blocks('doc/guide.md', slurp_file($guide), 0);
}

$node->stop;
done_testing();
