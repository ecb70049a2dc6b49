"""`tfs-sim explain`: what a name means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tfs_sim.cli.explaining import arrays, calibration, declared, month, rules
from tfs_sim.cli.explaining.words import about, sentence
from tfs_sim.model.declare import Parameter

PAGES: dict[str, Callable[[], str]] = {
    "calibration": calibration.figures,
    "month": month.month,
    "plausible": rules.plausible,
    "when": rules.rule,
}
"""What is explained beside what the catalogue, the arrays and the glossary name."""


def explained(name: str, with_arrays: bool = False, everything: bool = False) -> str:
    """Return what `name` means: of a word of the glossary its sentence alone, of any other name everything.

    Parameters
    ----------
    with_arrays : adds to the month what steps read and write.
    everything : of a word too everything: its source, and the mechanism, metric or arrays of that name.

    Raises
    ------
    UserError
        With the nearest name, when there is nothing of that name, or when arrays are asked for beside the month.
    """
    from tfs_sim.cli import ensembles
    from tfs_sim.literature.glossary import word
    from tfs_sim.scenario.errors import Mistake, UserError, quote

    wanted = name.strip().lower()
    if wanted.endswith(".json") or wanted in ensembles.shipped():
        return ensembles.explained(Path(name.strip()))
    if with_arrays:
        if wanted != "month":
            message = f"--arrays goes with month alone, not with {quote(name)}"
            raise UserError(Mistake(message, hint="tfs-sim explain NAME  says of an array which steps use it."))
        return month.month(with_arrays=True)
    if wanted in PAGES:
        return PAGES[wanted]()
    meant = word(wanted)
    if meant and not everything:  # who asks for a word wants a sentence, not the pages of the engine
        return sentence(meant, name.strip(), _kinds(wanted))
    found = [*([about(meant)] if meant else []), *(page() for _, page in _found(wanted))]
    if not found:
        raise _unknown(name.strip())
    return "\n\n".join(found)


def _kinds(name: str) -> list[str]:
    """Return what else there is of a name, in words: "mechanism", "arrays"."""
    kinds = [kind for kind, _ in _found(name)]
    return [f"{kind}s" if kinds.count(kind) > 1 else kind for kind in dict.fromkeys(kinds)]


def _found(name: str) -> Iterator[tuple[str, Callable[[], str]]]:
    """Yield what the catalogue and the arrays have of a name: its kind, and its page when that is asked for."""
    from tfs_sim.model.catalogue import INTERVENTIONS, MECHANISMS, METRICS, SHOCKS
    from tfs_sim.model.uses import called

    if name in MECHANISMS:
        yield "mechanism", partial(declared.mechanism, MECHANISMS[name])
    if name in INTERVENTIONS:
        yield "intervention", partial(declared.intervention, INTERVENTIONS[name])
    if name in SHOCKS:
        yield "shock", partial(declared.shock, SHOCKS[name])
    if name in METRICS:
        yield "metric", partial(declared.metric, METRICS[name])
    for full, each in parameters().items():
        if name in {full, full.partition(".")[2]}:
            yield "parameter", partial(declared.parameter, full, each)
    for array in called(name):
        yield "array", partial(arrays.array, array)


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
