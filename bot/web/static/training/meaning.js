// A box in which a label is found by its Chinese name or its pinyin.

import { make } from "../dom.js";

const MOST = 8;

// The labels that fit what was typed: by name, by whole pinyin, by its initials; the nearer the start the earlier.
export function fitting(choices, typed) {
  const sought = typed.trim().toLowerCase().replace(/\s+/g, "");
  if (!sought) return choices.slice(0, MOST);
  const place = ({ title, pinyin, initials }) => {
    const places = [title.indexOf(sought), initials.indexOf(sought), pinyin.indexOf(sought)].filter((one) => one >= 0);
    return places.length ? Math.min(...places) : -1;
  };
  const found = choices.map((choice) => [place(choice), choice]).filter(([at]) => at >= 0);
  return found.sort(([one], [other]) => one - other).map(([, choice]) => choice).slice(0, MOST);
}

export function makeMeaning(nth, choices, picked) {
  const input = make("input");
  Object.assign(input, { id: `label${nth}`, autocomplete: "off", placeholder: "名称或拼音，如 空包、kb" });
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", `labels${nth}`);
  const list = make("ul");
  Object.assign(list, { id: `labels${nth}`, hidden: true });
  list.setAttribute("role", "listbox");
  list.ariaLabel = "意思";
  const title = make("label", "", "意思");
  title.htmlFor = input.id;
  let [shown, at, chosen] = [[], 0, null];

  function draw() {
    shown = fitting(choices, input.value);
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(
      ...shown.map((choice, index) => {
        const row = make("li", "", choice.title);
        row.id = `label${nth}-${index}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", String(index === at));
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          pick(choice);
        });
        return row;
      }),
    );
    open(shown.length > 0);
    if (!list.hidden) input.setAttribute("aria-activedescendant", `label${nth}-${at}`);
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  }

  function pick(choice) {
    chosen = choice;
    input.value = choice?.title ?? "";
    open(false);
    picked(choice);
  }

  input.addEventListener("input", () => {
    at = 0;
    chosen = choices.find((choice) => choice.title === input.value.trim()) ?? null;
    picked(chosen);
    draw();
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return draw();
      at = (at + (event.key === "ArrowDown" ? 1 : shown.length - 1)) % shown.length;
      draw();
    } else if (event.key === "Enter" && !list.hidden && shown[at]) pick(shown[at]);
    else if (event.key === "Escape" && !list.hidden) open(false);
    else return;
    event.preventDefault();
  });
  open(false);
  const box = make("div", "meaning", input, list);
  return {
    elements: [title, box],
    input,
    choose: (label) => pick(choices.find((choice) => choice.label === label) ?? null),
    label: () => chosen?.label ?? "",
  };
}
