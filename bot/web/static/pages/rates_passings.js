// What people passed on: transfers and escalations, each with its own rate, and the latest with their reasons.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { can } from "../lib/session.js";
import { talkUrl } from "../ui/figures.js";
import { useLoad } from "../ui/parts.js";
import { fraction } from "./rates_tables.js";

const SHOWN = 20;

const One = ({ one, shop }) => html`<li><a href=${talkUrl(one.conversation, shop)}>${one.kind === "escalate" ? t("pass.line_escalated", { by: one.by.name, reason: one.reason }) : t("pass.line", { by: one.by.name, to: (one.to || one.group).name, reason: one.reason })}</a> <time>${dayWord(one.at)} ${minuteTime(one.at)}</time></li>`;

/** Shown to those who work at the desk; nothing where nothing was passed on. */
export function Passings({ shop, days, mark }) {
  const sees = can("desk");
  const { data } = useLoad(() => (sees ? get(`/shops/${shop}/passings`, { days }) : Promise.resolve(null)), [shop, days, sees, mark]);
  if (!data?.items.length) return null;
  return html`<section><h2>${t("pass.rates")}</h2><div class="card"><p class="muted">${t("pass.rates_why", { n: days })}</p>
    <dl class="facts"><div><dt>${t("act.transfer")}</dt><dd>${fraction(data.transfers)}</dd></div><div><dt>${t("act.escalate")}</dt><dd>${fraction(data.escalations)}</dd></div></dl>
    <details><summary>${t("pass.latest")}</summary><ul class="stacked">${data.items.slice(0, SHOWN).map((one) => html`<${One} key=${one.id} one=${one} shop=${shop} />`)}</ul></details></div></section>`;
}
