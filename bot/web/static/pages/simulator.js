// 模拟器: play a buyer, see the bot's act with its reason, and the raw webhook behind it.
import { cls, html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { minuteTime } from "../lib/clock.js";
import { calmly, useFeed } from "../lib/feed.js";
import { t, tOr } from "../lib/i18n.js";
import { composing } from "../lib/ime.js";
import { go, route, withQuery } from "../lib/router.js";
import { shops } from "../lib/session.js";
import { Button, Empty, Head, Icon, ShopPicker } from "../ui/parts.js";
import { attempt, sayProblem } from "../ui/floating.js";
import { Why } from "../ui/why.js";
import { BUYERS } from "./simulator_buyers.js";
import { Tools } from "./simulator_tools.js";
import { Wire } from "./simulator_wire.js";

const TABS = ["waiting", "bot", "mine", "closed"];

async function findTalk(shop, channel, buyer) {
  for (const tab of TABS) {
    const { items } = await get("/conversations", { tab, shop, limit: 100 });
    const hit = items.find((x) => x.buyer.id === buyer && x.channel === channel);
    if (hit) return hit.id;
  }
  return null;
}

/** What one buyer and the platform see now, fetched again as the feed tells: {chat, calls, talk, decision, refresh}. */
function useScene(shop, channel, buyer) {
  const [scene, setScene] = useState({ chat: [], calls: [] });
  const live = useRef("");
  live.current = `${channel}|${buyer}`;
  const refresh = useMemo(() => {
    const key = `${channel}|${buyer}`;
    let talkId = null;
    let calls = [];
    return calmly(async () => {
      try {
        const [chat, wire] = await Promise.all([get(`/sim/${channel}/chat`, { buyer }), get(`/sim/${channel}/wire`, { after: calls[calls.length - 1]?.id })]);
        const known = new Set(calls.map((c) => c.id));
        calls = [...calls, ...wire.items.filter((c) => !known.has(c.id))].slice(-60);
        if (!talkId && chat.length) talkId = await findTalk(shop, channel, buyer);
        const talk = talkId ? await get(`/conversations/${encodeURIComponent(talkId)}`) : null;
        const decision = talk?.lines.filter((l) => l.decision).pop()?.decision;
        if (live.current === key) setScene({ chat, calls, talk: talk?.conversation, decision });
      } catch (problem) {
        sayProblem(problem);
      }
    });
  }, [shop, channel, buyer]);
  useEffect(() => {
    setScene({ chat: [], calls: [] });
    refresh();
  }, [refresh]);
  useFeed((events) => events.some((e) => e.kind === "resync" || e.shop === shop) && refresh(), [refresh]);
  return { ...scene, refresh };
}

function Chat({ chat, name }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    box.current.scrollTop = box.current.scrollHeight;
  }, [chat.length]);
  return html`<div class="phone-lines" ref=${box} role="log" aria-label=${t("sim.chat", { name })} tabindex="0">
    ${chat.length === 0 && html`<${Empty}>${t("sim.chat_empty")}<//>`}
    ${chat.map((m, i) => html`<article key=${i} class=${cls("line", m.from === "buyer" ? "self" : "buyer")}><div class="bubble">${m.kind === "text" ? m.text : `[${tOr(`kind.${m.kind}`, m.kind)}]`}</div><footer><time>${minuteTime(m.at)}</time></footer></article>`)}
  </div>`;
}

function Phone({ buyer, chat, onPick, onSay }) {
  const [text, setText] = useState("");
  const send = () => {
    if (text.trim()) onSay([{ text }]);
    setText("");
  };
  const chipWords = (chip) => chip.map((m) => (m.kind === "image" ? `[${t("kind.image")}]` : m.text)).filter(Boolean).join(" / ");
  return html`<section class="phone" aria-label=${t("sim.buyer")}>
    <div class="buyers" role="group" aria-label=${t("sim.buyer")}>${BUYERS.map((b) => html`<button type="button" key=${b.id} class="button small" aria-pressed=${b === buyer} onClick=${() => onPick(b)}>${t(b.word)}</button>`)}</div>
    <${Chat} chat=${chat} name=${buyer.name} />
    <div class="chips-to-press" role="group" aria-label=${t("sim.chips")}>${buyer.chips.map((chip) => html`<button type="button" class="press" key=${chipWords(chip)} onClick=${() => onSay(chip)}>${chipWords(chip)}</button>`)}</div>
    <form onSubmit=${(e) => { e.preventDefault(); send(); }}><input value=${text} aria-label=${t("sim.say")} placeholder=${t("sim.say")} maxlength="2000" onInput=${(e) => setText(e.currentTarget.value)}
        onKeyDown=${(e) => e.key === "Enter" && composing(e) && e.preventDefault()} /><${Button} kind="primary" type="submit">${t("act.send")}<//></form>
  </section>`;
}

/** What the bot made of the latest line, and where the conversation went. */
function Behind({ talk, decision, guide }) {
  const link = talk && `/inbox/${encodeURIComponent(talk.id)}?shop=${encodeURIComponent(talk.shop)}`;
  return html`<section class="behind" aria-label=${t("sim.behind")}><h2>${t("sim.behind")}</h2>
    ${!talk && html`<${Empty}>${guide ? t("sim.guide_first") : t("sim.behind_empty")}<//>`}
    ${talk?.state === "waiting" && html`<div class="notice warn"><p><strong>${t("sim.waiting")}</strong></p><p>${t("sim.waiting_why")}</p><a class="button primary" href=${link}>${t("sim.to_inbox")}</a></div>`}
    ${talk && !decision && html`<${Empty}>${t("sim.deciding")}<//>`}
    ${talk && decision && talk.state !== "waiting" && html`<div class="notice bot"><p>${talk.owed ? t("sim.owed") : t("sim.answered")}</p>
      <p class="acts">${guide && html`<span class="muted">${t("sim.guide_next")}</span>`}<a class="button" href=${link}>${t("sim.open_talk")}</a></p></div>`}
    ${decision && html`<${Why} key=${decision} id=${decision} shop=${talk.shop} />`}
  </section>`;
}

function Scene({ shop, channel }) {
  const [buyer, setBuyer] = useState(BUYERS[0]);
  const [fault, setFault] = useState("");
  const { chat, calls, talk, decision, refresh } = useScene(shop.id, channel, buyer.id);
  const sayAll = (lines) => attempt(async () => {
    for (const { text, kind } of lines) await post(`/sim/${channel}/say`, { buyer: buyer.id, name: buyer.name, text, kind: kind || "text", fault: fault || undefined });
    refresh();
  });
  return html`<${Tools} shop=${shop} channel=${channel} fault=${fault} onFault=${setFault} onWipe=${() => location.reload()} />
    <div class="scene"><${Phone} buyer=${buyer} chat=${chat} onPick=${setBuyer} onSay=${sayAll} />
      <${Behind} talk=${talk} decision=${decision} guide=${route.value.query.guide} /><${Wire} calls=${calls} /></div>`;
}

export function Page() {
  const played = shops.value.filter((s) => s.simulated && s.channels.some((c) => c.simulated));
  const shop = played.find((s) => s.id === route.value.query.shop) || played[0];
  const title = html`<${Head} title=${t("place.simulator")}>${shop && html`<${ShopPicker} shops=${played} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} /><a class="button" href=${`/rates?shop=${encodeURIComponent(shop.id)}&simulated=1`}><${Icon} name="chart" /><span>${t("place.rates")}</span></a>`}<//>`;
  if (!shop) return html`<div class="page">${title}<${Empty}>${t("sim.none")}<//></div>`;
  return html`<div class="page wide simulator">${title}<p class="muted">${t("sim.marked")}</p><${Scene} key=${shop.id} shop=${shop} channel=${shop.channels.find((c) => c.simulated).key} /></div>`;
}
