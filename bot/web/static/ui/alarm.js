// The alarm: one merged line bottom right while deadlines are near, one sound at warn and one at urgent, never a loop.
import { computed, html, signal, useEffect, useRef } from "../lib/view.js";
import { get } from "../lib/api.js";
import { calmly, useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { go } from "../lib/router.js";
import { counts } from "../lib/session.js";
import { timing } from "./countdown.js";
import { Icon } from "./parts.js";
import { announce } from "./toast.js";

const LOOK_AT = 30;
const NEAR = { warn: 1, urgent: 2 };
const waiting = signal(null);

const look = calmly(async () => {
  const answer = await get("/conversations", { tab: "waiting", limit: LOOK_AT }).catch(() => null);
  if (!answer) return;
  counts.value = answer.counts;
  const before = waiting.value && new Set(waiting.value.map((x) => x.id));
  const fresh = before ? answer.items.filter((x) => x.state === "waiting" && !before.has(x.id)) : [];
  if (fresh.length) announce(t("announce.waiting", { name: fresh.map((x) => x.buyer.name || x.buyer.id).join(t("word.comma")) }));
  waiting.value = answer.items;
}, 1000);

/** The conversations whose deadline is near, nearest first, and how near the nearest is: 0, 1 (warn) or 2 (urgent). */
const near = computed(() => {
  const list = (waiting.value || []).map((talk) => ({ talk, clock: timing(talk) })).filter(({ clock }) => clock && NEAR[clock.state]);
  list.sort((a, b) => a.clock.left - b.clock.left);
  return { list, level: Math.max(0, ...list.map(({ clock }) => NEAR[clock.state])) };
});

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

export function Alarm() {
  const { list, level } = near.value;
  const before = useRef(0);
  useEffect(() => {
    look();
  }, []);
  useFeed((events) => events.some((e) => e.kind !== "entry") && look());
  useEffect(() => {
    if (level > before.current) sound(level);
    before.current = level;
  }, [level]);
  if (!list.length) return null;
  return html`<button type="button" class=${`toast alarm ${level === 2 ? "danger" : "warn"}`} onClick=${() => go(`/inbox/${encodeURIComponent(list[0].talk.id)}`)}><${Icon} name="clock" /><span>${t("alarm.soon", { n: list.length })}</span></button>`;
}
