// The one field: grows with the text, Enter sends, Shift and Enter makes a line. What stands in it outlives a reload.

import { byFinger } from "./dom.js";
import { t } from "./i18n.js";

const TYPING_EVERY = 3000;
const TALLEST = 132;

export class Composer {
  #typedAt = -TYPING_EVERY;
  #limit = 4000;

  /** `send(text)` is called with what was written; `hasFiles()` tells whether files alone make a message. */
  constructor({ elements, storage, api, send, hasFiles, addFiles, say }) {
    Object.assign(this, elements, { storage, api, send, hasFiles, addFiles, say });
    this.field.value = storage.get("draft") ?? "";
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("input", () => this.#changed());
    this.field.addEventListener("paste", (event) => this.#paste(event));
    this.attach.addEventListener("click", () => this.files.click());
    this.files.addEventListener("change", () => {
      this.addFiles([...this.files.files]);
      this.files.value = "";
      this.focus();
    });
    this.update();
  }

  setLimits({ text, upload_types }) {
    this.#limit = text;
    this.files.accept = upload_types.join(",");
  }

  focus() {
    if (!byFinger()) this.field.focus();
  }

  close() {
    for (const part of [this.field, this.attach, this.button]) part.disabled = true;
  }

  /** Button, height and words. */
  update() {
    this.field.placeholder = t("input");
    this.field.setAttribute("aria-label", t("input"));
    this.button.setAttribute("aria-label", t("send"));
    this.attach.setAttribute("aria-label", t("attach"));
    this.attach.title = t("attach");
    this.button.classList.toggle("is-idle", !this.#text && !this.hasFiles());
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
    this.field.classList.toggle("is-tall", this.field.scrollHeight > TALLEST);
  }

  get #text() {
    return this.field.value.trim();
  }

  #submit() {
    const text = this.#text;
    if (!text && !this.hasFiles()) return this.field.focus();
    if (text.length > this.#limit) return this.say(t("tooLong", { count: text.length - this.#limit }));
    this.field.value = "";
    this.storage.remove("draft");
    this.#typedAt = -TYPING_EVERY; // the next message is typed anew
    this.send(text);
    this.update();
    this.field.focus();
  }

  #changed() {
    this.update();
    if (this.field.value) this.storage.set("draft", this.field.value);
    else this.storage.remove("draft");
    const now = performance.now();
    if (!this.#text || !this.api.session || now - this.#typedAt < TYPING_EVERY) return;
    this.#typedAt = now;
    this.api.typing().catch(() => {}); // a courtesy: when it does not arrive, nothing is lost
  }

  #paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.addFiles(files);
  }
}
