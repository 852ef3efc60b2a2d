// The menu a slash opens: the shop's phrases and FAQ answers, found by text, pinyin or initials, the most used first.
import { cls, html, useEffect, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { listen } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { Chip } from "../ui/parts.js";
import { sayProblem } from "../ui/floating.js";

const MOST = 8;
const kept = new Map();

listen((events) => events.some((e) => ["entry", "setting", "resync"].includes(e.kind)) && kept.clear());

async function phrasesOf(shop) {
  if (!kept.has(shop)) kept.set(shop, await get(`/shops/${shop}/phrases`));
  return kept.get(shop);
}

/** Rank: title starts, initials start, title holds, text holds. */
function rank(phrase, query) {
  const title = phrase.title.toLowerCase();
  const initials = (phrase.initials || "").toLowerCase();
  const pinyin = (phrase.pinyin || "").toLowerCase();
  if (!query) return phrase.kind === "phrase" ? 1 : 2;
  if (title.startsWith(query)) return 1;
  if (initials.startsWith(query) || pinyin.startsWith(query)) return 2;
  if (title.includes(query)) return 3;
  if (initials.includes(query)) return 4;
  return phrase.text.toLowerCase().includes(query) ? 5 : 0;
}

/** The phrases fitting a query, best first; null while they are fetched. */
export function usePhrases(shop, query) {
  const [list, setList] = useState(null);
  useEffect(() => {
    if (query !== null) phrasesOf(shop).then(setList, sayProblem);
  }, [shop, query === null]);
  if (query === null || !list) return list && [];
  const asked = query.toLowerCase();
  return list.map((p) => [rank(p, asked), p]).filter(([r]) => r).sort((a, b) => a[0] - b[0] || b[1].used - a[1].used).slice(0, MOST).map(([, p]) => p);
}

/** A phrase's text with what is known of this buyer put in. */
export const filled = (phrase, talk) => phrase.text.replaceAll("{买家昵称}", talk.buyer.name || "{买家昵称}");

export const PhraseMenu = ({ list, at, onPick }) => html`<div class="menu" role="listbox" id="phrases" aria-label=${t("composer.phrases")}>
  ${list === null ? html`<p class="meta">${t("state.loading")}</p>` : list.length === 0 ? html`<p class="meta">${t("composer.no_phrase")}</p>`
    : list.map((p, i) => html`<button type="button" role="option" key=${p.kind + p.id} id=${`phrase-${i}`} aria-selected=${i === at} class=${cls(i === at && "at")} tabindex="-1" onPointerDown=${(e) => { e.preventDefault(); onPick(p); }}>
      <span><${Chip}>${t(`phrase.${p.kind}`)}<//> <strong>${p.title}</strong>${p.missing?.length > 0 && html` <${Chip} tone="warn">${t("desk.phrase_missing", { names: p.missing.join(t("word.comma")) })}<//>`}</span><span class="last">${p.text}</span></button>`)}
  </div>`;
