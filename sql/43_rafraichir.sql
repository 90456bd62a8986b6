-- Refreshing the facts, and comparing them with the tables.

-- A new debtor, with what the ERP's table of customers says.
CREATE FUNCTION creances._fiche(creancier text, debiteur text) RETURNS creances.debiteur
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT ROW($1, $2, k.nom, coalesce(k.type, 'professionnel'), coalesce(k.langue, 'fr'), coalesce(k.zone, 'metropole'), k.courriel, k.telephone,
			   k.adresse, k.segment, k.siren, '{}'::jsonb)::creances.debiteur
	  FROM (SELECT) x
	  LEFT JOIN LATERAL (SELECT c.* FROM creances.client c WHERE c.debiteur = $2 AND coalesce(c.creancier = $1, true)
						  ORDER BY c.creancier NULLS LAST, c.suivi, c.cle LIMIT 1) k ON true;
END;
COMMENT ON FUNCTION creances._fiche(text, text) IS 'Fiche d''un nouveau debiteur : ce que dit la table de clients suivie, sinon les valeurs par defaut.';

CREATE FUNCTION creances.rafraichir(lot integer DEFAULT NULL) RETURNS bigint
LANGUAGE c AS 'MODULE_PATHNAME', 'creances_rafraichir';
COMMENT ON FUNCTION creances.rafraichir(integer) IS
'Consomme le journal (au plus "lot" lignes par table) et met les faits a jour. Rend le nombre de creances ecrites. Deux sessions peuvent l''appeler a la fois.';

CREATE FUNCTION creances._relire(factures regclass) RETURNS bigint
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'creances_relire_table';
COMMENT ON FUNCTION creances._relire(regclass) IS 'Relit toute une table suivie dans la transaction en cours.';

CREATE FUNCTION creances.verifier_suivi(table_suivie regclass)
RETURNS TABLE (cle text, facture text, ecart text)
LANGUAGE c STRICT AS 'MODULE_PATHNAME', 'creances_verifier_suivi';
COMMENT ON FUNCTION creances.verifier_suivi(regclass) IS
'Differences entre une table suivie et les faits, ligne a ligne ; vide quand tout va bien. CALL synchroniser() les repare.';

-- A detached partition keeps its triggers: it is followed by itself, and what was
-- known of its rows goes with them. Nothing is deleted by a DETACH.
CREATE FUNCTION creances._adopter(detachee regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	mere regclass;
	cles text[];
BEGIN
	IF EXISTS (SELECT FROM creances.creance c WHERE c.suivi = detachee) OR EXISTS (SELECT FROM creances.reglement r WHERE r.suivi = detachee) THEN
		RETURN;
	END IF;
	SELECT m.table_suivie INTO mere
	  FROM creances._lien(detachee) d JOIN creances.suivi s ON s.table_suivie <> detachee
	  JOIN pg_class k ON k.oid = s.table_suivie AND k.relkind = 'p'
	 CROSS JOIN LATERAL creances._lien(s.table_suivie) m
	 WHERE m.options = d.options AND m.cle = d.cle
	 LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT array_agg(x.cle) INTO cles
	  FROM (SELECT v.cle FROM creances.verifier_suivi(detachee) v
			UNION SELECT l.cle FROM creances.ligne_refusee l WHERE l.suivi = detachee) x;
	UPDATE creances.creance c SET suivi = detachee WHERE c.suivi = mere AND c.cle = ANY (cles);
	UPDATE creances.reglement r SET suivi = detachee WHERE r.suivi = mere AND r.cle = ANY (cles);
	UPDATE creances.ligne_refusee l SET suivi = detachee WHERE l.suivi = mere AND l.cle = ANY (cles)
	   AND NOT EXISTS (SELECT FROM creances.ligne_refusee x WHERE x.suivi = detachee AND x.cle = l.cle);
	-- those that were refused because the mother table held them
	INSERT INTO creances.a_revoir (suivi, cle, instant, transaction, chargement)
	SELECT l.suivi, l.cle, clock_timestamp(), pg_current_xact_id(), false FROM creances.ligne_refusee l WHERE l.suivi = detachee;
END $$;
COMMENT ON FUNCTION creances._adopter(regclass) IS 'Une partition detachee est suivie pour elle-meme : ce qui etait connu de ses lignes la suit.';

-- Puts into the journal the keys whose facts differ from the table. A payment
-- whose row is gone, and nobody has seen it go, is taken back only when asked:
-- an archive is no reason to claim again what was paid.
CREATE FUNCTION creances._a_resynchroniser(table_suivie regclass, tout boolean) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT creances._adopter(s.table_suivie) FROM creances.suivi s WHERE s.table_suivie <> _a_resynchroniser.table_suivie;
	WITH j AS (
		INSERT INTO creances.a_revoir (suivi, cle, instant, transaction, chargement)
		SELECT _a_resynchroniser.table_suivie, v.cle, clock_timestamp(), pg_current_xact_id(), true
		  FROM creances.verifier_suivi(_a_resynchroniser.table_suivie) v
		 WHERE tout OR v.ecart !~ '^règlement : .* au lieu de 0$'
		RETURNING 1)
	SELECT count(*) FROM j;
END;
COMMENT ON FUNCTION creances._a_resynchroniser(regclass, boolean) IS 'Met au journal les cles dont les faits different de la table ; sans "tout", pas les reglements disparus.';

CREATE PROCEDURE creances.synchroniser(table_suivie regclass, lot integer DEFAULT 10000)
LANGUAGE plpgsql AS $$
DECLARE
	ecrites bigint;
	reste bigint;
	avant bigint;
BEGIN
	IF table_suivie IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'la table ne peut pas être NULL',
			HINT = 'Les tables suivies sont dans creances.suivi.';
	END IF;
	IF lot IS NULL OR lot <= 0 THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = 'le lot doit être positif',
			HINT = 'Donnez un nombre de lignes par transaction, par exemple 10000.';
	END IF;
	IF NOT EXISTS (SELECT FROM creances.suivi s WHERE s.table_suivie OPERATOR(pg_catalog.=) synchroniser.table_suivie) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = pg_catalog.format('la table %s n''est pas suivie', table_suivie),
			HINT = 'Suivez-la par creances.suivre_factures().';
	END IF;
	PERFORM creances._verifier_hors_bloc('synchroniser()');
	-- partitions that have come since, when it is the owner who calls
	PERFORM creances._etendre(table_suivie);
	COMMIT;
	-- what the journal holds first: its steps are dated
	PERFORM creances.rafraichir();
	COMMIT;
	PERFORM creances._a_resynchroniser(table_suivie, true);
	COMMIT;
	LOOP
		ecrites := creances.rafraichir(lot);
		COMMIT;
		-- (the journal is counted when nothing moves only: it may be long)
		IF ecrites OPERATOR(pg_catalog.=) 0 THEN
			SELECT f.en_attente INTO reste FROM creances.fraicheur f WHERE f.table_suivie OPERATOR(pg_catalog.=) synchroniser.table_suivie;
			-- another session holds the rest: the next refresh will take it
			EXIT WHEN reste OPERATOR(pg_catalog.=) 0 OR reste OPERATOR(pg_catalog.>=) avant;
			avant := reste;
		END IF;
	END LOOP;
END $$;
COMMENT ON PROCEDURE creances.synchroniser(regclass, integer) IS
'Compare toute une table suivie aux faits et repare, par lots valides un a un. Sert aussi a charger une table tres grande suivie avec charger => false ; interrompue, il suffit de la rappeler.';

