// Tells the server the browser's time zone, and sets the theme before anything is painted.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone) document.cookie = `tz=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";
})();

// The zones that can be chosen; the server knows the chosen one alone.
function listZones() {
  const picker = document.querySelector(".zone-choice");
  if (!picker || picker.length > 1) return;
  const names = ["UTC", Intl.DateTimeFormat().resolvedOptions().timeZone, ...Intl.supportedValuesOf("timeZone")];
  const others = [...new Set(names)].filter((name) => name !== picker.value);
  picker.append(...others.map((name) => new Option(name)));
  picker.addEventListener("change", () => picker.form.submit());
}
document.addEventListener("DOMContentLoaded", listZones);
document.addEventListener("refreshed", listZones);
