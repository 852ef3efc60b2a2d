// What became of the drafts the bot proposed, where it may not speak by itself.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { useLoad } from "../ui/parts.js";

const STATES = ["used", "edited", "rejected", "overtaken", "open"];

/** Nothing where the bot proposed none in this time. */
export function Drafts({ shop, days, mark }) {
  const { data } = useLoad(() => get(`/shops/${encodeURIComponent(shop)}/suggestions`, { days }), [shop, days, mark]);
  if (!data || !STATES.some((state) => data[state])) return null;
  return html`<section><h2>${t("drafts.title")}</h2><div class="card"><p class="muted">${t("drafts.why", { n: days })}</p>
    <dl class="facts">${STATES.map((state) => html`<div key=${state}><dt>${t(`drafts.${state}`)}</dt><dd>${number(data[state])}</dd></div>`)}</dl></div></section>`;
}
