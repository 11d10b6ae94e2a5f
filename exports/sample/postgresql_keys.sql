-- What is added to the learning platform on PostgreSQL after the data: foreign keys (courses and course_versions
-- point at each other), indexes, the reviewed trigger, the view, and the sequences' next values.

ALTER TABLE organisations ADD FOREIGN KEY (country_code) REFERENCES countries (code);
ALTER TABLE organisations ADD FOREIGN KEY (language_code) REFERENCES languages (code);
ALTER TABLE users ADD FOREIGN KEY (country_code) REFERENCES countries (code);
ALTER TABLE users ADD FOREIGN KEY (language_code) REFERENCES languages (code);
ALTER TABLE memberships ADD FOREIGN KEY (organisation_id) REFERENCES organisations (id);
ALTER TABLE memberships ADD FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE accounts ADD FOREIGN KEY (organisation_id, user_id) REFERENCES memberships (organisation_id, user_id);
ALTER TABLE preferences ADD FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE teams ADD FOREIGN KEY (organisation_id) REFERENCES organisations (id);
ALTER TABLE team_members ADD FOREIGN KEY (team_id) REFERENCES teams (id);
ALTER TABLE team_members ADD FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE certifications ADD FOREIGN KEY (organisation_id, user_id) REFERENCES memberships (organisation_id, user_id);
ALTER TABLE certifications ADD FOREIGN KEY (course_id, version_number) REFERENCES course_versions (course_id, number);
ALTER TABLE categories ADD FOREIGN KEY (organisation_id) REFERENCES organisations (id);
ALTER TABLE categories ADD FOREIGN KEY (parent_id) REFERENCES categories (id);
ALTER TABLE courses ADD FOREIGN KEY (organisation_id) REFERENCES organisations (id);
ALTER TABLE courses ADD FOREIGN KEY (category_id) REFERENCES categories (id);
ALTER TABLE courses ADD FOREIGN KEY (language_code) REFERENCES languages (code);
ALTER TABLE courses ADD FOREIGN KEY (created_by_id) REFERENCES users (id);
ALTER TABLE courses ADD FOREIGN KEY (id, current_version) REFERENCES course_versions (course_id, number);
ALTER TABLE course_versions ADD FOREIGN KEY (course_id) REFERENCES courses (id);
ALTER TABLE modules ADD FOREIGN KEY (course_id, version_number) REFERENCES course_versions (course_id, number);
ALTER TABLE lessons ADD FOREIGN KEY (module_id) REFERENCES modules (id);
ALTER TABLE materials ADD FOREIGN KEY (course_id) REFERENCES courses (id);
ALTER TABLE materials ADD FOREIGN KEY (lesson_id) REFERENCES lessons (id);
ALTER TABLE quizzes ADD FOREIGN KEY (lesson_id) REFERENCES lessons (id);
ALTER TABLE quiz_questions ADD FOREIGN KEY (quiz_id) REFERENCES quizzes (id);
ALTER TABLE surveys ADD FOREIGN KEY (course_id) REFERENCES courses (id);
ALTER TABLE enrolments ADD FOREIGN KEY (organisation_id, user_id) REFERENCES memberships (organisation_id, user_id);
ALTER TABLE enrolments ADD FOREIGN KEY (course_id, version_number) REFERENCES course_versions (course_id, number);
ALTER TABLE completions ADD FOREIGN KEY (enrolment_id) REFERENCES enrolments (id);
ALTER TABLE completions ADD FOREIGN KEY (lesson_id) REFERENCES lessons (id);
ALTER TABLE quiz_attempts ADD FOREIGN KEY (quiz_id) REFERENCES quizzes (id);
ALTER TABLE quiz_attempts ADD FOREIGN KEY (enrolment_id) REFERENCES enrolments (id);
ALTER TABLE quiz_answers ADD FOREIGN KEY (attempt_id) REFERENCES quiz_attempts (id);
ALTER TABLE quiz_answers ADD FOREIGN KEY (quiz_id, question_number) REFERENCES quiz_questions (quiz_id, number);
ALTER TABLE survey_answers ADD FOREIGN KEY (survey_id) REFERENCES surveys (id);
ALTER TABLE survey_answers ADD FOREIGN KEY (respondent_id) REFERENCES users (id);
ALTER TABLE feedback ADD FOREIGN KEY (course_id) REFERENCES courses (id);
ALTER TABLE feedback ADD FOREIGN KEY (user_id) REFERENCES users (id);
ALTER TABLE comments ADD FOREIGN KEY (author_id) REFERENCES users (id);
ALTER TABLE comments ADD FOREIGN KEY (reply_to_id) REFERENCES comments (id);
ALTER TABLE reports ADD FOREIGN KEY (organisation_id) REFERENCES organisations (id);
ALTER TABLE reports ADD FOREIGN KEY (requested_by_id) REFERENCES users (id);
ALTER TABLE usage_statistics ADD FOREIGN KEY (organisation_id) REFERENCES organisations (id);

CREATE INDEX memberships_user ON memberships (user_id);
CREATE INDEX accounts_member ON accounts (organisation_id, user_id);
CREATE INDEX teams_organisation ON teams (organisation_id);
CREATE INDEX team_members_user ON team_members (user_id);
CREATE INDEX certifications_member ON certifications (organisation_id, user_id);
CREATE INDEX certifications_course ON certifications (course_id, version_number);
CREATE INDEX categories_organisation ON categories (organisation_id);
CREATE INDEX categories_parent ON categories (parent_id);
CREATE INDEX courses_organisation ON courses (organisation_id);
CREATE INDEX courses_category ON courses (category_id);
CREATE INDEX courses_created_by ON courses (created_by_id);
CREATE INDEX modules_version ON modules (course_id, version_number);
CREATE INDEX lessons_module ON lessons (module_id);
CREATE INDEX materials_course ON materials (course_id);
CREATE INDEX materials_lesson ON materials (lesson_id);
CREATE INDEX quizzes_lesson ON quizzes (lesson_id);
CREATE INDEX surveys_course ON surveys (course_id);
CREATE INDEX enrolments_member ON enrolments (organisation_id, user_id);
CREATE INDEX enrolments_course ON enrolments (course_id, version_number);
CREATE INDEX completions_lesson ON completions (lesson_id);
CREATE INDEX quiz_attempts_quiz ON quiz_attempts (quiz_id);
CREATE INDEX quiz_attempts_enrolment ON quiz_attempts (enrolment_id);
CREATE INDEX quiz_answers_question ON quiz_answers (quiz_id, question_number);
CREATE INDEX survey_answers_survey ON survey_answers (survey_id);
CREATE INDEX survey_answers_respondent ON survey_answers (respondent_id);
CREATE INDEX feedback_course ON feedback (course_id);
CREATE INDEX feedback_user ON feedback (user_id);
CREATE INDEX comments_owner ON comments (owner_type, owner_id);
CREATE INDEX comments_author ON comments (author_id);
CREATE INDEX comments_reply_to ON comments (reply_to_id);
CREATE INDEX reports_organisation ON reports (organisation_id);
CREATE INDEX reports_requested_by ON reports (requested_by_id);
CREATE INDEX activity_log_organisation ON activity_log (organisation_id, happened_at);

CREATE FUNCTION courses_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER courses_touch BEFORE UPDATE ON courses FOR EACH ROW EXECUTE FUNCTION courses_touch();

CREATE VIEW course_progress AS
    SELECT course_id, count(*) AS learners, avg(progress) AS mean_progress FROM enrolments GROUP BY course_id;

DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = 'public' AND is_identity = 'YES' LOOP
        EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',
                       quote_ident(one.table_name), one.column_name, one.column_name, one.table_name);
    END LOOP;
END $$;

ANALYZE;
