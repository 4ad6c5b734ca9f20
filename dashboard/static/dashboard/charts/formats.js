// Figures as people read them; the same rules as dashboard/formats.py.
const DASH = "–";
const NARROW = "\u202f";

export function count(value) {
  if (value == null) return DASH;
  for (const [scale, letter] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    const unit = letter === "k" ? 1e3 : scale;
    if (Math.abs(value) >= scale) return Number((value / unit).toPrecision(3)) + NARROW + letter;
  }
  return value.toLocaleString("en-US");
}

export function duration(milliseconds) {
  if (milliseconds == null) return DASH;
  if (milliseconds < 999.5) return Number(milliseconds.toPrecision(3)) + NARROW + "ms";
  return Number((milliseconds / 1000).toPrecision(3)) + NARROW + "s";
}

export function usd(value) {
  if (value == null) return DASH;
  return "$" + (value === 0 ? "0" : value >= 1 ? value.toFixed(2) : Number(value.toPrecision(2)));
}

// A time of the viewer's zone, on the 24-hour clock.
export function moment(seconds, timeZone, parts = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }) {
  return new Intl.DateTimeFormat("en-GB", { timeZone, ...parts }).format(seconds * 1000);
}

export function percent(share) {
  return share == null ? DASH : Number((share * 100).toPrecision(3)) + NARROW + "%";
}
