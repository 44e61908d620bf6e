// One socket to the desk, opened again whenever it is lost. A dead network often says nothing: so we ask for a
// sign of life, and what stays silent is given up.

const PING = 25000; // milliseconds of silence before we ask
const SILENCE = 40000; // before it is given up
const OPENING = 10000; // that an attempt may take until the first lines
const PROBE = 5000; // for an answer after the phone woke up
const SETTLED = 10000; // before a socket counts as one that works: some proxies open one only to close it
const LONGEST_PAUSE = 30; // seconds
const NO_VISITOR = 4401;
const MADE_ROOM = 4409; // too many tabs: this one waits until somebody looks at it

// `hello()` gives the first frame, or null while there can be none; `heard(frame)`; `lost(code)`.
export function makeSocket({ hello, heard, lost }) {
  let socket = null;
  let live = false; // the desk has sent lines on it
  let opening = false;
  let last = 0; // when we heard of it last
  let pinged = 0;
  let tries = 0;
  let timer = 0;

  async function open() {
    clearTimeout(timer);
    if (socket || opening) return;
    opening = true;
    const frame = await hello();
    opening = false;
    if (!frame) return down();
    try {
      socket = new WebSocket(new URL("/ws", location.href.replace(/^http/, "ws")));
    } catch {
      return down(); // some browsers throw where others only fail to connect
    }
    last = Date.now();
    socket.onopen = () => socket?.send(JSON.stringify(frame));
    socket.onmessage = (event) => {
      last = Date.now();
      const said = JSON.parse(event.data);
      if (said.type === "lines" && !live) {
        live = true;
        timer = setTimeout(() => (tries = 0), SETTLED);
      }
      heard(said);
    };
    socket.onclose = (event) => down(event.code);
  }

  function down(code = 0) {
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    socket = null;
    live = false;
    clearTimeout(timer);
    const pause = Math.min(LONGEST_PAUSE, 2 ** tries++) * (0.5 + Math.random() / 2);
    if (code !== MADE_ROOM) timer = setTimeout(open, pause * 1000);
    lost(code === NO_VISITOR);
  }

  function send(frame) {
    if (!live || socket.readyState !== 1) return false;
    socket.send(JSON.stringify(frame));
    return true;
  }

  function ping() {
    pinged = Date.now();
    send({ type: "ping" });
  }

  setInterval(() => {
    if (!socket) return;
    const silent = Date.now() - last;
    if (silent > (live ? SILENCE : OPENING)) down();
    else if (silent > PING && Date.now() - pinged > PING) ping();
  }, 1000);

  return {
    isLive: () => live,
    send,
    down,
    // Somebody looks at the page again, or the network is back.
    hurry() {
      tries = 0;
      if (!live) return open();
      const asked = Date.now();
      ping();
      setTimeout(() => live && last < asked && down(), PROBE);
    },
  };
}
