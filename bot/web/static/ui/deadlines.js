// Deadlines: each conversation's clock as a chip, all on one timer, and the alarm while some are near.
import { computed, html, signal, useEffect, useRef } from "../lib/view.js";
import { get } from "../lib/api.js";
import { minuteTime, shopNow, span } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { go, route } from "../lib/router.js";
import { counts, me, shopOf } from "../lib/session.js";
import { announce } from "./floating.js";
import { Icon } from "./parts.js";

/** How a conversation stands against its clock: {state, text, left}, or null where no clock runs.
 * States: calm, warn, urgent, overdue, outside. The deadline is the server's; only the difference is taken here. */
export function timing(talk) {
  if (talk.answered_by_person || talk.state === "closed" || !(talk.owed || talk.open)) return null;
  const shop = shopOf(talk.shop);
  const now = shopNow(shop?.clock);
  if (talk.due_at) return against(Date.parse(talk.due_at) - now, shop?.deadline);
  if (talk.night_due_at) return { state: "outside", text: t("time.night", { at: minuteTime(talk.night_due_at) }) };
  if (talk.hours === "outside" && talk.opened_at) return { state: "outside", text: t("time.outside", { span: span(now - Date.parse(talk.opened_at)) }) };
  return null;
}

function against(left, deadline) {
  if (left < 0) return { state: "overdue", left, text: t("time.overdue", { span: span(left) }) };
  const { warn_s: warn = 90, urgent_s: urgent = 30 } = deadline || {};
  const state = left <= urgent * 1000 ? "urgent" : left <= warn * 1000 ? "warn" : "calm";
  return { state, left, text: t("time.left", { span: span(left + 999) }) };
}

/** The chip of one conversation's clock; empty where a person has answered or no clock runs. */
export function Countdown({ talk }) {
  const clock = timing(talk);
  return clock && html`<span class=${`chip clock ${clock.state}`} role="timer" aria-live="off">${clock.text}</span>`;
}

/** The chip of an inquiry that nobody of the shop has looked at yet: by when somebody should have. */
export function Unopened({ talk }) {
  if (!talk.open_by || !timing(talk) || talk.state === "agent") return null;
  const left = Date.parse(talk.open_by) - shopNow(shopOf(talk.shop)?.clock);
  return html`<span class=${`chip clock ${left < 0 ? "warn" : "calm"}`} role="timer" aria-live="off">${left < 0 ? t("time.unopened_late") : t("time.unopened", { span: span(left + 999) })}</span>`;
}

const SOON_MS = 5 * 60_000;

/** The chip of what this person holds and has been silent in for long: when it will be given back. */
export function Leased({ talk }) {
  if (talk.state !== "agent" || talk.owner?.id !== me.value?.id || !talk.lease_ends_at) return null;
  const left = Date.parse(talk.lease_ends_at) - shopNow(shopOf(talk.shop)?.clock);
  if (left > SOON_MS || left < 0) return null;
  return html`<span class="chip clock warn" role="timer" aria-live="off">${t("lease.left", { span: span(left + 999) })}</span>`;
}

/** The chip of a promise: somebody asked the buyer to wait, and owes the real answer by then. */
export function Promised({ talk }) {
  if (!talk.promise) return null;
  const left = Date.parse(talk.promise.due_at) - shopNow(shopOf(talk.shop)?.clock);
  return html`<span class=${`chip clock ${left < 0 ? "overdue" : "warn"}`} role="timer" aria-live="off">${t(left < 0 ? "desk.promise_over" : "desk.promise", { span: span(left) })}</span>`;
}

/** The chip of what is for the supervisors, and why. */
export const Marked = ({ talk }) => talk.mark && html`<span class="chip danger"><${Icon} name="alert" />${t(`mark.${talk.mark}`)}</span>`;

/** The chips of whose turn a waiting conversation is: its group, and the person in it. */
export function Turn({ talk }) {
  if (talk.state !== "waiting" || !(talk.group || talk.assignee)) return null;
  const mine = talk.assignee && talk.assignee.id === me.value?.id;
  return html`${talk.assignee && html`<span class=${`chip ${mine ? "info" : ""}`}><${Icon} name="person" />${mine ? t("turn.mine") : t("turn.of", { name: talk.assignee.name })}</span>`}${talk.group && html`<span class="chip"><${Icon} name="people" />${talk.group.name}</span>`}`;
}

const LOOK_AT = 30;
const NEAR = { warn: 1, urgent: 2 };
const waiting = signal(null);

/** Take in the head of the waiting list, whoever fetched it. */
export function noteWaiting(answer) {
  counts.value = answer.counts;
  const before = waiting.value && new Set(waiting.value.map((x) => x.id));
  const fresh = before ? answer.items.filter((x) => x.state === "waiting" && !before.has(x.id)) : [];
  if (fresh.length) announce(t("announce.waiting", { name: fresh.map((x) => x.buyer.name || x.buyer.id).join(t("word.comma")) }));
  waiting.value = answer.items.slice(0, LOOK_AT);
}

/** By what the address can narrow a list of conversations. */
export const NARROWS = ["shop", "platform", "assigned", "group", "reason", "label"];

/** Whether the inbox shows the whole waiting list, and so fetches it anyway. */
export const whole = () => route.value.path.startsWith("/inbox") && !["tab", "order", ...NARROWS].some((name) => route.value.query[name]);

const look = calmly(async () => {
  if (whole()) return;
  const answer = await get("/conversations", { tab: "waiting", limit: LOOK_AT }).catch(() => null);
  if (answer) noteWaiting(answer);
}, 1000);

/** The conversations whose deadline is near, nearest first, and how near the nearest is: 0, 1 (warn) or 2 (urgent). */
const near = computed(() => {
  const list = (waiting.value || []).map((talk) => ({ talk, clock: timing(talk) })).filter(({ clock }) => clock && NEAR[clock.state]);
  list.sort((a, b) => a.clock.left - b.clock.left);
  return { list, level: Math.max(0, ...list.map(({ clock }) => NEAR[clock.state])) };
});

const MINUTE_MS = 60_000;
const passed = new Map();

/** Tell those who listen, once each, which deadlines are a minute away now and which have passed now. */
function tellPassed() {
  const fresh = { minute: [], overdue: [] };
  for (const talk of waiting.value || []) {
    const left = timing(talk)?.left;
    const key = `${talk.id}|${talk.due_at}`;
    const mark = left === undefined || left > MINUTE_MS ? "" : left > 0 ? "minute" : "overdue";
    // What is met already past a mark is no news.
    if (mark && passed.has(key) && passed.get(key) !== mark) fresh[mark].push(talk.buyer.name || talk.buyer.id);
    passed.set(key, mark);
  }
  const words = Object.entries(fresh).filter(([, names]) => names.length).map(([mark, names]) => t(`announce.${mark}`, { name: names.join(t("word.comma")) }));
  if (words.length) announce(words.join(" "));
}

let speaker = null;

/** A short tone; browsers allow it once the person has touched the page. */
function sound(level) {
  if (!navigator.userActivation?.hasBeenActive) return;
  speaker ||= new AudioContext();
  const tone = speaker.createOscillator();
  const loudness = speaker.createGain();
  tone.frequency.value = level === 2 ? 880 : 660;
  loudness.gain.setValueAtTime(0.08, speaker.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.001, speaker.currentTime + 0.3);
  tone.connect(loudness).connect(speaker.destination);
  tone.start();
  tone.stop(speaker.currentTime + 0.3);
}

let notifying = null;

/** Call who does not look at the page. What calls is loaded with the first deadline that is near. */
async function call(list, fresh) {
  if (!list.length && !notifying) return;
  notifying ||= import("../lib/notify.js");
  const { notify, stopNotifying, vibrate } = await notifying;
  if (fresh) vibrate();
  if (list.length) await notify(t("alarm.soon", { n: list.length }), `/inbox/${encodeURIComponent(list[0].talk.id)}`, fresh);
  else await stopNotifying();
}

export function Alarm() {
  const { list, level } = near.value;
  const before = useRef(0);
  useEffect(() => {
    look();
  }, []);
  useFeed((events) => events.some((e) => e.kind !== "entry") && look());
  useEffect(tellPassed);
  useEffect(() => {
    const fresh = level > before.current;
    call(list, fresh);
    if (fresh) {
      sound(level);
      announce(t("alarm.soon", { n: list.length }));
    }
    before.current = level;
  }, [level, list.length]);
  if (!list.length) return null;
  return html`<button type="button" class=${`toast alarm ${level === 2 ? "danger" : "warn"}`} onClick=${() => go(`/inbox/${encodeURIComponent(list[0].talk.id)}`)}><${Icon} name="clock" /><span>${t("alarm.soon", { n: list.length })}</span></button>`;
}
