// The line to the desk: a socket, opened again whenever it is lost, and asking where there can be none. What was
// missed meanwhile is fetched from the last version on, so the screen is right again without being loaded anew.

import { ask } from "../api.js";
import { place, take } from "./state.js";

const SLOW = 10000; // milliseconds between two questions without a socket
const PING = 20000; // of silence before we ask for a sign of life
const SILENCE = 32000; // before the line is given up: a dead network says nothing
const SETTLED = 10000; // before a socket counts as one that works
const LONGEST_PAUSE = 30; // seconds

// `heard(frame)` gets what is not about the list; `back()` is called whenever the line stands anew; `show(state)`.
export function makeLink({ heard, back, show, everything }) {
  let socket = null;
  let tries = 0;
  let timer = 0;
  let last = 0; // when we heard of it
  let looking = null; // the conversation that is looked at

  const isOpen = () => socket?.readyState === 1;
  const tell = (frame) => isOpen() && (socket.send(JSON.stringify(frame)), true);

  function open() {
    clearTimeout(timer);
    if (socket && socket.readyState <= 1) return;
    try {
      socket = new WebSocket(new URL("/desk/api/ws", location.href.replace(/^http/, "ws")));
    } catch {
      return lost();
    }
    const mine = socket;
    last = Date.now();
    mine.onopen = () => {
      if (mine !== socket) return;
      timer = setTimeout(() => (tries = 0), SETTLED);
      hello();
      if (looking) tell({ type: "look", conversation: looking });
    };
    let greeted = false; // connected is who has the list as it is now
    mine.onmessage = (event) => {
      last = Date.now();
      const frame = JSON.parse(event.data);
      if (frame.type !== "rows") return heard(frame);
      take(frame);
      if (greeted) return;
      greeted = true;
      show("online");
      back();
    };
    mine.onclose = () => mine === socket && lost();
  }

  const hello = () => tell({ type: "hello", ...place, everything: everything() });

  function lost() {
    clearTimeout(timer);
    if (socket) socket.onclose = null;
    socket?.close();
    socket = null;
    const pause = Math.min(LONGEST_PAUSE, 2 ** tries++) * (0.5 + Math.random() / 2);
    timer = setTimeout(open, pause * 1000);
    poll();
  }

  async function poll() {
    const query = new URLSearchParams({ ...place, view: everything() ? "all" : "queue" });
    const answer = await ask(`/desk/api/list?${query}`);
    if (isOpen()) return;
    if (answer.status === 401) return location.reload(); // signed out
    show(answer.status === 200 ? "online" : "offline");
    if (answer.status !== 200) return;
    take(answer.body);
    back();
  }

  function hurry() {
    tries = 0;
    if (isOpen()) tell({ type: "ping" });
    else open();
  }

  setInterval(() => isOpen() || poll(), SLOW);
  setInterval(() => {
    if (!isOpen()) return;
    const silent = Date.now() - last;
    if (silent > SILENCE) lost();
    else if (silent > PING) tell({ type: "ping" });
  }, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  addEventListener("online", hurry);
  addEventListener("offline", () => {
    show("offline");
    lost();
  });
  open();

  return {
    tell,
    isOpen,
    look(conversation) {
      looking = conversation;
      tell({ type: "look", conversation });
    },
    // The list shows more, or less: it is asked for whole.
    again() {
      place.version = 0;
      if (isOpen()) hello();
      else poll();
    },
  };
}
