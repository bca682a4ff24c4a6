#include "modes.hpp"

#include <cstdio>
#include <future>

#include "payload_file.hpp"

namespace peer {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

std::shared_ptr<Codec> codec_of(const Options& options) {
    const auto& name = options.word(1, "the type");
    if (auto codec = find_codec(name, gid16_of(options))) return codec;
    std::string known;
    for (const auto& one : codec_names()) known += " " + one;
    throw UsageError("no type '" + name + "'; there are:" + known);
}

std::string dds_type_of(const Options& options) {
    const auto& name = options.word(1, "the type");
    auto codec = find_codec(name, false);
    if (!codec && name.find("::") == std::string::npos) throw UsageError("'" + name + "' is no type known here and no DDS type name");
    return codec ? codec->dds_name() : name;
}

void ready(Participant& participant, const Options& options) {
    announce_node(participant, options.text("node", ""), gid16_of(options));
    Line().with("ready", true).print();
}

Sent send_paced(Stop& stop, double rate, uint64_t count, const std::function<bool(uint64_t)>& send) {
    Sent sent;
    auto start = Clock::now();
    for (uint64_t n = 0; count == 0 || n < count; n++) {
        auto due = rate > 0 ? start + duration_cast<Clock::duration>(duration<double>(static_cast<double>(n) / rate)) : Clock::now();
        if (!stop.sleep_until(due)) break;
        if (send(n)) sent.written++;
        else sent.refused++;
    }
    sent.seconds = duration<double>(Clock::now() - start).count();
    return sent;
}

bool wait_for_readers(const Writer& writer, const Options& options, Stop& stop, const std::function<void()>& greet) {
    int wanted = static_cast<int>(options.number("wait", 1));
    if (wanted == 0) return true;
    if (!stop.sleep_until_true([&] { return writer.matched() >= wanted; })) return false;
    if (!options.has("on-input")) return stop.sleep_until(Clock::now() + milliseconds(300));
    auto input = std::async(std::launch::async, wait_for_input_to_end);
    do greet();
    while (input.wait_for(milliseconds(50)) != std::future_status::ready);
    return true;
}

void wait_for_input_to_end() {
    while (std::getchar() != EOF) {
    }
}

namespace {

// Lets the last samples out, and keeps the writer for late readers with --stay.
void finish(Writer& writer, const Sent& sent, const char* mode, const Options& options, Stop& stop) {
    bool acknowledged = options.qos().reliable && !stop.ended() && writer.wait_for_acknowledgments(5);
    if (options.has("stay")) stop.sleep_to_the_end();
    else stop.sleep_until(Clock::now() + milliseconds(static_cast<int>(1000 * options.number("linger", 0.3))));
    Line()
        .with("summary", mode)
        .with("sent", sent.written)
        .with("refused", sent.refused)
        .with("acknowledged", acknowledged)
        .with("hz", sent.seconds > 0 ? static_cast<double>(sent.written) / sent.seconds : 0.0)
        .print();
}

}  // namespace

int publish(const Options& options, Stop& stop) {
    auto codec = codec_of(options);
    auto size = options.size();
    bool big_endian = options.has("big-endian");
    auto qos = options.qos();
    qos.async |= needs_async(codec->encode(0, size, false).size());

    Participant participant(domain_of(options));
    auto& writer = participant.add_writer(codec->dds_name(), dds_topic(options.word(2, "the topic")), qos);
    ready(participant, options);
    Sent sent;
    auto send = [&](uint64_t n) { return writer.write(codec->encode(n, size, big_endian)); };
    if (wait_for_readers(writer, options, stop, [&] { send(greeting); }))
        sent = send_paced(stop, options.number("rate", 10), static_cast<uint64_t>(options.number("count", 0)), send);
    finish(writer, sent, "pub", options, stop);
    return 0;
}

int raw(const Options& options, Stop& stop) {
    auto payloads = read_payloads(options.text("file", ""));
    auto qos = options.qos();
    for (const auto& payload : payloads) qos.async |= needs_async(payload.size());

    Participant participant(domain_of(options));
    auto& writer = participant.add_writer(dds_type_of(options), dds_topic(options.word(2, "the topic")), qos);
    ready(participant, options);
    uint64_t count = options.has("loop") ? 0 : payloads.size();
    Sent sent;
    if (wait_for_readers(writer, options, stop))
        sent = send_paced(stop, options.number("rate", 100), static_cast<uint64_t>(options.number("count", static_cast<double>(count))),
                          [&](uint64_t n) { return writer.write(payloads[n % payloads.size()]); });
    finish(writer, sent, "raw", options, stop);
    return 0;
}

int node(const Options& options, Stop& stop) {
    auto name = options.text("name", options.text("node", ""));
    if (name.empty()) throw UsageError("node needs --name");
    Participant participant(domain_of(options), name);
    announce_node(participant, name, gid16_of(options));
    Line().with("ready", true).print();
    stop.sleep_to_the_end();
    Line().with("summary", "node").print();
    return 0;
}

}  // namespace peer
