"""What every storage of ours needs: one kind of error wherever it lies, and folders that survive a power cut. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError


@contextmanager
def answering() -> Iterator[None]:
    """Whatever a storage raises when it cannot be reached or refuses is an ``OSError``, also where it is S3."""
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise OSError(str(error)) from error


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable, as ``fsync`` does for a file's content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
