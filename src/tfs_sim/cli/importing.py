"""`tfs-sim import`."""

from __future__ import annotations

from pathlib import Path

from tfs_sim.cli.terminal import bold, columns, path, wrapped
from tfs_sim.scenario.errors import Mistake, UserError, count, listed


def draft(files: list[Path], mapping: Path | None, target: Path) -> None:
    """Write what is guessed of every column, and import nothing."""
    from tfs_sim.survey.drafting import draft, write_draft

    write_draft(draft(files, mapping, str(target)), target)
    print(f"Draft   {path(target)}\n")
    print(wrapped(f"Correct it, and import with --mapping {target}. It may hold names: keep it to yourself."))


def import_(
    files: list[Path],
    site: str,
    out: Path | None,
    mapping: Path | None,
    key: Path | None,
    names: bool,
    students: int | None,
    start: str | None,
    wave: str | None,
) -> None:
    """Import a survey, write its files and its page, and say what was made of every column."""
    from tfs_sim.report.survey import write_page
    from tfs_sim.survey import import_survey, write_survey
    from tfs_sim.survey.waves import month_of
    from tfs_sim.survey.writing import KEY, read_key, waves_file

    if start is not None and month_of(start) != start:
        raise UserError(Mistake(f'--start is a month, written "2018-05"; found "{start}"'))
    folder = out if out is not None else Path(site)
    kept = key if key is not None else folder / KEY
    known = read_key(kept) if key is not None or kept.is_file() else None
    survey = import_survey(files, site, mapping=mapping, known=known, names=names, wave=wave)
    was = {each: each.stat().st_mtime_ns for each in folder.glob("*.before.toml")}
    scenario = write_survey(survey, folder, students=students, start=start)
    kept_back = [each for each in sorted(folder.glob("*.before.toml")) if each.stat().st_mtime_ns != was.get(each)]
    page = write_page(survey, folder)
    for sheet in survey.sheets:
        said = f": {sheet.reports} ({sheet.why})" if sheet.reports else ""
        print(bold(wrapped(f"{sheet.sheet.name} holds {sheet.holds}, {count(len(sheet.sheet.rows), 'row')}{said}")))
        shown = sheet.told()
        of = [f", one column each of {number:,}" if number else "" for _, number in shown]
        told = zip(shown[:40], of, strict=False)
        print(columns([(each.name, f"{each.role} · {each.why}{also}") for (each, _), also in told]))
        rest = [("…", f"{count(len(shown) - 40, 'more column')}, on the page")] if len(shown) > 40 else []
        matrix = sum(column.role == "organization" for column in sheet.columns)
        rest += [("…", f"{count(matrix, 'column')} that are organizations")] if matrix else []
        if rest:
            print(columns(rest))
    for name, scale in survey.scales.items():
        how = f"guessed: {scale.guessed}" if scale.guessed else f"from {scale.least:g} (no tie) to {scale.most:g}"
        print(wrapped(f"Answers to {name}: {how}.", "  "))
    for category, (sector, how) in survey.categories.items():
        print(wrapped(f"{category} is taken for {sector} ({how}).", "    ", "  "))
    print()
    for note in survey.notes:
        print(wrapped(f"{'Look at this: ' if note.serious else ''}{note.named()}.", "  ", "  "))
    graph = survey.graph()
    from networkx import transitivity

    heard, expected = survey.densities()
    over = "all pairs"
    if survey.imputed.chances:
        over = f"the {survey.observed:,} pairs of whom somebody was heard; {expected:.3f} expected over all pairs"
    what = "mean of both ends' reports" if survey.directed else "ties without a direction"
    print(
        wrapped(
            f"{count(len(survey.here), 'organization')}, {count(len(survey.ties), 'tie')} ({what}): density "
            f"{heard:.3f} over {over}; transitivity of the reported ties {transitivity(graph):.3f}."
        )
    )
    whose = "names" if names else "codes; who is who stands in key.csv, for you alone"
    print(
        wrapped(
            f"Files hold {whose}. To correct what was guessed: edit mapping.toml, import again with --mapping "
            f"{path(folder / 'mapping.toml')}."
        )
    )
    if kept_back:
        said = listed([path(each) for each in kept_back])
        print(wrapped(f"What stood there before, and may be yours, is kept: {said}."))
    print(f"\nScenario   {path(scenario)}")
    print(f"Page       {path(page)}")
    print(f"Mapping    {path(folder / 'mapping.toml')}")
    print(f"\n  tfs-sim run {path(scenario)} --as-given     shows the network as it begins")
    print(f"  tfs-sim sweep {path(folder / 'experiment.toml')}     compares ways to spend money, and writes a report")
    print(
        f"  tfs-sim decide {path(Path('results') / folder.resolve().name)}     then says what to choose, at which worth"
    )
    print(f"  tfs-sim survey {path(folder)}     asks the simulated partnership what yours was asked")
    if (waves := folder / waves_file(site)).is_file():
        print(f"  tfs-sim calibrate --data {path(waves)}     says which sets of parameters are like your town")
