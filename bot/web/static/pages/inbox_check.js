// What a text would be worth if it were sent now, said before it is sent; only missing fields stand in the way.
import { html, useEffect, useState } from "../lib/view.js";
import { post } from "../lib/api.js";
import { minuteTime } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { can } from "../lib/session.js";
import { Chip, Icon } from "../ui/parts.js";

const PAUSE_MS = 400;

/** The server's answer to a draft, asked a moment after typing stops; null until it is there, and for no text. */
export function useCheck(talk, text, origin) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    setFound(null);
    if (!text.trim() || !can("desk")) return undefined;
    let live = true;
    const ask = () => post(`/conversations/${encodeURIComponent(talk.id)}/draft-check`, { text, origin }).then((answer) => live && setFound(answer), () => {});
    const timer = setTimeout(ask, PAUSE_MS);
    return () => {
      live = false;
      clearTimeout(timer);
    };
  }, [talk.id, talk.due_at, text, origin]);
  return found;
}

const Said = ({ tone, children }) => html`<p class=${tone}><${Icon} name="alert" />${children}</p>`;

function Worth({ found }) {
  if (found.only_begun) return html`<${Said} tone="warn">${t("check.only_begun")}<//>`;
  if (found.counts && !found.known) return html`<p><${Chip} tone="warn" icon="alert">${t("check.counts_unknown")}<//></p>`;
  if (found.counts) return html`<p><${Chip} tone="ok" icon="tick">${found.due_at ? t("check.counts_by", { at: minuteTime(found.due_at) }) : t("check.counts")}<//></p>`;
  if (!found.due_at || !found.reason || found.meaningless) return null;
  return html`<p><${Chip} tone="warn" icon="minus">${t("check.counts_not", { why: tOr(`counts.${found.reason}`, found.reason) })}<//></p>`;
}

/** What is said of a draft before it is sent. */
export function Checked({ found, unfilled }) {
  const list = (words) => words.join(t("word.comma"));
  const topics = (ids) => list(ids.map((id) => tOr(`topic.${id}`, id)));
  return html`<div class="warnings" role="status">
    ${unfilled.length > 0 && html`<${Said} tone="danger">${t("composer.unfilled", { names: unfilled.join(" ") })}<//>`}
    ${found?.meaningless && html`<${Said} tone="warn">${t("composer.meaningless")}<//>`}
    ${found?.forbidden.length > 0 && html`<${Said} tone="warn">${t("composer.forbidden", { words: list(found.forbidden) })}<//>`}
    ${found?.missing_topics.length > 0 && html`<${Said} tone="warn">${t("check.missing_topics", { asked: topics(found.asked), missing: topics(found.missing_topics) })}<//>`}
    ${found?.over_limit && html`<${Said} tone="warn">${t("check.too_long", { n: found.length, limit: found.limit })}<//>`}
    ${found?.holding && html`<${Said} tone="warn">${t("check.holding")}<//>`}
    ${found && html`<${Worth} found=${found} />`}
  </div>`;
}
