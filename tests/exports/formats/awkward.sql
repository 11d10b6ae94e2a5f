CREATE SCHEMA "Läro plan";
CREATE SCHEMA ext;
CREATE EXTENSION citext WITH SCHEMA ext;
CREATE EXTENSION hstore;
CREATE EXTENSION btree_gist;
CREATE COLLATION "Läro plan".bytewise (provider = libc, locale = 'C');
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'glad\ly');
CREATE DOMAIN "Läro plan"."e-mail" AS ext.citext NOT NULL DEFAULT 'a@b' CONSTRAINT "has at" CHECK (VALUE ~ '@');
CREATE FUNCTION helper_of(n integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $load$ BEGIN RETURN n > 0; END $load$;
CREATE FUNCTION is_positive(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT helper_of(n) $$;
CREATE FUNCTION doubled(n integer) RETURNS integer LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT n * 2; END;
CREATE SEQUENCE codes START 7 INCREMENT 3 MAXVALUE 1000 CYCLE CACHE 5;
CREATE FUNCTION next_code() RETURNS text LANGUAGE sql AS $$ SELECT 'code-' || nextval('codes') $$;
CREATE DOMAIN positive AS integer CHECK (is_positive(VALUE));
CREATE TYPE address AS (street text, zip positive, "the mood" mood);
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE word_range AS RANGE (subtype = text, collation = "C", multirange_type_name = word_ranges);

CREATE TABLE people (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5) PRIMARY KEY,
    email "Läro plan"."e-mail" UNIQUE,
    name text COLLATE "Läro plan".bytewise NOT NULL DEFAULT 'nobody',
    how mood DEFAULT 'glad\ly',
    home address,
    homes address[],
    boss integer,
    team integer,
    code text DEFAULT next_code(),
    weight integer CONSTRAINT "weighs ""something""" CHECK (is_positive(weight)),
    twice integer GENERATED ALWAYS AS (weight * 2) STORED,
    "first" text GENERATED ALWAYS AS (lower(name)) STORED,
    twice_too integer GENERATED ALWAYS AS (doubled(weight)) STORED,
    attributes hstore,
    CONSTRAINT boss FOREIGN KEY (boss) REFERENCES people DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE people IS E'It''s a "table"\nof people \\ others';
COMMENT ON COLUMN people.email IS 'where to write';
COMMENT ON CONSTRAINT boss ON people IS 'who leads';
COMMENT ON TYPE mood IS 'a mood';
CREATE TABLE teams (id bigserial PRIMARY KEY, leader integer NOT NULL REFERENCES people, name varchar(40));
ALTER TABLE people ADD CONSTRAINT team FOREIGN KEY (team) REFERENCES teams;
CREATE INDEX people_lower ON people (lower(name) DESC NULLS LAST) INCLUDE (weight) WHERE how <> 'sad';
CREATE INDEX people_called ON people (doubled(weight));
CREATE UNIQUE INDEX people_code ON people (code, boss);
COMMENT ON INDEX people_lower IS 'for searching';
INSERT INTO people (email, name, how, home, homes, weight, attributes) VALUES
    ('A@b', 'Åsa', 'sad', ROW('a, "b"', 5, 'it''s ok'), ARRAY[ROW(NULL, 1, 'sad'), NULL]::address[], 3, 'a=>1, "b c"=>NULL'),
    ('c@d', '', NULL, NULL, '{}', NULL, NULL), ('tab@x', E'a\tb\nc\\d\re\bf\vg\fh', 'glad\ly', NULL, NULL, 9, '');
INSERT INTO teams (leader, name) VALUES (10, 'one'), (20, 'two');
UPDATE people SET boss = 20, team = 2 WHERE id <> 15;

CREATE TABLE "Läro plan"."Sträng""e tabell med ett namn som är lång" (
    "select" integer, "Å ä ö" integer, "with
newline" text, "0123456789012345678901234567890123456789012345678901234567890ab" integer,
    PRIMARY KEY ("select", "Å ä ö")
);
INSERT INTO "Läro plan"."Sträng""e tabell med ett namn som är lång" VALUES (1, 2, E'\\.', 3), (1, 3, '\N', NULL);
CREATE TABLE composite_key (a integer, b integer, c text, UNIQUE (a, c),
    CONSTRAINT both_columns FOREIGN KEY (a, b) REFERENCES "Läro plan"."Sträng""e tabell med ett namn som är lång" ON DELETE CASCADE);
INSERT INTO composite_key VALUES (1, 2, 'x'), (1, 3, 'y'), (NULL, 3, 'z');

CREATE TABLE log (at timestamptz, what text);
INSERT INTO log SELECT '2024-05-06 07:08:09.123456+02', 'same' FROM generate_series(1, 500);
INSERT INTO log VALUES (NULL, NULL), (NULL, ''), ('infinity', E'\\N');
CREATE TABLE one_column (value text);
INSERT INTO one_column VALUES (NULL), (''), ('\.'), ('\N'), ('COPY x FROM stdin;');
CREATE TABLE nothing (id integer PRIMARY KEY);

CREATE TABLE everything (
    id smallint PRIMARY KEY, d date, ts timestamp, tz timestamptz, t time, ttz timetz, i interval, n numeric, n2 numeric(12, 3),
    f4 real, f8 double precision, b boolean, raw bytea, j json, jb jsonb, tsv tsvector, tsq tsquery, x xml, m money, bits bit(5),
    vbits bit varying, ip inet, net cidr, mac macaddr, u uuid, arr integer[], arr2 text[][], r int4range, mr nummultirange,
    s span, wr word_range, wrs word_ranges, p point, poly polygon, lsn pg_lsn, c character(5), one "char", na name, o oid,
    cfg regconfig
);
INSERT INTO everything (id, d, ts, tz, t, ttz, i, n, n2, f4, f8, b, raw, j, jb, tsv, tsq, x, m, bits, vbits, ip, net, mac, u,
    arr, arr2, r, mr, s, wr, wrs, p, poly, lsn, c, one, na, o, cfg) VALUES
    (1, '4713-01-01 BC', '10000-01-01', '-infinity', '24:00', '12:00:00.5+05:30', '-1 year 2 mons -3 days 04:05:06.789',
     1234567890123456789012345678901234567890.5, 0.100, 'NaN', '-Infinity', true, '\x00ff5c0a', '{"a": 1, "a":2,  "b":1.0}',
     '{"n": 100000000000000000000000000000000}', 'fat:1A,2 cat''s:3', 'fat & (rat | !cat:*)', '<?xml version="1.0"?><a>&amp;</a>',
     -12345.67, B'10101', B'1', '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
     '[2:4]={1,NULL,3}', '{{a,"b ,\"c"},{"NULL",NULL}}', '[1,5)', '{(1,2],[5,)}', '(0.5,1.5]', '[a,"b c")', '{[a,b),[c,d]}',
     '(1.1,-2)', '((0,0),(1,1),(1,0))', '16/B374D848', 'ab', 'x', 'name', 4294967295, 'swedish'),
    (2, 'infinity', '0001-01-01 BC', '294276-12-31 23:59:59.999999+00', '00:00', '00:00-15:59', '178000000 years', 'NaN', NULL,
     '1e-45', 5e-324, false, '', 'null', '[]', '', '', 'just text', '0', NULL, B'', '0.0.0.0', NULL, NULL, NULL, '{}', '{}', 'empty',
     '{}', 'empty', NULL, '{}', NULL, NULL, '0/0', '', '', '', 0, NULL);
INSERT INTO everything (id, n) VALUES (3, 'Infinity'), (4, '-0.000'), (5, '1e-30');

CREATE TABLE events (at date NOT NULL, kind text NOT NULL, id bigint GENERATED BY DEFAULT AS IDENTITY, note text, twice text GENERATED ALWAYS AS (note || note) STORED,
    PRIMARY KEY (at, kind, id)) PARTITION BY RANGE (at);
CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO ('2024-01-01') PARTITION BY LIST (kind);
CREATE TABLE events_old_click PARTITION OF events_old FOR VALUES IN ('click', 'it''s');
CREATE TABLE "Läro plan".events_old_rest PARTITION OF events_old DEFAULT;
CREATE TABLE events_new (note text, kind text NOT NULL, extra_dropped integer, at date NOT NULL, id bigint NOT NULL, twice text GENERATED ALWAYS AS (note || note) STORED);
ALTER TABLE events_new DROP COLUMN extra_dropped;
ALTER TABLE events ATTACH PARTITION events_new FOR VALUES FROM ('2024-01-01') TO (MAXVALUE);
CREATE INDEX events_note ON events (note);
CREATE INDEX only_new ON events_new (kind);
INSERT INTO events (at, kind, note) VALUES ('2023-05-05', 'click', 'a'), ('2023-05-05', 'other', 'b'), ('2024-02-29', 'click', NULL), ('1999-01-01', 'it''s', '');
CREATE TABLE event_notes (at date, kind text, id bigint, FOREIGN KEY (at, kind, id) REFERENCES events);
INSERT INTO event_notes VALUES ('2023-05-05', 'click', 1);

CREATE TABLE base (id integer PRIMARY KEY, label text, CONSTRAINT labelled CHECK (label <> 'no'), big text GENERATED ALWAYS AS (upper(label)) STORED);
CREATE TABLE derived (extra integer CHECK (extra < 100)) INHERITS (base);
INSERT INTO base (id, label) VALUES (1, 'base');
INSERT INTO derived (id, label, extra) VALUES (1, 'derived', 5), (2, NULL, 6);

CREATE TABLE bookings (room integer, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (room > 0));
INSERT INTO bookings VALUES (1, '[2024-01-01,2024-01-02)'), (1, '[2024-01-02,2024-01-03)'), (2, '[2024-01-01,)');
SELECT nextval('codes'), nextval('teams_id_seq');
