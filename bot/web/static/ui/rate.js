// A rate as the server counted it: percentage and fraction, and how far the next line is. Nothing is computed here.
import { html } from "../lib/view.js";
import { number, percent, t, tOr } from "../lib/i18n.js";

/** The words for a band or level of a ruleset. */
export const levelWord = (rates) => rates.grade ? tOr(`level.${rates.grade}`, rates.grade) : "";

export function RateFigure({ rates, large }) {
  const { rate, next_line: line, back } = rates;
  if (!rate || !rate.denominator) return html`<p class="figure">${t("rate.none")}</p>`;
  return html`<p class=${`figure ${large ? "large" : ""}`}><b>${percent(rate.percent)}</b> <span>${number(rate.numerator)}/${number(rate.denominator)}</span></p>
    ${line && html`<p class="meta">${t("rate.to_line", { line: `${line.percent}%`, n: number(line.misses_left) })}</p>`}
    ${back?.good_needed > 0 && html`<p class="meta">${t("rate.back", { n: number(back.good_needed), line: `${back.percent}%` })}</p>`}`;
}
