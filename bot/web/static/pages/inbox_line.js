// The supervisors' line over the inbox: how near the shops stand to their own lines, and what is owed.
import { cls, html, signal, useEffect, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { calmly, useFeed } from "../lib/feed.js";
import { number, percent, t } from "../lib/i18n.js";
import { route } from "../lib/router.js";
import { can, shopOf } from "../lib/session.js";
import { Icon } from "../ui/parts.js";
import { open } from "./inbox_desk.js";

const standings = signal([]);
// A rate moves slowly; a burst of messages asks for it once.
const load = calmly(async () => {
  const answer = await get("/desk/line").catch(() => null);
  if (answer) standings.value = answer.items;
}, 2000);

/** The shop of the open conversation first, as beside the thread; then the nearest to its line: those below, then the
 * fewest misses left, then those without a line. */
const urgency = (one) => (one.shop === open.value?.conversation.shop ? -2 : one.near ? -1 : one.misses_left ?? Infinity);
const byUrgency = (a, b) => Math.sign(urgency(a) - urgency(b)) || 0;

const behind = (shop) => `/rates?shop=${encodeURIComponent(shop)}&reason=owed${shopOf(shop)?.simulated ? "&simulated=1" : ""}`;

function Room({ one }) {
  if (!one.line) return null;
  const line = percent(one.line.percent, 0);
  if (one.near) return html`<span class="near"><${Icon} name="alert" />${one.good_needed ? t("line.back", { line, n: one.good_needed }) : t("line.below", { line })}</span>`;
  return html`<span>${t("line.room", { line, n: one.misses_left })}</span>`;
}

function Standing({ one, named }) {
  const { rate, owed } = one;
  return html`<li>${named && html`<span class="shop">${one.shop_name}</span>`}
    ${rate.denominator ? html`<strong>${t("line.answered", { good: rate.numerator, all: rate.denominator })}</strong><${Room} one=${one} />` : html`<span>${t("rate.none")}</span>`}
    <a href=${behind(one.shop)}>${t("line.owed", { handed: owed.handed_off.count, bot: owed.bot_answered.count })}</a></li>`;
}

/** Shown to those who may watch the rates; `reading` says that a conversation is open, which fills a phone alone. */
export function SupervisorLine({ reading }) {
  const [all, setAll] = useState(false);
  const sees = can("rates");
  useEffect(() => {
    if (sees) load();
  }, [sees]);
  useFeed(() => sees && load());
  const { shop } = route.value.query;
  const list = standings.value.filter((one) => !shop || one.shop === shop).sort(byUrgency);
  if (!sees || !list.length) return null;
  const shown = all ? list : list.slice(0, 1);
  return html`<section class=${cls("standings", reading && "reading")} aria-label=${t("line.title")}>
    <ul>${shown.map((one) => html`<${Standing} key=${one.shop} one=${one} named=${list.length > 1} />`)}</ul>
    ${list.length > 1 && html`<button type="button" class="link" aria-expanded=${all} onClick=${() => setAll(!all)}>${all ? t("line.fewer") : t("line.more", { n: list.length - 1 })}</button>`}
  </section>`;
}

/** Says over the list what a shop that lists within its budget leaves out, and by which figures. */
export function LeftOut({ budgets }) {
  const out = Object.entries(budgets || {}).filter(([, b]) => b.left_out > 0);
  return out.map(([shop, b]) => html`<p class="left-out meta" key=${shop}>${t("line.left_out", { shop: shopOf(shop)?.name || shop, out: number(b.left_out), left: b.misses_left, reserved: b.reserved, spare: b.spare })}</p>`);
}
