// One control for each kind of value a rule may have.
import { html } from "../lib/view.js";
import { t, tOr } from "../lib/i18n.js";
import { Field } from "../ui/parts.js";
import { ruleWord } from "../ui/rule_words.js";
import { Bands, Topics } from "./rules_lists.js";

const word = (value) => tOr(`rules.v.${value}`, value);
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

const Flag = ({ value, onChange }) => html`<select value=${String(value)} onChange=${(e) => onChange(e.currentTarget.value === "true")}><option value="true">${word(true)}</option><option value="false">${word(false)}</option></select>`;
const Choice = ({ p, value, onChange }) => html`<select value=${value} onChange=${(e) => onChange(e.currentTarget.value)}>${p.choices.map((c) => html`<option key=${c} value=${c}>${word(c)}</option>`)}</select>`;
const Num = ({ value, onChange }) => html`<input type="number" step="any" required value=${value} onInput=${(e) => onChange(e.currentTarget.value === "" ? "" : Number(e.currentTarget.value))} />`;
const Text = ({ value, onChange }) => html`<input value=${value} onInput=${(e) => onChange(e.currentTarget.value)} />`;
const Texts = ({ value, onChange }) => html`<textarea rows="6" value=${typeof value === "string" ? value : value.join("\n")} onInput=${(e) => onChange(e.currentTarget.value)}></textarea>`;
const Time = ({ value, onChange }) => html`<input type="time" step="1" value=${value === "none" ? "" : value} onInput=${(e) => onChange(e.currentTarget.value || "none")} />`;

const PLAIN = { flag: Flag, choice: Choice, number: Num, text: Text, texts: Texts, dates: Texts, time: Time };
const LISTED = { bands: Bands, topics: Topics };
const HINT = { texts: "rules.one_a_line", dates: "rules.dates_hint", time: "rules.time_hint" };

/** A range: from and to. */
const Span = ({ p, value, onChange }) => html`<fieldset class="two"><legend class="unseen">${ruleWord(p.name)}</legend><${Field} label=${t("settings.from")}><${Num} value=${value[0]} onChange=${(v) => onChange([v, value[1]])} /><//><${Field} label=${t("settings.to")}><${Num} value=${value[1]} onChange=${(v) => onChange([value[0], v])} /><//></fieldset>`;

/** Some of a few words. */
function Some({ p, value, onChange }) {
  const flip = (name) => onChange(p.choices.filter((c) => (c === name ? !value.includes(c) : value.includes(c))));
  return html`<fieldset class="checks"><legend>${t("rules.new_value")}</legend>${p.choices.map((c) => html`<label class="check" key=${c}><input type="checkbox" checked=${value.includes(c)} onChange=${() => flip(c)} /><span>${word(c)}</span></label>`)}</fieldset>`;
}

/** The control for a parameter's new value. */
export function Control({ p, value, onChange }) {
  if (p.kind === "span") return html`<${Span} p=${p} value=${value} onChange=${onChange} />`;
  if (p.kind === "some") return html`<${Some} p=${p} value=${value} onChange=${onChange} />`;
  const Listed = LISTED[p.kind];
  if (Listed) return html`<${Listed} value=${value || []} onChange=${onChange} />`;
  const Plain = PLAIN[p.kind];
  return html`<${Field} label=${t("rules.new_value")} hint=${HINT[p.kind] && t(HINT[p.kind])}><${Plain} p=${p} value=${value} onChange=${onChange} /><//>`;
}

/** What was typed as the API takes it. */
export function read(p, value) {
  if (value === null || typeof value !== "string") return value;
  if (p.kind === "texts" || p.kind === "dates") return lines(value);
  return value;
}
