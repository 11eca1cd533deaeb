// An SMTP server that takes every mail and keeps it: enough of RFC 5321 and of MIME to read what was sent.
import { createServer } from "node:net";
import { PATIENCE } from "./wait.js";

export class MailSink {
  mails = [];
  #server;

  static async start() {
    const sink = new MailSink();
    sink.#server = createServer((socket) => sink.#talk(socket));
    await new Promise((listening) => sink.#server.listen(0, "127.0.0.1", listening));
    sink.url = `smtp://127.0.0.1:${sink.#server.address().port}`;
    return sink;
  }

  stop() {
    this.#server.close();
  }

  /** The first mail to an address that the test accepts; waits for it. */
  async find(to, accepts = () => true, seconds = PATIENCE) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      const mail = this.mails.find((mail) => mail.to.includes(to) && accepts(mail));
      if (mail) return mail;
      await new Promise((later) => setTimeout(later, 50));
    }
    const seen = this.mails.map((mail) => `${mail.to}: ${mail.subject}`).join("\n");
    throw new Error(`no such mail to ${to} in ${seconds} s; there are:\n${seen}`);
  }

  #talk(socket) {
    let text = "", to = [], data = false;
    const say = (line) => socket.write(line + "\r\n");
    const commands = {
      EHLO: () => say("250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8"),
      HELO: () => say("250 sink"),
      MAIL: () => ((to = []), say("250 ok")),
      RCPT: (line) => (to.push(/<(.*?)>/.exec(line)[1]), say("250 ok")),
      DATA: () => ((data = true), say("354 go on")),
      RSET: () => say("250 ok"),
      NOOP: () => say("250 ok"),
      QUIT: () => (say("221 bye"), socket.end()),
    };
    socket.setEncoding("latin1");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      text += chunk;
      for (;;) {
        const end = text.indexOf(data ? "\r\n.\r\n" : "\r\n");
        if (end < 0) return;
        const line = text.slice(0, end);
        text = text.slice(end + (data ? 5 : 2));
        if (data) {
          data = false;
          this.mails.push({ to, ...parse(line.replace(/^\.\./gm, ".")) });
          say("250 kept");
        } else {
          (commands[line.slice(0, 4).toUpperCase()] ?? (() => say("500 what?")))(line);
        }
      }
    });
    say("220 sink");
  }
}

/** Subject, headers, text and HTML of a message. */
function parse(source) {
  const { headers, parts } = entity(source);
  const part = (type) => parts.find((part) => part.type === type)?.body ?? "";
  return { headers, subject: words(headers.subject ?? ""), text: part("text/plain"), html: part("text/html"), source };
}

function entity(source) {
  const split = source.indexOf("\r\n\r\n");
  const headers = {};
  for (const line of source.slice(0, split).replace(/\r\n[ \t]+/g, " ").split("\r\n")) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const body = source.slice(split + 4);
  const type = headers["content-type"] ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary) {
    const inner = body.split(`--${boundary}`).slice(1, -1).map((part) => entity(part.replace(/^\r\n/, "")));
    return { headers, parts: inner.flatMap(({ parts }) => parts) };
  }
  return { headers, parts: [{ type: type.split(";")[0].trim().toLowerCase(), body: decoded(headers, body) }] };
}

function decoded(headers, body) {
  const coding = (headers["content-transfer-encoding"] ?? "").toLowerCase();
  if (coding === "base64") return Buffer.from(body, "base64").toString();
  return Buffer.from(coding === "quoted-printable" ? quoted(body) : body, "latin1").toString();
}

const quoted = (text) =>
  text.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

/** RFC 2047: `=?utf-8?b?…?=` and `=?utf-8?q?…?=`. */
const words = (text) =>
  text.replace(/\?=\s+=\?/g, "?==?").replace(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, coding, word) =>
    coding.toLowerCase() === "b"
      ? Buffer.from(word, "base64").toString()
      : Buffer.from(quoted(word.replaceAll("_", " ")), "latin1").toString(),
  );
