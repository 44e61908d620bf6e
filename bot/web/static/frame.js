// The chat page in the frame of another site's page, where widget.js put it. What the two say to one another:
//   to the site    {kesu: "ready"}, {kesu: "close"}, {kesu: "unread", count}, {kesu: "keep", kept}
//   from the site  {kesu: "host", open, color, greeting, identity, kept}, on "ready" and when something changes
// Only sites that KESU_EMBED_SITES names can be our parent: the browser sees to that (frame-ancestors).

import { accentOf } from "./contrast.js";
import { lasting } from "./store.js";

const PATIENCE = 2000; // milliseconds that the page waits for the site's first words
const VISITOR = "kesu.visitor"; // without a name: where visitor.js keeps the token
const SEEN = "kesu.seen."; // and whose: the newest line that was on the screen
const OF_SOMEBODY = [`${VISITOR}.`, SEEN]; // and whose: what visitor.js and this file keep of each customer
const UNSENT = "kesu.outbox."; // and the message's id: what outbox.js keeps
const given = new URLSearchParams(location.search);
const site = location.ancestorOrigins?.[0] ?? given.get("site");
// A page without an origin (a file, a sandbox) can't be talked to: the chat is then as it is without a frame.
const framed = given.has("frame") && window.parent !== window && /^https?:/.test(site);
const dark = matchMedia("(prefers-color-scheme: dark)");

let host = { open: !framed, color: null, greeting: null, identity: null };
let unseen = []; // seqs of what others said and nobody has seen
let newest = 0;
let kept = ""; // what the site was asked to keep

const tell = (words) => framed && window.parent.postMessage(words, site);

// Whether the customer has the conversation before their eyes.
export const isSeen = () => host.open && document.visibilityState === "visible";

// Hear of the lines of a view: what comes while the panel is closed counts as unread.
export function heard(lines) {
  const seen = lasting.get(SEEN + whose(host.identity)) ?? 0;
  keep();
  for (const { seq, author } of lines) {
    if (seq <= newest) continue;
    newest = seq;
    if (author !== "customer" && seq > seen) unseen.push(seq);
  }
  look();
}

function look() {
  if (isSeen()) {
    unseen = [];
    if (newest) lasting.set(SEEN + whose(host.identity), newest);
    keep();
  }
  tell({ kesu: "unread", count: unseen.length });
}

// A private window, or one in which third-party cookies are blocked, denies a frame all storage. Then the site's page
// keeps the visitor's token for this visit; one whom the site vouches for needs none.
function keep() {
  if (isStorageThere() || host.identity) return;
  const now = JSON.stringify([VISITOR, SEEN].map((key) => [key, lasting.get(key)]));
  if (now !== kept) tell({ kesu: "keep", kept: (kept = now) });
}

function takeBack(text) {
  if (isStorageThere() || host.identity) return;
  try {
    for (const [key, value] of JSON.parse(text)) if ([VISITOR, SEEN].includes(key) && value) lasting.set(key, value);
  } catch {
    // nothing was kept
  }
}

function isStorageThere() {
  try {
    return Boolean(localStorage);
  } catch {
    return false;
  }
}

// Join the site's page. The promise resolves with the site's signed token for its customer, or null, once the
// page may begin; without a frame at once, with undefined: then nobody vouches for the customer or denies it.
// `on.opened()`: the panel was opened; `on.changed()`: the site has another customer now.
export function joinSite(on) {
  if (!framed) return Promise.resolve(undefined);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("keydown", (event) => {
    // An input method's Escape takes back its characters; one on a dialog of the page closes that.
    if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open]")) tell({ kesu: "close" });
  });
  dark.addEventListener("change", paint);
  return new Promise((begin) => {
    let begun = false;
    const start = (identity) => {
      begun = true;
      begin(identity);
    };
    setTimeout(start, PATIENCE, undefined);
    window.addEventListener("message", ({ origin, source, data }) => {
      if (origin !== site || source !== window.parent || data?.kesu !== "host") return;
      const before = host;
      host = checked(data);
      paint();
      greet();
      forgetOthers();
      if (!begun) takeBack(data.kept);
      if (!begun) start(host.identity);
      else if (whose(before.identity) !== whose(host.identity)) {
        if (before.identity) lasting.keys(UNSENT).forEach(lasting.remove);
        on.changed();
      }
      if (host.open && !before.open) opened(on);
      look();
    });
    tell({ kesu: "ready" });
  });
}

function opened(on) {
  // On a touch screen the keyboard stays down until it is asked for.
  if (matchMedia("(pointer: fine)").matches) document.getElementById("text").focus({ preventScroll: true });
  on.opened();
}

function checked({ open, color, greeting, identity }) {
  const text = (value, most) => (typeof value === "string" && value.length <= most ? value : null);
  return { open: open === true, color: text(color, 7), greeting: text(greeting, 200), identity: text(identity, 8192) };
}

// Whose token it is: only to see that it is another customer's. Who they are is decided by the desk's check.
function whose(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub;
  } catch {
    return "";
  }
}

// Whoever uses this browser next must not be taken for somebody who signed out at the site.
function forgetOthers() {
  const mine = whose(host.identity);
  for (const place of OF_SOMEBODY)
    for (const key of lasting.keys(place)) if (key.slice(place.length) !== mine) lasting.remove(key);
}

function paint() {
  for (const [name, value] of Object.entries(accentOf(host.color, dark.matches)))
    document.documentElement.style.setProperty(name, value);
}

function greet() {
  const hint = document.getElementById("hint");
  if (hint && host.greeting) hint.textContent = host.greeting;
}
