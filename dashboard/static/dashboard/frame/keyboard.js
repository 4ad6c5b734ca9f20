// "/" goes to the search, "j" and "k" move through the rows, Enter opens one.
function move(step) {
  const links = [...document.querySelectorAll("[data-rows] tbody .row-link")];
  if (!links.length) return;
  const focused = links.indexOf(document.activeElement);
  const place = focused < 0 ? links.findIndex((link) => link.matches("[aria-current]")) : focused;
  const next = place < 0 ? 0 : Math.min(Math.max(place + step, 0), links.length - 1);
  links[next].focus();
  links[next].dispatchEvent(new Event("selected", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
  }
});
