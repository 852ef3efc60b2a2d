// 设置: one part at a time, each with its own address.
import { html } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { can, shops } from "../lib/session.js";
import { Empty, ShopPicker } from "../ui/parts.js";
import { Alarms } from "./settings_alarms.js";
import { Bot } from "./settings_bot.js";
import { Facts } from "./settings_fields.js";
import { Hours } from "./settings_hours.js";
import { Lists } from "./settings_lists.js";
import { Look } from "./settings_look.js";
import { People } from "./settings_people.js";
import { Security } from "./settings_security.js";
import { Shops } from "./settings_shops.js";
import { Phrases } from "./settings_phrases.js";
import { Team } from "./settings_team.js";

// `perShop` parts show one shop, chosen beside the title.
const PARTS = [
  { id: "shops", word: "settings.shops", part: Shops, needs: "shops" },
  { id: "bot", word: "settings.bot", part: Bot, needs: "shops", perShop: true },
  { id: "hours", word: "settings.hours", part: Hours, needs: "shops", perShop: true },
  { id: "fields", word: "settings.fields", part: Facts, needs: "faq", perShop: true },
  { id: "lists", word: "settings.lists", part: Lists, needs: "shops", perShop: true },
  { id: "alarms", word: "settings.alarms", part: Alarms, needs: "shops", perShop: true },
  { id: "phrases", word: "settings.phrases", part: Phrases, perShop: true },
  { id: "team", word: "settings.team", part: Team, needs: "rates", perShop: true },
  { id: "people", word: "settings.people", part: People, needs: "people" },
  { id: "security", word: "settings.security", part: Security },
  { id: "look", word: "settings.look", part: Look },
];

export function Page({ part }) {
  const mine = PARTS.filter((p) => !p.needs || can(p.needs));
  const chosen = mine.find((p) => p.id === part) || mine[0];
  const shop = shops.value.find((s) => s.id === route.value.query.shop) || shops.value[0];
  return html`<div class="page settings"><nav aria-label=${t("place.settings")}><h1 class="unseen">${t("place.settings")}</h1>
      ${mine.map((p) => html`<a key=${p.id} href=${withQuery({}, `/settings/${p.id}`)} aria-current=${p === chosen ? "page" : undefined}>${t(p.word)}</a>`)}${can("rates") && html`<a href="/rates/rules">${t("rules.title")}</a>`}</nav>
    <div class="part"><header class="head"><h2>${t(chosen.word)}</h2>${chosen.perShop && shop && html`<${ShopPicker} shops=${shops.value} value=${shop.id} onPick=${(id) => go(withQuery({ shop: id }))} />`}</header>
      ${chosen.perShop && !shop ? html`<${Empty}>${t("empty.shops")}<//>` : html`<${chosen.part} key=${chosen.perShop ? shop.id : ""} shop=${shop} />`}</div></div>`;
}
