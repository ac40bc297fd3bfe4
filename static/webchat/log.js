// The conversation on the page. Entries keep their elements from one rendering to the next, so that a screen reader hears only
// what is new and a picture does not flicker.

import { button, el, icon, linked } from "./dom.js";
import { clock, day, dayKey, exact, size, t } from "./i18n.js";

const TOGETHER = 5 * 60 * 1000;

/** A message of the server and an item of the outbox in the same shape. */
function entryOf(message) {
  const { id, client_id, direction, author, text, attachments, sent_at, status, edited, deleted } = message;
  return { key: client_id || id, own: direction === "in", author, text, attachments, at: new Date(sent_at), status, edited, deleted };
}

function entryOfItem({ event, at, state, files }) {
  const contact = event.contact ? [event.contact.name, event.contact.phone, event.contact.email].filter(Boolean).join("\n") : "";
  return {
    key: event.client_id,
    own: true,
    author: { kind: "customer", name: "" },
    text: event.text || contact,
    attachments: files,
    at: new Date(at),
    status: state,
  };
}

const sameGroup = (one, other) =>
  one && other && one.own === other.own && one.author.kind === other.author.kind && one.author.name === other.author.name && Math.abs(other.at - one.at) < TOGETHER && dayKey(one.at) === dayKey(other.at);

export class Log {
  #shown = new Map();

  constructor({ place, retry, remove }) {
    Object.assign(this, { place, retry, remove });
  }

  /** Everything anew, in another language. */
  forget() {
    this.#shown.clear();
    this.place.replaceChildren();
  }

  render(messages, items) {
    const known = new Set(messages.map(({ client_id }) => client_id).filter(Boolean));
    const waiting = items.filter(({ event }) => !known.has(event.client_id));
    const entries = [...messages.map(entryOf), ...waiting.map(entryOfItem)];
    const wanted = [];
    entries.forEach((entry, index) => {
      const before = entries[index - 1];
      if (!before || dayKey(before.at) !== dayKey(entry.at)) wanted.push(this.#day(entry.at));
      wanted.push(this.#entry(entry, !sameGroup(before, entry), !sameGroup(entry, entries[index + 1])));
    });
    this.#place(wanted);
  }

  #place(wanted) {
    const stays = new Set(wanted);
    for (const [key, shown] of this.#shown) {
      if (stays.has(shown.element)) continue;
      shown.element.remove();
      this.#shown.delete(key);
    }
    wanted.forEach((element, index) => {
      if (this.place.children[index] !== element) this.place.insertBefore(element, this.place.children[index] ?? null);
    });
  }

  #keep(key, make) {
    if (!this.#shown.has(key)) this.#shown.set(key, make());
    return this.#shown.get(key);
  }

  #day(at) {
    const shown = this.#keep(`day ${dayKey(at)}`, () => ({ element: el("p", { class: "day" }) }));
    const words = day(at);
    if (shown.element.textContent !== words) shown.element.textContent = words;
    return shown.element;
  }

  #entry(entry, first, last) {
    const shown = this.#keep(entry.key, () => {
      const parts = { author: el("p", { class: "author" }), body: el("div", { class: "body" }), meta: el("p", { class: "meta", "aria-live": "off" }) };
      return { ...parts, element: el("article", {}, parts.author, parts.body, parts.meta), said: "" };
    });
    const side = entry.own ? "own" : entry.author.kind === "system" ? "system" : "theirs";
    const state = entry.status === "refused" ? " is-refused" : "";
    shown.element.className = `entry ${side}${first ? " is-first" : ""}${last ? " is-last" : ""}${state}`;
    this.#author(shown.author, entry, first);
    const said = JSON.stringify([entry.text, entry.attachments, entry.edited, entry.deleted]);
    if (said !== shown.said) shown.body.replaceChildren(...bodyOf(entry));
    shown.said = said;
    shown.meta.replaceChildren(...this.#meta(entry, last));
    return shown.element;
  }

  #author(place, entry, first) {
    const names = { user: entry.author.name, flow: t("assistant") };
    const name = entry.own ? t("you") : (names[entry.author.kind] ?? "");
    const words = first ? name : "";
    place.className = entry.own ? "author sr-only" : "author";
    if (place.textContent !== words) place.textContent = words;
    place.hidden = !words;
  }

  #meta(entry, last) {
    if (entry.status === "refused") {
      const act = (name, what) => button({ class: "meta-button", on: { click: () => what(entry.key) } }, t(name));
      return [icon("warn"), el("span", {}, t("notSent")), act("retry", this.retry), act("remove", this.remove)];
    }
    const isUnderway = entry.own && ["waiting", "accepted"].includes(entry.status);
    if (!last && !isUnderway) return [];
    const time = el("time", { datetime: entry.at.toISOString(), title: exact(entry.at) }, clock(entry.at));
    return entry.own ? [time, ticks(entry.status)] : [time];
  }
}

const TICKS = { waiting: ["clock", "sending"], accepted: ["tick", "sent"], read: ["ticks", "read"] };

function ticks(status) {
  const [drawing, words] = TICKS[status] ?? ["ticks", "delivered"];
  return el("span", { class: `status status-${status}`, title: t(words) }, icon(drawing), el("span", { class: "sr-only" }, t(words)));
}

function bodyOf({ text, attachments, deleted, edited, own }) {
  if (deleted) return [el("p", { class: "bubble is-deleted" }, t("deleted"))];
  const parts = attachments.map(attachmentOf);
  if (text) {
    const bubble = el("p", { class: "bubble", dir: "auto" }, ...(own ? [text] : linked(text)));
    if (edited) bubble.append(el("span", { class: "edited" }, ` (${t("edited")})`));
    parts.push(bubble);
  }
  return parts;
}

function attachmentOf({ name, size: bytes, kind, url }) {
  const label = `${name}, ${size(bytes)}`;
  if (kind === "image" && url) {
    const picture = el("img", { src: url, alt: name, loading: "lazy", class: "picture" });
    return el("a", { class: "picture-link", href: url, target: "_blank", rel: "noopener", title: label }, picture);
  }
  if (kind === "audio" && url) return el("audio", { class: "sound", controls: true, preload: "none", src: url, "aria-label": label });
  const inside = [icon("file"), el("bdi", { class: "file-name" }, name), el("span", { class: "file-size" }, size(bytes))];
  return url ? el("a", { class: "file", href: url, download: name }, ...inside) : el("span", { class: "file" }, ...inside);
}
