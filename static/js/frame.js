// The frame of every screen: toasts, dialogs, palette, shortcuts, connection strip, ages that stay true.
(() => {
  const byId = (id) => document.getElementById(id);
  const texts = () => byId("texts")?.dataset ?? {};

  // Toasts. The server asks for one by the event "toast"; its undo address is posted when the person takes it back.
  function toast({ text, undo = null, offer = null, bad = false, seconds = 8 }) {
    const area = byId("toasts");
    if (!area || !text) return;
    const line = document.createElement("div");
    line.className = bad ? "toast-line is-bad" : "toast-line";
    const words = document.createElement("span");
    words.className = "grow";
    words.textContent = text;
    line.append(words);
    if (undo) {
      line.dataset.undo = undo.split("?")[0];
      for (const other of area.querySelectorAll("[data-undo]")) if (other.dataset.undo === line.dataset.undo) other.remove();
    }
    if (undo) line.append(button(texts().undo, () => post(line, undo)));
    if (offer) line.append(button(offer.label, () => post(line, offer.url)));
    const close = button("×", () => line.remove());
    close.className = "toast-close";
    close.setAttribute("aria-label", texts().close);
    line.append(close);
    while (area.children.length > 3) area.firstChild.remove();
    area.append(line);
    setTimeout(() => line.remove(), seconds * 1000);
  }

  function button(label, act) {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = label;
    element.addEventListener("click", act);
    return element;
  }

  function post(line, address) {
    line.remove();
    htmx.ajax("POST", address, { source: document.body, swap: "none" });
  }

  addEventListener("toast", (event) => {
    const detail = event.detail ?? {};
    toast({ text: detail.text ?? detail.value, undo: detail.undo ?? null, bad: detail.level === "error" });
  });

  // What the request before this page has done.
  addEventListener("DOMContentLoaded", () => {
    for (const { dataset } of document.querySelectorAll("[data-say]")) {
      toast({ text: dataset.say, undo: dataset.undo === "/" ? null : dataset.undo, seconds: 20 });
    }
  });

  // What is offered once goes when it was taken.
  addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) detail.elt.closest("[data-once]")?.remove();
  });

  // Menus that open in place close with a click elsewhere and with Escape, which gives the focus back.
  const openMenus = () => document.querySelectorAll("[data-menu][open]");
  addEventListener("click", ({ target }) => {
    for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
  });
  addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    for (const menu of openMenus()) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
      menu.open = false;
    }
  });

  addEventListener("offer", ({ detail }) => toast({ text: detail.text, offer: detail, seconds: 20 }));

  // Connection. A lost request never loses what was typed: the form keeps it and the strip says why.
  const strip = (name, shown) => {
    const element = byId("strip");
    if (!element) return;
    element.textContent = shown ? texts()[name] : "";
    element.hidden = !shown;
  };
  addEventListener("offline", () => strip("offline", true));
  addEventListener("online", () => strip("offline", false));
  addEventListener("htmx:sendError", () => strip("offline", true));
  addEventListener("htmx:afterOnLoad", () => navigator.onLine && strip("offline", false));
  addEventListener("live:state", (event) => strip("reconnecting", event.detail?.state === "lost"));
  addEventListener("htmx:responseError", (event) => {
    const { xhr, elt } = event.detail;
    if (elt?.closest("[data-quiet]")) return;
    const known = { 403: texts().forbidden, 404: texts().gone, 413: texts().large, 429: texts().often };
    toast({ text: known[xhr.status] ?? texts().failed, bad: true });
  });

  // Dialogs. Whatever is swapped into #modal-body is shown; an empty answer closes it.
  addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "modal-body") return;
    const dialog = byId("modal");
    // An answer that closes the dialog is told of before it is swapped, also where nothing is.
    const closes = event.detail.xhr?.getResponseHeader("HX-Trigger")?.includes('"modal:close"');
    if (closes || !event.target.childElementCount) return dialog.close();
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[autofocus]") ?? dialog.querySelector("input, select, textarea, button"))?.focus();
  });
  addEventListener("modal:close", () => byId("modal")?.close());
  // A dialog that was left may have been asked for by a field that now shows what did not happen.
  byId("modal")?.addEventListener("close", () => htmx.trigger(document.body, "lead:refresh"));
  addEventListener("click", (event) => {
    if (event.target.closest("[data-close-dialog]") || event.target.matches("dialog[open]")) {
      event.target.closest("dialog")?.close();
    }
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) openDialog(opener.dataset.openDialog);
  });

  function openDialog(id) {
    const dialog = byId(id);
    if (!dialog || dialog.open) return;
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
    if (id === "palette") htmx.trigger("#palette-input", "palette:open");
  }

  // Palette: arrows choose, Enter opens.
  function choose(step) {
    const links = [...byId("palette-results").querySelectorAll("a")];
    if (!links.length) return;
    const now = links.findIndex((link) => link.getAttribute("aria-selected") === "true");
    const next = (now + step + links.length) % links.length;
    links.forEach((link, index) => link.setAttribute("aria-selected", String(index === next)));
    links[next].scrollIntoView({ block: "nearest" });
    byId("palette-input").setAttribute("aria-activedescendant", links[next].id);
  }
  addEventListener("keydown", (event) => {
    if (event.target.id !== "palette-input") return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      byId("palette-results").querySelector("a[aria-selected=true]")?.click();
    } else if (event.key === "Escape") {
      // A search field would take the first Escape to empty itself.
      event.preventDefault();
      byId("palette").close();
    }
  });
  addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "palette-results") choose(1);
  });

  // Shortcuts. Single keys are left alone while somebody types.
  const typing = (element) => element.matches?.("input, textarea, select, [contenteditable]");
  addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      return openDialog("palette");
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") return openDialog("help");
    // A button of the screen that has a key of its own.
    const button = !event.ctrlKey && !event.metaKey && !event.altKey && document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!button) return;
    event.preventDefault();
    button.click();
  });

  // Ages: "3 min" stays true without a request; waiting ones change colour.
  function age(seconds) {
    const words = texts();
    if (seconds < 60) return words.now;
    if (seconds < 3600) return words.minutes.replace("0", Math.floor(seconds / 60));
    if (seconds < 86400) return words.hours.replace("0", Math.floor(seconds / 3600));
    return words.days.replace("0", Math.floor(seconds / 86400));
  }
  function refreshAges() {
    for (const element of document.querySelectorAll("time[data-age]")) {
      const seconds = Math.max(0, (Date.now() - Date.parse(element.dateTime)) / 1000);
      const text = age(seconds);
      if (element.textContent !== text) element.textContent = text;
      if ("waiting" in element.dataset) {
        element.classList.toggle("wait-fresh", seconds < 300);
        element.classList.toggle("wait-soon", seconds >= 300 && seconds < 900);
        element.classList.toggle("wait-late", seconds >= 900);
      }
    }
  }
  setInterval(refreshAges, 20000);

  // What a person has opened, or is editing, survives a refetch of its fragment.
  const opened = new Map();
  addEventListener("toggle", (event) => {
    const part = event.target;
    if (part.matches?.("details[id]")) opened.set(part.id, part.open);
  }, true);
  const busy = (target) =>
    target?.querySelector?.("[data-editing]") ||
    (document.activeElement?.matches("input, textarea") && target?.contains(document.activeElement));
  const isRefetch = (event) => event.detail.requestConfig?.triggeringEvent?.type?.startsWith("live:");
  addEventListener("htmx:beforeSwap", (event) => {
    if (isRefetch(event) && event.target.hasAttribute("data-live") && busy(event.target)) event.detail.shouldSwap = false;
  });
  addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.target.hasAttribute("data-live") && busy(event.target)) event.detail.shouldSwap = false;
  });
  addEventListener("htmx:afterSwap", (event) => {
    event.target.querySelector?.("form[data-editing]")?.querySelector("input:not([type=hidden]), select")?.focus();
    for (const [id, open] of opened) {
      const part = byId(id);
      if (part && part.open !== open) part.open = open;
    }
    refreshAges();
  });
  addEventListener("click", (event) => {
    const leave = event.target.closest("[data-leave-edit]");
    if (leave) htmx.trigger(leave.closest("[data-live]"), "refresh");
  });

  // A quick choice that writes its words into a field, which is then ready to be changed.
  addEventListener("click", (event) => {
    const quick = event.target.closest("[data-fills]");
    const field = quick && document.querySelector(quick.dataset.fills);
    if (!field) return;
    field.value = quick.textContent.trim();
    field.focus();
  });

  // Words that a button proposes: into the composer that is there, else the draft of the chat that its link opens.
  addEventListener("click", (event) => {
    const link = event.target.closest("[data-composes]");
    if (!link) return;
    const { composes: text, conversation } = link.dataset;
    const form = document.querySelector(`#composer-form[data-conversation="${conversation}"]`);
    if (form) {
      event.preventDefault();
      const field = form.elements.text;
      if (text && !field.value.includes(text)) dispatchEvent(new CustomEvent("composer:fill", { detail: { text } }));
      field.scrollIntoView({ block: "center" });
      field.focus();
    } else if (text) {
      try {
        localStorage.setItem(`parley.draft.${conversation}`, JSON.stringify({ text, mode: "reply" }));
      } catch {
        // Without storage the chat opens with an empty composer.
      }
    }
  });

  // A free time that is offered in place of a taken one.
  addEventListener("click", (event) => {
    const time = event.target.closest?.("[data-take-time]");
    if (time) time.form.elements.start.value = time.dataset.takeTime;
  });

  // Drop-down forms that act at once.
  addEventListener("change", (event) => {
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });
})();
