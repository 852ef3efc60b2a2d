// The frame around every page: rail, banners, and the keys that hold everywhere.
import { html, signal } from "../lib/view.js";
import { feedState } from "../lib/feed.js";
import { LANGS, lang, t } from "../lib/i18n.js";
import { composing } from "../lib/ime.js";
import { useKeys } from "../lib/keys.js";
import { go, route } from "../lib/router.js";
import { can, chooseLang, counts, flipScheme, leave, me, shops } from "../lib/session.js";
import { Alarm } from "./deadlines.js";
import { openGaps, useOpenGaps } from "./gap_count.js";
import { railLight, useLight } from "./light.js";
import { Icon } from "./parts.js";
import { Presence } from "./presence.js";
import { DialogHost, ToastHost, showDialog, undoLatest } from "./floating.js";

const PLACES = [
  { path: "/inbox", icon: "talk", word: "place.inbox", count: () => counts.value.waiting, counted: "place.count" },
  { path: "/faq", icon: "book", word: "place.faq" },
  { path: "/unanswered", icon: "ask", word: "place.unanswered_rail", needs: "faq", count: openGaps, counted: "place.gaps_count" },
  { path: "/rates", icon: "chart", word: "place.rates" },
  { path: "/simulator", icon: "play", word: "place.simulator" },
  { path: "/deliveries", icon: "in", word: "place.deliveries", needs: "shops", light: railLight },
  { path: "/settings", icon: "gear", word: "place.settings" },
];

const SHEET = [
  ["keys.everywhere", [["G I", "place.inbox"], ["G F", "place.faq"], ["G U", "place.unanswered"], ["G M", "place.rates"], ["G S", "place.simulator"], ["G D", "place.deliveries"], ["/", "keys.search"], ["Ctrl K", "keys.search"], ["D", "keys.scheme"], ["O", "presence.title"], ["Z", "act.undo"], ["Esc", "keys.close"], ["?", "keys.sheet"]]],
  ["keys.inbox", [["J / K", "keys.next"], ["Enter", "keys.open"], ["T", "act.takeover"], ["R", "composer.reply"], ["N", "composer.note"], ["B", "act.release"], ["A", "act.transfer"], ["U", "act.escalate"], ["L", "keys.label"], ["P", "keys.panel"], ["F", "filter.title"], ["↑ / ↓", "keys.choose_line"], ["W", "wrong.title"], ["X", "report.act"], ["E", "act.close"]]],
  ["place.unanswered", [["J / K", "keys.next"], ["N", "gap.make"], ["A", "gap.add"], ["X", "gap.ignore"], ["M", "gap.merge"], ["V", "gap.talk"], ["Z", "act.undo"]]],
  ["keys.composer", [["Enter", "act.send"], ["Shift Enter", "keys.line"], ["Alt Enter", "keys.send_next"], ["Alt Shift Enter", "keys.send_release"], ["Alt 1", "keys.draft_send"], ["Alt 2", "keys.draft_edit"], ["Alt 3", "keys.draft_reject"], ["Alt 1–3", "keys.suggestion"], ["Alt N", "keys.mode"], ["Alt J / Alt K", "keys.next"], ["/ 、", "keys.phrases"], ["↑", "keys.again"]]],
];

export function showKeys() {
  showDialog(t("keys.title"), () => html`<div class="sheet">${SHEET.map(([title, rows]) => html`<section key=${title}><h3>${t(title)}</h3>
    <dl>${rows.map(([key, word]) => html`<div key=${key}><dt>${key.split(" ").map((k) => (/[/–]/.test(k) && k.length === 1 ? k : html`<kbd>${k}</kbd>`))}</dt><dd>${t(word)}</dd></div>`)}</dl></section>`)}</div>`);
}

/** The browser's offer to install the console as an app, made soon after the start; null where there is none. */
export const offer = signal(null);
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer.value = event;
});
addEventListener("appinstalled", () => (offer.value = null));

// Finding is loaded when it is first asked for.
export const find = () => {
  if (!document.querySelector("dialog[open]")) import("./palette.js").then((module) => module.showPalette());
};

// The one key with Ctrl that is ours: it works in text fields too.
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.code !== "KeyK" || composing(event) || !me.value) return;
  event.preventDefault();
  find();
});

/** A small light with its words, for those who look and for those who listen. */
function Light({ of }) {
  const found = of();
  return found && html`<i class=${`dot ${found.tone}`} title=${found.words}><span class="unseen">${found.words}</span></i>`;
}

function Rail() {
  useLight();
  useOpenGaps();
  const here = route.value.path;
  const other = LANGS.find((l) => l !== lang.value);
  return html`<nav class="rail" aria-label=${t("place.nav")}>
    <a class="brand" href="/start" aria-label=${t("place.start")} title=${t("place.start")}><${Icon} name="mark" /></a>
    ${PLACES.filter((p) => !p.needs || can(p.needs)).map(({ path, icon, word, count, counted, light }) => html`<a key=${path} href=${path} class="place" aria-current=${here.startsWith(path) ? "page" : undefined}>
      <${Icon} name=${icon} /><span>${t(word)}</span>${count && count() > 0 && html`<b class="count" aria-label=${t(counted, { n: count() })}>${count()}</b>`}${light && html`<${Light} of=${light} />`}</a>`)}
    <span class="grow"></span>
    <${Presence} />
    <button type="button" class="place small" onClick=${() => chooseLang(other)} lang=${other}><${Icon} name="globe" /><span>${other === "en" ? "English" : "中文"}</span></button>
    <button type="button" class="place small" onClick=${flipScheme}><${Icon} name="moon" /><span>${t("look.flip")}</span></button>
    <button type="button" class="place small" onClick=${find}><${Icon} name="search" /><span>${t("find.short")}</span></button>
    <button type="button" class="place small" onClick=${showKeys}><${Icon} name="keys" /><span>${t("keys.short")}</span></button>
    <button type="button" class="place small" onClick=${leave} title=${me.value.name}><${Icon} name="leave" /><span>${t("act.logout")}</span></button>
  </nav>`;
}

function Banners() {
  const state = feedState.value;
  const open = location.protocol === "http:" && !/^(localhost|127\.|\[::1\])/.test(location.host);
  const stopped = shops.value.filter((s) => s.stopped).map((s) => s.name);
  return html`<div class="banners">
    ${open && html`<p class="banner danger"><${Icon} name="alert" />${t("banner.plain_http")}</p>`}
    ${state === "polling" && html`<p class="banner warn" role="status"><${Icon} name="alert" />${t("banner.polling")}</p>`}
    ${state === "lost" && html`<p class="banner danger" role="status"><${Icon} name="alert" />${t("banner.lost")}</p>`}
    ${stopped.length > 0 && html`<p class="banner warn"><${Icon} name="stop" />${t("banner.stopped", { shops: stopped.join(t("word.comma")) })}</p>`}
  </div>`;
}

/** A page inside the frame. */
export function Shell({ children }) {
  useKeys({
    "g i": () => go("/inbox"), "g f": () => go("/faq"), "g u": () => can("faq") && go("/unanswered"), "g m": () => go("/rates"), "g s": () => go("/simulator"), "g d": () => can("shops") && go("/deliveries"),
    d: flipScheme, z: () => undoLatest(), "?": showKeys, "/": find,
  });
  return html`<a class="skip" href="#main">${t("place.skip")}</a><div class="frame"><${Rail} />
    <main id="main" tabindex="-1"><${Banners} />${children}</main></div><${DialogHost} /><${ToastHost}><${Alarm} /><//>`;
}

/** A page without the rail: log-in and the first steps. */
export const Bare = ({ children }) => html`<main id="main" class="bare">${children}</main><${DialogHost} /><${ToastHost} />`;

/** A page that fills the screen. */
export const Alone = ({ children }) => html`<main id="main" class="alone" tabindex="-1"><${Banners} />${children}</main><${DialogHost} /><${ToastHost} />`;
