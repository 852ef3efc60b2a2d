// Whose entries a page of the FAQ shows: one shop's, or those all shops share.
import { t } from "../lib/i18n.js";
import { route } from "../lib/router.js";
import { SHARED, me, pathOf, shops } from "../lib/session.js";

/** Whether the person may write what all shops share: who works for all of them. */
const sharing = () => me.value?.roles.some((one) => one.shop === SHARED && one.role !== "agent" && one.role !== "supervisor");

/** The shops a page of the FAQ offers, what they share last. */
export const faqShops = () => (sharing() && shops.value.length ? [...shops.value, { id: SHARED, name: t("faq.shared"), shared: true }] : shops.value);

/** The shop whose FAQ is shown: the one in the address, else the first. */
export const faqShop = () => shops.value.find((s) => s.id === route.value.query.shop) || shops.value[0];

/** As `faqShop`, or what all shops share. */
export const faqScope = () => faqShops().find((s) => s.id === route.value.query.shop) || shops.value[0];

/** Where a shop's entries are asked for. */
export const entriesOf = (shop) => `${pathOf(shop)}/entries`;
