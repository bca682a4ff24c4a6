// Names the fields of each type, in the order of the wire. `fields(f, message)` calls f(name, value) for each field;
// `fields(f, a, b)` calls f(name, value of a, value of b). Printing uses the first form, comparing the second.
#pragma once

#include "types.hpp"

namespace peer {

#define PEER_FIELD(name) f(#name, m.name()...)
#define PEER_TYPE(T) template <class F, class... R> void fields(F& f, const T& first, const R&... rest)
#define PEER_EACH(...) \
    { [&](const auto&... m) { __VA_ARGS__; }(first, rest...); }

PEER_TYPE(Time_) PEER_EACH(PEER_FIELD(sec), PEER_FIELD(nanosec))
PEER_TYPE(Header_) PEER_EACH(PEER_FIELD(stamp), PEER_FIELD(frame_id))
PEER_TYPE(Bool_) PEER_EACH(PEER_FIELD(data))
PEER_TYPE(String_) PEER_EACH(PEER_FIELD(data))
PEER_TYPE(MultiArrayDimension_) PEER_EACH(PEER_FIELD(label), PEER_FIELD(size), PEER_FIELD(stride))
PEER_TYPE(MultiArrayLayout_) PEER_EACH(PEER_FIELD(dim), PEER_FIELD(data_offset))
PEER_TYPE(Float64MultiArray_) PEER_EACH(PEER_FIELD(layout), PEER_FIELD(data))
PEER_TYPE(Clock_) PEER_EACH(PEER_FIELD(clock))

PEER_TYPE(Vector3_) PEER_EACH(PEER_FIELD(x), PEER_FIELD(y), PEER_FIELD(z))
PEER_TYPE(Point_) PEER_EACH(PEER_FIELD(x), PEER_FIELD(y), PEER_FIELD(z))
PEER_TYPE(Quaternion_) PEER_EACH(PEER_FIELD(x), PEER_FIELD(y), PEER_FIELD(z), PEER_FIELD(w))
PEER_TYPE(Pose_) PEER_EACH(PEER_FIELD(position), PEER_FIELD(orientation))
PEER_TYPE(Twist_) PEER_EACH(PEER_FIELD(linear), PEER_FIELD(angular))
PEER_TYPE(Wrench_) PEER_EACH(PEER_FIELD(force), PEER_FIELD(torque))
PEER_TYPE(PoseStamped_) PEER_EACH(PEER_FIELD(header), PEER_FIELD(pose))
PEER_TYPE(TwistStamped_) PEER_EACH(PEER_FIELD(header), PEER_FIELD(twist))
PEER_TYPE(WrenchStamped_) PEER_EACH(PEER_FIELD(header), PEER_FIELD(wrench))

PEER_TYPE(JointState_)
PEER_EACH(PEER_FIELD(header), PEER_FIELD(name), PEER_FIELD(position), PEER_FIELD(velocity), PEER_FIELD(effort))
PEER_TYPE(Image_)
PEER_EACH(PEER_FIELD(header), PEER_FIELD(height), PEER_FIELD(width), PEER_FIELD(encoding), PEER_FIELD(is_bigendian),
          PEER_FIELD(step), PEER_FIELD(data))
PEER_TYPE(CompressedImage_) PEER_EACH(PEER_FIELD(header), PEER_FIELD(format), PEER_FIELD(data))
PEER_TYPE(RegionOfInterest_)
PEER_EACH(PEER_FIELD(x_offset), PEER_FIELD(y_offset), PEER_FIELD(height), PEER_FIELD(width), PEER_FIELD(do_rectify))
PEER_TYPE(CameraInfo_)
PEER_EACH(PEER_FIELD(header), PEER_FIELD(height), PEER_FIELD(width), PEER_FIELD(distortion_model), PEER_FIELD(d),
          PEER_FIELD(k), PEER_FIELD(r), PEER_FIELD(p), PEER_FIELD(binning_x), PEER_FIELD(binning_y), PEER_FIELD(roi))
PEER_TYPE(Joy_) PEER_EACH(PEER_FIELD(header), PEER_FIELD(axes), PEER_FIELD(buttons))

#define PEER_NODES(release) \
    PEER_TYPE(release::Gid_) PEER_EACH(PEER_FIELD(data)) \
    PEER_TYPE(release::NodeEntitiesInfo_) \
    PEER_EACH(PEER_FIELD(node_namespace), PEER_FIELD(node_name), PEER_FIELD(reader_gid_seq), PEER_FIELD(writer_gid_seq)) \
    PEER_TYPE(release::ParticipantEntitiesInfo_) PEER_EACH(PEER_FIELD(gid), PEER_FIELD(node_entities_info_seq))
PEER_NODES(humble)
PEER_NODES(iron)

#undef PEER_NODES
#undef PEER_EACH
#undef PEER_TYPE
#undef PEER_FIELD

}  // namespace peer
