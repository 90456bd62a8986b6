-- One night of the demo: the pass, then whoever sends takes what is queued and
-- says that it is gone.  Two statements, so that taking is committed before
-- anything is sent.

CALL creances.passe_relance(au => :'nuit');

CREATE TEMPORARY TABLE envoi AS
SELECT canal.nom AS canal, prise.id
  FROM unnest('{courriel,telephone,sms,lettre,lrar}'::text[]) AS canal (nom),
	   creances.prendre_relances(canal.nom, 100, :'nuit') AS prise;

\pset tuples_only on
\pset format unaligned
SELECT format('nuit du %s : %s', to_char(date :'nuit', 'DD/MM/YYYY'),
			  coalesce(string_agg(nombre || ' ' || canal, ', ' ORDER BY canal), 'rien à envoyer'))
  FROM (SELECT canal, count(*) AS nombre
		  FROM envoi, creances.confirmer_envoi(id, '{"demo": true}', :'nuit')
		 GROUP BY canal) AS e;
\pset format aligned
\pset tuples_only off
DROP TABLE envoi;
