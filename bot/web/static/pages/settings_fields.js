// The facts answers use. Samples hold in simulated shops only; a person vouches for them, ten on a page.
import { html, useState } from "../lib/view.js";
import { get, put } from "../lib/api.js";
import { short, t } from "../lib/i18n.js";
import { Button, Chip, Empty, Failed, Field, Loading, useLoad } from "../ui/parts.js";
import { attempt, say } from "../ui/floating.js";
import { throughGate } from "../ui/gate.js";
import { unconfirmed } from "../ui/unconfirmed.js";

const A_PAGE = 10;

export function Facts({ shop }) {
  const { data, problem, reload } = useLoad(() => get(`/shops/${shop.id}/fields`), [shop.id]);
  const [page, setPage] = useState(0);
  if (problem) return html`<${Failed} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Loading} />`;
  if (!data.length) return html`<${Empty}>${t("fields.none")}<//>`;
  // Those that still wait for a person come first; the server's order (most used on top) holds within both halves.
  const facts = [...unconfirmed(data), ...data.filter((f) => f.confirmed || !f.used_by)];
  const pages = Math.ceil(facts.length / A_PAGE);
  const shown = facts.slice(page * A_PAGE, (page + 1) * A_PAGE);
  const confirm = (event) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    attempt(async () => {
      const fields = shown.map(({ name }) => ({ name, value: typed.get(name).trim() }));
      const done = await throughGate(shop.id, { fields }, (reason) => put(`/shops/${shop.id}/fields`, { fields, reason }));
      if (!done) return;
      say(t("fields.saved"), { tone: "ok" });
      if (page < pages - 1) setPage(page + 1);
      reload();
    });
  };
  const left = unconfirmed(data).length;
  return html`<p class="muted">${shop.simulated ? t("fields.simulated") : t("fields.why")}</p>${left > 0 && html`<p class=${shop.simulated ? "meta" : "notice warn"}>${t("fields.left", { n: left })}</p>`}
    <form class="card" onSubmit=${confirm} key=${page}>${shown.map((f) => html`<${Field} key=${f.name} label=${html`{${f.name}} <${Chip} tone=${f.confirmed ? "ok" : "warn"}>${t(f.confirmed ? "fields.confirmed" : f.value ? "fields.sample" : "fields.empty")}<//>`}
        hint=${[t("fields.used_by", { n: f.used_by }), short.value === "en" ? f.hint_en || f.hint : f.hint].filter(Boolean).join(" · ")}><input name=${f.name} value=${f.value} maxlength="300" /><//>`)}
      <div class="acts end"><span class="meta grow">${t("fields.page", { page: page + 1, pages })}</span>${page > 0 && html`<${Button} onClick=${() => setPage(page - 1)}>${t("fields.back")}<//>`}${page < pages - 1 && html`<${Button} onClick=${() => setPage(page + 1)}>${t("fields.skip")}<//>`}
        <${Button} kind="primary" type="submit">${t("fields.confirm", { n: shown.length })}<//></div></form>`;
}
