#include "endpoint.hpp"

#include <fastdds/dds/subscriber/SampleInfo.hpp>

#include "json.hpp"

namespace peer {
namespace {

void tell_match(const char* endpoint, const dds::TopicDescription* topic, int change, int current, const dds::InstanceHandle_t& other) {
    Line()
        .with("event", change > 0 ? "matched" : "unmatched")
        .with("endpoint", endpoint)
        .with("topic", topic->get_name())
        .with("type", topic->get_type_name())
        .with("peer", hex(rtps::iHandle2GUID(other)))
        .with("current", current)
        .print();
}

void tell_incompatible(const char* endpoint, const dds::TopicDescription* topic, const dds::IncompatibleQosStatus& status) {
    Line()
        .with("event", "incompatible_qos")
        .with("endpoint", endpoint)
        .with("topic", topic->get_name())
        .with("policy", policy_name(status.last_policy_id))
        .with("total", status.total_count)
        .print();
}

}  // namespace

std::string hex(const rtps::GUID_t& guid) {
    char text[40];
    size_t at = 0;
    for (auto octet : guid.guidPrefix.value) at += std::snprintf(text + at, sizeof text - at, "%02x", octet);
    for (auto octet : guid.entityId.value) at += std::snprintf(text + at, sizeof text - at, "%02x", octet);
    return text;
}

std::string policy_name(dds::QosPolicyId_t id) {
    switch (id) {
        case dds::RELIABILITY_QOS_POLICY_ID: return "reliability";
        case dds::DURABILITY_QOS_POLICY_ID: return "durability";
        case dds::DEADLINE_QOS_POLICY_ID: return "deadline";
        case dds::LIVELINESS_QOS_POLICY_ID: return "liveliness";
        case dds::OWNERSHIP_QOS_POLICY_ID: return "ownership";
        case dds::PARTITION_QOS_POLICY_ID: return "partition";
        case dds::PRESENTATION_QOS_POLICY_ID: return "presentation";
        case dds::DATAREPRESENTATION_QOS_POLICY_ID: return "data_representation";
        default: return "policy " + std::to_string(static_cast<uint32_t>(id));
    }
}

bool Writer::write(const Payload& payload) { return writer_->write(const_cast<Payload*>(&payload)); }

bool Writer::wait_for_acknowledgments(double seconds) {
    return writer_->wait_for_acknowledgments(eprosima::fastrtps::Duration_t(static_cast<long double>(seconds))) ==
           eprosima::fastrtps::types::ReturnCode_t::RETCODE_OK;
}

void Writer::on_publication_matched(dds::DataWriter* writer, const dds::PublicationMatchedStatus& status) {
    matched_ = status.current_count;
    tell_match("writer", writer->get_topic(), status.current_count_change, status.current_count, status.last_subscription_handle);
}

void Writer::on_offered_incompatible_qos(dds::DataWriter* writer, const dds::OfferedIncompatibleQosStatus& status) {
    tell_incompatible("writer", writer->get_topic(), status);
}

void Reader::on_data_available(dds::DataReader* reader) {
    dds::SampleInfo info;
    while (reader->take_next_sample(&sample_.payload, &info) == eprosima::fastrtps::types::ReturnCode_t::RETCODE_OK) {
        if (!info.valid_data) continue;
        sample_.writer = info.sample_identity.writer_guid();
        sample_.counted = info.sample_identity.sequence_number().to64long() - 1;
        receive_(sample_);
    }
}

void Reader::on_subscription_matched(dds::DataReader* reader, const dds::SubscriptionMatchedStatus& status) {
    matched_ = status.current_count;
    tell_match("reader", reader->get_topicdescription(), status.current_count_change, status.current_count, status.last_publication_handle);
}

void Reader::on_requested_incompatible_qos(dds::DataReader* reader, const dds::RequestedIncompatibleQosStatus& status) {
    tell_incompatible("reader", reader->get_topicdescription(), status);
}

void Reader::on_sample_lost(dds::DataReader* reader, const dds::SampleLostStatus& status) {
    Line()
        .with("event", "sample_lost")
        .with("topic", reader->get_topicdescription()->get_name())
        .with("total", status.total_count)
        .print();
}

}  // namespace peer
