"""The groups of the staff, with what they may do in this package: as ``offboarding.roles`` says it today."""

from django.db import migrations

from offboarding.role_groups import grant, revoke

LOOK = [
    "view_agreement",
    "view_assistancehours",
    "view_contact",
    "view_customer",
    "view_journalentry",
    "view_letter",
    "view_storedmessage",
    "view_terminationnotice",
    "view_transferassistance",
    "view_waiver",
]
SUPPORT = [
    *LOOK,
    "add_agreement",
    "add_contact",
    "add_customer",
    "change_contact",
    "change_customer",
    "manage_transferassistance",
    "read_storedmessage",
    "record_terminationnotice",
    "record_waiver",
    "resend_letter",
    "settle_storedmessage",
    "withdraw_terminationnotice",
]
GROUPS = {
    "Support": SUPPORT,
    "Lead": [
        *SUPPORT,
        "approve_waiver",
        "change_agreement",
        "decide_terminationnotice",
        "end_agreement",
        "extend_agreement",
    ],
    "Legal": [
        *LOOK,
        "approve_waiver",
        "read_storedmessage",
    ],
    "Auditor": LOOK,
}


class Migration(migrations.Migration):
    dependencies = [
        ("offboarding", "0007_faces"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(grant("offboarding", GROUPS), revoke("offboarding", GROUPS)),
    ]
