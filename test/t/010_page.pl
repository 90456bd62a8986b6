# The page as a browser shows it: at 1280 and 390 pixels nothing goes past the
# edge, is cut or lies upon something else; on paper no page is empty and nothing
# of what it says is missing; its figures, read back from the DOM, are those of
# the views.  Debian's headless Chromium and poppler's tools, on files only.

use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($chromium) = grep { -x } '/usr/bin/chromium', '/usr/bin/chromium-browser';
if (!$chromium || grep { !-x "/usr/bin/$_" } qw(pdftotext pdfinfo))
{
	die 'chromium or poppler-utils is missing: see script/bootstrap' if $ENV{CI};
	plan skip_all => 'no chromium, or no poppler-utils';
}

my $node = PostgreSQL::Test::Cluster->new('page');
$node->init;
$node->start;
$node->safe_psql(
	'postgres', q{
CREATE TABLE public.f (id integer PRIMARY KEY, societe text, numero text, client text, emis date, du date, ttc numeric,
					   paye numeric DEFAULT 0, paye_le date, devise text DEFAULT 'EUR');
SELECT setseed(0.31);
-- a book of a year and a half: 60 customers, two currencies, credits
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc, devise)
SELECT i, 'livre', 'F' || i, 'C' || (1 + floor(random() ^ 2 * 60)::integer), j, j + 30, round((50 + random() ^ 3 * 15000)::numeric, 2),
	   CASE WHEN i % 8 = 0 THEN 'USD' ELSE 'EUR' END
  FROM (SELECT i, a.j - 540 + i * 540 / 700 AS j FROM (SELECT (now() AT TIME ZONE 'Europe/Paris')::date AS j) a, generate_series(1, 700) AS i) x;
UPDATE public.f SET ttc = -ttc / 3, numero = 'AV' || id WHERE id % 37 = 0;
UPDATE public.f SET paye = ttc, paye_le = x.le
  FROM (SELECT id, greatest(emis, du + (random() * 60 - 15)::integer) AS le, random() AS r FROM public.f) x
 WHERE x.id = f.id AND x.le <= (now() AT TIME ZONE 'Europe/Paris')::date AND x.r < 0.92;
-- one invoice; more credit than debt; nine digits and long names; names that
-- would be markup
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc)
SELECT 1000 + v.n, v.societe, 'X' || v.n, v.client, q.j - v.age, q.j - v.age + 30, v.ttc
  FROM (SELECT (now() AT TIME ZONE 'Europe/Paris')::date AS j) q,
	   (SELECT 1 AS n, 'une' AS societe, 'Seul' AS client, 45 AS age, 1234.5 AS ttc
		UNION ALL SELECT 2, 'credit', 'Rendu', 45, -1500
		UNION ALL SELECT 3, 'credit', 'Rendu', 45, 200
		UNION ALL SELECT 10 + i, 'gros', 'Société anonyme des établissements réunis du Grand Ouest et de l''Atlantique, direction régionale n° ' || i, 11 * i, 987654321.12 - i
					FROM generate_series(1, 15) i
		UNION ALL SELECT 30 + i, 'noms', (ARRAY['<script>document.title="oops"</script>', '"><img src=x onerror="document.title=1">', ']]></style></title>',
												'a' || chr(8238) || 'b', repeat('W', 400)])[i], 60, 100 + i FROM generate_series(1, 5) i) v;
CREATE EXTENSION creances;
SELECT creances.suivre_factures('public.f', '{"creancier": "societe", "facture": "numero", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "regle": "paye", "regle_le": "paye_le", "devise": "devise"}',
								depuis => creances.aujourdhui() - 90);
INSERT INTO creances.creancier (creancier, nom) VALUES ('vide', 'Société vide');
UPDATE creances.debiteur SET nom = 'Établissements ' || debiteur || ' & Fils' WHERE creancier = 'livre';
SELECT creances.fixer_objectif('livre', 'dso', 45, creances.aujourdhui() - 300), creances.fixer_objectif('livre', 'part_echue', 30, creances.aujourdhui() - 300);
SELECT creances.relever(creances.aujourdhui() - 45 * i, 'livre') FROM generate_series(0, 5) i;
-- and 10,000 debtors
INSERT INTO public.f (id, societe, numero, client, emis, du, ttc)
SELECT 2000 + i, 'foule', 'Y' || i, 'Client ' || i, creances.aujourdhui() - i % 200, creances.aujourdhui() - i % 200 + 30, 100 + i FROM generate_series(1, 10000) i;
ANALYZE;
-- something to do, on any day of the week
INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat)
SELECT DISTINCT ON (c.debiteur) 'livre', md5(c.facture)::uuid, c.debiteur, c.devise, 'message', creances.aujourdhui(), 'standard', 'lettre',
	   'relance_3'::creances.stade_relance, false, 'a_envoyer'
  FROM creances.creance c
 WHERE c.creancier = 'livre' AND c.devise = 'EUR' AND c.solde > 0 AND c.echeance < creances.aujourdhui() ORDER BY c.debiteur, c.facture;
INSERT INTO creances.relance_creance (creancier, relance, facture, rang, reclamee, etape, stade, echeance, etat)
SELECT 'livre', r.relance, c.facture, 1, true, 1, r.stade, c.echeance, r.etat
  FROM creances.relance r JOIN creances.creance c ON c.creancier = r.creancier AND md5(c.facture)::uuid = r.relance;
});

my $dir = PostgreSQL::Test::Utils::tempdir;
my $today = $node->safe_psql('postgres', 'SELECT creances.aujourdhui()');
my $past = $node->safe_psql('postgres', 'SELECT creances.aujourdhui() - 100');

sub written
{
	my ($name, @text) = @_;
	open my $file, '>', "$dir/$name" or die "$dir/$name: $!";
	print $file @text;
	close $file;
	return;
}

# Headless Chromium on a file; what it prints.  No name is resolved.
sub chromium
{
	my ($file, @options) = @_;
	my ($stdout, $stderr) = ('', '');
	my $ok = IPC::Run::run(
		[
			$chromium, '--headless=new', '--no-sandbox', '--disable-gpu',
			'--disable-dev-shm-usage', '--no-first-run', '--hide-scrollbars',
			'--disable-extensions', '--disable-background-networking',
			'--allow-file-access-from-files',
			'--host-resolver-rules=MAP * ~NOTFOUND',
			"--user-data-dir=$dir/chromium", '--virtual-time-budget=5000',
			@options, "file://$dir/$file"
		],
		'>', \$stdout, '2>', \$stderr, IPC::Run::timeout(180));
	diag($stderr) unless $ok;
	return $stdout;
}

# The page has no script: the frame around it measures.  It tells what goes past
# the edges, cells that are narrower than their text, texts of a picture that lie
# upon one another, and every figure as the DOM has it.
my $measure = <<'JS';
onload = function () {
	const all = [];
	for (const f of document.querySelectorAll('iframe')) all.push(...measure(f.contentDocument).map(l => f.id + ' ' + l));
	document.getElementById('r').textContent = all.join('\n');
};
function measure(d) {
	const w = d.documentElement.clientWidth, out = [];
	const seen = e => e.getClientRects().length > 0 && !e.closest('thead, [aria-hidden]');
	out.push('largeur ' + w, 'defile ' + d.documentElement.scrollWidth, 'titre ' + d.title);
	for (const e of d.querySelectorAll('body *')) {
		const b = e.getBoundingClientRect();
		if (seen(e) && (b.right > w + 1 || b.left < -1))
			out.push('dehors ' + e.tagName + ' ' + Math.round(b.left) + ' ' + Math.round(b.right) + ' ' + e.textContent.slice(0, 40));
	}
	for (const e of d.querySelectorAll('td, th, dd, dt, caption, p, h1, h2, h3'))
		if (seen(e) && e.scrollWidth > e.clientWidth + 1) out.push('coupe ' + e.tagName + ' ' + e.textContent.slice(0, 60));
	for (const s of d.querySelectorAll('svg[role=img]')) {
		const t = [...s.querySelectorAll('text')].filter(seen);
		for (let i = 0; i < t.length; i++)
			for (let j = 0; j < i; j++) {
				const a = t[i].getBoundingClientRect(), b = t[j].getBoundingClientRect();
				if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
					out.push('dessus ' + s.querySelector('title').textContent + ' : ' + t[i].textContent + ' et ' + t[j].textContent);
			}
	}
	for (const e of d.querySelectorAll('data')) out.push('chiffre ' + e.dataset.cle + ' ' + e.value);
	out.push('etrangers ' + d.querySelectorAll('script, img, link, iframe, object').length);
	return out;
}
JS

# Each page at each width, in one run of the browser: {page}{width} => lines.
sub measured
{
	my @frames;
	foreach my $name (@_)
	{
		push @frames, map { "<iframe id=\"$name-$_\" style=\"width:${_}px\" src=\"$name.html\"></iframe>\n" } 1280, 390;
	}
	written('mesure.html', '<!DOCTYPE html><meta charset="utf-8"><style>body{margin:0}iframe{border:0;height:3000px}</style>', "\n",
		@frames, "<pre id=\"r\"></pre><script>\n$measure</script>\n");
	my ($told) = chromium('mesure.html', '--dump-dom', '--window-size=1400,3000') =~ m{<pre id="r">(.*?)</pre>}s;
	my %told;
	foreach (split /\n/, $told // '')
	{
		push @{ $told{$1}{$2} }, $3 if /^(\w+)-(\d+) (.*)/;
	}
	return %told;
}

# Text as it can be compared with what pdftotext finds: no entity, no space.
sub bare
{
	my ($text) = @_;
	utf8::decode($text);
	$text =~ s/&#(\d+);/chr $1/ge;
	$text =~ s/&lt;/</g;
	$text =~ s/&gt;/>/g;
	$text =~ s/&quot;/"/g;
	$text =~ s/&amp;/&/g;
	$text =~ s/[\s\x{a0}\x{202f}\x{fffd}]+//g;
	return $text;
}

my @cases = ([ 'livre', 'livre', $today ], [ 'passe', 'livre', $past ],
	map { [ $_, $_, $today ] } qw(vide une credit gros noms foule));
my %page;
foreach my $case (@cases)
{
	my ($name, $creditor, $day) = @$case;
	$page{$name} = $node->safe_psql('postgres', "SELECT creances.rapport_html('$creditor', '$day')");
	written("$name.html", $page{$name});
}
my %told = measured(map { $_->[0] } @cases);

foreach my $case (@cases)
{
	my ($name, $creditor, $day) = @$case;

	foreach my $width (1280, 390)
	{
		my @told = @{ $told{$name}{$width} // [] };
		my %got = map { /^(largeur|defile|titre|etrangers) (.*)/ ? ($1 => $2) : () } @told;
		is($got{largeur}, $width, "$name at $width: shown at this width");
		is($got{defile}, $width, "$name at $width: nothing to scroll sideways");
		is(join("\n", grep { /^(dehors|coupe|dessus) / } @told), '', "$name at $width: nothing outside, cut, or upon something else");
		is($got{etrangers}, 0, "$name at $width: no script, image or link");
		like($got{titre}, qr/^Cr\S+ances clients, /, "$name at $width: its own title");

		next unless $width == 390 && $creditor eq 'livre';

		my $read = join "\n", sort map { /^chiffre ((?:balance\S+(?:montant|creances)|prevision\/\w+\/\d+\/\S+|chiffre\S+(?:encours|echu)) \S*)$/ ? $1 : () } @told;
		my $expected = $node->safe_psql(
			'postgres', qq{
SELECT concat_ws('/', 'balance', b.devise, coalesce(b.tranche::text, 'total'), v.quoi) || ' ' || trim_scale(v.valeur)
  FROM (SELECT x.devise, x.tranche, sum(x.creances) AS c, sum(x.montant) AS m FROM creances.balance_agee('$day') x
		 WHERE x.creancier = '$creditor' GROUP BY GROUPING SETS ((x.devise, x.tranche), (x.devise))) b,
	   LATERAL (VALUES ('creances', b.c), ('montant', b.m)) v(quoi, valeur)
UNION ALL
SELECT concat_ws('/', 'prevision', s.devise, s.n, v.quoi) || ' ' || trim_scale(v.valeur)
  FROM (SELECT x.*, row_number() OVER (PARTITION BY x.devise ORDER BY x.semaine) AS n FROM creances.prevision_encaissements(13, '$day') x WHERE x.creancier = '$creditor') s,
	   LATERAL (VALUES ('prevu', s.prevu), ('bas', s.bas), ('haut', s.haut), ('engage', s.engage), ('naif', s.naif), ('cumul', s.cumul)) v(quoi, valeur)
UNION ALL
SELECT concat_ws('/', 'chiffre', x.devise, v.quoi) || ' ' || trim_scale(v.valeur)
  FROM creances.part_echue('$day') x, LATERAL (VALUES ('echu', x.echu)) v(quoi, valeur) WHERE x.creancier = '$creditor'
UNION ALL
SELECT concat_ws('/', 'chiffre', x.devise, 'encours') || ' ' || trim_scale(sum(x.montant)) FROM creances.balance_agee('$day') x WHERE x.creancier = '$creditor' GROUP BY x.devise});
		$expected = join "\n", sort split /\n/, $expected;
		cmp_ok(scalar(split /\n/, $expected), '>', 150, "$name: figures to compare");
		is($read, $expected, "$name: the DOM has the figures of the views");
	}

	# (a run of the browser for each)
	next unless $name =~ /^(livre|passe|vide|gros|noms)$/;
	chromium("$name.html", '--no-pdf-header-footer', "--print-to-pdf=$dir/$name.pdf");
	my $info = `pdfinfo $dir/$name.pdf`;
	my ($pages) = $info =~ /^Pages:\s+(\d+)/m;
	like($info, qr/^Page size:\s+59[45]\S* x 84[12]\S* pts/m, "$name on paper: A4");
	cmp_ok($pages // 0, '>', 0, "$name on paper: has pages");
	my @empty = grep { `pdftotext -f $_ -l $_ $dir/$name.pdf -` !~ /\w{3}/ } 1 .. ($pages // 0);
	is("@empty", '', "$name on paper: no empty page");

	# headings, captions and the figures of tables, as the page writes them
	my @said = map { s/<[^>]*>//gr } $page{$name} =~ m{<(?:h[1-4]|caption)[^>]*>(.*?)</(?:h[1-4]|caption)>}g;
	push @said, $page{$name} =~ m{<td[^>]*><data[^>]*>([^<]+)</data>}g;
	my $printed = bare(scalar `pdftotext -raw $dir/$name.pdf -`);
	my @lost = grep { index($printed, bare($_)) < 0 } @said;
	is(join(' | ', @lost), '', "$name on paper: every heading and every figure");
}

$node->stop;
done_testing();
