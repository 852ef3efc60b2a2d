// Which days the figures are of: today, 7 or 30 days, or days of one's own; kept in the address.
import { html, useState } from "../lib/view.js";
import { t } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { localDay, shopMoment } from "../lib/clock.js";
import { Button } from "../ui/parts.js";

const DAYS = [1, 7, 30];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The chosen period as the API takes it: {first, last}, or {days}. */
export function period() {
  const { days, first, last } = route.value.query;
  if (DAY.test(first || "") && DAY.test(last || "")) return { first, last };
  return { days: DAYS.includes(Number(days)) ? Number(days) : 30 };
}

export const compared = () => route.value.query.compare === "1";

function Own({ now, chosen }) {
  const today = localDay(now);
  const show = (event) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const [first, last] = [typed.get("first"), typed.get("last")].sort();
    go(withQuery({ first, last, days: "" }));
  };
  return html`<form class="own-days" onSubmit=${show}><label><span class="unseen">${t("rate.first")}</span><input type="date" name="first" required max=${today} value=${chosen.first || ""} aria-label=${t("rate.first")} /></label><span aria-hidden="true">–</span>
    <label><span class="unseen">${t("rate.last")}</span><input type="date" name="last" required max=${today} value=${chosen.last || today} aria-label=${t("rate.last")} /></label><${Button} type="submit">${t("rate.show")}<//></form>`;
}

/** The choice of days, and whether the period before stands beside. */
export function PeriodPicker({ shop }) {
  const chosen = period();
  const [own, setOwn] = useState(Boolean(chosen.first));
  const pick = (event) => {
    const value = event.currentTarget.value;
    setOwn(value === "own");
    if (value !== "own") go(withQuery({ days: value, first: "", last: "" }));
  };
  return html`<select aria-label=${t("rate.period")} value=${own ? "own" : String(chosen.days)} onChange=${pick}>${DAYS.map((d) => html`<option key=${d} value=${String(d)}>${t(`rate.days_${d}`)}</option>`)}<option value="own">${t("rate.own_days")}</option></select>
    ${own && html`<${Own} now=${shopMoment(shop.clock)} chosen=${chosen} />`}
    <label class="check"><input type="checkbox" checked=${compared()} onChange=${(e) => go(withQuery({ compare: e.currentTarget.checked ? "1" : "" }))} /><span>${t("rate.compare")}</span></label>`;
}
