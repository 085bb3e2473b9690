"""Debian's nginx with the project's own configuration, in front of services that run on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.run.environment import PROJECT
from deploy.run.ports import free_port, is_free
from deploy.run.system import wait_for

AS_DEPLOYED = (PROJECT / "deploy" / "nginx" / "nginx.conf", PROJECT / "deploy" / "nginx" / "site.conf")


def installed() -> str | None:
    """Where nginx is on this machine, if it is."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def configured(
    folder: Path, site: Path, service: str, port: int, configuration: tuple[Path, ...], resolver: str = ""
) -> Path:
    """The configuration's first file with this machine's places for the containers' and nothing else changed.

    The services are all at `service` (host:port); with a `resolver` (host:port) they keep their names, and the port.
    """
    at = f"$service:{service.rpartition(':')[2]}" if resolver else service
    publish = f"publish:{service.rpartition(':')[2]}" if resolver else service
    places = {
        "/etc/nginx/site.conf": str(folder / "site.conf"),
        "/srv/site": str(site),
        "/tmp/": f"{folder}/",
        "/dev/stdout": str(folder / "access.log"),
        "/dev/stderr": str(folder / "error.log"),
        "listen 8080": f"listen 127.0.0.1:{port}",
        "$service:8000": at,
        "publish:8000": publish,
        **({"resolver 127.0.0.11": f"resolver {resolver}"} if resolver else {}),
    }
    words = {path.name: path.read_text() for path in configuration}
    gone = [there for there in places if not any(there in each for each in words.values())]
    assert gone == [] or configuration != AS_DEPLOYED, "the configuration no longer says this"
    pattern = re.compile("|".join(map(re.escape, places)))
    for name, each in words.items():
        (folder / name).write_text(pattern.sub(lambda found: places[found[0]], each))
    return folder / configuration[0].name


@contextmanager
def nginx(
    folder: Path, site: Path, service: str, configuration: tuple[Path, ...] = AS_DEPLOYED, resolver: str = ""
) -> Iterator[str]:
    """The address of an nginx over `site` and the services at `service` (host:port); stopped at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    path = configured(folder, site, service, port, configuration, resolver)
    # The workers may read what the tests' user made; no file of Debian's own set-up is touched.
    user = "user root; " if os.geteuid() == 0 else ""
    command = [str(installed()), "-c", str(path), "-p", str(folder), "-g", f"{user}daemon off;"]
    said = folder / "said.log"
    with said.open("wb") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        wait_for(lambda: process.poll() is not None or not is_free(port), "nginx to answer")
        assert process.poll() is None, said.read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
