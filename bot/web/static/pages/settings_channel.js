// A channel's settings: the ways we speak ourselves with their fields, and a mapping with what it would read of a payload.
import { html, useEffect, useState } from "../lib/view.js";
import { get, patch, post } from "../lib/api.js";
import { said, t, tOr } from "../lib/i18n.js";
import { loadShops } from "../lib/session.js";
import { Button, Field, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";

/** What each way asks for. A secret without a name is the one that deliveries are signed with. */
const WIRES = {
  standard: { secrets: [], options: [], address: true, mapping: true },
  chatwoot: { secrets: ["", "api_token"], options: ["account_id", "bot_id", "desk:chatwoot,here", "accept_weak?"], address: true },
  wechat: { secrets: ["token", "aes_key", "app_secret"], options: ["app_id", "transfer_words*", "accept_weak?"] },
  wecom_kf: { secrets: ["token", "aes_key", "kf_secret"], options: ["corp_id", "desk:here,wecom", "servicer"] },
};
const PAUSE_MS = 400;
const parts = (spec) => {
  const [name, choices] = spec.split(":");
  return { name: name.replace(/[?*]$/, ""), flag: name.endsWith("?"), list: name.endsWith("*"), choices: choices && choices.split(",") };
};

function Option({ adapter, spec, value }) {
  const { name, flag, list, choices } = parts(spec);
  const label = t(`channel.option.${name}`);
  const hint = tOr(`channel.hint.${adapter}.${name}`, tOr(`channel.hint.${name}`, ""));
  if (flag) return html`<div><label class="check"><input type="checkbox" name=${`o.${name}`} checked=${value === true} /><span>${label}</span></label>${hint && html`<span class="hint">${hint}</span>`}</div>`;
  if (choices) return html`<${Field} label=${label} hint=${hint}><select name=${`o.${name}`} value=${value || choices[0]}>${choices.map((one) => html`<option key=${one} value=${one}>${t(`channel.desk.${one}`)}</option>`)}</select><//>`;
  return html`<${Field} label=${label} hint=${hint}><input name=${`o.${name}`} value=${list ? (value || []).join(" ") : value ?? ""} required=${/_id$/.test(name) && name !== "bot_id"} autocomplete="off" /><//>`;
}

/** The options as typed; what is empty is left out. */
function optionsOf(adapter, typed) {
  const given = {};
  for (const spec of WIRES[adapter].options) {
    const { name, flag, list } = parts(spec);
    const value = (typed.get(`o.${name}`) || "").trim();
    if (flag) given[name] = value === "on";
    else if (value) given[name] = list ? value.split(/[\s,，、]+/).filter(Boolean) : value;
  }
  return given;
}

const secretsOf = (adapter, typed) => WIRES[adapter].secrets
  .map((name) => [name, (typed.get(`s.${name}`) || "").trim()])
  .filter(([, value]) => value)
  .map(([name, value]) => (name ? `${name}=${value}` : value));

const Line = ({ tone, where, children }) => html`<li class=${tone}><strong>${tone === "bad" ? "✗" : "✓"} ${where}</strong> <span>${children}</span></li>`;

/** What the mapping makes of the payload: what is wrong with it first, then each message, then our answer. */
function Preview({ told }) {
  if (!told) return null;
  const { wrong, messages, odd, answer, handshake } = told;
  return html`<section class="preview" aria-label=${t("channel.preview")}><h4>${t("channel.preview")}</h4>
    ${!wrong.length && !messages.length && !odd.length && !handshake && html`<p class="muted">${t("channel.nothing_read")}</p>`}
    <ul>${wrong.map((one) => html`<${Line} key=${one.where} tone="bad" where=${one.where}>${said({ zh: one.zh, en: one.en })}<//>`)}
      ${messages.map((one) => html`<${Line} key=${one.id} tone="ok" where=${`${t(`channel.sender.${one.sender}`)} · ${one.kind}`}>${one.text || JSON.stringify(one.meta)}
        <small class="meta">${t("channel.ids", { id: one.id, talk: one.conversation })}${one.sent_at ? ` · ${one.sent_at}` : ""}</small><//>`)}
      ${odd.map((one) => html`<${Line} key=${one.where} tone="bad" where=${one.where}>${said(halves(one.why))}<//>`)}</ul>
    ${answer !== null && html`<p class="meta">${t(handshake ? "channel.handshake" : "channel.answer")} <code>${answer || "–"}</code></p>`}</section>`;
}

const halves = (words) => {
  const [zh, en] = words.split(" · ");
  return { zh, en: en || zh };
};

/** The mapping as text, a payload beside it, and below what would be read. Nothing of it is kept before it is saved. */
function MappingEditor({ shop, text, setText, onRead }) {
  const { data: shipped } = useLoad(() => get("/channels/examples"), []);
  const [payload, setPayload] = useState('{"id":"1","conversation":"c-1"}');
  const [told, setTold] = useState(null);
  useEffect(() => {
    if (!text.trim()) {
      setTold(null);
      onRead({});
      return undefined;
    }
    const timer = setTimeout(() => post(`/shops/${shop}/channels/try`, { text, payload }).then((read) => {
      setTold(read);
      onRead(read.wrong.length ? null : read.options);
    }, () => setTold(null)), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, payload]);
  const pick = (event) => {
    const found = (shipped || []).find((one) => one.name === event.currentTarget.value);
    if (found) setText(found.text);
  };
  return html`<details open=${Boolean(text)}><summary>${t("channel.mapping")}</summary><div class="stacked"><p class="muted">${t("channel.mapping_why")}</p>
    <${Field} label=${t("channel.example")}><select onChange=${pick}><option value="">${t("channel.no_example")}</option>${(shipped || []).map((one) => html`<option key=${one.name} value=${one.name}>${tOr(`channel.example.${one.name}`, one.name)}</option>`)}</select><//>
    <div class="two"><${Field} label=${t("channel.mapping_text")} hint=${t("channel.mapping_hint")}><textarea class="code" rows="16" spellcheck="false" value=${text} onInput=${(e) => setText(e.currentTarget.value)}></textarea><//>
      <${Field} label=${t("channel.payload")} hint=${t("channel.payload_hint")}><textarea class="code" rows="16" spellcheck="false" value=${payload} onInput=${(e) => setPayload(e.currentTarget.value)}></textarea><//></div>
    <${Preview} told=${told} /></div></details>`;
}

/** Make a channel of a shop, or change one. `onMade` gets what the server answers. */
export function ChannelForm({ shop, channel, wire = "standard", onMade }) {
  const [adapter, setAdapter] = useState(channel ? channel.adapter : WIRES[wire] ? wire : "standard");
  const was = channel ? channel.options : {};
  const [text, setText] = useState(was.mapping || was.signature ? JSON.stringify(was, null, 1) : "");
  const [mapped, setMapped] = useState({});
  const { secrets, options, address, mapping } = WIRES[adapter];
  const save = (event) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const given = mapping ? { ...mapped } : optionsOf(adapter, typed);
    if (mapping && typed.get("dedupes") === "on") given.dedupes = true;
    const body = { options: { ...(mapping ? {} : kept(adapter, was)), ...given }, secrets: secretsOf(adapter, typed), ...(address ? { send_url: typed.get("send_url") } : {}) };
    attempt(async () => {
      onMade(channel ? await patch(`/channels/${channel.key}`, body) : await post(`/shops/${shop}/channels`, { adapter, ...body }));
      await loadShops();
      if (channel) say(t("channel.saved"), { tone: "ok" });
    });
  };
  return html`<form class="stacked" onSubmit=${save} key=${adapter}>
    ${!channel && html`<${Field} label=${t("channel.way")}><select value=${adapter} onChange=${(e) => setAdapter(e.currentTarget.value)}>${Object.keys(WIRES).map((one) => html`<option key=${one} value=${one}>${t(`adapter.${one}`)}</option>`)}</select><//>`}
    <p class="muted">${t(`channel.why.${adapter}`)} <a href="/start/platforms">${t("ways.title")}</a></p>
    ${secrets.length > 0 && html`<div class="two">${secrets.map((name) => html`<${Field} key=${name} label=${t(`channel.secret.${name || "signing"}`)} hint=${channel ? t("channel.secret_kept") : ""}><input name=${`s.${name}`} type="password" autocomplete="new-password" /><//>`)}</div>`}
    ${options.length > 0 && html`<div class="two">${options.map((spec) => html`<${Option} key=${spec} adapter=${adapter} spec=${spec} value=${was[parts(spec).name]} />`)}</div>`}
    ${address && html`<${Field} label=${t(adapter === "standard" ? "settings.send_url" : "channel.server")} hint=${t("settings.send_url_hint")}><input name="send_url" type="url" placeholder="https://" value=${channel ? channel.send_url : ""} /><//>`}
    ${mapping && html`<label class="check"><input type="checkbox" name="dedupes" checked=${was.dedupes === true} /><span>${t("settings.dedupes")}</span></label><${MappingEditor} shop=${shop} text=${text} setText=${setText} onRead=${setMapped} />`}
    <div class="acts"><${Button} kind="primary" type="submit" disabled=${mapping && mapped === null}>${t(channel ? "act.save" : "settings.add_channel")}<//></div></form>`;
}

/** What an option was that the form does not show. */
function kept(adapter, was) {
  const shown = new Set(WIRES[adapter].options.map((spec) => parts(spec).name));
  return Object.fromEntries(Object.entries(was).filter(([name]) => !shown.has(name)));
}
