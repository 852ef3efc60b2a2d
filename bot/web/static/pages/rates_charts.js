// The drawings of 数据: the rate by hour, the week as a heatmap, from question to person, why people were brought.
import { html, useLayoutEffect, useRef, useState } from "../lib/view.js";
import { number, percent, t } from "../lib/i18n.js";
import { Chart } from "../ui/chart.js";
import { lineWord } from "../ui/ladder.js";
import { behind, hourWord, weekdayWord } from "./rates_inquiries.js";
import { reasonWord } from "../ui/parts.js";

/** The line a shop should keep: the one its rules call safe or warn at, else the highest. */
const targetOf = (lines) => lines.find((l) => ["safe", "warning"].includes(l.name)) || lines[0];

export function ByHour({ series, rates }) {
  const target = targetOf(rates.lines);
  const hours = series.items.map((i) => hourWord(i.hour));
  const lines = [{ word: t("rate.this_period"), look: "main", of: series.items }, { word: t("rate.period_before"), look: "before", of: series.items_before }].map((l) => ({ ...l, values: l.of.map((i) => i.percent) }));
  if (target) lines.push({ word: t("rate.target", { line: lineWord(target.name), at: `${target.percent}%` }), look: "target", values: hours.map(() => target.percent) });
  const tell = (line, i) => (line.of ? (line.of[i].denominator ? `${percent(line.of[i].percent)} (${line.of[i].numerator}/${line.of[i].denominator})` : t("rate.none")) : `${line.values[i]}%`);
  return html`<section><h2>${t("rate.by_hour")}</h2><div class="card"><${Chart} title=${t("rate.by_hour")} head=${t("rate.hour")} labels=${hours} lines=${lines} tell=${tell} /></div></section>`;
}

const HEATS = ["volume", "late", "percent"];

/** Arrow keys walk over the cells; only one of them is in the tab order. */
function walk(event) {
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
  const cell = event.target.closest("td");
  if (!step || !cell) return;
  event.preventDefault();
  const rows = [...event.currentTarget.rows];
  const row = rows[cell.parentElement.rowIndex + step[0]];
  const next = row?.cells[cell.cellIndex + step[1]]?.querySelector("a");
  if (!next) return;
  event.currentTarget.querySelectorAll("a").forEach((a) => (a.tabIndex = a === next ? 0 : -1));
  next.focus();
}

/** Weekday × hour; every cell opens its inquiries. */
export function Week({ series }) {
  const [heat, setHeat] = useState("volume");
  const box = useRef(null);
  useLayoutEffect(() => {
    // On a narrow page the busy hours are in sight, not the night.
    const cells = [...box.current.querySelectorAll("td a")].map((a) => a.parentElement.offsetLeft);
    if (cells.length) box.current.scrollLeft = Math.min(...cells) - 72;
  }, []);
  const at = new Map(series.items.map((i) => [`${i.weekday}-${i.hour}`, i]));
  const most = Math.max(1, ...series.items.map((i) => i[heat] || 0));
  // A high rate is good and needs no colour: what is far from 100 % is what should be seen.
  const weight = (i) => (heat === "percent" ? (i.percent === null ? 0 : 100 - i.percent) / 100 : (i[heat] || 0) / most);
  const shown = (i) => (heat === "percent" ? (i.percent === null ? "" : Math.floor(i.percent)) : i[heat] || "");
  const said = (i) => t("rate.cell", { day: weekdayWord(i.weekday), hour: hourWord(i.hour), volume: number(i.volume), late: number(i.late), rate: i.denominator ? `${percent(i.percent)} (${i.numerator}/${i.denominator})` : t("rate.none") });
  let first = true;
  const cell = (i) => {
    if (!i.volume) return html`<td key=${i.hour}></td>`;
    const index = first ? 0 : -1;
    first = false;
    return html`<td key=${i.hour}><a tabindex=${index} class=${heat === "volume" ? "" : "bad"} style=${{ "--heat": `${Math.round(weight(i) * 40)}%` }} href=${behind({ weekday: i.weekday, hour: String(i.hour) })} title=${said(i)} aria-label=${said(i)}>${shown(i)}</a></td>`;
  };
  return html`<section><h2>${t("rate.week")}</h2><div class="card"><div class="acts" role="group" aria-label=${t("rate.heat")}>${HEATS.map((h) => html`<button type="button" key=${h} class="button small" aria-pressed=${heat === h} onClick=${() => setHeat(h)}>${t(`rate.heat.${h}`)}</button>`)}</div>
    <div class="heat-scroll" ref=${box}><table class="heat" onKeyDown=${walk}><caption class="unseen">${t("rate.week")} · ${t(`rate.heat.${heat}`)}</caption><thead><tr><td></td>${[...Array(24).keys()].map((h) => html`<th scope="col" key=${h}>${h}</th>`)}</tr></thead>
    <tbody>${[1, 2, 3, 4, 5, 6, 7].map((d) => html`<tr key=${d}><th scope="row">${weekdayWord(d)}</th>${[...Array(24).keys()].map((h) => cell(at.get(`${d}-${h}`)))}</tr>`)}</tbody></table></div><p class="meta">${t("rate.week_hint")}</p></div></section>`;
}

const Bars = ({ rows, compare, tone }) => {
  const most = Math.max(1, ...rows.map((r) => r.count));
  return html`<ul class="bars">${rows.map((r) => html`<li key=${r.word}><span>${r.word}</span><span class="track" aria-hidden="true"><i class=${tone} style=${{ width: `${(100 * r.count) / most}%` }}></i></span><b>${number(r.count)}</b><span class="meta">${[r.unit, compare && t("rate.was", { value: number(r.before) })].filter(Boolean).join(" · ")}</span></li>`)}</ul>`;
};

export const Funnel = ({ flow, compare }) => html`<section><h2>${t("rate.funnel")}</h2><div class="card"><${Bars} compare=${compare} rows=${flow.funnel.map((s) => ({ word: t(`funnel.${s.step}`), unit: t(`unit.${s.unit}`), count: s.count, before: s.before }))} /></div></section>`;

export const Handoffs = ({ flow, compare }) => html`<section><h2>${t("rate.handoffs")}</h2><div class="card">${flow.handoffs.length === 0 ? html`<p class="muted">${t("rate.no_handoffs")}</p>` : html`<${Bars} compare=${compare} tone="warn" rows=${flow.handoffs.map((h) => ({ word: reasonWord(h.reason), count: h.count, before: h.before }))} />`}</div></section>`;

const entryUrl = (id, shop) => `/faq/${encodeURIComponent(id)}?shop=${encodeURIComponent(shop)}`;

export function Entries({ flow, compare }) {
  const { used, unused, unused_total: idle, total } = flow.entries;
  return html`<section><h2>${t("rate.entries")}</h2><div class="card">${used.length === 0 ? html`<p class="muted">${t("rate.no_entries")}</p>` : html`<div class="scroll"><table><thead><tr><th scope="col">${t("rate.entry")}</th><th scope="col" class="num">${t("rate.used")}</th>${compare && html`<th scope="col" class="num">${t("rate.period_before")}</th>`}</tr></thead>
      <tbody>${used.map((e) => html`<tr key=${e.id}><td>${e.question ? html`<a href=${entryUrl(e.id, flow.shop)}>${e.question}</a>` : html`<span class="muted">${t("rate.gone_entry")}</span>`}</td><td class="num">${number(e.count)}</td>${compare && html`<td class="num">${number(e.before)}</td>`}</tr>`)}</tbody></table></div>`}
    ${idle > 0 && html`<details><summary>${t("rate.unused", { n: idle, total })}</summary><ul class="chips unused">${unused.map((e) => html`<li key=${e.id}><a class="chip" href=${entryUrl(e.id, flow.shop)}>${e.question}</a></li>`)}</ul>${idle > unused.length && html`<p class="meta">${t("rate.unused_first", { n: unused.length })}</p>`}</details>`}</div></section>`;
}
