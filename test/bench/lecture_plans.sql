-- What the indicators on settled history read: last night's snapshot, and no fact.
-- The limits read the open items, the weak signals also what was changed within a
-- year, both by indexes that hold nothing else.
\set QUIET on
\pset footer off
CREATE FUNCTION public.lus(requete text) RETURNS TABLE (noeud text)
LANGUAGE plpgsql AS $$
DECLARE
	p text;
BEGIN
	FOR p IN EXECUTE 'EXPLAIN ' || requete LOOP
		IF p ~ ' on (creance|reglement|creance_version|relance|relance_creance|evenement)( |$)' THEN
			noeud := btrim(regexp_replace(p, '\(cost.*', ''), ' ->');
			RETURN NEXT;
		END IF;
	END LOOP;
END $$;
CREATE TEMPORARY TABLE lu AS
SELECT v.vue, l.noeud
  FROM (VALUES ('tableau_de_bord'), ('tendance'), ('profil_payeur'), ('signal_faible'), ('limite')) v(vue)
  LEFT JOIN LATERAL public.lus('SELECT * FROM creances.' || v.vue) l ON true;
SELECT vue AS view, coalesce(string_agg(DISTINCT noeud, ', '), 'the snapshot only') AS facts_read FROM lu GROUP BY vue ORDER BY vue;
DO $$
BEGIN
	IF EXISTS (SELECT FROM lu WHERE vue NOT IN ('limite', 'signal_faible') AND noeud IS NOT NULL)
	   OR EXISTS (SELECT FROM lu WHERE noeud ~ 'Seq Scan' OR vue = 'limite' AND noeud !~ ' on creance ') THEN
		RAISE EXCEPTION 'an indicator reads settled history';
	END IF;
END $$;
DROP FUNCTION public.lus(text);
