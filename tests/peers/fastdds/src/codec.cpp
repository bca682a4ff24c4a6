#include "codec.hpp"

#include <fastcdr/Cdr.h>
#include <fastcdr/FastBuffer.h>

#include <algorithm>

#include "inspect.hpp"

namespace peer {
namespace {

using eprosima::fastcdr::Cdr;
using eprosima::fastcdr::FastBuffer;

template <class T>
Payload encode_message(const T& message, bool big_endian) {
    Payload payload(4 + T::getCdrSerializedSize(message));
    FastBuffer buffer(reinterpret_cast<char*>(payload.data()), payload.size());
    Cdr cdr(buffer, big_endian ? Cdr::BIG_ENDIANNESS : Cdr::LITTLE_ENDIANNESS, Cdr::DDS_CDR);
    cdr.serialize_encapsulation();
    message.serialize(cdr);
    payload.resize(cdr.getSerializedDataLength());
    return payload;
}

template <class T>
void decode_message(const Payload& payload, T& message) {
    FastBuffer buffer(reinterpret_cast<char*>(const_cast<uint8_t*>(payload.data())), payload.size());
    Cdr cdr(buffer, Cdr::DEFAULT_ENDIAN, Cdr::DDS_CDR);
    cdr.read_encapsulation();
    message.deserialize(cdr);
}

template <class T>
class CodecOf final : public Codec {
public:
    explicit CodecOf(std::string dds_name) : dds_name_(std::move(dds_name)) {}

    std::string dds_name() const override { return dds_name_; }

    Payload encode(uint64_t n, Size size, bool big_endian) const override {
        T message;
        fill(message, n, size);
        return encode_message(message, big_endian);
    }

    Finding check(const Payload& payload, Size size, uint64_t counted) const override {
        Finding finding;
        T message;
        try {
            decode_message(payload, message);
        }
        catch (const std::exception& e) {
            finding.wrong = std::string("cannot be decoded: ") + e.what();
            return finding;
        }
        finding.decoded = true;
        finding.number = number_of(message);
        T expected;
        fill(expected, finding.number.value_or(counted), size);
        Comparer compare;
        fields(compare, message, expected);
        finding.wrong = compare.difference;
        return finding;
    }

    std::string print(const Payload& payload) const override {
        T message;
        try {
            decode_message(payload, message);
        }
        catch (const std::exception& e) {
            return Line().with("error", std::string(e.what())).text();
        }
        return Printer::show(message);
    }

private:
    std::string dds_name_;
};

struct Entry {
    const char* package;
    const char* name;
    std::shared_ptr<Codec> (*make)(const std::string& dds_name);
};

template <class T>
std::shared_ptr<Codec> make(const std::string& dds_name) {
    return std::make_shared<CodecOf<T>>(dds_name);
}

const Entry entries[] = {
    {"builtin_interfaces", "Time", make<Time_>},
    {"std_msgs", "Header", make<Header_>},
    {"std_msgs", "Bool", make<Bool_>},
    {"std_msgs", "String", make<String_>},
    {"std_msgs", "Float64MultiArray", make<Float64MultiArray_>},
    {"rosgraph_msgs", "Clock", make<Clock_>},
    {"geometry_msgs", "Twist", make<Twist_>},
    {"geometry_msgs", "PoseStamped", make<PoseStamped_>},
    {"geometry_msgs", "TwistStamped", make<TwistStamped_>},
    {"geometry_msgs", "WrenchStamped", make<WrenchStamped_>},
    {"sensor_msgs", "JointState", make<JointState_>},
    {"sensor_msgs", "Image", make<Image_>},
    {"sensor_msgs", "CompressedImage", make<CompressedImage_>},
    {"sensor_msgs", "CameraInfo", make<CameraInfo_>},
    {"sensor_msgs", "Joy", make<Joy_>},
    {"rmw_dds_common", "ParticipantEntitiesInfo", make<humble::ParticipantEntitiesInfo_>},
};

std::string dds_name_of(const Entry& e) { return std::string(e.package) + "::msg::dds_::" + e.name + "_"; }

}  // namespace

std::shared_ptr<Codec> find_codec(const std::string& name, bool gid16) {
    for (const auto& e : entries) {
        std::string package = e.package, type = e.name, dds = dds_name_of(e);
        if (name != type && name != package + "/" + type && name != package + "/msg/" + type && name != dds) continue;
        return gid16 && package == "rmw_dds_common" ? make<iron::ParticipantEntitiesInfo_>(dds) : e.make(dds);
    }
    return nullptr;
}

std::vector<std::string> codec_names() {
    std::vector<std::string> names;
    for (const auto& e : entries) names.push_back(std::string(e.package) + "/" + e.name);
    return names;
}

Payload encode_nodes(const humble::ParticipantEntitiesInfo_& info, bool gid16) {
    if (!gid16) return encode_message(info, false);
    auto shorten = [](const humble::Gid_& gid) {
        iron::Gid_ shorter;
        std::copy_n(gid.data().begin(), 16, shorter.data().begin());
        return shorter;
    };
    iron::ParticipantEntitiesInfo_ copy;
    copy.gid(shorten(info.gid()));
    for (const auto& node : info.node_entities_info_seq()) {
        iron::NodeEntitiesInfo_ other;
        other.node_namespace(node.node_namespace());
        other.node_name(node.node_name());
        for (const auto& gid : node.reader_gid_seq()) other.reader_gid_seq().push_back(shorten(gid));
        for (const auto& gid : node.writer_gid_seq()) other.writer_gid_seq().push_back(shorten(gid));
        copy.node_entities_info_seq().push_back(other);
    }
    return encode_message(copy, false);
}

}  // namespace peer
