// Log in with name and password, or with a one-time link.
import { html, useEffect, useState } from "../lib/view.js";
import { get, post } from "../lib/api.js";
import { t } from "../lib/i18n.js";
import { go, route } from "../lib/router.js";
import { home, me, settle } from "../lib/session.js";
import { Button, Failed, Field, Icon } from "../ui/parts.js";

export function Page() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const enter = async (path, body) => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await post(path, body);
      me.value = answer.me;
      await settle();
      const to = route.value.query.to;
      go(to && to.startsWith("/") && !to.startsWith("//") ? to : home.value, { replace: true });
    } catch (wrong) {
      setProblem(wrong);
    }
    setBusy(false);
  };
  const login = (event) => {
    event.preventDefault();
    enter("/login", Object.fromEntries(new FormData(event.currentTarget)));
  };
  useEffect(() => {
    // A one-time link carries its secret in the fragment, which no server sees; it is taken out of sight at once.
    get("/start/state").then(({ has_owner: owned }) => owned || go("/start", { replace: true }), () => {});
    const link = new URLSearchParams(location.hash.slice(1)).get("link");
    if (!link) return;
    history.replaceState(null, "", location.pathname + location.search);
    enter("/login/link", { link });
  }, []);
  return html`<form class="card narrow" onSubmit=${login}>
    <h1><${Icon} name="mark" />${t("product.name")}</h1>
    <${Field} label=${t("people.name")}><input name="name" autocomplete="username" required autofocus /><//>
    <${Field} label=${t("people.password")}><input name="password" type="password" autocomplete="current-password" required /><//>
    ${problem && html`<${Failed} problem=${problem} />`}
    <${Button} kind="primary wide" type="submit" busy=${busy}>${t("act.login")}<//>
    <p class="hint">${t("login.forgot")}</p>
  </form>`;
}
