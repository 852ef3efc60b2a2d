// Beside the thread: the buyer, the clock, what happened, and how the shop stands.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, minuteTime } from "../lib/clock.js";
import { said, t, tOr } from "../lib/i18n.js";
import { shopOf } from "../lib/session.js";
import { Chip, Icon, useLoad } from "../ui/parts.js";
import { RateFigure } from "../ui/rate.js";
import { reasonWord } from "../ui/why.js";
import { open } from "./inbox_desk.js";

const Fact = ({ word, children }) => html`<div><dt>${word}</dt><dd>${children}</dd></div>`;

function Event({ event }) {
  const words = said(event.words) || tOr(`event.${event.kind}`, event.kind);
  return html`<li><time>${clockTime(event.at)}</time><span>${words}${event.by ? ` · ${event.by.name || event.by}` : ""}</span></li>`;
}

/** The last of a conversation's replies that counts as valid: what the agent wants to see grow. */
const counted = (lines) => lines.filter((l) => l.verdict?.counts).pop();

function ShopRate({ shop, mark }) {
  const { data } = useLoad(() => get("/rates", { shop }), [shop, mark]);
  const simulated = shopOf(shop)?.simulated;
  return html`<section><h3>${t("side.rate")}</h3>${data ? html`<${RateFigure} rates=${data} />` : html`<p class="meta">${t("state.loading")}</p>`}
    <p><a href=${`/rates?shop=${encodeURIComponent(shop)}${simulated ? "&simulated=1" : ""}`}>${t("side.to_rates")}</a></p></section>`;
}

export function Side({ onClose }) {
  const now = open.value;
  if (!now) return null;
  const talk = now.conversation;
  return html`<aside class="side" aria-label=${t("side.title")}>
    <header class="pair"><h2>${talk.buyer.name || talk.buyer.id}</h2><button type="button" class="button quiet square side-switch" aria-label=${t("side.hide")} onClick=${onClose}><${Icon} name="cross" /></button></header>
    <section><dl class="facts">
      <${Fact} word=${t("word.shop")}>${talk.shop_name} ${talk.simulated && html`<${Chip}>${t("word.simulated")}<//>`}<//>
      <${Fact} word=${t("word.channel")}>${talk.channel}<//>
      <${Fact} word=${t("side.buyer_id")}>${talk.buyer.id}<//>
      ${talk.reason && talk.state === "waiting" && html`<${Fact} word=${t("side.reason")}>${reasonWord(talk.reason)}<//>`}
      ${talk.opened_at && html`<${Fact} word=${t("side.opened")}>${clockTime(talk.opened_at)}<//>`}
      ${talk.due_at && html`<${Fact} word=${t("side.due")}>${clockTime(talk.due_at)}<//>`}
      ${talk.night_due_at && html`<${Fact} word=${t("side.night_due")}>${minuteTime(talk.night_due_at)}<//>`}
    </dl></section>
    <${ShopRate} shop=${talk.shop} mark=${counted(now.lines)?.id} />
    <section><h3>${t("side.events")}</h3><ol class="events">${(now.events || []).map((e, i) => html`<${Event} key=${i} event=${e} />`)}</ol></section>
  </aside>`;
}
