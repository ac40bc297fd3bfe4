// The messages as the server told them: merged by id, in order.

const after = (one, other) => one.conversation - other.conversation || one.sequence - other.sequence;

export class Thread {
  #messages = new Map();
  cursor = "";
  handler = "";

  /** Take an answer of session/ or messages/; returns the company's messages that were not known before. */
  merge({ messages = [], cursor, handler }) {
    const fresh = messages.filter((message) => message.direction === "out" && !this.#messages.has(message.id));
    for (const message of messages) this.#messages.set(message.id, message);
    if (cursor) this.cursor = cursor;
    this.handler = handler ?? this.handler;
    return fresh;
  }

  clear() {
    this.#messages.clear();
    this.cursor = this.handler = "";
  }

  get messages() {
    return [...this.#messages.values()].sort(after);
  }

  get newest() {
    return this.messages.at(-1) ?? null;
  }

  /** How many messages of the company stand behind the mark `[conversation, sequence]`. */
  unread(mark) {
    const [conversation, sequence] = mark ?? [0, 0];
    return this.messages.filter((message) => message.direction === "out" && after(message, { conversation, sequence }) > 0).length;
  }
}
