// Moments in the reader's own zone and language, and Slack's `date` formats.

import { locale } from "./words.js";

let zone;

export function liveIn(tz) {
  zone = tz;
}

function written(date, options) {
  return new Intl.DateTimeFormat(locale(), { timeZone: zone, hourCycle: "h23", ...options }).format(date);
}

/** A message's `ts` or a Unix time as a date. */
export const moment = (seconds) => new Date(Number(seconds) * 1000);

export const clock = (date) => written(date, { hour: "2-digit", minute: "2-digit" });
export const seconds = (date) => written(date, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const day = (date) => written(date, { weekday: "long", month: "long", day: "numeric" });
export const full = (date) => written(date, { dateStyle: "full", timeStyle: "long" });
export const zoneName = (tz) => tz.split("/").pop().replace("_", " ");

function pretty(date, plain) {
  const today = written(new Date(), { dateStyle: "short" });
  const away = [-1, 0, 1].find((days) => {
    return written(new Date(date.getTime() - days * 86400000), { dateStyle: "short" }) === today;
  });
  if (away === undefined) return plain;
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(away, "day");
}

const FORMATS = {
  date_num: (date) => written(date, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: (date) => written(date, { dateStyle: "long" }),
  date_short: (date) => written(date, { dateStyle: "medium" }),
  date_long: (date) => written(date, { dateStyle: "full" }),
  date_pretty: (date) => pretty(date, FORMATS.date(date)),
  date_short_pretty: (date) => pretty(date, FORMATS.date_short(date)),
  date_long_pretty: (date) => pretty(date, FORMATS.date_long(date)),
  day_divider_pretty: (date) => pretty(date, FORMATS.date_long(date)),
  time: (date) => clock(date),
  time_secs: (date) => seconds(date),
  ago: (date) => ago(date),
};

function ago(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].find(
    ([, size]) => Math.abs(seconds) >= size || size === 1,
  );
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Slack's `{date_short_pretty} {time}` filled in; an unknown token gives the fallback. */
export function formatted(timestamp, format, fallback) {
  const date = moment(timestamp);
  let known = !Number.isNaN(date.getTime());
  const text = known
    ? format.replace(/\{(\w+)\}/g, (_, token) => {
        if (FORMATS[token]) return FORMATS[token](date);
        known = false;
        return "";
      })
    : "";
  return known ? text : fallback || format;
}

/** `2026-11-25T03:12` in the reader's zone as Unix seconds, and back. */
export function asSeconds(local) {
  const wanted = Date.parse(`${local}:00Z`);
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at += wanted - Date.parse(`${asLocal(at / 1000)}:00Z`);
  return Math.round(at / 1000);
}

export function asLocal(seconds) {
  const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hourCycle: "h23", ...parts });
  return format.format(moment(seconds)).replace(" ", "T");
}
