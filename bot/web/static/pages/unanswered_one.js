// One group of unanswered questions: what is asked, what lies near, what people answered, and the keys to deal with it.
import { html } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { dayWord, minuteTime } from "../lib/clock.js";
import { useFeed } from "../lib/feed.js";
import { t } from "../lib/i18n.js";
import { useKeys } from "../lib/keys.js";
import { go, withQuery } from "../lib/router.js";
import { can } from "../lib/session.js";
import { Button, Chip, Failed, Icon, Loading, reasonWord, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { showAdd, showMake, showMerge } from "./unanswered_acts.js";

const moment = (at) => `${dayWord(at)} ${minuteTime(at)}`;
const talkUrl = (id) => `/inbox/${encodeURIComponent(id)}`;
const entryUrl = (shop, id) => withQuery({ shop: shop.id, gap: "", state: "", sort: "" }, `/faq/${encodeURIComponent(id)}`);

// What was done on this page, the latest last: Z takes back one after the other, long after its line is gone.
const acts = [];

/** Take back what was done with a group; what is taken back already is left alone. */
async function takeBack(url, reload) {
  const at = acts.lastIndexOf(url);
  if (at >= 0) acts.splice(at, 1);
  await attempt(async () => {
    await post(`${url}/undo`, { reason: t("gap.undo_reason") });
    say(t("gap.undone"), { tone: "ok" });
  });
  reload();
}

/** Take back the latest act of this page; false where there is none. */
export function undoLast(reload) {
  if (!acts.length) return false;
  takeBack(acts.at(-1), reload);
  return true;
}

/** That a group was asked again after somebody ignored or took it in. */
export const Returned = ({ group }) => group.returned && html`<${Chip} tone="warn" icon="again">${t(`gap.returned.${group.returned.from}`, { n: group.returned.times })}<//>`;

const Facts = ({ group }) => html`<p class="chips"><${Chip} tone=${group.week ? "info" : ""}>${t("gap.week", { n: group.week })}<//><${Chip}>${t("gap.count", { n: group.count })}<//><${Returned} group=${group} />
    <span class="meta">${t("gap.span", { from: moment(group.first_at), to: moment(group.last_at) })}</span></p>
  ${group.page.length > 0 && html`<p class="notice info">${t("gap.page", { facts: group.page.join(t("word.comma")) })}</p>`}`;

const Nearest = ({ shop, group }) => html`<section class="card"><h2>${t("gap.nearest")}</h2>
  ${group.nearest.length ? html`<ul class="neighbours">${group.nearest.map((n) => html`<li key=${n.id}><a href=${entryUrl(shop, n.id)}>${n.question}</a><${Chip}>${t("faq.similarity", { n: Math.round(n.similarity) })}<//></li>`)}</ul>` : html`<p class="meta">${t("faq.no_neighbours")}</p>`}</section>`;

const Answers = ({ group }) => group.answers.length > 0 && html`<section class="card"><h2>${t("gap.answers")} <${Chip} tone="warn">${t("gap.proposed")}<//></h2>
  <ul class="listed stacked">${group.answers.map((a) => html`<li key=${a.text}><p class="words">${a.text}</p><p class="meta">${t("gap.said", { n: a.times })} · <time>${moment(a.at)}</time></p></li>`)}</ul></section>`;

const Examples = ({ group }) => html`<section class="card"><h2>${t("gap.examples")}</h2><p class="meta">${t("gap.masked")}</p>
  <ul class="neighbours">${group.examples.map((one, i) => html`<li key=${i}><span><span class="words">${one.text}</span><br /><span class="meta">${reasonWord(one.reason)} · <time>${moment(one.at)}</time></span></span><a href=${talkUrl(one.conversation)}>${t("gap.talk")}</a></li>`)}</ul></section>`;

/** What became of a group that is not open. */
function Became({ shop, group, undo }) {
  if (group.state === "open") return null;
  const where = group.state === "adopted" ? html` <a href=${entryUrl(shop, group.entry)}>${t("gap.see_entry")}</a>` : group.state === "merged" && html` <a href=${withQuery({ state: "", gap: group.into })}>${t("gap.see_group")}</a>`;
  return html`<div class="notice across"><p>${t(`gap.became.${group.state}`)}${where}</p>${can("faq") && html`<${Button} onClick=${undo} hint="Z">${t("act.undo")}<//>`}</div>`;
}

function useActs(shop, group, others, done, reload) {
  const base = `/shops/${shop.id}/gaps/${encodeURIComponent(group.id)}`;
  const finish = (words) => {
    acts.push(base);
    say(words, { tone: "ok", undo: () => acts.includes(base) && takeBack(base, reload) });
    done();
    reload();
  };
  const open = group.state === "open" || group.state === "ignored";
  const doing = (act) => () => (can("faq") && open ? act() : false);
  return {
    make: doing(() => showMake({ shop, group, base, finish })),
    add: doing(() => showAdd({ shop, group, base, finish })),
    merge: doing(() => showMerge({ group, base, finish, others: others.filter((g) => g.id !== group.id) })),
    ignore: doing(() => group.state === "open" && attempt(async () => {
      await post(`${base}/ignore`);
      finish(t("gap.ignored"));
    })),
    see: () => group.examples.length > 0 && go(talkUrl(group.examples[0].conversation)),
    undo: () => (can("faq") && group.state !== "open" ? takeBack(base, reload) : false),
  };
}

function Detail({ shop, group, others, done, reload }) {
  const act = useActs(shop, group, others, done, reload);
  useKeys({ n: act.make, a: act.add, x: act.ignore, m: act.merge, v: act.see, z: act.undo });
  const open = group.state === "open" || group.state === "ignored";
  return html`<section class="gap-one" aria-label=${group.text}>
    <p class="gap-back"><a class="button quiet" href=${withQuery({ gap: "" })}><${Icon} name="back" /><span>${t("gap.back")}</span></a></p>
    <h2>${group.text}</h2><${Facts} group=${group} /><${Became} shop=${shop} group=${group} undo=${act.undo} />
    <div class="acts">${can("faq") && open && html`<${Button} kind="primary" onClick=${act.make} hint="N">${t("gap.make")}<//><${Button} onClick=${act.add} hint="A">${t("gap.add")}<//>
      ${group.state === "open" && html`<${Button} onClick=${act.ignore} hint="X">${t("gap.ignore")}<//>`}<${Button} onClick=${act.merge} hint="M">${t("gap.merge")}<//>`}
      <${Button} kind="quiet" onClick=${act.see} hint="V">${t("gap.talk")}<//></div>
    <${Answers} group=${group} /><${Nearest} shop=${shop} group=${group} /><${Examples} group=${group} /></section>`;
}

export function One({ shop, id, others, done, reload }) {
  const found = useLoad(() => get(`/shops/${shop.id}/gaps/${encodeURIComponent(id)}`), [shop.id, id]);
  useFeed((events) => events.some((e) => e.kind === "gap" && e.shop === shop.id) && found.reload(), [found.reload]);
  const both = () => {
    reload();
    found.reload();
  };
  if (found.data) return html`<${Detail} shop=${shop} group=${found.data} others=${others} done=${done} reload=${both} />`;
  return found.problem ? html`<${Failed} problem=${found.problem} retry=${found.reload} />` : html`<${Loading} />`;
}
