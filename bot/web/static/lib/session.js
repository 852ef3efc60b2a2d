// Who sits here, which shops they see, and how the page looks to them.
import { computed, signal } from "./view.js";
import { get, onLoggedOut, patch, post } from "./api.js";
import { calmly, follow, listen, unfollow } from "./feed.js";
import { remember, speak } from "./i18n.js";

/** undefined = not asked yet, null = nobody. */
export const me = signal(undefined);
export const shops = signal([]);
/** Conversations by tab, as the server last counted them. */
export const counts = signal({ waiting: 0, mine: 0, bot: 0, closed: 0 });
export const scheme = signal(document.documentElement.dataset.scheme || "system");

onLoggedOut(() => {
  unfollow();
  me.value = null;
});

/** Ask who is logged in, then load their shops and follow the feed. */
export async function arrive() {
  const first = location.hash.includes("token=") && !(await get("/start/state")).has_owner;
  me.value = first ? null : await get("/me").catch((problem) => {
    if (problem.status === 401) return null;
    throw problem;
  });
  if (me.value) await settle();
}

/** Load what every page needs once somebody is logged in. */
export async function settle() {
  follow();
  await loadShops();
}

export async function loadShops() {
  shops.value = await get("/shops");
}

export async function leave() {
  await post("/logout");
  unfollow();
  me.value = null;
}

const reloadShops = calmly(() => loadShops().catch(() => {}));
listen((events) => {
  if (events.some((e) => ["setting", "clock", "resync"].includes(e.kind))) reloadShops();
});

export const shopOf = (id) => shops.value.find((s) => s.id === id);

/** Stands where a shop's id would: what all shops share. */
export const SHARED = "*";

/** Where the server keeps what is a shop's own, or what all of them share. */
export const pathOf = (shop) => (shop === SHARED ? "/shared" : `/shops/${encodeURIComponent(shop)}`);

/** Put one shop's changed values in place without asking again. */
export function touchShop(id, change) {
  shops.value = shops.value.map((s) => (s.id === id ? { ...s, ...change } : s));
}

/** Whether the person may do this somewhere: desk, faq, rates, shops, people. The server decides each time anew. */
export const can = (what) => Boolean(me.value?.can.includes(what));

/** Where a person starts: agents at the conversations, operators at the FAQ, supervisors at the figures. */
export const home = computed(() => {
  if (can("faq") && !can("desk")) return "/faq";
  return can("rates") && !can("shops") ? "/rates" : "/inbox";
});

/** Speak another language from now on; a person's choice is kept on the server too, for other browsers. */
export async function chooseLang(code) {
  await speak(code);
  if (me.value) await patch("/me", { lang: code }).catch(() => {});
}

/** "system" follows the machine; the choice is kept in this browser. */
export function setScheme(value) {
  scheme.value = value;
  if (value === "system") delete document.documentElement.dataset.scheme;
  else document.documentElement.dataset.scheme = value;
  remember({ scheme: value });
}

/** Dark when light is shown, light when dark is. */
export function flipScheme() {
  const dark = scheme.value === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : scheme.value === "dark";
  setScheme(dark ? "light" : "dark");
}
