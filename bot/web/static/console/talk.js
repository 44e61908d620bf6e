// The conversation in the middle: fetched whole once, then only what is new since the last line and note.

import { ask, json } from "../api.js";
import { button, make, part } from "../dom.js";
import { makeLines, makeTiles } from "./lines.js";
import { add, isMine, OWNERS, row as rowOf } from "./state.js";
import { windowSign } from "./wechat.js";
import { full, since } from "./when.js";

const KEPT = 12; // conversations whose lines are kept for when they are opened again
const SHOWN = 6000; // milliseconds that a sign of typing is shown

// `deeds(row)` gives the buttons of the head; `changed(talk)` gets each new state; `tell(frame)` is the socket's.
export function makeTalk({ deeds, changed, tell, say }) {
  const scroll = part("scroll");
  const lines = makeLines(part("lines"), { tile: makeTiles(part("viewer")) });
  const kept = new Map(); // id: what is known of a conversation
  let current = null;
  let looking = false;
  let again = false;
  let stayDown = true;
  let lookers = [];
  let customerTypes = 0;

  const isDown = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
  function down() {
    scroll.scrollTop = scroll.scrollHeight;
    part("latest").hidden = true;
  }
  scroll.addEventListener("scroll", () => {
    stayDown = isDown();
    if (stayDown) part("latest").hidden = true;
  });
  new ResizeObserver(() => stayDown && down()).observe(scroll);
  new ResizeObserver(() => stayDown && down()).observe(part("lines"));
  part("latest").addEventListener("click", () => {
    stayDown = true;
    down();
  });

  async function open(id) {
    current = id;
    [lookers, customerTypes] = [[], 0];
    part("blank").hidden = Boolean(id);
    part("open").hidden = !id;
    lines.clear();
    if (!id) return changed(null);
    stayDown = true;
    head(); // what the list knows is enough to claim it
    signs();
    if (kept.has(id)) show();
    await look();
    if (current === id) down();
  }

  // What is new is fetched; while that goes on, further news only ask for another look.
  async function look() {
    if (looking) return void (again = true);
    looking = true;
    try {
      do {
        again = false;
        await fetchNews();
      } while (again);
    } finally {
      looking = false;
    }
  }

  async function fetchNews() {
    const id = current;
    if (!id) return;
    const known = kept.get(id);
    const query = known ? `?${new URLSearchParams({ after: known.last, note: known.notes.at(-1)?.id ?? "" })}` : "";
    const answer = await ask(`/desk/api/conversations/${id}${query}`);
    if (answer.status === 401) return location.reload();
    if (answer.status === 404 && id === current) return say(answer.body.message);
    if (answer.status !== 200) return;
    merge(id, answer.body);
    if (answer.body.more) again = true;
    add([answer.body.row]);
    if (id === current) show();
    else again = true; // another one was opened meanwhile
  }

  function merge(id, fresh) {
    const known = kept.get(id) ?? { lines: [], notes: [], last: 0 };
    const later = new Map(fresh.again.map((line) => [line.seq, line]));
    const old = known.lines.map((line) => later.get(line.seq) ?? line);
    const next = {
      ...fresh,
      id,
      lines: [...old, ...fresh.lines.filter((line) => line.seq > known.last)],
      notes: [...known.notes, ...fresh.notes.filter((note) => !known.notes.some((one) => one.id === note.id))],
    };
    next.last = next.lines.at(-1)?.seq ?? 0;
    kept.delete(id);
    kept.set(id, next);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  }

  function show() {
    const talk = kept.get(current);
    const wasDown = stayDown;
    const before = part("lines").childElementCount;
    lines.draw(talk);
    part("earlier").hidden = (talk.lines[0]?.seq ?? 1) <= 1;
    if (wasDown) down();
    else if (part("lines").childElementCount > before) part("latest").hidden = false;
    head();
    sayRead();
    changed(talk);
  }

  function head() {
    const talk = kept.get(current);
    const row = rowOf(current) ?? talk?.row;
    if (!row) return part("talk-head").replaceChildren();
    const risks = [...new Set((talk?.lines ?? []).flatMap((line) => line.understood?.risks ?? []))];
    const who = make("span", `owner-chip ${row.owner}`, row.owner === "agent" ? (isMine(row) ? "我在接待" : `${row.agent}在接待`) : OWNERS[row.owner]);
    const title = make("h2", "", row.issue ?? "尚无投诉");
    const bits = [title, who];
    if (row.waits) {
      const wait = make("time", "wait", `等 ${since(row.waits)}`);
      Object.assign(wait, { dateTime: row.waits, title: `${full(row.waits)} 起` });
      wait.dataset.since = "";
      bits.push(wait);
    }
    if (row.reason) bits.push(make("span", "why", row.reason));
    bits.push(...risks.map((risk) => make("span", "risk", risk)), ...windowSign(talk?.wechat));
    const focused = part("talk-head").contains(document.activeElement) ? document.activeElement.dataset.deed : null;
    const box = make("div", "deeds", ...deeds(row));
    const note = row.note ? [make("p", "passed", `转交说明：${row.note}`)] : [];
    part("talk-head").replaceChildren(make("div", "about", ...bits), box, ...note);
    if (focused) box.querySelector(`[data-deed="${focused}"]`)?.focus();
  }

  function sayRead() {
    const talk = kept.get(current);
    if (!talk || document.hidden || !document.hasFocus() || !isMine(rowOf(current))) return;
    if (talk.said >= talk.last || !talk.last) return;
    if (tell({ type: "read", seq: talk.last })) talk.said = talk.last;
  }

  function signs() {
    const names = lookers.map((one) => (one.typing ? `${one.name}正在输入` : `${one.name}也在看`));
    if (Date.now() - customerTypes < SHOWN) names.unshift("顾客正在输入…");
    part("signs").textContent = names.join(" · ");
  }

  async function fetchEarlier() {
    const talk = kept.get(current);
    const answer = await ask(`/desk/api/conversations/${current}/earlier?before=${talk.lines[0].seq}`);
    if (answer.status !== 200) return say(answer.body.message ?? "没有取到，请检查网络后再试。");
    const height = scroll.scrollHeight - scroll.scrollTop;
    talk.lines = [...answer.body.lines, ...talk.lines];
    stayDown = false;
    show();
    scroll.scrollTop = scroll.scrollHeight - height;
  }

  part("earlier").addEventListener("click", fetchEarlier);
  document.addEventListener("visibilitychange", sayRead);
  addEventListener("focus", sayRead);
  setInterval(signs, 2000);
  setInterval(() => kept.get(current)?.wechat && head(), 30000); // its window gets shorter

  return {
    open,
    look,
    head,
    current: () => current,
    known: (id = current) => kept.get(id),
    heard(frame) {
      if (frame.conversation !== current) return;
      if (frame.type === "changed") look();
      if (frame.type === "lookers") lookers = frame.people;
      if (frame.type === "typing") customerTypes = Date.now();
      signs();
    },
  };
}

// One deed at the desk, as the screen showed the conversation; a conflict shows how it stands now.
export async function act(id, deed, body = {}) {
  const row = rowOf(id);
  const answer = await ask(`/desk/api/conversations/${id}/${deed}`, json({ expected: row?.version ?? 0, ...body }));
  if (answer.body.row) add([answer.body.row]);
  return answer;
}

export const deed = (name, words, key, press, className = "quiet") => {
  const one = button(className, words, press);
  one.dataset.deed = name;
  one.title = `${words}（${key}）`;
  one.setAttribute("aria-keyshortcuts", key);
  return one;
};
