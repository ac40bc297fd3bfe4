// Stays at the newest message while the visitor is there; who reads further up is left alone and told of news.

import { t } from "./i18n.js";

const NEAR = 60;

export class Scroll {
  #isPinned = true;

  constructor({ scroller, jump }) {
    Object.assign(this, { scroller, jump });
    scroller.addEventListener("scroll", () => {
      this.#isPinned = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
      if (this.#isPinned) jump.hidden = true;
    });
    jump.addEventListener("click", () => {
      this.toEnd();
      scroller.focus();
    });
    const observer = new ResizeObserver(() => this.#isPinned && this.#down());
    observer.observe(scroller);
    for (const child of scroller.children) observer.observe(child);
  }

  #down() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  toEnd() {
    this.#isPinned = true;
    this.jump.hidden = true;
    this.#down();
  }

  /** After a rendering; `fresh` says that the company wrote. */
  settle(fresh) {
    this.jump.lastElementChild.textContent = t("newMessages");
    if (this.#isPinned) this.#down();
    else if (fresh) this.jump.hidden = false;
  }
}
