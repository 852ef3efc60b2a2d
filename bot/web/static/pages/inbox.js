// 会话: list, thread, and beside them the panel of the buyer.
import { cls, html, signal, useEffect, useRef, useState } from "../lib/view.js";
import { useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { route } from "../lib/router.js";
import { shopOf } from "../lib/session.js";
import { Empty, Loading } from "../ui/parts.js";
import { hear, listKey, open, tabOf, turn, turnTo } from "./inbox_desk.js";
import { SupervisorLine } from "./inbox_line.js";
import { List } from "./inbox_list.js";

const wideEnough = matchMedia("(min-width: 1280px)");
/** Whether the panel has a column of its own; else it lies over the thread. */
const wide = signal(wideEnough.matches);
wideEnough.addEventListener("change", () => (wide.value = wideEnough.matches));

// The panel is loaded with the first conversation that is opened, as is writing.
const panel = signal(null);

/** After the first valid reply in a simulated shop the path goes on to the figures. */
function Onward() {
  const now = open.value;
  const talk = now?.conversation;
  if (!talk || !shopOf(talk.shop)?.simulated || !now.lines.some((l) => l.verdict?.counts)) return null;
  return html`<p class="onward"><span>${t("start.counted")}</span> <a class="button primary" href=${`/rates?shop=${encodeURIComponent(talk.shop)}&simulated=1`}>${t("start.to_rates")}</a></p>`;
}

/** Show and hide the panel. Where it lies over the thread it takes the focus and gives it back. */
function usePanel(id) {
  const [chosen, setChosen] = useState(null);
  const [called, setCalled] = useState(null);
  const before = useRef(null);
  useEffect(() => {
    if (id && !panel.value) import("./inbox_side.js").then((module) => (panel.value = module.Side));
  }, [Boolean(id)]);
  // Who opens another conversation has not called for its panel.
  useEffect(() => setCalled(null), [id]);
  const shown = Boolean(id) && (chosen ?? wide.value);
  const show = (what) => {
    if (!shown) before.current = document.activeElement;
    setChosen(true);
    setCalled({ what });
  };
  const hide = () => {
    setChosen(false);
    setCalled(null);
    before.current?.focus?.();
  };
  return { shown, called, show, hide, toggle: () => (shown ? hide() : show("panel")) };
}

// The thread is loaded with the first conversation too: the list needs none of it.
const thread = signal(null);

function Middle({ id, onSide }) {
  useEffect(() => {
    if (!id || thread.value) return;
    import("./inbox_thread.js").then((module) => (thread.value = module.Thread));
    import("./inbox_composer.js"); // on its way at the same time: the thread asks for it next
  }, [Boolean(id)]);
  if (id && thread.value) return html`<${thread.value} id=${id} onSide=${onSide} />`;
  return html`<section class="thread">${id ? html`<${Loading} />` : html`<${Empty}>${t("empty.thread")}<//>`}</section>`;
}

export function Page({ id }) {
  const side = usePanel(id);
  useEffect(turn, [listKey()]);
  useEffect(() => turnTo(id), [id]);
  useFeed(hear);
  useKeys({
    Escape: () => (side.shown && !wide.value ? side.hide() : false),
    p: () => Boolean(id) && side.toggle(),
    l: () => Boolean(id) && side.show("label"),
  });
  const Side = panel.value;
  return html`<${SupervisorLine} reading=${Boolean(id)} /><div class=${cls("inbox", id && "reading", side.shown && "with-side")} data-tab=${tabOf()}><h1 class="unseen">${t("place.inbox")}</h1>
    <${List} id=${id} /><div class="middle-column"><${Onward} /><${Middle} id=${id} onSide=${side.toggle} /></div>
    ${side.shown && Side && html`<${Side} onClose=${side.hide} called=${side.called} />`}</div>`;
}
