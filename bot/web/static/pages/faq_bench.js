// 测试台: one question explained, the cases run with what changed since the last run, a set tried, a threshold looked at.
import { html, useEffect, useState } from "../lib/view.js";
import { get, patch, post } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { number, percent, said, t } from "../lib/i18n.js";
import { go, withQuery } from "../lib/router.js";
import { can, shops, touchShop } from "../lib/session.js";
import { Button, Chip, Empty, Failed, Field, Head, Icon, ShopPicker, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { faqShop } from "./faq_shop.js";
import { TestLine } from "./faq_editor.js";

const TONE = { right: "ok", wrong: "danger", silent: "warn" };
const SHOWN = 200;
const WAIT_MS = 300;

const names = (entries) => entries.map((e) => e.question).join(t("word.comma")) || t("gate.nobody");
const must = (one) => (one.must_not.length ? t("gate.must_not", { entry: names(one.must_not) }) : names(one.expected));

const Counts = ({ run }) => html`<p class="chips">${["right", "wrong", "silent"].map((v) => html`<${Chip} key=${v} tone=${TONE[v]}>${t(`bench.${v}`)} <b>${number(run[v])}</b><//>`)}<span class="meta">${t("bench.total", { n: run.total })}</span></p>`;

const Rows = ({ items, last }) => html`<div class="scroll" role="region" aria-label=${t("bench.question")} tabindex="0"><table class="stack"><thead><tr><th>${t("bench.verdict")}</th><th>${t("bench.question")}</th><th>${t("bench.must")}</th><th>${t("bench.got")}</th>${last && html`<th>${t("bench.last")}</th>`}</tr></thead>
  <tbody>${items.slice(0, SHOWN).map((one) => html`<tr key=${one.id}><td><${Chip} tone=${TONE[one.verdict]}>${t(`bench.${one.verdict}`)}<//></td><td class="words">${one.question}</td><td>${must(one)}</td><td>${names(one.answered)}</td>${last && html`<td>${one.last && one.last !== one.verdict ? html`<${Chip} tone=${TONE[one.last]}>${t(`bench.${one.last}`)}<//>` : one.last ? t("bench.same") : t("bench.new")}</td>`}</tr>`)}</tbody></table></div>
  ${items.length > SHOWN && html`<p class="meta">${t("gate.first", { n: SHOWN })}</p>`}`;

const Promised = ({ bins }) => html`<h3>${t("bench.promised_title")}</h3><p class="meta">${t("bench.promised_why")}</p><div class="scroll" role="region" aria-label=${t("bench.promised_title")} tabindex="0"><table><thead><tr><th>${t("bench.sureness")}</th><th class="num">${t("bench.cases_in")}</th><th class="num">${t("bench.promised")}</th><th class="num">${t("bench.measured")}</th></tr></thead>
  <tbody>${bins.map((b) => html`<tr key=${b.from}><td>${b.from}–${b.to}</td><td class="num">${number(b.cases)}</td><td class="num">${percent(b.promised)}</td><td class="num">${percent(b.measured)}</td></tr>`)}</tbody></table></div>`;

/** Shop's cases: run, and how they went the last time. */
function Run({ shop, state, reload }) {
  const [run, setRun] = useState(null);
  const [busy, setBusy] = useState(false);
  const [only, setOnly] = useState(true);
  const start = async () => {
    setBusy(true);
    const found = await attempt(() => post(`/shops/${shop}/bench/run`));
    setBusy(false);
    if (found) setRun(found);
    reload();
  };
  const moved = run?.items.filter((one) => one.verdict !== "right" || (one.last && one.last !== one.verdict)) || [];
  const { last, cases } = state;
  return html`<section class="card stacked"><h2>${t("bench.cases", { n: cases })}</h2><p class="meta">${t("bench.cases_why")}</p>
    <div class="acts"><${Button} kind="primary" icon="play" busy=${busy} disabled=${!cases} onClick=${start}>${t("bench.run")}<//>
      ${!run && last && html`<span class="meta">${t("bench.last_run", { at: `${dayWord(last.at)} ${minuteTime(last.at)}`, right: number(last.right), total: number(last.total) })}</span>`}</div>
    ${run && html`<div role="status"><${Counts} run=${run} /></div>
      ${run.before && html`<p class="meta">${t("bench.last_run", { at: `${dayWord(run.before.at)} ${minuteTime(run.before.at)}`, right: number(run.before.right), total: number(run.before.total) })}</p>`}
      <label class="check"><input type="checkbox" checked=${only} onChange=${(e) => setOnly(e.currentTarget.checked)} /><span>${t("bench.only_moved", { n: moved.length })}</span></label>
      ${(only ? moved : run.items).length > 0 ? html`<${Rows} items=${only ? moved : run.items} last=${run.before} />` : html`<p class="meta">${t("bench.all_right")}</p>`}
      ${run.promised.length > 0 && html`<${Promised} bins=${run.promised} />`}`}</section>`;
}

/** A set pasted or uploaded: played once, or kept as cases. */
function TrySet({ shop, onKept }) {
  const [text, setText] = useState("");
  const [file, setFile] = useState(null);
  const [keep, setKeep] = useState(false);
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const play = async (event) => {
    event.preventDefault();
    const raw = file || new File([`question\texpected\n${text.split("\n").map((line) => (line.includes("\t") ? line : line.replace(/[|｜]/, "\t"))).map((line) => (line.includes("\t") ? line : `${line}\t`)).join("\n")}`], "set.csv");
    try {
      setFound(await post(`/shops/${shop}/bench/set`, undefined, { raw, query: { keep }, headers: { "Content-Type": "application/octet-stream", "X-Filename": encodeURIComponent(raw.name) } }));
      setProblem(null);
      if (keep) {
        say(t("bench.kept"), { tone: "ok" });
        onKept();
      }
    } catch (wrong) {
      setProblem(wrong);
    }
  };
  return html`<form class="card stacked" onSubmit=${play}><h2>${t("bench.set")}</h2>
    <${Field} label=${t("bench.paste")} hint=${t("bench.paste_hint")}><textarea rows="4" value=${text} disabled=${Boolean(file)} onInput=${(e) => setText(e.currentTarget.value)}></textarea><//>
    <${Field} label=${t("bench.file")} hint=${t("bench.file_hint")}><input type="file" accept=".xlsx,.xls,.csv,.yaml,.yml,.json,.jsonl" onChange=${(e) => setFile(e.currentTarget.files[0] || null)} /><//>
    <label class="check"><input type="checkbox" checked=${keep} onChange=${(e) => setKeep(e.currentTarget.checked)} /><span>${t("bench.keep")}</span></label>
    <div class="acts"><${Button} type="submit" disabled=${!file && !text.trim()}>${t("bench.play")}<//></div>
    ${problem && html`<${Failed} problem=${problem} />`}
    ${found && html`<div role="status"><${Counts} run=${found} /></div>${found.errors.length > 0 && html`<ul class="notice danger">${found.errors.map((e) => html`<li key=${`${e.row}${e.column}`}>${t("import.error_at", { row: e.row, column: e.column, why: said(e.why) })}</li>`)}</ul>`}
      ${found.items.length > 0 && html`<${Rows} items=${found.items} />`}`}</form>`;
}

const Side = ({ title, tone, found }) => html`<details open=${found.total > 0 && found.total <= 20}><summary><${Chip} tone=${tone}>${title} <b>${number(found.total)}</b><//></summary>
  <ul class="listed stacked">${found.items.map((one, i) => html`<li key=${i}><p><strong>${one.question}</strong> <span class="meta">${one.case ? t("bench.is_case") : t("gate.times", { n: one.count })}</span></p><p class="meta">${t("gate.before_after", { before: names(one.before), after: names(one.after) })}</p></li>`)}</ul></details>`;

/** What another threshold would win and lose. */
function Threshold({ shop }) {
  const [value, setValue] = useState(Math.min(100, Math.max(50, Math.round(shop.threshold))));
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => get(`/shops/${shop.id}/bench/thresholds`, { value }).then((now) => !gone && (setFound(now), setProblem(null)), (wrong) => !gone && setProblem(wrong)), WAIT_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [value, shop.id, shop.threshold]);
  const use = () => attempt(() => throughGate(shop.id, { threshold: value }, async (reason) => {
    const saved = await patch(`/shops/${shop.id}`, { threshold: value, reason });
    touchShop(shop.id, saved);
    say(t("settings.saved"), { tone: "ok" });
    return saved;
  }));
  const row = found?.curve.find((one) => one.threshold === found.value);
  const now = found?.curve.find((one) => one.threshold === Math.min(100, Math.max(50, Math.round(found.present))));
  return html`<section class="card stacked"><h2>${t("bench.threshold")}</h2><p class="meta">${t("bench.threshold_why", { now: number(shop.threshold) })}</p>
    <${Field} label=${t("bench.threshold_at", { value: number(value) })}><input type="range" min="50" max="100" step="1" value=${value} onInput=${(e) => setValue(Number(e.currentTarget.value))} /><//>
    ${problem && html`<${Failed} problem=${problem} />`}
    ${!found && !problem && html`<p class="meta" aria-busy="true">${t("state.loading")}</p>`}
    ${found && html`<div class="scroll" role="region" aria-label=${t("bench.threshold")} tabindex="0"><table><thead><tr><th>${t("settings.threshold")}</th><th class="num">${t("bench.right")}</th><th class="num">${t("bench.wrong")}</th><th class="num">${t("bench.silent")}</th><th class="num">${t("bench.answered")}</th></tr></thead><tbody>
      ${[["bench.at_present", now], ["bench.at_value", row]].map(([word, one]) => html`<tr key=${word}><td>${t(word, { value: number(one.threshold) })}</td><td class="num">${number(one.right)}</td><td class="num">${number(one.wrong)}</td><td class="num">${number(one.silent)}</td><td class="num">${number(one.answered)}</td></tr>`)}</tbody></table></div>
      <p class="meta">${t(found.questions.played < found.questions.different ? "gate.asked_some" : "gate.asked", { days: found.questions.days, asked: number(found.questions.asked), played: number(found.questions.played), different: number(found.questions.different) })}</p>
      <${Side} title=${t("bench.gains")} tone="ok" found=${found.gains} /><${Side} title=${t("bench.losses")} tone="warn" found=${found.losses} />
      ${can("shops") && html`<div class="acts end"><${Button} disabled=${value === shop.threshold} onClick=${use}>${t("bench.use", { value: number(value) })}<//></div>`}`}</section>`;
}

export function Page() {
  const shop = faqShop();
  const { data, problem, reload } = useLoad(() => (shop ? get(`/shops/${shop.id}/bench`) : Promise.resolve(null)), [shop?.id]);
  return html`<div class="page"><${Head} title=${t("bench.title")}>${shop && html`<${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} />`}<a class="button quiet" href=${withQuery({}, "/faq")}><${Icon} name="back" /><span>${t("faq.back")}</span></a><//>
    ${!shop ? html`<${Empty}>${t("empty.shops")}<//>` : html`<${TestLine} key=${`one-${shop.id}`} shop=${shop.id} />
      ${problem && html`<${Failed} problem=${problem} retry=${reload} />`}
      ${data && can("faq") && html`<${Run} key=${`run-${shop.id}`} shop=${shop.id} state=${data} reload=${reload} /><${Threshold} key=${`threshold-${shop.id}`} shop=${shop} /><${TrySet} key=${`set-${shop.id}`} shop=${shop.id} onKept=${reload} />`}`}</div>`;
}
