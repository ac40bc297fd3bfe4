// Leads that are ticked in a list: ranges, all on the page, all that match; what is done to them is said by the bar.
(() => {
  const byId = (id) => document.getElementById(id);
  const bar = () => byId("bulk-bar");
  const boxes = () => [...document.querySelectorAll("input[type=checkbox][name=lead]")];
  const chosen = new Set();
  const excluded = new Set(); // of all that match
  let everything = false;
  let total = 0; // how many match, once the server has said so
  let last = null; // the id where a range begins
  let shown = filterOf();

  // The panel over the list stands in the address, too.
  function filterOf() {
    const asked = new URLSearchParams(location.search);
    asked.delete("lead");
    asked.delete("tab");
    return asked.toString();
  }

  const isChosen = (id) => (everything ? !excluded.has(id) : chosen.has(id));
  function choose(id, on) {
    const set = everything ? excluded : chosen;
    if (everything ? !on : on) set.add(id);
    else set.delete(id);
  }

  function clear() {
    everything = false;
    total = 0;
    last = null;
    chosen.clear();
    excluded.clear();
    refresh();
  }

  function refresh() {
    const toolbar = bar();
    if (!toolbar) return;
    for (const box of boxes()) box.checked = isChosen(box.value);
    const some = everything || chosen.size > 0;
    const count = everything ? Math.max(0, total - excluded.size) : chosen.size;
    document.body.classList.toggle("has-chosen", some);
    byId("bulk-count").textContent = count.toLocaleString(document.documentElement.lang);
    byId("bulk-page").hidden = everything || boxes().every((box) => isChosen(box.value));
    byId("bulk-all").hidden = everything || !byId("bulk-all").textContent;
    if (some && toolbar.hidden) ask();
    toolbar.hidden = !some;
  }

  // How many match is asked once, when the first lead is ticked.
  async function ask() {
    const all = byId("bulk-all");
    all.textContent = "";
    all.hidden = true;
    const body = new URLSearchParams({ everything: "1", on: filterOf(), pipeline: bar().dataset.pipeline });
    const headers = { "X-CSRFToken": JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"], "HX-Request": "true" };
    const answer = await fetch(bar().dataset.countUrl, { method: "POST", body, headers }).catch(() => null);
    if (answer?.status !== 200) return;
    total = Number(answer.headers.get("X-Count"));
    all.textContent = (await answer.text()).trim();
    all.disabled = answer.headers.get("X-Too-Many") === "1";
    refresh();
  }

  function toggle(box, range) {
    const on = box.checked;
    choose(box.value, on);
    if (range && last && last !== box.value) {
      const all = boxes();
      const ends = [all.findIndex((other) => other.value === last), all.indexOf(box)].sort((a, b) => a - b);
      if (ends[0] >= 0) for (const other of all.slice(ends[0], ends[1] + 1)) choose(other.value, on);
    }
    last = box.value;
    refresh();
  }

  addEventListener("click", (event) => {
    const box = event.target.closest("input[type=checkbox][name=lead]");
    if (box) return toggle(box, event.shiftKey);
    if (event.target.closest("#bulk-clear")) return clear();
    if (event.target.closest("[data-bulk-dismiss]")) return byId("bulk-progress")?.replaceChildren();
    if (event.target.closest("#bulk-page")) {
      for (const other of boxes()) choose(other.value, true);
      refresh();
    } else if (event.target.closest("#bulk-all")) {
      everything = true;
      chosen.clear();
      excluded.clear();
      refresh();
    }
  });
  // A range over words would mark them.
  addEventListener("mousedown", (event) => event.shiftKey && event.target.closest("input[name=lead]") && event.preventDefault());

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !bar()) return;
    if (event.target.matches?.("textarea, select, input:not([type=checkbox])") || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape" && !bar().hidden && !document.querySelector(".offcanvas.show")) return clear();
    if (event.key !== "x" && event.key !== "X") return;
    const place = ".card-lead, tr";
    const row = document.activeElement?.closest(place) ?? [...document.querySelectorAll(".card-lead:hover, tr:hover")].at(-1);
    const box = row?.querySelector("input[type=checkbox][name=lead]");
    if (!box) return;
    event.preventDefault();
    box.checked = !box.checked;
    toggle(box, event.shiftKey);
  });

  // What is chosen goes with every request of the bar and of its dialogs.
  addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = event.detail;
    if (!elt.closest("[data-bulk]") || !bar()) return;
    parameters.pipeline = bar().dataset.pipeline;
    if (everything) {
      parameters.everything = "1";
      parameters.on = shown;
      parameters.excluded = [...excluded];
    } else {
      parameters.lead = [...chosen];
    }
    if (elt.name === "kind") parameters.kind = elt.value;
  });

  addEventListener("bulk:clear", clear);
  addEventListener("bulk:changed", () => {
    const table = byId("filtered-rows");
    if (table?.querySelector("table")) htmx.ajax("GET", location.href, { target: "#filtered-rows", select: "#filtered-rows", swap: "outerHTML" });
  });
  // Another filter shows other leads: nothing stays chosen that is not seen any more.
  addEventListener("htmx:load", () => {
    if (filterOf() !== shown) {
      shown = filterOf();
      clear();
    } else refresh();
  });
})();
