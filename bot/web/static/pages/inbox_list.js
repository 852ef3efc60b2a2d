// The list of conversations: tabs with counts, rows with their clocks.
import { cls, html, useEffect, useRef, useState } from "../lib/view.js";
import { shopMoment, when } from "../lib/clock.js";
import { number, t, tOr } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { go, route, withQuery } from "../lib/router.js";
import { shopOf, shops } from "../lib/session.js";
import { Countdown, Leased, Marked, NARROWS, Promised, Turn, Unopened } from "../ui/deadlines.js";
import { Chip, Empty, Failed, Icon, Loading, ShopPicker, reasonWord } from "../ui/parts.js";
import { Looking } from "../ui/presence.js";
import { find } from "../ui/shell.js";
import { Windowed } from "../ui/windowed.js";
import { LeftOut } from "./inbox_line.js";
import { TABS, budgets, hold, loadMoreRows, loadRows, rows, rowsProblem, tabCounts, tabOf, talkUrl } from "./inbox_desk.js";

const HEIGHT = 88;

function lastWords(last) {
  if (!last?.kind) return "";
  const words = last.kind === "text" ? last.text : `[${tOr(`kind.${last.kind}`, last.kind)}]`;
  return last.sender === "buyer" ? words : t("word.with_detail", { word: tOr(`sender.${last.sender}`, last.sender), detail: words });
}

function Row({ talk, chosen }) {
  const shop = shopOf(talk.shop);
  const owed = talk.owed && talk.bot_answered && talk.state === "bot";
  return html`<a class="row" href=${talkUrl(talk.id)} data-talk=${talk.id} aria-current=${chosen ? "true" : undefined}>
    <span class="pair"><strong>${talk.buyer.name || talk.buyer.id}</strong><${Countdown} talk=${talk} /></span>
    <span class="pair"><span class="last">${lastWords(talk.last)}</span>
      ${talk.unread > 0 && html`<b class="count" aria-label=${t("list.unread", { n: talk.unread })}>${talk.unread}</b>`}</span>
    <span class="pair meta"><span class="chips">
      <${Marked} talk=${talk} />
      ${talk.state === "waiting" && talk.reason && html`<${Chip} tone="warn">${reasonWord(talk.reason)}<//>`}
      ${owed && html`<${Chip} tone="bot" icon="bot">${t("list.owed")}<//>`}
      <${Turn} talk=${talk} /><${Unopened} talk=${talk} /><${Promised} talk=${talk} /><${Leased} talk=${talk} /><${Looking} id=${talk.id} />
      ${talk.owner && html`<${Chip} tone="info" icon="person">${talk.owner.name}<//>`}
      ${talk.simulated && html`<${Chip}>${t("word.simulated")}<//>`}
      <span class="shop">${talk.shop_name}</span></span>
      <time>${talk.last?.at ? when(talk.last.at, shopMoment(shop?.clock)) : ""}</time></span></a>`;
}

/** A filter to press; pressed again it is off. */
const Only = ({ name, value, icon, children }) => {
  const on = route.value.query[name] === value;
  return html`<a class=${cls("chip", on && "info")} href=${withQuery({ [name]: on ? "" : value, tab: "" })} aria-current=${on ? "true" : undefined}><${Icon} name=${on ? "tick" : icon} />${children}</a>`;
};

const SAID = { platform: (code) => t(`platform.${code}`), reason: reasonWord, label: (word) => word };
const NONE = Object.fromEntries(NARROWS.map((name) => [name, ""]));

// Choosing filters is loaded when somebody does it.
const choose = () => import("./inbox_filter.js").then((module) => module.chooseFilters());

/** The chosen filters, each to be taken away by a press; whose turn, and which group: the filters there is something for. */
function Narrow() {
  const { assigned, group } = route.value.query;
  const chosen = Object.keys(SAID).filter((name) => route.value.query[name]);
  const n = tabCounts.value.assigned || 0;
  const groups = [...new Map((rows.value || []).filter((x) => x.group).map((x) => [x.group.id, x.group])).values()];
  if (!(n || assigned || group || groups.length || chosen.length)) return null;
  return html`<p class="filter chips">${chosen.map((name) => {
    const what = SAID[name](route.value.query[name]);
    return html`<a key=${name} class="chip info" href=${withQuery({ [name]: "" })} aria-label=${t("filter.without", { what })}>${what}<${Icon} name="cross" /></a>`;
  })}${(n > 0 || assigned === "me") && html`<${Only} name="assigned" value="me" icon="person">${t("list.my_turn", { n })}<//>`}
    ${groups.map((g) => html`<${Only} key=${g.id} name="group" value=${g.id} icon="people">${g.name}<//>`)}${group && !groups.length && html`<${Only} name="group" value=${group} icon="people">${t("list.this_group")}<//>`}</p>`;
}

/** In which order the list stands; only what waits has deadlines to go by. */
const orderWord = (tab) => t(`list.order.${tab === "waiting" ? route.value.query.order || "deadline" : "newest"}`);

function Nothing({ tab }) {
  if (NARROWS.some((name) => route.value.query[name])) return html`<${Empty} actions=${html`<a class="button" href=${withQuery(NONE)}>${t("filter.clear")}</a>`}>${t("empty.filtered")}<//>`;
  const words = tab === "waiting" ? t("empty.waiting", { n: tabCounts.value.bot }) : t(`empty.${tab}`);
  return html`<${Empty}>${words}<//>`;
}

export function List({ id }) {
  const tab = tabOf();
  const [cursor, setCursor] = useState({ at: -1 });
  const goal = useRef(null);
  const list = rows.value;
  useEffect(() => setCursor({ at: (list || []).findIndex((x) => x.id === id) }), [id, list === null]);
  const move = (by) => {
    const at = Math.max(0, Math.min((list?.length || 0) - 1, cursor.at + by));
    setCursor({ at });
    goal.current = at;
  };
  useKeys({ j: () => move(1), k: () => move(-1), f: choose });
  return html`<section class="list" aria-label=${t("place.inbox")}
      onPointerEnter=${(e) => e.pointerType === "mouse" && hold(true)} onPointerLeave=${() => hold(false)}>
    <nav class="tabs" aria-label=${t("list.tabs")}>${TABS.map((name) => html`<a key=${name} href=${withQuery({ tab: name === "waiting" ? "" : name, assigned: "", group: "", reason: "" })} aria-current=${name === tab ? "page" : undefined}>
      ${t(`tab.${name}`)} <b class=${cls("count", (name !== "waiting" || !tabCounts.value.waiting) && "calm")}>${number(tabCounts.value[name])}</b></a>`)}</nav>
    <${ShopPicker} shops=${shops.value} all value=${route.value.query.shop || ""} onPick=${(shop) => go(withQuery({ shop }), { replace: true })} />
    <${Narrow} />
    ${tab === "waiting" && html`<${LeftOut} budgets=${budgets.value} />`}
    ${rowsProblem.value && html`<${Failed} problem=${rowsProblem.value} retry=${loadRows} />`}
    ${list === null ? !rowsProblem.value && html`<${Loading} />` : list.length === 0 ? html`<${Nothing} tab=${tab} />`
      : html`<${Windowed} items=${list} height=${HEIGHT} at=${cursor.at} goal=${goal} onEnd=${loadMoreRows} label=${t(`tab.${tab}`)}
          onFocusIn=${() => hold(true)} onFocusOut=${() => hold(false)} row=${(talk) => html`<${Row} talk=${talk} chosen=${talk.id === id} />`} />`}
    <p class="order meta"><${Icon} name="clock" />${orderWord(tab)}<span class="grow"></span><button type="button" class="link" onClick=${choose}>${t("filter.title")}</button><button type="button" class="link" onClick=${find}>${t("find.title")}</button></p>
  </section>`;
}
