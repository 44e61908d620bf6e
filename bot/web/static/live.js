// Keeps a page of the desk up to date: a socket says that there is something new, and `look` fetches it.
// `look` answers whether the server could be reached; that, not the socket, is what the page calls connected:
// where sockets are blocked it looks every ten seconds instead.

const SLOW = 10000; // milliseconds
const LONGEST_PAUSE = 30; // seconds

// `heard(frame)` gets whatever else is said on the socket.
export function keepUpToDate(path, look, show, heard) {
  let socket = null;
  let tries = 0;
  let timer = 0;
  let looking = false;
  let again = false;

  async function lookNow() {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    try {
      do {
        again = false;
        show((await look()) ? "online" : "offline");
      } while (again);
    } finally {
      looking = false;
    }
  }

  function open() {
    clearTimeout(timer);
    if (socket && socket.readyState <= 1) return; // connecting or open
    try {
      socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    } catch {
      return closed(); // some browsers throw where others only fail to connect
    }
    socket.onopen = () => {
      timer = setTimeout(() => (tries = 0), SLOW); // some proxies open a socket only to close it
      lookNow();
    };
    socket.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      if (frame.type === "changed") lookNow();
      else heard(frame);
    };
    socket.onclose = closed;
  }

  function closed() {
    clearTimeout(timer);
    const pause = Math.min(LONGEST_PAUSE, 2 ** tries++) * (0.5 + Math.random() / 2);
    timer = setTimeout(open, pause * 1000);
    lookNow();
  }

  const isOpen = () => socket?.readyState === 1;
  const hurry = () => {
    tries = 0;
    open();
    lookNow();
  };
  setInterval(() => isOpen() || lookNow(), SLOW);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  addEventListener("online", hurry);
  addEventListener("offline", () => {
    show("offline");
    lookNow(); // an answer that was under way would otherwise have the last word
  });
  open();
  lookNow();
  return {
    look: lookNow,
    // Whether there was a socket to say it on.
    tell: (frame) => isOpen() && (socket.send(JSON.stringify(frame)), true),
  };
}

const STATES = { connecting: "正在连接…", online: "已连接", offline: "正在重新连接…" };

export function showConnection(element) {
  return (state) => {
    if (element.dataset.state === state) return;
    element.dataset.state = state;
    element.textContent = STATES[state];
  };
}
