// What changed, as it changes: a WebSocket with a cursor, and the same cursor polled where no socket can be had.
// Events carry no text; who listens fetches what changed.
import { signal, useEffect } from "./view.js";
import { get } from "./api.js";
import { correct } from "./clock.js";

const POLL_MS = 5000;
const RETRY_MS = [250, 500, 1000, 2000, 3000];
const SILENCE_MS = 30000;
const UNAUTHORISED = 4401;

/** "connecting" | "live" | "polling" | "lost" */
export const feedState = signal("connecting");
/** Who else looks at which conversation, or types in it: [{conversation, person, typing}]. */
export const looking = signal([]);

const listeners = new Set();
let cursor = "";
// Where the feed began, and as of where the page was first read: what lies between would be told by nobody.
let began = "";
let read = "";
let socket = null;
let attempts = 0;
let retryTimer = 0;
let pollTimer = 0;
let heardAt = 0;
let wanted = false;

/** Start following; harmless when already followed. */
export function follow() {
  if (wanted) return;
  wanted = true;
  open();
}

/** Stop following, at log-out. */
export function unfollow() {
  wanted = false;
  clearTimeout(retryTimer);
  clearTimeout(pollTimer);
  socket?.close();
  socket = null;
}

function open() {
  clearTimeout(retryTimer);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(`${scheme}//${location.host}/api/v1/feed?after=${encodeURIComponent(cursor)}`);
  socket = mine;
  mine.onmessage = (message) => {
    const again = feedState.value !== "live" && cursor !== "";
    attempts = 0;
    clearTimeout(pollTimer);
    feedState.value = "live";
    take(JSON.parse(message.data));
    if (again) tell([{ kind: "resync" }]);
  };
  mine.onclose = ({ code }) => {
    if (socket !== mine || !wanted) return;
    socket = null;
    // Asked for once, so that the page learns by its usual way that nobody is logged in any more.
    if (code === UNAUTHORISED) get("/me").catch(() => {});
    retryTimer = setTimeout(open, RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)]);
    attempts += 1;
    if (attempts === 2) poll();
  };
}

async function poll() {
  clearTimeout(pollTimer);
  if (!wanted || feedState.value === "live" && socket) return;
  try {
    const told = await get("/feed/poll", { after: cursor });
    take({ looking: [], ...told });
    if (socket?.readyState !== WebSocket.OPEN) feedState.value = "polling";
  } catch {
    feedState.value = "lost";
  }
  pollTimer = setTimeout(poll, POLL_MS);
}

function take(message) {
  heardAt = Date.now();
  if (message.now) correct(message.now);
  if (message.looking) looking.value = message.looking;
  if (message.cursor) cursor = message.cursor;
  if (!began) {
    began = cursor;
    meet();
  }
  if (message.events?.length) tell(message.events);
}

/** What a page first shows is as of this place of the feed. */
export function asOf(place) {
  if (read) return;
  read = place;
  meet();
}

const meet = () => read && began && read !== began && tell([{ kind: "resync" }]);

const tell = (events) => [...listeners].forEach((hear) => hear(events));

// A connection can die without a word (sleep, a lost cable). After a long silence the polling twin is asked once: if it
// knows more than the socket told, or cannot be reached, the socket is dead and a new one is opened.
async function doubt() {
  heardAt = Date.now();
  const told = await get("/feed/poll", { after: cursor }).catch(() => null);
  if (!wanted || feedState.value !== "live") return;
  if (told && !told.events.length) {
    take(told);
    return;
  }
  feedState.value = told ? "polling" : "lost";
  if (told) take(told);
  socket?.close();
}

setInterval(() => wanted && feedState.value === "live" && Date.now() - heardAt > SILENCE_MS && doubt(), 5000);
addEventListener("offline", () => wanted && (feedState.value = "lost"));
addEventListener("online", () => wanted && (socket ? socket.close() : open()));

/** Hear every batch of events while the component lives. A `resync` event means: events may have been missed. */
export function useFeed(hear, inputs = []) {
  useEffect(() => {
    listeners.add(hear);
    return () => listeners.delete(hear);
  }, inputs);
}

/** Hear events outside components. */
export const listen = (hear) => listeners.add(hear);

/** Call `act` at once, then at most once in 150 ms and never twice at a time; the last request is never lost. */
export function calmly(act, gap = 150) {
  let running = false;
  let again = false;
  let last = 0;
  let timer = 0;
  const run = async () => {
    if (running) {
      again = true;
      return;
    }
    const rest = last + gap - Date.now();
    if (rest > 0) {
      clearTimeout(timer);
      timer = setTimeout(run, rest);
      return;
    }
    running = true;
    last = Date.now();
    try {
      await act();
    } finally {
      running = false;
      if (again) {
        again = false;
        run();
      }
    }
  };
  return run;
}
