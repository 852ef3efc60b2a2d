// What is asked before an act on a group of unanswered questions: the new entry, the entry to add to, the group to merge into.
import { html, useState } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { composing } from "../lib/ime.js";
import { Button, Chip, Failed, Field, useLoad } from "../ui/parts.js";
import { showDialog } from "../ui/floating.js";
import { Report } from "../ui/gate.js";
import { lines } from "./faq_more.js";

// From here on the nearest entry is taken to be meant; below it somebody has to choose.
const LIKELY = 60;

/** The act would break cases of the gate: which, and the field for why it may. */
const Broken = ({ reports }) => html`<p class="notice danger" role="alert">${t("gate.breaks", { n: reports.reduce((sum, r) => sum + r.broken.total, 0) })}</p>
  ${reports.map((report) => html`<${Report} key=${report.shop} report=${report} />`)}
  <${Field} label=${t("gate.why")} hint=${t("gate.why_hint")}><textarea name="reason" rows="2" maxlength="500" required></textarea><//>`;

/** A form in a dialog: what goes wrong stands over its buttons, and what was typed stays. */
function Form({ send, verb, close, children }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await send(new FormData(event.currentTarget));
      close();
    } catch (wrong) {
      setProblem(wrong);
      setBusy(false);
    }
  };
  const keys = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && !composing(event) && event.currentTarget.requestSubmit();
  return html`<form onSubmit=${submit} onKeyDown=${keys}>${children}${problem && (problem.body.code === "gate_broken" ? html`<${Broken} reports=${problem.body.reports} />` : html`<${Failed} problem=${problem} />`)}
    <div class="acts end"><${Button} onClick=${close}>${t("act.cancel")}<//><${Button} kind="primary" type="submit" busy=${busy} hint="Ctrl Enter">${verb}<//></div></form>`;
}

function Make({ shop, group, base, finish, close }) {
  const [first, ...rest] = group.phrasings;
  const proposed = group.answers[0]?.text || "";
  const { data: table } = useLoad(() => get(`/shops/${shop.id}/entries`, { limit: 1 }), [shop.id]);
  const send = async (form) => {
    const made = await post(`${base}/entry`, { question: form.get("question"), answer: form.get("answer"), category: form.get("category"), phrasings: lines(form.get("phrasings")), reason: form.get("reason") || "" });
    finish(t("gap.made", { n: made.brings }));
  };
  return html`<${Form} send=${send} verb=${t("gap.make")} close=${close}>
    <${Field} label=${t("faq.question")}><input name="question" value=${first} required maxlength="200" /><//>
    <${Field} label=${t("faq.answer")} hint=${proposed ? t("gap.answer_proposed") : t("faq.answer_hint")}><textarea name="answer" rows="4" required maxlength="4000" autofocus defaultValue=${proposed}></textarea><//>
    <${Field} label=${t("faq.phrasings_label")} hint=${t("faq.phrasings_hint")}><textarea name="phrasings" rows="4" defaultValue=${rest.join("\n")}></textarea><//>
    <${Field} label=${t("faq.category")}><input name="category" list="gap-categories" maxlength="100" /><datalist id="gap-categories">${(table?.categories || []).map((c) => html`<option key=${c} value=${c}></option>`)}</datalist><//><//>`;
}

function Add({ group, base, finish, close }) {
  const send = async (form) => {
    const added = await post(`${base}/phrasing`, { entry: form.get("entry"), texts: lines(form.get("texts")), reason: form.get("reason") || "" });
    finish(t("gap.added", { n: added.brings }));
  };
  if (!group.nearest.length) return html`<p>${t("gap.none_near")}</p>`;
  return html`<${Form} send=${send} verb=${t("gap.add")} close=${close}>
    <fieldset class="picks"><legend>${t("gap.add_to")}</legend>${group.nearest.map((n, i) => html`<label class="pick" key=${n.id}><input type="radio" name="entry" value=${n.id} defaultChecked=${i === 0 && n.similarity >= LIKELY} required autofocus=${i === 0} /><span class="grow">${n.question}</span><${Chip}>${t("faq.similarity", { n: Math.round(n.similarity) })}<//></label>`)}</fieldset>
    <${Field} label=${t("faq.phrasings_label")} hint=${t("faq.phrasings_hint")}><textarea name="texts" rows="5" required defaultValue=${group.phrasings.join("\n")}></textarea><//><//>`;
}

function Merge({ group, base, finish, others, close }) {
  const [words, setWords] = useState("");
  // What is most alike stands first, however rarely it is asked.
  const listed = [...group.alike, ...others.filter((g) => !group.alike.some((one) => one.id === g.id))];
  const fitting = listed.filter((g) => g.text.includes(words.trim())).slice(0, 8);
  const send = async (form) => {
    await post(`${base}/merge`, { into: form.get("into") });
    finish(t("gap.merged"));
  };
  if (!listed.length) return html`<p>${t("gap.no_other")}</p>`;
  return html`<${Form} send=${send} verb=${t("gap.merge")} close=${close}>
    <${Field} label=${t("gap.find")}><input type="search" value=${words} autofocus onInput=${(e) => setWords(e.currentTarget.value)} /><//>
    <fieldset class="picks"><legend>${t("gap.merge_into")}</legend>${fitting.map((g, i) => html`<label class="pick" key=${g.id}><input type="radio" name="into" value=${g.id} defaultChecked=${i === 0} required /><span class="grow">${g.text}</span>${g.likeness && html`<${Chip} tone="warn">${t("gap.alike", { n: g.likeness })}<//>`}<${Chip}>${t("gap.count", { n: g.count })}<//></label>`)}</fieldset><//>`;
}

const shown = (title, Body) => (with_) => showDialog(t(title), (close) => html`<blockquote>${with_.group.text}</blockquote><${Body} ...${with_} close=${close} />`);

export const showMake = shown("gap.make", Make);
export const showAdd = shown("gap.add", Add);
export const showMerge = shown("gap.merge", Merge);
