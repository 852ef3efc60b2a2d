// 接入日志: each signed webhook call, what it brought, and its headers.
import { html, useEffect, useMemo, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, dayWord } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { number, t, tOr } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { shopOf, shops } from "../lib/session.js";
import { Button, Chip, Empty, Failed, Head, Loading, ShopPicker } from "../ui/parts.js";

const TONE = { accepted: "ok", repeat: "", partly_read: "warn", unreadable: "danger" };

const Call = ({ call }) => html`<details class="card"><summary class="pair"><span><time>${dayWord(call.at)} ${clockTime(call.at)}</time> ${shopOf(call.shop)?.name || call.shop}</span>
    <span class="chips"><${Chip} tone=${TONE[call.result]}>${tOr(`delivery.${call.result}`, call.result)}<//>${t("delivery.brought", { accepted: number(call.accepted), repeats: number(call.repeats) })}</span></summary>
  ${call.detail && html`<p>${call.detail}</p>`}<p class="meta">${t("word.with_detail", { word: t("word.channel"), detail: call.channel })}</p>
  <pre tabindex="0">${Object.entries(call.headers).map(([name, value]) => `${name}: ${value}`).join("\n")}</pre></details>`;

export function Page() {
  const { shop } = route.value.query;
  const [list, setList] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = async (after) => {
    try {
      const answer = await get("/deliveries", { shop, after });
      setList((old) => ({ items: after ? [...old.items, ...answer.items] : answer.items, next: answer.next }));
      setProblem(null);
    } catch (wrong) {
      setProblem(wrong);
    }
  };
  useEffect(() => {
    load();
  }, [shop]);
  // News are put on top by fetching the first page again, unless somebody is reading further down.
  const reload = useMemo(() => calmly(() => load(), 1000), [shop]);
  const reading = list?.items.length > 50;
  useFeed((events) => !reading && events.some((e) => e.kind === "message" || e.kind === "resync") && reload(), [reload, reading]);
  return html`<div class="page"><${Head} title=${t("place.deliveries")}><${ShopPicker} shops=${shops.value} all value=${shop || ""} onPick=${(id) => go(withQuery({ shop: id }))} /><//><p class="muted">${t("delivery.why")}</p>
    ${problem && html`<${Failed} problem=${problem} retry=${() => load()} />`}
    ${!list ? !problem && html`<${Loading} />` : list.items.length === 0 ? html`<${Empty} actions=${html`<p class="acts"><a class="button" href="/settings/shops">${t("check.shop")}</a><a class="button" href="/simulator">${t("deliveries.try")}</a></p>`}>${t("empty.deliveries")}<//>` : html`<div class="stacked">${list.items.map((call) => html`<${Call} key=${call.id} call=${call} />`)}</div>`}
    ${list?.next && html`<div class="acts middle"><${Button} onClick=${() => load(list.next)}>${t("act.more")}<//></div>`}</div>`;
}
