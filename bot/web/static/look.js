// Runs before the first paint: the chosen colour scheme and language, so that the page never flashes the other one, and
// the first questions to the server, asked while the modules are on their way (lib/api.js takes the answers).
(() => {
  const SOON_MS = 5000;
  let stored = {};
  try {
    stored = JSON.parse(localStorage.getItem("mh.look") || "{}");
  } catch {
    // A browser without storage shows the system's choice.
  }
  const root = document.documentElement;
  if (stored.scheme === "light" || stored.scheme === "dark") root.dataset.scheme = stored.scheme;
  root.lang = stored.lang || (/^zh\b/i.test(navigator.language || "zh") ? "zh-CN" : "en");

  const begun = {};
  // Each answer is good once, and only for the start.
  window.asked = (url) => {
    const answer = performance.now() < SOON_MS ? begun[url] : undefined;
    delete begun[url];
    return answer;
  };
  const ask = (url) => (begun[url] = fetch(url, { headers: { Accept: "application/json", "Accept-Language": root.lang } }).catch(() => null));
  ask(new URL(`words/${root.lang}.json`, document.currentScript.src).href);
  const [, place, id] = location.pathname.split("/");
  // A one-time link comes before who is logged in; the first steps and the log-in page ask by themselves.
  if (location.hash.includes("token=") || place === "start" || place === "login") return;
  ask("/api/v1/me").then((me) => {
    if (!me?.ok) return;
    ask("/api/v1/shops");
    if (place !== "inbox") return;
    if (!location.search) ask("/api/v1/conversations?tab=waiting&limit=50");
    if (id) ask(`/api/v1/conversations/${id}`);
  });
})();
