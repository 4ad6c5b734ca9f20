// Brings the page's content up to date, unless it is paused, hidden, written in or left alone, and
// says so where it isn't up to date. A page that nobody looks at must not keep the database awake:
// after ten idle minutes only a full screen, or one that was asked to, goes on.
const button = document.querySelector(".refresh");
const seconds = Number(button?.dataset.seconds);
const IDLE_MS = 10 * 60 * 1000;
const WORDS = { live: "Live", always: "Always live", paused: "Paused" };
const NEXT = { live: "always", always: "paused", paused: "live" };
let touched = Date.now();
let updated = Date.now();
let loggedOut = false;

const content = () => document.getElementById("content");
const chosen = () => (localStorage.getItem("refresh") in WORDS ? localStorage.getItem("refresh") : "live");
const fullScreen = () => matchMedia("(display-mode: fullscreen)").matches || document.fullscreenElement;
const goesOn = () => chosen() === "always" || fullScreen() || Date.now() - touched < IDLE_MS;

function state() {
  if (loggedOut) return ["log-in", "Log in again"];
  if (!navigator.onLine) return ["offline", "Offline"];
  if (chosen() === "paused") return ["paused", WORDS.paused];
  const stale = Date.now() - updated > 2.5 * seconds * 1000;
  if (stale) return ["stale", `Stale since ${content().querySelector("[data-updated]").textContent}`];
  return [chosen(), WORDS[chosen()]];
}

function show() {
  const [name, word] = state();
  button.dataset.state = name;
  button.setAttribute("aria-pressed", chosen() !== "paused");
  if (button.textContent !== word) button.textContent = word;
}

// What somebody reads stays where it is; what they write in, got wrong or have scrolled isn't replaced.
function inUse() {
  if (content().querySelector(".form-errors")) return true;
  const scrolled = [...content().querySelectorAll(".scroll")].some((place) => place.scrollTop);
  return scrolled || (content().contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
}

const folds = () => [...content().querySelectorAll("details")];
const stops = () => [...content().querySelectorAll("a, button, summary, [tabindex]")];

function replace(page) {
  const open = folds().map((fold) => fold.open);
  const focused = stops().indexOf(document.activeElement);
  content().replaceChildren(...page.getElementById("content").childNodes);
  const same = folds().length === open.length;
  if (same) folds().forEach((fold, place) => { fold.open = open[place]; });
  stops()[focused]?.focus({ preventScroll: true });
}

async function refresh() {
  if (chosen() === "paused" || document.hidden || !navigator.onLine || inUse() || !goesOn()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  loggedOut = answer.redirected;
  if (!answer.ok || answer.redirected) return;
  replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
  updated = Date.now();
  document.dispatchEvent(new Event("refreshed"));
}

// A request that fails leaves the page as it was, which soon says that it is stale.
const keepUp = () => refresh().catch(() => {}).finally(show);

function press() {
  if (loggedOut) return location.reload();
  if (["stale", "offline"].includes(button.dataset.state)) return keepUp();
  localStorage.setItem("refresh", NEXT[chosen()]);
  if (chosen() === "live") keepUp();
  show();
}

if (button) {
  button.addEventListener("click", press);
  for (const event of ["pointermove", "keydown", "scroll"]) {
    document.addEventListener(event, () => {
      const wasIdle = !goesOn();
      touched = Date.now();
      if (wasIdle) keepUp();
    }, { passive: true });
  }
  for (const event of ["online", "offline"]) addEventListener(event, keepUp);
  document.addEventListener("visibilitychange", keepUp);
  show();
  setInterval(show, 5000);
  setInterval(keepUp, seconds * 1000);
}
