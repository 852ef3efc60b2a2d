// Runs before the first paint: the chosen colour scheme and language, so that the page never flashes the other one.
(() => {
  let stored = {};
  try {
    stored = JSON.parse(localStorage.getItem("mh.look") || "{}");
  } catch {
    // A browser without storage shows the system's choice.
  }
  const root = document.documentElement;
  if (stored.scheme === "light" || stored.scheme === "dark") root.dataset.scheme = stored.scheme;
  root.lang = stored.lang || (/^zh\b/i.test(navigator.language || "zh") ? "zh-CN" : "en");
})();
