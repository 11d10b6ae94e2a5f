-- What is added to the learning platform on SQLite after the data.

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

CREATE TRIGGER courses_touch AFTER UPDATE ON courses BEGIN
    UPDATE courses SET updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id = NEW.id AND updated_at = OLD.updated_at;
END;

CREATE VIEW course_progress AS
    SELECT course_id, count(*) AS learners, avg(progress) AS mean_progress FROM enrolments GROUP BY course_id;

ANALYZE;
