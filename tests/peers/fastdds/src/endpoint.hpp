// A participant on 127.0.0.1, its writers and its readers.
#pragma once

#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantListener.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "codec.hpp"
#include "options.hpp"

namespace peer {

namespace dds = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;

struct Sample {
    Payload payload;
    rtps::GUID_t writer;
    uint64_t counted = 0;  // the writer's own count, from 0
};

class Writer : public dds::DataWriterListener {
public:
    bool write(const Payload& payload);
    bool wait_for_acknowledgments(double seconds);
    int matched() const { return matched_; }
    const rtps::GUID_t& guid() const { return writer_->guid(); }

private:
    friend class Participant;
    dds::DataWriter* writer_ = nullptr;
    std::atomic<int> matched_{0};
    void on_publication_matched(dds::DataWriter*, const dds::PublicationMatchedStatus&) override;
    void on_offered_incompatible_qos(dds::DataWriter*, const dds::OfferedIncompatibleQosStatus&) override;
};

class Reader : public dds::DataReaderListener {
public:
    using Receive = std::function<void(const Sample&)>;
    int matched() const { return matched_; }
    const rtps::GUID_t& guid() const { return reader_->guid(); }

private:
    friend class Participant;
    explicit Reader(Receive receive) : receive_(std::move(receive)) {}
    dds::DataReader* reader_ = nullptr;
    Receive receive_;
    Sample sample_;  // its memory is used again for each sample
    std::atomic<int> matched_{0};
    void on_data_available(dds::DataReader*) override;
    void on_subscription_matched(dds::DataReader*, const dds::SubscriptionMatchedStatus&) override;
    void on_requested_incompatible_qos(dds::DataReader*, const dds::RequestedIncompatibleQosStatus&) override;
    void on_sample_lost(dds::DataReader*, const dds::SampleLostStatus&) override;
};

class Participant {
public:
    explicit Participant(int domain, const std::string& name = "fastdds_peer", dds::DomainParticipantListener* listener = nullptr);
    ~Participant();

    Writer& add_writer(const std::string& type, const std::string& topic, const Qos& qos);
    // `receive` runs on a thread of Fast DDS.
    Reader& add_reader(const std::string& type, const std::string& topic, const Qos& qos, Reader::Receive receive);

    const std::vector<std::unique_ptr<Writer>>& writers() const { return writers_; }
    const std::vector<std::unique_ptr<Reader>>& readers() const { return readers_; }
    const rtps::GUID_t& guid() const { return participant_->guid(); }

private:
    dds::DomainParticipant* participant_ = nullptr;
    dds::Publisher* publisher_ = nullptr;
    dds::Subscriber* subscriber_ = nullptr;
    std::vector<std::unique_ptr<Writer>> writers_;
    std::vector<std::unique_ptr<Reader>> readers_;

    dds::Topic* topic(const std::string& type, const std::string& name);
};

std::string hex(const rtps::GUID_t& guid);
std::string policy_name(dds::QosPolicyId_t id);

}  // namespace peer
