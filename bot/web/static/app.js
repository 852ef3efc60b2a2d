// The page's one start: words, who sits here, and which page an address shows.
import { html, render, signal, useEffect } from "./lib/view.js";
import { lang, speak, t } from "./lib/i18n.js";
import { go, route } from "./lib/router.js";
import { arrive, counts, home, me } from "./lib/session.js";
import { Failed, Loading } from "./ui/parts.js";
import { Alone, Bare, Shell } from "./ui/shell.js";

// The figures have charts of their own, and only they.
const FIGURES = ["css/figures.css", "vendor/uplot.css"];

// First fitting line wins. `open` pages are shown to anybody and without the rail, those `alone` fill
// the screen by themselves. The inbox needs no style of its own
// beyond what every page has; the others wait for theirs.
const PAGES = [
  { at: /^\/start$/, load: () => import("./pages/start.js"), open: true },
  { at: /^\/start\/platforms$/, load: () => import("./pages/platforms.js"), title: "ways.title" },
  { at: /^\/login$/, load: () => import("./pages/login.js"), open: true },
  { at: /^\/inbox(?:\/(?<id>[^/]+))?$/, load: () => import("./pages/inbox.js"), bare: true, title: "place.inbox" },
  { at: /^\/faq\/import$/, load: () => import("./pages/faq_import.js"), title: "import.title" },
  { at: /^\/faq\/bench$/, load: () => import("./pages/faq_bench.js"), title: "bench.title" },
  { at: /^\/faq\/trust$/, load: () => import("./pages/faq_trust.js"), title: "trust.title" },
  { at: /^\/faq\/check$/, load: () => import("./pages/faq_check.js"), title: "check.title" },
  { at: /^\/faq\/coverage$/, load: () => import("./pages/faq_coverage.js"), title: "cover.title" },
  { at: /^\/faq(?:\/(?<id>[^/]+))?$/, load: () => import("./pages/faq.js"), title: "place.faq" },
  { at: /^\/unanswered$/, load: () => import("./pages/unanswered.js"), title: "place.unanswered" },
  { at: /^\/rates\/forecast$/, load: () => import("./pages/forecast.js"), title: "forecast.title", styles: FIGURES },
  { at: /^\/rates\/night$/, load: () => import("./pages/night.js"), title: "night.title", styles: FIGURES },
  { at: /^\/rates\/rules$/, load: () => import("./pages/rules.js"), title: "rules.title", styles: FIGURES },
  { at: /^\/rates\/statements$/, load: () => import("./pages/statements.js"), title: "statement.title", styles: FIGURES },
  { at: /^\/rates\/reports$/, load: () => import("./pages/reports.js"), title: "report.title", styles: FIGURES },
  { at: /^\/rates\/inquiries\/(?<id>[^/]+)$/, load: () => import("./pages/inquiry.js"), title: "inquiry.title", styles: FIGURES },
  { at: /^\/rates\/wall$/, load: () => import("./pages/wall.js"), title: "wall.title", styles: FIGURES, alone: true },
  { at: /^\/rates$/, load: () => import("./pages/rates.js"), title: "place.rates", styles: FIGURES },
  { at: /^\/simulator$/, load: () => import("./pages/simulator.js"), title: "place.simulator" },
  { at: /^\/deliveries(?:\/(?<id>[^/]+))?$/, load: () => import("./pages/deliveries.js"), title: "place.deliveries" },
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

const sheets = new Map();

/** A style sheet, loaded once. */
function sheet(name) {
  if (!sheets.has(name)) {
    sheets.set(name, new Promise((done) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL(name, import.meta.url).href, onload: done, onerror: done });
      document.head.append(link);
    }));
  }
  return sheets.get(name);
}

async function fetchPage(page) {
  try {
    const [module] = await Promise.all([page.load(), page.bare || sheet("css/pages.css"), ...(page.styles || []).map(sheet)]);
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
  const Frame = found?.page.open || !known ? Bare : found?.page.alone ? Alone : Shell;
  const Content = found && loaded.value[found.page.at];
  const ready = Content && (found.page.open || known);
  return html`<${Frame}>${broken.value ? html`<${Failed} problem=${{ title: t("problem.page"), detail: String(broken.value.message) }} retry=${() => location.reload()} />` : ready ? html`<${Content} ...${found.args} />` : html`<${Loading} />`}<//>`;
}

// The page's modules, the words and who sits here come in any order; without words nothing is shown.
async function begin() {
  const first = find(location.pathname);
  if (first) fetchPage(first.page);
  arrive().catch((problem) => (broken.value = problem));
  await speak(lang.value);
  render(html`<${App} />`, document.getElementById("app"));
}

begin();
