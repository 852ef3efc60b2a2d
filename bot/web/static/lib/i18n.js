// Words by place, from the two files shared with the server. Switching language redraws; nothing is reloaded.
import { computed, signal } from "./view.js";

export const LANGS = ["zh-CN", "en"];
export const lang = signal(document.documentElement.lang === "en" ? "en" : "zh-CN");
const words = signal({});
const loaded = new Map();

/** "zh" or "en": the key under which server objects hold both languages. */
export const short = computed(() => (lang.value === "en" ? "en" : "zh"));

/** Load one language's words and show them; the choice is remembered in this browser. */
export async function speak(code) {
  if (!loaded.has(code)) {
    const url = new URL(`../words/${code}.json`, import.meta.url).href;
    const answer = (await window.asked(url)) || (await fetch(url));
    if (!answer.ok) throw new Error(`words/${code}.json: ${answer.status}`);
    loaded.set(code, await answer.json());
  }
  words.value = loaded.get(code);
  lang.value = code;
  document.documentElement.lang = code;
  remember({ lang: code });
}

/** Keep a choice of look or language in this browser. */
export function remember(change) {
  try {
    const stored = JSON.parse(localStorage.getItem("mh.look") || "{}");
    localStorage.setItem("mh.look", JSON.stringify({ ...stored, ...change }));
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

const plurals = computed(() => new Intl.PluralRules(lang.value));

/** The sentence of a key for `n` things: its own where the language says one of them otherwise ("key.one"). */
function sentence(key, n) {
  const one = typeof n === "number" && plurals.value.select(n) === "one" ? words.value[`${key}.one`] : undefined;
  return one === undefined ? words.value[key] : one;
}

/** The sentence of a key with its {fields} filled, numbers as the language writes them; the number `n` chooses between
 * one and many. An unknown key shows itself, so that it is noticed. */
export function t(key, fields) {
  const text = sentence(key, fields?.n);
  if (text === undefined) return key;
  const shown = (value) => (typeof value === "number" ? number(value) : value);
  return fields ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? shown(fields[name]) : whole)) : text;
}

/** The word of a key, or a fallback where the server speaks of something this page has no word for yet. */
export const tOr = (key, fallback) => (words.value[key] === undefined ? fallback : words.value[key]);

/** The text in the page's language out of {zh, en}; plain strings pass. */
export const said = (both) => (both && typeof both === "object" ? both[short.value] || both.zh || both.en || "" : both || "");

const numbers = computed(() => new Intl.NumberFormat(lang.value));
export const number = (n) => (n === null || n === undefined ? "–" : numbers.value.format(n));
export const percent = (p, digits = 1) => (p === null || p === undefined ? null : `${Number(p).toFixed(digits)}%`);
