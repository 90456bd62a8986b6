-- 10_types: the two types of the domain.
--
-- stade_relance is ordered, the closed stage first, so that
-- stade >= 'mise_en_demeure' means what it says.  Labels never go away.

CREATE TYPE creances.stade_relance AS ENUM (
    'soldee',
    'non_echue',
    'preventive',
    'echue',
    'relance_1',
    'relance_2',
    'relance_3',
    'mise_en_demeure',
    'contentieux',
    'irrecouvrable'
);

COMMENT ON TYPE creances.stade_relance IS
    'Stade de relance d''une créance, du moins au plus avancé ; « soldee » vient avant tous les autres.';

-- taux_retard: the rule of a late-payment rate, 16 bytes, see src/taux.c.

CREATE TYPE creances.taux_retard;

COMMENT ON TYPE creances.taux_retard IS
    'Règle d''un taux de retard : ''BCE+10'' (C. com. L441-10 II), ''BCE+8 fixe'' (CCP R2192-31), ''3xTIL'', ''TIL'', ''TIL+5'', ''TILP'' (CMF L313-2), ou un taux stipulé : ''12 %'', ''1,5 % par mois''.';

CREATE FUNCTION creances._taux_retard_in(cstring) RETURNS creances.taux_retard
    AS 'MODULE_PATHNAME', 'creances_taux_in'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances._taux_retard_in(cstring) IS 'Entrée texte du type taux_retard.';

CREATE FUNCTION creances._taux_retard_out(creances.taux_retard) RETURNS cstring
    AS 'MODULE_PATHNAME', 'creances_taux_out'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances._taux_retard_out(creances.taux_retard) IS
    'Sortie texte du type taux_retard, sous sa forme canonique.';

CREATE FUNCTION creances._taux_retard_recv(internal) RETURNS creances.taux_retard
    AS 'MODULE_PATHNAME', 'creances_taux_recv'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances._taux_retard_recv(internal) IS 'Entrée binaire du type taux_retard.';

CREATE FUNCTION creances._taux_retard_send(creances.taux_retard) RETURNS bytea
    AS 'MODULE_PATHNAME', 'creances_taux_send'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances._taux_retard_send(creances.taux_retard) IS 'Sortie binaire du type taux_retard.';

CREATE TYPE creances.taux_retard (
    INPUT = creances._taux_retard_in,
    OUTPUT = creances._taux_retard_out,
    RECEIVE = creances._taux_retard_recv,
    SEND = creances._taux_retard_send,
    INTERNALLENGTH = 16,
    ALIGNMENT = double,
    STORAGE = plain
);

CREATE FUNCTION creances._taux_retard_eq(creances.taux_retard, creances.taux_retard) RETURNS boolean
    AS 'MODULE_PATHNAME', 'creances_taux_eq'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;

COMMENT ON FUNCTION creances._taux_retard_eq(creances.taux_retard, creances.taux_retard) IS
    'Deux taux de retard suivent-ils la même règle ?';

CREATE FUNCTION creances._taux_retard_ne(creances.taux_retard, creances.taux_retard) RETURNS boolean
    AS 'MODULE_PATHNAME', 'creances_taux_ne'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;

COMMENT ON FUNCTION creances._taux_retard_ne(creances.taux_retard, creances.taux_retard) IS
    'Deux taux de retard suivent-ils des règles différentes ?';

CREATE FUNCTION creances._taux_retard_hash(creances.taux_retard) RETURNS integer
    AS 'MODULE_PATHNAME', 'creances_taux_hash'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances._taux_retard_hash(creances.taux_retard) IS
    'Empreinte d''un taux de retard, pour les jointures et regroupements.';

CREATE FUNCTION creances._taux_retard_hash(creances.taux_retard, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'creances_taux_hash_etendu'
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION creances._taux_retard_hash(creances.taux_retard, bigint) IS
    'Empreinte étendue d''un taux de retard, pour le partitionnement.';

CREATE OPERATOR creances.= (
    LEFTARG = creances.taux_retard,
    RIGHTARG = creances.taux_retard,
    FUNCTION = creances._taux_retard_eq,
    COMMUTATOR = OPERATOR(creances.=),
    NEGATOR = OPERATOR(creances.<>),
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES
);

COMMENT ON OPERATOR creances.= (creances.taux_retard, creances.taux_retard) IS
    'Même règle de taux de retard.';

CREATE OPERATOR creances.<> (
    LEFTARG = creances.taux_retard,
    RIGHTARG = creances.taux_retard,
    FUNCTION = creances._taux_retard_ne,
    COMMUTATOR = OPERATOR(creances.<>),
    NEGATOR = OPERATOR(creances.=),
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);

COMMENT ON OPERATOR creances.<> (creances.taux_retard, creances.taux_retard) IS
    'Règles de taux de retard différentes.';

CREATE OPERATOR FAMILY creances.taux_retard_hash_ops USING hash;

COMMENT ON OPERATOR FAMILY creances.taux_retard_hash_ops USING hash IS
    'Égalité des taux de retard par empreinte.';

CREATE OPERATOR CLASS creances.taux_retard_hash_ops
    DEFAULT FOR TYPE creances.taux_retard USING hash
    FAMILY creances.taux_retard_hash_ops AS
    OPERATOR 1 creances.= (creances.taux_retard, creances.taux_retard),
    FUNCTION 1 creances._taux_retard_hash(creances.taux_retard),
    FUNCTION 2 creances._taux_retard_hash(creances.taux_retard, bigint);

COMMENT ON OPERATOR CLASS creances.taux_retard_hash_ops USING hash IS
    'Égalité des taux de retard par empreinte.';
