// The stream of changes. It reconnects by itself; after each reconnect everything is read again, because what was
// told meanwhile is lost, and a change that could not be read counts as a lost connection. A computer that slept is
// noticed by its clock, a silent connection by the missing `alive`.

const SILENCE = 25000;
const CHECK = 2000;
const KINDS = ["alive", "message", "message_changed", "message_deleted", "reaction", "view", "home", "notification"];
const MORE = ["refused", "reload", "pin"];

/**
 * Calls `changed(change)` for each change, `reread()` once the stream is open (again), `lost(isLost)` about the state.
 * Returns a function that ends it.
 */
export function listen(open, { changed, reread, lost }) {
  let source = null;
  let heard = Date.now();
  let ticked = Date.now();
  let wait = 500;
  let timer = 0;

  function connect() {
    clearTimeout(timer);
    source?.close();
    source = open();
    heard = Date.now();
    source.addEventListener("open", () => {
      heard = Date.now();
      wait = 500;
      lost(false);
      reread().catch(again);
    });
    for (const kind of [...KINDS, ...MORE]) {
      source.addEventListener(kind, (event) => {
        heard = Date.now();
        if (kind !== "alive") changed(JSON.parse(event.data)).catch(again);
      });
    }
    source.addEventListener("error", again);
  }

  function again() {
    source?.close();
    source = null;
    lost(true);
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
    wait = Math.min(wait * 2, 8000);
  }

  function check() {
    const now = Date.now();
    const slept = now - ticked > 5 * CHECK;
    ticked = now;
    if (slept || now - heard > SILENCE) connect();
  }

  const wake = () => {
    if (document.visibilityState === "visible") check();
  };
  const ticking = setInterval(check, CHECK);
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", connect);
  connect();
  return () => {
    clearInterval(ticking);
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", connect);
    source?.close();
  };
}
