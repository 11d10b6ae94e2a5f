CREATE TABLE people (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(190) UNIQUE COMMENT 'it''s `an` (address)', boss INT UNSIGNED,
    team INT, twice INT AS (team * 2) STORED, lowered VARCHAR(190) AS (lower(email)) VIRTUAL, settings JSON, CHECK (email <> 'no'),
    KEY by_lowered (lowered), CONSTRAINT boss FOREIGN KEY (boss) REFERENCES people (id)) AUTO_INCREMENT = 40;
CREATE TABLE teams (id INT PRIMARY KEY, leader INT UNSIGNED NOT NULL, `it's a "na(me)` VARCHAR(20) DEFAULT 'x;y', FOREIGN KEY (leader) REFERENCES people (id));
INSERT INTO people (id, email, boss, settings) VALUES (1, 'a@b', NULL, '{"a": 1, "a": 2.0}'), (3, NULL, 1, NULL), (7, '', 3, 'null');
INSERT INTO teams VALUES (7, 1, 'it''s'), (8, 3, '''; DROP TABLE `x`;--');
UPDATE people SET team = 7;
ALTER TABLE people ADD CONSTRAINT team FOREIGN KEY (team) REFERENCES teams (id);
SET SESSION sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE odd (id BIGINT PRIMARY KEY, big BIGINT UNSIGNED, d DECIMAL(65, 30), f DOUBLE, t TEXT, lt LONGTEXT CHARACTER SET latin1, b BLOB, bin BINARY(4), vb VARBINARY(9), bits BIT(10), yes BOOLEAN,
    day DATE, at DATETIME(6), ts TIMESTAMP NULL, clock TIME(3), y YEAR, e ENUM('a', 'it''s', ''), s SET('x', 'y'), p POINT, z INT(6) ZEROFILL, u UUID, ip INET6);
INSERT INTO odd VALUES
    (1, 18446744073709551615, 12345678901234567890123456789012345.012345678901234567890123456789, 0.1, 'tab\tline\nback\\slash\\n\r\b\0\Z''"', 'åäö', X'00ff5c270a', X'01', X'', B'0000000011',
     TRUE, '0000-00-00', '9999-12-31 23:59:59.999999', '2024-02-29 12:00:00', '-838:59:59.000', 1901, 'it''s', 'x,y', POINT(1, 2.5), 42, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '::1'),
    (2, 0, -0.000000000000000000000000000001, 1.7976931348623157e308, '', '', '', '', NULL, B'1111111111', FALSE, '2024-02-31', '0000-00-00', NULL, '24:00:00', 0, '', '', NULL, 0, NULL, NULL),
    (3, NULL, NULL, 5e-324, '\\N', '\\', '\\N', NULL, X'5c4e', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, NULL, NULL, -0.0, CONCAT('vertical', CHAR(11), '\\v', CHAR(12), '\\\\f', ' 😀 ', '-- Rows of table x\n(''); COMMIT;\nDELIMITER //\n'), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE log (at DATETIME, what TEXT);
INSERT INTO log VALUES (NULL, NULL), (NULL, NULL), (NULL, '');
CREATE TABLE nothing (id INT);
CREATE TABLE parted (id INT, note TEXT) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN MAXVALUE);
INSERT INTO parted VALUES (1, 'a'), (11, 'b');
CREATE VIEW names AS SELECT email FROM people;
CREATE TRIGGER changed AFTER UPDATE ON people FOR EACH ROW SET @x = 1;
