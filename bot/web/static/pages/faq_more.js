// What an entry needs seldom: questions it is not, words tied to it, the products it is for, from when to when it holds, its own threshold.
import { html, useState } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { Field } from "../ui/parts.js";

export const lines = (text) => text.split("\n").map((x) => x.trim()).filter(Boolean);
const words = (text) => text.split(/[\s,，、]+/).filter(Boolean);
const whole = (text) => (text.trim() === "" ? null : Number(text));

/** A field for a list. What is typed stays as it is typed while the page around it is drawn anew. */
export function Listed({ value, set, split = lines, join = "\n", as = "textarea", ...rest }) {
  const [text, setText] = useState(value.join(join));
  const same = split(text).join("\n") === value.join("\n");
  const write = (event) => {
    setText(event.currentTarget.value);
    set(split(event.currentTarget.value));
  };
  return html`<${as} value=${same ? text : value.join(join)} onInput=${write} ...${rest}/>`;
}

export function More({ draft, set }) {
  const keywords = (change) => set({ keywords: { ...draft.keywords, ...change } });
  const key = (name) => ({ as: "input", split: words, join: " ", value: draft.keywords[name], set: (value) => keywords({ [name]: value }) });
  const many = (name) => ({ rows: "2", value: draft.keywords[name], set: (value) => keywords({ [name]: value }) });
  const day = (name) => ({ type: "date", value: draft[name] || "", onInput: (e) => set({ [name]: e.currentTarget.value || null }) });
  return html`<details><summary>${t("faq.more")}</summary><div class="stacked">
    <${Field} label=${t("faq.not_this")} hint=${t("faq.not_this_hint")}><${Listed} rows="3" value=${draft.not_this} set=${(not_this) => set({ not_this })} /><//>
    <${Field} label=${t("faq.all")} hint=${t("faq.all_hint")}><${Listed} ...${key("all")} /><//><${Field} label=${t("faq.any")} hint=${t("faq.any_hint")}><${Listed} ...${key("any")} /><//><${Field} label=${t("faq.never")} hint=${t("faq.never_hint")}><${Listed} ...${key("never")} /><//>
    <${Field} label=${t("faq.ordered")} hint=${t("faq.ordered_hint")}><${Listed} ...${key("ordered")} /><//>
    <${Field} label=${t("faq.exact")} hint=${t("faq.exact_hint")}><${Listed} ...${many("exact")} /><//>
    <${Field} label=${t("faq.pattern")} hint=${t("faq.pattern_hint")}><${Listed} class="code" spellcheck="false" ...${many("pattern")} /><//>
    <${Field} label=${t("faq.products")} hint=${t("faq.products_hint")}><${Listed} rows="2" value=${draft.products} set=${(products) => set({ products })} /><//>
    <div class="two"><${Field} label=${t("faq.priority")} hint=${t("faq.priority_hint")}><input type="number" step="1" value=${draft.keywords.priority} onInput=${(e) => keywords({ priority: whole(e.currentTarget.value) ?? 0 })} /><//>
      <${Field} label=${t("faq.threshold")} hint=${t("faq.threshold_hint")}><input type="number" min="0" max="100" value=${draft.threshold ?? ""} onInput=${(e) => set({ threshold: whole(e.currentTarget.value) })} /><//>
      <${Field} label=${t("faq.from")}><input ...${day("valid_from")} /><//><${Field} label=${t("faq.to")}><input ...${day("valid_to")} /><//></div></div></details>`;
}
