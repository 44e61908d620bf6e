// Messages on their way: sent one after the other, kept until the desk has stored them.
// Each has an id of its own, so that sending it again never makes it two.

import { postMessage } from "./api.js";
import { recall, remember } from "./store.js";

const KEY = "kesu.outbox";
const FIRST_PAUSE = 3000; // milliseconds before a failed message is tried again by itself
const REFUSED = new Set([400, 413, 415]); // as it is, the message will never be taken

function newId() {
  const random = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is missing on plain-http intranets
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// `on.state(item, "sending"|"failed"|"delivered")`, `on.refused(item)`, `on.say(sentence)`, and `on.retry()`,
// which looks what the desk has already got before it flushes.
export function makeOutbox(on) {
  let items = recall(KEY, []);
  let busy = false;
  let failures = 0;
  let timer = 0;

  function drop(item) {
    items = items.filter((other) => other !== item);
    remember(KEY, items);
  }

  // Whether the next message may be tried.
  async function settle(item, answer) {
    if (answer.status === 201 || answer.status === 200) {
      failures = 0;
      drop(item);
      on.say("");
      on.state(item, "delivered");
      return true;
    }
    const sentence = answer.body.message || "没有发送出去，请检查网络后重发。";
    on.say(sentence);
    if (REFUSED.has(answer.status)) {
      drop(item);
      on.refused(item);
      return true;
    }
    if (answer.status === 429) {
      await pause(answer.retryAfter || 1);
      return true;
    }
    items.forEach((left) => on.state(left, "failed"));
    timer = setTimeout(on.retry, FIRST_PAUSE * Math.min(16, 2 ** failures++));
    return false;
  }

  async function flush() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    items.forEach((item) => on.state(item, "sending"));
    let going = true;
    while (going && items.length) {
      const item = items[0];
      going = await settle(item, await postMessage(item));
    }
    busy = false;
  }

  return {
    flush,
    waiting: () => items.length > 0,
    // The ledger has these: what was sent before a lost answer or a reload need not be sent again.
    stored: (ids) => items.filter((item) => ids.includes(item.client_id)).forEach(drop),
    add(text, choice = null) {
      const item = { client_id: newId(), text, choice, at: new Date().toISOString() };
      items = [...items, item];
      remember(KEY, items);
      on.state(item, "sending");
      flush();
    },
  };
}
