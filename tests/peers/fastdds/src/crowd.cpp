// Modes that look at the whole domain or fill it: watch and many.
#include <random>

#include "modes.hpp"

namespace peer {
namespace {

template <class Text>
std::string bytes_as_text(const Text& octets) {
    return std::string(octets.begin(), octets.end());
}

class Watcher : public dds::DomainParticipantListener {
    void on_participant_discovery(dds::DomainParticipant*, rtps::ParticipantDiscoveryInfo&& found) override {
        bool gone = found.status >= rtps::ParticipantDiscoveryInfo::REMOVED_PARTICIPANT;
        Line()
            .with("event", gone ? "participant_gone" : "participant")
            .with("guid", hex(found.info.m_guid))
            .with("name", std::string(found.info.m_participantName.c_str()))
            .with("user_data", bytes_as_text(found.info.m_userData))
            .print();
    }
    void on_publisher_discovery(dds::DomainParticipant*, rtps::WriterDiscoveryInfo&& found) override {
        tell("writer", found.info, found.status == rtps::WriterDiscoveryInfo::REMOVED_WRITER);
    }
    void on_subscriber_discovery(dds::DomainParticipant*, rtps::ReaderDiscoveryInfo&& found) override {
        tell("reader", found.info, found.status == rtps::ReaderDiscoveryInfo::REMOVED_READER);
    }
    template <class Data>
    static void tell(const char* endpoint, const Data& data, bool gone) {
        Line()
            .with("event", std::string(endpoint) + (gone ? "_gone" : ""))
            .with("guid", hex(data.guid()))
            .with("topic", std::string(data.topicName().c_str()))
            .with("type", std::string(data.typeName().c_str()))
            .with("reliable", data.m_qos.m_reliability.kind == dds::RELIABLE_RELIABILITY_QOS)
            .with("transient_local", data.m_qos.m_durability.kind == dds::TRANSIENT_LOCAL_DURABILITY_QOS)
            .with("user_data", bytes_as_text(data.m_qos.m_userData))
            .print();
    }
};

std::string random_name(std::mt19937& random) {
    std::string name = "foreign_";
    for (int i = 0; i < 8; i++) name += static_cast<char>('a' + random() % 26);
    return name;
}

}  // namespace

int watch(const Options& options, Stop& stop) {
    auto codec = find_codec(nodes_type, gid16_of(options));
    Watcher watcher;
    {
        Participant participant(domain_of(options), "fastdds_peer", &watcher);
        Qos qos;
        qos.transient_local = true;
        qos.depth = 0;
        participant.add_reader(nodes_type, nodes_topic, qos, [&](const Sample& sample) {
            Line().with("event", "nodes").raw("message", codec->print(sample.payload)).print();
        });
        ready(participant, options);
        stop.sleep_to_the_end();
    }
    Line().with("summary", "watch").print();
    return 0;
}

int many(const Options& options, Stop& stop) {
    auto topics = static_cast<int>(options.number("topics", 0)), others = static_cast<int>(options.number("participants", 1));
    if (options.words() > 1) throw UsageError("many takes --topics N and --participants N");
    if (topics > 2000 || others < 1 || others > 50) throw UsageError("many makes up to 2000 topics and 1 to 50 participants");
    std::mt19937 random(static_cast<uint32_t>(options.number("seed", 1)));
    if (options.has("on-input")) {
        Line().with("ready", true).print();
        wait_for_input_to_end();
    }
    auto types = codec_names();
    types.pop_back();  // the list of nodes has a topic of its own

    std::vector<std::unique_ptr<Participant>> participants;
    for (int i = 0; i < others; i++) participants.push_back(std::make_unique<Participant>(domain_of(options), random_name(random)));
    for (int i = 0; i < topics; i++) {
        auto& participant = *participants[static_cast<size_t>(i % others)];
        auto type = find_codec(types[static_cast<size_t>(i) % types.size()], false)->dds_name();
        auto topic = "rt/" + random_name(random);
        if (i % 2 == 0) participant.add_writer(type, topic, options.qos());
        else participant.add_reader(type, topic, options.qos(), [](const Sample&) {});
    }
    for (auto& participant : participants) announce_node(*participant, random_name(random), gid16_of(options));
    Line().with(options.has("on-input") ? "there" : "ready", true).print();
    stop.sleep_to_the_end();
    Line().with("summary", "many").with("participants", others).with("topics", topics).print();
    return 0;
}

}  // namespace peer
