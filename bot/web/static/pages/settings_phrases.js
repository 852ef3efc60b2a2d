// 快捷短语: the shop's and one's own, how often each was sent, in and out as a table.
import { html, useRef, useState } from "../lib/view.js";
import { apiUrl, del, get, post, put } from "../lib/api.js";
import { useFeed } from "../lib/feed.js";
import { number, said, short, t } from "../lib/i18n.js";
import { me } from "../lib/session.js";
import { Button, Chip, Empty, Failed, Field, Icon, Loading, useLoad } from "../ui/parts.js";
import { attempt, confirmFirst, say, showDialog } from "../ui/floating.js";

const TITLE_AT_MOST = 60;
const CATEGORY_AT_MOST = 30;
const TEXT_AT_MOST = 2000;
const KEEPERS = ["supervisor", "operator", "admin"];

/** Whether this person may change what a shop shares; the server decides each time anew. */
const keeps = (shop) => me.value.roles.some((r) => KEEPERS.includes(r.role) && (r.shop === "*" || r.shop === shop));

const pathOf = (shop) => `/shops/${encodeURIComponent(shop)}/phrases`;

function Editing({ shop, phrase, categories, done }) {
  const [problem, setProblem] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    const { title, category, text, own } = Object.fromEntries(new FormData(event.currentTarget));
    const body = { title, category, text, own: own === "1" };
    try {
      await (phrase ? put(`${pathOf(shop)}/${encodeURIComponent(phrase.id)}`, body) : post(pathOf(shop), body));
      done(t("settings.saved"));
    } catch (found) {
      setProblem(found);
    }
  };
  const wrong = (name) => (problem?.pointer === `/${name}` ? "true" : undefined);
  return html`<form onSubmit=${save}>
    <${Field} label=${t("phrases.title")} hint=${t("phrases.title_hint")}><input name="title" required maxlength=${TITLE_AT_MOST} value=${phrase?.title || ""} aria-invalid=${wrong("title")} /><//>
    <${Field} label=${t("phrases.category")}><input name="category" list="phrase-categories" maxlength=${CATEGORY_AT_MOST} value=${phrase?.category || ""} autocomplete="off" aria-invalid=${wrong("category")} /><//>
    <datalist id="phrase-categories">${categories.map((one) => html`<option key=${one} value=${one}></option>`)}</datalist>
    <${Field} label=${t("phrases.text")} hint=${t("phrases.text_hint")}><textarea name="text" rows="5" required maxlength=${TEXT_AT_MOST} aria-invalid=${wrong("text")}>${phrase?.raw || ""}</textarea><//>
    <${Field} label=${t("phrases.whose")}><select name="own" value=${phrase ? (phrase.own ? "1" : "0") : keeps(shop) ? "0" : "1"}>${keeps(shop) && html`<option value="0">${t("phrases.shared")}</option>`}<option value="1">${t("phrases.own")}</option></select><//>
    ${problem && html`<${Failed} problem=${problem} />`}
    <div class="acts end"><${Button} kind="primary" type="submit">${t("act.save")}<//></div></form>`;
}

const edit = (shop, phrase, categories, reload) => showDialog(t(phrase ? "phrases.change" : "phrases.new"), (close) => html`<${Editing} shop=${shop} phrase=${phrase} categories=${categories}
  done=${(words) => { close(); say(words, { tone: "ok" }); reload(); }} />`);

function Row({ phrase, shop, categories, reload }) {
  const may = phrase.own || keeps(shop);
  const remove = () => confirmFirst(t("phrases.delete"), t("phrases.delete_why", { title: phrase.title }), t("act.delete"), () => attempt(async () => {
    await del(`${pathOf(shop)}/${encodeURIComponent(phrase.id)}`);
    reload();
  }));
  return html`<tr><td><strong>${phrase.title}</strong><br /><${Chip} tone=${phrase.own ? "info" : ""}>${t(phrase.own ? "phrases.own" : "phrases.shared")}<//>${phrase.category && html` <span class="meta">${phrase.category}</span>`}</td>
    <td class="words">${phrase.raw}${phrase.missing.length > 0 && html` <${Chip} tone="warn">${t("desk.phrase_missing", { names: phrase.missing.join(t("word.comma")) })}<//>`}</td>
    <td class="num">${t("phrase.used", { n: phrase.used })}</td>
    <td class="name">${may && html`<div class="acts"><${Button} kind="small" onClick=${() => edit(shop, phrase, categories, reload)}>${t("act.edit")}<//><${Button} kind="quiet small" onClick=${remove}>${t("act.delete")}<//></div>`}</td></tr>`;
}

function TakeIn({ shop, reload }) {
  const [told, setTold] = useState(null);
  const [problem, setProblem] = useState(null);
  const own = useRef(null);
  const take = async (event) => {
    const [file] = event.currentTarget.files;
    const field = event.currentTarget;
    if (!file) return;
    setTold(null);
    setProblem(null);
    try {
      setTold(await post(`${pathOf(shop)}/import`, undefined, { raw: file, query: { own: own.current.value === "1" }, headers: { "Content-Type": "application/octet-stream", "X-Filename": encodeURIComponent(file.name) } }));
      reload();
    } catch (found) {
      setProblem(found);
    }
    field.value = "";
  };
  return html`<details class="card"><summary>${t("phrases.files")}</summary><div class="stacked"><p class="muted">${t("phrases.files_why")}</p>
    <div class="acts">${["xlsx", "csv"].map((kind) => html`<a key=${kind} class="button" download href=${apiUrl(`${pathOf(shop)}/export`, { kind })}><${Icon} name="download" /><span>${t("phrases.export", { kind: `.${kind}` })}</span></a>`)}</div>
    <div class="two"><${Field} label=${t("phrases.import")}><input type="file" accept=".xlsx,.xls,.csv" onChange=${take} /><//>
      <${Field} label=${t("phrases.import_as")}><select ref=${own}>${keeps(shop) && html`<option value="0">${t("phrases.shared")}</option>`}<option value="1">${t("phrases.own")}</option></select><//></div>
    ${problem && html`<${Failed} problem=${problem} />`}
    ${told?.errors.length > 0 && html`<div class="notice danger" role="alert"><p><strong>${t("phrases.import_errors")}</strong></p><ul>${told.errors.slice(0, 20).map((one) => html`<li key=${one.row}>${t("phrases.import_row", { row: one.row, why: said(one) })}</li>`)}</ul></div>`}
    ${told && told.errors.length === 0 && html`<p class="notice ok" role="status">${t("phrases.imported", { added: number(told.new), changed: number(told.changed), same: number(told.unchanged) })}</p>`}</div></details>`;
}

export function Phrases({ shop }) {
  const { data, problem, reload } = useLoad(() => get(pathOf(shop.id)), [shop.id]);
  const [find, setFind] = useState("");
  const [only, setOnly] = useState("");
  useFeed((events) => events.some((e) => e.kind === "resync" || (e.kind === "setting" && e.shop === shop.id)) && reload(), [shop.id]);
  if (problem && !data) return html`<${Failed} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  const all = data.filter((one) => one.kind === "phrase");
  const categories = [...new Set(all.map((one) => one.category).filter(Boolean))].sort((a, b) => a.localeCompare(b, short.value));
  const wanted = find.trim().toLowerCase();
  const fits = (one) => (!only || one.category === only) && [one.title, one.raw, one.initials, one.pinyin].some((words) => words.toLowerCase().includes(wanted));
  const list = all.filter(fits);
  return html`<p class="muted">${t("phrases.why")}</p>
    <div class="filters" role="search"><input type="search" value=${find} onInput=${(e) => setFind(e.currentTarget.value)} placeholder=${t("phrases.search")} aria-label=${t("phrases.search")} />
      ${categories.length > 0 && html`<select aria-label=${t("phrases.category")} value=${only} onChange=${(e) => setOnly(e.currentTarget.value)}><option value="">${t("filter.all_categories")}</option>${categories.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select>`}
      <${Button} kind="primary" icon="plus" onClick=${() => edit(shop.id, null, categories, reload)}>${t("phrases.new")}<//></div>
    ${list.length === 0 ? html`<${Empty}>${all.length ? t("phrases.no_fit") : t("phrases.none")}<//>` : html`<div class="scroll"><table class="stack"><thead><tr><th>${t("phrases.title")}</th><th>${t("phrases.text")}</th><th class="num">${t("phrases.used")}</th><th><span class="unseen">${t("word.acts")}</span></th></tr></thead>
      <tbody>${list.map((one) => html`<${Row} key=${one.id} phrase=${one} shop=${shop.id} categories=${categories} reload=${reload} />`)}</tbody></table></div>`}
    <${TakeIn} shop=${shop.id} reload=${reload} />`;
}
