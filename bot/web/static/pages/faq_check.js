// What is wrong in a shop's FAQ by itself, each fault with a way to the entry it is about.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { number, said, t, tOr } from "../lib/i18n.js";
import { go, withQuery } from "../lib/router.js";
import { shops } from "../lib/session.js";
import { Button, Chip, Empty, Failed, Head, Icon, Loading, ShopPicker, useLoad } from "../ui/parts.js";
import { faqShop } from "./faq_shop.js";

const entryUrl = (shop, id) => withQuery({ shop }, `/faq/${encodeURIComponent(id)}`);

const Fault = ({ shop, one }) => html`<li class="pair"><div><p><${Chip} tone=${one.level === "error" ? "danger" : "warn"}>${t(`check.code.${one.code}`)}<//> <span class="meta">${tOr(`import.column.${one.column}`, one.column)}</span></p><p>${said(one.why)}</p></div>
  <div class="acts">${one.entry && html`<a class="button" href=${entryUrl(shop, one.entry)}>${t("check.open")}</a>`}${one.other && html`<a class="button" href=${entryUrl(shop, one.other)}>${t("check.open_other")}</a>`}</div></li>`;

export function Page() {
  const shop = faqShop();
  const { data, problem, reload } = useLoad(() => (shop ? get(`/shops/${shop.id}/faq-check`) : Promise.resolve(null)), [shop?.id]);
  return html`<div class="page"><${Head} title=${t("check.title")}>${shop && html`<${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} />`}
      <${Button} icon="again" onClick=${reload}>${t("check.again")}<//><a class="button quiet" href=${withQuery({}, "/faq")}><${Icon} name="back" /><span>${t("faq.back")}</span></a><//>
    <p class="muted">${t("check.why")}</p>
    ${!shop ? html`<${Empty}>${t("empty.shops")}<//>` : problem ? html`<${Failed} problem=${problem} retry=${reload} />` : !data ? html`<${Loading} />` : html`
      <p>${t("check.found", { errors: number(data.errors), warnings: number(data.warnings) })} <span class="meta">${t("check.read", { read: number(data.read), phrasings: number(data.phrasings) })}</span></p>
      ${data.items.length ? html`<ul class="card listed stacked">${data.items.map((one) => html`<${Fault} key=${`${one.code}${one.entry}${one.column}${one.text}`} shop=${shop.id} one=${one} />`)}</ul>` : html`<${Empty}>${t("check.nothing")}<//>`}`}</div>`;
}
