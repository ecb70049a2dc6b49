"""A real browser without a screen, led by hand: Chromium over its DevTools protocol."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import connect


class Tab:
    """A tab: what it asked for, what it complained of, and what is on its page."""

    def __init__(self, wire: Any) -> None:
        self._wire, self._number, self._session = wire, 0, ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **params: Any) -> Any:
        """Send a command and return its result; note what happens meanwhile."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        self._wire.send(json.dumps(message | ({"sessionId": self._session} if self._session else {})))
        while True:
            answer = json.loads(self._wire.recv(timeout=60))
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]
            self._note(answer.get("method"), answer.get("params", {}))

    def _note(self, event: str, said: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif event == "Network.webSocketCreated":
            self.requests.append(said["url"])
        elif event == "Network.loadingFailed" and not said.get("canceled"):
            self.complaints.append(f"{said['errorText']} ({said['type']})")
        elif event == "Network.responseReceived" and said["response"]["status"] >= 400:
            self.complaints.append(f"{said['response']['status']} {said['response']['url']}")
        elif event == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["exceptionDetails"])[:500])
        elif event == "Runtime.consoleAPICalled" and said["type"] in ("error", "assert"):
            self.complaints.append(json.dumps(said["args"])[:500])
        elif event == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.complaints.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")

    def ask(self, expression: str) -> Any:
        """Return the value of an expression of JavaScript on the page."""
        found = self("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, (expression, found["exceptionDetails"])
        return found["result"].get("value")

    def until(self, expression: str, seconds: float = 60) -> Any:
        """Wait for an expression to be true of the page and return its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.ask(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"never came true: {expression}; {self.complaints}; {self.ask('document.body.innerText')}")

    def click(self, text: str) -> None:
        """Click the button with this text, as a mouse does."""
        button = (
            f"[...document.querySelectorAll('button')].find(b => b.innerText.trim().toUpperCase() === {text.upper()!r})"
        )
        self.until(f"!!({button}) && !({button}).disabled")
        x, y = self.ask(
            f"(() => {{ const b = {button}; b.scrollIntoView({{block: 'center'}}); const r = b.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def wide(self, width: int, height: int = 900) -> None:
        """Make the window as wide as a screen or a phone."""
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def picture(self, file: Path) -> None:
        """Write what is seen as a PNG file."""
        shot = self("Page.captureScreenshot", format="png", captureBeyondViewport=False)
        file.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browser(command: list[str], profile: Path) -> Iterator[Tab]:
    """Start a browser and give a tab of it."""
    more = ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen([*command, *more], stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            found = None
            for line in running.stderr:
                if found := re.search(r"DevTools listening on (ws://\S+)", line):
                    break
            assert found, "the browser did not start"
            with connect(found[1], max_size=None, compression=None) as wire:
                yield Tab(wire)
                with suppress(Exception):  # it is gone before it answers
                    wire.send(json.dumps({"id": 0, "method": "Browser.close"}))
        finally:
            running.kill()
