"""Courses: categories, versions, modules, lessons, materials with media, quizzes and surveys."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from exports.sample import media, words
from exports.sample.world import NOW, Batch, Course, Quiz, Row, Tenant, World, moment

COMMON_FILES = ("shared/library/welcome.wav", "shared/library/säkerhet på jobbet.png")
"""Files of the vendor's library that materials of several customers point at."""


def batches(world: World) -> Iterator[Batch]:
    rng = world.rng("library")
    sums = {COMMON_FILES[0]: world.shelf.put(COMMON_FILES[0], media.wav(rng, 1.5))}
    sums[COMMON_FILES[1]] = world.shelf.put(COMMON_FILES[1], media.png(rng, 320, 180))
    for tenant in world.tenants:
        if tenant.people:
            catalogue = Catalogue(world, tenant, sums)
            for table, rows in catalogue.rows.items():
                yield Batch(table, rows, (tenant,))


class Catalogue:
    """All courses of one customer, invented at once: ``rows`` by table; ``tenant.courses`` is filled."""

    def __init__(self, world: World, tenant: Tenant, sums: dict[str, bytes]) -> None:
        self.world = world
        self.tenant = tenant
        self.sums = sums
        self.rng = world.rng("courses", tenant)
        self.rows: defaultdict[str, list[Row]] = defaultdict(list)
        self.files = 0
        self.categories = self._categories()
        for number in range(3 + len(tenant.people) // 40):
            tenant.courses.append(self._course(number))

    def text(self, sentences: int = 2) -> str:
        return self.tenant.mark(words.text(self.rng, self.tenant.language, sentences))

    def _categories(self) -> list[int]:
        """Subjects as roots, levels as their children and grandchildren."""
        ids: list[int] = []
        names = words.SUBJECTS[self.tenant.language][:5] + words.LEVELS[self.tenant.language]
        for number, name in enumerate(names):
            parent = None if number < 5 else ids[number - 5 if number % 2 else number - 1]
            ids.append(self.world.next_id("categories"))
            self.rows["categories"].append((ids[-1], self.tenant.id, parent, self.tenant.mark(name)))
        return ids

    def _course(self, number: int) -> Course:
        world, rng, language = self.world, self.rng, self.tenant.language
        course = world.next_id("courses")
        title = f"{rng.choice(words.SUBJECTS[language])} – {rng.choice(words.LEVELS[language])}"
        created = moment(rng, NOW - timedelta(days=1200), NOW - timedelta(days=800))
        cover = None
        if self.files < self.tenant.documents:
            cover = f"{self.tenant.folder}/covers/{course}.png"
            self._put(cover, media.png(rng, 160, 90, self.tenant.mark("cover")))
        versions = rng.randint(1, 3)
        self.rows["courses"].append(
            (
                course,
                self.tenant.id,
                rng.choice([None, *self.categories]),
                rng.choice(["00123", "10-20", "1E5", "3/4", f"{number:05}"]),
                self.tenant.mark(title),
                self.text(4),
                language,
                tuple(self.tenant.mark(tag) for tag in rng.sample(words.INTERESTS, rng.randint(0, 2))),
                rng.choice([None, Decimal("0.00"), Decimal(rng.randrange(100, 999_999)) / 100]),
                versions,
                cover,
                rng.choice(self.tenant.teachers).id,
                created,
                moment(rng, created),
            )
        )
        lessons: list[int] = []
        for version in range(1, versions + 1):
            self._version(course, version, created + timedelta(days=60 * version))
            lessons = self._modules(course, version, 3 if version == versions else 1)
        self._materials(course, lessons)
        quizzes = [self._quiz(lesson) for lesson in lessons[2::3]]
        return Course(course, versions, lessons, quizzes, 0 if number % 3 == 1 else self._survey(course))

    def _version(self, course: int, number: int, at: datetime) -> None:
        self.rows["course_versions"].append((course, number, self.text(), self.rng.randbytes(32), at))

    def _modules(self, course: int, version: int, count: int) -> list[int]:
        lessons: list[int] = []
        rng, language = self.rng, self.tenant.language
        for order in range(1, count + 1):
            module = self.world.next_id("modules")
            title = self.tenant.mark(f"{order}. {rng.choice(words.SUBJECTS[language])}")
            self.rows["modules"].append((module, course, version, order, title))
            for place in range(1, rng.randint(3, 6)):
                lessons.append(self.world.next_id("lessons"))
                body = self.tenant.mark(words.body(rng, language))
                duration = timedelta(minutes=rng.randint(3, 200))
                self.rows["lessons"].append((lessons[-1], module, place, self.text(1), body, duration))
        return lessons

    def _materials(self, course: int, lessons: list[int]) -> None:
        for owner in [None, *lessons[::2]]:
            material = self.world.next_id("materials")
            row = self._material(material, course)
            self.rows["materials"].append(
                (material, None if owner else course, owner, self.text(1), *row),
            )

    def _material(self, material: int, course: int) -> Row:
        """media_type, url, storage_path, size, sha256: a link, a file of the common library, or an own file."""
        rng, tenant = self.rng, self.tenant
        if material % 5 == 0 or (tenant.word != "nordic" and material % 5 == 1):
            common = COMMON_FILES[material % 2]
            self.world.name(common, tenant)
            kind = "image/png" if common.endswith("png") else "audio/wav"
            return kind, None, common, self.world.shelf.sizes[common], self.sums[common]
        if self.files >= tenant.documents or material % 5 == 2:
            return "text/html", f"https://{tenant.slug}.example/?q=å&x={material}#{tenant.canary}", None, None, None
        suffix, media_type, content = _own_file(rng, tenant, material)
        path = f"{tenant.folder}/courses/{course}/{material}-övning{suffix}"
        return media_type, None, path, len(content), self._put(path, content)

    def _put(self, path: str, content: bytes) -> bytes:
        self.files += 1
        return self.world.shelf.put(path, content)

    def _quiz(self, lesson: int) -> Quiz:
        rng, language = self.rng, self.tenant.language
        quiz = Quiz(self.world.next_id("quizzes"), rng.randint(3, 6))
        settings = {"attempts": rng.choice([None, 3]), "shuffle": True, "intro": self.text(1), "weight": 1.0}
        self.rows["quizzes"].append((quiz.id, lesson, self.text(1), Decimal("60.00"), settings))
        for number in range(1, quiz.questions + 1):
            choices = [self.tenant.mark(choice) for choice in rng.sample(words.SENTENCES[language], 3)]
            self.rows["quiz_questions"].append(
                (quiz.id, number, "choice" if number % 3 else "text", self.text(1),
                 choices if number % 3 else [], Decimal(number) / 2)
            )  # fmt: skip
        return quiz

    def _survey(self, course: int) -> int:
        survey = self.world.next_id("surveys")
        questions = [{"no": number, "text": self.text(1), "kind": "rating"} for number in (1, 2)]
        closes = (NOW + timedelta(days=self.rng.randint(-300, 90))).date()
        anonymous = self.rng.random() < 0.5
        self.rows["surveys"].append((survey, course, self.text(1), questions, anonymous, closes))
        return survey


def _own_file(rng: Random, tenant: Tenant, material: int) -> tuple[str, str, bytes]:
    """Suffix, media type and bytes."""
    lines = [tenant.mark(words.text(rng, tenant.language)) for _ in range(8)]
    match material % 4:
        case 0:
            return ".png", "image/png", media.png(rng, 240, 135, tenant.mark("bild"))
        case 1:
            return ".wav", "audio/wav", media.wav(rng, 2)
        case 2:
            return ".pdf", "application/pdf", media.pdf(tenant.mark("Övningsblad"), lines)
        case _:
            return ".txt", "text/plain", "\r\n".join(lines).encode()
