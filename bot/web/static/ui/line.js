// One line of a conversation. Whatever a buyer, the FAQ or an agent wrote is only ever a text node.
import { cls, html, useState } from "../lib/view.js";
import { clockTime, seconds } from "../lib/clock.js";
import { t, tOr } from "../lib/i18n.js";
import { Button, Chip, Icon } from "./parts.js";
import { Why } from "./why.js";

const SIDE = { buyer: "buyer", agent: "agent", bot: "bot", platform_auto: "bot", other_app: "bot", system: "system", unknown: "unknown" };

const kindOf = (line) => (line.status === "note" || line.kind === "internal_note" ? "note" : SIDE[line.sender] || "unknown");

function whoSaid(line, side) {
  if (side === "note") return t("line.note", { name: line.by?.name || "" });
  if (side === "agent") return line.by?.name || t("sender.agent");
  if (side === "buyer") return "";
  return t(`sender.${line.sender}`);
}

/** What a line says: its text, or the word for its kind with what the platform told about it. */
export function Saying({ line }) {
  if (line.recalled) return html`<em class="muted">${t("line.recalled")}</em> <s>${line.text}</s>`;
  if (line.kind === "text" || line.kind === "internal_note") return line.text;
  const title = line.meta?.title || line.meta?.name || "";
  return html`<span class="kind"><${Icon} name=${line.kind === "image" ? "image" : "file"} />${tOr(`kind.${line.kind}`, line.kind)}</span> ${title || line.text}`;
}

function Standing({ line, onResend }) {
  const known = ["pending", "sending", "sent", "refused", "unknown", "cancelled"].includes(line.status);
  if (!known || line.sender === "buyer") return null;
  return html`<span class=${cls("standing", line.status)}>${line.status_detail && line.status !== "sent" ? t("word.with_detail", { word: t(`status.${line.status}`), detail: line.status_detail }) : t(`status.${line.status}`)}
    ${line.status === "refused" && onResend && html` <${Button} kind="quiet small" onClick=${() => onResend(line.id)}>${t("act.retry")}<//>`}</span>`;
}

/** Whether the line counts, with its time or the reason it does not. */
export function Counting({ verdict }) {
  if (!verdict) return null;
  if (verdict.counts) return html`<${Chip} tone="ok" icon="tick">${verdict.response_s === null || verdict.response_s === undefined ? t("counts.yes") : t("counts.yes_in", { span: seconds(verdict.response_s) })}<//>`;
  return html`<${Chip} icon="minus">${t("counts.no", { why: tOr(`counts.${verdict.reason}`, verdict.reason) })}<//>`;
}

/** Whether a line is an answer the bot gave by itself, which may have been wrong. */
export const isAnswer = (line) => line.sender === "bot" && Boolean(line.decision) && ["sent", "unknown"].includes(line.status) && (line.parts || []).includes("answer");

export function Line({ line, shop, onResend, children }) {
  const [open, setOpen] = useState(false);
  const side = kindOf(line);
  if (side === "system") return html`<p class="system">${line.text} <time>${line.at && clockTime(line.at)}</time></p>`;
  const parts = (line.parts || []).filter((p) => p !== "answer");
  return html`<article class=${cls("line", side, line.recalled && "recalled")} data-line=${line.id} tabindex="-1">
    <header>${whoSaid(line, side)}${side === "bot" && html`<${Chip} tone="bot" icon="bot">${t("line.automatic")}<//>`}
      ${parts.map((p) => html`<${Chip} key=${p}>${t(`part.${p}`)}<//>`)}<time>${line.at && clockTime(line.at)}</time></header>
    <div class="bubble"><${Saying} line=${line} /></div>
    <footer><${Standing} line=${line} onResend=${onResend} /><${Counting} verdict=${line.verdict} />
      ${line.decision && html`<button type="button" class="link" aria-expanded=${open} onClick=${() => setOpen(!open)}>${t("why.ask")}</button>`}${children}</footer>
    ${open && html`<${Why} id=${line.decision} shop=${shop} />`}
  </article>`;
}
