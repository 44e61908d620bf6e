// The console: puts the list, the conversation, the case and the handbook together (docs/console.md).

import { ask, json } from "../api.js";
import { button, make, part } from "../dom.js";
import { showConnection } from "../live.js";
import { makeBook } from "./book.js";
import { makeBulk } from "./bulk.js";
import { makeCompose } from "./compose.js";
import { handOn, say, sheet, sure } from "./dialogs.js";
import { makeFilters } from "./filters.js";
import { makeFind } from "./find.js";
import { focusPane, makeKeys } from "./keys.js";
import { makeLink } from "./link.js";
import { makeList } from "./list.js";
import { makeNotify } from "./notify.js";
import { add, begin, isMine, may, me, onRows, row as rowOf } from "./state.js";
import { makeSide } from "./side.js";
import { act, deed, makeTalk } from "./talk.js";
import { warned } from "./warned.js";

const nothing = "没有办成，请检查网络后再试。";
let link = null;
let helpParts = () => [];

const list = makeList({ open, changedView: (view) => link?.again(view) });
const find = makeFind({ open });
const notify = makeNotify({ open, say });
const book = makeBook({ use: (clause) => compose.use(clause) && (focusPane("talk"), true), say });
const side = makeSide({ say, retag: (more) => perform("tag", more) });
const talk = makeTalk({ deeds, changed: changedTalk, tell: (frame) => link?.tell(frame), say });
const compose = makeCompose({ send, tell: (frame) => link?.tell(frame) });
makeFilters(list.draw, (sentence) => say(sentence, true));
makeBulk(list);

async function open(id, { push = true } = {}) {
  if (push && location.hash !== `#${id}`) history.pushState(null, "", `#${id}`);
  list.mark(id);
  focusPane("talk");
  link?.look(id);
  book.show(id);
  const known = Boolean(rowOf(id));
  compose.show(known ? id : null);
  await talk.open(id);
  if (talk.current() === id && !known) compose.show(id);
}

function close() {
  history.pushState(null, "", location.pathname);
  list.mark(null);
  link?.look(null);
  book.show(null);
  compose.show(null);
  talk.open(null);
  focusPane("list");
}

function changedTalk(now) {
  side.show(now);
  if (now) compose.refresh();
}

// The deeds that the conversation allows now, as buttons of its head.
function deeds(row) {
  const own = isMine(row);
  const found = [];
  if (row.owner === "closed") {
    if (!row.by_hand) found.push(deed("reopen", "重新打开", "c", () => perform("reopen"), "primary"));
  } else if (!own && row.owner !== "agent") found.push(deed("claim", "接手", "c", claim, "primary"));
  if (own || (may("ease") && row.owner === "agent")) found.push(deed("transfer", "转交", "t", transfer));
  if (!own && may("ease") && row.owner !== "closed") found.push(deed("assign", "分配", "a", assign));
  if (own) found.push(deed("release", "交还机器人", "b", () => perform("release")));
  if (own || (may("ease") && ["queue", "agent"].includes(row.owner))) found.push(deed("close", "结束", "e", end));
  return found;
}

// A conflict shows who has it now, and how it stands; nothing was done.
async function perform(name, body) {
  const id = talk.current();
  if (!id) return nothing;
  const answer = await act(id, name, body);
  const refusal = answer.status === 200 ? "" : (answer.body.message ?? nothing);
  if (refusal) say(refusal, true);
  talk.head();
  talk.look();
  return refusal;
}

async function claim() {
  if (!(await perform("claim"))) compose.setMode("reply");
}

function transfer() {
  handOn({ title: "转交会话", button: "转交", withGroups: true, withNote: true, send: (to, note) => perform("transfer", { ...to, note }) });
}

function assign() {
  handOn({ title: "分配会话", button: "分配", send: (to) => perform("assign", to) });
}

function end() {
  sure("结束这个会话？投诉照常办理，顾客再来时会重新打开。", "结束会话", () => perform("close"));
}

// What stands in the way of sending, as something to show above the box; null when it is sent.
async function send(id, mode, { text, quote, anyway }) {
  const row = rowOf(id);
  if (mode === "reply" && !anyway) {
    const checked = await ask(`/desk/api/conversations/${id}/check`, json({ text, quote }));
    if (checked.status === 200 && checked.body.warnings.length) return warned(checked.body.warnings);
  }
  const body = mode === "note" ? { text } : { text, quote, confirmed: anyway ?? [], client_id: clientId(id, text) };
  const answer = await act(id, mode === "note" ? "note" : "write", body);
  if (answer.status === 200) {
    sent.delete(id);
    talk.look();
    return null;
  }
  if (answer.body.warnings?.length) return warned(answer.body.warnings);
  if (answer.status === 409) talk.look();
  const words = answer.status ? (answer.body.message ?? nothing) : "没有发送出去，请检查网络后再试。";
  const has = answer.status === 409 && row ? `现在：${rowOf(id)?.agent ?? "没有客服"}在接待。` : "";
  return ({ close }) => [make("p", "", words, has && !words.includes(rowOf(id)?.agent ?? "-") ? ` ${has}` : ""), button("small", "知道了", close)];
}

// The same words that had no answer are sent again under the same id: then they are said once.
const sent = new Map();
function clientId(id, text) {
  if (sent.get(id)?.text !== text) sent.set(id, { text, client: `a.${crypto.randomUUID?.() ?? Math.random().toString(36).slice(2)}` });
  return sent.get(id).client;
}

function beside(step) {
  const id = list.beside(step);
  if (id) open(id);
}

const inTalk = (press) => () => (talk.current() ? press() : false);
const onDeed = (name) => () => {
  const found = part("talk-head").querySelector(`[data-deed="${name}"]`);
  return found ? found.click() : false;
};

makeKeys(
  [
    {
      title: "列表",
      keys: [
        ["j", "下一个会话", () => beside(1)],
        ["k", "上一个会话", () => beside(-1)],
        ["Alt+ArrowDown", "下一个会话（写字时也行）", () => beside(1)],
        ["Alt+ArrowUp", "上一个会话（写字时也行）", () => beside(-1)],
        ["1", "我的会话", () => list.show("mine")],
        ["2", "排队", () => list.show("queue")],
        ["3", "全部", () => list.show("all")],
        ["f", "筛选", () => part("filter").click()],
        ["x", "选中这个会话（批量处理）", inTalk(() => list.pick(talk.current()))],
        ["Ctrl+k", "搜索会话和投诉", () => find.show()],
      ],
    },
    {
      title: "会话",
      keys: [
        ["c", "接手（结束了的：重新打开）", () => (onDeed("claim")() === false ? onDeed("reopen")() : true)],
        ["r", "回复顾客", inTalk(() => compose.setMode("reply"))],
        ["n", "写内部备注", inTalk(() => compose.setMode("note"))],
        ["t", "转交", onDeed("transfer")],
        ["a", "分配（资深客服和主管）", onDeed("assign")],
        ["b", "交还机器人", onDeed("release")],
        ["e", "结束", onDeed("close")],
        ["g", "回到最新消息", inTalk(() => part("latest").click())],
        ["Escape", "离开输入框", escape],
      ],
    },
    {
      title: "投诉和手册",
      keys: [
        ["/", "手册：找条款，回车放进回复", inTalk(() => (focusPane("book"), book.focus()))],
        ["Alt+1", "第一个下一步（Alt + 2 … 9：其余的）", (_, key) => (focusPane("side"), side.step(Number(key.slice(-1))))],
        ["s", "顾客和投诉", inTalk(() => (focusPane("side"), part("side").querySelector("button, a, input")?.focus()))],
      ],
    },
    {
      title: "其他",
      keys: [
        ["?", "这张表", help],
        ["m", "声音和通知", () => sheet("声音和通知", "settings", ...notify.sheet())],
      ],
    },
  ],
  (parts) => (helpParts = parts),
);

function help() {
  const settings = make("section", "settings", make("h3", "", "声音和通知"), ...notify.sheet());
  sheet("快捷键、声音和通知", "help", make("div", "help-columns", ...helpParts(), settings));
}

function escape(event) {
  if (event.target.matches("input, textarea, select")) event.target.blur();
  else if (part("console").dataset.pane !== "list") focusPane("list");
  else return false;
  return true;
}

async function older() {
  const oldest = part("talks").lastElementChild?.dataset.id;
  const before = rowOf(oldest)?.updated_at;
  const answer = before && (await ask(`/desk/api/list?${new URLSearchParams({ before })}`));
  if (answer?.status === 200) add(answer.body.rows);
}

part("find").addEventListener("click", () => find.show());
part("older").addEventListener("click", older);
part("help").addEventListener("click", help);
for (const tab of document.querySelectorAll(".panes button")) tab.addEventListener("click", () => focusPane(tab.dataset.to));
addEventListener("popstate", () => (location.hash ? open(location.hash.slice(1), { push: false }) : close()));
onRows((changed) => {
  if (changed.some(([, row]) => row.id === talk.current())) {
    talk.head();
    compose.refresh();
  }
});

// At their console, or away: who is away gets no new conversations.
const presence = button("tool presence", "", async () => {
  const answer = await ask("/desk/api/presence", json({ away: presence.dataset.state !== "away" }));
  if (answer.status !== 200) return say(answer.body.message ?? nothing, true);
  showPresence(answer.body.people);
});
function showPresence(people) {
  const away = people.find((one) => one.id === me.id)?.state === "away";
  presence.dataset.state = away ? "away" : "online";
  presence.textContent = away ? "离开" : "接待中";
  presence.title = away ? "按一下回来接待" : "按一下暂时离开：不再分到新会话";
}
showPresence(begin.people);
part("connection").after(presence);

const known = make("datalist", "", ...begin.tags.map((tag) => new Option(tag)));
known.id = "known-tags";
part("console").append(known);
part("console").hidden = false;
focusPane("list");
list.show("mine");
link = makeLink({
  heard: talk.heard,
  back: () => talk.look(),
  show: showConnection(part("connection")),
  everything: () => list.view() === "all",
});
if (location.hash) open(location.hash.slice(1), { push: false });
