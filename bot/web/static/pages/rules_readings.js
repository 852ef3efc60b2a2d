// Where the sources contradict themselves: each reading with what it gives for the shop's last days, and the switch.
import { html, useState } from "../lib/view.js";
import { get, put } from "../lib/api.js";
import { useFeed } from "../lib/feed.js";
import { said, t, tOr } from "../lib/i18n.js";
import { can } from "../lib/session.js";
import { PenaltyDates, State } from "../ui/ladder.js";
import { Button, Chip, Failed, Field, useLoad } from "../ui/parts.js";
import { say, showDialog } from "../ui/floating.js";
import { Loaded } from "../ui/figures.js";
import { fraction } from "./rates_tables.js";

function Follow({ shop, item, reading, done }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const save = async (event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await put(`/shops/${shop.id}/contradictions/${encodeURIComponent(item.id)}`, { reading: reading.id, why: new FormData(event.currentTarget).get("why") });
      say(t("rules.saved"), { tone: "ok" });
      done();
    } catch (failed) {
      setProblem(failed);
      setBusy(false);
    }
  };
  return html`<form onSubmit=${save}><p>${said(reading.words)}</p>${problem && html`<${Failed} problem=${problem} />`}<${Field} label=${t("rules.why")} hint=${t("rules.why_hint")}><input name="why" required maxlength="500" autofocus /><//>
    <p class="meta">${t("rules.recounts")}</p><div class="acts end"><${Button} onClick=${done}>${t("act.cancel")}<//><${Button} kind="primary" type="submit" busy=${busy}>${t("rules.follow")}<//></div></form>`;
}

function Reading({ shop, item, reading, reload }) {
  const { gives } = reading;
  const follow = () => showDialog(t("rules.follow"), (close) => html`<${Follow} shop=${shop} item=${item} reading=${reading} done=${() => { close(); reload(); }} />`);
  return html`<tr class=${reading.in_force ? "changed" : ""}><th scope="row">${said(reading.words)}<p class="chips">${reading.in_force && html`<${Chip} tone="info">${t("rules.in_force")}<//>`}${reading.default && html`<${Chip}>${t("rules.default_reading")}<//>`}</p></th>
    <td class="num">${fraction(gives.rate)}${gives.grade && html`<p class="meta">${tOr(`level.${gives.grade}`, gives.grade)}</p>`}</td>
    <td>${gives.ladder ? html`<${State} ladder=${gives.ladder} /><${PenaltyDates} dates=${gives.dates} />` : "–"}</td>
    <td>${!reading.in_force && can("shops") && html`<${Button} kind="small" onClick=${follow}>${t("rules.follow")}<//>`}</td></tr>`;
}

const Item = ({ shop, item, reload }) => html`<div class="card"><h3>${said(item.title)} ${item.overridden.length > 0 && html`<${Chip} tone="info">${t("rules.basis.override")}<//>`}</h3>
  <div class="scroll"><table class="stack readings"><thead><tr><th scope="col">${t("rules.reading")}</th><th scope="col" class="num">${t("rate.human")}</th><th scope="col">${t("forecast.penalty_state")}</th><th scope="col"><span class="unseen">${t("word.acts")}</span></th></tr></thead>
    <tbody>${item.readings.map((r) => html`<${Reading} key=${r.id} shop=${shop} item=${item} reading=${r} reload=${reload} />`)}</tbody></table></div></div>`;

/** The contradictions of the shop's rules; nothing where there are none. Only who watches the rates may ask. */
export function Contradictions({ shop }) {
  const found = useLoad(() => (can("rates") ? get(`/shops/${shop.id}/contradictions`) : Promise.resolve({ items: [] })), [shop.id]);
  useFeed((events) => events.some((e) => e.shop === shop.id && e.kind === "setting") && found.reload(), [shop.id, found.reload]);
  if (found.data && !found.data.items.length) return null;
  return html`<section><h2>${t("rules.contradictions")}</h2><p class="muted">${t("rules.contradictions_why")}</p><${Loaded} of=${found}>${({ items }) => items.map((item) => html`<${Item} key=${item.id} shop=${shop} item=${item} reload=${found.reload} />`)}<//></section>`;
}
