-- Beside the tables of erp.sql, ones with the keys and the indexes of the facts,
-- and as many rows: what rafraichir() writes, written by plain SQL.
\set QUIET on
CREATE SCHEMA comme;
CREATE TABLE comme.creance (LIKE creances.creance INCLUDING ALL);
CREATE TABLE comme.reglement (LIKE creances.reglement INCLUDING ALL);
INSERT INTO comme.creance SELECT * FROM creances.creance;
VACUUM (ANALYZE);
