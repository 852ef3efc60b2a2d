// One webhook call: what came, whether its signature fits, what it brought, and every step that followed.
import { html } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { clockTime, dayWord } from "../lib/clock.js";
import { number, said, t, tOr } from "../lib/i18n.js";
import { go, withQuery } from "../lib/router.js";
import { shopOf } from "../lib/session.js";
import { CopyableText } from "../ui/copy.js";
import { attempt, say } from "../ui/floating.js";
import { Button, Chip, Failed, Head, Icon, Loading, useLoad } from "../ui/parts.js";

export const TONE = { accepted: "ok", repeat: "", partly_read: "warn", unreadable: "danger" };
const HOW = { new: "ok", repeat: "", conflict: "danger", echo: "bot" };
const SENT = { sent: "ok", refused: "danger", unknown: "danger", cancelled: "" };

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

const Step = ({ at, children }) => html`<li><time>${at ? clockTime(at) : "–"}</time><span>${children}</span></li>`;

function decided(decision) {
  const why = tOr(`reason.${decision.reason}`, decision.reason);
  return t("delivery.step_decided", { outcome: tOr(`outcome.${decision.outcome}`, decision.outcome), why, ms: number(Math.max(1, Math.round(decision.took_us / 1000))) });
}

const Send = ({ send }) => html`<${Step} at=${send.created_at}>${t("delivery.step_written", { class: tOr(`delivery.class.${send.class}`, send.class) })}<//>
  <${Step} at=${send.done_at}><${Chip} tone=${SENT[send.status] || ""}>${t(`status.${send.status}`)}<//> ${send.detail} ${send.platform_id && html`<span class="meta">${t("delivery.platform_id", { id: send.platform_id })}</span>`} ${send.tries > 1 && html`<span class="meta">${t("delivery.tries", { n: send.tries })}</span>`}<//>`;

function Message({ message }) {
  const known = message.conversation;
  return html`<section class="card"><div class="pair"><h3>${known ? t("delivery.said", { who: t(`sender.${message.sender}`), kind: tOr(`kind.${message.kind}`, message.kind) }) : t("delivery.own_send")}</h3>
      <span class="chips"><${Chip} tone=${HOW[message.how]}>${t(`delivery.how.${message.how}`)}<//>${known && html`<a href=${`/inbox/${message.conversation}`}>${t("delivery.open_talk")}</a>`}</span></div>
    <p class="muted">${t(`delivery.how.${message.how}_why`)}</p>
    <ol class="steps">${message.at && html`<${Step} at=${message.at}>${t("delivery.step_written_by", { who: t(`sender.${message.sender}`) })}<//>`}
      ${message.accepted_at && html`<${Step} at=${message.accepted_at}>${t("delivery.step_stored")}<//>`}
      ${message.decision && html`<${Step} at=${message.decision.at}>${decided(message.decision)}<//>`}
      ${message.sends.map((send) => html`<${Send} key=${send.id} send=${send} />`)}</ol></section>`;
}

/** The parameters of a call's address as they stood there. */
const asked = (query) => (Object.keys(query).length ? ` ?${Object.entries(query).map(([name, value]) => `${name}=${value}`).join("&")}` : "");

export function One({ id }) {
  const { data: call, problem, reload } = useLoad(() => get(`/deliveries/${id}`), [id]);
  const replay = () => attempt(async () => {
    const told = await post(`/deliveries/${id}/replay`);
    say(t("delivery.replayed", { status: told.response.status }), { tone: "ok" });
    go("/deliveries");
  });
  if (problem) return html`<div class="page"><${Failed} problem=${problem} retry=${reload} /></div>`;
  if (!call) return html`<div class="page"><${Loading} /></div>`;
  return html`<div class="page"><${Head} title=${t("delivery.call_of", { at: `${dayWord(call.at)} ${clockTime(call.at)}` })}><a class="button" href=${withQuery({}, "/deliveries")}><${Icon} name="back" /><span>${t("place.deliveries")}</span></a>
      ${call.replayable && html`<${Button} icon="again" onClick=${replay}>${t("delivery.replay")}<//>`}<//>
    <section class="card"><dl class="facts"><div><dt>${t("word.shop")}</dt><dd>${shopOf(call.shop)?.name || call.shop}</dd></div><div><dt>${t("word.channel")}</dt><dd>${call.channel}</dd></div>
      <div><dt>${t("delivery.signature")}</dt><dd><${Chip} tone=${call.signature.fits ? "ok" : "danger"} icon=${call.signature.fits ? "tick" : "alert"}>${said(call.signature)}<//></dd></div>
      <div><dt>${t("delivery.result")}</dt><dd><${Chip} tone=${TONE[call.result]}>${tOr(`delivery.${call.result}`, call.result)}<//> ${t("delivery.brought", { accepted: number(call.accepted), repeats: number(call.repeats) })}</dd></div></dl>
      ${call.detail && html`<p class="notice warn">${call.detail}</p>`}</section>
    ${call.messages.map((m) => html`<${Message} key=${m.id} message=${m} />`)}
    <section class="card"><h3>${t("delivery.headers")}</h3><p class="muted">${t("delivery.masked")}</p><pre tabindex="0">${`${call.method}${asked(call.query)}\n`}${Object.entries(call.headers).map(([name, value]) => `${name}: ${value}`).join("\n")}</pre>
      <h3>${t("delivery.body")}</h3><pre tabindex="0">${pretty(call.body)}</pre></section>
    ${call.curl && html`<section class="card"><h3>curl</h3><p class="muted">${t("delivery.curl_why")}</p><${CopyableText} value=${call.curl} label="curl" verb=${t("delivery.copy_curl")} /></section>`}</div>`;
}
