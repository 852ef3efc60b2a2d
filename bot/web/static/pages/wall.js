// 大屏: the few numbers a room should see, from five metres away.
import { cls, html, useEffect, useMemo, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, seconds, shopNow, span } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { number, percent, t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { go, route, withQuery } from "../lib/router.js";
import { shops } from "../lib/session.js";
import { chosenShop, Loaded, viewUrl } from "../ui/figures.js";
import { Empty, Icon, levelWord, useLoad } from "../ui/parts.js";

const CALM_MS = 2000;
const DAY_MS = 86_400_000;

/** Fill the whole screen, or leave it again. */
function flipFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

const Time = ({ shop }) => html`<time class="wall-clock">${clockTime(shopNow(shop.clock))}</time>`;

/** The nearest deadline among the conversations that wait. */
function Nearest({ talk, shop }) {
  const left = talk?.due_at ? Date.parse(talk.due_at) - shopNow(shop.clock) : null;
  if (left === null) return html`<p class="wall-next calm">${t("wall.nobody_waits")}</p>`;
  const { warn_s: warn = 90, urgent_s: urgent = 30 } = shop.deadline || {};
  const state = left < 0 ? "overdue" : left <= urgent * 1000 ? "urgent" : left <= warn * 1000 ? "warn" : "calm";
  const long = Math.floor(Math.abs(left) / DAY_MS);
  return html`<p class=${`wall-next ${state}`} role="timer" aria-live="off">${t(left < 0 ? "wall.overdue_by" : "wall.next", { span: long ? t("rules.unit.days", { n: long }) : span(left) })}</p>`;
}

const Cell = ({ word, bad, children }) => html`<div class=${cls("wall-cell", bad && "bad")}><dt>${word}</dt><dd>${children}</dd></div>`;

function Panel({ shop, period, today, talk }) {
  const rate = period.rate;
  return html`<section class="wall-shop" aria-label=${shop.name}><header><h2>${shop.name} <small>${t(`platform.${shop.platform}`)}</small></h2><${Time} shop=${shop} /></header>
    <div class="wall-rate"><p class="wall-percent">${rate.denominator ? percent(rate.percent) : t("rate.none")}</p>
      <p>${t("wall.period", { n: period.period.days })} ${rate.denominator > 0 && `${number(rate.numerator)}/${number(rate.denominator)}`} ${rate.denominator > 0 && levelWord(period)}</p>
      ${period.next_line && html`<p>${t("rate.to_line", { line: `${period.next_line.percent}%`, n: period.next_line.misses_left })}</p>`}</div>
    <dl class="wall-cells"><${Cell} word=${t("rate.waiting")}>${number(today.waiting)}<//><${Cell} word=${t("rate.overdue_short")} bad=${today.overdue > 0}>${number(today.overdue)}<//>
      <${Cell} word=${t("rate.owed")}>${number(period.owed)}<//><${Cell} word=${t("rate.days_1")}>${today.rate.denominator ? `${number(today.rate.numerator)}/${number(today.rate.denominator)}` : t("rate.none")}<//>
      <${Cell} word=${t("wall.response")}>${seconds(today.avg_response_s)}<//></dl>
    <${Nearest} talk=${talk} shop=${shop} /></section>`;
}

async function fetchAll() {
  const [period, today, waiting] = await Promise.all([get("/rates/shops", { days: 30 }), get("/rates/shops", { days: 1 }), get("/conversations", { tab: "waiting", limit: 50 })]);
  return { period: period.items, today: today.items, waiting: waiting.items };
}

/** The shops on the wall: the chosen one, or all real ones (all, where all are simulated). */
function shown() {
  if (!route.value.query.all) return [chosenShop()].filter(Boolean);
  const real = shops.value.filter((s) => !s.simulated);
  return real.length && !route.value.query.simulated ? real : shops.value;
}

export function Page() {
  const [mark, setMark] = useState(0);
  const next = useMemo(() => calmly(async () => setMark((n) => n + 1), CALM_MS), []);
  const found = useLoad(fetchAll, [mark]);
  const [full, setFull] = useState(false);
  const list = shown();
  useFeed(() => next(), [next]);
  useEffect(() => {
    // What only time changes, such as overdue ones, is asked for once a minute.
    const timer = setInterval(next, 60_000);
    const turn = () => setFull(Boolean(document.fullscreenElement));
    document.addEventListener("fullscreenchange", turn);
    return () => {
      clearInterval(timer);
      document.removeEventListener("fullscreenchange", turn);
    };
  }, []);
  const back = list[0] ? viewUrl("", list[0]) : "/rates";
  useKeys({ f: flipFull, Escape: () => !document.fullscreenElement && go(back) });
  const all = Boolean(route.value.query.all);
  return html`<h1 class="unseen">${t("wall.title")}</h1><nav class="wall-bar" aria-label=${t("wall.title")}><a class="button quiet" href=${back}><${Icon} name="back" />${t("wall.leave")}</a>
      ${shops.value.length > 1 && html`<a class="button quiet" href=${withQuery({ all: all ? "" : "1" })}>${t(all ? "wall.single" : "wall.all")}</a>`}
      <button type="button" class="button quiet" aria-pressed=${full} onClick=${flipFull}>${t("wall.full")} <kbd>F</kbd></button></nav>
    <${Loaded} of=${found}>${(data) => (list.length === 0 ? html`<${Empty}>${t("empty.shops")}<//>` : html`<div class=${cls("wall", list.length > 1 && "many")}>${list.map((shop) => {
      const [period, today] = [data.period, data.today].map((items) => items.find((i) => i.shop === shop.id));
      return period && today && html`<${Panel} key=${shop.id} shop=${shop} period=${period} today=${today} talk=${data.waiting.find((w) => w.shop === shop.id && w.due_at)} />`;
    })}</div>`)}<//>`;
}
