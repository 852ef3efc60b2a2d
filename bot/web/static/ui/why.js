// The card that answers "why?": the decision as the server explains it, word for word what it acted on.
import { cls, html, useEffect, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { number, said, t, tOr } from "../lib/i18n.js";
import { Chip, Failed, Loading, reasonWord } from "./parts.js";

// The nearest few say why; the test bench shows all that were weighed.
const SHOWN = 3;
const known = new Map();

/** Fetch a decision once; what was decided never changes. */
export async function decision(id) {
  if (!known.has(id)) {
    if (known.size > 300) known.clear();
    known.set(id, await get(`/decisions/${encodeURIComponent(id)}`));
  }
  return known.get(id);
}

const TONE = { answer: "bot", handoff: "warn", silence: "", wait: "" };

const Bar = ({ sureness, threshold }) => html`<div class="meter" role="img" aria-label=${t("why.bar", { sureness: Math.round(sureness), threshold })}>
  <i style=${{ width: `${Math.min(100, sureness)}%` }} class=${sureness >= threshold ? "over" : ""}></i><b style=${{ left: `${Math.min(100, threshold)}%` }}></b></div>`;

// Shares are told in percent; all else weighs for (+) or against (−), and says by which words.
const SHARES = new Set(["asked_covered", "phrasing_covered", "entry_covered", "ways_alike", "same_order"]);

function evidenceWords({ code, value, words }) {
  const word = tOr(`evidence.${code}`, code);
  if (SHARES.has(code)) return `${word} ${Math.round(value)}`;
  const told = words ? t("word.with_detail", { word, detail: words }) : word;
  return value ? `${told} ${value > 0 ? "+" : "−"}${number(Math.abs(Math.round(value * 10) / 10))}` : told;
}

const Candidate = ({ row, shop, threshold, chosen }) => html`<li class=${cls(chosen && "chosen")}>
  <div class="pair"><a href=${`/faq/${encodeURIComponent(row.id)}?shop=${encodeURIComponent(shop)}`}>${row.question}</a><b>${Math.round(row.sureness)}</b></div>
  <${Bar} sureness=${row.sureness} threshold=${threshold} />
  <p class="meta">${t("why.nearest", { phrasing: row.phrasing, similarity: Math.round(row.similarity) })}</p>
  <p class="meta">${(row.evidence || []).map(evidenceWords).join(" · ")}</p></li>`;

/** A decision already fetched, as a card; its entries are those of `shop`. */
export function WhyCard({ why, shop, most = SHOWN }) {
  const candidates = (why.candidates || []).slice(0, most);
  const chosen = why.outcome === "answer" ? why.entry?.id : null;
  return html`<section class="why" role="group" aria-label=${t("why.title")}>
    <p class="sentence">${said(why.sentence)}</p>
    <p class="chips"><${Chip} tone=${TONE[why.outcome] || ""}>${t(`outcome.${why.mode === "suggest" ? "suggest" : why.outcome}`)}<//>${why.reason && html`<${Chip}>${reasonWord(why.reason)}<//>`}
      ${(why.heard || []).map((h) => html`<${Chip} key=${h.signal + h.words}>${t("word.with_detail", { word: t(`signal.${h.signal}`), detail: h.words })}<//>`)}</p>
    ${candidates.length > 0 && html`<ul class="candidates">${candidates.map((row) => html`<${Candidate} key=${row.id} row=${row} shop=${shop} threshold=${why.threshold} chosen=${chosen === row.id} />`)}</ul>`}
    ${(why.parts || []).length > 0 && html`<ul class="plain">${why.parts.filter((part) => part.asks).map((part) => html`<li class="meta" key=${part.text}>${t(part.answered ? "why.part_answered" : "why.part_left", { text: part.text, entry: part.entry || "–", sureness: Math.round(part.sureness || 0) })}</li>`)}</ul>`}
    <p class="meta">${t("why.numbers", { threshold: number(why.threshold), margin: number(why.margin), took: number(Math.round(why.took_ms * 10) / 10) })}</p>
    ${why.normalized && html`<p class="meta">${t("why.normalized", { text: why.normalized })}</p>`}
  </section>`;
}

/** The card of a decision's id, fetched when shown. */
export function Why({ id, shop }) {
  const [why, setWhy] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = () => {
    setProblem(null);
    return decision(id).then(setWhy, setProblem);
  };
  useEffect(() => {
    load();
  }, [id]);
  if (problem) return html`<${Failed} problem=${problem} retry=${load} />`;
  return why ? html`<${WhyCard} why=${why} shop=${shop} />` : html`<${Loading} />`;
}
