// The booking page works without this. It colours the page, guesses the zone once, and lets a form be sent once.
import { applyColor } from "../webchat/color.js";

applyColor(document.body.dataset.color);

// The zone of this browser is remembered; a page that had to assume another one is fetched again, never a form.
const guess = document.body.dataset.guessZone;
if (guess !== undefined) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = zone && [...document.querySelectorAll("#zone-select option")].some((option) => option.value === zone);
  if (known && !document.cookie.includes("zone=")) {
    document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax`;
    if (zone !== guess && document.cookie.includes("zone=")) location.reload();
  }
}

const form = document.querySelector("[data-zone-form]");
form?.querySelector("select").addEventListener("change", () => form.requestSubmit());
if (form) form.querySelector("button").hidden = true;

for (const once of document.querySelectorAll("form[data-once]")) {
  once.addEventListener("submit", (event) => {
    if (once.dataset.sent) event.preventDefault();
    once.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const once of document.querySelectorAll("form[data-once]")) delete once.dataset.sent;
});

// What is wrong gets the focus.
(document.querySelector(".is-wrong input, .is-wrong textarea") ?? document.querySelector(".fields.cancel textarea"))?.focus();
