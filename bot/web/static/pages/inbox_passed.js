// What was passed on within a conversation: a sentence among its lines, and over them for whoever received it.
import { html } from "../lib/view.js";
import { clockTime } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { me } from "../lib/session.js";
import { Icon } from "../ui/parts.js";

/** Who passed it on, to whom and why. */
function sentence({ kind, by, to, group, reason }) {
  if (kind === "escalate") return t("pass.line_escalated", { by: by.name, reason });
  return t("pass.line", { by: by.name, to: to?.id === me.value.id ? t("pass.you") : (to || group).name, reason });
}

/** Lines with what was passed on put between them, in order of time. A happening without words of its own is left out. */
export function withPassings(lines, passings, more) {
  const said = lines.filter((l) => l.sender !== "system" || (l.text && !(l.kind === "transfer" && l.by)));
  // Earlier pages are not there yet: what was passed on before the first line would stand at the wrong place.
  const shown = (passings || []).filter((p) => !more || p.at >= (lines[0]?.at || "")).map((p) => ({ id: p.id, at: p.at, sender: "system", text: sentence(p) }));
  return [...said, ...shown].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Over the lines: what a colleague said when they passed it on, until this person has answered the buyer. */
export function Received({ talk, passings, lines }) {
  const last = passings?.[passings.length - 1];
  const meant = last && last.by.id !== me.value.id && (last.to ? last.to.id === me.value.id : talk.state === "waiting");
  if (!meant || lines.some((l) => l.sender === "agent" && l.kind === "text" && l.at > last.at)) return null;
  return html`<p class="passed"><${Icon} name="people" /><span class="grow">${sentence(last)}</span><time>${clockTime(last.at)}</time></p>`;
}
