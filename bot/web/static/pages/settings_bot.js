// How far the bot may go in one shop, what the queue lists, and the stop switch.
import { html } from "../lib/view.js";
import { patch, post } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { touchShop } from "../lib/session.js";
import { Button, Field } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";

const MODES = ["auto", "suggest", "off"];
const FOLLOW_UPS = ["always", "within_budget", "off"];

/** Change a shop's settings; they hold at once. */
export const changeShop = (shop, change) => attempt(async () => {
  const saved = await patch(`/shops/${shop.id}`, change);
  touchShop(shop.id, saved?.id ? saved : change);
  say(t("settings.saved"), { tone: "ok", key: "saved" });
});

/** Another threshold is played first, like every change of what is answered. */
async function changeThreshold(shop, field) {
  const threshold = Number(field.value);
  const done = await attempt(() => throughGate(shop.id, { threshold }, async (reason) => {
    await changeShop(shop, { threshold, reason });
    return true;
  }));
  if (!done) field.value = shop.threshold;
}

const Choice = ({ name, word, values, value, onPick }) => html`<fieldset class="card"><legend><h3>${t(word)}</h3></legend>${values.map((v) => html`<label class="check" key=${v}><input type="radio" name=${name} value=${v} checked=${v === value} onChange=${() => onPick(v)} />
  <span><strong>${t(`${name}.${v}`)}</strong><br /><span class="muted">${t(`${name}.${v}_why`)}</span></span></label>`)}</fieldset>`;

export function Bot({ shop }) {
  const stop = () => attempt(async () => {
    await post(`/shops/${shop.id}/stop`, { stopped: !shop.stopped });
    touchShop(shop.id, { stopped: !shop.stopped });
  });
  return html`<section class=${`notice ${shop.stopped ? "danger" : ""}`}><p><strong>${t(shop.stopped ? "settings.is_stopped" : "settings.stop")}</strong></p><p>${t("settings.stop_why")}</p>
      <${Button} kind=${shop.stopped ? "primary" : "danger"} icon="stop" onClick=${stop}>${t(shop.stopped ? "settings.resume" : "settings.stop")}<//></section>
    <${Choice} name="mode" word="settings.bot_mode" values=${MODES} value=${shop.bot_mode} onPick=${(bot_mode) => changeShop(shop, { bot_mode })} />
    <${Choice} name="follow" word="settings.follow_up" values=${FOLLOW_UPS} value=${shop.human_follow_up} onPick=${(human_follow_up) => changeShop(shop, { human_follow_up })} />
    <section class="card"><${Field} label=${t("settings.threshold")} hint=${t("settings.threshold_hint")}><input type="number" min="0" max="100" value=${shop.threshold} onChange=${(e) => changeThreshold(shop, e.currentTarget)} /><//></section>`;
}
