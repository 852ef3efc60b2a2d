// What went over the wire, as from a real platform: the signed webhook and our answer, and our sends with theirs.
import { html } from "../lib/view.js";
import { clockTime } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { Chip, Empty } from "../ui/parts.js";

function pretty(body) {
  if (body && typeof body === "object") return JSON.stringify(body, null, 2);
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body || "";
  }
}

const heads = (headers) => Object.entries(headers || {}).map(([name, value]) => `${name}: ${value}`).join("\n");

const Half = ({ word, half }) => html`<h3>${word}${half?.status ? ` · ${half.status}` : ""}</h3><pre tabindex="0">${[heads(half?.headers), pretty(half?.body)].filter(Boolean).join("\n\n")}</pre>`;

/** How a call ended: yes, no (do not send it again), or later (send it again). */
function ending(status) {
  if (status === "sent" || (status >= 200 && status < 300)) return "yes";
  return status === "unknown" || status >= 500 || !status ? "later" : "no";
}

function Call({ call, open }) {
  const incoming = call.direction === "in";
  const status = call.status ?? call.response?.status;
  const end = ending(status);
  return html`<details open=${open}><summary><time>${clockTime(call.at)}</time>
      <${Chip} tone=${incoming ? "" : "bot"} icon=${incoming ? "in" : "out"}>${t(incoming ? "sim.in" : "sim.out")}<//>
      <${Chip} tone=${end === "yes" ? "ok" : "danger"}>${status}<//><span class="last">${call.words || t(`sim.${incoming ? "in" : "out"}.${end}`)}</span></summary>
    <${Half} word=${t(incoming ? "sim.request" : "sim.our_request")} half=${call.request} /><${Half} word=${t(incoming ? "sim.our_response" : "sim.response")} half=${call.response} /></details>`;
}

export function Wire({ calls }) {
  const newest = [...calls].reverse();
  return html`<section class="wire" aria-label=${t("sim.wire")}><h2>${t("sim.wire")}</h2><p class="meta">${t("sim.wire_why")}</p>
    ${newest.length ? newest.map((call, i) => html`<${Call} key=${call.id} call=${call} open=${i === 0} />`) : html`<${Empty}>${t("sim.wire_empty")}<//>`}</section>`;
}
