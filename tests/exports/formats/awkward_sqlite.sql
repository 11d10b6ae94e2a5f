PRAGMA foreign_keys = OFF;
CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT UNIQUE COLLATE NOCASE, boss INTEGER REFERENCES people,
    team INTEGER REFERENCES teams DEFERRABLE INITIALLY DEFERRED, twice GENERATED ALWAYS AS (id * 2) STORED, CHECK (email <> 'no'));
CREATE TABLE teams (id INTEGER PRIMARY KEY, leader INTEGER NOT NULL REFERENCES people(id), "it's a ""na`me""" VARCHAR(20) DEFAULT 'x;y');
INSERT INTO people (id, email, boss, team) VALUES (1, 'a@b', NULL, 7), (3, NULL, 1, 7), (9, '', 3, NULL);
INSERT INTO teams VALUES (7, 1, 'it''s'), (8, 9, '''; DROP TABLE people; --');
DELETE FROM people WHERE id = 9; UPDATE teams SET leader = 3;
CREATE TABLE "odd types" (id INTEGER, r REAL, n NUMERIC, d DECIMAL(30, 5), b BLOB, t TEXT, f BOOLEAN, day DATE, j JSON, PRIMARY KEY (id, t)) WITHOUT ROWID;
INSERT INTO "odd types" VALUES
    (-9223372036854775808, 0.1, 1e300, 12345678901234567890.5, x'', '', 1, '2024-02-29', '{"a":1}'),
    (9223372036854775807, 9e999, 'not a number', NULL, x'00ff5c27', 'nul' || char(0) || ''' ends' || char(0), 0, NULL, 'null'),
    (1, -9e999, 5e-324, 0.30000000000000004, x'0d0a', 'tab' || char(9) || 'line' || char(10) || 'back\slash\n' || char(13, 8, 11, 12, 26), NULL, '', '[]'),
    (2, -0.0, '007x', 7, NULL, '\N', 0, '10-20', '"x"'),
    (3, 1.7976931348623157e308, -1, 1e-7, NULL, 'å 😀 ' || char(8238) || '("); COMMIT;', 0, '10-20', '1'),
    (4, 2.2250738585072014e-308, 0, 123456789012345678, NULL, '-- Rows of table x' || char(10) || '-- Rows of table y', 0, '', '');
CREATE TABLE log (at TEXT, what TEXT);
INSERT INTO log SELECT 'same', NULL FROM json_each('[1,2,3,4,5,6,7,8,9]');
CREATE TABLE "nothing" (id INTEGER);
CREATE TABLE notes (person INTEGER, note TEXT, FOREIGN KEY (person) REFERENCES people (id) ON DELETE CASCADE);
INSERT INTO notes VALUES (1, printf('%.100000c', 'x'));
CREATE INDEX people_lower ON people (lower(email)) WHERE boss > 0;
CREATE UNIQUE INDEX one_team ON people (team, id);
CREATE VIEW names AS SELECT email FROM people;
CREATE TRIGGER changed AFTER UPDATE ON people BEGIN SELECT 1; END;
