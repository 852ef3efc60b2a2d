// What is left to do after the first two minutes. Every step can be skipped and found again under 开始.
import { html } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { shops } from "../lib/session.js";
import { Icon } from "./parts.js";

/** The steps with their places; a step is ticked where the page can see that it is done. */
export function Checklist() {
  const real = shops.value.some((s) => !s.simulated);
  const heard = shops.value.some((s) => s.channels.some((c) => !c.simulated && c.last_delivery_at));
  const steps = [
    { word: "check.ways", to: "/start/platforms" },
    { word: "check.shop", to: "/settings/shops", done: real },
    { word: "check.first_message", to: "/settings/shops", done: heard },
    { word: "check.people", to: "/settings/people" },
    { word: "check.faq", to: "/faq/import" },
  ];
  return html`<ol class="checklist">${steps.map(({ word, to, done }) => html`<li key=${word} class=${done ? "done" : ""}>
    <${Icon} name=${done ? "tick" : "circle"} /><a href=${to}>${t(word)}</a>${done && html`<span class="unseen">${t("check.done")}</span>`}</li>`)}</ol>`;
}
