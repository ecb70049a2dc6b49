"""A sweep's results with all that can be asked of them: findings, comparisons, figures, the report."""

from __future__ import annotations

import html
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

from tfs_sim.analysis.compare import Comparison
from tfs_sim.analysis.compare import compare as compared
from tfs_sim.analysis.findings import Finding
from tfs_sim.analysis.outcomes import arm
from tfs_sim.analysis.stored import Stored
from tfs_sim.analysis.windows import DERIVED
from tfs_sim.experiments.execution import runner
from tfs_sim.experiments.storage import stored
from tfs_sim.report.short import Short, short
from tfs_sim.scenario.characters import printable
from tfs_sim.scenario.errors import Mistake, UserError, nearest, quote

if TYPE_CHECKING:
    from tfs_sim.figures.style import Chart

P = ParamSpec("P")


class Findings(tuple[Finding, ...]):
    """The answer to an experiment's question and the findings beside it, in order; prints as numbered sentences."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(f"{n}. {each}" for n, each in enumerate(self, start=1))

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return f"<ol>{''.join(f'<li>{html.escape(str(each))}</li>' for each in self)}</ol>"


@dataclass(frozen=True, repr=False)
class Answer(Short):
    """The answer in short: a verdict, questions with their answers, and what is not claimed; prints as these lines.

    Attributes
    ----------
    verdict : the answer in a sentence.
    lines : questions (`asked`) and answers (`said`), in the order in which they are read.
    caveat : what is not claimed: what stands out of it, and the rest.
    data : columns asked, what, of, value, low, high, unit: the numbers that are said, unrounded.
    """

    def __repr__(self) -> str:
        parts = [self.verdict, *(f"{line.asked}\n    {line.said}" for line in self.lines)]
        return printable("\n\n".join([*parts, "\n".join(part for part in self.caveat if part)]))

    def _repr_html_(self) -> str:
        rows = (f"<dt>{html.escape(each.asked)}</dt><dd>{html.escape(each.said)}</dd>" for each in self.lines)
        caveat = html.escape(" ".join(self.caveat).strip())
        return f"<p><b>{html.escape(self.verdict)}</b></p><dl>{''.join(rows)}</dl><p>{caveat}</p>"


class Figures(Mapping[str, "Chart"]):
    """The figures that a sweep has the data for, by name, in the order of the report; drawn when one is asked for."""

    def __init__(self, results: Stored) -> None:
        self._results = results

    @cached_property
    def _drawn(self) -> dict[str, Chart]:
        from tfs_sim.figures.charts import charts

        return charts(self._results)

    def __getitem__(self, name: str) -> Chart:
        if name not in self._drawn:
            near = nearest(name, list(self._drawn))
            meant = f"; did you mean {quote(near)}?" if near else f"; there are {', '.join(self._drawn)}"
            raise KeyError(f"there is no figure {quote(name)}{meant}")
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawn)

    def __len__(self) -> int:
        return len(self._drawn)

    def __repr__(self) -> str:
        wide = max(map(len, self), default=0)
        return printable("\n".join(f"{name:<{wide}}  {chart.title}" for name, chart in self.items()))

    def _repr_html_(self) -> str:
        rows = (f"<tr><th>{html.escape(n)}</th><td>{html.escape(c.title)}</td></tr>" for n, c in self.items())
        return f"<table>{''.join(rows)}</table>"


class Sweep(stored.Sweep):
    """The stored results of an experiment: tables, the answer in short, findings, comparisons, figures, the report.

    Everything is computed from the tables of its folder when it is asked for; nothing is run.

    Attributes
    ----------
    folder : where they are.

    Examples
    --------
    >>> sweep = tfs.Sweep.load("results/crisis-shock")                      # doctest: +SKIP
    >>> sweep.short                                                         # doctest: +SKIP
    >>> sweep.findings                                                      # doctest: +SKIP
    >>> sweep.compare("handover-practices", "initiative", metric="trust")   # doctest: +SKIP
    >>> sweep.figures["forest"]                                             # doctest: +SKIP
    >>> sweep.report(audience="funder")                                     # doctest: +SKIP
    """

    @cached_property
    def _results(self) -> Stored:
        return Stored.of(self)

    @cached_property
    def findings(self) -> Findings:
        """The answer to the question, then the most important findings beside it, as the report tells them."""
        from tfs_sim.analysis.findings import findings

        return Findings(findings(self._results))

    @cached_property
    def short(self) -> Answer:
        """The answer in short, as the first screen of the report, the one-pager and the first slide say it."""
        found = short(self._results)
        return Answer(found.verdict, found.lines, found.caveat, found.data)

    @cached_property
    def figures(self) -> Figures:
        """The report's figures by name: each with its words and the data behind it; a notebook shows them."""
        return Figures(self._results)

    @property
    def strategies(self) -> dict[str, str]:
        """The strategies and their titles, in the order of the file."""
        return {name: self._results.title(name) for name in self._results.strategies}

    @property
    def levels(self) -> dict[str, list[str]]:
        """The conditions under which every strategy was run, by key; empty where nothing is crossed."""
        return {key: list(labels) for key, labels in self._results.cross.items()}

    def compare(
        self, strategy: str, against: str = "", metric: str = "", site: str | None = None, **levels: str
    ) -> Comparison:
        """Compare a strategy with another over the same luck, under the same conditions.

        Parameters
        ----------
        strategy : which (`strategies` has them).
        against : with which; by default the experiment's own reference.
        metric : which outcome; by default the primary one.
        site : the identity of one site; the mean over sites if not given.
        levels : under which conditions (`levels` has them); by default those of the report's first answer.

        Raises
        ------
        UserError
            When there is no such strategy, metric, site or condition, with the nearest that there is.
        """
        results = self._results
        against, metric = against or results.against, metric or results.primary
        usual = dict(zip(results.cross, results.main, strict=True))
        for kind, name, known in (
            ("strategy", strategy, results.strategies),
            ("strategy", against, results.strategies),
            ("site", site, results.sites),
            ("outcome", metric, results.metrics),
            *(("condition", key, list(results.cross)) for key in levels),
            *((key, label, results.cross[key]) for key, label in levels.items() if key in results.cross),
        ):
            if name is not None and name not in known:
                raise _unknown(kind, name, known)
        if strategy == against:
            message = f"{quote(strategy)} is compared with itself"
            raise UserError(Mistake(message, hint="Say with which other strategy: compare(strategy, against)."))
        under = {**usual, **levels}
        return compared(arm(results, strategy, **under), arm(results, against, **under), metric, site)

    def report(self, folder: str | os.PathLike[str] | None = None, audience: str = "researcher") -> Path:
        """Write the report and return where it is; see `write_report`.

        Parameters
        ----------
        folder : where to; by default into the folder of the results.
        audience : "funder", "leader" or "researcher": how much is said; the numbers are the same.

        Raises
        ------
        UserError
            When there is no such audience, or another process writes there.
        """
        from tfs_sim.report import write_report

        return write_report(self._results, self._to(folder), audience)

    def one_page(self, folder: str | os.PathLike[str] | None = None) -> Path:
        """Write the sheet for a board (PDF) and return where it is; by default into the folder of the results."""
        from tfs_sim.report import write_one_page

        return write_one_page(self._results, self._to(folder))

    def slides(self, folder: str | os.PathLike[str] | None = None) -> Path:
        """Write the slides (PPTX) and return where they are; by default into the folder of the results.

        Raises
        ------
        UserError
            When the extra `slides` is not installed.
        """
        from tfs_sim.report import write_slides

        return write_slides(self._results, self._to(folder))

    def _to(self, folder: str | os.PathLike[str] | None) -> Path:
        return self.folder if folder is None else Path(folder)

    def __repr__(self) -> str:
        further = ".strategies, .levels, .short, .findings, .compare(…), .figures, .report(), .one_page(), .slides()"
        return f"{super().__repr__()}\n{further}"

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self._facts())}</p>{self.findings._repr_html_()}"


def _unknown(kind: str, name: str, known: list[str]) -> UserError:
    metric = f"{quote(name)} is defined around a shock; `tfs.compare_arms` has it" if name in DERIVED else ""
    hint = f"There are {', '.join(known)}." if len(known) < 20 else f"There are {', '.join(known[:20])} …"
    message = f"there is no {kind} {quote(name)} in these results"
    return UserError(Mistake(message, suggestion=nearest(name, known), hint=metric or hint))


def _asked(run: Callable[P, stored.Sweep]) -> Callable[P, Sweep]:
    """Return a function that runs, and gives its results with all that can be asked of them."""

    @wraps(run)
    def carried_out(*args: P.args, **options: P.kwargs) -> Sweep:
        return Sweep(run(*args, **options).folder)

    return carried_out


sweep = _asked(runner.sweep)
