// What was read: the last `ts` seen of each channel, kept by the browser for each person and shared by its windows.

const key = (person, channel) => `kajitori/${person}/${channel}`;

export const lastRead = (person, channel) => localStorage.getItem(key(person, channel)) ?? "0";

export function markRead(person, channel, ts) {
  if (ts > lastRead(person, channel)) localStorage.setItem(key(person, channel), ts);
}

/** The channel's messages that this person has not seen; their own are known to them. */
export function unread(person, me, channel, messages) {
  const seen = lastRead(person, channel);
  return messages.filter((message) => message.ts > seen && message.user !== me);
}
