// The lines of a conversation, with the notes of the team between them at their time. Words come in only through
// textContent: nothing in them is ever markup.

import { button, make } from "../dom.js";
import { tongue } from "../script.js";
import { AUTHORS } from "./state.js";
import { markLine } from "./wechat.js";
import { clock, day, full } from "./when.js";

const percent = (share) => `${Math.round(share * 100)}%`;

// `tile(file)` makes what is shown of a photo or video; `reuse(line)` puts an own line into the box again.
export function makeLines(list, { tile }) {
  const shown = new Map(); // key: { item, state, at }

  function understood({ title, confidence, risks }) {
    const words = title ? `理解为 ${title}` : "没有听懂";
    const sure = make("span", `sure ${confidence < 0.6 ? "low" : ""}`, percent(confidence));
    sure.title = "机器人对这个理解的把握";
    return make("p", "understood", words, " ", sure, ...risks.map((risk) => make("span", "risk", risk)));
  }

  function by(line) {
    const name = line.agent ?? AUTHORS[line.author];
    const mark = make("time", "", clock(line.at));
    Object.assign(mark, { dateTime: line.at, title: full(line.at) });
    const bits = [make("span", "name", name), mark];
    if (line.clause) bits.push(clause(line));
    else if (line.author === "agent") bits.push(make("span", "own", "自己的话"));
    return make("p", "by", ...bits, make("span", "read", ""), make("span", "carried", ""));
  }

  // The words of that version, whatever the clause says today.
  function clause({ clause, version }) {
    const link = make("a", "clause", clause);
    link.href = `/desk/handbook/clauses/${clause}${version ? `?version=${version}` : ""}`;
    Object.assign(link, { target: "_blank", title: "看这一条当时的说法" });
    return link;
  }

  function element(line) {
    const item = make("li", `line ${line.author}`, by(line));
    if (line.text) {
      const words = make("p", "words", line.text);
      const lang = tongue(line.text);
      if (lang) words.lang = lang;
      item.append(words);
    }
    if (line.files.length) item.append(make("div", "files", ...line.files.map(tile)));
    if (line.choices.length) item.append(make("p", "offered", "按钮：", ...line.choices.map((words) => make("span", "", words))));
    if (line.understood) item.append(understood(line.understood));
    return item;
  }

  function noteElement(note) {
    const mark = make("time", "", clock(note.at));
    mark.title = full(note.at);
    return make("li", "line note", make("p", "by", make("span", "name", note.author), mark, make("span", "own", "内部备注，顾客看不到")), make("p", "words", note.text));
  }

  function draw({ lines, notes, read, wechat }) {
    const entries = [
      ...lines.map((line) => ({ key: `l${line.seq}`, at: line.at, state: JSON.stringify(line), make: () => element(line), line })),
      ...notes.map((note) => ({ key: `n${note.id}`, at: note.at, state: "", make: () => noteElement(note) })),
    ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at) || (one.line?.seq ?? 0) - (other.line?.seq ?? 0));
    const wanted = [];
    let lastDay = "";
    for (const entry of entries) {
      const today = day(entry.at);
      if (today !== lastDay) wanted.push(kept(`d${today}`, "", () => make("li", "day", today)));
      lastDay = today;
      const item = kept(entry.key, entry.state, entry.make);
      if (entry.line?.author === "agent") item.querySelector(".read").textContent = entry.line.seq <= read ? "已读" : "";
      if (entry.line && entry.line.author !== "customer") markLine(item, wechat?.lines[entry.line.seq]);
      wanted.push(item);
    }
    place(wanted);
  }

  function kept(key, state, build) {
    const known = shown.get(key);
    if (known?.state === state) return known.item;
    const item = build();
    item.dataset.key = key;
    known?.item.replaceWith(item);
    shown.set(key, { item, state });
    return item;
  }

  function place(wanted) {
    const keep = new Set(wanted);
    shown.forEach(({ item }, key) => keep.has(item) || (item.remove(), shown.delete(key)));
    wanted.forEach((item, at) => list.children[at] !== item && list.insertBefore(item, list.children[at] ?? null));
  }

  return {
    draw,
    clear() {
      shown.clear();
      list.replaceChildren();
    },
  };
}

// A tile of a photo or video that enlarges it; the desk's own cookie opens it.
export function makeTiles(viewer) {
  const stage = viewer.querySelector(".stage");
  const url = (file) => `/desk/files/${file.id}`;

  function enlarge(file) {
    const big = make(file.kind === "video" ? "video" : "img");
    Object.assign(big, file.kind === "video" ? { controls: true, autoplay: true } : { alt: file.name });
    big.src = url(file);
    const original = make("a", "", "下载原件（会记入历史）");
    original.href = `${url(file)}/original`;
    stage.replaceChildren(big, make("p", "", file.name, " ", original));
    viewer.showModal();
  }

  viewer.addEventListener("close", () => stage.replaceChildren());
  viewer.addEventListener("click", (event) => event.target === viewer && viewer.close());
  return (file) => {
    const tile = button(`tile ${file.kind}`, file.kind === "video" ? "▶ 视频" : "", () => enlarge(file));
    tile.ariaLabel = `放大：${file.name}`;
    if (file.kind === "image") {
      const picture = make("img");
      Object.assign(picture, { alt: "", loading: "lazy", width: file.width || 4, height: file.height || 3, src: url(file) });
      tile.append(picture);
    }
    return tile;
  };
}
