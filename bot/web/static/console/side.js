// The right side: who the customer is, their cases, and what can be done next with the one that is shown.

import { ask } from "../api.js";
import { button, make, part } from "../dom.js";
import { SEVERE } from "./list.js";
import { channel } from "./state.js";
import { makeSteps } from "./steps.js";
import { due, full, short } from "./when.js";

// `retag({ add, remove })` changes the tags; `say(sentence)`.
export function makeSide({ say, retag }) {
  const side = part("side");
  const cases = new Map(); // id: { mark, data }
  let talk = null;
  let chosen = null;
  const seen = new Map(); // path and field: the numbers that were asked for, for as long as the conversation is shown
  const steps = makeSteps({ say, done: (id, data) => took(id, data), again: (id) => fetchCase(id) });

  function show(next) {
    const other = next?.id !== talk?.id;
    talk = next;
    if (other) seen.clear();
    if (!talk) return side.replaceChildren();
    if (other || !talk.cases.some((one) => one.id === chosen)) {
      chosen = (talk.cases.find((one) => one.open && one.here) ?? talk.cases.find((one) => one.open) ?? talk.cases[0])?.id ?? null;
    }
    const mark = talk.cases.find((one) => one.id === chosen)?.mark;
    if (chosen && cases.get(chosen)?.mark !== mark) fetchCase(chosen, mark);
    draw();
  }

  async function fetchCase(id, mark = talk?.cases.find((one) => one.id === id)?.mark) {
    const answer = await ask(`/desk/api/cases/${id}`);
    if (answer.status !== 200) return;
    cases.set(id, { mark, data: answer.body });
    if (id === chosen) draw();
  }

  function took(id, data) {
    cases.set(id, { mark: cases.get(id)?.mark, data });
    draw();
  }

  // Forms that somebody fills in stay as they are; all else is drawn anew.
  function draw() {
    const opened = steps.isFilling() && side.querySelector("#steps")?.dataset.case === chosen;
    const focus = side.contains(document.activeElement) ? document.activeElement.dataset.at : null;
    const found = cases.get(chosen)?.data;
    const kept = opened && found ? side.querySelector("#steps") : null;
    const body = found ? caseParts(found, kept) : [];
    const scroll = side.scrollTop;
    put([customer(), tabs(), ...body], kept);
    side.scrollTop = scroll;
    if (focus) side.querySelector(`[data-at="${focus}"]`)?.focus();
  }

  // What is kept is never taken out, not even for a moment: whoever types there would lose the place.
  function put(parts, kept) {
    if (!kept) return side.replaceChildren(...parts);
    const at = parts.indexOf(kept);
    for (const old of [...side.children]) if (old !== kept) old.remove();
    kept.before(...parts.slice(0, at));
    kept.after(...parts.slice(at + 1));
  }

  function customer() {
    const { customer: who } = talk;
    const facts = [["渠道", channel(who.channel)], ["首次来访", short(who.since)]];
    if (who.name) facts.unshift(["姓名", who.name]);
    const phone = who.phone ? [masked("电话", who.phone, `conversations/${talk.id}/reveal`)] : [];
    const tags = make("p", "tags", ...(talk.row.tags ?? []).map(tag), adder());
    return box("顾客", facts_of([...facts, ...phone]), tags);
  }

  // A masked number is shown on request, and stays; that somebody looked is written down.
  function masked(name, value, path) {
    const numbers = seen.get(`${path} ${name}`);
    if (!numbers) return [name, value, revealer(path, name)];
    return [name, make("strong", "", numbers.join("、")), make("span", "soft", " 已记入审计")];
  }

  function revealer(path, name) {
    const { id } = talk;
    const show = button("small", "显示", async () => {
      const answer = await ask(`/desk/${path}`, { method: "POST" });
      if (answer.status !== 200) return say(answer.body.message ?? "没有取到，请检查网络后再试。", true);
      if (talk?.id !== id) return;
      seen.set(`${path} ${name}`, answer.body.phones);
      draw();
    });
    show.ariaLabel = "显示完整号码（会记入审计日志）";
    return show;
  }

  function tag(name) {
    const drop = button("small", "×", () => retag({ remove: [name] }));
    drop.ariaLabel = `去掉标签：${name}`;
    return make("span", "tag", name, drop);
  }

  function adder() {
    const name = make("input", "add-tag");
    Object.assign(name, { placeholder: "加标签", maxLength: 20, ariaLabel: "加标签" });
    name.setAttribute("list", "known-tags");
    name.dataset.at = "tag";
    name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || !name.value.trim()) return;
      event.preventDefault();
      retag({ add: [name.value] });
      name.value = "";
    });
    return name;
  }

  function tabs() {
    if (!talk.cases.length) return make("p", "none", "这位顾客还没有投诉。");
    const list = make("div", "case-tabs");
    list.role = "group";
    list.ariaLabel = "投诉";
    for (const one of talk.cases.slice(0, 6)) {
      const tab = button("case-tab", one.number ?? "登记中", () => {
        chosen = one.id;
        show(talk);
      });
      tab.dataset.at = one.id;
      tab.title = `${one.title}，${one.state}`;
      tab.setAttribute("aria-pressed", String(one.id === chosen));
      if (!one.open) tab.classList.add("over");
      list.append(tab);
    }
    return list;
  }

  function caseParts(one, kept) {
    const link = make("a", "", one.number ?? "登记中");
    link.href = `/desk/cases/${one.id}`;
    const severe = SEVERE[one.levels.severity];
    const levels = make("p", "levels", make("span", `mark ${severe ?? ""}`, one.levels.severity), make("span", "mark", `热度 ${one.levels.heat}`), make("span", one.levels.priority === "紧急" ? "mark major" : "mark", `${one.levels.priority}处理`));
    const title = make("h2", "case-title", one.second_title ? `${one.title}，另有${one.second_title}` : one.title);
    const where = make("p", "state", make("strong", "", one.state), " · ", link, one.department ? ` · ${one.department}` : "", one.handler ? ` · 处理人 ${one.handler}` : "");
    return [
      make("section", "box head-box", title, where, levels, ...one.deadlines.map(deadline), ...waits(one), ...one.risks.map((risk) => make("p", "risk", risk))),
      kept ?? steps.of(one),
      ...(one.duties.length ? [box("待办和承诺", make("ul", "duties", ...one.duties.map(duty)))] : []),
      ...(one.facts.length ? [box("顾客说的", facts_of(one.facts.map(([name, value]) => (/\*{3}/.test(value) ? masked(name, value, `cases/${one.id}/do/reveal`) : [name, value]))))] : []),
      ...(one.findings.length ? [box("查明和决定的", facts_of(one.findings))] : []),
      ...(one.checklist.length ? [fold("手册的要求", make("ul", "checklist", ...one.checklist.map((line) => make("li", "", line))))] : []),
      fold("最近", make("ul", "events", ...one.history.map(({ what, who, at }) => make("li", "", make("span", "", what), make("span", "soft", ` ${who} · ${full(at)}`))))),
      ...(one.related.length ? [box("相关的投诉", make("ul", "", ...one.related.map(related)))] : []),
    ];
  }

  function waits(one) {
    const rest = one.waits_for ? [`在等${one.waits_for}；等待的时间不算我方的延误`] : [];
    return [...rest, ...one.awaits.map((title) => `正在等审批：${title}`)].map((words) => make("p", "banner", words));
  }

  function deadline({ title, due_at, workdays, state }) {
    const left = due(due_at);
    const words = state === "late" ? `${left.words}${workdays ? `（${workdays} 个工作日）` : ""}` : workdays ? `剩 ${workdays} 个工作日` : left.words;
    return make("p", `deadline ${state}`, make("strong", "", title), ` ${full(due_at)} 前 `, make("span", "left", words));
  }

  function duty({ kind, title, whose, promised_by: by, due_at, open, late, note }) {
    const about = [by && `${by}答应的`, whose, due_at && `${full(due_at)} 前`, open ? "未办" : "已办", late && "超过期限", note].filter(Boolean).join(" · ");
    return make("li", open ? (late ? "late" : "") : "over", make("span", "mark", kind), " ", title, make("span", "soft", about));
  }

  function related({ how, id, number }) {
    const link = make("a", "", number);
    link.href = `/desk/cases/${id}`;
    return make("li", "", `${how} `, link);
  }

  return { show, step: (nth) => steps.press(nth) };
}

const box = (title, ...inside) => make("section", "box", make("h3", "", title), ...inside);

function fold(title, ...inside) {
  return make("details", "box", make("summary", "", title), ...inside);
}

function facts_of(pairs) {
  return make("dl", "facts", ...pairs.map(([name, value, more]) => make("div", "", make("dt", "", name), make("dd", "", value ?? "顾客未提供", ...(more ? [more] : [])))));
}
