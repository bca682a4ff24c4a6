// Turns sample numbers into payloads and payloads into findings, for a type chosen by name at run time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "content.hpp"

namespace peer {

// A serialised sample, with the four bytes of the encapsulation header in front.
using Payload = std::vector<uint8_t>;

struct Finding {
    bool decoded = false;
    std::optional<uint64_t> number;  // what the sample says
    std::string wrong;               // empty: every field is as the rule says
};

class Codec {
public:
    virtual ~Codec() = default;
    virtual std::string dds_name() const = 0;
    virtual Payload encode(uint64_t n, Size size, bool big_endian) const = 0;
    // `counted` is the number by the writer's own count. It serves where the sample does not say its number.
    virtual Finding check(const Payload& payload, Size size, uint64_t counted) const = 0;
    virtual std::string print(const Payload& payload) const = 0;  // JSON
};

// Takes `JointState`, `sensor_msgs/JointState`, `sensor_msgs/msg/JointState` or the DDS name. Null: no such type here.
std::shared_ptr<Codec> find_codec(const std::string& name, bool gid16);
std::vector<std::string> codec_names();

Payload encode_nodes(const humble::ParticipantEntitiesInfo_& info, bool gid16);

}  // namespace peer
