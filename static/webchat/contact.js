// A quiet offer to leave a phone number or an email, so that nothing is lost if the visitor leaves.

import { button, el } from "./dom.js";
import { t } from "./i18n.js";

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const LOOKS_LIKE_CONTACT = /[^\s@]+@[^\s@]+\.\S|(?:\+?\d[\s().-]?){8,}/;

/** Whether a message already holds what we would ask for. */
export const holdsContact = (text) => LOOKS_LIKE_CONTACT.test(text);

export class ContactOffer {
  #isOpen = false;
  #name = "";

  /** `leave({name, phone, email})` sends it. */
  constructor({ place, leave, leftOff }) {
    Object.assign(this, { place, leave, leftOff });
    this.isWanted = false;
  }

  /** The state that session/ tells. */
  tell({ ask, name }) {
    this.isAsked = ask;
    this.#name = name;
  }

  render(shown) {
    this.isWanted = Boolean(this.isAsked && shown);
    const key = this.isWanted ? (this.#isOpen ? "form" : "link") + t("contactLink") : "";
    if (this.place.dataset.shown === key) return; // what is being filled in stays
    this.place.dataset.shown = key;
    if (!this.isWanted) this.place.replaceChildren();
    else this.place.replaceChildren(this.#isOpen ? this.#form() : this.#link());
    this.place.hidden = !this.isWanted;
  }

  #link() {
    return button({ class: "contact-link", on: { click: () => this.#show(true) } }, t("contactLink"));
  }

  #show(open) {
    this.#isOpen = open;
    this.render(this.isWanted);
    if (open) this.place.querySelector('input[name="phone"]').focus();
    else this.leftOff();
  }

  #field(name, type, autocomplete) {
    const input = el("input", { id: `contact-${name}`, name, type, autocomplete, maxlength: "200", dir: "auto" });
    return el("label", { class: "contact-field", for: input.id }, el("span", {}, t(name)), input);
  }

  #form() {
    const fault = el("p", { class: "contact-fault", role: "alert", id: "contact-fault" });
    const form = el(
      "form",
      { class: "contact-form", novalidate: true, "aria-label": t("contactTitle") },
      el("p", { class: "contact-title" }, t("contactTitle")),
      this.#field("phone", "tel", "tel"),
      this.#field("email", "email", "email"),
      this.#name ? null : this.#field("name", "text", "name"),
      fault,
      el(
        "div",
        { class: "contact-actions" },
        el("button", { type: "submit", class: "solid" }, t("contactSend")),
        button({ class: "plain", on: { click: () => this.#show(false) } }, t("contactLater")),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(form, fault);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#show(false);
    });
    return form;
  }

  #submit(form, fault) {
    const value = (name) => form.elements[name]?.value.trim() ?? "";
    const contact = { name: value("name"), phone: value("phone"), email: value("email") };
    const [wrong, words] = faultOf(contact);
    for (const input of form.querySelectorAll("input")) input.removeAttribute("aria-invalid");
    fault.textContent = words ? t(words) : "";
    if (words) {
      form.elements[wrong].setAttribute("aria-invalid", "true");
      form.elements[wrong].setAttribute("aria-describedby", fault.id);
      form.elements[wrong].focus();
      return;
    }
    this.isAsked = this.#isOpen = false;
    this.leave(contact);
    this.leftOff();
  }
}

function faultOf({ phone, email }) {
  if (!phone && !email) return ["phone", "contactMissing"];
  if (phone && phone.replace(/\D/g, "").length < 6) return ["phone", "phoneWrong"];
  if (email && !EMAIL.test(email)) return ["email", "emailWrong"];
  return ["", ""];
}
