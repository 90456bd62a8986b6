-- 25_taux: the rates of each half-year, and how to add one.
--
-- A row is the statement that the rates of a half-year are known.  The MRO (the
-- ECB's main refinancing rate) is the one in force on 1 January or 1 July (C.
-- com. L441-10 II); the legal rate has a column for a creditor who is a private
-- person and one for all other cases (CMF L313-2).
--
-- Shipped rows have the origin 'creances' and are not dumped; the user's are.
-- The user's value wins over the shipped one of the same half-year, a NULL in
-- the user's row lets the shipped value through, and a user's row that is not
-- "actif" hides the half-year.  src/semestre.c reads the table by the same rules as
-- the view creances.taux below.
--
-- No MRO below zero: only the rate of the deposit facility has ever been
-- negative, and a negative late-payment rate would mean nothing.

CREATE TABLE creances.taux_semestre (
    origine             text    NOT NULL
        CONSTRAINT taux_semestre_origine CHECK (origine IN ('creances', 'utilisateur')),
    debut               date    NOT NULL
        CONSTRAINT taux_semestre_debut CHECK (
            debut BETWEEN '1975-07-01' AND '2199-07-01'
            AND extract(day FROM debut) = 1
            AND extract(month FROM debut) IN (1, 7)),
    bce                 numeric
        CONSTRAINT taux_semestre_bce CHECK (bce BETWEEN 0 AND 100 AND bce = round(bce, 4)),
    til_professionnels  numeric
        CONSTRAINT taux_semestre_til_professionnels CHECK (
            til_professionnels BETWEEN 0 AND 100 AND til_professionnels = round(til_professionnels, 4)),
    til_particuliers    numeric
        CONSTRAINT taux_semestre_til_particuliers CHECK (
            til_particuliers BETWEEN 0 AND 100 AND til_particuliers = round(til_particuliers, 4)),
    actif               boolean NOT NULL DEFAULT true,
    source              text    NOT NULL,
    PRIMARY KEY (origine, debut)
);

COMMENT ON TABLE creances.taux_semestre IS
    'Taux de chaque semestre ; sans ligne (ou avec NULL), le taux est inconnu et aucune pénalité n''est calculée. À écrire par ajouter_taux().';
COMMENT ON COLUMN creances.taux_semestre.origine IS
    '« creances » : ligne livrée ; « utilisateur » : ligne ajoutée, qui l''emporte.';
COMMENT ON COLUMN creances.taux_semestre.debut IS
    'Premier jour du semestre : 1er janvier ou 1er juillet.';
COMMENT ON COLUMN creances.taux_semestre.bce IS
    'Taux de refinancement de la BCE (opérations principales) en vigueur ce jour-là, en pour cent par an.';
COMMENT ON COLUMN creances.taux_semestre.til_professionnels IS
    'Taux de l''intérêt légal quand le créancier est un professionnel (« tous les autres cas »).';
COMMENT ON COLUMN creances.taux_semestre.til_particuliers IS
    'Taux de l''intérêt légal quand le créancier est un particulier.';
COMMENT ON COLUMN creances.taux_semestre.actif IS
    'Faux : la ligne est ignorée, et celle de l''utilisateur masque alors le semestre.';
COMMENT ON COLUMN creances.taux_semestre.source IS 'D''où viennent les taux.';

INSERT INTO creances.taux_semestre (origine, debut, bce, til_professionnels, til_particuliers, source) VALUES
    ('creances', '1999-01-01', 3.00, 3.47, 3.47, 'BCE, taux de refinancement en vigueur depuis le 1999-01-01 ; taux légal : décret 99-71 du 03/02/1999'),
    ('creances', '1999-07-01', 2.50, 3.47, 3.47, 'BCE, taux de refinancement en vigueur depuis le 1999-04-09 ; taux légal : décret 99-71 du 03/02/1999'),
    ('creances', '2000-01-01', 3.00, 2.74, 2.74, 'BCE, taux de refinancement en vigueur depuis le 1999-11-05 ; taux légal : décret 2000-133 du 16/02/2000'),
    ('creances', '2000-07-01', 4.25, 2.74, 2.74, 'BCE, taux de refinancement en vigueur depuis le 2000-06-09 ; taux légal : décret 2000-133 du 16/02/2000'),
    ('creances', '2001-01-01', 4.75, 4.26, 4.26, 'BCE, taux de refinancement en vigueur depuis le 2000-10-06 ; taux légal : décret 2001-138 du 12/02/2001'),
    ('creances', '2001-07-01', 4.50, 4.26, 4.26, 'BCE, taux de refinancement en vigueur depuis le 2001-05-11 ; taux légal : décret 2001-138 du 12/02/2001'),
    ('creances', '2002-01-01', 3.25, 4.26, 4.26, 'BCE, taux de refinancement en vigueur depuis le 2001-11-09 ; taux légal : décret 2002-159 du 08/02/2002'),
    ('creances', '2002-07-01', 3.25, 4.26, 4.26, 'BCE, taux de refinancement en vigueur depuis le 2001-11-09 ; taux légal : décret 2002-159 du 08/02/2002'),
    ('creances', '2003-01-01', 2.75, 3.29, 3.29, 'BCE, taux de refinancement en vigueur depuis le 2002-12-06 ; taux légal : décret 2003-201 du 10/03/2003'),
    ('creances', '2003-07-01', 2.00, 3.29, 3.29, 'BCE, taux de refinancement en vigueur depuis le 2003-06-06 ; taux légal : décret 2003-201 du 10/03/2003'),
    ('creances', '2004-01-01', 2.00, 2.27, 2.27, 'BCE, taux de refinancement en vigueur depuis le 2003-06-06 ; taux légal : décret du 13/02/2004'),
    ('creances', '2004-07-01', 2.00, 2.27, 2.27, 'BCE, taux de refinancement en vigueur depuis le 2003-06-06 ; taux légal : décret du 13/02/2004'),
    ('creances', '2005-01-01', 2.00, 2.05, 2.05, 'BCE, taux de refinancement en vigueur depuis le 2003-06-06 ; taux légal : décret 2005-130 du 10/02/2005'),
    ('creances', '2005-07-01', 2.00, 2.05, 2.05, 'BCE, taux de refinancement en vigueur depuis le 2003-06-06 ; taux légal : décret 2005-130 du 10/02/2005'),
    ('creances', '2006-01-01', 2.25, 2.11, 2.11, 'BCE, taux de refinancement en vigueur depuis le 2005-12-06 ; taux légal : décret 2006-117 du 31/01/2006'),
    ('creances', '2006-07-01', 2.75, 2.11, 2.11, 'BCE, taux de refinancement en vigueur depuis le 2006-06-15 ; taux légal : décret 2006-117 du 31/01/2006'),
    ('creances', '2007-01-01', 3.50, 2.95, 2.95, 'BCE, taux de refinancement en vigueur depuis le 2006-12-13 ; taux légal : décret 2007-217 du 19/02/2007'),
    ('creances', '2007-07-01', 4.00, 2.95, 2.95, 'BCE, taux de refinancement en vigueur depuis le 2007-06-13 ; taux légal : décret 2007-217 du 19/02/2007'),
    ('creances', '2008-01-01', 4.00, 3.99, 3.99, 'BCE, taux de refinancement en vigueur depuis le 2007-06-13 ; taux légal : décret 2008-166 du 21/02/2008'),
    ('creances', '2008-07-01', 4.00, 3.99, 3.99, 'BCE, taux de refinancement en vigueur depuis le 2007-06-13 ; taux légal : décret 2008-166 du 21/02/2008'),
    ('creances', '2009-01-01', 2.50, 3.79, 3.79, 'BCE, taux de refinancement en vigueur depuis le 2008-12-10 ; taux légal : décret 2009-138 du 09/02/2009'),
    ('creances', '2009-07-01', 1.00, 3.79, 3.79, 'BCE, taux de refinancement en vigueur depuis le 2009-05-13 ; taux légal : décret 2009-138 du 09/02/2009'),
    ('creances', '2010-01-01', 1.00, 0.65, 0.65, 'BCE, taux de refinancement en vigueur depuis le 2009-05-13 ; taux légal : décret 2010-127 du 10/02/2010'),
    ('creances', '2010-07-01', 1.00, 0.65, 0.65, 'BCE, taux de refinancement en vigueur depuis le 2009-05-13 ; taux légal : décret 2010-127 du 10/02/2010'),
    ('creances', '2011-01-01', 1.00, 0.38, 0.38, 'BCE, taux de refinancement en vigueur depuis le 2009-05-13 ; taux légal : décret 2011-137 du 01/02/2011'),
    ('creances', '2011-07-01', 1.25, 0.38, 0.38, 'BCE, taux de refinancement en vigueur depuis le 2011-04-13 ; taux légal : décret 2011-137 du 01/02/2011'),
    ('creances', '2012-01-01', 1.00, 0.71, 0.71, 'BCE, taux de refinancement en vigueur depuis le 2011-12-14 ; taux légal : décret 2012-182 du 07/02/2012'),
    ('creances', '2012-07-01', 1.00, 0.71, 0.71, 'BCE, taux de refinancement en vigueur depuis le 2011-12-14 ; taux légal : décret 2012-182 du 07/02/2012'),
    ('creances', '2013-01-01', 0.75, 0.04, 0.04, 'BCE, taux de refinancement en vigueur depuis le 2012-07-11 ; taux légal : décret 2013-178 du 27/02/2013'),
    ('creances', '2013-07-01', 0.50, 0.04, 0.04, 'BCE, taux de refinancement en vigueur depuis le 2013-05-08 ; taux légal : décret 2013-178 du 27/02/2013'),
    ('creances', '2014-01-01', 0.25, 0.04, 0.04, 'BCE, taux de refinancement en vigueur depuis le 2013-11-13 ; taux légal : décret 2014-98 du 04/02/2014'),
    ('creances', '2014-07-01', 0.15, 0.04, 0.04, 'BCE, taux de refinancement en vigueur depuis le 2014-06-11 ; taux légal : décret 2014-98 du 04/02/2014'),
    ('creances', '2015-01-01', 0.05, 0.93, 4.06, 'BCE, taux de refinancement en vigueur depuis le 2014-09-10 ; taux légal : tresor.economie.gouv.fr'),
    ('creances', '2015-07-01', 0.05, 0.99, 4.29, 'BCE, taux de refinancement en vigueur depuis le 2014-09-10 ; taux légal : tresor.economie.gouv.fr'),
    ('creances', '2016-01-01', 0.05, 1.01, 4.54, 'BCE, taux de refinancement en vigueur depuis le 2014-09-10 ; taux légal : arrêté du 23/12/2015 JO 27/12/2015'),
    ('creances', '2016-07-01', 0.00, 0.93, 4.35, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : tresor.economie.gouv.fr'),
    ('creances', '2017-01-01', 0.00, 0.90, 4.16, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté du 29/12/2016'),
    ('creances', '2017-07-01', 0.00, 0.90, 3.94, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté du 26/06/2017 JO 30/06/2017'),
    ('creances', '2018-01-01', 0.00, 0.89, 3.73, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté du 28/12/2017'),
    ('creances', '2018-07-01', 0.00, 0.88, 3.60, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté du 27/06/2018 JO 28/06/2018'),
    ('creances', '2019-01-01', 0.00, 0.86, 3.40, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : tresor.economie.gouv.fr'),
    ('creances', '2019-07-01', 0.00, 0.87, 3.26, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté du 26/06/2019'),
    ('creances', '2020-01-01', 0.00, 0.87, 3.15, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté du 23/12/2019 JO 26/12/2019'),
    ('creances', '2020-07-01', 0.00, 0.84, 3.11, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté du 15/06/2020'),
    ('creances', '2021-01-01', 0.00, 0.79, 3.14, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : dandrel-avocats'),
    ('creances', '2021-07-01', 0.00, 0.76, 3.12, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : dandrel-avocats'),
    ('creances', '2022-01-01', 0.00, 0.76, 3.13, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté ECOT2138139A du 26/12/2021 JO 28/12/2021'),
    ('creances', '2022-07-01', 0.00, 0.77, 3.15, 'BCE, taux de refinancement en vigueur depuis le 2016-03-16 ; taux légal : arrêté ECOT2218806A du 27/06/2022 JO 02/07/2022'),
    ('creances', '2023-01-01', 2.50, 2.06, 4.47, 'BCE, taux de refinancement en vigueur depuis le 2022-12-21 ; taux légal : arrêté du 26/12/2022'),
    ('creances', '2023-07-01', 4.00, 4.22, 6.82, 'BCE, taux de refinancement en vigueur depuis le 2023-06-21 ; taux légal : arrêté ECOT2317028A du 27/06/2023 JO 30/06/2023'),
    ('creances', '2024-01-01', 4.50, 5.07, 8.01, 'BCE, taux de refinancement en vigueur depuis le 2023-09-20 ; taux légal : arrêté du 21/12/2023'),
    ('creances', '2024-07-01', 4.25, 4.92, 8.16, 'BCE, taux de refinancement en vigueur depuis le 2024-06-12 ; taux légal : arrêté du 26/06/2024'),
    ('creances', '2025-01-01', 3.15, 3.71, 7.21, 'BCE, taux de refinancement en vigueur depuis le 2024-12-18 ; taux légal : arrêté du 17/12/2024'),
    ('creances', '2025-07-01', 2.15, 2.76, 6.65, 'BCE, taux de refinancement en vigueur depuis le 2025-06-11 ; taux légal : arrêté ECOT2516925A du 19/06/2025 JO 24/06/2025'),
    ('creances', '2026-01-01', 2.15, 2.62, 6.67, 'BCE, taux de refinancement en vigueur depuis le 2025-06-11 ; taux légal : arrêté du 15/12/2025 JORF 26/12/2025'),
    ('creances', '2026-07-01', 2.40, 2.75, 6.84, 'BCE, taux de refinancement en vigueur depuis le 2026-06-17 ; taux légal : arrêté du 26/06/2026 JORF 30/06/2026');

SELECT pg_catalog.pg_extension_config_dump('creances.taux_semestre', $$WHERE origine = 'utilisateur'$$);

-- (with a scale: some clients take a number without one for an integer)
CREATE VIEW creances.taux AS
SELECT f.debut,
       (f.debut + interval '6 months' - interval '1 day')::date AS fin,
       to_char(f.debut, 'YYYY') || CASE WHEN extract(month FROM f.debut) = 1 THEN '-S1' ELSE '-S2' END AS semestre,
       f.bce::numeric(8,4) AS bce,
       f.til_professionnels::numeric(8,4) AS til_professionnels,
       f.til_particuliers::numeric(8,4) AS til_particuliers,
       (f.bce + 10)::numeric(8,4) AS taux_suppletif,
       (3 * f.til_professionnels)::numeric(8,4) AS plancher,
       (f.bce + 8)::numeric(8,4) AS taux_public,
       f.origine,
       f.source
FROM (SELECT debut,
             coalesce(u.bce, c.bce) AS bce,
             coalesce(u.til_professionnels, c.til_professionnels) AS til_professionnels,
             coalesce(u.til_particuliers, c.til_particuliers) AS til_particuliers,
             coalesce(u.origine, c.origine) AS origine,
             coalesce(u.source, c.source) AS source
      FROM (SELECT * FROM creances.taux_semestre WHERE origine = 'creances' AND actif) AS c
      FULL JOIN (SELECT * FROM creances.taux_semestre WHERE origine = 'utilisateur') AS u USING (debut)
      WHERE u.actif IS NOT false) AS f;

COMMENT ON VIEW creances.taux IS
    'Taux connus de chaque semestre, lignes livrées et lignes de l''utilisateur réunies.';
COMMENT ON COLUMN creances.taux.debut IS 'Premier jour du semestre.';
COMMENT ON COLUMN creances.taux.fin IS 'Dernier jour du semestre.';
COMMENT ON COLUMN creances.taux.semestre IS 'Nom du semestre, par exemple « 2026-S1 ».';
COMMENT ON COLUMN creances.taux.bce IS 'Taux de refinancement de la BCE, en pour cent par an.';
COMMENT ON COLUMN creances.taux.til_professionnels IS
    'Taux de l''intérêt légal, créancier professionnel.';
COMMENT ON COLUMN creances.taux.til_particuliers IS 'Taux de l''intérêt légal, créancier particulier.';
COMMENT ON COLUMN creances.taux.taux_suppletif IS
    'Taux des pénalités quand rien n''est stipulé : BCE + 10 points (C. com. L441-10 II).';
COMMENT ON COLUMN creances.taux.plancher IS
    'Plus petit taux qui puisse être stipulé : trois fois le taux légal (C. com. L441-10 II).';
COMMENT ON COLUMN creances.taux.taux_public IS
    'Taux des intérêts moratoires des acheteurs publics : BCE + 8 points (CCP R2192-31).';
COMMENT ON COLUMN creances.taux.origine IS
    '« utilisateur » dès qu''une ligne de l''utilisateur compte.';
COMMENT ON COLUMN creances.taux.source IS 'D''où viennent les taux.';

CREATE FUNCTION creances.ajouter_taux(
    debut date,
    bce numeric DEFAULT NULL,
    til_professionnels numeric DEFAULT NULL,
    til_particuliers numeric DEFAULT NULL,
    source text DEFAULT NULL)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    semestre date;
BEGIN
    IF debut IS NULL OR NOT isfinite(debut) THEN
        RAISE EXCEPTION 'le début du semestre doit être une date'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Donnez un 1er janvier ou un 1er juillet.';
    END IF;
    semestre := make_date(extract(year FROM debut)::integer,
                          CASE WHEN extract(month FROM debut) < 7 THEN 1 ELSE 7 END, 1);
    IF debut <> semestre THEN
        RAISE EXCEPTION 'le % n''est pas le début d''un semestre', to_char(debut, 'YYYY-MM-DD')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Les taux de ce jour sont ceux du semestre qui commence le %s.',
                                to_char(semestre, 'YYYY-MM-DD'));
    END IF;
    IF debut NOT BETWEEN '1975-07-01' AND '2199-07-01' THEN
        RAISE EXCEPTION 'semestre hors limites : %', to_char(debut, 'YYYY-MM-DD')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Les semestres vont du 1975-07-01 au 2199-07-01.';
    END IF;
    IF btrim(source) IS NULL OR btrim(source) = '' THEN
        RAISE EXCEPTION 'la source des taux est obligatoire'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Dites d''où ils viennent, par exemple source => ''arrêté du 15/12/2025, JO du 26/12/2025''.';
    END IF;
    IF bce IS NULL AND til_professionnels IS NULL AND til_particuliers IS NULL THEN
        RAISE EXCEPTION 'aucun taux donné'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Donnez au moins un de bce, til_professionnels et til_particuliers.';
    END IF;
    IF EXISTS (SELECT FROM (VALUES (bce), (til_professionnels), (til_particuliers)) AS v (taux)
               WHERE taux NOT BETWEEN 0 AND 100 OR taux <> round(taux, 4)) THEN
        RAISE EXCEPTION 'taux hors limites'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Un taux est un nombre de pour cent par an, de 0 à 100, à 4 décimales au plus.';
    END IF;

    INSERT INTO creances.taux_semestre AS t (origine, debut, bce, til_professionnels, til_particuliers, source)
    VALUES ('utilisateur', ajouter_taux.debut, ajouter_taux.bce, ajouter_taux.til_professionnels,
            ajouter_taux.til_particuliers, ajouter_taux.source)
    ON CONFLICT (origine, debut) DO UPDATE
    SET bce = coalesce(excluded.bce, t.bce),
        til_professionnels = coalesce(excluded.til_professionnels, t.til_professionnels),
        til_particuliers = coalesce(excluded.til_particuliers, t.til_particuliers),
        actif = true,
        source = excluded.source;
END
$$;

COMMENT ON FUNCTION creances.ajouter_taux(date, numeric, numeric, numeric, text) IS
    'Fait connaître les taux d''un semestre (BCE au premier jour, taux légal), avec leur source ; un second appel complète ou corrige les taux donnés.';
