// 夜间待办: what the night left, the nearest limit first; what the bot answered is among it.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { dayWord, minuteTime, shopNow, span } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { Figures, Loaded, talkUrl, useCounted } from "../ui/figures.js";
import { Chip, Empty, Icon, useLoad } from "../ui/parts.js";

const URGENT_MS = 10 * 60_000;
const WARN_MS = 30 * 60_000;

/** How long is left until a duty's limit, by the shop's own clock. */
function Left({ due, shop }) {
  const left = Date.parse(due) - shopNow(shop.clock);
  const state = left < 0 ? "overdue" : left <= URGENT_MS ? "urgent" : left <= WARN_MS ? "warn" : "calm";
  return html`<span class=${`chip clock ${state}`} role="timer" aria-live="off">${t(left < 0 ? "time.overdue" : "time.left", { span: span(left) })}</span>`;
}

const Duty = ({ duty, shop }) => html`<tr><th scope="row"><a href=${talkUrl(duty.conversation, shop.id)}>${duty.buyer_name}</a></th>
  <td><time>${dayWord(duty.since)} ${minuteTime(duty.since)}</time></td><td><span class="chips"><time>${minuteTime(duty.due_at)}</time><${Left} due=${duty.due_at} shop=${shop} /></span></td>
  <td><span class="chips">${duty.bot_answered ? html`<${Chip} tone="bot" icon="bot">${t("night.bot_answered")}<//>` : html`<${Chip} tone="warn">${t("night.unanswered")}<//>`}${duty.owner && html`<${Chip} icon="person">${duty.owner.name}<//>`}${duty.inquiries.length > 1 && html`<${Chip}>${t("night.several", { n: duty.inquiries.length })}<//>`}</span></td>
  <td class="words">${duty.last_words}</td><td><a class="button" href=${talkUrl(duty.conversation, shop.id)} aria-label=${t("night.reply_to", { name: duty.buyer_name })}><${Icon} name="talk" />${t("night.reply")}</a></td></tr>`;

function Told({ data, shop }) {
  if (!data.cutoff) return html`<${Empty}>${t("night.no_duty")}<//>`;
  const robots = data.items.filter((d) => d.bot_answered).length;
  return html`<p>${t("night.why", { cutoff: data.cutoff.slice(0, 5), opens: data.opens_at ? minuteTime(data.opens_at) : "–" })}</p>
    ${data.items.length === 0 ? html`<${Empty}>${t("night.done")}<//>` : html`<p class="chips"><strong>${t("night.count", { n: data.total })}</strong>${robots > 0 && html`<${Chip} tone="bot">${t("night.of_bot", { n: robots })}<//>`}</p>
    <div class="scroll"><table class="stack night"><thead><tr><th scope="col">${t("word.buyer")}</th><th scope="col">${t("rate.opened")}</th><th scope="col">${t("night.due")}</th><th scope="col">${t("night.state")}</th><th scope="col">${t("night.last_words")}</th><th scope="col"><span class="unseen">${t("word.acts")}</span></th></tr></thead>
      <tbody>${data.items.map((d) => html`<${Duty} key=${d.conversation} duty=${d} shop=${shop} />`)}</tbody></table></div>`}
    <p class="meta">${t("rate.ruleset")} ${data.ruleset}</p>`;
}

function Night({ shop }) {
  const found = useLoad(() => get(`/shops/${shop.id}/night-duties`), [shop.id]);
  useCounted(shop.id, found.reload);
  return html`<${Loaded} of=${found}>${(data) => html`<${Told} data=${data} shop=${shop} />`}<//>`;
}

export const Page = () => html`<${Figures} here="night" title=${t("night.title")}>${(shop) => html`<${Night} key=${shop.id} shop=${shop} />`}<//>`;
