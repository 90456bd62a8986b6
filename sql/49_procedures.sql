-- Insolvency notices matched with debtors by their SIREN. What a judgment then
-- stops is an act like any other (45_actes, 47_suspensions); the view of the
-- deadlines that it opens is in 59_procedures.

-- The nine digits that a number gives, whatever its writing: SIREN, SIRET,
-- French VAT number, with the register's mention. Not judged.
CREATE FUNCTION creances._siren(numero text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT coalesce((regexp_match(n, '^(?:SIREN|SIRET|RCS[A-Z]*)?(\d{9})(?:\d{5})?(?:RCS[A-Z]*)?$'))[1],
					(regexp_match(n, '^N?(?:TVA)?FR[0-9A-Z]{2}(\d{9})$'))[1])
	  FROM (SELECT regexp_replace(upper(numero COLLATE "C"), '[^0-9A-Z]', '', 'g')) x(n);
END;
COMMENT ON FUNCTION creances._siren(text) IS 'SIREN que donne un numero (SIREN, SIRET, TVA francaise), sans espaces ; NULL s''il n''en donne pas.';

-- (a loop, several times faster here than a query over the digits)
CREATE FUNCTION creances._luhn(chiffres text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	somme integer := 0;
	c integer;
BEGIN
	FOR i IN 1 .. length(chiffres) LOOP
		c := ascii(substr(chiffres, i, 1)) - 48;
		somme := somme + CASE WHEN (length(chiffres) - i) % 2 = 0 THEN c WHEN c > 4 THEN 2 * c - 9 ELSE 2 * c END;
	END LOOP;
	RETURN somme % 10 = 0;
END $$;
COMMENT ON FUNCTION creances._luhn(text) IS 'La cle de ces chiffres est juste (formule de Luhn).';

-- La Poste numbers its offices otherwise: the sum of the digits of their SIRET is
-- a multiple of five. Its SIREN, and the SIRET of its seat, follow Luhn.
CREATE FUNCTION creances._defaut_siren(numero text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	s CONSTANT text := creances._siren(numero);
	c CONSTANT text := regexp_replace(numero, '[^0-9]', '', 'g');
BEGIN
	IF s IS NULL THEN
		RETURN CASE WHEN numero ~ '[[:alnum:]]' THEN 'ni un SIREN (9 chiffres), ni un SIRET (14), ni un numéro de TVA français' ELSE 'numéro absent' END;
	ELSIF NOT creances._luhn(s) THEN
		RETURN 'clé du SIREN fausse';
	ELSIF length(c) = 14 AND NOT creances._luhn(c)
		  AND (s <> '356000000' OR (SELECT sum(substr(c, i, 1)::integer) % 5 FROM generate_series(1, 14) i) <> 0) THEN
		RETURN 'clé du SIRET fausse';
	ELSIF length(c) = 11 AND substr(c, 1, 2)::integer <> (12 + 3 * (s::bigint % 97)) % 97 THEN
		RETURN 'clé du numéro de TVA fausse';
	END IF;
	RETURN NULL;
END $$;
COMMENT ON FUNCTION creances._defaut_siren(text) IS 'Ce qui ne va pas dans un numero SIREN, SIRET ou de TVA francais ; NULL s''il est bien forme. Les SIRET de La Poste suivent leur propre regle.';

CREATE VIEW creances.siren_a_corriger AS
SELECT d.creancier, d.debiteur, d.nom, d.siren, f.defaut
  FROM creances.debiteur d
 CROSS JOIN LATERAL (SELECT creances._defaut_siren(d.siren) AS defaut OFFSET 0) f
 WHERE d.siren <> '' AND f.defaut IS NOT NULL
   -- another country's VAT number is not a French number badly written
   AND upper(d.siren COLLATE "C") !~ '^\s*(AT|BE|BG|CHE|CY|CZ|DE|DK|EE|EL|ES|FI|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|NO|PL|PT|RO|SE|SI|SK|XI)[ .-]?[A-Z]?[0-9]';
COMMENT ON VIEW creances.siren_a_corriger IS
'Debiteurs dont le numero SIREN est mal forme ou faux : une annonce de procedure collective ne les trouverait pas, ou en trouverait un autre. Les numeros de TVA des autres pays n''y sont pas.';
COMMENT ON COLUMN creances.siren_a_corriger.creancier IS 'Societe creanciere.';
COMMENT ON COLUMN creances.siren_a_corriger.debiteur IS 'Code du client.';
COMMENT ON COLUMN creances.siren_a_corriger.nom IS 'Nom du client.';
COMMENT ON COLUMN creances.siren_a_corriger.siren IS 'Numero tel qu''il est.';
COMMENT ON COLUMN creances.siren_a_corriger.defaut IS 'Ce qui ne va pas.';

CREATE FUNCTION creances._date_annonce(texte text) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
BEGIN
	RETURN CASE WHEN btrim(texte) ~ '^\d{4}-\d{2}-\d{2}(T.*)?$' THEN left(btrim(texte), 10)::date END;
EXCEPTION WHEN datetime_field_overflow THEN
	RETURN NULL;
END $$;
COMMENT ON FUNCTION creances._date_annonce(text) IS 'Date AAAA-MM-JJ d''une annonce ; NULL si ce n''en est pas une.';

-- The words of the official notices, for an opening only: a plan, a conversion
-- or a closing opens nothing.
CREATE FUNCTION creances._nature_procedure(texte text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT (regexp_match(btrim(regexp_replace(translate(lower(texte), 'éèêÉÈÊ', 'eeeeee'), '[^a-z]+', ' ', 'g')),
			'^(?:jugement )?(?:d ouverture )?(?:d une )?(?:procedure )?(?:de )?(sauvegarde|redressement|liquidation|retablissement)(?: judiciaire| professionnel| acceleree| simplifiee)*$'))[1];
END;
COMMENT ON FUNCTION creances._nature_procedure(text) IS 'sauvegarde, redressement, liquidation ou retablissement, d''apres les mots d''une annonce d''ouverture ; NULL sinon.';

-- Nothing is lost: a notice that cannot be read is a row with the reason, and
-- the others go on. Nothing is opened twice, nor again where somebody annulled
-- it. Debtors are taken in key order, as every writer takes them.
CREATE FUNCTION creances.rapprocher_procedures(annonces jsonb, ouvrir boolean DEFAULT false)
RETURNS TABLE (creancier text, debiteur text, nom text, siren text, jugement date, publication date, nature text,
			   encours numeric, devise text, deja_ouverte boolean, acte uuid, constat text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' AS $$
#variable_conflict use_column
DECLARE
	r record;
	p record;
	vus text[] := '{}';
BEGIN
	IF annonces IS NULL OR ouvrir IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'les annonces et ouvrir ne peuvent pas être NULL',
			HINT = 'Exemple : SELECT * FROM creances.rapprocher_procedures(''[{"siren": "552 100 554", "jugement": "2026-03-02", "publication": "2026-03-10", "nature": "redressement"}]'').';
	END IF;
	IF jsonb_typeof(annonces) <> 'array' THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('un tableau d''annonces est attendu, non : %s', jsonb_typeof(annonces)),
			HINT = 'Exemple : [{"siren": "552 100 554", "jugement": "2026-03-02", "publication": "2026-03-10", "nature": "redressement", "reference": "BODACC A n° 48"}].';
	END IF;

	FOR r IN
		WITH lues AS (
			SELECT e.n, e.annonce ->> 'siren' AS numero, creances._siren(e.annonce ->> 'siren') AS siren,
				   creances._date_annonce(e.annonce ->> 'jugement') AS jugement,
				   creances._date_annonce(e.annonce ->> 'publication') AS publication,
				   creances._nature_procedure(e.annonce ->> 'nature') AS nature,
				   btrim(coalesce(e.annonce ->> 'reference', '')) AS reference, e.annonce
			  FROM (SELECT x.n, CASE jsonb_typeof(x.a) WHEN 'object' THEN x.a ELSE '{}' END AS annonce
					  FROM jsonb_array_elements(annonces) WITH ORDINALITY x(a, n)) e
		), jugees AS (
			SELECT l.*, coalesce(creances._defaut_siren(l.numero),
				CASE WHEN l.jugement IS NULL THEN format('date de jugement illisible : %s', coalesce(l.annonce ->> 'jugement', 'absente'))
					 WHEN l.jugement NOT BETWEEN '1985-01-01' AND creances.aujourdhui() THEN format('date de jugement impossible : %s', l.jugement)
					 WHEN l.publication IS NULL AND btrim(l.annonce ->> 'publication') <> '' THEN format('date de publication illisible : %s', l.annonce ->> 'publication')
					 WHEN l.publication < l.jugement THEN format('publiée le %s, avant le jugement', l.publication)
					 WHEN l.nature IS NULL THEN format('nature qui n''ouvre pas de procédure : %s', coalesce(l.annonce ->> 'nature', 'absente')) END) AS defaut
			  FROM lues l
		)
		SELECT j.*, d.creancier, d.debiteur, d.nom
		  FROM jugees j
		  -- a number that is only half right still says who it may be
		  LEFT JOIN creances.debiteur d ON creances._siren(d.siren) = j.siren
		 WHERE d.creancier IS NOT NULL OR j.defaut IS NOT NULL
		 ORDER BY d.creancier, d.debiteur, CASE WHEN d.creancier IS NOT NULL THEN j.jugement END, j.n
	LOOP
		creancier := r.creancier;
		debiteur := r.debiteur;
		nom := r.nom;
		siren := coalesce(r.siren, r.numero);
		jugement := r.jugement;
		publication := r.publication;
		nature := r.nature;
		constat := r.defaut;
		deja_ouverte := NULL;
		acte := NULL;
		IF r.creancier IS NULL THEN
			encours := NULL;
			devise := NULL;
			constat := format('annonce n° %s : %s', r.n, r.defaut);
			RETURN NEXT;
			CONTINUE;
		END IF;

		SELECT a.acte, a.le, a.publie_le INTO p
		  FROM creances.acte a
		 WHERE a.creancier = r.creancier AND a.debiteur = r.debiteur AND a.facture = '' AND a.genre = 'procedure_collective'
		   AND a.annule_le IS NULL AND (a.jusque IS NULL OR a.jusque >= r.jugement)
		 ORDER BY a.le = r.jugement DESC, a.le LIMIT 1;
		deja_ouverte := FOUND;
		IF r.defaut IS NOT NULL THEN
			acte := p.acte;
		ELSIF deja_ouverte THEN
			acte := p.acte;
			IF p.le <> r.jugement THEN
				constat := format('déjà ouverte, par un jugement du %s', p.le);
			ELSIF p.publie_le IS NULL AND r.publication IS NOT NULL THEN
				IF ouvrir THEN
					PERFORM creances.publier_procedure(p.acte, r.publication);
				END IF;
				constat := CASE WHEN ouvrir THEN 'publication enregistrée' ELSE 'publication à enregistrer' END;
			ELSIF p.publie_le <> r.publication THEN
				constat := format('déjà publiée, le %s', p.publie_le);
			END IF;
		ELSE
			SELECT a.annule_le, a.annule_motif INTO p
			  FROM creances.acte a
			 WHERE a.creancier = r.creancier AND a.debiteur = r.debiteur AND a.genre = 'procedure_collective'
			   AND a.le = r.jugement AND a.annule_le IS NOT NULL
			 ORDER BY a.annule_le DESC LIMIT 1;
			IF FOUND THEN
				constat := format('annulée le %s, n''est pas rouverte : %s', p.annule_le, p.annule_motif);
			ELSIF r.creancier || chr(31) || r.debiteur = ANY (vus) THEN
				constat := 'ouverte par une annonce précédente de la liste';
			ELSIF ouvrir THEN
				acte := creances.ouvrir_procedure_collective(r.creancier, r.debiteur, r.jugement, r.publication, r.nature,
					concat_ws(', BODACC du ', 'jugement d''ouverture : ' || r.nature, r.publication), r.reference);
				constat := 'ouverte';
			ELSE
				vus := vus || (r.creancier || chr(31) || r.debiteur);
				constat := 'à ouvrir';
			END IF;
		END IF;

		-- amounts of two currencies are two rows
		FOR p IN
			SELECT c.devise, sum(c.solde)::numeric(20,3) AS encours
			  FROM creances.creance c
			 WHERE c.creancier = r.creancier AND c.debiteur = r.debiteur AND c.solde > 0 AND NOT creances._en_compte(c.nature, c.facture, c.solde)
			 GROUP BY c.devise ORDER BY c.devise = 'EUR' DESC, c.devise
		LOOP
			encours := p.encours;
			devise := p.devise;
			RETURN NEXT;
		END LOOP;
		IF NOT FOUND THEN
			encours := 0;
			devise := NULL;
			RETURN NEXT;
		END IF;
	END LOOP;
END $$;
COMMENT ON FUNCTION creances.rapprocher_procedures(jsonb, boolean) IS
'Rapproche une liste d''annonces d''ouverture de procedures collectives ([{"siren", "jugement", "publication", "nature", "reference"}], dates AAAA-MM-JJ) du SIREN des debiteurs, quel que soit son ecriture (espaces, SIRET, numero de TVA). Une ligne par debiteur trouve et par devise ; constat dit ce qu''il en est. Une annonce illisible est une ligne avec son defaut, et n''arrete pas les autres ; celle qui ne concerne personne n''en a pas. ouvrir => true ouvre ce qui ne l''est pas encore, jamais deux fois, ni ce que quelqu''un a annule.';
