// The clock of a conversation, as a chip. All of them redraw on one timer.
import { html } from "../lib/view.js";
import { minuteTime, shopNow, span } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { shopOf } from "../lib/session.js";

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
