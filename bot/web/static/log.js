// The transcript on the page. Words come in only through textContent: nothing in them is ever markup.

const AUTHORS = { bot: "智能客服", desk: "系统", agent: "客服" };
const STATES = { sending: "发送中…", failed: "未送达", delivered: "已送达" };
const time = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
const date = new Intl.DateTimeFormat("zh-CN", { year: "numeric", month: "long", day: "numeric", weekday: "short" });

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export function makeLog({ list, scroll, choices, latest }, resend) {
  const pending = new Map(); // client_id: element of a message that has no place in the ledger yet
  let newest = null; // seq of the newest line shown
  let lastDay = "";
  let stayDown = true;

  const isDown = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  function down() {
    scroll.scrollTop = scroll.scrollHeight;
    latest.hidden = true;
  }
  let lastTop = 0;
  scroll.addEventListener("scroll", () => {
    // Only a reader moves up; growing content leaves the place as it is, and is followed.
    stayDown = isDown() || (stayDown && scroll.scrollTop >= lastTop);
    lastTop = scroll.scrollTop;
    if (stayDown) latest.hidden = true;
  });
  const growing = new ResizeObserver(() => stayDown && down());
  [scroll, list, choices].forEach((element) => growing.observe(element));
  latest.addEventListener("click", down);

  function element(author, text, at, agent) {
    const item = make("li", `line ${author}`);
    if (author === "customer") item.append(make("span", "unseen", "您："));
    else item.append(make("p", "author", agent ? `客服 ${agent}` : AUTHORS[author]));
    const meta = make("p", "meta");
    meta.append(make("time", ""), make("span", "state"));
    item.append(make("p", "bubble", text), meta);
    stamp(item, at);
    return item;
  }

  function stamp(item, at) {
    const when = item.querySelector("time");
    when.textContent = time.format(at);
    when.dateTime = at.toISOString();
  }

  function note(item, state) {
    item.classList.toggle("sending", state === "sending");
    const said = item.querySelector(".state");
    said.className = `state ${state}`;
    said.textContent = STATES[state];
  }

  function place(item, at) {
    const day = date.format(at);
    if (day !== lastDay) list.insertBefore(make("li", "day", day), firstPending());
    lastDay = day;
    // Moving what stands where it should would make screen readers say it again.
    if (!item.isConnected || item.nextSibling !== firstPending()) list.insertBefore(item, firstPending());
  }
  const firstPending = () => pending.values().next().value ?? null;

  function showLine(line) {
    const at = new Date(line.at);
    const sent = pending.get(line.client_id);
    pending.delete(line.client_id);
    const item = sent ?? element(line.author, line.text, at, line.agent);
    item.querySelector(".meta button")?.remove();
    stamp(item, at);
    if (line.author === "customer") note(item, "delivered");
    place(item, at);
    newest = line.seq;
  }

  return {
    newest: () => newest,
    isEmpty: () => list.childElementCount === 0,
    add(lines) {
      const fresh = lines.filter((line) => newest === null || line.seq > newest);
      const wasDown = stayDown;
      fresh.forEach(showLine);
      if (wasDown) down();
      else if (fresh.length) latest.hidden = false;
    },
    showPending(item, state) {
      let shown = pending.get(item.client_id);
      if (!shown && state === "delivered") return; // the ledger's line stands there already
      if (!shown) {
        shown = element("customer", item.text, new Date(item.at));
        pending.set(item.client_id, shown);
        list.append(shown);
        down();
      }
      note(shown, state);
      shown.querySelector(".meta button")?.remove();
      if (state === "failed") {
        const button = make("button", "", "重发");
        button.type = "button";
        button.addEventListener("click", resend);
        shown.querySelector(".state").after(button);
      }
    },
    remove(item) {
      pending.get(item.client_id)?.remove();
      pending.delete(item.client_id);
    },
  };
}
