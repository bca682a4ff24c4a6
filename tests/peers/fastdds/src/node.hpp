// Makes a participant appear as a ROS node: publishes which endpoints it has.
#pragma once

#include <string>

#include "endpoint.hpp"

namespace peer {

constexpr const char* nodes_topic = "ros_discovery_info";
constexpr const char* nodes_type = "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_";

// `name` may hold a namespace: /arm/driver. An empty name announces nothing. Call it once all endpoints exist.
void announce_node(Participant& participant, const std::string& name, bool gid16);

}  // namespace peer
