// What the shop keeps about a buyer: labels, a note, orders and products, earlier conversations, and all of it to hand
// out or erase.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { apiUrl, get, post, put } from "../lib/api.js";
import { dayWord, localDay, minuteTime } from "../lib/clock.js";
import { useFeed } from "../lib/feed.js";
import { composing } from "../lib/ime.js";
import { number, t, tOr } from "../lib/i18n.js";
import { go } from "../lib/router.js";
import { can } from "../lib/session.js";
import { Button, Chip, Failed, Icon, useLoad } from "../ui/parts.js";
import { attempt, confirmFirst, say } from "../ui/floating.js";
import { talkUrl } from "./inbox_desk.js";

const NOTE_AT_MOST = 500;
const LABEL_AT_MOST = 20;

function Labels({ kept, known, keep, called }) {
  const field = useRef(null);
  useEffect(() => {
    if (called?.what === "label") field.current?.focus();
  }, [called]);
  const add = (event) => {
    event.preventDefault();
    const label = field.current.value.trim();
    if (label && !kept.includes(label)) keep([...kept, label]);
    field.current.value = "";
  };
  return html`<section><h3>${t("buyer.labels")}</h3>
    ${kept.length > 0 && html`<ul class="chips">${kept.map((label) => html`<li key=${label} class="chip info label"><span>${label}</span>${can("desk") && html`<button type="button" aria-label=${t("buyer.label_remove", { label })} onClick=${() => keep(kept.filter((one) => one !== label))}><${Icon} name="cross" /></button>`}</li>`)}</ul>`}
    ${can("desk") ? html`<form class="add" onSubmit=${add}><input ref=${field} name="label" list="known-labels" maxlength=${LABEL_AT_MOST} autocomplete="off" aria-label=${t("buyer.label_add")} placeholder=${t("buyer.label_add")}
      onKeyDown=${(event) => event.key === "Enter" && composing(event) && event.preventDefault()} /><${Button} kind="small" type="submit">${t("act.add")}<//></form>
    <datalist id="known-labels">${known.filter((label) => !kept.includes(label)).map((label) => html`<option key=${label} value=${label}></option>`)}</datalist>` : kept.length === 0 && html`<p class="meta">${t("buyer.no_labels")}</p>`}</section>`;
}

function Note({ data, keep }) {
  const [text, setText] = useState(data.note);
  // The note as it was when these words were begun: what a colleague wrote since is not overwritten unseen.
  const [begun, setBegun] = useState(data.note);
  const [busy, setBusy] = useState(false);
  const changed = text !== begun;
  const overtaken = changed && data.note !== begun;
  useEffect(() => {
    if (changed) return;
    setText(data.note);
    setBegun(data.note);
  }, [data.note]);
  const save = async () => {
    setBusy(true);
    const done = await keep(text.trim());
    setBusy(false);
    if (!done) return;
    setText(done.note);
    setBegun(done.note);
  };
  const takeTheirs = () => {
    setText(data.note);
    setBegun(data.note);
  };
  const by = data.changed_by && t("buyer.note_by", { name: data.changed_by.name, at: `${dayWord(data.changed_at)} ${minuteTime(data.changed_at)}` });
  return html`<section><h3>${t("buyer.note")}</h3>
    <textarea rows="3" aria-label=${t("buyer.note")} aria-describedby="buyer-note-who" value=${text} maxlength=${NOTE_AT_MOST} readonly=${!can("desk")} placeholder=${t("buyer.note_hint")} onInput=${(event) => setText(event.currentTarget.value)}></textarea>
    ${overtaken && html`<div class="notice warn" role="status"><p>${t("buyer.note_overtaken", { name: data.changed_by?.name || "–" })}</p><p class="words">${data.note || t("buyer.note_empty")}</p><${Button} kind="small" onClick=${takeTheirs}>${t("buyer.note_theirs")}<//></div>`}
    <div class="pair"><span class="meta" id="buyer-note-who">${by || t("buyer.note_shared")}</span><span class="meta">${number(text.length)}/${number(NOTE_AT_MOST)}</span></div>
    ${changed && html`<div class="acts end"><${Button} kind="small" onClick=${takeTheirs}>${t("act.cancel")}<//><${Button} kind="small" busy=${busy} onClick=${save}>${t("act.save")}<//></div>`}</section>`;
}

const CARD = ["order", "product", "status", "amount", "tracking"];

function Card({ card }) {
  const title = card.title || card.name || card.text || "";
  const told = CARD.filter((name) => card[name] !== undefined && card[name] !== null && card[name] !== "" && String(card[name]) !== title);
  return html`<li><span class="pair"><strong>${title || t("buyer.card")}</strong><time>${dayWord(card.at)}</time></span>
    ${told.length > 0 && html`<dl class="facts">${told.map((name) => html`<div key=${name}><dt>${t(`buyer.card.${name}`)}</dt><dd>${String(card[name])}</dd></div>`)}</dl>`}</li>`;
}

function Cards({ word, list }) {
  if (!list.length) return null;
  return html`<section><h3>${word}</h3><ul class="cards">${list.map((card, i) => html`<${Card} key=${i} card=${card} />`)}</ul></section>`;
}

const saidLast = (talk) => (talk.last_text ? t("word.with_detail", { word: tOr(`sender.${talk.last_sender}`, talk.last_sender), detail: talk.last_text }) : t("buyer.no_words"));

function Earlier({ list }) {
  return html`<section><h3>${t("buyer.earlier")}</h3>${list.length === 0 ? html`<p class="meta">${t("buyer.no_earlier")}</p>`
    : html`<ul class="earlier">${list.map((talk) => html`<li key=${talk.id}><a href=${talkUrl(talk.id, talk.line)}><span class="pair"><time>${localDay(talk.last_at)} ${minuteTime(talk.last_at)}</time><${Chip}>${t(`buyer.state.${talk.state}`)}<//></span><span class="last">${saidLast(talk)}</span></a></li>`)}</ul>`}</section>`;
}

function Privacy({ talk }) {
  const buyer = talk.buyer.id;
  const erase = () => confirmFirst(t("buyer.erase"), t("buyer.erase_why", { name: talk.buyer.name || buyer }), t("buyer.erase"), () => attempt(async () => {
    await post(`/shops/${encodeURIComponent(talk.shop)}/personal-data/erase`, { buyer });
    say(t("buyer.erased"), { tone: "ok" });
    go("/inbox");
  }));
  return html`<section><h3>${t("buyer.privacy")}</h3><p class="meta">${t("buyer.privacy_why")}</p>
    <div class="acts"><a class="button small" download=${`buyer-${buyer}.json`} href=${apiUrl(`/shops/${encodeURIComponent(talk.shop)}/personal-data`, { buyer })}><${Icon} name="download" /><span>${t("buyer.export")}</span></a><${Button} kind="small" onClick=${erase}>${t("buyer.erase")}<//></div></section>`;
}

/** The parts of the panel that speak of the buyer; what a colleague changes is seen here as it changes. */
export function Buyer({ talk, called }) {
  const path = `/conversations/${encodeURIComponent(talk.id)}/buyer`;
  const { data: fetched, problem, reload } = useLoad(() => get(path), [talk.id]);
  const [saved, setSaved] = useState(null);
  useEffect(() => setSaved(null), [fetched]);
  useFeed((events) => events.some((e) => e.kind === "buyer" || e.kind === "resync") && reload());
  const data = saved || fetched;
  const keep = (change) => attempt(async () => {
    const done = await put(path, { note: data.note, labels: data.labels, ...change });
    setSaved(done);
    return done;
  });
  if (problem && !data) return html`<${Failed} problem=${problem} retry=${reload} />`;
  if (!data) return html`<p class="meta" aria-busy="true">${t("state.loading")}</p>`;
  return html`<${Labels} kept=${data.labels} known=${data.known_labels} keep=${(labels) => keep({ labels })} called=${called} />
    <${Note} data=${data} keep=${(note) => keep({ note })} />
    <${Cards} word=${t("buyer.orders")} list=${data.orders} /><${Cards} word=${t("buyer.products")} list=${data.products} />
    <${Earlier} list=${data.conversations} />${can("shops") && html`<${Privacy} talk=${talk} />`}`;
}
