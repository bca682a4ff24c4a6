#include "json.hpp"

#include <mutex>

namespace peer {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (unsigned char c : text) {
        if (c == '"' || c == '\\') out += '\\', out += static_cast<char>(c);
        else if (c < 0x20) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", c);
            out += code;
        }
        else out += static_cast<char>(c);
    }
    return out + '"';
}

Line& Line::raw(const char* key, const std::string& value) {
    if (!body_.empty()) body_ += ',';
    body_ += quoted(key) + ":" + value;
    return *this;
}

void Line::print() const {
    static std::mutex one_at_a_time;
    std::lock_guard lock(one_at_a_time);
    std::puts(text().c_str());
    std::fflush(stdout);
}

}  // namespace peer
