// The pages of a shadow replay: the run's page keeps itself fresh while it is read, the messages of a change are
// judged by a key or a click without leaving the page. Without this they work by forms and reloading.

import { ask } from "./api.js";

const EVERY = 2000; // milliseconds between two looks at a run under way
const VERDICTS = { 1: "new", 2: "old", 3: "neither", 0: "none" };
const alertBox = document.getElementById("alert");
const list = document.querySelector(".judging");

async function look() {
  const old = document.getElementById("run");
  if (old.dataset.state !== "running") return;
  try {
    const answer = await fetch(location.href);
    if (answer.redirected) location.reload(); // signed out
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("run");
    if (answer.ok && fresh && !old.isEqualNode(fresh)) replace(old, fresh);
  } catch {
    // The next look may find the desk again.
  }
  setTimeout(look, EVERY);
}

function replace(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const target = focused?.getAttribute("href");
  old.replaceWith(document.adoptNode(fresh));
  const again = target ? `#run a[href="${CSS.escape(target)}"]` : "#run form button";
  if (focused) document.querySelector(again)?.focus();
}

function show(row, { verdict, words }) {
  row.dataset.verdict = verdict ?? "";
  row.querySelector(".judged").textContent = words;
  row.querySelector(".undo").hidden = !verdict;
  for (const pressed of row.querySelectorAll("[aria-pressed]")) pressed.ariaPressed = String(pressed.value === verdict);
}

function fail(sentence) {
  alertBox.textContent = sentence;
  alertBox.hidden = false;
}

async function judge(row, verdict) {
  const form = row.querySelector("form");
  const body = new URLSearchParams(new FormData(form));
  body.set("verdict", verdict);
  const answer = await ask(form.action, { method: "POST", body });
  if (answer.status !== 200) return fail(answer.body.message ?? "没有连上客诉台，请再试一次。");
  alertBox.hidden = true;
  show(row, answer.body);
  if (verdict !== "none") move(row, 1, true);
}

const rows = () => [...list.children];
const current = () => document.activeElement?.closest(".judging > li");

function move(from, step, open = false) {
  const all = rows();
  let at = from ? all.indexOf(from) + step : 0;
  while (open && all[at]?.dataset.verdict) at += step;
  all[at]?.focus();
}

function press(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select, textarea")) return;
  const row = current();
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(row, key === "j" ? 1 : -1);
  else if (row && key in VERDICTS) decide(row, VERDICTS[key]);
  else return;
  event.preventDefault();
}

function decide(row, verdict) {
  const chosen = row.querySelector('input[name="label"]');
  if (verdict === "neither" && !chosen.value) chosen.focus();
  else judge(row, verdict);
}

if (list) {
  document.addEventListener("keydown", press);
  list.addEventListener("submit", (event) => {
    event.preventDefault();
    // Enter in the field of the right label says "neither".
    const inField = document.activeElement?.name === "label";
    decide(event.target.closest("li"), inField ? "neither" : event.submitter.value);
  });
  rows().find((row) => !row.dataset.verdict)?.focus({ preventScroll: true });
} else if (document.getElementById("run")) {
  setTimeout(look, EVERY);
}
