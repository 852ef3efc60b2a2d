// Finding anything from anywhere: what was said, entries of the FAQ, and the console's own places.
import { cls, html, useEffect, useRef, useState } from "../lib/view.js";
import { openActs } from "../lib/acts.js";
import { get } from "../lib/api.js";
import { localDay, minuteTime } from "../lib/clock.js";
import { composing } from "../lib/ime.js";
import { t, tOr } from "../lib/i18n.js";
import { go } from "../lib/router.js";
import { can, flipScheme, leave, shops } from "../lib/session.js";
import { Icon } from "./parts.js";
import { sayProblem, showDialog } from "./floating.js";

const PAUSE_MS = 200;
const MESSAGES = 20;
const AROUND = 24;

const SCREENS = [
  { word: "place.inbox", url: "/inbox", icon: "talk" },
  { word: "place.faq", url: "/faq", icon: "book" },
  { word: "place.unanswered", url: "/unanswered", icon: "ask", needs: "faq" },
  { word: "place.rates", url: "/rates", icon: "chart", needs: "rates" },
  { word: "place.simulator", url: "/simulator", icon: "play" },
  { word: "place.deliveries", url: "/deliveries", icon: "in", needs: "shops" },
  { word: "settings.phrases", url: "/settings/phrases", icon: "quote" },
  { word: "settings.team", url: "/settings/team", icon: "people", needs: "rates" },
  { word: "settings.look", url: "/settings/look", icon: "gear" },
];

const ACTS = [
  { word: "look.flip", icon: "moon", act: flipScheme },
  { word: "presence.title", icon: "person", needs: "desk", act: () => import("./presence.js").then((module) => module.choose()) },
  { word: "keys.show", icon: "keys", act: () => import("./shell.js").then((module) => module.showKeys()) },
  { word: "act.logout", icon: "leave", act: leave },
];

const named = (asked) => (item) => item.title.toLowerCase().includes(asked.toLowerCase());
const shown = (list, group) => list.filter((a) => !a.needs || can(a.needs)).map((a) => ({ key: a.word, act: a.act, icon: a.icon, title: t(a.word), group }));
const acts = (asked) => shown(ACTS, "find.acts").filter(named(asked));
const actsHere = (asked) => shown(openActs.value, "find.acts_here").filter(named(asked));

const screens = (asked) => SCREENS.filter((s) => !s.needs || can(s.needs)).map((s) => ({ key: s.url, url: s.url, icon: s.icon, title: t(s.word), group: "find.screens" })).filter(named(asked));
const places = (asked) => [...actsHere(asked), ...screens(asked), ...acts(asked)];

/** The part of a long text in which the first of the words stands. */
function excerpt(text, words) {
  const at = text.toLowerCase().indexOf(words.split(/\s+/)[0].toLowerCase());
  const from = Math.max(0, at - AROUND);
  return (from > 0 ? "…" : "") + text.slice(from, from + 6 * AROUND) + (text.length > from + 6 * AROUND ? "…" : "");
}

const ofMessage = (asked) => (m) => ({
  key: m.id,
  url: `/inbox/${encodeURIComponent(m.conversation)}?line=${encodeURIComponent(m.id)}`,
  icon: m.kind === "internal_note" ? "quote" : "talk",
  title: m.buyer_name || m.buyer_id,
  who: tOr(`sender.${m.sender}`, m.sender),
  detail: excerpt(m.text, asked),
  meta: `${localDay(m.at)} ${minuteTime(m.at)}`,
  group: "find.messages",
});

const ofTalk = (c) => ({ key: `talk${c.id}`, url: `/inbox/${encodeURIComponent(c.id)}`, icon: "person", title: c.buyer_name || c.buyer_id, detail: excerpt(c.last_text || "", ""), meta: `${localDay(c.last_at)} ${minuteTime(c.last_at)}`, group: "find.talks" });

const ofEntry = (e) => ({ key: `${e.shop}${e.id}`, url: `/faq/${encodeURIComponent(e.id)}?shop=${encodeURIComponent(e.shop)}`, icon: "book", title: e.question, who: shops.value.length > 1 && e.shop_name, detail: excerpt(e.answer, ""), group: "find.entries" });

/** What fits: {asked, items}, places and acts first, then buyers of that name, then messages, the latest first, then entries. */
async function found(asked) {
  const { conversations, items, entries } = await get("/messages/search", { q: asked, limit: MESSAGES });
  return [...places(asked), ...conversations.map(ofTalk), ...items.map(ofMessage(asked)), ...entries.map(ofEntry)];
}

function useFound(asked) {
  const [state, setState] = useState({ asked: "", items: places("") });
  useEffect(() => {
    if (!asked) {
      setState({ asked, items: places("") });
      return undefined;
    }
    let live = true;
    const timer = setTimeout(() => found(asked).then((items) => live && setState({ asked, items }), sayProblem), PAUSE_MS);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return state;
}

const Item = ({ item, id, chosen, first, onPick }) => html`${first && html`<li role="presentation" class="meta">${t(item.group)}</li>`}
  <li role="option" id=${id} aria-selected=${chosen} class=${cls("found", chosen && "at")} onClick=${() => onPick(item)}><${Icon} name=${item.icon} />
    <span class="grow"><strong>${item.title}</strong>${item.who && html` <span class="meta">${item.who}</span>`}${item.detail && html`<span class="last">${item.detail}</span>`}</span>${item.meta && html`<time>${item.meta}</time>`}</li>`;

function Palette({ close }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const box = useRef(null);
  const asked = text.trim();
  const { asked: answered, items } = useFound(asked);
  useEffect(() => setAt(0), [answered]);
  useEffect(() => {
    box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at, items]);
  const pick = (item) => {
    close();
    // The dialog is closed first: an act may open its own.
    if (item.act) setTimeout(item.act);
    else go(item.url);
  };
  const onKeyDown = (event) => {
    if (composing(event)) return;
    if (event.key === "ArrowDown") setAt((at + 1) % Math.max(1, items.length));
    else if (event.key === "ArrowUp") setAt((at + items.length - 1) % Math.max(1, items.length));
    else if (event.key === "Enter" && answered === asked && items[at]) pick(items[at]);
    else if (event.key !== "Enter") return;
    event.preventDefault();
  };
  return html`<input autofocus value=${text} onInput=${(event) => setText(event.currentTarget.value)} onKeyDown=${onKeyDown} maxlength="100" autocomplete="off"
      placeholder=${t("find.hint")} aria-label=${t("find.hint")} role="combobox" aria-expanded=${items.length > 0} aria-autocomplete="list" aria-controls=${items.length ? "found" : undefined} aria-activedescendant=${items.length ? `found-${at}` : undefined} />
    <p class="unseen" role="status">${asked && answered === asked ? t("find.count", { n: items.length }) : ""}</p>
    ${items.length === 0 ? html`<p class="empty">${answered === asked ? t("find.nothing", { text: asked }) : t("state.loading")}</p>`
      : html`<ul class="all-found" id="found" role="listbox" aria-label=${t("find.title")} ref=${box}>${items.map((item, i) => html`<${Item} key=${item.key} item=${item} id=${`found-${i}`} chosen=${i === at} first=${item.group !== items[i - 1]?.group} onPick=${pick} />`)}</ul>`}
    <p class="meta">${t("find.keys")}</p>`;
}

export const showPalette = () => showDialog(t("find.title"), (close) => html`<${Palette} close=${close} />`);
