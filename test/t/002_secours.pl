# On a streaming standby everything can be read, and whatever writes refuses
# with 25006 and says where to go.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primaire');
$primary->init(allows_streaming => 1);
$primary->start;
$primary->safe_psql(
	'postgres', q{
CREATE TABLE public.factures (numero text PRIMARY KEY, client text, date_echeance date, montant_ttc numeric(12,2),
							  montant_paye numeric(12,2) NOT NULL DEFAULT 0, date_paiement date);
INSERT INTO public.factures SELECT 'F' || i, 'client ' || i, date '2024-01-31' + i, 100 + i FROM generate_series(1, 9) i;
CREATE EXTENSION creances;
SELECT creances.suivre_factures('public.factures', depuis => '2024-02-05');
CALL creances.passe_relance('2024-02-05');
});
$primary->backup('copie');
my $standby = PostgreSQL::Test::Cluster->new('secours');
$standby->init_from_backup($primary, 'copie', has_streaming => 1);
$standby->start;

# what has happened since the backup comes by streaming
$primary->safe_psql(
	'postgres', q{
UPDATE public.factures SET montant_paye = montant_ttc, date_paiement = '2024-02-06' WHERE numero = 'F1';
CALL creances.passe_relance('2024-02-06');
});
$primary->wait_for_catchup($standby);

foreach my $query (
	'SELECT * FROM creances.encours ORDER BY facture',
	'SELECT * FROM creances.a_faire ORDER BY id',
	'SELECT * FROM creances.balance_agee_debiteur ORDER BY debiteur',
	q{SELECT * FROM creances.balance_agee('2024-02-05') ORDER BY debiteur, tranche},
	'SELECT * FROM creances.alerte',
	q{SELECT * FROM creances.decision('2024-02-07') ORDER BY facture},
	q{SELECT * FROM creances.simuler_passe('2024-02-07') ORDER BY facture},
	'SELECT table_suivie, mode, depuis, correspondance FROM creances.suivi',
	'SELECT * FROM creances.fraicheur',
	'SELECT jour, etat, relances FROM creances.passe ORDER BY jour',
	'SELECT * FROM creances.etat_planification()',
	q{SELECT creances.penalite_retard(100, '2024-01-31', '2024-03-31')},)
{
	my $expected = $primary->safe_psql('postgres', $query);
	isnt($expected, '', "not empty: $query");
	is($standby->safe_psql('postgres', $query), $expected, "read: $query");
}
foreach my $query ('SELECT * FROM creances.coherence()',
	q{SELECT * FROM creances.verifier_suivi('public.factures')})
{
	is($standby->safe_psql('postgres', $query), '', "nothing wrong: $query");
}

# Refused, by name, before anything is tried.
foreach my $call (
	q{CALL creances.passe_relance()},
	q{CALL creances.passe_relance('2024-02-07')},
	q{SELECT creances.rafraichir()},
	q{SELECT creances.rafraichir(10)},
	q{SELECT * FROM creances.prendre_relances()},
	q{SELECT * FROM creances.prendre_relances('courriel', 1, '2024-02-07')},)
{
	my ($status, $stdout, $stderr) =
	  $standby->psql('postgres', "\\set VERBOSITY verbose\n$call;");
	is($status, 3,  "fails: $call");
	is($stdout, '', "gives nothing: $call");
	like($stderr, qr/ERROR:  25006: .*serveur de secours$/m,
		"says that this is a standby: $call");
	like($stderr, qr/^HINT:  .*serveur primaire\.$/m,
		"says where to go: $call");
}

# Promoted, it goes on where the primary was.
$primary->stop;
$standby->promote;
is( $standby->safe_psql(
		'postgres', q{
UPDATE public.factures SET montant_paye = montant_ttc, date_paiement = '2024-02-07' WHERE numero = 'F2';
CALL creances.passe_relance('2024-02-07');
SELECT count(*) FROM creances.prendre_relances(NULL, 100, '2024-02-07') WHERE debiteur IN ('client 1', 'client 2');
SELECT etat FROM creances.passe WHERE jour = '2024-02-07';
SELECT * FROM creances.coherence();
}),
	"0\nterminee",
	'promoted, it runs the pass');

$standby->stop;
done_testing();
