#include <algorithm>

#include "modes.hpp"

namespace peer {

int echo(const Options& options, Stop& stop) {
    auto type = dds_type_of(options);
    auto qos = options.qos();
    auto codec = find_codec(type, false);
    qos.async |= codec && needs_async(codec->encode(0, options.size(), false).size());

    std::atomic<uint64_t> returned{0}, refused{0};
    {
        Participant participant(domain_of(options));
        auto& writer = participant.add_writer(type, dds_topic(options.word(3, "the topic to answer on")), qos);
        participant.add_reader(type, dds_topic(options.word(2, "the topic to listen on")), qos, [&](const Sample& sample) {
            (writer.write(sample.payload) ? returned : refused)++;
        });
        ready(participant, options);
        stop.sleep_to_the_end();
    }
    Line().with("summary", "echo").with("returned", returned.load()).with("refused", refused.load()).print();
    return 0;
}

int ping(const Options& options, Stop& stop) {
    auto codec = codec_of(options);
    auto size = options.size();
    auto qos = options.qos();
    auto count = static_cast<uint64_t>(options.number("count", 1000));
    if (count == 0 || count > 10000000) throw UsageError("ping needs --count from 1 to 10000000");
    qos.async |= needs_async(codec->encode(0, size, false).size());

    std::vector<std::atomic<int64_t>> sent_at(count);
    std::vector<double> micros;
    std::atomic<uint64_t> returned{0};
    uint64_t wrong = 0;
    std::string first_wrong;
    Sent sent;
    {
        Participant participant(domain_of(options));
        auto& writer = participant.add_writer(codec->dds_name(), dds_topic(options.word(2, "the topic to send on")), qos);
        auto& reader = participant.add_reader(codec->dds_name(), dds_topic(options.word(3, "the topic to listen on")), qos, [&](const Sample& sample) {
            auto now = Clock::now().time_since_epoch().count();
            auto finding = codec->check(sample.payload, size, sample.counted);
            auto n = finding.number.value_or(sample.counted);
            if (n == greeting) return;
            if (!finding.wrong.empty() || n >= count) {
                if (wrong++ == 0) first_wrong = finding.wrong;
                return;
            }
            micros.push_back(static_cast<double>(now - sent_at[n]) / 1000);
            returned++;
        });
        ready(participant, options);
        auto greet = [&] { writer.write(codec->encode(greeting, size, false)); };
        if (stop.sleep_until_true([&] { return reader.matched() > 0; }) && wait_for_readers(writer, options, stop, greet)) {
            sent = send_paced(stop, options.number("rate", 1000), count, [&](uint64_t n) {
                sent_at[n] = Clock::now().time_since_epoch().count();
                return writer.write(codec->encode(n, size, false));
            });
            auto last = Clock::now() + std::chrono::seconds(2);
            stop.sleep_until_true([&] { return returned >= sent.written || Clock::now() > last; });
        }
    }
    std::sort(micros.begin(), micros.end());
    auto at = [&](double share) {
        return micros.empty() ? "null" : json(micros[static_cast<size_t>(share * static_cast<double>(micros.size() - 1))]);
    };
    Line()
        .with("summary", "ping")
        .with("sent", sent.written)
        .with("returned", micros.size())
        .with("lost", sent.written - std::min<uint64_t>(sent.written, micros.size()))
        .with("wrong", wrong)
        .raw("first_wrong", first_wrong.empty() ? "null" : json(first_wrong))
        .raw("p50_us", at(0.5))
        .raw("p99_us", at(0.99))
        .raw("max_us", at(1))
        .print();
    return 0;
}

}  // namespace peer
