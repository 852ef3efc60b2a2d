// What is done to many entries at once: switched, moved, exported, deleted, each with the way back.
import { html, useState } from "../lib/view.js";
import { apiUrl, get, post } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { SHARED } from "../lib/session.js";
import { Button, Icon } from "../ui/parts.js";
import { attempt, say, showDialog } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { entriesOf } from "./faq_shop.js";

/** The server's own limit of one act. */
const AT_ONCE = 5000;
const PAGE = 500;
/** As many ids as an address holds. */
const EXPORTED = 150;
const FORMATS = ["xlsx", "csv", "yaml", "json"];

const Files = ({ shop, narrow }) => html`<div class="acts">${FORMATS.map((format) => html`<a key=${format} class="button" download href=${apiUrl(`/shops/${shop}/export`, { format, ...narrow })}><${Icon} name="download" /><span>.${format}</span></a>`)}</div>`;

/** Files of a shop's entries: of those chosen, of what the table is narrowed to, of all. */
export function showExport(shop, { picked = [], filter = {}, total }) {
  const { q, category, status } = filter;
  const narrowed = (q || category || status) && status !== "deleted";
  showDialog(t("faq.export"), () => html`<p>${t("faq.export_why")}</p>
    ${picked.length > 0 && picked.length <= EXPORTED && html`<h3>${t("faq.export_picked", { n: picked.length })}</h3><${Files} shop=${shop} narrow=${{ ids: picked.join(",") }} />`}
    ${narrowed && html`<h3>${t("faq.export_narrowed", { n: total })}</h3><${Files} shop=${shop} narrow=${{ q, category, status }} />`}
    <h3>${t("faq.export_all")}</h3><${Files} shop=${shop} />`);
}

/** The ids of every row that fits the filter, at most as many as one act takes. */
export async function everyId(shop, filter) {
  const found = [];
  let after;
  do {
    const page = await get(entriesOf(shop), { ...filter, after, limit: PAGE });
    found.push(...page.items.map((one) => one.id));
    after = page.next;
  } while (after && found.length < AT_ONCE);
  return found.slice(0, AT_ONCE);
}

/** Make one act on many entries, through the gate; what was done offers to be taken back. */
async function change(shop, ids, what, word) {
  const base = entriesOf(shop);
  const made = await throughGate(shop, { bulk: { ids, ...what } }, (reason) => post(`${base}/bulk`, { ids, ...what, reason }));
  if (!made) return false;
  const { versions } = made;
  const undo = () => attempt(async () => {
    const back = await post(`${base}/undo`, { versions });
    say(t("faq.taken_back", { n: back.restored }), { tone: "ok" });
  });
  say(t(word, { n: made.changed }), { tone: "ok", undo: made.changed > 0 ? undo : undefined });
  return true;
}

function Move({ categories, close, move }) {
  const [to, setTo] = useState("");
  const go = (event) => {
    event.preventDefault();
    close();
    move(to.trim());
  };
  return html`<form onSubmit=${go}><label class="field"><span class="label">${t("faq.category")}</span><input autofocus list="move-to" value=${to} maxlength="100" onInput=${(e) => setTo(e.currentTarget.value)} /></label>
    <datalist id="move-to">${categories.map((c) => html`<option key=${c} value=${c}></option>`)}</datalist>
    <div class="acts end"><${Button} onClick=${close}>${t("act.cancel")}<//><${Button} kind="primary" type="submit">${t("faq.move")}<//></div></form>`;
}

/** The bar over the table while entries are chosen. */
export function Bulk({ shop, picked, filter, total, listed, categories, setPicked }) {
  const [busy, setBusy] = useState(false);
  const ids = [...picked];
  const run = (what, word) => async () => {
    setBusy(true);
    const done = await attempt(() => change(shop, ids, what, word));
    setBusy(false);
    if (done) setPicked(new Set());
  };
  const all = async () => {
    setBusy(true);
    const found = await attempt(() => everyId(shop, filter));
    setBusy(false);
    if (!found) return;
    setPicked(new Set(found));
    if (found.length < total) say(t("faq.at_once", { n: found.length }), { tone: "warn" });
  };
  const move = () => showDialog(t("faq.move"), (close) => html`<${Move} categories=${categories} close=${close} move=${(category) => run({ category }, "faq.moved")()} />`);
  return html`<div class="bulk" role="toolbar" aria-label=${t("faq.picked", { n: ids.length })}><strong aria-live="polite">${t("faq.picked", { n: ids.length })}</strong>
    ${picked.size >= listed && picked.size < total && !filter.like && html`<${Button} kind="quiet" busy=${busy} onClick=${all}>${t("faq.pick_all", { n: number(total) })}<//>`}
    <span class="acts"><${Button} busy=${busy} onClick=${run({ status: "on" }, "faq.switched_on")}>${t("faq.switch_on")}<//><${Button} busy=${busy} onClick=${run({ status: "off" }, "faq.switched_off")}>${t("faq.switch_off")}<//>
      <${Button} busy=${busy} onClick=${move}>${t("faq.move")}<//>
      ${shop !== SHARED && ids.length <= EXPORTED && html`<${Button} onClick=${() => showExport(shop, { picked: ids, filter, total })}>${t("faq.export")}<//>`}
      <${Button} busy=${busy} onClick=${run({ status: "deleted" }, "faq.deleted_many")}>${t("act.delete")}<//><${Button} kind="quiet" onClick=${() => setPicked(new Set())}>${t("faq.unpick")}<//></span></div>`;
}
