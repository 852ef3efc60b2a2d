// Saying whether one works: three choices. Going offline with conversations in hand is asked about first.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { attempt, say } from "./floating.js";
import { Button } from "./parts.js";
import { TONE, presence, sayPresence } from "./presence.js";

const STATES = ["online", "break", "offline"];

async function settle(state, close) {
  const answer = await sayPresence(state);
  if (!answer) return;
  const n = answer.handed_over.length;
  say(n ? t("presence.handed", { n }) : t("presence.said", { state: t(`presence.${state}`) }), { tone: "ok", key: "presence" });
  close();
}

function Ask({ n, close }) {
  const first = useRef(null);
  useEffect(() => first.current?.querySelector("button").focus(), []);
  return html`<p>${t("presence.ask", { n })}</p><div class="acts end" ref=${first}>
    <${Button} onClick=${close}>${t("act.cancel")}<//><${Button} kind="danger" onClick=${() => settle("offline", close)}>${t("presence.hand_over")}<//></div>`;
}

export function Choice({ close }) {
  const [held, setHeld] = useState(0);
  const pick = async (state) => {
    if (state !== "offline" || presence.value === "offline") return settle(state, close);
    const answer = await attempt(() => get("/conversations", { tab: "mine", limit: 1 }));
    if (!answer) return undefined;
    return answer.counts.mine ? setHeld(answer.counts.mine) : settle(state, close);
  };
  const onKeyDown = (event) => {
    const state = STATES[Number(event.key) - 1];
    if (state && !event.altKey && !event.ctrlKey && !event.metaKey) pick(state);
  };
  if (held) return html`<${Ask} n=${held} close=${close} />`;
  return html`<div class="picks" role="group" aria-label=${t("presence.title")} onKeyDown=${onKeyDown}>${STATES.map((state, i) => html`<button type="button" class="pick" key=${state} autofocus=${state === presence.value} aria-pressed=${state === presence.value} onClick=${() => pick(state)}>
    <i class=${`dot ${TONE[state]}`}></i><span class="grow"><strong>${t(`presence.${state}`)}</strong><span class="meta">${t(`presence.${state}_why`)}</span></span><kbd>${i + 1}</kbd></button>`)}</div>`;
}
