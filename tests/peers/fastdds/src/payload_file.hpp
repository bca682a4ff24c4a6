// A file of payloads: for each its length as four bytes, little-endian, then the payload with its encapsulation header.
#pragma once

#include <fstream>
#include <string>
#include <vector>

#include "codec.hpp"
#include "options.hpp"

namespace peer {

inline std::vector<Payload> read_payloads(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw UsageError("cannot read " + path);
    std::vector<Payload> payloads;
    uint8_t head[4];
    while (file.read(reinterpret_cast<char*>(head), 4)) {
        uint32_t length = head[0] | head[1] << 8 | head[2] << 16 | static_cast<uint32_t>(head[3]) << 24;
        if (length > 64u << 20) throw UsageError(path + ": a payload of " + std::to_string(length) + " bytes is over 64 MiB");
        Payload payload(length);
        if (!file.read(reinterpret_cast<char*>(payload.data()), length)) throw UsageError(path + ": the last payload is cut off");
        payloads.push_back(std::move(payload));
    }
    if (file.gcount() != 0) throw UsageError(path + ": ends within a length");
    if (payloads.empty()) throw UsageError(path + ": holds no payload");
    return payloads;
}

inline void append_payload(std::ofstream& file, const Payload& payload) {
    auto length = static_cast<uint32_t>(payload.size());
    const char head[4] = {static_cast<char>(length), static_cast<char>(length >> 8), static_cast<char>(length >> 16),
                          static_cast<char>(length >> 24)};
    file.write(head, 4).write(reinterpret_cast<const char*>(payload.data()), static_cast<std::streamsize>(length));
}

}  // namespace peer
