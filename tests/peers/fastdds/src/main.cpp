#include <fastdds/dds/log/Log.hpp>
#include <fastdds/dds/log/StdoutErrConsumer.hpp>

#include <cstdio>

#include "modes.hpp"

namespace {

constexpr const char* usage =
    "fastdds-peer MODE ... [--domain N] [--seconds S] [--node NAME] [--gid 24|16]\n"
    "  pub TYPE TOPIC            [--rate HZ] [--count N] [--wait READERS] [--stay] [--size WxH] [--big-endian]\n"
    "  sub TYPE TOPIC            [--count N] [--print N] [--save FILE] [--size WxH]\n"
    "  echo TYPE IN OUT\n"
    "  ping TYPE OUT IN          [--rate HZ] [--count N]\n"
    "  raw TYPE TOPIC --file F   [--rate HZ] [--count N] [--loop] [--wait READERS] [--stay]\n"
    "  node --name NAME\n"
    "  many                      [--topics N] [--participants N] [--seed N]\n"
    "  watch\n"
    "endpoints: [--reliability reliable|best_effort] [--depth N|all] [--durability volatile|transient_local] [--async]\n";

struct Mode {
    const char* name;
    int (*run)(const peer::Options&, peer::Stop&);
};

constexpr Mode modes[] = {{"pub", peer::publish}, {"sub", peer::subscribe}, {"echo", peer::echo}, {"ping", peer::ping},
                          {"raw", peer::raw},     {"node", peer::node},     {"many", peer::many}, {"watch", peer::watch}};

}  // namespace

int main(int argc, char** argv) {
    try {
        peer::Options options(argc, argv);
        const auto& name = options.word(0, "the mode");
        for (const auto& mode : modes) {
            if (name != mode.name) continue;
            // A peer whose caller has died ends all the same.
            peer::Stop stop(options.number("seconds", 60));
            using namespace eprosima::fastdds::dds;
            Log::ClearConsumers();  // the default one writes to stdout, which is for JSON
            Log::RegisterConsumer(std::make_unique<StdoutErrConsumer>());
            return mode.run(options, stop);
        }
        throw peer::UsageError("no mode '" + name + "'");
    }
    catch (const peer::UsageError& e) {
        std::fprintf(stderr, "fastdds-peer: %s\n%s", e.what(), usage);
        return 2;
    }
    catch (const std::exception& e) {
        std::fprintf(stderr, "fastdds-peer: %s\n", e.what());
        return 1;
    }
}
