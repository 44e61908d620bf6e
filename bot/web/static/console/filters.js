// Narrowing the list: what is asked for stays with the tab, and under a name with the person.

import { ask, json } from "../api.js";
import { button, make, part } from "../dom.js";
import { recall, remember } from "../store.js";
import { begin, CHANNELS } from "./state.js";

const KEY = "kesu.desk.filter";
const EMPTY = { severity: "", channel: "", agent: "", tag: "", unread: "", late: "" };
let wanted = { ...EMPTY, ...recall(KEY, {}) };
let saved = begin.filters;

export const isFiltering = () => Object.values(wanted).some(Boolean);

export function fits(row) {
  if (wanted.severity && row.severity !== wanted.severity) return false;
  if (wanted.channel && row.channel !== wanted.channel) return false;
  if (wanted.agent && row.agent_id !== wanted.agent) return false;
  if (wanted.tag && !row.tags.includes(wanted.tag)) return false;
  if (wanted.unread && !row.unread) return false;
  return !(wanted.late && !(row.due_at && Date.parse(row.due_at) < Date.now()));
}

// `draw()` draws the list anew; `tell(sentence)` says what went wrong.
export function makeFilters(draw, tell) {
  const form = part("filters");
  const toggle = part("filter");

  function choice(name, words, options) {
    const select = make("select", "", make("option", "", "不限"));
    select.firstChild.value = "";
    options.forEach(([value, title]) => select.append(new Option(title, value)));
    select.name = name;
    select.value = wanted[name];
    return make("label", "", words, select);
  }

  function tickbox(name, words) {
    const box = make("input");
    Object.assign(box, { type: "checkbox", name, checked: Boolean(wanted[name]) });
    return make("label", "tick", box, words);
  }

  function fill() {
    form.replaceChildren(
      choice("severity", "严重程度", ["重大", "严重", "轻微"].map((one) => [one, one])),
      choice("channel", "渠道", Object.entries(CHANNELS).slice(0, 6)),
      choice("agent", "客服", begin.people.map((one) => [one.id, one.name])),
      choice("tag", "标签", begin.tags.map((one) => [one, one])),
      tickbox("unread", "有未读"),
      tickbox("late", "已超期"),
      make("div", "saved", ...saved.map(keeper), button("small", "清除", () => use(EMPTY)), button("small", "保存为…", keep)),
    );
    toggle.classList.toggle("on", isFiltering());
  }

  function keeper({ name, query }) {
    const drop = button("small", "×", () => send("filters/drop", { name }));
    drop.ariaLabel = `删除筛选：${name}`;
    return make("span", "keeper", button("small", name, () => use({ ...EMPTY, ...query })), drop);
  }

  function use(query) {
    wanted = { ...query };
    remember(KEY, wanted);
    fill();
    draw();
  }

  async function send(path, body) {
    const answer = await ask(`/desk/api/${path}`, json(body));
    if (answer.status !== 200) return tell(answer.body.message ?? "没有保存，请检查网络后再试。");
    saved = answer.body.filters;
    fill();
  }

  function keep() {
    const name = make("input");
    Object.assign(name, { maxLength: 30, ariaLabel: "筛选的名称", placeholder: "名称，回车保存" });
    const done = () => send("filters", { name: name.value, query: wanted });
    name.addEventListener("keydown", (event) => event.key === "Enter" && !event.isComposing && (event.preventDefault(), done()));
    form.querySelector(".saved").append(name);
    name.focus();
  }

  toggle.addEventListener("click", () => {
    form.hidden = !form.hidden;
    toggle.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) fill();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    if (!(event.target.name in wanted)) return;
    const { name, type, checked, value } = event.target;
    wanted[name] = type === "checkbox" ? (checked ? "yes" : "") : value;
    remember(KEY, wanted);
    toggle.classList.toggle("on", isFiltering());
    draw();
  });
  toggle.classList.toggle("on", isFiltering());
}
