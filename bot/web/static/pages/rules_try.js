// A rule set otherwise: first what it would have given for past days, then, with a reason, for good.
import { html, useState } from "../lib/view.js";
import { patch, post } from "../lib/api.js";
import { clockTime, dayWord } from "../lib/clock.js";
import { number, said, t, tOr } from "../lib/i18n.js";
import { go, withQuery } from "../lib/router.js";
import { can } from "../lib/session.js";
import { inquiryUrl, oneOf, talkUrl } from "../ui/figures.js";
import { Button, Chip, Failed, Field, Loading } from "../ui/parts.js";
import { say } from "../ui/floating.js";
import { ruleWord, valueWords } from "../ui/rule_words.js";
import { verdictTone, verdictWord } from "../ui/verdicts.js";
import { fraction } from "./rates_tables.js";
import { Control, read } from "./rules_values.js";

const PERIODS = [7, 30, 90];
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const Side = ({ word, side }) => html`<div class="tile"><h3>${word}</h3><p class="figure large">${fraction(side.rate)}</p>
  <p class="meta">${[side.grade && tOr(`level.${side.grade}`, side.grade), t("rules.inquiries", { n: side.inquiries })].filter(Boolean).join(" · ")}</p></div>`;

const seen = (side) => (side ? html`<${Chip} tone=${verdictTone(side.reason)}>${verdictWord(side.reason)}<//>${side.night && html` <${Chip}>${t(`night.${side.night}`)}<//>`}` : html`<span class="muted">${t("rules.joined")}</span>`);

const kindWords = (kind) => kind.split(">").map((code) => (code === "-" ? t("rules.joined") : verdictWord(code))).join(" → ");

/** Both counts of the same days, and each inquiry that comes out otherwise, with the reason of either. */
export function Compared({ result, shop }) {
  return html`<div class="stacked" role="status"><div class="two"><${Side} word=${t("rules.now")} side=${result.before} /><${Side} word=${t("rules.then")} side=${result.after} /></div>
    <p>${result.differences ? t("rules.differ", { n: result.differences }) : t("rules.same")} <span class="meta">${result.period.first} – ${result.period.last}</span></p>
    ${result.differences > 0 && html`<p class="chips">${Object.entries(result.kinds).map(([kind, n]) => html`<${Chip} key=${kind}>${kindWords(kind)} ${number(n)}<//>`)}</p>
    <div class="scroll tall"><table class="stack"><thead><tr><th scope="col">${t("rate.opened")}</th><th scope="col">${t("rules.now")}</th><th scope="col">${t("rules.then")}</th><th scope="col">${t("rules.why_differs")}</th><th scope="col"><span class="unseen">${t("word.acts")}</span></th></tr></thead>
      <tbody>${result.listed.map((d) => html`<tr key=${d.inquiry}><td><time>${d.opened_at && `${dayWord(d.opened_at)} ${clockTime(d.opened_at)}`}</time></td><td><span class="only-stack">${t("rules.now")} </span>${seen(d.before)}</td><td><span class="only-stack">${t("rules.then")} </span>${seen(d.after)}</td><td class="words"><p class="meta said">${said((d.after || d.before).sentence)}</p></td><td><div class="acts"><a href=${inquiryUrl(d.inquiry)}>${t("why.ask")}</a><a href=${talkUrl(d.conversation, shop.id, d.inquiry)}>${t("rate.open_talk")}</a></div></td></tr>`)}</tbody></table></div>
    ${result.differences > result.listed.length && html`<p class="meta">${t("rules.listed", { n: result.listed.length })}</p>`}`}</div>`;
}

function Save({ p, value, shop, saved }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    const why = new FormData(event.currentTarget).get("why");
    setBusy(true);
    setProblem(null);
    try {
      await patch(`/shops/${shop.id}/rules`, { name: p.name, value, why });
      say(t("rules.saved"), { tone: "ok" });
      saved();
      go(withQuery({ change: "" }));
    } catch (failed) {
      setProblem(failed);
      setBusy(false);
    }
  };
  if (!can("shops")) return html`<p class="notice">${t("rules.admins_save")}</p>`;
  return html`<form class="stacked" onSubmit=${save}>${problem && html`<${Failed} problem=${problem} />`}<${Field} label=${t("rules.why")} hint=${t("rules.why_hint")}><input name="why" required maxlength="500" /><//>
    <div class="acts end"><span class="meta grow">${t("rules.recounts")}</span><${Button} kind="primary" type="submit" busy=${busy}>${value === null ? t("rules.give_back") : t("act.save")}<//></div></form>`;
}

/** The editor of one parameter. What is saved is what was tried: another value has to be tried again. */
export function Try({ p, shop, saved }) {
  const [value, setValue] = useState(p.value);
  const [days, setDays] = useState(30);
  const [tried, setTried] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const tell = (v) => (p.kind === "text" ? oneOf(v) : valueWords(p.name, v));
  const run = async (given) => {
    setBusy(true);
    setProblem(null);
    try {
      const found = read(p, given);
      setTried({ value: found, result: await post(`/shops/${shop.id}/what-if`, { params: { [p.name]: found }, days }) });
    } catch (failed) {
      setTried(null);
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  const change = (next) => {
    setValue(next);
    setTried(null);
  };
  const giveBack = () => {
    setValue(p.platform_value);
    run(null);
  };
  return html`<section class="card"><div class="pair"><h2>${ruleWord(p.name)}</h2><a class="button" href=${withQuery({ change: "" })}>${t("act.cancel")}</a></div><p><code>${p.name}</code></p>
    <p>${t("rules.value_now", { value: tell(p.value) })} ${!same(p.value, p.platform_value) && html`<span class="meta">${t("rules.platform_value", { value: tell(p.platform_value) })}</span>`}</p>
    <form class="stacked" onSubmit=${(e) => { e.preventDefault(); run(value); }}>
      <${Control} p=${p} value=${value} onChange=${change} />
      <div class="acts"><label class="acts"><span>${t("rules.over")}</span><select value=${String(days)} onChange=${(e) => { setDays(Number(e.currentTarget.value)); setTried(null); }}>${PERIODS.map((d) => html`<option key=${d} value=${String(d)}>${t("rules.last_days", { n: d })}</option>`)}</select></label>
        <${Button} kind=${tried ? "" : "primary"} type="submit" busy=${busy} disabled=${same(value, p.value)}>${t("rules.try_first")}<//>${p.basis === "override" && html`<${Button} onClick=${giveBack} busy=${busy}>${t("rules.try_platform")}<//>`}</div></form>
    ${busy && html`<${Loading} />`}${problem && html`<${Failed} problem=${problem} />`}
    ${tried && html`<${Compared} result=${tried.result} shop=${shop} /><${Save} p=${p} value=${tried.value} shop=${shop} saved=${saved} />`}</section>`;
}
