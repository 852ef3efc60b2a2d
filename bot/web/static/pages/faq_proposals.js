// What the desk proposes after wrong answers: an operator confirms, which changes the entry at once, or dismisses.
import { html } from "../lib/view.js";
import { del, get, post } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { withQuery } from "../lib/router.js";
import { can } from "../lib/session.js";
import { Button, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { fieldsOf } from "./faq_editor.js";

const Told = ({ one }) => html`<span class="meta">${one.by.name} <time>${dayWord(one.at)} ${minuteTime(one.at)}</time></span>`;

/** The entry as the proposal would have it goes through the gate like every other change. */
async function confirmed(shop, one, path) {
  const entry = await get(`/shops/${shop}/entries/${encodeURIComponent(one.entry)}`);
  const changed = one.kind === "threshold" ? { threshold: Math.max(one.value.threshold, entry.threshold || 0) } : { not_this: [...new Set([...entry.not_this, one.value.question])] };
  return throughGate(shop, { entry: { ...fieldsOf(entry), ...changed, id: one.entry } }, (reason) => post(path, { act: "confirm", reason }));
}

function Proposal({ shop, one, done }) {
  const decide = (act) => attempt(async () => {
    const path = `/shops/${shop}/proposals/${encodeURIComponent(one.id)}`;
    const decided = act === "confirm" ? await confirmed(shop, one, path) : await post(path, { act });
    if (!decided) return;
    say(t(act === "confirm" ? "wrong.confirmed" : "wrong.dismissed"), { tone: "ok" });
    done();
  });
  return html`<li class="pair"><div><p>${t("wrong.asked", { question: one.question || "" })} <a href=${withQuery({ shop }, `/faq/${encodeURIComponent(one.entry)}`)}>${one.entry_question || one.entry}</a></p>
      <p><strong>${one.kind === "threshold" ? t("wrong.threshold_to", { n: one.value.threshold }) : t("wrong.not_this", { question: one.value.question })}</strong></p><${Told} one=${one} /></div>
    <div class="acts"><${Button} onClick=${() => decide("dismiss")}>${t("wrong.dismiss")}<//><${Button} onClick=${() => decide("confirm")}>${t("wrong.confirm")}<//></div></li>`;
}

function Case({ shop, one, done }) {
  const drop = () => attempt(async () => {
    await del(`/shops/${shop}/gate-cases/${encodeURIComponent(one.id)}`);
    done();
  });
  return html`<li class="pair"><div><p>${one.question}</p><${Told} one=${one} /></div><${Button} kind="quiet small" onClick=${drop}>${t("act.delete")}<//></li>`;
}

/** Shown over the table to those who write entries, where anything waits or is kept. */
export function Proposals({ shop }) {
  const sees = can("faq");
  const load = (path) => useLoad(() => (sees ? get(`/shops/${shop.id}/${path}`) : Promise.resolve({ items: [] })), [shop.id, sees]);
  const open = load("proposals");
  const cases = load("gate-cases");
  const reload = () => {
    open.reload();
    cases.reload();
  };
  useFeed((events) => events.some((e) => e.kind === "resync" || (e.shop === shop.id && ["wrong_answer", "entry"].includes(e.kind))) && reload(), [shop.id]);
  const [waiting, kept] = [open.data?.items || [], (cases.data?.items || []).filter((one) => one.origin === "wrong_answer")];
  if (!waiting.length && !kept.length) return null;
  return html`<section class="card proposals">
    ${waiting.length > 0 && html`<h2>${t("wrong.proposals", { n: waiting.length })}</h2><ul class="listed stacked">${waiting.map((one) => html`<${Proposal} key=${one.id} shop=${shop.id} one=${one} done=${reload} />`)}</ul>`}
    ${kept.length > 0 && html`<details><summary>${t("wrong.cases", { n: kept.length })}</summary><p class="meta">${t("wrong.cases_why")}</p><ul class="listed stacked">${kept.map((one) => html`<${Case} key=${one.id} shop=${shop.id} one=${one} done=${reload} />`)}</ul></details>`}
  </section>`;
}
