// The page in the iframe: brings the parts together. What each does stands in its own module, the wire in docs/webchat.md.

import { Api, Refused, Unreachable } from "./api.js";
import { Choices } from "./choices.js";
import { applyColor } from "./color.js";
import { Composer } from "./composer.js";
import { ContactOffer, holdsContact } from "./contact.js";
import { connectFrame } from "./frame.js";
import { Header } from "./header.js";
import { language, setLanguage, t } from "./i18n.js";
import { Live } from "./live.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Scroll } from "./scroll.js";
import { openStorage } from "./storage.js";
import { Thread } from "./thread.js";
import { Uploads } from "./uploads.js";

const byId = (id) => document.getElementById(id);
const ANSWER_EXPECTED = 8000;
const PERSON_TYPES = 6000;
const STALE = 10 * 60 * 1000;
const SENTENCE = 8000;

class Chat {
  #isOpen = false;
  #known = null; // the last answer of session/
  #knownAt = 0;
  #trouble = null;
  #typing = { until: 0, words: "", timer: 0 };
  #sentence = 0;

  constructor(config) {
    this.config = config;
    this.storage = openStorage(config.token);
    this.thread = new Thread();
    this.api = new Api(config, this.storage, (answer) => this.#started(answer));
    setLanguage(this.storage.get("language") ?? config.language);
    const changed = () => this.render();
    const trouble = (error) => this.#setTrouble(error);
    this.outbox = new Outbox({ api: this.api, storage: this.storage, changed, trouble, accepted: () => this.live.expect() });
    this.live = new Live({ api: this.api, fetch: () => this.#fetch(), typing: () => this.#showTyping("personTyping", PERSON_TYPES) });
    this.#assemble();
    const frame = { page_url: config.page_url, open: ({ focus }) => this.#open(focus), close: () => this.#close() };
    this.frame = connectFrame(frame);
    document.body.classList.toggle("is-embedded", this.frame.isEmbedded);
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave());
    addEventListener("online", () => this.#revive());
    addEventListener("offline", () => this.#setTrouble(new Unreachable("offline")));
  }

  #assemble() {
    const say = (words) => this.#say(words);
    this.header = new Header({
      elements: { title: byId("title"), expectation: byId("expectation"), words: byId("expectation-words"), select: byId("language"), closer: byId("close") },
      speak: (code) => this.#speak(code),
      close: () => this.#leave(),
    });
    this.log = new Log({ place: byId("log"), retry: (key) => this.outbox.retry(key), remove: (key) => this.outbox.remove(key) });
    this.scroll = new Scroll({ scroller: byId("scroller"), jump: byId("jump") });
    this.choices = new Choices({ welcome: byId("welcome"), place: byId("choices"), choose: (event) => this.#write(event) });
    this.contact = new ContactOffer({
      place: byId("contact"),
      leave: (contact) => this.#write({ type: "contact", contact }),
      leftOff: () => this.composer.focus(),
    });
    this.uploads = new Uploads({ api: this.api, list: byId("uploads"), say, changed: () => this.composer?.update() });
    this.composer = new Composer({
      elements: { form: byId("composer"), field: byId("field"), attach: byId("attach"), button: byId("send"), files: byId("files") },
      storage: this.storage,
      api: this.api,
      say,
      send: (text) => this.#send(text),
      hasFiles: () => this.uploads.ready.length > 0,
      addFiles: (files) => this.uploads.add(files),
    });
  }

  /** In an iframe without an earlier chat nothing is asked of the server until the visitor opens it. */
  run() {
    this.#look(this.config.color);
    this.render();
    byId("log").setAttribute("aria-live", "polite");
    if (!this.frame.isEmbedded) this.#open(true);
    else if (this.api.session) this.live.look();
    this.outbox.flush();
  }

  // The visitor comes and goes

  #open(focus) {
    this.#isOpen = true;
    if (!this.#known || Date.now() - this.#knownAt > STALE) this.#knownAt = 0;
    this.live.attend(true);
    this.#markRead();
    this.scroll.toEnd();
    if (focus) this.composer.focus();
  }

  #close() {
    this.#isOpen = false;
    this.live.attend(false);
  }

  #leave() {
    if (!this.frame.isEmbedded) return;
    this.#close();
    this.frame.tell("close");
  }

  #speak(code) {
    this.storage.set("language", setLanguage(code));
    this.log.forget();
    this.#look(this.#known?.company.color ?? this.config.color);
    this.render();
    this.uploads.render();
    this.composer.update();
  }

  #look(color) {
    this.frame.tell("ready", { ...applyColor(color), open: t("open"), close: t("close") });
    this.#tellUnread();
  }

  // What the visitor writes

  #send(text) {
    const files = this.uploads.take();
    const attachments = files.map(({ id }) => id);
    this.#write({ type: text ? "message" : "attachment", text, ...(files.length ? { attachments } : {}) }, files);
  }

  #write(event, files = []) {
    const chosenLanguage = this.storage.get("language");
    if (holdsContact(event.text ?? "")) this.contact.tell({ ask: false, name: "" });
    this.outbox.add({ ...event, ...this.#referral(), ...(chosenLanguage ? { language: chosenLanguage } : {}) }, files);
    if (["", "flow"].includes(this.thread.handler)) this.#showTyping("typing", ANSWER_EXPECTED);
    this.scroll.toEnd();
    this.composer.focus();
  }

  /** A chat link is told with the first message written after it was followed. */
  #referral() {
    const { campaign, topic, page_url: url, referrer } = this.config;
    const link = `${campaign}|${topic}`;
    if (link === "|" || this.storage.get("referred") === link) return {};
    this.storage.set("referred", link);
    return { referral: { campaign, topic, url, referrer } };
  }

  // What the server tells

  #started(answer) {
    if (!answer.resumed) this.thread.clear();
    this.#known = answer;
    this.#knownAt = Date.now();
    this.uploads.limits = answer.limits;
    this.composer.setLimits(answer.limits);
    this.contact.tell(answer.contact);
    this.#look(answer.company.color);
    this.#take(answer);
  }

  async #fetch() {
    if (!this.api.session && !this.#isOpen) return;
    try {
      if (!this.#knownAt) await this.api.start(language());
      else this.#take(await this.#news());
      this.#setTrouble(null);
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      this.#setTrouble(error);
    }
  }

  async #news() {
    const news = await this.api.messages(this.thread.cursor);
    for (let more = news; more.messages.length >= 100; news.messages.push(...more.messages)) {
      more = await this.api.messages(more.cursor);
      news.cursor = more.cursor;
    }
    return news;
  }

  #take(news) {
    const fresh = this.thread.merge(news);
    this.outbox.settle(news.messages);
    if (fresh.length) {
      this.#hideTyping();
      this.live.calm();
    }
    this.render(fresh.length > 0);
    if (this.#isOpen && !document.hidden) this.#markRead();
    this.#tellUnread();
  }

  #markRead() {
    const newest = this.thread.newest;
    if (newest) this.storage.set("read", [newest.conversation, newest.sequence]);
    this.#tellUnread();
  }

  #tellUnread() {
    this.frame.tell("unread", { count: this.thread.unread(this.storage.get("read")) });
  }

  // The page

  render(fresh = false) {
    const { thread, outbox } = this;
    const items = outbox.items;
    const known = this.#known;
    this.header.render(known ?? {});
    this.log.render(thread.messages, items);
    const newest = thread.newest;
    if (!newest && items.length === 0) this.choices.showGoals(known?.goals ?? [], this.config.topic);
    else this.choices.showReplies(!outbox.isBusy && newest?.direction === "out" && !newest.deleted ? newest.quick_replies : []);
    this.contact.render(thread.messages.some(({ direction }) => direction === "in"));
    byId("scroller").setAttribute("aria-label", t("conversation"));
    this.#renderTyping();
    this.#renderStrip();
    this.scroll.settle(fresh);
  }

  #showTyping(words, milliseconds) {
    clearTimeout(this.#typing.timer);
    this.#typing = { words, until: Date.now() + milliseconds, timer: setTimeout(() => this.#renderTyping(), milliseconds + 20) };
    this.#renderTyping();
    this.scroll.settle(false);
  }

  #hideTyping() {
    this.#typing.until = 0;
  }

  #renderTyping() {
    const shown = this.#typing.until > Date.now() && !this.#trouble;
    byId("typing").hidden = !shown;
    byId("typing-words").textContent = shown ? t(this.#typing.words) : "";
  }

  #say(words) {
    clearTimeout(this.#sentence);
    byId("said").textContent = words;
    byId("said").hidden = !words;
    if (words) this.#sentence = setTimeout(() => this.#say(""), SENTENCE);
  }

  #setTrouble(error) {
    const was = this.#trouble;
    this.#trouble = error;
    if (error?.status === 404) {
      this.composer.close();
      this.live.end();
    }
    this.#renderStrip();
    if (was && !error) this.#revive();
  }

  /** The connection is back. */
  #revive() {
    this.outbox.flush();
    this.live.revive();
    if (this.#trouble) this.live.look();
  }

  #renderStrip() {
    const status = this.#trouble?.status;
    const words = { 404: "gone", 429: "waiting" }[status] ?? (this.#trouble instanceof Unreachable ? "offline" : "");
    byId("strip").hidden = !words;
    byId("strip").textContent = words ? t(words) : "";
  }
}

new Chat({ ...byId("chat").dataset }).run();
