// The list on the left: mine, the queue, or all; the rows change in place while somebody looks at them.

import { button, make, part } from "../dom.js";
import { fits, isFiltering } from "./filters.js";
import { all, AUTHORS, channel, isMine, me, onRows, OWNERS, row as rowOf } from "./state.js";
import { due, full, short, since } from "./when.js";

const VIEWS = {
  mine: { title: "我的", key: "1", holds: isMine, order: [waiting, recent], empty: "您还没有接待中的会话，按 2 看谁在排队。" },
  queue: { title: "排队", key: "2", holds: (row) => row.owner === "queue", order: [urgency, deadline, waiting], empty: "没有人在等。" },
  all: { title: "全部", key: "3", holds: () => true, order: [recent], empty: "没有会话。" },
};
const moment = (text) => (text ? Date.parse(text) : Infinity);
function urgency(one, other) {
  return one.priority - other.priority;
}
function deadline(one, other) {
  return moment(one.due_at) - moment(other.due_at) || 0;
}
function waiting(one, other) {
  return moment(one.waits) - moment(other.waits) || 0;
}
function recent(one, other) {
  return moment(other.updated_at) - moment(one.updated_at);
}

export const SEVERE = { 重大: "major", 严重: "serious" };

// `open(id)` shows a conversation; `changedView(view)` is told which view is looked at.
export function makeList({ open, changedView }) {
  const list = part("talks");
  const items = new Map(); // id: { item, shown }
  const picked = new Set();
  let view = "queue";
  let current = null;
  let picking = false;
  let hearPicked = () => {};

  const tabs = new Map(
    Object.entries(VIEWS).map(([name, { title, key }]) => {
      const tab = button("view", title, () => show(name));
      tab.append(make("span", "number"));
      tab.title = `${title}（${key}）`;
      part("views").append(tab);
      return [name, tab];
    }),
  );

  function shownRows() {
    const { holds, order } = VIEWS[view];
    const compare = (one, other) => order.reduce((sign, by) => sign || by(one, other), 0) || (one.id < other.id ? -1 : 1);
    return all().filter((row) => holds(row) && fits(row)).sort(compare);
  }

  function draw() {
    const rows = shownRows();
    const before = document.activeElement?.closest?.(".talks li")?.dataset.id;
    const kept = new Set(rows.map((row) => row.id));
    items.forEach(({ item }, id) => kept.has(id) || (item.remove(), items.delete(id)));
    rows.forEach((row, at) => {
      const item = fill(row);
      if (list.children[at] !== item) list.insertBefore(item, list.children[at] ?? null);
    });
    if (before && !list.contains(document.activeElement)) items.get(before)?.item.querySelector(".row").focus();
    part("empty").hidden = rows.length > 0;
    part("empty").textContent = isFiltering() ? "没有符合筛选的会话。" : VIEWS[view].empty;
    part("older").hidden = view !== "all";
    count();
  }

  function count() {
    const rows = all();
    tabs.forEach((tab, name) => {
      tab.setAttribute("aria-pressed", String(name === view));
      const number = tab.querySelector(".number");
      number.textContent = name === "all" ? "" : rows.filter(VIEWS[name].holds).length || "";
      number.classList.toggle("hot", name === "mine" && rows.some((row) => isMine(row) && row.unread));
    });
  }

  function fill(row) {
    const known = items.get(row.id);
    const state = JSON.stringify([row, row.id === current, picking, picked.has(row.id)]);
    if (known?.shown === state) return known.item;
    const item = known?.item ?? make("li");
    const focused = item.contains(document.activeElement);
    item.dataset.id = row.id;
    item.replaceChildren(...(picking ? [tick(row)] : []), line(row));
    if (focused) item.querySelector(".row").focus();
    items.set(row.id, { item, shown: state });
    return item;
  }

  function tick(row) {
    const box = make("input");
    Object.assign(box, { type: "checkbox", checked: picked.has(row.id), ariaLabel: `选中：${row.issue ?? row.last_text}` });
    box.addEventListener("change", () => pick(row.id, box.checked));
    return box;
  }

  function line(row) {
    const press = button("row", "", () => open(row.id));
    if (row.id === current) press.setAttribute("aria-current", "true");
    const severe = SEVERE[row.severity];
    const name = make("span", "issue", row.issue ?? "尚无投诉");
    const head = make("span", "first", ...(severe ? [make("span", `mark ${severe}`, row.severity)] : []), name, when(row));
    const said = row.last_author ? `${row.last_author === "customer" ? "" : `${AUTHORS[row.last_author]}：`}${row.last_text}` : "";
    const last = make("span", "second", make("span", "last", said), ...(row.unread && row.owner !== "bot" ? [unread(row)] : []));
    press.append(head, last, make("span", "third", ...small(row)));
    return press;
  }

  function unread(row) {
    const badge = make("span", "unread", row.unread > 99 ? "99+" : String(row.unread));
    badge.append(make("span", "unseen", " 条未读"));
    return badge;
  }

  function small(row) {
    const who = row.owner === "agent" ? (row.agent_id === me.id ? "我" : row.agent) : OWNERS[row.owner];
    const bits = [make("span", `who ${row.owner}`, who), make("span", "", channel(row.channel))];
    if (row.customer) bits.push(make("span", "name", row.customer));
    if (row.due_at) {
      const { words, state } = due(row.due_at);
      const mark = make("time", `due ${state}`, words);
      Object.assign(mark, { dateTime: row.due_at, title: `${full(row.due_at)} 前` });
      mark.dataset.due = "";
      bits.push(mark);
    }
    return [...bits, ...row.tags.map((tag) => make("span", "tag", tag))];
  }

  function when(row) {
    const mark = make("time", row.waits ? "wait" : "at");
    mark.dateTime = row.waits ?? row.updated_at;
    if (row.waits) {
      mark.dataset.since = "";
      mark.title = `${full(row.waits)} 起等待`;
      mark.textContent = `等 ${since(row.waits)}`;
      mark.classList.toggle("long", Date.now() - Date.parse(row.waits) > 5 * 60000);
    } else mark.textContent = short(row.updated_at);
    return mark;
  }

  function tickClocks() {
    for (const mark of document.querySelectorAll("time[data-since]")) {
      mark.textContent = `等 ${since(mark.dateTime)}`;
      mark.classList.toggle("long", Date.now() - Date.parse(mark.dateTime) > 5 * 60000);
    }
    for (const mark of document.querySelectorAll("time[data-due]")) {
      const { words, state } = due(mark.dateTime);
      mark.textContent = words;
      mark.className = `due ${state}`;
    }
  }

  function show(name) {
    view = name;
    changedView(name);
    draw();
    list.scrollTop = 0;
  }

  function pick(id, on) {
    if (on) picked.add(id);
    else picked.delete(id);
    if (on && !picking) setPicking(true);
    else draw();
    hearPicked([...picked]);
  }

  function setPicking(on) {
    picking = on;
    if (!on) picked.clear();
    part("pick").setAttribute("aria-pressed", String(on));
    list.classList.toggle("picking", on);
    draw();
    hearPicked([...picked], on);
  }

  part("pick").addEventListener("click", () => setPicking(!picking));
  onRows(() => draw());
  setInterval(tickClocks, 15000);

  return {
    draw,
    show,
    view: () => view,
    mark(id) {
      current = id;
      draw();
      items.get(id)?.item.scrollIntoView({ block: "nearest" });
    },
    // The conversation so many places below (above) the one that is open.
    beside(step) {
      const rows = shownRows();
      const at = rows.findIndex((row) => row.id === current);
      return at < 0 ? rows[step > 0 ? 0 : rows.length - 1]?.id : rows[at + step]?.id;
    },
    pick: (id) => id && rowOf(id) && pick(id, !picked.has(id)),
    endPicking: () => setPicking(false),
    onPicked: (hear) => (hearPicked = hear),
  };
}
