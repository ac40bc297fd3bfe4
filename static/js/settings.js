// The forms of the settings: rows that come and go, lists in an order, work that is not lost by leaving the page.
(() => {
  const onEvery = (name, act) => addEventListener(name, (event) => event.target.closest && act(event));

  // Rows. [data-add-row] copies the <template> of its [data-rows] into [data-rows-into]; "__row__" becomes a token of its own.
  let rows = 0;
  function addRow(box) {
    const template = box.querySelector(":scope > template, :scope > * > template");
    const copy = template.content.cloneNode(true);
    const token = `n${Date.now().toString(36)}${(rows += 1)}`;
    for (const element of copy.querySelectorAll("*")) {
      for (const attribute of [...element.attributes]) {
        if (attribute.value.includes("__row__")) attribute.value = attribute.value.replaceAll("__row__", token);
      }
    }
    const row = copy.firstElementChild;
    if (box.matches(".week-day")) asTheDayBefore(box, row);
    box.querySelector("[data-rows-into]").append(row);
    htmx.process(row);
    (row.querySelector("[data-first]") ?? row.querySelector("input, select, textarea"))?.focus();
    changed(row);
  }
  // The first hours of a day begin as those of the day before.
  function asTheDayBefore(day, row) {
    if (day.querySelector("[data-row]")) return;
    let before = day.previousElementSibling;
    while (before && !before.querySelector("[data-row]")) before = before.previousElementSibling;
    const times = [...(before?.querySelector("[data-row]").querySelectorAll("input, select") ?? [])];
    row.querySelectorAll("input, select").forEach((input, place) => (input.value = times[place]?.value ?? ""));
  }
  function removeRow(row) {
    const box = row.closest("[data-rows]");
    const form = row.closest("form");
    row.remove();
    box?.querySelector("[data-add-row]")?.focus();
    changed(form);
  }
  function changed(element) {
    const form = element?.closest?.("form");
    if (!form) return;
    form.dataset.dirty = "";
    htmx.trigger(form, "rows");
  }
  onEvery("click", (event) => {
    const add = event.target.closest("[data-add-row]");
    if (add) addRow(add.closest("[data-rows]"));
    const remove = event.target.closest("[data-remove-row]");
    if (remove) removeRow(remove.closest("[data-row]"));
  });

  // Lists in an order: dragged by the handle, or moved by the buttons; the form is sent when the order is another one.
  function move(button) {
    const row = button.closest("[data-row]");
    const other = button.dataset.move === "up" ? row.previousElementSibling : row.nextElementSibling;
    if (!other?.matches("[data-row]")) return;
    if (button.dataset.move === "up") other.before(row);
    else other.after(row);
    button.focus();
    reordered(row);
  }
  function reordered(row) {
    const list = row.closest("[data-sortable]");
    changed(list);
    clearTimeout(Number(list.dataset.timer));
    list.dataset.timer = setTimeout(() => htmx.trigger(list, "reordered"), 350);
  }
  onEvery("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  function makeSortable() {
    if (!window.Sortable) return;
    for (const list of document.querySelectorAll("[data-sortable]:not([data-sorted])")) {
      list.dataset.sorted = "";
      new Sortable(list, { handle: "[data-handle]", draggable: "[data-row]", animation: 120, onUpdate: (event) => reordered(event.item) });
    }
  }

  // Work that is not saved: leaving asks first. A form that was answered is a fresh one.
  onEvery("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) form.dataset.dirty = "";
  });
  addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt?.closest?.("form[data-guard]");
    const saved = event.detail.successful && event.detail.requestConfig?.verb === "post" && event.detail.elt === form;
    if (saved) delete form.dataset.dirty;
  });
  addEventListener("htmx:beforeOnLoad", (event) => {
    const leaves = ["HX-Redirect", "HX-Refresh"].some((name) => event.detail.xhr.getResponseHeader(name));
    const form = leaves && event.detail.elt.closest?.("form[data-guard]");
    if (form) delete form.dataset.dirty;
  });
  addEventListener("htmx:afterSwap", () => {
    for (const form of document.querySelectorAll("form[data-unsaved]")) form.dataset.dirty = "";
  });
  onEvery("click", (event) => {
    event.target.closest("[data-remove-form]")?.closest("form").remove();
    const form = event.target.closest("[data-drop-guard]")?.closest("form");
    if (form) delete form.dataset.dirty;
  });
  // What is drawn anew keeps the forms in it that somebody writes in, except the one that was sent and saved.
  const kept = [];
  addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!detail.shouldSwap || !detail.target.matches?.("[data-keeps-forms]")) return;
    const sent = detail.xhr.status < 400 ? detail.requestConfig.elt : null;
    for (const form of detail.target.querySelectorAll("form[data-dirty], form.rule-form")) {
      if (form === sent) continue;
      kept.push([form, form.closest("[data-forms]")?.id]);
      form.remove();
    }
  });
  addEventListener("htmx:afterSwap", () => {
    for (const [form, place] of kept.splice(0)) {
      const same = form.id && document.getElementById(form.id);
      if (same) same.replaceWith(form);
      else (document.getElementById(place) ?? document.querySelector("[data-forms]"))?.append(form);
    }
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
  });

  // After an answer with errors the first of them gets the focus.
  addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.xhr?.status !== 422) return;
    const target = document.getElementById(event.detail.target?.id) ?? document;
    target.querySelector(".is-invalid, [role=alert]")?.scrollIntoView({ block: "center" });
    target.querySelector(".is-invalid")?.focus({ preventScroll: true });
  });

  // Copying
  onEvery("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    const source = button && document.querySelector(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      return;
    }
    dispatchEvent(new CustomEvent("toast", { detail: { text: button.dataset.copied } }));
  });

  // What depends on a choice: [data-when="kind"] is shown for the values that it lists in [data-values].
  function showDependent() {
    for (const part of document.querySelectorAll("[data-when]")) {
      const choice = part.closest("form")?.elements[part.dataset.when];
      if (choice) part.hidden = !part.dataset.values.split(" ").includes(choice.value);
    }
  }
  onEvery("change", showDependent);

  // Search in a list that is all there.
  onEvery("input", (event) => {
    const input = event.target.closest("[data-filter]");
    if (!input) return;
    const wanted = input.value.trim().toLocaleLowerCase();
    const list = document.querySelector(input.dataset.filter);
    const holds = (item) => {
      const fields = [...item.querySelectorAll("textarea, input")].map((field) => `${field.value} ${field.placeholder}`);
      return `${item.textContent} ${fields.join(" ")}`.toLocaleLowerCase().includes(wanted);
    };
    for (const item of list.querySelectorAll("[data-item]")) item.hidden = wanted !== "" && !holds(item);
    for (const group of list.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-item]:not([hidden])");
    const none = document.querySelector(`${input.dataset.filter}-none`);
    if (none) none.hidden = Boolean(list.querySelector("[data-item]:not([hidden])"));
  });

  // Wording over a shipped one: the field begins with the shipped text, and left unchanged it is empty again.
  const shippedOf = (field) => field.dataset.shipped ?? "";

  // A long form sends what was changed; the server takes what is not there for unchanged.
  addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.closest("[data-only-changed]")) return;
    for (const field of document.querySelectorAll("form[data-only-changed] textarea:not([data-always])")) {
      const unchanged = field.value === field.defaultValue || (field.defaultValue === "" && field.value === shippedOf(field));
      if (unchanged) event.detail.formData.delete(field.name);
    }
  });

  addEventListener("focusin", (event) => {
    const field = event.target;
    if (field.matches?.("[data-shipped]") && field.value === "") field.value = shippedOf(field);
  });
  addEventListener("focusout", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-shipped]")) return;
    if (field.value.trim() === shippedOf(field).trim()) field.value = "";
    field.closest("[data-text]")?.classList.toggle("is-edited", field.value !== "");
  });
  onEvery("click", (event) => {
    const button = event.target.closest("[data-go-to]");
    const target = button && document.getElementById(button.dataset.goTo);
    if (!target) return;
    const search = document.querySelector("[data-filter]");
    if (search?.value) {
      search.value = "";
      search.dispatchEvent(new Event("input", { bubbles: true }));
    }
    target.closest("details")?.setAttribute("open", "");
    target.scrollIntoView({ block: "center" });
    target.querySelector("textarea, input")?.focus({ preventScroll: true });
  });

  // A message of a try-out shows the step that said it.
  onEvery("click", (event) => {
    const name = event.target.closest("[data-mark-step]")?.dataset.markStep;
    const step = name && document.getElementById(`step-${name}`);
    if (!step) return;
    document.querySelector(".is-marked-step")?.classList.remove("is-marked-step");
    step.classList.add("is-marked-step");
    step.scrollIntoView({ block: "nearest" });
  });

  // Messages of the request before, and whatever a new fragment needs
  function tellMessages() {
    for (const line of document.querySelectorAll("[data-toast]")) {
      dispatchEvent(new CustomEvent("toast", { detail: { text: line.dataset.toast } }));
      line.remove();
    }
  }
  document.querySelector(".settings-list [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  addEventListener("htmx:load", () => {
    makeSortable();
    showDependent();
    tellMessages();
  });
})();
