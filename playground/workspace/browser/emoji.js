// Short names of emoji that apps use most; an unknown one stays as it was typed.

const NAMES = {
  "+1": "👍", "-1": "👎", bell: "🔔", bulb: "💡", calendar: "📅", clock3: "🕒", eyes: "👀", fire: "🔥",
  gear: "⚙️", hammer_and_wrench: "🛠️", heavy_check_mark: "✔️", hourglass_flowing_sand: "⏳", information_source: "ℹ️",
  large_blue_circle: "🔵", large_green_circle: "🟢", large_orange_circle: "🟠", large_red_circle: "🔴",
  large_yellow_circle: "🟡", lock: "🔒", memo: "📝", mag: "🔍", no_entry: "⛔", no_entry_sign: "🚫", ok: "🆗",
  package: "📦", pray: "🙏", rewind: "⏪", rocket: "🚀", rotating_light: "🚨", sos: "🆘", tada: "🎉", thumbsup: "👍",
  thumbsdown: "👎", warning: "⚠️", wave: "👋", white_check_mark: "✅", x: "❌", zap: "⚡",
};

/** The character for a name without colons. */
export const emoji = (name) => NAMES[name];

/** Text with `:warning:` replaced. */
export const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => NAMES[name] ?? whole);

/** The character for the code points of a rich text `emoji` part (`1f525`, or `2601-fe0f`). */
export function fromUnicode(points) {
  const codes = String(points).split("-").map((point) => Number.parseInt(point, 16));
  return codes.every((code) => code > 0 && code <= 0x10ffff) ? String.fromCodePoint(...codes) : "";
}
