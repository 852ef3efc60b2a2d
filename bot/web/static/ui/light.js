// The light: how long ago each channel's last message came, asked for every quarter of a minute.
import { signal, useEffect } from "../lib/view.js";
import { get } from "../lib/api.js";
import { tick } from "../lib/clock.js";
import { t } from "../lib/i18n.js";
import { can } from "../lib/session.js";

const EVERY_MS = 15_000;
const FIRST_MS = 2_000;
const lit = signal({ at: 0, items: [] });

async function look() {
  const found = await get("/deliveries/light").catch(() => null);
  if (found) lit.value = { at: Date.now(), items: found.items };
}

/** Keep the light burning while the frame stands. The page itself comes first: it is asked for a little later. */
export function useLight() {
  const mine = can("shops");
  useEffect(() => {
    if (!mine) return undefined;
    const first = setTimeout(look, FIRST_MS);
    const timer = setInterval(look, EVERY_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [mine]);
}

/** The channels with the seconds since their last message, as of now. A paused clock of a simulated shop stands still. */
export function channels() {
  const passed = Math.max(0, Math.floor((tick.value - lit.value.at) / 1000));
  return lit.value.items.map((c) => ({ ...c, ago_s: c.ago_s === null ? null : c.ago_s + (c.simulated ? 0 : passed) }));
}

/** In words: 最近一条消息 12 秒前, 已 20 分钟没有收到消息, or still waiting for the first. */
export function lightWords({ ago_s: ago, silent }) {
  if (ago === null) return t("settings.no_message");
  if (silent) return t("light.silent", { n: Math.floor(ago / 60) });
  return ago < 120 ? t("light.seconds", { n: ago }) : t("light.minutes", { n: Math.floor(ago / 60) });
}

/** What the rail shows of all real channels: the silent one if there is one, else the one heard last. */
export function railLight() {
  const real = channels().filter((c) => !c.simulated && c.ago_s !== null);
  if (!real.length) return null;
  const silent = real.find((c) => c.silent);
  const shown = silent || real.reduce((a, b) => (a.ago_s <= b.ago_s ? a : b));
  return { tone: silent ? "warn" : "ok", words: lightWords(shown) };
}
