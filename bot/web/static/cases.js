// The customer's cases: a card at the line that announces one, and a sheet that lists them all. Both are
// redrawn from every view, so that they never show what is no longer true.

import { button, LANG, make, part, word } from "./dom.js";

const { acceptance } = document.body.dataset; // where it is, if the handbook has the rules
const day = new Intl.DateTimeFormat(LANG, { month: "long", day: "numeric", timeZone: "UTC" });

function copy(number, pressed) {
  const done = () => (pressed.textContent = word("copied"));
  if (navigator.clipboard) return navigator.clipboard.writeText(number).then(done, () => {});
  // Intranets without https have no clipboard but this one.
  getSelection().selectAllChildren(pressed.parentElement.querySelector("strong"));
  if (document.execCommand("copy")) done();
}

function labelled(element, sentence) {
  element.ariaLabel = sentence;
  return element;
}

// `ask(number)` asks for a case's progress.
export function makeCases(ask) {
  const cards = new Set(); // those in the transcript
  let known = [];

  function fill(card, number) {
    const found = known.find((one) => one.number === number);
    const now = JSON.stringify(found ?? null);
    if (card.dataset.shown === now) return; // drawn anew it would be said anew
    card.dataset.shown = now;
    const copies = labelled(
      button("small", word("copy"), () => copy(number, copies)),
      word("copy_number", { number }),
    );
    const top = make("p", "number", make("span", "soft", word("case")), make("strong", "", number), copies);
    card.replaceChildren(top);
    if (!found) return;
    const state = make("span", found.open ? "badge open" : "badge", found.state);
    const line = make("p", "standing", state);
    if (found.open && found.due) line.append(word("case_due", { date: day.format(new Date(found.due.slice(0, 10))) }));
    const progress = labelled(
      button("small", word("progress"), () => {
        part("sheet").close();
        ask(number);
      }),
      word("progress_of", { number }),
    );
    card.append(make("p", "about", found.title), line);
    if (found.open) line.append(progress);
    if (acceptance) card.append(further());
  }

  // Held against the consumer association's rules on a page of its own: this one stays as it is.
  function further() {
    const link = make("a", "further", word("acceptance"));
    return Object.assign(link, { href: acceptance, target: "_blank", rel: "noopener" });
  }

  function draw() {
    cards.forEach((card) => fill(card, card.dataset.number));
    const list = part("cards");
    const old = new Map([...list.children].map((card) => [card.dataset.number, card]));
    known.forEach(({ number }, at) => {
      const card = old.get(number) ?? made("li", number);
      if (list.children[at] !== card) list.insertBefore(card, list.children[at] ?? null);
      old.delete(number);
      fill(card, number);
    });
    old.forEach((card) => card.remove());
    part("mine").hidden = !known.length;
    part("mine").ariaLabel = word("cases_count", { n: known.length });
    part("mine").querySelector(".count").textContent = known.length;
    if (!known.length) part("sheet").close();
  }

  function made(tag, number) {
    const card = make(tag, "card");
    card.dataset.number = number;
    return card;
  }

  part("mine").addEventListener("click", () => part("sheet").showModal());
  return {
    show(cases) {
      known = cases.filter((one) => one.number);
      draw();
    },
    card(number) {
      const card = made("div", number);
      cards.add(card);
      fill(card, number);
      return card;
    },
  };
}
