"""Why files may not be deleted, and what a person should know of them: codes, and words in English with facts. Pure."""

from __future__ import annotations

from enum import StrEnum


class FileCode(StrEnum):
    """Reasons of the file eraser; none has the name of a ``findings.Code``."""

    # Nothing may be deleted
    STORAGE = "file_storage"
    TENANT_KEY = "file_tenant_key"
    STORE_GONE = "file_store_gone"
    STORE_EMPTY = "file_store_empty"
    NOT_LISTED = "file_not_listed"
    LINKED_FOLDER = "file_linked_folder"
    NESTED = "file_nested"
    MOUNT = "file_mount"
    SPECIAL = "file_special"
    FORBIDDEN = "file_forbidden"
    LOCKED = "file_locked"
    SHARED = "file_shared"
    ROWS = "file_rows"
    # A person should know
    NOTHING = "file_nothing"
    LINKS = "file_links"
    HARD_LINKS = "file_hard_links"
    FOREIGN = "file_foreign"
    IN_USE = "file_in_use"
    UNSAFE = "file_unsafe"
    REPLICATED = "file_replicated"
    LOCKS_UNKNOWN = "file_locks_unknown"


FILE_WORDS: dict[StrEnum, str] = {
    FileCode.STORAGE: "Files in a storage of the kind %(storage)s cannot be erased by this application; file systems "
    "and S3 are known.",
    FileCode.TENANT_KEY: "The tenant's key makes %(prefix)s, which is no folder inside the store: %(reason)s.",
    FileCode.STORE_GONE: "The file store cannot be reached: %(reason)s",
    FileCode.STORE_EMPTY: "There is nothing at all in the file store, although rows name files in it: is it mounted?",
    FileCode.NOT_LISTED: "What lies below %(prefix)s cannot be listed: %(reason)s",
    FileCode.LINKED_FOLDER: "The folder %(path)s is a symbolic link to %(target)s, which is not followed: the map must "
    "name the place where the files lie.",
    FileCode.NESTED: "The files of another tenant, %(other)s, lie below %(prefix)s: no listing tells them apart.",
    FileCode.MOUNT: "Another file system is mounted at %(path)s, and what lies there may be anybody's.",
    FileCode.SPECIAL: "%(path)s is %(kind)s, which is not removed without a person.",
    FileCode.FORBIDDEN: "Nothing can be removed from %(path)s: %(reason)s",
    FileCode.LOCKED: "%(count)s objects below %(prefix)s are locked and cannot be deleted, the last until %(until)s. "
    "For example %(examples)s.",
    FileCode.SHARED: "%(count)s files below %(prefix)s are named by rows of others, which would lose them. For example "
    "%(examples)s.",
    FileCode.ROWS: "Which files the tenant's rows name cannot be read: %(reason)s",
    FileCode.NOTHING: "There is nothing at all in the file store, of anybody: is it mounted?",
    FileCode.LINKS: "%(count)s symbolic links below %(prefix)s lead out of it. The links go; what they lead to stays. "
    "For example %(examples)s.",
    FileCode.HARD_LINKS: "%(count)s files below %(prefix)s have another name as well, by which the content stays. For "
    "example %(examples)s.",
    FileCode.FOREIGN: "%(count)s files that the tenant's rows name lie in folders of other tenants and stay. For "
    "example %(examples)s.",
    FileCode.IN_USE: "%(count)s files that the tenant's rows name are also named by rows that stay, and stay with "
    "them. For example %(examples)s.",
    FileCode.UNSAFE: "%(count)s paths that the tenant's rows name cannot be files of the store. For example "
    "%(examples)s.",
    FileCode.REPLICATED: "The bucket copies its objects to %(target)s. What is deleted here stays there.",
    FileCode.LOCKS_UNKNOWN: "Whether objects of %(bucket)s are locked could not be learnt: %(reason)s",
}
"""What each code says, in English and with the facts' names; whoever shows it translates the template."""
