# A subscriber of logical replication: statement triggers do not fire there, so
# the tables are tied row by row. What the publisher's ERP writes is followed on
# the subscriber, and a table that was tied the other way is repaired.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $erp = PostgreSQL::Test::Cluster->new('erp');
$erp->init(allows_streaming => 'logical');
$erp->start;
my $abonne = PostgreSQL::Test::Cluster->new('abonne');
$abonne->init;
$abonne->start;

my $tables = q{
CREATE TABLE public.factures (id integer PRIMARY KEY, numero text, client text, date_facture date, date_echeance date,
							  montant_ttc numeric(12,2));
CREATE TABLE public.paiements (id integer PRIMARY KEY, facture integer, le date, montant numeric(12,2));
CREATE TABLE public.clients (code text PRIMARY KEY, nom text);
CREATE TABLE public.autres (id integer PRIMARY KEY, client text, date_echeance date, montant numeric(12,2));
};
$erp->safe_psql('postgres', $tables . q{
INSERT INTO public.factures SELECT i, 'F' || i, 'c' || i % 3, date '2024-01-01' + i, date '2024-01-31' + i, 100 + i FROM generate_series(1, 9) i;
INSERT INTO public.paiements VALUES (1, 1, '2024-02-01', 50);
INSERT INTO public.autres VALUES (1, 'a', '2024-01-31', 10);
CREATE PUBLICATION tout FOR ALL TABLES;
});
$abonne->safe_psql('postgres', $tables . q{
CREATE EXTENSION creances;
SELECT creances.suivre_factures('public.factures', '{"facture": "numero", "debiteur": "client", "emission": "date_facture",
	"echeance": "date_echeance", "montant": "montant_ttc"}', depuis => '2024-01-01', declencheur => 'ligne');
SELECT creances.suivre_reglements('public.paiements', '{"cle_facture": "facture", "date": "le", "montant": "montant"}',
	factures => 'public.factures', mode => 'differe', declencheur => 'ligne');
SELECT creances.suivre_clients('public.clients', '{"debiteur": "code", "nom": "nom"}', declencheur => 'ligne');
-- tied as on an ERP: what a subscription applies is not seen
SELECT creances.suivre_factures('public.autres', '{"facture": "id", "debiteur": "client", "echeance": "date_echeance",
	"montant": "montant", "creancier": "''autres''"}');
});
my $connexion = $erp->connstr . ' dbname=postgres';
$abonne->safe_psql('postgres', "CREATE SUBSCRIPTION a CONNECTION '$connexion' PUBLICATION tout");
$abonne->wait_for_subscription_sync($erp, 'a');

my $soldes = q{
SELECT string_agg(facture || '=' || solde, ' ' ORDER BY facture) FROM creances.creance WHERE creancier = 'principal' AND solde <> 0};
my $sante = q{
SELECT creances.rafraichir() >= 0;
SELECT s.table_suivie, v.* FROM creances.suivi s, creances.verifier_suivi(s.table_suivie) v
UNION ALL SELECT NULL, invariant, detail, NULL FROM creances.coherence()};

# the first copy, then what the ERP does
is( $abonne->safe_psql('postgres', q{SELECT count(*) FROM creances.creance WHERE creancier = 'principal'}),
	'9', 'the initial copy fires the triggers');
is($abonne->safe_psql('postgres', q{SELECT table_suivie, declencheur FROM creances.suivi ORDER BY table_suivie::text}),
	"autres|instruction\nclients|ligne\nfactures|ligne\npaiements|ligne", 'how each is tied');

$erp->safe_psql(
	'postgres', q{
INSERT INTO public.factures VALUES (10, 'F10', 'c1', '2024-02-01', '2024-03-02', 1000);
UPDATE public.factures SET montant_ttc = 200 WHERE id = 2;
DELETE FROM public.factures WHERE id = 3;
BEGIN;
INSERT INTO public.paiements VALUES (2, 10, '2024-03-01', 400), (3, 4, '2024-03-01', 104);
UPDATE public.paiements SET montant = 60 WHERE id = 1;
COMMIT;
INSERT INTO public.clients VALUES ('c1', 'Client un');
INSERT INTO public.autres VALUES (2, 'a', '2024-01-31', 20);
});
$erp->wait_for_catchup('a');
$abonne->safe_psql('postgres', 'SELECT creances.rafraichir()');
is($abonne->safe_psql('postgres', $soldes), 'F1=41.00 F10=600.00 F2=200.00 F5=105.00 F6=106.00 F7=107.00 F8=108.00 F9=109.00',
	'inserts, updates and deletes are followed');
is($abonne->safe_psql('postgres', q{SELECT nom FROM creances.debiteur WHERE debiteur = 'c1'}), 'Client un', 'customers too');

# by hand on the subscriber as well, and TRUNCATE
$abonne->safe_psql('postgres', q{UPDATE public.factures SET montant_ttc = 201 WHERE id = 2});
like($abonne->safe_psql('postgres', $soldes), qr/F2=201.00/, 'a local write is followed once');
$erp->safe_psql('postgres', 'TRUNCATE public.paiements');
$erp->wait_for_catchup('a');
$abonne->safe_psql('postgres', 'SELECT creances.rafraichir()');
like($abonne->safe_psql('postgres', $soldes), qr/^F1=101.00 F10=1000.00 /, 'TRUNCATE is followed');

# what was tied as on an ERP has seen nothing, and says so
like($abonne->safe_psql('postgres', $sante), qr/autres\|1\|1\|absente du suivi\n.*autres\|2\|2\|absente du suivi/s, 'what was not seen is found');
$abonne->safe_psql('postgres', q{CALL creances.synchroniser('public.autres')});
is($abonne->safe_psql('postgres', $sante), 't', 'and repaired');

# untied, nothing is left
$abonne->safe_psql('postgres', q{SELECT creances.cesser_suivi(table_suivie) FROM creances.suivi});
is($abonne->safe_psql('postgres', q{SELECT count(*) FROM pg_trigger WHERE tgname ~ '^creances'}), '0', 'no trigger is left');

$abonne->stop;
$erp->stop;
done_testing();
