// A site's colour as the page's accent, so that every text stays readable (WCAG 2 AA: a contrast of 4.5).

const AA = 4.5;
const LIGHT = { ground: [244, 246, 245], paper: [255, 255, 255], towards: [0, 0, 0] }; // as in base.css
const DARK = { ground: [19, 24, 22], paper: [29, 36, 33], towards: [255, 255, 255] };
const COLOR = /^#([\da-f]{3}|[\da-f]{6})$/i;

function parse(color) {
  const digits = color.slice(1).length === 3 ? color.slice(1).replace(/./g, "$&$&") : color.slice(1);
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one, other) {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

const mix = (one, other, share) => one.map((part, at) => Math.round(part + (other[at] - part) * share));
const css = (rgb) => `rgb(${rgb.join(" ")})`;

// The page's properties for `color` (#rgb or #rrggbb); none for anything else. As text the colour stands on ground,
// paper and its own tint: it is moved towards black or white as little as that needs.
export function accentOf(color, dark) {
  if (!COLOR.test(color ?? "")) return {};
  const { ground, paper, towards } = dark ? DARK : LIGHT;
  for (let share = 0; ; share += 0.05) {
    const accent = mix(parse(color), towards, Math.min(share, 1));
    const tint = mix(paper, accent, 0.1);
    if (share < 1 && [ground, paper, tint].some((behind) => contrast(accent, behind) < AA)) continue;
    const white = [255, 255, 255];
    const on = contrast(accent, white) >= AA ? white : [0, 0, 0];
    return { "--accent": css(accent), "--on-accent": css(on), "--tint": css(tint) };
  }
}
