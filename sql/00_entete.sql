-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION creances" to load this file. \quit

CREATE SCHEMA creances;

COMMENT ON SCHEMA creances IS
'Relance et recouvrement : creances tirees de la table des factures de l''ERP, penalites de retard, balance agee, relances.';
