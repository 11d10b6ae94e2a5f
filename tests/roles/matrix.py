"""Who may do what, everywhere. A new address, action or command needs a row here, or a test fails.

Staff: S Support, L Lead, G Legal, A Auditor, R superuser, N staff without a group. Customers: c may only see, q may
request, f may confirm, n may give notice – all for Alice –, x Bob's contact with every right. ``-`` is nobody.
Who is not named is refused; customers at the desk and staff at the self-service page always are, and strangers too.
"""

from __future__ import annotations

STAFF = {"S": "Support", "L": "Lead", "G": "Legal", "A": "Auditor", "R": "superuser", "N": "no group"}
CUSTOMERS = {"c": "may_see", "q": "may_request", "f": "may_confirm", "n": "may_give_notice", "x": "stranger"}

LISTS = """
                                 list    add     page    history  delete
offboarding.agreement            SLGAR   SLR     SLGAR   SLGAR    -
offboarding.contact              SLGAR   -       SLGAR   SLGAR    -
offboarding.customer             SLGAR   SLR     SLGAR   SLGAR    -
offboarding.journalentry         SLGAR   -       SLGAR   SLGAR    -
offboarding.letter               SLGAR   -       SLGAR   SLGAR    -
offboarding.storedmessage        SLGAR   SLR     SLGAR   SLGAR    -
offboarding.terminationnotice    SLGAR   -       SLGAR   SLGAR    -
offboarding.transferassistance   SLGAR   -       SLGAR   SLGAR    -
offboarding.waiver               SLGAR   -       SLGAR   SLGAR    -
exports.exportjob                SLGAR   SLR     SLGAR   SLGAR    -
exports.receipt                  SLGAR   -       SLGAR   SLGAR    -
exports.missingfile              SLGAR   -       SLGAR   SLGAR    -
retention.attestation            SLGAR   -       SLGAR   SLGAR    -
retention.certificate            SLGAR   -       SLGAR   SLGAR    -
retention.deletionplan           SLGAR   LR      SLGAR   SLGAR    -
retention.deletionrun            SLGAR   -       SLGAR   SLGAR    -
retention.legalhold              SLGAR   GR      SLGAR   SLGAR    -
retention.pause                  SLGAR   GR      SLGAR   SLGAR    -
retention.resurrection           SLGAR   -       SLGAR   SLGAR    -
retention.retentionduty          SLGAR   GR      SLGAR   SLGAR    -
retention.verification           SLGAR   -       SLGAR   SLGAR    -
auth.user                        R       R       R       R        -
auth.group                       R       R       R       R        R
knox.authtoken                   SLGARN  SLGARN  -       -        -
"""
"""The five screens that Django gives every model: three are looked at, ``add`` and ``delete`` are posted."""

DESK = """
admin:index                                              GET   SLGARN
admin:search                                             GET   SLGARN
admin:jsi18n                                             GET   SLGARN
admin:app_list                                           GET   SLGAR
admin:list-download                                      GET   SLGAR
admin:autocomplete                                       GET   -
admin:view_on_site                                       GET   -
roles                                                    GET   SLGARN
api-docs                                                 GET   SLGARN
admin:offboarding_agreement_terms                        POST  LR
admin:offboarding_agreement_record_notice                POST  SLR
admin:offboarding_agreement_extend                       POST  LR
admin:offboarding_agreement_record_waiver                POST  SLR
admin:offboarding_agreement_terminate                    POST  LR
admin:offboarding_agreement_renew                        POST  LR
admin:offboarding_agreement_extend_transition            POST  LR
admin:offboarding_agreement_declare_infeasible           POST  LR
admin:offboarding_agreement_request_assistance           POST  SLR
admin:offboarding_transferassistance_offer               POST  SLR
admin:offboarding_transferassistance_agree               POST  SLR
admin:offboarding_transferassistance_log_hours           POST  SLR
admin:offboarding_transferassistance_finish              POST  SLR
admin:offboarding_transferassistance_decline             POST  SLR
admin:offboarding_waiver_approve                         POST  LGR
admin:offboarding_waiver_reject                          POST  LGR
admin:offboarding_customer_add_contact                   POST  SLR
admin:offboarding_contact_edit                           POST  SLR
admin:offboarding_contact_end                            POST  SLR
admin:offboarding_contact_take_back                      POST  SLR
admin:offboarding_letter_resend                          POST  SLR
admin:offboarding_letter_settle                          POST  SLR
admin:offboarding_storedmessage_original                 POST  SLGR
admin:offboarding_storedmessage_settle                   POST  SLR
admin:offboarding_terminationnotice_paper                GET   SLGAR
admin:offboarding_terminationnotice_vouch                POST  LR
admin:offboarding_terminationnotice_decide               POST  LR
admin:offboarding_terminationnotice_correct_receipt      POST  LR
admin:offboarding_terminationnotice_withdraw             POST  SLR
admin:offboarding_terminationnotice_object               POST  SLR
admin:offboarding_terminationnotice_settle               POST  LR
admin:auth_user_password_change                          POST  R
admin:user-end-sessions                                  POST  R
admin:user-reset-second-factor                           POST  R
admin:knox_authtoken_revoke                              POST  R
admin:exports_exportjob_progress                         GET   SLGAR
admin:exports_exportjob_paper                            GET   SLGAR
admin:exports_exportjob_cancel                           POST  SLR
admin:exports_exportjob_retry                            POST  SLR
admin:exports_exportjob_expire                           POST  LR
admin:exports_exportjob_file                             GET   LR
admin:exports_exportjob_confirmed                        POST  SLR
admin:exports_exportjob_objected                         POST  SLR
admin:exports_exportjob_settle                           POST  LR
admin:retention_attestation_evidence                     GET   SLGAR
admin:retention_attestation_attest                       POST  GR
admin:retention_certificate_document                     GET   SLGAR
admin:retention_certificate_paper                        GET   SLGAR
admin:retention_retentionduty_end                        POST  GR
admin:retention_legalhold_review                         POST  GR
admin:retention_legalhold_release                        POST  GR
admin:retention_pause_resume                             POST  GR
admin:retention_deletionplan_paper                       GET   SLGAR
admin:retention_deletionplan_approve                     POST  GR
admin:retention_deletionplan_withdraw                    POST  GR
admin:retention_deletionplan_start                       POST  LR
admin:retention_deletionrun_progress                     GET   SLGAR
admin:retention_deletionrun_resume                       POST  LR
admin:retention_deletionrun_abandon                      POST  LR
admin:retention_resurrection_confirm                     POST  GR
admin:retention_resurrection_dismiss                     POST  GR
admin:retention_verification_settle                      POST  GR
admin:retention_verification_confirm                     POST  GR
action:exports.exportjob.cancel_selected                 POST  SLR
action:exports.exportjob.retry_selected                  POST  SLR
action:exports.missingfile.accept_selected               POST  LR
"""

API = """
api-customers-list            GET   SLGAR
api-customers-detail          GET   SLGAR
api-agreements-list           GET   SLGAR
api-agreements-detail         GET   SLGAR
api-notices-list              GET   SLGAR
api-notices-list              POST  SLR
api-notices-detail            GET   SLGAR
api-notices-decide            POST  LR
api-journal-list              GET   SLGAR
api-journal-detail            GET   SLGAR
api-exports-list              GET   SLGAR
api-exports-list              POST  SLR
api-exports-detail            GET   SLGAR
api-exports-cancel            POST  SLR
api-exports-retry             POST  SLR
api-exports-volumes           GET   SLGAR
api-receipts-list             GET   SLGAR
api-receipts-detail           GET   SLGAR
api-holds-list                GET   SLGAR
api-holds-list                POST  GR
api-holds-detail              GET   SLGAR
api-holds-release             POST  GR
api-deletion-plans-list       GET   SLGAR
api-deletion-plans-detail     GET   SLGAR
api-deletion-runs-list        GET   SLGAR
api-deletion-runs-detail      GET   SLGAR
api-certificates-list         GET   SLGAR
api-certificates-detail       GET   SLGAR
api-certificates-document     GET   SLGAR
api-schema                    GET   SLGARN
"""

PORTAL = """
portal-case                   GET   cqfn
portal-history                GET   cqfn
portal-calendar               GET   cqfn
portal-acknowledgement        GET   cqfn
portal-notice                 GET   cqfn
portal-notice                 POST  n
portal-withdraw               POST  n
portal-object                 POST  cqfn
portal-help                   POST  q
portal-answer                 POST  q
portal-earlier                POST  f
portal-export-request         GET   cqfn
portal-export-request         POST  q
portal-export-progress        GET   cqfn
portal-export                 GET   cqfn
portal-export-cancel          POST  q
portal-export-confirm         POST  f
portal-export-object          POST  f
portal-export-key             POST  qf
portal-export-file            GET   qf
portal-statement              GET   cqfn
portal-certificate            GET   cqfn
portal-certificate-copy       GET   cqfn
"""

OPEN = {
    "home": "leads staff to the desk and everybody else to the self-service page",
    "portal-home": "lists the visitor's own customers, which may be none",
    "help-leaving": "says how one leaves; nothing of anybody's",
    "verify": "checks a certificate for everybody who has its number and code",
    "set_language": "changes the visitor's own language",
    "api-nothing": "says that there is nothing",
}
"""Open to everybody; why that is right."""

DOORS = (
    "account_", "mfa_", "usersessions_", "openid_connect_", "socialaccount_", "portal-sign-in", "portal-code",
    "admin:login", "admin:logout", "admin:password_change", "demo",
)  # fmt: skip
"""Addresses of the sign-in and of the demo, by how their names begin; both have tests of their own."""

COMMANDS = {
    "fetch_notices": "fetch_notices", "send_reminders": "letters", "verify_journal": "verify_journal",
    "run_jobs": "run_jobs", "check_datamap": "", "draft_datamap": "", "enforce_retention": "enforce_retention",
    "reapply_deletions": "reapply_deletions", "pause": "pause", "resume": "pause", "demo": "",
}  # fmt: skip
"""Whoever has a shell on the machine runs them: command → the machine that the journal names; '' for none."""


def rows(table: str) -> dict[tuple[str, str], str]:
    """(name, method) → the letters of who may."""
    return {
        (name, method): who.strip("-") for name, method, who in (line.split() for line in table.split("\n") if line)
    }


def screens() -> dict[tuple[str, str], str]:
    """``LISTS`` as rows."""
    heads = {"list": ("changelist", "GET"), "add": ("add", "POST"), "page": ("change", "GET"),
             "history": ("history", "GET"), "delete": ("delete", "POST")}  # fmt: skip
    names, *lines = [line.split() for line in LISTS.split("\n") if line]
    return {
        (f"admin:{model.replace('.', '_')}_{heads[head][0]}", heads[head][1]): who.strip("-")
        for model, *cells in lines
        for head, who in zip(names, cells, strict=True)
    }
