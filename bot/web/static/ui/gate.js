// The gate: what a change of the FAQ would do is shown before it is made; what breaks a case asks for the reason.
import { html, useLayoutEffect, useRef, useState } from "../lib/view.js";
import { post } from "../lib/api.js";
import { number, t } from "../lib/i18n.js";
import { pathOf } from "../lib/session.js";
import { showDialog } from "./floating.js";
import { Button, Chip, Field } from "./parts.js";

const MOVES = ["instead_of_people", "changed", "lost", "newly"];
const TONE = { broken: "danger", instead_of_people: "warn", changed: "warn", lost: "warn", newly: "ok", mended: "ok" };
const LONGEST = 500;

const names = (entries) => entries.map((e) => e.question).join(t("word.comma")) || t("gate.nobody");

const Line = ({ one }) => html`<li><p><strong>${one.question}</strong>${one.count > 1 && html` <span class="meta">${t("gate.times", { n: one.count })}</span>`}</p>
  <p class="meta">${t("gate.before_after", { before: names(one.before), after: names(one.after) })}</p>
  ${one.people_said && html`<p class="meta">${t("gate.people_said", { text: one.people_said })}</p>`}
  ${one.must_not?.length > 0 && html`<p class="meta">${t("gate.must_not", { entry: names(one.must_not) })}</p>`}</li>`;

/** One kind of change: how many, and the first of them. */
function Kind({ name, found }) {
  if (!found?.total) return null;
  return html`<details class="moves" open=${["broken", "instead_of_people", "lost"].includes(name)}><summary><${Chip} tone=${TONE[name]}>${t(`gate.${name}`)} <b>${number(found.total)}</b><//></summary>
    <ul class="listed stacked">${found.items.map((one) => html`<${Line} key=${one.id || one.question} one=${one} />`)}</ul>
    ${found.total > found.items.length && html`<p class="meta">${t("gate.first", { n: found.items.length })}</p>`}</details>`;
}

/** What a change would do in one shop. */
export const Report = ({ report }) => html`<section class="stacked">
  ${report.cases.total > 0 && html`<p>${t("gate.cases", { total: number(report.cases.total), played: number(report.cases.played), before: number(report.cases.right_before), after: number(report.cases.right_after) })}</p>`}
  ${report.questions && html`<p class="meta">${t(report.questions.played < report.questions.different ? "gate.asked_some" : "gate.asked", { days: report.questions.days, asked: number(report.questions.asked), played: number(report.questions.played), different: number(report.questions.different) })}</p>`}
  ${["broken", ...MOVES, "mended"].map((name) => html`<${Kind} key=${name} name=${name} found=${report[name]} />`)}</section>`;

const breaks = (reports) => reports.reduce((sum, r) => sum + r.broken.total, 0);
const moves = (reports) => reports.some((r) => ["instead_of_people", "changed", "lost"].some((name) => r[name]?.total));

function Ask({ reports, close, answer }) {
  const [why, setWhy] = useState("");
  const [missing, setMissing] = useState(false);
  const field = useRef(null);
  const broken = breaks(reports);
  // Closed in whatever way without an answer: nothing is changed.
  useLayoutEffect(() => () => answer(null), []);
  const go = (event) => {
    event.preventDefault();
    if (broken && !why.trim()) {
      setMissing(true);
      field.current.focus();
      return;
    }
    answer(why.trim());
    close();
  };
  return html`<form onSubmit=${go}>
    <p class=${`notice ${broken ? "danger" : "warn"}`}>${broken ? t("gate.breaks", { n: broken }) : t("gate.moves")}</p>
    ${reports.map((report) => html`<${Report} key=${report.shop} report=${report} />`)}
    ${broken > 0 && html`<${Field} label=${t("gate.why")} hint=${t("gate.why_hint")}><textarea ref=${field} autofocus rows="2" maxlength=${LONGEST} value=${why} aria-invalid=${missing && !why.trim() ? "true" : undefined} onInput=${(e) => setWhy(e.currentTarget.value)}></textarea><//>`}
    ${missing && !why.trim() && html`<p class="notice danger" role="alert">${t("gate.why_missing")}</p>`}
    <div class="acts end"><${Button} onClick=${close}>${t("act.cancel")}<//><${Button} kind=${broken ? "danger" : "primary"} type="submit">${t(broken ? "gate.all_the_same" : "gate.go_on")}<//></div></form>`;
}

const ask = (reports) => new Promise((answer) => showDialog(t("gate.title"), (close) => html`<${Ask} reports=${reports} close=${close} answer=${answer} />`));

/** Make a change of a shop's FAQ (`*`: of what all shops share): first it is played (`change` as the preview takes it), then `act(reason)` makes it.
 * Where cases break or answers move, the report is shown and may stop it. Gives what `act` gives, undefined when stopped. */
export async function throughGate(shop, change, act) {
  const { reports } = await post(`${pathOf(shop)}/gate/preview`, change);
  if (!breaks(reports) && !moves(reports)) return act("");
  const why = await ask(reports);
  return why === null ? undefined : act(why);
}
