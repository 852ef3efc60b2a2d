// Another answer for one platform: said there in the place of the answer that holds everywhere.
import { html } from "../lib/view.js";
import { t, tOr } from "../lib/i18n.js";
import { Button, Field } from "../ui/parts.js";
import { PLATFORMS } from "../ui/platforms.js";

const name = (platform) => tOr(`platform.${platform}`, platform);

/** `own`: the shop's platform, offered first; empty where all shops share the entry. */
export function Variants({ own, variants, set }) {
  const left = [...new Set([own, ...PLATFORMS])].filter((platform) => platform && !(platform in variants));
  const write = (platform) => (event) => set({ ...variants, [platform]: event.currentTarget.value });
  const drop = (platform) => set(Object.fromEntries(Object.entries(variants).filter(([key]) => key !== platform)));
  const add = (event) => {
    const platform = event.currentTarget.value;
    if (platform) set({ ...variants, [platform]: "" });
    event.currentTarget.value = "";
  };
  return html`${Object.entries(variants).map(([platform, text]) => html`<div class="variant" key=${platform}><${Field} label=${t("faq.variant", { platform: name(platform) })}><textarea rows="3" maxlength="4000" value=${text} onInput=${write(platform)}></textarea><//>
      <${Button} kind="quiet small" icon="cross" onClick=${() => drop(platform)}>${t("faq.variant_drop", { platform: name(platform) })}<//></div>`)}
    ${left.length > 0 && html`<select class="add-variant" aria-label=${t("faq.variant_add")} onChange=${add}><option value="">${t("faq.variant_add")}</option>${left.map((platform) => html`<option key=${platform} value=${platform}>${name(platform)}</option>`)}</select>`}`;
}
