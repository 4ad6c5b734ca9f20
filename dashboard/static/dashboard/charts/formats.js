// Figures as people read them, spelled as deployments/formats.py spells them, which says how.
export const DASH = "–";
const MINUS = "−";
const NARROW = "\u202f";
const UNITS = [[999.5e9, 1e12, "T"], [999.5e6, 1e9, "G"], [999999.5, 1e6, "M"]];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function count(value) {
  return value == null ? DASH : signed(value, counted(Math.abs(value)));
}

export function about(value) {
  return value == null ? DASH : count(Number(value.toPrecision(3)));
}

export function duration(milliseconds) {
  if (milliseconds == null) return DASH;
  if (!isFinite(milliseconds)) return "over 17 min";
  return signed(milliseconds, lasted(Math.abs(milliseconds)));
}

export function atMost(milliseconds) {
  const known = milliseconds != null && isFinite(milliseconds);
  return known ? `≤${NARROW}${duration(milliseconds)}` : duration(milliseconds);
}

export function usd(value) {
  return value == null ? "unpriced" : signed(value, `$${dollars(Math.abs(value))}`);
}

export function cost(amount, priced, requests) {
  if (!priced) return requests ? "unpriced" : DASH;
  const known = amount ? usd(amount) : "free";
  return priced === requests ? known : `${known} + ${count(requests - priced)} unpriced`;
}

export function percent(share) {
  return share == null ? DASH : signed(share, `${three(Math.abs(share) * 100)}${NARROW}%`);
}

// Of seconds since the epoch, on the clock of the zone; `day` and `clock` are its halves.
export function moment(seconds, timeZone) {
  return `${day(seconds, timeZone)} ${clock(seconds, timeZone)}`;
}

export function day(seconds, timeZone) {
  const parts = inZone(seconds, timeZone, { day: "numeric", month: "numeric" });
  return `${Number(parts.day)} ${MONTHS[parts.month - 1]}`;
}

export function clock(seconds, timeZone) {
  const parts = inZone(seconds, timeZone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${parts.hour}:${parts.minute}`;
}

function counted(size) {
  for (const [least, unit, letter] of UNITS) {
    if (size >= least) return three(size / unit) + NARROW + letter;
  }
  return size < 100 ? three(size) : fixed(size);
}

function lasted(milliseconds) {
  if (milliseconds < 999.5) return `${three(milliseconds)}${NARROW}ms`;
  if (milliseconds < 99950) return `${three(milliseconds / 1000)}${NARROW}s`;
  const whole = Number((milliseconds / 1000).toFixed());
  const seconds = whole % 60;
  return `${grouped(String((whole - seconds) / 60))}${NARROW}min${seconds ? ` ${seconds}${NARROW}s` : ""}`;
}

function dollars(amount) {
  if (amount >= 9999.995) return counted(amount);
  if (amount >= 1) return fixed(amount, 2);
  const digits = three(amount);
  return digits.length > "0.00".length ? digits : Number(digits).toFixed(2);
}

// Three digits that count, without an exponent and without zeros at the end.
function three(value) {
  const places = Math.max(0, 2 - Number(value.toExponential(2).split("e")[1]));
  const digits = Number(value.toPrecision(3)).toFixed(places);
  return grouped(places ? digits.replace(/\.?0+$/, "") : digits);
}

const fixed = (value, places = 0) => grouped(value.toFixed(places));
const grouped = (digits) => digits.replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
const signed = (value, text) => value < 0 ? MINUS + text : text;

function inZone(seconds, timeZone, parts) {
  const spelled = new Intl.DateTimeFormat("en-GB", { timeZone, ...parts }).formatToParts(seconds * 1000);
  return Object.fromEntries(spelled.map(({ type, value }) => [type, value]));
}
