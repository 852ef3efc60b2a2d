// Short words bottom right: what happened, and undo where it can be taken back. They never take focus.
import { html, signal } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { Button } from "./parts.js";

const shown = signal([]);
const spoken = signal("");
let last = 0;

/** Say what happened. `undo` offers to take it back; `tone` is ok, warn or danger. The same `key` is said once. */
export function say(text, { undo, tone = "", key, stay = 6000 } = {}) {
  const id = (last += 1);
  shown.value = [...shown.value.filter((x) => !key || x.key !== key), { id, key, text, undo, tone }];
  setTimeout(() => hush(id), undo ? Math.max(stay, 10000) : stay);
}

/** Say what went wrong, in the server's words. */
export const sayProblem = (problem) => say(problem.message, { tone: "danger", stay: 9000, key: problem.message });

/** Tell those who listen rather than look, once. */
export const announce = (text) => (spoken.value = text);

const hush = (id) => (shown.value = shown.value.filter((x) => x.id !== id));

/** Take back the latest act that offers it; false when there is none. */
export function undoLatest() {
  const latest = shown.value.filter((x) => x.undo).pop();
  if (!latest) return false;
  hush(latest.id);
  latest.undo();
  return true;
}

/** Run an act and put a failure into words; gives the answer, or undefined when it failed. */
export async function attempt(act) {
  try {
    return await act();
  } catch (problem) {
    if (problem.status === undefined) throw problem;
    sayProblem(problem);
    return undefined;
  }
}

export const ToastHost = ({ children }) => html`<div class="toasts"><div role="status">
  ${shown.value.map((x) => html`<div class=${`toast ${x.tone}`} key=${x.id}><span>${x.text}</span>
    ${x.undo && html`<${Button} kind="quiet" onClick=${() => { hush(x.id); x.undo(); }}>${t("act.undo")}<//>`}</div>`)}
  </div>${children}</div><div class="unseen" aria-live="polite">${spoken.value}</div>`;
