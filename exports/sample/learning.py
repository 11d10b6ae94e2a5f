"""What people do with courses: enrolments, completions, quiz and survey answers, feedback, comments, certificates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle
from random import Random
from typing import NamedTuple
from uuid import UUID

from exports.sample import media, words
from exports.sample.world import NOW, Batch, Enrolment, Person, Quiz, Row, Tenant, World, moment, uuid4

OWNER_TYPES = ("course", "lesson", "report")


class Attempt(NamedTuple):
    id: UUID
    quiz: Quiz
    enrolment: Enrolment
    at: datetime
    correct: int | None
    """Right answers; None while unfinished."""


def batches(world: World) -> Iterator[Batch]:
    for tenant in world.tenants:
        if not tenant.people:
            continue
        _enrol(world, tenant)
        attempts = list(_attempts(world, tenant))
        yield Batch("enrolments", _enrolments(tenant), (tenant,))
        yield Batch("completions", _completions(world, tenant), (tenant,))
        yield Batch("quiz_attempts", map(_attempt, attempts), (tenant,))
        yield Batch("quiz_answers", _answers(world, tenant, attempts), (tenant,))
        yield Batch("survey_answers", _survey_answers(world, tenant), (tenant,))
        yield Batch("feedback", _feedback(world, tenant), (tenant,))
        yield Batch("comments", _comments(world, tenant), (tenant,))
        yield Batch("certifications", _certifications(world, tenant), (tenant,))


def _enrol(world: World, tenant: Tenant) -> None:
    rng = world.rng("enrolments", tenant)
    for person in tenant.people:
        for course in rng.sample(tenant.courses, min(len(tenant.courses), rng.randint(1, 4))):
            done = rng.choice([0, rng.randint(0, len(course.lessons)), len(course.lessons)])
            at = moment(rng, person.created)
            tenant.enrolments.append(Enrolment(world.next_id("enrolments"), person, course, done, at))


def _finished(enrolment: Enrolment) -> datetime:
    return min(NOW, enrolment.at + timedelta(days=enrolment.done * 2, hours=3))


def _enrolments(tenant: Tenant) -> Iterator[Row]:
    for enrolment in tenant.enrolments:
        lessons = len(enrolment.course.lessons)
        completed = enrolment.done == lessons
        status = "completed" if completed else "active" if enrolment.done else "invited"
        yield (
            enrolment.id,
            tenant.id,
            enrolment.person.id,
            enrolment.course.id,
            enrolment.course.version,
            "withdrawn" if enrolment.id % 50 == 0 and not completed else status,
            (Decimal(100 * enrolment.done) / lessons).quantize(Decimal("0.01")),
            enrolment.at,
            _finished(enrolment) if completed else None,
        )


def _completions(world: World, tenant: Tenant) -> Iterator[Row]:
    rng = world.rng("completions", tenant)
    for enrolment in tenant.enrolments:
        for number, lesson in enumerate(enrolment.course.lessons[: enrolment.done]):
            at = min(NOW, enrolment.at + timedelta(days=number * 2, seconds=rng.randrange(86400)))
            yield enrolment.id, lesson, at, rng.randint(20, 7200)


def _attempts(world: World, tenant: Tenant) -> Iterator[Attempt]:
    rng = world.rng("attempts", tenant)
    for enrolment in tenant.enrolments:
        for quiz in enrolment.course.quizzes[: -(-enrolment.done // 3)]:
            for _ in range(rng.choice([1, 1, 2])):
                correct = None if rng.random() < 0.05 else rng.randint(0, quiz.questions)
                yield Attempt(uuid4(rng), quiz, enrolment, moment(rng, enrolment.at), correct)


def _attempt(attempt: Attempt) -> Row:
    score = passed = None
    if attempt.correct is not None:
        score = (Decimal(100 * attempt.correct) / attempt.quiz.questions).quantize(Decimal("0.01"))
        passed = score >= 60
    return attempt.id, attempt.quiz.id, attempt.enrolment.id, attempt.at, score, passed


def _answers(world: World, tenant: Tenant, attempts: list[Attempt]) -> Iterator[Row]:
    rng = world.rng("answers", tenant)
    awkward = cycle(words.AWKWARD)
    for attempt in attempts:
        for number in range(1, attempt.quiz.questions + 1):
            answer = str(rng.randrange(3))
            if number % 3 == 0:
                answer = next(awkward) if rng.random() < 0.3 else words.text(rng, tenant.language)
                answer = tenant.mark(answer)
            correct = None if attempt.correct is None else number <= attempt.correct
            yield attempt.id, attempt.quiz.id, number, answer if rng.random() < 0.97 else None, correct


def _survey_answers(world: World, tenant: Tenant) -> Iterator[Row]:
    rng = world.rng("surveys", tenant)
    for enrolment in tenant.enrolments:
        if enrolment.course.survey and enrolment.done == len(enrolment.course.lessons):
            respondent = enrolment.person.id if rng.random() < 0.5 else None
            at = moment(rng, _finished(enrolment))
            for question in (1, 2):
                answer = tenant.mark(words.text(rng, tenant.language, 2)) if rng.random() < 0.6 else None
                yield (world.next_id("survey_answers"), enrolment.course.survey, respondent, question,
                       rng.choice([None, 1, 2, 3, 4, 5]), answer, at)  # fmt: skip


def _feedback(world: World, tenant: Tenant) -> Iterator[Row]:
    rng = world.rng("feedback", tenant)
    for enrolment in tenant.enrolments:
        if rng.random() < 0.2:
            message = tenant.mark(words.text(rng, tenant.language, 3))
            yield (world.next_id("feedback"), enrolment.course.id, enrolment.person.id, rng.randint(1, 5), message,
                   moment(rng, enrolment.at))  # fmt: skip


def _comments(world: World, tenant: Tenant) -> Iterator[Row]:
    """Threads on courses, lessons and reports; a reply stays on the same owner and points at an earlier comment."""
    rng = world.rng("comments", tenant)
    for enrolment in tenant.enrolments[::3]:
        owner_type = rng.choice(OWNER_TYPES)
        owner = _owner(rng, tenant, owner_type, enrolment)
        replied: int | None = None
        for _ in range(rng.randint(0, 3)):
            author: Person = rng.choice(tenant.people)
            comment = world.next_id("comments")
            yield (comment, owner_type, owner, author.id, replied, tenant.mark(words.text(rng, tenant.language, 3)),
                   moment(rng, enrolment.at))  # fmt: skip
            replied = comment


def _owner(rng: Random, tenant: Tenant, owner_type: str, enrolment: Enrolment) -> int:
    if owner_type == "course":
        return enrolment.course.id
    if owner_type == "report":
        return rng.choice(tenant.reports)
    return rng.choice(enrolment.course.lessons)


def _certifications(world: World, tenant: Tenant) -> Iterator[Row]:
    """Certificates of completed courses; only the first ones have been rendered."""
    rng = world.rng("certifications", tenant)
    rendered = 0
    for enrolment in tenant.enrolments:
        if enrolment.done < len(enrolment.course.lessons) or rng.random() < 0.4:
            continue
        certification = world.next_id("certifications")
        number = f"{certification:08}"
        issued = _finished(enrolment).date()
        path = None
        if rendered < tenant.documents:
            rendered += 1
            path = f"{tenant.folder}/certificates/{number}.pdf"
            person = enrolment.person
            lines = [f"{person.given} {person.family}", tenant.mark(tenant.name), f"Nr {number}", issued.isoformat()]
            world.shelf.put(path, media.pdf("Kursintyg" if tenant.language == "sv" else "Certificate", lines))
        yield (certification, tenant.id, enrolment.person.id, enrolment.course.id, enrolment.course.version, number,
               issued, issued.replace(year=issued.year + 3, day=min(issued.day, 28)) if rng.random() < 0.5 else None,
               path)  # fmt: skip
