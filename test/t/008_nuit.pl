# A night on many open items: seen from another session while it runs, killed
# with -9 in the middle and called again, after ten nights without a pass, by
# two sessions for two creditors, with a debtor that fails.

use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# open items: those of a thousand debtors, of which thousands fall due, and
# others that are to come
my $debtors = 1000;
my $others  = $ENV{CREANCES_LONG} ? 190_000 : 1000;

my $node = PostgreSQL::Test::Cluster->new('nuit');
$node->init;
# a killed backend takes the server down with it; we start it again ourselves
$node->append_conf('postgresql.conf', 'restart_after_crash = off');
$node->start;

# Open items of two creditors' debtors, in two currencies, with credits, money
# on account, part payments and old items; nights until 1 March, then none.
$node->safe_psql('postgres', 'CREATE DATABASE temoin');
$node->safe_psql(
	'temoin', qq{
CREATE TABLE public.factures (numero text PRIMARY KEY, societe text NOT NULL, client text NOT NULL, date_facture date NOT NULL,
							  date_echeance date NOT NULL, montant_ttc numeric(12,2) NOT NULL, devise text NOT NULL,
							  montant_paye numeric(12,2) NOT NULL DEFAULT 0, date_paiement date);
INSERT INTO public.factures
SELECT 'F' || i, CASE WHEN i % 2 = 0 THEN 'nord' ELSE 'sud' END, to_char(i % $debtors, '"client "FM000000'),
	   x.echeance - 30, x.echeance, CASE WHEN i % 31 = 0 THEN -90 ELSE 100 + i % 700 END, CASE WHEN i % 11 = 0 THEN 'USD' ELSE 'EUR' END,
	   CASE WHEN i % 31 <> 0 AND i % 7 = 0 THEN 50 ELSE 0 END, CASE WHEN i % 31 <> 0 AND i % 7 = 0 THEN date '2024-02-20' END
  FROM generate_series(1, 10000) i
 CROSS JOIN LATERAL (SELECT date '2024-01-20' + abs(hashint4(i)::bigint)::integer % 60 AS echeance) x;
INSERT INTO public.factures
SELECT 'G' || i, CASE WHEN i % 2 = 0 THEN 'nord' ELSE 'sud' END, to_char(i % ($others / 10), '"client "FM000000'),
	   date '2024-02-20', date '2024-04-01' + i % 60, 100 + i % 700, 'EUR'
  FROM generate_series(1, $others) i;
CREATE EXTENSION creances;
SELECT creances.suivre_factures('public.factures', jsonb_build_object('creancier', 'societe', 'facture', 'numero', 'debiteur', 'client',
	'emission', 'date_facture', 'echeance', 'date_echeance', 'montant', 'montant_ttc', 'devise', 'devise', 'regle', 'montant_paye',
	'regle_le', 'date_paiement'), depuis => '2024-02-26');
ANALYZE;
CALL creances.passe_relance('2024-02-26');
SELECT count(*) FROM creances.prendre_relances(NULL, 1000000, '2024-02-26');
SELECT creances.confirmer_envoi(relance, NULL, '2024-02-27') FROM creances.relance WHERE etat = 'prise';
CALL creances.passe_relance('2024-03-01');
SELECT count(*) FROM creances.prendre_relances('courriel', 1000000, '2024-03-01');
SELECT creances.confirmer_envoi(relance, NULL, '2024-03-01') FROM creances.relance WHERE etat = 'prise';
-- steps done before the nights that are missed
CREATE TABLE public.faites AS SELECT creancier, facture, rang, etape FROM creances.avancement;
ALTER TABLE public.faites ADD PRIMARY KEY (creancier, facture, rang);
VACUUM ANALYZE;
});
foreach my $database ('tuee', 'deux', 'fautive')
{
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE temoin");
}

# Runs SQL beside the test.
sub beside
{
	my ($database, $sql) = @_;
	my %run = (stdout => '', stderr => '', database => $database, sql => $sql);
	$run{harness} = IPC::Run::start(
		[ 'psql', '-XAtq', '-d', $node->connstr($database), '-c', $sql ],
		'<', \undef, '>', \$run{stdout}, '2>', \$run{stderr});
	return \%run;
}

# Waits until $when is true in its database.
sub wait_until
{
	my ($run, $when) = @_;
	return if $node->poll_query_until($run->{database}, $when);
	$run->{harness}->pump_nb;
	die "never: $when\n$run->{stderr}";
}

# A debtor whom a collector holds: a pass waits there until release().
sub hold
{
	my ($database, $creditor, $debtor) = @_;
	my $run = beside($database,
		qq{BEGIN; SELECT FROM creances.debiteur WHERE creancier = '$creditor' AND debiteur = '$debtor' FOR UPDATE; SELECT pg_sleep(600)}
	);
	wait_until($run,
		q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()});
	return $run;
}

sub release
{
	my ($run) = @_;
	$node->safe_psql($run->{database},
		q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()}
	);
	$run->{harness}->finish;
	return;
}

# Waits for a lock that a session holds.
sub wait_blocked
{
	my ($run) = @_;
	wait_until($run,
		"SELECT count(*) > 0 FROM pg_stat_activity WHERE query = \$\$$run->{sql}\$\$ AND wait_event_type = 'Lock' AND datname = current_database()"
	);
	return;
}

# kill -9 of the backend that runs it; the server is started again.
sub kill_it
{
	my ($run) = @_;
	my $pid = $node->safe_psql($run->{database},
		"SELECT pid FROM pg_stat_activity WHERE query = \$\$$run->{sql}\$\$ AND datname = current_database() AND pid <> pg_backend_pid()"
	);
	like($pid, qr/^\d+$/, 'it is at work');
	kill 'KILL', $pid;
	$run->{harness}->finish;
	like(
		$run->{stderr},
		qr/server closed the connection|connection to server was lost/,
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

my $night  = '2024-03-11';
my $lot    = $debtors / 100;
my $pass   = "CALL creances.passe_relance('$night', $lot)";
my $passes = "SELECT creancier, numero, etat, erreurs FROM creances.passe WHERE jour = '$night' ORDER BY creancier, numero";
my $total  = "SELECT count(*) FROM creances.relance WHERE le = '$night'";

# All that a pass leaves, but for the instants and the names of events; $but
# takes more out of the record.
sub state_of
{
	my ($database, $but) = @_;
	$but //= 'true';
	return $node->safe_psql(
		$database, qq{
SELECT count(*), md5(string_agg(x.quoi, chr(10) ORDER BY x.quoi COLLATE "C")) FROM (
	SELECT 'relance ' || r::text AS quoi FROM creances.relance r
	UNION ALL SELECT 'ligne ' || l::text FROM creances.relance_creance l
	UNION ALL SELECT 'avancement ' || a::text FROM creances.avancement a
	UNION ALL SELECT 'a_decider ' || d::text FROM creances.a_decider d
	UNION ALL SELECT 'evenement ' || concat_ws(' ', e.genre, e.le, e.creancier, e.debiteur, e.facture, e.rang, e.relance, e.details)
				FROM creances.evenement e WHERE $but) x});
}

# ------------------------------------------------- the undisturbed pass

$node->safe_psql('temoin', $pass);
my $expected = state_of('temoin');
my $all      = $node->safe_psql('temoin', $total);
cmp_ok($all, '>', $debtors / 3, 'the undisturbed pass queues much');
is($node->safe_psql('temoin', $passes),
	"nord|1|terminee|0\nsud|1|terminee|0", 'one run a creditor');
is($node->safe_psql('temoin', 'SELECT * FROM creances.coherence()'),
	'', 'coherent');

# Ten nights were missed: each item takes one step, the next one of its
# scenario, dated tonight; a second call takes no other.
note($node->safe_psql('temoin', "SELECT etape, canal, count(*) FROM creances.relance r JOIN creances.relance_creance USING (creancier, relance) WHERE r.le = '$night' GROUP BY 1, 2 ORDER BY 1"));
is( $node->safe_psql(
		'temoin', qq{
SELECT count(*) > $debtors / 3, count(*) = count(DISTINCT (l.creancier, l.facture, l.rang)), min(l.etape - f.etape), max(l.etape - f.etape),
	   min(r.le), count(DISTINCT l.etape) > 1
  FROM creances.relance_creance l JOIN creances.relance r USING (creancier, relance) JOIN public.faites f USING (creancier, facture, rang)
 WHERE r.le > '2024-03-01'}),
	"t|t|1|1|$night|t",
	'ten missed nights: one step an item, none skipped');
is( $node->safe_psql(
		'temoin', q{
SELECT count(*) FROM creances.avancement a JOIN public.faites f USING (creancier, facture, rang) WHERE a.etape <> f.etape}),
	'0',
	'nothing has advanced before it is sent');
$node->safe_psql('temoin', $pass);
is(state_of('temoin'), $expected, 'called twice, it writes nothing more');

# ------------------------------------------------------ kill -9, rerun

# Once while it waits for a debtor whom a collector holds, half way through
# the first creditor; another session sees how far it is.
my $half   = sprintf('client %06d', $debtors / 2);
my $holder = hold('tuee', 'nord', $half);
my $run    = beside('tuee', $pass);
wait_blocked($run);
my ($number, $state, $seen) = split /\|/,
  $node->safe_psql('tuee',
	"SELECT numero, etat, debiteurs FROM creances.passe WHERE creancier = 'nord' AND jour = '$night'"
  );
is("$number $state", '1 en cours', 'another session sees the pass at work');
cmp_ok($seen, '>', $debtors / 8, 'and how many debtors it has seen');
cmp_ok($seen, '<', $debtors / 2, 'not yet all');
my $reached = $node->safe_psql('tuee', $total);
cmp_ok($reached, '>', 0,    'the queue fills meanwhile');
cmp_ok($reached, '<', $all, 'and is not full');
kill_it($run);
eval { $holder->{harness}->finish };
is($node->safe_psql('tuee', $total),
	$reached, 'killed: the batches before are there');
is($node->safe_psql('tuee', $passes), 'nord|1|en cours|0', 'the pass is left open');
is($node->safe_psql('tuee', 'SELECT * FROM creances.coherence()'),
	'', 'what is there is coherent');

# Once in the middle of its work.
$run = beside('tuee', $pass);
wait_until($run, "SELECT ($total) > $reached");
kill_it($run);
$reached = $node->safe_psql('tuee', $total);
cmp_ok($reached, '<', $all, 'killed again, before its end');

$node->safe_psql('tuee', $pass);
is(state_of('tuee'), $expected, 'called again, it ends where the undisturbed one does');
is( $node->safe_psql(
		'tuee',
		"SELECT etat, count(*) > 0 FROM creances.passe WHERE jour = '$night' GROUP BY etat ORDER BY etat"
	),
	"interrompue|t\nterminee|t",
	'what was cut short is told');

# --------------------------------------- two creditors, two sessions

$holder = hold('deux', 'nord', $half);
my $nord = beside('deux', "CALL creances.passe_relance('$night', $lot, 'nord')");
wait_blocked($nord);
$node->safe_psql('deux', "CALL creances.passe_relance('$night', $lot, 'sud')");
is($node->safe_psql('deux', $passes), "nord|1|en cours|0\nsud|1|terminee|0",
	'a pass of one creditor ends while that of another is at work');
my ($status, $stdout, $stderr) =
  $node->psql('deux', "CALL creances.passe_relance('$night', $lot, 'nord')");
is($status, 0, 'a second one of the same creditor leaves');
like($stderr, qr/NOTICE: .*passe/, 'and says so');
release($holder);
$nord->{harness}->finish;
is($nord->{stderr}, '', 'the first one ends');
is(state_of('deux'), $expected, 'both have done what one did');
is($node->safe_psql('deux', $passes), "nord|1|terminee|0\nsud|1|terminee|0",
	'and each has its run');

# --------------------------------------------- a debtor that fails

my $bad = $node->safe_psql('temoin',
	"SELECT debiteur FROM creances.relance WHERE le = '$night' AND creancier = 'sud' ORDER BY debiteur OFFSET 10 LIMIT 1"
);
$node->safe_psql(
	'fautive', qq{
CREATE FUNCTION public.refuser() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	RAISE EXCEPTION USING ERRCODE = '22012', MESSAGE = 'un débiteur qui échoue';
END \$\$;
CREATE TRIGGER refuser BEFORE INSERT ON creances.relance FOR EACH ROW WHEN (NEW.debiteur = '$bad' AND NEW.creancier = 'sud')
EXECUTE FUNCTION public.refuser()});
$node->safe_psql('fautive', $pass);
is( $node->safe_psql('fautive', $passes),
	"nord|1|terminee|0\nsud|1|terminee|1",
	'a debtor in error is counted, the pass ends');
is( $node->safe_psql(
		'fautive',
		q{SELECT creancier, debiteur, le, details ->> 'sqlstate', details ->> 'message' FROM creances.evenement WHERE genre = 'erreur'}
	),
	"sud|$bad|$night|22012|un débiteur qui échoue",
	'and written down');
is( $node->safe_psql('fautive', $total),
	$all - $node->safe_psql('temoin',
		"SELECT count(*) FROM creances.relance WHERE le = '$night' AND creancier = 'sud' AND debiteur = '$bad'"),
	'the others have gone on');
$node->safe_psql('fautive', 'DROP TRIGGER refuser ON creances.relance');
$node->safe_psql('fautive', $pass);
is(state_of('fautive', "e.genre <> 'erreur'"),
	$expected, 'mended, the next pass does what was missing');
is($node->safe_psql('fautive', 'SELECT * FROM creances.coherence()'),
	'', 'coherent');

$node->stop;
done_testing();
