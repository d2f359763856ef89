// What a line may go on with: commands, words of a command, people, channels.

import { allChannels, allGroups, everybody } from "./names.js";

const MOST = 25;

/** `{from, to, entries: [{word, about}]}` for the text before the caret; `from` is where the begun word starts. */
export async function completionsFor(app, text) {
  const begun = /\S*$/.exec(text)[0];
  const from = text.length - begun.length;
  if (/^\/\S*$/.test(text)) return { from, entries: commands(app, begun) };
  if (isLine(app, text)) return { from, entries: await app.api.complete(text).catch(() => []) };
  if (begun.startsWith("@")) return { from, entries: matching(begun, "@", mentions()) };
  if (begun.startsWith("#")) return { from, entries: matching(begun, "#", rooms()) };
  return { from, entries: [] };
}

/** Whether the text is a command line: after a slash command, or said to the app. */
function isLine(app, text) {
  return app.commands.some((each) => text.startsWith(`${each.command} `)) || /^@kajitori\s/.test(text) || (app.isDirect && text.trim() !== "" && !/^[@#]/.test(text));
}

function commands(app, begun) {
  const known = [...app.commands.map((each) => ({ word: each.command, about: each.usage_hint })), { word: "/invite", about: "@kajitori" }];
  return known.filter((each) => each.word.startsWith(begun));
}

const mentions = () => [...everybody().map((p) => ({ word: p.name, about: p.real_name })), ...allGroups().map((g) => ({ word: g.handle, about: g.name }))];
const rooms = () => allChannels().filter((c) => !c.is_im).map((c) => ({ word: c.name, about: "" }));

function matching(begun, sign, known) {
  const wanted = begun.slice(1).toLowerCase();
  return known.filter((each) => each.word.toLowerCase().startsWith(wanted)).slice(0, MOST).map((each) => ({ ...each, word: `${sign}${each.word}` }));
}
