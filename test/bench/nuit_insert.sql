-- The rows that the pass has written, by plain SQL.
INSERT INTO comme.relance SELECT * FROM creances.relance WHERE le = '2024-06-05';
INSERT INTO comme.relance_creance SELECT l.* FROM creances.relance_creance l JOIN creances.relance r USING (creancier, relance) WHERE r.le = '2024-06-05';
INSERT INTO comme.evenement SELECT * FROM creances.evenement WHERE le = '2024-06-05';
INSERT INTO comme.avancement SELECT a.* FROM comme.ecrites e JOIN creances.avancement a USING (creancier, facture, rang);
INSERT INTO comme.sceau SELECT s.* FROM creances.sceau s WHERE s.scellement = (SELECT max(x.numero) FROM creances.scellement x);
