// Addresses: every view has its own; reload, back and a copied link work.
import { signal } from "./view.js";

const here = () => ({ path: location.pathname, query: Object.fromEntries(new URLSearchParams(location.search)) });

/** The present address: {path, query}. */
export const route = signal(here());

addEventListener("popstate", () => (route.value = here()));

/** Go to an address of the console; `replace` leaves no step for the back button. */
export function go(url, { replace = false } = {}) {
  if (url === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  route.value = here();
}

/** The present path with some query values changed; empty values are left out. */
export function withQuery(changes, path = route.value.path) {
  const all = Object.entries({ ...route.value.query, ...changes }).filter(([, v]) => v !== undefined && v !== null && v !== "");
  return path + (all.length ? `?${new URLSearchParams(all)}` : "");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='/']");
  const plain = !event.defaultPrevented && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.target || link.hasAttribute("download") || /^\/(api|static|webhooks)\//.test(link.getAttribute("href"))) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
