// The first two minutes: owner, platform, starter pack, then straight to the simulator; later the checklist.
import { html, useEffect, useRef, useState } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { LANGS, lang, said, speak, t } from "../lib/i18n.js";
import { go, route } from "../lib/router.js";
import { me, settle, shopOf, shops } from "../lib/session.js";
import { Button, Failed, Field, Icon, Loading } from "../ui/parts.js";
import { throughGate } from "../ui/gate.js";
import { Checklist } from "../ui/checklist.js";
import { factsUrl } from "../ui/unconfirmed.js";

const PLATFORMS = ["xiaohongshu", "kuaishou", "douyin", "taobao", "internal"];

/** The one-time token stands in the fragment, which is never sent to a server; it is taken out of sight at once. */
function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") || "";
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

function Owner({ token }) {
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState(null);
  const form = useRef(null);
  const choose = async (platform) => {
    if (!form.current.reportValidity()) return;
    const typed = new FormData(form.current);
    setBusy(platform);
    setProblem(null);
    try {
      const answer = await post("/start/owner", { token, name: typed.get("name"), password: typed.get("password"), platform, lang: lang.value });
      me.value = answer.me;
      await settle();
      go(`/start?step=pack&shop=${encodeURIComponent(shops.value[0].id)}`, { replace: true });
    } catch (wrong) {
      setProblem(wrong);
      setBusy("");
    }
  };
  return html`<form ref=${form} onSubmit=${(e) => e.preventDefault()}>
    <h1>${t("start.owner")}</h1><p class="muted">${t("start.owner_why")}</p>
    <${Field} label=${t("people.name")}><input name="name" autocomplete="username" required maxlength="40" autofocus /><//>
    <${Field} label=${t("people.password")} hint=${t("start.password_hint")}><input name="password" type="password" autocomplete="new-password" required minlength="8" /><//>
    <fieldset class="choices"><legend>${t("start.platform")}</legend>
      ${PLATFORMS.map((p) => html`<button type="button" key=${p} class="choice" disabled=${Boolean(busy)} aria-busy=${busy === p ? "true" : undefined} onClick=${() => choose(p)}>
        <strong>${t(`platform.${p}`)}</strong><span>${t(`start.platform.${p}`)}</span></button>`)}
    </fieldset>
    <p class="hint">${t("start.platform_hint")}</p>
    ${problem && html`<${Failed} problem=${problem} />`}
  </form>`;
}

function Packs({ shop }) {
  const [packs, setPacks] = useState(null);
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState(null);
  const load = () => get("/packs").then(setPacks, setProblem);
  useEffect(() => {
    load();
  }, []);
  const choose = async (pack) => {
    setBusy(pack);
    setProblem(null);
    try {
      const made = await throughGate(shop, { pack }, (reason) => post(`/shops/${shop}/packs/${pack}`, undefined, { query: { reason } }));
      if (!made) {
        setBusy("");
        return;
      }
      // A simulated shop is played at once; a real one first has its sample facts confirmed.
      go(shopOf(shop)?.simulated ? `/simulator?shop=${encodeURIComponent(shop)}&guide=1` : factsUrl(shop));
    } catch (wrong) {
      setProblem(wrong);
      setBusy("");
    }
  };
  const choice = (id, name, words) => html`<button type="button" key=${id} class="choice" disabled=${Boolean(busy)} aria-busy=${busy === id ? "true" : undefined} onClick=${() => choose(id)}><strong>${name}</strong><span>${words}</span></button>`;
  return html`<h1>${t("start.pack")}</h1><p class="muted">${t("start.pack_why")}</p>
    ${problem && html`<${Failed} problem=${problem} retry=${load} />`}
    ${packs === null && !problem ? html`<${Loading} />` : html`<div class="choices">
      ${(packs || []).filter((p) => p.id !== "blank").map((p) => choice(p.id, said(p.name), t("start.pack_size", { entries: p.entries, phrases: p.phrases })))}
      ${choice("blank", t("start.blank"), t("start.blank_why"))}
      <a class="choice" href=${`/faq/import?shop=${encodeURIComponent(shop)}`}><strong>${t("start.import")}</strong><span>${t("start.import_why")}</span></a>
    </div>`}`;
}

const Language = () => html`<div class="acts end">${LANGS.filter((l) => l !== lang.value).map((l) => html`<${Button} key=${l} kind="quiet" lang=${l} onClick=${() => speak(l)}>${l === "en" ? "English" : "中文"}<//>`)}</div>`;

function Step({ token, state }) {
  if (!state.has_owner && token) return html`<${Owner} token=${token} />`;
  if (!state.has_owner) return html`<h1>${t("start.no_token")}</h1><p>${t("start.no_token_why")}</p>`;
  if (!me.value) return html`<h1>${t("start.has_owner")}</h1><p><a class="button primary" href="/login">${t("act.login")}</a></p>`;
  if (route.value.query.step === "pack") return html`<${Packs} shop=${route.value.query.shop || shops.value[0]?.id} />`;
  return html`<h1>${t("start.checklist")}</h1><${Checklist} /><p><a class="button" href="/inbox">${t("start.to_inbox")}</a></p>`;
}

export function Page() {
  const [token] = useState(takeToken);
  const [state, setState] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = () => get("/start/state").then(setState, setProblem);
  useEffect(() => {
    load();
  }, [me.value]);
  return html`<div class="card start"><p class="brand"><${Icon} name="mark" /><strong>${t("product.name")}</strong><span>${t("product.promise")}</span></p>
    ${problem ? html`<${Failed} problem=${problem} retry=${load} />` : state && me.value !== undefined ? html`<${Step} token=${token} state=${state} />` : html`<${Loading} />`}
    <${Language} /></div>`;
}
