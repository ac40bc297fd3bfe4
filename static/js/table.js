// The table of leads: cells that are walked with the arrows and edited in place.
(() => {
  const table = () => document.getElementById("leads-table");
  const cellOf = (element) => element?.closest?.("#leads-table tbody td[data-column]");
  const formIn = (element) => element?.closest?.("[data-cell-form]");
  const columns = () => table()?.dataset.columns ?? "";
  const inputs = (form) => [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const placeOf = (cell, edit) => ({ lead: cell.parentElement.dataset.lead, column: cell.dataset.column, edit });
  const cellAt = ({ lead, column }) => document.querySelector(`#lead-${CSS.escape(lead)} td[data-column="${CSS.escape(column)}"]`);
  // A lead's addresses stand under that of its page.
  const addressOf = (row) => row.querySelector("td[data-column=title] a, [data-path]")?.pathname ?? row.dataset.path;
  const words = new WeakMap();
  const begun = new WeakMap();
  let next = null;
  let moving = null;
  let byPointer = false;

  // Editing. What the cell said is kept for the one who leaves it as it was.
  function open(cell) {
    if (!cell?.matches(".edits") || cell.querySelector("[data-cell-form]")) return cell?.focus();
    const other = table().querySelector("[data-cell-form]");
    if (other) return finish(other, placeOf(cell, true));
    words.set(cell, [...cell.childNodes]);
    cell.parentElement.dataset.path = addressOf(cell.parentElement);
    htmx.ajax("GET", `${cell.parentElement.dataset.path}cells/${cell.dataset.column}/`, { source: cell, target: cell, swap: "innerHTML" });
  }
  function cancel(form, focus = true) {
    const cell = cellOf(form);
    cell.replaceChildren(...(words.get(cell) ?? []));
    if (focus) cell.focus();
  }
  // Save what was changed and go where the person wants to be then; what is as it was needs no request.
  function finish(form, where) {
    if (form.dataset.sending) return;
    next = where;
    if (begun.get(form) === said(form)) {
      cancel(form, false);
      return goOn();
    }
    form.requestSubmit();
  }
  const said = (form) => new URLSearchParams(new FormData(form)).toString();
  function goOn() {
    const where = next;
    next = null;
    const cell = where && cellAt(where);
    if (!cell) return;
    if (where.edit) open(cell);
    else cell.focus();
  }
  function neighbour(cell, step) {
    const cells = [...table().querySelectorAll("tbody td.edits")];
    const found = cells[cells.indexOf(cell) + step];
    return found ? placeOf(found, true) : placeOf(cell, false);
  }

  addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.matches?.("[data-cell-form]")) event.detail.parameters.columns = columns();
  });
  addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches?.("[data-cell-form]")) return;
    form.dataset.sending = "yes";
    // The address that moves leads tells of its effect by an event; the line is then fetched anew.
    if (!form.querySelector("[name=seen]")) moving = placeOf(cellOf(form), false);
  });
  addEventListener("htmx:afterRequest", (event) => delete event.detail.elt.dataset?.sending);
  addEventListener("htmx:load", (event) => {
    const fresh = event.detail.elt;
    if (fresh.matches?.("[data-cell-form]")) {
      // An answer that asks again is sent even where nothing more is typed.
      if (!fresh.querySelector("[role=alert], .is-invalid")) begun.set(fresh, said(fresh));
      else next = null;
      const [first] = inputs(fresh);
      (fresh.querySelector(".is-invalid") ?? first)?.focus();
      if (first?.matches("[type=text]")) first.select();
    } else if (fresh.matches?.("tr[data-lead]")) {
      if (next) goOn();
    }
    ready();
  });
  addEventListener("lead:refresh", () => {
    const row = moving && document.getElementById(`lead-${moving.lead}`);
    if (!row || document.querySelector("dialog[open]")) return;
    next ??= moving;
    moving = null;
    htmx.ajax("GET", `${addressOf(row)}row/`, { source: row, target: row, swap: "outerHTML", values: { columns: columns() } });
  });

  // Keys. In a cell: arrows, Enter and F2. In its inputs: Enter saves, Escape leaves it, Tab goes on.
  const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  addEventListener("keydown", (event) => {
    byPointer = false;
    const form = formIn(event.target);
    if (form) return keyInForm(event, form);
    const cell = event.target.matches?.("#leads-table tbody td") ? event.target : null;
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (STEPS[event.key]) {
      event.preventDefault();
      walk(cell, ...STEPS[event.key]);
    } else if (event.key === "F2" || event.key === "Enter") {
      event.preventDefault();
      if (cell.matches(".edits")) open(cell);
      else cell.querySelector("a")?.click();
    }
  });
  function keyInForm(event, form) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      cancel(form);
    } else if (event.key === "Enter") {
      event.preventDefault();
      finish(form, placeOf(cellOf(form), false));
    } else if (event.key === "Tab") {
      const step = event.shiftKey ? -1 : 1;
      const all = inputs(form);
      if (all[all.indexOf(event.target) + step]) return;
      event.preventDefault();
      finish(form, neighbour(cellOf(form), step));
    }
  }
  function walk(cell, down, right) {
    const row = down > 0 ? cell.parentElement.nextElementSibling : down < 0 ? cell.parentElement.previousElementSibling : cell.parentElement;
    const wanted = row?.children[cell.cellIndex + right];
    if (wanted?.matches("[data-column]")) wanted.focus();
  }
  addEventListener("focusin", (event) => {
    if (!event.target.matches?.("#leads-table tbody td")) return;
    for (const other of table().querySelectorAll("td[tabindex='0']")) other.tabIndex = -1;
    event.target.tabIndex = 0;
  });

  // Pointer. A click on a cell edits it, a click elsewhere saves.
  addEventListener("pointerdown", () => (byPointer = true), true);
  addEventListener("click", (event) => {
    const cell = cellOf(event.target);
    if (cell && !event.target.closest("a, button, input, select, label, form")) open(cell);
  });
  addEventListener("change", (event) => {
    const form = formIn(event.target);
    if (form && byPointer && event.target.matches("select") && inputs(form).length === 1) finish(form, placeOf(cellOf(form), false));
  });
  addEventListener("focusout", (event) => {
    const form = formIn(event.target);
    if (!form) return;
    setTimeout(() => {
      const away = form.isConnected && document.hasFocus() && !form.contains(document.activeElement);
      if (away && !document.querySelector("dialog[open]")) finish(form, next);
    });
  });

  // One cell can be reached by Tab; the others by the arrows.
  function ready() {
    const first = table()?.querySelector("tbody td[data-column]");
    if (first && !table().querySelector("td[tabindex='0']")) first.tabIndex = 0;
  }
  addEventListener("DOMContentLoaded", ready);
})();
