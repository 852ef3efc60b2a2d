// Tables in: upload, columns as guessed or corrected, what would change, all or nothing, and undo.
import { cls, html, useState } from "../lib/view.js";
import { apiUrl, post } from "../lib/api.js";
import { number, said, t, tOr } from "../lib/i18n.js";
import { go, withQuery } from "../lib/router.js";
import { shopOf, shops } from "../lib/session.js";
import { Button, Chip, Empty, Failed, Field, Head, Icon, ShopPicker } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { faqShop } from "./faq.js";

const TONE = { new: "ok", changed: "info", unchanged: "", error: "danger" };

const preview = (shop, file, columns) => post(`/shops/${shop}/import/preview`, undefined, {
  raw: file, query: columns && { columns: JSON.stringify(columns) }, headers: { "Content-Type": "application/octet-stream", "X-Filename": encodeURIComponent(file.name) },
});

function Upload({ onFile, busy }) {
  const [over, setOver] = useState(false);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    if (event.dataTransfer.files[0]) onFile(event.dataTransfer.files[0]);
  };
  return html`<section class=${cls("card", over && "over")} onDragOver=${(e) => { e.preventDefault(); setOver(true); }} onDragLeave=${() => setOver(false)} onDrop=${drop} aria-busy=${busy ? "true" : undefined}>
    <${Field} label=${t("import.file")} hint=${t("import.file_hint")}><input type="file" accept=".xlsx,.xls,.csv,.yaml,.yml" onChange=${(e) => e.currentTarget.files[0] && onFile(e.currentTarget.files[0])} /><//>
    <p><a download href=${apiUrl("/import/template.xlsx")}><${Icon} name="download" /> ${t("import.template")}</a></p></section>`;
}

function Columns({ seen, onChange }) {
  const set = (name) => (event) => {
    const header = event.currentTarget.value;
    const columns = Object.fromEntries(Object.entries({ ...seen.columns, [name]: header }).filter(([, h]) => h));
    onChange(columns);
  };
  return html`<details class="card" open=${!seen.columns.question || !seen.columns.answer}><summary>${t("import.columns")}</summary><div class="two">
    ${Object.entries(seen.columns).map(([name, header]) => html`<${Field} key=${name} label=${tOr(`import.column.${name}`, name)}><select value=${header || ""} onChange=${set(name)}><option value="">${t("import.no_column")}</option>${seen.headers.map((h) => html`<option key=${h} value=${h}>${h}</option>`)}</select><//>`)}</div></details>`;
}

function Found({ seen }) {
  const [only, setOnly] = useState("");
  const tally = { new: seen.new, changed: seen.changed, unchanged: seen.unchanged, error: seen.errors.length };
  const rows = seen.rows.filter((r) => !only || r.state === only);
  return html`<section><div class="chips filter">${Object.entries(tally).map(([state, n]) => html`<button type="button" key=${state} class=${cls("chip", TONE[state])} aria-pressed=${only === state} onClick=${() => setOnly(only === state ? "" : state)}>${t(`import.state.${state}`)} <b>${number(n)}</b></button>`)}</div>
    ${seen.errors.length > 0 && html`<div class="notice danger" role="alert"><p><strong>${t("import.errors")}</strong></p><ul>${seen.errors.slice(0, 20).map((e) => html`<li key=${`${e.row}${e.column}`}>${e.row ? t("import.error_at", { row: e.row, column: e.column || "–", why: said(e.why) }) : said(e.why)}</li>`)}</ul></div>`}
    <div class="scroll"><table class="stack"><thead><tr><th class="num">${t("import.row")}</th><th>${t("import.state")}</th><th>${t("faq.question")}</th><th>${t("faq.answer")}</th><th>${t("import.why")}</th></tr></thead>
      <tbody>${rows.map((r) => html`<tr key=${r.row}><td class="num">${r.row}</td><td><${Chip} tone=${TONE[r.state]}>${t(`import.state.${r.state}`)}<//></td><td>${r.question}</td><td class="words">${r.answer}</td><td>${said(r.why)}</td></tr>`)}</tbody></table></div></section>`;
}

function Done({ shop, done, onUndone }) {
  const undo = () => attempt(async () => {
    await post(`/shops/${shop}/import/${done.import_id}/undo`);
    say(t("import.undone"));
    onUndone();
  });
  return html`<section class="notice ok"><p><strong>${t("import.done", { added: number(done.added), changed: number(done.changed) })}</strong></p>
    <div class="acts"><a class="button primary" href=${`/faq?shop=${encodeURIComponent(shop)}`}>${t("import.see")}</a>${shopOf(shop)?.simulated && html`<a class="button" href=${`/simulator?shop=${encodeURIComponent(shop)}&guide=1`}>${t("import.play")}</a>`}<${Button} onClick=${undo}>${t("import.undo")}<//></div></section>`;
}

export function Page() {
  const shop = faqShop();
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
    setSeen(await preview(shop.id, chosen, columns));
  });
  const apply = () => work(async () => {
    const made = await throughGate(shop.id, { imported: seen.id }, (reason) => post(`/shops/${shop.id}/import/${seen.id}/apply`, undefined, { query: { reason } }));
    if (!made) return;
    setDone(made);
    setSeen(null);
  });
  if (!shop) return html`<div class="page"><${Head} title=${t("import.title")} /><${Empty}>${t("empty.shops")}<//></div>`;
  const changes = seen ? seen.new + seen.changed : 0;
  return html`<div class="page"><${Head} title=${t("import.title")}><${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} /><a class="button quiet" href=${withQuery({}, "/faq")}><${Icon} name="back" /><span>${t("faq.back")}</span></a><//>
    <p class="muted">${t("import.into", { shop: shop.name })}</p>
    <${Upload} onFile=${look} busy=${busy} />
    ${problem && html`<${Failed} problem=${problem} />`}
    ${seen && html`<${Columns} seen=${seen} onChange=${(columns) => look(file, columns)} /><${Found} seen=${seen} />
      <div class="acts end"><span class="meta">${t("import.all_or_nothing")}</span><${Button} kind="primary" busy=${busy} disabled=${seen.errors.length > 0 || changes === 0} onClick=${apply}>${t("import.apply", { n: changes })}<//></div>`}
    ${done && html`<${Done} shop=${shop.id} done=${done} onUndone=${() => setDone(null)} />`}</div>`;
}
