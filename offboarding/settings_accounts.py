"""Settings of the sign-in, taken up by ``settings``: how staff and customers prove who they are, and for how long."""

from __future__ import annotations

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from offboarding.configuration import Environment

env = Environment(Path(__file__).resolve().parent.parent)

SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", default=[])  # what they encrypted and signed stays readable

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

# How long: a session ends so many hours after its sign-in, whatever happens in it. That of staff also when idle.
SESSION_COOKIE_AGE = 12 * 3600
STAFF_SESSION_HOURS = env.whole("STAFF_SESSION_HOURS", default=10, least=1, most=12)
STAFF_IDLE_MINUTES = env.whole("STAFF_IDLE_MINUTES", default=45, least=5)
STAFF_SESSIONS = env.whole("STAFF_SESSIONS", default=5, least=1)

# The second factor of staff. "optional" is for a first look only.
STAFF_SECOND_FACTOR = env.text("STAFF_SECOND_FACTOR", default="required")
if STAFF_SECOND_FACTOR not in ("required", "optional"):
    raise ImproperlyConfigured(f"STAFF_SECOND_FACTOR: {STAFF_SECOND_FACTOR!r} is neither required nor optional.")
if STAFF_SECOND_FACTOR == "optional" and not env.flag("DEBUG", default=False):
    raise ImproperlyConfigured("STAFF_SECOND_FACTOR: optional is for a first look with DEBUG=true; leave it out here.")

# allauth
ACCOUNT_ADAPTER = "offboarding.sign_in.Accounts"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; allauth wants to know that passwords exist
ACCOUNT_EMAIL_VERIFICATION = "none"  # a code proves the address each time
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,10/h/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.flag("BEHIND_PROXY", default=False) else 0
ACCOUNT_FORMS = {
    "login": "offboarding.sign_in_forms.SignIn",
    "request_login_code": "offboarding.sign_in_forms.AskForCode",
    "confirm_login_code": "offboarding.sign_in_forms.TypeCode",
    "reauthenticate": "offboarding.sign_in_forms.PasswordAgain",
    "change_password": "offboarding.sign_in_forms.ChangePassword",
}

MFA_ADAPTER = "offboarding.sign_in.Factors"
MFA_FORMS = {
    "authenticate": "offboarding.sign_in_forms.ShowFactor",
    "reauthenticate": "offboarding.sign_in_forms.ShowFactorAgain",
    "activate_totp": "offboarding.sign_in_forms.SetUpApp",
    "add_webauthn": "offboarding.sign_in_forms.AddPasskey",
    "edit_webauthn": "offboarding.sign_in_forms.NamePasskey",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # staff are entered by an administrator
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.flag("DEBUG", default=False)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]

# Single sign-on of staff (OpenID Connect)
OIDC_SERVER_URL = env.text("OIDC_SERVER_URL", default="")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID", default="")
OIDC_SECRET = env.text("OIDC_SECRET", default="")
OIDC_NAME = env.text("OIDC_NAME", default="")
OIDC_IS_SECOND_FACTOR = env.flag("OIDC_IS_SECOND_FACTOR", default=False)
if OIDC_SERVER_URL and not (OIDC_CLIENT_ID and OIDC_SECRET):
    raise ImproperlyConfigured("OIDC_SERVER_URL is set: OIDC_CLIENT_ID and OIDC_SECRET are needed too.")
SOCIALACCOUNT_ADAPTER = "offboarding.single_sign_on.SingleSignOn"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: a form could not leave for another host under our content policy
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_SECRET,
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}
