// Reads an MCAP file with the public npm packages and prints what it holds as one JSON object.
// Messages whose schema is ros2msg are decoded; byte arrays become {length, crc}, so that the two sides can compare large images cheaply.
import { readFileSync } from "node:fs";
import { McapIndexedReader } from "@mcap/core";
import rosmsg from "@foxglove/rosmsg";
import serialization from "@foxglove/rosmsg2-serialization";
import { decompress as unzstd } from "fzstd";
import lz4 from "lz4js";
import { crc32 } from "@foxglove/crc";

const file = readFileSync(process.argv[2]);
const readable = {
  size: async () => BigInt(file.length),
  read: async (offset, size) => new Uint8Array(file.buffer, file.byteOffset + Number(offset), Number(size)),
};
const reader = await McapIndexedReader.Initialize({
  readable,
  decompressHandlers: {
    zstd: (data, size) => unzstd(data, new Uint8Array(Number(size))),
    lz4: (data, size) => lz4.decompress(data, Number(size)),
  },
});

const plain = (key, value) =>
  typeof value === "bigint" ? value.toString()
  : value instanceof Uint8Array ? { length: value.length, crc: crc32(value) }
  : ArrayBuffer.isView(value) ? Array.from(value)
  : value instanceof Map ? Object.fromEntries(value)
  : value;

const decoders = new Map();
const decode = (channel, data) => {
  const schema = reader.schemasById.get(channel.schemaId);
  if (channel.messageEncoding !== "cdr" || schema?.encoding !== "ros2msg") return data;
  if (!decoders.has(schema.id)) {
    const definition = rosmsg.parse(new TextDecoder().decode(schema.data), { ros2: true });
    decoders.set(schema.id, new serialization.MessageReader(definition));
  }
  return decoders.get(schema.id).readMessage(data);
};

const messages = [];
for await (const message of reader.readMessages({ validateCrcs: true })) {
  const channel = reader.channelsById.get(message.channelId);
  messages.push({
    topic: channel.topic,
    schema: reader.schemasById.get(channel.schemaId)?.name ?? null,
    sequence: message.sequence,
    logTime: message.logTime,
    publishTime: message.publishTime,
    data: decode(channel, message.data),
  });
}
const attachments = [];
for await (const a of reader.readAttachments({ validateCrcs: true })) attachments.push({ name: a.name, mediaType: a.mediaType, data: a.data });
const metadata = [];
for await (const m of reader.readMetadata()) metadata.push({ name: m.name, values: m.metadata });

console.log(JSON.stringify({
  profile: reader.header.profile,
  chunks: reader.chunkIndexes.length,
  statistics: reader.statistics,
  messages, attachments, metadata,
}, plain));
