// Beside the thread: who the buyer is to the shop, the conversation's clock, how the shop stands, and what happened.
import { html, useEffect, useRef } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, minuteTime } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { shopOf } from "../lib/session.js";
import { Chip, Icon, RateFigure, reasonWord, useLoad } from "../ui/parts.js";
import { Buyer } from "./inbox_buyer.js";
import { open } from "./inbox_desk.js";

const Fact = ({ word, children }) => html`<div><dt>${word}</dt><dd>${children}</dd></div>`;

/** What is told of an event beside its kind: why, or what was sent and how that ended. */
function detailOf({ kind, body = {} }) {
  if (kind === "decision" || kind === "handoff") return reasonWord(body.reason);
  if (kind === "send") return t("event.sent", { what: tOr(`class.${body.class}`, body.class), how: tOr(`status.${body.status}`, body.status) });
  return "";
}

function Event({ event }) {
  const word = tOr(`event.${event.kind}`, event.kind);
  const detail = detailOf(event);
  return html`<li><time>${clockTime(event.at)}</time><span>${detail ? t("word.with_detail", { word, detail }) : word}</span></li>`;
}

/** The last of a conversation's replies that counts as valid: what the agent wants to see grow. */
const counted = (lines) => lines.filter((l) => l.verdict?.counts).pop();

function ShopRate({ shop, mark }) {
  const { data } = useLoad(() => get("/rates", { shop }), [shop, mark]);
  const simulated = shopOf(shop)?.simulated;
  return html`<section><h3>${t("side.rate")}</h3>${data ? html`<${RateFigure} rates=${data} />` : html`<p class="meta">${t("state.loading")}</p>`}
    <p><a href=${`/rates?shop=${encodeURIComponent(shop)}${simulated ? "&simulated=1" : ""}`}>${t("side.to_rates")}</a></p></section>`;
}

/** `called`: {what} each time somebody calls it by hand, so that the focus goes there: to the "panel", or to its "label" field. */
export function Side({ onClose, called }) {
  const now = open.value;
  const box = useRef(null);
  const there = Boolean(now);
  useEffect(() => {
    if (called?.what === "panel" && there) box.current?.querySelector("header button")?.focus();
  }, [called, there]);
  if (!now) return null;
  const talk = now.conversation;
  return html`<aside class="side" id="side" aria-label=${t("side.title")} ref=${box}>
    <header class="pair"><h2>${talk.buyer.name || talk.buyer.id}</h2><button type="button" class="button quiet square" aria-label=${t("side.hide")} onClick=${onClose}><${Icon} name="cross" /></button></header>
    <${Buyer} key=${talk.id} talk=${talk} called=${called} />
    <section><h3>${t("side.this")}</h3><dl class="facts">
      <${Fact} word=${t("word.shop")}>${talk.shop_name} ${talk.simulated && html`<${Chip}>${t("word.simulated")}<//>`}<//>
      <${Fact} word=${t("word.channel")}>${talk.channel}<//>
      <${Fact} word=${t("side.buyer_id")}>${talk.buyer.id}<//>
      ${talk.reason && talk.state === "waiting" && html`<${Fact} word=${t("side.reason")}>${reasonWord(talk.reason)}<//>`}
      ${talk.opened_at && html`<${Fact} word=${t("side.opened")}>${clockTime(talk.opened_at)}<//>`}
      ${talk.due_at && html`<${Fact} word=${t("side.due")}>${clockTime(talk.due_at)}<//>`}
      ${talk.night_due_at && html`<${Fact} word=${t("side.night_due")}>${minuteTime(talk.night_due_at)}<//>`}
    </dl></section>
    <${ShopRate} shop=${talk.shop} mark=${counted(now.lines)?.id} />
    <section><h3>${t("side.events")}</h3><ol class="events">${now.events.filter((e) => e.kind !== "posting").map((e) => html`<${Event} key=${e.seq} event=${e} />`)}</ol></section>
  </aside>`;
}
