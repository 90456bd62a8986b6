-- The record. evenement is only ever added to; what is new in it is chained, per
-- creditor and debtor, by sceller_journal(), and the heads of the chains are
-- sealed together. A seal that has left the database (printed, mailed) proves
-- all that was sealed before it.
--
-- The writers of events wait for nobody: their trigger leaves in a_sceller the
-- digest of what they have written, and the next sealing that can see it takes it
-- away. What an open transaction writes is therefore sealed next time, and the
-- order of a chain is the order of sealing. A row per event and not a flag in it
-- (evenement is never updated), nor a horizon on its instant, on a sequence or on
-- a transaction number (a late commit would fall behind it, a restore would
-- displace it): the cost of a sealing follows these rows alone. It reads neither
-- evenement nor, but for the heads of the chains that grow, what is sealed.
--
-- A restore fires the trigger again on events that are sealed already, and brings
-- back the rows that waited besides. An event that does not bear the instant of
-- its own transaction is therefore marked as doubtful, and looked up in the
-- chains before it is sealed.

-- ------------------------------------------------------------------- tables

CREATE TABLE creances.a_sceller (
	creancier	text NOT NULL,
	debiteur	text NOT NULL,
	evenement	uuid NOT NULL,
	instant		timestamptz NOT NULL,
	condense	bytea NOT NULL,
	douteux		boolean NOT NULL
);
COMMENT ON TABLE creances.a_sceller IS
'Evenements pas encore scelles : ajoutes par declencheur, consommes par sceller_journal().';
COMMENT ON COLUMN creances.a_sceller.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.a_sceller.debiteur IS 'Client dont ce sera la chaine ; vide : un evenement sans client.';
COMMENT ON COLUMN creances.a_sceller.evenement IS 'Evenement.';
COMMENT ON COLUMN creances.a_sceller.instant IS 'Instant de l''evenement.';
COMMENT ON COLUMN creances.a_sceller.condense IS 'sha256 du texte de l''evenement.';
COMMENT ON COLUMN creances.a_sceller.douteux IS 'L''instant n''est pas celui de sa transaction (restauration, reprise) : il est peut-etre deja scelle.';

CREATE TABLE creances.scellement (
	creancier	text NOT NULL,
	numero		integer NOT NULL,
	instant		timestamptz NOT NULL,
	evenements	integer NOT NULL,
	chaines		integer NOT NULL,
	empreinte	bytea NOT NULL,
	PRIMARY KEY (creancier, numero)
);
COMMENT ON TABLE creances.scellement IS
'Sceau de toutes les tetes de chaine d''un creancier apres chaque scellement : sha256 du sceau precedent, de cette ligne et des tetes nouvelles. Jamais modifie ni efface.';
COMMENT ON COLUMN creances.scellement.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.scellement.numero IS 'Numero d''ordre chez ce creancier, depuis 1.';
COMMENT ON COLUMN creances.scellement.instant IS 'Instant du scellement.';
COMMENT ON COLUMN creances.scellement.evenements IS 'Evenements qu''il a ajoutes aux chaines.';
COMMENT ON COLUMN creances.scellement.chaines IS 'Chaines qu''il a allongees.';
COMMENT ON COLUMN creances.scellement.empreinte IS 'Le sceau.';

CREATE TABLE creances.sceau (
	creancier	text NOT NULL,
	debiteur	text NOT NULL,
	numero		integer NOT NULL,
	evenement	uuid NOT NULL,
	scellement	integer NOT NULL,
	empreinte	bytea NOT NULL,
	PRIMARY KEY (creancier, debiteur, numero)
);
COMMENT ON TABLE creances.sceau IS
'Maillon d''une chaine : un evenement scelle, a son rang. L''empreinte est le sha256 de celle du maillon precedent, du rang et du condense de l''evenement, toutes colonnes comprises. Jamais modifie ni efface.';
COMMENT ON COLUMN creances.sceau.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.sceau.debiteur IS 'Client dont c''est la chaine ; vide : les evenements sans client.';
COMMENT ON COLUMN creances.sceau.numero IS 'Rang dans la chaine, depuis 1 : l''ordre du scellement.';
COMMENT ON COLUMN creances.sceau.evenement IS 'Evenement scelle.';
COMMENT ON COLUMN creances.sceau.scellement IS 'Scellement qui l''a ajoute.';
COMMENT ON COLUMN creances.sceau.empreinte IS 'Empreinte du maillon.';

SELECT pg_catalog.pg_extension_config_dump('creances.a_sceller', '');
SELECT pg_catalog.pg_extension_config_dump('creances.scellement', '');
SELECT pg_catalog.pg_extension_config_dump('creances.sceau', '');

-- -------------------------------------------------------------- append-only

-- For everybody, the owner included: who wants to tamper has to disable a
-- trigger first. By statement, so that a restore, which only copies, never fires it.
CREATE FUNCTION creances._inalterable() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = '55000',
		MESSAGE = format('creances.%s ne se modifie pas et ne s''efface pas', TG_TABLE_NAME),
		DETAIL = 'C''est l''histoire des relances : chaque ligne est un fait, scellé ou qui va l''être.',
		HINT = 'Un fait erroné se corrige par un autre fait (annuler_acte(), passer_etape()...), qui entre à son tour dans l''histoire.';
END $$;
COMMENT ON FUNCTION creances._inalterable() IS 'Declencheur : l''histoire ne se modifie pas et ne s''efface pas.';
CREATE TRIGGER inalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON creances.evenement
	FOR EACH STATEMENT EXECUTE FUNCTION creances._inalterable();
CREATE TRIGGER inalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON creances.scellement
	FOR EACH STATEMENT EXECUTE FUNCTION creances._inalterable();
CREATE TRIGGER inalterable BEFORE UPDATE OR DELETE OR TRUNCATE ON creances.sceau
	FOR EACH STATEMENT EXECUTE FUNCTION creances._inalterable();

-- ------------------------------------------------------------------- chains

-- Every column at its place, whatever the session's formats, its zone and the
-- encoding of the database. A column that a later version adds goes to the end,
-- and only where it is not NULL: no earlier text changes.
CREATE FUNCTION creances._condense(creancier text, evenement uuid, genre text, le date, instant timestamptz, auteur name,
								   debiteur text, facture text, rang integer, relance uuid, details jsonb) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT sha256(creances._octets(jsonb_build_array(
		creancier, evenement, genre,
		CASE WHEN le BETWEEN date '0001-01-01' AND date '9999-12-31' THEN to_char(le, 'YYYY-MM-DD')
			 ELSE extract(epoch FROM le)::text END,
		CASE WHEN instant BETWEEN timestamptz '0001-01-01 00:00:00+00' AND timestamptz '9999-12-31 00:00:00+00'
			 THEN to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
			 ELSE extract(epoch FROM instant)::text END,
		auteur, debiteur, facture, rang, relance, details)::text));
END;
COMMENT ON FUNCTION creances._condense(text, uuid, text, date, timestamptz, name, text, text, integer, uuid, jsonb) IS
'Condense d''un evenement : sha256, en UTF-8, du tableau jsonb de ses colonnes dans l''ordre des arguments, date ISO, instant en UTC a la microseconde.';

CREATE FUNCTION creances._marquer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	INSERT INTO creances.a_sceller (creancier, debiteur, evenement, instant, condense, douteux)
	SELECT n.creancier, coalesce(n.debiteur, ''), n.evenement, n.instant,
		   creances._condense(n.creancier, n.evenement, n.genre, n.le, n.instant, n.auteur, n.debiteur, n.facture, n.rang, n.relance, n.details),
		   n.instant NOT BETWEEN now() AND clock_timestamp()
	  FROM nouveaux n;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION creances._marquer() IS 'Declencheur : ce qui entre dans l''histoire est a sceller.';
CREATE TRIGGER a_sceller AFTER INSERT ON creances.evenement REFERENCING NEW TABLE AS nouveaux
	FOR EACH STATEMENT EXECUTE FUNCTION creances._marquer();

CREATE FUNCTION creances._maillon(precedente bytea, numero bigint, condense bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT sha256(coalesce(precedente, '') || int8send(numero) || condense);
END;
COMMENT ON FUNCTION creances._maillon(bytea, bigint, bytea) IS
'Empreinte d''un maillon : sha256 de celle du precedent (rien pour le premier), du rang sur 8 octets, poids fort d''abord, et du condense de l''evenement.';

-- (in plpgsql: as a transition it is called row by row, and an SQL function is
-- ten times slower there)
CREATE FUNCTION creances._maillon_suivant(etat bytea, tete bytea, numero bigint, condense bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	RETURN sha256(coalesce(etat, tete, '') || int8send(numero) || condense);
END $$;
COMMENT ON FUNCTION creances._maillon_suivant(bytea, bytea, bigint, bytea) IS 'Transition de _chaine().';

-- Over an ordered window: one pass makes all the links of all the chains.
CREATE AGGREGATE creances._chaine(tete bytea, numero bigint, condense bytea) (
	SFUNC = creances._maillon_suivant,
	STYPE = bytea,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE creances._chaine(bytea, bigint, bytea) IS
'Empreintes des maillons d''une chaine, dans l''ordre de la fenetre, a la suite de sa tete.';

CREATE FUNCTION creances._sceau_des_tetes(precedent bytea, creancier text, numero integer, instant timestamptz,
										  evenements integer, chaines integer, tetes text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT sha256(coalesce(precedent, '') || creances._octets(
		jsonb_build_array(creancier, numero, to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), evenements, chaines)::text
		|| chr(10) || coalesce(tetes, '')));
END;
COMMENT ON FUNCTION creances._sceau_des_tetes(bytea, text, integer, timestamptz, integer, integer, text) IS
'Sceau d''un scellement : sha256 du precedent, de sa ligne et de ses tetes, une par ligne dans l''ordre des clients : [client, rang, empreinte].';

-- Seals what is new of one creditor. The seal takes in the heads that have moved,
-- on top of the seal that holds the others.
CREATE FUNCTION creances._sceller_nouveaux(creancier text, OUT evenements integer, OUT sceau text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := _sceller_nouveaux.creancier;
	dernier creances.scellement;
	nouveau creances.scellement;
	tetes text;
BEGIN
	-- one at a time: the next statement sees what the other has sealed
	PERFORM pg_advisory_xact_lock(hashtext('creances.sceller'), hashtext(p_creancier));
	SELECT x.* INTO dernier FROM creances.scellement x WHERE x.creancier = p_creancier ORDER BY x.numero DESC LIMIT 1;
	nouveau.creancier := p_creancier;
	nouveau.numero := coalesce(dernier.numero, 0) + 1;
	IF EXISTS (SELECT FROM creances.a_sceller a WHERE a.creancier = p_creancier AND a.douteux) THEN
		-- those that a restore has brought twice, and those that are sealed
		DELETE FROM creances.a_sceller a
		 USING (SELECT x.ctid, row_number() OVER (PARTITION BY x.evenement) AS n FROM creances.a_sceller x WHERE x.creancier = p_creancier) d
		 WHERE a.ctid = d.ctid AND d.n > 1;
		DELETE FROM creances.a_sceller a
		 WHERE a.creancier = p_creancier
		   AND EXISTS (SELECT FROM creances.sceau s WHERE s.creancier = a.creancier AND s.evenement = a.evenement);
	END IF;
	-- planned each time: these rows come and go by the thousand
	EXECUTE $q$
	WITH n AS (
		DELETE FROM creances.a_sceller a WHERE a.creancier = $1
		RETURNING a.debiteur, a.evenement, a.instant, a.condense
	), r AS (
		SELECT n.debiteur, n.evenement, n.condense, t.empreinte AS tete,
			   coalesce(t.numero, 0) + row_number() OVER (PARTITION BY n.debiteur ORDER BY n.instant, n.evenement) AS numero
		  FROM n
		  LEFT JOIN LATERAL (SELECT s.numero, s.empreinte FROM creances.sceau s
							  WHERE s.creancier = $1 AND s.debiteur = n.debiteur ORDER BY s.numero DESC LIMIT 1) t ON true
	), s AS (
		INSERT INTO creances.sceau (creancier, debiteur, numero, evenement, scellement, empreinte)
		SELECT $1, r.debiteur, r.numero, r.evenement, $2,
			   creances._chaine(r.tete, r.numero, r.condense) OVER (PARTITION BY r.debiteur ORDER BY r.numero)
		  FROM r
		RETURNING sceau.debiteur, sceau.numero, sceau.empreinte
	), d AS (
		SELECT DISTINCT ON (s.debiteur) s.debiteur, s.numero, s.empreinte FROM s ORDER BY s.debiteur, s.numero DESC
	)
	SELECT (SELECT count(*) FROM s), count(*),
		   string_agg(jsonb_build_array(d.debiteur, d.numero, encode(d.empreinte, 'hex'))::text, chr(10) ORDER BY creances._octets(d.debiteur))
	  FROM d
	$q$ INTO nouveau.evenements, nouveau.chaines, tetes USING p_creancier, nouveau.numero;
	_sceller_nouveaux.evenements := nouveau.evenements;
	IF nouveau.evenements = 0 THEN
		_sceller_nouveaux.sceau := encode(dernier.empreinte, 'hex');
		RETURN;
	END IF;
	nouveau.instant := clock_timestamp();
	nouveau.empreinte := creances._sceau_des_tetes(dernier.empreinte, p_creancier, nouveau.numero, nouveau.instant,
												   nouveau.evenements, nouveau.chaines, tetes);
	INSERT INTO creances.scellement VALUES (nouveau.*);
	_sceller_nouveaux.sceau := encode(nouveau.empreinte, 'hex');
EXCEPTION WHEN unique_violation THEN
	-- the snapshot of the transaction is older than the other sealing
	RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = format('le journal de %s a été scellé entre-temps', p_creancier),
		HINT = 'Recommencez la transaction, en READ COMMITTED de préférence.';
END $$;
COMMENT ON FUNCTION creances._sceller_nouveaux(text) IS
'Scelle ce qui est nouveau chez un creancier. Rend le nombre d''evenements scelles et le sceau de toutes ses tetes, en hexadecimal : le dernier s''il n''y a rien de nouveau, NULL s''il n''y a jamais rien eu.';

CREATE FUNCTION creances._sceller(creancier text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
	SELECT s.sceau FROM creances._sceller_nouveaux(creancier) s;
END;
COMMENT ON FUNCTION creances._sceller(text) IS
'Scelle ce qui est nouveau chez un creancier et rend le sceau de toutes ses tetes, en hexadecimal ; NULL si son histoire est vide.';

CREATE FUNCTION creances.sceller_journal(creancier text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := sceller_journal.creancier;
	c text;
	total integer := 0;
BEGIN
	IF p_creancier IS NOT NULL AND NOT EXISTS (SELECT FROM creances.creancier x WHERE x.creancier = p_creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', p_creancier),
			HINT = 'Les créanciers sont dans creances.creancier ; omettez-le pour les sceller tous.';
	END IF;
	-- in the order of their keys, so that two of us never wait for each other
	FOR c IN SELECT DISTINCT a.creancier FROM creances.a_sceller a WHERE p_creancier IS NULL OR a.creancier = p_creancier ORDER BY 1 LOOP
		total := total + (creances._sceller_nouveaux(c)).evenements;
	END LOOP;
	RETURN total;
END $$;
COMMENT ON FUNCTION creances.sceller_journal(text) IS
'Scelle les evenements nouveaux, d''un creancier ou de tous, et rend leur nombre : chacun prend son rang dans la chaine de son client, et toutes les tetes recoivent un sceau commun (tete_journal). La passe le fait chaque nuit ; a appeler seul dans sa transaction. Ce qu''une transaction encore ouverte ecrit sera scelle la fois suivante.';

CREATE VIEW creances.tete_journal AS
SELECT s.creancier, s.numero, s.instant, t.evenements, encode(s.empreinte, 'hex') AS empreinte
  FROM creances.scellement s
  JOIN (SELECT x.creancier, max(x.numero) AS numero, sum(x.evenements) AS evenements
		  FROM creances.scellement x GROUP BY x.creancier) t ON t.creancier = s.creancier AND t.numero = s.numero;
COMMENT ON VIEW creances.tete_journal IS
'Dernier sceau de chaque creancier, a imprimer ou a envoyer hors de la base : verifier_journal(creancier, empreinte) prouvera alors que rien de ce qu''il couvre n''a change, meme contre qui peut tout recrire ici.';
COMMENT ON COLUMN creances.tete_journal.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.tete_journal.numero IS 'Numero du scellement.';
COMMENT ON COLUMN creances.tete_journal.instant IS 'Instant du scellement.';
COMMENT ON COLUMN creances.tete_journal.evenements IS 'Evenements scelles jusque-la.';
COMMENT ON COLUMN creances.tete_journal.empreinte IS 'Sceau, 64 chiffres hexadecimaux.';

-- ------------------------------------------------------------- verification

-- Each link is tried against the one that stands before it, each seal against
-- the seal that stands before it, so that what was touched is named, and not all
-- that follows.
CREATE FUNCTION creances._verifier_sceau(creancier text, scelle text) RETURNS bytea
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
	-- it may have been printed in groups, or in capitals
	hexa CONSTANT text := lower(regexp_replace(scelle, '[[:space:]:.-]', '', 'g'));
BEGIN
	IF hexa !~ '^[0-9a-f]{64}$' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('ce n''est pas un sceau : « %s »', scelle),
			HINT = 'Un sceau a 64 chiffres hexadécimaux, tels que les donne creances.tete_journal.';
	END IF;
	IF creancier IS NOT NULL AND NOT EXISTS (SELECT FROM creances.creancier x WHERE x.creancier = _verifier_sceau.creancier)
	   AND NOT EXISTS (SELECT FROM creances.evenement x WHERE x.creancier = _verifier_sceau.creancier)
	   AND NOT EXISTS (SELECT FROM creances.scellement x WHERE x.creancier = _verifier_sceau.creancier) THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', creancier),
			HINT = 'Les créanciers sont dans creances.creancier ; omettez-le pour les vérifier tous.';
	END IF;
	RETURN decode(hexa, 'hex');
END $$;
COMMENT ON FUNCTION creances._verifier_sceau(text, text) IS 'Refuse un creancier inconnu et ce qui n''est pas un sceau ; rend le sceau.';

CREATE FUNCTION creances.verifier_journal(creancier text DEFAULT NULL, scelle text DEFAULT NULL)
RETURNS TABLE (creancier text, debiteur text, numero integer, evenement uuid, constat text, detail text)
LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
	WITH donne AS MATERIALIZED (SELECT creances._verifier_sceau($1, $2) AS sceau),
	chaine AS MATERIALIZED (
		SELECT s.creancier, s.debiteur, s.numero, s.evenement, s.scellement, s.empreinte,
			   lag(s.numero, 1, 0) OVER w AS numero_avant, lag(s.empreinte) OVER w AS empreinte_avant,
			   lead(s.scellement) OVER w IS DISTINCT FROM s.scellement AS tete
		  FROM creances.sceau s
		 WHERE $1 IS NULL OR s.creancier = $1
		WINDOW w AS (PARTITION BY s.creancier, s.debiteur ORDER BY s.numero)
	), lu AS (
		SELECT k.creancier, k.debiteur, k.numero, k.evenement, k.numero_avant, k.empreinte, k.empreinte_avant, e.evenement IS NOT NULL AS present,
			   creances._condense(e.creancier, e.evenement, e.genre, e.le, e.instant, e.auteur, e.debiteur, e.facture, e.rang, e.relance,
								  e.details) AS condense
		  FROM chaine k
		  LEFT JOIN creances.evenement e ON e.creancier = k.creancier AND e.evenement = k.evenement
	), essai AS MATERIALIZED (
		SELECT l.* FROM lu l
		 WHERE NOT l.present OR l.numero_avant <> l.numero - 1
			OR creances._maillon(l.empreinte_avant, l.numero, l.condense) IS DISTINCT FROM l.empreinte
	), tetes AS (
		SELECT k.creancier, k.scellement, sum(k.nb)::integer AS evenements, count(*) FILTER (WHERE k.tete)::integer AS chaines,
			   string_agg(jsonb_build_array(k.debiteur, k.numero, encode(k.empreinte, 'hex'))::text, chr(10)
						  ORDER BY creances._octets(k.debiteur), k.numero) FILTER (WHERE k.tete) AS texte
		  FROM (SELECT c.*, 1 AS nb FROM chaine c) k GROUP BY k.creancier, k.scellement
	), scelles AS (
		SELECT coalesce(x.creancier, t.creancier) AS creancier, coalesce(x.numero, t.scellement) AS numero, x.evenements, x.chaines,
			   x.instant, x.empreinte, x.numero_avant, t.evenements AS trouves, t.chaines AS trouvees,
			   creances._sceau_des_tetes(x.empreinte_avant, x.creancier, x.numero, x.instant, x.evenements, x.chaines, t.texte) AS attendue
		  FROM (SELECT y.*, lag(y.numero, 1, 0) OVER w AS numero_avant, lag(y.empreinte) OVER w AS empreinte_avant
				  FROM creances.scellement y
				 WHERE $1 IS NULL OR y.creancier = $1
				WINDOW w AS (PARTITION BY y.creancier ORDER BY y.numero)) x
		  FULL JOIN tetes t ON t.creancier = x.creancier AND t.scellement = x.numero
	)
	SELECT q.* FROM (
		SELECT f.creancier, f.debiteur, f.numero - 1, NULL::uuid, 'retire',
			   CASE f.numero - f.numero_avant WHEN 2 THEN format('le maillon n° %s manque', f.numero - 1)
					ELSE format('les maillons n° %s à %s manquent', f.numero_avant + 1, f.numero - 1) END
		  FROM essai f WHERE f.numero_avant <> f.numero - 1
		UNION ALL
		SELECT f.creancier, f.debiteur, f.numero, f.evenement, 'retire', 'l''événement scellé à ce rang n''existe plus'
		  FROM essai f WHERE NOT f.present
		UNION ALL
		SELECT f.creancier, f.debiteur, f.numero, f.evenement,
			   CASE WHEN p.numero IS NOT NULL THEN 'deplace' ELSE 'modifie' END,
			   CASE WHEN p.numero IS NOT NULL THEN format('ce qui a été scellé ici se lit au n° %s', p.numero)
					ELSE 'ce qui se lit à ce rang n''est pas ce qui a été scellé' END
		  FROM essai f
		  -- exchanged with another row that does not fit its place either
		  LEFT JOIN LATERAL (SELECT a.numero FROM essai a
							  WHERE a.creancier = f.creancier AND a.debiteur = f.debiteur AND a.numero <> f.numero AND a.present
								AND f.empreinte = creances._maillon(f.empreinte_avant, f.numero, a.condense)
							  ORDER BY a.numero LIMIT 1) p ON true
		 -- (after a gap there is nothing to try it against)
		 WHERE f.present AND f.numero_avant = f.numero - 1
		UNION ALL
		SELECT e.creancier, coalesce(e.debiteur, ''), NULL, e.evenement, 'ajoute',
			   format('événement « %s » du %s, ni scellé ni à sceller', e.genre, to_char(e.le, 'YYYY-MM-DD'))
		  FROM creances.evenement e
		 WHERE ($1 IS NULL OR e.creancier = $1)
		   AND NOT EXISTS (SELECT FROM creances.sceau s WHERE s.creancier = e.creancier AND s.evenement = e.evenement)
		   AND NOT EXISTS (SELECT FROM creances.a_sceller a WHERE a.creancier = e.creancier AND a.evenement = e.evenement)
		UNION ALL
		SELECT DISTINCT a.creancier, NULL, NULL::integer, a.evenement, 'retire', 'l''événement a disparu avant d''être scellé'
		  FROM creances.a_sceller a
		 WHERE ($1 IS NULL OR a.creancier = $1)
		   AND NOT EXISTS (SELECT FROM creances.evenement e WHERE e.creancier = a.creancier AND e.evenement = a.evenement)
		UNION ALL
		SELECT x.creancier, NULL, x.numero, NULL, 'sceau',
			   CASE WHEN x.empreinte IS NULL THEN format('le scellement n° %s manque', x.numero)
					WHEN x.numero_avant <> x.numero - 1 THEN format('avant le scellement n° %s, le n° %s manque', x.numero, x.numero - 1)
					WHEN (x.evenements, x.chaines) IS DISTINCT FROM (x.trouves, x.trouvees)
					THEN format('le scellement n° %s portait sur %s événements et %s chaînes, il en reste %s et %s',
								x.numero, x.evenements, x.chaines, coalesce(x.trouves, 0), coalesce(x.trouvees, 0))
					ELSE format('le sceau n° %s n''est pas celui de ses chaînes', x.numero) END
		  FROM scelles x
		 WHERE x.empreinte IS NULL OR x.numero_avant <> x.numero - 1 OR x.attendue IS DISTINCT FROM x.empreinte
		UNION ALL
		SELECT p.creancier, NULL, NULL, NULL, 'sceau de la passe',
			   format('la passe du %s, n° %s, a rendu un sceau que le journal n''a plus', to_char(p.jour, 'YYYY-MM-DD'), p.numero)
		  FROM creances.passe p
		 WHERE ($1 IS NULL OR p.creancier = $1) AND p.sceau IS NOT NULL
		   AND NOT EXISTS (SELECT FROM creances.scellement x WHERE x.creancier = p.creancier AND encode(x.empreinte, 'hex') = p.sceau)
		UNION ALL
		-- what was sent, against the sealed event of its taking and that of its sending
		SELECT r.creancier, r.debiteur, NULL, p.evenement, 'message',
			   format('le texte, les montants ou les lignes de la relance %s ne sont plus ceux de sa prise', r.relance)
		  FROM creances.relance r
		 CROSS JOIN LATERAL (SELECT x.evenement, x.details FROM creances.evenement x
							  WHERE x.creancier = r.creancier AND x.relance = r.relance AND x.genre = 'prise' ORDER BY x.instant DESC LIMIT 1) p
		 WHERE ($1 IS NULL OR r.creancier = $1) AND r.etat IN ('prise', 'envoyee')
		   AND p.details ->> 'empreinte' <> creances._empreinte_message(r.creancier, r.relance)
		UNION ALL
		SELECT r.creancier, r.debiteur, NULL, p.evenement, 'message',
			   format('la date ou la preuve d''envoi de la relance %s ne sont plus celles de sa confirmation', r.relance)
		  FROM creances.relance r
		 CROSS JOIN LATERAL (SELECT x.evenement, x.le, x.details FROM creances.evenement x
							  WHERE x.creancier = r.creancier AND x.relance = r.relance AND x.genre = 'envoi' ORDER BY x.instant DESC LIMIT 1) p
		 WHERE ($1 IS NULL OR r.creancier = $1) AND r.etat = 'envoyee'
		   AND (p.le <> r.envoyee_le OR coalesce(p.details -> 'preuve', 'null') <> coalesce(jsonb_strip_nulls(r.preuve), 'null'))
		UNION ALL
		SELECT p.creancier, p.debiteur, NULL, p.evenement, 'message', format('la relance %s, envoyée le %s, n''existe plus', p.relance, to_char(p.le, 'YYYY-MM-DD'))
		  FROM creances.evenement p
		 WHERE ($1 IS NULL OR p.creancier = $1) AND p.genre = 'envoi' AND p.relance IS NOT NULL
		   AND NOT EXISTS (SELECT FROM creances.relance r WHERE r.creancier = p.creancier AND r.relance = p.relance)
		UNION ALL
		SELECT $1, NULL, NULL, NULL, 'sceau imprime', 'le sceau donné n''est pas, ou n''est plus, dans le journal'
		  FROM donne d
		 WHERE d.sceau IS NOT NULL
		   AND NOT EXISTS (SELECT FROM creances.scellement x WHERE x.empreinte = d.sceau AND ($1 IS NULL OR x.creancier = $1))
	) q(creancier, debiteur, numero, evenement, constat, detail)
	 ORDER BY q.creancier, q.debiteur, q.numero, q.evenement, q.constat;
END;
COMMENT ON FUNCTION creances.verifier_journal(text, text) IS
'Verifie l''histoire scellee, d''un creancier ou de tous ; aucune ligne quand tout va bien. numero est le rang dans la chaine ou, pour un sceau, celui du scellement. constat : modifie, deplace (rangs echanges), retire, ajoute (ni scelle ni a sceller), sceau (le sceau d''un scellement n''est plus celui de ses chaines : le dernier maillon retire, une chaine refaite...), sceau de la passe, sceau imprime, message (une relance envoyee, son texte, ses lignes ou sa preuve ne sont plus ceux que dit son evenement). Qui peut tout recrire dans la base, chaines, sceaux et passes compris, n''est pris que par scelle, un sceau imprime ou envoye ailleurs (tete_journal) : donnez le dernier que vous tenez.';
