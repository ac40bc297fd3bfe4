// When to ask for news: at once on a hint of the stream; every 3 seconds while the chat is looked at and no stream is open; else
// slowly, as a safety net. After writing it looks a few times soon, since the answer usually comes within a second.

const QUICK = 3000;
const SLOW = 20000;
const ASLEEP = 60000;
const PATIENCE = 3000;
const NEXT_TICKET = 30000;
const SOON = [350, 900, 1800];

export class Live {
  #source = null;
  #isOpen = false;
  #isWanted = false;
  #hasEnded = false;
  #fetching = false;
  #again = false;
  #poll = 0;
  #retry = 0;
  #soon = [];

  /** `fetch` gets the news and answers whether it succeeded; `typing` is told that a person types. */
  constructor({ api, fetch, typing }) {
    Object.assign(this, { api, fetch, typing });
    document.addEventListener("visibilitychange", () => this.#attend());
    addEventListener("pagehide", () => this.#drop());
    addEventListener("pageshow", (event) => event.persisted && this.#attend());
  }

  /** Whether the chat is looked at; only then is a stream worth its connection. */
  attend(wanted) {
    this.#isWanted = wanted;
    this.#attend();
  }

  #attend() {
    const looking = this.#isWanted && !document.hidden && !this.#hasEnded;
    if (looking && !this.#source) this.#connect();
    if (!looking) this.#drop();
    this.look();
  }

  /** Ask now. */
  async look() {
    if (this.#hasEnded) return;
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#poll);
    this.#fetching = true;
    do {
      this.#again = false;
      await this.fetch();
    } while (this.#again && !this.#hasEnded);
    this.#fetching = false;
    if (this.#hasEnded) return;
    this.#poll = setTimeout(() => this.look(), this.#pace());
  }

  /** Something was written: look a few times soon. */
  expect() {
    this.calm();
    this.#soon = SOON.map((pause) => setTimeout(() => this.look(), pause));
  }

  /** It was answered. */
  calm() {
    this.#soon.forEach(clearTimeout);
    this.#soon = [];
  }

  /** There is nothing to hear any more. */
  end() {
    this.#drop();
    this.calm();
    this.#hasEnded = true;
  }

  /** The server answers again: do not wait for the next try of the stream. */
  revive() {
    if (this.#isWanted && !document.hidden && !this.#isOpen) this.#connect();
  }

  #pace() {
    if (document.hidden) return ASLEEP;
    return this.#isWanted && !this.#isOpen ? QUICK : SLOW;
  }

  async #connect() {
    this.#drop();
    const opening = {};
    this.#source = opening; // stands for the stream until the ticket is there
    this.#retry = setTimeout(() => this.#connect(), NEXT_TICKET);
    let invited;
    try {
      invited = await this.api.ticket();
    } catch {
      return;
    }
    if (this.#source === opening) this.#listen(new EventSource(`${invited.url}?ticket=${encodeURIComponent(invited.ticket)}`));
  }

  #listen(source) {
    this.#source = source;
    const patience = setTimeout(() => !this.#isOpen && this.look(), PATIENCE);
    const on = (name, act) => source.addEventListener(name, (event) => source === this.#source && act(event));
    on("open", () => {
      clearTimeout(patience);
      clearTimeout(this.#retry);
      this.#isOpen = true;
      this.look(); // whatever was said before the stream opened
    });
    on("hint", ({ data }) => (JSON.parse(data).typing ? this.typing() : this.look()));
    on("gap", () => this.look());
    on("error", () => {
      this.#drop();
      this.#retry = setTimeout(() => this.#isWanted && !document.hidden && this.#connect(), NEXT_TICKET * (0.8 + Math.random() / 5));
      this.look();
    });
  }

  #drop() {
    clearTimeout(this.#retry);
    this.#source?.close?.();
    this.#source = null;
    this.#isOpen = false;
  }
}
