// 报备: what was reported to the platform and what became of it, notices given beforehand, and what they do to the rate.
import { html } from "../lib/view.js";
import { apiUrl, get, post } from "../lib/api.js";
import { localDay, minuteTime, shopMoment } from "../lib/clock.js";
import { number, t, tOr } from "../lib/i18n.js";
import { route, withQuery } from "../lib/router.js";
import { can } from "../lib/session.js";
import { Figures, Loaded, talkUrl, Tile, useCounted } from "../ui/figures.js";
import { Button, Chip, Empty, Field, Icon, useLoad } from "../ui/parts.js";
import { attempt, say, showDialog } from "../ui/floating.js";
import { fraction } from "./rates_tables.js";

const STATUSES = ["", "filed", "accepted", "rejected"];
const TONE = { filed: "warn", accepted: "ok", rejected: "danger" };
const RATES = ["now", "without_reports", "if_accepted"];
const moment = (at) => `${localDay(at)} ${minuteTime(at)}`;
const today = (shop) => localDay(shopMoment(shop.clock));

/** What the platform did, on which day, with a note; then `done`. */
function Step({ shop, one, status, done, close }) {
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (!(await attempt(() => post(`/shops/${shop.id}/reports/${encodeURIComponent(one.id)}`, { status, day: form.get("day"), note: form.get("note") })))) return;
    say(t("report.noted"), { tone: "ok" });
    close();
    done();
  };
  return html`<form onSubmit=${send}><${Field} label=${t("report.decided_on")}><input type="date" name="day" value=${today(shop)} max=${today(shop)} required autofocus /><//>
    <${Field} label=${t("report.note")}><input name="note" maxlength="500" /><//>
    <div class="acts end"><${Button} onClick=${close}>${t("act.cancel")}<//><${Button} kind="primary" type="submit">${t("act.save")}<//></div></form>`;
}

function One({ shop, one, done }) {
  const step = (status) => showDialog(t(`report.status.${status}`), (close) => html`<${Step} shop=${shop} one=${one} status=${status} done=${done} close=${close} />`);
  return html`<li class="pair"><div class="stack">
      <p class="chips"><${Chip} tone=${TONE[one.status]}>${tOr(`report.status.${one.status}`, one.status)}<//><${Chip}>${t(`report.kind.${one.kind}`)}<//>
        ${one.conversation ? html`<a href=${talkUrl(one.conversation, shop.id)}>${one.buyer.name || one.buyer.id}</a>` : html`<span>${t("report.span", { from: moment(one.from_at), to: moment(one.to_at) })}</span>`}${one.said_at && html`<time>${moment(one.said_at)}</time>`}</p>
      ${one.text && html`<p class="words">${one.text}</p>`}
      <p class="meta">${one.steps.map((s) => t("report.step", { day: s.day, status: t(`report.status.${s.status}`), by: s.by.name })).join(t("word.comma"))}</p>${one.note && html`<p class="meta">${one.note}</p>`}</div>
    ${can("desk") && html`<div class="acts">${["accepted", "rejected"].filter((s) => s !== one.status).map((s) => html`<${Button} key=${s} kind="small" onClick=${() => step(s)}>${t(`report.status.${s}`)}<//>`)}</div>`}</li>`;
}

/** A notice given to the platform before something happens, such as a sale: for a span of time. */
function Notice({ shop, done }) {
  const send = async (event) => {
    event.preventDefault();
    const target = event.currentTarget;
    const form = new FormData(target);
    const at = (name) => `${form.get(name)}:00+08:00`;
    if (!(await attempt(() => post(`/shops/${shop.id}/reports`, { start: at("start"), end: at("end"), note: form.get("note"), day: form.get("day") })))) return;
    say(t("report.notice_kept"), { tone: "ok" });
    target.reset();
    done();
  };
  return html`<details class="card"><summary>${t("report.notice")}</summary><p class="muted">${t("report.notice_why")}</p><form class="stacked" onSubmit=${send}>
    <div class="two"><${Field} label=${t("report.from")}><input type="datetime-local" name="start" required /><//><${Field} label=${t("report.to")}><input type="datetime-local" name="end" required /><//>
    <${Field} label=${t("report.day")}><input type="date" name="day" value=${today(shop)} max=${today(shop)} required /><//></div>
    <${Field} label=${t("report.note")}><input name="note" maxlength="500" /><//>
    <div class="acts"><${Button} kind="primary" type="submit">${t("report.notice_keep")}<//></div></form></details>`;
}

function List({ shop }) {
  const status = STATUSES.includes(route.value.query.status) ? route.value.query.status : "";
  const found = useLoad(() => get(`/shops/${shop.id}/reports`, { status }), [shop.id, status]);
  useCounted(shop.id, found.reload);
  return html`<p class="muted">${t("report.about")}</p><${Loaded} of=${found}>${({ items, open, rates }) => html`
    <div class="tiles">${RATES.map((name) => html`<${Tile} key=${name} word=${t(`report.rate.${name}`)}><p class="figure">${fraction(rates[name])}</p><p class="meta">${t("report.days", { n: rates.days })}</p><//>`)}
      <${Tile} word=${t("report.open")}><p class="figure"><b>${number(open)}</b></p><//></div>
    <nav class="chips filter" aria-label=${t("report.filter")}>${STATUSES.map((s) => html`<a key=${s} class="chip" href=${withQuery({ status: s })} aria-current=${s === status ? "true" : undefined}>${s ? t(`report.status.${s}`) : t("report.all")}</a>`)}</nav>
    ${items.length ? html`<ul class="card listed">${items.map((one) => html`<${One} key=${one.id} shop=${shop} one=${one} done=${found.reload} />`)}</ul>` : html`<${Empty}>${t(status ? "report.none_such" : "report.none")}<//>`}`}<//>
    ${can("rates") && html`<${Notice} shop=${shop} done=${found.reload} />`}`;
}

const Evidence = (shop) => can("rates") && ["xlsx", "csv"].map((kind) => html`<a key=${kind} class="button" download href=${apiUrl(`/shops/${shop.id}/reports/export`, { kind })}><${Icon} name="download" /><span>${t("report.evidence", { kind })}</span></a>`);

export const Page = () => html`<${Figures} here="reports" title=${t("report.title")} acts=${Evidence}>${(shop) => html`<${List} key=${shop.id} shop=${shop} />`}<//>`;
