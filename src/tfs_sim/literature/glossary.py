"""What words mean here: one line and one source a word, the same in files, code, columns, charts and prose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

HERE = "this model"
"""The source of a word that the project itself has set."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word: what it means in a line, where the meaning comes from, and what others call it."""

    name: str
    meaning: str
    source: str = HERE
    also: tuple[str, ...] = ()


COMMUNITIES = (
    Word("collective impact", "Organizations of several sectors that commit to a common agenda for one social problem.", "[kania2011]"),
    Word("organization", "A district, nonprofit, agency, business, funder, college or group of parents that could take part.", "[together2020]"),
    Word("sector", "What kind an organization is: district, nonprofit, health, business, government, philanthropy, higher_education, community_group.", "[henig2016]"),
    Word("district", "Sector: a school district.", "[henig2016]"),
    Word("nonprofit", "Sector: an organization that serves students or families and shares out no profit.", "[henig2016]"),
    Word("health", "Sector: a clinic or health agency; also one of the four kinds of need.", "[henig2016]"),
    Word("business", "Sector: a company or an association of companies.", "[henig2016]"),
    Word("government", "Sector: an agency of a city, county or state.", "[henig2016]"),
    Word("philanthropy", "Sector: a foundation or another local giver; the funder of grants stands outside of the sites.", "[henig2016]"),
    Word("higher education", "Sector: a college or university.", "[henig2016]", ("higher_education",)),
    Word("community group", "Sector: parents, students or neighbours, organized.", "[together2020]", ("community_group",)),
    Word("role", "What an organization is to the partnership: partner, backbone or national."),
    Word("partner", "An organization of the community that is not its backbone; active once it takes part.", "[together2020]"),
    Word("backbone", "The organization whose staff coordinates the others: invites, convenes, keeps ties and data.", "[kania2011]", ("backbone organization", "lead organization")),
    Word("national", "A national organization with a network of members in communities, at a table of its own.", "[together2020]", ("national organization",)),
    Word("funder", "Who makes grants and pays for what no other payer is named for; outside of the communities.", "[together2020]"),
    Word("status", "Where an organization stands: prospect, reluctant, active or withdrawn."),
    Word("prospect", "Status: could take part and does not yet."),
    Word("reluctant", "Status: not ready to be asked; histories, information and time make it ready.", "[together2020]"),
    Word("active", "Status: takes part.", HERE, ("at the table",)),
    Word("withdrawn", "Status: took part and left.", "[chen2022]"),
    Word("boundary spanner", "The person who represents an organization in the partnership, and carries what was learned there.", "[aldrich1977]", ("representative",)),
    Word("site", "One community and its partnership.", "[together2020]", ("community",)),
    Word("initiative", "What a funder and partners add to a community for some years: interventions and grants together.", "[together2020]"),
    Word("common agenda", "What the partnership together believes to work for students; it learns from members, and they from it.", "[march1991]", ("agenda",)),
    Word("need", "Students who need support of a kind (academic, health, basic needs, family) this month.", "[cree2018]"),
)  # fmt: skip
"""Who is there."""

BEHAVIOUR = (
    Word("relationship", "One organization's side of a pair: its evidence, grievance and trust in the other."),
    Word("tie", "A pair in touch: open, or dormant after disuse.", "[feld1981]"),
    Word("trust", "How far one organization expects another to keep its promises: a posterior from promises kept and broken.", "[mayer1995]; [josang2002] for the form"),
    Word("personal trust", "The part of trust that two people hold, and that leaves with either of them.", "[zaheer1998]", ("interpersonal trust",)),
    Word("institutional trust", "The part of trust that organizations hold, and that stays when people leave.", "[zaheer1998]", ("interorganizational trust",)),
    Word("event", "What happened to an organization in a month of a run: it joined, lost its person, won money … (`tfs-sim events`)."),
    Word("grievance", "A difficult history between two organizations; it lowers contact and fades over years.", "[together2020]", ("difficult history",)),
    Word("repair", "What follows a broken promise: apology, forgiveness and amends, or a grievance.", "[kim2004]"),
    Word("encounter", "A pair that meets in a month, at the table or in shared work, and keeps or breaks a promise.", "[feld1981]"),
    Word("engagement", "Taking part: of organizations, the share that does; of families, how far they shape the shared work.", "[mapp2013]"),
    Word("effort", "The share of its capacity that an organization gives to the shared work.", "[vanhuyck1990]"),
    Word("quantal response", "Choice by a logit over expected payoffs: better options are likelier, none is certain.", "[mckelvey1995]", ("logit choice",)),
    Word("threshold", "How many others must take part before an organization does.", "[granovetter1978]"),
    Word("collective efficacy", "The belief that working together gains something; it follows what is seen to be gained.", "[bandura2000]"),
    Word("commitment", "How far a representative has made the work a cause of their own.", "[together2020]"),
    Word("descriptive norm", "What others are seen to do: the trust-weighted effort of those whom one has ties with.", "[cialdini1990]", ("peer norm",)),
    Word("reactance", "Turning against what one is pressed into; it backfires on persistent invitation.", "[brehm1966]"),
    Word("false consensus", "Taking others to agree with oneself more than they do.", "[ross1977]"),
    Word("clarity", "How sure a representative is of what the shared goals are.", "[together2020]"),
    Word("portfolio", "All that an organization's leaders attend to; the initiative is one item.", "[ocasio1997]"),
    Word("niche overlap", "How alike two organizations' strengths are, hence how hard they contest awards.", "[emerson1962]"),
    Word("joint gain", "What joint work serves students beyond the same staff working apart, for 1,000 in need.", "[steiner1972]"),
    Word("coordination", "The backbone's hours over its load, at most 1; beyond that, meetings, invitations and repair suffer.", "[kania2011]"),
    Word("documentation", "How much of an organization's part is written down, so that a successor finds it.", "[together2020]"),
    Word("practice", "A way of coordinating that a community may use, and that peers may copy.", "[rogers2003]"),
    Word("aligned work", "The share of what partners do for students that is part of the shared plan, weighted by staff."),
    Word("support", "The share of partners' work for students that is aligned to the shared plan and that no grant pays for: what deepens or fades."),
    Word("outcome", "A student's level that follows support years later, through a delay of stages.", "[macdonald1978]"),
)  # fmt: skip
"""How organizations act on each other."""

NETWORKS = (
    Word("density", "Open ties over all pairs.", "[wasserman1994]"),
    Word("transitivity", "The share of two-paths that are closed: the partners of my partners are my partners.", "[holland1971]", ("clustering",)),
    Word("structural hole", "A gap between two groups that only somebody who has ties with both can bridge.", "[burt2004]"),
    Word("brokerage", "Bridging a structural hole; what depends on one broker falls apart without it (metric fragmentation).", "[burt2004]", ("broker",)),
    Word("hub", "The organization with most ties, mostly the backbone.", "[mccullough2016]"),
    Word("referral", "A trusted third who opens a tie between two of its neighbours."),
)  # fmt: skip
"""How ties lie."""

MONEY = (
    Word("intervention", "Something that a strategy can do, with a dose, a time, a target, a price and a payer.", "[together2020]", ("lever",)),
    Word("dose", "How much of an intervention is in force: a share of it, or an amount such as FTE."),
    Word("shock", "Something that happens to communities, with a depth in [0, 1], whole months that it lasts and a half-life.", "[together2020]"),
    Word("depth", "How strong a shock is: 0 nothing, 1 the worst that its mechanism knows."),
    Word("payer", "Who pays for an intervention: funder, backbone, organization (each target) or outside."),
    Word("FTE", "Full-time equivalent: the work of one person in full-time employment.", "[nces2019]", ("full-time equivalent",)),
    Word("grant", "Money from the funder to a site's backbone, paid monthly, whoever else there is.", "[cis2019]"),
    Word("award", "Contested money that one organization wins from others that bid for it; unlike a grant, it leaves losers.", "[tullock1980]"),
    Word("pool", "Money that the partnership is awarded together and shares out by contribution.", "[together2020]", ("pooled funds",)),
    Word("taper", "The last months of a grant or dose, in which it falls in equal steps."),
    Word("half-life", "Months in which something that fades falls to a half.", "[argote1990]"),
    Word("bundle", "A named list of interventions and grants that strategies add."),
)  # fmt: skip
"""What is done, what happens, and what it costs."""

STUDIES = (
    Word("scenario", "A world and what is scheduled in it: sites, organizations, money, interventions, shocks, parameters."),
    Word("experiment", "A scenario, strategies to compare in it, conditions, outcomes, and how many replicates."),
    Word("strategy", "What is done in a scenario, to be compared with other things: bundles, interventions, grants."),
    Word("replicate", "One run with luck of its own; the same number has the same luck in every arm.", "[glasserman1992]"),
    Word("arm", "One strategy under one condition."),
    Word("common random numbers", "The same luck for every arm, so that differences are not luck.", "[glasserman1992]", ("same luck",)),
    Word("paired difference", "One arm less another over the same replicate, hence over the same luck.", "[glasserman1992]"),
    Word("standardized effect", "A difference in standard deviations between runs, so that metrics of several units can be compared.", "[cohen1988]", ("standardized difference", "effect size")),
    Word("counterfactual", "The same site with the same luck, without what is judged."),
    Word("design", "The points of the parameter space at which every arm is run.", "[mckay1979]"),
    Word("design point", "One choice of values for all variables of a design.", "[mckay1979]", ("point",)),
    Word("Latin hypercube", "A sample in which each variable takes each of n equal shares of its values once.", "[mckay1979]"),
    Word("plausible range", "Between which values a parameter may lie as far as we know; half of the plausible values lie below its middle."),
    Word("evidence grade", "How sure we are of a default: measured, derived, recalled or assumed.", HERE, ("grade",)),
    Word("student-month", "A month of support that one student gets: the unit in which decisions count what is delivered."),
    Word("worth", "What one unit of effect, such as a student-month of support, may cost; whoever decides sets it.", HERE, ("willingness to pay",)),
    Word("dominated by a mix", "Of a strategy: a mix of two others does better for the same money, so that it is the best at no worth.", "[cantor1994]", ("extended dominance", "dominated by extension")),
    Word("expected loss", "What choosing a strategy loses on average over sets of parameters, against choosing the best in each set.", "[alarid-escudero2019]"),
    Word("value of information", "What it would be worth to know a number before deciding.", "[howard1966]"),
    Word("knowing all", "Before deciding, knowing every parameter in which sets differ; what that is worth, no study can be worth more.", "[howard1966]", ("value of perfect information", "EVPI")),
    Word("noise floor", "What knowing a parameter seems to be worth by chance alone; what is not above it counts as not seen."),
    Word("run-in", "First months that are left out of a mean since the beginning still shows; here a run's number is of its last year."),
    Word("metric", "A monthly quantity of a site that is recorded."),
    Word("indicator", "A metric that a partnership could know, so that a rule may look at it."),
    Word("rule", "What makes an intervention adaptive: an indicator, a threshold, and how often one looks."),
    Word("ladder", "Figure: from which month on each outcome has moved, from process to students.", "[hawkins2008]"),
    Word("fan", "Figure: the middle and the spread of runs over the months.", HERE, ("fan chart",)),
    Word("winner's curse", "Those chosen by a noisy score were partly lucky, and look worse later.", "[thaler1988]"),
    Word("ubiquity", "Of a pattern: it holds in at least nine in ten points of the plausible space."),
    Word("existence", "Of a pattern: there is a region where it holds and one where it does not."),
    Word("necessity", "Of a mechanism: its own pattern breaks without it."),
    Word("luck", "What differs between runs of the same scenario under the same parameters: who leaves, meets, wins, is heard."),
    Word("set of parameters", "A value for each parameter that is not known; every strategy is run under each set.", HERE, ("set", "sets of parameters")),
    Word("ensemble", "Sets of parameters in a file; of a calibrated one, sets that were run and came to published figures.", HERE, ("calibrated ensemble",)),
    Word("middle set", "The set of parameters of which half of all sets give more and half less; where it is far from the mean, few sets make most of the mean."),
    Word("95% interval", "Made so that it holds what it is an interval of in 95 of 100 such studies; what it does not hold, luck or parameters, is said beside it.", HERE, ("interval", "confidence interval")),
    Word("worthwhile", "Of a difference: as large as the smallest that matters, which the experiment names."),
    Word("reliability", "Share of the variance of sets' means that is between sets and not luck; below .8 no shares of sets are told."),
    Word("seed", "The number that all luck of an experiment follows from.", "[salmon2011]"),
)  # fmt: skip
"""How it is studied."""

MODEL = (
    Word("mechanism", "One rule of behaviour in one file, with its parameters, and a switch.", "[grimm2020]"),
    Word("parameter", "A number of a mechanism that a scenario may set.", "[grimm2020]"),
    Word("step", "One kernel of the month, in the order of `tfs-sim explain month`.", "[grimm2020]"),
    Word("kernel", "A compiled function over arrays: what a step runs."),
    Word("array", "One quantity of every organization, relationship, pair or site: `org.effort`."),
    Word("state", "All arrays that a month may change; a copy of them is a run that can go on.", "[grimm2020]"),
)  # fmt: skip
"""How it is made."""

GROUPS: dict[str, tuple[Word, ...]] = {
    "Who is there": COMMUNITIES,
    "How they act": BEHAVIOUR,
    "How ties lie": NETWORKS,
    "What is done, what happens, what it costs": MONEY,
    "How it is studied": STUDIES,
    "How it is made": MODEL,
}
"""All words, by what they are about."""

WORDS: tuple[Word, ...] = tuple(word for words in GROUPS.values() for word in words)


def word(name: str) -> Word | None:
    """Return the word of this name, or None. Case, hyphens, plurals and British spelling do not count."""
    spelled = _by_spelling()
    return next((spelled[form] for form in _forms(_plain(name)) if form in spelled), None)


def names() -> tuple[str, ...]:
    """Return what words are called, and what others call them."""
    return tuple(name for each in WORDS for name in (each.name, *each.also))


def used(text: str) -> list[Word]:
    """Return the words that a text uses, in their order."""
    spelled = _plain(text)
    return [each for each in WORDS if re.search(rf"\b{re.escape(_plain(each.name))}(s|es)?\b", spelled)]


@cache
def _by_spelling() -> dict[str, Word]:
    spelled: dict[str, Word] = {}
    for each in WORDS:
        for name in (each.name, *each.also):
            for form in _forms(_plain(name)):
                spelled.setdefault(form, each)
    return spelled


def _plain(name: str) -> str:
    return re.sub(r"is(ation|e[ds]?\b)", r"iz\1", re.sub(r"[\s_-]+", " ", name.strip().casefold()))


def _forms(name: str) -> list[str]:
    """Return a name as it stands, then as what it would be the plural of."""
    endings = (("ies", "y"), ("es", ""), ("s", ""))
    return [name, *(name.removesuffix(many) + one for many, one in endings if name.endswith(many))]
