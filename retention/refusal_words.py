"""Why a plan cannot be carried out, in words: what the erasers and the comparison of identities say, translated.

The codes' own modules are pure and say it in English; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from retention import plan_content
from retention.plan_content import Content

DATABASES: dict[str, str | Promise] = {
    "drift": _("The database and its map differ. %(difference)s"),
    "engine": _("Rows in a %(engine)s database cannot be erased by this application; PostgreSQL and SQLite are known."),
    "no_tenant": _("%(table)s has no row whose %(field)s is %(key)s."),
    "many_tenants": _("%(table)s has %(count)s rows that might be meant by %(key)s."),
    "no_way": _("%(table)s holds rows of the tenant, but the map does not say which: give it a way to the tenant."),
    "scope": _("No exact condition can be made for %(table)s: %(reason)s"),
    "no_key": _("%(table)s has no primary key, so the rows to be deleted cannot be remembered until their turn comes."),
    "no_place": _("%(table)s has neither a row number nor another way to name single rows: give it one."),
    "shared_unknown": _(
        "The rows of %(table)s are shared, but nothing in the map or the database says who uses them: name in"
        " through what uses a row."
    ),
    "cycle": _(
        "%(tables)s refer to each other in a circle in which every foreign key is NOT NULL and not deferrable"
        " (%(keys)s): no order of deletion satisfies them. Make one of them DEFERRABLE or nullable."
    ),
    "together": _(
        "%(tables)s can only be deleted in one transaction, which may have %(most)s rows, but hold %(count)s "
        "of the tenant (%(keys)s). Make one of the foreign keys nullable."
    ),
    "trigger": _(
        "The trigger or rule %(trigger)s on %(table)s runs when rows are deleted and may copy them or stop "
        "the deletion."
    ),
    "row_security": _(
        "Row-level security hides rows of %(table)s from %(role)s, so that counts would be wrong: use a role "
        "with BYPASSRLS."
    ),
    "privilege": _("%(role)s may not %(privilege)s in %(table)s."),
    "blocked": _(
        "%(count)s rows of %(child)s that are not the tenant's refer to rows of %(table)s that are "
        "(%(name)s); the database would refuse the deletion. For example %(examples)s."
    ),
    "cascades": _(
        "%(count)s rows of %(child)s that are not the tenant's would be deleted with rows of %(table)s "
        "(%(name)s, ON DELETE CASCADE). For example %(examples)s."
    ),
    "nulled": _(
        "%(count)s rows of %(child)s that are not the tenant's would lose their reference to rows of "
        "%(table)s (%(name)s, ON DELETE %(action)s). For example %(examples)s."
    ),
}

FILES: dict[str, str | Promise] = {
    "file_storage": _(
        "Files in a storage of the kind %(storage)s cannot be erased by this application; file systems and S3"
        " are known."
    ),
    "file_tenant_key": _("The tenant's key makes %(prefix)s, which is no folder inside the store: %(reason)s."),
    "file_store_gone": _("The file store cannot be reached: %(reason)s"),
    "file_store_empty": _("There is nothing at all in the file store, although rows name files in it: is it mounted?"),
    "file_not_listed": _("What lies below %(prefix)s cannot be listed: %(reason)s"),
    "file_linked_folder": _(
        "The folder %(path)s is a symbolic link to %(target)s, which is not followed: the map must name the "
        "place where the files lie."
    ),
    "file_nested": _("The files of another tenant, %(other)s, lie below %(prefix)s: no listing tells them apart."),
    "file_mount": _("Another file system is mounted at %(path)s, and what lies there may be anybody's."),
    "file_special": _("%(path)s is %(kind)s, which is not removed without a person."),
    "file_forbidden": _("Nothing can be removed from %(path)s: %(reason)s"),
    "file_locked": _(
        "%(count)s objects below %(prefix)s are locked and cannot be deleted, the last until %(until)s. For "
        "example %(examples)s."
    ),
    "file_shared": _(
        "%(count)s files below %(prefix)s are named by rows of others, which would lose them. For example %(examples)s."
    ),
    "file_rows": _("Which files the tenant's rows name cannot be read: %(reason)s"),
    "file_nothing": _("There is nothing at all in the file store, of anybody: is it mounted?"),
    "file_links": _(
        "%(count)s symbolic links below %(prefix)s lead out of it. The links go; what they lead to stays. For"
        " example %(examples)s."
    ),
    "file_hard_links": _(
        "%(count)s files below %(prefix)s have another name as well, by which the content stays. For example "
        "%(examples)s."
    ),
    "file_foreign": _(
        "%(count)s files that the tenant's rows name lie in folders of other tenants and stay. For example "
        "%(examples)s."
    ),
    "file_in_use": _(
        "%(count)s files that the tenant's rows name are also named by rows that stay, and stay with them. "
        "For example %(examples)s."
    ),
    "file_unsafe": _(
        "%(count)s paths that the tenant's rows name cannot be files of the store. For example %(examples)s."
    ),
    "file_replicated": _("The bucket copies its objects to %(target)s. What is deleted here stays there."),
    "file_locks_unknown": _("Whether objects of %(bucket)s are locked could not be learnt: %(reason)s"),
}

IDENTITIES: dict[str, str | Promise] = {
    "another_key": _("The row that was found has the key %(found)s, not %(key)s."),
    "name_differs": _(
        "The platform calls tenant %(key)s “%(found)s”; the customer here is “%(name)s”. Correct the tenant "
        "key or one of the names."
    ),
    "name_unknown": _(
        "The platform has no name for tenant %(key)s, so it cannot be compared with the customer’s: name the "
        "column in the data map (tenant.name_field)."
    ),
    "created_unknown": _(
        "It cannot be told when the row of tenant %(key)s was made (“%(created)s”): name the column in the "
        "data map (tenant.created_field)."
    ),
    "created_late": _(
        "The row of tenant %(key)s was made on %(created)s, after service ended on %(ended)s: the key may "
        "belong to somebody else now."
    ),
    "another_row": _(
        "The row of tenant %(key)s is not the one that is known from %(source)s: the key may belong to "
        "somebody else now."
    ),
}

SENTENCES = DATABASES | FILES | IDENTITIES


def sentences(content: Content) -> list[str]:
    """Every refusal that a plan has written down, each with the store it is about."""
    return [f"{store}: {sentence(one)}" for store, one in plan_content.refusals(content)]


def sentence(refusal: Mapping[str, Any]) -> str:
    """One refusal, ``{"code", "facts"}``. KeyError for a code that no version of this application has written."""
    template = str(SENTENCES[refusal["code"]])
    return str(template % refusal["facts"])
