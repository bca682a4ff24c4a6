// What sample number n of each type holds, and how to read n back from a sample. README.md states the rule.
#pragma once

#include <cstdint>
#include <optional>

#include "types.hpp"

namespace peer {

struct Size {
    uint32_t width = 640;
    uint32_t height = 480;
};

void fill(Bool_& m, uint64_t n, Size);
void fill(String_& m, uint64_t n, Size);
void fill(Float64MultiArray_& m, uint64_t n, Size);
void fill(Time_& m, uint64_t n, Size);
void fill(Header_& m, uint64_t n, Size);
void fill(Clock_& m, uint64_t n, Size);
void fill(Twist_& m, uint64_t n, Size);
void fill(PoseStamped_& m, uint64_t n, Size);
void fill(TwistStamped_& m, uint64_t n, Size);
void fill(WrenchStamped_& m, uint64_t n, Size);
void fill(JointState_& m, uint64_t n, Size);
void fill(Image_& m, uint64_t n, Size);
void fill(CompressedImage_& m, uint64_t n, Size);
void fill(CameraInfo_& m, uint64_t n, Size);
void fill(Joy_& m, uint64_t n, Size);
void fill(humble::ParticipantEntitiesInfo_& m, uint64_t n, Size);
void fill(iron::ParticipantEntitiesInfo_& m, uint64_t n, Size);

// No value: the sample does not say its number. A Bool never does.
std::optional<uint64_t> number_of(const Bool_& m);
std::optional<uint64_t> number_of(const String_& m);
std::optional<uint64_t> number_of(const Float64MultiArray_& m);
std::optional<uint64_t> number_of(const Time_& m);
std::optional<uint64_t> number_of(const Header_& m);
std::optional<uint64_t> number_of(const Clock_& m);
std::optional<uint64_t> number_of(const Twist_& m);
std::optional<uint64_t> number_of(const humble::ParticipantEntitiesInfo_& m);
std::optional<uint64_t> number_of(const iron::ParticipantEntitiesInfo_& m);

template <class T>
auto number_of(const T& m) -> decltype(number_of(m.header())) {
    return number_of(m.header());
}

}  // namespace peer
