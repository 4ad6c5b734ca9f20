// On wide screens a request's details open beside the list. `open` in the URL says which, so that
// it can be shared and the back button closes them; what they hold is cut from the request's page.
const wide = matchMedia("(min-width: 1200px)");
let loading = new AbortController();

const beside = () => document.getElementById("beside");
const opened = () => new URL(location.href).searchParams.get("open");
const rows = () => [...document.querySelectorAll("[data-rows] .row-link")];
const pageOf = (key) => beside().dataset.url.replace("/0/", `/${key}/`);

function address(key) {
  const url = new URL(location.href);
  if (key) url.searchParams.set("open", key);
  else url.searchParams.delete("open");
  return url;
}

function reveal(key) {
  beside().hidden = !key;
  beside().parentElement.classList.toggle("beside-open", Boolean(key));
  for (const link of rows()) {
    if (link.dataset.open === key) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

async function load(key) {
  loading.abort();
  loading = new AbortController();
  beside().ariaBusy = "true";
  beside().querySelector("[data-page]").href = pageOf(key);
  const answer = await fetch(pageOf(key), { signal: loading.signal, headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const details = page.querySelector("[data-details]");
  beside().querySelector("[data-details]").replaceChildren(...details.childNodes);
  beside().scrollTop = 0;
  beside().ariaBusy = "false";
}

// What can't be loaded here (deleted, logged out, away) says so as a page.
function show(key) {
  reveal(key);
  if (!key) loading.abort();
  else load(key).catch((error) => { if (error.name !== "AbortError") location.assign(pageOf(key)); });
}

function open(key) {
  if (opened()) history.replaceState(history.state, "", address(key));
  else history.pushState({ beside: true }, "", address(key));
  show(key);
}

function close() {
  rows().find((link) => link.matches("[aria-current]"))?.focus();
  if (history.state?.beside) return history.back();
  history.replaceState(null, "", address(""));
  show("");
}

// The link that a click means: a request's own, or that of the row around it.
function meant(target) {
  const link = target.closest("a");
  if (link || !getSelection().isCollapsed) return link;
  return target.closest("[data-rows] tbody tr")?.querySelector(".row-link");
}

document.addEventListener("click", (event) => {
  const link = meant(event.target);
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if (link.dataset.open && !wide.matches && !link.contains(event.target)) return location.assign(link.href);
  if (!link.matches("[data-close]") && !(link.dataset.open && wide.matches)) return;
  event.preventDefault();
  if (link.matches("[data-close]")) return close();
  open(link.dataset.open);
  beside().focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  const busy = event.target.matches("input, select, textarea, details[open] *");
  if (event.key === "Escape" && opened() && !busy) close();
});
document.addEventListener("selected", ({ target }) => { if (opened()) open(target.dataset.open); });
addEventListener("popstate", () => show(opened()));
