"""The sign-in's own settings: what is wrong stops the start; nobody switches the second factor off."""

from __future__ import annotations

import pytest

from tests.offboarding.test_settings import PRODUCTION, manage


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({**PRODUCTION, "STAFF_SECOND_FACTOR": "optional"}, "optional is for a first look with DEBUG=true"),
        ({**PRODUCTION, "STAFF_SECOND_FACTOR": "off"}, "'off' is neither required nor optional"),
        ({**PRODUCTION, "STAFF_SESSION_HOURS": "24"}, "STAFF_SESSION_HOURS is not usable: a whole number, 1 to 12"),
        ({**PRODUCTION, "OIDC_SERVER_URL": "https://id.example.org"}, "OIDC_CLIENT_ID and OIDC_SECRET are needed too"),
    ],
)
def test_a_wrong_setting_stops_the_start(environment, sentence):
    code, said = manage("check", **environment)
    assert code != 0
    assert sentence in said


def test_the_second_factor_may_be_left_out_for_a_first_look_only():
    code, said = manage("check", DEBUG="true", STAFF_SECOND_FACTOR="optional")
    assert code == 0, said


def test_where_it_is_optional_the_password_opens_the_desk(browser, sam, settings):
    from tests.offboarding.sign_in.doing import password

    settings.STAFF_SECOND_FACTOR = "optional"
    password(browser)
    assert browser.get("/admin/").status_code == 200
