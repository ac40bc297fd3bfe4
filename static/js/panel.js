// A lead in a panel over the list that it stands in: board or table. The address carries it as ?lead= and ?tab=, so that a
// link opens it and the back button closes it. The list below stays as it is, with its scroll and its filter.
(() => {
  const byId = (id) => document.getElementById(id);
  const place = () => byId("lead-panel");
  if (!place()) return;

  const ITEMS = ".card-lead, [data-lead-row]";
  const items = () => [...document.querySelectorAll(ITEMS)];
  const linkOf = (item) => item.querySelector("a[href*='/leads/']");
  const keyOf = (item) => linkOf(item)?.pathname.match(/[0-9a-f-]{36}/)?.[0];
  const itemOf = (key) => items().find((item) => keyOf(item) === key);
  const shown = () => place().classList.contains("show");
  const drawer = () => tabler.Offcanvas.getOrCreateInstance(place());

  // Addresses
  const asked = () => new URLSearchParams(location.search);
  function addressWith(key, tab) {
    const query = asked();
    query.delete("lead");
    query.delete("tab");
    if (key) query.set("lead", key);
    if (key && tab && tab !== "lead") query.set("tab", tab);
    const text = query.toString();
    return text ? `${location.pathname}?${text}` : location.pathname;
  }
  let list = addressWith(null);

  // Opening
  let open = null;
  let tab = "lead";
  async function load(key, wanted) {
    open = key;
    tab = wanted;
    mark();
    await htmx.ajax("GET", `/leads/${key}/panel/?tab=${wanted}`, { source: place(), target: "#panel" });
  }
  function show(key, wanted = tab) {
    if (key === open && wanted === tab && shown()) return;
    const address = addressWith(key, wanted);
    if (open) history.replaceState(history.state, "", address);
    else history.pushState({ panel: true }, "", address);
    return load(key, wanted);
  }
  function sync() {
    const key = asked().get("lead");
    if (key) load(key, asked().get("tab") ?? "lead");
    else shut();
  }
  function shut() {
    const left = open;
    open = null;
    drawer().hide();
    byId("panel").replaceChildren();
    mark();
    if (left && (place().contains(document.activeElement) || document.activeElement === document.body)) back(left);
  }
  function back(key) {
    const item = itemOf(key);
    if (item) linkOf(item).focus({ preventScroll: true });
  }
  // Closing by hand goes back to the entry of the list, where opening has made one.
  function close() {
    const left = open;
    if (history.state?.panel) history.back();
    else history.replaceState(history.state, "", addressWith(null));
    shut();
    back(left);
  }
  function mark() {
    for (const item of items()) item.classList.toggle("is-open", Boolean(open) && keyOf(item) === open);
  }

  // This listener is asked before the one that would fetch the whole page anew.
  addEventListener("popstate", (event) => {
    if (addressWith(null) !== list) return;
    event.stopImmediatePropagation();
    sync();
  });
  addEventListener("htmx:pushedIntoHistory", () => {
    if (addressWith(null) === list && asked().get("lead")) return;
    list = addressWith(null);
    if (open) shut();
  });

  // A plain click opens the panel; with a modifier the link stays a link.
  addEventListener("click", (event) => {
    const step = event.target.closest("[data-panel-step]");
    if (step) return move(Number(step.dataset.panelStep));
    if (event.target.closest("[data-panel-close]")) return close();
    const item = event.target.closest(ITEMS);
    if (!item || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    const control = event.target.closest("button, input, select, label, a");
    if (control ? control !== linkOf(item) : item.matches("[data-lead-row]")) return;
    event.preventDefault();
    show(keyOf(item));
  }, true);
  addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "panel") return mark();
    const head = event.target.querySelector("[data-lead]");
    if (!head || head.dataset.lead !== open) return;
    if (head.dataset.tab !== tab) {
      tab = head.dataset.tab;
      history.replaceState(history.state, "", addressWith(open, tab));
    }
    if (shown()) return;
    drawer().show();
    place().focus({ preventScroll: true });
  });
  addEventListener("htmx:responseError", (event) => {
    if (event.detail.elt !== place()) return;
    if (open) close();
  });

  // The next lead of the list, in the same part.
  function move(by) {
    const all = items();
    const now = all.findIndex((item) => keyOf(item) === open);
    const next = all[now < 0 ? 0 : now + by];
    if (!next) return;
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(keyOf(next));
  }
  const typing = (element) => element.matches?.("input, textarea, select, [contenteditable]");
  addEventListener("keydown", (event) => {
    if (!open || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") close();
    else if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
    else return;
    event.preventDefault();
  });

  window.parleyPanel = Object.freeze({
    get open() {
      return open;
    },
    show: (item) => show(keyOf(item)),
  });
  addEventListener("DOMContentLoaded", () => asked().get("lead") && sync());
})();
