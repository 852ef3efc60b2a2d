// The open conversation: who holds it, what was said, and the acts upon it.
import { html, signal, useEffect, useLayoutEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { dayWord, localDay } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { go } from "../lib/router.js";
import { can, me } from "../lib/session.js";
import { Countdown, Promised } from "../ui/deadlines.js";
import { Line } from "../ui/line.js";
import { Button, Empty, Failed, Field, Icon, Loading } from "../ui/parts.js";
import { attempt, showDialog } from "../ui/floating.js";
import { factsUrl } from "../ui/unconfirmed.js";
import { reasonWord } from "../ui/why.js";
import { act, close, leaving, loadOlder, open, openProblem, takeOver, talkUrl, turnTo } from "./inbox_desk.js";

/** The sentence over the thread: who answers now, and why. */
function standing(talk) {
  if (talk.state === "agent") return talk.owner?.id === me.value.id ? t("bar.mine") : t("bar.agent", { name: talk.owner?.name || "" });
  if (talk.state === "closed") return t("bar.closed");
  if (talk.state === "bot") return talk.owed ? t("bar.bot_owed") : t("bar.bot");
  if (talk.reason === "asked_for_person") return t("bar.asked_for_person");
  const reason = reasonWord(talk.reason);
  return talk.reason_detail ? t("bar.waiting_about", { reason, detail: talk.reason_detail }) : t("bar.waiting", { reason });
}

/** Whether a fact would have answered, and this person may give it. */
const lacksFact = (talk) => talk.state === "waiting" && talk.reason === "missing_field" && can("faq");

function Transfer({ talk, done }) {
  const [people, setPeople] = useState(null);
  useEffect(() => {
    attempt(async () => setPeople((await get("/agents", { shop: talk.shop })).filter((p) => p.id !== me.value.id)));
  }, []);
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (await act(talk.id, "transfer", { to: form.get("to"), reason: form.get("reason") })) done();
  };
  if (!people) return html`<${Loading} />`;
  if (!people.length) return html`<p>${t("transfer.nobody")}</p>`;
  return html`<form onSubmit=${send}>
    <${Field} label=${t("transfer.to")}><select name="to">${people.map((p) => html`<option key=${p.id} value=${p.id}>${p.name}</option>`)}</select><//>
    <${Field} label=${t("transfer.reason")}><input name="reason" required maxlength="200" /><//>
    <div class="acts"><${Button} kind="primary" type="submit">${t("act.transfer")}<//></div></form>`;
}

function Bar({ talk, onSide }) {
  const mine = talk.state === "agent" && talk.owner?.id === me.value.id;
  const transfer = () => showDialog(t("transfer.title"), (done) => html`<${Transfer} talk=${talk} done=${done} />`);
  const end = () => (talk.owed ? askReason(talk) : close(talk.id));
  useKeys({
    t: () => talk.state !== "closed" && !mine && takeOver(talk.id),
    b: () => mine && act(talk.id, "release"),
    a: () => mine && transfer(),
    e: () => talk.state !== "closed" && end(),
  });
  return html`<div class=${`bar ${talk.state}`}>
    <a class="button quiet square back" href=${talkUrl(null)} aria-label=${t("act.back")}><${Icon} name="back" /></a>
    <div class="grow"><h2>${talk.buyer.name || talk.buyer.id} <${Countdown} talk=${talk} /><${Promised} talk=${talk} /></h2><p>${standing(talk)} ${lacksFact(talk) && html`<a href=${factsUrl(talk.shop)}>${t("faq.fill_fields")}</a>`}</p></div>
    <div class="acts">
      ${talk.state !== "closed" && !mine && html`<${Button} kind="primary" onClick=${() => takeOver(talk.id)} hint="T">${t("act.takeover")}<//>`}
      ${mine && html`<${Button} onClick=${() => act(talk.id, "release")} hint="B">${t("act.release")}<//><${Button} onClick=${transfer} hint="A">${t("act.transfer")}<//>`}
      ${talk.state === "closed" ? html`<${Button} onClick=${() => act(talk.id, "reopen")}>${t("act.reopen")}<//>` : html`<${Button} onClick=${end} hint="E">${t("act.close")}<//>`}
      <button type="button" class="button quiet square side-switch" aria-label=${t("side.show")} title=${t("keys.panel")} onClick=${onSide}><${Icon} name="panel" /></button>
    </div></div>`;
}

// Closing what is still owed needs a person's reason: it ends the duty in the books.
function askReason(talk) {
  showDialog(t("close.title"), (done) => html`<form onSubmit=${(event) => { event.preventDefault(); close(talk.id, new FormData(event.currentTarget).get("reason")); done(); }}>
    <p>${t("close.owed")}</p>
    <${Field} label=${t("close.reason")}><input name="reason" required maxlength="200" autofocus /><//>
    <div class="acts"><${Button} onClick=${done}>${t("act.cancel")}<//><${Button} kind="primary" type="submit">${t("act.close")}<//></div></form>`);
}

/** Keep the newest line in sight, unless somebody scrolled up to read. */
function useBottom(inputs) {
  const box = useRef(null);
  const low = useRef(true);
  const look = () => (low.current = box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight < 80);
  useLayoutEffect(() => {
    if (box.current && low.current) box.current.scrollTop = box.current.scrollHeight;
  }, inputs);
  // What is written below makes the room for lines smaller: the newest one stays in sight.
  useEffect(() => {
    const watch = new ResizeObserver(() => box.current && low.current && (box.current.scrollTop = box.current.scrollHeight));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, look];
}

function Lines({ talk, lines, more, room }) {
  // The feed may bring the stored line before the answer to the press arrives: then it is not shown twice.
  const stored = (press) => lines.some((l) => l.sender === "agent" && l.text === press.text && !press.before.has(l.id));
  const waiting = leaving.value.filter((l) => l.conversation === talk.id && !stored(l));
  const [box, look] = useBottom([talk.id, lines.length, waiting.length, lines[lines.length - 1]?.status, room]);
  const older = async () => {
    const from = box.current.scrollHeight;
    await attempt(loadOlder);
    requestAnimationFrame(() => box.current && (box.current.scrollTop += box.current.scrollHeight - from));
  };
  let day = "";
  return html`<div class="lines" role="log" aria-live="polite" aria-label=${t("thread.label")} ref=${box} onScroll=${look} tabindex="0">
    ${more && html`<div class="acts middle"><${Button} kind="quiet" onClick=${older}>${t("thread.older")}<//></div>`}
    ${lines.map((line) => {
      const fresh = localDay(line.at) !== day;
      day = localDay(line.at);
      return html`${fresh && html`<p class="day" key=${`day-${day}`}>${dayWord(line.at)}</p>`}<${Line} key=${line.id} line=${line} shop=${talk.shop} onResend=${(id) => act(talk.id, "resend", { line: id })} />`;
    })}
    ${waiting.map((line) => html`<${Line} key=${line.id} line=${line} shop=${talk.shop} />`)}
  </div>`;
}

// Writing is loaded with the first conversation that is opened: the list needs none of it.
const writing = signal(null);

/** The composer, once it is there. */
function useWriting(id) {
  useEffect(() => {
    if (id && !writing.value) import("./inbox_composer.js").then((module) => (writing.value = module.Composer));
  }, [Boolean(id)]);
  return writing.value;
}

export function Thread({ id, onSide }) {
  const now = open.value;
  const Composer = useWriting(id);
  if (!id) return html`<section class="thread"><${Empty}>${t("empty.thread")}<//></section>`;
  if (openProblem.value) return html`<section class="thread"><${Failed} problem=${openProblem.value} retry=${() => turnTo(id)} /><p><${Button} onClick=${() => go(talkUrl(null))}>${t("act.back")}<//></p></section>`;
  if (!now) return html`<section class="thread"><${Loading} /></section>`;
  return html`<section class="thread" aria-label=${t("thread.of", { name: now.conversation.buyer.name })}>
    <${Bar} talk=${now.conversation} onSide=${onSide} />
    <${Lines} talk=${now.conversation} lines=${now.lines} more=${now.more_before} room=${Boolean(Composer)} />
    ${Composer && html`<${Composer} key=${id} talk=${now.conversation} suggestion=${now.suggestion} followUps=${now.follow_ups || []} recommended=${now.recommended || []} lines=${now.lines} kept=${now.draft} seen=${now.seen} />`}
  </section>`;
}
