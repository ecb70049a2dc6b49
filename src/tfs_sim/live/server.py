"""The server of a scenario that is watched: for this machine alone, with nothing from elsewhere.

Solara's own server would listen to any page that a browser on this machine has open, fetch what it lacks from a
network of others, and report that it was started. Here every request is looked at first: it must be meant for this
address and come from it, and files are served from what is installed alone.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import tempfile
import threading
import warnings
import webbrowser
from collections.abc import Awaitable, Callable, MutableMapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfs_sim.scenario.errors import Mistake, UserError

if TYPE_CHECKING:
    from tfs_sim.scenario import Scenario

HOST = "127.0.0.1"
PORT = 8765
FILES = "/_solara/cdn/"
"""Where Solara serves the files of its page; what is not installed it would fetch."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def check_installed() -> None:
    """Refuse to begin without the extra that the page needs.

    Raises
    ------
    UserError
        with what to install.
    """
    missing = [name for name in ("solara", "altair", "uvicorn", "starlette") if find_spec(name) is None]
    if missing:
        said = f"watch needs the extra explore, of which {missing[0]} is not installed"
        raise UserError(Mistake(said, hint='pip install "tfs-sim[explore]"'))


def bound(port: int) -> socket.socket:
    """Return a socket that listens on this machine's own address.

    Parameters
    ----------
    port : 0: any that is free.

    Raises
    ------
    UserError
        where the port is taken, or not for this user.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would share the port with whoever has it
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            said, hint = f"port {port} of {HOST} is taken by another program", "--port 0 takes any that is free."
        elif error.errno in (errno.EACCES, errno.EPERM):
            said, hint = f"port {port} of {HOST} is not for this user", "Ports from 1024 on are for everybody."
        else:
            said, hint = f"port {port} of {HOST} cannot be used ({error.strerror})", "--port 0 takes any that is free."
        raise UserError(Mistake(said, hint=hint)) from None
    return listening


class Gate:
    """What stands before Solara: refuses what is not from this machine's own page, and files that are not here.

    Parameters
    ----------
    inside : the application of Solara.
    port : of this server.
    folder : where the files of the page are installed.
    """

    def __init__(self, inside: Any, port: int, folder: Path) -> None:
        self._inside, self._folder = inside, folder
        self._hosts = {f"{name}:{port}".encode("ascii") for name in (HOST, "localhost")}
        self._origins = {b"http://" + host for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        kind = scope["type"]
        if kind == "lifespan" or self._welcome(scope):
            await self._inside(scope, receive, send)
        elif kind == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        else:
            await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"There is nothing here."})

    def _welcome(self, scope: Scope) -> bool:
        sent = scope["headers"]
        hosts = [value for name, value in sent if name == b"host"]
        origins = [value for name, value in sent if name == b"origin"]
        if len(hosts) != 1 or hosts[0] not in self._hosts or any(each not in self._origins for each in origins):
            return False
        path = str(scope["path"])
        if scope["type"] == "websocket":
            return bool(origins)  # browsers always say it
        if path.startswith(FILES):
            wanted = (self._folder / path[len(FILES) :]).resolve()
            return wanted.is_relative_to(self._folder.resolve()) and wanted.is_file()
        return path != "/resourcez"  # Solara's account of itself


def serve(scenario: Scenario, seed: int, port: int, browser: bool, told: Callable[[str], object]) -> None:
    """Serve the page of a scenario until Ctrl-C.

    Parameters
    ----------
    scenario : what is watched.
    seed : which luck it begins with.
    port : of this machine's own address, 127.0.0.1; 0: any that is free.
    browser : whether to open the page in a browser, if there is one.
    told : called with the address once it answers.

    Raises
    ------
    UserError
        where the extra `explore` is not installed, or the port cannot be had.
    """
    check_installed()
    listening = bound(port)
    port = int(listening.getsockname()[1])
    address = f"http://{HOST}:{port}"
    with listening, tempfile.TemporaryDirectory(prefix="tfs-sim-") as home:
        inside, folder = _solara(home)
        from tfs_sim.live import page

        page.offer(scenario, seed)
        import uvicorn

        config = uvicorn.Config(
            Gate(inside, port, folder), log_config=None, log_level="error", access_log=False, lifespan="on",
            timeout_graceful_shutdown=1, server_header=False, proxy_headers=False,
        )  # fmt: skip
        server = uvicorn.Server(config)
        told(address)
        if browser:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        server.run(sockets=[listening])


def _solara(home: str) -> tuple[Any, Path]:
    """Return Solara's application and the folder of its files: without a network, without leaving anything behind."""
    os.environ.update(
        SOLARA_HOME=home,
        SOLARA_APP="tfs_sim.live.page",
        SOLARA_MODE="production",
        SOLARA_ASSETS_PROXY="True",
        SOLARA_TELEMETRY_MIXPANEL_ENABLE="False",
        SOLARA_THEME_SHOW_BANNER="False",
        SOLARA_THEME_TITLE="tfs-sim watch",
        SOLARA_ASSETS_FONTAWESOME_ENABLED="False",
    )
    warnings.filterwarnings("ignore", module=r"solara\.")  # of Mesa's hooks, and of cookies without https
    from solara.server import settings
    from solara.server.starlette import app

    return app, Path(settings.assets.proxy_cache_dir)
