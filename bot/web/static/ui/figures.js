// What every page of figures is built from: the shop and its views on top, and 口径 behind each number.
import { html, useEffect } from "../lib/view.js";
import { seconds } from "../lib/clock.js";
import { useFeed } from "../lib/feed.js";
import { said, short, t, tOr } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { can, shops } from "../lib/session.js";
import { Chip, Empty, Failed, Head, Loading, ShopPicker } from "./parts.js";
import { showDialog } from "./floating.js";

const VIEWS = [
  { id: "", word: "rate.view" },
  { id: "forecast", word: "forecast.title" },
  { id: "night", word: "night.title" },
  { id: "rules", word: "rules.title" },
  { id: "statements", word: "statement.title", needs: "rates" },
  { id: "reports", word: "report.title" },
  { id: "wall", word: "wall.title" },
];
// What the books tell of; anything else changes no figure.
const COUNTED = new Set(["posting", "message", "handoff", "close", "statement", "setting", "night", "recount", "report"]);

/** The shop whose figures are shown: the chosen one, else the first that is real (or the first where all are played). */
export function chosenShop() {
  const { query } = route.value;
  const real = shops.value.filter((s) => query.simulated || !s.simulated);
  const choice = real.length ? real : shops.value;
  return shops.value.find((s) => s.id === query.shop) || choice[0];
}

/** The query that keeps the shop on the way to another view. */
const keep = (shop) => new URLSearchParams({ shop: shop.id, ...(shop.simulated ? { simulated: "1" } : {}) });

/** The address of a view of the figures for a shop: "" is the overview. */
export const viewUrl = (id, shop) => `/rates${id && `/${id}`}?${keep(shop)}`;

export const inquiryUrl = (id) => `/rates/inquiries/${encodeURIComponent(id)}`;
/** A conversation in the inbox, open at a line of it where one is named. */
export const talkUrl = (id, shop, line) => `/inbox/${encodeURIComponent(id)}?${new URLSearchParams({ shop, ...(line ? { line } : {}) })}`;

/** Call when something was counted in a shop, so that figures are fetched anew. */
export function useCounted(shop, act) {
  useFeed((events) => events.some((e) => e.kind === "resync" || (e.shop === shop && COUNTED.has(e.kind))) && act(), [shop, act]);
}

const pick = (id) => go(withQuery({ shop: id, simulated: shops.value.find((s) => s.id === id).simulated ? "1" : "" }));

/** The frame: title, shop, the views of the figures, and below them `children(shop)`. */
export function Figures({ here, title, acts, children }) {
  const shop = chosenShop();
  const chosen = route.value.query.shop;
  useEffect(() => {
    document.querySelector(".views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [here]);
  if (!shop) return html`<div class="page"><${Head} title=${title} /><${Empty}>${t("empty.shops")}<//></div>`;
  return html`<div class="page figures"><${Head} title=${title}><${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${pick} />${acts && acts(shop)}<//>
    <nav class="views" aria-label=${t("rate.views")}>${VIEWS.filter((v) => !v.needs || can(v.needs)).map((v) => html`<a key=${v.id} href=${viewUrl(v.id, shop)} aria-current=${v.id === here ? "page" : undefined}>${t(v.word)}</a>`)}</nav>
    <p class="muted">${shop.name} · ${t(`platform.${shop.platform}`)} ${shop.simulated && html`<${Chip}>${t("word.simulated")}<//>`}${chosen && !shops.value.some((s) => s.id === chosen) && html` <${Chip} tone="warn">${t("rate.no_shop")}<//>`}</p>
    ${children(shop)}</div>`;
}

/** Data once it is there; until then that it loads, or what went wrong. Old data stays in sight beside a failure. */
export function Loaded({ of, children }) {
  const { data, problem, reload } = of;
  return html`${problem && html`<${Failed} problem=${problem} retry=${reload} />`}${data ? children(data) : !problem && html`<${Loading} />`}`;
}

/** While a shop's books are counted again after a change of rules, its figures still move: say so, and how far it is. */
export const Recount = ({ recount }) => recount && html`<div class="notice info" role="status"><p>${t("rules.recounting", { done: recount.done, total: recount.total })}</p><progress max=${recount.total || 1} value=${recount.done} aria-label=${t("rules.recount")}></progress></div>`;

/** Both languages of a text the rules hold as one line, "中文 / English". */
export function oneOf(text) {
  if (text && typeof text === "object") return said(text);
  const [zh, en] = String(text ?? "").split(" / ");
  return short.value === "en" && en ? en : zh;
}

export const confidenceWord = (code) => tOr(`confidence.${code}`, code);

/** Where the rules come from and what of them each number rests on. */
export function RulesFacts({ ruleset }) {
  const rows = [["rate.ruleset", `${said(ruleset.title)} · ${ruleset.version}`], ["rate.source", said(ruleset.source)], ["rate.read_on", ruleset.read_on], ["rate.confidence", confidenceWord(ruleset.confidence)],
    ["rate.window", ruleset.window ? ruleset.window.join("–") : t("rate.no_window")], ["rate.deadline", seconds(ruleset.deadline_s)],
    ["rate.automatic", t(ruleset.auto_counts ? "rate.automatic_counts" : "rate.automatic_not")], ["rate.overridden", ruleset.overridden.join(t("word.comma")) || t("rate.nothing_overridden")]];
  return html`<dl class="facts">${rows.map(([word, value]) => html`<div key=${word}><dt>${t(word)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** 口径: what a number means, and the rules it was counted by. `of` is the key under rate.def. */
export function Define({ of, word, ruleset, shop }) {
  const show = () => showDialog(t("word.with_detail", { word: t("rate.definition"), detail: word }), (close) => html`<p>${t(`rate.def.${of}`)}</p><${RulesFacts} ruleset=${ruleset} />
    ${shop && html`<p><a href=${viewUrl("rules", shop)} onClick=${close}>${t("rules.see_all")}</a></p>`}`);
  return html`<button type="button" class="link" aria-label=${t("word.with_detail", { word: t("rate.definition"), detail: word })} onClick=${show}>${t("rate.definition")}</button>`;
}

/** One number in its tile: what it is called, what it means, and the conversations behind it. */
export const Tile = ({ word, of, ruleset, shop, href, see, children }) => html`<div class="tile"><h2>${word}</h2>${children}
  <p class="chips">${of && html`<${Define} of=${of} word=${word} ruleset=${ruleset} shop=${shop} />`}${href && html`<a class="link" href=${href} aria-label=${t("word.with_detail", { word, detail: see || t("rate.see") })}>${see || t("rate.see")}</a>`}</p></div>`;
