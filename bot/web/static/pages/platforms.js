// 怎么接我的平台: today's honest ways per platform, what each costs and what can be measured.
import { html } from "../lib/view.js";
import { get } from "../lib/api.js";
import { said, t } from "../lib/i18n.js";
import { Chip, Failed, Head, Loading, useLoad } from "../ui/parts.js";

const TONE = { yes: "ok", no: "warn", depends: "" };

function Way({ way }) {
  const words = said({ zh: way.zh, en: way.en });
  return html`<li><div class="pair"><h2>${words.name}</h2><span class="chips"><${Chip} tone=${way.shipped ? "ok" : ""}>${t(way.shipped ? "ways.shipped" : way.planned ? "ways.planned" : "ways.by_standard")}<//>
      ${way.human_replies && html`<${Chip} tone=${TONE[way.human_replies]}>${t(`ways.replies.${way.human_replies}`)}<//>`}</span></div>
    <p>${words.way}</p><dl class="ways-facts"><div><dt>${t("ways.effort")}</dt><dd>${words.effort}</dd></div><div><dt>${t("ways.measurable")}</dt><dd>${words.measurable}</dd></div></dl>
    ${way.shipped && html`<div class="acts"><a class="button" href=${`/settings/shops?wire=${way.platform}`}>${t("ways.set_up")}</a></div>`}</li>`;
}

export function Page() {
  const { data, problem, reload } = useLoad(() => get("/ways"), []);
  return html`<div class="page"><${Head} title=${t("ways.title")}><a class="button primary" href="/settings/shops">${t("check.shop")}</a><//><p class="muted">${t("ways.why")}</p>
    ${problem && html`<${Failed} problem=${problem} retry=${reload} />`}
    ${data ? html`<ul class="ways">${data.map((way) => html`<${Way} key=${way.platform} way=${way} />`)}</ul>` : !problem && html`<${Loading} />`}</div>`;
}
