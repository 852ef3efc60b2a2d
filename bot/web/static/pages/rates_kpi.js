// The KPI set of a team whose platform grades it: value, standard, whether it is met, and the inquiries behind.
import { html } from "../lib/view.js";
import { seconds } from "../lib/clock.js";
import { number, percent, t, tOr } from "../lib/i18n.js";
import { viewUrl } from "../ui/figures.js";
import { Chip } from "../ui/parts.js";
import { behind } from "./rates_inquiries.js";

const shown = (metric, value) => (metric.endsWith("_s") ? seconds(value) : metric.endsWith("_rate") ? percent(value, 2) : number(value));
const SIGN = { low: "≤", high: "≥" };

export function metricWord(item) {
  const name = item.limit_s ? t("kpi.unanswered", { span: seconds(item.limit_s) }) : t(`kpi.name.${item.metric}`);
  return item.case ? `${name} · ${tOr(`kpi.of.${item.case}`, item.case)}` : name;
}

/** How many inquiries are behind it: of a share that should be high, those that spoil it. */
const behindIt = ({ opens, better, numerator, denominator }) => (!opens ? 0 : better === "high" ? denominator - numerator : opens === "answered" ? denominator : numerator);

const Verdict = ({ passes }) => html`<${Chip} tone=${passes === null ? "" : passes ? "ok" : "danger"} icon=${passes === null ? null : passes ? "tick" : "minus"}>${t(passes === null ? "kpi.no_verdict" : passes ? "kpi.met" : "kpi.missed")}<//>`;

function Row({ item }) {
  const { metric, value, numerator, denominator } = item;
  const said = value === null ? html`<span class="muted">${t("rate.none")}</span>` : html`<b>${shown(metric, value)}</b>`;
  const parts = metric.endsWith("_rate") && denominator > 0 && html` <span class="meta">${number(numerator)}/${number(denominator)}</span>`;
  const over = item.announced > 0 && html` <span class="meta">${t("kpi.announced", { n: item.announced })}</span>`;
  return html`<tr><th scope="row">${metricWord(item)}</th><td class="num">${said}${parts}${over}</td><td class="num">${item.standard === null ? t("rate.none") : `${SIGN[item.better]} ${shown(metric, item.standard)}`}</td><td><${Verdict} passes=${item.passes} /></td>
    <td>${behindIt(item) > 0 && html`<a href=${behind({ reason: item.opens })}>${t("rate.see_inquiries")}</a>`}</td></tr>`;
}

export function Kpi({ kpi, shop }) {
  if (!kpi) return null;
  const here = kpi.items.filter((one) => one.measured);
  const elsewhere = kpi.items.filter((one) => !one.measured).map(metricWord);
  const heads = [["kpi.metric"], ["kpi.value", 1], ["kpi.standard", 1], ["kpi.verdict"]];
  return html`<section><h2>${t("kpi.title")}</h2><div class="scroll"><table class="stack"><thead><tr>${heads.map(([word, num]) => html`<th scope="col" class=${num ? "num" : ""} key=${word}>${t(word)}</th>`)}<th scope="col"><span class="unseen">${t("word.acts")}</span></th></tr></thead>
    <tbody>${here.map((item) => html`<${Row} key=${item.metric + item.case} item=${item} />`)}</tbody></table></div>
    <p class="meta">${kpi.promo_dates.length ? t("kpi.promo", { days: kpi.promo_dates.join(t("word.comma")) }) : t("kpi.no_promo")} ${elsewhere.length > 0 && t("kpi.elsewhere", { names: elsewhere.join(t("word.comma")) })} <a href=${viewUrl("rules", shop)}>${t("rules.see_all")}</a></p></section>`;
}
