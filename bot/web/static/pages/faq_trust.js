// Trust: what became of each entry's drafts and answers, which entries have earned to answer by themselves, which lost it.
import { cls, html, useState } from "../lib/view.js";
import { get, post, put } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { number, percent, short, t } from "../lib/i18n.js";
import { go, withQuery } from "../lib/router.js";
import { can, shops } from "../lib/session.js";
import { Button, Chip, Empty, Failed, Field, Head, Icon, Loading, ShopPicker, useLoad } from "../ui/parts.js";
import { attempt, say, showDialog } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { fieldsOf } from "./faq_editor.js";
import { faqShop } from "./faq_shop.js";

const TONE = { earned: "ok", lost: "danger", not_yet: "" };
const NUMBERS = ["used", "edited", "heavy", "rejected", "answered", "asked_again", "asked_for_person", "marked_wrong"];

async function showBehind(shop, one, what) {
  const found = await attempt(() => get(`/shops/${shop}/trust/${encodeURIComponent(one.id)}`, { what }));
  if (!found) return;
  showDialog(t("trust.behind", { question: one.question, what: t(`trust.${what}`) }), (close) => html`<ul class="listed stacked">${found.items.map((talk) => html`<li key=${talk.id} class="pair"><a href=${`/inbox/${encodeURIComponent(talk.id)}`} onClick=${close}>${talk.buyer_name || talk.id}</a><time class="meta">${dayWord(talk.at)} ${minuteTime(talk.at)}</time></li>`)}</ul>`);
}

const Cell = ({ shop, one, what }) => html`<td class="num">${one[what] ? html`<button type="button" class="button quiet small" aria-label=${t("trust.open", { n: one[what], what: t(`trust.${what}`) })} onClick=${() => showBehind(shop, one, what)}>${number(one[what])}</button>` : "0"}</td>`;

/** The mode that an entry's standing speaks for, where it has another; undefined where it is so already. */
const deserved = (one) => ({ earned: one.mode !== "auto" && "auto", lost: one.mode === "auto" && "suggest" })[one.standing] || undefined;

async function setMode(shop, one, mode, done) {
  const path = `/shops/${shop}/entries/${encodeURIComponent(one.id)}`;
  const saved = await attempt(async () => {
    const entry = await get(path);
    const changed = { ...fieldsOf(entry), mode };
    return throughGate(shop, { entry: { ...changed, id: one.id } }, (reason) => put(path, { ...changed, version: entry.version, reason }));
  });
  if (!saved) return;
  say(t("trust.mode_set", { question: one.question, mode: t(`mode.${mode}`) }), { tone: "ok", undo: () => setMode(shop, one, one.mode, done) });
  done();
}

const Row = ({ shop, one, terms, done }) => html`<tr><td class="words"><a href=${withQuery({ shop }, `/faq/${encodeURIComponent(one.id)}`)}>${one.question}</a><br /><span class="meta">${t("trust.mode", { mode: t(`mode.${one.mode}`) })}</span></td>
  <td><${Chip} tone=${TONE[one.standing]}>${t(`trust.standing.${one.standing}`)}<//><br /><span class="meta">${t(`trust.why.${one.why}`, { n: number(terms.decided_at_least) })}</span>${can("faq") && deserved(one) && html`<br /><${Button} kind="small" onClick=${() => setMode(shop, one, deserved(one), done)}>${t("trust.set_mode", { mode: t(`mode.${deserved(one)}`) })}<//>`}</td>${NUMBERS.map((what) => html`<${Cell} key=${what} shop=${shop} one=${one} what=${what} />`)}</tr>`;

/** The lines that trust is measured by, and whose they are. */
const termsOf = (terms) => ({ ...terms, source: short.value === "en" ? terms.source_en : terms.source_zh, from: terms.in_force_from });

const FOLLOW_UPS = ["always", "within_budget", "off"];

/** The last 30 days as they would have gone with the bot: shown before a channel leaves suggest. */
function Shadow({ shop }) {
  const [found, setFound] = useState(null);
  const [busy, setBusy] = useState(false);
  const play = async (ask) => {
    setBusy(true);
    setFound((await attempt(ask)) || null);
    setBusy(false);
  };
  const run = () => play(() => get(`/shops/${shop}/shadow`, { days: 30 }));
  /** The same with a chat record that was exported elsewhere. */
  const upload = (event) => {
    event.preventDefault();
    const raw = new FormData(event.currentTarget);
    return play(() => post(`/shops/${shop}/shadow`, undefined, { raw }));
  };
  return html`<section class="card stacked"><h2>${t("shadow.title")}</h2><p class="meta">${t("shadow.about")}</p><div class="acts"><${Button} icon="play" busy=${busy} onClick=${run}>${t("shadow.run")}<//></div>
    <details><summary>${t("shadow.elsewhere")}</summary><form onSubmit=${upload}><div class="two"><${Field} label=${t("shadow.file")} hint=".csv .xlsx .xls"><input type="file" name="file" required accept=".csv,.xlsx,.xls" /><//><${Field} label=${t("shadow.map")} hint=${t("shadow.map_hint")}><input type="file" name="map" required accept=".yaml,.yml" /><//></div>
      <div class="acts"><${Button} type="submit" busy=${busy}>${t("shadow.run_file")}<//></div></form></details>
    ${found?.unreadable > 0 && html`<p class="notice warn">${t("shadow.unreadable", { n: number(found.unreadable) })}</p>`}
    ${found && (found.questions === 0 ? html`<p>${t("shadow.none")}</p>` : html`<div role="status"><p>${t("shadow.counts", { conversations: number(found.conversations), questions: number(found.questions), answered: number(found.would_answer), left: number(found.left_to_people) })}</p><p>${t("shadow.agreement", { agrees: number(found.agrees), disagrees: number(found.disagrees), none: number(found.nobody_replied) })}</p></div>
      <div class="scroll" role="region" aria-label=${t("shadow.title")} tabindex="0"><table><thead><tr><th>${t("shadow.follow")}</th><th class="num">${t("shadow.rate")}</th><th class="num">${t("shadow.owed")}</th></tr></thead><tbody>${FOLLOW_UPS.map((name) => html`<tr key=${name}><td>${t(`follow.${name}`)}</td><td class="num">${found.rates[name].percent === null ? t("rate.none") : `${percent(found.rates[name].percent)} · ${number(found.rates[name].numerator)}/${number(found.rates[name].denominator)}`}</td><td class="num">${number(found.followed_up[name])}</td></tr>`)}</tbody></table></div>
      ${found.line !== null && html`<p class="meta">${t("shadow.line", { line: number(found.line) })}</p>`}
      ${found.to_read.length > 0 && html`<details open><summary>${t("shadow.to_read")} <b>${number(found.disagrees)}</b></summary><ul class="listed stacked">${found.to_read.map((one) => html`<li key=${one.conversation + one.at}><p>${"unreadable" in found ? html`<strong>${one.question}</strong> <span class="meta">${one.conversation}</span>` : html`<a href=${`/inbox/${encodeURIComponent(one.conversation)}`}><strong>${one.question}</strong></a>`}</p><p class="meta">${t("shadow.bot_says", { entry: one.entry.question, text: one.answer })}</p><p class="meta">${t("shadow.person_said", { text: one.people_said })}</p></li>`)}</ul></details>`}`)}</section>`;
}

export function Page() {
  const shop = faqShop();
  const [only, setOnly] = useState("");
  const { data, problem, reload } = useLoad(() => (shop ? get(`/shops/${shop.id}/trust`) : Promise.resolve(null)), [shop?.id]);
  const rows = (data?.items || []).filter((one) => !only || one.standing === only);
  return html`<div class="page"><${Head} title=${t("trust.title")}>${shop && html`<${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} />`}<a class="button quiet" href=${withQuery({}, "/faq")}><${Icon} name="back" /><span>${t("faq.back")}</span></a><//>
    <p class="muted">${t("trust.about")}</p>
    ${data && html`<p class="meta">${t("trust.terms", termsOf(data.terms))}</p>`}
    ${!shop ? html`<${Empty}>${t("empty.shops")}<//>` : problem ? html`<${Failed} problem=${problem} retry=${reload} />` : !data ? html`<${Loading} />` : data.items.length === 0 ? html`<${Empty}>${t("trust.none", { days: data.days })}<//>` : html`
      <div class="chips filter">${Object.keys(TONE).map((name) => html`<button type="button" key=${name} class=${cls("chip", TONE[name])} aria-pressed=${only === name} onClick=${() => setOnly(only === name ? "" : name)}>${t(`trust.standing.${name}`)} <b>${number(data[name])}</b></button>`)}</div>
      <div class="scroll" role="region" aria-label=${t("trust.title")} tabindex="0"><table><thead><tr><th>${t("faq.question")}</th><th>${t("trust.standing")}</th>${NUMBERS.map((what) => html`<th class="num" key=${what}>${t(`trust.${what}`)}</th>`)}</tr></thead><tbody>${rows.map((one) => html`<${Row} key=${one.id} shop=${shop.id} one=${one} terms=${data.terms} done=${reload} />`)}</tbody></table></div>`}
    ${shop && (can("faq") || can("rates")) && html`<${Shadow} key=${`shadow-${shop.id}`} shop=${shop.id} />`}</div>`;
}
