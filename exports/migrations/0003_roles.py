"""The groups of the staff, with what they may do in this package: as ``exports.roles`` says it today."""

from django.db import migrations

from offboarding.role_groups import grant, revoke

GROUPS = {
    "Support": [
        "cancel_exportjob",
        "record_receipt",
        "request_exportjob",
        "retry_exportjob",
        "view_exportjob",
        "view_missingfile",
        "view_receipt",
        "view_volume",
    ],
    "Lead": [
        "accept_missingfile",
        "cancel_exportjob",
        "download_exportjob",
        "expire_exportjob",
        "record_receipt",
        "request_exportjob",
        "retry_exportjob",
        "settle_receipt",
        "view_exportjob",
        "view_missingfile",
        "view_receipt",
        "view_volume",
    ],
    "Legal": [
        "view_exportjob",
        "view_missingfile",
        "view_receipt",
        "view_volume",
    ],
    "Auditor": [
        "view_exportjob",
        "view_missingfile",
        "view_receipt",
        "view_volume",
    ],
}


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0002_faces"),
        ("offboarding", "0008_roles"),
    ]

    operations = [
        migrations.RunPython(grant("exports", GROUPS), revoke("exports", GROUPS)),
    ]
