// Numbers and names as the page shows them.

const grouping = new Intl.NumberFormat("en");

// 1,234,567
function count(number) {
  return grouping.format(number);
}

// 1,234.50
function decimal(number, places = 2) {
  return new Intl.NumberFormat("en", { minimumFractionDigits: places, maximumFractionDigits: places }).format(number);
}

// 12.3 %
function percent(part, whole) {
  return `${decimal(whole > 0 ? (100 * part) / whole : 0, 1)}\u00a0%`;
}

// Bytes for reading: 512 B, 53.1 kB, 8.0 MB; a kB has 1,024 bytes.
function bytes(number) {
  if (number < 1024) return `${number}\u00a0B`;
  if (number < 1024 * 1024) return `${decimal(number / 1024, 1)}\u00a0kB`;
  return `${decimal(number / 1024 / 1024, 1)}\u00a0MB`;
}

// Cycles as a duration, by the clock of the plan's cluster.
function duration(cycles, plan) {
  const seconds = cycles / plan.target.figures.clocks.clusterHertz;
  if (!Number.isFinite(seconds)) return `${count(cycles)} cycles`;
  if (seconds >= 1) return `${decimal(seconds, 2)}\u00a0s`;
  if (seconds >= 1e-3) return `${decimal(seconds * 1e3, 2)}\u00a0ms`;
  return `${decimal(seconds * 1e6, 1)}\u00a0µs`;
}

// 32×32×16
function extents(sizes) {
  return sizes.join("×");
}

// 1 tile, 2 tiles
function plural(number, words) {
  return `${count(number)} ${words}${number === 1 ? "" : "s"}`;
}

// Control characters, and those that turn the order of others round (Unicode's UAX 9).
const commands = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// A name without commands to whoever shows it; at most `most` characters, the middle left out.
function shown(text, most = Infinity) {
  const harmless = Array.from(text.replace(commands, "?"));
  if (harmless.length <= most) return harmless.join("");
  const tail = Math.floor((most - 1) / 3);
  return harmless.slice(0, most - 1 - tail).join("") + "…" + harmless.slice(harmless.length - tail).join("");
}
