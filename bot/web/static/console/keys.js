// The keyboard. Keys of one letter rest while something is typed, and can be switched off altogether.

import { make, part } from "../dom.js";
import { lasting } from "../store.js";

const OFF = "kesu.desk.keys";
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

// A sheet that was just closed keeps the focus for a moment; nobody types there any more.
const isTyping = (element) => element.closest(TYPING) && !element.closest("dialog:not([open])");

// What the help sheet lists; `keys` of each group: [key, what it does, deed].
export function makeKeys(groups, help) {
  const known = new Map(groups.flatMap(({ keys }) => keys).map(([key, , deed]) => [key, deed]));
  const isOff = () => lasting.get(OFF) === "off";

  function name(event) {
    const base = event.code.startsWith("Digit") ? event.code.slice(5) : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const ctrl = event.ctrlKey || event.metaKey ? "Ctrl+" : "";
    return `${ctrl}${event.altKey ? "Alt+" : ""}${base}`;
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
    const key = event.key === "?" ? "?" : name(event);
    const plain = !key.includes("+") && key !== "Escape";
    if (key.startsWith("Alt+") && /^\d$/.test(event.key) === false && !/^(Digit|Arrow)/.test(event.code)) return;
    if (document.querySelector("dialog[open]") && key !== "Ctrl+k") return;
    if (plain && (isOff() || isTyping(event.target))) return;
    const deed = known.get(key) ?? (/^Alt\+[1-9]$/.test(key) ? known.get("Alt+1") : undefined);
    if (!deed || deed(event, key) === false) return;
    event.preventDefault();
  });

  help(() => [
    ...groups.map(({ title, keys }) =>
      make("section", "", make("h3", "", title), make("dl", "keys", ...keys.filter(([, what]) => what).map(([key, what]) => make("div", "", make("dt", "", ...key.split(" ").map((one) => make("kbd", "", shown(one)))), make("dd", "", what))))),
    ),
    toggle(),
  ]);

  const shown = (key) => key.replace("ArrowDown", "↓").replace("ArrowUp", "↑").replace("Escape", "Esc").replaceAll("+", " + ");

  function toggle() {
    const box = make("input");
    Object.assign(box, { type: "checkbox", checked: !isOff() });
    box.addEventListener("change", () => lasting.set(OFF, box.checked ? "on" : "off"));
    return make("label", "tick", box, "单个字母的快捷键（用读屏软件或语音输入时可以关掉）");
  }
}

export const focusPane = (name) => {
  const pane = part("console");
  pane.dataset.pane = name;
  for (const tab of document.querySelectorAll(".panes button")) tab.setAttribute("aria-pressed", String(tab.dataset.to === name));
};
