"""nginx as its users run it, with the lines of exports/README.md, in the foreground and on a port of its own."""

from __future__ import annotations

import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.servers.ground import free_port, wait_until_answers

README = Path(settings.BASE_DIR) / "exports" / "README.md"
FRAME = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; types {{}} default_type application/octet-stream;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; {lines} }}
}}
"""


def lines_of_the_readme():
    """What it tells people to write into nginx's configuration."""
    return re.search(r"```nginx\n(.*?)```", README.read_text(), re.S)[1]


@contextmanager
def nginx(program, application, packages, folder):
    """The address of nginx before the application at ``application``."""
    port = free_port()
    lines = lines_of_the_readme()
    for told, real in (("http://127.0.0.1:8000", application), ("/srv/exports/", f"{packages}/")):
        assert lines.count(told) == 1
        lines = lines.replace(told, real)
    written = folder / "nginx.conf"
    written.write_text(FRAME.format(folder=folder, port=port, lines=lines))
    process = subprocess.Popen([program, "-c", str(written), "-e", str(folder / "error.log")])
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_answers(f"{address}/help/leaving/")
        yield address
    finally:
        process.terminate()
        process.wait(30)
