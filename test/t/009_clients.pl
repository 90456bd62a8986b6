# What BI tools and programs see, through psqlODBC, pgJDBC, node-postgres and
# SQLAlchemy: of each view the columns with their type, whether they may be null,
# and their comment, as listed in test/clients/NAME.attendu; every row, each value
# exact and of its type, in the time zones of Los Angeles and Tokyo; and answers to
# the statements that BI tools send, with parameters with and without a type.
# The clients may only read (profile lecture), and come in by TCP with a password.
#
# Where a column changes, so do its lines in the four lists. What each client sees
# is left in tmp_check/NAME.attendu (script/test --keep 009): to be read, then
# copied.

use strict;
use warnings;

use Encode qw(decode);
use File::Basename qw(dirname);
use IPC::Run ();
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $folder = dirname(__FILE__) . '/../clients';
my $jar    = '/usr/share/java/postgresql.jar';
local $ENV{NODE_PATH} =
  '/usr/share/nodejs:/usr/lib/node_modules:/usr/local/lib/node_modules';
my $there = 'import sys, importlib.util; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))';

# Each driver: its client, how to see that it is there, what to install.
my %driver = (
	odbc => {
		command => [ '/usr/bin/python3', "$folder/client_odbc.py" ],
		probe   => [ [ '/usr/bin/python3', '-c', $there, 'pyodbc' ], [ 'odbcinst', '-q', '-d', '-n', 'PostgreSQL Unicode' ] ],
		package => 'odbc-postgresql unixodbc odbcinst python3-pyodbc'
	},
	jdbc => {
		command => [ 'java', '-XX:TieredStopAtLevel=1', '-Dfile.encoding=UTF-8', '-cp', $jar, "$folder/ClientJdbc.java" ],
		probe   => [ [ 'test', '-r', $jar ], [ 'javac', '-version' ] ],
		package => 'libpostgresql-jdbc-java default-jdk-headless'
	},
	node => {
		command => [ 'node', "$folder/client_node.js" ],
		probe   => [ [ 'node', '-e', 'require("pg")' ] ],
		package => 'node-pg, or npm install --global pg'
	},
	sqlalchemy => {
		command => [ '/usr/bin/python3', "$folder/client_sqlalchemy.py" ],
		probe   => [ [ '/usr/bin/python3', '-c', $there, 'sqlalchemy', 'psycopg2' ] ],
		package => 'python3-sqlalchemy python3-psycopg2'
	});

my $password = join '', map { sprintf '%02x', int rand 256 } 1 .. 16;
my $server   = PostgreSQL::Test::Cluster->new('clients');
$server->init;
$server->append_conf('postgresql.conf', "listen_addresses = '127.0.0.1'");
unlink $server->data_dir . '/pg_hba.conf';
$server->append_conf('pg_hba.conf', "local all all trust\nhost livre lecteur 127.0.0.1/32 scram-sha-256\n");
$server->start;
$server->safe_psql('postgres', "CREATE ROLE lecteur LOGIN PASSWORD '$password'");
$server->safe_psql('postgres', $_) foreach 'CREATE ROLE etude', 'CREATE DATABASE livre';
$server->safe_psql('livre', slurp_file("$folder/livre.sql"));

# No array, no domain, no type of ours.  What is followed is a regclass, and its
# mapping jsonb, where the DBA looks.
is( $server->safe_psql(
		'livre', q{
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind = 'v' AND c.relname !~ '^_'
   AND a.atttypid <> ALL ('{text,date,integer,bigint,numeric,boolean,uuid,timestamptz}'::regtype[]::oid[])
 ORDER BY 1, 2}),
	"anomalie|suivi|regclass\nfraicheur|table_suivie|regclass\nsuivi|correspondance|jsonb\nsuivi|table_suivie|regclass",
	'views have plain types');
# (a numeric without a scale is one of scale 0 to JDBC)
is( $server->safe_psql(
		'livre', q{
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind = 'v' AND c.relname !~ '^_' AND a.atttypid = 'numeric'::regtype
   AND format_type(a.atttypid, a.atttypmod) <> CASE c.relname WHEN 'taux' THEN 'numeric(8,4)' ELSE 'numeric(20,3)' END
 ORDER BY 1, 2}),
	'', 'and numbers of three decimals, rates of four');

# Every call that a client may write with its first parameters only, none of them
# typed, means one function.
is( $server->safe_psql(
		'livre', q{
CREATE FUNCTION pg_temp.ambigu(appel text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'PREPARE essai AS ' || appel;
	DEALLOCATE essai;
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLERRM;
END $$;
SELECT * FROM (
SELECT p.proname, n, pg_temp.ambigu(format(CASE p.prokind WHEN 'p' THEN 'CALL creances.%I(%s)' ELSE 'SELECT * FROM creances.%I(%s)' END,
		p.proname, (SELECT string_agg('$' || i, ', ' ORDER BY i) FROM generate_series(1, n) i))) AS erreur
  FROM pg_proc p, generate_series((p.pronargs - p.pronargdefaults)::integer, p.pronargs::integer) n
 WHERE p.pronamespace = 'creances'::regnamespace AND p.prokind = 'f' AND p.proname !~ '^_' AND p.prorettype <> 'trigger'::regtype
   AND NOT EXISTS (SELECT FROM pg_type t WHERE t.oid = 'creances.taux_retard'::regtype AND p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
   AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn))
) x WHERE erreur IS NOT NULL ORDER BY 1, 2}),
	'', 'no call is ambiguous without types');

# What the server says: every row of every view as JSON of texts (instants as
# milliseconds), and the answers, parameters put in as literals.
my $rows_sql = $server->safe_psql(
	'livre', q{
SELECT format('SELECT %L || E''\t'' || jsonb_build_array(%s) FROM creances.%I;', c.relname,
			  string_agg(format(CASE a.atttypid WHEN 'timestamptz'::regtype THEN 'floor(extract(epoch FROM %I) * 1000)::bigint::text' ELSE '%I::text' END, a.attname),
						 ', ' ORDER BY a.attnum), c.relname)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = 'creances'::regnamespace AND c.relkind = 'v' AND c.relname !~ '^_'
 GROUP BY c.relname ORDER BY c.relname COLLATE "C"});
my @views = $rows_sql =~ /^SELECT '(\w+)'/mg;
my $json  = JSON::PP->new->canonical->utf8;

# One row in one form, whoever wrote it: order of keys and spaces in a mapping.
sub normal
{
	my ($line) = @_;
	my $row = $json->decode($line);
	foreach my $value (@$row)
	{
		my $inner = defined $value && $value =~ /^\{.*\}$/s && eval { JSON::PP->new->decode($value) };
		$value = JSON::PP->new->canonical->encode($inner) if $inner;
	}
	return $json->encode($row);
}

my ($today, @questions, %rows, %answers);
sub ask_server
{
	$today = $server->safe_psql('livre', 'SELECT creances.aujourdhui()');
	@questions = ();
	my $sql = "SET ROLE lecteur;\n\\pset fieldsep '\\037'\n\\pset null '\\036'\n";
	foreach (grep { /^[^#]/ } split /\n/, slurp_file("$folder/questions.txt"))
	{
		my ($name, $statement, @parameters) = split /\t/;
		s/=J\((-?\d+)\)$/'=' . $server->safe_psql('livre', "SELECT date '$today' + $1")/e foreach @parameters;
		push @questions, join("\t", $name, $statement, @parameters);
		my @values = map { s{^\w+=}{}r =~ s{'}{''}gr } @parameters;
		$statement =~ s/\?/"'" . shift(@values) . "'"/ge;
		$sql .= "\\echo '=$name'\n$statement;\n";
	}
	%answers = ();
	my $name;
	foreach (split /\n/, $server->safe_psql('livre', $sql))
	{
		if (/^=(.*)/)
		{
			$answers{ $name = $1 } = [];
			next;
		}
		push @{ $answers{$name} }, [ map { $_ eq "\036" ? undef : decode('UTF-8', $_) } split /\037/, $_, -1 ];
	}
	%rows = ();
	foreach (split /\n/, $server->safe_psql('livre', "SET ROLE lecteur;\n$rows_sql"))
	{
		/^(\w+)\t(.*)$/ or die "not a row: $_";
		push @{ $rows{$1} }, normal($2);
	}
	return;
}
ask_server();
is(join(' ', grep { !$rows{$_} } @views), '', 'every view has a row');
is(join(', ', grep { !@{ $answers{$_} } } sort keys %answers), 'Tableau, its probe', 'every question but the probe has an answer');

# Runs a client as the machine of somebody in that time zone.
sub client
{
	my ($name, $zone) = @_;
	my ($stdout, $stderr) = ('', '');
	# (rows by a cursor, as Tableau reads them, and all at once, as Excel does)
	my $options = $zone eq 'Asia/Tokyo' ? 'UseDeclareFetch=1;Fetch=7;' : '';
	local %ENV = (
		%ENV, ODBC_OPTIONS => $options, TZ => $zone, PGHOST => '127.0.0.1', PGPORT => $server->port, PGDATABASE => 'livre', PGUSER => 'lecteur', PGPASSWORD => $password);
	my $ok = IPC::Run::run($driver{$name}{command}, '<', \(join "\n", @questions, ''), '>', \$stdout, '2>', \$stderr);
	ok($ok, "$name in $zone: reads everything") or diag($stderr);
	my %seen = (columns => '', rows => {}, answers => {});
	foreach (split /\n/, $stdout)
	{
		my ($what, $first, $second) = split /\t/;
		if    ($what eq 'C') { $seen{columns} .= "$first\n" }
		elsif ($what eq 'L') { push @{ $seen{rows}{$first} }, normal($second) }
		else                 { $seen{answers}{$first} = $json->encode($json->decode($second)) }
	}
	return \%seen;
}

# The lines that only one of two texts has.
sub differences
{
	my ($got, $expected) = @_;
	my %got      = map { $_ => 1 } split /\n/, $got;
	my %expected = map { $_ => 1 } split /\n/, $expected;
	return join "\n", (map { "missing: $_" } grep { !$got{$_} } split /\n/, $expected),
	  (map { "new: $_" } grep { !$expected{$_} } split /\n/, $got);
}

foreach my $name (sort keys %driver)
{
  SKIP:
	{
		my @lacks = grep { my ($out, $err); !eval { IPC::Run::run($_, '<', \'', '>', \$out, '2>', \$err) } } @{ $driver{$name}{probe} };
		if (@lacks)
		{
			fail("$name is there") if $ENV{CI};
			skip("$name is not installed: $driver{$name}{package}", 1);
		}
		foreach my $zone ('America/Los_Angeles', 'Asia/Tokyo')
		{
			my $seen = client($name, $zone);
			if ($today ne $server->safe_psql('livre', 'SELECT creances.aujourdhui()'))
			{
				note('midnight in Paris: once more');
				ask_server();
				$seen = client($name, $zone);
			}
			my $expected = -e "$folder/$name.attendu" ? slurp_file("$folder/$name.attendu") : '';
			append_to_file("$PostgreSQL::Test::Utils::tmp_check/$name.attendu", $seen->{columns}) if $zone eq 'Asia/Tokyo';
			is(differences($seen->{columns}, $expected), '', "$name in $zone: columns, types and comments");
			ok($seen->{columns} eq $expected, "$name in $zone: in their order");
			is( join("\n", map { my $view = $_; map { "$view $_" } sort @{ $seen->{rows}{$view} // [] } } @views),
				join("\n", map { my $view = $_; map { "$view $_" } sort @{ $rows{$view} } } @views),
				"$name in $zone: every value of every row");
			is( differences(
					join("\n", map { "$_: $seen->{answers}{$_}" } sort keys %{ $seen->{answers} }),
					join("\n", map { my $q = $_; map { "$q, $_: " . $json->encode($answers{$q}) } 'types', 'textes' } sort keys %answers)),
				'', "$name in $zone: answers to what BI tools ask");
		}
	}
}

$server->stop;
done_testing();
