"""The month, in order. Start reading here.

Every line is one kernel: the phase it belongs to, where to find it (file and kernel), and what it does. The mechanism
of that file owns it and can switch it off. A kernel names the groups of arrays that it reads and writes (see
`state.py`), and `flow.py` says which of them; `engine.py` composes these lines into one compiled loop, and Mesa's
`step()` and `tfs-sim run --profile` run the very same lines.

Before month 0 communities pass the months of their run-in, with the same lines but for those that record: no
intervention, grant, shock or selection falls into it. So a scenario starts from what a community has become, not from
what was drawn.

A new mechanism is a file in `mechanisms/` and a line here for each of its kernels.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from tfs_sim.model import mechanisms, metrics, networks
from tfs_sim.model.declare import Mechanism, Step


def _place(module: ModuleType) -> tuple[int, str, str]:
    """Return where a mechanism stands: by its row of the specification (M1 … M28), those without one last."""
    rows = module.MECHANISM.rows
    number = int("".join(filter(str.isdigit, rows[0]))) if rows else 99
    return number, rows[0] if rows else "", module.MECHANISM.name


_FOUND = (import_module(f"{mechanisms.__name__}.{each.name}") for each in iter_modules(mechanisms.__path__))
MODULES = tuple(sorted(_FOUND, key=_place))
"""Every mechanism's file; `catalogue.py` collects what they declare."""

_FILES = {module.__name__.rpartition(".")[2]: module for module in (*MODULES, metrics, networks)}


def _step(phase: str, where: str, what: str) -> Step:
    file, _, kernel = where.partition(".")
    if not hasattr(_FILES.get(file), kernel):
        raise LookupError(f"tick.py has a step {where!r}, but there is no such kernel in mechanisms/")
    mechanism: Mechanism | None = getattr(_FILES[file], "MECHANISM", None)
    return Step(phase, mechanism.name if mechanism else "", getattr(_FILES[file], kernel), what)


START = (
    _step("start", "differences.begin", "draw what communities differ in"),
    _step("start", "community.begin_organizations", "draw staff, strengths, representatives, who is at the table"),
    _step("start", "effort.set_first", "set first efforts that a file gives"),
    _step("start", "community.begin_relationships", "draw ties and their evidence"),
    _step("start", "histories.begin", "draw difficult histories"),
    _step("start", "repair.begin", "draw how ready each is to forgive"),
    _step("start", "community.begin_sites", "set needs and the backbone's staff"),
    _step("start", "money.begin", "open the accounts with the organizations' reserves"),
    _step("start", "selection.begin", "let communities under selection differ in readiness"),
    _step("start", "national.begin", "set how far nationals share principles"),
    _step("start", "peers.begin", "draw which practices each community uses"),
    _step("start", "trust.update", "read trust off the evidence"),
    _step("start", "agenda.begin", "draw what works, and what everyone believes about it"),
    _step("start", "understanding.begin", "draw missions; everyone takes the own mission for the shared goals"),
    _step("start", "understanding.share", "take the partners' mean position as the shared goals"),
    _step("start", "compromise.begin", "draw how flexible organizations are"),
    _step("start", "understanding.align", "read agreement off the positions"),
    _step("start", "delivery.begin", "set strengths' part in joint work"),
    _step("start", "community.note_ties", "note who has a tie with whom"),
)

MONTH = (
    _step("levers", "founding.found", "let partnerships begin that begin this month"),
    _step("levers", "founding.take_as_given", "in month 0: let what files say of the first month hold"),
    _step("levers", "endings.reach", "see whether partnerships have reached their goals; end, or go on to the next"),
    _step("levers", "selection.choose", "choose the communities of a stage that is due"),
    _step("levers", "levers.receive_grants", "pay this month's part of each grant"),
    _step("levers", "levers.clear", "take last month's doses and bills away"),
    _step("levers", "levers.set_doses", "set interventions' doses and charge their cost"),
    _step("levers", "levers.set_shocks", "set the depth of every shock"),
    _step("levers", "crisis.unfold", "let the crisis act on needs, contact, income, hazard and salience"),
    _step("levers", "adaptation.adapt", "move part of the lost contact to other channels"),
    _step("people", "policy.change_rules", "let new rules make what was learned obsolete"),
    _step("people", "national.coach", "let nationals coach members of their networks"),
    _step("people", "smoothing.write_manuals", "write procedures down, or let them go stale"),
    _step("people", "turnover.leave_and_arrive", "announce and carry out departures; fill posts"),
    _step("people", "key_people.change", "let leaders and colleagues leave, and leaders be followed"),
    _step("people", "key_people.learn", "let experience grow in post"),
    _step("people", "turnover.lose_personal_evidence", "take away what two people knew of each other"),
    _step("people", "turnover.ramp_up", "let successors learn and win backing"),
    _step("backbone", "peers.learn", "try practices; copy from peers who do better"),
    _step("backbone", "accountability.build_data_system", "build the shared data system"),
    _step("backbone", "hosting.review", "let hosts lay the backbone down, and others take it up"),
    _step("backbone", "backbone.coordinate", "weigh the backbone's hours against its load"),
    _step("participation", "patience.become_ready", "let the reluctant become ready, as histories allow"),
    _step("participation", "participation.join_and_withdraw", "invite; join, refuse, stay or withdraw"),
    _step("participation", "invitation.react_to_pressure", "let those who were pressed before they were ready react"),
    _step("participation", "ties.choose_referrers", "turn to a neighbour who may refer"),
    _step("participation", "ties.refer", "refer one neighbour to another"),
    _step("participation", "ties.open_and_close", "open and close ties"),
    _step("encounters", "histories.fade", "let grievance fade; conversations lay part of it to rest"),
    _step("encounters", "national.align", "align nationals; let them err and own up or not"),
    _step("encounters", "trust.weigh_presence", "how present and reliable is each representative?"),
    _step("encounters", "trust.fade", "let evidence fade"),
    _step("encounters", "trust.draw_luck", "draw every pair's luck"),
    _step("encounters", "trust.weigh_contact", "how likely is each pair to meet?"),
    _step("encounters", "trust.list_meetings", "who meets?"),
    _step("encounters", "trust.encounter", "keep or break promises; take note"),
    _step("encounters", "repair.mend", "apologize, forgive, make amends; or let failures harden"),
    _step("encounters", "trust.break_scandals", "let everyone take note of a scandal"),
    _step("encounters", "trust.update", "read trust off the evidence"),
    _step("learning", "agenda.renew", "let successors bring beliefs of their own; let the world change"),
    _step("learning", "agenda.act", "act on what is believed to work"),
    _step("learning", "agenda.learn", "learn what works from the agenda"),
    _step("learning", "agenda.follow_the_best", "let the agenda learn from those who do better"),
    _step("learning", "communication.lose_understanding", "let the understanding of those who met nobody fade"),
    _step("learning", "understanding.share", "take the partners' mean position as the shared goals"),
    _step("learning", "understanding.grasp", "let the shared goals become clear, or blur"),
    _step("learning", "understanding.move", "revise positions, anchored in the own mission"),
    _step("learning", "compromise.give_way", "give way towards the shared goals"),
    _step("learning", "understanding.align", "read agreement off the positions"),
    _step("learning", "understanding.measure_agreement", "weigh clarity, perceived and actual agreement"),
    _step("learning", "effort.update_belief", "learn what working together gains"),
    _step("effort", "effort.perceive_norm", "see what trusted peers give"),
    _step("effort", "portfolio.compete", "let everything else on the desk compete for attention"),
    _step("effort", "accountability.expect_esteem", "say what esteem a contribution can expect"),
    _step("effort", "effort.choose", "choose effort"),
    _step("delivery", "strengths.recognize", "take stock of each other's strengths"),
    _step("delivery", "delivery.rank_by_strength", "know each other's strengths (twice a year)"),
    _step("delivery", "delivery.form_teams", "form teams by strength"),
    _step("delivery", "delivery.weigh_trust", "weigh trust within teams"),
    _step("delivery", "delivery.sum_inputs", "sum up teams' inputs"),
    _step("delivery", "delivery.divide_time", "see what time is left for separate work"),
    _step("delivery", "delivery.produce", "serve students, separately and jointly"),
    _step("delivery", "national.observe_gains", "let nationals see what their communities gain"),
    _step("delivery", "family_crises.serve_emergencies", "pass families' emergencies to whoever can serve them"),
    _step("money", "competition.contest", "bid for awards; winners are paid, losers bear grudges"),
    _step("money", "pooling.share_out", "fill the pool and share it by contribution"),
    _step("money", "ledger.settle", "enter what was given and gained in every partner's ledger"),
    _step("money", "money.earn_and_spend", "earn, pay wages, let staff follow money"),
    _step("outcomes", "families.engage", "let community support follow engagement; families take up offers"),
    _step("outcomes", "outcomes.follow", "let outcomes follow support, years later"),
    _step("observe", "endings.meet", "hold the joint meeting; is the partnership alive?"),
    _step("observe", "endings.end", "tell how a partnership has ended"),
    _step("observe", "endings.observe", "record whether partnerships are hosted, and how those ended that have"),
    _step("observe", "metrics.observe", "record every site's month"),
    _step("observe", "metrics.observe_goals", "record clarity and agreement"),
    _step("observe", "metrics.observe_families", "record what families do"),
    _step("observe", "networks.observe_fragmentation", "record what holds without the best-connected partner"),
    _step("observe", "metrics.observe_stages", "record selection, practices and friction between networks"),
    _step("observe", "networks.observe_network", "record transitivity"),
    _step("observe", "metrics.observe_rules", "record how many interventions their rules call for"),
)
