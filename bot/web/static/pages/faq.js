// 知识库: the table with its search, and one entry's editor.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { apiUrl, get } from "../lib/api.js";
import { when } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { number, t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { go, route, withQuery } from "../lib/router.js";
import { can, shops } from "../lib/session.js";
import { Chip, Empty, Failed, Head, Icon, Loading, ShopPicker } from "../ui/parts.js";
import { sayProblem, showDialog } from "../ui/floating.js";
import { Unconfirmed } from "../ui/unconfirmed.js";
import { Windowed } from "../ui/windowed.js";
import { Editor, byWhom } from "./faq_editor.js";
import { Proposals } from "./faq_proposals.js";

const HEIGHT = 64;
const STATUSES = ["on", "off", "draft", "deleted"];
const TONE = { on: "ok", off: "", draft: "warn", deleted: "danger" };

/** The shop whose FAQ is shown: the one in the address, else the first. */
export const faqShop = () => shops.value.find((s) => s.id === route.value.query.shop) || shops.value[0];

function useTable(shop, { q, category, status }) {
  const [table, setTable] = useState(null);
  const [problem, setProblem] = useState(null);
  const next = useRef(null);
  const fetchPage = (after) => get(`/shops/${shop}/entries`, { q, category, status, after, limit: 100 });
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
  }, [shop, q, category, status]);
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

const Row = ({ entry, shop }) => html`<a class="entry-row" href=${withQuery({ shop }, `/faq/${encodeURIComponent(entry.id)}`)}>
  <span><strong>${entry.question}</strong><span class="meta">${t("faq.phrasings", { n: entry.phrasings.length })}${entry.category ? ` · ${entry.category}` : ""}</span></span>
  <span class="last">${entry.answer}</span>
  <span class="meta">${t("faq.hits", { n: entry.hits_7d })}</span>
  <span class="chips"><${Chip} tone=${TONE[entry.status]}>${t(`faq.status.${entry.status}`)}<//>${entry.missing_fields.length > 0 && html`<${Chip} tone="warn" title=${entry.missing_fields.join(t("word.comma"))}>${t("faq.missing")}<//>`}</span>
  <span class="meta">${byWhom(entry.changed_by)} ${when(entry.changed_at, Date.now())}</span></a>`;

function Search({ query, categories }) {
  const [text, setText] = useState(query.q || "");
  const field = useRef(null);
  useKeys({ "/": () => field.current.focus() });
  useEffect(() => {
    const timer = setTimeout(() => go(withQuery({ q: text.trim() }), { replace: true }), 250);
    return () => clearTimeout(timer);
  }, [text]);
  const filter = (name) => (event) => go(withQuery({ [name]: event.currentTarget.value }), { replace: true });
  return html`<div class="filters" role="search"><input ref=${field} type="search" value=${text} onInput=${(e) => setText(e.currentTarget.value)} placeholder=${t("faq.search")} aria-label=${t("faq.search")} />
    <select aria-label=${t("faq.category")} value=${query.category || ""} onChange=${filter("category")}><option value="">${t("filter.all_categories")}</option>${categories.map((c) => html`<option key=${c} value=${c}>${c}</option>`)}</select>
    <select aria-label=${t("faq.status")} value=${query.status || ""} onChange=${filter("status")}><option value="">${t("filter.all_statuses")}</option>${STATUSES.map((s) => html`<option key=${s} value=${s}>${t(`faq.status.${s}`)}</option>`)}</select></div>`;
}

function showExport(shop) {
  showDialog(t("faq.export"), () => html`<p>${t("faq.export_why")}</p><div class="acts">${["xlsx", "csv", "yaml"].map((format) => html`<a key=${format} class="button" download href=${apiUrl(`/shops/${shop}/export`, { format })}><${Icon} name="download" /><span>.${format}</span></a>`)}</div>`);
}

/** What the table is narrowed to, in words. */
const sought = ({ q, category, status }) => [q, category, status && t(`faq.status.${status}`)].filter(Boolean).join(t("word.comma"));

function Table({ shop }) {
  const { query } = route.value;
  const { table, problem, load, more } = useTable(shop.id, query);
  useFeed((events) => events.some((e) => e.kind === "resync" || (e.kind === "entry" && e.shop === shop.id)) && load(), [shop.id, query.q, query.category, query.status]);
  const filtered = query.q || query.category || query.status;
  const link = (path) => withQuery({ shop: shop.id }, path);
  return html`<div class="faq-page"><${Head} title=${t("place.faq")}><${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} />
      ${can("faq") && html`<a class="button" href=${link("/unanswered")}><${Icon} name="ask" /><span>${t("place.unanswered")}</span></a>`}
      <a class="button" href=${link("/faq/import")}><${Icon} name="upload" /><span>${t("faq.import")}</span></a>
      <a class="button" href=${link("/faq/bench")}><${Icon} name="play" /><span>${t("bench.title")}</span></a>
      <a class="button" href=${link("/faq/trust")}><${Icon} name="person" /><span>${t("trust.title")}</span></a>
      <a class="button" href=${link("/faq/check")}><${Icon} name="tick" /><span>${t("check.title")}</span></a>
      <button type="button" class="button" onClick=${() => showExport(shop.id)}><${Icon} name="download" /><span>${t("faq.export")}</span></button>
      <a class="button primary" href=${link("/faq/new")}><${Icon} name="plus" /><span>${t("faq.new")}</span></a><//>
    <${Unconfirmed} shop=${shop} /><${Proposals} shop=${shop} />
    <${Search} query=${query} categories=${table?.categories || []} />
    ${problem && html`<${Failed} problem=${problem} retry=${load} />`}
    ${!table ? !problem && html`<${Loading} />` : table.items.length === 0
      ? html`<${Empty} actions=${filtered ? html`<button type="button" class="button" onClick=${() => go(`/faq?shop=${encodeURIComponent(shop.id)}`)}>${t("filter.clear")}</button>` : html`<p class="acts"><a class="button primary" href=${`/start?step=pack&shop=${encodeURIComponent(shop.id)}`}>${t("faq.pick_pack")}</a><a class="button" href=${link("/faq/import")}>${t("start.import")}</a></p>`}>${filtered ? t("empty.search", { text: sought(query) }) : t("empty.faq")}<//>`
      : html`<p class="meta">${t("faq.total", { n: table.total })}</p><${Windowed} items=${table.items} height=${HEIGHT} onEnd=${more} label=${t("place.faq")} row=${(entry) => html`<${Row} entry=${entry} shop=${shop.id} />`} />`}
  </div>`;
}

export function Page({ id }) {
  const shop = faqShop();
  if (!shop) return html`<div class="page"><${Head} title=${t("place.faq")} /><${Empty}>${t("empty.shops")}<//></div>`;
  return id ? html`<${Editor} key=${`${shop.id}|${id}`} shop=${shop} id=${id} />` : html`<${Table} key=${shop.id} shop=${shop} />`;
}
