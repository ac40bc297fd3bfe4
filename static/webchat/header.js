import { el } from "./dom.js";
import { chosen, language, t } from "./i18n.js";

/** Name, when an answer can be expected, languages, and the way out. */
export class Header {
  constructor({ elements, speak, close }) {
    Object.assign(this, elements);
    this.select.addEventListener("change", () => speak(this.select.value));
    this.closer.addEventListener("click", close);
  }

  render({ title, availability, languages } = {}) {
    if (title) this.title.textContent = title;
    this.expectation.hidden = !availability;
    if (availability) {
      this.words.textContent = chosen(availability.expectation);
      this.expectation.classList.toggle("is-open", availability.open);
    }
    if (languages && this.select.options.length !== languages.length) {
      this.select.replaceChildren(...languages.map(({ code, name }) => el("option", { value: code, lang: code }, name)));
    }
    this.select.value = language();
    this.select.setAttribute("aria-label", t("language"));
    this.select.parentElement.dataset.code = language().toUpperCase();
    this.select.parentElement.hidden = this.select.options.length < 2;
    this.closer.setAttribute("aria-label", t("close"));
    this.closer.title = t("close");
  }
}
