// The command line: words, and options of the form --name value.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "content.hpp"

namespace peer {

struct UsageError : std::runtime_error {
    using runtime_error::runtime_error;
};

struct Qos {
    bool reliable = true;
    bool transient_local = false;
    int depth = 10;     // 0 keeps all
    bool async = false; // a thread of its own sends; large samples need it
};

class Options {
public:
    Options(int argc, char** argv);

    const std::string& word(size_t index, const char* what) const;
    size_t words() const { return words_.size(); }
    std::string text(const std::string& name, const std::string& otherwise) const;
    double number(const std::string& name, double otherwise) const;
    bool has(const std::string& name) const { return options_.count(name) != 0; }

    Qos qos() const;
    Size size() const;

private:
    std::vector<std::string> words_;
    std::map<std::string, std::string> options_;
};

// A name with a leading slash is a ROS topic, and DDS knows it as rt/...; any other name is used as it is.
std::string dds_topic(const std::string& name);

}  // namespace peer
