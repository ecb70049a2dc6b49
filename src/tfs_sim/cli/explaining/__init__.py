"""`tfs-sim explain`: what a name means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tfs_sim.cli.explaining import arrays, declared, month, rules
from tfs_sim.cli.explaining.words import about
from tfs_sim.model.declare import Parameter

PAGES: dict[str, Callable[[], str]] = {"month": month.month, "plausible": rules.plausible, "when": rules.rule}
"""What is explained beside what the catalogue, the arrays and the glossary name."""


def explained(name: str, with_arrays: bool = False) -> str:
    """Return what `name` means: everything of that name; `with_arrays` adds to the month what steps read and write.

    Raises
    ------
    UserError
        With the nearest name, when there is nothing of that name, or when arrays are asked for beside the month.
    """
    from tfs_sim.cli import ensembles
    from tfs_sim.scenario.errors import Mistake, UserError, quote

    wanted = name.strip().lower()
    if wanted.endswith(".json") or wanted in ensembles.shipped():
        return ensembles.explained(Path(name.strip()))
    if with_arrays:
        if wanted != "month":
            message = f"--arrays goes with month alone, not with {quote(name)}"
            raise UserError(Mistake(message, hint="tfs-sim explain NAME  says of an array which steps use it."))
        return month.month(with_arrays=True)
    found = [PAGES[wanted]()] if wanted in PAGES else list(_found(wanted))
    if not found:
        raise _unknown(name.strip())
    return "\n\n".join(found)


def _found(name: str) -> Iterator[str]:
    from tfs_sim.literature.glossary import word
    from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS
    from tfs_sim.model.uses import called

    if name in MECHANISMS:
        yield declared.mechanism(MECHANISMS[name])
    if name in INTERVENTIONS:
        yield declared.intervention(INTERVENTIONS[name])
    if name in SHOCKS:
        yield declared.shock(SHOCKS[name])
    if name in METRICS:
        yield declared.metric(METRICS[name])
    for full, each in parameters().items():
        if name in {full, full.partition(".")[2]}:
            yield declared.parameter(full, each)
    if meant := word(name):  # before arrays: who asks for a word wants a sentence, not first the arrays of that name
        yield about(meant)
    for array in called(name):
        yield arrays.array(array)


def parameters() -> dict[str, Parameter]:
    """Return every parameter of the model by its full name, "turnover.rate_nonprofit"."""
    from tfs_sim.model.catalogue import MECHANISMS
    from tfs_sim.model.declare import specification

    return {
        f"{mechanism.name}.{name}": each
        for mechanism in MECHANISMS.values()
        for name, each in specification(mechanism.parameters).items()
    }


def _unknown(name: str) -> Exception:
    from tfs_sim.literature.glossary import names as words
    from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS
    from tfs_sim.model.uses import ADDRESSES
    from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

    names = [*MECHANISMS, *INTERVENTIONS, *SHOCKS, *METRICS, *PAGES, *parameters(), *words(), *ADDRESSES]
    short = {full.partition(".")[2]: full for full in (*parameters(), *ADDRESSES)}
    meant = nearest(name, names) or short.get(nearest(name, short), "")
    hint = "tfs-sim list mechanisms|interventions|shocks|metrics|parameters|words  shows what there is."
    return UserError(Mistake(f"there is nothing called {quote(name)}", suggestion=meant, hint=hint))
