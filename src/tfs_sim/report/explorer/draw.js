// The chart, drawn by uPlot: a line a strategy, bands of one of them, grey where nothing was run, runs as dots beneath.
"use strict";
const Draw = (() => {
  const {D, $, state} = Page;
  const INK = "#1F2328", GREY = "#59616c", GRID = "#E6E8EB", FAR = "#E9EAED";
  const FONT = '13px "DejaVu Sans", Verdana, "Segoe UI", Helvetica, Arial, sans-serif';
  const NEAREST = 8, LABELS = 158;
  let plot = null;

  const faded = (colour, part) => colour + Math.round(255 * part).toString(16).padStart(2, "0");

  // Everything that is drawn, as numbers: also what the CSV file holds.
  function content() {
    const strategies = Page.strategies(), money = Page.outcome().money || 0, by = money || Page.outcome().factor;
    const curves = new Map(strategies.map(a => [a, Page.curve(a)]));
    const own = curves.get(state.bands) || [...curves.values()][0];
    const band = name => [1, 0].map(end => own.map(p => {
      return p.why || !Number.isFinite(p.band[name][end]) ? null : by * Page.clipped(p.band[name][end]);
    }));
    const bands = ["luck", "sets", "error"].filter(name => $(`band-${name}`).checked).map(name => [name, band(name)]);
    const lines = strategies.map(a => [a, curves.get(a).map(p => p.why ? null : by * Page.clipped(p.mean))]);
    return {x: own.map(p => p.x), grey: own.map(p => p.why && p.why.startsWith("grey")), bands, lines, by, curves};
  }

  function axisValues(values) {
    const o = Page.outcome();
    const step = values.length > 1 ? Math.abs(values[1] - values[0]) : 1;
    if (o.money) return values.map(each => Say.money(each, Page.difference(), step < 1e4 ? step : NaN));
    return values.map(each => Say.number(each, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9))));
  }

  // Room for the longest number beside the axis.
  function roomFor(u, values) {
    if (!values) return 50;
    u.ctx.font = FONT;
    return 16 + Math.max(...values.map(each => u.ctx.measureText(each).width));
  }

  function paintGrey(u, shown) {
    const {ctx, bbox} = u, step = shown.x.length > 1 ? shown.x[1] - shown.x[0] : 1;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = FAR;
    shown.x.forEach((x, n) => {
      if (!shown.grey[n]) return;
      const left = u.valToPos(x - step / 2, "x", true), right = u.valToPos(x + step / 2, "x", true);
      ctx.fillRect(left, bbox.top, right - left + 1, bbox.height);
    });
    ctx.restore();
  }

  function paintRuns(u, shown) {
    const {ctx, bbox} = u, ratio = devicePixelRatio || 1, slider = D.sliders[state.along];
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    Page.nearest(NEAREST, state.along).forEach(run => {
      const value = Page.ran(state.bands, run.n);
      if (!Number.isFinite(value)) return;
      const x = u.valToPos(Page.at(slider, run.place[state.along]), "x", true), y = u.valToPos(shown.by * value, "y", true);
      ctx.beginPath();
      ctx.arc(x, y, 4 * ratio, 0, 2 * Math.PI);
      ctx.fillStyle = faded(D.strategies[state.bands].colour, Math.max(0.15, 0.75 - 1.5 * run.far));
      ctx.fill();
      ctx.strokeStyle = "#fff";
      ctx.stroke();
    });
    ctx.restore();
  }

  function paintPlace(u, shown) {
    const {ctx, bbox} = u, ratio = devicePixelRatio || 1;
    const x = u.valToPos(Page.at(D.sliders[state.along], state.u[state.along]), "x", true);
    ctx.save();
    ctx.strokeStyle = INK;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    if (shown.wide) {
      ctx.setLineDash([]);
      ctx.font = FONT.replace("13px", `${12 * ratio}px`);
      ctx.textBaseline = "middle";
      ctx.textAlign = "left";
      const ends = shown.lines.map(([a, line]) => {
        const last = line.findLastIndex(each => each !== null);
        return last < 0 ? null : {a, y: u.valToPos(line[last], "y", true)};
      }).filter(Boolean).sort((p, q) => p.y - q.y);
      const line = 15 * ratio, apart = 4 * ratio, tall = each => each.lines.length * line;
      for (const each of ends) each.lines = wrapped(ctx, D.strategies[each.a].title, LABELS * ratio);
      for (let n = 1; n < ends.length; n++) {
        ends[n].y = Math.max(ends[n].y, ends[n - 1].y + (tall(ends[n - 1]) + tall(ends[n])) / 2 + apart);
      }
      // what ran out at the bottom moves up again, and pushes what is above it
      let under = bbox.top + bbox.height + 20 * ratio;
      for (const each of [...ends].reverse()) {
        each.y = Math.min(each.y, under - tall(each) / 2);
        under = each.y - tall(each) / 2 - apart;
      }
      for (const {a, y, lines} of ends) {
        ctx.fillStyle = D.strategies[a].colour;
        lines.forEach((each, n) => ctx.fillText(each, bbox.left + bbox.width + 7 * ratio, y + (n - (lines.length - 1) / 2) * line));
      }
    }
    ctx.restore();
  }

  // A name in lines of whole words; only a word that is too long by itself is cut.
  function wrapped(ctx, text, room) {
    const lines = [], wide = each => ctx.measureText(each).width > room;
    for (let word of text.split(/\s+/)) {
      const joined = lines.length ? `${lines.at(-1)} ${word}` : word;
      if (lines.length && !wide(joined)) { lines[lines.length - 1] = joined; continue; }
      while (word.length > 4 && wide(word)) word = `${word.slice(0, -2)}…`;
      lines.push(word);
    }
    return lines;
  }

  function draw() {
    const shown = content(), box = $("chart"), slider = D.sliders[state.along];
    shown.wide = box.clientWidth >= 560;
    if (plot) plot.destroy();
    const series = [{}], data = [shown.x], bands = [];
    const colour = D.strategies[state.bands].colour;
    const fills = {luck: faded("#6B7280", 0.16), sets: faded(colour, 0.2), error: faded(colour, 0.45)};
    for (const [name, [high, low]] of shown.bands) {
      bands.push({series: [series.length, series.length + 1], fill: fills[name]});
      series.push(...[0, 1].map(() => ({stroke: fills[name], width: 0.5, points: {show: false}})));
      data.push(high, low);
    }
    for (const [a, line] of shown.lines) {
      const {colour: stroke, dash} = D.strategies[a];
      series.push({stroke, dash, width: a === state.bands ? 3 : 2, points: {show: false}});
      data.push(line);
    }
    const axis = {stroke: GREY, font: FONT, grid: {stroke: GRID, width: 1}, ticks: {show: false}};
    plot = new uPlot({
      width: box.clientWidth, height: shown.wide ? 380 : 260, padding: [10, shown.wide ? LABELS + 10 : 26, 0, 0],
      cursor: {show: false}, legend: {show: false}, select: {show: false},
      scales: {x: {time: false, range: [slider.low, slider.high]}},
      axes: [
        {...axis, grid: {show: false}, size: 32, space: 70, values: (_, at) => at.map(each => Say.slider(slider, each))},
        {...axis, size: roomFor, values: (_, at) => axisValues(at)},
      ],
      series, bands,
      hooks: {drawClear: [u => paintGrey(u, shown)], drawAxes: [u => paintRuns(u, shown)], draw: [u => paintPlace(u, shown)]},
    }, data, box);
    return shown;
  }

  return {draw, faded, wrapped};
})();
