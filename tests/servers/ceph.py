"""A real S3 server on loopback: Debian's Ceph object gateway over one monitor and one disk that lives in memory."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.servers.ground import Ground, ServerError, free_port

PROGRAMS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph", "ceph-authtool", "monmaptool")
_numbers = itertools.count(1)
_PATIENCE = 90.0

_CONFIGURATION = """
[global]
fsid = {fsid}
mon_host = v2:127.0.0.1:{port}
mon_initial_members = a
auth_cluster_required = cephx
auth_service_required = cephx
auth_client_required = cephx
keyring = {here}/$name.keyring
run_dir = {here}
pid_file =
admin_socket =
log_file = {here}/$name.log
mon_cluster_log_file = {here}/cluster.log
crash_dir = {here}
ms_bind_ipv6 = false
ms_bind_msgr1 = false
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
osd_crush_chooseleaf_type = 0
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
mon_data = {here}/mon
mon_data_avail_warn = 1
mon_data_avail_crit = 1
osd_data = {here}/osd
osd_objectstore = memstore
memstore_device_bytes = 2147483648
osd_max_object_name_len = 2048
osd_scrub_begin_hour = 0
rgw_data = {here}/rgw
rgw_frontends = beast endpoint=127.0.0.1:{gateway}
rgw_enable_gc_threads = false
rgw_enable_lc_threads = false
rgw_enable_quota_threads = false
rgw_run_sync_thread = false
rgw_dynamic_resharding = false
rgw_override_bucket_index_max_shards = 2
"""


class Ceph:
    """``endpoint`` is its URL; the rest is as in ``tests.servers.s3.S3``. Signatures, locks and XML are real."""

    keys = ("alicesaccesskey", "alicessecretkey")

    def __init__(self, found: Path) -> None:
        self.folder = found.parent
        self.ground = Ground("ceph", "ceph")
        self.here = self.ground.directory
        self.port, self.gateway = free_port(), free_port()
        self.endpoint = f"http://127.0.0.1:{self.gateway}"
        self.leader = 0
        self._family: list[subprocess.Popen[bytes]] = []
        text = _CONFIGURATION.format(here=self.here, fsid=uuid.uuid4(), port=self.port, gateway=self.gateway)
        (self.here / "ceph.conf").write_text(text)
        try:
            self._monitor()
            self._disk()
            self._gateway()
        except BaseException:
            self.close()
            raise

    def _program(self, name: str) -> str:
        beside = self.folder / name
        return str(beside if beside.exists() else name)

    def _run(self, program: str, *words: str) -> None:
        self.ground.run(self._program(program), "-c", str(self.here / "ceph.conf"), *words)

    def _ceph(self, *words: str) -> None:
        self._run("ceph", "--connect-timeout", "30", *words)

    def _serve(self, program: str, *words: str) -> None:
        """Starts a server of the family; the guard ends all of them as one group of processes."""
        with (self.here / "servers.log").open("ab") as log:
            process = subprocess.Popen(
                [self._program(program), "-f", "-c", str(self.here / "ceph.conf"), *words],
                cwd=self.here, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=self.leader,
                env={**os.environ, "LC_ALL": "C"}, **self.ground.identity(),
            )  # fmt: skip
        self._family.append(process)
        if not self.leader:
            self.leader = process.pid
            self.ground.pid_file.write_text(f"-{self.leader}\nSIGKILL")

    def _keyring(self, name: str, *rights: str) -> str:
        path = str(self.here / f"{name}.keyring")
        caps = [word for right in rights for word in ("--cap", *right.split("=", 1))]
        self.ground.run(self._program("ceph-authtool"), "--create-keyring", path, "--gen-key", "-n", name, *caps)
        return path

    def _monitor(self) -> None:
        admin = self._keyring("client.admin", "mon=allow *", "osd=allow *", "mgr=allow *")
        monitor = self._keyring("mon.", "mon=allow *")
        self.ground.run(self._program("ceph-authtool"), monitor, "--import-keyring", admin)
        text = (self.here / "ceph.conf").read_text()
        fsid = text.partition("fsid = ")[2].partition("\n")[0]
        monmap = str(self.here / "monmap")
        self.ground.run(
            self._program("monmaptool"),
            "--create",
            "--addv",
            "a",
            f"[v2:127.0.0.1:{self.port}]",
            "--fsid",
            fsid,
            monmap,
        )
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap, "--keyring", monitor)
        self._serve("ceph-mon", "-i", "a")

    def _disk(self) -> None:
        key = self._keyring("osd.0")
        number = str(uuid.uuid4())
        self._ceph("osd", "new", number)
        self._ceph("auth", "add", "osd.0", "mon", "allow profile osd", "osd", "allow *", "-i", key)
        self.ground.run("mkdir", "-p", str(self.here / "osd"), str(self.here / "rgw"))
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", number)
        self._serve("ceph-osd", "-i", "0")

    def _gateway(self) -> None:
        key = self._keyring("client.rgw", "mon=allow rwx", "osd=allow rwx")
        self._ceph("auth", "import", "-i", key)
        self._serve("radosgw", "-n", "client.rgw")
        access, secret = self.keys
        self._run(
            "radosgw-admin", "-n", "client.rgw", "user", "create", "--uid=alice", "--display-name=Alice",
            f"--access-key={access}", f"--secret-key={secret}",
        )  # fmt: skip
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                self.client().list_buckets()
            except (BotoCoreError, ClientError) as error:
                if time.monotonic() > deadline:
                    raise ServerError(f"The gateway does not answer ({error}):\n{self._log()}") from error
                time.sleep(0.2)
            else:
                return

    def _log(self) -> str:
        return (self.here / "servers.log").read_text(errors="replace")[-3000:]

    def client(self) -> Any:
        """A boto3 client of the server."""
        return boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id=self.keys[0], aws_secret_access_key=self.keys[1],
            region_name="us-east-1", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )  # fmt: skip

    def make_bucket(self, *, locked: bool = False) -> str:
        """Make a fresh, empty bucket and return its name."""
        name = f"bucket-{next(_numbers)}"
        self.client().create_bucket(Bucket=name, **({"ObjectLockEnabledForBucket": True} if locked else {}))
        return name

    def storage_url(self, bucket: str) -> str:
        """The bucket as a ``STORAGE_…_URL`` setting."""
        access, secret = self.keys
        host = urlsplit(self.endpoint).netloc
        return f"s3://{access}:{secret}@{host}/{bucket}?region=us-east-1&tls=no&addressing=path"

    def close(self) -> None:
        """Stop all of it and remove everything it wrote: there is nothing to be saved."""
        for process in self._family:
            process.kill()
            process.wait()
        self.ground.close()
