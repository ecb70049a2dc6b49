// The page: state in the address, what is said of a place, the table, the files that can be taken along.
"use strict";
const Page = (() => {
  const D = JSON.parse(document.getElementById("data").textContent);
  const $ = id => document.getElementById(id);
  const STEPS = 48, NINETY = 1.6448536269514722, SURE = 1.959963984540054, QUARTER = D.quarter;
  const subjects = new Map();
  const raw = new Map(D.subjects.map(each => [`${each.outcome}|${each.a}|${each.b}`, each]));

  // Levels lie on top of each other where differences can be told: a page opens on these where there are any.
  const OPENS = D.strategies.length > 1 && D.outcomes.some(each => !each.hidden && each.compared) ? "difference" : "value";
  const state = {outcome: D.outcomes[0].key, show: OPENS, bands: 0, along: 0, worth: D.worth, clamped: false, u: D.sliders.map(() => 0.5)};

  // A worth below nothing is taken for nothing, and that is said.
  function price(given) {
    state.clamped = given < 0;
    state.worth = Math.max(0, given);
  }

  const outcome = () => D.outcomes.find(each => each.key === state.outcome);
  const difference = () => (state.show === "difference" && outcome().compared) || outcome().net;
  const at = (slider, u) => slider.low + (slider.high - slider.low) * u;
  const settled = (slider, u) => {
    const clipped = Math.min(1, Math.max(0, u));
    if (slider.kind === "number") return clipped;
    return (Math.round(at(slider, clipped)) - slider.low) / (slider.high - slider.low);
  };

  // A value within what it can be; differences can be anything.
  function clipped(value) {
    const {low, high} = outcome();
    return difference() || value === null ? value : Math.min(high ?? Infinity, Math.max(low ?? -Infinity, value));
  }

  function subject(key, a, b) {
    const name = `${key}|${a}|${b}`;
    if (!subjects.has(name)) subjects.set(name, raw.has(name) ? new Emulate.Subject(raw.get(name), D.places) : null);
    return subjects.get(name);
  }

  // Net benefit of two differences that have emulators of their own: errors and luck add up at most to this.
  function net(a, b) {
    const [effect, cost] = [subject(D.effect, a, b), subject(D.cost, a, b)];
    if (!effect || !cost) return null;
    const w = state.worth, rho = D.correlation[`${a}|${b}`] || 0;
    const joined = (x, y) => Math.sqrt(Math.max(0, w * w * x * x + y * y - 2 * w * rho * x * y));
    return {
      sets_: effect.sets_, replicates: effect.replicates, same: null, tails: effect.tails, held: Math.min(effect.held, cost.held),
      error: w * effect.error + cost.error, band: joined(effect.band, cost.band), optimism: NaN,
      at(u) {
        const e = effect.at(u), c = cost.at(u);
        return {mean: w * e.mean - c.mean, error: w * e.error + c.error, sets: joined(e.sets, c.sets), luck: w * e.luck + c.luck};
      },
      mean_: u => w * effect.mean_(u) - cost.mean_(u),
    };
  }

  // The emulator of a value (b = -1) or of a difference, with its sign; null where there is none.
  function quantity(a, b) {
    const found = (x, y) => outcome().net ? net(x, y) : subject(outcome().key, x, y);
    const one = found(a, b);
    if (one || b < 0) return one && {of: one, sign: 1};
    const other = found(b, a);
    return other && {of: other, sign: -1};
  }

  const usable = each => each.same !== null && each.same !== undefined || each.error <= QUARTER * each.band;

  // What is said at a place: numbers, and why they are not shown where they are not ("" where they are).
  function told(a, b, u) {
    const found = quantity(a, b);
    if (!found) return {why: b < 0 || outcome().compared ? "no emulator: too few points have values" : "not compared"};
    const {of, sign} = found, seen = of.at(u), band = (Number.isNaN(seen.sets) ? seen.luck : seen.sets) || of.band;
    const sets = of.sets_, from = sets > 1 ? (seen.sets ** 2 + (Number.isNaN(seen.luck) ? 0 : seen.luck ** 2 / of.replicates)) / sets
      : seen.luck ** 2 / of.replicates;
    const half = D.t * Math.sqrt(from + seen.error ** 2), mean = sign * seen.mean;
    const why = !usable(of) ? `refused: its error is ${Say.share(of.error / of.band)} of the spread of ${D.spread}, above ${Say.share(QUARTER)}`
      : Emulate.distance(u, D.places) > D.limit ? "grey: too far from what was run"
        : seen.error > QUARTER * band ? `refused here: its error is ${Say.share(seen.error / band)} of the spread of ${D.spread}` : "";
    const [below, above] = sign > 0 ? of.tails : [-of.tails[1], -of.tails[0]];
    return {...seen, mean, half, low: mean - half, high: mean + half, why,
      band: {sets: [mean + below * seen.sets, mean + above * seen.sets], luck: [mean - NINETY * seen.luck, mean + NINETY * seen.luck],
        error: [mean - SURE * seen.error, mean + SURE * seen.error]}};
  }

  const here = () => state.u;
  const strategies = () => D.strategies.map((_, n) => n).filter(n => !difference() || n !== D.against);
  const shown = (a, u) => told(a, difference() ? D.against : -1, u);

  // Which strategy is best at a place by its difference from the reference, and from which it cannot be told.
  function ranking(u) {
    const sign = outcome().better === "higher" ? 1 : outcome().better === "lower" ? -1 : 0;
    const placed = D.strategies.map((_, n) => n === D.against ? {n, lead: 0, why: ""} : (() => {
      const one = told(n, D.against, u);
      return {n, lead: sign * one.mean, why: one.why};
    })());
    const ranked = placed.filter(each => !each.why).sort((x, y) => y.lead - x.lead);
    const best = ranked[0].n;
    const apart = ranked.slice(1).map(each => ({n: each.n, ...told(best, each.n, u)}));
    return {sign, best, apart, left: placed.filter(each => each.why)};
  }

  function verdict() {
    const u = here(), far = Emulate.distance(u, D.places), o = outcome();
    if (far > D.limit) {
      return `Nothing was run near here: the nearest run is ${Say.number(far, 2)} of a slider’s length away, and nothing is said beyond ${Say.number(D.limit, 2)}.`;
    }
    if (o.net && state.worth === null) {
      return "Say what a student-month of support is worth to you: no worth is given here, and until then the lines are the cost alone.";
    }
    if (!o.compared) return `What a kind of runs is like is not compared in pairs: two runs over the same luck are seldom of the same kind. Compare its chance.`;
    const title = n => Say.quoted(D.strategies[n].title), found = ranking(u), said = [];
    if (!found.sign) return `Of ${o.thing} neither more nor less is better, so no strategy is the best by it.`;
    if (found.left.length === D.strategies.length - 1) {
      return `By ${o.thing} no strategy can be compared with ${title(D.against)} here (${found.left[0].why}).`;
    }
    const unsure = found.apart.filter(each => !each.why && !(each.low > 0 || each.high < 0));
    const refused = found.apart.filter(each => each.why);
    const clear = found.apart.filter(each => !each.why && (each.low > 0 || each.high < 0));
    said.push(`By ${o.thing} ${title(found.best)} is best here in the mean.`);
    if (unsure.length) said.push(`It cannot be told apart from ${Say.listed(unsure.map(each => title(each.n)))}.`);
    for (const each of clear) {
      const little = o.worthwhile && Math.abs(each.mean) < o.worthwhile ? ", which is less than matters" : "";
      const of = (size, unit) => Say.value(o, Math.abs(size), each.half, true, unit).replace("+", "");
      const ends = [each.low, each.high].map(Math.abs).sort((x, y) => x - y).map(end => of(end, false)).join(" to ");
      said.push(`It is ahead of ${title(each.n)} by ${of(each.mean)} (${each.half > 0 ? ends : "the same in every run"})${little}.`);
    }
    for (const each of refused) said.push(`Of its lead over ${title(each.n)} nothing is said: ${each.why}.`);
    if (found.left.length) said.push(`${Say.listed(found.left.map(each => title(each.n)))}: not compared (${found.left[0].why}).`);
    return said.join(" ");
  }

  // By how much a best place is overrated, for the strategy whose bands are shown.
  function promise() {
    const a = state.bands, o = outcome(), b = difference() && a !== D.against ? D.against : -1;
    const own = o.net ? NaN : (raw.get(`${o.key}|${a}|${a === D.against ? -1 : D.against}`) || {}).optimism;
    if (o.net) return "How optimistic a best place is was measured for effects and for costs, not for net benefit at your worth.";
    if (!o.better || !o.compared) return "";
    const title = Say.quoted(D.strategies[a].title);
    const what = a === D.against ? `${o.thing} under ${title}` : `the lead of ${title} over ${Say.quoted(D.strategies[D.against].title)}`;
    if (own === undefined || own === null) return "How optimistic a best place on these sliders is cannot be told from these runs.";
    const how = "Half of the points and sets looked for the best place, and the other half said what it gives.";
    if (own <= 0) return `The best on these sliders was not found to be optimistic: ${what} was as promised in runs that had no part in looking for it. ${how}`;
    return `The best on these sliders is optimistic by ${Say.value(o, own, own, true).replace("+", "")}: so much less than promised was ${what} in runs that had no part in looking for it. ${how}`;
  }

  function curve(a) {
    const points = [];
    for (let n = 0; n <= STEPS; n++) {
      const u = [...here()];
      u[state.along] = n / STEPS;
      points.push({x: at(D.sliders[state.along], n / STEPS), ...shown(a, u)});
    }
    return points;
  }

  // The nearest runs, by all sliders but the one that is drawn along (or by all of them).
  function nearest(many, along) {
    return D.places.map((place, n) => {
      let sum = 0, count = 0;
      place.forEach((each, j) => {
        if (j !== along) { sum += (each - here()[j]) ** 2; count++; }
      });
      return {n, place, far: Math.sqrt(sum / Math.max(count, 1))};
    }).sort((x, y) => x.far - y.far || x.n - y.n).slice(0, many);
  }

  // What a run gave: the mean over its sets.
  function ran(a, n) {
    const b = difference() ? D.against : -1, value = (key, x, y) => {
      const one = raw.get(`${key}|${x}|${y}`);
      if (!one) return NaN;
      if (one.same !== null) return one.same;
      const place = one.mean.at ? one.mean.at.indexOf(n) : n;
      return place < 0 ? NaN : one.mean.values[place];
    };
    return outcome().net ? state.worth * value(D.effect, a, b) - value(D.cost, a, b) : value(outcome().key, a, b);
  }

  // ── state in the address ──────────────────────────────────────────────────────────────────────────────────
  function read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const key = given.get("outcome");
    if (D.outcomes.some(each => each.key === key && !each.hidden)) state.outcome = key;
    state.show = ["difference", "value"].includes(given.get("show")) ? given.get("show") : OPENS;
    const bands = D.strategies.findIndex(each => each.key === given.get("bands"));
    state.bands = bands < 0 ? D.first : bands;
    const along = D.sliders.findIndex(each => each.name === given.get("along"));
    state.along = Math.max(0, along);
    const worth = Number(given.get("worth"));
    if (given.get("worth") && Number.isFinite(worth)) price(worth);
    D.sliders.forEach((slider, j) => {
      const text = given.get(`x.${slider.name}`);
      if (text === null) return;
      const month = /^(\d{4})-(\d{2})$/.exec(text);
      const value = slider.kind === "month" && month ? 12 * Number(month[1]) + Number(month[2]) - 1 : Number(text);
      if (Number.isFinite(value)) state.u[j] = settled(slider, (value - slider.low) / (slider.high - slider.low));
    });
  }

  function write() {
    const said = new URLSearchParams({outcome: state.outcome, show: state.show, bands: D.strategies[state.bands].key, along: D.sliders[state.along].name});
    if (outcome().net && state.worth !== null) said.set("worth", String(state.worth));
    D.sliders.forEach((slider, j) => {
      const value = at(slider, state.u[j]);
      said.set(`x.${slider.name}`, slider.kind === "month" ? Say.month(Math.round(value)) : String(Number(value.toPrecision(6))));
    });
    try { history.replaceState(null, "", `#${said}`); } catch { /* a page within another one may have no address */ }
  }

  // The best place for the strategy whose bands are shown: levers move, conditions stay. Always the same places.
  function seek() {
    const levers = D.sliders.map((slider, j) => slider.lever ? j : -1).filter(j => j >= 0);
    const o = outcome(), found = quantity(state.bands, state.bands === D.against || !o.compared ? -1 : D.against);
    if (!found || !levers.length || !o.better) return;
    const sign = found.sign * (o.better === "higher" ? 1 : -1), primes = [2, 3, 5, 7, 11, 13];
    let best = null;
    for (let n = 0; n < 600; n++) {
      const u = [...here()];
      levers.forEach((j, k) => {
        let index = n, part = 1, value = 0;
        for (; index > 0; index = Math.floor(index / primes[k])) { part /= primes[k]; value += part * (index % primes[k]); }
        u[j] = settled(D.sliders[j], n === 0 ? here()[j] : Math.min(1, 1.02 * value));
      });
      if (Emulate.distance(u, D.places) > D.limit) continue;
      const value = sign * found.of.mean_(u);
      if (!best || value > best.value + 1e-12) best = {value, u};
    }
    if (best) state.u = best.u;
  }

  return {D, $, state, outcome, difference, clipped, at, settled, shown, told, strategies, verdict, promise, curve, nearest, ran, price, read, write, seek, quantity, usable, NINETY, SURE};
})();
