// What is kept of a message, to be changed, and the facts that are marked in it.

import { button, make } from "../dom.js";

const HIDDEN = "某某";

// Where the facts stand after the text was changed: what lies behind the change moves, what it touched is gone.
export function moved(marks, before, after) {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const last = before.length - end;
  const by = after.length - before.length;
  return marks.flatMap((mark) => {
    if (mark.end <= start) return [mark];
    if (mark.start >= last) return [{ ...mark, start: mark.start + by, end: mark.end + by }];
    return [];
  });
}

// Rasa and Python count characters, a browser counts UTF-16: 😀 is one there and two here.
const points = (text, place) => [...text.slice(0, place)].length;
const units = (text, place) => [...text].slice(0, place).join("").length;

// `kinds` are the facts there are, with their titles; `say` tells what went wrong.
export function makeMarks(nth, { text, entities }, kinds, say) {
  const box = make("textarea");
  Object.assign(box, { id: `kept${nth}`, rows: 3, value: text, maxLength: 500 });
  let known = box.value;
  let marks = entities.map(({ entity, start, end }) => ({ entity, start: units(text, start), end: units(text, end) }));
  const shown = make("p", "kept");
  shown.setAttribute("aria-live", "polite");
  const chips = make("div", "marks");
  const names = Object.keys(kinds);

  function draw() {
    const pieces = [];
    let end = 0;
    for (const mark of marks) {
      pieces.push(known.slice(end, mark.start), make("mark", "", known.slice(mark.start, mark.end), make("small", "", kinds[mark.entity])));
      end = mark.end;
    }
    shown.replaceChildren(make("span", "about", "会这样记下："), ...pieces, known.slice(end));
    chips.replaceChildren(...marks.map((mark) => chip(mark)));
  }

  function chip(mark) {
    const value = known.slice(mark.start, mark.end);
    const pressed = button("quiet", `✕ ${value}（${kinds[mark.entity]}）`, () => {
      marks = marks.filter((one) => one !== mark);
      draw();
      box.focus();
    });
    pressed.ariaLabel = `去掉标注：${value}（${kinds[mark.entity]}）`;
    return pressed;
  }

  function selected() {
    let [start, end] = [box.selectionStart, box.selectionEnd];
    while (start < end && /\s/.test(known[start])) start += 1;
    while (end > start && /\s/.test(known[end - 1])) end -= 1;
    if (start === end) say("请先在句子里选中要标的文字。");
    return start < end ? { start, end } : null;
  }

  function mark(entity) {
    const place = selected();
    if (!place || !entity) return;
    const apart = marks.filter((one) => one.end <= place.start || one.start >= place.end);
    marks = [...apart, { entity, ...place }].sort((one, other) => one.start - other.start);
    say("");
    draw();
  }

  function hide() {
    const place = selected();
    if (!place) return;
    const words = known.slice(place.start, place.end);
    box.setRangeText(/\d/.test(words) ? words.replace(/\d/g, "0") : HIDDEN, place.start, place.end, "select");
    changed();
  }

  function changed() {
    marks = moved(marks, known, box.value);
    known = box.value;
    draw();
  }

  box.addEventListener("input", changed);
  const tools = make(
    "div",
    "kinds",
    ...names.map((entity, index) => {
      const pressed = button("quiet", kinds[entity], () => mark(entity));
      pressed.title = `Alt+${(index + 1) % 10}`;
      return pressed;
    }),
    button("quiet", "隐去", hide),
  );
  tools.setAttribute("role", "group");
  tools.ariaLabel = "把选中的文字标成";
  const title = make("label", "", "句子：可以改，也可以选中文字标出商品、日期等");
  title.htmlFor = box.id;
  draw();
  return {
    elements: [title, box, shown, tools, chips],
    box,
    mark: (index) => mark(names[index]),
    value: () => ({
      text: known,
      entities: marks.map((one) => ({ entity: one.entity, start: points(known, one.start), end: points(known, one.end) })),
    }),
  };
}
