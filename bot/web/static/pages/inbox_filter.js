// By what the list of conversations is narrowed: platform, the handoff's reason, a label of the buyer; and its order.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { shops } from "../lib/session.js";
import { showDialog } from "../ui/floating.js";
import { Button, Field, reasonWord, useLoad } from "../ui/parts.js";

const REASONS = ["asked_for_person", "no_match", "unsure", "two_alike", "several_questions", "upset", "sensitive", "media", "send_failed", "by_hand", "draft_to_confirm", "bot_off", "missing_field", "stale", "own_fault", "entry_wants_person", "released_owed"];

const Pick = ({ name, word, any, codes, said, first }) => html`<${Field} label=${word}><select autofocus=${first} name=${name} value=${route.value.query[name] || ""}><option value="">${any}</option>${codes.map((code) => html`<option key=${code} value=${code} selected=${route.value.query[name] === code}>${said(code)}</option>`)}</select><//>`;

function Filters({ close }) {
  const { data } = useLoad(() => get("/labels"), []);
  const platforms = [...new Set(shops.value.map((s) => s.platform))];
  const labels = data?.items || [];
  const apply = (event) => {
    event.preventDefault();
    const chosen = Object.fromEntries(new FormData(event.currentTarget));
    close();
    go(withQuery(chosen));
  };
  return html`<form class="stack" onSubmit=${apply}>
    ${platforms.length > 1 && html`<${Pick} name="platform" word=${t("word.platform")} any=${t("filter.all")} codes=${platforms} said=${(code) => t(`platform.${code}`)} />`}
    <${Pick} first name="reason" word=${t("side.reason")} any=${t("filter.all")} codes=${REASONS} said=${reasonWord} />
    ${labels.length > 0 && html`<${Pick} name="label" word=${t("buyer.labels")} any=${t("filter.all")} codes=${labels} said=${(label) => label} />`}
    <${Pick} name="order" word=${t("list.order_by")} any=${t("list.order.deadline")} codes=${["longest", "newest"]} said=${(code) => t(`list.order.${code}`)} />
    <div class="acts end"><${Button} onClick=${close}>${t("act.cancel")}<//><${Button} kind="primary" type="submit">${t("filter.apply")}<//></div></form>`;
}

export const chooseFilters = () => showDialog(t("filter.title"), (close) => html`<${Filters} close=${close} />`);
