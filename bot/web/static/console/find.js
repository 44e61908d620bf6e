// Ctrl+K: conversations and cases, found by words, numbers or pinyin.

import { ask } from "../api.js";
import { make, part } from "../dom.js";
import { all } from "./state.js";
import { full } from "./when.js";

const PAUSE = 180; // milliseconds after a key before we ask

export function makeFind({ open }) {
  const dialog = part("dialog");
  let found = [];
  let at = 0;
  let asked = 0;
  let timer = 0;

  function show() {
    if (dialog.open) return;
    const box = make("input");
    Object.assign(box, { type: "search", placeholder: "说过的话、备注、投诉编号、拼音…", autocomplete: "off", ariaLabel: "搜索会话和投诉", role: "combobox" });
    box.setAttribute("aria-expanded", "true");
    box.setAttribute("aria-controls", "hits");
    const hits = make("ul", "hits");
    hits.id = "hits";
    hits.role = "listbox";
    hits.ariaLabel = "找到的";
    const none = make("p", "none");
    none.role = "status";
    dialog.className = "find";
    const heading = make("h2", "unseen", "搜索");
    heading.id = "dialog-title";
    dialog.replaceChildren(heading, box, hits, none);
    box.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => look(box, hits, none), PAUSE);
    });
    box.addEventListener("keydown", (event) => key(event, box, hits));
    dialog.showModal();
    look(box, hits, none);
  }

  function key(event, box, hits) {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      at = (at + step + found.length) % found.length;
      mark(box, hits);
    } else if (event.key === "Enter" && found[at]) {
      event.preventDefault();
      go(found[at]);
    }
  }

  async function look(box, hits, none) {
    const nth = ++asked;
    const words = box.value.trim();
    let answer = { status: 200, body: { results: latest() } };
    if (words) answer = await ask(`/desk/api/search?${new URLSearchParams({ q: words })}`);
    if (nth !== asked) return;
    found = answer.status === 200 ? answer.body.results : [];
    at = 0;
    none.textContent = answer.status !== 200 ? (answer.body.message ?? "没有连上，稍后再试。") : found.length ? "" : "没有找到。";
    hits.replaceChildren(...found.map((hit, place) => item(hit, place)));
    mark(box, hits);
  }

  const latest = () =>
    all().slice(-8).reverse().map((row) => ({
      kind: "conversation", conversation_id: row.id, title: row.issue ?? "尚无投诉", number: row.number,
      snippet: [{ text: row.last_text, hit: false }], at: row.updated_at,
    }));

  function item(hit, place) {
    const about = make("p", "by", make("span", "mark", hit.kind === "case" ? "投诉" : hit.note ? "备注" : "会话"), make("span", "title", hit.title), hit.number ? make("span", "clause", hit.number) : "", hit.at ? make("time", "", full(hit.at)) : "");
    const one = make("li", "hit", about, make("p", "last", ...hit.snippet.map(({ text, hit: found }) => (found ? make("mark", "", text) : text))));
    one.role = "option";
    one.id = `hit-${place}`;
    one.addEventListener("click", () => go(hit));
    return one;
  }

  function mark(box, hits) {
    [...hits.children].forEach((one, nth) => one.setAttribute("aria-selected", String(nth === at)));
    if (!found.length) return box.removeAttribute("aria-activedescendant");
    box.setAttribute("aria-activedescendant", `hit-${at}`);
    hits.children[at].scrollIntoView({ block: "nearest" });
  }

  function go(hit) {
    dialog.close();
    if (hit.conversation_id) open(hit.conversation_id);
    else location.href = `/desk/cases/${hit.id}`;
  }

  return { show };
}
