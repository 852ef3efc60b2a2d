// A real shop whose sample facts nobody has vouched for yet: how many, and the one click to the page that asks.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { useLoad } from "./parts.js";

/** Where a shop's facts are confirmed. */
export const factsUrl = (shop) => `/settings/fields?shop=${encodeURIComponent(shop)}`;

/** The facts answers of this shop use and no person has confirmed, of those the server listed. */
export const unconfirmed = (facts) => facts.filter((f) => !f.confirmed && f.used_by);

/** The call to confirm, empty where nothing is left. Samples hold in simulated shops: there nobody is asked. */
export function Unconfirmed({ shop }) {
  const { data, reload } = useLoad(() => (shop.simulated ? Promise.resolve([]) : get(`/shops/${shop.id}/fields`)), [shop.id]);
  useFeed((events) => events.some((e) => e.shop === shop.id && ["entry", "setting"].includes(e.kind)) && reload(), [reload]);
  const left = unconfirmed(data || []).length;
  return left > 0 && html`<div class="notice warn across"><p>${t("fields.wait", { n: left })}</p><a class="button" href=${factsUrl(shop.id)}>${t("fields.go")}</a></div>`;
}
