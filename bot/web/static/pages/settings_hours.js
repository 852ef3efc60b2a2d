// When people are there, and what the bot says around its answers.
import { html } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { Button, Field } from "../ui/parts.js";
import { changeShop } from "./settings_bot.js";

const NOTICES = ["welcome", "out_of_hours", "handoff", "timed"];

export function Hours({ shop }) {
  const notices = shop.notices || {};
  const saveHours = (event) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const [start, end] = [typed.get("start"), typed.get("end")];
    changeShop(shop, { service_hours: start && end ? { start, end } : null });
  };
  const saveNotices = (event) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    changeShop(shop, { notices: { ...Object.fromEntries(NOTICES.map((n) => [n, typed.get(n)])), timed_answer_s: Number(typed.get("timed_answer_s")) } });
  };
  return html`<form class="card" onSubmit=${saveHours}><h3>${t("settings.service_hours")}</h3><p class="muted">${t("settings.service_hours_why")}</p>
      <div class="two"><${Field} label=${t("settings.from")}><input type="time" name="start" value=${shop.service_hours?.start || ""} /><//><${Field} label=${t("settings.to")}><input type="time" name="end" value=${shop.service_hours?.end || ""} /><//></div>
      <div class="acts end"><${Button} kind="primary" type="submit">${t("act.save")}<//></div></form>
    <form class="card" onSubmit=${saveNotices}><h3>${t("settings.notices")}</h3><p class="muted">${t("settings.notices_why")}</p>
      ${NOTICES.map((n) => html`<${Field} key=${n} label=${t(`part.${n}`)} hint=${t(`settings.notice.${n}`)}><textarea name=${n} rows="2" maxlength="500">${notices[n] || ""}</textarea><//>`)}
      <${Field} label=${t("settings.timed_s")} hint=${t("settings.timed_s_hint")}><input type="number" name="timed_answer_s" min="0" max="86400" value=${notices.timed_answer_s || 0} /><//>
      <div class="acts end"><${Button} kind="primary" type="submit">${t("act.save")}<//></div></form>`;
}
