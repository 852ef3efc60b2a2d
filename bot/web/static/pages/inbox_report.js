// 报备: report a buyer's message to the platform as advertising or abuse; what became of it stands at the message.
import { html } from "../lib/view.js";
import { post } from "../lib/api.js";
import { localDay, shopMoment } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { shopOf } from "../lib/session.js";
import { attempt, say, showDialog } from "../ui/floating.js";
import { Button, Field } from "../ui/parts.js";

const KINDS = ["spam", "abuse"];

function Form({ talk, line, done }) {
  const today = localDay(shopMoment(shopOf(talk.shop)?.clock));
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { line: line.id, kind: form.get("kind"), day: form.get("day"), note: form.get("note") };
    if (!(await attempt(() => post(`/conversations/${encodeURIComponent(talk.id)}/reports`, body)))) return;
    say(t("report.filed"), { tone: "ok" });
    done();
  };
  return html`<form onSubmit=${send}><p>${t("report.why")}</p><blockquote class="words">${line.text}</blockquote>
    <fieldset class="picks"><legend>${t("report.kind")}</legend>${KINDS.map((kind, i) => html`<label class="pick" key=${kind}><input type="radio" name="kind" value=${kind} required autofocus=${i === 0} /><span>${t(`report.kind.${kind}`)}</span></label>`)}</fieldset>
    <${Field} label=${t("report.day")}><input type="date" name="day" value=${today} max=${today} required /><//>
    <${Field} label=${t("report.note")}><input name="note" maxlength="500" /><//>
    <p class="meta"><a href=${`/rates/reports?shop=${encodeURIComponent(talk.shop)}${talk.simulated ? "&simulated=1" : ""}`} onClick=${done}>${t("report.see_all")}</a></p>
    <div class="acts end"><${Button} onClick=${done}>${t("act.cancel")}<//><${Button} kind="primary" type="submit">${t("report.file")}<//></div></form>`;
}

/** Ask as what a message is reported. */
export const report = (talk, line) => showDialog(t("report.title_one"), (done) => html`<${Form} talk=${talk} line=${line} done=${done} />`);
