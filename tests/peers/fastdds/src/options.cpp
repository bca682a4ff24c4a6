#include "options.hpp"

#include <cstdio>
#include <cstdlib>
#include <set>

namespace peer {
namespace {

const std::set<std::string> with_value = {"domain", "seconds", "rate",  "count", "reliability", "depth", "durability", "size",  "node",
                                          "name",   "wait",    "print", "file",  "save",        "gid",   "topics",     "seed",  "participants", "linger"};
const std::set<std::string> without_value = {"async", "big-endian", "loop", "on-input", "stay"};

}  // namespace

Options::Options(int argc, char** argv) {
    for (int i = 1; i < argc; i++) {
        std::string argument = argv[i];
        if (argument.rfind("--", 0) != 0) {
            words_.push_back(argument);
            continue;
        }
        std::string name = argument.substr(2);
        if (without_value.count(name)) options_[name] = "";
        else if (!with_value.count(name)) throw UsageError("no option " + argument);
        else if (++i == argc) throw UsageError(argument + " needs a value");
        else options_[name] = argv[i];
    }
}

const std::string& Options::word(size_t index, const char* what) const {
    if (index >= words_.size()) throw UsageError(std::string("missing ") + what);
    return words_[index];
}

std::string Options::text(const std::string& name, const std::string& otherwise) const {
    auto found = options_.find(name);
    return found == options_.end() ? otherwise : found->second;
}

double Options::number(const std::string& name, double otherwise) const {
    if (!has(name)) return otherwise;
    const std::string& value = options_.at(name);
    char* end = nullptr;
    double result = std::strtod(value.c_str(), &end);
    if (value.empty() || *end != 0 || !(result >= 0 && result < 1e15))
        throw UsageError("--" + name + " takes a number from 0 on, not '" + value + "'");
    return result;
}

Qos Options::qos() const {
    Qos qos;
    auto reliability = text("reliability", "reliable"), durability = text("durability", "volatile");
    if (reliability != "reliable" && reliability != "best_effort") throw UsageError("--reliability takes reliable or best_effort");
    if (durability != "volatile" && durability != "transient_local") throw UsageError("--durability takes volatile or transient_local");
    qos.reliable = reliability == "reliable";
    qos.transient_local = durability == "transient_local";
    qos.depth = text("depth", "") == "all" ? 0 : static_cast<int>(number("depth", 10));
    qos.async = has("async");
    return qos;
}

Size Options::size() const {
    Size size;
    auto value = text("size", "640x480");
    char rest;
    if (std::sscanf(value.c_str(), "%ux%u%c", &size.width, &size.height, &rest) != 2 || size.width > 10000 || size.height > 10000)
        throw UsageError("--size takes WIDTHxHEIGHT, not '" + value + "'");
    return size;
}

std::string dds_topic(const std::string& name) { return !name.empty() && name[0] == '/' ? "rt" + name : name; }

}  // namespace peer
