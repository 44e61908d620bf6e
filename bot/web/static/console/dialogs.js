// The sheets over the console: handing a conversation on, the help, and what is said in passing.

import { ask } from "../api.js";
import { button, make, part } from "../dom.js";
import { begin, me } from "./state.js";

const SHOWN = 6000; // milliseconds

export function say(sentence, bad = false) {
  const toast = make("p", bad ? "toast bad" : "toast", sentence);
  part("toasts").append(toast);
  setTimeout(() => toast.remove(), SHOWN);
}

export function sheet(title, className, ...inside) {
  const dialog = part("dialog");
  if (dialog.open) dialog.close();
  dialog.className = className;
  const heading = make("h2", "", title);
  heading.id = "dialog-title";
  const shut = button("small", "关闭", () => dialog.close());
  dialog.replaceChildren(make("div", "sheet-head", heading, shut), ...inside);
  dialog.showModal();
  return dialog;
}

part("dialog").addEventListener("click", (event) => {
  if (event.target === part("dialog")) part("dialog").close(); // beside the sheet
});

function choice(words, name, groups) {
  const select = make("select");
  Object.assign(select, { name, required: true, id: `sheet-${name}` });
  select.append(new Option("请选择", ""));
  for (const [title, options] of groups) {
    if (!options.length) continue;
    const group = make("optgroup");
    group.label = title;
    group.append(...options.map(([value, text]) => new Option(text, value)));
    select.append(group);
  }
  const label = make("label", "", words);
  label.htmlFor = select.id;
  return [label, select];
}

const STATES = { online: "在线", away: "离开", offline: "离线" };
const people = () => begin.people.filter((one) => one.id !== me.id).map((one) => [`user ${one.id}`, `${one.name}（${STATES[one.state]}，${one.load}/${one.most}）`]);
const groups = () => begin.groups.map((one) => [`group ${one.id}`, one.title]);

// Who is there changes all day: it is asked for when it matters.
async function refresh() {
  const answer = await ask("/desk/api/begin");
  if (answer.status === 200) Object.assign(begin, answer.body);
}

// Asks to whom; `send({to} or {group}, note)` gives a sentence of why not, or nothing.
export async function handOn({ title, button: words, withGroups, withNote, send }) {
  await refresh();
  const form = make("form", "sheet-form");
  const note = make("textarea");
  Object.assign(note, { rows: 3, maxLength: 1000, id: "sheet-note" });
  const label = make("label", "", "转交说明（只有同事看得到）");
  label.htmlFor = note.id;
  const alert = make("p", "alert");
  Object.assign(alert, { role: "alert", hidden: true });
  const done = make("button", "primary", words);
  form.append(
    ...choice("交给", "to", [["同事", people()], ["组", withGroups ? groups() : []]]),
    ...(withNote ? [label, note] : []),
    alert,
    make("div", "row-buttons", done, button("quiet", "取消", () => dialog.close())),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [kind, id] = form.elements.to.value.split(" ");
    done.disabled = true;
    const refusal = await send(kind === "group" ? { group: id } : { to: id }, note.value);
    done.disabled = false;
    if (!refusal) return dialog.close();
    alert.textContent = refusal;
    alert.hidden = false;
  });
  const dialog = sheet(title, "hand-on", form);
  form.elements.to.focus();
}

// Asks once more before what can't be taken back at once.
export function sure(title, words, send) {
  const yes = button("primary", words, async () => {
    yes.disabled = true;
    await send();
    dialog.close();
  });
  const dialog = sheet(title, "sure", make("div", "row-buttons", yes, button("quiet", "取消", () => dialog.close())));
  yes.focus();
}
