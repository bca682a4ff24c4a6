// Counts what arrives: losses, duplicates, order and content, for each writer on its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "endpoint.hpp"
#include "json.hpp"

namespace peer {

class Tally {
public:
    void add(const Sample& sample, const Finding& finding);
    uint64_t distinct() const;
    uint64_t wrong() const { return wrong_; }
    // `expected`: how many samples were sent; 0 counts only the gaps between the first and the last that came.
    void summarise(Line& line, uint64_t expected) const;

private:
    struct Stream {
        std::vector<bool> seen;  // by number
        uint64_t distinct = 0, first = 0, newest = 0;
    };
    std::map<rtps::GUID_t, Stream> streams_;
    uint64_t received_ = 0, duplicated_ = 0, reordered_ = 0, wrong_ = 0, undecodable_ = 0;
    int64_t first_ns_ = 0, last_ns_ = 0;
    std::string first_wrong_;
};

}  // namespace peer
