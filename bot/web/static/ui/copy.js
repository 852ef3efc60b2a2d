// Copying: by the clipboard where there is one, else by selecting, for plain-http pages have none.
import { html } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { Button } from "./parts.js";
import { say } from "./floating.js";

async function copyField(field) {
  field.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value).catch(() => {});
  else document.execCommand("copy");
  say(t("settings.copied"), { key: "copied" });
}

/** A value in a field of one line, with a button that copies it. */
export const Copyable = ({ value, label }) => html`<span class="secret"><input readonly value=${value} aria-label=${label} onFocus=${(e) => e.currentTarget.select()} />
  <${Button} icon="copy" onClick=${(e) => copyField(e.currentTarget.parentElement.querySelector("input"))}>${t("act.copy")}<//></span>`;

/** A text of several lines, with a button that copies it. */
export const CopyableText = ({ value, label, verb }) => html`<div class="stacked"><textarea class="code" readonly rows="5" aria-label=${label}>${value}</textarea>
  <div class="acts"><${Button} icon="copy" onClick=${(e) => copyField(e.currentTarget.closest("div.stacked").querySelector("textarea"))}>${verb}<//></div></div>`;
