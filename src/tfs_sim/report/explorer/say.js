// Numbers as the report says them (analysis/words.py), and what the page says of a place, in sentences.
"use strict";
const Say = (() => {
  const number = (value, places, sign) => {
    if (!Number.isFinite(value)) return "–";
    const text = Math.abs(value).toFixed(places), zero = Number(text) === 0;
    const whole = text.replace(/^\d+/, digits => digits.replace(/\B(?=(\d{3})+$)/g, ","));
    return (value < 0 && !zero ? "−" : sign && !zero ? "+" : "") + whole;
  };

  // `scale` is the half of an interval by which digits go: its ends must not look alike.
  const money = (dollars, sign, scale) => {
    if (!Number.isFinite(dollars)) return "–";
    const size = Math.abs(dollars), usual = size < 9995000 ? 2 : 1;
    const digits = scale > 0 ? Math.min(5, Math.max(usual, Math.ceil(-Math.log10(scale / 2e6)))) : usual;
    const said = size >= 999500 ? `$${number(size / 1e6, digits).replace(/(\.\d)0+$/, scale > 0 ? "$&" : "$1")} million`
      : size >= 1000 && !(scale > 0 && scale < 1000) ? `$${number(Math.round(size / 1000), 0)},000` : `$${number(size, 0)}`;
    return (said === "$0" ? "" : dollars < 0 ? "−" : sign ? "+" : "") + said;
  };

  const decimals = (outcome, scale) => {
    const usual = outcome.decimals;
    if (!Number.isFinite(scale) || scale <= 0) return usual;
    return Math.min(4, Math.max(scale < 100 ? usual : 0, Math.ceil(-Math.log10(scale / 2)), 0));
  };

  // A value of an outcome with its unit; `scale` is the half of an interval by which its decimals go.
  const value = (outcome, raw, scale, difference, unit = true) => {
    if (outcome.money) return money(raw * outcome.money, difference, scale * outcome.money);
    const text = number(raw * outcome.factor, decimals(outcome, scale * outcome.factor), difference);
    const said = difference ? outcome.differing : outcome.unit;
    return !unit || !said || text === "–" ? text : said === "%" ? text + said : `${text} ${said}`;
  };

  const month = count => `${Math.floor(count / 12)}-${String(count % 12 + 1).padStart(2, "0")}`;

  const slider = (about, at) => {
    if (about.kind === "month") return month(Math.round(at));
    if (about.kind === "whole") return number(Math.round(at), 0);
    return number(at, about.decimals);
  };

  const listed = items => items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
  const quoted = text => `“${text}”`;
  const share = part => `${number(100 * part, 0)}%`;

  return {number, money, value, month, slider, listed, quoted, share};
})();
