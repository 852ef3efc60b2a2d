// What an answer needs a look for: forbidden wording, fields without a value, channels' limits, what the rules call meaningless.
import { html, useEffect, useLayoutEffect, useState } from "../lib/view.js";
import { post } from "../lib/api.js";
import { said, t, tOr } from "../lib/i18n.js";
import { SHARED } from "../lib/session.js";
import { showDialog } from "../ui/floating.js";
import { Button } from "../ui/parts.js";
import { factsUrl } from "../ui/unconfirmed.js";

const WAIT_MS = 500;
const LINE = ({ one }) => html`<li>${one.column === "variants" && html`<b>${tOr("import.column.variants", "")}</b> `}${said(one.why)}</li>`;

/** What is to be said of an entry as it is written; nothing of what all shops share, which each shop fills by itself. */
async function remarksOn(shop, draft) {
  if (shop === SHARED || !draft.question.trim()) return [];
  return (await post(`/shops/${encodeURIComponent(shop)}/entry-remarks`, draft)).remarks;
}

/** The remarks on a draft, a moment after the last change. */
export function useRemarks(shop, draft) {
  const [items, setItems] = useState([]);
  useEffect(() => {
    if (!draft) return undefined;
    let gone = false;
    const timer = setTimeout(() => remarksOn(shop, draft).then((found) => !gone && setItems(found), () => {}), WAIT_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [shop, draft?.answer, draft?.variants, draft?.mode, draft?.question.trim() === ""]);
  return items;
}

export const Remarks = ({ shop, items }) => items.length > 0 && html`<div class="notice warn" role="status"><ul>${items.map((one) => html`<${LINE} key=${one.code + one.column + one.why.zh} one=${one} />`)}</ul>
  ${items.some((one) => one.code === "missing_field") && html`<a href=${factsUrl(shop.id)}>${t("faq.fill_fields")}</a>`}</div>`;

function Ask({ items, close, answer }) {
  // Closed in whatever way without an answer: nothing is saved.
  useLayoutEffect(() => () => answer(false), []);
  const go = () => {
    answer(true);
    close();
  };
  return html`<p>${t("remark.ask")}</p><ul class="listed stacked">${items.map((one) => html`<${LINE} key=${one.code + one.column + one.why.zh} one=${one} />`)}</ul>
    <div class="acts end"><${Button} onClick=${close}>${t("remark.back")}<//><${Button} kind="primary" autofocus onClick=${go}>${t("remark.all_the_same")}<//></div>`;
}

/** Before saving: what is newly to be said of the draft is read by who saves it. False: it shall not be saved. */
export async function readRemarks(shop, draft, before) {
  const [now, then] = await Promise.all([remarksOn(shop.id, draft), before ? remarksOn(shop.id, before) : []]);
  const known = new Set(then.map((one) => one.why.zh));
  const fresh = now.filter((one) => !known.has(one.why.zh));
  if (!fresh.length) return true;
  return new Promise((answer) => showDialog(t("remark.title"), (close) => html`<${Ask} items=${fresh} close=${close} answer=${answer} />`));
}
