// 接入日志: each webhook call, newest first; one of them step by step.
import { html, useEffect, useMemo, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, dayWord } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { number, said, t, tOr } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { shopOf, shops } from "../lib/session.js";
import { Button, Chip, Empty, Failed, Head, Loading, ShopPicker } from "../ui/parts.js";
import { channels, lightWords } from "../ui/light.js";
import { One, TONE } from "./deliveries_one.js";

const RESULTS = ["accepted", "repeat", "partly_read", "unreadable", "refused"];

const shopWord = (id) => shopOf(id)?.name || id;

const Call = ({ call }) => html`<li><a class="call" href=${withQuery({}, `/deliveries/${call.id}`)}>
  <time>${dayWord(call.at)} ${clockTime(call.at)}</time><span>${shopWord(call.shop)}</span>
  <span class="chips"><${Chip} tone=${TONE[call.result]}>${tOr(`delivery.${call.result}`, call.result)}<//></span>
  <span class="meta">${t("delivery.brought", { accepted: number(call.accepted), repeats: number(call.repeats) })}${call.detail && html`<br />${call.detail}`}</span></a></li>`;

/** Refused calls: nothing forged is kept, so there is nothing to open. */
const Refused = ({ call }) => html`<li class="call"><time>${dayWord(call.at)} ${clockTime(call.at)}</time><span>${shopWord(call.shop)}</span>
  <span class="chips"><${Chip} tone="danger">${t("delivery.refused")}<//></span><span>${said(call.why)} <span class="meta">${t("delivery.not_kept", { n: call.size })}</span></span></li>`;

function Lights({ shop }) {
  const mine = channels().filter((c) => !shop || c.shop === shop);
  if (!mine.length) return null;
  return html`<section class="card lights" aria-label=${t("light.title")}>${mine.map((c) => html`<p key=${c.channel}><i class=${`dot ${c.ago_s === null ? "" : c.silent ? "warn" : "ok"}`}></i>
    <strong>${shopWord(c.shop)}</strong> <span class="meta">${tOr(`adapter.${c.adapter}`, c.adapter)} · ${c.channel}</span><span class="grow"></span><span>${lightWords(c)}</span></p>`)}</section>`;
}

const Nothing = ({ filtered }) => filtered
  ? html`<${Empty} actions=${html`<p class="acts"><a class="button" href="/deliveries">${t("delivery.all")}</a></p>`}>${t("delivery.none_such")}<//>`
  : html`<${Empty} actions=${html`<p class="acts"><a class="button" href="/settings/shops">${t("check.shop")}</a><a class="button" href="/simulator">${t("deliveries.try")}</a></p>`}>${t("empty.deliveries")}<//>`;

function List() {
  const { shop, result } = route.value.query;
  const [list, setList] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = async (after) => {
    try {
      const answer = await get("/deliveries", { shop, result, after });
      setList((old) => (after ? { ...answer, items: [...old.items, ...answer.items], refused: old.refused } : answer));
      setProblem(null);
    } catch (wrong) {
      setProblem(wrong);
    }
  };
  useEffect(() => {
    load();
  }, [shop, result]);
  // News are put on top by fetching the first page again, unless somebody is reading further down.
  const reload = useMemo(() => calmly(() => load(), 1000), [shop, result]);
  const reading = list?.items.length > 50;
  useFeed((events) => !reading && events.some((e) => e.kind === "message" || e.kind === "resync") && reload(), [reload, reading]);
  const calls = list && [...list.refused.map((c) => ({ ...c, refused: true })), ...list.items].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return html`<div class="page"><${Head} title=${t("place.deliveries")}><select class="picker" aria-label=${t("delivery.result")} value=${result || ""} onChange=${(e) => go(withQuery({ result: e.currentTarget.value }))}>
        <option value="">${t("delivery.all")}</option>${RESULTS.map((r) => html`<option key=${r} value=${r}>${t(`delivery.${r}`)}</option>`)}</select>
      <${ShopPicker} shops=${shops.value} all value=${shop || ""} onPick=${(id) => go(withQuery({ shop: id }))} /><//>
    <p class="muted">${t("delivery.why")}</p><${Lights} shop=${shop} />
    ${problem && html`<${Failed} problem=${problem} retry=${() => load()} />`}
    ${!calls ? !problem && html`<${Loading} />` : calls.length === 0 ? html`<${Nothing} filtered=${Boolean(shop || result)} />` : html`<ol class="card calls">${calls.map((call) => (call.refused ? html`<${Refused} key=${call.channel + call.at} call=${call} />` : html`<${Call} key=${call.id} call=${call} />`))}</ol>`}
    ${list?.next && html`<div class="acts middle"><${Button} onClick=${() => load(list.next)}>${t("act.more")}<//></div>`}</div>`;
}

export const Page = ({ id }) => (id ? html`<${One} key=${id} id=${id} />` : html`<${List} />`);
