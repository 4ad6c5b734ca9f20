// On a phone the navigation is a menu behind a button; the filters of a page too.
for (const button of document.querySelectorAll(".menu-button")) {
  const target = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    const open = target.classList.toggle("open");
    button.setAttribute("aria-expanded", open);
  });
}

// Filters that aren't set stay out of the URL.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "get") return;
  for (const field of event.target.elements) field.disabled = field.name !== "" && field.value === "";
});
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[method=get] :disabled")) field.disabled = false;
});

// A popup closes with Escape, and when the focus goes elsewhere.
for (const popup of document.querySelectorAll("details.custom")) {
  popup.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    popup.open = false;
    popup.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (!popup.contains(event.target)) popup.open = false;
  });
}

// What is meant for a terminal can be copied whole.
function offerCopies() {
  for (const text of document.querySelectorAll("pre[data-copy]:not(:has(+ .copy))")) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "secondary copy", textContent: "Copy" });
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    });
    if (navigator.clipboard) text.after(button);
  }
}
document.addEventListener("refreshed", offerCopies);
offerCopies();
