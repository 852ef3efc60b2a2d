// 通知: where a shop's alarms go, trying one out, and what was told.
import { html, useState } from "../lib/view.js";
import { del, get, patch, post } from "../lib/api.js";
import { clockTime, dayWord } from "../lib/clock.js";
import { said, t, tOr } from "../lib/i18n.js";
import { Button, Chip, Empty, Failed, Field, Loading, useLoad } from "../ui/parts.js";
import { attempt, confirmFirst, say } from "../ui/floating.js";
import { changeShop } from "./settings_bot.js";

const SIGNED = new Set(["dingtalk", "feishu"]);
const TONE = { sent: "ok", failed: "danger", waiting: "warn", sending: "", gathering: "" };

const kindWord = (kind) => tOr(`alarm.kind.${kind}`, kind);

function Kinds({ kinds, chosen }) {
  return html`<fieldset class="kinds"><legend>${t("alarm.kinds")}</legend><p class="hint">${t("alarm.kinds_why")}</p>
    <div class="two">${kinds.map((kind) => html`<label class="check" key=${kind}><input type="checkbox" name="kinds" value=${kind} checked=${chosen.includes(kind)} /><span>${kindWord(kind)}</span></label>`)}</div></fieldset>`;
}

/** What both forms ask: how long to gather, how long to be quiet, quiet hours, language, kinds. */
const Manner = ({ kinds, sink }) => html`<div class="two"><${Field} label=${t("alarm.gather")} hint=${t("alarm.gather_why")}><input type="number" name="gather_s" min="0" max="600" value=${sink?.gather_s ?? 10} required /><//>
    <${Field} label=${t("alarm.quiet")} hint=${t("alarm.quiet_why")}><input type="number" name="quiet_s" min="0" max="3600" value=${sink?.quiet_s ?? 60} required /><//>
    <${Field} label=${t("alarm.hours_from")} hint=${t("alarm.hours_why")}><input type="time" name="from" value=${sink?.quiet_hours?.start || ""} /><//><${Field} label=${t("alarm.hours_to")}><input type="time" name="to" value=${sink?.quiet_hours?.end || ""} /><//>
    <${Field} label=${t("look.language")}><select name="lang"><option value="zh-CN" selected=${sink?.lang !== "en"}>中文</option><option value="en" selected=${sink?.lang === "en"}>English</option></select><//></div>
  <${Kinds} kinds=${kinds} chosen=${sink?.kinds || []} />`;

function mannerOf(form) {
  const typed = new FormData(form);
  const hours = typed.get("from") && typed.get("to") ? { start: typed.get("from"), end: typed.get("to") } : null;
  return { gather_s: Number(typed.get("gather_s")), quiet_s: Number(typed.get("quiet_s")), quiet_hours: hours, lang: typed.get("lang"), kinds: typed.getAll("kinds") };
}

function Sink({ shop, sink, kinds, reload }) {
  const path = `/shops/${shop.id}/alarms/${sink.id}`;
  const [testing, setTesting] = useState(false);
  const act = (change) => attempt(async () => {
    await change();
    reload();
  });
  const test = async () => {
    setTesting(true);
    const told = await attempt(() => post(`${path}/test`));
    setTesting(false);
    if (told) say(t("word.with_detail", { word: sink.name, detail: said(told.result) }), { tone: told.ok ? "ok" : "danger", stay: 9000 });
    reload();
  };
  const save = (event) => {
    event.preventDefault();
    const change = mannerOf(event.currentTarget);
    act(async () => {
      await patch(path, change);
      say(t("settings.saved"), { tone: "ok", key: "saved" });
    });
  };
  const remove = () => confirmFirst(t("alarm.remove"), t("alarm.remove_why", { name: sink.name }), t("act.delete"), () => act(() => del(path)));
  return html`<li class="stacked"><div class="pair"><span><strong>${sink.name}</strong> <span class="meta">${t(`alarm.way.${sink.way}`)} · ${sink.place}</span></span>
      <span class="chips"><${Chip} tone=${sink.enabled ? "ok" : ""}>${t(sink.enabled ? "alarm.on" : "alarm.off")}<//></span></div>
    <p class="meta">${sink.kinds.length ? sink.kinds.map(kindWord).join(t("word.comma")) : t("alarm.every_kind")}</p>
    <div class="acts"><${Button} kind="small" busy=${testing} icon="out" onClick=${test}>${t("alarm.test")}<//><${Button} kind="small" onClick=${() => act(() => patch(path, { enabled: !sink.enabled }))}>${t(sink.enabled ? "alarm.turn_off" : "alarm.turn_on")}<//><${Button} kind="quiet small" onClick=${remove}>${t("act.delete")}<//></div>
    <details><summary>${t("alarm.manner")}</summary><form class="stacked" onSubmit=${save}><${Manner} kinds=${kinds} sink=${sink} /><div class="acts end"><${Button} kind="primary" type="submit">${t("act.save")}<//></div></form></details></li>`;
}

function Add({ shop, found, reload }) {
  const [way, setWay] = useState("dingtalk");
  const add = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    attempt(async () => {
      await post(`/shops/${shop.id}/alarms`, { name: typed.get("name"), way, address: typed.get("address"), secret: typed.get("secret") || "", ...mannerOf(form) });
      form.reset();
      say(t("alarm.added"), { tone: "ok" });
      reload();
    });
  };
  return html`<form class="card" onSubmit=${add}><h3>${t("alarm.add")}</h3><p class="muted">${t("alarm.sealed")}</p>
    <div class="two"><${Field} label=${t("alarm.name")}><input name="name" required maxlength="40" autocomplete="off" /><//>
      <${Field} label=${t("alarm.way")}><select value=${way} onChange=${(e) => setWay(e.currentTarget.value)}>${found.ways.map((w) => html`<option key=${w} value=${w}>${t(`alarm.way.${w}`)}</option>`)}</select><//></div>
    <${Field} label=${t("alarm.address")} hint=${t(`alarm.address.${way}`)}><input name="address" required maxlength="1000" autocomplete="off" spellcheck="false" /><//>
    ${SIGNED.has(way) && html`<${Field} label=${t("alarm.secret")} hint=${t("alarm.secret_why")}><input name="secret" type="password" maxlength="200" autocomplete="off" /><//>`}
    <details><summary>${t("alarm.manner")}</summary><div class="stacked"><${Manner} kinds=${found.kinds} /></div></details>
    <div class="acts end"><${Button} kind="primary" type="submit">${t("alarm.add")}<//></div></form>`;
}

function Limits({ shop, limits }) {
  const save = (event) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    changeShop(shop, { alarms: { unclaimed_s: Number(typed.get("unclaimed_s")), silent_min: Number(typed.get("silent_min")) } });
  };
  return html`<form class="card" onSubmit=${save}><h3>${t("alarm.limits")}</h3><p class="muted">${t("alarm.limits_why")}</p>
    <div class="two"><${Field} label=${t("alarm.unclaimed")} hint=${t("alarm.unclaimed_why")}><input type="number" name="unclaimed_s" min="5" max="3600" value=${limits.unclaimed_s} required /><//>
      <${Field} label=${t("alarm.silent")} hint=${t("alarm.silent_why")}><input type="number" name="silent_min" min="0" max="1440" value=${limits.silent_min} required /><//></div>
    <div class="acts end"><${Button} type="submit">${t("act.save")}<//></div></form>`;
}

const Told = ({ one }) => html`<tr><td><time>${dayWord(one.created_at)} ${clockTime(one.created_at)}</time></td><td>${one.name}</td><td>${one.kinds.map(kindWord).join(t("word.comma"))}</td>
  <td><${Chip} tone=${TONE[one.state]}>${t(`alarm.state.${one.state}`)}<//> ${said(one.result)} ${one.tries > 1 && html`<span class="meta">${t("delivery.tries", { n: one.tries })}</span>`}</td></tr>`;

function Log({ items }) {
  if (!items.length) return html`<p class="muted">${t("alarm.log_empty")}</p>`;
  return html`<div class="scroll"><table class="stack"><thead><tr><th>${t("alarm.at")}</th><th>${t("alarm.sink")}</th><th>${t("alarm.kinds")}</th><th>${t("delivery.result")}</th></tr></thead><tbody>${items.map((one) => html`<${Told} key=${one.id} one=${one} />`)}</tbody></table></div>`;
}

export function Alarms({ shop }) {
  const { data, problem, reload } = useLoad(async () => ({ found: await get(`/shops/${shop.id}/alarms`), log: await get(`/shops/${shop.id}/alarms/log`) }), [shop.id]);
  if (problem) return html`<${Failed} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  const { found, log } = data;
  return html`<p class="muted">${t("alarm.why")}</p>
    ${!found.public_url && html`<div class="notice warn"><p>${t("alarm.no_link")}</p></div>`}
    ${found.items.length ? html`<section class="card"><ul class="stacked listed">${found.items.map((sink) => html`<${Sink} key=${sink.id} shop=${shop} sink=${sink} kinds=${found.kinds} reload=${reload} />`)}</ul></section>` : html`<${Empty}>${t("alarm.empty")}<//>`}
    <${Add} shop=${shop} found=${found} reload=${reload} /><${Limits} shop=${shop} limits=${found.limits} />
    <section class="card"><h3>${t("alarm.log")}</h3><${Log} items=${log.items} /></section>`;
}
