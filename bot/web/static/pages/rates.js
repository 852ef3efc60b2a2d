// 数据: the rate under the shop's own rules, the inquiries behind it, and what each number means.
import { html, useEffect, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, dayWord, seconds } from "../lib/clock.js";
import { useFeed } from "../lib/feed.js";
import { number, percent, said, t, tOr } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { shops } from "../lib/session.js";
import { Checklist } from "../ui/checklist.js";
import { showDialog } from "../ui/floating.js";
import { Button, Chip, Empty, Failed, Head, levelWord, Loading, RateFigure, ShopPicker, useLoad } from "../ui/parts.js";

const COUNTS = ["valid", "late", "pending", "auto_only", "no_reply", "meaningless_only", "turn_missed", "outside_hours", "excluded", "unmeasured"];
const TONE = { valid: "ok", late: "danger", no_reply: "danger", auto_only: "warn", meaningless_only: "warn", turn_missed: "warn", pending: "info" };
const DAYS = [1, 7, 30];

const verdictWord = (code) => tOr(`verdict.${code}`, code);

function showDefinition(rates) {
  const { ruleset } = rates;
  const rows = [["rate.ruleset", `${said(ruleset.title)} · ${ruleset.version}`], ["rate.source", ruleset.source], ["rate.read_on", ruleset.read_on], ["rate.confidence", tOr(`confidence.${ruleset.confidence}`, ruleset.confidence)],
    ["rate.window", ruleset.window ? ruleset.window.join("–") : t("rate.no_window")], ["rate.deadline", seconds(ruleset.deadline_s)],
    ["rate.automatic", t(ruleset.auto_counts ? "rate.automatic_counts" : "rate.automatic_not")], ["rate.overridden", ruleset.overridden.join(t("word.comma")) || t("rate.nothing_overridden")]];
  showDialog(t("rate.definition"), () => html`<p>${t("rate.def.human")}</p><dl class="facts">${rows.map(([word, value]) => html`<div key=${word}><dt>${t(word)}</dt><dd>${value}</dd></div>`)}</dl>`);
}

const Tile = ({ word, children, href }) => html`<div class="tile"><h2>${word}</h2>${children}${href && html`<a href=${href}>${t("rate.see")}</a>`}</div>`;

function Top({ rates }) {
  return html`<div class="tiles">
    <${Tile} word=${t("rate.human")}><${RateFigure} rates=${rates} large />
      <p class="chips">${rates.rate.denominator > 0 && levelWord(rates) && html`<${Chip}>${levelWord(rates)}<//>`}<button type="button" class="link" onClick=${() => showDefinition(rates)}>${t("rate.definition")}</button></p><//>
    <${Tile} word=${t("rate.avg_response")}><p class="figure"><b>${seconds(rates.avg_response_s)}</b></p><//>
    <${Tile} word=${t("rate.auto_share")}><p class="figure"><b>${percent(rates.auto_share) || t("rate.none")}</b></p><//>
    <${Tile} word=${t("rate.waiting")} href=${`/inbox?shop=${encodeURIComponent(rates.shop)}`}><p class="figure"><b>${number(rates.waiting)}</b></p><//>
    <${Tile} word=${t("rate.owed")} href=${withQuery({ reason: "owed" })}><p class="figure"><b>${number(rates.owed)}</b></p><p class="meta">${t("rate.overdue", { n: rates.overdue })}</p><//>
  </div>`;
}

function ByReason({ rates }) {
  const chosen = route.value.query.reason || "";
  if (!chosen && !COUNTS.some((c) => rates.counts[c])) return null;
  return html`<section><h2>${t("rate.by_reason")}</h2><div class="chips filter">${COUNTS.filter((c) => c in rates.counts).map((code) => html`<a key=${code} class=${`chip ${TONE[code] || ""}`} aria-current=${chosen === code ? "true" : undefined}
    href=${withQuery({ reason: chosen === code ? "" : code })}>${verdictWord(code)} <b>${number(rates.counts[code])}</b></a>`)}
    ${chosen && html`<a class="chip" href=${withQuery({ reason: "" })}>${t("filter.clear")}</a>`}</div></section>`;
}

const ByDay = ({ rates }) => rates.by_day.length > 1 && html`<section><h2>${t("rate.by_day")}</h2><div class="scroll"><table><thead><tr><th>${t("word.day")}</th><th class="num">${t("rate.fraction")}</th><th><span class="unseen">${t("rate.human")}</span></th></tr></thead>
  <tbody>${rates.by_day.map((d) => html`<tr key=${d.date}><td>${dayWord(`${d.date}T12:00:00+08:00`)}</td><td class="num">${d.denominator ? `${d.numerator}/${d.denominator}` : t("rate.none")}</td>
    <td><meter min="0" max=${d.denominator || 1} value=${d.numerator} aria-label=${`${d.numerator}/${d.denominator}`}></meter></td></tr>`)}</tbody></table></div></section>`;

async function explain(id) {
  const answer = await get(`/inquiries/${encodeURIComponent(id)}/explain`);
  showDialog(t("rate.why"), () => html`<p>${said(answer.sentence)}</p>`);
}

const Nothing = ({ filtered }) => (filtered ? html`<${Empty} actions=${html`<a class="button" href=${withQuery({ reason: "", date: "" })}>${t("filter.clear")}</a>`}>${t("empty.inquiries")}<//>` : html`<${Empty}>${t("empty.rates")}<//>`);

function Inquiries({ shop, days, mark }) {
  const { reason, date } = route.value.query;
  const [list, setList] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = (after) => get("/inquiries", { shop, days, reason, date, after }).then((a) => setList((old) => ({ items: after ? [...old.items, ...a.items] : a.items, next: a.next })), setProblem);
  useEffect(() => {
    load();
  }, [shop, days, reason, date, mark]);
  if (problem) return html`<${Failed} problem=${problem} retry=${() => load()} />`;
  if (!list) return html`<${Loading} />`;
  return html`<section><h2>${t("rate.inquiries")}</h2>${list.items.length === 0 ? html`<${Nothing} filtered=${reason || date} />` : html`<div class="scroll"><table class="stack"><thead><tr><th>${t("rate.opened")}</th><th>${t("word.buyer")}</th><th>${t("rate.question")}</th><th>${t("rate.verdict")}</th><th class="num">${t("rate.response")}</th><th><span class="unseen">${t("word.acts")}</span></th></tr></thead>
    <tbody>${list.items.map((q) => html`<tr key=${q.id}><td><time>${dayWord(q.opened_at)} ${clockTime(q.opened_at)}</time></td><td>${q.buyer_name}</td><td class="words">${q.text_excerpt}</td>
      <td><span class="chips"><${Chip} tone=${TONE[q.reason] || ""}>${verdictWord(q.reason)}<//>${q.owed && html`<${Chip} tone="warn">${t("list.owed_short")}<//>`}${q.night && html`<${Chip} tone=${q.night === "missed" ? "danger" : ""}>${t(`night.${q.night}`)}<//>`}</span></td>
      <td class="num">${seconds(q.response_s)}</td><td><div class="acts"><button type="button" class="link" onClick=${() => explain(q.id)}>${t("why.ask")}</button><a href=${`/inbox/${encodeURIComponent(q.conversation)}?shop=${encodeURIComponent(shop)}`}>${t("rate.open_talk")}</a></div></td></tr>`)}</tbody></table></div>`}
    ${list.next && html`<div class="acts middle"><${Button} onClick=${() => load(list.next)}>${t("act.more")}<//></div>`}</section>`;
}

export function Page() {
  const { query } = route.value;
  const real = shops.value.filter((s) => query.simulated || !s.simulated);
  const choice = real.length ? real : shops.value;
  const shop = choice.find((s) => s.id === query.shop) || choice[0];
  const days = DAYS.includes(Number(query.days)) ? Number(query.days) : 30;
  const { data, problem, reload } = useLoad(() => (shop ? get("/rates", { shop: shop.id, days }) : Promise.resolve(null)), [shop?.id, days]);
  const [mark, setMark] = useState(0);
  useFeed((events) => {
    if (!events.some((e) => e.kind === "resync" || (e.shop === shop?.id && ["posting", "message", "handoff", "close"].includes(e.kind)))) return;
    reload();
    setMark((n) => n + 1);
  }, [shop?.id, days]);
  if (!shop) return html`<div class="page"><${Head} title=${t("place.rates")} /><${Empty}>${t("empty.shops")}<//></div>`;
  return html`<div class="page"><${Head} title=${t("place.rates")}><${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id, simulated: shops.value.find((s) => s.id === id).simulated ? "1" : "" }))} />
      <select aria-label=${t("rate.period")} value=${String(days)} onChange=${(e) => go(withQuery({ days: e.currentTarget.value }))}>${DAYS.map((d) => html`<option key=${d} value=${String(d)}>${t(`rate.days_${d}`)}</option>`)}</select><//>
    <p class="muted">${shop.name} · ${t(`platform.${shop.platform}`)} ${shop.simulated && html`<${Chip}>${t("word.simulated")}<//>`}</p>
    ${problem && html`<${Failed} problem=${problem} retry=${reload} />`}
    ${data ? html`<${Top} rates=${data} /><${ByReason} rates=${data} /><${ByDay} rates=${data} />` : !problem && html`<${Loading} />`}
    <${Inquiries} shop=${shop.id} days=${days} mark=${mark} />
    ${shop.simulated && html`<section class="card"><h2>${t("start.checklist")}</h2><p class="muted">${t("start.checklist_why")}</p><${Checklist} /></section>`}
  </div>`;
}
