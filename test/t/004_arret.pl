# kill -9 in the middle of a pass, and of a synchronisation: what is called
# again goes on, and ends where an undisturbed run ends.

use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('arret');
$node->init;
# a killed backend takes the server down with it; we start it again ourselves
$node->append_conf('postgresql.conf', 'restart_after_crash = off');
$node->start;

# Three thousand open items of six hundred debtors, and a second table that is
# tied but not loaded.
$node->safe_psql('postgres', 'CREATE DATABASE temoin');
$node->safe_psql(
	'temoin', q{
CREATE TABLE public.factures (numero text PRIMARY KEY, client text, date_facture date, date_echeance date,
							  montant_ttc numeric(12,2), montant_paye numeric(12,2) NOT NULL DEFAULT 0, date_paiement date);
CREATE TABLE public.anciennes (LIKE public.factures INCLUDING ALL);
INSERT INTO public.factures
SELECT 'F' || i, to_char(i % 600, '"client "FM000'), date '2024-01-01' + i % 70, date '2024-02-01' + i % 70, 100 + i
  FROM generate_series(1, 3000) i;
INSERT INTO public.anciennes
SELECT 'A' || i, to_char(i % 600, '"client "FM000'), date '2024-01-01' + i % 70, date '2024-02-01' + i % 70, 100 + i,
	   i % 3, CASE i % 3 WHEN 0 THEN NULL ELSE date '2024-03-01' END
  FROM generate_series(1, 4000) i;
CREATE EXTENSION creances;
SELECT creances.suivre_factures('public.factures', depuis => '2024-03-01');
SELECT creances.suivre_factures('public.anciennes', depuis => '2024-03-01', charger => false);
});
$node->safe_psql('postgres', 'CREATE DATABASE tuee TEMPLATE temoin');

# Runs SQL in the database to come to grief, beside the test.
sub beside
{
	my ($sql) = @_;
	my %run = (stdout => '', stderr => '');
	$run{harness} = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr('tuee'), '-c', $sql ],
		'<', \undef, '>', \$run{stdout}, '2>', \$run{stderr});
	return \%run;
}

# Waits until $when is true, kills the backend that runs $sql, starts the server.
sub kill_when
{
	my ($sql, $when) = @_;
	my $run = beside($sql);
	$node->poll_query_until('tuee', $when) or die "never: $when";
	my $pid = $node->safe_psql('tuee',
		"SELECT pid FROM pg_stat_activity WHERE query = \$\$$sql\$\$ AND pid <> pg_backend_pid()"
	);
	like($pid, qr/^\d+$/, 'it is at work');
	kill 'KILL', $pid;
	$run->{harness}->finish;
	like($run->{stderr}, qr/server closed the connection|connection to server was lost/,
		'the session is gone');
	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		last unless -e $node->data_dir . '/postmaster.pid';
		select(undef, undef, undef, 0.1);
	}
	$node->_update_pid(0);
	$node->start;
	return;
}

my $pass    = q{CALL creances.passe_relance('2024-03-11', 5)};
my $passes  = 'SELECT numero, etat FROM creances.passe ORDER BY jour, numero';
my $nb      = 'SELECT count(*) FROM creances.relance';
my $reached = q{
SELECT 'relance', r::text FROM creances.relance r
UNION ALL SELECT 'relance_creance', l::text FROM creances.relance_creance l
UNION ALL SELECT 'avancement', a::text FROM creances.avancement a
UNION ALL SELECT 'a_decider', d::text FROM creances.a_decider d
UNION ALL SELECT 'evenement', concat_ws(' ', genre, le, creancier, debiteur, facture, relance, details) FROM creances.evenement
ORDER BY 1, 2};

# The undisturbed run.
$node->safe_psql('temoin', $pass);
my $expected = $node->safe_psql('temoin', $reached);
my $total    = $node->safe_psql('temoin', $nb);
cmp_ok($total, '>', 500, 'the undisturbed pass queues much');

# Once while it waits for a debtor whom a collector holds, exactly half way.  (A
# pass opens with all the debtors of what has changed: he comes after that.)
my $holder = beside(
	q{DO $$ BEGIN LOOP PERFORM FROM creances.passe; EXIT WHEN FOUND; PERFORM pg_sleep(0.01); END LOOP; END $$;
BEGIN; SELECT FROM creances.debiteur WHERE debiteur = 'client 300' FOR UPDATE; SELECT pg_sleep(600)});
$node->poll_query_until('tuee',
	q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'})
  or die 'nobody waits for the pass';
kill_when($pass,
	"SELECT count(*) > 0 FROM pg_stat_activity WHERE query = \$\$$pass\$\$ AND wait_event_type = 'Lock'"
);
$holder->{harness}->finish;
is($node->safe_psql('tuee', $nb),
	300, 'killed half way: the batches before are there');
is($node->safe_psql('tuee', $passes), '1|en cours', 'the pass is left open');
is($node->safe_psql('tuee', 'SELECT * FROM creances.coherence()'),
	'', 'what is there is coherent');

# Once in the middle of its work.
kill_when($pass, "SELECT ($nb) > 320");
my $half = $node->safe_psql('tuee', $nb);
cmp_ok($half, '>', 320, 'killed again: it had gone on');
cmp_ok($half, '<', $total, 'and had not finished');
is($node->safe_psql('tuee', $passes),
	"1|interrompue\n2|en cours", 'the first one is marked');

$node->safe_psql('tuee', $pass);
is($node->safe_psql('tuee', $reached),
	$expected, 'called again, it ends where the undisturbed one does');
is( $node->safe_psql('tuee', $passes),
	"1|interrompue\n2|interrompue\n3|terminee",
	'three runs, the last one complete');
$node->safe_psql('tuee', $pass);
is($node->safe_psql('tuee', $reached),
	$expected, 'and once more it writes nothing');

# The same for a synchronisation, which loads the second table here.
my $sync   = q{CALL creances.synchroniser('public.anciennes', 10)};
my $loaded = q{SELECT count(*) FROM creances.creance WHERE facture LIKE 'A%'};
my $facts  = q{
SELECT 'creance', c::text FROM creances.creance c
UNION ALL SELECT 'debiteur', d::text FROM creances.debiteur d
UNION ALL SELECT 'reglement', concat_ws(' ', creancier, reglement, facture, rang, le, montant, nature, reprise) FROM creances.reglement
UNION ALL SELECT 'version', concat_ws(' ', creancier, facture, rang, version) FROM creances.creance_version
UNION ALL SELECT 'a_decider', d::text FROM (SELECT DISTINCT * FROM creances.a_decider) d
UNION ALL SELECT 'a_revoir', r::text FROM creances.a_revoir r
ORDER BY 1, 2};
$node->safe_psql('temoin', $sync);
is($node->safe_psql('temoin', $loaded), 4000, 'the undisturbed one loads all');

kill_when($sync, "SELECT ($loaded) > 200");
$half = $node->safe_psql('tuee', $loaded);
cmp_ok($half, '>', 200,  'killed: what was committed is there');
cmp_ok($half, '<', 4000, 'and the rest is not');
$node->safe_psql('tuee', $sync);
is($node->safe_psql('tuee', $facts),
	$node->safe_psql('temoin', $facts), 'called again, it goes on to the end');
foreach my $database ('temoin', 'tuee')
{
	is( $node->safe_psql(
			$database, q{
SELECT * FROM creances.coherence()
UNION ALL SELECT cle, ecart FROM creances.verifier_suivi('public.factures')
UNION ALL SELECT cle, ecart FROM creances.verifier_suivi('public.anciennes')}),
		'',
		"$database: coherent, as the tables say");
}

$node->stop;
done_testing();
