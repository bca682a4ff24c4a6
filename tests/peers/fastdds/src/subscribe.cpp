#include "modes.hpp"
#include "payload_file.hpp"
#include "tally.hpp"

namespace peer {

int subscribe(const Options& options, Stop& stop) {
    auto codec = codec_of(options);
    auto size = options.size();
    auto count = static_cast<uint64_t>(options.number("count", 0));
    auto to_print = static_cast<uint64_t>(options.number("print", 0));
    std::ofstream save;
    if (options.has("save")) {
        save.open(options.text("save", ""), std::ios::binary);
        if (!save) throw UsageError("cannot write " + options.text("save", ""));
    }

    Tally tally;
    std::atomic<uint64_t> distinct{0};
    uint64_t printed = 0;
    {
        Participant participant(domain_of(options));
        // One thread of Fast DDS brings all samples of a reader, so the tally needs no lock.
        participant.add_reader(codec->dds_name(), dds_topic(options.word(2, "the topic")), options.qos(), [&](const Sample& sample) {
            if (printed < to_print) Line().with("sample", printed++).raw("message", codec->print(sample.payload)).print();
            if (save.is_open()) append_payload(save, sample.payload);
            tally.add(sample, codec->check(sample.payload, size, sample.counted));
            distinct = tally.distinct();
        });
        ready(participant, options);
        stop.sleep_until_true([&] { return count > 0 && distinct >= count; });
    }  // the reader is gone before its counts are read

    Line line;
    line.with("summary", "sub");
    tally.summarise(line, count);
    line.print();
    return 0;
}

}  // namespace peer
