// The menu a slash opens: the shop's phrases and FAQ answers, found by text, pinyin or initials, as the server ranks them.
import { cls, html, useEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { listen } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { Chip } from "../ui/parts.js";
import { sayProblem } from "../ui/floating.js";

const MOST = 8;
const KEPT = 200;
const kept = new Map();

listen((events) => events.some((e) => ["entry", "setting", "send", "resync"].includes(e.kind)) && kept.clear());

/** What fits a query in a conversation, best first, fields filled with what shop and conversation know. */
export function findPhrases(talk, query) {
  const key = `${talk.id}|${query}`;
  if (!kept.has(key)) {
    if (kept.size >= KEPT) kept.clear();
    const asked = get(`/shops/${encodeURIComponent(talk.shop)}/slash`, { q: query, conversation: talk.id, limit: MOST }).then((answer) => answer.items);
    asked.catch(() => kept.delete(key));
    kept.set(key, asked);
  }
  return kept.get(key);
}

/** The same for the menu: {query, list}; `list` is null until the first answer, and stays while the next is awaited. */
export function usePhrases(talk, query) {
  const [found, setFound] = useState({ query: null, list: null });
  useEffect(() => {
    if (query === null) return undefined;
    let live = true;
    findPhrases(talk, query).then((list) => live && setFound({ query, list }), sayProblem);
    return () => (live = false);
  }, [talk.id, query]);
  return query === null ? { query: null, list: null } : found;
}

const Choice = ({ phrase: p, id, chosen, onPick }) => html`<button type="button" role="option" id=${id} aria-selected=${chosen} class=${cls(chosen && "at")} tabindex="-1" onPointerDown=${(e) => { e.preventDefault(); onPick(p); }}>
  <span><${Chip}>${t(p.own ? "phrase.own" : `phrase.${p.kind}`)}<//> <strong>${p.title}</strong>${p.category && html` <span class="meta">${p.category}</span>`}${p.missing.length > 0 && html` <${Chip} tone="warn">${t("desk.phrase_missing", { names: p.missing.join(t("word.comma")) })}<//>`}${p.used > 0 && html` <span class="meta">${t("phrase.used", { n: p.used })}</span>`}</span><span class="last">${p.text}</span></button>`;

export function PhraseMenu({ list, at, onPick }) {
  const box = useRef(null);
  useEffect(() => {
    box.current.children[at]?.scrollIntoView({ block: "nearest" });
  }, [list, at]);
  if (!list?.length) return html`<div class="menu" role="status" ref=${box}><p class="meta">${t(list ? "composer.no_phrase" : "state.loading")}</p></div>`;
  return html`<div class="menu" role="listbox" id="phrases" aria-label=${t("composer.phrases")} ref=${box}>${list.map((p, i) => html`<${Choice} key=${p.kind + p.id} phrase=${p} id=${`phrase-${i}`} chosen=${i === at} onPick=${onPick} />`)}</div>`;
}
