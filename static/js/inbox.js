// The inbox and every thread: keyboard, drafts, messages that arrive in their place, a list that keeps its length.
(() => {
  const byId = (id) => document.getElementById(id);
  const scroller = () => byId("thread-scroll");
  const composer = () => byId("composer-form");
  const NEAR = 140;

  // Drafts, one per conversation, on this device.
  const draftKey = (form) => `parley.draft.${form.dataset.conversation}`;
  function store(form) {
    const text = form.elements.text.value;
    try {
      if (text.trim()) localStorage.setItem(draftKey(form), JSON.stringify({ text, mode: form.elements.mode.value }));
      else localStorage.removeItem(draftKey(form));
    } catch {
      // A full or forbidden storage only costs the draft after a reload.
    }
  }
  function restore(form) {
    if (form.dataset.restored) return;
    form.dataset.restored = "yes";
    try {
      const draft = JSON.parse(localStorage.getItem(draftKey(form)) ?? "null");
      if (draft && !form.elements.text.value) {
        form.elements.text.value = draft.text;
        setMode(form, draft.mode, false);
      }
    } catch {
      // Nothing to restore.
    }
    advise(form);
  }
  function setMode(form, mode, focus = true) {
    const choice = form.querySelector(`input[name=mode][value="${mode}"]`);
    if (choice) choice.checked = true;
    form.dataset.mode = mode;
    if (focus) form.elements.text.focus();
    advise(form);
  }

  // Thirteen to nineteen figures that add up as those of a card do; the server decides and hides them.
  function holdsCard(text) {
    return (text.match(/\d(?:[\s.\-–]?\d){12,18}/g) ?? []).some((found) => {
      const figures = [...found.replace(/\D/g, "")].reverse().map(Number);
      const sum = figures.reduce((total, each, place) => total + (place % 2 ? (each * 2 > 9 ? each * 2 - 9 : each * 2) : each), 0);
      return sum % 10 === 0 && /^[2-69]/.test(found);
    });
  }

  // Hints under the text (spec 11.2): they warn, they never block.
  function advise(form) {
    const place = form.querySelector("[data-hint]");
    if (!place) return;
    const text = form.elements.text.value;
    const questions = (text.match(/[?՞]/g) ?? []).length;
    const words = place.dataset;
    let hint = words.keys;
    const card = holdsCard(text);
    if (card) hint = words.card;
    else if (form.dataset.mode === "note") hint = words.note;
    else if (text.length > 600) hint = words.long;
    else if (questions > 1) hint = words.questions;
    else if (/\{\{.*?\}\}/.test(text)) hint = words.variable;
    place.classList.toggle("is-warning", card);
    place.textContent = hint ?? "";
  }

  // The thread keeps the order of time, shows each message once and each day's name once.
  const order = (item) => `${item.dataset.at}~${(item.dataset.sequence ?? "0").padStart(9, "0")}`;
  function tidy(list) {
    const seen = new Map();
    for (const item of list.querySelectorAll(":scope > li[data-at]")) {
      seen.get(item.id)?.remove();
      seen.set(item.id, item);
    }
    const items = [...seen.values()];
    for (let index = 1; index < items.length; index++) {
      if (order(items[index]) < order(items[index - 1])) {
        items.sort((a, b) => (order(a) < order(b) ? -1 : 1)).forEach((item) => list.append(item));
        break;
      }
    }
    nameDays(list);
    if (items.length) list.querySelector(".thread-empty")?.remove();
  }
  function nameDays(list) {
    let day = "";
    for (const item of [...list.children]) {
      if (item.classList.contains("day")) {
        item.remove();
      } else if (item.dataset.day && item.dataset.day !== day) {
        day = item.dataset.day;
        const mark = document.createElement("li");
        mark.className = "day";
        mark.textContent = item.dataset.dayName;
        item.before(mark);
      }
    }
  }
  const last = (name) =>
    Math.max(0, ...[...document.querySelectorAll(`#messages > [data-${name}]`)].map((item) => Number(item.dataset[name])));

  function toBottom() {
    const pane = scroller();
    if (pane) pane.scrollTop = pane.scrollHeight;
    if (byId("new-below")) byId("new-below").hidden = true;
  }
  const atBottom = (pane) => pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR;
  function seen() {
    const marker = byId("seen");
    if (marker && document.visibilityState === "visible") htmx.trigger(marker, "seen");
  }

  let before = null;
  addEventListener("htmx:beforeSwap", (event) => {
    const pane = scroller();
    before = pane ? { height: pane.scrollHeight, top: pane.scrollTop, bottom: atBottom(pane), count: last("sequence") } : null;
  });
  addEventListener("htmx:afterSwap", (event) => {
    const list = byId("messages");
    if (event.target === list && before) {
      tidy(list);
      const pane = scroller();
      if (before.bottom) toBottom();
      else if (last("sequence") > before.count) byId("new-below").hidden = false;
      else pane.scrollTop = before.top;
      if (last("sequence") > before.count) {
        seen();
        showTyping(false);
      }
    } else if (event.target.classList?.contains("older") || event.detail.requestConfig?.elt?.classList.contains("older")) {
      nameDays(list);
      scroller().scrollTop = before.top + scroller().scrollHeight - before.height;
    }
    markCurrent();
  });
  addEventListener("scroll", (event) => {
    if (event.target.id === "thread-scroll" && atBottom(event.target)) byId("new-below").hidden = true;
  }, true);
  addEventListener("visibilitychange", seen);

  // htmx announces each new piece of the page; a new thread starts at its end.
  addEventListener("htmx:load", (event) => {
    const form = event.detail.elt.querySelector?.("#composer-form") ?? (event.detail.elt.id === "composer-form" ? event.detail.elt : null);
    if (form) restore(form);
    landDraft(event.detail.elt);
    if (event.detail.elt.querySelector?.("#thread-scroll") || event.detail.elt.id === "thread-scroll") toBottom();
    markCurrent();
  });

  addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = event.detail;
    if (elt.matches("[data-thread-feed]")) {
      parameters.after = byId("messages") ? last("sequence") : 2 ** 31 - 1;
      parameters.event = byId("messages") ? last("event") : 2 ** 52;
    }
    if (elt.id === "rows") parameters.count = elt.querySelectorAll(".row-link").length;
  });

  addEventListener("input", (event) => {
    const form = event.target.closest?.("#composer-form");
    if (!form) return;
    if (event.target.name === "mode") setMode(form, event.target.value);
    if (event.target.name === "attachments") nameFiles(form);
    if (event.target.name === "text" && !event.target.value.trim()) dropDraft(form);
    store(form);
    advise(form);
    if (event.target.name === "text" && form.dataset.mode === "reply") tellTyping();
  });

  // A file may go without words.
  function nameFiles(form) {
    const files = [...form.elements.attachments.files];
    const line = form.querySelector("[data-files]");
    form.elements.text.required = !files.length;
    line.textContent = files.map((file) => file.name).join(", ");
    line.hidden = !files.length;
  }

  // Who writes is shown on the other side; nothing is lost where it is not.
  const TYPING_EVERY = 3000;
  const TYPING_SHOWN = 5000;
  let typingTold = -TYPING_EVERY;
  let typingShown = 0;
  function tellTyping() {
    const now = performance.now();
    if (!byId("typing-told") || now - typingTold < TYPING_EVERY) return;
    typingTold = now;
    htmx.trigger(byId("typing-told"), "told");
  }
  function showTyping(shown) {
    const line = byId("typing");
    if (!line) return;
    const pane = scroller();
    const bottom = atBottom(pane);
    line.hidden = !shown;
    if (bottom) pane.scrollTop = pane.scrollHeight;
  }
  addEventListener("live:typing", ({ detail }) => {
    if (!detail.topics.includes(byId("typing")?.dataset.topic)) return;
    clearTimeout(typingShown);
    typingShown = setTimeout(showTyping, TYPING_SHOWN, false);
    showTyping(true);
  });
  addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (form.id !== "composer-form" || !event.detail.successful) return;
    form.elements.text.value = "";
    dropDraft(form);
    form.elements.attachments.value = "";
    nameFiles(form);
    form.elements.at && (form.elements.at.value = "");
    form.querySelector("[data-menu]")?.removeAttribute("open");
    store(form);
    setMode(form, "reply", !matchMedia("(pointer: coarse)").matches);
    toBottom();
  });

  // What was taken back returns before what has been typed since.
  addEventListener("composer:fill", ({ detail }) => {
    const form = composer();
    if (!form || !detail.text) return;
    const field = form.elements.text;
    field.value = [detail.text, field.value.trim()].filter(Boolean).join("\n\n");
    setMode(form, "reply");
    store(form);
  });

  function dropDraft(form) {
    form.elements.draft.value = "";
    showLanded();
  }

  // What the assistant drafted lands in an empty composer once, marked; a person sends it.
  const landed = new Set();
  function useDraft(button) {
    const form = composer();
    if (!form) return;
    form.elements.text.value = button.dataset.draftText;
    form.elements.draft.value = button.dataset.useDraft;
    landed.add(button.dataset.useDraft);
    setMode(form, "reply");
    store(form);
    showLanded();
  }
  // What stands in the composer need not stand above it as well.
  function showLanded() {
    const used = composer()?.elements.draft.value;
    for (const button of document.querySelectorAll("[data-use-draft]"))
      button.closest("[data-assistant-result]").classList.toggle("is-landed", button.dataset.useDraft === used);
  }
  function landDraft(root) {
    const button = root.querySelector?.("[data-use-draft]");
    const form = composer();
    if (!button || !form || landed.has(button.dataset.useDraft) || form.elements.text.value.trim()) return;
    if (button.dataset.asked) useDraft(button);
  }
  addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "assistant-strip") showLanded();
  });
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-use-draft]");
    if (button) useDraft(button);
  });

  // The list.
  const rows = () => [...document.querySelectorAll("#rows .row-link")];
  function markCurrent() {
    const path = location.pathname;
    for (const row of rows()) {
      if (row.pathname === path) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }
  addEventListener("htmx:pushedIntoHistory", markCurrent);
  function step(by) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.getAttribute("aria-current") === "true");
    const next = all[Math.min(all.length - 1, Math.max(0, now + by))];
    next.focus();
    next.click();
  }

  // The key may be quicker than htmx, which binds what it swapped in a moment later.
  function undoSend() {
    const button = [...document.querySelectorAll("[data-undo-send]")].pop();
    if (!button) return;
    htmx.process(button);
    button.click();
  }

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    e: () => byId("resolve-button")?.click(),
    r: () => composer() && setMode(composer(), "reply"),
    n: () => composer() && setMode(composer(), "note"),
    a: () => byId("assign-select")?.focus(),
    u: undoSend,
    "/": () => byId("inbox-search")?.focus(),
  };
  addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.form?.id === "composer-form" && field.name === "text") return sendByKey(event, field.form);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (field.matches?.("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape") field.blur();
      return;
    }
    if ((!byId("rows") && !composer()) || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  function sendByKey(event, form) {
    if (event.key === "Escape") return event.target.blur();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    const resolve = (event.ctrlKey || event.metaKey) && form.dataset.mode === "reply";
    form.requestSubmit(form.querySelector(resolve ? "[name=resolve]" : "[data-send]"));
  }

  addEventListener("click", (event) => {
    if (event.target.closest("#new-below")) toBottom();
    if (event.target.closest("[data-side-switch]")) document.querySelector(".inbox")?.classList.toggle("shows-side");
  });
})();
