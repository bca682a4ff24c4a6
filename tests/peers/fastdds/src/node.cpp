#include "node.hpp"

#include <algorithm>

namespace peer {
namespace {

humble::Gid_ gid_of(const rtps::GUID_t& guid) {
    humble::Gid_ gid;
    gid.data().fill(0);
    auto rest = std::copy_n(guid.guidPrefix.value, 12, gid.data().begin());
    std::copy_n(guid.entityId.value, 4, rest);
    return gid;
}

}  // namespace

void announce_node(Participant& participant, const std::string& name, bool gid16) {
    if (name.empty()) return;
    auto slash = name.rfind('/');
    humble::NodeEntitiesInfo_ node;
    node.node_namespace(slash == std::string::npos || slash == 0 ? "/" : name.substr(0, slash));
    node.node_name(slash == std::string::npos ? name : name.substr(slash + 1));
    for (const auto& reader : participant.readers()) node.reader_gid_seq().push_back(gid_of(reader->guid()));
    for (const auto& writer : participant.writers()) node.writer_gid_seq().push_back(gid_of(writer->guid()));

    humble::ParticipantEntitiesInfo_ info;
    info.gid(gid_of(participant.guid()));
    info.node_entities_info_seq().push_back(node);

    Qos qos;
    qos.transient_local = true;
    qos.depth = 1;
    participant.add_writer(nodes_type, nodes_topic, qos).write(encode_nodes(info, gid16));
}

}  // namespace peer
