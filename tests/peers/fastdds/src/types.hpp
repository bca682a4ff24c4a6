// Short names for the generated types, and the names that DDS knows them by.
#pragma once

#include "builtin_interfaces.h"
#include "geometry_msgs.h"
#include "rmw_dds_common.h"
#include "rosgraph_msgs.h"
#include "sensor_msgs.h"
#include "std_msgs.h"

namespace peer {

using builtin_interfaces::msg::dds_::Time_;
using geometry_msgs::msg::dds_::Point_;
using geometry_msgs::msg::dds_::Pose_;
using geometry_msgs::msg::dds_::PoseStamped_;
using geometry_msgs::msg::dds_::Quaternion_;
using geometry_msgs::msg::dds_::Twist_;
using geometry_msgs::msg::dds_::TwistStamped_;
using geometry_msgs::msg::dds_::Vector3_;
using geometry_msgs::msg::dds_::Wrench_;
using geometry_msgs::msg::dds_::WrenchStamped_;
using rosgraph_msgs::msg::dds_::Clock_;
using sensor_msgs::msg::dds_::CameraInfo_;
using sensor_msgs::msg::dds_::CompressedImage_;
using sensor_msgs::msg::dds_::Image_;
using sensor_msgs::msg::dds_::JointState_;
using sensor_msgs::msg::dds_::Joy_;
using sensor_msgs::msg::dds_::RegionOfInterest_;
using std_msgs::msg::dds_::Bool_;
using std_msgs::msg::dds_::Float64MultiArray_;
using std_msgs::msg::dds_::Header_;
using std_msgs::msg::dds_::MultiArrayDimension_;
using std_msgs::msg::dds_::MultiArrayLayout_;
using std_msgs::msg::dds_::String_;
namespace humble = rmw_dds_common::msg::dds_;
namespace iron = rmw_dds_common_iron::msg::dds_;

}  // namespace peer
