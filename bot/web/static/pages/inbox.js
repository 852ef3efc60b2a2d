// 会话: list, thread, side panel.
import { cls, html, useEffect, useState } from "../lib/view.js";
import { useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { route } from "../lib/router.js";
import { shopOf } from "../lib/session.js";
import { hear, open, tabOf, turn, turnTo } from "./inbox_desk.js";
import { List } from "./inbox_list.js";
import { Side } from "./inbox_side.js";
import { Thread } from "./inbox_thread.js";

/** After the first valid reply in a simulated shop the path goes on to the figures. */
function Onward() {
  const now = open.value;
  const talk = now?.conversation;
  if (!talk || !shopOf(talk.shop)?.simulated || !now.lines.some((l) => l.verdict?.counts)) return null;
  return html`<p class="onward"><span>${t("start.counted")}</span> <a class="button primary" href=${`/rates?shop=${encodeURIComponent(talk.shop)}&simulated=1`}>${t("start.to_rates")}</a></p>`;
}

export function Page({ id }) {
  const [side, setSide] = useState(false);
  const { tab, shop } = route.value.query;
  useEffect(turn, [tab, shop]);
  useEffect(() => turnTo(id), [id]);
  useFeed(hear);
  useKeys({ Escape: () => (side ? setSide(false) : false) });
  return html`<div class=${cls("inbox", id && "reading", side && "with-side")} data-tab=${tabOf()}><h1 class="unseen">${t("place.inbox")}</h1>
    <${List} id=${id} /><div class="middle-column"><${Onward} /><${Thread} id=${id} onSide=${() => setSide(!side)} /></div>
    <${Side} onClose=${() => setSide(false)} /></div>`;
}
