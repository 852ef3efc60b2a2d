// 答错了: one key marks an answer of the bot as wrong. The correction is begun in the composer, the question is kept as
// a case, the entry is proposed to be narrowed, and the others who got that answer are listed.
import { html, signal, useEffect, useState } from "../lib/view.js";
import { post } from "../lib/api.js";
import { shopMoment, when } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { me, shopOf } from "../lib/session.js";
import { attempt } from "../ui/floating.js";
import { Button, Chip, Field, Icon } from "../ui/parts.js";
import { decision } from "../ui/why.js";
import { begin, talkUrl } from "./inbox_desk.js";

const LISTED = 5;
const shown = signal(null);

const ask = (talk, line, more = {}) => attempt(() => post(`/conversations/${encodeURIComponent(talk.id)}/wrong`, { line: line.id, ...more }));

/** Mark a line as wrong and show what follows. `again` says that it was marked before: its correction is not begun anew. */
export async function markWrong(talk, line, again) {
  const told = await ask(talk, line);
  if (!told) return;
  shown.value = { conversation: talk.id, line, told };
  const others = talk.state === "agent" && talk.owner?.id !== me.value.id;
  if (!again && !others) begin.value = { conversation: talk.id, text: told.draft };
}

/** What should have answered: a person, or one of the entries that came near. */
function Expected({ line, told, change }) {
  const [near, setNear] = useState([]);
  useEffect(() => {
    decision(line.decision).then((why) => setNear((why.candidates || []).filter((c) => c.id !== told.entry)), () => {});
  }, [line.decision]);
  return html`<${Field} label=${t("wrong.expected")}><select value=${told.expected || ""} onChange=${(e) => change({ expected: e.currentTarget.value || null })}>
    <option value="">${t("wrong.person")}</option>${near.map((c) => html`<option key=${c.id} value=${c.id}>${c.question}</option>`)}</select><//>`;
}

function Proposed({ told, change }) {
  const { kind, value, state } = told.proposal;
  const one = (name, words) => html`<label class="check"><input type="radio" name="propose" checked=${kind === name} disabled=${state !== "open"} onChange=${() => change({ propose: name })} /><span>${words}</span></label>`;
  return html`<fieldset class="stack"><legend>${t("wrong.propose", { entry: told.entry_question || told.entry })}</legend>
    ${one("not_this", t("wrong.not_this", { question: told.question }))}
    ${one("threshold", kind === "threshold" ? t("wrong.threshold_to", { n: value.threshold }) : t("wrong.threshold"))}
    <p class="meta">${state === "open" ? t("wrong.waits") : t(`wrong.state.${state}`)}</p></fieldset>`;
}

function Others({ list, shop }) {
  const [all, setAll] = useState(false);
  if (!list.length) return html`<p class="meta">${t("wrong.nobody_else")}</p>`;
  const now = shopMoment(shopOf(shop)?.clock);
  return html`<div><p><strong>${t("wrong.others", { n: list.length })}</strong></p><ul class="others">
    ${(all ? list : list.slice(0, LISTED)).map((o) => html`<li key=${o.id}><a href=${talkUrl(o.id, o.line)}>${o.buyer_name || o.buyer_id}</a> <time>${when(o.at, now)}</time></li>`)}</ul>
    ${!all && list.length > LISTED && html`<button type="button" class="link" onClick=${() => setAll(true)}>${t("wrong.all", { n: list.length - LISTED })}</button>`}</div>`;
}

/** Stands over the composer after an answer was marked, until it is put away. */
export function Wrong({ talk }) {
  const now = shown.value;
  if (now?.conversation !== talk.id) return null;
  const { line, told } = now;
  const change = async (more) => {
    const answer = await ask(talk, line, more);
    if (answer) shown.value = { ...now, told: answer };
  };
  return html`<section class="marked" aria-label=${t("wrong.title")}>
    <header class="pair"><p><${Chip} tone="warn" icon="alert">${t("wrong.title")}<//> ${t("wrong.kept", { question: told.question })}</p>
      <button type="button" class="button quiet square" aria-label=${t("act.close_dialog")} onClick=${() => (shown.value = null)}><${Icon} name="cross" /></button></header>
    <div class="halves"><div class="stack"><${Expected} line=${line} told=${told} change=${change} />${told.proposal && html`<${Proposed} told=${told} change=${change} />`}</div>
      <${Others} list=${told.others} shop=${talk.shop} /></div>
  </section>`;
}
