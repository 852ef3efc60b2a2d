// A shop's standing under rules with penalties, in words and chips.
import { html } from "../lib/view.js";
import { dayWord } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { Chip } from "./parts.js";

const TONE = { none: "ok", warning: "warn", light: "danger", heavy: "danger", restricted: "danger", recovering: "warn" };

export const lineWord = (name) => tOr(`forecast.line.${name}`, tOr(`level.${name}`, name));
export const stateWord = (state) => tOr(`forecast.state.${state}`, state);

/** A penalty state as a chip, with how far the recovery has come. */
export const State = ({ ladder }) => html`<span class="chips"><${Chip} tone=${TONE[ladder.state] || ""}>${stateWord(ladder.state)}<//>
  ${ladder.penalty && ladder.state !== ladder.penalty && html`<${Chip} tone="danger">${stateWord(ladder.penalty)}<//>`}
  ${ladder.progress && html`<${Chip}>${t("forecast.progress", { done: ladder.progress[0], all: ladder.progress[1] })}<//>`}
  ${ladder.early_warning && html`<${Chip} tone="warn">${t("forecast.early_warning")}<//>`}</span>`;

const DATES = ["apply_from", "review_window", "recovered_on", "traffic_back", "record_until"];
const dayOf = (day) => dayWord(`${day}T12:00:00+08:00`);

/** The days that go with a penalty, those that are known: application, review, end, traffic, record. */
export const PenaltyDates = ({ dates }) => html`<ul class="dates">${DATES.filter((name) => dates?.[name]).map((name) => html`<li key=${name}>${t(`forecast.date.${name}`, { day: Array.isArray(dates[name]) ? dates[name].map(dayOf).join(" – ") : dayOf(dates[name]) })}</li>`)}</ul>`;
