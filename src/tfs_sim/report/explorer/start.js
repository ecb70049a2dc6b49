// What the reader moves, and what follows from it.
"use strict";
(() => {
  const {D, $, state} = Page;

  function element(name, content, attributes = {}) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...[content].flat());
    return made;
  }

  // A number as it is said, with all its digits for programs.
  const data = (text, value) => element("data", text, {value: Number.isFinite(value) ? String(value) : ""});

  function swatch(colour) {
    const made = element("span", "", {class: "swatch", "aria-hidden": "true"});
    made.style.background = colour;
    return made;
  }

  function tableHere() {
    const o = Page.outcome(), u = state.u, net = o.net, body = $("here").tBodies[0];
    const rows = D.strategies.map((strategy, a) => {
      const reference = a === D.against, own = net ? null : Page.told(a, -1, u), than = reference ? null : Page.told(a, D.against, u);
      const cell = (label, content) => element("td", content, {"data-label": label});
      const head = element("th", [swatch(strategy.colour), strategy.title], {scope: "row"});
      const cells = [];
      if (!net) {
        const scale = own.error * Page.SURE, say = each => Say.value(o, each, scale, false, false);
        const pm = each => `± ${Say.value(o, each, each, false, false).replace("+", "")}`;
        const range = ([low, high]) => [low, high].map(each => Say.value(o, Page.clipped(each), (high - low) / 2, false, false)).join(" to ");
        if (own.why) cells.push(cell(D.heads[0], own.why), ...[1, 2, 3].map(n => cell(D.heads[n], "–")));
        else {
          cells.push(cell(D.heads[0], data(Say.value(o, Page.clipped(own.mean), scale), own.mean)));
          cells.push(cell(D.heads[1], Number.isNaN(own.sets) ? "not known" : data(range(own.band.sets), own.sets)));
          cells.push(cell(D.heads[2], Number.isNaN(own.luck) ? "not known" : data(pm(Page.NINETY * own.luck), own.luck)));
          cells.push(cell(D.heads[3], data(pm(scale), own.error)));
        }
      }
      if (reference) cells.push(cell(D.heads[4], "reference"), cell(D.heads[5], "–"));
      else if (than.why) cells.push(cell(D.heads[4], than.why), cell(D.heads[5], "–"));
      else {
        cells.push(cell(D.heads[4], data(Say.value(o, than.mean, than.half, true), than.mean)));
        const ends = `${Say.value(o, than.low, than.half, true, false)} to ${Say.value(o, than.high, than.half, true, false)}`;
        const apart = than.low > 0 || than.high < 0 ? "" : "; cannot be told apart";
        cells.push(cell(D.heads[5], [data(ends, than.half), apart]));
      }
      return element("tr", [head, ...cells]);
    });
    body.replaceChildren(...rows);
    $("here").querySelectorAll("[data-level]").forEach(each => { each.hidden = Boolean(net); });
  }

  function tableNearest() {
    const o = Page.outcome(), runs = Page.nearest(5, -1);
    $("runs").tBodies[0].replaceChildren(...runs.map(run => element("tr", [
      element("th", Say.number(run.far, 2), {scope: "row"}),
      ...D.sliders.map((slider, j) => element("td", Say.slider(slider, Page.at(slider, run.place[j])), {"data-label": slider.title})),
      ...D.strategies.map((strategy, a) => {
        const value = Page.difference() && a === D.against ? 0 : Page.ran(a, run.n);
        return element("td", data(Say.value(o, value, NaN, Page.difference()), value), {"data-label": strategy.title});
      }),
    ])));
  }

  function csv() {
    const o = Page.outcome(), names = D.sliders.map(each => each.name), lines = [];
    const quote = text => /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    // a cell that a spreadsheet would take for a formula is text
    const safe = text => quote(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
    lines.push(["where", ...names, "strategy", "against", "outcome", "mean", "emulator_error", "sd_of_sets", "sd_of_luck", "low", "high", "not_shown"]);
    const put = (where, u, a, b) => {
      const one = Page.told(a, b, u);
      const numbers = ["mean", "error", "sets", "luck", "low", "high"].map(key => one.why || !Number.isFinite(one[key]) ? "" : one[key]);
      lines.push([where, ...D.sliders.map((slider, j) => slider.kind === "month" ? Say.month(Math.round(Page.at(slider, u[j]))) : Page.at(slider, u[j])),
        D.strategies[a].key, b < 0 ? "" : D.strategies[b].key, o.key, ...numbers, one.why]);
    };
    D.strategies.forEach((_, a) => {
      if (!o.net) put("here", state.u, a, -1);
      if (a !== D.against) put("here", state.u, a, D.against);
    });
    for (let n = 0; n <= 48; n++) {
      const u = [...state.u];
      u[state.along] = n / 48;
      Page.strategies().forEach(a => put("along", u, a, Page.difference() ? D.against : -1));
    }
    return lines.map(row => row.map(each => typeof each === "number" ? String(each) : safe(String(each))).join(",")).join("\n") + "\n";
  }

  let waiting = 0;
  function soon() {
    if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; update(); });
  }

  // The chart's own height changes with its content: only another width asks for another drawing.
  let wide = 0;
  function resized() {
    const now = $("chart").clientWidth;
    if (now !== wide) { wide = now; soon(); }
  }

  function update() {
    const o = Page.outcome(), slider = D.sliders[state.along];
    $("outcome").value = o.key;
    $("show").value = Page.difference() ? "difference" : "value";
    $("show").disabled = Boolean(o.net) || !o.compared;
    $("bands").value = D.strategies[state.bands].key;
    $("along").value = slider.name;
    $("worth-row").hidden = !o.net;
    $("worth-said").textContent = state.clamped ? "A worth is 0 or more: it is taken as 0." : "";
    $("table-note").textContent = o.net ? D.notes.net : D.notes.usual;
    if (document.activeElement !== $("worth")) $("worth").value = state.worth ?? "";
    D.sliders.forEach((each, j) => {
      const input = $(`slider-${j}`), value = Page.at(each, state.u[j]), text = Say.slider(each, value);
      input.value = each.kind === "number" ? state.u[j] : Math.round(value);
      input.setAttribute("aria-valuetext", text);
      $(`value-${j}`).textContent = text;
    });
    $("title").textContent = Page.difference() ? `${o.title}, difference from ${Say.quoted(D.strategies[D.against].title)}` : o.title;
    $("y-axis").textContent = Page.difference() ? o.axisDifference : o.axis;
    $("x-axis").textContent = slider.title;
    $("verdict").textContent = Page.verdict();
    $("promise").textContent = Page.promise();
    $("kinds").textContent = o.note;
    $("seek").textContent = `Levers to the best place for ${Say.quoted(D.strategies[state.bands].title)}`;
    $("seek").disabled = !D.sliders.some(each => each.lever) || !o.better;
    Draw.draw();
    tableHere();
    tableNearest();
    const colour = D.strategies[state.bands].colour;
    $("swatch-luck").style.background = Draw.faded("#6B7280", 0.3);
    $("swatch-sets").style.background = Draw.faded(colour, 0.3);
    $("swatch-error").style.background = Draw.faded(colour, 0.65);
    Page.write();
  }

  function choices(select, items) {
    select.replaceChildren(...items.map(([value, text]) => element("option", text, {value})));
  }

  choices($("outcome"), D.outcomes.filter(each => !each.hidden).map(each => [each.key, each.title]));
  choices($("bands"), D.strategies.map(each => [each.key, each.title]));
  choices($("along"), D.sliders.map(each => [each.name, each.title]));
  $("legend").replaceChildren(...D.strategies.map(strategy => {
    const line = element("span", "", {class: "swatch line", "aria-hidden": "true"}), [first] = strategy.dash;
    line.style.borderTop = `3px ${first === undefined ? "solid" : first < 8 ? "dotted" : "dashed"} ${strategy.colour}`;
    return element("span", [line, strategy.title]);
  }));
  const on = (id, what, change) => $(id).addEventListener(what, event => { change(event.target); soon(); });
  on("outcome", "change", each => { state.outcome = each.value; });
  on("show", "change", each => { state.show = each.value; });
  on("bands", "change", each => { state.bands = D.strategies.findIndex(one => one.key === each.value); });
  on("along", "change", each => { state.along = D.sliders.findIndex(one => one.name === each.value); });
  on("worth", "input", each => { if (each.value === "") Object.assign(state, {worth: null, clamped: false}); else Page.price(Number(each.value)); });
  for (const name of ["luck", "sets", "error"]) on(`band-${name}`, "change", () => {});
  D.sliders.forEach((slider, j) => on(`slider-${j}`, "input", input => {
    const value = Number(input.value);
    state.u[j] = slider.kind === "number" ? value : (value - slider.low) / (slider.high - slider.low);
  }));
  $("seek").addEventListener("click", () => { Page.seek(); soon(); });
  $("middle").addEventListener("click", () => { state.u = D.sliders.map(each => Page.settled(each, 0.5)); soon(); });
  $("csv").addEventListener("click", () => {
    const link = element("a", "", {href: URL.createObjectURL(new Blob([csv()], {type: "text/csv"})), download: "explore.csv"});
    link.click();
    URL.revokeObjectURL(link.href);
  });
  $("print").addEventListener("click", () => window.print());
  window.addEventListener("hashchange", () => { Page.read(); soon(); });
  new ResizeObserver(resized).observe($("chart"));
  state.u = D.sliders.map(each => Page.settled(each, 0.5));
  Page.read();
  update();
})();
