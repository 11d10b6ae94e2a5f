-- The learning platform on SQLite: the same tables and columns as in postgresql.sql, in this engine's types.
-- Timestamps are UTC, arrays and intervals are JSON and text, as its ORM would keep them.

-- Reference

CREATE TABLE countries (
    code         CHAR(2) PRIMARY KEY,
    name         TEXT NOT NULL,
    name_sv      TEXT NOT NULL,
    calling_code TEXT NOT NULL
);

CREATE TABLE languages (
    code          VARCHAR(10) PRIMARY KEY,
    name          TEXT NOT NULL,
    native_name   TEXT NOT NULL,
    right_to_left BOOLEAN NOT NULL
);

CREATE TABLE help_articles (
    slug       VARCHAR(80) PRIMARY KEY,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    updated_at DATETIME NOT NULL
);

-- Users

CREATE TABLE organisations (
    id                  INTEGER PRIMARY KEY,
    customer_code       VARCHAR(20) NOT NULL UNIQUE,
    slug                VARCHAR(80) NOT NULL UNIQUE,
    name                TEXT NOT NULL,
    registration_number TEXT NOT NULL,
    email               VARCHAR(254) NOT NULL,
    phone               VARCHAR(40) NOT NULL,
    country_code        CHAR(2) NOT NULL,
    language_code       VARCHAR(10) NOT NULL,
    logo_path           VARCHAR(255) NOT NULL,
    api_token           VARCHAR(80),
    created_at          DATETIME NOT NULL,
    FOREIGN KEY (country_code) REFERENCES countries (code),
    FOREIGN KEY (language_code) REFERENCES languages (code)
);

CREATE TABLE users (
    id              INTEGER PRIMARY KEY,
    public_id       CHAR(36) NOT NULL UNIQUE,
    email           VARCHAR(254) NOT NULL UNIQUE,
    password        VARCHAR(128) NOT NULL,
    totp_secret     VARCHAR(64),
    given_name      TEXT NOT NULL,
    family_name     TEXT NOT NULL,
    full_name       TEXT GENERATED ALWAYS AS (given_name || ' ' || family_name) STORED,
    birth_date      DATE,
    personal_number VARCHAR(20),
    phone           VARCHAR(40) NOT NULL,
    street          TEXT NOT NULL,
    postal_code     VARCHAR(12) NOT NULL,
    city            TEXT NOT NULL,
    country_code    CHAR(2) NOT NULL,
    language_code   VARCHAR(10) NOT NULL,
    bio             TEXT NOT NULL,
    interests       JSON NOT NULL,
    avatar_path     VARCHAR(255) NOT NULL,
    thumbnail       BLOB,
    is_active       BOOLEAN NOT NULL,
    last_login_at   DATETIME,
    last_login_ip   VARCHAR(45),
    created_at      DATETIME NOT NULL,
    FOREIGN KEY (country_code) REFERENCES countries (code),
    FOREIGN KEY (language_code) REFERENCES languages (code)
);

CREATE TABLE memberships (
    organisation_id INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    role            VARCHAR(20) NOT NULL,
    title           TEXT NOT NULL,
    employee_number VARCHAR(20) NOT NULL,
    joined_on       DATE NOT NULL,
    left_on         DATE,
    PRIMARY KEY (organisation_id, user_id),
    FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE TABLE accounts (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    provider        VARCHAR(30) NOT NULL,
    external_id     VARCHAR(64) NOT NULL,
    access_token    TEXT NOT NULL,
    linked_at       DATETIME NOT NULL,
    UNIQUE (organisation_id, provider, external_id),
    FOREIGN KEY (organisation_id, user_id) REFERENCES memberships (organisation_id, user_id)
);

CREATE TABLE preferences (
    user_id    INTEGER PRIMARY KEY,
    data       JSON NOT NULL,
    updated_at DATETIME NOT NULL,
    FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE TABLE teams (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL,
    name            TEXT NOT NULL,
    FOREIGN KEY (organisation_id) REFERENCES organisations (id)
);

CREATE TABLE team_members (
    team_id   INTEGER NOT NULL,
    user_id   INTEGER NOT NULL,
    joined_on DATE NOT NULL,
    PRIMARY KEY (team_id, user_id),
    FOREIGN KEY (team_id) REFERENCES teams (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE TABLE certifications (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    course_id       INTEGER NOT NULL,
    version_number  INTEGER NOT NULL,
    number          VARCHAR(20) NOT NULL UNIQUE,
    issued_on       DATE NOT NULL,
    valid_until     DATE,
    pdf_path        VARCHAR(255),
    FOREIGN KEY (organisation_id, user_id) REFERENCES memberships (organisation_id, user_id),
    FOREIGN KEY (course_id, version_number) REFERENCES course_versions (course_id, number)
);

-- Courses

CREATE TABLE categories (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL,
    parent_id       INTEGER,
    name            TEXT NOT NULL,
    FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    FOREIGN KEY (parent_id) REFERENCES categories (id)
);

CREATE TABLE courses (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL,
    category_id     INTEGER,
    code            VARCHAR(20) NOT NULL,
    title           TEXT NOT NULL,
    description     TEXT NOT NULL,
    language_code   VARCHAR(10) NOT NULL,
    tags            JSON NOT NULL,
    price           DECIMAL(10,2),
    current_version INTEGER,
    cover_path      VARCHAR(255),
    created_by_id   INTEGER,
    created_at      DATETIME NOT NULL,
    updated_at      DATETIME NOT NULL,
    FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    FOREIGN KEY (category_id) REFERENCES categories (id),
    FOREIGN KEY (language_code) REFERENCES languages (code),
    FOREIGN KEY (created_by_id) REFERENCES users (id),
    FOREIGN KEY (id, current_version) REFERENCES course_versions (course_id, number)
);

CREATE TABLE course_versions (
    course_id    INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    changes      TEXT NOT NULL,
    checksum     BLOB NOT NULL,
    published_at DATETIME,
    PRIMARY KEY (course_id, number),
    FOREIGN KEY (course_id) REFERENCES courses (id)
);

CREATE TABLE modules (
    id             INTEGER PRIMARY KEY,
    course_id      INTEGER NOT NULL,
    version_number INTEGER NOT NULL,
    "order"        INTEGER NOT NULL,
    title          TEXT NOT NULL,
    FOREIGN KEY (course_id, version_number) REFERENCES course_versions (course_id, number)
);

CREATE TABLE lessons (
    id        INTEGER PRIMARY KEY,
    module_id INTEGER NOT NULL,
    "order"   INTEGER NOT NULL,
    title     TEXT NOT NULL,
    body      TEXT NOT NULL,
    duration  VARCHAR(20) NOT NULL,
    FOREIGN KEY (module_id) REFERENCES modules (id)
);

CREATE TABLE materials (
    id           INTEGER PRIMARY KEY,
    course_id    INTEGER,
    lesson_id    INTEGER,
    title        TEXT NOT NULL,
    media_type   VARCHAR(80) NOT NULL,
    url          TEXT,
    storage_path VARCHAR(255),
    size         INTEGER,
    sha256       BLOB,
    CHECK ((course_id IS NULL) <> (lesson_id IS NULL)),
    FOREIGN KEY (course_id) REFERENCES courses (id),
    FOREIGN KEY (lesson_id) REFERENCES lessons (id)
);

CREATE TABLE quizzes (
    id        INTEGER PRIMARY KEY,
    lesson_id INTEGER NOT NULL,
    title     TEXT NOT NULL,
    pass_mark DECIMAL(5,2) NOT NULL,
    settings  JSON NOT NULL,
    FOREIGN KEY (lesson_id) REFERENCES lessons (id)
);

CREATE TABLE quiz_questions (
    quiz_id INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    kind    VARCHAR(20) NOT NULL,
    prompt  TEXT NOT NULL,
    choices JSON NOT NULL,
    points  DECIMAL(5,2) NOT NULL,
    PRIMARY KEY (quiz_id, number),
    FOREIGN KEY (quiz_id) REFERENCES quizzes (id)
);

CREATE TABLE surveys (
    id        INTEGER PRIMARY KEY,
    course_id INTEGER NOT NULL,
    title     TEXT NOT NULL,
    questions JSON NOT NULL,
    anonymous BOOLEAN NOT NULL,
    closes_on DATE,
    FOREIGN KEY (course_id) REFERENCES courses (id)
);

CREATE TABLE enrolments (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL,
    user_id         INTEGER NOT NULL,
    course_id       INTEGER NOT NULL,
    version_number  INTEGER NOT NULL,
    status          VARCHAR(20) NOT NULL,
    progress        DECIMAL(5,2) NOT NULL,
    enrolled_at     DATETIME NOT NULL,
    completed_at    DATETIME,
    UNIQUE (user_id, course_id),
    FOREIGN KEY (organisation_id, user_id) REFERENCES memberships (organisation_id, user_id),
    FOREIGN KEY (course_id, version_number) REFERENCES course_versions (course_id, number)
);

CREATE TABLE completions (
    enrolment_id  INTEGER NOT NULL,
    lesson_id     INTEGER NOT NULL,
    completed_at  DATETIME NOT NULL,
    seconds_spent INTEGER NOT NULL,
    PRIMARY KEY (enrolment_id, lesson_id),
    FOREIGN KEY (enrolment_id) REFERENCES enrolments (id),
    FOREIGN KEY (lesson_id) REFERENCES lessons (id)
);

CREATE TABLE quiz_attempts (
    id           CHAR(36) PRIMARY KEY,
    quiz_id      INTEGER NOT NULL,
    enrolment_id INTEGER NOT NULL,
    started_at   DATETIME NOT NULL,
    score        DECIMAL(5,2),
    passed       BOOLEAN,
    FOREIGN KEY (quiz_id) REFERENCES quizzes (id),
    FOREIGN KEY (enrolment_id) REFERENCES enrolments (id)
);

CREATE TABLE quiz_answers (
    attempt_id      CHAR(36) NOT NULL,
    quiz_id         INTEGER NOT NULL,
    question_number INTEGER NOT NULL,
    answer          TEXT,
    correct         BOOLEAN,
    PRIMARY KEY (attempt_id, question_number),
    FOREIGN KEY (attempt_id) REFERENCES quiz_attempts (id),
    FOREIGN KEY (quiz_id, question_number) REFERENCES quiz_questions (quiz_id, number)
);

CREATE TABLE survey_answers (
    id            INTEGER PRIMARY KEY,
    survey_id     INTEGER NOT NULL,
    respondent_id INTEGER,
    question      SMALLINT NOT NULL,
    rating        SMALLINT,
    answer        TEXT,
    submitted_at  DATETIME NOT NULL,
    FOREIGN KEY (survey_id) REFERENCES surveys (id),
    FOREIGN KEY (respondent_id) REFERENCES users (id)
);

CREATE TABLE feedback (
    id         INTEGER PRIMARY KEY,
    course_id  INTEGER NOT NULL,
    user_id    INTEGER NOT NULL,
    stars      SMALLINT NOT NULL,
    message    TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    FOREIGN KEY (course_id) REFERENCES courses (id),
    FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE TABLE comments (
    id          INTEGER PRIMARY KEY,
    owner_type  VARCHAR(20) NOT NULL,
    owner_id    INTEGER NOT NULL,
    author_id   INTEGER NOT NULL,
    reply_to_id INTEGER,
    body        TEXT NOT NULL,
    created_at  DATETIME NOT NULL,
    FOREIGN KEY (author_id) REFERENCES users (id),
    FOREIGN KEY (reply_to_id) REFERENCES comments (id)
);

CREATE TABLE "betyg_äldre" (
    "Kundkod"   TEXT NOT NULL,
    "Person-Nr" TEXT NOT NULL,
    "Kurs"      TEXT NOT NULL,
    "Betyg"     TEXT,
    "Datum"     TEXT
);

-- Reports and analytics

CREATE TABLE reports (
    id              INTEGER PRIMARY KEY,
    organisation_id INTEGER NOT NULL,
    requested_by_id INTEGER,
    title           TEXT NOT NULL,
    first_day       DATE NOT NULL,
    last_day        DATE NOT NULL,
    parameters      JSON NOT NULL,
    file_path       VARCHAR(255),
    created_at      DATETIME NOT NULL,
    FOREIGN KEY (organisation_id) REFERENCES organisations (id),
    FOREIGN KEY (requested_by_id) REFERENCES users (id)
);

CREATE TABLE usage_statistics (
    organisation_id INTEGER NOT NULL,
    day             DATE NOT NULL,
    metric          VARCHAR(40) NOT NULL,
    value           NUMERIC NOT NULL,
    PRIMARY KEY (organisation_id, day, metric),
    FOREIGN KEY (organisation_id) REFERENCES organisations (id)
);

CREATE TABLE activity_log (
    happened_at     DATETIME NOT NULL,
    organisation_id INTEGER NOT NULL,
    user_id         INTEGER,
    action          VARCHAR(40) NOT NULL,
    object_type     VARCHAR(20),
    object_id       INTEGER,
    ip              VARCHAR(45),
    user_agent      TEXT,
    details         JSON
);

CREATE TABLE app_settings (
    id    INTEGER PRIMARY KEY,
    name  VARCHAR(80) NOT NULL,
    value JSON NOT NULL
);

CREATE TABLE stored_objects (
    object_key    VARCHAR(255) PRIMARY KEY,
    original_name TEXT NOT NULL,
    size          INTEGER NOT NULL,
    uploaded_at   DATETIME NOT NULL
);

-- The vendor's own

CREATE TABLE django_migrations (
    id      INTEGER PRIMARY KEY,
    app     VARCHAR(255) NOT NULL,
    name    VARCHAR(255) NOT NULL,
    applied DATETIME NOT NULL
);

CREATE TABLE django_session (
    session_key  VARCHAR(40) PRIMARY KEY,
    session_data TEXT NOT NULL,
    expire_date  DATETIME NOT NULL
);

CREATE TABLE background_jobs (
    id        CHAR(36) PRIMARY KEY,
    function  VARCHAR(200) NOT NULL,
    arguments BLOB NOT NULL,
    state     VARCHAR(20) NOT NULL,
    queued_at DATETIME NOT NULL
);
