// Where the platform does not count what is sent for people: they reply in its own app, and the text goes along.
import { html } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { say } from "../ui/floating.js";
import { Icon } from "../ui/parts.js";

/** The address of the conversation in the platform's app, where the channel names one; `{buyer}` in it is filled. */
function appUrl(channel, talk) {
  const url = channel.options.app_url;
  return url && url.replace("{buyer}", encodeURIComponent(talk.buyer.id));
}

/** Plain-http pages have no clipboard; there the text is selected and copied the old way. */
async function copied(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true, () => false);
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/** Copy a reply and open the platform's app. Nothing is sent, so the draft stays; gives null as an unsent reply does. */
export async function takeAlong(talk, channel, text) {
  const url = appUrl(channel, talk);
  const done = await copied(text);
  say(t(done ? "elsewhere.copied" : "elsewhere.not_copied"), { tone: done ? "ok" : "warn", key: "elsewhere" });
  if (done && url) window.open(url, "_blank", "noopener");
  return null;
}

/** Says over the field that replies belong into the platform's app, with the way there. */
export function Elsewhere({ channel, talk }) {
  const url = appUrl(channel, talk);
  return html`<p class="elsewhere"><${Icon} name="alert" /><span class="grow">${t("elsewhere.why")}</span>${url && html`<a href=${url} target="_blank" rel="noopener">${t("elsewhere.open")}</a>`}</p>`;
}
