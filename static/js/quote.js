// The editor of a quote: lines as on paper, totals while one types, nothing lost by leaving.
(() => {
  const form = document.querySelector("form[data-quote]");
  if (!form) return;
  const list = document.getElementById("quote-lines");
  const totals = document.getElementById("quote-totals");
  const found = document.getElementById("product-found");
  const lineOf = (element) => element.closest("[data-line]");
  const field = (line, name) => line.querySelector(`[data-field="${name}"]`);

  // Lines. What has no input is kept with the line: its product, and how its price came about.
  function draw(row = {}, before = null) {
    const line = document.getElementById("quote-line").content.cloneNode(true).firstElementChild;
    fill(line, { quantity: "1", unit: "piece", taxes: form.dataset.defaultTaxes, chosen: true, ...row });
    list.insertBefore(line, before);
    return line;
  }
  function fill(line, row) {
    for (const [name, value] of Object.entries(row)) {
      const input = field(line, name);
      if (input?.type === "checkbox") input.checked = Boolean(value);
      else if (input) input.value = value;
    }
    line.kept = { product: row.product ?? "", explained: row.explained ?? [], lacks_rate: row.lacks_rate ?? "" };
    showOption(line);
    showRate(line);
    grow(field(line, "description"));
  }
  function showOption(line) {
    const optional = field(line, "optional").checked;
    line.querySelector("[data-when-optional]").hidden = !optional;
    line.classList.toggle("is-optional", optional);
  }
  function grow(area) {
    area.rows = Math.min(12, Math.max(1, area.value.split("\n").length));
  }
  // A price in another currency: the rate stands with the line, and another rate makes another price.
  const rateOf = (line) => line.kept.explained.find((part) => part.kind === "rate" && part.price);
  function showRate(line) {
    const rate = rateOf(line);
    line.querySelector("[data-no-rate]").hidden = !line.kept.lacks_rate;
    line.querySelector("[data-rate]").hidden = !rate || Boolean(line.kept.lacks_rate);
    if (!rate) return;
    line.querySelector("[data-rate-price]").textContent = `${rate.price} ${rate.base}`;
    line.querySelector("[data-rate-base]").textContent = rate.base;
    line.querySelector("[data-rate-quote]").textContent = rate.quote;
    line.querySelector("[data-rate-value]").value = rate.rate;
  }
  async function convert(line, typed) {
    const rate = rateOf(line);
    const quote = form.elements.currency.value.trim().toUpperCase();
    if (!rate || quote.length !== 3) return;
    const values = { price: rate.price, cost: rate.cost ?? "", base: rate.base, quote, rate: typed };
    const answer = await fetch(`${form.dataset.convert}?${new URLSearchParams(values)}`, { headers: { "HX-Request": "true" } });
    const found = await answer.json().catch(() => ({}));
    if (rateOf(line) !== rate) return;
    if (!answer.ok && typed) return complain(line, found.error ?? "", "unit_price");
    // Without a rate there is no price: the old one is of another currency.
    const others = line.kept.explained.filter((part) => part !== rate);
    Object.assign(line.kept, answer.ok ? { explained: [...others, ...found.explained], lacks_rate: "" } : { lacks_rate: rate.base });
    field(line, "unit_price").value = found.unit_price ?? "";
    if (rate.cost) field(line, "cost").value = found.cost ?? "";
    if (document.activeElement !== line.querySelector("[data-rate-value]")) showRate(line);
    changed();
  }
  // Another currency converts what comes from the catalogue, also a price that stands in the currency of before.
  let currency = form.elements.currency.value;
  function convertAll() {
    const before = currency;
    const next = form.elements.currency.value.trim().toUpperCase();
    if (next.length !== 3 || next === before) return;
    currency = next;
    for (const line of filled()) {
      const price = field(line, "unit_price").value.trim();
      if (line.kept.product && price && !rateOf(line)) {
        const own = { kind: "rate", text: "", base: before, quote: before, rate: "1", price };
        line.kept.explained.push({ ...own, cost: field(line, "cost").value.trim() });
      }
      convert(line, "");
    }
  }
  // A price that is written by hand owes nothing to a rate.
  function priceByHand(line) {
    line.kept.explained = line.kept.explained.filter((part) => part.kind !== "rate");
    line.kept.lacks_rate = "";
    showRate(line);
  }
  const isEmpty = (line) => !["title", "description", "unit_price"].some((name) => field(line, name).value.trim());
  const filled = () => [...list.children].filter((line) => !isEmpty(line));
  function rowOf(line) {
    const row = { ...line.kept };
    for (const input of line.querySelectorAll("[data-field]")) {
      row[input.dataset.field] = input.type === "checkbox" ? input.checked : input.value;
    }
    if (!row.optional) row.chosen = true;
    return row;
  }

  let dirty = false;
  let edits = 0;
  let editsSent = 0;
  function changed() {
    dirty = true;
    edits++;
    mark();
    htmx.trigger(totals, "quote:changed");
  }
  function mark() {
    const note = document.getElementById("quote-unsaved");
    if (note) note.hidden = !dirty;
  }
  addEventListener("beforeunload", (event) => dirty && event.preventDefault());

  function add(after = null) {
    const line = draw({}, after?.nextElementSibling ?? null);
    field(line, "title").focus();
  }
  function remove(line) {
    const next = line.nextElementSibling ?? line.previousElementSibling;
    line.remove();
    if (!list.children.length) draw();
    field(next ?? list.firstElementChild, "title").focus();
    changed();
  }
  function move(line, up, focus) {
    const other = up ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (up) other.before(line);
    else other.after(line);
    focus.focus();
    changed();
  }

  // Requests carry the lines as one text.
  let sent = [];
  addEventListener("htmx:configRequest", (event) => {
    const { detail } = event;
    if (detail.elt !== form && detail.elt !== totals) return;
    // Saving has brought the totals already, or what stands in their place now.
    if (detail.elt === totals && edits === editsSent) return event.preventDefault();
    sent = filled();
    if (detail.elt === form) editsSent = edits;
    detail.parameters.lines = JSON.stringify(sent.map(rowOf));
  });
  addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target !== totals) return;
    for (const line of list.children) complain(line, "");
    const sum = totals.querySelector("[data-nets]");
    const nets = sum ? JSON.parse(sum.dataset.nets) : null;
    if (nets) {
      for (const line of list.children) line.querySelector("[data-net]").textContent = "";
      sent.forEach((line, place) => (line.querySelector("[data-net]").textContent = nets[place] ?? ""));
    }
    const refused = totals.querySelector("[data-refused]");
    if (refused) complain(sent[Number(refused.dataset.position || -1)], refused.textContent, refused.dataset.field);
    const isSaved = detail.requestConfig.elt === form && detail.xhr.status === 200;
    // What was typed while it was on its way is not saved yet.
    if (isSaved) dirty = edits !== editsSent;
    mark();
    if (detail.requestConfig.elt !== form || !sending) return;
    if (isSaved && dirty) return form.requestSubmit();
    if (isSaved) htmx.trigger(sending, "quote:send");
    sending = null;
  });
  function complain(line, words, name) {
    if (!line) return;
    const error = line.querySelector("[data-error]");
    error.textContent = words;
    error.hidden = !words;
    for (const input of line.querySelectorAll(".is-invalid")) input.classList.remove("is-invalid");
    if (words) field(line, name)?.classList.add("is-invalid");
  }

  // What is sent is what was saved: work that is not saved is saved first.
  let sending = null;
  addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-send]");
    if (!button) return;
    if (!dirty) return htmx.trigger(button, "quote:send");
    sending = button;
    form.requestSubmit();
  });

  // A line folds when the focus leaves it: a button below must not move away under the pointer that presses it.
  form.addEventListener("mousedown", (event) => {
    if (event.target.closest("button:not([data-handle]), a")) event.preventDefault();
  });

  // Somebody else was quicker.
  addEventListener("click", ({ target }) => {
    const mine = target.closest?.("[data-keep-mine]");
    if (mine) {
      document.getElementById("quote-revision").value = mine.dataset.keepMine;
      form.requestSubmit();
    }
    if (target.closest?.("[data-drop-guard]")) dirty = false;
  });

  // Products while one types.
  let asked = 0;
  let typedIn = null;
  function look(input) {
    clearTimeout(asked);
    typedIn = input;
    asked = setTimeout(async () => {
      const values = { q: input.value, language: form.elements.language.value, currency: form.elements.currency.value };
      const answer = await fetch(`${form.dataset.products}?${new URLSearchParams(values)}`, { headers: { "HX-Request": "true" } });
      if (!answer.ok || typedIn !== input || document.activeElement !== input) return;
      found.innerHTML = await answer.text();
      found.hidden = !found.childElementCount;
      const box = input.getBoundingClientRect();
      found.style.left = `${box.left}px`;
      found.style.top = `${box.bottom + 2}px`;
    }, 150);
  }
  function closeFound() {
    clearTimeout(asked);
    typedIn = null;
    found.hidden = true;
  }
  function take(hit) {
    const line = lineOf(typedIn);
    fill(line, JSON.parse(hit.dataset.product));
    closeFound();
    field(line, "quantity").focus();
    field(line, "quantity").select();
    changed();
  }
  function choose(step) {
    const hits = [...found.children];
    const now = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    const next = Math.min(hits.length - 1, now + step);
    hits.forEach((hit, place) => hit.setAttribute("aria-selected", String(place === next)));
  }
  found.addEventListener("mousedown", (event) => event.preventDefault());
  found.addEventListener("click", ({ target }) => target.closest("[data-product]") && take(target.closest("[data-product]")));
  document.getElementById("main").addEventListener("scroll", closeFound);

  // Keys
  list.addEventListener("keydown", (event) => {
    const line = lineOf(event.target);
    if (!line) return;
    const arrow = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (arrow && (event.altKey || event.target.matches("[data-handle]"))) {
      event.preventDefault();
      return move(line, arrow === "up", event.target);
    }
    if (event.altKey && event.key === "Delete") {
      event.preventDefault();
      return remove(line);
    }
    if (!found.hidden && event.target === typedIn) {
      if (arrow) {
        event.preventDefault();
        return choose(arrow === "up" ? -1 : 1);
      }
      if (event.key === "Escape") return closeFound();
      const hit = found.querySelector("[aria-selected=true]");
      if (event.key === "Enter" && hit) {
        event.preventDefault();
        return take(hit);
      }
    }
    if (event.key === "Enter" && event.target.matches("input:not([type=checkbox])")) {
      event.preventDefault();
      closeFound();
      const next = line.nextElementSibling;
      if (next) field(next, "title").focus();
      else add(line);
    }
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    form.requestSubmit();
  });

  form.addEventListener("input", (event) => {
    const line = lineOf(event.target);
    if (event.target.dataset.field === "title") look(event.target);
    if (event.target.dataset.field === "description") grow(event.target);
    if (event.target.dataset.field === "optional") showOption(line);
    if (event.target.dataset.field === "unit_price") priceByHand(line);
    if (event.target.matches("[data-rate-value]")) return convert(line, event.target.value);
    changed();
  });
  form.elements.currency.addEventListener("change", convertAll);
  list.addEventListener("focusout", ({ target }) => target === typedIn && closeFound());
  form.addEventListener("click", ({ target }) => {
    if (target.closest("[data-add-line]")) add(list.lastElementChild);
    const gone = target.closest("[data-remove-line]");
    if (gone) remove(lineOf(gone));
  });

  for (const row of JSON.parse(list.dataset.lines)) draw({ ...row });
  if (!list.children.length) draw();
  const nets = JSON.parse(totals.querySelector("[data-nets]").dataset.nets);
  filled().forEach((line, place) => (line.querySelector("[data-net]").textContent = nets[place] ?? ""));
  if (window.Sortable) new Sortable(list, { handle: "[data-handle]", draggable: "[data-line]", animation: 120, onUpdate: changed });
})();
