// The outline of a flow: steps moved by mouse and keys, the focus that stays, the place of a fault in the YAML text.
(() => {
  const onEvery = (name, act) => addEventListener(name, (event) => event.target.closest && act(event));

  // Keys on the name of a step: up and down go from line to line, with Alt they move the step.
  onEvery("keydown", (event) => {
    const open = event.target.closest("[data-open]");
    if (!open || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const up = event.key === "ArrowUp";
    if (event.altKey) {
      const button = open.closest("[data-step]")?.querySelector(up ? "[data-up]" : "[data-down]");
      if (button && !button.disabled) button.click();
      return;
    }
    const all = [...document.querySelectorAll("#script [data-open]")].filter((each) => !each.closest("details:not([open])"));
    all[all.indexOf(open) + (up ? -1 : 1)]?.focus();
  });

  // Dragged: the step goes above the one that is now below it.
  function dropped({ item, oldIndex, newIndex }) {
    if (oldIndex === newIndex) return;
    const next = item.nextElementSibling;
    const before = next ? next.dataset.step : item.previousElementSibling.dataset.following;
    const url = item.querySelector("[data-up]").getAttribute("hx-post");
    const revision = document.getElementById("flow-revision").value;
    htmx.ajax("POST", url, { values: { before, revision }, target: "#script", swap: "outerHTML" });
  }
  function makeSortable() {
    if (!window.Sortable) return;
    for (const list of document.querySelectorAll("[data-flow-steps]:not([data-sorted])")) {
      if (!list.querySelector("[data-up]")) continue;
      list.dataset.sorted = "";
      new Sortable(list, { handle: "[data-handle]", draggable: "[data-step]", animation: 120, onUpdate: dropped });
    }
  }

  // Where customers leave stands beside the steps that are shown; a step may have gone since, or the text be shown.
  function markLeft() {
    for (const left of document.querySelectorAll("[data-left-at]")) {
      document.getElementById(`dropoff-${left.dataset.leftAt}`)?.replaceChildren(...left.cloneNode(true).childNodes);
    }
  }
  addEventListener("htmx:load", markLeft);

  // A form that opens takes the focus; what closes it gives it back to the line.
  addEventListener("htmx:afterSettle", (event) => {
    const place = event.detail.target;
    if (!place?.matches?.("[data-forms], .flow-form")) return;
    const form = document.getElementById(place.id);
    form?.querySelector("[data-first], textarea, select, input:not([type=hidden]), button")?.focus();
  });
  onEvery("click", (event) => {
    const cancel = event.target.closest(".flow-form [data-remove-form]");
    const place = cancel?.closest("[data-forms]");
    if (place) setTimeout(() => place.closest("li, section, details")?.querySelector("[data-open]")?.focus());
    if (event.target.closest("[data-close-comparison]")) document.getElementById("comparison").replaceChildren();
  }, true);

  // Where a fault stands in the text.
  onEvery("click", (event) => {
    const button = event.target.closest("[data-line]");
    const text = document.getElementById("flow-yaml-text");
    if (!button || !text) return;
    const lines = text.value.split("\n");
    const line = Math.min(Number(button.dataset.line), lines.length) - 1;
    const start = lines.slice(0, line).join("\n").length + (line ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + lines[line].length);
    const height = parseFloat(getComputedStyle(text).lineHeight) || 20;
    text.scrollTop = Math.max(0, line * height - text.clientHeight / 3);
  });

  addEventListener("htmx:load", makeSortable);
})();
