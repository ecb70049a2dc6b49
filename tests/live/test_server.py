"""What stands before Solara: requests of this machine's own page alone, and files that are installed alone."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tfs_sim.live import server
from tfs_sim.live.server import HOST, Gate, bound, check_installed
from tfs_sim.scenario.errors import UserError

OWN = [(b"host", b"127.0.0.1:8765")]
ORIGIN = [(b"origin", b"http://127.0.0.1:8765")]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    (tmp_path / "files" / "app").mkdir(parents=True)
    (tmp_path / "files" / "app" / "main.js").write_text("0")
    (tmp_path / "secret.txt").write_text("0")

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "inside"})

    return Gate(inside, 8765, tmp_path / "files")


def asked(gate: Gate, path: str = "/", headers: list[tuple[bytes, bytes]] = OWN, kind: str = "http") -> list[Any]:
    """Return what is answered: "inside" where the request is passed on, else the status."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    asyncio.run(gate({"type": kind, "path": path, "headers": headers}, receive, send))
    return [each.get("status", each.get("code", each["type"])) for each in sent][:1]


def test_the_page_itself_is_let_in(gate: Gate) -> None:
    assert asked(gate) == ["inside"]
    assert asked(gate, headers=[(b"host", b"localhost:8765")]) == ["inside"]
    assert asked(gate, headers=OWN + ORIGIN) == ["inside"]
    assert asked(gate, headers=OWN + ORIGIN, kind="websocket") == ["inside"]
    assert asked(gate, kind="lifespan") == ["inside"]


@pytest.mark.parametrize(
    "headers",
    [
        [(b"host", b"evil.example")],  # a name that leads here
        [(b"host", b"evil.example:8765")],
        [(b"host", b"127.0.0.1:1")],
        [],
        [*OWN, (b"host", b"evil.example")],
        [*OWN, (b"origin", b"http://evil.example")],
        [*OWN, (b"origin", b"null")],
        [*OWN, *ORIGIN, (b"origin", b"http://evil.example")],
    ],
)
@pytest.mark.parametrize(("kind", "refused"), [("http", 404), ("websocket", 1008)])
def test_other_pages_are_not(gate: Gate, headers: list[tuple[bytes, bytes]], kind: str, refused: int) -> None:
    assert asked(gate, headers=headers, kind=kind) == [refused]


def test_a_channel_must_say_where_it_comes_from(gate: Gate) -> None:
    assert asked(gate, kind="websocket") == [1008]


@pytest.mark.parametrize("path", ["nowhere.js", "app", "", "../secret.txt", "app/../../secret.txt", "app/none.css"])
def test_what_is_not_installed_is_fetched_from_nowhere(gate: Gate, path: str) -> None:
    assert asked(gate, f"/_solara/cdn/{path}") == [404]
    assert asked(gate, "/_solara/cdn/app/main.js") == ["inside"]


def test_a_taken_port_is_told() -> None:
    with bound(0) as first:
        port = first.getsockname()[1]
        assert first.getsockname()[0] == HOST == "127.0.0.1"
        with pytest.raises(UserError, match=f"port {port} of 127.0.0.1 is taken by another program"):
            bound(port)
    with bound(port), socket.create_connection((HOST, port), timeout=5):
        pass  # it is free again


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None if name == "solara" else object())
    with pytest.raises(UserError, match="watch needs the extra explore, of which solara is not installed") as told:
        check_installed()
    assert 'pip install "tfs-sim[explore]"' in told.value.render()
