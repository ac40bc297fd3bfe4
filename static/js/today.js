// The work list: keys go from row to row and act on the one under focus, which stays under focus when the list is renewed.
(() => {
  const page = () => document.getElementById("today-lists");
  const links = () => [...document.querySelectorAll("#today-lists .today-open")];
  const rowOf = (element) => element?.closest?.(".today-row");
  let last = { key: "", index: 0 };

  function remember(row) {
    const all = links();
    last = { key: row.dataset.row, index: all.indexOf(row.querySelector(".today-open")) };
  }
  function step(by) {
    const all = links();
    if (!all.length) return;
    const row = rowOf(document.activeElement);
    const now = row ? all.indexOf(row.querySelector(".today-open")) : -1;
    all[Math.min(all.length - 1, Math.max(0, now + by))].focus();
  }
  function act(name) {
    const row = rowOf(document.activeElement);
    row?.querySelector(`[data-act=${name}]`)?.click();
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    d: () => act("done"),
    l: () => act("call"),
    p: () => act("plan"),
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches?.("input, textarea, select, [contenteditable]") || !page() || !KEYS[event.key]) return;
    if (event.key.startsWith("Arrow") && (event.target.closest?.(".dropdown") || !rowOf(event.target))) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  addEventListener("focusin", (event) => {
    const row = rowOf(event.target);
    if (row) remember(row);
  });
  // A list that is renewed while somebody chooses from a menu would take the menu away.
  let held = false;
  addEventListener("htmx:beforeSwap", (event) => {
    if (event.target !== page()) return;
    const asked = event.detail.requestConfig?.triggeringEvent?.type ?? "";
    if (asked.startsWith("live:") && page().querySelector(".dropdown-menu.show")) event.detail.shouldSwap = false;
    held = Boolean(rowOf(document.activeElement)) || document.activeElement === document.body;
  });
  addEventListener("htmx:afterSettle", () => {
    if (!page() || !held || !last.key || document.querySelector("dialog[open]")) return;
    held = false;
    const same = document.querySelector(`#today-lists [data-row="${last.key}"] .today-open`);
    const all = links();
    (same ?? all[Math.min(last.index, all.length - 1)])?.focus({ preventScroll: true });
  });
})();
