// Shops and channels: the address to copy, the secret shown once, and whether anything has come yet.
import { html, useState } from "../lib/view.js";
import { post } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { loadShops, shops } from "../lib/session.js";
import { Button, Chip, Field } from "../ui/parts.js";
import { attempt, confirmFirst, say } from "../ui/floating.js";
import { Copyable } from "../ui/copy.js";
import { PLATFORMS } from "../ui/platforms.js";
import { Unconfirmed } from "../ui/unconfirmed.js";
import { ChannelForm } from "./settings_channel.js";

/** A secret just made. It is kept by the server but never shown again. */
const Secret = ({ value }) => html`<div class="notice warn"><p><strong>${t("settings.secret_once")}</strong></p><${Copyable} value=${value} label=${t("settings.secret")} /></div>`;

function Channel({ channel }) {
  const [secret, setSecret] = useState("");
  const rotate = () => confirmFirst(t("settings.rotate"), t("settings.rotate_why"), t("settings.rotate"), () => attempt(async () => {
    setSecret((await post(`/channels/${channel.key}/rotate`)).secret);
    await loadShops();
  }));
  const heard = channel.last_delivery_at;
  return html`<li class="stacked"><div class="pair"><strong>${tOr(`adapter.${channel.adapter}`, channel.adapter)}</strong><span class="chips"><${Chip} tone=${heard ? "ok" : "warn"}>${heard ? t("settings.last_message", { at: `${dayWord(heard)} ${minuteTime(heard)}` }) : t("settings.no_message")}<//>
      ${channel.bad_signatures > 0 && html`<${Chip} tone="danger">${t("settings.bad_signatures", { n: channel.bad_signatures })}<//>`}</span></div>
    <${Copyable} value=${channel.url} label=${t("settings.address")} />
    ${channel.sees_human_replies === false && html`<p class="meta">${t("settings.blind")}</p>`}
    <div class="acts"><span class="meta grow">${t("settings.secret")} ${channel.secret_hint || "–"}</span>${!channel.simulated && channel.makes_secret && html`<${Button} kind="small" icon="key" onClick=${rotate}>${t("settings.rotate")}<//>`}</div>
    ${!channel.simulated && html`<details><summary>${t("channel.change")}</summary><${ChannelForm} shop=${channel.key.split(".")[0]} channel=${channel} onMade=${() => {}} /></details>`}
    ${secret && html`<${Secret} value=${secret} />`}</li>`;
}

function AddChannel({ shop }) {
  const [made, setMade] = useState(null);
  const wire = new URLSearchParams(location.search).get("wire");
  return html`<details open=${Boolean(wire)}><summary>${t("settings.add_channel")}</summary><${ChannelForm} key=${made ? made.key : ""} shop=${shop.id} wire=${wire || "standard"} onMade=${setMade} /></details>
    ${made && html`<p>${t(made.secret ? "settings.channel_made" : "channel.made")}</p><${Copyable} value=${made.url} label=${t("settings.address")} />${made.secret && html`<${Secret} value=${made.secret} />`}`}`;
}

const Shop = ({ shop }) => html`<section class="card"><div class="pair"><h3>${shop.name}</h3><span class="chips"><${Chip}>${t(`platform.${shop.platform}`)}<//>${shop.simulated && html`<${Chip}>${t("word.simulated")}<//>`}<${Chip} tone=${shop.bot_mode === "auto" ? "bot" : ""}>${t(`mode.${shop.bot_mode}`)}<//></span></div>
  <${Unconfirmed} shop=${shop} />
  ${shop.channels.length > 0 && html`<ul class="stacked">${shop.channels.map((c) => html`<${Channel} key=${c.key} channel=${c} />`)}</ul>`}
  ${!shop.simulated && html`<${AddChannel} shop=${shop} />`}</section>`;

function AddShop() {
  const add = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    attempt(async () => {
      await post("/shops", { id: typed.get("id"), name: typed.get("name"), platform: typed.get("platform") });
      form.reset();
      await loadShops();
      say(t("settings.shop_made"), { tone: "ok" });
    });
  };
  return html`<section class="card"><h3>${t("settings.add_shop")}</h3><form class="stacked" onSubmit=${add}><div class="two">
    <${Field} label=${t("settings.shop_name")}><input name="name" required maxlength="60" /><//>
    <${Field} label=${t("settings.shop_id")} hint=${t("settings.shop_id_hint")}><input name="id" required pattern="[a-z0-9][a-z0-9_\\-]*" maxlength="40" autocapitalize="none" /><//>
    <${Field} label=${t("start.platform")}><select name="platform">${PLATFORMS.map((p) => html`<option key=${p} value=${p}>${t(`platform.${p}`)}</option>`)}</select><//></div>
    <p class="hint">${t("settings.shop_starts_suggest")}</p><div class="acts"><${Button} kind="primary" type="submit">${t("settings.add_shop")}<//></div></form></section>`;
}

export const Shops = () => html`${shops.value.map((s) => html`<${Shop} key=${s.id} shop=${s} />`)}<${AddShop} />`;
