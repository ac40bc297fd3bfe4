// Files before their message. Each goes up on its own and can be taken back at any time; the field stays free meanwhile.

import { button, el, icon } from "./dom.js";
import { size, t } from "./i18n.js";

const STALLED = 25000;
const SHORT_NAME = 40;

export class Uploads {
  #files = [];

  /** `changed` is told whenever what can be sent changes, `say` shows a sentence to the visitor. */
  constructor({ api, list, changed, say }) {
    Object.assign(this, { api, list, changed, say });
    this.limits = { upload_bytes: 10485760, uploads_per_message: 5, upload_types: [] };
  }

  get ready() {
    return this.#files.filter((file) => file.done);
  }

  add(files) {
    for (const file of files) {
      const refusal = this.#refusal(file);
      if (refusal) this.say(refusal);
      else this.#start({ file, name: file.name });
    }
  }

  /** The uploads that are complete, taken out for a message. */
  take() {
    const taken = this.ready;
    this.#files = this.#files.filter((file) => !file.done);
    this.render();
    return taken.map(({ done }) => done);
  }

  #refusal(file) {
    const { upload_bytes, uploads_per_message, upload_types } = this.limits;
    const name = shorten(file.name);
    if (this.#files.length >= uploads_per_message) return t("tooMany", { count: uploads_per_message });
    if (file.size > upload_bytes) return t("tooLarge", { name, limit: size(upload_bytes) });
    const known = upload_types.some((ending) => file.name.toLowerCase().endsWith(ending));
    return upload_types.length && !known ? t("wrongType", { name }) : "";
  }

  async #start(entry) {
    if (!this.#files.includes(entry)) this.#files.push(entry);
    Object.assign(entry, { share: 0, failed: false });
    this.render();
    try {
      if (!this.api.session) await this.api.start();
      entry.done = await this.#send(entry);
    } catch (error) {
      if (entry.cancelled) return;
      entry.failed = true;
      this.#explain(entry, error);
    }
    this.render();
  }

  #explain(entry, error) {
    const name = shorten(entry.name);
    const code = error?.code;
    if (code === "too_large") this.say(t("tooLarge", { name, limit: size(this.limits.upload_bytes) }));
    else if (code === "type_not_allowed") this.say(t("wrongType", { name }));
    else if (code === "slow_down") this.say(t("waiting"));
    else return;
    if (code !== "slow_down") this.#drop(entry);
  }

  #send(entry) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let watch = 0;
      const alive = () => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), STALLED);
      };
      entry.abort = () => request.abort();
      request.open("POST", this.api.config.upload_url);
      request.setRequestHeader("X-Parley-Session", this.api.session);
      request.responseType = "json";
      request.upload.onprogress = ({ loaded, total }) => {
        alive();
        this.#progress(entry, total ? loaded / total : 0);
      };
      request.onload = () => (request.status === 200 ? resolve(request.response) : reject({ code: request.response?.error }));
      request.onerror = request.onabort = () => reject({});
      request.onloadend = () => clearTimeout(watch);
      const body = new FormData();
      body.append("file", entry.file, entry.name);
      alive();
      request.send(body);
    });
  }

  #progress(entry, share) {
    entry.share = share;
    if (entry.bar) entry.bar.value = share;
  }

  #drop(entry) {
    entry.cancelled = true;
    entry.abort?.();
    this.#files = this.#files.filter((file) => file !== entry);
    this.render();
  }

  render() {
    this.list.replaceChildren(...this.#files.map((entry) => this.#chip(entry)));
    this.list.hidden = this.#files.length === 0;
    this.changed();
  }

  #chip(entry) {
    const name = shorten(entry.name);
    const line = el("div", { class: "chip-line" }, icon("file"), el("bdi", { class: "chip-name", title: entry.name }, name));
    const chip = el("li", { class: entry.failed ? "chip is-failed" : "chip" }, line);
    if (entry.failed) {
      line.append(el("span", { class: "chip-note", role: "alert" }, t("uploadFailed", { name })));
      line.append(button({ class: "small-button", "aria-label": `${t("retry")}: ${name}`, on: { click: () => this.#start(entry) } }, icon("again")));
    } else if (entry.done) {
      line.append(el("span", { class: "chip-note" }, size(entry.done.size)));
    } else {
      entry.bar = el("progress", { class: "chip-bar", max: "1", value: String(entry.share), "aria-label": t("uploading", { name }) });
      chip.append(entry.bar);
    }
    const label = `${entry.done ? t("remove") : t("cancel")}: ${name}`;
    line.append(button({ class: "small-button", "aria-label": label, on: { click: () => this.#drop(entry) } }, icon("close")));
    return chip;
  }
}

function shorten(name) {
  return name.length > SHORT_NAME ? `${name.slice(0, SHORT_NAME - 12)}…${name.slice(-10)}` : name;
}
