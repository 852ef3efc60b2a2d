// Controls for values that are lists of several parts: ranges of a rate, and what an answer must cover.
import { html } from "../lib/view.js";
import { t, tOr } from "../lib/i18n.js";
import { Button, Field } from "../ui/parts.js";

const SIGNS = { at_least: "≥", above: ">", at_most: "≤", below: "<" };
const MARKS = /[、，,\s]+/;

/** A list whose items are edited side by side; `fresh` makes a new one. */
function Items({ value, onChange, fresh, legend, children }) {
  const put = (place, item) => onChange(value.map((old, i) => (i === place ? item : old)));
  return html`<fieldset class="items"><legend>${legend}</legend>
    ${value.map((item, place) => html`<div class="acts item" key=${place}>${children(item, (next) => put(place, next))}<${Button} aria-label=${t("rules.drop_item", { n: place + 1 })} onClick=${() => onChange(value.filter((_, i) => i !== place))}>${t("act.delete")}<//></div>`)}
    <div class="acts"><${Button} onClick=${() => onChange([...value, fresh(value.length + 1)])}>${t("act.add")}<//></div></fieldset>`;
}

const signOf = (band) => Object.keys(SIGNS).find((sign) => sign in band) || "at_least";

/** Ranges of a rate, checked in order: a name, and on which side of a percentage. */
export function Bands({ value, onChange }) {
  return html`<${Items} value=${value} onChange=${onChange} legend=${t("rules.new_value")} fresh=${(n) => ({ name: `band_${n}`, at_least: 0 })}>${(band, put) => {
    const sign = signOf(band);
    return html`<${Field} label=${t("rules.band_name")}><input required value=${band.name} onInput=${(e) => put({ ...band, name: e.currentTarget.value })} /><//>${tOr(`level.${band.name}`, "") && html`<span class="meta">${t(`level.${band.name}`)}</span>`}
      <${Field} label=${t("rules.band_side")}><select value=${sign} onChange=${(e) => put({ name: band.name, [e.currentTarget.value]: band[sign] })}>${Object.entries(SIGNS).map(([name, mark]) => html`<option key=${name} value=${name}>${mark}</option>`)}</select><//>
      <${Field} label="%"><input type="number" min="0" max="100" step="any" required value=${band[sign]} onInput=${(e) => put({ ...band, [sign]: e.currentTarget.value === "" ? "" : Number(e.currentTarget.value) })} /><//>`;
  }}<//>`;
}

const Words = ({ label, value, onChange }) => html`<${Field} label=${label}><input value=${value.join("、")} onChange=${(e) => onChange(e.currentTarget.value.split(MARKS).filter(Boolean))} /><//>`;

/** What an answer must cover: words by which a buyer asks for it, and words by which it is answered. */
export function Topics({ value, onChange }) {
  return html`<p class="hint">${t("rules.words_hint")}</p><${Items} value=${value} onChange=${onChange} legend=${t("rules.new_value")} fresh=${(n) => ({ id: `topic_${n}`, ask: [], answer: [] })}>${(topic, put) => html`
    <${Field} label=${t("rules.topic_id")}><input required value=${topic.id} onInput=${(e) => put({ ...topic, id: e.currentTarget.value })} /><//>
    <${Words} label=${t("rules.topic_ask")} value=${topic.ask} onChange=${(ask) => put({ ...topic, ask })} /><${Words} label=${t("rules.topic_answer")} value=${topic.answer} onChange=${(answer) => put({ ...topic, answer })} />`}<//>`;
}
