// The page of a payment works without this: it only takes on the colour of the company.
import { applyColor } from "../webchat/color.js";

applyColor(document.body.dataset.color);
