// Tables in: upload, columns as guessed or corrected, what would change, all or nothing, and undo.
import { cls, html, useState } from "../lib/view.js";
import { apiUrl, get, post } from "../lib/api.js";
import { number, said, t } from "../lib/i18n.js";
import { go, withQuery } from "../lib/router.js";
import { shopOf, shops } from "../lib/session.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { Button, Chip, Empty, Failed, Field, Head, Icon, ShopPicker, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { faqShop } from "./faq_shop.js";
import { columnWord, valueWord } from "./faq_versions.js";
import { Progress, sendFile, watched } from "./faq_upload.js";

const TONE = { new: "ok", changed: "info", unchanged: "", error: "danger" };

const ANY = ["question", "answer", "phrasings", "category", "id", "keywords_all", "keywords_any", "keywords_never", "keywords_ordered", "keywords_exact", "keywords_pattern", "priority", "not_this", "products", "variants", "threshold", "mode", "then_person", "valid_from", "valid_to", "status"];
const SHOWN = 200;

function Upload({ onFile, busy, progress }) {
  const [over, setOver] = useState(false);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer.files[0]) onFile(event.dataTransfer.files[0]);
  };
  return html`<section class=${cls("card", over && "over")} onDragOver=${(e) => { e.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${drop} aria-busy=${busy ? "true" : undefined}>
    <${Field} label=${t("import.file")} hint=${t("import.file_hint")}><input type="file" accept=".xlsx,.xls,.csv,.yaml,.yml,.json" disabled=${busy} onChange=${(e) => e.currentTarget.files[0] && onFile(e.currentTarget.files[0])} /><//>
    ${busy && progress && html`<${Progress} progress=${progress} />`}
    <p><a download href=${apiUrl("/import/template.xlsx")}><${Icon} name="download" /> ${t("import.template")}</a></p></section>`;
}

function Columns({ seen, onChange }) {
  const set = (name) => (event) => {
    const header = event.currentTarget.value;
    const columns = Object.fromEntries(Object.entries({ ...seen.columns, [name]: header }).filter(([, h]) => h));
    onChange(columns);
  };
  return html`<details class="card" open=${!seen.columns.question || !seen.columns.answer}><summary>${t("import.columns")}</summary><div class="two">
    ${ANY.map((name) => html`<${Field} key=${name} label=${columnWord(name)}><select value=${seen.columns[name] || ""} onChange=${set(name)}><option value="">${t("import.no_column")}</option>${seen.headers.map((h) => html`<option key=${h} value=${h}>${h}</option>`)}</select><//>`)}</div></details>`;
}

/** What of an entry would be another: each cell as it is and as it would be. */
const Cells = ({ cells }) => html`<ul class="cells">${cells.map((c) => html`<li key=${c.column}><b>${columnWord(c.column)}</b> ${c.before && html`<del>${valueWord(c.column, c.before)}</del>`} ${c.after ? html`<ins>${valueWord(c.column, c.after)}</ins>` : c.before ? "" : t("import.order")}</li>`)}</ul>`;

/** Answers that need a look; they stop nothing. */
const Remarked = ({ seen }) => seen.remarked > 0 && html`<details class="card" open=${seen.remarked <= 10}><summary><${Chip} tone="warn">${t("import.remarked")} <b>${number(seen.remarked)}</b><//></summary><ul class="listed stacked">${seen.remarks.map((one) => html`<li key=${`${one.row}${one.code}${one.why.zh}`}>${t("import.error_at", { row: one.row, column: columnWord(one.column), why: said(one.why) })} <span class="meta">${one.question}</span></li>`)}</ul>
  ${seen.remarked > seen.remarks.length && html`<p class="meta">${t("gate.first", { n: seen.remarks.length })}</p>`}</details>`;

function Found({ seen }) {
  const [only, setOnly] = useState("");
  const tally = { new: seen.new, changed: seen.changed, unchanged: seen.unchanged, error: seen.failed };
  const cut = Object.values(tally).some((n) => n > SHOWN);
  const rows = seen.rows.filter((r) => !only || r.state === only);
  return html`<section><div class="chips filter">${Object.entries(tally).map(([state, n]) => html`<button type="button" key=${state} class=${cls("chip", TONE[state])} aria-pressed=${only === state} onClick=${() => setOnly(only === state ? "" : state)}>${t(`import.state.${state}`)} <b>${number(n)}</b></button>`)}</div>
    ${seen.errors.length > 0 && html`<div class="notice danger" role="alert"><p><strong>${t("import.errors")}</strong></p><ul>${seen.errors.slice(0, 20).map((e) => html`<li key=${`${e.row}${e.column}`}>${e.row ? t("import.error_at", { row: e.row, column: e.column || "–", why: said(e.why) }) : said(e.why)}</li>`)}</ul></div>`}
    <${Remarked} seen=${seen} />${cut && html`<p class="meta">${t("import.first_of_each", { n: SHOWN })}</p>`}
    <div class="scroll" role="region" aria-label=${t("import.title")} tabindex="0"><table class="stack"><thead><tr><th class="num">${t("import.row")}</th><th>${t("import.state")}</th><th>${t("faq.question")}</th><th>${t("faq.answer")}</th><th>${t("import.why")}</th></tr></thead>
      <tbody>${rows.map((r) => html`<tr key=${r.row}><td class="num">${r.row}</td><td><${Chip} tone=${TONE[r.state]}>${t(`import.state.${r.state}`)}<//></td><td>${r.question}</td><td class="words">${r.answer}</td><td>${r.cells.length > 0 ? html`<${Cells} cells=${r.cells} />` : said(r.why)}</td></tr>`)}</tbody></table></div></section>`;
}

/** Take an import back, and say what stays because somebody changed it since. */
const takeBack = (shop, id, after) => attempt(async () => {
  const { kept } = await post(`/shops/${shop}/import/${id}/undo`);
  say(t(kept.length ? "import.undone_but" : "import.undone_all", { n: kept.length }), { tone: "ok" });
  after();
});

function Done({ shop, done, onUndone }) {
  return html`<section class="notice ok"><p><strong>${t("import.done", { added: number(done.added), changed: number(done.changed) })}</strong></p>
    <div class="acts"><a class="button primary" href=${`/faq?shop=${encodeURIComponent(shop)}`}>${t("import.see")}</a>${shopOf(shop)?.simulated && html`<a class="button" href=${`/simulator?shop=${encodeURIComponent(shop)}&guide=1`}>${t("import.play")}</a>`}<${Button} onClick=${() => takeBack(shop, done.import_id, onUndone)}>${t("import.undo")}<//></div></section>`;
}

/** Imports of the past; each can still be taken back, the one just made (`fresh`) where its end is told. */
function Lately({ shop, fresh }) {
  const { data, reload } = useLoad(() => get(`/shops/${shop}/imports`), [shop, fresh]);
  if (!data?.items.length) return null;
  return html`<section class="card"><h2>${t("import.lately")}</h2><ul class="listed stacked">${data.items.map((one) => html`<li key=${one.id} class="pair"><div><p>${one.file || t("import.title")}</p><p class="meta">${one.by} <time>${dayWord(one.at)} ${minuteTime(one.at)}</time> · ${t("import.counts", { added: number(one.added), changed: number(one.changed) })}</p></div>
    ${one.undone ? html`<${Chip}>${t("import.taken_back")}<//>` : one.id !== fresh && html`<${Button} onClick=${() => takeBack(shop, one.id, reload)}>${t("import.undo")}<//>`}</li>`)}</ul></section>`;
}

export function Page() {
  const shop = faqShop();
  const [progress, setProgress] = useState(null);
  const [file, setFile] = useState(null);
  const [seen, setSeen] = useState(null);
  const [done, setDone] = useState(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const work = async (act) => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (wrong) {
      setProblem(wrong);
    }
    setBusy(false);
  };
  const look = (chosen, columns) => work(async () => {
    setFile(chosen);
    setDone(null);
    setSeen(await sendFile(shop.id, chosen, columns, setProgress));
  });
  const apply = () => work(async () => {
    const skip = seen.failed > 0;
    const made = await throughGate(shop.id, { imported: seen.id }, (reason) => watched(shop.id, () => post(`/shops/${shop.id}/import/${seen.id}/apply`, undefined, { query: { reason, skip_errors: skip || undefined } }), setProgress));
    if (!made) return;
    setDone(made);
    setSeen(null);
  });
  if (!shop) return html`<div class="page"><${Head} title=${t("import.title")} /><${Empty}>${t("empty.shops")}<//></div>`;
  const changes = seen ? seen.new + seen.changed : 0;
  return html`<div class="page"><${Head} title=${t("import.title")}><${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} /><a class="button quiet" href=${withQuery({}, "/faq")}><${Icon} name="back" /><span>${t("faq.back")}</span></a><//>
    <p class="muted">${t("import.into", { shop: shop.name })}</p>
    <${Upload} onFile=${look} busy=${busy} progress=${progress} />
    ${problem && html`<${Failed} problem=${problem} />`}
    ${seen && html`<${Columns} seen=${seen} onChange=${(columns) => look(file, columns)} /><${Found} seen=${seen} />
      <div class="acts end"><span class="meta">${t(seen.failed ? "import.skipping" : "import.all_or_nothing")}</span><${Button} kind=${seen.failed ? "" : "primary"} busy=${busy} disabled=${changes === 0} onClick=${apply}>${t(seen.failed ? "import.apply_rest" : "import.apply", { n: changes, failed: seen.failed })}<//></div>`}
    ${done && html`<${Done} shop=${shop.id} done=${done} onUndone=${() => setDone(null)} />`}
    <${Lately} key=${shop.id} shop=${shop.id} fresh=${done?.import_id || ""} /></div>`;
}
