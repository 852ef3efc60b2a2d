// The simulated shop's clock, the faults of its platform, a rush of buyers, and the broom.
import { html, useState } from "../lib/view.js";
import { post } from "../lib/api.js";
import { clockTime, dayWord, shopNow } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { touchShop } from "../lib/session.js";
import { Button, Field } from "../ui/parts.js";
import { attempt, confirmFirst, say } from "../ui/floating.js";

const RATES = [1, 10, 60];
export const DELIVERY_FAULTS = ["", "repeat", "out_of_order", "bad_signature"];
const SEND_FAULTS = ["none", "refuse", "stall", "cut_before", "cut_after", "rate_limit"];

function ClockTool({ shop, channel }) {
  const set = (body) => attempt(async () => touchShop(shop.id, { clock: await post(`/sim/${channel}/clock`, body) }));
  const now = new Date(shopNow(shop.clock)).toISOString();
  const paused = shop.clock.rate === 0;
  return html`<div class="tool clock-tool"><p><span class="meta">${t("sim.clock")} · ${dayWord(now)}</span><b class="time">${clockTime(now)}</b></p>
    <div class="acts" role="group" aria-label=${t("sim.clock")}>
      <button type="button" class="button small" aria-pressed=${paused} onClick=${() => set({ pause: true })}>${t("sim.pause")}</button>
      ${RATES.map((rate) => html`<button type="button" key=${rate} class="button small" aria-pressed=${shop.clock.rate === rate} onClick=${() => set({ rate })}>×${rate}</button>`)}
      <button type="button" class="button small" onClick=${() => set({ jump_to: "22:59" })}>${t("sim.jump", { at: "22:59" })}</button>
    </div></div>`;
}

export function Tools({ shop, channel, fault, onFault, onWipe }) {
  const [busy, setBusy] = useState("");
  const run = (name, act) => async () => {
    setBusy(name);
    await attempt(act);
    setBusy("");
  };
  const burst = run("burst", async () => {
    await post(`/sim/${channel}/burst`);
    say(t("sim.burst_on"));
  });
  const wipe = () => confirmFirst(t("sim.wipe"), t("sim.wipe_why"), t("act.wipe"), run("wipe", async () => {
    await post(`/sim/${channel}/wipe`);
    onWipe();
  }));
  const faults = (send) => attempt(() => post(`/sim/${channel}/faults`, { send }));
  return html`<div class="tools"><${ClockTool} shop=${shop} channel=${channel} />
    <${Field} label=${t("sim.delivery_fault")}><select value=${fault} onChange=${(e) => onFault(e.currentTarget.value)}>${DELIVERY_FAULTS.map((f) => html`<option key=${f} value=${f}>${t(`sim.fault.${f || "none"}`)}</option>`)}</select><//>
    <${Field} label=${t("sim.send_fault")}><select onChange=${(e) => faults(e.currentTarget.value)}>${SEND_FAULTS.map((f) => html`<option key=${f} value=${f}>${t(`sim.send.${f}`)}</option>`)}</select><//>
    <div class="acts"><${Button} busy=${busy === "burst"} onClick=${burst} icon="people">${t("sim.burst")}<//><${Button} kind="quiet" busy=${busy === "wipe"} onClick=${wipe} icon="broom">${t("act.wipe")}<//></div></div>`;
}
