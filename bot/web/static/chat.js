// The customers' page: puts the transcript, the outbox, the live updates and the composer together.

import { fetchMessages } from "./api.js";
import { keepUpToDate, showConnection } from "./live.js";
import { makeLog } from "./log.js";
import { makeOutbox } from "./outbox.js";
import { recall, remember } from "./store.js";

const DRAFT = "kesu.draft";
const SERVING = { bot: "智能客服（机器人）", queue: "正在为您转接人工客服", closed: "会话已结束，发消息即可继续" };
const longest = Number(document.body.dataset.longest);
const part = (id) => document.getElementById(id);
const text = part("text");

let live = null;
let buttons = [];
const parts = { list: part("log"), scroll: part("scroll"), choices: part("choices"), latest: part("latest") };
const log = makeLog(parts, () => outbox.flush());
const outbox = makeOutbox({
  state(item, state) {
    log.showPending(item, state);
    showChoices();
    if (state !== "delivered") return;
    live?.follow();
    live?.look();
  },
  refused(item) {
    log.remove(item);
    setText(text.value ? `${item.text}\n${text.value}` : item.text);
  },
  say,
  retry: () => live.look(),
});

function say(sentence) {
  part("alert").textContent = sentence;
  part("alert").hidden = !sentence;
}

async function look() {
  for (;;) {
    const answer = await fetchMessages(log.newest());
    if (answer.status !== 200) return false;
    const { messages, owner, agent, more } = answer.body;
    log.add(messages);
    outbox.stored(messages.map((line) => line.client_id));
    for (const line of messages) {
      if (line.author === "customer") buttons = [];
      else if (line.choices.length) buttons = line.choices;
    }
    if (owner === "agent") buttons = [];
    part("serving").textContent = owner === "agent" ? `人工客服 ${agent} 为您服务` : SERVING[owner];
    part("human").hidden = owner === "agent" || owner === "queue";
    if (more) continue;
    part("hint").hidden = !log.isEmpty();
    showChoices();
    if (outbox.waiting()) outbox.flush();
    return true;
  }
}

function showChoices() {
  const shown = outbox.waiting() ? [] : buttons;
  part("choices").replaceChildren(
    ...shown.map((choice) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = choice.text;
      button.addEventListener("click", () => submit(choice.text, choice.id));
      return button;
    }),
  );
}

function submit(words, choice = null) {
  part("hint").hidden = true;
  buttons = [];
  outbox.add(words, choice);
  // On a touch screen the keyboard stays down after a pressed button.
  if (!choice || matchMedia("(pointer: fine)").matches) text.focus({ preventScroll: true });
}

function setText(value) {
  text.value = value;
  text.dispatchEvent(new Event("input"));
}

function send() {
  const words = text.value.trim();
  if (!words) return;
  setText("");
  submit(words);
}

text.addEventListener("input", () => {
  remember(DRAFT, text.value);
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  const left = longest - [...text.value].length;
  part("count").textContent = left > 200 ? "" : left >= 0 ? `还可以写 ${left} 字` : `超出 ${-left} 字，请分成几条发送`;
  part("count").className = left < 0 ? "over" : "";
});
text.addEventListener("keydown", (event) => {
  // An input method uses Enter to choose characters; Safari ends the composition before this key (229).
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
});
part("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
part("human").addEventListener("click", () => submit("转人工", "request_human"));

setText(recall(DRAFT, ""));
if (!navigator.cookieEnabled) say("您的浏览器关闭了 Cookie，对话无法继续，请允许后刷新页面。");
live = keepUpToDate("/ws", look, showConnection(part("connection")));
