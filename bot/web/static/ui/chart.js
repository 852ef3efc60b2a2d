// Lines over hours or days, drawn by uPlot. What is drawn stands below as a table too, for who cannot see the drawing
// or wants the numbers.
import uPlot from "../vendor/uplot.js";
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { lang, t } from "../lib/i18n.js";
import { scheme } from "../lib/session.js";

const LOOKS = {
  main: { token: "--primary", width: 2 },
  before: { token: "--muted", width: 1.5, dash: [6, 4] },
  target: { token: "--ok", width: 1, bare: true },
  good: { token: "--ok", width: 2 },
  bad: { token: "--danger", width: 2, dash: [2, 3] },
  line: { token: "--warn", width: 1, dash: [1, 3], bare: true },
};
const FONT = '12px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';
const dark = matchMedia("(prefers-color-scheme: dark)");

const colour = (token) => getComputedStyle(document.documentElement).getPropertyValue(token).trim();

/** Whole tens around the values of percentages, never beyond 0–100. */
function around(lines) {
  const all = lines.flatMap((l) => l.values).filter((v) => v !== null && v !== undefined);
  const low = Math.min(100, ...all);
  return [Math.max(0, Math.floor(low / 10) * 10 - 10), 100];
}

function options(ticks, lines, width, height, onHover) {
  const [text, grid] = [colour("--muted"), colour("--border")];
  const axis = { stroke: text, font: FONT, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
  return {
    width, height, legend: { show: false }, cursor: { y: false, drag: { x: false, y: false } }, padding: [8, 8, 0, 0],
    scales: { x: { time: false, range: [-0.3, ticks.length - 0.7] }, y: { range: around(lines) } },
    axes: [
      { ...axis, space: 64, incrs: [1, 2, 3, 4, 6, 7, 14], values: (_, at) => at.map((i) => ticks[i] ?? "") },
      { ...axis, size: 48, values: (_, at) => at.map((v) => `${v}%`) },
    ],
    series: [{}, ...lines.map(({ look }) => {
      const { token, width: stroke, dash, bare } = LOOKS[look];
      return { stroke: colour(token), width: stroke, dash, spanGaps: false, points: { show: !bare, size: 5, fill: colour(token) } };
    })],
    hooks: { setCursor: [(u) => onHover(u.cursor.idx ?? null)] },
  };
}

const Swatch = ({ look }) => html`<svg class="swatch" viewBox="0 0 24 8" aria-hidden="true"><line x1="0" y1="4" x2="24" y2="4" style=${{ stroke: `var(${LOOKS[look].token})`, strokeWidth: LOOKS[look].width + 0.5, strokeDasharray: (LOOKS[look].dash || []).join(" ") }} /></svg>`;

const shown = (value) => (value === null || value === undefined ? "–" : `${Math.round(value * 10) / 10}%`);

/** The numbers behind a drawing, folded away. `tell` writes one cell: (line, row) → text. */
export function Twin({ title, head, labels, lines, tell }) {
  return html`<details class="twin"><summary>${t("chart.table")}</summary><div class="scroll" tabindex="0" role="group" aria-label=${title}><table><caption class="unseen">${title}</caption>
    <thead><tr><th scope="col">${head}</th>${lines.map((l) => html`<th scope="col" class="num" key=${l.word}>${l.word}</th>`)}</tr></thead>
    <tbody>${labels.map((label, i) => html`<tr key=${label}><th scope="row">${label}</th>${lines.map((l) => html`<td class="num" key=${l.word}>${tell ? tell(l, i) : shown(l.values[i])}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

/** Percentages over `labels` (`ticks`: the same, short enough to stand below the drawing): each of `lines` is
 * {word, look, values} with null where nothing is known. */
export function Chart({ title, head, labels, ticks = labels, lines, height = 240, tell }) {
  const box = useRef(null);
  const [at, setAt] = useState(null);
  const [, setDark] = useState(dark.matches);
  useEffect(() => {
    const turn = () => setDark(dark.matches);
    dark.addEventListener("change", turn);
    return () => dark.removeEventListener("change", turn);
  }, []);
  const data = JSON.stringify([labels, lines]);
  useEffect(() => {
    const plot = new uPlot(options(ticks, lines, box.current.clientWidth, height, setAt), [labels.map((_, i) => i), ...lines.map((l) => l.values)], box.current);
    const watch = new ResizeObserver(() => box.current && plot.setSize({ width: box.current.clientWidth, height }));
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [data, scheme.value, dark.matches, lang.value, height]);
  return html`<figure class="chart"><figcaption class="legend">${lines.map((l) => html`<span key=${l.word}><${Swatch} look=${l.look} />${l.word}${at !== null && html` <b>${tell ? tell(l, at) : shown(l.values[at])}</b>`}</span>`)}${at !== null && html`<span class="meta">${labels[at]}</span>`}</figcaption>
    <div class="plot" ref=${box} role="img" aria-label=${t("chart.of", { title })}></div>
    <${Twin} title=${title} head=${head} labels=${labels} lines=${lines} tell=${tell} /></figure>`;
}
