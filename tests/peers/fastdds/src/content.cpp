#include "content.hpp"

#include <cmath>
#include <cstring>
#include <string>

namespace peer {
namespace {

// A length that is prime to every power of two shows a fragment that landed in the wrong place.
void fill_bytes(std::vector<uint8_t>& bytes, size_t length, uint64_t n) {
    bytes.resize(length);
    uint32_t value = static_cast<uint32_t>(31 * (n % 251) % 251);
    for (auto& b : bytes) {
        b = static_cast<uint8_t>(value);
        if (++value == 251) value = 0;
    }
}

void fill_vector(Vector3_& v, double first, double step) { v.x(first), v.y(first + step), v.z(first + 2 * step); }

std::optional<uint64_t> whole(double value) {
    if (!(value >= 0 && value < 9e15) || value != std::floor(value)) return {};
    return static_cast<uint64_t>(value);
}

template <class Info>
void fill_nodes(Info& m, uint64_t n) {
    auto& gid = m.gid().data();
    for (size_t i = 0; i < gid.size(); i++) gid[i] = static_cast<uint8_t>(i < 8 ? n >> (8 * i) : i);
    m.node_entities_info_seq().resize(n % 3);
    uint8_t index = 0;
    for (auto& node : m.node_entities_info_seq()) {
        node.node_namespace("/");
        node.node_name("node_" + std::to_string(index++));
        node.reader_gid_seq().assign(index, m.gid());
        node.writer_gid_seq().clear();
    }
}

template <class Info>
std::optional<uint64_t> number_of_nodes(const Info& m) {
    uint64_t n = 0;
    for (size_t i = 0; i < 8; i++) n |= static_cast<uint64_t>(m.gid().data()[i]) << (8 * i);
    return n;
}

}  // namespace

void fill(Bool_& m, uint64_t n, Size) { m.data(n % 3 == 0); }
void fill(String_& m, uint64_t n, Size) { m.data("sample " + std::to_string(n) + " \xc3\xa9"); }
void fill(Time_& m, uint64_t n, Size) {
    m.sec(static_cast<int32_t>(n / 1000));
    m.nanosec(static_cast<uint32_t>(n % 1000 * 1000000));
}
void fill(Header_& m, uint64_t n, Size size) {
    fill(m.stamp(), n, size);
    m.frame_id(std::string("abcdefg", n % 8));
}
void fill(Clock_& m, uint64_t n, Size size) { fill(m.clock(), n, size); }

void fill(Float64MultiArray_& m, uint64_t n, Size) {
    auto& dim = m.layout().dim();
    dim.resize(2);
    dim[0].label("rows"), dim[0].size(2), dim[0].stride(6);
    dim[1].label("columns"), dim[1].size(3), dim[1].stride(3);
    m.layout().data_offset(static_cast<uint32_t>(n));
    m.data().resize(6);
    for (size_t i = 0; i < 6; i++) m.data()[i] = static_cast<double>(n) + i / 8.0;
}

void fill(Twist_& m, uint64_t n, Size) {
    fill_vector(m.linear(), static_cast<double>(n), 0.25);
    fill_vector(m.angular(), -static_cast<double>(n), -0.25);
}
void fill(TwistStamped_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    fill(m.twist(), n, size);
}
void fill(WrenchStamped_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    fill_vector(m.wrench().force(), static_cast<double>(n), 0.25);
    fill_vector(m.wrench().torque(), -static_cast<double>(n), -0.25);
}
void fill(PoseStamped_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    double a = 0.001 * static_cast<double>(n), s = std::sin(a), c = std::cos(a), h = std::sqrt(0.75);
    m.pose().position().x(s), m.pose().position().y(c), m.pose().position().z(static_cast<double>(n));
    auto& q = m.pose().orientation();
    q.x(0.5 * s), q.y(0.5 * c), q.z(h * s), q.w(h * c);
}

void fill(JointState_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    m.name().resize(7), m.position().resize(7), m.velocity().resize(7);
    // ROS allows a robot to leave a field empty, so every fifth sample has no efforts.
    m.effort().resize(n % 5 == 4 ? 0 : 7);
    for (size_t i = 0; i < 7; i++) {
        m.name()[i] = "joint_" + std::to_string(i + 1);
        m.position()[i] = std::sin(0.001 * static_cast<double>(n) + static_cast<double>(i));
        m.velocity()[i] = 0.001 * std::cos(0.001 * static_cast<double>(n) + static_cast<double>(i));
        if (i < m.effort().size()) m.effort()[i] = static_cast<double>(i) + static_cast<double>(n % 1024) / 1024;
    }
}

void fill(Image_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    m.height(size.height), m.width(size.width), m.step(3 * size.width);
    m.encoding("rgb8"), m.is_bigendian(0);
    fill_bytes(m.data(), size_t{3} * size.width * size.height, n);
}
void fill(CompressedImage_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    m.format("jpeg");
    fill_bytes(m.data(), 20000 + n % 1000, n);
}
void fill(CameraInfo_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    m.height(size.height), m.width(size.width), m.distortion_model("plumb_bob");
    m.d().resize(5);
    double v = static_cast<double>(n);
    for (size_t i = 0; i < 5; i++) m.d()[i] = v + i / 4.0;
    for (size_t i = 0; i < 9; i++) m.k()[i] = v + i / 16.0, m.r()[i] = i / 16.0 - v;
    for (size_t i = 0; i < 12; i++) m.p()[i] = v - i / 32.0;
    m.binning_x(n % 3), m.binning_y(n % 5);
    m.roi().x_offset(n % 640), m.roi().y_offset(n % 480), m.roi().height(n % 7), m.roi().width(n % 11);
    m.roi().do_rectify(n % 2 == 1);
}
void fill(Joy_& m, uint64_t n, Size size) {
    fill(m.header(), n, size);
    m.axes().resize(6), m.buttons().resize(12);
    for (size_t i = 0; i < 6; i++) m.axes()[i] = (static_cast<float>((n + i) % 201) - 100) / 128;
    for (size_t i = 0; i < 12; i++) m.buttons()[i] = static_cast<int32_t>(n >> i & 1);
}
void fill(humble::ParticipantEntitiesInfo_& m, uint64_t n, Size) { fill_nodes(m, n); }
void fill(iron::ParticipantEntitiesInfo_& m, uint64_t n, Size) { fill_nodes(m, n); }

std::optional<uint64_t> number_of(const Bool_&) { return {}; }
std::optional<uint64_t> number_of(const String_& m) {
    uint64_t n = 0;
    if (std::sscanf(m.data().c_str(), "sample %lu", &n) != 1) return {};
    return n;
}
std::optional<uint64_t> number_of(const Float64MultiArray_& m) {
    if (m.data().empty()) return {};
    return whole(m.data()[0]);
}
std::optional<uint64_t> number_of(const Time_& m) {
    if (m.sec() < 0) return {};
    return static_cast<uint64_t>(m.sec()) * 1000 + m.nanosec() / 1000000;
}
std::optional<uint64_t> number_of(const Header_& m) { return number_of(m.stamp()); }
std::optional<uint64_t> number_of(const Clock_& m) { return number_of(m.clock()); }
std::optional<uint64_t> number_of(const Twist_& m) { return whole(m.linear().x()); }
std::optional<uint64_t> number_of(const humble::ParticipantEntitiesInfo_& m) { return number_of_nodes(m); }
std::optional<uint64_t> number_of(const iron::ParticipantEntitiesInfo_& m) { return number_of_nodes(m); }

}  // namespace peer
