// 知识库: the table with its search, and one entry's editor.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { when } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { number, t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { go, route, withQuery } from "../lib/router.js";
import { SHARED, can, shops } from "../lib/session.js";
import { Chip, Empty, Failed, Head, Icon, Loading, ShopPicker } from "../ui/parts.js";
import { sayProblem } from "../ui/floating.js";
import { Unconfirmed } from "../ui/unconfirmed.js";
import { Windowed } from "../ui/windowed.js";
import { Bulk, showExport } from "./faq_bulk.js";
import { Editor } from "./faq_editor.js";
import { Proposals } from "./faq_proposals.js";
import { entriesOf, faqScope, faqShops } from "./faq_shop.js";
import { byWhom } from "./faq_versions.js";

const HEIGHT = 64;
const STATUSES = ["on", "off", "draft", "deleted"];
const TONE = { on: "ok", off: "", draft: "warn", deleted: "danger" };

function useTable(shop, { like, q, category, status }) {
  const [table, setTable] = useState(null);
  const [problem, setProblem] = useState(null);
  const next = useRef(null);
  const fetchPage = (after) => get(entriesOf(shop), { like, q, category, status, after, limit: 100 });
  const load = calmly(async () => {
    try {
      const answer = await fetchPage();
      next.current = answer.next;
      setTable(answer);
      setProblem(null);
    } catch (wrong) {
      setProblem(wrong);
    }
  });
  useEffect(() => {
    load();
  }, [shop, like, q, category, status]);
  const more = async () => {
    const after = next.current;
    if (!after) return;
    next.current = null;
    const answer = await fetchPage(after).catch(sayProblem);
    if (!answer) return;
    next.current = answer.next;
    setTable((old) => ({ ...answer, items: [...old.items, ...answer.items] }));
  };
  return { table, problem, load, more };
}

const COLUMNS = ["question", "answer", "number", "status", "changed"];

const own = (items, shop) => items.filter((one) => one.shop === shop).map((one) => one.id);

/** The columns' names; the box chooses every row that is listed. */
const Columns = ({ items, shop, like, picked, setPicked }) => html`<div class="entry-line entry-head">${setPicked && html`<label class="entry-pick"><input type="checkbox" aria-label=${t("faq.pick_listed")} checked=${own(items, shop).every((id) => picked.has(id))} onChange=${(e) => setPicked(new Set(e.currentTarget.checked ? own(items, shop) : []))} /></label>`}
  <span class="entry-columns" aria-hidden="true">${COLUMNS.map((name) => html`<span key=${name}>${t(name !== "number" ? `faq.column.${name}` : like ? "faq.column.similarity" : "faq.column.hits")}</span>`)}</span></div>`;

/** An entry; one that all shops share, listed among a shop's, cannot be chosen here. */
const Row = ({ entry, shop, picked, setPicked }) => html`<div class="entry-line">${setPicked && html`<label class="entry-pick"><input type="checkbox" aria-label=${t("faq.pick", { question: entry.question })} disabled=${entry.shop !== shop} checked=${picked.has(entry.id)} onChange=${(e) => {
    const now = new Set(picked);
    e.currentTarget.checked ? now.add(entry.id) : now.delete(entry.id);
    setPicked(now);
  }} /></label>`}<a class="entry-row" href=${withQuery({ shop: entry.shop }, `/faq/${encodeURIComponent(entry.id)}`)}>
  <span><strong>${entry.question}</strong><span class="meta">${t("faq.phrasings", { n: entry.phrasings.length })}${entry.category ? ` · ${entry.category}` : ""}</span></span>
  <span class="last">${entry.answer}</span>
  <span class="meta">${entry.similarity === undefined || entry.similarity === null ? t("faq.hits", { n: entry.hits_7d }) : t("faq.similarity", { n: Math.round(entry.similarity) })}</span>
  <span class="chips">${entry.shop === SHARED && shop !== SHARED && html`<${Chip} tone="info">${t("faq.shared")}<//>`}<${Chip} tone=${TONE[entry.status]}>${t(`faq.status.${entry.status}`)}<//>${entry.missing_fields.length > 0 && html`<${Chip} tone="warn" title=${entry.missing_fields.join(t("word.comma"))}>${t("faq.missing")}<//>`}</span>
  <span class="meta">${byWhom(entry.changed_by)} ${when(entry.changed_at, Date.now())}</span></a></div>`;

/** Search is the matcher's own: what a buyer would write finds the entry that is meant. Beside it filters by what is written. */
function Search({ query, categories, shared }) {
  const [like, setLike] = useState(query.like || "");
  const [text, setText] = useState(query.q || "");
  const field = useRef(null);
  useKeys({ "/": () => field.current.focus() });
  useEffect(() => {
    const timer = setTimeout(() => go(withQuery({ like: like.trim(), q: text.trim() }), { replace: true }), 250);
    return () => clearTimeout(timer);
  }, [like, text]);
  const write = (mine, others) => (event) => {
    mine(event.currentTarget.value);
    others("");
  };
  const filter = (name) => (event) => go(withQuery({ [name]: event.currentTarget.value }), { replace: true });
  return html`<div class="filters" role="search">${!shared && html`<input ref=${field} type="search" value=${like} onInput=${write(setLike, setText)} placeholder=${t("faq.search_like")} aria-label=${t("faq.search_like")} />`}
    <input ref=${shared ? field : undefined} type="search" value=${text} onInput=${write(setText, setLike)} placeholder=${t("faq.search")} aria-label=${t("faq.search")} />
    <select aria-label=${t("faq.category")} value=${query.category || ""} onChange=${filter("category")}><option value="">${t("filter.all_categories")}</option>${categories.map((c) => html`<option key=${c} value=${c}>${c}</option>`)}</select>
    <select aria-label=${t("faq.status")} value=${query.status || ""} onChange=${filter("status")}><option value="">${t("filter.all_statuses")}</option>${STATUSES.map((s) => html`<option key=${s} value=${s}>${t(`faq.status.${s}`)}</option>`)}</select></div>`;
}

/** What the table is narrowed to, in words. */
const sought = ({ like, q, category, status }) => [like, q, category, status && t(`faq.status.${status}`)].filter(Boolean).join(t("word.comma"));

function Table({ shop }) {
  const { query } = route.value;
  const { table, problem, load, more } = useTable(shop.id, query);
  const [picked, setPicked] = useState(new Set());
  useFeed((events) => events.some((e) => e.kind === "resync" || (e.kind === "entry" && e.shop === shop.id)) && load(), [shop.id, query.like, query.q, query.category, query.status]);
  useEffect(() => setPicked(new Set()), [query.like, query.q, query.category, query.status]);
  const filtered = query.like || query.q || query.category || query.status;
  const [shared, writes] = [shop.id === SHARED, can("faq")];
  const filter = { like: query.like, q: query.q, category: query.category, status: query.status };
  const choice = writes && query.status !== "deleted" ? { picked, setPicked } : { picked };
  const link = (path) => withQuery({ shop: shop.id }, path);
  return html`<div class="faq-page"><${Head} title=${t("place.faq")}><${ShopPicker} shops=${faqShops()} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} />
      ${!shared && html`${writes && html`<a class="button" href=${link("/unanswered")}><${Icon} name="ask" /><span>${t("place.unanswered")}</span></a>`}
      <a class="button" href=${link("/faq/import")}><${Icon} name="upload" /><span>${t("faq.import")}</span></a>
      <a class="button" href=${link("/faq/bench")}><${Icon} name="play" /><span>${t("bench.title")}</span></a>
      <a class="button" href=${link("/faq/trust")}><${Icon} name="person" /><span>${t("trust.title")}</span></a>
      <a class="button" href=${link("/faq/coverage")}><${Icon} name="chart" /><span>${t("cover.title")}</span></a>
      <a class="button" href=${link("/faq/check")}><${Icon} name="tick" /><span>${t("check.title")}</span></a>
      <button type="button" class="button" onClick=${() => showExport(shop.id, { picked: [...picked], filter, total: table?.total })}><${Icon} name="download" /><span>${t("faq.export")}</span></button>`}
      <a class="button primary" href=${link("/faq/new")}><${Icon} name="plus" /><span>${t("faq.new")}</span></a><//>
    ${shared ? html`<p class="muted">${t("faq.shared_why")}</p>` : html`<${Unconfirmed} shop=${shop} /><${Proposals} shop=${shop} />`}
    <${Search} query=${query} categories=${table?.categories || []} shared=${shared} />
    ${picked.size > 0 && html`<${Bulk} shop=${shop.id} picked=${picked} setPicked=${setPicked} filter=${filter} total=${table?.total || 0} listed=${table ? own(table.items, shop.id).length : 0} categories=${table?.categories || []} />`}
    ${problem && html`<${Failed} problem=${problem} retry=${load} />`}
    ${!table ? !problem && html`<${Loading} />` : table.items.length === 0
      ? html`<${Empty} actions=${filtered ? html`<button type="button" class="button" onClick=${() => go(`/faq?shop=${encodeURIComponent(shop.id)}`)}>${t("filter.clear")}</button>` : !shared && html`<p class="acts"><a class="button primary" href=${`/start?step=pack&shop=${encodeURIComponent(shop.id)}`}>${t("faq.pick_pack")}</a><a class="button" href=${link("/faq/import")}>${t("start.import")}</a></p>`}>${filtered ? t("empty.search", { text: sought(query) }) : t(shared ? "empty.shared" : "empty.faq")}<//>`
      : html`<p class="meta">${query.like ? t("faq.nearest_first") : t("faq.total", { n: table.total })}</p><div class="entries"><${Columns} items=${table.items} shop=${shop.id} like=${query.like} ...${choice} /><${Windowed} items=${table.items} height=${HEIGHT} onEnd=${more} label=${t("place.faq")} row=${(entry) => html`<${Row} entry=${entry} shop=${shop.id} ...${choice} />`} /></div>`}
  </div>`;
}

export function Page({ id }) {
  const shop = faqScope();
  if (!shop) return html`<div class="page"><${Head} title=${t("place.faq")} /><${Empty}>${t("empty.shops")}<//></div>`;
  return id ? html`<${Editor} key=${`${shop.id}|${id}`} shop=${shop} id=${id} />` : html`<${Table} key=${shop.id} shop=${shop} />`;
}
