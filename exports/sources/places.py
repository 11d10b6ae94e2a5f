"""Where a platform keeps files: a file system, S3, or any other of Django's storages, behind one small contract.

Names are taken exactly as they are stored; ``/`` separates folders.
"""

from __future__ import annotations

import errno
import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from django.core.files.storage import FileSystemStorage, Storage

CHUNK = 1024 * 1024
Problem = Callable[[str, str], None]
"""Called with the path and the reason of something found that is not listed as a file."""

_GONE = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}
_CLOSED = {
    errno.ELOOP: "a symbolic link; it is not followed",
    errno.EACCES: "may not be read (permission denied)",
    errno.EPERM: "may not be read (permission denied)",
    errno.ENAMETOOLONG: "no such file (the name is too long)",
}


class FileVanished(Exception):  # noqa: N818 - an event more than an error
    """The file is not there, or cannot be had; ``str()`` says why."""


class FileChanged(Exception):  # noqa: N818
    """The file was changed while it was being read: what was read is of no use. Trying again may help."""


class OpenFile(Protocol):
    """A file open for one reading from start to end."""

    size: int

    def chunks(self) -> Iterator[bytes]:
        """All bytes, exactly ``size``; raises ``FileChanged`` at the end when they are not one state of the file."""


class Place(ABC):
    """One storage of the platform. Raises ``OSError`` when it cannot be reached."""

    at_once = 1
    """How many ``size`` calls may run in threads at the same time."""

    def reach(self) -> None:
        """Raises ``OSError`` when the place as a whole is not there, so that its files are not all called missing."""
        return

    @abstractmethod
    def list(self, prefix: str, problem: Problem) -> Iterator[tuple[str, int]]:
        """Path and size of every file whose name starts with ``prefix``, sorted folder by folder."""

    @abstractmethod
    def size(self, path: str) -> int:
        """Bytes of one file; raises ``FileVanished``."""

    @abstractmethod
    def open(self, path: str) -> AbstractContextManager[OpenFile]:
        """Raises ``FileVanished``."""


def place(storage: Storage) -> Place:
    """The place behind one of Django's storages."""
    if isinstance(storage, FileSystemStorage):
        return FileSystemPlace(Path(storage.base_location))
    if hasattr(storage, "bucket_name") and hasattr(storage, "connection"):
        from exports.sources.s3 import S3Place

        return S3Place(storage)
    return StoragePlace(storage)


def unsafe(path: str) -> str:
    """Why a path cannot name a file inside a place; '' when it can."""
    if not path or "\x00" in path:
        return "not a file name"
    if path.startswith("/"):
        return "an absolute path, which leads out of the store"
    if ".." in path.split("/"):
        return "a path with '..', which may lead out of the store"
    return ""


class FileSystemPlace(Place):
    """A folder. Symbolic links are reported and never followed, since they can lead to other tenants' files."""

    def __init__(self, base: Path) -> None:
        self.base = base.resolve()

    def reach(self) -> None:
        if not self.base.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the folder of the file store is not there (is it mounted?)")

    def list(self, prefix: str, problem: Problem) -> Iterator[tuple[str, int]]:
        self.reach()
        folder, _, start = prefix.rpartition("/")
        here, crossed = self.base, ""
        for name in folder.split("/") if folder else ():
            here, crossed = here / name, f"{crossed}/{name}".lstrip("/")
            if here.is_symlink():
                problem(crossed, _CLOSED[errno.ELOOP])
                return
        if here.is_dir():
            yield from self._walk(here, f"{folder}/" if folder else "", start, problem)

    def _walk(self, folder: Path, path: str, start: str, problem: Problem) -> Iterator[tuple[str, int]]:
        for name in sorted(_names(folder)):
            if not name.startswith(start):
                continue
            try:
                status = (folder / name).lstat()
            except FileNotFoundError:
                problem(path + name, "vanished while the files were being listed")
                continue
            if stat.S_ISDIR(status.st_mode):
                yield from self._walk(folder / name, f"{path}{name}/", "", problem)
            elif stat.S_ISREG(status.st_mode):
                yield path + name, status.st_size
            else:
                problem(path + name, _special(status))

    def size(self, path: str) -> int:
        try:
            status = self._inside(path).lstat()
        except OSError as error:
            self.reach()
            raise _vanished(error) from error
        if not stat.S_ISREG(status.st_mode):
            raise FileVanished(_special(status))
        return status.st_size

    @contextmanager
    def open(self, path: str) -> Iterator[OpenFile]:
        """A file that is deleted or replaced after it was opened is still read whole: the state of the opening."""
        try:
            number = os.open(self._inside(path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            self.reach()
            raise _vanished(error) from error
        try:
            status = os.fstat(number)
            if not stat.S_ISREG(status.st_mode):
                raise FileVanished(_special(status))
            yield _LocalFile(number, status)
        finally:
            os.close(number)

    def _inside(self, path: str) -> Path:
        if reason := unsafe(path):
            raise FileVanished(reason)
        folder = self.base / path.rpartition("/")[0]
        if folder.resolve() != folder:
            raise FileVanished("leads through a symbolic link; it is not followed")
        return self.base / path


class _LocalFile:
    def __init__(self, number: int, status: os.stat_result) -> None:
        self.size = status.st_size
        self._number = number
        self._status = status

    def chunks(self) -> Iterator[bytes]:
        os.posix_fadvise(self._number, 0, 0, os.POSIX_FADV_SEQUENTIAL)
        seen = 0
        while data := self._read():
            seen += len(data)
            if seen > self.size:
                raise FileChanged(f"grew beyond its {self.size} bytes while it was being read")
            yield data
        after = os.fstat(self._number)
        if seen != self.size:
            raise FileChanged(f"had {self.size} bytes when it was opened, but {seen} could be read")
        if (after.st_size, after.st_mtime_ns) != (self._status.st_size, self._status.st_mtime_ns):
            raise FileChanged("was written to while it was being read")

    def _read(self) -> bytes:
        try:
            return os.read(self._number, CHUNK)
        except OSError as error:
            raise _vanished(error) from error


class StoragePlace(Place):
    """Any other storage, through Django's contract alone."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def list(self, prefix: str, problem: Problem) -> Iterator[tuple[str, int]]:
        folder, _, start = prefix.rpartition("/")
        if not folder or self.storage.exists(folder):
            yield from self._walk(folder, start, problem)

    def _walk(self, folder: str, start: str, problem: Problem) -> Iterator[tuple[str, int]]:
        folders, files = self.storage.listdir(folder)
        path = f"{folder}/" if folder else ""
        inner = {name for name in folders if name.startswith(start)}
        for name in sorted(inner | {name for name in files if name.startswith(start)}):
            if name in inner:
                yield from self._walk(path + name, "", problem)
                continue
            try:
                yield path + name, self.size(path + name)
            except FileVanished as error:
                problem(path + name, str(error))

    def size(self, path: str) -> int:
        if reason := unsafe(path):
            raise FileVanished(reason)
        try:
            return self.storage.size(path)
        except OSError as error:
            raise _vanished(error) from error

    @contextmanager
    def open(self, path: str) -> Iterator[OpenFile]:
        size = self.size(path)
        try:
            file = self.storage.open(path, "rb")
        except OSError as error:
            raise _vanished(error) from error
        with file:
            yield _StoredFile(self, path, size, file)


class _StoredFile:
    def __init__(self, place: StoragePlace, path: str, size: int, file: Any) -> None:
        self.size = size
        self._place, self._path, self._file = place, path, file
        self._changed = self._modified()

    def chunks(self) -> Iterator[bytes]:
        seen = 0
        for data in self._file.chunks(CHUNK):
            seen += len(data)
            if seen > self.size:
                raise FileChanged(f"grew beyond its {self.size} bytes while it was being read")
            yield data
        if seen != self.size:
            raise FileChanged(f"had {self.size} bytes when it was opened, but {seen} could be read")
        if self._place.size(self._path) != self.size or self._modified() != self._changed:
            raise FileChanged("was written to while it was being read")

    def _modified(self) -> object:
        try:
            return self._place.storage.get_modified_time(self._path)
        except NotImplementedError:
            return None


def _names(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry.name


def _vanished(error: OSError) -> Exception:
    """A single file that cannot be had, as ``FileVanished``; a store in trouble stays an ``OSError``."""
    if error.errno in _GONE or isinstance(error, FileNotFoundError | NotADirectoryError | FileExistsError):
        return FileVanished("no such file")
    if error.errno in _CLOSED:
        return FileVanished(_CLOSED[error.errno])
    return error


def _special(status: os.stat_result) -> str:
    if stat.S_ISLNK(status.st_mode):
        return _CLOSED[errno.ELOOP]
    return "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
