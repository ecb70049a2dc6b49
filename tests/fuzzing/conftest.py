"""Says at the end how many cases passed and how many were refused, where only these tests are run."""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counted: dict[str, int] = {}
    for report in terminalreporter.getreports("passed"):
        for name, number in report.user_properties:
            if report.when == "call" and name in ("passed", "refused"):
                counted[name] = counted.get(name, 0) + number
    if counted:
        said = ", ".join(f"{number:,} {name}" for name, number in counted.items())
        terminalreporter.write_line(f"Cases: {said}")
