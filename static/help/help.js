// The pages work without this. It colours them and lets a form be sent once.
import { applyColor } from "../webchat/color.js";

applyColor(document.body.dataset.color);

for (const once of document.querySelectorAll("form[data-once]")) {
  once.addEventListener("submit", (event) => {
    if (once.dataset.sent) event.preventDefault();
    once.dataset.sent = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const once of document.querySelectorAll("form[data-once]")) delete once.dataset.sent;
});
