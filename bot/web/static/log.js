// The transcript on the page. Words come in only through textContent: nothing in them is ever markup.

import { button, LANG, make, word } from "./dom.js";
import { tongue } from "./script.js";

const time = new Intl.DateTimeFormat(LANG, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(LANG, { year: "numeric", month: "long", day: "numeric", weekday: "short" });

// `resend()` tries again what failed; `tile(file)` and `card(number)` make what a line shows besides its words.
export function makeLog({ list, scroll, latest, grows }, { resend, tile, card }) {
  const pending = new Map(); // client_id: element of a message that has no place in the ledger yet
  const sent = []; // [seq, element] of the customer's lines that nobody has read yet
  let newest = null; // seq of the newest line shown
  let lastDay = "";
  let stayDown = true;
  let lastTop = 0;
  let lastRoom = 0;

  const room = () => scroll.scrollHeight - scroll.clientHeight; // how far one can scroll
  const isDown = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  function down() {
    scroll.scrollTop = scroll.scrollHeight;
    stayDown = true;
    latest.hidden = true;
  }
  scroll.addEventListener("scroll", () => {
    // Only a reader moves up while nothing grows or shrinks; what grows is followed.
    const movedUp = scroll.scrollTop < lastTop && room() === lastRoom;
    stayDown = isDown() || (stayDown && !movedUp);
    lastTop = scroll.scrollTop;
    lastRoom = room();
    if (stayDown) latest.hidden = true;
  });
  const growing = new ResizeObserver(() => {
    if (stayDown) down();
    lastRoom = room();
  });
  [scroll, list, ...grows].forEach((element) => growing.observe(element));
  latest.addEventListener("click", down);

  function element({ author, text, at, agent, attachments, case: number }) {
    const item = make("li", `line ${author}`);
    if (author === "customer") item.append(make("span", "unseen", word("you")));
    else item.append(make("p", "author", author === "agent" ? word("agent", { name: agent }) : word(author)));
    if (text) {
      const bubble = make("p", "bubble", text);
      const lang = tongue(text);
      if (lang && lang !== LANG) bubble.lang = lang;
      item.append(bubble);
    }
    if (attachments?.length) item.append(make("div", "files", ...attachments.map(tile)));
    if (number) item.append(card(number));
    const meta = make("p", "meta", make("time"), make("span", "state"));
    meta.ariaLive = "off"; // marks change without being said
    item.append(meta);
    stamp(item, new Date(at));
    return item;
  }

  function stamp(item, at) {
    const when = item.querySelector("time");
    when.textContent = time.format(at);
    when.dateTime = at.toISOString();
  }

  function note(item, state) {
    for (const other of ["sending", "failed", "delivered", "read"]) item.classList.toggle(other, other === state);
    item.querySelector(".state").textContent = word(state);
    item.querySelector(".meta button")?.remove();
    if (state === "failed") item.querySelector(".meta").append(button("", word("again"), resend));
  }

  const firstPending = () => pending.values().next().value ?? null;
  function place(item, at) {
    const day = date.format(at);
    if (day !== lastDay) list.insertBefore(make("li", "day", day), firstPending());
    lastDay = day;
    // Moving what stands where it should would make screen readers say it again.
    if (!item.isConnected || item.nextSibling !== firstPending()) list.insertBefore(item, firstPending());
  }

  function showLine(line) {
    const at = new Date(line.at);
    const item = pending.get(line.client_id) ?? element(line);
    pending.delete(line.client_id);
    stamp(item, at);
    if (line.author === "customer") {
      note(item, "delivered");
      sent.push([line.seq, item]);
    }
    place(item, at);
    newest = line.seq;
  }

  return {
    newest: () => newest,
    isEmpty: () => list.childElementCount === 0,
    isDown: () => stayDown,
    add(lines) {
      const fresh = lines.filter((line) => newest === null || line.seq > newest);
      const wasDown = stayDown;
      fresh.forEach(showLine);
      if (wasDown) down();
      else if (fresh.length) latest.hidden = false;
    },
    // An agent has seen the customer's lines up to `seq`.
    read(seq) {
      while (sent.length && sent[0][0] <= seq) note(sent.shift()[1], "read");
    },
    pend(item, state) {
      let shown = pending.get(item.client_id);
      if (!shown && state === "delivered") return; // the ledger's line stands there already
      if (!shown) {
        shown = element({ ...item, author: "customer" });
        pending.set(item.client_id, shown);
        list.append(shown);
        down();
      }
      note(shown, state);
    },
    remove(item) {
      pending.get(item.client_id)?.remove();
      pending.delete(item.client_id);
    },
  };
}
