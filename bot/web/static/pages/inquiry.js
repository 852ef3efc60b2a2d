// One inquiry explained: window, clock, deadline, every reply that was seen, and the rule and source that settled it.
import { html, useEffect } from "../lib/view.js";
import { get } from "../lib/api.js";
import { clockTime, dayWord, seconds } from "../lib/clock.js";
import { said, t, tOr } from "../lib/i18n.js";
import { go, route, withQuery } from "../lib/router.js";
import { shopOf } from "../lib/session.js";
import { Loaded, oneOf, RulesFacts, talkUrl, useCounted, viewUrl } from "../ui/figures.js";
import { Chip, Head, Icon, useLoad } from "../ui/parts.js";
import { ruleWord, valueWords } from "../ui/rule_words.js";
import { verdictTone, verdictWord } from "../ui/verdicts.js";

const at = (time) => `${dayWord(time)} ${clockTime(time)}`;
const Fact = ({ word, children }) => html`<div><dt>${word}</dt><dd>${children}</dd></div>`;

function Clock({ clock, ruleset }) {
  if (!clock) return null;
  const anew = clock.from && clock.from !== clock.opened_at;
  return html`<section><h2>${t("inquiry.clock")}</h2><div class="card"><dl class="facts">
    <${Fact} word=${t("rate.opened")}>${at(clock.opened_at)}<//>
    <${Fact} word=${t("rate.window")}>${ruleset.window ? ruleset.window.join("–") : t("rate.no_window")} <${Chip} tone=${clock.inside ? "ok" : ""}>${t(clock.inside ? "inquiry.inside" : "inquiry.outside")}<//><//>
    <${Fact} word=${t("inquiry.from")}>${clock.from ? html`${at(clock.from)}${anew && html` <${Chip} tone="warn">${t("inquiry.anew")}<//>`}` : t("inquiry.no_clock")}<//>
    ${clock.due_at && html`<${Fact} word=${t("rate.deadline")}>${t("inquiry.due", { span: seconds(ruleset.deadline_s), at: at(clock.due_at) })} ${t(clock.inclusive ? "inquiry.inclusive" : "inquiry.exclusive")}<//>`}
    ${clock.night_due_at && html`<${Fact} word=${t("inquiry.night_due")}>${at(clock.night_due_at)}<//>`}
    <${Fact} word=${t("rate.response")}>${clock.response_s === null ? t("inquiry.no_response") : seconds(clock.response_s)}<//>
  </dl></div></section>`;
}

const Reply = ({ reply, decided }) => html`<li class="card seen"><div class="pair"><span class="chips"><time>${at(reply.at)}</time><${Chip}>${reply.after_s === null ? "" : t("inquiry.after", { span: seconds(reply.after_s) })}<//><${Chip} tone=${reply.class === "automatic" ? "bot" : reply.class === "human" ? "info" : ""}>${t(`class.${reply.class}`)}<//></span>
    <span class="chips">${decided && html`<${Chip} tone="info">${t("inquiry.decided")}<//>`}<${Chip} tone=${reply.counts ? "ok" : ""} icon=${reply.counts ? "tick" : "minus"}>${reply.counts ? t("counts.yes") : t("counts.no", { why: tOr(`counts.${reply.reason}`, reply.reason) })}<//></span></div>
  ${reply.text && html`<p class="words">${reply.text}</p>`}<p class="meta said">${said(reply.sentence)}</p></li>`;

function Settled({ data, shop }) {
  const { changed } = data;
  return html`<section><h2>${t("inquiry.settled")}</h2><div class="card"><dl class="facts">
    <${Fact} word=${t("rules.parameter")}>${ruleWord(data.rule)} <code>${data.rule}</code><//>
    ${data.value !== null && html`<${Fact} word=${t("rules.value")}>${valueWords(data.rule, data.value)}<//>`}
    <${Fact} word=${t("rules.basis")}>${t(`rules.basis.${data.basis}`)}<//>
    ${changed && html`<${Fact} word=${t("rules.changed")}>${t("rules.changed_by", { who: changed.by_name || changed.by, at: at(changed.at), why: changed.why })}<//>`}
    ${data.waived && html`<${Fact} word=${t("inquiry.waived")}>${data.waived}<//>`}
  </dl><${RulesFacts} ruleset=${data.ruleset} />${shop && html`<p><a href=${viewUrl("rules", shop)}>${t("rules.see_all")}</a></p>`}</div></section>`;
}

function Explained({ data }) {
  const shop = shopOf(data.shop);
  return html`<section><div class="card"><p class="chips"><${Chip} tone=${verdictTone(data.reason)}>${verdictWord(data.reason)}<//>${data.owed && html`<${Chip} tone="warn">${t("list.owed_short")}<//>`}${data.night && html`<${Chip}>${t(`night.${data.night}`)}<//>`}${shop && html`<span class="meta">${shop.name}</span>`}</p>
      ${data.text && html`<blockquote>${data.text}</blockquote>`}<p class="said">${said(data.sentence)}</p>
      <div class="acts"><a class="button" href=${talkUrl(data.conversation, data.shop, data.id)}><${Icon} name="talk" />${t("rate.open_talk")}</a></div></div></section>
    <${Clock} clock=${data.clock} ruleset=${data.ruleset} />
    <section><h2>${t("inquiry.replies")}</h2>${data.replies.length === 0 ? html`<p class="card muted">${t("inquiry.no_replies")}</p>` : html`<ol class="stacked">${data.replies.map((r) => html`<${Reply} key=${r.message} reply=${r} decided=${r.message === data.clock?.decided_by} />`)}</ol>`}</section>
    <${Settled} data=${data} shop=${shop} />`;
}

export function Page({ id }) {
  const found = useLoad(() => get(`/inquiries/${encodeURIComponent(id)}/explain`), [id]);
  const shop = found.data?.shop;
  useCounted(shop, found.reload);
  useEffect(() => {
    // The address carries the shop, so that the other views go on with it.
    if (shop && route.value.query.shop !== shop) go(withQuery({ shop, simulated: shopOf(shop)?.simulated ? "1" : "" }), { replace: true });
  }, [shop]);
  return html`<div class="page figures"><${Head} title=${t("inquiry.title")}>${shopOf(shop) && html`<a class="button" href=${`${viewUrl("", shopOf(shop))}#inquiries`}>${t("rate.inquiries")}</a>`}<//>
    <${Loaded} of=${found}>${(data) => html`<${Explained} data=${data} />`}<//></div>`;
}
