// A message that the bot may have misread: what it means, and what is kept of it.

import { makeKeys } from "../console/keys.js";
import { make, part } from "../dom.js";
import { makeMarks } from "./marks.js";
import { makeMeaning } from "./meaning.js";

const form = part("review");
if (form) begin();

function begin() {
  const [choices, listed, kept] = ["choices", "kinds", "kept"].map((name) => JSON.parse(form.dataset[name]));
  const kinds = Object.fromEntries(listed);
  const rows = form.elements.rows;
  const likely = [...part("likely").children];
  const parts = [];

  function say(sentence) {
    part("wrong").textContent = sentence;
    part("wrong").hidden = !sentence;
  }

  function press(label) {
    for (const one of likely) one.setAttribute("aria-pressed", String(one.dataset.label === label));
  }

  function add(row) {
    const nth = parts.length + 1;
    const meaning = makeMeaning(nth, choices, (choice) => nth === 1 && press(choice?.label));
    const marks = makeMarks(nth, row, kinds, say);
    const box = make("section", "part", ...meaning.elements, ...marks.elements);
    box.ariaLabel = `第 ${nth} 个问题`;
    part("parts").append(box);
    parts.push({ meaning, marks });
    if (row.label) meaning.choose(row.label);
    part("split").hidden = parts.length > 1;
    for (const one of form.querySelectorAll(".others")) one.disabled = parts.length > 1;
    return meaning;
  }

  const given = () => parts.map(({ meaning, marks }) => ({ label: meaning.label(), ...marks.value() }));
  const before = rows.value ? JSON.parse(rows.value) : [];
  for (const row of before.length ? before : [kept]) add(row);
  if (!before.length) press(null);

  function choose(place) {
    const pressed = likely[place];
    if (!pressed) return false;
    parts[0].meaning.choose(pressed.dataset.label);
    part("save").focus();
    return true;
  }

  likely.forEach((pressed, place) => pressed.addEventListener("click", () => choose(place)));
  part("split").addEventListener("click", () => add({ ...kept, label: "" }).input.focus());
  form.addEventListener("submit", (event) => {
    const missing = event.submitter?.value === "correct" && parts.find(({ meaning }) => !meaning.label());
    if (missing) {
      event.preventDefault();
      say("请先选择这句话的意思。");
      missing.meaning.input.focus();
      return;
    }
    rows.value = JSON.stringify(given());
  });

  const beside = (by) => {
    const all = [...document.querySelectorAll(".waiting-list a")];
    const next = all[all.findIndex((one) => one.hasAttribute("aria-current")) + by];
    next?.click();
    return Boolean(next);
  };
  const marking = (_, key) => {
    const active = parts.find(({ marks }) => marks.box === document.activeElement);
    active?.marks.mark((Number(key.at(-1)) + 9) % 10);
    return Boolean(active);
  };
  const titles = Object.values(kinds);
  const groups = [
    {
      title: "意思",
      keys: [
        ["1", "第一个可能的意思", () => choose(0)],
        ["2", "第二个可能的意思", () => choose(1)],
        ["/", "查找意思", () => parts[0].meaning.input.focus() ?? true],
        ["0", "离题", () => form.requestSubmit(part("offtopic")) ?? true],
        ["s", "略过", () => form.requestSubmit(part("skip")) ?? true],
        ["e", "改句子、标文字", () => parts[0].marks.box.focus() ?? true],
        ["j", "下一条", () => beside(1)],
        ["k", "上一条", () => beside(-1)],
      ],
    },
    { title: "把选中的文字标成", keys: titles.map((title, index) => [`Alt+${(index + 1) % 10}`, title, marking]) },
  ];
  makeKeys(groups, (content) => {
    part("help").addEventListener("toggle", () => part("help").append(...content()), { once: true });
  });
}
