// The inquiries behind a number: narrowed by verdict, day, hour or agent, each with its reason.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, dayWord, seconds } from "../lib/clock.js";
import { number, t, tOr } from "../lib/i18n.js";
import { route, withQuery } from "../lib/router.js";
import { inquiryUrl, talkUrl } from "../ui/figures.js";
import { Button, Chip, Empty, Failed, Icon, Loading } from "../ui/parts.js";
import { COUNTS, verdictTone, verdictWord } from "../ui/verdicts.js";

const FILTERS = ["reason", "date", "weekday", "hour", "agent"];
const NONE = Object.fromEntries(FILTERS.map((name) => [name, ""]));

/** The address of the page showing only the inquiries behind one number. */
export const behind = (filter) => withQuery({ ...NONE, ...filter });

/** Monday to Sunday in the page's language; 1 is Monday. */
export const weekdayWord = (nth) => t(`weekday.${nth}`);
export const hourWord = (hour) => `${String(hour).padStart(2, "0")}:00`;

function chosen() {
  const { query } = route.value;
  return Object.fromEntries(FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
}

const SAID = {
  reason: (value) => tOr(`rate.only.${value}`, verdictWord(value)),
  date: (value) => dayWord(`${value}T12:00:00+08:00`),
  weekday: (value) => weekdayWord(value),
  hour: (value) => hourWord(value),
  agent: (value, names) => names[value] || value,
};

/** How the period's inquiries counted; each verdict narrows the list below. */
export function ByReason({ counts }) {
  const now = route.value.query.reason || "";
  if (!now && !COUNTS.some((c) => counts[c])) return null;
  return html`<section><h2>${t("rate.by_reason")}</h2><div class="chips filter">${COUNTS.filter((c) => counts[c]).map((code) => html`<a key=${code} class=${`chip ${verdictTone(code)}`} aria-current=${now === code ? "true" : undefined} href=${behind({ reason: now === code ? "" : code })}>${verdictWord(code)} <b>${number(counts[code])}</b></a>`)}</div></section>`;
}

const Row = ({ q, shop }) => html`<tr><td><time>${dayWord(q.opened_at)} ${clockTime(q.opened_at)}</time></td><td>${q.buyer_name}</td><td class="words">${q.text_excerpt}</td>
  <td><span class="chips"><${Chip} tone=${verdictTone(q.reason)}>${verdictWord(q.reason)}<//>${q.owed && html`<${Chip} tone="warn">${t("list.owed_short")}<//>`}${q.night && html`<${Chip} tone=${q.night === "missed" ? "danger" : ""}>${t(`night.${q.night}`)}<//>`}</span></td>
  <td class="num">${seconds(q.response_s)}</td><td><div class="acts"><a href=${inquiryUrl(q.id)}>${t("why.ask")}</a><a href=${talkUrl(q.conversation, shop, q.id)}>${t("rate.open_talk")}</a></div></td></tr>`;

const Table = ({ items, shop }) => html`<div class="scroll"><table class="stack"><thead><tr><th scope="col">${t("rate.opened")}</th><th scope="col">${t("word.buyer")}</th><th scope="col">${t("rate.question")}</th><th scope="col">${t("rate.verdict")}</th><th scope="col" class="num">${t("rate.response")}</th><th scope="col"><span class="unseen">${t("word.acts")}</span></th></tr></thead>
  <tbody>${items.map((q) => html`<${Row} key=${q.id} q=${q} shop=${shop} />`)}</tbody></table></div>`;

/** `names` gives agents' names by id; `mark` changes when something was counted. */
export function Inquiries({ shop, period, names, mark }) {
  const filter = chosen();
  const key = JSON.stringify([shop, period, filter]);
  const [list, setList] = useState(null);
  const [problem, setProblem] = useState(null);
  const box = useRef(null);
  const load = async (after) => {
    try {
      const answer = await get("/inquiries", { shop, ...period, ...filter, after });
      setProblem(null);
      setList((old) => ({ key, items: after && old?.key === key ? [...old.items, ...answer.items] : answer.items, next: answer.next }));
    } catch (failed) {
      setProblem(failed);
    }
  };
  useEffect(() => {
    load();
  }, [key, mark]);
  useEffect(() => {
    if (Object.keys(filter).length) box.current?.scrollIntoView({ block: "start" });
  }, [JSON.stringify(filter)]);
  const some = Object.entries(filter);
  const clear = html`<a class="button" href=${behind({})}>${t("filter.clear")}</a>`;
  return html`<section ref=${box}><div class="pair"><h2>${t("rate.inquiries")}</h2></div>
    ${some.length > 0 && html`<div class="chips filter">${some.map(([name, value]) => html`<a key=${name} class="chip info" href=${withQuery({ [name]: "" })} aria-label=${t("filter.without", { what: SAID[name](value, names) })}>${SAID[name](value, names)}<${Icon} name="cross" /></a>`)}</div>`}
    ${problem && html`<${Failed} problem=${problem} retry=${() => load()} />`}
    ${list ? (list.items.length === 0 ? html`<${Empty} actions=${some.length > 0 && clear}>${t(some.length ? "empty.inquiries" : "empty.rates")}<//>` : html`<${Table} items=${list.items} shop=${shop} />`) : !problem && html`<${Loading} />`}
    ${list?.next && html`<div class="acts middle"><${Button} onClick=${() => load(list.next)}>${t("act.more")}<//></div>`}</section>`;
}
