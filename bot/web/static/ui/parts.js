// Small parts every page is built from.
import { cloneElement, cls, html, useEffect, useId, useMemo, useState } from "../lib/view.js";
import { calmly } from "../lib/feed.js";
import { number, percent, t, tOr } from "../lib/i18n.js";

const SPRITE = new URL("../icons.svg", import.meta.url).pathname;

/** An icon of the sprite. It says nothing by itself: a word or a label always stands beside it. */
export const Icon = ({ name }) => html`<svg class="icon" aria-hidden="true"><use href=${`${SPRITE}#${name}`}></use></svg>`;

/** A button: a verb, with an icon where it helps. `busy` shows that an act is under way. */
export function Button({ kind = "", icon, busy, children, class: more, hint, ...rest }) {
  return html`<button type="button" class=${cls("button", kind, more)} aria-busy=${busy ? "true" : undefined} disabled=${busy || rest.disabled} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}<span>${children}</span>${hint && html`<kbd>${hint}</kbd>`}
  </button>`;
}

export const Chip = ({ tone = "", icon, children, title }) => html`<span class=${cls("chip", tone)} title=${title}>${icon && html`<${Icon} name=${icon} />`}${children}</span>`;

export const Loading = () => html`<p class="empty" aria-busy="true">${t("state.loading")}</p>`;

export const Empty = ({ children, actions }) => html`<div class="empty"><p>${children}</p>${actions}</div>`;

/** What went wrong, in the server's words, with a way to try again. */
export const Failed = ({ problem, retry }) => html`<div class="notice danger" role="alert">
  <p><strong>${problem.title || t("problem.title")}</strong></p>
  ${problem.detail && problem.detail !== problem.title && html`<p>${problem.detail}</p>`}
  ${retry && html`<${Button} onClick=${retry} icon="again">${t("act.retry")}<//>`}
</div>`;

/** One labelled field. `children` is the control, followed by what belongs to it; a hint describes it, beside its name. */
export function Field({ label, hint, children }) {
  const id = useId();
  const [control, ...more] = [children].flat();
  return html`<div class="field"><label><span class="label">${label}</span>${hint ? cloneElement(control, { "aria-describedby": id }) : control}</label>${more}
    ${hint && html`<span class="hint" id=${id}>${hint}</span>`}</div>`;
}

/** A page's head: title left, acts right. */
export const Head = ({ title, children }) => html`<header class="head"><h1>${title}</h1><div class="acts">${children}</div></header>`;

/** The shops to choose from, shown only where there is more than one. */
export function ShopPicker({ shops, value, onPick, all }) {
  if (shops.length < 2) return null;
  return html`<select class="picker" aria-label=${t("word.shop")} value=${value} onChange=${(e) => onPick(e.currentTarget.value)}>
    ${all && html`<option value="">${t("filter.all_shops")}</option>`}
    ${shops.map((s) => html`<option value=${s.id} key=${s.id}>${s.name}</option>`)}
  </select>`;
}

/** Fetch once and again whenever an input changes: {data, problem, reload}. Old data stays while new is fetched. */
export function useLoad(fetcher, inputs) {
  const [state, setState] = useState({});
  const load = useMemo(() => {
    const run = calmly(async () => {
      try {
        const data = await fetcher();
        if (run.live) setState({ data });
      } catch (problem) {
        if (run.live) setState((old) => ({ data: old.data, problem }));
      }
    });
    return run;
  }, inputs);
  useEffect(() => {
    load.live = true;
    load();
    return () => (load.live = false);
  }, [load]);
  return { ...state, reload: load };
}

/** The word for why a conversation went to a person. */
export const reasonWord = (code) => tOr(`reason.${code}`, code);

/** The words for a band or level of a ruleset. */
export const levelWord = (rates) => rates.grade ? tOr(`level.${rates.grade}`, rates.grade) : "";

export function RateFigure({ rates, large }) {
  const { rate, next_line: line, back } = rates;
  if (!rate || !rate.denominator) return html`<p class="figure">${t("rate.none")}</p>`;
  return html`<p class=${`figure ${large ? "large" : ""}`}><b>${percent(rate.percent)}</b> <span>${number(rate.numerator)}/${number(rate.denominator)}</span></p>
    ${line && html`<p class="meta">${t("rate.to_line", { line: `${line.percent}%`, n: line.misses_left })}</p>`}
    ${back?.good_needed > 0 && html`<p class="meta">${t("rate.back", { n: back.good_needed, line: `${back.percent}%` })}</p>`}`;
}
