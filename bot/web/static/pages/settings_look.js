// Look, language and keys: choices of one person in one browser.
import { html, useState } from "../lib/view.js";
import { LANGS, lang, t } from "../lib/i18n.js";
import { askToNotify, permission } from "../lib/notify.js";
import { ctrlSends, keysOff } from "../lib/keys.js";
import { chooseLang, leave, me, scheme, setScheme } from "../lib/session.js";
import { Button, Chip, Field } from "../ui/parts.js";
import { offer, showKeys } from "../ui/shell.js";

const SCHEMES = ["system", "light", "dark"];

function Switch({ setting, word }) {
  const [on, setOn] = useState(setting.value);
  const flip = (event) => {
    setting.value = event.currentTarget.checked;
    setOn(event.currentTarget.checked);
  };
  return html`<label class="check"><input type="checkbox" checked=${on} onChange=${flip} /><span>${t(word)}</span></label>`;
}

const TONE = { granted: "ok", denied: "danger", default: "", no: "" };

function Calling() {
  const state = permission.value;
  const install = async () => {
    await offer.value.prompt();
    offer.value = null;
  };
  return html`<section class="card"><h3>${t("look.calling")} <${Chip} tone=${TONE[state]}>${t(`look.notify.${state}`)}<//></h3><p class="muted">${t("look.calling_why")}</p>
    ${state === "denied" && html`<p>${t("look.notify_denied_how")}</p>`}${state === "no" && html`<p>${t("look.notify_no_how")}</p>`}
    <div class="acts">${state === "default" && html`<${Button} onClick=${askToNotify}>${t("look.notify_ask")}<//>`}${offer.value && html`<${Button} icon="download" onClick=${install}>${t("look.install")}<//>`}</div>
    <p class="muted">${t("look.install_how")}</p></section>`;
}

export const Look = () => html`<section class="card"><div class="two">
    <${Field} label=${t("look.language")}><select value=${lang.value} onChange=${(e) => chooseLang(e.currentTarget.value)}>${LANGS.map((l) => html`<option key=${l} value=${l}>${l === "en" ? "English" : "中文"}</option>`)}</select><//>
    <${Field} label=${t("look.scheme")}><select value=${scheme.value} onChange=${(e) => setScheme(e.currentTarget.value)}>${SCHEMES.map((s) => html`<option key=${s} value=${s}>${t(`look.scheme.${s}`)}</option>`)}</select><//></div></section>
  <section class="card"><h3>${t("keys.title")}</h3><${Switch} setting=${ctrlSends} word="look.ctrl_sends" /><${Switch} setting=${keysOff} word="look.keys_off" /><div class="acts"><${Button} icon="keys" onClick=${showKeys}>${t("keys.show")}<//></div></section>
  <${Calling} />
  <section class="card"><h3>${t("look.account")}</h3><p>${t("look.logged_in", { name: me.value.name })}</p><div class="acts"><${Button} icon="leave" onClick=${leave}>${t("act.logout")}<//></div></section>`;
