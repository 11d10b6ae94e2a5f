-- Removes the learning platform, and nothing else, from a PostgreSQL database.

DROP VIEW IF EXISTS course_progress;
DROP TABLE IF EXISTS
    countries, languages, help_articles, organisations, users, memberships, accounts, preferences, teams, team_members,
    certifications, categories, courses, course_versions, modules, lessons, materials, quizzes, quiz_questions, surveys,
    enrolments, completions, quiz_attempts, quiz_answers, survey_answers, feedback, comments, "betyg_äldre", reports,
    usage_statistics, activity_log, app_settings, stored_objects, django_migrations, django_session, background_jobs;
DROP FUNCTION IF EXISTS courses_touch();
DROP TYPE IF EXISTS member_role, enrolment_status;
