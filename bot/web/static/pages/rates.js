// 数据: the rate under the shop's own rules on top, then when, why and by whom; every number opens what is behind it.
import { html, useMemo, useState } from "../lib/view.js";
import { apiUrl, get } from "../lib/api.js";
import { seconds } from "../lib/clock.js";
import { calmly } from "../lib/feed.js";
import { number, percent, t } from "../lib/i18n.js";
import { can } from "../lib/session.js";
import { Checklist } from "../ui/checklist.js";
import { Figures, Loaded, oneOf, Recount, Tile, useCounted, viewUrl } from "../ui/figures.js";
import { State } from "../ui/ladder.js";
import { Chip, Icon, levelWord, RateFigure, useLoad } from "../ui/parts.js";
import { ByHour, Entries, Funnel, Handoffs, Week } from "./rates_charts.js";
import { behind, ByReason, Inquiries } from "./rates_inquiries.js";
import { Kpi } from "./rates_kpi.js";
import { Passings } from "./rates_passings.js";
import { Drafts } from "./rates_drafts.js";
import { compared, period, PeriodPicker } from "./rates_period.js";
import { ByAgent, ByDay, ByShop, fraction } from "./rates_tables.js";

const CALM_MS = 3000;

/** What a number was in the period before, where that is asked for. */
const Was = ({ children }) => children && html`<p class="meta">${t("rate.before")} ${children}</p>`;
const Number = ({ children }) => html`<p class="figure"><b>${children}</b></p>`;

function Top({ rates, flow, was, shop }) {
  const inbox = `/inbox?shop=${encodeURIComponent(rates.shop)}`;
  const tile = (word, of, href, see, body) => html`<${Tile} word=${t(word)} of=${of} ruleset=${rates.ruleset} shop=${shop} href=${href} see=${see}>${body}<//>`;
  const list = t("rate.see_inquiries");
  return html`<div class="tiles top">
    ${tile("rate.human", "human", behind({ reason: "missed" }), t("rate.see_missed"), html`<${RateFigure} rates=${rates} large />${rates.rate.denominator > 0 && levelWord(rates) && html`<p><${Chip}>${levelWord(rates)}<//></p>`}${was && html`<${Was}>${fraction(was.rate)}<//>`}`)}
    ${tile("rate.avg_response", "avg_response", behind({ reason: "answered" }), list, html`<${Number}>${seconds(rates.avg_response_s)}<//>${was && html`<${Was}>${seconds(was.avg_response_s)}<//>`}`)}
    ${tile("rate.auto_share", "auto_share", behind({ reason: "auto_only" }), t("rate.see_auto_only"), html`<${Number}>${percent(rates.auto_share) || t("rate.none")}<//>${was && html`<${Was}>${percent(was.auto_share) || t("rate.none")}<//>`}`)}
    ${flow && tile("rate.unanswered", "unanswered", null, null, html`<p class="figure">${fraction(flow.unanswered)}</p>${was && html`<${Was}>${fraction(flow.unanswered_before)}<//>`}`)}
    ${tile("rate.waiting", "waiting", inbox, null, html`<${Number}>${number(rates.waiting)}<//>`)}
    ${tile("rate.overdue_short", "overdue", inbox, null, html`<p class=${`figure ${rates.overdue > 0 ? "danger" : ""}`}><b>${number(rates.overdue)}</b></p>`)}
    ${tile("rate.owed", "owed", behind({ reason: "owed" }), list, html`<${Number}>${number(rates.owed)}<//>`)}
    ${tile("rate.opened_fast", "opened", behind({ reason: "due" }), list, html`<p class="figure"><b>${number(rates.opened.fast)}</b> <span>/ ${number(rates.opened.eligible)}</span></p><p class="meta">${t("rate.opened_within", { span: seconds(rates.opened.target_s) })}</p>`)}
  </div>`;
}

/** Nobody knows whether the platform counts replies sent by API: then both rates stand side by side. */
function ByApi({ rates, shop }) {
  const { api_sent: sent } = rates;
  if (!sent?.banner) return null;
  return html`<div class="notice warn"><p><strong>${t("rate.api_unknown")}</strong></p><p>${t("rate.api_unknown_why")}</p>
    <p class="chips"><span>${t("rate.api_with")} ${fraction(sent.with)}</span><span>${t("rate.api_without")} ${fraction(sent.without)}</span></p>${can("rates") && html`<a class="button" href=${viewUrl("statements", shop)}>${t("rate.api_compare")}</a>`}</div>`;
}

/** Channels that cannot show what people type elsewhere: their inquiries may be beyond counting. */
function Blind({ rates, shop }) {
  const blind = shop.channels.filter((c) => c.sees_human_replies === false);
  const n = rates.counts.unmeasured || 0;
  if (!blind.length && !n) return null;
  return html`<div class="notice warn"><p><strong>${t("rate.unmeasured")}</strong> ${t("rate.unmeasured_why")}</p>${n > 0 && html`<a class="button" href=${behind({ reason: "unmeasured" })}>${t("rate.unmeasured_see", { n })}</a>`}</div>`;
}

function Penalty({ shop, mark }) {
  const { data } = useLoad(() => get("/rates/forecast", { shop: shop.id }), [shop.id, mark]);
  if (!data?.ladder) return null;
  const now = [...(data.effects[data.ladder.penalty] || []), ...(data.ladder.penalty === data.ladder.state ? [] : data.effects[data.ladder.state] || [])];
  const free = data.courses[0]?.recovered_on;
  return html`<section><h2>${t("forecast.penalty")}</h2><div class="card"><p><${State} ladder=${data.ladder} /></p>${now.length > 0 && html`<ul>${now.map((one) => html`<li class="said" key=${oneOf(one)}>${oneOf(one)}</li>`)}</ul>`}
    ${data.ladder.penalty && html`<p>${free ? t("rate.recovery", { day: free }) : t("forecast.not_recovered")}</p>`}<p><a href=${viewUrl("forecast", shop)}>${t("rate.to_forecast")}</a></p></div></section>`;
}

const Export = ({ query }) => html`<a class="button" download href=${apiUrl("/rates/export", { ...query, format: "xlsx" })}><${Icon} name="download" />.xlsx</a><a class="button" download href=${apiUrl("/rates/export", { ...query, format: "csv" })}><${Icon} name="download" />.csv</a>`;

/** A mark that changes when something was counted, no more than once in a while: all is fetched again by it. */
function useMark(shop) {
  const [mark, setMark] = useState(0);
  const next = useMemo(() => calmly(async () => setMark((n) => n + 1), CALM_MS), []);
  useCounted(shop, next);
  return mark;
}

function Overview({ shop }) {
  const [days, compare] = [period(), compared()];
  const query = { shop: shop.id, ...days };
  const key = JSON.stringify(query);
  const mark = useMark(shop.id);
  const load = (path, more) => useLoad(() => get(path, { ...query, ...more }), [key, mark]);
  const card = load("/rates");
  const flow = load("/rates/flow").data;
  const [byHour, byWeek, byDay] = ["hour", "weekday_hour", "day"].map((by) => load("/rates/series", { by }).data);
  const agents = useLoad(() => (can("rates") ? get("/rates/agents", query) : Promise.resolve(null)), [key, mark]).data;
  const shops = useLoad(() => get("/rates/shops", days), [key, mark]).data;
  const before = flow?.before;
  const was = useLoad(() => (compare && before ? get("/rates", { shop: shop.id, first: before.first, last: before.last }) : Promise.resolve(null)), [compare, before?.first, before?.last, shop.id]).data;
  const names = Object.fromEntries((agents?.items || []).map((a) => [a.agent, a.name]));
  return html`<div class="acts period"><${PeriodPicker} key=${shop.id} shop=${shop} /><span class="grow"></span>${can("rates") && html`<${Export} query=${query} />`}</div>
    <${Loaded} of=${card}>${(rates) => html`<${Recount} recount=${rates.recount} /><${ByApi} rates=${rates} shop=${shop} /><${Blind} rates=${rates} shop=${shop} /><${Top} rates=${rates} flow=${flow} was=${compare ? was : null} shop=${shop} />
      ${rates.grading === "tiers" && html`<${Penalty} shop=${shop} mark=${mark} />`}
      <${Kpi} kpi=${rates.kpi} shop=${shop} /><${ByReason} counts=${rates.counts} />
      ${rates.volume > 0 && html`${byHour && html`<${ByHour} series=${byHour} rates=${rates} />`}${byWeek && html`<${Week} series=${byWeek} />`}`}
      ${flow && flow.funnel.some((s) => s.count) && html`<div class="halves"><${Funnel} flow=${flow} compare=${compare} /><${Handoffs} flow=${flow} compare=${compare} /></div><${Entries} flow=${flow} compare=${compare} />`}
      ${shops && html`<${ByShop} items=${shops.items} />`}${agents && html`<${ByAgent} agents=${agents} />`}${rates.volume > 0 && byDay && html`<${ByDay} series=${byDay} compare=${compare} />`}`}<//>
    <${Drafts} shop=${shop.id} days=${days.days || 30} mark=${mark} />
    <${Passings} shop=${shop.id} days=${days.days || 30} mark=${mark} />
    <${Inquiries} shop=${shop.id} period=${days} names=${names} mark=${mark} />
    ${shop.simulated && html`<section class="card"><h2>${t("start.checklist")}</h2><p class="muted">${t("start.checklist_why")}</p><${Checklist} /></section>`}`;
}

export const Page = () => html`<${Figures} here="" title=${t("place.rates")}>${(shop) => html`<${Overview} key=${shop.id} shop=${shop} />`}<//>`;
