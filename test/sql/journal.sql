-- The record: append-only, chained per debtor, sealed as a whole; each way of
-- tampering with it is found.
\set QUIET on
SET client_min_messages = warning;
SET datestyle = 'ISO, DMY';
SET timezone = 'Europe/Paris';
\pset format unaligned
\pset tuples_only on
BEGIN;
CREATE EXTENSION creances;
CREATE TABLE public.f (id integer PRIMARY KEY, numero text, client text, emis date, du date, ttc numeric, paye numeric DEFAULT 0);
INSERT INTO public.f VALUES
	(1, 'A1', 'ALPHA', '2026-01-05', '2026-02-04', 1000), (2, 'A2', 'ALPHA', '2026-01-12', '2026-02-11', 500),
	(3, 'B1', 'BÊTA', '2026-01-05', '2026-02-04', 800), (4, 'G1', 'GAMMA', '2026-01-05', '2026-02-04', 700);
SELECT creances.suivre_factures('public.f', '{"facture": "numero", "debiteur": "client", "emission": "emis", "echeance": "du", "montant": "ttc", "regle": "paye"}', depuis => '2026-03-01');
CREATE FUNCTION pg_temp.essai(requete text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	indice text;
BEGIN
	EXECUTE requete;
	RETURN 'accepte';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS indice = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE, SQLERRM, CASE WHEN indice <> '' THEN 'indice' END);
END $$;

\echo == four facts: a chain for each of three debtors, one for the creditor itself
SELECT creances.consigner('principal', 'ALPHA', 'mise_en_demeure', '2026-03-02', 'LRAR reçue') IS NOT NULL,
	   creances.consigner('principal', 'BÊTA', 'reconnaissance', '2026-03-02', 'courriel') IS NOT NULL,
	   creances.consigner('principal', 'GAMMA', 'mise_en_demeure', '2026-03-02', 'LRAR reçue') IS NOT NULL;
SELECT creances.convenir('principal', '2026-01-01', 'BCE+12', source => 'CGV du 1er janvier 2026');
SELECT count(*) FROM creances.tete_journal;
SELECT count(*) FROM creances.verifier_journal();
SELECT creances._sceller('principal') IS NOT NULL, creances.sceller_journal();
SELECT numero, evenements, length(empreinte) FROM creances.tete_journal;
\echo == what is new goes to the end of its chain; nothing new, no new seal
SELECT creances.consigner('principal', 'ALPHA', 'frais', '2026-03-05', 'commissaire de justice', 'A1', 1, montant => 120.50) IS NOT NULL,
	   creances.consigner('principal', 'ALPHA', 'remise', '2026-03-06', 'geste', 'A1', 1, montant => 20, poste => 'penalites') IS NOT NULL;
SELECT creances.sceller_journal('principal'), creances.sceller_journal();
SELECT creances._sceller('principal') = empreinte FROM creances.tete_journal;
SELECT s.debiteur, s.numero, s.scellement, e.genre, e.details ->> 'genre'
  FROM creances.sceau s JOIN creances.evenement e USING (creancier, evenement) ORDER BY s.debiteur COLLATE "C", s.numero;
SELECT numero, evenements, chaines FROM creances.scellement ORDER BY numero;
SELECT count(*) FROM creances.a_sceller;

\echo == the digest of a known event, as sha256 of its jsonb text gives it elsewhere
INSERT INTO creances.creancier (creancier) VALUES ('vecteur');
INSERT INTO creances.debiteur (creancier, debiteur) VALUES ('vecteur', 'D "É"');
INSERT INTO creances.relance (creancier, relance, debiteur, devise, classe, le, scenario, canal, stade, validation, etat)
VALUES ('vecteur', '00000000-0000-4000-8000-00000000000a', 'D "É"', 'EUR', 'message', '2026-03-01', 'standard', 'courriel', 'relance_1', false, 'annulee');
INSERT INTO creances.evenement VALUES
	('vecteur', '00000000-0000-4000-8000-000000000001', 'envoi', '2026-03-02', '2026-03-02 06:00:00.123456+01', 'greffe', 'D "É"', 'F-1', 2,
	 '00000000-0000-4000-8000-00000000000a', '{"stade": "relance_1", "montant": 1234.50, "vide": null}'),
	('vecteur', '00000000-0000-4000-8000-000000000002', 'erreur', '2026-03-03', '2026-03-03 06:00:00+01', 'greffe', NULL, NULL, NULL, NULL, '{}'),
	('vecteur', '00000000-0000-4000-8000-000000000003', 'echec', '2026-03-02', '2026-03-02 08:00:00+01', 'greffe', 'D "É"', NULL, NULL, NULL, '{}');
SELECT encode(condense, 'hex'), douteux FROM creances.a_sceller ORDER BY evenement;
SELECT creances.sceller_journal();
SELECT debiteur, numero, evenement, encode(empreinte, 'hex') FROM creances.sceau WHERE creancier = 'vecteur' ORDER BY evenement;
\echo == chains and seals again, link by link, in a loop that knows nothing of the code
CREATE FUNCTION pg_temp.refaire() RETURNS TABLE (maillons bigint, differents bigint, sceaux bigint, sceaux_differents bigint)
LANGUAGE plpgsql SET timezone = 'UTC' SET datestyle = 'ISO, YMD' AS $$
DECLARE
	s record; t record; p record; h bytea; chaine text := ''; tetes text;
BEGIN
	maillons := 0; differents := 0; sceaux := 0; sceaux_differents := 0;
	FOR s IN SELECT x.*, e.evenement AS id, e.genre, e.le, e.instant, e.auteur, e.debiteur AS d, e.facture, e.rang, e.relance, e.details
			   FROM creances.sceau x JOIN creances.evenement e USING (creancier, evenement)
			  ORDER BY x.creancier, x.debiteur, x.numero LOOP
		IF chaine <> s.creancier || ':' || s.debiteur THEN
			h := '';
			chaine := s.creancier || ':' || s.debiteur;
		END IF;
		h := sha256(h || decode(lpad(to_hex(s.numero), 16, '0'), 'hex')
					|| sha256(convert_to(to_jsonb(ARRAY[to_jsonb(s.creancier), to_jsonb(s.id), to_jsonb(s.genre), to_jsonb(s.le::text),
									to_jsonb(replace(to_char(s.instant, 'YYYY-MM-DD HH24:MI:SS.US'), ' ', 'T') || 'Z'), to_jsonb(s.auteur), to_jsonb(s.d),
									to_jsonb(s.facture), to_jsonb(s.rang), to_jsonb(s.relance), s.details])::text, 'UTF8')));
		maillons := maillons + 1;
		differents := differents + (h <> s.empreinte)::integer;
	END LOOP;
	FOR p IN SELECT DISTINCT creancier FROM creances.scellement ORDER BY 1 LOOP
		h := '';
		FOR s IN SELECT * FROM creances.scellement x WHERE x.creancier = p.creancier ORDER BY numero LOOP
			tetes := '';
			FOR t IN SELECT x.debiteur, max(x.numero) AS numero FROM creances.sceau x
					  WHERE x.creancier = s.creancier AND x.scellement = s.numero GROUP BY x.debiteur ORDER BY x.debiteur COLLATE "C" LOOP
				tetes := tetes || CASE WHEN tetes <> '' THEN E'\n' ELSE '' END
						 || format('[%s, %s, "%s"]', to_json(t.debiteur), t.numero,
								   (SELECT encode(x.empreinte, 'hex') FROM creances.sceau x
									 WHERE x.creancier = s.creancier AND x.debiteur = t.debiteur AND x.numero = t.numero));
			END LOOP;
			h := sha256(h || convert_to(format(E'[%s, %s, "%sZ", %s, %s]\n%s', to_json(s.creancier), s.numero,
											   to_char(s.instant, 'YYYY-MM-DD"T"HH24:MI:SS.US'), s.evenements, s.chaines, tetes), 'UTF8'));
			sceaux := sceaux + 1;
			sceaux_differents := sceaux_differents + (h <> s.empreinte)::integer;
		END LOOP;
	END LOOP;
	RETURN NEXT;
END $$;
SELECT * FROM pg_temp.refaire();

\echo == whatever the formats of the session
SAVEPOINT s;
SET LOCAL datestyle = 'SQL, MDY';
SET LOCAL timezone = 'Pacific/Auckland';
SET LOCAL intervalstyle = 'sql_standard';
SET LOCAL extra_float_digits = -5;
SET LOCAL bytea_output = 'escape';
SELECT creances.consigner('principal', 'BÊTA', 'frais', DATE '2026-03-07', 'relance par avocat', 'B1', 1, montant => 0.1) IS NOT NULL;
SELECT creances.sceller_journal(), count(*) FROM creances.verifier_journal();
ROLLBACK TO s;
SELECT count(*) FROM creances.verifier_journal();

\echo == nobody changes it, not even its owner
SELECT pg_temp.essai('UPDATE creances.evenement SET details = ''{}''');
SELECT pg_temp.essai('DELETE FROM creances.evenement WHERE genre = ''erreur''');
SELECT pg_temp.essai('TRUNCATE creances.evenement');
SELECT pg_temp.essai('UPDATE creances.sceau SET numero = numero + 1'), pg_temp.essai('DELETE FROM creances.sceau'), pg_temp.essai('TRUNCATE creances.sceau');
SELECT pg_temp.essai('UPDATE creances.scellement SET instant = now()'), pg_temp.essai('DELETE FROM creances.scellement'), pg_temp.essai('TRUNCATE creances.scellement');

-- The three nights that have kept a seal; then who has all rights, and disables the triggers.
SELECT empreinte AS imprime FROM creances.tete_journal WHERE creancier = 'principal' \gset
INSERT INTO creances.passe (creancier, jour, numero, etat, fin, scenarios, sceau)
SELECT creancier, date '2026-03-01' + numero, 1, 'terminee', now(), '', encode(empreinte, 'hex') FROM creances.scellement;
SELECT count(*) FROM creances.verifier_journal(scelle => :'imprime');
CREATE FUNCTION pg_temp.triche(VARIADIC requetes text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	r text; n bigint;
BEGIN
	SET LOCAL session_replication_role = replica;
	FOREACH r IN ARRAY requetes LOOP
		EXECUTE r;
		GET DIAGNOSTICS n = ROW_COUNT;
		IF n = 0 THEN
			RAISE EXCEPTION 'rien n''a été touché par : %', r;
		END IF;
	END LOOP;
	SET LOCAL session_replication_role = origin;
	RETURN QUERY SELECT concat_ws(' | ', v.creancier, v.debiteur, v.numero::text, v.constat, v.detail)
				   FROM creances.verifier_journal() v ORDER BY v.creancier, v.debiteur COLLATE "C", v.numero, v.constat, v.detail;
END $$;
-- an event of ALPHA by its rank
CREATE FUNCTION pg_temp.a(n integer) RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT evenement FROM creances.sceau WHERE creancier = 'principal' AND debiteur = 'ALPHA' AND numero = n $$;
\echo == a changed amount
SAVEPOINT s;
SELECT pg_temp.triche($$UPDATE creances.evenement SET details = jsonb_set(details, '{montant}', '12.50') WHERE evenement = pg_temp.a(2)$$);
SELECT creancier, debiteur, numero, evenement = pg_temp.a(2), constat FROM creances.verifier_journal('principal');
SELECT count(*) FROM creances.verifier_journal('vecteur');
ROLLBACK TO s;
\echo == any column of any event; of any link; of any seal
CREATE FUNCTION pg_temp.chaque_colonne(cible regclass) RETURNS TABLE (colonne text, trouve boolean) LANGUAGE plpgsql AS $$
DECLARE
	a record; autre text; constats bigint;
BEGIN
	FOR a IN SELECT attname, atttypid::regtype::text AS type FROM pg_attribute WHERE attrelid = cible AND attnum > 0 AND NOT attisdropped ORDER BY attnum LOOP
		autre := CASE WHEN a.attname = 'genre' THEN '''echec''' ELSE CASE a.type WHEN 'text' THEN format('%I || ''x''', a.attname) WHEN 'name' THEN '''autre''' WHEN 'uuid' THEN 'gen_random_uuid()'
							 WHEN 'date' THEN format('%I - 1', a.attname) WHEN 'integer' THEN format('%I + 100', a.attname)
							 WHEN 'timestamp with time zone' THEN format('%I + interval ''1 microsecond''', a.attname)
							 WHEN 'jsonb' THEN format('%I || ''{"x": null}''', a.attname) WHEN 'bytea' THEN format('sha256(%I)', a.attname) END END;
		BEGIN
			SET LOCAL session_replication_role = replica;
			EXECUTE format(CASE cible::text
				WHEN 'creances.evenement' THEN 'UPDATE %s SET %I = coalesce(%s, %s) WHERE evenement = ''00000000-0000-4000-8000-000000000001'''
				WHEN 'creances.sceau' THEN 'UPDATE %s SET %I = coalesce(%s, %s) WHERE evenement = ''00000000-0000-4000-8000-000000000001'''
				ELSE 'UPDATE %s SET %I = coalesce(%s, %s) WHERE creancier = ''vecteur''' END, cible, a.attname, autre, autre);
			SELECT count(*) INTO constats FROM creances.verifier_journal() v WHERE v.constat <> 'sceau de la passe';
			RAISE EXCEPTION USING ERRCODE = 'ZZ000';
		EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
			colonne := a.attname; trouve := constats > 0;
			RETURN NEXT;
		END;
	END LOOP;
END $$;
SELECT colonne, trouve FROM pg_temp.chaque_colonne('creances.evenement');
SELECT colonne, trouve FROM pg_temp.chaque_colonne('creances.sceau');
SELECT colonne, trouve FROM pg_temp.chaque_colonne('creances.scellement');
SELECT count(*) FROM creances.verifier_journal();
\echo == a NULL that becomes an empty text, and a key whose value is null
SAVEPOINT s;
SELECT pg_temp.triche($$UPDATE creances.evenement SET facture = '' WHERE creancier = 'vecteur' AND genre = 'erreur'$$,
					  $$UPDATE creances.evenement SET details = details - 'vide' WHERE creancier = 'vecteur' AND genre = 'envoi'$$);
ROLLBACK TO s;
\echo == a deleted row; with its link; with the link and the seal
SAVEPOINT s;
SELECT pg_temp.triche($$DELETE FROM creances.evenement WHERE evenement = pg_temp.a(1)$$);
ROLLBACK TO s;
SELECT pg_temp.triche($$WITH e AS (DELETE FROM creances.sceau WHERE evenement = pg_temp.a(2) RETURNING evenement) DELETE FROM creances.evenement USING e WHERE evenement.evenement = e.evenement$$);
ROLLBACK TO s;
\echo == two rows swapped: their contents, their places, their whole links
SELECT pg_temp.triche($$UPDATE creances.evenement e SET (le, details) = (SELECT x.le, x.details FROM creances.evenement x WHERE x.evenement = CASE e.evenement WHEN pg_temp.a(2) THEN pg_temp.a(3) ELSE pg_temp.a(2) END)
						 WHERE e.evenement IN (pg_temp.a(2), pg_temp.a(3))$$);
ROLLBACK TO s;
SELECT pg_temp.triche($$UPDATE creances.sceau s SET evenement = x.autre FROM (VALUES (2, pg_temp.a(3)), (3, pg_temp.a(2))) x(n, autre)
						 WHERE s.creancier = 'principal' AND s.debiteur = 'ALPHA' AND s.numero = x.n$$);
ROLLBACK TO s;
SELECT pg_temp.triche($$UPDATE creances.sceau SET numero = -numero WHERE creancier = 'principal' AND debiteur = 'ALPHA' AND numero > 1$$,
					  $$UPDATE creances.sceau SET numero = 5 + numero WHERE creancier = 'principal' AND debiteur = 'ALPHA' AND numero < 0$$);
ROLLBACK TO s;
\echo == a row inserted in the past: alone; with a link, the others pushed; with the chain made again after it
SELECT pg_temp.triche($$INSERT INTO creances.evenement (creancier, genre, le, instant, debiteur, details) VALUES ('principal', 'envoi', '2026-03-03', '2026-03-03', 'ALPHA', '{}')$$);
ROLLBACK TO s;
SELECT pg_temp.triche($$UPDATE creances.sceau SET numero = numero + 100 WHERE creancier = 'principal' AND debiteur = 'ALPHA' AND numero > 1$$,
					  $$UPDATE creances.sceau SET numero = numero - 99 WHERE creancier = 'principal' AND debiteur = 'ALPHA' AND numero > 100$$,
					  $$INSERT INTO creances.evenement VALUES ('principal', '00000000-0000-4000-8000-0000000000ff', 'envoi', '2026-03-03', '2026-03-03', 'greffe', 'ALPHA')$$,
					  $$INSERT INTO creances.sceau SELECT 'principal', 'ALPHA', 2, evenement, 1, creances._maillon((SELECT empreinte FROM creances.sceau WHERE evenement = pg_temp.a(1)), 2,
							creances._condense(creancier, evenement, genre, le, instant, auteur, debiteur, facture, rang, relance, details)) FROM creances.evenement WHERE evenement = '00000000-0000-4000-8000-0000000000ff'$$);
ROLLBACK TO s;
CREATE FUNCTION pg_temp.refaire_chaines() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	s record; h bytea; chaine text := ''; n integer := 0;
BEGIN
	FOR s IN SELECT x.creancier, x.debiteur, x.numero, creances._condense(e.creancier, e.evenement, e.genre, e.le, e.instant, e.auteur, e.debiteur, e.facture, e.rang, e.relance, e.details) AS c
			   FROM creances.sceau x JOIN creances.evenement e USING (creancier, evenement) ORDER BY 1, 2, 3 LOOP
		h := creances._maillon(CASE WHEN chaine = s.creancier || s.debiteur THEN h END, s.numero, s.c);
		chaine := s.creancier || s.debiteur;
		UPDATE creances.sceau x SET empreinte = h WHERE (x.creancier, x.debiteur, x.numero) = (s.creancier, s.debiteur, s.numero);
		n := n + 1;
	END LOOP;
	RETURN n;
END $$;
SELECT pg_temp.triche($$UPDATE creances.sceau SET numero = numero + 100 WHERE creancier = 'principal' AND debiteur = 'ALPHA' AND numero > 1$$,
					  $$UPDATE creances.sceau SET numero = numero - 99 WHERE creancier = 'principal' AND debiteur = 'ALPHA' AND numero > 100$$,
					  $$INSERT INTO creances.evenement VALUES ('principal', '00000000-0000-4000-8000-0000000000ff', 'envoi', '2026-03-03', '2026-03-03', 'greffe', 'ALPHA')$$,
					  $$INSERT INTO creances.sceau VALUES ('principal', 'ALPHA', 2, '00000000-0000-4000-8000-0000000000ff', 1, '')$$,
					  $$SELECT pg_temp.refaire_chaines()$$);
ROLLBACK TO s;
\echo == the last row removed: the event; its link too; the seal too; the run of that night too
SELECT pg_temp.triche($$DELETE FROM creances.evenement WHERE evenement = pg_temp.a(3)$$);
ROLLBACK TO s;
SELECT pg_temp.triche($$WITH e AS (DELETE FROM creances.sceau WHERE evenement = pg_temp.a(3) RETURNING evenement) DELETE FROM creances.evenement USING e WHERE evenement.evenement = e.evenement$$);
ROLLBACK TO s;
SELECT pg_temp.triche($$WITH s AS (DELETE FROM creances.sceau WHERE creancier = 'principal' AND scellement = 2 RETURNING evenement) DELETE FROM creances.evenement USING s WHERE evenement.evenement = s.evenement$$, $$DELETE FROM creances.scellement WHERE creancier = 'principal' AND numero = 2$$);
ROLLBACK TO s;
SELECT pg_temp.triche($$WITH s AS (DELETE FROM creances.sceau WHERE creancier = 'principal' AND scellement = 2 RETURNING evenement) DELETE FROM creances.evenement USING s WHERE evenement.evenement = s.evenement$$, $$DELETE FROM creances.scellement WHERE creancier = 'principal' AND numero = 2$$, $$DELETE FROM creances.passe WHERE creancier = 'principal' AND jour = '2026-03-03'$$);
\echo == ... and then only the seal that has left the database tells
SELECT creancier, constat, detail FROM creances.verifier_journal('principal', :'imprime');
SELECT creancier, constat, detail FROM creances.verifier_journal(NULL, upper(regexp_replace(:'imprime', '(.{8})', '\1 ', 'g')));
ROLLBACK TO s;
SELECT count(*) FROM creances.verifier_journal(NULL, upper(regexp_replace(:'imprime', '(.{8})', '\1 ', 'g')));
\echo == who makes everything again after a change: found by a seal printed elsewhere, and by nothing else
SELECT pg_temp.triche($$UPDATE creances.evenement SET details = jsonb_set(details, '{montant}', '12.50') WHERE evenement = pg_temp.a(2)$$,
					  $$DELETE FROM creances.sceau WHERE creancier = 'principal'$$, $$DELETE FROM creances.scellement WHERE creancier = 'principal'$$,
					  $$INSERT INTO creances.a_sceller SELECT creancier, coalesce(debiteur, ''), evenement, instant,
							creances._condense(creancier, evenement, genre, le, instant, auteur, debiteur, facture, rang, relance, details), false
						  FROM creances.evenement WHERE creancier = 'principal'$$,
					  $$SELECT creances.sceller_journal()$$,
					  $$UPDATE creances.passe SET sceau = NULL WHERE creancier = 'principal'$$);
SELECT creancier, constat, detail FROM creances.verifier_journal('principal', :'imprime');
ROLLBACK TO s;
\echo == an event that disappears before it is sealed
SELECT creances.consigner('principal', 'GAMMA', 'frais', '2026-03-08', 'huissier', 'G1', 1, montant => 50) IS NOT NULL;
SELECT count(*) FROM creances.verifier_journal();
SELECT pg_temp.triche($$DELETE FROM creances.evenement e USING creances.a_sceller a WHERE a.evenement = e.evenement$$);
SELECT creances.sceller_journal();
SELECT debiteur, numero, constat FROM creances.verifier_journal();
ROLLBACK TO s;
\echo == a run that kept a seal of another creditor
SELECT pg_temp.triche($$UPDATE creances.passe SET sceau = (SELECT encode(empreinte, 'hex') FROM creances.scellement WHERE creancier = 'vecteur') WHERE creancier = 'principal' AND jour = '2026-03-02'$$);
ROLLBACK TO s;

\echo == as a restore leaves it: every mark again, and those that waited twice
SELECT creances.consigner('principal', 'GAMMA', 'frais', '2026-03-08', 'huissier', 'G1', 1, montant => 50) IS NOT NULL;
CREATE TEMP TABLE copie AS SELECT * FROM creances.evenement;
SET LOCAL session_replication_role = replica;
DELETE FROM creances.evenement;
SET LOCAL session_replication_role = origin;
SELECT count(*) FROM creances.a_sceller;
INSERT INTO creances.evenement SELECT * FROM copie;
UPDATE creances.a_sceller SET douteux = true WHERE evenement IN (SELECT evenement FROM creances.sceau);
SELECT count(*), count(*) FILTER (WHERE douteux) FROM creances.a_sceller;
SELECT count(*) FROM creances.verifier_journal();
SELECT creances.sceller_journal();
SELECT count(*) FROM creances.a_sceller;
SELECT numero, evenements, chaines FROM creances.scellement WHERE creancier = 'principal' ORDER BY numero;
SELECT count(*) FROM creances.verifier_journal();
SELECT * FROM pg_temp.refaire();
ROLLBACK TO s;

\echo == what is refused
SELECT pg_temp.essai($$SELECT creances.sceller_journal('inconnu')$$);
SELECT pg_temp.essai($$SELECT * FROM creances.verifier_journal('inconnu')$$);
SELECT pg_temp.essai($$SELECT * FROM creances.verifier_journal(NULL, 'abc')$$);
SELECT pg_temp.essai($$SELECT * FROM creances.verifier_journal(NULL, '')$$);
SELECT pg_temp.essai($$SELECT * FROM creances.verifier_journal('principal', repeat('0', 64))$$), constat FROM creances.verifier_journal('principal', repeat('0', 64));

\echo == five hundred facts sealed in random portions (seed 0.26): the same chains as made one by one
SELECT setseed(0.26);
INSERT INTO creances.creancier (creancier) VALUES ('hasard');
CREATE FUNCTION pg_temp.hasard() RETURNS TABLE (scelles bigint, sceaux bigint) LANGUAGE plpgsql AS $$
DECLARE
	n integer := 0; k integer;
BEGIN
	scelles := 0;
	WHILE n < 500 LOOP
		k := 1 + floor(random() * 60)::integer;
		INSERT INTO creances.evenement (creancier, genre, le, debiteur, facture, rang, details)
		SELECT 'hasard', 'envoi', date '2026-01-01' + floor(random() * 100)::integer, CASE WHEN random() < 0.9 THEN 'D' || floor(random() * 20)::integer END,
			   CASE WHEN random() < 0.5 THEN 'F' || i END, CASE WHEN random() < 0.5 THEN i END, jsonb_build_object('montant', round(random()::numeric * 1000, 2))
		  FROM generate_series(1, k) i;
		n := n + k;
		scelles := scelles + creances.sceller_journal('hasard');
	END LOOP;
	scelles := scelles - n;
	SELECT count(*) INTO sceaux FROM creances.scellement x WHERE x.creancier = 'hasard';
	sceaux := sceaux - (SELECT max(x.numero) FROM creances.scellement x WHERE x.creancier = 'hasard');
	RETURN NEXT;
END $$;
SELECT * FROM pg_temp.hasard();
SELECT differents, sceaux_differents, maillons = (SELECT count(*) FROM creances.evenement) FROM pg_temp.refaire();
SELECT count(*) FROM creances.verifier_journal();
SELECT count(*) FROM creances.coherence();
ROLLBACK;
