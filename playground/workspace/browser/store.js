// What one person can see, kept true: each channel is read in turn, so that an older answer never covers a newer one.

import { knowChannels } from "./names.js";

const MANY = 8;

export class Store {
  constructor(api, me, shown) {
    this.api = api;
    this.me = me;
    this.shown = shown;
    this.channels = [];
    this.messages = new Map();
    this.thread = null;
    this.refusals = [];
    this.notifications = [];
    this.view = null;
    this.home = null;
    this.queues = new Map();
  }

  /** Everything again: at the start, and after a connection came back. */
  async reread() {
    this.channels = await this.api.channels();
    knowChannels(this.channels);
    for (const channel of this.channels) this.queue(channel.id).all = true;
    await Promise.all([
      ...this.channels.map((channel) => this.run(channel.id)),
      this.readView(),
      this.readHome(),
      this.readRefusals(),
      this.readNotifications(),
    ]);
    this.shown("all", {});
  }

  queue(channel) {
    if (!this.queues.has(channel)) this.queues.set(channel, { all: false, some: new Set(), thread: false, running: null });
    return this.queues.get(channel);
  }

  run(channel) {
    const queue = this.queue(channel);
    queue.running ??= this.drain(channel, queue).finally(() => (queue.running = null));
    return queue.running;
  }

  async drain(channel, queue) {
    while (queue.all || queue.some.size || queue.thread) {
      const all = queue.all || queue.some.size > MANY;
      const some = all ? [] : [...queue.some];
      const thread = all || queue.thread;
      queue.all = queue.thread = false;
      queue.some.clear();
      if (all) this.replace(channel, await this.api.messages(channel));
      else await Promise.all(some.map((ts) => this.one(channel, ts)));
      if (thread && this.thread?.channel === channel) await this.readThread();
      this.shown("channel", { channel });
    }
  }

  replace(channel, found) {
    this.messages.set(channel, new Map(found.map((message) => [message.ts, message])));
  }

  async one(channel, ts) {
    const kept = this.messages.get(channel) ?? new Map();
    this.messages.set(channel, kept);
    const message = await this.api.message(channel, ts).catch(missing);
    const inside = message?.thread_ts && message.thread_ts !== message.ts && message.subtype !== "thread_broadcast";
    if (message && !inside) kept.set(ts, message);
    else if (!message) kept.delete(ts);
  }

  of(channel) {
    return [...(this.messages.get(channel)?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }

  async openThread(channel, ts) {
    this.thread = channel ? { channel, ts, messages: [] } : null;
    if (!this.thread) return;
    this.queue(channel).thread = true;
    await this.run(channel);
  }

  async readThread() {
    const { channel, ts } = this.thread;
    const messages = await this.api.thread(channel, ts).catch(missing);
    if (this.thread?.ts === ts) this.thread.messages = messages ?? [];
  }

  async readView() {
    this.view = await this.api.view();
    this.shown("view", {});
  }

  async readHome(open = false) {
    this.home = await this.api.home(open);
    this.shown("home", {});
  }

  async readRefusals() {
    this.refusals = await this.api.refusals();
  }

  async readNotifications() {
    this.notifications = await this.api.notifications();
  }

  /** One change that the workspace told of. */
  async changed(change) {
    if (change.type === "view") return this.readView();
    if (change.type === "home") return this.readHome();
    if (change.type === "reload") return this.reread();
    if (change.type === "refused") {
      await this.readRefusals();
      return this.shown("refused", {});
    }
    if (change.type === "notification") {
      await this.readNotifications();
      return this.shown("notification", {});
    }
    if (!this.channels.some((channel) => channel.id === change.channel)) return this.reread();
    const queue = this.queue(change.channel);
    queue.some.add(change.ts);
    if (change.thread_ts) queue.some.add(change.thread_ts);
    if (this.thread && [change.ts, change.thread_ts].includes(this.thread.ts)) queue.thread = true;
    return this.run(change.channel);
  }
}

function missing(error) {
  if (error.status === 404 || error.status === 409) return null;
  throw error;
}
