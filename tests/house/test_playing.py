"""A newcomer plays both roles in the demo, from notice to certificate, by reading pages and pressing buttons."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from offboarding import clock
from tests.house.newcomer import Newcomer
from tests.retention.runs.conftest import places  # noqa: F401 – fixture


@pytest.fixture
def state(tmp_path, monkeypatch, settings):
    """The demo's own file is this test's alone, and its clock ends with the test."""
    from retention import clocks
    from retention.sample import demo_state

    monkeypatch.setattr(demo_state, "place", lambda: tmp_path / "demo.json")
    monkeypatch.setattr(demo_state, "_read", (0, {}))
    monkeypatch.setattr(clocks, "database_now", lambda: timezone.now())
    settings.DEBUG, settings.ROOT_URLCONF, settings.STAFF_SECOND_FACTOR = True, "tests.house.demo_urls", "optional"
    yield demo_state
    demo_state.uninstall()


@pytest.fixture
def demo(state, places, settings, tmp_path, monkeypatch):  # noqa: F811
    """The case that is played, on a small sample platform."""
    from django.core.files.storage import storages

    from exports.sample.platform import create
    from retention.sample import cases, cast

    settings.DATA_MAP = settings.BASE_DIR / "exports" / "sample" / "datamap.toml"
    settings.PLATFORM_URLS = {"platform": f"sqlite:///{tmp_path}/platform.sqlite3"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    summary = create(settings.PLATFORM_URLS["platform"], storages["platform_media"], size=2000)
    state.begin()
    _fill_the_groups()
    every = cases._cases
    monkeypatch.setattr(cases, "_cases", lambda tenants: [one for one in every(tenants) if one.number == cases.PLAYED])
    monkeypatch.setattr(cases, "to_export", lambda: None)
    cases.make(summary.tenants, cast.enter())
    return state


def _fill_the_groups():
    """As the migrations did, before an earlier test emptied the database."""
    from django.contrib.auth.models import Group, Permission

    from exports import roles as of_exports
    from offboarding import roles
    from retention import roles as of_retention

    for role in roles.Role:
        named = {name for one in (roles, of_exports, of_retention) for name in roles.codenames(one.ROLES, role)}
        Group.objects.get_or_create(name=role)[0].permissions.set(Permission.objects.filter(codename__in=named))


@pytest.fixture
def newcomer():
    return Newcomer()


def test_without_the_demo_there_is_no_door(state, db, newcomer):
    for address in ("/demo/", "/demo/mails/"):
        assert newcomer.client.get(address).status_code == 404
    for address in ("/demo/enter/", "/demo/turn/"):
        assert newcomer.client.post(address, {"who": "sam"}).status_code == 404


def test_without_debug_there_is_no_door_either_and_no_address(demo, newcomer, settings):
    assert newcomer.client.get("/demo/").status_code == 200
    settings.DEBUG = False
    assert newcomer.client.get("/demo/").status_code == 404
    assert not demo.is_demo()
    settings.ROOT_URLCONF = "offboarding.urls"
    assert newcomer.client.get("/demo/").status_code == 404


def test_the_demo_of_another_database_is_none(demo):
    demo.place().write_text(json.dumps({"database": "real", "ahead": "31536000"}))
    assert not demo.is_demo()
    assert demo.ahead() == timedelta(0)


def test_the_clock_goes_forward_for_everybody_and_never_back(demo):
    before = timezone.now()
    gone = demo.set_clock(before + timedelta(days=100))
    assert timedelta(days=99) < gone <= timedelta(days=100)
    assert timezone.now() >= before + timedelta(days=100)
    with pytest.raises(ValueError, match="only goes forward"):
        demo.set_clock(before)
    demo.uninstall()
    assert timezone.now() < before + timedelta(days=1)


@pytest.mark.parametrize(
    ("who", "may", "may_not"),
    [
        ("sam", "offboarding.record_terminationnotice", "offboarding.decide_terminationnotice"),
        ("lena", "offboarding.decide_terminationnotice", "retention.approve_deletionplan"),
        ("lars", "retention.approve_deletionplan", "retention.start_deletionrun"),
        ("aud", "retention.view_certificate", "offboarding.record_terminationnotice"),
    ],
)
def test_each_player_is_limited_by_its_real_role(demo, newcomer, who, may, may_not):
    from django.contrib.auth.models import User

    user = User.objects.get(username=who)
    assert user.has_perm(may)
    assert not user.has_perm(may_not)
    newcomer.open("/demo/")
    assert f"you are {who}" in newcomer.press(f"Be {who}")


def test_the_customers_page_goes_on_in_the_language_in_which_the_door_was_read(demo, newcomer):
    from offboarding.models import Contact

    assert {contact.writes_in for contact in Contact.objects.all()} == {"en"}
    newcomer.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "sv"
    newcomer.open("/demo/")
    newcomer.press("Gå dit som")
    assert newcomer.page.xpath("string(/html/@lang)") == "sv"


@pytest.mark.parametrize("who", ["", "nobody", "alice", "contact"])
def test_nobody_else_can_be_played(demo, newcomer, who):
    assert newcomer.client.post("/demo/enter/", {"who": who}).status_code == 404


def test_entering_and_turning_are_done_by_post_alone(demo, newcomer):
    for address in ("/demo/enter/?who=sam", "/demo/turn/"):
        assert newcomer.client.get(address).status_code == 405


def test_there_is_nothing_to_turn_the_clock_to_before_a_notice(demo, newcomer):
    before = clock.today()
    answer = newcomer.client.post("/demo/turn/", follow=True)
    assert "Do the next step first" in answer.content.decode()
    assert clock.today() == before


@pytest.mark.slow
def test_the_whole_way_can_be_played_by_reading_and_pressing(demo, newcomer):
    _notice_and_decision(newcomer)
    _export(newcomer)
    _time(newcomer)
    _deletion(newcomer)
    text = newcomer.open("/demo/")
    assert "You have played it all" in text
    _mails(newcomer)


def step_of(newcomer) -> str:
    """The next step, as the start page says it."""
    newcomer.open("/demo/")
    (title,) = newcomer.page.xpath("//li[@aria-current='step']/h3")
    return " ".join(title.text_content().split())


def _notice_and_decision(newcomer):
    assert step_of(newcomer) == "The customer gives notice"
    newcomer.press("Go there as Fjärdviken")
    assert "30 days" in newcomer.press("See the dates") or "latest day" in newcomer.text().lower()
    newcomer.press("notice", tick=True)
    assert step_of(newcomer) == "A lead decides what the notice means"
    newcomer.press("Go there as lena")
    newcomer.follow("Decide")
    newcomer.press("Decide", decision="timely")


def _export(newcomer):
    assert step_of(newcomer) == "The customer asks for its data"
    newcomer.press("Go there as Fjärdviken")
    newcomer.press("equest")
    call_command("run_jobs", stdout=StringIO())  # what the queue's worker does in a real demo
    assert step_of(newcomer) == "The customer confirms that everything has arrived"
    newcomer.press("Go there as Fjärdviken")
    newcomer.follow("Everything has arrived")
    newcomer.press("arrived", tick=True)


def _time(newcomer):
    days = []
    while step_of(newcomer) == "Time goes by until the data may be deleted":
        newcomer.press("Turn the clock")
        days.append(clock.today())
        assert len(days) < 9, days
    assert len(days) == 5
    assert days == sorted(days)


def _deletion(newcomer):
    from retention.models import Certificate
    from retention.sample import demo_state

    assert step_of(newcomer) == "Legal approves the plan"
    newcomer.press("Go there as lars")
    newcomer.follow("Approve")
    newcomer.press("Approve", typed_name="Fjärdviken Bildning", password="demo")
    assert step_of(newcomer) == "The data is deleted"
    newcomer.press("Go to that day")  # cron begins it
    assert step_of(newcomer) == "The customer takes the certificate"
    text = newcomer.press("Go there as Fjärdviken")
    assert "Your data is deleted" in text
    (link, *_more) = newcomer.page.xpath("//a[contains(., 'PDF · English')]/@href")
    pdf = b"".join(newcomer.client.get(link).streaming_content)
    assert pdf.startswith(b"%PDF")
    certificate = Certificate.objects.get()
    assert clock.local_day(certificate.issued_at) == clock.today() > clock.local_day(demo_state.real_now())


def _mails(newcomer):
    text = newcomer.open("/demo/mails/")
    assert "We have received your notice" in text
    assert "[R-" in newcomer.follow("Your notice is accepted")
    answer = newcomer.client.get(newcomer.address + "html/")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert newcomer.client.get("/demo/mails/no-such-mail/").status_code == 404
