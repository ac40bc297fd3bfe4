// The company's colour, and what can be read on it and in it.

const WHITE = [255, 255, 255];
const BLACK = [15, 23, 42];
const LIGHT = [255, 255, 255];
const DARK = [30, 35, 44];

function parse(hex) {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex ?? "");
  return found ? found.slice(1).map((part) => parseInt(part, 16)) : [15, 118, 110];
}

const format = (color) => `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

function luminance(color) {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one, other) {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** The colour moved towards `end` until it can be read on `background` (4.6 : 1). */
function readable(color, background, end) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = color.map((part, index) => part + (end[index] - part) * share);
    if (contrast(mixed, background) >= 4.6) return mixed;
  }
  return end;
}

/** The names that the style sheet uses, set as custom properties of the page; returns what the launcher needs. */
export function applyColor(hex) {
  const chosen = parse(hex);
  const ink = contrast(WHITE, chosen) >= 4.5 || contrast(WHITE, chosen) > contrast(BLACK, chosen) ? WHITE : BLACK;
  const brand = ink === WHITE ? readable(chosen, WHITE, BLACK) : chosen;
  const values = {
    "--brand": brand,
    "--brand-ink": ink,
    "--brand-on-light": readable(chosen, LIGHT, BLACK),
    "--brand-on-dark": readable(chosen, DARK, WHITE),
  };
  for (const [name, color] of Object.entries(values)) document.documentElement.style.setProperty(name, format(color));
  return { color: format(brand), ink: format(ink) };
}
