// Plays the customers' phones: asks the fake platform for the screen, and tells it what the customer does.
const LOOK_MS = 500;
const WAYS = {
  passive: "被动回复", custom: "客服消息", template: "模板消息", subscribe: "订阅消息",
  kf: "客服消息", event: "欢迎语或提示语", servicer: "接待人员在企业微信里回复",
};
const KINDS = { image: "[图片]", voice: "[语音]", video: "[视频]", location: "[位置]", link: "[链接]" };
const byId = (id) => document.getElementById(id);
const state = { channel: "wechat", customer: 0, drawn: "", last: null };

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

async function post(path, body, type = "application/json") {
  const sent = type === "application/json" ? JSON.stringify(body) : body;
  await fetch(path, { method: "POST", body: sent, headers: { "Content-Type": type } });
  await look();
}

const act = (deed, more = {}) => post(`/do/${state.channel}/${state.customer}`, { deed, ...more });
const platform = (change) => post("/platform", change);

function choicesOf(line) {
  const list = element("div", { className: "choices" });
  for (const [id, words] of line.choices) {
    const tap = element("button", { type: "button", textContent: words });
    tap.addEventListener("click", () => act("write", { text: words, menu_id: id }));
    list.append(tap);
  }
  return list;
}

function contentOf(line) {
  if (line.kind === "image" && line.media_id) {
    return element("img", { src: `/media/${encodeURIComponent(line.media_id)}`, alt: "图片" });
  }
  return element("span", { textContent: [KINDS[line.kind], line.text].filter(Boolean).join(" ") });
}

function drawnLine(line) {
  if (line.kind === "event" || line.way === "broken") {
    const words = element("span", { textContent: line.text });
    return element("li", { className: `line notice ${line.way}` }, words);
  }
  const bubble = element("div", { className: "bubble" }, contentOf(line));
  if (line.choices.length) bubble.append(choicesOf(line), element("span", { textContent: line.tail }));
  const made = element("li", { className: `line ${line.mine ? "mine" : line.way}` }, bubble);
  if (!line.mine) made.append(element("span", { className: "way", textContent: WAYS[line.way] ?? line.way }));
  return made;
}

function drawScreen(seen) {
  const said = JSON.stringify([state.channel, state.customer, seen.lines]);
  if (said === state.drawn) return;
  state.drawn = said;
  const screen = byId("screen");
  screen.replaceChildren(...seen.lines.map(drawnLine));
  screen.scrollTop = screen.scrollHeight;
  for (const image of screen.querySelectorAll("img")) {
    image.addEventListener("load", () => { screen.scrollTop = screen.scrollHeight; });
  }
}

function drawMenu(seen) {
  const menu = byId("menu");
  const now = `${state.channel}${seen.subscribed}`;
  if (menu.dataset.drawn === now) return;
  menu.dataset.drawn = now;
  const item = (words, deed, more) => {
    const made = element("button", { type: "button", textContent: words });
    made.addEventListener("click", () => act(deed, more));
    return made;
  };
  if (state.channel === "kf") menu.replaceChildren(item("进入会话", "enter"));
  else if (!seen.subscribed) menu.replaceChildren(item("关注公众号", "follow"));
  else {
    const items = Object.entries(state.about.menu).map(([key, words]) => item(words, "tap", { key }));
    menu.replaceChildren(...items, item("取消关注", "unfollow"));
  }
}

function inWords(seconds) {
  const hours = Math.floor(seconds / 3600), minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours} 小时 ${minutes} 分钟` : minutes ? `${minutes} 分钟` : `${Math.ceil(seconds)} 秒`;
}

const time = (at, options) => new Date(at * 1000).toLocaleString("zh-CN", options);

function drawPlatform(seen) {
  const turned = seen.turned ? `（拨快了 ${inWords(seen.turned)}）` : "";
  byId("clock").textContent = time(seen.now, { dateStyle: "medium", timeStyle: "short" }) + turned;
  byId("windows").replaceChildren(...seen.windows.map((one) => element("li", {
    textContent: one.seconds
      ? `${one.name}：还能发 ${one.left} 条，还剩 ${inWords(one.seconds)}`
      : `${one.name}：窗口未打开或已关闭`,
  })));
  if (document.activeElement !== byId("trouble")) byId("trouble").value = seen.trouble;
  if (document.activeElement !== byId("sort")) byId("sort").value = seen.sort;
  byId("grants").textContent = seen.grants ?? 0;
  byId("calls").replaceChildren(...seen.calls.map((call) => element("li", {},
    element("span", { textContent: time(call.at, { timeStyle: "medium" }) }),
    element("span", { className: "path", textContent: call.path }),
    element("span", { className: call.code === 0 || call.done ? "" : "bad", textContent: call.code ?? (call.done ? "文件" : "无回应") }),
  )));
}

function drawServicer(seen) {
  for (const card of document.querySelectorAll("[data-only]")) card.hidden = card.dataset.only !== state.channel;
  if (state.channel !== "kf") return;
  const servicer = byId("servicer").value;
  byId("state").textContent = seen.state_name + (seen.servicer ? `（${seen.servicer}）` : "");
  byId("duty").textContent = seen.servicers[servicer] ? "停止接待" : "开始接待";
  byId("take").disabled = seen.state !== 2;
  byId("end").disabled = seen.state !== 3;
  const theirs = seen.state === 4 || (seen.state === 3 && seen.servicer === servicer);
  byId("answer").querySelector("button").disabled = !theirs;
}

async function look() {
  const { channel, customer } = state;
  const answer = await fetch(`/seen/${channel}/${customer}`);
  const seen = await answer.json();
  if (channel !== state.channel || customer !== state.customer) return;
  byId("title").textContent = channel === "kf" ? "客服" : "公众号";
  byId("typing").hidden = !seen.typing;
  byId("pending").hidden = !seen.pending;
  byId("text").disabled = !seen.subscribed;
  byId("text").placeholder = seen.subscribed ? "写消息" : "先关注公众号";
  for (const one of document.querySelectorAll("#compose button, #more button, #more input")) one.disabled = !seen.subscribed;
  drawScreen(seen);
  drawMenu(seen);
  drawPlatform(seen);
  drawServicer(seen);
}

function fill(select, pairs) {
  select.replaceChildren(...pairs.map(([value, words]) => element("option", { value, textContent: words })));
}

function listen() {
  for (const tab of document.querySelectorAll("[data-channel]")) {
    tab.addEventListener("click", () => {
      state.channel = tab.dataset.channel;
      for (const one of document.querySelectorAll("[data-channel]")) one.setAttribute("aria-pressed", one === tab);
      look();
    });
  }
  byId("customer").addEventListener("change", (event) => { state.customer = Number(event.target.value); look(); });
  byId("compose").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("text").value;
    byId("text").value = "";
    if (text) act("write", { text });
  });
  byId("photo").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await post(`/photo/${state.channel}/${state.customer}`, file, file.type);
    event.target.value = "";
  });
  for (const one of document.querySelectorAll("[data-deed]")) one.addEventListener("click", () => act(one.dataset.deed));
  for (const one of document.querySelectorAll("[data-turn]")) {
    one.addEventListener("click", () => platform({ turn: Number(one.dataset.turn) }));
  }
  byId("trouble").addEventListener("change", (event) => platform({ trouble: event.target.value }));
  byId("sort").addEventListener("change", (event) => platform({ sort: event.target.value }));
  const servicer = () => ({ servicer: byId("servicer").value });
  for (const deed of ["duty", "take", "end"]) byId(deed).addEventListener("click", () => act(deed, servicer()));
  byId("answer").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("words").value;
    byId("words").value = "";
    if (text) act("answer", { text, ...servicer() });
  });
}

async function begin() {
  state.about = await (await fetch("/about")).json();
  fill(byId("customer"), state.about.customers.map((name, number) => [number, name]));
  fill(byId("servicer"), state.about.servicers.map((name) => [name, name]));
  fill(byId("sort"), state.about.sorts.map((name) => [name, name]));
  fill(byId("trouble"), Object.entries(state.about.troubles));
  const words = { progress: "同意接收一次进度通知", rating: "同意接收一次评价邀请" };
  for (const [kind, template] of Object.entries(state.about.templates)) {
    const made = element("button", { type: "button", textContent: words[kind] });
    made.addEventListener("click", () => act("agree", { template }));
    byId("agree").append(made);
  }
  listen();
  await look();
  setInterval(() => look().catch(() => { byId("title").textContent = "微信的替身没有在运行"; }), LOOK_MS);
}

begin();
