-- All tables have had the same life, and an UPDATE of other columns has left
-- nothing to refresh: a race between different results would prove nothing.
-- :tours turns
SELECT set_config('bench.tours', :'tours', false) \g /dev/null
SET client_min_messages = warning;
DO $$
DECLARE
	tours CONSTANT integer := current_setting('bench.tours');
	vus text;
BEGIN
	SELECT string_agg(DISTINCT format('%s due %s, %s movements of %s', x.nb, round(x.solde, 2), x.mouvements, round(x.montant, 2)), ' / ') INTO vus
	  FROM (SELECT c.creancier, count(*) AS nb, sum(c.solde) AS solde, m.mouvements, m.montant
			  FROM creances.creance c
			  LEFT JOIN (SELECT r.creancier, count(*) AS mouvements, sum(r.montant) AS montant
						   FROM creances.reglement r GROUP BY r.creancier) m USING (creancier)
			 GROUP BY c.creancier, m.mouvements, m.montant
			 UNION ALL
			SELECT 'libre', count(*), sum(f.montant_ttc - f.montant_paye), 100000 * tours, sum(f.montant_paye)
			  FROM libre.factures f
			 UNION ALL
			SELECT 'miroir', count(*), sum(m.solde), 100000 * tours, sum(m.regle) FROM miroir.creances m
			 UNION ALL
			SELECT 'comme', count(*), sum(c.solde), (SELECT count(*) FROM comme.reglement r WHERE r.creancier = 'differe'),
				   (SELECT sum(r.montant) FROM comme.reglement r WHERE r.creancier = 'differe')
			  FROM comme.creance c WHERE c.creancier = 'differe') x;
	IF vus LIKE '% / %' OR (SELECT count(*) FROM creances.creance) <> 200000 * (1 + tours)
	   OR EXISTS (SELECT FROM creances.verifier_suivi('differe.factures')) OR EXISTS (SELECT FROM creances.verifier_suivi('immediat.factures'))
	   OR EXISTS (SELECT FROM creances.a_revoir) THEN
		RAISE EXCEPTION 'the contenders do not agree: %', vus;
	END IF;
END $$;
