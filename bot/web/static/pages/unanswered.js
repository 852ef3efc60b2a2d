// 未命中: what the FAQ could not answer, group by group, worked through on keys.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { shopMoment, when } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { number, percent, t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { go, route, withQuery } from "../lib/router.js";
import { shops } from "../lib/session.js";
import { Chip, Empty, Failed, Head, Icon, Loading, ShopPicker } from "../ui/parts.js";
import { sayProblem } from "../ui/floating.js";
import { Windowed } from "../ui/windowed.js";
import { faqShop } from "./faq_shop.js";
import { One, Returned, undoLast } from "./unanswered_one.js";

const HEIGHT = 76;
const STATES = ["open", "ignored", "merged", "adopted"];
const SORTS = ["week", "count", "latest"];

/** The pages of a shop's groups in one state, kept fresh as questions arrive. */
function useGroups(shop, state, sort) {
  const [found, setFound] = useState(null);
  const [problem, setProblem] = useState(null);
  const next = useRef(null);
  const ask = (after, limit) => get(`/shops/${shop}/gaps`, { state, sort, after, limit });
  const shown = useRef(0);
  const load = calmly(async () => {
    try {
      const answer = await ask("", Math.min(200, Math.max(50, shown.current)));
      next.current = answer.next;
      shown.current = answer.items.length;
      setFound(answer);
      setProblem(null);
    } catch (wrong) {
      setProblem(wrong);
    }
  });
  useEffect(() => {
    load();
  }, [shop, state, sort]);
  useFeed((events) => events.some((e) => e.kind === "resync" || (e.kind === "gap" && e.shop === shop)) && load(), [shop, state, sort]);
  const more = async () => {
    const after = next.current;
    if (!after) return;
    next.current = null;
    const answer = await ask(after, 50).catch(sayProblem);
    if (!answer) return;
    next.current = answer.next;
    setFound((old) => ({ ...answer, items: [...old.items, ...answer.items.filter((x) => !old.items.some((y) => y.id === x.id))] }));
  };
  useEffect(() => {
    shown.current = found?.items.length || 0;
  }, [found]);
  return { found, problem, load, more };
}

const Row = ({ group, chosen, now }) => html`<a class="row gap-row" href=${withQuery({ gap: group.id })} aria-current=${chosen ? "true" : undefined}>
  <strong class="last">${group.text}</strong>
  <span class="pair meta"><span class="chips"><${Chip} tone=${group.week ? "info" : ""}>${t("gap.week", { n: group.week })}<//><span>${t("gap.count", { n: group.count })}</span><${Returned} group=${group} /></span><time>${when(group.last_at, now)}</time></span></a>`;

function Tabs({ counts, state, sort }) {
  return html`<div class="pair gap-tabs"><nav class="chips filter" aria-label=${t("gap.states")}>${STATES.map((s) => html`<a key=${s} class="chip" href=${withQuery({ state: s === "open" ? "" : s, gap: "" })} aria-current=${s === state ? "true" : undefined}>${t(`gap.state.${s}`)}${counts && html` <b>${number(counts[s])}</b>`}</a>`)}</nav>
    <select aria-label=${t("gap.sort")} value=${sort} onChange=${(e) => go(withQuery({ sort: e.currentTarget.value, gap: "" }), { replace: true })}>${SORTS.map((s) => html`<option key=${s} value=${s}>${t(`gap.sort.${s}`)}</option>`)}</select></div>`;
}

const Nothing = ({ state, matched }) => html`<${Empty}>${state !== "open" ? t("gap.none_such") : matched.denominator ? t("gap.all_done", { rate: percent(matched.percent) }) : t("gap.nothing_asked")}<//>`;

function Review({ shop }) {
  const { query } = route.value;
  const state = STATES.includes(query.state) ? query.state : "open";
  const sort = SORTS.includes(query.sort) ? query.sort : "week";
  const { found, problem, load, more } = useGroups(shop.id, state, sort);
  const items = found?.items || [];
  // Which one is open stays open while the order moves under it.
  const first = useRef(null);
  if (!items.some((g) => g.id === first.current)) first.current = items[0]?.id;
  const chosen = query.gap || first.current;
  const at = Math.max(0, items.findIndex((g) => g.id === chosen));
  const step = (by) => () => items.length && go(withQuery({ gap: items[Math.min(items.length - 1, Math.max(0, at + by))].id }), { replace: true });
  useKeys({ j: step(1), k: step(-1), z: () => undoLast(load) });
  // The one after this one comes up once it is dealt with.
  const done = () => go(withQuery({ gap: (items[at + 1] || items[at - 1])?.id || "" }), { replace: true });
  const now = shopMoment(shop.clock);
  return html`<${Tabs} counts=${found?.counts} state=${state} sort=${sort} />
    ${problem && html`<${Failed} problem=${problem} retry=${load} />`}
    ${!found ? !problem && html`<${Loading} />` : !items.length && !query.gap ? html`<${Nothing} state=${state} matched=${found.matched} />`
      : html`<div class=${`gaps ${query.gap ? "reading" : ""}`}>
        <${Windowed} items=${items} height=${HEIGHT} onEnd=${more} at=${at} label=${t("place.unanswered")} row=${(group) => html`<${Row} group=${group} chosen=${group.id === chosen} now=${now} />`} />
        ${chosen && html`<${One} key=${chosen} shop=${shop} id=${chosen} others=${items} done=${done} reload=${load} />`}</div>`}`;
}

export function Page() {
  const shop = faqShop();
  if (!shop) return html`<div class="page"><${Head} title=${t("place.unanswered")} /><${Empty}>${t("empty.shops")}<//></div>`;
  return html`<div class="faq-page gap-page"><${Head} title=${t("place.unanswered")}><${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id, gap: "" }))} /><a class="button" href=${withQuery({ shop: shop.id, gap: "", state: "", sort: "" }, "/faq/coverage")}><${Icon} name="chart" /><span>${t("cover.title")}</span></a><//>
    <${Review} key=${shop.id} shop=${shop} /></div>`;
}
