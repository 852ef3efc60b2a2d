// Time on the page: one timer for every countdown, the server's clock, and each shop's own clock.
import { computed, signal } from "./view.js";
import { lang } from "./i18n.js";

const ZONE = "Asia/Shanghai";

/** The browser's time at the last full second; what reads it redraws then, and all that read it agree. */
export const tick = signal(Date.now());
let offset = 0;

const beat = () => (tick.value = Date.now());
setInterval(beat, 1000);
document.addEventListener("visibilitychange", () => document.hidden || beat());

/** Correct the page's clock by the server's, as each answer and feed message tells it. */
export function correct(now) {
  const server = Date.parse(now);
  if (!Number.isNaN(server)) offset = server - Date.now();
}

const running = (clock, real) => (clock ? Date.parse(clock.now) + (real - Date.parse(clock.real_now)) * clock.rate : real);

/** A shop's own time at the last tick, in ms: a simulated shop's clock starts elsewhere and may run faster or stand. */
export const shopNow = (clock) => running(clock, tick.value + offset);

/** The same for what need not be drawn anew each second, such as whether a line is of today. */
export const shopMoment = (clock) => running(clock, tick.peek() + offset);

/** A length of time as 02:31 or 1:02:31; the sign is left to the words around it. */
export function span(ms) {
  const all = Math.max(0, Math.floor(Math.abs(ms) / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(all / 3600);
  const rest = `${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

export const seconds = (s) => (s === null || s === undefined ? "–" : span(s * 1000));

const format = (options) => computed(() => new Intl.DateTimeFormat(lang.value, { timeZone: ZONE, hourCycle: "h23", ...options }));
const withSeconds = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const withMinutes = format({ hour: "2-digit", minute: "2-digit" });
const weekday = format({ weekday: "short" });
const monthDay = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit" });

/** 14:02:11 */
export const clockTime = (at) => withSeconds.value.format(new Date(at));
/** 14:02 */
export const minuteTime = (at) => withMinutes.value.format(new Date(at));
/** 2026-11-22, the local day */
export const localDay = (at) => monthDay.format(new Date(at));
/** 11-22 周日 */
export const dayWord = (at) => `${localDay(at).slice(5)} ${weekday.value.format(new Date(at))}`;
/** The time alone on the day of `now`, else day and time. */
export const when = (at, now) => (localDay(at) === localDay(now) ? minuteTime(at) : `${localDay(at).slice(5)} ${minuteTime(at)}`);
