// The tables of 数据: shops, agents and days side by side.
import { html } from "../lib/view.js";
import { dayWord, seconds } from "../lib/clock.js";
import { number, percent, t } from "../lib/i18n.js";
import { levelWord } from "../ui/parts.js";
import { withQuery } from "../lib/router.js";
import { behind } from "./rates_inquiries.js";

/** A rate as one cell: the percentage, and the fraction it was counted from. */
export const fraction = (rate) => (rate.denominator ? html`<b>${percent(rate.percent)}</b> <span class="meta">${number(rate.numerator)}/${number(rate.denominator)}</span>` : html`<span class="muted">${t("rate.none")}</span>`);

const Table = ({ title, heads, children }) => html`<section><h2>${title}</h2><div class="scroll" role="region" aria-label=${title} tabindex="0"><table><thead><tr>${heads.map(([word, num]) => html`<th scope="col" class=${num ? "num" : ""} key=${word}>${word}</th>`)}</tr></thead><tbody>${children}</tbody></table></div></section>`;

export function ByShop({ items }) {
  if (items.length < 2) return null;
  const heads = [[t("word.shop")], [t("rate.human"), 1], [t("rate.level")], [t("rate.avg_response"), 1], [t("rate.auto_share"), 1], [t("rate.volume"), 1], [t("rate.waiting"), 1], [t("rate.owed"), 1], [t("rate.overdue_short"), 1]];
  return html`<${Table} title=${t("rate.by_shop")} heads=${heads}>${items.map((s) => html`<tr key=${s.shop}><th scope="row"><a href=${withQuery({ shop: s.shop, simulated: s.simulated ? "1" : "" })}>${s.name}</a></th><td class="num">${fraction(s.rate)}</td><td>${levelWord(s)}</td><td class="num">${seconds(s.avg_response_s)}</td><td class="num">${percent(s.auto_share) || t("rate.none")}</td><td class="num">${number(s.volume)}</td><td class="num">${number(s.waiting)}</td><td class="num">${number(s.owed)}</td><td class="num">${number(s.overdue)}</td></tr>`)}<//>`;
}

export function ByAgent({ agents }) {
  const heads = [[t("rate.agent")], [t("rate.agent_inquiries"), 1], [t("rate.in_time"), 1], [t("rate.valid"), 1], [t("rate.opened_fast"), 1], [t("rate.avg_response"), 1]];
  if (!agents.items.length && !agents.without_agent) return null;
  return html`<${Table} title=${t("rate.by_agent")} heads=${heads}>${agents.items.map((a) => html`<tr key=${a.agent}><th scope="row"><a href=${behind({ agent: a.agent })}>${a.name}</a></th><td class="num">${number(a.inquiries)}</td><td class="num">${fraction(a.in_time)}</td><td class="num">${fraction(a.valid)}</td><td class="num">${fraction(a.opened_fast)}</td><td class="num">${seconds(a.avg_response_s)}</td></tr>`)}
    ${agents.without_agent > 0 && html`<tr><th scope="row">${t("rate.nobody")}</th><td class="num">${number(agents.without_agent)}</td><td class="num" colspan="4"></td></tr>`}<//>
    <p class="meta">${t("rate.def.agents")}</p>`;
}

export function ByDay({ series, compare }) {
  if (series.items.length < 2) return null;
  const heads = [[t("word.day")], [t("rate.human"), 1], [t("rate.volume"), 1], [t("rate.late"), 1], ...(compare ? [[t("rate.period_before"), 1]] : [])];
  return html`<${Table} title=${t("rate.by_day")} heads=${heads}>${series.items.map((d, i) => html`<tr key=${d.date}><th scope="row">${d.volume ? html`<a href=${behind({ date: d.date })}>${dayWord(`${d.date}T12:00:00+08:00`)}</a>` : dayWord(`${d.date}T12:00:00+08:00`)}</th><td class="num">${fraction(d)}</td><td class="num">${number(d.volume)}</td><td class="num">${number(d.late)}</td>${compare && html`<td class="num">${fraction(series.items_before[i])}</td>`}</tr>`).reverse()}<//>`;
}
