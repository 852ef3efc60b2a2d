// 预测: what the rate still bears before each line, and where the next thirty days lead.
import { html, useState } from "../lib/view.js";
import { get, patch } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { number, percent, said, t, tOr } from "../lib/i18n.js";
import { can } from "../lib/session.js";
import { Chart } from "../ui/chart.js";
import { Define, Figures, Loaded, oneOf, Recount, Tile, useCounted } from "../ui/figures.js";
import { lineWord, PenaltyDates, State, stateWord } from "../ui/ladder.js";
import { attempt } from "../ui/floating.js";
import { Chip, Empty, useLoad } from "../ui/parts.js";

const LOOK = { all: "good", same: "main", none: "bad" };
const noon = (day) => `${day}T12:00:00+08:00`;
/** How a rate stands to one line: what it still bears, or what it takes to come back. */
function left({ misses_left: misses, good_needed: good }) {
  if (good === 0) return html`<${Chip} tone=${misses > 0 ? "ok" : "warn"}>${t("forecast.may_miss", { n: misses })}<//>`;
  return html`<${Chip} tone="danger">${good === null ? t("forecast.out_of_reach") : t("forecast.good_needed", { n: good })}<//>`;
}

const Lines = ({ data }) => html`<section><h2>${t("forecast.lines")}</h2><div class="scroll"><table class="stack"><thead><tr><th scope="col">${t("forecast.line")}</th><th scope="col" class="num">${t("forecast.at")}</th><th scope="col">${t("forecast.today")}</th><th scope="col">${t("forecast.period", { n: data.period_days })}</th></tr></thead>
  <tbody>${data.lines.map((l) => html`<tr key=${l.name}><th scope="row">${lineWord(l.name)}</th><td class="num">${l.percent}%</td><td><span class="only-stack">${t("forecast.today")} </span>${data.rate_today.denominator ? left(l.today) : t("rate.none")}</td><td><span class="only-stack">${t("forecast.period", { n: data.period_days })} </span>${left(l)}</td></tr>`)}</tbody></table></div></section>`;

function Open({ data, shop }) {
  const inbox = (tab) => `/inbox?shop=${encodeURIComponent(shop.id)}${tab ? `&tab=${tab}` : ""}`;
  return html`<section><h2>${t("forecast.open")}</h2><div class="tiles">
    <${Tile} word=${t("forecast.handoffs")} of="open_handoffs" ruleset=${data.ruleset} shop=${shop} href=${inbox()}><p class="figure"><b>${number(data.open.handoffs)}</b></p><//>
    <${Tile} word=${t("forecast.bot_answered")} of="open_bot" ruleset=${data.ruleset} shop=${shop} href=${inbox()}><p class="figure"><b>${number(data.open.bot_answered)}</b></p><//>
    <${Tile} word=${t("forecast.owed")} of="open_owed" ruleset=${data.ruleset} shop=${shop} href=${`/rates?shop=${encodeURIComponent(shop.id)}&simulated=1&reason=owed#inquiries`} see=${t("rate.see_inquiries")}><p class="figure"><b>${number(data.open.owed)}</b></p><//>
  </div></section>`;
}

/** What the shop knows beside its rates, which changes how long a penalty lasts; who said so stays on record. */
function Facts({ data, shop, reload }) {
  // What was just said stands until the page has heard it back: other news may come before.
  const [meant, setMeant] = useState({});
  const facts = data.facts.map((f) => (meant[f.name]?.before === f.at ? { ...f, value: meant[f.name].value } : f));
  const state = async ({ name, at }, value) => {
    setMeant((others) => ({ ...others, [name]: { value, before: at } }));
    const told = await attempt(() => patch(`/shops/${shop.id}/facts`, { name, value }).then(() => true));
    if (!told) setMeant({});
    reload();
  };
  const today = data.today;
  return html`<fieldset class="checks" disabled=${!can("rates")}><legend>${t("forecast.facts")}</legend>${facts.map((f) => html`<span class="check" key=${f.name}><label class="check"><input type="checkbox" checked=${Boolean(f.value)} onChange=${(e) => state(f, e.currentTarget.checked)} /><span>${t(`forecast.fact.${f.name}`)}</span></label>
    ${f.name === "application_submitted" && f.value && html`<input type="date" max=${today} value=${f.value === true ? "" : f.value} aria-label=${t("forecast.applied_on")} onChange=${(e) => e.currentTarget.value && state(f, e.currentTarget.value)} />`}
    ${f.at && html`<span class="meta">${dayWord(f.at)} ${minuteTime(f.at)}</span>`}</span>`)}</fieldset>`;
}

function Penalty({ data, shop, reload }) {
  if (!data.ladder) return null;
  const states = Object.entries(data.effects).filter(([, list]) => list.length);
  return html`<section><h2>${t("forecast.penalty")}</h2><div class="card"><p><${State} ladder=${data.ladder} /> ${data.tier && html`<span class="meta">${t("forecast.tier", { tier: tOr(`tier.${data.tier}`, data.tier) })}</span>`}</p>
    ${states.length > 0 && html`<dl class="effects">${states.map(([state, list]) => html`<div key=${state}><dt>${stateWord(state)}${state === data.ladder.state || state === data.ladder.penalty ? html` <${Chip} tone="danger">${t("forecast.now")}<//>` : ""}</dt><dd><ul>${list.map((one) => html`<li class="said" key=${oneOf(one)}>${oneOf(one)}</li>`)}</ul></dd></div>`)}</dl>`}
    ${data.ladder.penalty && html`<h3>${t("forecast.recovery")}</h3><dl class="turns">${data.courses.map((c) => html`<div key=${c.assumption}><dt>${t(`forecast.${c.assumption}`)}</dt><dd>${c.recovered_on ? "" : html`<p>${t("forecast.not_free")}</p>`}<${PenaltyDates} dates=${c.dates} /></dd></div>`)}</dl>`}
    ${data.facts && html`<${Facts} data=${data} shop=${shop} reload=${reload} />`}</div></section>`;
}

/** The lines worth drawing: each height once, and no more than the four highest. */
function heights(lines) {
  const seen = new Map();
  lines.filter((l) => l.percent > 0).forEach((l) => seen.set(l.percent, [...(seen.get(l.percent) || []), lineWord(l.name)]));
  return [...seen].slice(0, 4).map(([at, names]) => ({ at, word: `${names.join(t("word.comma"))} ${at}%` }));
}

function Courses({ data }) {
  const days = data.courses[0].days.map((d) => d.date);
  const drawn = data.courses.map((c) => ({ word: t(`forecast.${c.assumption}`), look: LOOK[c.assumption], values: c.days.map((d) => d.percent), days: c.days }));
  const lines = heights(data.lines).map(({ at, word }, i) => ({ word, look: i ? "line" : "target", values: days.map(() => at) }));
  const tell = (line, i) => {
    const day = line.days?.[i];
    if (!day) return `${line.values[i]}%`;
    const state = day.ladder && day.ladder.state !== "none" ? ` · ${stateWord(day.ladder.state)}` : "";
    return day.denominator ? `${percent(day.percent)} (${day.numerator}/${day.denominator})${state}` : t("rate.none");
  };
  return html`<section><h2>${t("forecast.courses")}</h2><div class="card"><ul class="sentences">${data.courses.map((c) => html`<li key=${c.assumption}>${said(c.sentence)}</li>`)}</ul>
    <${Chart} title=${t("forecast.courses")} head=${t("word.day")} labels=${days.map((d) => dayWord(noon(d)))} ticks=${days.map((d) => d.slice(5))} lines=${[...drawn, ...lines]} height=${280} tell=${tell} />
    ${data.ladder && html`<${States} courses=${data.courses} />`}</div></section>`;
}

/** The penalty state on the coming days: only the days on which it changes. */
function States({ courses }) {
  const turns = courses.map((c) => [c.assumption, c.days.filter((d, i) => d.ladder && (i === 0 || d.ladder.state !== c.days[i - 1].ladder?.state))]);
  return html`<h3>${t("forecast.states")}</h3><dl class="turns">${turns.map(([assumed, days]) => html`<div key=${assumed}><dt>${t(`forecast.${assumed}`)}</dt><dd><ol>${days.map((d) => html`<li key=${d.date}><time>${dayWord(noon(d.date))}</time> <${State} ladder=${{ ...d.ladder, early_warning: false }} /></li>`)}</ol></dd></div>`)}</dl>`;
}

function Ahead({ shop }) {
  const found = useLoad(() => get("/rates/forecast", { shop: shop.id }), [shop.id]);
  useCounted(shop.id, found.reload);
  return html`<${Loaded} of=${found}>${(data) => (data.rate.denominator || data.courses.some((c) => c.days.some((d) => d.denominator)) ? html`<${Recount} recount=${data.recount} /><section><div class="card"><ul class="sentences large">${data.sentences.map((s) => html`<li key=${s.zh}>${said(s)}</li>`)}</ul><p><${Define} of="forecast" word=${t("forecast.title")} ruleset=${data.ruleset} shop=${shop} /></p></div></section>
      ${data.lines.length > 0 ? html`<${Lines} data=${data} />` : html`<p class="notice">${data.grading === "tiers" ? t("forecast.no_tier") : t("forecast.no_lines")}</p>`}<${Open} data=${data} shop=${shop} /><${Penalty} data=${data} shop=${shop} reload=${found.reload} /><${Courses} data=${data} />`
    : html`<${Empty}>${t("empty.forecast")}<//>`)}<//>`;
}

export const Page = () => html`<${Figures} here="forecast" title=${t("forecast.title")}>${(shop) => html`<${Ahead} key=${shop.id} shop=${shop} />`}<//>`;
