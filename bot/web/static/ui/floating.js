// What floats over a page: dialogs, and short words bottom right.
import { html, signal, useLayoutEffect, useRef } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { Button, Icon } from "./parts.js";

// Dialogs are the browser's own <dialog>, so that focus stays inside and returns where it was.
const dialog = signal(null);

/** Show a dialog: `body` is a function that gets `close` and gives markup. One at a time. */
export const showDialog = (title, body) => (dialog.value = { title, body });

/** Ask before an act that is hard to take back. */
export function confirmFirst(title, words, verb, act) {
  showDialog(title, (close) => html`<p>${words}</p>
    <div class="acts"><${Button} onClick=${close}>${t("act.cancel")}<//>
    <${Button} kind="danger" onClick=${() => { close(); act(); }}>${verb}<//></div>`);
}

export function DialogHost() {
  const now = dialog.value;
  const ref = useRef(null);
  useLayoutEffect(() => {
    if (now && !ref.current.open) ref.current.showModal();
  }, [now]);
  if (!now) return null;
  const close = () => ref.current?.close();
  // That it was closed is told a moment late: the next one may be open by then, and stays.
  const closed = () => ref.current.open || (dialog.value = null);
  return html`<dialog ref=${ref} aria-labelledby="dialog-title" onClose=${closed}>
    <header><h2 id="dialog-title">${now.title}</h2>
      <button type="button" class="button quiet square" aria-label=${t("act.close_dialog")} onClick=${close}><${Icon} name="cross" /></button></header>
    ${now.body(close)}
  </dialog>`;
}

// Toasts say what happened, with undo where it can be taken back. They never take focus.
const toasts = signal([]);
const spoken = signal("");
let last = 0;

/** Say what happened. `undo` offers to take it back, `link` leads there; `tone` is ok, warn or danger. The same `key` is
 * said once. */
export function say(text, { undo, link, tone = "", key, stay = 6000 } = {}) {
  const id = (last += 1);
  toasts.value = [...toasts.value.filter((x) => !key || x.key !== key), { id, key, text, undo, link, tone }];
  setTimeout(() => hush(id), undo ? Math.max(stay, 10000) : stay);
}

/** Say what went wrong, in the server's words. */
export const sayProblem = (problem) => say(problem.message, { tone: "danger", stay: 9000, key: problem.message });

const TOGETHER_MS = 1000;
let spokenAt = 0;

/** Tell those who listen rather than look, once; what is told at the same moment stands side by side. */
export function announce(text) {
  spoken.value = Date.now() - spokenAt < TOGETHER_MS ? `${spoken.value} ${text}` : text;
  spokenAt = Date.now();
}

const hush = (id) => (toasts.value = toasts.value.filter((x) => x.id !== id));

/** Take back the latest act that offers it; false when there is none. */
export function undoLatest() {
  const latest = toasts.value.filter((x) => x.undo).pop();
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
  ${toasts.value.map((x) => html`<div class=${`toast ${x.tone}`} key=${x.id}><span>${x.text}</span>
    ${x.undo && html`<${Button} kind="quiet" onClick=${() => { hush(x.id); x.undo(); }}>${t("act.undo")}<//>`}
    ${x.link && html`<a href=${x.link} onClick=${() => hush(x.id)}>${t("act.look")}</a>`}</div>`)}
  </div>${children}</div><div class="unseen" aria-live="polite">${spoken.value}</div>`;
