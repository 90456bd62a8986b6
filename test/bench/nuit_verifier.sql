-- A pass that has not done its work would win any race.  And what it wrote: the
-- rows, as the server has counted them.
-- :dues items
\set QUIET on
\pset tuples_only on
\pset format unaligned
SELECT set_config('bench.dues', :'dues', false) \g /dev/null
DO $$
DECLARE
	vu text;
BEGIN
	SELECT format('%s messages of %s items of %s debtors, %s events, %s errors',
				  (SELECT count(*) FROM creances.relance WHERE le = '2024-06-05'),
				  (SELECT count(*) FROM creances.relance_creance l JOIN creances.relance r USING (creancier, relance)
					WHERE r.le = '2024-06-05' AND l.reclamee AND l.etat = 'a_envoyer'),
				  (SELECT count(DISTINCT debiteur) FROM creances.relance WHERE le = '2024-06-05' AND etat = 'a_envoyer' AND stade = 'relance_1'),
				  (SELECT count(*) FROM creances.evenement WHERE le = '2024-06-05' AND genre = 'mise_en_file'),
				  (SELECT sum(erreurs) FROM creances.passe)) INTO vu;
	IF vu <> format('%s messages of %1$s items of %1$s debtors, %1$s events, 0 errors', current_setting('bench.dues'))
	   OR (SELECT count(*) FROM comme.avancement) <> (SELECT count(*) FROM creances.avancement)
	   OR (SELECT count(*) FROM comme.sceau) <> (SELECT count(*) FROM creances.sceau)
	   OR (SELECT count(*) FROM comme.relance_creance) <> (SELECT count(*) FROM creances.relance_creance)
	   OR EXISTS (SELECT FROM creances.avancement a JOIN creances.relance_creance l USING (creancier, facture, rang)
				   WHERE a.prochaine_relance <= '2024-06-05') THEN
		RAISE EXCEPTION 'not the night that was asked for: %', vu;
	END IF;
END $$;
SELECT string_agg(format('%s %s inserted, %s updated', relname, n_tup_ins, n_tup_upd), '; ' ORDER BY relname)
  FROM pg_stat_user_tables
 WHERE schemaname = 'creances' AND n_tup_ins + n_tup_upd > 0;
