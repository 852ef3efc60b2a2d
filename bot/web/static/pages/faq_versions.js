// Every version of an entry: who, when, what it changed, and the way back to it.
import { html } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { Button, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { entriesOf } from "./faq_shop.js";

// The order in which the columns of an entry are told.
const COLUMNS = ["status", "question", "phrasings", "answer", "variants", "category", "keywords_all", "keywords_any", "keywords_never", "keywords_ordered", "keywords_exact", "keywords_pattern", "priority", "not_this", "products", "threshold", "mode", "then_person", "valid_from", "valid_to"];

/** Who changed an entry last: a person by name, or what brought it. */
export function byWhom(by) {
  if (by === "setup-file") return t("faq.by_file");
  return by?.startsWith("pack:") ? t("faq.by_pack") : by || "";
}

/** The word of one of our columns. */
export const columnWord = (column) => tOr(`import.column.${column}`, column);

/** What stands in a column, as the page says it: {mode: "auto"} → 自动. */
export function valueWord(column, value) {
  if (column === "status") return t(`faq.status.${value}`);
  if (column === "mode") return t(`mode.${value}`);
  if (column === "then_person") return t(String(value).toLowerCase() === "true" ? "word.yes" : "word.no");
  return String(value ?? "");
}

/** An entry as lists of lines by column, so that two of them can be laid side by side. */
function lined(entry) {
  const { keywords, variants, ...plain } = entry;
  const words = Object.fromEntries(Object.entries(keywords).map(([kind, value]) => [kind === "priority" ? kind : `keywords_${kind}`, value || ""]));
  const said = Object.entries(variants).map(([platform, text]) => `[${tOr(`platform.${platform}`, platform)}] ${text}`);
  const all = { ...plain, ...words, variants: said };
  return Object.fromEntries(COLUMNS.map((column) => [column, [all[column] ?? ""].flat().map((value) => valueWord(column, value)).filter(Boolean)]));
}

/** What differs between two versions of an entry: [{column, gone: [lines], come: [lines]}]. */
export function differences(before, after) {
  const [was, is] = [lined(before), lined(after)];
  return COLUMNS.map((column) => ({ column, gone: was[column].filter((line) => !is[column].includes(line)), come: is[column].filter((line) => !was[column].includes(line)) }))
    .filter((one) => one.gone.length || one.come.length);
}

/** Differences, a sign and a colour for what went and what came. */
export const Differences = ({ items }) => items.length === 0 ? html`<p class="meta">${t("faq.same")}</p>` : html`<dl class="changes">${items.map((one) => html`<div key=${one.column}><dt>${columnWord(one.column)}</dt>
  ${one.gone.map((line) => html`<dd key=${`-${line}`} class="gone"><del>${line}</del></dd>`)}${one.come.map((line) => html`<dd key=${`+${line}`} class="come"><ins>${line}</ins></dd>`)}</div>`)}</dl>`;

function Version({ one, before, current, onRestore }) {
  return html`<li class="version"><div class="pair"><span>v${one.version} · ${byWhom(one.changed_by)} <time>${dayWord(one.changed_at)} ${minuteTime(one.changed_at)}</time></span>
      ${!current && html`<${Button} kind="quiet small" onClick=${onRestore}>${t("faq.restore")}<//>`}</div>
    ${before ? html`<details><summary class="meta">${t("faq.difference", { version: before.version })}</summary><${Differences} items=${differences(before, one)} /></details>` : html`<p class="meta">${t("faq.first_version")}</p>`}</li>`;
}

export function Versions({ shop, entry, onRestored }) {
  const base = `${entriesOf(shop)}/${encodeURIComponent(entry.id)}`;
  const { data } = useLoad(() => get(`${base}/versions`), [base, entry.version]);
  const restore = (version) => attempt(async () => {
    const back = await throughGate(shop, { restored: { entry: entry.id, version } }, (reason) => post(`${base}/restore`, { version, reason }));
    if (!back) return;
    onRestored(back);
    say(t("faq.restored", { version }));
  });
  return html`<details class="card"><summary>${t("faq.versions", { version: entry.version })}</summary><ul>
    ${(data || []).map((one, place, all) => html`<${Version} key=${one.version} one=${one} before=${all[place + 1]} current=${one.version === entry.version} onRestore=${() => restore(one.version)} />`)}</ul></details>`;
}
