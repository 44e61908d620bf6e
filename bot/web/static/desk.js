// The people's pages: what is shown comes from the server as it is; this only keeps it fresh and sends forms
// without leaving the page. Without it everything works by plain forms and reloading.

import { postForm } from "./api.js";
import { keepUpToDate, showConnection } from "./live.js";
import { recall, remember } from "./store.js";

let live = null;
const main = document.querySelector("main");
const alertBox = document.getElementById("alert");
const text = document.querySelector("textarea");
const SIGN = 3000; // milliseconds between two signs that somebody is typing
const SHOWN = 6000; // that the customer's sign is shown
const draftKey = text && `kesu.desk.${text.dataset.draft}`;

async function look() {
  let answer;
  try {
    answer = await fetch(location.href);
  } catch {
    return false;
  }
  if (answer.redirected) location.reload(); // signed out
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const atEnd = innerHeight + scrollY > document.body.scrollHeight - 80;
  replace("live", fresh);
  const write = document.getElementById("write");
  if (write) write.hidden = fresh.getElementById("write").hidden;
  showWaiting();
  sayRead();
  if (atEnd && text) scrollTo(0, document.body.scrollHeight);
  return true;
}

function replace(id, fresh) {
  const old = document.getElementById(id);
  const next = fresh.getElementById(id);
  if (old.isEqualNode(next)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const target = focused?.getAttribute("href") ?? null;
  old.replaceWith(document.adoptNode(next));
  if (target) document.querySelector(`#${id} a[href="${CSS.escape(target)}"]`)?.focus();
}

let read = 0;
function sayRead() {
  const seq = Number(document.getElementById("live")?.dataset.last);
  if (document.hidden || !(seq > read) || !live?.tell({ type: "read", seq })) return;
  read = seq;
}

let typed = 0;
function sayTyping() {
  if (Date.now() - typed < SIGN) return;
  typed = Date.now();
  live.tell({ type: "typing" });
}

let typing = 0;
function heard({ type }) {
  const sign = document.getElementById("typing");
  if (type !== "typing" || !sign) return;
  sign.textContent = "顾客正在输入…";
  clearTimeout(typing);
  typing = setTimeout(() => (sign.textContent = ""), SHOWN);
}

function showWaiting() {
  for (const since of document.querySelectorAll("time[data-since]")) {
    const minutes = Math.floor((Date.now() - new Date(since.dateTime)) / 60000);
    since.textContent = minutes < 1 ? "刚刚开始等待" : minutes < 60 ? `已等 ${minutes} 分钟` : `已等 ${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分`;
  }
}

function say(sentence) {
  if (!alertBox) return;
  alertBox.textContent = sentence;
  alertBox.hidden = !sentence;
}

async function submit(form) {
  const buttons = [...form.querySelectorAll("button")];
  buttons.forEach((button) => (button.disabled = true));
  const answer = await postForm(form);
  buttons.forEach((button) => (button.disabled = false));
  const warnings = answer.body.warnings ?? [];
  if (form.id === "write") showWarned(warnings);
  if (warnings.length) return;
  if (answer.status !== 200) {
    say(answer.body.message ?? "没有发送出去，请检查网络后再试。");
  } else {
    say("");
    if (form.id === "write") setDraft("");
  }
  live.look();
}

// What was seen in the text, as templates/warned.html shows it: sending again sends the ids with it.
function showWarned(warnings) {
  const box = document.getElementById("warned");
  box.replaceChildren();
  if (!warnings.length) return;
  const found = element("div", "alert warned", element("p", "", "发送之前请看一下：可以改写；确认要这样发，请再按一次。"));
  found.role = "alert";
  found.append(element("ul", "warnings", ...warnings.map(warning)));
  box.append(found);
}

function warning({ id, words, reason, better }) {
  const meant = element("input");
  Object.assign(meant, { type: "hidden", name: "confirmed", value: id });
  const instead = better ? [element("br"), `手册的说法：${better.text} `, element("span", "clause", better.clause)] : [];
  return element("li", "", element("mark", "", words), ` ${reason}`, ...instead, meant);
}

function element(tag, className = "", ...inside) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...inside);
  return made;
}

function setDraft(value) {
  text.value = value;
  remember(draftKey, value);
}

main.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(event.target);
});
text?.addEventListener("input", () => {
  remember(draftKey, text.value);
  sayTyping();
});
document.addEventListener("visibilitychange", sayRead);
text?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  text.form.requestSubmit();
});
if (text) {
  text.value = recall(draftKey, text.value);
  scrollTo(0, document.body.scrollHeight);
}
setInterval(showWaiting, 30000);
showWaiting();
live = keepUpToDate(main.dataset.socket, look, showConnection(document.getElementById("connection")), heard);
