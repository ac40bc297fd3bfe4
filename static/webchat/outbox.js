// What the visitor has written and the server has not shown back yet. Each item stands in storage under its own key, so that a
// reload loses nothing and two tabs do not overwrite each other; the server counts a client_id once, however often it comes.

import { Refused, Unreachable } from "./api.js";

const PAUSES = [1000, 2000, 4000, 8000, 15000, 30000];
const KEPT = 24 * 3600 * 1000;
const RECENT = 60 * 1000;

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only where the page is served securely
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export class Outbox {
  #flushing = false;
  #attempts = 0;
  #timer = 0;

  /** `changed` is told of every change, `accepted` of an item the server took, `trouble` of null or the failure that stopped us. */
  constructor({ api, storage, changed, accepted, trouble }) {
    Object.assign(this, { api, storage, changed, accepted, trouble });
    storage.watch("out:", () => {
      changed();
      this.flush();
    });
    for (const item of storage.list("out:")) if (Date.now() - item.at > KEPT) storage.remove(`out:${item.event.client_id}`);
  }

  /** Items on their way, oldest first: {event, at, order, state: waiting | accepted | refused, files}. */
  get items() {
    return this.storage.list("out:").sort((one, other) => one.at - other.at || one.order - other.order);
  }

  /** Whether an answer to what was written is still to come; what the server took a minute ago is no longer waited for. */
  get isBusy() {
    return this.items.some(({ state, at }) => state === "waiting" || (state === "accepted" && Date.now() - at < RECENT));
  }

  /** Take an event of the wire without its client_id; `files` describes its uploads for the thread. */
  add(event, files = []) {
    const item = { event: { ...event, client_id: uuid() }, at: Date.now(), order: this.items.length, state: "waiting", files };
    this.#keep(item);
    this.flush();
    return item;
  }

  /** Forget what has come back from the server. */
  settle(messages) {
    const known = new Set(messages.map((message) => message.client_id).filter(Boolean));
    for (const { event } of this.items) if (known.has(event.client_id)) this.storage.remove(`out:${event.client_id}`);
  }

  remove(client_id) {
    this.storage.remove(`out:${client_id}`);
    this.changed();
  }

  retry(client_id) {
    const item = this.items.find(({ event }) => event.client_id === client_id);
    if (!item) return;
    this.#keep({ ...item, state: "waiting" });
    this.flush();
  }

  /** Send what waits, in order, one at a time. Safe to call at any moment. */
  async flush() {
    clearTimeout(this.#timer);
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (let item = this.#next(); item; item = this.#next()) await this.#send(item);
      this.#attempts = 0;
    } catch (error) {
      this.#pause(error);
    } finally {
      this.#flushing = false;
    }
  }

  #next() {
    return this.items.find(({ state }) => state === "waiting");
  }

  #keep(item) {
    this.storage.set(`out:${item.event.client_id}`, item);
    this.changed();
  }

  async #send(item) {
    try {
      await this.api.write(item.event);
    } catch (error) {
      if (error instanceof Refused && ![403, 404, 429].includes(error.status)) return this.#keep({ ...item, state: "refused" });
      throw error;
    }
    this.trouble(null);
    // Its answer may have come first, by another way.
    if (this.storage.get(`out:${item.event.client_id}`)) this.#keep({ ...item, state: "accepted" });
    this.accepted(item);
  }

  #pause(error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    this.trouble(error);
    if (error.status === 404) return;
    const pause = error.wait ?? PAUSES[Math.min(this.#attempts, PAUSES.length - 1)];
    this.#attempts += 1;
    this.#timer = setTimeout(() => this.flush(), pause);
  }
}
