// The one script of the web chat:
//
//   <script src="https://HOST/static/webchat/widget.js" data-account="TOKEN" data-language="hy" async></script>
//
// May be left out: data-language (en, ru, hy, az; else the page's lang, else the browser's) and data-side="left". A page opens the
// chat by a link to "#parley", or by its own address: ?parley_campaign=spring&parley_topic=sales. A site with a
// Content-Security-Policy allows HOST in script-src and frame-src; styles are constructed, so style-src stays as it is. No globals;
// nothing but one element is added to the page.
(() => {
  "use strict";

  const script = document.currentScript ?? document.querySelector('script[data-account][src*="/webchat/widget"]');
  const account = script?.dataset.account;
  if (!account || document.querySelector("[data-parley-chat]")) return;

  const base = new URL("../../", script.src);
  const here = new URL(location.href);
  const phone = matchMedia("(max-width: 520px), (max-height: 420px)");
  const left = script.dataset.side === "left";
  const linked = {
    campaign: here.searchParams.get("parley_campaign") ?? "",
    topic: here.searchParams.get("parley_topic") ?? "",
  };

  const STYLES = `
    :host { all: initial !important; position: static !important; }
    @media print { :host { display: none !important; } }
    .launcher, .panel { position: fixed; z-index: 2147483000; ${left ? "left" : "right"}: max(20px, env(safe-area-inset-${left ? "left" : "right"})); }
    .launcher {
      bottom: max(20px, env(safe-area-inset-bottom)); box-sizing: border-box; width: 56px; height: 56px; padding: 0; border: 0;
      border-radius: 50%; background: var(--brand, #334155); color: var(--ink, #fff); cursor: pointer; display: grid; place-items: center;
      box-shadow: 0 2px 6px rgb(15 23 42 / .2), 0 8px 24px rgb(15 23 42 / .18); transition: transform .15s ease, box-shadow .15s ease;
    }
    .launcher[hidden] { display: none; }
    .launcher:hover { transform: translateY(-2px); box-shadow: 0 4px 8px rgb(15 23 42 / .22), 0 12px 28px rgb(15 23 42 / .22); }
    .launcher:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px #0f172a; }
    .launcher svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
    .badge {
      position: absolute; top: -3px; right: -3px; min-width: 20px; height: 20px; padding: 0 5px; box-sizing: border-box; border-radius: 10px;
      background: #c81e1e; color: #fff; border: 2px solid #fff; font: 700 11px/16px system-ui, sans-serif; text-align: center;
    }
    .badge[hidden] { display: none; }
    .panel {
      bottom: calc(max(20px, env(safe-area-inset-bottom)) + 68px); width: 360px; height: min(560px, calc(100vh - 108px)); overflow: hidden;
      border-radius: 16px; background: Canvas; color-scheme: light dark; box-shadow: 0 0 0 1px rgb(15 23 42 / .08), 0 16px 48px rgb(15 23 42 / .24);
      transform-origin: bottom ${left ? "left" : "right"}; transition: opacity .16s ease, transform .16s ease, visibility 0s;
    }
    .panel.shut { visibility: hidden; opacity: 0; transform: translateY(12px) scale(.98); pointer-events: none; transition-delay: 0s, 0s, .16s; }
    .panel.full {
      inset: 0; width: auto; height: var(--height, 100dvh); top: var(--top, 0); border-radius: 0; box-shadow: none; box-sizing: border-box;
      padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
    }
    iframe { display: block; width: 100%; height: 100%; border: 0; color-scheme: light dark; }
    @media (prefers-reduced-motion: reduce) { .launcher, .panel { transition: none !important; } }
  `;
  const ICONS = {
    chat: "M21 11.5a8.4 8.4 0 0 1-8.5 8.3 8.7 8.7 0 0 1-3.9-.9L3 20.5l1.7-4.9A8.1 8.1 0 0 1 4 11.5a8.4 8.4 0 0 1 8.5-8.3A8.4 8.4 0 0 1 21 11.5zM8.5 11.5h.01M12.5 11.5h.01M16.5 11.5h.01",
    shut: "M6 9l6 6 6-6",
  };

  function element(tag, attributes) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function icon() {
    const space = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(space, "svg");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    drawing.append(document.createElementNS(space, "path"));
    return drawing;
  }

  function address() {
    const chat = new URL(`chat/${encodeURIComponent(account)}/`, base);
    here.hash = "";
    const lang = (script.dataset.language || document.documentElement.lang || navigator.language).slice(0, 2).toLowerCase();
    const query = { lang, ...linked, url: here.href.slice(0, 500), referrer: document.referrer.slice(0, 500) };
    for (const [name, value] of Object.entries(query)) if (value) chat.searchParams.set(name, value);
    return chat.href;
  }

  const holder = element("div", { "data-parley-chat": "" });
  const root = holder.attachShadow({ mode: "open" });
  const launcher = element("button", { type: "button", class: "launcher", "aria-expanded": "false", hidden: "" });
  const badge = element("span", { class: "badge", hidden: "" });
  const panel = element("div", { class: "panel shut" });
  const frame = element("iframe", { src: address(), allow: "clipboard-write" });
  launcher.append(icon(), badge);
  panel.append(frame);
  root.append(panel, launcher);

  let open = false;
  let ready = false;
  let wanted = null; // whether to open once the chat says that it is there, and with the focus or not
  let words = { open: "", close: "" };
  let unread = 0;
  let overflow = "";

  const remembered = `parley:${account}:open`;
  function remember(value) {
    try {
      sessionStorage[value ? "setItem" : "removeItem"](remembered, "1");
    } catch {
      // Where storage is blocked the chat starts closed on the next page.
    }
  }
  function wasOpen() {
    try {
      return sessionStorage.getItem(remembered) === "1" && !phone.matches;
    } catch {
      return false;
    }
  }

  function tell(type, detail = {}) {
    frame.contentWindow?.postMessage({ parley: "page", type, ...detail }, base.origin);
  }

  function paint() {
    const full = open && phone.matches;
    panel.classList.toggle("shut", !open);
    panel.classList.toggle("full", full);
    launcher.hidden = !ready || full;
    launcher.querySelector("path").setAttribute("d", open ? ICONS.shut : ICONS.chat);
    launcher.setAttribute("aria-expanded", String(open));
    const count = unread > 99 ? "99+" : String(unread);
    launcher.setAttribute("aria-label", open ? words.close : unread ? `${words.open} (${count})` : words.open);
    badge.textContent = count;
    badge.hidden = open || unread === 0;
    frame.title = words.open;
    holdPage(full);
  }

  // Behind a full screen the page does not scroll; the screen keyboard of a phone makes the panel smaller, not taller than what is seen.
  let held = false;
  function holdPage(hold) {
    const style = document.documentElement.style;
    if (hold && !held) overflow = style.overflow;
    if (hold !== held) style.overflow = hold ? "hidden" : overflow;
    held = hold;
    const seen = window.visualViewport;
    if (hold && seen) {
      panel.style.setProperty("--height", `${seen.height}px`);
      panel.style.setProperty("--top", `${seen.offsetTop}px`);
    }
  }

  function show(focus) {
    if (!ready) {
      wanted = { focus };
      return;
    }
    open = true;
    remember(true);
    paint();
    if (focus) frame.focus();
    tell("open", { focus });
  }

  function hide(focus) {
    if (!open) return;
    open = false;
    remember(false);
    paint();
    tell("close");
    if (focus) launcher.focus();
  }

  const heard = {
    ready({ color, ink, open: opening, close }) {
      ready = true;
      words = { open: String(opening), close: String(close) };
      if (CSS.supports("color", color)) launcher.style.setProperty("--brand", color);
      if (CSS.supports("color", ink)) launcher.style.setProperty("--ink", ink);
      paint();
      if (wanted) show(wanted.focus);
      wanted = null;
    },
    unread({ count }) {
      unread = Number(count) || 0;
      paint();
    },
    close: () => hide(true),
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== base.origin || data?.parley !== "chat") return;
    if (Object.hasOwn(heard, data.type)) heard[data.type](data);
  });
  launcher.addEventListener("click", () => (open ? hide(true) : show(true)));
  root.addEventListener("keydown", (event) => event.key === "Escape" && hide(true));
  phone.addEventListener("change", paint);
  window.visualViewport?.addEventListener("resize", () => held && holdPage(true));
  window.visualViewport?.addEventListener("scroll", () => held && holdPage(true));
  addEventListener("hashchange", () => location.hash === "#parley" && show(true));
  document.addEventListener("click", (event) => event.target.closest?.('a[href$="#parley"]') && show(true));

  function mount() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
    document.body.append(holder);
    if (linked.campaign || linked.topic || location.hash === "#parley" || wasOpen()) show(false);
  }
  // The page's own things come first.
  const later = () => ("requestIdleCallback" in window ? requestIdleCallback(mount, { timeout: 1500 }) : setTimeout(mount, 200));
  if (document.readyState === "complete") later();
  else addEventListener("load", later, { once: true });
})();
