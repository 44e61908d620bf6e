// The handbook at hand: clauses for this issue first, found by words or pinyin, put into the answer with one key.

import { ask } from "../api.js";
import { make, part } from "../dom.js";

const PAUSE = 180; // milliseconds after a key before we ask

// `use(clause)` puts it into the answer and says whether that could be done.
export function makeBook({ use, say }) {
  const box = part("seek");
  const list = part("clauses");
  let id = null;
  let found = [];
  let at = -1;
  let timer = 0;
  let asked = 0;

  async function look() {
    const nth = ++asked;
    if (!id) return draw([]);
    const query = new URLSearchParams({ q: box.value.trim(), conversation: id });
    const answer = await ask(`/desk/api/handbook?${query}`);
    if (nth !== asked) return; // something else was asked for meanwhile
    if (answer.status !== 200) return draw([], answer.status ? answer.body.message : "没有连上，稍后再试。");
    draw(answer.body.clauses ?? []);
  }

  function draw(clauses, trouble = "") {
    found = clauses;
    at = found.length ? 0 : -1;
    list.replaceChildren(...found.map(item));
    box.setAttribute("aria-expanded", String(found.length > 0));
    part("clauses-none").hidden = found.length > 0;
    part("clauses-none").textContent = trouble || (id ? "没有找到条款。" : "先选一个会话。");
    mark();
  }

  function item(clause, nth) {
    const one = make("li", "clause-item", make("p", "by", make("span", "clause", clause.clause), make("span", "title", clause.about), ...(clause.fits ? [make("span", "mark fits", clause.step || "适用")] : [])), make("p", "words", clause.text));
    if (clause.missing.length) one.append(make("p", "blank-left", `还要填：${clause.missing.map((blank) => blank.title).join("、")}`));
    one.role = "option";
    one.id = `clause-${nth}`;
    one.addEventListener("click", () => insert(nth));
    return one;
  }

  function mark() {
    [...list.children].forEach((one, nth) => one.setAttribute("aria-selected", String(nth === at)));
    if (at < 0) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `clause-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function insert(nth) {
    const clause = found[nth];
    if (!clause) return;
    if (!use(clause)) say("先接手会话，再用手册回复顾客。");
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      at = (at + step + found.length) % found.length;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      insert(at);
    }
  });

  return {
    show(conversation) {
      if (conversation === id) return;
      id = conversation;
      box.value = "";
      look();
    },
    refresh: look,
    focus() {
      box.focus();
      box.select();
    },
  };
}
