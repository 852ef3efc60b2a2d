// Dialogs: the browser's own <dialog>, so that focus stays inside and returns where it was.
import { html, signal, useEffect, useRef } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { Button, Icon } from "./parts.js";

const open = signal(null);

/** Show a dialog: `body` is a function that gets `close` and gives markup. One at a time. */
export const showDialog = (title, body) => (open.value = { title, body });

/** Ask before an act that is hard to take back. */
export function confirmFirst(title, words, verb, act) {
  showDialog(title, (close) => html`<p>${words}</p>
    <div class="acts"><${Button} onClick=${close}>${t("act.cancel")}<//>
    <${Button} kind="danger" onClick=${() => { close(); act(); }}>${verb}<//></div>`);
}

export function DialogHost() {
  const now = open.value;
  const ref = useRef(null);
  useEffect(() => {
    if (now && !ref.current.open) ref.current.showModal();
  }, [now]);
  if (!now) return null;
  const close = () => ref.current?.close();
  return html`<dialog ref=${ref} aria-labelledby="dialog-title" onClose=${() => (open.value = null)}>
    <header><h2 id="dialog-title">${now.title}</h2>
      <button type="button" class="button quiet square" aria-label=${t("act.close_dialog")} onClick=${close}><${Icon} name="cross" /></button></header>
    ${now.body(close)}
  </dialog>`;
}
