#include "tally.hpp"

#include <algorithm>

#include "stop.hpp"

namespace peer {
namespace {

constexpr uint64_t largest_number = 100000000;  // above it, the number itself is taken to be wrong

}  // namespace

void Tally::add(const Sample& sample, const Finding& finding) {
    last_ns_ = Clock::now().time_since_epoch().count();
    if (received_++ == 0) first_ns_ = last_ns_;

    uint64_t n = finding.number.value_or(sample.counted);
    std::string wrong = finding.wrong;
    if (n > largest_number && wrong.empty()) wrong = "number " + std::to_string(n) + " is out of range";
    if (!wrong.empty()) {
        if (first_wrong_.empty()) first_wrong_ = "sample " + std::to_string(n) + ": " + wrong;
        if (finding.decoded) wrong_++;
        else undecodable_++;
    }
    // A sample that cannot be read still was received: its writer's count stands in for the number.
    if (n > largest_number) n = sample.counted;
    if (n > largest_number) return;

    auto& stream = streams_[sample.writer];
    if (stream.distinct == 0) stream.first = n;
    if (n >= stream.seen.size()) stream.seen.resize(std::max<size_t>(n + 1, stream.seen.size() * 2));
    if (stream.seen[n]) {
        duplicated_++;
        return;
    }
    stream.seen[n] = true;
    if (stream.distinct++ > 0 && n < stream.newest) reordered_++;
    stream.first = std::min(stream.first, n);
    stream.newest = std::max(stream.newest, n);
}

uint64_t Tally::distinct() const {
    uint64_t sum = 0;
    for (const auto& [writer, stream] : streams_) sum += stream.distinct;
    return sum;
}

void Tally::summarise(Line& line, uint64_t expected) const {
    uint64_t lost = 0;
    for (const auto& [writer, stream] : streams_) lost += stream.newest - stream.first + 1 - stream.distinct;
    if (expected > 0) lost = expected - std::min(expected, distinct());
    double seconds = static_cast<double>(last_ns_ - first_ns_) * 1e-9;
    line.with("received", received_)
        .with("lost", lost)
        .with("duplicated", duplicated_)
        .with("reordered", reordered_)
        .with("wrong", wrong_)
        .with("undecodable", undecodable_)
        .raw("first_wrong", first_wrong_.empty() ? "null" : json(first_wrong_))
        .with("writers", streams_.size())
        .with("hz", received_ > 1 && seconds > 0 ? static_cast<double>(received_ - 1) / seconds : 0.0);
}

}  // namespace peer
