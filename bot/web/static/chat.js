// The customers' page: puts the transcript, the cases, the photos, the transport and the composer together.

import { makeCases } from "./cases.js";
import { button, part, word } from "./dom.js";
import { makeLog } from "./log.js";
import { isRating, makeStars } from "./stars.js";
import { recall, remember } from "./store.js";
import { connect } from "./transport.js";
import { gather, makeTray } from "./tray.js";
import { makeViewer } from "./viewer.js";

const DRAFT = "kesu.draft";
const TYPING = 6000; // milliseconds that an agent's typing is shown; a new sign comes before
const SAY_TYPING = 3000; // milliseconds between ours
const { longest } = document.body.dataset;
const text = part("text");

let buttons = []; // under the newest line of the bot
let files = new Map(); // id of an attachment: what the upload gave, for lines still on their way
let holding = false; // the message goes when its files are uploaded
let typed = -SAY_TYPING;
let typing = 0;
let seen = -1;

const viewer = makeViewer((id) => transport.fileUrl(id));
const cases = makeCases((number) => submit(word("progress_said", { number }), "progress"));
const log = makeLog(
  { list: part("lines"), scroll: part("scroll"), latest: part("latest"), grows: [part("choices"), part("typing"), part("composer")] },
  { resend: () => transport.flush(), tile: viewer.tile, card: cases.card },
);
const tray = makeTray({ upload: (...given) => transport.upload(...given), changed: held, say });

function say(sentence) {
  part("alert").textContent = sentence ?? "";
  part("alert").hidden = !sentence;
}

const on = {
  view(view) {
    const { messages, owner, agent, more } = view;
    cases.show(view.cases ?? []);
    log.add(messages);
    log.read(view.read ?? -1);
    for (const line of messages) {
      if (line.author === "customer") buttons = [];
      else if (line.choices.length) buttons = line.choices;
      if (line.author === "agent") showTyping("");
    }
    if (owner === "agent" && !isRating(buttons)) buttons = [];
    part("serving").textContent = word(`serving_${owner}`, { name: agent });
    part("serving").dataset.owner = owner;
    part("human").hidden = owner === "agent" || owner === "queue";
    if (!typing) showTyping(view.answering && owner === "bot" ? "bot" : "");
    if (more) return;
    part("hint").hidden = !log.isEmpty();
    showChoices();
    site?.heard(messages);
    look();
    // What was said before the page was opened is not read out line by line.
    setTimeout(() => (part("log").ariaLive = "polite"), 500);
  },
  state(state) {
    const shown = part("connection");
    if (shown.dataset.state === state) return;
    shown.dataset.state = state;
    shown.textContent = word(state);
    if (state === "offline") shown.append(" ", word("offline_more"));
    if (state === "online") tray.resume();
  },
  pending(item, state) {
    const attachments = item.attachments?.map((one) => files.get(one.id ?? one)).filter(Boolean);
    log.pend({ ...item, attachments }, state);
    showChoices();
  },
  refused(item, sentence) {
    log.remove(item);
    if (!item.choice) setText(text.value ? `${item.text}\n${text.value}` : item.text);
    say(sentence || word("failed"));
  },
  say,
  typing: (who) => who === "agent" && showTyping("agent"),
};

function showTyping(who) {
  clearTimeout(typing);
  typing = who === "agent" ? setTimeout(() => showTyping(""), TYPING) : 0;
  part("typing").hidden = !who;
  if (who) part("typing").lastElementChild.textContent = word(`${who}_typing`);
}

// Tell the desk what the customer has before their eyes.
function look() {
  const newest = log.newest();
  if (newest === null || newest <= seen || document.hidden || site?.isSeen() === false || !log.isDown()) return;
  seen = newest;
  transport.read(newest);
}

let drawn = "";
function showChoices() {
  const shown = transport?.waiting() ? [] : buttons;
  const now = JSON.stringify(shown);
  if (now === drawn) return; // stars that somebody is choosing stay
  drawn = now;
  if (isRating(shown)) return part("choices").replaceChildren(makeStars(shown, submit));
  part("choices").replaceChildren(...shown.map(({ id, text: words }) => button("", words, () => submit(words, id))));
}

function submit(words, choice = null, attachments = []) {
  part("hint").hidden = true;
  buttons = [];
  for (const file of attachments) files.set(file.id, file);
  transport.send(words, { choice, attachments: attachments.map((file) => file.id) });
  // On a touch screen the keyboard stays down after a pressed button.
  const next = !choice || matchMedia("(pointer: fine)").matches ? text : part("log");
  next.focus({ preventScroll: true });
}

function setText(value) {
  text.value = value;
  text.dispatchEvent(new Event("input"));
}

function send() {
  const words = text.value.trim();
  if (tray.isStuck()) return say(word("files_stuck"));
  if (!words && tray.isEmpty()) return;
  if (part("count").className && !tray.isEmpty()) return say(part("count").textContent); // too long: the files stay
  holding = tray.isBusy();
  if (!holding) {
    const attachments = tray.take();
    typed = -SAY_TYPING; // the next message is typed anew
    setText("");
    say("");
    submit(words, null, attachments);
  }
  showHolding();
}

// Something changed among the files: what was held goes, or is given back.
function held() {
  if (holding && tray.isStuck()) holding = false;
  if (holding && !tray.isBusy()) send();
  showHolding();
}

const sendWord = part("send").textContent;
function showHolding() {
  part("send").textContent = holding ? word("files_hold") : sendWord;
}

text.addEventListener("input", (event) => {
  remember(DRAFT, text.value);
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
  const left = longest - [...text.value].length;
  part("count").textContent = left > 200 ? "" : word(left < 0 ? "over" : "left", { n: Math.abs(left) });
  part("count").className = left < 0 ? "over" : "";
  if (!event.isTrusted || !text.value || event.timeStamp - typed < SAY_TYPING) return;
  typed = event.timeStamp;
  transport.typing();
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
part("human").addEventListener("click", () => submit(word("human"), "request_human"));
for (const closes of document.querySelectorAll("[data-closes]")) closes.addEventListener("click", () => closes.closest("dialog").close());
part("sheet").addEventListener("click", (event) => event.target === part("sheet") && part("sheet").close());
document.addEventListener("visibilitychange", look);
part("scroll").addEventListener("scrollend", look);
// Safari lays its keyboard over the page instead of making room for it.
const view = window.visualViewport;
view?.addEventListener("resize", () => view.scale === 1 && document.body.style.setProperty("--tall", `${view.height}px`));
gather(tray.add);

async function paint({ color }) {
  const { accentOf } = await import("./contrast.js");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.onchange = () => Object.entries(accentOf(color, dark.matches)).forEach((one) => document.documentElement.style.setProperty(...one));
  dark.onchange();
}

let transport = null;
setText(recall(DRAFT, ""));
if (document.body.dataset.color) paint(document.body.dataset);
// In a site's frame (widget.js) the site says who the customer is.
const site = document.body.classList.contains("framed") ? await import("./frame.js") : null;
const identity = await site?.joinSite({ opened: look, changed: () => location.reload() });
transport = connect({ newest: log.newest, on, identity });
