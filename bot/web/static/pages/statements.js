// 平台对账: the platform's own figure beside ours, and the inquiries that could explain the difference.
import { html, useState } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { dayWord, localDay, minuteTime, shopMoment } from "../lib/clock.js";
import { number, percent, said, t, tOr } from "../lib/i18n.js";
import { Chart } from "../ui/chart.js";
import { Define, Figures, inquiryUrl, Loaded, useCounted } from "../ui/figures.js";
import { Button, Chip, Empty, Failed, Field, useLoad } from "../ui/parts.js";
import { say } from "../ui/floating.js";
import { verdictTone, verdictWord } from "../ui/verdicts.js";
import { fraction } from "./rates_tables.js";

const noon = (day) => `${day}T12:00:00+08:00`;
const asNumber = (text) => (text === "" || text === null ? null : Number(text));

function Enter({ shop, kept }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const keep = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const typed = new FormData(form);
    setBusy(true);
    setProblem(null);
    try {
      await post(`/shops/${shop.id}/statements`, { date: typed.get("date"), covers: typed.get("covers"), numerator: asNumber(typed.get("numerator")), denominator: asNumber(typed.get("denominator")), percent: asNumber(typed.get("percent")) });
      form.reset();
      say(t("statement.kept"), { tone: "ok" });
      kept();
    } catch (failed) {
      setProblem(failed);
    } finally {
      setBusy(false);
    }
  };
  const today = localDay(shopMoment(shop.clock));
  return html`<section class="card"><h2>${t("statement.enter")}</h2><p class="muted">${t("statement.enter_why")}</p><form class="stacked" onSubmit=${keep}>${problem && html`<${Failed} problem=${problem} />`}
    <div class="two"><${Field} label=${t("word.day")}><input type="date" name="date" required max=${today} /><//>
      <${Field} label=${t("statement.covers")}><select name="covers"><option value="day">${t("statement.day")}</option><option value="period">${t("statement.period")}</option></select><//>
      <${Field} label=${t("statement.numerator")}><input type="number" name="numerator" min="0" step="1" /><//><${Field} label=${t("statement.denominator")}><input type="number" name="denominator" min="1" step="1" /><//>
      <${Field} label=${t("statement.percent")} hint=${t("statement.percent_hint")}><input type="number" name="percent" min="0" max="100" step="any" /><//></div>
    <div class="acts end"><${Button} kind="primary" type="submit" busy=${busy}>${t("statement.keep")}<//></div></form></section>`;
}

const ROW_TONE = { new: "ok", changed: "info", unchanged: "" };
const readFile = (shop, file, covers, apply) => post(`/shops/${shop}/statements/import`, undefined, {
  raw: file, query: { covers, apply }, headers: { "Content-Type": "application/octet-stream", "X-Filename": encodeURIComponent(file.name) },
});

function FromFile({ shop, kept }) {
  const [file, setFile] = useState(null);
  const [rounds, setRounds] = useState(0);
  const [covers, setCovers] = useState("day");
  const [seen, setSeen] = useState(null);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const read = async (chosen, meant, apply) => {
    setFile(chosen);
    setCovers(meant);
    if (!chosen) return;
    setBusy(true);
    setProblem(null);
    try {
      const found = await readFile(shop.id, chosen, meant, apply);
      setSeen(apply && found.kept ? null : found);
      if (apply && found.kept) {
        setFile(null);
        setRounds(rounds + 1);
        say(t("statement.file_kept", { n: found.kept }), { tone: "ok" });
        kept();
      }
    } catch (failed) {
      setSeen(null);
      setProblem(failed);
    }
    setBusy(false);
  };
  return html`<section class="card" aria-busy=${busy ? "true" : undefined}><h2>${t("statement.file")}</h2><p class="muted">${t("statement.file_why")}</p><div class="two">
    <${Field} label=${t("statement.file_choose")}><input key=${rounds} type="file" accept=".xlsx,.xls,.csv" onChange=${(e) => read(e.currentTarget.files[0], covers, false)} /><//>
    <${Field} label=${t("statement.file_covers")}><select value=${covers} onChange=${(e) => read(file, e.currentTarget.value, false)}><option value="day">${t("statement.day")}</option><option value="period">${t("statement.period")}</option></select><//></div>
    ${problem && html`<${Failed} problem=${problem} />`}${seen && html`<${Read} seen=${seen} />
      <div class="acts end"><${Button} kind="primary" busy=${busy} disabled=${seen.errors.length > 0} onClick=${() => read(file, covers, true)}>${t("statement.file_keep", { n: seen.rows.length })}<//></div>`}</section>`;
}

function Read({ seen }) {
  return html`${seen.errors.length > 0 && html`<div class="notice danger" role="alert"><p><strong>${t("import.errors")}</strong></p><ul>${seen.errors.slice(0, 20).map((e) => html`<li key=${`${e.row}${e.column}`}>${t("import.error_at", { row: e.row, column: tOr(`statement.column.${e.column}`, e.column || "–"), why: said(e) })}</li>`)}</ul></div>`}
    <div class="scroll tall"><table class="stack"><thead><tr><th scope="col" class="num">${t("import.row")}</th><th scope="col">${t("import.state")}</th><th scope="col">${t("word.day")}</th><th scope="col">${t("statement.covers")}</th><th scope="col">${t("statement.theirs")}</th></tr></thead>
    <tbody>${seen.rows.map((row) => html`<tr key=${row.row}><td class="num">${row.row}</td><td><${Chip} tone=${ROW_TONE[row.state]}>${t(`import.state.${row.state}`)}<//></td><td>${dayWord(noon(row.date))}</td><td>${t(`statement.${row.covers}`)}</td><td>${row.percent !== null && html`<b>${percent(row.percent, 2)}</b>`} ${row.denominator !== null && html`<span class="meta">${number(row.numerator)}/${number(row.denominator)}</span>`}</td></tr>`)}</tbody></table></div>`;
}

const apart = (pp) => (pp === null ? t("rate.none") : pp === 0 ? t("statement.equal") : t("statement.pp", { pp: `${pp > 0 ? "+" : "−"}${number(Math.abs(pp))}` }));
const theirs = (one) => html`<b>${percent(one.percent, 2)}</b> ${one.denominator !== null && html`<span class="meta">${number(one.numerator)}/${number(one.denominator)}</span>`}`;

function Suspects({ one }) {
  if (!one.suspects.length) return html`<p class="muted">${t(one.difference_pp ? "statement.unexplained" : "statement.nothing_to_explain")}</p>`;
  return html`<p class="chips">${Object.entries(one.kinds).map(([kind, n]) => html`<${Chip} key=${kind}>${tOr(`suspect.${kind}`, kind)} ${number(n)}<//>`)}</p>
    <div class="scroll tall"><table class="stack"><thead><tr><th scope="col">${t("rate.opened")}</th><th scope="col">${t("rate.verdict")}</th><th scope="col">${t("statement.could_be")}</th><th scope="col"><span class="unseen">${t("word.acts")}</span></th></tr></thead>
    <tbody>${one.suspects.map((s) => html`<tr key=${s.inquiry}><td><time>${dayWord(s.opened_at)} ${minuteTime(s.opened_at)}</time></td><td><${Chip} tone=${verdictTone(s.reason)}>${verdictWord(s.reason)}<//></td><td class="words"><p class="said">${said(s.sentence)}</p></td><td><a href=${inquiryUrl(s.inquiry)}>${t("why.ask")}</a></td></tr>`)}</tbody></table></div>`;
}

const Statement = ({ one }) => html`<details class="card statement"><summary><span class="what"><strong>${dayWord(noon(one.date))}</strong> <${Chip}>${t(`statement.${one.covers}`)}<//></span><span>${t("statement.theirs")} ${theirs(one)}</span><span>${t("statement.ours")} ${fraction(one.ours)}</span><${Chip} tone=${one.difference_pp ? "warn" : one.difference_pp === 0 ? "ok" : ""}>${apart(one.difference_pp)}<//></summary>
  <p>${t("statement.without_api")} ${fraction(one.ours_without_api)} <span class="meta">${apart(one.difference_without_api_pp)}</span></p><${Suspects} one=${one} /></details>`;

function Drawn({ items }) {
  const days = items.filter((i) => i.covers === "day").reverse();
  if (days.length < 2) return null;
  const lines = [{ word: t("statement.theirs"), look: "main", values: days.map((d) => d.percent) }, { word: t("statement.ours"), look: "before", values: days.map((d) => d.ours.percent) }];
  return html`<section class="card"><h2>${t("statement.by_day")}</h2><${Chart} title=${t("statement.by_day")} head=${t("word.day")} labels=${days.map((d) => dayWord(noon(d.date)))} ticks=${days.map((d) => d.date.slice(5))} lines=${lines} height=${200} /></section>`;
}

function All({ shop }) {
  const found = useLoad(() => get(`/shops/${shop.id}/statements`), [shop.id]);
  const rates = useLoad(() => get("/rates", { shop: shop.id }), [shop.id]).data;
  useCounted(shop.id, found.reload);
  return html`<${Enter} shop=${shop} kept=${found.reload} /><${FromFile} shop=${shop} kept=${found.reload} />
    <${Loaded} of=${found}>${({ items }) => (items.length === 0 ? html`<${Empty}>${t("statement.empty")}<//>` : html`<${Drawn} items=${items} /><section><div class="pair"><h2>${t("statement.compared")}</h2>${rates && html`<${Define} of="statement" word=${t("statement.title")} ruleset=${rates.ruleset} shop=${shop} />`}</div><div class="stacked">${items.map((one) => html`<${Statement} key=${one.date + one.covers} one=${one} />`)}</div></section>`)}<//>`;
}

export const Page = () => html`<${Figures} here="statements" title=${t("statement.title")}>${(shop) => html`<${All} key=${shop.id} shop=${shop} />`}<//>`;
