// A DDS type whose samples are payloads. It neither serialises nor decodes, so that a payload leaves as the caller made it and
// arrives as the network brought it, malformed or not.
#pragma once

#include <fastdds/dds/topic/TopicDataType.hpp>

#include "codec.hpp"

namespace peer {

class RawType : public eprosima::fastdds::dds::TopicDataType {
    using Serialized = eprosima::fastrtps::rtps::SerializedPayload_t;

public:
    explicit RawType(const std::string& dds_name) {
        setName(dds_name.c_str());
        m_typeSize = 256;  // where preallocation begins; larger samples get more
        auto_fill_type_object(false);
        auto_fill_type_information(false);
    }
    bool serialize(void* data, Serialized* out) override {
        auto& payload = *static_cast<Payload*>(data);
        if (payload.size() > out->max_size) return false;
        std::copy(payload.begin(), payload.end(), out->data);
        out->length = static_cast<uint32_t>(payload.size());
        out->encapsulation = payload.size() > 1 && payload[1] == 0 ? CDR_BE : CDR_LE;
        return true;
    }
    bool deserialize(Serialized* in, void* data) override {
        static_cast<Payload*>(data)->assign(in->data, in->data + in->length);
        return true;
    }
    std::function<uint32_t()> getSerializedSizeProvider(void* data) override {
        return [data] { return static_cast<uint32_t>(static_cast<Payload*>(data)->size()); };
    }
    void* createData() override { return new Payload; }
    void deleteData(void* data) override { delete static_cast<Payload*>(data); }
    bool getKey(void*, eprosima::fastrtps::rtps::InstanceHandle_t*, bool) override { return false; }
};

}  // namespace peer
