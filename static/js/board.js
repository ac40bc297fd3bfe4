// The pipeline board: cards that are dragged, moved by key, and changed under the reader's eyes.
(() => {
  const byId = (id) => document.getElementById(id);
  const board = () => byId("columns");
  const lists = () => [...document.querySelectorAll("#columns .cards")];
  const listOf = (stage) => document.querySelector(`#columns .cards[data-stage="${stage}"]`);
  // A card's addresses stand under that of its lead.
  const addressOf = (card, what) => `${card.querySelector("h3 a").pathname}${what}/`;
  let dragging = false;
  let pending = false;

  // A card stands by the time it entered its stage, newest first. Behind the last card of an unfinished column it waits
  // for its page.
  function place(card, list) {
    const order = card.dataset.order;
    const cards = [...list.querySelectorAll(":scope > .card-lead")].filter((other) => other !== card);
    const next = cards.find((other) => other.dataset.order < order);
    const more = list.querySelector(":scope > .cards-more");
    if (!next && more) return card.remove();
    list.insertBefore(card, next ?? more ?? list.querySelector(":scope > .column-empty"));
  }

  function applyChanges(html) {
    const box = new DOMParser().parseFromString(html, "text/html").querySelector("[data-board-changes]");
    if (!box || !board()) return;
    if (box.dataset.position) board().dataset.position = box.dataset.position;
    for (const id of box.dataset.gone.split(" ").filter(Boolean)) byId(`card-${id}`)?.remove();
    for (const fresh of [...box.children]) {
      const old = byId(fresh.id);
      const list = listOf(fresh.dataset.stage);
      if (!list) {
        old?.remove();
        continue;
      }
      const focused = old?.contains(document.activeElement);
      const card = document.importNode(fresh, true);
      if (old?.dataset.stage !== card.dataset.stage) card.classList.add("is-new");
      old?.remove();
      place(card, list);
      if (!card.isConnected) continue;
      htmx.process(card);
      if (focused) card.querySelector("a")?.focus({ preventScroll: true });
    }
  }

  addEventListener("htmx:afterRequest", (event) => {
    const text = event.detail.xhr?.responseText ?? "";
    if (text.includes("data-board-changes")) applyChanges(text);
  });
  addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id === "board-feed") event.detail.parameters.since = board()?.dataset.position ?? 0;
  });
  addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id !== "board-feed" || !dragging) return;
    event.preventDefault();
    pending = true;
  });

  // Dragging. The card stays where it was dropped only when the server has moved it.
  function sortable(list) {
    if (list.dataset.sortable) return;
    list.dataset.sortable = "yes";
    Sortable.create(list, {
      group: "cards",
      draggable: ".card-lead",
      filter: "button, .card-pick",
      preventOnFilter: false,
      sort: false,
      animation: 120,
      delay: 180,
      delayOnTouchOnly: true,
      ghostClass: "is-dragged",
      // The library copies the card it drags; a copied style attribute is refused by the site's policy.
      onChoose: ({ item }) => item.removeAttribute("style"),
      onStart: () => {
        dragging = true;
        hideWhy();
      },
      onEnd: dropped,
    });
  }
  async function dropped({ item, from, to }) {
    dragging = false;
    if (from !== to) await move(item, from, to);
    if (pending) {
      pending = false;
      htmx.trigger(document.body, "board:catch-up");
    }
  }
  async function move(card, from, to) {
    const before = card.dataset.stage;
    const values = { stage: to.dataset.stageId, revision: card.dataset.revision };
    try {
      await htmx.ajax("POST", addressOf(card, "move"), { source: card, swap: "none", values });
    } finally {
      if (card.isConnected && card.dataset.stage === before && card.parentElement === to) place(card, from);
    }
  }

  addEventListener("htmx:afterSwap", () => board() && ready());

  // Words that are cut off are shown whole on hover.
  addEventListener("mouseover", ({ target }) => {
    if (target.matches?.(".card-lead .clip") && target.scrollWidth > target.clientWidth) target.title = target.textContent;
  });

  // Why this grade: fetched when somebody asks, shown beside the chip.
  let whyTimer = 0;
  function hideWhy() {
    clearTimeout(whyTimer);
    const box = byId("why-popover");
    if (box?.matches(":popover-open")) box.hidePopover();
  }
  async function showWhy(chip) {
    const box = byId("why-popover");
    await htmx.ajax("GET", addressOf(chip.closest(".card-lead"), "why"), { source: chip, target: box, swap: "innerHTML" });
    if (!chip.isConnected || !(chip.matches(":hover") || document.activeElement === chip)) return;
    if (!box.matches(":popover-open")) box.showPopover();
    const place = chip.getBoundingClientRect();
    box.style.left = `${Math.max(8, Math.min(place.left, innerWidth - box.offsetWidth - 8))}px`;
    const below = place.bottom + 6;
    box.style.top = `${below + box.offsetHeight > innerHeight ? place.top - box.offsetHeight - 6 : below}px`;
  }
  const chipOf = (event) => event.target.closest?.("[data-why]");
  addEventListener("mouseover", (event) => {
    const chip = chipOf(event);
    if (!chip || dragging) return;
    clearTimeout(whyTimer);
    whyTimer = setTimeout(() => showWhy(chip), 200);
  });
  addEventListener("mouseout", (event) => chipOf(event) && hideWhy());
  addEventListener("focusin", (event) => (chipOf(event) ? showWhy(chipOf(event)) : hideWhy()));
  addEventListener("scroll", hideWhy, true);

  // Keys: arrows go from card to card, m moves the one under focus or pointer; in the list of stages typing narrows, Enter
  // takes the first.
  const cardsOf = (list) => [...list.querySelectorAll(":scope > .card-lead")];
  function neighbour(card, key) {
    const list = card.parentElement;
    const row = cardsOf(list);
    const at = row.indexOf(card);
    if (key === "ArrowDown" || key === "ArrowUp") return row[at + (key === "ArrowDown" ? 1 : -1)];
    const all = lists();
    const step = key === "ArrowRight" ? 1 : -1;
    for (let place = all.indexOf(list) + step; all[place]; place += step) {
      const middle = card.getBoundingClientRect().top;
      const distance = (other) => Math.abs(other.getBoundingClientRect().top - middle);
      const [nearest] = cardsOf(all[place]).sort((a, b) => distance(a) - distance(b));
      if (nearest) return nearest;
    }
    return null;
  }
  function goTo(card) {
    card.querySelector("h3 a").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (window.parleyPanel?.open) parleyPanel.show(card);
  }
  const focused = () =>
    document.activeElement?.closest(".card-lead") ?? document.querySelector(".card-lead.is-open") ?? document.querySelector(".card-lead:hover");
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideWhy();
    if (event.target.matches?.("[data-narrows]") && event.key === "Enter") {
      event.preventDefault();
      const [first] = choices(event.target).filter((choice) => !choice.hidden && !choice.disabled);
      return first?.click();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, textarea, select")) return;
    if (document.querySelector("dialog[open]") || !board()) return;
    if (event.key === "m" && focused()) {
      event.preventDefault();
      htmx.ajax("GET", addressOf(focused(), "move"), { source: focused(), target: "#modal-body" });
    } else if (event.key === "/") {
      event.preventDefault();
      byId("filter-search")?.focus();
    } else if (event.key === "f") {
      event.preventDefault();
      byId("filter-open")?.click();
    } else if (event.key.startsWith("Arrow") && (event.target === document.body || board().contains(event.target))) {
      const from = document.activeElement?.closest(".card-lead") ?? document.querySelector(".card-lead.is-open");
      const next = from ? neighbour(from, event.key) : document.querySelector(".card-lead");
      if (!next) return;
      event.preventDefault();
      goTo(next);
    }
  });
  const choices = (input) => [...document.querySelectorAll(`${input.dataset.narrows} button`)];
  addEventListener("input", (event) => {
    if (!event.target.matches("[data-narrows]")) return;
    const wanted = event.target.value.trim().toLocaleLowerCase();
    for (const choice of choices(event.target)) choice.hidden = !choice.textContent.toLocaleLowerCase().includes(wanted);
  });

  function ready() {
    lists().forEach(sortable);
  }
  let shown = null;
  addEventListener("htmx:load", () => {
    ready();
    if (board() && shown && board() !== shown) htmx.trigger(document.body, "board:shown");
    shown = board();
  });
})();
