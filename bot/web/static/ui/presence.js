// Whether the person works now: shown in the rail on every page, kept alive while a page is open, changed by O. And who
// looks at which conversation, or types in it.
import { html, signal, useEffect } from "../lib/view.js";
import { post } from "../lib/api.js";
import { looking, useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { can, me } from "../lib/session.js";
import { attempt, say, showDialog } from "./floating.js";
import { Icon } from "./parts.js";

const BEAT_MS = 30_000;
const FIRST_MS = 1_500;
export const TONE = { online: "ok", break: "warn", offline: "" };

/** "online" | "break" | "offline"; null until the server has said. */
export const presence = signal(null);

function hear(state) {
  const fell = state === "offline" && presence.value && presence.value !== "offline";
  presence.value = state;
  if (fell) say(t("presence.fell"), { tone: "warn", key: "presence", stay: 30_000 });
}

const beat = () => post("/presence/beat").then(({ state }) => hear(state), () => {});

/** Say whether one works from now on; the answer names the conversations handed over, undefined when it failed. */
export async function sayPresence(state) {
  const answer = await attempt(() => post("/presence", { state }));
  if (answer) presence.value = answer.state;
  return answer;
}

const LOOK_MS = 10_000;
const SETTLED_MS = 600;
const TYPES_MS = 6_000;
const typing = signal(false);
let typed = 0;

/** The person has just typed in the open conversation. */
export function noteTyping() {
  clearTimeout(typed);
  typing.value = true;
  typed = setTimeout(() => (typing.value = false), TYPES_MS);
}

/** Tell colleagues that this person looks at a conversation and whether they type in it, while it is in sight; who only
 * passes by is not told of. */
export function useLook(id) {
  const types = typing.value;
  const here = can("desk") && id;
  const tell = (body) => post(`/conversations/${encodeURIComponent(id)}/looking`, body).catch(() => {});
  useEffect(() => {
    if (!here) return undefined;
    const beat = () => document.hidden || tell({ typing: types });
    const first = setTimeout(beat, types ? 0 : SETTLED_MS);
    const timer = setInterval(beat, LOOK_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [here, types]);
  useEffect(() => {
    if (!here) return undefined;
    const since = Date.now();
    return () => {
      clearTimeout(typed);
      typing.value = false;
      if (Date.now() - since > SETTLED_MS) tell({ here: false });
    };
  }, [here]);
}

/** The chips of who else looks at a conversation. */
export function Looking({ id }) {
  return looking.value.filter((one) => one.conversation === id).map((one) => html`<span class="chip" key=${one.person.id}><${Icon} name="person" />${t(one.typing ? "look.types" : "look.looks", { name: one.person.name })}</span>`);
}

/** Conversations that will be given back because nobody said anything for long. */
const ending = (event) => event.kind === "lease_ends" && event.body.by === me.value.id;

/** A conversation that a colleague passed to this person, told on whichever page they are. */
const passedToMe = (event) => event.kind === "passed" && event.body.to === me.value.id;

/** A conversation whose turn it became for this person: the groups gave it to them. */
const assignedToMe = (event) => event.kind === "assigned" && event.body.to === me.value.id;

/** Many at once are told in one. */
function tellTurns(events) {
  const talks = [...new Set(events.filter(assignedToMe).map((e) => e.conversation))];
  if (!talks.length || events.some(passedToMe)) return;
  const link = talks.length === 1 ? `/inbox/${encodeURIComponent(talks[0])}` : "/inbox?assigned=me";
  say(t("turn.to_me", { n: talks.length }), { tone: "warn", key: "turn", stay: 20_000, link });
}

/** Ask whether one works from now on. */
export async function choose() {
  const { Choice } = await import("./presence_choice.js");
  showDialog(t("presence.title"), (close) => html`<${Choice} close=${close} />`);
}

/** The place in the rail. The page itself comes first: the server is asked a little later. */
export function Presence() {
  const mine = can("desk");
  useEffect(() => {
    if (!mine) return undefined;
    const first = setTimeout(beat, FIRST_MS);
    const timer = setInterval(beat, BEAT_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
      presence.value = null;
    };
  }, [mine]);
  useFeed((events) => {
    if (!mine) return;
    if (events.some((e) => e.kind === "presence" && e.ref === me.value.id)) beat();
    tellTurns(events);
    for (const event of events.filter(ending)) say(t("lease.soon"), { tone: "warn", key: `lease-${event.conversation}`, stay: 30_000, link: `/inbox/${encodeURIComponent(event.conversation)}` });
    const passed = events.filter(passedToMe).pop();
    if (passed) say(t("pass.to_me"), { tone: "warn", key: passed.ref, stay: 20_000, link: `/inbox/${encodeURIComponent(passed.conversation)}` });
  }, [mine]);
  useKeys({ o: () => mine && (choose(), true) });
  if (!mine || !presence.value) return null;
  const word = t(`presence.${presence.value}`);
  return html`<button type="button" class="place" onClick=${choose} aria-haspopup="dialog" aria-label=${t("word.with_detail", { word: t("presence.title"), detail: word })}><${Icon} name="person" /><span>${word}</span><i class=${`dot ${TONE[presence.value]}`}></i></button>`;
}
