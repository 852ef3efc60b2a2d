// The open conversation: who holds it, what was said, and the acts upon it.
import { html, signal, useEffect, useLayoutEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { dayWord, localDay } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { useActs } from "../lib/acts.js";
import { useKeys } from "../lib/keys.js";
import { go, route } from "../lib/router.js";
import { can, me } from "../lib/session.js";
import { Countdown, Leased, Marked, Promised, Turn } from "../ui/deadlines.js";
import { Line, isAnswer } from "../ui/line.js";
import { Looking, useLook } from "../ui/presence.js";
import { Button, Chip, Failed, Field, Icon, Loading, reasonWord } from "../ui/parts.js";
import { attempt, showDialog } from "../ui/floating.js";
import { factsUrl } from "../ui/unconfirmed.js";
import { Received, withPassings } from "./inbox_passed.js";
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

function Bar({ talk, onSide }) {
  const mine = talk.state === "agent" && talk.owner?.id === me.value.id;
  const free = can("desk") && (mine || (talk.state !== "agent" && talk.state !== "closed"));
  // Passing on is loaded when somebody does it.
  const pass = (how) => import("./inbox_pass.js").then((module) => module[how](talk, mine));
  const end = () => (talk.owed ? askReason(talk) : close(talk.id));
  // What takes longer shows that it is under way.
  const [busy, setBusy] = useState({});
  const run = async (verb, doing) => {
    setBusy({ verb, id: talk.id });
    await doing();
    setBusy({});
  };
  const is = (verb) => busy.verb === verb && busy.id === talk.id;
  const take = () => is("takeover") || run("takeover", () => takeOver(talk.id));
  const giveBack = () => is("release") || run("release", () => act(talk.id, "release"));
  const reopen = () => run("reopen", () => act(talk.id, "reopen"));
  useKeys({
    t: () => talk.state !== "closed" && !mine && (take(), true),
    b: () => mine && (giveBack(), true),
    a: () => free && pass("transfer"),
    u: () => free && pass("escalate"),
    e: () => talk.state !== "closed" && end(),
  });
  useActs([
    talk.state !== "closed" && !mine && { word: "act.takeover", icon: "person", act: take },
    mine && { word: "act.release", icon: "bot", act: giveBack },
    free && { word: "act.transfer", icon: "people", act: () => pass("transfer") },
    free && { word: "act.escalate", icon: "up", act: () => pass("escalate") },
    talk.state === "closed" ? { word: "act.reopen", icon: "again", act: reopen } : { word: "act.close", icon: "tick", act: end },
  ], [talk.id, talk.state, mine, free]);
  return html`<div class=${`bar ${talk.state}`}>
    <a class="button quiet square back" href=${talkUrl(null)} aria-label=${t("act.back")}><${Icon} name="back" /></a>
    <div class="grow"><h2>${talk.buyer.name || talk.buyer.id} <${Countdown} talk=${talk} /><${Promised} talk=${talk} /><${Marked} talk=${talk} /><${Turn} talk=${talk} /><${Leased} talk=${talk} /><${Looking} id=${talk.id} /></h2><p>${standing(talk)} ${lacksFact(talk) && html`<a href=${factsUrl(talk.shop)}>${t("faq.fill_fields")}</a>`}</p></div>
    <div class="acts">
      ${talk.state !== "closed" && !mine && html`<${Button} kind="primary" busy=${is("takeover")} onClick=${take} hint="T">${t("act.takeover")}<//>`}
      ${mine && html`<${Button} busy=${is("release")} onClick=${giveBack} hint="B">${t("act.release")}<//>`}
      ${free && html`<${Button} onClick=${() => pass("transfer")} hint="A">${t("act.transfer")}<//><${Button} onClick=${() => pass("escalate")} hint="U">${t("act.escalate")}<//>`}
      ${talk.state === "closed" ? html`<${Button} busy=${is("reopen")} onClick=${reopen}>${t("act.reopen")}<//>` : html`<${Button} onClick=${end} hint="E">${t("act.close")}<//>`}
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
  // A scroll is told a moment late, when the thread may be gone.
  const look = () => box.current && (low.current = box.current.scrollHeight - box.current.scrollTop - box.current.clientHeight < 80);
  useLayoutEffect(() => {
    if (box.current && low.current) box.current.scrollTop = box.current.scrollHeight;
  }, inputs);
  // What is written below makes the room for lines smaller: the newest one stays in sight.
  useEffect(() => {
    const watch = new ResizeObserver(() => box.current && low.current && (box.current.scrollTop = box.current.scrollHeight));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, look, low];
}

const ROUNDS = 30;

/** Bring the line that the address names into sight, fetching older pages until it is there. */
function useNamedLine(box, low, lines, more) {
  const named = route.value.query.line;
  const shown = useRef(null);
  const rounds = useRef(0);
  useEffect(() => {
    if (!named || shown.current === named) return;
    const line = box.current.querySelector(`[data-line="${CSS.escape(named)}"]`);
    if (!line && more && rounds.current < ROUNDS) {
      rounds.current += 1;
      attempt(loadOlder);
      return;
    }
    shown.current = named;
    rounds.current = 0;
    if (!line) return;
    low.current = false;
    line.classList.add("named");
    line.scrollIntoView({ block: "center" });
  }, [named, lines.length, more]);
}

/** Which lines were marked as wrong, as the journal tells it. */
const markedIn = (events) => new Set(events.filter((e) => e.kind === "wrong_answer").map((e) => e.ref));

// What follows a wrong answer is loaded with the first one that is marked.
const wrong = signal(null);

async function mark(talk, line) {
  wrong.value ||= await import("./inbox_wrong.js");
  await wrong.value.markWrong(talk, line, markedIn(open.value.events).has(line.id));
}

/** What a buyer wrote, which can be reported to the platform. */
const isBuyers = (line) => line.sender === "buyer" && !line.recalled;

// Reporting is loaded when somebody does it.
const reportLine = (talk, line) => import("./inbox_report.js").then((module) => module.report(talk, line));

/** Put the focus on the line before or after the one that has it, at first on the latest: what W and X then mean. */
function chooseLine(box, by) {
  // Where the arrows scroll or choose something else, they go on doing so.
  if (document.activeElement?.closest(".list, .side, nav, [role=listbox]")) return false;
  const all = [...box.querySelectorAll("[data-line]")];
  const at = all.indexOf(document.activeElement?.closest("[data-line]"));
  const line = at < 0 ? by < 0 && all.pop() : all[at + by];
  if (!line) return false;
  line.focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
  return true;
}

/** The line a key means: the one that has the focus, else the latest that fits. */
function meant(lines, fits) {
  const id = document.activeElement?.closest("[data-line]")?.dataset.line;
  const all = lines.filter(fits);
  return all.find((l) => l.id === id) || all.pop();
}

const Reported = ({ one }) => html`<${Chip} tone=${{ accepted: "ok", rejected: "danger" }[one.status] || "warn"} icon="alert" title=${one.steps.map((s) => `${s.day} ${s.by.name}`).join(" · ")}>${t("report.chip", { kind: t(`report.kind.${one.kind}`), status: tOr(`report.status.${one.status}`, one.status), day: one.steps[one.steps.length - 1].day.slice(5) })}<//>`;

/** At a buyer's line: what was reported of it, and the way to report it. */
function Reporting({ talk, line, reports }) {
  if (!isBuyers(line)) return null;
  const mine = reports.filter((r) => r.target === line.id);
  return html`${mine.map((one) => html`<${Reported} key=${one.id} one=${one} />`)}${can("desk") && !mine.length && html`<button type="button" class="link" onClick=${() => reportLine(talk, line)}>${t("report.act")}</button>`}`;
}

const Marking = ({ talk, line, marked }) => can("desk") && isAnswer(line) && html`<button type="button" class="link" onClick=${() => mark(talk, line)}>${t(marked.has(line.id) ? "wrong.marked" : "wrong.title")}</button>`;

function Lines({ talk, lines, events, passings, reports, more, room }) {
  // The feed may bring the stored line before the answer to the press arrives: then it is not shown twice.
  const stored = (press) => lines.some((l) => l.sender === "agent" && l.text === press.text && !press.before.has(l.id));
  const waiting = leaving.value.filter((l) => l.conversation === talk.id && !stored(l));
  const [box, look, low] = useBottom([talk.id, lines.length, waiting.length, lines[lines.length - 1]?.status, room]);
  useNamedLine(box, low, lines, more);
  const marked = markedIn(events);
  useKeys({
    ArrowUp: () => chooseLine(box.current, -1),
    ArrowDown: () => chooseLine(box.current, 1),
    w: () => {
      const line = can("desk") && meant(lines, isAnswer);
      return line ? mark(talk, line) : false;
    },
    x: () => {
      const line = can("desk") && meant(lines, isBuyers);
      return line ? reportLine(talk, line) : false;
    },
  });
  const older = async () => {
    const from = box.current.scrollHeight;
    await attempt(loadOlder);
    requestAnimationFrame(() => box.current && (box.current.scrollTop += box.current.scrollHeight - from));
  };
  let day = "";
  return html`<div class="lines" role="log" aria-live="polite" aria-label=${t("thread.label")} ref=${box} onScroll=${look} tabindex="0">
    ${more && html`<div class="acts middle"><${Button} kind="quiet" onClick=${older}>${t("thread.older")}<//></div>`}
    ${withPassings(lines, passings, more).map((line) => {
      const fresh = localDay(line.at) !== day;
      day = localDay(line.at);
      return html`${fresh && html`<p class="day" key=${`day-${day}`}>${dayWord(line.at)}</p>`}<${Line} key=${line.id} line=${line} shop=${talk.shop} onResend=${(id) => act(talk.id, "resend", { line: id })}><${Marking} talk=${talk} line=${line} marked=${marked} /><${Reporting} talk=${talk} line=${line} reports=${reports || []} /><//>`;
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
  useLook(now ? id : null);
  if (openProblem.value) return html`<section class="thread"><${Failed} problem=${openProblem.value} retry=${() => turnTo(id)} /><p><${Button} onClick=${() => go(talkUrl(null))}>${t("act.back")}<//></p></section>`;
  if (!now) return html`<section class="thread"><${Loading} /></section>`;
  return html`<section class="thread" aria-label=${t("thread.of", { name: now.conversation.buyer.name })}>
    <${Bar} talk=${now.conversation} onSide=${onSide} />
    <${Received} talk=${now.conversation} passings=${now.passings} lines=${now.lines} />
    <${Lines} talk=${now.conversation} lines=${now.lines} events=${now.events} passings=${now.passings} reports=${now.reports} more=${now.more_before} room=${Boolean(Composer)} />
    ${wrong.value && html`<${wrong.value.Wrong} talk=${now.conversation} />`}
    ${Composer && html`<${Composer} key=${id} talk=${now.conversation} suggestion=${now.suggestion} followUps=${now.follow_ups || []} recommended=${now.recommended || []} lines=${now.lines} kept=${now.draft} seen=${now.seen} />`}
  </section>`;
}
