// The page's one start: words, who sits here, and which page an address shows.
import { html, render, signal, useEffect } from "./lib/view.js";
import { lang, speak, t } from "./lib/i18n.js";
import { go, route } from "./lib/router.js";
import { arrive, counts, home, me } from "./lib/session.js";
import { Failed, Loading } from "./ui/parts.js";
import { Bare, Shell } from "./ui/shell.js";

// First fitting line wins. `open` pages are shown to anybody and without the rail.
const PAGES = [
  { at: /^\/start$/, load: () => import("./pages/start.js"), open: true },
  { at: /^\/start\/platforms$/, load: () => import("./pages/platforms.js"), title: "ways.title" },
  { at: /^\/login$/, load: () => import("./pages/login.js"), open: true },
  { at: /^\/inbox(?:\/(?<id>[^/]+))?$/, load: () => import("./pages/inbox.js"), title: "place.inbox" },
  { at: /^\/faq\/import$/, load: () => import("./pages/faq_import.js"), title: "import.title" },
  { at: /^\/faq(?:\/(?<id>[^/]+))?$/, load: () => import("./pages/faq.js"), title: "place.faq" },
  { at: /^\/rates$/, load: () => import("./pages/rates.js"), title: "place.rates" },
  { at: /^\/simulator$/, load: () => import("./pages/simulator.js"), title: "place.simulator" },
  { at: /^\/deliveries$/, load: () => import("./pages/deliveries.js"), title: "place.deliveries" },
  { at: /^\/settings(?:\/(?<part>[^/]+))?$/, load: () => import("./pages/settings.js"), title: "place.settings" },
];

const loaded = signal({});
const broken = signal(null);

function find(path) {
  for (const page of PAGES) {
    const hit = page.at.exec(path);
    if (hit) return { page, args: Object.fromEntries(Object.entries(hit.groups || {}).map(([k, v]) => [k, v && decodeURIComponent(v)])) };
  }
  return null;
}

async function fetchPage(page) {
  try {
    const module = await page.load();
    loaded.value = { ...loaded.value, [page.at]: module.Page };
  } catch (problem) {
    broken.value = problem;
  }
}

function App() {
  const found = find(route.value.path);
  const known = me.value;
  useEffect(() => {
    if (found && !loaded.value[found.page.at]) fetchPage(found.page);
  }, [found?.page]);
  useEffect(() => {
    if (!found) go(home.value, { replace: true });
    else if (known === null && !found.page.open) go(`/login?to=${encodeURIComponent(route.value.path)}`, { replace: true });
  }, [found?.page, known]);
  const waiting = counts.value.waiting;
  const title = found?.page.title ? t(found.page.title) : t("place.start");
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${title} · ${t("product.name")}`;
  }, [title, waiting, lang.value]);
  const Frame = found?.page.open || !known ? Bare : Shell;
  const Content = found && loaded.value[found.page.at];
  const ready = Content && (found.page.open || known);
  return html`<${Frame}>${broken.value ? html`<${Failed} problem=${{ title: t("problem.page"), detail: String(broken.value.message) }} retry=${() => location.reload()} />` : ready ? html`<${Content} ...${found.args} />` : html`<${Loading} />`}<//>`;
}

async function begin() {
  await speak(lang.value);
  const first = find(location.pathname);
  if (first) fetchPage(first.page);
  render(html`<${App} />`, document.getElementById("app"));
  await arrive().catch((problem) => (broken.value = problem));
}

begin();
