// The page of a quote works without this. It colours the page, lets the total follow the options, tells that somebody
// looks at it, and lets a form be sent once.
import { applyColor } from "../webchat/color.js";

const { color, seen, key, preview } = document.body.dataset;
applyColor(color);

function look() {
  if (preview || document.visibilityState !== "visible") return;
  fetch(seen, { method: "POST", body: new URLSearchParams({ key }), keepalive: true }).catch(() => {});
}
look();
document.addEventListener("visibilitychange", look);

const form = document.getElementById("accept");
let latest = 0;

/** The total and the sentence above the button, for what is ticked now. */
async function follow() {
  const mine = ++latest;
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.total, { method: "POST", body, headers: { "X-Part": "total" } });
  if (!answer.ok || mine !== latest) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== latest) return;
  for (const id of ["total", "consent"]) {
    document.getElementById(id).replaceChildren(...fresh.getElementById(id).childNodes);
  }
}

if (form && !preview) {
  // Gone, not hidden: Enter in the field of the name presses the first button of a form.
  const update = document.querySelector("[data-update]");
  const place = update?.parentElement;
  update?.remove();
  for (const option of document.querySelectorAll("input[name=chosen]")) {
    option.addEventListener("change", () => follow().catch(() => place.append(update)));
  }
}

// What colleagues see of a draft: everything can be touched, and nothing is sent.
if (preview) addEventListener("submit", (event) => event.preventDefault(), true);

for (const once of document.querySelectorAll("form[data-once]")) {
  once.addEventListener("submit", (event) => {
    if (once.dataset.sent) event.preventDefault();
    once.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const once of document.querySelectorAll("form[data-once]")) delete once.dataset.sent;
});

document.querySelector(".is-wrong input, .is-wrong textarea")?.focus();
