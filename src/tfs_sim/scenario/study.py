"""A folder to start from: a scenario and an experiment that run as they are, with comments that explain."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from tfs_sim.model.declared_metrics import PRIMARY
from tfs_sim.scenario import presets
from tfs_sim.scenario.characters import STEERING, shown
from tfs_sim.scenario.errors import Mistake, UserError, quote
from tfs_sim.scenario.fields import catalogue
from tfs_sim.scenario.reading import in_the_way
from tfs_sim.scenario.schema import Scenario

FLAGSHIP = "together-for-students"

_SCENARIO = """\
# {title}: my own variant of the ready-made scenario {flagship}.
# Only what differs from it stands here. To see what there is to change:
#   tfs-sim list interventions        tfs-sim explain turnover

extends = "{flagship}"
title = "{title}"
question = "What would I like to know?"

# How long the simulation lasts; the start stays as it is.
[clock]
months = {months}

# A community of your own is added with its own table; take the signs away to use it.
# [sites.riverton]
# students = 14_000
# poverty = 0.55                      # share of students in poverty
# organizations = {{ district = 1, nonprofit = 14, health = 3, business = 5 }}
# backbone = {{ fte = 1.5, lead = "United Way of Riverton" }}

# Parameters of the model, each as `tfs-sim explain MECHANISM` lists them.
# [parameters.MECHANISM]
# NAME = 0.28
"""

_EXPERIMENT = """\
# {title}: what do these interventions change?
# Run it with:  tfs-sim sweep {folder}/experiment.toml

title = "{title}"
question = "What do these interventions change?"
scenario = "scenario.toml"            # relative to this file, or the name of a ready-made one
sets = 20                             # sets of parameters, drawn from what is plausible: few, for a first look
replicates = 4                        # runs of each set, with luck of their own; findings need 100 sets of 8
seed = 1
against = "as-it-is"                  # every strategy is compared with this one, over the same luck

[strategies.as-it-is]                 # what the scenario does by itself
title = "As it is"
add = [{own}]

[strategies.with-more]
title = "With more"
extends = "as-it-is"
# What is added: bundles of the scenario, or names from `tfs-sim list interventions`; the funder pays for these.
# Who pays can be said: {{ use = "{first}", paid_by = "backbone" }} (`tfs-sim check` tells if it cannot).
add = [{additions}]

[outcomes]
primary = "{primary}"
also = [{also}]
"""


def new_study(folder: Path) -> tuple[Path, Path]:
    """Write a scenario and an experiment into a new or empty folder, both or neither.

    Returns
    -------
    The two files.

    Raises
    ------
    UserError
        if the folder holds something already, or cannot be written.
    """
    name = str(folder)
    if (there := in_the_way(folder)) is not None:
        raise UserError(Mistake(f"{quote(str(there), 500)} is a file, not a folder"))
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(
            Mistake(f"the folder {quote(name)} is not empty", hint="Choose a new folder; nothing is overwritten.")
        )
    texts = _texts(folder)
    target = folder.resolve()
    made: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        made.chmod(0o755)
        for file, text in texts.items():
            (made / file).write_text(text, encoding="utf-8", newline="\n")
        if target.is_dir():  # perhaps the folder that the user stands in: fill it, do not replace it
            _filled(target, made, list(texts))
        else:
            made.replace(target)
    except OSError as error:
        reason = error.strerror or "the folder cannot be written"
        raise UserError(Mistake(f"the folder {quote(name)} cannot be made: {reason}")) from None
    finally:
        if made is not None and made.exists():
            shutil.rmtree(made, ignore_errors=True)
    return folder / "scenario.toml", folder / "experiment.toml"


def _filled(target: Path, made: Path, names: list[str]) -> None:
    """Move files into a folder, all or none."""
    moved: list[Path] = []
    try:
        for name in names:
            moved.append((made / name).replace(target / name))
    except OSError:
        for path in moved:
            path.unlink(missing_ok=True)
        raise


def _texts(folder: Path) -> dict[str, str]:
    ready = presets.names("scenarios")
    if not ready:
        raise UserError(Mistake("there is no ready-made scenario to start from; the installation is not complete"))
    flagship = FLAGSHIP if FLAGSHIP in ready else ready[0]
    declarations = catalogue()
    wanted = ("procedure-manuals", "overlap", "transition-plan")
    known = [name for name in wanted if name in declarations.INTERVENTIONS] or list(declarations.INTERVENTIONS)[:1]
    metrics = list(declarations.METRICS)
    primary = PRIMARY if PRIMARY in metrics else metrics[0]
    also = [name for name in metrics if name != primary][:3]
    base = _base(flagship)
    facts = {
        "title": _title(folder.resolve().name),
        "folder": shown(folder.name) or ".",
        "flagship": flagship,
        "months": base.clock.months,
        "own": ", ".join(f'"{name}"' for name in base.strategy),
        "first": known[0],
        "additions": ", ".join(f'"{name}"' for name in known),
        "primary": primary,
        "also": ", ".join(f'"{name}"' for name in also),
    }
    return {"scenario.toml": _SCENARIO.format(**facts), "experiment.toml": _EXPERIMENT.format(**facts)}


def _base(name: str) -> Scenario:
    from tfs_sim.scenario.inheritance import load_scenario

    return load_scenario(name)


def _title(name: str) -> str:
    plain = re.sub(r"[\W_]+", " ", STEERING.sub(" ", name)).strip()
    return (plain[:1].upper() + plain[1:])[:100] or "My study"
