// The agent's desk: which conversations are listed, which one is open, and the acts upon it.
import { signal } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { asOf, calmly } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { me } from "../lib/session.js";
import { NARROWS, noteWaiting, whole } from "../ui/deadlines.js";
import { say, sayProblem } from "../ui/floating.js";

const PAGE = 50;
const MOST_AT_ONCE = 200;
export const TABS = ["waiting", "mine", "bot", "closed"];

/** How many conversations each tab holds under the present filter. */
export const tabCounts = signal({ waiting: 0, mine: 0, bot: 0, closed: 0 });
/** What shops leave out of the waiting list that list only what their budget cannot spare, by shop. */
export const budgets = signal({});
/** Rows in the order shown; null until the first answer. */
export const rows = signal(null);
export const rowsProblem = signal(null);
/** The open conversation as the server gave it, with older pages put before its lines. */
export const open = signal(null);
export const openProblem = signal(null);
/** Lines pressed but not yet answered by the server; `before` are the lines known at that moment. */
export const leaving = signal([]);

/** Words to be begun in the composer of a conversation: {conversation, text}; it takes them away. */
export const begin = signal(null);

let next = null;
let held = false;
let heldRows = null;

export const tabOf = () => (TABS.includes(route.value.query.tab) ? route.value.query.tab : "waiting");
/** What the list is narrowed to, and in which order it stands. */
const narrowed = () => Object.fromEntries([...NARROWS, "order"].map((name) => [name, route.value.query[name] || ""]));
export const listKey = () => JSON.stringify([tabOf(), narrowed()]);

/** Fetch the list again, as far down as it was already shown. */
export const loadRows = calmly(async () => {
  const key = listKey();
  const shown = rows.value?.length || 0;
  const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, shown));
  try {
    const answer = await get("/conversations", { tab: tabOf(), ...narrowed(), limit });
    if (key !== listKey()) return loadRows();
    asOf(answer.cursor);
    tabCounts.value = answer.counts;
    budgets.value = answer.budgets;
    if (whole()) noteWaiting(answer);
    rowsProblem.value = null;
    if (shown > limit) return place(withTail(answer.items));
    next = answer.next;
    place(answer.items);
  } catch (problem) {
    rowsProblem.value = problem;
  }
  return undefined;
});

/** The head of the list fetched anew, and below it what was shown further down. */
function withTail(head) {
  const fresh = new Set(head.map((x) => x.id));
  return [...head, ...rows.value.slice(head.length).filter((x) => !fresh.has(x.id))];
}

// A row never jumps under the pointer: while the list is held, known rows keep their places.
function place(items) {
  if (!held || !rows.value) {
    rows.value = items;
    return;
  }
  heldRows = items;
  const fresh = new Map(items.map((x) => [x.id, x]));
  const kept = rows.value.map((old) => fresh.get(old.id) || old);
  const known = new Set(kept.map((x) => x.id));
  rows.value = [...kept, ...items.filter((x) => !known.has(x.id))];
}

/** Hold the order while a pointer or the focus is on the list; let go and the waiting order is shown. */
export function hold(on) {
  held = on;
  if (!on && heldRows) {
    rows.value = heldRows;
    heldRows = null;
  }
}

/** Another tab or filter: nothing of the old list stays. */
export function turn() {
  rows.value = null;
  heldRows = null;
  loadRows();
}

/** Fetch the next page at the end of the list. */
export async function loadMoreRows() {
  if (!next) return;
  const after = next;
  next = null;
  const answer = await get("/conversations", { tab: tabOf(), ...narrowed(), after, limit: PAGE });
  const known = new Set(rows.value.map((x) => x.id));
  rows.value = [...rows.value, ...answer.items.filter((x) => !known.has(x.id))];
  next = answer.next;
}

let wanted = null;

const loadOpen = calmly(async () => {
  const id = wanted;
  if (!id) return;
  try {
    const answer = await get(`/conversations/${encodeURIComponent(id)}`);
    if (id !== wanted) return;
    openProblem.value = null;
    show(answer);
  } catch (problem) {
    if (id === wanted) openProblem.value = problem;
  }
});

function show(answer) {
  const before = open.value?.conversation.id === answer.conversation.id ? open.value : null;
  const shown = new Set(answer.lines.map((l) => l.id));
  const older = before?.grown ? before.lines.filter((l) => !shown.has(l.id) && l.at <= (answer.lines[0]?.at || "")) : [];
  open.value = { ...answer, lines: [...older, ...answer.lines], grown: before?.grown, more_before: before?.grown ? before.more_before : answer.more_before };
  if (answer.conversation.unread) post(`/conversations/${encodeURIComponent(answer.conversation.id)}/read`).then(loadRows, () => {});
}

/** Open a conversation, or none. */
export function turnTo(id) {
  wanted = id || null;
  if (open.value?.conversation.id !== wanted) open.value = null;
  openProblem.value = null;
  if (wanted) loadOpen();
}

/** Fetch what changed, as the feed tells it. */
export function hear(events) {
  loadRows();
  if (events.some((e) => e.kind === "resync" || e.conversation === wanted)) loadOpen();
}

/** Put an older page of lines before those shown. */
export async function loadOlder() {
  const now = open.value;
  const id = now.conversation.id;
  const answer = await get(`/conversations/${encodeURIComponent(id)}`, { before: now.more_before });
  if (open.value?.conversation.id !== id) return;
  const shown = new Set(open.value.lines.map((l) => l.id));
  open.value = { ...open.value, lines: [...answer.lines.filter((l) => !shown.has(l.id)), ...open.value.lines], more_before: answer.more_before, grown: true };
}

/** The address of a conversation within the present list, open at a line of it where one is named. */
export const talkUrl = (id, line = "") => withQuery({ line }, id ? `/inbox/${encodeURIComponent(id)}` : "/inbox");

/** Open the row after (or before) the open one. */
export function step(by) {
  const list = rows.value || [];
  const at = list.findIndex((x) => x.id === wanted);
  const target = list[at < 0 ? 0 : at + by];
  if (target) go(talkUrl(target.id));
}

/** Open the conversation whose deadline is nearest, other than the present one. */
export async function openNext() {
  const answer = await get("/conversations", { tab: "waiting", limit: 2 });
  const target = answer.items.find((x) => x.id !== wanted);
  if (target) go(`/inbox/${encodeURIComponent(target.id)}`);
}

/** Do something to a conversation; gives the answer, or null after saying what went wrong. A 409 names who was first,
 * or gives what colleagues `said` meanwhile, which the caller asks about. */
export async function act(id, verb, body = {}) {
  try {
    const answer = await post(`/conversations/${encodeURIComponent(id)}/${verb}`, body);
    if (answer?.conversation && open.value?.conversation.id === id) open.value = { ...open.value, conversation: answer.conversation };
    return answer || {};
  } catch (problem) {
    if (problem.status === 409 && problem.body.said) return { said: problem.body.said };
    const owner = problem.status === 409 && problem.body.owner;
    if (owner) say(t("talk.taken_by", { name: owner.name }), { tone: "warn" });
    else sayProblem(problem);
    return null;
  } finally {
    loadRows();
    if (id === wanted) loadOpen();
  }
}

/** Take a conversation over and say which sends could no longer be stopped. */
export async function takeOver(id) {
  const answer = await act(id, "takeover");
  if (answer?.in_flight?.length) say(t("talk.in_flight", { n: answer.in_flight.length }), { tone: "warn" });
  return answer;
}

/** Close a conversation; the words offer to take it back. */
export async function close(id, reason) {
  if (await act(id, "close", reason ? { reason } : {})) say(t("talk.closed"), { undo: () => act(id, "reopen") });
}

/** Send a reply. The line is shown at once as being sent. */
export async function reply(id, body) {
  const line = { id: `leaving-${Date.now()}`, conversation: id, at: null, sender: "agent", kind: "text", text: body.text, status: "sending", by: me.value, before: new Set(open.value?.lines.map((l) => l.id)) };
  leaving.value = [...leaving.value, line];
  const answer = await act(id, "reply", body);
  if (answer?.line && open.value?.conversation.id === id && !open.value.lines.some((l) => l.id === answer.line.id)) {
    open.value = { ...open.value, lines: [...open.value.lines, answer.line], suggestion: null };
  }
  leaving.value = leaving.value.filter((x) => x !== line);
  return answer;
}
