// How far a shop's FAQ reaches; every number opens the questions or entries it counts.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { number, percent, t } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { shops } from "../lib/session.js";
import { Chip, Empty, Failed, Head, Icon, Loading, ShopPicker, reasonWord, useLoad } from "../ui/parts.js";
import { showDialog } from "../ui/floating.js";
import { faqShop } from "./faq_shop.js";

const DAYS = [1, 7, 30];
const talkUrl = (id) => `/inbox/${encodeURIComponent(id)}`;
const entryUrl = (shop, id) => withQuery({ shop, days: "" }, `/faq/${encodeURIComponent(id)}`);

/** The questions behind a number, each with its conversation. */
function Behind({ shop, days, narrow, close }) {
  const { data, problem, reload } = useLoad(() => get(`/shops/${shop}/coverage/questions`, { days, ...narrow }), [shop]);
  if (!data) return problem ? html`<${Failed} problem=${problem} retry=${reload} />` : html`<${Loading} />`;
  return html`${data.total > data.items.length && html`<p class="meta">${t("gate.first", { n: data.items.length })}</p>`}
    ${data.items.length ? html`<ul class="neighbours">${data.items.map((one) => html`<li key=${one.id}><span><span class="words">${one.text}</span><br /><span class="meta">${one.answered ? t("cover.matched") : reasonWord(one.reason)} · <time>${dayWord(one.at)} ${minuteTime(one.at)}</time></span></span><a href=${talkUrl(one.conversation)} onClick=${close}>${t("gap.talk")}</a></li>`)}</ul>` : html`<p>${t("cover.none")}</p>`}`;
}

/** A number that opens the questions it counts. */
const Opens = ({ shop, days, narrow, word, children }) => html`<button type="button" class="link" title=${t("cover.open")} onClick=${() => showDialog(word, (close) => html`<${Behind} shop=${shop} days=${days} narrow=${narrow} close=${close} />`)}><span class="unseen">${word} </span>${children}</button>`;

const fraction = (one) => `${number(one.numerator)}/${number(one.denominator)}`;
const share = (one) => (one.denominator ? percent(one.percent) : t("rate.none"));

function Tiles({ shop, data }) {
  const tile = (name, of, narrow) => html`<div class="tile" key=${name}><h2>${t(`cover.${name}`)}</h2><p class="figure"><b>${share(of)}</b> <span>${fraction(of)}</span></p><p class="meta">${t(`cover.${name}_why`)}</p>
    <p class="chips"><${Opens} shop=${shop} days=${data.days} narrow=${{ [name]: true }} word=${t(`cover.${name}`)}>${t("cover.those")}<//><${Opens} shop=${shop} days=${data.days} narrow=${{ [name]: false }} word=${t(`cover.not_${name}`)}>${t("cover.others")}<//></p></div>`;
  return html`<div class="tiles">${tile("answered", data.answered)}${tile("soon", data.soon)}</div>`;
}

/** The share answered in each slot of a table, the number of questions opening them. */
const Shares = ({ shop, days, rows, head }) => html`<div class="scroll"><table><thead><tr><th>${head}</th><th class="num">${t("cover.answered")}</th><th class="num">${t("cover.asked")}</th></tr></thead>
  <tbody>${rows.map((row) => html`<tr key=${row.word}><td>${row.word}</td><td class="num">${share(row.of)}</td><td class="num"><${Opens} shop=${shop} days=${days} narrow=${row.narrow} word=${row.word}>${fraction(row.of)}<//></td></tr>`)}</tbody></table></div>`;

const hourWord = (hour) => `${String(hour).padStart(2, "0")}:00`;
const topicWord = (name) => name || t("cover.no_category");

function Categories({ shop, items }) {
  return html`<section class="card"><h2>${t("cover.categories")}</h2><p class="meta">${t("cover.categories_why", { n: items[0]?.wanted || 0 })}</p>
    <ul class="neighbours">${items.map((c) => html`<li key=${c.category}><a href=${withQuery({ shop, category: c.category, days: "" }, "/faq")}>${topicWord(c.category)}</a><span class="chips"><span>${number(c.entries)}/${number(c.wanted)}</span><${Chip} tone=${c.entries < c.wanted ? "warn" : "ok"}>${c.entries < c.wanted ? t("cover.short", { n: c.wanted - c.entries }) : t("cover.enough")}<//></span></li>`)}</ul></section>`;
}

const Topic = ({ shop, one }) => html`<li><details><summary><span>${one.words[0]}</span> <${Chip} tone=${one.lacking ? "danger" : "ok"}>${t(one.lacking ? "cover.lacking" : "cover.covered")}<//> <span class="meta">${t("cover.groups", { n: one.groups.length })}</span></summary>
  <p class="meta">${t("cover.words", { words: one.words.join(t("word.comma")) })}</p>
  ${one.groups.length > 0 && html`<ul class="neighbours">${one.groups.map((g) => html`<li key=${g.id}><a href=${withQuery({ shop, days: "", gap: g.id }, "/unanswered")}>${g.text}</a><${Chip}>${t("gap.count", { n: g.count })}<//></li>`)}</ul>`}</details></li>`;

const Unused = ({ shop, unused }) => html`<details class="card"><summary>${t("cover.unused", { n: unused.total, of: unused.of })}</summary><p class="meta">${t("cover.unused_why")}</p>
  <ul class="neighbours">${unused.items.map((one) => html`<li key=${one.id}><a href=${entryUrl(shop, one.id)}>${one.question}</a></li>`)}</ul>${unused.total > unused.items.length && html`<p class="meta">${t("gate.first", { n: unused.items.length })}</p>`}</details>`;

function Figures({ shop, data }) {
  const hours = data.hours.filter((one) => one.denominator).map((of) => ({ word: hourWord(of.hour), of, narrow: { hour: of.hour } }));
  const topics = data.topics.map((of) => ({ word: topicWord(of.topic), of, narrow: { topic: of.topic } }));
  const must = [...data.must_answer].sort((a, b) => b.lacking - a.lacking || b.groups.length - a.groups.length);
  return html`<${Tiles} shop=${shop} data=${data} />
    ${data.must_answer.length > 0 && html`<section class="card"><h2>${t("cover.must")}</h2><p class="meta">${t("cover.must_why")}</p><ul class="kinds">${must.map((one) => html`<${Topic} key=${one.id} shop=${shop} one=${one} />`)}</ul></section>`}
    <${Categories} shop=${shop} items=${data.categories} /><${Unused} shop=${shop} unused=${data.unused} />
    ${data.asked > 0 && html`<section><h2>${t("cover.by_topic")}</h2><p class="meta">${t("cover.by_topic_why")}</p><${Shares} shop=${shop} days=${data.days} rows=${topics} head=${t("faq.category")} /></section>
      <section><h2>${t("cover.by_hour")}</h2><${Shares} shop=${shop} days=${data.days} rows=${hours} head=${t("cover.hour")} /></section>`}`;
}

export function Page() {
  const shop = faqShop();
  const days = DAYS.includes(Number(route.value.query.days)) ? Number(route.value.query.days) : 7;
  const { data, problem, reload } = useLoad(() => (shop ? get(`/shops/${shop.id}/coverage`, { days }) : Promise.resolve(null)), [shop?.id, days]);
  return html`<div class="page"><${Head} title=${t("cover.title")}>${shop && html`<${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} />`}
      <a class="button" href=${withQuery({ days: "" }, "/unanswered")}><${Icon} name="ask" /><span>${t("place.unanswered")}</span></a><a class="button quiet" href=${withQuery({ days: "" }, "/faq")}><${Icon} name="back" /><span>${t("faq.back")}</span></a><//>
    <nav class="chips filter" aria-label=${t("cover.days")}>${DAYS.map((n) => html`<a key=${n} class="chip" href=${withQuery({ days: String(n) })} aria-current=${n === days ? "true" : undefined}>${t("cover.last", { n })}</a>`)}</nav>
    ${!shop ? html`<${Empty}>${t("empty.shops")}<//>` : problem ? html`<${Failed} problem=${problem} retry=${reload} />` : !data ? html`<${Loading} />` : html`<${Figures} shop=${shop.id} data=${data} />`}</div>`;
}
