// Messages on their way: sent one after the other, kept (in all tabs, and when they are closed) until the desk
// has stored them. Each has an id of its own, so that sending it again, from whichever tab, never makes it two.

import { lasting } from "./store.js";

const PLACE = "kesu.outbox.";
const FIRST_PAUSE = 3000; // milliseconds before a failed message is tried again by itself
const ORPHANED = 20000; // after so many, another tab's message is ours to send
const AGAIN = new Set([401, 408, 409, 425, 429]); // of 4xx: what is refused for now only

function newId() {
  const random = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on plain-http intranets
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// `deliver(item)` gives {status, body, retryAfter}; `on` is the page's.
export function makeOutbox(deliver, on) {
  const mine = new Set(lasting.keys(PLACE)); // what was left behind is ours
  let busy = false;
  let failures = 0;
  let timer = 0;

  const all = () =>
    lasting
      .keys(PLACE)
      .map((key) => lasting.get(key))
      .filter(Boolean)
      .sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : one.n - other.n));
  const isOurs = (item) => mine.has(PLACE + item.client_id) || Date.now() - Date.parse(item.at) > ORPHANED;
  const drop = (item) => lasting.remove(PLACE + item.client_id);

  // Whether the next message may be tried.
  async function settle(item, { status, body, retryAfter }) {
    if (status === 200 || status === 201) {
      failures = 0;
      drop(item);
      on.say("");
      on.pending(item, "delivered");
      return true;
    }
    if (status >= 400 && status < 500 && !AGAIN.has(status)) {
      drop(item);
      on.refused(item, body.message);
      return true;
    }
    if (body.message) on.say(body.message);
    if (status === 429) {
      await pause(retryAfter || 1);
      return true;
    }
    all().forEach((left) => on.pending(left, "failed"));
    timer = setTimeout(flush, FIRST_PAUSE * Math.min(16, 2 ** failures++));
    return false;
  }

  async function flush() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    let next;
    const ours = all().filter(isOurs);
    ours.forEach((item) => on.pending(item, "sending"));
    do next = all().find(isOurs);
    while (next && (await settle(next, await deliver(next))));
    busy = false;
  }

  addEventListener("storage", ({ key, newValue }) => {
    if (key?.startsWith(PLACE) && newValue) on.pending(JSON.parse(newValue), "sending"); // written in another tab
  });

  let count = 0;
  return {
    flush,
    waiting: () => lasting.keys(PLACE).length > 0,
    // The ledger has these: what was sent before a lost answer or a reload need not be sent again.
    stored: (ids) => ids.forEach((id) => id && lasting.remove(PLACE + id)),
    add(text, choice, attachments) {
      const item = { client_id: newId(), text, choice, attachments, at: new Date().toISOString(), n: count++ };
      mine.add(PLACE + item.client_id);
      lasting.set(PLACE + item.client_id, item);
      on.pending(item, "sending");
      flush();
    },
  };
}
