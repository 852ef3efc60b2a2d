// One entry: what is asked, what is answered, and beside it what lies near and what the matcher would do now.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { del, get, post, put } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { composing } from "../lib/ime.js";
import { go, withQuery } from "../lib/router.js";
import { SHARED } from "../lib/session.js";
import { Button, Chip, Failed, Field, Head, Icon, Loading, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { WhyCard } from "../ui/why.js";
import { Listed, More } from "./faq_more.js";
import { Remarks, readRemarks, useRemarks } from "./faq_remarks.js";
import { entriesOf } from "./faq_shop.js";
import { Variants } from "./faq_variants.js";
import { Differences, Versions, byWhom, differences } from "./faq_versions.js";

const CONFLICT = 85;
/** As many wordings the server compares at once; of more the last ones, which were written last. */
const MOST = 50;
const ALL = 5;
const MODES = ["auto", "suggest", "off"];
const STATUSES = ["on", "off", "draft"];
const BLANK = { question: "", answer: "", phrasings: [], not_this: [], keywords: { all: [], any: [], never: [], ordered: [], exact: [], pattern: [], priority: 0 }, category: "", products: [], variants: {}, threshold: null, mode: "auto", then_person: false, valid_from: null, valid_to: null, status: "on" };

/** What of an entry is written and sent back. */
export const fieldsOf = (entry) => Object.fromEntries(Object.keys(BLANK).map((name) => [name, entry[name] ?? BLANK[name]]));

/** Entries near the question or one of the phrasings being written; from 85 on they may take its questions away. */
function Neighbours({ shop, text, phrasings, exclude }) {
  const [found, setFound] = useState([]);
  useEffect(() => {
    if (!text.trim()) return undefined;
    const timer = setTimeout(() => post(`/shops/${shop}/neighbours`, { text, exclude, also: phrasings.slice(-MOST) }).then(setFound, () => {}), 400);
    return () => clearTimeout(timer);
  }, [text, phrasings.join("\n"), exclude]);
  const close = found.filter((n) => n.similarity >= CONFLICT);
  return html`<section class="card"><h2>${t("faq.neighbours")}</h2>
    ${close.length > 0 && html`<p class="notice warn">${t("faq.conflict", { question: close[0].question })}</p>`}
    ${found.length ? html`<ul class="neighbours">${found.map((n) => html`<li key=${n.id}><a href=${withQuery({ shop }, `/faq/${encodeURIComponent(n.id)}`)}>${n.question}</a>${n.phrasing !== n.question && html`<span class="meta grow">${n.phrasing}</span>`}<${Chip} tone=${n.similarity >= CONFLICT ? "warn" : ""}>${t("faq.similarity", { n: Math.round(n.similarity) })}<//></li>`)}</ul>` : html`<p class="meta">${t("faq.no_neighbours")}</p>`}</section>`;
}

/** A test line: what the bot would do now if a buyer wrote it. */
export function TestLine({ shop }) {
  const [text, setText] = useState("");
  const [why, setWhy] = useState(null);
  const ask = () => text.trim() && attempt(async () => setWhy(await post(`/shops/${shop}/match`, { text })));
  return html`<section class="card"><h2>${t("faq.test")}</h2><div class="acts"><input class="grow" value=${text} aria-label=${t("faq.test_hint")} placeholder=${t("faq.test_hint")} onInput=${(e) => setText(e.currentTarget.value)} onKeyDown=${(e) => e.key === "Enter" && !composing(e) && ask()} />
    <${Button} onClick=${ask}>${t("faq.try")}<//></div><p class="meta">${t("faq.test_why")}</p>${why && html`<${WhyCard} why=${why} shop=${shop} most=${ALL} />`}</section>`;
}

/** Somebody saved first: what theirs and ours differ in, while ours is still being written. */
const Meanwhile = ({ theirs, draft, onTake }) => html`<section class="notice warn" role="status"><p>${t("faq.meanwhile", { who: byWhom(theirs.changed_by), version: theirs.version })}</p>
  <${Differences} items=${differences(fieldsOf(theirs), draft)} /><div class="acts"><${Button} kind="small" onClick=${onTake}>${t("faq.take_theirs")}<//></div></section>`;

function Form({ shop, entry, draft, set, categories, remarks, onSave, busy, problem, meanwhile, onDelete }) {
  const text = (name) => ({ value: draft[name], onInput: (e) => set({ [name]: e.currentTarget.value }) });
  return html`<form class="card" onSubmit=${(e) => { e.preventDefault(); onSave(); }}>
    <${Field} label=${t("faq.question")}><input ...${text("question")} required maxlength="200" /><//>
    <${Field} label=${t("faq.phrasings_label")} hint=${t("faq.phrasings_hint")}><${Listed} rows="6" value=${draft.phrasings} set=${(phrasings) => set({ phrasings })} /><//>
    <${Field} label=${t("faq.answer")} hint=${t("faq.answer_hint")}><textarea rows="4" ...${text("answer")} required maxlength="4000"></textarea><//>
    <${Remarks} shop=${shop} items=${remarks} /><${Variants} own=${shop.platform} variants=${draft.variants} set=${(variants) => set({ variants })} />
    <div class="two"><${Field} label=${t("faq.category")}><input list="categories" ...${text("category")} maxlength="100" /><datalist id="categories">${categories.map((c) => html`<option key=${c} value=${c}></option>`)}</datalist><//>
      <${Field} label=${t("faq.status")}><select value=${draft.status} onChange=${(e) => set({ status: e.currentTarget.value })}>${STATUSES.map((s) => html`<option key=${s} value=${s}>${t(`faq.status.${s}`)}</option>`)}</select><//>
      <${Field} label=${t("faq.mode")}><select value=${draft.mode} onChange=${(e) => set({ mode: e.currentTarget.value })}>${MODES.map((m) => html`<option key=${m} value=${m}>${t(`mode.${m}`)}</option>`)}</select><//></div>
    <label class="check"><input type="checkbox" checked=${draft.then_person} onChange=${(e) => set({ then_person: e.currentTarget.checked })} /><span>${t("faq.then_person")}</span></label>
    <${More} draft=${draft} set=${set} />
    ${problem && html`<${Failed} problem=${problem} />`}${meanwhile}
    <div class="acts end">${entry && html`<${Button} kind="quiet" onClick=${onDelete}>${t("act.delete")}<//>`}<${Button} kind="primary" type="submit" busy=${busy}>${t("act.save")}<//></div></form>`;
}

export function Editor({ shop, id }) {
  const fresh = id === "new";
  const [entry, setEntry] = useState(null);
  const [draft, setShown] = useState(fresh ? BLANK : null);
  // Enter in a field saves in the same breath as the field's last change: the newest draft is held apart from drawing.
  const newest = useRef(draft);
  const setDraft = (now) => {
    newest.current = now;
    setShown(now);
  };
  const [problem, setProblem] = useState(null);
  const [theirs, setTheirs] = useState(null);
  const [busy, setBusy] = useState(false);
  const base = entriesOf(shop.id);
  const { data: table } = useLoad(() => get(base, { limit: 1 }), [base]);
  const remarks = useRemarks(shop.id, draft);
  const show = (found) => {
    setEntry(found);
    setDraft(fieldsOf(found));
    setProblem(null);
    setTheirs(null);
  };
  const load = () => get(`${base}/${encodeURIComponent(id)}`).then(show, setProblem);
  useEffect(() => {
    if (!fresh) load();
  }, [id]);
  const save = async () => {
    setBusy(true);
    try {
      const draft = newest.current;
      if (!(await readRemarks(shop, draft, entry && fieldsOf(entry)))) return;
      const saved = await throughGate(shop.id, { entry: fresh ? draft : { ...draft, id } }, (reason) => (fresh ? post(base, { ...draft, reason }) : put(`${base}/${encodeURIComponent(id)}`, { ...draft, version: entry.version, reason })));
      if (!saved) return;
      const before = entry?.version;
      say(t("faq.saved"), { tone: "ok", undo: before && (() => goBack(before)) });
      if (fresh) go(withQuery({}, `/faq/${encodeURIComponent(saved.id)}`), { replace: true });
      else show(saved);
    } catch (wrong) {
      setProblem(wrong);
      // Somebody saved first: what was typed stays, and the next save is over their version, with open eyes.
      if (wrong.body?.current) {
        setEntry(wrong.body.current);
        setTheirs(wrong.body.current);
      }
    } finally {
      setBusy(false);
    }
  };
  /** One click back to what was there: the reason is that it was there. */
  const goBack = (version) => attempt(async () => {
    const back = await post(`${base}/${encodeURIComponent(id)}/restore`, { version, reason: t("gate.back_reason", { version }) });
    show(back);
    say(t("faq.restored", { version }));
  });
  const remove = () => attempt(async () => {
    const gone = await throughGate(shop.id, { deleted: id }, (reason) => del(`${base}/${encodeURIComponent(id)}`, { reason }));
    if (!gone) return;
    const reason = t("gate.back_reason", { version: entry.version });
    say(t("faq.deleted"), { undo: () => attempt(() => post(`${base}/${encodeURIComponent(id)}/restore`, { reason })) });
    go(withQuery({}, "/faq"));
  });
  return html`<div class="page"><${Head} title=${fresh ? t("faq.new") : entry?.question || t("place.faq")}><${Chip}>${shop.name}<//><a class="button quiet" href=${withQuery({}, "/faq")}><${Icon} name="back" /><span>${t("faq.back")}</span></a><//>
    ${!draft ? problem ? html`<${Failed} problem=${problem} retry=${load} />` : html`<${Loading} />` : html`<div class="editor">
      <${Form} shop=${shop} entry=${entry} remarks=${remarks} draft=${draft} set=${(change) => setDraft({ ...newest.current, ...change })} categories=${table?.categories || []} onSave=${save} busy=${busy} problem=${problem} meanwhile=${theirs && html`<${Meanwhile} theirs=${theirs} draft=${draft} onTake=${() => show(theirs)} />`} onDelete=${remove} />
      <aside>${shop.id === SHARED ? html`<p class="notice info">${t("faq.shared_why")}</p>` : html`<${Neighbours} shop=${shop.id} text=${draft.question} phrasings=${draft.phrasings} exclude=${entry?.id} /><${TestLine} shop=${shop.id} />`}${entry && html`<${Versions} shop=${shop.id} entry=${entry} onRestored=${show} />`}</aside></div>`}</div>`;
}
