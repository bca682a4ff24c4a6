// What the program can do. Each mode runs until its work is done, the time is up or a signal comes, and returns the exit code.
#pragma once

#include "endpoint.hpp"
#include "json.hpp"
#include "node.hpp"
#include "options.hpp"
#include "stop.hpp"

namespace peer {

int publish(const Options& options, Stop& stop);
int subscribe(const Options& options, Stop& stop);
int echo(const Options& options, Stop& stop);
int ping(const Options& options, Stop& stop);
int raw(const Options& options, Stop& stop);
int node(const Options& options, Stop& stop);
int many(const Options& options, Stop& stop);
int watch(const Options& options, Stop& stop);

inline int domain_of(const Options& options) {
    double domain = options.number("domain", 0);
    if (domain > 232) throw UsageError("--domain takes 0 to 232");
    return static_cast<int>(domain);
}

inline bool gid16_of(const Options& options) {
    auto bytes = options.text("gid", "24");
    if (bytes != "24" && bytes != "16") throw UsageError("--gid takes 24 (Humble) or 16 (Iron and later)");
    return bytes == "16";
}

std::shared_ptr<Codec> codec_of(const Options& options);      // of the first word after the mode; unknown types are an error
std::string dds_type_of(const Options& options);              // the same, but any DDS type name will do
void ready(Participant& participant, const Options& options);  // announces --node, then tells the caller

// Publishes one after the other, at --rate, until `count` are out. 0: no end.
struct Sent {
    uint64_t written = 0, refused = 0;
    double seconds = 0;
};
Sent send_paced(Stop& stop, double rate, uint64_t count, const std::function<bool(uint64_t)>& send);

void wait_for_input_to_end();

// The number of the sample that greets: beyond what any test counts to.
constexpr uint64_t greeting = 4'000'000;

// Waits for --wait readers (1 unless said), then a moment longer: a volatile reader hears nothing before it has learned of the match and of the first
// heartbeat, and the writer is not told when. With --on-input the reader tells: it is sent a greeting each 50 ms until standard input is closed.
bool wait_for_readers(const Writer& writer, const Options& options, Stop& stop, const std::function<void()>& greet = [] {});

// A sample that a UDP datagram cannot hold is sent by a thread of Fast DDS.
inline bool needs_async(size_t bytes) { return bytes > 60000; }

}  // namespace peer
