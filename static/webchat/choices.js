// What can be answered with one click: the goals before the first message, then the quick replies of the newest message.

import { button, el } from "./dom.js";
import { chosen, t } from "./i18n.js";

export class Choices {
  #shown = "";

  /** `choose(event)` takes an event of the wire. */
  constructor({ welcome, place, choose }) {
    Object.assign(this, { welcome, place, choose });
  }

  /** The goal of a chat link comes first. */
  showGoals(goals, topic) {
    const isTopic = ({ key }) => key === topic;
    const sorted = [...goals.filter(isTopic), ...goals.filter((goal) => !isTopic(goal))];
    if (!this.#differs(["goals", sorted])) return;
    this.welcome.replaceChildren(el("h2", { class: "greeting" }, t("greeting")), el("p", { class: "hint" }, t("choose")));
    this.welcome.hidden = false;
    const buttons = sorted.map((goal) => {
      const event = { type: "goal", text: chosen(goal.label), payload: goal.key };
      return this.#button(event.text, event, isTopic(goal) ? "choice is-topic" : "choice");
    });
    this.#fill(buttons, t("topics"), "goals");
  }

  showReplies(replies) {
    this.welcome.hidden = true;
    if (!this.#differs(["replies", replies])) return;
    const buttons = replies.map(({ label, payload }) => this.#button(label, { type: "postback", text: label, payload: payload || label }, "choice"));
    this.#fill(buttons, t("suggestions"), "replies");
  }

  #differs(content) {
    const key = JSON.stringify([content, t("topics")]);
    if (key === this.#shown) return false;
    this.#shown = key;
    return true;
  }

  #button(label, event, name) {
    return button({ class: name, dir: "auto", on: { click: () => this.choose(event) } }, label);
  }

  #fill(buttons, label, name) {
    this.place.replaceChildren(...buttons);
    this.place.className = `choices ${name}`;
    this.place.setAttribute("aria-label", label);
    this.place.hidden = buttons.length === 0;
  }
}
