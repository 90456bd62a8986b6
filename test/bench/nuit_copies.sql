-- After a night: tables with the keys, the indexes and the rows that those of
-- the engine had before it.
\set QUIET on
SET client_min_messages = warning;
CREATE SCHEMA comme;
CREATE TABLE comme.relance (LIKE creances.relance INCLUDING ALL);
CREATE TABLE comme.relance_creance (LIKE creances.relance_creance INCLUDING ALL);
CREATE TABLE comme.avancement (LIKE creances.avancement INCLUDING ALL);
CREATE TABLE comme.evenement (LIKE creances.evenement INCLUDING ALL);
CREATE TABLE comme.sceau (LIKE creances.sceau INCLUDING ALL);
CREATE TABLE comme.ecrites AS
SELECT l.creancier, l.facture, l.rang FROM creances.relance_creance l JOIN creances.relance r USING (creancier, relance) WHERE r.le = '2024-06-05';
ANALYZE comme.ecrites;
INSERT INTO comme.relance SELECT * FROM creances.relance WHERE le <> '2024-06-05';
INSERT INTO comme.avancement SELECT a.* FROM creances.avancement a WHERE NOT EXISTS (
	SELECT FROM comme.ecrites e WHERE (e.creancier, e.facture, e.rang) = (a.creancier, a.facture, a.rang));
INSERT INTO comme.evenement SELECT * FROM creances.evenement WHERE le <> '2024-06-05';
VACUUM (ANALYZE) comme.avancement, comme.relance, comme.evenement;
CHECKPOINT;
