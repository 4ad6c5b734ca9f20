// Brings the page's content up to date, unless it is paused, hidden, in use or left alone.
// A page that nobody looks at must not keep the database awake.
const button = document.querySelector(".refresh");
const IDLE_MS = 10 * 60 * 1000;
let touched = Date.now();

function show() {
  const paused = localStorage.getItem("refresh") === "paused";
  button.setAttribute("aria-pressed", !paused);
  button.textContent = paused ? "Paused" : "Live";
  return paused;
}

function inUse(content) {
  return content.contains(document.activeElement) || content.querySelector("details[open]");
}

async function refresh() {
  const content = document.getElementById("content");
  if (show() || document.hidden || inUse(content) || Date.now() - touched > IDLE_MS) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  content.replaceChildren(...page.getElementById("content").childNodes);
  document.dispatchEvent(new Event("refreshed"));
}

if (button) {
  button.addEventListener("click", () => {
    localStorage.setItem("refresh", button.getAttribute("aria-pressed") === "true" ? "paused" : "live");
    show();
  });
  for (const event of ["pointermove", "keydown", "scroll"]) {
    document.addEventListener(event, () => { touched = Date.now(); }, { passive: true });
  }
  show();
  setInterval(() => refresh().catch(() => {}), button.dataset.seconds * 1000);
}
