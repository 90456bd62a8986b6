-- One turn of a section: each contender of each race once, in turn.
-- :section :tour
\set QUIET on
SET jit = off;
SET max_parallel_workers_per_gather = 0;
INSERT INTO public.temps
SELECT :tour, numero, public.duree(requete) FROM public.course WHERE section = :'section' AND section = 'calculs' AND course NOT LIKE '%parallel' ORDER BY numero;
SET max_parallel_workers_per_gather = 2;
INSERT INTO public.temps
SELECT :tour, numero, public.duree(requete) FROM public.course WHERE section = :'section' AND section = 'calculs' AND course LIKE '%parallel' ORDER BY numero;
-- With the server's own settings, as users have them.
RESET jit;
RESET max_parallel_workers_per_gather;
INSERT INTO public.temps
SELECT :tour, numero, facteur * public.duree(requete) FROM public.course WHERE section = :'section' AND section = 'mouvements' ORDER BY numero;
