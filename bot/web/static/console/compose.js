// Writing: to the customer, or a note for the team. A draft is kept for each conversation, in this browser.

import { button, make, part } from "../dom.js";
import { lasting } from "../store.js";
import { isMine, me, row as rowOf } from "./state.js";

const SIGN = 3000; // milliseconds between two signs that somebody is typing
const EMPTY = { reply: "", note: "", quote: null };

// `send(id, mode, draft)` gives what stands in the way, or null when it is sent; `tell(frame)` is the socket's.
export function makeCompose({ send, tell }) {
  const form = part("compose");
  const text = part("text");
  const label = form.querySelector("label");
  let id = null;
  let mode = "reply";
  let draft = { ...EMPTY };
  let signed = 0;
  let busy = false;

  const key = (of) => `kesu.desk.draft.${me.id}.${of}`;
  function keep() {
    draft[mode] = text.value;
    if (draft.reply || draft.note) lasting.set(key(id), draft);
    else lasting.remove(key(id));
    part("kept").textContent = draft.reply || draft.note ? "草稿已保存" : "";
  }

  function show(conversation) {
    stop();
    id = conversation;
    form.hidden = !id;
    if (!id) return;
    draft = { ...EMPTY, ...lasting.get(key(id)) };
    setMode(isMine(rowOf(id)) ? "reply" : "note");
    part("kept").textContent = "";
  }

  function setMode(next) {
    mode = next === "reply" && !isMine(rowOf(id)) ? "note" : next;
    const mine = isMine(rowOf(id));
    for (const tab of form.querySelectorAll("[data-mode]")) {
      tab.setAttribute("aria-pressed", String(tab.dataset.mode === mode));
      if (tab.dataset.mode === "reply") {
        tab.disabled = !mine;
        tab.title = mine ? "写给顾客（r）" : "先接手会话（c），再回复顾客";
      }
    }
    form.classList.toggle("noting", mode === "note");
    label.textContent = mode === "note" ? "内部备注" : "回复顾客";
    text.placeholder = mode === "note" ? "只有同事看得到，回车保存" : "回车发送，Shift+回车换行，/ 找手册条款";
    part("send").textContent = mode === "note" ? "保存备注" : "发送";
    text.value = draft[mode];
    quoted();
    fit();
  }

  function quoted() {
    const quote = part("quote");
    const { clause, text: words } = draft.quote ?? {};
    quote.hidden = mode !== "reply" || !clause;
    if (quote.hidden) return;
    const whole = text.value.trim() === words.trim();
    const drop = button("small", "×", () => {
      draft.quote = null;
      keep();
      quoted();
    });
    drop.ariaLabel = "不再引用这条";
    quote.replaceChildren(make("span", "clause", clause), whole ? "" : " 已改动，按自己的话发出", drop);
  }

  function fit() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight + 2, innerHeight * 0.34)}px`;
  }

  function stop(...inside) {
    part("stop").hidden = !inside.length;
    part("stop").replaceChildren(...inside);
  }

  async function submit(more = {}) {
    const words = text.value;
    if (busy || !words.trim()) return;
    const [of, as] = [id, mode];
    busy = true;
    part("send").disabled = true;
    const refused = await send(of, as, { text: words, quote: quoteOf(), ...more });
    busy = false;
    part("send").disabled = false;
    if (!refused) {
      if (of === id && as === mode && text.value === words) text.value = "";
      if (of === id) {
        if (as === "reply") draft.quote = null;
        keep();
        stop();
        quoted();
        fit();
      } else lasting.remove(key(of));
    } else if (of === id) stop(...refused({ anyway: (ids) => submit({ anyway: ids }), use, close: () => (stop(), text.focus()) }));
    if (of === id && matchMedia("(pointer: fine)").matches) text.focus();
  }

  const quoteOf = () => draft.quote && { clause: draft.quote.clause, version: draft.quote.version };

  // A clause of the handbook at the place of the cursor, or instead of everything.
  function use(clause, instead = false) {
    if (mode !== "reply") setMode("reply");
    if (mode !== "reply") return false;
    draft.quote = { clause: clause.clause, version: clause.version, text: clause.text };
    if (instead) text.value = "";
    const [from, to] = [text.selectionStart, text.selectionEnd];
    text.setRangeText(clause.text, from, to, "end");
    stop();
    keep();
    quoted();
    fit();
    text.focus();
    return true;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  text.addEventListener("input", () => {
    keep();
    quoted();
    fit();
    if (mode !== "reply" || Date.now() - signed < SIGN) return;
    signed = Date.now();
    tell({ type: "typing" });
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  for (const tab of form.querySelectorAll("[data-mode]")) tab.addEventListener("click", () => (setMode(tab.dataset.mode), text.focus()));
  addEventListener("storage", (event) => {
    // The same conversation in another tab: what is typed there is not overwritten here.
    if (id && event.key === key(id) && document.activeElement !== text) {
      draft = { ...EMPTY, ...lasting.get(key(id)) };
      text.value = draft[mode];
      fit();
    }
  });

  return {
    show,
    // The conversation's owner may have changed: who may still write to the customer?
    refresh() {
      if (!id) return;
      const wanted = isMine(rowOf(id)) ? mode : "note";
      const tab = form.querySelector('[data-mode="reply"]');
      if (wanted === mode && tab.disabled !== isMine(rowOf(id))) return;
      // Who is about to write a note goes on writing a note: it must not become an answer under their hands.
      const free = !draft.note && document.activeElement !== text;
      setMode(isMine(rowOf(id)) && free ? "reply" : wanted);
    },
    setMode(next) {
      if (!id) return;
      setMode(next);
      text.focus();
    },
    use,
    has: (of) => Boolean(lasting.get(key(of))),
  };
}
