#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastrtps/utils/IPLocator.h>
#include <fastrtps/xmlparser/XMLProfileManager.h>

#include <algorithm>
#include <fstream>
#include <mutex>

#include "endpoint.hpp"
#include "raw_type.hpp"

namespace peer {
namespace {

constexpr int peers = 20;  // participants on this machine that are looked for

void check(const void* entity, const std::string& what) {
    if (!entity) throw std::runtime_error("cannot create " + what);
}

rtps::Locator_t loopback(uint32_t port) {
    rtps::Locator_t locator(LOCATOR_KIND_UDPv4, port);
    rtps::IPLocator::setIPv4(locator, 127, 0, 0, 1);
    return locator;
}

// Fast DDS refuses a transport whose buffers exceed the system's limit.
uint32_t largest_buffer(const char* limit) {
    uint32_t bytes = 212992;
    std::ifstream(std::string("/proc/sys/net/core/") + limit) >> bytes;
    return std::min(bytes, uint32_t{16} << 20);
}

dds::DomainParticipantQos participant_qos(int domain, const std::string& name) {
    dds::DomainParticipantQos qos;
    qos.name(name);
    const std::string user_data = "enclave=/;";  // ROS 2 puts this on every participant
    qos.user_data().assign(user_data.begin(), user_data.end());

    auto udp = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
    udp->interfaceWhiteList = {"127.0.0.1"};
    udp->sendBufferSize = largest_buffer("wmem_max");
    udp->receiveBufferSize = largest_buffer("rmem_max");
    qos.transport().use_builtin_transports = false;
    qos.transport().user_transports.push_back(udp);

    // The loopback device has no multicast. Unicast locators of our own keep Fast DDS from adding multicast ones, and discovery
    // speaks to the ports that the RTPS rule gives to the first participants of the domain. Port 0 means: by that rule.
    auto& wire = qos.wire_protocol();
    wire.builtin.metatrafficUnicastLocatorList.push_back(loopback(0));
    wire.default_unicast_locator_list.push_back(loopback(0));
    for (int id = 0; id < peers; id++)
        wire.builtin.initialPeersList.push_back(loopback(wire.port.getUnicastPort(domain, id)));
    wire.builtin.discovery_config.leaseDuration = {10, 0};
    wire.builtin.discovery_config.leaseDuration_announcementperiod = {1, 0};
    return qos;
}

template <class EntityQos>
void apply(EntityQos& to, const Qos& qos) {
    to.reliability().kind = qos.reliable ? dds::RELIABLE_RELIABILITY_QOS : dds::BEST_EFFORT_RELIABILITY_QOS;
    to.durability().kind = qos.transient_local ? dds::TRANSIENT_LOCAL_DURABILITY_QOS : dds::VOLATILE_DURABILITY_QOS;
    to.history().kind = qos.depth == 0 ? dds::KEEP_ALL_HISTORY_QOS : dds::KEEP_LAST_HISTORY_QOS;
    to.history().depth = std::max(qos.depth, 1);
    to.resource_limits().max_instances = 1;
    to.resource_limits().max_samples = to.resource_limits().max_samples_per_instance =
        qos.depth == 0 ? 100000 : std::max(5000, qos.depth);
    to.endpoint().history_memory_policy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    to.data_sharing().off();
}

}  // namespace

Participant::Participant(int domain, const std::string& name, dds::DomainParticipantListener* listener) {
    static std::once_flag once;
    std::call_once(once, [] {
        // Participants of one process shall also speak over the wire.
        eprosima::fastrtps::LibrarySettingsAttributes settings;
        settings.intraprocess_delivery = eprosima::fastrtps::INTRAPROCESS_OFF;
        eprosima::fastrtps::xmlparser::XMLProfileManager::library_settings(settings);
    });
    auto factory = dds::DomainParticipantFactory::get_instance();
    participant_ = factory->create_participant(domain, participant_qos(domain, name), listener, dds::StatusMask::none());
    check(participant_, "a participant in domain " + std::to_string(domain));
    publisher_ = participant_->create_publisher(dds::PUBLISHER_QOS_DEFAULT);
    subscriber_ = participant_->create_subscriber(dds::SUBSCRIBER_QOS_DEFAULT);
    check(publisher_, "a publisher");
    check(subscriber_, "a subscriber");
}

Participant::~Participant() {
    // The listeners go after the entities that call them.
    participant_->set_listener(nullptr);
    participant_->delete_contained_entities();
    dds::DomainParticipantFactory::get_instance()->delete_participant(participant_);
}

dds::Topic* Participant::topic(const std::string& type, const std::string& name) {
    if (auto known = participant_->lookup_topicdescription(name)) {
        if (known->get_type_name() != type) throw std::runtime_error(name + " has type " + known->get_type_name() + " already");
        return static_cast<dds::Topic*>(known);
    }
    dds::TypeSupport(new RawType(type)).register_type(participant_);
    auto made = participant_->create_topic(name, type, dds::TOPIC_QOS_DEFAULT);
    check(made, "topic " + name);
    return made;
}

Writer& Participant::add_writer(const std::string& type, const std::string& name, const Qos& qos) {
    dds::DataWriterQos to = dds::DATAWRITER_QOS_DEFAULT;
    apply(to, qos);
    to.publish_mode().kind = qos.async ? dds::ASYNCHRONOUS_PUBLISH_MODE : dds::SYNCHRONOUS_PUBLISH_MODE;
    // The default of 3 s would leave the last sample of a burst missing for as long.
    to.reliable_writer_qos().times.heartbeatPeriod = {0, 200000000};
    auto writer = std::make_unique<Writer>();
    writer->writer_ = publisher_->create_datawriter(topic(type, name), to, writer.get());
    check(writer->writer_, "a writer on " + name);
    writers_.push_back(std::move(writer));
    return *writers_.back();
}

Reader& Participant::add_reader(const std::string& type, const std::string& name, const Qos& qos, Reader::Receive receive) {
    dds::DataReaderQos to = dds::DATAREADER_QOS_DEFAULT;
    apply(to, qos);
    auto reader = std::unique_ptr<Reader>(new Reader(std::move(receive)));
    reader->reader_ = subscriber_->create_datareader(topic(type, name), to, reader.get());
    check(reader->reader_, "a reader on " + name);
    readers_.push_back(std::move(reader));
    return *readers_.back();
}

}  // namespace peer
