-- The tie to the ERP's tables. The trigger's arguments hold everything (see
-- src/suivi.c), so pg_dump carries a tie and nothing is generated.

ALTER TABLE creances.debiteur ADD CONSTRAINT debiteur_zone CHECK (creances.est_ferie('2000-01-01', zone) IS NOT NULL);

CREATE FUNCTION creances._suivi() RETURNS trigger
LANGUAGE c AS 'MODULE_PATHNAME', 'creances_suivi';
COMMENT ON FUNCTION creances._suivi() IS
'Declencheur pose par suivre_factures() : ajoute au journal les cles des lignes touchees et, en mode immediat, rafraichit les faits.';

CREATE FUNCTION creances._arguments(tgargs bytea) RETURNS text[]
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'creances_arguments';
COMMENT ON FUNCTION creances._arguments(bytea) IS 'Arguments d''un declencheur, tels que pg_trigger les garde.';

CREATE FUNCTION creances._colonnes_lues(factures regclass, requete text) RETURNS text[]
LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'creances_colonnes_lues';
COMMENT ON FUNCTION creances._colonnes_lues(regclass, text) IS 'Colonnes de cette table que lit la requete, par analyse seulement.';

CREATE FUNCTION creances._une_expression(texte text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'creances_une_expression';
COMMENT ON FUNCTION creances._une_expression(text) IS 'Le texte est une seule expression SQL, et rien d''autre.';

-- (on a child that inherits, the trigger's mode ends in " herite")
CREATE VIEW creances.suivi AS
SELECT t.tgrelid::regclass AS table_suivie,
	   coalesce(a.args[2]::jsonb ->> 'genre', 'factures') AS genre,
	   a.args[1] AS mode,
	   (a.args[2]::jsonb ->> 'depuis')::date AS depuis,
	   a.args[2]::jsonb ->> 'reprise' AS reprise,
	   array_to_string(a.args[6 : 5 + a.args[5]::integer], ', ') AS cle,
	   a.args[2]::jsonb -> 'correspondance' AS correspondance,
	   a.args[2]::jsonb ->> 'filtre' AS filtre,
	   a.args[2]::jsonb ->> 'prefixe' AS prefixe,
	   CASE WHEN t.tgtype & 1 = 0 THEN 'instruction' ELSE 'ligne' END AS declencheur,
	   t.tgenabled <> 'D' AS actif
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid AND NOT c.relispartition
 CROSS JOIN LATERAL (SELECT creances._arguments(t.tgargs) AS args) a
 WHERE t.tgfoid = 'creances._suivi()'::regprocedure
   AND t.tgtype & 4 <> 0 AND a.args[1] NOT LIKE '% herite';
COMMENT ON VIEW creances.suivi IS 'Tables suivies, lues dans leurs declencheurs.';
COMMENT ON COLUMN creances.suivi.table_suivie IS 'Table suivie.';
COMMENT ON COLUMN creances.suivi.genre IS 'Ce qu''elle tient : factures, reglements ou clients.';
COMMENT ON COLUMN creances.suivi.mode IS 'immediat : les faits changent dans la transaction de l''ERP ; differe : au rafraichissement suivant.';
COMMENT ON COLUMN creances.suivi.depuis IS 'Jour depuis lequel la table est suivie.';
COMMENT ON COLUMN creances.suivi.reprise IS 'Comment entrent les creances plus anciennes que le suivi.';
COMMENT ON COLUMN creances.suivi.cle IS 'Colonnes de la cle primaire, separees par des virgules.';
COMMENT ON COLUMN creances.suivi.correspondance IS 'Ce que lit chaque champ : colonne ou expression.';
COMMENT ON COLUMN creances.suivi.filtre IS 'Condition que doit remplir une ligne pour etre suivie.';
COMMENT ON COLUMN creances.suivi.prefixe IS 'Ce qui precede les numeros de facture de cette table.';
COMMENT ON COLUMN creances.suivi.declencheur IS 'instruction ; ligne sur un abonne de replication logique.';
COMMENT ON COLUMN creances.suivi.actif IS 'Le declencheur est actif.';

-- The tie of one table, with all its options.
CREATE FUNCTION creances._lien(quelle regclass)
RETURNS TABLE (table_suivie regclass, options jsonb, cle text[])
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT t.tgrelid::regclass, a.args[2]::jsonb, a.args[6 : 5 + a.args[5]::integer]
	  FROM pg_catalog.pg_trigger t
	 CROSS JOIN LATERAL (SELECT creances._arguments(t.tgargs) AS args) a
	 WHERE t.tgrelid = $1 AND t.tgfoid = 'creances._suivi()'::regprocedure
	   AND t.tgtype & 4 <> 0 AND a.args[1] NOT LIKE '% herite';
END;
COMMENT ON FUNCTION creances._lien(regclass) IS 'Lien d''une table suivie : ses options et sa cle.';

CREATE VIEW creances.fraicheur AS
SELECT s.table_suivie, s.mode,
	   count(j.instant) AS en_attente,
	   min(j.instant) AS plus_ancienne
  FROM creances.suivi s
  LEFT JOIN creances.a_revoir j ON j.suivi = s.table_suivie
 GROUP BY s.table_suivie, s.mode;
COMMENT ON VIEW creances.fraicheur IS 'Ce que chaque table suivie a encore au journal : les vues ne le montrent pas encore.';
COMMENT ON COLUMN creances.fraicheur.table_suivie IS 'Table suivie.';
COMMENT ON COLUMN creances.fraicheur.mode IS 'immediat ou differe.';
COMMENT ON COLUMN creances.fraicheur.en_attente IS 'Lignes du journal a consommer.';
COMMENT ON COLUMN creances.fraicheur.plus_ancienne IS 'Instant de la plus ancienne.';

CREATE FUNCTION creances._en_bloc() RETURNS boolean
LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'creances_en_bloc';
COMMENT ON FUNCTION creances._en_bloc() IS 'La session est entre BEGIN et COMMIT.';

-- A procedure that commits by batches must be called by itself.
CREATE FUNCTION creances._verifier_hors_bloc(quoi text) RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
	IF creances._en_bloc() THEN
		RAISE EXCEPTION USING ERRCODE = '25001', MESSAGE = format('%s valide ses lots : elle ne s''appelle pas dans un bloc de transaction', quoi),
			HINT = 'Appelez-la seule, hors de BEGIN ... COMMIT (autocommit).';
	END IF;
END $$;
COMMENT ON FUNCTION creances._verifier_hors_bloc(text) IS 'Refuse d''etre appelee entre BEGIN et COMMIT.';

