"""A folder. Symbolic links are never followed, whoever puts them where: every step goes from one open folder to the
next, and a name that is a link is removed as a name."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from retention.erasers.file_codes import FileCode
from retention.erasers.file_findings import Problem, shown
from retention.erasers.findings import BusyError, EraserError, Refusal, RefusedError
from retention.erasers.places.mounts import mounts_below
from retention.erasers.places.place import Entry, ErasingPlace, Kind, Lock, Outcome

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
_NOT_EMPTY = {errno.ENOTEMPTY, errno.EEXIST}
_MOST_HINDERED = 100
_SPECIAL = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


@dataclass
class _Listed:
    """A folder that is being listed; ``path`` ends with ``/``, or is '' for the base."""

    path: str
    number: int
    begin: str = ""
    seen: int = 0

    def __post_init__(self) -> None:
        self.names = os.scandir(self.number)

    def close(self) -> None:
        self.names.close()
        os.close(self.number)


class FileSystemPlace(ErasingPlace):
    """Everything below ``base``. A mount that is missing is no empty folder: see ``reach`` and ``same``."""

    name = "file system"
    one_spelling = False

    def __init__(self, base: Path) -> None:
        self.base = base.resolve()

    def reach(self) -> None:
        try:
            with os.scandir(self.base) as names:
                next(names, None)
        except OSError as error:
            if error.errno not in _ABSENT | _DENIED:
                raise BusyError(f"The file store cannot be read: {error.strerror}") from error
            raise RefusedError((Refusal(FileCode.STORE_GONE, {"reason": error.strerror or str(error)}),)) from error

    def identity(self) -> str:
        status = self.base.stat()
        return f"{status.st_dev}:{status.st_ino}"

    def same(self, before: str) -> bool:
        """A disk mounted anew may have another number but has the same root; a folder restored has another inode."""
        self.reach()
        pairs = zip(self.identity().split(":"), before.split(":"), strict=False)
        return not before or any(now == then for now, then in pairs)

    def empty(self) -> bool:
        with os.scandir(self.base) as names:
            return all(entry.name == "lost+found" for entry in names)

    def survey(self, prefix: str) -> tuple[list[Refusal], list[Problem]]:
        refusals = [Refusal(FileCode.MOUNT, {"path": shown(path)}) for path in mounts_below(self.base, prefix)]
        folder = prefix.rpartition("/")[0]
        try:
            if (number := self._folder(folder)) is not None:
                os.close(number)
                refusals += self._unwritable(_parent(folder))
        except RefusedError as error:
            refusals += error.refusals
        return refusals, []

    def _unwritable(self, folder: str) -> list[Refusal]:
        """Whether the tenant's own folder cannot be removed from the one it lies in."""
        number = self._folder(folder)
        if number is None:
            return []
        try:
            may = _may_write(number)
        finally:
            os.close(number)
        return [] if may else [Refusal(FileCode.FORBIDDEN, {"path": shown(f"{folder}/"), "reason": _may_not()})]

    def close(self) -> None:
        pass

    # Listing

    def entries(self, prefix: str, *, hindered: list[Refusal] | None = None) -> Iterator[Entry]:
        self.reach()
        folder, _, begin = prefix.rpartition("/")
        number = self._folder(folder)
        if number is None:
            return
        walk = [_Listed(f"{folder}/" if folder else "", number, begin)]
        try:
            while walk:
                here = walk[-1]
                with _told(here.path):
                    entry = next(here.names, None)
                if entry is None:
                    walk.pop().close()
                    if here.path and not here.begin:
                        yield Entry(here.path, Kind.FOLDER, here.seen)
                elif entry.name.startswith(here.begin):
                    here.seen += 1
                    yield from self._entry(walk, here, entry.name, hindered)
        finally:
            for here in walk:
                here.close()

    def _entry(self, walk: list[_Listed], here: _Listed, name: str, hindered: list[Refusal] | None) -> Iterator[Entry]:
        """What a name stands for; a folder is put on the walk."""
        path = here.path + name
        try:
            status = os.stat(name, dir_fd=here.number, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                walk.append(_Listed(f"{path}/", os.open(name, _FOLDER, dir_fd=here.number)))
            elif stat.S_ISREG(status.st_mode):
                yield Entry(path, Kind.FILE, status.st_size, links=status.st_nlink)
            elif stat.S_ISLNK(status.st_mode):
                yield Entry(path, Kind.LINK, version=os.readlink(name, dir_fd=here.number))
            else:
                kind = _SPECIAL.get(stat.S_IFMT(status.st_mode), "no regular file")
                _hinder(hindered, Refusal(FileCode.SPECIAL, {"path": shown(path), "kind": kind}))
            if hindered is not None and here.seen == 1 and not _may_write(here.number):
                _hinder(hindered, Refusal(FileCode.FORBIDDEN, {"path": shown(here.path), "reason": _may_not()}))
        except OSError as error:
            if error.errno in _DENIED:
                facts = {"prefix": shown(f"{path}/"), "reason": error.strerror or str(error)}
                _hinder(hindered, Refusal(FileCode.NOT_LISTED, facts))
            elif error.errno not in _ABSENT:  # what vanished or was replaced is met by the next listing
                raise _trouble(path, error) from error

    def exactly(self, path: str) -> list[Entry]:
        self.reach()
        parts = [part for part in path.split("/") if part not in ("", ".")]
        number = self._folder("/".join(parts[:-1])) if parts else None
        if number is None:
            return []
        here = _Listed("/".join([*parts[:-1], ""]), number)
        walk = [here]
        try:
            found = list(self._entry(walk, here, parts[-1], None))
        finally:
            for listed in walk:
                listed.close()
        return [entry._replace(path=path) for entry in found]

    def locks(self, entries: Sequence[Entry]) -> dict[Entry, Lock]:
        return {}

    # Deleting

    def delete(self, entries: Sequence[Entry]) -> Outcome:
        objects = size = 0
        failed: dict[Entry, str] = {}
        for folder, group in groupby(entries, key=lambda entry: _parent(entry.path)):
            number = self._folder(folder)
            if number is None:
                continue
            try:
                for entry in group:
                    if reason := self._remove(entry, number):
                        failed[entry] = reason
                    elif reason is None and entry.kind is not Kind.FOLDER:
                        objects, size = objects + 1, size + entry.size
                _sync(number, folder)
            finally:
                os.close(number)
        return Outcome(objects, size, failed)

    def _remove(self, entry: Entry, number: int) -> str | None:
        """None when it went, '' when it was not there or is not for removing any more, else why it would not."""
        name = entry.path.rstrip("/").rpartition("/")[2]
        try:
            if entry.kind is Kind.FOLDER:
                os.rmdir(name, dir_fd=number)
            else:
                os.unlink(name, dir_fd=number)
        except OSError as error:
            if error.errno in _ABSENT | _NOT_EMPTY | {errno.EISDIR}:
                return ""
            if error.errno == errno.EBUSY or error.errno in _DENIED:
                return error.strerror or str(error)
            raise _trouble(entry.path, error) from error
        return None

    def _folder(self, path: str) -> int | None:
        """The folder, open; None where there is none. Raises ``RefusedError`` where the way leads over a link."""
        try:
            number = os.open(self.base, _FOLDER)
        except OSError as error:
            raise RefusedError((Refusal(FileCode.STORE_GONE, {"reason": error.strerror or ""}),)) from error
        crossed: list[str] = []
        for name in [part for part in path.split("/") if part not in ("", ".")]:
            crossed.append(name)
            try:
                inner = os.open(name, _FOLDER, dir_fd=number)
            except OSError as error:
                self._no_folder("/".join(crossed), error)
                return None
            finally:
                os.close(number)
            number = inner
        return number

    def _no_folder(self, path: str, error: OSError) -> None:
        if error.errno in _DENIED:
            facts = {"prefix": shown(path), "reason": error.strerror or str(error)}
            raise RefusedError((Refusal(FileCode.NOT_LISTED, facts),)) from error
        if error.errno not in _ABSENT:
            raise _trouble(path, error) from error
        status = self.base / path
        if status.is_symlink():
            facts = {"path": shown(path), "target": shown(str(status.readlink()))}
            raise RefusedError((Refusal(FileCode.LINKED_FOLDER, facts),)) from error


def _parent(path: str) -> str:
    return path.rstrip("/").rpartition("/")[0]


def _hinder(hindered: list[Refusal] | None, refusal: Refusal) -> None:
    if hindered is None:
        raise RefusedError((refusal,))
    if len(hindered) < _MOST_HINDERED and refusal not in hindered:
        hindered.append(refusal)


def _may_write(number: int) -> bool:
    return os.access(".", os.W_OK | os.X_OK, dir_fd=number, effective_ids=True)


def _may_not() -> str:
    return os.strerror(errno.EACCES)


def _sync(number: int, path: str) -> None:
    """Makes the removal of names durable; some network file systems cannot, and keep no names to lose."""
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EROFS):
            raise _trouble(path, error) from error


def _trouble(path: str, error: OSError) -> EraserError:
    return BusyError(f"{shown(path) or 'The file store'}: {error.strerror or error}")


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _trouble(path, error) from error
